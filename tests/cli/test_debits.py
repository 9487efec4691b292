"""What a borrower says of the lender's debits: ``failed``, and ``pay`` of one that went through."""

import pytest

CAR = """\
timezone = "Asia/Shanghai"
locale = "en"
[[loans]]
id = "car"
name = "Car loan"
amount = "350.00"
first_due = 2026-11-05
installments = 48
paid_until = 2026-11-04
penalty.daily_rate = "0.05%"
auto_debit = { account = "Visa 4242" }
"""
ASSUMED = CAR.replace('"Visa 4242"', '"Visa 4242", assume = "paid"')
COUNTS = "The debit of Dec 5 on Car loan counts as made already, with CN¥350.00"


@pytest.fixture
def car(write):
    """Write a car loan of which two debits are open, on the fifth of November and December."""
    return write(CAR)


@pytest.fixture
def assumed(write, call):
    """Write it with debits that count as made, and have the two written down."""
    path = write(ASSUMED)
    assert call("run", "--once").exit_code == 0
    return path


@pytest.fixture
def standing(told):
    """Return a function that says which debits are open, and what is owed beside them."""

    def read():
        (row,) = told("status")
        return [debit["due"][5:] for debit in row["unconfirmed"]], row["owed_today"]

    return read


@pytest.fixture
def records(told):
    """Return a function that lists what can be taken back: its number, its day, what it is of."""

    def read():
        return [
            (row.get("payment", row.get("agreement")), row.get("due", row["date"])[5:])
            for row in told("undo")
        ]

    return read


# ─── status ───


def test_an_open_debit_is_a_line_of_its_own_and_in_no_total(car, write, said, standing):
    line = (
        "car: debit not confirmed (Nov 5 and Dec 5); CN¥706.65 is owed today if it failed "
        "(it went through: reminderd pay car; it failed: reminderd failed car)"
    )
    assert said("status").splitlines()[-1] == line
    assert standing() == (["11-05", "12-05"], "0.00")
    write(CAR + '[[loans]]\nid = "a"\ndue = 2026-12-09\namount = 5\n')
    assert said("status").splitlines()[-2:] == ["Owed today in all: CN¥5.00", line]


def test_the_line_is_in_the_users_language(write, said):
    write(CAR.replace('"en"', '"zh-CN"'))
    assert said("status").splitlines()[-1] == (
        "car：扣款尚未确认（11月5日和12月5日），如未扣成，今天应还¥706.65"
        "（已扣：reminderd pay car；未扣：reminderd failed car）"
    )


# ─── failed ───


def test_the_oldest_open_debit_failed(car, call, standing):
    result = call("failed", "car")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "Recorded as A1: debit of Nov 5 failed",
        "Car loan: 34 days overdue, CN¥355.95 owed today",
        "To take it back: reminderd undo A1",
    ]
    assert standing() == (["12-05"], "355.95")
    assert call("failed", "Car Loan").exit_code == 0
    assert standing() == ([], "706.65")


def test_the_due_date_says_which_debit_failed(car, call, standing):
    assert call("failed", "car", "--due", "2026-12-05").exit_code == 0
    assert standing() == (["11-05"], "350.70")


def test_todays_debit_can_fail_at_once_and_is_not_asked_about_later(car, call, clock, standing):
    call("pay", "car")
    clock.shown = clock.shown.replace(day=5)
    result = call("failed", "car")
    assert result.stdout.splitlines()[:2] == [
        "Recorded as A1: debit of Dec 5 failed",
        "Car loan: CN¥350.00 due today",
    ]
    clock.shown = clock.shown.replace(day=6)
    assert standing() == ([], "350.18")


def test_a_failure_taken_back_is_a_debit_that_nobody_has_confirmed(car, call, standing):
    call("failed", "car")
    assert call("undo").stdout == "A1: debit of Nov 5 failed, Car loan, Dec 9\n"
    result = call("undo", "A1")
    assert result.stdout.splitlines() == [
        "Agreement A1 taken back",
        "Car loan: did the debits go through (Nov 5 and Dec 5)?",
    ]
    assert standing() == (["11-05", "12-05"], "0.00")


