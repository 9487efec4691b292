"""The page on concepts uses the program's own words and figures."""

import re
from datetime import date

import pytest

from reminderd.alerts.alert import PAID_SO_FAR, SETTLED, milestone
from reminderd.alerts.policy import Policy
from reminderd.delivery.retry import WINDOW
from reminderd.loans.cliffs import CliffReason
from reminderd.loans.terms import AutoDebit, Installment, Loan, LoanTerms
from reminderd.playbook.playbook import packaged
from reminderd.store.outbox import State

from .pages import ROOT

PAGE = (ROOT / "docs" / "concepts.md").read_text("utf-8")


def test_every_state_of_a_delivery_is_there_and_no_other():
    table = PAGE.split("| State |")[1].split("\n\n")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.M)) == set(State)


@pytest.mark.parametrize("word", ["penalty begins", "grace ends", "fee is charged", "rate rises"])
def test_every_kind_of_cliff_is_there(word):
    assert len(CliffReason) == 4
    assert word in PAGE


def test_the_window_of_retries_is_the_one_promised():
    assert f"within {['no', 'one', 'two', 'three'][WINDOW.days]} days" in PAGE


def test_severities_are_those_of_the_stages():
    severities = {stage.severity.name.lower() for stage in packaged().stages.values()}
    assert all(f"`{severity}`" in PAGE for severity in severities)


def test_the_reminders_are_those_of_a_configuration_that_says_nothing():
    wishes = Policy()
    number = ["no", "one", "two", "three"]
    before, today = wishes.before_due
    assert (before, today) == (3, 0)
    assert f"{number[before]} days before it is due and on the day itself" in PAGE
    *days, last = wishes.overdue_days
    assert f"on the days {', '.join(map(str, days))} and {last} after that" in PAGE
    assert f"then every {wishes.overdue_every} days" in PAGE


def test_a_debit_is_asked_about_as_often_as_the_page_says():
    terms = LoanTerms(currency="USD", listed=(Installment(date(2026, 12, 5), 100_00, 0),))
    loan = Loan("car", "Car", terms, "UTC", auto_debit=AutoDebit(on=True))
    wishes = Policy().of_loan(loan)
    assert 0 not in wishes.before_due
    assert wishes.debit_asked == (1, 3, 7)
    assert "a day after the last try" in PAGE
    assert "again on the third and the seventh" in PAGE


def test_milestones_are_called_what_history_calls_them():
    for named in (milestone(-3), milestone(0), milestone(4), SETTLED, PAID_SO_FAR):
        assert f"`{named}`" in PAGE
