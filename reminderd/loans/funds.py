"""Whether an account holds enough on the day: what leaves it, what comes in, when it falls short.

A forecast goes day by day from the balance that the borrower stated. On each day

* income comes first: lenders try a debit until the evening;
* then leaves what was paid, and what was to be debited on a day that is over;
* then, today, what is overdue, as it stands today;
* then what falls due on that day.

What is missing for one day is taken as put there for that day, so that each later shortage is
what is missing beside it. A day that is over had what it took, wherever that came from: of it
nobody needs to be told. Bills whose sums are not known are named and not counted.

A balance is that of a moment. Stated on the day itself, it is the one of that instant: what is
recorded later on that day comes out of it. Stated otherwise, it is that of the day's end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from .business_days import is_business_day
from .frequency import add_months
from .money import Money
from .position import Position, debited, debits_to_record, value
from .rules import covered_until
from .terms import Loan, Payment
from .trouble import Trouble, attempt, sound, troubles

HORIZON = timedelta(days=62)  # how far ahead is looked: two due dates of each monthly loan
FRESH = timedelta(days=35)  # for how long a balance says anything: a month, and a late look at it
MOST_TRANSFER_DAYS = 10
_DAY = timedelta(days=1)
_WEEK = 5  # working days


@dataclass(frozen=True, slots=True)
class Income:
    """What comes each month on a *day*, the last of a shorter one, or once *on* a date."""

    amount: Money
    day: int | None = None
    on: date | None = None

    def dates(self, first: date, last: date) -> Iterator[date]:
        """Yield the dates on which it comes, from *first* to *last*, both included."""
        if self.on is not None:
            yield from (on for on in (self.on,) if first <= on <= last)
            return
        month = date(2000, 1, self.day or 1)
        number = (first.year - 2000) * 12 + first.month - 1
        while (on := add_months(month, number)) <= last:
            if on >= first:
                yield on
            number += 1


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account held on a day: at an instant of it, or else at its end."""

    amount: Money
    as_of: date
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BankAccount:
    """An account that pays loans, by their ids.

    A transfer to it is there at the end of the ``transfer_days``-th business day after the one on
    which it is made; with 0 at once. It may go ``overdraft`` below zero. Its owner is told at
    *told_at* on a day.
    """

    name: str
    balance: Balance
    loans: frozenset[str]
    overdraft: Money
    income: tuple[Income, ...] = ()
    transfer_days: int = 1
    timezone: str = "UTC"
    told_at: time = time(9)

    @property
    def currency(self) -> str:
        """The currency it is in."""
        return self.overdraft.currency

    def is_fresh(self, day: date) -> bool:
        """Return whether its balance says anything on a day: it is neither old nor to come."""
        return timedelta(0) <= day - self.balance.as_of <= FRESH


@dataclass(frozen=True, slots=True)
class Outflow:
    """What leaves an account on a day for one loan; *due* is when it fell or falls due.

    Of a bill that is *unknown* nothing is counted.
    """

    on: date
    due: date
    loan: Loan
    amount: Money
    unknown: bool = False

    @property
    def debited(self) -> bool:
        """Whether the lender takes it by itself."""
        return self.loan.auto_debit is not None and self.loan.auto_debit.on


@dataclass(frozen=True, slots=True)
class Movement:
    """A day on which something comes in or leaves, and the balance after it."""

    on: date
    income: Money
    outflows: tuple[Outflow, ...]
    balance: Money


