"""A preview is a promise: what it shows is what is sent."""

from collections import Counter
from dataclasses import replace

import pytest

from reminderd.alerts.channel import Format
from reminderd.cli.views import preview_json

DAYS = 40
CONFIG = """
timezone = "Asia/Shanghai"
locale = "zh-CN"

[channels.screen]
url = "{screen}"
digest = false

[channels.phone]
url = "{phone}"
digest = false
min_severity = "critical"

[[loans]]
id = "card"
name = "招行信用卡"
due = 2026-11-05
amount = "10000.00"
penalty.daily_rate = "0.05%"

[[loans]]
id = "weilidai"
name = "微粒贷"
preset = "weilidai"
principal = "10000"
daily_rate = "0.05%"
installments = 10
first_due = 2026-11-08
"""


def promised(life, days):
    """Return what the preview says of the coming days, one item for each message and channel."""
    return Counter(
        (row["at"], to["channel"], row["title"], row["text"].rstrip())
        for row in preview_json(life.app, life.now, days, full=True)
        for to in row["to"]
    )


def kept(messages):
    return Counter(
        (got.at.isoformat(timespec="minutes"), got.channel, got.title, got.text) for got in messages
    )


@pytest.fixture
def configure(life):
    """Return a function that uses a configuration with each channel in the format of previews."""

    def run(text):
        life.configure(text)
        for name, channel in life.app.channels.items():
            life.app.channels[name] = replace(channel, format=Format.FULL)
        return life

    return run


@pytest.fixture
def planned(life, configure):
    """Return a life at 1 November that knows its loans and has nothing left to say today."""
    configure(CONFIG).run()
    return life


def test_forty_days_without_a_payment_are_as_previewed(planned):
    said = promised(planned, DAYS)
    assert len(said) > 20
    assert kept(planned.live_to("2026-12-11 12:00")) == said


def test_a_payment_made_on_the_way_changes_what_comes_after_it_and_only_that(planned):
    before, noon = promised(planned, DAYS), "2026-11-20T12:00+08:00"
    first = kept(planned.live_to("2026-11-20 12:00"))
    assert first == Counter({item: n for item, n in before.items() if item[0] <= noon})
    planned.pay("card", "10075.00")
    planned.pay("weilidai", "500.00")
    planned.run()
    after = promised(planned, DAYS - 19)
    assert after != Counter({item: n for item, n in before.items() if item[0] > noon})
    assert kept(planned.live_to("2026-12-11 12:00")) == after


def test_a_payment_entered_ahead_of_its_day_is_previewed_with_its_settled_message(life, configure):
    configure(
        CONFIG.replace(
            'name = "招行信用卡"',
            'name = "招行信用卡"\npayments = [{ date = 2026-11-10, amount = "10025.00" }]',
        )
    ).run()
    said = promised(life, DAYS)
    settled = [item for item in said if item[0].startswith("2026-11-10") and "信用卡" in item[2]]
    assert len(settled) == 2
    assert kept(life.live_to("2026-12-11 12:00")) == said


def test_a_settled_message_is_promised_only_to_channels_that_will_hear_of_the_debt(life, configure):
    configure(
        CONFIG.replace(
            'name = "招行信用卡"',
            'name = "招行信用卡"\npayments = [{ date = 2026-11-05, amount = "10000" }]',
        )
    ).run()
    said = promised(life, DAYS)
    assert kept(life.live_to("2026-12-11 12:00")) == said


def test_what_quiet_hours_defer_is_promised_as_it_will_be_worded(life, configure):
    quiet = 'send_at = "23:00"\nquiet_hours = { from = "22:00", to = "08:00" }\n'
    configure(CONFIG.replace("[channels.screen]", f"[reminders]\n{quiet}\n[channels.screen]"))
    life.run()
    said = promised(life, DAYS)
    assert kept(life.live_to("2026-12-11 12:00")) == said


def test_a_channels_own_quiet_hours_are_promised_for_it_alone(life, configure):
    """What it is told depends on how bad it is by then: a day on, the phone hears of it."""
    quiet = 'quiet_hours = { from = "08:30", to = "08:00" }\n'
    configure(CONFIG.replace('min_severity = "critical"', f'min_severity = "critical"\n{quiet}'))
    life.run()
    rows = preview_json(life.app, life.now, DAYS, full=False)
    said = Counter((to.get("at", row["at"]), to["channel"]) for row in rows for to in row["to"])
    got = life.live_to("2026-12-12 08:00")  # what the last evening put off included
    assert Counter((each.at.isoformat(timespec="minutes"), each.channel) for each in got) == said
    assert {each.at.hour for each in got if each.channel == "phone"} == {8}
    assert {each.at.hour for each in got if each.channel == "screen"} == {9}
    worst = [each for each in got if each.channel == "phone" and "招行信用卡" in each.title]
    assert "已逾期4天" in worst[0].title


def test_looking_ahead_changes_nothing(planned):
    before, sent, received = promised(planned, DAYS), planned.deliveries(), [*planned.got]
    assert promised(planned, DAYS) == before
    assert planned.deliveries() == sent
    planned.run()
    assert planned.got == received
