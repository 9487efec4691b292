"""The outbox under any sequence of calls by two owners, whatever fails on the way.

Hypothesis makes up the sequences; a model is held beside the real SQLite file. Any call may fail
at any of its statements, at its commit, or be dropped by a crash just before that.
"""

import functools
import shutil
import sqlite3
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from reminderd.alerts.plan import Alert, Policy, Reason
from reminderd.errors import StoreError
from reminderd.loans.terms import Installment, Loan, LoanTerms
from reminderd.state import DATABASE
from reminderd.store import book, history, outbox
from reminderd.store.database import Database
from reminderd.store.outbox import WAITING, State
from reminderd.store.tables import deliveries

START = datetime(2026, 11, 20, 1, tzinfo=UTC)
DUE = date(2026, 11, 26)
LEASE = timedelta(minutes=11)
LOANS = ("card", "car")
OWNERS = ("one", "two")
ENDED = (State.SENT, State.FAILED, State.SUPERSEDED, State.CANCELLED)
OUTCOMES = (State.SENT, State.FAILED, State.CANCELLED, State.RETRYING, State.UNKNOWN)

# What goes wrong in a call: nothing, its nth statement, its commit, or a crash before that.
FAULTS = st.sampled_from((*[None] * 9, 1, 2, 3, 4, "commit", "crash"))
CHANNELS = st.sampled_from(("mail", "phone"))
DELAYS = st.integers(1, 900).map(lambda seconds: timedelta(seconds=seconds))


class Crash(Exception):
    """The process ended here."""


@functools.cache
def template():
    """Return a store that has two loans and nothing to send."""
    folder = Path(tempfile.mkdtemp(prefix="rd-"))
    database = Database.open(folder)
    terms = LoanTerms(currency="CNY", listed=(Installment(DUE, 100_00, 0),))
    loans = [Loan(name, name, terms, "Asia/Shanghai", ()) for name in LOANS]
    with database.transaction() as connection:
        book.sync(connection, [(loan, Policy()) for loan in loans], START)
    database.checkpoint()
    database.close()
    return folder / DATABASE


class Faulty:
    """A store that fails where it is told to."""

    def __init__(self, folder):
        self.database = Database.open(folder)
        self.fault = None
        self.statements = 0
        event.listen(self.database.engine, "before_cursor_execute", self._at_statement)
        event.listen(self.database.engine, "commit", self._at_commit)

    def _at_statement(self, _connection, _cursor, statement, *_):
        self.statements += 1
        if self.statements == self.fault:
            self._fail(statement)

    def _at_commit(self, _connection):
        if self.fault == "commit":
            self._fail("COMMIT")

    def _fail(self, statement):
        raise OperationalError(statement, (), sqlite3.OperationalError("disk I/O error"))

    @contextmanager
    def transaction(self, fault):
        self.fault, self.statements = fault, 0
        try:
            with self.database.transaction() as connection:
                yield connection
                if fault == "crash":
                    raise Crash
        finally:
            self.fault = None


@dataclass(frozen=True)
class Expected:
    """What a row must hold."""

    channel: str
    address: str
    state: State
    attempts: int
    message_id: str
    next_attempt_at: datetime | None
    lease_owner: str | None = None
    lease_until: datetime | None = None


