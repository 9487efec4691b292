"""What comes round by the calendar, whatever the loans: checks, saving, a sign of life. Pure.

As with loans the rule is one of levels: of each kind the newest slot counts, and what was missed
is made up for only while it is fresh.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Set
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from .alert import ROUTINE, Alert, Decision, Identity, Reason
from .wallclock import instant, reached

STATEMENTS = f"{ROUTINE}statements"
CREDIT_REPORT = f"{ROUTINE}credit-report"
FUND = f"{ROUTINE}fund"
ALIVE = f"{ROUTINE}alive"

_STALE_AFTER = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Round:
    """One thing that comes round: on a day of the month, every so many months from January on.

    A month that has no such day means its last one.
    """

    milestone: str
    day: int
    months: int = 1

    def newest(self, until: date) -> date:
        """Return the last date it comes on that is not after *until*."""
        month = self._month(until)
        found = self._in(month)
        return found if found <= until else self._in(month - self.months)

    def next(self, after: date) -> date:
        """Return the first date it comes on that is after *after*."""
        month = self._month(after)
        found = self._in(month)
        return found if found > after else self._in(month + self.months)

    def _month(self, day: date) -> int:
        """Return the latest month with a slot up to the one of *day*, counted from the year 0."""
        month = day.year * 12 + day.month - 1
        return month - month % self.months

    def _in(self, month: int) -> date:
        year, before = divmod(month, 12)
        last = monthrange(year, before + 1)[1]
        return date(year, before + 1, min(self.day, last))


@dataclass(frozen=True, slots=True)
class Routine:
    """What the borrower wants to be told regularly, on which day of the month; None for what not.

    The credit report is told of on the first, every so many months.
    """

    statement_check: int | None = None
    credit_report: int | None = None
    emergency_fund: int | None = None
    proof_of_life: int | None = None
    send_at: time = time(9)

    def rounds(self) -> list[Round]:
        """Return what comes round."""
        monthly = {
            STATEMENTS: self.statement_check,
            FUND: self.emergency_fund,
            ALIVE: self.proof_of_life,
        }
        found = [Round(milestone, day) for milestone, day in monthly.items() if day]
        if self.credit_report:
            found.append(Round(CREDIT_REPORT, 1, self.credit_report))
        return found


def routine_due(
    routine: Routine, decided: Set[Identity], known_since: datetime, now: datetime, zone: str
) -> Decision:
    """Decide which routines are told of now; *known_since* is when the first loan was seen."""
    today = reached(now, routine.send_at, zone)
    rounds = routine.rounds()
    alerts = []
    for due in rounds:
        day = due.newest(today)
        at = instant(day, routine.send_at, zone)
        fresh = at >= known_since and now - at <= _STALE_AFTER
        if fresh and (day, due.milestone) not in decided:
            alerts.append(Alert(None, day, due.milestone, at, Reason.ROUTINE))
    following = [instant(due.next(today), routine.send_at, zone) for due in rounds]
    return Decision(tuple(alerts), (), min(following, default=None))
