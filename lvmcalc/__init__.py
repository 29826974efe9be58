"""Gradients of two latent variable models: derived stage by stage, proved for every size, trained
live."""

from lvmcalc.calculus.comparison import compare
from lvmcalc.calculus.differentials import gradient
from lvmcalc.calculus.errors import UnsupportedExpression
from lvmcalc.calculus.verdict import Verdict
from lvmcalc.chain import Card, Result
from lvmcalc.course.homework import row
from lvmcalc.marking.auditor import audit
from lvmcalc.marking.marker import mark
from lvmcalc.models import autoencoder, gplvm
from lvmcalc.training import data

__version__ = "0.1.0"

__all__ = [
    "Card", "Result", "UnsupportedExpression", "Verdict", "audit", "autoencoder", "compare", "data",
    "gplvm", "gradient", "mark", "row",
]
