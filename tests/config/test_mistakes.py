"""One configuration for each mistake: its exact sentence, and § where it must point."""

import pytest

CARD = '[[loans]]\nid = "card"\ndue = 2026-12-05\namount = "1234.00"\n'
LINE = '[[loans]]\nid = "line"\nprincipal = "10000"\ninstallments = 10\nfirst_due = 2026-10-15\n'
SCREEN = '[channels.screen]\nurl = "console://"\n'
ONE_SUM = '[[loans]]\nid = "card"\n'

UNKNOWN = "unknown key (remove it; config.example.toml has them all)"
NO_SECRET = '(write a text, or { env = "…" } or { file = "…" } or { credential = "…" })'
URL = 'is not a URL (write one as "ntfys://topic", or "console://")'
DAY = "is not a date (write 2026-12-05)"
CLOCK = 'is not a time of day (write "09:00")'
AMOUNT = 'is not an amount (write "1234.50")'
RATE = 'is not a rate (write "18%" or "0.18")'
LOANS = "(write [[loans]] on a line of its own, and one loan's keys below)"
CHANNEL = '(write [channels.phone] on a line of its own, and url = "…" below)'
REMINDERS = "(write [reminders] on a line of its own, and its keys below)"
PAYMENTS = '(write payments = [{ date = 2026-10-15, amount = "1150.00" }])'
CURRENCY = 'is not a currency code (write "CNY", "EUR", "USD")'
ID = 'is not 1 to 64 letters, digits, dots, dashes or underscores (write id = "card")'

NAMES = {
    "an unknown key at the top": ('§colour = "red"\n', f"colour: {UNKNOWN}"),
    "a misspelt key at the top": (
        '§currancy = "CNY"\n',
        "currancy: unknown key (did you mean 'currency'?)",
    ),
    "a misspelt key in reminders": (
        '[reminders]\n  §send_att = "09:00"\n',
        "reminders.send_att: unknown key (did you mean 'send_at'?)",
    ),
    "a misspelt key in quiet hours": (
        '[reminders]\nquiet_hours = { from = "22:00", to = "08:00", §form = 1 }\n',
        "reminders.quiet_hours.form: unknown key (did you mean 'from'?)",
    ),
    "a key of reminders written above them": (
        '§send_at = "09:00"\n',
        "send_at: unknown key here (it belongs under [reminders])",
    ),
    "a key of the top written under a heading": (
        '[reminders]\n§locale = "en"\n',
        "reminders.locale: unknown key here (it belongs above the first [heading])",
    ),
    "a misspelt key in a loan": (
        CARD + '§amont = "3"\n',
        "loans[0].amont: unknown key (did you mean 'amount'?)",
    ),
    "a misspelt penalty rule": (
        CARD + 'penalty.§daly_rate = "1%"\npenalty.daily_rate = "1%"\n',
        "loans[0].penalty.daly_rate: unknown key (did you mean 'daily_rate'?)",
    ),
    "a misspelt key in the second payment": (
        CARD + "payments = [{ date = 2026-12-01, amount = 5 },\n"
        "  { date = 2026-12-02, amount = 5, §dat = 1 }]\n",
        "loans[0].payments[1].dat: unknown key (did you mean 'date'?)",
    ),
    "a misspelt key in a listed installment": (
        ONE_SUM + 'installments = [{ due = 2026-12-05, amount = "5", §intrest = "1" }]\n',
        "loans[0].installments[0].intrest: unknown key (did you mean 'interest'?)",
    ),
    "a misspelt key beside a URL": (
        SCREEN + '§falback = "screen"\n',
        "channels.screen.falback: unknown key (did you mean 'fallback'?)",
    ),
    "a setting of Apprise's beside a URL": (
        SCREEN + '§host = "example.com"\n',
        "channels.screen.host: does not go with url (put it into the URL, or use schema instead)",
    ),
    "an address beside a URL": (
        SCREEN + '§to = ["me@example.com"]\n',
        "channels.screen.to: does not go with url (put it into the URL, or use schema instead)",
    ),
    "an unknown preset": (
        LINE + 'preset = §"weilidia"\n',
        "loans[0].preset: 'weilidia' is not a preset (there are: cn-bank-loan, cn-credit-card, "
        "de-consumer, us-consumer, weilidai, weilidai-articles) "
        "(did you mean 'weilidai'?)",
    ),
    "an unknown channel in a loan": (
        SCREEN + CARD + 'channels = ["screen", §"scren"]\n',
        "loans[0].channels[1]: there is no channel 'scren' (there are: screen) "
        "(did you mean 'screen'?)",
    ),
    "a channel in a loan where there are none": (
        CARD + 'channels = [§"phone"]\n',
        "loans[0].channels[0]: there is no channel 'phone' "
        "(there are: none; add one under [channels.NAME])",
    ),
    "an unknown fallback": (
        SCREEN + 'fallback = §"emial"\n[channels.email]\nurl = "console://"\n',
        "channels.screen.fallback: there is no channel 'emial' (there are: email) "
        "(did you mean 'email'?)",
    ),
    "a fallback to itself": (
        SCREEN + 'fallback = §"screen"\n',
        "channels.screen.fallback: is the channel itself (name another one, or remove it)",
    ),
    "a loan for which nobody is told": (
        SCREEN + CARD + "channels = §[]\n",
        "loans[0].channels: is empty: nobody would be told (remove it to use every channel)",
    ),
    "the same id twice": (
        CARD + CARD.replace('"card"', '§"card"'),
        "loans[1].id: 'card' is already the id of loans[0] (choose another)",
    ),
    "no id": (
        '§[[loans]]\ndue = 2026-12-05\namount = "1"\n',
        "loans[0]: 'id' is missing (write id = \"card\")",
    ),
    "an id of two words": (CARD.replace('"card"', '§"my card"'), f"loans[0].id: 'my card' {ID}"),
    "an empty id": (CARD.replace('"card"', '§""'), f"loans[0].id: '' {ID}"),
}

