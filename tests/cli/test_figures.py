"""``status``, ``quote`` and ``preview``: what is owed, and which messages will go."""

import re
from decimal import Decimal

import pytest

CARD = "4 days overdue, CN¥1,236.47 owed today"
LINE = "24 days overdue, CN¥1,157.50 owed today"
MONEY = re.compile(r"-?\d+\.\d\d")


def test_status_has_a_row_for_each_loan(config, said):
    *table, total = said("status").splitlines()
    head, card, line = [line.split("\t") for line in table]
    assert head == ["Loan", "ID", "Stage", "Owed today", "Per day", "Next due", "Next alert"]
    assert card[:3] == ["Credit card", "card", "4–7 days overdue"]
    assert card[3:6] == ["CN¥1,236.47", "+CN¥0.62", "–"]
    assert total == "Owed today in all: CN¥2,393.97"
    assert line[3:] == [
        "CN¥1,157.50",
        "+CN¥0.75",
        "2026-12-15 CN¥1,120.00",
        "2026-12-09 12:00",
    ]


def test_status_speaks_the_configured_language(config, write, said):
    write(config.read_text().replace('"en"', '"zh-CN"'))
    head, card, _, total = said("status").splitlines()
    assert total == "今天应还合计：¥2,393.97"
    assert head == "贷款\t编号\t状态\t今天应还\t再拖一天\t下一期\t下次提醒"
    assert card.startswith("Credit card\tcard\t逾期4–7天\t¥1,236.47\t+¥0.62\t")


def test_status_in_json(config, told):
    card, line = told("status")
    assert card == {
        "loan": "card",
        "name": "Credit card",
        "as_of": "2026-12-09",
        "currency": "CNY",
        "days_past_due": 4,
        "stage": "overdue-4-7",
        "owed_today": "1236.47",
        "unconfirmed": [],
        "unstated": [],
        "increase": "0.62",
        "next_due": None,
        "missing_bills": [],
        "payoff": "1236.47",
        "next_alert_at": "2026-12-09T12:00:00+08:00",
        "snoozed_until": None,
        "dead": [],
    }
    assert line["next_due"] == {"date": "2026-12-15", "amount": "1120.00"}


UNSTATED = {
    "en": "card: its first due date, 2026-10-05, is past, and neither payments nor paid_until are "
    "written. If all was paid so far, write paid_until = 2026-12-05; if nothing was, "
    "paid_until = 2026-10-04.",
    "zh-CN": "card：首个还款日2026-10-05已过，但既没有还款记录，也没有写paid_until。"
    "如果此前都已按时还清，请写paid_until = 2026-12-05；"
    "如果一期都没有还，请写paid_until = 2026-10-04。",
}


@pytest.mark.parametrize("locale", UNSTATED)
def test_of_a_loan_under_way_status_asks_whether_it_was_paid(locale, write, said, told):
    loan = '[[loans]]\nid = "card"\namount = 5\nfirst_due = 2026-10-05\ninstallments = 9\n'
    path = write(f'locale = "{locale}"\n{loan}')
    assert said("status").splitlines()[-1] == UNSTATED[locale]
    assert told("status")[0]["unstated"] == ["2026-10-05", "2026-11-05", "2026-12-05"]
    path.write_text(f"{path.read_text()}paid_until = 2026-12-05\n")
    assert len(said("status").splitlines()) == 2


def test_status_as_of_another_day(config, told):
    before = told("status", "--as-of", "2026-12-05")[0]
    after = told("status", "--as-of", "2026-12-15")[0]
    assert (before["owed_today"], before["days_past_due"]) == ("1234.00", 0)
    assert (after["owed_today"], after["days_past_due"]) == ("1240.17", 10)


def test_status_without_loans_is_an_empty_list(write, told):
    write("")
    assert told("status") == []


def test_a_quote_says_the_figure_first_and_that_it_is_an_estimate(config, said):
    lines = said("quote", "card").splitlines()
    assert lines[0] == "Credit card: 4 days overdue, CN¥1,236.47 owed today"
    assert "  Principal CN¥1,234.00" in lines
    assert "  Penalty interest CN¥2.47" in lines
    assert lines[-1] == "An estimate; the lender's app has the final figure."


def test_a_quote_as_of_another_day(config, said):
    first = said("quote", "card", "--as-of", "2026-12-15").splitlines()[0]
    assert first == "Credit card: 10 days overdue, CN¥1,240.17 owed today"


