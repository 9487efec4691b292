"""What becomes of each stored instant once a clock that ran ahead has been put right.

While it ran ahead, whatever was recorded got an instant that is still to come. Such an instant
does harm later: the next look at a loan would be a year off, what was passed over would never be
sent, a rate would hold everything up until then. So the first pass on a believed clock that finds
one deals with all of them, here and nowhere else. What the machine cannot know stays as it is:
what was sent is sent.

``RULES`` has every column that holds an instant; a test holds it against the tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Connection, Table, and_, delete, func, literal, or_, select, update

from ..alerts.wallclock import local_date
from .outbox import WAITING, State
from .tables import (
    Instant,
    agreements,
    alerts,
    balances,
    deliveries,
    loans,
    metadata,
    payments,
    snoozes,
)

_DAY = timedelta(days=1)
_GONE = (State.SENT, State.SENDING, State.UNKNOWN)  # may have reached somebody


class Rule(StrEnum):
    """What becomes of an instant that is still to come."""

    RECORD = "a record: it is of now"
    DATED = "a record: it is of now, and so is its date, if that was the day's"
    DECISION = "forgotten, with what was to be sent, unless something was; then of now"
    SNOOZE = "moved with the record of the snooze"
    LOOK = "all loans are looked at now"
    ATTEMPT = "of what waits: now, or at the end of a snooze"
    SLOT = "kept: it names a slot"
    LEASE = "kept: leases are recovered by the next pass"


RULES = {
    "loans.known_since": Rule.RECORD,
    "loans.next_alert_at": Rule.LOOK,
    "loans.archived_at": Rule.RECORD,
    "payments.recorded_at": Rule.DATED,
    "payments.undone_at": Rule.RECORD,
    "agreements.recorded_at": Rule.DATED,
    "agreements.undone_at": Rule.RECORD,
    "former_bills.replaced_at": Rule.RECORD,
    "balances.at": Rule.RECORD,
    "balances.recorded_at": Rule.DATED,
    "balances.undone_at": Rule.RECORD,
    "alerts.scheduled_for": Rule.SLOT,
    "alerts.decided_at": Rule.DECISION,
    "snoozes.until": Rule.SNOOZE,
    "snoozes.recorded_at": Rule.SNOOZE,
    "acknowledgements.recorded_at": Rule.RECORD,
    "deliveries.next_attempt_at": Rule.ATTEMPT,
    "deliveries.lease_until": Rule.LEASE,
    "deliveries.created_at": Rule.ATTEMPT,
    "deliveries.finished_at": Rule.RECORD,
}
_OF_THE_PAST = (Rule.RECORD, Rule.DATED, Rule.DECISION)  # never still to come on a right clock


def newest(connection: Connection) -> datetime | None:
    """Return the latest instant at which anything was recorded, by the clock of that time."""
    latest = (select(func.max(column)).scalar_subquery() for column in _records())
    found = connection.execute(select(*latest)).one()
    return max((instant for instant in found if instant), default=None)


def put_right(connection: Connection, now: datetime, zone: str, longest_wait: timedelta) -> bool:
    """Deal with all instants that are still to come at *now*; return whether there were any.

    *zone* is the borrower's, whose calendar balances go by. A delivery that is put off for more
    than *longest_wait*, and by no snooze, was put off by a clock that was ahead.
    """
    last = newest(connection)
    ahead = last is not None and last > now
    if ahead:
        _date_anew(connection, payments, now, _zones(connection))
        _date_anew(connection, agreements, now, _zones(connection))
        _date_anew(connection, balances, now, lambda _row: zone)
        _shift_snoozes(connection, now)
        _forget_decisions(connection, now)
        for column in _records():
            connection.execute(update(column.table).where(column > now).values({column: now}))
        connection.execute(update(loans).values(next_alert_at=now))
    _attempt_now(connection, now if ahead else now + longest_wait, now)
    return ahead


def column_of(name: str) -> Column[Any]:
    """Return the column that is called so, as in ``alerts.decided_at``."""
    table, _, column = name.partition(".")
    return metadata.tables[table].c[column]


def _records() -> list[Column[Any]]:
    records = [column_of(name) for name, rule in RULES.items() if rule in _OF_THE_PAST]
    return [*records, snoozes.c.recorded_at]


def _zones(connection: Connection) -> Callable[[Any], str]:
    rows = connection.execute(select(loans.c.id, loans.c.document))
    zones = {row.id: str(row.document["timezone"]) for row in rows}
    return lambda row: zones[row.loan_id]


def _date_anew(
    connection: Connection, table: Table, now: datetime, zone_of: Callable[[Any], str]
) -> None:
    """Give records of days to come today's date, where they were of the day they were made on.

    One of tomorrow stays: a clock that is a few hours slow must not change what was said.
    """
    for row in connection.execute(select(table).where(table.c.recorded_at > now)):
        then, today = (local_date(at, zone_of(row)) for at in (row.recorded_at, now))
        if row.date != then or then <= today + _DAY:
            continue
        values: dict[str, Any] = {"date": today}
        if "document" in table.c:
            values["document"] = _redated(row.document, then, today)
        connection.execute(update(table).where(table.c.id == row.id).values(**values))


def _redated(document: dict[str, Any], then: date, today: date) -> dict[str, Any]:
    """Return an agreement's document with the day on which it was made put right."""
    made = {key: str(today) for key in ("on", "agreed") if document.get(key) == str(then)}
    return document | made


