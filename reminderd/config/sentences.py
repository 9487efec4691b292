"""What is wrong with a configuration, in the words of somebody who has never heard of pydantic."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from .models import Settings
from .playbook_tables import PlaybookModel
from .positions import Path
from .suggest import shown, suggestion
from .synonyms import key_meant, key_meant_elsewhere, plain_name, shape_meant, value_meant
from .tables import SECRET, field_at, headings, keys, model_at

_TOLD_IN: dict[type[BaseModel], str] = {
    Settings: "config.example.toml",
    PlaybookModel: "docs/templates.md",
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
    "minimum": ("sum", "table"),
}
_OPEN_CHANNEL_KEYS = {
    *("min_severity", "locale", "fallback", "schema", "format", "digest", "quiet_hours"),
    "rate",
}


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
    field = field_at(path, root)
    return f" (write {field.examples[0]})" if field and field.examples else ""


def unknown_key(path: Path, value: object = None, root: type[BaseModel] = Settings) -> str:
    """Say that nothing has this key, and which was meant or where it belongs."""
    word = str(path[-1])
    if root is Settings and (remedy := _key_meant(path, value)):
        return f"unknown key ({remedy})"
    homes = sorted(where for where, model in headings().items() if word in keys(model))
    if root is Settings and homes and (len(path) < 4 or path[0] == "loans"):
        return f"unknown key here (it belongs {' or '.join(homes)})"
    if close := misspelt(path, root):
        return f"unknown key{close}"
    return f"unknown key (remove it; {_TOLD_IN[root]} has them all)"


def misspelt(path: Path, root: type[BaseModel] = Settings) -> str:
    """Return `` (did you mean …?)`` where the table has a key that looks like this one."""
    there = keys(model_at(path[:-1], root))
    plain = plain_name(str(path[-1]))
    return suggestion(plain if plain in there else str(path[-1]), there)


def key_in_other_words(path: Path, value: object) -> str | None:
    """Return what to write for a word that a table has another key for."""
    return key_meant(_table(path), str(path[-1]), None if path[0] in SECRET else value)


def _key_meant(path: Path, value: object) -> str | None:
    """Return the remedy for a word that is a key in this table, or in one at the top."""
    if remedy := key_in_other_words(path, value):
        return f"write {remedy}"
    word, secret = str(path[-1]), path[0] in SECRET
    if any(word in keys(model) for model in headings().values()):
        return None
    elsewhere = key_meant_elsewhere(word, None if secret else value)
    if elsewhere is None:
        return None
    table, remedy = elsewhere
    where = {"": "above the first [heading]", "loans": "under [[loans]]"}.get(table)
    return f"write {where or f'under [{table}]'}: {remedy}"


def _table(path: Path) -> str:
    """Return what the table that a key stands in is called: loans, penalty; "" for the top."""
    names = [str(part) for part in path[:-1] if not isinstance(part, int)]
    return "channels" if names[:1] == ["channels"] and len(names) == 2 else (names or [""])[-1]


def of_pydantic(detail: Any, path: Path, root: type[BaseModel] = Settings) -> str:
    """Return the sentence for one of pydantic's findings."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    value = "this" if _may_be_secret(path) else shown(detail["input"])
    if kind in {"enum", "literal_error"}:
        choices = context["expected"].replace(" or ", ", ").replace("'", "")
        meant = value_meant(str(path[-1]), detail["input"])
        close = "" if value == "this" else suggestion(value.strip("'"), choices.split(", "))
        close = f' (write {path[-1]} = "{meant}")' if meant else close
        return f"{value} is not one of {choices}{close}"
    if kind == "string_pattern_mismatch":
        named = "1 to 64 letters, digits, dots, dashes or underscores"
        return f"{value} is not {named}{to_write(path, root)}"
    if kind in {"greater_than_equal", "less_than_equal"}:
        limit = f"{context['ge']} or more" if "ge" in context else f"{context['le']} or less"
        return f"{value} is out of bounds (write {limit})"
    if wanted := _WANTED.get(kind.split("_")[0]):
        meant = None if value == "this" else shape_meant(str(path[-1]), detail["input"])
        return f"{value} is not {wanted}{f' (write {meant})' if meant else to_write(path, root)}"
    return f"{value} cannot be used here{to_write(path, root)}"


def _may_be_secret(path: Path) -> bool:
    return path[:1] == ("channels",) and (len(path) < 3 or path[2] not in _OPEN_CHANNEL_KEYS)