VALUES = {
    "a word for a date": (
        ONE_SUM + 'due = §"Decembr"\namount = "1"\n',
        f"loans[0].due: 'Decembr' {DAY}",
    ),
    "a day that no month has": (
        ONE_SUM + "due = §2026-13-45\namount = 1\n",
        f"loans[0].due: '2026-13-45' {DAY}",
    ),
    "a moment for a date": (
        ONE_SUM + "due = §2026-12-05T09:00:00\namount = 1\n",
        f"loans[0].due: 2026-12-05 09:00:00 {DAY}",
    ),
    "a number for a date": (ONE_SUM + "due = §5\namount = 1\n", f"loans[0].due: 5 {DAY}"),
    "a year with a digit missing": (
        ONE_SUM + 'due = §"0226-11-26"\namount = 1\n',
        "loans[0].due: 0226-11-26 is not in the years 1900 to 2200 (check the year)",
    ),
    "an hour that no clock shows": (
        '[reminders]\nsend_at = §"25:00"\n',
        f"reminders.send_at: '25:00' {CLOCK}",
    ),
    "a time without quotes": (
        "[reminders]\nsend_at = §25:00\n",
        f"reminders.send_at: '25:00' {CLOCK}",
    ),
    "a number for a time": ("[reminders]\nsend_at = §9\n", f"reminders.send_at: 9 {CLOCK}"),
    "a time with a zone": (
        '[reminders]\nsend_at = §"09:00+02:00"\n',
        f"reminders.send_at: '09:00+02:00' {CLOCK}",
    ),
    "quiet hours without an end": (
        '[reminders]\n§quiet_hours = { from = "22:00" }\n',
        "reminders.quiet_hours: 'to' is missing (write to = \"08:00\")",
    ),
    "quiet hours of no length": (
        '[reminders]\nquiet_hours = §{ from = "22:00", to = "22:00" }\n',
        "reminders.quiet_hours: from and to are the same time (write two, or remove quiet_hours)",
    ),
    "a misspelt zone": (
        'timezone = §"Asia/Shangai"\n',
        "timezone: 'Asia/Shangai' is not a time zone (did you mean 'Asia/Shanghai'?)",
    ),
    "a zone like no other": (
        CARD + 'timezone = §"Mars"\n',
        "loans[0].timezone: 'Mars' is not a time zone (write one as \"Asia/Shanghai\")",
    ),
    "a language nobody translated to": (
        'locale = §"de"\n',
        'locale: \'de\' is not a known language (write "zh-CN" or "en")',
    ),
    "a channel's language": (
        SCREEN + 'locale = §"xx"\n',
        'channels.screen.locale: \'xx\' is not a known language (write "zh-CN" or "en")',
    ),
    "a currency by its name": ('currency = §"yuan"\n', f"currency: 'yuan' {CURRENCY}"),
    "a currency by an unofficial code": ('currency = §"RMB"\n', f"currency: 'RMB' {CURRENCY}"),
    "a loan's currency in small letters": (
        CARD + 'currency = §"cny"\n',
        f"loans[0].currency: 'cny' {CURRENCY}",
    ),
    "a negative amount": (
        ONE_SUM + 'due = 2026-12-05\namount = §"-5"\n',
        'loans[0].amount: -5 is not above zero (write it as in "1234.50")',
    ),
    "an amount of nothing": (
        ONE_SUM + "due = 2026-12-05\namount = §0\n",
        'loans[0].amount: 0 is not above zero (write it as in "1234.50")',
    ),
    "a negative interest": (
        CARD + "interest = §-1\n",
        "loans[0].interest: -1 is below zero (write it without the minus sign)",
    ),
    "a word for an amount": (
        ONE_SUM + 'due = 2026-12-05\namount = §"abc"\n',
        f"loans[0].amount: 'abc' {AMOUNT}",
    ),
    "an amount with a decimal comma": (
        ONE_SUM + 'due = 2026-12-05\namount = §"1234,5"\n',
        f"loans[0].amount: '1234,5' {AMOUNT}",
    ),
    "a truth for an amount": (
        ONE_SUM + "due = 2026-12-05\namount = §true\n",
        f"loans[0].amount: true {AMOUNT}",
    ),
    "a list for an amount": (
        ONE_SUM + "due = 2026-12-05\namount = §[1]\n",
        f"loans[0].amount: a list {AMOUNT}",
    ),
    "not a number for an amount": (
        ONE_SUM + "due = 2026-12-05\namount = §nan\n",
        f"loans[0].amount: NaN {AMOUNT}",
    ),
    "an amount beyond all loans": (
        ONE_SUM + "due = 2026-12-05\namount = §1e999999999\n",
        "loans[0].amount: 1E+999999999 is more than any loan (check the digits)",
    ),
    "an amount with an endless exponent": (
        ONE_SUM + "due = 2026-12-05\namount = §1e99999999999999999999\n",
        f"loans[0].amount: NaN {AMOUNT}",
    ),
    "an amount of thousands of digits": (
        ONE_SUM + f"due = 2026-12-05\namount = §0x{'f' * 5000}\n",
        f"loans[0].amount: this number {AMOUNT}",
    ),
    "too many decimals": (
        ONE_SUM + 'due = 2026-12-05\namount = §"1.234"\n',
        "loans[0].amount: 1.234 is too exact for CNY (write 2 decimals at most)",
    ),
    "decimals where the currency has none": (
        CARD.replace('"1234.00"', '§"1234.50"') + 'currency = "JPY"\n',
        "loans[0].amount: 1234.50 is too exact for JPY (write it without decimals)",
    ),
    "too many decimals in a principal": (
        LINE.replace('"10000"', '§"10000.001"'),
        "loans[0].principal: 10000.001 is too exact for CNY (write 2 decimals at most)",
    ),
    "too many decimals in a payment": (
        CARD + "payments = [{ date = 2026-12-05, amount = §1.001 }]\n",
        "loans[0].payments[0].amount: 1.001 is too exact for CNY (write 2 decimals at most)",
    ),
    "too many decimals in an installment": (
        ONE_SUM + "installments = [{ due = 2026-12-05, amount = §1.001 }]\n",
        "loans[0].installments[0].amount: 1.001 is too exact for CNY (write 2 decimals at most)",
    ),
    "percent without its sign": (
        LINE + "annual_rate = §18\n",
        'loans[0].annual_rate: 18 means 1800 % (write "18%" for 18 percent)',
    ),
    "percent without its sign in a text": (
        CARD + 'penalty.daily_rate = §"1.5"\n',
        'loans[0].penalty.daily_rate: 1.5 means 150.0 % (write "1.5%" for 1.5 percent)',
    ),
    "a word for a rate": (LINE + 'annual_rate = §"low"\n', f"loans[0].annual_rate: 'low' {RATE}"),
    "a date for a rate": (
        LINE + "annual_rate = §2026-12-05\n",
        f"loans[0].annual_rate: 2026-12-05 {RATE}",
    ),
    "a rate beyond all bounds": (
        LINE + "annual_rate = §1e999999\n",
        f"loans[0].annual_rate: 1E+999999 {RATE}",
    ),
    "a negative rate": (
        CARD + 'penalty.daily_rate = §"-1%"\n',
        "loans[0].penalty.daily_rate: '-1%' is below zero (write it without the minus sign)",
    ),
    "a factor that is a percentage": (
        LINE + 'annual_rate = "5%"\npenalty.multiple_of_contract = §150\n',
        "loans[0].penalty.multiple_of_contract: 150 means 150 times the contract rate "
        '(write 1.5 or "150%")',
    ),
    "a repayment that is not known": (
        LINE + 'repayment = §"equal-principle"\n',
        "loans[0].repayment: 'equal-principle' is not one of equal-principal, equal-installment, "
        "interest-only, bullet, revolving (did you mean 'equal-principal'?)",
    ),
    "a daily rate written without its percent sign": (
        CARD + 'penalty.daily_rate = §"0.05"\n',
        "loans[0].penalty.daily_rate: '0.05' is 5.00 % for each day, more than any lender charges "
        '(write "0.05%" for 0.05 percent a day, or annual_rate)',
    ),
    "an annual rate written as a daily one": (
        CARD + 'daily_rate = §"18%"\n',
        "loans[0].daily_rate: '18%' for each day is more than any lender charges "
        "(is it annual_rate?)",
    ),
    "a day count that is not known": (
        CARD + 'day_count = §"ACT/365"\n',
        "loans[0].day_count: 'ACT/365' is not one of ACT/360, ACT/365F, "
        "ACT/ACT ISDA, 30/360, 30E/360 (did you mean 'ACT/365F'?)",
    ),
    "a grace mode that is not known": (
        CARD + 'grace_mode = §"lenient"\n',
        "loans[0].grace_mode: 'lenient' is not one of retroactive, deducted",
    ),
    "something that grace cannot cover": (
        CARD + 'grace_covers = ["fee", §"penalti"]\n',
        "loans[0].grace_covers[1]: 'penalti' is not one of penalty, fee, reporting "
        "(did you mean 'penalty'?)",
    ),
    "more grace than a year": (
        CARD + "grace_days = §400\n",
        "loans[0].grace_days: 400 is out of bounds (write 365 or less)",
    ),
    "less grace than none": (
        CARD + "grace_days = §-1\n",
        "loans[0].grace_days: -1 is out of bounds (write 0 or more)",
    ),
    "no installments at all": (
        LINE.replace("= 10\n", "= §0\n"),
        "loans[0].installments: 0 is out of bounds (write 1 or more)",
    ),
    "installments for centuries": (
        LINE.replace("= 10\n", "= §5000\n"),
        "loans[0].installments: 5000 is out of bounds (write 1200 or less)",
    ),
    "a severity that is not known": (
        SCREEN + 'min_severity = §"warn"\n',
        "channels.screen.min_severity: 'warn' is not one of info, warning, critical "
        "(did you mean 'warning'?)",
    ),
    "the due date among the days after it": (
        "[reminders]\noverdue_days = §[0, 1]\n",
        "reminders.overdue_days: 0 is the due date itself (write it in before_due)",
    ),
    "a day before minus one": (
        "[reminders]\nbefore_due = [3, §-1]\n",
        "reminders.before_due[1]: -1 is out of bounds (write 0 or more)",
    ),
    "a repetition every eleven years": (
        "[reminders]\noverdue_every = §4000\n",
        "reminders.overdue_every: 4000 is out of bounds (write 3650 or less)",
    ),
}

