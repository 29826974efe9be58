"""Calls of functions: those of paper, and those of code that are told more than values.

In code, some calls name indices (einsum), an axis (sum, softmax) or a triangle (chol).
"""

import re
from contextlib import suppress

from sympy import Expr, ShapeError, pi, sympify

from lvmcalc.checks import CannotBeFormed
from lvmcalc.notation import forming, named_functions
from lvmcalc.notation.array_axes import AXES, Axes
from lvmcalc.notation.atoms import CLOSING
from lvmcalc.notation.cholesky_factors import Cholesky
from lvmcalc.notation.lexicon import NAMED
from lvmcalc.notation.softmax_shift import Largest
from lvmcalc.notation.summation import SumWriter
from lvmcalc.notation.tokens import Token, Unreadable, quoted

_RAMPS = ("max", "maximum", "amax")
_MOST_NESTED = 4  # functions inside one another: SymPy evaluates those of numbers while it reads
OTHER_NAMES = {"expit": "sigmoid", "plogis": "sigmoid", "LogisticSigmoid": "sigmoid", "Det": "det",
               "IdentityMatrix": "eye", "LinearSolve": "solve", "MatrixInverse": "inv",
               "DiagonalMatrix": "diag", "Diagonal": "diag", "Dot": "multi_dot",
               "MatrixPower": "matrix_power", "ger": "outer", "average": "mean",
               "unsqueeze": "expand_dims", "tile": "repmat", "proportions": "prop.table",
               "reduce_sum": "sum", "reduce_mean": "mean", "reduce_logsumexp": "logsumexp",
               "matrix_transpose": "transpose"} | {
                   name.capitalize(): name for name in ("exp", "log", "tanh", "sqrt", "norm")}
_BRACKETED = {"transpose", "inverse", "mean", "logsumexp", "log_softmax", "sweep", "matrix", "rep",
              "vec", "ravel", "reshape", "flatten", "squeeze", "as.vector", "as.numeric", *_RAMPS}
_AXES_SWAPPED = ({0, 1}, {-1, -2})
_BROADCAST = ("add", "subtract", "multiply", "divide", "true_divide")
_RECYCLED = ("rowSums", "as.vector", "as.numeric", "drop", "ƈ")  # R's vectors go down the columns
_COPIED = ("expand_dims", "unsqueeze", "repmat", "tile", "prop.table", "proportions")
_ALONG = ("sum", "mean", "softmax", "logsumexp", "log_softmax", *_RAMPS)
CALLS = ("size", "abs2", "einsum", "sweep", *_ALONG[2:], "chol", "solve_triangular", *_COPIED)


