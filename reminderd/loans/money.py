"""Exact amounts and rates, and the ways people write them.

Amounts are decimals with exactly the digits the currency has. Rates are exact decimals that
remember whether they are per day or per year. Nothing here ever touches a binary float.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow, localcontext
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from .notation import narrowed, percent, rate_meant, sum_meant

# ISO 4217 (list one of 1 January 2026): currencies whose minor unit is not two digits. CLDR, which
# Babel follows, has the digits in use instead, and changes them.
_NO_DIGITS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE_DIGITS = "BHD IQD JOD KWD LYD OMR TND"
_FOUR_DIGITS = "CLF UYW"
_MINOR_DIGITS = {
    code: digits
    for digits, codes in {0: _NO_DIGITS, 3: _THREE_DIGITS, 4: _FOUR_DIGITS}.items()
    for code in codes.split()
}

_PLAIN = re.compile(r"[+-]?\d+(\.\d+)?")
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?")  # 0,500 may well mean a half

# Wide enough for whatever parses below; what would not fit raises instead of being rounded.
_EXACT = Context(prec=60, traps=[Inexact, InvalidOperation, Overflow])
_TOO_MUCH = Decimal(10) ** 14  # below it, every currency's minor units fit 64 bits
_TOO_STEEP = Decimal(10) ** 6
_FINE = Decimal(1).scaleb(-10)
_TOO_FINE = -20  # the exponent of a rate's last digit


# Of currencies whose unit is worth little; of others it is 1.00, or 100 where there are no cents.
_HARDLY_ASKED = {"KRW": 1000, "VND": 10_000, "IDR": 10_000, "CLP": 1000, "COP": 1000}


def hardly_asked(currency: str) -> Decimal:
    """Return the sum below which no lender asks for a rest."""
    usual = 1 if minor_digits(currency) else 100
    return Decimal(_HARDLY_ASKED.get(currency, usual))


def minor_digits(currency: str) -> int:
    """Return how many decimal digits an amount in *currency* has (ISO 4217)."""
    return _MINOR_DIGITS.get(currency, 2)


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount in one currency, held in whole minor units (cents, 分).

    Mixing currencies raises ValueError.
    """

    minor: int
    currency: str

    @classmethod
    def of(cls, amount: Decimal, currency: str) -> Money:
        """Make it from a decimal; ValueError if that has more digits than the currency."""
        return cls(to_minor(amount, currency), currency)

    @property
    def amount(self) -> Decimal:
        """The exact decimal, with the currency's digits: Decimal("1234.50")."""
        return Decimal(self.minor).scaleb(-minor_digits(self.currency))

    def __add__(self, other: Money) -> Money:
        """Add an amount of the same currency."""
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        """Subtract an amount of the same currency."""
        return Money(self.minor - self._same(other), self.currency)

    def __bool__(self) -> bool:
        """Return whether there is any money at all."""
        return bool(self.minor)

    def __str__(self) -> str:
        """Return the plain decimal, without the currency: ``1234.50``."""
        return f"{self.amount:f}"

    def _same(self, other: Money) -> int:
        if self.currency != other.currency:
            raise ValueError(f"cannot combine {self.currency} with {other.currency}")
        return other.minor


@lru_cache(maxsize=65536)
def to_minor(amount: Decimal, currency: str) -> int:
    """Return *amount* in whole minor units; ValueError if it has more digits than the currency."""
    digits = minor_digits(currency)
    try:
        exact = amount.quantize(Decimal(1).scaleb(-digits), context=_EXACT)
    except (Inexact, InvalidOperation):
        sentence = f"{amount} has more than {digits} decimal digits, which {currency} allows"
        raise ValueError(sentence) from None
    return int(exact.scaleb(digits, context=_EXACT))


def parse_amount(value: object) -> Decimal:
    """Read an amount however it is written: 1234, 1234.50, "1234.50" or "1,234.50".

    Raises ValueError with the remedy for anything else, also where a comma could mean two things.
    """
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise ValueError(f'{value!r} is not an amount (write "1234.50")')
    text = narrowed(str(value)).replace("_", "")
    if isinstance(value, str) and not (_PLAIN.fullmatch(text) or _GROUPED.fullmatch(text)):
        raise ValueError(_no_amount(value))
    amount = Decimal(text.replace(",", ""))
    if not amount.is_finite():
        raise ValueError(f'{value} is not an amount (write "1234.50")')
    if amount.copy_abs() >= _TOO_MUCH:
        raise ValueError(f"{value} is more than any loan (check the digits)")
    return amount


