"""What is owed, found by living through every day of a loan, one after the other.

Written from the rules in words (docs/design.md, "Figures"), not from the program: fractions, one
day at a time, and nothing rounded before somebody asks, unless the terms round each day. Only where
interest bears interest are fractions cut, far below anything that shows.

``simulate`` is what tests call. To add a rule, find its place in a day: ``Ledger.live`` calls one
method for each thing that can happen on a day, in the order in which they happen; what an
installment comes to is a function in ``PLANS``; what a rate is on a day is in ``Rates``.

It cannot live under 30/360 (bond basis), which counts a period differently when it is cut.
"""

import calendar
from collections import namedtuple
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cache, partial
from itertools import count
from math import floor

import holidays

from reminderd.loans.charges import CapMode, Charged, FeeKind, FeeOf, FeePer
from reminderd.loans.daycount import DayCount
from reminderd.loans.frequency import BusinessDayConvention, Unit
from reminderd.loans.money import Money, Rounding
from reminderd.loans.owed import Owed
from reminderd.loans.terms import (
    AllocationBy,
    Component,
    Compounding,
    Extension,
    GraceCovers,
    GraceMode,
    InstallmentInterest,
    InstallmentRounding,
    PenaltyBase,
    PenaltyRule,
    Prepayment,
    Repayment,
    Residual,
    RoundingAt,
    Waiver,
)

Simulated = namedtuple("Simulated", "due tomorrow arrears upcoming days_past_due payoff credit")

ONE_DAY = timedelta(days=1)
DAYS = {Unit.DAY: 1, Unit.WEEK: 7, Unit.HALF_MONTH: 15, Unit.MONTH: 30}  # of a period
NOTHING = Fraction(0)
FINE = 10**18  # parts of a minor unit: what interest on interest is cut to
FOR_EVER = 160  # installments of what goes on without end: more than any test pays ahead
LONGEST = 1200  # installments of a revolving balance: then all that is left is due
CALENDARS = {
    "CN": holidays.country_holidays("CN"),
    "DE-BY": holidays.country_holidays("DE", subdiv="BY"),
    "XECB": holidays.financial_holidays("XECB"),
}
FEES, PENALTY, INTEREST, PRINCIPAL = Component


def simulate(loan, as_of):
    """Live through every day up to *as_of* and tell how things stand at its end."""
    agreed = [*loan.terms.extensions, *loan.terms.waivers, *loan.agreed]
    extensions = [one for one in agreed if isinstance(one, Extension)]
    ledger = Ledger(loan.terms, extensions)
    paid, meant = {}, {}
    for payment in loan.payments:
        amount = minor(loan.terms, payment.amount)
        paid[payment.on] = paid.get(payment.on, 0) + amount
        if payment.to in (Prepayment.SHORTER, Prepayment.LOWER):
            of_day = meant.setdefault(payment.on, {})
            of_day[payment.to] = of_day.get(payment.to, 0) + amount
    agreements = [one.agreed if isinstance(one, Extension) else one.on for one in agreed]
    first = min([as_of, *paid, *agreements, *ledger.dates()])
    for day in days_after(first - ONE_DAY, as_of):
        ledger.live(day, agreed, paid.get(day, 0), meant.get(day, {}))
    return ledger.standing(as_of)


# ─── Dates ───


def days_after(start, end):
    """Yield the days after *start* up to and including *end*."""
    day = start
    while day < end:
        day += ONE_DAY
        yield day


def month_end(year, month):
    return calendar.monthrange(year, month)[1]


def in_month(anchor, months, number):
    """Return the day *number* of a month so many months from the anchor's, or that month's last."""
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    return date(year, month + 1, min(number, month_end(year, month + 1)))


def half_months(anchor, halves, end_of_month):
    """Return the date so many halves of a month away: of each month a day and one 15 days on."""
    last = end_of_month and anchor.day == month_end(anchor.year, anchor.month)
    day = 31 if last or anchor.day >= 30 else anchor.day
    if day == 31:
        early, late = 15, 31
    elif day <= 15:
        early, late = day, 31 if day == 15 else day + 15
    else:
        early, late = day - 15, day
    months, second = divmod(halves + (day == late), 2)
    return in_month(anchor, months, late if second else early)


def stepped(terms, anchor, periods):
    """Return the date so many periods from *anchor*."""
    number, unit = terms.frequency.count * periods, terms.frequency.unit
    if unit is Unit.DAY:
        return anchor + number * ONE_DAY
    if unit is Unit.WEEK:
        return anchor + 7 * number * ONE_DAY
    if unit is Unit.HALF_MONTH:
        return half_months(anchor, number, terms.end_of_month)
    last = terms.end_of_month and anchor.day == month_end(anchor.year, anchor.month)
    return in_month(anchor, number, 31 if last else anchor.day)


def business_day(terms, day):
    """Return the day on which what is agreed for *day* falls due."""
    convention, calendar_ = terms.business_days.convention, terms.business_days.calendar
    if convention is BusinessDayConvention.NONE:
        return day
    works = CALENDARS[calendar_].is_working_day

    def moved(by):
        found = day
        while not works(found):
            found += by
        return found

    if convention is BusinessDayConvention.PRECEDING:
        return moved(-ONE_DAY)
    later = moved(ONE_DAY)
    if convention is BusinessDayConvention.MODIFIED_FOLLOWING and later.month != day.month:
        return moved(-ONE_DAY)
    return later


# ─── Amounts and rates ───


def minor(terms, amount):
    """Return an amount of the terms in minor units."""
    return int(amount / Money(1, terms.currency).amount)


def rounded(terms, exact):
    """Return whole minor units."""
    below = floor(exact)
    rest = exact - below
    if terms.rounding is Rounding.DOWN or rest < Fraction(1, 2):
        return below
    if terms.rounding is Rounding.HALF_EVEN and rest == Fraction(1, 2):
        return below + below % 2
    return below + 1


