"""The sizes in the tests of the models, and the distance of two arrays."""

import numpy as np

N, D, Q = 9, 5, 3  # all different, and different from the sizes of the autoencoder
n, m, S = 6, 2, 7


def relative(left, right):
    return float(np.linalg.norm(np.asarray(left - right, dtype=float))
                 / np.linalg.norm(np.asarray(right, dtype=float)))
