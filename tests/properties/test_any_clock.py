"""Whatever the clock and the network do for weeks, in the end everything was told, and once.

The clock runs ahead or falls back, is put right, the machine sleeps or is off, the network fails
before or after a message was handed over, and commands are typed by any clock. What a preview
listed at the start was sent, or a newer alert of its loan was once it was due.
"""

import tempfile
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from clocks import SetClock
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from reminderd.app import App
from reminderd.config.load import load_text
from reminderd.delivery import dispatcher
from reminderd.errors import Undecided, Unreachable, UsageError
from reminderd.loans.money import Money
from reminderd.service.sanity import ClockDoubted, check_clock
from reminderd.store import instants
from reminderd.store.database import Database
from reminderd.store.tables import alerts, deliveries

from .random_loans import examples

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
START = datetime(2026, 12, 1, 0, 30, tzinfo=UTC)  # 08:30 in Shanghai
AT_MOST = 25  # passes in each stretch of time
CONFIG = """\
timezone = "Asia/Shanghai"
locale = "en"
[channels.me]
url = "console://"
digest = false
{channel}
[[loans]]
id = "card"
due = 2026-12-05
amount = "1234.00"
[[loans]]
id = "car"
first_due = 2026-12-10
amount = "500.00"
auto_debit = {{ account = "1234" }}
"""


@dataclass
class Network:
    """Where messages go: it takes them, cannot be reached, or leaves it open."""

    how: str = "works"
    taken = None
    left_open = None

    def of(self, _recipient):
        return self

    def send(self, _message, message_id, _now):
        if self.how == "down":
            raise Unreachable("there is no network")
        if self.how == "silent":
            self.left_open[message_id] += 1
            raise Undecided("no answer")
        self.taken[message_id] += 1
        if self.how == "mute":
            self.left_open[message_id] += 1
            raise Undecided("no answer")

    def close(self):
        """Nothing is open."""


class Machine:
    """The program on a machine whose clock is wrong by so much."""

    def __init__(self, network, folder, channel):
        config = load_text(CONFIG.format(channel=channel), Path("config.toml"))
        self.app, self.network = App(config, Database.in_memory(), SetClock(START)), network
        network.taken, network.left_open = Counter(), Counter()
        self.folder, self.true, self.wrong = folder, START, timedelta(0)
        self.sent = []  # (loan, due, milestone, slot, when by the right clock)
        self.known = set()

    def passes(self, until):
        """Do what the daemon does up to an instant of the right clock."""
        for _ in range(AT_MOST):
            self._pass()
            following = self.app.next_event()
            due = following.at - self.wrong if following else until
            if due >= until:
                break
            self.true = max(due, self.true + timedelta(seconds=5))
        self.true = max(self.true, until)

    def _pass(self):
        self.app.clock.at = now = self.true + self.wrong
        with self.app.database.transaction() as connection:
            newest = instants.newest(connection)
        with suppress(ClockDoubted):
            check_clock(now, newest, self.folder)
            self.app.sync()
            self.app.deliver(alone=True, plan_for=now)
        self._note()

    def _note(self):
        columns = (alerts.c.loan_id, alerts.c.due, alerts.c.milestone, alerts.c.scheduled_for)
        with self.app.database.transaction() as connection:
            query = select(*columns, deliveries.c.message_id).join(deliveries)
            for *alert, message_id in connection.execute(query):
                if self.network.taken[message_id] and message_id not in self.known:
                    self.known.add(message_id)
                    self.sent.append((*alert, self.true))

    def type(self, command):
        """Type a command by whatever the clock shows."""
        self.app.clock.at = self.true + self.wrong
        loan = self.app.loan("card")
        with suppress(UsageError):
            if command == "pay":
                self.app.pay(loan, Money(100, "CNY"), None)
            elif command == "undo":
                self.app.undo(self.app.typed_payments()[-1][1].id if self._paid else 0)
            elif command == "ack":
                self.app.acknowledge(loan)

    @property
    def _paid(self):
        return bool(self.app.typed_payments())


offsets = st.one_of(
    st.just(timedelta(0)),
    st.sampled_from([8 * HOUR, -8 * HOUR, -3 * DAY, 20 * DAY, 400 * DAY, -400 * DAY]),
    st.integers(-6 * 24, 60 * 24).map(lambda hours: hours * HOUR),
)
stretches = st.tuples(
    st.sampled_from(["awake", "awake", "asleep"]),
    st.integers(1, 60).map(lambda hours: hours * HOUR),
    offsets,
    st.sampled_from(["works", "works", "down", "silent", "mute"]),
    st.sampled_from(["", "pay", "undo", "ack"]),
)


@pytest.fixture(scope="module")
def network():
    network = Network()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dispatcher, "Transports", lambda *_: network)
        yield network


@examples(3)
@given(
    life=st.lists(stretches, min_size=1, max_size=6),
    channel=st.sampled_from(["", "rate = 2", 'quiet_hours = { from = "22:00", to = "08:00" }']),
)
def test_everything_is_told_in_the_end_and_once(network, life, channel):
    with tempfile.TemporaryDirectory() as folder:
        network.how = "works"
        machine = Machine(network, Path(folder), channel)
        machine.passes(START + HOUR)
        foreseen = machine.app.preview(START + HOUR, 20)
        for state, lasts, wrong, how, command in life:
            machine.wrong, network.how = wrong, how
            if command:
                machine.type(command)
            end = machine.true + lasts
            machine.passes(end) if state == "awake" else None
            machine.true = end
        machine.wrong, network.how = timedelta(0), "works"
        machine.passes(machine.true + 2 * DAY)  # a clock that is doubted is believed after one
        over = machine.true + DAY
        machine.passes(over)
        listed = [item.alert for _, item in foreseen if item.alert.scheduled_for < over - DAY]
        assert [alert for alert in listed if not told(alert, machine.sent)] == []
        copies = Counter(sent[:3] for sent in machine.sent)
        assert [alert for alert, count in copies.items() if count > 1] == []
        again = {name for name, count in network.taken.items() if count > 1}
        assert again <= set(network.left_open)


def told(alert, sent):
    """Return whether an alert was sent, or a newer one of its loan once it was due."""
    return any(
        (loan, due, milestone) == (alert.loan_id, *alert.identity)
        or (loan == alert.loan_id and min(slot, when) >= alert.scheduled_for)
        for loan, due, milestone, slot, when in sent
    )
