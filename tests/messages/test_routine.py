"""What comes round by the calendar: checks, saving, and the sign of life."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import unescape

import pytest

from reminderd.alerts.plan import Alert, Reason
from reminderd.alerts.routine import ALIVE, CREDIT_REPORT, FUND, STATEMENTS
from reminderd.loans.money import Money
from reminderd.loans.position import value
from reminderd.loans.terms import Installment, Loan, LoanTerms, Payment, Penalty, PenaltyRule
from reminderd.messages.compose import Occasion
from reminderd.messages.message import Format
from reminderd.messages.routine import RoutineLetter
from reminderd.messages.sheet import Desk
from reminderd.playbook.facts import Borrower, Fund
from reminderd.playbook.playbook import LOCALES

TODAY = date(2026, 12, 1)
NOON = datetime(2026, 12, 1, 4, tzinfo=UTC)
MORNING = NOON - timedelta(hours=3)


def loan(name, *days, minor=100_00, currency="CNY", paid=()):
    """Return a loan of 100.00 due so many days from today each time, at 0.05 % a day."""
    dues = tuple(Installment(TODAY + timedelta(days=day), minor, 0) for day in days)
    penalty = Penalty(PenaltyRule.DAILY_RATE, Decimal("0.0005"))
    return Loan(
        name, name, LoanTerms(currency, listed=dues, penalty=penalty), "Asia/Shanghai", paid
    )


def fund(target, saved, monthly):
    return Fund(*(Money(sum_ * 100, "CNY") for sum_ in (target, saved, monthly)))


def write(what, *loans, locale="en", form=Format.FULL, saving=None, planned=MORNING, now=MORNING):
    desk = Desk(borrower=Borrower(fund=saving))
    positions = [value(each, TODAY) for each in loans]
    alert = Alert(None, TODAY, what, planned, Reason.ROUTINE)
    occasion = Occasion(alert, now, planned)
    return RoutineLetter(alert, occasion, desk, positions, locale).message(form)


# ─── The sign of life ───


def test_it_counts_the_loans_and_lists_what_falls_due_in_thirty_days_in_order():
    message = write(ALIVE, loan("card", 0, 30), loan("car", 4, 31), loan("far", 60))
    assert message.title == "reminderd is watching 3 loans"
    assert message.body.splitlines()[:4] == [
        "To pay within 30 days: CN¥300.00",
        "· Dec 1: card, CN¥100.00",
        "· Dec 5: car, CN¥100.00",
        "· Dec 31: card, CN¥100.00",
    ]


def test_one_loan_is_spoken_of_as_one():
    assert write(ALIVE, loan("card", 4)).title == "reminderd is watching 1 loan"


def test_what_is_overdue_comes_first_with_what_is_owed_today():
    message = write(ALIVE, loan("card", 4), loan("late", -10, 20))
    assert message.body.splitlines()[:4] == [
        "To pay within 30 days: CN¥300.50",
        "· late: 10 days overdue, CN¥100.50 owed today",
        "· Dec 5: card, CN¥100.00",
        "· Dec 21: late, CN¥100.00",
    ]


def test_each_currency_has_a_total_of_its_own():
    message = write(ALIVE, loan("card", 4), loan("car", 5, currency="EUR", minor=20_00))
    assert message.body.splitlines()[0] == "To pay within 30 days: CN¥100.00, €20.00"


def test_money_paid_ahead_is_taken_off():
    ahead = (Payment(TODAY, Decimal("40.00")),)
    assert "Dec 5: card, CN¥60.00" in write(ALIVE, loan("card", 4, paid=ahead)).body


@pytest.mark.parametrize("loans", [[], [loan("far", 60)]])
def test_where_nothing_is_to_come_it_says_so(loans):
    body = write(ALIVE, *loans).body
    assert body.splitlines()[0] == "· Nothing falls due within 30 days."
    assert "To pay" not in body


def test_of_very_many_loans_the_rest_is_counted():
    body = write(ALIVE, *(loan(f"loan-{n:02}", 4) for n in range(53))).body
    assert body.count("Dec 5") == 50
    assert "· and 3 more\n" in body


# ─── Saving ───


def test_the_message_about_the_fund_says_how_far_it_is_and_when_it_is_full():
    message = write(FUND, saving=fund(30_000, 4_000, 500))
    assert message.title == "Emergency fund: CN¥4,000.00 of CN¥30,000.00"
    assert "Put CN¥500.00 into the emergency fund" in message.body
    assert "is saved, 13%. At this pace it is full in 52 months. Keep" in message.body


@pytest.mark.parametrize(
    ("saved", "put", "sentence"),
    [
        (29_400, "500", "full in 2 months."),
        (29_500, "500", "full in 1 month."),
        (29_700, "300", "full in 1 month."),
    ],
)
def test_no_more_is_to_be_put_into_it_than_is_missing(saved, put, sentence):
    body = write(FUND, saving=fund(30_000, saved, 500)).body
    assert f"Put CN¥{put}.00 into" in body
    assert sentence in body


def test_a_fund_that_was_taken_out_of_the_configuration_meanwhile_breaks_nothing():
    assert "CN¥0.00" in write(FUND).title


# ─── Whatever it is about ───


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("what", [STATEMENTS, CREDIT_REPORT, FUND, ALIVE])
def test_every_format_says_what_to_do_and_leaves_no_variable_open(what, locale):
    loans, saving = [loan("card", 4), loan("late", -9)], fund(30_000, 4_000, 500)
    for form in Format:
        message = write(what, *loans, locale=locale, form=form, saving=saving)
        assert message.format is form
        assert "▶" in message.body
        assert "{" not in message.title + message.body
        if form is Format.HTML:
            assert message.title in unescape(message.html)
            assert message.subject.endswith(message.title)


@pytest.mark.parametrize("locale", LOCALES)
def test_the_text_for_phones_keeps_its_limit_and_the_total(locale):
    many = [loan(f"a rather long name of a loan {n}", 4, 20) for n in range(40)]
    message = write(ALIVE, *many, locale=locale, form=Format.TEXT)
    assert len(message.title) + 1 + len(message.body) <= 500
    assert "8,000.00" in message.body


def test_a_name_with_markup_stays_a_name():
    named = replace(loan("x", 4), name="<b>*card*</b>")
    assert r"\*card\*" in write(ALIVE, named, form=Format.MARKDOWN).body
    assert "&lt;b&gt;*card*&lt;/b&gt;" in write(ALIVE, named, form=Format.HTML).html


@pytest.mark.parametrize("form", [Format.TEXT, Format.FULL])
def test_it_says_when_it_comes_late(form):
    late = write(STATEMENTS, loan("card", 4), form=form, now=NOON)
    assert "due to go at 09:00 and was sent at 12:00" in late.body
    assert "late" not in write(STATEMENTS, loan("card", 4), form=form).body


@pytest.mark.parametrize("what", [STATEMENTS, CREDIT_REPORT])
def test_checks_speak_of_no_figure_and_so_of_no_estimate(what):
    body = write(what, loan("late", -9)).body
    assert "¥" not in body
    assert "estimate" not in body
