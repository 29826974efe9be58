"""A vocabulary says which names a formula may use, in all their spellings, and which functions."""

import pytest
import sympy as sp
from sympy import Expr, Identity, MatrixSymbol, Symbol
from sympy.matrices.expressions import MatMul
from tables import over

from lvmcalc.checks import CannotBeFormed
from lvmcalc.notation import Unreadable, Vocabulary, parse, spelling

N, D = sp.symbols("N D", integer=True, positive=True)
X, Sigma, w, s = (MatrixSymbol("X", N + 1, 3), MatrixSymbol("Sigma", D, D),
                  MatrixSymbol("w", 3, 1), Symbol("s"))
NAMES = {"X": X, "Sigma": Sigma, "w": w, "s": s}
ADJOINTS = {"X": MatrixSymbol("∂L₁/∂X", N + 1, 3), "s": Symbol("∂L₁/∂s")}


def entries(argument: Expr) -> Expr:
    if isinstance(argument, sp.Integer):
        raise CannotBeFormed("exp is not taken of a whole number here")
    return argument.applyfunc(sp.exp) if argument.is_Matrix else sp.exp(argument)


WORDS = Vocabulary(NAMES, ADJOINTS, "L1", {"exp": entries, "log": entries})


def test_the_symbols_are_those_named_with_their_sizes_and_adjoints() -> None:
    assert NAMES | {"N": N, "D": D} | {it.name: it for it in ADJOINTS.values()} == WORDS


@over("text", ["X_bar", "Xbar", "X̄", "∂L/∂X", "∂L1/∂X", "∂L₁/∂X", "dL/dX",
              "dL1/dX", r"\bar{X}", r"\frac{\partial L_1}{\partial X}"])
def test_an_adjoint_has_many_spellings(text: str) -> None:
    assert parse(text, WORDS) == ADJOINTS["X"]


@pytest.mark.parametrize(("text", "meant"), [
    ("I_D", Identity(D)), ("eye(N)", Identity(N)), ("Identity(D)", Identity(D)),
    ("I_3", Identity(3)), ("np.eye(3)", Identity(3)), ("I w", MatMul(Identity(3), w)),
    ("Σ", Sigma), (r"\Sigma", Sigma), ("Sigma", Sigma)])
def test_sizes_and_greek_letters_have_many_spellings_too(text: str, meant: Expr) -> None:
    assert parse(text, WORDS) == meant


def test_a_function_of_the_vocabulary_makes_its_expression_itself() -> None:
    assert parse("2 exp(s) + exp s", WORDS) == 3 * sp.exp(s)
    product = parse("exp(X) w", WORDS)
    assert sp.srepr(product.args[0].function.expr).startswith("exp(")
    assert product.args[0].expr == X
    with pytest.raises(CannotBeFormed, match="exp is not taken"):
        parse("exp(2)", WORDS)
    with pytest.raises(Unreadable, match="There is no `exp`"):
        parse("exp(s)", Vocabulary(NAMES, ADJOINTS))


def test_the_functions_of_the_grammar_are_not_replaced() -> None:
    assert parse("log(s)", WORDS) == sp.log(s)


def test_a_misspelt_function_is_suggested() -> None:
    with pytest.raises(Unreadable, match="did you mean `exp`"):
        parse("expp(s)", Vocabulary(NAMES, ADJOINTS, functions={"exp": entries}))


@pytest.mark.parametrize("text", ["λ w", "lambda w", r"\lambda w", "∂L/∂λ w", r"\bar{\lambda} w"])
def test_a_name_that_is_a_greek_letter_is_read_in_all_spellings(text: str) -> None:
    ridge = Symbol("λ")
    adjoint = Symbol("∂L/∂λ")
    words = Vocabulary({"w": w, "λ": ridge}, {"λ": adjoint})
    assert parse(text, words) in (ridge * w, adjoint * w)
    assert spelling("λ") == "lambda"
    assert spelling("λ", {"λ"}) == "λ"


def test_an_unknown_name_is_answered_with_all_names_long_ones_too() -> None:
    words = Vocabulary({"loss_rate": Symbol("loss_rate"), "Sigma": Sigma}, {})
    with pytest.raises(Unreadable, match=r"no `z` here; the names are loss_rate, Σ, D, I, with "
                                         r"adjoints such as loss_rate_bar or ∂L/∂loss_rate\.$"):
        parse("z", words)
