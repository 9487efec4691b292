"""What a borrower receives over days and weeks, whatever happens to the program meanwhile."""

import re
from datetime import timedelta

from sqlalchemy import select

from reminderd.store import outbox
from reminderd.store.tables import alerts

CARD = """
timezone = "Asia/Shanghai"
locale = "en"

[channels.screen]
url = "{screen}"

[channels.phone]
url = "{phone}"
min_severity = "warning"

[[loans]]
id = "card"
name = "Card"
due = 2026-11-20
amount = "10000.00"
penalty.daily_rate = "0.05%"
"""


def when(messages):
    return [f"{got.at:%m-%d %H:%M}" for got in messages]


def titles(messages):
    """Return the titles, each once, with a sign for the currency that no locale changes."""
    return {got.title.replace("CN¥", "¥") for got in messages}


def on(channel, messages):
    return [got for got in messages if got.channel == channel]


def decided(life, *, superseded):
    """Return the milestones that were decided to be sent, or not to be."""
    with life.database.transaction() as connection:
        rows = connection.execute(select(alerts).where(alerts.c.superseded == superseded))
        return [row.milestone for row in rows]


def lose_what_is_due(life):
    """Leave every delivery as a program leaves it that is killed while sending."""
    with life.database.transaction() as connection:
        for channel in outbox.due_channels(connection, life.now):
            until = life.now + timedelta(minutes=11)
            outbox.lease(connection, channel, life.now, until, "killed", 10)


class TestAllGoingWell:
    def test_reminders_come_at_the_set_time_on_the_set_days(self, life):
        life.configure(CARD)
        received = on("screen", life.live_to("2027-01-21 12:00"))
        before = ["11-17 09:00", "11-20 09:00"]
        late = ["11-21", "11-22", "11-23", "11-24", "11-27", "12-04", "12-11", "12-20"]
        then = ["01-04", "01-19"]
        assert when(received) == before + [f"{day} 09:00" for day in late + then]

    def test_none_calls_itself_late(self, life):
        life.configure(CARD)
        assert not [got for got in life.live_to("2026-12-01 12:00") if "late: " in got.text]

    def test_the_figure_grows_by_the_day(self, life):
        life.configure(CARD)
        received = on("screen", life.live_to("2026-11-23 12:00"))
        amounts = [got.title.partition("¥")[2].split()[0] for got in received[-4:]]
        assert amounts == ["10,000.00", "10,005.00", "10,010.00", "10,015.00"]

    def test_a_loan_first_seen_when_overdue_is_told_at_once_and_not_as_late(self, life):
        life.configure(CARD + "paid_until = 2026-11-19\n").skip_to("2026-11-25 13:00")
        [first] = on("screen", life.run())
        assert "5 days overdue" in first.title
        assert "late: " not in first.text


class TestDowntime:
    TWO = CARD + '[[loans]]\nid = "car"\nname = "Car"\ndue = 2026-11-21\namount = "300.00"\n'

    def test_five_days_off_bring_one_message_that_says_of_every_loan_that_it_is_late(self, life):
        life.configure(self.TWO).live_to("2026-11-17 12:00")
        received = life.skip_to("2026-11-22 14:12").run()
        assert sorted(got.channel for got in received) == ["phone", "screen"]
        for got in received:
            assert got.title.startswith("2 loans: ")
            assert "Card: 2 days overdue" in got.text
            assert "Car: 1 day overdue" in got.text
            assert "due to go at 09:00 and was sent at 14:12" in got.text

    def test_what_was_missed_is_recorded_as_superseded(self, life):
        life.configure(CARD).live_to("2026-11-17 12:00")
        life.skip_to("2026-11-22 14:12").run()
        assert decided(life, superseded=True) == ["due", "due+1"]
        assert decided(life, superseded=False) == ["due-3", "due+2"]

    def test_afterwards_reminders_go_on_as_planned(self, life):
        life.configure(CARD).live_to("2026-11-17 12:00")
        life.skip_to("2026-11-22 14:12").run()
        assert when(on("screen", life.live_to("2026-11-24 12:00"))) == [
            "11-23 09:00",
            "11-24 09:00",
        ]

    def test_what_a_crash_left_is_superseded_by_a_newer_reminder(self, life):
        life.configure(CARD).live_to("2026-11-20 12:00")
        life.skip_to("2026-11-21 09:00")
        life.app.plan_due(life.now)
        lose_what_is_due(life)
        received = life.skip_to("2026-11-22 12:00").run()
        assert sorted((got.channel, "2 days overdue" in got.title) for got in received) == [
            ("phone", True),
            ("screen", True),
        ]
        assert ("due+1", "phone", "superseded") in life.deliveries()

    def test_what_waits_for_a_dead_server_is_superseded_by_a_newer_reminder(self, life):
        life.configure(CARD.replace("{phone}", "json://127.0.0.1:1"))
        life.live_to("2026-11-22 12:00")
        waiting = [
            (what, state) for what, channel, state in life.deliveries() if channel == "phone"
        ]
        assert waiting == [("due", "superseded"), ("due+1", "superseded"), ("due+2", "retrying")]


