"""``run --once``, ``test`` and ``history``: messages that really go."""

import json
import socket

import pytest

SECRET = "hunter2canary"


@pytest.fixture
def dead_port():
    """Return a port of this machine on which nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]  # bound, but not listening: connections are refused


def test_a_pass_sends_what_is_due_and_says_what_comes_next(config, call):
    result = call("run", "--once")
    assert result.exit_code == 0
    assert "Credit card: 4 days overdue, CN¥1,236.47 owed today" in result.stdout
    assert "weilidai: 24 days overdue, CN¥1,157.50 owed today" in result.stdout
    assert result.stderr.splitlines()[-1] == (
        "sent 2; next: Credit card, in 3 days, 09:00 Asia/Shanghai"
    )


def test_a_second_pass_sends_nothing_again(config, call):
    call("run", "--once")
    result = call("run", "--once")
    assert result.exit_code == 0
    assert result.stdout == ""
    assert "sent 0; " in result.stderr


def test_a_pass_prints_its_result_as_json_and_nothing_else(config, call):
    result = call("run", "--once", "--json")
    assert json.loads(result.stdout) == {
        "planned": 2,
        "sent": 2,
        "next": "2026-12-12T09:00:00+08:00",
        "loan": "card",
    }


def test_a_daemon_has_no_result_to_print_as_json(config, refused):
    code, sentence = refused("run", "--json")
    assert code == 2
    assert "--json goes with --once" in sentence


def test_a_pass_after_a_payment_says_that_it_is_settled(config, call):
    call("run", "--once")
    call("pay", "card", "1236.47")
    assert "Credit card: paid off, nothing more is owed" in call("run", "--once").stdout


def test_a_pass_goes_on_with_the_last_good_configuration(config, call, write, clock):
    call("run", "--once")
    write('locale = "de"\n')
    clock.shown = clock.shown.replace(day=12)
    result = call("run", "--once")
    assert result.exit_code == 78
    assert "Credit card: 7 days overdue, CN¥1,238.32 owed today" in result.stdout
    assert f"{config}:1:10: locale: 'de' is not a known language" in result.stderr
    assert "running on with the last good configuration" in result.stderr


def test_a_pass_without_any_configuration_names_the_remedy(refused):
    code, sentence = refused("run", "--once")
    assert code == 78
    assert "there is no such file (`reminderd init` makes one; or give --config FILE)" in sentence


def test_a_test_message_arrives_and_each_address_is_told(write, said, httpserver):
    httpserver.expect_oneshot_request("/hook", method="POST").respond_with_data("ok")
    write(f'locale = "en"\n[channels.hook]\nurl = "json://127.0.0.1:{httpserver.port}/hook"\n')
    assert said("test") == "hook: hook: accepted\n"
    [(request, _)] = httpserver.log
    assert request.get_json()["title"] == "reminderd: a test message"


def test_a_test_in_json_prints_nothing_but_json(config, call):
    result = call("test", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == [
        {"channel": "screen", "address": "screen", "ok": True, "error": None}
    ]
    assert "reminderd: a test message" in result.stderr


def test_a_test_of_the_screen_prints_the_message(config, said):
    text = said("test")
    assert "reminderd: a test message" in text
    assert text.endswith("screen: screen: accepted\n")


def test_a_test_of_one_channel_leaves_the_others_alone(write, said, httpserver):
    httpserver.expect_request("/one").respond_with_data("ok")
    base = f"json://127.0.0.1:{httpserver.port}"
    write(f'[channels.one]\nurl = "{base}/one"\n[channels.two]\nurl = "{base}/two"\n')
    assert said("test", "one") == "one：one：已受理\n"
    assert len(httpserver.log) == 1


def test_a_test_of_an_unknown_channel_names_those_there_are(config, refused):
    assert refused("test", "scren") == (
        2,
        "there is no channel 'scren' (there are: screen) (did you mean 'screen'?)",
    )


def test_a_server_that_refuses_fails_the_test_and_the_others_still_go(write, call, httpserver):
    httpserver.expect_request("/no").respond_with_data("no", status=403)
    httpserver.expect_request("/yes").respond_with_data("ok")
    base = f"json://127.0.0.1:{httpserver.port}"
    write(f'[channels.no]\nurl = "{base}/no"\n[channels.yes]\nurl = "{base}/yes"\n')
    result = call("test")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "no：no：失败：the server answered 403",
        "yes：yes：已受理",
    ]


@pytest.mark.parametrize("option", [(), ("--json",)], ids=["text", "json"])
def test_a_server_that_is_not_there_fails_the_test_without_a_secret(
    option, write, call, dead_port, monkeypatch, tmp_path
):
    monkeypatch.setenv("MY_PASSWORD", SECRET)
    (tmp_path / "secret").write_text(SECRET)
    (tmp_path / "secret").chmod(0o600)
    mail = f'schema = "mailto"\nhost = "127.0.0.1"\nport = {dead_port}\nuser = "me@example.com"\n'
    write(
        f'[channels.hook]\nurl = "json://me:{SECRET}@127.0.0.1:{dead_port}/{SECRET}"\n'
        f'[channels.file]\n{mail}password = {{ file = "secret" }}\nto = ["a@example.com"]\n'
        f'[channels.env]\n{mail}password = {{ env = "MY_PASSWORD" }}\nto = ["a@example.com"]\n'
        f'[channels.inline]\n{mail}password = "{SECRET}"\nto = ["a@example.com"]\n'
    )
    result = call("test", *option)
    assert result.exit_code == 1
    assert SECRET not in result.output
    if option:
        told = json.loads(result.stdout)
        assert [row["ok"] for row in told] == [False] * 4
        assert all(row["error"] for row in told)
    else:
        assert result.stdout.count("：失败：") == 4


def test_a_pass_that_cannot_send_shows_no_secret_either(write, call, dead_port):
    write(
        f'[channels.hook]\nurl = "json://me:{SECRET}@127.0.0.1:{dead_port}/{SECRET}"\n'
        '[[loans]]\nid = "a"\ndue = 2026-12-05\namount = 5\n'
    )
    result = call("run", "--once")
    assert result.exit_code == 0
    assert "sent 0; " in result.stderr
    assert "1 retrying" in result.stderr
    assert SECRET not in result.output
    assert SECRET not in call("history").output
    assert SECRET not in call("history", "--json").output


def test_before_anything_was_sent_the_history_is_empty(config, said, told):
    assert said("history") == "Nothing has been sent yet.\n"
    assert said("history", "card") == "Nothing has been sent yet.\n"
    assert told("history") == []


def test_the_history_says_what_went_when_and_where(config, call, said):
    call("run", "--once")
    lines = said("history").splitlines()
    assert lines[0] == "When\tWhere\tState\tMessage\tError"
    title = "Credit card: 4 days overdue, CN¥1,236.47 owed today"
    assert f"2026-12-09 12:00\tscreen: screen\tsent\t{title}\t–" in lines
    assert len(lines) == 3


def test_the_history_in_json_holds_the_message_word_for_word(config, call, told):
    sent = call("run", "--once").stdout
    [row] = told("history", "card")
    assert list(row) == [
        "id",
        "loan",
        "due",
        "milestone",
        "reason",
        "scheduled_for",
        "channel",
        "address",
        "state",
        "attempts",
        "finished_at",
        "error",
        "message_id",
        "title",
        "text",
    ]
    assert (row["loan"], row["due"], row["milestone"]) == ("card", "2026-12-05", "due+4")
    assert (row["state"], row["attempts"], row["error"]) == ("sent", 1, None)
    assert row["finished_at"] == "2026-12-09T04:00:00+00:00"
    assert row["title"] in sent
    assert row["text"].strip() in sent


def test_a_full_history_prints_the_message(config, call, said):
    call("run", "--once")
    assert "    Owed today: CN¥1,236.47" in said("history", "card", "--full").splitlines()
    assert "Owed today:" not in said("history", "card")


def test_the_history_can_be_limited_to_the_newest(config, call, told, clock):
    call("run", "--once")
    clock.shown = clock.shown.replace(day=12)
    call("run", "--once")
    [newest] = told("history", "--limit", "1")
    assert newest["finished_at"].startswith("2026-12-12")


def test_the_history_of_a_loan_that_never_was_names_those_there_are(config, refused):
    assert refused("history", "crad") == (
        2,
        "there is no loan 'crad' (there are: card (Credit card), weilidai) (did you mean 'card'?)",
    )


def test_the_history_of_a_loan_that_was_removed_is_kept(config, call, write, said):
    call("run", "--once")
    write('locale = "en"\n')
    assert "Credit card: 4 days overdue" in said("history", "card")


def test_a_digest_is_one_line_of_the_history_with_its_loans(config, call, said, told):
    config.write_text(config.read_text().replace("digest = false", "digest = true"))
    call("run", "--once")
    _, *lines = said("history", "--limit", "1").splitlines()
    assert len(lines) == 1
    assert lines[0].split("\t")[3].split(" (")[-1] in {"card, weilidai)", "weilidai, card)"}
    assert len(told("history")) == 2
