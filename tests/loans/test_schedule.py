"""From terms to installments, compared with numpy-financial and QuantLib."""

import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy_financial as npf
import pytest
import QuantLib as ql  # noqa: N813 - its own documentation calls it so
from hypothesis import given
from hypothesis import strategies as st

from reminderd.errors import TermsError
from reminderd.loans.daycount import DayCount
from reminderd.loans.frequency import add_months
from reminderd.loans.money import Rate
from reminderd.loans.position import value
from reminderd.loans.schedule import earned, factors, minimum, revolve, schedule, start_date
from reminderd.loans.terms import (
    MAX_INSTALLMENTS,
    Installment,
    InstallmentInterest,
    LoanTerms,
    RateChange,
    Repayment,
)

CENT = 0.01 + 1e-9


def rows(loan):
    """Return the schedule as (due, principal, interest) in plain texts."""
    digits = {"CNY": 2, "JPY": 0}[loan.terms.currency]
    return [
        (str(part.due), *(f"{n / 10**digits:.{digits}f}" for n in (part.principal, part.interest)))
        for part in schedule(loan.terms)
    ]


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


# ─── How often ───


def test_a_schedule_may_go_by_weeks(scheduled):
    """0.05 % a day for 14 days: 0.7 % of 300.00, 200.00 and 100.00."""
    loan = scheduled(
        "equal-principal", "300", 3, date(2026, 1, 15), daily_rate="0.05%", frequency="2 weeks"
    )
    assert rows(loan) == [
        ("2026-01-15", "100.00", "2.10"),
        ("2026-01-29", "100.00", "1.40"),
        ("2026-02-12", "100.00", "0.70"),
    ]


def test_a_schedule_may_go_by_the_last_day_of_each_month(scheduled):
    """From 28 February: 31 days of March at 0.05 % on 300.00, not 28 as to the 28th."""
    loan = scheduled(
        "equal-principal",
        "300",
        3,
        date(2026, 2, 28),
        daily_rate="0.05%",
        end_of_month=True,
    )
    assert start_date(loan.terms) == date(2026, 1, 31)
    assert rows(loan) == [
        ("2026-02-28", "100.00", "4.20"),  # 300 × 0.05 % × 28
        ("2026-03-31", "100.00", "3.10"),  # 200 × 0.05 % × 31
        ("2026-04-30", "100.00", "1.50"),  # 100 × 0.05 % × 30
    ]


@pytest.mark.parametrize("count", [1, 2, 3, 26])
@pytest.mark.parametrize(("unit", "in_a_year"), [("month", 12), ("week", 52), ("day", 365)])
@pytest.mark.parametrize("daily", [False, True])
def test_equal_installments_of_any_frequency_follow_numpy_financial(
    scheduled, count, unit, in_a_year, daily
):
    """A period bears its share of the annual rate; of a daily one, 30 days a month, 7 a week."""
    dice = random.Random(f"{count}{unit}{daily}")
    for _ in range(5):
        number, percent = dice.randint(2, 60), dice.randint(1, 2400)
        rate = {"daily_rate": f"{percent / 36500:.6f}%"}
        each = (
            Decimal(rate["daily_rate"][:-1]) / 100 * count * {"month": 30, "week": 7}.get(unit, 1)
        )
        if not daily:
            rate, each = {"annual_rate": f"{percent / 100}%"}, Decimal(percent) / 10_000
            each = each * count / in_a_year
        loan = scheduled(
            "equal-installment",
            "10000",
            number,
            date(2020, 1, 31),
            frequency=f"{count} {unit}s",
            **rate,
        )
        parts = schedule(loan.terms)
        assert sum(part.principal for part in parts) == 10_000_00
        for k, part in enumerate(parts[:-1], 1):
            drift = CENT * (1 + float(each)) ** k
            interest, share = (
                npf.ipmt(float(each), k, number, -1e4),
                npf.ppmt(float(each), k, number, -1e4),
            )
            assert part.interest / 100 == pytest.approx(float(interest), abs=drift)
            assert part.principal / 100 == pytest.approx(float(share), abs=drift)


@pytest.mark.parametrize(
    ("day_count", "interest"),
    [
        # 36 % of 1,000.00 for ten days of a year of 365 or of 360
        ("ACT/365F", "9.86"),
        ("ACT/ACT ISDA", "9.86"),
        ("ACT/360", "10.00"),
        ("30/360", "10.00"),
        ("30E/360", "10.00"),
    ],
)
def test_equal_installments_every_ten_days_take_the_year_of_their_day_count(
    scheduled, day_count, interest
):
    loan = scheduled(
        "equal-installment",
        "1000",
        2,
        date(2026, 1, 31),
        annual_rate="36%",
        frequency="10 days",
        day_count=day_count,
    )
    assert rows(loan)[0][2] == interest


# ─── Equal installments that begin early or late, and whose rate changes ───

USUAL = [
    ("2026-02-01", "330.02", "10.00"),  # level 340.02, see below
    ("2026-03-01", "333.32", "6.70"),
    ("2026-04-01", "336.66", "3.37"),
]


def annuity(scheduled, **words):
    """Return 1,000.00 in 3 parts at 1 % a month: 1000 × 0.01 × 1.01³ / (1.01³ - 1) = 340.02."""
    return scheduled(
        "equal-installment", "1000", 3, date(2026, 2, 1), **({"annual_rate": "12%"} | words)
    )


def test_an_equal_installment_bears_a_twelfth_of_the_rate(scheduled):
    assert rows(annuity(scheduled)) == USUAL
    assert rows(annuity(scheduled, start=date(2026, 1, 1))) == USUAL


def test_a_period_from_one_months_end_to_the_next_is_regular_under_that_rule(scheduled):
    """From 31 January to 28 February is a month of 1 % where a month's end means every month's."""
    words = {"annual_rate": "12%", "start": date(2026, 1, 31)}
    first_due = date(2026, 2, 28)
    at_ends = scheduled("equal-installment", "1000", 3, first_due, end_of_month=True, **words)
    assert rows(at_ends)[0] == ("2026-02-28", "330.02", "10.00")
    by_day = scheduled("equal-installment", "1000", 3, first_due, **words)
    assert rows(by_day)[0] == ("2026-02-28", "330.02", "9.21")  # 1000 × 12 % × 28 / 365


