"""A preset is where a loan's terms start from; whatever the loan says wins."""

from datetime import date
from decimal import Decimal

import pytest

from reminderd.config.loan_tables import LoanModel
from reminderd.loans.charges import Amount, Cap, CapMode, Fee, FeeKind
from reminderd.loans.daycount import DayCount
from reminderd.loans.frequency import ANY_DAY, BusinessDayConvention, BusinessDays
from reminderd.loans.money import Rate
from reminderd.loans.owed import Owed
from reminderd.loans.position import value
from reminderd.loans.presets import load_preset, preset_names
from reminderd.loans.terms import GraceCovers, GraceMode, PenaltyRule, Repayment

LINE = (
    '[[loans]]\nid = "a"\nprincipal = "10000"\ninstallments = 10\nfirst_due = 2026-10-15\n'
    'daily_rate = "0.05%"\n'
)


@pytest.fixture
def terms(load):
    """Return a function that reads a loan with a preset and more lines, and returns its terms."""

    def read(more="", preset="weilidai", loan=LINE):
        [found] = load(f'{loan}preset = "{preset}"\n{more}').loans
        return found.terms

    return read


def test_a_presets_values_are_the_loans(terms):
    found = terms()
    assert found.repayment is Repayment.EQUAL_PRINCIPAL
    assert found.penalty.rule is PenaltyRule.FRACTION_OF_CONTRACT
    assert found.penalty.value == Decimal("0.5")
    assert found.contract_interest_continues is True
    assert found.grace_days == 1
    assert found.grace_mode is GraceMode.RETROACTIVE
    assert found.grace_covers == (GraceCovers.FEE, GraceCovers.REPORTING)


def test_the_other_presets_values_are_others(terms):
    found = terms(preset="cn-bank-loan")
    assert found.repayment is Repayment.EQUAL_INSTALLMENT
    assert found.day_count is DayCount.ACT_360
    assert found.penalty.rule is PenaltyRule.MULTIPLE_OF_CONTRACT
    assert found.contract_interest_continues is False


@pytest.mark.parametrize(
    ("line", "key", "value"),
    [
        ('repayment = "equal-installment"\n', "repayment", Repayment.EQUAL_INSTALLMENT),
        ('day_count = "ACT/360"\n', "day_count", DayCount.ACT_360),
        ("contract_interest_continues = false\n", "contract_interest_continues", False),
        ("grace_days = 0\n", "grace_days", 0),
        ('grace_mode = "deducted"\n', "grace_mode", GraceMode.DEDUCTED),
        ("grace_covers = []\n", "grace_covers", ()),
    ],
)
def test_a_loan_overrides_one_value_and_keeps_the_others(line, key, value, terms):
    before, after = terms(), terms(line)
    assert getattr(before, key) != value or key == "day_count"
    assert getattr(after, key) == value
    others = [name for name in before.__dataclass_fields__ if name != key]
    assert {n: getattr(after, n) for n in others} == {n: getattr(before, n) for n in others}


def test_every_value_of_every_preset_is_a_key_of_a_loan():
    for name in preset_names():
        table = {"id": "a", "due": "2026-12-05", "amount": "1"} | load_preset(name).defaults()
        LoanModel.model_validate(table)  # it forbids keys it does not know


def test_another_penalty_replaces_the_presets_and_is_not_added_to_it(terms):
    found = terms('penalty.daily_rate = "0.05%"\n')
    assert found.penalty.rule is PenaltyRule.DAILY_RATE
    assert found.penalty.value == Decimal("0.0005")


def test_another_penalty_brings_its_own_answer_on_contract_interest(terms):
    # The bank's rule takes the contract rate's place. A rate of one's own is added to it, and a
    # multiple under the preset whose interest goes on takes its place again.
    assert terms('penalty.daily_rate = "0.05%"\n', "cn-bank-loan").contract_interest_continues
    assert not terms("penalty.multiple_of_contract = 1.5\n").contract_interest_continues


def test_what_the_loan_says_on_contract_interest_wins_over_both(terms):
    line = 'penalty.daily_rate = "0.05%"\ncontract_interest_continues = false\n'
    assert not terms(line).contract_interest_continues


def test_a_preset_goes_with_one_sum_on_one_date(terms):
    loan = '[[loans]]\nid = "a"\ndue = 2026-12-05\namount = 1000\ndaily_rate = "0.05%"\n'
    found = terms(loan=loan)
    assert found.repayment is Repayment.LISTED
    assert found.penalty.rule is PenaltyRule.FRACTION_OF_CONTRACT