class Rates:
    """What one unit of money earns on a day, at each of the rates that the terms know."""

    def __init__(self, terms):
        self.terms = terms
        self.contract = cache(self.contract)
        self.penalty = cache(self.penalty)
        self.on_interest = cache(self.on_interest)

    def agreed(self, day):
        """Return the contract rate and the penalty that are agreed for a day."""
        contract, penalty = self.terms.contract_rate, self.terms.penalty
        for change in self.terms.rate_changes:
            if change.start < day:
                contract = change.contract_rate or contract
                penalty = change.penalty or penalty
        return contract, penalty

    def of_year(self, day):
        """Return the share of a year that a day is: none, or several days', under 30E/360."""
        count = self.terms.day_count
        if count is DayCount.ACT_360:
            return Fraction(1, 360)
        if count is DayCount.ACT_365F:
            return Fraction(1, 365)
        before = day - ONE_DAY
        if count is DayCount.ACT_ACT_ISDA:
            return Fraction(1, 366 if calendar.isleap(before.year) else 365)
        return Fraction(thirties(day) - thirties(before), 360)

    def on_day(self, value, per, day):
        return Fraction(value) * (1 if per == "day" else self.of_year(day))

    def of(self, rate, day):
        return self.on_day(rate.value, rate.per, day) if rate else NOTHING

    def contract(self, day):
        return self.of(self.agreed(day)[0], day)

    def is_paused(self, day):
        return any(pause.first <= day <= pause.last for pause in self.terms.pauses)

    def penalty(self, day, due):
        """Return what is charged for a day of lateness with what was due on a day."""
        if self.is_paused(day):
            return NOTHING
        contract, penalty = self.agreed(day)
        if penalty is None:
            return NOTHING
        for step in penalty.steps:
            if (day - due).days > step.after_days:
                penalty = step.penalty
        return self.by_rule(penalty, contract, day)

    def is_a_sum(self):
        """Whether lateness costs a sum a day, however much is unpaid."""
        every = [self.terms.penalty, *(change.penalty for change in self.terms.rate_changes)]
        return any(one and one.rule is PenaltyRule.DAILY_AMOUNT for one in every)

    def by_rule(self, penalty, contract, day):
        value = Fraction(penalty.value)
        if penalty.rule is PenaltyRule.DAILY_AMOUNT:
            return Fraction(minor(self.terms, penalty.value))
        if penalty.rule is PenaltyRule.DAILY_RATE:
            return value
        if penalty.rule is PenaltyRule.ANNUAL_RATE:
            return self.on_day(value, "year", day)
        if penalty.rule is PenaltyRule.SPREAD:
            alone = self.terms.contract_interest_continues
            return self.on_day(value, "year", day) + (0 if alone else self.of(contract, day))
        return value * self.of(contract, day)

    def on_interest(self, day, due):
        own = self.terms.interest_on_interest_rate
        if self.is_paused(day):
            return NOTHING
        return self.of(own, day) if own else self.penalty(day, due)

    def cap(self, day):
        """Return the most that being late may cost on a day, or None."""
        caps = [c for c in self.terms.caps if c.mode is CapMode.ENFORCE]
        rates = [c.annual_rate for c in caps if c.annual_rate is not None]
        return self.on_day(min(rates), "year", day) if rates else None


def thirties(day):
    return day.year * 360 + day.month * 30 + min(day.day, 30)


# ─── What is agreed: which installments there are ───


@dataclass
class Part:
    """An installment to come: its interest is *carried*, and what *base* bears in its period."""

    due: date
    principal: int
    interest: int
    earned: object = None  # a function from a day to the interest earned by then; None: all of it
    end: date | None = None  # its date as agreed, before business days
    carried: int = 0
    number: int = 0  # of its period, where a balance revolves
    # Where a payment to the principal may work it out anew:
    spans: tuple = ()  # the balances that bear its interest, each with its start and end
    even: bool = False  # whether its period bears its share of a year
    level: int = 0  # the sum that equal installments are
    residual: int = 0  # what of it lateness with an earlier one left
    called: tuple = ()  # the installments that it is together

    @property
    def total(self):
        return self.principal + self.interest

    def earned_by(self, day):
        return self.earned(day) if self.earned else self.interest

    def carry(self, interest, earned=None):
        """Ask for interest of before too, of which *earned* tells how much is earned by a day."""
        own = self.earned
        self.interest += interest
        self.residual += interest
        if own:
            self.earned = lambda day: own(day) + (earned(day) if earned else interest)

    def charge(self, fee, start):
        """Ask for a fee too, all of which is earned once its period has begun."""
        own = self.earned
        self.interest += fee
        self.earned = lambda day: own(day) + (fee if day > start else 0)