@pytest.mark.parametrize(
    ("start", "day_count", "interest"),
    [
        (date(2025, 12, 15), "ACT/365F", "15.78"),  # 1000 × 12 % × 48 / 365 = 15.781
        (date(2025, 12, 15), "ACT/360", "16.00"),
        (date(2025, 12, 31), "ACT/365F", "10.52"),  # 32 days: 10.521
        (date(2026, 1, 2), "ACT/365F", "9.86"),  # 30 days: 9.863
        (date(2026, 1, 31), "ACT/365F", "0.33"),
    ],
)
def test_a_first_period_of_another_length_bears_interest_for_its_own_days(
    scheduled, start, day_count, interest
):
    """The principal stays as planned, and so does all that follows."""
    parts = rows(annuity(scheduled, start=start, day_count=day_count))
    assert parts == [("2026-02-01", "330.02", interest), *USUAL[1:]]


def test_equal_installments_are_worked_out_anew_where_the_rate_changes_between_two(scheduled):
    """669.98 left at 2 % a month: 669.98 × 0.02 × 1.0404 / 0.0404 = 345.07."""
    changed = annuity(scheduled, rate_changes=[(date(2026, 2, 1), {"annual_rate": "24%"})])
    assert rows(changed) == [
        USUAL[0],
        ("2026-03-01", "331.67", "13.40"),
        ("2026-04-01", "338.31", "6.77"),
    ]


def test_a_period_in_which_the_rate_changes_bears_each_rate_for_its_days(scheduled):
    """669.98 × (1 % × 10/28 + 2 % × 18/28) = 11.007; the principal of 333.32 stays as planned.

    Then one part is left: 336.66, and 2 % of it are 6.73.
    """
    changed = annuity(scheduled, rate_changes=[(date(2026, 2, 11), {"annual_rate": "24%"})])
    assert rows(changed) == [
        USUAL[0],
        ("2026-03-01", "333.32", "11.01"),
        ("2026-04-01", "336.66", "6.73"),
    ]


def test_two_changes_within_a_period_bear_three_rates(scheduled):
    """669.98 × (1 % × 10 + 2 % × 8 + 0.5 % × 10) / 28 = 7.418; then 0.5 % of 336.66 are 1.68."""
    changes = [
        (date(2026, 2, 11), {"annual_rate": "24%"}),
        (date(2026, 2, 19), {"annual_rate": "6%"}),
    ]
    assert rows(annuity(scheduled, rate_changes=changes))[1:] == [
        ("2026-03-01", "333.32", "7.42"),
        ("2026-04-01", "336.66", "1.68"),
    ]


@pytest.mark.parametrize(
    ("change", "second"),
    [
        # On the period's last day but one the new rate has one day: (27 + 2) / 28 of 6.6998.
        (date(2026, 2, 28), ("2026-03-01", "333.32", "6.94")),
        (date(2026, 3, 1), USUAL[1]),
        # On its first but one the old rate has one day: (1 + 54) / 28 of 6.6998.
        (date(2026, 2, 2), ("2026-03-01", "333.32", "13.16")),
    ],
)
def test_a_change_on_the_edge_of_a_period_counts_from_the_day_after(scheduled, change, second):
    changed = annuity(scheduled, rate_changes=[(change, {"annual_rate": "24%"})])
    assert rows(changed)[1] == second


def test_a_change_of_the_penalty_alone_leaves_the_installments(scheduled):
    """Neither on a due date nor within a period."""
    dearer = {"penalty": {"daily_rate": "0.2%"}}
    for day in (date(2026, 2, 1), date(2026, 2, 11)):
        assert rows(annuity(scheduled, rate_changes=[(day, dearer)])) == USUAL


def test_an_early_start_and_a_change_before_the_first_due_date_bear_each_rate(scheduled):
    """1000 × (12 % × 30 + 24 % × 18) / 365 = 21.70."""
    changed = annuity(
        scheduled,
        start=date(2025, 12, 15),
        rate_changes=[(date(2026, 1, 14), {"annual_rate": "24%"})],
    )
    assert rows(changed)[0] == ("2026-02-01", "330.02", "21.70")


def test_a_rate_that_was_agreed_later_begins_with_it(scheduled):
    """Free at first, 333.33 each; from 1 February 1 % a month on 666.67: 338.34 each."""
    loan = scheduled(
        "equal-installment",
        "1000",
        3,
        date(2026, 2, 1),
        rate_changes=[(date(2026, 2, 1), {"annual_rate": "12%"})],
    )
    assert rows(loan) == [
        ("2026-02-01", "333.33", "0.00"),
        ("2026-03-01", "331.67", "6.67"),
        ("2026-04-01", "335.00", "3.35"),
    ]


def test_a_rate_of_nothing_makes_plain_parts(scheduled):
    assert rows(annuity(scheduled, annual_rate="0%")) == [
        ("2026-02-01", "333.33", "0.00"),
        ("2026-03-01", "333.33", "0.00"),
        ("2026-04-01", "333.34", "0.00"),
    ]


@pytest.mark.parametrize(
    ("rounding", "parts"),
    [
        # 10.05 × 1 % = 0.1005 and 10.05 / 3 = 3.35; the level 3.4172 is 3.42, or 3.41 rounded down.
        ("half-up", [("3.32", "0.10"), ("3.35", "0.07"), ("3.38", "0.03")]),
        ("down", [("3.31", "0.10"), ("3.35", "0.06"), ("3.39", "0.03")]),
    ],
)
def test_the_schedule_is_rounded_as_the_loan_is(scheduled, rounding, parts):
    loan = scheduled(
        "equal-installment",
        "10.05",
        3,
        date(2026, 2, 1),
        annual_rate="12%",
        rounding=rounding,
    )
    assert [row[1:] for row in rows(loan)] == parts


# ─── Equal installments by the days of each period ───


def by_days(scheduled, principal="1000", count=3, **words):
    words = {"daily_rate": "0.1%", "installment_interest": "actual"} | words
    return scheduled("equal-installment", principal, count, date(2026, 2, 1), **words)


def test_equal_installments_may_bear_interest_for_the_days_of_each_period(scheduled):
    """31, 28 and 31 days: 1000 / (1/1.031 + 1/(1.031 × 1.028) + 1/(1.031² × 1.028)) = 353.53."""
    assert rows(by_days(scheduled)) == [
        ("2026-02-01", "322.53", "31.00"),  # 1000 × 0.1 % × 31
        ("2026-03-01", "334.56", "18.97"),  # 677.47 × 0.1 % × 28
        ("2026-04-01", "342.91", "10.63"),  # 342.91 × 0.1 % × 31, and a cent of rounding
    ]


def test_a_long_first_period_is_within_the_equal_sums(scheduled):
    """48 days first: 1000 / (1/1.048 + 1/(1.048 × 1.028) + 1/(1.048 × 1.028 × 1.031)) = 359.36."""
    assert rows(by_days(scheduled, start=date(2025, 12, 15))) == [
        ("2026-02-01", "311.36", "48.00"),
        ("2026-03-01", "340.08", "19.28"),
        ("2026-04-01", "348.56", "10.81"),
    ]


