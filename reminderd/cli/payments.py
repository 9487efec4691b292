"""Commands on what was paid: pay, undo."""

from __future__ import annotations

import sys
from datetime import date
from typing import TYPE_CHECKING

import click

from ..errors import UsageError
from .common import DATE, Choice, common, echo, looking, paid_amount, print_json, writing
from .completion import loan_ids

if TYPE_CHECKING:
    from ..app import App
    from ..loans.money import Money
    from ..loans.terms import Loan, Prepayment
    from .payment_views import Doubt

_AGREEMENT, _BALANCE = "A", "B"  # what the numbers of records other than payments begin with


@click.command()
@click.argument("loan", shell_complete=loan_ids, required=False)
@click.argument("amount", required=False)
@common
@click.option("--date", "day", type=DATE, help="The day the money reached the lender; else today.")
@click.option("--all-due", is_flag=True, help="Pay what is due on every loan.")
@click.option("--yes", is_flag=True, help="Record it though its day is hardly the one meant.")
@click.option("--again", is_flag=True, help="Record another one of the same sum and day.")
@click.option(
    "--to",
    type=Choice(["principal", "shorter", "lower", "ahead"]),
    help="Where the lender takes what is beyond all that is due: to the principal, so that the "
    "term gets shorter or the installment lower (principal: as `prepayment` says), or ahead to the "
    "next due dates.",
)
def pay(
    loan: str | None,
    amount: str | None,
    config_file: str | None,
    as_json: bool,
    day: date | None,
    all_due: bool,
    yes: bool,
    again: bool,
    to: str | None,
) -> None:
    """Record that AMOUNT was paid on LOAN.

    What is over once all that is due is paid waits for the next installment. If it is more than
    that one, the lender may take it to the principal instead: you are asked, and shown what comes
    of it, unless --to or the loan's `prepayment` says.

    Without AMOUNT it is what was due on that day, penalty and fees included; else the debit that
    nobody has confirmed; else what is left of the next installment. A running daemon sees it
    within a minute: reminders of what is now paid are cancelled. `reminderd undo` takes a payment
    back.
    """
    if all_due:
        if loan is not None:
            raise UsageError("--all-due pays every loan on which something is due (leave out LOAN)")
        if to is not None:
            raise UsageError("--all-due leaves nothing over (leave out --to)")
        _pay_all(writing(config_file), day, as_json=as_json, yes=yes)
        return
    if loan is None:
        raise UsageError("which loan was paid? (reminderd pay LOAN; or reminderd pay --all-due)")
    app = writing(config_file)
    one = app.loan(loan)
    given = None if amount is None else paid_amount(amount, one.terms.currency)
    said = None if to is None else _said(one, to)
    _pay(app, one, given, day, said, as_json=as_json, yes=yes, again=again)


def _said(loan: Loan, to: str) -> str:
    """Return where --to has what is over go, where it can."""
    from ..errors import TermsError
    from ..loans.terms import check_prepayment

    try:
        check_prepayment(loan.terms, to, "--to")
    except TermsError as error:
        raise UsageError(f"--to: {error}") from None
    return to


def _pay(
    app: App,
    loan: Loan,
    given: Money | None,
    day: date | None,
    said: str | None,
    *,
    as_json: bool,
    yes: bool,
    again: bool,
) -> None:
    from ..loans.payable import assumed_debit, payable_on, twin
    from . import payment_views as views

    on, what, paid = app.payment_day(loan, day), None, given
    if not yes:
        _ask_of_day(app, loan, on)
    if paid is None:
        what = payable_on(loan, on, app.today(loan))
        if what is None:
            raise UsageError(views.nothing_text(app, loan, on))
        on, paid = what.on, what.amount
    elif day is None and (debit := payable_on(loan, on, on)) is not None and debit.debit:
        on = debit.on  # a debit is made on its due date, whenever one hears of it
    alike = twin(loan, paid, on)
    if alike is None and (counted := assumed_debit(loan, on, app.today(loan))) is not None:
        same = counted.amount == paid.amount
        alike = counted if same or (what is not None and what.ahead) else None
    if alike is not None and not again:
        ask(views.twin_words(app, loan, alike))
    to = _goes_to(app, loan, paid, on, said)
    number = app.pay(loan, paid, on, to)
    if as_json:
        print_json(views.paid_json(app, app.loan(loan.id), number, what))
    else:
        echo(views.paid_text(app, app.loan(loan.id), number, what))


