"""Matrix calculus: operations and their rules, normal forms, differentials, verdicts on claims."""

from lvmcalc.calculus.differentials import compare, differential, gradient, inner
from lvmcalc.calculus.expressions import CannotBeFormed, UnsupportedExpression
from lvmcalc.calculus.operations import RULES
from lvmcalc.calculus.rule_proofs import establish
from lvmcalc.calculus.verdict import MARKS, Verdict

__all__ = [
    "MARKS", "RULES", "CannotBeFormed", "UnsupportedExpression", "Verdict", "compare",
    "differential", "establish", "gradient", "inner",
]
