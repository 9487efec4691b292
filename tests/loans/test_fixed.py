"""Installments known by their amount alone: so many, until a day, or without end."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from reminderd.errors import TermsError
from reminderd.loans.cures import last_cure, saved_by_early_payoff
from reminderd.loans.frequency import Frequency, Unit, add_months
from reminderd.loans.position import Upcoming, value
from reminderd.loans.schedule import FIRST_LOOK, schedule, schedule_past
from reminderd.loans.terms import (
    MAX_INSTALLMENTS,
    Extension,
    Installment,
    Loan,
    LoanTerms,
    Payment,
    Penalty,
    PenaltyRule,
    Repayment,
)
from reminderd.loans.whatif import if_paid

FIRST = date(2026, 12, 5)
LATE = Penalty(PenaltyRule.DAILY_RATE, Decimal("0.0005"))


def fixed(amount="3500", first_due=FIRST, **words):
    return LoanTerms("CNY", Repayment.FIXED, amount=Decimal(amount), first_due=first_due, **words)


def rent(*payments, **words):
    paid = tuple(Payment(date.fromisoformat(day), Decimal(sum_)) for day, sum_ in payments)
    return Loan("rent", "Rent", fixed(**words), "Asia/Shanghai", paid)


# ─── With an end ───


def test_a_purchase_in_four_falls_due_every_other_week():
    parts = schedule(fixed("30.09", frequency=Frequency(2, Unit.WEEK), installment_count=4))
    assert [str(part.due) for part in parts] == [
        "2026-12-05",
        "2026-12-19",
        "2027-01-02",
        "2027-01-16",
    ]
    assert {(part.principal, part.interest) for part in parts} == {(30_09, 0)}


def test_a_car_loan_known_by_its_installment_is_paid_off_by_what_is_left_of_it():
    loan = rent(amount="350", interest=Decimal(50), installment_count=48)
    position = value(loan, FIRST)
    assert (position.due.principal, position.due.interest) == (300_00, 50_00)
    # 47 times 300 are to come; nothing of their interest is earned on a due date.
    assert position.payoff.minor == 350_00 + 47 * 300_00
    paid = replace(loan, payments=(Payment(FIRST, position.payoff.amount),))
    assert value(paid, FIRST).settled
    assert saved_by_early_payoff(value(paid, FIRST)).minor == 47 * 50_00


@pytest.mark.parametrize(
    ("until", "number"),
    [("2026-12-05", 1), ("2027-01-04", 1), ("2027-01-05", 2), ("2030-11-30", 48)],
)
def test_the_last_one_falls_due_no_later_than_the_last_day(until, number):
    terms = fixed(until=date.fromisoformat(until))
    assert len(schedule(terms)) == terms.number == number
    assert not terms.endless


@pytest.mark.parametrize(
    ("frequency", "last"),
    [
        (Frequency(1, Unit.WEEK), "2027-05-29"),
        (Frequency(4, Unit.WEEK), "2027-05-22"),
        (Frequency(1, Unit.HALF_MONTH), "2027-05-20"),
        (Frequency(3, Unit.MONTH), "2027-03-05"),
    ],
)
def test_a_last_day_goes_with_every_frequency(frequency, last):
    terms = fixed(frequency=frequency, until=date(2027, 6, 4))
    assert str(schedule(terms)[-1].due) == last


def test_a_single_one_may_have_any_grace():
    assert fixed(until=date(2026, 12, 31), grace_days=90).grace_days == 90
    with pytest.raises(TermsError, match="90 days of grace"):
        fixed(grace_days=90)


# ─── Without end ───


def test_rent_goes_on_as_far_as_anyone_looks():
    for year in (2027, 2060, 2150):
        position = value(rent(), date(year, 1, 1))
        assert position.arrears[-1].due == date(year - 1, 12, 5)
        assert position.upcoming[0] == Upcoming(date(year, 1, 5), position.money(3500_00))
        assert position.upcoming[-1].due >= date(year + 1, 1, 5)


def test_rent_cannot_be_paid_off_and_its_payoff_is_what_is_due():
    position = value(rent(), date(2027, 1, 5))
    assert position.payoff == position.due_total
    assert position.payoff.minor == 7000_00
    assert value(rent(), date(2026, 12, 1)).payoff.minor == 0


@pytest.mark.parametrize("months", [1, 12, 30, 400])
def test_money_paid_ahead_waits_for_the_rents_to_come(months):
    loan = rent(("2026-12-05", 3500 * months + 1000))
    position = value(loan, FIRST)
    assert (position.settled, position.due.total) == (False, 0)
    assert position.credit.minor == 3500_00 * (months - 1) + 1000_00
    assert position.pay_by == add_months(FIRST, months)
    assert position.to_pay.minor == 2500_00
    then = value(loan, add_months(FIRST, months))
    assert (then.due.total, then.credit.minor) == (2500_00, 0)


def test_more_money_than_anyone_could_look_ahead_is_still_no_end():
    loan = rent(("2026-12-05", 3500 * 2 * MAX_INSTALLMENTS))
    position = value(loan, FIRST)
    assert not position.settled
    assert position.unpaid() == []
    # A century later the credit has gone down by what fell due meanwhile, and is not yet used up.
    later = value(loan, date(2126, 12, 5))
    assert later.due.total == 0
    assert later.credit.minor == 3500_00 * (2 * MAX_INSTALLMENTS - 1 - 1200)


def test_trying_a_large_payment_out_ends_nothing():
    then = if_paid(rent(), Decimal(100_000), FIRST)
    assert (then.to.total, then.early.minor, then.credit.minor) == (3500_00, 0, 96500_00)
    assert not then.after.settled


def test_an_installment_of_rent_far_ahead_can_be_put_off():
    due, to = date(2031, 12, 5), date(2045, 3, 1)
    loan = rent(extensions=(Extension(due, FIRST, (to,)),))
    known = value(loan, date(2026, 12, 31))
    assert due not in known.dues
    assert to in known.dues
    assert sorted(known.unpaid()) == known.unpaid()
    assert value(loan, date(2045, 3, 1)).due.total == 219 * 3500_00  # none is lost


def test_rent_paid_late_is_cured_and_rent_always_paid_in_time_never_was_late():
    paid = [(str(add_months(FIRST, n)), "3500") for n in range(40)]
    assert last_cure(rent(*paid), date(2030, 3, 6)) is None
    late = [*paid[:30], ("2029-06-10", "3500"), *paid[31:]]
    cure = last_cure(rent(*late), date(2030, 3, 6))
    assert cure is not None
    assert cure.due == add_months(FIRST, 30)


def test_late_rent_bears_a_penalty_like_any_other():
    loan = rent(("2026-12-05", "3500"), penalty=LATE)
    position = value(loan, date(2027, 1, 15))
    assert position.due.penalty == 17_50  # 10 days of 0.05 % on 3,500
    assert position.next_cliff is not None
    assert position.next_cliff.date == date(2027, 2, 6)


def test_no_more_is_worked_out_than_what_one_can_look_at():
    assert len(schedule(fixed())) == FIRST_LOOK
    assert len(value(rent(), date(2026, 12, 31)).account.parts) < 40
    twenty_years = schedule_past(fixed(), date(2046, 12, 5))
    assert date(2046, 12, 5) < twenty_years[-1].due < date(2048, 12, 31)


def test_rent_ends_with_the_calendar():
    """No date beyond 2200 is one; whatever is asked for comes to an answer all the same."""
    loan = rent(first_due=date(2200, 11, 5))
    assert [str(due) for due in value(loan, date(2200, 11, 1)).unpaid()] == [
        "2200-11-05",
        "2200-12-05",
    ]
    paid = value(replace(loan, payments=(Payment(date(2200, 11, 5), Decimal(9000)),)), FIRST)
    assert not paid.settled


@pytest.mark.parametrize("field", ["amount", "first_due"])
def test_an_amount_that_falls_due_needs_both_amount_and_date(field):
    words = {"amount": Decimal(5), "first_due": FIRST} | {
        field: Decimal(0) if field == "amount" else None
    }
    with pytest.raises(TermsError) as refusal:
        LoanTerms("CNY", Repayment.FIXED, **words)
    assert refusal.value.field == field


def test_what_a_year_has_is_24_of_two_a_month():
    year = schedule_past(fixed(frequency=Frequency(1, Unit.HALF_MONTH)), FIRST + timedelta(365))
    assert sum(part.due.year == 2027 for part in year) == 24


def test_the_interest_in_each_is_said_with_it():
    assert schedule(fixed("30.09", interest=Decimal("0.09"), installment_count=1)) == (
        Installment(FIRST, 30_00, 9),
    )
