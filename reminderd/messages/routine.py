"""Messages that come round by the calendar: checks, saving, and a sign of life."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from ..alerts.plan import Alert
from ..alerts.routine import ALIVE
from ..loans.money import Money
from ..loans.position import Position
from ..playbook.facts import Fund, bureau
from ..playbook.playbook import Advice, Severity
from .compose import Occasion
from .paper import Paper
from .phone import Line, fitted
from .sheet import Desk, Sheet, name_of
from .words import words

LOOK_AHEAD = 30  # days
_LISTED = 50  # entries that are listed one by one
_NO_FUND = Fund(Money(0, "CNY"), Money(0, "CNY"), Money(0, "CNY"))


class RoutineLetter(Paper):
    """One message of a routine, whatever its format."""

    template = "routine"

    def __init__(
        self,
        alert: Alert,
        occasion: Occasion,
        desk: Desk,
        positions: Sequence[Position],
        locale: str,
    ) -> None:
        """Prepare to write of *alert*; *positions* are those of all loans that are watched."""
        self.what = alert.milestone
        self.occasion = occasion
        self.desk = desk
        self.positions = positions
        self.words = words(locale)
        self.stage = desk.playbook.stages[self.what]
        self.fund = desk.borrower.fund or _NO_FUND
        self.today = max((p.as_of for p in positions), default=occasion.now.date())

    @property
    def severity(self) -> Severity:
        """How bad it is: not at all."""
        return self.stage.severity

    @property
    def title(self) -> str:
        """The one line that says what it is about."""
        return self.words.say("title", self.what, **self.variables)

    def context(self) -> dict[str, Any]:
        """Return what templates may mention."""
        return {
            "figures": self.figures(),
            "coming": self.coming(),
            "advice": self.advice,
            "late": self.lateness(),
            "as_of": self._as_of(),
        }

    @cached_property
    def variables(self) -> dict[str, str]:
        """What every action and title of a routine may mention."""
        fund, money, count = self.fund, self.words.money, len(self.positions)
        reached = Decimal(100 * fund.saved.minor // max(1, fund.target.minor)) / 100
        return {
            "saved": money(fund.saved),
            "target": money(fund.target),
            "monthly": money(fund.next_saving),
            "progress": self.words.share(reached),
            "fund_sentence": self._fund_sentence(),
            "report_sentence": self._report_sentence(),
            "count": self._say("one_loan" if count == 1 else "loans", count=str(count)),
        }

    def _report_sentence(self) -> str:
        """Say where to get the credit reports of the countries that the loans are from."""
        homes = sorted({home for p in self.positions if (home := bureau(p.loan))})
        return " ".join(self.words.line(f"report_{home}") for home in homes)

    def _fund_sentence(self) -> str:
        months = self.fund.months_left
        if months is None:
            return ""
        return self._say("full_in" if months else "full", months=self.words.months(months))

    @cached_property
    def advice(self) -> list[Advice]:
        """What to do, with the figures filled in."""
        filled = self.variables
        return [
            Advice(
                action.id,
                action.title.format(**filled),
                " ".join(action.detail.format(**filled).split()),
                action.documents,
            )
            for action in self.desk.playbook.advice(self.stage, self.words.name)
        ]

    def figures(self) -> list[tuple[str, str]]:
        """Return what all loans come to in the next days; checks and saving have no figures."""
        totals = self._totals() if self.what == ALIVE else []
        if not totals:
            return []
        shown = self.words.line("comma").join(map(self.words.money, totals))
        return [(self._say("total", days=self.words.days(LOOK_AHEAD)), shown)]

    def coming(self) -> list[str]:
        """Say what is overdue, and what falls due in the next days, loan by loan."""
        if self.what != ALIVE:
            return []
        said = [*self._overdue(), *self._missing()]
        said += [self._falls_due(*part) for part in self._parts()]
        if len(said) > _LISTED:
            return [*said[:_LISTED], self._say("more", count=str(len(said) - _LISTED))]
        return said or [self._say("nothing", days=self.words.days(LOOK_AHEAD))]

    def _overdue(self) -> Iterator[str]:
        for position in self.positions:
            if position.days_past_due:
                yield self.words.say(
                    "title",
                    "overdue",
                    loan=name_of(position.loan),
                    days=self.words.days(position.days_past_due),
                    amount=self.words.money(position.due_total),
                )

    def _missing(self) -> Iterator[str]:
        for position in self.positions:
            yield from Sheet(position.loan, position, self.words).missing_bills()

    def _falls_due(self, due: date, name: str, amount: Money) -> str:
        on, shown = self.words.day(due, self.today), self.words.money(amount)
        key = "falls_due" if amount else "falls_due_unknown"
        return self._say(key, on=on, loan=name, amount=shown)

    def _parts(self) -> list[tuple[date, str, Money]]:
        """Return what falls due from today on, in order."""
        until, found = self.today + timedelta(days=LOOK_AHEAD), []
        for position in self.positions:
            name = name_of(position.loan)
            if position.arrears and not position.days_past_due:
                found.append((position.arrears[0].due, name, position.due_total))
            coming = (part for part in position.upcoming if part.due <= until)
            found += [(part.due, name, part.remaining) for part in coming]
        return sorted(found, key=lambda part: part[:2])

    def _totals(self) -> list[Money]:
        """Return what all of it comes to, in each currency."""
        sums: Counter[str] = Counter()
        for position in self.positions:
            sums[position.currency] += position.due.total if position.days_past_due else 0
        for _, _, amount in self._parts():
            sums[amount.currency] += amount.minor
        return [Money(minor, currency) for currency, minor in sums.items() if minor]

    def lateness(self) -> str | None:
        """Say that the message is late, and by how much."""
        if not self.occasion.late:
            return None
        zone = self.positions[0].loan.timezone if self.positions else "UTC"
        planned, sent = (
            self.words.moment(at, zone, self.today)
            for at in (self.occasion.planned, self.occasion.now)
        )
        return self.words.line("late", scheduled=planned, sent=sent)

    def text(self) -> str:
        """Return what fits on a phone."""
        return fitted(self.title, self._lines())

    def _lines(self) -> list[Line]:
        """Return the lines of the text for phones, the dispensable ones marked as such."""
        colon = self.words.line("colon")
        lines = [Line(0, f"{name}{colon}{shown}") for name, shown in self.figures()]
        lines += [Line(1, f"· {said}") for said in self.coming()]
        for action in self.advice:
            lines += [Line(0, f"▶ {action.title}"), Line(2, action.detail)]
        return lines + [Line(0, said) for said in (self.lateness(), self._as_of()) if said]

    def _as_of(self) -> str | None:
        """Say of which day the figures are, where they are those of loans."""
        if self.what != ALIVE:
            return None
        day = self.words.day(self.today, self.today)
        return f"{self.words.line('as_of', as_of=day)} · {self.words.line('estimate')}"

    def _say(self, key: str, **values: str) -> str:
        return self.words.say("routine", key, **values)
