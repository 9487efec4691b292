"""What ``explain`` prints."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import takewhile
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping

from ..app import App
from ..loans.terms import Loan
from ..loans.trouble import Trouble, valued
from ..messages.words import Words, words
from .attention_views import snoozed_text
from .figure_views import trouble_line
from .outbox_views import delivery_json
from .views import foreseen_json


def explain_json(app: App, loan: Loan) -> dict[str, Any]:
    """Return the last alert with its deliveries, what was not sent since, and the next alert."""
    decided = app.decisions(loan.id)
    last = next((row for row in decided if not row["superseded"]), None)
    since = takewhile(lambda row: row["superseded"], decided)
    return {
        "loan": loan.id,
        "last": last and _alert(last) | {"deliveries": _deliveries(app, last)},
        "not_sent": [_alert(row) for row in since],
        "next": foreseen_json(app, loan),
    }


def _alert(row: RowMapping) -> dict[str, Any]:
    return {
        "due": str(row["due"]),
        "milestone": row["milestone"],
        "reason": str(row["reason"]),
        "scheduled_for": row["scheduled_for"].isoformat(),
        "decided_at": row["decided_at"].isoformat(),
    }


def _deliveries(app: App, alert: RowMapping) -> list[dict[str, Any]]:
    rows = app.sent(alert["loan_id"], None)
    return [delivery_json(row) for row in reversed(rows) if row["alert_id"] == alert["id"]]


def explain_text(app: App, loan: Loan) -> str:
    """Say why the last alert fired, or that none did, and what comes next."""
    known, say = explain_json(app, loan), words(app.config.locale)
    lines = [*_last(known, loan, say), *_next(app, known, loan, say)]
    if snooze := app.snoozed().get(loan.id):
        lines.append(snoozed_text(app, loan, snooze))
    return "\n".join(lines)


def _last(known: dict[str, Any], loan: Loan, say: Words) -> Iterator[str]:
    last = known["last"]
    if last is None:
        yield say.say("explain", "never")
    else:
        yield say.say("explain", "last", at=_at(last["decided_at"], loan), **_why(last, say))
        yield say.say("explain", "about", due_date=last["due"])
        if not last["deliveries"]:
            yield say.say("explain", "went_nowhere")
    for way in last["deliveries"] if last else ():
        at = way["finished_at"] or way["next_attempt_at"]
        state = say.say("state", way["state"]) + (f" {_at(at, loan)}" if at else "")
        error = way["error"] and say.say("explain", "error", error=way["error"])
        went = {"channel": way["channel"], "address": way["address"], "state": state}
        yield say.say("explain", "went", error=error or "", **went)
    for row in known["not_sent"]:
        yield say.say("explain", "not_sent", at=_at(row["scheduled_for"], loan), **_why(row, say))


def _next(app: App, known: dict[str, Any], loan: Loan, say: Words) -> Iterator[str]:
    coming = known["next"]
    if coming is None:
        stands = valued(loan, app.today(loan))
        if isinstance(stands, Trouble):
            yield trouble_line(stands, say)
        else:
            yield say.say("explain", "none_settled" if stands.settled else "none_ahead")
        return
    yield say.say("explain", "next", at=_at(coming["at"], loan), **_why(coming, say))
    if coming["to"]:
        channels = dict.fromkeys(to["channel"] for to in coming["to"])
        yield say.say("explain", "to", channels=say.line("comma").join(channels))
    else:
        yield say.say("explain", "to_nowhere")


def _why(alert: dict[str, Any], say: Words) -> dict[str, str]:
    return {"milestone": alert["milestone"], "reason": say.say("reason", alert["reason"])}


def _at(written: str, loan: Loan) -> str:
    return f"{datetime.fromisoformat(written).astimezone(ZoneInfo(loan.timezone)):%F %H:%M}"
