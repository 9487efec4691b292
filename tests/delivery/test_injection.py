"""Hostile words in a loan: through the whole program, into every kind of channel."""

import json
from datetime import UTC, datetime
from email.policy import SMTP
from html.parser import HTMLParser
from pathlib import Path

import pytest
from werkzeug import Response

from reminderd.app import App
from reminderd.config.load import load_text
from reminderd.loans.position import value
from reminderd.messages.letters import Kind, page, write
from reminderd.messages.sheet import Sheet
from reminderd.messages.words import words

NOW = datetime(2026, 12, 9, 4, tzinfo=UTC)  # four days late
HOSTILE = {
    "line feed": "Card\nX-Evil: yes",
    "header": "Card\r\nBcc: evil@example.com\r\n\r\n<b>body</b>",
    "end of mail": "Card\r\n.\r\nMAIL FROM:<evil@example.com>",
    "odd line ends": "Card\u2028X-Evil: yes\u2029\x85\x0b\x0c\x1cend",
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>\"'><style>*{}</style>&lt;",
    "template": "{{ 7 * 7 }}{% for x in range(9) %}{{ x }}{% endfor %}{# gone #}${7*7}",
    "format": "%s %(name)s {0} {name} {name!r}",
    "encoded word": "=?utf-8?q?evil=0D=0ABcc:_x?= =?utf-8?b?ZXZpbA==?=",
    "right to left": "\u202eCard\u2066\u200f\u202b",
    "terminal": "\x1b[2J\x1b]0;evil\x07\x1b[31mCard\x9b31m",
    "nothing": "Ca\x00rd\x00",
    "markdown": "[click](javascript:alert(1)) ![x](http://evil.example/x.png) `c` **b** # h | t |",
    "mention": "@everyone <!channel> <@U123> :smile:",
    "surrogates' neighbours": "😀\U0010ffff\ufffd\ufeffCard",
    "long": "x" * 10_000,
    "long in Chinese": "名" * 10_000,
    "long in words": "Card " * 2_000,
}
TABLES = """\
timezone = "Asia/Shanghai"
locale = "{locale}"
[channels.email]
schema = "mailto"
host = "{host}"
port = {port}
user = {user}
password = {password}
mode = "starttls"
to = ["me@example.com"]
[channels.hook]
url = "json://{hook}/hook"
[channels.markdown]
url = "json://{hook}/hook"
format = "markdown"
[channels.screen]
url = "console://"
[borrower]
name = {word}
hardship = {word}
[[loans]]
id = "card"
name = {word}
contact = {word}
app_path = {word}
hardship = {word}
auto_debit = {{ account = {word}, times = ["09:00"] }}
due = 2026-12-05
amount = "1234.00"
penalty.daily_rate = "0.05%"
"""
SECOND = '[[loans]]\nid = "two"\nname = {word}\ndue = 2026-12-05\namount = "99.00"\n'

CONTROLS = {chr(n) for n in (*range(32), *range(127, 160))} - {"\n", "\t", "\r"}
TURNS = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")

hostile = pytest.mark.parametrize("word", HOSTILE.values(), ids=HOSTILE.keys())


def toml(text):
    """Return a text as TOML writes it."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


class Tags(HTMLParser):
    """Collects what a browser would make of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs


def harmless_page(text):
    """Assert that a page runs nothing and loads nothing; its own pictures come with it."""
    seen = Tags(text)
    assert not {"script", "iframe", "object", "form"} & set(seen.tags)
    for name, content in seen.attributes:
        assert not name.startswith("on")
        if name in ("href", "src"):
            assert content.startswith(("cid:", "data:image/", "tel:"))


@pytest.fixture
def sent(database, clock, mail_server, httpserver, capsys):
    """Return a function that has a hostile loan told over every channel."""
    posted = []

    def receive(request):
        posted.append(json.loads(request.get_data()))
        return Response("")

    httpserver.expect_request("/hook").respond_with_handler(receive)
    clock.at = NOW

    def run(word, locale="en", loans=1):
        text = (TABLES + SECOND * (loans - 1)).format(
            locale=locale,
            host=mail_server.host,
            port=mail_server.port,
            user=json.dumps(mail_server.user),
            password=json.dumps(mail_server.password),
            hook=f"127.0.0.1:{httpserver.port}",
            word=toml(word),
        )
        app = App(load_text(text, Path("config.toml")), database, clock)
        app.sync()
        app.plan_due(NOW)
        done = app.deliver(alone=True)
        assert {row["state"] for row in app.sent(None, 100)} == {"sent"}, app.sent(None, 100)
        assert done.sent
        return mail_server.accepted, posted, capsys.readouterr().out

    return run


@hostile
@pytest.mark.parametrize("loans", [1, 2])
def test_hostile_words_reach_every_channel_and_change_nothing_but_the_words(word, loans, sent):
    mails, posted, printed = sent(word, loans=loans)
    [mail] = mails
    assert mail.recipients == ("me@example.com",)
    harmless_mail(mail.message)
    assert len(posted) >= 2
    for post in posted:
        assert "\n" not in post["title"]
    for text in (printed, *(post["title"] + post["message"] for post in posted)):
        assert not CONTROLS & set(text)
        assert not TURNS & set(text)


def harmless_mail(message):
    assert set(message.keys()) <= {
        *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"),
        *("MIME-Version", "Content-Type", "X-Peer", "X-MailFrom", "X-RcptTo"),
    }
    assert len(message.get_all("Subject")) == 1
    assert not (CONTROLS | TURNS | {"\n", "\r"}) & set(message["Subject"])
    assert max(map(len, message.as_bytes(policy=SMTP).splitlines())) <= 998
    for part in message.walk():
        if part.get_content_type() == "text/html":
            harmless_page(part.get_content())
        if part.get_content_type() == "text/plain":
            assert not (CONTROLS | TURNS) & set(part.get_content())


def test_a_template_in_a_name_is_shown_and_not_run(sent):
    mails, posted, printed = sent("{{ 7 * 7 }}{% x %}")
    assert "{{ 7 * 7 }}{% x %}" in printed
    assert "{{ 7 * 7 }}{% x %}" in mails[0].part("html")
    assert "{{ 7 * 7 }}{% x %}" in posted[0]["title"] + posted[0]["message"]


@hostile
@pytest.mark.parametrize("kind", [Kind.EXTENSION, Kind.SETTLEMENT, Kind.CALL_SCRIPT])
@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_letters_hold_hostile_words_without_harm(word, kind, locale, sent, database, clock):
    text = TABLES.format(
        **dict.fromkeys(("host", "hook"), "localhost"),
        locale=locale,
        port=1,
        user='"u"',
        password='"p"',
        digest="true",
        word=toml(word),
    )
    config = load_text(text, Path("config.toml"))
    loan = config.loans[0]
    sheet = Sheet(loan, value(loan, NOW.date()), words(locale), config.desk)
    letter = write(kind, sheet, None)
    harmless_page(page(letter, sheet))
    assert not (CONTROLS | TURNS) & set(letter)
