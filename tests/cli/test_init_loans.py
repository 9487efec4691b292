"""The loans that ``reminderd init`` writes, from the answers about them."""

import tomllib
from datetime import UTC, date, datetime

import pytest

from reminderd.cli.init_answer_file import read_answers
from reminderd.cli.init_answers import Here
from reminderd.cli.init_channels import target_of
from reminderd.cli.init_file import config_text
from reminderd.config.load import load_text
from reminderd.errors import UsageError
from reminderd.loans.schedule import schedule

HERE = Here("en", "Asia/Shanghai", datetime(2026, 11, 30, 4, tzinfo=UTC), "none")


def text_of(answers):
    known = read_answers(answers, "answers", HERE)
    return config_text(known, target_of(known), None)


def loans_of(answers):
    return tomllib.loads(text_of(answers))["loans"]


def refusal_of(answers):
    with pytest.raises(UsageError) as refusal:
        read_answers(answers, "answers", HERE)
    return str(refusal.value)


def test_weilidai_is_a_schedule_of_its_preset(tmp_path):
    answers = """
preset = "微粒贷"
rate = "日 0.04%"
principal = "1万"
installments = "10期"
first_due = 2026-12-15
"""
    (table,) = loans_of(answers)
    assert table == {
        "id": "weilidai",
        "name": "Weilidai",
        "preset": "weilidai",
        "daily_rate": "0.04%",
        "principal": "10000.00",
        "installments": 10,
        "first_due": date(2026, 12, 15),
    }
    (loan,) = load_text(text_of(answers), tmp_path / "config.toml").loans
    first, *_, last = schedule(loan.terms)
    assert (first.principal, first.due, last.due) == (
        100000,
        date(2026, 12, 15),
        date(2027, 9, 15),
    )


def test_a_mortgage_may_be_repaid_in_equal_parts_of_the_principal(tmp_path):
    answers = """
preset = "房贷"
principal = "120万"
rate = "年 3.5%"
repayment = "等额本金"
installments = 360
first_due = 2026-12-20
"""
    (table,) = loans_of(answers)
    assert (table["repayment"], table["annual_rate"]) == ("equal-principal", "3.5%")
    (loan,) = load_text(text_of(answers), tmp_path / "config.toml").loans
    assert len(schedule(loan.terms)) == 360


def test_a_loan_without_interest_is_a_schedule_without_a_rate(tmp_path):
    answers = 'principal = 3600\nrate = "无息"\ninstallments = 3\nfirst_due = 2026-12-20\n'
    (table,) = loans_of(answers)
    assert not {"daily_rate", "annual_rate"} & table.keys()
    (loan,) = load_text(text_of(answers), tmp_path / "config.toml").loans
    assert [part.total for part in schedule(loan.terms)] == [120000] * 3


def test_a_rate_is_needed_where_nothing_says_it():
    answers = 'preset = "us-consumer"\nprincipal = "$9,000"\nfirst_due = 2026-12-20\n'
    assert 'rate: is needed here (add rate = "…")' in refusal_of(answers)
    (table,) = loans_of(answers + 'rate = "6.9% APR"\n')
    assert table["annual_rate"] == "6.9%"


@pytest.mark.parametrize(
    ("end", "written"),
    [
        ("installments = 48", {"installments": 48}),
        ("until = 2030-11-05", {"until": date(2030, 11, 5)}),
        ('installments = "none"\nuntil = "none"', {}),
        ("", {}),
    ],
)
def test_a_fixed_amount_goes_on_for_a_number_until_a_date_or_without_end(end, written):
    answers = f'amount = "350.00"\nfirst_due = 2026-12-05\nfrequency = "每两周"\n{end}\n'
    (table,) = loans_of(answers)
    fixed = {"amount": "350.00", "first_due": date(2026, 12, 5), "frequency": "biweekly"}
    common = {"id": "my-loan", "name": "My loan"}
    assert table == common | fixed | written


@pytest.mark.parametrize("end", ["installments = 48", "until = 2030-11-05", ""])
@pytest.mark.parametrize("preset", ["none", "us-consumer", "de-consumer"])
def test_the_loader_takes_a_fixed_amount(preset, end, tmp_path):
    answers = f'preset = "{preset}"\namount = "350.00"\nfirst_due = 2026-12-05\n{end}\n'
    (loan,) = load_text(text_of(answers), tmp_path / "config.toml").loans
    assert str(loan.terms.amount) == "350.00"


def test_a_loan_from_a_person_says_so():
    (table,) = loans_of('preset = "亲友"\nname = "Li"\namount = 5000\ndue = 2026-12-31\n')
    assert table["lender"] == "person"
    assert "preset" not in table


@pytest.mark.parametrize(
    ("paid", "until"),
    [
        ('"all"', date(2026, 11, 20)),
        ('"全部"', date(2026, 11, 20)),
        ("true", date(2026, 11, 20)),
        ('"2026-10-20"', date(2026, 10, 20)),
        ("2026-10-20", date(2026, 10, 20)),
        ('"10月20日"', date(2026, 10, 20)),
        ('"none"', date(2024, 6, 19)),
        ("false", date(2024, 6, 19)),
    ],
)
@pytest.mark.parametrize(
    "form", ['principal = 9000\nrate = "none"\ninstallments = 360', "amount = 9"]
)
def test_what_was_paid_so_far_is_written_as_a_due_date(form, paid, until):
    (table,) = loans_of(f"{form}\nfirst_due = 2024-06-20\npaid_until = {paid}\n")
    assert table.get("paid_until") == until


