"""What is wrong with a configuration, in the words of somebody who has never heard of pydantic."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from .loan_tables import (
    CapModel,
    ExtensionModel,
    FeeAmountModel,
    FeeModel,
    InstallmentModel,
    LoanModel,
    MinimumModel,
    PauseModel,
    PaymentModel,
    PenaltyModel,
    RateChangeModel,
    TierModel,
    WaiverModel,
)
from .models import ChannelModel, QuietHoursModel, Reminders, Settings
from .positions import Path
from .suggest import shown, suggestion

_TABLES: dict[tuple[type[BaseModel], str | int], type[BaseModel]] = {
    (Settings, "reminders"): Reminders,
    (Reminders, "quiet_hours"): QuietHoursModel,
    (Settings, "channels"): ChannelModel,
    (Settings, "loans"): LoanModel,
    (LoanModel, "penalty"): PenaltyModel,
    (LoanModel, "payments"): PaymentModel,
    (LoanModel, "installments"): InstallmentModel,
    (LoanModel, "minimum"): MinimumModel,
    (LoanModel, "fees"): FeeModel,
    (FeeModel, "tiers"): TierModel,
    (FeeModel, "lesser_of"): FeeAmountModel,
    (FeeModel, "greater_of"): FeeAmountModel,
    (LoanModel, "caps"): CapModel,
    (LoanModel, "rate_changes"): RateChangeModel,
    (RateChangeModel, "penalty"): PenaltyModel,
    (LoanModel, "pauses"): PauseModel,
    (LoanModel, "waivers"): WaiverModel,
    (LoanModel, "extensions"): ExtensionModel,
}
_HEADINGS: dict[type[BaseModel], str] = {
    Settings: "above the first [heading]",
    Reminders: "under [reminders]",
    LoanModel: "under [[loans]]",
}
_WANTED = {
    "int": "a whole number",
    "bool": "true or false",
    "string": "a text in quotes",
    "list": "a list in [brackets]",
    "tuple": "a list in [brackets]",
    "dict": "a table",
    "model": "a table",
}
_UNION_TAGS = ("count", "list")  # the two kinds of installments
_OPEN_CHANNEL_KEYS = ("min_severity", "locale", "fallback", "schema")


def public_keys() -> set[str]:
    """Return the keys whose values hold no secret, wherever they are written by mistake."""
    models: list[type[BaseModel]] = [Settings, *_TABLES.values()]
    models.remove(ChannelModel)
    return {key for model in models for key in _keys(model)} - {"channels"}


def dotted(path: Path) -> str:
    """Write a path as people do: ``loans[0].due``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def path_of(location: tuple[str | int, ...]) -> Path:
    """Return the path in the file for where pydantic says a mistake is."""
    return tuple(
        part
        for index, part in enumerate(location)
        if not (part in _UNION_TAGS and location[index - 1] == "installments")
    )


def to_write(path: Path) -> str:
    """Return `` (write …)`` with an example for the key at *path*, where there is one."""
    field = _field_at(path)
    return f" (write {field.examples[0]})" if field and field.examples else ""


def unknown_key(path: Path) -> str:
    """Say that nothing has this key, and which was meant or where it belongs."""
    if close := misspelt(path):
        return f"unknown key{close}"
    key = path[-1]
    homes = [where for model, where in _HEADINGS.items() if key in _keys(model)]
    if homes and (len(path) < 4 or path[0] == "loans"):
        return f"unknown key here (it belongs {' or '.join(homes)})"
    return "unknown key (remove it; config.example.toml has them all)"


def misspelt(path: Path) -> str:
    """Return `` (did you mean …?)`` where the table has a key that looks like this one."""
    return suggestion(str(path[-1]), _keys(_model_at(path[:-1])))


def of_pydantic(detail: Any, path: Path) -> str:
    """Return the sentence for one of pydantic's findings."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    value = "this" if _may_be_secret(path) else shown(detail["input"])
    if kind in {"enum", "literal_error"}:
        choices = context["expected"].replace(" or ", ", ").replace("'", "")
        close = "" if value == "this" else suggestion(value.strip("'"), choices.split(", "))
        return f"{value} is not one of {choices}{close}"
    if kind == "string_pattern_mismatch":
        return (
            f"{value} is not 1 to 64 letters, digits, dots, dashes or underscores{to_write(path)}"
        )
    if kind in {"greater_than_equal", "less_than_equal"}:
        limit = f"{context['ge']} or more" if "ge" in context else f"{context['le']} or less"
        return f"{value} is out of bounds (write {limit})"
    if wanted := _WANTED.get(kind.split("_")[0]):
        return f"{value} is not {wanted}{to_write(path)}"
    return f"{value} cannot be used here{to_write(path)}"


def _may_be_secret(path: Path) -> bool:
    return path[:1] == ("channels",) and (len(path) < 3 or path[2] not in _OPEN_CHANNEL_KEYS)


def _steps(path: Path) -> Iterator[tuple[type[BaseModel], str]]:
    """Yield each key of a path with the model of the table it stands in."""
    model: type[BaseModel] = Settings
    for index, part in enumerate(path):
        if isinstance(part, int) or (index == 1 and path[0] == "channels"):
            continue  # a list's number, or a channel's name
        yield model, part
        model = _TABLES.get((model, part), model)


def _model_at(table: Path) -> type[BaseModel]:
    model: type[BaseModel] = Settings
    for holder, part in _steps(table):
        model = _TABLES.get((holder, part), holder)
    return model


def _field_at(path: Path) -> FieldInfo | None:
    found = None
    for model, key in _steps(path):
        found = next(
            (field for name, field in model.model_fields.items() if (field.alias or name) == key),
            None,
        )
    return found


def _keys(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]
