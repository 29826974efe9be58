"""Decide what the letter of a statement is: the scalar, a stage, or a new letter."""

import re
from contextlib import suppress
from itertools import combinations

from sympy import Add, Expr, S

from lvmcalc import notation
from lvmcalc.auditing.conditional_lines import is_shape_error
from lvmcalc.auditing.context import Context
from lvmcalc.auditing.own_letters import common_ratio
from lvmcalc.auditing.pieces import LOSS_NAMES, Piece
from lvmcalc.auditing.remarks import NAME
from lvmcalc.calculus import CannotBeFormed, UnsupportedExpression, Verdict
from lvmcalc.marking.chain_values import NoValue
from lvmcalc.marking.exercise import exercise_of
from lvmcalc.notation import Unreadable
from lvmcalc.notation.forming import as_number, change_of
from lvmcalc.notation.formula_finder import sides_of
from lvmcalc.notation.statements import ROUND

_TAKEN = "The gradient is read as {}."
_LOG_P = re.compile(r"\\?(?:log|ln)\s*p(?:\s*\([^()]*\))?")


class SaidLetters:
    """Decide which letter is the scalar, and which claims are definitions."""

    def __init__(self, context: Context):
        self.context, self.chain, self.letters = context, context.chain, context.letters

    def with_scalar_renamed(self, found: list[Piece]) -> list[Piece]:
        """Return pieces with L for a letter that was defined as the scalar, as J = ½‖A w − y‖²."""
        output = self.chain.vocabulary.outputs[-1]
        for piece in found:
            letter = self._name_of_scalar(piece)
            if letter and piece.kind != "words" and self.agrees(piece, output):
                return self.scalar_renamed(found, piece)
        return found

    def scalar_renamed(self, found: list[Piece], piece: Piece) -> list[Piece]:
        """Return pieces with L for the letter that a piece defines as the scalar."""
        output = self.chain.vocabulary.outputs[-1]
        called = re.escape(self._name_of_scalar(piece))
        name = re.compile(rf"(?:(?<=[d∂δ²])|(?<![A-Za-z\\]))\\?{called}"
                          r"(?:\(\w+\))?(?![A-Za-z0-9](?!(?<=d)[A-Z]))")
        same = [it is piece or bool(it.name and it.name == piece.name) for it in found]
        return [it if it.kind == "words" else it._replace(
            text=name.sub(output, it.text), kind="claim" if scalar else it.kind,
            name="" if scalar else it.name) for it, scalar in zip(found, same, strict=True)]

    def _name_of_scalar(self, piece: Piece) -> str:
        """Return the name on the left that may be another name of the scalar, "" if none."""
        left = sides_of(piece.text)[0].strip()
        called = re.sub(r"\(\w\)$", "", left) if NAME.match(left) else ""
        return piece.name or (left if _LOG_P.fullmatch(left) else called)

    def meant(self, piece: Piece) -> Piece:
        """Return a claim about a stage as a definition if its letter means something else."""
        name, left = notation.spelling(piece.name), sides_of(piece.text)[0].strip()
        if piece.kind == "claim" and _LOG_P.fullmatch(left) and "p" not in self.chain.leaves:
            return piece._replace(error=f"`{left}` is not the scalar of this chain.")
        output = self.chain.vocabulary.outputs[-1]
        vocabulary = self.context.vocabulary
        if name and piece.kind == "claim" and name not in vocabulary and self.agrees(piece, output):
            text = f"{output} = {piece.text.partition('=')[2]}"  # it is called loss, or J
            return piece._replace(name=output, text=text)
        if piece.kind != "claim" or name not in {*self.chain.nodes, *vocabulary.lengths} or (
                name in vocabulary.outputs or self.agrees(piece, name)):
            return piece
        another = piece.declared or name in self.chain.unnamed or self._has_other_shape(piece, name)
        return piece._replace(kind="definition") if another else piece

    def by_intermediate(self, sides: tuple[Expr, ...]) -> tuple[tuple[Expr, ...], str]:
        """Decide which variable an unnamed gradient belongs to, by its shape.

        It is the last one that fits if the leaf asked for does not. A note says which it is.
        """
        asked, shape = sides[0], notation.shape(sides[1])
        named = self.chain.nodes.keys() - self.chain.unnamed - {
            *self.chain.leaves, self.chain.output}
        inside = [*(self.chain.adjoint_symbol(node.name) for node in self.chain
                    if node.name in named), *self.letters.own]
        fitting: dict[Expr, Verdict] = {}
        for adjoint in reversed(inside if shape != notation.shape(asked) else []):
            with suppress(Unreadable):  # L is not known in terms of the letter
                if notation.shape(adjoint) == shape:
                    fitting[adjoint] = self.context.verdict(adjoint, sides[1])
        if not fitting or any(map(is_shape_error, fitting.values())):  # the value cannot be formed
            return sides, ""
        taken = max(fitting, key=lambda adjoint: fitting[adjoint].holds)
        return (taken, *sides[1:]), _TAKEN.format(notation.plain(taken))

    def _has_other_shape(self, piece: Piece, name: str) -> bool:
        """Return whether a statement gives its letter another shape than the chain does."""
        with suppress(Unreadable, CannotBeFormed, IndexError):
            value = as_number(self.context.formula(sides_of(piece.text)[1]))
            return value != 0 and notation.shape(value) != notation.shape(
                as_number(self.context.vocabulary[name]))
        return False

    def agrees(self, piece: Piece, name: str) -> bool:
        """Return whether a definition agrees with a stage."""
        with suppress(Unreadable, CannotBeFormed, UnsupportedExpression, IndexError, KeyError):
            value = as_number(self.context.formula(sides_of(piece.text)[1]))
            node = as_number(self.context.vocabulary[name])
            if piece.constant and not value.is_Matrix:
                node, value = map(change_of, (node, value))
            if value.is_Matrix == node.is_Matrix:
                verdict = self.context.verdict(node, value)
                return verdict.holds or self.without_constant((node, value), (verdict,)) != 0
        return False

    def without_constant(self, sides: tuple[Expr, ...], verdicts: tuple[Verdict, ...]) -> Expr:
        """Return the constant terms that a formula of the scalar leaves out, 0 if none."""
        constant = Add(*(term for term in Add.make_args(self.chain.expression())
                         if not {it.name for it in term.free_symbols} & {*self.chain.leaves}))
        left_out = constant != 0 and sides[0] == self.chain[self.chain.output].symbol and (
            not verdicts[0].holds and not sides[1].is_Matrix
            and self.context.verdict(sides[0] - constant, sides[1]).holds)
        return constant if left_out else S.Zero

    def is_loss(self, found: list[Piece], piece: Piece) -> bool:
        """Return whether a definition of ℓ, J or loss defines the scalar, whatever its formula.

        It does if the letter is differentiated and not used otherwise, and nothing else is L.
        """
        if notation.spelling(piece.name) not in {"l", *LOSS_NAMES}:
            return False
        others = [it.text for it in found if it is not piece and it.kind != "words"]
        letter = rf"\\?{re.escape(piece.name)}(?![A-Za-z0-9_])"
        change = re.compile(rf"(?:{ROUND}|∇|\\nabla\b)\s*{letter}")
        output = re.compile(rf"(?<![A-Za-z])(?:{ROUND})?{self.context.vocabulary.outputs[-1]}"
                            r"(?![A-Za-z0-9_])")
        used = re.compile(rf"(?<![A-Za-z\\]){letter}")
        return any(map(change.search, others)) and not any(map(output.search, others)) and not any(
            used.search(change.sub("", side)) for text in others for side in sides_of(text)[1:]
        ) and not self._is_part(piece)

    def _is_part(self, piece: Piece) -> bool:
        """Return whether a formula is a multiple of some terms of the scalar, or may be.

        The mean over the rows is such a multiple of all terms.
        """
        exercise = exercise_of(self.chain, next(iter(self.chain.leaves)))
        with suppress(Unreadable, UnsupportedExpression, *NoValue, ValueError, TypeError):
            value = as_number(self.context.formula(sides_of(piece.text)[1]))
            values = [] if value.is_Matrix else exercise.values(self.letters.meaning(value))
            terms = [*map(exercise.values, Add.make_args(self.chain.expression()))]
            return not values or any(
                common_ratio([it * point.get(size, 1) for it, point in zip(
                    values, exercise.points, strict=True)], [*map(sum, zip(*some, strict=True))])
                for count in range(1, len(terms) + 1) for some in combinations(terms, count)
                for size in ("", *self.context.vocabulary.lengths, *self.chain.leaves)
                if isinstance(exercise.points[0].get(size, 1), int | float))
        return True
