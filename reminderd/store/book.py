"""The book: which loans there are, what was paid on them, and which of them need a look now."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache, lru_cache
from operator import attrgetter, itemgetter
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import (
    Connection,
    RowMapping,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    delete,
    func,
    insert,
    select,
    update,
)

from ..alerts.plan import SETTLED, Policy, Reason
from ..alerts.wallclock import local_date
from ..loans.money import Money
from ..loans.succession import FormerBill, former_of, own_payments, succession
from ..loans.terms import (
    Agreement,
    Bill,
    Extension,
    FailedDebit,
    Loan,
    Payment,
    Prepayment,
    Request,
    RequestState,
    Waiver,
)
from .tables import agreements, alerts, former_bills, loans, payments

CONFIG, CLI, ASSUMED = "config", "cli", "assumed"
RECORDED = (CLI, ASSUMED)  # payments that the configuration does not hold
WAIVED, BILLED = (
    "waived",
    "billed",
)  # the other kinds of agreements are the states of a request, and
DEBIT_FAILED = "failed"
Agreed = Agreement | FailedDebit | None  # a request, or its refusal, agrees on nothing


@cache
def _loan_adapter() -> TypeAdapter[Loan]:
    return TypeAdapter(Loan)


@cache
def _extension_adapter() -> TypeAdapter[Extension]:
    return TypeAdapter(Extension)


@cache
def _waiver_adapter() -> TypeAdapter[Waiver]:
    return TypeAdapter(Waiver)


@cache
def _failure_adapter() -> TypeAdapter[FailedDebit]:
    return TypeAdapter(FailedDebit)


@cache
def _bill_adapter() -> TypeAdapter[Bill]:
    return TypeAdapter(Bill)


@cache
def _policy_adapter() -> TypeAdapter[Policy]:
    return TypeAdapter(Policy)


# A pass reads a loan when it plans and again when it sends; what is known of its terms is kept
# with them, so that the second time costs less than the first.


@lru_cache(8192)
def _loan(document: str) -> Loan:
    return _loan_adapter().validate_json(document)


@lru_cache(64)
def _policy(document: str) -> Policy:
    return _policy_adapter().validate_json(document)


@dataclass(frozen=True, slots=True)
class Entry:
    """A loan in the book with the reminder policy that applies to it.

    The loan has what was paid and agreed on its present bill, not what was on *former* ones.
    """

    loan: Loan
    policy: Policy
    known_since: datetime
    archived: bool = False
    formers: tuple[FormerBill, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Change:
    """What a sync did to one loan: the entry before and after, None where there was none."""

    before: Entry | None
    after: Entry | None
    former: FormerBill | None = None  # whose place the loan's terms have taken


def sync(
    connection: Connection, configured: Iterable[tuple[Loan, Policy]], now: datetime
) -> list[Change]:
    """Make the book equal to the configured loans and return what that changed.

    New and changed loans are due for a look at once; loans no longer configured are archived.
    Payments entered by command are kept; configured ones follow the configuration.
    """
    known = {
        row.id: (row.content_hash, row.archived_at is not None)
        for row in connection.execute(select(loans.c.id, loans.c.content_hash, loans.c.archived_at))
    }
    paid = _configured_payments(connection)
    altered = []
    for loan, policy in configured:
        digest, archived = known.pop(loan.id, (None, False))
        content = _content(loan, policy)
        rewritten = archived or digest != content
        gone, new = _payments_changed(loan, paid.get(loan.id, []))
        if rewritten or gone or new:
            altered.append(_Altered(loan, policy, content if rewritten else None, gone, new))
    ids = [each.loan.id for each in altered]
    removed = [loan_id for loan_id, (_, archived) in known.items() if not archived]
    old = entries_of(connection, [*ids, *removed])
    replaced = {each.loan.id: each.replaced(old, now) for each in altered}
    _write(connection, altered, old, now)
    for loan_id, former in replaced.items():
        if former is not None:
            _add_former(connection, loan_id, former)
    _sync_payments(connection, altered, now)
    for loan_id in removed:
        away = {"archived_at": now, "next_alert_at": now}
        connection.execute(update(loans).where(loans.c.id == loan_id).values(**away))
    after = entries_of(connection, ids)
    before = {loan_id: entry for loan_id, entry in old.items() if not entry.archived}
    changed = [Change(before.get(key), after[key], replaced[key]) for key in ids]
    return changed + [Change(old[loan_id], None) for loan_id in removed]


_Paid = tuple[date, int, Prepayment | None]  # day, minor units, where what is over goes


@dataclass(frozen=True, slots=True)
class _Altered:
    """A configured loan that is not as the book has it."""

    loan: Loan
    policy: Policy
    content: str | None  # the hash of what is to be written; None where payments alone changed
    gone: list[int]  # payments that are configured no more
    new: list[_Paid]

    def replaced(self, old: Mapping[str, Entry], now: datetime) -> FormerBill | None:
        """Return the bill whose place it takes, if it does."""
        return None if self.content is None else _replaced(old.get(self.loan.id), self.loan, now)


def _replaced(old: Entry | None, loan: Loan, now: datetime) -> FormerBill | None:
    if old is None or old.loan.terms == loan.terms:
        return None
    return succession(old.loan, loan.terms, local_date(now, loan.timezone), now)


def _add_former(connection: Connection, loan_id: str, former: FormerBill) -> None:
    """Record that a bill has been replaced; one that had been put back was replaced before."""
    same = and_(former_bills.c.loan_id == loan_id, former_bills.c.due == former.due)
    if connection.execute(select(former_bills.c.due).where(same)).first() is not None:
        return
    row = {
        "loan_id": loan_id,
        "due": former.due,
        "replaced_at": former.replaced_at,
        "recorded_until": former.recorded_until,
        "until": former.until,
        "carried_minor": former.carried,
    }
    connection.execute(insert(former_bills).values(row))


def _formers_of(connection: Connection, ids: list[str] | None) -> dict[str, tuple[FormerBill, ...]]:
    query = select(former_bills).order_by(former_bills.c.due)
    if ids is not None:
        query = query.where(former_bills.c.loan_id.in_(ids))
    rows = connection.execute(query).mappings()
    return {
        loan_id: tuple(
            FormerBill(
                row["due"],
                row["replaced_at"],
                row["recorded_until"],
                row["until"],
                row["carried_minor"],
            )
            for row in formers
        )
        for loan_id, formers in _by_loan(rows).items()
    }


def _document(loan: Loan) -> dict[str, Any]:
    document: dict[str, Any] = _loan_adapter().dump_python(
        replace(loan, payments=(), agreed=(), asked=(), failed=()),
        mode="json",
        exclude={"payments", "agreed", "asked", "failed"},
    )
    return document


def _content(loan: Loan, policy: Policy) -> str:
    return _hash({"loan": _document(loan), "policy": _policy_document(policy)})


def _policy_document(policy: Policy) -> dict[str, Any]:
    document: dict[str, Any] = _policy_adapter().dump_python(policy, mode="json")
    return document


def _hash(document: object) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def _write(
    connection: Connection, altered: Iterable[_Altered], old: Mapping[str, Entry], now: datetime
) -> None:
    new = []
    for each in altered:
        if each.content is None:
            continue
        loan, known = each.loan, old.get(each.loan.id)
        row = {
            "document": _document(loan),
            "policy": _policy_document(each.policy),
            "content_hash": each.content,
            "known_since": known_since(known, loan, each.policy, now),
            "next_alert_at": now,
            "archived_at": None,
        }
        if known is None:
            new.append({"id": loan.id, **row})
        else:
            connection.execute(update(loans).where(loans.c.id == loan.id).values(**row))
    if new:
        connection.execute(insert(loans), new)


def known_since(old: Entry | None, loan: Loan, policy: Policy, now: datetime) -> datetime:
    """Return since when these terms and this policy are known: a slot before was never missed."""
    if old is None or old.archived or (old.loan.terms, old.policy) != (loan.terms, policy):
        return now
    return old.known_since


def _payments_changed(loan: Loan, rows: list[RowMapping]) -> tuple[list[int], list[_Paid]]:
    """Return which stored payments are configured no more, and which configured are not stored."""
    currency = loan.terms.currency
    wanted = Counter((p.on, Money.of(p.amount, currency).minor, p.to) for p in loan.payments)
    gone = []
    for row in rows:
        paid = row["date"], row["amount_minor"], _surplus_to(row)
        if wanted[paid] > 0:
            wanted[paid] -= 1
        else:
            gone.append(row["id"])
    return gone, list(wanted.elements())


def _sync_payments(connection: Connection, altered: Iterable[_Altered], now: datetime) -> None:
    new = []
    for each in altered:
        loan_id = each.loan.id
        if each.gone:
            gone = payments.c.id.in_(each.gone)
            connection.execute(update(payments).where(gone).values(undone_at=now))
            _reopen(connection, loan_id)
        if each.content is None:
            touch(connection, loan_id, now)
        new += [_payment_row(loan_id, paid, now, CONFIG) for paid in each.new]
    if new:
        connection.execute(insert(payments), new)


def _payment_row(loan_id: str, paid: _Paid, now: datetime, source: str) -> dict[str, object]:
    day, minor, to = paid
    return {
        "loan_id": loan_id,
        "date": day,
        "amount_minor": minor,
        "source": source,
        "surplus_to": to,
        "recorded_at": now,
    }


def add_payment(
    connection: Connection,
    loan_id: str,
    day: date,
    minor: int,
    now: datetime,
    source: str = CLI,
    to: Prepayment | None = None,
) -> int:
    """Record a payment made by command, have the loan looked at, and return its number.

    *source* is ASSUMED for a debit that counts as made; *to* says where what is over goes.
    """
    row = _payment_row(loan_id, (day, minor, to), now, source)
    result = connection.execute(insert(payments).values(row))
    touch(connection, loan_id, now)
    key = result.inserted_primary_key
    assert key is not None  # a single-row insert always has one
    return int(key[0])


def payment(connection: Connection, payment_id: int, currency: str) -> Payment:
    """Return a payment that was recorded, whichever bill it is for."""
    query = select(payments).where(payments.c.id == payment_id)
    return to_payment(connection.execute(query).mappings().one(), currency)


def undo_payment(connection: Connection, payment_id: int, now: datetime) -> RowMapping | None:
    """Take back a payment that was recorded and return it, or None when no such one stands."""
    row = (
        connection.execute(
            select(payments).where(
                payments.c.id == payment_id,
                payments.c.source.in_(RECORDED),
                payments.c.undone_at.is_(None),
            )
        )
        .mappings()
        .first()
    )
    if row is not None:
        connection.execute(
            update(payments).where(payments.c.id == payment_id).values(undone_at=now)
        )
        see_afresh(connection, row["loan_id"], now)
    return row


def see_afresh(connection: Connection, loan_id: str, now: datetime) -> None:
    """Have a loan looked at anew: what is unpaid again missed none of its reminders."""
    afresh = {"next_alert_at": now, "known_since": now}
    connection.execute(update(loans).where(loans.c.id == loan_id).values(**afresh))
    _reopen(connection, loan_id)


def _reopen(connection: Connection, loan_id: str) -> None:
    """Forget which installments of a loan were paid in time: later it may be news."""
    silent = and_(alerts.c.milestone == SETTLED, alerts.c.reason == Reason.PAID_ON_TIME)
    connection.execute(delete(alerts).where(alerts.c.loan_id == loan_id, silent))


def touch(connection: Connection, loan_id: str, now: datetime) -> None:
    """Have a loan looked at on the next pass."""
    connection.execute(update(loans).where(loans.c.id == loan_id).values(next_alert_at=now))


def entry(connection: Connection, loan_id: str) -> Entry | None:
    """Return one loan of the book, archived or not."""
    return entries_of(connection, [loan_id]).get(loan_id)


def _rows() -> Select[Any]:
    """Select what makes an entry, its documents as text."""
    documents = (cast(loans.c[name], Text).label(name) for name in ("document", "policy"))
    return select(loans.c.id, *documents, loans.c.known_since, loans.c.archived_at)


def entries_of(connection: Connection, ids: Iterable[str]) -> dict[str, Entry]:
    """Return some loans of the book by id, archived or not."""
    wanted = list(ids)
    return _entries(connection, _rows().where(loans.c.id.in_(wanted))) if wanted else {}


def entries(connection: Connection, *, archived: bool = False) -> dict[str, Entry]:
    """Return every loan of the book by id."""
    query = _rows().order_by(loans.c.id)
    if not archived:
        query = query.where(loans.c.archived_at.is_(None))
    return _entries(connection, query, every=True)


def due_for_a_look(connection: Connection, now: datetime, limit: int) -> list[Entry]:
    """Return loans whose ``next_alert_at`` has come, the longest waiting first."""
    query = _rows().where(loans.c.next_alert_at <= now)
    oldest = query.order_by(loans.c.next_alert_at, loans.c.id).limit(limit)
    return [*_entries(connection, oldest).values()]


def looks_due(connection: Connection, now: datetime) -> int:
    """Return how many loans ``due_for_a_look`` has yet to return."""
    query = select(func.count()).select_from(loans).where(loans.c.next_alert_at <= now)
    return int(connection.execute(query).scalar_one())


def _entries(
    connection: Connection, query: Select[Any], *, every: bool = False
) -> dict[str, Entry]:
    """Return the selected loans by id, in their order; *every* spares naming each."""
    rows = connection.execute(query).mappings().all()
    if not rows:
        return {}
    history = _Records.of(connection, None if every else [row["id"] for row in rows])
    return {row["id"]: _entry(row, history) for row in rows}


def as_synced(
    connection: Connection, configured: Sequence[tuple[Loan, Policy]], now: datetime
) -> list[Entry]:
    """Return the configured loans as a sync would leave them; nothing is written."""
    records, found = _Records.of(connection, None), []
    rows = connection.execute(_rows()).mappings()
    stored = {row["id"]: _entry(row, records) for row in rows}
    for loan, policy in configured:
        old = stored.get(loan.id)
        former = _replaced(old, loan, now)
        formers = (*records.formers.get(loan.id, ()), *([former] if former else []))
        paid = _payments_as_synced(loan, records.payments.get(loan.id, []), now)
        since = known_since(old, loan, policy, now)
        whole = _with_records(loan, paid, records.agreed.get(loan.id, ()), formers)
        found.append(Entry(whole, policy, since, formers=formers))
    return found


def _payments_as_synced(loan: Loan, rows: Sequence[RowMapping], now: datetime) -> list[Payment]:
    """Return the recorded payments of a loan, and those that the configuration has without one.

    Only what a command recorded has a number.
    """
    gone, new = _payments_changed(loan, [row for row in rows if row["source"] == CONFIG])
    currency = loan.terms.currency
    paid = [
        replace(to_payment(row, currency), id=None if row["source"] == CONFIG else row["id"])
        for row in rows
        if row["id"] not in gone
    ]
    paid += [Payment(on, Money(minor, currency).amount, now, to=to) for on, minor, to in new]
    return sorted(paid, key=attrgetter("on"))


def schedule_looks(connection: Connection, looks: Mapping[str, datetime | None]) -> None:
    """Write when each loan needs its next look; None for never."""
    rows = [{"key": loan_id, "at": at} for loan_id, at in looks.items()]
    if rows:
        look = update(loans).where(loans.c.id == bindparam("key"))
        connection.execute(look.values(next_alert_at=bindparam("at")), rows)


def next_look(connection: Connection) -> tuple[datetime, str] | None:
    """Return the earliest ``next_alert_at`` and its loan's id."""
    row = connection.execute(
        select(loans.c.next_alert_at, loans.c.id)
        .where(loans.c.next_alert_at.is_not(None))
        .order_by(loans.c.next_alert_at, loans.c.id)
        .limit(1)
    ).first()
    return None if row is None else (row[0], row[1])


