"""A real store in a temporary folder, and loans to put into it."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from reminderd.alerts.plan import Alert, Policy, Reason
from reminderd.loans.terms import Installment, Loan, LoanTerms, Payment, Penalty, PenaltyRule
from reminderd.store import book, history
from reminderd.store.database import Database

POLICY = Policy()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "state"


@pytest.fixture
def database(folder):
    database = Database.open(folder)
    yield database
    database.close()


@pytest.fixture
def connection(database):
    """Return a connection inside a write transaction that is committed at the end."""
    with database.transaction() as connection:
        yield connection


@pytest.fixture
def now():
    return datetime(2026, 11, 20, 1, tzinfo=UTC)


@pytest.fixture
def make_loan():
    """Return a function that makes a loan of one sum; payments are (day, amount) pairs."""

    def make(loan_id="card", due=date(2026, 11, 26), minor=123_400, payments=(), **more):
        terms = LoanTerms(
            currency="CNY",
            listed=(Installment(due, minor, 0),),
            penalty=Penalty(PenaltyRule.DAILY_RATE, Decimal("0.0005")),
        )
        paid = tuple(Payment(day, Decimal(amount)) for day, amount in payments)
        return Loan(loan_id, more.pop("name", loan_id), terms, "Asia/Shanghai", paid, **more)

    return make


@pytest.fixture
def sync(connection, now):
    """Return a function that makes the book equal to these loans."""

    def run(*loans, at=now, policy=POLICY):
        return book.sync(connection, [(loan, policy) for loan in loans], at)

    return run


@pytest.fixture
def make_alert(connection, sync, make_loan, now):
    """Return a function that records an alert of the loan ``card`` and returns its number."""
    sync(make_loan())

    def make(milestone="due-7", superseded=False, due=date(2026, 11, 26)):
        alert = Alert("card", due, milestone, now, Reason.BEFORE_DUE)
        return history.record(connection, alert, now, superseded=superseded)

    return make