class Plan:
    """The installments of some terms, as they are agreed."""

    def __init__(self, terms, rates):
        self.terms, self.rates = terms, rates
        self.principal = minor(terms, terms.principal)
        self.start = terms.start
        if terms.capitalized_on:
            self.principal += self.capitalized(terms.capitalized_on)
            self.start = terms.capitalized_on

    def capitalized(self, day):
        """Return the interest that the deferment has earned by a day."""
        end = min(day, self.terms.capitalized_on)
        return self.interest(minor(self.terms, self.terms.principal), self.terms.start, end)

    def due(self, number):
        return stepped(self.terms, self.terms.first_due, number)

    def period(self, number):
        """Return the days between which a period's interest accrues."""
        begin = self.due(number - 1) if number or not self.start else self.start
        if number == 0 and self.terms.in_advance:
            begin = self.due(0)
        return begin, self.due(number)

    def of_day(self, exact):
        return rounded(self.terms, exact) if self.terms.rounding_at is RoundingAt.DAY else exact

    def exact_interest(self, base, start, end, rate=None):
        """Return the contract interest on *base* for the days after *start* up to *end*."""
        daily = (lambda day: self.rates.of(rate, day)) if rate else self.rates.contract
        if self.terms.rounding_at is RoundingAt.DAY:
            return sum(self.of_day(base * daily(day)) for day in days_after(start, end))
        return base * sum((daily(day) for day in days_after(start, end)), NOTHING)

    def interest(self, base, start, end, rate=None):
        return rounded(self.terms, self.exact_interest(base, start, end, rate))

    def part(self, number, principal, base, level=0):
        """Return an installment whose interest follows the days of its period."""
        start, end = self.period(number)
        return self.over(principal, ((base, start, end),), level=level)

    def over(self, principal, spans, *, even=False, level=0):
        """Return an installment whose interest several balances bear, one after the other."""
        end = spans[-1][2]

        def by(day):
            return rounded(self.terms, self.borne(spans, even, min(day, end)))

        due = business_day(self.terms, end)
        return Part(due, principal, by(end), by, end, spans=spans, even=even, level=level)

    def borne(self, spans, even, day):
        """Return exactly what balances have borne by a day of their period."""
        total, length = NOTHING, (spans[-1][2] - spans[0][1]).days
        for base, start, end in spans:
            if not even:
                total += self.exact_interest(base, start, min(day, end))
                continue
            for passed in days_after(start, min(day, end)):
                total += base * self.of_period(self.rates.agreed(passed)[0]) / length
        return total

    def bearing(self, due, principal, base, start, end, rate=None):
        return Part(
            business_day(self.terms, due),
            principal,
            self.interest(base, start, end, rate),
            lambda day: self.interest(base, start, min(day, end), rate),
            end,
        )

    def with_fees(self, parts):
        """Yield installments with what paying in installments costs: each, or the first."""
        fee = self.terms.installment_fee
        for n, part in enumerate(parts):
            if fee and (n == 0 or fee.charged is Charged.EACH):
                exact = Fraction(fee.share) * self.principal + minor(self.terms, fee.flat)
                part.charge(rounded(self.terms, exact), self.period(n)[0])
            yield part

    def in_units(self, exact):
        """Return what a lender makes of an installment: whole units, the nearest or up or down."""
        terms = self.terms
        if terms.installment_multiple_of is None:
            return rounded(terms, exact)
        unit = minor(terms, terms.installment_multiple_of)
        down = floor(exact / unit) * unit
        if terms.installment_rounding is InstallmentRounding.NEAREST:
            return down if exact - down < Fraction(unit, 2) else down + unit
        up = terms.installment_rounding is InstallmentRounding.UP
        return down + unit if up and exact > down else down

    @property
    def spread(self):
        """How many installments repay principal; those before them hold interest alone."""
        return self.terms.installment_count - self.terms.interest_only_installments

    @property
    def balloon(self):
        return minor(self.terms, self.terms.balloon)

    def repays(self, n, left, usual):
        """Return the principal of an installment that is to repay *usual*."""
        if n == self.terms.installment_count - 1:
            return left
        if n < self.terms.interest_only_installments:
            return 0
        return min(max(usual, 0), max(0, left - self.balloon))

    def own_sum(self, n):
        """Return the sum that the lender set, for as long as the first rate goes."""
        own = self.terms.installment
        if own is None or n > self.terms.interest_only_installments:
            return None
        return minor(self.terms, own)

    # ─── each way of repaying ───

    def listed(self):
        rows = sorted(self.terms.listed, key=lambda row: row.due)
        yield from self.known((row.due, row.principal, row.interest) for row in rows)

    def fixed(self):
        terms = self.terms
        amount, interest = minor(terms, terms.amount), minor(terms, terms.interest)
        rows = []
        for number in range(terms.installment_count or FOR_EVER):
            due = self.due(number)
            if terms.until and due > terms.until:
                break
            rows.append((due, amount - interest, interest))
        yield from self.known(rows)

    def known(self, rows):
        """Yield installments known by their amounts: the days since the last one share interest."""
        before = None
        for due, principal, interest in rows:
            yield Part(
                business_day(self.terms, due),
                principal,
                interest,
                self.shared(interest, before, due) if before else None,
                due,
            )
            before = due

    def shared(self, interest, start, end):
        def by(day):
            passed = (min(max(day, start), end) - start).days
            return rounded(self.terms, Fraction(interest * passed, (end - start).days))

        return by

    def equal_principal(self):
        number, left = self.terms.installment_count, self.principal
        share = self.in_units(Fraction(left - self.balloon, self.spread))
        for n in range(number):
            principal = self.repays(n, left, share)
            yield self.part(n, principal, left)
            left -= principal

    def flat(self):
        """Yield equal parts of principal, each with a period's interest on all that was lent."""
        left, agreed, level = self.principal, None, None
        for n in range(self.terms.installment_count):
            start, end = self.period(n)
            rate = self.rates.agreed(start + ONE_DAY)[0]
            interest = self.principal * self.of_period(rate)
            if n == 0 or rate != agreed:
                agreed = rate
                exact = Fraction(self.principal - self.balloon, self.spread) + interest
                level = self.own_sum(n) or self.in_units(exact)
            principal = self.repays(n, left, level - rounded(self.terms, interest))
            yield self.over(principal, ((self.principal, start, end),), even=True)
            left -= principal

    def interest_only(self):
        for n in range(self.terms.installment_count):
            last = n == self.terms.installment_count - 1
            yield self.part(n, self.principal if last else 0, self.principal)

    def bullet(self):
        start, end = self.period(0)[0], self.due(self.terms.installment_count - 1)
        yield self.over(self.principal, ((self.principal, start, end),))

    def equal_installment(self):
        actual = self.terms.installment_interest is InstallmentInterest.ACTUAL
        yield from self.equal_by_days() if actual else self.equal_by_periods()

    def equal_by_periods(self):
        """Yield equal installments (等额本息), with a period's share of a year for each."""
        terms, left, agreed, level = self.terms, self.principal, None, None
        free = terms.interest_only_installments
        for n in range(terms.installment_count):
            start, end = self.period(n)
            rate = self.rates.agreed(start + ONE_DAY)[0]
            of_period = self.of_period(rate)
            if n in (0, free) or rate != agreed:
                own = self.own_sum(n) if n in (0, free) else None
                number = terms.installment_count - max(n, free)
                agreed = rate
                level = own or self.annuity(left, of_period, number, at_once=start == end)
            planned = level - (0 if start == end else rounded(terms, left * of_period))
            principal = self.repays(n, left, planned)
            if start == end or (n == 0 and start != self.due(-1)):
                yield self.part(0, principal, left, level)
            else:
                yield self.over(principal, ((left, start, end),), even=True, level=level)
            left -= principal

    def annuity(self, left, of_period, number, *, at_once):
        """Return the sum whose worth today, with that of the balloon, is what is left."""
        worths = [(1 + of_period) ** -n for n in range(1 - at_once, number + 1 - at_once)]
        return self.in_units((left - self.balloon * worths[-1]) / sum(worths, NOTHING))

    def of_period(self, rate):
        """Return the rate for one of equal periods; a month has thirty days of a daily rate."""
        number, unit = self.terms.frequency.count, self.terms.frequency.unit
        if rate is None:
            return NOTHING
        if rate.per == "day":
            return Fraction(rate.value) * number * DAYS[unit]
        year = {Unit.WEEK: 52, Unit.HALF_MONTH: 24, Unit.MONTH: 12}
        short = self.terms.day_count in (DayCount.ACT_360, DayCount.THIRTY_E_360)
        return Fraction(rate.value) * number / year.get(unit, 360 if short else 365)

    def equal_by_days(self):
        """Yield equal installments whose interest follows the days of each period."""
        free = self.terms.interest_only_installments
        terms, left, agreed, level = self.terms, self.principal, None, None
        for n in range(terms.installment_count):
            start, end = self.period(n)
            rate = self.rates.agreed(start + ONE_DAY)[0]
            if n in (0, free) or rate != agreed:
                own = self.own_sum(n) if n in (0, free) else None
                agreed, level = rate, own or self.level_by_days(left, rate, max(n, free))
            interest = self.interest(left, start, end)
            principal = self.repays(n, left, level - interest)
            yield self.part(n, principal, left, level)
            left -= principal

    def level_by_days(self, left, rate, first):
        """Return the sum that, discounted over the days to come, is what is left."""
        worth, total = Fraction(1), NOTHING
        for n in range(first, self.terms.installment_count):
            days = days_after(*self.period(n))
            worth /= 1 + sum((self.rates.of(rate, day) for day in days), NOTHING)
            total += worth
        return self.in_units((left - self.balloon * worth) / total)