def test_a_preset_goes_with_listed_installments(terms):
    loan = (
        '[[loans]]\nid = "a"\ndaily_rate = "0.05%"\n'
        "installments = [{ due = 2026-12-05, amount = 5 }]\n"
    )
    assert terms(loan=loan).repayment is Repayment.LISTED


def test_a_contradiction_with_the_preset_points_at_what_the_loan_says(problems, pointed):
    text, [place] = pointed(LINE + 'preset = "cn-bank-loan"\ncontract_interest_continues = §true\n')
    assert problems(text)[0].startswith(f"config.toml:{place}: loans[0].contract_interest")


def test_one_loans_overrides_do_not_reach_the_next(load):
    one, two = load(
        LINE
        + 'preset = "weilidai"\npenalty.daily_rate = "1%"\ngrace_days = 9\n'
        + LINE.replace('"a"', '"b"')
        + 'preset = "weilidai"\n'
    ).loans
    assert one.terms.penalty.rule is PenaltyRule.DAILY_RATE
    assert two.terms.penalty.rule is PenaltyRule.FRACTION_OF_CONTRACT
    assert (one.terms.grace_days, two.terms.grace_days) == (9, 1)


# ─── Keys of the loan beside those of its preset ───

BILL = '[[loans]]\nid = "a"\ndue = 2026-11-05\namount = "5000.00"\n'


def test_an_annual_rate_takes_the_place_of_a_presets_daily_one(terms):
    found = terms('annual_rate = "18%"\n', "cn-credit-card", BILL)
    assert found.contract_rate == Rate(Decimal("0.18"), "year")


def test_a_daily_rate_takes_the_place_of_a_presets_other_one(terms):
    found = terms('daily_rate = "0.03%"\n', "cn-credit-card", BILL)
    assert found.contract_rate == Rate(Decimal("0.0003"), "day")


def test_fees_of_ones_own_replace_the_presets_and_are_not_added_to_them(terms):
    found = terms("fees = [{ flat = 20 }]\n", "cn-credit-card", BILL)
    assert found.fees == (Fee(Amount(FeeKind.FLAT, Decimal(20))),)
    assert terms("fees = []\n", "cn-credit-card", BILL).fees == ()


def test_caps_of_ones_own_replace_the_presets_and_are_not_added_to_them(terms):
    found = terms("caps = [{ fees = 20 }]\n", "cn-credit-card", BILL)
    assert found.caps == (Cap(CapMode.WARN, fees=Decimal(20)),)
    assert terms("caps = []\n", "cn-credit-card", BILL).caps == ()


def test_a_presets_calendar_goes_with_its_convention(terms):
    german = BusinessDays(BusinessDayConvention.FOLLOWING, "DE")
    assert terms(preset="de-consumer").business_days == german
    bavarian = BusinessDays(BusinessDayConvention.FOLLOWING, "DE-BY")
    assert terms('calendar = "DE-BY"\n', "de-consumer").business_days == bavarian
    backwards = BusinessDays(BusinessDayConvention.PRECEDING, "DE")
    line = 'business_day_convention = "preceding"\n'
    assert terms(line, "de-consumer").business_days == backwards


def test_no_convention_wants_no_calendar_of_the_preset_either(terms):
    assert terms('business_day_convention = "none"\n', "de-consumer").business_days == ANY_DAY


def test_a_balance_may_be_paid_down_under_a_cards_preset(terms):
    balance = (
        '[[loans]]\nid = "a"\nprincipal = "5000"\nfirst_due = 2026-12-08\n'
        'repayment = "revolving"\nminimum.percent = "10%"\n'
    )
    assert terms(preset="cn-credit-card", loan=balance).repayment is Repayment.REVOLVING


# ─── What the presets come to, worked out by hand ───


@pytest.fixture
def owed(load):
    """Return a function that says what is owed on a day on one bill under a preset."""

    def on(day, preset, bill, *, paid=()):
        payments = ", ".join(f"{{ date = {on}, amount = {amount} }}" for on, amount in paid)
        text = f'[[loans]]\nid = "a"\npreset = "{preset}"\n{bill}payments = [{payments}]\n'
        [loan] = load(text).loans
        return value(loan, date.fromisoformat(day)).due

    return on


WEILIDAI = 'due = 2026-11-05\namount = 1000\ndaily_rate = "0.05%"\n'


