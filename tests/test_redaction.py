"""Secrets are hidden wherever they stand: canaries in every place that shows something."""

import base64
import html
import io
import json
import logging
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from reminderd import redaction
from reminderd.config.load import load_text
from reminderd.config.secrets import secrets_in
from reminderd.errors import (
    ConfigError,
    DeliveryError,
    Problem,
    Refused,
    ReminderdError,
    StoreError,
    TermsError,
    Undecided,
    Unreachable,
    UsageError,
)
from reminderd.redaction import Redactor, excerpt, learn, redact
from reminderd.service.log import set_up_logging

CANARY = "c4n@ry/päss:wörd&1"  # every sign of it means something somewhere


def hiding(*secrets):
    redactor = Redactor()
    redactor.learn(secrets)
    return redactor.redact


SPELLINGS = [
    CANARY,
    quote(CANARY, safe=""),
    quote(CANARY),
    quote_plus(CANARY),
    quote(CANARY, safe="").lower(),
    CANARY.upper(),
    json.dumps(CANARY)[1:-1],
]


class TestHiding:
    @pytest.mark.parametrize("spelling", SPELLINGS)
    @pytest.mark.parametrize("learnt", [CANARY, quote(CANARY, safe="")])
    def test_a_secret_is_hidden_however_it_is_written(self, spelling, learnt):
        assert hiding(learnt)(f"GET /{spelling}x failed") == "GET /***x failed"

    def test_the_longer_of_two_secrets_is_hidden_whole(self):
        assert hiding("token", "token-of-two")("token-of-two") == "***"

    def test_a_backslash_or_quote_is_hidden_in_a_representation_too(self):
        secret = "pass\\word'\"s"
        assert secret not in hiding(secret)(repr(secret))
        assert "word" not in hiding(secret)(repr({"key": secret}))

    def test_a_short_secret_is_hidden_as_a_word_and_leaves_other_words_alone(self):
        hide = hiding("rem")
        assert hide("reminderd: login rem, rem:x") == "reminderd: login ***, ***:x"

    @pytest.mark.parametrize("harmless", ["", "a", "me", "%20", "587", "50000"])
    def test_what_cannot_be_told_from_ordinary_text_is_left_alone(self, harmless):
        text = "a message for me: 50000.00 on port 587 %20"
        assert hiding(harmless)(text) == text

    @pytest.mark.parametrize("ahead", ["", "u", "us", "user:"])
    @pytest.mark.parametrize("behind", ["", "x", "xy", ":z?~"])
    @pytest.mark.parametrize("coded", [base64.b64encode, base64.urlsafe_b64encode])
    def test_a_secret_in_base64_is_hidden_wherever_it_begins(self, ahead, behind, coded):
        text = coded(f"{ahead}{CANARY}{behind}".encode()).decode()
        shown = hiding(CANARY)(f"Basic {text} is wrong")
        assert "***" in shown
        left = shown.removeprefix("Basic ").removesuffix(" is wrong").split("***")
        for part in left:  # what is left says nothing but of what stands beside it
            assert len(part.rstrip("=")) * 6 <= 8 * max(len(ahead), len(behind)) + 6

    @pytest.mark.parametrize("sign", ["", ":", " ", "-"])
    def test_a_secret_in_hex_is_hidden(self, sign):
        for text in (CANARY.encode().hex(*sign), CANARY.encode().hex(*sign).upper()):
            assert hiding(CANARY)(f"got {text}.") == "got ***."

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\n  ", "\t", "\\n"])
    def test_a_secret_that_is_broken_over_lines_is_hidden(self, end):
        text = f"it was {end.join((CANARY[:5], CANARY[5:11], CANARY[11:]))}!"
        assert hiding(CANARY)(text) == "it was ***!"

    def test_a_secret_in_a_page_is_hidden(self):
        secret = "a<b>&'c'd"
        assert hiding(secret)(f"<p>{html.escape(secret)}</p>") == "<p>***</p>"

    def test_without_secrets_a_text_stays_as_it_is(self):
        assert Redactor().redact("hello") == "hello"


