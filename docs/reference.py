"""Write ``reference.md``: every key of the configuration, every command, variable and file.

``docs/generate.py`` runs this. What a key is, its default, meaning and example come from the
models that read it; what a command does, from what its ``--help`` prints.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from enum import Enum
from inspect import cleandoc
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import click
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from reminderd.cli.main import cli
from reminderd.config.loan_tables import ExtensionModel
from reminderd.config.models import ChannelModel, DaemonModel, Settings
from reminderd.config.place import DEFAULT_FILES
from reminderd.config.playbook_tables import PlaybookModel
from reminderd.loans.frequency import Frequency
from reminderd.playbook.playbook import LOCALES
from reminderd.state import DATABASE, LAST_GOOD
from reminderd.store.backup import FOLDER, KEPT

PAGE = Path(__file__).parent / "reference.md"

# What the functions that read single values call them, and a value that each takes.
KINDS = {
    "_amount": ("amount", '"1234.50"'),
    "_rate": ("rate for a year", '"18%"'),
    "_daily_rate": ("rate for a day", '"0.05%"'),
    "_factor": ("factor", "1.5"),
    "_share": ("share", '"5%"'),
    "_day": ("date", "2026-12-05"),
    "_clock": ("time of day", '"09:00"'),
    "_whole": ("whole number", "1"),
    "_frequency": ("frequency", '"monthly"'),
    "_zone": ("time zone", '"Asia/Shanghai"'),
    "_currency": ("currency code", '"CNY"'),
    "_calendar": ("calendar code", '"CN"'),
    "_locale": (" or ".join(f'`"{name}"`' for name in LOCALES), f'"{LOCALES[0]}"'),
    "_in_order": ("list of whole numbers", "[1, 3, 7]"),
}
PLAIN: dict[Any, tuple[str, str]] = {
    str: ("text", '"…"'),
    bool: ("`true` or `false`", "true"),
    int: ("whole number", "1"),
}
COMMON = ("config_file", "as_json")  # options of nearly every command
# Keys that are read in more than one way by code of their own.
SEVERAL = {
    (ChannelModel, "url"): "text, or a secret's place",
    (ChannelModel, "to"): "text, or list (text)",
    (DaemonModel, "heartbeat_url"): "text, or a secret's place",
    (ExtensionModel, "to"): "date, or list (date)",
}

_HEAD = """\
# Reference

Every key of the configuration, every command, exit code, variable and file. This page is written \
by `python docs/generate.py` from the program itself; a test holds it to that.

