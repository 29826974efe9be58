"""Words of a user on a page: shown as they are, never run, never taken for markup or a formula."""

import re

_MARKUP = re.compile(r"[&<>`*$\\\[\]|#~]")  # what HTML, Markdown or LaTeX takes for its own


def in_html(words: str) -> str:
    """Return words as HTML that stands in a page or in Markdown; code between backticks."""
    parts = [_MARKUP.sub(lambda found: f"&#{ord(found[0])};", part) for part in words.split("`")]
    if len(parts) % 2 == 0:  # one backtick is left over
        parts[-2:] = ["&#96;".join(parts[-2:])]
    html = "".join(f"<code>{part}</code>" if place % 2 else part
                   for place, part in enumerate(parts))
    # MathJax would take a dollar sign in code for one of LaTeX.
    return f'<span class="mathjax_ignore">{html}</span>' if {"$", "\\"} & {*words} else html
