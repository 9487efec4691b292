"""A bill is asked for once, on its statement day; its due date is reminded of all the same."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from reminderd.alerts.plan import (
    BILL_DUE,
    SETTLED,
    Next,
    Policy,
    Reason,
    next_reminder,
    still_wanted,
)
from reminderd.loans.position import value
from reminderd.loans.terms import Bill, Loan, LoanTerms, Minimum, Payment, Repayment

DEC, JAN = date(2026, 12, 10), date(2027, 1, 10)
ASKED, AGAIN = date(2026, 11, 25), date(2026, 12, 25)
SHANGHAI = ZoneInfo("Asia/Shanghai")
TERMS = LoanTerms("CNY", Repayment.BILLED, first_due=DEC, statement_day=25)
POLICY = Policy(before_due=(3, 0), overdue_days=(1, 7), overdue_every=None)
BEFORE = datetime(2026, 11, 20, tzinfo=UTC)


def nine(day):
    return datetime.combine(day, time(9), SHANGHAI)


def bill(due, amount="100", on=None):
    return Bill(due, Decimal(amount), None, on or due - timedelta(days=15))


def loan(*bills, terms=TERMS, paid=()):
    return Loan("huabei", "花呗", terms, "Asia/Shanghai", tuple(paid), agreed=bills)


@pytest.fixture
def desk(desk_of):
    return desk_of(loan(), POLICY, known_since=BEFORE)


def sent(desk):
    return [(alert.due, alert.milestone, alert.scheduled_for) for alert in desk.sent]


def test_a_sum_is_asked_for_once_and_its_due_date_is_reminded_of(desk):
    desk.follow(BEFORE, nine(date(2026, 12, 31)))
    assert sent(desk) == [
        (DEC, BILL_DUE, nine(ASKED)),
        (DEC, "due-3", nine(date(2026, 12, 7))),
        (DEC, "due", nine(DEC)),
        (JAN, BILL_DUE, nine(AGAIN)),
    ]
    assert desk.sent[0].reason is Reason.BILL_EXPECTED
    assert desk.superseded == []


def test_a_bill_that_is_recorded_is_not_asked_for(desk):
    desk.loan = loan(bill(DEC, on=date(2026, 11, 21)))
    desk.follow(nine(date(2026, 11, 21)), nine(DEC))
    assert [milestone for _, milestone, _ in sent(desk)] == ["due-3", "due"]


def test_a_bill_recorded_after_it_was_asked_for_ends_the_asking_and_is_overdue_like_any(desk):
    desk.follow(BEFORE, nine(date(2026, 11, 28)))
    desk.loan = loan(bill(DEC))
    desk.follow(nine(date(2026, 11, 29)), nine(date(2026, 12, 12)))
    assert [milestone for _, milestone, _ in sent(desk)] == [BILL_DUE, "due-3", "due", "due+1"]


def test_the_good_news_is_that_a_bill_that_was_late_is_paid(desk):
    desk.loan = loan(bill(DEC))
    desk.follow(nine(date(2026, 12, 1)), nine(date(2026, 12, 12)))
    desk.pay(Payment(date(2026, 12, 12), Decimal(101)))
    desk.look(nine(date(2026, 12, 12)) + timedelta(hours=1))
    assert desk.sent[-1].identity == (DEC, SETTLED)


def test_nothing_is_said_of_a_due_date_once_it_has_passed_without_a_bill(desk):
    desk.follow(BEFORE, nine(DEC))
    assert desk.look(nine(DEC)).next_at <= nine(AGAIN)
    desk.follow(nine(DEC + timedelta(days=1)), nine(AGAIN - timedelta(days=1)))
    assert [alert for alert in desk.sent if alert.scheduled_for > nine(DEC)] == []


def test_a_question_missed_while_the_machine_was_off_is_asked_even_after_the_due_date(desk):
    desk.look(BEFORE)
    alerts = desk.look(nine(DEC + timedelta(days=2))).alerts
    assert [(alert.due, alert.milestone) for alert in alerts] == [(DEC, BILL_DUE)]


def test_a_new_loan_is_asked_for_the_bill_that_is_out_and_for_none_that_was_due_before(desk_of):
    known = nine(date(2026, 12, 28))
    desk = desk_of(loan(), POLICY, known_since=known)
    (alert,) = desk.look(known).alerts
    assert (alert.identity, alert.reason) == ((JAN, BILL_DUE), Reason.FIRST_LOOK)
    between = nine(date(2026, 12, 15))
    assert desk_of(loan(), POLICY, known_since=between).look(between).alerts == ()


def test_an_overdue_bill_speaks_for_the_question_of_the_same_morning(desk):
    policy = replace(POLICY, overdue_days=(15,))
    desk.policy, desk.loan = policy, loan(bill(DEC))
    desk.follow(nine(date(2026, 12, 11)), nine(AGAIN))
    assert desk.sent[-1].identity == (DEC, "due+15")
    assert [alert.identity for alert in desk.superseded][-1] == (JAN, BILL_DUE)


def test_the_next_reminder_of_an_unknown_sum_is_never_one_of_lateness():
    now = nine(DEC)
    following = next_reminder(loan(), value(loan(), DEC), POLICY, now)
    assert following == Next(nine(AGAIN), if_unpaid=False)  # it asks for the next bill


@pytest.mark.parametrize(("due", "bills", "wanted"), [
    (DEC, (), True),
    (DEC, (bill(DEC),), False),
    (date(2027, 3, 10), (), False),
])  # fmt: skip
def test_a_question_that_waits_is_dropped_once_the_bill_is_there(due, bills, wanted, desk):
    desk.follow(BEFORE, nine(ASKED))
    question = replace(desk.sent[0], due=due)
    lender = loan(*bills)
    assert still_wanted(question, lender, value(lender, date(2026, 12, 1))) is wanted


def test_without_a_statement_day_nothing_is_asked_and_the_due_date_is_reminded_of(desk_of):
    desk = desk_of(loan(terms=replace(TERMS, statement_day=None)), POLICY, known_since=BEFORE)
    desk.follow(BEFORE, nine(date(2026, 12, 31)))
    assert [milestone for _, milestone, _ in sent(desk)] == ["due-3", "due"]


def test_a_card_is_asked_for_its_next_statement_though_what_is_left_of_the_last_is_known(desk):
    card = replace(TERMS, minimum=Minimum(Decimal("0.1")))
    paid = Payment(DEC, Decimal(100))
    desk.loan = loan(bill(DEC, "1000"), terms=card, paid=[paid])
    desk.follow(nine(date(2026, 12, 11)), nine(AGAIN))
    assert sent(desk)[-1] == (JAN, BILL_DUE, nine(AGAIN))


def test_a_due_date_that_passed_without_a_bill_silences_no_reminder_of_the_next(desk):
    desk.loan = replace(desk.loan, terms=replace(desk.loan.terms, statement_day=None))
    desk.follow(BEFORE, nine(JAN))
    assert [(due, milestone) for due, milestone, _ in sent(desk)] == [
        (DEC, "due-3"),
        (DEC, "due"),
        (JAN, "due-3"),
        (JAN, "due"),
    ]
