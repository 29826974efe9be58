"""The exceptions that the calculus raises, each with a message of one sentence."""


class UnsupportedExpression(ValueError):
    """An expression contains an operation that the calculus does not know."""

    def __init__(self, operation: str):
        super().__init__(
            f"The calculus does not know {' '.join(operation.split())}; the rule book lists what "
            "it knows.")


class TooLarge(UnsupportedExpression):
    """An expression has only known operations, but too many of them."""

    def __init__(self, what: str):
        ValueError.__init__(self, f"The calculus stops here, because {what} would take too long.")


class OutsideDomain(ArithmeticError):
    """An expression has no real value at a point: 1/0, a singular inverse, log(−1)."""
