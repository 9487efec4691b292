"""What was recorded while a clock ran ahead, once it has been put right."""

import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from reminderd.alerts.plan import Alert, Reason
from reminderd.alerts.snooze import Snooze
from reminderd.delivery.pace import SPAN
from reminderd.delivery.retry import LONGEST_WAIT, WINDOW, next_attempt_of_unknown
from reminderd.loans.terms import FailedDebit, RequestState, Waiver
from reminderd.playbook.playbook import Severity
from reminderd.store import attention, book, history, instants, outbox
from reminderd.store.instants import RULES, Rule
from reminderd.store.outbox import State
from reminderd.store.tables import (
    Instant,
    balances,
    deliveries,
    loans,
    metadata,
)

DAY, YEAR = timedelta(days=1), timedelta(days=365)
DUE = date(2026, 11, 26)
TODAY = date(2026, 11, 20)
ZONE = "Asia/Shanghai"
DESIGN = Path(__file__).parents[2] / "docs" / "design.md"


@pytest.fixture
def ahead(now):
    return now + YEAR


@pytest.fixture
def put_right(connection, now):
    """Return a function that does what the first pass on the right clock does."""
    return lambda at=now: instants.put_right(connection, at, ZONE, LONGEST_WAIT)


@pytest.fixture
def decide(connection, sync, make_loan, ahead):
    """Return a function that decides on an alert while the clock runs ahead."""
    sync(make_loan())

    def run(milestone="due+4", state=None, superseded=False, loan_id="card"):
        alert = Alert(loan_id, DUE, milestone, ahead, Reason.OVERDUE_DAY)
        number = history.record(connection, alert, ahead, superseded=superseded)
        if state is not None:
            outbox.enqueue(connection, number, [("mail", "me")], ahead)
            own = update(deliveries).where(deliveries.c.alert_id == number)
            connection.execute(own.values(state=state, finished_at=ahead))
        return number

    return run


def decided(connection, now):
    return {what for _, what in history.of_loans(connection, {"card": now})["card"].decided}


def column(connection, name):
    return connection.execute(select(instants.column_of(name))).scalars().all()


class TestTheTable:
    def test_it_has_every_instant_that_is_stored(self):
        stored = {
            str(c) for t in metadata.sorted_tables for c in t.c if isinstance(c.type, Instant)
        }
        assert set(RULES) == stored

    def test_it_stands_in_the_design_as_it_is_here(self):
        text = DESIGN.read_text().partition("### The clock")[2].partition("## ")[0]
        rows = re.findall(r"^\| `(\w+\.\w+)`(.*) \| (.+) \|$", text, re.M)
        written = {
            name: rule
            for first, others, rule in rows
            for name in (first, *re.findall(r"`(\w+\.\w+)`", others))
        }
        assert written == {name: str(rule) for name, rule in RULES.items()}

    @pytest.mark.parametrize("name", [n for n, rule in RULES.items() if rule is Rule.RECORD])
    def test_a_record_is_of_now(self, name, connection, sync, make_loan, put_right, now, ahead):
        sync(make_loan())
        fill(connection, now)
        spot = instants.column_of(name)
        connection.execute(update(spot.table).values({spot: ahead}))
        assert put_right()
        assert set(column(connection, name)) == {now}
        assert not put_right()


def fill(connection, now):
    """Put a row into every table, all of the past."""
    book.add_payment(connection, "card", TODAY, 100, now)
    book.add_agreement(connection, "card", book.WAIVED, TODAY, Waiver(TODAY, Decimal(1)), now)
    attention.acknowledge(connection, "card", now)
    alert = Alert("card", DUE, "due-7", now, Reason.BEFORE_DUE)
    number = history.record(connection, alert, now, superseded=False)
    outbox.enqueue(connection, number, [("mail", "me")], now)
    own = update(deliveries).values(state=State.SENT, next_attempt_at=None, finished_at=now)
    connection.execute(own)
    row = {"account": "bank", "amount_minor": 1, "currency": "CNY", "date": TODAY, "at": now}
    connection.execute(insert(balances).values(recorded_at=now, **row))
    former = {"loan_id": "card", "due": DUE, "replaced_at": now, "carried_minor": 0}
    connection.execute(
        insert(metadata.tables["former_bills"]).values(recorded_until=DUE, until=DUE, **former)
    )


