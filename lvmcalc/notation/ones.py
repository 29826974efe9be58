"""Tell the column of ones from the number 1: \\mathbf{1} and 𝟏, 1ᵀ, and the 1 in A 1.

The sign 𝟙 for \\mathbb{1} stays, for it may be the identity too.
"""

import re

from lvmcalc.notation.letters import GREEK
from lvmcalc.notation.lexicon import BOLD

ONES, DOUBLE = "𝟏", "𝟙"
_ONE = r"\s*(?:\{\s*1\s*\}|1)"
_BOLD = rf"{BOLD}{_ONE}(?!\s*_)|(\\(?:mathbbm?|mathds){_ONE})"
_TURN = r"(?:[ᵀ⊤']|\.T\b|\^\s*\{?\s*(?:T\b|\\top|⊤|\\intercal|\\prime|'))"
_TURNED = rf"(?<![\w.^])(?<!\^[-{{])(?<!\*\*)(?<!\*\*-)(?<!\^\{{-)11?(?=\s*{_TURN})"
_FACTOR = (r"(\\[A-Za-z]+|(?<![a-z0-9_\\^])[^\W\d_](?:_?\d)?|(?<=\^)T"
           r"|\^\{\s*(?:T|\\top)\s*\}|[])ᵀ'𝟏])(\s+|(?<=[)ᵀ'𝟏]))1(?![\w.]|\s*[/(])")
_TURNS = {"top", "prime", "intercal"}


def with_ones(text: str) -> str:
    """Return a text of the same length in which the sign 𝟏 stands for each column of ones."""
    text = re.sub(_BOLD, lambda it: (DOUBLE if it[1] else ONES).rjust(len(it[0])), text)
    text = re.sub(_TURNED, lambda found: ONES * len(found[0]), text)
    text = re.sub(_FACTOR, _behind, text)
    return re.sub(rf"(?<![\w.^])1(?=\s*{ONES})", ONES, text)


def _behind(found: re.Match) -> str:
    command = found[1][1:] if found[1].startswith("\\") else ""
    return found[0] if command and command not in {*GREEK, *_TURNS} else found[1] + found[2] + ONES
