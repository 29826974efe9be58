"""Find the sums over an index in a text, and the names with an index that they may use."""

import re
from collections.abc import Collection
from itertools import combinations

from sympy import Dummy, Expr, Identity, MatrixSymbol, Symbol, Transpose

from lvmcalc.notation.forming import transposed
from lvmcalc.notation.indexed_vectors import Indexed
from lvmcalc.notation.lexicon import ENTRY, STYLES
from lvmcalc.notation.name_resolution import Unreadable, quoted, quoting
from lvmcalc.notation.summation import SUM_LETTER, SumWriter
from lvmcalc.notation.vocabulary import Vocabulary, matching

_MOST_VECTORS = 3  # letters that may each be of rows or columns; more are all alike
BELOW = dict(zip("ᵢⱼₖₗₘₙₚₛₜ", "ijklmnpst", strict=True))
_HEAD = r"\\sum(?:\s*\\(?:no)?limits)?(?![A-Za-z])|∑|%s(?<!\w)sum(?=_)"
_LIMITS = (r"\s*_\s*(?:\{([^{}]*)\}|([a-z]{1,3})(?![a-z_]))"
           r"(?:\s*\^\s*(?:\{\s*(\w+)\s*\}|([A-Za-z])(?![A-Za-z])))?")
_BELOW_BRACKET = (r"((?:[)\]]|(?:\^\s*(?:\{\s*(?:-\s*1|-?T|-?\\top)\s*\}|-1|-?T)|⁻¹|⁻?ᵀ)))"
                  r"\s*_\s*(?:\{\s*([a-z]{1,2})\s*\}|([a-z]{1,2})(?![A-Za-z]))")
# What may have an index below it, and up to two of them
INDICES = re.compile(r"([^\W\d_]|[])}])\s*_\s*(?:\{\s*([a-z]{1,2})\s*\}|([a-z]{1,2})(?![A-Za-z]))")


# An index in round brackets above a letter, as of x^{(i)} and x_j^{(i)}
_ABOVE = re.compile(r"([^\W\d_]\}?)\s*(?:_\s*\{?\s*([a-z])\s*\}?\s*)?"
                    r"\^\s*\{?\s*\(\s*([a-z])\s*\)\s*\}?(?:\s*_\s*\{?([a-z])\}?)?")


def spread_out(text: str) -> str:
    """Return a text with _{ij} for ᵢⱼ, for _{i, j} and, if i belongs to a sum, for ^{(i)}_j."""
    indices = "".join(it[1] or it[2] for it in re.finditer(rf"(?:{_HEAD % 'Σ|'}){_LIMITS}", text))
    text = _ABOVE.sub(lambda it: f"{it[1]}_{{{it[3]}{it[2] or it[4] or ''}}}" if it[3] in indices
                      else it[0], text)
    spread = re.sub(rf"[{''.join(BELOW)}]+(?:₌₁)?", lambda run: "_{" + "".join(
        BELOW.get(letter, "") for letter in run[0]) + "}", text)
    return re.sub(r"_\{\s*([a-z])\s*[,\s]\s*([a-z])\s*\}", r"_{\1\2}", spread)


def _is_a_sum(text: str, vocabulary: Vocabulary) -> bool:
    """Return whether each Σ with an index is a sum where Σ is a letter, as in Σ_n Σ⁻¹ z_n z_nᵀ."""
    heads = {*re.findall(r"(?:Σ|\\Sigma(?![A-Za-z]))\s*_\s*\{?\s*(\w+)", text)}
    vectors = {it[2] or it[3] for it in INDICES.finditer(text) if it[1].islower()}
    another = re.search(r"\\sum(?![A-Za-z])|∑|(?:[∂d]|\\partial)\s*\{?\s*(?:Σ|\\Sigma)\s*_", text)
    return bool(heads) and heads <= vectors and not another and not any(
        f"Sigma_{index}" in vocabulary.spellings for index in heads)