def known_since_first(connection: Connection) -> datetime | None:
    """Return since when the first of the loans that are watched is known."""
    first = select(func.min(loans.c.known_since)).where(loans.c.archived_at.is_(None))
    return connection.execute(first).scalar()


def loan_count(connection: Connection) -> int:
    """Return how many loans are watched."""
    count = connection.execute(
        select(func.count()).select_from(loans).where(loans.c.archived_at.is_(None))
    ).scalar_one()
    return int(count)


def _configured_payments(connection: Connection) -> dict[str, list[RowMapping]]:
    rows = connection.execute(
        select(payments)
        .where(payments.c.undone_at.is_(None), payments.c.source == CONFIG)
        .order_by(payments.c.date, payments.c.id)
    ).mappings()
    return _by_loan(rows)


def _payments_of(connection: Connection, ids: list[str] | None) -> dict[str, list[RowMapping]]:
    query = select(payments).where(payments.c.undone_at.is_(None))
    if ids is not None:
        query = query.where(payments.c.loan_id.in_(ids))
    rows = connection.execute(query.order_by(payments.c.date, payments.c.id)).mappings()
    return _by_loan(rows)


def _by_loan(rows: Iterable[RowMapping]) -> dict[str, list[RowMapping]]:
    result: dict[str, list[RowMapping]] = {}
    for row in rows:
        result.setdefault(row["loan_id"], []).append(row)
    return result


