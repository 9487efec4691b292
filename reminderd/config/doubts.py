"""What a configuration may hold and that is hardly meant: is the year right, was nothing paid?

Nothing here is a mistake: the file is used all the same, and whoever reads it is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from ..errors import Problem, where
from ..loans.funds import BankAccount
from ..loans.payable import Odd, odd_day
from ..loans.rules import covered_until
from ..loans.schedule import start_date
from ..loans.succession import first_due
from ..loans.terms import Loan, LoanTerms, Payment, Repayment
from ..loans.trouble import Trouble
from ..messages.shortage import typed
from .load import Config
from .positions import Path, locate
from .sentences import dotted

_FAR = timedelta(days=548)  # a bill, or the first of several, is hardly further off
_LONGEST = timedelta(days=40 * 365)  # hardly any loan is older
_ASK = "is the year right?"

Doubt = tuple[Path, str]


def doubts(
    config: Config,
    paid: Mapping[str, Loan],
    unstated: Mapping[str, Sequence[date]],
    today: date,
    troubled: Mapping[str, Trouble] | None = None,
    accounts: Iterable[BankAccount] = (),
) -> list[Problem]:
    """Return a question for each date that is years off, or of something yet to happen.

    Of *troubled* loans, by id, that their figures cannot be worked out is said as well.

    *paid* has the loans by id with all that was paid on them, written in the file or recorded;
    *unstated* has, by loan, the past due dates of which nothing says whether they were paid.
    *accounts* have their newest balances.
    """
    problems, positions = [], locate(config.text)

    def ask(whole: Path, sentence: str) -> None:
        line, column = positions.value(whole)
        problems.append(Problem(str(config.file), line, column, dotted(whole), sentence))

    for path, sentence in (*_of_quiet_hours(config), *_of_accounts(accounts, today)):
        ask(path, sentence)
    for number, loan in enumerate(config.loans):
        whole = paid.get(loan.id, loan)
        years = list(_of_loan(loan, today, paid=bool(whole.payments)))
        asked = [(path, f"{sentence} ({_ASK})") for path, sentence in years]
        asked += _of_payments(loan, whole, today)
        asked += _of_paid_until(loan.terms, today) + _of_covered(loan)
        if trouble := (troubled or {}).get(loan.id):
            asked.append((_first(loan), _beyond(trouble)))
        if (dues := unstated.get(loan.id)) and not any(_first(loan) == path for path, _ in years):
            asked.append((_first(loan), _if_paid(loan.terms, dues)))
        for path, sentence in asked:
            ask(("loans", number, *path), sentence)
    return problems


def _of_quiet_hours(config: Config) -> Iterator[Doubt]:
    """Ask of a time for reminders at which channels are quiet: they come later, maybe a day."""
    at, path = config.policy.send_at, ("reminders", "send_at")
    held = [channel for channel in config.channels if channel.quiet and channel.quiet.holds(at)]
    for quiet in dict.fromkeys(channel.quiet for channel in held if channel.quiet):
        names = ", ".join(channel.name for channel in held if channel.quiet == quiet)
        when = "the next day" if quiet.end <= at else "that day"
        sentence = (
            f"{at:%H:%M} lies in the quiet hours of {names}, so reminders come at "
            f"{quiet.end:%H:%M} {when} "
            f"(choose a time that is not from {quiet.start:%H:%M} to {quiet.end:%H:%M})"
        )
        yield path, sentence


def _of_accounts(accounts: Iterable[BankAccount], today: date) -> Iterator[Doubt]:
    """Ask of accounts that pay nothing, and of balances that say nothing any more, or not yet."""
    for account in accounts:
        name, as_of = account.name, account.balance.as_of
        if not account.loans:
            sentence = (
                f"no loan is paid from it (write paid_from = {name!r} in a loan, or remove it)"
            )
            yield ("accounts", name), sentence.replace("'", '"')
        elif as_of > today:
            yield ("accounts", name, "as_of"), f"{as_of} is yet to come ({_ASK})"
        elif not account.is_fresh(today):
            sentence = f"the balance of {as_of} is too old to tell whether it is enough"
            remedy = f"record today's: reminderd balance {typed(name)} AMOUNT"
            yield ("accounts", name, "as_of"), f"{sentence} ({remedy})"


def _beyond(trouble: Trouble) -> str:
    if trouble.beyond:
        return "its figures are beyond what can be reckoned (look at its rate and dates)"
    fault = where(trouble.error)
    return f"its figures cannot be worked out, a mistake of the program (please report it: {fault})"


def _first(loan: Loan) -> Path:
    """Return where the first due date of a loan stands."""
    terms = loan.terms
    if terms.repayment is not Repayment.LISTED:
        return ("first_due",)
    return ("due",) if len(terms.dues_listed) == 1 else _due(0)


def _if_paid(terms: LoanTerms, dues: Sequence[date]) -> str:
    balance = terms.repayment is Repayment.REVOLVING
    beside = ", with the balance of that day as principal" if balance else ""
    return (
        f"its first due date, {dues[0]}, is past, and neither payments nor paid_until are written "
        f"(if all was paid so far, write paid_until = {dues[-1]}{beside}; if nothing was, "
        f"paid_until = {dues[0] - timedelta(days=1)})"
    )


def _of_paid_until(terms: LoanTerms, today: date) -> list[Doubt]:
    if terms.paid_until is None or terms.paid_until <= today:
        return []
    sentence = f"{terms.paid_until} is yet to come, and what falls due until then counts as paid"
    return [(("paid_until",), f"{sentence} on its day (`reminderd pay` records money paid ahead)")]


def _of_covered(loan: Loan) -> list[Doubt]:
    """Say once which payments are part of what ``paid_until`` says."""
    covered = covered_until(loan.terms)
    days = enumerate(payment.on for payment in loan.payments)
    parts = [number for number, on in days if covered and on <= covered]
    if not parts:
        return []
    one = len(parts) == 1
    which = (
        "this payment of that time counts" if one else f"{len(parts)} payments of that time count"
    )
    why = f"paid_until covers what was paid up to {covered}, so {which} no more"
    return [(("payments", parts[0], "date"), f"{why} (leave {'it' if one else 'them'} out)")]


def _of_loan(loan: Loan, today: date, *, paid: bool) -> Iterator[Doubt]:
    terms = loan.terms
    if terms.repayment is Repayment.LISTED:
        covered = terms.paid_until is not None
        yield from _of_bills(terms.dues_listed, today, paid=paid or covered)
    elif terms.first_due is not None:
        yield from _of_first_due(terms.first_due, today)
    for path, day in _past(loan):
        if day > today:
            yield path, f"{day} is yet to come"


def _of_bills(dues: list[date], today: date, *, paid: bool) -> Iterator[Doubt]:
    if len(dues) == 1 and not paid and today - dues[0] > _FAR:
        yield ("due",), f"{dues[0]} is {_years(today - dues[0])} ago, and nothing was paid"
    if dues[0] - today > _FAR:
        yield ("due",) if len(dues) == 1 else _due(0), _ahead(dues[0], today)
    for number, (before, due) in enumerate(pairwise(dues), 1):
        if due - before > _FAR:
            yield _due(number), f"{due} is {_years(due - before)} after the one before"


def _of_first_due(first: date, today: date) -> Iterator[Doubt]:
    if first - today > _FAR:
        yield ("first_due",), _ahead(first, today)
    elif today - first > _LONGEST:
        yield ("first_due",), f"{first} is {_years(today - first)} ago"


def _odd(loan: Loan, on: date, why: Odd) -> str:
    if why is Odd.FUTURE:
        return f"{on} is yet to come ({_ASK})"
    if why is Odd.BEFORE_START:
        return f"{on} is before the loan began on {start_date(loan.terms)} ({_ASK})"
    return f"{on} is long before {first_due(loan.terms)} ({_ASK})"


def paid_doubts(loan: Loan, today: date) -> Iterator[tuple[Payment, str]]:
    """Yield what is to be asked of payments of the configuration, which have no number.

    The loan has those that were recorded as well.
    """
    recorded = [paid for paid in loan.payments if paid.id is not None]
    for paid in loan.payments:
        if paid.id is not None:
            continue
        if odd := odd_day(loan, paid.on, today):
            yield paid, _odd(loan, paid.on, odd)
        for same in recorded:
            if (same.on, same.amount) == (paid.on, paid.amount):
                sentence = f"payment {same.id} is of the same sum and day, and both count"
                yield paid, f"{sentence} (if they are one: `reminderd undo {same.id}`)"


def _of_payments(loan: Loan, whole: Loan, today: date) -> Iterator[Doubt]:
    """Yield the same by where it stands; *whole* has all that was paid."""
    places: dict[tuple[date, Decimal], int] = {}
    for place, paid in enumerate(loan.payments):
        places.setdefault((paid.on, paid.amount), place)
    for paid, question in paid_doubts(whole, today):
        yield ("payments", places[paid.on, paid.amount], "date"), question


def _past(loan: Loan) -> Iterator[tuple[Path, date]]:
    """Yield the dates of what has happened already."""
    terms = loan.terms
    yield from ((("waivers", n, "date"), waiver.on) for n, waiver in enumerate(terms.waivers))
    yield from ((("extensions", n, "agreed"), e.agreed) for n, e in enumerate(terms.extensions))
    yield from ((("extension_requests", n, "date"), r.on) for n, r in enumerate(loan.requests))
    if loan.legal_letter is not None:
        yield ("legal_letter",), loan.legal_letter


def _due(number: int) -> Path:
    return "installments", number, "due"


def _ahead(due: date, today: date) -> str:
    return f"{due} is {_years(due - today)} ahead"


def _years(span: timedelta) -> str:
    years = span.days / 365.25
    return f"{years:.0f} years" if years >= 2 else "more than a year and a half"
