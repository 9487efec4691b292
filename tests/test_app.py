"""The wiring of planner and dispatcher: what only shows where rooms meet."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from clocks import SetClock

from reminderd.app import App
from reminderd.config.load import load_text
from reminderd.loans.money import Money
from reminderd.loans.terms import RequestState

BASE = """
timezone = "Asia/Shanghai"
locale = "en"
[channels.screen]
url = "console://"
[[loans]]
id = "card"
due = 2026-12-05
amount = "1234.00"
"""


def shanghai(day, hour=1):
    """Return an instant on *day*; hour 1 in UTC is 09:00 there."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


@pytest.fixture
def make(tmp_path):
    made = []

    def make(text, at):
        app = App.open(load_text(text, Path("config.toml")), SetClock(at), tmp_path)
        made.append(app)
        app.sync()
        return app

    yield make
    for app in made:
        app.database.close()


def run_days(app, first, count):
    """Pass at every slot for so many days; return what was sent as (day, milestone)."""
    seen = []
    for offset in range(count):
        app.clock.at = shanghai(first + timedelta(days=offset))
        before = len(app.sent(None, 1000))
        app.plan_due(app.clock.now())
        app.deliver(alone=True)
        rows = app.sent(None, 1000)[: len(app.sent(None, 1000)) - before]
        seen += [(app.clock.at.date(), row["milestone"]) for row in rows]
    return seen


def test_a_clock_that_ran_ahead_silences_nothing_once_it_is_right_again(make, capsys):
    app = make(BASE, shanghai(date(2026, 11, 20)))
    app.clock.at = shanghai(date(2027, 6, 1))
    app.plan_due(app.clock.now())
    app.deliver(alone=True)

    sent = run_days(app, date(2026, 11, 27), 10)

    assert [milestone for _, milestone in sent] == ["due-3", "due", "due+1"]


def test_a_preview_that_starts_later_leaves_out_what_goes_before(make):
    app = make(BASE, shanghai(date(2026, 11, 20)))

    found = app.preview(shanghai(date(2026, 11, 30), 0), 4)

    assert [seen.alert.milestone for _, seen in found] == ["due-3"]


def test_a_message_that_waited_for_the_end_of_quiet_hours_is_not_called_late(make, capsys):
    quiet = '[reminders]\nsend_at = "07:00"\nquiet_hours = { from = "22:00", to = "08:00" }\n'
    app = make(BASE.replace("[channels", quiet + "[channels", 1), shanghai(date(2026, 11, 20)))
    app.clock.at = datetime(2026, 12, 1, 23, tzinfo=UTC)  # 07:00 on the 2nd
    app.plan_due(app.clock.now())
    app.deliver(alone=True)
    assert app.sent(None, 1)[0]["state"] == "pending"

    app.clock.at += timedelta(hours=1)
    app.deliver(alone=True)

    assert "due on Dec 5" in capsys.readouterr().out
    assert "This message is late" not in app.sent(None, 1)[0]["body"]


def test_a_payment_taken_back_before_the_good_news_went_out_cancels_it(make, capsys):
    app = make(BASE, shanghai(date(2026, 12, 1)))
    run_days(app, date(2026, 12, 1), 6)
    loan = app.loan("card")
    number = app.pay(loan, loan_total(loan), None)
    app.plan_due(app.clock.now())
    app.undo(number)

    app.deliver(alone=True)

    settled = next(row for row in app.sent(None, 10) if row["milestone"] == "settled")
    assert settled["state"] == "cancelled"


def loan_total(loan):
    from reminderd.loans.position import value

    return value(loan, date(2026, 12, 6)).payoff


def test_good_news_reaches_the_channel_that_heard_only_of_the_earlier_installment(make, capsys):
    text = BASE.replace(
        'due = 2026-12-05\namount = "1234.00"',
        'installments = [{ due = 2026-12-05, amount = "10" }, { due = 2026-12-06, amount = "10" }]',
    ).replace('url = "console://"', 'url = "console://"\nmin_severity = "critical"')
    text = text.replace("[[loans]]", '[channels.other]\nurl = "console://"\n[[loans]]')
    app = make(text, shanghai(date(2026, 12, 1)))
    run_days(app, date(2026, 12, 1), 12)
    loan = app.loan("card")
    app.pay(loan, loan_total(loan), None)

    app.plan_due(app.clock.now())
    app.deliver(alone=True)

    told = {row["channel"] for row in app.sent(None, 100) if row["milestone"] == "settled"}
    assert told == {"screen", "other"}


def test_a_pass_with_nothing_due_leaves_apprise_alone(make, monkeypatch):
    app = make(BASE, shanghai(date(2026, 11, 20)))
    monkeypatch.setitem(__import__("sys").modules, "reminderd.delivery.dispatcher", None)

    assert app.deliver(alone=True).sent == 0