def test_in_json_a_failure_has_its_number_its_date_and_the_quote(car, call, told):
    assert call("failed", "car").exit_code == 0  # syncs, so that nothing is said of that below
    found = told("failed", "car")
    assert (found.pop("agreement"), found.pop("debit")) == ("A2", "2026-12-05")
    assert found == told("quote", "car")
    assert found["due"]["total"] == "706.65"


def test_in_chinese_a_failure_is_told_in_chinese(write, call):
    write(CAR.replace('"en"', '"zh-CN"'))
    assert call("failed", "car").stdout.splitlines() == [
        "已记录A1：11月5日的自动扣款失败",
        "Car loan：已逾期34天，今天应还¥355.95",
        "如需撤销：reminderd undo A1",
    ]


def test_where_no_debit_is_open_none_failed(config, write, car, call, refused, standing):
    sentence = "no debit of loan car waits to be confirmed (see `reminderd status`)"
    call("failed", "car")
    call("failed", "car")
    assert refused("failed", "car") == (2, sentence)
    assert standing() == ([], "706.65")
    write(CAR.replace('auto_debit = { account = "Visa 4242" }', "auto_debit = false"))
    assert refused("failed", "car")[1].splitlines()[-1] == sentence


def test_of_another_day_the_open_debits_are_named(car, refused, standing):
    code, sentences = refused("failed", "car", "--due", "2026-12-06")
    assert code == 2
    assert sentences.splitlines()[-1] == (
        "no debit of 2026-12-06 waits to be confirmed (there is: 2026-11-05, 2026-12-05)"
    )
    assert standing() == (["11-05", "12-05"], "0.00")


# ─── pay ───


def test_without_a_sum_the_oldest_debit_is_confirmed_on_its_due_date(car, call, standing, records):
    assert call("pay", "car").stdout.splitlines() == [
        "Taken as the debit of Nov 5, paid on Nov 5: CN¥350.00",
        "Car loan: did the debit of Dec 5 go through?",
        "To take it back: reminderd undo 1",
    ]
    assert records() == [(1, "11-05")]
    call("pay", "car")
    assert standing() == ([], "0.00")
    assert records() == [(1, "11-05"), (2, "12-05")]


def test_with_its_sum_too_and_nothing_is_late(car, call, standing):
    assert call("pay", "car", "350").stdout.splitlines()[0] == (
        "Payment 1: CN¥350.00 on Car loan, Nov 5"
    )
    assert standing() == (["12-05"], "0.00")


def test_paid_by_hand_on_a_later_day_it_leaves_the_penalty_to_the_next(car, call, told, standing):
    call("pay", "car")
    call("pay", "car", "350", "--date", "2026-12-08")
    assert standing() == ([], "0.00")
    assert told("quote", "car", "--explain")["next_derivation"][-1]["amount"] == "350.53"


def test_in_chinese_a_debit_is_confirmed_in_chinese(write, call):
    write(CAR.replace('"en"', '"zh-CN"'))
    assert call("pay", "car").stdout.splitlines() == [
        "记为：11月5日的自动扣款，11月5日已还，¥350.00",
        "Car loan：12月5日的自动扣款成功了吗？",
        "如需撤销：reminderd undo 1",
    ]


def test_what_is_due_on_every_loan_leaves_debits_alone(car, call, standing, records):
    result = call("pay", "--all-due")
    assert result.stdout == "Nothing is due on any loan, so nothing was recorded.\n"
    assert (standing(), records()) == ((["11-05", "12-05"], "0.00"), [])


# ─── Debits that count as made ───


