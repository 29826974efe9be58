"""Answers that are functions: they are called with the values that their arguments name."""

import inspect
from collections.abc import Callable
from copy import deepcopy

import numpy as np

from lvmcalc.calculus.arithmetic import Point
from lvmcalc.marking.exercise import Exercise
from lvmcalc.marking.own_process import OwnProcess
from lvmcalc.notation import spelling
from lvmcalc.notation.parser import Unreadable


def arguments_of(exercise: Exercise, function: Callable) -> dict[str, str]:
    """Return which value of the exercise each argument of a function stands for.

    Raises
    ------
    Unreadable
        If an argument names no value of the chain.
    """
    if inspect.isclass(function):
        raise Unreadable("This is a class; an answer is a function.")
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError) as error:
        raise Unreadable("Arguments are matched by their names, but this function does not tell "
                         "them.") from error
    chain, names = exercise.chain, {parameter.name: parameter for parameter in parameters}
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        names = dict.fromkeys(chain.leaves)
    spelled = chain.vocabulary.spellings
    known = {name: symbol.name for name in names if getattr(
        symbol := spelled.get(spelling(name)), "name", None) in exercise.points[0]}
    missing = [name for name, parameter in names.items() if name not in known
               and parameter.default is parameter.empty
               and parameter.kind is not parameter.VAR_POSITIONAL]
    if missing:
        raise Unreadable(f"Arguments are matched by their names, but {chain.name} has no "
                         f"{', '.join(missing)}; it has {', '.join(chain.leaves)}.")
    return known


def called_with(run: OwnProcess, arguments: dict[str, str], point: Point,
                scalar: bool) -> np.ndarray:
    """Return what a function returns at a point, called with copies of the values.

    Where a scalar is expected, a matrix of one entry will do.

    Parameters
    ----------
    run : what calls the reader's function
    arguments : the name of the value for each argument
    point : values by name
    scalar : whether a scalar is expected

    Raises
    ------
    Unreadable
        If it returns no array of real numbers; and whatever the function itself raises.
    """
    given = {name: deepcopy(point[value]) for name, value in arguments.items()}
    parameters = inspect.signature(run.function).parameters.items()
    placed = [given.pop(name) for name, parameter in parameters
              if parameter.kind is parameter.POSITIONAL_ONLY and name in given]
    result = run(*placed, **given)
    return result.reshape(() if scalar and result.size == 1 else result.shape)
