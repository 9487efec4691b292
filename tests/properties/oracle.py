"""What is owed, found by living through every day of a loan, one after the other.

Written from the rules in words, not from the program: fractions, no shortcut
over a span of days, and nothing rounded before somebody asks. Only where interest
bears interest day by day its fractions are cut far below anything that shows.

It cannot live under 30/360 (bond basis), which counts a period differently when it is cut.
"""

import calendar
from calendar import isleap
from collections import namedtuple
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from math import floor

import holidays

from reminderd.loans.money import Money, Rate
from reminderd.loans.owed import Owed

ONE_DAY = timedelta(days=1)
NOTHING = Fraction(0)
DAYS = {"day": 1, "week": 7, "half-month": 15}
FINE = 10**18
CALENDARS = {
    "CN": holidays.country_holidays("CN"),
    "DE-BY": holidays.country_holidays("DE", subdiv="BY"),
    "XECB": holidays.financial_holidays("XECB"),
}

Simulated = namedtuple("Simulated", "due tomorrow arrears upcoming days_past_due payoff credit")


def simulate(loan, as_of):
    """Live through every day up to *as_of* and tell how things stand at its end."""
    ledger, unit = Ledger(loan.terms), Money(1, loan.terms.currency).amount
    agreed = [*loan.terms.waivers, *loan.terms.extensions]
    first = [part.due for part in ledger.coming] + [payment.on for payment in loan.payments]
    first += [getattr(item, "on", None) or item.agreed for item in agreed]
    counted = [payment for payment in loan.payments if not ledger.covers(payment.on)]
    for day in each_day(min(first) - ONE_DAY, as_of):
        ledger.live_through(day)
        ledger.fall_due(day)
        for extension in loan.terms.extensions:
            if extension.agreed == day:
                ledger.extend(extension, day)
        for waiver in loan.terms.waivers:
            if waiver.on == day:
                ledger.waive(waiver, day)
        paid = [payment.amount for payment in counted if payment.on == day]
        if paid:
            ledger.pay(int(sum(paid) / unit), day)
    return ledger.standing(as_of)


# ─── The calendar ───


def each_day(start, end):
    """Return the days after *start* up to and including *end*."""
    return [start + n * ONE_DAY for n in range(1, (end - start).days + 1)]


def months_later(first, count, *, at_end=False):
    """Return the same day so many months later, or the last day of that month."""
    month = first.month - 1 + count
    year, month = first.year + month // 12, month % 12 + 1
    if at_end and (first + ONE_DAY).day == 1:
        return date(year, month, calendar.monthrange(year, month)[1])
    return date(year, month, min(first.day, calendar.monthrange(year, month)[1]))


def halves_later(first, count, *, at_end=False):
    """Return a due date of two in a month: found in the list of them around the first."""
    if first.day in (15, 31) or (at_end and (first + ONE_DAY).day == 1):
        pair = 15, 31
    elif first.day == 30:
        pair = 15, 30
    else:
        pair = sorted([first.day, first.day + (15 if first.day < 15 else -15)])
    months = [months_later(first.replace(day=1), n) for n in range(-abs(count), abs(count) + 1)]
    dues = [
        month.replace(day=min(day, calendar.monthrange(month.year, month.month)[1]))
        for month in months
        for day in pair
    ]
    return dues[dues.index(first) + count]


def step(terms, anchor, periods):
    count = terms.frequency.count * periods
    if terms.frequency.unit == "month":
        return months_later(anchor, count, at_end=terms.end_of_month)
    if terms.frequency.unit == "half-month":
        return halves_later(anchor, count, at_end=terms.end_of_month)
    return anchor + count * DAYS[terms.frequency.unit] * ONE_DAY


def business_day(terms, day):
    """Return the day on which what is due on *day* falls due."""
    convention, name = terms.business_days.convention, terms.business_days.calendar
    if convention == "none":
        return day
    later = earlier = day
    while not CALENDARS[name].is_working_day(later):
        later += ONE_DAY
    while not CALENDARS[name].is_working_day(earlier):
        earlier -= ONE_DAY
    if convention == "preceding":
        return earlier
    return earlier if convention == "modified-following" and later.month != day.month else later


def part_of_year(day_count, day):
    """Return what share of a year passes from the day before to *day*."""
    eve = day - ONE_DAY
    if day_count == "ACT/ACT ISDA":
        return Fraction(1, 366 if isleap(eve.year) else 365)
    if day_count == "30E/360":
        return Fraction(thirties(day) - thirties(eve), 360)
    return Fraction(1, {"ACT/360": 360, "ACT/365F": 365}[day_count])


def thirties(day):
    return 360 * day.year + 30 * day.month + min(day.day, 30)


# ─── Rates ───


def contract_in_force(terms, day):
    """Return the contract rate of a day: a change counts from the day after its date."""
    rates = [c.contract_rate for c in terms.rate_changes if c.start < day and c.contract_rate]
    return [terms.contract_rate, *rates][-1]


