"""Single repairs: every likely slip in an answer, with the answer without it.

The likelier kinds come first.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import combinations, islice

from sympy import Expr, MatAdd, MatMul, MatrixSymbol

from lvmcalc import notation
from lvmcalc.calculus.expression_tools import joined
from lvmcalc.chain import Chain
from lvmcalc.marking import local_slips as local
from lvmcalc.marking.broken_formulas import parted
from lvmcalc.marking.letter_slips import LetterSlips
from lvmcalc.marking.local_slips import HERE, Slip
from lvmcalc.marking.occurrences import occurrences, replaced


def without_one_slip(chain: Chain, answer: Expr) -> Iterator[Slip]:
    """Yield the slips in an answer, each with the answer without it."""
    yield "sign", "the whole answer", "", -answer
    letters = LetterSlips(chain, answer)
    places = occurrences(answer)
    yield from _of_whole(places, answer)
    norms = [part for part in places if local.is_norm(part)]
    for times, which in ((1, "each"), (2, "twice each")) if len(norms) > 1 else ():
        yield ("lost_factor", HERE, f"{which} norm stands where its square belongs",
               answer.xreplace({norm: norm.base / times for norm in norms}))
    yield from without_slips_in_parts(answer, (
        local.of_squares, local.of_logarithms, local.of_signs, letters.of_scalars,
        letters.of_numbers, local.of_factors, local.of_inverses, letters.of_lost_factors,
        letters.of_matrices, local.of_entries, letters.of_other_functions, letters.of_functions,
        local.of_turns, local.of_terms), alike=True)


def without_slips_in_parts(answer: Expr, rules: Iterable[Callable[[Expr], Iterator[Slip]]],
                           alike: bool = False) -> Iterator[Slip]:
    """Yield the slips of each rule in each part of an answer, each with the answer without it.

    Parameters
    ----------
    answer : Expr
    rules : functions that yield the slips in a part
    alike : whether the part has the same shape without it
    """
    places = occurrences(answer)
    for slips in rules:
        for part in places:
            for *slip, instead in slips(part):
                same = notation.shape(instead) == notation.shape(part)
                if alike and (not same or instead == part):
                    continue
                # A product in which each factor is transposed is said to be in another order.
                begin = int(not same and slip[0] == "transpose" and len(places[part]) > 1)
                for formula in islice(replaced(answer, part, places[part], instead), begin, None):
                    yield *slip, formula


def _of_whole(places: Iterable[Expr], answer: Expr) -> Iterator[Slip]:
    """Yield a square product of the answer that is lost in front of its sum, or behind it."""
    runs = [parted(it)[1] for it in places if isinstance(it, MatMul | MatrixSymbol)]
    square = {joined(MatMul, run[start:end]) for run in runs if isinstance(answer, MatAdd)
              for start, end in combinations(range(len(run) + 1), 2)
              if run[start].rows == run[end - 1].cols}
    for lost in sorted(square, key=str):
        what = f"the factor {notation.plain(lost)} is missing"
        for order in ((lost, answer), (answer, lost)):
            if order[0].cols == order[1].rows:
                yield "lost_factor", "the whole answer", what, MatMul(*order)
