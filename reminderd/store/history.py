"""What was decided about each loan, and what was sent, word for word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    RowMapping,
    Select,
    and_,
    func,
    insert,
    or_,
    select,
)

from ..alerts.alert import (
    SHORT,
    Alert,
    History,
    Identity,
    Reason,
    is_overdue,
    is_reminder,
    lost_delivery,
)
from ..alerts.snooze import Snooze
from . import attention
from .outbox import MOVED, NOT_CONFIGURED, WAITING, State
from .tables import alerts, deliveries, loans


def of_loans(connection: Connection, known_since: Mapping[str, datetime]) -> dict[str, History]:
    """Return what was already decided for each loan, given since when its terms are known."""
    ids = list(known_since)
    snoozed = attention.snoozes_of(connection, ids)
    reacted = attention.reactions_of(connection, ids)
    decided: dict[str, list[Row[Any]]] = {loan_id: [] for loan_id in ids}
    for row in connection.execute(select(alerts).where(alerts.c.loan_id.in_(ids))):
        decided[row.loan_id].append(row)
    return {
        loan_id: _history(rows, known_since[loan_id], snoozed.get(loan_id), reacted.get(loan_id))
        for loan_id, rows in decided.items()
    }


def _history(
    rows: Iterable[Row[Any]],
    known_since: datetime,
    snooze: Snooze | None,
    reacted_at: datetime | None,
) -> History:
    sent = [row for row in rows if not row.superseded]
    return History(
        frozenset((row.due, row.milestone) for row in rows),
        frozenset(row.due for row in sent if is_reminder(row.milestone)),
        known_since,
        snooze,
        frozenset((row.due, row.scheduled_for) for row in sent if is_overdue(row.milestone)),
        reacted_at,
    )


def of_no_loan(connection: Connection) -> frozenset[Identity]:
    """Return the routines that were told of, and the notices that were given."""
    rows = connection.execute(
        select(alerts.c.due, alerts.c.milestone).where(alerts.c.loan_id.is_(None))
    )
    return frozenset((row.due, row.milestone) for row in rows)


def shortages_told(connection: Connection) -> frozenset[Identity]:
    """Return the warnings of accounts that were given, or wait: not what was cancelled."""
    query = select(alerts.c.due, alerts.c.milestone, deliveries.c.state).outerjoin(deliveries)
    of_accounts = alerts.c.loan_id.is_(None) & alerts.c.milestone.startswith(SHORT)
    rows = connection.execute(query.where(of_accounts))
    return frozenset((row.due, row.milestone) for row in rows if row.state != State.CANCELLED)


def number_of_no_loan(connection: Connection, alert: Alert) -> int | None:
    """Return the number of an alert that concerns no loan, if it was decided before."""
    same = (alerts.c.due == alert.due) & (alerts.c.milestone == alert.milestone)
    query = select(alerts.c.id).where(alerts.c.loan_id.is_(None), same)
    return connection.execute(query).scalar()


def record(connection: Connection, alert: Alert, now: datetime, *, superseded: bool) -> int:
    """Write a decision down for ever and return the alert's number."""
    return record_all(connection, [alert], now, superseded=superseded)[0]


def record_all(
    connection: Connection, decided: Sequence[Alert], now: datetime, *, superseded: bool
) -> list[int]:
    """Write decisions down for ever and return the alerts' numbers, in their order."""
    rows = [
        {
            "loan_id": alert.loan_id,
            "due": alert.due,
            "milestone": alert.milestone,
            "scheduled_for": alert.scheduled_for,
            "reason": alert.reason,
            "superseded": superseded,
            "decided_at": now,
        }
        for alert in decided
    ]
    if not rows:
        return []
    numbers = insert(alerts).returning(alerts.c.id, sort_by_parameter_order=True)
    return list(connection.execute(numbers, rows).scalars())


def decisions_of(connection: Connection, loan_id: str) -> list[RowMapping]:
    """Return what was decided about a loan, the newest first, what was superseded included."""
    query = select(alerts).where(alerts.c.loan_id == loan_id)
    return list(connection.execute(query.order_by(alerts.c.id.desc())).mappings())


def alerts_of(connection: Connection, numbers: Iterable[int]) -> dict[int, Alert]:
    """Return recorded alerts by number."""
    rows = connection.execute(select(alerts).where(alerts.c.id.in_(set(numbers)))).all()
    return {row.id: _alert(row) for row in rows}


def waiting(connection: Connection, loan_id: str) -> dict[int, Alert]:
    """Return the alerts of a loan that still have a delivery waiting, by number."""
    return waiting_of(connection, [loan_id])[loan_id]


def waiting_of(connection: Connection, ids: Iterable[str]) -> dict[str, dict[int, Alert]]:
    """Return the alerts of each loan that still have a delivery waiting, by number."""
    found: dict[str, dict[int, Alert]] = {loan_id: {} for loan_id in ids}
    unsent = select(deliveries.c.alert_id).where(deliveries.c.state.in_(WAITING))
    query = select(alerts).where(alerts.c.loan_id.in_(list(found)), alerts.c.id.in_(unsent))
    for row in connection.execute(query.order_by(alerts.c.id)):
        found[row.loan_id][row.id] = _alert(row)
    return found


