"""Names of one's own for the gradient on the left in code, such as dlam, dPrec and grad_U."""

import re
from contextlib import suppress
from itertools import product

from sympy import Expr, ShapeError

from lvmcalc import notation
from lvmcalc.calculus import UnsupportedExpression
from lvmcalc.calculus.errors import OutsideDomain
from lvmcalc.chain.graph import Node
from lvmcalc.checks import CannotBeFormed
from lvmcalc.marking.defined_letters import Definitions
from lvmcalc.marking.differential_answers import has_differentials
from lvmcalc.marking.exercise import Exercise
from lvmcalc.notation import Unreadable
from lvmcalc.notation.forming import as_number
from lvmcalc.notation.letters import ASCII, GREEK
from lvmcalc.notation.vocabulary import Vocabulary

# Such as dH and dw, but neither diff nor gram
_NAME = re.compile(r"(?:dL_?d|grad|[dg]_)_?(?P<any>[^\W\d_]\w*)|(?P<front>[^\W\d_]\w*)_grad"
                   r"|delta\d?|δ\d?|[dg](?P<of>[A-Z]\w*|[^\W\d_]\d?|[a-z]+)|g")
_SHORTEST = 3  # letters of lam for lambda


def is_own_name(exercise: Exercise, side: str, words: Vocabulary, defined: Definitions) -> bool:
    """Return whether a left side is a new name that can only be what is asked for.

    Parameters
    ----------
    exercise : Exercise
    side : the left side
    words : the names of the chain and those that the answer defines
    defined : what the latter stand for

    Raises
    ------
    Unreadable
        If it names the gradient of something else.
    """
    name, chain = side.strip(), exercise.chain
    if name in ("g", "G") and defined.code:
        return True
    found, known = _NAME.fullmatch(name), chain.vocabulary
    if not found or known.pattern.fullmatch(name) or known.change.fullmatch(name):
        return False
    below = found["any"] or found["front"] or found["of"]
    if not below:
        return True
    meant = _meant(exercise, below)
    letter = words.spellings.get(below)
    if letter is not None and letter != known.spellings.get(below):  # which the answer defines
        value = defined.put_in(letter)
        meant = [node.name for node in chain if _same(exercise, value, node)] or [below]
    elif not meant and found["of"] and re.match("[a-z]{2}", below):
        return False
    if meant and exercise.wrt not in meant:
        raise Unreadable(f"{exercise.name} is asked for, but the answer begins with {name} =.")
    return True


def refuse_another(exercise: Exercise, side: str, formulas: list[Expr], code: bool) -> None:
    """Refuse a new name for what is no answer but another stage, or the gradient of one.

    In code, g is no other gradient.
    """
    if any(has_differentials(exercise.chain, formula) for formula in formulas):  # dH = B dX
        raise Unreadable(f"{exercise.name} is asked for, but the answer begins with "
                         f"{side.strip()} =.")
    own = _NAME.fullmatch(side.strip())
    below = (own["any"] or own["front"] or own["of"]) if own else ""
    if any(map(exercise.is_right, formulas)) or (
            below and exercise.wrt in _meant(exercise, below)):  # grad_W of W
        return
    for node, formula in product(exercise.chain, formulas):
        what = None
        if side.strip() == node.name and _same(exercise, formula, node):
            what = node.symbol
        elif not (code and side.strip() in ("g", "G")) and (
                exercise.is_right(formula, node.name)):
            what = exercise.chain.adjoint_symbol(node.name)
        if what is not None:
            raise Unreadable(f"{exercise.name} is asked for, but the answer begins with "
                             f"{side.strip()} =, which may be {notation.plain(what)}.")


def _meant(exercise: Exercise, below: str) -> list[str]:
    """Return the leaf or stage that a name in code means, as lam and w for λ and W."""
    chain, lower = exercise.chain, below.translate(ASCII).lower()
    names = {name: chain.abbreviations.get(name, name) for name in (
        *chain.leaves, *chain.nodes, *chain.abbreviations)}
    exact = [node for name, node in names.items() if name == below]
    short = [node for name, node in names.items() if name.lower() == lower or (
        name.lower() in GREEK and len(lower) >= _SHORTEST and name.lower().startswith(lower))]
    return exact or short


def _same(exercise: Exercise, formula: Expr, node: Node) -> bool:
    with suppress(UnsupportedExpression, OutsideDomain, ShapeError, CannotBeFormed):
        formula = formula if node.shape else as_number(formula)  # a 1×1 matrix
        return notation.shape(formula) == notation.shape(node.symbol) and (
            exercise.compare(formula, node.symbol).holds)
    return False
