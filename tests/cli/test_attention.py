"""``snooze`` and ``unsnooze``, as a borrower uses them."""

import pytest

UNTIL = "Credit card is snoozed until 2026-12-11 09:00; before that only its being paid is told"


@pytest.fixture
def quietly(call, config):
    """Return a function that runs a command which must succeed, and returns what it printed."""

    def run(*arguments):
        result = call(*arguments)
        assert result.exit_code == 0, result.stderr
        return result.stdout

    return run


def about(told, loan="card"):
    return [(row["at"][:16], row["milestone"]) for row in told("preview") if row["loan"] == loan]


def test_a_snooze_moves_what_would_go_to_its_end(quietly, told):
    assert about(told)[0] == ("2026-12-09T12:00", "due+4")
    said = quietly("snooze", "card", "--until", "2026-12-11")
    assert said == f"{UNTIL}\nTo end it: reminderd unsnooze card\n"
    assert about(told)[:2] == [("2026-12-11T09:00", "due+4"), ("2026-12-12T09:00", "due+7")]
    assert quietly("run", "--once").count("Credit card") == 0


def test_status_and_preview_say_so(quietly, said, told):
    quietly("snooze", "card", "--days", "2")
    assert UNTIL in said("status")
    assert said("preview").startswith(UNTIL)
    assert [row["snoozed_until"] for row in told("status")] == ["2026-12-11T09:00:00+08:00", None]
    assert told("preview")[0]["snoozed_until"] is None  # the other loan's


def test_what_was_told_before_is_told_in_json_too(quietly, call):
    call("run", "--once")
    assert quietly("snooze", "card", "--days", "2", "--json") == (
        '{\n  "loan": "card",\n  "until": "2026-12-11T09:00:00+08:00",\n'
        '  "severity": "critical",\n  "due": "2026-12-05"\n}\n'
    )


def test_ending_it_lets_what_it_held_go_at_once(quietly, call, clock):
    call("run", "--once")
    quietly("snooze", "card", "--until", "2026-12-13")
    clock.shown = clock.shown.replace(day=12)
    assert "Credit card" not in quietly("run", "--once")
    quietly("unsnooze", "card")
    text = quietly("run", "--once")
    assert text.count("Credit card: 7 days overdue") == 1
    assert "late: it was due" not in text


def test_a_snooze_says_from_when_on_it_is_told_of_as_usual(quietly, clock):
    clock.shown = clock.shown.replace(day=6)
    assert "from Dec 9 on it stands worse than when it was snoozed" in quietly(
        "snooze", "card", "--days", "5"
    )


def test_what_waits_to_be_tried_again_waits_too(httpserver, write, call, told):
    httpserver.expect_request("/in").respond_with_data("", status=503)
    write(
        f'timezone = "Asia/Shanghai"\n[channels.hook]\nurl = "json://127.0.0.1:{httpserver.port}/in"'
        '\n[[loans]]\nid = "card"\ndue = 2026-12-05\namount = 1\n'
    )
    call("run", "--once")
    call("snooze", "card", "--days", "3")
    [row] = told("outbox")["waiting"]
    assert row["next_attempt_at"] == "2026-12-12T01:00:00+00:00"
    call("unsnooze", "card")
    [row] = told("outbox")["waiting"]
    assert row["next_attempt_at"] == "2026-12-09T04:00:00+00:00"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("snooze", "card"), "say until when: --until 2026-12-20, or --days 7"),
        (("snooze", "card", "--days", "1", "--until", "2026-12-20"), "say until when"),
        (("snooze", "cart", "--days", "1"), "there is no loan 'cart'"),
        (("snooze", "card", "--until", "2026-12-09"), "2026-12-09 at 09:00 has passed"),
        (("snooze", "card", "--until", "2027-03-10"), "91 days off"),
        (("snooze", "card", "--days", "91"), "91 is not in the range 1<=x<=90"),
        (("ack", "cart"), "there is no loan 'cart'"),
        (("unsnooze", "card"), "loan card is not snoozed (see `reminderd status`)"),
    ],
)
def test_what_cannot_be_is_refused(config, call, arguments, sentence):
    result = call(*arguments)
    assert result.exit_code == 2
    assert sentence in result.stderr


def test_a_loan_that_is_paid_cannot_be_snoozed(quietly, call):
    quietly("pay", "card", "1236.47")
    result = call("snooze", "card", "--days", "3")
    assert result.exit_code == 2
    assert "nothing is to be paid on loan card (see `reminderd quote`)" in result.stderr


ESCALATION = """
[escalation]
to = ["spouse"]
after_hours = 5
[channels.spouse]
url = "console://"
locale = "en"
"""


@pytest.fixture
def told_others(config):
    """Have somebody else told where nobody reacts."""
    config.write_text(config.read_text() + ESCALATION)


def escalations(told):
    rows = [row for row in told("preview") if row["milestone"] == "escalated"]
    return [(row["loan"], row["at"], [to["channel"] for to in row["to"]]) for row in rows]


def test_a_preview_shows_who_else_will_be_told_and_why(told_others, call, said, told):
    call("run", "--once")
    assert escalations(told)[0] == ("card", "2026-12-09T17:00+08:00", ["spouse"])
    text = said("preview", "--days", "1", "--full")
    assert "escalated (nobody reacted) → spouse" in text
    assert (
        "The borrower asked that you be told if nobody reacts: since the reminder of 12:00" in text
    )


def test_seen_is_seen(told_others, quietly, told, call):
    call("run", "--once")
    assert quietly("ack", "card") == "Credit card: seen; nobody else is told of it\n"
    assert [loan for loan, *_ in escalations(told)] == ["weilidai"]
    assert quietly("ack", "weilidai", "--json") == (
        '{\n  "loan": "weilidai",\n  "acknowledged": true\n}\n'
    )


def test_a_paid_loan_has_nothing_to_be_seen(quietly, call):
    quietly("pay", "card", "1236.47")
    assert "nothing is to be paid on loan card" in call("ack", "card").stderr