def _goes_to(app: App, loan: Loan, paid: Money, on: date, said: str | None) -> Prepayment | None:
    """Return where what a payment leaves over goes: as was said, as the terms say, or asked for.

    Refused where nobody can answer. None where it makes little difference: it waits.
    """
    from ..loans.whatif import surplus
    from . import payment_views as views

    known = None if said is None else loan.terms.prepayment_meant(said)
    if known is not None:
        return known
    over = surplus(loan, paid.amount, on)
    if over is None or (said is None and not over.matters):
        return None
    if said is None and loan.terms.prepayment is not None:
        return loan.terms.prepayment
    question = views.surplus_question(app, loan, paid, over, only_principal=said is not None)
    if not sys.stdin.isatty():
        raise UsageError(question.refusal)
    echo(question.shown, err=True)
    ways = {str(prospect.to): prospect.to for prospect in question.prospects}
    return ways[click.prompt(question.prompt, type=Choice(list(ways)), err=True)]


def ask(doubt: Doubt) -> None:
    """Ask whether a payment was really made; refuse it where nobody can answer."""
    if not sys.stdin.isatty():
        raise UsageError(doubt.refusal)
    if not click.confirm(doubt.question, err=True):
        raise click.Abort


def _ask_of_day(app: App, loan: Loan, on: date) -> None:
    """Ask of a day on which hardly anybody paid: to come, before the loan, in another year."""
    from ..loans.payable import HALF_A_YEAR, Odd, odd_day
    from . import payment_views as views

    today = app.today(loan)
    odd = odd_day(loan, on, today) or (Odd.OTHER_YEAR if today - on > HALF_A_YEAR else None)
    if odd is not None:
        ask(views.odd_words(app, loan, on, odd))


def _pay_all(app: App, day: date | None, *, as_json: bool, yes: bool) -> None:
    """Pay what was due on each loan, each on its own day."""
    from functools import partial

    from ..loans.payable import payable_on
    from ..loans.trouble import Trouble, attempt
    from ..messages.words import words
    from . import payment_views as views
    from .figure_views import trouble_line

    payments = []
    for loan in [entry.loan for entry, _ in app.entries()]:
        on = app.payment_day(loan, day)
        if not yes:
            _ask_of_day(app, loan, on)
        what = attempt(loan, partial(payable_on, loan, on, app.today(loan)))
        if isinstance(what, Trouble):
            echo(trouble_line(what, words(app.config.locale)), err=True)
        elif what is not None and not (what.ahead or what.debit):
            payments.append((loan.id, (app.pay(loan, what.amount, what.on), what)))
    if as_json:
        print_json([views.paid_json(app, app.loan(one), *paid) for one, paid in payments])
    else:
        echo(views.all_paid_text(app, payments))


@click.command()
@click.argument("number", required=False)
@common
def undo(number: str | None, config_file: str | None, as_json: bool) -> None:
    """Take back the payment, agreement or balance with this NUMBER, as its command printed it.

    Without a number: list what can be taken back.
    """
    from . import account_views, figure_views
    from . import payment_views as views

    if number is None:
        app = looking(config_file)
        if as_json:
            print_json(views.undoable_json(app))
        else:
            echo(views.undoable_text(app))
        return
    kind, plain = _numbered(number)
    app = writing(config_file)
    if kind == _BALANCE:
        account = app.take_back_balance(plain)
        if as_json:
            print_json({"undone": number, "accounts": account_views.accounts_json(app)})
        else:
            echo(account_views.undone_text(app, account, number))
        return
    agreement = kind == _AGREEMENT
    loan_id = app.take_back(plain) if agreement else app.undo(plain)
    if as_json:
        undone = {"undone": number if agreement else plain}
        print_json(undone | figure_views.quote_json(app, app.loan(loan_id), None))
    else:
        echo(views.undone_text(app, app.loan(loan_id), number, agreement=agreement))


def _numbered(number: str) -> tuple[str, int]:
    """Read a number and what it is of: 3 is a payment's, A3 an agreement's, B3 a balance's."""
    kind = number[:1].upper() if number[:1].isalpha() else ""
    digits = number[len(kind) :]
    if kind not in {"", _AGREEMENT, _BALANCE} or not (digits.isascii() and digits.isdecimal()):
        raise UsageError(
            f"{number!r} is no number "
            "(write 3 for a payment, A3 for an agreement, B3 for a balance)"
        )
    return kind, int(digits)
