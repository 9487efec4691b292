"""From terms to installments, compared with numpy-financial and QuantLib."""

import random
from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy_financial as npf
import pytest
import QuantLib as ql  # noqa: N813 - its own documentation calls it so

from reminderd.loans.frequency import add_months
from reminderd.loans.schedule import schedule, start_date
from reminderd.loans.terms import MAX_INSTALLMENTS, Installment

CENT = 0.01 + 1e-9


def annuities():
    """Return random loans, short and long, dear and cheap: cents, annual rate, installments."""
    dice = random.Random(1779)
    return [
        (
            dice.randint(10_000, 100_000_000),
            Decimal(dice.randint(1, 3600)) / 10_000,
            dice.choice([1, 2, 3, 6, 12, 24, 36, 60, 120, 360]),
        )
        for _ in range(60)
    ]


# ─── Due dates ───


def test_add_months_agrees_with_quantlib():
    dice = random.Random(360)
    for _ in range(3000):
        year, month = dice.randint(1950, 2100), dice.randint(1, 12)
        day = date(year, month, dice.choice([1, 15, 27, 28]))
        ends = [date(year, month, last) for last in (29, 30, 31) if last <= _length(year, month)]
        months = dice.randint(-240, 240)
        for start in [day, *ends]:
            theirs = ql.Date(start.day, start.month, start.year) + ql.Period(months, ql.Months)
            assert add_months(start, months) == theirs.to_date(), (start, months)


def _length(year, month):
    return ql.Date.endOfMonth(ql.Date(1, month, year)).dayOfMonth()


@pytest.mark.parametrize(
    ("day", "months", "result"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 5, 15), 0, date(2026, 5, 15)),
    ],
)
def test_the_same_day_of_another_month_or_its_last(day, months, result):
    assert add_months(day, months) == result


def test_due_dates_return_to_the_31st_after_a_short_month(scheduled):
    loan = scheduled("equal-principal", "400", 4, date(2026, 1, 31))
    dues = [part.due for part in schedule(loan.terms)]
    assert dues == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]


def test_the_first_period_is_a_month_long_unless_a_start_is_given(scheduled):
    first_due = date(2026, 3, 31)
    assert start_date(scheduled("equal-principal", "1", 1, first_due).terms) == date(2026, 2, 28)
    given = scheduled("equal-principal", "1", 1, first_due, start=date(2026, 3, 1))
    assert start_date(given.terms) == date(2026, 3, 1)


def test_listed_installments_have_no_start(one_sum):
    assert start_date(one_sum("100", date(2026, 3, 1)).terms) is None
    also_told = one_sum("100", date(2026, 3, 1), first_due=date(2026, 3, 1))
    assert start_date(also_told.terms) is None


def test_listed_installments_are_taken_as_they_are(listed):
    loan = listed((date(2026, 3, 1), "100", "5"), (date(2026, 4, 7), "30", "0"))
    assert schedule(loan.terms) == (
        Installment(date(2026, 3, 1), 100_00, 5_00),
        Installment(date(2026, 4, 7), 30_00, 0),
    )


# ─── Equal installments (等额本息) ───


@pytest.mark.parametrize(("principal", "annual", "count"), annuities())
def test_every_equal_installment_but_the_last_is_within_a_cent_of_numpy_financial(
    scheduled, principal, annual, count
):
    parts = _annuity(scheduled, principal, annual, count)
    expected = -npf.pmt(float(annual) / 12, count, principal / 100)
    wrong = [part for part in parts[:-1] if abs(part.total / 100 - expected) > CENT]
    assert wrong == []


@pytest.mark.parametrize(("principal", "annual", "count"), annuities())
def test_the_interest_and_principal_of_each_installment_follow_numpy_financial(
    scheduled, principal, annual, count
):
    """Payments in whole cents drift from the ideal ones by at most a cent a month, plus interest.

    For short and cheap loans that bound is the one cent one would expect.
    """
    rate = float(annual) / 12
    parts = _annuity(scheduled, principal, annual, count)
    for number, part in enumerate(parts[:-1], 1):
        drift = CENT * (1 + rate) ** number
        interest = -npf.ipmt(rate, number, count, principal / 100)
        share = -npf.ppmt(rate, number, count, principal / 100)
        assert part.interest / 100 == pytest.approx(float(interest), abs=drift), number
        assert part.principal / 100 == pytest.approx(float(share), abs=drift), number


@pytest.mark.parametrize("count", [3, 6, 12, 24])
@pytest.mark.parametrize("annual", ["3.9%", "7.2%", "18%"])
def test_a_consumer_loan_stays_within_a_cent_of_numpy_financial_in_every_part(
    scheduled, annual, count
):
    loan = scheduled("equal-installment", "10000", count, date(2026, 1, 20), annual_rate=annual)
    rate = float(annual.rstrip("%")) / 1200
    for number, part in enumerate(schedule(loan.terms)[:-1], 1):
        interest = -float(npf.ipmt(rate, number, count, 10_000))
        share = -float(npf.ppmt(rate, number, count, 10_000))
        assert part.interest / 100 == pytest.approx(interest, abs=CENT)
        assert part.principal / 100 == pytest.approx(share, abs=CENT)


@pytest.mark.parametrize(("principal", "annual", "count"), annuities())
def test_equal_installments_repay_exactly_the_principal(scheduled, principal, annual, count):
    parts = _annuity(scheduled, principal, annual, count)
    assert sum(part.principal for part in parts) == principal
    assert len(parts) == count
    assert all(part.principal >= 0 and part.interest >= 0 for part in parts)


