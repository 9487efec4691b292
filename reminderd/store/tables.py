"""The tables, declared once. Migrations are tested to produce exactly these.

Money is in whole minor units, instants are UTC, dates are dates. Addresses of deliveries are
labels that hold no secret.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept in UTC; SQLite has no zones, so they are taken off and put back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive values; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return an aware UTC instant."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


_BigKey = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows only for INTEGER

loans = Table(
    "loans",
    metadata,
    Column("id", String, primary_key=True),
    Column("document", JSON, nullable=False),  # the loan without its payments
    Column("policy", JSON, nullable=False),  # when to remind
    Column("content_hash", String(64), nullable=False),
    Column("known_since", Instant, nullable=False),
    Column("next_alert_at", Instant, index=True),
    Column("archived_at", Instant),
)

payments = Table(
    "payments",
    metadata,
    Column("id", _BigKey, primary_key=True),
    Column("loan_id", ForeignKey("loans.id"), nullable=False, index=True),
    Column("date", Date, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("source", String(16), nullable=False),  # "config", "cli" or "assumed"
    Column("surplus_to", String(16)),  # "shorter", "lower" or "ahead", where that was said
    Column("recorded_at", Instant, nullable=False),
    Column("undone_at", Instant),
)

agreements = Table(
    "agreements",
    metadata,
    Column("id", _BigKey, primary_key=True),
    Column("loan_id", ForeignKey("loans.id"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),  # of a request, "waived", "failed"
    Column("date", Date, nullable=False),
    Column("document", JSON, nullable=False),  # what was agreed
    Column("recorded_at", Instant, nullable=False),
    Column("undone_at", Instant),
)

former_bills = Table(  # bills whose place others have taken under the same loan
    "former_bills",
    metadata,
    Column("loan_id", ForeignKey("loans.id"), primary_key=True),
    Column("due", Date, primary_key=True),  # the last due date of it
    Column("replaced_at", Instant, nullable=False),
    Column("recorded_until", Date, nullable=False),  # it has what was on record then, up to here
    Column("until", Date, nullable=False),  # and whatever was paid up to here
    Column("carried_minor", BigInteger, nullable=False),  # of that, what was beyond it
)

balances = Table(
    "balances",
    metadata,
    Column("id", _BigKey, primary_key=True),
    Column("account", String, nullable=False),  # its name in the configuration
    Column("date", Date, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("at", Instant),  # of that day, where it was stated on the day itself
    Column("recorded_at", Instant, nullable=False),
    Column("undone_at", Instant),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", _BigKey, primary_key=True),
    Column("loan_id", ForeignKey("loans.id")),  # none: a routine
    Column("due", Date, nullable=False),
    Column("milestone", String(32), nullable=False),
    Column("scheduled_for", Instant, nullable=False),
    Column("reason", String(32), nullable=False),
    Column("superseded", Boolean, nullable=False),  # decided, but never to be sent
    Column("decided_at", Instant, nullable=False),
    UniqueConstraint("loan_id", "due", "milestone"),
    Index(  # for the constraint, every NULL differs from all others
        "uq_alerts_due_milestone_of_no_loan",
        "due",
        "milestone",
        unique=True,
        sqlite_where=text("loan_id IS NULL"),
        postgresql_where=text("loan_id IS NULL"),
    ),
)

snoozes = Table(
    "snoozes",
    metadata,
    Column("loan_id", ForeignKey("loans.id"), primary_key=True),  # the last one counts
    Column("until", Instant, nullable=False),
    Column("severity", String(16), nullable=False),  # how bad it was when it was snoozed
    Column("due", Date, nullable=False),  # once this installment is paid, it is over
    Column("recorded_at", Instant, nullable=False),
)

acknowledgements = Table(
    "acknowledgements",
    metadata,
    Column("loan_id", ForeignKey("loans.id"), primary_key=True),  # the last one counts
    Column("recorded_at", Instant, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", _BigKey, primary_key=True),
    Column("alert_id", ForeignKey("alerts.id"), nullable=False, index=True),
    Column("channel", String, nullable=False),
    Column("address", String, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("waited", Integer, nullable=False, server_default="0"),  # seconds between attempts
    Column("next_attempt_at", Instant),
    Column("lease_until", Instant),
    Column("lease_owner", String),
    Column("message_id", String, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("error", Text),
    Column("title", Text),  # what was sent, word for word
    Column("body", Text),
    Index("ix_deliveries_state_next_attempt_at", "state", "next_attempt_at"),
    Index("ix_deliveries_channel_address", "channel", "address"),
)
