"""``pay`` and ``undo``: what the borrower paid."""

import json

import pytest


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
    said = {key: found.pop(key) for key in ("payment", "date", "amount", "taken_as")}
    assert said == {"payment": 2, "date": "2026-12-09", "amount": "1000.00", "taken_as": None}
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
        "2026-12-10 is still to come (record a payment once it is made)"
    )


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [
        ("0", "0 is not an amount that can be paid (write 500.00)"),
        ("0.00", "0.00 is not an amount that can be paid (write 500.00)"),
        ("-5", "-5 is not an amount that can be paid (write 500.00)"),
        ("five", "'five' is not an amount (write \"1234.50\")"),
        ("1,5", "'1,5' is not an amount (write \"1234.50\")"),
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
    assert sentence == ("'first' is no number (write 3 for a payment, A3 for an agreement)")


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
        {"payment": 2, "loan": "card", "date": "2026-12-09", "amount": "100.00"}
    ]
