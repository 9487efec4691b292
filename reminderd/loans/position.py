"""What is owed on a loan as of a date, what one more day costs, and when it gets worse.

``value`` is the only way to a figure. It is a pure function of terms, payments and the date.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from ..errors import Unreckonable
from .account import Account
from .bills import drawn_on, lives_by_bills, without_bill
from .cliffs import Cliff, next_cliff
from .line import Line
from .money import Money, to_minor
from .owed import Owed
from .terms import Loan, Payment

_MOST = 10**18  # minor units: no amount that can be written is more, in any currency


@dataclass(frozen=True, slots=True)
class Arrear:
    """One installment that has fallen due and is not fully paid."""

    due: date
    owed: Owed
    days_past_due: int


@dataclass(frozen=True, slots=True)
class Upcoming:
    """One installment that has not fallen due; *remaining* is what payments have left of it.

    Of a bill that is *unknown* only the due date is, and nothing remains as far as anybody knows.
    """

    due: date
    remaining: Money
    unknown: bool = False


@dataclass(frozen=True, eq=False)
class Position:
    """What is owed as of the end of a day, that day's payments included.

    ``due`` is what has fallen due, today's installment included; ``payoff`` ends the whole loan
    today, or is what is due where it goes on without end. ``unconfirmed`` is what the lender was
    to debit and nobody has confirmed, each with what is owed today if it failed; ``assumed``
    likewise, where a debit counts as made. ``left_over`` is what is so little that nobody is told
    of it (``is_residue``). None of these is in any other figure. What not every reader asks for is
    worked out on asking.
    """

    as_of: date
    due: Owed
    payoff: Money
    credit: Money
    loan: Loan = field(repr=False)
    account: Account = field(repr=False)
    unconfirmed: tuple[Arrear, ...] = ()
    assumed: tuple[Arrear, ...] = ()
    left_over: tuple[Arrear, ...] = ()

    def __eq__(self, other: object) -> bool:
        """Compare every figure, wherever it came from."""
        return isinstance(other, Position) and self._figures == other._figures

    __hash__ = None  # type: ignore[assignment]  # two loans may stand alike

    @property
    def _figures(self) -> tuple[object, ...]:
        known = (self.as_of, self.due, self.arrears, self.payoff, self.credit)
        debits = (self.unconfirmed, self.assumed, self.left_over)
        return (*known, *debits, self.tomorrow, self.upcoming, self.next_cliff)

    @property
    def currency(self) -> str:
        """The loan's currency."""
        return self.loan.terms.currency

    @property
    def grace_days(self) -> int:
        """The grace days that were agreed."""
        return self.loan.terms.grace_days

    @property
    def days_past_due(self) -> int:
        """Days past due of the oldest installment that is not fully paid; 0 when current."""
        due = self.account.oldest_due()
        return 0 if due is None else self._lateness(due)

    @cached_property
    def arrears(self) -> tuple[Arrear, ...]:
        """What has fallen due and is not fully paid, one by one, the oldest first."""
        account = self.account
        return tuple(_arrear(account, line) for line in account.lines if account.owed(line).total)

    def _lateness(self, due: int) -> int:
        return _days_past_due(self.account, due)

    @cached_property
    def tomorrow(self) -> Owed:
        """What the same installments come to one day later if nothing is paid."""
        return self.after(1)

    def after(self, days: int) -> Owed:
        """Return what the same installments come to so many days later if nothing is paid."""
        return self.account.later(self.account.today + days).due()

    def curve(self, days: int) -> list[Owed]:
        """Return what the same installments come to today and on so many days after it, unpaid."""
        return [*self.account.curve(self.account.today + days)]

    @cached_property
    def upcoming(self) -> tuple[Upcoming, ...]:
        """What is still to come and not already covered by money paid ahead.

        Of bills whose sums are not known it is the next ones; what is due today is among them.
        """
        coming = self.account.not_yet_due()
        known = [Upcoming(part.due, self.money(rest)) for part, rest in coming if rest]
        if not lives_by_bills(self.loan.terms):
            return tuple(known)
        _, expected = self._without_bill(self._covered, one_at_least=not known)
        unknown = [Upcoming(due, self.money(0), unknown=True) for due in expected]
        return tuple(sorted([*known, *unknown], key=lambda part: part.due))

    @cached_property
    def missing_bills(self) -> list[date]:
        """The due dates that have passed without a bill, so that nobody knows what was owed."""
        return self._without_bill(self._covered, one_at_least=False)[0]

    @property
    def awaited_bills(self) -> list[date]:
        """The due dates whose bills are still to be recorded: the last one missing, the next ones.

        What a card's earlier statement leaves is no bill, though its sum is worked out.
        """
        past, coming = self._without_bill(self._without_asking, one_at_least=True)
        return past[-1:] + coming

    @property
    def _covered(self) -> set[date]:
        """The due dates with a sum; where only interest is left, another bill is to come."""
        asking = {part.due for part in self.account.parts if part.principal}
        return asking | self._without_asking

    @property
    def _without_asking(self) -> set[date]:
        """The due dates that need no bill: the configured balance's, and those paid without one."""
        configured = {part.due for part in self.account.rules.schedule[:1]}
        fallen = {date.fromordinal(line.due) for line in self.account.lines}
        return configured | (fallen - self.dues)

    def _without_bill(
        self, dues: set[date], *, one_at_least: bool
    ) -> tuple[list[date], list[date]]:
        terms, bills, today = self.loan.terms, self.account.bills, self.as_of
        return without_bill(terms, bills, dues, today, one_at_least=one_at_least)

    @cached_property
    def next_cliff(self) -> Cliff | None:
        """The next date on which waiting gets more expensive, if there is one."""
        return next_cliff(self)

    @property
    def due_total(self) -> Money:
        """What has to be paid today to be current."""
        return self.money(self.due.total)

    @property
    def increase(self) -> Money:
        """What one more day costs."""
        return self.money(self.tomorrow.total - self.due.total)

    @property
    def settled(self) -> bool:
        """Whether nothing is owed now and nothing is to come, as there always is without end."""
        return not (self.loan.terms.endless or self.arrears or self.unconfirmed or self.upcoming)

    @property
    def if_failed(self) -> Money:
        """What is owed today if no unconfirmed debit went through."""
        return self.money(self.due.total + sum(debit.owed.total for debit in self.unconfirmed))

    @property
    def to_pay(self) -> Money:
        """The sum to name in a reminder: what is due, else the next installment's rest."""
        if self.arrears or not self.upcoming:
            return self.due_total
        return self.upcoming[0].remaining

    @property
    def sum_unknown(self) -> bool:
        """Whether what is to be paid first is a bill whose sum is not recorded."""
        return not self.arrears and any(part.unknown for part in self.upcoming[:1])

    @property
    def pay_by(self) -> date | None:
        """The due date that ``to_pay`` belongs to, the oldest first; None when settled."""
        if self.arrears:
            return self.arrears[0].due
        return self.upcoming[0].due if self.upcoming else None

    @property
    def first_known(self) -> date | None:
        """The oldest unpaid due date whose sum is known."""
        if self.arrears:
            return self.arrears[0].due
        return next((part.due for part in self.upcoming if not part.unknown), None)

    def unpaid(self, *, known: bool = False) -> list[date]:
        """Return the due dates that still need money, in order; or those whose sums are known."""
        coming = [part.due for part in self.upcoming if not (known and part.unknown)]
        return [arrear.due for arrear in self.arrears] + coming

    @property
    def bill_to_record(self) -> date | None:
        """The due date of the bill to record: the newest that is drawn by now, else the next."""
        terms, awaited = self.loan.terms, self.awaited_bills
        drawn = [due for due in awaited if drawn_on(terms, due) <= self.as_of]
        return max(drawn, default=min(awaited, default=None))

    @property
    def dues(self) -> set[date]:
        """Every due date there has been and will be; one that was moved is not among them."""
        return {part.due for part in self.account.parts}

    def money(self, minor: int) -> Money:
        """Return minor units as an amount of the loan's currency."""
        return Money(minor, self.currency)