TERMS = {
    "nothing that says when to pay": (
        '§[[loans]]\nid = "card"\n',
        "loans[0]: has no due date (write due and amount, "
        "or principal, installments and first_due)",
    ),
    "an amount without a date": (
        ONE_SUM + 'amount = §"5"\n',
        "loans[0].amount: needs a due date beside it (add due = 2026-12-05)",
    ),
    "a date without an amount": (
        ONE_SUM + "due = §2026-12-05\n",
        'loans[0].due: needs an amount beside it (add amount = "1234.00")',
    ),
    "a principal without a first date": (
        '§[[loans]]\nid = "a"\nprincipal = 5\ninstallments = 10\n',
        "loans[0].first_due: is missing beside principal (add first_due = 2026-10-15)",
    ),
    "a principal without installments": (
        '§[[loans]]\nid = "a"\nprincipal = 5\nfirst_due = 2026-10-15\n',
        "loans[0].installments: is missing beside principal (add installments = 12)",
    ),
    "installments without a principal": (
        '§[[loans]]\nid = "a"\ninstallments = 10\nfirst_due = 2026-10-15\n',
        'loans[0].principal: is missing beside installments (add principal = "10000")',
    ),
    "an empty list of installments": (
        ONE_SUM + "installments = §[]\n",
        "loans[0].installments: is empty (write how many, or list each with due and amount)",
    ),
    "a principal beside a due date": (
        CARD + "principal = §5\n",
        "loans[0].principal: does not go with due, one sum on one date (remove one of the two)",
    ),
    "an amount beside a principal": (
        LINE + "amount = §5\n",
        "loans[0].amount: does not go with principal, a schedule that is worked out "
        "(remove one of the two)",
    ),
    "a first date beside listed installments": (
        ONE_SUM + "installments = [{ due = 2026-12-05, amount = 5 }]\nfirst_due = §2026-12-05\n",
        "loans[0].first_due: does not go with a list of installments (remove one of the two)",
    ),
    "installments out of order": (
        ONE_SUM + "installments = [{ due = 2026-12-05, amount = 5 },\n"
        "  { due = §2026-11-05, amount = 5 }]\n",
        "loans[0].installments[1].due: 2026-11-05 does not come after 2026-12-05 "
        "(list them in order)",
    ),
    "two installments on one day": (
        ONE_SUM + "installments = [{ due = 2026-12-05, amount = 5 },\n"
        "  { due = §2026-12-05, amount = 5 }]\n",
        "loans[0].installments[1].due: 2026-12-05 does not come after 2026-12-05 "
        "(list them in order)",
    ),
    "a start after the first date": (
        LINE + "start = §2026-10-16\n",
        "loans[0].start: 2026-10-16 is not before first_due 2026-10-15 (swap them?)",
    ),
    "a start on the first date": (
        LINE + "start = §2026-10-15\n",
        "loans[0].start: 2026-10-15 is not before first_due 2026-10-15 (swap them?)",
    ),
    "more interest than amount": (
        CARD + 'interest = §"1234.01"\n',
        "loans[0].interest: 1234.01 is more than the amount 1234.00 it is part of",
    ),
    "more interest than amount in an installment": (
        ONE_SUM + "installments = [{ due = 2026-12-05, amount = 5, interest = §6 }]\n",
        "loans[0].installments[0].interest: 6 is more than the amount 5 it is part of",
    ),
    "two contract rates": (
        LINE + 'annual_rate = "18%"\ndaily_rate = §"0.05%"\n',
        "loans[0].daily_rate: stands beside annual_rate (keep one of the two)",
    ),
    "two penalty rules": (
        CARD + '§penalty.daily_rate = "0.05%"\npenalty.annual_rate = "18%"\n',
        "loans[0].penalty: has more than one rule: daily_rate and annual_rate (keep one)",
    ),
    "a penalty without a rule": (
        CARD + "penalty = §{}\n",
        'loans[0].penalty: names no rule (write penalty.daily_rate = "0.05%")',
    ),
    "a penalty by a contract rate that is not there": (
        CARD + "penalty.multiple_of_contract = §1.5\n",
        "loans[0].penalty.multiple_of_contract: refers to a contract rate, but the loan has none "
        "(add annual_rate or daily_rate)",
    ),
    "a preset's penalty by a contract rate that is not there": (
        LINE + 'preset = §"weilidai"\n',
        "loans[0].preset: its penalty.fraction_of_contract refers to a contract rate, "
        "but the loan has none (add annual_rate or daily_rate)",
    ),
    "contract interest counted twice": (
        LINE
        + 'annual_rate = "5%"\npenalty.multiple_of_contract = 1.5\n'
        + "contract_interest_continues = §true\n",
        "loans[0].contract_interest_continues: is true, but penalty.multiple_of_contract already "
        "contains the contract interest (write false, or use penalty.fraction_of_contract)",
    ),
    "a channel that says nothing": (
        "§[channels.phone]\n",
        'channels.phone: needs url = "…", or schema = "…" with host, user and so on',
    ),
    "a channel with both ways": (
        '§[channels.phone]\nurl = "console://"\nschema = "mailtos"\n',
        "channels.phone: says both url and schema (keep one of them)",
    ),
    "a channel to nobody": (
        '[channels.mail]\nschema = "mailtos"\nhost = "example.com"\nto = §[]\n',
        'channels.mail.to: names no address (write to = ["me@example.com"])',
    ),
    "the same address twice": (
        '[channels.mail]\nschema = "mailtos"\nto = ["a@example.com", §"a@example.com"]\n',
        "channels.mail.to[1]: is there already (remove one of the two)",
    ),
    "a URL that is none": ('[channels.phone]\nurl = §"ntfy"\n', f"channels.phone.url: {URL}"),
    "an empty URL": ('[channels.phone]\nurl = §""\n', f"channels.phone.url: {URL}"),
    "a URL without a schema": (
        '[channels.phone]\nurl = §"://host"\n',
        f"channels.phone.url: {URL}",
    ),
}

