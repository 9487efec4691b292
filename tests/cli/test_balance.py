"""``balance``, and what ``status``, ``undo``, ``check`` and ``preview`` say of accounts."""

from datetime import UTC, datetime

import pytest

HEAD = """\
timezone = "Asia/Shanghai"
locale = "{locale}"
[channels.screen]
url = "console://"
[accounts.bank]
balance = "1000.00"
as_of = 2026-11-29
income = [{{ day = 25, amount = "8000" }}]
[[loans]]
id = "card"
name = "Card"
due = 2026-12-10
amount = "1234.00"
auto_debit = {{ account = "bank", times = ["06:00"] }}
[[loans]]
id = "rent"
first_due = 2026-12-15
amount = "500"
paid_from = "bank"
"""
AT = datetime(2026, 12, 1, 4, tzinfo=UTC)


@pytest.fixture
def book(clock, write):
    """Write a configuration in a language, at noon of the first of December."""
    clock.shown = AT

    def put(locale="en", more=""):
        return write(HEAD.format(locale=locale) + more)

    put()
    return put


LINES = {
    "en": "bank: CN¥1,000.00 by the balance of Nov 29; next CN¥1,234.00 leaves on Dec 10 (Card); "
    "CN¥234.00 short on Dec 10: transfer it by Dec 8",
    "zh-CN": "bank：按11月29日的余额推算，现有¥1,000.00；下一笔12月10日要付¥1,234.00（Card）；"
    "12月10日缺¥234.00：请在12月8日之前（含当天）转入",
}


@pytest.mark.parametrize("locale", LINES)
def test_status_says_what_each_account_holds_what_leaves_next_and_what_is_missing(
    book, said, locale
):
    book(locale)
    assert said("status").splitlines()[-1] == LINES[locale]
    assert said("balance") == LINES[locale] + "\n"


def test_the_same_in_json(book, told):
    *loans, account = told("status")
    assert [row["loan"] for row in loans] == ["card", "rent"]
    assert told("balance") == [account]
    movements = account.pop("movements")
    assert account == {
        "account": "bank",
        "currency": "CNY",
        "balance": "1000.00",
        "as_of": "2026-11-29",
        "holds": "1000.00",
        "next": {"date": "2026-12-10", "amount": "1234.00", "loans": ["card"]},
        "short": [
            {
                "date": "2026-12-10",
                "missing": "234.00",
                "transfer_by": "2026-12-08",
                "overdue": False,
                "loans": ["card"],
            },
            {
                "date": "2026-12-15",
                "missing": "500.00",
                "transfer_by": "2026-12-11",
                "overdue": False,
                "loans": ["rent"],
            },
        ],
        "until": "2027-02-01",
        "unknown": [],
        "troubled": [],
    }
    assert movements[0] == {
        "date": "2026-12-10",
        "income": "0.00",
        "leaves": [{"loan": "card", "amount": "1234.00"}],
        "balance": "0.00",
    }
    assert (movements[2]["income"], movements[2]["balance"]) == ("8000.00", "8000.00")


def test_a_newer_balance_is_recorded_and_taken_back(book, call, told, said):
    lines = call("balance", "bank", "1734").stdout.splitlines()
    assert lines == [
        "Balance B1 of bank: CN¥1,734.00, Dec 1",
        "bank: CN¥1,734.00 by the balance of Dec 1; next CN¥1,234.00 leaves on Dec 10 (Card); "
        "enough up to Feb 1, 2027",
        "To take it back: reminderd undo B1",
    ]
    assert told("undo") == [
        {
            "balance": "B1",
            "account": "bank",
            "date": "2026-12-01",
            "amount": "1734.00",
            "currency": "CNY",
        }
    ]
    assert said("undo") == "B1: balance of CN¥1,734.00, bank, Dec 1\n"
    assert said("undo", "b1").splitlines() == ["Balance B1 taken back", LINES["en"]]
    assert told("undo") == []


def test_both_in_json(book, call, told):
    call("status")
    call("balance", "bank", "1")  # writes the book, and says so
    stated = told("balance", "bank", "1,734.00")
    assert (stated["recorded"], stated["holds"], stated["short"]) == ("B2", "1734.00", [])
    undone = told("undo", "B2")
    assert (undone["undone"], undone["accounts"][0]["holds"]) == ("B2", "1.00")


