"""An alert and a position become a message, in the format that a channel wants."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from ..alerts.alert import is_reminder
from ..alerts.plan import PAID_SO_FAR, SETTLED, Alert, Next
from ..loans.position import Position
from ..loans.terms import Loan
from ..playbook.playbook import UNCONFIRMED, Playbook, Severity, Stage
from ..redaction import one_line
from .ahead import Event, ahead
from .chart import svg
from .layout import inlined, templates
from .message import Format, Image, Message
from .paper import Paper
from .phone import Line, fitted
from .sheet import NAME_AT_MOST, Desk, Sheet
from .words import words

LATE_AFTER = timedelta(minutes=10)
WARN_AHEAD = timedelta(days=7)  # how near a change for the worse is to be shown as a warning
CHART_DAYS = 30
_EMPTY_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why a message is written: its alert, when it really goes out, and when it was meant to.

    ``planned`` is the alert's own time, or the end of the quiet hours that it falls into;
    ``coming`` is when the loan will be spoken of again, as far as that is known. What goes to
    somebody else says ``unanswered_since`` when nobody has reacted.
    """

    alert: Alert
    now: datetime
    planned: datetime
    coming: Next | None = None
    unanswered_since: datetime | None = None

    @property
    def late(self) -> bool:
        """Whether it goes out noticeably after the time it was meant for."""
        return self.now - self.planned > LATE_AFTER


def compose(
    loan: Loan,
    position: Position,
    occasion: Occasion,
    locale: str,
    form: Format = Format.HTML,
    desk: Desk | None = None,
    others: Sequence[Position] = (),
) -> Message:
    """Write the message that tells of *position* on *occasion*.

    *others* are the positions of the borrower's other loans.
    """
    letter = Letter(Sheet(loan, position, words(locale), desk, others), occasion)
    return letter.message(form)