@pytest.mark.parametrize("day_count", ["ACT/360", "ACT/365F", "ACT/ACT ISDA", "30/360", "30E/360"])
def test_what_is_repaid_by_days_is_worth_the_principal_today(scheduled, day_count):
    """Discounted period by period, and equal but for the last, which takes up the rounding."""
    loan = by_days(scheduled, "10000", 24, annual_rate="7.3%", daily_rate=None, day_count=day_count)
    parts = schedule(loan.terms)
    discount, worth = Fraction(1), Fraction(0)
    for part in parts:
        share = Fraction(loan.terms.day_count.units(part.start, part.end))
        discount /= 1 + Fraction("0.073") * share / loan.terms.day_count.year_units
        worth += part.total * discount
    assert abs(worth - 10_000_00) < 1
    assert len({part.total for part in parts[:-1]}) == 1
    assert abs(parts[-1].total - parts[0].total) <= 24
    assert sum(part.principal for part in parts) == 10_000_00


def test_by_days_rounding_each_day_does_not_touch_the_level(scheduled):
    """1,000.00 bear 1.00 a day, 677.47 and 342.91 bear 0.68 and 0.34: 31, 28 and 31 times."""
    assert rows(by_days(scheduled, rounding_at="day")) == [
        ("2026-02-01", "322.53", "31.00"),
        ("2026-03-01", "334.49", "19.04"),
        ("2026-04-01", "342.98", "10.54"),
    ]


def test_by_days_without_a_rate_there_are_plain_parts(scheduled):
    parts = [row[1:] for row in rows(by_days(scheduled, daily_rate="0%"))]
    assert parts == [("333.33", "0.00"), ("333.33", "0.00"), ("333.34", "0.00")]


def test_by_days_the_factors_are_the_days(scheduled):
    loan = by_days(scheduled, annual_rate="12%", daily_rate=None)
    second = schedule(loan.terms)[1]
    assert factors(loan.terms, second) == (Rate(Decimal("0.12"), "year"), 28, 365, "day")
    assert (second.base, second.start, second.end) == (
        1000_00 - schedule(loan.terms)[0].principal,
        date(2026, 2, 1),
        date(2026, 3, 1),
    )


def test_by_days_each_rate_bears_its_days_and_what_was_known_before_stays(scheduled):
    """Ten days of February at 0.1 %, 18 at 0.2 %: 4.6 % of 677.47 are 31.16.

    The sum of 353.53 was known when February began. What is left, 355.10, is due with the last,
    with 31 days at 0.2 %: 22.02.
    """
    loan = by_days(scheduled, rate_changes=[(date(2026, 2, 11), {"daily_rate": "0.2%"})])
    assert rows(loan) == [
        ("2026-02-01", "322.53", "31.00"),
        ("2026-03-01", "322.37", "31.16"),
        ("2026-04-01", "355.10", "22.02"),
    ]


def test_by_days_the_sum_is_worked_out_anew_from_the_first_period_at_another_rate(scheduled):
    """From February on 0.2 %: 677.47 / (1/1.056 + 1/(1.056 × 1.062)) = 368.46.

    The last pays the 346.95 that are left and 0.2 % of them for 31 days.
    """
    loan = by_days(scheduled, rate_changes=[(date(2026, 2, 1), {"daily_rate": "0.2%"})])
    assert rows(loan) == [
        ("2026-02-01", "322.53", "31.00"),
        ("2026-03-01", "330.52", "37.94"),
        ("2026-04-01", "346.95", "21.51"),
    ]


def test_by_days_what_fell_due_before_a_new_rate_stays_paid(scheduled, also_paying):
    """100,000.00 at 6 % take 8,605.52 twelve times; at 9 % after the sixth the rest take more."""
    words = {"annual_rate": "6%", "installment_interest": "actual", "start": date(2026, 1, 10)}
    new = [(date(2026, 7, 10), {"annual_rate": "9%"})]
    loan = scheduled(
        "equal-installment", "100000", 12, date(2026, 2, 10), rate_changes=new, **words
    )
    for part in schedule(loan.terms)[:6]:
        assert part.total == 8605_52
        loan = also_paying(loan, part.due, "8605.52")
    position = value(loan, date(2026, 7, 20))
    assert (position.due.total, position.days_past_due) == (0, 0)
    assert position.upcoming[0].due == date(2026, 8, 10)
    assert position.upcoming[0].remaining.minor > 8605_52


@pytest.mark.parametrize("principal", ["0.01", "0.05", "99.99"])
def test_by_days_no_part_is_ever_negative(scheduled, principal):
    parts = schedule(by_days(scheduled, principal, 12).terms)
    assert all(part.principal >= 0 and part.interest >= 0 for part in parts)
    assert sum(part.principal for part in parts) == int(Decimal(principal) * 100)


# ─── Equal principal by the day count ───


def test_equal_principal_bears_each_rate_for_its_days(scheduled):
    """300 at 0.05 % for ten days of 31 and at 0.1 % for 21: 1.50 + 6.30."""
    loan = scheduled(
        "equal-principal",
        "300",
        2,
        date(2026, 2, 15),
        daily_rate="0.05%",
        rate_changes=[(date(2026, 1, 25), {"daily_rate": "0.1%"})],
    )
    assert rows(loan) == [("2026-02-15", "150.00", "7.80"), ("2026-03-15", "150.00", "4.20")]


def test_a_month_of_30_360_bears_a_twelfth_however_long_it_is(scheduled):
    loan = scheduled(
        "equal-principal", "300", 3, date(2026, 2, 15), annual_rate="12%", day_count="30/360"
    )
    assert [row[2] for row in rows(loan)] == ["3.00", "2.00", "1.00"]


@pytest.mark.parametrize(
    ("rounding", "shares"),
    [
        ("half-up", ["16.67", "16.67", "16.67", "16.67", "16.67", "16.65"]),
        ("down", ["16.66", "16.66", "16.66", "16.66", "16.66", "16.70"]),
    ],
)
def test_equal_shares_are_rounded_as_the_loan_is(scheduled, rounding, shares):
    loan = scheduled("equal-principal", "100", 6, date(2026, 2, 15), rounding=rounding)
    assert [row[1] for row in rows(loan)] == shares


# ─── Interest only (先息后本) and bullet (到期一次还本付息) ───


def test_interest_only_asks_for_the_principal_with_the_last_interest(scheduled):
    """1,200.00 at 0.05 % a day: 0.60 for each day of the period."""
    loan = scheduled("interest-only", "1200", 3, date(2026, 2, 15), daily_rate="0.05%")
    assert rows(loan) == [
        ("2026-02-15", "0.00", "18.60"),
        ("2026-03-15", "0.00", "16.80"),
        ("2026-04-15", "1200.00", "18.60"),
    ]


