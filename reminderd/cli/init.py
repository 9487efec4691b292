"""``reminderd init``: from nothing to a configuration that has sent its first message."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import ConfigError, ReminderdError, UsageError
from .common import common, echo, new_file_of, print_json

if TYPE_CHECKING:
    from .init_answers import Here
    from .init_setup import Setup
    from .init_terminal import Terminal


@contextmanager
def _ending_well() -> Iterator[None]:
    """Let a closed terminal and SIGTERM end it as Ctrl+C does: with nothing left behind."""
    numbers = (signal.SIGHUP, signal.SIGTERM)
    before = [signal.signal(number, signal.default_int_handler) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


@click.command()
@common
@click.option(
    "--answers",
    metavar="FILE",
    type=click.Path(allow_dash=True),
    help="Ask nothing: take the answers from a TOML file, or from standard input for -.",
)
@click.option("--print-answers", is_flag=True, help="Print a file of answers to start from.")
@_ending_well()
def init(config_file: str | None, as_json: bool, answers: str | None, print_answers: bool) -> None:
    """Ask a few questions, send a test message, and write a commented configuration.

    Language, time zone, a channel and its address and secret; then each loan: what kind it is, how
    it is paid back, sums and dates, and what was paid so far. Most questions have an answer that
    Enter takes. Then it shows the first message that will go, and offers to keep reminderd running.
    Nothing is written before the test message was taken, or you say so; Ctrl+C leaves nothing
    behind. An existing file is replaced only if you agree.
    """
    if print_answers:
        from .init_answer_file import template

        echo(template(_here("none")), nl=False)
    elif answers is not None:
        _from_file(new_file_of(config_file).resolve(), answers, as_json=as_json)
    elif as_json:
        raise UsageError("--json goes with --answers: a conversation is no JSON")
    elif not sys.stdin.isatty():
        raise UsageError(
            "init asks its questions at a terminal, and there is none (give --answers FILE; "
            "`reminderd init --print-answers` shows what can be in it)"
        )
    else:
        _at_terminal(new_file_of(config_file).resolve())


def _here(service: str) -> Here:
    from ..clock import Clock
    from ..config.zone import machine_zone
    from .init_answers import Here

    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG")
    language = "zh-CN" if (locale or "").lower().startswith("zh") else "en"
    zone = machine_zone()
    if zone.doubt:
        echo(zone.doubt, err=True)
    return Here(language, zone.name, Clock().now(), service)


def _from_file(file: Path, answers: str, *, as_json: bool) -> None:
    from .init_setup import Setup

    known = _answered(answers)
    if file.exists() and not known["overwrite"]:
        raise UsageError(f"{file} is there already (say overwrite = true, or give --config FILE)")
    # What a channel prints is no part of the JSON.
    with redirect_stdout(sys.stderr if as_json else sys.stdout):
        setup = Setup(file, known)
        results = _sent(setup)
        setup.write()
        first = _finish(setup)
        runs = _service(setup, known["service"])
    if as_json:
        written = {"file": str(file), "secret_file": _secret_place(setup)}
        print_json(written | {"sent": results, "first": first})
    if not runs:
        sys.exit(1)


def _answered(answers: str) -> dict[str, Any]:
    """Read all answers; UsageError where they cannot be."""
    from ..config.toml import read_text
    from .init_answer_file import read_answers

    name = "standard input" if answers == "-" else answers
    try:
        absent = "`reminderd init --print-answers` shows what can be in it"
        text = sys.stdin.read() if answers == "-" else read_text(Path(answers), absent)
    except UnicodeDecodeError:
        raise UsageError(f"{name} is not UTF-8 text (save it as UTF-8)") from None
    except ConfigError as error:
        raise UsageError(str(error)) from None
    return read_answers(text, name, _here("none"))


def _sent(setup: Setup) -> list[dict[str, object]]:
    """Send the test message; ReminderdError where it was not taken."""
    from .init_words import say

    _subscription(setup.known)
    results = setup.test()
    _tell(setup.known["language"], results)
    if not all(result["ok"] for result in results):
        raise ReminderdError(say(setup.known["language"], "not_sent"))
    return results


def _secret_place(setup: Setup) -> str | None:
    return str(setup.file.parent / setup.secret) if setup.secret else None


def _at_terminal(file: Path) -> None:
    from .init_service import has_systemctl
    from .init_terminal import Terminal

    terminal = Terminal(_here("user" if has_systemctl() else "none"))
    try:
        if file.exists() and not terminal.agree("offer_overwrite", usual=False, file=file):
            raise click.Abort
        terminal.questions()
        setup = _tried(terminal, file)
        setup.write()
    except (click.Abort, KeyboardInterrupt):
        echo()
        terminal.say("kept")
        sys.exit(1)
    _finish(setup)
    terminal.ask("service", terminal.known, "offer_service")
    _service(setup, terminal.known["service"])


def _tried(terminal: Terminal, file: Path) -> Setup:
    """Return what is to be written, once a message was taken or it is wanted all the same."""
    from .init_answers import has_secret
    from .init_setup import Setup

    known = terminal.known
    if has_secret(known):
        known["secret_file"] = True
        name = Setup(file, known).secret
        known["secret_file"] = terminal.agree("offer_secret_file", usual=True, file=name)
    while True:
        setup = Setup(file, known)
        _subscription(known)
        terminal.say("testing")
        try:
            results = setup.test()
        except ConfigError as error:  # of the loans: the channel was looked at when it was asked
            terminal.complain(str(error))
            if not terminal.agree("offer_loans", usual=True):
                raise click.Abort from None
            terminal.loans()
            continue
        _tell(known["language"], results)
        if all(result["ok"] for result in results):
            return setup
        if terminal.agree("offer_again", usual=True):
            terminal.channel(again=True)
        elif terminal.agree("offer_keep", usual=False):
            return setup
        else:
            raise click.Abort


def _subscription(known: Mapping[str, Any]) -> None:
    """Say what to subscribe to, where the channel is a topic: it may be one made up just now."""
    from .init_channels import web_address
    from .init_words import say

    if known["channel"] == "ntfy":
        echo(say(known["language"], "subscribe", url=web_address(known)))


def _tell(language: str, results: list[dict[str, object]]) -> None:
    """Say how each address fared."""
    from .init_delivery import failure
    from .init_words import say
    from .wrap import prose

    for result in results:
        address = str(result["address"])
        if result["ok"]:
            prose(say(language, "accepted", address=address))
        else:
            error = failure(language, address, str(result["error"]))
            prose(say(language, "failed", address=address, error=error))


def _finish(setup: Setup) -> dict[str, Any] | None:
    """Say what was written, and show the first message that will go."""
    from datetime import datetime

    from .init_words import say
    from .wrap import prose

    language = setup.known["language"]
    for key, names in (("written", setup.files), ("removed", setup.removed)):
        for name in names:
            echo(say(language, key, file=setup.file.parent / name))
    prose(say(language, "right"))
    first = setup.first()
    if first is None:
        prose(say(language, "nothing_goes"))
        return None
    at = f"{datetime.fromisoformat(first['at']):%F %H:%M}"
    prose(say(language, "first", at=at, channel=setup.known["channel"]))
    lines = (first["title"], "", *first["text"].splitlines())
    prose("\n" + "\n".join(f"    {line}".rstrip() for line in lines) + "\n")
    return first


def _service(setup: Setup, wanted: str) -> bool:
    """Have it run in the background, or say how that is done; return whether that went well."""
    from . import init_service as service
    from .init_words import say

    language = setup.known["language"]
    if wanted == "system":
        return _system_service(setup, language)
    if wanted == "user":
        return _user_service(setup.file, language)
    echo(say(language, "by_hand", command=service.foreground(setup.file)))
    return True


def _system_service(setup: Setup, language: str) -> bool:
    from . import init_service as service
    from .init_answers import has_secret
    from .init_words import say
    from .wrap import prose

    if has_secret(setup.known) and not setup.secret:
        prose(say(language, "system_inline"))
        return False
    place = setup.file.parent / setup.secret if setup.secret else None
    echo(say(language, "system"))
    for command in service.for_root(setup.file, place):
        echo(f"    {command}")
    return True


def _user_service(file: Path, language: str) -> bool:
    from . import init_service as service
    from .init_words import say

    unit = service.write_unit(file)
    echo(say(language, "written", file=unit))
    trouble = say(language, "no_systemctl", unit=unit)
    if service.has_systemctl():
        try:
            service.start()
            trouble = ""
        except service.ServiceError as error:
            trouble = say(language, "unit_failed", error=error)
    echo(trouble or say(language, "running"))
    for command in service.commands() if trouble else ():
        echo(f"    {command}")
    echo(say(language, "linger"))
    return not trouble