def test_nothing_is_touched_while_nothing_lies_ahead(connection, sync, make_loan, put_right, now):
    sync(make_loan())
    fill(connection, now)
    connection.execute(update(loans).values(next_alert_at=now + DAY))
    assert not put_right()
    assert column(connection, "loans.next_alert_at") == [now + DAY]


def test_an_empty_store_has_no_newest_instant(connection):
    assert instants.newest(connection) is None


def test_the_newest_instant_is_that_of_the_last_record_of_any_kind(connection, make_alert, now):
    make_alert()
    assert instants.newest(connection) == now
    later = now + 5 * DAY
    book.add_payment(connection, "card", DUE, 100, later)
    assert instants.newest(connection) == later


@pytest.mark.parametrize(
    "act",
    [
        lambda c, at: book.add_payment(c, "card", TODAY, 100, at),
        lambda c, at: book.undo_payment(c, 1, at),
        lambda c, at: book.add_agreement(c, "card", RequestState.REQUESTED, TODAY, None, at),
        lambda c, at: attention.acknowledge(c, "card", at),
        lambda c, at: attention.snooze(c, "card", Snooze(at + DAY, Severity.INFO, DUE, at)),
    ],
    ids=["pay", "undo", "ask", "ack", "snooze"],
)
def test_whatever_was_typed_meanwhile_the_next_look_is_now(
    act, connection, sync, make_loan, put_right, now, ahead
):
    sync(make_loan())
    book.add_payment(connection, "card", TODAY, 100, now)
    act(connection, ahead)
    book.schedule_looks(connection, {"card": ahead + YEAR})
    assert put_right()
    assert column(connection, "loans.next_alert_at") == [now]
    assert column(connection, "loans.known_since") == [now]


class TestDates:
    def test_a_payment_of_that_day_was_made_today(
        self, connection, sync, make_loan, put_right, now
    ):
        sync(make_loan())
        book.add_payment(connection, "card", TODAY + YEAR, 100, now + YEAR)
        book.add_payment(connection, "card", TODAY - DAY, 200, now + YEAR)
        put_right()
        assert column(connection, "payments.date") == [TODAY, TODAY - DAY]

    def test_so_was_an_agreement(self, connection, sync, make_loan, put_right, now):
        sync(make_loan())
        day = TODAY + YEAR
        failure = FailedDebit(DUE, day)
        book.add_agreement(connection, "card", book.DEBIT_FAILED, day, failure, now + YEAR)
        put_right()
        assert book.entry(connection, "card").loan.failed == (FailedDebit(DUE, TODAY),)
        assert column(connection, "agreements.date") == [TODAY]

    def test_a_clock_that_is_some_hours_slow_changes_no_date(
        self, connection, sync, make_loan, put_right, now
    ):
        sync(make_loan())
        book.add_payment(connection, "card", TODAY + DAY, 100, now + DAY)
        put_right()
        assert column(connection, "payments.date") == [TODAY + DAY]


class TestDecisions:
    def test_what_was_passed_over_is_forgotten(self, connection, decide, put_right, now):
        decide("due-3", superseded=True)
        put_right()
        assert decided(connection, now) == set()

    @pytest.mark.parametrize(
        "state", [None, State.PENDING, State.RETRYING, State.FAILED, State.CANCELLED]
    )
    def test_what_reached_nobody_is_forgotten(self, state, connection, decide, put_right, now):
        decide(state=state)
        put_right()
        assert decided(connection, now) == set()
        assert connection.execute(select(deliveries)).all() == []

    @pytest.mark.parametrize("state", [State.SENT, State.UNKNOWN, State.SENDING])
    def test_what_may_have_reached_somebody_stays(self, state, connection, decide, put_right, now):
        decide(state=state)
        put_right()
        assert decided(connection, now) == {"due+4"}
        assert column(connection, "alerts.decided_at") == [now]

    def test_what_gave_way_to_what_never_went_waits_again(
        self, connection, decide, make_alert, put_right, now, ahead
    ):
        older = make_alert("due")
        outbox.enqueue(connection, older, [("mail", "me")], now - DAY)
        decide("due+345", State.RETRYING)
        outbox.close_waiting(connection, [older], State.SUPERSEDED, ahead)
        put_right()
        [row] = connection.execute(select(deliveries)).all()
        assert (row.alert_id, row.state, row.next_attempt_at) == (older, State.PENDING, now)

    def test_what_gave_way_to_what_went_does_not(
        self, connection, decide, make_alert, put_right, now, ahead
    ):
        older = make_alert("due")
        outbox.enqueue(connection, older, [("mail", "me")], now - DAY)
        decide("due+345", State.SENT)
        outbox.close_waiting(connection, [older], State.SUPERSEDED, ahead)
        put_right()
        states = connection.execute(select(deliveries.c.state)).scalars().all()
        assert sorted(states) == [State.SENT, State.SUPERSEDED]


