"""Functions that code and paper call by a name, such as tr, solve or crossprod."""

from collections.abc import Callable

import sympy as sp
from sympy import Determinant, DiagonalOf, Expr, HadamardProduct, Identity, OneMatrix, Trace

from lvmcalc.checks import CannotBeFormed
from lvmcalc.notation import forming
from lvmcalc.notation.cholesky_factors import Cholesky, Factorised, Lower, Upper
from lvmcalc.notation.forming import inner_product, inverse, power_of_entries, product, transposed
from lvmcalc.notation.kronecker import Vec
from lvmcalc.notation.name_resolution import Unreadable, quoted
from lvmcalc.notation.printer import plain


def _of(kind: str, function: Callable[[Expr], Expr], of_matrix: bool) -> Callable[[Expr], Expr]:
    """Return a function of matrices that refuses a number, or one of numbers, a matrix."""
    def checked(inner_: Expr) -> Expr:
        """Return the function of what it can be taken of."""
        if of_matrix and not inner_.is_Matrix:
            raise CannotBeFormed(f"the {kind} of the number {quoted(plain(inner_))} cannot be "
                                 "formed: it is not a matrix")
        if not (of_matrix or forming.is_number(inner_)):
            raise CannotBeFormed(f"the {kind} of the matrix {forming.matrix_described(inner_)} "
                                 "cannot be formed: it is not a number")
        return function(inner_ if of_matrix else forming.as_number(inner_))

    return checked


def _identity(*sizes: Expr) -> Expr:
    if len({*sizes}) == 1 and not sizes[0].is_Matrix and sizes[0].is_integer:
        return Identity(sizes[0])
    raise Unreadable("The size of an identity matrix has to be a known size, as in eye(N).")


def _sum(inner_: Expr) -> Expr:
    match inner_:
        case HadamardProduct(args=(first, *others)):
            return inner_product(first, HadamardProduct(*others) if len(others) > 1 else others[0])
        case sp.HadamardPower() if inner_.exp == 2:
            return forming.squared_norm(inner_.base)
        case _ if inner_.is_Matrix:
            return Trace(product(inner_, OneMatrix(*reversed(inner_.shape))))
    return inner_


def _diagonal(inner_: Expr, size: Expr | None = None) -> Expr:
    if size is not None and not inner_.is_Matrix:  # R: diag(1/beta, N)
        return product(inner_, _identity(size))
    return DiagonalOf(inner_) if inner_.is_Matrix else _identity(inner_)


def _swapped(base: Expr, *axes: Expr) -> Expr:
    """Return the transpose; where 0, 1 are named in that order, it depends on the library."""
    if axes not in ((), (1, 0), (-1, -2)):
        raise TypeError
    return transposed(base)


def _column(inner_: Expr, *shape: Expr) -> Expr:
    """Return an array of one axis as a column, or as what reshape makes of it."""
    if not inner_.is_Matrix or 1 not in inner_.shape or shape not in ((), (-1,), (-1, 1), (1, -1)):
        raise TypeError
    column = inner_ if inner_.cols == 1 else transposed(inner_)
    return transposed(column) if shape == (1, -1) else column


def _filled(number: Expr, *sizes: Expr) -> Expr:
    """Return R's matrix(1, N, D), and rep(1, N); the sizes of matrix(1) are those that fit."""
    if number.is_Matrix or len(sizes) > 2:
        raise TypeError
    sizes = sizes or (sp.Dummy("?"), sp.Dummy("?"))
    return product(number, OneMatrix(*sizes, *[1] * (2 - len(sizes))))


def _length(inner_: Expr) -> Expr:
    if inner_.is_Matrix and inner_.cols == 1:
        return inner_.rows
    raise Unreadable("The length of a matrix depends on the language: write size(X, 1).")


def _pseudo_inverse(inner_: Expr) -> Expr:
    if inner_.is_Matrix and inner_.rows != inner_.cols:
        raise Unreadable(f"The pseudo-inverse of {forming.matrix_described(inner_)} is not read: "
                         "write it with an inverse, such as (AᵀA)⁻¹Aᵀ.")
    return inverse(inner_)


def _solve(left: Expr, *right: Expr) -> Expr:
    return product(inverse(left), *right)


def dot(left: Expr, right: Expr) -> Expr:
    """Return the product, and of two columns that of all their entries."""
    if left.is_Matrix and right.is_Matrix and left.shape == right.shape and not left.is_square:
        return inner_product(left, right)
    # An array of one axis is a row in w @ S.
    turned = forming.needs_transpose(left, right)
    return product(transposed(right), left) if turned else product(left, right)


def of_last_axes(left: Expr, right: Expr) -> Expr:
    """Return what NumPy's inner is: A Bᵀ, and of two columns that of all their entries."""
    if left.is_Matrix and right.is_Matrix and not left.cols == right.cols == 1:
        return product(left, transposed(right))
    return inner_product(left, right)


def upper(base: Expr) -> Expr:
    """Return the upper Cholesky factor."""
    return transposed(Cholesky(base))


def _solved_with(lower: Expr, right: Expr) -> Expr:
    if not lower.is_Matrix:
        raise Unreadable(f"It is unclear which Cholesky factor {quoted(plain(lower))} is.")
    return product(inverse(transposed(lower)), inverse(lower), right)


def _norm(inner_: Expr) -> Expr:
    """Return the Frobenius norm."""
    return sp.sqrt(forming.squared_norm(inner_))


_trace = _of("trace", Trace, True)
_determinant = _of("determinant", Determinant, True)
_logarithm = _of("logarithm", sp.log, False)


def _log_det(inner_: Expr) -> Expr:
    return _logarithm(_determinant(inner_))


