"""``balance``: what an account holds, and whether that is enough for what leaves it."""

from __future__ import annotations

from datetime import date

import click

from ..errors import UsageError
from .common import DATE, common, echo, looking, print_json, writing
from .completion import account_names


@click.command(context_settings={"ignore_unknown_options": True})  # or -50 would be an option
@click.argument("account", shell_complete=account_names, required=False)
@click.argument("amount", required=False)
@common
@click.option("--date", "day", type=DATE, help="The day at whose end it held that; else now.")
def balance(
    account: str | None,
    amount: str | None,
    config_file: str | None,
    as_json: bool,
    day: date | None,
) -> None:
    """Record that ACCOUNT holds AMOUNT, or show every account.

    Each account is shown with what leaves next, and whether it is enough. What is paid from now
    on, by `reminderd pay` or a debit that counts as made, comes out of it: record a payment first
    if it is out already. AMOUNT may be below zero. `reminderd undo` takes a record back.
    """
    from . import account_views as views

    if account is None:
        app = looking(config_file)
        if as_json:
            print_json(views.accounts_json(app))
        else:
            echo("\n".join(views.account_lines(app)) or views.none_text(app))
        return
    if amount is None:
        raise UsageError(f"what does it hold? (reminderd balance {account} 1234.50)")
    app = writing(config_file)
    known = app.account(account)
    number = app.state_balance(known, views.held(amount, known.currency), day)
    if as_json:
        print_json(views.stated_json(app, known.name, number))
    else:
        echo(views.stated_text(app, known.name, number))
