"""What holds of a loan and its borrower: the facts that actions ask for."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from reminderd.alerts.policy import Policy
from reminderd.loans.charges import Cap, CapMode
from reminderd.loans.money import Money
from reminderd.loans.position import value
from reminderd.loans.terms import (
    AutoDebit,
    GraceCovers,
    Installment,
    Lender,
    Loan,
    LoanTerms,
    Payment,
    Penalty,
    PenaltyRule,
    Request,
    RequestState,
)
from reminderd.playbook.facts import (
    NAMES,
    Borrower,
    conditions,
    facts,
    holds,
    is_known,
    reported_from,
    shortfall,
    times_to_come,
)
from reminderd.playbook.playbook import packaged

DUE = date(2026, 12, 5)
EARLIER = date(2026, 11, 5)
DAY = timedelta(days=1)
UNASKED = "extension-none"


def loan(*dues, paid=(), terms=None, currency="EUR", **about):
    """Return a loan of 100.00 on each date, paid as told."""
    parts = tuple(Installment(due, 100_00, 0) for due in dues or (DUE,))
    payments = tuple(Payment(on, Decimal(amount)) for on, amount in paid)
    agreed = LoanTerms(currency, listed=parts, **(terms or {}))
    return Loan("card", "Card", agreed, "Asia/Shanghai", payments, **about)


def known(one, day, borrower=None, others=()):
    return facts(value(one, day), borrower, [value(other, day) for other in others])


def eur(amount):
    return Money.of(Decimal(amount), "EUR")


# ─── lateness ─────────────────────────────────────────────────────────────────────────────────


def test_who_was_late_and_is_no_more_is_known_and_who_paid_in_time_is_not():
    late, in_time = [(EARLIER + 2 * DAY, "100.00")], [(EARLIER, "100.00")]
    assert "was-late" in known(loan(EARLIER, DUE, paid=late), DUE)
    assert "was-late" not in known(loan(EARLIER, DUE, paid=in_time), DUE)
    assert "was-late" not in known(loan(EARLIER, DUE, paid=late), DUE + DAY)  # it is again


def test_of_a_loan_that_nobody_said_more_of_only_that_nothing_was_asked_is_known():
    assert known(loan(), DUE - DAY) == {UNASKED}


def test_the_first_lateness_is_one_without_an_earlier():
    one = loan(EARLIER, DUE, paid=[(EARLIER, "100")])
    assert known(one, DUE + DAY) == {UNASKED, "first-overdue"}


def test_nothing_is_first_overdue_on_the_due_date_itself():
    assert "first-overdue" not in known(loan(), DUE)


def test_a_lateness_that_was_made_good_still_counts_as_an_earlier_one():
    one = loan(EARLIER, DUE, paid=[(EARLIER + 3 * DAY, "100")])
    assert "first-overdue" not in known(one, DUE + DAY)


def test_a_payment_that_came_on_the_day_was_not_late():
    one = loan(EARLIER, DUE, paid=[(EARLIER - DAY, "60"), (EARLIER, "40")])
    assert "first-overdue" in known(one, DUE + DAY)


def test_lateness_with_the_oldest_unpaid_installment_is_the_first_however_many_follow():
    assert "first-overdue" in known(loan(EARLIER, DUE), DUE + DAY)


def test_a_lateness_of_more_than_two_years_ago_does_not_count():
    dues = [date(2024 + number // 12, number % 12 + 1, 5) for number in range(26)]
    late_once = [(dues[0] + 3 * DAY, "100"), *((due, "100") for due in dues[1:25])]
    assert "first-overdue" in known(loan(*dues, paid=late_once), dues[25] + DAY)
    late_once = [
        (dues[0], "100"),
        (dues[1] + 2 * DAY, "100"),
        *((due, "100") for due in dues[2:25]),
    ]
    assert "first-overdue" not in known(loan(*dues, paid=late_once), dues[25] + DAY)


@pytest.mark.parametrize(
    ("mine", "theirs", "said"),
    [(DUE, DUE, True), (DUE, DUE + 5 * DAY, False), (DUE + 5 * DAY, DUE, False)],
)
def test_several_loans_are_overdue_where_this_one_and_another_are(mine, theirs, said):
    found = known(loan(mine), DUE + DAY, others=[loan(theirs)])
    assert ("several-overdue" in found) is said


def test_one_overdue_loan_alone_is_not_several():
    assert "several-overdue" not in known(loan(), DUE + DAY)


# ─── money ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("cash", "missing"), [("99.99", "0.01"), ("100", None), ("100.01", None), ("0", "100")]
)
def test_cash_is_short_by_what_is_missing_for_the_sum_to_pay(cash, missing):
    position, borrower = value(loan(), DUE), Borrower(cash=eur(cash))
    expected = None if missing is None else eur(missing)
    assert shortfall(position, borrower) == expected
    assert ("cash-short" in facts(position, borrower)) is (missing is not None)


def test_before_the_due_date_cash_is_short_for_what_comes_next():
    assert "cash-short" in known(loan(), DUE - 3 * DAY, Borrower(cash=eur("99")))


def test_cash_that_nobody_told_of_or_in_another_currency_is_not_short():
    position = value(loan(), DUE)
    for borrower in (None, Borrower(), Borrower(cash=Money.of(Decimal(1), "USD"))):
        assert shortfall(position, borrower) is None
        assert "cash-short" not in facts(position, borrower)


def test_cash_is_not_short_for_a_loan_that_is_paid_off():
    paid = loan(paid=[(DUE, "100")])
    assert "cash-short" not in known(paid, DUE, Borrower(cash=eur("0")))


@pytest.mark.parametrize(
    ("today", "payday", "following"),
    [
        (date(2026, 11, 20), 25, date(2026, 11, 25)),
        (date(2026, 11, 25), 25, date(2026, 12, 25)),
        (date(2026, 12, 26), 25, date(2027, 1, 25)),
        (date(2027, 1, 31), 31, date(2027, 2, 28)),
        (date(2027, 2, 27), 31, date(2027, 2, 28)),
        (date(2027, 2, 28), 31, date(2027, 3, 31)),
        (date(2026, 11, 20), None, None),
    ],
)
def test_the_next_pay_day_comes_after_today_and_within_its_month(today, payday, following):
    assert Borrower(payday=payday).next_payday(today) == following


def test_a_cost_above_a_cap_is_known_once_the_terms_say_so():
    dear = {
        "penalty": Penalty(PenaltyRule.DAILY_RATE, Decimal("0.001")),
        "caps": (Cap(CapMode.WARN, annual_rate=Decimal("0.24")),),
    }
    assert "cap-exceeded" in known(loan(terms=dear), DUE + DAY)
    dear["caps"] = (Cap(CapMode.WARN, annual_rate=Decimal("0.37")),)
    assert "cap-exceeded" not in known(loan(terms=dear), DUE + DAY)


# ─── what was arranged ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("debit", "said"),
    [
        (None, set()),
        (AutoDebit(on=True, account="1234", times=(time(6),)), {"auto-debit-on"}),
        (AutoDebit(on=False), {"auto-debit-off"}),
    ],
)
def test_auto_debit_is_on_or_off_or_nobody_knows(debit, said):
    assert known(loan(auto_debit=debit), DUE - DAY) == {UNASKED, *said}


@pytest.mark.parametrize(("days", "said"), [(-1, False), (0, True), (90, True)])
def test_a_legal_letter_is_known_from_the_day_it_came(days, said):
    one = loan(legal_letter=DUE + 10 * DAY)
    assert ("legal-letter" in known(one, DUE + (10 + days) * DAY)) is said


HISTORY = (
    Request(RequestState.REQUESTED, DUE + 2 * DAY),
    Request(RequestState.REFUSED, DUE + 5 * DAY),
)


@pytest.mark.parametrize(
    ("days", "state"),
    [(1, "none"), (2, "requested"), (4, "requested"), (5, "refused"), (50, "refused")],
)
@pytest.mark.parametrize("source", ["requests", "asked"])
def test_on_any_day_a_request_stands_as_it_stood_then(days, state, source):
    found = known(loan(**{source: HISTORY}), DUE + days * DAY)
    assert {fact for fact in found if fact.startswith("extension-")} == {f"extension-{state}"}


def test_what_a_command_recorded_later_counts_over_what_was_configured():
    approved = (Request(RequestState.APPROVED, DUE + 6 * DAY),)
    assert "extension-approved" in known(loan(requests=HISTORY, asked=approved), DUE + 6 * DAY)


def test_a_request_about_an_earlier_installment_does_not_bear_on_this_one():
    late = loan()
    for days, state in ((32, "none"), (31, "requested")):
        old = Request(RequestState.REQUESTED, DUE - days * DAY)
        assert f"extension-{state}" in known(replace(late, requests=(old,)), DUE + 5 * DAY)


def test_what_was_refused_is_never_advised_again():
    old = Request(RequestState.REFUSED, DUE - 400 * DAY)
    assert "extension-refused" in known(replace(loan(), requests=(old,)), DUE + 5 * DAY)


@pytest.mark.parametrize("answer", [RequestState.APPROVED, RequestState.REFUSED])
@pytest.mark.parametrize("field", ["requests", "asked"])
def test_an_answer_of_the_day_of_the_request_counts(answer, field):
    both = tuple(Request(state, DUE) for state in (RequestState.REQUESTED, answer))
    assert f"extension-{answer}" in known(replace(loan(), **{field: both}), DUE + 5 * DAY)


INCLUDING = {"grace_days": 2, "dpd_includes_due_date": True}


def test_one_count_of_days_decides_grace_stage_and_report():
    """With the due date as day 1, two days of grace are days 2 and 3, and day 4 is reported."""
    late = replace(loan(terms=INCLUDING), reported_after=4)
    book = packaged()
    stages = [book.stage_of(value(late, DUE + days * DAY)).id for days in (1, 2, 3)]
    assert stages == ["grace", "grace", "overdue-4-7"]
    assert reported_from(value(late, DUE + DAY)) == DUE + 3 * DAY
    assert Policy().of_loan(late).cliffs == (2,)


@pytest.mark.parametrize(
    ("covers", "reported", "grace"),
    [
        ((), None, 0),
        ((GraceCovers.FEE,), None, 10),
        ((GraceCovers.FEE,), 4, 3),
        ((GraceCovers.PENALTY,), None, 10),
        ((GraceCovers.REPORTING,), None, 10),
        (tuple(GraceCovers), 4, 3),
        (tuple(GraceCovers), 30, 10),
    ],
)
def test_grace_lasts_until_the_lender_may_report(covers, reported, grace):
    lenient = loan(terms={"grace_days": 10, "grace_covers": covers}, reported_after=reported)
    stages = [packaged().stage_of(value(lenient, DUE + n * DAY)).id for n in range(1, 12)]
    assert [stage == "grace" for stage in stages] == [n <= grace for n in range(1, 12)]


def test_what_was_reported_already_is_not_reported_soon():
    assert "reported-soon" not in known(loan(reported_after=1), DUE + 5 * DAY)


# ─── who lent it ────────────────────────────────────────────────────────────────────────────────


def test_the_country_is_known_by_the_currency_and_a_person_reports_to_nobody():
    assert "bureau-cn" in known(loan(currency="CNY"), DUE - DAY)
    assert "bureau-us" in known(loan(currency="USD"), DUE - DAY)
    assert known(loan(lender=Lender.PERSON), DUE + 9 * DAY) >= {"lender-person"}
    of_person = known(loan(currency="CNY", lender=Lender.PERSON, reported_after=4), DUE + DAY)
    assert not {"bureau-cn", "reported-any-day", "reported-soon"} & of_person


@pytest.mark.parametrize(
    ("currency", "after", "days", "facts"),
    [
        ("CNY", None, 0, set()),
        ("CNY", None, 1, {"reported-any-day", "reported-soon"}),
        ("CNY", 4, 3, {"reported-soon"}),
        ("CNY", 4, 4, set()),
        ("CNY", 90, 9, set()),
        ("USD", None, 1, {"reported-soon"}),
        ("USD", None, 29, {"reported-soon"}),
        ("USD", None, 30, set()),
        ("EUR", None, 9, set()),
        ("EUR", 10, 9, {"reported-soon"}),
    ],
)
def test_how_near_a_report_is_goes_by_the_loan_else_by_the_country(currency, after, days, facts):
    late = known(loan(currency=currency, reported_after=after), DUE + days * DAY)
    assert {fact for fact in late if fact.startswith("reported")} == facts


# ─── a debit of today ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("day", "clock", "tried"), [(0, 5, False), (0, 12, False), (0, 18, True), (-1, 18, False)]
)
def test_a_debit_is_tried_once_its_last_time_of_the_due_date_has_passed(day, clock, tried):
    debit = AutoDebit(on=True, times=(time(6), time(17)))
    on = DUE + day * DAY
    now = datetime.combine(on, time(clock), ZoneInfo("Asia/Shanghai"))
    position = value(loan(auto_debit=debit), on)
    assert ("debit-tried" in facts(position, now=now)) is tried
    later = {5: (time(6), time(17)), 12: (time(17),), 18: ()}
    assert times_to_come(position, now) == (debit.times if day else later[clock])


def test_a_debit_of_unknown_times_is_never_known_to_be_tried():
    now = datetime.combine(DUE, time(23), ZoneInfo("Asia/Shanghai"))
    assert "debit-tried" not in facts(value(loan(auto_debit=AutoDebit(on=True)), DUE), now=now)


# ─── cash and pay day ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("payday", "short"), [(None, True), (5, False), (29, False), (28, True)])
def test_in_the_week_after_a_pay_day_the_cash_entered_may_be_of_before_it(payday, short):
    borrower = Borrower(cash=eur("60"), payday=payday)
    assert (shortfall(value(loan(), DUE), borrower) is not None) is short


# ─── conditions ───────────────────────────────────────────────────────────────────────────────


def test_a_condition_holds_where_the_fact_does_and_not_before_it_where_it_does_not():
    assert holds((), set())
    assert holds(("cash-short",), {"cash-short", "legal-letter"})
    assert not holds(("cash-short",), {"legal-letter"})
    assert holds(("not-cash-short",), {"legal-letter"})
    assert not holds(("not-cash-short",), {"cash-short"})
    assert not holds(("cash-short", "not-legal-letter"), {"cash-short", "legal-letter"})


def test_every_condition_is_known_both_ways_and_no_other():
    assert len(conditions()) == 2 * len(NAMES)
    assert all(is_known(name) for name in conditions())
    assert not is_known("not-not-cash-short")
    assert not is_known("rich")
