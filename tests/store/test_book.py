"""The book follows the configuration and keeps what was typed in."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from reminderd.alerts.plan import Policy
from reminderd.loans.terms import Payment, Prepayment
from reminderd.store import book
from reminderd.store.tables import loans, payments

DAY = timedelta(days=1)


def paid(connection, loan_id="card"):
    return [
        (p.on.isoformat(), str(p.amount)) for p in book.entry(connection, loan_id).loan.payments
    ]


def look_at(connection, loan_id="card"):
    return connection.execute(select(loans.c.next_alert_at).where(loans.c.id == loan_id)).scalar()


def rest(connection):
    """Say that no loan needs a look, to see which one a change wakes."""
    connection.execute(update(loans).values(next_alert_at=None))


class TestLoans:
    def test_a_new_loan_is_added_and_due_for_a_look_at_once(self, connection, sync, make_loan, now):
        [change] = sync(make_loan())
        assert change.before is None
        assert change.after.loan == make_loan()
        assert change.after.policy == Policy()
        assert change.after.known_since == now
        assert [entry.loan.id for entry in book.due_for_a_look(connection, now, 10)] == ["card"]

    def test_every_field_of_a_loan_survives_the_store(self, connection, sync, make_loan):
        loan = make_loan(
            name="招行信用卡",
            payments=[(date(2026, 11, 1), "12.34")],
            contact="95555",
            channels=("phone", "email"),
        )
        sync(loan)
        [stored] = [entry.loan for entry in book.entries(connection).values()]
        assert (stored.name, stored.terms, stored.timezone, stored.contact, stored.channels) == (
            loan.name,
            loan.terms,
            loan.timezone,
            loan.contact,
            loan.channels,
        )
        assert [(p.on, p.amount) for p in stored.payments] == [
            (date(2026, 11, 1), loan.payments[0].amount)
        ]

    def test_the_same_configuration_again_changes_nothing(self, connection, sync, make_loan, now):
        loan = make_loan(payments=[(date(2026, 11, 1), "10.00")])
        sync(loan)
        rest(connection)
        before = connection.execute(select(loans)).all(), connection.execute(select(payments)).all()
        assert sync(loan, at=now + DAY) == []
        after = connection.execute(select(loans)).all(), connection.execute(select(payments)).all()
        assert after == before

    def test_a_changed_loan_is_returned_with_what_it_was_and_looked_at(
        self, connection, sync, make_loan, now
    ):
        sync(make_loan(minor=100_00), make_loan("other"))
        rest(connection)
        [change] = sync(make_loan(minor=200_00), make_loan("other"), at=now + DAY)
        assert change.before.loan.terms.listed[0].total == 100_00
        assert change.after.loan.terms.listed[0].total == 200_00
        assert look_at(connection, "card") == now + DAY
        assert look_at(connection, "other") is None

    def test_a_changed_reminder_policy_changes_every_loan(self, connection, sync, make_loan):
        sync(make_loan("a"), make_loan("b"))
        changes = sync(make_loan("a"), make_loan("b"), policy=Policy(before_due=(1,)))
        assert [change.after.policy.before_due for change in changes] == [(1,), (1,)]

    def test_a_loan_no_longer_configured_is_archived_and_looked_at_once_more(
        self, connection, sync, make_loan, now
    ):
        sync(make_loan("card"), make_loan("other"))
        rest(connection)
        [change] = sync(make_loan("other"), at=now + DAY)
        assert (change.before.loan.id, change.after) == ("card", None)
        assert set(book.entries(connection)) == {"other"}
        assert set(book.entries(connection, archived=True)) == {"card", "other"}
        assert book.entry(connection, "card").archived
        assert book.loan_count(connection) == 1
        assert look_at(connection, "card") == now + DAY

    def test_the_first_loan_that_is_still_watched_says_since_when_there_is_one(
        self, connection, sync, make_loan, now
    ):
        assert book.known_since_first(connection) is None
        sync(make_loan("card"))
        sync(make_loan("card"), make_loan("other"), at=now + DAY)
        assert book.known_since_first(connection) == now
        sync(make_loan("other"), at=now + 2 * DAY)
        assert book.known_since_first(connection) == now + DAY

    def test_an_archived_loan_is_archived_only_once(self, connection, sync, make_loan, now):
        sync(make_loan())
        sync()
        rest(connection)
        assert sync(at=now + DAY) == []
        assert look_at(connection) is None

    def test_a_loan_that_comes_back_counts_as_added(self, connection, sync, make_loan, now):
        sync(make_loan())
        sync()
        [change] = sync(make_loan(), at=now + DAY)
        assert change.before is None
        assert not change.after.archived
        assert set(book.entries(connection)) == {"card"}


class TestKnownSince:
    def test_a_change_of_name_keeps_it(self, sync, make_loan, now):
        sync(make_loan())
        [change] = sync(make_loan(name="Visa"), at=now + DAY)
        assert change.after.known_since == now

    def test_a_changed_policy_is_known_from_now(self, sync, make_loan, now):
        sync(make_loan())
        [change] = sync(make_loan(), at=now + DAY, policy=Policy(before_due=(1,)))
        assert change.after.known_since == now + DAY

    def test_a_loan_whose_payment_was_taken_back_is_known_from_now(
        self, connection, sync, make_loan, now
    ):
        sync(make_loan())
        number = book.add_payment(connection, "card", date(2026, 11, 20), 50_000, now)
        book.undo_payment(connection, number, now + DAY)
        assert book.entry(connection, "card").known_since == now + DAY

    def test_changed_terms_are_known_from_now(self, sync, make_loan, now):
        sync(make_loan(due=date(2026, 11, 26)))
        [change] = sync(make_loan(due=date(2026, 12, 26)), at=now + DAY)
        assert change.after.known_since == now + DAY

    def test_a_loan_that_comes_back_is_known_from_now(self, sync, make_loan, now):
        sync(make_loan())
        sync()
        [change] = sync(make_loan(), at=now + DAY)
        assert change.after.known_since == now + DAY


class TestConfiguredPayments:
    def test_they_are_followed_as_a_multiset(self, connection, sync, make_loan):
        day = date(2026, 11, 1)
        sync(make_loan(payments=[(day, "10.00"), (day, "10.00"), (day, "5.00")]))
        assert paid(connection) == [
            ("2026-11-01", "10.00"),
            ("2026-11-01", "10.00"),
            ("2026-11-01", "5.00"),
        ]
        sync(make_loan(payments=[(day, "10.00"), (day, "7.00")]))
        assert paid(connection) == [("2026-11-01", "10.00"), ("2026-11-01", "7.00")]

    def test_one_is_another_if_what_is_over_goes_elsewhere(self, connection, sync, make_loan, now):
        loan = make_loan(payments=[(date(2026, 11, 1), "10.00")])
        lower = (replace(loan.payments[0], to=Prepayment.LOWER),)
        sync(loan)
        rest(connection)
        [change] = sync(replace(loan, payments=lower), at=now + DAY)
        assert [one.to for one in change.before.loan.payments] == [None]
        assert [one.to for one in change.after.loan.payments] == [Prepayment.LOWER]
        assert look_at(connection) == now + DAY
        assert sync(replace(loan, payments=lower), at=now + 2 * DAY) == []

    def test_one_that_stays_keeps_its_number_and_when_it_was_recorded(
        self, connection, sync, make_loan, now
    ):
        day = date(2026, 11, 1)
        sync(make_loan(payments=[(day, "10.00")]))
        [kept] = book.entry(connection, "card").loan.payments
        sync(make_loan(payments=[(day, "10.00"), (day + DAY, "1.00")]), at=now + DAY)
        first, second = book.entry(connection, "card").loan.payments
        assert first == kept
        assert (kept.recorded_at, second.recorded_at) == (now, now + DAY)

    @pytest.mark.parametrize(
        ("before", "after"),
        [([], [(date(2026, 11, 1), "10.00")]), ([(date(2026, 11, 1), "10.00")], [])],
        ids=["added", "removed"],
    )
    def test_a_change_has_the_loan_looked_at(self, connection, sync, make_loan, now, before, after):
        sync(make_loan(payments=before))
        rest(connection)
        [change] = sync(make_loan(payments=after), at=now + DAY)
        assert len(change.before.loan.payments) == len(before)
        assert len(change.after.loan.payments) == len(after)
        assert look_at(connection) == now + DAY

    def test_a_removed_one_is_kept_as_undone(self, connection, sync, make_loan, now):
        sync(make_loan(payments=[(date(2026, 11, 1), "10.00")]))
        sync(make_loan(), at=now + DAY)
        assert connection.execute(select(payments.c.undone_at)).scalars().all() == [now + DAY]


class TestTypedPayments:
    def test_one_is_recorded_and_has_the_loan_looked_at(self, connection, sync, make_loan, now):
        sync(make_loan())
        rest(connection)
        number = book.add_payment(connection, "card", date(2026, 11, 20), 50_000, now + DAY)
        [payment] = book.entry(connection, "card").loan.payments
        assert payment == Payment(date(2026, 11, 20), payment.amount, now + DAY, number)
        assert str(payment.amount) == "500.00"
        assert look_at(connection) == now + DAY

    def test_where_what_is_over_goes_is_recorded_with_it(self, connection, sync, make_loan, now):
        sync(make_loan())
        day = date(2026, 11, 20)
        book.add_payment(connection, "card", day, 50_000, now, to=Prepayment.SHORTER)
        [payment] = book.entry(connection, "card").loan.payments
        assert payment.to is Prepayment.SHORTER

    def test_a_sync_keeps_it(self, connection, sync, make_loan):
        sync(make_loan())
        book.add_payment(connection, "card", date(2026, 11, 20), 50_000, look_at(connection))
        sync(make_loan(minor=200_000))
        sync(make_loan(minor=200_000, payments=[(date(2026, 11, 20), "500.00")]))
        assert paid(connection) == [("2026-11-20", "500.00")] * 2

    def test_a_configured_twin_that_goes_does_not_take_it_along(self, connection, sync, make_loan):
        day = date(2026, 11, 20)
        sync(make_loan(payments=[(day, "500.00")]))
        number = book.add_payment(connection, "card", day, 50_000, look_at(connection))
        sync(make_loan())
        assert [p.id for p in book.entry(connection, "card").loan.payments] == [number]

    def test_it_outlives_the_loans_absence(self, connection, sync, make_loan):
        sync(make_loan())
        book.add_payment(connection, "card", date(2026, 11, 20), 50_000, look_at(connection))
        sync()
        sync(make_loan())
        assert paid(connection) == [("2026-11-20", "500.00")]

    def test_undoing_it_takes_it_off_and_has_the_loan_looked_at(
        self, connection, sync, make_loan, now
    ):
        sync(make_loan())
        number = book.add_payment(connection, "card", date(2026, 11, 20), 50_000, now)
        rest(connection)
        assert book.undo_payment(connection, number, now + DAY)["loan_id"] == "card"
        assert paid(connection) == []
        assert look_at(connection) == now + DAY

    def test_it_cannot_be_undone_twice(self, connection, sync, make_loan, now):
        sync(make_loan())
        number = book.add_payment(connection, "card", date(2026, 11, 20), 50_000, now)
        book.undo_payment(connection, number, now)
        assert book.undo_payment(connection, number, now) is None

    def test_a_configured_payment_cannot_be_undone_by_command(
        self, connection, sync, make_loan, now
    ):
        sync(make_loan(payments=[(date(2026, 11, 1), "10.00")]))
        [payment] = book.entry(connection, "card").loan.payments
        assert book.undo_payment(connection, payment.id, now) is None
        assert paid(connection) == [("2026-11-01", "10.00")]


class TestLooks:
    def test_the_longest_waiting_loans_come_first_and_no_more_than_asked_for(
        self, connection, sync, make_loan, now
    ):
        sync(make_loan("a"), make_loan("b"), make_loan("c"), make_loan("later"))
        for loan_id, hours in (("a", 1), ("b", 3), ("c", 2), ("later", -1)):
            book.schedule_looks(connection, {loan_id: now - timedelta(hours=hours)})
        found = [entry.loan.id for entry in book.due_for_a_look(connection, now, 2)]
        assert found == ["b", "c"]
        everything = [entry.loan.id for entry in book.due_for_a_look(connection, now, 10)]
        assert everything == ["b", "c", "a"]

    def test_a_loan_due_this_very_instant_is_looked_at(self, connection, sync, make_loan, now):
        sync(make_loan())
        book.schedule_looks(connection, {"card": now})
        assert len(book.due_for_a_look(connection, now, 1)) == 1
        assert book.due_for_a_look(connection, now - timedelta(microseconds=1), 1) == []

    def test_the_next_look_is_the_earliest_and_none_where_none_is_planned(
        self, connection, sync, make_loan, now
    ):
        sync(make_loan("a"), make_loan("b"))
        book.schedule_looks(connection, {"a": now + 2 * DAY})
        book.schedule_looks(connection, {"b": now + DAY})
        assert book.next_look(connection) == (now + DAY, "b")
        rest(connection)
        assert book.next_look(connection) is None

    def test_a_loan_found_due_brings_its_payments(self, connection, sync, make_loan, now):
        sync(make_loan(payments=[(date(2026, 11, 1), "10.00")]), make_loan("other"))
        found = {entry.loan.id: entry.loan for entry in book.due_for_a_look(connection, now, 9)}
        assert len(found["card"].payments) == 1
        assert found["other"].payments == ()
