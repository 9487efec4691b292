"""``plan``: what to pay first with the cash at hand."""

from __future__ import annotations

from datetime import date

import click

from .common import DATE, common, looking, paid_amount, print_json


@click.command()
@click.argument("cash")
@common
@click.option("--as-of", type=DATE, help="Another day than today.")
@click.option(
    "--until", type=DATE, help="The day of your next income; else pay day, else 30 days ahead."
)
@click.option("--currency", help="Of the cash; else the one that most loans have.")
def plan(
    cash: str,
    config_file: str | None,
    as_json: bool,
    as_of: date | None,
    until: date | None,
    currency: str | None,
) -> None:
    """Say what to pay first with CASH, over all loans.

    First comes what the lender may report to the credit bureau before your next income; then the
    money goes where it saves most until that day. What is due by then may be paid now, or kept for
    its due date.
    """
    from . import plan_views as views

    app = looking(config_file)
    known = currency.upper() if currency else views.main_currency(app)
    money = paid_amount(cash, known)
    if as_json:
        print_json(views.plan_json(app, money, as_of, until))
    else:
        views.print_plan(app, money, as_of, until)
