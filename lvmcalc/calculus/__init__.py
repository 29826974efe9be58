"""Matrix calculus: operations and their rules, forms, differentials, verdicts on claims."""

from lvmcalc.calculus.comparison import compare
from lvmcalc.calculus.differentials import differential, gradient
from lvmcalc.calculus.errors import UnsupportedExpression
from lvmcalc.calculus.operations import RULES, define, inner
from lvmcalc.calculus.rule_proofs import establish
from lvmcalc.calculus.verdict import MARKS, Verdict
from lvmcalc.checks import CannotBeFormed
from lvmcalc.notation.entrywise import Entrywise

__all__ = [
    "MARKS", "RULES", "CannotBeFormed", "Entrywise", "UnsupportedExpression", "Verdict", "compare",
    "define", "differential", "establish", "gradient", "inner",
]
