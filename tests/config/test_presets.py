"""A preset is where a loan's terms start from; whatever the loan says wins."""

from decimal import Decimal

import pytest

from reminderd.config.loan_tables import LoanModel
from reminderd.loans.daycount import DayCount
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
