"""Write a chain stage by stage."""

from collections.abc import Iterable, Mapping

from sympy import Expr, MatrixSymbol, ShapeError, Symbol

from lvmcalc import checks, notation
from lvmcalc.calculus.differentials import sympified
from lvmcalc.calculus.expression_checks import check_shapes, described, dimensions
from lvmcalc.calculus.operations import RULES
from lvmcalc.calculus.rule_matching import operation_of
from lvmcalc.calculus.rules import Operation
from lvmcalc.chain.graph import Node
from lvmcalc.chain.structure import Chain
from lvmcalc.checks import CannotBeFormed


class Builder:
    """Write a chain stage by stage.

    `build.e = f * g` adds the stage e = f g, and `build.e` is its symbol from then on.
    `build("e", "product", f, g)` does the same, names the operation, and returns the symbol.

    Parameters
    ----------
    name : str
    *leaves : symbols of the leaves
    book : operations by name
    symmetric : names of the leaves that are symmetric matrices
    remarks : the one sentence worth remembering of a stage, by its name

    Raises
    ------
    TypeError, ValueError
        If a name stands for two things, an operation is unknown, or its operands do not fit.
    """

    def __init__(self, name: str, *leaves: Expr, book: Mapping[str, Operation] = RULES,
                 symmetric: tuple[str, ...] = (), remarks: Mapping[str, str] | None = None):
        for leaf in leaves:
            if not isinstance(leaf, MatrixSymbol | Symbol):
                came = notation.plain(leaf) if isinstance(leaf, Expr) else _in_one_line(leaf)
                raise TypeError(f"A leaf is a symbol, not {came}.")
        lengths = [length for leaf in leaves if leaf.is_Matrix for length in leaf.shape]
        sizes = {size.name: size for length in lengths for size in length.free_symbols}
        own = {"_name": name, "leaves": leaves, "_book": book, "_symmetric": symmetric,
               "_sizes": sizes, "_stages": [], "_known": {}, "_remarks": remarks or {}}
        for attribute, value in own.items():
            super().__setattr__(attribute, value)  # our own would take it for a stage
        for size in sizes:
            _refuse_no_name(size)
        for leaf in leaves:
            self._add(leaf)

    def __setattr__(self, name: str, formula: Expr) -> None:
        if hasattr(type(self), name) or name in vars(self):
            raise ValueError(f'A stage called {name} is written build("{name}", operation, …).')
        rule, operands = operation_of(_expression(name, formula))
        if rule == "use" and not operands[0].is_Matrix:
            raise TypeError(f"{name}: {notation.plain(operands[0])} is no operation on leaves and "
                            "stages: write it where it is used.")
        self(name, rule, *operands)

    def __getattr__(self, name: str) -> Expr:
        if name.startswith("_") or name not in self._known:
            raise AttributeError(f"There is no leaf or stage {name} yet.")
        return self._known[name]

    def __call__(self, name: str = "", operation: str = "", *operands: Expr,
                 remark: str = "") -> Expr:
        """Add a stage and return its symbol.

        Parameters
        ----------
        name : str
        operation : name of an operation in the book
        *operands : symbols of leaves and stages, constant matrices, or formulas of scalars
        remark : the one sentence worth remembering
        """
        if not (isinstance(name, str) and isinstance(operation, str) and operation):
            raise TypeError('A stage is written build("e", "product", A, B), with its name, its '
                            "operation and the operands, or build.e = A * B.")
        rule = self._book[checks.known(operation, self._book, "operation")]
        operands = tuple(_expression(name, operand) for operand in operands)
        self._refuse_misfits(name, rule, operands)
        try:
            check_shapes(result := rule.apply(*operands))
        except (CannotBeFormed, ShapeError) as error:
            words = f"the {operation} of {' and '.join(map(described, operands))} cannot be formed"
            reason = error if isinstance(error, CannotBeFormed) else words
            raise CannotBeFormed(f"{name}: {reason}.") from error
        used = {symbol.name for operand in operands for symbol in _letters(operand)}
        parents = tuple(known for known in self._known if known in used)
        symbol = notation.matching(name, result)
        remark = remark or self._remarks.get(name, "")
        self._stages.append(Node(self._add(symbol), rule, operands, parents, remark))
        return symbol

    def _add(self, symbol: Expr) -> Expr:
        _refuse_no_name(symbol.name)
        if symbol.name in self._known or self._sizes.get(symbol.name, symbol) != symbol:
            raise ValueError(f"Two things in {self._name} are called {symbol.name}.")
        self._known[symbol.name] = symbol
        return symbol

    def _refuse_misfits(self, name: str, rule: Operation, operands: tuple[Expr, ...]) -> None:
        expected = (*rule.arguments, *rule.parameters)
        if len(operands) != len(expected):
            letters = " and ".join(map(notation.plain, expected))
            raise TypeError(f"{name}: the operation {rule.name} is applied to {letters}, but the "
                            f"number of operands is {len(operands)}.")
        for argument, operand in zip(expected, operands, strict=True):
            if argument.is_Matrix != operand.is_Matrix:
                kind = "a matrix" if argument.is_Matrix else "a scalar"
                raise TypeError(f"{name}: the operation {rule.name} needs {kind} for "
                                f"{notation.plain(argument)}, not {described(operand)}.")
            known = {*self._known, *self._sizes}
            if unknown := sorted({it.name for it in operand.free_symbols} - known):
                raise ValueError(f"{name}: there is no leaf, stage or size {unknown[0]}.")
            letters = {letter for letter in _letters(operand) if letter.name in self._known}
            mixed = operand.is_Matrix or operand.has(MatrixSymbol)
            if letters and argument in rule.parameters:
                raise ValueError(f"{name}: the exponent {notation.plain(operand)} is no constant: "
                                 "write exp(k log(a)) for such a power of a.")
            if letters and mixed and operand not in letters:
                raise ValueError(f"{name}: {notation.plain(operand)} needs a stage of its own.")

    def chain(self, abbreviations: Mapping[str, str] | None = None, at_most: tuple = (),
              unnamed: Iterable[str] = ()) -> Chain:
        """Return the chain that has been written.

        Parameters
        ----------
        abbreviations : letters for nodes, such as {"K": "c"}
        at_most : pairs of sizes, the first of which must not be larger than the second
        unnamed : stages whose names nobody gave
        """
        return Chain(self._name, self.leaves, tuple(self._stages), self._book, abbreviations,
                     at_most, self._symmetric, unnamed)


def _refuse_no_name(name: str) -> None:
    if not name.isidentifier():  # it stands in source code
        raise ValueError(f"Nothing in a chain can be called {name!r}; a name is a letter or a "
                         "word.")


def _expression(name: str, value: object) -> Expr:
    try:
        found = sympified(value)
    except TypeError:
        found = None
    if not isinstance(found, Expr):
        raise TypeError(f"{name}: a SymPy expression such as A * B is expected, not "
                        f"{_in_one_line(value)}.")
    return found


def _in_one_line(value: object) -> str:
    return " ".join(repr(value).split())


def _letters(operand: Expr) -> set[Expr]:
    """Return the symbols in an operand, but for the sizes of its matrices."""
    sizes = {size for length in dimensions(operand) for size in length.free_symbols}
    return operand.atoms(Symbol, MatrixSymbol) - sizes
