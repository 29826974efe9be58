"""A formula becomes a chain: how it may be written, how stages are named, and what is refused."""

import doctest
import re
import sys

import numpy as np
import pytest
import sympy as sp
from sympy import MatrixSymbol, Trace
from tables import over

from lvmcalc import derive, mark
from lvmcalc.auditing import audit
from lvmcalc.chain import Chain
from lvmcalc.checks import CannotBeFormed

RIDGE = {"A": "N×D", "w": "D", "y": "N", "λ": "positive"}
FORMULA = "½‖A w − y‖² + λ/2 ‖w‖²"
KERNEL = {"X": "N×Q", "Y": "N×D", "α": "positive", "β": "positive"}
LINES = "K = α X Xᵀ + β⁻¹ I\n L = −D/2 log|K| − ½ tr(K⁻¹ Y Yᵀ)"


def stages(chain: Chain) -> dict[str, str]:
    return {name: str(node.expression) for name, node in chain.nodes.items()}


def rules(chain: Chain) -> list[str]:
    return [node.rule.name for node in chain.nodes.values()]


# What the formula may look like
def test_a_keyword_is_no_equation() -> None:
    found = derive("sum(log(softmax(A B, axis=1)))", A="N×K", B="K×M")
    assert stages(found) == stages(derive("L = sum(log(softmax(A B, axis=1)))", A="N×K", B="K×M"))


@pytest.mark.parametrize("formula", [
    "1/2 ‖A w − y‖² + λ/2 ‖w‖²", "L = ½‖A w − y‖² + λ/2 ‖w‖²", "½‖A*w - y‖^2 + lambda/2 ‖w‖^2",
    r"\frac{1}{2}\|A w - y\|^2 + \frac{\lambda}{2} \|w\|^2",
    r"L(w) = \frac{1}{2}\|A w - y\|^2 + \frac{\lambda}{2} \|w\|^2",
    "½‖A @ w − y‖²\n  + λ/2 ‖w‖²", "L = ½‖A w − y‖² +\n  λ/2 ‖w‖²"])
def test_one_formula_may_be_written_in_many_ways(formula: str) -> None:
    assert stages(derive(formula, **RIDGE)) == stages(derive(FORMULA, **RIDGE))


@pytest.mark.parametrize("formula", [
    LINES, LINES.replace("\n", ";"), LINES.replace("\n", "\n\n"),
    r"\begin{align} K &= \alpha X X^\top + \beta^{-1} I \\"
    "\n" r"L &= -D/2 \log|K| - 1/2 \operatorname{tr}(K^{-1} Y Y^\top) \end{align}"])
def test_lines_name_stages(formula: str) -> None:
    chain = derive(formula, **KERNEL)
    assert stages(chain) == stages(derive(LINES, **KERNEL))
    assert chain["K"].rule.name == "sum"
    assert str(chain.abbreviated(chain.adjoint("X"))) == "alpha*((-D)*I + K**(-1)*Y*Y.T)*K**(-1)*X"


@over(("spec", "shape", "symmetric"), [
    ("N×D", "N×D", False), ("NxD", "N×D", False), ("N x D", "N×D", False), ("3x2", "3×2", False),
    ("(N+1)×D", "(N + 1)×D", False), ("(N+1)x(D-1)", "(N + 1)×(D - 1)", False), ("N", "N×1", False),
    ("3", "3×1", False), ("symmetric N×N", "N×N", True), ("symmetric N", "N×N", True),
    ("2N×N", "2 N×N", False), ("β×n1", "β×n₁", False)])
def test_a_leaf_is_described_in_a_few_words(spec: str, shape: str, symmetric: bool) -> None:
    chain = derive("½‖A‖²", A=spec)
    assert f"A: leaf, {shape}" in str(chain)
    assert chain.symmetric == (("A",) if symmetric else ())


def test_scalars_and_positive_scalars_have_any_name_by_letter_or_by_word() -> None:
    chain = derive("a lambda + Σ^2 − ψ", a="scalar", **{"lambda": "positive", "Σ": "scalar"},
                   psi="scalar")
    assert [*chain.leaves] == ["a", "lambda", "Sigma", "psi"]
    assert [bool(leaf.symbol.is_positive) for leaf in chain.leaves.values()] == [
        False, True, False, False]


