"""Arithmetic of formulas in decimals: the same digits on every computer, years later.

Every step is rounded to 34 significant digits, half to even, by the contexts here and never by the one that
happens to be set. Roots, exponentials and logarithms are those
of the General Decimal Arithmetic specification, which are correctly rounded; powers, sines and cosines,
for which the specification allows a last digit to differ, are made here of them and of the four basic
operations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import (
    ROUND_CEILING,
    ROUND_FLOOR,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)
from functools import reduce
from typing import Any

from academy.kernel.i18n import _l

DIGITS, GUARD = 34, 20
LARGEST_POWER = 64
LARGEST_ANGLE = 10**6
LARGEST_EXPONENT = 700
PLACES_OF_ROUND = 12
# a sine is computed to more places than these; what is left behind them is no value but noise
TRIGONOMETRIC_PLACES = Decimal(1).scaleb(-30)

PI = Decimal("3.141592653589793238462643383279502884197169399375105820974944592307816406286209")
E = Decimal("2.718281828459045235360287471352662497757247093699959574966967627724076630353548")


class NoValue(ValueError):
    """A formula has no value for these numbers; ``reason`` says why, in words."""

    def __init__(self, reason: Any) -> None:
        super().__init__(str(reason))
        self.reason = reason


def _context(digits: int) -> Context:
    return Context(
        prec=digits,
        rounding=ROUND_HALF_EVEN,
        Emin=-999,
        Emax=999,
        capitals=1,
        clamp=0,
        flags=[],
        traps=[InvalidOperation, DivisionByZero, Overflow],
    )


NARROW, WIDE = _context(DIGITS), _context(DIGITS + GUARD)
# before a value is made whole: three thirds, 0.999…9, are 1
STEADY = _context(DIGITS - 4)


def guarded(compute: Callable[..., Decimal], *numbers: Decimal) -> Decimal:
    """A computation with the errors of decimals as :class:`NoValue`."""
    try:
        return compute(*numbers)
    except DivisionByZero:
        raise NoValue(_l("division by zero")) from None
    except Overflow:
        raise NoValue(_l("the value is too large")) from None
    except InvalidOperation:
        raise NoValue(_l("the value is not defined")) from None


def divide(left: Decimal, right: Decimal) -> Decimal:
    if right == 0:
        raise NoValue(_l("division by zero"))
    return NARROW.divide(left, right)


def remainder(left: Decimal, right: Decimal) -> Decimal:
    """``left − right · floor(left / right)``: of the sign of the divisor."""
    if right == 0:
        raise NoValue(_l("division by zero"))
    rest = WIDE.remainder(left, right)
    if rest and (rest < 0) != (right < 0):
        rest = WIDE.add(rest, right)
    return NARROW.plus(rest)


def power(base: Decimal, exponent: Decimal) -> Decimal:
    """Whole powers by multiplying, others of numbers above 0 by exponential and logarithm."""
    if exponent == exponent.to_integral_value():
        return _whole_power(base, int(exponent)) if exponent.copy_abs() <= LARGEST_POWER else _too_high()
    if exponent.copy_abs() > LARGEST_POWER:
        return _too_high()
    if base < 0:
        raise NoValue(_l("a negative number has no such power"))
    if base == 0:
        return Decimal(0) if exponent > 0 else divide(Decimal(1), base)
    return NARROW.plus(_exponential(WIDE.multiply(exponent, WIDE.ln(base))))


def _too_high() -> Decimal:
    raise NoValue(_l("powers go up to %(n)s", n=LARGEST_POWER))


def _whole_power(base: Decimal, exponent: int) -> Decimal:
    if exponent <= 0 and base == 0:
        raise NoValue(_l("0 has no power of 0 or less"))
    product, square, left = Decimal(1), base, abs(exponent)
    while left:
        if left & 1:
            product = WIDE.multiply(product, square)
        left >>= 1
        if left:
            square = WIDE.multiply(square, square)
    return NARROW.divide(Decimal(1), product) if exponent < 0 else NARROW.plus(product)


def _exponential(value: Decimal) -> Decimal:
    if value.copy_abs() > LARGEST_EXPONENT:
        raise NoValue(_l("the value is too large"))
    return WIDE.exp(value)


def _root(value: Decimal) -> Decimal:
    if value < 0:
        raise NoValue(_l("a negative number has no square root"))
    return NARROW.sqrt(value)


def _logarithm(of: Callable[[Decimal], Decimal]) -> Callable[[Decimal], Decimal]:
    def logarithm(value: Decimal) -> Decimal:
        if value <= 0:
            raise NoValue(_l("only numbers above 0 have a logarithm"))
        return of(value)

    return logarithm


def _sine(angle: Decimal) -> Decimal:
    """By its series, after taking whole turns away; the angle in radians."""
    if angle.copy_abs() > LARGEST_ANGLE:
        raise NoValue(_l("angles go up to %(n)s", n=LARGEST_ANGLE))
    rest = WIDE.remainder_near(angle, WIDE.multiply(2, PI))
    square, term, total, step = WIDE.multiply(rest, rest), rest, rest, 1
    while term.copy_abs() > Decimal(1).scaleb(-DIGITS - 4):
        step += 2
        term = WIDE.divide(WIDE.multiply(term.copy_negate(), square), Decimal(step * (step - 1)))
        total = WIDE.add(total, term)
    return total


def _cosine(angle: Decimal) -> Decimal:
    return _sine(WIDE.add(angle, WIDE.divide(PI, 2)))


def _tangent(angle: Decimal) -> Decimal:
    cosine = _settled(_cosine(angle))
    if cosine == 0:
        raise NoValue(_l("this angle has no tangent"))
    return NARROW.divide(_settled(_sine(angle)), cosine)


def _settled(value: Decimal) -> Decimal:
    return value.quantize(TRIGONOMETRIC_PLACES, ROUND_HALF_EVEN, WIDE)


def _round(value: Decimal, places: Decimal = Decimal(0)) -> Decimal:
    """Half away from zero, as people round."""
    if places != places.to_integral_value() or places.copy_abs() > PLACES_OF_ROUND:
        raise NoValue(_l("round takes from −%(n)s to %(n)s places", n=PLACES_OF_ROUND))
    step = Decimal(1).scaleb(-int(places))
    return NARROW.plus(STEADY.plus(value).quantize(step, ROUND_HALF_UP, _context(DIGITS + 1000)))


def _whole(rounding: str) -> Callable[[Decimal], Decimal]:
    return lambda value: STEADY.plus(value).to_integral_value(rounding)


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function of formulas: how many numbers it takes, and how much work it is beside an addition."""

    compute: Callable[..., Decimal]
    least: int = 1
    most: int = 1
    cost: int = 1


