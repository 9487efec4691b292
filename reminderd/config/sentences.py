"""What is wrong with a configuration, in the words of somebody who has never heard of pydantic."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from .loan_tables import (
    AutoDebitModel,
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
    RequestModel,
    TierModel,
    WaiverModel,
)
from .models import (
    BorrowerModel,
    ChannelModel,
    DaemonModel,
    FundModel,
    QuietHoursModel,
    Reminders,
    RoutineModel,
    Settings,
)
from .playbook_tables import (
    ActionModel,
    OutlookModel,
    PlaybookModel,
    StageModel,
    TextModel,
    WordsModel,
)
from .positions import Path
from .suggest import shown, suggestion

_TABLES: dict[tuple[type[BaseModel], str | int], type[BaseModel]] = {
    (Settings, "reminders"): Reminders,
    (Reminders, "quiet_hours"): QuietHoursModel,
    (Settings, "channels"): ChannelModel,
    (ChannelModel, "quiet_hours"): QuietHoursModel,
    (Settings, "borrower"): BorrowerModel,
    (BorrowerModel, "emergency_fund"): FundModel,
    (Settings, "routine"): RoutineModel,
    (Settings, "daemon"): DaemonModel,
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
    (LoanModel, "extension_requests"): RequestModel,
    (LoanModel, "auto_debit"): AutoDebitModel,
    (PlaybookModel, "stages"): StageModel,
    (StageModel, "ahead"): OutlookModel,
    (PlaybookModel, "actions"): ActionModel,
    (ActionModel, "en"): WordsModel,
    (ActionModel, "zh-CN"): WordsModel,
    (PlaybookModel, "documents"): TextModel,
}
_NAMED: dict[type[BaseModel], tuple[str, ...]] = {  # tables whose keys are names
    Settings: ("channels",),
    PlaybookModel: ("stages", "actions", "documents"),
}
_TOLD_IN: dict[type[BaseModel], str] = {
    Settings: "config.example.toml",
    PlaybookModel: "docs/templates.md",
}
_HEADINGS: dict[type[BaseModel], str] = {
    Settings: "above the first [heading]",
    Reminders: "under [reminders]",
    LoanModel: "under [[loans]]",
    BorrowerModel: "under [borrower]",
    RoutineModel: "under [routine]",
    DaemonModel: "under [daemon]",
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
_UNION_TAGS: dict[str | int, tuple[str, ...]] = {  # the two ways to write a key
    "installments": ("count", "list"),
    "auto_debit": ("flag", "table"),
}
_OPEN_CHANNEL_KEYS = {
    *("min_severity", "locale", "fallback", "schema", "format", "digest", "quiet_hours"),
    "rate",
}


def public_keys(root: type[BaseModel] = Settings) -> set[str]:
    """Return the keys whose values hold no secret, wherever they are written by mistake."""
    models = [root]
    for model in models:  # which grows by what its models hold
        held = (table for (holder, _), table in _TABLES.items() if holder is model)
        models += (table for table in held if table not in (*models, ChannelModel))
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
        if not (index and part in _UNION_TAGS.get(location[index - 1], ()))
    )


def to_write(path: Path, root: type[BaseModel] = Settings) -> str:
    """Return `` (write …)`` with an example for the key at *path*, where there is one."""
    field = _field_at(path, root)
    return f" (write {field.examples[0]})" if field and field.examples else ""


def unknown_key(path: Path, root: type[BaseModel] = Settings) -> str:
    """Say that nothing has this key, and which was meant or where it belongs."""
    if close := misspelt(path, root):
        return f"unknown key{close}"
    if root is not Settings:
        return f"unknown key (remove it; {_TOLD_IN[root]} has them all)"
    key = path[-1]
    homes = [where for model, where in _HEADINGS.items() if key in _keys(model)]
    if homes and (len(path) < 4 or path[0] == "loans"):
        return f"unknown key here (it belongs {' or '.join(homes)})"
    return f"unknown key (remove it; {_TOLD_IN[root]} has them all)"


def misspelt(path: Path, root: type[BaseModel] = Settings) -> str:
    """Return `` (did you mean …?)`` where the table has a key that looks like this one."""
    return suggestion(str(path[-1]), _keys(_model_at(path[:-1], root)))


def of_pydantic(detail: Any, path: Path, root: type[BaseModel] = Settings) -> str:
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
        named = "1 to 64 letters, digits, dots, dashes or underscores"
        return f"{value} is not {named}{to_write(path, root)}"
    if kind in {"greater_than_equal", "less_than_equal"}:
        limit = f"{context['ge']} or more" if "ge" in context else f"{context['le']} or less"
        return f"{value} is out of bounds (write {limit})"
    if wanted := _WANTED.get(kind.split("_")[0]):
        return f"{value} is not {wanted}{to_write(path, root)}"
    return f"{value} cannot be used here{to_write(path, root)}"


def _may_be_secret(path: Path) -> bool:
    return path[:1] == ("channels",) and (len(path) < 3 or path[2] not in _OPEN_CHANNEL_KEYS)


def _steps(path: Path, root: type[BaseModel]) -> Iterator[tuple[type[BaseModel], str]]:
    """Yield each key of a path with the model of the table it stands in."""
    model = root
    for index, part in enumerate(path):
        if isinstance(part, int) or (index == 1 and path[0] in _NAMED.get(root, ())):
            continue  # a list's number, or a name that the user gave
        yield model, part
        model = _TABLES.get((model, part), model)


def _model_at(table: Path, root: type[BaseModel]) -> type[BaseModel]:
    model = root
    for holder, part in _steps(table, root):
        model = _TABLES.get((holder, part), holder)
    return model


def _field_at(path: Path, root: type[BaseModel]) -> FieldInfo | None:
    found = None
    for model, key in _steps(path, root):
        found = next(
            (field for name, field in model.model_fields.items() if (field.alias or name) == key),
            None,
        )
    return found


def _keys(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]
