"""Emptying the outbox over real channels: what is sent, what is recorded, what waits."""

import os
import signal
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event

from reminderd.alerts.channel import Channel, Recipient
from reminderd.delivery import scribes
from reminderd.delivery.dispatcher import BATCH, DEADLINE, Dispatcher, Drafted, Lane
from reminderd.delivery.mail import END_OF_DATA
from reminderd.delivery.transport import MAIL_CONNECTIONS
from reminderd.errors import StoreError
from reminderd.store import outbox
from reminderd.store.outbox import State

ME = ("email", "me@example.com")
SCREEN = ("screen", "screen")


@pytest.fixture
def dispatch(database, clock):
    """Return a function that empties the outbox over these channels."""

    def run(*channels, **options):
        named = {channel.name: channel for channel in channels}
        options = {"alone": False, **options}
        dispatcher = Dispatcher(database, named, clock, "me", **options)
        try:
            dispatcher.drain()
        finally:
            dispatcher.close()
        return dispatcher

    return run


class TestSending:
    def test_what_is_due_is_sent_and_recorded_word_for_word(
        self, dispatch, post, email, mail_server, now
    ):
        post.put(ME)
        assert dispatch(email(ME[1])).sent == 1
        [row] = post.rows()
        [got] = mail_server.accepted
        assert (row.state, row.attempts, row.finished_at) == (State.SENT, 1, now)
        assert got.subject == f"[1 urgent] {row.title}"
        assert row.body == got.part("plain")
        assert got.message_id == f"<{row.message_id}@example.com>"

    def test_it_is_sent_only_once(self, dispatch, post, email, mail_server):
        post.put(ME)
        dispatch(email(ME[1]))
        assert dispatch(email(ME[1])).sent == 0
        assert len(mail_server.accepted) == 1

    def test_each_address_has_its_own_delivery_and_message_id(
        self, dispatch, post, email, mail_server
    ):
        post.put(ME, ("email", "spouse@example.com"))
        dispatch(email(ME[1], "spouse@example.com"))
        assert [got.recipients[0] for got in mail_server.accepted] == [
            "me@example.com",
            "spouse@example.com",
        ]
        assert len({got.message_id for got in mail_server.accepted}) == 2

    def test_each_channel_speaks_its_own_language(
        self, dispatch, post, email, screen, mail_server, capsys
    ):
        post.put(ME, SCREEN)
        dispatch(email(ME[1]), replace(screen, locale="zh-CN"))
        assert "4 days" in mail_server.accepted[0].subject
        assert "4天" in capsys.readouterr().out

    def test_a_batch_goes_in_order_over_one_connection(self, dispatch, post, email, mail_server):
        for _ in range(BATCH):
            post.put(ME)
        assert dispatch(email(ME[1])).sent == BATCH
        order = [got.message_id.strip("<>").partition("@")[0] for got in mail_server.accepted]
        assert order == [row.message_id for row in post.rows()]
        assert mail_server.connections == 1

    def test_many_batches_share_a_bounded_number_of_connections(
        self, dispatch, post, email, mail_server
    ):
        count = (MAIL_CONNECTIONS + 4) * BATCH
        for _ in range(count):
            post.put(ME)
        assert dispatch(email(ME[1])).sent == count
        arrived = {got.message_id.strip("<>").partition("@")[0] for got in mail_server.accepted}
        assert len(mail_server.accepted) == count
        assert arrived == {row.message_id for row in post.rows()}
        assert 1 < mail_server.connections <= MAIL_CONNECTIONS

    def test_what_is_not_due_yet_stays(self, dispatch, post, screen, clock, now):
        clock.at = now + timedelta(seconds=1)
        post.put(SCREEN)
        clock.at = now
        assert dispatch(screen).sent == 0
        assert post.states() == [State.PENDING]

    def test_it_shows_that_it_lives_while_it_waits(self, dispatch, post, screen):
        beats = []
        post.put(SCREEN)
        dispatch(screen, beat=lambda: beats.append(1))
        assert beats


