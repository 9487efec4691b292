"""A cap on all that a loan costs: interest, penalty and fees, as a share of what was borrowed."""

from datetime import date, timedelta

import pytest

from reminderd.loans.caps import exceeded
from reminderd.loans.explain import explain
from reminderd.loans.position import value

DUE = date(2026, 3, 1)
CAP = {"cost": "100%"}


def late(days):
    return DUE + timedelta(days=days)


@pytest.fixture
def payday(listed):
    """Return a builder of 300 for 30 days at 0.8 % a day, with a fee of 15 for being late.

    paydayloansguides.com/payday-loan-price-cap works this loan: 72 of interest, 15 and 36 by day
    45, had the lender charged as much. The price cap is the FCA's, CONC 5A.2, since 2015.
    """

    def build(**words):
        words = {"daily_rate": "0.8%", "fees": ["15"], "caps": [CAP]} | words
        return listed((DUE, "300", "72"), **words)

    return build


@pytest.mark.parametrize(
    ("days", "parts"),
    [
        (0, ("300.00", "72.00", "0.00", "0.00")),
        (15, ("300.00", "108.00", "0.00", "15.00")),
        (88, ("300.00", "283.20", "0.00", "15.00")),
        (89, ("300.00", "285.60", "0.00", "14.40")),
        (95, ("300.00", "300.00", "0.00", "0.00")),
        (400, ("300.00", "300.00", "0.00", "0.00")),
    ],
)
def test_a_british_payday_loan_never_costs_more_than_was_borrowed(payday, owed, days, parts):
    """bbcspaces.com, Understanding the cost cap: who borrows 200 never owes more than 400."""
    assert owed(payday(), late(days)) == parts


def test_what_was_paid_counts_and_stays_paid(payday, figure):
    loan = payday(paid=[(late(15), "123"), (late(20), "100")])
    position = value(loan, late(400))
    assert position.due.total == 300_00 + 300_00 - 223_00
    assert position.account.cost() > 300_00


def test_a_cap_that_warns_cuts_nothing_and_is_told(payday):
    loan = payday(caps=[CAP | {"mode": "warn"}])
    assert exceeded(value(loan, late(88))) == []
    [above] = exceeded(value(loan, late(89)))
    assert above.cost.minor == 72_00 + 15_00 + 213_60
    assert exceeded(value(payday(), late(89))) == []


def test_the_newest_installment_is_cut_first(listed, owed):
    loan = listed((DUE, "50", "30"), (late(30), "50", "30"), caps=[{"cost": "50%"}])
    position = value(loan, late(30))
    assert [arrear.owed.total for arrear in position.arrears] == [80_00, 70_00]


def test_what_an_earlier_delay_left_is_counted_once(listed):
    loan = listed(
        (DUE, "1000", "0"),
        (late(30), "1000", "0"),
        daily_rate="0.1%",
        residual="next",
        paid=[(late(10), "1000"), (late(30), "1010")],
        caps=[CAP],
    )
    position = value(loan, late(30))
    assert (position.due.total, position.account.cost()) == (0, 10_00)


def test_an_extension_forgets_no_cost(listed):
    loan = listed(
        (DUE, "1000", "100"),
        caps=[{"cost": "15%"}],
        daily_rate="0.1%",
        paid=[(late(0), "100")],
        allocation_order=("interest", "principal", "fees", "penalty"),
        extensions=[{"due": DUE, "agreed": late(10), "to": [late(60)]}],
    )
    assert value(loan, late(60)).due.total == 1000_00 + 50_00


def test_paying_off_early_costs_no_more_than_the_cap(scheduled):
    loan = scheduled("bullet", "1000", 1, late(360), start=DUE, annual_rate="365%", caps=[CAP])
    assert value(loan, late(50)).payoff.minor == 1500_00
    assert value(loan, late(300)).payoff.minor == 2000_00


def test_the_derivation_says_what_the_cap_takes(payday):
    rows = [(step.kind, step.amount) for step in explain(payday(), late(100))]
    assert rows[-2:] == [("cap", -27), ("total", 600)]
