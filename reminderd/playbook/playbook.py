"""From a position to its stage, and from a stage to what the borrower should do.

All of it is data: thresholds, severities, the order of actions and when each is advised in
``stages.toml``, the words in one file per locale. A borrower's own file may change and add to it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cache
from importlib import resources
from typing import Any

from ..loans.position import Position
from ..loans.terms import Lender
from .facts import days_in_grace, holds

LOCALES = ("zh-CN", "en")
UNCONFIRMED = "unconfirmed"  # the stage of a loan of which only a debit can say if it is paid


class Severity(IntEnum):
    """How bad a stage is; channels can ask for a least one."""

    INFO = 0
    WARNING = 1
    CRITICAL = 2

    @classmethod
    def parse(cls, name: str) -> Severity:
        """Return the severity called *name* in lower case; KeyError for another name."""
        return cls[name.upper()]


@dataclass(frozen=True, slots=True)
class Stage:
    """A delinquency stage, or an occasion of its own such as a month after settling.

    ``first_day`` is the first day past due that belongs to it; None where dates do not decide.
    """

    id: str
    severity: Severity
    actions: tuple[str, ...]
    first_day: int | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """Something to do: when it is advised, what to have ready for it, and whence it comes."""

    id: str
    when: tuple[str, ...]
    documents: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """One recommended action; title and detail hold ``{variables}`` until a message fills them."""

    id: str
    title: str
    detail: str
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Playbook:
    """Stages by id, mildest first; actions by id; the words of both for each locale."""

    stages: Mapping[str, Stage]
    actions: Mapping[str, Action]
    texts: Mapping[str, Mapping[str, Any]]

    def stage_of(self, position: Position) -> Stage:
        """Return the stage that a position is in. Derived from dates alone, never from a timer."""
        if position.settled:
            return self.stages["settled"]
        if position.days_past_due:
            return self._late(position)
        if position.unconfirmed and not position.arrears:
            return self.stages[UNCONFIRMED]
        return self.stages["due-today" if position.pay_by == position.as_of else "upcoming"]

    def _late(self, position: Position) -> Stage:
        days, loan = position.days_past_due, position.loan
        if days <= loan.terms.days_past_due(days_in_grace(loan)):
            return self.stages["grace"]
        stage = [stage for stage in self.overdue() if (stage.first_day or 0) <= days][-1]
        if position.loan.lender is Lender.PERSON:  # who does without collectors and courts
            return replace(stage, severity=min(stage.severity, Severity.WARNING))
        return stage

    def rank(self, position: Position) -> int:
        """Return the place of a position's stage among all: of two that owe, a later is worse."""
        return list(self.stages).index(self.stage_of(position).id)

    def overdue(self) -> list[Stage]:
        """Return the stages of lateness, from the first day on."""
        return [stage for stage in self.stages.values() if stage.first_day is not None]

    def next_stage(self, days_past_due: int) -> Stage | None:
        """Return the stage that comes after so many days past due, if a worse one does."""
        later = (s for s in self.overdue() if s.first_day and s.first_day > days_past_due)
        return next(later, None)

    def advice(
        self, stage: Stage, locale: str, facts: Set[str] = frozenset(), turn: int = 0
    ) -> list[Advice]:
        """Return what to do in a stage where some facts hold, the most important first.

        The first one stays; the others take turns to follow it, so that no message reads like
        the one before.
        """
        chosen = [key for key in stage.actions if holds(self.actions[key].when, facts)]
        chosen = chosen or [*stage.actions[:1]]  # a borrower's own may forget who lent it
        first, rest = chosen[:1], chosen[1:]
        shift = _spread(turn, len(rest))
        return [self._advice(key, locale) for key in (*first, *rest[shift:], *rest[:shift])]

    def _advice(self, key: str, locale: str) -> Advice:
        texts = self.texts[locale]
        title, detail = texts["actions"][key]["title"], texts["actions"][key]["detail"]
        documents = tuple(texts["documents"][name] for name in self.actions[key].documents)
        return Advice(key, title, detail, documents)

    def stage_title(self, stage: Stage, locale: str) -> str:
        """Return the stage's name in the words of *locale*."""
        return str(self.texts[locale]["stages"][stage.id])

    def outlook(self, stage: Stage, locale: str, facts: Set[str] = frozenset()) -> str | None:
        """Return what reaching a stage brings, in the words of *locale*, if there is anything.

        Where it depends on facts, there are words for each and for what is left.
        """
        words = self.texts[locale]["ahead"].get(stage.id)
        if isinstance(words, Mapping):
            words = next((words[fact] for fact in words if fact in facts), words["otherwise"])
        return None if words is None else str(words)


def _spread(turn: int, count: int) -> int:
    """Return a place below *count*, another one for turns that are some days apart.

    Steps of about the golden section land far from the last place whatever the days between two
    messages; a plain remainder would come back to it wherever they are a multiple of *count*.
    """
    return turn * 27 % 43 * count // 43


@cache
def packaged() -> Playbook:
    """Return the playbook as it comes with the program."""
    data = _data("stages.toml")
    return Playbook(
        {raw["id"]: _stage(raw) for raw in data["stages"]},
        {key: _action(key, raw) for key, raw in data["actions"].items()},
        {locale: _data(f"actions.{locale}.toml") for locale in LOCALES},
    )


def _data(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("data", name).read_text("utf-8"))


def _stage(raw: Mapping[str, Any]) -> Stage:
    severity = Severity.parse(raw["severity"])
    return Stage(raw["id"], severity, tuple(raw["actions"]), raw.get("from"))


def _action(key: str, raw: Mapping[str, Iterable[str]]) -> Action:
    when, documents = raw.get("when", ()), raw.get("documents", ())
    return Action(key, tuple(when), tuple(documents), tuple(raw["sources"]))
