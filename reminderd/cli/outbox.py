"""``outbox``: what waits to be delivered, what failed, and trying again."""

from __future__ import annotations

import click

from ..errors import UsageError
from .common import common, echo, looking, print_json, writing


@click.group(invoke_without_command=True)
@common
@click.pass_context
def outbox(ctx: click.Context, config_file: str | None, as_json: bool) -> None:
    """Show what waits to be delivered and why, what failed, and which addresses are dead.

    What failed is listed for seven days. An address is dead when its last message failed for
    good. `reminderd outbox retry` tries again.
    """
    from . import outbox_views

    if ctx.invoked_subcommand:
        return
    app = looking(config_file)
    if as_json:
        print_json(outbox_views.outbox_json(app))
    else:
        outbox_views.print_outbox(app)


@outbox.command()
@click.argument("number", required=False, type=int, metavar="[ID]")
@click.option("--all", "every", is_flag=True, help="Everything that waits or failed lately.")
@common
def retry(number: int | None, every: bool, config_file: str | None, as_json: bool) -> None:
    """Try the delivery with this ID again now, whether it waits or failed.

    The message keeps its Message-ID, and states what is owed when it goes. What was paid
    meanwhile is not sent.
    """
    from . import outbox_views

    if every == (number is not None):
        raise UsageError("say which: an ID that `reminderd outbox` lists, or --all")
    app = writing(config_file)
    rows = app.retry_all() if number is None else app.retry(number)
    if as_json:
        print_json([outbox_views.delivery_json(row) for row in rows])
    else:
        echo(outbox_views.retried_text(rows))