def test_a_sympy_expression_is_a_formula_too() -> None:
    n, a = sp.Symbol("n"), sp.Symbol("a")
    X, S = MatrixSymbol("X", n, 2), MatrixSymbol("S", 2, 2)
    chain = derive(Trace(X * S * X.T) + sp.log(a), S="symmetric 2×2", a="positive")
    assert (chain.symmetric, chain["a"].symbol.is_positive) == (("S",), True)
    assert chain.check().status == "proved"
    with pytest.raises(ValueError, match=r"^X is n×2 in the formula, but it is described as n×3"):
        derive(Trace(X * S * X.T), X="n×3")


def test_the_example_of_the_docstring_is_true() -> None:
    module = sys.modules["lvmcalc.chain.derive"]
    example, = (it for it in doctest.DocTestFinder().find(module, "derive") if it.examples)
    assert doctest.DocTestRunner().run(example).failed == 0


# Stages
def test_stages_are_those_that_a_person_would_write() -> None:
    assert stages(derive(FORMULA, **RIDGE)) == {
        "f": "w", "e": "A*f", "c": "e - y", "g": "Trace(c.T*c)/2", "h": "w", "j": "Trace(h.T*h)/2",
        "p": "j*lambda", "L": "g + p"}
    assert rules(derive(LINES, **KERNEL)) == [
        "use", "transpose", "use", "product", "scale", "scale", "sum", "log determinant",
        "scalar product", "inverse", "use", "product", "use", "inner product", "scalar product",
        "scalar sum"]


def test_names_that_were_given_are_kept_and_no_other_clashes() -> None:
    chain = derive("h = X\n f = X\n e = f hᵀ\n L = ½‖e − C‖² + a", X="N×c", C="N×N", a="scalar")
    assert [*chain.nodes][:2] == ["h", "f"]
    assert stages(chain)["e"] == "f*g"
    assert not {"d", "I", "X", "C", "a", "c", "N"} & {*chain.nodes}


def test_what_occurs_twice_is_one_stage_and_each_use_of_a_leaf_is_one() -> None:
    chain = derive("‖A B‖² + tr(A B) + tr(A)", A="N×N", B="N×N")
    assert rules(chain).count("product") == 1
    assert {chain[node].rule.name for node in chain.children("A")} == {"use"}
    assert len(chain.children("A")) == 2
    assert [chain[node].rule.name for node in chain.children("B")] == ["product"]


def test_many_stages_get_names_that_can_be_read_back() -> None:
    terms = " + ".join(f"{n} tr(A^{n})" for n in range(2, 15))
    chain = derive(terms, A="N×N")
    assert len(chain.nodes) > 40
    assert (chain["b1"].rule.name, mark("12", chain, "b₁").status) == ("trace", "proved")


# Marks
def test_answers_about_a_derived_chain_are_marked_and_audited() -> None:
    chain = derive(FORMULA, name="ridge", **RIDGE)
    assert mark("Aᵀ(A w − y) + λ w", of=chain, wrt="w").status == "proved"
    assert mark("Aᵀ(A w − y)", of=chain, wrt="w").findings[0].kind == "missing_path"
    assert [line.status for line in audit("∂L/∂c = c\n∂L/∂w = Aᵀ∂L/∂c + λ w", of=chain).lines] == [
        "proved", "proved"]


