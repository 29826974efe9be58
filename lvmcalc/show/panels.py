"""The panels of a picture as the browser gets them: their kinds, their looks, and what stays."""

from collections.abc import Mapping, Sequence
from math import ceil, floor, isqrt
from typing import Any

import numpy as np

from lvmcalc.show import style
from lvmcalc.training import Problem, Trainer
from lvmcalc.training.data import Dataset

_CURVE_POINTS = 300  # at most; more cannot be seen
FLOOR = 1e-12  # a gap below is rounding error
_EIGENVALUES = 8  # shown at least, if there are so many


def picture(panels: Mapping[str, dict], layout: Sequence, height: float = 0.5,
            most: int = 400) -> dict[str, Any]:
    """Return a scene of panels by name.

    The layout lists columns (share of the width, rows); a row is (share of the height, names). The
    height is a part of the width, and at most so many pixels.
    """
    return {"panels": {name: {"name": name, **panel} for name, panel in panels.items()},
            "layout": layout, "height": height, "most": most}


def latent_panel(dataset: Dataset, size: int, letter: str) -> dict[str, Any]:
    """Return the panel of the first two latent dimensions, or the only one, with a row a class."""
    side, least, most = image_side(dataset), dataset.Y.min(), dataset.Y.max()
    ink = np.rint(255 * (dataset.Y - least) / (most - least)).astype(np.uint8)
    title = "Latent space" + (f": 2 of its {size} dimensions" if size > 2 else "")
    return {"kind": "points", "title": title, "flat": size == 1,
            "classes": [{"name": name, "color": look["color"], "marker": look["marker"]}
                        for name, look in zip(dataset.label_names, style.CLASSES, strict=False)],
            "labels": dataset.labels.tolist(),
            "xlabel": f"{letter}₁" if size == 1 else f"{letter}₁ across, {letter}₂ up",
            "side": side, "images": ink.tobytes() if side else b""}


def height_of_rows(dataset: Dataset) -> np.ndarray:
    """Return where each object stands in the row of its class, for one latent dimension."""
    return np.random.default_rng(0).uniform(-0.3, 0.3, len(dataset.labels)) - dataset.labels


def reach(limit: float, latent: np.ndarray, *others: np.ndarray) -> float:
    """Return how far the axes reach that follow latent points and hold the others.

    They have room to spare, so as to stand still most of the time; of the latent coordinates one
    in 200 may lie outside.
    """
    need = max(np.quantile(np.abs(latent), 0.995), *map(np.max, map(np.abs, others))) or 1.0
    return limit if 0.7 * limit < need < limit else 1.15 * need


