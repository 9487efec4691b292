"""Which alerts there will be, if nothing more is paid: the same decisions, ahead of time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from ..loans.funds import BankAccount
from ..loans.position import Position, debits_to_record, value
from ..loans.terms import Loan, Payment
from ..loans.trouble import Trouble, attempt
from ..playbook.playbook import Playbook
from .plan import Alert, Decision, History, Identity, Next, Policy, due_alerts, next_reminder
from .routine import Routine, routine_due
from .shortage import Forecasts, shortages_due
from .trouble import tell_trouble
from .wallclock import local_date


@dataclass(frozen=True, slots=True)
class Foreseen:
    """An alert that will be decided at an instant, and the position it will speak of."""

    at: datetime
    alert: Alert
    position: Position | None  # None for a routine, and where none can be worked out
    following: Next | None = None  # the next reminder if nothing is paid


def forecast(
    loan: Loan,
    history: History,
    policy: Policy,
    start: datetime,
    end: datetime,
    playbook: Playbook | None = None,
) -> Iterator[Foreseen]:
    """Yield the alerts from *start* to *end*, both included, in order.

    Where the loan cannot be worked out any more, the notice of that is the last.
    """
    now: datetime | None = start
    while now is not None and now <= end:
        look = attempt(loan, partial(_looked_at, loan, history, policy, now, playbook))
        if isinstance(look, Trouble):  # which lasts until somebody mends it
            told = tell_trouble(look, history, now).alerts
            yield from (Foreseen(now, alert, None) for alert in told)
            return
        yield from look.foreseen
        history = history.after(look.decision)
        made = [replace(debit, recorded_at=now) for debit in look.debits]
        loan = replace(loan, payments=(*loan.payments, *made)) if made else loan
        now = look.decision.next_at


@dataclass(frozen=True, slots=True)
class _Look:
    """What one look at a loan will bring."""

    decision: Decision
    foreseen: list[Foreseen]
    debits: list[Payment]


def _looked_at(
    loan: Loan, history: History, policy: Policy, now: datetime, playbook: Playbook | None
) -> _Look:
    position = value(loan, local_date(now, loan.timezone))
    decision = due_alerts(loan, position, history, policy, now, playbook)
    foreseen = []
    for alert in decision.alerts:
        then = next_reminder(loan, position, policy, now, history.snooze, playbook)
        foreseen.append(Foreseen(now, alert, position, then))
    return _Look(decision, foreseen, debits_to_record(position))


def routine_forecast(
    routine: Routine,
    decided: Set[Identity],
    known_since: datetime,
    zone: str,
    start: datetime,
    end: datetime,
) -> Iterator[Foreseen]:
    """Yield the routines from *start* to *end*, both included, in order."""

    def decide(decided: Set[Identity], now: datetime) -> Decision:
        return routine_due(routine, decided, known_since, now, zone)

    return _of_no_loan(decide, decided, start, end)


def shortage_forecast(
    accounts: Sequence[BankAccount],
    forecasts: Forecasts,
    told: Set[Identity],
    start: datetime,
    end: datetime,
) -> Iterator[Foreseen]:
    """Yield the warnings of accounts that fall short from *start* to *end*, both included."""

    def decide(told: Set[Identity], now: datetime) -> Decision:
        return shortages_due(accounts, forecasts, told, now)

    return _of_no_loan(decide, told, start, end)


def _of_no_loan(
    decide: Callable[[Set[Identity], datetime], Decision],
    decided: Set[Identity],
    start: datetime,
    end: datetime,
) -> Iterator[Foreseen]:
    """Yield what is decided of no loan from *start* to *end*, in order."""
    now: datetime | None = start
    while now is not None and now <= end:
        decision = decide(decided, now)
        for alert in decision.alerts:
            yield Foreseen(now, alert, None)
        decided = decided | {alert.identity for alert in decision.alerts}
        now = decision.next_at