def to_payment(row: RowMapping, currency: str) -> Payment:
    """Return a stored payment as the loan's own kind."""
    amount, assumed = Money(row["amount_minor"], currency).amount, row["source"] == ASSUMED
    recorded = row["recorded_at"], row["id"]
    return Payment(row["date"], amount, *recorded, assumed, _surplus_to(row))


def _surplus_to(row: RowMapping) -> Prepayment | None:
    to = row["surplus_to"]
    return None if to is None else Prepayment(to)


def add_agreement(
    connection: Connection, loan_id: str, kind: str, day: date, agreed: Agreed, now: datetime
) -> int:
    """Record what was asked of the lender or agreed, have the loan looked at; return its number."""
    document: dict[str, Any] = {}
    if isinstance(agreed, Extension):
        document = _extension_adapter().dump_python(agreed, mode="json")
    elif isinstance(agreed, Waiver):
        document = _waiver_adapter().dump_python(agreed, mode="json")
    elif isinstance(agreed, FailedDebit):
        document = _failure_adapter().dump_python(agreed, mode="json")
    elif isinstance(agreed, Bill):
        document = _bill_adapter().dump_python(agreed, mode="json")
    row = {"loan_id": loan_id, "kind": kind, "date": day, "document": document}
    result = connection.execute(insert(agreements).values(**row, recorded_at=now))
    if kind == BILLED:
        see_afresh(connection, loan_id, now)
    else:
        touch(connection, loan_id, now)
    key = result.inserted_primary_key
    assert key is not None  # a single-row insert always has one
    return int(key[0])