class TestAgain:
    def test_a_passing_no_is_tried_again_later_under_the_same_message_id(
        self, dispatch, post, email, mail_server, clock, now
    ):
        mail_server.answers.append("451 busy")
        post.put(ME)
        dispatch(email(ME[1]))
        [row] = post.rows()
        assert (row.state, row.error) == (State.RETRYING, "the mail server answered 451 busy")
        assert timedelta(seconds=22) < row.next_attempt_at - now < timedelta(seconds=38)
        assert dispatch(email(ME[1])).sent == 0
        clock.at = row.next_attempt_at
        dispatch(email(ME[1]))
        assert post.states() == [State.SENT]
        assert len({got.message_id for got in mail_server.mails}) == 1
        assert len(mail_server.mails) == 2

    def test_a_retry_states_that_days_figure(self, dispatch, post, email, mail_server, clock, now):
        mail_server.answers.append("451 busy")
        post.put(ME)
        dispatch(email(ME[1]))
        clock.at = now + timedelta(days=2)
        dispatch(email(ME[1]))
        before, after = mail_server.mails
        assert "10,020.00" in before.part("plain")
        assert "10,030.00" in after.part("plain")
        assert "10,030.00" in after.part("html")
        assert post.rows()[0].body == after.part("plain")

    def test_delays_grow_with_every_attempt(self, dispatch, post, email, mail_server, clock):
        mail_server.answers.extend(["451 busy"] * 4)
        post.put(ME)
        delays = []
        for _ in range(4):
            dispatch(email(ME[1]))
            [row] = post.rows()
            delays.append(row.next_attempt_at - clock.at)
            clock.at = row.next_attempt_at
        assert delays == sorted(delays)
        assert delays[-1] > timedelta(seconds=240 * 0.74)

    def test_a_lost_answer_is_tried_again_under_the_same_message_id(
        self, dispatch, post, email, mail_server, clock
    ):
        mail_server.answers.append("drop")
        post.put(ME)
        dispatch(email(ME[1]))
        [row] = post.rows()
        assert row.state == State.UNKNOWN
        clock.at = row.next_attempt_at
        dispatch(email(ME[1]))
        assert post.states() == [State.SENT]
        assert [got.message_id for got in mail_server.accepted] == [
            f"<{row.message_id}@example.com>"
        ] * 2

    def test_a_refused_login_is_tried_again(self, dispatch, post, email, mail_server, clock):
        mail_server.passwords = {"another"}
        post.put(ME)
        dispatch(email(ME[1]))
        [row] = post.rows()
        assert (row.state, row.error) == (
            State.RETRYING,
            "the mail server refused the login (535)",
        )
        mail_server.passwords = {mail_server.password}
        clock.at = row.next_attempt_at
        assert dispatch(email(ME[1])).sent == 1

    def test_a_librarys_mistake_leaves_it_unknown(self, dispatch, post):
        class Broken(dict):
            def get(self, *_):
                raise ZeroDivisionError("hunter2")

        post.put(("broken", "it"))
        dispatch(Channel("broken", (Recipient("it", Broken()),), "en"))
        [row] = post.rows()
        assert row.state == State.UNKNOWN
        assert row.error == "the channel failed with ZeroDivisionError"


