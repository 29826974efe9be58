"""The catalogue of mistakes: wrong steps in a chain, wrong factors, and their sentences.

A mistake replaces the value of a node, the adjoint along an edge or the finished gradient by a
broken one. The chain itself then tells which gradient comes out, so a wrong answer is recognised by
what was done, not by how it is written.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from itertools import combinations, permutations

import sympy as sp
from sympy import Expr, HadamardPower, Inverse, MatMul, Symbol

from lvmcalc import notation
from lvmcalc.calculus.expression_tools import sum_of
from lvmcalc.calculus.page_form import PageForm
from lvmcalc.chain import Chain
from lvmcalc.chain.passes import Edge, Place
from lvmcalc.marking.broken_formulas import Broken, broken_formulas, instead_of
from lvmcalc.marking.broken_parts import broken_parts
from lvmcalc.marking.broken_steps import broken_steps, is_normaliser
from lvmcalc.marking.chain_letters import (
    called,
    in_known_letters,
    scalars_of,
    symmetric_letters,
)
from lvmcalc.marking.occurrences import occurrences, replaced
from lvmcalc.notation.entrywise import Entrywise

CLOSED = "closed form"  # the place of the finished gradient
_TIMES = {2: "twice", sp.Rational(1, 2): "half of"}

_SENTENCES = tomllib.loads((resources.files(__package__) / "sentences.toml").read_text("utf-8"))
_NOTHING = re.compile(r"(?::| of|) {what}(?: is missing)?")  # what a sentence loses without {what}
LIKELIHOOD = tuple(_SENTENCES)  # of the kinds of mistakes, the likeliest first


@dataclass(frozen=True)
class Mistake:
    """One way to go wrong: its kind, where and what it is, and what it puts in place."""

    kind: str
    where: str
    what: str = ""
    changes: tuple[tuple[Place, Expr], ...] = ()
    rule: str = ""  # that was broken, if it is one of the book


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with an answer: its kind, where it is, and a sentence about it."""

    kind: str
    where: str
    sentence: str

    def __str__(self) -> str:
        return self.sentence


Explanation = tuple[Finding, ...]  # findings that hold together


def finding(kind: str, sentence: object, where: str = "the answer") -> Finding:
    """Return a finding; its sentence gets a capital letter and a full stop."""
    text = str(sentence).rstrip(".")
    return Finding(kind, where, text[0].upper() + text[1:] + "." * (text[-1] != "?"))


def findings_for(mistakes: Sequence[Mistake]) -> Explanation:
    """Return the findings for some mistakes; one that is made in several places is told once."""
    places: dict[tuple[str, str, str], list[str]] = {}
    for mistake in mistakes:
        places.setdefault((mistake.kind, mistake.what, mistake.rule), []).append(mistake.where)
    found = []
    for (kind, what, rule), where in places.items():
        text = _SENTENCES[kind] if what else _NOTHING.sub("", _SENTENCES[kind])
        place = " and ".join(dict.fromkeys(where))
        if kind == "averaged" and place.startswith("the term "):
            text = f"T{place[1:]} is the mean over {{what}}; the sum belongs there."
        text += ' Look again at the rule "{rule}".' if rule else ""
        found.append(Finding(kind, place, text.format(where=place, what=what, rule=rule)))
    return tuple(found)


def single_mistakes(chain: Chain, wrt: str) -> tuple[Mistake, ...]:
    """Return the single mistakes that can be made on the way to the adjoint of a node or leaf."""
    leading = chain.leading_to(wrt)
    edges = {edge: sp.sympify(adjoint) for edge, adjoint in chain.edges.items()
             if edge[1] in leading}
    found = [*_at_steps(chain, edges, lambda edge, adjoint: (
        *broken_steps(chain, edge), *broken_formulas(adjoint), *broken_parts(adjoint)))]
    for parent in leading:
        found += _at_junction(chain, parent, {edge: edges[edge] for edge in edges
                                              if edge[1] == parent})
    found += [*_at_steps(chain, edges, lambda _, adjoint: _other_scalars(chain, adjoint)),
              *_on_the_way_forth(chain), *_without_a_function(chain, edges),
              *_at_the_end(chain, wrt),
              *_at_steps(chain, edges, lambda _, adjoint: [("sign", "", -adjoint)])]
    # Of two mistakes with the same effect, the first stays.
    return tuple({mistake.changes: mistake for mistake in reversed(found)}.values())[::-1]


