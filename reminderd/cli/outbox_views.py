"""What ``outbox`` prints, and the warning of dead addresses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping

from ..app import App
from ..messages.words import Words, words
from ..playbook.playbook import Severity
from ..store.history import Dead
from ..store.outbox import State
from .common import echo
from .tables import NOTHING, Row, Table, columns, show


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


def print_outbox(app: App) -> None:
    """Show what waits and why, what failed lately, and which addresses are dead."""
    rows, say = app.undelivered(), words(app.config.locale)
    if rows:
        zone = ZoneInfo(app.config.timezone)
        keys = ("number", "where", "about", "state", "tries", "next_attempt", "error")
        heads = columns(say, *keys, right={"number", "tries"})
        show(Table(heads, [_row(row, zone, say) for row in rows]))
    else:
        echo(say.say("view", "nothing_waits"))
    for line in dead_lines(app):
        echo(line)


def _row(row: RowMapping, zone: ZoneInfo, say: Words) -> Row:
    again, ended = row["next_attempt_at"], row["finished_at"]
    cells = (
        str(row["id"]),
        f"{row['channel']}: {row['address']}",
        f"{about(row)} {row['due']}",
        say.say("state", row["state"]) + (f" {_shown(ended, zone)}" if ended else ""),
        str(row["attempts"]),
        _shown(again, zone) if again else NOTHING,
        row["error"] or NOTHING,
    )
    return Row(cells, severity_of(row["state"]))


def _shown(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%F %H:%M}"


def about(row: RowMapping) -> str:
    """Name what a delivery is about: its loan, if there is one, and its milestone."""
    return " ".join(filter(None, (row["loan_id"], row["milestone"])))


def severity_of(state: str) -> Severity:
    """Return how bad it is that a delivery stands where it stands."""
    if state == State.FAILED:
        return Severity.CRITICAL
    return Severity.WARNING if state in {State.RETRYING, State.UNKNOWN} else Severity.INFO


def dead_lines(app: App) -> list[str]:
    """Say which addresses are dead, and what to do, a line each."""
    zone, say = ZoneInfo(app.config.timezone), words(app.config.locale)
    return [
        say.say(
            "view",
            "dead",
            channel=dead.channel,
            address=dead.address,
            since=f"{dead.since.astimezone(zone):%F}",
            error=dead.error,
        )
        for dead in app.dead_addresses()
    ]


def retried_text(rows: Sequence[RowMapping]) -> str:
    """Say what is due now."""
    lines = [f"{row['id']}  {row['channel']}: {row['address']} is due now" for row in rows]
    return "\n".join(lines) or "Nothing waits, and nothing failed lately."
