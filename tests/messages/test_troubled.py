"""The notice that a loan cannot be reminded of."""

from datetime import UTC, date, datetime

import pytest

from reminderd.alerts.plan import Reason
from reminderd.alerts.trouble import unreckoned, unwritten
from reminderd.errors import Unreckonable
from reminderd.loans.terms import Installment, Loan, LoanTerms
from reminderd.loans.trouble import Trouble
from reminderd.messages.message import Format
from reminderd.messages.sheet import Desk
from reminderd.messages.troubled import Troubled
from reminderd.playbook.playbook import LOCALES

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
TERMS = LoanTerms(currency="CNY", listed=(Installment(date(2026, 11, 20), 100_000, 0),))
LOAN = Loan("car", "Car", TERMS, "UTC")
ALERTS = [
    unreckoned(Trouble(LOAN, Unreckonable("too much")), NOW, NOW),
    unreckoned(Trouble(LOAN, ZeroDivisionError("secret")), NOW, NOW),
    unwritten(Trouble(LOAN, ZeroDivisionError("secret")), NOW, NOW),
]


def write(alert, *, loan=LOAN, locale="en", form=Format.FULL):
    return Troubled(loan, alert, Desk(), locale).message(form)


def test_terms_that_lead_nowhere_are_told_from_mistakes_of_the_program():
    assert [alert.reason for alert in ALERTS] == [
        Reason.BEYOND,
        Reason.UNRECKONED,
        Reason.UNWRITTEN,
    ]
    assert [write(alert).title for alert in ALERTS] == [
        "Car: its figures are beyond what can be reckoned",
        "Car: its figures cannot be worked out",
        "Car: a message about it cannot be written",
    ]


def test_it_does_so_in_chinese():
    assert [write(alert, locale="zh-CN").title for alert in ALERTS] == [
        "Car：金额大得无法计算",
        "Car：金额算不出来",
        "Car：有一条消息无法生成",
    ]


@pytest.mark.parametrize("form", Format)
@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.reason)
def test_every_format_names_the_loan_and_what_to_do(alert, locale, form):
    message = write(alert, locale=locale, form=form)
    assert "Car" in message.title
    assert "▶" in message.body or form is Format.MARKDOWN
    assert "secret" not in message.body
    if form is Format.TEXT:
        assert len(message.title + message.body) <= 500


def test_a_long_name_leaves_room_for_what_to_do():
    long = Loan("car", "Car " * 200, TERMS, "UTC")
    message = write(ALERTS[0], loan=long, form=Format.TEXT)
    assert len(message.title + message.body) <= 500
    assert "Look at the rate and the dates" in message.body
