"""The outbox: one row per message and address, and the states it passes through.

===========  ================================  ==========================================
state        moved on by                       what a crash leaves
===========  ================================  ==========================================
pending      the dispatcher leases it          itself: the next pass finds it
sending      its result, or the lease's end    a lease that runs out (at once, when the
                                               one local worker died): then ``unknown``
retrying     ``next_attempt_at`` comes         itself
unknown      ``next_attempt_at`` comes; sent   itself; the message id stays the same, so a
             again with the same message id    second copy can be told for what it is
sent         final
failed       final: refused, or given up
superseded   final: a newer alert of the loan
cancelled    final: paid or removed meanwhile
expired      final: too old to be of use
===========  ================================  ==========================================

What one address is told of several loans may go as one message. Its deliveries are then leased
together, move on together, and bear one message id; whatever is paid meanwhile drops out.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    bindparam,
    case,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)

from ..alerts.trouble import is_trouble
from .tables import alerts, deliveries


class State(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    SENDING = "sending"
    RETRYING = "retrying"
    UNKNOWN = "unknown"
    SENT = "sent"
    FAILED = "failed"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


_TOGETHER = 200  # deliveries that one message may carry

WAITING = (State.PENDING, State.RETRYING, State.UNKNOWN)
NOT_CONFIGURED = "no longer configured"  # the error of what failed for want of its address
MOVED = "it goes to another address"  # of what was cancelled since alerts go elsewhere now


@dataclass(frozen=True, slots=True)
class Leased:
    """A delivery that this worker alone may send until its lease ends."""

    id: int
    alert_id: int
    channel: str
    address: str
    attempts: int
    message_id: str
    waited: timedelta  # what of its retry window is used up
    unknown: bool = False  # how the attempt before this one ended


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is to go where, from when on."""

    alert_id: int
    channel: str
    address: str
    at: datetime


def enqueue(
    connection: Connection, alert_id: int, targets: Iterable[tuple[str, str]], at: datetime
) -> int:
    """Put one delivery per (channel, address) into the outbox, to go out from *at*."""
    return enqueue_all(connection, [Parcel(alert_id, *target, at) for target in targets])


def enqueue_all(connection: Connection, parcels: Iterable[Parcel]) -> int:
    """Put one delivery for each parcel into the outbox."""
    rows = [
        {
            "alert_id": parcel.alert_id,
            "channel": parcel.channel,
            "address": parcel.address,
            "state": State.PENDING,
            "attempts": 0,
            "next_attempt_at": parcel.at,
            "message_id": uuid.uuid4().hex,
            "created_at": parcel.at,
        }
        for parcel in parcels
    ]
    if rows:
        connection.execute(insert(deliveries), rows)
    return len(rows)


def close_waiting(
    connection: Connection, alert_ids: Iterable[int], state: State, now: datetime
) -> int:
    """Take every delivery of these alerts that has not gone out from the queue."""
    result = connection.execute(
        update(deliveries)
        .where(deliveries.c.alert_id.in_(list(alert_ids)), deliveries.c.state.in_(WAITING))
        .values(state=state, next_attempt_at=None, finished_at=now)
    )
    return result.rowcount


@dataclass(frozen=True, slots=True)
class Addressed:
    """A delivery, whichever state it is in, and where it goes."""

    id: int
    alert_id: int
    channel: str
    address: str
    state: State
    error: str | None

    @property
    def waits(self) -> bool:
        """Whether it has not gone out yet."""
        return self.state in WAITING

    @property
    def moved(self) -> bool:
        """Whether it ended since its alert goes to another address."""
        return self.state is State.CANCELLED and self.error == MOVED

    @property
    def may_return(self) -> bool:
        """Whether what has ended it may pass: a payment, a loan left out, an address left out."""
        if self.state is State.CANCELLED:
            return not self.moved
        return self.state is State.FAILED and self.error == NOT_CONFIGURED


def of_alerts(connection: Connection, alert_ids: Iterable[int]) -> list[Addressed]:
    """Return all deliveries of some alerts, in their order."""
    columns = [deliveries.c[name] for name in ("id", "alert_id", "channel", "address")]
    query = select(*columns, deliveries.c.state, deliveries.c.error).order_by(deliveries.c.id)
    rows = connection.execute(query.where(deliveries.c.alert_id.in_(list(alert_ids))))
    return [Addressed(*row[:4], State(row.state), row.error) for row in rows]


