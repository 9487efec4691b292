"""What commands print about snoozes."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from ..alerts.snooze import Snooze
from ..app import App
from ..loans.terms import Loan
from ..playbook.playbook import Severity


def snooze_json(loan: Loan, snooze: Snooze) -> dict[str, Any]:
    """Return until when a loan is snoozed, and what is told all the same."""
    return {
        "loan": loan.id,
        "until": _local(loan, snooze).isoformat(),
        "severity": snooze.severity.name.lower(),
        "due": str(snooze.due),
    }


def snoozed_text(loan: Loan, snooze: Snooze) -> str:
    """Say until when a loan is snoozed, and what is told all the same."""
    but = "before that only its being paid is told"
    if snooze.severity < max(Severity):
        but = f"before that only what is worse than {snooze.severity.name.lower()} is told"
    return f"{loan.id} is snoozed until {_local(loan, snooze):%F %H:%M}; {but}"


def snooze_lines(app: App) -> list[str]:
    """Say which loans are snoozed now, a line each."""
    snoozed = app.snoozed()
    loans = (entry.loan for entry, _ in app.entries() if entry.loan.id in snoozed)
    return [snoozed_text(loan, snoozed[loan.id]) for loan in loans]


def snoozed_until(loan: Loan, snooze: Snooze | None) -> str | None:
    """Return when a snooze ends, where the loan is, for JSON."""
    return _local(loan, snooze).isoformat() if snooze else None


def _local(loan: Loan, snooze: Snooze) -> datetime:
    return snooze.until.astimezone(ZoneInfo(loan.timezone))