class Calls(Axes):
    """Read the call of a function, whose name was the last token."""

    axis: str = ""  # the axis that is named beside the arguments
    lower: bool = False  # whether a lower triangle is
    operation: str = ""  # one of + - * /, if one is

    def applied(self, token: Token) -> Expr:
        """Return the value of a function, with or without brackets behind its name."""
        name = OTHER_NAMES.get(token.text, token.text)
        if name == "size":
            return self.size(token)
        if name == "einsum":
            return self.einsum(token)
        if name == "norm" or self.ahead.text in ("(", "[", "{"):
            if name == "sum" and self.tokens[self.place + 1].text == "abs2":
                self.place += 3
                self.open.append("(")
                value = forming.squared_norm(self.sum())
                self.open.pop()
                if self.accept(")"):
                    return value
                raise self.fail("the closing )")
            return self.called(name, token, self.arguments())
        if self.ahead.text in CLOSING:
            return self.called(name, token, [self.bracket()])
        if name in NAMED | self.vocabulary.of_numbers and (self.ahead.text == "^" or (
                self.ahead.kind == "power" and self.ahead.text.isdigit())):  # tanh²(XW)
            return self.power_of(token)
        if name in _BRACKETED:  # inverse is said behind a matrix: K inverse X
            raise self.fail("an opening bracket")
        self.open.append("(")
        value = self.factor()
        if value.is_Integer and self.vocabulary.spellings.get(self.ahead.text) is pi:
            value *= self.factor()  # log 2π
        self.open.pop()
        if self.at_factor() or self.ahead.text in ("*", "·", "/", "∘", "@"):
            raise self.unclear(f"belongs to what {name} is taken of", f"{name}(…)")
        return self.called(name, token, [value])

    def method(self, value: Expr) -> Expr:
        """Return what a method makes of a value: X.T, K.inv(), X.dot(Y), X.shape[0]."""
        token = self.ahead
        self.place += 1
        name, _, number = token.text.partition(" ")
        if name in ("column", "row"):  # r[:, None] and w[None, :]
            return self.along_the_other(token, value, [int(name == "column")])
        if name == "size":
            if not value.is_Matrix:
                raise self.fail("a matrix in front of its shape")
            return value.shape[int(number)]
        arguments = self.arguments() if self.text[token.end:].lstrip()[:1] == "(" and (
            self.ahead.text == "(" and not re.match(r"\.(?:T|I|mT|H)$",
                                                    self.text[token.start:token.end])) else []
        if name in ("dot", "matmul") and not arguments:
            raise self.refused(token, "write what stands behind the product in its brackets")
        return self.called(name, token, [value, *arguments])

    def power_of(self, token: Token) -> Expr:
        """Return f(A)^2 for f^2(A)."""
        raised, self.place = self.ahead, self.place + 1
        exponent = sympify(raised.text) if raised.kind == "power" else self.exponent()
        if isinstance(exponent, str) or not exponent.is_Integer or exponent < 2:
            raise self.refused(token, "write the power behind the brackets")
        return forming.power_of_entries(self.applied(token), exponent)

    def called(self, name: str, token: Token, arguments: list[Expr]) -> Expr:
        """Return a function of some arguments."""
        axis, lower, operation = self.axis, self.lower, self.operation
        self.axis, self.lower, self.operation = "", False, ""
        if name == "slogdet":
            if [ahead.text for ahead in self.three()] != ["[", "1", "]"]:
                raise self.fail("[1], for the logarithm in what slogdet returns,")
            self.place += 3
        if any(forming.functions_in(argument) >= _MOST_NESTED for argument in arguments):
            raise Unreadable(f"`{quoted(self.text[token.start:])}` has more than {_MOST_NESTED} "
                             "functions inside one another, which are not read.", token.start)
        if not arguments:
            raise self.refused(token, f"{name} does not take these arguments")
        own, matrices = self.vocabulary.functions, not all(map(forming.is_number, arguments))
        try:
            if name == "softmax" and not axis and len(arguments) == 1:
                axis = self.each_row(token, *arguments)
            ramp = name in _RAMPS and not (self.arrays and name != "maximum"
                                           and arguments[0].is_Matrix)
            if name in _ALONG and not (axis or ramp) and len(arguments) == 2:
                axis = self.axis_at(token, arguments.pop())
            if name == "expand_dims":
                return self.along_the_other(token, arguments[0], axis or arguments[1:])
            if operation or name == "sweep":  # no other function takes an operation
                return {"sweep": self.swept}[name](token, *arguments, operation or "-")
            if name == "prop.table":
                return self.swept(token, *arguments, self.sums_along(*arguments), "/")
            if name == "repmat":
                return self.tiled(token, *arguments)
            if name == "sum" and not (axis or self.arrays) and arguments[0].is_Matrix and (
                    self.ahead[:2] == ("power", "T")):
                axis = "ck"  # MATLAB's sum(A)', for nobody turns a number
            if axis:
                return self.along(axis, "max" if name in _RAMPS else name, *arguments)
            if name in _RAMPS:
                return self.ramp(token, arguments)
            if name == "solve_triangular":
                if "torch" in self.text and not lower:
                    raise self.refused(token, "say which triangle, as in upper=False")
                return self.functions["forwardsolve" if lower else "backsolve"](*arguments)
            if name == "cholesky" and not lower and not re.search(
                    r"\b(?:np|numpy|jnp|torch)\.(?:linalg\.)?$", self.text[:token.start]):
                raise self.refused(token, "it is not clear which triangle is meant: write "
                                          "np.linalg.cholesky, or lower=True")
            if name == "chol":  # of MATLAB and R: the upper one
                return (Cholesky if lower else named_functions.upper)(*arguments)
            if name in _BROADCAST and len(arguments) == 2:
                left, right = arguments
                arguments = [self.widened(left, right), self.widened(right, left)]
            if name in named_functions.COMPOSED:
                return named_functions.COMPOSED[name](
                    lambda of, part: self.called(of, token, [part]), *arguments)
            function = own[name] if name in own and matrices else self.functions[name]
            if name in _RECYCLED or (name == "reshape" and self.arrays and arguments[1:] in (
                    [-1, 1], [1, -1])):
                return self.along_an_axis(function(*arguments))
            if name == "inner" and self.arrays:
                function = named_functions.of_last_axes
            of_numpy = "." in self.text[max(0, token.start - 1):token.start + 1]
            if name == "dot" and of_numpy and not any(part.is_Matrix and part.cols == 1
                                                      for part in arguments):
                function = forming.product
            if name == "dot" and not of_numpy and all(part.is_Matrix and part.is_square
                                                      for part in arguments):
                raise self.refused(token, "dot is the product in NumPy and the sum of the products "
                                          "of the entries in Julia; write A @ B or tr(AᵀB)")
            if name == "transpose" and {*arguments[1:]} in _AXES_SWAPPED and re.search(
                    r"swapaxes|^(?!.*permute).*(?:torch|\.b?mm\()", self.text, re.DOTALL):
                arguments = arguments[:1]
            if name not in named_functions.FUNCTIONS and not matrices:
                arguments = [*map(forming.as_number, arguments)]
            return function(*arguments)
        except (Unreadable, CannotBeFormed, ShapeError):
            raise
        except (TypeError, ValueError, AttributeError, KeyError):
            raise self.refused(token, f"{name} does not take these arguments") from None

    def ramp(self, token: Token, values: list[Expr]) -> Expr:
        """Return relu(x) for max(0, x), and the largest entry of a matrix."""
        other = [value for value in values if value != 0]
        if len(values) == len(other) == 1 and other[0].is_Matrix:
            return Largest(*other)
        if len(values) != 2 or len(other) != 1 or "relu" not in self.functions:
            raise Unreadable(f"A maximum or minimum (`{quoted(token.text)}`) is not a known "
                             "operation, but max(0, x) is, which is relu(x).", token.start)
        return self.functions["relu"](other[0])

    def size(self, token: Token) -> Expr:
        """Return the size in size(X, 1)."""
        values = self.arguments()
        if len(values) == 2 and values[0].is_Matrix and values[1] in (1, 2):
            return values[0].shape[int(values[1]) - 1]
        raise Unreadable(f"`{quoted(self.text[token.start:])}` is not a size: write size(X, 1) or "
                         "size(X, 2).", token.start)

    # Arguments
    def arguments(self) -> list[Expr]:
        """Return the values between brackets; the name of a norm is passed, an axis kept."""
        if not (opening := self.accept("(", "[", "{")):
            raise self.fail("an opening bracket")
        if inner := self.listed(opening):
            return inner
        self.open.append(opening)
        values: list[Expr] = []
        axis = ""
        while self.ahead.text != CLOSING[opening] or self.ahead.kind != "sign":
            if values and not self.accept(","):
                break
            word = self.ahead.text if self.ahead.kind == "text" else ""
            if word in ("+", "-", "*", "/"):
                self.operation = word
            elif word == "lower":
                self.lower = True
            elif word in ("turned a", "turned b") and len(values) == 2:
                turned = "ab".index(word[-1])
                values[turned] = forming.transposed(values[turned])
            elif word.rstrip("k") in AXES:
                axis = word
                self.place += 1
                break
            elif word not in ("fro", "F", "all"):
                if values and (inner := self.listed(opening)):  # np.tile(v, (1, D))
                    self.open.pop()
                    return [*values, *inner]
                values.append(self.sum())
                continue
            self.place += 1
        if not self.accept(CLOSING[opening]):
            raise self.fail(f"an operator or the closing {CLOSING[opening]}")
        self.open.pop()
        self.axis = axis
        return values

    def listed(self, opening: str) -> list[Expr]:
        """Return the values of a list inside brackets, as in ([A, B, C]); none if there is none."""
        begun, open_ = self.place, [*self.open]
        with suppress(Unreadable):
            values = self.arguments() if self.ahead.text in ("[", "(") else []
            if len(values) > 1 and self.accept(CLOSING[opening]):
                return values
        self.place, self.open = begun, open_
        return []

    # Calls of code
    def einsum(self, token: Token) -> Expr:
        """Return what einsum makes of matrices and columns, where products can say it."""
        if not self.accept("(") or self.ahead.kind != "text":
            raise self.fail("the indices of einsum, as in einsum('ij,jk->ik', A, B),")
        indices = self.ahead.text.replace(" ", "")
        self.place += 1
        self.open.append("(")
        values = []
        while self.accept(","):
            values.append(self.sum())
        if not self.accept(")"):
            raise self.fail("an operator or the closing )")
        self.open.pop()
        given, arrow, wanted = indices.partition("->")
        once = "".join(sorted(it for it in given if given.count(it) == 1 and it != ","))
        names, wanted = given.split(","), wanted if arrow else once
        fits = len(names) == len(values) and all(
            value.is_Matrix and (len(name) == 2 or (len(name) == 1 and value.cols == 1))
            for name, value in zip(names, values, strict=False))
        with suppress(Unreadable, KeyError):
            if fits:
                sums = SumWriter({}, {}, self.vocabulary.functions)
                return sums.contracted([*zip(names, values, strict=True)], wanted)
        raise self.refused(token, "these indices are not those of a product, a trace, a transpose "
                                  "or a sum of products")