# What is refused, in one sentence
@over(("formula", "leaves", "sentence"), [
    (FORMULA, {**RIDGE, "b": "N"}, "The leaf b does not occur in the formula"),
    (FORMULA, {**RIDGE, "w": "N"},
     "the product of A (N×D) and w (N×1) cannot be formed: D columns meet N rows"),
    (FORMULA, {**RIDGE, "D": "positive"}, "D is a size of A, so it cannot be a leaf too."),
    (FORMULA, {**RIDGE, "lambda": "scalar"}, "The leaf λ is described twice."),
    (FORMULA, {**RIDGE, "A": "symmetric N×D"}, "A is declared symmetric, but N×D is not square."),
    (FORMULA, {**RIDGE, "w": "vector"}, "The leaf w is described by "),
    (FORMULA, {**RIDGE, "w": "D×1×1"}, "The leaf w is described by "),
    (FORMULA, {**RIDGE, "w": "0"}, "The leaf w is described by "),
    (FORMULA, {**RIDGE, "w": "D-D"}, "The leaf w is described by "),
    ("tr(I)", {"I": "N×N"}, "No leaf can be called I"),
    ("A w", {"A": "N×D", "w": "D"}, "The formula has to be a scalar, but A w (N×1) is a matrix"),
    ("tr(X Xᵀ X)", {"X": "3×2"},
     "the trace of X Xᵀ X (3×2) cannot be formed: it is not square"),
    ("sum(X X)", {"X": "3×2"},
     "the product of X (3×2) and X (3×2) cannot be formed: 2 columns meet 3 rows"),
    ("tr(X)", {"X": "3×2"}, "the trace of X (3×2) cannot be formed: it is not square"),
    ("log|X|", {"X": "3×2"}, "the determinant of X (3×2) cannot be formed: it is not square"),
    ("sum(X⁻¹)", {"X": "3×2"}, "the inverse of X (3×2) cannot be formed: it is not square"),
    ("sum(X + X Xᵀ)", {"X": "3×2"}, "the sum of X (3×2) and X Xᵀ (3×3) cannot be formed"),
    ("sum(x/x)", {"x": "N"},
     "Nothing can be divided by the matrix x (N×1): ./ divides entry by entry"),
    ("tr((1 − x)²)", {"x": "N"}, "the power of ones(N) - x (N×1) cannot be formed: it is not "
     "square; .^2 is the power of every entry"),
    ("q = A w\n½‖A w‖²", {"A": "N×D", "w": "D"}, "Line 1: the stage q is used in no later line"),
    ("A w\n½‖A w‖²", {"A": "N×D", "w": "D"}, "Line 1, `A w`, has no name"),
    ("e = A w\ne = 2 e\n½‖e‖²", {"A": "N×D", "w": "D"}, "Line 2: there is a stage e already"),
    ("A = 2 A\n½‖A‖²", {"A": "N×D"}, "Line 1: there is a leaf A already"),
    ("e = A w\n½‖e − A‖²", {"A": "N×D", "w": "D"},
     "Line 2: the sum of"),
    ("d = A\n½‖d‖²", {"A": "N×D"}, "Line 1: a stage cannot be called `d`"),
    ("2 A = A\n½‖A‖²", {"A": "N×D"}, "Line 1: a stage cannot be called `2 A`"),
    ("L = ½‖A‖²\nAᵀA = I", {"A": "N×D"}, "Line 2: a stage cannot be called `AᵀA`; a name is a "
     "letter or a word, other than I and d. A condition, such as WᵀW = I, cannot be given."),
    (" \n ", {"A": "N×D"}, "There is nothing to read")])
def test_what_does_not_fit_gets_one_sentence(formula: str, leaves: dict[str, str],
                                             sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}") as caught:
        derive(formula, **leaves)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("word", ["lamda", "lambda_", "lambda", "λ"])
def test_lambda_may_be_spelt_as_python_allows_in_the_leaves_the_formula_and_an_answer(
        word: str) -> None:
    chain = derive(f"½‖A w − y‖² + {word}/2 ‖w‖²",
                   **{word if name == "λ" else name: it for name, it in RIDGE.items()})
    assert [*chain.leaves] == ["A", "w", "y", "lambda"]
    assert mark(f"Aᵀ(A w − y) + {word} w", chain, "w").status == "proved"
    assert mark(f"Aᵀ(A w − y) − {word} w", chain, "w").status == "refuted"


