"""Completion by the shell: its script, and the names that only the configuration knows.

Standard library and click only, since a shell asks at every press of the key.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from typing import Any

import click
from click.shell_completion import get_completion_class

from ..config.place import find_file
from .common import Choice, echo

_VARIABLE = "_REMINDERD_COMPLETE"


@click.command()
@click.argument("shell", type=Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script that makes SHELL complete commands, options and names.

    \b
    bash: eval "$(reminderd completion bash)"                     in ~/.bashrc
    zsh:  eval "$(reminderd completion zsh)"                      in ~/.zshrc
    fish: reminderd completion fish > ~/.config/fish/completions/reminderd.fish
    """  # noqa: D301  # the backslash is click's mark for lines to be kept
    kind = get_completion_class(shell)
    assert kind is not None  # they are among those that click knows
    made = kind(ctx.find_root().command, {}, "reminderd", _VARIABLE)
    echo(made.source_template % made.source_vars())  # without asking which bash there is


def loan_ids(ctx: click.Context, _param: click.Parameter, begun: str) -> list[str]:
    """Return the ids of the configured loans that begin so, else the names; none if unreadable.

    A name with a space in it would be two arguments.
    """
    loans = _configured(ctx).get("loans")
    tables = [each for each in loans if isinstance(each, dict)] if isinstance(loans, list) else []
    names = [name for table in tables if isinstance(name := table.get("name"), str)]
    whole = (name for name in names if len(name.split()) == 1)
    return _beginning(begun, (table.get("id") for table in tables)) or _beginning(begun, whole)


def channel_names(ctx: click.Context, _param: click.Parameter, begun: str) -> list[str]:
    """Return the names of the configured channels that begin so; none where nobody can tell."""
    channels = _configured(ctx).get("channels")
    return _beginning(begun, channels if isinstance(channels, dict) else ())


def account_names(ctx: click.Context, _param: click.Parameter, begun: str) -> list[str]:
    """Return the names of the configured accounts that begin so; none where nobody can tell."""
    accounts = _configured(ctx).get("accounts")
    return _beginning(begun, accounts if isinstance(accounts, dict) else ())


def presets_there_are(_ctx: click.Context, _param: click.Parameter, begun: str) -> list[str]:
    """Return the names of the presets that begin so."""
    from ..loans.presets import preset_names

    return _beginning(begun, preset_names())


def _configured(ctx: click.Context) -> dict[str, Any]:
    """Return what the configuration holds, right or wrong; nothing where it cannot be read."""
    given = ctx.params.get("config_file") or ctx.find_root().params.get("config_file")
    try:
        return tomllib.loads(find_file(given).read_text("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return {}


def _beginning(begun: str, names: Iterable[object]) -> list[str]:
    return [name for name in names if isinstance(name, str) and name.startswith(begun)]
