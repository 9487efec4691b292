"""What was decided and what was sent, kept for ever."""

from datetime import date, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from reminderd.alerts.plan import Alert, Reason
from reminderd.store import history, outbox
from reminderd.store.outbox import State

DUE = date(2026, 11, 26)


@pytest.fixture
def deliver(connection, make_alert, now):
    """Return a function that records an alert whose one delivery ends in a state."""

    def run(channel, state, milestone="due-7", due=DUE):
        alert_id = make_alert(milestone, due=due)
        outbox.enqueue(connection, alert_id, [(channel, "me")], now)
        if state is State.PENDING:
            return
        [leased] = outbox.lease(connection, channel, now, now + timedelta(minutes=1), "me", 1)
        if state is not State.SENDING:
            later = now + timedelta(hours=1)
            outbox.finish(connection, [leased], "me", state, now, next_attempt_at=later)

    return run


def test_an_alert_reads_back_as_it_was_decided(connection, make_alert, now):
    alert = Alert("card", DUE, "due-7", now, Reason.BEFORE_DUE)
    number = make_alert("due-7")
    assert history.alerts_of(connection, [number]) == {number: alert}


def test_an_alert_is_decided_only_once(connection, make_alert):
    make_alert("due-7")
    with pytest.raises(IntegrityError):
        make_alert("due-7", superseded=True)


def test_superseded_alerts_count_as_decided_but_nobody_was_told(connection, make_alert, now):
    other = date(2026, 12, 26)
    make_alert("due-7", superseded=True)
    make_alert("due-3", due=other)
    found = history.of_loans(connection, {"card": now})["card"]
    assert found.decided == {(DUE, "due-7"), (other, "due-3")}
    assert found.told == {other}
    assert found.known_since == now


def test_another_loans_alerts_are_not_in_its_history(connection, make_alert, now):
    make_alert()
    assert history.of_loans(connection, {"other": now})["other"].decided == frozenset()


@pytest.mark.parametrize("state", [State.SENT, State.SENDING, State.UNKNOWN])
def test_a_channel_that_may_have_been_told_counts_as_told(connection, deliver, state):
    deliver("email", state)
    assert history.channels_told(connection, "card", [DUE]) == {"email"}


@pytest.mark.parametrize(
    "state", [State.PENDING, State.RETRYING, State.FAILED, State.SUPERSEDED, State.CANCELLED]
)
def test_a_channel_that_was_not_told_does_not(connection, deliver, state):
    deliver("email", state)
    assert history.channels_told(connection, "card", [DUE]) == set()


def test_only_what_was_told_of_these_due_dates_counts(connection, deliver):
    deliver("email", State.SENT, due=DUE)
    deliver("screen", State.SENT, due=date(2026, 12, 26))
    assert history.channels_told(connection, "card", [DUE]) == {"email"}
    assert history.channels_told(connection, "other", [DUE]) == set()


def test_deliveries_are_listed_the_newest_first_with_their_alert(connection, deliver):
    deliver("email", State.SENT, "due-7")
    deliver("screen", State.FAILED, "due-3")
    found = history.deliveries_of(connection, "card")
    assert [(row["channel"], row["milestone"], row["state"]) for row in found] == [
        ("screen", "due-3", State.FAILED),
        ("email", "due-7", State.SENT),
    ]
    assert [row["channel"] for row in history.deliveries_of(connection, limit=1)] == ["screen"]
    assert history.deliveries_of(connection, "other") == []


# ─── Routines, which concern no loan ───


@pytest.fixture
def routine(connection, now):
    """Return a function that records a routine and returns its number."""

    def make(milestone, due=DUE):
        alert = Alert(None, due, milestone, now, Reason.ROUTINE)
        return history.record(connection, alert, now, superseded=False)

    return make


def test_a_routine_reads_back_as_it_was_decided(connection, routine, now):
    alert = Alert(None, DUE, "routine-fund", now, Reason.ROUTINE)
    number = routine("routine-fund")
    assert history.alerts_of(connection, [number]) == {number: alert}


def test_routines_have_a_history_of_their_own(connection, make_alert, routine, now):
    make_alert("due-7")
    routine("routine-fund")
    routine("routine-alive", date(2026, 12, 1))
    assert history.of_no_loan(connection) == {
        (DUE, "routine-fund"),
        (date(2026, 12, 1), "routine-alive"),
    }
    assert history.of_loans(connection, {"card": now})["card"].decided == {(DUE, "due-7")}


def test_deliveries_of_routines_are_listed_among_the_others_without_a_loan(
    connection, deliver, routine, now
):
    deliver("email", State.SENT)
    outbox.enqueue(connection, routine("routine-fund"), [("email", "me")], now)
    found = [(row["loan_id"], row["milestone"]) for row in history.deliveries_of(connection)]
    assert found == [(None, "routine-fund"), ("card", "due-7")]


# ─── What counts as told, and what waits ───


def test_only_reminders_count_as_telling_of_a_due_date(connection, make_alert, now):
    for milestone in ("settled", "cured-30-days", "answer-due"):
        make_alert(milestone)
    assert history.of_loans(connection, {"card": now})["card"].told == frozenset()
    make_alert("due+1")
    assert history.of_loans(connection, {"card": now})["card"].told == {DUE}


def test_alerts_that_wait_are_those_with_a_delivery_that_has_not_gone_out(
    connection, deliver, make_alert, now
):
    deliver("email", State.SENT, "due-7")
    deliver("email", State.PENDING, "due-3")
    deliver("email", State.RETRYING, "due-1")
    make_alert("due", superseded=True)
    found = history.waiting(connection, "card").values()
    assert [alert.milestone for alert in found] == ["due-3", "due-1"]
    assert history.waiting(connection, "other") == {}


class TestDeadAddresses:
    @pytest.fixture
    def end(self, connection, make_alert, now):
        """Return a function that ends a delivery to an address, hours from now."""

        def run(hours, state, address="me", error="no"):
            at = now + timedelta(hours=hours)
            outbox.enqueue(connection, make_alert(f"due+{hours}"), [("email", address)], at)
            leased = outbox.lease(connection, "email", at, at + timedelta(hours=1), "me", 1)
            outbox.finish(connection, leased, "me", state, at, error=error)

        return run

    def dead(self, connection, now):
        found = history.dead_addresses(connection)
        return [(d.address, (d.since - now) // timedelta(hours=1), d.error) for d in found]

    def test_it_is_dead_since_the_first_failure_and_for_the_last_reason(self, connection, end, now):
        end(1, State.SENT)
        end(2, State.FAILED, error="first")
        end(3, State.FAILED, error="last")
        assert self.dead(connection, now) == [("me", 2, "last")]

    def test_a_message_taken_later_brings_it_back(self, connection, end, now):
        end(1, State.FAILED)
        end(2, State.SENT)
        assert self.dead(connection, now) == []

    def test_what_ended_without_being_tried_says_nothing(self, connection, end, now):
        end(1, State.FAILED)
        end(2, State.CANCELLED)
        end(3, State.FAILED, error=outbox.NOT_CONFIGURED)
        assert self.dead(connection, now) == [("me", 1, "no")]

    def test_addresses_are_told_apart(self, connection, end, now):
        end(1, State.FAILED, "you")
        end(2, State.FAILED, "me")
        end(3, State.SENT, "you")
        assert self.dead(connection, now) == [("me", 2, "no")]