@dataclass(frozen=True, slots=True)
class Shortage:
    """What is *missing* on a day for its outflows; ``last_day`` is that of a transfer in time."""

    on: date
    missing: Money
    outflows: tuple[Outflow, ...]
    last_day: date

    @property
    def overdue(self) -> bool:
        """Whether it is for what is overdue, of which the loan itself is told."""
        return self.outflows[0].due < self.on

    @property
    def needed(self) -> Money:
        """All that leaves."""
        first = self.outflows[0].amount
        return Money(sum(out.amount.minor for out in self.outflows), first.currency)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What becomes of an account from a day on.

    *holds* is what is in it by then, before what leaves on the day; it is None, and there are
    neither movements nor shortages, where the stated balance says nothing any more. *coming* is
    what is known to leave either way, *unknown* what is not known. Of *troubled* loans nothing
    can be worked out.
    """

    account: BankAccount
    day: date
    holds: Money | None
    coming: tuple[Outflow, ...]
    unknown: tuple[Outflow, ...]
    movements: tuple[Movement, ...] = ()
    shortages: tuple[Shortage, ...] = ()
    troubled: tuple[Trouble, ...] = ()

    @property
    def until(self) -> date:
        """The last day that it looks at."""
        return self.day + HORIZON

    def next_income(self, after: date) -> date | None:
        """Return the first day after one on which money comes in, as far as is looked."""
        first, last = after + _DAY, self.until
        days = (on for income in self.account.income for on in income.dates(first, last))
        return min(days, default=None)

    def until_income(self, shortage: Shortage) -> list[Shortage]:
        """Return a shortage with those that follow before money comes in again."""
        until = self.next_income(shortage.on) or self.until + _DAY
        return [later for later in self.shortages if shortage.on <= later.on < until]


def newest(balances: Sequence[Balance]) -> Balance:
    """Return the balance that counts: the one of the latest day, of that day the last given."""
    return max(enumerate(balances), key=lambda one: (one[1].as_of, one[0]))[1]


def forecast(account: BankAccount, loans: Iterable[Loan], day: date) -> Forecast:
    """Return what becomes of an account from *day* on, if nothing but what is known happens.

    Of *loans*, those that it does not pay have no part in it.
    """
    mine = [loan for loan in loans if loan.id in account.loans]
    tried = [attempt(loan, partial(_of_loan, account, loan, day)) for loan in mine]
    found, failed = sound(tried), tuple(troubles(tried))
    known = sorted((out for each in found for out in each.coming), key=_order)
    coming = tuple(out for out in known if not out.unknown)
    unknown = tuple(out for out in known if out.unknown)
    if not account.is_fresh(day):
        return Forecast(account, day, None, coming, unknown, troubled=failed)
    run = _Run(account, [out for each in found for out in each.past], coming, day)
    return Forecast(
        account, day, run.holds, coming, unknown, tuple(run.movements), tuple(run.shortages), failed
    )


def _order(outflow: Outflow) -> tuple[date, date, str]:
    return outflow.on, outflow.due, outflow.loan.id


@dataclass(frozen=True, slots=True)
class _Flows:
    """What has left an account for a loan since its balance was stated, and what is to come."""

    past: Sequence[Outflow]
    coming: Sequence[Outflow]


def _of_loan(account: BankAccount, loan: Loan, day: date) -> _Flows:
    position = value(loan, day)
    if made := debits_to_record(position):
        loan = replace(loan, payments=(*loan.payments, *made))
        position = value(loan, day)
    past = [*_paid(account, loan, day), *_as_scheduled(account.balance, position)]
    past += _open_debits(account, position)
    coming = [
        Outflow(day, arrear.due, loan, position.money(arrear.owed.total))
        for arrear in position.arrears
    ]
    coming += [
        Outflow(part.due, part.due, loan, part.remaining, part.unknown)
        for part in position.upcoming
        if part.due <= day + HORIZON
    ]
    return _Flows(past, coming)


def _paid(account: BankAccount, loan: Loan, day: date) -> Iterator[Outflow]:
    """Yield the payments by *day* that the balance does not hold; ``paid_until`` has its own."""
    covered = covered_until(loan.terms)
    for payment in loan.payments:
        on = payment.on
        if on <= day and not (_is_out(account, loan, payment) or _is_covered(on, covered)):
            yield Outflow(on, on, loan, Money.of(payment.amount, loan.terms.currency))


def _is_covered(on: date, covered: date | None) -> bool:
    return covered is not None and on <= covered


def _as_scheduled(balance: Balance, position: Position) -> Iterator[Outflow]:
    """Yield what ``paid_until`` says was paid on its day, since the balance was stated."""
    loan = position.loan
    covered = covered_until(loan.terms)
    for part in position.account.parts:
        if _is_covered(part.due, covered) and balance.as_of < part.due <= position.as_of:
            total = position.money(part.principal + part.interest)
            yield Outflow(part.due, part.due, loan, total)


def _open_debits(account: BankAccount, position: Position) -> Iterator[Outflow]:
    """Yield the debits that nobody has confirmed or denied, since the balance was stated.

    Each took what was due on its day, unless some of that was paid otherwise since.
    """
    loan = position.loan
    for debit in position.unconfirmed:
        if not _is_out(account, loan, debit.due):
            owed = debit.owed.total  # all of it where its bill came after its due date
            taken = min(debited(loan, debit.due).minor or owed, owed)
            yield Outflow(debit.due, debit.due, loan, position.money(taken))


def _is_out(account: BankAccount, loan: Loan, made: Payment | date) -> bool:
    """Return whether a payment, or the debit of a due date, was out when the balance was stated.

    On the very day it was if every try to debit it had been made by then, or if it was recorded
    before.
    """
    balance, on = account.balance, made if isinstance(made, date) else made.on
    if on != balance.as_of or balance.at is None:
        return on <= balance.as_of
    local, debit = balance.at.astimezone(ZoneInfo(account.timezone)), loan.auto_debit
    if debit is not None and debit.times and local.time() >= max(debit.times):
        return True
    recorded = None if isinstance(made, date) or made.assumed else made.recorded_at
    return recorded is not None and recorded <= balance.at


class _Run:
    """A balance on its way, from the day on which it was stated to the horizon."""

    def __init__(
        self, account: BankAccount, past: Iterable[Outflow], coming: Iterable[Outflow], day: date
    ) -> None:
        self.account, self.day = account, day
        self.minor = account.balance.amount.minor
        self.movements: list[Movement] = []
        self.shortages: list[Shortage] = []
        income = self._income()
        made, leaving = _by_day(past), _by_day(coming)
        for on in sorted({account.balance.as_of, day, *income, *made, *leaving}):
            comes = income.get(on, 0)
            self.minor += comes
            self._take(made.get(on, []))
            if on == day:
                self.holds = self._money(self.minor)
            leaves = leaving.get(on, [])
            for outflows in _one_by_one(leaves, on):
                self._take(outflows, needed=True)
            if on >= day and (comes or leaves):
                after = self._money(self.minor)
                self.movements.append(Movement(on, self._money(comes), tuple(leaves), after))

    def _income(self) -> dict[date, int]:
        """Return what comes in on which day after the one on which the balance was stated."""
        found: dict[date, int] = defaultdict(int)
        first, last = self.account.balance.as_of + _DAY, self.day + HORIZON
        for income in self.account.income:
            for on in income.dates(first, last):
                found[on] += income.amount.minor
        return found

    def _take(self, outflows: Sequence[Outflow], *, needed: bool = False) -> None:
        """Let money out; what is missing for that is put there, and noted where it is *needed*."""
        if not outflows:
            return
        self.minor -= sum(outflow.amount.minor for outflow in outflows)
        missing = -self.account.overdraft.minor - self.minor
        if missing > 0:
            self.minor += missing
            if needed:
                on, last_day = outflows[0].on, last_transfer_day(self.account, outflows)
                self.shortages.append(Shortage(on, self._money(missing), tuple(outflows), last_day))

    def _money(self, minor: int) -> Money:
        return Money(minor, self.account.currency)


def _by_day(outflows: Iterable[Outflow]) -> dict[date, list[Outflow]]:
    found: dict[date, list[Outflow]] = defaultdict(list)
    for outflow in outflows:
        found[outflow.on].append(outflow)
    return found


def _one_by_one(outflows: Sequence[Outflow], on: date) -> list[list[Outflow]]:
    """Return what is overdue, and what falls due on the day: each is told of by itself."""
    overdue = [outflow for outflow in outflows if outflow.due < on]
    return [overdue, [outflow for outflow in outflows if outflow.due >= on]]


def last_transfer_day(account: BankAccount, outflows: Sequence[Outflow]) -> date:
    """Return the last day on which a transfer arrives before any of a day's outflows is taken.

    One that takes business days has to be there on the day before: a debit may come at dawn. One
    that arrives at once will do on the day itself, where all is taken after its owner is told.
    """
    on = outflows[0].on
    if not account.transfer_days:
        return on if all(_is_after(outflow, account.told_at) for outflow in outflows) else on - _DAY
    calendars = {outflow.loan.terms.business_days.calendar for outflow in outflows} - {None}
    day, left = on - _DAY, account.transfer_days
    while left or not _is_worked(day, calendars):
        left -= _is_worked(day, calendars)
        day -= _DAY
    return day


def _is_after(outflow: Outflow, told_at: time) -> bool:
    """Return whether what leaves is taken after a time of its day: by hand, or at known times."""
    debit = outflow.loan.auto_debit
    return not outflow.debited or (debit is not None and min(debit.times, default=time()) > told_at)


def _is_worked(day: date, calendars: Iterable[str | None]) -> bool:
    """Return whether banks work on a day by each of some calendars, else Monday to Friday."""
    known = [calendar for calendar in calendars if calendar is not None]
    return all(is_business_day(day, each) for each in known) if known else day.weekday() < _WEEK
