"""What holds for every loan: compared with a slow, obvious simulation, and by law.

The simulation below is written from the rules in words, not from the program: it lives through
every day, one after the other, with fractions, and rounds only when somebody asks.
"""

from collections import namedtuple
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import floor

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from reminderd.loans.accrual import Account
from reminderd.loans.daycount import DayCount
from reminderd.loans.explain import explain
from reminderd.loans.money import Money, Rate
from reminderd.loans.owed import Owed
from reminderd.loans.position import value
from reminderd.loans.terms import (
    GraceCovers,
    GraceMode,
    Installment,
    Loan,
    LoanTerms,
    Payment,
    Penalty,
    PenaltyBase,
    PenaltyRule,
    Repayment,
)

ONE_DAY = timedelta(days=1)
FIRST_DUE = date(2024, 1, 31)  # a month's end, with a leap day soon after


def examples(count):
    return settings(deadline=None, max_examples=count, suppress_health_check=[HealthCheck.too_slow])


# ─── Random loans ───

# Days from the first due date: around it more often than far away, for there the rules meet.
offsets = st.one_of(st.integers(-5, 50), st.integers(-45, 450))
percent = st.integers(0, 3600).map(lambda n: Decimal(n) / 10_000)  # of a year: up to 36 %
per_day = st.integers(0, 1000).map(lambda n: Decimal(n) / 1_000_000)  # up to 0.1 %
factor = st.integers(0, 200).map(lambda n: Decimal(n) / 100)
contract_rates = st.one_of(
    st.none(),
    st.builds(Rate, percent, st.just("year")),
    st.builds(Rate, per_day, st.just("day")),
)


@st.composite
def penalties(draw, contract):
    """Return no penalty, or one by any rule that the contract allows."""
    rules = [None, PenaltyRule.DAILY_RATE, PenaltyRule.ANNUAL_RATE]
    if contract is not None:
        rules += [PenaltyRule.MULTIPLE_OF_CONTRACT, PenaltyRule.FRACTION_OF_CONTRACT]
    if contract is not None and contract.per == "year":
        rules.append(PenaltyRule.SPREAD)
    rule = draw(st.sampled_from(rules))
    if rule is None:
        return None
    points = {
        PenaltyRule.DAILY_RATE: per_day,
        PenaltyRule.ANNUAL_RATE: percent,
        PenaltyRule.SPREAD: percent,
    }
    worth = points.get(rule, factor)
    return Penalty(rule, draw(worth))


@st.composite
def repayments(draw):
    """Return the part of the terms that says what falls due and when."""
    kind = draw(st.sampled_from(list(Repayment)[:3]))
    if kind is Repayment.LISTED:
        gaps = draw(st.lists(st.integers(1, 70), min_size=1, max_size=4))
        dues = [FIRST_DUE + timedelta(days=sum(gaps[:n])) for n in range(len(gaps))]
        principal, interest = st.integers(1, 2_000_000), st.integers(0, 100_000)
        rows = tuple(Installment(due, draw(principal), draw(interest)) for due in dues)
        return {"repayment": kind, "listed": rows}
    start = draw(st.one_of(st.none(), st.integers(1, 60)))
    return {
        "repayment": kind,
        "principal": draw(st.integers(1, 5_000_000)),
        "installment_count": draw(st.integers(1, 12)),
        "first_due": FIRST_DUE,
        "start": None if start is None else FIRST_DUE - timedelta(days=start),
    }


def graces(plan):
    """Return days of grace that no two installments are closer than."""
    dues = [part.due for part in plan.get("listed", ())]
    closest = min(((b - a).days for a, b in pairwise(dues)), default=40)
    one = plan.get("installment_count", len(dues)) == 1
    return [days for days in (0, 0, 1, 10, 31, 40) if one or days <= min(closest, 31)]