# What code and paper call by a name: the name, and the expression of its arguments
FUNCTIONS: dict[str, Callable[..., Expr]] = {
    **dict.fromkeys(["tr", "Tr", "trace", "Trace"], _trace),
    **dict.fromkeys(["det", "Determinant"], _determinant),
    **dict.fromkeys(["log", "ln"], _logarithm),
    **dict.fromkeys(["inv", "inverse", "Inverse"], inverse),
    **dict.fromkeys(["pinv", "pinverse", "ginv"], _pseudo_inverse),
    **dict.fromkeys(["logdet", "log_det"], _log_det),
    **dict.fromkeys(["matmul", "mm", "matvec", "mtimes"], lambda a, b: product(a, b)),
    "multi_dot": product, "dot": dot,
    **dict.fromkeys(["eye", "Identity", "identity"], _identity),
    "transpose": _swapped, "solve": _solve, "slogdet": _log_det,
    "outer": lambda a, b: product(a, transposed(b)), "sum": _sum, "diag": _diagonal,
    "multiply": forming.elementwise, "pow": power_of_entries,
    "square": lambda inner_: power_of_entries(inner_, sp.Integer(2)),
    "sqrt": _of("square root", sp.sqrt, False), "vdot": inner_product,
    "norm": _norm,
    "crossprod": lambda a, b=None: product(transposed(a), a if b is None else b),
    "tcrossprod": lambda a, b=None: product(a, transposed(a if b is None else b)),
    **dict.fromkeys(["cho_factor", "cholesky"], Cholesky), "cho_solve": _solved_with,
    "factored": Factorised,
    "cholesky_solve": lambda right, lower: _solved_with(lower, right),
    "chol2inv": lambda up: product(inverse(up), inverse(transposed(up))),
    "backsolve": lambda up, right: product(inverse(Upper(up)), right),
    "forwardsolve": lambda low, right: product(inverse(Lower(low)), right),
    "rowSums": lambda a: product(a, OneMatrix(a.cols, 1)),
    "colSums": lambda a: product(transposed(a), OneMatrix(a.rows, 1)),
    **dict.fromkeys(["Symmetric", "Hermitian", "drop", "asarray"], lambda a: a), "mldivide": _solve,
    "vec": lambda a: Vec(a) if a.is_Matrix and 1 not in a.shape else _column(a),
    **dict.fromkeys(["kron", "kronecker", "KroneckerProduct"], forming.kronecker),
    **dict.fromkeys(["as.vector", "as.numeric", "ƈ", "ravel", "flatten", "squeeze",
                     "reshape"], _column), "matrix": _filled, "rep": _filled,
    "norm2": _norm,
    "mean": lambda a: product(1 / (a.rows * a.cols), _sum(a)),
    "mrdivide": lambda a, b: product(a, inverse(b)), "tensordot": inner_product,
    "add": lambda a, b: forming.total([a, b]), "negative": lambda a: product(sp.Integer(-1), a),
    "subtract": lambda a, b: forming.total([a, product(sp.Integer(-1), b)]),
    "cholesky_inverse": lambda lower: product(inverse(transposed(lower)), inverse(lower)),
    "matrix_power": forming.power, "ncol": lambda matrix: matrix.cols,
    **dict.fromkeys(["Transpose", "adjoint", "ctranspose"], transposed),
    **dict.fromkeys(["len", "nrow"], lambda matrix: matrix.rows),
    **dict.fromkeys(["length", "numel"], _length),
}


def _plus(inner_: Expr, number: int) -> Expr:
    return forming.total([inner_, product(sp.Integer(number), OneMatrix(*inner_.shape))
                          if inner_.is_Matrix else sp.Integer(number)])


def _log_of_sum(of: Callable[[str, Expr], Expr], left: Expr, right: Expr) -> Expr:
    if left.is_zero or right.is_zero:
        return of("log", _plus(of("exp", right if left.is_zero else left), 1))
    return of("log", forming.total([of("exp", left), of("exp", right)]))


def _half_of(of: Callable[[str, Expr], Expr], inner_: Expr, sign: int) -> Expr:
    """Return half the sum of exp(A) and exp(−A), or half their difference."""
    turned = of("exp", product(sp.Integer(-1), inner_))
    return product(sp.S.Half, forming.total([of("exp", inner_), product(sp.Integer(sign), turned)]))


# What code has one name for, said with other functions; `of` applies one of those by its name
COMPOSED: dict[str, Callable[..., Expr]] = {
    "cosh": lambda of, a: _half_of(of, a, 1), "sinh": lambda of, a: _half_of(of, a, -1),
    "sech": lambda of, a: power_of_entries(  # 1 − tanh² is sech²
        _plus(product(sp.Integer(-1), power_of_entries(of("tanh", a), sp.Integer(2))), 1),
        sp.S.Half),
    "coth": lambda of, a: power_of_entries(of("tanh", a), sp.Integer(-1)),
    "sec": lambda of, a: power_of_entries(of("cos", a), sp.Integer(-1)),
    "csc": lambda of, a: power_of_entries(of("sin", a), sp.Integer(-1)),
    "log1p": lambda of, a: of("log", _plus(a, 1)), "expm1": lambda of, a: _plus(of("exp", a), -1),
    "logaddexp": _log_of_sum, "absolute": lambda of, a: of("abs", a),
    **dict.fromkeys(["logsigmoid", "log_sigmoid", "log_expit"], lambda of, a: product(
        sp.Integer(-1), of("softplus", product(sp.Integer(-1), a)))),
    "reciprocal": lambda of, a: power_of_entries(a, sp.Integer(-1)),
    "rsqrt": lambda of, a: power_of_entries(a, -sp.S.Half),
    **dict.fromkeys(["divide", "true_divide"], lambda of, a, b: forming.quotient(a, b)),
    "power": lambda of, a, b: power_of_entries(a, b),
}
