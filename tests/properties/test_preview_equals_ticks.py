"""What ``preview`` lists is what a year of ticks really decides, on a real store.

The rest of the program may be late, asleep or restarted; as long as it looks before the next
slot of a loan, it records exactly the alerts that were foreseen, and nothing else. After downtime
of any length, too, it sends what a preview at that instant lists.
"""

import random
import tempfile
from bisect import bisect_right
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from clocks import SetClock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from reminderd.alerts.plan import Reason
from reminderd.alerts.wallclock import instant, local_date
from reminderd.app import App
from reminderd.cli.views import preview_json
from reminderd.config.load import load_text
from reminderd.errors import UsageError
from reminderd.loans.bills import drawn_on
from reminderd.loans.frequency import add_months
from reminderd.loans.money import Money
from reminderd.loans.position import value
from reminderd.loans.terms import Bill, RequestState
from reminderd.store.tables import alerts

EVERY_ROUTINE = """
[borrower]
emergency_fund = { target = "9000", saved = "1200", monthly = "500" }
[routine]
statement_check = 5
credit_report = 6
emergency_fund = 31
proof_of_life = 1
"""
EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
DAY = timedelta(days=1)
YEAR = 365 * DAY
TICK = timedelta(hours=3)
ZONES = [
    "Asia/Shanghai",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Asia/Beirut",
    "America/Nuuk",
    "Pacific/Chatham",
]
SEVERITIES = ["info", "warning", "critical"]
SPOKEN_OF_AT_ONCE = {Reason.FIRST_LOOK, Reason.SETTLED}


# ─── random configurations ────────────────────────────────────────────────────────────────────

starts = st.datetimes(datetime(2025, 1, 1), datetime(2028, 12, 31)).map(
    lambda moment: moment.replace(second=0, microsecond=0, tzinfo=UTC)
)
cents = st.integers(1, 50_000_00).map(lambda minor: f"{minor // 100}.{minor % 100:02}")
rates = st.sampled_from(["0%", "0.02%", "0.05%"])


def days_around(start, before, after):
    return st.integers(-before, after).map(lambda n: start.date() + n * DAY)


@st.composite
def schedules(draw, start):
    """Return the lines that say what is owed: one sum, parts, a schedule, an amount, or bills."""
    due = days_around(start, 100, 250)
    kind = draw(st.sampled_from(["one", "listed", "computed", "fixed", "billed"]))
    if kind == "one":
        return [f"due = {draw(due)}", f'amount = "{draw(cents)}"']
    if kind == "listed":
        dues = sorted(draw(st.sets(due, min_size=1, max_size=5)))
        parts = ", ".join(f'{{ due = {due}, amount = "{draw(cents)}" }}' for due in dues)
        return [f"installments = [{parts}]"]
    if kind == "billed":
        return draw(billed(draw(due)))
    if kind == "fixed":
        return draw(fixed(draw(due)))
    repayment = draw(st.sampled_from(["equal-principal", "equal-installment"]))
    return [
        f'principal = "{draw(cents)}"',
        f"installments = {draw(st.integers(1, 10))}",
        f"first_due = {draw(due)}",
        f'repayment = "{repayment}"',
        f'daily_rate = "{draw(rates)}"',
    ]


@st.composite
def billed(draw, first):
    """Return the lines of a loan, or a card, that lives by bills: some known, some never."""
    months = sorted(draw(st.sets(st.integers(0, 5), max_size=4)))
    dues = [add_months(first, month) for month in months]
    least = draw(st.sampled_from(["", ', minimum = "0.01"']))
    parts = ", ".join(f'{{ due = {due}, amount = "{draw(cents)}"{least} }}' for due in dues)
    lines = [f"first_due = {first}", f"bills = [{parts}]", f'daily_rate = "{draw(rates)}"']
    asks = draw(
        st.sampled_from(['repayment = "billed"', "statement_day = 25", "statement_day = 31"])
    )
    return [*lines, asks]


@st.composite
def fixed(draw, first):
    """Return the lines of an amount that comes round: so many times, until a day, without end."""
    often = draw(st.sampled_from(["monthly", "semi-monthly", "every 2 weeks", "quarterly"]))
    ends = ["installments = 7", f"until = {first + 200 * DAY}", None]
    lines = [f"first_due = {first}", f'amount = "{draw(cents)}"', f'frequency = "{often}"']
    return lines + [line for line in [draw(st.sampled_from(ends))] if line]