def test_a_quote_in_json_has_exactly_the_documented_shape(config, told):
    found = told("quote", "weilidai")
    assert list(found) == [
        "loan",
        "as_of",
        "currency",
        "days_past_due",
        "stage",
        "due",
        "payoff",
        "tomorrow",
        "next_cliff",
        "advice",
        "estimate",
        "basis",
        "warnings",  # only where a cap is exceeded
    ]
    assert "warnings" not in told("quote", "card")
    assert found["loan"] == "weilidai"
    assert found["as_of"] == "2026-12-09"
    assert found["currency"] == "CNY"
    assert found["days_past_due"] == 24
    assert found["stage"] == "overdue-8-30"
    assert found["due"] == {
        "principal": "1000.00",
        "interest": "151.50",
        "penalty": "6.00",
        "fees": "0.00",
        "total": "1157.50",
    }
    assert found["tomorrow"] == {"total": "1158.25", "increase": "0.75"}
    assert list(found["next_cliff"]) == ["date", "increase", "reason"]
    assert all(list(advice) == ["id", "title", "detail"] for advice in found["advice"])
    assert found["advice"]
    assert found["estimate"] is True
    assert found["basis"]
    assert all(isinstance(rule, str) for rule in found["basis"])


@pytest.mark.parametrize("loan", ["card", "weilidai"])
@pytest.mark.parametrize("day", ["2026-10-01", "2026-10-15", "2026-12-05", "2027-01-01"])
def test_money_in_json_is_text_with_two_decimals(loan, day, config, told):
    found = told("quote", loan, "--as-of", day)
    amounts = [*found["due"].values(), *found["tomorrow"].values(), found["payoff"]]
    amounts += [found["next_cliff"]["increase"]] if found["next_cliff"] else []
    assert [amount for amount in amounts if not MONEY.fullmatch(amount)] == []
    parts = [Decimal(value) for key, value in found["due"].items() if key != "total"]
    assert sum(parts) == Decimal(found["due"]["total"])
    more = Decimal(found["tomorrow"]["total"]) - Decimal(found["due"]["total"])
    assert more == Decimal(found["tomorrow"]["increase"])


def test_what_is_not_there_is_null_in_json(write, told):
    write('[[loans]]\nid = "a"\ndue = 2026-12-05\namount = 5\n')
    assert told("quote", "a")["next_cliff"] is None
    assert told("status")[0]["next_due"] is None


def test_only_an_explained_quote_has_a_derivation(config, told):
    assert "derivation" not in told("quote", "weilidai")


def test_the_derivation_adds_up_to_the_figure(config, told):
    found = told("quote", "weilidai", "--explain")
    *steps, total = found["derivation"]
    assert total["kind"] == "total"
    assert total["amount"] == found["due"]["total"]
    assert sum(Decimal(step["amount"]) for step in steps) == Decimal(total["amount"])


def test_the_derivation_names_every_factor(config, told):
    steps = told("quote", "weilidai", "--explain")["derivation"]
    [penalty] = [step for step in steps if step["kind"] == "penalty"]
    assert penalty == {
        "kind": "penalty",
        "amount": "6.00",
        "due": "2026-11-15",
        "start": "2026-11-15",
        "end": "2026-12-09",
        "base": "1000.00",
        "days": 24,
        "rate": {"value": "0.00025", "per": "day"},
    }


def test_the_derivation_in_words(config, said):
    text = said("quote", "weilidai", "--explain")
    for line in (
        "1000.00  Principal due Oct 15",
        "6.00  Penalty interest, installment of Nov 15  Nov 15 to Dec 9: "
        "1000.00 × 0.025% a day × 24 days",
        "-1150.00  Paid on Oct 15  to principal 1000.00 + interest 150.00",
        "1157.50  Total",
    ):
        assert re.search(rf"^ +{re.escape(line)}$", text, re.MULTILINE), line


def test_with_nothing_due_the_derivation_is_that_of_what_comes_next(config, said, told):
    text = said("quote", "weilidai", "--explain", "--as-of", "2026-10-20")
    assert re.search(r"^ +139\.50  Interest due Nov 15  Oct 15 to Nov 15: ", text, re.MULTILINE)
    assert re.search(r"^ +1139\.50  Total$", text, re.MULTILINE)
    found = told("quote", "weilidai", "--explain", "--as-of", "2026-10-20")
    assert found["derivation"][-1]["amount"] == found["due"]["total"] == "0.00"
    assert found["next_derivation"][-1] == {"kind": "total", "amount": "1139.50"}


