"""Formulas, written and read: LaTeX for a page, plain text for a line, and a parser."""

from typing import TYPE_CHECKING

from lvmcalc import lazy
from lvmcalc.notation.letters import SUPERSCRIPT, adjoint_name, spelling
from lvmcalc.notation.quoting import in_html

if TYPE_CHECKING:
    from lvmcalc.notation.name_resolution import Unreadable
    from lvmcalc.notation.parser import parse
    from lvmcalc.notation.printer import latex, plain, shape
    from lvmcalc.notation.vocabulary import Vocabulary, lettered, matching

__all__ = ["SUPERSCRIPT", "Unreadable", "Vocabulary", "adjoint_name", "in_html", "latex",
           "lettered", "matching", "parse", "plain", "shape", "spelling"]
__getattr__, __dir__ = lazy.face(__name__, {
    "lvmcalc.notation.parser": "parse",
    "lvmcalc.notation.printer": "latex plain shape",
    "lvmcalc.notation.vocabulary": "Vocabulary lettered matching",
    "lvmcalc.notation.name_resolution": "Unreadable",
})