@st.composite
def loans(draw):
    """Return a loan with any terms and up to six payments, before, on and after due dates."""
    currency = draw(st.sampled_from(["CNY", "JPY", "KWD"]))
    plan = draw(repayments())
    if "principal" in plan:
        plan["principal"] = Money(plan["principal"], currency).amount
    contract = draw(contract_rates)
    penalty = draw(penalties(contract))
    replaces = penalty is not None and penalty.rule is PenaltyRule.MULTIPLE_OF_CONTRACT
    terms = LoanTerms(
        currency=currency,
        contract_rate=contract,
        penalty=penalty,
        contract_interest_continues=not replaces and draw(st.sampled_from([True, True, False])),
        day_count=draw(st.sampled_from(DayCount)),
        penalty_base=draw(st.sampled_from(list(PenaltyBase)[:2])),
        grace_days=draw(st.sampled_from(graces(plan))),
        grace_mode=draw(st.sampled_from(GraceMode)),
        grace_covers=draw(st.sampled_from([tuple(GraceCovers), (GraceCovers.REPORTING,)])),
        **plan,
    )
    one = st.tuples(offsets, amounts(terms))
    paid = draw(st.lists(one, min_size=draw(st.integers(0, 4)), max_size=6))
    return with_payments(terms, paid)


