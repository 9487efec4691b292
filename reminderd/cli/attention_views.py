"""What commands print about snoozes."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from ..alerts.snooze import Snooze
from ..app import App
from ..loans.terms import Loan
from ..messages.words import Words, words
from ..playbook.playbook import Severity


def snooze_json(loan: Loan, snooze: Snooze) -> dict[str, Any]:
    """Return until when a loan is snoozed, and what is told all the same."""
    return {
        "loan": loan.id,
        "until": _local(loan, snooze).isoformat(),
        "severity": snooze.severity.name.lower(),
        "due": str(snooze.due),
    }


def snoozed_text(loan: Loan, snooze: Snooze, say: Words) -> str:
    """Say until when a loan is snoozed, and what is told all the same."""
    until = f"{_local(loan, snooze):%F %H:%M}"
    if snooze.severity == max(Severity):
        return say.say("view", "snoozed", loan=loan.id, until=until)
    severity = say.say("view", snooze.severity.name.lower())
    return say.say("view", "snoozed_but", loan=loan.id, until=until, severity=severity)


def snooze_lines(app: App) -> list[str]:
    """Say which loans are snoozed now, a line each."""
    snoozed = app.snoozed()
    loans = (entry.loan for entry, _ in app.entries() if entry.loan.id in snoozed)
    say = words(app.config.locale)
    return [snoozed_text(loan, snoozed[loan.id], say) for loan in loans]


def snoozed_until(loan: Loan, snooze: Snooze | None) -> str | None:
    """Return when a snooze ends, where the loan is, for JSON."""
    return _local(loan, snooze).isoformat() if snooze else None


def _local(loan: Loan, snooze: Snooze) -> datetime:
    return snooze.until.astimezone(ZoneInfo(loan.timezone))
