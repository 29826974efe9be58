"""The two models: their chains, fast formulas, exact optima, and training problems."""

from functools import cache

from lvmcalc import checks
from lvmcalc.chain import Chain
from lvmcalc.models import autoencoder, gplvm
from lvmcalc.models.autoencoder_training import AutoencoderProblem
from lvmcalc.models.gplvm_training import GPLVMProblem

__all__ = ["CHAINS", "AutoencoderProblem", "GPLVMProblem", "autoencoder", "chain_named", "gplvm"]

# A new model is one more line here.
CHAINS = {
    "autoencoder": autoencoder.chain,
    "gplvm": gplvm.chain,
    "gplvm.log_det": gplvm.log_det_chain,
    "gplvm.trace": gplvm.trace_chain,
}


def chain_named(of: str | Chain) -> Chain:
    """Return the chain of a model, the same one each time.

    Parameters
    ----------
    of : str or Chain
        A name in `CHAINS`. A chain of your own is returned as it is.

    Raises
    ------
    ValueError
        If there is no chain of this name.
    """
    return of if isinstance(of, Chain) else _made(checks.known(of, CHAINS, "chain"))


@cache
def _made(name: str) -> Chain:
    return CHAINS[name]()
