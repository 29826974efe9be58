"""Gradients of two latent variable models: derived stage by stage, proved for every size, trained live.

The core (`rules`, `calculus`, `chain`, `evidence`, `autoencoder`, `gplvm`, `marking`, `source`, `data`, `training`)
needs no screen; `figures` and `widgets` show it.
"""

from lvmcalc import autoencoder, calculus, data, evidence, gplvm, rules, source, training
from lvmcalc.auditing import audit
from lvmcalc.calculus import compare, gradient
from lvmcalc.marking import mark
from lvmcalc.verdict import Verdict
from lvmcalc.words import UnsupportedExpression

__version__ = "0.1.0"

__all__ = [
    "UnsupportedExpression", "Verdict", "audit", "autoencoder", "calculus", "compare", "data", "evidence", "gplvm",
    "gradient", "mark", "rules", "source", "training",
]
