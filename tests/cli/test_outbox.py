"""``outbox``: what waits and why, what failed, which addresses are dead, and trying again."""

import pytest
from werkzeug import Response

BOTH = """
locale = "en"
timezone = "Asia/Shanghai"
[channels.hook]
url = "json://127.0.0.1:{port}/in"
digest = {digest}
[[loans]]
id = "card"
name = "Credit card"
due = 2026-12-05
paid_until = 2026-12-04
amount = "1234.00"
[[loans]]
id = "rent"
due = 2026-12-05
paid_until = 2026-12-04
amount = "800.00"
"""


@pytest.fixture
def hook(httpserver, write, call):
    """Return a function that has the receiver answer a status, and makes a pass."""

    def run(status, *, digest=False):
        httpserver.clear()
        httpserver.expect_request("/in").respond_with_data("", status=status)
        write(BOTH.format(port=httpserver.port, digest=str(digest).lower()))
        assert call("run", "--once").exit_code == 0
        return httpserver.log

    return run


def states(told):
    return {row["id"]: row["state"] for row in told("history")}


def test_an_empty_outbox_says_so(config, said, told):
    assert said("outbox") == "Nothing waits to be delivered, and nothing failed lately.\n"
    assert told("outbox") == {"waiting": [], "failed": [], "dead": []}


def test_what_waits_says_why_and_when_it_is_tried_again(hook, said, told):
    hook(503)
    head, first, *_ = said("outbox").splitlines()
    assert head == "ID\tWhere\tAbout\tState\tTries\tNext attempt\tError"
    *known, error = first.split("\t")
    assert known[:3] == ["1", "hook: hook", "card due+4 2026-12-05"]
    assert known[3:] == ["to be tried again", "1", "2026-12-09 12:00"]
    assert "503" in error
    [card, _] = told("outbox")["waiting"]
    assert (card["loan"], card["state"], card["attempts"]) == ("card", "retrying", 1)


def test_what_failed_is_listed_and_its_address_is_dead(hook, said, told):
    hook(410)
    text = said("outbox").splitlines()
    assert "failed 2026-12-09 12:00" in text[1].split("\t")
    assert text[-1].startswith("hook: hook has taken nothing since 2026-12-09: ")
    assert "`reminderd test hook`, then `reminderd outbox retry --all`" in text[-1]
    known = told("outbox")
    assert [row["loan"] for row in known["failed"]] == ["card", "rent"]
    assert [(dead["channel"], dead["since"]) for dead in known["dead"]] == [
        ("hook", "2026-12-09T04:00:00+00:00")
    ]


def test_a_dead_address_shows_in_status_and_check(hook, said, told):
    hook(410)
    for command in ("status", "check"):
        assert "hook: hook has taken nothing since 2026-12-09" in said(command)
    assert [len(row["dead"]) for row in told("status")] == [1, 1]
    assert told("check")["dead"] == told("outbox")["dead"]


def test_an_address_that_took_something_since_is_not_dead(hook, told, call, clock):
    hook(410)
    clock.shown = clock.shown.replace(day=12)
    hook(200)
    assert told("outbox")["dead"] == []
    assert told("status")[0]["dead"] == []


def test_an_address_that_is_not_configured_any_more_is_not_named(hook, write, told, config):
    hook(410)
    write('[channels.screen]\nurl = "console://"\n')
    assert told("outbox")["dead"] == []


def test_what_failed_long_ago_is_not_listed_but_its_address_is_still_dead(hook, told, clock):
    hook(410)
    clock.shown = clock.shown.replace(day=17)
    known = told("outbox")
    assert (known["failed"], len(known["dead"])) == ([], 1)


def test_what_failed_is_tried_again_under_the_same_message_id(hook, said, told, call):
    hook(410)
    before = told("outbox")["failed"][0]["message_id"]
    assert said("outbox", "retry", "1") == "1  hook: hook is due now\n"
    assert len(hook(200)) == 1
    assert states(told) == {1: "sent", 2: "failed"}
    assert told("history")[-1]["message_id"] == before


