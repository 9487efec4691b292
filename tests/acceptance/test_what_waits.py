"""What waits to be sent follows the configuration and the payments, until it is sent."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from clocks import SetClock
from sqlalchemy import select

from reminderd.app import App
from reminderd.config.load import load_text
from reminderd.loans.money import Money
from reminderd.store.database import Database
from reminderd.store.tables import alerts, deliveries

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NINE = datetime(2026, 12, 9, 1, tzinfo=UTC)  # four days after the due date, 09:00 in Shanghai

HEAD = """\
timezone = "Asia/Shanghai"
locale = "en"
[reminders]
overdue_days = [4, 7]
warn_before_worse = false
"""
SCREEN = """
[channels.{name}]
url = "{at}"
"""
CARD = """
[[loans]]
id = "card"
due = 2026-12-05
amount = "1234.00"
{more}
"""


class Home:
    """The program with one late loan, of which a reminder waits."""

    def __init__(self, text):
        self.app = App(load(text), Database.in_memory(), SetClock(NINE - 2 * DAY))
        self.app.sync()  # so that nothing is a first look later
        self.app.plan_due(self.app.clock.now())
        self.app.deliver(alone=True)

    def passes(self, text=None, after=HOUR, *, sends=False):
        """Let time pass, and a pass come, on another file perhaps; return what waits or went."""
        self.app.clock.at += after
        if text is not None:
            self.app = App(load(text), self.app.database, self.app.clock)
        self.app.sync()
        self.app.plan_due(self.app.clock.now())
        if sends:
            self.app.deliver(alone=True)
        return self.waits()

    def rows(self):
        columns = (alerts.c.loan_id, alerts.c.milestone, deliveries)
        with self.app.database.transaction() as connection:
            query = select(*columns).join(alerts).order_by(deliveries.c.id)
            return connection.execute(query.where(alerts.c.decided_at >= NINE)).all()

    def waits(self):
        """Return the milestone and channel of what waits."""
        return [(row.milestone, row.channel) for row in self.rows() if row.state == "pending"]

    def went(self):
        return Counter((row.milestone, row.channel) for row in self.rows() if row.state == "sent")


def load(text):
    return load_text(HEAD + text, Path("config.toml"))


def channel(name, at="console://"):
    return SCREEN.format(name=name, at=at)


def card(more=""):
    return CARD.format(more=more)


ONE = channel("phone") + card()


@pytest.fixture
def home():
    home = Home(ONE)
    assert home.passes(after=2 * DAY) == [("due+4", "phone")]
    return home


def test_a_renamed_channel_takes_what_waits_with_it(home):
    assert home.passes(channel("mobile") + card()) == [("due+4", "mobile")]
    home.passes(sends=True)
    assert home.went() == {("due+4", "mobile"): 1}


def test_one_that_is_named_back_sends_it_once(home):
    home.passes(channel("mobile") + card())
    assert home.passes(ONE) == [("due+4", "phone")]
    home.passes(sends=True)
    home.passes(channel("mobile") + card(), sends=True)
    assert sum(home.went().values()) == 1


def test_a_corrected_address_gets_what_waits_for_the_old_one(home):
    mail = """
