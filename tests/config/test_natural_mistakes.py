"""What people write by themselves, and what the line about it must name."""

import re

import pytest

from reminderd.config.models import ChannelModel, Settings
from reminderd.config.synonyms import _data, _keys, plain_name
from reminderd.config.tables import inside, keys, public_keys

LOAN = '[[loans]]\nid = "a"\n'
SUM = LOAN + "due = 2026-12-05\n"
DUE = LOAN + 'amount = "5"\n'
BILL = SUM + 'amount = "5"\n'
SCREEN = '[channels.phone]\nurl = "console://"\n'
REMINDERS = "[reminders]\n"

# What was written after which lines, and what its line must say.
NATURAL = [
    # Other words for keys.
    (LOAN, "balance = 5000", 'principal = "5000"'),
    (LOAN, 'rate = "18%"', 'annual_rate = "18%"'),
    (LOAN, 'rate = "0.05%"', 'daily_rate = "0.05%" if it is for a day'),
    (LOAN, "rate = 18%", 'annual_rate = "18%"'),
    (LOAN, "apr = 6.9", 'annual_rate = "6.9%"'),
    (LOAN, 'interest_rate = "3,85%"', 'annual_rate = "3.85%"'),
    (LOAN, 'interest = "18%"', 'annual_rate = "18%"'),
    (LOAN, 'monthly_payment = "350.00"', 'amount = "350.00"'),
    (LOAN, "payment = 350", 'payments = [{ date = 2026-10-15, amount = "350" }]'),
    (LOAN, "emi = 350", "installments = 48 (or until"),
    (LOAN, "term = 48", "installments = 48"),
    (LOAN, 'tenor = "4 years"', "installments = 48"),
    (LOAN, "due_day = 20", "first_due = 2026-12-20"),
    (LOAN, 'due_date = "Dec 20, 2026"', "due = 2026-12-20"),
    (LOAN, "dueDate = 2026-12-20", "due = 2026-12-20"),
    (LOAN, "due date = 2026-12-20", "due = 2026-12-20"),
    (LOAN, 'late_fee = "5%"', 'fees = [{ percent = "5%" }]'),
    (LOAN, "late_fee = 15", 'fees = [{ flat = "15" }]'),
    (LOAN, 'penalty_rate = "0.05%"', 'penalty.daily_rate = "0.05%"'),
    (LOAN, "penalty_rate = 24", 'penalty.annual_rate = "24%"'),
    (LOAN, 'penalty = "18%"', 'penalty.annual_rate = "18%"'),
    (LOAN, 'penalty.rate = "18%"', 'annual_rate = "18%"'),
    (LOAN, "limit = 20000", "principal or amount"),
    (LOAN, 'bank = "ICBC"', 'name = "ICBC"'),
    (LOAN, "start_date = 2026-11-05", "start = 2026-11-05"),
    (LOAN, "next_due = 2026-12-15", "first_due = 2026-12-15"),
    (LOAN, "installments_paid = 4", "paid_until"),
    (LOAN, "remaining = 44", "installments = 44"),
    (LOAN, "autopay = true", "auto_debit = true"),
    (LOAN, "min_payment = 500", "minimum.percent"),
    (LOAN, 'monthly_rate = "1%"', 'annual_rate = "12%"'),
    ("", 'rate = "18%"', 'under [[loans]]: annual_rate = "18%"'),
    (REMINDERS, "days_before = 3", "before_due = [3]"),
    (SCREEN, 'language = "en"', "locale"),
    ("[channels.phone]\n", 'link = "console://"', "url = "),
    ("", "[loan]", "[[loans]]"),
    # The same in Chinese, with and without quotes.
    (LOAN, '金额 = "350"', 'amount = "350"'),
    (LOAN, '"金额" = 350', 'amount = "350"'),
    (LOAN, "金额 = 350元", 'amount = "350"'),
    (LOAN, "还款日 = 每月5日", "first_due = 2026-12-05"),
    (LOAN, "到期日 = 2026年12月5日", "due = 2026-12-05"),
    (LOAN, '利率 = "18%"', 'annual_rate = "18%"'),
    (LOAN, "年利率 = 18%", 'annual_rate = "18%"'),
    (LOAN, "日利率 = 万分之五", 'daily_rate = "0.05%"'),
    (LOAN, "本金 = 5万", 'principal = "50000"'),
    (LOAN, "期数 = 10期", "installments = 10"),
    (LOAN, '罚息 = "0.05%"', 'penalty.daily_rate = "0.05%"'),
    (LOAN, "penalty.日利率 = '0.05%'", 'daily_rate = "0.05%"'),
    (LOAN, '名称 = "招行"', 'name = "招行"'),
    (LOAN, "期限 = 36个月", "installments = 36"),
    (LOAN, '余额 = "1，234.00"', 'principal = "1,234.00"'),
    (LOAN, "最低还款额 = 500", "minimum.percent"),
    (LOAN, "账单日 = 5", "statement_day = 5"),
    (LOAN, "自动还款 = 是", "auto_debit = true"),
    (LOAN, '备注 = "每月"', "#"),
    (SCREEN, '语言 = "en"', "locale"),
    ("", "[[贷款]]", "[[loans]]"),
    # Dates.
    (DUE, "due = 2026/12/05", "due = 2026-12-05"),
    (DUE, "due = 2026.12.05", "due = 2026-12-05"),
    (DUE, "due = 2026-12-5", "due = 2026-12-05"),
    (DUE, "due = December 5, 2026", "due = 2026-12-05"),
    (DUE, "due = 5 Dec 2026", "due = 2026-12-05"),
    (DUE, "due = 2026年12月5日", "due = 2026-12-05"),
    (DUE, 'due = "Dec 5"', "2026-12-05"),
    (DUE, "due = 12月5日", "2026-12-05"),
    (DUE, 'due = "05/12/2026"', "2026-05-12 or 2026-12-05"),
    (DUE, "due = ２０２６－１２－０５", "due = 2026-12-05"),
    # Sums and counts.
    (SUM, "amount = １２３４", '"1234"'),
    (SUM, 'amount = "0.12万"', 'counts in 万 (write "1200")'),
    (SUM, "amount = 5万", '"50000"'),
    (SUM, "amount = 1,234.00", '"1,234.00"'),
    (SUM, 'amount = "¥1234"', 'a currency in it, ¥ (write "1234")'),
    (SUM, 'amount = "$412.33"', '"412.33", and currency = "USD"'),
    (SUM, "amount = 1234元", '"1234"'),
    (SUM, "amount = “1234.00”", 'amount = "1234.00"'),
    (LOAN, 'installments = "48期"', "installments = 48"),
    # Signs of other keyboards.
    (BILL, "name = “招行”", 'name = "招行"'),
    (BILL, 'name = "招行”', 'this ” is no sign of TOML (write a plain ")'),
    (SUM, 'amount ＝ "350"', "this ＝ is full-width (write a plain =)"),
    (BILL, "＃ 备注", "this ＃ is full-width (write a plain #)"),
    (SUM, '\u3000amount = "350"', "U+3000"),
    (REMINDERS, "before_due = [7，3，1]", "this ， is full-width (write a plain ,)"),
    (REMINDERS, "before_due = ［7, 3］", "this ［ is full-width (write a plain [)"),
    (BILL, 'penalty = { daily_rate = "0.05%", }', "comma is one too many"),
    (BILL, 'penalty = {\n  daily_rate = "0.05%"\n}', "on one line"),
    (REMINDERS, 'send_at = "9点"', '"09:00"'),
    # Names of values.
    (BILL, 'repayment = "等额本息"', 'repayment = "equal-installment"'),
    (BILL, 'repayment = "annuity"', 'repayment = "equal-installment"'),
    (BILL, 'repayment = "先息后本"', 'repayment = "interest-only"'),
    (BILL, 'preset = "微粒贷"', '(write "weilidai")'),
    (BILL, 'preset = "微粒贷 (WeBank Weilidai)"', '(write "weilidai")'),
    (BILL, 'frequency = "每月"', '"monthly"'),
    ("", 'currency = "人民币"', '"CNY"'),
    ("", 'locale = "中文"', '"zh-CN"'),
    ("", 'timezone = "EST"', 'no daylight saving (write "America/New_York")'),
    ("", 'timezone = "UTC+8"', '"Asia/Shanghai"'),
    ("", 'timezone = "GMT-5"', '"America/New_York"'),
    ("", 'timezone = "CST"', '"Asia/Shanghai" or "America/Chicago"'),
    ("", 'timezone = "Asia/Beijing"', '"Asia/Shanghai"'),
    ("", 'timezone = "上海"', '"Asia/Shanghai"'),
    ("", 'timezone = "new york"', '"America/New_York"'),
]


