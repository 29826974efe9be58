"""A chain as a program: each value, inverse and adjoint once, forwards and then backwards."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import sympy as sp
from sympy import Expr, Identity, Inverse, MatrixSymbol, Symbol

from lvmcalc import checks, notation
from lvmcalc.calculus.expression_tools import sum_of
from lvmcalc.chain import passes
from lvmcalc.chain.code_printer import Writer
from lvmcalc.chain.dialects import DIALECTS, Dialect, identifier
from lvmcalc.chain.graph import Edge, Graph


class ProgramLine(NamedTuple):
    """One assignment, or a comment without a target.

    `place` is a node's name, or an edge (node, parent) for what the use contributes to the parent.
    """

    target: str
    text: str
    place: str | Edge | None = None


class Program:
    """The assignments of one pass over a chain.

    Parameters
    ----------
    chain : Graph
    dialect : Dialect
    wrt : the leaves or nodes whose adjoints are wanted; by default none but the value
    all_adjoints : whether all adjoints are wanted, and what each use contributes
    terse : whether what costs nothing is put in place of its name: a constant, a multiple, a column
        or row that is spread over a matrix
    """

    def __init__(self, chain: Graph, dialect: Dialect, wrt: tuple[str, ...] = (),
                 all_adjoints: bool = False, terse: bool = False):
        self.chain, self.all_adjoints, self.terse = chain, all_adjoints, terse
        self.wrt = (*chain.leaves, *chain.nodes) if all_adjoints else wrt
        self.sizes = {size.name: size for leaf in chain.leaves.values() for length in leaf.shape
                      for size in length.free_symbols if size.name not in chain.leaves}
        self.names = {name: identifier(name) for name in (*chain.leaves, *chain.nodes, *self.sizes)}
        names = self.names | {chain.adjoint_symbol(node.name).name: adjoint_identifier(node.name)
                              for node in chain}
        self._write = Writer(dialect, names, {*self.sizes}, self._inverse)
        self._values, self._inverses = {}, {}
        self.forwards: list[ProgramLine] = []
        self.backwards: list[ProgramLine] = []
        self._body = self.forwards
        known = passes.forward(chain, {}, self._value)
        self._body = self.backwards
        if self.wrt:
            upstream = sp.S.One if terse else chain.adjoint_symbol(chain.output)
            passes.pull_back(chain, known, self._contribution, upstream, self.wrt, self._sum)

    def _emit(self, target: str, formula: Expr, place: str | Edge | None = None) -> None:
        text = self._write(formula.xreplace(self._values))
        self._body.append(ProgramLine(target, text, place))

    def _inverse(self, matrix: Expr) -> str:
        """Return the name of an inverse; it is computed where it is first needed."""
        matrix = self._leaf(matrix)
        if matrix not in self._inverses:
            name = f"{self._write.bracketed(matrix)}_inv" if matrix.is_Symbol or isinstance(
                matrix, MatrixSymbol) else f"inv{len(self._inverses)}"
            text, _ = self._write.called("Inverse", self._write(matrix))
            self._inverses[matrix] = name
            self._body.append(ProgramLine(name, text))
        return self._inverses[matrix]

    def _leaf(self, symbol: Expr) -> Expr:
        """Return the leaf that a symbol is a use of, or the symbol itself."""
        node = self.chain.nodes.get(getattr(symbol, "name", None))
        return node.operands[0] if node and node.rule.name == "use" else symbol

    def _value(self, name: str, formula: Expr, known: Mapping[str, Expr]) -> Expr:
        """Return the symbol of a stage, or its formula if that is put in place of it."""
        target, symbol = self.names[name], self.chain[name].symbol
        formula = passes.in_symbols(name, formula, known)
        if self.terse and formula.is_Matrix and self._write.thin(formula) is not None:
            return formula
        if isinstance(formula, Inverse) and isinstance(formula.arg, MatrixSymbol):
            self._inverses.setdefault(self._leaf(formula.arg), target)  # its own name serves
            text, _ = self._write.called("Inverse", self._write(formula.arg))
            self._body.append(ProgramLine(target, text, name))
        else:
            self._emit(target, formula, name)
        if not isinstance(formula, MatrixSymbol | Symbol):
            self._values[formula] = symbol
        return symbol

    def _contribution(self, place: passes.Place, formula: Expr, known: Mapping[str, Expr]) -> Expr:
        """Return what a use contributes to an adjoint, by a name of its own if all are wanted."""
        if place is None and not self.all_adjoints:  # their sum is made symmetric instead
            symbol, = formula.atoms(MatrixSymbol)
            return known[symbol.name]
        formula = passes.in_symbols(place, formula, known)
        if place is None or not self.all_adjoints:
            return formula
        node, parent = place
        target = f"{self.names[parent]}_bar_{self.names[node]}"
        self._emit(target, formula, place)
        return notation.matching(target, self.chain[parent].symbol)

    def _sum(self, name: str, parts: list[Expr]) -> Expr:
        """Return the symbol of an adjoint, or its formula if that is put in place of it."""
        symbol, target = self.chain.adjoint_symbol(name), adjoint_identifier(name)
        adjoint = sum_of(parts)
        if name in self.chain.symmetric and not self.all_adjoints:
            self._emit(target, adjoint)
            adjoint = (symbol + symbol.T) / 2
        if not self.all_adjoints and name not in self.wrt and self._is_inline(name, adjoint):
            self._body.append(ProgramLine("", f"# {target} = {self._in_words(adjoint)}"))
            return adjoint
        self._emit(target, adjoint)
        return symbol

    def _in_words(self, adjoint: Expr) -> str:
        """Return a formula in plain text, in which adjoints are called as in the program."""
        text = notation.plain(adjoint)
        for name in self.chain.nodes:
            called = re.escape(notation.adjoint_name(self.chain.output, name))
            text = re.sub(rf"\({called}\)|{called}(?!\w)", adjoint_identifier(name), text)
        return text

    def _is_inline(self, name: str, adjoint: Expr) -> bool:
        """Return whether an adjoint is better written where it is used.

        That is a multiple of the identity or of ones, which no array need hold; a constant; and a
        product with few columns, which meets an inverse on both sides.
        """
        if not adjoint.is_Matrix:
            leaves = {leaf.symbol for leaf in self.chain.leaves.values()} | {*self.sizes.values()}
            return self.terse and adjoint.free_symbols <= leaves and not adjoint.is_Add
        if self.terse and self._write.thin(adjoint) is not None:
            return True
        _, matrices = self._write.factors(adjoint)
        if len(matrices) == 1:
            simple = MatrixSymbol if self.terse else ()
            return isinstance(matrices[0], (Identity, sp.OneMatrix, simple))
        inverse = self.chain[name].rule and self.chain[name].rule.name == "inverse"
        return inverse and len(matrices) == 2 and matrices[0].cols != adjoint.rows

    def lengths(self) -> Iterator[str]:
        """Yield the lines that find the sizes in the shapes of the leaves."""
        text = "\n".join(it.text for it in (*self.forwards, *self.backwards) if it.target)
        mentioned = {*re.findall(r"\w+", text)}
        found: set[str] = set()
        for leaf in sorted(self.chain.leaves.values(), key=lambda leaf: any(
                length.args for length in leaf.shape)):
            for axis, length in enumerate(leaf.shape):
                unknown = [size for size in length.free_symbols if size.name in self.sizes
                           and size.name not in found]
                if len(unknown) == 1 and self.names[unknown[0].name] in mentioned:
                    size, = unknown
                    rows = Symbol(f"{self.names[leaf.name]}.shape[{axis}]")
                    value = sp.solve(length - rows, size)[0]
                    found.add(size.name)
                    yield f"{self.names[size.name]} = {self._write(value)}"


def adjoint_identifier(name: str) -> str:
    """Return the identifier of a node's adjoint in a program."""
    return f"{name}_bar"


