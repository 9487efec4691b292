"""What a borrower says about the lender's debits: failed."""

from __future__ import annotations

from datetime import date

import click

from .common import DATE, common, echo, print_json, writing
from .completion import loan_ids


@click.command()
@click.argument("loan", shell_complete=loan_ids)
@common
@click.option("--due", type=DATE, help="Of which due date; else the oldest debit not confirmed.")
def failed(loan: str, config_file: str | None, as_json: bool, due: date | None) -> None:
    """Record that the lender's debit on LOAN did not go through.

    From then on the installment is late like any other, from its due date on. If it was paid after
    all, record that with `reminderd pay`; `reminderd undo` takes the record back.
    """
    from . import figure_views
    from . import payment_views as views

    app = writing(config_file)
    found = app.loan(loan)
    number, which = app.debit_failed(found, due)
    now = app.loan(found.id)
    if as_json:
        record = {"agreement": f"A{number}", "debit": str(which)}
        print_json(record | figure_views.quote_json(app, now, None))
    else:
        echo(views.agreement_text(app, now, number))
