"""Wrong factors: the mistakes that leave a number, a scalar or a size too many or too few."""

from collections.abc import Mapping

import sympy as sp
from sympy import Expr, Symbol

from lvmcalc import notation
from lvmcalc.chain.structure import Chain
from lvmcalc.marking.exercise import sizes_of
from lvmcalc.marking.mistakes import Mistake

TIMES = {2: "twice", sp.Rational(1, 2): "half of"}


def monomial(scalar: Expr) -> tuple[Expr, dict[str, int]]:
    """Return the number in a scalar and the power of every symbol that is a factor of it."""
    number, symbols = scalar.as_coeff_Mul()
    powers = (part.as_base_exp() for part in sp.Mul.make_args(symbols))
    return number, {base.name: int(power) for base, power in powers
                    if base.is_Symbol and power.is_Integer}


def behind_a_factor(chain: Chain, number: Expr, powers: Mapping[str, int], own: Mapping[str, int],
                    where: str) -> tuple[Mistake, ...]:
    """Return the mistakes that leave a factor, a number times powers of symbols.

    `own` are the powers in the true coefficient.
    """
    found = [Mistake("sign", where)] if number < 0 else []
    if abs(number) != 1:
        times = TIMES.get(abs(number), f"{abs(number)} times")
        found.append(Mistake("factor", where, f"it is {times} what it must be"))
    sizes = sizes_of(chain)
    found += [_behind_a_power(name, power, own.get(name, 0), name in sizes, where)
              for name, power in powers.items()]
    return tuple(found)


def _behind_a_power(name: str, power: int, own: int, is_size: bool, where: str) -> Mistake:
    letter = notation.plain(name)
    unseen = not own and not is_size  # the true coefficient may hold it inside a matrix
    if power == -own or (abs(own) == 2 and 2 * power == -own) or (unseen and power == -1):
        lost = notation.plain(Symbol(name) ** abs(power))
        return Mistake("missing_scalar", where, f"1/{lost}" if power > 0 else lost)
    if own and power == -2 * own:
        return Mistake("inverted_scalar", where, letter)
    if is_size and power in (-1, -2):
        return Mistake("averaged", where, "×".join([letter] * -power))
    too_much = notation.plain(Symbol(name) ** power)
    return Mistake("factor", where, f"it is {too_much} times what it must be")
