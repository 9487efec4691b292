"""Reminders of what is unpaid, and questions: of a request, of a debit, of a loan in mid-life.

Each unpaid installment has slots on chosen days before and after its due date; a request without
an answer has one, a debit that nobody has confirmed a few. The loan's newest slot that has come
says what to send.

A loan has one voice. While an installment is overdue, the oldest one sets the rhythm: a later one
speaks on its due date and before it costs more by itself, and is mentioned otherwise. So without
news a loan speaks no more often than one installment would.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice

from ..loans.position import Position
from ..loans.terms import Request, RequestState
from ..playbook.facts import current_request
from . import billing
from .alert import (
    ANSWER_DUE,
    BILL_DUE,
    PAID_SO_FAR,
    Alert,
    Reason,
    debit_milestone,
    milestone,
)
from .policy import Policy
from .slots import Look, Said, Slot

_DAY = timedelta(days=1)


def remind(look: Look) -> Said:
    """Return the reminder that goes out now, if one does: at most one, however late we look."""
    newest = _newest(look)
    if newest is None or look.is_decided(newest) or look.holds(newest):
        return Said([], [])
    series = [*(_slots_of(look, due, newest.day) for due in _near(look)), _answer(look)]
    series += [_debit_slots(look, debit.due, look.reached) for debit in look.position.unconfirmed]
    series.append(billing.questions(look))
    missed = [slot for slots in series for slot in _missed(look, slots)]
    if question := _mid_life(look):
        return Said([question], [look.superseded(slot, Reason.SAME_SLOT) for slot in missed])
    return Said(
        [look.alert(newest)],
        [look.superseded(slot, _why(slot, newest)) for slot in missed if slot != newest],
    )


def _mid_life(look: Look) -> Alert | None:
    """Return what is asked, once, in place of alarming whoever enters a loan that is under way."""
    past, history = unstated(look), look.history
    if not past or not history.told.isdisjoint(past):
        return None
    if any(what == PAID_SO_FAR for _, what in history.decided):
        return None
    return look.alert_at_once(past[0], PAID_SO_FAR, Reason.FIRST_LOOK)


def unstated(look: Look) -> list[date]:
    """Return what fell due before the loan was known, if nothing says whether it was paid.

    Nothing says that it is unpaid, but that nothing says the contrary.
    """
    loan, terms = look.loan, look.loan.terms
    stated = (loan.payments, loan.agreed, loan.asked, loan.failed, loan.requests)
    if any(stated) or terms.paid_until or terms.extensions or terms.waivers:
        return []
    past = [arrear.due for arrear in (*look.position.unconfirmed, *look.position.arrears)]
    past = sorted(due for due in past if due < look.reached)
    known_late = past and look.instant(past[0]) >= look.history.known_since
    return [] if known_late else past


def held(look: Look) -> list[Slot]:
    """Return the slot that has come and that a snooze holds, if there is one."""
    newest = _newest(look) if look.hold else None
    return [newest] if newest and not look.is_decided(newest) and look.holds(newest) else []


def to_come(look: Look) -> Iterator[Slot]:
    """Yield the next slots."""
    unknown = {part.due for part in look.position.upcoming if part.unknown}
    for due in _near(look, and_next=True):
        reached = (look.reached - due).days
        rhythm = look.rhythm(due)
        offsets = [rhythm.next_after(reached)]
        if look.position.first_known != due:
            # What stands beside an older installment is silent on most of these days.
            offsets = [*look.policy.offsets(0), *look.policy.offsets_beside()]
        for offset in sorted({offset for offset in offsets if offset is not None}):
            may = offset > reached and (offset <= 0 or due not in unknown)
            if may and _speaks(look, due, offset):
                yield _slot(rhythm, due, offset)
                break
    yield from _debits_to_come(look)
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
    for debit in look.position.unconfirmed:
        slots += _debit_slots(look, debit.due, look.reached)[-1:]
    return max(slots, key=_rank, default=None)


def _newest_of_each(look: Look, dues: list[date]) -> Iterator[Slot]:
    for due in dues:
        rhythm = look.rhythm(due)
        offsets = reversed(rhythm.offsets((look.reached - due).days))
        speaking = (offset for offset in offsets if _speaks(look, due, offset))
        yield from (_slot(rhythm, due, offset) for offset in islice(speaking, 1))


def _speaks(look: Look, due: date, offset: int) -> bool:
    """Return whether a slot may be spoken of, and is not only mentioned by an older installment."""
    day = due + timedelta(days=offset)
    if look.loan.awaits_debit(due, day):
        return False  # what may have been debited is asked about
    # A bill whose sum nobody knows is not overdue once its date has passed.
    oldest = look.position.first_known
    if oldest is None or due == oldest or day <= oldest:
        return True
    if not look.position.arrears and look.loan.awaits_debit(oldest, day):
        return True  # what is debited by then is asked about, not overdue
    return not offset or offset in look.policy.own_cliffs


def _debit_slots(look: Look, due: date, until: date) -> list[Slot]:
    """Return the days up to *until* on which it is asked whether a debit went through.

    While something is overdue for certain, the question is put once.
    """
    offsets = look.policy.debit_asked[: 1 if look.position.arrears else None]
    days = ((due + timedelta(days=offset), offset) for offset in offsets)
    return [
        Slot(day, due, debit_milestone(offset), Reason.DEBIT_UNCONFIRMED)
        for day, offset in days
        if day <= until
    ]


def _debits_to_come(look: Look) -> Iterator[Slot]:
    """Yield the next question of each debit that is open or comes next."""
    for due in _debits(look):
        slots = _debit_slots(look, due, date.max)
        yield from islice((slot for slot in slots if slot.day > look.reached), 1)


def _debits(look: Look) -> list[date]:
    """Return the due dates of the debits that are open, and of the nearest one to come."""
    coming = (due for due in look.position.unpaid() if look.loan.awaits_debit(due, due + _DAY))
    return [*(debit.due for debit in look.position.unconfirmed), *islice(coming, 1)]


def _slots_of(look: Look, due: date, until: date) -> list[Slot]:
    rhythm = look.rhythm(due)
    return [_slot(rhythm, due, offset) for offset in rhythm.kept((until - due).days)]


def _slot(rhythm: Policy, due: date, offset: int) -> Slot:
    day = due + timedelta(days=offset)
    return Slot(day, due, milestone(offset), rhythm.reason(offset))


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


def assumptions(look: Look) -> list[date]:
    """Return the day on which the nearest debit to come counts as made, where debits do."""
    debit = look.loan.auto_debit
    if debit is None or not debit.assume_paid:
        return []
    days = (due + timedelta(days=debit.last_day + 1) for due in _debits(look))
    return [day for day in days if day > look.reached]