def test_interest_only_once_is_a_bullet(scheduled):
    words = {"daily_rate": "0.05%", "start": date(2026, 1, 1)}
    loans = [
        scheduled(kind, "1200", 1, date(2026, 2, 15), **words)
        for kind in ("interest-only", "bullet")
    ]
    # 45 days at 0.60
    assert rows(loans[0]) == rows(loans[1]) == [("2026-02-15", "1200.00", "27.00")]


def test_a_bullet_falls_due_at_the_end_of_the_last_period_with_all_interest(scheduled):
    """15 January to 15 April 2026: 90 days at 0.60."""
    loan = scheduled("bullet", "1200", 3, date(2026, 2, 15), daily_rate="0.05%")
    assert rows(loan) == [("2026-04-15", "1200.00", "54.00")]


def test_a_bullet_by_30_360_bears_its_months(scheduled):
    loan = scheduled(
        "bullet",
        "1200",
        3,
        date(2026, 2, 15),
        start=date(2026, 2, 1),
        annual_rate="12%",
        day_count="30/360",
    )
    # Two months and 14 days: 1200 × 12 % × 74 / 360
    assert rows(loan) == [("2026-04-15", "1200.00", "29.60")]


# ─── A revolving balance (最低还款额) ───


def card(scheduled, principal="1000", minimum=("10%", "200"), **words):
    words = {"daily_rate": "0.05%", "minimum": minimum} | words
    return scheduled("revolving", principal, 0, date(2026, 1, 15), **words)


def test_a_revolving_balance_asks_for_a_share_or_the_floor_until_nothing_is_left(scheduled):
    """The first period is free; then 0.05 % a day on 800, 600, 400 and 200."""
    assert rows(card(scheduled)) == [
        ("2026-01-15", "200.00", "0.00"),
        ("2026-02-15", "200.00", "12.40"),  # 31 days
        ("2026-03-15", "200.00", "8.40"),  # 28 days
        ("2026-04-15", "200.00", "6.20"),
        ("2026-05-15", "200.00", "3.00"),
    ]


def test_a_revolving_balance_that_names_a_start_bears_interest_from_it(scheduled):
    first = rows(card(scheduled, start=date(2025, 12, 20)))[0]
    assert first == ("2026-01-15", "200.00", "13.00")  # 1000 × 0.05 % × 26


def test_the_share_counts_where_it_is_more_than_the_floor(scheduled):
    """10 % of 1000, of 900 and of 810."""
    principals = [row[1] for row in rows(card(scheduled, minimum=("10%", "5")))]
    assert principals[:3] == ["100.00", "90.00", "81.00"]
    assert sum(Decimal(amount) for amount in principals) == 1000


@pytest.mark.parametrize(
    ("balance", "share", "floor", "least"),
    [
        (1000_00, "10%", "100", 100_00),
        (999_99, "10%", "100", 100_00),
        (1000_10, "10%", "100", 100_01),
        (99_99, "10%", "100", 99_99),
        (100_00, "10%", "100", 100_00),
        (10, "1%", "0", 1),  # a tenth of a cent is nothing: a balance must go down
        (50, "1%", "0", 1),
        (150, "1%", "0", 2),
        (0, "10%", "100", 0),
    ],
)
def test_the_minimum_is_never_more_than_the_balance_nor_less_than_a_cent(
    scheduled, balance, share, floor, least
):
    assert minimum(card(scheduled, minimum=(share, floor)).terms, balance, 0) == least


@pytest.mark.parametrize(
    ("minimum", "principal"),
    [
        # 26 days on 1,000.00 are 13.00: the minimum is 10 % of 1,013.00, or the floor.
        (("10%", "0", True), "88.30"),
        (("10%", "200", True), "187.00"),
        (("10%", "101.31", True), "88.31"),
        (("10%", "200", False), "200.00"),
        # 1 % are 10.13, less than the interest: still the balance must go down.
        (("1%", "0", True), "0.01"),
        (("1%", "13", True), "0.01"),
        (("1%", "13.02", True), "0.02"),
        (("100%", "0", True), "1000.00"),
        (("10%", "5000", True), "1000.00"),
    ],
)
def test_a_minimum_may_include_the_interest_of_its_period(scheduled, minimum, principal):
    first = rows(card(scheduled, minimum=minimum, start=date(2025, 12, 20)))[0]
    assert first == ("2026-01-15", principal, "13.00")


def test_a_balance_that_hardly_falls_is_all_due_in_the_end(scheduled):
    """A cent each period would take 100,000 of them."""
    parts = schedule(card(scheduled, minimum=("0.0001%", "0")).terms)
    assert len(parts) == MAX_INSTALLMENTS
    assert {part.principal for part in parts[:-1]} == {1}
    assert parts[-1].principal == 1000_00 - (MAX_INSTALLMENTS - 1)
    paid_down = list(revolve(card(scheduled, minimum=("0.0001%", "0")).terms, 500_00, 3))
    assert len(paid_down) == MAX_INSTALLMENTS
    assert sum(part.principal for part in paid_down) == 500_00


def test_a_floor_has_the_digits_of_its_currency(scheduled):
    loan = card(scheduled, minimum=("10%", "200"), currency="JPY")
    assert rows(loan)[0] == ("2026-01-15", "200", "0")


def test_the_share_of_a_balance_is_rounded_as_the_loan_is(scheduled):
    for rounding, least in [("half-up", 2), ("half-even", 2), ("down", 1)]:
        loan = card(scheduled, minimum=("1%", "0"), rounding=rounding)
        assert minimum(loan.terms, 150, 0) == least


# ─── Business days ───


def test_a_moved_due_date_leaves_the_interest_between_the_agreed_dates(scheduled):
    """31 May 2026 is a Sunday, 30 June a Tuesday: 31 days of May, 30 of June at 0.05 %."""
    words = {"daily_rate": "0.05%", "end_of_month": True}
    usual = scheduled("equal-principal", "200", 2, date(2026, 5, 31), **words)
    for convention, due in [
        ("none", "2026-05-31"),
        ("following", "2026-06-01"),
        ("modified-following", "2026-05-29"),
        ("preceding", "2026-05-29"),
    ]:
        loan = scheduled(
            "equal-principal",
            "200",
            2,
            date(2026, 5, 31),
            business_days=(convention, "XECB"),
            **words,
        )
        assert [row[1:] for row in rows(loan)] == [("100.00", "3.10"), ("100.00", "1.50")]
        assert [row[0] for row in rows(loan)] == [due, "2026-06-30"]
        assert schedule(loan.terms)[0].end == schedule(usual.terms)[0].end == date(2026, 5, 31)


