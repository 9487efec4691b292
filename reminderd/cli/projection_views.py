"""What ``plan --monthly`` prints: the way from here to debt-free."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ..app import App
from ..errors import UsageError
from ..loans.bills import lives_by_bills
from ..loans.money import Money
from ..loans.position import Position
from ..loans.projection import MAX_MONTHS, Projection, Shortage, ends, project
from ..loans.terms import Prepayment, Repayment
from ..loans.trouble import Trouble
from ..messages.sheet import name_of
from ..messages.words import Words, words
from ..playbook.facts import Borrower
from .common import echo
from .figure_views import trouble_line
from .meter import meter
from .plan_views import positions_in
from .tables import Row, Table, columns, show

_BARS = "▁▂▃▄▅▆▇█"
_WIDE = 48  # bars at most


@dataclass(frozen=True, slots=True)
class Outlook:
    """The way from here to debt-free, and how to say it."""

    say: Words
    borrower: Borrower
    cash: Money
    monthly: Money
    positions: Sequence[Position]
    others: Sequence[str]  # the names of loans in other currencies
    troubled: Sequence[Trouble]  # with which something fails
    ways: Sequence[Projection]
    short: Shortage | None

    @classmethod
    def of(cls, app: App, cash: Money, monthly: Money, as_of: date | None) -> Outlook:
        """Follow the loans of the cash's currency to their ends."""
        say, borrower = words(app.config.locale), app.config.desk.borrower
        everyone, others, troubled = positions_in(app, cash.currency, as_of)
        positions = [one for one in everyone if not one.settled]
        if not any(ends(position) for position in positions):
            raise UsageError(f"no loan in {cash.currency} has an end that could be looked for")
        with meter(say.say("projection", "looking")) as beat:
            tell = lambda done, of: beat(done / of)  # noqa: E731
            result = project(positions, cash, monthly, lambda day: _income(borrower, day), tell)
        short = result if isinstance(result, Shortage) else None
        ways = () if isinstance(result, Shortage) else result
        return cls(say, borrower, cash, monthly, positions, others, troubled, ways, short)

    def json(self) -> dict[str, Any]:
        """Return each way with its loans, or where the money falls short."""
        short = self.short
        return {
            "as_of": str(self.today),
            "cash": str(self.cash),
            "monthly": str(self.monthly),
            "currency": self.cash.currency,
            "short": short
            and {
                "on": str(short.on),
                "missing": str(short.missing),
                "enough_a_month": str(short.enough),
            },
            "ways": [self._way_json(way) for way in self.ways],
            "to_principal": self._ids(_takes_to_principal),
            "without_end": self._ids(lambda one: one.loan.terms.endless),
            "bills_not_counted": self._ids(lambda one: lives_by_bills(one.loan.terms)),
            "other_currencies": list(self.others),
            "troubles": {one.loan.id: str(one) for one in self.troubled},
        }

    def _way_json(self, way: Projection) -> dict[str, Any]:
        return {
            "way": str(way.way),
            "ends": way.ends and str(way.ends),
            "cost": str(way.cost),
            "saved": str(self._saved(way)),
            "loans": [
                {
                    "loan": course.position.loan.id,
                    "ends": course.ends and str(course.ends),
                    "paid": str(course.paid),
                    "cost": str(course.cost),
                    "payments": [
                        {"date": str(day), "amount": str(amount)} for day, amount in course.payments
                    ],
                }
                for course in way.courses
            ],
            "owed": [{"date": str(day), "amount": str(owed)} for day, owed in way.owed],
        }

    def print(self) -> None:
        """Say when each loan ends and what each way costs, or where the money falls short."""
        key = "title" if self.borrower.payday is None else "title_payday"
        cash, monthly = self.say.money(self.cash), self.say.money(self.monthly)
        echo(self._word(key, cash=cash, monthly=monthly, day=self._day(self.today)))
        if self.short is not None:
            missing, enough = self.say.money(self.short.missing), self.say.money(self.short.enough)
            day = self._day(self.short.on)
            echo(self._word("short", day=day, missing=missing, enough=enough))
        else:
            echo()
            show(self._costs())
            echo()
            show(self._ends())
            echo("\n" + "\n".join(self._chart()) + "\n")
        for note in self._notes():
            echo(note)
        for trouble in self.troubled:
            echo(trouble_line(trouble, self.say))

    @property
    def today(self) -> date:
        """The day from which the loans are followed."""
        return self.positions[0].as_of

    def _saved(self, way: Projection) -> Money:
        """Return what a way saves against what was agreed."""
        return Money(self.ways[-1].cost.minor - way.cost.minor, self.cash.currency)

    def _costs(self) -> Table:
        right = {"cost_to_come", "saved"}
        heads = columns(self.say, "way", "debt_free", "cost_to_come", "saved", right=right)
        money = self.say.money
        return Table(
            heads,
            [
                Row(
                    (
                        self._way(way),
                        self._end(way.ends),
                        money(way.cost),
                        money(self._saved(way)),
                    )
                )
                for way in self.ways
            ],
        )

    def _ends(self) -> Table:
        """Return when each loan ends, a column for each way."""
        heads = columns(self.say, "loan", *(str(way.way) for way in self.ways))
        courses = zip(*(way.courses for way in self.ways), strict=True)
        return Table(
            heads,
            [
                Row((name_of(each[0].position.loan), *(self._end(one.ends) for one in each)))
                for each in courses
            ],
        )

    def _chart(self) -> Iterator[str]:
        """Yield what is owed over time, a line of bars for each way, all by one measure."""
        longest = max(len(way.owed) for way in self.ways)
        most = max(owed.minor for way in self.ways for _, owed in way.owed)
        step = -(-longest // _WIDE)
        yield self._word("chart", months=self.say.months(step))
        for way in self.ways:
            owed = [owed.minor for _, owed in way.owed[::step]]
            bars = (_BARS[-(-minor * len(_BARS) // most) - 1] if minor else " " for minor in owed)
            yield f"  {''.join(bars).rstrip()}  {self._way(way)}"

    def _notes(self) -> Iterator[str]:
        """Yield what else there is to know."""
        late = sum(position.due.total for position in self.positions) - self.cash.minor
        if late > 0:
            day = self._day(_income(self.borrower, self.today))
            missing = self.say.money(Money(late, self.cash.currency))
            yield self._word("late_until", missing=missing, day=day)
        if not self.short and any(way.ends is None for way in self.ways):
            yield self._word("not_within", years=self._years)
        if waiting := self._names(_waits_ahead):
            yield self._word("ahead", loans=waiting)
        if lowered := self._names(_takes_to_principal):
            yield self._word("to_principal", loans=lowered)
        if goes_on := self._names(lambda one: one.loan.terms.endless):
            yield self._word("without_end", loans=goes_on)
        if bills := self._names(lambda one: lives_by_bills(one.loan.terms)):
            yield self._word("bills", loans=bills)
        if self.others:
            joint = self.say.line("list_joint")
            yield self.say.say("plan", "other", loans=joint.join(self.others))

    def _names(self, which: Callable[[Position], bool]) -> str:
        return self.say.line("comma").join(name_of(p.loan) for p in self.positions if which(p))

    def _ids(self, which: Callable[[Position], bool]) -> list[str]:
        return [position.loan.id for position in self.positions if which(position)]

    def _way(self, way: Projection) -> str:
        return self.say.say("table", way.way)

    def _end(self, day: date | None) -> str:
        return (
            self._day(day) if day else self._word("never", years=self.say.years(MAX_MONTHS // 12))
        )

    @property
    def _years(self) -> str:
        return self.say.years(MAX_MONTHS // 12)

    def _day(self, day: date) -> str:
        return self.say.day(day, self.today)

    def _word(self, key: str, **values: str) -> str:
        return self.say.say("projection", key, **values)


def _income(borrower: Borrower, day: date) -> date:
    """Return the next day on which money comes: the pay day, else the first of the next month."""
    first = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return borrower.next_payday(day) or first


def _waits_ahead(position: Position) -> bool:
    """Return whether money ahead of its time waits for installments, and nobody said it does."""
    terms = position.loan.terms
    balance = terms.repayment is Repayment.REVOLVING
    return ends(position) and not balance and terms.prepayment is None


def _takes_to_principal(position: Position) -> bool:
    """Return whether the lender is said to take money ahead of its time to the principal."""
    return position.loan.terms.prepayment in (Prepayment.SHORTER, Prepayment.LOWER)
