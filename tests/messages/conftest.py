"""A card with 1,234.00 due on 26 November 2026 at 0.05 % a day, and messages about it."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest

from reminderd.alerts.plan import Alert, Reason, milestone
from reminderd.loans.position import value
from reminderd.loans.terms import Installment, Loan, LoanTerms, Payment, Penalty, PenaltyRule
from reminderd.messages.compose import Occasion, compose

DUE = date(2026, 11, 26)
VOID = {"meta", "br", "img"}


def _card(**changes):
    """Return the card; *changes* are to its terms where those know the name, else to the loan."""
    terms = {
        "currency": "CNY",
        "listed": (Installment(DUE, 1234_00, 0),),
        "penalty": Penalty(PenaltyRule.DAILY_RATE, Decimal("0.0005")),
    }
    about = {"id": "card", "name": "Card", "timezone": "Asia/Shanghai"}
    known = LoanTerms.__dataclass_fields__
    terms |= {key: new for key, new in changes.items() if key in known}
    about |= {key: new for key, new in changes.items() if key not in known}
    return Loan(terms=LoanTerms(**terms), **about)


def _write(
    loan,
    day,
    locale="en",
    *,
    what=None,
    due=None,
    late=timedelta(0),
    reason=Reason.DUE_TODAY,
    **manner,
):
    """Write the message that goes at 09:00 on *day*, or so much later; *manner* says how."""
    position = value(loan, day)
    due = due or position.pay_by or DUE
    meant = datetime.combine(day, time(9), ZoneInfo(loan.timezone)).astimezone(UTC)
    alert = Alert(loan.id, due, what or milestone((day - due).days), meant, reason)
    position = value(loan, (meant + late).astimezone(ZoneInfo(loan.timezone)).date())
    return compose(loan, position, Occasion(alert, meant + late, meant), locale, **manner)


def _paid(loan, *payments):
    return replace(loan, payments=tuple(Payment(day, Decimal(amount)) for day, amount in payments))


class _Page(HTMLParser):
    """Reads a page as a browser would: its tags, its attributes and the text a person sees."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.seen, self._open = [], [], "", []
        self.feed(html)
        self.close()
        assert self._open == [], f"never closed: {self._open}"

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if self._open and self._open[-1] not in ("style", "title"):
            self.seen += data if data.strip() else "\n"


@pytest.fixture
def card():
    return _card


@pytest.fixture
def write():
    return _write


@pytest.fixture
def paid():
    return _paid


@pytest.fixture
def read():
    return _Page
