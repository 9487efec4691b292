"""Commands that record what is negotiated with the lender: extension, waive, settle."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from ..errors import UsageError
from .common import DATE, Choice, common, echo, paid_amount, print_json, writing
from .completion import loan_ids

if TYPE_CHECKING:
    from ..app import App
    from ..loans.money import Rate
    from ..loans.terms import Extension, Loan


@click.command()
@click.argument("loan", shell_complete=loan_ids)
@click.argument("state", type=Choice(["requested", "approved", "refused"]))
@common
@click.option("--date", "day", type=DATE, help="When; else today.")
@click.option("--due", type=DATE, help="Which installment; else the oldest unpaid one.")
@click.option("--to", type=DATE, multiple=True, help="The new due date; several share it.")
@click.option("--annual-rate", help='Interest until then, as in "14%"; else the contract rate.')
def extension(
    loan: str,
    state: str,
    config_file: str | None,
    as_json: bool,
    day: date | None,
    due: date | None,
    to: tuple[date, ...],
    annual_rate: str | None,
) -> None:
    """Record where a request to have LOAN extended stands: STATE is requested, approved or refused.

    An approved one moves the installment to the date given with --to: figures and reminders
    follow it. A refused one is never advised again. `reminderd undo` takes a record back.
    """
    from ..loans.terms import RequestState
    from . import figure_views, payment_views

    app = writing(config_file)
    found, asked = app.loan(loan), RequestState(state)
    agreed = _agreed(app, found, asked, day, due, to, annual_rate)
    number = app.ask(found, asked, day, agreed)
    if as_json:
        print_json({"agreement": f"A{number}"} | figure_views.quote_json(app, app.loan(loan), None))
    else:
        echo(payment_views.agreement_text(app, app.loan(loan), number))


def _agreed(
    app: App,
    loan: Loan,
    state: str,
    day: date | None,
    due: date | None,
    to: tuple[date, ...],
    annual_rate: str | None,
) -> Extension | None:
    from ..loans.terms import Extension, RequestState
    from .figure_views import position_on

    if state != RequestState.APPROVED:
        if to or due or annual_rate:
            raise UsageError(f"--due, --to and --annual-rate go with approved, not with {state}")
        return None
    position = position_on(app, loan, day)
    which = due or position.pay_by
    if which is None or (position.sum_unknown and due is None):
        raise UsageError(f"nothing is to be paid on loan {loan.id} (see `reminderd quote`)")
    if not to:
        raise UsageError("the new due date is missing (add --to 2027-01-15)")
    if min(to) <= which or list(to) != sorted(set(to)):
        raise UsageError(f"the new dates must come after {which}, each once and in order")
    return Extension(which, position.as_of, to, _rate(annual_rate))


def _rate(text: str | None) -> Rate | None:
    from ..loans.money import Rate, parse_ratio

    if text is None:
        return None
    try:
        return Rate(parse_ratio(text), "year")
    except ValueError as error:
        raise UsageError(str(error)) from None


@click.command()
@click.argument("loan", shell_complete=loan_ids)
@click.argument("amount")
@common
@click.option("--date", "day", type=DATE, help="When; else today.")
@click.option(
    "--of",
    type=Choice(["fees", "penalty", "interest", "principal"]),
    help="Of what; else of fees, then penalty, then interest.",
)
def waive(
    loan: str,
    amount: str,
    config_file: str | None,
    as_json: bool,
    day: date | None,
    of: str | None,
) -> None:
    """Record that the lender lets go of AMOUNT on LOAN.

    Only what is owed can be waived; what is over lapses. `reminderd undo` takes it back.
    """
    from ..loans.terms import Component, Waiver
    from ..loans.whatif import waived
    from . import figure_views, payment_views

    app = writing(config_file)
    found = app.loan(loan)
    whole = paid_amount(amount, found.terms.currency)
    on = day or figure_views.position_on(app, found).as_of
    waiver = Waiver(on, whole.amount, Component(of) if of else None)
    taken = waived(found, waiver)
    number = app.waive(found, waiver)
    if as_json:
        counts = {"agreement": f"A{number}", "waived": str(taken)}
        print_json(counts | figure_views.quote_json(app, app.loan(loan), None))
    else:
        note = payment_views.waived_note(app, whole, taken)
        echo(payment_views.agreement_text(app, app.loan(loan), number, note))


@click.command()
@click.argument("loan", shell_complete=loan_ids)
@common
@click.option("--yes", is_flag=True, help="Let go of it though it is more than a rest.")
def settle(loan: str, config_file: str | None, as_json: bool, yes: bool) -> None:
    """Record that the lender counts all that was due on LOAN as paid.

    What is open here is let go of, and you are told how far off the figures were. If it is more
    than a rest, you are asked. `reminderd undo` takes a record back.
    """
    from ..loans.money import hardly_asked
    from ..loans.whatif import residue
    from . import figure_views, payment_views
    from .payments import ask

    app = writing(config_file)
    found = app.loan(loan)
    rest = residue(found, app.today(found))
    if not rest.waivers:
        raise UsageError(payment_views.no_rest(app, found))
    most = found.tolerance or hardly_asked(found.terms.currency)
    if not yes and rest.open.amount >= most:
        ask(payment_views.rest_doubt(app, found, rest))
    numbers = [f"A{app.waive(found, waiver)}" for waiver in rest.waivers]
    if as_json:
        off = {"agreements": numbers, "off": str(rest.open), "asked": rest.asked, "paid": rest.paid}
        print_json(off | figure_views.quote_json(app, app.loan(loan), None))
    else:
        echo(payment_views.settled_text(app, app.loan(loan), rest, numbers))