def _slopes(vocabulary: Vocabulary, parts: dict[Expr, Indexed]
            ) -> dict[str, dict[str, tuple[Expr, Indexed]]]:
    """Return the symbols for ∂z_i/∂w_j and ∂K_ij/∂α with what they are of, by z_i and w_j."""
    found: dict[str, dict[str, tuple[Expr, Indexed]]] = {}
    entries = [(symbol.name, part) for symbol, part in parts.items()
               if not symbol.is_Matrix and isinstance(part.of, MatrixSymbol)]
    for above, part in entries:
        for below, slope in vocabulary.parts.get(part.of.name, {}).items():
            under = vocabulary.get(below)
            if getattr(slope, "shape", ()) == part.of.shape and not getattr(under, "shape", ()):
                found.setdefault(above, {})[below] = (
                    Symbol(f"∂{above}/∂{below}"), part._replace(of=slope))
            for name, other in entries if getattr(under, "is_Matrix", False) else ():
                if other.of == under and other.row != part.row and slope.shape == (
                        part.of.rows, under.rows):
                    found.setdefault(above, {})[name] = (
                        Symbol(f"∂{above}/∂{name}"), Indexed(slope, part.row, other.row))
    return found


def _of_code(vocabulary: Vocabulary, indices: Collection[str]) -> dict[Expr, Indexed]:
    """Return the symbols Xrow_i and Xcol_i for a row and a column of a matrix in code."""
    return dict(_row(called, of, i) for name, matrix in vocabulary.items()
                if matrix.is_Matrix and "∂" not in name
                for called, of in ((f"{name}row", matrix), (f"{name}col", matrix.T))
                for i in indices)


def _row(called: str, of: Expr, i: str) -> tuple[Expr, Indexed]:
    """Return the symbol for the row i of a matrix, a number if it is a column."""
    name = f"{called}_{i}"
    return Symbol(name) if of.cols == 1 else MatrixSymbol(name, of.cols, 1), Indexed(of, i)


def _change(symbol: Expr) -> Expr:
    """Return the differential of a name, or of its transpose."""
    return transposed(_change(symbol.arg)) if isinstance(symbol, Transpose) else matching(
        f"d{symbol.name}", symbol)


def entries_in(side: str) -> list[str]:
    """Return the indices below a side that may be an entry, as ij of (A B)_ij and ∂L/∂W_{ij}."""
    return [below[2] or below[3] for below in INDICES.finditer(spread_out(side))]


def columns_meant(text: str, vocabulary: Vocabulary, entries: str = "") -> list[tuple[str, ...]]:
    """Return the names such as x_i that may be columns of their matrix, in every combination.

    The first is that all of them are rows. With x_i, all x_j are columns.
    """
    spread, words, sums = indexed(text, vocabulary, entries)
    vectors = {part.name for part in sums.parts if part.is_Matrix
               and not re.search("(?:row|col)_", part.name)} if sums else {}
    if not vectors:
        return [()]
    bare = re.sub(STYLES + r"\s*\{\s*(\w+)\s*\}", r" \1", spread)
    used = sorted(vectors & {words.words[it.lastindex - 1] for it in words.pattern.finditer(bare)})
    letters = sorted({name.partition("_")[0] for name in used})
    counts = range(len(letters) + 1) if len(letters) <= _MOST_VECTORS else (0, len(letters))
    return [tuple(name for name in used if name.partition("_")[0] in some)
            for count in counts for some in combinations(letters, count)]


