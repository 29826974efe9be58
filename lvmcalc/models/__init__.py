"""The two models: their chains, fast formulas, exact optima, and training problems."""

from typing import TYPE_CHECKING

from lvmcalc import lazy
from lvmcalc.models import autoencoder, gplvm
from lvmcalc.models.autoencoder_training import AutoencoderProblem
from lvmcalc.models.gplvm_training import GPLVMProblem

if TYPE_CHECKING:
    from lvmcalc.models.chains import CHAINS, chain_named
    from lvmcalc.models.gplvm_accuracy import digits_kept, drift

__all__ = ["CHAINS", "AutoencoderProblem", "GPLVMProblem", "autoencoder", "chain_named",
           "digits_kept", "drift", "gplvm"]
__getattr__, __dir__ = lazy.face(__name__, {"lvmcalc.models.chains": "CHAINS chain_named",
                                            "lvmcalc.models.gplvm_accuracy": "digits_kept drift"})
