"""The sign of life, asked of a real server after real passes."""

import io
import socket
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from clocks import SetClock
from werkzeug import Response

from reminderd.config.load import load_file
from reminderd.errors import ConfigError, StoreError
from reminderd.service import heartbeat
from reminderd.service.worker import Reporter, work
from reminderd.state import DATABASE, state_folder

SECRET = "an-id-nobody-can-guess"
ON_THE_DAY = datetime(2026, 3, 10, 1, 1, tzinfo=UTC)  # on which the loan is due
CONFIG = """\
timezone = "Asia/Shanghai"
locale = "en"

[daemon]
heartbeat_url = "{url}"

[channels.screen]
url = "{channel}"

[[loans]]
id = "card"
due = 2026-03-10
amount = "1234.00"
"""


class Pass:
    """One worker's work, and what it asked the server for."""

    def __init__(self, config, server, folder, pipe):
        self.config, self.server, self.folder, self.pipe = config, server, folder, pipe

    def __call__(self, channel="console://", url=None, reporter=None):
        self.config.write_text(
            CONFIG.format(url=url or self.server.url_for(f"/{SECRET}"), channel=channel)
        )
        with suppress(StoreError):
            work(self.config, reporter or Reporter(self.pipe), SetClock(ON_THE_DAY))
        return [request.path for request, _ in self.server.log]


@pytest.fixture
def do(tmp_path, httpserver, migrated):
    httpserver.expect_request(f"/{SECRET}").respond_with_data("OK")
    httpserver.expect_request(f"/{SECRET}/fail").respond_with_data("OK")
    folder = state_folder()
    folder.mkdir(parents=True, mode=0o700)
    (folder / migrated.name).write_bytes(migrated.read_bytes())
    with Path("/dev/null").open("wb") as null:
        yield Pass(tmp_path / "config.toml", httpserver, folder, null.fileno())


def test_a_good_pass_sends_one(do):
    assert do() == [f"/{SECRET}"]


def test_when_every_channel_fails_it_says_so(do):
    assert do(channel="json://127.0.0.1:1/") == [f"/{SECRET}/fail"]  # nobody listens there


def test_when_the_store_fails_it_says_so(do):
    (do.folder / DATABASE).write_bytes(b"this is no database" * 100)
    assert do() == [f"/{SECRET}/fail"]


def test_a_pass_that_was_told_to_stop_says_nothing(do):
    reporter = Reporter(do.pipe)
    reporter.stop.set()
    assert do(reporter=reporter) == []


def test_a_server_that_cannot_be_reached_is_logged_without_the_address(do, caplog):
    do(url=f"http://127.0.0.1:1/{SECRET}")
    assert "the heartbeat could not be sent" in caplog.text
    assert SECRET not in caplog.text


def test_a_server_that_never_answers_is_left_behind_once_reminders_are_out(
    do, caplog, capsys, monkeypatch
):
    monkeypatch.setattr(heartbeat, "DEADLINE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        do(url=f"http://127.0.0.1:{silent.getsockname()[1]}/{SECRET}")
        assert "card" in capsys.readouterr().out
    assert "the heartbeat" in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    ("login", "known"),
    [("me:pw@", ("me", "pw")), ("me:p%40s%3As@", ("me", "p@s:s")), ("me@", ("me", ""))],
)
def test_a_login_in_the_address_goes_as_one_and_not_as_a_name(do, login, known):
    url = do.server.url_for(f"/{SECRET}").replace("://", f"://{login}")
    assert do(url=url) == [f"/{SECRET}"]
    [(request, _)] = do.server.log
    assert (request.authorization.username, request.authorization.password) == known
    assert "@" not in request.host


@pytest.fixture
def lead(do):
    """Return a function that has the server lead elsewhere, and makes a pass."""

    def run(location):
        do.server.clear()
        moved = Response(status=302, headers={"Location": location})
        do.server.expect_request(f"/{SECRET}").respond_with_response(moved)
        do.server.expect_request("/there").respond_with_data("OK")
        return do()

    return run


def test_it_is_led_on_within_its_host(lead):
    assert lead("/there") == [f"/{SECRET}", "/there"]


@pytest.mark.parametrize("host", ["127.0.0.1:{}", "localhost:1"])
def test_it_follows_nobody_to_another_host(lead, do, host, caplog):
    assert lead(f"http://{host.format(do.server.port)}/there") == [f"/{SECRET}"]
    said = [record.getMessage() for record in caplog.records if record.name == heartbeat.__name__]
    assert said == ["the heartbeat could not be sent (FOUND)"]


@pytest.mark.parametrize(
    ("before", "after", "followed"),
    [
        ("https://a.example/x", "https://a.example/y", True),
        ("https://a.example/x", "http://a.example/y", False),
        ("http://a.example/x", "https://a.example/y", False),
        ("https://a.example/x", "https://a.example:8443/y", False),
        ("https://a.example/x", "https://b.example/y", False),
        ("https://a.example/x", "file:///etc/passwd", False),
    ],
)
def test_another_host_or_encryption_is_elsewhere(before, after, followed):
    asked = heartbeat.request(before)
    found = heartbeat._AtHome().redirect_request(asked, io.BytesIO(), 302, "", {}, after)
    assert (found is not None) == followed


@pytest.mark.parametrize(
    ("url", "failing"),
    [
        ("https://hc-ping.com/id", "https://hc-ping.com/id/fail"),
        ("https://hc-ping.com/id/", "https://hc-ping.com/id/fail"),
        ("https://example.com/ping?key=a%2Fb", "https://example.com/ping/fail?key=a%2Fb"),
    ],
)
def test_the_address_for_failures_keeps_the_rest_of_it(url, failing):
    assert heartbeat.failing(url) == failing


@pytest.mark.parametrize("url", ["hc-ping.com/id", "ftp://hc-ping.com/id", "https://a b"])
def test_what_is_no_web_address_is_refused(tmp_path, url):
    file = tmp_path / "config.toml"
    file.write_text(CONFIG.format(url=url, channel="console://"))
    with pytest.raises(ConfigError, match=r"config.toml:5:17: daemon.heartbeat_url: is not a"):
        load_file(file)