class Repaid:
    """What comes of installments once a payment of a day has left so much of their principal.

    Each is worked out without what an extension put off, which some bear beside the balance of the
    plan; at last that is added again. The first one's period is cut on that day.
    """

    def __init__(self, plan, parts, left, day):
        self.plan, self.terms, self.left = plan, plan.terms, left
        self.first, self.even = parts[0], [part.even for part in parts]
        owed = [sum(part.principal for part in parts[n:]) for n in range(len(parts))]
        self.beside = [part.spans[-1][0] - own for part, own in zip(parts, owed, strict=True)]
        self.periods = [(part.spans[0][1], part.spans[-1][2]) for part in parts]
        base, start, end = self.first.spans[-1]
        self.gone, self.since = self.first.spans[:-1], start
        if start < day:
            self.gone, self.since = (*self.gone, (base, start, day)), day
        alone = self.without(self.first.spans)
        self.asked = parts[0].principal + rounded(self.terms, plan.borne(alone, self.even[0], end))

    def without(self, spans):
        return tuple((base - self.beside[0], *days) for base, *days in spans)

    def spans(self, number, left):
        """Return the balances that bear a period's interest, by themselves."""
        start, end = self.periods[number]
        if number:
            return ((left, start, end),)
        return (*self.without(self.gone), (left, self.since, end))

    def parts(self, to):
        """Return the installments: their shares, and interest with what stands beside them."""
        for number, (principal, left, level) in enumerate(self.shares(to)):
            spans = self.spans(number, left + self.beside[number])
            if not number:
                spans = (*self.gone, spans[-1])
            part = self.plan.over(principal, spans, even=self.even[number], level=level)
            if part.total or spans[-1][0]:
                yield part

    def shares(self, to):
        shorter, many = to is Prepayment.SHORTER, len(self.periods)
        if self.terms.repayment is Repayment.EQUAL_INSTALLMENT:
            kept = self.first.level if shorter else 0
            if kept and self.left:
                rate = self.plan.rates.agreed(self.periods[0][0] + ONE_DAY)[0]
                rows = self.level_shares(self.steady(rate), many, kept)
                many = sum(1 for _, left, _ in rows if left)
            rows = self.level_shares(self.plan, many, kept)
            return rows + [(0, 0, 0)] * (len(self.periods) - many)
        if self.terms.repayment is Repayment.EQUAL_PRINCIPAL:
            kept = self.first.principal if shorter else 0
            each = kept or rounded(self.terms, Fraction(self.left, many))
            return self.even_shares(each, many)
        return self.even_shares(0, many)

    def steady(self, rate):
        """Return the plan of terms whose rate goes on for ever."""
        terms = replace(
            self.terms,
            contract_rate=rate,
            rate_changes=(),
            penalty=None,
            compounding=Compounding.NONE,
        )
        return Plan(terms, Rates(terms))

    def even_shares(self, each, many):
        rows, left = [], self.left
        for number in range(many):
            principal = left if number == many - 1 else min(each, left)
            rows.append((principal, left, 0))
            left -= principal
        return rows

    def level_shares(self, plan, many, kept):
        """Return principal, what is left before it, and level, of each of so many."""
        rows, left, level, agreed = [], self.left, kept, None
        actual = self.terms.installment_interest is InstallmentInterest.ACTUAL
        for number in range(many):
            rate = plan.rates.agreed(self.periods[number][0] + ONE_DAY)[0]
            if (number and rate != agreed) or not (number or kept):
                level = self.level(plan, rate, left, number, many)
            spans = self.spans(number, left)
            interest = rounded(self.terms, plan.borne(spans, self.even[number], spans[-1][2]))
            planned = interest if actual else rounded(self.terms, left * plan.of_period(rate))
            principal = level - planned
            if not number:
                as_it_was = self.asked - interest
                principal = as_it_was if kept else min(as_it_was, principal)
            principal = left if number == many - 1 else min(max(principal, 0), left)
            rows.append((principal, left, level))
            left, agreed = left - principal, rate
        return rows

    def level(self, plan, rate, left, first, many):
        if self.terms.installment_interest is InstallmentInterest.PERIODIC:
            return plan.annuity(left, plan.of_period(rate), many - first, at_once=False)
        worth, total, owed = Fraction(1), NOTHING, Fraction(left)
        for number in range(first, many):
            _, start, end = self.spans(number, left)[-1]
            days = days_after(start, end)
            worth /= 1 + sum((plan.rates.of(rate, day) for day in days), NOTHING)
            total += worth
            if not number:
                owed += worth * plan.borne((*self.without(self.gone), (0, start, end)), False, end)
        return rounded(self.terms, owed / total)


