"""``plan --monthly``: the way from here to debt-free."""

import pytest

HEAD = 'timezone = "Asia/Shanghai"\nlocale = "en"\ncurrency = "CNY"\n'
CARD = """
[[loans]]
id = "card"
name = "Card"
repayment = "revolving"
principal = "20000"
first_due = 2026-12-20
minimum.percent = "10%"
daily_rate = "0.05%"
"""
CAR = """
[[loans]]
id = "car"
name = "Car"
repayment = "equal-installment"
principal = "60000"
installments = 36
first_due = 2026-12-10
annual_rate = "7.2%"
"""
PHONE = """
[[loans]]
id = "phone"
name = "Phone"
repayment = "equal-installment"
principal = "6000"
installments = 12
first_due = 2026-12-15
annual_rate = "12%"
"""
RENT = """
[[loans]]
id = "rent"
name = "Rent"
amount = "2000"
first_due = 2027-01-05
"""
BILL = """
[[loans]]
id = "huabei"
name = "Huabei"
repayment = "billed"
first_due = 2027-01-10
statement_day = 1
"""


@pytest.fixture
def lines(write, said):
    """Return a function that looks ahead and returns the lines that are not empty."""

    def run(text, cash, monthly, *, head=HEAD):
        write(head + text)
        return [line for line in said("plan", cash, "--monthly", monthly).splitlines() if line]

    return run


def test_each_way_has_its_end_its_cost_and_what_it_saves(lines):
    text = lines(CARD + CAR + PHONE, "8000", "7000", head=HEAD + "[borrower]\npayday = 25\n")
    assert text == [
        "CN¥8,000.00 on Dec 9, and CN¥7,000.00 on each pay day",
        "Way\tDebt-free on\tCost from today\tSaved",
        "Dearest first\tNov 25, 2027\tCN¥3,978.12\tCN¥5,653.05",
        "Smallest first\tNov 25, 2027\tCN¥4,069.10\tCN¥5,562.07",
        "As agreed\tMay 20, 2037\tCN¥9,631.17\tCN¥0.00",
        "Loan\tDearest first\tSmallest first\tAs agreed",
        "Card\tMar 25, 2027\tMar 25, 2027\tMay 20, 2037",
        "Car\tNov 25, 2027\tNov 25, 2027\tNov 10, 2029",
        "Phone\tMar 25, 2027\tDec 25\tNov 15, 2027",
        "What is owed; each bar is 3 months",
        "  █▆▄▂  Dearest first",
        "  █▆▄▂  Smallest first",
        "  █▇▆▆▅▄▄▃▃▂▂▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁  As agreed",
        "Counted as money paid ahead, which waits until it can pay the loan off: Car, Phone. "
        "If the lender takes it to the principal at once, you save more; ask.",
    ]


def test_it_is_said_in_chinese(lines):
    head = 'timezone = "Asia/Shanghai"\ncurrency = "CNY"\n'
    text = lines(CARD + CAR + RENT + BILL, "8000", "9000", head=head)
    assert text[0] == "12月9日手头¥8,000.00，以后每月1日可用¥9,000.00"
    assert text[1] == "还法\t还清日期\t今后总成本\t少付"
    assert text[2].startswith("先还利率最高的\t2027年11月1日\t¥")
    assert text[5] == "贷款\t先还利率最高的\t先还余额最小的\t按约定还"
    assert text[8] == "欠款余额，每格3个月"
    assert text[-3:] == [
        "以下贷款按“提前存入、够结清时一次结清”计算：Car。"
        "如果贷款机构把多还的钱直接冲减本金，还能省更多，可以问清楚。",
        "以下款项没有期限，按约定支付：Rent。",
        "以下账单金额未知，未计入：Huabei。",
    ]


def test_where_the_money_does_not_reach_the_day_and_the_least_sum_are_said(lines):
    assert lines(CARD + CAR + RENT, "8000", "4000")[1] == (
        "That does not reach: on Mar 20, 2027 CN¥1,044.70 is missing "
        "for what has to be paid by then. It takes at least CN¥4,816.39 a month."
    )