[channels.phone]
schema = "mailto"
host = "127.0.0.1"
from = "me@example.com"
to = ["{to}"]
"""
    home.passes(mail.format(to="mee@example.com") + card())
    home.passes(mail.format(to="me@example.com") + card())
    waiting = [row.address for row in home.rows() if row.state == "pending"]
    assert waiting == ["me@example.com"]


def test_a_loan_that_names_another_channel_is_told_of_there(home):
    both = channel("phone") + channel("other")
    assert home.passes(both + card('channels = ["other"]')) == [("due+4", "other")]


def test_a_new_channel_gets_nothing_that_waits_elsewhere(home):
    assert home.passes(ONE + channel("other")) == [("due+4", "phone")]


def test_what_waits_for_no_loan_follows_too(home):
    routine = "[routine]\nproof_of_life = 10\n"
    home.passes(ONE + routine, after=DAY)
    assert ("routine-alive", "phone") in home.waits()
    home.passes(channel("mobile") + card() + routine)
    assert ("routine-alive", "mobile") in home.waits()
    assert ("routine-alive", "phone") not in home.waits()


def test_what_failed_for_want_of_its_channel_goes_once_that_is_there_again(home):
    routine = "[routine]\nproof_of_life = 10\n"
    home.passes(ONE + routine, after=DAY)
    deaf = channel("other") + 'min_severity = "critical"\n'
    home.passes(deaf + card() + routine, sends=True)
    states = {(row.milestone, row.channel): row.state for row in home.rows()}
    assert states["routine-alive", "phone"] == "failed"
    assert home.passes(ONE + routine) == [("routine-alive", "phone")]


OUT = channel("phone") + card().replace('"card"', '"other"').replace("2026-12-05", "2027-12-05")


@pytest.mark.parametrize("pause", [HOUR, 2 * DAY], ids=["an hour", "two days"])
def test_a_loan_that_was_left_out_for_a_while_is_told_of_when_it_is_back(home, pause):
    assert home.passes(OUT) == []
    assert home.passes(ONE, after=pause) == [("due+4", "phone")]
    home.passes(sends=True)
    assert home.went() == {("due+4", "phone"): 1}


@pytest.mark.parametrize("pause", [HOUR, DAY], ids=["an hour", "a day"])
def test_a_payment_for_the_wrong_loan_that_is_taken_back_leaves_nothing_out(home, pause):
    number = home.app.pay(home.app.loan("card"), Money(200000, "CNY"), None)
    assert home.passes() == [("settled", "phone")]
    home.app.undo(number)
    assert home.passes(after=pause) == [("due+4", "phone")]
    home.passes(sends=True)
    home.passes(after=DAY, sends=True)
    assert home.went() == {("due+4", "phone"): 1}


def test_so_does_a_payment_that_stood_in_the_file(home):
    paid = 'payments = [{ date = 2026-12-09, amount = "2000.00" }]'
    assert home.passes(channel("phone") + card(paid)) == [("settled", "phone")]
    assert home.passes(ONE) == [("due+4", "phone")]


def test_what_a_newer_alert_speaks_for_does_not_come_back(home):
    number = home.app.pay(home.app.loan("card"), Money(200000, "CNY"), None)
    home.passes()
    home.app.undo(number)
    assert home.passes(after=3 * DAY) == [("due+7", "phone")]


def test_what_was_sent_before_is_not_sent_again(home):
    home.passes(sends=True)
    number = home.app.pay(home.app.loan("card"), Money(200000, "CNY"), None)
    home.passes(sends=True)
    home.app.undo(number)
    assert home.passes() == []
    assert home.passes(channel("mobile") + card()) == []
    assert home.went()["due+4", "phone"] == 1


def test_a_snooze_holds_what_comes_back(home):
    day = (home.app.clock.now() + 2 * DAY).date()
    home.app.snooze(home.app.loan("card"), day)
    number = home.app.pay(home.app.loan("card"), Money(200000, "CNY"), None)
    home.passes()
    home.app.undo(number)
    home.passes()
    [row] = [row for row in home.rows() if row.state == "pending"]
    assert row.next_attempt_at == datetime(day.year, day.month, day.day, 1, tzinfo=UTC)


def test_others_are_not_told_once_somebody_has_reacted():
    escalation = '[escalation]\nto = ["spouse"]\nafter_hours = 1\nmin_severity = "warning"\n'
    both = channel("phone") + channel("spouse") + card() + escalation
    home = Home(both)
    home.passes(after=2 * DAY, sends=True)
    assert home.passes(after=2 * HOUR) == [("escalated", "spouse")]
    home.app.acknowledge(home.app.loan("card"))
    assert home.passes() == []
    assert home.passes(after=DAY) == []
