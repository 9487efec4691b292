"""The table of what becomes of a message: made from the code, and right where it matters."""

import pytest

from .pages import ROOT


@pytest.fixture(scope="module")
def rows(outcomes):
    """Return the outcome by service and what comes back."""
    lines = [line.strip("| ").split(" | ") for line in outcomes.table().splitlines()[2:]]
    found = {(service, what): word for service, what, word in lines}
    assert len(found) == len(lines)
    return found


def test_the_page_has_the_table_that_generate_writes(outcomes):
    page = (ROOT / "docs/channels.md").read_text("utf-8")
    assert outcomes.with_table(page) == page, "run python docs/generate.py"


def test_a_page_without_a_place_for_it_is_refused(outcomes):
    with pytest.raises(ValueError, match="the page lacks"):
        outcomes.with_table("# Channels\n")


@pytest.mark.parametrize(
    ("service", "what", "word"),
    [
        ("any over HTTP", "status 200–299", "sent"),
        ("any over HTTP", "status 410", "final"),
        ("any over HTTP", "a SOCKS proxy without PySocks", "later"),
        ("any over HTTP", "status 200 with a web page, except from hooks of one's own", "unknown"),
        ("tgram", "status 200 without `ok`", "unknown"),
        ("dingtalk", "`errcode` is `310000`", "later, for a day"),
        ("mail", "5xx to MAIL, RCPT, DATA, the mail itself", "later, for a day"),
        ("mail", "5xx with 5.1.1 to MAIL, RCPT, DATA, the mail itself", "final"),
        ("mail", "no reply to the mail itself within 10 minutes", "unknown"),
        ("irc", "`ERROR`", "later"),
        ("any other beyond HTTP (amqp, xmpp, rsyslog …)", "handed over", "unknown"),
    ],
)
def test_it_says_what_is_promised(rows, service, what, word):
    assert rows[service, what] == word


def test_no_status_but_that_of_a_place_that_is_gone_is_final(rows):
    final = [
        what for (service, what), word in rows.items() if service[:3] == "any" and word == "final"
    ]
    assert final == ["status 410"]
