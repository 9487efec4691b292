"""A position is what living through every day of the loan comes to."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reminderd.loans.charges import Amount, Cap, CapMode, Fee, FeeKind, FeePer
from reminderd.loans.daycount import DayCount
from reminderd.loans.frequency import Frequency, Unit
from reminderd.loans.money import Rate
from reminderd.loans.owed import Owed
from reminderd.loans.position import value
from reminderd.loans.terms import (
    AllocationBy,
    AutoDebit,
    Compounding,
    Extension,
    FailedDebit,
    Installment,
    Loan,
    LoanTerms,
    Minimum,
    Payment,
    Penalty,
    PenaltyRule,
    Repayment,
    Residual,
    Waiver,
)

from .oracle import simulate
from .random_loans import (
    FEATURES,
    days,
    debits,
    examples,
    loans,
    loans_that_have,
    plain_loans,
    prepaid_loans,
)

YEAR = timedelta(days=365)  # so far at least one can look where installments go on without end


def is_held(terms):
    """Whether random loans of these terms are held against the simulation: 30/360 by QuantLib."""
    return terms.day_count is not DayCount.THIRTY_360


def assert_as_lived(loan, as_of):
    """Compare every figure; of compounding loans allow for what is cut off far below a unit."""
    assume(is_held(loan.terms))
    assert_same(loan, as_of)


def assert_same(loan, as_of):
    slack = int(loan.terms.compounding is not Compounding.NONE)
    position, lived = value(loan, as_of), simulate(loan, as_of)
    assert_near(position.due, lived.due, slack)
    assert_near(position.tomorrow, lived.tomorrow, slack)
    assert_near([position.payoff.minor, position.credit.minor], lived[-2:], slack)
    arrears = ((arrear.due, arrear.owed) for arrear in position.arrears)
    assert_near_each(arrears, lived.arrears, slack)
    upcoming = [(part.due, Owed(part.remaining.minor)) for part in position.upcoming]
    ahead = [part for part in lived.upcoming if not loan.terms.endless or part[0] <= as_of + YEAR]
    upcoming = [part for part in upcoming if not loan.terms.endless or part[0] <= as_of + YEAR]
    assert_near_each(upcoming, ahead, slack)
    if not slack:
        assert position.days_past_due == lived.days_past_due


def assert_near_each(figures, lived, slack):
    figures, lived = by_due(figures), by_due(lived)
    for due in figures.keys() | lived.keys():
        assert_near(figures.get(due, Owed()), lived.get(due, Owed()), slack)


def by_due(pairs):
    """Add up what is due on the same day: business days can bring two installments together."""
    result = {}
    for due, owed in pairs:
        result[due] = result.get(due, Owed()) + owed
    return result


def assert_near(figures, lived, slack):
    near = [abs(one - other) <= slack for one, other in zip(figures, lived, strict=True)]
    assert all(near), f"{tuple(figures)} instead of {tuple(lived)}"


@examples(120)
@given(plain_loans, days)
def test_a_plain_loan_stands_as_if_lived_through_day_by_day(loan, as_of):
    assert_as_lived(loan, as_of)


@pytest.mark.parametrize("feature", FEATURES)
@examples(20)
@given(data=st.data())
def test_each_feature_means_what_living_through_it_comes_to(feature, data):
    loan = data.draw(loans_that_have(feature), label="loan")
    assert_as_lived(loan, data.draw(days, label="as of"))


@examples(150)
@given(loans, days)
def test_features_that_meet_mean_what_living_through_them_comes_to(loan, as_of):
    assert_as_lived(loan, as_of)


@examples(60)
@given(prepaid_loans, days)
def test_payments_to_the_principal_mean_what_living_through_them_comes_to(loan, as_of):
    assert_as_lived(loan, as_of)


@examples(100)
@given(loans, days, st.data())
def test_what_a_debit_may_have_paid_is_told_apart_and_the_rest_is_as_lived(plain, as_of, data):
    assume(is_held(plain.terms))
    slack = int(plain.terms.compounding is not Compounding.NONE)
    loan = data.draw(debits(plain), label="debited")
    position, lived = value(loan, as_of), simulate(plain, as_of)
    failed = {failure.due for failure in loan.failed if failure.on <= as_of}
    debit = loan.auto_debit
    tried = [
        (due, owed) for due, owed in lived.arrears if debit.on and due < as_of and due not in failed
    ]
    over = as_of - timedelta(days=debit.last_day) if debit.assume_paid else date.min
    told = {
        position.assumed: [(due, owed) for due, owed in tried if due < over],
        position.unconfirmed: [(due, owed) for due, owed in tried if due >= over],
        position.arrears: [one for one in lived.arrears if one not in tried],
    }
    for ours, theirs in told.items():
        assert_near_each([(arrear.due, arrear.owed) for arrear in ours], theirs, slack)
    apart = sum((owed for _, owed in tried), Owed())
    assert_near(position.due + apart, lived.due, slack)
    assert_near(
        [position.if_failed.minor + sum(a.owed.total for a in position.assumed)],
        [lived.due.total],
        slack,
    )
    assert_near([position.payoff.minor + apart.total], [lived.payoff], slack)


# ─── What random loans found, by hand ───

TWO = LoanTerms(
    "CNY",
    Repayment.LISTED,
    listed=(Installment(date(2024, 1, 31), 300_00, 0), Installment(date(2024, 5, 31), 300_00, 0)),
)
MOVED = (date(2024, 2, 5), date(2024, 3, 5), date(2024, 4, 5))


@pytest.fixture(params=["in the terms", "by command"])
def moving(request):
    """Return a function that has an extension stand in a loan's terms, or be made since."""

    def build(terms, moved, paid=()):
        if request.param == "in the terms":
            return Loan("loan", "Loan", replace(terms, extensions=(moved,)), "Asia/Shanghai", paid)
        return Loan("loan", "Loan", terms, "Asia/Shanghai", paid, agreed=(moved,))

    return build