def penalty_in_force(terms, day):
    rules = [c.penalty for c in terms.rate_changes if c.start < day and c.penalty]
    return [terms.penalty, *rules][-1]


def on_day(terms, rate, day):
    """Return what a unit earns on one day."""
    if rate is None:
        return NOTHING
    exact = Fraction(rate.value)
    return exact if rate.per == "day" else exact * part_of_year(terms.day_count, day)


def contract_on(terms, day):
    return on_day(terms, contract_in_force(terms, day), day)


def penalty_on(terms, day, due):
    """Return what lateness with a unit due on a day costs on one day, by the words of the rule.

    Where the rule is a sum a day that is what lateness costs, however many units there are.
    """
    paused = any(pause.first <= day <= pause.last for pause in terms.pauses)
    penalty = penalty_in_force(terms, day)
    if paused or penalty is None:
        return NOTHING
    for later in penalty.steps:
        if day > due + later.after_days * ONE_DAY:
            penalty = replace(penalty, rule=later.penalty.rule, value=later.penalty.value)
    if penalty.rule == "daily_amount":
        return Fraction(minor(terms, penalty.value))
    contract, worth = contract_on(terms, day), Fraction(penalty.value)
    yearly = on_day(terms, Rate(penalty.value, "year"), day)
    return {
        "daily_rate": worth,
        "annual_rate": yearly,
        "multiple_of_contract": contract * worth,
        "fraction_of_contract": contract * worth,
        "spread": yearly if terms.contract_interest_continues else contract + yearly,
    }[penalty.rule]


def on_interest_on(terms, day, due):
    """Return what a unit of unpaid interest costs on one day; it is a part of the penalty."""
    if terms.interest_on_interest_rate is None:
        return penalty_on(terms, day, due)
    if any(pause.first <= day <= pause.last for pause in terms.pauses):
        return NOTHING
    return on_day(terms, terms.interest_on_interest_rate, day)


def cap_on(terms, day):
    """Return what a unit may cost on one day, or None where no cap is enforced."""
    rates = [c.annual_rate for c in terms.caps if c.mode == "enforce" and c.annual_rate is not None]
    return on_day(terms, Rate(min(rates), "year"), day) if rates else None


def most_fees(terms):
    """Return to how much the fees of the loan are limited, or None."""
    most = [cap.fees for cap in terms.caps if cap.mode == "enforce" and cap.fees is not None]
    return minor(terms, min(most)) if most else None


# ─── Amounts ───


def minor(terms, amount):
    return int(amount * 10 ** {"CNY": 2, "JPY": 0, "KWD": 3}[terms.currency])


def rounded(terms, exact):
    whole, rest = divmod(Fraction(exact), 1)
    if terms.rounding == "down" or rest < Fraction(1, 2):
        return whole
    even = terms.rounding == "half-even" and rest == Fraction(1, 2) and whole % 2 == 0
    return whole if even else whole + 1


def of_a_day(terms, exact):
    """Return what a day costs, rounded where that is done day by day."""
    return Fraction(rounded(terms, exact)) if terms.rounding_at == "day" else exact


def period_interest(terms, base, start, end, rate=None):
    """Return the interest of a period at the contract rate, or at one of its own."""
    daily = [
        of_a_day(terms, base * (on_day(terms, rate, day) if rate else contract_on(terms, day)))
        for day in each_day(start, end)
    ]
    return rounded(terms, sum(daily, NOTHING))


# ─── What falls due ───


@dataclass(frozen=True)
class Part:
    """What is to fall due. Its interest runs from *start* to *end*, but for what was *carried*.

    *balance* bears it, at the contract's rates or at a *rate* of its own, or at a share of the year
    where all periods are *even*. Of listed interest there is none, and the start may not be known.
    *was* is the installment that an extension replaced, *called* are those that were to fall due
    later and the lender called.
    """

    due: date
    principal: int
    interest: int
    start: date | None
    end: date
    carried: int = 0
    was: "Part | None" = None
    balance: int | None = None
    rate: Rate | None = None
    even: bool = False
    called: tuple = ()
    residual: int = 0  # what of the carried an earlier delay left
    fee: int = 0  # for paying in installments; it is a part of the interest

    @property
    def total(self):
        return self.principal + self.interest

    def earned(self, terms, day):
        """Return the interest of the days so far, each at the rate of that day."""
        if self.called and day < self.end:
            return sum(part.earned(terms, day) for part in self.called)
        if self.start is None or day >= self.end:
            return self.interest
        if day <= self.start:
            to_come = self.was.interest - self.was.earned(terms, day) if self.was else 0
            return self.carried - to_come
        return self.carried + self.fee + self.of_days(terms, day)

    def of_days(self, terms, day):
        if self.balance is None:
            listed = self.interest - self.carried - self.fee
            return rounded(terms, listed * Fraction((day - self.start).days, self.length))
        if self.even:
            return even_interest(terms, self.balance, self.start, self.end, day)
        return period_interest(terms, self.balance, self.start, day, self.rate)

    def with_more(self, interest):
        """Return the part asking for interest that was carried over to it."""
        called = self.called and (self.called[0].with_more(interest), *self.called[1:])
        more = {"interest": self.interest + interest, "carried": self.carried + interest}
        more["residual"] = self.residual + interest
        return replace(self, **more, called=called)

    @property
    def length(self):
        return (self.end - self.start).days