- [Keys of `config.toml`](#keys-of-configtoml)
- [Keys of a playbook of your own](#keys-of-a-playbook-of-your-own)
- [Commands](#commands)
- [Exit codes](#exit-codes)
- [Environment variables](#environment-variables)
- [Files](#files)
"""

_KEYS = """
## Keys of `config.toml`

[`config.example.toml`](../config.example.toml) shows them all at work. A rate is written as \
`"18%"` or `"0.18"`, an amount as `"1234.50"`; without quotes both are read exactly too. A date \
is `2026-12-05`, a time of day `"09:00"`. `[]` behind a name: one of a list; `NAME`: a name that \
you choose. A secret's place is `{ env = "NAME" }`, `{ file = "path" }` or \
`{ credential = "name" }`. Whatever else a channel's table holds goes to Apprise under its own \
names.
"""

_PLAYBOOK = """
## Keys of a playbook of your own

The file that `playbook` names holds only what differs; [templates.md](templates.md) explains it.
"""

_COMMANDS = """
## Commands

`--config FILE` may stand before a command or behind it. `--json` prints the same for programs, \
with amounts as text, to the cent.
"""

_EXITS = """
## Exit codes

| Code | Means |
|--:|---|
| 0 | done |
| 1 | failed: a message was not sent, no convention gives the figure, the store cannot be used |
| 2 | wrong usage: no such command, option, loan or channel |
| 78 | the configuration cannot be used; every mistake was printed with its line |
"""

VARIABLES = {
    "REMINDERD_CONFIG": "The configuration to use where `--config` does not say.",
    "REMINDERD_DEBUG": "Where it is set, a mistake of the program's own prints its traceback, "
    "secrets hidden.",
    "STATE_DIRECTORY": "The state folder; systemd sets it for `StateDirectory=`.",
    "TZ": "The machine's time zone, where the configuration names none.",
    "XDG_STATE_HOME": "Where the user's state folders are, if not in `~/.local/state`.",
    "CREDENTIALS_DIRECTORY": "Where `{ credential = … }` is looked for; systemd sets it for "
    "`LoadCredential=`.",
    "NOTIFY_SOCKET": "Where the daemon tells systemd how it fares; systemd sets it.",
    "JOURNAL_STREAM": "Says that standard error is the journal; systemd sets it.",
    "XDG_CONFIG_HOME": "Where the user's systemd units are, if not in `~/.config`; for `init`.",
    "LC_ALL": "Which language `init` proposes; else `LC_MESSAGES`, else `LANG`.",
    "LC_MESSAGES": "Which language `init` proposes, where `LC_ALL` does not say.",
    "LANG": "Which language `init` proposes, where neither of those says.",
    "EMAIL": "Which address `init` proposes.",
    "NO_COLOR": "Where it is set, tables in the terminal have no colours.",
    "SSL_CERT_FILE": "Certificates to trust instead of the system's, for mail and HTTPS.",
}

_VARIABLES = """
## Environment variables

| Variable | Means |
|---|---|
| `REMINDERD_KEY` | Any key of the configuration, in capitals, wins over the file: \
`REMINDERD_LOCALE=en`. Two underscores reach into a table: `REMINDERD_REMINDERS__SEND_AT=08:00`. \
Lists and tables are written as JSON. |"""


@dataclass
class Table:
    """A table of the file: the model that reads it, and where it may stand."""

    model: type[BaseModel]
    paths: list[str] = field(default_factory=list)


def page() -> str:
    """Return the page; KeyError where a kind of value or a file has no words."""
    keys = [*_tables(Settings, "#")]
    own = [*_tables(PlaybookModel, "##")]
    parts = [_HEAD, _KEYS, *keys, _PLAYBOOK, *own, _COMMANDS, *commands(), _EXITS]
    return "\n".join([*parts, _VARIABLES, *_variables(), *_files(), ""])


def tables(root: type[BaseModel]) -> list[Table]:
    """Return a file's tables, the outermost first, each once."""
    found: dict[type[BaseModel], Table] = {}
    waiting = [(root, "")]
    while waiting:
        model, path = waiting.pop(0)
        table = found.setdefault(model, Table(model))
        table.paths.append(path)
        for name, info in model.model_fields.items():
            key, hint = info.alias or name, hints(model)[name]
            waiting += [(kind, f"{path}.{key}{mark}".lstrip(".")) for kind, mark in _inner(hint)]
    return list(found.values())


def hints(model: type[BaseModel]) -> dict[str, Any]:
    """Return what a model's fields are, with what reads them."""
    return get_type_hints(model, include_extras=True)


def _inner(hint: Any, mark: str = "") -> Iterator[tuple[type[BaseModel], str]]:
    """Yield the models in a hint, and how a path says that they are one of several."""
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        yield hint, mark
    mark = {list: "[]", dict: ".NAME"}.get(get_origin(hint), mark)
    for part in get_args(hint):
        yield from _inner(part, mark)


def _tables(root: type[BaseModel], level: str) -> Iterator[str]:
    for table in tables(root):
        places = ", ".join(f"`{path}`" for path in table.paths if path)
        yield f"\n### {places or 'At the top of the file'}\n"
        yield f"{_sentence(table.model)}\n"
        yield "| Key | What it is | Default | Meaning | Example |"
        yield "|---|---|---|---|---|"
        for name, info in table.model.model_fields.items():
            what = SEVERAL.get((table.model, name))
            hint = hints(table.model)[name]
            yield _row(name, info, hint, what or words(hint) + _bounds(info.metadata))


def _sentence(model: type[BaseModel]) -> str:
    return cleandoc(model.__doc__ or "").split("\n")[0].replace("``", "`")


def _row(name: str, info: FieldInfo, hint: Any, what: str) -> str:
    line = example(name, info, hint)
    shown = "see below" if line.startswith("[") else f"`{line}`"
    cells = (f"`{info.alias or name}`", what, _default(info), info.description or "", shown)
    return f"| {' | '.join(_in_cell(cell) for cell in cells)} |"


def _in_cell(text: str) -> str:
    return text.replace("|", "\\|")


def words(hint: Any) -> str:
    """Say what a value may be."""
    origin, parts = get_origin(hint), [part for part in get_args(hint) if part is not NoneType]
    if origin is Annotated:
        inner = [limit for each in hint.__metadata__ for limit in getattr(each, "metadata", [])]
        kind = _kind(hint)
        return (kind[0] if kind else words(parts[0])) + _bounds(inner)
    if origin in (Union, UnionType):
        return ", or ".join(words(part) for part in parts)
    if origin is dict:
        return "tables by name"
    if origin is list:
        return f"list ({words(parts[0])})"
    if choices := [getattr(each, "value", each) for each in _choices(hint)]:
        return " or ".join(f'`"{choice}"`' for choice in choices)
    return "table" if issubclass(hint, BaseModel) else PLAIN[hint][0]


def _choices(hint: Any) -> Iterator[Any]:
    """Yield what can be chosen from, if anything."""
    if get_origin(hint) is Literal:
        yield from get_args(hint)
    elif isinstance(hint, type) and issubclass(hint, Enum):
        yield from hint


def _kind(hint: Any) -> tuple[str, str] | None:
    """Return the words for whatever reads a value, the last that has a name of its own."""
    readers = [getattr(getattr(each, "func", None), "__name__", "") for each in hint.__metadata__]
    return next((KINDS[name] for name in reversed(readers) if name in KINDS), None)


def _bounds(limits: list[Any]) -> str:
    least = next((limit.ge for limit in limits if hasattr(limit, "ge")), None)
    most = next((limit.le for limit in limits if hasattr(limit, "le")), None)
    if least is None:
        return ""
    return f", {least} or more" if most is None else f", {least} to {most}"


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "required"
    default = info.get_default(call_default_factory=True, validated_data={})
    nothing = default in (None, {}, []) or isinstance(default, BaseModel)
    return "–" if nothing else f"`{_written(default)}`"


def _written(value: object) -> str:
    """Write a value as the file would."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(_written(each) for each in value)}]"
    if isinstance(value, bool | int):
        return str(value).lower()
    if isinstance(value, Frequency):
        return '"monthly"'
    if isinstance(value, time):
        return f'"{value:%H:%M}"'
    if isinstance(value, Decimal | date):
        return str(value)
    return f'"{value.value if isinstance(value, Enum) else value}"'


def example(name: str, info: FieldInfo, hint: Any) -> str:
    """Return a line that sets a key."""
    if info.examples:
        return str(info.examples[0])
    return f"{info.alias or name} = {_sample(info, hint)}"


def _sample(info: FieldInfo, hint: Any) -> str:
    quoted = re.match(r'"[^"]+"|[\d.]+(?=:)', info.description or "")
    if quoted:
        return quoted[0]
    if choice := re.search(r'`("[^"]+")`', words(hint)):
        return choice[1]
    parts = [hint, *get_args(hint)]
    kinds = [_kind(part) for part in parts if get_origin(part) is Annotated]
    return next((kind[1] for kind in kinds if kind), "") or PLAIN[hint][1]


def commands() -> Iterator[str]:
    """Yield the section of each command."""
    top = click.Context(cli, info_name="reminderd", **cli.context_settings)
    for name, command in sorted(cli.commands.items()):
        yield from _command(command, click.Context(command, top, info_name=name))


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"\n### `{context.command_path}`\n"
    yield f"```text\n{context.command_path} {usage}\n```\n"
    yield _help(command)
    options = [each for each in command.params if isinstance(each, click.Option)]
    own = [each for each in options if each.name not in COMMON]
    if rows := [row for each in own if (row := each.get_help_record(context))]:
        yield "\n| Option | Does |\n|---|---|"
        yield "\n".join(f"| `{_in_cell(names)}` | {_in_cell(does)} |" for names, does in rows)
    if isinstance(command, click.Group):
        for name, inner in sorted(command.commands.items()):
            yield from _command(inner, click.Context(inner, context, info_name=name))


def _help(command: click.Command) -> str:
    """Return a command's help; lines that click keeps as they are stay so."""
    blocks = cleandoc(command.help or "").split("\n\n")
    return "\n\n".join(
        "```text\n" + block.removeprefix("\b\n") + "\n```" if block.startswith("\b") else block
        for block in blocks
    )


def _variables() -> Iterator[str]:
    yield from (f"| `{name}` | {means} |" for name, means in VARIABLES.items())


def files() -> Mapping[str, str]:
    """Return the files that the program reads and writes, and what each is for."""
    user, machine = DEFAULT_FILES
    return {
        str(user): "The configuration of one user; mode 600 where it holds a secret.",
        str(machine): "The configuration of the machine, read where the other is missing.",
        "~/.local/state/reminderd": "The state folder, mode 700, unless a variable names another. "
        "In it:",
        DATABASE: "The store: loans, payments, what waits, what was sent. Beside it SQLite keeps "
        "a `-wal` and a `-shm` file.",
        f"{FOLDER}/": f"One checked copy of the store for each of the last {KEPT} days; "
        "`reminderd restore` puts one in its place.",
        LAST_GOOD: "The last configuration that could be used, for when the file is broken.",
        "daemon.lock, worker.lock": "Held by the daemon and by the pass that is running.",
    }


def _files() -> Iterator[str]:
    yield "\n## Files\n\n| File | Is |\n|---|---|"
    yield from (f"| `{name}` | {means} |" for name, means in files().items())