def test_a_listed_due_date_moves_too(listed):
    loan = listed((date(2026, 5, 31), "100", "5"), business_days=("following", "XECB"))
    assert rows(loan) == [("2026-06-01", "100.00", "5.00")]


# ─── Acceleration ───


def called(scheduled, day, **words):
    """Return 400.00 each with 18.60, 12.40 and 5.60: 0.05 % a day on 1200, 800 and 400."""
    words = {"daily_rate": "0.05%", "acceleration_date": day} | words
    return scheduled("equal-principal", "1200", 3, date(2026, 1, 15), **words)


PLAN = [
    ("2026-01-15", "400.00", "18.60"),  # 31 days
    ("2026-02-15", "400.00", "12.40"),  # 31 days
    ("2026-03-15", "400.00", "5.60"),  # 28 days
]


@pytest.mark.parametrize(
    ("day", "plan"),
    [
        (date(2025, 12, 1), [("2025-12-01", "1200.00", "0.00")]),
        (date(2025, 12, 15), [("2025-12-15", "1200.00", "0.00")]),
        (date(2025, 12, 16), [("2025-12-16", "1200.00", "0.60")]),
        (date(2026, 1, 5), [("2026-01-05", "1200.00", "12.60")]),
        (date(2026, 1, 14), [("2026-01-14", "1200.00", "18.00")]),
        (date(2026, 1, 15), [("2026-01-15", "1200.00", "18.60")]),
        (date(2026, 1, 16), [PLAN[0], ("2026-01-16", "800.00", "0.40")]),
        (date(2026, 1, 25), [PLAN[0], ("2026-01-25", "800.00", "4.00")]),
        (date(2026, 2, 15), [PLAN[0], ("2026-02-15", "800.00", "12.40")]),
        (date(2026, 3, 14), [*PLAN[:2], ("2026-03-14", "400.00", "5.40")]),
        (date(2026, 3, 15), PLAN),
        (date(2026, 3, 16), PLAN),
    ],
)
def test_what_is_not_due_when_the_loan_is_called_falls_due_with_what_it_earned(
    scheduled, day, plan
):
    assert rows(called(scheduled, day)) == plan


def test_a_called_loan_says_how_the_interest_of_its_last_part_came_about(scheduled):
    last = schedule(called(scheduled, date(2026, 1, 25)).terms)[-1]
    assert (last.base, last.start, last.end) == (800_00, date(2026, 1, 15), date(2026, 1, 25))


def test_a_loan_called_on_a_due_date_says_so_for_the_part_that_was_due_then(scheduled):
    """And earns it day by day until then: 10 days of 31 of 18.60 are 6.00."""
    terms = called(scheduled, date(2026, 1, 15)).terms
    (only,) = schedule(terms)
    assert (only.base, only.start, only.end) == (1200_00, date(2025, 12, 15), date(2026, 1, 15))
    assert earned(terms, only, date(2025, 12, 25)) == 6_00


@pytest.mark.parametrize(("rounding", "interest"), [("half-up", "16.67"), ("down", "16.66")])
def test_a_listed_loan_earns_from_due_date_to_due_date(listed, rounding, interest):
    """50.00 over 30 days: a third of it by the tenth."""
    parts = (date(2026, 3, 1), "1000", "100"), (date(2026, 3, 31), "1000", "50")
    loan = listed(*parts, acceleration_date=date(2026, 3, 11), rounding=rounding)
    assert rows(loan) == [
        ("2026-03-01", "1000.00", "100.00"),
        ("2026-03-11", "1000.00", interest),
    ]


def test_a_loan_called_on_a_moved_due_date_has_earned_the_days_since_the_agreed_one(scheduled):
    """31 May 2026 is a Sunday. On Monday 100.00 and 3.10 are due, and 100 × 0.05 % for the day."""
    loan = scheduled(
        "equal-principal",
        "200",
        2,
        date(2026, 5, 31),
        daily_rate="0.05%",
        end_of_month=True,
        business_days=("following", "XECB"),
        acceleration_date=date(2026, 6, 1),
    )
    assert rows(loan) == [("2026-06-01", "200.00", "3.15")]
    assert schedule(loan.terms)[0].base == 0  # two balances: no one factor tells of both


def test_a_called_loan_earns_by_the_rate_of_the_running_period(scheduled):
    """From 15 February a daily rate, which counts days: 100 × 0.05 % × 16 of 28 to 3 March."""
    loan = scheduled(
        "equal-principal",
        "200",
        2,
        date(2026, 2, 15),
        annual_rate="12%",
        day_count="30/360",
        rate_changes=[(date(2026, 2, 15), {"daily_rate": "0.05%"})],
        acceleration_date=date(2026, 3, 3),
    )
    assert rows(loan) == [("2026-02-15", "100.00", "2.00"), ("2026-03-03", "100.00", "0.80")]


def test_all_interest_of_a_first_listed_installment_is_owed_for_nobody_knows_its_start(listed):
    parts = (date(2026, 3, 1), "1000", "100"), (date(2026, 3, 31), "1000", "50")
    loan = listed(*parts, acceleration_date=date(2026, 2, 1))
    assert rows(loan) == [("2026-02-01", "2000.00", "100.00")]


# ─── What a running period has earned ───


@pytest.mark.parametrize(
    ("words", "interest"),
    [
        # From 28 February to 31 March 30/360 counts 33 days (its February ends two early), and
        # three to 1 March; a daily rate counts 31 and one.
        ({"annual_rate": "12%", "day_count": "30/360"}, 100),  # 11.00 × 3 / 33
        ({"daily_rate": "0.1%", "day_count": "30/360"}, 100),  # 31.00 × 1 / 31
        ({"annual_rate": "36.5%", "day_count": "ACT/365F"}, 100),
    ],
)
def test_a_running_period_has_earned_its_share_by_the_day_count(scheduled, words, interest):
    loan = scheduled(
        "equal-principal", "1000", 1, date(2026, 3, 31), start=date(2026, 2, 28), **words
    )
    (part,) = schedule(loan.terms)
    assert earned(loan.terms, part, date(2026, 3, 1)) == interest


def test_a_period_of_no_length_by_its_day_count_has_earned_nothing_before_it_ends(scheduled):
    """30/360 counts nothing from the 30th to the 31st."""
    loan = scheduled(
        "equal-principal",
        "1000",
        1,
        date(2026, 3, 31),
        start=date(2026, 3, 30),
        annual_rate="12%",
        day_count="30/360",
    )
    (part,) = schedule(loan.terms)
    assert part.interest == 0
    assert earned(loan.terms, part, date(2026, 3, 30)) == 0


