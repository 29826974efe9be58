"""Differentials of matrix expressions, and the gradients that follow from them.

A gradient is written by the adjoint rules, and proved by the differential: dL is brought to the
form Σ G_ij dX_ij, and then G is the gradient, for every size (Magnus and Neudecker, Matrix
Differential Calculus, chapter 9).
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

import sympy as sp
from sympy import Expr, MatrixSymbol, Symbol

from lvmcalc.calculus.arithmetic import sizes_in
from lvmcalc.calculus.errors import UnsupportedExpression
from lvmcalc.calculus.expression_checks import by_name, has_text
from lvmcalc.calculus.expression_tools import sum_of, without_power
from lvmcalc.calculus.index_form import IndexForm
from lvmcalc.calculus.index_sums import Sum
from lvmcalc.calculus.operations import RULES, increment_of, record_of
from lvmcalc.calculus.page_form import PageForm
from lvmcalc.calculus.rules import Operation

Book = Mapping[str, Operation]


def differential(expression: Expr, wrt: Expr, increment: Expr, used: set[str] | None = None,
                 book: Book = RULES) -> Expr:
    """Return d(expression) when `wrt` changes by `increment`, one rule of the book at a time.

    Parameters
    ----------
    expression : SymPy scalar or matrix expression
    wrt, increment : the variable and its small change, of the same shape
    used : set of str, optional
        Receives the names of the rules that were used.
    book : the rule book

    Returns
    -------
    SymPy expression of the shape of `expression`, linear in the increment.

    Raises
    ------
    UnsupportedExpression
        If an operation is in no rule.
    """
    def d(part: Expr) -> Expr:
        part = without_power(sp.sympify(part))
        if part == wrt:
            return increment
        if wrt not in part.free_symbols:
            return sp.ZeroMatrix(*part.shape) if part.is_Matrix else sp.S.Zero
        name, operands = record_of(part).taken_apart(part)
        moving, fixed = operands[:len(book[name].arguments)], operands[len(book[name].arguments):]
        if any(wrt in parameter.free_symbols for parameter in fixed):
            raise UnsupportedExpression(f"a variable exponent in {part}")
        if used is not None:
            used.add(name)
        return book[name].d(operands, tuple(map(d, moving)))

    return d(expression)


def gradient(expression: Expr, wrt: Expr, symmetric: Iterable[str] = ()) -> Expr:
    """Return the gradient of a scalar expression for every size; it has the shape of the variable.

    Parameters
    ----------
    expression : SymPy scalar expression
        Made of the operations in the rule book.
    wrt : MatrixSymbol or Symbol
    symmetric : names (or MatrixSymbols) of matrices known to be symmetric
        With a symmetric variable, the gradient among the symmetric matrices, for the inner product
        tr(AᵀB).

    Returns
    -------
    SymPy expression of the shape of `wrt`.

    Raises
    ------
    UnsupportedExpression
        If an operation is not known, by name.
    TypeError, ValueError
        If the expression is no scalar, `wrt` no symbol, or `symmetric` names no square matrix.
    """
    expression = sympified(expression)
    if not isinstance(expression, Expr) or expression.is_Matrix:
        raise TypeError(f"Only a scalar has a gradient, not {kind_in_words(expression)}; "
                        "wrap it in a Trace or a Determinant.")
    if not isinstance(wrt, MatrixSymbol | Symbol):
        raise TypeError("A gradient is taken with respect to a symbol, "
                        f"but {' '.join(str(wrt).split())} is none.")
    names = names_of(symmetric, expression, wrt)
    plain, variable = by_name(expression, wrt)
    if wrt.name in sizes_in(plain):
        raise UnsupportedExpression(
            f"a derivative with respect to {wrt}, which is a size or an exponent,")
    form = PageForm(names)
    form.scalar(plain)  # refuses what is unknown even where the variable does not occur
    pulled = _pulled_back(plain, variable, sp.S.One)
    if variable.is_Matrix:
        terms = form.matrix(pulled)
        if variable.name in names:
            terms = form.scaled(sp.S.Half, form.add(terms, form.transposed(terms)))
        result = form.expression(terms, variable.shape)
    else:
        result = form.written_out(sp.together(form.scalar(pulled)))
    originals = {symbol.name: symbol for symbol in (*expression.atoms(Symbol), *wrt.atoms(Symbol))}
    return result.xreplace({symbol: originals[symbol.name] for symbol in result.atoms(Symbol)
                            if symbol.name in originals})


def _pulled_back(expression: Expr, wrt: Expr, arriving: Expr) -> Expr:
    """Return the adjoint of `wrt` when `arriving` comes from an expression, rule by rule.

    Parameters
    ----------
    expression : SymPy scalar or matrix expression
    wrt : the variable
    arriving : the adjoint of the expression, of its shape

    Returns
    -------
    SymPy expression of the shape of `wrt`.
    """
    found: list[Expr] = []

    def pull(part: Expr, adjoint: Expr) -> None:
        part = without_power(sp.sympify(part))
        if part == wrt:
            found.append(adjoint)
        elif wrt in part.free_symbols:
            name, operands = record_of(part).taken_apart(part)
            for index, operand in enumerate(operands[:len(RULES[name].arguments)]):
                pull(operand, RULES[name].adjoint(index, operands, adjoint))

    pull(expression, arriving)
    if not found:
        return sp.ZeroMatrix(*wrt.shape) if wrt.is_Matrix else sp.S.Zero
    return sum_of(found)


def slope_with_rules(expression: Expr, wrt: Expr, symmetric: tuple[str, ...] = (),
                     book: Book = RULES) -> tuple[IndexForm, Sum | Expr, tuple[str, ...]]:
    """Return the gradient in index notation as it follows from the differential.

    Returns
    -------
    the index form; the gradient in it, a sum for a matrix and an expression for a scalar; and the
    names of the rules on which it rests
    """
    form, used = IndexForm(symmetric), set()
    step = increment_of(wrt)
    while step.name in {symbol.name for symbol in expression.atoms(Symbol, MatrixSymbol)}:
        step = increment_of(step)
    change = form.scalar(differential(expression, wrt, step, used, book))
    if not wrt.is_Matrix:
        return form, change.diff(step), tuple(sorted(used))
    total = form.coefficient(change, step)
    if wrt.name in symmetric:
        total = form.scaled(sp.S.Half, form.add(total, form.renamed(total, {0: 1, 1: 0})))
    return form, total, tuple(sorted(used))


def names_of(symmetric: Any, *expressions: Expr, must_occur: bool = True) -> tuple[str, ...]:
    """Return the names of the matrices that are said to be symmetric.

    Without `must_occur`, a matrix may have cancelled from the expressions, but no name may be a
    misspelling of one that is there.

    Raises
    ------
    TypeError, ValueError
        If one is no name, names no matrix in the expressions, or one that is not square.
    """
    one = isinstance(symmetric, str | Expr) or not isinstance(symmetric, Iterable)
    symmetric = (symmetric,) if one else tuple(symmetric)
    if not symmetric:  # spares a walk through a giant
        return ()
    matrices = {matrix.name: matrix for expression in expressions
                for matrix in expression.atoms(MatrixSymbol)}
    for item in symmetric:
        if not isinstance(item, str | MatrixSymbol):
            raise TypeError(f"`symmetric` holds names of matrices, not {kind_in_words(item)}.")
        name = item if isinstance(item, str) else item.name
        if name not in matrices:
            alike = [other for other in matrices if other.lower() == name.lower()]
            if must_occur or alike or get_close_matches(name, matrices):
                raise ValueError(f"{name} is declared symmetric, but there is no matrix {name} "
                                 f"here; there are {', '.join(sorted(matrices)) or 'none'}.")
        elif matrices[name].rows != matrices[name].cols:
            raise ValueError(f"{name} is declared symmetric, but its shape is "
                             f"{shape_of(matrices[name])}.")
    return tuple(item if isinstance(item, str) else item.name for item in symmetric)


def sympified(value: Any) -> Any:
    """Return a value as a SymPy object, but never run a text as code.

    Raises
    ------
    TypeError
        If it is a text, or SymPy makes nothing of it.
    """
    if isinstance(value, str):
        raise TypeError(f"A SymPy expression is expected, not the text {value!r}.")
    if has_text(value):  # SymPy would run it as code
        raise TypeError(f"A SymPy expression is expected, not {kind_in_words(value)}.")
    try:
        return sp.sympify(value)
    except sp.SympifyError as error:
        raise TypeError(f"A SymPy expression is expected, not {kind_in_words(value)}.") from error


def kind_in_words(value: Any) -> str:
    """Return what a value is, in words."""
    if getattr(value, "is_Matrix", False):
        return f"a matrix of shape {shape_of(value)}"
    return f"{value} ({type(value).__name__})"


def shape_of(value: Expr) -> str:
    """Return a shape in words."""
    return "×".join(map(str, value.shape)) if value.is_Matrix else "a scalar"
