"""What was decided about each loan, and what was sent, word for word."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from ..alerts.plan import Alert, History, Reason
from .outbox import State
from .tables import alerts, deliveries, loans


def of_loan(connection: Connection, loan_id: str, known_since: datetime) -> History:
    """Return what was already decided for one loan."""
    rows = connection.execute(
        select(alerts.c.due, alerts.c.milestone, alerts.c.superseded).where(
            alerts.c.loan_id == loan_id
        )
    ).all()
    return History(
        frozenset((row.due, row.milestone) for row in rows),
        frozenset(row.due for row in rows if not row.superseded),
        known_since,
    )


def record(connection: Connection, alert: Alert, now: datetime, *, superseded: bool) -> int:
    """Write a decision down for ever and return the alert's number."""
    result = connection.execute(
        insert(alerts).values(
            loan_id=alert.loan_id,
            due=alert.due,
            milestone=alert.milestone,
            scheduled_for=alert.scheduled_for,
            reason=alert.reason,
            superseded=superseded,
            decided_at=now,
        )
    )
    key = result.inserted_primary_key
    assert key is not None  # a single-row insert always has one
    return int(key[0])


def alert(connection: Connection, alert_id: int) -> Alert:
    """Return a recorded alert."""
    row = connection.execute(select(alerts).where(alerts.c.id == alert_id)).one()
    return Alert(row.loan_id, row.due, row.milestone, row.scheduled_for, Reason(row.reason))


def channels_told(connection: Connection, loan_id: str, dues: Iterable[date]) -> set[str]:
    """Return the channels on which alerts about these due dates were sent or are on their way."""
    rows = connection.execute(
        select(deliveries.c.channel)
        .join(alerts)
        .where(
            alerts.c.loan_id == loan_id,
            alerts.c.due.in_(list(dues)),
            deliveries.c.state.in_((State.SENT, State.SENDING, State.UNKNOWN)),
        )
        .distinct()
    )
    return {row.channel for row in rows}


def deliveries_of(
    connection: Connection, loan_id: str | None = None, limit: int | None = None
) -> list[RowMapping]:
    """Return deliveries with their alerts, the newest first."""
    query = (
        select(
            deliveries,
            alerts.c.loan_id,
            alerts.c.due,
            alerts.c.milestone,
            alerts.c.reason,
            alerts.c.scheduled_for,
            loans.c.document,
        )
        .join(alerts, deliveries.c.alert_id == alerts.c.id)
        .join(loans, alerts.c.loan_id == loans.c.id)
        .order_by(deliveries.c.id.desc())
    )
    if loan_id is not None:
        query = query.where(alerts.c.loan_id == loan_id)
    return list(connection.execute(query.limit(limit)).mappings())


def forget_the_future(connection: Connection, now: datetime) -> list[str]:
    """Undo what was decided while the clock ran ahead of *now*; return the loans concerned.

    What was superseded then may still be due. What was sent is sent, and stays decided.
    """
    ahead = alerts.c.decided_at > now
    rows = connection.execute(select(alerts.c.loan_id).where(ahead).distinct())
    concerned = [row.loan_id for row in rows]
    if concerned:
        connection.execute(delete(alerts).where(ahead, alerts.c.superseded))
        connection.execute(update(alerts).where(ahead).values(decided_at=now))
    return concerned
