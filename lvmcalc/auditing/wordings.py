"""Turn sentences into equations, such as "the gradient is A x − b".

So are letters that are functions elsewhere, as in σ_i = σ(x_iᵀ w).
"""

import re
from functools import partial
from unicodedata import normalize

from lvmcalc.auditing.partial_lines import PATH
from lvmcalc.chain import Chain
from lvmcalc.marking.derivation_text import letters_given
from lvmcalc.marking.exercise import exercise_of
from lvmcalc.marking.left_side import is_loss
from lvmcalc.notation import spelling
from lvmcalc.notation.said_formulas import with_functions
from lvmcalc.notation.statements import LETTER, split

# "the gradient of L is", not "the natural gradient of L is"
_SAID = re.compile(r"\b(?:the|our)\s+(?:(?:full|total|whole)\s+)?(?P<what>gradient|Hessian)"
                   r"(?:\s+of\s+(?:\$?(?:L|f)(?:\([\w\\]+\))?\$?|(?:the|our)\s+(?:loss|objective"
                   r"|log-likelihood|function)(?:\s+function)?))?"
                   r"(?:\s+(?:w\.?r\.?t\.?|with\s+respect\s+to)\s+\$?(?P<wrt>\\?\w+)\$?)?\s+"
                   r"(?:is|becomes|reads|equals)(?:\s+(?:then|thus|therefore|simply|just|hence))?"
                   r"\s*:?[^\S\n]*", re.IGNORECASE)
_CHANGED = re.compile(r"(?<![A-Za-z\\])d\s*(?:(?P<of>\\\|(?:(?!\\\|).)+\\\|\s*(?:\^\s*\{?2\}?|²)"
                      r"|‖[^‖]+‖²|\((?:[^()]|\([^()]*\))+\))|\\?\w+)\s*=")
_BEFORE = re.compile(r"(?:.*(?:[.;:]|,(?=\s*(?:so|thus|hence|therefore)\b)))?\s*"
                     r"(?:(?:so|thus|hence|therefore|then|and|now|consequently|finally|altogether"
                     r"|by\s+the\s+(?:chain|product|sum)\s+rule|it\s+follows|we\s+see|this\s+shows"
                     r"|(?:adding|summing|putting)\s+(?:(?:these|them|both|it\s+all"
                     r"|everything)\b\s*)?(?:up|together)?)"
                     r"(?:\s+that)?,?\s*)*", re.IGNORECASE)
# The beginning of a formula that is no equation, no shape and no word
_FORMULA = re.compile(r"(\$?\$?\s*)(?:H\s*=\s*)?(?!an?\s|(?:(?!\b(?:where|with)\b)[^.])*"
                      r"(?:=|×|\\times|[∇∂]|\\nabla|\\partial)"
                      r"|\w\s+x\s+\w[\s.,]*$)"
                      r"(?=[-−+(\d½‖∑Σ]|\\(?!text|mbox|\()|[^\W\d_](?![a-z])"
                      r"|(?:exp|log|sigmoid|softmax|tanh|tr|trace|diag)\()")
_HESS = re.compile(r"^([^\S\n]*)hess(?:ian)?(?=[^\S\n]*=(?!=))", re.MULTILINE | re.IGNORECASE)
_GRADIENT = re.compile(r"^([^\S\n]*)(?:the\s+)?(?:gradient|derivative)(?=[^\S\n]*=(?!=))",
                       re.MULTILINE | re.IGNORECASE)
_GRAD = re.compile(r"(?<![A-Za-z\\_])\\?grad\s+(\\?[^\W\d_])(?=\s*(?:\(\s*\w\s*\))?\s*:?=(?!=))")
# A definition of the scalar with its arguments, and ∇f
_OF = re.compile(r"(?<![A-Za-z\\])(f|L|J|ℓ|\\ell|\\mathcal\s*\{\s*[LJ]\s*\})\s*\(\s*\\?(\w+)\s*\)"
                 r"\s*&?\s*:?=(?!=)([^=\n]*)")
_NABLA = (r"(?:∇|\\nabla(?![A-Za-z]))(²|\^\{{?2\}}?)?\s*({})(?:\s*\(\s*\\?\w+\s*\))?"
          r"(?=\s*&?\s*=)")
_SYMMETRIC = re.compile(r",?[^\S\n]+(?:with|where|for)\s+\$?\\?(\w+)\$?\s+(?:is\s+|being\s+)?"
                        r"symmetric(?=[.,;]?\s*$)", re.MULTILINE)
