"""Whether an account holds enough on the day, and until when a transfer still helps."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from reminderd.loans.business_days import is_business_day
from reminderd.loans.frequency import BusinessDayConvention, BusinessDays
from reminderd.loans.funds import (
    FRESH,
    HORIZON,
    Balance,
    BankAccount,
    Income,
    Outflow,
    forecast,
    last_transfer_day,
    newest,
)
from reminderd.loans.money import Money
from reminderd.loans.terms import (
    AutoDebit,
    FailedDebit,
    Installment,
    Loan,
    LoanTerms,
    Payment,
    Penalty,
    PenaltyRule,
    Repayment,
)

TODAY = date(2026, 11, 30)  # a Monday
BY_HAND, DEBIT = None, AutoDebit(on=True, times=(time(6), time(17)))
DAY = timedelta(days=1)


def day(text):
    return date.fromisoformat(f"2026-{text}")


def cny(amount):
    return Money(round(amount * 100), "CNY")


def loan(name, *parts, debit=DEBIT, paid=(), **more):
    """Return a loan with installments as (day, amount), and payments likewise."""
    listed = tuple(Installment(day(on), round(amount * 100), 0) for on, amount in parts)
    terms = LoanTerms("CNY", listed=listed, **more.pop("terms", {}))
    payments = tuple(Payment(day(on), Decimal(amount)) for on, amount in paid)
    return Loan(name, name, terms, "Asia/Shanghai", payments, auto_debit=debit, **more)


def account(balance, *loans, as_of="11-30", at=None, overdraft=0, **more):
    held = Balance(cny(balance), day(as_of), at)
    ids = frozenset(each.id for each in loans)
    return BankAccount(
        "bank", held, ids, cny(overdraft), timezone="Asia/Shanghai", told_at=time(9), **more
    )


def look(balance, *loans, today=TODAY, **more):
    return forecast(account(balance, *loans, **more), loans, today)


def short(found):
    """Return what is missing on which days."""
    return [(f"{s.on:%m-%d}", float(s.missing.amount)) for s in found.shortages]


# ─── What leaves, what comes in ───


def test_what_falls_due_leaves_on_its_day_and_the_balance_runs_along():
    card, car = loan("card", ("12-10", 300), ("12-20", 1)), loan("car", ("12-10", 50), ("12-15", 9))
    found = look(1000, card, car)
    assert [(f"{m.on:%m-%d}", str(m.balance)) for m in found.movements] == [
        ("12-10", "650.00"),
        ("12-15", "641.00"),
        ("12-20", "640.00"),
    ]
    assert short(found) == []
    assert str(found.holds) == "1000.00"


def test_the_first_day_on_which_it_falls_short_and_by_how_much():
    found = look(400, loan("card", ("12-10", 300)), loan("car", ("12-15", 250)))
    assert short(found) == [("12-15", 150.0)]
    assert [out.loan.id for out in found.shortages[0].outflows] == ["car"]


def test_what_is_missing_for_a_day_is_counted_as_put_there_so_a_later_one_is_beside_it():
    found = look(0, loan("card", ("12-10", 300)), loan("car", ("12-15", 250)))
    assert short(found) == [("12-10", 300.0), ("12-15", 250.0)]
    assert [f"{s.on:%m-%d}" for s in found.until_income(found.shortages[0])] == ["12-10", "12-15"]


def test_later_shortages_are_added_up_until_money_comes_in():
    monthly = (Income(cny(1000), day=12),)
    found = look(0, loan("card", ("12-10", 300), ("12-11", 1), ("12-20", 1200)), income=monthly)
    assert short(found) == [("12-10", 300.0), ("12-11", 1.0), ("12-20", 200.0)]
    assert len(found.until_income(found.shortages[0])) == 2


@pytest.mark.parametrize(
    ("income", "days"),
    [
        (Income(cny(1), day=10), ["12-10", "01-10"]),
        (Income(cny(1), day=31), ["12-31", "01-31"]),
        (Income(cny(1), on=day("12-24")), ["12-24"]),
        (Income(cny(1), on=day("11-30")), []),
        (Income(cny(1), on=date(2027, 3, 1)), []),
    ],
)
def test_income_comes_each_month_or_once_after_the_day_of_the_balance(income, days):
    found = look(0, income=(income,))
    assert [f"{m.on:%m-%d}" for m in found.movements] == days


def test_a_shorter_month_has_income_on_its_last_day():
    found = Income(cny(1), day=31).dates(date(2027, 1, 31), date(2027, 4, 30))
    assert [str(on) for on in found] == ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]


def test_income_of_a_day_counts_for_what_leaves_on_it():
    assert short(look(0, loan("card", ("12-10", 300)), income=(Income(cny(300), day=10),))) == []


def test_income_since_the_balance_is_taken_as_come():
    found = look(5, as_of="11-01", income=(Income(cny(300), day=10),))
    assert str(found.holds) == "305.00"


def test_money_paid_ahead_is_taken_off():
    card = loan("card", ("12-10", 300), paid=[("11-20", "100")])
    assert short(look(150, card)) == [("12-10", 50.0)]


def test_what_is_overdue_leaves_today_with_all_that_lateness_cost():
    late = {"penalty": Penalty(PenaltyRule.DAILY_RATE, Decimal("0.01"))}
    card = loan("card", ("11-20", 100), debit=BY_HAND, terms=late)
    found = look(200, card, loan("car", ("12-01", 95)))
    assert short(found) == [("12-01", 5.0)]
    assert str(found.movements[0].balance) == "90.00"


def test_what_is_missing_for_what_is_overdue_is_told_apart():
    found = look(50, loan("card", ("11-20", 100), debit=BY_HAND), loan("car", ("11-30", 10)))
    assert [(s.overdue, str(s.missing)) for s in found.shortages] == [
        (True, "50.00"),
        (False, "10.00"),
    ]


def test_a_bill_whose_sum_is_not_known_is_named_and_not_counted():
    terms = LoanTerms("CNY", Repayment.BILLED, first_due=day("12-10"), statement_day=25)
    huabei = Loan("huabei", "花呗", terms, "Asia/Shanghai")
    found = look(0, huabei)
    assert [f"{out.due:%m-%d}" for out in found.unknown] == ["12-10", "01-10"]
    assert found.coming == found.shortages == ()


def test_loans_of_other_accounts_have_no_part_in_it():
    mine, other = loan("card", ("12-10", 300)), loan("car", ("12-10", 300))
    assert short(forecast(account(300, mine), [mine, other], TODAY)) == []


def test_a_loan_that_cannot_be_worked_out_is_named_and_the_others_are_counted():
    steep = {
        "penalty": Penalty(PenaltyRule.DAILY_RATE, Decimal("0.02")),
        "compounding": "daily",
    }
    listed = (Installment(date(2010, 2, 28), 1000_00, 0),)
    bad = Loan("bad", "bad", LoanTerms("CNY", listed=listed, **steep), "Asia/Shanghai")
    found = look(100, bad, loan("card", ("12-10", 300)))
    assert [trouble.loan.id for trouble in found.troubled] == ["bad"]
    assert short(found) == [("12-10", 200.0)]


@pytest.mark.parametrize(
    ("overdraft", "missing"), [(0, [("12-10", 400.0)]), (250, [("12-10", 150.0)]), (400, [])]
)
def test_a_balance_below_zero_and_an_overdraft(overdraft, missing):
    assert short(look(-100, loan("card", ("12-10", 300)), overdraft=overdraft)) == missing


def test_below_zero_without_anything_that_leaves_is_no_shortage():
    assert short(look(-100)) == []


# ─── What has left since the balance was stated ───


def test_payments_after_the_balance_lower_it_and_those_before_do_not():
    card = loan("card", ("12-10", 300), paid=[("11-10", "7"), ("11-11", "11"), ("11-12", "13")])
    assert str(look(100, card, as_of="11-11").holds) == "87.00"


def at(text):
    return datetime.fromisoformat(f"2026-{text}:00+08:00").astimezone(UTC)


@pytest.mark.parametrize(
    ("stated", "recorded", "holds"),
    [
        ("11-30T12:00", "11-30T11:59", "100.00"),
        ("11-30T12:00", "11-30T12:01", "70.00"),
        (None, "11-30T12:01", "100.00"),  # of the day's end
    ],
)
def test_of_its_own_day_a_balance_holds_what_was_recorded_before_it(stated, recorded, holds):
    paid = Payment(TODAY, Decimal(30), at(recorded))
    card = replace(loan("card", ("12-10", 300)), payments=(paid,))
    assert str(look(100, card, at=stated and at(stated)).holds) == holds


def test_a_debit_that_nobody_has_denied_has_left_on_its_day():
    card = loan("card", ("11-20", 40))
    assert str(look(100, card, as_of="11-19").holds) == "60.00"
    assert str(look(100, card, as_of="11-20").holds) == "100.00"
    assert short(look(100, card, as_of="11-19")) == []


@pytest.mark.parametrize(
    ("stated", "holds"),
    [("11-20T16:59", "60.00"), ("11-20T17:00", "100.00")],  # it is tried at 06:00 and 17:00
)
def test_a_debit_of_the_balances_day_is_out_of_it_after_its_last_time(stated, holds):
    assert str(look(100, loan("card", ("11-20", 40)), as_of="11-20", at=at(stated)).holds) == holds


def test_a_debit_that_failed_is_still_there_and_leaves_today():
    card = replace(loan("card", ("11-20", 40)), failed=(FailedDebit(day("11-20"), day("11-21")),))
    found = look(100, card, as_of="11-19")
    assert str(found.holds) == "100.00"
    assert [(f"{m.on:%m-%d}", str(m.balance)) for m in found.movements] == [("11-30", "60.00")]


def test_part_of_a_debit_that_was_paid_otherwise_leaves_once():
    card = loan("card", ("11-20", 40), paid=[("11-25", "15")])
    assert str(look(100, card, as_of="11-19").holds) == "60.00"


def test_a_debit_that_counts_as_made_has_left_whether_it_is_recorded_or_not():
    assumed = AutoDebit(on=True, assume_paid=True)
    card = loan("card", ("11-20", 40), ("12-20", 100), debit=assumed)
    made = replace(card, payments=(Payment(day("11-20"), Decimal(40), at("11-21T09:00"), 1, True),))
    for each in (card, made):
        assert str(look(100, each, as_of="11-19").holds) == "60.00"
        assert short(look(100, each, as_of="11-19")) == [("12-20", 40.0)]


def test_what_paid_until_covers_has_left_on_its_day():
    card = loan("card", ("11-10", 40), ("11-20", 30), ("12-20", 5), terms={"paid_until": TODAY})
    assert str(look(100, card, as_of="11-10").holds) == "70.00"
    assert str(look(100, card, as_of="11-09").holds) == "30.00"


def test_a_day_that_is_over_had_what_it_took():
    found = look(10, loan("card", ("11-20", 40), ("12-20", 25)), as_of="11-19")
    assert str(found.holds) == "0.00"
    assert short(found) == [("12-20", 25.0)]


# ─── How long a balance counts ───


@pytest.mark.parametrize(
    ("as_of", "says"),
    [(TODAY, True), (TODAY - FRESH, True), (TODAY - FRESH - DAY, False), (TODAY + DAY, False)],
)
def test_a_balance_that_is_old_or_to_come_says_nothing(as_of, says):
    card = loan("card", ("12-10", 300))
    stated = replace(account(0, card), balance=Balance(cny(0), as_of))
    found = forecast(stated, [card], TODAY)
    assert (found.holds is not None, bool(found.shortages)) == (says, says)
    assert len(found.coming) == 1


def test_nothing_beyond_the_horizon_is_looked_at():
    last = TODAY + HORIZON
    far = LoanTerms("CNY", listed=tuple(Installment(last + n * DAY, 1_00, 0) for n in (0, 1)))
    found = look(0, Loan("far", "far", far, "Asia/Shanghai"))
    assert [s.on for s in found.shortages] == [last]


def test_the_balance_of_the_latest_day_counts_and_of_that_day_the_last_given():
    one, two, three = (
        Balance(cny(n), day(on)) for n, on in ((1, "11-30"), (2, "11-29"), (3, "11-30"))
    )
    assert newest([one, two, three]) is three
    assert newest([one, two]) is one


# ─── The last day of a transfer ───


def leaves(on, debit=DEBIT, calendar=None):
    known = BusinessDays(BusinessDayConvention.FOLLOWING, calendar) if calendar else BusinessDays()
    terms = LoanTerms("CNY", listed=(Installment(on, 1_00, 0),), business_days=known)
    return Outflow(on, on, Loan("a", "a", terms, "UTC", auto_debit=debit), cny(1))


@pytest.mark.parametrize(
    ("on", "days", "last"),
    [
        ("2026-12-10", 1, "2026-12-08"),  # Thursday: sent on Tuesday, there at Wednesday's end
        ("2026-12-10", 2, "2026-12-07"),
        ("2026-12-10", 3, "2026-12-04"),
        ("2026-12-08", 1, "2026-12-04"),  # Tuesday: there at Monday's end
        ("2026-12-07", 1, "2026-12-03"),  # Monday: there at Friday's end
        ("2026-12-06", 1, "2026-12-03"),
        ("2026-12-05", 1, "2026-12-03"),
    ],
)
def test_a_transfer_is_there_on_the_day_before_weekends_not_counted(on, days, last):
    found = last_transfer_day(account(0, transfer_days=days), [leaves(date.fromisoformat(on))])
    assert str(found) == last


def test_the_loans_calendar_says_which_days_are_worked():
    # National Day 2025: 1 to 8 October off, 28 September and 11 October worked.
    on = date(2025, 10, 10)
    assert not is_business_day(date(2025, 10, 8), "CN")
    assert last_transfer_day(account(0), [leaves(on, calendar="CN")]) == date(2025, 9, 30)
    assert last_transfer_day(account(0), [leaves(on)]) == date(2025, 10, 8)
    both = [leaves(on), leaves(on, calendar="CN")]
    assert last_transfer_day(account(0), both) == date(2025, 9, 30)
    make_up = date(2025, 9, 29)
    sunday = last_transfer_day(account(0, transfer_days=1), [leaves(make_up, calendar="CN")])
    assert sunday == date(2025, 9, 26)  # there at the end of Sunday the 28th


@pytest.mark.parametrize(
    ("debits", "last"),
    [
        ([AutoDebit(on=True, times=(time(17),))], "12-06"),  # told at 9, taken at 17
        ([AutoDebit(on=True, times=(time(6), time(17)))], "12-05"),
        ([AutoDebit(on=True, times=(time(9),))], "12-05"),
        ([AutoDebit(on=True)], "12-05"),  # it may come at midnight
        ([None], "12-06"),
        ([AutoDebit(on=False)], "12-06"),
        ([AutoDebit(on=True, times=(time(17),)), AutoDebit(on=True)], "12-05"),
    ],
)
def test_a_transfer_that_arrives_at_once_will_do_on_the_day_where_nothing_is_taken_before(
    debits, last
):
    outflows = [leaves(day("12-06"), debit) for debit in debits]
    assert last_transfer_day(account(0, transfer_days=0), outflows) == day(last)
