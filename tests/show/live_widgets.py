"""What the tests of the live widgets share."""

import numpy as np
import pytest

from lvmcalc.show.live_models import LiveAutoencoder, LiveGPLVM

BOTH = pytest.mark.parametrize("make", [
    lambda **settings: LiveGPLVM("iris", Q=2, **settings),
    lambda **settings: LiveAutoencoder("iris", m=3, **settings),
], ids=["gplvm", "autoencoder"])


def shown(widget):
    """What the browser was told to draw."""
    return {name: bytes(part) for name, part in widget.frame.items()}


def numbers(widget, name, columns=1):
    """The numbers of one panel, as the browser reads them."""
    return np.frombuffer(widget.frame[name], np.float32).reshape(-1, columns)
