"""The homework that the notebooks follow, line by line."""

from lvmcalc.course.homework import Row, row, rows

__all__ = ["Row", "row", "rows"]