FUNCTIONS: Mapping[str, Function] = {
    "abs": Function(compute=Decimal.copy_abs),
    "min": Function(compute=lambda *numbers: reduce(min, numbers), most=10),
    "max": Function(compute=lambda *numbers: reduce(max, numbers), most=10),
    "round": Function(compute=_round, most=2),
    "floor": Function(compute=_whole(ROUND_FLOOR)),
    "ceil": Function(compute=_whole(ROUND_CEILING)),
    "sqrt": Function(compute=_root, cost=2),
    "exp": Function(compute=lambda value: NARROW.plus(_exponential(value)), cost=20),
    "ln": Function(compute=_logarithm(NARROW.ln), cost=20),
    "log10": Function(compute=_logarithm(NARROW.log10), cost=20),
    "sin": Function(compute=lambda angle: NARROW.plus(_settled(_sine(angle))), cost=20),
    "cos": Function(compute=lambda angle: NARROW.plus(_settled(_cosine(angle))), cost=20),
    "tan": Function(compute=_tangent, cost=40),
    "rad": Function(compute=lambda degrees: NARROW.divide(WIDE.multiply(degrees, PI), Decimal(180))),
    "deg": Function(compute=lambda angle: NARROW.divide(WIDE.multiply(angle, Decimal(180)), PI)),
}
CONSTANTS: Mapping[str, Decimal] = {"pi": NARROW.plus(PI), "e": NARROW.plus(E)}
