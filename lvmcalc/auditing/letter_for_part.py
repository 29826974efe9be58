"""Put a letter in place of a part of an expression, as M for WᵀW in WᵀWx."""

from sympy import Expr, MatMul, MatrixSymbol

from lvmcalc.notation.forming import product


def flattened(expression: Expr) -> Expr:
    """Return an expression in which no product is a factor of a product."""
    if not expression.args or isinstance(expression, MatrixSymbol):
        return expression
    args = map(flattened, expression.args)
    return product(*args) if isinstance(expression, MatMul) else expression.func(*args)


def with_letter(whole: Expr, part: Expr, letter: Expr) -> Expr:
    """Return an expression with a letter in place of each occurrence of a part."""
    if whole == part:
        return letter
    if not whole.args or isinstance(whole, MatrixSymbol):
        return whole
    args = [with_letter(one, part, letter) for one in whole.args]
    if not isinstance(whole, MatMul):
        return whole.func(*args)
    inner_ = part.args if isinstance(part, MatMul) else (part,)
    found: list[Expr] = []
    for factor in args:
        found.append(factor)
        if tuple(found[-len(inner_):]) == tuple(inner_):
            found[-len(inner_):] = [letter]
    return product(*found)