def test_what_went_as_one_message_is_tried_again_as_one(hook, told):
    hook(410, digest=True)
    assert [row["id"] for row in told("outbox", "retry", "2")] == [1, 2]
    assert len(hook(200, digest=True)) == 1
    assert states(told) == {1: "sent", 2: "sent"}


def test_what_is_paid_meanwhile_is_not_sent(hook, call, told):
    hook(410)
    call("outbox", "retry", "1")
    call("pay", "card", "1234.00")
    assert all("overdue" not in request.get_json()["title"] for request, _ in hook(200))
    assert states(told)[1] == "cancelled"


def test_all_at_once_means_the_newest_of_each_loan(hook, told, clock):
    hook(410)
    clock.shown = clock.shown.replace(day=12)
    hook(410)
    assert [row["id"] for row in told("outbox", "retry", "--all")] == [3, 4]
    assert len(hook(200)) == 2


def test_of_two_targets_in_a_url_the_one_that_fails_alone_is_tried_again(
    write, call, told, httpserver
):
    def answer(request):
        return Response("{}", status=503 if request.get_json()["topic"] == "mum" else 200)

    httpserver.expect_request("/").respond_with_handler(answer)
    text = BOTH.format(port=httpserver.port, digest="true")
    write(text.replace("json://", "ntfy://").replace("/in", "/me/mum/me"))
    call("run", "--once")
    for _ in range(2):
        call("outbox", "retry", "--all")
        call("run", "--once")
    topics = [request.get_json()["topic"] for request, _ in httpserver.log]
    assert topics.count("me") == 1
    assert topics.count("mum") == 3
    assert {row["address"] for row in told("outbox")["waiting"]} == {"hook 2"}


def test_what_a_newer_message_has_said_meanwhile_is_not_tried_again(hook, told, clock):
    hook(410)
    clock.shown = clock.shown.replace(day=12)
    hook(200)
    assert told("outbox", "retry", "--all") == []


def test_a_part_of_what_went_as_one_is_another_message(hook, call, told, clock):
    """Whoever got the whole after all would take it for a second copy of that."""
    hook(410, digest=True)
    [before] = {row["message_id"] for row in told("outbox")["failed"]}
    clock.shown = clock.shown.replace(day=11)
    call("pay", "rent", "800.00")
    clock.shown = clock.shown.replace(day=12)
    hook(410, digest=True)
    told("outbox", "retry", "--all")
    rows = told("outbox")["waiting"]
    assert before not in {row["message_id"] for row in rows}


def test_nothing_to_try_again_says_so(config, call):
    result = call("outbox", "retry", "--all")
    assert (result.exit_code, result.stdout) == (0, "Nothing waits, and nothing failed lately.\n")


def test_what_was_sent_is_not_sent_again(hook, call):
    hook(200)
    result = call("outbox", "retry", "1")
    assert (result.exit_code, result.stderr) == (
        2,
        "no delivery 1 waits or has failed (`reminderd outbox` lists them)\n",
    )


def test_an_address_that_is_gone_is_not_tried_again(hook, write, call, httpserver):
    hook(410)
    text = BOTH.format(port=httpserver.port, digest="false")
    write(text.replace("channels.hook", "channels.other"))
    result = call("outbox", "retry", "1")
    assert result.exit_code == 2
    assert "delivery 1 is for hook: hook, which is no longer configured" in result.stderr
    assert call("outbox", "retry", "--all", "--json").stdout == "[]\n"


@pytest.mark.parametrize("arguments", [(), ("1", "--all")])
def test_one_or_all_has_to_be_said(config, refused, arguments):
    code, sentence = refused("outbox", "retry", *arguments)
    assert code == 2
    assert sentence == "say which: an ID that `reminderd outbox` lists, or --all"