class TestDeliveries:
    @pytest.fixture
    def wait(self, connection, make_alert, now):
        """Return a function that makes an alert of before wait until an instant."""

        def run(until, state=State.RETRYING):
            number = make_alert()
            outbox.enqueue(connection, number, [("mail", "me")], now - DAY)
            connection.execute(update(deliveries).values(state=state, next_attempt_at=until))

        return run

    @pytest.mark.parametrize("state", [State.PENDING, State.RETRYING, State.UNKNOWN])
    def test_what_was_to_be_tried_then_is_tried_now(
        self, state, connection, wait, put_right, now, ahead
    ):
        wait(ahead, state)  # the only sign that the clock was ahead
        put_right()
        assert column(connection, "deliveries.next_attempt_at") == [now]

    def test_what_waits_as_it_should_goes_on_waiting(self, connection, wait, put_right, now):
        wait(now + DAY)  # as a service asked
        put_right()
        assert column(connection, "deliveries.next_attempt_at") == [now + DAY]

    def test_so_does_the_last_copy_of_what_may_have_arrived(self, connection, wait, put_right, now):
        wait(now, State.UNKNOWN)
        at, waited = now, timedelta(0)
        while (then := next_attempt_of_unknown(at, waited, again=bool(waited))) is not None:
            connection.execute(update(deliveries).values(next_attempt_at=then))
            put_right(at)
            assert column(connection, "deliveries.next_attempt_at") == [then]
            at, waited = then, waited + (then - at)
        assert waited == WINDOW

    def test_it_does_not_if_the_clock_was_a_little_ahead(self, connection, wait, put_right, now):
        wait(now + 2 * timedelta(hours=1))
        attention.acknowledge(connection, "card", now + timedelta(hours=1))
        put_right()
        assert column(connection, "deliveries.next_attempt_at") == [now]

    def test_what_a_snooze_puts_off_waits_for_its_end(
        self, connection, wait, put_right, now, ahead
    ):
        end = now + 30 * DAY
        wait(end + YEAR)
        attention.snooze(connection, "card", Snooze(end + YEAR, Severity.INFO, DUE, ahead))
        put_right()
        assert column(connection, "snoozes.until") == [end]
        assert column(connection, "snoozes.recorded_at") == [now]
        assert column(connection, "deliveries.next_attempt_at") == [end]

    def test_a_snooze_that_was_ended_then_is_over_now(
        self, connection, wait, put_right, now, ahead
    ):
        wait(now)
        attention.snooze(connection, "card", Snooze(ahead + DAY, Severity.INFO, DUE, now))
        attention.end_snooze(connection, "card", ahead)
        put_right()
        assert column(connection, "snoozes.until") == [now]

    def test_a_rate_is_free_again_within_a_minute(self, connection, wait, put_right, now, ahead):
        wait(now)
        connection.execute(update(deliveries).values(state=State.SENT, finished_at=ahead))
        put_right()
        assert outbox.finished_since(connection, "mail", now + SPAN) == []

    def test_an_address_that_failed_then_works_again_once_it_takes_something(
        self, connection, wait, put_right, now, ahead
    ):
        wait(now)
        failed = {"state": State.FAILED, "error": "no", "finished_at": ahead}
        connection.execute(update(deliveries).values(**failed))
        put_right()
        assert history.dead_addresses(connection)
        outbox.enqueue(connection, 1, [("mail", "me")], now)
        newest = update(deliveries).where(deliveries.c.id == 2)
        connection.execute(newest.values(state=State.SENT, finished_at=now + timedelta(minutes=1)))
        assert history.dead_addresses(connection) == []
