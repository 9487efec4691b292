"""From terms to the installments they mean.

Periods are half-open: the start date bears no interest, the due date does. Without a ``start``
the first period is one period long. Interest runs between the dates as agreed; a business-day
convention moves only the day on which it falls due.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from itertools import count, islice, pairwise, takewhile
from typing import NamedTuple

from .money import Rate, to_minor
from .tariff import exact, tariff
from .terms import (
    MAX_INSTALLMENTS,
    USUAL_GRACE,
    YEARS,
    Compounding,
    Extension,
    GraceMode,
    Installment,
    InstallmentInterest,
    LoanTerms,
    Minimum,
    PenaltyBase,
    Repayment,
    Residual,
    RoundingAt,
)

FIRST_LOOK = 16  # so many installments of what has no end are worked out to begin with
_ONE_DAY = timedelta(days=1)

Period = tuple[date, date]


def start_date(terms: LoanTerms) -> date | None:
    """Return the day interest starts from; None where installments are known by their amounts."""
    known = terms.repayment in (Repayment.LISTED, Repayment.FIXED)
    if known or terms.first_due is None:
        return None
    return terms.start or terms.frequency.step(terms.first_due, -1, end_of_month=terms.end_of_month)


def periods(terms: LoanTerms) -> Iterator[Period]:
    """Yield interest periods without end, the first one up to the first due date."""
    start, first = terms.capitalized_on or start_date(terms), terms.first_due
    assert start is not None and first is not None  # noqa: PT018  # a computed schedule has both
    yield start, first
    yield from pairwise(_dues(terms))


def _dues(terms: LoanTerms) -> Iterator[date]:
    """Yield due dates without end."""
    first, at_end = terms.first_due, terms.end_of_month
    assert first is not None  # only listed installments have none
    yield from (terms.frequency.step(first, k, end_of_month=at_end) for k in count())


@lru_cache(maxsize=4096)
def schedule(terms: LoanTerms, at_most: int = FIRST_LOOK) -> tuple[Installment, ...]:
    """Return every installment in the order of the due dates, amounts in minor units.

    Of a revolving balance, what comes if the minimum is always paid on the day. Of what goes on
    without end, the first ones, *at_most* so many.
    """
    return _schedule(_bare(terms), at_most if terms.endless else 0)


def schedule_past(terms: LoanTerms, day: date) -> tuple[Installment, ...]:
    """Return every installment; without end, at least up to the first one after *day*."""
    parts, number = schedule(terms), FIRST_LOOK
    while terms.endless and parts[-1].due <= day and len(parts) == number:
        number *= 2  # so few lengths are ever asked for, and each is worked out once
        parts = schedule(terms, number)
    return parts


def _bare(terms: LoanTerms) -> LoanTerms:
    """Leave out what being late costs: loans that differ in nothing else share a schedule."""
    return replace(
        terms,
        penalty=None,
        penalty_base=PenaltyBase.OVERDUE_PRINCIPAL,
        contract_interest_continues=True,
        compounding=Compounding.NONE,
        interest_on_interest_rate=None,
        grace_days=0,
        grace_mode=GraceMode.RETROACTIVE,
        grace_covers=USUAL_GRACE,
        residual=Residual.DUE,
        residual_below=Decimal(1),
        dpd_includes_due_date=False,
        fees=(),
        caps=(),
        rate_changes=tuple(replace(change, penalty=None) for change in terms.rate_changes),
        pauses=(),
        waivers=(),
        extensions=(),
        statement_day=None,
        bills=(),
    )


@lru_cache(maxsize=1024)
def _schedule(terms: LoanTerms, at_most: int) -> tuple[Installment, ...]:
    if terms.repayment is Repayment.BILLED:
        return ()  # what falls due is known bill by bill
    if terms.repayment is Repayment.LISTED:
        parts = _dated(terms.listed)
    elif terms.repayment is Repayment.FIXED:
        parts = _dated(_fixed(terms, terms.number or at_most))
    else:
        principal = to_minor(terms.principal, terms.currency)
        if (day := terms.capitalized_on) is not None:
            principal += capitalized(terms, day)
        parts = tuple(_PLANS[terms.repayment](terms, principal))
    return _on_their_days(terms, parts)


def _fixed(terms: LoanTerms, number: int) -> tuple[Installment, ...]:
    """Return installments of one amount, as if each were listed; none beyond the calendar."""
    interest = to_minor(terms.interest, terms.currency)
    principal = to_minor(terms.amount, terms.currency) - interest
    dues = takewhile(lambda due: due.year <= YEARS[1], islice(_dues(terms), number))
    return tuple(Installment(due, principal, interest) for due in dues)


def _dated(parts: tuple[Installment, ...]) -> tuple[Installment, ...]:
    """Have the interest of a listed installment begin on the date of the one before."""
    starts = (None, *(part.due for part in parts))
    return tuple(
        replace(part, start=start, end=part.due) for part, start in zip(parts, starts, strict=False)
    )


def _on_their_days(terms: LoanTerms, parts: Iterable[Installment]) -> tuple[Installment, ...]:
    """Have installments fall due on business days, and no later than the loan was called."""
    return _accelerated(tuple(_fall_due(terms, part) for part in parts), terms)


def _fall_due(terms: LoanTerms, part: Installment) -> Installment:
    due = terms.business_days.adjust(part.due)
    if due == part.due:
        return part
    return replace(part, due=due)


def _accelerated(parts: tuple[Installment, ...], terms: LoanTerms) -> tuple[Installment, ...]:
    """Have everything that is not due by the day of acceleration fall due on it."""
    day = terms.acceleration_date
    rest = [part for part in parts if day is not None and part.due > day]
    if day is None or not rest:
        return parts
    kept = parts[: len(parts) - len(rest)]
    first = rest[0]
    interest = sum(earned(terms, part, day) for part in rest)
    principal = sum(part.principal for part in rest)
    if kept and kept[-1].due == day:
        last = kept[-1]
        principal, base = principal + last.principal, 0 if interest else last.base
        both = replace(last, principal=principal, interest=last.interest + interest, base=base)
        return (*kept[:-1], both)
    start = first.start and min(first.start, day)  # a period may begin after a date moved ahead
    whole = Installment(day, principal, interest, first.base, start, day, first.carried)
    return (*kept, whole)


def earned(terms: LoanTerms, part: Installment, day: date) -> int:
    """Return how much of an installment's interest the days up to *day* have earned.

    Of a listed amount without a date before it, all: the lender alone knows when its interest
    began.
    """
    start, end = part.start, part.end or part.due
    if start is None or day >= end:
        return part.interest
    if day < start and part.was is not None:
        return earned(terms, part.was, day)
    rate, _ = terms.rates_on(end)
    counts = terms.day_count.units
    if rate is None or rate.per == "day":
        counts = _days
    passed, whole = counts(start, max(start, day)), counts(start, end)
    share = (part.interest - part.carried) * passed
    return part.carried + (terms.rounding.of(share, whole) if whole else 0)


def _days(start: date, end: date) -> int:
    return (end - start).days


def period_interest(terms: LoanTerms, base: int, start: date, end: date) -> int:
    """Return the contract interest on *base* for a period, in minor units, by the day count."""
    rates = tariff(terms)
    interest = exact(rates.scheduled, rates.scale, base, [(start, end)])
    return terms.rounding.of(interest.numerator, interest.denominator)


def capitalized(terms: LoanTerms, day: date) -> int:
    """Return the interest that is added to the principal, as far as it is earned by *day*.

    Nothing where the terms do not say ``capitalized_on``.
    """
    if terms.capitalized_on is None or terms.start is None or day <= terms.start:
        return 0
    principal = to_minor(terms.principal, terms.currency)
    return period_interest(terms, principal, terms.start, min(day, terms.capitalized_on))


def _chosen(terms: LoanTerms) -> list[Period]:
    return list(islice(periods(terms), terms.number))


def _equal_principal(terms: LoanTerms, principal: int) -> Iterator[Installment]:
    """Equal principal (等额本金): interest on what is left, for what each period counts."""
    chosen = _chosen(terms)
    part, left = terms.rounding.of(principal, len(chosen)), principal
    for number, (start, end) in enumerate(chosen, 1):
        share = left if number == len(chosen) else min(part, left)
        yield Installment(end, share, period_interest(terms, left, start, end), left, start, end)
        left -= share


def _interest_only(terms: LoanTerms, principal: int) -> Iterator[Installment]:
    """Interest each period, and all of the principal with the last (先息后本)."""
    chosen = _chosen(terms)
    for start, end in chosen:
        share = principal if end == chosen[-1][1] else 0
        interest = period_interest(terms, principal, start, end)
        yield Installment(end, share, interest, principal, start, end)


def _bullet(terms: LoanTerms, principal: int) -> Iterator[Installment]:
    """Principal and all interest at once, at the end (到期一次还本付息)."""
    chosen = _chosen(terms)
    start, end = chosen[0][0], chosen[-1][1]
    interest = period_interest(terms, principal, start, end)
    yield Installment(end, principal, interest, principal, start, end)


def _equal_installment(terms: LoanTerms, principal: int) -> Iterator[Installment]:
    """Equal installments (等额本息): the annuity formula on a period's share of the annual rate.

    The last one takes up what rounding left over. A first period longer or shorter than the
    others bears interest for its own days; the principal repaid with it stays as planned. After a
    change of the rate the level is worked out anew; the period in which it changes bears each
    rate for its days.
    """
    if terms.installment_interest is InstallmentInterest.ACTUAL:
        yield from _equal_by_days(terms, principal)
        return
    chosen = _chosen(terms)
    left, known, level, each = principal, None, 0, Fraction(0)
    for number, (start, end) in enumerate(chosen):
        rate, _ = terms.rates_on(start + _ONE_DAY)
        if rate != known or not number:
            known, level = rate, _level(terms, left, rate, len(chosen) - number)
            each = _periodic(terms, rate)
        regular = _rounded(terms, left * each)
        last = number == len(chosen) - 1
        share = left if last else max(0, min(left, level - regular))
        interest = regular
        if _is_odd(terms, start, end):
            interest = period_interest(terms, left, start, end)
        elif any(start < change.start < end for change in terms.rate_changes):
            interest = _mixed(terms, left, start, end)
        yield Installment(end, share, interest, left, start, end)
        left -= share


def _equal_by_days(terms: LoanTerms, principal: int) -> Iterator[Installment]:
    """Equal installments whose interest follows each period's days, a first odd one included.

    What is repaid with each, discounted over the days of all periods before it, comes to the
    principal. The last one takes up what rounding left over.
    """
    chosen, rates = _chosen(terms), tariff(replace(terms, rounding_at=RoundingAt.END))
    with localcontext(Context(prec=60)):
        discount, worth = Decimal(1), Decimal(0)
        for span in chosen:
            earned_by_one = exact(rates.scheduled, rates.scale, 1, [span])
            discount /= 1 + Decimal(earned_by_one.numerator) / earned_by_one.denominator
            worth += discount
        level = _rounded(terms, Fraction(principal / worth))
    left = principal
    for start, end in chosen:
        interest = period_interest(terms, left, start, end)
        share = left if end == chosen[-1][1] else max(0, min(left, level - interest))
        yield Installment(end, share, interest, left, start, end)
        left -= share


def _level(terms: LoanTerms, principal: int, rate: Rate | None, number: int) -> int:
    each = _periodic(terms, rate)
    growth = (1 + each) ** number
    level = principal * each * growth / (growth - 1) if each else Fraction(principal, number)
    return _rounded(terms, level)


def _periodic(terms: LoanTerms, rate: Rate | None) -> Fraction:
    """Return the exact rate for one of equal periods; a daily one for thirty days a month."""
    if rate is None:
        return Fraction(0)
    if rate.per == "day":
        return Fraction(rate.value) * terms.frequency.days
    year = 360 if terms.day_count.year_units == 360 else 365
    return Fraction(rate.value) * terms.frequency.of_year(year)


def _is_odd(terms: LoanTerms, start: date, end: date) -> bool:
    """Return whether a period is the first one and not as long as the others."""
    usual = terms.frequency.step(end, -1, end_of_month=terms.end_of_month)
    return start == (terms.capitalized_on or terms.start) != usual


def _mixed(terms: LoanTerms, base: int, start: date, end: date) -> int:
    """Return the interest of a period in which the rate changes: each rate for its days."""
    shares = [
        _periodic(terms, terms.rates_on(b)[0]) * Fraction((b - a).days, (end - start).days)
        for a, b in _between_changes(terms, start, end)
    ]
    return _rounded(terms, base * sum(shares, Fraction(0)))


def _between_changes(terms: LoanTerms, start: date, end: date) -> Iterator[Period]:
    turns = [change.start for change in terms.rate_changes if start < change.start < end]
    return pairwise([start, *turns, end])


def _rounded(terms: LoanTerms, amount: Fraction) -> int:
    return terms.rounding.of(amount.numerator, amount.denominator)


def _revolving(terms: LoanTerms, principal: int) -> Iterator[Installment]:
    """The minimum of what is left, and the interest on it (最低还款额), until nothing is left.

    With ``paid_until`` the principal is the balance of that day, and what fell due by then is past.
    """
    if (day := terms.paid_until) is None:
        return revolve(terms, principal)
    ends = enumerate(end for _, end in periods(terms))
    number = next(n for n, end in ends if terms.business_days.adjust(end) > day)
    return revolve(terms, principal, number, day)


def revolve(
    terms: LoanTerms,
    balance: int,
    number: int = 0,
    since: date | None = None,
    earned_by_then: Sequence[int] = (),
    asked: int | None = None,
) -> Iterator[Installment]:
    """Yield what comes of a balance from installment *number* on if the minimum is always paid.

    The balance is there from *since* on; *earned_by_then* is what periods that began before have
    earned with another. *asked* is what is left of the first minimum where a statement has named
    it. The loan's first period bears no interest unless the terms name a ``start``: a statement's
    purchases are free until its due date. A minimum that hardly lowers the balance could go on
    for ever, so at some time all that is left is due.
    """
    left, most = balance, number + MAX_INSTALLMENTS
    for place, (start, end) in enumerate(islice(periods(terms), number, most)):
        carried = earned_by_then[place] if place < len(earned_by_then) else 0
        begin = start if since is None else min(max(start, since), end)
        free = terms.start is None and end == terms.first_due
        interest = carried + (0 if free else period_interest(terms, left, begin, end))
        least = minimum(terms, left, interest) if asked is None else asked
        share = left if number + place + 1 == most else least
        yield Installment(end, share, interest, left, begin, end, carried)
        left, asked = left - share, None
        if not left:
            return


def paid_down(
    terms: LoanTerms, coming: Sequence[Installment], balance: int, day: date, asked: int | None
) -> tuple[Installment, ...]:
    """Return what comes of a revolving balance that a payment of *day* lowered.

    *coming* was to come; its periods keep what they have earned by then, the second one too where
    the first has ended and falls due on a later business day. *asked* is what is left of the first
    one's principal once a statement has named it.
    """
    end = coming[0].end
    assert end is not None  # it was worked out
    number = next(n for n, (_, until) in enumerate(periods(terms)) if until >= end)
    so_far = [earned(terms, part, day) for part in coming if part.start and part.start < day]
    return _on_their_days(terms, revolve(terms, balance, number, day, so_far, asked))


def card_terms(terms: LoanTerms, due: date, usual: Decimal = Decimal(1)) -> LoanTerms:
    """Return the terms by which what a bill due on *due* leaves goes on as a revolving balance.

    Where none says how much the next bill will ask for, it is the share of all that this one asks
    for, *usual*; where none says when the next one is due, it is a month later.
    """
    minimum = terms.minimum or Minimum(usual, includes_interest=True)
    if terms.repayment is not Repayment.LISTED:
        return replace(terms, minimum=minimum)
    billed = Repayment.BILLED
    return replace(terms, repayment=billed, listed=(), first_due=due, minimum=minimum)


def billed(
    terms: LoanTerms, due: date, balance: int, asked: int, day: date
) -> tuple[Installment, ...]:
    """Return what comes of a card's bill if no more than what it asks for is paid.

    Its own interest is in its sum; what is left bears interest from its due date on. *terms* are
    ``card_terms``.
    """
    share = min(asked, balance)
    first = Installment(due, share, 0, balance, day, due)
    if share == balance:
        return (first,)
    ends: list[date] = []
    for _, end in periods(terms):
        ends.append(end)
        if end >= due:
            break
    number = min(range(len(ends)), key=lambda place: abs(ends[place] - due))
    rest = revolve(terms, balance - share, number + 1, due)
    return (first, *_on_their_days(terms, rest))


def minimum(terms: LoanTerms, balance: int, interest: int) -> int:
    """Return the least principal that a balance and its interest ask for, in minor units."""
    asked = terms.minimum
    assert asked is not None  # LoanTerms checked it
    included = interest if asked.includes_interest else 0
    share = _rounded(terms, (balance + included) * Fraction(asked.share))
    least = max(share, to_minor(asked.floor, terms.currency))
    return min(balance, max(least - included, 1))


def extended(
    terms: LoanTerms, part: Installment, extension: Extension, since: date
) -> Iterator[Installment]:
    """Yield what an installment becomes: equal principal on the new dates, interest until then."""
    left, carried, number = part.principal, part.interest, len(extension.to)
    was: Installment | None = part
    usual = terms.rounding.of(left, number)
    for due in extension.to:
        share = left if due == extension.to[-1] else min(usual, left)
        until = max(since, due)  # the period may end after the day on which it was to fall due
        interest = carried + _at_rate(terms, extension.rate, left, since, until)
        yield Installment(due, share, interest, 0, since, due, carried, was)
        left, carried, since, was = left - share, 0, until, None


def _at_rate(terms: LoanTerms, rate: Rate | None, base: int, start: date, end: date) -> int:
    if rate is not None:
        terms = replace(_bare(terms), contract_rate=rate, rate_changes=())
    return period_interest(terms, base, start, end)


def factors(terms: LoanTerms, part: Installment) -> tuple[Rate | None, int | None, int | None, str]:
    """Return rate, count, count of a year and unit by which a part's interest was worked out.

    All is None where more than one rate or year bears on it, or only the days of a month's interest
    until the loan was called.
    """
    start, end = part.start, part.end
    if start is None or end is None or len(set(_rates_between(terms, start, end))) != 1:
        return None, None, None, "day"
    rate = terms.rates_on(end)[0]
    level = terms.repayment is Repayment.EQUAL_INSTALLMENT
    periodic = level and terms.installment_interest is InstallmentInterest.PERIODIC
    if rate is None or (periodic and end == terms.acceleration_date):
        return None, None, None, "day"
    if periodic and not _is_odd(terms, start, end):
        share = _periodic(terms, rate) / Fraction(rate.value) if rate.value else Fraction(1)
        daily = rate.per == "day"
        return rate, share.numerator, None if daily else share.denominator, rate.per
    if rate.per == "day":
        return rate, _days(start, end), None, "day"
    pieces = terms.day_count.pieces(start, end)
    if len(pieces) != 1:
        return rate, None, None, "day"
    return rate, pieces[0][2], pieces[0][3], "day"


class RateShare(NamedTuple):
    """What one rate bears in a period in which it changes: a count, of a year's count."""

    start: date
    end: date
    rate: Rate
    days: int
    of_year: int | None
    interest: Fraction  # in minor units


