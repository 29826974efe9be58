"""Draw the package as a map, from its real imports and from `MAP`: `python tests/draw_architecture.py`.

Modules stand in the rows and columns of `MAP`. A line leads down to each module that is imported, unless other lines
lead there on a way round. The title of a module, which a browser shows over it, names all that it imports.
"""

import ast
import re
from math import ceil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "notebooks" / "images" / "architecture.svg"
# A module imports only from the lines below its own. It is drawn in the column of its name.
MAP = {
    "what is seen": """
                                       widgets
   ask  cost           two_weights      live                 walk      answers
                                           pictures
                                                 figures
                 controls                          frames
                                    loop            style
""",
    "training, marking": """
                                                                                 source
                                                                                auditing
                                                                       marking
                                                                      diagnosis
                        readings                            fitting   findings  question
                        training                                      mistakes
        data            problems                          cards                      reading
                 gram
""",
    "models": """
                            gplvm      autoencoder
                                          chain
""",
    "proofs": """
                                        evidence
                                      establishing
                                        calculus
                                                        agreement
""",
    "formulas": """
                              rules       words           exact
                                                        admission      verdict
 checks                              writing            notation
""",
}
ROWS = [row for part in MAP.values() for row in part.strip("\n").split("\n")]
LAYERS = [row.split() for row in reversed(ROWS)]
LAYER = {module: number for number, layer in enumerate(LAYERS) for module in layer}
LETTER, ROW, BOX, LEFT = 10.5, 46, 26, 96  # pixels: a column, from row to row, a module's height, the parts' names
BESIDE = 9  # pixels between a module and a line that passes it
COLOURS = ("#D6E8F6", "#FBE0D0", "#FAF3C0", "#D5EFE5", "#E9DDF0")  # of the modules of a part, from the top


def imports(path: Path) -> set[str]:
    """Return the modules of the package that a module imports when it runs (not those for its annotations)."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    blocks = [node for node in ast.walk(tree) if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)]
    hidden = {id(part) for block in blocks for part in ast.walk(block)}
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom | ast.Import) and id(node) not in hidden:
            inside = "lvmcalc" if getattr(node, "level", 0) else ""  # of `from . import chain`
            module = ".".join(filter(None, (inside, getattr(node, "module", None))))
            names = [".".join(filter(None, (module, alias.name))).split(".") for alias in node.names]
            found |= {name[1] for name in names if name[0] == "lvmcalc" and len(name) > 1}
    return found


def without_ways_round(used: dict[str, set[str]]) -> dict[str, set[str]]:
    """Return for every module its imports without those that another of them leads to."""
    def reached(module: str) -> set[str]:
        return used[module].union(*map(reached, used[module]))

    return {module: {name for name in names if not any(name in reached(other) for other in names)}
            for module, names in used.items()}


Point = tuple[float, float]  # pixels across, rows down


def half(module: str) -> float:
    """Return half the width of a module's box."""
    return 4.4 * len(module) + 9


def drawn() -> str:
    """Return the picture as SVG."""
    rows = [(number, row) for number, part in enumerate(MAP.values()) for row in part.strip("\n").split("\n")]
    boxes = {word[0]: (LEFT + LETTER * ((word.start() + word.end()) // 2), place, part)
             for place, (part, row) in enumerate(rows) for word in re.finditer(r"\w+", row)}
    width, height = LEFT + LETTER * max(len(row) for _, row in rows) + 24, ROW * len(rows)
    used = {module: imports(ROOT / "lvmcalc" / f"{module}.py") for module in LAYER}

    def way(start: Point, end: Point) -> list[Point]:
        """Return the bends of a line down from `start`, not included, to `end`: straight on until a module is there."""
        for row in range(ceil(start[1] + 0.5), ceil(end[1] - 0.5)):
            edges = [(x - half(m) - BESIDE, x + half(m) + BESIDE) for m, (x, at, _) in boxes.items() if at == row]
            slope = (end[0] - start[0]) / (end[1] - start[1])
            x, across = start[0] + slope * (row - start[1]), abs(slope) * BOX / 2 / ROW
            if any(left < x + across and x - across < right for left, right in edges):
                free = [at for edge in edges for at in edge if not any(left < at < right for left, right in edges)]
                bend = (min(free, key=lambda at: abs(at - x)), row)
                return [*way(start, bend), *way(bend, end)]
        return [end]

    def line(above: str, below: str) -> str:
        (x, row, _), (end_x, end_row, _) = boxes[above], boxes[below]
        start, end = (x, row + BOX / 2 / ROW), (end_x, end_row - BOX / 2 / ROW)
        points = " ".join(f"{x:.1f},{ROW * (row + 0.5):.1f}" for x, row in [start, *way(start, end)])
        return f'<polyline points="{points}"/>'

    bands, top = [], 0
    for number, (name, part) in enumerate(MAP.items()):
        tall = ROW * part.count("\n", 1)
        words = "".join(f'<tspan x="14" dy="{18 if index else 0}">{word}</tspan>'
                        for index, word in enumerate(name.replace("what is", "what\u00a0is").split(" ")))
        bands.append(f'<rect y="{top}" width="{width:.0f}" height="{tall}" fill="{COLOURS[number]}" opacity="0.35"/>'
                     f'<text x="14" y="{top + ROW / 2 + 5:.0f}" class="part">{words}</text>')
        top += tall
    modules = [f'<g><title>{m} imports {", ".join(sorted(used[m])) or "no other module"}</title>'
               f'<rect x="{x - half(m):.1f}" y="{ROW * (row + 0.5) - BOX / 2:.1f}" width="{2 * half(m):.1f}" '
               f'height="{BOX}" rx="5" fill="{COLOURS[part]}" stroke="#222222"/>'
               f'<text x="{x:.1f}" y="{ROW * (row + 0.5) + 5:.1f}" class="module">{m}</text></g>'
               for m, (x, row, part) in boxes.items()]
    lines = [line(above, below) for above, names in without_ways_round(used).items() for below in sorted(names)]
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" width="{width:.0f}" '
        f'height="{height}" role="img">',
        "<title>The modules of lvmcalc in rows; lines lead down from each to those that it imports</title>",
        "<style>text { font-family: ui-sans-serif, system-ui, sans-serif; fill: #222222 } .part { font-size: 14px; "
        "font-weight: 600 } .module { font-size: 14px; text-anchor: middle }</style>",
        f'<rect width="{width:.0f}" height="{height}" fill="#FFFFFF"/>', *bands,
        '<g fill="none" stroke="#5A5A5A" stroke-width="1.2" stroke-linejoin="round">', *lines, "</g>",
        *modules, "</svg>", ""])


if __name__ == "__main__":
    PICTURE.write_text(drawn(), encoding="utf-8")
