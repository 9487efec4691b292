"""From terms to the installments they mean.

Periods are half-open: the start date bears no interest, the due date does. Without a ``start``
the first period is one period long. Interest runs between the dates as agreed; a business-day
convention moves only the day on which it falls due.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from itertools import count, islice, pairwise, takewhile
from math import ceil, floor
from typing import NamedTuple

from .charges import Charged
from .frequency import Frequency
from .money import Rate, round_half_up, to_minor
from .tariff import contract_interest
from .terms import (
    MAX_INSTALLMENTS,
    USUAL_GRACE,
    YEARS,
    Compounding,
    Extension,
    GraceMode,
    Installment,
    InstallmentInterest,
    InstallmentRounding,
    InterestFrom,
    InterestOn,
    LoanTerms,
    Minimum,
    PenaltyBase,
    Piece,
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
    if terms.in_advance:
        return terms.first_due
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
        prepayment=None,
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
        interest_from=InterestFrom.DUE,
        interest_on=InterestOn.UNPAID,
        bills=() if terms.listed or terms.first_due else terms.bills[:1],  # or nothing has a date
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
        rest = Rest(principal, tuple(_chosen(terms)))
        parts = tuple(_with_fees(terms, principal, plan(terms, rest)))
    return on_their_days(terms, parts)


def _with_fees(
    terms: LoanTerms, principal: int, parts: Iterable[Installment]
) -> Iterator[Installment]:
    """Add the fee for paying in installments to what each of them, or the first, asks for."""
    if terms.installment_fee is None:
        yield from parts
        return
    once = terms.installment_fee.charged is Charged.FIRST
    fee = terms.installment_fee.on(principal, terms.currency, terms.rounding)
    for number, part in enumerate(parts):
        asked = 0 if once and number else fee
        yield replace(part, interest=part.interest + asked, fee=asked)


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


def on_their_days(terms: LoanTerms, parts: Iterable[Installment]) -> tuple[Installment, ...]:
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
    called = (*kept[-1:], *rest) if kept and kept[-1].due == day else tuple(rest)
    interest = [earned(terms, part, day) for part in called]
    first, alone = called[0], not any(interest[1:])  # else no one base bore all of it
    whole = replace(
        first,
        due=day,
        principal=sum(part.principal for part in called),
        interest=sum(interest),
        base=first.base if alone else 0,
        start=first.start and min(first.start, day),  # a period may begin after a date moved ahead
        end=day,
        called=called,
        fee=sum(part.fee for part in called if part.start is None or part.start < day),
    )
    return (*parts[: len(parts) - len(called)], whole)


def earned(terms: LoanTerms, part: Installment, day: date) -> int:
    """Return the interest that an installment's days up to *day* have earned, rounded once.

    Each rate bears the days on which it is in force, so none that begins later is in it. Of listed
    interest the days are all that is known: it is shared out by them, and all of it is earned
    where there is no date before it, for the lender alone knows when it began. A fee for paying in
    installments is earned once its period has begun.
    """
    start, end = part.start, part.end or part.due
    if part.called and day < end:
        return sum(earned(terms, one, day) for one in part.called)
    if start is None or day >= end:
        return part.interest
    if day <= start and not part.pieces:
        was = part.was  # what it has not earned yet is among what was carried over
        return part.carried - (was.interest - earned(terms, was, day) if was else 0)
    return part.carried + part.fee + _own_interest(terms, part, (start, end), day)


def _own_interest(terms: LoanTerms, part: Installment, period: Period, day: date) -> int:
    """Return what a part's interest comes to by a day of its period, what was carried aside."""
    start, end = period
    if part.bearing:
        return _at_rate(terms, part.rate, part.bearing, start, day)
    if part.base or part.pieces:
        return rounded(terms, borne(terms, part, day))
    share = Fraction(_days(start, day), _days(start, end))
    return rounded(terms, (part.interest - part.carried) * share)


def with_more(part: Installment, interest: int) -> Installment:
    """Return an installment that also asks for interest that was carried over to it."""
    called = part.called and (with_more(part.called[0], interest), *part.called[1:])
    more, carried = part.interest + interest, part.carried + interest
    residual = part.residual + interest
    return replace(part, interest=more, carried=carried, called=called, residual=residual)