def _shift_snoozes(connection: Connection, now: datetime) -> None:
    """Have a snooze last as long from now as it was to last from when it was made."""
    for row in connection.execute(select(snoozes).where(snoozes.c.recorded_at > now)):
        moved = {"until": row.until - (row.recorded_at - now), "recorded_at": now}
        own = update(snoozes).where(snoozes.c.loan_id == row.loan_id)
        connection.execute(own.values(**moved))


def _forget_decisions(connection: Connection, now: datetime) -> None:
    """Undo what was decided and reached nobody, and what was superseded for its sake.

    It may still be due. What was sent is sent, and stays decided.
    """
    ahead = alerts.c.decided_at > now
    went = select(deliveries.c.alert_id).where(deliveries.c.state.in_(_GONE))
    unsent = and_(ahead, or_(alerts.c.superseded, alerts.c.id.not_in(went)))
    numbers = select(alerts.c.id).where(unsent)
    of_loans = connection.execute(select(alerts.c.loan_id).where(unsent).distinct()).scalars().all()
    connection.execute(delete(deliveries).where(deliveries.c.alert_id.in_(numbers)))
    connection.execute(delete(alerts).where(unsent))
    _bring_back(connection, of_loans, now)


def _bring_back(connection: Connection, of_loans: Iterable[str | None], now: datetime) -> None:
    """Have what gave way to what was forgotten wait again."""
    waits = {"state": State.PENDING, "next_attempt_at": now, "finished_at": None}
    ended = and_(deliveries.c.state == State.SUPERSEDED, deliveries.c.finished_at > now)
    for loan_id in of_loans:
        same = select(alerts.c.id).where(alerts.c.loan_id == loan_id)
        gave_way = update(deliveries).where(ended, deliveries.c.alert_id.in_(same))
        connection.execute(gave_way.values(**waits))


def _attempt_now(connection: Connection, after: datetime, now: datetime) -> None:
    """Try now what was to be tried *after* an instant; at a snooze's end what one holds back."""
    snoozed = (
        select(snoozes.c.until)
        .join(alerts, alerts.c.loan_id == snoozes.c.loan_id)
        .where(alerts.c.id == deliveries.c.alert_id, snoozes.c.until > now)
    )
    at = func.coalesce(snoozed.scalar_subquery(), literal(now, Instant))
    waits, attempt = deliveries.c.state.in_(WAITING), deliveries.c.next_attempt_at
    late = update(deliveries).where(waits, attempt > after, attempt > at)
    connection.execute(late.values(next_attempt_at=at, created_at=at))
