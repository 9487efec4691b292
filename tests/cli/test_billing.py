"""``bill``: a statement is recorded as a payment is, and says what it was taken for."""

from datetime import UTC, datetime

import pytest

HEAD = """\
timezone = "Asia/Shanghai"
locale = "{locale}"
currency = "CNY"
"""
BILLED = """\
[[loans]]
id = "huabei"
name = "花呗"
first_due = 2026-12-10
statement_day = 25
"""
CARD = """\
[[loans]]
id = "card"
preset = "cn-credit-card"
first_due = 2026-12-12
statement_day = 22
minimum.percent = "10%"
"""
RENT = """\
[[loans]]
id = "rent"
due = 2026-12-05
amount = "3000"
"""
CAR = """\
[[loans]]
id = "car"
principal = "9000"
installments = 9
first_due = 2026-12-15
"""
AT = datetime(2026, 11, 30, 4, tzinfo=UTC)


@pytest.fixture(params=["en", "zh-CN"])
def locale(request):
    return request.param


@pytest.fixture
def bill(call, clock, write):
    """Return a function that records a bill of a loan and returns what was printed."""
    clock.shown = AT
    write(HEAD.format(locale="en") + BILLED + CARD + RENT + CAR)

    def run(*arguments, code=0):
        result = call("bill", *arguments)
        assert result.exit_code == code, result.stderr
        return result.stdout.splitlines() if code == 0 else result.stderr

    return run


SAID = {
    "en": [
        "Bill A1 of 花呗: CN¥862.35, due on Dec 10, drawn on Nov 25",
        "花呗: CN¥862.35 due on Dec 10, in 10 days",
        "To take it back: reminderd undo A1",
    ],
    "zh-CN": [
        "花呗账单A1：¥862.35，12月10日到期，11月25日出账",
        "花呗：12月10日应还¥862.35（还有10天）",
        "如需撤销：reminderd undo A1",
    ],
}


def test_a_bill_is_recorded_for_the_next_due_date_in_the_users_language(bill, write, locale):
    write(HEAD.format(locale=locale) + BILLED)
    assert bill("huabei", "862.35") == SAID[locale]


AGAIN = {
    "en": "It replaces the one recorded before: CN¥800.00, due on Dec 10.",
    "zh-CN": "取代之前录入的账单：¥800.00，12月10日到期。",
}


def test_another_for_the_same_date_takes_its_place_and_says_so(bill, write, locale, told):
    write(HEAD.format(locale=locale) + BILLED)
    bill("huabei", "800")
    assert bill("huabei", "862.35")[1] == AGAIN[locale]  # the next one is not out yet
    assert told("status")[0]["next_due"] == {"date": "2026-12-10", "amount": "862.35"}
    bill("huabei", "870", "--due", "2026-12-11")
    assert told("status")[0]["next_due"] == {"date": "2026-12-11", "amount": "870.00"}


def test_taken_back_its_sum_is_unknown_again(bill, told, call):
    bill("huabei", "862.35")
    (row,) = told("undo")
    assert row == {
        "agreement": "A1",
        "loan": "huabei",
        "date": "2026-11-25",
        "kind": "billed",
        "due": "2026-12-10",
        "amount": "862.35",
    }
    assert call("undo").stdout.splitlines() == ["A1: bill of CN¥862.35 due Dec 10, 花呗, Nov 25"]
    assert call("undo", "A1").exit_code == 0
    assert told("status")[0]["next_due"] == {"date": "2026-12-10", "amount": None}


def test_a_cards_statement_says_what_the_whole_and_the_least_cost(bill, told, call):
    bill("card", "10000", "--minimum", "1000", "--date", "2026-11-20")
    assert [(row["amount"], row["minimum"]) for row in told("undo")] == [("10000.00", "1000.00")]
    quoted = told("quote", "card")
    assert quoted["statement"] == {
        "amount": "10000.00",
        "due": "2026-12-12",
        "drawn": "2026-11-20",
        "whole": "10000.00",
        "minimum": "1000.00",
        "interest": "249.50",  # 10,000 × 0.05 % × 22, and 9,000 × 31
        "interest_anyway": "0.00",
        "until": "2027-01-12",
        "at_most": "155.00",  # 10,000 × 0.05 % × 31, from 20 October to the statement
    }
    assert "CN¥155.00" in quoted["warnings"][0]
    assert (
        "Or all of it by Dec 12: CN¥10,000.00, and nothing more is charged"
        in call("quote", "card").stdout
    )