def undo_agreement(connection: Connection, number: int, now: datetime) -> str | None:
    """Take back an agreement; return its loan's id, or None when no such one stands."""
    standing = and_(agreements.c.id == number, agreements.c.undone_at.is_(None))
    loan_id = connection.execute(select(agreements.c.loan_id).where(standing)).scalar()
    if loan_id is not None:
        connection.execute(update(agreements).where(standing).values(undone_at=now))
        see_afresh(connection, loan_id, now)
    return loan_id


def standing_agreements(connection: Connection, ids: list[str] | None = None) -> list[RowMapping]:
    """Return the agreements of some loans, or of all, that stand, in the order of their dates."""
    query = select(agreements).where(agreements.c.undone_at.is_(None))
    if ids is not None:
        query = query.where(agreements.c.loan_id.in_(ids))
    return list(connection.execute(query.order_by(agreements.c.date, agreements.c.id)).mappings())


def _agreed_of(connection: Connection, ids: list[str] | None) -> dict[str, list[RowMapping]]:
    return _by_loan(standing_agreements(connection, ids))


def with_agreements(loan: Loan, rows: Sequence[RowMapping]) -> Loan:
    """Return the loan with what was asked and agreed."""
    if not rows:
        return loan
    asked, failed = [], []
    billed = [row for row in rows if row["kind"] == BILLED]
    billed.sort(key=itemgetter("id"))  # of two for one due date the one recorded last counts
    agreed: list[Agreement] = [_bill_adapter().validate_python(row["document"]) for row in billed]
    for row in rows:
        if row["kind"] == BILLED:
            continue
        if row["kind"] == WAIVED:
            agreed.append(_waiver_adapter().validate_python(row["document"]))
            continue
        if row["kind"] == DEBIT_FAILED:
            failed.append(_failure_adapter().validate_python(row["document"]))
            continue
        asked.append(Request(RequestState(row["kind"]), row["date"]))
        if asked[-1].state is RequestState.APPROVED:
            agreed.append(_extension_adapter().validate_python(row["document"]))
    return replace(loan, agreed=tuple(agreed), asked=tuple(asked), failed=tuple(failed))