def with_residuals(parts: list[Installment], before: Sequence[Installment]) -> list[Installment]:
    """Have what earlier lateness left asked for as before: with the next one, or with the last."""
    with_next, with_last = before[0].residual, sum(part.residual for part in before[1:])
    if (with_next or with_last) and not parts:
        parts = [
            replace(before[0], principal=0, interest=0, base=0, carried=0, residual=0, pieces=())
        ]
    if with_next:
        parts[0] = with_more(parts[0], with_next)
    if with_last:
        parts[-1] = with_more(parts[-1], with_last)
    return parts


def borne(terms: LoanTerms, part: Installment, day: date) -> Fraction:
    """Return the exact interest of a part's own period by a *day* in it, on each balance."""
    assert part.start is not None and part.end is not None  # noqa: PT018  # it was worked out
    whole = period_of(part, part.start, part.end)
    return _on_balances(terms, (*part.pieces, Piece(part.base, part.start, day)), whole)


def _on_balances(terms: LoanTerms, pieces: Iterable[Piece], period: Period) -> Fraction:
    return sum((bears(terms, *piece, period) for piece in pieces), start=Fraction(0))


def bears(terms: LoanTerms, base: int, start: date, end: date, period: Period) -> Fraction:
    """Return the exact contract interest on *base* from *start* to *end*, days of a period.

    Of an equal period each day bears the same share, however many there are.
    """
    if start == end:
        return Fraction(0)
    if not _is_equal_period(terms, *period):
        return contract_interest(terms, base, start, end)
    if not terms.rate_changes:
        return base * _days(start, end) * _of_day(terms, period)
    by_days = [
        _periodic(terms, terms.rates_on(b)[0]) * _days(a, b)
        for a, b in _between_changes(terms, start, end)
    ]
    return base * sum(by_days) / Fraction(_days(*period))


@lru_cache(maxsize=1024)
def _of_day(terms: LoanTerms, period: Period) -> Fraction:
    """Return what each day of an equal period bears, where the rate never changes."""
    return _periodic(terms, terms.contract_rate) / _days(*period)


def _days(start: date, end: date) -> int:
    return (end - start).days


def period_interest(terms: LoanTerms, base: int, start: date, end: date) -> int:
    """Return the contract interest on *base* for a period, in minor units, by the day count."""
    return rounded(terms, contract_interest(terms, base, start, end))


def capitalized(terms: LoanTerms, day: date) -> int:
    """Return the interest that is added to the principal, as far as it is earned by *day*.

    Nothing where the terms do not say ``capitalized_on``.
    """
    if terms.capitalized_on is None or terms.start is None or day <= terms.start:
        return 0
    principal = to_minor(terms.principal, terms.currency)
    return period_interest(terms, principal, terms.start, min(day, terms.capitalized_on))


def borrowed(terms: LoanTerms) -> int:
    """Return what was borrowed, in minor units, of a loan that has an end and no bills."""
    if terms.repayment in (Repayment.LISTED, Repayment.FIXED):
        return sum(part.principal for part in schedule(terms))
    return to_minor(terms.principal, terms.currency)


def most_cost(terms: LoanTerms, share: Decimal) -> int:
    """Return what a share of what was borrowed allows a loan to cost, in minor units."""
    return int(borrowed(terms) * Fraction(share))


def _chosen(terms: LoanTerms) -> list[Period]:
    """Return the periods of the installments; all of a bullet's time is one."""
    chosen = list(islice(periods(terms), terms.number))
    if terms.repayment is Repayment.BULLET:
        return [(chosen[0][0], chosen[-1][1])]
    return chosen