class TestExcerpts:
    def test_a_secret_is_hidden_before_the_words_are_cut(self):
        learn([CANARY])
        for ahead in range(200 - len(CANARY), 205):
            said = excerpt("x" * ahead + CANARY)
            assert not any(CANARY[:length] in said for length in range(3, len(CANARY)))
            assert len(said) <= 200

    def test_it_is_one_line_that_a_terminal_shows_as_it_is(self):
        assert excerpt("a\x1b[2Jb\r\nc\u202ed\x00") == "a[2Jb cd"


@pytest.mark.parametrize(
    ("target", "secrets"),
    [
        ("console://", set()),
        ("mailto://user:pass%40word@smtp.example.com:587", {"user", "pass%40word"}),
        ("mailtos://me%40example.com:key@example.com?to=a@b.example&mode=ssl", {"key"}),
        ("tgram://123456789:AAF-token/-100200", {"123456789:AAF-token", "AAF-token", "-100200"}),
        ("ntfys://my-topic", {"my-topic"}),
        ("ntfy://user:pass@ntfy.example.com/my-topic?priority=high", {"user", "pass", "my-topic"}),
        ("json://localhost/a.b.c?+X-Key=v%20w&verify=no", {"a.b.c", "v%20w"}),
        ("discord://hook/token?format=markdown&thread=t", {"hook", "token", "t"}),
        ("https://[::1]:8080/hidden#part", {"hidden", "part"}),
        (
            {"schema": "mailto", "host": "example.com", "user": "a@b.example", "password": "p"},
            {"p"},
        ),
        ({"schema": "tgram", "bot_token": "t", "to": "1"}, {"t"}),
        ({"schema": "mailto", "password": "Summer.2026"}, {"Summer.2026"}),
        (
            {"schema": "slack", "host": "token-as-host", "keys": ["k1", "k2"]},
            {"token-as-host", "k1", "k2"},
        ),
    ],
)
def test_what_may_be_a_secret_is_found_in_a_target(target, secrets):
    assert secrets <= set(secrets_in(target))
    shown = {
        "smtp.example.com",
        "example.com",
        "me%40example.com",
        "localhost",
        "ssl",
        "high",
        "no",
    }
    assert not shown & set(secrets_in(target))


