"""Read a loop over rows or columns of code as the sum, or the rows, that it computes.

    g = np.zeros_like(w)
    for i in range(len(X)):          g = ∑_{i}^{N} ((x_iᵀ w − y_i) x_i)
        r = X[i] @ w - y[i]
        g += r * X[i]

Xrow_i is row i of X as a column, Xcol_i its column i.
"""

import re
from typing import NamedTuple

from lvmcalc.notation.lexicon import INVISIBLE
from lvmcalc.notation.loop_heads import SEVERAL, Sizes, head_of
from lvmcalc.notation.name_resolution import Unreadable, quoted
from lvmcalc.notation.statements import split
from lvmcalc.notation.text_cleanup import closing
from lvmcalc.notation.vocabulary import Vocabulary

_LETTERS = "ijklmnpstqruvz"
_UNREAD = re.compile(r"^[^\S\n]*for\b[^\n]*(?:\brange\(|=\s*\d+\s*:|\bin\s+\w+\s*:)", re.MULTILINE)
_SUM_OF = re.compile(r"(?P<array>\b(?:np|jnp)\.)?\bsum\(\s*(?P<list>\[)?(?=.*\sfor\s+\w+\s+in\b)",
                     re.DOTALL)
_SET = re.compile(r"(?P<name>[^\W\d]\w*)(?P<at>[\[(][^=]*?[\])])?\s*(?P<sign>\.[-+*/]?|[-+*/])?="
                  r"(?!=)\s*(?P<value>.+)$", re.DOTALL)
_ZERO = re.compile(r"(?:(?:np|jnp|torch|numpy)\.)?zeros?(?:_like)?\(.*\)|0(?:\.0*)?"
                   r"|\[0(?:\.0*)?\]\s*\*.+|\[\s*\]"
                   r"|(?:numeric|rep|matrix|array)\(\s*(?:0\s*,.*|length\(.*|ncol\(.*|\w+)\)")
_COMMENT = re.compile(r"(?:(?<=\s)|^)(?:#|%(?!\S{1,2}%)).*$")
_ACCESS = re.compile(r"(?<![\w.)])(?:@view\s+)?([^\W\d]\w*)\s?([\[(])([^\[\]()]*)[\])](\[\w+\])?"
                     r"(\.T\b|\.')?")
_APPENDS = re.compile(r"(\w+)\.append\((.+)\)$", re.DOTALL)
_SUM_OF_LIST = r"(?<![\w.])(?:np\.sum\(\s*{0}\s*,\s*(?:axis\s*=\s*)?0\s*\)|sum\(\s*{0}\s*\))"
_WORD = re.compile(r"(?<![\w.\"'{])[^\W\d]\w*(?!\w|\s*\()")


class _CodeLine(NamedTuple):
    """A line of code: how far it is indented, what stands there, and the remark behind it."""

    indent: int
    text: str
    remark: str = ""


class Loop(NamedTuple):
    """A loop: how far it is indented, its head, and the lines and loops in it."""

    indent: int
    head: re.Match
    body: list


def without_loops(text: str, words: Vocabulary) -> str:
    """Return code with a sum in place of each loop that adds up.

    Raises
    ------
    Unreadable
        If a loop does anything else.
    """
    text = text.translate(INVISIBLE)
    lines = [_COMMENT.sub("", line).strip() for line in text.splitlines()]
    heads = any(head_of(SEVERAL.split(part)[0]) for line in lines for part in split(line, ";"))
    if heads or _UNREAD.search(text) or _SUM_OF.search(text):
        return _Loops(words).read(text)
    return text


