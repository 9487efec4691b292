"""From a position to its stage, and from a stage to what the borrower should do.

Both live in data files: thresholds, severities and the order of actions in ``stages.toml``, the
words in one file per locale.
"""

from __future__ import annotations

import tomllib
from collections.abc import Set
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from functools import cache
from importlib import resources
from typing import Any

from ..loans.caps import exceeded
from ..loans.position import Position

_REQUEST_COUNTS = timedelta(days=31)  # how long before a due date a request was about it
LOCALES = ("zh-CN", "en")


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
    """A delinquency stage."""

    id: str
    severity: Severity
    actions: tuple[str, ...]
    first_day: int | None = None
    last_day: int | None = None


@dataclass(frozen=True, slots=True)
class Advice:
    """One recommended action; title and detail hold ``{variables}`` until a message fills them."""

    id: str
    title: str
    detail: str


@cache
def _data(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("data", name).read_text("utf-8"))


@cache
def stages() -> dict[str, Stage]:
    """Return every stage by id, mildest first, settled last."""
    return {
        raw["id"]: Stage(
            raw["id"],
            Severity.parse(raw["severity"]),
            tuple(raw["actions"]),
            raw.get("from"),
            raw.get("to"),
        )
        for raw in _data("stages.toml")["stages"]
    }


def stage_of(position: Position) -> Stage:
    """Return the stage that a position is in. Derived from dates alone, never from a timer."""
    known = stages()
    if position.settled:
        return known["settled"]
    if not position.arrears:
        return known["upcoming"]
    days = position.days_past_due
    if days == 0:
        return known["due-today"]
    if days <= position.grace_days:
        return known["grace"]
    return next(
        stage
        for stage in known.values()
        if stage.first_day is not None
        and stage.first_day <= days
        and (stage.last_day is None or days <= stage.last_day)
    )


def facts(position: Position) -> frozenset[str]:
    """Return what holds of a loan beside its stage, by the names that ``[when]`` uses."""
    request = position.loan.request
    pay_by = position.pay_by
    if request is None or (pay_by is not None and request.on < pay_by - _REQUEST_COUNTS):
        found = {"extension-none"}
    else:
        found = {f"extension-{request.state}"}
    if exceeded(position):
        found.add("cap-exceeded")
    return frozenset(found)


def advice(stage: Stage, locale: str, holds: Set[str] = frozenset()) -> list[Advice]:
    """Return what to do in a stage where some facts hold, the most important first."""
    texts, when = _data(f"actions.{locale}.toml")["actions"], _data("stages.toml")["when"]
    return [
        Advice(key, texts[key]["title"], texts[key]["detail"])
        for key in stage.actions
        if set(when.get(key, ())) <= holds
    ]


def stage_title(stage: Stage, locale: str) -> str:
    """Return the stage's name in the words of *locale*."""
    title: str = _data(f"actions.{locale}.toml")["stages"][stage.id]
    return title
