"""Letters to the lender and call scripts: their figures, their facts, and what they leave open."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from reminderd.loans.caps import all_in_rate
from reminderd.loans.charges import Amount, Cap, CapMode, Fee, FeeKind
from reminderd.loans.money import Money, Rate
from reminderd.loans.position import value
from reminderd.loans.terms import (
    Extension,
    Installment,
    Lender,
    Payment,
    Request,
    RequestState,
)
from reminderd.messages.letters import BLANK, Claim, Kind, Proposal, page, proposal, write
from reminderd.messages.sheet import Desk, Sheet
from reminderd.messages.words import words
from reminderd.playbook.facts import Borrower

LOCALES = ("zh-CN", "en")
TODAY = date(2026, 12, 20)
PARTS = (
    Installment(date(2026, 10, 26), 400_00, 40_00),
    Installment(date(2026, 11, 26), 600_00, 30_00),
    Installment(date(2026, 12, 16), 634_00, 20_00),
    Installment(date(2027, 1, 26), 500_00, 10_00),
)
ON_TIME = Payment(date(2026, 10, 26), Decimal("440.00"))
FEE = Fee(Amount(FeeKind.FLAT, Decimal(15)), name="Late | fee")
KNOWN = Borrower("Wang Fang", Money(500_00, "CNY"), 25, "lost my job in October")
HOSTILE = (
    "a_b *c* _d_ <img src=x onerror=alert(1)> | [l](javascript:alert(1)) &lt;i&gt; ~~e~~ `f` \\"
)
AMOUNT = re.compile(r"\d[\d,]*\.\d\d+")

everything = pytest.mark.parametrize("kind", list(Kind))
both = pytest.mark.parametrize("locale", LOCALES)


def sheet_of(loan, day=TODAY, locale="en", borrower=KNOWN, desk=None):
    return Sheet(loan, value(loan, day), words(locale), desk or Desk(borrower=borrower))


@pytest.fixture
def loan(card):
    """Return a loan of four installments, two of them late, with everything known about it."""

    def make(**changes):
        about = {
            "name": "Car",
            "listed": PARTS,
            "contract_rate": Rate(Decimal("0.0004"), "day"),
            "fees": (FEE,),
            "payments": (ON_TIME,),
            "contact": "95384",
            "app_path": "App, Repay",
        }
        return card(**about | changes)

    return make


@pytest.fixture
def letter(loan):
    """Return a function that writes a letter about that loan."""

    def make(kind, locale="en", day=TODAY, borrower=KNOWN, stated=None, **changes):
        sheet = sheet_of(loan(**changes), day, locale, borrower)
        currency = sheet.position.currency
        claim = stated and Claim.of(sheet, Money.of(Decimal(stated), currency))
        return write(kind, sheet, claim)

    return make


# ─── Every letter ───


@everything
@both
@pytest.mark.parametrize("borrower", [KNOWN, Borrower()])
@pytest.mark.parametrize("day", [TODAY, date(2026, 11, 26), date(2026, 11, 1)])
def test_no_letter_shows_how_it_was_made(letter, kind, locale, borrower, day):
    text = letter(kind, locale, day, borrower, contact=None, app_path=None)
    assert text.startswith("# ")
    assert text.endswith("\n")
    assert "\n\n\n" not in text
    assert not re.search(r"[{}%]}|{[{%]|None|True|False|\(\)|\bid\b", text)


@pytest.mark.parametrize(
    ("kind", "open_ones"),
    [
        (Kind.EXTENSION, 5),
        (Kind.DISPUTE, 5),
        (Kind.SETTLEMENT, 5),
        (Kind.CARD_PLAN, 11),
        (Kind.RECORD_DISPUTE, 9),
        (Kind.CALL_SCRIPT, 6),
    ],
)
@both
def test_only_what_cannot_be_known_stays_blank(letter, kind, locale, open_ones):
    """The lender's name, contract and identity numbers, telephone, signature; notes of a call.

    What one earns and can pay a month; what stands in a credit report.
    """
    assert letter(kind, locale).count(BLANK) == open_ones


@pytest.mark.parametrize("kind", [Kind.EXTENSION, Kind.CALL_SCRIPT])
@both
def test_what_is_not_known_is_a_blank(letter, kind, locale):
    label = {"zh-CN": "原因", "en": "eason"}[locale]
    text = letter(kind, locale, borrower=Borrower())
    [line] = [row for row in text.splitlines() if label in row and BLANK in row]
    assert line.count(BLANK) == 1
    assert text.count(BLANK) > letter(kind, locale).count(BLANK) + 2


@everything
@both
def test_name_and_loan_and_reason_stand_in_it(letter, kind, locale):
    text = letter(kind, locale)
    assert "Wang Fang" in text
    assert "Car" in text
    disputes = {Kind.DISPUTE, Kind.RECORD_DISPUTE}
    assert ("lost my job in October" in text) == (kind not in disputes)


def test_the_reason_given_for_the_loan_goes_before_that_for_any(letter):
    text = letter(Kind.EXTENSION, hardship="I am ill.")
    assert "Reason: I am ill\n" in text
    assert "lost my job" not in text


@everything
@both
def test_every_figure_of_the_position_is_in_it_to_the_cent(letter, loan, kind, locale):
    text, position = letter(kind, locale), value(loan(), TODAY)
    money, due = words(locale).money, position.due
    named = {
        "total": position.due_total,
        "principal": position.money(due.principal),
        "interest": position.money(due.interest),
        "penalty": position.money(due.penalty),
        "fees": position.money(due.fees),
    }
    assert all(amount.minor for amount in named.values())
    assert {name for name, amount in named.items() if money(amount) not in text} == set()
    if kind is Kind.CALL_SCRIPT:
        assert money(position.increase) in text
        assert money(position.money(position.tomorrow.total)) in text
    else:
        owed = [position.money(arrear.owed.total) for arrear in position.arrears]
        assert len(owed) == 2
        assert all(money(amount) in text for amount in owed)


@everything
@pytest.mark.parametrize("day", [TODAY, date(2026, 11, 26), date(2026, 11, 1)])
@pytest.mark.parametrize("borrower", [KNOWN, Borrower()])
def test_both_languages_say_the_same_figures(letter, kind, day, borrower):
    chinese, english = (
        sorted(AMOUNT.findall(letter(kind, locale, day, borrower, stated="1500")))
        for locale in LOCALES
    )
    assert chinese == english
    assert chinese


@everything
def test_a_chinese_letter_has_no_english_word(letter, kind):
    ours = {"App", "GB", "Wang", "Fang", "Car"}
    hidden = {"name": "Car", "fees": (), "contact": "电话", "app_path": "首页"}
    borrower = replace(KNOWN, hardship="失业")
    text = letter(kind, "zh-CN", borrower=borrower, stated="1500", **hidden)
    assert set(re.findall(r"[A-Za-z]{2,}", text)) <= ours
    assert not re.search(r"[\u4e00-\u9fff][,;:?!]|[,;:?!][\u4e00-\u9fff]", text)


@everything
@both
def test_chinese_law_is_cited_for_chinese_loans_only(letter, kind, locale):
    law = re.compile(
        "民法典|征信业|信用卡业务|法院|Civil Code|Credit Reporting|Credit Card Business|court"
        "|GB/T|12378|12363"
    )
    assert law.search(letter(kind, locale))
    assert not law.search(letter(kind, locale, currency="EUR"))


@pytest.mark.parametrize("kind", [Kind.DISPUTE, Kind.SETTLEMENT])
@both
def test_a_cap_is_named_where_the_terms_are_above_it(letter, loan, kind, locale):
    def capped(share):
        return {"caps": (Cap(CapMode.WARN, Decimal(share), source="法发〔2017〕22号"),)}

    rate = words(locale).share(all_in_rate(value(loan(), TODAY)))
    above = letter(kind, locale, **capped("0.24"))
    assert "法发〔2017〕22号" in above
    assert rate in above
    assert "24%" in above
    assert "2017" not in letter(kind, locale, **capped("9.9"))


@both
def test_an_entry_is_disputed_with_what_was_paid(letter, locale):
    text = letter(Kind.RECORD_DISPUTE, locale)
    money = words(locale).money(Money.of(ON_TIME.amount, "CNY"))
    assert f"| {words(locale).full_day(ON_TIME.on)} | {money} |" in text
    assumed = letter(Kind.RECORD_DISPUTE, locale, payments=(replace(ON_TIME, assumed=True),))
    assert f"| {money} |" not in assumed


@both
def test_a_dispute_of_a_us_entry_names_its_law(letter, locale):
    text = letter(Kind.RECORD_DISPUTE, locale, currency="USD")
    assert ("15 U.S.C. 1681i" in text) == (locale == "en")


def test_a_cap_on_fees_is_named_where_they_are_above_it(letter):
    cap = Cap(CapMode.WARN, fees=Decimal(20))
    assert (
        "The fees charged so far come to CN¥30.00, which is above the cap of CN¥20.00.\n"
        in letter(Kind.DISPUTE, caps=(cap,))
    )


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en", "Interest, penalty and fees so far come to CN¥{}, which is above the cap of CN¥"),
        ("zh-CN", "利息、罚息和费用至今共¥{}，高于¥"),
    ],
)
def test_a_cap_on_the_whole_cost_is_named_where_that_is_above_it(letter, loan, locale, said):
    terms = {"caps": (Cap(CapMode.WARN, cost=Decimal("0.001")),)}
    position = value(loan(**terms), TODAY)
    text = letter(Kind.DISPUTE, locale, **terms)
    assert said.format(position.money(position.account.cost()).amount) in text


@pytest.mark.parametrize("kind", [Kind.EXTENSION, Kind.SETTLEMENT, Kind.CALL_SCRIPT])
def test_never_having_been_late_is_said_where_it_is_so(letter, kind):
    late = replace(ON_TIME, on=date(2026, 10, 30))
    assert "By my records, the installment before this one was paid on time." in letter(kind)
    assert "paid on time" not in letter(kind, payments=(late,))
    assert "paid on time" not in letter(kind, listed=PARTS[1:], payments=())


# ─── What is offered ───


def test_cash_goes_first_and_the_rest_follows_on_the_pay_day(loan):
    offered = proposal(sheet_of(loan()))
    paid = replace(loan(), payments=(ON_TIME, Payment(TODAY, Decimal(500))))
    by = date(2026, 12, 25)
    then = value(paid, by).due_total
    rest = value(paid, TODAY).due_total
    assert offered == Proposal(rest, Money(500_00, "CNY"), by, then)
    assert rest.minor < then.minor


@pytest.mark.parametrize(
    "cash", [None, Money(0, "CNY"), Money(9999_00, "CNY"), Money(500_00, "EUR")]
)
def test_cash_that_is_none_or_enough_or_foreign_is_not_offered(loan, cash):
    offered = proposal(sheet_of(loan(), borrower=replace(KNOWN, cash=cash)))
    position = value(loan(), TODAY)
    then = value(loan(), date(2026, 12, 25)).due_total
    assert offered == Proposal(position.due_total, None, date(2026, 12, 25), then)


def test_before_the_due_date_the_pay_day_after_it_is_proposed(loan):
    offered = proposal(sheet_of(loan(), date(2026, 11, 24)))
    assert offered == Proposal(Money(130_00, "CNY"), Money(500_00, "CNY"), date(2026, 12, 25))


def test_cash_without_a_pay_day_is_offered_and_the_rest_left_open(letter):
    text = letter(Kind.EXTENSION, borrower=Borrower(cash=Money(500_00, "CNY")))
    assert f"CN¥500.00 on December 20, 2026, and the rest, CN¥{rest_of(text)}, as in" in text
    assert f"in {BLANK} monthly installments of {BLANK} each" in text


def rest_of(text):
    return re.search(r"the rest, CN¥([\d,.]+),", text).group(1)


def test_a_pay_day_alone_is_proposed_for_the_whole_sum(letter):
    text = letter(Kind.EXTENSION, borrower=Borrower(payday=25))
    assert "The whole amount in one sum by December 25, 2026 at the latest (with the" in text


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 11, 1), "the next installment, CN¥630.00, is due on November 26, 2026."),
        (date(2026, 11, 26), "CN¥630.00 falls due on this loan today, November 26, 2026:"),
        (date(2026, 11, 27), "The oldest installment was due on November 26, 2026, 1 day ago."),
    ],
)
def test_since_when_it_is_owed_is_said_before_on_and_after_the_due_date(letter, day, said):
    assert said in letter(Kind.EXTENSION, day=day)


@both
def test_an_extension_encloses_what_the_playbook_asks_for(letter, loan, locale):
    sheet = sheet_of(loan(), locale=locale)
    book = sheet.desk.playbook
    wanted = [book.texts[locale]["documents"][d] for d in book.actions["ask-extension"].documents]
    listed = re.findall(r"^\d\. (.*)$", letter(Kind.EXTENSION, locale), re.M)[-len(wanted) :]
    assert [entry.lower() for entry in listed] == [entry.lower() for entry in wanted]


# ─── Settlement ───


@both
def test_a_settlement_offers_principal_and_interest_against_the_rest(letter, loan, locale):
    text, position = letter(Kind.SETTLEMENT, locale), value(loan(), TODAY)
    due, money = position.due, words(locale).money
    offer = money(position.money(due.principal + due.interest))
    waived = money(position.money(due.penalty + due.fees))
    [sentence] = [line for line in text.splitlines() if offer in line and "|" not in line]
    assert waived in sentence
    assert money(position.payoff) in text


def test_a_loan_that_is_due_as_a_whole_has_no_payoff_beside_it(letter):
    text = letter(Kind.SETTLEMENT, listed=PARTS[:3])
    assert "pay the whole loan off" not in text
    assert "whole loan can be settled" not in text


@both
def test_without_penalty_and_fees_none_are_to_be_waived(letter, locale):
    text = letter(Kind.SETTLEMENT, locale, penalty=None, fees=())
    assert {"zh-CN": "目前没有罚息和费用", "en": "there are no penalty"}[locale] in text
    assert text.count({"zh-CN": "其中：", "en": "of which"}[locale]) == 1


# ─── Dispute ───


def test_a_dispute_sets_the_two_figures_side_by_side(letter, loan):
    text = letter(Kind.DISPUTE, stated="1500")
    ours = value(loan(), TODAY).due_total
    more = words("en").money(Money(1500_00, "CNY") - ours)
    rows = [line for line in text.splitlines() if line.startswith(("| Your", "| My"))]
    assert rows == [
        "| Your figure | CN¥1,500.00 |",
        f"| My figure | {words('en').money(ours)} |",
        f"| Yours is higher by | {more} |",
    ]


@both
def test_a_dispute_derives_our_figure_line_by_line(letter, loan, locale):
    text, sheet = letter(Kind.DISPUTE, locale), sheet_of(loan(), locale=locale)
    for row in sheet.derivation():
        shown = row.label.replace("|", "\\|")
        assert f"| {shown} | {row.how} | {row.amount} |" in text


def test_a_dispute_names_the_convention_behind_the_lenders_figure(card):
    sheet = sheet_of(card(), date(2026, 12, 6))
    text = write(Kind.DISPUTE, sheet, Claim.of(sheet, Money(1246_34, "CNY")))
    assert "Your figure comes out in this way:" in text
    assert (
        "- with “penalty 0.1% a day on overdue principal” in place of "
        "“penalty 0.05% a day on overdue principal”.\n"
    ) in text


@both
def test_a_dispute_says_a_rule_that_comes_on_top_or_falls_away(card, locale):
    day = date(2026, 12, 6)
    counted = card(dpd_includes_due_date=True)
    for loan, other, words_for_it in [
        (card(), counted, {"en": "besides", "zh-CN": "另按"}),
        (counted, card(), {"en": "without", "zh-CN": "不适用"}),
    ]:
        sheet = sheet_of(loan, day, locale)
        text = write(Kind.DISPUTE, sheet, Claim.of(sheet, value(other, day).due_total))
        rule = {"en": "the due date counts as a late day", "zh-CN": "还款日当天计入逾期天数"}
        [line] = [row for row in text.splitlines() if rule[locale] in row and row[0] == "-"]
        assert words_for_it[locale] in line


@both
def test_a_dispute_offers_the_lender_no_rule_that_does_not_give_its_figure(card, locale):
    sheet = sheet_of(card(), date(2026, 12, 6), locale)
    for stated in (1250_00, 1240_15):
        claim = Claim.of(sheet, Money(stated, "CNY"))
        assert not claim.explained
        text = write(Kind.DISPUTE, sheet, claim)
        assert {"en": "gives your figure.\n", "zh-CN": "均得不出贵机构的金额。\n"}[locale] in text
        assert claim.found[0].figure == claim.stated or "differs by" not in text


@both
def test_a_dispute_without_a_figure_asks_for_the_reckoning_only(letter, locale):
    text = letter(Kind.DISPUTE, locale)
    assert len(re.findall(r"^## ", text, re.M)) == 2
    assert len(re.findall(r"^## ", letter(Kind.DISPUTE, locale, stated="1500"), re.M)) == 3


def test_what_is_still_to_come_is_compared_as_of_its_due_date(card):
    loan = card(
        listed=(Installment(date(2026, 11, 26), 1000_00, 50_00),),
    )
    sheet = sheet_of(loan, date(2026, 11, 20))
    assert Claim.of(sheet, Money(1050_00, "CNY")).right
    assert not Claim.of(sheet, Money(1051_00, "CNY")).right
    text = write(Kind.DISPUTE, sheet, Claim.of(sheet, Money(1051_00, "CNY")))
    assert "| My figure | CN¥1,050.00 |" in text
    assert "nothing is overdue on this loan" in text


@both
def test_a_loan_that_is_paid_off_can_be_disputed_with_its_payments(card, paid, locale):
    loan = paid(card(), (date(2026, 11, 26), "1234"))
    sheet = sheet_of(loan, TODAY, locale)
    text = write(Kind.DISPUTE, sheet, Claim.of(sheet, Money(12_00, "CNY")))
    assert "-1234.00" in text
    assert {"en": "fully repaid", "zh-CN": "已全部还清"}[locale] in text
    assert {"en": "I do not mean to withhold", "zh-CN": "本人无意拖欠"}[locale] not in text


# ─── Call script ───


def test_a_call_script_begins_with_how_to_reach_the_lender(letter):
    lines = letter(Kind.CALL_SCRIPT).splitlines()
    assert lines[2:4] == ["- Contact: 95384", "- Where to pay: App, Repay"]


@pytest.mark.parametrize(
    ("state", "said", "unsaid"),
    [
        (RequestState.REQUESTED, "I asked for an extension on Dec 18", "was refused"),
        (RequestState.REFUSED, "was refused on Dec 18. Do not ask for one", "With an extension"),
        (RequestState.APPROVED, "On Dec 18 we agreed on an extension", "was refused"),
    ],
)
def test_a_call_script_follows_where_a_request_stands(letter, state, said, unsaid):
    text = letter(Kind.CALL_SCRIPT, asked=(Request(state, date(2026, 12, 18)),))
    assert said in text
    assert unsaid not in text


def test_a_call_script_names_the_date_that_was_agreed(letter):
    deal = Extension(PARTS[1].due, date(2026, 12, 18), (date(2027, 1, 18),))
    asked = Request(RequestState.APPROVED, deal.agreed)
    text = letter(Kind.CALL_SCRIPT, agreed=(deal,), asked=(asked,))
    assert "the new date is Jan 18, 2027." in text


def test_a_call_script_asks_about_a_legal_letter(letter):
    assert "received on Dec 10" in letter(Kind.CALL_SCRIPT, legal_letter=date(2026, 12, 10))
    assert "legal letter" not in letter(Kind.CALL_SCRIPT)


# ─── The page, and what is not to be trusted ───


@everything
@both
def test_names_stay_names_whatever_is_in_them(letter, loan, read, kind, locale):
    """Nothing that a borrower or lender calls something becomes a tag, a link or emphasis."""
    told = {"name": HOSTILE[:60], "contact": HOSTILE, "app_path": HOSTILE, "hardship": HOSTILE}
    fee = replace(FEE, name=HOSTILE)
    borrower = replace(KNOWN, name=HOSTILE)
    plain = read(page(letter(kind, locale), sheet_of(loan(), locale=locale)))
    text = letter(kind, locale, borrower=borrower, fees=(fee,), **told)
    seen = read(page(text, sheet_of(loan(), locale=locale)))
    assert sorted(seen.tags) == sorted(plain.tags)
    assert seen.attributes == plain.attributes
    assert HOSTILE.rstrip("\\") in seen.seen


def test_a_name_on_several_lines_stays_on_one(letter):
    text = letter(Kind.EXTENSION, name="Car\n# Heading\n\n- item\x1b[31m")
    assert "- Loan: Car # Heading - item[31m (contract number" in text


@everything
@both
def test_a_page_says_what_the_letter_says(letter, loan, read, kind, locale):
    text = letter(kind, locale)
    html = page(text, sheet_of(loan(), locale=locale))
    seen = read(html)
    assert ("lang", locale) in seen.attributes
    assert sorted(AMOUNT.findall(seen.seen)) == sorted(AMOUNT.findall(text))
    assert seen.seen.count(BLANK) == text.count(BLANK)
    assert f"<title>{text.splitlines()[0].removeprefix('# ')}</title>" in html
    assert "|" not in seen.seen.replace("Late | fee", "")
    assert "**" not in seen.seen


def test_a_page_without_a_heading_is_titled_with_the_loans_name(loan):
    assert "<title>Car</title>" in page("Hello\n", sheet_of(loan()))


def test_the_borrowers_own_template_goes_before_the_programs(loan, tmp_path):
    own = tmp_path / "letters" / "extension.en.md"
    own.parent.mkdir()
    own.write_text("# Mine\n\n{{ loan }} {{ amount }} {{ hardship or blank }}\n")
    desk = Desk(templates=tmp_path)
    sheet = sheet_of(loan(), desk=desk)
    amount = words("en").money(sheet.position.due_total)
    assert write(Kind.EXTENSION, sheet) == f"# Mine\n\nCar {amount} {BLANK}\n"
    assert write(Kind.SETTLEMENT, sheet).startswith("# Offer")


# ─── A person, and the United States ───


@both
def test_to_a_person_an_extension_is_asked_for_in_plain_words(card, locale):
    loan = card(lender=Lender.PERSON, penalty=None, name="Sam")
    text = write(Kind.EXTENSION, sheet_of(loan, date(2026, 12, 6), locale))
    words_of_lenders = (
        "利息|征信|贷款机构|逾期|罚息|身份证|interest|credit bureau|lender|penalty|ID number"
    )
    assert not re.search(words_of_lenders, text)
    assert words(locale).money(Money(1234_00, "CNY")) in text


def test_in_the_united_states_hardship_and_forbearance_are_asked_for(card):
    text = write(Kind.EXTENSION, sheet_of(card(currency="USD"), date(2026, 12, 6)))
    assert text.startswith("# Hardship request: forbearance or a payment plan\n")
    assert "ID number" not in text
    assert "Sincerely," in text
    assert "forbearance" not in write(Kind.EXTENSION, sheet_of(card(), date(2026, 12, 6)))