@dataclass(frozen=True, slots=True)
class _Records:
    """What is on record of some loans, or of all, beside their documents: rows by loan."""

    payments: Mapping[str, list[RowMapping]]
    agreed: Mapping[str, list[RowMapping]]
    formers: Mapping[str, tuple[FormerBill, ...]]

    @classmethod
    def of(cls, connection: Connection, ids: list[str] | None) -> _Records:
        """Read them; None for all loans."""
        return cls(
            _payments_of(connection, ids), _agreed_of(connection, ids), _formers_of(connection, ids)
        )


def _with_records(
    loan: Loan,
    paid: Sequence[Payment],
    agreed: Sequence[RowMapping],
    formers: Sequence[FormerBill],
) -> Loan:
    """Return a loan with what was paid and agreed on its present bill."""
    former = former_of(formers, loan.terms)
    made = own_payments(former, paid, loan.terms.currency)
    if made or loan.payments:
        loan = replace(loan, payments=made)
    own = [row for row in agreed if former is None or row["recorded_at"] >= former.replaced_at]
    return with_agreements(loan, own)


def _entry(row: RowMapping, records: _Records) -> Entry:
    loan, key = _loan(row["document"]), row["id"]
    paid = [to_payment(each, loan.terms.currency) for each in records.payments.get(key, ())]
    formers = records.formers.get(key, ())
    return Entry(
        _with_records(loan, paid, records.agreed.get(key, ()), formers),
        _policy(row["policy"]),
        row["known_since"],
        row["archived_at"] is not None,
        formers,
    )