def waiting_addresses(connection: Connection) -> set[tuple[str, str]]:
    """Return each (channel, address) for which something waits."""
    query = select(deliveries.c.channel, deliveries.c.address).distinct()
    rows = connection.execute(query.where(deliveries.c.state.in_(WAITING)))
    return {(row.channel, row.address) for row in rows}


def alerts_waiting_at(connection: Connection, places: Iterable[tuple[str, str]]) -> list[int]:
    """Return the alerts of which something waits at some of these (channel, address) pairs."""
    there = tuple_(deliveries.c.channel, deliveries.c.address).in_(list(places))
    query = select(deliveries.c.alert_id).distinct()
    return list(connection.execute(query.where(there, deliveries.c.state.in_(WAITING))).scalars())


def unaddressed(connection: Connection, since: datetime) -> list[Addressed]:
    """Return what failed after an instant for want of its address."""
    failed, late = deliveries.c.state == State.FAILED, deliveries.c.finished_at > since
    lost = and_(failed, late, deliveries.c.error == NOT_CONFIGURED)
    numbers = connection.execute(select(deliveries.c.alert_id).where(lost)).scalars()
    return [one for one in of_alerts(connection, set(numbers)) if one.may_return]


def end(
    connection: Connection, ids: Iterable[int], state: State, now: datetime, error: str
) -> None:
    """Take deliveries from the queue, and say why."""
    own = update(deliveries).where(deliveries.c.id.in_(list(ids)))
    final = {"state": state, "next_attempt_at": None, "finished_at": now, "error": error}
    connection.execute(own.values(**final))


def revive(connection: Connection, ids: Iterable[int], at: datetime) -> None:
    """Have deliveries that had ended wait again, with a whole new window of attempts."""
    own = update(deliveries).where(deliveries.c.id.in_(list(ids)))
    waits = {"state": State.PENDING, "next_attempt_at": at, "created_at": at, "waited": 0}
    connection.execute(own.values(**waits, finished_at=None, error=None))


def _is_due(now: datetime, decided: datetime | None = None) -> ColumnElement[bool]:
    due = and_(deliveries.c.state.in_(WAITING), deliveries.c.next_attempt_at <= now)
    return due if decided is None else and_(due, deliveries.c.created_at == decided)


def lease(
    connection: Connection,
    channel: str,
    now: datetime,
    until: datetime,
    owner: str,
    limit: int,
    *,
    together: bool = False,
    decided: datetime | None = None,
) -> list[Leased]:
    """Lease the channel's due deliveries of so many messages, the oldest first.

    Where *decided* is given, only those that were decided at that instant.

    *together*: what one address is to be told of several loans becomes one message, and all its
    deliveries get the message id of the first. They keep it, so that another attempt is again of
    these and of no others: a second copy can then be told for what it is.
    """
    due = and_(deliveries.c.channel == channel, _is_due(now, decided))
    order = (deliveries.c.next_attempt_at, deliveries.c.id)
    query = select(deliveries).where(due).order_by(*order)
    rows = connection.execute(query.limit(limit).with_for_update(skip_locked=True)).all()
    messages: Sequence[Sequence[Row[Any]]] = [[row] for row in rows]
    # What was attempted together stays so, even where the channel takes no digests any more.
    if rows and (together or any(row.attempts for row in rows)):
        beside = and_(due, deliveries.c.address.in_({row.address for row in rows}))
        query = (
            select(deliveries, alerts.c.loan_id, alerts.c.milestone)
            .join(alerts)
            .where(beside)
            .order_by(*order)
        )
        found = connection.execute(query.with_for_update(skip_locked=True, of=deliveries)).all()
        messages = _gathered(found, together)[:limit]
    leased = [_leased(row, message[0].message_id) for message in messages for row in message]
    _hold(connection, leased, until, owner)
    _share_ids(connection, messages)
    return leased


def _gathered(rows: Iterable[Row[Any]], together: bool) -> list[Sequence[Row[Any]]]:
    """Return the messages that deliveries make, each with all that it carries.

    What was attempted stays with what it was attempted with. What concerns no loan, or that one
    cannot be reminded of, goes alone, and so does each delivery where there is only one loan to
    speak of.
    """
    gathered: dict[tuple[str, str | None], list[Row[Any]]] = {}
    for row in rows:
        apart = row.attempts or row.loan_id is None or is_trouble(row.milestone)
        gathered.setdefault((row.address, row.message_id if apart else None), []).append(row)
    messages: list[Sequence[Row[Any]]] = []
    for (_, message_id), members in gathered.items():
        several = message_id or (together and len({row.loan_id for row in members}) > 1)
        size = _TOGETHER if several else 1
        messages += [members[at : at + size] for at in range(0, len(members), size)]
    return messages


