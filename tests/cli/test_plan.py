"""``plan``: what to pay first, over all loans, and why."""

from decimal import Decimal

import pytest

HEAD = 'timezone = "Asia/Shanghai"\nlocale = "en"\ncurrency = "CNY"\n'


def loan(loan_id, due, amount, rate=None, name=None, **more):
    """Write a loan's table; a rate is one a day, in percent."""
    lines = ["[[loans]]", f'id = "{loan_id}"', f'name = "{name or loan_id.title()}"']
    lines += [f"due = {due}", f'amount = "{amount}"']
    lines += [f'penalty.daily_rate = "{rate}%"'] if rate else []
    lines += [f"{key} = {value}" for key, value in more.items()]
    return "\n".join(lines) + "\n"


# On 9 December all of these are late; a day costs 0.50, 10.00 and nothing.
LATE = (
    loan("cheap", "2026-12-04", "1000.00", "0.05")
    + loan("dear", "2026-12-08", "1000.00", "1")
    + loan("free", "2026-12-01", "300.00")
)
COMING = loan("rent", "2026-12-20", "800.00", "0.5")
GRACE = loan("grace", "2026-12-06", "500.00", "0.1", grace_days=3)


@pytest.fixture
def planned(write, told):
    """Return a function that plans over loans and returns the shares by loan, and what is left."""

    def run(cash, *loans, options=()):
        write(HEAD + "".join(loans))
        found = told("plan", cash, *options)
        return {share["loan"]: share for share in found["shares"]}, found["left"]

    return run


@pytest.fixture
def lines(write, said):
    """Return a function that plans over loans and returns the lines."""

    def run(cash, *loans, head=HEAD):
        write(head + "".join(loans))
        return said("plan", cash).splitlines()

    return run


# ─── What goes where ───


def test_each_loan_has_its_line_the_dearest_first_and_each_says_why(lines):
    assert lines("1400", LATE) == [
        "CN¥1,400.00 to spend on Dec 9",
        "  Dear: pay CN¥1,010.00 now; that lowers what a day costs here from CN¥10.00 to CN¥0.00",
        "  Cheap: pay CN¥390.00 now; that lowers what a day costs here from CN¥0.50 to CN¥0.31",
        "  Free: nothing for now; the money does not reach",
        "CN¥0.00 stays in hand.",
    ]


def test_a_loan_whose_grace_ends_today_goes_before_one_that_costs_more_a_day(lines):
    head, first, second, *_ = lines("600", LATE, GRACE)
    assert first == (
        "  Grace: pay CN¥500.00 now; else waiting gets dearer on Dec 10, by CN¥2.00 that day"
    )
    assert second.startswith("  Dear: pay CN¥100.00 now; that lowers")


def test_money_for_what_is_due_soon_is_kept_for_its_day(lines):
    text = lines("1000", COMING)
    assert text[1] == ("  Rent: keep CN¥800.00 for Dec 20; late, it would cost CN¥4.00 from Dec 21")
    assert text[-1] == "CN¥200.00 stays in hand."


def test_money_is_kept_for_the_coming_cliff_before_it_pays_for_what_crossed_its_own(planned):
    shares, left = planned("1500", LATE, COMING)
    assert (shares["rent"]["keep"], shares["rent"]["keep_for"]) == ("800.00", "2026-12-20")
    assert shares["rent"]["why"] == "kept_for_cliff"
    assert (shares["dear"]["pay"], shares["cheap"]["pay"]) == ("700.00", "0.00")
    assert left == "0.00"


def test_a_loan_that_is_late_and_has_more_coming_gets_money_for_both(write, said):
    write(
        HEAD + '[[loans]]\nid = "a"\nname = "Both"\npenalty.daily_rate = "1%"\ninstallments = [\n'
        '{ due = 2026-12-08, amount = "100.00" },\n{ due = 2026-12-18, amount = "100.00" },\n]\n'
    )
    assert said("plan", "500").splitlines()[1:] == [
        "  Both: pay CN¥101.00 now and keep CN¥100.00 for Dec 18; "
        "else waiting gets dearer on Dec 19, by CN¥2.00 that day",
        "CN¥299.00 stays in hand.",
    ]


def test_where_the_cash_does_not_reach_for_a_coming_date_that_is_said(lines):
    assert lines("500", COMING)[1:] == [
        "  Rent: nothing for now; the money does not reach; from Dec 21 being late costs CN¥4.00",
        "CN¥500.00 stays in hand.",
    ]


def test_what_is_due_and_costs_nothing_is_paid_with_what_is_over(lines):
    text = lines("2500", LATE)
    assert text[3] == "  Free: pay CN¥300.00 now; it is due"
    assert text[-1] == "CN¥187.50 stays in hand."


def test_where_nothing_is_due_that_is_said_and_all_stays_in_hand(lines):
    assert lines("100", loan("later", "2027-03-01", "50.00")) == [
        "CN¥100.00 to spend on Dec 9",
        "  Later: nothing for now; nothing is due",
        "CN¥100.00 stays in hand.",
    ]


def test_the_plan_is_for_the_day_that_is_asked_for(planned):
    before, left = planned("3000", LATE, options=["--as-of", "2026-11-30"])
    assert {share["why"] for share in before.values()} == {"kept_for_cliff", "nothing_due"}
    assert {share["pay"] for share in before.values()} == {"0.00"}
    after, _ = planned("3000", LATE, options=["--as-of", "2026-12-20"])
    assert after["dear"]["pay"] == "1120.00"


