"""Bills in the file: which loans live by them, and what cannot be right about them."""

from datetime import date
from decimal import Decimal

import pytest

from reminderd.config.load import load_text
from reminderd.errors import ConfigError
from reminderd.loans.terms import Bill, Repayment

BILLED = """first_due = 2026-12-10
statement_day = 25
"""


@pytest.fixture
def load(tmp_path):
    """Return a function that reads a loan of these lines."""

    def read(lines):
        text = f'currency = "CNY"\n[[loans]]\nid = "it"\n{lines}'
        return load_text(text, tmp_path / "config.toml").loans[0].terms

    return read


def test_a_statement_day_and_a_first_due_date_make_a_loan_that_lives_by_bills(load):
    terms = load(BILLED + 'bills = [{ due = 2026-12-10, amount = "862.35" }]')
    assert (terms.repayment, terms.statement_day) == (Repayment.BILLED, 25)
    assert terms.bills == (Bill(date(2026, 12, 10), Decimal("862.35"), None, date(2026, 11, 25)),)


def test_without_a_statement_day_it_says_so_itself_and_bills_are_drawn_18_days_before(load):
    terms = load(
        'repayment = "billed"\nfirst_due = 2026-12-10\n'
        'bills = [{ due = 2026-12-10, amount = "5", minimum = "1" }]'
    )
    assert terms.bills[0].on == date(2026, 11, 22)


def test_a_card_preset_with_a_statement_day_needs_no_balance(load):
    terms = load('preset = "cn-credit-card"\nminimum.percent = "10%"\n' + BILLED)
    assert terms.repayment is Repayment.BILLED
    assert terms.minimum.share == Decimal("0.1")
    balance = 'repayment = "revolving"\nprincipal = "100"\nminimum.percent = "10%"\n'
    assert load(balance + BILLED).repayment is Repayment.REVOLVING


LUMP = 'due = 2026-12-10\namount = "12"\n'


def test_one_sum_may_have_bills_after_it(load):
    assert load(LUMP + 'bills = [{ due = 2027-01-10, amount = "13" }]').bills[0].amount == 13


@pytest.mark.parametrize(
    ("lines", "place", "said"),
    [
        ("statement_day = 25", "first_due", "missing beside statement_day"),
        (BILLED + "start = 2026-11-01", "start", "does not go with bills"),
        (LUMP + "statement_day = 25", "statement_day", "write first_due"),
        (BILLED + 'frequency = "weekly"', "statement_day", "day of the month"),
        (BILLED.replace("25", "32"), "statement_day", "31"),
        (
            'principal = "9"\ninstallments = 3\nfirst_due = 2026-12-10\n'
            'bills = [{ due = 2026-12-10, amount = "5" }]',
            "bills",
            "schedule",
        ),
        (
            BILLED + 'bills = [{ due = 2026-12-25, amount = "5" }]',
            "bills[0].due",
            "near no due date",
        ),
        (
            BILLED + 'bills = [{ due = 2026-12-09, amount = "5" }, { due = 2026-12-10, '
            'amount = "6" }]',
            "bills[1].due",
            "one for each due date",
        ),
        (
            BILLED + 'bills = [{ due = 2027-01-10, amount = "5" }, { due = 2026-12-10, '
            'amount = "6" }]',
            "bills[1].due",
            "in order",
        ),
        (
            BILLED + 'bills = [{ due = 2026-12-10, amount = "5", minimum = "6" }]',
            "bills[0].minimum",
            "more than the amount",
        ),
        (
            BILLED + 'bills = [{ due = 2026-12-10, amount = "5", date = 2026-12-10 }]',
            "bills[0].date",
            "not before",
        ),
        (
            BILLED + 'bills = [{ due = 2026-12-10, amount = "5", minimum = "1.005" }]',
            "bills[0].minimum",
            "too exact",
        ),
        (
            BILLED + "extensions = [{ due = 2026-12-10, agreed = 2026-12-01, to = 2027-01-15 }]",
            "extensions[0].due",
            "no bill",
        ),
    ],
)
def test_what_cannot_be_right_names_its_place(load, lines, place, said):
    with pytest.raises(ConfigError) as raised:
        load(lines)
    found = {problem.path: problem.message for problem in raised.value.problems}
    assert said in found[f"loans[0].{place}"]