def _leased(row: Row[Any], message_id: str) -> Leased:
    waited, attempts = timedelta(seconds=row.waited), row.attempts + 1
    return Leased(
        row.id,
        row.alert_id,
        row.channel,
        row.address,
        attempts,
        message_id,
        waited,
        row.state == State.UNKNOWN,
    )


def _hold(connection: Connection, leased: Sequence[Leased], until: datetime, owner: str) -> None:
    if leased:
        connection.execute(
            update(deliveries)
            .where(deliveries.c.id.in_([delivery.id for delivery in leased]))
            .values(
                state=State.SENDING,
                lease_until=until,
                lease_owner=owner,
                attempts=deliveries.c.attempts + 1,
            )
        )


def _share_ids(connection: Connection, messages: Iterable[Sequence[Row[Any]]]) -> None:
    """Write the message id of each message's first delivery to the others."""
    for first, *others in messages:
        if joining := [row.id for row in others if row.message_id != first.message_id]:
            connection.execute(
                update(deliveries)
                .where(deliveries.c.id.in_(joining))
                .values(message_id=first.message_id)
            )


def write_contents(connection: Connection, contents: Iterable[tuple[int, str, str]]) -> None:
    """Keep word for word what is about to be sent: a delivery's number, title and body."""
    rows = [{"number": number, "title": title, "body": body} for number, title, body in contents]
    if rows:
        connection.execute(
            update(deliveries)
            .where(deliveries.c.id == bindparam("number"))
            .values(title=bindparam("title"), body=bindparam("body")),
            rows,
        )


def finish(
    connection: Connection,
    members: Sequence[Leased],
    owner: str,
    state: State,
    now: datetime,
    *,
    next_attempt_at: datetime | None = None,
    error: str | None = None,
) -> list[Leased]:
    """Record how leased deliveries went; return those whose lease was still ours."""
    kept = _still_held(connection, members, owner)
    waits = state in WAITING
    wait = max(next_attempt_at - now, timedelta(0)) if next_attempt_at else timedelta(0)
    if kept:
        connection.execute(
            update(deliveries)
            .where(deliveries.c.id.in_([delivery.id for delivery in kept]))
            .values(
                state=state,
                next_attempt_at=next_attempt_at if waits else None,
                waited=deliveries.c.waited + math.ceil(wait.total_seconds()),
                lease_until=None,
                lease_owner=None,
                finished_at=None if waits else now,
                error=error,
            )
        )
    return kept


def set_apart(connection: Connection, delivery: Leased) -> None:
    """Give a delivery a message id of its own: it was left out of the message it was to go in."""
    own = update(deliveries).where(deliveries.c.id == delivery.id)
    connection.execute(own.values(message_id=uuid.uuid4().hex))


def _still_held(connection: Connection, members: Sequence[Leased], owner: str) -> list[Leased]:
    """Return the deliveries that nobody else has leased since; none can until we commit."""
    found = connection.execute(
        select(deliveries.c.id, deliveries.c.attempts)
        .where(
            deliveries.c.id.in_([delivery.id for delivery in members]),
            deliveries.c.state == State.SENDING,
            deliveries.c.lease_owner == owner,
        )
        .with_for_update()
    ).all()
    held = {(row.id, row.attempts) for row in found}
    return [delivery for delivery in members if (delivery.id, delivery.attempts) in held]


def recover(connection: Connection, now: datetime, *, alone: bool) -> int:
    """Turn lost leases into ``unknown``, to be sent again with the same message id.

    A lease is lost when it has run out, or at once when this worker is known to be *alone*.
    """
    lost = deliveries.c.state == State.SENDING
    if not alone:
        lost = and_(lost, deliveries.c.lease_until <= now)
    result = connection.execute(
        update(deliveries)
        .where(lost)
        .values(
            state=State.UNKNOWN,
            next_attempt_at=now,
            lease_until=None,
            lease_owner=None,
            error="the sender stopped before the answer came",
        )
    )
    return result.rowcount


def postpone(connection: Connection, channel: str, now: datetime, until: datetime) -> int:
    """Make everything that is due on a channel wait until another instant."""
    result = connection.execute(
        update(deliveries)
        .where(
            deliveries.c.channel == channel,
            deliveries.c.state.in_(WAITING),
            deliveries.c.next_attempt_at <= now,
        )
        .values(next_attempt_at=until)
    )
    return result.rowcount