def test_a_cap_that_is_exceeded_is_said_in_words_and_in_json(config, said, told):
    [warning] = told("quote", "weilidai")["warnings"]
    assert warning == (
        "Being late costs 27.38% a year all-in, more than the cap of 24% (法发〔2017〕22号): "
        "you can take this up with the lender"
    )
    assert warning in said("quote", "weilidai").splitlines()


@pytest.mark.parametrize("command", ["quote", "pay"])
def test_a_misspelt_loan_is_named_with_what_there_is(command, config, refused):
    amount = ["5"] if command == "pay" else []
    code, sentence = refused(command, "weilidia", *amount)
    assert code == 2
    assert sentence.splitlines()[-1] == (
        "there is no loan 'weilidia' (there are: card (Credit card), weilidai) "
        "(did you mean 'weilidai'?)"
    )


def test_a_loan_where_there_are_none(write, refused):
    write("")
    assert refused("quote", "card") == (2, "there is no loan 'card' (there are: none)")


def test_preview_says_when_what_where_and_why(config, said):
    lines = said("preview", "--days", "7").splitlines()
    now = "2026-12-09 12:00"
    assert [line.split("\t") for line in lines[:3]] == [
        ["When", "Loan", "Message", "Why", "Where"],
        [now, "card", f"Credit card: {CARD}", "due+4 (the loan is new here)", "screen"],
        [now, "weilidai", f"weilidai: {LINE}", "due+21 (the loan is new here)", "screen"],
    ]
    third = "2026-12-12 09:00\tcard\tCredit card: 7 days overdue, CN¥1,238.32 owed today"
    assert any(line.startswith(third) for line in lines)


def test_preview_says_which_alerts_make_one_message(config, write, said):
    write(config.read_text().replace("digest = false", "digest = true"))
    lines = [line.split("\t") for line in said("preview", "--days", "7").splitlines()[1:]]
    together = [line for line in lines if line[-1] == "screen (one message of 2)"]
    assert [line[:2] for line in together[:2]] == [
        ["2026-12-09 12:00", "card"],
        ["2026-12-09 12:00", "weilidai"],
    ]
    alone = [line[:2] for line in lines if line[-1] == "screen"]
    assert ["2026-12-15 09:00", "weilidai"] in alone
    assert len(together) + len(alone) == len(lines)


def test_preview_ends_after_the_days_it_was_given(config, told):
    ends = [row["at"] for row in told("preview", "--days", "3")]
    assert ends == sorted(ends)
    assert ends[-1] <= "2026-12-12T12:00+08:00"
    assert len(told("preview", "--days", "60")) > len(ends)


def test_preview_from_another_day_is_a_part_of_the_whole(config, told):
    part = told("preview", "--from", "2027-01-01", "--days", "40")
    whole = told("preview", "--days", "80")
    assert part == [row for row in whole if "2027-01-01" <= row["at"] <= "2027-02-10T00:00"]
    assert part
    assert len(part) < len(whole)


def test_preview_from_another_day_begins_at_its_midnight(write, told):
    write(
        'timezone = "Asia/Shanghai"\n[reminders]\nsend_at = "00:00"\n'
        '[[loans]]\nid = "a"\ndue = 2026-12-20\namount = 5\n'
    )
    rows = told("preview", "--from", "2026-12-20", "--days", "1")
    assert [row["at"] for row in rows] == ["2026-12-20T00:00+08:00", "2026-12-21T00:00+08:00"]


def test_a_previewed_alert_in_json(config, told):
    row = [row for row in told("preview", "--days", "4") if row["loan"] == "card"][-1]
    assert row == {
        "at": "2026-12-12T09:00+08:00",
        "loan": "card",
        "due": "2026-12-05",
        "milestone": "due+7",
        "reason": "overdue_day",
        "severity": "critical",
        "to": [{"channel": "screen", "address": "screen"}],
        "title": "Credit card: 7 days overdue, CN¥1,238.32 owed today",
        "snoozed_until": None,
    }


def test_a_full_preview_holds_the_message_word_for_word(config, told, said):
    row = [row for row in told("preview", "--days", "4", "--full") if row["loan"] == "card"][-1]
    assert "Owed today: CN¥1,238.32" in row["text"]
    assert "An estimate; the lender's app has the final figure." in row["text"]
    text = said("preview", "--days", "4", "--full")
    assert all(f"    {line}" in text for line in row["text"].splitlines() if line)
    assert "Owed today" not in said("preview", "--days", "4")


