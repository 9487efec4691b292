"""One configuration for each mistake: its exact sentence, and § where it must point."""

import pytest

CARD = '[[loans]]\nid = "card"\ndue = 2026-12-05\namount = "1234.00"\n'
LINE = '[[loans]]\nid = "line"\nprincipal = "10000"\ninstallments = 10\nfirst_due = 2026-10-15\n'
SCREEN = '[channels.screen]\nurl = "console://"\n'
ONE_SUM = '[[loans]]\nid = "card"\n'
BALANCE = (
    '[[loans]]\nid = "balance"\nprincipal = "5000"\nfirst_due = 2026-12-08\n'
    'daily_rate = "0.05%"\nrepayment = "revolving"\n'
)

BILLED = ONE_SUM + "first_due = 2026-12-10\nstatement_day = 25\n"
UNKNOWN = "unknown key (remove it; config.example.toml has them all)"
NO_SECRET = '(write a text, or { env = "…" } or { file = "…" } or { credential = "…" })'
URL = 'is not a URL (write one as "ntfys://topic", or "console://")'
DAY = "is not a date (write 2026-12-05)"
DAY_ALONE = "has neither month nor year (write it as in 2026-12-05)"
CLOCK = 'is not a time of day (write "09:00")'
AMOUNT = 'is not an amount (write "1234.50")'
RATE = 'is not a rate (write "18%" or "0.18")'
LOANS = "(write [[loans]] on a line of its own, and one loan's keys below)"
CHANNEL = '(write [channels.phone] on a line of its own, and url = "…" below)'
REMINDERS = "(write [reminders] on a line of its own, and its keys below)"
PAYMENTS = '(write payments = [{ date = 2026-10-15, amount = "1150.00" }])'
CURRENCY = 'is not a currency code (write "CNY")'
BESIDE_PRINCIPAL = (
    "does not go with principal, from which installments are worked out "
    "(keep amount if that is what you pay each time, principal if it is to be worked out)"
)
AGAIN = "(write first_due in place of due if it falls due again and again)"
FREQUENCIES = (
    '"weekly", "biweekly", "semi-monthly", "monthly", "quarterly", "half-yearly", "yearly"'
)
FREQUENCY = f'is not a frequency (write {FREQUENCIES}, or as in "every 10 days")'
GOES_ON = (
    "goes on without end (add installments = 48 or until = 2030-12-31 if it ends, or remove this)"
)
RENT = '[[loans]]\nid = "rent"\namount = 3500\nfirst_due = 2026-12-05\n'
CONVENTIONS = "none, following, modified-following, preceding"
CALENDAR = '(write a country, as "CN" or "DE-BY", or a market, as "XECB")'
COMPONENTS = '(list each of "fees", "penalty", "interest", "principal" once)'
FEES = '(write fees = [{ percent = "5%", max = "50.00" }])'
TIERS = '(write tiers = [{ from = "0", flat = "15.00" }, { from = "500.00", flat = "25.00" }])'
ONE_OF_TWO = "stands beside annual_rate (keep one of the two)"
ELSEWHERE = "unknown key here (it belongs under [[loans]])"
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
        "send_at: unknown key here (it belongs under [reminders] or under [routine])",
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
    "a name by which no server is greeted": (
        SCREEN + 'hello = §"my_box.local"\n',
        "channels.screen.hello: is not a machine's whole name (write one as mail.example.com)",
    ),
    "an address beside a URL": (
        SCREEN + '§to = ["me@example.com"]\n',
        "channels.screen.to: does not go with url (put it into the URL, or use schema instead)",
    ),
    "an unknown preset": (
        LINE + 'preset = §"weilidia"\n',
        "loans[0].preset: 'weilidia' is not a preset (there are: cn-bank-loan, cn-credit-card, "
        "de-consumer, us-consumer, us-credit-card, weilidai, weilidai-articles) "
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
    "a number for a date": (ONE_SUM + "due = §5\namount = 1\n", f"loans[0].due: 5 {DAY_ALONE}"),
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
        "loans[0].amount: '1234,5' has a decimal or thousands sign of another kind "
        '(write "1234.5")',
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
        "loans[0].penalty.daily_rate: '1.5' is 150 % for each day, more than any lender charges "
        '(write "1.5%" for 1.5 percent a day, or annual_rate)',
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
    "a penalty with steps out of order": (
        CARD
        + 'penalty = { daily_rate = "0.05%", steps = [{ after_days = 30, daily_rate = "0.1%" },'
        ' { after_days = §30, daily_rate = "0.2%" }] }\n',
        "loans[0].penalty.steps[1].after_days: 30 does not come after 30 (list them in order)",
    ),
    "a step without a rule": (
        CARD + 'penalty = { daily_rate = "0.05%", steps = [§{ after_days = 30 }] }\n',
        'loans[0].penalty.steps[0]: names no rule (write penalty.daily_rate = "0.05%")',
    ),
    "a step of a rate that the loan does not have": (
        CARD + 'penalty = { daily_rate = "1%", steps = [{ after_days = 30, spread = §"5%" }] }\n',
        "loans[0].penalty.steps[0].spread: refers to a contract rate, but the loan has none (add "
        "annual_rate or daily_rate)",
    ),
    "a sum a day beside a rate": (
        CARD
        + 'penalty = { daily_rate = "1%", steps = [{ after_days = 3, daily_amount = §"5" }] }\n',
        "loans[0].penalty.steps[0].daily_amount: is a sum, but at another time the penalty is a "
        "rate (write all of one kind)",
    ),
    "a limit of a later penalty": (
        CARD + 'penalty.daily_rate = "1%"\n'
        "rate_changes = [{ from = 2027-01-01, "
        'penalty = { daily_rate = "1%", at_least = §"5" } }]\n',
        "loans[0].rate_changes[0].penalty.at_least: is of the loan's own penalty, and stays "
        "(remove it here)",
    ),
    "an installment too small": (
        LINE + 'annual_rate = "12%"\ninstallment = §"500"\n',
        "loans[0].installment: repays so little that 6252.60 are left for the last one (check the "
        'rate and how many there are, or add balloon = "5819.46")',
    ),
    "an installment too large": (
        LINE + 'annual_rate = "12%"\ninstallment = §"2000"\n',
        "loans[0].installment: is so much that 6 of 10 repay it all (write installments = 6, or "
        "check the rate)",
    ),
    "a unit too large": (
        LINE + 'installment_multiple_of = §"5000"\ninstallment_rounding = "up"\n',
        "loans[0].installment_multiple_of: is so much that 2 of 10 repay it all (write "
        "installments = 2, or check the rate)",
    ),
    "an installment of a loan whose sums are known": (
        CARD + 'installment = §"500"\n',
        "loans[0].installment: does not go with due, one sum on one date (remove one of the two)",
    ),
    "an installment of equal principal": (
        LINE + 'repayment = "equal-principal"\ninstallment = §"500"\n',
        'loans[0].installment: goes with repayment = "equal-installment" or "flat" (remove it, or '
        "change repayment)",
    ),
    "a fee of installments without its sum": (
        LINE + 'installment_fee = §{ charged = "first" }\n',
        'loans[0].installment_fee: says no amount (write flat = "15.00", or percent)',
    ),
    "a cap on what nobody can know": (
        '[[loans]]\nid = "rent"\namount = "500"\nfirst_due = 2026-12-05\n'
        'caps = [{ cost = §"100%" }]\n',
        "loans[0].caps[0].cost: is a share of what was borrowed, which nobody knows of this loan "
        "(write fees or annual_rate)",
    ),
    "an effective rate beside another": (
        LINE + 'annual_rate = "12%"\neffective_annual_rate = §"12%"\n',
        "loans[0].effective_annual_rate: stands beside annual_rate (keep one of the two)",
    ),
    "a start of what is paid in advance": (
        LINE + "in_advance = true\nstart = §2026-10-01\n",
        "loans[0].start: does not go with in_advance: interest starts on the first due date "
        "(remove one of the two)",
    ),
    "a repayment that is not known": (
        LINE + 'repayment = §"equal-principle"\n',
        "loans[0].repayment: 'equal-principle' is not one of equal-principal, equal-installment, "
        "flat, interest-only, bullet, revolving, fixed, billed (did you mean 'equal-principal'?)",
    ),
    "a daily rate written without its percent sign": (
        CARD + 'penalty.daily_rate = §"0.05"\n',
        "loans[0].penalty.daily_rate: '0.05' is 5 % for each day, more than any lender charges "
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
        "loans[0].grace_covers[1]: 'penalti' is not one of penalty, fee, reporting, interest "
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
        '(write min_severity = "warning")',
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
        "loans[0]: has no due date (write due and amount, first_due and amount if it falls due "
        "again and again, or principal, installments and first_due)",
    ),
    "an amount without a date": (
        ONE_SUM + 'amount = §"5"\n',
        "loans[0].amount: needs a due date beside it (add due = 2026-12-05, or first_due = "
        "2026-12-05 if it falls due again and again)",
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
        f"loans[0].amount: {BESIDE_PRINCIPAL}",
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
        "loans[0].interest: 1234.01 is more than the amount 1234.00 "
        "(amount is principal and interest together)",
    ),
    "more interest than amount in an installment": (
        ONE_SUM + "installments = [{ due = 2026-12-05, amount = 5, interest = §6 }]\n",
        "loans[0].installments[0].interest: 6 is more than the amount 5 "
        "(amount is principal and interest together)",
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
        "loans[0].preset: its penalty.fraction_of_contract: refers to a contract rate, "
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
        "reminders.before_due: 7 is not a list in [brackets] (write before_due = [7])",
    ),
    "a word in a list of days": (
        '[reminders]\nbefore_due = [§"a"]\n',
        "reminders.before_due[0]: 'a' is not a whole number (write before_due = [3, 0])",
    ),
    "half a day in a list of days": (
        "[reminders]\nbefore_due = [1, §1.5]\n",
        "reminders.before_due[1]: 1.5 is not a whole number (write before_due = [3, 0])",
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
    "a payment to nowhere": (
        LINE + 'payments = [{ date = 2026-12-01, amount = 5, to = §"interest" }]\n',
        "loans[0].payments[0].to: 'interest' is not one of principal, shorter, lower, ahead",
    ),
    "a payment to the principal of which the terms do not say what becomes": (
        LINE + 'payments = [{ date = 2026-12-01, amount = 5, to = §"principal" }]\n',
        'loans[0].payments[0].to: "principal" does not say what becomes of the installments '
        '(write "shorter" or "lower", or add prepayment)',
    ),
    "a payment to the principal of a known sum": (
        CARD + 'payments = [{ date = 2026-12-01, amount = 5, to = §"lower" }]\n',
        'loans[0].payments[0].to: "lower" does not go with listed: no principal is known to work '
        'its sums out anew from (write "ahead")',
    ),
    "a prepayment of a balance": (
        BALANCE + 'minimum.percent = "10%"\nprepayment = §"lower"\n',
        'loans[0].prepayment: "lower" does not go with revolving: a revolving balance is paid down '
        "at once (remove it)",
    ),
    "a prepayment of rent": (
        RENT + 'prepayment = §"shorter"\n',
        'loans[0].prepayment: "shorter" does not go with fixed: no principal is known to work its '
        'sums out anew from (write "ahead")',
    ),
    "a payment without a date": (
        CARD + "payments = [§{ amount = 3 }]\n",
        "loans[0].payments[0]: 'date' is missing (write date = 2026-10-15)",
    ),
    "a text for a penalty": (
        CARD + 'penalty = §"0.05%"\n',
        "loans[0].penalty: '0.05%' is not a table (write penalty.daily_rate = \"0.05%\" if it is "
        'for a day, penalty.annual_rate = "0.05%" if for a year)',
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


def fee(entry):
    """Return a card with one fee."""
    return f"{CARD}fees = [{entry}]\n"


def cap(entry):
    """Return a card with one cap."""
    return f"{CARD}caps = [{entry}]\n"


def change(entries, loan=LINE + 'annual_rate = "12%"\n'):
    """Return a loan with changes of its rate."""
    return f"{loan}rate_changes = [{entries}]\n"


def waiver(entry):
    """Return a loan with something waived."""
    return f"{LINE}waivers = [{entry}]\n"


def extension(entries):
    """Return a loan with installments that may be paid later."""
    return f"{LINE}extensions = [{entries}]\n"


SCHEDULES = {
    "a misspelt frequency": (
        LINE + 'frequency = §"montly"\n',
        "loans[0].frequency: 'montly' is not a frequency (did you mean 'monthly'?)",
    ),
    "a frequency by another word": (
        LINE + 'frequency = §"fortnightly"\n',
        "loans[0].frequency: 'fortnightly' is not a frequency (write \"biweekly\")",
    ),
    "a frequency of nothing": (
        LINE + 'frequency = §"every 0 days"\n',
        f"loans[0].frequency: 'every 0 days' {FREQUENCY}",
    ),
    "a frequency in years": (
        LINE + 'frequency = §"every 2 years"\n',
        f"loans[0].frequency: 'every 2 years' {FREQUENCY}",
    ),
    "a number for a frequency": (
        LINE + "frequency = §30\n",
        f"loans[0].frequency: 30 {FREQUENCY}",
    ),
    "a list for a frequency": (
        LINE + 'frequency = §["monthly"]\n',
        f"loans[0].frequency: a list {FREQUENCY}",
    ),
    "installments beyond the calendar": (
        LINE.replace("= 10\n", "= §300\n") + 'frequency = "yearly"\n',
        "loans[0].installments: 300 of them end after the year 2200 "
        "(check their number, first_due and frequency)",
    ),
    "installments beyond what a date can be": (
        LINE.replace("= 10\n", "= §300\n") + 'frequency = "every 999 months"\n',
        "loans[0].installments: 300 of them end after the year 2200 "
        "(check their number, first_due and frequency)",
    ),
    "the end of the month, in weeks": (
        LINE + 'frequency = "weekly"\nend_of_month = §true\n',
        "loans[0].end_of_month: goes with months (remove it, or change frequency)",
    ),
    "a frequency in Chinese": (
        LINE + 'frequency = §"每半月"\n',
        "loans[0].frequency: '每半月' is not a frequency (write \"semi-monthly\")",
    ),
    "a frequency that may mean two": (
        LINE + 'frequency = §"Bimonthly"\n',
        "loans[0].frequency: 'Bimonthly' is not a frequency (write \"every 2 months\")",
    ),
    "the frequency of one sum": (
        CARD + 'frequency = §"monthly"\n',
        f"loans[0].frequency: does not go with due, one sum on one date {AGAIN}",
    ),
    "installments of one sum": (
        CARD + "installments = §48\n",
        f"loans[0].installments: does not go with due, one sum on one date {AGAIN}",
    ),
    "an end beside a number of installments": (
        RENT + "installments = 12\nuntil = §2027-12-05\n",
        "loans[0].until: stands beside installments (keep one of the two)",
    ),
    "an end before the beginning": (
        RENT + "until = §2026-12-04\n",
        "loans[0].until: 2026-12-04 is before first_due 2026-12-05 (swap them?)",
    ),
    "an end that is centuries away": (
        RENT + 'until = §2126-12-04\nfrequency = "weekly"\n',
        "loans[0].until: 2126-12-04 makes more than 1200 installments "
        "(check the year and frequency)",
    ),
    "the end of a balance": (
        LINE.replace("installments = 10\n", "") + 'repayment = "revolving"\nuntil = §2027-12-05\n'
        'minimum.percent = "10%"\n',
        "loans[0].until: does not go with revolving, which ends when it is paid "
        "(remove one of the two)",
    ),
    "a rent that is called due": (
        RENT + "acceleration_date = §2027-03-01\n",
        f"loans[0].acceleration_date: calls the whole loan due, but this one {GOES_ON}",
    ),
    "a penalty on all rents to come": (
        RENT + 'penalty_base = §"outstanding-principal"\n',
        "loans[0].penalty_base: outstanding-principal is all that is still to pay, but this "
        f"{GOES_ON}",
    ),
    "a way of repaying an amount that is known": (
        RENT + 'repayment = §"equal-installment"\n',
        "loans[0].repayment: needs a principal to work out "
        "(add it, or remove repayment: the amount is known)",
    ),
    "an amount that is only a word": (
        LINE + 'repayment = §"fixed"\n',
        'loans[0].repayment: "fixed" goes with amount (write what falls due each time)',
    ),
    "a rent with a minimum": (
        RENT + '§minimum.percent = "10%"\n',
        "loans[0].minimum: does not go with amount, whose dates and sums are known "
        "(remove one of the two)",
    ),
    "a rent of which more than all is interest": (
        RENT + "interest = §3501\n",
        "loans[0].interest: 3501 is more than the amount 3500 "
        "(amount is principal and interest together)",
    ),
    "an extension of no rent": (
        RENT + "extensions = [{ due = §2029-02-06, agreed = 2029-01-01, to = 2029-03-01 }]\n",
        "loans[0].extensions[0].due: 2029-02-06 is no due date of this loan "
        "(the nearest is 2029-02-05)",
    ),
    "the end of the month for one sum": (
        CARD + "end_of_month = §true\n",
        f"loans[0].end_of_month: does not go with due, one sum on one date {AGAIN}",
    ),
    "a word for the end of the month": (
        LINE + 'end_of_month = §"always"\n',
        "loans[0].end_of_month: 'always' is not true or false (write end_of_month = true)",
    ),
    "a convention without a calendar": (
        LINE + 'business_day_convention = §"following"\n',
        'loans[0].business_day_convention: needs a calendar beside it (add calendar = "CN")',
    ),
    "a calendar without a convention": (
        LINE + 'calendar = §"CN"\n',
        "loans[0].calendar: needs a convention beside it "
        '(add business_day_convention = "following")',
    ),
    "a calendar beside a convention of none": (
        LINE + 'calendar = §"CN"\nbusiness_day_convention = "none"\n',
        "loans[0].calendar: needs a convention beside it "
        '(add business_day_convention = "following")',
    ),
    "a misspelt convention": (
        LINE + 'calendar = "CN"\nbusiness_day_convention = §"folowing"\n',
        f"loans[0].business_day_convention: 'folowing' is not one of {CONVENTIONS} "
        "(did you mean 'following'?)",
    ),
    "a truth for a convention": (
        LINE + 'calendar = "CN"\nbusiness_day_convention = §true\n',
        f"loans[0].business_day_convention: true is not one of {CONVENTIONS}",
    ),
    "a calendar of nowhere": (
        LINE + 'business_day_convention = "following"\ncalendar = §"XX"\n',
        f"loans[0].calendar: there is no calendar 'XX' {CALENDAR}",
    ),
    "a calendar in small letters": (
        LINE + 'business_day_convention = "following"\ncalendar = §"de-by"\n',
        f"loans[0].calendar: there is no calendar 'de-by' {CALENDAR} (did you mean 'DE-BY'?)",
    ),
    "a calendar by a country's name": (
        LINE + 'business_day_convention = "following"\ncalendar = §"China"\n',
        f"loans[0].calendar: there is no calendar 'China' {CALENDAR}",
    ),
    "a calendar by a name that the library has for itself": (
        LINE + 'business_day_convention = "following"\ncalendar = §"utils"\n',
        f"loans[0].calendar: there is no calendar 'utils' {CALENDAR}",
    ),
    "a calendar of a region that is missing": (
        LINE + 'business_day_convention = "following"\ncalendar = §"CN-"\n',
        f"loans[0].calendar: there is no calendar 'CN-' {CALENDAR}",
    ),
    "a number for a calendar": (
        LINE + 'business_day_convention = "following"\ncalendar = §86\n',
        'loans[0].calendar: 86 is not a text in quotes (write calendar = "CN")',
    ),
    "a revolving balance without a minimum": (
        f"§{BALANCE}",
        'loans[0].minimum: is missing for a revolving balance (write minimum.percent = "10%")',
    ),
    "a revolving balance with installments": (
        BALANCE + 'minimum.percent = "10%"\ninstallments = §10\n',
        "loans[0].installments: does not go with revolving, which ends when it is paid "
        "(remove one of the two)",
    ),
    "a minimum of another loan": (
        LINE + '§minimum.percent = "10%"\n',
        'loans[0].minimum: goes with revolving only (add repayment = "revolving", or remove it)',
    ),
    "a minimum above the statement": (
        CARD + 'minimum = §"5000.00"\n',
        "loans[0].minimum: 5000.00 is more than the amount 1234.00 (swap them?)",
    ),
    "a sum for the minimum of a balance": (
        BALANCE + 'minimum = §"50"\n',
        "loans[0].minimum: is a sum, but each statement has its own "
        '(write minimum.percent = "10%", or it under bills)',
    ),
    "interest in a statement": (
        CARD + 'minimum = "50"\ninterest = §"5"\n',
        "loans[0].interest: does not go with minimum: a statement is one sum "
        "(remove one of the two)",
    ),
    "postings of more than the bill": (
        BILLED + 'bills = [{ due = 2026-12-10, amount = "5", posted = §[{ on = 2026-11-20, '
        'amount = "6" }] }]\n',
        "loans[0].bills[0].posted: comes to more than the amount 5 (check the sums)",
    ),
    "a posting after the bill was due": (
        BILLED + 'bills = [{ due = 2026-12-10, amount = "5", posted = §2026-12-10 }]\n',
        "loans[0].bills[0].posted: is not before 2026-12-10, when the bill is due (check the "
        "dates)",
    ),
    "a minimum of more than the balance": (
        BALANCE + 'minimum.percent = §"150%"\n',
        "loans[0].minimum.percent: '150%' is more than the whole (write \"100%\" or less)",
    ),
    "a minimum without its percent sign": (
        BALANCE + "minimum.percent = §10\n",
        'loans[0].minimum.percent: 10 means 1000 % (write "10%")',
    ),
    "a minimum without its percentage": (
        BALANCE + '§minimum = { floor = "100.00" }\n',
        "loans[0].minimum: 'percent' is missing (write percent = \"10%\")",
    ),
    "a percentage for a minimum": (
        BALANCE + 'minimum = §"10%"\n',
        "loans[0].minimum: '10%' is not a table (write minimum = \"86.24\", or minimum.percent = "
        '"10%")',
    ),
    "a floor below zero": (
        BALANCE + 'minimum = { percent = "10%", floor = §-1 }\n',
        "loans[0].minimum.floor: -1 is below zero (write it without the minus sign)",
    ),
    "a floor that is too exact": (
        BALANCE + 'minimum = { percent = "10%", floor = §"0.001" }\n',
        "loans[0].minimum.floor: 0.001 is too exact for CNY (write 2 decimals at most)",
    ),
    "a misspelt key of a minimum": (
        BALANCE + 'minimum = { percent = "10%", §include_interest = true }\n',
        "loans[0].minimum.include_interest: unknown key (did you mean 'includes_interest'?)",
    ),
    "a minimum that never ends": (
        BALANCE + 'frequency = "yearly"\nminimum = §{ percent = 0 }\n',
        "loans[0].minimum: asks so little that the balance is not paid off by the year 2200 "
        '(write a higher percent, or floor = "100.00")',
    ),
    "a way of repaying that is only ours": (
        LINE + 'repayment = §"listed"\n',
        "loans[0].repayment: 'listed' is not one of equal-principal, equal-installment, "
        "flat, interest-only, bullet, revolving, fixed, billed",
    ),
    "a way of repaying listed installments": (
        ONE_SUM + 'installments = [{ due = 2026-12-05, amount = 5 }]\nrepayment = §"bullet"\n',
        "loans[0].repayment: does not go with a list of installments (remove one of the two)",
    ),
    "interest of equal installments by another word": (
        LINE + 'installment_interest = §"actuall"\n',
        "loans[0].installment_interest: 'actuall' is not one of periodic, actual "
        "(did you mean 'actual'?)",
    ),
    "a loan that was called due before it began": (
        LINE + "acceleration_date = §2026-09-14\n",
        "loans[0].acceleration_date: 2026-09-14 is before the interest starts on 2026-09-15 "
        "(check the year)",
    ),
    "a word for the day of acceleration": (
        LINE + 'acceleration_date = §"soon"\n',
        f"loans[0].acceleration_date: 'soon' {DAY}",
    ),
}

FEES_AND_CAPS = {
    "a fee that says no amount": (
        fee('§{ name = "late fee" }'),
        'loans[0].fees[0]: says no amount (write flat = "15.00", or percent, tiers, lesser_of '
        "or greater_of)",
    ),
    "a fee that says two amounts": (
        fee('§{ flat = 5, percent = "5%" }'),
        "loans[0].fees[0]: says the amount more than once: flat and percent (keep one)",
    ),
    "the second of two fees, in tables of their own": (
        CARD + "[[loans.fees]]\nflat = 5\n§[[loans.fees]]\nflat = 5\npercent = 1\n",
        "loans[0].fees[1]: says the amount more than once: flat and percent (keep one)",
    ),
    "a fee of no tiers": (
        fee("{ tiers = §[] }"),
        "loans[0].fees[0].tiers: is empty (list what it chooses from)",
    ),
    "the least of nothing": (
        fee("{ lesser_of = §[] }"),
        "loans[0].fees[0].lesser_of: is empty (list what it chooses from)",
    ),
    "the greatest of nothing": (
        fee("{ greater_of = §[] }"),
        "loans[0].fees[0].greater_of: is empty (list what it chooses from)",
    ),
    "tiers out of order": (
        fee('{ tiers = [{ from = "500", flat = 5 }, { from = §0, flat = 3 }] }'),
        "loans[0].fees[0].tiers[1].from: 0 does not come after 500 (list them in order)",
    ),
    "two tiers from the same sum": (
        fee("{ tiers = [{ from = 0, flat = 5 }, { from = §0, flat = 3 }] }"),
        "loans[0].fees[0].tiers[1].from: 0 does not come after 0 (list them in order)",
    ),
    "a tier from nowhere": (
        fee("{ tiers = [§{ flat = 5 }] }"),
        "loans[0].fees[0].tiers[0]: 'from' is missing (write from = \"500.00\")",
    ),
    "a tier that says no amount": (
        fee("{ tiers = [§{ from = 5 }] }"),
        'loans[0].fees[0].tiers[0]: says no amount (write flat = "15.00", or percent)',
    ),
    "a tier below zero": (
        fee("{ tiers = [{ from = §-5, flat = 5 }] }"),
        "loans[0].fees[0].tiers[0].from: -5 is below zero (write it without the minus sign)",
    ),
    "a tier that is too exact": (
        fee('{ tiers = [{ from = §"0.001", flat = 5 }] }'),
        "loans[0].fees[0].tiers[0].from: 0.001 is too exact for CNY (write 2 decimals at most)",
    ),
    "a tier's fee that is too exact": (
        fee('{ tiers = [{ from = 0, flat = §"0.001" }] }'),
        "loans[0].fees[0].tiers[0].flat: 0.001 is too exact for CNY (write 2 decimals at most)",
    ),
    "tiers within a tier": (
        fee("{ tiers = [{ from = 0, flat = 5, §tiers = [] }] }"),
        f"loans[0].fees[0].tiers[0].tiers: {UNKNOWN}",
    ),
    "a misspelt key of a tier": (
        fee("{ tiers = [{ from = 0, flat = 5, §form = 3 }] }"),
        "loans[0].fees[0].tiers[0].form: unknown key (did you mean 'from'?)",
    ),
    "one of several that says two amounts": (
        fee('{ lesser_of = [{ flat = 5 }, §{ flat = 5, percent = "5%" }] }'),
        "loans[0].fees[0].lesser_of[1]: says the amount more than once: flat and percent "
        "(keep one)",
    ),
    "one of several that is too exact": (
        fee('{ greater_of = [{ flat = §"0.001" }, { percent = "5%" }] }'),
        "loans[0].fees[0].greater_of[0].flat: 0.001 is too exact for CNY "
        "(write 2 decimals at most)",
    ),
    "a misspelt key of one of several": (
        fee('{ greater_of = [{ flat = 5 }, { percent = "5%", §percnt = 1 }] }'),
        "loans[0].fees[0].greater_of[1].percnt: unknown key (did you mean 'percent'?)",
    ),
    "the lesser and the greater at once": (
        fee("§{ lesser_of = [{ flat = 5 }], greater_of = [{ flat = 5 }] }"),
        "loans[0].fees[0]: says the amount more than once: lesser_of and greater_of (keep one)",
    ),
    "a fee at least more than at most": (
        fee('{ percent = "5%", min = 10, max = §3 }'),
        "loans[0].fees[0].max: 3 is less than min 10 (swap them?)",
    ),
    "a negative fee": (
        fee("{ flat = §-5 }"),
        "loans[0].fees[0].flat: -5 is below zero (write it without the minus sign)",
    ),
    "a negative percentage": (
        fee('{ percent = §"-5%" }'),
        "loans[0].fees[0].percent: '-5%' is below zero (write it without the minus sign)",
    ),
    "a fee's least below zero": (
        fee("{ flat = 5, min = §-5 }"),
        "loans[0].fees[0].min: -5 is below zero (write it without the minus sign)",
    ),
    "a fee that is too exact": (
        fee('{ flat = §"5.001" }'),
        "loans[0].fees[0].flat: 5.001 is too exact for CNY (write 2 decimals at most)",
    ),
    "a fee's most that is too exact": (
        fee('{ percent = "5%", max = §"5.001" }'),
        "loans[0].fees[0].max: 5.001 is too exact for CNY (write 2 decimals at most)",
    ),
    "a fee with decimals where the currency has none": (
        CARD.replace("1234.00", "1234") + 'currency = "JPY"\nfees = [{ flat = §"5.5" }]\n',
        "loans[0].fees[0].flat: 5.5 is too exact for JPY (write it without decimals)",
    ),
    "a word for a fee": (fee('{ flat = §"much" }'), f"loans[0].fees[0].flat: 'much' {AMOUNT}"),
    "a percentage without its sign": (
        fee("{ percent = §5 }"),
        'loans[0].fees[0].percent: 5 means 500 % (write "5%")',
    ),
    "a percentage of more than the whole": (
        fee("{ percent = §150 }"),
        'loans[0].fees[0].percent: 150 is more than the whole (write "100%" or less)',
    ),
    "a fee for each month": (
        fee('{ flat = 5, per = §"month" }'),
        "loans[0].fees[0].per: 'month' is not one of installment, period",
    ),
    "a fee before it is late": (
        fee("{ flat = 5, after_days = §-1 }"),
        "loans[0].fees[0].after_days: -1 is out of bounds (write 0 or more)",
    ),
    "a word for a fee's days": (
        fee('{ flat = 5, after_days = §"ten" }'),
        "loans[0].fees[0].after_days: 'ten' is not a whole number (write after_days = 15)",
    ),
    "a misspelt key of a fee": (
        fee("{ flat = 5, §afterdays = 3 }"),
        "loans[0].fees[0].afterdays: unknown key (did you mean 'after_days'?)",
    ),
    "a key of the loan below its fee": (
        CARD + "[[loans.fees]]\nflat = 5\n§payments = []\n",
        f"loans[0].fees[0].payments: {ELSEWHERE}",
    ),
    "a number for a fee's name": (
        fee("{ flat = 5, name = §3 }"),
        'loans[0].fees[0].name: 3 is not a text in quotes (write name = "late fee")',
    ),
    "a percentage for fees": (
        CARD + 'fees = §"5%"\n',
        "loans[0].fees: '5%' is not a list in [brackets] (write fees = [{ percent = \"5%\" }])",
    ),
    "a table for fees": (
        CARD + "fees = §{ flat = 5 }\n",
        f"loans[0].fees: a table is not a list in [brackets] {FEES}",
    ),
    "a number among fees": (
        CARD + "fees = [§5]\n",
        f"loans[0].fees[0]: 5 is not a table {FEES}",
    ),
    "a table for tiers": (
        fee("{ tiers = §{ from = 0, flat = 5 } }"),
        f"loans[0].fees[0].tiers: a table is not a list in [brackets] {TIERS}",
    ),
    "a cap on nothing": (
        cap('§{ mode = "warn" }'),
        'loans[0].caps[0]: names no limit (write annual_rate = "24%", fees = "100.00", '
        'or cost = "100%")',
    ),
    "a cap of two limits": (
        cap('§{ annual_rate = "24%", fees = 100 }'),
        "loans[0].caps[0]: has annual_rate and fees (make an entry of its own for each)",
    ),
    "a cap without its percent sign": (
        cap("{ annual_rate = §24 }"),
        'loans[0].caps[0].annual_rate: 24 means 2400 % (write "24%" for 24 percent)',
    ),
    "a cap below zero": (
        cap("{ fees = §-1 }"),
        "loans[0].caps[0].fees: -1 is below zero (write it without the minus sign)",
    ),
    "a cap that is too exact": (
        cap('{ fees = §"0.001" }'),
        "loans[0].caps[0].fees: 0.001 is too exact for CNY (write 2 decimals at most)",
    ),
    "a cap's mode that is not known": (
        cap('{ fees = 100, mode = §"enforced" }'),
        "loans[0].caps[0].mode: 'enforced' is not one of enforce, warn (did you mean 'enforce'?)",
    ),
    "a misspelt key of a cap": (
        cap('{ annual_rate = "24%", §sauce = "law" }'),
        "loans[0].caps[0].sauce: unknown key (did you mean 'source'?)",
    ),
    "a number for a cap's source": (
        cap("{ fees = 100, source = §5 }"),
        "loans[0].caps[0].source: 5 is not a text in quotes "
        '(write source = "section 5 of the contract")',
    ),
    "a rate for caps": (
        CARD + 'caps = §"24%"\n',
        "loans[0].caps: '24%' is not a list in [brackets] "
        '(write caps = [{ annual_rate = "24%", mode = "warn" }])',
    ),
}

RECKONING = {
    "an order that leaves something out": (
        CARD + 'allocation_order = §["fees", "penalty", "principal"]\n',
        f'loans[0].allocation_order: leaves out "interest" {COMPONENTS}',
    ),
    "an order that names something twice": (
        CARD + 'allocation_order = §["fees", "fees", "penalty", "interest", "principal"]\n',
        f'loans[0].allocation_order: lists "fees" more than once {COMPONENTS}',
    ),
    "an order of nothing": (
        CARD + "allocation_order = §[]\n",
        f'loans[0].allocation_order: leaves out "fees" {COMPONENTS}',
    ),
    "an order with a word that is not known": (
        CARD + 'allocation_order = ["fees", §"penalties", "interest", "principal"]\n',
        "loans[0].allocation_order[1]: 'penalties' is not one of fees, penalty, interest, "
        "principal (did you mean 'penalty'?)",
    ),
    "a text for an order": (
        CARD + 'allocation_order = §"fees"\n',
        "loans[0].allocation_order: 'fees' is not a list in [brackets] "
        '(write allocation_order = ["fees", "penalty", "interest", "principal"])',
    ),
    "an allocation that is not known": (
        CARD + 'allocation_by = §"components"\n',
        "loans[0].allocation_by: 'components' is not one of installment, component "
        "(did you mean 'component'?)",
    ),
    "a rounding that is not known": (
        CARD + 'rounding = §"half_up"\n',
        "loans[0].rounding: 'half_up' is not one of half-up, half-even, down "
        "(did you mean 'half-up'?)",
    ),
    "a number for a rounding": (
        CARD + "rounding = §2\n",
        "loans[0].rounding: 2 is not one of half-up, half-even, down",
    ),
    "a rounding at no time": (
        CARD + 'rounding_at = §"never"\n',
        "loans[0].rounding_at: 'never' is not one of end, day",
    ),
    "a penalty on something else": (
        CARD + 'penalty_base = §"principal"\n',
        "loans[0].penalty_base: 'principal' is not one of overdue-principal, "
        "overdue-installment, outstanding-principal (did you mean 'overdue-principal'?)",
    ),
    "compounding without any rate": (
        CARD + 'compounding = §"daily"\n',
        'loans[0].compounding: has no rate (add interest_on_interest_rate = "18%", '
        "or a penalty, whose rate counts)",
    ),
    "compounding once a year": (
        CARD + 'compounding = §"yearly"\n',
        "loans[0].compounding: 'yearly' is not one of none, daily, monthly",
    ),
    "a rate of compounding without compounding": (
        CARD + 'interest_on_interest_rate = §"18%"\n',
        "loans[0].interest_on_interest_rate: does nothing without compounding "
        '(add compounding = "monthly", or "daily")',
    ),
    "a rate of compounding without its percent sign": (
        CARD + 'compounding = "daily"\ninterest_on_interest_rate = §18\n',
        'loans[0].interest_on_interest_rate: 18 means 1800 % (write "18%" for 18 percent)',
    ),
    "a word for counting the due date": (
        CARD + 'dpd_includes_due_date = §"perhaps"\n',
        "loans[0].dpd_includes_due_date: 'perhaps' is not true or false "
        "(write dpd_includes_due_date = true)",
    ),
    "more grace than a month": (
        LINE + "grace_days = §32\n",
        "loans[0].grace_days: 32 days of grace are more than the 31 days between two "
        "installments (write 31 or fewer)",
    ),
    "more grace than a week": (
        LINE + 'frequency = "weekly"\ngrace_days = §8\n',
        "loans[0].grace_days: 8 days of grace are more than the 7 days between two "
        "installments (write 7 or fewer)",
    ),
    "more grace than there is between listed installments": (
        ONE_SUM + "installments = [{ due = 2026-12-05, amount = 5 },\n"
        "  { due = 2026-12-15, amount = 5 }]\ngrace_days = §11\n",
        "loans[0].grace_days: 11 days of grace are more than the 10 days between two "
        "installments (write 10 or fewer)",
    ),
    "more of a preset's grace than a week": (
        LINE + 'annual_rate = "9%"\nfrequency = "weekly"\npreset = §"us-consumer"\n',
        "loans[0].preset: its grace_days: 15 days of grace are more than the 7 days between two "
        "installments (write 7 or fewer)",
    ),
    "a rate of eighteen hundred percent": (
        LINE + 'annual_rate = §"1800%"\n',
        "loans[0].annual_rate: '1800%' is more than any lender charges "
        '(write "18%" for 18 percent)',
    ),
    "eighteen hundred for a rate": (
        LINE + "annual_rate = §1800\n",
        'loans[0].annual_rate: 1800 means 180000 % (write "18%" for 18 percent)',
    ),
    "eighteen and decimals for a rate": (
        LINE + "annual_rate = §18.0\n",
        'loans[0].annual_rate: 18 means 1800 % (write "18%" for 18 percent)',
    ),
    "eighteen for a daily rate": (
        LINE + "daily_rate = §18\n",
        "loans[0].daily_rate: 18 for each day is more than any lender charges (is it annual_rate?)",
    ),
    "a spread without its percent sign": (
        LINE + 'annual_rate = "12%"\npenalty.spread = §5\n',
        'loans[0].penalty.spread: 5 means 500 % (write "5%" for 5 percent)',
    ),
    "a spread over a daily rate": (
        LINE + 'daily_rate = "0.05%"\npenalty.spread = §"5%"\n',
        "loans[0].penalty.spread: is added to an annual rate, but the contract rate is daily "
        "(write annual_rate)",
    ),
    "a fraction that is a percentage": (
        LINE + 'annual_rate = "5%"\npenalty.fraction_of_contract = §50\n',
        "loans[0].penalty.fraction_of_contract: 50 means 50 times the contract rate "
        '(write 1.5 or "150%")',
    ),
    "two penalty rules in a table of their own": (
        CARD + '§[loans.penalty]\ndaily_rate = "0.05%"\nspread = "5%"\n',
        "loans[0].penalty: has more than one rule: daily_rate and spread (keep one)",
    ),
    "a negative principal": (
        LINE.replace('"10000"', '§"-10000"'),
        'loans[0].principal: -10000 is not above zero (write it as in "1234.50")',
    ),
    "a negative payment": (
        CARD + "payments = [{ date = 2026-12-01, amount = §-5 }]\n",
        'loans[0].payments[0].amount: -5 is not above zero (write it as in "1234.50")',
    ),
    "interest added to the principal after the first date": (
        LINE + "start = 2026-03-24\ncapitalized_on = §2026-10-15\n",
        "loans[0].capitalized_on: 2026-10-15 is not between start 2026-03-24 and first_due "
        "2026-10-15 (check the year)",
    ),
    "interest added to the principal before it begins": (
        LINE + "start = 2026-03-24\ncapitalized_on = §2026-03-24\n",
        "loans[0].capitalized_on: 2026-03-24 is not between start 2026-03-24 and first_due "
        "2026-10-15 (check the year)",
    ),
    "interest added to the principal from nobody knows when": (
        LINE + "capitalized_on = §2026-09-15\n",
        "loans[0].capitalized_on: needs the day from which interest ran before it "
        "(add start = 2026-03-24)",
    ),
    "interest added to the principal of a card": (
        BALANCE + 'minimum.percent = "10%"\nstart = 2026-03-24\ncapitalized_on = §2026-09-15\n',
        "loans[0].capitalized_on: does not go with revolving "
        "(remove it, and write what is owed by now)",
    ),
    "interest added to the principal of a loan due at once": (
        LINE + 'repayment = "bullet"\nstart = 2026-03-24\ncapitalized_on = §2026-09-15\n',
        "loans[0].capitalized_on: does not go with bullet "
        "(remove it, and write what is owed by now)",
    ),
    "interest added to the principal of one sum": (
        CARD + "capitalized_on = §2026-11-05\n",
        "loans[0].capitalized_on: does not go with due, one sum on one date "
        "(remove one of the two)",
    ),
    "interest added to the principal of rent": (
        RENT + "capitalized_on = §2026-11-05\n",
        "loans[0].capitalized_on: does not go with amount, whose dates and sums are known "
        "(remove one of the two)",
    ),
    "a loan called before its interest was added": (
        LINE + "start = 2026-03-24\ncapitalized_on = 2026-09-15\nacceleration_date = §2026-09-14\n",
        "loans[0].acceleration_date: 2026-09-14 is before capitalized_on 2026-09-15 "
        "(remove capitalized_on: nothing was capitalized by then)",
    ),
    "a start beside one sum": (
        CARD + "start = §2026-11-05\n",
        "loans[0].start: does not go with due, one sum on one date (remove one of the two)",
    ),
}

AGREEMENTS = {
    "a pause that ends before it begins": (
        CARD + "pauses = [{ from = 2027-01-05, to = §2027-01-01 }]\n",
        "loans[0].pauses[0].to: 2027-01-01 is before 2027-01-05 (swap them?)",
    ),
    "a pause without an end": (
        CARD + "pauses = [§{ from = 2027-01-05 }]\n",
        "loans[0].pauses[0]: 'to' is missing (write to = 2026-02-28)",
    ),
    "a word for a pause's first day": (
        CARD + 'pauses = [{ from = §"January", to = 2027-01-05 }]\n',
        f"loans[0].pauses[0].from: 'January' {DAY}",
    ),
    "a misspelt key of a pause": (
        CARD + "pauses = [{ from = 2027-01-05, to = 2027-01-09, §too = 1 }]\n",
        "loans[0].pauses[0].too: unknown key (did you mean 'to'?)",
    ),
    "a table for pauses": (
        CARD + "pauses = §{ from = 2027-01-05, to = 2027-01-09 }\n",
        "loans[0].pauses: a table is not a list in [brackets] "
        "(write pauses = [{ from = 2026-02-01, to = 2026-02-28 }])",
    ),
    "a change of nothing": (
        change("§{ from = 2027-01-01 }"),
        'loans[0].rate_changes[0]: changes nothing (write annual_rate = "3.5%")',
    ),
    "a change to two rates": (
        change('{ from = 2027-01-01, annual_rate = "3%", daily_rate = §"0.01%" }'),
        f"loans[0].rate_changes[0].daily_rate: {ONE_OF_TWO}",
    ),
    "changes out of order": (
        change(
            '{ from = 2027-02-01, annual_rate = "3%" }, { from = §2027-01-01, annual_rate = "4%" }'
        ),
        "loans[0].rate_changes[1].from: 2027-01-01 does not come after 2027-02-01 "
        "(list them in order)",
    ),
    "two changes on one day": (
        change(
            '{ from = 2027-02-01, annual_rate = "3%" }, { from = §2027-02-01, annual_rate = "4%" }'
        ),
        "loans[0].rate_changes[1].from: 2027-02-01 does not come after 2027-02-01 "
        "(list them in order)",
    ),
    "a change without a day": (
        change('§{ annual_rate = "3%" }'),
        "loans[0].rate_changes[0]: 'from' is missing (write from = 2027-01-01)",
    ),
    "a change without its percent sign": (
        change("{ from = 2027-01-01, annual_rate = §18 }"),
        'loans[0].rate_changes[0].annual_rate: 18 means 1800 % (write "18%" for 18 percent)',
    ),
    "a misspelt key of a change": (
        change('{ from = 2027-01-01, annual_rate = "3%", §penlty = 1 }'),
        "loans[0].rate_changes[0].penlty: unknown key (did you mean 'penalty'?)",
    ),
    "a misspelt penalty rule of a change": (
        change('{ from = 2027-01-01, penalty = { daily_rate = "0.1%", §daly_rate = 1 } }'),
        "loans[0].rate_changes[0].penalty.daly_rate: unknown key (did you mean 'daily_rate'?)",
    ),
    "a change to two penalty rules": (
        change('{ from = 2027-01-01, penalty = §{ daily_rate = "0.1%", annual_rate = "3%" } }'),
        "loans[0].rate_changes[0].penalty: has more than one rule: daily_rate and annual_rate "
        "(keep one)",
    ),
    "a change to no penalty rule": (
        change("{ from = 2027-01-01, penalty = §{} }"),
        'loans[0].rate_changes[0].penalty: names no rule (write penalty.daily_rate = "0.05%")',
    ),
    "a change to a penalty by a rate that is not there": (
        change("{ from = 2027-01-01, penalty.fraction_of_contract = §0.5 }", CARD),
        "loans[0].rate_changes[0].penalty.fraction_of_contract: refers to a contract rate, "
        "but the loan has none (add annual_rate or daily_rate)",
    ),
    "a change to a spread over a daily rate": (
        change(
            '{ from = 2027-01-01, daily_rate = "0.1%" }, '
            '{ from = 2027-02-01, penalty.spread = §"5%" }'
        ),
        "loans[0].rate_changes[1].penalty.spread: is added to an annual rate, "
        "but the contract rate is daily (write annual_rate)",
    ),
    "a change that makes the loan's spread one over a daily rate": (
        change(
            '{ from = 2027-01-01, daily_rate = "0.1%" }',
            LINE + 'annual_rate = "12%"\npenalty.spread = §"5%"\n',
        ),
        "loans[0].penalty.spread: is added to an annual rate, "
        "but the contract rate is daily (write annual_rate)",
    ),
    "a change to a multiple while contract interest goes on": (
        change("{ from = 2027-01-01, penalty.multiple_of_contract = §1.5 }"),
        "loans[0].rate_changes[0].penalty.multiple_of_contract: contains the contract interest, "
        "which goes on beside it unless you say otherwise "
        "(write contract_interest_continues = false, or use fraction_of_contract)",
    ),
    "a change to a multiple while a preset's contract interest goes on": (
        change(
            "{ from = 2027-01-01, penalty.multiple_of_contract = 1.5 }",
            LINE + 'annual_rate = "12%"\npreset = §"weilidai"\n',
        ),
        "loans[0].preset: its contract_interest_continues: is true, but "
        "penalty.multiple_of_contract already contains the contract interest "
        "(write false, or use penalty.fraction_of_contract)",
    ),
    "a table for changes": (
        LINE + 'rate_changes = §{ from = 2027-01-01, annual_rate = "3%" }\n',
        "loans[0].rate_changes: a table is not a list in [brackets] "
        '(write rate_changes = [{ from = 2027-01-01, annual_rate = "3.5%" }])',
    ),
    "a waiver of nothing": (
        waiver("{ date = 2027-01-01, amount = §0 }"),
        'loans[0].waivers[0].amount: 0 is not above zero (write it as in "1234.50")',
    ),
    "a waiver without a day": (
        waiver("§{ amount = 5 }"),
        "loans[0].waivers[0]: 'date' is missing (write date = 2026-12-20)",
    ),
    "a waiver of something else": (
        waiver('{ date = 2027-01-01, amount = 5, of = §"fee" }'),
        "loans[0].waivers[0].of: 'fee' is not one of fees, penalty, interest, principal "
        "(did you mean 'fees'?)",
    ),
    "a waiver that is too exact": (
        waiver('{ date = 2027-01-01, amount = §"0.001" }'),
        "loans[0].waivers[0].amount: 0.001 is too exact for CNY (write 2 decimals at most)",
    ),
    "a misspelt key of a waiver": (
        waiver('{ date = 2027-01-01, amount = 5, §off = "fees" }'),
        "loans[0].waivers[0].off: unknown key (did you mean 'of'?)",
    ),
    "a number among waivers": (
        LINE + "waivers = [§5]\n",
        "loans[0].waivers[0]: 5 is not a table "
        '(write waivers = [{ date = 2026-12-20, amount = "50.00" }])',
    ),
    "an extension of no due date": (
        extension("{ due = §2026-11-16, agreed = 2026-11-01, to = 2027-03-01 }"),
        "loans[0].extensions[0].due: 2026-11-16 is no due date of this loan "
        "(the nearest is 2026-11-15)",
    ),
    "an extension of the day that a business day moved away": (
        LINE
        + 'business_day_convention = "following"\ncalendar = "XECB"\n'
        + "extensions = [{ due = §2026-11-15, agreed = 2026-11-01, to = 2027-03-01 }]\n",
        "loans[0].extensions[0].due: 2026-11-15 is no due date of this loan "
        "(the nearest is 2026-11-16)",
    ),
    "an extension of what an earlier one moved": (
        extension(
            "{ due = §2026-11-15, agreed = 2026-11-09, to = 2027-03-01 },"
            "{ due = 2026-11-15, agreed = 2026-11-02, to = 2027-02-01 }"
        ),
        "loans[0].extensions[0].due: 2026-11-15 was moved by extensions[1] already "
        "(keep one of them)",
    ),
    "an extension to the same day": (
        extension("{ due = 2026-11-15, agreed = 2026-11-01, to = §2026-11-15 }"),
        "loans[0].extensions[0].to: 2026-11-15 is not later than 2026-11-15, which it replaces "
        "(check the year)",
    ),
    "an extension to a day of the year before": (
        extension("{ due = 2026-11-15, agreed = 2026-11-01, to = [§2026-01-15, 2027-02-15] }"),
        "loans[0].extensions[0].to[0]: 2026-01-15 is not later than 2026-11-15, which it "
        "replaces (check the year)",
    ),
    "an extension to days out of order": (
        extension("{ due = 2026-11-15, agreed = 2026-11-01, to = [2027-03-01, §2027-02-01] }"),
        "loans[0].extensions[0].to[1]: 2027-02-01 does not come after 2027-03-01 "
        "(list them in order)",
    ),
    "an extension to one day twice": (
        extension("{ due = 2026-11-15, agreed = 2026-11-01, to = [2027-03-01, §2027-03-01] }"),
        "loans[0].extensions[0].to[1]: 2027-03-01 does not come after 2027-03-01 "
        "(list them in order)",
    ),
    "an extension to no day": (
        extension("{ due = 2026-11-15, agreed = 2026-11-01, to = §[] }"),
        "loans[0].extensions[0].to: is empty (write to = 2027-01-15, or a list of dates)",
    ),
    "an extension to a day before it was agreed": (
        extension("{ due = 2026-11-15, agreed = 2027-04-01, to = §2027-02-01 }"),
        "loans[0].extensions[0].to: 2027-02-01 is before 2027-04-01, when it was agreed "
        "(check both)",
    ),
    "an extension at two rates": (
        extension(
            "{ due = 2026-11-15, agreed = 2026-11-01, to = 2027-02-01, "
            'annual_rate = "3%", daily_rate = §"0.01%" }'
        ),
        f"loans[0].extensions[0].daily_rate: {ONE_OF_TWO}",
    ),
    "a word for a new due date": (
        extension('{ due = 2026-11-15, agreed = 2026-11-01, to = §"later" }'),
        f"loans[0].extensions[0].to: 'later' {DAY}",
    ),
    "a word among new due dates": (
        extension('{ due = 2026-11-15, agreed = 2026-11-01, to = [2027-02-01, §"later"] }'),
        f"loans[0].extensions[0].to[1]: 'later' {DAY}",
    ),
    "an extension that nobody agreed to": (
        extension("§{ due = 2026-11-15, to = 2027-02-01 }"),
        "loans[0].extensions[0]: 'agreed' is missing (write agreed = 2026-12-10)",
    ),
    "a misspelt key of an extension": (
        extension("{ due = 2026-11-15, agreed = 2026-11-01, to = 2027-02-01, §anual_rate = 3 }"),
        "loans[0].extensions[0].anual_rate: unknown key (did you mean 'annual_rate'?)",
    ),
    "a table for extensions": (
        LINE + "extensions = §{ due = 2026-11-15, agreed = 2026-11-01, to = 2027-02-01 }\n",
        "loans[0].extensions: a table is not a list in [brackets] (write extensions = "
        "[{ due = 2026-12-15, agreed = 2026-12-10, to = 2027-01-15 }])",
    ),
}


def requests(table):
    return f"{LINE}extension_requests = [{table}]\n"


BORROWER = "[borrower]\n"

FACTS = {
    "a word for a debit": (
        LINE + 'auto_debit = §"sometimes"\n',
        "loans[0].auto_debit: 'sometimes' is not true or false (write auto_debit = true, "
        'or { account = "ICBC 1234", times = ["06:00"] })',
    ),
    "a misspelt key of a debit": (
        LINE + 'auto_debit = { §acount = "1234" }\n',
        "loans[0].auto_debit.acount: unknown key (did you mean 'account'?)",
    ),
    "a debit at no time of day": (
        LINE + 'auto_debit = { times = ["06:00", §"dawn"] }\n',
        f"loans[0].auto_debit.times[1]: 'dawn' {CLOCK}",
    ),
    "one time of a debit": (
        LINE + 'auto_debit = { times = §"06:00" }\n',
        "loans[0].auto_debit.times: '06:00' is not a list in [brackets] "
        '(write times = ["06:00", "17:00"])',
    ),
    "a number for an app's path": (
        LINE + "app_path = §1\n",
        'loans[0].app_path: 1 is not a text in quotes (write app_path = "Me > Loans > Repay")',
    ),
    "a truth for a hardship": (
        LINE + "hardship = §true\n",
        "loans[0].hardship: true is not a text in quotes "
        '(write hardship = "lost my job in October")',
    ),
    "a letter that came without a date": (
        LINE + "legal_letter = §true\n",
        f"loans[0].legal_letter: true {DAY}",
    ),
    "a report before the due date": (
        LINE + "reported_after = §-1\n",
        "loans[0].reported_after: -1 is out of bounds (write 0 or more)",
    ),
    "a report after ten years": (
        LINE + "reported_after = §3651\n",
        "loans[0].reported_after: 3651 is out of bounds (write 3650 or less)",
    ),
    "an entry for ever": (
        LINE + 'record_years = §"ever"\n',
        "loans[0].record_years: 'ever' is not a whole number (write record_years = 5)",
    ),
    "a request that stands nowhere": (
        requests('{ date = 2026-12-01, state = §"refusd" }'),
        "loans[0].extension_requests[0].state: 'refusd' is not one of requested, approved, "
        "refused (did you mean 'refused'?)",
    ),
    "a request without a date": (
        requests('§{ state = "requested" }'),
        "loans[0].extension_requests[0]: 'date' is missing (write date = 2026-12-01)",
    ),
    "a misspelt key of a request": (
        requests('{ date = 2026-12-01, state = "refused", §reson = "no" }'),
        f"loans[0].extension_requests[0].reson: {UNKNOWN}",
    ),
    "an answer before its request": (
        requests(
            '{ date = 2026-12-05, state = "requested" }, { date = §2026-12-01, state = "refused" }'
        ),
        "loans[0].extension_requests[1].date: 2026-12-01 does not come after 2026-12-05 "
        "(list them in order)",
    ),
    "a table for requests": (
        LINE + 'extension_requests = §{ date = 2026-12-05, state = "requested" }\n',
        "loans[0].extension_requests: a table is not a list in [brackets] "
        '(write extension_requests = [{ date = 2026-12-01, state = "requested" }])',
    ),
    "cash below zero": (
        BORROWER + "cash = §-5\n",
        "borrower.cash: -5 is below zero (write it without the minus sign)",
    ),
    "cash in fractions of a fen": (
        BORROWER + 'cash = §"1.005"\n',
        "borrower.cash: 1.005 is too exact for CNY (write 2 decimals at most)",
    ),
    "a pay day that no month has": (
        BORROWER + "payday = §32\n",
        "borrower.payday: 32 is out of bounds (write 31 or less)",
    ),
    "a misspelt key of the borrower": (
        BORROWER + "§pay_day = 25\n",
        "borrower.pay_day: unknown key (write payday = 25)",
    ),
    "a key of the borrower written above": (
        "§payday = 25\n",
        "payday: unknown key here (it belongs under [borrower])",
    ),
    "a text for the borrower": (
        'borrower = §"me"\n',
        "borrower: 'me' is not a table (write [borrower] on a line of its own, and its keys below)",
    ),
    "a fund without a target": (
        BORROWER + '§emergency_fund = { monthly = "500" }\n',
        "borrower.emergency_fund: 'target' is missing (write target = \"30000\")",
    ),
    "a fund that nothing goes into": (
        BORROWER + 'emergency_fund = { target = "30000", monthly = §"0" }\n',
        'borrower.emergency_fund.monthly: 0 is not above zero (write it as in "1234.50")',
    ),
    "a fund in fractions of a yen": (
        'currency = "JPY"\n'
        + BORROWER
        + 'emergency_fund = { target = §"30000.5", monthly = "500" }\n',
        "borrower.emergency_fund.target: 30000.5 is too exact for JPY (write it without decimals)",
    ),
    "a misspelt key of a fund": (
        BORROWER + 'emergency_fund = { target = "1", monthly = "1", §savd = "1" }\n',
        "borrower.emergency_fund.savd: unknown key (did you mean 'saved'?)",
    ),
}

WISHES = {
    "a number for a wish": (
        "[reminders]\nwarn_before_worse = §2\n",
        "reminders.warn_before_worse: 2 is not true or false (write warn_before_worse = true)",
    ),
    "a following up before it was asked": (
        "[reminders]\nfollow_up_days = §-1\n",
        "reminders.follow_up_days: -1 is out of bounds (write 0 or more)",
    ),
    "a word for after settling": (
        '[reminders]\nafter_settling = §"maybe"\n',
        "reminders.after_settling: 'maybe' is not true or false (write after_settling = true)",
    ),
    "a routine on no day": (
        "[routine]\nstatement_check = §0\n",
        "routine.statement_check: 0 is out of bounds (write 1 or more)",
    ),
    "a routine switched on": (
        "[routine]\nproof_of_life = §true\n",
        "routine.proof_of_life: true is not a whole number (write proof_of_life = 1)",
    ),
    "a credit report every century": (
        "[routine]\ncredit_report = §1200\n",
        "routine.credit_report: 1200 is out of bounds (write 60 or less)",
    ),
    "a misspelt routine": (
        "[routine]\n§statment_check = 5\n",
        "routine.statment_check: unknown key (did you mean 'statement_check'?)",
    ),
    "a routine at no time of day": (
        '[routine]\nsend_at = §"noon"\n',
        f"routine.send_at: 'noon' {CLOCK}",
    ),
    "a fund to save into that nobody knows": (
        "[routine]\nemergency_fund = §1\n",
        "routine.emergency_fund: needs to know the fund (add emergency_fund = "
        '{ target = "30000", monthly = "500" } under [borrower])',
    ),
    "a format of no message": (
        SCREEN + 'format = §"markdwn"\n',
        "channels.screen.format: 'markdwn' is not one of text, markdown, html "
        "(did you mean 'markdown'?)",
    ),
    "a word for a digest": (
        SCREEN + 'digest = §"daily"\n',
        "channels.screen.digest: 'daily' is not true or false (write digest = false)",
    ),
    "a rate that sends nothing": (
        SCREEN + "rate = §0\n",
        "channels.screen.rate: 0 is out of bounds (write 1 or more)",
    ),
    "a rate in words": (
        SCREEN + 'rate = §"20 a minute"\n',
        "channels.screen.rate: '20 a minute' is not a whole number (write rate = 20)",
    ),
    "a channel's quiet hours without an end": (
        SCREEN + '§quiet_hours = { from = "22:00" }\n',
        "channels.screen.quiet_hours: 'to' is missing (write to = \"08:00\")",
    ),
    "a misspelt key in a channel's quiet hours": (
        SCREEN + 'quiet_hours = { from = "22:00", to = "08:00", §til = 1 }\n',
        "channels.screen.quiet_hours.til: unknown key (remove it; config.example.toml has "
        "them all)",
    ),
    "a playbook that is not there": (
        'playbook = §"mine.toml"\n',
        "playbook: there is no file 'mine.toml' in . (make it, or remove this key)",
    ),
    "a playbook of a number": (
        "playbook = §1\n",
        'playbook: 1 is not a text in quotes (write playbook = "playbook.toml")',
    ),
    "templates that are not there": (
        'templates = §"mine"\n',
        "templates: there is no folder 'mine' in . (make it, or remove this key)",
    ),
    "a templates' folder that is a file": (
        'templates = §"/etc/passwd"\n',
        "templates: there is no folder '/etc/passwd' in . (make it, or remove this key)",
    ),
    "a playbook at a home that nobody knows": (
        'playbook = §"~nobody-by-that-name/x.toml"\n',
        "playbook: there is no file '~nobody-by-that-name/x.toml' in . "
        "(make it, or remove this key)",
    ),
}

BANK = '[accounts.bank]\nbalance = "3000.00"\nas_of = 2026-11-30\n'
PAID = 'due = 2026-12-05\namount = "1234.00"\n'
ACCOUNTS = {
    "a loan paid from an account that there is not": (
        BANK + CARD + 'paid_from = §"bnak"\n',
        "loans[0].paid_from: there is no account 'bnak' (there are: bank) (did you mean 'bank'?)",
    ),
    "a loan paid from an account where there are none": (
        CARD + 'paid_from = §"bank"\n',
        "loans[0].paid_from: there is no account 'bank' (there are: none)",
    ),
    "two accounts for one loan": (
        BANK
        + BANK.replace("bank", "other")
        + CARD
        + 'paid_from = §"other"\nauto_debit = { account = "bank" }\n',
        "loans[0].paid_from: 'other' is another account than auto_debit names "
        "(remove one of the two)",
    ),
    "a loan paid from an account in another currency": (
        BANK + 'currency = "USD"\n' + CARD + 'paid_from = §"bank"\n',
        "loans[0].paid_from: 'bank' is in USD, and this loan in CNY (name an account in CNY)",
    ),
    "a debit from an account in another currency": (
        BANK + CARD + 'currency = "USD"\nauto_debit = { account = §"bank" }\n',
        "loans[0].auto_debit.account: 'bank' is in CNY, and this loan in USD "
        "(name an account in USD)",
    ),
    "a balance that is too exact": (
        BANK.replace('"3000.00"', '§"3000.001"') + CARD,
        "accounts.bank.balance: 3000.001 is too exact for CNY (write 2 decimals at most)",
    ),
    "an income that is too exact": (
        BANK + 'currency = "JPY"\nincome = [{ day = 1, amount = §"8000.5" }]\n' + CARD,
        "accounts.bank.income[0].amount: 8000.5 is too exact for JPY (write it without decimals)",
    ),
    "a balance without its day": (
        "§[accounts.bank]\nbalance = 1\n" + CARD,
        "accounts.bank: 'as_of' is missing (write as_of = 2026-11-30)",
    ),
    "an income that comes at no time": (
        BANK + 'income = [§{ amount = "8000.00" }]\n' + CARD,
        "accounts.bank.income[0]: does not say when (write day = 10 for each month, or on = DATE)",
    ),
    "an income that comes each month and once": (
        BANK + "income = [§{ day = 1, on = 2026-12-24, amount = 1 }]\n" + CARD,
        "accounts.bank.income[0]: says both day and on (make an entry of its own for each)",
    ),
    "an overdraft below zero": (
        BANK + 'overdraft = §"-500"\n' + CARD,
        "accounts.bank.overdraft: -500 is below zero (write it without the minus sign)",
    ),
    "a transfer of weeks": (
        BANK + "transfer_days = §11\n" + CARD,
        "accounts.bank.transfer_days: 11 is out of bounds (write 10 or less)",
    ),
    "a misspelt key of an account": (
        BANK + "§incom = []\n" + CARD,
        "accounts.bank.incom: unknown key (did you mean 'income'?)",
    ),
}

TABLES = (
    *(NAMES, VALUES, TERMS, TYPES, SCHEDULES, FEES_AND_CAPS, RECKONING, AGREEMENTS),
    ACCOUNTS,
    *(FACTS, WISHES),
)
MISTAKES = {name: mistake for table in TABLES for name, mistake in table.items()}


def test_every_mistake_has_a_name_of_its_own():
    assert len(MISTAKES) == sum(len(table) for table in TABLES)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_where_it_is_with_what_to_write_instead(mistake, problems, pointed):
    marked, sentence = MISTAKES[mistake]
    text, [place] = pointed(marked)
    assert problems(text) == [f"config.toml:{place}: {sentence}"]


@pytest.mark.parametrize("mistake", MISTAKES)
def test_no_sentence_speaks_of_python_or_pydantic(mistake, problems, pointed):
    text, _ = pointed(MISTAKES[mistake][0])
    found = "\n".join(problems(text))
    for jargon in ("datetime.", "Decimal(", "nput should", "{'", "Error", "None", "()", "value_"):
        assert jargon not in found


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
