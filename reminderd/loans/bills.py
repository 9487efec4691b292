"""Bills whose sums come one by one: when each is expected, and which due dates have none yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from datetime import date, timedelta
from itertools import takewhile

from .frequency import add_months
from .terms import STATEMENT_DAYS, Bill, LoanTerms, Repayment

NEAR = 10  # days by which a bill's due date may differ from the expected one
_AHEAD = 2  # expected due dates that are looked at
_YEAR = timedelta(days=366)


def lives_by_bills(terms: LoanTerms) -> bool:
    """Return whether bills go on coming, so that the loan is never paid off as a whole."""
    return terms.repayment is Repayment.BILLED or terms.statement_day is not None


def takes_bills(terms: LoanTerms) -> bool:
    """Return whether a bill can be recorded; elsewhere a schedule says what is due."""
    return terms.repayment in (Repayment.BILLED, Repayment.REVOLVING, Repayment.LISTED)


def expected(terms: LoanTerms, since: date) -> Iterator[date]:
    """Yield the due dates of bills from *since* on, without end; none where nobody knows them."""
    first, step = terms.first_due, terms.frequency
    if first is None or terms.repayment not in (Repayment.BILLED, Repayment.REVOLVING):
        return
    longest = step.days * 31 // 30 + 1  # days of a period
    number = max(0, (since - first).days // longest - 1)
    while True:
        due = step.step(first, number, end_of_month=terms.end_of_month)
        if (due := terms.business_days.adjust(due)) >= since:
            yield due
        number += 1


def expected_near(terms: LoanTerms, due: date) -> date | None:
    """Return the expected due date that a bill due on *due* is for, if there is one."""
    near = timedelta(days=min(NEAR, terms.frequency.days // 2))
    around = takewhile(lambda day: day <= due + near, expected(terms, due - near))
    return min(around, key=lambda day: abs(day - due), default=None)


def statement_date(terms: LoanTerms, due: date) -> date | None:
    """Return the statement day before a due date; a month without that day has it on its last."""
    if terms.statement_day is None:
        return None
    last_of = [add_months(due.replace(day=1), month) - timedelta(days=1) for month in (1, 0)]
    days = (last.replace(day=min(terms.statement_day, last.day)) for last in last_of)
    return next(day for day in days if day < due)


def drawn_on(terms: LoanTerms, due: date) -> date:
    """Return when the bill of a due date is drawn, where nobody says: not much before it."""
    days = terms.minimum.statement_days if terms.minimum else STATEMENT_DAYS
    return statement_date(terms, due) or due - timedelta(days=days)


def in_force(terms: LoanTerms, bills: Iterable[Bill]) -> list[Bill]:
    """Return the bills that count: of several for one due date the last one given.

    One that ``paid_until`` covers is in the balance of that day, where the terms name it.
    """
    past = terms.paid_until if terms.repayment is Repayment.REVOLVING else None
    counted = (bill for bill in bills if past is None or bill.due > past)
    return list({expected_near(terms, bill.due) or bill.due: bill for bill in counted}.values())


def without_bill(
    terms: LoanTerms, bills: Iterable[Bill], dues: Set[date], today: date, *, one_at_least: bool
) -> tuple[list[date], list[date]]:
    """Return the expected due dates that have no sum: those that are past, and the next ones.

    *bills* and *dues* are those that have one. Of what lies before the first bill only the last
    date is asked after: the others were before the loan was recorded here.
    """
    if not lives_by_bills(terms):
        return [], []
    billed = {expected_near(terms, bill.due) for bill in bills} | dues
    since = terms.paid_until  # up to then nobody asks what was paid
    begin = today - _YEAR if since is None else max(today - _YEAR, since + timedelta(days=1))
    year = [*takewhile(lambda day: day < today, expected(terms, begin))]
    past = [*takewhile(lambda day: day not in billed, reversed(year))]
    if len(past) == len(year):
        past = past[:1]
    coming: list[date] = []
    for number, due in enumerate(expected(terms, max(begin, today))):
        if number >= _AHEAD and (coming or not one_at_least):
            break
        if due not in billed:
            coming.append(due)
    return past[::-1], coming