def test_quiet_hours_put_off_what_is_previewed(write, told):
    write(
        'timezone = "Asia/Shanghai"\n[reminders]\nsend_at = "23:00"\n'
        'quiet_hours = { from = "22:00", to = "08:00" }\n'
        '[[loans]]\nid = "a"\ndue = 2026-12-20\namount = 5\n'
    )
    rows = told("preview", "--days", "30")
    assert {row["at"][11:16] for row in rows[1:]} == {"08:00"}


def test_a_preview_names_only_the_channels_that_will_be_used(write, said):
    write(
        'locale = "en"\ntimezone = "Asia/Shanghai"\n'
        '[channels.one]\nurl = "console://"\n'
        '[channels.two]\nurl = "console://"\nmin_severity = "critical"\n'
        '[channels.three]\nurl = "console://"\n'
        '[[loans]]\nid = "a"\ndue = 2026-12-12\namount = 5\nchannels = ["one", "two"]\n'
    )
    lines = said("preview", "--days", "8").splitlines()
    where = [line.split("\t")[-1] for line in lines[1:]]
    assert where[0] == "one"
    assert where[-1] == "one, two"


def test_good_news_is_previewed_for_whom_the_bad_was_told(write, call, told):
    write(
        'locale = "en"\ntimezone = "Asia/Shanghai"\n'
        '[channels.late]\nurl = "console://"\nmin_severity = "warning"\n'
        '[[loans]]\nid = "a"\ndue = 2026-12-05\namount = 5\npaid_until = 2026-12-04\n'
    )
    call("run", "--once")
    call("pay", "a", "5")
    [row] = told("preview", "--days", "20")
    assert (row["milestone"], row["severity"]) == ("settled", "info")
    assert row["to"] == [{"channel": "late", "address": "late"}]


def test_where_nothing_is_to_come_preview_says_so(write, said, told):
    write("")
    assert said("preview", "--days", "9") == "9天内不会发送任何消息。\n"
    assert told("preview") == []


def test_the_language_is_that_of_the_configuration(write, said):
    write('[[loans]]\nid = "a"\nname = "信用卡"\ndue = 2026-12-12\namount = 5\n')
    assert "信用卡" in said("quote", "a")
    assert "以贷款机构App显示为准" in said("quote", "a")


def test_yen_have_no_decimals(write, told):
    write('[[loans]]\nid = "a"\ndue = 2026-12-05\namount = 5000\ncurrency = "JPY"\n')
    assert told("quote", "a")["due"]["total"] == "5000"


def test_a_payment_is_tried_out_without_being_made(config, told, call):
    asked = told("quote", "weilidai", "--pay", "500")["if_paid"]
    assert asked["amount"] == "500.00"
    assert asked["to"] == {
        "principal": "342.50",
        "interest": "151.50",
        "penalty": "6.00",
        "fees": "0.00",
        "total": "500.00",
    }
    assert (asked["early"], asked["credit"]) == ("0.00", "0.00")
    assert asked["due"]["total"] == "657.50"
    assert told("quote", "weilidai")["due"]["total"] == "1157.50"


def test_a_payment_that_covers_everything_closes_the_loan(config, told):
    payoff = told("quote", "weilidai")["payoff"]
    asked = told("quote", "weilidai", "--pay", payoff)["if_paid"]
    assert (asked["payoff"], asked["credit"]) == ("0.00", "0.00")


def test_a_payment_tried_out_is_told_in_words(config, call):
    said = call("quote", "weilidai", "--pay", "500").stdout
    parts = "principal CN¥342.50, interest CN¥151.50, penalty interest CN¥6.00"
    assert f"If CN¥500.00 is paid: {parts}." in said
    assert "Then CN¥657.50 is owed, one more day costs CN¥0.49" in said


def test_the_curve_is_what_each_day_would_bring(config, told):
    rows = told("quote", "card", "--curve", "3")["curve"]
    assert rows == [
        {"date": "2026-12-09", "total": "1236.47"},
        {"date": "2026-12-10", "total": "1237.09"},
        {"date": "2026-12-11", "total": "1237.70"},
        {"date": "2026-12-12", "total": "1238.32"},
    ]


