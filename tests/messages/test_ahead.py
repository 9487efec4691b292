"""What happens next if nothing is paid: each kind of event, on its day, in both languages."""

from datetime import date, time, timedelta
from decimal import Decimal

import pytest

from reminderd.loans.charges import Amount, Cap, CapMode, Fee, FeeKind
from reminderd.loans.position import value
from reminderd.loans.terms import AutoDebit, GraceCovers, Installment, Lender
from reminderd.messages.ahead import ahead
from reminderd.messages.message import Format
from reminderd.messages.sheet import Sheet
from reminderd.messages.words import words
from reminderd.playbook.playbook import LOCALES

DUE = date(2026, 11, 26)
DAY = timedelta(days=1)
FREE = {"penalty": None}
FEE = (Fee(Amount(FeeKind.FLAT, Decimal(60)), after_days=5),)


def coming(loan, days, locale="en"):
    """Return what is ahead so many days after the due date, as (day, sentence, warns)."""
    position = value(loan, DUE + days * DAY)
    events = ahead(Sheet(loan, position, words(locale)))
    return [((event.on - DUE).days, event.sentence, event.warns) for event in events]


def days_of(loan, days):
    return [on for on, _, _ in coming(loan, days)]


def test_a_debit_is_on_the_due_date_with_its_sum(card):
    loan = card(**FREE, auto_debit=AutoDebit(on=True, times=(time(6),)))
    assert coming(loan, -3) == [(0, "On Nov 26 the lender debits CN¥1,234.00", False)]
    assert coming(loan, 0, "zh-CN") == [(0, "11月26日将自动扣款¥1,234.00", False)]
    assert 0 not in days_of(loan, 1)


@pytest.mark.parametrize("debit", [None, AutoDebit(on=False)])
def test_nothing_is_debited_where_auto_debit_is_off_or_nobody_knows(card, debit):
    assert coming(card(**FREE, auto_debit=debit), -3) == []


def test_the_first_day_that_costs_is_ahead_of_the_due_date(card):
    said = "From Nov 27 being late costs extra: CN¥0.62 that day"
    assert coming(card(), -10) == [(1, said, True)]
    assert coming(card(), -10, "zh-CN") == [(1, "11月27日起逾期计费，当天增加¥0.62", True)]


def test_the_end_of_grace_is_the_day_after_it_with_what_it_brings(card):
    # 1,234.00 × 0.05 % × 4 days = 2.468
    said = "Grace ends: on Nov 30 it grows by CN¥2.47, and may be recorded as overdue"
    assert (4, said, True) in coming(card(grace_days=3), 2)
    said = "宽限期过后，11月30日当天增加¥2.47，并可能被记为逾期"
    assert (4, said, True) in coming(card(grace_days=3), 2, "zh-CN")


def test_a_fee_is_ahead_on_the_day_it_is_charged(card):
    found = coming(card(**FREE, fees=FEE), 4)
    said = "On Dec 2 a fee for being late is charged: CN¥60.00 more that day"
    assert (6, said, True) in found


@pytest.mark.parametrize("days", [-3, 0, 3])
def test_what_is_reported_from_a_known_day_on_is_ahead_until_then(card, days):
    loan = card(**FREE, reported_after=4)
    assert (4, "From Nov 30 the lender may report it to the credit bureau", True) in coming(
        loan, days
    )
    assert (4, "11月30日起，贷款机构可能上报征信", True) in coming(loan, days, "zh-CN")


def test_what_was_reported_is_not_ahead_any_more(card):
    assert 4 not in days_of(card(**FREE, reported_after=4), 4)


STAGES = {1: 4, 3: 4, 4: 8, 7: 8, 8: 31, 30: 31, 60: 91}


@pytest.mark.parametrize(("days", "first_day"), STAGES.items())
def test_the_next_stage_of_lateness_is_on_its_first_day(card, days, first_day):
    (event,) = coming(card(**FREE), days)
    on, sentence, warns = event
    assert on == first_day
    assert warns
    assert sentence.startswith(f"From {words('en').day(DUE + on * DAY, DUE + days * DAY)}: it is ")


@pytest.mark.parametrize("days", [-3, 0])
def test_no_stage_of_lateness_is_ahead_before_anything_is_late(card, days):
    assert coming(card(**FREE), days) == []


def test_after_the_last_stage_there_is_none_ahead(card):
    assert coming(card(**FREE), 91) == []


def test_where_the_day_of_reporting_is_known_the_stage_of_that_day_is_not_told_beside_it(card):
    said = [sentence for _, sentence, _ in coming(card(**FREE, reported_after=4), 2)]
    assert said == ["From Nov 30 the lender may report it to the credit bureau"]


def test_the_day_before_the_fees_go_above_a_cap_it_is_told(card):
    caps = (Cap(CapMode.WARN, fees=Decimal(50), source="the law"),)
    loan = card(**FREE, fees=FEE, caps=caps)
    said = "On Dec 2 the fees go above the cap (the law)"
    assert (6, said, True) in coming(loan, 5)
    assert (6, "12月2日费用将超过上限（the law）", True) in coming(loan, 5, "zh-CN")
    for days in (4, 6):
        assert not any("cap" in sentence for _, sentence, _ in coming(loan, days))


