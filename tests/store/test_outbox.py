"""The outbox's states: who may move a delivery on, and what a crash leaves."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from reminderd.alerts.plan import Alert, Policy, Reason
from reminderd.store import book, history, outbox
from reminderd.store.database import Database
from reminderd.store.outbox import State
from reminderd.store.tables import deliveries

MINUTE = timedelta(minutes=1)
FINAL = (State.SENT, State.FAILED, State.SUPERSEDED, State.CANCELLED, State.EXPIRED)


@pytest.fixture
def enqueue(connection, make_alert, now):
    """Return a function that puts deliveries of a new alert into the outbox."""

    def run(*targets, milestone="due-7", at=now):
        alert_id = make_alert(milestone)
        outbox.enqueue(connection, alert_id, targets or [("email", "me@example.com")], at)
        return alert_id

    return run


@pytest.fixture
def lease(connection, now):
    """Return a function that leases a channel's due deliveries for ten minutes."""

    def run(channel="email", at=now, owner="me", limit=10):
        return outbox.lease(connection, channel, at, at + 10 * MINUTE, owner, limit)

    return run


def rows(connection):
    return connection.execute(select(deliveries).order_by(deliveries.c.id)).all()


def states(connection):
    return [row.state for row in rows(connection)]


class TestEnqueue:
    def test_each_address_has_a_pending_delivery_with_a_message_id_of_its_own(
        self, connection, enqueue, now
    ):
        enqueue(("email", "a@example.com"), ("email", "b@example.com"), ("screen", "screen"))
        found = rows(connection)
        assert [(row.channel, row.address) for row in found] == [
            ("email", "a@example.com"),
            ("email", "b@example.com"),
            ("screen", "screen"),
        ]
        assert {row.state for row in found} == {State.PENDING}
        assert {row.next_attempt_at for row in found} == {now}
        assert len({row.message_id for row in found}) == 3

    def test_no_address_means_no_delivery(self, connection, make_alert, now):
        assert outbox.enqueue(connection, make_alert(), [], now) == 0
        assert rows(connection) == []

    def test_an_alert_is_known_to_have_a_channel_or_not(self, connection, enqueue):
        alert_id = enqueue()
        assert outbox.has_channel(connection, alert_id, "email")
        assert not outbox.has_channel(connection, alert_id, "screen")
        assert not outbox.has_channel(connection, alert_id + 1, "email")


class TestLease:
    def test_what_is_due_is_leased_and_says_so(self, connection, enqueue, lease, now):
        alert_id = enqueue()
        [delivery] = lease()
        [row] = rows(connection)
        assert (delivery.id, delivery.alert_id, delivery.message_id) == (
            row.id,
            alert_id,
            row.message_id,
        )
        assert (row.state, row.attempts, row.lease_owner) == (State.SENDING, 1, "me")
        assert row.lease_until == now + 10 * MINUTE
        assert delivery.attempts == 1

    def test_what_is_leased_cannot_be_leased_again(self, enqueue, lease):
        enqueue()
        assert len(lease()) == 1
        assert lease(owner="other") == []

    def test_what_is_not_due_yet_waits(self, enqueue, lease, now):
        enqueue(at=now + MINUTE)
        assert lease(at=now) == []
        assert len(lease(at=now + MINUTE)) == 1

    def test_another_channels_delivery_is_left_alone(self, enqueue, lease):
        enqueue(("screen", "screen"))
        assert lease("email") == []

    def test_the_oldest_come_first_and_no_more_than_asked_for(self, enqueue, lease, now):
        enqueue(("email", "young@x"), milestone="due-1", at=now - MINUTE)
        enqueue(("email", "old@x"), milestone="due-3", at=now - 3 * MINUTE)
        enqueue(("email", "middle@x"), milestone="due-2", at=now - 2 * MINUTE)
        assert [delivery.address for delivery in lease(limit=2)] == ["old@x", "middle@x"]

    @pytest.mark.parametrize("state", FINAL)
    def test_nothing_leaves_a_final_state(self, connection, enqueue, lease, now, state):
        alert_id = enqueue()
        outbox.finish(connection, lease(), "me", state, now)
        # Even an instant left behind must not bring it back.
        connection.execute(update(deliveries).values(next_attempt_at=now))
        assert lease(at=now + MINUTE) == []
        assert outbox.due_channels(connection, now) == []
        assert outbox.close_waiting(connection, [alert_id], State.CANCELLED, now) == 0
        assert outbox.recover(connection, now + MINUTE, alone=True) == 0
        assert states(connection) == [state]

    def test_two_connections_never_lease_the_same_delivery(self, folder, now, database, make_loan):
        with database.transaction() as connection:
            fill(connection, make_loan(), now, 40)
        other = Database.open(folder)
        taken = []
        for number in range(20):
            mine = (database, other)[number % 2]
            with mine.transaction() as connection:
                leased = outbox.lease(connection, "email", now, now + MINUTE, str(number), 3)
                taken += [delivery.id for delivery in leased]
        other.close()
        assert len(taken) == len(set(taken)) == 40


