"""The two models: their chains, their fast formulas, and their exact optima."""

from lvmcalc.models import autoencoder, gplvm

__all__ = ["autoencoder", "gplvm"]