class Letter(Paper):
    """One message about one loan, whatever its format."""

    template = "message"

    def __init__(self, sheet: Sheet, occasion: Occasion) -> None:
        """Prepare to write of *sheet* on *occasion*."""
        self.sheet = sheet.at(occasion.now)
        self.desk, self.words = sheet.desk, sheet.words
        self.occasion = occasion
        self.closing = _closes(occasion.alert, sheet.position)
        self.stage = stage_for(occasion.alert, sheet.position, sheet.desk.playbook)
        self.asks_of_past = occasion.alert.milestone == PAID_SO_FAR
        self.asks_of_debit = self.stage.id == UNCONFIRMED

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return self.stage.severity

    @cached_property
    def title(self) -> str:
        """The one line that says loan, amount and day count."""
        if self.closing:
            return self.sheet.settled_title(self.occasion.alert)
        return self.sheet.title(self.stage)

    def context(self) -> dict[str, Any]:
        """Return what templates may mention."""
        sheet, position = self.sheet, self.sheet.position
        return {
            "stage": self.stage.id,
            "preface": self.preface(),
            "figures": self._figures(),
            "change": [] if self.asks_of_past else sheet.change(),
            "parts": [] if self.asks_of_past else sheet.parts(),
            "advice": sheet.advice(self.stage, self._turn()),
            "warnings": self.near() + self.sheet.not_modelled(),
            "caps": self.caps(),
            "ahead": [event.sentence for event in self._coming if not self._is_near(event)],
            "next_message": self._next_message(),
            "contacts": [] if self.closing else sheet.contacts(),
            "pay_hint": self.pay_hint(),
            "late": self.lateness(),
            "estimate": sheet.estimate(),
            "basis": [] if position.settled else sheet.basis(),
            "derivation": (
                sheet.derivation_if_failed() if self.asks_of_debit else sheet.derivation()
            ),
            "as_of": sheet.words.day(position.as_of, position.as_of),
        }

    def _figures(self) -> list[tuple[str, str]]:
        """Return the rows of the figure table, such that a question states nothing as a fact."""
        if self.asks_of_past:
            return self.sheet.if_unpaid()
        asked = self.sheet.if_debits_failed(asked=True) if self.asks_of_debit else []
        return asked + self.sheet.figures() + self.beside()

    def beside(self) -> list[tuple[str, str]]:
        """Return what is to be known beside the sum to pay, of a payment and of debits."""
        debits = [] if self.asks_of_debit else self.sheet.if_debits_failed()
        return self.sheet.balance_of(self.occasion.alert) + debits + self.sheet.assumed_debit()

    def preface(self) -> str | None:
        """Tell somebody else why they get this, and since when nobody has reacted."""
        since, say = self.occasion.unanswered_since, self.words
        if since is None:
            return None
        who = one_line(self.desk.borrower.name or "", NAME_AT_MOST) or say.line("borrower")
        shown = say.moment(since, self.sheet.loan.timezone, self.sheet.today)
        return say.line("escalated", who=who, loan=self.sheet.name, since=shown)

    @cached_property
    def _coming(self) -> list[Event]:
        return [] if self.closing or self.asks_of_past else ahead(self.sheet)

    def near(self) -> list[str]:
        """Warn of what soon makes it worse."""
        return [event.sentence for event in self._coming if self._is_near(event)]

    def caps(self) -> list[str]:
        """Warn of caps that the terms are above, once something is late."""
        late = self.sheet.position.days_past_due and not self.asks_of_past
        return self.sheet.warnings() if late else []

    def pay_hint(self) -> str:
        """Say how to record a payment: to the borrower alone, and where no question says it."""
        if self.occasion.unanswered_since or self.asks_of_past:
            return ""
        return self.sheet.pay_hint()

    def _is_near(self, event: Event) -> bool:
        return event.warns and event.on - self.sheet.today <= WARN_AHEAD

    def _turn(self) -> int:
        """Return whose turn it is among the actions that follow the first."""
        position = self.sheet.position
        due = position.pay_by
        return abs((self.sheet.today - due).days) if due else 0

    def text(self) -> str:
        """Return what fits on a phone."""
        return fitted(self.title, self._lines())

    def pictures(self, context: dict[str, Any]) -> tuple[Image, ...]:
        """Return the chart of what waiting costs."""
        chart = self._chart()
        context["chart"] = chart and self._chart_words()
        return (Image("chart", chart),) if chart else ()

    def _lines(self) -> list[Line]:
        """Return the lines of the text for phones, the dispensable ones marked as such."""
        sheet, line = self.sheet, self.sheet.words.line
        first, *more = sheet.advice(self.stage, self._turn())
        do = Line(0, f"▶ {first.title}")
        asks = self.asks_of_past or self.asks_of_debit  # then the detail says what to run if not
        detail = Line(1 if asks else 5, first.detail)
        lines = [Line(0, self.preface() or ""), *self._sum(), do]
        lines += [detail, *self._phone_figures()] if asks else self._phone_figures()
        lines += [Line(2, sentence) for sentence in self.near()[:2]]
        lines += [Line(2, sheet.change()), Line(3, self.pay_hint())]
        lines += [Line(1, sentence) for sentence in sheet.not_modelled()]
        lines += [Line(3, warning) for warning in self.caps()[:1]]
        lines += [] if asks else [detail]
        lines += [Line(6 + number, f"· {action.title}") for number, action in enumerate(more[:2])]
        if not self.closing:
            lines += [Line(4, f"{name}{line('colon')}{said}") for name, said in sheet.contacts()]
        if late := self.lateness():
            lines.append(Line(0, late))
        if not sheet.position.settled:
            lines.append(Line(4, self._rules()))
        return [line for line in (*lines, Line(0, self._footing())) if line.text]

    def _sum(self) -> Iterator[Line]:
        """Yield the sum to pay, where the title does not name it."""
        for name, shown in self._figures()[:1]:
            if shown not in self.title or self.sheet.is_new_statement:
                yield Line(1, f"{name}{self.words.line('colon')}{shown}")

    def _phone_figures(self) -> Iterator[Line]:
        sheet, line = self.sheet, self.sheet.words.line
        parts, colon = sheet.parts(), line("colon")
        if self.asks_of_past:
            return
        rows = sheet.figures()[:1] if self.asks_of_debit else sheet.figures()[1:]
        if len(parts) > 1:
            yield Line(3, line("pair_joint").join(f"{name} {sum_}" for name, sum_ in parts))
        choice = sheet.choice()
        for number, (name, shown) in enumerate(rows):
            told = name == line("tomorrow")  # what one more day costs is never left out
            dispensable = 1 if (name, shown) in choice else 8 - number
            yield Line(0 if told else dispensable, f"{name}{colon}{shown}")
        for name, shown in self.beside():
            yield Line(1, f"{name}{colon}{shown}")

    def _rules(self) -> str:
        clauses = self.sheet.words.line("list_joint").join(self.sheet.brief_basis())
        return self.sheet.words.line("basis", basis=clauses) if clauses else ""

    def _footing(self) -> str:
        say, today = self.sheet.words, self.sheet.today
        return f"{say.line('as_of', as_of=say.day(today, today))} · {self.sheet.estimate()}"

    def lateness(self) -> str | None:
        """Say that the message is late, and by how much."""
        if not self.occasion.late:
            return None
        zone, say, today = self.sheet.loan.timezone, self.sheet.words, self.sheet.today
        return say.line(
            "late",
            scheduled=say.moment(self.occasion.planned, zone, today),
            sent=say.moment(self.occasion.now, zone, today),
        )

    def _next_message(self) -> str | None:
        coming, sheet = self.occasion.coming, self.sheet
        if coming is None or sheet.position.settled:
            return None
        shown = sheet.words.moment(coming.at, sheet.loan.timezone, sheet.today)
        return sheet.words.line(
            "next_message" if coming.if_unpaid else "next_message_anyway", at=shown
        )

    def _chart(self) -> str | None:
        """Return the picture of what waiting costs, where it costs anything."""
        late = self.sheet.position.arrears and not self.asks_of_past
        points = self._waiting if late else []
        if not points or points[-1][1] <= points[0][1]:
            return None
        cliff, late = self.sheet.position.next_cliff, self.sheet.position.arrears
        marked = {cliff.date} if cliff and cliff.due in {arrear.due for arrear in late} else set()
        return svg(points, marked)

    @cached_property
    def _waiting(self) -> list[tuple[date, int]]:
        """Return what is owed now and comes to, day by day, if nothing is paid."""
        owed = self.sheet.position.curve(CHART_DAYS)
        return [(self.sheet.today + timedelta(days=day), due.total) for day, due in enumerate(owed)]

    def _chart_words(self) -> dict[str, str]:
        """Return what stands around the picture, and instead of it."""
        say, sheet = self.sheet.words, self.sheet
        (_, first), *_, (_, last) = self._waiting
        sums = {"first": first, "last": last, "rise": last - first}
        shown = {name: say.money(sheet.position.money(minor)) for name, minor in sums.items()}
        shown["first_day"] = say.day(sheet.today, sheet.today)
        last_day = sheet.today + timedelta(days=CHART_DAYS)
        shown["last_day"] = say.day(last_day, sheet.today)
        told = {key: say.line(f"chart_{key}", **shown) for key in ("last", "alt")}
        coming = sum(p.remaining.minor for p in sheet.position.upcoming if p.due <= last_day)
        shown["coming"] = say.money(sheet.position.money(coming))
        beside = say.line("chart_beside", **shown) if coming else ""
        return shown | told | {"beside": beside}


