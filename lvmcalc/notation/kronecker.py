"""Kronecker products and vec: (A ⊗ B) vec(C) is vec(B C Aᵀ), columns one below the other."""

from collections.abc import Callable

from sympy import Expr, MatrixExpr, S, Trace, Transpose

from lvmcalc.notation.name_resolution import Unreadable

LEFT = ("A Kronecker product is read only between a column and a row, and in front of "
        "vec(…).")


class Vec(MatrixExpr):
    """The columns of a matrix, one below the other."""

    arg = property(lambda self: self.args[0], doc="The matrix.")
    shape = property(lambda self: (self.arg.rows * self.arg.cols, S.One), doc="One long column.")


class Kronecker(MatrixExpr):
    """A ⊗ B, which stands in front of a vec."""

    shape = property(lambda self: (self.args[0].rows * self.args[1].rows,
                                   self.args[0].cols * self.args[1].cols), doc="Its shape.")


def contracted(factors: list[Expr], product: Callable[..., Expr],
               turned: Callable[[Expr], Expr]) -> list[Expr]:
    """Return the factors of a product with vec(B C Aᵀ) for (A ⊗ B) vec(C), and its number in it."""
    found: list[Expr] = []
    for factor in reversed([factor for factor in factors if factor.is_Matrix]):
        behind = found[0] if found else None
        if isinstance(factor, Kronecker) and isinstance(behind, Vec):
            left, right = factor.args
            found[0] = Vec(product(right, behind.arg, turned(left)))
        elif isinstance(factor, Kronecker) and isinstance(behind, Kronecker):
            found[0] = Kronecker(*(product(*pair) for pair in zip(
                factor.args, behind.args, strict=True)))
        elif isinstance(factor, Transpose) and isinstance(factor.arg, Vec) and (
                isinstance(behind, Vec)):
            found[0] = Trace(product(turned(factor.arg.arg), behind.arg))
        else:
            found.insert(0, factor)
    numbers = [factor for factor in factors if not factor.is_Matrix]
    if len(found) == 1 and isinstance(found[0], Vec):
        return [Vec(product(*numbers, found[0].arg))]
    return [*numbers, *found]


def refuse_left(expression: Expr) -> Expr:
    """Refuse a formula in which a vec, or a Kronecker product, is left inside."""
    inside = expression.arg if isinstance(expression, Vec) else expression
    if inside.has(Vec, Kronecker):
        raise Unreadable(LEFT)
    return expression