class _Loops(Sizes):
    def __init__(self, words: Vocabulary):
        super().__init__(words)
        self.lines: list[str] = []
        self.zero: set[str] = set()  # names that begin with zero
        self.set: set[tuple[str, str]] = set()  # names of which a loop sets the rows
        self.lists: set[str] = set()  # lists to which a loop appends
        self.local: set[str] = set()  # names that only steps of a loop give a value
        self.ends: dict[str, str] = {}  # the size at which each index ends
        self.runs: dict[str, set[str]] = {}  # the sizes of the axes on which each index is used

    def read(self, text: str) -> str:
        self.free = [letter for letter in _LETTERS if letter not in self.words.spellings
                     and not re.search(rf"\b{letter}\b\s*=(?!=)", text)][::-1]
        self.one_based = not re.search(r"\brange\(|\benumerate\(|\bzip\(|:[^\S\n]*$", text, re.M)
        self.round = self.one_based and not re.search(r"\w\[[^\]]*\w", text)
        text = re.sub(r"^([^\n=]*?)(?:<-|←)", r"\1=", text, flags=re.MULTILINE)
        found: list[_CodeLine] = []
        for line in text.splitlines():
            said, parts = _COMMENT.search(line), split(_COMMENT.sub("", line), ";")
            found += [_CodeLine(len(line) - len(line.lstrip()), part.strip(),
                                f"  {said[0]}" if said and part is parts[-1] else "")
                      for part in parts if part.strip()]
        for each in self.nested(found):
            if isinstance(each, Loop):
                self.loop(each)
            else:
                self.outside(each)
        return "\n".join(self.lines)

    def nested(self, lines: list[_CodeLine]) -> list:
        """Return lines, with loops in place of their lines."""
        found: list = []
        while lines:
            line, *lines = lines
            heads = [head_of(f"for {part}") for part in SEVERAL.split(line.text[3:])]
            if not line.text.startswith("for") or not all(heads):
                if re.match(r"for\b", line.text):
                    raise Unreadable(f"`{quoted(line.text)}` begins a loop that is not read: only "
                                     "one over all rows, or all columns, is.")
                found.append(line)
                continue
            depth, end, closed = 1, 0, not line.text.endswith(":")
            for end, other in enumerate(lines):  # noqa: B007
                if closed:
                    depth += bool(re.match(r"(?:for|while|if)\b", other.text))
                    depth -= bool(re.match(r"end\b|\}", other.text))
                if depth == 0 or (not closed and other.indent <= line.indent):
                    break
            else:
                end = len(lines)
            if not (body := self.nested(lines[:end])):
                raise Unreadable(f"The loop `{quoted(line.text)}` is empty.")
            for head in reversed(heads):  # for i in 1:N, j in 1:M
                body = [Loop(line.indent, head, body)]
            found += body
            lines = lines[end + closed:]
        return found

    def outside(self, line: _CodeLine) -> None:
        """Keep a line that stands in no loop, but not one that says that a sum begins with 0."""
        text, one = line.text, _SET.match(line.text)
        if used := {*_WORD.findall(one["value"] if one else text)} & self.local:
            raise Unreadable(f"{min(used)} gets its value in a loop, but is used after it.")
        self.learn(text)
        if one and not one["sign"] and not one["at"] and _ZERO.fullmatch(one["value"].strip()):
            self.zero.add(one["name"])
            return
        for name in self.lists:
            summed, of = _SUM_OF_LIST.format(name), re.compile(rf"(?<![\w.]){name}(?!\w)")
            if len(of.findall(text)) > len(re.findall(summed, text)):
                raise Unreadable(f"Only the sum of the list {name} is read.")
            text = re.sub(summed, f"({name})", text)
        if one and one["name"] in self.zero:
            self.zero.discard(one["name"])
            text = f"{one['name']} = {one['sign'] or ''} {one['value']}"
        self.lines.append(" " * line.indent + self.summed(text) + line.remark)

    def entered(self, head: re.Match, known: dict[str, str]) -> tuple[str, str, dict[str, str]]:
        """Return the index of a loop, where it ends, and what its names mean."""
        said = {name: value for name, value in head.groupdict().items() if value}
        if not self.free:
            raise Unreadable("There are too many loops to read.")
        letter = self.free.pop()
        known = {**known, **({said["var"]: letter} if "var" in said else {})}
        size = self.size(said.get("size") or said.get("long") or "")
        if along := said.get("along"):
            size = self.size_of(along, 0)
        if axes := said.get("axes"):
            name, axis = axes.split(",")
            size = self.size_of(name.strip(), int(axis) - 1)
        names = said.get("rows", said.get("row", "")).replace(" ", "")
        arrays = said.get("several", said.get("of", "")).replace(" ", "")
        for name, of in zip(filter(None, names.split(",")), filter(None, arrays.split(",")),
                            strict=True):
            known[name] = f"{of}{'col' if 'turned' in said else 'row'}_{{{letter}}}"
            size = size or self.size_of(of, int("turned" in said))
        if not size:
            raise Unreadable(f"`{quoted(head[0].rstrip(' :'))}`: it is not clear that this loop "
                             "runs over all rows, or all columns, of a matrix.")
        self.ends[letter] = size
        return letter, size, known

    def loop(self, loop: Loop) -> None:
        """Write what a loop computes."""
        for (name, at), value in self.added(loop, {}).items():
            places = re.findall(r"\w", at)
            if places:
                if any(self.runs.get(place) != {self.ends[place]} for place in places):
                    raise Unreadable(f"It is not clear that all of {name} is computed in the loop.")
                turned = "^T" * (":" in at and not at.startswith(places[0]))
                self.lines.append(f"{' ' * loop.indent}{name}rows_{{{''.join(places)}}} = {value};")
                value = f"{name}rows{turned}"
            again = name not in self.zero and (name, at) not in self.set
            if again and not any(re.match(rf"\s*{name}\s*=", line) for line in self.lines):
                raise Unreadable(f"{name} is accumulated in a loop, but never initialised.")
            self.zero.discard(name)
            self.lines.append(f"{' ' * loop.indent}{name} = {f'{name} + ' * again}{value};")

    def added(self, loop: Loop, known: dict[str, str]) -> dict[tuple[str, str], str]:
        """Return what a loop adds to which name, and where in it."""
        index, size, known = self.entered(loop.head, known)
        found: dict[tuple[str, str], str] = {}
        own: set[str] = set()  # names that get their value in this loop
        for each in loop.body:
            if isinstance(each, Loop):
                for (name, at), value in self.added(each, known).items():
                    if name in own and not at:
                        known[name] = f"({known[name]} + {value})"
                    else:
                        found[name, at] = " + ".join([*filter(None, [found.get((name, at))]),
                                                      value])
                continue
            name, at, sign, value = self.statement(each.text, known)
            if at or (sign and name not in own):
                if sign not in ("+", "-", "") or (name in own):
                    raise Unreadable(f"`{quoted(each.text)}` cannot be read in a loop.")
                if not sign:
                    self.set.add((name, at))
                before = found.get((name, at), "") if sign else ""
                found[name, at] = f"{before} {sign} {value}" if before or sign == "-" else value
            elif name in known and name not in own:
                raise Unreadable(f"{name} is overwritten in each step of the loop.")
            else:
                zero = _ZERO.fullmatch(value[1:-1].strip())
                known[name] = f"({known[name]} {sign} {value})" if sign else (
                    "0" if zero else value)
                own.add(name)
        self.local |= own
        for name, at in found:
            if any(re.search(rf"(?<![\w.]){name}(?!\w)", value) for value in found.values()):
                raise Unreadable(f"{name} is used in the loop that computes it.")
            if index not in at:
                if (name, at) in self.set:
                    raise Unreadable(f"{name} is overwritten in each step of the loop.")
                found[name, at] = f"∑_{{{index}}}^{{{size}}} ({found[name, at]})"
        return found

    def statement(self, line: str, known: dict[str, str]) -> tuple[str, str, str, str]:
        """Return the name that a line of a loop sets, where in it, with which sign, and what."""
        if appends := _APPENDS.match(line):
            self.lists.add(appends[1])
            line = f"{appends[1]} += {appends[2]}"
        if not (one := _SET.match(line)):
            raise Unreadable(f"`{quoted(line)}` cannot be read in a loop.")
        name, at, sign = one["name"], one["at"] or "", (one["sign"] or "").lstrip(".")
        value, same = one["value"].strip(), re.escape(one["name"] + at)
        if not sign and (again := re.match(rf"{same}\s*\.?([-+])\s*(?=\S)", value)):
            sign, value = again[1], value[again.end():]
        elif not sign and (again := re.search(rf"\s*\.?\+\s*{same}$", value)):
            sign, value = "+", f"({value[:again.start()]})"
        else:
            value = f"({value})"
        places = [self.place(place, known) for place in at[1:-1].split(",")]
        if any(place not in (":", "...", "", *self.ends) for place in places):
            raise Unreadable(f"`{quoted(line)}` cannot be read in a loop.")
        value = self.put(value, known)
        if self.round and len(places) == 2 and places[1] == ":":  # a row of MATLAB's
            value = f"({value})'"
        return name, ",".join(places), sign, value

    def place(self, text: str, known: dict[str, str]) -> str:
        """Return the index that a text means, and "i?" for an i that is none here."""
        text = text.strip()
        return known.get(text, f"{text}?" if text in self.ends else text)

    def put(self, text: str, known: dict[str, str]) -> str:
        """Return a formula in which rows, columns and entries are written with an index."""
        text = self.summed(text, known)

        def access(it: re.Match) -> str:
            name, bracket, inner, again, turned = it.groups()
            if (bracket == "(") != self.round or name in self.words.functions:
                return it[0]
            # x[:, n:n+1] has two axes
            inner, slices = re.subn(r"\b(\w+)\s*:\s*\1\s*\+\s*1\b", r"\1", inner)
            places = [self.place(place, known) for place in inner.split(",")]
            places += [self.place(again[1:-1], known)] if again else []
            letters = [place for place in places if place in self.ends]
            of = known.get(name, name)
            below = f"_{{{''.join(letters)}}}"
            if not letters:
                return it[0]
            if of == name and name in self.words.spellings:
                for axis, place in enumerate(places):
                    if place in letters:
                        self.runs.setdefault(place, set()).add(self.size_of(name, axis))
            if len(letters) == len(places) and (of != name or len(letters) == 2):
                return of + below
            rest = [place for place in places if place not in letters]
            if rest not in ([], [":"], ["..."], [""]) or of != name:
                raise Unreadable(f"`{quoted(it[0])}` cannot be read in a loop.")
            if slices:
                row = places[0] in letters
                once = row != bool(turned) and self.size_of(name, 1) != "1"
                return f"{of}{'row' if row else 'col'}{below}" + "^T" * once
            if places[0] in letters:
                return f"{of}row{below}" + "'" * bool(self.round and rest and not turned)
            return f"{of}col{below}"

        text = re.sub(r"(\(\w+\s*,\s*:\))'", r"\1.'", text) if self.round else text
        text = _ACCESS.sub(access, text)
        for word in _WORD.findall(text):
            if word in self.local and word not in known:
                raise Unreadable(f"{word} gets its value in a loop, but is used after it.")
            if len(known.get(word, "")) == 1 and known[word] in _LETTERS:
                raise Unreadable(f"The loop's {word} is used other than as the index of a row or a "
                                 "column.")
        return _WORD.sub(lambda it: known.get(it[0], it[0]), text)

    def summed(self, text: str, known: dict[str, str] | None = None) -> str:
        """Return a formula with ∑ for sum(… for i in range(N))."""
        while found := _SUM_OF.search(text):
            brackets = "[]" if found["list"] else "()"
            end = closing(text, text.rindex(brackets[0], 0, found.end()), brackets) or len(text)
            *parts, ranged = re.split(r"\sfor\s", text[found.end():end - 1])
            head = head_of(f"for {ranged.strip()}") or head_of(f"for {ranged.strip()}:")
            if found["list"]:
                close = re.compile(r"\s*,\s*(?:axis\s*=\s*)?0\s*\)" if found["array"] else
                                   r"\s*\)").match(text, end)
                end = close.end() if close else -1
            if len(parts) != 1 or not head or end < 0:
                return text
            index, size, inside = self.entered(head, known or {})
            value = f"(∑_{{{index}}}^{{{size}}} ({self.put(parts[0], inside)}))"
            text = text[:found.start()] + value + text[end:]
        return text
