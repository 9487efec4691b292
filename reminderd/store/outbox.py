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
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, and_, func, insert, or_, select, update

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


WAITING = (State.PENDING, State.RETRYING, State.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Leased:
    """A delivery that this worker alone may send until its lease ends."""

    id: int
    alert_id: int
    channel: str
    address: str
    attempts: int
    message_id: str
    created_at: datetime


def enqueue(
    connection: Connection, alert_id: int, targets: Iterable[tuple[str, str]], at: datetime
) -> int:
    """Put one delivery per (channel, address) into the outbox, to go out from *at*."""
    rows = [
        {
            "alert_id": alert_id,
            "channel": channel,
            "address": address,
            "state": State.PENDING,
            "attempts": 0,
            "next_attempt_at": at,
            "message_id": uuid.uuid4().hex,
            "created_at": at,
        }
        for channel, address in targets
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


def waiting_alerts(connection: Connection, loan_id: str) -> list[tuple[int, object, str]]:
    """Return (id, due, milestone) of a loan's alerts that still have a delivery waiting."""
    rows = connection.execute(
        select(alerts.c.id, alerts.c.due, alerts.c.milestone)
        .where(alerts.c.loan_id == loan_id)
        .where(
            alerts.c.id.in_(select(deliveries.c.alert_id).where(deliveries.c.state.in_(WAITING)))
        )
    )
    return [(row.id, row.due, row.milestone) for row in rows]


def lease(
    connection: Connection, channel: str, now: datetime, until: datetime, owner: str, limit: int
) -> list[Leased]:
    """Lease the channel's due deliveries, the oldest first."""
    rows = connection.execute(
        select(deliveries)
        .where(
            deliveries.c.channel == channel,
            deliveries.c.state.in_(WAITING),
            deliveries.c.next_attempt_at <= now,
        )
        .order_by(deliveries.c.next_attempt_at, deliveries.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    if rows:
        connection.execute(
            update(deliveries)
            .where(deliveries.c.id.in_([row.id for row in rows]))
            .values(
                state=State.SENDING,
                lease_until=until,
                lease_owner=owner,
                attempts=deliveries.c.attempts + 1,
            )
        )
    return [
        Leased(
            row.id,
            row.alert_id,
            row.channel,
            row.address,
            row.attempts + 1,
            row.message_id,
            row.created_at,
        )
        for row in rows
    ]


def write_content(connection: Connection, delivery_id: int, title: str, body: str) -> None:
    """Keep word for word what is about to be sent."""
    connection.execute(
        update(deliveries).where(deliveries.c.id == delivery_id).values(title=title, body=body)
    )


def finish(
    connection: Connection,
    delivery: Leased,
    owner: str,
    state: State,
    now: datetime,
    *,
    next_attempt_at: datetime | None = None,
    error: str | None = None,
) -> bool:
    """Record how a leased delivery went; False when the lease is no longer ours."""
    waits = state in WAITING
    result = connection.execute(
        update(deliveries)
        .where(
            and_(
                deliveries.c.id == delivery.id,
                deliveries.c.state == State.SENDING,
                deliveries.c.lease_owner == owner,
                deliveries.c.attempts == delivery.attempts,
            )
        )
        .values(
            state=state,
            next_attempt_at=next_attempt_at if waits else None,
            lease_until=None,
            lease_owner=None,
            finished_at=None if waits else now,
            error=error,
        )
    )
    return result.rowcount == 1


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


def postpone(connection: Connection, now: datetime, until: datetime) -> int:
    """Make everything that is due wait until another instant."""
    result = connection.execute(
        update(deliveries)
        .where(deliveries.c.state.in_(WAITING), deliveries.c.next_attempt_at <= now)
        .values(next_attempt_at=until)
    )
    return result.rowcount


def anything_due(connection: Connection, now: datetime) -> bool:
    """Return whether there is something to send, or to recover from a sender that died."""
    waiting = and_(deliveries.c.state.in_(WAITING), deliveries.c.next_attempt_at <= now)
    query = select(deliveries.c.id).where(or_(waiting, deliveries.c.state == State.SENDING))
    return connection.execute(query.limit(1)).first() is not None


def due_channels(connection: Connection, now: datetime) -> list[str]:
    """Return the channels that have something due."""
    rows = connection.execute(
        select(deliveries.c.channel)
        .where(deliveries.c.state.in_(WAITING), deliveries.c.next_attempt_at <= now)
        .distinct()
        .order_by(deliveries.c.channel)
    )
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


def has_channel(connection: Connection, alert_id: int, channel: str) -> bool:
    """Return whether an alert already has a delivery on a channel."""
    found = connection.execute(
        select(deliveries.c.id)
        .where(deliveries.c.alert_id == alert_id, deliveries.c.channel == channel)
        .limit(1)
    ).first()
    return found is not None