_NAMED = re.compile(r"([^=\n]+?)\s*=:\s*(\$?\\?[^\W\d_][\w^{}⁰¹²³⁴-⁹]*)(?=[\s.,;$]|$)")  # … =: E
# exp(Z_ij) / Σ_k exp(Z_ik) = P_ij defines P if nothing else does
_LAST = re.compile(r"^(?P<all>[^=\n$,;:]*?\S(?:\s*&?\s*=(?!=)[^=\n$,;:]+?)*?)\s*&?\s*=\s*"
                   r"(?P<name>\\?(?P<letter>[^\W\d_])(?:_\{?[a-z]{1,2}\}?)?)"
                   r"(?P<end>[\s.,;\\]*)$", re.MULTILINE)
_ASIDE = re.compile(r"\s+\(\s*(?:(?:with|where|here)\s+)?(?!axis|dim|keepdims)"
                    rf"((?:{LETTER})\s*:?=(?!=)(?:[^()=\n]|\([^()=\n]*\))*)\)(?=[\s.,;]*$)",
                    re.MULTILINE)
_ADDRESSED = re.compile(r"\b(?:let\s+(?:me|us)\s+(?:now\s+|first\s+|also\s+)?"
                        r"|for\s+(?:each|every)\s+[a-z]+(?:\s+\$?\w\$?)?,?\s+"
                        r"(?:we\s+|let\s+us\s+)?)"
                        r"(?=(?:define|write|put|set|denote|introduce|call)\b)", re.IGNORECASE)
_INSERTED = re.compile(r"\b(?:plug(?:ging)?\s+in|insert(?:ing)?)\s+"
                       rf"(?=\$?\s*(?:{LETTER})\s*=(?!=))", re.IGNORECASE)
_INSTEAD = re.compile(r"\b[Uu]se\s+(?:the\s+)?(?:[a-z]+\s+){0,2}"
                      rf"(\$?(?:{LETTER})\s*=(?!=)[^=\n]*?)\s+instead\s+of\s+\S+(?=[.,;]|\s*$)",
                      re.MULTILINE)
_INDEXED = re.compile(r"(\\[A-Za-z]+\s*_\d)(?=[A-Za-z\\])")  # δ_2 h, of which LaTeX has no space
_DELTA = r"(?:\\delta(?![A-Za-z])|δ)"
_LAYERS = re.compile(rf"{_DELTA}\s*(?:[²³¹]|\^\s*\{{?\s*\d\s*\}}?)\s*&?\s*:?=(?!=)")
_LAYER = re.compile(rf"({_DELTA})\s*(?:([²³¹])|\^\s*\{{?\s*(\d)\s*\}}?)")
_HESSIAN_AT = re.compile(r"((?:∇|\\nabla(?![A-Za-z]))\s*(?:²|\^\s*\{?\s*2\s*\}?)\s*L)\s*\(\s*"
                         r"(?:\\(?:mathbf|bm|boldsymbol)\s*\{?\s*)?\\?(\w+)\s*\}?\s*\)")
_AT_LEAF = re.compile(r"(?:∇|\\nabla(?![A-Za-z]))(²|\^\{?2\}?)?\s*f\s*\(\s*\\?(\w+)\s*\)"
                      r"(?=\s*&?\s*=)")
_DENOTES = re.compile(r"\b([Ll]et\s+\$?\\?\w\$?)\s+denotes?\s+(?=the\b)")
_DIAGONAL = re.compile(r"(?<![A-Za-z])([A-Z]|\\[A-Z][a-z]+)(\s*&?\s*:?=\s*)\\?(?:operatorname"
                       r"|mathrm|text)?\s*\{?\s*diag\s*\}?\s*(?:\\left|\\[bB]ig+l?)?\s*\\?[({]"
                       r"((?:[^()\n]|\([^()\n]*\))*)(?:\\right|\\[bB]ig+r?)?\s*\\?[)}]")
_DOTS = re.compile(r"\s*(?:\\[lc]?dots|\.{3}|…)\s*")
_HATTED = re.compile(r"(?<![A-Za-z\\])d\s*\\(?:wide)?hat\s*(?:\{\s*)?(\\?\w)\s*\}?")
_SIGMA = r"(?:\\sigma(?![A-Za-z])|σ)"
_SIGMA_GIVEN = re.compile(rf"{_SIGMA}\s*(?:_\s*\{{?\s*[a-z]\s*\}}?(?![A-Za-z])|[ᵢⱼₖₗₘₙ])"
                          r"\s*&?\s*:?=(?!=)")
_SIGMA_ALONE = re.compile(rf"{_SIGMA}(?!\s*(?:\(|'|′|\^\s*\{{?\s*\\prime|\\left|\\[bB]ig))")
_SIGMA_INSIDE = re.compile(rf"{_SIGMA}\s*\([^()]*{_SIGMA}\s*\)")  # σ(1 − σ) is a product
# A comment that only names the gradient: dX = …  # dL/dX
_NAMED_BEHIND = re.compile(r"^([^\S\n]*d(\w+)[^\S\n]*=(?!=)[^\n#]*?)\s*(?:#|//|%)\s*[d∂]\w+\s*/\s*"
                           r"[d∂]\2[^\S\n]*$", re.MULTILINE)
