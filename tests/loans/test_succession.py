"""When another bill takes a bill's place, and which money was for the earlier one."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from reminderd.loans.succession import former_of, own_payments, succession
from reminderd.loans.terms import Bill, Installment, Loan, LoanTerms, Payment, Repayment

DAY = timedelta(days=1)
OCT, NOV, DEC, JAN = date(2026, 10, 26), date(2026, 11, 26), date(2026, 12, 26), date(2027, 1, 26)


def terms(*dues, amount=100):
    return LoanTerms("CNY", listed=tuple(Installment(due, amount * 100, 0) for due in dues))


def statement(due, amount="840.00"):
    return LoanTerms("CNY", bills=(Bill(due, Decimal(amount), Decimal("84.00"), due - 18 * DAY),))


def at(day, hour=4):
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def paid(on, amount=100, known=None):
    return Payment(on, Decimal(amount), at(known or on))


def replaced(old, new, today, *payments):
    loan = Loan("card", "Card", old, "UTC", payments)
    return succession(loan, new, today, at(today, 5))


class TestWhetherItIsAnother:
    @pytest.mark.parametrize(
        ("today", "payments"),
        [(NOV, []), (NOV + 5 * DAY, [paid(NOV, 40)]), (NOV - 3 * DAY, [paid(NOV - 6 * DAY)])],
        ids=["unpaid", "paid in part", "paid early"],
    )
    def test_a_later_date_is_one_whatever_was_paid(self, today, payments):
        assert replaced(terms(NOV), terms(DEC), today, *payments).due == NOV

    @pytest.mark.parametrize(
        ("new", "today"),
        [(NOV - DAY, NOV), (NOV, NOV), (NOV + 10 * DAY, NOV + DAY), (DEC, NOV - DAY)],
        ids=["earlier", "the same", "by days", "not due yet"],
    )
    def test_a_date_that_is_put_right_is_none(self, new, today):
        assert replaced(terms(NOV), terms(new), today) is None

    def test_a_weekly_one_is_one_once_the_last_is_paid(self):
        week = NOV + 7 * DAY
        assert replaced(terms(NOV), terms(week), NOV + DAY) is None
        assert replaced(terms(NOV), terms(week), NOV + DAY, paid(NOV)).due == NOV

    def test_it_may_be_of_another_kind(self):
        billed = LoanTerms("CNY", repayment=Repayment.BILLED, first_due=DEC)
        assert replaced(terms(NOV), billed, NOV + DAY).due == NOV

    def test_dates_left_out_at_the_head_of_a_list_are_over(self):
        assert replaced(terms(OCT, NOV, DEC), terms(DEC, JAN), NOV + DAY).due == NOV
        assert replaced(terms(OCT, NOV, DEC), terms(DEC, JAN), NOV - DAY) is None
        assert replaced(terms(OCT, NOV), terms(NOV + 2 * DAY, JAN), NOV) is None


class TestWhoseMoneyItIs:
    """The bill due on 26 November gives way on 15 December to the one drawn on the 8th."""

    SWITCH = date(2026, 12, 15)

    def own(self, *payments, recorded=(), old=None, new=None):
        former = replaced(old or terms(NOV), new or terms(DEC), self.SWITCH, *recorded)
        every = [*recorded, *payments]
        return [payment.on for payment in own_payments(former, every, "CNY")]

    @pytest.mark.parametrize("on", [date(2025, 1, 1), NOV, NOV + DAY, date(2026, 12, 7)])
    def test_what_was_paid_before_it_was_drawn_is_not_its_own_whenever_it_is_entered(self, on):
        assert self.own(paid(on, known=self.SWITCH + DAY)) == []
        assert self.own(recorded=[paid(on)]) == []

    @pytest.mark.parametrize("on", [date(2026, 12, 8), date(2026, 12, 20)])
    def test_what_was_paid_since_is(self, on):
        assert self.own(paid(on, known=self.SWITCH + 10 * DAY)) == [on]

    def test_what_was_on_record_while_the_earlier_one_was_unpaid_is_not(self):
        late, later = date(2026, 12, 10), date(2026, 12, 12)
        assert self.own(recorded=[paid(late, 40)]) == []
        assert self.own(recorded=[paid(late, 40), paid(later, 60)]) == []
        # Nothing was to be paid any more.
        assert self.own(recorded=[paid(late), paid(later)]) == [later]

    def test_a_penny_of_penalty_makes_no_difference(self):
        assert self.own(recorded=[paid(NOV + DAY, "99.95")]) == []

    def test_a_statement_has_in_its_sum_what_was_paid_before_it(self):
        on = [date(2026, 12, 7), date(2026, 12, 9)]
        recorded = [paid(day, 50) for day in on]
        assert self.own(recorded=recorded, old=statement(NOV), new=statement(DEC)) == on[1:]

    def test_a_bill_entered_before_its_usual_day_has_its_time_from_then(self):
        former = replaced(terms(NOV), terms(DEC), NOV + DAY, paid(NOV))
        assert own_payments(former, [paid(NOV + DAY, known=NOV + 2 * DAY)], "CNY")

    def test_a_bill_that_is_put_back_has_its_money_again(self):
        former = replaced(terms(NOV), terms(DEC), self.SWITCH, paid(NOV))
        assert former_of([former], terms(DEC)) is former
        assert former_of([former], terms(NOV)) is None

    def test_of_several_former_ones_the_last_counts(self):
        first = replaced(terms(OCT), terms(NOV), OCT + DAY)
        last = replaced(terms(NOV), terms(DEC), NOV + DAY)
        assert former_of([last, first], terms(JAN)) is last
        assert former_of([last, first], terms(NOV)) is first


@pytest.mark.parametrize(
    ("payments", "carried"),
    [([paid(OCT)], 0), ([paid(OCT, 150)], 50), ([paid(OCT, 60), paid(OCT + DAY, 60)], 20)],
)
def test_what_is_over_stays_with_a_list_that_goes_on(payments, carried):
    former = replaced(terms(OCT, NOV), terms(NOV, DEC), OCT + 2 * DAY, *payments)
    assert former.carried == carried * 100
    own = own_payments(former, payments, "CNY")
    assert sum(payment.amount for payment in own) == carried


def test_nothing_is_over_for_a_bill_that_nobody_knew():
    former = replaced(terms(NOV), terms(DEC), NOV + DAY, paid(NOV, 150))
    assert former.carried == 0