def test_on_its_last_day_all_of_a_period_is_earned_even_where_it_counts_nothing(listed):
    """30/360 again: the lender asks for 5.00 between the 30th and the 31st."""
    parts = (date(2026, 3, 30), "100", "0"), (date(2026, 3, 31), "100", "5")
    terms = listed(*parts, annual_rate="12%", day_count="30/360").terms
    last = schedule(terms)[1]
    assert earned(terms, last, date(2026, 3, 30)) == 0
    assert earned(terms, last, date(2026, 3, 31)) == 5_00


@pytest.mark.parametrize(
    ("day", "interest"),
    [
        (date(2026, 3, 1), 7_00),
        (date(2026, 3, 11), 7_00 + 1_00),
        (date(2026, 3, 30), 7_00 + 2_90),
        (date(2026, 3, 31), 10_00),
        (date(2026, 4, 1), 10_00),
    ],
)
def test_what_was_carried_over_is_earned_already(listed, day, interest):
    """10.00, of which 7.00 were carried over: 3.00 over 30 days."""
    terms = listed((date(2026, 3, 31), "1000", "10"), daily_rate="0.01%").terms
    part = Installment(
        date(2026, 3, 31), 1000_00, 10_00, 0, date(2026, 3, 1), date(2026, 3, 31), 7_00
    )
    assert earned(terms, part, day) == interest


# ─── Neither a later rate nor a later call is in what a day has earned ───


def long_bullet(scheduled, **words):
    """Return 10,000.00 for 2026 at 6 %, at 12 % from 2 July on."""
    changes = [(date(2026, 7, 2), {"annual_rate": "12%"})]
    start, due = date(2026, 1, 1), date(2027, 1, 1)
    words |= {"start": start, "annual_rate": "6%", "rate_changes": changes}
    return scheduled("bullet", "10000", 1, due, **words)


@pytest.mark.parametrize(
    ("day", "interest"),
    [
        (date(2026, 1, 1), 0),
        (date(2026, 4, 1), 147_95),  # 10,000 × 6 % × 90 / 365
        (date(2026, 7, 2), 299_18),  # 182 days: 299.178
        (date(2026, 7, 3), 302_47),  # and one at 12 %: 3.288
        (date(2026, 12, 31), 897_53),  # 182 at 12 %: 598.356
        (date(2027, 1, 1), 900_82),
    ],
)
def test_each_rate_has_earned_what_its_own_days_come_to(scheduled, day, interest):
    loan = long_bullet(scheduled)
    assert earned(loan.terms, schedule(loan.terms)[0], day) == interest
    if day < date(2027, 1, 1):
        assert value(loan, day).payoff.minor == 10_000_00 + interest


def test_a_loan_called_in_a_period_of_two_rates_asks_for_what_each_has_earned(scheduled):
    day = date(2026, 7, 2)
    called = long_bullet(scheduled, acceleration_date=day)
    assert rows(called) == [("2026-07-02", "10000.00", "299.18")]
    before = date(2026, 4, 1)
    assert value(called, before).payoff.minor == 10_147_95


def test_paying_the_payoff_on_the_day_a_new_rate_is_named_leaves_nothing(scheduled, also_paying):
    """Eleven days at 4.2 % on 797,777.78 are 1,023.81; the 3.5 % begin a day later."""
    loan = scheduled(
        "equal-principal",
        "800000",
        360,
        date(2026, 12, 20),
        annual_rate="4.2%",
        day_count="ACT/360",
        rate_changes=[(date(2026, 12, 31), {"annual_rate": "3.5%"})],
    )
    loan = also_paying(loan, date(2026, 12, 20), "5022.22")  # 2,222.22 and 2,800.00
    day = date(2026, 12, 31)
    assert value(loan, day).payoff.minor == 797_777_78 + 1_023_81
    assert value(also_paying(loan, day, "798801.59"), day).settled
    accelerated = replace(loan, terms=replace(loan.terms, acceleration_date=day))
    assert value(accelerated, day).due.total == 798_801_59


def test_what_a_day_has_earned_is_rounded_once(scheduled):
    """1,000,000 × 13.5 % × 35 / 365 = 12,945.205; of 61 days' 22,561.64 it would be a cent less."""
    words = {"start": date(2026, 1, 1), "annual_rate": "13.5%"}
    loan = scheduled("bullet", "1000000", 1, date(2026, 3, 3), **words)
    assert value(loan, date(2026, 2, 5)).payoff.minor == 1_012_945_21


def test_of_an_equal_period_each_day_has_earned_the_same_share(scheduled):
    """1 % of 1,000.00 for January's 31 days: 10 of them are 3.23, at 2 % from then 11 are 3.87."""
    changed = annuity(scheduled, rate_changes=[(date(2026, 1, 11), {"annual_rate": "24%"})])
    first, *_ = schedule(changed.terms)
    assert earned(changed.terms, first, date(2026, 1, 11)) == 3_23
    assert earned(changed.terms, first, date(2026, 1, 12)) == 3_87
    assert earned(changed.terms, first, date(2026, 2, 1)) == first.interest == 16_77


def test_what_was_put_off_has_earned_what_its_own_rate_comes_to(scheduled):
    """Of 3.00 nothing, then 1,000.00 at 0.02 % a day, though the contract's rate rises."""
    loan = scheduled(
        "bullet",
        "1000",
        1,
        date(2026, 3, 1),
        daily_rate="0.01%",
        start=date(2026, 1, 30),
        extensions=[
            {
                "due": date(2026, 3, 1),
                "agreed": date(2026, 2, 20),
                "to": [date(2026, 3, 31)],
                "daily_rate": "0.02%",
            }
        ],
        rate_changes=[(date(2026, 3, 5), {"daily_rate": "0.1%"})],
    )
    assert value(loan, date(2026, 2, 20)).payoff.minor == 1000_00 + 2_10
    assert value(loan, date(2026, 3, 1)).payoff.minor == 1000_00 + 3_00
    assert value(loan, date(2026, 3, 11)).payoff.minor == 1000_00 + 3_00 + 2_00


def test_what_money_beyond_a_minimum_waits_for_is_the_interest_at_todays_rate(
    scheduled, also_paying
):
    """Of 3,000.00 that come after the statement its minimum takes 900.00. Then as much waits as the
    interest of 31 days is at 0.05 %, whatever next week's rate will be.
    """
    loan = scheduled(
        "revolving",
        "10000",
        0,
        date(2026, 1, 15),
        daily_rate="0.05%",
        start=date(2025, 12, 15),
        minimum=("10%", "0"),
    )
    loan = also_paying(loan, date(2026, 1, 15), "1155")
    loan = also_paying(loan, date(2026, 2, 1), "3000")
    new = RateChange(date(2026, 2, 8), Rate(Decimal("0.01"), "day"))
    changed = replace(loan, terms=replace(loan.terms, rate_changes=(new,)))
    for day in (date(2026, 2, 1), date(2026, 2, 8)):
        assert value(changed, day).credit == value(loan, day).credit
        assert value(changed, day).payoff == value(loan, day).payoff