class TestGivingUp:
    def test_a_final_no_fails_at_once_and_the_fallback_tells_once(
        self, dispatch, post, email, screen, mail_server, capsys
    ):
        mail_server.refused = {
            "me@example.com": "550 5.1.1 who?",
            "old@example.com": "550 5.1.1 who?",
        }
        post.put(ME, ("email", "old@example.com"))
        dispatch(email(ME[1], "old@example.com", fallback="screen"), screen)
        assert post.states("email") == [State.FAILED, State.FAILED]
        said = "the mail server answered 550 5.1.1 who? to the recipient's address"
        assert post.rows()[0].error == said
        # The alert itself, and a notice of each address.
        assert post.states("screen") == [State.SENT] * 3
        assert capsys.readouterr().out.count("招行信用卡") > 0

    def test_a_channel_that_was_told_anyway_is_not_told_again_as_fallback(
        self, dispatch, post, email, screen, mail_server
    ):
        mail_server.refused = {ME[1]: "550 5.1.1 who?"}
        post.put(ME, SCREEN)
        dispatch(email(ME[1], fallback="screen"), screen)
        assert [row.alert_id for row in post.rows() if row.channel == "screen"] == [1, 2]

    def test_a_passing_no_does_not_bother_the_fallback(
        self, dispatch, post, email, screen, mail_server
    ):
        mail_server.answers.append("451 busy")
        post.put(ME)
        dispatch(email(ME[1], fallback="screen"), screen)
        assert post.states("screen") == []

    def test_after_three_days_of_passing_noes_the_fallback_tells(
        self, dispatch, post, email, screen, mail_server
    ):
        mail_server.answers.append("451 busy")
        post.put(ME)
        post.use_up_window()
        dispatch(email(ME[1], fallback="screen"), screen)
        assert post.states("email") == [State.FAILED]
        assert post.states("screen") == [State.SENT, State.SENT]

    @pytest.mark.parametrize("answer", ["550 5.4.5 daily limit", "554 5.7.0 no", "552 full"])
    def test_a_no_that_may_pass_is_tried_for_a_day_while_the_fallback_tells_at_once(
        self, dispatch, post, email, screen, mail_server, clock, now, answer
    ):
        mail_server.answers.extend([answer] * 100)
        post.put(ME)
        tries = 0
        while post.states("email") in ([State.PENDING], [State.RETRYING]):
            clock.at = post.rows()[0].next_attempt_at
            dispatch(email(ME[1], fallback="screen"), screen)
            tries += 1
            told = post.states("screen")
            assert told == [State.SENT] * (1 if post.states("email") == [State.RETRYING] else 2)
        assert timedelta(days=1) < clock.at - now < timedelta(days=1.1)
        assert 10 < tries < 20
        assert post.states("email") == [State.FAILED]

    def test_a_no_that_passes_costs_nothing(self, dispatch, post, email, mail_server, clock):
        mail_server.answers.append("550 5.4.5 daily limit")
        post.put(ME)
        dispatch(email(ME[1]))
        clock.at = post.rows()[0].next_attempt_at
        dispatch(email(ME[1]))
        assert post.states() == [State.SENT]

    @pytest.mark.parametrize("status", [302, 401, 403, 404, 405, 413, 503, 504])
    def test_a_status_that_a_proxy_gives_while_a_service_restarts_costs_nothing(
        self, dispatch, post, httpserver, clock, status
    ):
        httpserver.expect_ordered_request("/").respond_with_data("Not here", status=status)
        httpserver.expect_ordered_request("/").respond_with_json({"id": "x"})
        url = f"ntfy://127.0.0.1:{httpserver.port}/loans"
        phone = Channel("phone", (Recipient("phone", url),), "en")
        post.put(("phone", "phone"))
        for _ in range(2):
            clock.at = post.rows()[0].next_attempt_at
            dispatch(phone)
        assert post.states() == [State.SENT]

    def test_what_may_have_arrived_is_not_multiplied_and_the_fallback_tells(
        self, dispatch, post, email, screen, mail_server, clock, now
    ):
        mail_server.answers.extend(["drop"] * 100)
        post.put(ME)
        told = []
        while post.states("email") != [State.FAILED]:
            clock.at = post.rows()[0].next_attempt_at
            dispatch(email(ME[1], fallback="screen"), screen)
            told.append(len(post.states("screen")))
        assert timedelta(days=2.99) < clock.at - now <= timedelta(days=3)
        assert told == [0, 1, 1, 1, 1, 2]  # the alert, and in the end that nothing is known of it
        assert len({got.message_id for got in mail_server.mails}) == 1
        assert len(mail_server.mails) == 6

    def test_days_asleep_use_up_nothing_of_the_window(
        self, dispatch, post, email, screen, mail_server, clock
    ):
        mail_server.answers.extend(["451 busy"] * 3)
        post.put(ME)
        for days in (0, 3, 400):  # woken before the network, each time
            clock.at += timedelta(days=days)
            dispatch(email(ME[1], fallback="screen"), screen)
            assert post.states() == [State.RETRYING]
        clock.at += timedelta(minutes=3)
        dispatch(email(ME[1], fallback="screen"), screen)
        assert post.states() == [State.SENT]

    def test_without_a_fallback_it_merely_fails(self, dispatch, post, email, mail_server):
        mail_server.refused = {ME[1]: "550 5.1.1 who?"}
        post.put(ME)
        dispatch(email(ME[1]))
        assert post.states() == [State.FAILED]