ERRORS = [
    *(kind(f"it said {CANARY}") for kind in (ReminderdError, StoreError, UsageError)),
    *(kind(f"it said {CANARY}") for kind in (DeliveryError, Refused, Unreachable, Undecided)),
    TermsError("rate", f"it said {CANARY}"),
    ConfigError([Problem("config.toml", 1, 1, "channels", f"it said {CANARY}")]),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_no_error_says_a_secret(error):
    learn([CANARY])
    assert str(error).endswith("it said ***")


@pytest.fixture
def log(monkeypatch):
    """Return a function that returns what was logged, at any level, as the program logs it."""
    errors = io.StringIO()
    monkeypatch.setattr(sys, "stderr", errors)
    handlers, level = logging.root.handlers[:], logging.root.level
    learn([CANARY])
    set_up_logging(logging.DEBUG)
    yield errors.getvalue
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


@pytest.mark.parametrize("level", ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"])
def test_no_log_line_of_any_level_says_a_secret(level, log):
    logger = logging.getLogger("some.library")
    number = logging.getLevelNamesMapping()[level]
    logger.log(number, "in the words: %s" % CANARY)  # noqa: UP031  # as libraries do
    logger.log(number, "as an argument: %s, %r", CANARY, {"url": f"x://{quote(CANARY, safe='')}"})
    said = log()
    assert said.count("***") == 3
    assert CANARY not in said
    assert quote(CANARY, safe="") not in said


def test_no_traceback_in_the_log_says_a_secret(log):
    try:
        raise ValueError(f"cannot parse {CANARY}")
    except ValueError:
        logging.getLogger("some.library").exception("failed", stack_info=True)
    said = log()
    assert "ValueError: cannot parse ***" in said
    assert CANARY not in said


def test_a_line_that_cannot_be_logged_names_its_place_and_no_secret():
    code = (
        "import logging\n"
        "from reminderd.service.log import set_up_logging\n"
        "set_up_logging()\n"
        "logging.info('too few %s %s', 'canary')\n"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stderr == "a line of <string>:4 cannot be logged\n"


REFERENCES = """\
locale = "en"
timezone = "UTC"
[channels.a]
url = {{ env = "CANARY_URL" }}
[channels.b]
schema = "mailtos"
host = "mail.example.com"
user = "canary-user"
password = {{ file = "{file}" }}
to = ["me@example.com"]
[channels.c]
schema = "tgram"
bot_token = {{ credential = "bot" }}
to = ["123456"]
[channels.d]
url = "ntfys://canary-topic@ntfy.example.com/canary-path?token=canary-value"
"""


def test_everything_that_a_configuration_resolves_is_hidden(tmp_path, monkeypatch):
    for name in ("password", "bot"):
        (tmp_path / name).write_text(f"canary-{name}\n")
        (tmp_path / name).chmod(0o600)
    monkeypatch.setenv("CANARY_URL", "json://canary-login:canary-word@example.com/canary-url")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    load_text(REFERENCES.format(file=tmp_path / "password"), tmp_path / "config.toml")
    for name in "user password bot topic path value login word url".split():  # noqa: SIM905
        assert redact(f"it said canary-{name}.") == "it said ***.", name
    plain = "me@example.com over mail.example.com and ntfy.example.com"
    assert redact(plain) == plain


def test_a_configuration_with_a_mistake_hides_its_secrets_as_well():
    text = '[channels.a]\nurl = "ntfys://canary-topic"\n[[loans]]\nid = "canary-topic"\n'
    with pytest.raises(ConfigError) as caught:
        load_text(text, Path("config.toml"))
    assert "canary-topic" not in str(caught.value)


CONFIG = """\
timezone = "Asia/Shanghai"
locale = "en"
[channels.hook]
url = "json://canary-login:canary-word@127.0.0.1:1/canary-path?+X-Canary=canary-value"
[channels.mail]
schema = "mailto"
host = "127.0.0.1"
port = 1
user = "canary-user"
password = "canary-password"
from = "me@example.com"
to = ["me@example.com"]
[[loans]]
id = "card"
due = 2020-01-06
amount = "10.00"
"""
COMMANDS = [
    ("check",),
    ("check", "--json"),
    ("run", "--once"),
    ("test",),
    ("test", "--json"),
    ("status",),
    ("history", "--full"),
    ("history", "--json"),
    ("preview", "--full"),
    ("restore",),
    ("test", "canary-word"),
    ("quote", "canary-path"),
]


@pytest.fixture
def lived(tmp_path):
    """Return what every command printed on a configuration full of canaries, and its state."""
    config, state = tmp_path / "config.toml", tmp_path / "state"
    config.write_text(CONFIG)
    said = {}
    for command in COMMANDS:
        whole = [sys.executable, "-m", "reminderd", "--config", str(config), *command]
        done = subprocess.run(whole, check=False, capture_output=True, text=True)
        said[command] = done.stdout + done.stderr
    return said, state


def test_no_command_and_no_file_but_the_kept_configuration_holds_a_secret(lived):
    said, state = lived
    asked = {("test", "canary-word"), ("quote", "canary-path")}  # which repeat what was typed
    assert [command for command in said.keys() - asked if "canary" in said[command]] == []
    assert "cannot be reached" in said["test",]
    files = [path for path in state.rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"reminderd.sqlite3", "last-good.toml"}
    holding = {path.name for path in files if b"canary" in path.read_bytes().lower()}
    assert holding == {"last-good.toml"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    with sqlite3.connect(state / "reminderd.sqlite3") as file:
        errors = [row[0] for row in file.execute("SELECT error FROM deliveries")]
    file.close()
    assert len(errors) == 2
    assert all(errors)


def test_a_mistake_of_the_programs_own_shows_no_secret_even_when_it_is_asked_for(tmp_path):
    (tmp_path / "config.toml").write_text(CONFIG)
    code = (
        "from reminderd import app\n"
        "from reminderd.cli.main import main\n"
        "def entries(self):\n"
        "    raise RuntimeError('the words hold canary-password')\n"
        "app.App.entries = entries\n"
        "main()\n"
    )
    command = [sys.executable, "-c", code, "--config", str(tmp_path / "config.toml"), "status"]
    environment = {"REMINDERD_DEBUG": "1", "STATE_DIRECTORY": str(tmp_path / "state")}
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    assert done.returncode == 1
    assert "RuntimeError: the words hold ***" in done.stderr
    assert "canary-password" not in done.stderr


def test_the_memory_of_secrets_is_the_process_s_own():
    learn(["canary-one"])
    assert redaction.redact("canary-one") == "***"