# ─── By which factors it was worked out ───

YEARLY = Rate(Decimal("0.12"), "year")
BY_DAY = Rate(Decimal("0.0005"), "day")
CHANGED = [(date(2026, 1, 20), {"annual_rate": "24%"})]


@pytest.mark.parametrize(
    ("repayment", "words", "found"),
    [
        ("equal-installment", {"annual_rate": "12%"}, (YEARLY, 1, 12, "year")),
        (
            "equal-installment",
            {"annual_rate": "12%", "frequency": "3 months"},
            (YEARLY, 1, 4, "year"),
        ),
        (
            "equal-installment",
            {"annual_rate": "12%", "frequency": "2 weeks"},
            (YEARLY, 1, 26, "year"),
        ),
        (
            "equal-installment",
            {"annual_rate": "12%", "frequency": "10 days"},
            (YEARLY, 2, 73, "year"),
        ),
        ("equal-installment", {"daily_rate": "0.05%"}, (BY_DAY, 30, None, "day")),
        (
            "equal-installment",
            {"daily_rate": "0.05%", "frequency": "2 weeks"},
            (BY_DAY, 14, None, "day"),
        ),
        (
            "equal-installment",
            {"annual_rate": "12%", "start": date(2026, 1, 1)},
            (YEARLY, 45, 365, "day"),
        ),
        (
            "equal-installment",
            {"annual_rate": "0%"},
            (Rate(Decimal("0.00"), "year"), 1, 1, "year"),
        ),
        ("equal-principal", {"annual_rate": "12%"}, (YEARLY, 31, 365, "day")),
        (
            "equal-principal",
            {"annual_rate": "12%", "day_count": "30/360"},
            (YEARLY, 30, 360, "day"),
        ),
        ("equal-principal", {"daily_rate": "0.05%"}, (BY_DAY, 31, None, "day")),
        ("equal-principal", {}, (None, None, None, "day")),
        (
            "equal-principal",
            {"annual_rate": "12%", "rate_changes": CHANGED},
            (None, None, None, "day"),
        ),
        (
            # Two years share the period: neither count is the whole of it.
            "equal-principal",
            {"annual_rate": "12%", "day_count": "ACT/ACT ISDA", "start": date(2025, 12, 20)},
            (YEARLY, None, None, "day"),
        ),
        (
            "equal-principal",
            {"annual_rate": "12%", "day_count": "ACT/ACT ISDA"},
            (YEARLY, 31, 365, "day"),
        ),
    ],
)
def test_the_factors_of_an_installments_interest(scheduled, repayment, words, found):
    loan = scheduled(repayment, "1000", 1, date(2026, 2, 15), **words)
    (part,) = schedule(loan.terms)
    assert factors(loan.terms, part) == found


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (date(2026, 1, 15), (Rate(Decimal("0.24"), "year"), 31, 365, "day")),  # its first night
        (date(2026, 1, 16), (None, None, None, "day")),
        (date(2026, 2, 14), (None, None, None, "day")),
        (date(2026, 2, 15), (YEARLY, 31, 365, "day")),  # counts from the 16th
    ],
)
def test_a_rate_that_changes_on_the_edge_of_a_period_is_its_only_one(scheduled, change, found):
    loan = scheduled(
        "equal-principal",
        "1000",
        1,
        date(2026, 2, 15),
        annual_rate="12%",
        rate_changes=[(change, {"annual_rate": "24%"})],
    )
    (part,) = schedule(loan.terms)
    assert factors(loan.terms, part) == found


@pytest.mark.parametrize(
    ("within", "found"),
    [
        # From 12 % to 24 % the night before, then back again: two rates.
        ({"annual_rate": "12%"}, (None, None, None, "day")),
        # Then only the penalty changes: one rate.
        ({"penalty": {"daily_rate": "0.2%"}}, (Rate(Decimal("0.24"), "year"), 31, 365, "day")),
    ],
)
def test_of_several_changes_those_within_the_period_count(scheduled, within, found):
    loan = scheduled(
        "equal-principal",
        "1000",
        1,
        date(2026, 2, 15),
        annual_rate="12%",
        penalty={"daily_rate": "0.1%"},
        rate_changes=[
            (date(2026, 1, 15), {"annual_rate": "24%"}),
            (date(2026, 1, 25), within),
        ],
    )
    (part,) = schedule(loan.terms)
    assert factors(loan.terms, part) == found


@pytest.mark.parametrize("repayment", ["equal-principal", "equal-installment", "interest-only"])
def test_an_installment_remembers_what_its_interest_was_worked_out_on(scheduled, repayment):
    first, second = schedule(scheduled(repayment, "200", 2, date(2026, 2, 15)).terms)
    left = 200_00 if repayment == "interest-only" else 100_00
    assert (first.base, first.start, first.end) == (200_00, date(2026, 1, 15), first.due)
    assert (second.base, second.start, second.end) == (left, first.due, date(2026, 3, 15))


def test_a_bullet_remembers_its_whole_time(scheduled):
    (part,) = schedule(scheduled("bullet", "200", 2, date(2026, 2, 15)).terms)
    assert (part.base, part.start, part.end) == (200_00, date(2026, 1, 15), date(2026, 3, 15))


def test_a_revolving_balance_remembers_what_each_interest_was_worked_out_on(scheduled):
    first, second = schedule(card(scheduled).terms)[:2]
    assert (first.base, first.start, first.end) == (1000_00, first.due, first.due)  # it is free
    assert (second.base, second.start, second.end) == (800_00, first.due, second.due)
    assert (first.carried, second.carried) == (0, 0)


def test_a_listed_installment_stands_between_two_dates_but_on_no_balance(listed):
    parts = (date(2026, 3, 1), "1000", "100"), (date(2026, 3, 31), "1000", "50")
    first, second = schedule(listed(*parts, annual_rate="12%").terms)
    assert (first.base, first.start, first.end) == (0, None, date(2026, 3, 1))
    assert (second.base, second.start, second.end) == (0, date(2026, 3, 1), date(2026, 3, 31))


def test_a_listed_installment_has_no_factors(listed):
    loan = listed((date(2026, 2, 15), "1000", "10"), annual_rate="12%")
    assert factors(loan.terms, schedule(loan.terms)[0]) == (None, None, None, "day")


# ─── Shared work ───


