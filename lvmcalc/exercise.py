"""An exercise: derive one adjoint of a chain, and be told at once whether it is right."""

from dataclasses import replace

import sympy as sp
from sympy import Expr

from lvmcalc import calculus, notation
from lvmcalc.chain import Chain
from lvmcalc.verdict import Verdict


class Exercise:
    """Ask for ∂L/∂(node): `check(answer)` marks it, `hint()` helps, `solution()` tells.

    Parameters
    ----------
    chain : Chain
    name : str
        The node or leaf whose adjoint is asked for.
    hint : str
    """

    def __init__(self, chain: Chain, name: str, hint: str = ""):
        self.chain, self.name, self._hint = chain, chain[name].name, hint
        self.asked = chain.adjoint_symbol(self.name)

    def check(self, answer: Expr | None = None) -> Verdict:
        """Mark an answer, a SymPy expression in leaves, nodes, adjoints (`chain.adjoint_symbol("b")`) and K.

        Returns
        -------
        Verdict
            "not attempted" for None or ...; else the verdict of `compare` on answer = ∂L/∂(node).

        Raises
        ------
        TypeError
            If the answer is no SymPy expression.
        """
        if answer is None or answer is ...:
            return Verdict("not attempted", f"write {notation.plain(self.asked)} and run the cell again")
        if not isinstance(answer, Expr | int | float):
            raise TypeError(f"An answer is a SymPy expression such as alpha*X, but {type(answer).__name__} came.")
        answer = sp.sympify(answer)
        if self.asked in answer.atoms(sp.Symbol, sp.MatrixSymbol):
            return Verdict("undecided", f"{notation.plain(self.asked)} is what is asked for; write it in other symbols")
        verdict = calculus.compare(self.chain.in_leaves(answer), self.chain.adjoint(self.name))
        if verdict.counterexample:
            return replace(verdict, reason=f"your answer (left) is not {notation.plain(self.asked)} (right)")
        return verdict

    def hint(self) -> str:
        """Return a hint."""
        return self._hint or f"The rule: {self.chain[self.chain.children(self.name)[0]].rule.statement}."

    def solution(self) -> Expr:
        """Return the answer in the leaves, with the chain's abbreviations."""
        return self.chain.abbreviated(self.chain.adjoint(self.name))

    def __str__(self) -> str:
        return f"{notation.plain(self.asked)} = ?   ({notation.shape(self.asked)})"

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        hint = f"<details><summary>Hint</summary>{self.hint()}</details>"
        solution = notation.latex(self.asked) + " = " + notation.latex(self.solution())
        return (f"**Your turn.** ${notation.latex(self.asked)} = \\;?$\n\n{hint}\n\n"
                f"<details><summary>Solution</summary>\n\n${solution}$\n\n</details>")
