"""The reader never misreads: what is unsure is read both ways, or refused at its place."""

import re

import pytest
import sympy as sp
from sympy import HadamardProduct, MatrixSymbol, Trace
from tables import over

from lvmcalc import mark
from lvmcalc.models import gplvm
from lvmcalc.notation import Unreadable, Vocabulary, parse
from lvmcalc.notation.forming import MatrixDifferential
from lvmcalc.notation.parser import readings

TOTAL, TRACE = gplvm.chain(), gplvm.trace_chain()
X, K, K_bar, alpha = TOTAL.symbols("X K K_bar alpha")
n = sp.Symbol("n", integer=True, positive=True)
x, A, a = MatrixSymbol("x", n, 1), MatrixSymbol("A", n, n), sp.Symbol("a")
WORDS = Vocabulary({"x": x, "A": A, "a": a, "W_1": MatrixSymbol("W_1", n, n)}, {},
                   functions={"exp": lambda part: sp.exp(part)})


@over("text", ["here", "these", "the rest", "step", "K here", "foo X", "bed",
              "K^-1 be X", "-D/2|K|", "-D/2b", "t r(K)", "β⁻¹ I d", r"\sum X",
              r"\foo X", "np.foo(X)", "foo.inv(K)", "X_i", "Im", "dc/dX",
              "df/df",
              r"X \& X", "K X[0]", "X[1, 2]", "X [0:1]", "K *[1] X",
              r"\mathrm[1]{d} X", "𝕂 X", "K^[1]{-1} X",
              "K X @ - X", r"K^{-1} @-X", "0 @.5*X",
              "sum(abs2, X, 2)", "np.linalg.slogdet(K)", "size(X, 3)", "np.einsum(K)",
              "np.einsum('ij,jk->ijk', K, X)", "solve_triangular(K, X, torch)", "tr^-1(K)"])
def test_what_is_unknown_or_unsure_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        parse(text, TRACE.vocabulary if "D/2" not in text else TOTAL.vocabulary)


@pytest.mark.parametrize(("text", "word", "place"), [
    ("X + foo", "`foo`", 4), (r"X \foo K", r"`\foo", 2), ("2 np.bar(X)", "`np.bar`", 2),
    ("K X)", "`)`", 3), ("X_i K", "`X_i`", 0)])
def test_the_place_of_what_is_not_understood_is_told(text: str, word: str, place: int) -> None:
    with pytest.raises(Unreadable) as error:
        parse(text, TOTAL.vocabulary)
    assert word in str(error.value)
    assert error.value.place == place


UNREADABLE = [
    "np.sum(K, axis=1, keepdims=True X", "sum(K; dims=1", "np.max(K, axis=1, keepdims=True) + (",
    "torch.matmul(K, Y, transpose_b=True", "scipy.linalg.solve(K, Y, assume_a='pos') foo",
    "cho_solve((C, True), foo)", r"\mathbf{1}^T (K", r"\hat{K} X", r"\mathbf{\tilde K} X", "(K’ X",
    "K<sup>-1</sup> (X", "K &middot; (X", "**K** (X", r"\frac12 (K", "Transpose[X].(Y",
    "@. X^2 / (Y", "partial L/partial Q", r"\frac{\partial L_1}{\partial Q}", "K **  -1 (",
    r"{K \over X", "𝐊⁻¹ (𝐗", "Σ_i X_{i, j} (", "xᵢ xᵢᵀ (", "𝟙 𝟙ᵀ (X", "() −α D 𝐊⁻¹ 𝐗"]


@over("text", UNREADABLE)
def test_what_cannot_be_read_is_quoted_as_it_was_typed(text: str) -> None:
    with pytest.raises(Unreadable) as error:
        parse(text, TOTAL.vocabulary)
    assert_quotes(str(error.value), text)


@over("text", [*UNREADABLE[1::8], "sum(x for x in X)", "Answer: - \\tilde K⁻¹Y"])
def test_a_mark_quotes_what_was_typed(text: str) -> None:
    assert_quotes(mark(text, "gplvm", "X").reason, text)


