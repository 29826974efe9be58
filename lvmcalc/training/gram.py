"""Products with large data, block by block or on a cluster: Gram matrix, QR factor, YᵀZ."""

import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from lvmcalc import checks

BLOCK = 2**18  # entries of a block: in double precision they stay in a cache
_PARTS = 50  # parts of a lazy array whose progress is shown

OnProgress = Callable[[float], object]  # called with the fraction of the pass that is done


def progress_bar(fraction: float) -> None:
    """Write to stderr a bar that shows which fraction of a pass is done.

    It is the `progress` of a problem.
    """
    print(f"\r[{'#' * int(40 * fraction):<40}] {fraction:4.0%}", end="" if fraction < 1 else "\n",
          file=sys.stderr, flush=True)


def is_lazy(value: Any) -> bool:
    """Return whether an array is computed on demand and in blocks, as a Dask array is."""
    return hasattr(value, "compute") and hasattr(value, "rechunk")


def checked_rows(value: Any, name: str, rows: int | None = None, columns: int | None = None,
                 shape_in_words: str = "") -> Any:
    """Return `value` as a real matrix that is neither copied nor computed.

    Parameters and errors are those of `checks.matrix`, except that `gram` tells whether the entries
    are finite.
    """
    if is_lazy(value) and np.isnan(value.shape).any():
        raise ValueError(f"{name} must know how many rows it has; its method compute_chunk_sizes() "
                         "counts them.")
    return checks.shaped(value if is_lazy(value) else checks.as_array(value, name), name, rows,
                         columns, shape_in_words)


def gram(Y: Any, name: str = "Y", progress: OnProgress | None = None,
         transposed: bool = False) -> np.ndarray:
    """Return YᵀY in one pass over Y, and never hold more of Y than a block, in double precision.

    Parameters
    ----------
    Y : array of shape (N, D)
        A NumPy array or a memory map; a Dask array is multiplied where its blocks are, by `@` and
        `.T` alone.
    name : str
        What Y is called in the formulas.
    progress : callable, optional
        Called with the fraction that is done, at most a hundred times, such as `bar`.
    transposed : bool
        Whether Y is the transpose of the matrix with this name.

    Returns
    -------
    array of shape (D, D)

    Raises
    ------
    ValueError
        If an entry of Y is not finite; the sentence names the first row with such an entry.
    ArithmeticError
        If a sum of squares overflows, or if all of them underflow.
    """
    with np.errstate(all="ignore"), warnings.catch_warnings():  # the result is checked
        # threads of Dask do not inherit `errstate`
        warnings.filterwarnings("ignore", ".* encountered in matmul", RuntimeWarning)
        product = times_transposed(Y, Y, progress)
    if 0 < np.trace(product) < np.inf:
        return product
    largest = 0.0
    for part in _parts(Y):
        block = _double(Y[part])
        row = int(np.isfinite(block).all(axis=1).argmin())
        entries = np.asarray(block[row])
        if not np.isfinite(entries).all():
            column = int(np.isfinite(entries).argmin())
            place = (part.start + row, column)
            raise checks.not_finite(name, *(place[::-1] if transposed else place), entries[column])
        largest = max(largest, float(abs(block).max()))
    if largest:
        checks.finite(np.trace(product), f"‖{name}‖²", positive=True, **{name: np.array([largest])})
    return product


def factor(Y: Any) -> np.ndarray:
    """Return R with RᵀR = YᵀY, from QR decompositions of the blocks of Y, one at a time.

    The singular values of R are those of Y, up to a rounding error of the largest one; the
    eigenvalues of YᵀY are known only up to that of its square.
    """
    R = np.zeros((0, Y.shape[1]))
    for part in _parts(Y, len(Y)):
        R = np.linalg.qr(np.vstack([R, np.asarray(_double(Y[part]))]), mode="r")
    return R


def times_transposed(Y: Any, Z: Any, progress: OnProgress | None = None) -> np.ndarray:
    """Return YᵀZ for Y of shape (N, D) and Z of shape (N, Q), as for `gram`."""
    lazy = next((array for array in (Y, Z) if is_lazy(array)), Y)
    parts = list(_parts(lazy, _PARTS if progress else 1))
    total: Any = 0.0
    for done, product in enumerate(_products(Y, Z, parts), 1):
        total = total + np.asarray(product)
        if progress and 100 * (done - 1) // len(parts) < 100 * done // len(parts):
            progress(done / len(parts))
    return total


def times(*products: tuple[Any, np.ndarray], out: np.ndarray | None = None) -> Any:
    """Return the sum of the products YC, of shape (N, Q), for pairs of Y and C.

    Y has the shape (N, D), and C the shape (D, Q).

    It is lazy if a Y is, unless an array `out` is given, such as a memory map, into which it is
    written in blocks.
    """
    Y, C = next((pair for pair in products if is_lazy(pair[0])), products[0])
    if is_lazy(Y) and out is None:
        return sum(_double(Z) @ B for Z, B in products)
    out = np.empty((len(Y), C.shape[1])) if out is None else out
    for part in _parts(Y, len(Y)):
        out[part] = sum(_double(Z[part]) @ B for Z, B in products)
    return out


def _products(Y: Any, Z: Any, parts: list[slice]) -> Iterator[Any]:
    """Yield YᵀZ for each part of the rows; those that a cluster has promised come last."""
    promised = []
    for part in parts:
        block = _double(Y[part])
        product = block.T @ (block if Z is Y else _double(Z[part]))
        del block  # the next one needs its memory
        if is_lazy(product):
            product = product.persist()  # where a local scheduler works
            if any(hasattr(it, "add_done_callback") for it in dict(product.dask).values()):
                promised.append(product)
                continue
        yield product
    yield from promised


def _double(block: Any) -> Any:
    with np.errstate(all="ignore"):  # a long double may be too large
        return block.astype(np.float64, copy=False)


def _parts(Y: Any, most: int = 1) -> Iterator[slice]:
    """Split the rows into blocks, or those of a lazy array between its chunks.

    A lazy array is split into at most `most` parts.
    """
    N, D = Y.shape
    if is_lazy(Y):
        starts = np.cumsum((0, *Y.chunks[0][:-1]))[::-(-len(Y.chunks[0]) // most)].tolist()
    else:
        starts = range(0, N, max(BLOCK // D, D))
    yield from map(slice, starts, [*starts[1:], N])
