"""Paste foreign commands, words, brackets and spaces into right answers.

Each stays right, or becomes unreadable. Pieces that make another word or a division of what they
stand beside, as in `use c'` and `d\\x`, are not pasted: such an answer is wrong as it stands.

`python tools/fuzz_answers.py 20000` pastes so often and prints every answer that was called wrong;
the tests do it with fewer. A wrong verdict would mean that the reader has split, dropped or misread
what was pasted.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "marking"))

from answers import DEVELOPMENT, DIALECTS, SECOND
from tally import Judged, main

from lvmcalc.marking import mark
from lvmcalc.notation.lexicon import ANSWERING

RIGHT = sorted({(of, wrt, text) for each in (DEVELOPMENT, SECOND, DIALECTS)
                for of, wrt, text in each.right if isinstance(text, str)})
WORDS = """
    here these step the rest see above hence so thus where with and or if is be to of on as at
    it in we he me no not do up by go us my am an let get from into then else end begin this
    that which note also ok done todo QED eq fig tab ref cf eg ie etc et al foo baz qux
    spam eggs kron chol reshape vec outerr einsum cholesky eigh svd lambda_ self print def
    lstsq hstack zeros jnp np torch tf la sp random None True exp2 arcosh std var max min
    argmax clip mod rank dim span adj cof cov ker erf Re Im sgn arg Beta Zeta kappa rho omega
    Omega nabla infty
"""
COMMANDS = r"""
    \foo \hat \tilde \vec \dot \sum \prod \int \otimes \oplus \dagger \star \kappa \rho \omega
    \Omega \infty \ldots \cdots \forall \in \mathbb \text{see} \textit{here} \mathrm{const}
    \operatorname{rank} \label{eq} \ref{eq} \qquad \quad \, \; \! \left \right \big \Bigl
    \displaystyle \nonumber \\ \# \% \_ \@ \1 \x \Xi \vdots \underbrace \stackrel \begin{foo}
    \end{foo} \hspace{1cm} \color{red} \cancel
"""
BRACKETS = ["(", ")", "[", "]", "{", "}", "()", "[]", "{}", "<", ">", "|", "||", "‖", "⟨", "⟩",
            "\\{", "\\}", "\\left(", "\\right)", "( )", "(1", "2)"]
SPACES = [" ", "  ", "\t", "\n", "\u00a0", "\u200b", "\u2009", "\ufeff", "~", "\r\n", "\u3000"]
KINDS = {"word": WORDS.split(), "command": COMMANDS.split(), "bracket": BRACKETS, "space": SPACES}


def pasted(seed: int, count: int) -> Iterator[tuple[str, str, str, str]]:
    """Yield so many answers with something pasted in: what kind, the question, and the answer."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        of, wrt, text = RIGHT[rng.integers(len(RIGHT))]
        kind = list(KINDS)[rng.integers(len(KINDS))]
        piece = KINDS[kind][rng.integers(len(KINDS[kind]))]
        place = int(rng.integers(len(text) + 1))
        left, right = (" " * int(rng.integers(2)) * (kind != "space") for _ in range(2))
        if not makes_another(text[:place], left + piece + right, text[place:]):
            yield kind, of, wrt, text[:place] + left + piece + right + text[place:]


def makes_another(before: str, piece: str, behind: str) -> bool:
    """Return whether a piece and the letters beside it are a word, or a name divides another."""
    ends, begins = re.search("[A-Za-z]*$", before)[0], re.match("[A-Za-z]*", behind)[0]
    word = f"{ends}{piece}{begins}".strip().lower()
    return (word != piece.strip().lower() and word in ANSWERING) or bool(
        re.match(r"\s*\\[A-Za-z]\b", f"{piece}{begins}") and re.search(r"[\w)\]']\s*$", before))


def marked(seed: int, count: int) -> Iterator[Judged]:
    """Yield the verdicts on so many answers with something pasted in."""
    for kind, of, wrt, text in pasted(seed, count):
        found = mark(text, of, wrt)
        wrong = not found.right and found.status != "unreadable"
        yield (kind, "right" if found.right else found.status,
               f"{of} {wrt}: {text!r} was {found.status}: {found.reason}" if wrong else "")


if __name__ == "__main__":
    main(marked, 2000)
