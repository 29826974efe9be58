"""A chain is written stage by stage; what cannot be a stage is refused in one sentence."""

from collections.abc import Callable

import pytest
import sympy as sp
from sympy import Determinant, Identity, MatrixSymbol, Trace, log
from tables import over

from lvmcalc import notation
from lvmcalc.calculus import RULES
from lvmcalc.calculus.operations import m, n, p
from lvmcalc.calculus.rule_matching import operation_of
from lvmcalc.chain import Builder
from lvmcalc.models import autoencoder, gplvm
from lvmcalc.notation.entrywise import EntrySum

N, Q, D = gplvm.N, gplvm.Q, gplvm.D
X, Y = MatrixSymbol("X", N, Q), MatrixSymbol("Y", N, Q)
M, a = MatrixSymbol("M", N, N), sp.Symbol("a")


def test_the_operation_is_inferred_and_the_chain_is_that_of_the_present_form() -> None:
    build = Builder("gplvm", gplvm.X, gplvm.Y, gplvm.alpha, gplvm.beta)
    build.f, build.h = gplvm.X, gplvm.X
    build.g = build.h.T
    build.e = build.f * build.g
    build.d = gplvm.alpha * build.e
    build.j = Identity(N) / gplvm.beta
    build.c = build.j + build.d
    build.b = Determinant(build.c)
    build.q = log(build.b)
    build.L1 = -D / 2 * build.q
    build.p = gplvm.Y * gplvm.Y.T
    build.r = build.c.I
    build.s = build.r * build.p
    build.t = Trace(build.s)
    build.L2 = -build.t / 2
    build.L = build.L1 + build.L2
    written, known = build.chain(), gplvm.chain()
    assert [*written.nodes] == [*known.nodes]
    for name, node in [*written.nodes.items()][:-1]:
        assert node.rule == known[name].rule, name
        assert node.parents == known[name].parents, name
        assert node.expression == known[name].expression, name
    assert {edge: adjoint for edge, adjoint in written.edges.items() if edge[0] != "L"}.keys() == {
        edge: adjoint for edge, adjoint in known.edges.items() if edge[0] != "L"}.keys()
    assert written.claim("X").status == "proved"


def test_differences_norms_and_inferred_names_are_those_of_the_autoencoder() -> None:
    W, x = autoencoder.W, autoencoder.x
    build = Builder("autoencoder", W, x)
    build.h, build.g = W, W
    build.f = build.g.T
    build.e = build.h * x
    build.d = build.f * build.e
    build.c = build.d - x
    build.L = Trace(build.c.T * build.c) / 2
    written, known = build.chain(), autoencoder.chain()
    assert [node.rule.name for node in written.nodes.values()] == [
        node.rule.name for node in known.nodes.values()]
    assert dict(written.edges) == dict(known.edges)


@over("rule", RULES)
def test_the_operation_of_every_rule_is_inferred(rule: str) -> None:
    sizes = {m: 2, n: 3, p: 5}
    operands = [*(notation.matching(f"{letter.name}1", letter.xreplace(sizes))
                  for letter in RULES[rule].arguments), *(3 for _ in RULES[rule].parameters)]
    build = Builder("L", *operands[:len(RULES[rule].arguments)])
    build.z = RULES[rule].apply(*operands)
    if build.z.is_Matrix:
        build.L = EntrySum(build.z)
    found = build.chain()["z"]
    assert (found.rule.name, found.operands) == (rule, tuple(operands))


@over(("formula", "rule", "operands"), [
    (M**2, "product", (M, M)), (X - Y, "difference", (X, Y)), (Y - X, "difference", (Y, X)),
    (-X, "scale", (-1, X)), (a * X / 2, "scale", (a / 2, X)), (2 / a, "quotient", (2, a)),
    (a**-1, "power", (a, -1)), (a + 3, "scalar sum", (3, a)),
    (sp.HadamardPower(X, 2), "elementwise power", (X, 2)),
    (EntrySum(sp.HadamardProduct(X, X)), "squared norm", (X,)),
    (sp.sqrt(EntrySum(sp.HadamardPower(X, 2))), "norm", (X,)),
    (Trace(M * X * Y.T), "inner product", (Y, M * X)),
    (Trace(X * Y.T), "trace", (X * Y.T,)), (X * Y.T * M, "product", (X, Y.T * M))])
def test_the_most_special_rule_is_found(formula: sp.Expr, rule: str, operands: tuple) -> None:
    assert operation_of(formula) == (rule, operands)


def test_a_stage_is_known_by_its_name_in_either_form() -> None:
    build = Builder("L", X, M)
    assert build.X == X
    symbol = build("e", "product", M, X)
    assert build.e == symbol == MatrixSymbol("e", N, Q)
    with pytest.raises(AttributeError, match="There is no leaf or stage z yet"):
        build.z  # noqa: B018


def writing(*stages: Callable) -> Callable:
    def write() -> None:
        build = Builder("L", X, Y, M, a)
        for stage in stages:
            stage(build)
        build.chain()

    return write


