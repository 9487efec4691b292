"""What the commands on figures print: each thing once as text, once as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import click

from ..alerts.wallclock import local_date
from ..app import App, Snapshot
from ..errors import UsageError, where
from ..loans.explain import explain_next
from ..loans.money import Money, to_minor
from ..loans.owed import Owed
from ..loans.position import Position, value
from ..loans.presets import Preset
from ..loans.reconcile import Candidate, Change
from ..loans.reconcile import reconcile as search
from ..loans.steps import Step
from ..loans.terms import Loan, Prepayment
from ..loans.trouble import Trouble, attempt, sound
from ..loans.whatif import Prospect, Surplus, curve, if_paid, surplus
from ..messages.ahead import ahead
from ..messages.basis import basis
from ..messages.derivation import Row, exact
from ..messages.sheet import Sheet
from ..messages.words import Words, words
from .meter import meter
from .tables import NOTHING, Table, columns
from .tables import Row as TableRow


def position_on(app: App, loan: Loan, as_of: date | None = None) -> Position:
    """Return the position on a day, else today where the loan is."""
    return value(loan, as_of or local_date(app.clock.now(), loan.timezone))


def sheet_of(
    app: App, position: Position, locale: str | None = None, book: Snapshot | None = None
) -> Sheet:
    """Return the sheet of a loan, else in the configured language, beside the borrower's others.

    Where one of those is in the way, the loan stands alone. *book* spares reading them again.
    """
    here = position.loan
    stands = sound((book or app.snapshot()).positions(position.as_of))
    beside = [other for other in stands if other.loan.id != here.id]
    say, desk = words(locale or app.config.locale), app.config.desk
    sheet = Sheet(here, position, say, desk, beside)
    looked = attempt(here, lambda: (sheet.facts, sheet.variables))
    return Sheet(here, position, say, desk) if isinstance(looked, Trouble) else sheet


def trouble_line(trouble: Trouble, say: Words) -> str:
    """Say why nothing can be said of a loan, and what to do."""
    key = "beyond" if trouble.beyond else "unreckoned"
    return say.say("view", key, loan=trouble.loan.id, error=where(trouble.error))


def quote_json(
    app: App, loan: Loan, as_of: date | None, *, explain: bool = False
) -> dict[str, Any]:
    """Return the figure, what it is made of, and what to do."""
    position = position_on(app, loan, as_of)
    sheet = sheet_of(app, position)
    stage = sheet.stage
    cliff = position.next_cliff
    result = {
        "loan": loan.id,
        "as_of": str(position.as_of),
        "currency": position.currency,
        "days_past_due": position.days_past_due,
        "stage": stage.id,
        "due": _owed_json(position.due, position.currency),
        "payoff": str(position.payoff),
        "tomorrow": {
            "total": str(position.money(position.tomorrow.total)),
            "increase": str(position.increase),
        },
        "next_cliff": cliff
        and {
            "date": str(cliff.date),
            "increase": str(cliff.increase),
            "reason": str(cliff.reason),
        },
        "advice": [
            {"id": action.id, "title": action.title, "detail": action.detail}
            for action in sheet.advice(stage)
        ],
        "estimate": True,
        "basis": sheet.basis(),
    }
    if statement := sheet.statement:
        result["statement"] = {
            "amount": str(position.money(to_minor(statement.bill.amount, position.currency))),
            "due": str(statement.bill.due),
            "drawn": str(statement.bill.on),
            "whole": str(statement.whole),
            "minimum": str(statement.minimum),
            "interest": str(statement.interest),
            "interest_anyway": str(statement.anyway),
            "until": str(statement.until),
            "at_most": None if statement.at_most is None else str(statement.at_most),
        }
    if warnings := sheet.not_modelled() + sheet.warnings():
        result["warnings"] = warnings
    if explain:
        result["derivation"] = [_step_json(step) for step in sheet.steps()]
        if not position.arrears:
            result["next_derivation"] = [_step_json(step) for step in explain_next(position)]
    return result


def quote_text(app: App, loan: Loan, as_of: date | None, *, explain: bool = False) -> str:
    """Say the figure, what it is made of, and what to do."""
    position = position_on(app, loan, as_of)
    sheet = sheet_of(app, position)
    say = sheet.words
    first = sheet.advice(sheet.stage)[0]
    lines = [sheet.title(sheet.stage), ""]
    figures = [f"{label}{say.line('colon')}{shown}" for label, shown in sheet.figures()]
    parts = [f"  {name} {amount}" for name, amount in sheet.parts()]
    lines += [*figures[:1], *parts, *figures[1:]]
    coming = [event.sentence for event in ahead(sheet)]
    lines += [*coming, ""] if coming or figures else []
    lines += [f"{warning}\n" for warning in sheet.not_modelled() + sheet.warnings()]
    lines += [f"▶ {first.title}", first.detail, ""]
    if explain:
        lines += [*map(_row_text, sheet.derivation()), ""]
    lines.append(say.line("basis", basis=say.line("list_joint").join(sheet.basis())))
    lines.append(say.line("estimate"))
    return "\n".join(lines)


def derivation_table(app: App, loan: Loan, as_of: date | None) -> Table:
    """Return every factor of the figure, a row each."""
    sheet = sheet_of(app, position_on(app, loan, as_of))
    rows = [TableRow((row.amount, row.label, row.how or NOTHING)) for row in sheet.derivation()]
    return Table(columns(sheet.words, "amount", "what", "how", right={"amount"}), rows)


def what_if_json(
    app: App, loan: Loan, as_of: date | None, paid: Money | None, days: int | None
) -> dict[str, Any]:
    """Return where a payment would go, and what waiting would bring, as far as asked."""
    day = as_of or local_date(app.clock.now(), loan.timezone)
    answer: dict[str, Any] = {}
    if paid is not None:
        over = surplus(loan, paid.amount, day)
        then = if_paid(loan, paid.amount, day, _taken_to(loan, over))
        answer["if_paid"] = {
            "amount": str(paid),
            "to": _owed_json(then.to, paid.currency),
            "early": str(then.early),
            "credit": str(then.credit),
            "due": _owed_json(then.after.due, paid.currency),
            "payoff": str(then.after.payoff),
            "increase": str(then.after.increase),
            "surplus": over and _surplus_json(loan, over),
        }
    if days is not None:
        ahead = _curve(loan, day, days, words(app.config.locale))
        answer["curve"] = [{"date": str(on), "total": str(total)} for on, total in ahead]
    return answer


def _taken_to(loan: Loan, over: Surplus | None) -> Prepayment | None:
    """Return where `pay` would have it go without being told; None where it waits, or asks."""
    return loan.terms.prepayment if over is not None and over.matters else None


def _surplus_json(loan: Loan, over: Surplus) -> dict[str, Any]:
    return {
        "over": str(over.over),
        "to": _taken_to(loan, over),
        "asks": over.matters and loan.terms.prepayment is None,
        "ways": [_prospect_json(way) for way in over.prospects],
    }


def _prospect_json(way: Prospect) -> dict[str, Any]:
    coming = way.next
    return {
        "to": str(way.to),
        "ends": str(way.ends),
        "next": coming and {"due": str(coming.due), "amount": str(coming.remaining)},
        "saved": str(way.saved),
    }


def prospect_text(way: Prospect, say: Words) -> str:
    """Say what becomes of a loan one way: what is to be paid next, when it ends, what is saved."""
    coming, today = way.next, way.after.as_of
    if coming is None:
        return say.say("what_if", "nothing_left")
    return say.say(
        "what_if",
        f"to_{way.to}",
        next=say.money(coming.remaining),
        due_date=say.day(coming.due, today),
        end=say.day(way.ends, today),
        saved=say.money(way.saved),
    )


def _curve(loan: Loan, day: date, days: int, say: Words) -> list[tuple[date, Money]]:
    """Return what is owed on each day, and show how many are worked out."""
    found = []
    with meter(say.say("view", "looking_ahead")) as beat:
        for number, point in enumerate(curve(loan, day, days)):
            beat(number / (days + 1))
            found.append(point)
    return found


def what_if_text(
    app: App, loan: Loan, as_of: date | None, paid: Money | None, days: int | None
) -> list[str]:
    """Say where a payment would go, and what waiting would bring, a paragraph each."""
    day = as_of or local_date(app.clock.now(), loan.timezone)
    paragraphs = []
    if paid is not None:
        paragraphs.append(_if_paid_text(loan, paid, day, words(app.config.locale)))
    if days is not None:
        paragraphs.append(_curve_text(loan, day, days, words(app.config.locale)))
    return paragraphs


def _curve_text(loan: Loan, day: date, days: int, say: Words) -> str:
    """Say what is owed on each of so many days, from the first on which anything is."""
    ahead = _curve(loan, day, days, say)
    owed = [(on, total) for on, total in ahead if total]
    if not owed:
        return say.say("view", "curve_none", day=str(ahead[-1][0]))
    first = owed[0][0]
    later = [say.say("view", "curve_later", day=str(first))] if first > day else []
    head = say.say("view", "curve", currency=loan.terms.currency)
    return "\n".join([*later, head, *(f"{on}  {total!s:>14}" for on, total in owed)])


def _if_paid_text(loan: Loan, paid: Money, day: date, say: Words) -> str:
    over = surplus(loan, paid.amount, day)
    then = if_paid(loan, paid.amount, day, _taken_to(loan, over))
    to = {say.part(part): Money(minor, paid.currency) for part, minor in then.to._asdict().items()}
    to |= {say.say("what_if", "early"): then.early, say.say("what_if", "credit"): then.credit}
    parts = say.line("comma").join(f"{name} {say.money(sum_)}" for name, sum_ in to.items() if sum_)
    shown = {
        "due": then.after.due_total,
        "increase": then.after.increase,
        "payoff": then.after.payoff,
    }
    stays = {name: say.money(amount) for name, amount in shown.items()}
    first = say.say("what_if", "paid", amount=say.money(paid), parts=parts)
    key = "then_goes_on" if loan.terms.endless else "then"
    lines = [first, say.say("what_if", key, **stays)]
    if over is not None:
        lines.append(say.say("what_if", "over", over=say.money(over.over)))
        lines += [f"  {prospect_text(way, say)}" for way in over.prospects]
    return "\n".join(lines)


def _step_json(step: Step) -> dict[str, Any]:
    row: dict[str, Any] = {"kind": step.kind, "amount": exact(step)}
    for key in ("due", "start", "end", "base", "days", "year_days"):
        if (given := getattr(step, key)) is not None:
            row[key] = given if isinstance(given, int) else str(given)
    if step.rate is not None:
        row["rate"] = {"value": f"{step.rate.value:f}", "per": step.rate.per}
    if step.name is not None:
        row["name"] = step.name
    if step.split is not None:
        row["split"] = _owed_json(step.split, step.currency)
    return row


def _row_text(row: Row) -> str:
    how = f"  {row.how}" if row.how else ""
    return f"{row.amount:>16}  {row.label}{how}"


def _owed_json(owed: Owed, currency: str) -> dict[str, str]:
    return {
        name: str(Money(getattr(owed, name), currency))
        for name in ("principal", "interest", "penalty", "fees", "total")
    }


def preset_json(preset: Preset) -> dict[str, Any]:
    """Return a preset with the confidence and source of each value."""
    values = [
        {
            "key": item.key,
            "value": str(item.value) if isinstance(item.value, Decimal) else item.value,
            "confidence": item.confidence,
            "source": item.source,
        }
        for item in preset.values
    ]
    return {"name": preset.name, "title": preset.title, "values": values}


def preset_text(preset: Preset) -> str:
    """Say what a preset assumes, as one would write it in the configuration, and why."""
    lines = [preset.title]
    for item in preset.values:
        number = isinstance(item.value, Decimal)
        written = str(item.value) if number else json.dumps(item.value, ensure_ascii=False)
        lines += ["", f"{item.key} = {written}", f"  confidence: {item.confidence}"]
        lines += [f"  source: {item.source}"]
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a search for the lender's conventions found, and how to say it."""

    app: App
    loan: Loan
    stated: Money
    as_of: date
    found: list[Candidate]
    paid_on: date | None = None  # when what is due was paid, where what was due before is meant

    @classmethod
    def of(cls, app: App, loan: Loan, stated: Money, as_of: date | None, figure: str) -> Reconciled:
        """Search; where nothing is due since a payment, among what was due before it."""
        day, paid_on = as_of or app.today(loan), None
        if figure == "due" and stated and not value(loan, day).due.total:
            paid_on = max((paid.on for paid in loan.payments if paid.on <= day), default=None)
            before = tuple(paid for paid in loan.payments if paid.on != paid_on)
            loan = replace(loan, payments=before)
        with meter(words(app.config.locale).say("view", "trying_rules")) as beat:
            found = search(loan, stated, day, figure, lambda tried, most: beat(tried / most))
        return cls(app, loan, stated, day, found, paid_on)

    @property
    def matches(self) -> bool:
        """Whether some terms give the lender's figure."""
        return self.found[0].matches

    @property
    def offers(self) -> bool:
        """Whether there is something that can be written into the configuration."""
        return self.matches and bool(self.found[0].changes)

    def json(self) -> dict[str, Any]:
        """Return the candidates."""
        return {
            "loan": self.loan.id,
            "as_of": str(self.as_of),
            "amount": str(self.stated),
            "before_payment_of": self.paid_on and str(self.paid_on),
            "matches": self.matches,
            "candidates": [
                self._candidate(one) | {"alike": [self._candidate(other) for other in one.alike]}
                for one in self.found
            ],
        }

    @staticmethod
    def _candidate(candidate: Candidate) -> dict[str, Any]:
        return {
            "terms_changed": len(candidate.changes),
            "changes": [_written(change) for change in candidate.changes],
            "figure": str(candidate.figure),
            "difference": str(candidate.difference),
        }

    def text(self, *, hint: bool) -> str:
        """Say which terms give the figure, or come nearest; as a *hint*, how to write them."""
        if self.paid_on is None:
            return self._outcome(hint=hint)
        since = self._say("since", paid_on=self._words.day(self.paid_on, self.as_of))
        return f"{since}\n{self._outcome(hint=hint)}"

    def _outcome(self, *, hint: bool) -> str:
        say, amount = self._say, self._words.money(self.stated)
        if not self.matches:
            return "\n".join([say("nothing", amount=amount), *map(self._near, self.found)])
        if not self.offers:
            return say("as_configured", amount=amount)
        lines = [say("found", amount=amount)]
        for number, candidate in enumerate(self.found, 1):
            lines.append(f"{number}. {self._changes(candidate)}{self._meaning(candidate)}")
            alike = (self._changes(other) for other in candidate.alike)
            lines += [f"   {say('alike', changes=changes)}" for changes in alike]
        return "\n".join([*lines, say("write")] if hint else lines)

    def _meaning(self, candidate: Candidate) -> str:
        """Say in words which rules are new; one that only ends has none."""
        known = self._basis(self.loan)
        new = self._basis(replace(self.loan, terms=candidate.terms))
        clauses = self._words.line("list_joint").join(rule for rule in new if rule not in known)
        return self._words.line("colon") + clauses if clauses else ""

    def _basis(self, loan: Loan) -> list[str]:
        return basis(value(loan, self.as_of), self._words)

    def _near(self, candidate: Candidate) -> str:
        difference = f"{candidate.difference.amount:+f}"
        figure = self._words.money(candidate.figure)
        changes = self._changes(candidate)
        return "  " + self._say("nearest", changes=changes, figure=figure, difference=difference)

    def _changes(self, candidate: Candidate) -> str:
        joint = self._words.line("list_joint")
        return joint.join(map(_written, candidate.changes)) or self._say("unchanged")

    def ask(self, choice: int) -> bool:
        """Ask whether to write the terms."""
        return click.confirm(self._say("ask", number=str(choice), file=str(self.app.config.file)))

    def write(self, choice: int) -> str:
        """Write the terms of a candidate into the configuration and say so."""
        if choice > len(self.found):
            raise UsageError(f"there is no number {choice} (there are {len(self.found)})")
        from ..config.edit import write_terms

        candidate = self.found[choice - 1]
        file = self.app.config.file
        changes = write_terms(file, self.loan.id, candidate.changes, candidate.terms)
        listed = self._words.line("list_joint").join(map(_written, changes))
        return self._say("written", file=str(file), changes=listed)

    @property
    def _words(self) -> Words:
        return words(self.app.config.locale)

    def _say(self, key: str, **values: str) -> str:
        return self._words.say("reconcile", key, **values)


def _written(change: Change) -> str:
    from ..config.edit import written  # what edits the file is slow to import

    return written(change)
