"""A borrower's life: days pass by an injected clock, and every message is received for real.

Each channel named in a configuration as ``{NAME}`` is a JSON web hook at a receiver that keeps
what arrives, with the instant at which it arrived.
"""

import importlib.util
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from clocks import SetClock
from werkzeug import Response

from reminderd.app import App
from reminderd.config.load import load_text
from reminderd.loans.money import Money
from reminderd.service.worker import run_pass
from reminderd.store.database import Database

_file = Path(__file__).parents[1] / "mailserver.py"
_spec = importlib.util.spec_from_file_location("mailserver", _file)
_mailserver = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_mailserver)
authority = _mailserver.authority
trusted = _mailserver.trusted
mail_server = _mailserver.mail_server

ZONE = ZoneInfo("Asia/Shanghai")
HOOKS = ("phone", "screen")


@dataclass(frozen=True)
class Got:
    """One message as it arrived."""

    at: datetime
    channel: str
    title: str
    text: str


class Life:
    """The program on one store, the clock, and everything that was received."""

    def __init__(self, folder, httpserver):
        self.folder = folder
        self.server = httpserver
        self.clock = SetClock(local("2026-11-01 12:00"))
        self.database = Database.open(folder)
        self.app = None
        self.got = []
        self.answers = deque()  # HTTP statuses to give instead of taking the next messages
        for name in HOOKS:
            httpserver.expect_request(f"/{name}").respond_with_handler(self._receive)

    def _receive(self, request):
        status = self.answers.popleft() if self.answers else 200
        if status == 200:
            document = request.get_json()
            channel = request.path.strip("/")
            self.got.append(Got(self.now, channel, document["title"], document["message"]))
        return Response(status=status)

    @property
    def now(self):
        return self.clock.at.astimezone(ZONE)

    def configure(self, text):
        """Use this configuration from now on; ``{phone}`` is the URL of a channel ``phone``."""
        for name in HOOKS:
            text = text.replace("{" + name + "}", f"json://127.0.0.1:{self.server.port}/{name}")
        self.app = App(load_text(text, Path("config.toml")), self.database, self.clock)
        return self

    def run(self):
        """Do one pass now, as the daemon does; return what arrived."""
        before = len(self.got)
        run_pass(self.app, self.folder)
        return self.got[before:]

    def skip_to(self, when):
        """Let time pass with the program switched off."""
        self.clock.at = local(when)
        return self

    def live_to(self, when):
        """Let time pass with the program running; return what arrived."""
        before, end = len(self.got), local(when)
        for _ in range(1000):
            self.run()
            following = self.app.next_event()
            if following is None or following.at > end:
                break
            self.clock.at = following.at
        else:
            raise AssertionError("there is always something to do at once")
        self.clock.at = end
        return self.got[before:]

    def pay(self, loan_id, amount):
        """Record a payment as the command does; return its number."""
        loan = self.app.loan(loan_id)
        return self.app.pay(loan, Money.of(Decimal(amount), loan.terms.currency), None)

    def deliveries(self):
        """Return (milestone, channel, state) of every delivery, the oldest first."""
        rows = self.app.sent(None, 1000)[::-1]
        return [(row["milestone"], row["channel"], str(row["state"])) for row in rows]


def local(text):
    """Return the instant of a wall-clock time in the loans' zone."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.fixture
def life(tmp_path, httpserver):
    life = Life(tmp_path / "state", httpserver)
    yield life
    life.database.close()
