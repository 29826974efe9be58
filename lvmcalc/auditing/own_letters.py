"""The letters that a derivation defines: what they mean, and the adjoints of them, as in ∂L/∂E."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial

import numpy as np
import sympy as sp
from sympy import Expr, MatrixSymbol, Symbol

from lvmcalc import notation
from lvmcalc.auditing.jacobians import derivatives
from lvmcalc.auditing.letter_for_part import flattened, with_letter
from lvmcalc.auditing.scalar_summands import summands_of
from lvmcalc.calculus import differential, inner
from lvmcalc.chain import Chain
from lvmcalc.chain.passes import added
from lvmcalc.marking.differential_answers import gradient_of
from lvmcalc.marking.exercise import NoValue, exercise_of
from lvmcalc.notation import Unreadable, Vocabulary
from lvmcalc.notation.forming import as_number, change_of, inverse, product, transposed
from lvmcalc.notation.softmax_shift import without_shifts
from lvmcalc.notation.vocabulary import matching

_LARGEST_FACTOR = 24  # of a number between a letter and a stage


class OwnLetters:
    """What the letters of a derivation mean.

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
        self.own: dict[Expr, Expr] = {}  # the letters by the symbols of their adjoints
        self.derived: dict[Expr, tuple[Expr, Expr]] = {}  # what ∂K/∂α is the derivative of, and by
        short = {node: name for name, node in chain.abbreviations.items()}
        self.slopes = self.parts.adjoints | {
            name: self.slopes_of(name, node.symbol) for node in chain.nodes.values()
            for name in {node.name, short.get(node.name, node.name)}
            if node.name not in self.parts.adjoints and node.name != chain.output}

    def define(self, letter: Expr, formula: Expr, words: Vocabulary) -> Vocabulary:
        """Take a letter for what it is defined as, and return a vocabulary that has it."""
        meaning = self.meaning(formula)
        self.formulas.pop(letter, None)  # so that it is the last
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
        # another symbol than that of a stage with the same letter
        adjoint = matching(f"{notation.adjoint_name(self.chain.output, name)} ", letter)
        slopes = self.slopes_of(name, meaning) | self.slopes_by_letters(letter, formula)
        self.adjoints[adjoint], self.own[adjoint] = partial(self.adjoint_of, letter), letter
        for symbol in (adjoint, *slopes.values()):
            self.meanings.pop(symbol, None)
        return words.extended({name: letter}, {name: adjoint}, {name: slopes} if slopes else {})

    def slopes_of(self, name: str, value: Expr) -> dict[str, Expr]:
        """Return the symbols for the derivatives of a value, ∂s/∂X or ∂K/∂α, by the leaf."""
        return {leaf.name: symbol for leaf in self.chain.leaves.values()
                if not leaf.symbol.is_integer
                and (symbol := self.slope_symbol(name, value, leaf.symbol)) is not None}

    def slopes_by_letters(self, letter: Expr, formula: Expr) -> dict[str, Expr]:
        """Return the symbols for the derivatives of a letter by those in its formula."""
        return {other.name: symbol for other in self.formulas
                if other in formula.free_symbols and other != letter
                and (symbol := self.slope_symbol(letter.name, formula, other)) is not None}

    def slope_symbol(self, name: str, value: Expr, wrt: Expr) -> Expr | None:
        """Return the symbol for a derivative, None if it has more than two indices."""
        called, shape = f"{notation.adjoint_name(name, wrt.name)} ", getattr(wrt, "shape", ())
        if not value.is_Matrix or not shape:
            symbol = matching(called, value if value.is_Matrix else wrt)
        elif value.cols == wrt.cols == 1:
            symbol = MatrixSymbol(called, value.rows, wrt.rows)
        elif value.shape == shape:
            symbol = matching(called, value)  # entry by entry
        else:
            return None
        self.derived[symbol] = value, wrt
        self.adjoints[symbol] = partial(self.slope_of, value, wrt)
        return symbol

    def slope_of(self, value: Expr, wrt: Expr) -> Expr:
        """Return the derivative of a value with respect to a leaf or a letter of it."""
        value = as_number(self.chain.in_leaves(value) if wrt.name in self.chain.leaves else value)
        if value.is_Matrix and not wrt.is_Matrix:
            return differential(value, wrt, sp.S.One)
        found = next(derivatives(self.chain, value, wrt, "i", "j"), None)
        if found is None:
            raise Unreadable(f"The derivative by {notation.plain(wrt)} has four indices, which is "
                             "not read.")
        return found.value

    def quotients(self, above: Expr, below: Expr, i: str, j: str) -> Iterator[tuple[Expr, str]]:
        """Yield symbols for what the derivative of a name by another, or of their entries i and j,
        may be, each with the indices that are left."""
        value = self.in_terms(above, below)
        if below not in value.free_symbols or not below.is_Matrix:
            return
        for number, found in enumerate(derivatives(self.chain, value, below, i, j), 2):
            name = notation.adjoint_name(above.name, below.name)
            symbol = matching(name + " " * number, found.value)
            self.meanings[symbol] = self.meaning(found.value)
            self.derived[symbol] = value, below
            yield symbol, found.indices

    def by_inverse(self, of: Expr) -> Iterator[tuple[Expr, str]]:
        """Yield the symbol for the derivative of the scalar with respect to the inverse of a name.
        """
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

    def in_terms(self, value: Expr, below: Expr) -> Expr:
        """Return an expression in which whatever depends on a name is written with it."""
        known: dict[Expr, Expr] = {}
        for symbol in value.free_symbols - {below}:
            node = self.chain.nodes.get(self.chain.abbreviations.get(symbol.name, symbol.name))
            formula = self.formulas.get(symbol, node.expression if node else symbol)
            inner = formula if formula == symbol else self.in_terms(formula, below)
            if below in inner.free_symbols:
                known[symbol] = inner
        return value.xreplace(known)

    def derivative(self, value: Expr, wrt: Expr) -> Expr:
        """Return a symbol for the derivative of a number with respect to a leaf, or K."""
        symbol = matching(f"∂({notation.plain(value)})/∂{notation.plain(wrt)} ", wrt)
        self.derived[symbol] = value, wrt
        self.meanings[symbol] = self.meaning(gradient_of(
            self.chain, self.chain.in_leaves(value) if wrt.name in self.chain.leaves else value,
            wrt))
        return symbol

    def define_adjoint(self, symbol: Expr, name: str, formula: Expr,
                       words: Vocabulary) -> Vocabulary:
        """Take what is said of the adjoint of a letter for true, and return a vocabulary that has
        it."""
        self.meanings[symbol] = meaning = self.meaning(formula)
        self.adjoints[symbol] = lambda: meaning
        return words.extended({}, {name: symbol})

    def meaning(self, side: Expr) -> Expr:
        """Return a side with what has been defined in place of its letters, and of ∂L₁/∂X."""
        for symbol in side.atoms(Symbol, MatrixSymbol) - {*self.meanings}:
            if part := self.parts.of(symbol):
                self.meanings[symbol] = part[0].adjoint(part[1])
            elif symbol in self.adjoints:
                self.meanings[symbol] = self.meaning(self.adjoints[symbol]())
        found = side.xreplace(self.meanings) if self.meanings else side
        with suppress(Unreadable):  # it may be part of a softmax yet
            found, _ = without_shifts(found, self.same)
        return found

    def adjoint_of(self, letter: Expr) -> Expr:
        """Return the adjoint of a letter.

        Raises
        ------
        Unreadable
            If nothing says what L is in terms of the letter.
        """
        found = next(self.ways(letter), None)
        if found is None:
            raise Unreadable(f"{notation.plain(letter)} is no stage here, and no line before says "
                             f"what {notation.plain(self.chain.output)} is in terms of it.")
        return found

    def ways(self, letter: Expr) -> Iterator[Expr]:
        """Yield what the adjoint of a letter may be, where something depends on more than one.

        That of L as a right line has it; that of the stages of which the letter is a multiple; what
        other letters bring to it; and that of L as a function of the letter, if it is the inverse
        of a leaf or stage.
        """
        value, meaning = self.whole, self.meanings[letter]
        for other, formula in reversed(self.formulas.items()):
            value = value if other == letter else value.xreplace({other: formula})
        if letter not in value.free_symbols:  # as M = WᵀW in ½‖WᵀW x − x‖²
            value = with_letter(flattened(value), flattened(self.formulas[letter]), letter)
        stages = [product(1 / factor, adjoint) for factor, _, adjoint in self.stages(meaning)]
        if letter in value.free_symbols and not self.chain_after(letter, value):
            found = gradient_of(self.chain, value, letter)
            if not stages or not self.same(found, added(stages)):
                yield found
        if stages:
            yield added(stages)
        with suppress(Unreadable):
            if after := [other for other, formula in self.formulas.items()
                         if letter in formula.free_symbols and other != letter]:
                yield added([self.brought(letter, other) for other in after])
        if meaning.is_Matrix and meaning.is_square:
            for factor, node, adjoint in self.stages(inverse(meaning)):
                yield product(-factor, transposed(node), self.chain.in_leaves(adjoint),
                              transposed(node))

    def brought(self, letter: Expr, other: Expr) -> Expr:
        """Return what another letter, in whose definition a letter stands, brings to its adjoint.
        """
        adjoint = matching("∂", other)
        scalar = inner(adjoint, self.formulas[other]) if other.is_Matrix else (
            adjoint * self.formulas[other])
        found = gradient_of(self.chain, scalar, letter)
        return found.xreplace({adjoint: self.adjoint_of(other)})

    def other_ways(self, sides: Iterable[Expr]) -> Iterator[None]:
        """Take every other meaning of the adjoints of letters in some sides, one after the other.
        """
        for symbol in self.own.keys() & {it for side in sides for it in side.free_symbols}:
            before = self.meanings[symbol]
            for way in [*self.ways(self.own[symbol])][1:]:
                self.meanings[symbol] = self.meaning(way)
                yield
            self.meanings[symbol] = before

    def chain_after(self, letter: Expr, value: Expr) -> bool:
        """Return whether stages stand in a value that may depend on a letter."""
        def stages(of: Expr) -> set[str]:
            names = {self.chain.abbreviations.get(it.name, it.name) for it in of.free_symbols}
            return names & {*self.chain.nodes}

        before = stages(self.meanings[letter])
        return any(not before & {*self.chain.leading_to(name)}
                   for name in stages(value))

    def stages(self, meaning: Expr) -> Iterator[tuple[Expr, Expr, Expr]]:
        """Yield the leaves and stages, or their transposes, of which an expression is a multiple:
        the number, the stage, and its adjoint."""
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
    """Return the number by which all values are a multiple of others, None if there is none."""
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