@dataclass(frozen=True, slots=True)
class Rest:
    """What is to be repaid over some periods, *coming*.

    Where the first has begun, *pieces* are the balances that bore its interest so far. *level* is
    the sum of each installment as long as the rate stays, or what it repays; 0 where that is to be
    worked out. *first* is the sum that the first of equal ones was to be: it stays that with the
    level, and is no more than that with another.
    """

    principal: int
    coming: tuple[Period, ...]
    pieces: tuple[Piece, ...] = ()
    level: int = 0
    first: int = 0

    def interest(self, terms: LoanTerms, number: int, left: int) -> int:
        """Return the interest of a period in which so much is left, rounded once."""
        period = self.coming[number]
        if not number and self.pieces:
            pieces = (*self.pieces, Piece(left, self.pieces[-1].end, period[1]))
            return rounded(terms, _on_balances(terms, pieces, period))
        return rounded(terms, bears(terms, left, *period, period))

    def part(
        self, number: int, share: int, interest: int, left: int, level: int = 0
    ) -> Installment:
        """Return an installment that repays *share* of what is left, with its interest."""
        start, end = self.coming[number]
        if not number and self.pieces:
            start, pieces = self.pieces[-1].end, self.pieces
            return Installment(end, share, interest, left, start, end, level=level, pieces=pieces)
        return Installment(end, share, interest, left, start, end, level=level)

    def spans(self, number: int) -> Sequence[Period]:
        """Return the periods from one on, of the first only the days that are left of it."""
        if number or not self.pieces:
            return self.coming[number:]
        return (self.pieces[-1].end, self.coming[0][1]), *self.coming[1:]


def plan(terms: LoanTerms, rest: Rest) -> Iterator[Installment]:
    """Yield the installments that repay what is left as the terms say."""
    return _PLANS[terms.repayment](terms, rest)


def _equal_principal(terms: LoanTerms, rest: Rest) -> Iterator[Installment]:
    """Equal principal (等额本金): interest on what is left, for what each period counts."""
    left = rest.principal
    usual = rest.level or _installment_of(terms, _repaying(terms, rest))
    for number in range(len(rest.coming)):
        share = _share(terms, rest, number, left, usual)
        yield rest.part(number, share, rest.interest(terms, number, left), left)
        left -= share


def _repaying(terms: LoanTerms, rest: Rest) -> Fraction:
    """Return what each installment that repays principal repays, if all repay the same."""
    number = len(rest.coming) - terms.interest_only_installments
    return Fraction(rest.principal - to_minor(terms.balloon, terms.currency), number)


def _share(terms: LoanTerms, rest: Rest, number: int, left: int, usual: int) -> int:
    """Return the principal that an installment repays: the last one all that is left.

    Those that only pay interest repay none, and no other one touches the balloon.
    """
    if number == len(rest.coming) - 1:
        return left
    if number < terms.interest_only_installments:
        return 0
    return max(0, min(left - to_minor(terms.balloon, terms.currency), usual))


def _installment_of(terms: LoanTerms, exact: Fraction) -> int:
    """Return the sum that the lender makes of what an installment comes to exactly."""
    if terms.installment_multiple_of is None:
        return rounded(terms, exact)
    unit = to_minor(terms.installment_multiple_of, terms.currency)
    number = exact / unit
    if terms.installment_rounding is InstallmentRounding.UP:
        return unit * ceil(number)
    if terms.installment_rounding is InstallmentRounding.DOWN:
        return unit * floor(number)
    return unit * round_half_up(number.numerator, number.denominator)


def _flat(terms: LoanTerms, rest: Rest) -> Iterator[Installment]:
    """Equal principal, and each time interest on all that was borrowed (等本等息, a flat rate).

    Each period bears its share of the annual rate, however many days it has.
    """
    left, known, level, repaying = rest.principal, None, 0, _repaying(terms, rest)
    for number, (start, _) in enumerate(rest.coming):
        rate, _ = terms.rates_on(start + _ONE_DAY)
        each = rest.principal * _periodic(terms, rate)
        if rate != known or not number:
            known = rate
            level = _agreed(terms, number) or _installment_of(terms, repaying + each)
        interest = rest.interest(terms, number, rest.principal)
        share = _share(terms, rest, number, left, level - rounded(terms, each))
        yield rest.part(number, share, interest, rest.principal)
        left -= share


def _agreed(terms: LoanTerms, number: int) -> int | None:
    """Return the lender's own sum, which stands until the first rate goes."""
    if terms.installment is None or number > terms.interest_only_installments:
        return None
    return to_minor(terms.installment, terms.currency)