def _at_steps(chain: Chain, edges: Mapping[Edge, Expr],
              wrong: Callable[[Edge, Expr], Iterable[tuple]]) -> Iterator[Mistake]:
    """Yield the mistakes in each step back, of which `wrong` tells the broken adjoints."""
    for edge, adjoint in edges.items():
        where, rule = f"the stage {_stage(chain, edge[0])}", chain[edge[0]].rule.name
        for kind, what, broken, *_ in wrong(edge, adjoint):
            yield Mistake(kind, where, in_known_letters(chain, what), ((edge, broken),), rule)


def _other_scalars(chain: Chain, adjoint: Expr) -> Iterator[Broken]:
    """Yield a step in which one size or scalar stands in place of another."""
    places = occurrences(adjoint)
    for old, new in permutations(scalars_of(chain), 2):
        for broken in replaced(adjoint, old, places[old], new) if old in places else ():
            yield "factor", instead_of(new, old), broken


def _on_the_way_forth(chain: Chain) -> Iterator[Mistake]:
    """Yield the mistakes in the values of the nodes."""
    for name, node in chain.nodes.items():
        where = f"the value of {_stage(chain, name)}"
        for kind, what, broken, *_ in (*broken_formulas(node.expression),
                                       *broken_parts(node.expression)):
            stage = next((it for it in chain.unnamed if notation.plain(it) == what), "")
            yield Mistake(kind, where, called(chain, stage) if stage else what, ((name, broken),))


def _without_a_function(chain: Chain, edges: Mapping[Edge, Expr]) -> Iterator[Mistake]:
    """Yield the loss of each function of entries, with that of its derivative on the way back."""
    for name, node in chain.nodes.items():
        if isinstance(node.expression, Entrywise):
            parent, = node.parents
            inner, back = chain[parent].symbol, (name, parent)
            what = in_known_letters(chain, instead_of(inner, node.expression))
            lost = ((back, chain.adjoint_symbol(name)),) if back in edges else ()
            yield Mistake("wrong_part", "the answer", what + ", and its derivative is lost" * len(
                lost), ((name, inner), *lost))


def _at_the_end(chain: Chain, wrt: str) -> Iterator[Mistake]:
    """Yield the mistakes in the finished gradient, multiplied out."""
    closed = chain.abbreviated(chain.adjoint(wrt))
    for kind, what, broken, term in broken_formulas(_expanded(chain, closed)):
        if kind == "lost_factor":  # the terms are matched with that
            continue
        # The term is shown as it was written. What it should be is for the reader to find.
        where = "the sum" if kind == "missing_term" else f"the term {notation.plain(term)}"
        shown = "" if kind in ("missing_term", "sign") else what
        yield Mistake(kind, where, shown, ((CLOSED, broken),))
    whole = broken_formulas(closed) if isinstance(closed, MatMul) else ()
    found = [*(slip for slip in whole if slip[0] == "missing_inverse"),  # behind a bracket
             *broken_parts(closed)]
    for one, other in combinations([it.symbol for it in chain.leaves.values() if not it.shape], 2):
        swapped = closed.xreplace({one: other, other: one})
        if swapped != closed:
            what = f"{notation.plain(one)} and {notation.plain(other)} are exchanged"
            found.append(("factor", what, swapped))
    if inverses := {part: HadamardPower(part.arg, -1) for part in closed.atoms(Inverse)}:
        what = ", ".join(map(notation.plain, inverses))
        found.append(("entrywise_inverse", what, closed.xreplace(inverses)))
    for kind, what, broken, *_ in found:
        yield Mistake(kind, "the gradient", what, ((CLOSED, broken),))


