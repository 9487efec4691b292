"""The warning that an account will not hold enough on a day, while a transfer still helps. Pure.

It comes on the last day on which a transfer arrives in time, once for each account and day. Where
that day has passed before anybody could know, it comes at once. It comes again where much more is
missing than was told. The rule is one of levels, as with loans: whatever happened meanwhile, what
the forecast says now is held against what was told. What is overdue is counted, and of it the
loan's own messages tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from datetime import date, datetime, timedelta
from hashlib import sha256

from ..loans.funds import BankAccount, Forecast, Shortage
from .alert import SHORT, Alert, Decision, Identity, Reason
from .wallclock import instant, local_date, reached

_DAY = timedelta(days=1)
_MUCH = (11, 10)  # what is missing has grown by more than a tenth

Forecasts = Callable[[date], Sequence[Forecast]]
"""What becomes of each account from a day on."""


def is_shortage(milestone: str) -> bool:
    """Return whether a milestone is that of such a warning."""
    return milestone.startswith(SHORT)


def shortages_due(
    accounts: Sequence[BankAccount], forecasts: Forecasts, told: Set[Identity], now: datetime
) -> Decision:
    """Decide which shortages are warned of now, given what was *told* of.

    All accounts are told of at one time of day. Until it has come, the day before counts: what is
    found out overnight is told in the morning.
    """
    if not accounts:
        return Decision((), (), None)
    zone, told_at = accounts[0].timezone, accounts[0].told_at
    day, today = reached(now, told_at, zone), local_date(now, zone)
    alerts = [
        Alert(None, shortage.on, _name(found.account, shortage), at, Reason.FUNDS_SHORT)
        for found in forecasts(day)
        for shortage in found.shortages
        if shortage.on >= today
        and not shortage.overdue
        and (at := instant(shortage.last_day, told_at, zone)) <= now
        and not _is_told(found.account, shortage, told)
    ]
    return Decision(tuple(alerts), (), _next_look(accounts, day))


def _next_look(accounts: Sequence[BankAccount], day: date) -> datetime | None:
    """Return when to look again: each day, for as long as a balance says anything."""
    fresh = [account for account in accounts if account.is_fresh(day + _DAY)]
    coming = [account.balance.as_of for account in accounts if account.balance.as_of > day]
    following = [day + _DAY] if fresh else coming
    zone, told_at = accounts[0].timezone, accounts[0].told_at
    return min((instant(on, told_at, zone) for on in following), default=None)


def _is_told(account: BankAccount, shortage: Shortage, told: Set[Identity]) -> bool:
    """Return whether it was told that about so much is missing."""
    more, than = _MUCH
    most = max(_amounts_told(account, shortage, told), default=None)
    return most is not None and shortage.missing.minor * than <= most * more


def _amounts_told(
    account: BankAccount, shortage: Shortage, told: Iterable[Identity]
) -> Iterator[int]:
    begins = _begins(account)
    for due, milestone in told:
        if due == shortage.on and milestone.startswith(begins):
            yield int(milestone.removeprefix(begins))


def _name(account: BankAccount, shortage: Shortage) -> str:
    """Name the warning: by the account, whose own name may be long, and by what is missing."""
    return f"{_begins(account)}{shortage.missing.minor}"


def _begins(account: BankAccount) -> str:
    return f"{SHORT}{sha256(account.name.encode()).hexdigest()[:8]}-"


def told_of(
    alert: Alert, forecasts: Iterable[Forecast], told: Set[Identity]
) -> tuple[Forecast, Shortage] | None:
    """Return the shortage that a warning is about, as it stands now.

    None where there is enough by now, or where a later warning says how much more is missing.
    """
    for found in forecasts:
        begins = _begins(found.account)
        for shortage in found.shortages if alert.milestone.startswith(begins) else ():
            if shortage.on == alert.due and not shortage.overdue:
                most = max(_amounts_told(found.account, shortage, told), default=0)
                own = int(alert.milestone.removeprefix(begins))
                return (found, shortage) if own >= most else None
    return None
