"""Ordinary notation is read as it is meant, and what cannot be read gets one sentence and is never
run."""

import pytest
import sympy as sp
from sympy import Determinant, Expr, HadamardPower, HadamardProduct, Identity, Trace, log
from tables import over

from lvmcalc import models, notation
from lvmcalc.calculus import comparison
from lvmcalc.calculus.expression_checks import check_shapes
from lvmcalc.chain import Chain
from lvmcalc.checks import CannotBeFormed
from lvmcalc.models import autoencoder, gplvm
from lvmcalc.notation import forming
from lvmcalc.notation.parser import Unreadable, parse

AUTOENCODER, LOG_DET, TRACE, TOTAL = (autoencoder.chain(), gplvm.log_det_chain(),
                                      gplvm.trace_chain(), gplvm.chain())
CHAINS = [*map(models.chain_named, models.CHAINS)]
N, Q, D, X, Y, alpha, beta = gplvm.N, gplvm.Q, gplvm.D, gplvm.X, gplvm.Y, gplvm.alpha, gplvm.beta
K, b, d, d_bar = TOTAL.symbols("K b d d_bar")
W, x, e, c = AUTOENCODER.symbols("W x e c")
IN = Identity(N)


def same(read_: Expr, meant: Expr, chain: Chain) -> bool:
    return comparison.compare(chain.in_leaves(read_), chain.in_leaves(meant)).status == "proved"


@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: chain.name)
def test_what_is_printed_in_plain_text_is_read_back(chain: Chain) -> None:
    formulas = [(node, formula) for node in chain for formula in (
        chain.adjoint(node.name), chain.abbreviated(chain.adjoint(node.name)), node.expression,
        node.symbol,
        chain.adjoint_symbol(node.name))]
    formulas += [(chain[parent], formula) for (_, parent), formula in chain.edges.items()]
    for node, formula in formulas:
        text = notation.plain(formula)
        assert same(parse(text, chain.vocabulary, node.shape), formula, chain), text


@over(("text", "meant"), [
    ("-alpha*D*K.inv()*X", -alpha * D * K.I * X), ("-α D K⁻¹ X", -alpha * D * K.I * X),
    ("XXᵀ", X * X.T),
    ("αXXᵀ", alpha * X * X.T), ("K⁻¹YYᵀK⁻¹X", K.I * Y * Y.T * K.I * X),
    ("2.5X", sp.Rational(5, 2) * X),
    ("α(K⁻¹YYᵀ − D I)K⁻¹X", alpha * (K.I * Y * Y.T - D * IN) * K.I * X),
    ("[K⁻¹YYᵀ − DI]X", (K.I * Y * Y.T - D * IN) * X),
    ("α XXᵀ + I/β", K), ("D/2 * X", D / 2 * X), ("1/2 X", X / 2), ("-D/(2b)", -D / (2 * b)),
    ("½ X", X / 2),
    ("0.1 X", X / 10), ("β⁻¹ X", X / beta), ("X @ X' · X × Xᵀ", X * X.T * X * X.T),
    ("X*-2", -2 * X), ("--X", X),
    ("K^-1 @ Y", K.I * Y), ("X^T @ K^{-1}", X.T * K.I),
    ("np.linalg.inv(K) @ Y / β", K.I * Y / beta), ("np.eye(N)/beta", IN / beta), ("2 I X", 2 * X),
    ("I_N + K", IN + K),
    ("-(D/2) log det K", -D / 2 * log(Determinant(K))),
    ("-D/2 log|K|", -D / 2 * log(Determinant(K))),
    ("-ND/2 log(2π)", -N * D / 2 * log(2 * sp.pi)), ("-1/2tr(K⁻¹YYᵀ)", -Trace(K.I * Y * Y.T) / 2),
    ("D|K|X", D * b * X),
    ("∂L/∂X = αdL/dd X", alpha * d_bar * X), ("d_bar X", d_bar * X), ("d̄ X", d_bar * X),
    ("∂L/∂K X", d_bar * X),
    ("|K||K|X", b**2 * X), ("|K|||Y||²X", b * Trace(Y.T * Y) * X),
    ("||Y||²|K|X", b * Trace(Y.T * Y) * X),
    ("‖Y‖²/2", Trace(Y.T * Y) / 2), ("norm(Y)^2", Trace(Y.T * Y)), ("‖b‖² X", b**2 * X),
    ("D ∘ X", D * X),
    ("D/2 b X", D * b * X / 2), ("(D|K|)X", D * b * X), ("|(K)|X", b * X), ("K^T^2 X", K * K * X),
    ("‖Y log β‖² X", log(beta)**2 * Trace(Y.T * Y) * X), ("D^2 X", D**2 * X), ("0 X", 0 * X),
    ("𝑋𝑋ᵀ", X * X.T),
    (r"\alpha\left(K^{-1}YY^{\top} - D I\right)K^{-1}\mathbf{X}",
     alpha * (K.I * Y * Y.T - D * IN) * K.I * X),
    (r"\frac{\partial L}{\partial X} = -\frac{D}{2}\cdot\operatorname{tr}(K) X",
     -D / 2 * Trace(K) * X),
    ("alpha*((-D)*I + K**(-1)*Y*Y.T)*K**(-1)*X", alpha * (K.I * Y * Y.T - D * IN) * K.I * X),
])
def test_each_way_of_writing_is_read_as_it_is_meant(text: str, meant: Expr) -> None:
    assert same(parse(text, TOTAL.vocabulary), meant, TOTAL)


