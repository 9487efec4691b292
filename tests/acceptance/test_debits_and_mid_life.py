"""Debits that count as made, and loans that are under way when they are entered, end to end."""

import re
from contextlib import suppress
from datetime import date

import pytest

from reminderd.loans.position import value
from reminderd.store import book
from reminderd.store.database import Database

CAR = """
timezone = "Asia/Shanghai"
locale = "en"

[channels.screen]
url = "{screen}"

[[loans]]
id = "car"
name = "Car"
amount = "350.00"
first_due = 2026-12-05
auto_debit = { account = "1234", last_day = 1, assume = "paid" }
"""
DECEMBER, JANUARY = date(2026, 12, 5), date(2027, 1, 5)


def assumed(life):
    """Return (day, amount) of each payment on record that a debit counts as."""
    payments = [payment for _, payment in life.app.typed_payments() if payment.assumed]
    return [(payment.on, str(payment.amount)) for payment in payments]


class TestAssumedDebit:
    def test_it_is_written_once_in_the_first_pass_after_the_last_try(self, life):
        life.configure(CAR).live_to("2026-12-07 08:59")
        assert assumed(life) == []
        life.live_to("2026-12-07 09:00")
        life.run()
        assert assumed(life) == [(DECEMBER, "350.00")]
        life.live_to("2026-12-31 12:00")
        assert assumed(life) == [(DECEMBER, "350.00")]

    def test_nothing_is_said_of_it_until_the_next_regular_message_names_it(self, life):
        life.configure(CAR).live_to("2026-12-04 12:00")
        [regular] = life.live_to("2027-01-04 12:00")
        assert f"{regular.at:%m-%d}" == "01-02"
        assert re.search(r"Debit of Dec 5.*350\.00, assumed paid", regular.text)

    def test_a_pass_that_dies_before_it_commits_leaves_it_to_the_next(self, life):
        life.configure(CAR).live_to("2026-12-06 12:00")
        life.skip_to("2026-12-07 09:00")
        with suppress(KeyError), life.database.transaction() as connection:
            batch = book.due_for_a_look(connection, life.now, 10)
            life.app.planner.plan(connection, batch, life.now)
            raise KeyError
        assert assumed(life) == []
        life.run()
        assert assumed(life) == [(DECEMBER, "350.00")]

    def test_another_process_that_plans_after_a_crash_adds_nothing(self, life, tmp_path):
        life.configure(CAR).live_to("2026-12-06 12:00")
        life.skip_to("2026-12-07 09:00")
        life.app.plan_due(life.now)  # and dies before it delivers
        life.app.database.close()
        life.app.database = life.database = Database.open(tmp_path / "state")
        life.run()
        assert assumed(life) == [(DECEMBER, "350.00")]

    def test_after_months_of_downtime_each_is_written_once(self, life):
        life.configure(CAR).live_to("2026-12-01 12:00")
        life.skip_to("2027-02-20 12:00").run()
        life.run()
        february = date(2027, 2, 5)
        assert assumed(life) == [(day, "350.00") for day in (DECEMBER, JANUARY, february)]

    def test_a_changed_configuration_keeps_it(self, life):
        life.configure(CAR).live_to("2026-12-08 12:00")
        life.configure(CAR.replace('"Car"', '"Our car"')).run()
        assert life.app.loan("car").name == "Our car"
        assert assumed(life) == [(DECEMBER, "350.00")]

    @pytest.mark.parametrize("how", ["undo", "failed"])
    def test_taken_back_it_is_late_from_its_due_date_and_stays_so(self, life, how):
        life.configure(CAR).live_to("2026-12-09 12:00")
        [(_, payment)] = life.app.typed_payments()
        if how == "undo":
            life.app.undo(payment.id)
        else:
            life.app.debit_failed(life.app.loan("car"))
        [message] = life.run()
        assert "4 days overdue" in message.title
        assert "350.00" in message.title
        life.live_to("2026-12-31 12:00")
        assert assumed(life) == []

    def test_the_next_one_pays_itself_and_not_the_one_that_failed(self, life):
        life.configure(CAR).live_to("2026-12-09 12:00")
        life.app.debit_failed(life.app.loan("car"))
        life.live_to("2027-01-20 12:00")
        assert assumed(life) == [(JANUARY, "350.00")]
        position = value(life.app.loan("car"), life.now.date())
        assert [arrear.due for arrear in position.arrears] == [DECEMBER]
        assert (position.due_total.minor, position.assumed) == (350_00, ())

    def test_one_that_failed_after_all_and_was_then_paid_is_told_to_be_settled(self, life):
        life.configure(CAR).live_to("2026-12-09 12:00")
        life.app.debit_failed(life.app.loan("car"))
        life.live_to("2026-12-10 12:00")
        life.pay("car", "350.00")
        [message] = life.run()
        assert "paid" in message.title
        assert "overdue" not in message.title


LATE = "".join(
    f"""
[[loans]]
id = "loan-{number}"
name = "Loan {number}"
principal = "6000.00"
installments = 12
first_due = 2026-06-{number + 10}
annual_rate = "12%"
penalty.daily_rate = "0.05%"
"""
    for number in range(4)
)
FOUR = CAR.partition("[[loans]]")[0] + LATE


class TestMidLife:
    def test_four_loans_entered_late_are_asked_about_in_one_message(self, life):
        whole = FOUR.replace('url = "{screen}"', 'url = "{screen}"\nformat = "markdown"')
        life.configure(whole).skip_to("2026-11-25 13:00")
        [message] = life.run()
        for number in range(4):
            assert f"Loan {number}: has everything due so far been paid?" in message.text
        for alarm in ("overdue", "Pay first"):
            assert alarm not in message.text
        assert life.run() == []

    def test_the_answer_in_the_configuration_ends_it(self, life):
        life.configure(FOUR).skip_to("2026-11-25 13:00").run()
        answered = FOUR.replace("penalty.daily", "paid_until = 2026-11-25\npenalty.daily")
        life.configure(answered)
        messages = life.live_to("2026-12-31 12:00")
        assert {f"{got.at:%m-%d %H:%M}" for got in messages[:4]} >= {"12-07 09:00"}
        assert not [got for got in messages if f"{got.at:%m-%d}" < "12-07"]

    def test_the_first_sync_of_them_adds_no_absurd_number_of_reminders(self, life):
        # Six installments of each are late and six are to come. One installment unpaid for a year
        # has a question, its overdue days and one in 15 days; each to come has its due date.
        life.configure(FOUR).skip_to("2026-11-25 13:00")
        [said] = re.findall(r"^adds (\d+) reminders$", life.app.sync().reminders)
        each = 1 + 365 // 15 + 6
        assert 4 * 12 <= int(said) <= 4 * each
        messages = life.live_to("2027-11-25 13:00")
        assert len(messages) <= int(said)
