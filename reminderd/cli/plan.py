"""``plan``: what to pay first with the cash at hand, and the way to debt-free."""

from __future__ import annotations

from datetime import date

import click

from ..errors import UsageError
from .common import DATE, common, looking, paid_amount, print_json


@click.command()
@click.argument("cash")
@common
@click.option("--as-of", type=DATE, help="Another day than today.")
@click.option(
    "--until", type=DATE, help="The day of your next income; else pay day, else 30 days ahead."
)
@click.option(
    "--monthly",
    metavar="AMOUNT",
    help="What there is for loans each month: show the way to debt-free instead.",
)
@click.option("--currency", help="Of the cash; else the one that most loans have.")
def plan(
    cash: str,
    config_file: str | None,
    as_json: bool,
    as_of: date | None,
    until: date | None,
    monthly: str | None,
    currency: str | None,
) -> None:
    """Say what to pay first with CASH, over all loans.

    First comes what the lender may report to the credit bureau before your next income; then the
    money goes where it saves most until that day. What is due by then may be paid now, or kept for
    its due date.

    With --monthly it says when each loan ends and what all of them cost from today, in three ways:
    with what is over going to the dearest loan first, to the smallest first, or to none. The money
    comes on your pay day, else on the first of each month.
    """
    from . import plan_views as views

    app = looking(config_file)
    known = currency.upper() if currency else views.main_currency(app)
    money = paid_amount(cash, known)
    if monthly is not None and until is not None:
        raise UsageError("--until goes without --monthly, which looks as far as there are loans")
    if monthly is not None:
        from .projection_views import Outlook

        outlook = Outlook.of(app, money, paid_amount(monthly, known), as_of)
        if as_json:
            print_json(outlook.json())
        else:
            outlook.print()
    elif as_json:
        print_json(views.plan_json(app, money, as_of, until))
    else:
        views.print_plan(app, money, as_of, until)