@over(("formula", "sentence"), [
    ("‖A w − b‖²", "There is no `b` here: the letters are A, w, y, λ, and what else occurs has to "
                   'be described, such as b="N×D" or b="positive".'),
    ("‖A w − y‖² + Q", "There is no `Q` here: the letters are A, w, y, λ"),
    ("e = A w\n½‖e − b‖²", "Line 2: There is no `b` here: the letters are A, w, y, λ, e, and"),
    ("tr(kron(A, A))", "A Kronecker product is read only between a column and a row"),
    ("tr(A ⊗ A)", "A Kronecker product is read only between a column and a row"),
    ("e = 2 A\neigvals(e)", "Line 2: An eigenvalue (`eigvals`) is not a known operation"),
    ("tr(svd(A))", "A singular value (`svd`)"),
    ("tr(pinv(A))", "The pseudo-inverse of A (N×D) is not read"),
    ("max(A)", "A largest entry (max) is read only"),
    ("tr(expm(A))", "A function of a matrix as a"),
    ("∑ A", "There is no `∑` here: write Σ_i with the index"),
    ("λ_max(A)", "An eigenvalue (`λ_max`)"), ("‖A‖_*", "A norm other than ‖A‖ is not a known"),
    (r"\operatorname{tr}(A^{+})", "The pseudoinverse (A⁺) is not a known"),
    ("sum(softmax(A))", "`sum(softmax(A))` cannot be read: softmax needs its axis"),
    ("sum(logsumexp(A))", "`logsumexp(A)` cannot be read: logsumexp does not"),
    ("tr(tan(A))", "There is no function `tan` here"),
    ("2^λ ‖A w − y‖²", "The calculus does not know the exponent in 2^λ")])
def test_what_is_not_there_is_refused_by_name(formula: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}"):
        derive(formula, **RIDGE)


def test_a_power_whose_exponent_is_a_leaf_is_an_exponential_and_answers_may_have_powers() -> None:
    chain = derive("Σ_i t_i^k + x^k", t="N", k="scalar", x="positive")
    assert chain.check().status == "proved"
    for wrt, answer in (("t", "k t.^(k−1)"), ("k", "sum(t.^k .* log(t)) + x^k log x"),
                        ("x", "k x^(k−1)")):
        assert mark(answer, chain, wrt).status == "proved"
        assert mark(f"2 ({answer})", chain, wrt).status == "refuted"
    for text in ("½‖π S‖²", "log(k) sum(S) + sum(log(k) S)"):  # with many digits, not exactly
        leaves = {"S": "N×D", **({"k": "positive"} if "k" in text else {})}
        assert derive(text, **leaves).check().status == "proved"
    inside = derive("sum(σ(k softplus(S)))", S="N×D", k="scalar")  # 1/(1 + (1 + eˢ)⁻ᵏ)
    assert inside.check().status == "proved"


def test_what_is_no_formula_or_no_description_is_refused() -> None:
    with pytest.raises(TypeError, match=r"^A formula is text or a SymPy expression, not int"):
        derive(5)
    with pytest.raises(TypeError, match=r"^The leaf A is described by a text such as"):
        derive("tr(A)", A=3)
    with pytest.raises(ValueError, match=r"^m is a size in the formula, but no leaf has rows"):
        derive(Trace(MatrixSymbol("X", 2, 2)) * Trace(sp.Identity(sp.Symbol("m", integer=True))))


def test_a_line_that_begins_with_a_minus_goes_on_unless_it_uses_the_line_before() -> None:
    first, second = LINES.split("\n")
    for text in (first + "\n" + second.split("=")[1],  # K in it: it is another line
                 LINES.replace(" − ½", "\n − ½"), LINES.replace("− ½", "− \n ½")):
        assert stages(derive(text, **KERNEL)) == stages(derive(LINES, **KERNEL))