def indexed(text: str, vocabulary: Vocabulary, entries: str = "", columns: Collection[str] = (),
            repeated: bool = False) -> tuple[str, Vocabulary, "SumWriter | None"]:
    """Return a text with one sign for each sum and its index, and with the names it may use.

    The indices in `entries` belong to no sum: the text is what an entry such as K_ij is. Names such
    as x_i are rows, but those in `columns` are columns. With `repeated`, an index that stands twice
    in a term is summed over, though no sign says so.

    Raises
    ------
    Unreadable
        If an index is none.
    """
    taken = any(name.startswith("Sigma") for name in vocabulary.spellings)
    spread = spread_out(text)
    sums = not taken or _is_a_sum(spread, vocabulary)
    sign = _HEAD % (r"Σ|\\Sigma(?![A-Za-z])|" if sums else "")
    heads: list[tuple[str, str]] = []
    if not (entries or re.search(rf"(?:{sign}){_LIMITS}", spread)):
        return text, vocabulary, None

    def head(match: re.Match) -> str:
        indices = re.sub(r"[,\s]", "", match[1] or match[2])
        if re.search(r"[=≠<>≤≥∈∉:|]|\\(?:n?[lg]e|neq?|[lg]t|(?:not)?in|mid)", indices):
            raise Unreadable(f"`{quoted(match[0])}` has a condition, which is not read: sum over "
                             "all indices, and multiply by a matrix of zeros and ones, as in "
                             "Σ_{ij} m_ij (…).", match.start())
        if not re.fullmatch("[a-z]{1,3}", indices) or len({*indices}) < len(indices):
            raise Unreadable(f"`{quoted(match[0])}` is not a sum that can be read: write one to "
                             "three indices below it, as in Σ_i or Σ_{ij}.", match.start())
        heads.append((indices, match[3] or match[4] or ""))
        return f" {SUM_LETTER} "

    with quoting(spread, text):
        found = re.sub(rf"(?:{sign}){_LIMITS}", head, spread)
    below: list[str] = []

    def entry(match: re.Match) -> str:
        indices = match[2] or match[3]
        if not {*indices} <= {*names}:
            return match[0]
        below.append(indices)
        return f"{match[1]} {ENTRY} "

    implied = "".join(entries_in(spread)) if repeated else ""
    names = sorted({index for indices, _ in (*heads, (entries + implied, ""))
                    for index in indices})
    parts = {Symbol(f"delta_{i}{j}"): Indexed(Identity(Dummy("?")), i, j)
             for i in entries for j in entries if i != j}
    for name, matrix in vocabulary.items():
        if not matrix.is_Matrix or "∂" in name or matrix.rows == 1:
            continue
        one = len(name.rstrip("\u0302\u0303")) == 1
        lower = [name.lower()] * (name.lower() not in vocabulary.spellings and one)
        for i in names:
            if matrix.cols == 1:
                parts |= [_row(name, matrix, i)]
                continue
            for called in (name, *lower):
                parts |= [_row(called, matrix.T if f"{called}_{i}" in columns else matrix, i)]
                parts |= {Symbol(f"{called}_{i}{j}"): Indexed(matrix, i, j) for j in names}
    parts |= _of_code(vocabulary, names) if re.search(r"(?:row|col)_", text) else {}
    parts |= {Symbol(f"∂L/∂{name}_{i}"): Indexed(matrix, i)
              for name in vocabulary.differentials for i in names
              if getattr(matrix := vocabulary.spellings.get(f"∂L/∂{name}"), "is_Matrix", False)
              and matrix.cols == 1 != matrix.rows}
    parts |= {Symbol(f"∂L/∂{called}_{i}{j}"): Indexed(matrix, i, j)
              for name in vocabulary.differentials for i in names for j in names
              if getattr(matrix := vocabulary.spellings.get(f"∂L/∂{name}"), "is_Matrix", False)
              for called in {name, name if name.lower() in vocabulary.spellings else name.lower()}}
    parts = {symbol: part for symbol, part in parts.items() if symbol.name not in vocabulary}
    slopes = _slopes(vocabulary, parts) if re.search(r"/|frac", text) else {}
    parts |= {symbol: part for known in slopes.values() for symbol, part in known.values()}
    extended = vocabulary.extended(
        {symbol.name: symbol for symbol in parts if "∂" not in symbol.name or "∂L" in symbol.name},
        {}, {above: {name: symbol for name, (symbol, _) in known.items()}
             for above, known in slopes.items()})
    parts |= {_change(symbol): part._replace(of=_change(part.of)) for symbol, part in parts.items()
              if not symbol.name.startswith("∂") and not part.of.is_Identity}  # dz_i is one of dz
    glued = rf"(?<=[A-Za-z])_([{''.join(names)}])(?=\\?[A-Za-z]+_)"  # as in x_ix_j
    found = re.sub(glued, r"_{\1}", found)
    found = re.sub(_BELOW_BRACKET, entry, found)
    places, ends = ((each.start() for each in re.finditer(sign, found))
                    for sign in (SUM_LETTER, ENTRY))
    return found, extended, SumWriter(
        parts, dict(zip(places, heads, strict=True)), extended.functions, entries,
        dict(zip(ends, below, strict=True)), repeated)
