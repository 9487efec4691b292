"""Empties the outbox: lease, value again, render now, send, record.

Each channel has lanes: threads of its own that send one message after another over kept
connections, so that a hung server delays nobody else. A second lane opens only where the first has
a whole batch to send. This thread alone touches the database.

1. Deliveries whose sender died become ``unknown`` and are due at once.
2. Every channel with something due gets a batch for each lane that runs out of work: leased in one
   transaction, each delivery valued and rendered as of now, several of one address as one message
   where the channel takes digests. What was paid meanwhile is cancelled instead.
3. Results are recorded as they come in, all that have arrived in one transaction.
4. A lane that makes its deadline pass is left behind: its delivery is ``unknown``, the rest of
   its batch goes back to wait, and no more is given to it. One that has handed a mail over may
   wait for minutes; meanwhile the rest of its batch waits, too, and what comes due is planned.
5. Back to 2 until nothing is due and no lane is busy. Where hundreds of loans are still to be
   planned, a batch of them is planned each time round, while lanes send; what goes as digests
   waits until all of it is.
"""

from __future__ import annotations

import logging
import queue
import random
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from ..alerts.alert import Alert, Reason, lost_delivery, unreachable
from ..alerts.channel import Channel, Recipient, heard_by
from ..alerts.trouble import AGAIN, is_trouble, unreckoned, unwritten
from ..clock import Clock
from ..errors import DeliveryError, Outcome, Refused, Undecided, Unreachable, where
from ..loans.trouble import Trouble
from ..messages.message import Message
from ..messages.paper import Paper
from ..messages.sheet import Desk
from ..store import book, history, outbox
from ..store.book import Entry
from ..store.database import Database
from ..store.outbox import Leased, Parcel, State
from .mail import END_OF_DATA
from .pace import Pace
from .retry import WINDOW, next_attempt, next_attempt_of_unknown, window_of_refusal
from .scribes import Scribes
from .transport import Transports, connections_of
from .writer import Bundle, Defer, Draft, Needless, Writer, Written

log = logging.getLogger(__name__)

BATCH = 10  # messages
DEADLINE = 60.0  # seconds that one hand-over may take
MOMENT = 0.01  # seconds between results that are recorded together, so that they share an fsync


@dataclass(frozen=True, slots=True)
class Job:
    """One message for one address, ready to be handed over, and the deliveries it carries."""

    deliveries: tuple[Leased, ...]
    recipient: Recipient
    message: Message

    @property
    def message_id(self) -> str:
        """What all copies of it bear."""
        return self.deliveries[0].message_id


@dataclass(frozen=True, slots=True)
class Result:
    """How a job went: no error means it was accepted."""

    job: Job
    error: DeliveryError | None


@dataclass(slots=True)
class Lane:
    """One of a channel's threads, with connections of its own, and what it is busy with."""

    channel: str
    jobs: queue.SimpleQueue[Job | None] = field(default_factory=queue.SimpleQueue)
    waiting: list[Job] = field(default_factory=list)
    since: float = 0.0  # when its current job began
    handed_over: bool = False  # its current job, whose answer may take minutes from then on
    open: bool = False  # its thread runs
    hung: bool = False


Lettered = dict[Leased, Paper]  # one message's deliveries