def assert_quotes(sentence: str, text: str) -> None:
    for quotation in re.findall("`([^`]+)`", re.sub(r"\(did you mean.*?\)", "", sentence)):
        assert re.sub(r"\s|…$", "", quotation) in re.sub(r"\s", "", text), sentence


@pytest.mark.parametrize(("text", "meant"), [
    ("tranpose(K)", "transpose"), ("alhpa X", "alpha"), ("x", "X"), ("kk", ""), ("don X", ""),
    ("normal K", ""), ("J", ""), ("np.gradient(K)", ""), ("None", "")])
def test_only_what_is_near_in_spelling_is_suggested(text: str, meant: str) -> None:
    with pytest.raises(Unreadable) as error:
        parse(text, TOTAL.vocabulary)
    assert ("did you mean" in str(error.value)) == bool(meant)
    assert not meant or f"did you mean `{meant}`?" in str(error.value)


def test_a_star_between_matrices_is_entry_by_entry_in_code_for_arrays() -> None:
    assert parse("np.trace(K_bar * K)", TOTAL.vocabulary) == Trace(HadamardProduct(K_bar, K))
    assert parse("alpha * X @ X.T", TOTAL.vocabulary).args[0] == alpha


def test_a_star_that_cannot_be_told_is_read_both_ways_with_a_note() -> None:
    product, entries = readings("K_bar * K", TOTAL.vocabulary)
    assert (product.formula, product.note) == (K_bar * K, "")
    assert entries.formula == HadamardProduct(K_bar, K)
    assert "entry by entry" in entries.note
    assert len(readings("K * X", TOTAL.vocabulary)) == 1
    assert len(readings("t(K)", TRACE.vocabulary)) == 2


@pytest.mark.parametrize(("text", "meant"), [
    ("Κ", K), ("К", K), ("\ufeffK\u200b", K), (r"{\bf K}", K), (r"{\bf X X}^T", X * X.T),
    (r"\mathbf K", K), (r"\bm{K}", K)])
def test_what_looks_alike_is_read_as_what_it_looks_like(text: str, meant: sp.Expr) -> None:
    assert parse(text, TOTAL.vocabulary) == meant


@over(("text", "meant"), [
    ("xᵀA x + 1", Trace(x.T * A * x) + 1), ("a / (xᵀx)", a / Trace(x.T * x)),
    ("xᵀx A", Trace(x.T * x) * A), ("A xᵀx", Trace(x.T * x) * A),
    ("exp(xᵀx)", sp.exp(Trace(x.T * x))), ("(xᵀx)^(1/2)", sp.sqrt(Trace(x.T * x))),
    ("‖x‖", sp.sqrt(Trace(x.T * x))), ("a^(1/2)", sp.sqrt(a)), ("W_{1}", WORDS["W_1"]),
    ("⟨A, A⟩", Trace(A.T * A)), ("A : A", Trace(A.T * A)),
    ("(x.T @ x) * A", Trace(x.T * x) * A), ("A / (x.T @ x)", A / Trace(x.T * x)),
    ("A x .* x'", A * x * x.T), ("xᵀ .* x", x * x.T), ("x'/A", x.T * A.I)])
def test_a_matrix_of_one_entry_is_a_number_where_only_a_number_fits(text: str,
                                                                    meant: sp.Expr) -> None:
    assert parse(text, WORDS) == meant


def test_a_differential_is_an_object_of_its_own() -> None:
    assert parse("dX", TOTAL.vocabulary) == MatrixSymbol("dX", *X.shape)
    assert parse("dK⁻¹", TOTAL.vocabulary) == MatrixDifferential(K.I)
    assert parse("(dK)⁻¹", TOTAL.vocabulary) == MatrixSymbol("dK", *K.shape).I
    with pytest.raises(Unreadable):
        parse("dx", WORDS)  # it has no adjoints, so nothing changes