@st.composite
def debits(draw):
    """Return the line of a debit: asked about, or taken as made, tried for some days or one."""
    assume = draw(st.sampled_from(["", ', assume = "paid"']))
    last = draw(st.sampled_from([0, 1, 3, 10]))
    return [f'auto_debit = {{ account = "1234", last_day = {last}{assume} }}']


@st.composite
def loans(draw, start, number):
    """Return the table of one loan."""
    paid = st.tuples(days_around(start, 60, 250), cents | st.just("90000.00"))
    payments = ", ".join(
        f'{{ date = {day}, amount = "{amount}" }}'
        for day, amount in draw(st.lists(paid, max_size=3))
    )
    lines = ["[[loans]]", f'id = "loan-{number}"', f"payments = [{payments}]"]
    lines += draw(schedules(start))
    if draw(st.booleans()):
        lines.append(f'penalty.daily_rate = "{draw(rates)}"')
        lines.append(f"grace_days = {draw(st.integers(0, 5))}")
    lines += draw(facts(start))
    if draw(st.booleans()):
        lines += draw(debits())
    if draw(st.integers(0, 3)) == 0:
        lines.append(f"paid_until = {draw(days_around(start, 100, 100))}")
    if draw(st.booleans()):
        lines.append(f'timezone = "{draw(st.sampled_from(ZONES))}"')
    return lines


@st.composite
def facts(draw, start):
    """Return the lines of what is known of a loan beside its terms."""
    asked = st.tuples(days_around(start, 60, 0), st.sampled_from(RequestState))
    requests = ", ".join(
        f'{{ date = {day}, state = "{state}" }}'
        for day, state in sorted(draw(st.lists(asked, max_size=2, unique_by=lambda one: one[0])))
    )
    lines = [f"extension_requests = [{requests}]"] if requests else []
    for key, values in (("reported_after", (1, 4, 30)), ("record_years", (1, 5))):
        if value := draw(st.sampled_from([None, *values])):
            lines.append(f"{key} = {value}")
    return lines


@st.composite
def routines(draw):
    """Return the lines of what comes round by the calendar."""
    day = st.sampled_from([1, 15, 28, 29, 31])
    keys = ("statement_check", "emergency_fund", "proof_of_life")
    lines = [f"{key} = {draw(day)}" for key in keys if draw(st.booleans())]
    if draw(st.booleans()):
        lines.append(f"credit_report = {draw(st.sampled_from([1, 3, 12]))}")
    if draw(st.booleans()):
        lines.append('send_at = "02:30"')  # a time that some clocks skip
    return lines


@st.composite
def configurations(draw, start):
    """Return the text of a configuration with one to four loans."""
    few_days = st.lists(st.integers(1, 40), max_size=5)
    send_at = draw(st.builds(time, st.integers(0, 23), st.sampled_from([0, 1, 30, 59])))
    lines = [
        f'timezone = "{draw(st.sampled_from(ZONES))}"',
        "[reminders]",
        f'send_at = "{send_at:%H:%M}"',
        f"before_due = {draw(st.lists(st.integers(0, 40), max_size=5))}",
        f"overdue_days = {draw(few_days)}",
        f"overdue_every = {draw(st.sampled_from([0, 10, 15, 40]))}",
        f"follow_up_days = {draw(st.sampled_from([0, 1, 7, 20]))}",
        f"after_settling = {draw(st.sampled_from(['true', 'false']))}",
        f"warn_before_worse = {draw(st.sampled_from(['true', 'false']))}",
        "[borrower]",
        'emergency_fund = { target = "9000", monthly = "500" }',
        "[routine]",
        *draw(routines()),
    ]
    if draw(st.booleans()):
        hours, least = draw(st.sampled_from([1, 24, 100])), draw(st.sampled_from(SEVERITIES))
        lines += ["[escalation]", 'to = ["spouse"]', f"after_hours = {hours}"]
        lines += [f'min_severity = "{least}"', "[channels.me]", 'url = "console://"']
        lines += ["[channels.spouse]", 'url = "console://"']
    for number in range(draw(st.integers(1, 4))):
        lines += draw(loans(start, number))
    return "\n".join(lines)


