"""Instants in the database."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import StatementError

from reminderd.store import book
from reminderd.store.tables import loans


def stored(connection):
    return connection.execute(text("SELECT next_alert_at FROM loans")).scalar()


def test_an_instant_without_a_zone_is_refused(connection, sync, make_loan):
    sync(make_loan())
    with pytest.raises(StatementError, match="has no time zone"):
        book.schedule_looks(connection, {"card": datetime(2026, 11, 20, 9)})


def test_an_instant_of_any_zone_is_stored_and_returned_in_utc(connection, sync, make_loan):
    sync(make_loan())
    nine = datetime(2026, 11, 20, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    book.schedule_looks(connection, {"card": nine})
    assert stored(connection) == "2026-11-20 01:30:00.000000"
    returned = connection.execute(select(loans.c.next_alert_at)).scalar_one()
    assert returned == nine
    assert returned.tzinfo is UTC


def test_no_instant_stays_none(connection, sync, make_loan):
    sync(make_loan())
    book.schedule_looks(connection, {"card": None})
    assert connection.execute(select(loans.c.next_alert_at)).scalar_one() is None