def _annuity(scheduled, principal, annual, count):
    words = {"annual_rate": f"{annual * 100}%"}
    amount = Decimal(principal) / 100
    loan = scheduled("equal-installment", amount, count, date(2026, 1, 31), **words)
    return schedule(loan.terms)


def test_the_last_equal_installment_takes_up_what_rounding_left(scheduled):
    loan = scheduled("equal-installment", "1000", 3, date(2026, 2, 1), annual_rate="12%")
    assert [part.total for part in schedule(loan.terms)] == [340_02, 340_02, 340_03]


def test_equal_installments_without_a_rate_are_plain_parts(scheduled):
    loan = scheduled("equal-installment", "100", 3, date(2026, 2, 1))
    parts = [(part.principal, part.interest) for part in schedule(loan.terms)]
    assert parts == [(33_33, 0), (33_33, 0), (33_34, 0)]


def test_equal_installments_ignore_how_long_each_month_is(scheduled):
    """The annuity formula counts equal months; a late start does not change it."""
    words = {"annual_rate": "12%"}
    short = scheduled("equal-installment", "1000", 1, date(2026, 3, 1), **words)
    long = scheduled("equal-installment", "1000", 1, date(2026, 1, 1), **words)
    assert schedule(short.terms)[0].total == schedule(long.terms)[0].total == 1010_00


def test_a_daily_rate_counts_thirty_days_to_each_equal_installment(scheduled):
    loan = scheduled("equal-installment", "10000", 10, date(2026, 1, 1), daily_rate="0.05%")
    expected = -npf.pmt(0.0005 * 30, 10, 10_000)
    assert schedule(loan.terms)[0].total / 100 == pytest.approx(float(expected), abs=CENT)
    assert schedule(loan.terms)[0].interest == 150_00


# ─── Equal principal (等额本金) ───


@pytest.mark.parametrize("day_count", ["ACT/360", "ACT/365F"])
def test_equal_principal_bears_interest_on_what_is_left_for_the_actual_days(scheduled, day_count):
    loan = scheduled(
        "equal-principal",
        "1200",
        3,
        date(2024, 2, 15),
        annual_rate="12%",
        day_count=day_count,
    )
    year = 360 if day_count == "ACT/360" else 365
    # January 15 to February 15, then the 29 days of a leap February, then March.
    exact = [Fraction(1200 * 12 * 31, year), Fraction(800 * 12 * 29, year)]
    exact.append(Fraction(400 * 12 * 31, year))
    assert [part.principal for part in schedule(loan.terms)] == [400_00, 400_00, 400_00]
    assert [part.interest for part in schedule(loan.terms)] == [
        int(interest + Fraction(1, 2)) for interest in exact
    ]


def test_a_daily_rate_makes_the_day_count_irrelevant_to_equal_principal(scheduled):
    loans = [
        scheduled(
            "equal-principal", "9000", 6, date(2026, 5, 9), daily_rate="0.05%", day_count=convention
        )
        for convention in ("ACT/360", "ACT/365F")
    ]
    assert schedule(loans[0].terms) == schedule(loans[1].terms)


def test_an_earlier_start_makes_the_first_interest_larger_and_nothing_else(scheduled):
    words = {"daily_rate": "0.05%"}
    usual = scheduled("equal-principal", "1000", 2, date(2026, 3, 15), **words)
    early = scheduled(
        "equal-principal", "1000", 2, date(2026, 3, 15), start=date(2026, 1, 15), **words
    )
    first, second = schedule(usual.terms)
    assert first.interest == 14_00
    assert schedule(early.terms) == (Installment(first.due, 500_00, 29_50), second)


def test_the_last_equal_principal_takes_up_what_rounding_left(scheduled):
    loan = scheduled("equal-principal", "100", 3, date(2026, 2, 1))
    assert [part.principal for part in schedule(loan.terms)] == [33_33, 33_33, 33_34]


@pytest.mark.parametrize("repayment", ["equal-principal", "equal-installment"])
@pytest.mark.parametrize("principal", ["0.01", "0.05", "0.07", "18.00", "99.99", "123456.78"])
@pytest.mark.parametrize("count", [1, 7, 10, 1200])
def test_the_principal_is_repaid_exactly_however_many_installments(
    scheduled, repayment, principal, count
):
    loan = scheduled(repayment, principal, count, date(2026, 1, 1), annual_rate="5%")
    parts = schedule(loan.terms)
    assert sum(part.principal for part in parts) == int(Decimal(principal) * 100)
    assert all(part.principal >= 0 and part.interest >= 0 for part in parts)
    assert len({part.due for part in parts}) == count <= MAX_INSTALLMENTS


def test_amounts_are_whole_in_a_currency_without_minor_units(scheduled):
    loan = scheduled("equal-principal", "1000", 3, date(2026, 2, 1), currency="JPY")
    assert [part.principal for part in schedule(loan.terms)] == [333, 333, 334]


def test_a_rate_of_many_digits_is_worked_with_exactly(scheduled):
    """31 days at 0.005 % on 100.00 are 15.5 cents; a breath less must not be rounded up."""
    words = {"first_due": date(2026, 1, 31), "installments": 1}
    half = scheduled("equal-principal", "100", daily_rate="0.00005", **words)
    less = scheduled("equal-principal", "100", daily_rate="0.00004999999999999999", **words)
    assert schedule(half.terms)[0].interest == 16
    assert schedule(less.terms)[0].interest == 15
