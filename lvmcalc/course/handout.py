"""The hand-out: the problem sheet, the notation and the rules, as a page for printing."""

import re
from html import escape
from importlib import resources
from string import Template

from lvmcalc.calculus.operations import RULES
from lvmcalc.course.problem_sheet import parts, problems

_NEEDED = ("use", "product", "scale", "sum", "difference", "half squared norm",
           "inverse")  # on the way through both problems, but for those that are to be remembered
_SIGNS = {"partial": "∂", "alpha": "α", "beta": "β", "in": " ∈ ", "times": "×", "top": "⊤",
          "lVert": "‖", "rVert": "‖", "lvert": "|", "rvert": "|", "log": "log ", ";": " ", ",": " "}


def handout() -> str:
    """Return the hand-out as HTML; nothing in it is loaded from elsewhere."""
    sheet = "".join(
        f"<h2>Problem {number}</h2><p>{formulas_in_html(problems()[number])}</p><ol type='a'>"
        + "".join(f"<li>{formulas_in_html(one.text)}<div class='space {one.kind}'></div></li>"
                  for name, one in parts().items() if name.startswith(number)) + "</ol>"
        for number in ("1", "2"))
    rules = "".join(f"<tr><td>{escape(RULES[name].name)}</td>"
                    f"<td>{escape(RULES[name].statement).replace('-', '−')}</td>"
                    f"<td>{escape(RULES[name].source)}</td></tr>" for name in _NEEDED)
    page = (resources.files(__package__) / "handout.html").read_text("utf-8")
    given = formulas_in_html(problems()["given"])
    return Template(page).substitute(sheet=sheet, given=given, rules=rules)


def formulas_in_html(text: str) -> str:
    """Return a text with formulas between $ signs as HTML, for the LaTeX of the sheet."""
    pieces = re.split(r"\$(.+?)\$", text)
    return "".join(_formula(piece) if number % 2 else escape(piece)
                   for number, piece in enumerate(pieces))


def _formula(latex: str) -> str:
    text = escape(latex)
    text = re.sub(r"\\frac\s*(\w)\s*(\w)", r"(\1/\2)", text).replace("(1/2)", "½")
    text = re.sub(r"\\(?:text|operatorname)\{(\w+)\} ?", "<span>\\1</span>\u00a0", text)
    text = text.replace(r"\mathbb{R}", "ℝ")
    text = re.sub(r"\\([A-Za-z]+|[;,]) ?", lambda found: _SIGNS[found[1]], text)
    for sign, tag in (("^", "sup"), ("_", "sub")):
        text = re.sub(rf"\{sign}(?:\{{([^}}]*)\}}|(\S))",
                      lambda found, tag=tag: f"<{tag}>{found[1] or found[2]}</{tag}>", text)
    text = re.sub(r"(?<![</A-Za-z])([A-Z]{1,2}|[a-z])(?![\w>])", r"<i>\1</i>", text)
    return text.replace("-", "−")
