"""From a position to its stage, and from a stage to what the borrower should do.

Both live in data files: thresholds, severities and the order of actions in ``stages.toml``, the
words in one file per locale.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from importlib import resources
from typing import Any

from ..loans.position import Position

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


def advice(stage: Stage, locale: str) -> list[Advice]:
    """Return what to do in a stage, the most important first, in the words of *locale*."""
    texts = _data(f"actions.{locale}.toml")["actions"]
    return [Advice(key, texts[key]["title"], texts[key]["detail"]) for key in stage.actions]


def stage_title(stage: Stage, locale: str) -> str:
    """Return the stage's name in the words of *locale*."""
    title: str = _data(f"actions.{locale}.toml")["stages"][stage.id]
    return title
