"""An alert and a position become a message: one title, one text, one HTML page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from ..alerts.plan import SETTLED, Alert
from ..loans.caps import Exceeded, exceeded
from ..loans.charges import CapMode
from ..loans.explain import explain, explain_next
from ..loans.money import Money
from ..loans.position import CliffReason, Position
from ..loans.steps import Step
from ..loans.terms import Loan
from ..playbook.stages import Advice, Severity, Stage, advice, facts, stage_of, stages
from .basis import basis
from .derivation import Row, rows
from .words import Words, words

LATE_AFTER = timedelta(minutes=10)
CLIFF_AHEAD = 7  # days


@dataclass(frozen=True, slots=True)
class Message:
    """What one recipient is sent. The text stands alone; the HTML says the same, laid out."""

    title: str
    text: str
    html: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why a message is written: its alert, when it really goes out, and when it was meant to.

    ``planned`` is the alert's own time, or the end of the quiet hours that it falls into.
    """

    alert: Alert
    now: datetime
    planned: datetime

    @property
    def late(self) -> bool:
        """Whether it goes out noticeably after the time it was meant for."""
        return self.now - self.planned > LATE_AFTER


def compose(loan: Loan, position: Position, occasion: Occasion, locale: str) -> Message:
    """Write the message that tells of *position* on *occasion*."""
    sheet = Sheet(loan, position, words(locale))
    # A payment taken back meanwhile is not good news any more.
    closing = occasion.alert.milestone == SETTLED and occasion.alert.due not in position.unpaid()
    stage = stages()["settled"] if closing and not position.arrears else stage_of(position)
    title = sheet.settled_title(occasion.alert) if closing else sheet.title(stage)
    context = {
        "w": sheet.words,
        "title": title,
        "figures": sheet.figures(),
        "parts": sheet.parts(),
        "cliff": sheet.cliff(),
        "advice": sheet.advice(stage),
        "late": sheet.lateness(occasion),
        "basis": [] if position.settled else sheet.basis(),
        "warnings": sheet.warnings() if position.days_past_due else [],
        "derivation": sheet.derivation(),
        "as_of": sheet.words.day(position.as_of, position.as_of),
        "severity": stage.severity,
        "lang": locale,
    }
    return Message(
        title,
        _templates().get_template("message.txt").render(context).strip() + "\n",
        _inlined(_templates().get_template("message.html").render(context)),
        stage.severity,
    )


def test_message(locale: str) -> Message:
    """Write the message that ``reminderd test`` sends."""
    say = words(locale)
    title, body = say.line("test_title"), say.line("test_body")
    context = {"w": say, "title": title, "test": body, "lang": locale, "severity": Severity.INFO}
    html = _inlined(_templates().get_template("message.html").render(context))
    return Message(title, body + "\n", html, Severity.INFO)


