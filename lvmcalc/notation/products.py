"""Products of two: entry by entry, by a star, and quotients."""

from sympy import Expr

from lvmcalc.notation import forming
from lvmcalc.notation.lexicon import MATHEMATICA
from lvmcalc.notation.powers import Powers
from lvmcalc.notation.printer import plain
from lvmcalc.notation.tokens import Token

OUTER = "The ⊗ of two columns is read as their outer product."
_CLOSER = "The ∘ is read closer than the product in front of it: {}."


class Products(Powers):
    """Read a sign between two factors; which of several readings is meant is told by the flags."""

    stars = False  # whether a star multiplies entry by entry
    solves = False  # whether A \\ B stands in the text
    unsure = False  # whether a star between two matrices may be meant either way
    circles_first = False  # whether ∘ binds closer than the product in front of it
    unsure_circle = False  # whether it may be meant either way
    note = ""  # how a ∘ was read

    def entries(self, factors: list[Expr], right: Expr) -> list[Expr]:
        """Return the factors of left ∘ right, where more may stand beside each of them."""
        left, beside = forming.product(*factors), [right]
        if ".*" in self.text and forming.are_crossed(left, right):
            return [forming.product(*((left, right) if left.cols == 1 else (right, left)))]
        wide = [self.widened(left, right), self.widened(right, left)]
        if ".*" in self.text and wide != [left, right]:
            return [forming.elementwise(*wide)]
        at = self.ahead
        while self.at_factor():
            beside.append(self.factor())
        whole, shape = forming.product(*beside), getattr(right, "shape", 0)
        if len(beside) > 1 and getattr(whole, "shape", 0) == getattr(left, "shape", ()):
            if shape == left.shape:
                raise self.unclear("belongs to what ∘ multiplies", "brackets", at)
            return [forming.elementwise(left, whole)]
        inner = [start for start in range(1, len(factors)) if shape == getattr(
            forming.product(*factors[start:]), "shape", ())]
        fits = shape == getattr(left, "shape", ())
        self.unsure_circle = self.unsure_circle or (fits and bool(inner))
        if inner and (self.circles_first or not fits):
            first = forming.elementwise(forming.product(*factors[inner[-1]:]), right)
            self.note = _CLOSER.format(plain(first))
            return [*factors[:inner[-1]], forming.product(first, *beside[1:])]
        return [forming.product(forming.elementwise(left, right), *beside[1:])]

    def kronecker(self, left: Expr, right: Expr) -> Expr:
        """Return left ⊗ right, where that of two columns is a matrix."""
        if left.is_Matrix and right.is_Matrix and left.cols == right.cols == 1:
            self.note = OUTER
        return forming.kronecker(left, right, outer=True)

    def starred(self, factors: list[Expr], right: Expr) -> list[Expr]:
        """Return the factors of left * right."""
        left = forming.product(*factors)
        if left.is_Matrix and right.is_Matrix:
            if MATHEMATICA.search(self.text):
                raise self.unclear("is multiplied entry by entry", "a dot for the product")
            if self.stars:
                return [forming.elementwise(self.widened(left, right), self.widened(right, left))]
            self.unsure = self.unsure or (left.shape == right.shape and not (
                self.matlab or self.solves))
        return [*factors, right]

    def divided(self, factors: list[Expr], divisor: Expr, at: Token) -> list[Expr]:
        """Return the factors of left / divisor."""
        if not forming.is_number(divisor):
            if self.arrays or forming.acts_by_entries(divisor):
                return [self.quotient(factors, divisor)]
            matlab = self.matlab or self.solves or "'" in self.text
            if matlab and forming.product(*factors).is_Matrix:
                return [*factors, forming.inverse(divisor)]
        return [*factors, forming.reciprocal(divisor, at.start)]
