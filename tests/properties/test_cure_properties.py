"""The last cure is found in one run of the account; it is the one that single valuations show."""

from datetime import timedelta

from hypothesis import event, given
from hypothesis import strategies as st

from reminderd.loans.cures import Cure, last_cure, turns
from reminderd.loans.position import value

from .random_loans import ONE_DAY, days, examples, loans_without


def by_valuations(loan, as_of):
    """Return the last cure as a look at the day before and the day itself shows it."""
    for day in sorted((day for day in turns(loan) if day <= as_of), reverse=True):
        before = value(loan, day - ONE_DAY)
        if before.arrears and not value(loan, day).days_past_due:
            due = before.arrears[0].due
            if (day - due).days > loan.terms.grace_days:
                return Cure(day, due, before.account.terms.days_past_due((day - due).days))
    return None


@examples(133)
@given(loans_without("extensions"), days, st.integers(0, 200))
def test_one_run_finds_the_cure_that_valuations_of_each_day_find(loan, first, more):
    as_of = first + timedelta(days=more)
    found = last_cure(loan, as_of)
    event("cured" if found else "not cured")
    assert found == by_valuations(loan, as_of)
