"""Telling somebody else where nobody reacts: when, once, and what stops it."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from reminderd.alerts.channel import Channel, Recipient, reserved, targets
from reminderd.alerts.escalation import unanswered_since
from reminderd.alerts.forecast import forecast
from reminderd.alerts.plan import ESCALATED, Policy, Reason, replaces
from reminderd.loans.terms import Payment
from reminderd.playbook.playbook import Severity

DUE = date(2026, 12, 5)
DAY = timedelta(days=1)
AFTER_A_DAY = Policy(escalate_after=24)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def desk(borrow, desk_of):
    """Return a desk whose loan was due on the 5th and is reminded of every day."""

    def make(policy=AFTER_A_DAY, dues=(DUE,)):
        return desk_of(borrow(*dues), policy)

    return make


def escalated(desk):
    found = [alert for alert in desk.sent if alert.milestone == ESCALATED]
    return [
        f"{alert.due:%m-%d} {alert.scheduled_for.astimezone(ZoneInfo('Asia/Shanghai')):%m-%d %H:%M}"
        for alert in found
    ]


def live(desk, until, since="2026-12-05 09:00"):
    desk.follow(at(since), at(until))


def test_it_goes_so_many_hours_after_the_first_reminder_that_was_bad_enough_and_once(desk):
    one = desk()
    live(one, "2027-03-05 09:00")
    # On the fourth day the stage becomes critical.
    assert escalated(one) == ["12-05 12-10 09:00"]
    [alert] = [alert for alert in one.sent if alert.milestone == ESCALATED]
    assert alert.reason is Reason.NOBODY_REACTED
    assert unanswered_since(alert, one.policy) == at("2026-12-09 09:00")


def test_hours_and_severity_are_the_users(desk):
    one = desk(Policy(escalate_after=5, escalate_from=Severity.WARNING))
    live(one, "2026-12-07 09:00")
    assert escalated(one) == ["12-05 12-06 14:00"]


def test_without_the_wish_nobody_else_is_told(desk):
    one = desk(Policy())
    live(one, "2027-03-05 09:00")
    assert escalated(one) == []


def test_a_reaction_after_the_reminder_stops_it_for_good(desk):
    one = desk()
    live(one, "2026-12-09 09:00")
    one.history = replace(one.history, reacted_at=at("2026-12-09 20:00"))
    live(one, "2027-03-05 09:00", "2026-12-09 20:00")
    assert escalated(one) == []


def test_a_reaction_to_a_milder_reminder_before_does_not(desk):
    one = desk()
    one.history = replace(one.history, reacted_at=at("2026-12-08 20:00"))
    live(one, "2026-12-10 09:00")
    assert len(escalated(one)) == 1


def test_what_is_paid_in_time_is_not_told(desk):
    one = desk()
    live(one, "2026-12-09 09:00")
    one.pay(Payment(DUE + 4 * DAY, Decimal("100.00")))
    live(one, "2027-03-05 09:00", "2026-12-09 20:00")
    assert escalated(one) == []


def test_each_installment_has_its_own(desk):
    one = desk(dues=(DUE, date(2026, 12, 20)))
    live(one, "2026-12-10 09:00")
    one.pay(Payment(date(2026, 12, 11), Decimal("100.00")))
    live(one, "2026-12-31 09:00", "2026-12-11 12:00")
    assert escalated(one) == ["12-05 12-10 09:00", "12-20 12-25 09:00"]


def test_after_downtime_it_counts_from_when_the_reminder_that_goes_was_meant_to(desk):
    one = desk()
    live(one, "2026-12-08 09:00")
    # The newest was meant for the 19th; the fourth day's was never sent, and counts for nothing.
    one.look(at("2026-12-20 08:00"))
    assert escalated(one) == []
    live(one, "2026-12-20 09:00", "2026-12-20 08:00")
    assert escalated(one) == ["12-05 12-20 09:00"]


def test_after_long_downtime_others_are_told_with_the_borrower(desk):
    one = desk()
    live(one, "2026-12-08 09:00")
    one.look(at("2026-12-20 12:00"))
    assert escalated(one) == ["12-05 12-20 09:00"]


def test_what_was_reminded_before_the_wish_was_known_counts_from_then(desk):
    one = desk(Policy())
    live(one, "2026-12-20 09:00")
    known = at("2026-12-20 15:00")
    one.policy, one.history = AFTER_A_DAY, replace(one.history, known_since=known)
    live(one, "2026-12-25 09:00", "2026-12-20 15:00")
    assert escalated(one) == ["12-05 12-21 15:00"]


def test_it_is_foreseen(desk):
    one = desk()
    live(one, "2026-12-06 09:00")
    span = at("2026-12-06 10:00"), at("2027-01-06 09:00")
    seen = [item.alert for item in forecast(one.loan, one.history, one.policy, *span)]
    one.sent.clear()
    one.follow(*span)
    assert one.sent == seen
    assert len(escalated(one)) == 1


def test_it_leaves_what_the_borrower_is_told_alone(desk):
    one, other = desk(), desk(Policy())
    for each in (one, other):
        live(each, "2027-03-05 09:00")
    assert [alert for alert in one.sent if alert.milestone != ESCALATED] == other.sent
    first, last = [a for a in one.sent if a.milestone == ESCALATED][0], one.sent[-1]
    assert not replaces(last, first)
    assert not replaces(first, last)


class TestWhoIsTold:
    ME = Channel("me", (Recipient("me", "console://"),), "en", Severity.CRITICAL)
    SPOUSE = Channel("spouse", (Recipient("spouse", "console://"),), "en", reserved=True)

    def test_others_are_told_of_nothing_else(self, borrow):
        both = (self.ME, self.SPOUSE)
        assert reserved(both) == [("spouse", "spouse")]
        assert targets(both, borrow(DUE), Severity.CRITICAL, {"spouse"}) == [("me", "me")]
        assert targets([self.SPOUSE], None, Severity.CRITICAL) == []

    def test_but_where_a_loan_names_them(self, borrow):
        loan = replace(borrow(DUE), channels=("spouse",))
        assert targets((self.ME, self.SPOUSE), loan, Severity.INFO) == [("spouse", "spouse")]