def even_interest(terms, balance, start, end, until):
    """Return what a balance bears by a day of one of equal periods, each day the same share."""
    if start == end:
        return 0
    rates = [of_period(terms, contract_in_force(terms, day)) for day in each_day(start, until)]
    return rounded(terms, balance * sum(rates, NOTHING) / (end - start).days)


def planned(terms):
    """Return what falls due, and when."""
    if terms.repayment == "listed":
        starts = [None, *(part.due for part in terms.listed)]
        parts = [
            Part(business_day(terms, part.due), part.principal, part.interest, start, part.due)
            for start, part in zip(starts, terms.listed, strict=False)
        ]
    elif terms.repayment == "fixed":
        parts = fixed(terms)
    elif terms.repayment == "revolving":
        parts = minimums(terms, minor(terms, terms.principal), to_come(terms), terms.paid_until)
    else:
        plan, principal = PLANS[terms.repayment], minor(terms, terms.principal)
        principal += capitalized(terms, terms.capitalized_on)
        parts = plan(terms, principal, periods(terms, terms.installment_count))
        parts = [*with_fees(terms, principal, parts)]
    return accelerated(terms, [replace(part, due=business_day(terms, part.end)) for part in parts])


def with_fees(terms, principal, parts):
    """Add to each installment, or to the first, what paying in installments costs."""
    fee = terms.installment_fee
    for number, part in enumerate(parts):
        if fee is None or (number and fee.charged == "first"):
            yield part
        else:
            each = rounded(terms, principal * Fraction(fee.share)) if fee.share else 0
            each += minor(terms, fee.flat)
            yield replace(part, interest=part.interest + each, fee=each)


MANY = 160  # more of what goes on without end than any test lives to see, or pays ahead


def fixed(terms):
    """The same amount on each date, up to the last one if there is one."""
    dues = [step(terms, terms.first_due, n) for n in range(terms.installment_count or MANY)]
    dues = [due for due in dues if terms.until is None or due <= terms.until]
    interest = minor(terms, terms.interest)
    principal = minor(terms, terms.amount) - interest
    return [
        Part(due, principal, interest, start, due)
        for start, due in zip([None, *dues], dues, strict=False)
    ]


def to_come(terms):
    """Return the number of the first period of a balance that falls due after what was paid."""
    number = 0
    while terms.paid_until and business_day(terms, step(terms, terms.first_due, number)) <= (
        terms.paid_until
    ):
        number += 1
    return number


def capitalized(terms, day):
    """Return the interest of before the schedule that a day has earned, rounded once."""
    if terms.capitalized_on is None:
        return 0
    end = max(terms.start, min(day, terms.capitalized_on))
    return period_interest(terms, minor(terms, terms.principal), terms.start, end)


def goes_on(terms):
    return terms.repayment == "fixed" and not (terms.installment_count or terms.until)


def periods(terms, count):
    dues = [step(terms, terms.first_due, number) for number in range(count)]
    begin = terms.capitalized_on or terms.start or step(terms, terms.first_due, -1)
    begin = terms.first_due if terms.in_advance else begin
    return list(zip([begin, *dues], dues, strict=False))


def equal_principal(terms, left, spans):
    """The same principal each time, and the interest on what is left."""
    free, kept = terms.interest_only_installments, minor(terms, terms.balloon)
    usual = agreed_unit(terms, Fraction(left - kept, len(spans) - free))
    for number, (start, end) in enumerate(spans):
        share = 0 if number < free else min(usual, max(0, left - kept))
        share = left if end == spans[-1][1] else share
        yield by_day_count(terms, share, left, start, end)
        left -= share


def agreed_unit(terms, exact):
    """Return a sum as the lender asks for it: of whole units, if so agreed."""
    if terms.installment_multiple_of is None:
        return rounded(terms, exact)
    unit = minor(terms, terms.installment_multiple_of)
    below = exact // unit * unit
    over = exact - below
    up = {"up": over > 0, "down": False, "nearest": 2 * over >= unit}[terms.installment_rounding]
    return int(below + unit * up)


def flat(terms, borrowed, spans):
    """The same share of what was borrowed each time, and interest on all of that."""
    free, kept = terms.interest_only_installments, minor(terms, terms.balloon)
    left, before, level = borrowed, "none so far", None
    for number, (start, end) in enumerate(spans):
        rate = contract_in_force(terms, start + ONE_DAY)
        usual = borrowed * of_period(terms, rate)
        if rate != before:
            level = agreed_unit(terms, Fraction(borrowed - kept, len(spans) - free) + usual)
            if terms.installment is not None and number <= free:
                level = minor(terms, terms.installment)
        interest = even_interest(terms, borrowed, start, end, end)
        share = min(max(level - rounded(terms, usual), 0), max(0, left - kept))
        share = 0 if number < free else share
        share = left if end == spans[-1][1] else share
        yield Part(end, share, interest, start, end, balance=borrowed, even=True)
        left, before = left - share, rate