def middles(latent: np.ndarray, dataset: Dataset, limit: float) -> np.ndarray:
    """Return where the classes are named: at their medians, but no name on top of another."""
    labels, wide = dataset.labels, np.array([len(name) for name in dataset.label_names])
    groups = [latent[labels == k] for k in range(len(wide))]
    places = np.array([np.partition(group, len(group) // 2, axis=0)[len(group) // 2]
                       for group in groups])  # in less time than np.median
    places += 1e-9 * limit * np.arange(len(wide))[:, None]  # those at one place have an order
    room = np.full((len(wide), len(wide), 2), 0.15 * limit)
    room[..., 0] = limit * (0.09 + 0.032 * np.add.outer(wide, wide))
    for _ in range(50):
        away = places - places[:, None]
        short = room - np.abs(away)
        close = (short > 0).all(axis=2) & ~np.eye(len(wide), dtype=bool)
        if not close.any():
            break
        shorter = short == short.min(axis=2, keepdims=True)  # they are pushed the shorter way
        push = np.where(close[..., None] & shorter, np.sign(away) * short / 2, 0)
        places = places - push.sum(axis=1)
    edge = limit - np.diagonal(room).T / 2
    return np.clip(places, -edge, edge)


def axes(panel: Mapping[str, Any], *curves: Any) -> list[float]:
    """Return the ends of the axes of curves, (x…, y…); of a logarithmic one, their exponents."""
    x, y = np.hstack([np.empty((2, 0)), *(np.reshape(curve, (2, -1)) for curve in curves)])
    with np.errstate(divide="ignore", invalid="ignore"):
        x, y = np.log10(x) if panel["xlog"] else x, np.log10(y) if panel["ylog"] else y
    x, y = ([*part[np.isfinite(part)], *panel.get(more, ())] for part, more in (
        (x, "across"), (y, "up")))
    left, right, low, high = min(x), max(x), min(y), max(y)
    if panel["ylog"]:
        low, high = min(floor(low - 0.05), ceil(high) - 2), ceil(high + 0.02)
    else:
        room = high - low or abs(high) or 1  # for one value, of the size of that
        low, high = low - 0.08 * room, high + 0.12 * room
    return [left, right, low, high]


def value_curve_panel(problem: Problem, share: float = 1) -> dict[str, Any]:
    """Return the panel of the gap to the optimum, or of the value where that is unknown."""
    name, known = problem.name_of_value, problem.best is not None
    return {"kind": "curve", "share": share, "xlog": False, "xlabel": "step", "ylog": known,
            "across": [20], "units": "percent" if known else "",
            "title": "Gap to the optimum" if known else name.capitalize(),
            "series": [
                {"key": "ghost", "color": style.GREY, "dash": "--", "label": "the right run"},
                {"key": "curve", "color": style.BLUE}]}


def history(trainer: Trainer) -> np.ndarray:
    """Return steps, then gaps (or values, where no optimum is known), thinned out."""
    steps, values = trainer.history
    keep = np.unique(np.linspace(0, len(steps) - 1, _CURVE_POINTS).astype(int))
    steps, values, problem = steps[keep], values[keep], trainer.problem
    if problem.best is not None:
        values = np.maximum(problem.sign * (problem.best - values) / problem.scale, FLOOR)
    return np.concatenate([steps, values])


def spectrum(trainer: Trainer, of_data: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the largest eigenvalues of YYᵀ, of those given, and of DK, K = αXXᵀ + β⁻¹I.

    At the optimum of a GP-LVM the first Q agree.
    """
    X, problem = np.asarray(trainer.parameters), trainer.problem
    of_data = of_data[:max(_EIGENVALUES, X.shape[1] + 3)]
    found = np.full(len(of_data), 1 / problem.beta)
    found[:X.shape[1]] += problem.alpha * np.linalg.eigvalsh(X.T @ X)[::-1]
    return of_data, problem.D * found


def eigenvalues_panel(of_data: np.ndarray) -> dict[str, Any]:
    """Return the panel of the eigenvalues of YYᵀ, and of the model's DK as bars."""
    return {"kind": "bars", "title": "Eigenvalues", "marks": of_data.tolist(),
            "xlabel": "◇ YYᵀ, ▮ model's D·K"}


def samples_panel(dataset: Dataset, kept: int, count: int) -> dict[str, Any]:
    """Return the panel of some data and what is made of them; the first is the chosen one."""
    side, numbers = image_side(dataset), f"{kept} number{'s' if kept > 1 else ''}"
    low, high = float(dataset.Y.min()), float(dataset.Y.max())
    if side:
        return {"kind": "cells", "title": f"Data, and below rebuilt from {numbers}",
                "shape": [side, side], "count": 2 * count, "columns": count, "top": high,
                "signed": False, "boxed": True}
    return {"kind": "lines", "title": f"Data ●, rebuilt from {numbers} —", "data": "data",
            "length": dataset.Y.shape[1], "low": low, "high": high,
            "captions": ["chosen", *dataset.label_names[:count - 1]]}


def weights_panel(problem: Problem, dataset: Dataset) -> dict[str, Any]:
    """Return the panel of the rows of W, and below them the principal components."""
    (m, n), side = problem.shape, image_side(dataset)
    largest = 1.1 * np.linalg.norm(problem.optimum.W, axis=0).max()
    looks = {"kind": "cells", "title": "W, components", "signed": True, "top": float(largest)}
    if side:
        return looks | {"shape": [side, side], "count": 2 * m, "columns": m}
    return looks | {"shape": [m, n], "count": 2, "columns": 1, "fill": True}


def matrix_panel(title: str, shape: Sequence[int], **looks: Any) -> dict[str, Any]:
    """Return the panel of one matrix as a heat map with its numbers."""
    rows, columns = (1, 1, *shape)[-2:]
    return {"kind": "cells", "title": title, "shape": [int(rows), int(columns)], "count": 1,
            "columns": 1, "signed": True, "fill": True, **looks}


def image_side(dataset: Dataset) -> int:
    """Return the side of the square images that the rows of the data are, or 0 if they are none."""
    side = isqrt(dataset.Y.shape[1])
    return side if side > 2 and side**2 == dataset.Y.shape[1] else 0
