"""One look for every figure: colours that everybody can tell apart, and never colour alone."""

from contextlib import AbstractContextManager

import matplotlib

# Okabe and Ito (2008), "Color universal design": told apart with every common colour vision.
BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILLION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
GREY, BROWN = "#8C8C8C", "#7A4B20"
INK, FAINT, PAPER = "#222222", "#D9D9D9", "#FFFFFF"

# A class is told by its marker too. Neighbouring digits get colours that are far apart.
CLASS_COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, BROWN, BLACK, YELLOW, GREY)
CLASS_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", "p", ">")

# The two uses of a variable: h is the transposed one in both models.
PATHS = {
    "f": {"color": GREEN, "linestyle": "-"},
    "g": {"color": GREEN, "linestyle": "-"},
    "h": {"color": PURPLE, "linestyle": (0, (4, 2))},
}
DIRECTIONS = {
    "forward": {"color": BLUE, "linestyle": "-"},
    "backward": {"color": VERMILLION, "linestyle": (0, (4, 2))},
}
REACHED = {"color": BLUE, "linestyle": "-", "linewidth": 2.5}
OPTIMUM = {"color": VERMILLION, "linestyle": (0, (4, 2)), "linewidth": 2.0}

SIGNED = "RdBu_r"  # with symmetric limits, so that white is 0
IMAGE = "Greys"  # ink on paper

DPI = 96  # as in CSS, so that a point here is a point on the page
RC = {
    "font.family": "DejaVu Sans",  # comes with Matplotlib: the same picture on every machine
    "font.size": 14,
    "axes.titlesize": 14,
    "axes.titlelocation": "left",
    "axes.titlepad": 8,
    "axes.labelsize": 14,
    "xtick.labelsize": 14,
    "ytick.labelsize": 14,
    "legend.fontsize": 14,
    "legend.frameon": False,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "figure.facecolor": PAPER,
    "axes.facecolor": PAPER,
    "mathtext.fontset": "dejavusans",
}


def applied() -> AbstractContextManager:
    """Return a context in which Matplotlib makes and draws figures in this style."""
    return matplotlib.rc_context(RC)
