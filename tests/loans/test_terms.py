"""Terms check themselves; each refusal names the field and the remedy."""

from datetime import date
from decimal import Decimal

import pytest

from reminderd.errors import TermsError
from reminderd.loans.money import Rate
from reminderd.loans.terms import (
    GraceCovers,
    Installment,
    LoanTerms,
    Penalty,
    PenaltyRule,
    Repayment,
)

DUE = date(2026, 3, 1)
ANNUAL = Rate(Decimal("0.18"), "year")


def terms(**changes):
    usual = {
        "currency": "CNY",
        "repayment": Repayment.EQUAL_PRINCIPAL,
        "principal": Decimal(100),
        "installment_count": 2,
        "first_due": DUE,
    }
    return LoanTerms(**(usual | changes))


def listing(*dues):
    return {
        "repayment": Repayment.LISTED,
        "listed": tuple(Installment(due, 100, 0) for due in dues),
    }


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        (listing(), "due", "is missing (write the due date, as in due = 2026-12-05)"),
        (
            listing(date(2026, 4, 1), DUE),
            "installments",
            "due dates must be listed once each, in order",
        ),
        (listing(DUE, DUE), "installments", "due dates must be listed once each, in order"),
        (
            listing(date(9999, 12, 31)),
            "due",
            "9999-12-31 is not in the years 1900 to 2200 (check the year)",
        ),
        (
            listing(date(1026, 3, 1), DUE),
            "installments",
            "1026-03-01 is not in the years 1900 to 2200 (check the year)",
        ),
        (
            {"principal": Decimal(0)},
            "principal",
            "must be above zero (write what was borrowed)",
        ),
        (
            {"principal": Decimal("-1")},
            "principal",
            "must be above zero (write what was borrowed)",
        ),
        (
            {"principal": Decimal("1.005")},
            "principal",
            "1.005 has more than 2 decimal digits, which CNY allows",
        ),
        ({"installment_count": 0}, "installments", "must be 1 to 1200"),
        ({"installment_count": 1201}, "installments", "must be 1 to 1200"),
        ({"first_due": None}, "first_due", "is missing (write the first due date)"),
        (
            {"first_due": date(1, 1, 15)},
            "first_due",
            "0001-01-15 is not in the years 1900 to 2200 (check the year)",
        ),
        (
            {"start": date(26, 2, 1)},
            "start",
            "0026-02-01 is not in the years 1900 to 2200 (check the year)",
        ),
        (
            {"start": DUE},
            "start",
            "2026-03-01 is not before first_due 2026-03-01 (swap them?)",
        ),
        ({"grace_days": -1}, "grace_days", "-1 days of grace (write 0 to 365)"),
        ({"grace_days": 366}, "grace_days", "366 days of grace (write 0 to 365)"),
        (
            {"penalty": Penalty(PenaltyRule.MULTIPLE_OF_CONTRACT, Decimal("1.5"))},
            "penalty.multiple_of_contract",
            "refers to a contract rate, but the loan has none (add annual_rate or daily_rate)",
        ),
        (
            {"penalty": Penalty(PenaltyRule.FRACTION_OF_CONTRACT, Decimal("0.5"))},
            "penalty.fraction_of_contract",
            "refers to a contract rate, but the loan has none (add annual_rate or daily_rate)",
        ),
        (
            {"penalty": Penalty(PenaltyRule.SPREAD, Decimal("0.05"))},
            "penalty.spread",
            "refers to a contract rate, but the loan has none (add annual_rate or daily_rate)",
        ),
        (
            {
                "contract_rate": Rate(Decimal("0.0005"), "day"),
                "penalty": Penalty(PenaltyRule.SPREAD, Decimal("0.05")),
            },
            "penalty.spread",
            "is added to an annual rate, but the contract rate is daily (write annual_rate)",
        ),
        (
            {
                "contract_rate": ANNUAL,
                "penalty": Penalty(PenaltyRule.MULTIPLE_OF_CONTRACT, Decimal("1.5")),
                "contract_interest_continues": True,
            },
            "contract_interest_continues",
            "is true, but penalty.multiple_of_contract already contains the contract interest "
            "(write false, or use penalty.fraction_of_contract)",
        ),
    ],
)
def test_terms_that_cannot_be_right_are_refused_with_the_remedy(changes, field, sentence):
    with pytest.raises(TermsError) as refusal:
        terms(**changes)
    assert (refusal.value.field, str(refusal.value)) == (field, sentence)


def test_what_a_schedule_needs_is_missing_until_it_is_said():
    bare = {"currency": "CNY", "repayment": Repayment.EQUAL_PRINCIPAL}
    for field, given in [
        ("principal", {}),
        ("installments", {"principal": Decimal(100)}),
        ("first_due", {"principal": Decimal(100), "installment_count": 1}),
    ]:
        with pytest.raises(TermsError) as refusal:
            LoanTerms(**bare, **given)
        assert refusal.value.field == field


@pytest.mark.parametrize("day", [date(1900, 1, 1), date(2200, 12, 31)])
def test_the_outermost_years_are_still_dates(day):
    assert terms(**listing(day)).listed[0].due == day


@pytest.mark.parametrize("days", [0, 365])
def test_the_outermost_grace_is_still_grace(days):
    assert terms(**listing(DUE), grace_days=days).penalty_grace == days


@pytest.mark.parametrize(
    ("rule", "worth", "rate"),
    [
        (PenaltyRule.DAILY_RATE, "0.0005", Rate(Decimal("0.0005"), "day")),
        (PenaltyRule.ANNUAL_RATE, "0.24", Rate(Decimal("0.24"), "year")),
        (PenaltyRule.MULTIPLE_OF_CONTRACT, "1.5", Rate(Decimal("0.27"), "year")),
        (PenaltyRule.FRACTION_OF_CONTRACT, "0.5", Rate(Decimal("0.09"), "year")),
    ],
)
def test_each_penalty_rule_comes_to_one_rate(rule, worth, rate):
    found = terms(
        contract_rate=ANNUAL,
        penalty=Penalty(rule, Decimal(worth)),
        contract_interest_continues=False,
    ).penalty_rate
    assert found == rate


def test_without_a_penalty_rule_there_is_no_penalty_rate():
    assert terms(contract_rate=ANNUAL).penalty_rate is None


def test_grace_spares_penalties_unless_it_is_said_to_cover_other_things_only():
    assert terms(grace_days=3).penalty_grace == 3
    assert terms(grace_days=3, grace_covers=(GraceCovers.PENALTY,)).penalty_grace == 3
    assert terms(grace_days=3, grace_covers=(GraceCovers.REPORTING,)).penalty_grace == 0
    assert terms(grace_days=3, grace_covers=()).penalty_grace == 0


def test_an_installment_totals_its_principal_and_interest():
    assert Installment(DUE, 1000_00, 150_00).total == 1150_00
