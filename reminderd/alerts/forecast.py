"""Which alerts a loan will have, if nothing more is paid: the same decisions, ahead of time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from ..loans.position import Position, value
from ..loans.terms import Loan
from .plan import Alert, History, Policy, due_alerts
from .wallclock import local_date


@dataclass(frozen=True, slots=True)
class Foreseen:
    """An alert that will be decided at an instant, and the position it will speak of."""

    at: datetime
    alert: Alert
    position: Position


def forecast(
    loan: Loan, history: History, policy: Policy, start: datetime, end: datetime
) -> Iterator[Foreseen]:
    """Yield the alerts from *start* to *end*, both included, in order."""
    now: datetime | None = start
    while now is not None and now <= end:
        position = value(loan, local_date(now, loan.timezone))
        decision = due_alerts(loan, position, history, policy, now)
        for alert in decision.alerts:
            yield Foreseen(now, alert, position)
        made = decision.alerts + decision.superseded
        history = replace(
            history,
            decided=history.decided | {alert.identity for alert in made},
            told=history.told | {alert.due for alert in decision.alerts},
        )
        now = decision.next_at
