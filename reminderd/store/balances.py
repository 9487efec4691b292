"""What accounts held, as their owner said by command. Of an account the newest balance counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, RowMapping, insert, select, update

from ..loans.funds import Balance, BankAccount, newest
from ..loans.money import Money
from ..loans.terms import Loan
from . import book
from .tables import balances


def add(connection: Connection, account: str, balance: Balance, now: datetime) -> int:
    """Record a balance and return its number."""
    row = {
        "account": account,
        "date": balance.as_of,
        "amount_minor": balance.amount.minor,
        "currency": balance.amount.currency,
        "at": balance.at,
        "recorded_at": now,
    }
    key = connection.execute(insert(balances).values(row)).inserted_primary_key
    assert key is not None  # a single-row insert always has one
    return int(key[0])


def undo(connection: Connection, number: int, now: datetime) -> str | None:
    """Take back a balance; return its account's name, or None when no such one stands."""
    standing = (balances.c.id == number) & balances.c.undone_at.is_(None)
    account = connection.execute(select(balances.c.account).where(standing)).scalar()
    if account is not None:
        connection.execute(update(balances).where(standing).values(undone_at=now))
    return account


def standing(connection: Connection) -> list[RowMapping]:
    """Return the balances that stand, in the order in which they were recorded."""
    query = select(balances).where(balances.c.undone_at.is_(None)).order_by(balances.c.id)
    return list(connection.execute(query).mappings())


def as_known(connection: Connection, accounts: Iterable[BankAccount]) -> list[BankAccount]:
    """Return configured accounts, each with the newest balance, recorded or configured."""
    configured = list(accounts)
    rows = standing(connection) if configured else []
    return [replace(one, balance=_newest(one, rows)) for one in configured]


def paid_loans(connection: Connection, accounts: Iterable[BankAccount]) -> list[Loan]:
    """Return the loans of the book that some accounts pay."""
    ids = sorted({loan_id for account in accounts for loan_id in account.loans})
    return [e.loan for e in book.entries_of(connection, ids).values() if not e.archived]


def _newest(account: BankAccount, rows: Iterable[RowMapping]) -> Balance:
    known = (account.name, account.currency)
    recorded = [
        Balance(Money(row["amount_minor"], row["currency"]), row["date"], row["at"])
        for row in rows
        if (row["account"], row["currency"]) == known
    ]
    return newest([account.balance, *recorded])
