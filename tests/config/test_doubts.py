"""Dates that are hardly meant are asked about; the file is used all the same."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from reminderd.config.doubts import doubts
from reminderd.loans.terms import Payment

TODAY = date(2026, 11, 30)
ONE = '[[loans]]\nid = "a"\namount = "100"\n'
SCHEDULE = '[[loans]]\nid = "a"\nprincipal = "1000"\ninstallments = 10\n'

ASKED = {
    "a due date of another century's half": (
        ONE + "due = §2062-12-05\n",
        "due: 2062-12-05 is 36 years ahead (is the year right?)",
    ),
    "a due date ten years ago": (
        ONE + "due = §2016-12-15\n",
        "due: 2016-12-15 is 10 years ago, and nothing was paid (is the year right?)",
    ),
    "a first due date far ahead": (
        SCHEDULE + "first_due = §2028-07-05\n",
        "first_due: 2028-07-05 is more than a year and a half ahead (is the year right?)",
    ),
    "a first due date longer ago than any loan": (
        SCHEDULE + "first_due = §1966-12-15\n",
        "first_due: 1966-12-15 is 60 years ago (is the year right?)",
    ),
    "an installment years after the one before": (
        '[[loans]]\nid = "a"\ninstallments = [{ due = 2026-12-05, amount = 1 },\n'
        "  { due = §2062-01-05, amount = 1 }]\n",
        "installments[1].due: 2062-01-05 is 35 years after the one before (is the year right?)",
    ),
    "the first of a list far ahead": (
        '[[loans]]\nid = "a"\ninstallments = [{ due = §2062-01-05, amount = 1 },\n'
        "  { due = 2062-02-05, amount = 1 }]\n",
        "installments[0].due: 2062-01-05 is 35 years ahead (is the year right?)",
    ),
    "a payment to come": (
        ONE + "due = 2026-10-15\npayments = [{ date = §2027-10-15, amount = 5 }]\n",
        "payments[0].date: 2027-10-15 is yet to come (is the year right?)",
    ),
    "a payment of a year before": (
        ONE + "due = 2026-12-15\npayments = [{ date = §2025-12-14, amount = 5 }]\n",
        "payments[0].date: 2025-12-14 is long before 2026-12-15 (is the year right?)",
    ),
    "a payment before the loan": (
        SCHEDULE + "first_due = 2026-10-15\npayments = [{ date = §2025-10-15, amount = 5 }]\n",
        "payments[0].date: 2025-10-15 is before the loan began on 2026-09-15 (is the year right?)",
    ),
    "a waiver to come": (
        ONE + "due = 2026-10-15\nwaivers = [{ date = §2027-10-20, amount = 5 }]\n",
        "waivers[0].date: 2027-10-20 is yet to come (is the year right?)",
    ),
    "an agreement to come": (
        ONE + "due = 2026-12-15\n"
        "extensions = [{ due = 2026-12-15, agreed = §2026-12-10, to = 2027-01-15 }]\n",
        "extensions[0].agreed: 2026-12-10 is yet to come (is the year right?)",
    ),
    "a request to come": (
        ONE
        + 'due = 2026-12-15\nextension_requests = [{ date = §2027-12-01, state = "requested" }]\n',
        "extension_requests[0].date: 2027-12-01 is yet to come (is the year right?)",
    ),
    "a letter to come": (
        ONE + "due = 2026-10-15\nlegal_letter = §2027-11-01\n",
        "legal_letter: 2027-11-01 is yet to come (is the year right?)",
    ),
    "all of it paid before it falls due": (
        SCHEDULE + "first_due = 2026-10-15\npaid_until = §2027-05-01\n",
        "paid_until: 2027-05-01 is yet to come, and what falls due until then counts as paid on "
        "its day (`reminderd pay` records money paid ahead)",
    ),
    "a payment that paid_until covers": (
        SCHEDULE + "first_due = 2026-09-15\npaid_until = 2026-11-20\n"
        "payments = [{ date = §2026-11-15, amount = 5 }, { date = 2026-11-16, amount = 5 }]\n",
        "payments[0].date: paid_until covers what was paid up to 2026-11-15, so this payment of "
        "that time counts no more (leave it out)",
    ),
    "several payments that paid_until covers": (
        SCHEDULE + "first_due = 2026-09-15\npaid_until = 2026-11-20\npayments = [\n"
        "  { date = 2026-11-17, amount = 5 },\n  { date = §2026-09-15, amount = 5 },\n"
        "  { date = 2026-10-01, amount = 5 },\n]\n",
        "payments[1].date: paid_until covers what was paid up to 2026-11-15, so 2 payments of "
        "that time count no more (leave them out)",
    ),
    "a payment before the balance of a card": (
        '[[loans]]\nid = "a"\nprincipal = "1000"\nrepayment = "revolving"\n'
        'minimum = { percent = "10%" }\nfirst_due = 2026-09-15\npaid_until = 2026-11-20\n'
        "payments = [{ date = §2026-11-17, amount = 5 }]\n",
        "payments[0].date: paid_until covers what was paid up to 2026-11-20, so this payment of "
        "that time counts no more (leave it out)",
    ),
}


@pytest.mark.parametrize("doubt", ASKED)
def test_a_date_that_is_hardly_meant_is_asked_about_where_it_stands(doubt, load, pointed):
    marked, sentence = ASKED[doubt]
    text, [place] = pointed(marked)
    asked = [str(problem) for problem in doubts(load(text), {}, {}, TODAY)]
    assert asked == [f"config.toml:{place}: loans[0].{sentence}"]


@pytest.mark.parametrize(
    "plain",
    [
        ONE + "due = 2028-05-31\n",
        ONE + "due = 2025-06-01\n",
        SCHEDULE + "first_due = 1990-12-15\n",
        ONE + "due = 2026-12-05\npayments = [{ date = 2026-11-30, amount = 5 }]\n",
        SCHEDULE + "first_due = 2026-10-15\npayments = [{ date = 2026-09-15, amount = 5 }]\n",
        ONE + "due = 2016-12-15\npaid_until = 2016-12-15\n",
        SCHEDULE + "first_due = 2026-09-15\npaid_until = 2026-11-30\n"
        "payments = [{ date = 2026-11-16, amount = 5 }]\n",
    ],
)
def test_what_may_well_be_meant_is_not_asked_about(plain, load):
    assert doubts(load(plain), {}, {}, TODAY) == []


def test_an_old_bill_to_which_something_was_paid_is_not_asked_about(load):
    config = load(ONE + "due = 2016-12-15\n")
    paid = replace(config.loans[0], payments=(Payment(TODAY, Decimal(1), id=1),))
    assert doubts(config, {"a": paid}, {}, TODAY) == []


def test_a_payment_in_the_file_that_was_recorded_too_is_asked_about(load):
    config = load(ONE + 'due = 2026-12-15\npayments = [{ date = 2026-11-28, amount = "5" }]\n')
    [written] = config.loans[0].payments
    both = replace(config.loans[0], payments=(written, replace(written, id=3)))
    [asked] = doubts(config, {"a": both}, {}, TODAY)
    assert str(asked).endswith(
        "payments[0].date: payment 3 is of the same sum and day, and both count (if they are one: "
        "`reminderd undo 3`)"
    )


PAST = [date(2026, 9, 15), date(2026, 10, 15), date(2026, 11, 15)]
IF_PAID = "if all was paid so far, write paid_until = 2026-11-15"
MID_LIFE = {
    "a schedule": (SCHEDULE + "first_due = §2026-09-15\n", "first_due", IF_PAID),
    "a fixed sum": (ONE + "installments = 10\nfirst_due = §2026-09-15\n", "first_due", IF_PAID),
    "a list": (
        '[[loans]]\nid = "a"\ninstallments = [{ due = §2026-09-15, amount = 1 },\n'
        "  { due = 2026-10-15, amount = 1 }, { due = 2026-11-15, amount = 1 }]\n",
        "installments[0].due",
        IF_PAID,
    ),
    "a card": (
        '[[loans]]\nid = "a"\nprincipal = "1000"\nrepayment = "revolving"\n'
        'minimum = { percent = "10%" }\nfirst_due = §2026-09-15\n',
        "first_due",
        f"{IF_PAID}, with the balance of that day as principal",
    ),
}


@pytest.mark.parametrize("kind", MID_LIFE)
def test_a_loan_under_way_that_says_nothing_of_payments_is_asked_whether_it_was_paid(
    kind, load, pointed
):
    marked, key, remedy = MID_LIFE[kind]
    text, [place] = pointed(marked)
    assert [str(problem) for problem in doubts(load(text), {}, {"a": PAST}, TODAY)] == [
        f"config.toml:{place}: loans[0].{key}: its first due date, 2026-09-15, is past, and "
        f"neither payments nor paid_until are written ({remedy}; if nothing was, "
        "paid_until = 2026-09-14)"
    ]


def test_of_a_due_date_whose_year_is_doubted_nothing_else_is_asked(load):
    due = date(2016, 12, 15)
    (asked,) = doubts(load(f"{ONE}due = {due}\n"), {}, {"a": [due]}, TODAY)
    assert "is the year right?" in asked.message
