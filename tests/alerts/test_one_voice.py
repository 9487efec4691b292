"""A loan has one voice: while something is overdue, its oldest installment sets the rhythm."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reminderd.alerts.alert import is_reminder
from reminderd.alerts.plan import Policy
from reminderd.config.load import load_text
from reminderd.loans.charges import Amount, Fee, FeeKind, FeePer
from reminderd.loans.frequency import add_months
from reminderd.loans.terms import Payment, Penalty, PenaltyRule

DAY = timedelta(days=1)
START = datetime(2026, 1, 1, tzinfo=UTC)
shared = settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


def fee(after, per):
    return Fee(Amount(FeeKind.FLAT, Decimal("25")), per, after)


offsets = st.lists(st.integers(1, 40), max_size=5, unique=True).map(tuple)
policies = st.builds(
    Policy,
    before_due=st.lists(st.integers(0, 20), max_size=4, unique=True).map(tuple),
    overdue_days=offsets,
    overdue_every=st.sampled_from([None, 4, 15]),
    stage_eves=st.sampled_from([(), (3, 7, 30)]),
)
terms = st.fixed_dictionaries(
    {
        "fees": st.lists(
            st.builds(fee, st.sampled_from([None, 3, 10]), st.sampled_from(FeePer)), max_size=2
        ).map(tuple),
        "grace_days": st.sampled_from([0, 1, 5]),
        "penalty": st.sampled_from([None, Penalty(PenaltyRule.DAILY_RATE, Decimal("0.0005"))]),
    }
)
gaps = st.lists(st.integers(7, 35), min_size=1, max_size=6)


def dues_of(gaps):
    dues, day = [], date(2026, 1, 20)
    for gap in gaps:
        dues.append(day)
        day += gap * DAY
    return dues


@shared
@given(gaps, policies, terms)
def test_without_news_a_loan_speaks_no_more_often_than_one_installment(
    borrow, desk_of, gaps, policy, terms
):
    dues = dues_of(gaps)
    loan = borrow(*dues, zone="UTC")
    loan = replace(loan, terms=replace(loan.terms, **terms))
    desk = desk_of(loan, policy, known_since=START)
    desk.follow(START, START + 150 * DAY)
    alone = borrow(dues[0], zone="UTC")
    one = desk_of(replace(alone, terms=replace(alone.terms, **terms)), policy, known_since=START)
    one.follow(START, START + 150 * DAY)
    of_one = {alert.scheduled_for for alert in one.sent}
    own = policy.of_loan(loan).own_cliffs
    news = {due + offset * DAY for due in dues for offset in (0, *own)}
    late = [a for a in desk.sent if a.scheduled_for.date() > dues[0] and is_reminder(a.milestone)]
    assert {a.scheduled_for for a in late if a.scheduled_for.date() not in news} <= of_one
    assert len({alert.scheduled_for for alert in desk.sent}) == len(desk.sent)


@shared
@given(gaps, policies, terms, st.integers(0, 5), st.integers(1, 300))
def test_once_the_oldest_is_paid_the_next_one_sets_the_rhythm(
    borrow, desk_of, gaps, policy, terms, paid, later
):
    dues = dues_of(gaps)
    desk = desk_of(borrow(*dues, zone="UTC"), policy, known_since=START)
    now = datetime(2026, 1, 20, tzinfo=UTC) + later * DAY
    desk.follow(START, now)
    count = min(paid, len(dues) - 1)
    desk.pay(Payment(now.date(), Decimal(100) * count, now)) if count else None
    sent = len(desk.sent)
    desk.follow(now, now + 150 * DAY)
    oldest = dues[count]
    for alert in desk.sent[sent:]:
        day = alert.scheduled_for.date()
        if is_reminder(alert.milestone) and day > oldest and day > now.date():
            assert alert.due == oldest or alert.milestone == "due"


def test_six_installments_late_are_told_of_every_fifteen_days_and_when_one_falls_due(
    desk_of,
):
    config = load_text(
        """
timezone = "Asia/Shanghai"
[[loans]]
id = "weilidai"
preset = "weilidai"
daily_rate = "0.05%"
principal = "12000"
installments = 10
first_due = 2026-06-10
""",
        Path("config.toml"),
    )
    (loan,) = config.loans
    policy = config.policy.of_loan(loan)
    desk = desk_of(loan, policy, known_since=datetime(2026, 5, 1, tzinfo=UTC))
    desk.follow(datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 11, 15, tzinfo=UTC))
    before = len(desk.sent)  # six are late
    end = datetime(2027, 1, 14, tzinfo=UTC)
    desk.follow(datetime(2026, 11, 15, tzinfo=UTC), end)
    days = [alert.scheduled_for.astimezone(UTC).date() for alert in desk.sent[before:]]
    falls_due = {add_months(date(2026, 6, 10), n) for n in range(10)}
    quiet = [day for day in days if day not in falls_due]
    assert len(days) <= 60 // 15 + 2
    assert all(b - a >= 15 * DAY for a, b in zip(quiet, quiet[1:], strict=False))


def test_a_jump_of_decades_puts_little_on_record(borrow, desk_of):
    dues = [date(2026 + month // 12, month % 12 + 1, 20) for month in range(120)]
    desk = desk_of(borrow(*dues))
    desk.look(datetime(2026, 1, 1, 4, tzinfo=UTC))
    desk.look(datetime(2076, 1, 1, 4, tzinfo=UTC))
    assert len(desk.sent) == 1
    assert len(desk.superseded) <= 120 * 8
    # Nothing of it speaks up once the oldest ones are paid, but what came after it.
    [last] = desk.sent
    for number, due in enumerate(dues[:5]):
        desk.pay(Payment(due, Decimal(100)))
        told = desk.look(datetime(2076, 1, 1, 5 + number, tzinfo=UTC)).alerts
        assert all(
            alert.scheduled_for > last.scheduled_for
            for alert in told
            if is_reminder(alert.milestone)
        )
