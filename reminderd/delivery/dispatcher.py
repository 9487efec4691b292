"""Empties the outbox: lease, value again, render now, send, record.

Each channel has a lane: a thread of its own that sends one message after another over kept
connections, so that a hung server delays nobody else. This thread alone touches the database.

1. Deliveries whose sender died become ``unknown`` and are due at once.
2. Every channel with something due and an idle lane gets a batch: leased in one transaction,
   each delivery valued and rendered as of now. What was paid meanwhile is cancelled instead.
3. Results are recorded as they come in, all that have arrived in one transaction.
4. A lane that makes its deadline pass is left behind: its delivery is ``unknown``, the rest of
   its batch goes back to wait, and no more is given to it.
5. Back to 2 until nothing is due and no lane is busy.
"""

from __future__ import annotations

import logging
import queue
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from ..alerts.channel import Channel, Recipient
from ..alerts.plan import SETTLED
from ..alerts.wallclock import local_date
from ..clock import Clock
from ..errors import DeliveryError, Refused, Undecided
from ..loans.position import value
from ..messages.compose import Message, Occasion, compose
from ..store import book, history, outbox
from ..store.database import Database
from ..store.outbox import Leased, State
from .retry import next_attempt
from .transport import Transports

log = logging.getLogger(__name__)

BATCH = 10
DEADLINE = 60.0  # seconds that one hand-over may take


@dataclass(frozen=True, slots=True)
class Job:
    """One message for one address, ready to be handed over."""

    delivery: Leased
    recipient: Recipient
    message: Message


@dataclass(frozen=True, slots=True)
class Result:
    """How a job went: no error means it was accepted."""

    job: Job
    error: DeliveryError | None


@dataclass(slots=True)
class Lane:
    """A channel's thread and what it is busy with."""

    channel: str
    jobs: queue.SimpleQueue[Job | None] = field(default_factory=queue.SimpleQueue)
    waiting: list[Job] = field(default_factory=list)
    since: float = 0.0  # when its current job began
    hung: bool = False


