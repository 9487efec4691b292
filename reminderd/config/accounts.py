"""What of the accounts cannot be right: a loan that names none there is, or one of another sum."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from .build import account_named
from .loan_tables import AutoDebitModel, LoanModel
from .mistakes import Mistake, too_exact
from .models import AccountModel
from .suggest import no_such


def account_mistakes(accounts: Mapping[str, AccountModel], currency: str) -> Iterator[Mistake]:
    """Yield the sums of accounts that are too exact for their currencies; *currency* is usual."""
    for name, account in accounts.items():
        for path, message in too_exact(account, account.currency or currency):
            yield ("accounts", name, *path), message


def payer_mistakes(
    accounts: Mapping[str, AccountModel | None],
    loans: Iterable[tuple[int, LoanModel]],
    currency: str,
) -> Iterator[Mistake]:
    """Yield what loans say of the accounts that pay them; of some only the names are known."""
    for number, loan in loans:
        named, debit = loan.paid_from, loan.auto_debit
        if named is not None and named not in accounts:
            yield ("loans", number, "paid_from"), no_such("account", named, accounts)
            continue
        debited = debit.account if isinstance(debit, AutoDebitModel) else None
        if named is not None and debited in accounts and debited != named:
            sentence = f"{named!r} is another account than auto_debit names (remove one of the two)"
            yield ("loans", number, "paid_from"), sentence
        yield from _of_currency(accounts, number, loan, currency)


def _of_currency(
    accounts: Mapping[str, AccountModel | None], number: int, loan: LoanModel, currency: str
) -> Iterator[Mistake]:
    payer = account_named(loan)
    account = accounts.get(payer) if payer is not None else None
    if account is None:
        return
    own, theirs = loan.currency or currency, account.currency or currency
    if own != theirs:
        key = ("paid_from",) if loan.paid_from is not None else ("auto_debit", "account")
        sentence = f"{payer!r} is in {theirs}, and this loan in {own} (name an account in {own})"
        yield ("loans", number, *key), sentence