class Balance:
    """A revolving balance: what is not due of it, and what each of its periods has earned."""

    def __init__(self, plan):
        self.plan, self.terms = plan, plan.terms
        self.left, self.number = plan.principal, 0
        self.since = self.today = date.min
        self.named = None  # what is left of the principal that the last statement named
        self.carried = 0  # what lateness with earlier ones left, asked for with the next
        self.lived = {}  # exact interest so far, by the number of the period
        paid_until = self.terms.paid_until
        while paid_until and business_day(self.terms, plan.due(self.number)) <= paid_until:
            self.number, self.since = self.number + 1, paid_until
        if paid_until:
            self.since = paid_until

    def period(self, number):
        start, end = self.plan.period(number)
        if number == 0 and not self.plan.start:
            start = end
        return min(end, max(start, self.since)), end

    def drawn(self, number):
        """Return the day of a period's statement."""
        due = business_day(self.terms, self.plan.due(number))
        before, every = self.terms.minimum.statement_days, self.terms.frequency
        if every.unit is not Unit.MONTH:
            before = min(before, every.count * DAYS[every.unit])
        return due - before * ONE_DAY

    def live(self, day):
        if self.named is None and day > self.drawn(self.number):
            self.named = self.asked(self.left, self.number, day - ONE_DAY)
        self.today = day
        base = self.left
        for part in self.coming:
            if part.number < self.number:
                continue
            start, end = self.period(part.number)
            if start < day <= end:
                earned = self.plan.of_day(base * self.plan.rates.contract(day))
                self.lived[part.number] = self.lived.get(part.number, NOTHING) + earned
            if day <= end:
                return
            base -= part.principal

    def look_ahead(self):
        """Return what comes if the minimum is always paid on its day."""
        self.coming = list(self.parts(self.today))
        return self.coming

    def parts(self, day):
        left, number = self.left, self.number
        while left or (number == self.number and self.lived.get(number)):
            last = number == LONGEST - 1
            interest = self.interest(left, number, day)
            principal = self.asked(left, number, day)
            principal = left if last else min(principal, left)
            due = self.plan.due(number)
            part = Part(business_day(self.terms, due), principal, interest, None, due)
            part.number = number
            if number == self.number:
                part.interest += self.carried
                part.residual = self.carried
            part.earned = partial(self.earned, number, left)
            yield part
            left -= principal
            number += 1

    def earned(self, number, left, day):
        """Return what a period has earned by a day, if none is paid until then."""
        carried = self.carried if number == self.number else 0
        start, end = self.period(number)
        rest = self.plan.exact_interest(left, max(start, self.today), min(day, end))
        return carried + rounded(self.terms, self.lived.get(number, NOTHING) + rest)

    def interest(self, left, number, day, plan=None):
        """Return what a period's interest will be."""
        start, end = self.period(number)
        lived = self.lived.get(number, NOTHING)
        rest = (plan or self.plan).exact_interest(left, max(start, day), end)
        return rounded(self.terms, lived + rest)

    def asked(self, left, number, day):
        """Return the principal that a statement asks for, at the rates that it knows."""
        if number == self.number and self.named is not None:
            return self.named
        terms, least = self.terms, self.terms.minimum
        interest = 0
        if least.includes_interest:
            interest = self.interest(left, number, day, self.known(self.drawn(number)))
        share = rounded(terms, Fraction(least.share) * (left + interest))
        return max(1, max(share, minor(terms, least.floor)) - interest)

    def known(self, day):
        """Return the plan by the rates that are in force on a day."""
        changes = tuple(c for c in self.terms.rate_changes if c.start < day)
        terms = replace(self.terms, rate_changes=changes)
        return Plan(terms, Rates(terms))

    def take(self, money, credit, day):
        """Have money pay the balance down; return what waits for the interest of the minimum."""
        if day <= self.drawn(self.number):
            return credit + money - self.pay_down(money)
        self.named = self.asked(self.left, self.number, day)
        met = self.pay_down(min(money, self.named))
        self.named -= met
        money += credit - met
        waits = self.waiting(money, money, day)
        return money - self.pay_down(money - waits)

    def pay_down(self, money):
        paid = min(self.left, money)
        self.left -= paid
        return paid

    def waiting(self, money, at_most, day):
        """Return how much waits for the interest that will fall due, if the rest is paid down."""
        left = max(0, self.left - (money - at_most))
        known = self.known(day)
        waits = min(at_most, self.carried + self.interest(left, self.number, day, known))
        return waits if waits == at_most else self.waiting(money, waits, day)


PLANS = {
    Repayment.LISTED: Plan.listed,
    Repayment.FIXED: Plan.fixed,
    Repayment.EQUAL_PRINCIPAL: Plan.equal_principal,
    Repayment.EQUAL_INSTALLMENT: Plan.equal_installment,
    Repayment.FLAT: Plan.flat,
    Repayment.INTEREST_ONLY: Plan.interest_only,
    Repayment.BULLET: Plan.bullet,
}


# ─── What has fallen due ───


