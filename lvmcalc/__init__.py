"""Derive, prove, mark and train gradients of matrix models."""

from typing import TYPE_CHECKING

from lvmcalc import lazy, terminal

if TYPE_CHECKING:
    from lvmcalc.auditing import audit
    from lvmcalc.calculus import compare, gradient
    from lvmcalc.chain import Builder, Card, Folded, Result, derive
    from lvmcalc.course.homework import row
    from lvmcalc.marking import mark
    from lvmcalc.models import autoencoder, gplvm
    from lvmcalc.training import Trainer, data

__version__ = "0.1.0"

__all__ = [
    "Builder", "Card", "Folded", "Result", "Trainer", "audit", "autoencoder", "compare", "data",
    "derive", "gplvm", "gradient", "mark", "row",
]
__getattr__, __dir__ = lazy.face(__name__, {
    "lvmcalc.auditing": "audit",
    "lvmcalc.calculus": "compare gradient",
    "lvmcalc.chain": "Builder Card Folded Result derive",
    "lvmcalc.course.homework": "row",
    "lvmcalc.marking": "mark",
    "lvmcalc.models": "autoencoder gplvm",
    "lvmcalc.training": "Trainer data",
})
terminal.spell()
