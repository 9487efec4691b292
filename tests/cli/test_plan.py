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
        "CN¥1,400.00 to spend on Dec 9; costs are counted up to Jan 8, 2027",
        "  Dear: pay CN¥1,010.00 now; that saves CN¥300.00 by Jan 8, 2027",
        "  Cheap: pay CN¥390.00 now; that saves CN¥5.81 by Jan 8, 2027",
        "  Free: nothing for now; the money does not reach",
        "CN¥0.00 stays in hand.",
    ]


def test_what_may_be_reported_tomorrow_goes_before_what_costs_as_much(write, said):
    """The one costs 0.75 a day as the other does, but the other is due on 8 December."""
    write(
        HEAD.replace('currency = "CNY"\n', "")
        + "".join(
            f'[[loans]]\nid = "{name}"\nname = "{name.title()}"\npreset = "weilidai"\n'
            f'due = {due}\namount = "1000"\ndaily_rate = "0.05%"\n{more}'
            for name, due, more in (
                ("late", "2026-11-10", "reported_after = 4\n"),
                ("next", "2026-12-08", ""),
            )
        )
    )
    assert said("plan", "1010", "--as-of", "2026-11-13").splitlines() == [
        "CN¥1,010.00 to spend on Nov 13; costs are counted up to Dec 13",
        "  Late: pay CN¥1,002.25 now; "
        "else the lender may report it to the credit bureau from Nov 14",
        "  Next: keep CN¥7.75 for Dec 8; late, it would cost CN¥0.03 by Dec 13",
        "CN¥0.00 stays in hand.",
    ]


@pytest.mark.parametrize(("counts_due_date", "why"), [("true", "avoids_report"), ("false", None)])
def test_a_report_comes_a_day_sooner_where_the_due_date_counts(planned, counts_due_date, why):
    late = loan(
        "late", "2026-12-08", "100", reported_after=4, dpd_includes_due_date=counts_due_date
    )
    shares, _ = planned("100", late, options=["--until", "2026-12-11"])
    assert shares["late"]["why"] == (why or "still_owed")


def test_a_loan_of_a_person_is_reported_to_nobody(planned):
    late = loan("friend", "2026-12-01", "100", reported_after=4, lender='"person"')
    shares, _ = planned("100", late)
    assert shares["friend"]["why"] == "still_owed"


def test_what_may_be_reported_already_is_said(lines):
    late = loan("late", "2026-12-01", "100", reported_after=4) + LATE
    assert lines("100", late)[1] == (
        "  Late: pay CN¥100.00 now; the lender may report it to the credit bureau until it is paid"
    )
    dear = loan("late", "2026-12-01", "100", "1", reported_after=4)
    assert lines("99", dear)[1] == (
        "  Late: pay CN¥99.00 now; that saves CN¥27.30 by Jan 8, 2027; "
        "the lender may report it to the credit bureau"
    )
    assert lines("99", loan("late", "2026-12-01", "100", reported_after=4))[1] == (
        "  Late: pay CN¥99.00 now; it is due; the lender may report it to the credit bureau"
    )


def test_where_the_cash_does_not_reach_the_report_and_the_cost_are_said(lines):
    first = loan("first", "2026-12-08", "100", reported_after=4)
    second = loan("second", "2026-12-08", "100", "1", reported_after=6)
    assert lines("100", first, second)[2] == (
        "  Second: nothing for now; the money does not reach; "
        "the lender may report it to the credit bureau from Dec 14; "
        "being late costs CN¥30.00 by Jan 8, 2027"
    )


def test_the_oldest_is_paid_to_put_the_report_off(write, said):
    write(
        HEAD + '[[loans]]\nid = "a"\nname = "Both"\nreported_after = 10\ninstallments = [\n'
        '{ due = 2026-12-01, amount = "100.00" },\n{ due = 2026-12-08, amount = "100.00" },\n]\n'
    )
    assert said("plan", "100").splitlines()[1] == (
        "  Both: pay CN¥100.00 now; "
        "the lender may then report it to the credit bureau from Dec 18 only"
    )


def test_what_costs_more_by_the_next_income_goes_first_however_near_the_end_of_grace(lines):
    assert lines("600", LATE, GRACE)[1:3] == [
        "  Dear: pay CN¥600.00 now; that saves CN¥177.00 by Jan 8, 2027",
        "  Grace: nothing for now; the money does not reach; "
        "being late costs CN¥16.50 by Jan 8, 2027",
    ]


def test_money_for_what_is_due_soon_is_kept_for_its_day(lines):
    text = lines("1000", COMING)
    assert text[1] == (
        "  Rent: keep CN¥800.00 for Dec 20; late, it would cost CN¥76.00 by Jan 8, 2027"
    )
    assert text[-1] == "CN¥200.00 stays in hand."