def test_a_payment_up_to_the_last_moved_due_date_that_was_paid_counts_no_more(moving):
    """300.00 of 31 January, due on 7 March instead, was paid by 10 March: 300.00 are to come."""
    moved = Extension(date(2024, 1, 31), date(2024, 1, 20), (date(2024, 3, 7),))
    paid = (Payment(date(2024, 3, 5), Decimal(300)),)
    loan = moving(replace(TWO, paid_until=date(2024, 3, 10)), moved, paid)
    assert_same(loan, date(2024, 3, 20))
    assert value(loan, date(2024, 3, 20)).payoff.minor == 300_00


def test_a_payment_counts_where_what_was_due_by_then_was_moved_further_on(moving):
    """Nothing fell due up to 31 January, so what was paid by then is money like any other."""
    moved = Extension(date(2024, 1, 31), date(2024, 1, 20), (date(2024, 3, 7),))
    paid = (Payment(date(2024, 1, 31), Decimal(100)),)
    loan = moving(replace(TWO, paid_until=date(2024, 1, 31)), moved, paid)
    assert_same(loan, date(2024, 2, 20))
    assert value(loan, date(2024, 2, 20)).payoff.minor == 500_00


def test_an_installment_moved_on_its_due_date_is_judged_by_its_new_dates(moving):
    """Of three new dates one had come by 10 February: 200.00 of 300.00 are to come."""
    moved = Extension(date(2024, 1, 31), date(2024, 1, 31), MOVED)
    loan = moving(replace(TWO, paid_until=date(2024, 2, 10)), moved)
    assert_same(loan, date(2024, 4, 5))
    assert value(loan, date(2024, 4, 5)).due.total == 200_00


def test_what_lateness_left_of_two_installments_paid_in_one_sum_holds_both_penalties():
    late = replace(
        TWO,
        listed=(
            Installment(date(2024, 1, 10), 1000_00, 0),
            Installment(date(2024, 2, 10), 100_00, 0),
        ),
        penalty=Penalty(PenaltyRule.DAILY_RATE, Decimal("0.001")),
        residual=Residual.NEXT,
    )
    paid = (Payment(date(2024, 6, 10), Decimal(1100)),)
    loan = Loan("loan", "Loan", late, "Asia/Shanghai", paid)
    assert_same(loan, date(2024, 6, 10))
    # 152 days of 1.00 and 121 of 0.10, of which the sums themselves are paid
    assert value(loan, date(2024, 6, 10)).upcoming[0].remaining.minor == 152_00 + 12_10


def test_the_interest_of_a_balance_is_rounded_once_however_often_it_is_paid_down():
    """0.004 a day for 30 days, on what hardly shrinks: 0.12, of which no payment makes nothing."""
    balance = LoanTerms(
        "CNY",
        Repayment.REVOLVING,
        principal=Decimal("100.00"),
        first_due=date(2024, 1, 31),
        contract_rate=Rate(Decimal("0.00004"), "day"),
        minimum=Minimum(Decimal("0.1"), floor=Decimal(0)),
    )
    first = Payment(date(2024, 1, 31), Decimal(10))
    paid = tuple(Payment(date(2024, 2, day), Decimal("0.01")) for day in range(1, 29))
    loan = Loan("loan", "Loan", balance, "Asia/Shanghai", (first, *paid))
    assert_same(loan, date(2024, 2, 28))
    assert value(loan, date(2024, 2, 28)).account.parts[1].interest == 10  # 29 days of 0.0036