@pytest.mark.parametrize(("before", "written", "named"), NATURAL, ids=[n[1] for n in NATURAL])
def test_a_natural_mistake_is_answered_with_what_to_write(before, written, named, problems):
    line = before.count("\n") + 1
    said = [problem for problem in problems(f"{before}{written}\n") if f"toml:{line}:" in problem]
    assert any(named in sentence for sentence in said)
    remedies = ("(write ", "(delete it)", '(a text needs quotes: "')
    assert all(any(remedy in sentence for remedy in remedies) for sentence in said)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ('due = "2026/12/05"', "due = 2026-12-05"),
        ('due = "2026年12月5日"', "due = 2026-12-05"),
        ('due = "5 Dec 2026"', "due = 2026-12-05"),
        ('amount = "1，234.00"', "amount = 1234"),
        ('amount = "１２３４"', "amount = 1234"),
    ],
)
def test_a_text_that_can_mean_one_thing_only_is_taken_for_it(written, meant, load):
    rest = DUE if written.startswith("due") else SUM
    assert load(f"{rest}{written}\n").loans == load(f"{rest}{meant}\n").loans


@pytest.mark.parametrize("value", ['"0,500"', '"1,234,5"', '"12.34.56"'])
def test_a_sum_that_could_be_several_is_not_guessed_at(value, problems):
    [sentence] = problems(f"{SUM}amount = {value}\n")
    assert '(write "1234.50")' in sentence