@over("text", ["K⁻¹", "K^-1", "K^{-1}", "K^(-1)", "K**-1", "K ** (-1)", "K.I",
              "K.inv()", "inv(K)",
              "inv K", "np.linalg.inv(K)", "(K)⁻¹", "K⁻ᵀᵀ"])
def test_an_inverse_can_be_written_in_many_ways(text: str) -> None:
    assert parse(text, TOTAL.vocabulary) == K.I


@pytest.mark.parametrize("text", ["Xᵀ", "X'", "X′", "X.T", "X^T", "X^⊤", r"X^{\top}",
                                  "X.transpose()", "transpose(X)"])
def test_a_transpose_can_be_written_in_many_ways(text: str) -> None:
    assert parse(text, TOTAL.vocabulary) == X.T


@pytest.mark.parametrize(("text", "meant"), [
    ("W*x*e.T + W*e*x.T", W * x * e.T + W * e * x.T), ("WᵀWx − x", W.T * W * x - x),
    ("W.Tx'", W.T * x.T),
    ("Wx(WᵀWx − x)ᵀ + W(WᵀWx − x)xᵀ", AUTOENCODER.adjoint("W")), ("½||c||²", Trace(c.T * c) / 2),
    ("x/S", x / x.cols),
])
def test_names_side_by_side_are_taken_apart(text: str, meant: Expr) -> None:
    # W e has no shape, so nothing to compare
    assert notation.plain(parse(text, AUTOENCODER.vocabulary)) == notation.plain(meant)


def test_sizes_are_the_chains_own_symbols_and_adjoints_of_a_part_are_those_of_its_output() -> None:
    assert parse("D", LOG_DET.vocabulary) == LOG_DET["D"].symbol
    for text in ("∂L/∂d", "∂L₁/∂d", "dL1/dd"):
        assert parse(text, LOG_DET.vocabulary) == LOG_DET.adjoint_symbol("d")
    assert parse("∂L/∂β", TRACE.vocabulary) == TRACE.adjoint_symbol("beta")


def test_the_identity_takes_its_size_from_its_neighbours_or_from_the_expected_shape() -> None:
    assert parse("XᵀX + 2I", TOTAL.vocabulary).atoms(Identity) == {Identity(Q)}
    assert parse("tr(D I I K)", TOTAL.vocabulary).atoms(Identity) == {IN}
    assert parse("-½ I", TOTAL.vocabulary, (N, N)).shape == (N, N)
    with pytest.raises(Unreadable, match="The size of `I`"):
        parse("tr(I)", TOTAL.vocabulary)


def test_the_elementwise_product_is_kept() -> None:
    for text in ("c∘x", "c .* x", "c ⊙ x", r"c \odot x", r"c \circ x", r"$c\odot x$"):
        assert parse(text, AUTOENCODER.vocabulary) == HadamardProduct(c, x)


def test_a_power_of_every_entry_is_one_where_a_text_is_read_a_second_time() -> None:
    found = parse(r"\operatorname{tr}\left(\left(\left(c\right)^{\circ -1}\right) x^{\top}\right)",
                  AUTOENCODER.vocabulary)
    assert found == Trace(HadamardPower(c, -1) * x.T)


@pytest.mark.parametrize("text", ["W*e*x", "W²", "inv(W)", "tr(W)", "W + x", "|x|"])
def test_shapes_that_do_not_fit_are_left_for_the_marking(text: str) -> None:
    expression = parse(text, AUTOENCODER.vocabulary)
    with pytest.raises(CannotBeFormed):
        check_shapes(expression)


@pytest.mark.parametrize(("text", "sentence"), [
    ("K⁻¹YYᵀ − D", r"the sum of K⁻¹ Y Yᵀ \(N×N\) and the number D cannot be formed: did you mean D "
                   r"I, or D ones\(N, N\)"),
    ("K + 1", r"number 1 cannot be formed: did you mean I, or"),
    ("X + 2", r"the sum of X \(N×Q\) .* be formed: did you mean 2 ones\(N, Q\)\?$"),
    ("tr(D)", "the trace of the number D"), ("det(b)", "the determinant of the number b"),
    ("X + Xᵀ + 2", "cannot be formed: did you mean"),
])
def test_a_number_in_place_of_a_matrix_cannot_be_formed(text: str, sentence: str) -> None:
    with pytest.raises(CannotBeFormed, match=sentence):
        parse(text, TOTAL.vocabulary)


