"""What is printed of payments and agreements: recorded, taken back, listed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from ..app import App
from ..loans.cures import saved_by_early_payoff
from ..loans.money import Money
from ..loans.payable import Odd, Payable
from ..loans.schedule import start_date
from ..loans.terms import Bill, Loan, Payment, Prepayment, Repayment
from ..loans.whatif import Prospect, Residue, Surplus, surplus
from ..messages.sheet import name_of
from ..messages.words import Words, words
from ..store.book import BILLED, DEBIT_FAILED, WAIVED
from .account_views import balances_json, listed_lines
from .figure_views import position_on, prospect_text, quote_json, sheet_of

_AGREED = ("amount", "minimum", "of", "due", "to")  # what is shown of an agreement, where it has it


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a payment is hardly meant, in words: as a refusal, and as a question."""

    refusal: str
    question: str


def odd_words(app: App, loan: Loan, on: date, odd: Odd) -> Doubt:
    """Say why nobody paid on a day, as a question and as a refusal."""
    say, today = words(app.config.locale), app.today(loan)
    begin = start_date(loan.terms) or on
    dates = {"on": say.day(on, today), "begin": say.day(begin, today)}
    reason = say.say("record", str(odd), loan=name_of(loan), **dates)
    return Doubt(say.say("record", "yes", odd=reason), say.say("record", "ask_yes", odd=reason))


def twin_words(app: App, loan: Loan, paid: Payment) -> Doubt:
    """Say that a payment is there already, as a question and as a refusal."""
    say, today = words(app.config.locale), app.today(loan)
    amount = say.money(Money.of(paid.amount, loan.terms.currency))
    key = "twin_written" if paid.id is None else "twin_numbered"
    key = "twin_assumed" if paid.assumed else key
    shown = {"amount": amount, "loan": name_of(loan), "id": loan.id, "on": say.day(paid.on, today)}
    there = say.say("record", key, number=str(paid.id), **shown)
    return Doubt(say.say("record", "again", twin=there), say.say("record", "ask_again", twin=there))


@dataclass(frozen=True, slots=True)
class SurplusQuestion:
    """Where what a payment leaves over is to go, as a question and as a refusal."""

    prospects: tuple[Prospect, ...]
    shown: str
    prompt: str
    refusal: str


def surplus_question(
    app: App, loan: Loan, paid: Money, over: Surplus, *, only_principal: bool
) -> SurplusQuestion:
    """Ask where what is over goes, with what comes of each way; or which way to the principal."""
    say = words(app.config.locale)
    ways = tuple(
        prospect
        for prospect in over.prospects
        if not (only_principal and prospect.to is Prepayment.AHEAD)
    )
    shown = {"amount": say.money(paid), "over": say.money(over.over), "loan": name_of(loan)}
    first = say.say("record", "surplus", **shown)
    options = say.line("comma").join(f"--to {way.to}" for way in ways)
    refusal = say.say("record", "say_surplus", surplus=first, options=options, id=loan.id)
    lines = [first, *(f"  {way.to}: {prospect_text(way, say)}" for way in ways)]
    return SurplusQuestion(ways, "\n".join(lines), say.say("record", "ask_surplus"), refusal)


def no_rest(app: App, loan: Loan) -> str:
    """Say that nothing is left to let go of."""
    return words(app.config.locale).say("record", "no_rest", loan=name_of(loan))


def rest_doubt(app: App, loan: Loan, rest: Residue) -> Doubt:
    """Say that what is left is more than a rest, as a question and as a refusal."""
    say = words(app.config.locale)
    shown = {"amount": say.money(rest.open), "loan": name_of(loan), "id": loan.id}
    odd = say.say("record", "no_residue", **shown)
    return Doubt(say.say("record", "yes", odd=odd), say.say("record", "ask_yes", odd=odd))


def settled_text(app: App, loan: Loan, rest: Residue, numbers: Sequence[str]) -> str:
    """Say what was let go of, how far off the figures were, and how the loan stands now."""
    say = words(app.config.locale)
    off = say.money(rest.open)
    lines = [say.say("record", "let_go", loan=name_of(loan), off=off, number=", ".join(numbers))]
    if rest.asked and rest.paid:
        shown = {"asked": say.money(rest.asked), "paid": say.money(rest.paid), "off": off}
        share = say.share((rest.open.amount / rest.asked.amount).quantize(Decimal("0.00001")))
        lines.append(say.say("record", "off", share=share, **shown))
        lines.append(say.say("record", "find_out", id=loan.id))
    undo = [say.say("record", "undo", number=number) for number in numbers]
    return "\n".join([*lines, now_owed(app, loan), *undo])


