"""Order the lines of a derivation so that a definition comes before its use."""

import re
from collections.abc import Collection

from lvmcalc.auditing.pieces import Piece
from lvmcalc.marking.derivation_text import letters_given
from lvmcalc.notation import spelling
from lvmcalc.notation.vocabulary import typed


def reading_order(found: list[Piece], stages: Collection[str]) -> list[int]:
    """Return the numbers of the pieces, definitions before the lines that use them.

    A letter with several definitions means in each line what the last one before it says. A letter
    of one of the `stages` keeps its meaning above a line that cannot be read.
    """
    given = [_given(piece, stages) for piece in found]
    every = [name for names in given for name in names]
    once = {name: number for number, names in enumerate(given) for name in names
            if every.count(name) == 1}
    ends = r"(?![A-Za-z]|_(?!\{?[a-z]{1,2}\b))"  # z may have an index
    letters = {name: re.compile(rf"(?<![a-z\\])[d∂δ]?{name}(?![a-z]|_(?!\{{?[a-z]{{1,2}}\b))"
                                if re.fullmatch("[A-Za-z]", name) else  # XSr contains S and r
                                rf"(?<![A-Za-z\\])[d∂δ]?{typed(name)}{ends}") for name in once}
    order: dict[int, None] = {}
    begun: set[int] = set()

    def take(number: int) -> None:
        begun.add(number)
        for name, place in once.items():
            if place not in begun and found[number].kind != "words" and (
                    letters[name].search(found[number].text)):
                take(place)
        order[number] = None

    for number in range(len(found)):
        if number not in begun:
            take(number)
    return [*order]


def _given(piece: Piece, stages: Collection[str]) -> set[str]:
    """Return the letters that a piece defines, or would define if it could be read."""
    return {spelling(re.sub(r"_([a-z])\1$", "", piece.name))} if piece.kind == "definition" else (
        letters_given(piece.text) - {*stages} if piece.error else set())
