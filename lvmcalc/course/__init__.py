"""The homework that the notebooks follow, its sheet, exams about unseen models, and handing in."""

from lvmcalc.course.exam import Exam
from lvmcalc.course.homework import Row, row, rows
from lvmcalc.course.problem_sheet import Part, part, parts, problem
from lvmcalc.course.unseen import unseen

__all__ = ["Exam", "Part", "Row", "part", "parts", "problem", "row", "rows", "unseen"]