def _at_junction(chain: Chain, parent: str, edges: Mapping[Edge, Expr]) -> Iterator[Mistake]:
    """Yield the ways to lose, turn over or double what comes along one of several edges."""
    for edge, adjoint in edges.items() if len(edges) > 1 else ():
        child, symbol = called(chain, edge[0]), notation.plain(parent)
        path, lost = f"the path through {child}", ((edge, 0 * adjoint),)
        if is_normaliser(chain, edge[0]):
            yield Mistake("normaliser", path, symbol, lost)
        if parent in chain.leaves:
            yield Mistake("missing_path", path, symbol, lost)
        else:
            yield Mistake("missing_term", f"the sum of all that reaches {called(chain, parent)}",
                          f"what comes through {child}", lost)
        yield Mistake("sign", path, "", ((edge, -adjoint),))
        twice = ((edge, 2 * adjoint),)
        others = tuple((other, 0 * f) for other, f in edges.items() if other != edge)
        rest = "others" if len(others) > 1 else "other one"
        yield Mistake("doubled_path", path, f", and the {rest} not at all", twice + others)
        yield Mistake("doubled_path", path, "", twice)


def _stage(chain: Chain, node: str) -> str:
    if node in chain.unnamed:
        return called(chain, node)
    return f"{notation.plain(node)} = {notation.plain(chain[node].expression)}"


def _expanded(chain: Chain, closed: Expr) -> Expr:
    """Return a closed form with its brackets multiplied out, so that every term is a product."""
    algebra = PageForm(symmetric_letters(chain))
    if not closed.is_Matrix:
        return algebra.written_out(sp.expand(algebra.scalar(closed)))
    return sum_of([algebra.expression({word: coefficient}, closed.shape)
                   for word, coefficient in algebra.matrix(closed).items()])


def monomial(scalar: Expr) -> tuple[Expr, dict[str, int]]:
    """Return the number in a scalar and the power of every symbol that is a factor of it."""
    number, symbols = scalar.as_coeff_Mul()
    powers = (part.as_base_exp() for part in sp.Mul.make_args(symbols))
    return number, {base.name: int(power) for base, power in powers
                    if base.is_Symbol and power.is_Integer}


def behind_a_factor(number: Expr, powers: Mapping[str, int], own: Mapping[str, int],
                    sizes: Sequence[str], where: str) -> tuple[Mistake, ...]:
    """Return the mistakes that leave a factor, a number times powers of symbols.

    `own` are the powers in the true coefficient, `sizes` the names of sizes.
    """
    found = [Mistake("sign", where)] if number < 0 else []
    powers = dict(powers)
    for size, other in permutations(powers, 2):
        if size in sizes and powers.get(other) == -own.get(other, 0) == -powers.get(size, 0):
            instead, belongs = (notation.plain(Symbol(name) ** powers[size])
                                for name in (size, other))
            found.append(Mistake("factor", where, f"{instead} stands where {belongs} belongs"))
            del powers[size], powers[other]
    if abs(number) != 1:
        times = _TIMES.get(abs(number), f"{abs(number)} times")
        found.append(Mistake("factor", where, f"it is {times} what it must be"))
    found += [_behind_a_power(name, power, own.get(name, 0), name in sizes, where)
              for name, power in powers.items()]
    return tuple(found)


def _behind_a_power(name: str, power: int, own: int, is_size: bool, where: str) -> Mistake:
    letter = notation.plain(name)
    unseen = not own and not is_size  # the true coefficient may hold it inside a matrix
    if power == -own or (abs(own) == 2 and 2 * power == -own) or (unseen and power == -1):
        lost = notation.plain(Symbol(name) ** abs(power))
        return Mistake("missing_scalar", where, f"1/{lost}" if power > 0 else lost)
    if own and power == -2 * own:
        return Mistake("inverted_scalar", where, letter)
    if is_size and power in (-1, -2):
        return Mistake("averaged", where, "×".join([letter] * -power))
    too_much = notation.plain(Symbol(name) ** power)
    return Mistake("factor", where, f"it is {too_much} times what it must be")
