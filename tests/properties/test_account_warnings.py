"""What ``preview`` lists of accounts that fall short is what weeks of ticks really decide."""

import random
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path

from hypothesis import event, given, settings
from hypothesis import strategies as st

from reminderd.app import App

from .test_preview_equals_ticks import (
    ZONES,
    SetClock,
    Year,
    days_around,
    live_until,
    named,
    starts,
    without_channels,
    written,
)

WEEKS = 42  # days; a balance counts for 35

sums = st.integers(1, 900_00).map(lambda minor: f"{minor // 100}.{minor % 100:02}")


@st.composite
def loans(draw, start, number):
    """Return the table of a loan that is paid from the account, debited or by hand."""
    due = days_around(start, 10, 35)
    lines = ["[[loans]]", f'id = "loan-{number}"', f'amount = "{draw(sums)}"']
    lines += [f"first_due = {draw(due)}", "installments = 3"]
    often = draw(st.sampled_from(["weekly", "every 2 weeks", "monthly"]))
    lines.append(f'frequency = "{often}"')
    times = draw(st.sampled_from(["", ', times = ["06:00", "17:00"]', ', times = ["22:30"]']))
    assume = draw(st.sampled_from(["", ', assume = "paid"']))
    debit = f'auto_debit = {{ account = "bank"{times}{assume} }}'
    return [*lines, draw(st.sampled_from([debit, 'paid_from = "bank"']))]


@st.composite
def configurations(draw, start):
    """Return the text of a configuration with an account that may well fall short."""
    day, amount = draw(st.integers(1, 31)), draw(sums)
    income = draw(st.sampled_from(["", f'{{ day = {day}, amount = "{amount}" }}']))
    lines = [
        f'timezone = "{draw(st.sampled_from(ZONES))}"',
        "[reminders]",
        f'send_at = "{draw(st.sampled_from(["00:00", "02:30", "09:00", "23:59"]))}"',
        "before_due = []",
        "overdue_days = [30]",
        "overdue_every = 0",
        "warn_before_worse = false",
        "[accounts.bank]",
        f'balance = "{draw(sums)}"',
        f"as_of = {draw(days_around(start, 20, 2))}",
        f"income = [{income}]",
        f"transfer_days = {draw(st.integers(0, 3))}",
    ]
    for number in range(draw(st.integers(1, 3))):
        lines += draw(loans(start, number))
    return "\n".join(lines)


@settings(max_examples=6)
@given(st.data())
def test_weeks_of_ticks_warn_of_an_account_exactly_as_the_preview_listed(data):
    start = data.draw(starts, label="start")
    config = without_channels(data.draw(configurations(start), label="configuration"))
    chance = random.Random(data.draw(st.integers(0, 2**32), label="seed"))
    with tempfile.TemporaryDirectory() as folder:
        app = App.open(config, SetClock(start), Path(folder))
        live_until(app, start, chance)
        weeks = Year(app, start, chance, WEEKS)
        weeks.run()
        assert weeks.recorded() == weeks.expected()
        weeks.assert_each_slot_kept_its_instant()
        event(f"{sum(of_account(row) for row in written(app))} warnings")
        app.database.close()


@settings(max_examples=6)
@given(st.data())
def test_after_any_downtime_a_tick_warns_of_what_a_preview_lists_and_of_nothing_twice(data):
    start = data.draw(starts, label="start")
    config = without_channels(data.draw(configurations(start), label="configuration"))
    gaps = data.draw(st.lists(st.floats(0.01, 9), max_size=8), label="days of downtime")
    chance = random.Random(data.draw(st.integers(0, 2**32), label="seed"))
    with tempfile.TemporaryDirectory() as folder:
        app = App.open(config, SetClock(start), Path(folder))
        live_until(app, start, chance)
        for gap in gaps:
            app.clock.at += timedelta(days=gap)
            now = app.clock.at
            listed = sorted(named(item.alert) for _, item in app.preview(now, 0))
            app.plan_due(now)
            assert listed == sorted(named(row) for row in written(app) if row.decided_at == now)
            app.plan_due(now)
            following = app.next_event()
            assert following is None or following.at > now
        told = Counter(named(row) for row in written(app) if of_account(row))
        assert all(count == 1 for count in told.values())
        app.database.close()


def of_account(row):
    return row.milestone.startswith("short-")
