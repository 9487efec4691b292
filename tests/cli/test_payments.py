"""``pay`` and ``undo``: what the borrower paid."""

import json
import os
import pty
import subprocess
import sys

import pytest
from patience import PATIENCE

from .conftest import LOANS


@pytest.fixture
def paid(call):
    """Return a function that records a payment with --json and returns what was told."""

    def run(*arguments):
        result = call("pay", *arguments, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return run


def test_a_payment_is_numbered_and_the_rest_is_named(config, call):
    result = call("pay", "card", "1000")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "Payment 2: CN¥1,000.00 on Credit card, Dec 9",
        "Credit card: 4 days overdue, CN¥236.47 owed today",
        "To take it back: reminderd undo 2",
    ]


def test_a_payment_in_json_holds_its_number_and_the_quote(config, paid, told):
    found = paid("card", "1000")
    said = {key: found.pop(key) for key in ("payment", "date", "amount", "to", "taken_as")}
    assert said == {
        "payment": 2,
        "date": "2026-12-09",
        "amount": "1000.00",
        "to": None,
        "taken_as": None,
    }
    assert found == told("quote", "card")
    assert found["due"]["total"] == "236.47"


@pytest.mark.parametrize("amount", ["1000", "1000.00", "1,000.00"])
def test_an_amount_may_be_written_in_several_ways(amount, config, paid):
    assert paid("card", amount)["due"]["total"] == "236.47"


def test_what_the_sync_changed_goes_to_the_error_stream(config, call):
    result = call("pay", "card", "5")
    assert "adds loan card" in result.stderr.splitlines()
    assert "adds loan" not in result.stdout


def test_a_payment_may_have_been_made_before(config, paid):
    # Paid on the due date, there is no penalty at all.
    found = paid("card", "1234", "--date", "2026-12-05")
    assert found["due"]["total"] == "0.00"
    assert found["stage"] == "settled"


def test_a_payment_of_today_leaves_the_penalty(config, paid):
    assert paid("card", "1234")["due"]["total"] != "0.00"


def test_todays_date_is_that_of_the_loans_zone(write, call, clock):
    write('timezone = "Pacific/Auckland"\n[[loans]]\nid = "a"\ndue = 2026-12-05\namount = 5\n')
    assert call("pay", "a", "1", "--date", "2026-12-09").exit_code == 0  # 17:00 there
    assert call("pay", "a", "1", "--date", "2026-12-10").exit_code == 2
    clock.shown = clock.shown.replace(hour=12)
    assert call("pay", "a", "1", "--date", "2026-12-10").exit_code == 0


def test_a_payment_of_the_future_is_refused(config, refused):
    code, sentences = refused("pay", "card", "5", "--date", "2026-12-10")
    assert code == 2
    assert sentences.splitlines()[-1] == (
        "Dec 10 is still to come. Nothing was recorded (--yes records it all the same)"
    )


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [
        ("0", "0 is not an amount that can be paid (write 500.00)"),
        ("0.00", "0.00 is not an amount that can be paid (write 500.00)"),
        ("-5", "-5 is not an amount that can be paid (write 500.00)"),
        ("five", "'five' is not an amount (write \"1234.50\")"),
        ("1,5", "'1,5' has a decimal or thousands sign of another kind (write \"1.5\")"),
        ("nan", "'nan' is not an amount (write \"1234.50\")"),
        ("1e3", "'1e3' is not an amount (write \"1234.50\")"),
        ("5.001", "5.001 has more than 2 decimal digits, which CNY allows"),
        ("9" * 30, f"{'9' * 30} is more than any loan (check the digits)"),
    ],
)
def test_an_amount_that_cannot_be_paid_is_refused(amount, sentence, config, refused):
    code, sentences = refused("pay", "card", "--", amount)
    assert code == 2
    assert sentences.splitlines()[-1] == sentence


def test_nothing_is_recorded_of_what_is_refused(config, refused, told):
    refused("pay", "card", "0")
    refused("pay", "card", "5", "--date", "2027-01-01")
    assert told("quote", "card")["due"]["total"] == "1236.47"


def test_an_undone_payment_is_owed_again(config, paid, call, told):
    number = paid("card", "1000")["payment"]
    result = call("undo", str(number))
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f"Payment {number} taken back",
        "Credit card: 4 days overdue, CN¥1,236.47 owed today",
    ]
    assert told("quote", "card")["due"]["total"] == "1236.47"


def test_an_undone_payment_in_json(config, paid, told):
    number = paid("card", "1000")["payment"]
    found = told("undo", str(number))
    assert found.pop("undone") == number
    assert found == told("quote", "card")


