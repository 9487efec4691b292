"""Enough money on the day: passes of the worker warn of an account, once, while that helps."""

from dataclasses import replace
from decimal import Decimal

import pytest

from reminderd.alerts.channel import Format
from reminderd.cli.views import preview_json
from reminderd.loans.money import Money
from reminderd.service.worker import status_line

CONFIG = """
timezone = "Asia/Shanghai"
locale = "en"
[reminders]
before_due = []
overdue_days = [30]
[channels.screen]
url = "{screen}"
[accounts.bank]
balance = "1000.00"
as_of = 2026-11-01
income = [{ day = 25, amount = "8000" }]
[[loans]]
id = "card"
name = "Card"
due = 2026-11-12
amount = "1234.00"
auto_debit = { account = "bank", times = ["06:00"], assume = "paid" }
[[loans]]
id = "car"
name = "Car"
first_due = 2026-11-16
amount = "500"
paid_from = "bank"
"""
SHORT = "bank: CN¥234.00 short on Nov 12"  # a Thursday: a transfer of Tuesday arrives in time


@pytest.fixture
def bank(life):
    """Return a life at 1 November, whose account is 234.00 short of a debit of the 12th."""
    life.configure(CONFIG)
    life.run()
    return life


def state(life, amount):
    """Record a balance as the command does."""
    held = Money.of(Decimal(amount), "CNY")
    return life.app.state_balance(life.app.account("bank"), held, None)


def titles(got):
    """Return the titles of the warnings."""
    return [one.title for one in got if one.title.startswith("bank")]


def test_it_warns_once_on_the_last_day_of_a_transfer_in_time(bank):
    assert titles(bank.live_to("2026-11-10 08:59")) == []
    [got] = bank.live_to("2026-11-11 23:59")
    assert (got.title, f"{got.at:%m-%d %H:%M}") == (SHORT, "11-10 09:00")
    assert "▶ Transfer CN¥234.00 to bank by the end of today" in got.text
    assert "Card: CN¥1,234.00, debited at 06:00" in got.text


def test_where_the_machine_was_off_it_warns_at_once_and_says_what_still_helps(bank):
    [got] = bank.skip_to("2026-11-11 03:00").run()
    assert got.title == SHORT
    assert "▶ Get CN¥234.00 into bank at once" in got.text
    assert titles(bank.run()) == []


def test_after_the_day_it_says_nothing_of_it(bank):
    got = bank.skip_to("2026-11-13 12:00").live_to("2026-11-20 12:00")
    assert titles(got)[:1] == ["bank: CN¥500.00 short on Nov 16"]  # beside what was missing before
    assert SHORT not in titles(got)


def test_where_there_is_enough_by_then_it_is_silent(bank):
    bank.skip_to("2026-11-09 12:00")
    state(bank, "5000")
    assert titles(bank.live_to("2026-11-30 12:00")) == []


def test_what_waits_is_taken_back_once_there_is_enough_and_told_again_once_there_is_not(bank):
    bank.skip_to("2026-11-10 09:00")
    bank.answers.extend([503])
    assert bank.run() == []
    number = state(bank, "5000")
    assert titles(bank.live_to("2026-11-10 12:00")) == []
    bank.app.take_back_balance(number)
    assert titles(bank.run()) == [SHORT]
    assert titles(bank.live_to("2026-11-11 23:59")) == []


def test_it_warns_again_where_much_more_is_missing_and_not_for_a_little(bank):
    bank.live_to("2026-11-10 12:00")
    state(bank, "980")
    assert titles(bank.run()) == []
    state(bank, "900")
    assert titles(bank.run()) == ["bank: CN¥334.00 short on Nov 12"]


def test_a_warning_that_could_not_go_says_what_is_missing_when_it_goes(bank):
    bank.skip_to("2026-11-10 09:00")
    bank.answers.extend([503])
    assert bank.run() == []
    state(bank, "1100")
    assert titles(bank.live_to("2026-11-10 23:00")) == ["bank: CN¥134.00 short on Nov 12"]


def test_a_loan_that_is_paid_meanwhile_leaves_no_shortage(bank):
    bank.skip_to("2026-11-09 12:00")
    bank.pay("card", "1234.00")
    state(bank, "900")  # after that
    assert titles(bank.live_to("2026-11-14 12:00")) == []


def test_an_old_balance_alarms_nobody(bank):
    bank.configure(CONFIG.replace("2026-11-01", "2026-10-01"))
    assert titles(bank.live_to("2026-11-30 12:00")) == []


@pytest.mark.parametrize("balance", ["1000.00", "1600.00", "-20.00"])
def test_the_preview_shows_each_warning_as_it_will_be_sent(life, balance):
    life.configure(CONFIG.replace('"1000.00"', f'"{balance}"', 1))
    life.app.channels["screen"] = replace(life.app.channels["screen"], format=Format.FULL)
    life.run()
    promised = [
        (row["at"], row["title"], row["text"].rstrip())
        for row in preview_json(life.app, life.now, 60, full=True)
        if row["loan"] is None
    ]
    got = [one for one in life.live_to("2026-12-31 12:00") if one.title.startswith("bank")]
    assert [
        (one.at.isoformat(timespec="minutes"), one.title, one.text.rstrip()) for one in got
    ] == promised
    assert promised


def test_the_status_names_what_comes_next_and_not_the_daily_look_at_accounts(bank):
    following = bank.app.next_event()
    assert f"{following.at:%m-%d %H:%M}" == "11-02 01:00"
    assert status_line(bank.app, following).startswith("next: Card, in 12 days")


def test_what_somebody_is_told_of_an_account_goes_by_how_bad_it_is_and_alone(life):
    life.configure(
        CONFIG
        + '[channels.phone]\nurl = "{phone}"\nmin_severity = "critical"\n'
        + '[[loans]]\nid = "late"\ndue = 2026-11-10\namount = 1\n'
    )
    life.run()
    got = life.live_to("2026-11-10 09:00")
    assert {(one.channel, one.title) for one in got if "bank" in one.title} == {("screen", SHORT)}
