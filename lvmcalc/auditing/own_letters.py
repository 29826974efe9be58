"""Keep the letters that a derivation defines: what they mean, and their adjoints."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial

import numpy as np
import sympy as sp
from sympy import Expr, MatMul, MatrixSymbol, Symbol

from lvmcalc import notation
from lvmcalc.auditing.contributions import summands_of
from lvmcalc.auditing.jacobians import derivatives
from lvmcalc.calculus import differential, inner
from lvmcalc.chain import Chain
from lvmcalc.chain.passes import added
from lvmcalc.marking.chain_values import NoValue
from lvmcalc.marking.differential_answers import gradient_of
from lvmcalc.marking.exercise import exercise_of
from lvmcalc.notation import Unreadable, Vocabulary
from lvmcalc.notation.forming import as_number, change_of, inverse, product, transposed
from lvmcalc.notation.softmax_shift import without_shifts
from lvmcalc.notation.vocabulary import matching

_LARGEST_FACTOR = 24  # numerator or denominator of the number between a letter and a stage


class OwnLetters:
    """The letters that a derivation defines, and what they mean.

    Parameters
    ----------
    chain : Chain
    same : tells whether two expressions are equal

    Attributes
    ----------
    meanings : what stands for each letter, in stages and leaves; also for its differential, and for
        the adjoints that were asked for
    formulas : what each letter was defined as, in whatever letters
    slopes : the symbols for ∂L₁/∂X, ∂K/∂α and their kin, by stage and leaf
    whole : L, as the last right line about it has it
    """

    def __init__(self, chain: Chain, same: Callable[[Expr, Expr], bool]):
        self.chain, self.same, self.parts = chain, same, summands_of(chain)
        self.meanings: dict[Expr, Expr] = {}
        self.formulas: dict[Expr, Expr] = {}
        self.whole: Expr = chain.expression()
        self.adjoints: dict[Expr, Callable[[], Expr]] = {}
        self.own: dict[Expr, Expr] = {}  # letters by their adjoints
        self.derived: dict[Expr, tuple[Expr, Expr]] = {}  # K and α by ∂K/∂α
        self.leaves = [it.symbol for it in chain.leaves.values() if not it.symbol.is_integer]
        short = {node: name for name, node in chain.abbreviations.items()}
        self.slopes = self.parts.adjoints | {
            name: self._slopes_of(name, node.symbol, self.leaves) for node in chain.nodes.values()
            for name in {node.name, short.get(node.name, node.name)}
            if node.name not in self.parts.adjoints and node.name != chain.output}

    def define(self, letter: Expr, formula: Expr, words: Vocabulary) -> Vocabulary:
        """Define a letter, and return a vocabulary that has it."""
        meaning = self.meaning(formula)
        self.formulas.pop(letter, None)  # it becomes the latest
        self.formulas[letter] = formula
        self.meanings[letter] = meaning
        gradients = {symbol: self.chain.in_leaves(self.chain.adjoint(name))
                     for name in self.chain.leaves
                     if (symbol := self.chain.adjoint_symbol(name)) in meaning.free_symbols}
        self.meanings.setdefault(matching(f"d{letter.name}", meaning),
                                 change_of(meaning.xreplace(gradients)))
        name = letter.name
        if name in self.chain.leaves:
            return words.extended({name: letter})
        # The blank distinguishes the symbol from that of a stage with the same letter
        adjoint = matching(f"{notation.adjoint_name(self.chain.output, name)} ", letter)
        slopes = self._slopes_of(name, meaning, self.leaves) | self._slopes_of(name, formula, [
            it for it in self.formulas if it in formula.free_symbols and it != letter])
        self.adjoints[adjoint], self.own[adjoint] = partial(self._adjoint_of, letter), letter
        self.meanings.pop(adjoint, None)
        return words.extended({name: letter}, {name: adjoint}, {name: slopes} if slopes else {})

    def _slopes_of(self, name: str, value: Expr, letters: Iterable[Expr]) -> dict[str, Expr]:
        """Return the symbols for the derivatives of a named value, such as ∂K/∂α, by letter."""
        return {letter.name: symbol for letter in letters
                if (symbol := self.slope(value, letter, name)) is not None}

    def slope(self, value: Expr, wrt: Expr, name: str = "") -> Expr | None:
        """Return the symbol for a derivative, None if it has more than two indices."""
        called, shape = f"∂({notation.plain(value)})/∂{notation.plain(wrt)} ", getattr(
            wrt, "shape", ())
        if name:
            called = f"{notation.adjoint_name(name, wrt.name)} "
        if not value.is_Matrix or not shape:
            symbol = matching(called, value if value.is_Matrix else wrt)
        elif value.cols == wrt.cols == 1:
            symbol = MatrixSymbol(called, value.rows, wrt.rows)
        elif value.shape == shape:
            symbol = matching(called, value)  # the derivative is entrywise
        else:
            return None
        self.derived[symbol] = value, wrt
        self.adjoints[symbol] = partial(self._slope_of, value, wrt)
        self.meanings.pop(symbol, None)
        return symbol

    def _slope_of(self, value: Expr, wrt: Expr) -> Expr:
        """Return the derivative of a value with respect to a leaf or letter in it."""
        value = as_number(self.chain.in_leaves(value) if wrt.name in self.chain.leaves else value)
        if value.is_Matrix and not wrt.is_Matrix:
            return differential(value, wrt, sp.S.One)
        found = next(derivatives(self.chain, value, wrt, "i", "j"), None)
        if found is None:
            raise Unreadable(f"The derivative by {notation.plain(wrt)} has four indices, which is "
                             "not read.")
        return found.value

    def quotients(self, above: Expr, below: Expr, i: str, j: str) -> Iterator[tuple[Expr, str]]:
        """Yield symbols for the meanings of ∂a/∂b or ∂a_i/∂b_j, with the indices that are left."""
        value = self._in_terms(above, below)
        if below not in value.free_symbols or not below.is_Matrix:
            return
        for number, found in enumerate(derivatives(self.chain, value, below, i, j), 2):
            name = notation.adjoint_name(above.name, below.name)
            symbol = matching(name + " " * number, found.value)
            self.meanings[symbol] = self.meaning(found.value)
            self.derived[symbol] = value, below
            yield symbol, found.indices

    def by_inverse(self, of: Expr) -> Iterator[tuple[Expr, str]]:
        """Yield the symbol for the derivative of the scalar with respect to an inverse."""
        symbols = {self.chain[node].symbol: name for name, node in self.chain.abbreviations.items()}
        node = self.chain.abbreviations.get(of.name, of.name)
        if node not in {*self.chain.leaves, *self.chain.nodes}:
            return
        value, adjoint = self.chain[node].symbol, self.chain.adjoint_symbol(node)
        name = notation.plain(notation.matching(symbols.get(value, of.name), value))
        symbol = matching(f"∂{self.chain.output}/∂{name}⁻¹ ", value)
        self.meanings[symbol] = product(sp.S.NegativeOne, transposed(value), adjoint,
                                        transposed(value)) if value.is_Matrix else (
            -value**2 * adjoint)
        yield symbol, ""

    def hessian(self, leaf: Expr) -> Iterator[tuple[Expr, str]]:
        """Yield the symbol for the Hessian of the scalar with respect to a column."""
        gradient = self.chain.in_leaves(self.chain.adjoint(leaf.name))
        for found in derivatives(self.chain, gradient, leaf, "i", "j"):
            symbol = matching(f"∂²{self.chain.output}/∂{leaf.name}² ", found.value)
            self.meanings[symbol] = found.value
            yield symbol, ""

    def _in_terms(self, value: Expr, below: Expr) -> Expr:
        """Return an expression in which all that depends on a name is written with it."""
        known: dict[Expr, Expr] = {}
        for symbol in value.free_symbols - {below}:
            node = self.chain.nodes.get(self.chain.abbreviations.get(symbol.name, symbol.name))
            formula = self.formulas.get(symbol, node.expression if node else symbol)
            inner = formula if formula == symbol else self._in_terms(formula, below)
            if below in inner.free_symbols:
                known[symbol] = inner
        return value.xreplace(known)

    def define_adjoint(self, symbol: Expr, name: str, formula: Expr,
                       words: Vocabulary) -> Vocabulary:
        """Accept a stated adjoint of a letter, and return a vocabulary that has it."""
        self.meanings[symbol] = meaning = self.meaning(formula)
        self.adjoints[symbol] = lambda: meaning
        return words.extended({}, {name: symbol})

    def meaning(self, side: Expr) -> Expr:
        """Return a side with their definitions in place of letters, and of ∂L₁/∂X."""
        for symbol in side.atoms(Symbol, MatrixSymbol) - {*self.meanings}:
            if part := self.parts.places.get(symbol):
                self.meanings[symbol] = part[0].adjoint(part[1])
            elif symbol in self.adjoints:
                self.meanings[symbol] = self.meaning(self.adjoints[symbol]())
        found = side.xreplace(self.meanings) if self.meanings else side
        with suppress(Unreadable):  # a softmax may be unfinished
            found, _ = without_shifts(found, self.same)
        return found

    def _adjoint_of(self, letter: Expr) -> Expr:
        """Return the adjoint of a letter.

        Raises
        ------
        Unreadable
            If nothing says what L is in terms of the letter.
        """
        found = next(self._ways(letter), None)
        if found is None:
            raise Unreadable(f"{notation.plain(letter)} is no stage here, and no line before says "
                             f"what {notation.plain(self.chain.output)} is in terms of it.")
        return found

    def _ways(self, letter: Expr) -> Iterator[Expr]:
        """Yield the possible adjoints of a letter, where something depends on several.

        They are: the derivative of L as a right line has it; the adjoint of the stages of which the
        letter is a multiple; what the letters that use it contribute; and, if the letter is the
        inverse of a leaf or stage, what follows from that one's adjoint.
        """
        value, meaning = self.whole, self.meanings[letter]
        for other, formula in reversed(self.formulas.items()):
            value = value if other == letter else value.xreplace({other: formula})
        if letter not in value.free_symbols:  # put M = WᵀW in ½‖WᵀW x − x‖²
            value = with_letter(flattened(value), flattened(self.formulas[letter]), letter)
        stages = [product(1 / factor, adjoint) for factor, _, adjoint in self.stages(meaning)]
        if letter in value.free_symbols and not self._chain_after(letter, value):
            found = gradient_of(self.chain, value, letter)
            if not stages or not self.same(found, added(stages)):
                yield found
        if stages:
            yield added(stages)
        with suppress(Unreadable):
            if after := [other for other, formula in self.formulas.items()
                         if letter in formula.free_symbols and other != letter]:
                yield added([self._contribution(letter, other) for other in after])
        if meaning.is_Matrix and meaning.is_square:
            for factor, node, adjoint in self.stages(inverse(meaning)):
                yield product(-factor, transposed(node), self.chain.in_leaves(adjoint),
                              transposed(node))

    def _contribution(self, letter: Expr, other: Expr) -> Expr:
        """Return one user's contribution to a letter's adjoint."""
        adjoint = matching("∂", other)
        scalar = inner(adjoint, self.formulas[other]) if other.is_Matrix else (
            adjoint * self.formulas[other])
        found = gradient_of(self.chain, scalar, letter)
        return found.xreplace({adjoint: self._adjoint_of(other)})

    def other_ways(self, sides: Iterable[Expr]) -> Iterator[None]:
        """Try every other meaning of the adjoints in some sides, one after the other."""
        for symbol in self.own.keys() & {it for side in sides for it in side.free_symbols}:
            before = self.meanings[symbol]
            for way in [*self._ways(self.own[symbol])][1:]:
                self.meanings[symbol] = self.meaning(way)
                yield
            self.meanings[symbol] = before

    def _chain_after(self, letter: Expr, value: Expr) -> bool:
        """Return whether a value has stages that may depend on a letter."""
        def stages(of: Expr) -> set[str]:
            names = {self.chain.abbreviations.get(it.name, it.name) for it in of.free_symbols}
            return names & {*self.chain.nodes}

        before = stages(self.meanings[letter])
        return any(not before & {*self.chain.leading_to(name)}
                   for name in stages(value))

    def stages(self, meaning: Expr) -> Iterator[tuple[Expr, Expr, Expr]]:
        """Yield (number, stage, adjoint) for each stage or transpose that a meaning scales."""
        exercise, known = exercise_of(self.chain, next(iter(self.chain.leaves))), set()
        values: list = []
        with suppress(*NoValue, ValueError, TypeError):
            values = exercise.values(meaning)
        for node in self.chain if values else ():
            if node.name == self.chain.output or (node.rule and node.rule.name == "use"):
                continue
            others = [point[node.name] for point in exercise.points]
            for turn in (False, True):
                turned = [np.transpose(it) for it in values] if turn else values
                factor = common_ratio(turned, others)
                symbol = transposed(node.symbol) if turn else node.symbol
                if factor and self.same(meaning, product(factor, symbol)):
                    if not known & {name for name in known
                                    if node.name in self.chain.leading_to(name)}:
                        adjoint = self.chain.adjoint_symbol(node.name)
                        yield factor, symbol, transposed(adjoint) if turn else adjoint
                    known.add(node.name)
                    break


def common_ratio(values: list, others: list) -> Expr | None:
    """Return the number by which all values are multiples of others, None if there is none."""
    factors = []
    for value, other in zip(values, others, strict=True):
        value, other = np.asarray(value, dtype=float), np.asarray(other, dtype=float)
        if value.shape != other.shape or not value.any() or not other.any():
            return None
        place = np.unravel_index(np.abs(other).argmax(), other.shape)
        factors.append(value[place] / other[place])
        if not np.allclose(value, factors[-1] * other, rtol=1e-9):
            return None
    number = sp.nsimplify(factors[0], rational=True, tolerance=1e-9)
    small = max(abs(number.p), number.q) <= _LARGEST_FACTOR
    return number if small and np.allclose(factors, float(number), rtol=1e-8) else None


def flattened(expression: Expr) -> Expr:
    """Return an expression in which no product is a factor of a product."""
    if not expression.args or isinstance(expression, MatrixSymbol):
        return expression
    args = map(flattened, expression.args)
    return product(*args) if isinstance(expression, MatMul) else expression.func(*args)


def with_letter(whole: Expr, part: Expr, letter: Expr) -> Expr:
    """Return an expression with a letter in place of each occurrence of a part."""
    if whole == part:
        return letter
    if not whole.args or isinstance(whole, MatrixSymbol):
        return whole
    args = [with_letter(one, part, letter) for one in whole.args]
    if not isinstance(whole, MatMul):
        return whole.func(*args)
    inside = part.args if isinstance(part, MatMul) else (part,)
    found: list[Expr] = []
    for factor in args:
        found.append(factor)
        if tuple(found[-len(inside):]) == tuple(inside):
            found[-len(inside):] = [letter]
    return product(*found)
