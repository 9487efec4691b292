"""What ``outbox`` prints, and the warning of dead addresses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping

from ..app import App
from ..store.history import Dead
from ..store.outbox import State


def delivery_json(row: RowMapping) -> dict[str, Any]:
    """Return one delivery: for whom, where it stands, and why."""
    return {
        "id": row["id"],
        "loan": row["loan_id"],
        "due": str(row["due"]),
        "milestone": row["milestone"],
        "channel": row["channel"],
        "address": row["address"],
        "state": row["state"],
        "attempts": row["attempts"],
        "next_attempt_at": _written(row["next_attempt_at"]),
        "finished_at": _written(row["finished_at"]),
        "error": row["error"],
        "message_id": row["message_id"],
    }


def _written(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def outbox_json(app: App) -> dict[str, Any]:
    """Return what waits, what failed lately, and the dead addresses."""
    rows = app.undelivered()
    return {
        "waiting": [delivery_json(row) for row in rows if row["state"] != State.FAILED],
        "failed": [delivery_json(row) for row in rows if row["state"] == State.FAILED],
        "dead": [dead_json(dead) for dead in app.dead_addresses()],
    }


def dead_json(dead: Dead) -> dict[str, Any]:
    """Return one dead address, since when, and why."""
    return {
        "channel": dead.channel,
        "address": dead.address,
        "since": dead.since.isoformat(),
        "error": dead.error,
    }


def outbox_text(app: App) -> str:
    """Say what waits and why, what failed lately, and which addresses are dead."""
    rows, zone = app.undelivered(), ZoneInfo(app.config.timezone)
    lines = [line for row in rows for line in _lines(row, zone)] + dead_lines(app)
    return "\n".join(lines) or "Nothing waits to be delivered, and nothing failed lately."


def _lines(row: RowMapping, zone: ZoneInfo) -> Iterator[str]:
    about = " ".join(filter(None, (row["loan_id"], row["milestone"])))
    yield f"{row['id']}  {row['channel']}: {row['address']}  {about}, of {row['due']}"
    tried = "1 attempt" if row["attempts"] == 1 else f"{row['attempts']} attempts"
    said = [f"{row['state']} after {tried}" if row["attempts"] else row["state"]]
    if row["error"]:
        said.append(row["error"])
    if row["next_attempt_at"]:
        said.append(f"next attempt {row['next_attempt_at'].astimezone(zone):%F %H:%M}")
    if row["finished_at"]:
        said.append(f"given up {row['finished_at'].astimezone(zone):%F %H:%M}")
    yield f"    {'; '.join(said)}"


def dead_lines(app: App) -> list[str]:
    """Say which addresses are dead, and what to do, a line each."""
    zone = ZoneInfo(app.config.timezone)
    return [
        f"{dead.channel}: {dead.address} has taken nothing since {dead.since.astimezone(zone):%F}: "
        f"{dead.error} (put it right, see `reminderd test {dead.channel}`, "
        "then `reminderd outbox retry --all`)"
        for dead in app.dead_addresses()
    ]


def retried_text(rows: Sequence[RowMapping]) -> str:
    """Say what is due now."""
    lines = [f"{row['id']}  {row['channel']}: {row['address']} is due now" for row in rows]
    return "\n".join(lines) or "Nothing waits, and nothing failed lately."