TYPES = {
    "a number for loans": ("loans = §3\n", f"loans: 3 is not a list in [brackets] {LOANS}"),
    "one pair of brackets around loans": (
        '§[loans]\nid = "card"\n',
        f"loans: a table is not a list in [brackets] {LOANS}",
    ),
    "a text among loans": ('loans = [§"card"]\n', f"loans[0]: 'card' is not a table {LOANS}"),
    "a list for channels": ("channels = §[]\n", f"channels: this is not a table {CHANNEL}"),
    "a URL for channels": (
        'channels = §"console://"\n',
        f"channels: this is not a table {CHANNEL}",
    ),
    "a channel without a name": (
        '[channels]\nurl = §"console://"\n',
        f"channels.url: this is not a table {CHANNEL}",
    ),
    "two pairs of brackets around channels": (
        '§[[channels]]\nurl = "console://"\n',
        f"channels: this is not a table {CHANNEL}",
    ),
    "a text for reminders": (
        'reminders = §"x"\n',
        f"reminders: 'x' is not a table {REMINDERS}",
    ),
    "two pairs of brackets around reminders": (
        '§[[reminders]]\nsend_at = "09:00"\n',
        f"reminders: a list is not a table {REMINDERS}",
    ),
    "a number for a list of days": (
        "[reminders]\nbefore_due = §7\n",
        "reminders.before_due: 7 is not a list in [brackets] (write before_due = [7, 3, 1, 0])",
    ),
    "a word in a list of days": (
        '[reminders]\nbefore_due = [§"a"]\n',
        "reminders.before_due[0]: 'a' is not a whole number (write before_due = [7, 3, 1, 0])",
    ),
    "half a day in a list of days": (
        "[reminders]\nbefore_due = [1, §1.5]\n",
        "reminders.before_due[1]: 1.5 is not a whole number (write before_due = [7, 3, 1, 0])",
    ),
    "a text for quiet hours": (
        '[reminders]\nquiet_hours = §"22-08"\n',
        "reminders.quiet_hours: '22-08' is not a table "
        '(write quiet_hours = { from = "22:00", to = "08:00" })',
    ),
    "a truth for a count of days": (
        "[reminders]\noverdue_every = §true\n",
        "reminders.overdue_every: true is not a whole number (write overdue_every = 15)",
    ),
    "a number for a zone": (
        "timezone = §8\n",
        'timezone: 8 is not a text in quotes (write timezone = "Asia/Shanghai")',
    ),
    "a number for a language": (
        "locale = §1\n",
        'locale: 1 is not a text in quotes (write locale = "zh-CN")',
    ),
    "a list for a currency": (
        'currency = §["CNY"]\n',
        'currency: a list is not a text in quotes (write currency = "CNY")',
    ),
    "a number for an id": (
        CARD.replace('"card"', "§3"),
        'loans[0].id: 3 is not a text in quotes (write id = "card")',
    ),
    "a date for a name": (
        CARD + "name = §2026-12-05\n",
        'loans[0].name: 2026-12-05 is not a text in quotes (write name = "Credit card")',
    ),
    "a number for a preset": (
        CARD + "preset = §3\n",
        'loans[0].preset: 3 is not a text in quotes (write preset = "weilidai")',
    ),
    "a number for a contact": (
        CARD + "contact = §95555\n",
        "loans[0].contact: 95555 is not a text in quotes "
        '(write contact = "the number on the card")',
    ),
    "a word for a count of installments": (
        LINE.replace("= 10\n", '= §"ten"\n'),
        "loans[0].installments: 'ten' is not a whole number (write installments = 12)",
    ),
    "half an installment": (
        LINE.replace("= 10\n", "= §1.5\n"),
        "loans[0].installments: 1.5 is not a whole number (write installments = 12)",
    ),
    "a number among installments": (
        ONE_SUM + "installments = [§3]\n",
        "loans[0].installments[0]: 3 is not a table (write installments = 12)",
    ),
    "an installment without an amount": (
        ONE_SUM + "installments = [§{ due = 2026-12-05 }]\n",
        "loans[0].installments[0]: 'amount' is missing (write amount = \"350.00\")",
    ),
    "a table for payments": (
        CARD + "payments = §{ date = 2026-12-05, amount = 1 }\n",
        f"loans[0].payments: a table is not a list in [brackets] {PAYMENTS}",
    ),
    "a number among payments": (
        CARD + "payments = [§3]\n",
        f"loans[0].payments[0]: 3 is not a table {PAYMENTS}",
    ),
    "a payment without a date": (
        CARD + "payments = [§{ amount = 3 }]\n",
        "loans[0].payments[0]: 'date' is missing (write date = 2026-10-15)",
    ),
    "a text for a penalty": (
        CARD + 'penalty = §"0.05%"\n',
        "loans[0].penalty: '0.05%' is not a table (write penalty.daily_rate = \"0.05%\")",
    ),
    "a text for what grace covers": (
        CARD + 'grace_covers = §"fee"\n',
        "loans[0].grace_covers: 'fee' is not a list in [brackets] "
        '(write grace_covers = ["penalty", "fee", "reporting"])',
    ),
    "a word for yes or no": (
        CARD + 'contract_interest_continues = §"perhaps"\n',
        "loans[0].contract_interest_continues: 'perhaps' is not true or false "
        "(write contract_interest_continues = false)",
    ),
    "a text for a loan's channels": (
        SCREEN + CARD + 'channels = §"screen"\n',
        "loans[0].channels: 'screen' is not a list in [brackets] (write channels = [\"phone\"])",
    ),
    "a number among a loan's channels": (
        SCREEN + CARD + "channels = [§3]\n",
        'loans[0].channels[0]: 3 is not a text in quotes (write channels = ["phone"])',
    ),
    "a number for a schema": (
        "[channels.mail]\nschema = §3\n",
        'channels.mail.schema: 3 is not a text in quotes (write schema = "mailtos")',
    ),
    "a number for a fallback": (
        SCREEN + "fallback = §1\n",
        'channels.screen.fallback: 1 is not a text in quotes (write fallback = "email")',
    ),
    "a number for a URL": ("[channels.phone]\nurl = §3\n", f"channels.phone.url: {URL}"),
    "a number for an address": (
        '[channels.mail]\nschema = "mailtos"\nto = ["a@example.com", §3]\n',
        'channels.mail.to[1]: is not an address (write to = ["me@example.com"])',
    ),
    "a table that is no reference": (
        '[channels.phone]\nurl = §{ path = "x" }\n',
        f"channels.phone.url: this table is no secret's place {NO_SECRET}",
    ),
    "a reference to nothing": (
        "[channels.phone]\nurl = §{ env = 3 }\n",
        'channels.phone.url: env must name something (write { env = "name" })',
    ),
}

