"""Random answers as people write them: in LaTeX, on paper, or as code in five languages.

`python tools/written_answers.py 5000` writes so many of the right and broken answers of
`random_answers.py` in a random dialect, marks the text, and prints every false verdict. Whether an
answer is right is decided on the formula, before it is written; the writer here
is no part of the package.
"""

from collections.abc import Iterator

import numpy as np
import sympy as sp
from random_answers import HOMEWORK, answers, broken_at, rewritten_at
from sympy import Expr
from sympy.matrices.expressions import HadamardProduct, MatAdd, MatMul, MatPow
from tally import Judged, main

from lvmcalc.marking import mark

GREEK = {"alpha": "α", "beta": "β"}
# How each dialect writes: product of matrices, of a scalar, transpose, inverse, trace, determinant,
# logarithm, elementwise product, unit matrix, power, quotient
DIALECTS = {
    "paper": (" ", " ", "{}ᵀ", "{}⁻¹", "tr({})", "|{}|", "log({})", "{} ∘ {}", "I_{}", "{}^{}",
              "({})/({})"),
    "paper, glued": ("", "", "{}ᵀ", "{}⁻¹", "tr({})", "det({})", "ln({})", "{} ⊙ {}", "I_{}",
                     "{}^({})", "({})/({})"),
    "latex": (" ", " ", r"{}^{{\top}}", "{}^{{-1}}", r"\operatorname{{tr}}\left({}\right)",
              r"\det\left({}\right)", r"\log\left({}\right)", r"{} \odot {}", "I_{{{}}}",
              "{}^{{{}}}", r"\frac{{{}}}{{{}}}"),
    "latex, pasted": (r"\,", r" \cdot ", r"{}^{{\mathsf T}}", "{{{}}}^{{-1}}",
                      r"\mathrm{{tr}}\bigl[{}\bigr]", r"\lvert {}\rvert", r"\ln\bigl({}\bigr)",
                      r"{} \circ {}", r"\mathbf{{I}}_{}", "{{{}}}^{{{}}}", r"\tfrac{{{}}}{{{}}}"),
    "numpy": (" @ ", " * ", "{}.T", "np.linalg.inv({})", "np.trace({})", "np.linalg.det({})",
              "np.log({})", "{} * {}", "np.eye({})", "{}**({})", "({}) / ({})"),
    "torch": (" @ ", " * ", "{}.mT", "torch.linalg.inv({})", "torch.trace({})",
              "torch.linalg.det({})", "torch.log({})", "{} * {}", "torch.eye({})", "{}**({})",
              "({}) / ({})"),
    "matlab": ("*", "*", "{}'", "inv({})", "trace({})", "det({})", "log({})", "{}.*{}", "eye({})",
               "{}^({})", "({})/({})"),
    "r": (" %*% ", " * ", "t({})", "solve({})", "sum(diag({}))", "det({})", "log({})", "{} * {}",
          "diag({})", "{}^({})", "({}) / ({})"),
}
CODE = ("numpy", "torch", "matlab", "r")