def rate_shares(terms: LoanTerms, part: Installment) -> list[RateShare]:
    """Return what each rate bears of an installment's interest, where it changes in its period.

    Nothing where it does not, or where no count of days says it: with interest rounded day by day,
    or a piece that lies in two years of different length.
    """
    start, end = part.start, part.end
    if start is None or end is None or terms.rounding_at is RoundingAt.DAY:
        return []
    if len(set(_rates_between(terms, start, end))) < 2 or end == terms.acceleration_date:
        return []
    level = terms.repayment is Repayment.EQUAL_INSTALLMENT and not _is_odd(terms, start, end)
    periodic = level and terms.installment_interest is InstallmentInterest.PERIODIC
    found = []
    for a, b in _between_changes(terms, start, end):
        rate = terms.rates_on(b)[0]
        if rate is None or not rate.value:
            return []
        if periodic:
            share = _periodic(terms, rate) / Fraction(rate.value)
            count, of_year = share.numerator * _days(a, b), share.denominator * _days(start, end)
        elif rate.per == "day":
            count, of_year = _days(a, b), 1
        elif len(pieces := terms.day_count.pieces(a, b)) == 1:
            count, of_year = pieces[0][2], pieces[0][3]
        else:
            return []
        interest = part.base * Fraction(rate.value) * Fraction(count, of_year)
        found.append(RateShare(a, b, rate, count, None if of_year == 1 else of_year, interest))
    return found


def _rates_between(terms: LoanTerms, start: date, end: date) -> Iterator[Rate | None]:
    yield terms.rates_on(start + _ONE_DAY)[0]
    yield from (
        terms.rates_on(c.start + _ONE_DAY)[0] for c in terms.rate_changes if start < c.start < end
    )


_PLANS: dict[Repayment, Callable[[LoanTerms, int], Iterator[Installment]]] = {
    Repayment.EQUAL_PRINCIPAL: _equal_principal,
    Repayment.EQUAL_INSTALLMENT: _equal_installment,
    Repayment.INTEREST_ONLY: _interest_only,
    Repayment.BULLET: _bullet,
    Repayment.REVOLVING: _revolving,
}