def value(loan: Loan, as_of: date) -> Position:
    """Return the position of *loan* at the end of *as_of*.

    Raises Unreckonable where its terms have led beyond any sensible amount.
    """
    return position_of(
        loan, Account(loan.terms).run(loan.payments, as_of, loan.agreed, loan.awaits_debit)
    )


def position_of(loan: Loan, account: Account) -> Position:
    """Return the position that the account of *loan* stands at.

    What a debit may have paid is left out of the account.
    """
    rests = [line for line in account.open if is_residue(loan, account, line)]
    left_over = tuple(_arrear(account, line) for line in rests)
    account.set_aside(rests, "left-over")
    unconfirmed, assumed = _set_debits_aside(loan, account)
    due, currency = account.due(), loan.terms.currency
    payoff, credit = Money(account.payoff(due.total), currency), Money(account.credit, currency)
    reckonable(loan, account.as_of, max(due.total, payoff.minor))
    aside = unconfirmed, assumed, left_over
    return Position(account.as_of, due, payoff, credit, loan, account, *aside)


def is_residue(loan: Loan, account: Account, line: Line) -> bool:
    """Return whether what is unpaid of an installment is too little to be told of.

    That is what lateness left after the last one, and what is short of one that was paid but for
    less than the loan's tolerance: our own estimate may be off by as much.
    """
    if not line.left_over and not (line.received and loan.tolerance):
        return False  # as of most, which need not be counted for this
    owed = account.owed(line).total
    return bool(owed) and (line.left_over or owed < to_minor(loan.tolerance, loan.terms.currency))


