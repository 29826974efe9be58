"""The two models: their chains, their fast formulas, and their exact optima."""

from functools import cache

from lvmcalc import checks
from lvmcalc.chain.structure import Chain
from lvmcalc.models import autoencoder, gplvm

__all__ = ["CHAINS", "autoencoder", "chain_named", "gplvm"]

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