def test_all_that_fell_due_is_paid_to_the_day_to_which_a_due_date_moved():
    answers = """
preset = "de-consumer"
principal = 9000
rate = "5% p.a."
installments = 36
first_due = 2026-08-15
paid_until = "all"
"""
    (table,) = loans_of(answers)
    assert table["paid_until"] == date(2026, 11, 16)  # the 15th was a Sunday


def test_a_payment_of_today_is_not_past():
    (table,) = loans_of('amount = 9\nfirst_due = 2026-10-30\npaid_until = "all"\n')
    assert table["paid_until"] == date(2026, 10, 30)


def test_whether_it_was_paid_has_to_be_said_where_something_fell_due():
    assert "paid_until: is needed here" in refusal_of("amount = 9\nfirst_due = 2026-10-30\n")
    assert "paid_until" not in loans_of("amount = 9\nfirst_due = 2026-11-30\n")[0]


@pytest.mark.parametrize(
    ("paid", "sentence"),
    [
        ("2026-11-30", "2026-11-30 is not past yet"),
        ("2026-10-29", "2026-10-29 is before the first due date, 2026-10-30"),
        ('"maybe"', "'maybe' is not a date"),
    ],
)
def test_a_date_up_to_which_nothing_can_have_been_paid_is_refused(paid, sentence):
    answers = f"amount = 9\nfirst_due = 2026-10-30\npaid_until = {paid}\n"
    assert sentence in refusal_of(answers)


def test_a_mortgage_in_mid_life_is_not_late(tmp_path):
    answers = """
preset = "cn-bank-loan"
principal = 1200000
rate = "年 3.5%"
installments = 360
first_due = 2024-06-20
paid_until = "all"
"""
    (loan,) = load_text(text_of(answers), tmp_path / "config.toml").loans
    assert loan.terms.paid_until == date(2026, 11, 20)


def test_several_loans_have_ids_of_their_own_and_their_own_currency(tmp_path):
    answers = """
[[loans]]
amount = "¥862.35"
due = 2026-12-10
[[loans]]
amount = "500"
due = "Dec 12, 2026"
[[loans]]
preset = "us-consumer"
name = "Car"
amount = "$350"
due = 2026-12-05
[[loans]]
preset = "花呗"
amount = "100元"
due = 2026-12-09
"""
    loans = load_text(text_of(answers), tmp_path / "config.toml").loans
    assert [(loan.id, loan.name, loan.terms.currency) for loan in loans] == [
        ("my-loan", "My loan", "CNY"),
        ("my-loan-2", "My loan", "CNY"),
        ("car", "Car", "USD"),
        ("loan", "花呗", "CNY"),
    ]


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ('amount = 9\n[[loans]]\namount = "x"\n', "1:1: amount: does not go with [[loans]]"),
        ('[[loans]]\namount = "x"\n', "2:1: amount: 'x' is not an amount in CNY"),
        ("[[loans]]\namuont = 9\n", "2:1: amuont: there is no such answer (did you mean amount?)"),
        ("loans = 3\n", "1:1: loans: is a table for each loan (write [[loans]])"),
        ("loans = []\n", "1:1: loans: is a table for each loan (write [[loans]])"),
        ('plan = "bill"\nprincipal = 9\n', 'principal: does not go with plan = "bill"'),
        ("installments = 0\nprincipal = 9\n", "0 is not a number of installments from 1 to 1200"),
        (
            "amount = 9\nuntil = 2026-12-01\nfirst_due = 2026-12-05\n",
            "2026-12-05 is after the last payment, 2026-12-01",
        ),
    ],
)
def test_answers_that_do_not_go_together_are_told_at_their_place(answers, sentence):
    assert sentence in refusal_of(answers)


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        (
            "due = 2016-12-15",
            "2016-12-15 was 10 years ago. Is the year right? (write sure = true if so)",
        ),
        ("due = 2025-11-20", "2025-11-20 was 12 months ago. Is the year right?"),
        ("due = 2062-12-05", "2062-12-05 is 36 years ahead. Is the year right?"),
        ("due = 2028-06-05", "2028-06-05 is 18 months ahead. Is the year right?"),
        ("amount = 9\nfirst_due = 2029-12-05", "2029-12-05 is 3 years ahead. Is the year right?"),
        (
            "amount = 9\ninstallments = 12\nfirst_due = 2016-12-05",
            "From 2016-12-05 on, the last payment fell due on 2017-11-05, 9 years ago.",
        ),
        (
            'amount = 9\nfirst_due = "9月15日"',
            "By 9月15日, do you mean 2027-09-15? (write first_due = 2027-09-15 if so)",
        ),
        (
            'amount = "$412.33"',
            "$412.33 is a sum in USD, but CNY is expected. Is the loan in USD? "
            '(write currency = "USD" if so)',
        ),
        (
            'timezone = "EST"',
            'By EST, do you mean America/New_York? (write timezone = "America/New_York" if so)',
        ),
    ],
)
def test_what_is_hardly_meant_is_not_believed_without_a_word(answers, sentence):
    assert sentence in refusal_of(f"{answers}\n")


@pytest.mark.parametrize(
    "answers",
    [
        "due = 2016-12-15\nsure = true\n",
        "due = 2025-12-01\n",
        "due = 2028-05-31\n",
        'amount = 9\nfirst_due = 2016-12-05\npaid_until = "all"\n',
        'amount = "$412.33"\ncurrency = "USD"\n',
        'amount = "¥412"\ncurrency = "JPY"\n',
    ],
)
def test_what_can_be_meant_is_believed(answers):
    assert len(loans_of(answers)) == 1


def test_a_date_that_can_be_two_is_told_with_both():
    told = refusal_of('due = "5/12"\n')
    assert "'5/12' can be 2026-12-05 or 2027-05-12 (write one of the two)" in told