class TestNotice:
    """That an address takes nothing any more is told through another channel."""

    @pytest.fixture
    def lose(self, dispatch, post, email, screen, mail_server):
        """Return a function that has an alert refused for good, and returns the notices."""

        def run(*more, fallback=None, answer="550 5.1.1 who?"):
            mail_server.refused = {ME[1]: answer} if answer else {}
            post.put(ME)
            dispatch(email(ME[1], fallback=fallback), screen, *more)
            return [row for row in post.rows() if row.title and "no longer reach" in row.title]

        return run

    def test_it_says_which_address_why_what_is_lost_and_what_to_do(self, lose):
        [notice] = lose()
        assert (notice.channel, notice.state) == ("screen", State.SENT)
        assert notice.title == "Messages no longer reach email (me@example.com)"
        for said in (
            "the service refused them for good",
            "the mail server answered 550 5.1.1 who?",
            "招行信用卡: not delivered",
            "reminderd test email",
            "reminderd outbox retry --all",
        ):
            assert said in notice.body

    def test_it_is_told_once_until_the_address_works_again(self, lose, clock):
        assert len(lose()) == 1
        clock.at += timedelta(hours=1)
        assert len(lose()) == 1
        clock.at += timedelta(hours=1)
        lose(answer=None)
        clock.at += timedelta(hours=1)
        assert len(lose()) == 2

    def test_a_delivery_that_fails_a_second_time_is_no_news(self, lose, database, now):
        assert len(lose()) == 1
        with database.transaction() as connection:
            outbox.retry(connection, [1], now)
        assert len(lose()) == 1

    def test_it_goes_over_the_fallback_alone_or_else_over_every_other_channel(self, lose):
        other = Channel("other", (Recipient("other", "console://"),), "zh-CN")
        assert [row.channel for row in lose(other, fallback="screen")] == ["screen"]

    def test_without_a_fallback_every_other_channel_tells_in_its_language(self, lose, post):
        other = Channel("other", (Recipient("other", "console://"),), "zh-CN")
        lose(other)
        [chinese] = [row for row in post.rows() if row.channel == "other"]
        assert chinese.title == "消息已无法送达email（me@example.com）"
        assert "原因：对方服务拒收" in chinese.body

    def test_others_who_are_told_where_nobody_reacts_are_not_bothered(self, lose):
        spouse = Channel("spouse", (Recipient("it", "console://"),), "en", reserved=True)
        assert [row.channel for row in lose(spouse)] == ["screen"]

    def test_where_there_is_no_other_channel_nothing_is_put_into_the_outbox(
        self, dispatch, post, email, mail_server
    ):
        mail_server.refused = {ME[1]: "550 5.1.1 who?"}
        post.put(ME)
        dispatch(email(ME[1]))
        assert len(post.rows()) == 1

    def test_channels_that_all_fail_end_in_no_circle(self, dispatch, post, email, mail_server):
        mail_server.refused = {ME[1]: "550 5.1.1 who?", "b@x.com": "550 5.1.1 who?"}
        post.put(ME, ("b", "b@x.com"))
        one, two = email(ME[1], fallback="b"), replace(email("b@x.com", fallback="email"), name="b")
        dispatch(one, two)
        # The alert, and of each a notice over the other, which never goes over the one that failed.
        assert post.states() == [State.FAILED] * 4

    def test_where_the_fallback_is_dead_too_a_third_hears_of_both(
        self, dispatch, post, email, screen, mail_server
    ):
        mail_server.refused = {ME[1]: "550 5.1.1 who?", "b@x.com": "550 5.1.1 who?"}
        post.put(ME)
        dispatch(email(ME[1], fallback="b"), replace(email("b@x.com"), name="b"), screen)
        titles = {row.title for row in post.rows() if row.channel == "screen"}
        assert titles == {
            "Messages no longer reach email (me@example.com)",
            "Messages no longer reach b (b@x.com)",
        }

    def test_where_two_stand_in_for_each_other_a_third_hears_that_both_fail(
        self, dispatch, post, email, screen, mail_server
    ):
        mail_server.refused = {ME[1]: "550 5.1.1 who?", "b@x.com": "550 5.1.1 who?"}
        post.put(ME)
        one, two = email(ME[1], fallback="b"), replace(email("b@x.com", fallback="email"), name="b")
        dispatch(one, two, screen)
        titles = {row.title for row in post.rows() if row.channel == "screen"}
        assert titles == {
            "Messages no longer reach email (me@example.com)",
            "Messages no longer reach b (b@x.com)",
        }

    def test_after_three_days_it_says_that_it_was_tried(
        self, dispatch, post, email, screen, mail_server
    ):
        mail_server.answers.append("451 busy")
        post.put(ME)
        post.use_up_window()
        dispatch(email(ME[1]), screen)
        assert "nothing got through in three days of trying" in post.rows()[-1].body