def test_what_is_late_is_paid_before_money_is_kept_for_what_would_cost_less(planned):
    shares, left = planned("1500", LATE, COMING)
    assert shares["dear"]["pay"] == "1010.00"
    assert (shares["rent"]["keep"], shares["rent"]["why"]) == ("490.00", "kept_for_cost")
    assert shares["rent"]["kept"] == [{"due": "2026-12-20", "amount": "490.00"}]
    assert (shares["cheap"]["pay"], left) == ("0.00", "0.00")


def test_a_loan_that_is_late_and_has_more_coming_gets_money_for_both(write, said):
    write(
        HEAD + '[[loans]]\nid = "a"\nname = "Both"\npenalty.daily_rate = "1%"\ninstallments = [\n'
        '{ due = 2026-12-08, amount = "100.00" },\n{ due = 2026-12-18, amount = "100.00" },\n]\n'
    )
    assert said("plan", "500").splitlines()[1:] == [
        "  Both: pay CN¥101.00 now and keep CN¥100.00 for Dec 18; "
        "that saves CN¥51.00 by Jan 8, 2027",
        "CN¥299.00 stays in hand.",
    ]


def test_money_is_kept_for_each_date_before_the_next_income(write, said):
    write(
        HEAD + '[[loans]]\nid = "a"\nname = "Both"\npenalty.daily_rate = "1%"\ninstallments = [\n'
        '{ due = 2026-12-14, amount = "100.00" },\n{ due = 2026-12-18, amount = "100.00" },\n]\n'
    )
    assert said("plan", "150").splitlines()[1] == (
        "  Both: keep CN¥100.00 for Dec 14, CN¥50.00 for Dec 18; "
        "late, it would cost CN¥35.50 by Jan 8, 2027"
    )


def test_what_is_due_and_costs_nothing_is_paid_with_what_is_over(lines):
    text = lines("2500", LATE)
    assert text[3] == "  Free: pay CN¥300.00 now; it is due"
    assert text[-1] == "CN¥187.50 stays in hand."


def test_where_nothing_is_due_that_is_said_and_all_stays_in_hand(lines):
    assert lines("100", loan("later", "2027-03-01", "50.00")) == [
        "CN¥100.00 to spend on Dec 9; costs are counted up to Jan 8, 2027",
        "  Later: nothing for now; nothing is due",
        "CN¥100.00 stays in hand.",
    ]


def test_costs_are_counted_up_to_the_pay_day(lines):
    head = HEAD + "[borrower]\npayday = 15\n"
    assert lines("1400", LATE, head=head)[:2] == [
        "CN¥1,400.00 to spend on Dec 9; it has to last until pay day, Dec 15",
        "  Dear: pay CN¥1,010.00 now; that saves CN¥60.00 by Dec 15",
    ]


def test_the_day_of_the_next_income_may_be_given(write, told, refused):
    write(HEAD + LATE)
    assert told("plan", "1400", "--until", "2026-12-12")["shares"][0]["saved"] == "30.00"
    assert refused("plan", "1400", "--until", "2026-12-09") == (
        2,
        "--until 2026-12-09 is not after 2026-12-09 (write the day of the next income)",
    )


def test_the_plan_is_for_the_day_that_is_asked_for(planned):
    before, left = planned("3000", LATE, options=["--as-of", "2026-11-30"])
    assert {share["why"] for share in before.values()} == {"kept_for_cost", "nothing_due"}
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


@pytest.mark.parametrize("options", [(), ("--monthly", "9000")])
def test_a_loan_that_cannot_be_reckoned_is_named_and_left_out(write, told, options):
    beyond = loan("beyond", "2016-02-29", "1000", "2", compounding='"daily"')
    write(HEAD + LATE + beyond)
    found = told("plan", "500", *options)
    assert list(found["troubles"]) == ["beyond"]
    assert found["shares"] if not options else found["ways"]


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
        "kept": [],
        "why": "lowers_cost",
        "reason": "that saves CN¥5.81 by Jan 8, 2027",
        "saved": "5.81",
        "late_costs": "9.19",
        "reported_from": None,
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
        "12月9日可用¥1,000.00，成本算到2027年1月8日",
        "  房租：留出¥800.00（12月20日还）；逾期的话，到2027年1月8日会多付¥76.00",
        "  信用卡：现在还¥200.00；到2027年1月8日可少付¥2.96",
        "  学费：暂不安排；目前无应还款",
        "还剩¥0.00。",
        "以下贷款币种不同，未计入：旅行。",
    ]