class TestPaying:
    def test_paid_in_full_what_waits_is_cancelled_and_who_was_told_hears_it_is_settled(self, life):
        life.configure(CARD).live_to("2026-11-21 12:00")
        life.answers.extend([500, 500])
        assert life.live_to("2026-11-22 09:00:10") == []
        life.pay("card", "10010.00")
        received = life.run()
        assert sorted((got.channel, got.title) for got in received) == [
            ("phone", "Card: paid off, nothing more is owed"),
            ("screen", "Card: paid off, nothing more is owed"),
        ]
        assert life.deliveries()[-4:-2] == [
            ("due+2", "screen", "cancelled"),
            ("due+2", "phone", "cancelled"),
        ]

    def test_once_settled_nothing_is_sent_but_what_there_is_to_see_to_later(self, life):
        life.configure(CARD).live_to("2026-11-21 12:00")
        life.pay("card", "10005.00")
        life.run()
        after = on("screen", life.live_to("2027-06-01 12:00"))
        assert when(after) == ["12-21 09:00", "05-20 09:00"]  # the limit, and the credit report

    def test_a_channel_that_was_not_told_of_the_debt_is_not_told_of_its_end(self, life):
        life.configure(CARD).live_to("2026-11-19 12:00")
        life.pay("card", "10000.00")
        assert [got.channel for got in life.run()] == ["screen"]

    def test_a_channel_that_may_have_been_told_before_a_crash_hears_it_is_settled(self, life):
        life.configure(CARD).live_to("2026-11-19 12:00")
        life.skip_to("2026-11-20 09:00")
        life.app.plan_due(life.now)
        lose_what_is_due(life)
        life.skip_to("2026-11-20 10:00").pay("card", "10000.00")
        assert sorted((got.channel, "paid off" in got.title) for got in life.run()) == [
            ("phone", True),
            ("screen", True),
        ]

    def test_who_never_heard_of_a_loan_does_not_hear_of_its_end(self, life):
        life.configure(CARD)
        life.run()
        life.pay("card", "10000.00")
        assert life.live_to("2026-12-31 12:00") == []

    def test_the_good_news_waits_for_a_server_that_is_down_whatever_else_changes(self, life):
        life.configure(CARD).live_to("2026-11-21 12:00")
        life.pay("card", "10005.00")
        life.answers.extend([500, 500])
        assert life.run() == []
        life.configure(CARD.replace('name = "Card"', 'name = "Visa"'))
        received = life.live_to("2026-11-21 13:00")
        assert titles(received) == {"Visa: paid off, nothing more is owed"}
        assert len(received) == 2

    def test_a_part_paid_leaves_the_rest_to_be_reminded_of(self, life):
        life.configure(CARD).live_to("2026-11-19 12:00")
        life.pay("card", "4000.00")
        assert life.run() == []
        assert titles(life.live_to("2026-11-20 12:00")) == {"Card: ¥6,000.00 due today"}

    def test_a_payment_taken_back_brings_the_reminders_back(self, life):
        life.configure(CARD).live_to("2026-11-21 12:00")
        number = life.pay("card", "10005.00")
        life.run()
        life.app.undo(number)
        assert life.run() == []
        received = life.live_to("2026-11-22 12:00")
        assert titles(received) == {"Card: 2 days overdue, ¥10,010.00 owed today"}

    def test_good_news_that_waits_is_cancelled_when_the_payment_is_taken_back(self, life):
        life.configure(CARD).live_to("2026-11-21 12:00")
        number = life.pay("card", "10005.00")
        life.answers.extend([500, 500])
        life.run()
        life.app.undo(number)
        received = life.live_to("2026-11-22 12:00")
        assert titles(received) == {"Card: 2 days overdue, ¥10,010.00 owed today"}

    def test_a_payment_in_the_configuration_settles_as_one_typed_in(self, life):
        life.configure(CARD).live_to("2026-11-21 12:00")
        life.configure(CARD + 'payments = [{ date = 2026-11-20, amount = "10000.00" }]\n')
        assert titles(life.run()) == {"Card: paid off, nothing more is owed"}


