"""Penalties that rise with the days of lateness, that are a sum a day, or that have limits."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from reminderd.errors import TermsError
from reminderd.loans.cliffs import CliffReason
from reminderd.loans.explain import explain
from reminderd.loans.position import value

DUE = date(2026, 3, 1)
NOTHING = ("0.00", "0.00")


def late(days):
    return DUE + timedelta(days=days)


@pytest.fixture
def charges(one_sum):
    """Return a function giving penalty and fees of one sum, so many days late, as texts."""

    def look(amount, days, **words):
        position = value(one_sum(amount, DUE, **words), late(days))
        return tuple(str(position.money(part)) for part in position.due[2:])

    return look


# ─── Steps ───

VAT = {
    "penalty": {"annual_rate": "0%", "steps": [(30, {"annual_rate": "4%"})]},
    "fees": [{"amount": "2%", "after_days": 15}, {"amount": "2%", "after_days": 30}],
}


@pytest.mark.parametrize(
    ("amount", "days", "penalty", "fees"),
    [
        ("22000", 7, "0.00", "0.00"),
        ("24000", 21, "0.00", "480.00"),
        ("29500", 30, "0.00", "590.00"),
        ("29500", 45, "48.49", "1180.00"),
    ],
)
def test_the_british_penalties_for_value_added_tax_paid_late(charges, amount, days, penalty, fees):
    """HMRC, CH193140: 2 % after day 15, 2 % after day 30, from day 31 on 4 % a year besides.

    The sums and days are those of ACCA's illustration; 29,500 × 4 % × 15/365 = 48.49.
    https://www.acowtancy.com/textbook/acca-tx/f2-computation-of-vat-liabilities/penalties-and-interest-for-late-filing-and-late-payment/notes
    """
    assert charges(amount, days, **VAT) == (penalty, fees)


def test_each_day_bears_the_rate_of_its_own_lateness(charges):
    steps = [(30, {"daily_rate": "0.1%"}), (60, {"daily_rate": "0.15%"})]
    words = {"penalty": {"daily_rate": "0.05%", "steps": steps}}
    for days in (1, 30, 31, 60, 61, 90):
        in_words = sum(5 if n <= 30 else 10 if n <= 60 else 15 for n in range(1, days + 1))
        assert charges("10000", days, **words) == (f"{in_words}.00", "0.00")


def test_each_installment_has_its_own_days(listed, figure):
    loan = listed(
        (DUE, "1000", "0"),
        (late(20), "1000", "0"),
        penalty={"daily_rate": "0.1%", "steps": [(15, {"daily_rate": "0.2%"})]},
    )
    assert figure(loan, late(30))[2] == "55.00"  # 15 and 2 × 15 of one, 10 of the other


def test_a_step_may_follow_the_contract_rate_and_its_changes(one_sum, figure):
    loan = one_sum(
        "10000",
        DUE,
        daily_rate="0.02%",
        penalty={"fraction_of_contract": "0.5", "steps": [(10, {"fraction_of_contract": "1"})]},
        rate_changes=[(late(15), {"daily_rate": "0.04%"})],
    )
    assert figure(loan, late(20))[2] == "40.00"  # 10 × 1, 5 × 2, 5 × 4


def test_a_later_penalty_has_steps_of_its_own(one_sum, figure):
    later = {"daily_rate": "0.1%", "steps": [(12, {"daily_rate": "0.2%"})]}
    loan = one_sum(
        "10000",
        DUE,
        penalty={"daily_rate": "0.05%", "steps": [(5, {"daily_rate": "0.06%"})]},
        rate_changes=[(late(10), {"penalty": later})],
    )
    assert figure(loan, late(14))[2] == "115.00"  # 5 × 5, 5 × 6, 2 × 10, 2 × 20


def test_a_pause_spares_the_days_of_each_step(one_sum, figure):
    steps = {"daily_rate": "0.1%", "steps": [(10, {"daily_rate": "0.2%"})]}
    loan = one_sum("1000", DUE, penalty=steps, pauses=[(late(8), late(12))])
    assert figure(loan, late(14))[2] == "11.00"  # 7 × 1, 2 × 2


def test_unpaid_interest_bears_the_rate_of_the_step(one_sum, figure):
    steps = {"daily_rate": "1%", "steps": [(1, {"daily_rate": "2%"})]}
    loan = one_sum("1000", DUE, penalty=steps, compounding="daily")
    assert figure(loan, late(3))[2] == "50.80"  # 10; 20 and 0.20; 20 and 2 % of 30.20


def test_a_step_is_a_cliff_and_the_derivation_has_a_row_for_each(one_sum):
    steps = {"daily_rate": "0.05%", "steps": [(30, {"daily_rate": "0.1%"})]}
    loan = one_sum("10000", DUE, penalty=steps)
    cliff = value(loan, late(2)).next_cliff
    assert (cliff.date, cliff.reason) == (late(31), CliffReason.RATE_RISES)
    assert cliff.increase.minor == 10_00
    assert value(loan, late(31)).next_cliff is None
    rows = [(step.kind, step.days, step.amount) for step in explain(loan, late(40))]
    assert rows[1:] == [("penalty", 30, 150), ("penalty", 10, 100), ("total", None, 10250)]


def test_a_step_down_is_no_cliff(one_sum):
    steps = {"daily_rate": "0.05%", "steps": [(30, {"daily_rate": "0.01%"})]}
    assert value(one_sum("10000", DUE, penalty=steps), late(2)).next_cliff is None


# ─── A sum a day ───


@pytest.mark.parametrize(("days", "charged"), [(4, NOTHING), (5, "150"), (6, "200")])
def test_a_landlords_late_fee_and_a_sum_for_each_day(charges, days, charged):
    """uwrents.com, My rent check is late: due on the 1st, grace to the 5th, $100 and $50 a day.

    Rent paid on the 6th carries 150, on the 7th 200.
    https://uwrents.com/faq-items/my-rent-check-is-late/
    """
    words = {"grace_days": 4, "grace_mode": "deducted", "fees": ["100"]}
    penalty, fees = charges("900", days, penalty={"daily_amount": "50"}, **words)
    assert float(penalty) + float(fees) == (0 if charged == NOTHING else float(charged))


@pytest.mark.parametrize(
    ("days", "charged"), [(90, "0.00"), (91, "10.00"), (180, "900.00"), (300, "900.00")]
)
def test_a_british_tax_returns_daily_penalties_of_at_most_90_days(charges, days, charged):
    """brothertonaccountants.co.uk/?p=140: £100; from three months on £10 a day, 900 at most."""
    steps = [(90, {"daily_amount": "10"}), (180, {"daily_amount": "0"})]
    words = {"penalty": {"daily_amount": "0", "steps": steps}, "fees": ["100"]}
    assert charges("500", days, **words) == (charged, "100.00")


def test_a_sum_a_day_is_charged_for_each_installment_or_once_for_all(listed, figure):
    parts = (DUE, "1000", "0"), (late(10), "1000", "0")
    each = listed(*parts, penalty={"daily_amount": "5"})
    once = listed(*parts, penalty={"daily_amount": "5"}, penalty_base="outstanding-principal")
    assert figure(each, late(15))[2] == "100.00"
    assert figure(once, late(15))[2] == "75.00"


def test_a_sum_a_day_ends_with_what_it_is_charged_on(one_sum, figure):
    loan = one_sum("1000", DUE, penalty={"daily_amount": "5"}, paid=[(late(3), "1015")])
    assert figure(loan, late(9)) == ("0.00", "0.00", "0.00")
    part = one_sum("1000", DUE, penalty={"daily_amount": "5"}, paid=[(late(3), "500")])
    assert figure(part, late(9)) == ("515.00", "0.00", "30.00")


def test_the_derivation_multiplies_the_sum_by_the_days(one_sum):
    step = explain(one_sum("1000", DUE, penalty={"daily_amount": "5"}), late(12))[1]
    assert (step.kind, step.base.minor, step.rate, step.days) == ("penalty", 5_00, None, 12)
    assert step.amount == 60


def test_an_installment_that_another_ones_surplus_settles_is_charged_up_to_that_day(listed):
    loan = listed(
        (DUE, "5", "0"),
        (late(30), "5", "0"),
        (late(60), "5", "0"),
        penalty={"daily_amount": "1"},
        residual="next",
        paid=[(late(40), "10")],
    )
    [coming] = value(loan, late(40)).upcoming
    assert coming.remaining.minor == 5_00 + (45_00 - 10_00) + 15_00


# ─── Limits ───


@pytest.mark.parametrize(
    ("amount", "days", "charged"),
    [("2000", 18, "108.00"), ("20", 1, "1.00"), ("20", 16, "1.00"), ("20", 20, "1.20")],
)
def test_chinas_penalty_for_an_electricity_bill_is_at_least_one_yuan(
    charges, amount, days, charged
):
    """供电营业规则, article 98: 3 ‰ a day of what is of another year; 不足 1 元按 1 元收取.

    2,000 × 18 × 3 ‰ = 108: app.ixiawen.com/question/14355677/18704bae996e4e10eff01b96e5cefe12.html
    """
    words = {"penalty": {"daily_rate": "0.3%", "at_least": "1"}}
    assert charges(amount, days, **words) == (charged, "0.00")


def test_the_least_penalty_waits_until_grace_has_passed(charges):
    words = {"penalty": {"daily_rate": "0.1%", "at_least": "5"}, "grace_days": 3}
    assert charges("100", 3, **words) == NOTHING
    assert charges("100", 4, **words) == ("5.00", "0.00")


@pytest.mark.parametrize(
    ("days", "charged"), [(1999, "999.50"), (2000, "1000.00"), (2500, "1000.00")]
)
def test_a_penalty_is_at_most_the_principal(charges, days, charged):
    """行政强制法, article 45: a surcharge for delay is no more than the sum owed."""
    words = {"penalty": {"daily_rate": "0.05%", "at_most": "100%"}}
    assert charges("1000", days, **words) == (charged, "0.00")


def test_what_was_paid_of_a_penalty_counts_towards_its_most(one_sum, figure):
    loan = one_sum(
        "1000",
        DUE,
        penalty={"daily_rate": "1%", "at_most": "20%"},
        paid=[(late(10), "100")],
    )
    assert figure(loan, late(15)) == ("1000.00", "0.00", "50.00")
    assert figure(loan, late(60)) == ("1000.00", "0.00", "100.00")


def test_the_derivation_says_what_limits_add_and_take(one_sum):
    least = one_sum("100", DUE, penalty={"daily_rate": "0.1%", "at_least": "5"})
    most = one_sum("100", DUE, penalty={"daily_rate": "1%", "at_most": "10%"})
    assert [(s.kind, s.amount) for s in explain(least, late(2))][1:3] == [
        ("penalty", Decimal("0.2")),
        ("least-penalty", Decimal("4.8")),
    ]
    assert [(s.kind, s.amount) for s in explain(most, late(30))][1:3] == [
        ("penalty", 30),
        ("cap", -20),
    ]


# ─── What a fee is charged on ───


@pytest.mark.parametrize(
    ("of", "fee"),
    [("overdue", "45.00"), ("principal", "40.00"), ("interest", "5.00"), ("installment", "50.00")],
)
def test_a_fee_is_a_share_of_what_it_says(listed, owed, of, fee):
    """Of 800 and 200, of which 100 of interest was paid."""
    words = {"fees": [{"amount": "5%", "of": of}], "allocation_order": INTEREST_FIRST}
    loan = listed((DUE, "800", "200"), paid=[(DUE, "100")], **words)
    assert owed(loan, late(1))[3] == fee


INTEREST_FIRST = ("interest", "principal", "fees", "penalty")


def test_a_fee_of_the_whole_installment_is_not_charged_once_it_is_paid(listed, owed):
    words = {"fees": [{"amount": "5%", "of": "installment"}]}
    assert owed(listed((DUE, "800", "0"), paid=[(DUE, "800")], **words), late(1))[3] == "0.00"


def test_a_mortgages_late_charge_on_principal_and_interest(listed, owed):
    """accountinginsights.org, How much is a late fee on a mortgage: 5 % of 1,500 is 75."""
    words = {"fees": [{"amount": "5%", "of": "installment", "after_days": 15}]}
    assert owed(listed((DUE, "600", "900"), **words), late(16))[3] == "75.00"


# ─── What cannot be ───


@pytest.mark.parametrize(
    ("words", "field", "sentence"),
    [
        (
            {"penalty": {"daily_rate": "1%", "steps": [(30, {"daily_amount": "5"})]}},
            "penalty.daily_amount",
            "is a sum, but at another time the penalty is a rate (write all of one kind)",
        ),
        (
            {"penalty": {"daily_rate": "1%", "steps": [(9, {"spread": "5%"})]}},
            "penalty.spread",
            "refers to a contract rate, but the loan has none (add annual_rate or daily_rate)",
        ),
        (
            {
                "penalty": {
                    "daily_rate": "1%",
                    "steps": [(9, {"daily_rate": "2%"}), (9, {"daily_rate": "2%"})],
                }
            },
            "penalty.steps",
            "must be listed once each, by after_days, from 1 on",
        ),
        (
            {"penalty": {"daily_rate": "1%", "at_least": "5"}, "compounding": "daily"},
            "penalty.at_least",
            "does not go with compounding (remove one of the two)",
        ),
        (
            {"penalty": {"daily_amount": "5"}, "compounding": "daily"},
            "compounding",
            'has no rate (add interest_on_interest_rate = "18%", or a penalty, whose rate counts)',
        ),
    ],
)
def test_penalties_that_cannot_be_are_refused(one_sum, words, field, sentence):
    with pytest.raises(TermsError) as refused:
        one_sum("1000", DUE, **words)
    assert (refused.value.field, str(refused.value)) == (field, sentence)