@pytest.mark.parametrize(("formula", "leaves", "expected"), [
    ("(x − y)ᵀA(x − y)", {"x": "N", "y": "N", "A": "N×N"}, ["difference", "product",
                                                            "inner product"]),
    ("xᵀA x/(xᵀx)", {"x": "N", "A": "N×N"},
     ["use", "product", "use", "inner product", "use", "squared norm", "quotient"]),
    ("aᵀb/(‖a‖ ‖b‖)", {"a": "N", "b": "N"},
     ["use", "use", "inner product", "use", "norm", "use", "norm", "scalar product", "quotient"]),
    ("sum((A − B).^2)", {"A": "N×1", "B": "N×1"}, ["difference", "squared norm"]),
    ("−½ tr(A) + ½‖B‖² − c", {"A": "N×N", "B": "N×D", "c": "scalar"},
     ["trace", "scalar product", "half squared norm", "scalar sum", "scalar sum"]),
    ("(A B)(A B)ᵀ", {"A": "1×D", "B": "D×N"}, ["product", "squared norm"]),
    ("tr(A B (A B)ᵀ C)", {"A": "N×D", "B": "D×D", "C": "N×N"},
     ["product", "Gram matrix", "product", "trace"]),
    ("sqrt(c) + exp(−a)/tr(B)", {"a": "scalar", "B": "N×N", "c": "positive"},
     ["power", "scalar product", "exp of a number", "trace", "quotient", "scalar sum"])])
def test_each_stage_has_the_rule_that_fits_best(formula: str, leaves: dict[str, str],
                                                expected: list[str]) -> None:
    assert rules(derive(formula, **leaves)) == expected


# What random expressions found
@pytest.mark.parametrize("matrix", ["2 A + B", "2 A B"])
def test_a_function_of_the_determinant_with_numbers_in_it_is_checked(matrix: str) -> None:
    chain = derive(f"tanh(log|{matrix}|/(1 + tr(A)^2)) tr(A B)", A="N×N", B="N×N")
    assert chain.claim("A").status == chain.claim("B").status == "proved"


def test_a_function_of_a_zero_matrix_that_is_not_square_is_transposed() -> None:
    chain = derive("tr(exp(0 X) tanh(v wᵀ))", X="M×N", v="N", w="M")
    assert chain.check().status == "proved"


@pytest.mark.parametrize("formula", ["sum(diag(A))", "tr(diag(A) v)", "‖diag(A) + w‖²"])
def test_the_diagonal_of_a_matrix_that_is_not_square_is_refused(formula: str) -> None:
    leaves = {name: spec for name, spec in (("A", "N×D"), ("v", "N"), ("w", "N"))
              if name in formula.replace("diag", "")}
    with pytest.raises(CannotBeFormed, match=r"^the diagonal of A \(N×D\) cannot be formed"):
        derive(formula, **leaves)


def test_a_leaf_may_be_called_pi() -> None:
    chain = derive("π log π + log(2 p)", π="positive", p="positive")
    assert [*chain.leaves] == ["pi", "p"]
    assert chain.backward(pi=1.0, p=1.0)["pi"] == pytest.approx(1)
    number = derive("log(2 π p)", p="positive")
    assert number.forward(p=1.0)[number.output] == pytest.approx(np.log(2 * np.pi))


def test_what_differs_only_where_a_sign_changes_is_told_apart() -> None:
    chain = derive("abs(tr((Y.^2)ᵀ (exp(2 X).^(-1) ∘ X)))/2", X="N×M", Y="N×M")
    right = "sign(tr((Y.^2)ᵀ (exp(2 X).^(-1) ∘ X))) X ∘ Y ∘ exp(2 X).^(-1)"
    assert mark(right, chain, "Y").status == "proved"
    assert mark(right.replace("2 X", "X", 1), chain, "Y").status == "refuted"


def test_a_normal_form_that_is_not_reached_leaves_the_evidence_in_numbers() -> None:
    chain = derive("E = (1/a) v wᵀ − cos(X); log|E Eᵀ + I|", X="N×M", v="N", w="M", a="positive")
    assert chain.claim("a").status in ("proved", "numeric")
    assert mark(2 * chain.adjoint("a"), chain, "a").status == "refuted"


def test_a_point_on_a_kink_refutes_no_gradient() -> None:
    chain = derive("sum(relu((X V) ∘ (1 − X V)) ∘ C)", X="N×M", V="M×D", C="N×D")
    assert [chain.claim(leaf).proof.status for leaf in chain.leaves] == ["proved"] * 3
    assert [chain.claim(leaf, seed=seed).exact.status for leaf in chain.leaves
            for seed in range(12)] == ["numeric"] * 36