@over(("text", "sentence"), [
    ("Xs", r"no `Xs` here \(did you mean `X`\?\); the names are X, α, β, D, .*X_bar or ∂L/∂X"),
    ("alhpa X", "`alpha`"),
    ("∂L₂/∂d", r"here \(did you mean `∂L/∂d`\?\); the"), ("D_BAR", r"here \(did you mean "
                                               r"`D_bar`\?\); the"),
    ("X as we saw", "^Beside the formula stands `as`"),
    ("ALPHA", "`alpha`"), ("cbrt(b)", "no `cbrt`"), ("X.shape", "no `.shape`"),
    ("2 X K/K", "write its inverse"),
    ("D/2b", r"whether `b` belongs below the fraction line"), ("tr XXᵀ", r"whether `Xᵀ` .* write "
                                                     r"tr\(…\)"),
    ("K^N", "exponent of a matrix is a whole number"), ("K^0.5", "exponent"), ("K^25", "exponent"),
    ("K^2^3", "At `.3` one exponent"),
    ("(X", r"closing \)"), ("|K", "closing |"), ("X)", r"At `\)`"), ("X *", r"Behind `X \*`"),
    ("", "nothing to read"),
    ("X2", "At `2`"), ("X == X", "Only one ="), ("K X = X", "Only one ="),
    ("X/0", "has no value"), ("log(0) X", "has no value"), ("log(-1) X", "has no value"),
    ("2½", "At `½`"),
    (r"\frac{D} + X", "opening bracket"), (r"\alpha \big\,X", "no `.big` here"),
    (r"\lvert\alpha || XX^T|", r"closing .rvert"),
    (r"\frac{\partial}{\partial X} L X", "the derivative of a product"),
    ("1e-3 X", r"whether `1e-3` is a power of ten .* write 1\*10\^-3"),
    ("X 2.5E3", r"whether `2.5E3` is a power"),
])
def test_what_cannot_be_read_is_quoted_with_what_would_be_understood(text: str,
                                                                     sentence: str) -> None:
    with pytest.raises(Unreadable, match=sentence):
        parse(text, LOG_DET.vocabulary)


@over("text", [
    "__import__('os')", "(" * 10**5, "(" * 300 + "X" + ")" * 300, "(" * 30 + "X" + ")" * 30,
    "9**9**9", "9" * 10**5,
    "9" * 1999, "((9^24)^24)^24", "((2N)^24)^24", "(" * 19 + "b" + "^2+1)" * 19,
    "9^24 * " * 9 + "1", "😀", "X\x00",
    "log " * 390 + "b", "X" * 1999, "-" * 1999 + "X", "X" + "'" * 1990, "|" * 300, "‖" * 300,
    "\\" * 1999, "∂ " * 900,
    r"\frac" * 300, "X^{" * 300, "=" * 1999, "lambda: 0", "X.__class__", "X;X", "X[0,:]", "٣ X",
])
def test_hostile_text_gets_one_short_sentence(text: str) -> None:
    with pytest.raises(Unreadable) as error:
        parse(text, TOTAL.vocabulary)
    assert str(error.value).endswith(".")
    assert str(error.value).isprintable()
    assert len(str(error.value)) < 250


@pytest.mark.parametrize(("most", "more", "sentence"), [
    ("X" + " " * 1999, "X" + " " * 2000, "at most 2,000 characters"),
    ("-" * 399 + "X", "-" * 400 + "X", "at most 400 names, numbers and signs"),
    ("(" * 20 + "X" + ")" * 20, "(" * 21 + "X" + ")" * 21, "brackets, of which at most 20"),
    ("9" * 50, "1" + "0" * 50, "more than 50 digits"),
    ("." + "0" * 49 + "1", "." + "0" * 50 + "1", "more than 50 digits"),
    ("K^24", "K^25", "from -24 to 24"),
    ("K^-24", "K^-25", "from -24 to 24"), ("(K^12)^2", "(K^5)^5", "powers beyond 24"),
], ids=lambda text: text[:12])
def test_as_much_is_read_as_the_sentence_about_the_limit_says(most: str, more: str,
                                                              sentence: str) -> None:
    parse(most, TOTAL.vocabulary)
    with pytest.raises(Unreadable, match=sentence):
        parse(more, TOTAL.vocabulary)


def test_a_giant_is_refused_before_the_next_power_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    taken, power = [], forming.power
    monkeypatch.setattr(forming, "power", lambda base,
                        exponent: taken.append(base) or power(base, exponent))
    with pytest.raises(Unreadable, match="more than 50 digits"):
        parse("((9^24)^24)^24", TOTAL.vocabulary.extended({}))
    assert taken == [9, 9**24]


@pytest.mark.parametrize("cut", [False, True])
def test_forty_characters_are_quoted_and_of_a_longer_text_the_last_is_an_ellipsis(
    cut: bool) -> None:
    with pytest.raises(Unreadable) as error:
        parse("X" + ")" + "D" * (39 + cut), TOTAL.vocabulary)
    assert f"At `){'D' * 38 + '…' if cut else 'D' * 39}` " in str(error.value)


def test_transposes_and_inverses_in_turn_do_not_nest() -> None:
    assert parse("K" + ".I'" * 190, TOTAL.vocabulary) == K
    assert len(parse("X" * 399, TOTAL.vocabulary).args) == 399
