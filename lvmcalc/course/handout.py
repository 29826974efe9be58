"""The hand-out: the problem sheet, the notation and the rules, as a page for printing."""

import re
from html import escape

from lvmcalc.calculus.operations import RULES
from lvmcalc.course.problem_sheet import parts, problems

NEEDED = ("use", "product", "scale", "sum", "difference", "half squared norm",
          "inverse")  # on the way through both problems, but for those that are to be remembered
SIGNS = {"partial": "∂", "alpha": "α", "beta": "β", "in": " ∈ ", "times": "×", "top": "⊤",
         "lVert": "‖", "rVert": "‖", "lvert": "|", "rvert": "|", "log": "log ", ";": " ", ",": " "}
STYLE = """
@page { size: A4; margin: 18mm; }
body { font: 11pt/1.45 Georgia, serif; color: #000; background: #fff; max-width: 46em;
       margin: 0 auto; }
h1 { font-size: 17pt; } h2 { font-size: 13pt; break-after: avoid; }
li { margin-bottom: .5em; } .space { height: 5.5em; } .derivation { height: 16em; }
.page { break-before: page; }
table { border-collapse: collapse; } td, th { border: 1px solid #777; padding: 2px 8px;
       text-align: left; } sup, sub { line-height: 0; font-size: .7em; }
"""
STEPS = (
    "Cut L into stages, each one operation. A matrix that is used twice gets one name for each "
    "use.",
    "Start at L, where the adjoint is 1, and go back one stage at a time.",
    "At a stage, write the differential, bring it to tr(Gᵀ dX), and read off G.",
    "Check the shape: the gradient has the shape of its variable.",
    "Where several paths meet, add what they contribute.",
)


def handout() -> str:
    """Return the hand-out as HTML; nothing in it is loaded from elsewhere."""
    sheet = "".join(
        f"<h2>Problem {number}</h2><p>{in_html(problems()[number])}</p><ol type='a'>"
        + "".join(f"<li>{in_html(one.text)}<div class='space {one.kind}'></div></li>"
                  for name, one in parts().items() if name.startswith(number)) + "</ol>"
        for number in ("1", "2"))
    rules = "".join(f"<tr><td>{escape(RULES[name].name)}</td>"
                    f"<td>{escape(RULES[name].statement).replace('-', '−')}</td>"
                    f"<td>{escape(RULES[name].source)}</td></tr>" for name in NEEDED)
    steps = "".join(f"<li>{escape(step)}</li>" for step in STEPS)
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Gradients of two models: the sheet</title>
<style>{STYLE}</style></head><body>
<h1>Gradients of two models: the sheet</h1>
{sheet}
<p><b>Given:</b> {in_html(problems()["given"])}</p>
<div class="page"></div>
<h1>What you need</h1>
<h2>Notation</h2>
<p>The gradient ∂L/∂X of a number L has the shape of X. In a chain of stages it is called the
adjoint of X. dX is a small change of X, and dL = tr(Gᵀ dX) says that G is ∂L/∂X.</p>
<h2>Five steps</h2><ol>{steps}</ol>
<h2>Rules</h2>
<table><tr><th>rule</th><th>differential</th><th>where it is from</th></tr>{rules}</table>
<p>Hand in the notebook <code>14_problem_sheet</code>, and beside it the file
<code>lvmcalc_progress.json</code>.</p>
</body></html>
"""


def in_html(text: str) -> str:
    """Return a text with formulas between $ signs as HTML, for the LaTeX of the sheet."""
    pieces = re.split(r"\$(.+?)\$", text)
    return "".join(_formula(piece) if number % 2 else escape(piece)
                   for number, piece in enumerate(pieces))


def _formula(latex: str) -> str:
    text = escape(latex)
    text = re.sub(r"\\frac\s*(\w)\s*(\w)", r"(\1/\2)", text).replace("(1/2)", "½")
    text = re.sub(r"\\(?:text|operatorname)\{(\w+)\} ?", "<span>\\1</span>\u00a0", text)
    text = text.replace(r"\mathbb{R}", "ℝ")
    text = re.sub(r"\\([A-Za-z]+|[;,]) ?", lambda found: SIGNS[found[1]], text)
    for sign, tag in (("^", "sup"), ("_", "sub")):
        text = re.sub(rf"\{sign}(?:\{{([^}}]*)\}}|(\S))",
                      lambda found, tag=tag: f"<{tag}>{found[1] or found[2]}</{tag}>", text)
    text = re.sub(r"(?<![</A-Za-z])([A-Z]{1,2}|[a-z])(?![\w>])", r"<i>\1</i>", text)
    return text.replace("-", "−")
