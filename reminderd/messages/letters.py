"""Letters to the lender, and what to say on the phone: Markdown, or a page to print.

The words stand in ``templates/letters``, a file for each kind and locale; the figures and facts
that they mention are gathered here. What is not known stays a blank to be filled in by hand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from ..loans.caps import Exceeded, allowed_cost, exceeded
from ..loans.money import Money
from ..loans.owed import Owed
from ..loans.position import Arrear, value
from ..loans.reconcile import Candidate, reconcile
from ..loans.terms import Payment
from ..loans.whatif import if_paid
from ..playbook.facts import LOOK_BACK, Bureau, bureau, facts
from ..redaction import one_line
from .basis import basis
from .derivation import Row, rows
from .layout import render
from .sheet import Sheet

BLANK = "________"
_WAYS_AT_MOST = 3  # ways of reckoning that a dispute names
_PAYMENTS_AT_MOST = 24  # that a letter lists, the newest: a credit report shows two years of them
_MARKUP = re.compile(r"[\\`*|<~]|(?<!\w)_|_(?!\w)|\](?=[\[(])")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_EMPTY_LINES = re.compile(r"\n{3,}")


class Kind(StrEnum):
    """What a letter is for."""

    EXTENSION = "extension"
    DISPUTE = "dispute"
    SETTLEMENT = "settlement"
    CARD_PLAN = "card-plan"
    RECORD_DISPUTE = "record-dispute"
    CALL_SCRIPT = "call-script"

    @property
    def disputes(self) -> bool:
        """Whether it contests what somebody says of the loan, so that nothing need be owed."""
        return self in {Kind.DISPUTE, Kind.RECORD_DISPUTE}


_ENCLOSED_AS_FOR = {
    Kind.CARD_PLAN: "agree-on-plan",
    Kind.EXTENSION: "ask-extension",
    Kind.SETTLEMENT: "ask-fee-waiver",
    Kind.CALL_SCRIPT: "ask-extension",
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the borrower can offer: the cash at hand, and the rest on a pay day."""

    rest: Money
    now: Money | None = None
    by: date | None = None
    then: Money | None = None  # what the rest grows to by then, if nothing else is agreed


@dataclass(frozen=True, slots=True)
class Claim:
    """What the lender says is to be paid, and the rules by which that may come about."""

    stated: Money
    found: tuple[Candidate, ...]

    @classmethod
    def of(cls, sheet: Sheet, stated: Money) -> Claim:
        """Look for the rules; for what is still to come, as of the day it falls due."""
        position = sheet.position
        coming = None if position.arrears else position.pay_by
        return cls(stated, tuple(reconcile(sheet.loan, stated, coming or sheet.today)))

    @property
    def explained(self) -> bool:
        """Whether some rules give the figure."""
        return self.found[0].matches

    @property
    def right(self) -> bool:
        """Whether the configured terms give it."""
        return self.explained and not self.found[0].changes


def write(kind: Kind, sheet: Sheet, claim: Claim | None = None) -> str:
    """Write a letter about the loan of *sheet* in Markdown; a dispute may be about a *claim*."""
    name = f"letters/{kind}.{sheet.words.name}.md"
    context = _Draft(kind, sheet, claim).context()
    text = render(sheet.desk, name, context)
    return _EMPTY_LINES.sub("\n\n", text).strip() + "\n"


def page(letter: str, sheet: Sheet) -> str:
    """Return a letter as a page that prints on A4."""
    body = _html(letter)
    heading, found, _ = body.partition("</h1>")
    shown = {
        "lang": sheet.words.name,
        "heading": heading if found else sheet.name,
        "body": body,
    }
    return render(sheet.desk, "letters/page.html", shown).strip() + "\n"


def _html(letter: str) -> str:
    """Return Markdown as HTML. Tags in it are text: whatever a loan is called stays its name."""
    from markdown import Markdown

    reader = Markdown(extensions=["tables"])
    reader.preprocessors.deregister("html_block")
    reader.inlinePatterns.deregister("html")
    reader.ESCAPED_CHARS += ["<", "~"]
    blank = BLANK.replace("_", r"\_")  # a blank, and no emphasis
    return str(reader.convert(letter.replace(BLANK, blank)))