class TestQuietHours:
    QUIET = (
        CARD
        + """
[reminders]
send_at = "{send_at}"
quiet_hours = { from = "22:00", to = "08:00" }
"""
    )

    def at(self, life, send_at):
        return life.configure(self.QUIET.replace("{send_at}", send_at))

    def test_what_falls_into_them_goes_at_their_end_with_the_figure_of_then(self, life):
        self.at(life, "23:00").live_to("2026-11-20 12:00")
        received = life.live_to("2026-11-21 12:00")
        assert when(received) == ["11-21 08:00", "11-21 08:00"]
        assert titles(received) == {"Card: 1 day overdue, ¥10,005.00 owed today"}
        assert not [got for got in received if "late: " in got.text]

    def test_what_falls_outside_goes_on_time(self, life):
        self.at(life, "21:59").live_to("2026-11-20 12:00")
        assert when(life.live_to("2026-11-20 22:00")) == ["11-20 21:59"] * 2

    def test_another_attempt_waits_for_their_end_too(self, life):
        self.at(life, "21:59").live_to("2026-11-20 12:00")
        life.answers.extend([500] * 4)  # twice over each channel
        received = life.live_to("2026-11-21 12:00")
        assert when(received) == ["11-21 08:00"] * 2

    def test_a_machine_that_wakes_in_them_waits_for_their_end(self, life):
        self.at(life, "21:59").live_to("2026-11-20 12:00")
        assert life.skip_to("2026-11-21 03:00").run() == []
        assert when(life.live_to("2026-11-21 08:00")) == ["11-21 08:00"] * 2


class TestSeverity:
    def test_a_channel_for_critical_alerts_hears_from_the_fourth_day_on(self, life):
        life.configure(CARD.replace('"warning"', '"critical"'))
        received = on("phone", life.live_to("2026-12-20 12:00"))
        assert when(received) == [
            "11-24 09:00",
            "11-27 09:00",
            "12-04 09:00",
            "12-11 09:00",
            "12-20 09:00",
        ]

    def test_a_loan_can_name_its_channels(self, life):
        life.configure(CARD + 'channels = ["phone"]\n')
        received = life.live_to("2026-11-22 12:00")
        assert [(got.channel, f"{got.at:%m-%d}") for got in received] == [
            ("phone", "11-20"),
            ("phone", "11-21"),
            ("phone", "11-22"),
        ]


