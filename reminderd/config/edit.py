"""Changing a loan's terms in the file the user keeps, with every comment where it was."""

from __future__ import annotations

import os
import shutil
import tempfile
import tomllib
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import tomlkit
from tomlkit.items import (
    AbstractTable,
    AoT,
    InlineTable,
    Item,
    Key,
    SingleKey,
    Table,
    Whitespace,
)

from ..errors import ConfigError, Problem, UsageError
from ..loans.reconcile import Change
from ..loans.terms import LoanTerms
from .load import load_text
from .positions import locate

_MARK = "\ufeff"  # some editors begin a file with it; it is no part of the text
_BROUGHT = ("contract_interest_continues", "grace_covers")  # a rule or a mode may change these too


def written(change: Change) -> str:
    """Return a change as one would write it in the configuration."""
    return f"{change.key} = {_item(change).as_string()}"


def write_terms(
    file: Path, loan_id: str, changes: Iterable[Change], wanted: LoanTerms
) -> list[Change]:
    """Write changes into a loan's table such that it means *wanted*; return what was written.

    An error, and nothing written, if the file cannot mean that or cannot be written. The file is
    replaced as a whole, so that a crash leaves the old one or the new one.
    """
    whole, made = file.read_bytes().decode(), list(changes)
    before = whole.removeprefix(_MARK)
    text = with_terms(before, loan_id, made)
    for key in _BROUGHT:
        now, meant = _terms(text, file, loan_id), getattr(wanted, key)
        if now is None or getattr(now, key) != meant:
            plain = meant if isinstance(meant, bool) else [str(covered) for covered in meant]
            made.append(Change(key, plain, key, 0))
            text = with_terms(before, loan_id, made)
    if _terms(text, file, loan_id) != wanted:
        raise UsageError("the file cannot hold these terms (is one of them set elsewhere?)")
    try:
        _replace(file.resolve(), whole[: -len(before)] + text)  # a link stays a link
    except OSError as error:
        message = f"cannot be written: {error.strerror} (it is as it was; write the terms yourself)"
        raise ConfigError([Problem(str(file), 1, 1, "", message)]) from None
    return made


def _terms(text: str, file: Path, loan_id: str) -> LoanTerms | None:
    """Return what a loan's terms are by a text; None where it is no configuration."""
    try:
        loans = load_text(text, file).loans
    except ConfigError:
        return None
    return next(loan.terms for loan in loans if loan.id == loan_id)


def _replace(file: Path, text: str) -> None:
    with file.open("r+b"):
        known = file.stat()  # whoever may not write to it must not replace it either
    handle, draft = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.chown(draft, known.st_uid, known.st_gid)  # else root would lock the daemon out
        shutil.copymode(file, draft)
        Path(draft).replace(file)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def with_terms(text: str, loan_id: str, changes: Iterable[Change]) -> str:
    """Return a configuration's text with other terms for a loan."""
    loans = tomllib.loads(text).get("loans", [])
    numbers = [number for number, table in enumerate(loans) if table.get("id") == loan_id]
    if not numbers:
        raise UsageError(f"there is no loan {loan_id!r} in the file (is it set elsewhere?)")
    start, end, place = _span(text, numbers[0])
    part = text[start:end].replace("\r\n", "\n")
    for change in changes:
        document = tomlkit.parse(part if part.endswith("\n") else f"{part}\n")
        _set(document["loans"][place], change)
        part = tomlkit.dumps(document)
    newline = "\r\n" if "\r\n" in text[start:end] else "\n"
    return text[:start] + part.replace("\n", newline) + text[end:]


def _span(text: str, number: int) -> tuple[int, int, int]:
    """Return where a loan's tables begin and end, and its place among the loans between.

    Only these are parsed and written anew: tomlkit would move loans that stand apart together.
    """
    own = ("loans", number)
    headers = locate(text).headers
    start = next((offset for offset, path in headers if path == own), None)
    if start is None:  # the loans are one array
        return 0, len(text), number
    after = (offset for offset, path in headers if offset > start and path[:2] != own)
    end = next(after, None)
    return start, len(text) if end is None else text.rfind("\n", 0, end) + 1, 0


def _set(table: AbstractTable, change: Change) -> None:
    head, _, rule = change.key.partition(".")
    if head not in table:
        _insert(table, written(change))
    elif rule:
        _put(table[head], next(iter(table[head])), rule, _item(change))  # there is one rule
    else:
        _put(table, head, head, _item(change))


def _put(table: AbstractTable, name: str, new_name: str, item: Item) -> None:
    """Put a value in the place of another, with the comment and the space around that."""
    body = table.value.body
    place, key, old = next((n, key, old) for n, (key, old) in enumerate(body) if key == name)
    for part in ("indent", "comment_ws", "comment", "trail"):
        setattr(item.trivia, part, getattr(old.trivia, part))
    if new_name != name:
        text = key.as_string()  # with the space behind it
        key = SingleKey(new_name, sep=text[len(text.rstrip()) :] + key.sep)
    body[place] = (key, item)


def _insert(table: AbstractTable, pair: str) -> None:
    """Add a key below the table's last one, above the comments that lead to what follows."""
    body = table.value.body
    plain = [place for place, (key, item) in enumerate(body) if key and not _has_heading(key, item)]
    if isinstance(table, InlineTable):
        new = [(None, Whitespace(", ")), *tomlkit.parse(f"x = {{{pair}}}")["x"].value.body]
    else:
        new = tomlkit.parse(f"{table['id'].trivia.indent}{pair}\n").body
    body[plain[-1] + 1 : plain[-1] + 1] = new


def _has_heading(key: Key, item: Item) -> bool:
    return isinstance(item, Table | AoT) and not key.is_dotted()


def _item(change: Change) -> Item:
    value = change.value
    if not isinstance(value, Decimal):
        item: Item = tomlkit.item(value)
        return item
    if change.key.endswith("_of_contract"):
        return tomlkit.float_(f"{value:f}")
    return tomlkit.string(f"{(value * 100).normalize():f}%")