class TestMeanwhile:
    def test_what_was_paid_is_cancelled_instead(self, dispatch, post, email, mail_server):
        post.put(ME)
        post.lend(paid="10000")
        assert dispatch(email(ME[1])).sent == 0
        [row] = post.rows()
        assert row.state == State.CANCELLED
        assert row.error.startswith("paid")
        assert mail_server.mails == []

    def test_a_settled_message_is_sent_though_all_is_paid(self, dispatch, post, email, mail_server):
        post.put(ME, milestone="settled")
        post.lend(paid="10000")
        assert dispatch(email(ME[1])).sent == 1

    def test_a_settled_message_is_not_sent_where_the_payment_was_taken_back(
        self, dispatch, post, email, mail_server
    ):
        post.put(ME, milestone="settled")
        assert dispatch(email(ME[1])).sent == 0
        assert post.states() == [State.CANCELLED]

    def test_a_removed_loans_delivery_is_cancelled(self, dispatch, post, email, mail_server):
        post.put(ME)
        post.lend(loans=0)
        dispatch(email(ME[1]))
        [row] = post.rows()
        assert (row.state, row.error) == (State.CANCELLED, "the loan was removed")
        assert mail_server.mails == []

    def test_a_removed_channels_or_addresses_delivery_fails(
        self, dispatch, post, email, mail_server
    ):
        post.put(ME, ("pager", "x"))
        dispatch(email("new@example.com"))
        assert [(row.state, row.error) for row in post.rows()] == [
            (State.FAILED, "no longer configured"),
            (State.FAILED, "no longer configured"),
        ]
        assert mail_server.mails == []

    def test_what_needs_no_sending_does_not_hide_what_waits_behind_it(self, dispatch, post, screen):
        for number in range(BATCH + 2):
            post.put(("screen", f"removed-{number}"))
        post.put(SCREEN)
        assert dispatch(screen).sent == 1
        assert post.states() == [State.FAILED] * (BATCH + 2) + [State.SENT]


