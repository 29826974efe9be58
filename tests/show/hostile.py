"""Every display of the package with a text in it that would run, were it not quoted."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sympy import MatrixSymbol

from lvmcalc import audit, mark
from lvmcalc.calculus.operations import RULES
from lvmcalc.calculus.verdict import Verdict
from lvmcalc.chain import Builder, Card, Chain
from lvmcalc.marking import Mark
from lvmcalc.marking.mistakes import finding
from lvmcalc.show import AnswerBox, Derivation, Prediction, StageWalk, Summary
from lvmcalc.show.input_boxes import Recorded

ATTACK = "<img src=x onerror='window.hacked=1'><script>window.hacked=1</script>"
LONG = f"`{ATTACK}` " * 300  # so long that it is quoted
LEAVES = {"u": [[1.0], [2.0]], "v": [[3.0], [1.0]]}


def chain() -> Chain:
    """Return L = uᵀv with names and remarks that would run."""
    u, v = (MatrixSymbol(name, 2, 1) for name in "uv")
    bad = replace(RULES["product"], name=f"product {ATTACK}", source=f"source {ATTACK}")
    build = Builder(f"chain {ATTACK}", u, v, book={**RULES, "product": bad},
                    remarks={"L": f"remark {ATTACK}"})
    build("L", "trace", build("s", "product", build("t", "transpose", u), v))
    return build.chain()


def answered() -> AnswerBox:
    box = AnswerBox(chain(), "u", hint=f"hint {ATTACK}")
    box.answer(LONG)
    return box


def written() -> Derivation:
    editor = Derivation(chain(), f"∂L/∂u = {ATTACK}\nL = L")
    editor.take([f"∂L/∂u = `{ATTACK}`", f"∂L/∂u = {LONG}"])
    return editor


def predicted() -> Prediction:
    ask = Prediction(f"question {ATTACK}", [f"a {ATTACK}", "b"], "b", f"because {ATTACK}")
    ask.choose("b")
    return ask


def told(status: str) -> Mark:
    return Mark(chain().adjoint_symbol("u"), status, f"reason {ATTACK}",
                ((finding("unknown", f"finding {ATTACK}"),),))


def failed() -> AnswerBox:
    box = answered()

    def broken(answer: str) -> None:
        raise ArithmeticError(ATTACK)

    box.check = broken
    box.answer("u")
    return box


def refuted() -> Any:
    whole = chain()
    return whole.altered({("s", "t"): 0 * whole.edges["s", "t"]}).check()


DISPLAYS: dict[str, Callable[[], Any]] = {
    "box": answered, "box that fails": failed,
    "recorded": lambda: answered().kinds(ATTACK, LONG, "v"),
    "summary": lambda: (answered(), Summary())[1],
    "derivation": written,
    "box without a hint": lambda: AnswerBox(chain(), "t"), "prediction": predicted,
    "walk": lambda: StageWalk(chain(), **LEAVES).go(1),
    "walk forwards": lambda: StageWalk(chain(), "forwards", **LEAVES).go(1),
    "walk at its end": lambda: StageWalk(chain(), "forwards", **LEAVES).go(2),
    "walk that asks": lambda: StageWalk(chain(), ask=True, **LEAVES).go(1),
    "mark": lambda: mark(LONG, chain(), "u"),
    "mark with findings": lambda: told("refuted"),
    "box with findings": lambda: Recorded(
        (ATTACK,), [told("refuted")]), "box that is right": lambda: Recorded(
        (0,), [told("proved")]),
    "audit": lambda: audit([f"∂L/∂u = `{ATTACK}`", ATTACK], chain()),
    "audit of a long line": lambda: audit([f"∂L/∂u = {LONG}"], chain()),
    "chain": chain, "node": lambda: chain()["s"], "card": lambda: Card(chain(), "s", "L"),
    "card of a product": lambda: Card(chain(), "t", "s"), "check": refuted,
    "verdict": lambda: Verdict("refuted", ATTACK)}
