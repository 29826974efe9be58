"""An exam: questions about unseen models, marked, with a score.

The same seed gives the same exam, so that a class can be given one, or everybody another.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sympy import Expr

from lvmcalc import checks, notation
from lvmcalc.chain import Chain
from lvmcalc.course.progress import Answered
from lvmcalc.course.unseen import unseen
from lvmcalc.marking import Mark, mark
from lvmcalc.models import chain_named

_PARTS = ("autoencoder", "autoencoder", "gplvm.log_det", "gplvm.trace")  # of the exam, by model


@dataclass(frozen=True)
class Question(Answered):
    """Ask for the adjoint of a leaf or stage of an unseen chain, in its leaves and stages alone.

    Attributes
    ----------
    number : from 1
    chain : the unseen chain
    wrt : the leaf or stage whose adjoint is asked for
    """

    number: int
    chain: Chain
    wrt: str

    def check(self, answer: Any) -> Mark:
        """Mark an answer, a formula as text or as a SymPy expression.

        One that leaves an adjoint such as ∂L/∂c in it is not finished, and so not attempted.
        """
        if not isinstance(answer, str | Expr) or answer == "":
            answer = None  # a function could be written in adjoints, too
        found = mark(answer, self.chain, self.wrt)
        if answer is None:
            return _not_attempted(found, f"{self.asks} is asked for, as a formula")
        adjoints = {self.chain.adjoint_symbol(node.name).name for node in self.chain}
        left = sorted({it.name for it in getattr(found.formula, "free_symbols", ())} & adjoints)
        if not left:
            return found
        return _not_attempted(found, f"{notation.plain(left[0])} is still in the answer: write it "
                                     "in the leaves and stages alone")

    @property
    def model(self) -> str:
        """The name of the chain."""
        return self.chain.name

    @property
    def asks(self) -> str:
        """The adjoint that is asked for, such as ∂L/∂X."""
        return notation.plain(self.chain.adjoint_symbol(self.wrt))

    @property
    def solution(self) -> str:
        """The right answer as text."""
        return notation.plain(self.chain.abbreviated(self.chain.adjoint(self.wrt)))

    @property
    def asked(self) -> str:
        """The question in words."""
        shape = notation.shape(self.chain[self.wrt].symbol).replace("scalar", "a number")
        return f"What is {self.asks}? It is {shape}."

    def __str__(self) -> str:
        leaves = ", ".join(f"{notation.plain(leaf.name)} {_size(leaf)}"
                           for leaf in self.chain.leaves.values())
        stages = [f"  {notation.plain(node.name)} = {notation.plain(node.expression)}"
                  for node in self.chain.nodes.values()]
        return "\n".join([f"Question {self.number}. Given are {leaves}.", *stages, self.asked])

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        leaves = ", ".join(f"${notation.latex(leaf.symbol)}$ {_size(leaf)}"
                           for leaf in self.chain.leaves.values())
        stages = r" \\ ".join(f"{notation.latex(node.symbol)} &= {notation.latex(node.expression)}"
                             for node in self.chain.nodes.values())
        asked = notation.latex(self.chain.adjoint_symbol(self.wrt))
        return (f"**Question {self.number}.** Given are {leaves}.\n\n"
                rf"$$ \begin{{aligned}} {stages} \end{{aligned}} $$"
                f"\n\n**What is ${asked}$?** {self.asked.split('? ')[1]}")


def _not_attempted(found: Mark, reason: str) -> Mark:
    return replace(found, status="not attempted", reason=reason, explanations=(),
                   counterexample=None, remark="")


def _size(leaf: Any) -> str:
    return f"({notation.shape(leaf.symbol)})".replace("(scalar)", "(a number)")


class Exam:
    """Questions about unseen models; `exam[1]` is the first one.

    Parameters
    ----------
    seed : int
        The same seed gives the same questions.
    models : sequence of str or Chain
        The known models, by name or as chains, one for each question. The first question asks for
        the adjoint of a stage, the others for the gradient of the variable with the most paths.

    Raises
    ------
    TypeError, ValueError
        If there is no such model, or the seed is no whole number of at least 0.
    """

    def __init__(self, seed: int, models: Sequence[str | Chain] = _PARTS):
        self.seed = checks.whole(seed, "seed", least=0)
        self._models = tuple(map(chain_named, models))

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """The questions in their order."""
        chains = [unseen(model, 100 * self.seed + number)
                  for number, model in enumerate(self._models)]
        return tuple(Question(number, chain, _variable(chain) if number > 1 else _stage(chain))
                     for number, chain in enumerate(chains, 1))

    def __getitem__(self, number: int) -> Question:
        if number not in range(1, len(self) + 1):
            raise IndexError(f"The exam has the questions 1 to {len(self)}, not {number}.")
        return self.questions[number - 1]

    def __iter__(self) -> Iterator[Question]:
        return iter(self.questions)

    def __len__(self) -> int:
        return len(self._models)

    def score(self, *answers: Any) -> "Score":
        """Return the marks of all answers, in the order of the questions.

        Raises
        ------
        ValueError
            If there are more or fewer answers than questions.
        """
        if len(answers) != len(self):
            raise ValueError(f"The exam has {len(self)} questions, but the number of "
                             f"answers is {len(answers)}; leave empty what you cannot answer.")
        return Score(self.seed, tuple(question.check(answer) for question, answer
                                      in zip(self, answers, strict=True)))


@dataclass(frozen=True)
class Score:
    """The marks of an exam, one point for each right answer."""

    seed: int
    marks: tuple[Mark, ...]

    @property
    def points(self) -> int:
        """The number of right answers."""
        return sum(mark.right for mark in self.marks)

    def __str__(self) -> str:
        lines = [f"Question {number}: {found.verdict}" for number, found in
                 enumerate(self.marks, 1)]
        return "\n".join([*lines, f"{self.points} of {len(self.marks)} points, exam {self.seed}"])

    __repr__ = __str__


def seed_of(model: str) -> int | None:
    """Return the seed of the exam that asks about an unseen model, by the name of its chain."""
    found = re.fullmatch(r"unseen .* (\d{1,9})", model)
    return int(found[1]) // 100 if found else None


def _variable(chain: Chain) -> str:
    """Return the matrix from which most paths lead to the output, the first of several."""
    paths = {chain.output: 1}
    for name in reversed([*chain.leaves, *chain.nodes]):
        paths.setdefault(name, sum(paths[child] for child in chain.children(name)))
    return max((name for name, leaf in chain.leaves.items() if leaf.shape), key=paths.__getitem__)


def _stage(chain: Chain) -> str:
    """Return the matrix stage in the middle of the way from the variable to the output."""
    on_the_way = [name for name in chain.leading_to(_variable(chain))[1:] if chain[name].shape]
    return on_the_way[len(on_the_way) // 2]