class TestHanging:
    """A server that does not answer. The deadline passes when the test says so."""

    @pytest.fixture
    def after(self, clock):
        """Return a beat that lets the deadline pass once a condition holds, or never will."""

        def when(condition):
            beats = iter(range(30))

            def beat():
                if not clock.leapt and (condition() or next(beats, None) is None):
                    clock.leapt = DEADLINE + END_OF_DATA + 1

            return beat

        return when

    def test_it_delays_no_other_channel_and_is_left_behind(
        self, dispatch, post, email, screen, mail_server, after, now
    ):
        mail_server.answers.append("hang")
        post.put(ME)
        post.put(ME, SCREEN)
        told = after(lambda: mail_server.mails and post.states("screen") == [State.SENT])
        dispatcher = dispatch(email(ME[1]), screen, beat=told)
        mail_server.release()
        first, second = [row for row in post.rows() if row.channel == "email"]
        assert dispatcher.hung
        assert post.states("screen") == [State.SENT]
        assert (first.state, first.error) == (State.UNKNOWN, "no answer in time")
        assert first.next_attempt_at > now
        assert (second.state, second.error) == (State.RETRYING, "not begun")
        assert second.next_attempt_at == now

    def test_what_hung_is_sent_again_under_the_same_message_id(
        self, dispatch, post, email, mail_server, after, clock
    ):
        mail_server.answers.append("hang")
        post.put(ME)
        dispatch(email(ME[1]), beat=after(lambda: mail_server.mails))
        mail_server.release()
        clock.at = post.rows()[0].next_attempt_at
        dispatch(email(ME[1]))
        assert post.states() == [State.SENT]
        assert len({got.message_id for got in mail_server.mails}) == 1

    def test_an_answer_to_a_mail_may_take_minutes_while_others_are_planned_and_sent(
        self, dispatch, post, email, screen, mail_server, clock
    ):
        mail_server.answers.append("hang")
        post.put(ME)
        post.put(ME)
        planned = []

        def plan(now):
            planned.append(now)
            post.put(SCREEN)

        def beat():
            if mail_server.mails and not clock.leapt:
                clock.leapt = DEADLINE + END_OF_DATA / 2
            if post.states() == [State.SENDING, State.RETRYING, State.SENT]:
                mail_server.release()

        dispatcher = dispatch(email(ME[1]), screen, beat=beat, plan_again=plan)
        assert not dispatcher.hung
        assert len(planned) == 1
        assert post.states() == [State.SENT] * 3
        assert len(mail_server.mails) == 2

    def test_a_slow_answer_within_the_deadline_is_waited_for(
        self, dispatch, post, email, mail_server
    ):
        mail_server.answers.append("hang")
        post.put(ME)
        released = threading.Thread(
            target=lambda: (mail_server.wait_for_mail(), mail_server.release())
        )
        released.start()
        assert not dispatch(email(ME[1])).hung
        released.join()
        assert post.states() == [State.SENT]

    def test_the_deadline_is_for_each_message_and_not_for_a_batch(
        self, dispatch, post, email, mail_server, clock
    ):
        mail_server.answers.extend(["hang"] * 3)
        for _ in range(3):
            post.put(ME)
        arrived = []

        def take_long():
            if len(mail_server.mails) > len(arrived):
                arrived.append(1)
                clock.leapt += DEADLINE * 0.75
                mail_server.release()

        assert not dispatch(email(ME[1]), beat=take_long).hung
        assert post.states() == [State.SENT] * 3

    def test_an_answer_after_another_worker_took_over_changes_nothing(
        self, dispatch, post, email, screen, mail_server, database, clock
    ):
        mail_server.answers.append("hang")
        mail_server.late_answer = "550 no"
        post.put(ME)

        def take_over():
            if mail_server.mails and post.states() == [State.SENDING]:
                later = clock.now() + timedelta(hours=1)
                with database.transaction() as connection:
                    outbox.recover(connection, later, alone=False)
                    taken = outbox.lease(connection, "email", later, later, "other", 1)
                    outbox.finish(connection, taken, "other", State.SENT, later)
                mail_server.release()

        dispatch(email(ME[1], fallback="screen"), screen, beat=take_over)
        assert post.states() == [State.SENT]


class TestLeases:
    def lose(self, post, database, clock):
        """Leave a delivery as a worker does that is killed while sending."""
        post.put(SCREEN)
        with database.transaction() as connection:
            until = clock.now() + timedelta(minutes=11)
            return outbox.lease(connection, "screen", clock.now(), until, "dead", 1)[0]

    def test_a_worker_that_is_alone_sends_what_a_dead_one_left(
        self, dispatch, post, screen, database, clock
    ):
        lost = self.lose(post, database, clock)
        assert dispatch(screen, alone=True).sent == 1
        [row] = post.rows()
        assert (row.state, row.message_id, row.attempts) == (State.SENT, lost.message_id, 2)

    def test_a_worker_among_others_waits_for_the_lease_to_end(
        self, dispatch, post, screen, database, clock, now
    ):
        self.lose(post, database, clock)
        assert dispatch(screen, alone=False).sent == 0
        clock.at = now + timedelta(minutes=11)
        assert dispatch(screen, alone=False).sent == 1

    def test_nothing_is_handed_over_before_the_lease_is_kept(
        self, dispatch, post, email, database, mail_server
    ):
        post.put(ME)
        commits = []

        def fail_to_lease(connection):
            commits.append(1)
            if len(commits) == 2:  # the first is that of recovering leases
                raise StoreError("the disk is full")

        event.listen(database.engine, "commit", fail_to_lease)
        with pytest.raises(StoreError):
            dispatch(email(ME[1]))
        event.remove(database.engine, "commit", fail_to_lease)
        for thread in threading.enumerate():
            if thread.name == "email":
                thread.join()
        assert mail_server.mails == []
        assert post.states() == [State.PENDING]