class TestLeaseTogether:
    """What an address is to be told of several loans is leased as one message."""

    @pytest.fixture
    def about(self, connection, make_alert, make_loan, now):
        """Return a function that puts an alert about a loan into the outbox."""

        def run(loan_id, *addresses, milestone="due", at=now):
            book.sync(connection, [(make_loan(name), Policy()) for name in "abcd"], now)
            alert = Alert(loan_id, now.date(), milestone, now, Reason.DUE_TODAY)
            alert_id = history.record(connection, alert, now, superseded=False)
            targets = [("email", address) for address in addresses or ["me"]]
            outbox.enqueue(connection, alert_id, targets, at)

        return run

    @pytest.fixture
    def together(self, connection, now):
        """Return a function that leases so many messages: their addresses and members."""

        def run(limit=10, at=now, together=True):
            until = at + 10 * MINUTE
            leased = outbox.lease(connection, "email", at, until, "me", limit, together=together)
            messages = {}
            for delivery in leased:
                messages.setdefault((delivery.address, delivery.message_id), []).append(delivery.id)
            return list(messages.values())

        return run

    def test_the_others_get_the_message_id_of_the_first(self, connection, about, together):
        for loan_id in "abc":
            about(loan_id)
        before = [row.message_id for row in rows(connection)]
        assert together() == [[1, 2, 3]]
        assert [row.message_id for row in rows(connection)] == before[:1] * 3

    def test_the_limit_counts_messages_and_splits_none(self, about, together):
        for loan_id in "abcd":
            about(loan_id, "me", "you")
        assert together(limit=1) == [[1, 3, 5, 7]]
        assert together(limit=1) == [[2, 4, 6, 8]]

    def test_several_about_one_loan_stay_apart(self, about, together):
        about("a", milestone="settled")
        about("a", milestone="due")
        assert together() == [[1], [2]]

    def test_what_concerns_no_loan_goes_alone(self, about, together):
        about(None, milestone="routine-alive")
        about("a")
        about("b")
        assert together() == [[1], [2, 3]]

    def test_what_is_not_due_yet_is_left_out(self, about, together, now):
        about("a")
        about("b", at=now + MINUTE)
        about("c")
        assert together() == [[1, 3]]

    @pytest.mark.parametrize("still", [True, False], ids=["digests", "no digests any more"])
    def test_what_was_attempted_stays_as_it_was(self, connection, about, together, now, still):
        about("a")
        about("b")
        together()
        outbox.recover(connection, now, alone=True)
        about("c")
        about("d")
        assert together(together=still) == ([[1, 2], [3, 4]] if still else [[1, 2], [3], [4]])

    def test_a_message_carries_two_hundred_at_most(self, connection, make_loan, together, now):
        names = [f"{number:03}" for number in range(201)]
        book.sync(connection, [(make_loan(name), Policy()) for name in names], now)
        for name in names:
            alert = Alert(name, now.date(), "due", now, Reason.DUE_TODAY)
            alert_id = history.record(connection, alert, now, superseded=False)
            outbox.enqueue(connection, alert_id, [("email", "me")], now)
        assert [len(message) for message in together()] == [200, 1]


def fill(connection, loan, now, count):
    book.sync(connection, [(loan, Policy())], now)
    alert = Alert(loan.id, now.date(), "due", now, Reason.DUE_TODAY)
    alert_id = history.record(connection, alert, now, superseded=False)
    outbox.enqueue(connection, alert_id, [("email", str(number)) for number in range(count)], now)