class Sheet:
    """The figures of one position as one locale writes them."""

    def __init__(self, loan: Loan, position: Position, say: Words) -> None:
        """Prepare to write of *loan* in the words of *say*."""
        self.loan = loan
        self.position = position
        self.words = say
        self.name = _one_line(loan.name) or loan.id
        self.today = position.as_of

    def title(self, stage: Stage) -> str:
        """Return the one line that says loan, amount and day count."""
        key = "overdue" if stage.id.startswith("overdue") else stage.id
        return self.words.say("title", key, **self.variables())

    def settled_title(self, alert: Alert) -> str:
        """Return the title of the good news that an installment, or the loan, is paid."""
        key = "settled" if self.position.settled else "installment-settled"
        due_date = self.words.day(alert.due, self.today)
        return self.words.say("title", key, loan=self.name, due_date=due_date)

    def variables(self) -> dict[str, str]:
        """Return what every action and title may mention."""
        position, say, request = self.position, self.words, self.loan.request
        due = position.pay_by
        coming = (due - self.today).days if due and not position.arrears else 0
        return {
            "loan": self.name,
            "amount": say.money(position.to_pay),
            "due_date": say.day(due or self.today, self.today),
            "grace_end": say.day(self._grace_end(), self.today),
            "days": say.days(coming or position.days_past_due),
            "increase": say.money(position.increase),
            "tomorrow_total": say.money(position.money(position.tomorrow.total)),
            "payoff": say.money(position.payoff),
            "contact": _one_line(self.loan.contact or "") or say.line("contact"),
            "next": self._next_sentence(),
            "request_date": say.day(request.on if request else self.today, self.today),
        }

    def _grace_end(self) -> date:
        """Return the last day of the oldest unpaid installment's grace."""
        due = self.position.pay_by or self.today
        return due + timedelta(days=self.position.grace_days)

    def _next_sentence(self) -> str:
        if not self.position.upcoming:
            return self.words.line("nothing_next")
        part = self.position.upcoming[0]
        amount, due = self.words.money(part.remaining), self.words.day(part.due, self.today)
        return self.words.line("next_sentence", amount=amount, due_date=due)

    def advice(self, stage: Stage) -> list[Advice]:
        """Return the stage's actions with the figures filled in."""
        filled = self.variables()
        return [
            Advice(action.id, action.title.format(**filled), action.detail.format(**filled))
            for action in advice(stage, self.words.name, facts(self.position))
        ]

    def basis(self) -> list[str]:
        """Say by which rules the figure was worked out."""
        return basis(self.position, self.words)

    def warnings(self) -> list[str]:
        """Say which caps the agreed terms are above, while anything is unpaid."""
        if self.position.settled:
            return []
        return [self._above(found) for found in exceeded(self.position)]

    def _above(self, found: Exceeded) -> str:
        source = found.cap.source or self.words.line("cap_source")
        if found.cap.annual_rate is not None and found.annual_rate is not None:
            rates = {"actual": found.annual_rate, "cap": found.cap.annual_rate}
            shown = {name: self.words.share(rate) for name, rate in rates.items()}
            kept = found.cap.mode is CapMode.ENFORCE
            return self.words.line("cap_kept" if kept else "cap_rate", source=source, **shown)
        assert found.fees is not None and found.cap.fees is not None  # noqa: PT018  # one is set
        cap = self.words.money(Money.of(found.cap.fees, self.position.currency))
        actual = self.words.money(found.fees)
        return self.words.line("cap_fees", source=source, actual=actual, cap=cap)

    def steps(self) -> list[Step]:
        """Return how what is due was worked out."""
        return explain(self.loan, self.today)

    def derivation(self) -> list[Row]:
        """Say how what is due was worked out; with nothing due, what falls due next."""
        steps = self.steps() if self.position.arrears else explain_next(self.position)
        return rows(steps, self.words, self.today)

    def parts(self) -> list[tuple[str, str]]:
        """Return what the sum owed today is made of, leaving out zeros."""
        due = self.position.due
        named = {
            "principal": due.principal,
            "interest": due.interest,
            "penalty": due.penalty,
            "fees": due.fees,
        }
        return [(self.words.line(key), self._money(minor)) for key, minor in named.items() if minor]

    def figures(self) -> list[tuple[str, str]]:
        """Return the rows of the figure table, the sum to pay first."""
        position, line = self.position, self.words.line
        rows: list[tuple[str, str]] = []
        if position.arrears:
            filled = self.variables()
            rows.append((line("owed_today"), filled["amount"]))
            if position.increase:
                rows.append((line("tomorrow"), line("tomorrow_value", **filled)))
        upcoming, label = list(position.upcoming), line("next")
        if not position.arrears and upcoming:
            first, label = upcoming.pop(0), line("after_next")
            to_come = line("to_come", due_date=self.words.day(first.due, self.today))
            rows.append((to_come, self.words.money(first.remaining)))
        if upcoming:
            part = upcoming[0]
            due = self.words.day(part.due, self.today)
            shown = line("next_value", amount=self.words.money(part.remaining), due_date=due)
            rows.append((label, shown))
        if position.payoff and position.payoff != position.to_pay:
            rows.append((line("payoff"), self.words.money(position.payoff)))
        return rows

    def cliff(self) -> str | None:
        """Say when it gets worse, if it does within the time a reminder looks ahead."""
        cliff = self.position.next_cliff
        if cliff is None or (cliff.date - self.today).days > CLIFF_AHEAD:
            return None
        told = self.position.increase or not cliff.increase
        if cliff.reason is CliffReason.PENALTY_STARTS and told:
            return None  # the row on one more day says it, or there is nothing to say
        return self.words.line(
            f"cliff_{cliff.reason}",
            cliff_date=self.words.day(cliff.date, self.today),
            increase=self.words.money(cliff.increase),
        )

    def lateness(self, occasion: Occasion) -> str | None:
        """Say that the message is late, and by how much."""
        if not occasion.late:
            return None
        zone = self.loan.timezone
        return self.words.line(
            "late",
            scheduled=self.words.moment(occasion.planned, zone, self.today),
            sent=self.words.moment(occasion.now, zone, self.today),
        )

    def _money(self, minor: int) -> str:
        return self.words.money(Money(minor, self.position.currency))


def _one_line(text: str) -> str:
    return " ".join(text.split())


@cache
def _templates() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    return Environment(
        loader=PackageLoader(__package__, "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _inlined(html: str) -> str:
    """Return the page with its style rules on the elements, as mail clients want them."""
    from css_inline import CSSInliner

    return str(CSSInliner(keep_style_tags=True, load_remote_stylesheets=False).inline(html))
