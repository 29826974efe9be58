"""The two models: their chains, their fast formulas, their exact optima, and what is trained of
them."""

from lvmcalc.models import autoencoder, gplvm
from lvmcalc.models.autoencoder_training import AutoencoderProblem
from lvmcalc.models.gplvm_training import GPLVMProblem

__all__ = ["AutoencoderProblem", "GPLVMProblem", "autoencoder", "gplvm"]
