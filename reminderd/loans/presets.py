"""Presets: terms that many loans share, as data files that name their sources.

Each value in a preset has a confidence and a source; any of them can be overridden per loan.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

from ..errors import UsageError


@dataclass(frozen=True, slots=True)
class PresetValue:
    """One value of a preset, with how sure it is and where it comes from."""

    key: str
    value: Any
    confidence: str
    source: str


@dataclass(frozen=True, slots=True)
class Preset:
    """A named set of default terms."""

    name: str
    title: str
    values: tuple[PresetValue, ...]

    def defaults(self) -> dict[str, Any]:
        """Return the values as a loan's table would hold them, dotted keys nested."""
        result: dict[str, Any] = {}
        for item in self.values:
            *parents, last = item.key.split(".")
            table = result
            for parent in parents:
                table = table.setdefault(parent, {})
            table[last] = item.value
        return result


def preset_names() -> list[str]:
    """Return the names of all presets, sorted."""
    files = resources.files(__package__).joinpath("presets").iterdir()
    return sorted(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml"))


@cache
def load_preset(name: str) -> Preset:
    """Return a preset by name; UsageError lists the names there are."""
    if name not in preset_names():
        raise UsageError(f"there is no preset {name!r} (there are: {', '.join(preset_names())})")
    text = resources.files(__package__).joinpath("presets", f"{name}.toml").read_text("utf-8")
    raw = tomllib.loads(text, parse_float=Decimal)
    values = tuple(
        PresetValue(key, item["value"], item["confidence"], item["source"])
        for key, item in raw["values"].items()
    )
    return Preset(name, raw["title"], values)