def test_what_lateness_left_lowers_no_minimum():
    """A late fee of 0.50 is asked for beside the least of 3.00, also once something is paid."""
    balance = LoanTerms(
        "CNY",
        Repayment.REVOLVING,
        principal=Decimal(12),
        first_due=date(2024, 1, 31),
        minimum=Minimum(Decimal("0.1"), floor=Decimal(3), includes_interest=True),
        fees=(Fee(Amount(FeeKind.FLAT, Decimal("0.50"))),),
    )
    paid = Payment(date(2024, 2, 29), Decimal(6)), Payment(date(2024, 3, 1), Decimal(1))
    loan = Loan("loan", "Loan", balance, "Asia/Shanghai", paid)
    assert_same(loan, date(2024, 3, 1))
    assert [part.remaining.minor for part in value(loan, date(2024, 3, 1)).upcoming] == [350, 200]


def test_what_a_waiver_lets_go_of_an_installments_amount_has_not_to_reach_it():
    """Of 300.00 with 1.00 of interest that one is waived: with 300.00 it is paid by its amount."""
    waived = Waiver(date(2024, 2, 5), Decimal("1.52"))  # and 0.50, and 0.02 of 5 days
    late = replace(
        TWO,
        listed=(replace(TWO.listed[0], interest=1_00), TWO.listed[1]),
        fees=(Fee(Amount(FeeKind.FLAT, Decimal("0.50"))),),
        penalty=Penalty(PenaltyRule.DAILY_RATE, Decimal("0.00001")),
        waivers=(waived,),
    )
    paid = (Payment(date(2024, 2, 15), Decimal(300)),)
    loan = Loan("loan", "Loan", late, "Asia/Shanghai", paid)
    assert_same(loan, date(2024, 2, 15))
    position = value(loan, date(2024, 2, 15))
    assert (position.due.total, position.upcoming[0].remaining.minor) == (0, 300_03)


@pytest.mark.parametrize("allocated", [AllocationBy.INSTALLMENT, AllocationBy.COMPONENT])
def test_what_a_debit_may_have_paid_is_among_what_a_cap_lets_the_loan_cost(allocated):
    """Two installments with 1.00 of interest each, of which a cap allows 1.00 in all."""
    listed = tuple(replace(part, interest=1_00) for part in TWO.listed)
    cap = Cap(CapMode.ENFORCE, cost=Decimal("0.001667"))
    terms = replace(TWO, listed=listed, caps=(cap,), allocation_by=allocated)
    on = TWO.listed[1].due + timedelta(days=1)
    failed = (FailedDebit(TWO.listed[1].due, on),)
    plain = Loan("loan", "Loan", terms, "Asia/Shanghai")
    loan = replace(plain, auto_debit=AutoDebit(on=True), failed=failed)
    position = value(loan, on)
    assert [arrear.owed.total for arrear in position.unconfirmed] == [301_00]
    assert position.due.total == simulate(plain, on).arrears[1][1].total == 300_00


def test_a_waiver_that_leaves_too_little_to_shout_about_ends_the_lateness():
    """A least penalty of 1.00 took the place of the last cent; 0.01 of it is let go of later."""
    late = replace(
        TWO,
        listed=(Installment(date(2024, 1, 31), 4, 0), Installment(date(2024, 5, 31), 4, 0)),
        penalty=Penalty(PenaltyRule.DAILY_RATE, Decimal("0.000001"), at_least=Decimal("1.00")),
        waivers=(Waiver(date(2024, 3, 2), Decimal("0.01")),),
    )
    paid = Payment(date(2024, 1, 31), Decimal("0.03")), Payment(date(2024, 2, 1), Decimal("0.01"))
    loan = Loan("loan", "Loan", late, "Asia/Shanghai", paid)
    for on, owed in ((date(2024, 3, 1), 1_00), (date(2024, 3, 2), 0)):
        assert_same(loan, on)
        assert value(loan, on).due.total == owed