def test_the_day_before_the_cost_goes_above_a_cap_it_is_told(card):
    caps = (Cap(CapMode.WARN, cost=Decimal("0.04"), source="the law"),)
    loan = card(**FREE, fees=FEE, caps=caps)
    said = "On Dec 2 interest, penalty and fees go above the cap (the law)"
    assert (6, said, True) in coming(loan, 5)
    zh = "12月2日利息、罚息和费用合计将超过上限（the law）"
    assert (6, zh, True) in coming(loan, 5, "zh-CN")


def test_a_cap_on_the_yearly_cost_is_not_called_one_on_fees(card):
    caps = (Cap(CapMode.WARN, annual_rate=Decimal("0.1")),)
    assert not any(
        "fees" in sentence for days in (0, 1) for _, sentence, _ in coming(card(caps=caps), days)
    )


def test_nothing_is_ahead_of_a_loan_that_is_paid_off(card, paid):
    loan = card(reported_after=4, auto_debit=AutoDebit(on=True))
    assert coming(paid(loan, (DUE, "1234.00")), 0) == []


@pytest.mark.parametrize("days", [-31, -32])
def test_nothing_further_off_than_a_month_is_told(card, days):
    assert coming(card(), days) == []


@pytest.mark.parametrize("locale", LOCALES)
def test_what_is_ahead_comes_in_order_and_never_twice(card, locale):
    loan = card(
        grace_days=2,
        grace_covers=(GraceCovers.REPORTING,),
        reported_after=6,
        fees=FEE,
        auto_debit=AutoDebit(on=True),
    )
    for days in range(-40, 100):
        found = coming(loan, days, locale)
        assert [on for on, _, _ in found] == sorted(on for on, _, _ in found)
        assert len({sentence for _, sentence, _ in found}) == len(found)
        assert all(days <= on <= days + 31 for on, _, _ in found)


def test_a_change_for_the_worse_within_a_week_is_a_warning_and_one_further_off_is_not(card, write):
    loan = card(**FREE, reported_after=20)
    said = "From Dec 16 the lender may report it to the credit bureau"
    for days, mark in ((12, "· "), (13, "⚠ ")):
        assert mark + said in write(loan, DUE + days * DAY).body.splitlines()
    phone = [write(loan, DUE + days * DAY, form=Format.TEXT).body for days in (12, 13)]
    assert [said in body for body in phone] == [False, True]


# ─── what is said of the record ─────────────────────────────────────────────────────────────────


def of_record(events):
    return [text for _, text, _ in events if "report" in text or "recorded" in text]


def test_of_the_record_one_sentence_speaks_and_where_a_day_is_known_it_is_that_day(card):
    known = of_record(coming(card(grace_days=3, reported_after=10), 1))
    assert known == ["From Dec 6 the lender may report it to the credit bureau"]
    (grace,) = of_record(coming(card(grace_days=3), 1))
    assert grace.startswith("Grace ends: on Nov 30")
    spared = card(grace_days=3, grace_covers=(GraceCovers.PENALTY,))
    (stage,) = of_record(coming(spared, 1))
    assert stage == (
        "From Nov 30: it is four days overdue, and may be reported to the credit bureau any day"
    )


def test_in_the_united_states_nothing_is_reported_before_the_thirtieth_day(card):
    events = coming(card(currency="USD", grace_days=3), 1)
    assert of_record(events) == ["From Dec 26 the lender may report it to the credit bureau"]


def test_elsewhere_the_fourth_day_brings_a_call_and_no_word_of_the_record(card):
    assert of_record(coming(card(currency="EUR"), 1)) == []
    assert "From Nov 30: it is four days overdue; expect a call from the lender" in [
        text for _, text, _ in coming(card(currency="EUR"), 1)
    ]


def test_the_end_of_grace_that_adds_nothing_new_is_not_told(card):
    # Penalty runs through this grace, and the oldest installment has been overdue for a month.
    later = DUE + 31 * DAY
    parts = (Installment(DUE, 1000_00, 0), Installment(later, 1000_00, 0))
    covers = (GraceCovers.FEE, GraceCovers.REPORTING)
    loan = card(listed=parts, grace_days=1, grace_covers=covers)
    assert not [text for _, text, _ in coming(loan, 31) if "Grace" in text]
    fee = (Fee(Amount(FeeKind.FLAT, Decimal(60))),)
    (told,) = [t for _, t, _ in coming(card(listed=parts, grace_days=1, fees=fee), 31) if "Gr" in t]
    assert told.startswith("Grace ends: on Dec 29 it grows by CN¥6")
    assert "recorded" not in told


@pytest.mark.parametrize("locale", LOCALES)
def test_what_a_person_lent_brings_neither_collectors_nor_courts_nor_records(card, locale):
    loan = card(lender=Lender.PERSON, penalty=None, grace_days=3, reported_after=9)
    assert [event for days in (1, 5, 20, 80) for event in coming(loan, days, locale)] == []
