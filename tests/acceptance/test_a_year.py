"""A year of one borrower, as docs/ tells it: no message that repeats or contradicts another."""

import importlib.util
import re
from collections import Counter
from itertools import groupby
from pathlib import Path

import pytest

from reminderd.cli.views import preview_json

FOLDER = Path(__file__).parents[2] / "docs" / "a-year"
HEADING = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d  (.*)$", re.M)
REFUSED, ASKED_AGAIN, APPROVED = "2027-03-25", "2027-06-01", "2027-06-13"


@pytest.fixture(scope="module")
def year():
    spec = importlib.util.spec_from_file_location("transcript", FOLDER / "transcript.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def told(year):
    """Return the year's messages of the loan that is 95 days late."""
    app = year.app()
    rows = preview_json(app, year.START, year.DAYS, full=True)
    return [row for row in rows if row["loan"] == "consumer"]


def test_the_transcript_is_what_the_program_says(year):
    assert year.PAGE.read_text("utf-8") == year.transcript()


def test_the_whole_year_is_in_it(year):
    text = year.PAGE.read_text("utf-8")
    rows = preview_json(year.app(), year.START, year.DAYS, full=False)
    assert len(HEADING.findall(text)) == len(rows)
    ahead = Counter(row["loan"] for row in rows if row["milestone"] == "due-3")
    assert ahead == {"home": 12, "weilidai": 10, "consumer": 3}  # one for each due date
    assert {month for month in range(1, 13) if f"\n2027-{month:02}-" in text} == {*range(1, 13)}


def test_the_loan_is_late_for_95_days_and_is_told_when_it_is_cured(told):
    late = [row for row in told if row["milestone"].startswith("due+")]
    assert late[0]["milestone"] == "due+1"
    assert late[-1]["milestone"] == "due+90"
    assert told[-1]["milestone"] == "cured-30-days" or "cured" in told[-1]["milestone"]


def test_no_message_repeats_the_one_before(told):
    for before, after in zip(told, told[1:], strict=False):
        assert before["title"] != after["title"]
        assert steps(before["text"]) != steps(after["text"]), after["at"]


def steps(text):
    """Return what a message advises, without its figures."""
    return [re.sub(r"[\d,.]+", "#", line) for line in text.splitlines() if line[:1] in "▶·"]


def test_nothing_is_advised_that_is_done_or_that_was_refused(told):
    for row in told:
        day, text = row["at"][:10], row["text"]
        if "2027-03-16" <= day < REFUSED:
            assert "书面申请一次延期" not in text
        if day >= REFUSED:
            assert "书面申请一次延期" not in text, "asked for what was refused"
        if day < "2027-03-16" or day >= APPROVED:
            assert "催问" not in text
        if day >= APPROVED:
            assert "不要再次申请延期" not in text


def test_what_is_said_of_the_next_reminder_comes_true(told, year):
    """Each message that names the next reminder is followed by one then, unless it was paid."""
    [payments] = [loan.payments for loan in year.app().config.loans if loan.id == "consumer"]
    paid = {(payment.on.month, payment.on.day) for payment in payments}
    for before, after in zip(told, told[1:], strict=False):
        said = re.search(r"下次提醒：(\d+)月(\d+)日", before["text"])
        if said is None or after["milestone"] in {"settled", "answer-due"}:
            continue
        if before["at"][:10] < APPROVED <= after["at"][:10] or "cured" in after["milestone"]:
            continue  # it was moved, or paid, in between
        promised = tuple(map(int, said.groups()))
        if promised in paid:
            continue  # on that very day
        month, day = map(int, after["at"][5:10].split("-"))
        assert (month, day) == promised


def test_sums_only_fall_where_something_was_paid_or_agreed(told):
    late = [row for row in told if row["milestone"].startswith("due+")]
    owed = [float(re.search(r"¥([\d,.]+)", row["title"])[1].replace(",", "")) for row in late]
    falls = [
        row["at"][:10]
        for row, one, other in zip(late[1:], owed, owed[1:], strict=False)
        if other < one
    ]
    assert falls == ["2027-05-09"]  # the first message after the part payment of 5 May


def test_the_days_past_due_in_titles_are_those_of_the_calendar(told):
    for row in told:
        if said := re.search(r"已逾期(\d+)天", row["title"]):
            assert row["milestone"] == f"due+{said[1]}"


def test_each_message_of_one_instant_is_about_another_loan(year):
    rows = preview_json(year.app(), year.START, year.DAYS, full=False)
    for _, some in groupby(rows, key=lambda row: row["at"]):
        loans = [row["loan"] for row in some]
        assert len(loans) == len(set(loans))