@dataclass(frozen=True, slots=True)
class Drafted:
    """Messages of a channel that are leased and to be written."""

    channel: str
    messages: Sequence[Lettered]
    draft: Draft


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
        defer: Defer = lambda now, _channel: now,
        desk: Desk | None = None,
        plan_more: Callable[[], bool] = lambda: False,
        plan_again: Callable[[datetime], object] = lambda _now: None,
        planned_for: datetime | None = None,
        to_come: int = 0,
    ) -> None:
        """Send over *channels* as *owner*; *alone* when no other worker can hold a lease.

        *beat* is called while waiting, to show life; once *stopping* says so, nothing new begins.
        *defer* returns the end of a channel's quiet hours that an instant lies in, else the
        instant. Messages draw on *desk*. *plan_more* makes more due, decided at *planned_for*, and
        returns False once nothing is left to plan; *to_come* is about how many messages it brings.
        *plan_again* plans for a later instant, while a lane waits for long.
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
        self.writer = Writer(desk or Desk(), defer)
        self.lanes: dict[str, list[Lane]] = {}
        self.results: queue.SimpleQueue[tuple[Lane, Result]] = queue.SimpleQueue()
        self.pace = Pace()
        self.plan_more = plan_more
        self.plan_again = plan_again
        self.planned_at = clock.monotonic()
        self.planned_for = planned_for
        self.to_come = to_come
        self.planning = True  # until there is nothing left to plan
        self.drafts: deque[Drafted] = deque()  # the first is being written
        self.sent = 0

    @property
    def hung(self) -> bool:
        """Whether a thread was left behind; the process must then leave by ``os._exit``."""
        return any(lane.hung for lane in self._all_lanes())

    def drain(self) -> None:
        """Send until nothing is due."""
        with self.database.transaction() as connection:
            outbox.recover(connection, self.clock.now(), alone=self.alone)
            due = outbox.due_count(connection, self.clock.now()) + self.to_come
        self.alone = False  # from here on some leases are our own
        self.writer.scribes = Scribes(self.writer.desk, due)  # before there are any threads
        while True:
            if self.stopping():
                self.planning = False
                self._drop_drafts()
            else:
                self.planning = self.planning and self.plan_more()
                self._fill_lanes()
            if busy := self._busy():
                self._collect()
                if not self.planning and all(self._is_slow(lane) for lane in busy):
                    self._plan_meanwhile()
            elif not self.drafts and not self.planning:
                return

    def close(self) -> None:
        """Let idle lanes end and close their connections."""
        for lane in self._all_lanes():
            lane.jobs.put(None)
        self.writer.scribes.close()

    def _all_lanes(self) -> list[Lane]:
        return [lane for lanes in self.lanes.values() for lane in lanes]

    def _busy(self) -> list[Lane]:
        return [lane for lane in self._all_lanes() if lane.waiting and not lane.hung]

    def _fill_lanes(self) -> None:
        """Lease for lanes that need work, and hand over once the leases are sure to be kept.

        What is written is given first: it counts before more is leased. Scribes have one batch to
        write and one that waits, so that they need not wait for it.
        """
        if self.drafts and (self.writer.scribes.ready or not self._busy()):
            self._hand_over(self._written)
        if len(self.drafts) <= 1:
            self._hand_over(self._begin)

    def _hand_over(
        self, step: Callable[[Connection, datetime], Iterable[tuple[Lane, Job]]]
    ) -> None:
        with self.database.transaction() as connection:
            jobs = step(connection, self.clock.now())
        for lane, job in jobs:
            self._give(lane, job)

    def _written(self, connection: Connection, now: datetime) -> list[tuple[Lane, Job]]:
        """Return what scribes have written, and have them begin on the next at once."""
        done = self.drafts.popleft()
        written = self.writer.finish(done.draft)
        if self.drafts:
            self.writer.begin(self.drafts[0].draft)
        return self._jobs(connection, done, written, now)

    def _begin(self, connection: Connection, now: datetime) -> list[tuple[Lane, Job]]:
        """Lease what is written next; return what nobody but this process writes, written."""
        jobs: list[tuple[Lane, Job]] = []
        for drafted in self._leased(connection, now):
            if not (self.writer.scribes.pids or self.drafts):
                jobs += self._jobs(connection, drafted, self.writer.finish(drafted.draft), now)
                continue
            self.drafts.append(drafted)
            if len(self.drafts) > 1:
                break
            self.writer.begin(drafted.draft)
        return jobs

    def _leased(self, connection: Connection, now: datetime) -> Iterator[Drafted]:
        """Yield for each channel what was leased for the lanes that need work."""
        for name in outbox.due_channels(connection, now, self._decided):
            if self._quiet(connection, name, now) or self._gathers(name):
                continue
            free = len(self._free(name))
            most = min(BATCH * free, self._room(connection, name, now))
            if messages := self._lease(connection, name, now, most) if most else []:
                yield self._drafted(messages, self.channels[name], now)

    @property
    def _decided(self) -> datetime | None:
        """When what can be sent by now was decided; None once that does not matter any more.

        Before all is planned, an older alert may belong to a loan that is about to get a newer.
        """
        return self.planned_for if self.planning else None

    def _drafted(self, messages: Sequence[Lettered], channel: Channel, now: datetime) -> Drafted:
        """Prepare to write what the deliveries of each message say together."""
        bundles = []
        for letters in messages:
            first = next(iter(letters))
            recipient = channel.recipient(first.address)
            assert recipient is not None  # those without one were finished
            bundles.append(Bundle([*letters.values()], recipient, first.message_id))
        return Drafted(channel.name, messages, self.writer.draft(bundles, channel, now))

    def _jobs(
        self, connection: Connection, drafted: Drafted, written: Sequence[Written], now: datetime
    ) -> list[tuple[Lane, Job]]:
        """Keep the words of what was written, and share it out among the lanes."""
        jobs = []
        for letters, bundle, result in zip(
            drafted.messages, drafted.draft.bundles, written, strict=True
        ):
            left_out = [(delivery, result.left_out.get(at)) for at, delivery in enumerate(letters)]
            carried = tuple(delivery for delivery, error in left_out if error is None)
            for delivery, error in left_out:
                if error is not None:
                    self._leave_out(connection, delivery, error, now)
            if result.message is not None:
                jobs.append(Job(carried, bundle.recipient, result.message))
        outbox.write_contents(
            connection,
            [(d.id, job.message.title, job.message.body) for job in jobs for d in job.deliveries],
        )
        if self._has_hung(drafted.channel):
            self._put_back(connection, drafted, now)
            return []
        return self._shared_out(drafted.channel, jobs)

    def _shared_out(self, name: str, jobs: Sequence[Job]) -> list[tuple[Lane, Job]]:
        """Give each batch to the lane with the least to do, an open one if there is one."""
        lanes = self.lanes[name]
        ahead = [len(lane.waiting) for lane in lanes]
        shared = []
        for start in range(0, len(jobs), BATCH):
            at = min(range(len(lanes)), key=lambda at: (ahead[at], not lanes[at].open))
            batch = jobs[start : start + BATCH]
            ahead[at] += len(batch)
            shared += [(lanes[at], job) for job in batch]
        return shared

    def _put_back(self, connection: Connection, drafted: Drafted, now: datetime) -> None:
        """Have what was leased and not begun wait again."""
        members = [delivery for letters in drafted.messages for delivery in letters]
        self._finish(connection, members, State.RETRYING, now, "not begun", again=now)

    def _drop_drafts(self) -> None:
        """Have what is being written wait again."""
        if not self.drafts:
            return
        self.writer.finish(self.drafts[0].draft)
        with self.database.transaction() as connection:
            while self.drafts:
                self._put_back(connection, self.drafts.popleft(), self.clock.now())

    def _has_hung(self, name: str) -> bool:
        return any(lane.hung for lane in self.lanes[name])

    def _plan_meanwhile(self) -> None:
        """Plan what has come due since, now and then: nobody else does before the pass ends."""
        if self.clock.monotonic() - self.planned_at > self.deadline:
            self.plan_again(self.clock.now())
            self.planned_at = self.clock.monotonic()

    def _is_slow(self, lane: Lane) -> bool:
        """Return whether a lane waits longer than any answer but that to a mail may take."""
        return bool(lane.waiting) and self.clock.monotonic() - lane.since > self.deadline

    def _free(self, name: str) -> list[Lane]:
        """Return a channel's lanes that need work; none beside a hung or a slow one."""
        if name not in self.lanes:
            self.lanes[name] = [Lane(name) for _ in range(self._most_lanes(name))]
        lanes = self.lanes[name]
        if self._has_hung(name) or any(self._is_slow(lane) for lane in lanes):
            return []
        coming = -(-self._drafted_for(name) // len(lanes))
        return [lane for lane in lanes if len(lane.waiting) + coming <= 2 * BATCH]

    def _drafted_for(self, name: str) -> int:
        """Return how many messages of a channel are being written."""
        return sum(len(draft.messages) for draft in self.drafts if draft.channel == name)

    def _most_lanes(self, name: str) -> int:
        channel = self.channels.get(name)
        try:
            return connections_of(channel.recipients[0]) if channel else 1
        except Exception:  # a library's mistake; sending meets it again, and records it
            return 1

    def _room(self, connection: Connection, name: str, now: datetime) -> int:
        """Return how many messages a channel may be given now."""
        channel = self.channels.get(name)
        under_way = sum(len(lane.waiting) for lane in self.lanes[name])
        under_way += self._drafted_for(name)
        return self.pace.room(connection, channel, under_way, now) if channel else BATCH

    def _quiet(self, connection: Connection, name: str, now: datetime) -> bool:
        """Make what is due on a channel wait for the end of its quiet hours, if it is in them."""
        channel = self.channels.get(name)
        until = self.defer(now, channel) if channel else now
        if until > now:
            outbox.postpone(connection, name, now, until)
        return until > now

    def _gathers(self, name: str) -> bool:
        """Return whether what is planned next may belong into one message with what is due."""
        channel = self.channels.get(name)
        return self.planning and channel is not None and channel.digest

    def _lease(self, connection: Connection, name: str, now: datetime, most: int) -> list[Lettered]:
        """Lease for so many messages, and return what there is to say."""
        until = now + timedelta(seconds=self.deadline * (3 * BATCH + 1))
        channel = self.channels.get(name)
        together = channel is not None and channel.digest
        # Where nothing is left to say, what waits behind it must not be hidden.
        while leased := outbox.lease(
            connection,
            name,
            now,
            until,
            self.owner,
            most,
            together=together,
            decided=self._decided,
        ):
            if messages := self._letters(connection, leased, channel, now):
                return messages
        return []

    def _letters(
        self,
        connection: Connection,
        leased: Sequence[Leased],
        channel: Channel | None,
        now: datetime,
    ) -> list[Lettered]:
        """Return the letters of each message; finish the deliveries that need none any more."""
        rest = [d for d in leased if channel is not None and channel.recipient(d.address)]
        homeless = set(leased).difference(rest)
        self._finish(connection, homeless, State.FAILED, now, outbox.NOT_CONFIGURED)
        if channel is None:
            return []
        messages: dict[str, Lettered] = {}
        for delivery, letter in self.writer.letters(connection, rest, channel, now).items():
            if isinstance(letter, Needless):
                self._finish(connection, [delivery], State.CANCELLED, now, letter.reason)
            elif isinstance(letter, Trouble):
                self._leave_out(connection, delivery, letter, now)
            else:
                messages.setdefault(delivery.message_id, {})[delivery] = letter
        return [*messages.values()]

    def _leave_out(
        self, connection: Connection, delivery: Leased, failed: Trouble | Exception, now: datetime
    ) -> None:
        """Have a delivery that cannot be written wait for some hours, and tell of its loan."""
        alert = history.alerts_of(connection, [delivery.alert_id])[delivery.alert_id]
        entry = book.entry(connection, alert.loan_id) if alert.loan_id is not None else None
        fault = failed.error if isinstance(failed, Trouble) else failed
        if entry is None or is_trouble(alert.milestone):
            why = f"it cannot be written ({where(fault)})"
            log.error("delivery %d: %s", delivery.id, why)
        else:
            trouble = Trouble(entry.loan, fault)
            why = str(trouble)
            self._tell_of(connection, entry, trouble, now, of_words=not isinstance(failed, Trouble))
        again = next_attempt(delivery.attempts, now, delivery.waited, random.random(), AGAIN)
        state = State.EXPIRED if again is None else State.PENDING  # nothing was handed over
        self._finish(connection, [delivery], state, now, why, again=again)
        outbox.set_apart(connection, delivery)

    def _tell_of(
        self,
        connection: Connection,
        entry: Entry,
        trouble: Trouble,
        now: datetime,
        *,
        of_words: bool,
    ) -> None:
        """Tell the borrower, and the log, once, that a loan cannot be reminded of."""
        loan = entry.loan
        past = history.of_loans(connection, {loan.id: entry.known_since})[loan.id]
        notice = (unwritten if of_words else unreckoned)(trouble, past.known_since, now)
        if notice.identity not in past.decided:
            log.error("%s", trouble)
            number = history.record(connection, notice, now, superseded=False)
            parcels = [
                Parcel(number, channel.name, recipient.label, self.defer(now, channel))
                for channel in heard_by(loan, self.channels.values())
                for recipient in channel.recipients
            ]
            outbox.enqueue_all(connection, parcels)

    def _give(self, lane: Lane, job: Job) -> None:
        if not lane.open:
            lane.open = True
            threading.Thread(
                target=self._work, args=(lane,), daemon=True, name=lane.channel
            ).start()
        if not lane.waiting:
            lane.since = self.clock.monotonic()
        lane.waiting = [*lane.waiting, job]
        lane.jobs.put(job)

    def _work(self, lane: Lane) -> None:
        """Run in the lane's thread: send each job, report each result."""

        def handed_over() -> None:
            lane.handed_over = True

        transports = Transports(handed_over)
        while (job := lane.jobs.get()) is not None:
            lane.since, lane.handed_over = self.clock.monotonic(), False
            error: DeliveryError | None = None
            try:
                transport = transports.of(job.recipient)
                transport.send(job.message, job.message_id, self.clock.now())
            except DeliveryError as failure:
                error = failure
            except Exception as failure:  # a library's bug must not lose the delivery
                error = Undecided(f"the channel failed with {type(failure).__name__}")
            self.results.put((lane, Result(job, error)))
        transports.close()

    def _collect(self) -> None:
        """Wait a moment for results, record all that came, and give up on hung lanes."""
        self.beat()
        arrived = self._arrived()
        now = self.clock.now()
        with self.database.transaction() as connection:
            self._record(connection, [result for _, result in arrived], now)
            for lane, result in arrived:
                lane.waiting = [job for job in lane.waiting if job is not result.job]
            for lane in self._busy():
                if self.stopping():
                    self._hand_back(connection, lane, now, "the daemon stopped")
                if not self._is_slow(lane):
                    continue
                self._hand_back(connection, lane, now, "not begun")
                if self._is_late(lane):
                    self._abandon(connection, lane, now)

    def _is_late(self, lane: Lane) -> bool:
        """Return whether a slow lane has had all the time there is for its current job."""
        patient = lane.handed_over and not self.stopping()
        most = self.deadline + (END_OF_DATA if patient else 0.0)
        return self.clock.monotonic() - lane.since > most

    def _arrived(self) -> list[tuple[Lane, Result]]:
        """Return results: one, or what comes within a moment while more are on their way.

        While there is planning to do, what has come is all.
        """
        arrived: list[tuple[Lane, Result]] = []
        patience, moment = (0.0, 0.0) if self.planning else (1.0, MOMENT)
        more = min(sum(len(lane.waiting) for lane in self._busy()), 4 * BATCH)
        with suppress(queue.Empty):
            while len(arrived) < more:
                arrived.append(self.results.get(timeout=patience))
                patience = moment
        return arrived

    def _abandon(self, connection: Connection, lane: Lane, now: datetime) -> None:
        lane.hung = True
        for job in lane.waiting:
            self._record_failure(connection, job, Undecided("no answer in time"), now)
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
                self._finish(connection, job.deliveries, State.RETRYING, now, why, again=now)

    def _record(self, connection: Connection, results: Sequence[Result], now: datetime) -> None:
        sent = [result.job for result in results if result.error is None]
        self.sent += len(sent)
        accepted = [delivery for job in sent for delivery in job.deliveries]
        self._finish(connection, accepted, State.SENT, now)
        for result in results:
            self.pace.count(result.job.deliveries[0].channel, now)
            if result.error is not None:
                self._record_failure(connection, result.job, result.error, now)

    def _record_failure(
        self, connection: Connection, job: Job, error: DeliveryError, now: datetime
    ) -> None:
        members = job.deliveries
        channel = members[0].channel
        again = _again(members, error, now)
        if again is None or error.outcome is Outcome.FINAL:
            log.error("channel %s: %s; given up", channel, error)
            lost = self._finish(connection, members, State.FAILED, now, str(error))
            for delivery in lost:
                self._fall_back(connection, delivery, now)
            self._give_notice(connection, lost[:1], error, now)
            return
        state = State.UNKNOWN if error.outcome is Outcome.UNKNOWN else State.RETRYING
        log.warning("channel %s: %s; next attempt %s", channel, error, f"{again:%F %TZ}")
        kept = self._finish(connection, members, state, now, str(error), again=again)
        if isinstance(error, Refused) or (isinstance(error, Undecided) and members[0].unknown):
            for delivery in kept:  # it may pass, but the borrower need not wait for that
                self._fall_back(connection, delivery, now)

    def _fall_back(self, connection: Connection, delivery: Leased, now: datetime) -> None:
        """Tell the borrower over other channels what did not get through, once each."""
        for other in self._instead_of(connection, delivery):
            if not outbox.has_channel(connection, delivery.alert_id, other.name):
                targets = [(other.name, recipient.label) for recipient in other.recipients]
                outbox.enqueue(connection, delivery.alert_id, targets, now)

    def _instead_of(self, connection: Connection, delivery: Leased) -> list[Channel]:
        """Return the channels that stand in for a delivery's: its fallback.

        For a notice that a channel fails these are all others, but never that one.
        """
        alert = history.alerts_of(connection, [delivery.alert_id])[delivery.alert_id]
        if (lost := lost_delivery(alert.milestone)) is not None:
            about = history.delivery(connection, lost)
            return self._others_than(delivery.channel, *([about["channel"]] if about else []))
        channel = self.channels.get(delivery.channel)
        other = self.channels.get(channel.fallback) if channel and channel.fallback else None
        return [other] if other else []

    def _give_notice(
        self, connection: Connection, lost: Iterable[Leased], error: DeliveryError, now: datetime
    ) -> None:
        """Tell the borrower over other channels, once, that an address takes nothing any more."""
        reason = _reason(error)
        for delivery in lost:
            others = self._others_than(delivery.channel)
            if others and not history.was_noticed(connection, delivery.channel, delivery.address):
                name = unreachable(delivery.id, delivery.attempts)
                notice = Alert(None, now.date(), name, now, reason)
                alert_id = history.record(connection, notice, now, superseded=False)
                to = [(other.name, at.label) for other in others for at in other.recipients]
                outbox.enqueue(connection, alert_id, to, now)

    def _others_than(self, *failing: str) -> list[Channel]:
        """Return where to tell the borrower that channels fail: the first's fallback, or others."""
        first = self.channels.get(failing[0])
        fallback = self.channels.get(first.fallback) if first and first.fallback else None
        if fallback is not None and fallback.name not in failing:
            return [fallback]
        others = (channel for channel in self.channels.values() if channel.name not in failing)
        return [channel for channel in others if not channel.reserved]

    def _finish(
        self,
        connection: Connection,
        members: Iterable[Leased],
        state: State,
        now: datetime,
        error: str | None = None,
        again: datetime | None = None,
    ) -> list[Leased]:
        """Record how deliveries went; return those that were still ours."""
        if not (members := list(members)):
            return []
        kept = outbox.finish(
            connection, members, self.owner, state, now, next_attempt_at=again, error=error
        )
        for delivery in members:
            if delivery not in kept:
                log.warning("delivery %d was taken over by another worker", delivery.id)
        return kept


def _reason(error: DeliveryError) -> Reason:
    """Return why an address is called dead whose last error that is."""
    if isinstance(error, Refused):
        return Reason.REFUSED
    return Reason.UNANSWERED if isinstance(error, Undecided) else Reason.GAVE_UP


def _again(members: Sequence[Leased], error: DeliveryError, now: datetime) -> datetime | None:
    """Return when to try deliveries again that failed together; None when it is time to give up."""
    waited = min(delivery.waited for delivery in members)  # each has its whole window
    if isinstance(error, Undecided):
        return next_attempt_of_unknown(now, waited, again=members[0].unknown)
    attempts = max(delivery.attempts for delivery in members)
    wait = error.wait if isinstance(error, Unreachable) else None
    window = window_of_refusal(waited) if isinstance(error, Refused) else WINDOW
    return next_attempt(attempts, now, waited, random.random(), wait, window)
