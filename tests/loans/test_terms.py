"""Terms check themselves; each refusal names the field and the remedy."""

from datetime import date
from decimal import Decimal

import pytest

from reminderd.errors import TermsError
from reminderd.loans.frequency import Frequency, Unit
from reminderd.loans.money import Rate
from reminderd.loans.terms import (
    Compounding,
    Extension,
    GraceCovers,
    Installment,
    Loan,
    LoanTerms,
    Minimum,
    Pause,
    Penalty,
    PenaltyRule,
    RateChange,
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


DAILY = Rate(Decimal("0.0005"), "day")
HALF = Penalty(PenaltyRule.FRACTION_OF_CONTRACT, Decimal("0.5"))
FIVE_MORE = Penalty(PenaltyRule.SPREAD, Decimal("0.05"))


def day(number):
    return date(2026, 4, number)


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
        (
            {
                "contract_rate": ANNUAL,
                "rate_changes": (
                    RateChange(
                        day(2),
                        penalty=Penalty(PenaltyRule.MULTIPLE_OF_CONTRACT, Decimal("1.5")),
                    ),
                ),
            },
            "contract_interest_continues",
            "is true, but penalty.multiple_of_contract already contains the contract interest "
            "(write false, or use penalty.fraction_of_contract)",
        ),
        (
            {"end_of_month": True, "frequency": Frequency(2, Unit.WEEK)},
            "end_of_month",
            "goes with months (remove it, or change frequency)",
        ),
        (
            {"repayment": Repayment.REVOLVING, "installment_count": 0},
            "minimum",
            'is missing for a revolving balance (write minimum.percent = "10%")',
        ),
        (
            {"compounding": Compounding.DAILY},
            "compounding",
            'has no rate (add interest_on_interest_rate = "18%", or a penalty, whose rate counts)',
        ),
        (
            {"compounding": Compounding.MONTHLY, "contract_rate": ANNUAL},
            "compounding",
            'has no rate (add interest_on_interest_rate = "18%", or a penalty, whose rate counts)',
        ),
        (
            {"grace_days": 32},
            "grace_days",
            "32 days of grace are more than the 31 days between two installments "
            "(write 31 or fewer)",
        ),
        (
            listing(DUE, date(2026, 3, 4), date(2026, 3, 14)) | {"grace_days": 11},
            "grace_days",
            "11 days of grace are more than the 10 days between two installments "
            "(write 10 or fewer)",
        ),
        (
            {"pauses": (Pause(day(1), day(1)), Pause(day(9), day(8)))},
            "pauses.1.to",
            "2026-04-08 is before 2026-04-09 (swap them?)",
        ),
        (
            {"rate_changes": (RateChange(day(2), ANNUAL), RateChange(day(1), ANNUAL))},
            "rate_changes",
            "must be listed once for each date, in order",
        ),
        (
            {"rate_changes": (RateChange(day(2), ANNUAL), RateChange(day(2), ANNUAL))},
            "rate_changes",
            "must be listed once for each date, in order",
        ),
        (
            {"rate_changes": (RateChange(day(2), penalty=HALF),)},
            "penalty.fraction_of_contract",
            "refers to a contract rate, but the loan has none (add annual_rate or daily_rate)",
        ),
        (
            {
                "contract_rate": ANNUAL,
                "penalty": FIVE_MORE,
                "rate_changes": (RateChange(day(2), DAILY),),
            },
            "penalty.spread",
            "is added to an annual rate, but the contract rate is daily (write annual_rate)",
        ),
        (
            {"extensions": (Extension(DUE, DUE, (DUE,)),)},
            "extensions.0.to",
            "must be later than 2026-03-01, in order",
        ),
        (
            {"extensions": (Extension(DUE, DUE, (day(1),)), Extension(DUE, DUE, ()))},
            "extensions.1.to",
            "must be later than 2026-03-01, in order",
        ),
        (
            {"extensions": (Extension(DUE, DUE, (DUE, day(2))),)},
            "extensions.0.to",
            "must be later than 2026-03-01, in order",
        ),
        (
            {"extensions": (Extension(DUE, DUE, (day(3), day(2))),)},
            "extensions.0.to",
            "must be later than 2026-03-01, in order",
        ),
        (
            {"extensions": (Extension(DUE, DUE, (day(2), day(2))),)},
            "extensions.0.to",
            "must be later than 2026-03-01, in order",
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


@pytest.mark.parametrize(
    ("day", "shown"), [(date(1899, 12, 31), "1899-12-31"), (date(2201, 1, 1), "2201-01-01")]
)
def test_the_years_beyond_are_a_slip_of_the_pen(day, shown):
    with pytest.raises(TermsError) as refusal:
        terms(first_due=day)
    sentence = f"{shown} is not in the years 1900 to 2200 (check the year)"
    assert (refusal.value.field, str(refusal.value)) == ("first_due", sentence)


def test_the_least_and_the_most_that_a_schedule_may_be():
    assert terms(principal=Decimal("0.01"), installment_count=1).installment_count == 1
    assert terms(installment_count=1200).installment_count == 1200


def test_a_start_may_be_the_day_before_the_first_due_date():
    assert terms(start=date(2026, 2, 28)).start == date(2026, 2, 28)


def test_a_revolving_balance_needs_no_count_and_another_loan_no_minimum():
    minimum = Minimum(Decimal("0.1"))
    revolving = terms(repayment=Repayment.REVOLVING, installment_count=0, minimum=minimum)
    assert revolving.minimum == minimum
    assert revolving.minimum.floor == 0
    assert terms(minimum=None).minimum is None


def test_the_end_of_the_month_goes_with_any_number_of_months():
    assert terms(end_of_month=True, frequency=Frequency(3, Unit.MONTH)).end_of_month


def test_compounding_takes_its_own_rate_or_that_of_the_penalty():
    daily = {"compounding": Compounding.DAILY}
    assert terms(interest_on_interest_rate=ANNUAL, **daily).compounding == "daily"
    assert terms(contract_rate=ANNUAL, penalty=HALF, **daily).compounding == "daily"


def test_changes_pauses_and_extensions_in_order_are_taken_as_they_are():
    given = terms(
        rate_changes=(RateChange(day(1), ANNUAL), RateChange(day(2), ANNUAL)),
        pauses=(Pause(day(5), day(5)),),
        extensions=(Extension(DUE, DUE, (date(2026, 3, 2), day(2))),),
    )
    assert (len(given.rate_changes), len(given.pauses), len(given.extensions)) == (2, 1, 1)


@pytest.mark.parametrize(
    ("changes", "most"),
    [
        ({}, 31),
        ({"frequency": Frequency(3, Unit.MONTH)}, 91),
        ({"frequency": Frequency(2, Unit.WEEK)}, 14),
        ({"frequency": Frequency(10, Unit.DAY)}, 10),
        (listing(DUE, date(2026, 3, 4), date(2026, 3, 14)), 10),
        (listing(DUE, date(2026, 3, 11), date(2026, 3, 14)), 10),
        (
            {
                "repayment": Repayment.REVOLVING,
                "installment_count": 1,
                "minimum": Minimum(Decimal("0.1")),
            },
            31,
        ),
    ],
)
def test_grace_may_last_as_long_as_a_period_and_no_longer(changes, most):
    assert terms(grace_days=most, **changes).grace_days == most
    with pytest.raises(TermsError, match=f"more than the {most} days between"):
        terms(grace_days=most + 1, **changes)


def test_grace_of_a_single_installment_may_be_longer_than_a_month():
    assert terms(installment_count=1, grace_days=365).grace_days == 365


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


@pytest.mark.parametrize(("continues", "percent"), [(True, "0.05"), (False, "0.23")])
def test_a_spread_stands_beside_the_contract_rate_or_takes_its_place(continues, percent):
    found = terms(
        contract_rate=ANNUAL, penalty=FIVE_MORE, contract_interest_continues=continues
    ).penalty_rate
    assert found == Rate(Decimal(percent), "year")


def test_a_fraction_may_stand_beside_the_contract_rate_that_continues():
    found = terms(contract_rate=ANNUAL, penalty=HALF, contract_interest_continues=True)
    assert found.penalty_rate == Rate(Decimal("0.09"), "year")


# ─── Rates over time ───

DEARER = Penalty(PenaltyRule.DAILY_RATE, Decimal("0.001"))


def changing():
    """Return 18 % and half of it, 0.05 % a day from the 10th, a penalty from the 20th."""
    return terms(
        contract_rate=ANNUAL,
        penalty=HALF,
        rate_changes=(RateChange(day(10), DAILY), RateChange(day(20), penalty=DEARER)),
    )


def test_each_change_carries_on_what_it_does_not_name():
    assert list(changing().rates) == [
        (None, ANNUAL, Rate(Decimal("0.09"), "year")),
        (day(10), DAILY, Rate(Decimal("0.00025"), "day")),
        (day(20), DAILY, Rate(Decimal("0.001"), "day")),
    ]


@pytest.mark.parametrize(
    ("number", "contract", "penalty"),
    [
        (1, ANNUAL, Rate(Decimal("0.09"), "year")),
        (10, ANNUAL, Rate(Decimal("0.09"), "year")),
        (11, DAILY, Rate(Decimal("0.00025"), "day")),
        (20, DAILY, Rate(Decimal("0.00025"), "day")),
        (21, DAILY, Rate(Decimal("0.001"), "day")),
    ],
)
def test_a_change_counts_from_the_day_after_its_date(number, contract, penalty):
    assert changing().rates_on(day(number)) == (contract, penalty)


def test_the_penalty_rate_of_the_outset_is_not_that_of_a_change():
    assert changing().penalty_rate == Rate(Decimal("0.09"), "year")


def test_without_a_penalty_rule_there_is_no_penalty_rate():
    assert terms(contract_rate=ANNUAL).penalty_rate is None


def test_grace_spares_penalties_unless_it_is_said_to_cover_other_things_only():
    assert terms(grace_days=3).penalty_grace == 3
    assert terms(grace_days=3, grace_covers=(GraceCovers.PENALTY,)).penalty_grace == 3
    assert terms(grace_days=3, grace_covers=(GraceCovers.REPORTING,)).penalty_grace == 0
    assert terms(grace_days=3, grace_covers=()).penalty_grace == 0


def test_grace_spares_fees_unless_it_is_said_to_cover_other_things_only():
    assert terms(grace_days=3).fee_grace == 3
    assert terms(grace_days=3, grace_covers=(GraceCovers.FEE,)).fee_grace == 3
    assert terms(grace_days=3, grace_covers=(GraceCovers.PENALTY,)).fee_grace == 0
    assert terms(grace_days=3, grace_covers=(GraceCovers.FEE,)).penalty_grace == 0


def test_terms_that_say_the_same_are_the_same_key():
    assert hash(terms()) == hash(terms())
    assert terms() == terms()
    assert len({terms(), terms(), terms(grace_days=1), terms(currency="JPY")}) == 3


def test_how_an_installment_was_worked_out_does_not_tell_it_from_another():
    plain = Installment(DUE, 1000, 10)
    assert plain == Installment(DUE, 1000, 10, 5000, date(2026, 2, 1), DUE, 3)
    assert plain != Installment(DUE, 1000, 11)


def test_a_loan_has_paid_nothing_and_uses_every_channel_unless_it_says_so():
    loan = Loan("x", "X", terms(), "Asia/Shanghai")
    assert (loan.payments, loan.contact, loan.channels) == ((), None, None)


def test_an_installment_totals_its_principal_and_interest():
    assert Installment(DUE, 1000_00, 150_00).total == 1150_00
