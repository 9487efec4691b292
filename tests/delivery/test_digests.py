"""Several loans due at once for one address: one message, tried again as a whole."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from reminderd.alerts.channel import Channel, Recipient
from reminderd.alerts.plan import Alert, Policy, Reason
from reminderd.delivery.dispatcher import BATCH, DEADLINE, Dispatcher
from reminderd.delivery.mail import END_OF_DATA
from reminderd.delivery.retry import WINDOW
from reminderd.loans.terms import Installment, Loan, LoanTerms, Payment, Penalty, PenaltyRule
from reminderd.store import book, history, outbox
from reminderd.store.database import Database
from reminderd.store.outbox import State
from reminderd.store.tables import alerts, deliveries

ME = ("email", "me@example.com")
SPOUSE = ("email", "spouse@example.com")
TODAY = date(2026, 11, 20)


def a_loan(name, days, paid=None):
    """Return a loan with 1,000.00 due so many days ago."""
    due = TODAY - timedelta(days=days)
    terms = LoanTerms(
        currency="CNY",
        listed=(Installment(due, 100_000, 0),),
        penalty=Penalty(PenaltyRule.DAILY_RATE, Decimal("0.001")),
    )
    payments = (Payment(TODAY, Decimal(paid)),) if paid else ()
    return Loan(name.lower(), name, terms, "Asia/Shanghai", payments)


@dataclass
class Outbox:
    """A store with several loans, and what waits to be sent about them."""

    database: Database
    clock: object
    channels: dict = field(default_factory=dict)
    loans: dict = field(default_factory=dict)

    def lend(self, *loans):
        """Bring the book to these loans and those there are."""
        self.loans |= {loan.id: loan for loan in loans}
        with self.database.transaction() as connection:
            configured = [(loan, Policy()) for loan in self.loans.values()]
            book.sync(connection, configured, self.clock.now())

    def put(self, loan, *targets, milestone="due", due=None):
        """Put an alert about a loan's due date, else its first, into the outbox."""
        self.lend(loan)
        due, now = due or loan.terms.listed[0].due, self.clock.now()
        alert = Alert(loan.id, due, milestone, now, Reason.OVERDUE_DAY)
        with self.database.transaction() as connection:
            alert_id = history.record(connection, alert, now, superseded=False)
            outbox.enqueue(connection, alert_id, targets or [ME], now)

    def send(self, *channels, **options):
        """Empty the outbox over these channels."""
        named = {channel.name: channel for channel in channels}
        options = {"alone": False, **options}
        dispatcher = Dispatcher(self.database, named, self.clock, "me", **options)
        try:
            dispatcher.drain()
        finally:
            dispatcher.close()
        return dispatcher

    def rows(self):
        """Return every delivery with its loan, the oldest first."""
        query = select(deliveries, alerts.c.loan_id).join(alerts).order_by(deliveries.c.id)
        with self.database.transaction() as connection:
            return connection.execute(query).all()

    def states(self):
        """Return how the deliveries stand, by loan; the newest of a loan counts."""
        return {row.loan_id: row.state for row in self.rows()}


@pytest.fixture
def post(database, clock):
    return Outbox(database, clock)


def later(post, clock):
    """Let the time come at which what failed is tried again."""
    waiting = [row.next_attempt_at for row in post.rows() if row.next_attempt_at]
    clock.at = max(waiting)


