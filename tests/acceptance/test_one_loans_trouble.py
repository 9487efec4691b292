"""Trouble with one loan silences no other, is told once in plain words, and passes once mended."""

import logging
from contextlib import contextmanager

import pytest

import reminderd.alerts.forecast
import reminderd.loans.position
import reminderd.planner
from reminderd.cli.figure_views import quote_text
from reminderd.cli.views import check_json, check_text, preview_json, print_status, status_json
from reminderd.delivery.transport import Transports
from reminderd.messages.digest import Digest
from reminderd.messages.sheet import Sheet

HEAD = """
timezone = "Asia/Shanghai"
locale = "{locale}"
[reminders]
after_settling = false
[channels.screen]
url = "{{screen}}"
digest = {digest}
"""
GOOD = """
[[loans]]
id = "good"
name = "Good"
due = 2026-11-01
amount = "1000.00"
"""
OTHER = GOOD.replace("good", "other").replace("Good", "Other")
SICK = GOOD.replace("good", "sick").replace("Good", "Sick")
BEYOND = """
[[loans]]
id = "sick"
name = "Sick"
due = 2016-02-29
amount = "1000"
penalty.daily_rate = "2%"
compounding = "daily"
"""


def configured(*loans, digest=True, locale="en"):
    return HEAD.format(locale=locale, digest=str(digest).lower()) + "".join(loans)


def about(name, got):
    return [message for message in got if name in message.title + message.text]


def boom():
    raise ZeroDivisionError("a secret of the sick loan")


def failing(whole, loan_of):
    """Return a function that does what *whole* does, and fails for the loan that is sick."""

    def run(*arguments, **options):
        return boom() if loan_of(*arguments).id == "sick" else whole(*arguments, **options)

    return run


def in_valuing(patch):
    whole = reminderd.loans.position.position_of
    patch.setattr(reminderd.loans.position, "position_of", failing(whole, lambda loan, _: loan))


def in_deciding(patch):
    whole = failing(reminderd.planner.due_alerts, lambda loan, *_: loan)
    for module in (reminderd.planner, reminderd.alerts.forecast):
        patch.setattr(module, "due_alerts", whole)


def in_saying_how_bad(patch):
    whole = failing(reminderd.planner.stage_for, lambda _, position, __: position.loan)
    patch.setattr(reminderd.planner, "stage_for", whole)


def in_writing(patch):
    whole = failing(Sheet.advice, lambda sheet, *_: sheet.loan)
    patch.setattr(Sheet, "advice", whole)


def in_the_digest(patch):
    """Fail where a digest alone looks: at the worst of its loans."""
    whole = Digest.context

    def context(digest):
        sick = any(letter.sheet.loan.id == "sick" for letter in digest.letters)
        return boom() if sick else whole(digest)

    patch.setattr(Digest, "context", context)


PLANNED = [in_valuing, in_deciding, in_saying_how_bad]
PLACES = [*PLANNED, in_writing]


@contextmanager
def broken(place):
    with pytest.MonkeyPatch.context() as patch:
        place(patch)
        yield


@pytest.mark.parametrize("digest", [True, False])
@pytest.mark.parametrize("place", [*PLACES, in_the_digest])
def test_the_others_are_told_whatever_fails_for_one(life, place, digest):
    life.configure(configured(GOOD, SICK, OTHER, digest=digest))
    with broken(place):
        got = life.run()
    for name in ("Good", "Other"):
        [message] = about(name, got)
        assert "CN¥1,000.00" in message.text


@pytest.mark.parametrize("place", PLACES)
def test_the_failure_is_told_once_and_logged_once_without_words_of_the_program(life, place, caplog):
    life.configure(configured(GOOD, SICK))
    with broken(place), caplog.at_level(logging.ERROR):
        got = life.live_to("2026-11-02 08:00")
    [notice] = [message for message in got if message.title.startswith("Sick")]
    assert "cannot be" in notice.title
    assert "all other loans are, as usual" in notice.text
    assert "ZeroDivisionError" not in notice.text
    assert [line for line in caplog.messages if "secret" in line] == []
    [line] = [line for line in caplog.messages if "loan sick" in line]
    assert "ZeroDivisionError at " in line


@pytest.mark.parametrize("place", PLACES)
def test_it_is_tried_again_every_few_hours_and_told_as_usual_once_mended(life, place):
    life.configure(configured(GOOD, SICK))
    with broken(place):
        life.run()
        following = life.app.next_event()
        assert (following.at - life.clock.at).total_seconds() == 6 * 3600
    got = life.live_to("2026-11-02 08:00")
    assert [message.title for message in got] == ["Sick: CN¥1,000.00 due today"]


@pytest.mark.parametrize("place", PLACES)
def test_the_commands_speak_of_the_others_and_name_the_one(life, place, capsys):
    life.configure(configured(GOOD, SICK))
    with broken(place):
        assert any(row["loan"] == "good" for row in preview_json(life.app, life.now, 5, full=True))
        rows = {row["loan"]: row for row in status_json(life.app, None)}
        assert rows["good"]["owed_today"] == "1000.00"
        assert ("trouble" in rows["sick"]) == (place is in_valuing)
        print_status(life.app, None)
        assert "Good" in capsys.readouterr().out
        found = [doubt for doubt in check_json(life.app)["doubts"] if "sick" in str(doubt)]
        assert found == []
        assert ("cannot be worked out" in check_text(life.app)) == (place is in_valuing)


