"""What the tests of pictures share: colours by their code, and what is read off a figure."""

import numpy as np
from matplotlib.colors import to_hex

from lvmcalc.models import autoencoder
from lvmcalc.show import still
from lvmcalc.training import data

GREEN, PURPLE, BLUE, VERMILLION = "#009E73", "#CC79A7", "#0072B2", "#D55E00"
INK, YELLOW, SKY, GREY, WORDS = "#222222", "#F0E442", "#56B4E9", "#777777", "#727272"
CLASSES = {"setosa": (BLUE, "o"), "versicolor": (VERMILLION, "s"), "virginica": (GREEN, "^")}
IRIS = data.load("iris")
W, X = np.arange(1.0, 7).reshape(2, 3), np.array([[1.0, -2], [0.5, 3], [2, 1]])
AUTOENCODER = autoencoder.chain()
# of the paths by their edges (child, parent): g = Wᵀ in the decoder, h = W in the encoder
PATHS = {("g", "W"): (GREEN, "-"), ("h", "W"): (PURPLE, "--"), ("e", "h"): (PURPLE, "--"),
         ("f", "g"): (GREEN, "-"), ("d", "e"): (PURPLE, "--"), ("d", "f"): (GREEN, "-")}


def hexed(color) -> str:
    return to_hex(color).upper()


def axes_called(figure, title):
    return next(axes for axes in figure.axes if title in (axes.get_title(),
                                                          axes.get_title(loc="left")))


def shade(image, value):
    """Red, green and blue of a value in an image on a white page."""
    *color, opaque = image.cmap(image.norm(value))
    return 1 - opaque * (1 - np.array(color))


def drawn(scene, **numbers):
    return still.still(scene, numbers, "", "").figure