def test_many_new_loans_are_taken_in_without_counting_their_reminders(make):
    many = "".join(
        f'[[loans]]\nid = "loan{n}"\ndue = 2026-12-05\namount = "10"\n' for n in range(21)
    )
    app = make(BASE, shanghai(date(2026, 11, 20)))
    app.config = load_text(BASE + many, Path("config.toml"))

    beats = []
    difference = app.sync(lambda: beats.append(1))
    assert beats  # taking in thousands takes longer than a worker may be silent
    assert difference.lines == [f"adds loan loan{n}" for n in range(21)]
    assert difference.summary == "changes 21 loans"


def test_the_next_bill_under_a_paid_ones_id_is_reminded_of(make, capsys):
    app = make(BASE, shanghai(date(2026, 12, 4)))
    loan = app.loan("card")
    app.pay(loan, loan_total(loan), None)
    app.config = load_text(BASE.replace("2026-12-05", "2027-01-05"), Path("config.toml"))
    assert app.preview(app.clock.now(), 60)

    assert app.sync().lines[0] == "starts the next bill of loan card"

    assert [m for _, m in run_days(app, date(2026, 12, 28), 9)] == ["due-3", "due"]


def test_a_due_date_that_is_put_right_keeps_the_payments(make):
    app = make(BASE, shanghai(date(2026, 12, 4)))
    app.pay(app.loan("card"), loan_total(app.loan("card")), None)
    app.config = load_text(BASE.replace("2026-12-05", "2026-12-03"), Path("config.toml"))
    app.sync()

    found = [seen.alert.milestone for _, seen in app.preview(app.clock.now(), 60)]
    assert found == ["cured-30-days"]  # it was a day late, but is paid
    assert [payment.id for _, payment in app.typed_payments()] == [1]


ROUTINES = """
[borrower]
emergency_fund = { target = "1000", saved = "100", monthly = "50" }
[routine]
emergency_fund = 31
proof_of_life = 1
"""


def rows_of(app):
    return [(row["loan_id"], row["milestone"]) for row in app.sent(None, 100)]


def test_routines_are_told_of_on_their_days_beside_reminders(make, capsys):
    weeks = "[reminders]\nbefore_due = [7, 3]\n"
    app = make(BASE + ROUTINES + weeks, shanghai(date(2026, 11, 20)))

    sent = run_days(app, date(2026, 11, 27), 7)

    assert sent == [
        (date(2026, 11, 28), "due-7"),
        (date(2026, 11, 30), "routine-fund"),
        (date(2026, 12, 1), "routine-alive"),
        (date(2026, 12, 2), "due-3"),
    ]
    said = capsys.readouterr().out
    assert "Emergency fund: CN¥100.00 of CN¥1,000.00" in said
    assert "Dec 5: card, CN¥1,234.00" in said


def test_the_next_routine_is_an_event_and_is_previewed(make):
    app = make(BASE + ROUTINES, shanghai(date(2026, 11, 29)))

    upcoming = app.next_event()

    assert (upcoming.at, upcoming.loan) == (shanghai(date(2026, 11, 29)), app.loan("card"))
    app.plan_due(app.clock.now())
    app.deliver(alone=True)
    upcoming = app.next_event()
    assert (upcoming.at, upcoming.loan) == (shanghai(date(2026, 11, 30)), None)
    assert upcoming.what == "a routine"
    found = app.preview(app.clock.now(), 3)
    assert [(loan and loan.id, seen.alert.milestone) for loan, seen in found] == [
        (None, "routine-fund"),
        (None, "routine-alive"),
        ("card", "due-3"),
    ]


def test_a_routine_that_is_due_but_not_planned_is_the_next_event(make):
    app = make(BASE + ROUTINES, shanghai(date(2026, 11, 29)))
    app.plan_due(app.clock.now())
    app.deliver(alone=True)
    app.clock.at = shanghai(date(2026, 12, 1), 5)

    assert app.next_event().at == shanghai(date(2026, 11, 30))


def test_a_routine_missed_for_some_days_is_told_of_once(make, capsys):
    app = make(BASE + ROUTINES, shanghai(date(2026, 11, 20)))
    sent = run_days(app, date(2026, 12, 4), 2)
    assert [what for _, what in sent if what.startswith("routine")] == [
        "routine-alive",
        "routine-fund",
    ]
    assert "This message is late" in capsys.readouterr().out


def test_without_a_loan_there_is_no_routine(make):
    text = BASE.split("[[loans]]", maxsplit=1)[0] + ROUTINES
    app = make(text, shanghai(date(2026, 11, 30)))

    assert app.plan_due(app.clock.now()) == 0
    assert app.next_event() is None
    assert app.preview(app.clock.now(), 60) == []