def test_of_a_message_that_fails_in_sending_only_that_one_is_late(life, monkeypatch):
    whole = Transports.of

    def of(transports, recipient):
        transport = whole(transports, recipient)

        class Faulty:
            def send(self, message, *rest):
                return boom() if "Sick" in message.title else transport.send(message, *rest)

        return Faulty()

    life.configure(configured(SICK, GOOD, digest=False))
    with monkeypatch.context() as patch:
        patch.setattr(Transports, "of", of)
        assert [message.title[:4] for message in life.run()] == ["Good"]
    assert [message.title[:4] for message in life.live_to("2026-11-01 13:00")] == ["Sick"]


LATE = """
[[loans]]
id = "{id}"
name = "{name}"
due = 2026-10-20
paid_until = 2026-10-19
amount = "1000.00"
penalty.daily_rate = "0.05%"
"""


def test_a_loan_at_which_another_one_looks_is_not_in_its_way(life, monkeypatch):
    """Both are late, and the message about each asks which of them gets dearer first."""
    late = [LATE.format(id=name.lower(), name=name) for name in ("Good", "Sick")]
    life.configure(configured(*late, digest=False))
    whole = reminderd.loans.position.next_cliff
    sick = failing(whole, lambda position: position.loan)
    monkeypatch.setattr(reminderd.loans.position, "next_cliff", sick)
    assert "days overdue" in about("Good", life.run())[0].title
    ahead = preview_json(life.app, life.now, 20, full=True)
    assert any("days overdue" in row["title"] for row in ahead if row["loan"] == "good")
    assert "days overdue" in quote_text(life.app, life.app.loan("good"), None)


def test_a_routine_counts_the_loans_that_can_be_worked_out(life, monkeypatch):
    routine = "[routine]\nproof_of_life = 2\n"
    life.configure(configured(GOOD, SICK) + routine)
    with broken(in_valuing):
        got = life.live_to("2026-11-02 12:00")
    [alive] = [message for message in got if "1 loan" in message.title + message.text]
    assert "Good" in alive.text


# ─── Figures beyond what can be reckoned ──────────────────────────────────────────────────────


def test_a_loan_beyond_reckoning_is_told_of_and_the_good_one_as_well(life):
    life.configure(configured(GOOD, BEYOND))
    foreseen = preview_json(life.app, life.now, 1, full=False)
    got = life.run()
    assert sorted(message.title for message in got) == [
        "Good: CN¥1,000.00 due today",
        "Sick: its figures are beyond what can be reckoned",
    ]
    [notice] = about("Sick", got)
    assert notice.text.splitlines() == [
        "Meanwhile: it is not reminded of; all other loans are, as usual",
        "▶ Look at the rate and the dates of Sick in your configuration",
        "A daily rate that should be a yearly one, or a wrong year, leads there. If both are "
        "right, go by the lender's statement. `reminderd check` names the place.",
    ]
    assert {row["title"] for row in foreseen[:2]} == {message.title for message in got}
    assert life.live_to("2026-11-01 23:00") == []


def test_it_is_said_in_chinese(life):
    life.configure(configured(GOOD, BEYOND, locale="zh-CN"))
    assert "Sick：金额大得无法计算" in [message.title for message in life.run()]


def test_check_names_the_place_and_status_has_a_line(life, capsys):
    life.configure(configured(GOOD, BEYOND))
    said = check_text(life.app)
    beyond = "its figures are beyond what can be reckoned (look at its rate and dates)"
    assert f"loans[1].due: {beyond}" in said
    print_status(life.app, None)
    assert "sick: its figures are beyond what can be reckoned." in capsys.readouterr().out


def test_new_terms_are_told_of_at_once_and_the_notice_is_not_sent_any_more(life):
    life.configure(configured(GOOD, BEYOND))
    life.answers.extend([503] * 2)
    assert life.run() == []
    life.skip_to("2026-11-01 12:10").configure(configured(GOOD, BEYOND.replace("2%", "0%")))
    got = life.live_to("2026-11-01 13:00")
    assert sorted(message.title[:5] for message in got) == ["Good:", "Sick:"]
    assert ("troubled-figures", "screen", "cancelled") in life.deliveries()


def test_a_loan_that_will_be_beyond_reckoning_is_foreseen_until_then(life):
    soon = BEYOND.replace("2016-02-29", "2023-11-01")
    life.configure(configured(GOOD, soon))
    rows = preview_json(life.app, life.now, 1000, full=False)
    milestones = [row["milestone"] for row in rows if row["loan"] == "sick"]
    assert milestones.count("troubled-figures") == 1
    assert milestones[-1] == "troubled-figures"
    assert len(milestones) > 1
    assert any(row["at"] > rows[-1]["at"][:4] for row in rows if row["loan"] == "good")


def test_what_is_foreseen_of_it_is_what_is_decided(life):
    """Its figures pass all bounds on a day in December, between two reminders."""
    soon = BEYOND.replace("2016-02-29", "2022-10-20")
    life.configure(configured(GOOD, soon, digest=False))
    foreseen = preview_json(life.app, life.now, 60, full=False)
    life.live_to("2026-12-31 12:00")
    decided = [(name, channel) for name, channel, state in life.deliveries() if state == "sent"]
    assert decided == [(row["milestone"], "screen") for row in foreseen]
    assert "troubled-figures" in dict(decided)
