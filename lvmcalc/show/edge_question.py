"""The question at an edge of a chain: what does it contribute to the next adjoint?"""

from collections.abc import Callable

from lvmcalc import notation
from lvmcalc.chain import Chain
from lvmcalc.course.progress import here
from lvmcalc.marking import Mark, mark
from lvmcalc.notation import in_html
from lvmcalc.show.input_boxes import Boxes, folded, told_of


class EdgeQuestion(Boxes):
    """A box that asks for what one edge contributes to an adjoint, at one edge after the other.

    Parameters
    ----------
    chain : Chain
    answered : callable
        Is called with the mark of what was typed.
    """

    def __init__(self, chain: Chain, answered: Callable[[Mark], None]) -> None:
        self.chain, self.answered = chain, answered
        super().__init__(title="What arrives along this edge?", hint="type a formula, press Enter")

    def pose(self, parent: str, node: str, typed: str, known: bool) -> None:
        """Ask for what the edge from `node` contributes to the adjoint of `parent`.

        Parameters
        ----------
        parent, node : str
        typed : str
            What was typed at this edge before.
        known : bool
            Whether the adjoint of `node` has been derived, so that it may be shown.
        """
        chain, latex = self.chain, notation.latex
        self.parent, self.node = parent, node
        self.others = [use for use in chain.children(parent) if use != node]
        symbol, arriving = chain.adjoint_symbol(parent), chain.adjoint_symbol(node)
        self.name = notation.plain(symbol) + f" along {notation.plain(node)}" * bool(self.others)
        self.formula = (rf"\left.{latex(symbol)}\right|_{{{latex(node)}}}" if self.others
                        else latex(symbol))
        closed = f" = {latex(chain.abbreviated(chain.adjoint(node)))}" if known else ""
        used = " and ".join(f"${latex(use)}$" for use in self.others)
        step, rule = chain[node], chain[node].rule
        shape = notation.shape(symbol).replace("scalar", "a number")
        self.above = (
            f"<b>What does this edge contribute to ${latex(symbol)}$?</b> "
            f"${latex(step.symbol)} = {latex(step.expression)}$, and what arrives at "
            f"${latex(node)}$ is ${latex(arriving)}{closed}$. The answer is {shape}."
            + f" What comes along {used} is not asked here." * bool(self.others))
        self.below = folded("Hint", f"{in_html(rule.name)}: ${rule.latex}$")
        self.label, self.lines, self.told = f"{self.name} =", [typed], [""]
        self.written += 1

    def question(self) -> str:
        return self.above

    def check(self, answer: str) -> Mark:
        """Mark an answer to the question that is posed."""
        chain = self.chain
        if self.others:  # the other paths are cut, so that the adjoint is what this one brings
            chain = chain.remember(("path", self.node, self.parent), lambda: self.chain.altered(
                {(other, self.parent): None for other in self.others}))
        return mark(answer, chain, self.parent)

    def read(self, lines: list[str]) -> None:
        found = self.check(lines[0])
        here().add((self.chain.name, self.name), lines[0], found.right)
        asked = found.asked
        self.told = [told_of(found).replace(notation.latex(asked), self.formula).replace(
            notation.plain(asked), self.name)]
        self.answered(found)  # which may go on to the next edge
