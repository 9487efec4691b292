"""A loan of nobody's, to try words and templates on before they are needed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache

from ..alerts.alert import Alert, Next, Reason
from ..alerts.routine import FUND
from ..loans.charges import Cap, CapMode
from ..loans.position import Position, value
from ..loans.terms import (
    AutoDebit,
    Installment,
    Loan,
    LoanTerms,
    Payment,
    Penalty,
    PenaltyRule,
    Request,
    RequestState,
)
from ..messages.compose import Occasion
from ..messages.routine import RoutineLetter
from ..messages.sheet import Desk, Sheet
from ..messages.words import words

_SOME_DAY = datetime(2026, 10, 15, 1, tzinfo=UTC)
_DUES = (date(2026, 10, 15), date(2026, 11, 15), date(2026, 12, 15))
_TERMS = LoanTerms(
    currency="CNY",
    listed=tuple(Installment(due, 1000_00, 50_00) for due in _DUES),
    penalty=Penalty(PenaltyRule.DAILY_RATE, Decimal("0.0005")),
    grace_days=2,
    caps=(Cap(CapMode.WARN, annual_rate=Decimal("0.01")),),
)
_BARE = Loan("sample", "Sample loan", _TERMS, "Asia/Shanghai")
_KNOWN = replace(
    _BARE,
    contact="95000",
    app_path="App",
    auto_debit=AutoDebit(on=True, account="1234"),
    hardship="illness",
    legal_letter=_DUES[0],
    reported_after=4,
    record_years=5,
    requests=(Request(RequestState.REQUESTED, _DUES[0]),),
)
_PAID_LATE = tuple(Payment(_DUES[0] + timedelta(days=9), Decimal(1100)) for _ in _DUES)


def samples() -> list[Position]:
    """Return a loan in each of its states, once with all facts and once with none."""
    states = {_KNOWN: (-3, 0, 1, 6, 40, 120), _BARE: (-3, 6)}
    found = [
        value(loan, _DUES[0] + timedelta(days=day)) for loan, days in states.items() for day in days
    ]
    settled = replace(_KNOWN, payments=_PAID_LATE)
    return [*found, value(settled, _DUES[-1])]


def occasion(what: str, loan: Loan, due: date) -> Occasion:
    """Return an occasion on which a message called *what* goes, two hours late."""
    alert = Alert(loan.id, due, what, _SOME_DAY, Reason.FIRST_LOOK)
    late = _SOME_DAY + timedelta(hours=2)
    coming = Next(late + timedelta(days=1), if_unpaid=True)
    return Occasion(alert, late, _SOME_DAY, coming, _SOME_DAY)


@cache
def known_variables(*, routine: bool) -> frozenset[str]:
    """Return what the words of an action may mention, in a routine or about a loan."""
    desk, position = Desk(), value(_KNOWN, _DUES[0])
    if routine:
        now = occasion(FUND, _KNOWN, _DUES[0])
        return frozenset(RoutineLetter(now.alert, now, desk, [position], "en").variables)
    return frozenset(Sheet(_KNOWN, position, words("en"), desk).variables)
