"""A text of a user is shown as it is, in every display: never run, never taken for markup."""

import re

import pytest
from hostile import ATTACK, DISPLAYS

from lvmcalc.notation import in_html
from lvmcalc.show.still import Drawing, canvas
from lvmcalc.show.view import Shown

TAGS = re.compile(r"<\s*(?:img|script)", re.IGNORECASE)


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """All HTML and Markdown that is displayed."""
    found: list[str] = []

    def display(data: dict, **how: object) -> None:
        found.extend(text for kind, text in data.items() if kind in ("text/html", "text/markdown"))

    monkeypatch.setattr("lvmcalc.show.view.display", display)
    monkeypatch.setattr("lvmcalc.show.still.display", display)
    return found


def pages(thing: object) -> list[str]:
    """Return the HTML and Markdown of a display, but for what it shows where it is not alive."""
    parts = [method() for name in ("_repr_html_", "_repr_markdown_")
             if (method := getattr(thing, name, None))]
    inner = getattr(thing, "children", ())
    for widget in (thing, *(inner if isinstance(inner, tuple) else ())):
        parts += [part for name in ("above", "below", "summary", "value")
                  if isinstance(part := getattr(widget, name, None), str)]
        parts += getattr(widget, "told", [])
    return parts


@pytest.mark.parametrize("name", DISPLAYS)
def test_no_tag_of_a_user_is_alive_in_what_is_displayed(name: str, shown: list[str]) -> None:
    thing = DISPLAYS[name]()
    if hasattr(thing, "stand_in"):
        thing.stand_in()
    html = "\n".join([*pages(thing), *shown])
    assert "onerror" in html, "nothing was tried"
    assert not TAGS.search(html)


def test_what_a_picture_says_is_quoted(shown: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    Drawing(canvas(10, 10), "words", ATTACK).show()
    monkeypatch.setattr("sys.platform", "emscripten")  # where the words stand for the picture
    walk = DISPLAYS["walk"]()
    walk.view.status = ATTACK
    Shown.stand_in(walk.view)
    assert len(shown) == 2
    assert not TAGS.search("".join(shown))


@pytest.mark.parametrize(("words", "html"), [
    ("a < b & c", "a &#60; b &#38; c"), ("no `<b>` here", "no <code>&#60;b&#62;</code> here"),
    ("one ` alone", "one &#96; alone"), ("[x](javascript:y)", "&#91;x&#93;(javascript:y)"),
    ("$x$", '<span class="mathjax_ignore">&#36;x&#36;</span>'), ("plain words.", "plain words.")])
def test_words_are_quoted_and_code_is_code(words: str, html: str) -> None:
    assert in_html(words) == html
