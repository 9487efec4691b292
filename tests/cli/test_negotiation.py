"""``extension`` and ``waive``: what is negotiated bears on figure, dates and advice."""

import pytest


@pytest.fixture
def record(call, config):
    """Return a function that runs a recording command and returns what it printed."""

    def run(*arguments):
        result = call(*arguments)
        assert result.exit_code == 0, result.stderr
        return result.stdout.splitlines()

    return run


def advised(told, loan="card"):
    return [action["id"] for action in told("quote", loan)["advice"]]


def test_an_approved_extension_moves_the_due_date_and_what_lateness_cost(record, told):
    lines = record("extension", "card", "approved", "--to", "2026-12-20")
    assert lines == [
        "Recorded as A1: extension approved, from Dec 5 to Dec 20",
        "Credit card: CN¥1,236.47 due on Dec 20, in 11 days",
        "To take it back: reminderd undo A1",
    ]
    assert told("quote", "card")["days_past_due"] == 0
    assert told("quote", "card", "--as-of", "2026-12-08")["days_past_due"] == 3
    late = told("quote", "card", "--as-of", "2026-12-21")
    assert (late["days_past_due"], late["due"]["penalty"]) == (1, "0.62")
    of_card = [row["due"] for row in told("preview") if row["loan"] == "card"]
    assert set(of_card) == {"2026-12-20"}


def test_an_extension_into_several_dates_with_a_rate_of_its_own(record, told):
    dates = ("--to", "2026-12-19", "--to", "2026-12-29")
    record("extension", "card", "approved", *dates, "--annual-rate", "36.5%")
    # 1,234.00 × 0.1 % × 10 days = 12.34, and 2.47 from before; then 617.00 × 0.1 % × 10 = 6.17
    assert told("status")[0]["next_due"] == {"date": "2026-12-19", "amount": "631.81"}
    later = told("quote", "card", "--as-of", "2026-12-29")["due"]
    assert (later["principal"], later["interest"]) == ("1234.00", "20.98")


def test_an_extension_taken_back_leaves_all_as_it_was(record, told):
    before = told("quote", "card")
    record("extension", "card", "approved", "--to", "2026-12-20")
    assert record("undo", "A1")[0] == "Agreement A1 taken back"
    assert told("quote", "card") == before
    assert told("undo") == []


@pytest.mark.parametrize(
    ("state", "action"),
    [("requested", "follow-up-extension"), ("refused", "after-refusal")],
)
def test_what_was_asked_once_is_not_advised_again(state, action, record, told):
    assert "ask-extension" in advised(told)
    record("extension", "card", state)
    assert "ask-extension" not in advised(told)
    assert action in advised(told)


def test_the_latest_word_on_a_request_counts(record, told):
    record("extension", "card", "requested", "--date", "2026-12-07")
    record("extension", "card", "refused", "--date", "2026-12-08")
    assert "after-refusal" in advised(told)
    assert "follow-up-extension" not in advised(told)


def test_a_waiver_takes_from_fees_penalty_and_interest_and_never_from_principal(record, told):
    record("waive", "card", "2.00")
    assert told("quote", "card")["due"]["penalty"] == "0.47"
    record("waive", "card", "500")
    assert told("quote", "card")["due"]["total"] == "1234.00"


def test_a_waiver_of_principal_has_to_be_named(record, told):
    record("waive", "card", "234", "--of", "principal")
    assert told("quote", "card")["due"]["principal"] == "1000.00"