def test_with_the_days_of_posting_the_figure_is_whole(bill, told, call):
    """10,000 × 0.05 % × 10 days before the statement come on top, and nothing is left unsaid."""
    given = ("card", "10000", "--minimum", "1000", "--date", "2026-11-20")
    bill(*given, "--posted", "2026-11-10")
    quoted = told("quote", "card")
    figures = (quoted["statement"]["interest"], quoted["statement"]["at_most"])
    assert figures == ("299.50", None)
    assert "warnings" not in quoted
    bill(*given, "--posted", "2026-11-08=4000", "--posted", "2026-11-15=6000")
    assert told("quote", "card")["statement"]["interest"] == "288.50"  # 24 + 15 in place of 50


def test_json_says_what_was_recorded_and_what_it_replaces(bill, told):
    bill("huabei", "800")
    answer = told("bill", "huabei", "862.35", "--minimum", "100")
    assert answer["agreement"] == "A2"
    assert answer["bill"] == {
        "due": "2026-12-10",
        "date": "2026-11-25",
        "amount": "862.35",
        "minimum": "100.00",
        "posted": [],
    }
    assert answer["replaces"]["amount"] == "800.00"
    assert answer["loan"] == "huabei"


def test_on_a_loan_that_was_one_sum_it_becomes_the_next_installment(bill, told):
    assert "--due" in bill("rent", "3100", code=2)
    bill("rent", "3100", "--due", "2027-01-05")
    (rent,) = [row for row in told("status") if row["loan"] == "rent"]
    assert rent["next_due"] == {"date": "2026-12-05", "amount": "3000.00"}
    assert rent["payoff"] == "6100.00"
    assert "comes before 2027-01-05" in bill("rent", "1", "--due", "2026-12-20", code=2)
    assert "comes before" in bill("rent", "1", "--due", "2026-12-05", code=2)


REFUSED = {
    "minimum": (("huabei", "10", "--minimum", "11"), "11", "swap", "写反"),
    "far": (("huabei", "10", "--due", "2027-01-25"), "2027-01-10", "near no due date", "太远"),
    "no such month": (("huabei", "10", "--due", "2025-12-10"), "2026-12-10", "near", "太远"),
    "old": (("rent", "10", "--due", "2025-01-05"), "2025-01-05", "more than a year", "一年以上"),
    "drawn": (("huabei", "10", "--date", "2026-12-10"), "2026-12-10", "not before", "出账日"),
    "posted": (("card", "10", "--posted", "2026-11-28"), "11", "cannot be posted", "入账日"),
    "more": (("card", "10", "--posted", "2026-11-20=11"), "10.00", "comes to more", "各笔入账合计"),
    "due": (("rent", "10"), "--due", "missing", "缺少"),
    "scheduled": (("car", "10"), "car", "schedule", "还款计划"),
}


@pytest.mark.parametrize("what", list(REFUSED))
def test_what_cannot_be_right_is_refused_with_what_to_write(bill, write, locale, what):
    write(HEAD.format(locale=locale) + BILLED + CARD + RENT + CAR)
    arguments, names, english, chinese = REFUSED[what]
    said = bill(*arguments, code=2)
    assert names in said
    assert (english if locale == "en" else chinese) in said


@pytest.mark.parametrize("amount", ["0", "-5", "much", "862.355"])
def test_no_bill_is_of_nothing_or_of_less_than_a_cent(bill, amount):
    assert amount in bill("--", "huabei", amount, code=2)


def test_one_that_is_drawn_later_than_today_is_refused(bill):
    assert "still to come" in bill("huabei", "10", "--date", "2026-12-05", code=2)


def test_status_and_check_say_which_bill_is_not_known(bill, clock, call, told):
    assert "not recorded" not in call("check").stdout
    clock.shown = datetime(2026, 12, 11, 4, tzinfo=UTC)
    said = "花呗: the bill of Dec 10 is not recorded (reminderd bill huabei AMOUNT)"
    assert said in call("status").stdout
    assert said in call("check").stdout
    assert told("status")[0]["missing_bills"] == ["2026-12-10"]
    assert told("status")[0]["days_past_due"] == 0


def test_an_unknown_sum_can_be_neither_extended_nor_asked_for_in_a_letter(bill, call):
    for command in (
        ("extension", "huabei", "approved", "--to", "2026-12-20"),
        ("extension", "huabei", "approved", "--due", "2026-12-10", "--to", "2026-12-20"),
        ("letter", "huabei", "--kind", "extension"),
    ):
        assert call(*command).exit_code == 2