# ─── a year of ticks ──────────────────────────────────────────────────────────────────────────


class Year:
    """A year of ticks on an App, or so many days, and what was foreseen at its start."""

    def __init__(self, app, start, chance, days=YEAR.days):
        self.app, self.start, self.end, self.chance = app, start, start + days * DAY, chance
        self.foreseen = app.preview(start, days)
        self.listed = sorted({item.at for _, item in self.foreseen})
        self.zones = {app.config.timezone} | {loan.timezone for loan in app.config.loans}
        self.asked = {}  # by tick: the instant that it was asked for

    def run(self):
        """Tick for each next event, and a few times more than was asked for."""
        # What is told at once is told at the start, whence the hours without a reaction count.
        self._tick(self.start, self.start)
        while (following := self.app.next_event()) and following.at <= self.end:
            asked = max(following.at, self.start)
            tick = self._some_time_after(asked)
            self._tick(tick, asked)
            if self.chance.random() < 0.2:
                self._tick(self._some_time_after(tick), asked)
            assert len(self.asked) < 5_000, "the next event does not move on"

    def _tick(self, at, asked):
        self.asked[at] = asked
        self.app.clock.at = at
        self.app.plan_due(at)

    def _some_time_after(self, asked):
        """Return an instant up to a minute later, at times hours, that skips no slot and no day."""
        late = timedelta(seconds=self.chance.uniform(0, 60))
        if self.chance.random() < 0.3:
            late = timedelta(hours=self.chance.uniform(0, 24))
        limits = [instant(local_date(asked, zone) + DAY, time(0), zone) for zone in self.zones]
        limits += self.listed[bisect_right(self.listed, asked) :][:1]
        limits.append(self.end + timedelta(microseconds=1))
        return min(asked + late, min(limits) - timedelta(microseconds=1))

    def expected(self):
        """Return (loan, due, milestone, reason, instant of the decision) as foreseen."""
        return sorted((*named(item.alert), item.at) for _, item in self.foreseen)

    def recorded(self):
        """Return the same of the alerts that ticks of the year wrote down."""
        return sorted(
            (*named(row), self.asked[row.decided_at])
            for row in written(self.app)
            if row.decided_at >= self.start
        )

    def assert_each_slot_kept_its_instant(self):
        """What has a slot is recorded with the slot's instant; the rest with the tick's.

        A first look has one if a snooze held it.
        """
        slots = {named(item.alert): item.alert for _, item in self.foreseen}
        for row in written(self.app):
            if row.decided_at >= self.start:
                foreseen = slots[named(row)]
                slot = {foreseen.scheduled_for} if foreseen.reason is not Reason.SETTLED else set()
                tick = {row.decided_at} if foreseen.reason in SPOKEN_OF_AT_ONCE else set()
                assert row.scheduled_for in slot | tick


def named(alert):
    """Return which alert it is, and why; one that concerns no loan has an empty name for it."""
    return alert.loan_id or "", alert.due, alert.milestone, Reason(alert.reason)


def without_channels(text):
    """Return the configuration with nowhere to send to: here only decisions count."""
    return replace(load_text(text, Path("config.toml")), channels=())


def written(app):
    """Return the alerts on record that were meant to be sent."""
    with app.database.transaction() as connection:
        query = select(alerts).where(alerts.c.superseded.is_(False)).order_by(alerts.c.id)
        return connection.execute(query).all()


def live_until(app, start, chance):
    """Give the store a past: a sync some weeks ago, ticks now and then, payments by command."""
    begin = start - timedelta(days=chance.uniform(0, 40))
    app.clock.at = begin
    app.sync()
    for moment in sorted(chance.uniform(0, 1) for _ in range(chance.randrange(6))):
        app.clock.at = begin + (start - begin) * moment
        if chance.random() < 0.3:
            loan = chance.choice(app.config.loans)
            with suppress(UsageError):  # the loan takes none, or not on that day
                bill_one(app, loan, chance)
            app.pay(loan, Money(chance.randrange(1, 3_000_00), loan.terms.currency), None)
        if chance.random() < 0.4:
            with suppress(UsageError):  # no debit of the loan is open
                app.debit_failed(app.loan(chance.choice(app.config.loans).id))
        if app.config.desk.accounts and chance.random() < 0.3:
            held = Money(chance.randrange(-100_00, 900_00), "CNY")
            app.state_balance(app.accounts()[0], held, None)
        if chance.random() < 0.2:
            undo_an_assumed_one(app)
        if chance.random() < 0.2:
            app.ask(chance.choice(app.config.loans), RequestState.REQUESTED, None, None)
        if chance.random() < 0.4:
            snooze_one(app, chance)
        if chance.random() < 0.2:
            with suppress(UsageError):  # nothing to pay
                app.acknowledge(app.loan(chance.choice(app.config.loans).id))
        app.plan_due(app.clock.at)
    app.clock.at = start