def amounts(terms):
    """Return a strategy for amounts between a minor unit and more than the loan."""
    whole = sum(part.total for part in installments_of(terms))
    return st.one_of(st.integers(1, max(1, whole // 3)), st.integers(1, 2 * whole))


def with_payments(terms, paid):
    payments = tuple(
        Payment(FIRST_DUE + timedelta(days=day), Money(minor, terms.currency).amount)
        for day, minor in paid
    )
    return Loan("loan", "Loan", terms, "Asia/Shanghai", payments)


def also_paying(loan, day, minor):
    payment = Payment(day, Money(minor, loan.terms.currency).amount)
    return replace(loan, payments=(*loan.payments, payment))


def known_by(loan, day):
    """Return the loan as it stood on a day, before anything later was paid."""
    return replace(loan, payments=tuple(paid for paid in loan.payments if paid.on <= day))


days = offsets.map(lambda n: FIRST_DUE + timedelta(days=n))


# ─── The simulation ───

Simulated = namedtuple("Simulated", "due tomorrow arrears credit upcoming payoff")


def half_up(exact):
    return floor(exact + Fraction(1, 2))


def same_day_next(first, count):
    """Return the same day of so many months later, or the last day of that month."""
    month = date(
        first.year + (first.month - 1 + count) // 12, (first.month - 1 + count) % 12 + 1, 1
    )
    days_of_month = [month + timedelta(days=n) for n in range(31)]
    within = [day for day in days_of_month if day.month == month.month and day.day <= first.day]
    return within[-1]


def daily_rate(rate, day_count):
    if rate is None:
        return Fraction(0)
    exact = Fraction(rate.value)
    # Of the other conventions this is near enough to make up payments with.
    return exact if rate.per == "day" else exact / (365 if day_count == "ACT/365F" else 360)


def penalty_rate(terms):
    """Return the daily penalty rate, by the words of the rule."""
    contract = daily_rate(terms.contract_rate, terms.day_count)
    if terms.penalty is None:
        return Fraction(0)
    worth = Fraction(terms.penalty.value)
    return {
        "daily_rate": worth,
        "annual_rate": daily_rate(Rate(terms.penalty.value, "year"), terms.day_count),
        "multiple_of_contract": contract * worth,
        "fraction_of_contract": contract * worth,
        "spread": (0 if terms.contract_interest_continues else contract)
        + daily_rate(Rate(terms.penalty.value, "year"), terms.day_count),
    }[terms.penalty.rule]


def beginning(terms):
    return terms.start or same_day_next(terms.first_due, -1)


def installments_of(terms):
    """Return what falls due, in minor units, worked out the long way."""
    if terms.repayment is Repayment.LISTED:
        return list(terms.listed)
    dues = [same_day_next(terms.first_due, n) for n in range(terms.installment_count)]
    left = int(terms.principal * 10 ** {"CNY": 2, "JPY": 0, "KWD": 3}[terms.currency])
    plan = equal_shares if terms.repayment is Repayment.EQUAL_PRINCIPAL else equal_sums
    parts = []
    for due, interest_on, share_after in plan(terms, left, dues):
        interest = half_up(interest_on(left))
        share = left if due == dues[-1] else min(max(share_after(left), 0), left)
        parts.append(Installment(due, share, interest))
        left -= share
    return parts


def equal_shares(terms, principal, dues):
    """The same principal each time, and interest for the days since the date before."""
    daily = daily_rate(terms.contract_rate, terms.day_count)
    usual, since = half_up(Fraction(principal, len(dues))), beginning(terms)
    for due in dues:
        period = (due - since).days
        yield due, (lambda left, period=period: left * daily * period), lambda _: usual
        since = due


def equal_sums(terms, principal, dues):
    """The same sum each time: what a unit a month is worth today decides how many units."""
    rate = terms.contract_rate
    monthly = daily_rate(rate, terms.day_count) * 30
    if rate is not None and rate.per == "year":
        monthly = Fraction(rate.value) / 12
    level = half_up(principal / sum(1 / (1 + monthly) ** n for n in range(1, len(dues) + 1)))
    regular = same_day_next(terms.first_due, -1)
    for due in dues:
        interest_on = lambda left: left * monthly
        if due == dues[0] and terms.start not in {None, regular}:
            days, daily = (due - terms.start).days, daily_rate(rate, terms.day_count)
            interest_on = lambda left: left * daily * days
        yield due, interest_on, lambda left: level - half_up(left * monthly)


@dataclass
class Debt:
    """One installment that has fallen due, with a diary of what each day of lateness cost."""

    due: date
    principal: int
    interest: int
    late_interest: Fraction = Fraction(0)
    penalty_diary: dict = field(default_factory=dict)
    penalty_paid: int = 0
    late_interest_paid: int = 0

    def live_through(self, day, terms):
        """The day costs in full what was unpaid when it began."""
        if terms.contract_interest_continues:
            self.late_interest += self.principal * daily_rate(terms.contract_rate, terms.day_count)
        self.penalty_diary[day] = self.base(terms) * penalty_rate(terms)

    def base(self, terms):
        unpaid = max(0, self.interest - self.late_interest_paid)
        return self.principal + (unpaid if terms.penalty_base == "overdue-installment" else 0)

    def penalty(self, day, terms):
        grace = timedelta(days=terms.grace_days if "penalty" in terms.grace_covers else 0)
        if day <= self.due + grace:
            return 0
        counted = self.penalty_diary
        if terms.grace_mode is GraceMode.DEDUCTED:
            counted = {day: cost for day, cost in counted.items() if day > self.due + grace}
        return half_up(sum(counted.values(), Fraction(0)))

    def owed(self, day, terms):
        return Owed(
            self.principal,
            self.interest + half_up(self.late_interest) - self.late_interest_paid,
            self.penalty(day, terms) - self.penalty_paid,
        )

    def take(self, money, day, terms):
        """Penalty first, then interest, then principal; return what is left of the money."""
        owed = self.owed(day, terms)
        self.penalty_paid += min(money, owed.penalty)
        money -= min(money, owed.penalty)
        self.late_interest_paid += min(money, owed.interest)
        money -= min(money, owed.interest)
        paid = min(money, self.principal)
        self.principal -= paid
        if self.base(terms) == 0 and self.penalty(day, terms) == 0:
            self.penalty_diary.clear()  # paid within grace: its days will never count
        return money - paid


def simulate(loan, as_of):
    """Live through every day up to *as_of* and tell how things stand at its end."""
    terms = loan.terms
    parts = installments_of(terms)
    coming, debts, credit = list(parts), [], 0
    paid = {}
    for payment in loan.payments:
        minor = int(payment.amount / Money(1, terms.currency).amount)
        paid[payment.on] = paid.get(payment.on, 0) + minor
    day = min([parts[0].due, *paid])
    while day <= as_of:
        for debt in debts:
            debt.live_through(day, terms)
        while coming and coming[0].due == day:
            part = coming.pop(0)
            to_interest = min(credit, part.interest)
            to_principal = min(credit - to_interest, part.principal)
            credit -= to_interest + to_principal
            debts.append(Debt(part.due, part.principal - to_principal, part.interest - to_interest))
        if day in paid:
            credit += paid[day]
            for debt in debts:
                credit = debt.take(credit, day, terms)
            if coming and credit >= early_payoff(terms, parts, coming, day):
                credit -= early_payoff(terms, parts, coming, day)
                coming = []
        day += ONE_DAY
    return standing(terms, parts, coming, debts, credit, as_of)


def standing(terms, parts, coming, debts, credit, as_of):
    owed = [(debt.due, debt.owed(as_of, terms)) for debt in debts]
    due = sum((amount for _, amount in owed), Owed())
    rests, left = [], credit
    for part in coming:
        rests.append((part.due, part.total - min(left, part.total)))
        left -= min(left, part.total)
    later = deepcopy(debts)
    for debt in later:
        debt.live_through(as_of + ONE_DAY, terms)
    return Simulated(
        due=due,
        tomorrow=sum((debt.owed(as_of + ONE_DAY, terms) for debt in later), Owed()),
        arrears=[(day, amount) for day, amount in owed if amount.total],
        credit=credit,
        upcoming=[(day, rest) for day, rest in rests if rest],
        payoff=max(0, due.total + early_payoff(terms, parts, coming, as_of) - credit),
    )


def early_payoff(terms, parts, coming, day):
    """All principal to come, and of the running period's interest what its days have earned."""
    if not coming:
        return 0
    running, gone = coming[0], parts[: len(parts) - len(coming)]
    if gone:
        since = gone[-1].due
    elif terms.repayment is Repayment.LISTED:
        since = None  # when its interest began is not known: all of it is owed
    else:
        since = beginning(terms)
    earned = running.interest
    if since is not None:
        share = Fraction(max(0, (day - since).days), (running.due - since).days)
        earned = half_up(running.interest * share)
    return sum(part.principal for part in coming) + earned


@examples(1000)
@given(loans(), days)
def test_a_position_is_what_living_through_every_day_comes_to(loan, as_of):
    assume(loan.terms.day_count.counts_days)  # the others are held against QuantLib
    position, lived = value(loan, as_of), simulate(loan, as_of)
    assert position.due == lived.due
    assert position.tomorrow == lived.tomorrow
    assert [(arrear.due, arrear.owed) for arrear in position.arrears] == lived.arrears
    assert position.credit.minor == lived.credit
    assert [(part.due, part.remaining.minor) for part in position.upcoming] == lived.upcoming
    assert position.payoff.minor == lived.payoff
    oldest = min((due for due, _ in lived.arrears), default=as_of)
    assert position.days_past_due == (as_of - oldest).days


# ─── Laws ───


@examples(60)
@given(loans(), days, st.integers(1, 60))
def test_while_nothing_is_paid_no_figure_falls_from_day_to_day(loan, first, length):
    loan = known_by(loan, first)
    before = value(loan, first)
    for shift in range(1, length + 1):
        after = value(loan, first + timedelta(days=shift))
        assert after.due.total >= before.due.total
        assert after.due.penalty >= before.due.penalty
        assert after.due.interest >= before.due.interest
        assert after.payoff.minor >= before.payoff.minor
        assert before.tomorrow.total >= before.due.total
        before = after


@examples(150)
@given(loans(), days, st.integers(1, 500))
def test_paying_the_payoff_ends_the_loan_for_ever(loan, day, later):
    loan = known_by(loan, day)
    payoff = value(loan, day).payoff.minor
    assume(payoff)
    paid = also_paying(loan, day, payoff)
    for when in (day, day + ONE_DAY, day + timedelta(days=later)):
        position = value(paid, when)
        assert position.due == Owed()
        assert position.upcoming == ()
        assert position.settled
        assert (position.payoff.minor, position.credit.minor) == (0, 0)


@examples(100)
@given(loans(), days)
def test_a_minor_unit_less_than_the_payoff_leaves_exactly_that_unit_to_pay(loan, day):
    loan = known_by(loan, day)
    payoff = value(loan, day).payoff.minor
    assume(payoff > 1)
    assert value(also_paying(loan, day, payoff - 1), day).payoff.minor == 1


@examples(150)
@given(loans(), days)
def test_no_part_of_what_is_owed_is_ever_negative(loan, as_of):
    for when in (as_of, *(payment.on for payment in loan.payments)):
        position = value(loan, when)
        for owed in (position.due, position.tomorrow, *(a.owed for a in position.arrears)):
            assert min(owed.principal, owed.interest, owed.penalty, owed.fees) >= 0
        assert all(part.remaining.minor > 0 for part in position.upcoming)
        assert position.credit.minor >= 0
        assert position.payoff.minor >= 0


@examples(100)
@given(loans(), days, st.randoms(use_true_random=False))
def test_the_order_in_which_payments_are_listed_does_not_matter(loan, as_of, dice):
    shuffled = list(loan.payments)
    dice.shuffle(shuffled)
    assert value(replace(loan, payments=tuple(shuffled)), as_of) == value(loan, as_of)


@examples(100)
@given(loans(), days, st.data())
def test_splitting_a_payment_into_several_of_the_same_day_changes_nothing(loan, as_of, data):
    split = []
    for payment in loan.payments:
        unit = Money(1, loan.terms.currency).amount
        cut = data.draw(st.integers(0, int(payment.amount / unit))) * unit
        pieces = [replace(payment, amount=part) for part in (cut, payment.amount - cut) if part]
        split += data.draw(st.permutations(pieces))
    assert value(replace(loan, payments=tuple(split)), as_of) == value(loan, as_of)


@examples(150)
@given(loans(), days)
def test_every_minor_unit_paid_is_either_allocated_or_credit(loan, as_of):
    trace = []
    account = Account(loan.terms, trace).run(loan.payments, as_of)
    paid = sum(
        Money.of(p.amount, loan.terms.currency).minor for p in known_by(loan, as_of).payments
    )
    early = sum(step.micros for step in trace if step.kind == "paid-early")
    repaid = account.credit + early // 10**6
    for part, line in zip(account.parts, account.lines, strict=False):
        repaid += part.principal - line.principal + part.interest - line.interest
        repaid += line.paid_interest + line.paid_penalty
    assert repaid == paid


@examples(150)
@given(loans(), days)
def test_what_is_paid_after_a_date_does_not_change_the_position_on_it(loan, as_of):
    assert value(loan, as_of) == value(known_by(loan, as_of), as_of)


@examples(100)
@given(loans(), days)
def test_tomorrow_is_what_the_same_installments_come_to_a_day_later(loan, as_of):
    next_day = value(known_by(loan, as_of), as_of + ONE_DAY)
    same = [arrear.owed for arrear in next_day.arrears if arrear.due <= as_of]
    assert value(loan, as_of).tomorrow == sum(same, Owed())


@examples(100)
@given(loans(), days)
def test_a_cliff_lies_ahead_and_costs_what_waiting_for_it_will_cost(loan, as_of):
    cliff = value(loan, as_of).next_cliff
    assume(cliff is not None)
    assert cliff.date > as_of
    eve = value(known_by(loan, as_of), cliff.date - ONE_DAY)
    assert cliff.increase == eve.increase


# ─── The derivation ───


@examples(200)
@given(loans(), days)
def test_the_steps_of_the_derivation_add_up_to_the_figure(loan, as_of):
    *steps, total = explain(loan, as_of)
    assert total.kind == "total"
    assert sum(Fraction(step.amount) for step in steps) == Fraction(total.amount)
    assert total.amount == value(loan, as_of).due_total.amount


@examples(200)
@given(loans(), days)
def test_the_rounding_step_is_less_than_a_minor_unit_for_each_rounded_figure(loan, as_of):
    steps = explain(loan, as_of)
    unit = Money(1, loan.terms.currency).amount
    figures = 2 * sum(step.kind == "principal" for step in steps)  # its interest and its penalty
    rounding = [step.amount for step in steps if step.kind == "rounding"]
    assert len(rounding) <= 1
    assert all(abs(amount) < unit * figures for amount in rounding)


@examples(200)
@given(loans(), days)
def test_every_accrual_can_be_worked_out_again_from_the_factors_it_shows(loan, as_of):
    unit = Fraction(Money(1, loan.terms.currency).amount)
    for step in explain(loan, as_of):
        if step.kind not in {"interest", "penalty"}:
            continue
        years = Fraction(step.days, step.year_days or 1)
        assert (step.year_days is None) == (step.rate.per == "day")
        assert step.days > 0
        if step.rate.per == "day" or not loan.terms.day_count.startswith("30"):
            assert step.days == (step.end - step.start).days
        exact = Fraction(step.base.amount) * Fraction(step.rate.value) * years
        assert abs(exact - Fraction(step.amount)) <= unit / 10**6
        assert step.due <= step.start


@examples(150)
@given(loans(), days)
def test_the_payment_steps_are_the_payments_made_and_each_splits_into_what_it_paid(loan, as_of):
    steps = [step for step in explain(loan, as_of) if step.kind == "payment"]
    known = known_by(loan, as_of).payments
    by_day = {paid.on: sum(p.amount for p in known if p.on == paid.on) for paid in known}
    assert [(step.end, -step.amount) for step in steps] == sorted(by_day.items())
    for step in steps:
        assert min(step.split.principal, step.split.interest, step.split.penalty) >= 0