def reckonable(loan: Loan, as_of: date, minor: int) -> None:
    """Raise Unreckonable where minor units are more than any sensible figure has."""
    if minor > _MOST:
        raise Unreckonable(
            f"the figures of loan {loan.id} are beyond what can be reckoned on {as_of} "
            "(look at its rate and dates)"
        )


def _set_debits_aside(
    loan: Loan, account: Account
) -> tuple[tuple[Arrear, ...], tuple[Arrear, ...]]:
    debit, today = loan.auto_debit, account.as_of
    if debit is None or not debit.on:
        return (), ()
    lines = [
        line
        for line in account.open
        if loan.awaits_debit(date.fromordinal(line.due), today) and account.owed(line).total
    ]
    last = account.today - debit.last_day if debit.assume_paid else 0  # that was debited by today
    taken = [line for line in lines if line.due < last]
    asked = [line for line in lines if line.due >= last]
    debits = [tuple(_arrear(account, line) for line in each) for each in (asked, taken)]
    account.set_aside(asked, "unconfirmed")
    account.set_aside(taken, "assumed")
    return debits[0], debits[1]


def debited(loan: Loan, due: date) -> Money:
    """Return what a debit was to take on its due date."""
    then = value(loan, due)
    return then.money(sum(part.owed.total for part in then.arrears if part.due == due))


def debits_to_record(position: Position) -> list[Payment]:
    """Return the debits that count as made as payments: each what was due on its day, once.

    What is still open of one on record, because its bill was put right since, stays so.
    """
    loan = position.loan
    recorded = {payment.on for payment in loan.payments if payment.assumed}
    made = []
    for debit in position.assumed:
        if debit.due not in recorded:
            # A bill may have come after its due date; then nothing was due on it yet.
            taken = debited(loan, debit.due) or position.money(debit.owed.total)
            made.append(Payment(debit.due, taken.amount, assumed=True))
    return made


def _arrear(account: Account, line: Line) -> Arrear:
    due, owed = date.fromordinal(line.due), account.owed(line)
    return Arrear(due, owed, _days_past_due(account, line.due))


def _days_past_due(account: Account, due: int) -> int:
    return account.terms.days_past_due(account.today - due)
