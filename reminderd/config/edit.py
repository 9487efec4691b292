"""Changing a loan's terms in the file the user keeps, with every comment where it was."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import Item, Table

from ..errors import ConfigError, UsageError
from ..loans.reconcile import Change
from ..loans.terms import LoanTerms
from .load import load_text


def written(change: Change) -> str:
    """Return a change as one would write it in the configuration."""
    return f"{change.key} = {_item(change).as_string()}"


def write_terms(
    file: Path, loan_id: str, changes: Iterable[Change], wanted: LoanTerms
) -> list[Change]:
    """Write changes into a loan's table such that it means *wanted*; return what was written.

    ConfigError, and nothing written, if that breaks the file. The file is replaced as a whole, so
    that a crash leaves the old one or the new one.
    """
    before, made = file.read_text("utf-8"), list(changes)
    text = with_terms(before, loan_id, made)
    if _terms(text, file, loan_id) != wanted:  # a penalty rule may bring another answer with it
        continues = wanted.contract_interest_continues
        made.append(Change("contract_interest_continues", continues, "penalty", 0))
        text = with_terms(before, loan_id, made)
    if _terms(text, file, loan_id) != wanted:
        raise UsageError("the file cannot hold these terms (is one of them set elsewhere?)")
    _replace(file.resolve(), text)  # a link stays a link
    return made


def _terms(text: str, file: Path, loan_id: str) -> LoanTerms | None:
    """Return what a loan's terms are by a text; None where only another key can make it whole."""
    try:
        loans = load_text(text, file).loans
    except ConfigError as error:
        if all(problem.path.endswith("contract_interest_continues") for problem in error.problems):
            return None
        raise
    return next(loan.terms for loan in loans if loan.id == loan_id)


def _replace(file: Path, text: str) -> None:
    handle, draft = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        shutil.copymode(file, draft)
        Path(draft).replace(file)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def with_terms(text: str, loan_id: str, changes: Iterable[Change]) -> str:
    """Return a configuration's text with other terms for a loan."""
    document = tomlkit.parse(text)
    tables = [table for table in document.get("loans", []) if table.get("id") == loan_id]
    if not tables:
        raise UsageError(f"there is no loan {loan_id!r} in the file (is it set elsewhere?)")
    for change in changes:
        _set(tables[0], change)
    return tomlkit.dumps(document)


def _set(table: Table, change: Change) -> None:
    head, _, rule = change.key.partition(".")
    if rule and list(table.get(head, {})) == [rule]:
        table[head][rule] = _kept_comment(table[head][rule], _item(change))
    elif rule:
        table.pop(head, None)  # there is one penalty rule
        _append(table, tomlkit.key([head, rule]), _item(change))
    elif head in table:
        table[head] = _kept_comment(table[head], _item(change))
    else:
        _append(table, tomlkit.key(head), _item(change))


def _kept_comment(old: Any, new: Item) -> Item:
    new.trivia.comment_ws, new.trivia.comment = old.trivia.comment_ws, old.trivia.comment
    return new


def _append(table: Table, key: Any, item: Item) -> None:
    """Add a key below the table's last one, above the comments that lead to the next table."""
    body, tail = table.value.body, []
    while body and body[-1][0] is None:
        tail.append(body.pop())
    table.append(key, item)
    body.extend(reversed(tail))


def _item(change: Change) -> Item:
    value = change.value
    if not isinstance(value, Decimal):
        item: Item = tomlkit.item(value)
        return item
    if change.key.endswith("_of_contract"):
        return tomlkit.float_(f"{value:f}")
    return tomlkit.string(f"{(value * 100).normalize():f}%")