@pytest.mark.parametrize("number", ["99", "0"])
def test_a_payment_that_is_not_there_cannot_be_undone(number, config, refused):
    code, sentences = refused("undo", "--", number)
    assert code == 2
    assert f"there is no payment {number}" in sentences


def test_a_payment_is_undone_once(config, paid, call, refused):
    number = paid("card", "1000")["payment"]
    assert call("undo", str(number)).exit_code == 0
    assert refused("undo", str(number))[0] == 2


def test_a_payment_of_the_configuration_is_not_undone_by_command(config, paid, refused, told):
    assert paid("card", "5")["payment"] == 2  # the configured one is number 1
    before = told("quote", "weilidai")
    code, sentence = refused("undo", "1")
    assert code == 2
    assert "there is no payment 1 that was entered by command" in sentence
    assert told("quote", "weilidai") == before


def test_a_number_that_is_none_is_wrong_usage(config, refused):
    code, sentence = refused("undo", "first")
    assert code == 2
    assert sentence == (
        "'first' is no number (write 3 for a payment, A3 for an agreement, B3 for a balance)"
    )


def test_payments_of_several_commands_add_up(config, paid):
    paid("card", "1000")
    paid("card", "200")
    assert paid("card", "30")["due"]["total"] == "6.47"


def test_a_payment_survives_a_change_of_the_configuration(config, paid, write, told):
    paid("card", "1000")
    write(config.read_text().replace("Credit card", "Visa"))
    assert told("quote", "card")["due"]["total"] == "236.47"


def test_more_than_was_owed_is_asked_about(config, call):
    lines = call("pay", "card", "12364.70").stdout.splitlines()
    assert "That is CN¥11,128.23 more than was owed: is it right?" in lines


def test_payments_that_can_be_taken_back_are_listed(config, call, told):
    assert call("undo").stdout == "No payment or agreement was entered by command.\n"
    call("pay", "card", "100")
    assert call("undo").stdout == "2: payment of CN¥100.00, Credit card, Dec 9\n"
    assert told("undo") == [
        {
            "payment": 2,
            "loan": "card",
            "date": "2026-12-09",
            "amount": "100.00",
            "assumed": False,
            "to": None,
        }
    ]


# ─── Without a sum ───


def test_without_a_sum_it_is_what_is_due_with_all_that_lateness_cost(config, call, told):
    assert call("pay", "card").stdout.splitlines() == [
        "Taken as the sum due Dec 5: CN¥1,236.47",
        "Credit card: paid off, nothing more is owed",
        "To take it back: reminderd undo 2",
    ]
    assert told("quote", "card")["stage"] == "settled"


def test_several_installments_that_are_due_are_paid_as_one(config, call, clock):
    clock.shown = clock.shown.replace(day=20)
    first = call("pay", "weilidai").stdout.splitlines()[0]
    assert first.startswith("Taken as the 2 installments due from Nov 15 to Dec 15: CN¥2,")


def test_where_nothing_is_due_it_is_the_next_installment(config, paid, told):
    paid("weilidai")
    found = paid("weilidai", "--again")
    assert found["taken_as"] == {"dues": ["2026-12-15"], "ahead": True}
    assert told("status")[1]["next_due"]["date"] == "2027-01-15"


def test_with_a_day_it_is_what_was_due_on_that_day(config, paid, call):
    text = call("pay", "card", "--date", "2026-12-06").stdout
    assert text.splitlines()[0] == "Taken as the sum due Dec 5, paid on Dec 6: CN¥1,234.62"


def test_what_is_paid_by_now_is_not_paid_again_by_naming_its_day(config, paid, refused, told):
    paid("card")
    before = told("undo")
    code, sentence = refused("pay", "card", "--date", "2026-12-06")
    assert code == 2
    assert "Credit card: what was due on Dec 6 is paid, so nothing was recorded" in sentence
    assert told("undo") == before


def test_where_nothing_is_left_to_pay_nothing_is_recorded(config, paid, refused, told):
    paid("card")
    code, sentence = refused("pay", "card")
    assert code == 2
    assert "Credit card: nothing is to be paid" in sentence
    assert len(told("undo")) == 1


def test_in_chinese_it_says_all_in_chinese(config, write, call):
    write(config.read_text().replace('"en"', '"zh-CN"'))
    assert call("pay", "weilidai").stdout.splitlines() == [
        "记为：11月15日到期的这一期，¥1,157.50",
        "weilidai：12月15日应还¥1,120.00（还有6天）",
        "如需撤销：reminderd undo 2",
    ]


