"""What bad input is answered with: one sentence, from the package's own checks."""

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lvmcalc
from lvmcalc import checks

PACKAGE = str(Path(lvmcalc.__file__).parent)


def sentence(call: Callable[[], Any], *kinds: type) -> str:
    """Return the one sentence with which a call stops; it comes from the package's own checks."""
    with pytest.raises(kinds) as caught:
        call()
    last = traceback.extract_tb(caught.value.__traceback__)[-1]
    words = str(caught.value)
    # no LinAlgError, no FloatingPointError
    assert type(caught.value) in (*kinds, checks.LostDigits), f"{caught.type.__name__}: {words}"
    assert last.filename.startswith(PACKAGE), f"{last.filename}: {words}"
    assert words.endswith((".", "?"))
    assert "\n" not in words
    return words


NO_NAMES = [None, 3, "zz", "", [], {}, np.eye(2), len, ("X",)]