@pytest.mark.parametrize("place", ["[channels.phone]\nurl = 'console://'\n", LOAN, ""])
@pytest.mark.parametrize("key", ["bank", "note", "account", "phone", "zone", "金额", "密码"])
def test_no_value_that_may_be_a_secret_is_repeated(place, key, problems):
    assert "hunter2canary" not in "\n".join(problems(f'{place}{key} = "hunter2canary"\n'))


def tables(model=Settings, name=""):
    """Yield the tables of the file by their names."""
    yield name, model
    for key, table in inside(model).items():
        yield from tables(table, key)


def test_no_word_is_a_key_of_its_table_already():
    for name, model in tables():
        taken = {plain_name(key) for key in keys(model)} & set(_keys().get(name, {}))
        assert not taken, name


def test_every_section_of_words_is_a_table_of_the_file():
    assert set(_keys()) <= {name for name, _ in tables()}


def test_every_key_to_be_written_is_a_key():
    there = public_keys() | set(keys(ChannelModel)) | {"channels"}
    for words in _keys().values():
        for write in words.values():
            named = re.findall(r"([a-z_]+) = ", write)
            assert set(named) <= there, write


def test_no_word_stands_twice_in_one_section():
    for name, section in _data().items():
        if "words" in section:
            words = [w for entry in section["words"] for w in entry["words"].split()]
            assert len(words) == len(set(words)), name