def test_loans_that_differ_only_in_what_being_late_costs_share_one_schedule(scheduled):
    """Trying many rules against a lender's figure must not work the same schedule out again."""
    plain = scheduled("equal-installment", "1000", 12, date(2026, 2, 1), annual_rate="12%")
    dear = scheduled(
        "equal-installment",
        "1000",
        12,
        date(2026, 2, 1),
        annual_rate="12%",
        penalty={"daily_rate": "0.1%"},
        penalty_base="overdue-installment",
        contract_interest_continues=False,
        compounding="daily",
        interest_on_interest_rate="18%",
        grace_days=3,
        grace_mode="deducted",
        dpd_includes_due_date=True,
        fees=["25"],
        caps=[{"fees": "50"}],
        pauses=[(date(2026, 5, 1), date(2026, 5, 2))],
        waivers=[(date(2026, 5, 1), "1")],
        extensions=[
            {"due": date(2026, 4, 1), "agreed": date(2026, 4, 1), "to": [date(2026, 4, 5)]}
        ],
    )
    assert schedule(plain.terms) is schedule(dear.terms)


def test_loans_whose_changes_differ_only_in_the_penalty_share_one_schedule(scheduled):
    """Also where the new penalty takes the place of the contract interest, which ends then."""

    def changing(new, **words):
        changes = [(date(2026, 3, 1), {"annual_rate": "6%"} | new)]
        return scheduled(
            "equal-installment",
            "1000",
            12,
            date(2026, 2, 1),
            annual_rate="12%",
            rate_changes=changes,
            **words,
        )

    plain = changing({})
    dear = changing({"penalty": {"multiple_of_contract": "1.5"}}, contract_interest_continues=False)
    assert schedule(plain.terms) is schedule(dear.terms)


# ─── Interest added to the principal before the first period ───

DEFERRED = {
    "annual_rate": "6.53%",
    "start": date(2026, 3, 24),
    "capitalized_on": date(2026, 11, 6),
}


@pytest.fixture
def student(scheduled):
    """Return a builder of a student loan of 5,500.00 whose first installment is in December."""

    def build(repayment="equal-installment", **words):
        return scheduled(repayment, "5500", 120, date(2026, 12, 6), **DEFERRED | words)

    return build


def test_interest_of_the_deferment_is_added_and_the_schedule_begins_with_the_sum(student):
    """34 CFR 685.202(b): 227 days of 6.53 % on 5,500 are 223.36, and 5,723.36 is repaid."""
    first, second, *_, last = parts = schedule(student().terms)
    assert sum(part.principal for part in parts) == 5723_36
    # A twelfth of 6.53 % of 5,723.36 is 31.14; 120 level installments of it are 65.07.
    assert (first.total, first.interest, second.total) == (65_07, 31_14, 65_07)
    assert (first.due, last.due) == (date(2026, 12, 6), date(2036, 11, 6))
    level = npf.pmt(0.0653 / 12, 120, -5723.36)
    assert round(level, 2) == 65.07


def test_a_rate_that_changes_in_the_deferment_bears_its_own_days(student):
    """99 days of 6.53 % are 97.41 (97.4133), 128 days of 7 % 135.01 (135.0137): 232.43."""
    changed = student(rate_changes=[(date(2026, 7, 1), {"annual_rate": "7%"})])
    parts = schedule(changed.terms)
    assert sum(part.principal for part in parts) == 5732_43
    assert parts[0].interest == 33_44  # a twelfth of 7 % of 5,732.43


def test_what_pays_it_off_before_that_day_is_the_principal_and_what_it_has_earned(student):
    loan = student()
    assert value(loan, date(2026, 3, 24)).payoff.minor == 5500_00
    assert value(loan, date(2026, 7, 1)).payoff.minor == 5597_41  # 99 days: 97.41
    assert value(loan, date(2026, 11, 5)).payoff.minor == 5722_38  # 226 days: 222.38
    assert value(loan, date(2026, 11, 6)).payoff.minor == 5723_36
    # Ten days more, of the thirty whose interest is 31.14, on all of it.
    assert value(loan, date(2026, 11, 16)).payoff.minor == 5723_36 + 10_38


def test_paid_off_before_that_day_nothing_is_capitalized(student, also_paying):
    paid = also_paying(student(), date(2026, 7, 1), "5597.41")
    assert value(paid, date(2026, 7, 1)).settled
    assert value(paid, date(2027, 7, 1)).payoff.minor == 0


@given(
    kind=st.sampled_from(["equal-principal", "equal-installment", "interest-only"]),
    how=st.sampled_from(["periodic", "actual"]),
    count=st.sampled_from(["ACT/365F", "ACT/360", "30E/360", "ACT/ACT ISDA"]),
    waits=st.integers(1, 900),
    first=st.integers(1, 60),
    number=st.integers(1, 24),
    principal=st.integers(1, 10**7),
    rate=st.integers(0, 3000),
)
def test_it_is_the_loan_of_the_larger_principal_that_starts_on_that_day(
    kind, how, count, waits, first, number, principal, rate
):
    due = date(2026, 12, 6)
    day = due - timedelta(days=first)
    start = day - timedelta(days=waits)
    terms = LoanTerms(
        "USD",
        Repayment(kind),
        principal=Decimal(principal) / 100,
        installment_count=number,
        first_due=due,
        start=start,
        capitalized_on=day,
        contract_rate=Rate(Decimal(rate) / 10000, "year"),
        day_count=DayCount(count),
        installment_interest=InstallmentInterest(how),
    )
    years = {
        "ACT/365F": ql.Actual365Fixed(),
        "ACT/360": ql.Actual360(),
        "30E/360": ql.Thirty360(ql.Thirty360.European),
        "ACT/ACT ISDA": ql.ActualActual(ql.ActualActual.ISDA),
    }[count].yearFraction(
        ql.Date(start.isoformat(), "%Y-%m-%d"), ql.Date(day.isoformat(), "%Y-%m-%d")
    )
    larger = sum(part.principal for part in schedule(terms))
    assert abs(larger - principal * (1 + rate / 10000 * years)) < 0.51
    anew = {"principal": Decimal(larger) / 100, "start": day, "capitalized_on": None}
    assert schedule(terms) == schedule(replace(terms, **anew))


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"capitalized_on": date(2026, 3, 24)}, "capitalized_on"),
        ({"capitalized_on": date(2026, 12, 6)}, "capitalized_on"),
        ({"start": None}, "capitalized_on"),
        ({"repayment": "bullet"}, "capitalized_on"),
        ({"repayment": "revolving", "minimum": "10%"}, "capitalized_on"),
        ({"acceleration_date": date(2026, 11, 5)}, "acceleration_date"),
    ],
)
def test_a_day_that_capitalizes_nothing_is_refused(student, words, field):
    with pytest.raises(TermsError) as refusal:
        student(**words)
    assert refusal.value.field == field