def test_what_can_be_taken_back_is_listed(record, told):
    record("pay", "card", "100")
    record("waive", "card", "2.00", "--date", "2026-12-08")
    assert record("undo") == [
        "2: payment of CN¥100.00, Credit card, Dec 9",
        "A1: waiver of CN¥2.00, Credit card, Dec 8",
    ]
    assert told("undo")[1] == {
        "agreement": "A1",
        "loan": "card",
        "date": "2026-12-08",
        "kind": "waived",
        "amount": "2.00",
    }


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("card", "approved"), "the new due date is missing (add --to 2027-01-15)"),
        (
            ("card", "approved", "--to", "2026-12-05"),
            "the new dates must come after 2026-12-05, each once and in order",
        ),
        (
            ("card", "requested", "--to", "2026-12-25"),
            "--due, --to and --annual-rate go with approved, not with requested",
        ),
        (
            ("card", "approved", "--due", "2026-12-06", "--to", "2026-12-25"),
            "2026-12-06 is no due date of loan card that is unpaid (see `reminderd quote`)",
        ),
        (
            ("card", "refused", "--date", "2026-12-10"),
            "2026-12-10 is still to come (record it once it has happened)",
        ),
        (
            ("card", "approved", "--to", "2026-12-25", "--annual-rate", "much"),
            '\'much\' is not a rate (write "18%" or "0.18")',
        ),
    ],
)
def test_what_cannot_have_been_agreed_is_refused(arguments, sentence, config, refused, told):
    code, sentences = refused("extension", *arguments)
    assert (code, sentences.splitlines()[-1]) == (2, sentence)
    assert told("undo") == []


def test_an_agreement_that_is_not_there_cannot_be_taken_back(config, refused):
    code, sentences = refused("undo", "A7")
    assert code == 2
    assert sentences.splitlines()[-1] == "there is no agreement A7 (`reminderd undo` lists them)"


def test_agreements_survive_a_change_of_the_configuration(record, config, write, told):
    record("extension", "card", "approved", "--to", "2026-12-20")
    write(config.read_text().replace("Credit card", "Visa"))
    assert told("quote", "card")["days_past_due"] == 0


def test_what_of_a_waiver_lapses_is_said(record, call):
    assert record("waive", "card", "5000")[1] == (
        "CN¥2.47 of it is let go; the other CN¥4,997.53 lapses, for no more of that is owed."
    )
    assert record("waive", "card", "5")[1] == "Nothing of that is owed, so all of CN¥5.00 lapses."


def test_a_waiver_that_counts_whole_says_so(record):
    assert record("waive", "card", "2") == [
        "Recorded as A1: waiver of CN¥2.00",
        "All of CN¥2.00 is let go.",
        "Credit card: 4 days overdue, CN¥1,234.47 owed today",
        "To take it back: reminderd undo A1",
    ]


# ─── A rest that the lender does not ask for ───


@pytest.fixture
def nearly(write, call):
    """Write a loan in installments; 6 cents of what the program asked for were not paid."""
    write(
        'timezone = "Asia/Shanghai"\nlocale = "en"\n[[loans]]\nid = "home"\nprincipal = "10000"\n'
        'annual_rate = "6%"\ninstallments = 12\nfirst_due = 2026-11-20\n'
        'penalty.daily_rate = "0.05%"\n'
    )
    assert call("pay", "home", "860.60", "--date", "2026-11-20").exit_code == 0


def test_a_rest_makes_no_reminder_and_no_stage(nearly, told):
    [row] = told("status")["loans"] if isinstance(told("status"), dict) else told("status")
    assert (row["stage"], row["next_due"]["date"]) == ("upcoming", "2026-12-20")
    ahead = told("preview", "--days", "60")
    assert {alert["due"] for alert in ahead} == {"2026-12-20", "2027-01-20"}


def test_it_is_settled_and_said_how_far_off_the_figures_were(nearly, said, told):
    assert said("settle", "home").splitlines() == [
        "home: CN¥0.06 is let go as A1, for the lender counts it as paid.",
        "These figures asked for CN¥860.66, the lender for CN¥860.60: off by CN¥0.06, or 0.007%.",
        "Which convention makes the difference: reminderd reconcile home FIGURE, with the lender's "
        "next figure",
        "home: CN¥860.66 due on Dec 20, in 11 days",
        "To take it back: reminderd undo A1",
    ]


def test_there_must_be_one(nearly, call, refused):
    call("settle", "home")
    assert refused("settle", "home") == (
        2,
        "home: nothing that has fallen due is open, so there is nothing to settle.",
    )


def test_what_is_more_than_a_rest_is_asked_about(config, refused, call, told):
    code, sentence = refused("settle", "card")
    assert code == 2
    assert sentence.splitlines()[-1] == (
        "CN¥1,236.47 of Credit card is more than a rest (if it was paid: reminderd pay card). "
        "Nothing was recorded (--yes records it all the same)"
    )
    assert call("settle", "card", "--yes").exit_code == 0
    assert told("quote", "card")["stage"] == "settled"
