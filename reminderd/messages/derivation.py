"""The steps of a derivation in the words of a locale."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ..loans.money import Money, minor_digits
from ..loans.steps import Step
from .words import Words


class Row(NamedTuple):
    """One line: what it is, how it comes about, and its amount, exact as far as it goes."""

    label: str
    how: str
    amount: str


def rows(steps: Iterable[Step], say: Words, today: date) -> list[Row]:
    """Return a line for each step, dates written as one would *today*."""
    return [Row(_label(step, say, today), _how(step, say, today), exact(step)) for step in steps]


def exact(step: Step) -> str:
    """Write an exact amount: the currency's digits at least, more only where they are not zero."""
    whole, _, decimals = f"{step.amount:f}".partition(".")
    digits = minor_digits(step.currency)
    kept = decimals.rstrip("0").ljust(digits, "0")
    return f"{whole}.{kept}" if kept else whole


def _label(step: Step, say: Words, today: date) -> str:
    label = say.say(
        "derivation",
        step.kind,
        due=say.day(step.due, today) if step.due else "",
        end=say.day(step.end, today) if step.end else "",
        name=say.fee(step.name),
        sum=str(Money(step.split.total, step.currency)) if step.split else "",
    )
    return label[:1].upper() + label[1:]  # it may begin with what the lender calls a fee


def _how(step: Step, say: Words, today: date) -> str:
    if step.split is not None and step.rate is None:
        return _split(step, say)
    parts = []
    if step.start is not None and step.end is not None and step.kind != "grace":
        start, end = say.day(step.start, today), say.day(step.end, today)
        parts.append(say.say("derivation", "span", start=start, end=end))
    if step.base is not None and step.days is not None:
        parts.append(_factors(step, step.base, say))
    return say.line("colon").join(parts)


def _factors(step: Step, base: Money, say: Words) -> str:
    rate = step.rate
    if rate is None:  # a sum for each day
        count = say.days(step.days or 0)
        return say.say("derivation", "amount_a_day", base=str(base), count=count)
    key = "days_of_year" if step.year_days else "days"
    return say.say(
        "derivation",
        key,
        base=str(base),
        rate=say.say("derivation", f"rate_{rate.per}", value=say.share(rate.value)),
        count=str(step.days) if step.year_days else say.days(step.days or 0),
        of_year=str(step.year_days),
    )


def _split(step: Step, say: Words) -> str:
    assert step.split is not None  # the caller looked
    named = step.split._asdict()
    unit = Decimal(1).scaleb(-minor_digits(step.currency))
    shown = [f"{say.part(name)} {minor * unit:f}" for name, minor in named.items() if minor]
    joined = say.line("pair_joint").join(shown)
    return say.say("derivation", "split", parts=joined) if shown else ""