def stage_for(alert: Alert, position: Position, playbook: Playbook) -> Stage:
    """Return the stage that an alert speaks of: an occasion of its own, or where the loan stands.

    It decides how bad the news is, and so who is told.
    """
    what = alert.milestone
    if what in playbook.stages and what != SETTLED:
        return playbook.stages[what]
    if _closes(alert, position) and not position.arrears:
        return playbook.stages["settled"]
    stage = playbook.stage_of(position)
    if stage.id == UNCONFIRMED and is_reminder(what):
        return playbook.stages["upcoming"]  # it tells of the next one, and of the debit beside
    return stage


def _closes(alert: Alert, position: Position) -> bool:
    """Return whether it is good news; after a payment was taken back it is not any more."""
    return alert.milestone == SETTLED and alert.due not in position.unpaid()


def trial(locale: str, form: Format) -> Message:
    """Write the message that ``reminderd test`` sends."""
    say = words(locale)
    title, body = say.line("test_title"), say.line("test_body") + "\n"
    if form is not Format.HTML:
        return Message(title, body, Severity.INFO, form)
    context = {"w": say, "title": title, "test": body, "lang": locale, "severity": Severity.INFO}
    html = inlined(str(templates(None).get_template("message.html").render(context)))
    return Message(title, body, Severity.INFO, form, html)
