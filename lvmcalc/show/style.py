"""One look for every figure: colours that everybody can tell apart, and never colour alone.

What figures have in common is in `style.mplstyle`, what is on the page around them in
`front/view.css`.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from functools import cache
from importlib import resources
from typing import Any

# Okabe and Ito (2008), "Color universal design": told apart with every common colour vision.
BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILLION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
GREY, BROWN = "#8C8C8C", "#7A4B20"
INK, FAINT, PAPER = "#222222", "#D9D9D9", "#FFFFFF"

# A class is told by its marker too. Neighbouring digits get colours that are far apart.
CLASS_COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, BROWN, BLACK, YELLOW, GREY)
CLASS_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", "p", ">")
CLASSES = [{"color": colour, "marker": marker, "linestyle": "", "alpha": 0.8,
            "markeredgecolor": INK, "markeredgewidth": 0.3}
           for colour, marker in zip(CLASS_COLOURS, CLASS_MARKERS, strict=True)]

SOLID, DASHED, DOTTED = "-", (0, (4, 2)), (0, (1, 1.5))
PLAIN = {"color": INK, "linestyle": SOLID}
# The first, second, … use of the variable: the order is that of the formula in which they meet.
LINES = {"-": SOLID, "--": DASHED, ":": DOTTED}
USES = ({"color": GREEN, "linestyle": SOLID}, {"color": PURPLE, "linestyle": DASHED},
        {"color": BROWN, "linestyle": DOTTED})
DIRECTIONS = {"forward": {"color": BLUE, "linestyle": SOLID},
              "backward": {"color": VERMILLION, "linestyle": DASHED}}
# A step backwards, from a node to its parent: behind each one's name in the graph, in formulas and
# over its heat map.
LIT = {"node": YELLOW, "parent": SKY}
REACHED = {"color": BLUE, "linestyle": SOLID, "linewidth": 2.5}
OPTIMUM = {"color": VERMILLION, "linestyle": DASHED, "linewidth": 2.0}

SIGNED = "RdBu_r"  # with symmetric limits, so that white is 0
IMAGE = "Greys"  # ink on paper

DPI = 96  # as in CSS, so that a point here is a point on the page
FOLDER = resources.files("lvmcalc.show")
# A picture on white paper: in JupyterLab's dark theme its paper is the page, #111, its ink light,
# and a colour keeps its hue.
IN_THE_DARK = """[data-jp-theme-light="false"] img.jp-needs-light-background {
    filter: invert(0.933) hue-rotate(180deg) saturate(1.5); }"""
SHEET = (FOLDER / "front" / "view.css").read_text(encoding="utf-8") + IN_THE_DARK
CSS = f"<style>{SHEET}</style>"


@cache
def settings() -> dict[str, Any]:
    """Return what Matplotlib is told of this style."""
    import matplotlib  # the browser draws without it
    with resources.as_file(FOLDER / "style.mplstyle") as path:
        return dict(matplotlib.rc_params_from_file(path, use_default_template=False))


def applied() -> AbstractContextManager:
    """Return a context in which Matplotlib makes and draws figures in this style."""
    import matplotlib
    return matplotlib.rc_context(settings())


def dash(look: Mapping[str, Any]) -> str:
    """Return the name of a line style, for the browser."""
    return next(name for name, line in LINES.items() if line == look["linestyle"])


def numeral(value: float, form: str = ".4g") -> str:
    """Return a number as text, with a minus sign in place of a hyphen."""
    return f"{value:{form}}".replace("-", "−")