def test_the_least_sum_that_is_named_reaches(lines):
    assert "Debt-free on" in lines(CARD + CAR + RENT, "8000", "4816.39")[1]
    assert (
        "It takes at least CN¥4,816.39 a month." in lines(CARD + CAR + RENT, "8000", "4816.38")[1]
    )


def test_what_the_cash_does_not_reach_for_today_is_said(lines):
    late = '[[loans]]\nid = "a"\nname = "A"\ndue = 2026-12-01\namount = "900"\n'
    assert lines(late, "500", "1000")[-2] == (
        "Of what is due today CN¥400.00 cannot be paid before Jan 1, 2027, and is late until then; "
        "plan without --monthly says what to pay first."
    )


def test_what_does_not_end_within_fifty_years_is_said(lines, monkeypatch):
    """Followed for half a year: each month of such a balance takes a while."""
    monkeypatch.setattr("reminderd.loans.projection.MAX_MONTHS", 6)
    slow = CARD.replace('minimum.percent = "10%"', 'minimum.percent = "0.01%"')
    text = lines(slow, "1", "400")
    assert "As agreed\tnot within 50 years" in "\n".join(text)
    assert "Not everything ends within 50 years; costs are counted up to then." in text


def test_json_has_every_payment_and_adds_up(write, told):
    write(HEAD + CARD + CAR + RENT + BILL)
    found = told("plan", "8000", "--monthly", "9000")
    assert (found["short"], found["without_end"]) == (None, ["rent"])
    assert found["bills_not_counted"] == ["huabei"]
    assert [way["way"] for way in found["ways"]] == [
        "dearest_first",
        "smallest_first",
        "as_agreed",
    ]
    for way in found["ways"]:
        for loan in way["loans"]:
            paid = sum(float(payment["amount"]) for payment in loan["payments"])
            assert paid == pytest.approx(float(loan["paid"]))
            assert loan["payments"][-1]["date"] == loan["ends"]
        assert way["owed"][0]["date"] == "2026-12-09"
    dearest, _, agreed = found["ways"]
    saved = float(agreed["cost"]) - float(dearest["cost"])
    assert float(dearest["saved"]) == pytest.approx(saved)


def test_json_says_where_the_money_does_not_reach(write, told):
    write(HEAD + CARD + CAR + RENT)
    found = told("plan", "8000", "--monthly", "4000")
    assert found["ways"] == []
    assert found["short"] == {
        "on": "2027-03-20",
        "missing": "1044.70",
        "enough_a_month": "4816.39",
    }


@pytest.mark.parametrize("text", [RENT, BILL])
def test_what_has_no_end_alone_is_refused(write, refused, text):
    write(HEAD + text)
    assert refused("plan", "500", "--monthly", "100") == (
        2,
        "no loan in CNY has an end that could be looked for",
    )


def test_a_monthly_sum_that_is_none_is_refused(write, refused):
    write(HEAD + CARD)
    assert refused("plan", "500", "--monthly", "0") == (
        2,
        "0 is not an amount that can be paid (write 500.00)",
    )


def test_the_day_of_the_next_income_goes_without_it(write, refused):
    write(HEAD + CARD)
    assert refused("plan", "500", "--monthly", "9000", "--until", "2027-01-01") == (
        2,
        "--until goes without --monthly, which looks as far as there are loans",
    )


def test_looking_ahead_records_nothing(write, told, state):
    write(HEAD + CARD)
    told("plan", "500", "--monthly", "9000")
    assert not state.exists()


def test_where_the_lender_takes_money_to_the_principal_it_is_said_and_no_question_is_left(lines):
    text = lines(CAR + 'prepayment = "shorter"\n', "8000", "7000")
    assert "Counted as taken to the principal at once: Car." in text
    assert not any("ask" in line for line in text)
    plain = lines(CAR + 'prepayment = "ahead"\n', "8000", "7000")
    assert not any(line.startswith("Counted") for line in plain)
