"""One look for every figure: colours that everybody can tell apart, and never colour alone.

What figures have in common is in `style.mplstyle`, what is on the page around them in
`front/view.css`.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from importlib import resources
from typing import Any

# Okabe and Ito (2008), "Color universal design": told apart with every common colour vision.
_BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILLION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
# A still picture has no ground: it stands on a white page or on JupyterLab's dark one, #111. So its
# lines have a colour that is seen on both, and so have its words, which are bold.
GREY, _BROWN, RED, WORDS_GREY = "#777777", "#8F5B2A", "#C23B35", "#727272"
INK, PAPER = "#222222", "#FFFFFF"

# A class is told by its marker too. Neighbouring digits get colours that are far apart.
CLASS_COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, _BROWN, _BLACK, YELLOW, GREY)
CLASS_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", "p", ">")
CLASSES = [{"color": colour, "marker": marker, "linestyle": "", "alpha": 0.8,
            "markeredgecolor": GREY, "markeredgewidth": 1 if colour == _BLACK else 0.5}
           for colour, marker in zip(CLASS_COLOURS, CLASS_MARKERS, strict=True)]

SOLID, DASHED, _DOTTED = "-", (0, (4, 2)), (0, (1, 1.5))
PLAIN_LINE = {"color": INK, "linestyle": SOLID}
# The first, second, … use of the variable: the order is that of the formula in which they meet.
LINES = {"-": SOLID, "--": DASHED, ":": _DOTTED}
USES = ({"color": GREEN, "linestyle": SOLID}, {"color": PURPLE, "linestyle": DASHED},
        {"color": _BROWN, "linestyle": _DOTTED})
DIRECTIONS = {"forward": {"color": BLUE, "linestyle": SOLID},
              "backward": {"color": VERMILLION, "linestyle": DASHED}}
# A step backwards, from a node to its parent: behind each one's name in the graph, in formulas and
# over its heat map.
LIT = {"node": YELLOW, "parent": SKY}
REACHED = {"color": BLUE, "linestyle": SOLID, "linewidth": 2.5}
OPTIMUM = {"color": VERMILLION, "linestyle": DASHED, "linewidth": 2.0}

IMAGE = "Greys"  # ink on paper

_LARGE = 1e7  # a number that is larger is written with an exponent, here and in the browser
DPI = 96  # as in CSS, so that a point here is a point on the page
SHEET = (resources.files("lvmcalc.show") / "front" / "view.css").read_text("utf-8")
RUN_FIRST = "Run the cells down to this one to {}."  # it needs names from those above it
CSS = f"<style>{SHEET}</style>"


def on_axis(number: float, _: int | None = None) -> str:
    """Return a number on an axis as the browser writes it: 2,750 and −0.5."""
    return f"{number:,.10g}".replace("-", "−")


def applied() -> AbstractContextManager:
    """Return a context in which Matplotlib makes and draws figures in this style."""
    import matplotlib.style  # the browser draws without it
    return matplotlib.style.context("lvmcalc.show.style")


def dash(look: Mapping[str, Any]) -> str:
    """Return the name of a line style, for the browser."""
    return next(name for name, line in LINES.items() if line == look["linestyle"])


def numeral(value: float, form: str = ".4g") -> str:
    """Return a number as text: a minus sign in place of a hyphen, and 12,340 for 1.234e+04."""
    text = f"{value:{form}}"
    if "e+" in text and abs(value) < _LARGE:
        text = f"{float(text):{'+' * form.startswith('+')},.0f}"
    return text.replace("-", "−")
