"""What SymPy lacks: a function of every entry of a matrix, and the sum of all entries."""

from typing import Any

import sympy as sp
from sympy import Expr, HadamardPower, HadamardProduct
from sympy.core.symbol import Str


def _refuse_number(matrix: Expr) -> None:
    if not getattr(matrix, "is_Matrix", False):
        raise TypeError(f"Only a matrix has entries, not {matrix}.")


class Entrywise(sp.MatrixExpr):
    """A function of one number, such as exp, applied to every entry of a matrix."""

    def __new__(cls, function: str | Str, matrix: Expr) -> "Entrywise":
        """Return the expression function(matrix)."""
        _refuse_number(matrix)
        return super().__new__(cls, Str(str(function)), matrix)

    name = property(lambda self: self.args[0].name, doc="The name of the function.")
    arg = property(lambda self: self.args[1], doc="The matrix that it is applied to.")
    shape = property(lambda self: self.args[1].shape, doc="The shape of the matrix.")

    def _sympystr(self, printer: Any) -> str:
        return f"{self.name}({printer.doprint(self.arg)})"


class EntrySum(Expr):
    """The sum of all entries of a matrix."""

    is_commutative = True
    arg = property(lambda self: self.args[0], doc="The matrix.")

    def __new__(cls, matrix: Expr) -> "EntrySum":
        """Return the expression sum(matrix)."""
        _refuse_number(matrix)
        return super().__new__(cls, matrix)

    def _sympystr(self, printer: Any) -> str:
        return f"sum({printer.doprint(self.arg)})"


BY_ENTRIES = HadamardProduct | HadamardPower | Entrywise