@pytest.mark.parametrize(
    ("day", "interest", "penalty"),
    [("2026-11-05", 0, 0), ("2026-11-06", 50, 25), ("2026-11-15", 5_00, 2_50)],
)
def test_a_thousand_late_at_weilidai_costs_75_fen_a_day(owed, day, interest, penalty):
    # 1,000 × 0.05 % = 0.50 of contract interest, and half of that as penalty, for each day.
    assert owed(day, "weilidai", WEILIDAI) == Owed(1000_00, interest, penalty)


@pytest.mark.parametrize(
    ("day", "interest", "penalty"),
    [("2026-11-05", 0, 0), ("2026-11-06", 50, 50), ("2026-11-15", 5_00, 5_00)],
)
def test_a_thousand_late_as_the_articles_say_costs_one_yuan_a_day(owed, day, interest, penalty):
    # 1,000 × 0.05 % = 0.50 of contract interest, and as much again as penalty, for each day.
    assert owed(day, "weilidai-articles", WEILIDAI) == Owed(1000_00, interest, penalty)


def test_the_articles_example_comes_to_what_its_rates_say_and_not_to_what_it_prints(owed):
    # 10,000 × 18 % × 30/365 = 147.945 of interest; 10,000 × 0.05 % × 30 = 150 of penalty.
    bill = 'due = 2026-11-05\namount = 10000\nannual_rate = "18%"\n'
    assert owed("2026-12-05", "weilidai-articles", bill) == Owed(10000_00, 147_95, 150_00)


CARD = "due = 2026-11-05\namount = 5000\n"


@pytest.mark.parametrize(
    ("day", "interest", "fees"),
    [("2026-11-05", 0, 0), ("2026-11-08", 0, 0), ("2026-11-09", 1_00, 25_00)],
)
def test_a_chinese_card_charges_5_percent_once_three_days_have_passed(owed, day, interest, fees):
    # Of the minimum, 500: 0.05 % = 0.25 a day, and 5 % = 25 on the fourth day.
    assert owed(day, "cn-credit-card", CARD) == Owed(500_00, interest, 0, fees)


def test_a_chinese_card_at_an_annual_rate_of_ones_own(owed):
    # 500 × 18.25 % × 4/365 = 1.
    bill = CARD + 'annual_rate = "18.25%"\n'
    assert owed("2026-11-09", "cn-credit-card", bill) == Owed(500_00, 1_00, 0, 25_00)


BANK = 'due = 2026-11-05\namount = 10000\ninterest = 100\nannual_rate = "6%"\n'


def test_a_chinese_bank_charges_half_as_much_again_on_principal_and_unpaid_interest(owed):
    # 10,000 (interest included) × 6 % × 1.5 × 30/360 = 75, and no contract interest beside it.
    assert owed("2026-12-05", "cn-bank-loan", BANK) == Owed(9900_00, 100_00, 75_00)


AMERICAN = 'currency = "USD"\ndue = 2026-03-02\namount = 1000\ninterest = 50\nannual_rate = "12%"\n'


@pytest.mark.parametrize(
    ("day", "interest", "fees"), [("2026-03-17", 54_68, 0), ("2026-03-18", 55_00, 50_00)]
)
def test_an_american_loan_charges_5_percent_once_fifteen_days_have_passed(
    owed, day, interest, fees
):
    # 950 × 12 % × 15/365 = 4.685, a day later 4.997; 5 % of the 1,000 that are late.
    assert owed(day, "us-consumer", AMERICAN) == Owed(950_00, interest, 0, fees)


def test_a_late_charge_in_america_is_paid_last(owed):
    paid = [("2026-03-18", 1005)]
    assert owed("2026-03-18", "us-consumer", AMERICAN, paid=paid) == Owed()
    assert owed("2026-04-15", "us-consumer", AMERICAN, paid=paid) == Owed(interest=50_00)


GERMAN = 'currency = "EUR"\ndue = 2026-03-01\namount = 1000\ninterest = 100\nannual_rate = "5%"\n'


def test_a_german_loan_due_on_a_sunday_is_late_from_tuesday_on(owed):
    # From Monday 2 March to 1 April are 30 days: 1,000 × 6.27 % × 30/365 = 5.153; and no
    # contract interest beside it.
    assert owed("2026-03-02", "de-consumer", GERMAN) == Owed(900_00, 100_00)
    assert owed("2026-04-01", "de-consumer", GERMAN) == Owed(900_00, 100_00, 5_15)


def test_default_interest_in_germany_is_paid_last(owed):
    paid = [("2026-04-01", 1000)]
    assert owed("2026-04-01", "de-consumer", GERMAN, paid=paid) == Owed(0, 0, 5_15)
