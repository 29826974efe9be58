"""Frames: correct PNG files, and a blitted frame is the same picture as one drawn from scratch."""

import io
import struct
import sys
import zlib
from itertools import combinations

import matplotlib.image
import numpy as np
import pytest
from PIL import Image

from lvmcalc.show import style
from lvmcalc.show.frames import Cells, ClassNames, Frame, place, png


def decoded(file):
    """The pixels in a PNG file, as Pillow reads them, after every checksum in it has been
    checked."""
    Image.open(io.BytesIO(file)).verify()  # the CRC of each chunk
    stream, start = b"", 8
    while start < len(file):
        length, = struct.unpack_from(">I", file, start)
        stream += file[start + 8:start + 8 + length] if file[start + 4:start
                                                             + 8] == b"IDAT" else b""
        start += 12 + length
    zlib.decompress(stream)  # the Adler-32 of all of them
    return np.asarray(Image.open(io.BytesIO(file)))


@pytest.mark.parametrize("depth", [3, 4])
@pytest.mark.parametrize("height", [1, 37, 83])
def test_an_encoded_picture_decodes_to_the_same_pixels(height, depth):
    pixels = np.random.default_rng(1).integers(0, 256, (height, 53, depth), dtype=np.uint8)
    file = png(pixels)
    np.testing.assert_array_equal(decoded(file), pixels[..., :3])
    by_matplotlib = matplotlib.image.imread(io.BytesIO(file), format="png")
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


def drawn(draw):
    """The pixels of a figure of which `draw` fills the axes."""
    frame = Frame(320, 240)
    with style.applied():
        axes = place(frame.figure, 20, 20, 280, 200)
        axes.set_facecolor(style.SKY)  # on which a white halo is seen
        draw(axes)
    return frame.pixels()


def test_names_look_as_texts_with_a_halo_do():
    names, points = ("0", "setosa", "virginica"), [(0.1234, 0.7), (0.2, 0.6), (0.951, 0.333)]

    def as_texts(axes):
        for name, (x, y) in zip(names, points, strict=True):
            axes.text(x, y, name, weight="bold", size=18, ha="center", va="center",
                      path_effects=style.HALO)

    np.testing.assert_array_equal(drawn(lambda axes: ClassNames(axes, names, 18).move(points)),
                                  drawn(as_texts))


def test_names_at_one_point_or_close_together_are_pushed_apart_and_others_stay():
    axes = place(Frame(700, 500).figure, 20, 20, 600, 400)
    axes.set(xlim=(-3, 3), ylim=(-2, 2))
    names = ClassNames(axes, ("0", "setosa", "8", "virginica", "5", "far"), 18)
    points = np.array([(0, 0), (0, 0), (0.06, 0.05), (-0.2, 0.1), (0, 0), (2, -1.5)])
    names.move(points)
    boxes = [path.get_extents().translated(*offset) for path, offset in
             zip(names.get_paths(), names.get_offset_transform().transform(names.get_offsets()),
                 strict=True)][::2]
    assert not any(overlap(one, other) for one, other in combinations(boxes, 2))
    np.testing.assert_allclose(names.get_offsets()[-1], points[-1], atol=1e-12)


def overlap(one, other):
    """Whether two boxes have more than a tenth of a pixel of both directions in common."""
    return all(min(one.max[k], other.max[k]) - max(one.min[k], other.min[k]) > 0.1 for k in (0, 1))


@pytest.mark.parametrize("aspect", [1, 0.6])
@pytest.mark.parametrize("shape", [(17, 53), (1, 4), (44, 17)])
def test_each_pixel_of_cells_has_the_colour_of_the_cell_in_which_its_middle_lies(shape, aspect):
    matrix, made = np.random.default_rng(3).uniform(-1, 1, shape), []
    matrix[0, 1:3] = np.nan
    pixels = drawn(lambda axes: (axes.axis("off"),
                                 made.append(Cells(axes, matrix, style.SIGNED, (-2, 2), aspect))))
    axes, (height, width) = made[0].axes, pixels.shape[:2]
    middles = np.stack(np.meshgrid(np.arange(width) + 0.5, height - np.arange(height) - 0.5),
                       axis=-1).reshape(-1, 2)
    inside = ((axes.bbox.min < middles) & (middles < axes.bbox.max)).all(axis=1)
    column, row = np.round(axes.transData.inverted().transform(middles[inside])).astype(int).T
    expected = np.full((height * width, 4), 255)
    expected[inside] = np.where(np.isnan(matrix[row, column])[:, None], 255,
                                made[0].to_rgba(matrix[row, column], bytes=True))
    np.testing.assert_array_equal(pixels, expected.reshape(pixels.shape))


def test_frames_leave_pyplot_and_the_global_settings_alone():
    before = dict(matplotlib.rcParams)
    managers = len(sys.modules[
        "matplotlib._pylab_helpers"].Gcf.figs) if "matplotlib.pyplot" in sys.modules else 0
    two_moving_lines(0.0)[0].png()
    assert dict(matplotlib.rcParams) == before
    if "matplotlib.pyplot" in sys.modules:
        assert len(sys.modules["matplotlib._pylab_helpers"].Gcf.figs) == managers


def test_ten_classes_differ_in_colour_and_in_marker():
    assert len(set(style.CLASS_COLOURS)) == len(set(style.CLASS_MARKERS)) == 10
    assert len({look["linestyle"] for look in style.USES}) == len(style.USES)
    assert style.DIRECTIONS["forward"]["linestyle"] != style.DIRECTIONS["backward"]["linestyle"]
    assert min(size for name, size in style.RC.items() if name.endswith("size")) >= 14