class TestFinish:
    def test_a_success_is_final_and_frees_the_lease(self, connection, enqueue, lease, now):
        enqueue()
        [delivery] = lease()
        assert outbox.finish(connection, [delivery], "me", State.SENT, now + MINUTE)
        [row] = rows(connection)
        assert (row.state, row.finished_at) == (State.SENT, now + MINUTE)
        assert (row.next_attempt_at, row.lease_until, row.lease_owner) == (None, None, None)

    def test_a_retry_waits_for_its_time_and_keeps_its_message_id(
        self, connection, enqueue, lease, now
    ):
        enqueue()
        [first] = lease()
        later = now + 5 * MINUTE
        outbox.finish(
            connection, [first], "me", State.RETRYING, now, next_attempt_at=later, error="busy"
        )
        [row] = rows(connection)
        assert (row.state, row.error, row.finished_at) == (State.RETRYING, "busy", None)
        assert lease(at=later - MINUTE) == []
        [again] = lease(at=later)
        assert (again.message_id, again.attempts) == (first.message_id, 2)

    def test_a_final_state_keeps_no_next_attempt(self, connection, enqueue, lease, now):
        enqueue()
        outbox.finish(connection, lease(), "me", State.FAILED, now, next_attempt_at=now)
        assert rows(connection)[0].next_attempt_at is None

    def test_only_the_leases_holder_finishes(self, connection, enqueue, lease, now):
        enqueue()
        [delivery] = lease(owner="me")
        assert not outbox.finish(connection, [delivery], "other", State.SENT, now)
        assert states(connection) == [State.SENDING]

    def test_a_lease_that_was_lost_and_taken_again_is_not_ours_to_finish(
        self, connection, enqueue, lease, now
    ):
        enqueue()
        [old] = lease(owner="me")
        outbox.recover(connection, now + 10 * MINUTE, alone=False)
        # The same process may have taken it again: the attempt tells the two apart.
        [new] = lease(owner="me", at=now + 10 * MINUTE)
        assert not outbox.finish(connection, [old], "me", State.FAILED, now)
        assert outbox.finish(connection, [new], "me", State.SENT, now)

    def test_the_words_sent_are_kept(self, connection, enqueue, lease):
        enqueue(("email", "a"), ("email", "b"))
        first, _ = lease()
        outbox.write_contents(connection, [(first.id, "微粒贷 今天", "Zeile\nzwei")])
        assert [(row.title, row.body) for row in rows(connection)] == [
            ("微粒贷 今天", "Zeile\nzwei"),
            (None, None),
        ]


class TestRecover:
    def test_beside_others_only_a_lease_that_ran_out_is_lost(self, connection, enqueue, lease, now):
        enqueue(("email", "first"))
        lease()
        enqueue(("email", "second"), milestone="due-3")
        lease(at=now + MINUTE)
        assert outbox.recover(connection, now + 10 * MINUTE, alone=False) == 1
        assert states(connection) == [State.UNKNOWN, State.SENDING]

    def test_alone_every_lease_is_lost_at_once(self, connection, enqueue, lease, now):
        enqueue()
        lease()
        assert outbox.recover(connection, now, alone=True) == 1
        assert states(connection) == [State.UNKNOWN]

    def test_what_was_lost_is_due_now_with_the_same_message_id(
        self, connection, enqueue, lease, now
    ):
        enqueue()
        [lost] = lease()
        outbox.recover(connection, now + MINUTE, alone=True)
        [row] = rows(connection)
        assert (row.lease_until, row.lease_owner) == (None, None)
        assert row.error == "the sender stopped before the answer came"
        [again] = lease(at=now + MINUTE)
        assert (again.message_id, again.attempts) == (lost.message_id, 2)

    def test_what_merely_waits_is_left_as_it_is(self, connection, enqueue, now):
        enqueue(at=now + MINUTE)
        before = rows(connection)
        assert outbox.recover(connection, now + 10 * MINUTE, alone=True) == 0
        assert rows(connection) == before


