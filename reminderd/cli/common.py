"""What commands share: options, the program they work on, JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ..errors import StoreError, UsageError
from ..redaction import escaped, harmless

if TYPE_CHECKING:
    from ..app import App
    from ..config.load import Config
    from ..loans.money import Money

F = TypeVar("F", bound=Callable[..., Any])


class _DateType(click.ParamType[date]):
    """A date, as in 2026-12-05."""

    name = "date"

    def convert(self, value: Any, param: Any, ctx: Any) -> date:
        if isinstance(value, date):
            return value
        from ..loans.terms import YEARS

        try:
            day = date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a date (write 2026-12-05)", param, ctx)
        if not YEARS[0] <= day.year <= YEARS[1]:
            self.fail(f"{day} is not in the years {YEARS[0]} to {YEARS[1]}", param, ctx)
        return day


DATE = _DateType()


class Choice(click.Choice[str]):
    """One of some words; a wrong one is told which was meant."""

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        """Return the word; click's own error, and which was meant, for any other."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            from ..config.suggest import suggestion

            close = suggestion(str(value), self.choices)
            raise click.BadParameter(f"{error.message}{close}", ctx, param) from None


def config_option(command: F) -> F:
    """Give a command ``--config``."""
    option = click.option(
        "--config",
        "config_file",
        metavar="FILE",
        type=click.Path(),
        help="Configuration to use; else $REMINDERD_CONFIG, ~/.config/reminderd/config.toml "
        "or /etc/reminderd/config.toml.",
    )
    return option(command)


def common(command: F) -> F:
    """Give a command ``--config`` and ``--json``."""
    as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
    return as_json(config_option(command))


def config_file_of(given: str | None) -> Path:
    """Return the configuration file: as given to the command, or before it, or found."""
    from ..config.place import find_file

    return find_file(given or click.get_current_context().find_root().obj)


def new_file_of(given: str | None) -> Path:
    """Return where ``init`` writes: as given, else the user's own file, not the system's."""
    from ..config.place import own_file

    return own_file(given or click.get_current_context().find_root().obj)


def looking(config_file: str | None, *, in_need: bool = True) -> App:
    """Return the program for commands that only look; *in_need* the last good file will do."""
    from ..app import App
    from ..clock import Clock
    from ..config.load import load_file

    if in_need:
        config = _in_force(config_file)
    else:
        config = load_file(config_file_of(config_file), lenient=True)
    _warn_of_another(config.file)
    return App.look(config, Clock())


def _warn_of_another(file: Path) -> None:
    """Say where what is shown mixes a configuration with the store of another one."""
    from ..service.belonging import check
    from ..state import state_folder

    try:
        check(state_folder(), file)
    except StoreError as error:
        echo(error, err=True)


def writing(config_file: str | None) -> App:
    """Return the program for commands that write to the store."""
    from ..app import App
    from ..clock import Clock
    from ..service.belonging import check
    from ..state import state_folder

    config = _in_force(config_file)
    check(state_folder(), config.file)
    app = App.open(config, Clock())
    for line in app.sync().lines:
        echo(line, err=True)
    return app


def _in_force(config_file: str | None) -> Config:
    """Return the configuration, or the last good one, saying so on standard error."""
    from ..messages.words import words
    from ..service.worker import config_in_force
    from ..state import state_folder

    config, verdict = config_in_force(config_file_of(config_file), state_folder())
    if verdict:
        last_good = words(config.locale).say("view", "last_good")
        echo(f"{verdict}\n{last_good}", err=True)
    return config


def echo(
    text: object = "",
    *,
    err: bool = False,
    nl: bool = True,
    fg: str | None = None,
    color: bool | None = None,
) -> None:
    """Print a text, which may hold others' words, in the colour *fg* where that is shown."""
    plain = harmless(str(text))
    click.echo(click.style(plain, fg=fg) if fg else plain, err=err, nl=nl, color=color)


def print_json(value: object) -> None:
    """Print JSON as people and programs read it."""
    click.echo(escaped(json.dumps(value, ensure_ascii=False, indent=2, default=str)))


def paid_amount(amount: str, currency: str) -> Money:
    """Return an amount that can be paid; UsageError says what to write instead."""
    from ..loans.money import Money, parse_amount

    try:
        paid = Money.of(parse_amount(amount), currency)
    except ValueError as error:
        raise UsageError(str(error)) from None
    if paid.minor <= 0:
        raise UsageError(f"{amount} is not an amount that can be paid (write 500.00)")
    return paid


def stated_amount(amount: str, currency: str) -> Money:
    """Return a lender's figure, which may be nothing: no penalty, say."""
    from ..loans.money import Money, parse_amount

    try:
        stated = Money.of(parse_amount(amount), currency)
    except ValueError as error:
        raise UsageError(str(error)) from None
    if stated.minor < 0:
        raise UsageError(f"{amount} is less than nothing (write the figure as it stands there)")
    return stated
