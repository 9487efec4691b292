"""``explain``: why the last alert of a loan fired, or why none did."""

from __future__ import annotations

import click

from .common import common, echo, looking, print_json
from .completion import loan_ids


@click.command()
@click.argument("loan", shell_complete=loan_ids)
@common
def explain(loan: str, config_file: str | None, as_json: bool) -> None:
    """Say why the last alert of LOAN fired and where it went, or why none did, and what is next."""
    from . import explain_views

    app = looking(config_file)
    found = app.loan(loan)
    if as_json:
        print_json(explain_views.explain_json(app, found))
    else:
        echo(explain_views.explain_text(app, found))