def proposal(sheet: Sheet) -> Proposal:
    """Work out what to offer from the cash at hand and the pay day, as far as they are known."""
    position, borrower = sheet.position, sheet.desk.borrower
    due, cash = position.pay_by or sheet.today, borrower.cash
    by = borrower.next_payday(max(due, sheet.today))
    owed = position.to_pay
    now = None
    if cash and cash.currency == owed.currency and cash.minor < owed.minor:
        now = cash
    if not position.arrears:
        return Proposal(owed - now if now else owed, now, by)
    after = if_paid(sheet.loan, now.amount, sheet.today).after if now else position
    if by is None:
        return Proposal(after.due_total, now)
    then = after.account.later(by.toordinal()).due().total
    return Proposal(after.due_total, now, by, after.money(then))


class _Draft:
    """Gathers what a letter may mention, as its locale writes it."""

    def __init__(self, kind: Kind, sheet: Sheet, claim: Claim | None) -> None:
        self.kind = kind
        self.sheet = sheet
        self.position = sheet.position
        self.words = sheet.words
        self.claim = claim

    def context(self) -> dict[str, Any]:
        """Return what templates may mention. Nothing in it is taken for Markdown."""
        gathered = self._who() | self._owed() | self._asked() | self._grounds()
        gathered["stated"] = ""
        if self.claim is not None:
            gathered |= self._compared(self.claim)
        return {**_marked(gathered), "w": self.words, "blank": BLANK}

    def _who(self) -> dict[str, Any]:
        loan, borrower = self.sheet.loan, self.sheet.desk.borrower
        return {
            "me": one_line(borrower.name or ""),
            "loan": self.sheet.name,
            "day": self._day(self.sheet.today),
            "contact": self.sheet.contact,
            "app_path": one_line(loan.app_path or ""),
            "hardship": one_line(loan.hardship or borrower.hardship or "").rstrip("。."),
            "currency": self.position.currency,
            "currency_name": self.words.currency(self.position.currency),
            "china": self.position.currency == "CNY",
            "us": bureau(loan) is Bureau.US,
            "person": self.sheet.person,
            "bears": self._bears(),
        }

    def _bears(self) -> bool:
        """Return whether time makes what is owed more, by interest or by penalty."""
        terms = self.sheet.loan.terms
        return any(rate and rate.value for rate in (terms.contract_rate, terms.penalty_rate))

    def _owed(self) -> dict[str, Any]:
        position, due = self.position, self.position.due
        extra = due.penalty + due.fees
        return {
            "amount": self._money(position.to_pay),
            "since": self._day(position.pay_by or self.sheet.today),
            "late": position.days_past_due,
            "days": self.words.days(position.days_past_due),
            "arrears": [self._arrear(arrear) for arrear in position.arrears],
            "owed": self._parts(due),
            "paid": [self._payment(paid) for paid in self._payments()],
            "extra": self._minor(extra) if extra else "",
            "bare": self._minor(due.total - extra),
            "payoff": self._money(position.payoff),
            "goes_on": position.payoff != position.due_total,
            "settled": position.settled,
            "tomorrow": self._minor(position.tomorrow.total),
            "increase": self._money(position.increase) if position.increase else "",
        }

    def _payments(self) -> list[Payment]:
        """Return what is known to have been paid by now; a debit taken for made is no proof."""
        paid = [one for one in self.sheet.loan.payments if not one.assumed]
        made = [one for one in paid if one.on <= self.sheet.today]
        return sorted(made, key=lambda one: one.on)[-_PAYMENTS_AT_MOST:]

    def _payment(self, payment: Payment) -> dict[str, str]:
        paid = Money.of(payment.amount, self.position.currency)
        return {"on": self._day(payment.on), "amount": self._money(paid)}

    def _arrear(self, arrear: Arrear) -> dict[str, Any]:
        shown = {"due": self._day(arrear.due), "days": str(arrear.days_past_due)}
        return shown | self._parts(arrear.owed)

    def _parts(self, owed: Owed) -> dict[str, str]:
        parts = {name: self._minor(minor) for name, minor in owed._asdict().items()}
        return parts | {"total": self._minor(owed.total)}

    def _asked(self) -> dict[str, Any]:
        offered, sheet = proposal(self.sheet), self.sheet
        filled = sheet.variables
        return {
            "now": self._money(offered.now) if offered.now else "",
            "now_on": self._day(max(self.position.pay_by or sheet.today, sheet.today)),
            "rest": self._money(offered.rest),
            "by": self._day(offered.by) if offered.by else "",
            "then": self._money(offered.then) if offered.then else "",
            "request_date": filled["request_date"],
            "new_dates": filled["new_dates"],
            "legal_date": filled["legal_date"],
            "documents": self._documents(),
        }

    def _documents(self) -> list[str]:
        book = self.sheet.desk.playbook
        texts = book.texts[self.words.name]["documents"]
        if self.kind.disputes:
            return [texts["proof-of-payment"]] if self.sheet.loan.payments else []
        return [texts[name] for name in book.actions[_ENCLOSED_AS_FOR[self.kind]].documents]

    def _grounds(self) -> dict[str, Any]:
        sheet, position = self.sheet, self.position
        known = facts(position, sheet.desk.borrower, sheet.others)
        earlier = [
            due for arrear in position.arrears[:1] for due in position.dues if due < arrear.due
        ]
        return {
            "facts": sorted(known),
            "punctual": min(len(earlier), LOOK_BACK) if "first-overdue" in known else 0,
            "basis": sheet.basis(),
            "caps": [self._above(found) for found in exceeded(position)],
            "derivation": [row._asdict() for row in self._derivation()],
        }

    def _derivation(self) -> list[Row]:
        sheet = self.sheet
        if self.position.settled:  # by payments, which a lender may not have counted
            return rows(sheet.steps(), sheet.words, sheet.today)
        return sheet.derivation()

    def _above(self, found: Exceeded) -> dict[str, str]:
        shown = {"source": one_line(found.cap.source or ""), "rate": "", "cost": ""}
        if found.annual_rate is not None and found.cap.annual_rate is not None:
            rates = {"rate": found.annual_rate, "cap": found.cap.annual_rate}
            return shown | {name: self.words.share(rate) for name, rate in rates.items()}
        if found.cost is not None:
            cap = allowed_cost(self.position.loan.terms, found.cap)
            return shown | {"cost": self._money(found.cost), "cap": self._money(cap)}
        assert found.fees is not None and found.cap.fees is not None  # noqa: PT018  # one is set
        cap = Money.of(found.cap.fees, self.position.currency)
        return shown | {"fees": self._money(found.fees), "cap": self._money(cap)}

    def _compared(self, claim: Claim) -> dict[str, Any]:
        stated, ours = claim.stated, self.position.to_pay
        named = claim.found[:_WAYS_AT_MOST] if claim.explained else ()
        ways = [self._way(candidate) for candidate in named]
        return {
            "stated": self._money(stated),
            "difference": self._minor(abs(stated.minor - ours.minor)),
            "more": stated.minor > ours.minor,
            "explained": claim.explained,
            "ways": [way for way in ways if way["drops"] or way["takes"]],
        }

    def _way(self, candidate: Candidate) -> dict[str, Any]:
        """Say which rules fall away and which come in their place, and what that gives."""
        terms = replace(self.sheet.loan, terms=candidate.terms)
        ours, theirs = self.sheet.basis(), basis(value(terms, self.sheet.today), self.words)
        joint = self.words.line("list_joint")
        return {
            "drops": joint.join(rule for rule in ours if rule not in theirs),
            "takes": joint.join(rule for rule in theirs if rule not in ours),
        }

    def _day(self, day: date) -> str:
        return self.words.full_day(day)

    def _money(self, money: Money) -> str:
        return self.words.money(money)

    def _minor(self, minor: int) -> str:
        return self.words.money(self.position.money(minor))


def _marked(given: Any) -> Any:
    """Return the same with nothing in any text that Markdown would take for its own.

    Letters are read as they are, too: what is plain where it stands has no backslash before it.
    """
    if isinstance(given, str):
        return _ENTITY.sub("&amp;", _MARKUP.sub(r"\\\g<0>", given))
    if isinstance(given, Mapping):
        return {key: _marked(held) for key, held in given.items()}
    return [_marked(held) for held in given] if isinstance(given, list) else given