class Writer:
    """Write formulas in one dialect."""

    def __init__(self, dialect: str, rng: np.random.Generator):
        self.dialect, self.rng = dialect, rng
        (self.times, self.scalar, self.transpose, self.inverse, self.trace, self.det, self.log,
         self.circle, self.eye, self.power, self.quotient) = DIALECTS[dialect]

    def name(self, name: str) -> str:
        """Return a name, or that of an adjoint such as ∂L₁/∂c."""
        if name.startswith("∂"):
            above, below = name[1:].split("/∂")
            if self.dialect in CODE:
                return f"{'alpha' if below == 'α' else 'beta' if below == 'β' else below}_bar"
            if self.dialect.startswith("latex"):
                below = {"α": r"\alpha", "β": r"\beta"}.get(below, below).replace("₁", "_1")
                return rf"\frac{{\partial {above.replace('₁', '_1').replace('₂', '_2')}}}" + (
                    rf"{{\partial {below.replace('₂', '_2')}}}")
            return f"({name})"
        if self.dialect.startswith("latex"):
            return rf"\{name} " if name in GREEK else f"{name}"
        return GREEK.get(name, name) if self.dialect.startswith("paper") else name

    def bracketed(self, part: Expr) -> str:
        """Return a part that something is to stand beside or behind."""
        text = self(part)
        return text if part.is_Atom or (isinstance(part, sp.MatrixSymbol) and (
            "∂" not in str(part))) else f"({text})"

    def __call__(self, part: Expr) -> str:
        """Return the text of a formula."""
        match part:
            case sp.MatrixSymbol() | sp.Symbol():
                return self.name(part.name)
            case sp.Identity():
                return self.eye.format(part.rows)
            case sp.Integer():
                return str(part)
            case sp.Rational():
                sign = "-" if part < 0 else ""
                return sign + self.quotient.format(abs(part.p), part.q)
            case sp.Transpose():
                return self.transpose.format(self.bracketed(part.arg))
            case sp.Inverse():
                inner = part.arg
                return self.inverse.format(self(inner) if "inv" in self.inverse or "solve" in
                                           self.inverse else self.bracketed(inner))
            case sp.Trace():
                return self.trace.format(self(part.arg))
            case sp.Determinant():
                return self.det.format(self(part.arg))
            case sp.log():
                return self.log.format(self(part.args[0]))
            case HadamardProduct():
                first, *others = part.args
                text = self.bracketed(first)
                for other in others:
                    text = self.circle.format(text, self.bracketed(other))
                return text
            case MatPow():
                copies = [part.base if part.exp > 0 else part.base.I] * abs(int(part.exp))
                return f"({self(MatMul(*copies))})"
            case sp.Pow():
                if part.exp.is_negative:
                    return f"({self.quotient.format(1, self(part.base ** -part.exp))})"
                return self.power.format(self.bracketed(part.base), part.exp)
            case MatAdd() | sp.Add():
                texts = [self(term) for term in part.args]
                return texts[0] + "".join(f" - {text[1:]}" if text.startswith("-") else f" + {text}"
                                          for text in texts[1:])
            case MatMul() | sp.Mul():
                return self.product(part)
        raise NotImplementedError(type(part))

    def product(self, part: Expr) -> str:
        """Return a product: its scalars first, each with a sign of multiplication behind it."""
        scalars = [factor for factor in part.args if not factor.is_Matrix]
        matrices = [factor for factor in part.args if factor.is_Matrix]
        number = sp.Mul(*(factor for factor in scalars if factor.is_Number))
        texts = [self.bracketed(abs(number))] * (abs(number) != 1)
        texts += [self.bracketed(factor) for factor in scalars if not factor.is_Number]
        beside = self.scalar if self.dialect != "paper, glued" else " "
        text = beside.join(texts)
        if matrices:
            product = self.times.join(map(self.bracketed, matrices))
            text = beside.join(filter(None, [text, product]))
        return ("-" if number < 0 else "") + (text or "1")


def marked(seed: int, count: int) -> Iterator[Judged]:
    """Yield the verdicts on so many answers; what is unreadable is neither right nor wrong."""
    rng = np.random.default_rng(seed)
    for right, of, wrt, answer in answers(seed, count, HOMEWORK, rewritten_at, broken_at):
        dialect = list(DIALECTS)[rng.integers(len(DIALECTS))]
        text = Writer(dialect, rng)(answer)
        found = mark(text, of, wrt)
        meant, how = "right" if right else "wrong", "right" if found.right else found.status
        false = how != "unreadable" and found.right != right and (
            f"{of} {wrt} in {dialect}: {text!r} is {meant} ({answer}), but was {found.status}: "
            f"{found.reason}")
        yield meant, how, false or ""


if __name__ == "__main__":
    main(marked, 1000)