def bill_one(app, loan, chance):
    """Record the next bill of a loan that lives by bills."""
    today = local_date(app.clock.at, loan.timezone)
    due = value(app.loan(loan.id), today).bill_to_record
    if due is not None:
        amount = Decimal(chance.randrange(1, 3_000_00)) / 100
        app.bill(loan, Bill(due, amount, None, min(today, drawn_on(loan.terms, due))))


def undo_an_assumed_one(app):
    """Take back the last debit that counted as made, if there is one."""
    numbers = [payment.id for _, payment in app.typed_payments() if payment.assumed]
    if numbers:
        app.undo(numbers[-1])


def snooze_one(app, chance):
    """Snooze a loan for some days, and at times think better of it."""
    loan = app.loan(chance.choice(app.config.loans).id)
    with suppress(UsageError):  # nothing to pay, or a day that has passed
        today = local_date(app.clock.at, loan.timezone)
        app.snooze(loan, today + chance.randrange(91) * DAY)
        if chance.random() < 0.2:
            app.unsnooze(loan)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_year_of_ticks_records_exactly_what_the_preview_listed(data):
    start = data.draw(starts, label="start")
    config = without_channels(data.draw(configurations(start), label="configuration"))
    chance = random.Random(data.draw(st.integers(0, 2**32), label="seed"))
    with tempfile.TemporaryDirectory() as folder:
        app = App.open(config, SetClock(start), Path(folder))
        live_until(app, start, chance)
        year = Year(app, start, chance)
        year.run()
        assert year.recorded() == year.expected()
        year.assert_each_slot_kept_its_instant()
        app.database.close()


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_after_any_downtime_a_tick_sends_what_a_preview_at_that_instant_lists(data):
    start = data.draw(starts, label="start")
    config = without_channels(data.draw(configurations(start), label="configuration"))
    gaps = data.draw(st.lists(st.floats(0.01, 100), max_size=12), label="days of downtime")
    chance = random.Random(data.draw(st.integers(0, 2**32), label="seed"))
    with tempfile.TemporaryDirectory() as folder:
        app = App.open(config, SetClock(start), Path(folder))
        live_until(app, start, chance)
        for gap in gaps:
            app.clock.at += timedelta(days=gap)
            now = app.clock.at
            listed = sorted(named(item.alert) for _, item in app.preview(now, 0))
            app.plan_due(now)
            sent = sorted(named(row) for row in written(app) if row.decided_at == now)
            assert sent == listed
            following = app.next_event()
            assert following is None or following.at > now
        app.database.close()


def titles_printed(text):
    """Return the titles of the messages on the screen, each of which stands below a rule."""
    lines = text.splitlines()
    return [below for rule, below in pairwise(lines) if rule and set(rule) == {"─"}]


def test_a_year_of_ticks_every_third_hour_on_the_example_prints_what_the_preview_listed(
    tmp_path, capsys
):
    start = datetime(2026, 10, 8, 0, 10, tzinfo=UTC)  # before the first slot; ticks miss 09:00
    config = load_text(EXAMPLE.read_text() + EVERY_ROUTINE, EXAMPLE)
    apart = tuple(replace(channel, digest=False) for channel in config.channels)
    app = App.open(replace(config, channels=apart), SetClock(start), tmp_path)
    app.sync()
    expected = [row["title"] for row in preview_json(app, start, YEAR.days, full=False)]
    for number in range(YEAR // TICK + 1):
        app.clock.at = start + number * TICK
        if app.plan_due(app.clock.at):
            app.deliver(alone=True)
    assert titles_printed(capsys.readouterr().out) == expected
    assert len(expected) > 120
    app.database.close()
