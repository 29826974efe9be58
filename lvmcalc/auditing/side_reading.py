"""Read the sides of an equation in the letters that are defined before it."""

import re
from collections.abc import Iterator
from contextlib import suppress

from sympy import Expr

from lvmcalc import notation
from lvmcalc.auditing.backprop_notation import stages_of
from lvmcalc.auditing.context import Context
from lvmcalc.auditing.gradient_names import derived, gradient_called, slopes_in
from lvmcalc.auditing.jacobians import HESSIAN, QUOTIENT, bare
from lvmcalc.auditing.partial_lines import with_summand
from lvmcalc.auditing.quoted_rules import of_one_number
from lvmcalc.calculus import CannotBeFormed
from lvmcalc.calculus.expression_checks import check_shapes
from lvmcalc.marking.denominators import inverses_below
from lvmcalc.marking.differential_answers import held_fixed
from lvmcalc.notation import Unreadable
from lvmcalc.notation.forming import as_number, change_of, transposed
from lvmcalc.notation.formula_finder import sides_of
from lvmcalc.notation.indices import entries_in
from lvmcalc.notation.parser import Reading, readings
from lvmcalc.notation.vocabulary import typed

_AS_ROWS = ("In this order it may be the chain rule of numerator layout, where gradients are rows. "
            "Here a gradient has the shape of its variable: write (∂z/∂w)ᵀ ∂L/∂z.")
_FOUR = "The derivative of a matrix by the matrix {} has four indices, which is not read."
_ONLY = "The text says that only {0} varies, but this line holds {0} fixed."
_CHANGE_OF_GRADIENT = re.compile(r"d∇_?(\w*?)L")
_SLOPE = "dLdterm"
_CURVATURE = "Hessianterm"  # stands for ∇²L in a second differential
_SECOND = re.compile(r"\s*d\s*(?:²|\^\s*\{?\s*2\s*\}?)\s*\(?\s*L\s*\)?\s*&?\s*")
_INVERSE = "dLdinverse"  # stands for ∂L/∂K⁻¹ in an equation
_OUTSIDE = "stands outside the sum"
_DIVIDED = "./ divides entry by entry"
_QUOTIENT_SIGN = re.compile(r"/(?!\s*(?:∂|\\partial|d[^\W\d_](?![A-Za-z])(?!\s*[)∘⊙])))")
_UNIT = re.compile(r"\s*(?:\\math(?:bf|rm)\s*\{?\s*)?I\s*\}?\s*")

_UNIT_IN = re.compile(r"(?<![A-Za-z\\_])I(?![\w])")
_SIZE = "The size of `I`"


def _shape_of(side: Expr) -> tuple[Expr, ...]:
    return getattr(side, "shape", ())


