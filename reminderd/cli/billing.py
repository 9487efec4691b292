"""The command that records a bill: what a statement says is due."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import click

from ..errors import UsageError
from .common import DATE, common, echo, paid_amount, print_json, writing
from .completion import loan_ids

if TYPE_CHECKING:
    from ..app import App
    from ..loans.position import Position
    from ..loans.terms import Bill, Loan, Posting
    from ..messages.words import Words

_YEAR = timedelta(days=366)
_EARLY = timedelta(days=7)  # by which a statement may come before its usual day


@click.command()
@click.argument("loan", shell_complete=loan_ids)
@click.argument("amount")
@common
@click.option("--due", type=DATE, help="When it is due; else the next date without a bill.")
@click.option("--minimum", help="The least that a card's statement asks for.")
@click.option("--date", "day", type=DATE, help="When it was drawn; else on the statement day.")
@click.option(
    "--posted",
    multiple=True,
    metavar="DATE[=AMOUNT]",
    help="When purchases on it were posted; a date alone is the average of all others.",
)
def bill(
    loan: str,
    amount: str,
    config_file: str | None,
    as_json: bool,
    due: date | None,
    minimum: str | None,
    day: date | None,
    posted: tuple[str, ...],
) -> None:
    """Record a bill of LOAN: its statement says that AMOUNT is due.

    What was paid before the bill was drawn is in its sum; what is paid from that day on counts
    towards it. With --minimum it is a card's statement: it also contains what was unpaid of
    earlier ones. Another bill for the same due date takes the first one's place. `reminderd undo`
    takes a record back.
    """
    from ..loans.bills import drawn_on
    from ..loans.terms import Bill
    from ..messages.words import words
    from . import figure_views, payment_views

    app = writing(config_file)
    found, say = app.loan(loan), words(app.config.locale)
    currency = found.terms.currency
    asked = None if minimum is None else paid_amount(minimum, currency).amount
    position = figure_views.position_on(app, found)
    which = _due(position, due, say)
    on = day or min(position.as_of, drawn_on(found.terms, which))
    postings = tuple(_posting(text, currency) for text in posted)
    drawn = Bill(which, paid_amount(amount, currency).amount, asked, on, postings)
    before = _replaced(found, drawn)
    _refuse(found, drawn, before, position.as_of, say)
    number = app.bill(found, drawn)
    if as_json:
        told = {"agreement": f"A{number}", "bill": _json(drawn), "replaces": _json(before)}
        print_json(told | figure_views.quote_json(app, app.loan(found.id), None))
    else:
        lines = _text(app, found, drawn, before, number)
        undo = say.say("record", "undo", number=f"A{number}")
        echo("\n".join([*lines, payment_views.now_owed(app, app.loan(found.id)), undo]))


def _posting(text: str, currency: str) -> Posting:
    """Read ``DATE`` or ``DATE=AMOUNT``."""
    from ..loans.terms import Posting

    day, has_sum, amount = text.partition("=")
    on = DATE.convert(day, None, None)
    return Posting(on, paid_amount(amount, currency).amount if has_sum else None)


def _due(position: Position, due: date | None, say: Words) -> date:
    """Return the due date of a bill, the next one where none is given."""
    from ..loans.bills import drawn_on, expected, expected_near, takes_bills

    loan, terms, today = position.loan, position.loan.terms, position.as_of
    if not takes_bills(terms):
        raise UsageError(say.say("bill", "scheduled", loan=loan.id))
    if due is None:
        bills = position.account.bills
        billed = {expected_near(terms, known.due) for known in bills}
        coming = (day for day in expected(terms, today) if day not in billed)
        due = position.bill_to_record or next(coming, None)
        if due is None:
            raise UsageError(say.say("bill", "no_due"))
        # One that cannot be drawn yet, while another waits to be paid, puts that one right.
        early = drawn_on(terms, due) > today + _EARLY
        return bills[-1].due if early and bills and bills[-1].due >= today else due
    if expected_near(terms, due) is None and terms.first_due is not None:
        until = due + _YEAR
        around = [*takewhile(lambda day: day <= until, expected(terms, due - _YEAR))]
        nearest = min(around, key=lambda day: abs(day - due), default=terms.first_due)
        shown = {"due_date": str(due), "loan": loan.id, "nearest": str(nearest)}
        raise UsageError(say.say("bill", "far", **shown))
    return due


def _replaced(loan: Loan, drawn: Bill) -> Bill | None:
    """Return the bill whose place another one takes, if there is one."""
    from ..loans.bills import expected_near

    terms = loan.terms
    which = expected_near(terms, drawn.due) or drawn.due
    known = (bill for bill in _bills(loan) if (expected_near(terms, bill.due) or bill.due) == which)
    return next(known, None)


def _bills(loan: Loan) -> list[Bill]:
    from ..loans.bills import in_force
    from ..loans.terms import Bill

    since = (agreed for agreed in loan.agreed if isinstance(agreed, Bill))
    return in_force(loan.terms, (*loan.terms.bills, *since))


def _refuse(loan: Loan, drawn: Bill, before: Bill | None, today: date, say: Words) -> None:
    """Refuse a bill that cannot be right."""
    shown = {"loan": loan.id, "due_date": str(drawn.due), "on": str(drawn.on)}
    sums = {"amount": f"{drawn.amount:f}", "minimum": f"{drawn.minimum or 0:f}"}
    dues = [bill.due for bill in _bills(loan)] + loan.terms.dues_listed
    last = max(dues, default=drawn.due)
    wrong = {
        "minimum": drawn.minimum is not None and drawn.minimum > drawn.amount,
        "old": drawn.due < today - _YEAR,
        "drawn": drawn.on >= drawn.due,
        "posted": any(posting.on > drawn.on for posting in drawn.posted),
        "more": sum(posting.amount or 0 for posting in drawn.posted) > drawn.amount,
        "early": before is None and (drawn.due < last or drawn.due in dues),
    }
    for key in (key for key, so in wrong.items() if so):
        raise UsageError(say.say("bill", key, last=str(last), **shown, **sums))


def _json(bill: Bill | None) -> dict[str, Any] | None:
    if bill is None:
        return None
    minimum = None if bill.minimum is None else f"{bill.minimum:f}"
    dates = {"due": str(bill.due), "date": str(bill.on)}
    posted = [
        {"on": str(one.on), "amount": None if one.amount is None else f"{one.amount:f}"}
        for one in bill.posted
    ]
    return dates | {"amount": f"{bill.amount:f}", "minimum": minimum, "posted": posted}


def _text(app: App, loan: Loan, drawn: Bill, before: Bill | None, number: int) -> list[str]:
    from ..loans.money import Money
    from ..messages.sheet import name_of
    from ..messages.words import words

    say, currency = words(app.config.locale), loan.terms.currency
    sums = {"amount": drawn.amount, "minimum": drawn.minimum or drawn.amount}
    shown = {name: say.money(Money.of(sum_, currency)) for name, sum_ in sums.items()}
    shown |= {"due_date": say.day(drawn.due, drawn.on), "on": say.day(drawn.on, drawn.on)}
    key = "recorded" if drawn.minimum is None else "recorded_minimum"
    lines = [say.say("bill", key, number=str(number), loan=name_of(loan), **shown)]
    if before is not None:
        was = say.money(Money.of(before.amount, currency))
        due = say.day(before.due, drawn.on)
        lines.append(say.say("bill", "replaces", amount=was, due_date=due))
    return lines
