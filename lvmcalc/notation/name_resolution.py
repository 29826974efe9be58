"""Resolve the words in a formula to names, differentials and functions; explain unknown ones."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import SequenceMatcher, get_close_matches
from functools import lru_cache
from itertools import pairwise

from lvmcalc.notation.letters import ASCII
from lvmcalc.notation.lexicon import ENGLISH, SAID, spells_a_word
from lvmcalc.notation.printer import plain
from lvmcalc.notation.vocabulary import Vocabulary

LAST = re.compile(r"[\s.,;$]*$|\s*[-+−·*)]")  # the end of a product
# Three words side by side, which are no names
_SENTENCE = re.compile(r"(?:(?<![\w\\])[A-Za-z][a-z'’]+[.,:]?[^\S\n]+){2,}[A-Za-z][a-z'’]+(?!\w)")
Word = tuple[str, str, int]  # its kind, its text in the one spelling, and where it ends


class Unreadable(ValueError):
    """The text is no formula that is understood; `place` is where, counted from 0, if it is known.

    `read` is the text that its sentence quotes, if it has passed `quoting`.
    """

    read = ""

    def __init__(self, sentence: str, place: int | None = None):
        super().__init__(sentence)
        self.place = place

    def about(self, read: str, typed: str) -> "Unreadable":
        """Return the error with quotations of what was typed in place of those of what was read."""
        sentence = re.sub("`([^`]+)`", lambda it: f"`{self._typed(it[1], read, typed)}`", str(self))
        found = Unreadable(sentence, self.place)
        found.read = typed
        return found

    def _typed(self, quotation: str, read: str, typed: str) -> str:
        """Return the piece of a text that a quotation was read from, without regard to spaces.

        What is quoted but was not read, such as a hint, stays.
        """
        bare, left, right = (re.sub(r"\s", "", text) for text in (
            quotation.removesuffix("…"), read, typed))
        found = [it.start() for it in re.finditer(re.escape(bare), left)]
        if bare in right or not found:
            return quotation
        place = len(re.sub(r"\s", "", read[:self.place or 0]))
        start = min(found, key=lambda at: abs(at - place))
        end, every = start + len(bare), SequenceMatcher(None, left, right, False).get_opcodes()
        here = [it for it in every if it[1] < end and it[2] > start]
        if any(it[0] != "equal" for it in here):  # \\hat y is read as y with a hat behind it
            here = [it for it in every if it in here or (
                it[0] == "insert" and it[1] in (start, end))]
        (first, begun, _, first_typed, _), (last, _, ended, _, last_typed) = here[0], here[-1]
        first_typed += (start - begun) * (first == "equal")
        last_typed -= (ended - end) * (last == "equal")
        at = [place for place, sign in enumerate(typed) if not sign.isspace()]
        if first_typed == last_typed:  # nothing was typed for it
            return quotation
        piece = quoted(typed[at[first_typed]:at[last_typed - 1] + 1])
        return piece + "…" * (quotation.endswith("…") and not piece.endswith("…"))


@contextmanager
def quoting(read: str, typed: str) -> Iterator[None]:
    """Let what is unreadable in a text quote the typed text that was rewritten to it."""
    try:
        yield
    except Unreadable as error:
        raise error.about(read, typed) from None


def quoted(text: str, most: int = 40) -> str:
    """Return the beginning of a text, fit to be quoted in an error message."""
    shown = "".join(c if c.isprintable() else " �"[not c.isspace()] for c in text[:most]).strip()
    return shown if len(text) <= most else shown[:most - 1] + "…"


def _likely(word: str, names: list[str]) -> str:
    """Return the name that a word was most likely meant to be, "" if none is near enough."""
    same = [name for name in names if name.lower() == word.lower() and name[-1:] != word.lower()]
    kind = [name for name in names if ("∂" in name) == ("∂" in word) and name[:1] == word[:1]
            and ("." in name) <= ("." in word) and abs(len(name) - len(word)) < 2]
    near = get_close_matches(word, kind, 1, 0.75) if len(word) > 3 else []
    capital = [word[:-1]] * (word[:1].isupper() and word[:-1] in names)  # Xs
    return next(iter([*same, *near, *capital]), "")


@lru_cache
def _any_function(*functions: str) -> re.Pattern:
    longest = sorted(functions, key=len, reverse=True)
    return re.compile(f"(?:{'|'.join(map(re.escape, longest))})"
                      r"(?![A-Za-z0-9\u0300-\u036f]|_(?!_|2\b|F\b|\{))")


class Words:
    """Find the words of a text; each method looks at one place."""

    def __init__(self, typed: str, text: str, vocabulary: Vocabulary, functions: list[str]):
        self.typed, self.text = typed, text
        self.vocabulary, self.functions = vocabulary, functions
        self.function = _any_function(*functions)

    def name(self, place: int) -> Word | None:
        """Return the name at a place."""
        match = self.vocabulary.pattern.match(self.text, place)
        return match and ("name", self.vocabulary.words[match.lastindex - 1], match.end())

    def changed(self, place: int) -> Word | None:
        """Return the differential of a name at a place, as dX."""
        match = self.vocabulary.change.match(self.text, place)
        return match and ("differential", self.vocabulary.changes[match.lastindex - 1], match.end())

    def whole(self, place: int) -> Word | None:
        """Return the name, differential or function that stands alone at a place."""
        found = self.name(place)
        changed = self.changed(place)
        if found or changed:
            return max(filter(None, (found, changed)), key=lambda word: word[-1])
        if self.text[place] == "d" and "d" not in self.vocabulary.spellings and (
                self.vocabulary.differentials and re.match(r"\W|$", self.text[place + 1:])):
            return "sign", "d", place + 1
        match = self.function.match(self.text, place)
        if not match and self.text[place].translate(ASCII) in self.functions:
            return "function", self.text[place].translate(ASCII), place + 1
        return match and ("function", match[0], match.end())

    def split(self, place: int) -> list[Word] | None:
        """Return the tokens of a word: one, or names of one letter side by side; None if unknown.

        Three small letters, or a word of English, are never taken apart.
        """
        found, start, here = [], place, place
        if found_here := self.whole(place):
            return [found_here]
        end = re.compile(r"[A-Za-z]*|.").match(self.text, place).end()
        while here < end:
            if found and (rest := self.whole(here)):
                found.append(rest)
                break
            letter = self.text[here]
            if letter == "d" and self.text[here + 1:here + 2].isupper() and (
                    self.text[here + 1] in self.vocabulary.differentials):
                found.append(("differential", self.text[here + 1], here + 2))
            elif letter in self.vocabulary.spellings:
                found.append(("name", letter, here + 1))
            else:
                return None
            here = found[-1][-1]
        word = self.text[start:end]
        letters = "".join(text if len(text) == 1 and kind == "name" else " "
                          for kind, text, _ in found)
        long_word = found and (len(found[-1][1].rstrip("\u0302\u0303")) > 1
                               or found[-1][0] == "function")
        names = [text for _, text, _ in found]
        argument = re.compile(r"\s*[(\[{|‖]" if names[-1:] == ["inv"] else r"\s*[\w(\[{|‖\\]")
        if names[1:] and found[-1][0] == "function" and (
                names[-1] in ("mean", "sum", "max") or not argument.match(self.text, here)):
            return None  # Kinv and Xmean are names of their own
        if any(one == "I" and size in self.vocabulary.lengths for one, size in pairwise(names)):
            return None  # Im may be I_m
        small = re.findall("[a-z]{2}", letters)
        torn = ENGLISH & {*small} or re.search("[a-z]{3}", letters) or (
            word.islower() and len(word) > 3)  # ende has the differential of e in it
        last = len(word) == 2 and not word.islower() and LAST.match(self.text, end)  # as in XᵀWe
        if not found or torn or (spells_a_word(word) and not last) or (
                long_word and re.search("[a-z]", letters)):
            return None
        return found

    # Refusals
    def refuse(self, place: int) -> list:
        """Refuse the word at a place."""
        raise self.unknown(place)

    def unknown(self, place: int) -> Unreadable:
        """Return the sentence about the first part of the text that is no token."""
        names, text = self.vocabulary.spellings, self.typed
        if text[place:].startswith("="):
            return Unreadable("Only one = is allowed, after what is asked for, as in ∂L/∂X = 2 X.",
                              place)
        if re.match(r"[\w\u0300-\u036f]", text[place:]):  # a letter inside a word
            place -= len(re.search(r"∂?[^\W\d]\w*$|∂?$", text[:place])[0])
        part = re.match(r"\\[A-Za-z]+\s*(?:\{\w+\})?|\\.|(?:[^\W\d]+\.)*[\w∂\u0300-\u036f]+"
                        r"(?:/∂\w+)?|\.\w+|.|$", text[place:], re.DOTALL)[0]
        word = part.lstrip("\\")
        said = any(it.start() <= place < it.end() for it in _SENTENCE.finditer(text))
        if len(word) > 1 and (said or word.lower() in SAID):
            return Unreadable(f"Beside the formula stands `{word}`, which is not understood: write "
                              "the formula alone.", place)
        if re.search(r"(?:^|[._])(?:clip|clamp)", part):
            return Unreadable(f"`{quoted(part)}` bounds values, and is not read: write the "
                              "formula without it.", place)
        near = _likely(word, [*names, *self.functions])
        hint = f" (did you mean `{near}`?)" if near and near != part else ""
        listed = self.vocabulary.listed
        whole = {letter.lower() for letter in listed}  # A for A_ij in a sum
        listed = [name for name in listed if not name.startswith("∂")
                  and re.sub("(?:row|col)?$", "", name.rpartition("_")[0], count=1).lower()
                  not in whole]
        first = listed[0]
        return Unreadable(
            f"There is no `{quoted(part)}` here{hint}; the names are "
            f"{', '.join(map(plain, listed))}, with adjoints such as {first}_bar "
            f"or ∂L/∂{first}.", place)