class Dispatcher:
    """Sends what is due. Make one for each pass; it keeps connections for as long as it lives."""

    def __init__(
        self,
        database: Database,
        channels: dict[str, Channel],
        clock: Clock,
        owner: str,
        *,
        alone: bool,
        deadline: float = DEADLINE,
        beat: Callable[[], None] = lambda: None,
        stopping: Callable[[], bool] = lambda: False,
        defer: Callable[[datetime], datetime] = lambda now: now,
    ) -> None:
        """Send over *channels* as *owner*; *alone* when no other worker can hold a lease.

        *beat* is called while waiting, to show life; once *stopping* says so, nothing new begins.
        *defer* returns the end of the quiet hours that an instant lies in, else the instant.
        """
        self.database = database
        self.channels = channels
        self.clock = clock
        self.owner = owner
        self.alone = alone
        self.deadline = deadline
        self.beat = beat
        self.stopping = stopping
        self.defer = defer
        self.lanes: dict[str, Lane] = {}
        self.results: queue.SimpleQueue[tuple[Lane, Result]] = queue.SimpleQueue()
        self.sent = 0

    @property
    def hung(self) -> bool:
        """Whether a thread was left behind; the process must then leave by ``os._exit``."""
        return any(lane.hung for lane in self.lanes.values())

    def drain(self) -> None:
        """Send until nothing is due."""
        with self.database.transaction() as connection:
            outbox.recover(connection, self.clock.now(), alone=self.alone)
        self.alone = False  # from here on some leases are our own
        while True:
            if not self.stopping():
                self._fill_lanes()
            if not self._busy():
                return
            self._collect()

    def close(self) -> None:
        """Let idle lanes end and close their connections."""
        for lane in self.lanes.values():
            lane.jobs.put(None)

    def _busy(self) -> list[Lane]:
        return [lane for lane in self.lanes.values() if lane.waiting and not lane.hung]

    def _fill_lanes(self) -> None:
        """Lease for every idle lane, and hand over once the leases are sure to be kept."""
        now = self.clock.now()
        with self.database.transaction() as connection:
            if (quiet_until := self.defer(now)) > now:
                outbox.postpone(connection, now, quiet_until)
            batches = {
                channel: self._lease(connection, channel, now)
                for channel in outbox.due_channels(connection, now)
                if self._idle(channel)
            }
        for channel, jobs in batches.items():
            if jobs:
                self._give(channel, jobs)

    def _idle(self, channel: str) -> bool:
        lane = self.lanes.get(channel)
        return lane is None or not (lane.waiting or lane.hung)

    def _lease(self, connection: Connection, channel: str, now: datetime) -> list[Job]:
        until = now + timedelta(seconds=self.deadline * (BATCH + 1))
        # A batch that holds nothing to send any more must not hide what waits behind it.
        while leased := outbox.lease(connection, channel, now, until, self.owner, BATCH):
            jobs = [job for delivery in leased if (job := self._prepare(connection, delivery, now))]
            if jobs:
                return jobs
        return []

    def _give(self, channel: str, jobs: list[Job]) -> None:
        lane = self.lanes.get(channel) or self._open_lane(channel)
        lane.waiting, lane.since = jobs, self.clock.monotonic()
        for job in jobs:
            lane.jobs.put(job)

    def _open_lane(self, channel: str) -> Lane:
        lane = self.lanes[channel] = Lane(channel)
        threading.Thread(target=self._work, args=(lane,), daemon=True, name=channel).start()
        return lane

    def _prepare(self, connection: Connection, delivery: Leased, now: datetime) -> Job | None:
        """Render the message as of now, or finish the delivery that needs none any more."""
        channel = self.channels.get(delivery.channel)
        recipient = channel.recipient(delivery.address) if channel else None
        if channel is None or recipient is None:
            self._finish(connection, delivery, State.FAILED, now, "no longer configured")
            return None
        alert = history.alert(connection, delivery.alert_id)
        entry = book.entry(connection, alert.loan_id)
        if entry is None or entry.archived:
            self._finish(connection, delivery, State.CANCELLED, now, "the loan was removed")
            return None
        position = value(entry.loan, local_date(now, entry.loan.timezone))
        if (alert.due in position.unpaid()) == (alert.milestone == SETTLED):
            self._finish(connection, delivery, State.CANCELLED, now, "paid, or not paid, meanwhile")
            return None
        occasion = Occasion(alert, now, self.defer(alert.scheduled_for))
        message = compose(entry.loan, position, occasion, channel.locale)
        outbox.write_content(connection, delivery.id, message.title, message.text)
        return Job(delivery, recipient, message)

    def _work(self, lane: Lane) -> None:
        """Run in the lane's thread: send each job, report each result."""
        transports = Transports()
        while (job := lane.jobs.get()) is not None:
            lane.since = self.clock.monotonic()
            error: DeliveryError | None = None
            try:
                transport = transports.of(job.recipient)
                transport.send(job.message, job.delivery.message_id, self.clock.now())
            except DeliveryError as failure:
                error = failure
            except Exception as failure:  # a library's bug must not lose the delivery
                error = Undecided(f"the channel failed with {type(failure).__name__}")
            self.results.put((lane, Result(job, error)))
        transports.close()

    def _collect(self) -> None:
        """Wait a moment for results, record all that came, and give up on hung lanes."""
        self.beat()
        arrived = []
        try:
            arrived.append(self.results.get(timeout=1.0))
            while True:
                arrived.append(self.results.get_nowait())
        except queue.Empty:
            pass
        now = self.clock.now()
        with self.database.transaction() as connection:
            for lane, result in arrived:
                lane.waiting = [job for job in lane.waiting if job is not result.job]
                self._record(connection, result, now)
            for lane in self._busy():
                if self.stopping():
                    self._hand_back(connection, lane, now, "the daemon stopped")
                if self.clock.monotonic() - lane.since > self.deadline:
                    self._abandon(connection, lane, now)

    def _abandon(self, connection: Connection, lane: Lane, now: datetime) -> None:
        lane.hung = True
        self._hand_back(connection, lane, now, "the channel hung")
        for job in lane.waiting:
            self._record(connection, Result(job, Undecided("no answer in time")), now)
        log.warning("channel %s hung; left behind", lane.channel)

    def _hand_back(self, connection: Connection, lane: Lane, now: datetime, why: str) -> None:
        """Take back the jobs that the lane has not begun; they are due again at once."""
        while True:
            try:
                job = lane.jobs.get_nowait()
            except queue.Empty:
                return
            if job is not None:
                lane.waiting.remove(job)
                self._finish(connection, job.delivery, State.RETRYING, now, why, again=now)

    def _record(self, connection: Connection, result: Result, now: datetime) -> None:
        delivery, error = result.job.delivery, result.error
        if error is None:
            self.sent += 1
            self._finish(connection, delivery, State.SENT, now)
            return
        again = next_attempt(delivery.attempts, now, delivery.created_at, random.random())
        if isinstance(error, Refused) or again is None:
            log.error("channel %s: %s; given up", delivery.channel, error)
            if self._finish(connection, delivery, State.FAILED, now, str(error)):
                self._fall_back(connection, delivery, now)
            return
        state = State.UNKNOWN if isinstance(error, Undecided) else State.RETRYING
        log.warning("channel %s: %s; next attempt %s", delivery.channel, error, f"{again:%F %TZ}")
        self._finish(connection, delivery, state, now, str(error), again=again)

    def _fall_back(self, connection: Connection, delivery: Leased, now: datetime) -> None:
        """Tell the borrower over the channel named as fallback, once."""
        channel = self.channels.get(delivery.channel)
        other = self.channels.get(channel.fallback) if channel and channel.fallback else None
        if other is not None and not outbox.has_channel(connection, delivery.alert_id, other.name):
            targets = [(other.name, recipient.label) for recipient in other.recipients]
            outbox.enqueue(connection, delivery.alert_id, targets, now)

    def _finish(
        self,
        connection: Connection,
        delivery: Leased,
        state: State,
        now: datetime,
        error: str | None = None,
        again: datetime | None = None,
    ) -> bool:
        kept = outbox.finish(
            connection, delivery, self.owner, state, now, next_attempt_at=again, error=error
        )
        if not kept:
            log.warning("delivery %d was taken over by another worker", delivery.id)
        return kept