def test_all_that_is_due_is_paid_a_line_a_loan(config, call):
    assert call("pay", "--all-due").stdout.splitlines() == [
        "Credit card: Taken as the sum due Dec 5: CN¥1,236.47 (to take it back: reminderd undo 2)",
        "weilidai: Taken as the installment due Nov 15: CN¥1,157.50 "
        "(to take it back: reminderd undo 3)",
    ]
    again = call("pay", "--all-due")
    assert again.exit_code == 0
    assert again.stdout == "Nothing is due on any loan, so nothing was recorded.\n"


def test_all_that_is_due_in_json_is_a_list(config, call):
    rows = json.loads(call("pay", "--all-due", "--json").stdout)
    assert [(row["loan"], row["payment"], row["amount"]) for row in rows] == [
        ("card", 2, "1236.47"),
        ("weilidai", 3, "1157.50"),
    ]
    assert json.loads(call("pay", "--all-due", "--json").stdout) == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--all-due", "card"), "--all-due pays every loan on which something is due"),
        ((), "which loan was paid?"),
        (("weilidai", "5", "--date", "2026-07-05"), "is before Sep 15, when weilidai began"),
        (("card", "5", "--date", "2026-12-10"), "(--yes records it all the same)"),
        (("--all-due", "--date", "2026-12-10"), "(--yes records it all the same)"),
    ],
)
def test_what_cannot_be_meant_is_refused(config, refused, told, arguments, sentence):
    code, sentences = refused("pay", *arguments)
    assert code == 2
    assert sentence in sentences.splitlines()[-1]
    assert told("undo") == []


@pytest.mark.parametrize("day", ["2027-12-05", "2026-07-05"])
def test_a_day_that_is_hardly_meant_is_recorded_where_it_is(day, config, paid):
    assert paid("weilidai", "5", "--date", day, "--yes")["date"] == day


def test_a_payment_of_another_year_is_asked_about(write, refused, call, said):
    write(LOANS.replace("paid_until = 2026-12-04\n", ""))
    call("status")
    code, sentences = refused("pay", "card", "1234", "--date", "2025-12-05")
    assert (code, sentences.splitlines()[-1]) == (
        2,
        "Dec 5, 2025 is long ago for Credit card: is the year right? Nothing was recorded "
        "(--yes records it all the same)",
    )


def test_payments_in_the_file_that_are_hardly_meant_are_asked_about_when_it_is_read(write, call):
    write(LOANS.replace("paid_until = 2026-12-04\n", ""))
    call("pay", "card", "500")
    lines = [f'{{ date = {day}, amount = "500.00" }}' for day in ("2026-12-09", "2027-12-05")]
    text = LOANS.replace("paid_until = 2026-12-04", f"payments = [{', '.join(lines)}]")
    write(text)
    asked = [
        "payment 2 is of the same sum and day, and both count "
        "(if they are one: `reminderd undo 2`)",
        "2027-12-05 is yet to come (is the year right?)",
    ]
    told = call("pay", "weilidai", "1").stderr.splitlines()
    assert [f"loan card: payment of 500.00: {one}" for one in asked] == [
        line for line in told if "loan card: payment" in line
    ]
    checked = call("check").stdout
    assert all(one in checked for one in asked)
    assert "loan card: payment" not in call("pay", "weilidai", "2").stderr


# ─── Twins ───


def test_a_twin_is_refused_with_its_number_and_recorded_where_it_is_meant(config, paid, refused):
    paid("card", "100")
    code, sentence = refused("pay", "card", "100.00")
    assert code == 2
    assert sentence == (
        "Payment 2 is of the same sum and day: CN¥100.00 on Credit card, Dec 9. "
        "Nothing was recorded (--again records another one)"
    )
    assert paid("card", "100", "--again")["due"]["total"] == "1036.47"
    assert paid("card", "100", "--date", "2026-12-08")["payment"] == 4


def test_a_payment_of_the_configuration_is_a_twin_too(config, refused):
    _, sentence = refused("pay", "weilidai", "1150", "--date", "2026-10-15")
    assert "The configuration has a payment of the same sum and day" in sentence


# ─── By name ───


@pytest.mark.parametrize("name", ["Credit card", "credit CARD", "creditcard"])
def test_the_name_that_messages_use_is_as_good_as_the_id(name, config, paid):
    assert paid(name, "1000")["loan"] == "card"


def test_a_name_begun_is_no_name(config, refused):
    _, sentence = refused("pay", "Credit", "5")
    assert "there is no loan 'Credit' (there are: card (Credit card), weilidai)" in sentence


