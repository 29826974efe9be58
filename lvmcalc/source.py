"""The homework solution that this collection follows, line by line: what each line says, and the check behind it.

Every line is data: equations between SymPy expressions in the nodes, adjoints and leaves of a chain. `row("B4")` shows
one line with the verdict on each of its equations; the formula shown is the object that is checked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise

import sympy as sp
from sympy import Determinant, Expr, Identity, MatrixSymbol, Trace, Transpose, log
from sympy.matrices.expressions import MatAdd, MatMul

from lvmcalc import autoencoder, calculus, checks, gplvm, notation
from lvmcalc.chain import Chain
from lvmcalc.verdict import Verdict, worst

Equations = tuple[tuple[Expr, ...], ...]


@dataclass(frozen=True)
class Row:
    """One line of the source as read: its words, its equations, and the notebook that is its home."""

    id: str
    notebook: str
    words: str
    chain: Chain
    equations: Equations

    @cached_property
    def verdicts(self) -> list[Verdict]:
        """The verdict on every equals sign of the line, the nodes and adjoints written out in the leaves."""
        # The gradient of the whole comes from the differential here, that of the stages from the adjoints.
        chain, whole = self.chain, {}
        for leaf in chain.leaves.values():
            whole[chain.adjoint_symbol(leaf.name)] = calculus.gradient(chain.expression(), leaf.symbol)
        sides = [[chain.in_leaves(sp.sympify(side).xreplace(whole)) for side in equation]
                 for equation in self.equations]
        return [calculus.compare(left, right) for equation in sides for left, right in pairwise(equation)]

    @property
    def status(self) -> str:
        """The weakest verdict of the line."""
        return worst([verdict.status for verdict in self.verdicts])

    def __str__(self) -> str:
        lines = [" = ".join(notation.plain(self.chain.abbreviated(sp.sympify(side))) for side in equation)
                 for equation in self.equations]
        return "\n".join([f"{self.id}: {self.words}", *(f"  {line}" for line in lines), f"  {self._summary}"])

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        sides = [[notation.latex(self.chain.abbreviated(sp.sympify(side))) for side in equation]
                 for equation in self.equations]
        lines = [f"$$ {' = '.join(equation)} $$" for equation in sides]
        return f"**{self.id}** {self.words}\n\n" + "\n\n".join(lines) + f"\n\n{self._summary}"

    @property
    def _summary(self) -> str:
        verdicts = self.verdicts
        signs = f"{len(verdicts)} equals signs, each " if len(verdicts) > 1 else ""
        return f"{signs}{self.status}" + (" for every size" if self.status == "proved" else "")


def row(name: str) -> Row:
    """Return one line of the source by its id, such as "B4".

    Raises
    ------
    ValueError
        If there is no such line.
    """
    return rows()[checks.known(name, rows(), "line of the source")]


@cache
def rows() -> dict[str, Row]:
    """Return all lines of the source by their ids, in the order of the source."""
    homes = [("02_autoencoder_gradient", autoencoder.chain(), _autoencoder), ("04_gplvm_log_determinant",
             gplvm.log_det_chain(), _log_det), ("05_gplvm_trace", gplvm.trace_chain(), _trace),
             ("06_gplvm_training", gplvm.chain(), _total)]
    return {line[0]: Row(line[0], notebook, line[1], chain, line[2:])
            for notebook, chain, lines in homes for line in lines(chain, *_letters(chain))}


def _letters(chain: Chain) -> tuple[Callable[[str], Expr], Callable[[str], Expr]]:
    def node(name: str) -> Expr:
        return chain[name].symbol
    return node, chain.adjoint_symbol


def _autoencoder(chain: Chain, node: Callable, adj: Callable) -> list[tuple]:
    W, x, h, g, f, e, d, c, L = map(node, ("W", "x", "h", "g", "f", "e", "d", "c", "L"))
    residual = W.T * W * x - x
    return [
        ("A1", "Wx is the code z and Wᵀz its reconstruction; L is half the squared norm of what the reconstruction "
               "misses, so a small L needs a code that keeps what is needed to rebuild x.",
         (L, Trace(MatMul(Transpose(residual), residual)) / 2)),
        ("A2", "The reconstruction is x̂ = Wᵀz with z = Wx (here d and e).", (d, W.T * e), (e, W * x)),
        ("A3", "The graph, stage by stage.", (h, W), (g, W), (f, g.T), (e, h * x), (d, f * e), (c, d - x),
         (L, Trace(c.T * c) / 2)),
        ("A4", "Two paths lead to W, and what they bring is added (the law of total derivatives).",
         (adj("W"), adj("h") + adj("g"))),
        ("A5", "The path through the decoder.", (adj("g"), Transpose(adj("f")), Transpose(adj("d") * e.T),
         Transpose(c * e.T), Transpose((d - x) * e.T), Transpose((f * e - x) * e.T))),
        ("A6", "The same in W and x; the shape is m×n.", (adj("g"), Transpose(MatMul(residual, Transpose(W * x))),
                                                          MatMul(W, x, Transpose(residual)))),
        ("A7", "The path through the encoder.", (adj("h"), adj("e") * x.T, f.T * (d - x) * x.T)),
        ("A8", "The same in W and x.", (adj("h"), W * residual * x.T)),
        ("A9", "Both paths together: the gradient.", (adj("W"), adj("h") + adj("g"),
                                             MatAdd(MatMul(W, x, Transpose(residual)), W * residual * x.T))),
    ]


def _log_det(chain: Chain, node: Callable, adj: Callable) -> list[tuple]:
    X, alpha, beta, D, f, h, g, e, d, j, c, b, q, L1 = map(
        node, ("X", "alpha", "beta", "D", "f", "h", "g", "e", "d", "j", "c", "b", "q", "L1"))
    K, N = MatrixSymbol("K", *c.shape), c.shape[0]
    return [
        ("B1", "The last stage is a multiple of q.", (L1, -D * q / 2), (adj("q"), -D / 2)),
        ("B2", "q is the logarithm of b.", (q, log(b)), (adj("b"), adj("q") / b, -D / (2 * b))),
        ("B3", "b is the determinant of the N×N matrix c.", (b, Determinant(c))),
        ("B4", "The derivative of a determinant is the determinant times the inverse, transposed.",
         (adj("c"), Determinant(c) * c.I.T * adj("b"))),
        ("B5", "c is the sum of the noise j and the signal d; a sum passes its adjoint on.", (c, j + d),
         (j, Identity(N) / beta), (adj("d"), adj("c"))),
        ("B6", "d is a multiple of e.", (d, alpha * e), (adj("e"), alpha * adj("d"))),
        ("B7", "e is the product of f (N×Q) and g (Q×N).", (e, f * g)),
        ("B8", "The product rule, for both factors.", (adj("f"), adj("e") * g.T), (adj("g"), f.T * adj("e"))),
        ("B9", "f and h are the two uses of X, and g is h transposed.", (f, X), (h, X), (g, h.T),
         (adj("h"), adj("g").T)),
        ("B10", "What the two uses bring is added.", (adj("X"), adj("f") + adj("h"))),
        ("B11", "The path through f, all stages in one line.", (adj("f"), adj("e") * g.T, alpha * adj("d") * g.T,
         alpha * adj("c") * g.T, alpha * Determinant(c) * adj("b") * c.I.T * g.T)),
        ("B12", "Both paths, with the kernel written K.",
         (adj("X"), -D * alpha / 2 * K.I.T * X - D * alpha / 2 * K.I * X)),
        ("B13", "X taken out of the bracket.", (adj("X"), -D * alpha / 2 * (K.I.T + K.I) * X)),
        ("B14", "K is symmetric, so both terms are the same.", (K.T, K), (adj("X"), -D * alpha * K.I * X)),
    ]


def _trace(chain: Chain, node: Callable, adj: Callable) -> list[tuple]:
    X, Y, alpha, beta, f, h, g, e, d, j, c, p, r, s, t, L2 = map(
        node, ("X", "Y", "alpha", "beta", "f", "h", "g", "e", "d", "j", "c", "p", "r", "s", "t", "L2"))
    K = MatrixSymbol("K", *c.shape)
    return [
        ("C1", "The graph of the trace term, stage by stage.", (f, X), (h, X), (g, h.T), (e, f * g), (d, alpha * e),
         (j, Identity(c.shape[0]) / beta), (c, j + d), (p, Y * Y.T), (r, c.I), (s, r * p), (t, Trace(s)), (L2, -t / 2)),
        ("C2", "The inverse brings a minus sign and stands on both sides; then the path is that of B5 to B10.",
         (adj("r"), -p / 2), (adj("c"), -c.I.T * adj("r") * c.I.T, c.I.T * p * c.I.T / 2),
         (adj("X"), alpha * K.I * Y * Y.T * K.I * X)),
    ]


def _total(chain: Chain, node: Callable, adj: Callable) -> list[tuple]:
    X, Y, alpha, L1, L2, L = map(node, ("X", "Y", "alpha", "L1", "L2", "L"))
    N, D = Y.shape
    K = MatrixSymbol("K", N, N)
    constant = N * D / 2 * log(2 * sp.pi)
    halves = MatAdd(gplvm.log_det_chain().adjoint("X"), gplvm.trace_chain().adjoint("X"))
    bracket = -D / 2 * (K.I.T + K.I) + K.I * Y * Y.T * K.I
    return [
        ("C3", "The log-likelihood.", (L, -constant - D / 2 * log(Determinant(K)) - Trace(K.I * Y * Y.T) / 2),
         (L, -constant + L1 + L2)),
        ("C4", "Its gradient is the sum of the two halves.", (adj("X"), halves)),
        ("C5", "The two halves written out.",
         (adj("X"), -alpha * D / 2 * (K.I.T + K.I) * X + alpha * K.I * Y * Y.T * K.I * X)),
        ("C6", "α and X taken out of the bracket; the minus sign and both inverses stay.",
         (adj("X"), alpha * bracket * X)),
        ("C7", "The closed form.", (adj("X"), alpha * (K.I * Y * Y.T - D * Identity(N)) * K.I * X)),
    ]