def nothing_text(app: App, loan: Loan, on: date) -> str:
    """Say that on a day nothing was to be paid, or that it has been paid since."""
    say, today = words(app.config.locale), app.today(loan)
    if on == today:
        return say.say("record", "nothing", loan=name_of(loan), id=loan.id)
    shown = {"loan": name_of(loan), "id": loan.id, "on": say.day(on, today)}
    return say.say("record", "paid_since", **shown, day=str(on))


def paid_json(app: App, loan: Loan, number: int, what: Payable | None) -> dict[str, Any]:
    """Return a recorded payment, the due dates it was taken for if it named no sum, the quote."""
    paid, _ = app.payment(loan, number)
    taken = None if what is None else {"dues": list(map(str, what.dues)), "ahead": what.ahead}
    made = {"payment": number, "date": str(paid.on), "amount": str(_sum(loan, paid))}
    return made | {"to": paid.to, "taken_as": taken} | quote_json(app, loan, None)


def paid_text(app: App, loan: Loan, number: int, what: Payable | None) -> str:
    """Say that a payment was recorded, as what, what is owed now, and how to take it back."""
    say, position = words(app.config.locale), position_on(app, loan)
    paid, former = app.payment(loan, number)
    if what is not None:
        lines = [_taken(app, loan, what)]
    else:
        on, amount = say.day(paid.on, position.as_of), say.money(_sum(loan, paid))
        shown = {"number": str(number), "amount": amount, "loan": name_of(loan), "on": on}
        lines = [say.say("record", "payment", **shown), *_over(loan, paid, say)]
    if former is not None:
        due = say.day(former.due, position.as_of)
        lines = [lines[0], say.say("record", "former", due_date=due)]
    if position.settled and position.credit:
        lines.append(say.say("record", "more", amount=say.money(position.credit)))
    if saved := saved_by_early_payoff(position):
        lines.append(say.say("record", "saved", amount=say.money(saved)))
    return "\n".join([*lines, now_owed(app, loan), say.say("record", "undo", number=str(number))])


def _over(loan: Loan, paid: Payment, say: Words) -> list[str]:
    """Say where what a payment left over went: to the principal, or to the next installments."""
    others = tuple(other for other in loan.payments if other.id != paid.id)
    over = surplus(replace(loan, payments=others), paid.amount, paid.on)
    if over is None:
        return []
    if (went := over.by(paid.to)) is not None:
        return [say.say("record", "over", over=say.money(over.over), way=prospect_text(went, say))]
    if over.ahead == over.next_sum:
        return []  # it is the next installment, paid early
    return [say.say("record", "waits", over=say.money(over.over))]


def all_paid_text(app: App, payments: Iterable[tuple[str, tuple[int, Payable]]]) -> str:
    """Say what was recorded on each loan, a line each."""
    say, lines = words(app.config.locale), []
    for loan_id, (number, what) in payments:
        loan = app.loan(loan_id)
        shown = {"loan": name_of(loan), "taken": _taken(app, loan, what), "number": str(number)}
        lines.append(say.say("record", "of_loan", **shown))
    return "\n".join(lines) or say.say("record", "none_due")


def _taken(app: App, loan: Loan, what: Payable) -> str:
    """Say what a payment without a sum was taken for."""
    say, today = words(app.config.locale), app.today(loan)
    first, last = (say.day(due, today) for due in (what.dues[0], what.dues[-1]))
    if len(what.dues) > 1:
        shown = {"count": str(len(what.dues)), "first": first, "last": last}
        meant = say.say("record", "several", **shown)
    else:
        meant = say.say("record", _kind(loan, what), due_date=first)
    amount = say.money(what.amount)
    if what.on == today:
        return say.say("record", "taken", what=meant, amount=amount)
    return say.say("record", "taken_on", what=meant, amount=amount, on=say.day(what.on, today))


def _kind(loan: Loan, what: Payable) -> str:
    """Return which words there are for one installment."""
    if what.debit:
        return "debit"
    bills = {bill.due: bill for bill in (*loan.terms.bills, *loan.agreed) if isinstance(bill, Bill)}
    bill = bills.get(what.dues[0])
    if loan.terms.repayment is Repayment.REVOLVING or (bill and bill.minimum is not None):
        if bill and bill.minimum is None and what.ahead:
            return "next"
        return "next_minimum" if what.ahead else "minimum"
    if len(loan.terms.dues_listed) == 1:
        return "sum"
    return "next" if what.ahead else "one"


def _sum(loan: Loan, paid: Payment) -> Money:
    return Money.of(paid.amount, loan.terms.currency)


