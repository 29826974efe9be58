"""Formulas, written and read: LaTeX for a page, plain text for a line, and a parser."""

from lvmcalc.notation.parser import parse
from lvmcalc.notation.printer import SUPERSCRIPT, adjoint_name, latex, plain, shape, spelling
from lvmcalc.notation.tokens import Unreadable
from lvmcalc.notation.vocabulary import Vocabulary

__all__ = ["SUPERSCRIPT", "Unreadable", "Vocabulary", "adjoint_name", "latex", "parse", "plain",
           "shape", "spelling"]