@dataclass
class Line:
    """An installment that has fallen due, and what being late with it has cost so far."""

    terms: object
    rates: Rates
    due: date
    principal: int
    scheduled: int  # interest that fell due with it
    own: int  # what fell due with it, all together
    accrued: Fraction = NOTHING  # contract interest since
    penalty: Fraction = NOTHING
    fees: int = 0
    allowed: Fraction = NOTHING  # what an enforced cap lets it cost
    paid: dict = field(default_factory=lambda: dict.fromkeys(Component, 0))
    received: int = 0  # money that has reached it, counted against its own amount
    capital: Fraction = NOTHING  # unpaid interest that bears interest
    left_over: bool = False  # too little to be asked for, and nothing to come that could
    within: object = None  # cuts what it owes where the whole loan may cost only so much

    def __post_init__(self):
        self.borrowed = self.principal
        self.capital = Fraction(self.scheduled_capital)

    @property
    def scheduled_unpaid(self):
        return max(0, self.scheduled - self.paid[INTEREST])

    @property
    def unpaid(self):
        """What is unpaid of the installment itself."""
        return self.principal + self.scheduled_unpaid

    @property
    def scheduled_capital(self):
        """Scheduled interest that bears interest on interest: none if the penalty base has it."""
        held = self.terms.penalty_base is PenaltyBase.OVERDUE_INSTALLMENT
        return 0 if held else self.scheduled_unpaid

    def days_past_due(self, day):
        days = (day - self.due).days
        return days + 1 if days > 0 and self.terms.dpd_includes_due_date else days

    def grace(self, covered):
        return self.terms.grace_days if covered in self.terms.grace_covers else 0

    def is_in_grace(self, covered, day):
        return day <= self.due + self.grace(covered) * ONE_DAY

    # ─── a day ───

    def accrue(self, day, base):
        """Live through a day: *base* is what penalty is charged on."""
        terms = self.terms
        if terms.contract_interest_continues:
            self.accrued += self.of_day(self.principal * self.rates.contract(day))
        cap = self.rates.cap(day)
        if cap is not None:
            self.allowed += self.principal * cap
        self.penalise(day, base)
        self.compound(day)

    def penalise(self, day, base):
        forgiven = self.terms.grace_mode is GraceMode.DEDUCTED and self.grace(GraceCovers.PENALTY)
        if forgiven and self.is_in_grace(GraceCovers.PENALTY, day):
            return
        base = min(base, 1) if self.rates.is_a_sum() else base
        self.penalty += self.of_day(base * self.rates.penalty(day, self.due))
        if self.terms.compounding is not Compounding.NONE and day > self.due:
            self.penalty += self.capital * self.rates.on_interest(day, self.due)
            self.penalty = Fraction(floor(self.penalty * FINE), FINE)

    def compound(self, day):
        """Have unpaid interest bear interest from tomorrow on, where the terms turn it today."""
        terms = self.terms
        monthly = terms.compounding is Compounding.MONTHLY
        if terms.compounding is Compounding.DAILY or (monthly and self.is_turn(day)):
            self.capital = self.unpaid_charges()

    def unpaid_charges(self):
        charges = self.accrued + self.penalty + self.scheduled
        held = self.scheduled_unpaid - self.scheduled_capital
        return charges - self.paid[INTEREST] - self.paid[PENALTY] - held

    def is_turn(self, day):
        return day.day == min(self.due.day, month_end(day.year, day.month))

    def of_day(self, exact):
        return rounded(self.terms, exact) if self.terms.rounding_at is RoundingAt.DAY else exact

    # ─── what it owes ───

    def owed(self, day):
        return self.within(self, day) if self.within else self.owed_alone(day)

    def limited_penalty(self):
        """Return the penalty, no less than its least once it is anything, no more than its most."""
        agreed, penalty = self.terms.penalty, rounded(self.terms, self.penalty)
        if agreed and agreed.at_least is not None and self.penalty:
            penalty = max(penalty, minor(self.terms, agreed.at_least))
        if agreed and agreed.at_most is not None:
            most = rounded(self.terms, self.borrowed * Fraction(agreed.at_most))
            penalty = min(penalty, most)
        return penalty

    def owed_alone(self, day):
        """Return what it owes, whatever the other installments cost."""
        spared = self.is_in_grace(GraceCovers.INTEREST, day)
        interest = self.scheduled + (0 if spared else self.accrued)
        charged = {
            PENALTY: 0 if self.is_in_grace(GraceCovers.PENALTY, day) else self.limited_penalty(),
            FEES: self.fees,
            INTEREST: interest,
        }
        unpaid = {c: max(0, rounded(self.terms, charged[c]) - self.paid[c]) for c in charged}
        self.cut(unpaid)
        return Owed(self.principal, unpaid[INTEREST], unpaid[PENALTY], unpaid[FEES])

    def cut(self, unpaid):
        """Cut what being late costs to what an enforced cap allows: penalty, fees, interest."""
        if self.rates.cap(self.due) is None:
            return
        cost = (
            sum(unpaid.values()) + sum(self.paid.values()) - self.paid[PRINCIPAL] - self.scheduled
        )
        over = cost - floor(self.allowed)
        for component in (PENALTY, FEES, INTEREST):
            spare = self.scheduled_unpaid if component is INTEREST else 0
            less = max(0, min(over, unpaid[component] - spare))
            unpaid[component] -= less
            over -= less

    def take(self, component, money, day):
        """Take as much of the money as it owes of a component; return how much that was."""
        owes = self.owed(day)
        taken = min(money, getattr(owes, component.value))
        if component is PRINCIPAL:
            self.principal -= taken
        else:
            self.paid[component] += taken
            if component is not FEES:
                self.capital = min(self.capital, max(NOTHING, self.unpaid_charges()))
        return taken

    def is_settled(self, day):
        return not self.owed(day).total


# ─── The whole loan ───


