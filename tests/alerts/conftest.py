"""A loan with dues of 100.00 each, and a borrower's desk on which looks leave their history."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from reminderd.alerts.plan import History, Policy, due_alerts
from reminderd.alerts.wallclock import local_date
from reminderd.loans.position import value
from reminderd.loans.terms import Installment, Loan, LoanTerms

OFTEN = Policy(before_due=(7, 3, 1, 0))
LONG_AGO = datetime(1980, 1, 1, tzinfo=UTC)


def _borrow(*dues, zone="Asia/Shanghai", payments=()):
    parts = tuple(Installment(due, 100_00, 0) for due in sorted(dues))
    return Loan("card", "Card", LoanTerms("CNY", listed=parts), zone, tuple(payments))


@dataclass
class Desk:
    """Looks at a loan as the program does, and remembers what came of it."""

    loan: Loan
    policy: Policy = OFTEN
    known_since: datetime = LONG_AGO
    history: History | None = None
    sent: list = field(default_factory=list)
    superseded: list = field(default_factory=list)

    def __post_init__(self):
        self.history = History(frozenset(), frozenset(), self.known_since)

    def look(self, now):
        """Decide at *now* and write the decision down."""
        position = value(self.loan, local_date(now, self.loan.timezone))
        decision = due_alerts(self.loan, position, self.history, self.policy, now)
        self.history = self.history.after(decision)
        self.sent += decision.alerts
        self.superseded += decision.superseded
        return decision

    def follow(self, now, until):
        """Look at *now* and then whenever the decision says to, up to *until*."""
        while now is not None and now <= until:
            looked, now = now, self.look(now).next_at
            assert now is None or now > looked

    def pay(self, *payments):
        self.loan = replace(self.loan, payments=self.loan.payments + payments)

    def take_back_payments(self):
        self.loan = replace(self.loan, payments=())


@pytest.fixture
def borrow():
    return _borrow


@pytest.fixture
def desk_of():
    return Desk