def by_day_count(terms, share, balance, start, end):
    interest = period_interest(terms, balance, start, end)
    return Part(end, share, interest, start, end, balance=balance)


def interest_only(terms, principal, spans):
    for start, end in spans:
        share = principal if end == spans[-1][1] else 0
        yield by_day_count(terms, share, principal, start, end)


def bullet(terms, principal, spans):
    start, end = spans[0][0], spans[-1][1]
    yield by_day_count(terms, principal, principal, start, end)


def equal_installment(terms, left, spans):
    """The same sum each time: what a unit a period is worth today decides how many units."""
    if terms.installment_interest == "actual":
        yield from equal_by_days(terms, left, spans)
        return
    free, kept = terms.interest_only_installments, minor(terms, terms.balloon)
    level = before = None
    for number, (start, end) in enumerate(spans):
        rate = contract_in_force(terms, start + ONE_DAY)
        each = of_period(terms, rate)
        if level is None or rate != before or number == free:
            begin = 0 if terms.in_advance and not number else 1
            count = len(spans) - max(number, free)
            worth = [1 / (1 + each) ** n for n in range(begin, count + begin)]
            level = agreed_unit(terms, (left - kept * worth[-1]) / sum(worth))
            if terms.installment is not None and number in {0, free}:
                level = minor(terms, terms.installment)
        own = 0 if start == end else rounded(terms, left * each)
        share = 0 if number < free else min(max(level - own, 0), max(0, left - kept))
        share = left if end == spans[-1][1] else share
        even = number > 0 or terms.start is None or start == step(terms, end, -1)
        if even:
            interest = even_interest(terms, left, start, end, end)
            yield Part(end, share, interest, start, end, balance=left, even=True)
        else:
            yield by_day_count(terms, share, left, start, end)
        left, before = left - share, rate


def equal_by_days(terms, left, spans):
    """The same sum each time, of interest for the days of each period and the rest.

    Nobody foresees another rate: the sum is found as if the one of today went on, and found again
    once a period begins at another.
    """
    free, kept = terms.interest_only_installments, minor(terms, terms.balloon)
    level = before = None
    for number, (start, end) in enumerate(spans):
        rate = contract_in_force(terms, start + ONE_DAY)
        if level is None or rate != before or number == free:
            worth, units = Fraction(1), NOTHING
            for first, last in spans[max(number, free) :]:
                worth /= 1 + sum(on_day(terms, rate, day) for day in each_day(first, last))
                units += worth
            level = agreed_unit(terms, (left - kept * worth) / units)
            if terms.installment is not None and number in {0, free}:
                level = minor(terms, terms.installment)
        interest = period_interest(terms, left, start, end)
        share = 0 if number < free else min(max(level - interest, 0), max(0, left - kept))
        share = left if end == spans[-1][1] else share
        yield by_day_count(terms, share, left, start, end)
        left, before = left - share, rate


def of_period(terms, rate):
    """Return the rate for one of equal periods."""
    count, unit = terms.frequency.count, terms.frequency.unit
    if rate is None:
        return NOTHING
    if rate.per == "day":
        return Fraction(rate.value) * count * {**DAYS, "month": 30}[unit]
    year = 360 if terms.day_count in {"ACT/360", "30E/360", "30/360"} else 365
    return (
        Fraction(rate.value)
        * count
        / {"day": year, "week": 52, "half-month": 24, "month": 12}[unit]
    )


def begun_by(terms, day):
    """Return the terms as far as they have begun: a new rate does on the day after its date."""
    changes = tuple(change for change in terms.rate_changes if change.start < day)
    called = terms.acceleration_date
    called = called if called and called <= day else None
    return replace(terms, rate_changes=changes, acceleration_date=called)


def drawn_before(terms):
    """Return how many days before a due date the statement that names its minimum is drawn."""
    if terms.frequency.unit == "month":
        return terms.minimum.statement_days
    length = terms.frequency.count * DAYS[terms.frequency.unit]
    return min(terms.minimum.statement_days, length)


def minimums(terms, left, number=0, since=None, lived=(), asked=None):
    """What a balance asks for from period *number* on.

    Before *since* it was another one, with which periods have earned what is *lived*. *asked* is
    the rest of a minimum that a statement has named.
    """
    lived = list(lived)
    while True:
        due = step(terms, terms.first_due, number)
        start = number and step(terms, terms.first_due, number - 1)
        start = start or terms.start or step(terms, terms.first_due, -1)
        start = min(due, max(start, since or start))
        carried = lived.pop(0) if lived else 0
        free = number == 0 and terms.start is None
        balance = 0 if free else left
        interest = carried + period_interest(terms, balance, start, due)
        statement = business_day(terms, due) - drawn_before(terms) * ONE_DAY
        seen = carried + period_interest(begun_by(terms, statement), balance, start, due)
        included = seen if terms.minimum.includes_interest else 0
        share = rounded(terms, (left + included) * Fraction(terms.minimum.share))
        share = max(share, minor(terms, terms.minimum.floor)) - included
        share = min(left, max(share, 1) if asked is None else asked)
        yield Part(due, share, interest, start, due, carried, balance=balance)
        left, number, asked = left - share, number + 1, None
        if not left:
            return


