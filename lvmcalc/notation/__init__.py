"""Formulas, written and read: LaTeX for a page, plain text for a line, and a parser."""

from lvmcalc.notation.printer import (
    GREEK,
    SUPERSCRIPT,
    adjoint_name,
    latex,
    plain,
    pretty,
    shape,
    spelling,
)

__all__ = ["GREEK", "SUPERSCRIPT", "adjoint_name", "latex", "plain", "pretty", "shape", "spelling"]