@pytest.mark.parametrize("amount", ["0", "-5", "five", "1.234"])
def test_what_cannot_be_paid_cannot_be_tried_out(config, refused, amount):
    assert refused("quote", "card", "--pay", amount)[0] == 2


def test_the_curve_begins_on_the_day_that_is_asked_for(config, told):
    rows = told("quote", "card", "--as-of", "2026-12-04", "--curve", "2")["curve"]
    assert rows == [
        {"date": "2026-12-04", "total": "0.00"},
        {"date": "2026-12-05", "total": "1234.00"},
        {"date": "2026-12-06", "total": "1234.62"},
    ]


def test_the_curve_in_text_is_a_column_that_ends_the_answer(config, said):
    assert said("quote", "card", "--curve", "2").split("\n\n")[-1] == (
        "What is owed at the end of each day if nothing is paid (CNY):\n"
        "2026-12-09         1236.47\n2026-12-10         1237.09\n2026-12-11         1237.70\n"
    )


def test_the_curve_in_text_begins_on_the_first_day_on_which_anything_is_owed(config, said):
    asked = ("quote", "card", "--as-of", "2026-12-03", "--curve")
    assert said(*asked, "3").split("\n\n")[-1].splitlines() == [
        "Until 2026-12-05 nothing is owed.",
        "What is owed at the end of each day if nothing is paid (CNY):",
        "2026-12-05         1234.00",
        "2026-12-06         1234.62",
    ]
    assert said(*asked, "1").splitlines()[-1] == "Nothing is owed until 2026-12-04."


def test_status_adds_up_each_currency_for_itself(config, write, said):
    dollars = '[[loans]]\nid = "car"\ncurrency = "USD"\ndue = 2026-12-09\namount = "350.00"\n'
    write(config.read_text() + dollars)
    assert said("status").splitlines()[-1] == "Owed today in all: CN¥2,393.97 and $350.00"


@pytest.mark.parametrize("days", ["0", "-1", "3661", "many"])
def test_a_curve_of_no_days_or_of_too_many_is_refused(config, refused, days):
    code, sentence = refused("quote", "card", "--curve", days)
    assert code == 2
    assert "--curve" in sentence


def test_what_a_payment_leaves_over_is_kept_as_credit(config, told, said):
    asked = told("quote", "weilidai", "--pay", "1500")["if_paid"]
    assert (asked["to"]["total"], asked["early"], asked["credit"]) == ("1157.50", "0.00", "342.50")
    assert asked["due"]["total"] == asked["increase"] == "0.00"
    assert "penalty interest CN¥6.00, kept as credit CN¥342.50.\n" in said(
        "quote", "weilidai", "--pay", "1500"
    )


def test_a_payment_is_tried_out_on_the_day_that_is_asked_for(config, told):
    asked = told("quote", "card", "--pay", "1000", "--as-of", "2026-12-15")["if_paid"]
    assert asked["to"]["penalty"] == "6.17"
    assert asked["due"]["total"] == "240.17"
    assert asked["increase"] == "0.12"


def test_without_being_asked_a_quote_tries_nothing_out(config, told):
    assert not {"if_paid", "curve"} & set(told("quote", "card"))


def test_the_derivation_in_chinese(config, write, said):
    write(config.read_text().replace('"en"', '"zh-CN"'))
    text = said("quote", "weilidai", "--explain")
    penalty = "6.00  11月15日这期的罚息  11月15日至12月9日：1000.00 × 日利率0.025% × 24天"
    assert f" {penalty}\n" in text
    assert re.search(r"^ +1157\.50  合计$", text, re.MULTILINE)


def test_rent_has_no_sum_that_pays_it_off(config, write, told, call):
    rent = '[[loans]]\nid = "rent"\namount = 3500\nfirst_due = 2026-10-05\n'
    write(config.read_text() + rent)
    asked = told("quote", "rent", "--pay", "14000")
    assert (asked["due"]["total"], asked["payoff"]) == ("10500.00", "10500.00")
    assert (asked["if_paid"]["early"], asked["if_paid"]["credit"]) == ("0.00", "3500.00")
    [row] = [row for row in told("status") if row["loan"] == "rent"]
    assert row["payoff"] == row["owed_today"] == "10500.00"
    assert row["next_due"] == {"date": "2027-01-05", "amount": "3500.00"}
    for said in (
        call("quote", "rent", "--pay", "14000").stdout,
        call("letter", "rent", "--kind", "settlement").stdout,
    ):
        assert "10,500.00" in said
        assert "whole loan" not in said
