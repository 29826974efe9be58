"""Mark an answer, or a whole derivation, and say what is wrong with it."""

from lvmcalc.marking.audit_report import Audit, Line
from lvmcalc.marking.auditor import audit
from lvmcalc.marking.marker import Mark, mark
from lvmcalc.marking.mistakes import Finding, Mistake, single_mistakes

__all__ = ["Audit", "Finding", "Line", "Mark", "Mistake", "audit", "mark", "single_mistakes"]