def _interest_only(terms: LoanTerms, rest: Rest) -> Iterator[Installment]:
    """Interest each period, and all of the principal with the last (先息后本).

    One period alone is a bullet: principal and all interest at the end (到期一次还本付息).
    """
    last = len(rest.coming) - 1
    for number in range(last + 1):
        share = rest.principal if number == last else 0
        interest = rest.interest(terms, number, rest.principal)
        yield rest.part(number, share, interest, rest.principal)


def _equal_installment(terms: LoanTerms, rest: Rest) -> Iterator[Installment]:
    """Equal installments (等额本息), of a period's share of the annual rate or of its days.

    The level is what repays the principal if the rate that is in force goes on; from the first
    period that begins at another it is worked out anew, and what fell due before stays. The
    period in which the rate changes bears each rate for its days. The last installment takes up
    what rounding left over.

    By periods the principal repaid stays as planned where a period's own interest is another: the
    first one may be longer or shorter, the rate may change within any, and a payment may lower
    what bears it. By days the sum does.
    """
    by_days = terms.installment_interest is InstallmentInterest.ACTUAL
    left, known, level, each = rest.principal, None, rest.level, Fraction(0)
    free = terms.interest_only_installments
    for number, (start, end) in enumerate(rest.coming):
        rate, _ = terms.rates_on(start + _ONE_DAY)
        if rate != known or number in (0, free):
            known, each = rate, _periodic(terms, rate)
            if number or not rest.level:
                agreed = _agreed(terms, number) if number in (0, free) else None
                level = agreed or _level_of(terms, rest, max(number, free), left, rate)
        interest = rest.interest(terms, number, left)
        by_itself = by_days or start == end  # at once, where it is paid in advance
        planned = level - (interest if by_itself else rounded(terms, left * each))
        if rest.first and not number:
            as_it_was = rest.first - interest
            planned = as_it_was if rest.level else min(as_it_was, planned)
        share = _share(terms, rest, number, left, planned)
        yield rest.part(number, share, interest, left, level)
        left -= share


def _level_of(terms: LoanTerms, rest: Rest, number: int, left: int, rate: Rate | None) -> int:
    """Return the sum that repays what is left from one installment on."""
    spans = rest.spans(number)
    if terms.installment_interest is InstallmentInterest.PERIODIC:
        return _level(terms, left, rate, spans)
    earned = Fraction(0) if number else _on_balances(terms, rest.pieces, rest.coming[0])
    return _level_by_days(terms, left, rate, spans, earned)


def _level_by_days(
    terms: LoanTerms, principal: int, rate: Rate | None, coming: Sequence[Period], earned: Fraction
) -> int:
    """Return the sum that, discounted over the days of all periods to come, is the principal.

    So is what was *earned* before and falls due with the first. A balloon is paid with the last.
    """
    unrounded = replace(steady(terms, rate), rounding_at=RoundingAt.END)
    with localcontext(Context(prec=60)):
        discount, worth, owed = Decimal(1), Decimal(0), Decimal(principal)
        for number, span in enumerate(coming):
            earned_by_one = contract_interest(unrounded, 1, *span)
            discount /= 1 + Decimal(earned_by_one.numerator) / earned_by_one.denominator
            worth += discount
            if not number:
                owed += discount * earned.numerator / earned.denominator
        owed -= discount * to_minor(terms.balloon, terms.currency)
        return _installment_of(terms, Fraction(owed / worth))


def _level(terms: LoanTerms, principal: int, rate: Rate | None, coming: Sequence[Period]) -> int:
    """Return the sum that repays the principal, but for a balloon, by the annuity formula."""
    each, number = _periodic(terms, rate), len(coming)
    at_once, balloon = coming[0][0] == coming[0][1], to_minor(terms.balloon, terms.currency)
    growth = (1 + each) ** (number - at_once)
    level = Fraction(principal - balloon, number)
    if each:
        level = (principal * growth - balloon) * each / (growth * (1 + each) ** at_once - 1)
    return _installment_of(terms, level)


