"""Reminders of what is unpaid, and of a request that the lender has not answered.

Each unpaid installment has slots on chosen days before and after its due date; the request has
one. The loan's newest slot that has come says what to send.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date, timedelta

from ..loans.position import Position
from ..loans.terms import Request, RequestState
from ..playbook.facts import current_request
from . import billing
from .alert import ANSWER_DUE, BILL_DUE, Reason, milestone
from .slots import Look, Said, Slot


def remind(look: Look) -> Said:
    """Return the reminder that goes out now, if one does: at most one, however late we look."""
    newest = _newest(look)
    if newest is None or look.is_decided(newest) or look.holds(newest):
        return Said([], [])
    series = [*(_slots_of(look, due, newest.day) for due in _near(look)), _answer(look)]
    series.append(billing.questions(look))
    missed = [slot for slots in series for slot in _missed(look, slots) if slot != newest]
    return Said(
        [look.alert(newest)], [look.superseded(slot, _why(slot, newest)) for slot in missed]
    )


def held(look: Look) -> list[Slot]:
    """Return the slot that has come and that a snooze holds, if there is one."""
    newest = _newest(look)
    return [newest] if newest and not look.is_decided(newest) and look.holds(newest) else []


def to_come(look: Look) -> Iterator[Slot]:
    """Yield the next slots."""
    unknown = {part.due for part in look.position.upcoming if part.unknown}
    for due in _near(look, and_next=True):
        offset = look.policy.next_after((look.reached - due).days)
        if offset is not None and (offset <= 0 or due not in unknown):
            yield _slot(look, due, offset)
    yield from billing.to_come(look)
    if (answer := _answer_slot(look)) and answer.day > look.reached:
        yield answer


def unanswered(position: Position) -> Request | None:
    """Return the request for an extension that the lender still has to answer."""
    request = current_request(position)
    waits = request is not None and request.state is RequestState.REQUESTED
    return request if waits and not position.settled else None


def _near(look: Look, *, and_next: bool = False) -> list[date]:
    """Return the unpaid due dates that may have a slot, oldest first.

    An installment further ahead than the first reminder has no slot yet, and of those only the
    nearest can have the next one: a mortgage has hundreds.
    """
    unpaid = look.position.unpaid()
    return unpaid[: bisect_right(unpaid, look.reached + look.policy.lead) + and_next]


def _newest(look: Look) -> Slot | None:
    """Return the slot that says what to send now."""
    slots = [*_newest_of_each(look, _near(look)), *_answer(look), *billing.questions(look)]
    return max(slots, key=_rank, default=None)


def _newest_of_each(look: Look, dues: list[date]) -> Iterator[Slot]:
    for due in dues:
        offset = look.policy.newest((look.reached - due).days)
        if offset is not None:
            yield _slot(look, due, offset)


def _slots_of(look: Look, due: date, until: date) -> list[Slot]:
    return [_slot(look, due, offset) for offset in look.policy.offsets((until - due).days)]


def _slot(look: Look, due: date, offset: int) -> Slot:
    day = due + timedelta(days=offset)
    return Slot(day, due, milestone(offset), look.policy.reason(offset))


def _answer_slot(look: Look) -> Slot | None:
    """Return when a request is to be followed up that still has no answer."""
    wait, request = look.policy.follow_up_days, unanswered(look.position)
    if wait is None or request is None:
        return None
    day = request.on + timedelta(days=wait)
    return Slot(day, request.on, ANSWER_DUE, Reason.ANSWER_DUE)


def _answer(look: Look) -> list[Slot]:
    """Return the slot of the request if it has come."""
    slot = _answer_slot(look)
    return [slot] if slot and slot.day <= look.reached else []


def _rank(slot: Slot) -> tuple[date, bool, int]:
    """Order slots: the newest speaks; of several in one, the oldest installment's.

    A reminder speaks for a request too, for it advises to follow that up, and for a bill, for it
    says that the next one's sum is not known.
    """
    return slot.day, slot.milestone not in (ANSWER_DUE, BILL_DUE), -slot.due.toordinal()


def _missed(look: Look, slots: list[Slot]) -> Iterator[Slot]:
    """Yield the undecided slots of one installment, or of the request.

    Of what lies before we knew of the loan only the last slot counts: it must not speak up later,
    once what spoke in its place is paid.
    """
    for slot in slots:
        forgotten = look.was_before(slot) and slot != slots[-1]
        if not (look.is_decided(slot) or forgotten):
            yield slot


def _why(slot: Slot, newest: Slot) -> Reason:
    return Reason.SAME_SLOT if slot.day == newest.day else Reason.NEWER_ALERT