PLANS = {
    "equal-principal": equal_principal,
    "flat": flat,
    "interest-only": interest_only,
    "bullet": bullet,
    "equal-installment": equal_installment,
}


def accelerated(terms, parts):
    """Have what would be due later fall due on the day of acceleration."""
    day = terms.acceleration_date
    rest = [part for part in parts if day is not None and part.due > day]
    if not rest:
        return parts
    kept = parts[: len(parts) - len(rest)]
    if kept and kept[-1].due == day:
        rest.insert(0, kept.pop())
    principal = sum(part.principal for part in rest)
    interest = sum(part.earned(terms, day) for part in rest)
    return [*kept, Part(day, principal, interest, rest[0].start, day, called=tuple(rest))]


# ─── What is due ───


@dataclass
class Debt:
    """One installment that has fallen due, and what the days of lateness have cost."""

    due: date
    principal: int
    scheduled: int  # interest that fell due with it
    capital: Fraction = NOTHING  # unpaid interest that bears interest
    borrowed: int = 0  # its principal when it fell due
    late_interest: Fraction = NOTHING
    late_penalty: Fraction = NOTHING
    allowed: Fraction | None = None  # what a cap lets it cost
    fees: int = 0
    let_go: int = 0  # what of its charges was waived
    paid: dict = field(default_factory=lambda: {"interest": 0, "penalty": 0, "fees": 0})
    spared: bool = False  # it owes no penalty from now on
    asked: int = 0  # of a minimum: what has to reach it
    received: int = 0
    of_before: int = 0  # what of its interest an earlier delay left
    ledger: "Ledger | None" = None
    left_over: bool = False  # so little is left of it that nobody asks for it

    @property
    def scheduled_unpaid(self):
        return max(0, self.scheduled - self.paid["interest"])

    @property
    def unpaid(self):
        """What of the installment itself is unpaid."""
        return self.principal + self.scheduled_unpaid

    def live_through(self, day, terms, base):
        """The day costs in full what was unpaid when it began."""
        if terms.contract_interest_continues:
            interest = of_a_day(terms, self.principal * contract_on(terms, day))
            self.late_interest += interest
        if not self.spared and not (self.is_deducted(terms) and day <= self.grace_end(terms)):
            self.be_penalised(day, terms, base)
        if (cap := cap_on(terms, day)) is not None:
            self.allowed = (self.allowed or NOTHING) + self.principal * cap
        if self.is_turn(day, terms):
            self.capital = self.unpaid_charges(terms)

    def be_penalised(self, day, terms, base):
        base = min(base, 1) if terms.penalty and by_the_day(terms) else base
        self.late_penalty += of_a_day(terms, base * penalty_on(terms, day, self.due))
        if day == self.due + ONE_DAY and terms.dpd_includes_due_date:
            self.late_penalty += of_a_day(terms, base * penalty_on(terms, self.due, self.due))
        compound = self.capital * on_interest_on(terms, day, self.due)
        self.late_penalty += Fraction(floor(compound * FINE), FINE)

    def is_turn(self, day, terms):
        """Whether unpaid interest begins to bear interest after this day."""
        if terms.compounding == "monthly":
            count = 12 * (day.year - self.due.year) + day.month - self.due.month
            return day == months_later(self.due, count)
        return terms.compounding == "daily"

    def unpaid_charges(self, terms):
        """All interest and penalty that is unpaid, but what the base of the penalty holds."""
        scheduled = self.scheduled_unpaid
        if terms.penalty_base == "overdue-installment":
            scheduled = 0
        paid = max(0, self.paid["interest"] - self.scheduled) + self.paid["penalty"]
        return max(NOTHING, scheduled + self.late_interest + self.late_penalty - paid)

    def grace_end(self, terms):
        return self.due + ONE_DAY * (terms.grace_days if "penalty" in terms.grace_covers else 0)

    def is_spared_interest(self, day, terms):
        """Whether whoever pays it all by this day owes no interest for being late."""
        covered = "interest" in terms.grace_covers and terms.grace_days
        return bool(covered) and day <= self.due + terms.grace_days * ONE_DAY

    def is_deducted(self, terms):
        return terms.grace_mode == "deducted" and self.grace_end(terms) > self.due

    def owed(self, day, terms):
        """Return what is owed, by component, as far as the loan may cost so much."""
        cost = most_cost(terms)
        if cost is None:
            return self.owed_alone(day, terms)
        return self.ledger.within(cost, day)[id(self)]

    def owed_alone(self, day, terms):
        interest = rounded(terms, self.late_interest)
        penalty = rounded(terms, self.late_penalty)
        if terms.penalty and terms.penalty.at_least is not None and self.late_penalty:
            penalty = max(penalty, minor(terms, terms.penalty.at_least))
        if terms.penalty and terms.penalty.at_most is not None:
            share = Fraction(terms.penalty.at_most)
            penalty = min(penalty, rounded(terms, self.borrowed * share))
        if day <= self.grace_end(terms):
            penalty = 0
        if self.is_spared_interest(day, terms):
            interest = 0
        interest, penalty, fees = self.capped(interest, penalty, self.fees)
        return {
            "fees": fees - self.paid["fees"],
            "penalty": penalty - self.paid["penalty"],
            "interest": self.scheduled + interest - self.paid["interest"],
            "principal": self.principal,
        }

    def capped(self, interest, penalty, fees):
        """Cut the penalty first, then fees, then interest, but nothing that was paid."""
        if self.allowed is None:
            return interest, penalty, fees
        most = floor(self.allowed)
        penalty = max(min(penalty, self.paid["penalty"]), min(penalty, most - interest - fees))
        fees = max(min(fees, self.paid["fees"]), min(fees, most - interest - penalty))
        paid = max(0, self.paid["interest"] - self.scheduled)
        interest = max(min(interest, paid), min(interest, most - fees - penalty))
        return interest, penalty, fees

    def take(self, money, day, terms, component):
        """Pay a component; return what is left of the money."""
        part = max(0, min(money, self.owed(day, terms)[component]))
        if component == "principal":
            self.principal -= part
        else:
            self.paid[component] += part
        return money - part

    def settle(self, day, terms):
        """See what a payment has changed for the days to come."""
        if not self.unpaid and day <= self.grace_end(terms):
            self.late_penalty, self.spared = NOTHING, True
        if not self.unpaid and self.is_spared_interest(day, terms):
            self.late_interest = NOTHING
        if not any(self.owed(day, terms).values()):
            self.spared = True  # no fraction that nobody has to pay costs anything
        self.capital = min(self.capital, self.unpaid_charges(terms))


