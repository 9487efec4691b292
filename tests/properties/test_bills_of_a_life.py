"""What is asked for of bills under one id is what an independent ledger, kept by bill, says.

The ledger knows for which bill each payment was meant, and adds up. The program knows dates only:
when each payment was made and entered, and when each bill took its predecessor's place.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from clocks import SetClock
from hypothesis import given
from hypothesis import strategies as st

from reminderd.app import App
from reminderd.config.load import load_text
from reminderd.loans.money import Money
from reminderd.loans.position import value
from reminderd.store import book
from reminderd.store.database import Database

from .random_loans import examples

DAY = timedelta(days=1)
DRAWN = 18 * DAY  # before its due date, where nobody says when
BEGIN = date(2026, 3, 1)


@dataclass(frozen=True)
class Bill:
    """A bill, the day on which it took its place in the file, and from when money is for it."""

    due: date
    amount: int  # in units of 5.00, as payments
    entered: date
    since: date


@dataclass(frozen=True)
class Paid:
    """A payment for a bill: when it was made and when, and how, somebody wrote it down."""

    bill: int
    on: date
    amount: int
    entered: date
    typed: bool


def between(first, last):
    return st.integers(0, (last - first).days).map(lambda days: first + days * DAY)


@st.composite
def bills(draw):
    made = [Bill(BEGIN + 25 * DAY, draw(st.integers(1, 400)), BEGIN, BEGIN)]
    for _ in range(draw(st.integers(1, 3))):
        last = made[-1].due
        due = last + draw(st.integers(25, 35)) * DAY
        entered = draw(between(last + DAY, due - DAY))
        since = max(last + DAY, min(due - DRAWN, entered))
        made.append(Bill(due, draw(st.integers(1, 400)), entered, since))
    return made


@st.composite
def payments(draw, every):
    """Return payments, early, late and in part, each in its bill's time; some entered late."""
    made = []
    for number, bill in enumerate(every):
        later = every[number + 1] if number + 1 < len(every) else None
        over = later.since - DAY if later else bill.due + 20 * DAY
        for on in draw(st.lists(between(bill.since, over), max_size=3)):
            amount = draw(st.sampled_from([bill.amount, -(-bill.amount // 3), bill.amount + 7]))
            entered = max(on, bill.entered + DAY) + draw(st.sampled_from([0, 0, 0, 4, 20])) * DAY
            made.append(Paid(number, on, amount, entered, draw(st.booleans())))
    return made


def written(bill, paid, name):
    """Return the configuration: one bill, and what the file says was paid."""
    lines = "".join(f'{{ date = {one.on}, amount = "{5 * one.amount}.00" }}, ' for one in paid)
    return load_text(
        f'timezone = "Asia/Shanghai"\nlocale = "en"\n[[loans]]\nid = "card"\nname = "{name}"\n'
        f'due = {bill.due}\namount = "{5 * bill.amount}.00"\npayments = [{lines}]\n',
        Path("config.toml"),
    )


class Life:
    """The program on the file of a day, and what is paid by command."""

    def __init__(self, config):
        self.app = App(config, Database.in_memory(), SetClock(None))
        self.book = None

    def on(self, day):
        self.app.clock.at = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)

    def read(self, config):
        """Have the file read, by a command that only looks and then by a pass."""
        if config.loans == self.book:
            return
        self.app.config, self.book = config, config.loans
        seen = self.asked()
        self._sync()
        assert self.asked() == seen
        self.app.clock.at += timedelta(hours=1)

    def _sync(self):
        loans = [(loan, self.app.config.policy) for loan in self.app.config.loans]
        with self.app.database.transaction() as connection:
            book.sync(connection, loans, self.app.clock.at)

    def pay(self, paid):
        self.app.pay(self.app.loan("card"), Money(500 * paid.amount, "CNY"), paid.on)

    def asked(self):
        loan = self.app.loan("card")
        position = value(loan, self.app.today(loan))
        return position.due.total + sum(part.remaining.minor for part in position.upcoming)


@examples(10)
@given(st.data())
def test_what_is_asked_for_is_what_a_ledger_by_bill_says(data):
    every = data.draw(bills(), label="bills")
    made = data.draw(payments(every), label="payments")
    end = every[-1].due + 25 * DAY
    renamed = data.draw(st.sets(between(BEGIN, end), max_size=2), label="terms edited")
    put_back = data.draw(st.sets(between(BEGIN, end), max_size=2), label="bills put back")
    life = Life(written(every[0], [], "Card"))
    days = {bill.entered for bill in every} | {one.entered for one in made} | renamed | put_back
    for day in sorted(days):
        life.on(day)
        number = max(n for n, bill in enumerate(every) if bill.entered <= day)
        file = [one for one in made if not one.typed and one.entered <= day]
        name = f"Card {sum(edit <= day for edit in renamed)}"
        if day in put_back and number:  # by mistake, and put right at once
            life.read(written(every[number - 1], file, name))
        life.read(written(every[number], file, name))
        for one in made:
            if one.typed and one.entered == day:
                life.pay(one)
        paid = sum(one.amount for one in made if one.bill == number and one.entered <= day)
        assert life.asked() == 500 * max(0, every[number].amount - paid)
