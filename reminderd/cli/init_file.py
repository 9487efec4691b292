"""From answers to a commented configuration, and both kinds of file safely onto the disk."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import tomlkit

from .init_answers import NONE, PRESETS, QUESTIONS, Here
from .init_channels import KINDS, Target
from .init_words import say

Known = Mapping[str, Any]

_SECRET_FILES = {"password": "smtp-password", "url": "{channel}-url"}
_COLUMN, _WIDEST = 40, 100


def loan_id(known: Known) -> str:
    """Return what commands call the loan: its name or its preset in plain letters."""
    named = re.sub(r"[^a-z0-9]+", "-", known["name"].lower()).strip("-")
    preset = "" if known["preset"] == NONE else known["preset"]
    return named[:32].rstrip("-") or preset or "loan"


def secret_file(target: Target, channel: str, folder: Path) -> str | None:
    """Return a free name for the file of a channel's secret, if it has one."""
    if target.hidden is None:
        return None
    name = _SECRET_FILES[target.hidden].format(channel=channel)
    free = (name, *(f"{name}-{number}" for number in range(2, 1000)))
    return next(each for each in free if not (folder / each).exists())


def config_text(known: Known, target: Target, secret: str | None) -> str:
    """Return a configuration; *secret* names the file that the channel's secret is in, if any."""
    parts = (_head(known), _channel(known, target, secret), _loan(known))
    return "\n".join(line for part in parts for line in [*part, ""]).rstrip("\n") + "\n"


def template(here: Here) -> str:
    """Return a file of answers that is ready to be changed, with every default."""
    known: dict[str, Any] = {}
    lines = [f"# {say(here.language, 'template')}", ""]
    for question in QUESTIONS.values():
        applies = question.asked(known)
        value = question.default(known, here) if applies else ""
        known[question.name] = value
        about = say(here.language, f"help_{question.name}", there=_choices(question.name))
        off = "" if applies and value != "" else "# "
        lines.append(_line(f"{off}{question.name} = {_value(value)}", about))
    return "\n".join(lines) + "\n"


def _choices(name: str) -> str:
    return ", ".join({"channel": tuple(KINDS), "preset": PRESETS}.get(name, ()))


def _head(known: Known) -> Iterator[str]:
    language = known["language"]
    yield from (f"# {line}" for line in say(language, "file_head").splitlines())
    yield ""
    for key, name in (("timezone",) * 2, ("locale", "language"), ("currency",) * 2):
        yield _line(f"{key} = {_value(known[name])}", say(language, f"file_{key}"))
    yield ""
    yield f"# {say(language, 'file_reminders')}"
    yield "[reminders]"
    yield 'send_at = "09:00"'
    yield "before_due = [7, 3, 1, 0]"
    yield "overdue_days = [1, 2, 3, 4, 7, 14, 21, 30]"


def _channel(known: Known, target: Target, secret: str | None) -> Iterator[str]:
    yield f"# {say(known['language'], 'file_channel')}"
    yield f"[channels.{known['channel']}]"
    for key, value in target.table.items():
        if key == target.hidden and secret:
            line = f"{key} = {{ file = {_value(secret)} }}"
            yield _line(line, say(known["language"], "file_secret"))
        else:
            yield f"{key} = {_value(value)}"


def _loan(known: Known) -> Iterator[str]:
    language, own = known["language"], loan_id(known)
    yield f"# {say(language, 'file_loan')}"
    paid = say(language, "file_bill", id=own, amount=known["amount"])
    yield from (f"# {line}" for line in paid.splitlines())
    yield "[[loans]]"
    yield _line(f"id = {_value(own)}", say(language, "file_id", id=own))
    yield f"name = {_value(known['name'])}"
    if known["preset"] != NONE:
        about = say(language, "file_preset", preset=known["preset"])
        yield _line(f"preset = {_value(known['preset'])}", about)
    if "rate" in known:
        key, rate = known["rate"]
        yield _line(f"{key} = {_value(rate)}", say(language, "file_rate"))
    yield f"due = {_value(known['due'])}"
    yield f"amount = {_value(known['amount'])}"
    if known["preset"] == NONE:
        yield _line('# penalty.daily_rate = "0.05%"', say(language, "file_no_preset"))
    yield _line('# contact = ""', say(language, "file_contact"))


def _line(pair: str, about: str) -> str:
    line = f"{pair:<{_COLUMN}} # {about}"
    return line if len(line) <= _WIDEST else f"# {about}\n{pair}"


def _value(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return tomlkit.item(value).as_string()


def put(folder: Path, files: Mapping[str, str]) -> None:
    """Write files that only their owner may read, the last one last; all of them or none.

    Each takes its place as a whole. OSError where one cannot be written.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    drafts: dict[Path, Path] = {}
    try:
        for name, text in files.items():
            drafts[folder / name] = _draft(folder, text)
        for place, draft in drafts.items():
            draft.replace(place)
    except BaseException:
        _take_back(drafts, folder / list(files)[-1])
        raise


def _take_back(drafts: Mapping[Path, Path], last: Path) -> None:
    """Remove what was drafted and placed, unless the last one is in its place already."""
    if last in drafts and not drafts[last].exists():
        return
    for place, draft in drafts.items():
        (draft if draft.exists() else place).unlink(missing_ok=True)


def _draft(folder: Path, text: str) -> Path:
    handle, path = tempfile.mkstemp(dir=folder, prefix=".reminderd-init.")  # with mode 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
    except BaseException:
        Path(path).unlink(missing_ok=True)
        raise
    return Path(path)
