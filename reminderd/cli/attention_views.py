"""What commands print about snoozes."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from ..alerts.snooze import Snooze, worse_from
from ..app import App
from ..loans.terms import Loan
from ..loans.trouble import attempt, sound
from ..messages.sheet import name_of
from ..messages.words import words


def snooze_json(loan: Loan, snooze: Snooze) -> dict[str, Any]:
    """Return until when a loan is snoozed, and what is told all the same."""
    return {
        "loan": loan.id,
        "until": _local(loan, snooze).isoformat(),
        "severity": snooze.severity.name.lower(),
        "due": str(snooze.due),
    }


def snoozed_text(app: App, loan: Loan, snooze: Snooze) -> str:
    """Say until when a loan is snoozed, and what is told all the same."""
    say, until = words(app.config.locale), f"{_local(loan, snooze):%F %H:%M}"
    day = worse_from(snooze, loan, app.config.desk.playbook)
    if day is None:
        return say.say("attention", "snoozed", loan=name_of(loan), until=until)
    worse = say.day(day, app.today(loan))
    return say.say("attention", "snoozed_but", loan=name_of(loan), until=until, worse=worse)


def snooze_lines(app: App) -> list[str]:
    """Say which loans are snoozed now, a line each."""
    snoozed = app.snoozed()
    loans = (entry.loan for entry, _ in app.entries() if entry.loan.id in snoozed)
    return sound(
        attempt(each, partial(snoozed_text, app, each, snoozed[each.id])) for each in loans
    )


def snoozed_until(loan: Loan, snooze: Snooze | None) -> str | None:
    """Return when a snooze ends, where the loan is, for JSON."""
    return _local(loan, snooze).isoformat() if snooze else None


def _local(loan: Loan, snooze: Snooze) -> datetime:
    return snooze.until.astimezone(ZoneInfo(loan.timezone))
