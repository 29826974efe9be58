"""Whether a right answer is right only because a matrix is symmetric."""

import numpy as np
from sympy import Expr, MatrixSymbol

from lvmcalc.calculus.arithmetic import Reals
from lvmcalc.marking.exercise import Exercise, known_at, value_at

TOLERANCE = 1e-8


def symmetric_only(exercise: Exercise, answer: Expr) -> str:
    """Return the matrix, such as K, of which a right answer needs that it is symmetric.

    The answer is tried with any matrix as the value of a node, not the one that follows from the
    leaves; "" if it needs no symmetry.
    """
    chain = exercise.chain
    letters = {node: letter for letter, node in chain.abbreviations.items()}
    others = [name for name in (*chain.symmetric, *chain.nodes) if name not in letters]
    for name in (*letters, *others):
        shape = chain[name].shape
        if shape and shape[0] == shape[1]:
            size = len(exercise.points[0][name])
            matrix = np.random.default_rng(0).normal(size=(size, size)) + size * np.eye(size)
            if (_right_with(exercise, answer, name, matrix + matrix.T)
                    and not _right_with(exercise, answer, name, matrix)):
                return letters.get(name, name)
    return ""


def _right_with(exercise: Exercise, answer: Expr, name: str, matrix: np.ndarray) -> bool:
    """Return whether an answer is right when a node or a symmetric leaf has any value."""
    chain, changes, leaves = exercise.chain, {}, exercise.leaves(0)
    if name in chain.nodes:
        leaves = leaves | {"any": matrix}
        changes[name] = MatrixSymbol("any", *chain[name].shape)
    else:
        leaves = leaves | {name: matrix}
        if name == exercise.wrt and not np.array_equal(matrix, matrix.T):
            changes[None] = exercise.asked  # the gradient among all matrices
    known = known_at(chain, leaves, Reals, changes, exercise.wrt)
    try:
        value = value_at(answer, known)
    except KeyError:  # it names what does not lie on the way
        return False
    return bool(np.allclose(known[exercise.asked.name], value, rtol=TOLERANCE))
