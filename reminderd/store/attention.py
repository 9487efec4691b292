"""What the borrower said about a loan's alerts: not now, and seen. Of each the last word counts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, insert, select, union_all, update

from ..alerts.snooze import Snooze
from ..playbook.playbook import Severity
from .tables import acknowledgements, snoozes


def snooze(connection: Connection, loan_id: str, chosen: Snooze) -> None:
    """Snooze a loan, in place of what was chosen before."""
    severity = chosen.severity.name.lower()
    row = {"until": chosen.until, "severity": severity, "due": chosen.due}
    _replace(connection, snoozes, loan_id, row | {"recorded_at": chosen.recorded_at})


def end_snooze(connection: Connection, loan_id: str, now: datetime) -> None:
    """Let a loan's snooze be over now: what it held goes as at any other end of one."""
    over = update(snoozes).where(snoozes.c.loan_id == loan_id).values(until=now, recorded_at=now)
    connection.execute(over)


def snooze_of(connection: Connection, loan_id: str) -> Snooze | None:
    """Return a loan's last snooze; it may be over."""
    row = connection.execute(select(snoozes).where(snoozes.c.loan_id == loan_id)).first()
    return _snooze(row) if row else None


def snoozes_of(connection: Connection, ids: Collection[str]) -> dict[str, Snooze]:
    """Return the last snooze of each of some loans that has one; it may be over."""
    rows = connection.execute(select(snoozes).where(snoozes.c.loan_id.in_(ids)))
    return {row.loan_id: _snooze(row) for row in rows}


def snoozes_after(connection: Connection, now: datetime) -> dict[str, Snooze]:
    """Return the snoozes that end after an instant, by loan."""
    rows = connection.execute(select(snoozes).where(snoozes.c.until > now))
    return {row.loan_id: _snooze(row) for row in rows}


def _snooze(row: Row[Any]) -> Snooze:
    return Snooze(row.until, Severity.parse(row.severity), row.due, row.recorded_at)


def acknowledge(connection: Connection, loan_id: str, now: datetime) -> None:
    """Record that the borrower has seen what was sent about a loan."""
    _replace(connection, acknowledgements, loan_id, {"recorded_at": now})


def reactions_of(connection: Connection, ids: Collection[str]) -> dict[str, datetime]:
    """Return when the borrower last acknowledged or snoozed each of some loans, if ever."""
    said = union_all(
        *(
            select(table.c.loan_id, table.c.recorded_at).where(table.c.loan_id.in_(ids))
            for table in (acknowledgements, snoozes)
        )
    ).order_by("recorded_at")
    return {row.loan_id: row.recorded_at for row in connection.execute(said)}


def _replace(connection: Connection, table: Table, loan_id: str, row: dict[str, Any]) -> None:
    connection.execute(delete(table).where(table.c.loan_id == loan_id))
    connection.execute(insert(table).values(loan_id=loan_id, **row))
