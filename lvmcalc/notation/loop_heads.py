"""Heads of loops in Python, MATLAB, Julia and R, and how often a loop runs."""

import re

from lvmcalc.notation.statements import SIZES
from lvmcalc.notation.vocabulary import Vocabulary

_VAR = r"(?P<var>[^\W\d]\w*)"
_HEADS = [re.compile(rf"for\b\s*{pattern}$") for pattern in (
    rf"{_VAR}\s+in\s+range\(\s*(?:0\s*,\s*)?(?P<size>[^,]+)\)\s*:",
    rf"{_VAR}\s*(?:=|in\b|∈)\s*1\s*:\s*(?P<size>[^:]+?)\s*(?:do|,)?",
    rf"\(\s*{_VAR}\s+in\s+(?:1\s*:\s*(?P<size>[^:]+)|seq_len\((?P<long>.+)\)"
    r"|seq_along\((?P<along>\w+)\))\s*\)\s*(?P<brace>\{)?",
    rf"{_VAR}\s*(?:=|in\b|∈)\s*(?:eachindex\((?P<along>\w+)\)|axes\((?P<axes>\w+\s*,\s*[12])\))",
    rf"{_VAR}\s*,\s*(?P<row>\w+)\s+in\s+enumerate\((?P<of>\w+)\)\s*:",
    r"\(?(?P<rows>\w+(?:\s*,\s*\w+)+)\)?\s+in\s+zip\((?P<several>[\w\s,]+)\)\s*:",
    r"(?P<row>\w+)\s+in\s+(?P<of>[^\W\d]\w*)(?P<turned>\.T)?\s*:",
    r"(?P<row>\w+)\s+(?:in|∈)\s+each(?:row|(?P<turned>col))\((?P<of>\w+)\)")]
SEVERAL = re.compile(r",\s*(?=\w+\s*(?:=|in\b|∈)\s*1\s*:)")
_SIZE = re.compile(r"(?:len|length|numel|nrow|size)\(\s*(?P<first>\w+)(?:\s*,\s*(?P<axis>[12]))?\s*"
                   r"\)|(?:ncol\(\s*(?P<columns>\w+)\s*\))"
                   r"|(?P<shaped>\w+)\.(?:shape|size)[(\[]\s*(?P<place>[01])\s*[)\]]")
_EQUATION = re.compile(r"\s*(\w+)\s*=(?!=)\s*(.+)$")


def head_of(line: str) -> re.Match | None:
    """Return the head of a loop, None if a line is none."""
    return next(filter(None, (head.match(line.strip()) for head in _HEADS)), None)


class Sizes:
    """Know the sizes of the matrices of a chain, and the names that code gives to them."""

    def __init__(self, words: Vocabulary):
        self.words = words
        self.sizes: dict[str, str] = {}

    def learn(self, line: str) -> None:
        """Take in what a line says of sizes, as n, d = X.shape and m = length(y) do."""
        if shape := SIZES.match(line):
            of = next(filter(None, shape.groups()[2:]))
            for axis in (0, 1):
                self.sizes[shape[axis + 1]] = self.size_of(of, axis)
        elif (one := _EQUATION.match(line)) and (found := self.size(one[2])):
            self.sizes[one[1]] = found

    def size_of(self, name: str, axis: int) -> str:
        """Return how many rows, or columns, a matrix of the chain has."""
        shape = getattr(self.words.spellings.get(name), "shape", ())
        return str(shape[axis]) if shape else ""

    def size(self, text: str) -> str:
        """Return the size of the chain that a text is, "" if it is none."""
        text = text.strip()
        if found := _SIZE.fullmatch(text):
            name = found["first"] or found["columns"] or found["shaped"]
            axis = int(found["place"] or 0) if found["shaped"] else (
                1 if found["columns"] else int(found["axis"] or 1) - 1)
            return self.size_of(name, axis)
        return self.sizes.get(text) or (text if text in self.words.lengths else "")