class Ledger:
    """A loan as it stands at the end of a day."""

    def __init__(self, terms, extensions):
        self.terms, self.rates = terms, Rates(terms)
        self.plan = Plan(terms, self.rates)
        revolves = terms.repayment is Repayment.REVOLVING
        self.balance = Balance(self.plan) if revolves else None
        if revolves:
            parts = self.balance.look_ahead()
        else:
            parts = self.plan.with_fees(PLANS[terms.repayment](self.plan))
        self.coming = self.called(parts)
        self.lines = []
        self.credit = 0
        self.fees_charged = 0
        self.cost_paid = 0  # interest, penalty and fees that payments have met, or were put off
        self.most_cost = self.allowed_cost()
        self.charged_until = date.min  # the last day for which the whole loan bore penalty
        self.extensions = extensions
        self.paid_through = max(filter(self.was_paid, self.dues()), default=date.min)
        if self.balance and terms.paid_until:
            self.paid_through = terms.paid_until  # the principal is the balance of that day
        self.last_due = self.coming[-1].end if self.coming else None

    def allowed_cost(self):
        """Return what interest, penalty and fees of the loan may come to, or None."""
        caps = [cap.cost for cap in self.terms.caps if cap.mode is CapMode.ENFORCE]
        shares = [Fraction(share) for share in caps if share is not None]
        if not shares:
            return None
        known = self.terms.repayment in (Repayment.LISTED, Repayment.FIXED)
        borrowed = self.to_come() if known else minor(self.terms, self.terms.principal)
        return floor(borrowed * min(shares))

    def cost(self, day):
        """Return what has been charged so far beside principal, paid or not."""
        owed = [line.owed_alone(day) for line in self.lines]
        return self.cost_paid + sum(one.total - one.principal for one in owed)

    def within_cost(self, line, day):
        """Return what a line owes: too much is taken off the newest installment first."""
        over, owes = self.cost(day) - self.most_cost, {}
        for one in reversed(self.lines):
            owed = owes[id(one)] = one.owed_alone(day)._asdict()
            for component in (PENALTY, FEES, INTEREST):
                less = max(0, min(over, owed[component.value]))
                owed[component.value] -= less
                over -= less
        return Owed(**owes[id(line)])

    def dates(self):
        """Return days before which nothing happens."""
        starts = [day for day in (self.terms.start, self.terms.first_due) if day]
        return [*starts, *(part.due for part in self.coming[:1])]

    def dues(self):
        """Return every due date that there will have been, but those that were moved."""
        dues = {part.due for part in self.coming}
        for extension in self.extensions:
            if extension.due in dues:
                dues = dues - {extension.due} | set(extension.to)
        return dues

    def was_paid(self, due):
        """Whether all was paid up to a due date, where nothing moved it when it had come."""
        moved = any(one.due == due and one.agreed >= due for one in self.extensions)
        until = self.terms.paid_until
        return until is not None and due <= until and not moved

    def live(self, day, agreed, money, to_principal):
        """Live through one day, in the order in which things happen on it."""
        if self.balance:
            self.balance.live(day)
        self.accrue(day)
        self.charge_fees(day)
        self.fall_due(day)
        for one in agreed:
            if isinstance(one, Extension) and one.agreed == day:
                self.extend(one, day)
        for one in agreed:
            if isinstance(one, Waiver) and one.on == day:
                self.waive(one, day)
        if money and day > self.paid_through:
            self.pay(money, day, to_principal)

    # ─── accrual and fees ───

    def outstanding(self):
        return sum(line.principal for line in self.lines) + self.to_come()

    def to_come(self):
        return sum(part.principal for part in self.coming)

    def accrue(self, day):
        oldest = next((line for line in self.lines if not line.left_over), None)
        bases = [(line, self.base(line, line is oldest)) for line in self.lines]
        for line, base in bases:
            if self.terms.dpd_includes_due_date and day == line.due + ONE_DAY:
                self.penalise_due_date(line, base)
            line.accrue(day, base)
        if oldest:
            self.charged_until = day

    def penalise_due_date(self, line, base):
        """Count the due date too, once it has passed unpaid."""
        whole = self.terms.penalty_base is PenaltyBase.OUTSTANDING_PRINCIPAL
        if not (whole and self.charged_until >= line.due):
            line.penalise(line.due, base)

    def base(self, line, is_oldest):
        base = self.terms.penalty_base
        if base is PenaltyBase.OVERDUE_PRINCIPAL:
            return line.principal
        if base is PenaltyBase.OVERDUE_INSTALLMENT:
            return line.unpaid
        return self.outstanding() if is_oldest else 0

    def charge_fees(self, day):
        for number, fee in enumerate(self.terms.fees):
            unpaid = [line for line in self.lines if line.unpaid and not line.left_over]
            for line in unpaid:
                oldest = line is unpaid[0]
                if self.is_fee_day(line, number, fee, day, oldest):
                    self.charge(line, fee)

    def is_fee_day(self, line, number, fee, day, oldest):
        after = line.grace(GraceCovers.FEE) if fee.after_days is None else fee.after_days
        late = (after + 1) * ONE_DAY
        if fee.per is FeePer.INSTALLMENT:
            return day == line.due + late
        if not oldest:
            return False
        number = self.periods_between(line.due, day)
        return any(stepped(self.terms, line.due, n) + late == day for n in range(number))

    def periods_between(self, first, day):
        return (day - first).days // self.terms.frequency.days + 2 if day >= first else 0

    def charge(self, line, fee):
        base = {
            FeeOf.OVERDUE: line.unpaid,
            FeeOf.PRINCIPAL: line.principal,
            FeeOf.INTEREST: line.scheduled_unpaid,
            FeeOf.INSTALLMENT: line.own,
        }
        amount = fee_on(self.terms, fee, base[fee.of])
        for cap in self.terms.caps:
            if cap.mode is CapMode.ENFORCE and cap.fees is not None:
                amount = min(amount, max(0, minor(self.terms, cap.fees) - self.fees_charged))
        self.fees_charged += amount
        line.fees += amount

    # ─── falling due ───

    def fall_due(self, day):
        while self.coming and self.coming[0].due <= day:
            part = self.coming.pop(0)
            if self.balance:
                self.balance.number, self.balance.named = part.number + 1, None
                self.balance.carried = 0
                self.balance.left -= part.principal
            if not self.was_paid(part.due):
                self.begin(part, day)

    def begin(self, part, day):
        line = Line(self.terms, self.rates, part.due, part.principal, part.interest, part.total)
        self.cost_paid -= part.residual  # it was counted when it was put off
        if self.most_cost is not None:
            line.within = self.within_cost
        self.lines.append(line)
        money, self.credit = self.credit, 0
        self.credit = self.allocate(money, day)

    def called(self, parts):
        """Return installments in order: what is not due when the loan is called is due that day."""
        parts, day = sorted(parts, key=lambda part: part.due), self.terms.acceleration_date
        if day is None:
            return parts
        rest = [part for part in parts if part.due >= day]
        if not rest:
            return parts

        def earned(by):
            return sum(part.earned_by(min(by, day)) for part in rest)

        principal = sum(part.principal for part in rest)
        called = Part(day, principal, earned(day), earned, day, called=tuple(rest))
        return [part for part in parts if part.due < day] + [called]

    # ─── agreements ───

    def extend(self, extension, day):
        """Have what was due on a day fall due on others: equal principal, and interest by then."""
        for part in self.coming:
            if part.due == extension.due:
                self.coming.remove(part)
                self.put_off(extension, part.end, part)
                return
        for line in self.lines:
            if line.due == extension.due:
                owes = line.owed(day)
                self.lines.remove(line)
                late = Part(line.due, owes.principal, owes.total - owes.principal)
                self.put_off(extension, day, late)
                return

    def put_off(self, extension, since, before):
        number, left = len(extension.to), before.principal
        share = rounded(self.terms, Fraction(left, number))
        for n, due in enumerate(extension.to):
            principal = left if n == number - 1 else min(share, left)
            part = self.plan.bearing(due, principal, left, since, due, extension.rate)
            part.due, since, left = due, due, left - principal
            if n == 0:
                part.carry(before.interest, before.earned)
                part.residual = before.residual
            self.coming.append(part)
        self.coming.sort(key=lambda part: part.due)

    def waive(self, waiver, day):
        money = minor(self.terms, waiver.amount)
        reached = {}
        for line in self.lines:
            before = line.unpaid
            for component in [waiver.of] if waiver.of else [FEES, PENALTY, INTEREST]:
                money -= line.take(component, money, day)
            reached[id(line)] = before - line.unpaid
        self.carry_residuals(self.paid_by_own_amount(reached), day)
        self.drop_settled(day)

    # ─── money ───

    def pay(self, money, day, to_principal):
        ends = self.to_come() > 0 and not self.terms.endless
        if ends and money + self.credit >= self.gross_payoff(day) > 0:
            self.credit += money - self.gross_payoff(day)
            self.lines, self.coming = [line for line in self.lines if line.left_over], []
            self.credit = self.allocate(self.credit, day) if self.lines else self.credit
            return
        over = self.allocate(money, day)
        if over and self.balance and self.coming:
            self.credit = self.balance.take(over, self.credit, day)
            self.coming = self.called(self.balance.look_ahead())
        else:
            for to, meant in to_principal.items():
                over -= self.prepay(min(meant, over), to, day)
            self.credit += over

    def prepay(self, money, to, day):
        """Lower the principal to come, as far as there is any; return by how much."""
        if self.terms.capitalized_on and day < self.terms.capitalized_on:
            return 0
        for part in self.coming:
            if part.called and part.residual:
                part.called[0].carry(part.residual)
                part.residual = 0
        every = [one for part in self.coming for one in part.called or (part,)]
        planned = [part for part in every if part.spans and part.spans[-1][0]]
        parts = [part for part in planned if part.end > day]
        principal = sum(part.principal for part in parts)
        down = min(money, principal)
        if not down:
            return 0
        anew = list(Repaid(self.plan, parts, principal - down, day).parts(to))
        residuals = [part.residual for part in parts]
        if any(residuals) and not anew:
            anew = [Part(parts[0].due, 0, 0, end=parts[0].end)]
        if residuals[0]:
            anew[0].carry(residuals[0])
        if any(residuals[1:]):
            anew[-1].carry(sum(residuals[1:]))
        ended = [part for part in planned if part.end <= day]
        others = [part for part in every if not any(part is one for one in planned)]
        self.last_due = anew[-1].end if anew else parts[0].spans[0][1]
        self.coming = [*self.called([*ended, *anew]), *others]
        self.coming.sort(key=lambda part: part.due)
        return down

    def allocate(self, money, day):
        """Settle what has fallen due, in the agreed order; return what is over."""
        order = self.terms.allocation_order
        pairs = [(line, component) for line in self.lines for component in order]
        if self.terms.allocation_by is AllocationBy.COMPONENT:
            pairs = [(line, component) for component in order for line in self.lines]
        reached = {id(line): 0 for line in self.lines}
        for line, component in pairs:
            taken = line.take(component, money, day)
            money -= taken
            reached[id(line)] += taken
            self.cost_paid += taken if component is not PRINCIPAL else 0
        self.carry_residuals(self.paid_by_own_amount(reached), day)
        self.drop_settled(day)
        return money

    def paid_by_own_amount(self, reached):
        """Return the lines that their own amount has reached.

        Of several that a payment reaches, what the older one took beyond its amount counts, in
        that payment, for the next.
        """
        met, over = [], 0
        for line in self.lines:
            over += reached[id(line)] - max(0, line.own - line.received)
            line.received += reached[id(line)]
            if over < 0 and line.received < line.own:
                break
            met.append(line)
        for line in self.lines[len(met) + 1 :]:
            line.received += reached[id(line)]
        return met

    def carry_residuals(self, met, day):
        """Put off what lateness has left of installments that got their own amount."""
        for line in met:
            owed = line.owed(day)
            rest = owed.total
            if not rest or line.left_over:
                continue
            if (self.balance or self.terms.acceleration_date) and not self.coming:
                # Such a rest stays due where nothing is to come any more, unless it is so little.
                line.left_over = rest < minor(self.terms, self.terms.residual_below)
                continue
            small = self.balance or rest < minor(self.terms, self.terms.residual_below)
            if small and not self.coming:
                line.left_over = True
            elif small or self.terms.residual is not Residual.DUE:
                self.lines.remove(line)
                self.cost_paid += rest - owed.principal
                ends = not (self.balance or self.terms.endless)
                self.ask_later(rest, day, ends and self.terms.residual is Residual.END)

    def ask_later(self, rest, day, at_end):
        """Have the next installment, or the last, ask for a rest; else a further one."""
        if not self.coming:
            dues = (stepped(self.terms, self.last_due, n) for n in count(1))
            due = next(due for due in dues if due > day)
            self.coming.append(Part(due, 0, 0, end=due))
        part = self.coming[-1 if at_end else 0]
        if self.balance:
            self.balance.carried += rest
            part.interest += rest
            part.residual += rest
        else:
            part.carry(rest)

    def drop_settled(self, day):
        self.lines = [line for line in self.lines if not line.is_settled(day)]

    # ─── how it stands ───

    def gross_payoff(self, day):
        due = self.due(day).total
        if self.terms.endless:
            return due
        if self.terms.capitalized_on and day < self.terms.capitalized_on and self.coming:
            return due + minor(self.terms, self.terms.principal) + self.plan.capitalized(day)
        earned = sum(part.earned_by(day) for part in self.coming)
        if self.most_cost is not None:
            earned = min(earned, max(0, self.most_cost - self.cost(day)))
        return due + self.to_come() + earned

    def due(self, day):
        return sum((line.owed(day) for line in self.asked()), Owed())

    def asked(self):
        return [line for line in self.lines if not line.left_over]

    def standing(self, day):
        credit, upcoming = self.credit, []
        for part in self.coming:
            met = min(credit, part.total)
            credit -= met
            if part.total > met:
                upcoming.append((part.due, Owed(part.total - met)))
        arrears = [(line.due, line.owed(day)) for line in self.asked()]
        past = max((line.days_past_due(day) for line in self.asked()), default=0)
        payoff, due = max(0, self.gross_payoff(day) - self.credit), self.due(day)
        self.accrue(day + ONE_DAY)
        self.charge_fees(day + ONE_DAY)
        tomorrow = self.due(day + ONE_DAY)
        return Simulated(due, tomorrow, arrears, upcoming, past, payoff, self.credit)


def fee_on(terms, fee, overdue):
    """Return what a fee comes to on what is overdue; nothing on nothing."""
    if not overdue:
        return 0
    amount = exact_fee(terms, fee.amount, overdue)
    if fee.minimum is not None:
        amount = max(amount, minor(terms, fee.minimum))
    if fee.maximum is not None:
        amount = min(amount, minor(terms, fee.maximum))
    return rounded(terms, amount)


def exact_fee(terms, amount, overdue):
    if amount.kind is FeeKind.FLAT:
        return Fraction(minor(terms, amount.value))
    if amount.kind is FeeKind.PERCENT:
        return Fraction(amount.value) * overdue
    if amount.kind is FeeKind.TIERED:
        reached = [one for bound, one in amount.tiers if minor(terms, bound) <= overdue]
        return exact_fee(terms, reached[-1], overdue) if reached else NOTHING
    several = [exact_fee(terms, one, overdue) for one in amount.of]
    return min(several) if amount.kind is FeeKind.LESSER_OF else max(several)
