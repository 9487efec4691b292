"""A channel whose secret is gone: it costs that channel alone, and is told over the others."""

import json

import pytest
from click.testing import CliRunner

import reminderd.clock
from reminderd.app import App
from reminderd.cli.main import cli
from reminderd.config.load import load_file
from reminderd.errors import ConfigError
from reminderd.service.worker import read_config, run_pass

LOAN = """
[[loans]]
id = "card"
name = "Credit card"
due = 2026-11-01
amount = "1234.00"
"""
TITLE = "A secret cannot be read: channels.phone.url"


class World:
    """A configuration in a file, its secret beside it, and what arrives at two channels."""

    def __init__(self, life, folder, monkeypatch):
        self.life, self.folder, self.monkeypatch = life, folder, monkeypatch
        self.file, self.secret = folder / "config.toml", folder / "phone-url"
        self.write_secret()

    def configure(self, reference, channels=("phone", "screen")):
        """Name the secret of ``phone`` by *reference*."""
        urls = {"phone": reference, "screen": f'"{self.url("screen")}"'}
        tables = [f"[channels.{name}]\nurl = {urls[name]}" for name in channels]
        head = 'timezone = "Asia/Shanghai"\nlocale = "en"'
        self.file.write_text("\n".join([head, *tables]) + LOAN)

    def url(self, name):
        return f"json://127.0.0.1:{self.life.server.port}/{name}"

    def write_secret(self):
        self.secret.write_text(self.url("phone"))
        self.secret.chmod(0o600)
        self.monkeypatch.setenv("PHONE_URL", self.url("phone"))
        self.monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(self.folder))

    def run(self):
        """Do a pass as the daemon does; return (channel, title) of what arrived."""
        config, self.verdict = read_config(self.file, self.life.folder)
        self.life.app = App(config, self.life.database, self.life.clock)
        before = len(self.life.got)
        run_pass(self.life.app, self.life.folder)
        return sorted((got.channel, got.title) for got in self.life.got[before:])


@pytest.fixture
def world(life, tmp_path, monkeypatch):
    return World(life, tmp_path, monkeypatch)


def remove(world):
    world.secret.unlink()


def open_to_all(world):
    world.secret.chmod(0o644)


def empty(world):
    world.secret.write_text("")


def garble(world):
    world.secret.write_text("not a URL")


def unset(world):
    world.monkeypatch.delenv("PHONE_URL")


def no_systemd(world):
    world.monkeypatch.delenv("CREDENTIALS_DIRECTORY")


LOSSES = [
    ('{ file = "phone-url" }', remove),
    ('{ file = "phone-url" }', open_to_all),
    ('{ file = "phone-url" }', empty),
    ('{ file = "phone-url" }', garble),
    ('{ env = "PHONE_URL" }', unset),
    ('{ credential = "phone-url" }', no_systemd),
    ('{ credential = "phone-url" }', remove),
]


@pytest.mark.parametrize(("reference", "lose"), LOSSES)
def test_it_costs_that_channel_alone_and_is_told_once_over_the_other(world, reference, lose):
    world.configure(reference)
    lose(world)
    arrived = world.run()
    assert {channel for channel, _ in arrived} == {"screen"}
    assert [title for _, title in arrived].count(TITLE) == 1
    assert len(arrived) == 2
    assert world.verdict is None
    world.life.skip_to("2026-11-01 18:00")
    assert world.run() == []
    world.write_secret()
    world.life.skip_to("2026-11-02 06:00")
    [(channel, title)] = world.run()
    assert channel == "phone"
    assert title.startswith("Credit card: ")


def test_where_no_channel_is_left_there_is_nothing_to_go_on_with(world):
    world.configure('{ file = "phone-url" }', channels=["phone"])
    assert len(world.run()) == 1
    remove(world)
    with pytest.raises(ConfigError, match="url cannot be read"):
        world.run()
    world.write_secret()
    world.life.skip_to("2026-11-05 12:00")
    assert "phone" in {channel for channel, _ in world.run()}


def test_a_heartbeat_whose_address_is_gone_stops_nothing(world):
    world.configure(f'"{world.url("phone")}"')
    text = world.file.read_text() + '[daemon]\nheartbeat_url = { file = "nowhere" }\n'
    world.file.write_text(text)
    titles = {title for _, title in world.run()}
    assert "A secret cannot be read: daemon.heartbeat_url" in titles
    assert len(titles) == 2


COMMANDS = [
    *(
        ("pay", "card", "500"),
        ("snooze", "card", "--until", "2026-11-03"),
        ("status",),
        ("outbox",),
        ("history",),
    ),
    *(("check",), ("preview",), ("quote", "card"), ("undo",), ("explain", "card"), ("plan", "500")),
    *(("letter", "card", "--kind", "extension"), ("outbox", "retry", "--all"), ("doctor",)),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_commands_that_send_nothing_do_without_the_credentials_of_the_service(
    world, monkeypatch, command
):
    world.configure('{ credential = "phone-url" }')
    world.run()
    world.life.database.close()
    no_systemd(world)
    remove(world)
    monkeypatch.setattr(reminderd.clock.Clock, "now", lambda _: world.life.now)
    monkeypatch.setenv("STATE_DIRECTORY", str(world.life.folder))
    arguments = ["--config", str(world.file), *command]
    result = CliRunner().invoke(cli, arguments, prog_name="reminderd")
    assert result.exit_code == (1 if command == ("doctor",) else 0), result.output  # no daemon
    assert "Traceback" not in result.output
    assert ("needs systemd" in result.output) == (command in {("check",), ("doctor",)})


def test_programs_are_told_by_check_which_secret_it_could_not_look_at(world, monkeypatch):
    world.configure('{ credential = "phone-url" }')
    no_systemd(world)
    arguments = ["--config", str(world.file), "check", "--json"]
    told = json.loads(CliRunner().invoke(cli, arguments).stdout)
    assert told["ok"]
    assert "needs systemd" in told["doubts"][0]["message"]


def test_check_calls_a_secret_that_is_missing_a_mistake(world):
    world.configure('{ file = "phone-url" }')
    remove(world)
    with pytest.raises(ConfigError, match="cannot be read"):
        load_file(world.file)
