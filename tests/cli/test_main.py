"""What every command has in common: help, configuration, exit codes, errors."""

import inspect
import json

import click
import pytest
from click.testing import CliRunner

from reminderd import __version__, app
from reminderd.cli.main import cli

READ_ONLY = [
    ("check",),
    ("check", "--json"),
    ("status",),
    ("status", "--json"),
    ("status", "--as-of", "2027-01-01"),
    ("quote", "card"),
    ("quote", "card", "--json", "--explain"),
    ("reconcile", "card", "1236.47"),
    ("plan", "1000"),
    ("plan", "1000", "--json"),
    ("preview",),
    ("preview", "--full", "--json"),
    ("history",),
    ("history", "--json"),
    ("outbox",),
    ("outbox", "--json"),
    ("explain", "card"),
    ("explain", "card", "--json"),
    ("test",),
]
COMMANDS = [
    "run",
    "check",
    "status",
    "preview",
    "test",
    "history",
    "init",
    "quote",
    "reconcile",
    "plan",
    "presets",
    "pay",
    "undo",
    "bill",
    "failed",
    "balance",
    "extension",
    "waive",
    "settle",
    "letter",
    "snooze",
    "unsnooze",
    "ack",
    "explain",
    "outbox",
    "restore",
    "doctor",
    "completion",
]


def invoke(*arguments, **options):
    return CliRunner().invoke(cli, arguments, prog_name="reminderd", **options)


def test_these_are_all_the_commands():
    assert list(cli.commands) == COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_every_command_says_what_it_does(name, option):
    result = invoke(name, option)
    assert result.exit_code == 0
    sentence = inspect.getdoc(cli.commands[name].callback).splitlines()[0]
    assert sentence.endswith(".")
    assert sentence in " ".join(result.stdout.split())
    for_everybody = name in {"presets", "restore", "completion"}
    assert ("--config FILE" in result.stdout) is not for_everybody


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in {"run", "completion"}])
def test_every_command_that_prints_has_json(name):
    assert "--json" in invoke(name, "--help").stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_and_argument_is_explained(name):
    for parameter in cli.commands[name].params:
        if isinstance(parameter, click.Option) and parameter.name not in ("days", "limit"):
            assert parameter.help, f"{name} {parameter.name}"
        if isinstance(parameter, click.Argument) and parameter.name != "payment":
            assert parameter.human_readable_name in inspect.getdoc(cli.commands[name].callback)


def test_the_help_lists_every_command_and_the_exit_codes():
    text = invoke("--help").stdout
    listed = text[text.index("Commands:") :]
    assert all(f"\n  {name} " in listed for name in COMMANDS)
    assert "0 done, 1 failed, 2 wrong usage, 78 configuration" in text


def test_the_version_is_the_packages():
    assert invoke("--version").stdout == f"reminderd {__version__}\n"


def test_a_command_that_is_none_is_wrong_usage():
    result = invoke("chekc")
    assert result.exit_code == 2
    assert "No such command 'chekc'" in result.stderr


def test_an_option_that_is_none_is_wrong_usage(config, refused):
    code, sentence = refused("status", "--jsn")
    assert code == 2
    assert "Did you mean '--json'?" in sentence or "--json" in sentence


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("tomorrow", "'tomorrow' is not a date (write 2026-12-05)"),
        ("2026-13-45", "'2026-13-45' is not a date (write 2026-12-05)"),
        ("", "'' is not a date (write 2026-12-05)"),
        ("9999-12-31", "9999-12-31 is not in the years 1900 to 2200"),
        ("0001-01-01", "0001-01-01 is not in the years 1900 to 2200"),
    ],
)
@pytest.mark.parametrize(
    "command",
    [
        ("status", "--as-of"),
        ("quote", "card", "--as-of"),
        ("preview", "--from"),
        ("pay", "card", "5", "--date"),
    ],
    ids=" ".join,
)
def test_a_date_that_is_none_is_wrong_usage(command, day, sentence, config, refused):
    code, said = refused(*command, day)
    assert code == 2
    assert sentence in said


@pytest.mark.parametrize("days", ["0", "-1", "36501", "many"])
def test_a_number_of_days_out_of_bounds_is_wrong_usage(days, config, refused):
    code, sentence = refused("preview", "--days", days)
    assert code == 2
    assert "--days" in sentence


def test_the_configuration_may_be_given_before_the_command(config, clock):
    result = invoke("--config", str(config), "status", "--json")
    assert [row["loan"] for row in json.loads(result.stdout)] == ["card", "weilidai"]


