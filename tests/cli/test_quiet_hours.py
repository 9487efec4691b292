"""Quiet hours: what preview lists is what goes, and check asks of a time that lies in them."""

from datetime import UTC, datetime

import pytest

QUIET = """\
timezone = "Asia/Shanghai"
locale = "en"
[reminders]
send_at = "{send_at}"
before_due = [7, 3, 1, 0]
quiet_hours = {{ from = "22:00", to = "08:00" }}
[channels.screen]
url = "console://"
[[loans]]
id = "card"
due = 2026-12-05
paid_until = 2026-12-04
amount = "1234.00"
"""


def test_what_a_newer_reminder_replaces_before_quiet_hours_end_is_not_listed(
    write, clock, told, call
):
    write(QUIET.format(send_at="07:30"))
    clock.shown = datetime(2026, 12, 1, 15, 1, tzinfo=UTC)  # 23:01 on the day before due-3
    listed = [row["milestone"] for row in told("preview", "--days", "3")]
    assert listed[0] == "due-3"
    assert told("check")["next"]["milestone"] == "due-3"
    call("run", "--once")
    clock.shown = datetime(2026, 12, 2, 0, 0, 1, tzinfo=UTC)
    call("run", "--once")
    sent = [row["milestone"] for row in told("history") if row["state"] == "sent"]
    assert sent == ["due-3"]


@pytest.mark.parametrize(("at", "day"), [("23:30", "the next day"), ("07:30", "that day")])
def test_a_time_for_reminders_in_quiet_hours_is_asked_about(write, told, at, day):
    write(QUIET.format(send_at=at))
    [doubt] = told("check")["doubts"]
    assert (doubt["path"], doubt["line"]) == ("reminders.send_at", 4)
    assert doubt["message"] == (
        f"{at} lies in the quiet hours of screen, so reminders come at 08:00 {day} "
        "(choose a time that is not from 22:00 to 08:00)"
    )


def test_a_time_outside_of_them_is_not(write, told):
    write(QUIET.format(send_at="08:00"))
    assert told("check")["doubts"] == []


def test_a_channel_that_hears_nothing_of_it_changes_nothing(write, clock, told):
    awake = '[channels.grave]\nurl = "json://127.0.0.1:9"\nmin_severity = "critical"\n'
    awake += 'quiet_hours = { from = "12:00", to = "12:01" }\n[[loans]]'
    write(QUIET.format(send_at="07:30").replace("[[loans]]", awake))
    clock.shown = datetime(2026, 12, 1, 15, 1, tzinfo=UTC)
    assert [row["milestone"] for row in told("preview", "--days", "3")][0] == "due-3"
