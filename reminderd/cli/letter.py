"""The command that writes letters to the lender, and what to say on the phone: letter."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import ReminderdError, UsageError
from .common import DATE, Choice, common, echo, looking, print_json, stated_amount
from .completion import loan_ids

if TYPE_CHECKING:
    from ..messages.letters import Claim, Kind
    from ..messages.sheet import Sheet
    from ..messages.words import Words

_PAGES = {".html", ".htm"}
_WRITTEN = {*_PAGES, ".md", ".markdown", ".txt", ""}


@click.command()
@click.argument("loan", shell_complete=loan_ids)
@common
@click.option(
    "--kind",
    type=Choice(
        ["extension", "dispute", "settlement", "card-plan", "record-dispute", "call-script"]
    ),
    required=True,
    help="What it is for.",
)
@click.option("--as-of", type=DATE, help="Another day than today.")
@click.option(
    "--format",
    "form",
    type=Choice(["markdown", "html"]),
    help="How it is laid out; else as the file's name says, else markdown.",
)
@click.option("--locale", type=Choice(["zh-CN", "en"]), help="Its language; else yours.")
@click.option("--amount", help="What the lender says is due, for a dispute.")
@click.option("--output", type=click.Path(path_type=Path), help="Write it into this file.")
@click.option("--force", is_flag=True, help="Replace the file if it is there already.")
def letter(
    loan: str,
    config_file: str | None,
    as_json: bool,
    kind: str,
    as_of: date | None,
    form: str | None,
    locale: str | None,
    amount: str | None,
    output: Path | None,
    force: bool,
) -> None:
    """Write a letter about LOAN to the lender, or what to say on the phone, ready to use.

    \b
    extension       asks for more time or installments, with a proposal
    dispute         sets the lender's figure (--amount) against yours, asks how it came about
    settlement      offers what is overdue in one sum against a waiver of penalty and fees
    card-plan       asks a bank to let you pay off a card in installments that you can afford
    record-dispute  asks to have a wrong entry in your credit report put right
    call-script     what to say, to ask, to write down, and not to agree to

    Your name, cash, pay day and reason come from [borrower]; what is not known is left blank.
    Read it before you send it. The figures are estimates: the lender's app prevails.
    """  # noqa: D301  # the backslash is click's mark for lines to be kept
    from ..messages.letters import Claim, Kind, page, write
    from ..messages.words import words
    from .figure_views import position_on, sheet_of

    if output is not None and output.suffix.lower() not in _WRITTEN:
        raise UsageError(
            f"{output} would not open: a letter is written as .md, .txt or .html "
            "(open the .html one in a word processor, or print it from a browser as PDF)"
        )
    app, what = looking(config_file), Kind(kind)
    sheet = sheet_of(app, position_on(app, app.loan(loan), as_of), locale)
    _refuse(what, sheet, amount)
    stated = None if amount is None else stated_amount(amount, sheet.position.currency)
    claim = None if stated is None else Claim.of(sheet, stated)
    for sentence in _cautions(what, sheet, claim, words(app.config.locale)):
        echo(sentence, err=True)
    form = form or ("html" if output and output.suffix.lower() in _PAGES else "markdown")
    text = write(what, sheet, claim)
    text = page(text, sheet) if form == "html" else text
    if output is not None:
        _save(text, output, force=force)
    if as_json:
        print_json({"kind": kind, "format": form, "text": text})
    else:
        echo(text if output is None else f"written to {output}", nl=output is not None)


def _refuse(kind: Kind, sheet: Sheet, amount: str | None) -> None:
    """Refuse a letter that has nothing to say."""
    from ..messages.letters import Kind

    position, name = sheet.position, sheet.loan.id
    if amount is not None and kind is not Kind.DISPUTE:
        raise UsageError(f"--amount goes with --kind dispute, not with {kind}")
    if sheet.person and kind is not Kind.EXTENSION:
        raise UsageError(
            f"a person lent {name}, and no bank: only --kind extension is written to them "
            f"(lender = \"bank\" in the loan's table for a lender's letters)"
        )
    if not kind.disputes and not position.to_pay:
        raise UsageError(f"nothing is to be paid on loan {name} (see `reminderd quote {name}`)")
    if kind is Kind.SETTLEMENT and not position.arrears:
        raise UsageError(
            f"nothing on loan {name} has fallen due, so there is nothing to waive "
            f"(`reminderd quote {name}` says what pays it off)"
        )


def _cautions(kind: Kind, sheet: Sheet, claim: Claim | None, say: Words) -> Iterator[str]:
    """Say what the borrower should know before the letter goes out, in the borrower's words."""
    from ..messages.letters import Kind, proposal

    if claim is not None:
        yield from _about_claim(sheet, claim, say)
    if kind is Kind.EXTENSION:
        yield from _about_requests(sheet, say)
        cash, amount = sheet.desk.borrower.cash, sheet.position.to_pay
        if cash and cash.currency == amount.currency and cash.minor >= amount.minor:
            shown = {"cash": say.money(cash), "amount": say.money(amount)}
            yield say.say("letter", "cash_covers", **shown)
    if kind is Kind.SETTLEMENT:
        yield from _about_cash(sheet, say)
    if kind in {Kind.EXTENSION, Kind.CALL_SCRIPT} and (cash := proposal(sheet).now):
        yield say.say("letter", "offers_cash", cash=say.money(cash))


def _about_claim(sheet: Sheet, claim: Claim, say: Words) -> Iterator[str]:
    ours = sheet.position.to_pay
    amount = say.money(claim.stated)
    if claim.right:
        raise UsageError(say.say("letter", "claim_right", amount=amount))
    if claim.stated.minor < ours.minor:
        yield say.say("letter", "claim_lower", amount=amount, ours=say.money(ours))


def _about_requests(sheet: Sheet, say: Words) -> Iterator[str]:
    from ..loans.terms import RequestState
    from ..playbook.facts import facts

    known, request = facts(sheet.position), sheet.loan.request(sheet.today)
    for state in RequestState:
        if request is not None and f"extension-{state}" in known:
            on = say.day(request.on, sheet.today)
            yield say.say("letter", f"already_{state}", request_date=on)


def _about_cash(sheet: Sheet, say: Words) -> Iterator[str]:
    """Say that the offer is more than there is to pay it with."""
    cash, due = sheet.desk.borrower.cash, sheet.position.due
    offered = sheet.position.money(due.principal + due.interest)
    if cash is not None and cash.currency == offered.currency and cash.minor < offered.minor:
        shown = {"cash": say.money(cash), "offered": say.money(offered)}
        yield say.say("letter", "beyond_cash", **shown)


def _save(text: str, file: Path, *, force: bool) -> None:
    try:
        with file.open("w" if force else "x", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError:
        raise UsageError(f"{file} is there already (--force replaces it)") from None
    except OSError as error:
        raise ReminderdError(f"{file} cannot be written: {error.strerror}") from None
