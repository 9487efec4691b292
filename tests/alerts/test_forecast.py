"""What will be sent if nothing more is paid: the same decisions, ahead of time."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from reminderd.alerts.forecast import forecast
from reminderd.alerts.plan import PAID_SO_FAR, SETTLED, History, Policy, Reason
from reminderd.loans.terms import Payment

DUE = date(2026, 12, 5)
SHANGHAI = ZoneInfo("Asia/Shanghai")
LONG_AGO = datetime(1980, 1, 1, tzinfo=SHANGHAI)
OFTEN = Policy(before_due=(7, 3, 1, 0))
NOTHING_YET = History(frozenset(), frozenset(), LONG_AGO)


def nine(text):
    return datetime.combine(date.fromisoformat(text), time(9), SHANGHAI)


def foreseen(loan, start, end, policy=OFTEN, history=NOTHING_YET):
    return list(forecast(loan, history, policy, start, end))


def told(items):
    return [(item.alert.milestone, item.at) for item in items]


def test_it_foresees_every_slot_at_its_instant(borrow):
    assert told(foreseen(borrow(DUE), nine("2026-11-20"), nine("2026-12-07"))) == [
        ("due-7", nine("2026-11-28")),
        ("due-3", nine("2026-12-02")),
        ("due-1", nine("2026-12-04")),
        ("due", nine("2026-12-05")),
        ("due+1", nine("2026-12-06")),
        ("due+2", nine("2026-12-07")),
    ]


def test_a_slot_at_the_very_start_and_one_at_the_very_end_belong_to_it(borrow):
    items = foreseen(borrow(DUE), nine("2026-12-04"), nine("2026-12-05"))
    assert told(items) == [("due-1", nine("2026-12-04")), ("due", nine("2026-12-05"))]


def test_a_slot_a_second_after_the_end_does_not(borrow):
    just_before = nine("2026-12-05") - timedelta(seconds=1)
    assert told(foreseen(borrow(DUE), nine("2026-12-04"), just_before)) == [
        ("due-1", nine("2026-12-04"))
    ]


def test_each_alert_comes_with_the_position_of_its_own_day(borrow):
    items = foreseen(borrow(DUE), nine("2026-12-05"), nine("2026-12-09"))
    assert [(item.position.as_of, item.position.days_past_due) for item in items] == [
        (date(2026, 12, day), day - 5) for day in (5, 6, 7, 8, 9)
    ]


def test_the_position_is_that_of_the_date_in_the_loans_zone(borrow):
    loan = borrow(DUE, zone="Pacific/Auckland")
    start = datetime(2026, 12, 4, 20, tzinfo=ZoneInfo("UTC"))  # 09:00 on the 5th in Auckland
    (item,) = foreseen(loan, start, start)
    assert (item.alert.milestone, item.position.as_of) == ("due", DUE)


def test_it_agrees_with_looking_again_and_again(borrow, desk_of):
    ahead = Payment(date(2026, 12, 20), Decimal("100.00"), nine("2026-11-01"))
    loan = borrow(date(2026, 11, 5), DUE, date(2027, 1, 5), payments=[ahead])
    start, end = nine("2026-11-20"), nine("2027-06-01")
    desk = desk_of(loan)
    desk.follow(start, end)
    assert [item.alert for item in foreseen(loan, start, end)] == desk.sent
    assert SETTLED in [alert.milestone for alert in desk.sent]


def test_what_was_decided_before_is_not_foreseen_again(borrow):
    decided = History(frozenset({(DUE, "due-1")}), frozenset({DUE}), LONG_AGO)
    items = foreseen(borrow(DUE), nine("2026-12-04"), nine("2026-12-05"), history=decided)
    assert told(items) == [("due", nine("2026-12-05"))]


def test_a_loan_that_is_new_at_the_start_has_its_first_look_there(borrow):
    start = nine("2026-12-08") + timedelta(hours=5)
    new = History(frozenset(), frozenset(), start)
    first = foreseen(borrow(DUE), start, nine("2026-12-09"), history=new)[0]
    assert (first.at, first.alert.milestone, first.alert.reason) == (
        start,
        PAID_SO_FAR,
        Reason.FIRST_LOOK,
    )


def test_the_good_news_of_a_payment_to_come_is_foreseen_on_its_date(borrow):
    ahead = Payment(date(2026, 12, 4), Decimal("100.00"), nine("2026-11-20"))
    items = foreseen(borrow(DUE, payments=[ahead]), nine("2026-11-28"), nine("2027-12-05"))
    assert told(items) == [
        ("due-7", nine("2026-11-28")),
        ("due-3", nine("2026-12-02")),
        (SETTLED, nine("2026-12-04")),
    ]


def test_a_paid_loan_has_nothing_to_come(borrow):
    paid = Payment(date(2026, 11, 1), Decimal("100.00"), nine("2026-11-01"))
    loan = borrow(DUE, payments=[paid])
    assert foreseen(loan, nine("2026-11-20"), nine("2030-01-01")) == []


def test_reminders_without_end_end_where_the_forecast_does(borrow):
    policy = Policy(overdue_every=1)
    items = foreseen(borrow(DUE), nine("2027-01-04"), nine("2027-02-03"), policy)
    assert [item.alert.milestone for item in items] == [f"due+{day}" for day in range(30, 61)]