class TestTogether:
    def test_two_loans_at_once_are_one_mail_with_the_worst_first(self, post, email, mail_server):
        post.put(a_loan("Card", 1))
        post.put(a_loan("Car", 9))
        assert post.send(email(ME[1])).sent == 1
        [got] = mail_server.accepted
        title = "2 loans: CN¥2,010.00 owed today; Car is the worst, 9 days overdue"
        assert got.subject == f"[1 urgent] {title}"
        text = got.part("plain")
        assert text.index("Car: 9 days overdue") < text.index("Card: 1 day overdue")

    def test_each_delivery_keeps_what_was_sent_word_for_word_under_one_message_id(
        self, post, email, mail_server, now
    ):
        post.put(a_loan("Card", 1))
        post.put(a_loan("Car", 9))
        post.send(email(ME[1]))
        [got] = mail_server.accepted
        first, second = post.rows()
        assert (first.title, first.body) == (second.title, second.body)
        assert first.body == got.part("plain")
        assert got.message_id == f"<{first.message_id}@example.com>"
        assert second.message_id == first.message_id
        assert {(row.state, row.attempts, row.finished_at) for row in (first, second)} == {
            (State.SENT, 1, now)
        }

    def test_more_loans_than_a_batch_holds_are_still_one_mail(self, post, email, mail_server):
        for number in range(BATCH + 2):
            post.put(a_loan(f"Loan {number}", number))
        post.send(email(ME[1]))
        [got] = mail_server.accepted
        assert all(f"Loan {number}:" in got.part("html") for number in range(BATCH + 2))
        assert set(post.states().values()) == {State.SENT}

    def test_each_address_has_one_of_its_own(self, post, email, mail_server):
        post.put(a_loan("Card", 1), ME, SPOUSE)
        post.put(a_loan("Car", 9), ME, SPOUSE)
        post.put(a_loan("Mine", 2), ME)
        post.send(email(ME[1], SPOUSE[1]))
        subjects = {got.recipients[0]: got.subject for got in mail_server.accepted}
        assert len(mail_server.accepted) == 2
        assert "3 loans" in subjects[ME[1]]
        assert "2 loans" in subjects[SPOUSE[1]]
        assert len({got.message_id for got in mail_server.accepted}) == 2

    def test_a_channel_without_digests_has_a_mail_for_each(self, post, email, mail_server):
        post.put(a_loan("Card", 1))
        post.put(a_loan("Car", 9))
        post.send(replace(email(ME[1]), digest=False))
        subjects = sorted(got.subject for got in mail_server.accepted)
        assert [subject.partition("] ")[2].partition(":")[0] for subject in subjects] == [
            "Car",
            "Card",
        ]

    def test_a_single_loan_has_its_usual_messages(self, post, email, mail_server):
        loan = a_loan("Card", 1, paid="1001")
        two = (*loan.terms.listed, Installment(TODAY, 100, 0))
        loan = replace(loan, terms=replace(loan.terms, listed=two))
        post.put(loan, milestone="settled")
        post.put(loan, due=TODAY)
        post.send(email(ME[1]))
        assert [got.subject.partition("] ")[2] for got in mail_server.accepted] == [
            "Card: the installment of Nov 19 is paid",
            "Card: CN¥1.00 due today",
        ]

    def test_text_for_a_phone_is_short_however_many_loans(self, post, httpserver):
        httpserver.expect_request("/hook", method="POST").respond_with_data("ok")
        for number in range(30):
            post.put(a_loan(f"A loan with quite a long name {number}", number), ("hook", "hook"))
        url = f"json://127.0.0.1:{httpserver.port}/hook"
        post.send(Channel("hook", (Recipient("hook", url),), "en"))
        [(request, _)] = httpserver.log
        sent = request.get_json()
        assert sent["title"].startswith("30 loans: ")
        assert len(f"{sent['title']}\n{sent['message']}") <= 500
        assert "more loans are not listed here." in sent["message"]

    def test_what_was_removed_or_paid_meanwhile_is_left_out(self, post, email, mail_server):
        post.put(a_loan("Card", 1))
        post.put(a_loan("Car", 9))
        post.put(a_loan("Home", 3))
        post.lend(a_loan("Car", 9, paid="1009"))
        del post.loans["home"]
        post.lend()
        post.send(email(ME[1]))
        [got] = mail_server.accepted
        assert got.subject == "[2 due] Card: 1 day overdue, CN¥1,001.00 owed today"
        assert post.states() == {
            "card": State.SENT,
            "car": State.CANCELLED,
            "home": State.CANCELLED,
        }

    def test_good_news_comes_last(self, post, email, mail_server):
        post.put(a_loan("Car", 9, paid="1009"), milestone="settled")
        post.put(a_loan("Card", 1))
        post.send(email(ME[1]))
        [got] = mail_server.accepted
        text = got.part("plain")
        assert got.subject.endswith(
            "Card: 1 day overdue, CN¥1,001.00 owed today (and news of 1 more loan)"
        )
        assert text.index("Card: 1 day overdue") < text.index("Car: paid off")


