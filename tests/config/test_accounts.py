"""Accounts as they are configured, and which loans they pay."""

from dataclasses import replace
from datetime import date, time
from decimal import Decimal

import pytest

from reminderd.loans.funds import Balance, BankAccount, Income
from reminderd.loans.money import Money
from reminderd.loans.terms import AutoDebit

HEAD = 'timezone = "Asia/Shanghai"\ncurrency = "EUR"\n[reminders]\nsend_at = "08:30"\n'
BANK = '[accounts.bank]\nbalance = "-3.50"\nas_of = 2026-11-30\n'
LOAN = '[[loans]]\nid = "card"\ndue = 2026-12-05\namount = "1234.00"\n'


def eur(minor, currency="EUR"):
    return Money(minor, currency)


PLAIN = BankAccount(
    "bank",
    Balance(eur(-350), date(2026, 11, 30)),
    frozenset(),
    eur(0),
    timezone="Asia/Shanghai",
    told_at=time(8, 30),
)
LINES = {
    "": {},
    'income = [{ day = 10, amount = "8000" }, { on = 2026-12-24, amount = "5.01" }]': {
        "income": (Income(eur(8000_00), day=10), Income(eur(501), on=date(2026, 12, 24)))
    },
    "transfer_days = 0": {"transfer_days": 0},
    "transfer_days = 10": {"transfer_days": 10},
    'overdraft = "500.00"': {"overdraft": eur(500_00)},
    'currency = "USD"': {
        "balance": Balance(eur(-350, "USD"), date(2026, 11, 30)),
        "overdraft": eur(0, "USD"),
    },
}


@pytest.mark.parametrize("line", LINES)
def test_a_key_says_what_it_says_and_nothing_else(load, line):
    [account] = load(HEAD + BANK + line + "\n" + LOAN).desk.accounts
    assert account == replace(PLAIN, **LINES[line])


PAID = {
    "": None,
    'paid_from = "bank"': "bank",
    'auto_debit = { account = "bank" }': "bank",
    'auto_debit = { account = "ICBC 1234" }': None,
    'auto_debit = { account = "ICBC 1234" }\npaid_from = "bank"': "bank",
    'auto_debit = { account = "bank" }\npaid_from = "bank"': "bank",
    'auto_debit = false\npaid_from = "bank"': "bank",
}


@pytest.mark.parametrize("lines", PAID)
def test_a_loan_is_paid_from_the_account_that_it_or_its_debit_names(load, lines):
    [account] = load(HEAD + BANK + LOAN + lines + "\n").desk.accounts
    assert account.loans == (frozenset({"card"}) if PAID[lines] else frozenset())


def test_a_debit_keeps_any_name_and_has_that_of_the_account_where_it_names_none(load):
    def debit(lines):
        [loan] = load(HEAD + BANK + LOAN + lines + "\n").loans
        return loan.auto_debit

    assert debit('auto_debit = { account = "ICBC 1234" }') == AutoDebit(True, "ICBC 1234")
    assert debit('auto_debit = true\npaid_from = "bank"') == AutoDebit(True, "bank")
    assert debit('auto_debit = {}\npaid_from = "bank"') == AutoDebit(True, "bank")
    assert debit('auto_debit = false\npaid_from = "bank"') == AutoDebit(False)


def test_names_may_be_of_any_letters(load):
    text = HEAD + BANK.replace("bank", '"工行 1234"') + LOAN + 'paid_from = "工行 1234"\n'
    [account] = load(text).desk.accounts
    assert (account.name, account.loans) == ("工行 1234", frozenset({"card"}))


def test_pay_day_is_that_of_the_largest_income_where_it_is_not_written(load):
    monthly = "{ day = 3, amount = 5 }, { day = 17, amount = 9 }"
    income = f"income = [{monthly}, {{ on = 2026-12-24, amount = 99 }}]\n"
    assert load(HEAD + BANK + income + LOAN).desk.borrower.payday == 17
    assert load(HEAD + BANK + income + "[borrower]\npayday = 4\n" + LOAN).desk.borrower.payday == 4
    assert load(HEAD + BANK + LOAN).desk.borrower.payday is None


def test_cash_is_no_part_of_an_account(load):
    config = load(HEAD + BANK + '[borrower]\ncash = "7"\n' + LOAN)
    assert config.desk.borrower.cash == Money.of(Decimal(7), "EUR")
    assert config.desk.accounts == (PLAIN,)
