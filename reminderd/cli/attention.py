"""What a borrower says about a loan's alerts: snooze, unsnooze, ack."""

from __future__ import annotations

from datetime import date, timedelta

import click

from ..errors import UsageError
from .common import DATE, common, echo, print_json, writing
from .completion import loan_ids


@click.command()
@click.argument("loan", shell_complete=loan_ids)
@common
@click.option("--until", "day", type=DATE, help="The day on which to be reminded again.")
@click.option("--days", type=click.IntRange(1, 90), help="So many days from now instead.")
def snooze(
    loan: str, config_file: str | None, as_json: bool, day: date | None, days: int | None
) -> None:
    """Hear no more of LOAN for now, unless it gets worse.

    Until the time of day at which reminders go on that day, nothing is sent that is no worse than
    the loan stands now. Then what is newest goes, so nothing is lost. A worse stage, and the
    news that it is paid, come through at once.
    """
    from ..alerts.wallclock import local_date
    from ..messages.words import words
    from . import attention_views

    if (day is None) == (days is None):
        raise UsageError("say until when: --until 2026-12-20, or --days 7")
    app = writing(config_file)
    found = app.loan(loan)
    end = day or local_date(app.clock.now(), found.timezone) + timedelta(days=days or 0)
    chosen = app.snooze(found, end)
    if as_json:
        print_json(attention_views.snooze_json(found, chosen))
    else:
        echo(attention_views.snoozed_text(app, found, chosen))
        echo(words(app.config.locale).say("attention", "end_it", id=found.id))


@click.command()
@click.argument("loan", shell_complete=loan_ids)
@common
def unsnooze(loan: str, config_file: str | None, as_json: bool) -> None:
    """End the snooze of LOAN: what it held back goes at once, the newest only."""
    from ..messages.sheet import name_of
    from ..messages.words import words

    app = writing(config_file)
    found = app.loan(loan)
    app.unsnooze(found)
    if as_json:
        print_json({"loan": found.id, "until": None})
    else:
        echo(words(app.config.locale).say("attention", "ended", loan=name_of(found)))


@click.command()
@click.argument("loan", shell_complete=loan_ids)
@common
def ack(loan: str, config_file: str | None, as_json: bool) -> None:
    """Say that you have seen what was sent about LOAN.

    You go on being reminded, but nobody else is told of what you were reminded of so far; see
    [escalation] in the configuration.
    """
    from ..messages.sheet import name_of
    from ..messages.words import words

    app = writing(config_file)
    found = app.loan(loan)
    app.acknowledge(found)
    if as_json:
        print_json({"loan": found.id, "acknowledged": True})
    else:
        echo(words(app.config.locale).say("attention", "seen", loan=name_of(found)))
