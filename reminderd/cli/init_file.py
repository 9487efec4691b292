"""From answers to a commented configuration, and both kinds of file safely onto the disk."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import tomlkit

from ..config.models import Reminders
from ..loans.presets import preset_names
from .init_answers import NONE
from .init_channels import KINDS, Target
from .init_loans import PERSON, is_card, preset_terms
from .init_words import LANGUAGES, say

Known = Mapping[str, Any]

_SECRET_FILES = {"password": "smtp-password", "url": "{channel}-url"}
_REFERENCE = re.compile(r'\{ file = "([^"/]+)" \}')
_OWN_NAME = re.compile(rf"(?:smtp-password|(?:{'|'.join(KINDS)})-url)(?:-\d+)?")
_COLUMN, _WIDEST = 40, 100
_TERMS = (
    *("principal", "repayment", "amount", "minimum", "due", "statement_day"),
    *("frequency", "installments", "until", "first_due"),
)


def loan_ids(loans: Sequence[Known]) -> list[str]:
    """Return what commands call each loan: its name or its preset in plain letters, told apart."""
    ids: list[str] = []
    for loan in loans:
        named = re.sub(r"[^a-z0-9]+", "-", loan["name"].lower()).strip("-")
        preset = loan["preset"] if loan["preset"] in preset_names() else ""
        own = named[:32].rstrip("-") or preset or "loan"
        free = (own, *(f"{own}-{number}" for number in range(2, len(loans) + 2)))
        ids.append(next(each for each in free if each not in ids))
    return ids


def secret_file(target: Target, channel: str, folder: Path) -> str | None:
    """Return a free name for the file of a channel's secret, if it has one."""
    if target.hidden is None:
        return None
    name = _SECRET_FILES[target.hidden].format(channel=channel)
    free = (name, *(f"{name}-{number}" for number in range(2, 1000)))
    return next(each for each in free if not (folder / each).exists())


def config_text(known: Known, target: Target, secret: str | None) -> str:
    """Return a configuration; *secret* names the file that the channel's secret is in, if any."""
    language, loans = known["language"], known["loans"]
    parts: list[Iterable[str]] = [_head(known), _channel(known, target, secret)]
    parts.append([f"# {say(language, 'file_loan')}"])
    for own, loan in zip(loan_ids(loans), loans, strict=True):
        parts.append(_loan(own, loan, loans[0]["currency"]))
    text = "\n\n".join("\n".join(part) for part in parts)
    return text + "\n"


def _head(known: Known) -> Iterator[str]:
    language = known["language"]
    yield from (f"# {line}" for line in say(language, "file_head").splitlines())
    yield ""
    values = {
        "timezone": known["timezone"],
        "locale": language,
        "currency": known["loans"][0]["currency"],
    }
    for key, value in values.items():
        yield commented(f"{key} = {literal(value)}", say(language, f"file_{key}"))
    yield ""
    yield f"# {say(language, 'file_reminders')}"
    yield "[reminders]"
    usual = Reminders()
    yield f'send_at = "{usual.send_at:%H:%M}"'
    yield f"before_due = {sorted(usual.before_due, reverse=True)}"
    yield f"overdue_days = {sorted(usual.overdue_days)}"


def _channel(known: Known, target: Target, secret: str | None) -> Iterator[str]:
    yield f"# {say(known['language'], 'file_channel')}"
    yield f"[channels.{known['channel']}]"
    for key, value in target.table.items():
        if key == target.hidden and secret:
            line = f"{key} = {{ file = {literal(secret)} }}"
            yield commented(line, say(known["language"], "file_secret"))
        else:
            yield f"{key} = {literal(value)}"


def _loan(own: str, loan: Known, currency: str) -> Iterator[str]:
    """Yield a loan's table; *currency* is that of every loan that says nothing else."""
    language = loan["language"]
    key = f"file_paid_{loan['plan']}"
    if is_card(loan):
        key = "file_paid_card" if loan.get("statement_day") else "file_paid_card_bill"
    paid = say(language, key, id=own, amount=loan.get("amount", ""))
    yield from (f"# {line}" for line in paid.splitlines())
    yield "[[loans]]"
    yield commented(f"id = {literal(own)}", say(language, "file_id", id=own))
    yield f"name = {literal(loan['name'])}"
    if loan["currency"] != currency:
        yield f"currency = {literal(loan['currency'])}"
    if loan["preset"] == PERSON:
        yield commented('lender = "person"', say(language, "file_person"))
    elif loan["preset"] != NONE:
        about = say(language, "file_preset", preset=loan["preset"])
        yield commented(f"preset = {literal(loan['preset'])}", about)
    key, rate = loan.get("rate", ("", ""))
    if rate:
        yield commented(f"{key} = {literal(rate)}", say(language, "file_rate"))
    usual = {"frequency": "monthly"} | preset_terms(loan)
    for key in _TERMS:
        if loan.get(key, "") not in ("", usual.get(key)):
            yield f"{key} = {literal(loan[key])}"
    if loan.get("paid_until"):
        nothing = loan["paid_until"] < loan["first_due"]
        about = say(language, "file_none_paid" if nothing else "file_paid_until")
        yield commented(f"paid_until = {literal(loan['paid_until'])}", about)
    if loan["preset"] == NONE:
        yield commented('# penalty.daily_rate = "0.05%"', say(language, "file_no_preset"))
    yield commented('# contact = ""', say(language, "file_contact"))


def commented(pair: str, about: str) -> str:
    """Return a key and its value with a comment, above it where the line would be too long."""
    line = f"{pair:<{_COLUMN}} # {about}"
    return line if len(line) <= _WIDEST else f"# {about}\n{pair}"


def literal(value: object) -> str:
    """Return a value as TOML has it."""
    if isinstance(value, date):
        return value.isoformat()
    return tomlkit.item(value).as_string()


def replaced_secrets(text: str, secret: str | None, folder: Path) -> list[str]:
    """Return which files of secrets go with a configuration that was replaced.

    *text* is what it was, *secret* the new one's file. Only one that ``init`` wrote has its own
    names for them; what another configuration in the folder mentions stays.
    """
    if not any(
        text.startswith(f"# {say(each, 'file_head').splitlines()[0]}") for each in LANGUAGES
    ):
        return []
    others = [path for path in folder.glob("*.toml") if path.is_file()]
    words = "".join(path.read_text("utf-8", "replace") for path in others)
    names = [name for name in _REFERENCE.findall(text) if _OWN_NAME.fullmatch(name)]
    return [name for name in names if name != secret and f'"{name}"' not in words]


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
