"""Write ``docs/reminderd.1``, the manual page: what ``--help`` says of every command, on one page.

    python docs/manual.py

Files, environment and exit codes, which belong to no single command, are written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from inspect import cleandoc
from pathlib import Path

import click

from reminderd.cli.main import cli

PAGE = Path(__file__).parent / "reminderd.1"

FILES = {
    "~/.config/reminderd/config.toml": "The configuration; else /etc/reminderd/config.toml. Every "
    "key is explained in config.example.toml.",
    "~/.local/state/reminderd": "What is owed, what was sent and what waits, with backups.",
}
ENVIRONMENT = {
    "REMINDERD_CONFIG": "The configuration to use where no --config is given.",
    "REMINDERD_...": "Any key of the configuration, as in REMINDERD_REMINDERS__SEND_AT=08:00.",
    "STATE_DIRECTORY": "Where state is kept, instead of $XDG_STATE_HOME/reminderd.",
    "REMINDERD_DEBUG": "Set to 1: show where a mistake of the program's own happened.",
}
EXIT = {
    "0": "done",
    "1": "failed",
    "2": "wrong usage",
    "78": "the configuration cannot be used",
}


def page(root: click.Group) -> str:
    """Return the page in the language of man."""
    top = click.Context(root, info_name="reminderd", **root.context_settings)
    about = cleandoc(root.help or "").partition("\n")[0].rstrip(".")
    lines = [
        '.\\" Written by python docs/manual.py',
        '.TH REMINDERD 1 "" reminderd "User Commands"',
        ".SH NAME",
        _text(f"reminderd - {about[0].lower()}{about[1:]}"),
        ".SH SYNOPSIS",
        *_usage(root, top),
        ".SH DESCRIPTION",
        *_paragraphs(root.help or ""),
        ".SH OPTIONS",
        *_options(root, top),
        ".SH COMMANDS",
    ]
    for name, command in root.commands.items():
        lines += _command(command, click.Context(command, top, info_name=name))
    for title, terms in (("FILES", FILES), ("ENVIRONMENT", ENVIRONMENT), ("EXIT STATUS", EXIT)):
        lines += [f".SH {title}", *_terms(terms.items())]
    return "\n".join(lines) + "\n"


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    yield f'.SS "{_text(context.command_path)}"'
    yield from _usage(command, context)
    yield ".PP"
    yield from _paragraphs(command.help or "")
    yield from _options(command, context)
    if isinstance(command, click.Group):
        for name, part in command.commands.items():
            yield from _command(part, click.Context(part, context, info_name=name))


def _usage(command: click.Command, context: click.Context) -> Iterator[str]:
    pieces = " ".join(command.collect_usage_pieces(context))
    yield f"\\fB{_text(context.command_path)}\\fR {_text(pieces)}"


def _paragraphs(text: str) -> Iterator[str]:
    """Yield a help text's paragraphs; those that click keeps as they are stay so."""
    for number, paragraph in enumerate(cleandoc(text).split("\n\n")):
        if number:
            yield ".PP"
        kept, lines = paragraph.startswith("\b\n"), paragraph.removeprefix("\b\n").splitlines()
        yield from [".nf"] * kept
        yield from map(_text, lines)
        yield from [".fi"] * kept


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    records = (parameter.get_help_record(context) for parameter in command.get_params(context))
    yield from _terms(record for record in records if record)


def _terms(terms: Iterable[tuple[str, str]]) -> Iterator[str]:
    for term, meaning in terms:
        yield ".TP"
        yield f"\\fB{_text(term)}\\fR"
        yield _text(" ".join(meaning.split()))


def _text(text: str) -> str:
    """Write plain text such that roff leaves it as it is."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped


if __name__ == "__main__":
    PAGE.write_text(page(cli), "utf-8")