@over(("write", "sentence"), [
    (writing(lambda b: b("e", "convolution", X, Y)),
     "There is no operation 'convolution'; there are use, product"),
    (writing(lambda b: b("e", "product", M)),
     "e: the operation product is applied to A and B, but the number of operands is 1."),
    (writing(lambda b: b("e", "trace", M, X)),
     "e: the operation trace is applied to C, but the number of operands is 2."),
    (writing(lambda b: b("e", "product", a, X)),
     "e: the operation product needs a matrix for A, not a (scalar)."),
    (writing(lambda b: b("e", "logarithm", X)),
     "e: the operation logarithm needs a scalar for a, not X (N×Q)."),
    (writing(lambda b: b("e", "product", X, Y)),
     "e: the product of X (N×Q) and Y (N×Q) cannot be formed: Q columns meet N rows."),
    (writing(lambda b: b("e", "sum", X, M)),
     "e: the sum of M (N×N) and X (N×Q) cannot be formed: their shapes differ."),
    (writing(lambda b: b("e", "inverse", X)),
     "e: the inverse of X (N×Q) cannot be formed: it is not square."),
    (writing(lambda b: b("e", "trace", X)),
     "e: the trace of X (N×Q) cannot be formed: it is not square."),
    (writing(lambda b: b("e", "product", X.T, Y)), "e: Xᵀ needs a stage of its own."),
    (writing(lambda b: setattr(b, "e", M * X * X.T)), "needs a stage of its own."),
    (writing(lambda b: setattr(b, "e", a * Trace(M))), "e: tr(M) needs a stage of its own."),
    (writing(lambda b: b("e", "scale", sp.Symbol("z"), X)),
     "e: there is no leaf, stage or size z."),
    (writing(lambda b: b("e", "use", MatrixSymbol("Z", N, N))),
     "e: there is no leaf, stage or size Z."),
    (writing(lambda b: b("e", "use", Identity(sp.Symbol("k", integer=True)))),
     "e: there is no leaf, stage or size k."),
    (writing(lambda b: b("e", "use", X), lambda b: b("e", "use", Y)),
     "Two things in L are called e."),
    (writing(lambda b: b("X", "use", Y)), "Two things in L are called X."),
    (writing(lambda b: b("N", "trace", M)), "Two things in L are called N."),
    (writing(lambda b: setattr(b, "chain", X)),
     'A stage called chain is written build("chain", operation, …).'),
    (writing(lambda b: b("e", "product", M, X)), "The last stage of L must be a scalar, but e is "
                             "N×Q."),
    (writing(), "The last stage of L must be a scalar, but there is no stage."),
    (lambda: Builder("L", X, X), "Two things in L are called X."),
    (lambda: Builder("L", X, M, N), None), (lambda: Builder("L", a, MatrixSymbol("a", N, N)),
                        "Two things in L are called a."),
    (writing(lambda b: setattr(b, "e", "X Y")),
     "e: a SymPy expression such as A * B is expected, not 'X Y'."),
    (writing(lambda b: b("e", "product", "M", X)),
     "e: a SymPy expression such as A * B is expected, not 'M'."),
    *((writing(lambda b, given=given: b(*given)), 'A stage is written build("e", "product", A, B)')
      for given in ((), ("e",), (X, "use", X), ("e", X), ("e", 3, X))),
    *((writing(lambda b, it=it: setattr(b, "e", it)), f"e: {it} is no operation on leaves and "
       "stages: write it where it is used.") for it in (3, a)),
    (writing(lambda b: setattr(b, "e", None)),
     "e: a SymPy expression such as A * B is expected, not None."),
    (writing(lambda b: setattr(b, "e", 2**a)),
     "e: the exponent a is no constant: write exp(k log(a)) for such a power of a."),
    (lambda: Builder("L", X * Y.T), "A leaf is a symbol, not X Yᵀ."),
])
def test_what_cannot_be_written_is_refused_in_one_sentence(write: Callable,
                                                           sentence: str | None) -> None:
    if sentence is None:
        write()  # a number of rows may be a leaf as well
        return
    with pytest.raises((TypeError, ValueError)) as caught:
        write()
    words = str(caught.value)
    assert sentence in words
    assert words.endswith((".", "?"))
    assert "\n" not in words


def test_sizes_may_be_numbers() -> None:
    build = Builder("L", MatrixSymbol("A", 3, 2), MatrixSymbol("B", 2, 3))
    with pytest.raises(ValueError, match=r"^e: the product of A \(3×2\) and A \(3×2\) cannot be "
                                         r"formed"):
        build("e", "product", build.A, build.A)
    with pytest.raises(ValueError, match=r"^e: the sum of A \(3×2\) and B \(2×3\) cannot be "
                                         r"formed\.$"):
        build("e", "sum", build.A, build.B)
    build.e = build.A * build.B
    build.L = Trace(build.e)
    assert build.chain()["e"].shape == (3, 3)


def test_elementwise_operations_are_inferred_too() -> None:
    A, B, C = (MatrixSymbol(name, *shape) for name, shape in (("A", (N, Q)), ("B", (N, Q)),
                                                              ("C", (Q, N))))
    build = Builder("elementwise", A, B, C)
    build.e = sp.HadamardProduct(A, B)
    build.h = build.e.applyfunc(sp.exp)
    build.p = build.h * C
    build.t = sp.Trace(build.p)
    build.L = sp.exp(build.t)
    chain = build.chain()
    assert [node.rule.name for node in chain.nodes.values()] == [
        "elementwise product", "exp entry by entry", "product", "trace", "exp of a number"]
    assert chain.check().status == "proved"