class TestAgain:
    """What did not arrive, or may have, is tried again as it was."""

    @pytest.mark.parametrize("answer", ["451 busy", "drop"])
    def test_it_goes_to_the_same_loans_under_the_same_message_id(
        self, post, email, mail_server, clock, answer
    ):
        mail_server.answers.append(answer)
        post.put(a_loan("Card", 1))
        post.put(a_loan("Car", 9))
        post.send(email(ME[1]))
        first, second = post.rows()
        assert first.state == second.state != State.SENT
        assert first.next_attempt_at == second.next_attempt_at
        later(post, clock)
        post.send(email(ME[1]))
        assert post.states() == {"card": State.SENT, "car": State.SENT}
        assert len(mail_server.mails) == 2
        assert len({got.message_id for got in mail_server.mails}) == 1
        assert len({got.subject for got in mail_server.mails}) == 1

    def test_what_came_due_since_goes_apart(self, post, email, mail_server, clock):
        mail_server.answers.append("451 busy")
        post.put(a_loan("Card", 1))
        post.put(a_loan("Car", 9))
        post.send(email(ME[1]))
        later(post, clock)
        post.put(a_loan("Home", 3))
        post.put(a_loan("Boat", 2))
        post.send(email(ME[1]))
        again, new = mail_server.mails[1:]
        assert again.message_id == mail_server.mails[0].message_id != new.message_id
        assert "Home" not in again.part("plain")
        assert new.subject.endswith(
            "2 loans: CN¥2,005.00 owed today; Home is the worst, 3 days overdue"
        )

    def test_a_loan_that_was_paid_since_is_left_out(self, post, email, mail_server, clock):
        mail_server.answers.append("451 busy")
        for name, days in (("Card", 1), ("Car", 9), ("Home", 3)):
            post.put(a_loan(name, days))
        post.send(email(ME[1]))
        post.lend(a_loan("Card", 1, paid="1001"))  # the one whose message id all of them bear
        later(post, clock)
        post.send(email(ME[1]))
        before, after = mail_server.mails
        assert after.message_id == before.message_id
        assert "2 loans" in after.subject
        assert post.states() == {
            "card": State.CANCELLED,
            "car": State.SENT,
            "home": State.SENT,
        }

    def test_where_one_loan_remains_its_usual_message_goes_under_that_id(
        self, post, email, mail_server, clock
    ):
        mail_server.answers.append("451 busy")
        post.put(a_loan("Card", 1))
        post.put(a_loan("Car", 9))
        post.send(email(ME[1]))
        post.lend(a_loan("Card", 1, paid="1001"))
        later(post, clock)
        post.send(email(ME[1]))
        before, after = mail_server.mails
        assert after.message_id == before.message_id
        assert after.subject == "[1 urgent] Car: 9 days overdue, CN¥1,009.00 owed today"

    def test_a_sender_that_died_leaves_it_to_be_sent_whole(
        self, post, email, mail_server, database, clock
    ):
        post.put(a_loan("Card", 1))
        post.put(a_loan("Car", 9))
        with database.transaction() as connection:
            until = clock.now() + timedelta(minutes=11)
            lost = outbox.lease(connection, "email", clock.now(), until, "dead", 1, together=True)
        post.put(a_loan("Home", 3))
        assert post.send(email(ME[1]), alone=True).sent == 2
        whole, other = sorted(mail_server.accepted, key=lambda got: "2 loans" not in got.subject)
        assert whole.message_id == f"<{lost[0].message_id}@example.com>"
        assert "Home: 3 days overdue" in other.subject

    def test_it_stays_whole_where_the_channel_takes_no_digests_any_more(
        self, post, email, mail_server, clock
    ):
        mail_server.answers.append("451 busy")
        for number in range(BATCH + 2):
            post.put(a_loan(f"Loan {number}", number))
        post.send(email(ME[1]))
        later(post, clock)
        post.send(replace(email(ME[1]), digest=False))
        before, after = mail_server.mails
        assert after.message_id == before.message_id

    def test_it_has_the_whole_window_of_its_newest_part(self, post, email, mail_server):
        post.put(a_loan("Card", 1))
        with post.database.transaction() as connection:
            connection.execute(update(deliveries).values(waited=WINDOW.total_seconds()))
        post.put(a_loan("Car", 9))
        mail_server.answers.append("451 busy")
        post.send(email(ME[1]))
        assert post.states() == {"card": State.RETRYING, "car": State.RETRYING}

    def test_refused_for_good_it_goes_over_the_fallback_as_one(
        self, post, email, screen, mail_server, capsys
    ):
        mail_server.refused = {ME[1]: "550 5.1.1 who?"}
        post.put(a_loan("Card", 1))
        post.put(a_loan("Car", 9))
        post.send(email(ME[1], fallback="screen"), screen)
        shown = capsys.readouterr().out
        assert shown.count("2 loans: ") == 1
        assert [row.state for row in post.rows()] == [State.FAILED] * 2 + [State.SENT] * 3

    def test_one_that_hangs_is_unknown_as_a_whole(self, post, email, mail_server, clock):
        mail_server.answers.append("hang")
        post.put(a_loan("Card", 1))
        post.put(a_loan("Car", 9))
        mails = mail_server.mails

        def beat():
            if mails and not clock.leapt:
                clock.leapt = DEADLINE + END_OF_DATA + 1

        dispatcher = post.send(email(ME[1]), beat=beat)
        mail_server.release()
        assert dispatcher.hung
        assert post.states() == {"card": State.UNKNOWN, "car": State.UNKNOWN}