def test_into_a_full_fund_nothing_needs_to_be_put(make):
    full = ROUTINES.replace('saved = "100"', 'saved = "1000"')
    app = make(BASE + full, shanghai(date(2026, 11, 29)))
    found = [seen.alert.milestone for _, seen in app.preview(app.clock.now(), 40)]
    assert "routine-alive" in found
    assert "routine-fund" not in found


def test_a_request_without_an_answer_is_followed_up_until_it_has_one(make, capsys):
    app = make(BASE, shanghai(date(2026, 12, 10)))
    app.ask(app.loan("card"), RequestState.REQUESTED, None, None)
    assert run_days(app, date(2026, 12, 13), 5)[-1] == (date(2026, 12, 17), "answer-due")
    assert "no answer yet to your request of Dec 10" in capsys.readouterr().out

    again = make(BASE.replace('"card"', '"other"'), shanghai(date(2026, 12, 17)))
    again.ask(again.loan("other"), RequestState.REQUESTED, date(2026, 12, 16), None)
    again.clock.at = shanghai(date(2026, 12, 23))
    again.plan_due(again.clock.now())
    again.ask(again.loan("other"), RequestState.REFUSED, None, None)
    again.deliver(alone=True)
    assert ("other", "answer-due") in rows_of(again)
    row = next(row for row in again.sent(None, 100) if row["milestone"] == "answer-due")
    assert (row["loan_id"], row["state"]) == ("other", "cancelled")


def test_some_time_after_a_late_debt_is_paid_there_is_something_to_see_to(make, capsys):
    app = make(BASE, shanghai(date(2026, 12, 1)))
    run_days(app, date(2026, 12, 1), 8)
    loan = app.loan("card")
    app.pay(loan, loan_total(loan), date(2026, 12, 8))
    app.plan_due(app.clock.now())

    assert app.next_event().at <= shanghai(date(2026, 12, 8))
    app.deliver(alone=True)
    assert app.next_event().at == shanghai(date(2027, 1, 7))
    assert run_days(app, date(2027, 1, 7), 1) == [(date(2027, 1, 7), "cured-30-days")]
    assert "30 days" in capsys.readouterr().out


# ─── A bill and its successor ───

BILL = """timezone = "Asia/Shanghai"
locale = "en"
[[loans]]
id = "card"
due = {due}
amount = "{amount}"
payments = [{paid}]
penalty.daily_rate = "0.05%"
"""


def bill(due, amount, *paid):
    lines = ", ".join(f'{{ date = {on}, amount = "{sum_}" }}' for on, sum_ in paid)
    return load_text(BILL.format(due=due, amount=amount, paid=lines), Path("config.toml"))


def to_pay(app):
    """Return what is asked for, by when: the same before the file is taken in and after."""
    seen = [app.positions()[0] for _ in (1, 2) if app.sync() or True]
    assert seen[0] == seen[1]
    return str(seen[0].to_pay.amount), seen[0].pay_by


def test_a_payment_left_in_the_file_does_not_pay_the_next_bill(make):
    app, old = make(BASE, shanghai(date(2026, 10, 20))), ("2026-10-25", "1234.00")
    app.config = bill("2026-10-26", "1234.00", old)
    app.sync()
    app.clock.at = shanghai(date(2026, 11, 30))
    app.config = bill("2026-12-02", "1500.00", old)
    assert to_pay(app) == ("1500.00", date(2026, 12, 2))
    app.config = bill("2026-12-02", "980.00", old)
    assert to_pay(app) == ("980.00", date(2026, 12, 2))


@pytest.mark.parametrize("on", [date(2026, 11, 27), date(2026, 11, 30)], ids=["a day", "a rest"])
def test_a_payment_that_came_late_does_not_pay_the_next_bill(make, on):
    app = make(BASE, shanghai(date(2026, 11, 25)))
    app.config = bill("2026-11-26", "9234.00")
    app.sync()
    app.clock.at = shanghai(on)
    app.pay(app.loan("card"), Money(923400, "CNY"), None)  # what lateness cost stays unpaid
    app.clock.at = shanghai(date(2026, 12, 4))
    app.config = bill("2026-12-26", "1500.00")
    assert to_pay(app) == ("1500.00", date(2026, 12, 26))
    late = app.pay(app.loan("card"), Money(100, "CNY"), date(2026, 12, 3))
    assert app.payment(app.loan("card"), late)[1].due == date(2026, 11, 26)
    assert to_pay(app) == ("1500.00", date(2026, 12, 26))
    app.config = bill("2026-11-26", "9234.00")  # back again: all that was paid is still there
    assert [payment.id for _, payment in app.typed_payments()] == [1, late]