def test_the_configuration_may_be_given_behind_the_command(config, clock):
    result = invoke("status", "--json", "--config", str(config))
    assert [row["loan"] for row in json.loads(result.stdout)] == ["card", "weilidai"]


def test_the_configuration_behind_the_command_wins(config, clock, tmp_path):
    result = invoke("--config", str(tmp_path / "no.toml"), "status", "--config", str(config))
    assert result.exit_code == 0


def test_the_configuration_comes_from_the_environment(config, clock, monkeypatch):
    monkeypatch.setenv("REMINDERD_CONFIG", str(config))
    assert invoke("status").exit_code == 0


def test_the_configuration_comes_from_the_home_folder(config, clock, tmp_path):
    place = tmp_path / ".config/reminderd/config.toml"
    place.parent.mkdir(parents=True)
    config.rename(place)
    assert invoke("status").exit_code == 0


@pytest.mark.parametrize("command", [*READ_ONLY, ("pay", "card", "5"), ("undo", "1")], ids=" ".join)
def test_without_a_configuration_the_remedy_is_named(command, call, tmp_path):
    result = call(*command)
    assert result.exit_code == 78
    sentence = f"{tmp_path}/config.toml:1:1: there is no such file"
    remedy = "`reminderd init` makes one; or give --config FILE"
    shown = json.loads(result.stdout)["problems"][0] if result.stdout.startswith("{") else {}
    said = result.output if not shown else f"{shown['file']}:1:1: {shown['message']}"
    assert sentence in said
    assert remedy in said


@pytest.mark.parametrize("command", [("status",), ("pay", "card", "5"), ("run", "--once")])
def test_a_broken_configuration_is_told_on_the_error_stream(command, write, refused, tmp_path):
    write('locale = "de"\ncurrency = "yuan"\n')
    code, sentences = refused(*command)
    assert code == 78
    assert [line.split(": ")[0] for line in sentences.splitlines()] == [
        f"{tmp_path}/config.toml:1:10",
        f"{tmp_path}/config.toml:2:12",
    ]


@pytest.mark.parametrize("command", READ_ONLY, ids=" ".join)
def test_commands_that_only_look_create_nothing(command, config, said, tmp_path):
    said(*command)
    assert [path.name for path in tmp_path.iterdir()] == ["config.toml"]


@pytest.mark.parametrize("command", READ_ONLY, ids=" ".join)
def test_commands_that_only_look_change_nothing(command, config, call, said, state):
    assert call("run", "--once").exit_code == 0
    before = (state / "reminderd.sqlite3").read_bytes()
    said(*command)
    assert (state / "reminderd.sqlite3").read_bytes() == before


@pytest.mark.parametrize("command", READ_ONLY[2:-1], ids=" ".join)
def test_a_store_that_cannot_be_read_is_told_in_a_sentence(command, config, refused, state):
    state.mkdir()
    (state / "reminderd.sqlite3").write_text("this is not a database, but long enough " * 50)
    code, sentence = refused(*command)
    assert code == 1
    assert "file is not a database" in sentence
    assert len(sentence.splitlines()) == 1


def test_a_state_folder_that_cannot_be_made_names_the_remedy(config, refused, state):
    state.write_text("in the way")
    code, sentence = refused("pay", "card", "5")
    assert code == 1
    assert "set STATE_DIRECTORY to a folder you can write to" in sentence


@pytest.fixture
def broken(monkeypatch):
    """Break the program itself."""

    def fail(*_):
        raise RuntimeError("the words of this error could hold hunter2canary")

    monkeypatch.setattr(app.App, "entries", fail)


@pytest.mark.usefixtures("broken")
def test_a_mistake_of_the_programs_own_is_told_in_one_line(config, refused):
    code, sentence = refused("status")
    assert code == 1
    assert sentence == (
        "reminderd met a mistake of its own (RuntimeError); nothing was lost. "
        "Set REMINDERD_DEBUG=1 to see where, and please report it."
    )


@pytest.mark.usefixtures("broken")
def test_a_mistake_of_the_programs_own_is_shown_to_those_who_ask(config, call, monkeypatch):
    monkeypatch.setenv("REMINDERD_DEBUG", "1")
    result = call("status")
    assert result.exit_code == 1
    assert "RuntimeError: the words of this error" in result.stderr


def test_help_keeps_its_lines(call):
    shown = call("--help").stdout
    assert "  reminderd check       is the configuration right" in shown
    assert "\\b" not in shown
