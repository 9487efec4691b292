"""An amount that falls due again and again is the same amount listed so many times."""

from hypothesis import assume, given

from reminderd.loans.position import value
from reminderd.loans.schedule import schedule_past
from reminderd.loans.terms import Installment, LoanTerms, PenaltyBase, Repayment

from .random_loans import FEATURES, ONE_DAY, days, examples, loans_with, on_terms, some, st

YEAR = 365 * ONE_DAY
fixed_loans = loans_with(st.sets(some(sorted(FEATURES)), max_size=5), (Repayment.FIXED,))


def listed(loan, number=None):
    """Return the loan with its installments listed one by one, on the days as agreed."""
    dues = [
        loan.terms.frequency.step(loan.terms.first_due, n, end_of_month=loan.terms.end_of_month)
        for n in range(number or loan.terms.number)
    ]
    unit = 10 ** -{"CNY": 2, "JPY": 0, "KWD": 3}[loan.terms.currency]
    interest, whole = (
        round(float(sum_) / unit) for sum_ in (loan.terms.interest, loan.terms.amount)
    )
    rows = tuple(Installment(due, whole - interest, interest) for due in dues)
    plain = LoanTerms(loan.terms.currency, listed=rows)
    names = ("repayment", "listed", "amount", "interest", "installment_count", "until", "first_due")
    return on_terms(loan, **{name: getattr(plain, name) for name in names}, end_of_month=False)


@examples(133)
@given(fixed_loans, days)
def test_an_amount_with_an_end_stands_as_if_each_were_listed(loan, as_of):
    if loan.terms.endless:
        loan = on_terms(loan, installment_count=9)
    position, as_listed = value(loan, as_of), value(listed(loan), as_of)
    assert position == as_listed
    assert position.settled == as_listed.settled


@examples(133)
@given(fixed_loans, days)
def test_an_amount_without_end_stands_as_a_list_longer_than_anyone_looks(loan, as_of):
    base = loan.terms.penalty_base
    if base is PenaltyBase.OUTSTANDING_PRINCIPAL:
        base = PenaltyBase.OVERDUE_PRINCIPAL
    ends = {"installment_count": 0, "until": None, "acceleration_date": None}
    ends["grace_days"] = min(loan.terms.grace_days, loan.terms.frequency.days)  # one may have more
    loan = on_terms(loan, **ends, penalty_base=base)
    position, as_listed = value(loan, as_of), value(listed(loan, 400), as_of)
    assume(not as_listed.settled)  # so little principal that a payment ends the list
    for name in ("due", "arrears", "credit", "tomorrow", "days_past_due", "to_pay", "next_cliff"):
        assert getattr(position, name) == getattr(as_listed, name)
    near = [part for part in position.upcoming if part.due <= as_of + YEAR]
    assert near == [part for part in as_listed.upcoming if part.due <= as_of + YEAR]
    assert position.payoff == position.due_total


@examples(66)
@given(fixed_loans, days)
def test_how_far_is_looked_changes_nothing_of_what_was_there(loan, day):
    if loan.terms.endless:
        far = schedule_past(loan.terms, day + 9 * YEAR)
        near = schedule_past(loan.terms, day)
        assert far[: len(near)] == near
        assert near[-1].due > day
