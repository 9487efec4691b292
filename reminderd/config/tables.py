"""Which tables a kind of file has, and their keys, as the models declare them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from .models import Settings
from .positions import Path
from .toml import Tables

SECRET = ("channels", "daemon")  # tables at the top whose values are not shown


def keys(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Return the keys of a table as they are written, with their fields."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


@cache
def inside(model: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """Return the tables that stand inside one, by key."""
    held = ((key, next(_models(field.annotation), None)) for key, field in keys(model).items())
    return {key: table for key, table in held if table is not None}


@cache
def named(root: type[BaseModel]) -> set[str]:
    """Return the tables at the top whose keys are names that the user gives."""
    return {key for key, field in keys(root).items() if get_origin(field.annotation) is dict}


@cache
def listed(root: type[BaseModel]) -> set[str]:
    """Return the tables at the top that are written [[so]]."""
    return {key for key in inside(root) if get_origin(keys(root)[key].annotation) is list}


def steps(path: Path, root: type[BaseModel]) -> Iterator[tuple[type[BaseModel], str]]:
    """Yield each key of a path with the model of the table it stands in."""
    model = root
    for index, part in enumerate(path):
        if isinstance(part, int) or (index == 1 and path[0] in named(root)):
            continue  # a list's number, or a name that the user gave
        yield model, part
        model = inside(model).get(part, model)


def model_at(table: Path, root: type[BaseModel]) -> type[BaseModel]:
    """Return the model of the table at a path."""
    model = root
    for holder, part in steps(table, root):
        model = inside(holder).get(part, holder)
    return model


def field_at(path: Path, root: type[BaseModel]) -> FieldInfo | None:
    """Return the field for the key at a path, if there is such a key."""
    field = None
    for model, key in steps(path, root):
        field = keys(model).get(key)
    return field


def public_keys(root: type[BaseModel] = Settings) -> set[str]:
    """Return the keys whose values hold no secret, wherever they are written by mistake."""
    models = [root]
    for model in models:  # which grows by what its models hold
        tables = (
            table for key, table in inside(model).items() if (model, key) != (Settings, "channels")
        )
        models += (table for table in tables if table not in models)
    return {key for model in models for key in keys(model)} - {"channels"}


def headings() -> dict[str, type[BaseModel]]:
    """Return how one reaches each table at the top of the configuration, with its model."""
    where = {
        f"under [[{key}]]" if key in listed(Settings) else f"under [{key}]": model
        for key, model in inside(Settings).items()
        if key not in named(Settings)
    }
    return {"above the first [heading]": Settings} | where


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models that an annotation mentions."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    parts = get_args(annotation)
    for part in parts[:1] if get_origin(annotation) is Annotated else parts:
        yield from _models(part)


CONFIGURATION = Tables(
    open=tuple(key for key in inside(Settings) if key not in SECRET),
    secret=SECRET,
    lists=tuple(listed(Settings)),
    told="[reminders], [channels.NAME] or [[loans]]",
)
