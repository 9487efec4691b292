"""The warning that an account will not hold enough on a day: what leaves, what is missing."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from datetime import date
from typing import Any

from ..loans.funds import Forecast, Outflow, Shortage
from ..loans.money import Money
from ..playbook.playbook import Advice
from ..redaction import one_line
from .announcement import Announcement
from .phone import Line, fitted
from .sheet import NAME_AT_MOST, Desk, name_of
from .words import Words, words

_LISTED = 20  # loans that are named one by one


class ShortageWarning(Announcement):
    """One warning, whatever its format, as things stand on the day of the forecast."""

    section = "funds"

    def __init__(self, found: Forecast, shortage: Shortage, desk: Desk, locale: str) -> None:
        """Prepare to write of a *shortage* that is one of the forecast's."""
        self.found = found
        self.shortage = shortage
        self.desk = desk
        self.words = words(locale)

    @property
    def account(self) -> str:
        """What the account is called."""
        return one_line(self.found.account.name, NAME_AT_MOST)

    @property
    def title(self) -> str:
        """The one line that says which account, how much is missing, and when."""
        key = "title_today" if self.is_today else "title"
        missing = self.words.money(self.shortage.missing)
        return self._say(key, account=self.account, missing=missing, day=self.day)

    @property
    def is_today(self) -> bool:
        """Whether the money is missing on the day of writing."""
        return self.shortage.on == self.found.day

    @property
    def in_time(self) -> bool:
        """Whether a transfer made on the day of writing arrives in time."""
        return self.found.day <= self.shortage.last_day

    @property
    def day(self) -> str:
        """The day on which the money is missing, in words."""
        return self._date(self.shortage.on)

    def figures(self) -> list[tuple[str, str]]:
        """Return what is missing, what leaves, what is there, and what is missing in all."""
        found, shortage, money = self.found, self.shortage, self.words.money
        overdraft = found.account.overdraft
        there = money(shortage.needed - shortage.missing - overdraft)
        if overdraft:
            there = self._say("with_overdraft", amount=there, overdraft=money(overdraft))
        rows = [
            (self._say("missing"), money(shortage.missing)),
            (self._say("leaves", day=self.day), money(shortage.needed)),
            (self._say("there"), there),
        ]
        later = found.until_income(shortage)
        if len(later) > 1:
            label = self._say("in_all", day=self._date(later[-1].on))
            rows.append((label, money(total(later))))
        return rows

    def listed(self) -> list[str]:
        """Say what leaves on the day, loan by loan, what was counted before, and what was not."""
        said = [outflow_line(outflow, self.words) for outflow in self.shortage.outflows]
        said += self._before()
        said += list(unknown_lines(self.found, self.words, self.shortage.on))
        if len(said) <= _LISTED:
            return said
        rest = str(len(said) - _LISTED)
        return [*said[:_LISTED], self.words.say("routine", "more", count=rest)]

    def _before(self) -> Iterator[str]:
        """Say what is overdue, which is counted as taken before."""
        for outflow in self.found.coming:
            if outflow.due < self.found.day:
                amount = self.words.money(outflow.amount)
                yield self._say("overdue", loan=name_of(outflow.loan), amount=amount)

    @property
    def advice(self) -> Advice:
        """What to do about it."""
        missing, days = self.words.money(self.shortage.missing), self.found.account.transfer_days
        takes = self._say("business_day" if days == 1 else "business_days", count=str(days))
        do = self._say("do" if self.in_time else "do_late", account=self.account, missing=missing)
        if self.in_time:
            key = "then" if days else "then_at_once"
        else:
            key = "then_late" if days else "then_late_at_once"
        day = self._say("today") if self.is_today else self.day
        return Advice("fill-account", do, self._say(key, days=takes, day=day))

    def context(self) -> dict[str, Any]:
        """Return what templates may mention."""
        return super().context() | {"late": self._hint(), "as_of": self._basis()}

    def _hint(self) -> str:
        return self._say("hint", command=balance_command(self.found.account.name, self.words))

    def _basis(self) -> str:
        as_of = self._date(self.found.account.balance.as_of)
        return self._say("basis", as_of=as_of)

    def text(self) -> str:
        """Return what fits on a phone."""
        colon = self.words.line("colon")
        figures = self.figures()
        lines = [Line(3, f"{name}{colon}{said}") for name, said in figures[1:]]
        lines += [Line(2, f"· {said}") for said in self.listed()]
        lines += [Line(0, f"▶ {self.advice.title}"), Line(1, self.advice.detail)]
        return fitted(self.title, [*lines, Line(1, self._hint()), Line(4, self._basis())])

    def _date(self, day: date) -> str:
        return self.words.day(day, self.found.day)


def outflow_line(outflow: Outflow, say: Words) -> str:
    """Say what leaves an account for one loan, and how."""
    debit = outflow.loan.auto_debit
    times = debit.times if debit is not None and debit.on else ()
    key = "by_hand" if not outflow.debited else "debit_times" if times else "debit"
    shown = {"loan": name_of(outflow.loan), "amount": say.money(outflow.amount)}
    return say.say("funds", key, times=say.listed(f"{at:%H:%M}" for at in times), **shown)


def unknown_lines(found: Forecast, say: Words, until: date) -> Iterator[str]:
    """Say what is not counted, since nobody knows how much it is: bills due up to a day, loans."""
    for outflow in found.unknown:
        if outflow.due <= until:
            due = say.day(outflow.due, found.day)
            yield say.say("funds", "unknown", loan=name_of(outflow.loan), day=due)
    for trouble in found.troubled:
        yield say.say("funds", "troubled", loan=name_of(trouble.loan))


def balance_command(account: str, say: Words) -> str:
    """Return the command that records a newer balance."""
    return say.say("funds", "command", account=typed(account))


def typed(account: str) -> str:
    """Return an account's name as it is typed in a command."""
    return account if re.fullmatch(r"[\w.-]+", account) else shlex.quote(account)


def total(shortages: list[Shortage]) -> Money:
    """Return what is missing in all."""
    first = shortages[0].missing
    return Money(sum(shortage.missing.minor for shortage in shortages), first.currency)