def ended_of(connection: Connection, ids: Iterable[str]) -> dict[str, Ended]:
    """Return, of loans that have any, the alerts that ended before they went, and those decided."""
    cancelled = deliveries.c.state == State.CANCELLED
    lost = and_(deliveries.c.state == State.FAILED, deliveries.c.error == NOT_CONFIGURED)
    moved = and_(cancelled, func.coalesce(deliveries.c.error, "") == MOVED)
    query = (
        select(alerts.c.id, alerts.c.loan_id)
        .join(deliveries)
        .where(alerts.c.loan_id.in_(list(ids)), or_(cancelled, lost), ~moved)
        .distinct()
    )
    numbers = {row.id: row.loan_id for row in connection.execute(query)}
    found: dict[str, Ended] = {loan_id: Ended({}, {}) for loan_id in numbers.values()}
    sent = select(alerts).where(alerts.c.loan_id.in_(list(found)), alerts.c.superseded.is_(False))
    for row in connection.execute(sent.order_by(alerts.c.id)) if found else ():
        found[row.loan_id].decided[row.id] = _alert(row)
        if row.id in numbers:
            found[row.loan_id].alerts[row.id] = _alert(row)
    return found


@dataclass(frozen=True, slots=True)
class Ended:
    """Alerts of a loan of which something ended before it went, beside all decided, by number."""

    alerts: dict[int, Alert]
    decided: dict[int, Alert]


def _alert(row: Row[Any]) -> Alert:
    return Alert(row.loan_id, row.due, row.milestone, row.scheduled_for, Reason(row.reason))


def channels_told(connection: Connection, loan_id: str | None, dues: Iterable[date]) -> set[str]:
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
    """Return deliveries with their alerts, the newest first; a routine's have no loan.

    They are those of the newest *limit* messages: what went as one counts as one.
    """
    query = _with_alerts().order_by(deliveries.c.id.desc())
    if loan_id is not None:
        query = query.where(alerts.c.loan_id == loan_id)
    if limit is not None:
        newest = select(deliveries.c.message_id).join(alerts, deliveries.c.alert_id == alerts.c.id)
        if loan_id is not None:
            newest = newest.where(alerts.c.loan_id == loan_id)
        newest = newest.group_by(deliveries.c.message_id)
        newest = newest.order_by(func.max(deliveries.c.id).desc()).limit(limit)
        query = query.where(deliveries.c.message_id.in_(newest))
    return list(connection.execute(query).mappings())


def _with_alerts() -> Select[Any]:
    return (
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
        .outerjoin(loans, alerts.c.loan_id == loans.c.id)
    )


def undelivered(connection: Connection, since: datetime) -> list[RowMapping]:
    """Return the deliveries that wait, and those that failed since an instant, oldest first."""
    waits = deliveries.c.state.in_((*WAITING, State.SENDING))
    failed = and_(deliveries.c.state == State.FAILED, deliveries.c.finished_at >= since)
    query = _with_alerts().where(or_(waits, failed)).order_by(deliveries.c.id)
    return list(connection.execute(query).mappings())


def sent(connection: Connection, since: datetime) -> list[RowMapping]:
    """Return the deliveries that arrived since an instant, each with its alert."""
    arrived = and_(deliveries.c.state == State.SENT, deliveries.c.finished_at >= since)
    return list(connection.execute(_with_alerts().where(arrived)).mappings())


def delivery(connection: Connection, delivery_id: int) -> RowMapping | None:
    """Return one delivery with its alert."""
    query = _with_alerts().where(deliveries.c.id == delivery_id)
    return connection.execute(query).mappings().first()


def beside(connection: Connection, message_id: str) -> list[RowMapping]:
    """Return all deliveries that go as one message, each with its alert."""
    query = _with_alerts().where(deliveries.c.message_id == message_id).order_by(deliveries.c.id)
    return list(connection.execute(query).mappings())


@dataclass(frozen=True, slots=True)
class Dead:
    """An address at which everything has failed for good since an instant, and why it last did."""

    channel: str
    address: str
    since: datetime
    error: str


def dead_addresses(connection: Connection) -> list[Dead]:
    """Return the addresses at which a delivery failed for good, and that took nothing since."""
    found: dict[tuple[str, str], Dead] = {}
    for row in connection.execute(_lost()):
        place = (row.channel, row.address)
        since = found[place].since if place in found else row.finished_at
        found[place] = Dead(*place, since, row.error)
    return [found[place] for place in sorted(found)]


def _lost() -> Select[Any]:
    """Select what failed at an address that took nothing since, in the order in which it failed."""
    taken = deliveries.alias()
    later = select(taken.c.id).where(
        taken.c.channel == deliveries.c.channel,
        taken.c.address == deliveries.c.address,
        taken.c.state == State.SENT,
        taken.c.finished_at >= deliveries.c.finished_at,
    )
    return (
        _with_alerts()
        .where(
            deliveries.c.state == State.FAILED,
            deliveries.c.error != NOT_CONFIGURED,  # that says nothing of the address
            ~later.exists(),
        )
        .order_by(deliveries.c.finished_at, deliveries.c.id)
    )


def lost_at(connection: Connection, channel: str, address: str) -> list[RowMapping]:
    """Return what failed at an address that took nothing since; none where it did, or may yet."""
    at_address = and_(deliveries.c.channel == channel, deliveries.c.address == address)
    return list(connection.execute(_lost().where(at_address)).mappings())


def was_noticed(connection: Connection, channel: str, address: str) -> bool:
    """Return whether the borrower was told that an address fails, since it last took anything."""
    lost = lost_at(connection, channel, address)
    since = min((row["finished_at"] for row in lost), default=None)
    if since is None:
        return False
    recent = and_(alerts.c.loan_id.is_(None), alerts.c.decided_at >= since)
    told = connection.execute(select(alerts.c.milestone).where(recent)).scalars()
    return not {row["id"] for row in lost}.isdisjoint(map(lost_delivery, told))