def source_of(chain: Graph, wrt: tuple[str, ...], library: str) -> str:
    """Return the source of a function of value and gradient.

    Parameters
    ----------
    chain : Graph
    wrt : names of the leaves or nodes
    library : "numpy", "torch" or "jax"
    """
    dialect = DIALECTS[checks.known(library, DIALECTS, "library")]
    program = Program(chain, dialect, wrt)
    names = program.names
    arguments = ", ".join(names[leaf] for leaf in chain.leaves)
    shapes = [f"{names[leaf.name]} : {notation.shape(leaf.symbol)}"
              + ", symmetric" * (leaf.name in chain.symmetric) for leaf in chain.leaves.values()]
    asked = " and ".join(notation.adjoint_name(chain.output, name) for name in wrt)
    body = [f'"""Return {notation.plain(chain.output)} and {asked}.', "", *shapes, '"""',
            *(dialect["convert"].format(names[leaf]) for leaf in chain.leaves
              if dialect["convert"]),
            *program.lengths(), "# forwards", *map(_line, program.forwards), "# backwards",
            f"{adjoint_identifier(chain.output)} = 1.0", *map(_line, program.backwards),
            f"return {', '.join([names[chain.output], *map(adjoint_identifier, wrt)])}"]
    imports = "import math\n\n" * any("math." in line for line in body) + dialect["imports"]
    head = f"{imports}\n\n\ndef value_and_gradient({arguments}):\n"
    return head + "\n".join(f"    {line}".rstrip() for line in body) + "\n"


def _line(statement: ProgramLine) -> str:
    return f"{statement.target} = {statement.text}" if statement.target else statement.text