def test_the_latest_day_counts_whatever_was_recorded_last(book, call, told):
    call("balance", "bank", "5", "--date", "2026-11-30")
    call("balance", "bank", "6", "--date", "2026-11-28")
    assert told("balance")[0]["balance"] == "5.00"
    call("balance", "bank", "-7.50")
    assert told("balance")[0]["balance"] == "-7.50"


def test_what_is_paid_after_it_comes_out_of_it_and_what_was_paid_before_does_not(
    book, call, told, clock
):
    def holds():
        return told("balance")[0]["holds"]

    call("pay", "rent", "100")
    clock.shown = datetime(2026, 12, 1, 5, tzinfo=UTC)
    call("balance", "bank", "2000")
    assert holds() == "2000.00"
    clock.shown = datetime(2026, 12, 1, 6, tzinfo=UTC)
    call("pay", "rent", "300")
    assert holds() == "1700.00"
    clock.shown = datetime(2026, 12, 2, 4, tzinfo=UTC)
    call("pay", "rent", "50")
    assert holds() == "1650.00"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["bnk", "5"], "there is no account 'bnk' (there are: bank) (did you mean 'bank'?)"),
        (["bank"], "what does it hold? (reminderd balance bank 1234.50)"),
        (["bank", "5.001"], "5.001 has more than 2 decimal digits, which CNY allows"),
        (["bank", "a lot"], "'a lot' is not an amount (write \"1234.50\")"),
        (
            ["bank", "5", "--date", "2026-12-02"],
            "2026-12-02 is still to come (record it once it has happened)",
        ),
    ],
)
def test_what_cannot_be_recorded_is_refused(book, call, arguments, sentence):
    result = call("balance", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[-1] == sentence


@pytest.mark.parametrize("number", ["B7", "C1", "B", "-1", "b²"])
def test_a_number_that_there_is_not_is_refused(book, call, number):
    result = call("undo", "--", number)
    assert result.exit_code == 2
    assert "B" in result.stderr.splitlines()[-1]


def test_without_accounts_it_says_how_to_add_one(config, said, call):
    assert said("balance") == "There are no accounts (add one under [accounts.NAME]).\n"
    assert "(add one under [accounts.NAME])" in call("balance", "bank", "5").stderr


def test_an_old_balance_is_asked_for_anew_and_alarms_nobody(book, said, told, clock):
    clock.shown = datetime(2027, 1, 4, 4, tzinfo=UTC)
    line = (
        "bank: the balance of Nov 29, 2026, CN¥1,000.00, is too old to tell whether it is enough "
        "(record today's: reminderd balance bank AMOUNT)"
    )
    assert line in said("status").splitlines()
    assert (told("balance")[0]["holds"], told("balance")[0]["short"]) == (None, [])
    asked = told("check")["doubts"]
    assert [(doubt["path"], doubt["line"]) for doubt in asked if "bank" in doubt["path"]] == [
        ("accounts.bank.as_of", 7)
    ]
    assert not [row for row in told("preview", "--days", "60") if row["loan"] is None]


def test_check_asks_of_an_account_that_pays_nothing_and_of_a_balance_to_come(book, told):
    book(more="[accounts.spare]\nbalance = 1\nas_of = 2026-11-30\n")
    spare = [doubt["message"] for doubt in told("check")["doubts"]]
    assert spare == ['no loan is paid from it (write paid_from = "spare" in a loan, or remove it)']
    book().write_text(book().read_text().replace("2026-11-29", "2027-11-29"))
    asked = told("check")["doubts"]
    assert [doubt["message"] for doubt in asked] == [
        "2027-11-29 is yet to come (is the year right?)"
    ]


def test_bills_that_are_not_known_are_named_and_not_counted(book, said):
    more = (
        '[[loans]]\nid = "huabei"\nfirst_due = 2026-12-09\nstatement_day = 25\npaid_from = "bank"\n'
    )
    book(more=more)
    last = said("status").splitlines()[-1]
    assert last.endswith(
        "; not counted, as the sum is not recorded: huabei (Dec 9), huabei (Jan 9, 2027)"
    )


def test_preview_shows_the_warning_whole(book, said, told):
    [first, second] = [row for row in told("preview") if row["loan"] is None]
    assert (first["at"], first["due"], first["title"]) == (
        "2026-12-08T09:00+08:00",
        "2026-12-10",
        "bank: CN¥234.00 short on Dec 10",
    )
    assert (first["severity"], second["due"]) == ("warning", "2026-12-15")
    assert "▶ Transfer CN¥234.00 to bank by the end of today" in said("preview", "--full")