def test_of_two_loans_of_a_name_the_ids_are_asked_for(config, write, refused, paid):
    other = '[[loans]]\nid = "visa"\nname = "Credit card"\ndue = 2026-12-05\namount = 5\n'
    write(config.read_text() + other)
    _, sentence = refused("pay", "credit card", "5")
    assert "2 loans are called 'credit card' (write the id: card, visa)" in sentence
    assert paid("visa", "5")["loan"] == "visa"


def test_an_id_wins_over_a_name(config, write, paid):
    other = '[[loans]]\nid = "visa"\nname = "card"\ndue = 2026-12-05\namount = 5\n'
    write(config.read_text() + other)
    assert paid("card", "5")["loan"] == "card"


@pytest.mark.parametrize(
    "arguments",
    [
        ("quote", "{}"),
        ("history", "{}"),
        ("explain", "{}"),
        ("letter", "{}", "--kind", "extension"),
        ("reconcile", "{}", "1236.47"),
        ("extension", "{}", "requested"),
        ("waive", "{}", "1"),
        ("snooze", "{}", "--days", "2"),
        ("ack", "{}"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_every_command_takes_the_name(config, call, arguments):
    result = call(*(part.format("credit card") for part in arguments))
    assert result.exit_code == 0, result.stderr


# ─── While the file is broken ───


@pytest.mark.parametrize(
    "arguments",
    [("status",), ("pay", "card", "5"), ("quote", "card"), ("history",), ("undo",)],
    ids=lambda arguments: arguments[0],
)
def test_on_a_broken_file_the_last_good_one_counts(config, call, write, arguments):
    call("run", "--once")
    write(config.read_text() + "due = [\n")
    result = call(*arguments)
    assert result.exit_code == 0
    assert result.stdout
    assert "config.toml:" in result.stderr
    assert result.stderr.splitlines()[-1] == "working on with the last good configuration"


def test_terms_are_not_looked_for_in_a_broken_file(config, call, write):
    call("run", "--once")
    write(config.read_text() + "due = [\n")
    assert call("reconcile", "card", "1236.47").exit_code == 78


# ─── More than is due ───

HOME = """\
timezone = "Asia/Shanghai"
locale = "en"
currency = "CNY"
[channels.screen]
url = "console://"
[[loans]]
id = "home"
name = "House"
principal = "100000"
annual_rate = "6%"
repayment = "equal-installment"
installments = 120
first_due = 2026-10-20
paid_until = 2026-11-20
"""
SHORTER = (
    "to the principal, term shorter: next CN¥1,110.21 on Dec 20, last one on Mar 20, 2034; "
    "CN¥13,371.24 less to pay in all"
)
LOWER = (
    "to the principal, installments lower: next CN¥948.75 on Dec 20, last one on Sep 20, 2036; "
    "CN¥6,461.53 less to pay in all"
)
AHEAD = (
    "ahead, to the next installments: next CN¥1,093.99 on Jun 20, 2028, last one on Sep 20, 2036; "
    "nothing saved"
)
"""20,000.00 on 9 December: 19 of the 30 days of the period have earned 63.33 on them."""


def test_what_is_more_than_the_next_installment_goes_nowhere_unasked(write, call, refused, told):
    write(HOME)
    call("pay", "home", "1")  # so that the loan is known
    before = told("quote", "home")
    code, sentence = refused("pay", "home", "20000")
    assert (code, sentence) == (
        2,
        "Of CN¥20,000.00 for House, CN¥20,000.00 is beyond what is due. Nothing was recorded, as "
        "nobody has said where the lender takes that: to the principal, or ahead (add --to "
        "shorter, --to lower, --to ahead, or write prepayment in the loan's table; `reminderd "
        "quote home --pay AMOUNT` shows what comes of each)",
    )
    assert told("quote", "home") == before


def test_a_quote_shows_what_comes_of_each_way(write, call, told):
    write(HOME)
    lines = call("quote", "home", "--pay", "20000").stdout.splitlines()
    assert [line.strip() for line in lines[-3:]] == [SHORTER, LOWER, AHEAD]
    over = told("quote", "home", "--pay", "20000")["if_paid"]["surplus"]
    assert (over["over"], over["to"], over["asks"]) == ("20000.00", None, True)
    assert over["ways"][0] == {
        "to": "shorter",
        "ends": "2034-03-20",
        "next": {"due": "2026-12-20", "amount": "1110.21"},
        "saved": "13371.24",
    }


@pytest.mark.parametrize(("to", "way"), [("shorter", SHORTER), ("lower", LOWER), ("ahead", AHEAD)])
def test_what_was_said_is_recorded_with_the_payment_shown_and_taken_back(
    to, way, write, call, told, paid
):
    write(HOME)
    lines = call("pay", "home", "20000", "--to", to).stdout.splitlines()
    assert lines[1] == f"Beyond what was due: CN¥20,000.00, {way}"
    (one,) = told("undo")
    assert (one["payment"], one["to"]) == (1, to)
    went = {"shorter": "(term shorter)", "lower": "(installments lower)"}
    listed = call("undo").stdout
    assert went.get(to, "what is over to the next installments") in listed
    assert call("undo", "1").exit_code == 0
    assert told("quote", "home", "--pay", "1")["if_paid"]["credit"] == "1.00"
    assert paid("home", "20000", "--to", to)["to"] == to


def test_the_terms_say_where_it_goes(write, call, told):
    write(HOME + 'prepayment = "lower"\n')
    assert f"CN¥20,000.00, {LOWER}" in call("pay", "home", "20000").stdout
    assert told("undo")[0]["to"] == "lower"


def test_to_the_principal_means_what_the_terms_say(write, call, told, refused):
    write(HOME + 'prepayment = "shorter"\n')
    call("pay", "home", "500", "--to", "principal")
    assert told("undo")[0]["to"] == "shorter"
    write(HOME)
    code, sentence = refused("pay", "home", "20000", "--to", "principal")
    assert code == 2
    assert "(add --to shorter, --to lower, or write prepayment" in sentence


def test_up_to_the_next_installment_it_waits_for_that_one(write, call, told):
    write(HOME)
    text = call("pay", "home", "500").stdout
    assert "Beyond what was due: CN¥500.00, kept for the next installments (if" in text
    assert told("undo")[0]["to"] is None
    rest = call("pay", "home", "610.21").stdout
    assert "Beyond" not in rest  # with the 500.00 it is the next installment
    assert told("quote", "home", "--pay", "1")["if_paid"]["credit"] == "1.00"


@pytest.mark.parametrize("to", ["shorter", "principal"])
def test_a_known_sum_has_no_principal_to_be_lowered(to, config, refused):
    code, sentence = refused("pay", "card", "2000", "--to", to)
    assert code == 2
    assert sentence.splitlines()[-1] == (
        f'--to: "{to}" does not go with listed: no principal is known to work its sums out anew '
        'from (write "ahead")'
    )


def test_with_all_loans_nothing_is_over(config, refused):
    code, sentence = refused("pay", "--all-due", "--to", "ahead")
    assert (code, sentence) == (2, "--all-due leaves nothing over (leave out --to)")


@pytest.mark.parametrize(("to", "says"), [("principal", "shorter"), ("lower", None)])
def test_a_payment_in_the_file_says_where_it_went(to, says, write, told, paid):
    payment = f'{{ date = 2026-12-08, amount = "20000", to = "{to}" }}'
    write(f"{HOME}payments = [{payment}]\n" + (f'prepayment = "{says}"\n' if says else ""))
    told_of = told("quote", "home")
    write(HOME)
    told_by = paid("home", "20000", "--date", "2026-12-08", "--to", says or to)
    assert (told_of["payoff"], told_of["due"]) == (told_by["payoff"], told_by["due"])


@pytest.mark.parametrize("way", ["shorter", "lower", "ahead"])
def test_on_a_terminal_it_asks_where_the_money_goes(way, write, told, tmp_path):
    """Of 2024, so that the day has been whenever this runs."""
    config = write(HOME.replace("2026-10-20", "2023-12-20").replace("2026-11-20", "2024-01-20"))
    ours, its = pty.openpty()
    os.write(ours, f"{way}\n".encode())
    day = ("--date", "2024-02-09", "--yes")
    arguments = ("pay", "home", "20000", *day, "--json", "--config", str(config))
    done = subprocess.run(
        [sys.executable, "-m", "reminderd", *arguments],
        env=os.environ | {"STATE_DIRECTORY": str(tmp_path / "state")},
        stdin=its,
        capture_output=True,
        check=True,
        timeout=PATIENCE,
    )
    os.close(ours)
    os.close(its)
    assert json.loads(done.stdout)["to"] == way
    asked = done.stderr.decode()
    assert "Of CN¥20,000.00 for House, CN¥20,000.00 is beyond what is due." in asked
    assert "shorter: to the principal, term shorter: next CN¥" in asked
    assert "Where does the lender take it?" in asked