class TestPlanning:
    """Much is planned a batch at a time, while lanes send."""

    @pytest.fixture
    def plan(self, post):
        """Return planning that makes something due in each of so many steps."""

        def steps(count, meanwhile=lambda: None):
            left = iter(range(count))

            def step():
                for number in left:
                    if number == count - 1:
                        meanwhile()
                    post.put(ME)
                    return True
                return False

            return step

        return steps

    def test_what_was_planned_first_is_sent_before_all_is_planned(
        self, dispatch, post, email, mail_server, plan
    ):
        """The last step of planning waits until there was a mail."""
        channel = replace(email(ME[1]), digest=False)
        step = plan(5, meanwhile=mail_server.wait_for_mail)
        assert dispatch(channel, plan_more=step).sent == 5
        assert post.states() == [State.SENT] * 5

    def test_what_may_go_together_waits_until_all_is_planned(self, dispatch, post, email, plan):
        before_the_last = []
        step = plan(3, meanwhile=lambda: before_the_last.extend(post.states()))
        dispatch(email(ME[1]), plan_more=step)
        assert before_the_last == [State.PENDING] * 2
        assert post.states() == [State.SENT] * 3

    def test_what_waits_since_before_is_not_sent_until_a_newer_alert_may_take_its_place(
        self, dispatch, post, email, plan, clock, now, database, mail_server
    ):
        clock.at = now - timedelta(days=2)
        old = post.put(ME)
        clock.at = now

        def supersede():
            with database.transaction() as connection:
                assert outbox.close_waiting(connection, [old], State.SUPERSEDED, now)

        step = plan(3, meanwhile=supersede)
        channel = replace(email(ME[1]), digest=False)
        assert dispatch(channel, plan_more=step, planned_for=now).sent == 3
        assert post.states() == [State.SUPERSEDED, *[State.SENT] * 3]
        assert len(mail_server.mails) == 3

    def test_what_waits_since_before_is_sent_in_the_end(
        self, dispatch, post, email, plan, clock, now
    ):
        clock.at = now - timedelta(days=2)
        post.put(ME)
        clock.at = now
        channel = replace(email(ME[1]), digest=False)
        assert dispatch(channel, plan_more=plan(3), planned_for=now).sent == 4

    def test_who_is_to_stop_plans_no_more(self, dispatch, post, email, plan):
        dispatcher = dispatch(email(ME[1]), plan_more=plan(3), stopping=lambda: True)
        assert post.states() == []
        assert not dispatcher.planning  # or it would look for results without a pause


def keeping(fork, made):
    """Return a function that forks a scribe and notes its pid."""

    def forked(scribes):
        fork(scribes)
        made.append(scribes.pids[-1])

    return forked


