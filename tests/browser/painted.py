"""What is read off a canvas: texts, scales, and lines by their colour."""

import numpy as np

GREEN, PURPLE, SKY, BLUE, VERMILLION = "#009e73", "#cc79a7", "#56b4e9", "#0072b2", "#d55e00"
TWO_CLASSES = [{"name": "a", "color": "#0072B2", "marker": "o"},
               {"name": "b", "color": "#D55E00", "marker": "s"}]
W, X = np.array([[1.0, -2, 3], [0.5, 4, -1]]), np.array([[1.0], [0.5], [-2]])


def text_called(log, words):
    found, = (text for text in log["texts"] if text["words"] == words)
    return np.array([found["x"], found["y"]])


def scale(values, places):
    """Factor and offset of the straight line on which places in pixels lie over values."""
    factor, offset = np.polyfit(values, places, 1)
    np.testing.assert_allclose(np.multiply(values, factor) + offset, places, atol=0.6)
    return factor, offset


def path_of(log, color, act="stroke", dash=False, least=2):
    return [np.array(path["at"]) for path in log["paths"] if path["act"] == act
            and path["color"] == color and path["dash"] == dash and len(path["at"]) >= least]