def put_off(connection: Connection, alert_ids: Iterable[int], until: datetime) -> int:
    """Make what waits of these alerts wait until another instant, with a whole new window."""
    return _move(connection, alert_ids, deliveries.c.next_attempt_at < until, until)


def bring_back(
    connection: Connection, alert_ids: Iterable[int], now: datetime, until: datetime
) -> int:
    """Make what was put off until an instant due now."""
    return _move(connection, alert_ids, deliveries.c.next_attempt_at == until, now)


def _move(
    connection: Connection,
    alert_ids: Iterable[int],
    which: ColumnElement[bool],
    to: datetime,
) -> int:
    waits = and_(deliveries.c.alert_id.in_(list(alert_ids)), deliveries.c.state.in_(WAITING))
    result = connection.execute(
        update(deliveries).where(waits, which).values(next_attempt_at=to, created_at=to, waited=0)
    )
    return result.rowcount


def finished_since(connection: Connection, channel: str, since: datetime) -> list[datetime]:
    """Return when each message ended that a channel was done with after an instant."""
    ended = func.max(deliveries.c.finished_at, type_=deliveries.c.finished_at.type)
    rows = connection.execute(
        select(ended.label("at"))
        .where(
            deliveries.c.channel == channel,
            deliveries.c.state.in_((State.SENT, State.FAILED)),
            deliveries.c.finished_at > since,
        )
        .group_by(deliveries.c.message_id)
    )
    return [row.at for row in rows]


def retry(connection: Connection, ids: Iterable[int], now: datetime) -> int:
    """Make deliveries due now; one that failed waits again, with a whole new window of attempts.

    Where others of its message are not among them, it is another message now, under another id:
    whoever has the old one must not take it for that.
    """
    failed = deliveries.c.state == State.FAILED
    ids = list(ids)
    among = deliveries.c.id.in_(ids)
    meant = select(deliveries.c.message_id).where(among, failed)
    parted = select(deliveries.c.message_id).where(deliveries.c.message_id.in_(meant), ~among)
    for message_id in connection.execute(parted.distinct()).scalars().all():
        own = update(deliveries).where(deliveries.c.message_id == message_id, among)
        connection.execute(own.values(message_id=uuid.uuid4().hex))
    result = connection.execute(
        update(deliveries)
        .where(among, or_(failed, deliveries.c.state.in_(WAITING)))
        .values(
            state=case((failed, State.PENDING), else_=deliveries.c.state),
            waited=case((failed, 0), else_=deliveries.c.waited),
            next_attempt_at=now,
            finished_at=None,
        )
    )
    return result.rowcount


def anything_due(connection: Connection, now: datetime) -> bool:
    """Return whether there is something to send, or to recover from a sender that died."""
    query = select(deliveries.c.id).where(or_(_is_due(now), deliveries.c.state == State.SENDING))
    return connection.execute(query.limit(1)).first() is not None


def due_count(connection: Connection, now: datetime) -> int:
    """Return how many deliveries are due."""
    return int(connection.execute(select(func.count()).where(_is_due(now))).scalar_one())


def due_channels(
    connection: Connection, now: datetime, decided: datetime | None = None
) -> list[str]:
    """Return the channels that have something due; *decided* as with ``lease``."""
    due = _is_due(now, decided)
    query = select(deliveries.c.channel).where(due).distinct().order_by(deliveries.c.channel)
    rows = connection.execute(query).all()
    return [row.channel for row in rows]


def next_attempt(connection: Connection) -> datetime | None:
    """Return when the next waiting delivery is due."""
    return connection.execute(
        select(func.min(deliveries.c.next_attempt_at)).where(deliveries.c.state.in_(WAITING))
    ).scalar()


def counts(connection: Connection) -> dict[str, int]:
    """Return how many deliveries stand in each state."""
    rows = connection.execute(select(deliveries.c.state, func.count()).group_by(deliveries.c.state))
    return {row[0]: row[1] for row in rows}


def struggling(connection: Connection) -> set[tuple[str, str]]:
    """Return each (channel, address) at which an attempt failed that is to be made again."""
    failed = deliveries.c.state.in_((State.RETRYING, State.UNKNOWN))
    query = select(deliveries.c.channel, deliveries.c.address).where(failed).distinct()
    return {(row.channel, row.address) for row in connection.execute(query)}


def has_channel(connection: Connection, alert_id: int, channel: str) -> bool:
    """Return whether an alert already has a delivery on a channel."""
    found = connection.execute(
        select(deliveries.c.id)
        .where(deliveries.c.alert_id == alert_id, deliveries.c.channel == channel)
        .limit(1)
    ).first()
    return found is not None
