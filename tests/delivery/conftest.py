"""A mail server, a clock set by hand, messages, and an outbox with something to send."""

import importlib.util
import threading
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from clocks import LeapingClock
from patience import PATIENCE
from sqlalchemy import select, update

from reminderd.alerts.channel import Channel, Recipient
from reminderd.alerts.plan import Alert, Policy, Reason
from reminderd.delivery.retry import WINDOW
from reminderd.loans.terms import Installment, Loan, LoanTerms, Payment, Penalty, PenaltyRule
from reminderd.messages.message import Message
from reminderd.playbook.playbook import Severity
from reminderd.store import book, history, outbox
from reminderd.store.database import Database
from reminderd.store.tables import deliveries

_file = Path(__file__).parents[1] / "mailserver.py"
_spec = importlib.util.spec_from_file_location("mailserver", _file)
_mailserver = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_mailserver)
authority = _mailserver.authority
trusted = _mailserver.trusted
mail_server = _mailserver.mail_server
start_mail_server = _mailserver.start_mail_server

DUE = date(2026, 11, 16)


@pytest.fixture
def now():
    return datetime(2026, 11, 20, 1, tzinfo=UTC)


@pytest.fixture
def message():
    """Return a message with everything that transports are known to mangle."""
    return Message(
        "微粒贷：今天应还 ¥1,150.00 & <5 天",
        "第一行 <b>not bold</b>\n\n第二行 & 100%\n  indented: C:\\new *star* _line_\n",
        Severity.WARNING,
    )


@pytest.fixture
def clock(now):
    return LeapingClock(now)


@pytest.fixture
def database(tmp_path):
    database = Database.open(tmp_path / "state")
    yield database
    database.close()


@dataclass
class Post:
    """A store with one loan, 10,000.00 due four days ago at 5.00 a day, and its outbox."""

    database: Database
    clock: LeapingClock
    number: int = 0

    def lend(self, *, paid=None, loans=1):
        """Bring the book to the loan, or the loan to what was paid of it; or to no loan."""
        terms = LoanTerms(
            currency="CNY",
            listed=(Installment(DUE, 1_000_000, 0),),
            penalty=Penalty(PenaltyRule.DAILY_RATE, Decimal("0.0005")),
        )
        payments = (Payment(DUE, Decimal(paid)),) if paid else ()
        loan = Loan("card", "招行信用卡", terms, "Asia/Shanghai", payments)
        with self.database.transaction() as connection:
            book.sync(connection, [(loan, Policy())] * loans, self.clock.now())

    def put(self, *targets, milestone=None):
        """Put an alert into the outbox, for each (channel, address); return the alert's number."""
        self.number += 1
        name = milestone or f"due+{self.number}"
        alert = Alert("card", DUE, name, self.clock.now(), Reason.OVERDUE_DAY)
        with self.database.transaction() as connection:
            alert_id = history.record(connection, alert, self.clock.now(), superseded=False)
            outbox.enqueue(connection, alert_id, targets, self.clock.now())
        return alert_id

    def use_up_window(self):
        """Let three days of trying be over for what waits."""
        with self.database.transaction() as connection:
            connection.execute(update(deliveries).values(waited=WINDOW.total_seconds()))

    def rows(self):
        """Return every delivery, the oldest first."""
        with self.database.transaction() as connection:
            return connection.execute(select(deliveries).order_by(deliveries.c.id)).all()

    def states(self, channel=None):
        """Return the deliveries' states."""
        return [row.state for row in self.rows() if channel in (None, row.channel)]


@pytest.fixture
def post(database, clock):
    post = Post(database, clock)
    post.lend()
    return post


@pytest.fixture
def email(mail_server):
    """Return the channel ``email`` to me@example.com, or to other addresses when called."""

    def make(*addresses, locale="en", fallback=None):
        recipients = tuple(Recipient(to, mail_server.table(to=to)) for to in addresses)
        return Channel("email", recipients, locale, fallback=fallback)

    return make


@pytest.fixture
def screen():
    return Channel("screen", (Recipient("screen", "console://"),), "en")


@pytest.fixture(autouse=True)
def _threads_end():
    """Wait until the lanes that a test opened have closed their connections."""
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        if thread.name.startswith("ThreadPoolExecutor"):
            continue  # Apprise's own, kept for the life of the process
        thread.join(timeout=PATIENCE)
        assert not thread.is_alive(), f"{thread.name} was left behind"