class TestEditing:
    MORNING = CARD + "[reminders]\nbefore_due = [3, 1, 0]\n"
    EVENING = MORNING + 'send_at = "18:00"\n'

    def test_a_later_time_of_day_repeats_nothing_and_holds_from_the_next_reminder(self, life):
        life.configure(self.MORNING).live_to("2026-11-17 12:00")
        life.configure(self.EVENING)
        assert when(on("screen", life.live_to("2026-11-20 23:00"))) == [
            "11-19 18:00",
            "11-20 18:00",
        ]

    def test_an_earlier_time_of_day_repeats_nothing_either(self, life):
        life.configure(self.EVENING).live_to("2026-11-17 19:00")
        life.configure(self.MORNING)
        assert when(on("screen", life.live_to("2026-11-20 12:00"))) == [
            "11-19 09:00",
            "11-20 09:00",
        ]

    def test_the_difference_says_that_reminders_move(self, life):
        life.configure(self.MORNING).live_to("2026-11-17 12:00")
        first, second = life.configure(self.EVENING).app.sync().lines
        assert first == "changes loan card"
        assert re.fullmatch(r"in the coming year: moves \d+ reminders", second)
        assert life.app.sync().lines == []

    def test_another_due_date_brings_its_own_reminders_and_ends_the_old_ones(self, life):
        life.configure(CARD).live_to("2026-11-17 12:00")
        life.configure(CARD.replace("2026-11-20", "2026-12-05"))
        received = on("screen", life.live_to("2026-12-05 12:00"))
        assert when(received) == ["12-02 09:00", "12-05 09:00"]

    def test_a_removed_loans_waiting_reminders_are_cancelled(self, life):
        life.configure(CARD).live_to("2026-11-19 12:00")
        life.answers.extend([500, 500])
        life.live_to("2026-11-20 09:00:10")
        life.configure(CARD[: CARD.index("[[loans]]")]).run()
        assert {state for what, _, state in life.deliveries() if what == "due"} == {"cancelled"}
        assert life.live_to("2026-12-31 12:00") == []

    def test_a_loan_that_comes_back_repeats_nothing(self, life):
        life.configure(CARD).live_to("2026-11-19 12:00")
        life.configure(CARD[: CARD.index("[[loans]]")]).run()
        life.configure(CARD)
        assert when(on("screen", life.live_to("2026-11-20 12:00"))) == ["11-20 09:00"]

    def test_a_new_name_repeats_nothing(self, life):
        life.configure(CARD).live_to("2026-11-19 12:00")
        life.configure(CARD.replace('name = "Card"', 'name = "Visa"'))
        assert life.run() == []
        assert titles(life.live_to("2026-11-20 12:00")) == {"Visa: ¥10,000.00 due today"}


SOMEBODY_ELSE = CARD.replace(
    "[channels.phone]",
    """[escalation]
to = ["phone"]
after_hours = 30

[channels.phone]
locale = "zh-CN"
quiet_hours = { from = "14:00", to = "17:00" }""",
).replace('min_severity = "warning"', "")


class TestNobodyReacts:
    """The channel ``phone`` is somebody else's here."""

    def test_somebody_else_is_told_once_after_the_quiet_hours_and_of_nothing_else(self, life):
        life.configure(SOMEBODY_ELSE)
        got = life.live_to("2026-12-31 12:00")
        [told] = on("phone", got)
        assert when([told]) == ["11-25 17:00"]
        assert "借款人指定在无人响应时通知您：Card自11月24日 09:00提醒后" in told.text
        assert len(on("screen", got)) > 8

    def test_who_acknowledged_in_time_is_reminded_on_but_nobody_else_is_told(self, life):
        life.configure(SOMEBODY_ELSE).live_to("2026-11-24 12:00")
        life.app.acknowledge(life.app.loan("card"))
        got = life.live_to("2026-12-31 12:00")
        assert on("phone", got) == []
        assert got

    def test_who_acknowledges_while_it_waits_stops_it(self, life):
        life.configure(SOMEBODY_ELSE).live_to("2026-11-25 15:30")
        assert ("escalated", "phone", "pending") in life.deliveries()
        life.app.acknowledge(life.app.loan("card"))
        assert on("phone", life.live_to("2026-12-31 12:00")) == []
        assert ("escalated", "phone", "cancelled") in life.deliveries()

    def test_that_it_is_paid_is_told_to_the_borrower_alone(self, life):
        life.configure(SOMEBODY_ELSE).live_to("2026-11-26 12:00")
        life.pay("card", "10030.00")
        assert {got.channel for got in life.live_to("2026-12-01 12:00")} == {"screen"}
