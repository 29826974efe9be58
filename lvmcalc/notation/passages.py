"""Find the formulas in what was pasted: between dollars, in an `align`, behind words, over lines.

Words are left out only if they are known to say nothing about a formula; all else stays, and makes
the formula unreadable.
"""

import re

from lvmcalc.notation.tables import ENVIRONMENTS, PROSE
from lvmcalc.notation.tokens import Unreadable, quoted, unified
from lvmcalc.notation.vocabulary import Vocabulary

MATH = re.compile(r"\$\$(.+?)\$\$|\$(.+?)\$|\\\[(.+?)\\\]|\\\((.+?)\\\)", re.DOTALL)
FRAMES = re.compile(rf"\\(?:begin|end)\s*\{{{ENVIRONMENTS}\*?\}}|\\(?:label|tag)\s*\{{[^{{}}]*\}}"
                    r"|\\(?:nonumber|notag|displaystyle|noindent|hfill|centering)\b|```\w*")
BOXED = re.compile(r"^\s*\\boxed\s*\{(.*)\}([\s.,]*)$", re.DOTALL)
EQUALS = re.compile(r":=|≔|≡|\\(?:coloneqq|equiv)\b|(?<![=<>!:])=(?!=)")
PROMPT = re.compile(r"^\s*(?:>>>|julia>|In \[\d*\]:|>)\s")
REASON = re.compile(r"[,;]?\s+\(?(?:where|since|because|as|with|for)((?:\s+[\w⁻¹ᵀ]+)+)\)?[\s.]*$")
UNIT = re.compile(r"[,;]?\s+\(?(?:where|with)\s+I(?:_\w)?\s+(?:is|denotes|being|the)\s+(?:the\s+)?"
                  r"(?:\S+\s+)?(?:identity|unit)(?:\s+matrix)?\)?[\s.]*$")
LEAD = re.compile(r"^\s*(?:(?:so|thus|hence)\s+)?the\s+(?:gradient|derivative)\s+of\s+(?:the\s+)?"
                  r"(?:loss|objective|log-likelihood|likelihood|L)\s+is\b", re.IGNORECASE)
NEXT = re.compile(r"\\(?:Rightarrow|implies|iff|Leftrightarrow|Longrightarrow)\b|[⇒⟹⟺⇔]|=>")
BREAK = re.compile(r"\n|\\\\(?:\[[\w.]+\])?|\\newline\b")
GOES_ON = re.compile(r"\s*(?:&\s*)?(?:[=+·*/−]|-(?!\s*>)|\\(?:cdot|times|quad)\b|≡|\\equiv)")
STOPS_SHORT = re.compile(r"(?:[=+*·(\[{,−]|(?<!-)-|\\(?:cdot|times))\s*$")


def lines_of(text: str) -> list[str]:
    """Return the lines of a pasted derivation, without frames and align marks.

    A line that begins or ends with an operator is one with its neighbour.
    """
    text = FRAMES.sub(" ", text)
    if "\\" in text:
        text = text.replace("&", " ").replace("{}", " ")
    found: list[str] = []
    for line in BREAK.split(text):
        if not line.strip(" \t\r.,;$"):
            continue
        if found and (STOPS_SHORT.search(found[-1]) or (
                GOES_ON.match(line) and not re.match(r"\s*[-*•]\s+\S", line))):
            found[-1] += " " + line.strip()
        else:
            found.append(line.strip())
    return found


def formula_in(text: str, vocabulary: Vocabulary) -> str:
    """Return the formula in a sentence, and the text itself if there are no words around it.

    Raises
    ------
    Unreadable
        If there is more around it than words that are known, or more than one formula.
    """
    text = PROMPT.sub("", unified(text))
    if parts := [next(filter(None, match.groups())) for match in MATH.finditer(text)]:
        around = MATH.sub(" ", text)
        for word in re.findall(r"[A-Za-z]+|[^\s.,:;A-Za-z]+", around):
            if word.lower() not in PROSE:
                raise Unreadable(f"Beside the formula stands `{quoted(word)}`, which is not "
                                 "understood: write the formula alone.", text.find(word))
        whole = [part for part in parts if not vocabulary.pattern.fullmatch(part.strip())] or parts
        if len(whole) > 1:
            raise Unreadable(f"`{quoted(text)}` has more than one formula.")
        text = whole[0]
    if boxed := BOXED.match(text):
        text = boxed[1] + boxed[2]
    return _without_words(text, vocabulary)


def _without_words(text: str, vocabulary: Vocabulary) -> str:
    """Return a text without the known words in front of its formula and behind it."""
    def is_prose(word: str) -> bool:
        short = len(word) == 1 and word != "a"
        return not short and word.lower() in PROSE and word not in vocabulary.spellings

    rest = LEAD.sub("", text)
    if vocabulary.spellings["I"].is_Identity:
        rest = UNIT.sub("", rest)
    first = re.compile(r"\s*([A-Za-z]+)(?:\s*[,:]\s*|\s+)(?=[^\s=:])")
    while (word := first.match(rest)) and is_prose(word[1]):
        rest = rest[word.end():]
    reason = REASON.search(rest)
    if reason and all(is_prose(word) or word in vocabulary.spellings
                      for word in reason[1].split()) and is_prose(reason[1].split()[-1]):
        rest = rest[:reason.start()]
    return rest


def sides_of(text: str) -> list[str]:
    """Return the sides of an equation, one or more."""
    return EQUALS.split(text)
