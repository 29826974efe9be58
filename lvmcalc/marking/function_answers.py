"""Answers that are functions: they are called with the values that their arguments name."""

import inspect
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import numpy as np

from lvmcalc import notation
from lvmcalc.marking.exercise import Exercise, Point
from lvmcalc.notation import spelling
from lvmcalc.notation.parser import Unreadable


def arguments_of(exercise: Exercise, function: Callable) -> dict[str, str]:
    """Return which value of the exercise each argument of a function stands for.

    Raises
    ------
    Unreadable
        If an argument names no value of the chain.
    """
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError) as error:
        raise Unreadable("Arguments are matched by their names, but this function does not tell "
                         "them.") from error
    chain, known = exercise.chain, exercise.points[0]
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        names = [*chain.leaves]
    else:
        names = [parameter.name for parameter in parameters]
    optional = {parameter.name for parameter in parameters
                if parameter.default is not parameter.empty
                or parameter.kind is parameter.VAR_POSITIONAL}
    spelled = {name: _spelled(exercise, name) for name in names}
    missing = [name for name in names if spelled[name] not in known]
    if refused := [name for name in missing if name not in optional]:
        raise Unreadable(f"Arguments are matched by their names, but {chain.name} has no "
                         f"{', '.join(refused)}; it has {', '.join(chain.leaves)}.")
    return {name: value for name, value in spelled.items() if name not in missing}


def called_with(function: Callable, arguments: dict[str, str], exercise: Exercise,
                point: Point) -> np.ndarray:
    """Return what a function returns at a point, called with copies of the values.

    Raises
    ------
    TypeError
        If it returns no array of real numbers; and whatever the function itself raises.
    """
    given = {name: deepcopy(point[value]) for name, value in arguments.items()}
    parameters = inspect.signature(function).parameters.values()
    placed = [given.pop(parameter.name) for parameter in parameters
              if parameter.kind is parameter.POSITIONAL_ONLY and parameter.name in given]
    result: Any = function(*placed, **given)
    if result is None:
        raise TypeError("it returns nothing; is a return missing?")
    try:
        result = np.asarray(result)
    except ValueError:
        raise TypeError("it returns rows of different lengths") from None
    if result.dtype.kind not in "biufO":
        raise TypeError(f"it returns no real numbers but {result.dtype}")
    result = result.astype(float)
    scalar = result.size == 1 and np.ndim(point[exercise.asked.name]) == 0
    return result.reshape(()) if scalar else result


def _spelled(exercise: Exercise, name: str) -> str:
    """Return the name of a value at a point: d_bar stands for ∂L/∂d."""
    if name.endswith("_bar"):
        chain = exercise.chain
        node = name.removesuffix("_bar")
        return notation.adjoint_name(chain.output, chain.abbreviations.get(node, node))
    return spelling(name)
