"""Data to train on: the data sets of the package, and samples of the GP-LVM."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import numpy as np

from lvmcalc import checks
from lvmcalc.training import gram


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Data as they were published, not centred, and where they come from.

    Attributes
    ----------
    Y : array of shape (N, D), read-only
        One row for each object, one column for each of `feature_names`.
    labels : array of N whole numbers, read-only
        The class of each object, a place in `label_names`.
    """

    name: str
    Y: np.ndarray
    labels: np.ndarray
    label_names: tuple[str, ...]
    feature_names: tuple[str, ...]
    description: str
    source: str
    licence: str

    def __repr__(self) -> str:
        N, D = self.Y.shape
        classes = len(self.label_names)
        return f"Dataset {self.name!r}: Y is {N}×{D}, {classes} classes, licence {self.licence}"


class Sample(NamedTuple):
    """Latent points X of shape (N, Q), and data Y of shape (N, D) drawn from them."""

    X: np.ndarray
    Y: np.ndarray


_LARGEST = 10**8  # entries that a sample may have; they fill 0.8 gigabytes
_FOLDER = resources.files("lvmcalc.training") / "datasets"
FILES = tomllib.loads((_FOLDER / "about.toml").read_text(encoding="utf-8"))


def load(name: str) -> Dataset:
    """Return the packaged data set called `name`, the same one each time.

    Parameters
    ----------
    name : {"digits", "iris"}
        Y is 1797×64 or 150×4.

    Returns
    -------
    Dataset

    Raises
    ------
    ValueError
        If there is no data set of this name.
    """
    return _load(checks.known(name, FILES, "data set"))


def centred(Y: Any) -> Any:
    """Return Y with the mean of each column subtracted.

    Parameters
    ----------
    Y : array of shape (N, D)

    Returns
    -------
    array of shape (N, D)
        Lazy if Y is, such as a Dask array.

    Raises
    ------
    TypeError, ValueError
        If Y is no matrix of finite real numbers.
    ArithmeticError
        If the result has no finite value in floating point.
    """
    if gram.is_lazy(Y):  # only the means are computed
        Y = gram.checked_rows(Y, "Y", shape_in_words="N×D").astype(np.float64)
        mean = np.asarray(Y.mean(axis=0))
        if not np.isfinite(mean).all():
            column = int(np.isfinite(mean).argmin())
            raise ValueError(f"Y must be finite, but its column {column} (counted from 0) holds an "
                             "entry that is not, or too large a one.")
        return Y - mean
    Y = checks.matrix(Y, "Y", shape_in_words="N×D")
    with np.errstate(all="ignore"):
        return checks.finite(Y - Y.mean(axis=0), "Y − mean", Y=Y)


def sample_gplvm(N: int, D: int, Q: int, alpha: float = 1.0, beta: float = 1.0,
                 seed: int = 0) -> Sample:
    """Draw latent points X and data Y from the GP-LVM with a linear kernel.

    The entries of X are standard normal. Each column of Y is normal with covariance K = αXXᵀ +
    β⁻¹I, drawn without forming K as Y = √α XWᵀ + β^(−1/2) E, with W of shape (D, Q) and E of shape
    (N, D) standard normal.

    Parameters
    ----------
    N, D, Q : int
        The numbers of objects, of features and of latent dimensions; Q is at most N and D.
    alpha, beta : float
        The kernel's scale and the precision of the noise, both positive.
    seed : int
        A whole number, at least 0.

    Returns
    -------
    Sample

    Raises
    ------
    TypeError, ValueError
        If a number is wrong; the sentence names the quantity.

    References
    ----------
    Lawrence (2005), Journal of Machine Learning Research 6, section 2.
    """
    N, D = checks.whole(N, "N"), checks.whole(D, "D")
    if N * D > _LARGEST:
        raise ValueError(f"Y must have at most {_LARGEST:,} entries, not {N} × {D}.")
    Q = checks.whole(Q, "Q", most=min(N, D), why=f"for N = {N} and D = {D}")
    alpha = checks.scalar(alpha, "alpha", positive=True)
    beta = checks.scalar(beta, "beta", positive=True)
    generator = np.random.default_rng(checks.whole(seed, "seed", least=0))
    X, W, E = (generator.standard_normal(shape) for shape in ((N, Q), (D, Q), (N, D)))
    return Sample(X, np.sqrt(alpha) * X @ W.T + E / np.sqrt(beta))


@cache
def _load(name: str) -> Dataset:
    about = {key: tuple(value) if isinstance(value, list) else value
             for key, value in FILES[name].items()}
    with resources.as_file(_FOLDER / about.pop("file")) as path:
        table = np.loadtxt(path, delimiter=",", skiprows=about.pop("headings"))
    Y, labels = table[:, :-1].copy(), table[:, -1].astype(np.intp)
    Y.setflags(write=False)
    labels.setflags(write=False)
    return Dataset(name, Y, labels, **about)