def _periodic(terms: LoanTerms, rate: Rate | None) -> Fraction:
    """Return the exact rate for one of equal periods; a daily one for thirty days a month."""
    if rate is None:
        return Fraction(0)
    return _of_period(rate, terms.frequency, 360 if terms.day_count.year_units == 360 else 365)


@lru_cache(maxsize=1024)
def _of_period(rate: Rate, frequency: Frequency, year_days: int) -> Fraction:
    if rate.per == "day":
        return Fraction(rate.value) * frequency.days
    return Fraction(rate.value) * frequency.of_year(year_days)


def _is_equal_period(terms: LoanTerms, start: date, end: date) -> bool:
    """Return whether a period bears its share of the annual rate, however many days it has."""
    if terms.repayment is Repayment.FLAT:
        return True
    level = terms.repayment is Repayment.EQUAL_INSTALLMENT
    periodic = level and terms.installment_interest is InstallmentInterest.PERIODIC
    return periodic and not _is_odd(terms, start, end)


def _is_odd(terms: LoanTerms, start: date, end: date) -> bool:
    """Return whether a period is the first one and not as long as the others."""
    if start != (terms.capitalized_on or terms.start):
        return False
    return start != terms.frequency.step(end, -1, end_of_month=terms.end_of_month)


def _between_changes(terms: LoanTerms, start: date, end: date) -> Iterator[Period]:
    turns = [change.start for change in terms.rate_changes if start < change.start < end]
    return pairwise([start, *turns, end])


def rounded(terms: LoanTerms, amount: Fraction) -> int:
    """Return minor units as the terms round them."""
    return terms.rounding.of(amount.numerator, amount.denominator)


def _revolving(terms: LoanTerms, rest: Rest) -> Iterator[Installment]:
    """The minimum of what is left, and the interest on it (最低还款额), until nothing is left.

    With ``paid_until`` the principal is the balance of that day, and what fell due by then is past.
    """
    if (day := terms.paid_until) is None:
        return revolve(terms, rest.principal)
    ends = enumerate(end for _, end in periods(terms))
    number = next(n for n, end in ends if terms.business_days.adjust(end) > day)
    return revolve(terms, rest.principal, number, day)


class Begun(NamedTuple):
    """What a period asks for beside what its balance bears: interest carried over, and others."""

    carried: int = 0
    pieces: tuple[Piece, ...] = ()


def revolve(
    terms: LoanTerms,
    balance: int,
    number: int = 0,
    since: date | None = None,
    begun: Sequence[Begun] = (),
    asked: int | None = None,
) -> Iterator[Installment]:
    """Yield what comes of a balance from installment *number* on if the minimum is always paid.

    The balance is there from *since* on; *begun* is what bears interest in the first periods beside
    it. *asked* is what is left of the first minimum where a statement has named it; else it is
    asked for by the rates that are in force when the statement is drawn. The loan's
    first period bears no interest unless the terms name a ``start``: a statement's purchases are
    free until its due date. A minimum that hardly lowers the balance could go on for ever, so at
    some time all that is left is due.
    """
    left, most = balance, number + MAX_INSTALLMENTS
    for place, (start, end) in enumerate(islice(periods(terms), number, most)):
        carried, pieces = begun[place] if place < len(begun) else Begun()
        begin = start if since is None else min(max(start, since), end)
        if terms.start is None and end == terms.first_due:
            begin = end
        balances = (*pieces, Piece(left, begin, end))
        interest = carried + rounded(terms, _on_balances(terms, balances, (start, end)))
        if asked is None:
            drawn = terms.business_days.adjust(end) - timedelta(days=terms.statement_days)
            known = terms
            if any(drawn <= change.start < end for change in terms.rate_changes):
                known = begun_by(terms, drawn)
            included = rounded(known, _on_balances(known, balances, (start, end)))
            asked = minimum(terms, left, carried + included)
        share = left if number + place + 1 == most else asked
        yield Installment(end, share, interest, left, begin, end, carried, pieces=pieces)
        left, asked = left - share, None
        if not left:
            return


def begun_by(terms: LoanTerms, day: date) -> LoanTerms:
    """Return the terms as they are on *day*: without later rates, and not called yet if later."""
    changes = tuple(change for change in terms.rate_changes if change.start < day)
    called = terms.acceleration_date
    if changes == terms.rate_changes and (called is None or called <= day):
        return terms
    called = called if called is None or called <= day else None
    return replace(terms, rate_changes=changes, acceleration_date=called)