class Outbox(RuleBasedStateMachine):
    """Two owners of one outbox."""

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="rd-"))
        shutil.copy(template(), self.folder)
        self.stores = {owner: Faulty(self.folder) for owner in OWNERS}
        self.now = START
        self.rows = {}  # the model: what each delivery must be like
        self.alerts = {}  # the deliveries of each alert
        self.leases = []  # every one ever given, with its owner, also those that were lost
        self.attempts = set()  # of which delivery each was the how manyth

    def teardown(self):
        for store in self.stores.values():
            store.database.close()
        shutil.rmtree(self.folder)

    def call(self, fault, function, *arguments, owner="one", **options):
        """Call a function of the outbox in a transaction; None if that fails as it was told to."""
        try:
            with self.stores[owner].transaction(fault) as connection:
                return function(connection, *arguments, **options)
        except (StoreError, Crash):
            assert fault is not None
            return None

    def stored(self):
        """Return the rows of the real table."""
        with self.stores["one"].transaction(None) as connection:
            return {row.id: row for row in connection.execute(select(deliveries))}

    def change(self, ids, **fields):
        for key in ids:
            self.rows[key] = replace(self.rows[key], **fields)

    def waiting(self, channel=None):
        """Return the deliveries that wait, and are due if a channel is named."""
        return [
            key
            for key, row in self.rows.items()
            if row.state in WAITING
            and (channel is None or (row.channel == channel and row.next_attempt_at <= self.now))
        ]

    @initialize()
    def begin(self):
        """Have something to send from the start."""
        for loan in LOANS:
            for channel in ("mail", "phone"):
                self.enqueue(None, loan, channel, {"a", "b"})

    # ── what the program does ────────────────────────────────────────────────────────────────

    @rule(
        fault=FAULTS,
        loan=st.sampled_from(LOANS),
        channel=CHANNELS,
        addresses=st.sets(st.sampled_from("ab"), min_size=1),
    )
    def another_alert(self, fault, loan, channel, addresses):
        self.enqueue(fault, loan, channel, addresses)

    def enqueue(self, fault, loan, channel, addresses):
        alert = Alert(loan, DUE, f"due+{len(self.alerts)}", self.now, Reason.OVERDUE_DAY)
        targets = [(channel, address) for address in sorted(addresses)]

        def decide(connection):
            alert_id = history.record(connection, alert, self.now, superseded=False)
            assert outbox.enqueue(connection, alert_id, targets, self.now) == len(targets)
            return alert_id

        if (alert_id := self.call(fault, decide)) is None:
            return
        new = {key: row for key, row in self.stored().items() if key not in self.rows}
        assert sorted((row.channel, row.address) for row in new.values()) == targets
        self.alerts[alert_id] = [*new]
        for key, row in new.items():
            self.rows[key] = Expected(
                row.channel, row.address, State.PENDING, 0, row.message_id, self.now
            )

    @rule(
        fault=FAULTS,
        owner=st.sampled_from(OWNERS),
        channel=CHANNELS,
        limit=st.integers(1, 4),
        together=st.booleans(),
    )
    def lease(self, fault, owner, channel, limit, together):
        due, until = self.waiting(channel), self.now + LEASE
        leased = self.call(
            fault,
            outbox.lease,
            channel,
            self.now,
            until,
            owner,
            limit,
            owner=owner,
            together=together,
        )
        if leased is None:
            return
        assert {delivery.id for delivery in leased} <= set(due)
        assert len({delivery.id for delivery in leased}) == len(leased)
        assert bool(leased) == bool(due)
        assert len({delivery.message_id for delivery in leased}) <= limit
        self._hold(leased, owner, until)

    def _hold(self, leased, owner, until):
        recipients = {}
        for delivery in leased:
            row = self.rows[delivery.id]
            assert delivery.attempts == row.attempts + 1
            assert not row.attempts or delivery.message_id == row.message_id
            assert recipients.setdefault(delivery.message_id, row.address) == row.address
            assert (delivery.id, delivery.attempts) not in self.attempts
            self.attempts.add((delivery.id, delivery.attempts))
            self.leases.append((owner, delivery))
            self.change(
                [delivery.id],
                state=State.SENDING,
                attempts=delivery.attempts,
                message_id=delivery.message_id,
                lease_owner=owner,
                lease_until=until,
            )

    @precondition(lambda self: self.leases)
    @rule(fault=FAULTS, outcome=st.sampled_from(OUTCOMES), delay=DELAYS, data=st.data())
    def finish(self, fault, outcome, delay, data):
        owner = data.draw(st.sampled_from(sorted({owner for owner, _ in self.leases})))
        own = [delivery for each, delivery in self.leases if each == owner]
        members = data.draw(st.lists(st.sampled_from(own), min_size=1, unique=True))
        self._finish(fault, owner, members, outcome, delay)

    @rule(
        fault=FAULTS,
        owner=st.sampled_from(OWNERS),
        channel=CHANNELS,
        together=st.booleans(),
        outcome=st.sampled_from(OUTCOMES),
        delay=DELAYS,
    )
    def a_pass(self, fault, owner, channel, together, outcome, delay):
        """Do what a worker does that is alone; what it held before, it may think it still holds."""
        self.recover(None, owner, alone=True)
        self.lease(None, owner, channel, 1, together)
        if mine := [delivery for each, delivery in self.leases if each == owner]:
            self._finish(fault, owner, mine[-3:], outcome, delay)

    def _finish(self, fault, owner, members, outcome, delay):
        again = self.now + delay if outcome in WAITING else None
        held = [delivery for delivery in members if self._holds(owner, delivery)]
        kept = self.call(
            fault,
            outbox.finish,
            members,
            owner,
            outcome,
            self.now,
            owner=owner,
            next_attempt_at=again,
        )
        if kept is None:
            return
        assert kept == held
        self.change(
            [delivery.id for delivery in kept],
            state=outcome,
            next_attempt_at=again,
            lease_owner=None,
            lease_until=None,
        )

    def _holds(self, owner, delivery):
        row = self.rows[delivery.id]
        return (row.state, row.lease_owner, row.attempts) == (
            State.SENDING,
            owner,
            delivery.attempts,
        )

    @rule(fault=FAULTS, owner=st.sampled_from(OWNERS), alone=st.booleans())
    def recover(self, fault, owner, alone):
        lost = [
            key
            for key, row in self.rows.items()
            if row.state == State.SENDING and (alone or row.lease_until <= self.now)
        ]
        count = self.call(fault, outbox.recover, self.now, owner=owner, alone=alone)
        if count is None:
            return
        assert count == len(lost)
        self.change(
            lost,
            state=State.UNKNOWN,
            next_attempt_at=self.now,
            lease_owner=None,
            lease_until=None,
        )

    @rule(fault=FAULTS, channel=CHANNELS, delay=DELAYS)
    def postpone(self, fault, channel, delay):
        due, until = self.waiting(channel), self.now + delay
        if self.call(fault, outbox.postpone, channel, self.now, until) is not None:
            self.change(due, next_attempt_at=until)

    @precondition(lambda self: self.rows)
    @rule(fault=FAULTS, data=st.data())
    def retry(self, fault, data):
        ids = data.draw(st.sets(st.sampled_from(sorted(self.rows)), min_size=1))
        failed = [key for key in ids if self.rows[key].state == State.FAILED]
        waiting = [key for key in ids if self.rows[key].state in WAITING]
        count = self.call(fault, outbox.retry, ids, self.now)
        if count is None:
            return
        assert count == len(failed) + len(waiting)
        self.change(failed, state=State.PENDING)
        self.change(failed + waiting, next_attempt_at=self.now)

    @precondition(lambda self: self.alerts)
    @rule(
        fault=FAULTS,
        state=st.sampled_from((State.SUPERSEDED, State.CANCELLED)),
        data=st.data(),
    )
    def close(self, fault, state, data):
        ids = data.draw(st.sets(st.sampled_from(sorted(self.alerts)), min_size=1))
        waiting = set(self.waiting())
        closed = [key for each in ids for key in self.alerts[each] if key in waiting]
        count = self.call(fault, outbox.close_waiting, ids, state, self.now)
        if count is None:
            return
        assert count == len(closed)
        self.change(closed, state=state, next_attempt_at=None)

    @rule(delay=DELAYS)
    def time_passes(self, delay):
        self.now += delay

    @rule(seconds=st.integers(1, 60))
    def the_clock_is_set_back(self, seconds):
        self.now -= timedelta(seconds=seconds)

    # ── what holds at any time ───────────────────────────────────────────────────────────────

    @invariant()
    def the_file_is_as_the_model_says(self):
        stored = self.stored()
        fields = tuple(Expected.__dataclass_fields__)
        found = {
            key: Expected(*(getattr(row, name) for name in fields)) for key, row in stored.items()
        }
        assert found == self.rows
        for row in stored.values():
            self._is_sound(row)

    @staticmethod
    def _is_sound(row):
        if row.state in WAITING:
            assert row.next_attempt_at is not None
        if row.state in ENDED:
            assert row.next_attempt_at is None
        assert (row.finished_at is not None) == (row.state in ENDED)
        assert (row.lease_owner is not None) == (row.state == State.SENDING)
        assert (row.lease_until is not None) == (row.state == State.SENDING)

    @invariant()
    def what_is_due_is_found(self):
        sending = any(row.state == State.SENDING for row in self.rows.values())
        waiting = [self.rows[key].next_attempt_at for key in self.waiting()]
        due = {channel for channel in ("mail", "phone") if self.waiting(channel)}
        with self.stores["two"].transaction(None) as connection:
            assert outbox.anything_due(connection, self.now) == (sending or bool(due))
            assert outbox.due_channels(connection, self.now) == sorted(due)
            assert outbox.next_attempt(connection) == min(waiting, default=None)


Outbox.TestCase.settings = settings(
    max_examples=50,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestOutbox = Outbox.TestCase
