"""Twelve ordinary lives, as docs/ tells them: replayed, and held to what a borrower may expect."""

import importlib.util
import re
import sys
from collections import Counter
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner

from reminderd.cli.main import cli
from reminderd.config.load import load_file
from reminderd.loans.position import value
from reminderd.playbook.playbook import Severity, packaged

FOLDER = Path(__file__).parents[2] / "docs" / "lives"
_spec = importlib.util.spec_from_file_location("lives", FOLDER / "lives.py")
lives = importlib.util.module_from_spec(_spec)
sys.modules["lives"] = lives  # dataclasses look their module up
_spec.loader.exec_module(lives)

LIVES = {life.name: life for life in lives.LIVES}
LATE = "late-once"
WELL = sorted(LIVES.keys() - {LATE})
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ALARM = re.compile(r"逾期|宽限|overdue|late\b", re.I)


@pytest.fixture(autouse=True)
def _alone(monkeypatch, tmp_path):
    """Keep the settings and the home of whoever runs the tests out of them."""
    for name in list(lives.os.environ):
        if name.upper().startswith("REMINDERD_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))


@cache
def events(name):
    return lives.lived(LIVES[name])


def messages(name):
    return [event for event in events(name) if isinstance(event, lives.Message)]


def answers(name):
    return [event for event in events(name) if isinstance(event, lives.Answer)]


def every(names):
    return pytest.mark.parametrize("name", names)


@every(LIVES)
def test_the_transcript_is_what_the_program_does(name):
    life = LIVES[name]
    assert life.page.read_text("utf-8") == lives.transcript(life, events(name))


@every(LIVES)
def test_the_configuration_is_right_and_leaves_reminders_as_they_come(name, monkeypatch, tmp_path):
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
    config = LIVES[name].config
    result = CliRunner().invoke(cli, ["--config", str(config), "check"])
    assert (result.exit_code, result.stderr) == (0, "")
    assert "[reminders]" not in config.read_text("utf-8")


@every(WELL)
def test_where_all_goes_well_a_loan_speaks_at_most_twice_a_month(name):
    told = Counter(
        (loan, message.at.year, message.at.month)
        for message in messages(name)
        for loan in {loan for loan, _, _ in message.about}
    )
    assert {key: count for key, count in told.items() if count > 2} == {}


@every(WELL)
def test_where_all_goes_well_nothing_alarms(name):
    stages = packaged().stages
    for message in messages(name):
        assert not ALARM.search(message.title), message.title
        for _, _, milestone in message.about:
            assert not milestone.startswith("due+")
            if milestone in stages:
                assert stages[milestone].severity < Severity.CRITICAL


@every(LIVES)
def test_every_message_and_answer_is_in_the_borrowers_language(name):
    config = load_file(LIVES[name].config)
    chinese = config.locale == "zh-CN"
    names = [loan.name for loan in config.loans]
    for event in events(name):
        texts = [event.output] if isinstance(event, lives.Answer) else [event.title, event.body]
        for line in (line for text in texts for line in text.splitlines() if line.strip()):
            bare = line
            for each in names:
                bare = bare.replace(each, "")
            assert bool(CHINESE.search(line)) or not chinese, line
            assert chinese or not CHINESE.search(bare), line


@every(LIVES)
def test_every_command_is_understood(name):
    for answer in answers(name):
        assert answer.output.strip()
        assert "Usage:" not in answer.output
        assert "未作记录" not in answer.output
        assert "nothing was recorded" not in answer.output


@every(LIVES)
def test_no_due_date_passes_without_a_word(name):
    """Each is reminded of before it is past, or was paid before the first reminder of it."""
    life = LIVES[name]
    config = load_file(life.config)
    start, end = date.fromisoformat(life.start[:10]), date.fromisoformat(life.end[:10])
    told = [(m.at.date(), loan, due) for m in messages(name) for loan, due, _ in m.about]
    for loan in config.loans:
        for due in sorted(value(loan, start).dues | _asked(name, loan.id)):
            if not start + timedelta(days=3) <= due <= end or due in _settled_ahead(name):
                continue
            spoken = any(
                which == loan.id and day_due == str(due) and day <= due
                for day, which, day_due in told
            )
            assert spoken, (loan.id, due)


def _asked(name, loan_id):
    """Return the due dates of bills that were recorded."""
    dates = [due for m in messages(name) for loan, due, _ in m.about if loan == loan_id]
    return {date.fromisoformat(due) for due in dates}


def _settled_ahead(name):
    """Return the due dates that a payoff or an extension took away before they were near."""
    gone = {
        "weilidai": [date(2027, month, 15) for month in range(7, 11)],
        "student-loan": [date(2027, 8, 10), date(2027, 9, 10)],
    }
    return set(gone.get(name, []))


def test_a_loan_paid_off_early_is_told_once_with_what_that_saved():
    """Of 48.00, 37.20, 24.80 and 12.00 of interest still to come, 32.00 was paid."""
    *_, last = messages("weilidai")
    assert (last.title, last.at.date()) == ("微粒贷：已全部还清", date(2027, 7, 5))
    assert "提前结清省下的利息：¥90.00" in last.body
    assert "提前结清省下利息¥90.00。" in answers("weilidai")[-1].output
    assert [what for m in messages("weilidai") for _, _, what in m.about].count("settled") == 1


def test_nobody_who_paid_in_time_is_advised_on_frozen_limits_or_records():
    for name in WELL:
        for message in messages(name):
            assert not re.search("冻结|信用报告|credit report|frozen", message.body), message


def test_what_comes_in_any_case_is_not_said_to_hang_on_a_payment():
    """The reminder in four weeks is of the next debit, whatever becomes of this one."""
    first = messages("car-loan")[0]
    assert "Next reminder: Feb 2 09:00\n" in first.body


def test_what_the_next_statement_asks_for_is_reckoned_by_the_last_one():
    """10 % of 7,560.00, and the interest that runs from the days of posting.

    8,400.00 × 33 days + 7,560.00 × 31 days at 0.05 %: 138.60 and 117.18, of which the bank's
    app adds the last days to the statement after.
    """
    assert "2月10日最低应还¥1,010.94" in answers("card-minimum")[1].output


class TestOneMonthMissed:
    def test_the_first_word_of_lateness_comes_the_day_after(self):
        first = next(m for m in messages(LATE) if m.about[0][2].startswith("due+"))
        assert (first.at.date(), first.about[0][2]) == (date(2027, 3, 11), "due+1")

    def test_never_two_messages_on_one_day(self):
        days = Counter(message.at.date() for message in messages(LATE))
        assert max(days.values()) == 1

    def test_no_more_messages_than_one_installment_has_slots(self):
        late = [m.about[0] for m in messages(LATE) if m.about[0][2].startswith("due+")]
        assert {due for _, due, _ in late} == {"2027-03-10"}
        assert [what for _, _, what in late] == [
            "due+1",
            "due+2",
            "due+3",
            "due+4",
            "due+7",
            "due+10",
        ]

    def test_the_cure_is_told_once_with_what_being_late_cost(self):
        [cure] = [m for m in messages(LATE) if m.about[0][2] == "settled"]
        assert cure.at.date() == date(2027, 3, 21)
        # 5 % of 384.96 and eleven days of 9.6 % on 310.44
        assert "What being late cost: $20.15" in cure.body

    def test_a_month_later_it_is_followed_up_and_the_record_is_left_alone(self):
        """In the United States eleven days are not reported."""
        after = [m for m in messages(LATE) if m.about[0][2].startswith("cured")]
        assert [(m.at.date(), m.about[0][2]) for m in after] == [
            (date(2027, 4, 20), "cured-30-days")
        ]


def test_a_pass_each_minute_sends_nothing_more():
    assert lives.lived(LIVES["bnpl"], watched=date(2027, 3, 16)) == events("bnpl")