def borne_on(part: Installment, day: date) -> tuple[Piece, ...]:
    """Return the balances that bore an installment's interest up to a day."""
    start, end = part.start, part.end
    if start is None or end is None or day <= start:
        return part.pieces
    return (*part.pieces, Piece(part.base, start, min(day, end)))


def paid_down(
    terms: LoanTerms, coming: Sequence[Installment], balance: int, day: date, asked: int | None
) -> tuple[Installment, ...]:
    """Return what comes of a revolving balance that a payment of *day* lowered.

    *coming* was to come; its periods keep what bore interest by then, the second one too where the
    first has ended and falls due on a later business day. *asked* is what is left of the first
    one's principal once a statement has named it.
    """
    end = coming[0].end
    assert end is not None  # it was worked out
    number = next(n for n, (_, until) in enumerate(periods(terms)) if until >= end)
    begun = [Begun(part.carried - part.residual, borne_on(part, day)) for part in coming]
    again = list(revolve(terms, balance, number, day, begun, asked))
    again[0] = replace(again[0], statement=coming[0].statement)
    return on_their_days(terms, with_residuals(again, coming))


def card_terms(terms: LoanTerms, due: date, usual: Decimal = Decimal(1)) -> LoanTerms:
    """Return the terms by which what a bill due on *due* leaves goes on as a revolving balance.

    Where none says how much the next bill will ask for, it is the share of all that this one asks
    for, *usual*; where none says when the next one is due, it is a month later.
    """
    minimum = terms.minimum or Minimum(usual, includes_interest=True)
    if terms.repayment is not Repayment.LISTED:
        return replace(terms, minimum=minimum)
    billed = Repayment.BILLED
    return replace(terms, repayment=billed, listed=(), first_due=due, minimum=minimum, bills=())


@lru_cache(maxsize=1024)  # a loan is looked at many times between two of its statements
def billed(
    terms: LoanTerms, due: date, balance: int, asked: int, interest: int = 0, *, free: bool = False
) -> tuple[Installment, ...]:
    """Return what comes of a card's bill if no more than what it asks for is paid.

    *interest* is what it bore up to its due date, and is asked for with the next one. What is left
    bears more from its due date on; unless that is *free*: then it is so little that it is asked
    for as a whole the next time. *terms* are ``card_terms``.
    """
    share = min(asked, balance)
    first = Installment(due, share, 0, balance, due, due)
    rest = balance - share
    return (first, *left_of_bill(terms, due, rest, interest, free=free))


def left_of_bill(
    terms: LoanTerms, due: date, rest: int, interest: int, *, free: bool
) -> tuple[Installment, ...]:
    """Return what comes after a card's bill that was due on *due*, as ``billed`` says."""
    if not (rest or interest):
        return ()
    ends: list[date] = []
    for _, end in periods(terms):
        ends.append(end)
        if end >= due:
            break
    number = min(range(len(ends)), key=lambda place: abs(ends[place] - due)) + 1
    since, asked = (date.max, rest) if free else (due, None)
    coming = list(revolve(terms, rest, number, since, (Begun(interest),), asked))
    coming[0] = replace(coming[0], statement=interest)
    return on_their_days(terms, coming)


def minimum(terms: LoanTerms, balance: int, interest: int) -> int:
    """Return the least principal that a balance and its interest ask for, in minor units."""
    asked = terms.minimum
    assert asked is not None  # LoanTerms checked it
    included = interest if asked.includes_interest else 0
    share = rounded(terms, (balance + included) * Fraction(asked.share))
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
        rate = extension.rate
        interest = carried + _at_rate(terms, rate, left, since, until)
        yield Installment(
            due, share, interest, 0, since, due, carried, was, bearing=left, rate=rate
        )
        left, carried, since, was = left - share, 0, until, None


def _at_rate(terms: LoanTerms, rate: Rate | None, base: int, start: date, end: date) -> int:
    """Return the interest on *base* at a rate of its own, else at the contract's."""
    return period_interest(terms if rate is None else steady(terms, rate), base, start, end)


