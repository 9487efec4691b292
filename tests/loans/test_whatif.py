"""What would be if: trying out a payment, and days without one."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from reminderd.loans.position import value
from reminderd.loans.whatif import curve, if_paid

DUE = date(2026, 3, 10)
LATE = date(2026, 3, 20)


@pytest.fixture
def loan(listed):
    return listed(
        (DUE, "1000", "50"), (date(2026, 4, 10), "1000", "40"), penalty={"daily_rate": "0.05%"}
    )


@pytest.mark.parametrize("amount", ["0.01", "5", "55", "300", "1055", "1100", "2068.71", "5000"])
def test_every_cent_goes_somewhere(loan, amount):
    then = if_paid(loan, Decimal(amount), LATE)
    spent = then.to.total + then.early.minor + then.credit.minor
    assert spent == Decimal(amount) * 100
    assert min(then.early.minor, then.credit.minor, then.to.total) >= 0


def test_what_stays_is_what_the_payment_would_leave(loan):
    then = if_paid(loan, Decimal("300"), LATE)
    assert then.after.due.total == value(loan, LATE).due.total - 30000


def test_the_payoff_amount_closes_what_was_not_due_yet(loan):
    payoff = value(loan, LATE).payoff.amount
    then = if_paid(loan, payoff, LATE)
    assert then.after.settled
    assert then.early.minor == payoff * 100 - then.to.total


def test_the_curve_begins_today_and_ends_after_so_many_days(loan):
    days = dict(curve(loan, LATE, 30))
    assert list(days) == [LATE + timedelta(days=n) for n in range(31)]
    assert all(total == value(loan, day).due_total for day, total in days.items())


def test_an_amount_with_too_many_digits_is_refused(loan):
    with pytest.raises(ValueError, match="more than 2 decimal digits"):
        if_paid(loan, Decimal("1.234"), LATE)


def test_a_payment_adds_to_what_waits_already(listed):
    """20.00 wait for the next installment; 5.00 more wait beside them."""
    parts = (DUE, "100", "0"), (date(2026, 4, 10), "100", "0")
    loan = listed(*parts, paid=[(DUE, "120")])
    then = if_paid(loan, Decimal("5"), LATE)
    assert (str(then.credit), str(then.after.credit)) == ("5.00", "25.00")
    assert (then.to.total, then.early.minor) == (0, 0)


def test_what_a_payment_would_do_is_in_the_loans_currency(one_sum):
    loan = one_sum("1000", DUE, currency="JPY")
    then = if_paid(loan, Decimal("1500"), LATE)
    assert (then.to.total, str(then.credit), str(then.early)) == (1000, "500", "0")
    assert (then.credit.currency, then.early.currency) == ("JPY", "JPY")
    with pytest.raises(ValueError, match="more than 0 decimal digits, which JPY allows"):
        if_paid(loan, Decimal("1.5"), LATE)