def test_one_that_counts_as_made_is_a_payment_on_its_due_date(assumed, said, standing):
    assert standing() == ([], "0.00")
    assert said("undo").splitlines() == [
        "1: debit of CN¥350.00, taken as made, Car loan, Nov 5",
        "2: debit of CN¥350.00, taken as made, Car loan, Dec 5",
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("350",),
        ("350", "--date", "2026-12-07"),
        ("350", "--date", "2026-12-05"),
        ("--date", "2026-12-05"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("written_down", [True, False])
def test_paying_it_once_more_is_asked_about(
    arguments, written_down, write, call, refused, standing, records
):
    write(ASSUMED)
    call("run", "--once") if written_down else call("pay", "car", "350", "--date", "2026-11-05")
    before = records()
    code, sentences = refused("pay", "car", *arguments)
    assert code == 2
    by_its_day = arguments[:1] == ("--date",) and not written_down
    assert ("what was due on Dec 5 is paid" if by_its_day else COUNTS) in sentences
    assert (standing(), records()) == (([], "0.00"), before)


def test_the_question_names_what_to_do_if_it_failed_or_is_another_payment(assumed, refused):
    assert refused("pay", "car", "350")[1] == (
        f"{COUNTS} (if it failed: reminderd failed car). "
        "Nothing was recorded (--again records another one)"
    )


def test_the_question_in_chinese(write, refused):
    write(ASSUMED.replace('"en"', '"zh-CN"'))
    assert refused("pay", "car", "350")[1].splitlines()[-1] == (
        "Car loan12月5日的自动扣款¥350.00已算作扣款成功（如果没有扣成：reminderd failed car）。"
        "未作记录（如确实又还了一笔，请加上 --again）"
    )


@pytest.mark.parametrize("written_down", [True, False])
def test_another_payment_is_one_for_the_next_installment(written_down, write, call, told):
    write(ASSUMED)
    if written_down:
        call("run", "--once")
    assert call("pay", "car", "350", "--again").exit_code == 0
    (row,) = told("status")
    assert (row["next_due"]["date"], row["owed_today"]) == ("2027-02-05", "0.00")
    assert [one["date"] for one in told("undo")] == ["2026-11-05", "2026-12-05", "2026-12-09"]


def test_another_sum_is_another_payment(assumed, call, told):
    assert call("pay", "car", "100").exit_code == 0
    assert told("status")[0]["next_due"] == {"date": "2027-01-05", "amount": "250.00"}


def test_once_the_next_installment_falls_due_a_payment_is_for_that(assumed, call, clock):
    clock.shown = clock.shown.replace(year=2027, month=1, day=5)
    assert call("pay", "car", "350").stdout.splitlines()[0] == (
        "Payment 3: CN¥350.00 on Car loan, Jan 5"
    )


def test_one_that_failed_after_all_is_taken_back_with_its_payment(assumed, call, standing, records):
    assert call("failed", "car").stdout.splitlines() == [
        "Recorded as A1: debit of Dec 5 failed",
        "Car loan: 4 days overdue, CN¥350.70 owed today",
        "To take it back: reminderd undo A1",
    ]
    assert records() == [(1, "11-05"), ("A1", "12-05")]
    call("failed", "car", "--due", "2026-11-05")
    assert records() == [("A1", "12-05"), ("A2", "11-05")]
    assert standing() == ([], "706.65")


def test_such_a_failure_taken_back_counts_as_made_again(assumed, call, standing, records):
    call("failed", "car")
    call("undo", "A1")
    assert standing() == ([], "0.00")
    call("run", "--once")
    assert records() == [(1, "11-05"), (3, "12-05")]


def test_its_payment_taken_back_is_a_debit_that_failed(assumed, call, standing, records):
    assert call("undo", "2").stdout.splitlines() == [
        "Payment 2 taken back",
        "Car loan: 4 days overdue, CN¥350.70 owed today",
    ]
    call("run", "--once")
    assert records() == [(1, "11-05"), ("A1", "12-05")]
    assert standing() == ([], "350.70")