def steady(terms: LoanTerms, rate: Rate | None) -> LoanTerms:
    """Return the terms with one rate that goes on for ever."""
    return replace(_bare(terms), contract_rate=rate, rate_changes=())


def factors(
    terms: LoanTerms, part: Installment, piece: Piece | None = None
) -> tuple[Rate | None, int | None, int | None, str]:
    """Return rate, count, count of a year and unit by which a piece of interest was worked out.

    Without one it is the last. All is None where more than one rate or year bears on it, or only
    the days of a month's interest until the loan was called.
    """
    balances = (piece,) if piece else part.balances[-1:]
    if not balances or len(set(_rates_between(terms, *balances[0][1:]))) != 1:
        return None, None, None, "day"
    _, start, end = balances[0]
    rate, period = terms.rates_on(end)[0], period_of(part, start, end)
    periodic, cut = _is_equal_period(terms, *period), bool(part.pieces)
    if rate is None or (periodic and end < period[1] and not cut):
        return None, None, None, "day"
    if periodic:
        share = _periodic(terms, rate) / Fraction(rate.value) if rate.value else Fraction(1)
        share *= Fraction(_days(start, end), _days(*period)) if cut else 1
        daily, unit = rate.per == "day" and not cut, "day" if cut else rate.per
        return rate, share.numerator, None if daily else share.denominator, unit
    if rate.per == "day":
        return rate, _days(start, end), None, "day"
    counted = terms.day_count.pieces(start, end)
    if len(counted) != 1:
        return rate, None, None, "day"
    return rate, counted[0][2], counted[0][3], "day"


class RateShare(NamedTuple):
    """What one rate bears in a period in which it changes: a count, of a year's count."""

    start: date
    end: date
    rate: Rate
    days: int
    of_year: int | None
    interest: Fraction  # in minor units


def rate_shares(terms: LoanTerms, part: Installment, piece: Piece | None = None) -> list[RateShare]:
    """Return what each rate bears of a piece of interest, else the last, where it changes in it.

    Nothing where it does not, or where no count of days says it: with interest rounded day by day,
    or days that lie in two years of different length.
    """
    base, start, end = piece or part.balances[-1]
    if terms.rounding_at is RoundingAt.DAY or len(set(_rates_between(terms, start, end))) < 2:
        return []
    period = period_of(part, start, end)
    periodic = _is_equal_period(terms, *period)
    found = []
    for a, b in _between_changes(terms, start, end):
        rate = terms.rates_on(b)[0]
        if rate is None or not rate.value:
            return []
        if periodic:
            share = _periodic(terms, rate) / Fraction(rate.value)
            count, of_year = share.numerator * _days(a, b), share.denominator * _days(*period)
        elif rate.per == "day":
            count, of_year = _days(a, b), 1
        elif len(counted := terms.day_count.pieces(a, b)) == 1:
            count, of_year = counted[0][2], counted[0][3]
        else:
            return []
        interest = base * Fraction(rate.value) * Fraction(count, of_year)
        found.append(RateShare(a, b, rate, count, None if of_year == 1 else of_year, interest))
    return found


def period_of(part: Installment, start: date, end: date) -> Period:
    """Return the period that a part's interest is of, which the lender may have cut short."""
    first = part.called[0] if part.called else part
    return part.since or start, max(end, part.end or end, first.end or end)


def _rates_between(terms: LoanTerms, start: date, end: date) -> Iterator[Rate | None]:
    yield terms.rates_on(start + _ONE_DAY)[0]
    yield from (
        terms.rates_on(c.start + _ONE_DAY)[0] for c in terms.rate_changes if start < c.start < end
    )


_PLANS: dict[Repayment, Callable[[LoanTerms, Rest], Iterator[Installment]]] = {
    Repayment.EQUAL_PRINCIPAL: _equal_principal,
    Repayment.EQUAL_INSTALLMENT: _equal_installment,
    Repayment.FLAT: _flat,
    Repayment.INTEREST_ONLY: _interest_only,
    Repayment.BULLET: _interest_only,
    Repayment.REVOLVING: _revolving,
}
