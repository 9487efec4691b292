"""What a forecast says of an account is what a plain walk through its days finds.

The walk knows nothing of the forecast: it has a purse, what falls due as a list, and pays off what
it pays oldest first. Loans bear neither interest nor penalty here; other figures are not its own.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from hypothesis import event, given, settings
from hypothesis import strategies as st

from reminderd.loans.funds import FRESH, HORIZON, Balance, BankAccount, Income, forecast
from reminderd.loans.money import Money
from reminderd.loans.terms import AutoDebit, FailedDebit, Installment, Loan, LoanTerms, Payment

TODAY = date(2027, 3, 12)
DAY = timedelta(days=1)
NOON = time(12)
TIMES = [(), (time(6),), (time(6), time(17))]


def days(first, last):
    return st.integers(first, last).map(lambda number: TODAY + number * DAY)


@dataclass
class Book:
    """An account, and its loans."""

    account: BankAccount
    loans: list


@st.composite
def debits(draw):
    """Return how a loan is paid: by hand, or debited, asked about or taken as made."""
    if draw(st.booleans()):
        return draw(st.sampled_from([None, AutoDebit(on=False)]))
    last = draw(st.sampled_from([0, 2]))
    return AutoDebit(True, "bank", draw(st.sampled_from(TIMES)), last, draw(st.booleans()))


@st.composite
def loans(draw, number):
    dues = sorted(draw(st.sets(days(-50, 80), min_size=1, max_size=5)))
    listed = tuple(Installment(due, draw(st.integers(1, 900)), 0) for due in dues)
    debit = draw(debits())
    debited = debit is not None and debit.on
    paid = () if debited and debit.assume_paid else draw(st.lists(days(-50, 0), max_size=4))
    payments = tuple(
        Payment(
            on,
            Decimal(draw(st.integers(1, 900))) / 100,
            datetime.combine(on, draw(st.sampled_from([time(1), time(20)])), UTC),
        )
        for on in sorted(paid)
    )
    past = [due for due in dues if due < TODAY]
    asked = debited and not debit.assume_paid
    some = draw(st.sets(st.sampled_from(past))) if past and asked else ()
    failed = tuple(FailedDebit(due, due + DAY) for due in sorted(some))
    terms = LoanTerms("CNY", listed=listed, residual_below=Decimal(0))
    name = f"loan-{number}"
    return Loan(name, name, terms, "UTC", payments, auto_debit=debit, failed=failed)


@st.composite
def books(draw):
    incomes = st.builds(
        Income, st.builds(Money, st.integers(1, 900), st.just("CNY")), st.integers(1, 31)
    ) | st.builds(
        lambda amount, on: Income(Money(amount, "CNY"), on=on), st.integers(1, 900), days(-40, 70)
    )
    as_of = draw(days(-40, 1))
    at = draw(st.sampled_from([None, datetime.combine(as_of, NOON, UTC)]))
    found = [draw(loans(number)) for number in range(draw(st.integers(1, 3)))]
    account = BankAccount(
        "bank",
        Balance(Money(draw(st.integers(-500, 1500)), "CNY"), as_of, at),
        frozenset(loan.id for loan in found),
        Money(draw(st.sampled_from([0, 0, 300])), "CNY"),
        tuple(draw(st.lists(incomes, max_size=2))),
        draw(st.integers(1, 3)),
    )
    return Book(account, found)


# ─── The walk ───


def open_on(loan, day, debited=()):
    """Return what is open of each installment at the end of a day, oldest first."""
    paid = sum(round(p.amount * 100) for p in loan.payments if p.on <= day) + sum(debited)
    left = {}
    for part in loan.terms.listed:
        taken = min(paid, part.principal)
        paid -= taken
        left[part.due] = part.principal - taken
    return left


def comes(account, day):
    """Return what comes in on a day."""
    total = 0
    for income in account.income:
        last = (day + DAY).day == 1
        monthly = income.day and (income.day == day.day or (last and income.day > day.day))
        total += income.amount.minor if monthly or income.on == day else 0
    return total


def is_out(account, day, recorded, loan, *, by_debit):
    """Return whether what left on a day had left when the balance was stated."""
    stated = account.balance
    if day != stated.as_of or stated.at is None:
        return day <= stated.as_of
    times = loan.auto_debit.times if loan.auto_debit and loan.auto_debit.on else ()
    if times and max(times) <= NOON:
        return True
    return not by_debit and recorded <= stated.at


def debited_by_now(loan):
    """Return the due dates whose debits count as made, and those that nobody has confirmed."""
    debit = loan.auto_debit
    if debit is None or not debit.on:
        return [], []
    denied = {failure.due for failure in loan.failed}
    dues = [p.due for p in loan.terms.listed if p.due < TODAY and p.due not in denied]
    made = [due for due in dues if debit.assume_paid and due + debit.last_day * DAY < TODAY]
    return made, [due for due in dues if due not in made]


def flows(account, loan):
    """Return what left since the balance was stated by day, what is overdue, and what is due."""
    made, asked = debited_by_now(loan)
    # Where debits count as made nothing was paid by hand: each paid its own, oldest first.
    sums = {part.due: part.principal for part in loan.terms.listed}
    left = open_on(loan, TODAY, [sums[due] for due in made])
    by_hand = [
        (paid.on, round(paid.amount * 100))
        for paid in loan.payments
        if not is_out(account, paid.on, paid.recorded_at, loan, by_debit=False)
    ]
    debits = [(due, sums[due] if due in made else left[due]) for due in made + asked]
    past = [*by_hand, *(d for d in debits if not is_out(account, d[0], None, loan, by_debit=True))]
    still = {due: amount for due, amount in left.items() if due not in asked}
    overdue = sum(amount for due, amount in still.items() if due < TODAY)
    return past, overdue, {due: amount for due, amount in still.items() if due >= TODAY}


def walk(book):
    """Return what is missing on which days, overdue or not, and the balance after each day."""
    account = book.account
    all_flows = [flows(account, loan) for loan in book.loans]
    purse, missing, after = account.balance.amount.minor, [], {}

    def take(day, amount, kind):
        nonlocal purse
        if not amount:
            return
        purse -= amount
        short = -account.overdraft.minor - purse
        if short > 0:
            purse += short
            if kind:
                missing.append((day, kind, short))

    day = account.balance.as_of
    while day <= TODAY + HORIZON:
        if day > account.balance.as_of:
            purse += comes(account, day)
        take(day, sum(sum_ for past, _, _ in all_flows for on, sum_ in past if on == day), None)
        if day == TODAY:
            after["holds"] = purse
            take(day, sum(overdue for _, overdue, _ in all_flows), "overdue")
        take(day, sum(due.get(day, 0) for _, _, due in all_flows), "due")
        after[day] = purse
        day += DAY
    return missing, after


def workdays(first, last):
    """Return how many days from Monday to Friday there are between two, both included."""
    return sum((first + n * DAY).weekday() < 5 for n in range((last - first).days + 1))


@settings(max_examples=100)
@given(books())
def test_a_forecast_finds_what_a_walk_through_the_days_finds(book):
    found = forecast(book.account, book.loans, TODAY)
    fresh = timedelta(0) <= TODAY - book.account.balance.as_of <= FRESH
    assert (found.holds is not None) == fresh
    if not fresh:
        assert found.shortages == found.movements == ()
        return
    missing, after = walk(book)
    event(f"{min(len(missing), 3)} shortages")
    told = [(s.on, "overdue" if s.overdue else "due", s.missing.minor) for s in found.shortages]
    assert told == missing
    assert found.holds.minor == after["holds"]
    for movement in found.movements:
        assert movement.balance.minor == after[movement.on]
    for shortage in found.shortages:
        eve, last = shortage.on - DAY, shortage.last_day
        later = next(last + n * DAY for n in range(1, 8) if (last + n * DAY).weekday() < 5)
        assert last.weekday() < 5
        assert workdays(last + DAY, eve) >= book.account.transfer_days > workdays(later + DAY, eve)
