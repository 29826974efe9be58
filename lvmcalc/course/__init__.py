"""The homework that the notebooks follow, line by line, and exams about unseen models."""

from lvmcalc.course.exam import Exam
from lvmcalc.course.homework import Row, row, rows
from lvmcalc.course.unseen import unseen

__all__ = ["Exam", "Row", "row", "rows", "unseen"]
