"""What holds for money to the principal, whatever the terms."""

from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from reminderd.loans.money import Money
from reminderd.loans.position import value
from reminderd.loans.schedule import schedule
from reminderd.loans.terms import Payment, Prepayment, Repayment

from .random_loans import days, examples, known_by, loans_with, some

KINDS = (
    Repayment.EQUAL_PRINCIPAL,
    Repayment.EQUAL_INSTALLMENT,
    Repayment.INTEREST_ONLY,
    Repayment.BULLET,
)
LEVEL = (Repayment.EQUAL_PRINCIPAL, Repayment.EQUAL_INSTALLMENT)
CALM = ("frequency", "calendar", "rounding")  # what is to come hangs on nothing that may happen


def paying(loan, day, minor, to):
    payment = Payment(day, Money(minor, loan.terms.currency).amount, to=to)
    return value(replace(loan, payments=(*loan.payments, payment)), day)


def to_come(position):
    return position.due.total + sum(part.remaining.minor for part in position.upcoming)


@st.composite
def prepayments(draw, kinds=KINDS, features=CALM):
    """Return how a loan stands once all that is due is paid, and after so much more each way."""
    chosen = st.sets(some(features), max_size=2) if features else st.just(set())
    day = draw(days)
    loan = known_by(draw(loans_with(chosen, kinds)), day)
    due = value(loan, day).due.total
    before = paying(loan, day, due, None) if due else value(loan, day)
    assume(before.payoff.minor > 1)
    over = draw(st.integers(1, before.payoff.minor - 1))
    ways = {to: paying(before.loan, day, over, to) for to in loan.terms.prepayments}
    return before, over, ways


@examples(20)
@given(prepayments())
def test_the_principal_that_is_repaid_is_that_of_the_loan(drawn):
    before, _, ways = drawn
    whole = sum(part.principal for part in schedule(before.loan.terms))
    for position in ways.values():
        account = position.account
        prepaid = sum(one.amount for one in account.prepaid)
        assert sum(part.principal for part in account.parts) + prepaid == whole


@examples(20)
@given(prepayments())
def test_money_to_the_principal_never_costs_more_than_money_ahead(drawn):
    """Each rounded sum of a lower level may be half a unit above what repays the loan."""
    _, _, ways = drawn
    ahead = to_come(ways[Prepayment.AHEAD])
    for to, position in ways.items():
        slack = len(position.upcoming) if to is Prepayment.LOWER else 0
        assert to_come(position) <= ahead + slack


@examples(20)
@given(prepayments())
def test_no_installment_to_come_is_ever_higher_or_later_than_it_was(drawn):
    before, _, ways = drawn
    sums = {part.due: part.total for part in before.account.parts}
    for position in ways.values():
        account = position.account
        last = account.parts[-1].due if account.parts else None
        for part in account.parts[account.upcoming :]:
            # The last one takes up what rounding left.
            slack = len(sums) if part.due == last else 1
            assert part.total <= sums[part.due] + slack


@examples(20)
@given(prepayments(LEVEL))
def test_shorter_keeps_the_sums_and_lower_the_number(drawn):
    before, over, ways = drawn
    account = before.account
    plan = account.parts[account.upcoming :]
    principal = sum(part.principal for part in plan)
    assume(over < principal and all(part.principal for part in plan))
    shorter, lower = (
        ways[to].account.parts[ways[to].account.upcoming :]
        for to in (Prepayment.SHORTER, Prepayment.LOWER)
    )
    assert len(shorter) <= len(lower) <= len(plan)
    if before.loan.terms.repayment is Repayment.EQUAL_INSTALLMENT:
        kept = [part.total for part in shorter[:-1]]
        assert kept == [part.total for part in plan[: len(kept)]]
    else:
        kept = [part.principal for part in shorter[:-1]]
        assert kept == [part.principal for part in plan[: len(kept)]]
    assert sum(part.principal for part in lower) == principal - over