class TestClosing:
    @pytest.mark.parametrize("state", outbox.WAITING)
    def test_whatever_waits_is_taken_from_the_queue(self, connection, enqueue, lease, now, state):
        alert_id = enqueue()
        outbox.finish(connection, lease(), "me", state, now, next_attempt_at=now)
        assert outbox.close_waiting(connection, [alert_id], State.CANCELLED, now + MINUTE) == 1
        [row] = rows(connection)
        assert (row.state, row.next_attempt_at) == (State.CANCELLED, None)
        assert row.finished_at == now + MINUTE

    def test_what_is_being_sent_is_not(self, connection, enqueue, lease, now):
        alert_id = enqueue()
        lease()
        assert outbox.close_waiting(connection, [alert_id], State.CANCELLED, now) == 0
        assert states(connection) == [State.SENDING]

    def test_other_alerts_are_left_alone(self, connection, enqueue, now):
        first, _ = enqueue(), enqueue(milestone="due-3")
        outbox.close_waiting(connection, [first], State.SUPERSEDED, now)
        assert states(connection) == [State.SUPERSEDED, State.PENDING]


class TestAsking:
    def test_the_channels_with_something_due_are_named_once_each(self, connection, enqueue, now):
        enqueue(("screen", "a"), ("email", "b"), ("email", "c"))
        enqueue(("later", "d"), milestone="due-1", at=now + MINUTE)
        assert outbox.due_channels(connection, now) == ["email", "screen"]

    def test_the_next_attempt_is_the_earliest_of_what_waits(self, connection, enqueue, lease, now):
        assert outbox.next_attempt(connection) is None
        enqueue(("email", "a"), at=now + 2 * MINUTE)
        enqueue(("email", "b"), milestone="due-1", at=now + MINUTE)
        assert outbox.next_attempt(connection) == now + MINUTE
        lease(at=now + MINUTE)
        assert outbox.next_attempt(connection) == now + 2 * MINUTE

    def test_there_is_work_for_what_is_due_and_for_what_a_crash_left_and_no_other(
        self, connection, enqueue, lease, now
    ):
        assert not outbox.anything_due(connection, now)
        enqueue(at=now + MINUTE)
        assert not outbox.anything_due(connection, now)
        assert outbox.anything_due(connection, now + MINUTE)
        [delivery] = lease(at=now + MINUTE)
        assert outbox.anything_due(connection, now)
        outbox.finish(connection, [delivery], "me", State.SENT, now)
        assert not outbox.anything_due(connection, now + MINUTE)

    def test_deliveries_are_counted_by_state(self, connection, enqueue, lease, now):
        enqueue(("email", "a"), ("email", "b"), ("email", "c"))
        outbox.finish(connection, lease(limit=1), "me", State.SENT, now)
        assert outbox.counts(connection) == {State.SENT: 1, State.PENDING: 2}

    def test_what_is_due_on_a_channel_can_be_made_to_wait_and_nothing_else(
        self, connection, enqueue, lease, now
    ):
        enqueue(("email", "sent"))
        outbox.finish(connection, lease(), "me", State.SENT, now)
        enqueue(("email", "due"), ("screen", "due"), milestone="due-3")
        enqueue(("email", "later"), milestone="due-1", at=now + 2 * MINUTE)
        assert outbox.postpone(connection, "email", now, now + MINUTE) == 1
        assert [row.next_attempt_at for row in rows(connection)] == [
            None,
            now + MINUTE,
            now,
            now + 2 * MINUTE,
        ]


class TestRetry:
    def test_what_failed_waits_again_with_a_new_window(self, connection, enqueue, lease, now):
        enqueue()
        outbox.finish(connection, lease(), "me", State.FAILED, now, error="no")
        later = now + 600 * MINUTE
        assert outbox.retry(connection, [1], later) == 1
        [row] = rows(connection)
        assert (row.state, row.next_attempt_at, row.waited) == (State.PENDING, later, 0)
        assert (row.finished_at, row.attempts) == (None, 1)

    def test_what_waits_keeps_its_state_and_its_window(self, connection, enqueue, lease, now):
        enqueue()
        later = now + 60 * MINUTE
        outbox.finish(connection, lease(), "me", State.UNKNOWN, now, next_attempt_at=later)
        outbox.retry(connection, [1], now + MINUTE)
        [row] = rows(connection)
        assert (row.state, row.next_attempt_at) == (State.UNKNOWN, now + MINUTE)
        assert row.waited == 3600

    @pytest.mark.parametrize(
        "state", [State.SENT, State.SUPERSEDED, State.CANCELLED, State.EXPIRED]
    )
    def test_what_ended_otherwise_stays(self, connection, enqueue, lease, now, state):
        enqueue()
        outbox.finish(connection, lease(), "me", state, now)
        assert outbox.retry(connection, [1], now) == 0
        assert states(connection) == [state]