def _no_amount(text: str) -> str:
    """Say what is in the way of a text that is no amount, and what to write instead."""
    if rate_meant(text):
        rate = _rate_meant(text)
        write = rate if " = " in rate else f"annual_rate = {rate}, or percent = {rate} for a fee"
        return f'{text!r} is a rate, not a sum (write {write}; or a sum, as in "1234.50")'
    why, write = sum_meant(text) or ("is not an amount", '"1234.50"')
    return f"{text!r} {why} (write {write})"


def parse_ratio(value: object) -> Decimal:
    """Read a share or rate: "0.05%", "18 %", "0.18" or 0.18. ValueError names the remedy."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise ValueError(f'{value!r} is not a rate (write "18%" or "0.18")')
    text = narrowed(str(value))
    shown = repr(value) if isinstance(value, str) else text
    in_percent = text.endswith("%")
    try:
        number = Decimal(text[:-1].rstrip() if in_percent else text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or not _is_sensible(number):
        raise ValueError(f"{shown} is not a rate (write {_rate_meant(text)})")
    return number.scaleb(-2) if in_percent else number


def _rate_meant(text: str) -> str:
    """Return what to write for a rate that says its period, or counts in another way."""
    match rate_meant(text):
        case None:
            return '"18%" or "0.18"'
        case (number, None):
            return percent(number)
        case (number, "month"):
            return f"annual_rate = {percent(12 * number)}, twelve times as much"
        case (number, period):
            return f"{'daily_rate' if period == 'day' else 'annual_rate'} = {percent(number)}"


def _is_sensible(ratio: Decimal) -> bool:
    """Return whether *ratio* is short enough for every product of two to stay exact."""
    exponent = ratio.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= _TOO_FINE and ratio.copy_abs() < _TOO_STEEP


@dataclass(frozen=True, slots=True)
class Rate:
    """An interest rate: an exact decimal (0.18 is 18 %) for each day or each year."""

    value: Decimal
    per: Literal["day", "year"]
    effective: Decimal | None = field(default=None, compare=False)  # that it was agreed as

    @classmethod
    def of_effective(cls, effective: Decimal, period: Fraction) -> Rate:
        """Return the nominal annual rate that compounds to an effective one.

        *period* is the share of a year after which interest is due. The rate is exact to ten
        decimals, half a cent a century on a million.
        """
        with localcontext(Context(prec=50)):
            share = Decimal(period.numerator) / period.denominator
            nominal = ((1 + effective) ** share - 1) / share
            return cls(nominal.quantize(_FINE), "year", effective)

    def scaled(self, factor: Decimal) -> Rate:
        """Return this rate times *factor*, over the same period."""
        return Rate(_EXACT.multiply(self.value, factor), self.per)

    def per_unit(self, year_units: int) -> Fraction:
        """Return the exact rate for one unit of a day count whose year has so many of them.

        A daily rate is one for a day, whatever the convention.
        """
        exact = Fraction(self.value)
        return exact if self.per == "day" else exact / year_units


def round_half_up(numerator: int, denominator: int) -> int:
    """Round a non-negative fraction to the nearest whole number, halves upwards."""
    return (numerator + denominator // 2) // denominator


def _round_half_even(numerator: int, denominator: int) -> int:
    whole, rest = divmod(numerator, denominator)
    up = 2 * rest > denominator or (2 * rest == denominator and whole % 2 == 1)
    return whole + up


def _round_down(numerator: int, denominator: int) -> int:
    return numerator // denominator


class Rounding(StrEnum):
    """How an exact amount becomes whole minor units."""

    HALF_UP = "half-up"
    HALF_EVEN = "half-even"
    DOWN = "down"

    @property
    def of(self) -> Callable[[int, int], int]:
        """The function that rounds a non-negative numerator over a denominator."""
        return _ROUNDERS[self]


_ROUNDERS = {
    Rounding.HALF_UP: round_half_up,
    Rounding.HALF_EVEN: _round_half_even,
    Rounding.DOWN: _round_down,
}
