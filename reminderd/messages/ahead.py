"""What happens next if nothing is paid, and when, in the words of a locale."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from ..loans.caps import exceeded
from ..loans.cliffs import Cliff, CliffReason
from ..loans.position import Position, value
from ..loans.rules import fee_days
from ..playbook.facts import days_in_grace, grace_spares_record, reported_from
from ..playbook.playbook import Stage
from .sheet import Sheet

_DAY = timedelta(days=1)
_LOOK_AHEAD = timedelta(days=31)


@dataclass(frozen=True, slots=True, order=True)
class Event:
    """Something that happens on a day; ``warns`` where it makes things worse."""

    on: date
    sentence: str
    warns: bool = False


def ahead(sheet: Sheet) -> list[Event]:
    """Return what happens within the next month, the nearest first."""
    until = sheet.today + _LOOK_AHEAD
    found = [event for event in _events(sheet) if sheet.today <= event.on <= until]
    return sorted(set(found))


def _events(sheet: Sheet) -> Iterator[Event]:
    if sheet.position.settled:
        return
    yield from _debit(sheet)
    yield from _cliff(sheet)
    reported = list(_reported(sheet))
    yield from reported
    yield from (e for e in _worse_stage(sheet) if e.on not in {r.on for r in reported})
    yield from _cap(sheet)


def _debit(sheet: Sheet) -> Iterator[Event]:
    debit, due = sheet.loan.auto_debit, sheet.position.pay_by
    if "debit-tried" in sheet.facts or sheet.position.sum_unknown:
        return
    if debit is not None and debit.on and due is not None and due >= sheet.today:
        amount = sheet.variables["amount"]
        yield Event(due, sheet.words.line("ahead_debit", on=_day(sheet, due), amount=amount))


def _cliff(sheet: Sheet) -> Iterator[Event]:
    cliff = sheet.position.next_cliff
    if cliff is None:
        return
    told = sheet.position.increase or not cliff.increase
    if cliff.reason is CliffReason.PENALTY_STARTS and told:
        return  # the row on one more day says it, or there is nothing to say
    key = f"cliff_{cliff.reason}"
    if cliff.reason is CliffReason.GRACE_ENDS:
        costs, counts = _costs(sheet.position, cliff), _counts(sheet.position, cliff)
        if not costs and not counts:
            return  # what is told already goes on as it was
        if not costs or not counts:
            key = "cliff_grace_costs" if costs else "cliff_grace_counts"
    increase = sheet.words.money(cliff.increase)
    said = sheet.words.line(key, cliff_date=_day(sheet, cliff.date), increase=increase)
    yield Event(cliff.date, said, warns=True)


def _costs(position: Position, cliff: Cliff) -> bool:
    """Return whether the end of grace costs more than any other day: by penalty, or by a fee."""
    terms = position.loan.terms
    penalty, day = terms.penalty_rate, cliff.date.toordinal()
    if terms.interest_grace or (penalty and penalty.value and terms.penalty_grace):
        return True
    return any(day in fee_days(terms, fee, cliff.due.toordinal(), day) for fee in terms.fees)


def _counts(position: Position, cliff: Cliff) -> bool:
    """Return whether a loan that is not recorded as overdue may be from the end of grace on."""
    return cliff.due == position.pay_by and grace_spares_record(position.loan)


def _reported(sheet: Sheet) -> Iterator[Event]:
    day = reported_from(sheet.position)
    if day is not None and day > sheet.today:
        yield Event(day, sheet.words.line("ahead_reported", on=_day(sheet, day)), warns=True)


def _worse_stage(sheet: Sheet) -> Iterator[Event]:
    """Yield what the next stage of lateness brings, once something is late."""
    position, book, terms = sheet.position, sheet.desk.playbook, sheet.loan.terms
    days = 0 if sheet.person else position.days_past_due
    stage = book.next_stage(max(days, terms.days_past_due(days_in_grace(sheet.loan))))
    if not days or stage is None or (said := _outlook(sheet, stage)) is None:
        return
    day = position.arrears[0].due + timedelta(days=terms.days_late(_first_day(stage)))
    line = sheet.words.line("ahead_stage", on=_day(sheet, day), outlook=said)
    yield Event(day, line, warns=True)


def _outlook(sheet: Sheet, stage: Stage) -> str | None:
    """Return what a stage brings; where the end of grace speaks of the record, that is enough."""
    cliff, known = sheet.position.next_cliff, set(sheet.facts)
    if cliff and cliff.reason is CliffReason.GRACE_ENDS and _counts(sheet.position, cliff):
        known.discard("reported-any-day")
    return sheet.desk.playbook.outlook(stage, sheet.words.name, known)


def _first_day(stage: Stage) -> int:
    assert stage.first_day is not None  # a stage that comes next is one of lateness
    return stage.first_day


def _cap(sheet: Sheet) -> Iterator[Event]:
    """Yield that tomorrow's fees, or cost, are above a cap that today's are not."""
    if not sheet.loan.terms.caps or not sheet.position.arrears:
        return
    tomorrow = sheet.today + _DAY
    known = {found.cap for found in exceeded(sheet.position)}
    for found in exceeded(value(sheet.loan, tomorrow)):
        if found.annual_rate is None and found.cap not in known:
            source = found.cap.source or sheet.words.line("cap_source")
            key = "ahead_cap" if found.fees is not None else "ahead_cap_cost"
            said = sheet.words.line(key, on=_day(sheet, tomorrow), source=source)
            yield Event(tomorrow, said, warns=True)


def _day(sheet: Sheet, day: date) -> str:
    return sheet.words.day(day, sheet.today)
