"""Frames: correct PNG files, and a blitted frame is the same picture as one drawn from scratch."""

import io
import sys

import matplotlib.image
import numpy as np
import pytest
from PIL import Image

from lvmcalc import style
from lvmcalc.frames import Frame, encode


@pytest.mark.parametrize("depth", [3, 4])
def test_an_encoded_picture_decodes_to_the_same_pixels(depth):
    pixels = np.random.default_rng(1).integers(0, 256, (37, 53, depth), dtype=np.uint8)
    file = io.BytesIO(encode(pixels))
    image = Image.open(file)
    image.verify()  # checks every CRC
    assert image.size == (53, 37)
    by_pillow = np.asarray(Image.open(io.BytesIO(file.getvalue())))
    np.testing.assert_array_equal(by_pillow, pixels[..., :3])
    by_matplotlib = matplotlib.image.imread(io.BytesIO(file.getvalue()), format="png")
    np.testing.assert_array_equal(np.round(by_matplotlib[..., :3] * 255), pixels[..., :3])


def two_moving_lines(phase):
    frame = Frame(300, 200)
    with style.applied():
        axes = frame.figure.subplots()
        axes.set_title("still")
        lines = [axes.plot([], [], marker=marker)[0] for marker in "os"]
        axes.set(xlim=(0, 6), ylim=(-1.5, 1.5))
    frame.moving(*lines)
    move(lines, phase)
    return frame, lines


def move(lines, phase):
    x = np.linspace(0, 6, 20)
    for line, shift in zip(lines, (0, 1), strict=True):
        line.set_data(x, np.sin(x + phase + shift))


def test_a_moved_frame_is_the_picture_that_a_new_figure_would_show():
    frame, lines = two_moving_lines(0.0)
    before = frame.pixels().copy()
    move(lines, 0.7)
    after = frame.pixels().copy()
    assert (before != after).any()
    np.testing.assert_array_equal(after, two_moving_lines(0.7)[0].pixels())
    assert frame.redraws == 1  # the still part was drawn once for both frames


def test_limits_grow_only_when_the_data_leave_them_and_leave_head_room():
    frame, lines = two_moving_lines(0.0)
    axes = lines[0].axes
    frame.pixels()
    frame.limits(axes, x=(1, 5), y=(-1, 1))
    frame.pixels()
    assert (axes.get_xlim(), axes.get_ylim(), frame.redraws) == ((0, 6), (-1.5, 1.5), 1)
    frame.limits(axes, x=(0, 8), y=(-2, 1))
    frame.pixels()
    assert (axes.get_xlim(), axes.get_ylim(), frame.redraws) == ((0, 12), (-3.5, 1.5), 2)
    ends = set()
    for steps in range(10_000):
        frame.limits(axes, x=(0, steps))
        ends.add(axes.get_xlim())
    assert len(ends) < 20, "a growing run must seldom need a new still part"


def test_frames_leave_pyplot_and_the_global_settings_alone():
    before = dict(matplotlib.rcParams)
    managers = len(sys.modules["matplotlib._pylab_helpers"].Gcf.figs) if "matplotlib.pyplot" in sys.modules else 0
    two_moving_lines(0.0)[0].png()
    assert dict(matplotlib.rcParams) == before
    if "matplotlib.pyplot" in sys.modules:
        assert len(sys.modules["matplotlib._pylab_helpers"].Gcf.figs) == managers


def test_ten_classes_differ_in_colour_and_in_marker():
    assert len(set(style.CLASS_COLOURS)) == len(set(style.CLASS_MARKERS)) == 10
    assert style.PATHS["f"]["linestyle"] != style.PATHS["h"]["linestyle"] != style.PATHS["g"]["linestyle"]
    assert style.DIRECTIONS["forward"]["linestyle"] != style.DIRECTIONS["backward"]["linestyle"]
    assert min(size for name, size in style.RC.items() if name.endswith("size")) >= 14
