"""Mark an answer, and say what is wrong with it."""

from lvmcalc.marking.marker import Mark, mark
from lvmcalc.marking.mistakes import Finding, Mistake, single_mistakes

__all__ = ["Finding", "Mark", "Mistake", "mark", "single_mistakes"]
