"""The homework that the notebooks follow, line by line."""

from lvmcalc.course import homework

__all__ = ["homework"]
