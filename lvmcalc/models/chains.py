"""The chains of all models by name."""

from functools import cache

from lvmcalc import checks
from lvmcalc.chain import Chain
from lvmcalc.models import autoencoder_chain, gplvm_chain

# A new model is one more line here.
CHAINS = {
    "autoencoder": autoencoder_chain.chain,
    "gplvm": gplvm_chain.chain,
    "gplvm.log_det": gplvm_chain.log_det_chain,
    "gplvm.trace": gplvm_chain.trace_chain,
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