def now_owed(app: App, loan: Loan) -> str:
    """Say how a loan stands now."""
    sheet = sheet_of(app, position_on(app, loan))
    return sheet.title(sheet.stage)


def agreement_text(app: App, loan: Loan, number: int, *notes: str) -> str:
    """Say that an agreement was recorded, what is to be noted, and how the loan stands now."""
    say, key = words(app.config.locale), f"A{number}"
    row = next(row for row in _agreements(app) if row["agreement"] == key)
    first = say.say("record", "agreement", number=key, kind=_kind_of(row, loan, say))
    undo = say.say("record", "undo", number=key)
    return "\n".join([first, *notes, now_owed(app, loan), undo])


def waived_note(app: App, whole: Money, taken: Money) -> str:
    """Say how much of a waiver counts, and that the rest lapses."""
    key = "waived_whole" if taken == whole else "waived_part" if taken else "waived_nothing"
    rest = Money(whole.minor - taken.minor, whole.currency)
    say, shown = words(app.config.locale), {"amount": whole, "waived": taken, "rest": rest}
    return say.say("record", key, **{name: say.money(sum_) for name, sum_ in shown.items()})


def undoable_json(app: App) -> list[dict[str, Any]]:
    """Return the payments, agreements and balances that can be taken back."""
    payments = [
        {"payment": paid.id, "loan": loan.id, "date": str(paid.on), "amount": str(paid.amount)}
        | {"assumed": paid.assumed, "to": paid.to}
        for loan, paid in app.typed_payments()
    ]
    return payments + _agreements(app) + balances_json(app)


def _agreements(app: App) -> list[dict[str, Any]]:
    """Return the agreements that stand, each with what was agreed."""
    agreed = []
    for row in app.agreements():
        what = row["document"] or {}
        one = {"agreement": f"A{row['id']}", "loan": row["loan_id"], "date": str(row["date"])}
        one["kind"] = row["kind"]
        agreed.append(one | {key: what[key] for key in _AGREED if what.get(key) is not None})
    return agreed


def undoable_text(app: App) -> str:
    """List the payments, agreements and balances that can be taken back."""
    say, lines = words(app.config.locale), []
    loans = {entry.loan.id: entry.loan for entry, _ in app.entries()}
    for row in undoable_json(app):
        loan = loans.get(row.get("loan", ""))
        if loan is None:
            continue  # a balance, or of a loan that is configured no more, of which nothing counts
        if "payment" in row:
            number = str(row["payment"])
            key = "of_assumed" if row["assumed"] else "of_payment_to" if row["to"] else "of_payment"
            way = say.say("record", f"went_{row['to']}") if row["to"] else ""
            what = say.say("record", key, amount=_amount(row, loan, say), way=way)
        else:
            number, what = row["agreement"], _kind_of(row, loan, say)
        on = say.day(date.fromisoformat(row["date"]), app.today(loan))
        shown = {"number": number, "what": what, "loan": name_of(loan), "on": on}
        lines.append(say.say("record", "listed", **shown))
    return "\n".join(lines + listed_lines(app)) or say.say("record", "none_listed")


def _kind_of(row: dict[str, Any], loan: Loan, say: Words) -> str:
    """Say what an agreement is about, with its sum or its dates."""
    if row["kind"] == WAIVED:
        part = say.part(row["of"]) if "of" in row else ""
        key = "of_waiver_of" if part else "of_waiver"
        return say.say("record", key, part=part, amount=_amount(row, loan, say))
    if row["kind"] in {DEBIT_FAILED, BILLED}:
        due = date.fromisoformat(row["due"])
        amount = _amount(row, loan, say) if row["kind"] == BILLED else ""
        return say.say("record", f"of_{row['kind']}", due_date=say.day(due, due), amount=amount)
    if "to" not in row:
        return say.say("record", f"of_{row['kind']}")
    due, *to = (date.fromisoformat(day) for day in (row["due"], *row["to"]))
    shown = {"due_date": say.day(due, due), "to": say.listed(say.day(day, due) for day in to)}
    return say.say("record", "of_approved", **shown)


def _amount(row: dict[str, Any], loan: Loan, say: Words) -> str:
    return say.money(Money.of(Decimal(row["amount"]), loan.terms.currency))


def undone_text(app: App, loan: Loan, number: str, *, agreement: bool) -> str:
    """Say that a payment or an agreement was taken back and what is owed now."""
    say = words(app.config.locale)
    key = "agreement_undone" if agreement else "payment_undone"
    return f"{say.say('record', key, number=number.upper())}\n{now_owed(app, loan)}"