def test_what_a_called_balance_leaves_over_stays_so_when_more_is_paid():
    called = LoanTerms(
        "CNY",
        Repayment.REVOLVING,
        principal=Decimal("0.01"),
        first_due=date(2024, 1, 31),
        acceleration_date=date(2024, 1, 31),
        minimum=Minimum(Decimal("0.1"), floor=Decimal(0)),
        penalty=Penalty(PenaltyRule.DAILY_AMOUNT, Decimal("0.04")),
    )
    paid = tuple(Payment(date(2024, 2, day), Decimal("0.01")) for day in (2, 27))
    loan = Loan("loan", "Loan", called, "Asia/Shanghai", paid)
    assert_same(loan, date(2024, 2, 27))
    assert value(loan, date(2024, 2, 27)).due.total == 0


def test_interest_that_an_extension_put_off_is_no_cost_before_it_is_due():
    """Of 2.00 that a cap allows, 1.00 is owed with the payoff before the new due date."""
    listed = (replace(TWO.listed[0], interest=1_00), TWO.listed[1])
    moved = Extension(date(2024, 1, 31), date(2024, 1, 21), (date(2024, 2, 10),))
    cap = Cap(CapMode.ENFORCE, cost=Decimal("0.003334"))
    terms = replace(TWO, listed=listed, caps=(cap,), extensions=(moved,))
    loan = Loan("loan", "Loan", terms, "Asia/Shanghai")
    assert_same(loan, date(2024, 2, 5))
    assert value(loan, date(2024, 2, 5)).payoff.minor == 601_00


def test_what_has_no_end_asks_for_the_rest_with_the_next_installment():
    rent = LoanTerms(
        "CNY",
        Repayment.FIXED,
        amount=Decimal(100),
        first_due=date(2024, 1, 31),
        penalty=Penalty(PenaltyRule.DAILY_RATE, Decimal("0.0001")),
        residual=Residual.END,
    )
    paid = (Payment(date(2024, 2, 2), Decimal(100)),)
    loan = Loan("loan", "Loan", rent, "Asia/Shanghai", paid)
    assert_same(loan, date(2024, 2, 2))
    assert value(loan, date(2024, 2, 2)).upcoming[0].remaining.minor == 100_02


def test_what_is_left_over_bears_no_fee_in_the_place_of_what_is_due():
    """A called loan: two cents of February stay unasked for, and the fee is of what was called."""
    called = LoanTerms(
        "CNY",
        Repayment.LISTED,
        listed=tuple(Installment(date(2024, month, 1), 10_00, 0) for month in (1, 2, 3, 4)),
        acceleration_date=date(2024, 3, 1),
        fees=(Fee(Amount(FeeKind.FLAT, Decimal("0.01")), per=FeePer.PERIOD),),
    )
    paid = (Payment(date(2024, 3, 1), Decimal(20)),)
    loan = Loan("loan", "Loan", called, "Asia/Shanghai", paid)
    for on, fees in ((date(2024, 3, 1), 0), (date(2024, 3, 2), 1)):
        assert_same(loan, on)
        assert value(loan, on).due == Owed(20_00, fees=fees)


def test_interest_that_is_to_come_without_principal_is_not_paid_off_by_less():
    """All of 1.18 came with the first installment; a cent is asked for with each of two more."""
    flat = LoanTerms(
        "CNY",
        Repayment.FLAT,
        principal=Decimal("1.18"),
        installment_count=3,
        first_due=date(2024, 1, 31),
        installment=Decimal("1.19"),
        contract_rate=Rate(Decimal("0.0509"), "year"),
        paid_until=date(2024, 1, 31),
    )
    paid = (Payment(date(2024, 2, 1), Decimal("0.01")),)
    loan = Loan("loan", "Loan", flat, "Asia/Shanghai", paid)
    assert_same(loan, date(2024, 2, 1))
    assert value(loan, date(2024, 2, 1)).upcoming[-1].remaining.minor == 1


def test_a_statement_is_drawn_no_more_days_before_its_due_date_than_a_period_has():
    twice_a_month = LoanTerms(
        currency="CNY",
        repayment=Repayment.REVOLVING,
        principal=Decimal(20),
        first_due=date(2024, 1, 31),
        frequency=Frequency(1, Unit.HALF_MONTH),
        minimum=Minimum(Decimal("0.1"), Decimal(0), includes_interest=False, statement_days=18),
    )
    for paid_on in (date(2024, 1, 14), date(2024, 1, 16), date(2024, 1, 17)):
        paid = (Payment(on=paid_on, amount=Decimal(1)),)
        loan = Loan("loan", "Loan", twice_a_month, "Asia/Shanghai", paid)
        assert_same(loan, date(2024, 1, 31))