def test_what_was_paid_by_command_needs_no_money(write, call, told):
    write(HEAD + LATE)
    call("pay", "dear", "1010")
    shares = {share["loan"]: share for share in told("plan", "1400")["shares"]}
    assert (shares["dear"]["pay"], shares["dear"]["why"]) == ("0.00", "nothing_due")
    assert shares["cheap"]["pay"] == "1002.50"


def test_planning_records_nothing(write, told, state):
    file = write(HEAD + LATE)
    assert told("plan", "500") == told("plan", "500")
    assert not state.exists()
    assert file.read_text() == HEAD + LATE


# ─── Currencies ───


def test_loans_in_another_currency_are_left_out_and_named(lines):
    text = lines("500", LATE, loan("abroad", "2026-12-01", "70.00", "1", currency='"EUR"'))
    assert text[-1] == "Not looked at, in another currency: Abroad."
    assert len(text) == 6
    assert not any(line.startswith("  Abroad") for line in text)


@pytest.mark.parametrize("currency", ["EUR", "eur"])
def test_the_cash_may_be_in_the_other_currency(planned, currency):
    abroad = loan("abroad", "2026-12-01", "70.00", "1", currency='"EUR"')
    shares, left = planned("100", LATE, abroad, options=["--currency", currency])
    assert {name: share["pay"] for name, share in shares.items()} == {"abroad": "75.60"}
    assert left == "24.40"


def test_the_currency_of_most_loans_is_that_of_the_cash(write, told):
    write(
        HEAD
        + loan("home", "2026-12-01", "70.00")
        + loan("one", "2026-12-01", "7000", currency='"JPY"')
        + loan("two", "2026-12-02", "7000", currency='"JPY"')
    )
    found = told("plan", "10000")
    assert (found["currency"], found["cash"], found["left"]) == ("JPY", "10000", "0")
    assert [share["pay"] for share in found["shares"]] == ["7000", "3000"]
    assert found["other_currencies"] == ["Home"]


def test_a_currency_that_no_loan_is_in_is_refused_with_those_there_are(write, refused):
    write(HEAD + LATE + loan("abroad", "2026-12-01", "70.00", currency='"EUR"'))
    assert refused("plan", "5", "--currency", "USD") == (
        2,
        "no loan is in USD (there are: CNY, EUR)",
    )


# ─── Cash ───


@pytest.mark.parametrize(
    ("cash", "sentence"),
    [
        ("0", "0 is not an amount that can be paid (write 500.00)"),
        ("-5", "-5 is not an amount that can be paid (write 500.00)"),
        ("some", "'some' is not an amount (write \"1234.50\")"),
        ("1,5", "'1,5' has a decimal or thousands sign of another kind (write \"1.5\")"),
        ("1e3", "'1e3' is not an amount (write \"1234.50\")"),
        ("0.001", "0.001 has more than 2 decimal digits, which CNY allows"),
        ("9" * 30, f"{'9' * 30} is more than any loan (check the digits)"),
    ],
)
def test_cash_that_is_none_is_refused(config, refused, cash, sentence):
    assert refused("plan", "--", cash) == (2, sentence)


def test_a_plan_over_no_loans_is_refused(write, refused):
    write(HEAD)
    said = "there are no loans yet (add one under [[loans]])"
    assert refused("plan", "5") == (2, said)


@pytest.mark.parametrize("cash", ["0.01", "499.99", "500", "1,510.00", "2,812.50", "9999.99"])
def test_what_is_paid_kept_and_left_is_the_cash_to_the_cent(write, told, cash):
    write(HEAD + LATE + COMING + GRACE)
    found = told("plan", cash)
    given = [Decimal(share[part]) for share in found["shares"] for part in ("pay", "keep")]
    assert sum(given) + Decimal(found["left"]) == Decimal(found["cash"])
    assert Decimal(found["cash"]) == Decimal(cash.replace(",", ""))


# ─── As JSON, and in Chinese ───


def test_a_share_in_json_has_what_the_line_says(planned):
    shares, left = planned("1400", LATE)
    assert shares["cheap"] == {
        "loan": "cheap",
        "pay": "390.00",
        "keep": "0.00",
        "keep_for": None,
        "why": "lowers_cost",
        "reason": "that lowers what a day costs here from CN¥0.50 to CN¥0.31",
        "cost_of_a_day": {"before": "0.50", "after": "0.31"},
    }
    assert list(shares) == ["dear", "cheap", "free"]


def test_the_plan_in_chinese_says_everything_in_chinese(lines):
    head = 'timezone = "Asia/Shanghai"\n'
    rows = (
        loan("a", "2026-12-04", "1000.00", "0.05", "信用卡")
        + loan("b", "2026-12-20", "800.00", "0.5", "房租")
        + loan("c", "2027-06-01", "90.00", name="学费")
        + loan("d", "2026-12-01", "7.00", name="旅行", currency='"EUR"')
    )
    assert lines("1000", rows, head=head) == [
        "12月9日可用¥1,000.00",
        "  房租：留出¥800.00，12月20日还；逾期的话，12月21日起会多付¥4.00",
        "  信用卡：现在还¥200.00；这笔每天的成本由¥0.50降到¥0.40",
        "  学费：暂不安排；目前无应还款",
        "还剩¥0.00。",
        "以下贷款币种不同，未计入：旅行。",
    ]