class SideReader:
    """Read the sides of an equation in the letters that were defined before it."""

    def __init__(self, context: Context):
        self.context, self.chain, self.letters = context, context.chain, context.letters
        self.meaning, self.verdict = context.meaning, context.verdict
        self.indices = ""  # of the last equation between entries

    def fixed(self, sides: tuple[Expr, ...], only: str = "") -> str:
        """Say which leaves are held fixed.

        Leaves are named if others vary elsewhere, or if the words before speak of the total
        differential.

        Raises
        ------
        Unreadable
            If the text says that `only` one of them varies.
        """
        names = held_fixed(self.chain, [*map(self.meaning, sides)], self.context.moving)
        if only in names:
            raise Unreadable(_ONLY.format(only))
        letters = ", ".join(notation.plain(name) for name in names if (
            self.context.total_differential or name in self.context.moving))
        return f"It holds with {letters} held fixed." if letters else ""

    def _derivative(self, side: str, said: str) -> Expr | None:
        """Return the derivative that a side is, as ∂/∂w (½ wᵀA w), None if it is none.

        ∇ (½ wᵀA w) is by the one letter in it that has the shape of `said`.
        """
        if change := _CHANGE_OF_GRADIENT.fullmatch(bare(side)):
            leaves = [change[1]] if change[1] else [*self.context.moving]
            if len(leaves) == 1 and leaves[0] in self.chain.leaves:
                gradient = self.chain.adjoint_symbol(leaves[0])
                return change_of(next((side for left, side in self.context.slips.relations
                                       if left == gradient), self.chain.in_leaves(
                    self.chain.adjoint(leaves[0]))))
        (name, formula), vocabulary = derived(side), self.context.vocabulary
        below = re.search(r"_\{?([a-z])[a-z]?\}?$", name.rstrip("} "))  # the row of an entry
        name = notation.spelling(re.sub(r"_\{?[a-z]{1,2}\}?$", "", name.strip("{}\\ ")))
        own = {letter.name: letter for letter in self.letters.formulas}
        if not formula or name not in {"", *self.chain.leaves, *self.chain.abbreviations, *own}:
            return None
        if name in own and name not in self.chain.leaves:
            value = as_number(self.context.formula(formula))
            return None if value.is_Matrix or own[name] not in value.free_symbols else (
                self.letters.slope(value, own[name]))
        try:
            value = self.meaning(as_number(self.context.formula(formula)))
        except Unreadable:
            if not below or not self._is_of_row(formula, name, below[1]):
                raise
            formula = f"Σ_{below[1]} ({formula})"
            value = self.meaning(as_number(self.context.formula(formula)))
        if name and value == self.chain[self.chain.output].symbol:
            return self.chain.adjoint_symbol(self.chain.abbreviations.get(name, name))
        if not name:
            claimed = self.context.formula(said)
            fitting = [name for name, leaf in self.chain.leaves.items()
                       if leaf.shape == _shape_of(claimed) and leaf.symbol in value.free_symbols]
            if len(fitting) > 1:
                fitting = [name for name in fitting if self.verdict(
                    self.letters.slope(value, vocabulary[name]), claimed).holds]
            name = fitting[0] if len(fitting) == 1 else ""
        if not name or (value.is_Matrix and vocabulary[name].is_Matrix) or (
                not value.is_Matrix and name in self.chain.abbreviations
                and vocabulary[name] not in value.free_symbols):
            return None
        return self.letters.slope(value, vocabulary[name])

    def sides(self, text: str) -> tuple[Expr, ...]:
        """Return the sides of an equation, in the reading that makes it true if there is one."""
        first, *others = sides_of(text)
        if not others:
            raise Unreadable("A line of a derivation is an equation, such as ∂L/∂d = ∂L/∂c.")
        if _SECOND.fullmatch(first):
            return self._second_differential(others)
        if found := of_one_number(
                self.context.vocabulary, [first, *others], self.letters.slope,
                self.letters.formulas):
            return found
        first = gradient_called(self.chain, first, lambda: self.context.formula(others[0]),
                                self.context.same)
        if any(map(slopes_in, (first, *others))) and (found := self._with_slopes([first, *others])):
            return found
        try:
            return self._laid_out(self.read([first, *others]))
        except Unreadable:
            known = (*filter(None, [self.indices]), *entries_in(first), *entries_in(others[-1]))
            for indices in dict.fromkeys(known):
                with suppress(Unreadable, CannotBeFormed):
                    found, self.indices = self.read([first, *others], indices), indices
                    return found
            raise

    def _second_differential(self, others: list[str]) -> tuple[Expr, ...]:
        """Return the sides of d²L = …, which is dwᵀ ∇²L dw if a column w alone varies."""
        varying = [self.context.vocabulary[name] for name in self.context.moving]
        if len(varying) != 1 or not varying[0].is_Matrix or varying[0].cols != 1:
            raise Unreadable("A second differential is checked only where a single column varies.")
        symbol, _ = next(self.letters.hessian(varying[0]))
        name = varying[0].name
        with self.context.reading({_CURVATURE: symbol}):
            return self.sides(" = ".join([f"d{name}ᵀ {_CURVATURE} d{name}", *others]))

    def _is_of_row(self, formula: str, name: str, index: str) -> bool:
        """Return whether a formula uses entries of one row of a matrix only."""
        letter = rf"(?<![A-Za-z\\]){typed(name)}"
        every = len(re.findall(rf"{letter}(?![a-z])", formula))
        rows = re.findall(rf"{letter}\s*_\s*\{{?\s*([a-z])", formula)
        others = {it.name for it in self.letters.formulas} | stages_of(self.chain) - {
            *self.chain.leaves} - {name}
        bare_ = re.sub(r"_\s*(?:\{[^{}]*\}|\w+)", "", formula)
        return every == len(rows) and {*rows} == {index} and not (
            others & {*re.findall(r"[^\W\d_]+", bare_)})

    def _with_slopes(self, texts: list[str]) -> tuple[Expr, ...]:
        """Return the sides of an equation with derivatives of terms, () if one cannot be named."""
        put, symbols = [], {}
        for text in texts:
            for begin, end in reversed(slopes_in(text)):
                symbol = self._derivative(text[begin:end], "")
                if symbol is None:
                    return ()
                name = f"{_SLOPE}{chr(ord('a') + len(symbols))}"
                below = "".join(f"_{{{it}}}" for it in entries_in(text[begin:end])[:1])
                symbols[name] = symbol
                text = f"{text[:begin]} {name}{below} {text[end:]}"
            put.append(text)
        with self.context.reading(symbols):
            return self.sides(" = ".join(put))

    def _laid_out(self, sides: tuple[Expr, ...]) -> tuple[Expr, ...]:
        """Return sides with (∂z/∂w)ᵀ for ∂z/∂w where only that fits.

        Raises
        ------
        Unreadable
            If they cannot be formed either way, or if a derivative has four indices.
        """
        of = self.letters.derived.get(sides[0], ())
        if of and all(_shape_of(it) and 1 not in _shape_of(it) for it in of) and any(
                _shape_of(side) != sides[0].shape for side in sides[1:]):
            raise Unreadable(_FOUR.format(notation.plain(of[1])))
        matrices = {symbol: transposed(symbol) for side in sides[1:] for symbol in side.free_symbols
                    if symbol in self.letters.derived
                    and all(it.is_Matrix and it.cols == 1
                            for it in self.letters.derived[symbol])}
        if not matrices or self._is_formed(*sides[1:]):
            return sides
        turned = tuple(side.xreplace(matrices) for side in sides)
        if not self._is_formed(*turned[1:]):
            raise Unreadable(_AS_ROWS)
        return turned

    def read(self, texts: list[str], indices: str = "") -> tuple[Expr, ...]:
        """Return the sides of an equation, between matrices or between their entries."""
        if found := self._between_derivatives(texts):
            return found
        first, *others = texts
        change = self.context.vocabulary.change
        differentials = any(map(change.search, texts)) or bool(
            re.match(r"\s*d\s*\(", first) and others[-1].strip(" .$") == "0")  # d(…) = 0
        if any(map(change.search, others)):  # d K⁻¹ is the differential, no product
            joined = re.sub(r"^\s*d\s+(?=[^\s=]+\s*$)", "d", first)
            first = joined if change.match(joined) else first
        shape = _shape_of(self._divided(others[0], (), differentials, indices)[0].formula) if (
            _UNIT.fullmatch(first)) else ()
        found = [self._derivative(first, others[0])
                 or self._divided(first, shape, differentials, indices)[0].formula]
        for other in others:
            try:
                ways = self._divided(other, _shape_of(found[0]), differentials, indices)
            except Unreadable as error:  # tr(I) = D determines the size of I
                sized = [way for size in self.chain.vocabulary.lengths if _SIZE in str(error)
                         for way in self._divided(_UNIT_IN.sub(f"I_{size}", other), (),
                                                 differentials, indices)[:1]
                         if self.verdict(found[-1], way.formula).holds]
                if len(sized) != 1:
                    raise
                ways = sized
            found.append(self._likeliest(found[-1], ways))
        return tuple(found)

    def _between_derivatives(self, texts: list[str]) -> tuple[Expr, ...]:
        """Return the sides of an equation for ∂z/∂w or a Hessian, () if it is none.

        Of the possible layouts it is that of the other side, if there is one.
        """
        found: list[tuple[Expr, ...]] = []
        for symbol, indices in self._derivative_ways(texts[0]):
            others = [] if symbol.name.startswith("∂²") else [CannotBeFormed]
            with suppress(Unreadable, *others):
                ways = [self._ways(text, symbol, indices) for text in texts[1:]]
                sides = (symbol, *(self._likeliest(symbol, way) for way in ways))
                if _shape_of(sides[1]) == _shape_of(symbol) and self.verdict(*sides[:2]).holds:
                    return sides
                found.append(sides)
        if not found and any(inverses_below(text)[0] for text in texts):
            return self._with_inverse_below(texts)
        found.sort(key=lambda sides: _shape_of(sides[1]) != _shape_of(sides[0]))
        return found[0] if found else ()

    def _with_inverse_below(self, texts: list[str]) -> tuple[Expr, ...]:
        """Return the sides of an equation with ∂L/∂K⁻¹."""
        put = [inverses_below(text, _INVERSE) for text in texts]
        names = {name for inverted, _ in put for name in inverted}
        symbols = [way for name in [*map(self.context.symbol_of, names)][:1] if name is not None
                   for way, _ in self.letters.by_inverse(name)]
        if len(names) != 1 or not symbols or any(inverses_below(text)[0] for _, text in put):
            raise Unreadable("A derivative by an inverse is read only for a single matrix.")
        with self.context.reading({_INVERSE: symbols[0]}):
            return self.read([text for _, text in put])

    def _ways(self, text: str, symbol: Expr, indices: str) -> list[Reading]:
        """Return the readings of a side opposite a derivative; 1 − h for ∂h/∂z is entrywise."""
        try:
            found = self.context.readings(text, _shape_of(symbol), False, indices)
            check_shapes(self.meaning(found[0].formula))
            return found
        except CannotBeFormed:
            if not symbol.is_Matrix or symbol.name.startswith("∂²"):
                return self._divided(text, _shape_of(symbol), False, indices)
            return self._by_entries(text, symbol.shape)

    def _by_entries(self, text: str, shape: tuple[Expr, ...]) -> list[Reading]:
        """Return the entrywise readings of a side."""
        below = "ij" if shape[1] != 1 else "i"
        names = "|".join(typed(name) for name, it in self.context.vocabulary.items()
                         if "∂" not in name and getattr(it, "shape", ()) == shape)
        spread = re.sub(rf"(?<![A-Za-z\\])(d?(?:{names}))(?![A-Za-z_])", rf"\1_{{{below}}}", text)
        return self.context.readings(spread, shape, False, below)

    def _is_formed(self, *sides: Expr) -> bool:
        """Return whether all sides can be formed."""
        with suppress(CannotBeFormed):
            for side in sides:
                check_shapes(self.meaning(side))
            return True
        return False

    def _divided(self, text: str, shape: tuple[Expr, ...], differentials: bool,
                indices: str) -> list[Reading]:
        """Return the readings of a side, entrywise for a quotient or a starred product of columns.

        The summand of a sum reaches as far as its index.
        """
        try:
            found = self.context.readings(text, shape, differentials, indices)
            if "*" in text and not self.context.arrays and not self._is_formed(found[0].formula):
                other = readings(text, self.context.vocabulary, shape, differentials, indices, True)
                return other if self._is_formed(other[0].formula) else found
            return found
        except Unreadable as error:
            if _OUTSIDE in str(error) and (whole := with_summand(text)) != text:
                return self.context.readings(whole, shape, differentials, indices)
            if _DIVIDED not in str(error):
                raise
            with suppress(Unreadable, CannotBeFormed):
                if shape:
                    return self._by_entries(text, shape)
            with suppress(Unreadable, CannotBeFormed):
                found = readings(_QUOTIENT_SIGN.sub(" ./ ", text), self.context.vocabulary, shape,
                                 differentials)
                check_shapes(self.meaning(found[0].formula))
                return found
            raise

    def _derivative_ways(self, left: str) -> Iterator[tuple[Expr, str]]:
        """Yield the symbols of the derivatives that a left side may be."""
        inverted, rest = inverses_below(left)
        left = bare(left)
        if inverted and rest.strip(" ${}") in ("", "L"):
            if (symbol := self.context.symbol_of(inverted[0])) is not None:
                yield from self.letters.by_inverse(symbol)
        elif hessian := HESSIAN.fullmatch(left):
            name = notation.spelling(next(filter(None, hessian.groups()), "").strip("\\"))
            moving = self.context.moving if len(self.context.moving) == 1 else self.chain.leaves
            for leaf in (self.chain.leaves[it] for it in ([name] if name else moving)
                         if it in self.chain.leaves):
                if leaf.symbol.is_Matrix and leaf.symbol.cols == 1:
                    yield from self.letters.hessian(leaf.symbol)
        elif quotient := QUOTIENT.fullmatch(left):
            above, below = map(self.context.symbol_of, quotient.group("above", "below"))
            if above is not None and below is not None and quotient["above"] not in (
                    self.context.vocabulary.outputs):
                yield from self.letters.quotients(above, below, quotient["i"] or "",
                                                  quotient["j"] or "")

    def _likeliest(self, before: Expr, ways: list[Reading]) -> Expr:
        """Return the reading that makes a side equal to the one before, else the first."""
        true = [way.formula for way in ways[1:] if self.verdict(before, way.formula).holds]
        return true[0] if true and not self.verdict(before, ways[0].formula).holds else (
            ways[0].formula)