class TestScribes:
    """Hundreds at once are written by other processes, which are always a batch ahead."""

    @pytest.fixture
    def many(self, post, email):
        """Put more into the outbox than the lanes take at once; return the channel."""
        for _ in range(3 * BATCH * MAIL_CONNECTIONS):
            post.put(ME)
        return replace(email(ME[1]), digest=False)

    def test_each_is_sent_once(self, dispatch, post, many, mail_server):
        dispatcher = dispatch(many)
        assert dispatcher.sent == len(post.rows())
        assert set(post.states()) == {State.SENT}
        assert len(mail_server.mails) == len({got.message_id for got in mail_server.mails})

    def test_one_that_dies_costs_nothing(
        self, dispatch, post, many, screen, mail_server, monkeypatch
    ):
        """The next batch is leased already, and is written by the worker itself."""
        for _ in range(3 * BATCH):
            post.put(SCREEN)
        made = []
        monkeypatch.setattr(scribes.Scribes, "_fork", keeping(scribes.Scribes._fork, made))

        def beat():
            while made:
                os.kill(made.pop(), signal.SIGKILL)

        dispatcher = dispatch(many, replace(screen, digest=False), beat=beat)
        assert made == []
        assert dispatcher.sent == len(post.rows()) == len(mail_server.mails) + 3 * BATCH

    def test_a_server_that_hangs_holds_up_no_other_channel(
        self, dispatch, post, many, screen, mail_server
    ):
        mail_server.answers.extend(["hang"] * len(post.rows()))
        for _ in range(3 * BATCH):
            post.put(SCREEN)

        def beat():
            if set(post.states("screen")) == {State.SENT}:
                mail_server.answers.clear()
                mail_server.release()

        dispatcher = dispatch(many, replace(screen, digest=False), beat=beat)
        assert not dispatcher.hung
        assert set(post.states()) == {State.SENT}

    def test_a_rate_holds_for_what_is_being_written_too(self, database, screen, clock, now):
        channels = {"screen": replace(screen, rate=20)}
        dispatcher = Dispatcher(database, channels, clock, "me", alone=False)
        dispatcher.lanes["screen"] = [Lane("screen", waiting=["one", "two"])]
        dispatcher.drafts.extend(Drafted("screen", [{}] * count, None) for count in (5, 10))
        with database.transaction() as connection:
            assert dispatcher._room(connection, "screen", now) == 20 - 2 - 5 - 10

    def test_what_is_written_when_it_is_to_stop_waits_again(
        self, dispatch, post, many, mail_server, now
    ):
        dispatch(many, stopping=lambda: bool(mail_server.mails))
        rows = post.rows()
        sent = [row for row in rows if row.state == State.SENT]
        assert 0 < len(sent) == len(mail_server.mails) < len(rows)
        waiting = [row for row in rows if row.state != State.SENT]
        assert {row.state for row in waiting} <= {State.PENDING, State.RETRYING}
        assert {row.next_attempt_at for row in waiting} == {now}

    def test_a_server_that_hangs_gets_no_more(self, dispatch, post, many, mail_server, clock, now):
        """All its lanes hang while the next batches are written; these wait again."""
        mail_server.answers.extend(["hang"] * len(post.rows()))

        def beat():
            if len(mail_server.mails) >= MAIL_CONNECTIONS:
                clock.leapt = DEADLINE + END_OF_DATA + 1

        dispatcher = dispatch(many, beat=beat)
        mail_server.release()
        assert dispatcher.hung
        unknown = [row for row in post.rows() if row.state == State.UNKNOWN]
        assert len(unknown) == MAIL_CONNECTIONS
        waiting = [row for row in post.rows() if row.state != State.UNKNOWN]
        assert {row.state for row in waiting} <= {State.PENDING, State.RETRYING}
        assert {row.next_attempt_at for row in waiting} == {now}


class TestStopping:
    def test_nothing_new_begins(self, dispatch, post, screen):
        post.put(SCREEN)
        assert dispatch(screen, stopping=lambda: True).sent == 0
        assert post.states() == [State.PENDING]

    def test_what_is_under_way_is_finished_and_the_rest_handed_back(
        self, dispatch, post, email, mail_server, now
    ):
        mail_server.answers.append("hang")
        post.put(ME)
        post.put(ME)

        def let_go():
            if post.states()[1] == State.RETRYING:
                mail_server.release()

        dispatch(email(ME[1]), stopping=lambda: bool(mail_server.mails), beat=let_go)
        sent, handed_back = post.rows()
        assert sent.state == State.SENT
        assert (handed_back.state, handed_back.next_attempt_at) == (State.RETRYING, now)


class TestQuietHours:
    def test_what_came_due_before_them_waits_for_their_end(
        self, dispatch, post, screen, clock, now
    ):
        morning = now + timedelta(hours=8)
        post.put(SCREEN)
        assert dispatch(screen, defer=lambda *_: morning).sent == 0
        assert post.rows()[0].next_attempt_at == morning
        clock.at = morning
        assert dispatch(screen, defer=lambda at, _: at).sent == 1

    def test_only_the_channel_that_has_them_waits(self, dispatch, post, email, screen, now):
        post.put(ME, SCREEN)
        morning = now + timedelta(hours=8)

        def defer(at, channel):
            return morning if channel.name == "email" else at

        dispatch(email(ME[1]), screen, defer=defer)
        assert [(row.state, row.next_attempt_at) for row in post.rows()] == [
            (State.PENDING, morning),
            (State.SENT, None),
        ]