# Signs of a chat that claim nothing, unlike a cross, and self. in a class
_CHAT = re.compile("[\u2600-\u2712\u2714\u2728\U0001F300-\U0001F64F\U0001F680-\U0001FAFF]"
                   "\uFE0F?"
                   r"|(?<!\w)self\.(?=[A-Za-z])")
_COLUMN = re.compile(r"\bsum\((?=[^()\n]*\(:\))((?:[^()\n]|\(:\))*)\)")  # sum(r(:).^2)
_DIAG = re.compile(r"(\\(?:operatorname|mathrm|text)\s*\{\s*)D(?=iag\s*\})|\bD(?=iag\()")
_DEFINITE = re.compile(r"(=[^=\n$]*?)\s*(?:\\succ(eq)?(?![A-Za-z])|≻|([⪰≽]))\s*0(?![.\d])(\$?)")
# An estimate with a label, as \hat w_{\text{ridge}}
_ESTIMATE = re.compile(r"(\\(?:wide)?hat\s*\{?\s*\\?[^\W\d_]+\s*\}?)\s*_\s*\{?\s*"
                       r"\\(?:text|mathrm|rm)\s*\{?\s*([A-Za-z]+)\s*\}*")
_W_E = re.compile(r"(=[^\S\n]*)We(?=[\s.,]*$)", re.MULTILINE)  # no word, which goes on
_SOLVED = re.compile(r"^[^\S\n]*(\w+)_new[^\S\n]*=[^\S\n]*"
                     r"(?=(?:(?:np\.)?linalg\.)?(?:solve|inv)\()",
                     re.MULTILINE)
_EQUAL = re.compile(r"^(?!\s*(?:if|elif|while|assert|return|print)\b)([^=\n#!<>]*[^=\n#!<>\s])"
                    r"\s*==(?=[^=\n]+$)", re.MULTILINE)
_CONDITION = re.compile(r"\b(?:then|if|means)\b")
_OWN_SIGMA = "σ\u0303"


def as_equations(text: str, chain: Chain) -> str:
    """Return a text with equations for its sentences, as ∇L = … for "the gradient is …".

    Likewise P = softmax(Z) for "P denotes the softmax of Z", ∇f for grad f, and S_ii = a_i for
    S = diag(a_1, …, a_N).
    """
    vocabulary = chain.vocabulary

    def gradient(name: re.Match) -> str:
        leaf = name[1].strip("\\") in {*vocabulary.differentials} - {
            "f", *vocabulary.outputs}
        return f"∇_{{{name[1]}}} L" if leaf else f"∇{name[1]}"

    text = _DIAG.sub(lambda it: f"{it[1] or ''}d", _EQUAL.sub(r"\1 =", text))
    text = _DEFINITE.sub(lambda it: f"{it[1]}{it[4]}, a positive {'semi' * bool(it[2] or it[3])}"
                         "definite matrix", text)
    text = _W_E.sub(r"\1W e", text) if "W" in vocabulary else text
    if len({name for _, name in _ESTIMATE.findall(text)}) == 1:
        text = _ESTIMATE.sub(r"\1", text)
    for name in {*_SOLVED.findall(text)} & {*chain.leaves}:
        text = re.sub(rf"\b{name}_new\b", f"{name}_hat", text)
    text = _COLUMN.sub(lambda it: f"sum({it[1].replace('(:)', '')})", _CHAT.sub("", text))
    text = _GRADIENT.sub(r"\1grad", _NAMED_BEHIND.sub(r"\1", text))
    text = _SYMMETRIC.sub(lambda it: "" if it[1] in chain.symmetric else it[0], text)
    def aside(said: re.Match) -> str:
        known = vocabulary.pattern.match(said[1].lstrip("\\"))
        return said[0] if known else f", where {said[1]}"

    text = _HESSIAN_AT.sub(lambda it: it[1] if it[2] in chain.leaves else it[0], text)
    text = _INSTEAD.sub(r"Let \1", _INSERTED.sub("Then ", text))
    text = _NAMED.sub(r"\1, \2 := \1", _ADDRESSED.sub("", _ASIDE.sub(aside, text)))
    text = _LAST.sub(partial(_defined_last, text=text, chain=chain), text)
    text = _INDEXED.sub(r"\1 ", text)
    if _LAYERS.search(text) and not vocabulary.pattern.fullmatch("delta"):  # δ² is the δ of layer 2
        text = _LAYER.sub(lambda it: f"{it[1]}_{normalize('NFKC', it[2] or it[3])} ", text)
    text = _GRAD.sub(gradient, _HESS.sub(r"\1∇²L", with_functions(_DENOTES.sub(
        r"\1 be ", _HATTED.sub("d\\1\u0302", text)), vocabulary)))
    lines = _DIAGONAL.sub(_by_entries, text).split("\n")
    text = "\n".join(map(_said, ["", *lines], lines))
    given = [it for it in _OF.findall(_AT_LEAF.sub("", text)) if it[1] in chain.leaves]
    functions = {(letter, leaf) for letter, leaf, formula in given if letter != "f" or is_loss(
        exercise_of(chain, leaf), formula.strip(" .,;$"))}
    if len(functions) == 1:
        (letter, leaf), = functions
        text = re.sub(_NABLA.format(rf"L|{re.escape(letter)}"), rf"∇\1_{{{leaf}}} L", text)
    if not given:  # f is no other function
        text = _AT_LEAF.sub(lambda it: f"∇{it[1] or ''}_{{{it[2]}}} L" if it[2] in chain.leaves
                            else it[0], text)
    unclear = _SIGMA_INSIDE.search(text) or vocabulary.pattern.fullmatch("sigma")
    if _SIGMA_GIVEN.search(text) and not unclear:
        text = _SIGMA_ALONE.sub(_OWN_SIGMA, text)
    return text