def by_the_day(terms):
    """Whether lateness costs a sum a day."""
    every = [terms.penalty, *(change.penalty for change in terms.rate_changes)]
    return any(penalty and penalty.rule == "daily_amount" for penalty in every)


def most_cost(terms):
    """Return what the loan may cost in all, or None."""
    shares = [cap.cost for cap in terms.caps if cap.mode == "enforce" and cap.cost is not None]
    if not shares:
        return None
    borrowed = minor(terms, terms.principal)
    if terms.repayment in {"listed", "fixed"}:
        borrowed = sum(part.principal for part in planned(terms))
    return floor(borrowed * Fraction(min(shares)))


class Ledger:
    """All that is due and all that is to come."""

    cost_of_before = 0  # what was paid for debts that an extension has replaced

    def cost_so_far(self, day):
        """Return all that was or is charged besides principal, whatever the loan may cost."""
        cost = self.cost_of_before
        for debt in self.debts:
            owed = debt.owed_alone(day, self.terms)
            cost += sum(owed.values()) - owed["principal"] + self.cost_paid(debt)
        return cost

    def cost_paid(self, debt):
        return sum(debt.paid.values()) - debt.let_go - debt.of_before

    def within(self, cost, day):
        """Return what each debt owes once what is too much is cut: penny by penny the newest's."""
        too_much = max(0, self.cost_so_far(day) - cost)
        result = {}
        for debt in reversed(self.debts):
            owed = debt.owed_alone(day, self.terms)
            for component in ("penalty", "fees", "interest"):
                cut = max(0, min(too_much, owed[component]))
                owed[component] -= cut
                too_much -= cut
            result[id(debt)] = owed
        return result

    def __init__(self, terms):
        self.terms = terms
        self.coming = planned(terms)
        self.all_dues = [part.due for part in self.coming]
        self.debts = []
        self.fallen = to_come(terms) if terms.repayment == "revolving" else 0
        paid = [p.due for p in self.coming if terms.paid_until and p.due <= terms.paid_until]
        self.last_paid = (
            terms.paid_until if terms.repayment == "revolving" else max(paid, default=None)
        )
        self.credit = 0
        self.fees_charged = 0

    def covers(self, day):
        """Whether what was paid on a day is part of what ``paid_until`` says."""
        return self.last_paid is not None and day <= self.last_paid

    def was_paid(self, due):
        """Whether an installment was paid on its day; one that was put off later was not."""
        terms = self.terms
        put_off = any(e.due == due and e.agreed > due for e in terms.extensions)
        return terms.paid_until is not None and due <= terms.paid_until and not put_off

    # ─── One day ───

    def live_through(self, day):
        bases = [self.base(debt) for debt in self.debts]
        for debt, base in zip(self.debts, bases, strict=True):
            debt.live_through(day, self.terms, base)
        oldest = self.oldest_unpaid()
        for debt in self.debts:
            for fee in self.terms.fees:
                if self.is_fee_day(fee, debt, day) and (fee.per == "installment" or debt is oldest):
                    self.charge(fee, debt)

    def base(self, debt):
        if self.terms.penalty_base == "overdue-installment":
            return debt.unpaid
        if self.terms.penalty_base == "outstanding-principal":
            everything = sum(item.principal for item in [*self.debts, *self.coming])
            return everything if debt is self.oldest_unpaid() else 0
        return debt.principal

    def oldest_unpaid(self):
        return next((debt for debt in self.debts if debt.unpaid), None)

    def is_fee_day(self, fee, debt, day):
        terms, after = self.terms, fee.after_days
        if after is None:
            after = terms.grace_days if "fee" in terms.grace_covers else 0
        first = debt.due + (after + 1) * ONE_DAY
        if fee.per == "installment":
            return day == first
        number = 0
        while (turn := step(terms, debt.due, number) + (after + 1) * ONE_DAY) < day:
            number += 1
        return turn == day

    def charge(self, fee, debt):
        if not debt.unpaid:
            return
        base = {
            "overdue": debt.unpaid,
            "principal": debt.principal,
            "interest": debt.scheduled_unpaid,
            "installment": debt.asked,
        }[fee.of]
        if not base:
            return
        amount = rounded(self.terms, self.fee_on(fee.amount, base))
        if fee.minimum is not None:
            amount = max(amount, minor(self.terms, fee.minimum))
        if fee.maximum is not None:
            amount = min(amount, minor(self.terms, fee.maximum))
        if (most := most_fees(self.terms)) is not None:
            amount = min(amount, most - self.fees_charged)
        debt.fees += amount
        self.fees_charged += amount

    def fee_on(self, amount, overdue):
        if amount.kind == "flat":
            return minor(self.terms, amount.value)
        if amount.kind == "percent":
            return overdue * Fraction(amount.value)
        if amount.kind == "tiers":
            reached = [of for bound, of in amount.tiers if minor(self.terms, bound) <= overdue]
            return self.fee_on(reached[-1], overdue) if reached else 0
        several = [self.fee_on(of, overdue) for of in amount.of]
        return min(several) if amount.kind == "lesser_of" else max(several)

    def fall_due(self, day):
        while self.coming and self.coming[0].due <= day:
            part = self.coming.pop(0)
            self.fallen += 1
            if self.was_paid(part.due):
                continue
            debt = Debt(part.due, part.principal, part.interest)
            debt.asked, debt.borrowed, debt.ledger = part.total, part.principal, self
            debt.of_before = part.residual
            for component in self.terms.allocation_order:
                takes = min(self.credit, getattr(part, component, 0))
                if component == "principal":
                    debt.principal -= takes
                elif component == "interest":
                    debt.paid["interest"] += takes
                debt.received += takes
                self.credit -= takes
            if self.terms.compounding != "none":
                debt.capital = debt.unpaid_charges(self.terms)
            self.debts.append(debt)

    def extend(self, extension, day):
        """Replace an installment by equal shares of it on later dates."""
        terms = self.terms
        late = next((debt for debt in self.debts if debt.due == extension.due), None)
        part = next((part for part in self.coming if part.due == extension.due), None)
        if late is not None:
            owed = late.owed(day, terms)
            left = owed.pop("principal")
            carried, since, part = sum(owed.values()), day, None
            self.cost_of_before += self.cost_paid(late)
            self.debts.remove(late)
        elif part is not None:
            left, carried, since = part.principal, part.interest, part.end
            self.coming.remove(part)
        else:
            return
        self.all_dues = [due for due in self.all_dues if due != extension.due]
        self.all_dues += extension.to
        usual = rounded(terms, Fraction(left, len(extension.to)))
        for due in extension.to:
            share = left if due == extension.to[-1] else min(usual, left)
            interest = carried + period_interest(terms, left, since, due, extension.rate)
            was = part if since == (part and part.end) else None
            moved = Part(due, share, interest, since, due, carried, was)
            self.coming.append(replace(moved, balance=left, rate=extension.rate))
            left, carried, since = left - share, 0, max(since, due)
        self.coming.sort(key=lambda part: part.due)

    # ─── What is paid ───

    def waive(self, waiver, day):
        left = minor(self.terms, waiver.amount)
        for debt in self.debts:
            for component in [waiver.of] if waiver.of else ["fees", "penalty", "interest"]:
                before = left
                left = debt.take(left, day, self.terms, component)
                debt.let_go += (before - left) * (component != "principal")
            debt.settle(day, self.terms)

    def pay(self, money, day):
        terms, money = self.terms, money + self.credit
        pairs = [(debt, component) for debt in self.debts for component in terms.allocation_order]
        if terms.allocation_by == "component":
            pairs = [(debt, part) for part in terms.allocation_order for debt in self.debts]
        had = [debt.received for debt in self.debts]
        for debt, component in pairs:
            before, money = money, debt.take(money, day, terms, component)
            debt.received += before - money
        for debt in self.debts:
            debt.settle(day, terms)
        self.ask_later(day, had)
        self.credit = money
        if not self.coming or not money:
            return
        if goes_on(self.terms):
            return
        if money >= self.early_payoff(day):
            self.credit -= self.early_payoff(day)
            self.coming = []
        elif terms.repayment == "revolving":
            self.pay_down(day)

    def ask_later(self, day, had):
        """Have a later installment ask for what lateness left of debts paid by their amounts.

        What came of this payment beyond one debt's amount goes to the next one's.
        """
        terms, over = self.terms, 0
        for debt, before in zip(self.debts, had, strict=True):
            rest = sum(debt.owed(day, terms).values())
            if not rest and debt.received == before:
                continue
            over += (debt.received - before) - max(0, debt.asked - before)
            if over < 0 and debt.received < debt.asked:
                return
            little = rest < minor(terms, terms.residual_below)
            card = terms.repayment == "revolving"
            if rest and (card or little or terms.residual != "due"):
                self.put_off(debt, rest, day)

    def put_off(self, debt, rest, day):
        terms = self.terms
        if self.coming:
            place = -1 if terms.residual == "end" else 0
            self.coming[place] = self.coming[place].with_more(rest)
        elif terms.repayment == "revolving" or terms.acceleration_date or goes_on(terms):
            debt.left_over = rest < minor(terms, terms.residual_below)
            return
        elif rest < minor(terms, terms.residual_below):
            debt.left_over = True
            return
        else:
            last, number = max(self.all_dues), 1
            while step(terms, last, number) <= day:
                number += 1
            due = step(terms, last, number)
            self.coming.append(Part(due, 0, rest, None, due, rest, residual=rest))
            self.all_dues.append(due)
        left = rest
        for component in terms.allocation_order:
            left = debt.take(left, day, terms, component)
        debt.settle(day, terms)

    def pay_down(self, day):
        """Pay the balance down at once; what is left of it asks for new minimums.

        After the statement its minimum comes first, then as much is kept as the interest will be
        if nothing changes. What the lender calls later has not been called yet.
        """
        before = self.coming
        self.coming = [one for part in before for one in part.called or [part]]
        balance = sum(part.principal for part in self.coming)
        asked = self.coming[0].principal if self.is_drawn(day) else 0
        # The most to keep that is not more than the interest: found by halving.
        kept, too_much = 0, max(0, self.credit - asked) + 1 if self.is_drawn(day) else 1
        while too_much - kept > 1:
            half = (kept + too_much) // 2
            foreseen = begun_by(self.terms, day)
            interest = self.after(self.credit - half, balance, day, foreseen)[0].interest
            kept, too_much = (half, too_much) if half <= interest else (kept, half)
        down = min(self.credit - kept, balance)
        if not down:
            self.coming = before
            return
        self.coming = self.after(down, balance, day, self.terms)
        self.credit -= down

    def is_drawn(self, day):
        """Whether the statement that asks for the next minimum is there."""
        return day > self.coming[0].due - drawn_before(self.terms) * ONE_DAY

    def after(self, down, balance, day, terms):
        """What comes by some terms once so much is paid down."""
        down = min(down, balance)
        asked = max(0, self.coming[0].principal - down) if self.is_drawn(day) else None
        lived = [part.earned(terms, day) for part in self.coming if part.start < day]
        anew = minimums(terms, balance - down, self.fallen, day, lived, asked)
        anew = [replace(part, due=business_day(terms, part.due)) for part in anew]
        return accelerated(terms, anew)

    def early_payoff(self, day):
        """All principal to come, and the interest that the days so far have earned."""
        if goes_on(self.terms):
            return 0
        terms = self.terms
        earned = sum(part.earned(terms, day) for part in self.coming)
        if self.coming:  # what was not earned yet is not in the principal yet
            earned += capitalized(terms, day) - capitalized(terms, terms.capitalized_on)
        if (most := most_cost(terms)) is not None:
            earned = min(earned, max(0, most - self.cost_so_far(day)))
        return sum(part.principal for part in self.coming) + earned

    # ─── How things stand ───

    def standing(self, as_of):
        due = self.due(as_of)
        rests, left = [], self.credit
        for part in self.coming:
            rests.append((part.due, part.total - min(left, part.total)))
            left -= min(left, part.total)
        arrears = [(debt.due, Owed(**debt.owed(as_of, self.terms))) for debt in self.asked]
        arrears = [(day, owed) for day, owed in arrears if owed.total]
        late = max(((as_of - day).days for day, _ in arrears), default=0)
        tomorrow = deepcopy(self)
        tomorrow.live_through(as_of + ONE_DAY)
        return Simulated(
            due=due,
            tomorrow=tomorrow.due(as_of + ONE_DAY),
            arrears=arrears,
            upcoming=[(day, Owed(rest)) for day, rest in rests],
            days_past_due=late + (late > 0 and self.terms.dpd_includes_due_date),
            payoff=max(0, due.total + self.early_payoff(as_of) - self.credit),
            credit=self.credit,
        )

    @property
    def asked(self):
        """The debts that somebody asks for."""
        return [debt for debt in self.debts if not debt.left_over]

    def due(self, day):
        owed = [Owed(**debt.owed(day, self.terms)) for debt in self.asked]
        return sum(owed, Owed())