MISTAKES = NAMES | VALUES | TERMS | TYPES


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_where_it_is_with_what_to_write_instead(mistake, problems, pointed):
    marked, sentence = MISTAKES[mistake]
    text, [place] = pointed(marked)
    assert problems(text) == [f"config.toml:{place}: {sentence}"]


@pytest.mark.parametrize("mistake", MISTAKES)
def test_no_sentence_speaks_of_python_or_pydantic(mistake, problems, pointed):
    text, _ = pointed(MISTAKES[mistake][0])
    for jargon in ("datetime.", "Decimal(", "Input should", "input should", "{'", "Error", "None"):
        assert jargon not in "\n".join(problems(text))


def test_all_mistakes_are_listed_at_once_in_the_order_of_the_file(problems, pointed):
    text, places = pointed(
        'locale = §"de"\n§currancy = "CNY"\n'
        "[reminders]\nsend_at = §25:00\nbefore_due = [7, §x]\n"
        '[channels.phone]\nurl = §"nourl"\n'
        '[[loans]]\nid = "a"\ndue = §2026-13-45\namount = §"-5"\n'
        '[[loans]]\nid = §"a"\nprincipal = "100"\ninstallments = 10\nfirst_due = 2026-10-15\n'
        "start = §2026-10-16\n"
    )
    found = problems(text)
    assert [problem.split(": ")[0] for problem in found] == [f"config.toml:{p}" for p in places]


def test_mistakes_of_one_loan_that_need_other_keys_are_listed_together(problems):
    found = problems(
        '[[loans]]\nid = "a"\ndue = 2026-12-05\namount = "1.234"\nprincipal = 5\n'
        'annual_rate = "5%"\ndaily_rate = "1%"\n'
    )
    assert [problem.split(": ")[1] for problem in found] == [
        "loans[0].amount",
        "loans[0].principal",
        "loans[0].daily_rate",
    ]


def test_a_very_long_value_is_shortened_in_the_sentence(problems):
    [sentence] = problems(f'locale = "{"x" * 500}"\n')
    assert len(sentence) < 150
