"""What is seen, line by line, compared with what was looked through before: `seen/NAME.txt`.

After a change that is meant, `SEEN=new pytest -n 0 tests/show/test_seen.py` (or another test that
compares) writes the files anew. Their difference is what a viewer will notice: read it.
"""

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle

from lvmcalc.show.view import View

NUMBER = re.compile(r"[-−]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
Lines = dict[str, str]  # what is told, by what it is told of


def compare(file: Path, found: Mapping[str, Lines],
            states: Mapping[str, str] = MappingProxyType({}), ordered: bool = False) -> None:
    """Compare each thing with what the file tells of it, in its order if that is told.

    Of a thing that is a state of another, by `states`, only those lines stand there that differ.
    """
    told = {}
    for name, lines in found.items():
        before = found.get(states.get(name, ""), {})
        told[name] = [f"{key}: {lines.get(key, 'gone')}".rstrip() for key in {**before, **lines}
                      if lines.get(key) != before.get(key)]
    if os.environ.get("SEEN") == "new":
        file.parent.mkdir(exist_ok=True)
        text = "\n".join(f"## {name}\n" + "".join(f"{line}\n" for line in lines)
                         for name, lines in told.items())
        file.write_text(text, encoding="utf-8")
    known = {}
    for part in file.read_text(encoding="utf-8").removeprefix("## ").split("\n## "):
        name, *lines = part.strip("\n").split("\n")
        known[name] = lines
    assert [*known] == [*told]
    wrong = [f"{name}\n  was {was}\n  is  {now}" for name in told
             for was, now in _unlike(known[name], told[name], ordered)]
    if wrong:
        pytest.fail("\n".join(wrong[:20]), pytrace=False)


def _unlike(known: list[str], told: list[str], ordered: bool) -> Iterator[tuple[str, str]]:
    was, now = ({line.partition(": ")[0]: line for line in lines} for lines in (known, told))
    for key in {**was, **now}:
        one, other = was.get(key, "nothing"), now.get(key, "nothing")
        if one != other and not _alike(one, other):
            yield one, other
    if ordered and was.keys() == now.keys() and [*was] != [*now]:
        yield " | ".join(was), " | ".join(now)


def _alike(one: str, other: str) -> bool:
    """Return whether two lines differ at most by one in the last decimals of their numbers."""
    if NUMBER.split(one) != NUMBER.split(other):
        return False
    return all(abs(float(a.replace("−", "-")) - float(b.replace("−", "-"))) <= 1.01 * _unit(a)
               for a, b in zip(NUMBER.findall(one), NUMBER.findall(other), strict=True))


def _unit(number: str) -> float:
    digits, _, power = number.partition("e")
    decimals = len(digits.partition(".")[2])
    return 10.0 ** (int(power or 0) - decimals) if decimals else 0.0


def flat(thing: Any, at: str = "") -> Lines:
    """Return a thing of mappings, sequences, texts and numbers line by line."""
    one_of_many = at[-1:].isdigit() or ".nodes." in at
    if isinstance(thing, Mapping) and one_of_many and all(map(_plain, thing.values())):
        return {at: ", ".join(f"{key} {in_words(part)}" for key, part in thing.items())}
    if isinstance(thing, Mapping):
        parts = ((f"{at}.{key}".strip("."), part) for key, part in thing.items())
    elif isinstance(thing, (list, tuple)) and not all(map(_plain, thing)):
        parts = ((f"{at}.{place}".strip("."), part) for place, part in enumerate(thing))
    else:
        return {at: in_words(thing)}
    return {key: line for at, part in parts for key, line in flat(part, at).items()}


def _plain(thing: Any) -> bool:
    return thing is None or isinstance(thing, (int, float, str))


def in_words(thing: Any) -> str:
    if isinstance(thing, bytes):
        thing = np.frombuffer(thing, np.uint8)
    if isinstance(thing, (str, bool, int)) or thing is None:
        return str(thing).replace("\n", "↵")
    if isinstance(thing, float):
        return numeral(thing)
    if len(thing) and isinstance(thing[0], str):
        return " | ".join(map(str, thing)).replace("\n", "↵")
    return numbers(thing)


def numeral(number: float) -> str:
    """Return four digits; one that is left of a sum to 0 is 0."""
    whole = abs(number) < 1e6 and number == int(number)
    return f"{number:.0f}" if whole else f"{number:#.4g}"


def numbers(values: Any) -> str:
    """Return a few numbers, or of many what tells whether one is another or in another place."""
    values = np.ravel(np.ma.filled(values, np.nan)).astype(float)
    most = np.abs(values).max(initial=0) or 1.0
    values = np.where(np.abs(values) < (1e-5 if len(values) > 6 else 1e-9) * most, 0, values)
    if len(values) <= 6 or not np.isfinite(values).all():
        return " ".join(map(numeral, values[:20]))
    mark = values @ np.sin(np.arange(len(values))) / np.abs(values).sum()
    ends = " ".join(map(numeral, (values[0], values[1], values[-1], values.min(), values.max())))
    return f"{len(values)} of {ends}, mark {mark:.3f}"


def of_figure(figure: Figure) -> Lines:
    """Return what a figure shows: axes, lines, areas, images, texts and legends."""
    lines = {f"legend {k}": _legend(legend) for k, legend in enumerate(figure.legends)}
    lines |= {f"text {k}": _text(text) for k, text in enumerate(figure.texts)}
    for k, axes in enumerate(figure.axes):
        box = " ".join(f"{part:.2f}" for part in axes.get_position().bounds)
        parts = {"": f"{axes.get_title() or axes.get_title(loc='left')} at {box}"}
        if axes.axison:
            edge = axes.spines["left"]
            parts[""] += f" {_hex(edge.get_edgecolor())} {edge.get_linestyle()}"
            parts |= {f" {axis.axis_name}": _axis(axis) for axis in (axes.xaxis, axes.yaxis)
                      if len(axis.get_ticklocs()) or axis.get_label_text()}
        parts |= {f" line {n}": _line(line) + f" x {numbers(line.get_xdata())} y "
                  f"{numbers(line.get_ydata())}" for n, line in enumerate(axes.lines)}
        parts |= {f" area {n}": _area(patch) for n, patch in enumerate(axes.patches)}
        parts |= {f" image {n}": _image(image) for n, image in enumerate(axes.images)}
        parts |= {f" text {n}": _text(text) for n, text in enumerate(axes.texts)}
        if axes.get_legend():
            parts[" legend"] = _legend(axes.get_legend())
        lines |= {f"axes {k}{key}": line for key, line in parts.items()}
    return lines


def _hex(color: Any) -> str:
    return to_hex(color, keep_alpha=True).upper().removesuffix("FF")


def _axis(axis: Any) -> str:
    ends = axis.get_view_interval()
    if axis.get_scale() == "log":  # each version marks other powers of ten
        ticks = [axis.get_major_formatter()(end, 0) for end in ends]
    else:
        ticks = [text.get_text() for text, at in zip(axis.get_ticklabels(), axis.get_ticklocs(),
                                                     strict=False) if min(ends) <= at <= max(ends)]
    return f"{axis.get_label_text()} {axis.get_scale()} {numbers(ends)} {' | '.join(ticks)}"


def _look(line: Any) -> str:
    return f"{_hex(line.get_color())} {line.get_linestyle()} {line.get_marker()}"


def _line(line: Any) -> str:
    label = "" if line.get_label().startswith("_") else line.get_label()
    return (f"{label} {_look(line)} {line.get_linewidth():g} {line.get_markersize():g} "
            f"{line.get_markevery()}")


def _area(patch: Any) -> str:
    look = f"{type(patch).__name__} {_hex(patch.get_facecolor())} {_hex(patch.get_edgecolor())}"
    if isinstance(patch, Circle):
        return f"{look} {numbers([*patch.center, patch.radius])}"
    return f"{look} {numbers(patch.get_bbox().bounds)}" if isinstance(patch, Rectangle) else look


def _image(image: Any) -> str:
    ends = [_hex(image.cmap(image.norm(value))) for value in image.get_clim()]
    return f"{numbers(image.get_clim())} {ends} {image.get_array().shape} " + numbers(
        image.get_array())


def _text(text: Any) -> str:
    place = getattr(text, "xy", text.get_position())
    beside = getattr(text, "xyann", None)
    words = (f"{text.get_text()} at {numbers(place)} {text.get_ha()} {text.get_va()} "
             f"{_hex(text.get_color())} {text.get_fontsize():g}")
    if beside is not None:
        words += f" from {numbers(beside)}"
    if patch := text.get_bbox_patch():
        words += (f" in {type(patch.get_boxstyle()).__name__} {_hex(patch.get_facecolor())} "
                  f"{_hex(patch.get_edgecolor())} {patch.get_linestyle()}")
    if arrow := getattr(text, "arrow_patch", None):
        bow = getattr(arrow.get_connectionstyle(), "rad", 0.0)
        words += (f" arrow {_hex(arrow.get_edgecolor())} {arrow.get_linestyle()} "
                  f"{arrow.get_linewidth():g} {bow:.3f}")
    return words


def _legend(legend: Any) -> str:
    return "; ".join(f"{text.get_text()} {_look(handle)}" for text, handle in zip(
        legend.get_texts(), legend.legend_handles, strict=True))


def _of_control(control: Any) -> str:
    value = control.value
    value = tuple(map(float, value)) if isinstance(value, tuple) else value  # NumPy's numbers too
    return f"{value!r} {control.state}"


def of_widget(widget: Any, still: bool = False) -> Lines:
    """Return what is told of a view: words, controls, scene, numbers, and its still picture."""
    arrays = {name: np.frombuffer(part, np.float32) for name, part in widget.frame.items()}
    scene = {**widget.scene, "panels": {}} if widget.scene else {}
    for name, panel in widget.scene.get("panels", {}).items():
        if panel["kind"] == "map":
            panel = panel | {"heights": np.frombuffer(panel["heights"], np.float32),
                             "contours": np.concatenate(panel["contours"])}
        scene["panels"][name] = panel
    controls = {name: {"spec": str(it.spec), "state": _of_control(it)}
                for name, it in vars(widget.controls).items()}
    told = {name: getattr(widget, name) for name in ("title", "about", "words", "note", "playing",
                                                     "present")}
    lines = flat(told | {"control": controls, "scene": scene, "frame": arrays})
    if still:
        lines |= of_drawing(View.still(widget), "still ")
    return lines


def of_html(page: str) -> Lines:
    """Return a page line by line, without its styles; a line is told by its first words."""
    body = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL).replace("\n", " ")
    parts = re.split(r"(?=<(?:tr|p|h\d|li|details|div)\b)", body)
    lines: Lines = {}
    count: Counter[str] = Counter()
    for part in map(str.strip, parts):
        words = " ".join(re.sub("<.*?>|:", " ", part).split())[:40].strip() or "no words"
        count[words] += 1
        lines[words + f" ({count[words]})" * (count[words] > 1)] = part
    return lines


def of_drawing(drawing: Any, before: str = "") -> Lines:
    lines = of_figure(drawing.figure) | {"words": drawing.words, "said": drawing.said or ""}
    return {before + key: line for key, line in lines.items()}