def _defined_last(said: re.Match, text: str, chain: Chain) -> str:
    """Return a = b, P := b for a = b = P if only this defines P, and P is used elsewhere."""
    letter = said["letter"]
    known = {*chain.vocabulary, *chain.vocabulary.outputs, *letters_given(text), *"Iied"}
    alone = rf"(?<![A-Za-z]){letter}(?![a-z])"
    told = re.search(rf"(?:^|[,.;:&$(]|\b[a-z]{{2,}}\s)[^\S\n]*\\?{alone}"
                     r"(?:_\{?[a-z]{1,2}\}?)?[}\s]*&?\s*"
                     r"(?::|=|≔|<-|(?:be|for|is|are|denotes?|stands?|means)\b)", text, re.MULTILINE)
    told = told or _CONDITION.search(said["all"])
    if spelling(letter) in known or told or len(re.findall(alone, text)) < 2:
        return said[0]
    before, _, value = said["all"].rpartition("=")
    given = f"{said['name']} := {(value or said['all']).strip(' &')}{said['end']}"
    return f"{said['all']}, {given}" if before else given


def _said(above: str, line: str) -> str:
    """Return a line with an equation for the gradient that it states in words.

    Behind d‖r‖² = …, in it or on the line above, it is that of ‖r‖².
    """
    found = _SAID.search(line)
    formula = found and _FORMULA.match(line, found.end())
    if not formula or not (_BEFORE.fullmatch(line[:found.start()]) or PATH.search(line)):
        return line
    changed = [it["of"] for it in _CHANGED.finditer(f"{above}\n{line[:found.start()]}")]
    name = f"∇ ({changed[-1]})" if changed and changed[-1] and not found["wrt"] and (
        found["what"].lower() == "gradient") else _called(found)
    return f"{line[:found.start()]}{formula[1]}{name} = {line[formula.end():]}"


def _called(words: re.Match) -> str:
    """Return ∇L, ∇²L or ∂L/∂X for its name in words, such as "the gradient"."""
    below = f"_{{{words['wrt']}}}" if words["wrt"] else ""
    return f"∇{'²' * (words['what'].lower() == 'hessian')}{below} L"


def introduced(words: str, formula: str) -> str:
    """Return an equation for a formula that follows words such as "the gradient is"."""
    found = _SAID.search(words)
    alone = found and not words[found.end():].strip(" $:") and _FORMULA.match(formula)
    return f"{_called(found)} = {formula.replace('$', ' ')}" if alone and (
        _BEFORE.fullmatch(words[:found.start()]) or PATH.search(words)) else formula


def _by_entries(given: re.Match) -> str:
    """Return S_ii = a_i for S = diag(a_1, …, a_N), other text as it is."""
    first, *others = (part.strip() for part in split(given[3], ","))
    below = re.search(r"_\{?([a-z])\b", first)
    if not others and below:
        return f"{given[1]}_{{{below[1] * 2}}}{given[2]}{first}"
    last = re.search(r"_\{?([A-Z])\b", others[-1]) if len(others) > 1 else None
    if not last or not _DOTS.fullmatch(others[-2]) or others[-1] != re.sub(
            r"_1\b", f"_{last[1]}", first):
        return given[0]
    return f"{given[1]}_{{ii}}{given[2]}" + re.sub(r"_1\b", "_i", first)
