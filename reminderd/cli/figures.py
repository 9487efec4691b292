"""Commands that work figures out: quote, reconcile, plan, presets."""

from __future__ import annotations

import sys
from datetime import date

import click

from .common import DATE, Choice, common, echo, looking, paid_amount, print_json, stated_amount
from .completion import loan_ids, presets_there_are


@click.command()
@click.argument("loan", shell_complete=loan_ids)
@common
@click.option("--as-of", type=DATE, help="Another day than today.")
@click.option("--explain", is_flag=True, help="Show every factor, line by line, to the figure.")
@click.option("--pay", "amount", metavar="AMOUNT", help="Where such a payment would go.")
@click.option(
    "--curve", "days", type=click.IntRange(1, 3660), help="What so many days would bring."
)
def quote(
    loan: str,
    config_file: str | None,
    as_json: bool,
    as_of: date | None,
    explain: bool,
    amount: str | None,
    days: int | None,
) -> None:
    """Work out what is owed on LOAN at the end of a day, and what to do about it.

    The figure counts that day in full. It is an estimate: the lender's app prevails. Nothing is
    recorded by --pay; `reminderd pay` does that.
    """
    from . import figure_views as views
    from .tables import in_terminal, show

    app = looking(config_file)
    found = app.loan(loan)
    paid = None if amount is None else paid_amount(amount, found.terms.currency)
    if as_json:
        answer = views.quote_json(app, found, as_of, explain=explain)
        print_json(answer | views.what_if_json(app, found, as_of, paid, days))
    else:
        drawn = explain and in_terminal()
        answers = [views.quote_text(app, found, as_of, explain=explain and not drawn)]
        answers += views.what_if_text(app, found, as_of, paid, days)
        echo("\n\n".join(answers))
        if drawn:
            show(views.derivation_table(app, found, as_of))


@click.command()
@click.argument("name", shell_complete=presets_there_are, required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def presets(name: str | None, as_json: bool) -> None:
    """List the presets, or print what NAME assumes, how sure that is, and where it comes from.

    Use one with preset = "NAME" in a loan; any of its values can be overridden there.
    """
    from ..config.suggest import no_such
    from ..errors import UsageError
    from ..loans.presets import load_preset, preset_names
    from . import figure_views as views

    if name is not None and name not in preset_names():
        raise UsageError(no_such("preset", name, preset_names()))
    shown = [load_preset(name)] if name else [load_preset(each) for each in preset_names()]
    if as_json:
        print_json([views.preset_json(preset) for preset in shown])
    elif name:
        echo(views.preset_text(shown[0]))
    else:
        echo("\n".join(f"{preset.name}: {preset.title}" for preset in shown))


@click.command()
@click.argument("loan", shell_complete=loan_ids)
@click.argument("amount")
@common
@click.option("--as-of", type=DATE, help="The day the lender's figure is for; else today.")
@click.option(
    "--of",
    type=Choice(["due", "interest", "penalty", "payoff"]),
    default="due",
    show_default=True,
    help="Which figure it is.",
)
@click.option("--write", is_flag=True, help="Write the terms found into the configuration.")
@click.option("--choice", type=click.IntRange(1), default=1, help="Which of them; else the first.")
def reconcile(
    loan: str,
    amount: str,
    config_file: str | None,
    as_json: bool,
    as_of: date | None,
    of: str,
    write: bool,
    choice: int,
) -> None:
    """Find the conventions by which the lender's figure AMOUNT for LOAN comes out.

    Tries day counts, grace, penalty rules and bases, rounding, compounding, and whether the due
    date counts. Those that differ least from what you wrote come first. Ends with 1 where none
    gives the figure.
    """
    from . import figure_views as views

    app = looking(config_file, in_need=False)  # it may write into the file
    found = app.loan(loan)
    stated = stated_amount(amount, found.terms.currency)
    outcome = views.Reconciled.of(app, found, stated, as_of, of)
    if as_json:
        print_json(outcome.json())
    else:
        echo(outcome.text(hint=not write))
        write = write or (outcome.offers and sys.stdin.isatty() and outcome.ask(choice))
    if write and outcome.offers:
        echo(outcome.write(choice), err=as_json)
    sys.exit(0 if outcome.matches else 1)
