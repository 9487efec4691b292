"""Several loans in one message: order, sums, what to pay first, and room for all of it."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminderd.alerts.plan import Alert, Reason
from reminderd.loans.money import Money
from reminderd.loans.position import value
from reminderd.loans.terms import Installment, Loan, LoanTerms, Payment, Penalty, PenaltyRule
from reminderd.messages.compose import Letter, Occasion
from reminderd.messages.digest import Digest
from reminderd.messages.message import Format
from reminderd.messages.sheet import Desk, Sheet
from reminderd.messages.words import words
from reminderd.playbook.facts import Borrower
from reminderd.playbook.playbook import Severity

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)  # 09:00 in Shanghai


def a_loan(name, days, amount="1000", currency="CNY", *, paid=None, more=(), **about):
    """Return a loan with an amount due so many days ago, and more as (days, amount) pairs."""
    listed = tuple(
        Installment(TODAY - timedelta(days=ago), Money.of(Decimal(due), currency).minor, 0)
        for ago, due in ((days, amount), *more)
    )
    grace = {"grace_days": about.pop("grace_days")} if "grace_days" in about else {}
    penalty = Penalty(PenaltyRule.DAILY_RATE, Decimal("0.001"))
    terms = LoanTerms(currency=currency, listed=listed, penalty=penalty, **grace)
    payments = (Payment(TODAY, Decimal(paid)),) if paid else ()
    return Loan(name, name, terms, "Asia/Shanghai", payments, **about)


def a_letter(loan, locale="en", *, what="due", late=timedelta(0), desk=None, beside=()):
    """Return the letter about a loan; "settled" is of its first installment."""
    position = value(loan, TODAY)
    first = loan.terms.listed[0].due
    due = first if what == "settled" else position.pay_by or first
    alert = Alert(loan.id, due, what, NOW - late, Reason.OVERDUE_DAY)
    others = [value(other, TODAY) for other in beside]
    return Letter(
        Sheet(loan, position, words(locale), desk, others), Occasion(alert, NOW, NOW - late)
    )


def write(*loans, locale="en", form=Format.FULL, **manner):
    """Write the digest of loans."""
    letters = [a_letter(loan, locale, **manner) for loan in loans]
    return Digest(letters).message(form)


def with_cash(amount, currency="CNY"):
    return Desk(borrower=Borrower(cash=Money.of(Decimal(amount), currency)))


CARD, CAR, HOME = a_loan("Card", 0, "1234"), a_loan("Car", 12, "3000"), a_loan("Home", -5, "966.10")


class TestTitle:
    @pytest.mark.parametrize(
        ("loans", "english", "chinese"),
        [
            (
                (CARD, CAR, HOME),
                "2 loans: CN¥4,270.00 owed today; Car is the worst, 12 days overdue "
                "(and news of 1 more loan)",
                "2笔贷款：今天共应还¥4,270.00，逾期最久的是Car（12天）（另有1笔贷款的消息）",
            ),
            (
                (HOME, a_loan("Card", 1, "1234", grace_days=3)),
                "Card: 1 day late, in grace, CN¥1,234.00 owed today (and news of 1 more loan)",
                "Card：已过还款日1天，宽限期内，今天应还¥1,234.00（另有1笔贷款的消息）",
            ),
            (
                (HOME, CARD),
                "Card: CN¥1,234.00 due today (and news of 1 more loan)",
                "Card：今天应还¥1,234.00（另有1笔贷款的消息）",
            ),
            (
                (a_loan("Bike", 0, "6"), CARD),
                "2 loans: CN¥1,240.00 due today, including Card",
                "2笔贷款：今天共应还¥1,240.00，包括Card",
            ),
            (
                (HOME, a_loan("Boat", -3, "5")),
                "2 loans: CN¥971.10 due soon, first Boat on Nov 23, in 3 days",
                "2笔贷款：近期共应还¥971.10，最早的是Boat，11月23日到期（还有3天）",
            ),
        ],
        ids=["overdue", "grace", "one due today", "two due today", "upcoming"],
    )
    def test_it_says_how_many_loans_how_much_and_which_is_the_worst(self, loans, english, chinese):
        assert write(*loans).title == english
        assert write(*loans, locale="zh-CN").title == chinese

    def test_sums_in_several_currencies_stand_beside_each_other(self):
        loans = (CAR, a_loan("Auto", 5, "200", "USD"), a_loan("Haus", 3, "100", "EUR"))
        message = write(*loans)
        assert message.title == (
            "3 loans: CN¥3,036.00, $201.00 and €100.30 owed today; "
            "Car is the worst, 12 days overdue"
        )
        assert (
            "One more day costs: CN¥3.00, $0.20 and €0.10, making it CN¥3,039.00, " in message.body
        )
        chinese = write(*loans[:2], locale="zh-CN").title
        assert chinese == "2笔贷款：今天共应还¥3,036.00和US$201.00，逾期最久的是Car（12天）"

    def test_good_news_alone_says_so(self):
        paid = [a_loan("Card", 2, paid="1002"), a_loan("Car", 3, paid="1003", more=[(-9, "5")])]
        assert write(*paid, what="settled").title == "2 loans: what was due is paid"
        chinese = write(*paid, what="settled", locale="zh-CN")
        assert chinese.title == "2笔贷款：到期款项均已还清"

    def test_what_is_no_reminder_keeps_its_own_title_and_names_the_others(self):
        paid = [a_loan(name, 2, paid="1002") for name in ("A", "B", "C")]
        alone = a_letter(paid[0], what="cured-30-days").title
        assert write(*paid[:2], what="cured-30-days").title == f"{alone} (and news of 1 more loan)"
        assert write(*paid, what="cured-30-days").title == f"{alone} (and news of 2 more loans)"

    def test_the_subject_of_a_mail_sorts_by_the_worst(self):
        message = write(CARD, CAR, form=Format.HTML)
        assert message.severity is Severity.CRITICAL
        assert message.subject == f"[1 urgent] {message.title}"
        assert write(CARD, HOME).severity is Severity.WARNING
        assert write(HOME, a_loan("Boat", -3)).severity is Severity.INFO


class TestOrder:
    def test_the_worst_comes_first_by_severity_then_days_then_amount(self):
        loans = [
            HOME,
            a_loan("Small", 2, "10"),
            CARD,
            a_loan("Big", 2, "20"),
            CAR,
            a_loan("Soon", -1),
        ]
        body = write(*loans).body
        names = ["Car: 12", "Big: 2", "Small: 2", "Card: CN", "Soon: CN", "Home: CN"]
        places = [body.index(name) for name in names]
        assert places == sorted(places)

    def test_good_news_of_a_loan_that_owes_more_stands_at_the_end_and_advises_nothing(self):
        two = a_loan("Two", 9, "1000", paid="1009", more=[(3, "50")])
        letters = [a_letter(two, what="settled"), a_letter(two), a_letter(HOME)]
        message = Digest(letters).message(Format.FULL)
        assert message.title == "Two: 3 days overdue, CN¥50.15 owed today (and news of 1 more loan)"
        news = message.body.partition("Two: the installment of Nov 11 is paid")[2]
        assert "▶" not in news
        assert "What being late cost: CN¥9.00" in news

    def test_two_messages_about_one_loan_have_the_loans_own_title(self):
        two = a_loan("Two", 9, "1000", paid="1009", more=[(3, "50")])
        message = Digest([a_letter(two, what="settled"), a_letter(two)]).message(Format.TEXT)
        assert message.title == "Two: 3 days overdue, CN¥50.15 owed today"
        assert message.title not in message.body
        assert "Two: the installment of Nov 11 is paid" in message.body


class TestPayFirst:
    def test_without_cash_known_the_loan_that_gets_dearer_first_is_first(self):
        cheap = a_loan("Cheap", 12, "10")
        message = write(cheap, CARD)
        assert (
            "Pay first:\n\n· Card, then Cheap; else waiting gets dearer on Nov 21" in message.body
        )
        assert "先还：Card，再还Cheap" in write(cheap, CARD, form=Format.TEXT, locale="zh-CN").body

    def test_a_single_loan_that_owes_needs_no_order(self):
        assert "Pay first" not in write(CAR, HOME).body

    def test_at_most_three_are_put_in_order(self):
        loans = [a_loan(name, 5, amount) for name, amount in zip("ABCD", "4321", strict=True)]
        assert "Pay first: A, then B, then C\n" in write(*loans, form=Format.TEXT).body

    def test_cash_at_hand_is_split(self):
        message = write(CARD, CAR, desk=with_cash("5000"))
        assert "With CN¥5,000.00 at hand:" in message.body
        assert "Card: pay CN¥1,234.00 now" in message.body
        assert "Car: pay CN¥3,036.00 now" in message.body
        text = write(CARD, CAR, desk=with_cash("5000"), form=Format.TEXT, locale="zh-CN").body
        assert "手头¥5,000.00这样安排：Car：现在还¥3,036.00；Card：现在还¥1,234.00" in text

    def test_cash_at_hand_goes_first_to_what_may_be_reported(self):
        """The other one costs three times as much a day."""
        reported = a_loan("Phone", 3, "1000", reported_after=4)
        message = write(reported, CAR, desk=with_cash("1003"))
        assert "Phone: pay CN¥1,003.00 now" in message.body
        assert "else the lender may report it to the credit bureau from Nov 21" in message.body
        assert "Car: pay" not in message.body

    def test_cash_at_hand_is_to_last_until_pay_day(self):
        """What falls due after it needs nothing of the cash."""
        borrower = Borrower(cash=Money.of(Decimal("5000"), "CNY"), payday=25)
        message = write(CARD, HOME, desk=Desk(borrower=borrower))
        assert "Card: pay CN¥1,234.00 now; that saves CN¥6.17 by Nov 25" in message.body
        assert "Home: keep" not in message.body

    def test_cash_that_goes_elsewhere_is_not_asked_for_again(self):
        """A loan left short is not told to be paid; what is left there is to talk."""
        message = write(CARD, CAR, desk=with_cash("1234"))
        assert "Card: pay CN¥1,234.00 now" in message.body
        about = message.body.partition("Car: 12 days overdue")[2].partition("▶ ")[2]
        assert "Pay" not in about.splitlines()[0]
        assert "lender" in about.partition("\n\n")[0]

    def test_cash_in_a_currency_that_no_loan_has_gives_an_order(self):
        message = write(CARD, CAR, desk=with_cash("1000", "USD"))
        assert "Pay first" in message.body

    def test_a_loan_that_is_not_told_of_today_has_its_part_of_the_cash(self):
        quiet = a_loan("Quiet", 3, "500")
        message = write(CARD, CAR, desk=with_cash("9000"), beside=[quiet])
        assert "Quiet: pay CN¥501.50 now" in message.body
        assert message.title.startswith("2 loans: CN¥4,270.00 owed today")


class TestLateness:
    LATE = timedelta(hours=5)
    SAID = "This message is late: it was due to go at 04:00 and was sent at 09:00."

    @pytest.mark.parametrize("form", Format)
    def test_it_is_said_once_where_it_holds_of_all(self, form):
        message = write(CARD, CAR, form=form, late=self.LATE)
        assert message.body.count(self.SAID) == 1
        assert form is not Format.HTML or message.html.count(self.SAID) == 1

    @pytest.mark.parametrize("form", Format)
    def test_it_is_said_of_the_loan_that_it_holds_of(self, form):
        letters = [a_letter(CARD), a_letter(CAR, late=self.LATE)]
        body = Digest(letters).message(form).body
        assert body.count(self.SAID) == 1
        assert body.index("Car: 12 days") < body.index(self.SAID) < body.index("Card: CN¥")


class TestLongForms:
    def test_each_loan_has_its_first_action_its_warnings_and_where_to_pay(self):
        car = a_loan("Car", 3, "3000", app_path="App → Repay", contact="95588")
        body = write(CARD, car).body
        about = body[body.index("Car: 3 days overdue") : body.index("Card: CN¥1,234.00 due")]
        first = a_letter(car).sheet.advice(a_letter(car).stage)[0]
        assert first.title in about
        assert first.detail in about
        assert "⚠ From Nov 21: " in about
        assert "App → Repay" in about
        assert "95588" in about

    def test_html_and_text_of_a_mail_say_the_same(self, read):
        message = write(CARD, CAR, form=Format.HTML, desk=with_cash("5000"))
        seen = "".join(read(message.html).seen.split()).replace(":", "")  # a table has no colons
        for line in message.body.splitlines():
            assert "".join(line.strip("· ").split()).replace(":", "") in seen

    def test_more_than_fifty_loans_are_counted(self):
        loans = [a_loan(f"Loan {number}", 2, str(100 + number)) for number in range(52)]
        body = write(*loans).body
        assert body.count("▶ ") == 50
        assert "2 more loans are not listed here." in body

    def test_names_cannot_be_taken_for_markup(self):
        loans = [a_loan("*bold* [x](y)", 3), a_loan("<b>x</b>", 2)]
        marked, page = (
            write(*loans, form=Format.MARKDOWN).body,
            write(*loans, form=Format.HTML).html,
        )
        assert r"\*bold\* \[x\](y)" in marked
        assert "<b>x</b>" not in page
        assert "&lt;b&gt;x&lt;/b&gt;" in page

    def test_a_template_of_the_borrowers_own_is_used(self, tmp_path):
        (tmp_path / "digest.md").write_text("{{ title }} / {{ items | length }}")
        message = write(CARD, CAR, desk=Desk(templates=tmp_path))
        assert message.body == f"{message.title} / 2\n"


class TestText:
    @pytest.mark.parametrize("locale", ["en", "zh-CN"])
    def test_thirty_loans_with_long_names_fit_and_what_does_not_is_counted(self, locale):
        name = (
            "一个名字很长的贷款产品" * 4
            if locale == "zh-CN"
            else "A quite long name of a loan " * 2
        )
        loans = [a_loan(f"{name}{number}", number) for number in range(30)]
        message = write(*loans, form=Format.TEXT, locale=locale)
        assert len(f"{message.title}\n{message.body}") <= 500
        lines = message.body.splitlines()
        named = [n for n in loans if any(re.match(f"{n.name}[:：]", line) for line in lines)]
        left = 30 - len(named)
        assert len(named) >= 2
        assert (f"{left} more loans" if locale == "en" else f"还有{left}笔贷款") in message.body

    def test_a_single_loan_that_does_not_fit_is_counted_as_one(self):
        loans = [
            a_loan("A quite long name of a loan, number " + "x" * 20 + str(n), 5) for n in range(5)
        ]
        bodies = [write(*loans[:count], form=Format.TEXT).body for count in range(2, 6)]
        assert any("\n1 more loan is not listed here.\n" in body for body in bodies)

    def test_the_sums_the_order_and_every_title_stand_before_any_action(self):
        loans = [a_loan(name, days) for name, days in (("Car", 9), ("Card", 5), ("Home", 3))]
        text = write(*loans, form=Format.TEXT, late=timedelta(hours=5)).body
        for said in ("One more day costs: ", "Car: 9", "Card: 5", "Home: 3", "late: ", "As of "):
            assert said in text

    @settings(max_examples=40, deadline=None)
    @given(
        st.lists(
            st.tuples(
                st.text(min_size=1, max_size=80),
                st.integers(-30, 400),
                st.sampled_from(["CNY", "USD", "JPY", "KWD"]),
                st.sampled_from(["due", "settled"]),
            ),
            min_size=1,
            max_size=25,
        ),
        st.sampled_from(["en", "zh-CN"]),
        st.none() | st.integers(1, 9_999_999),
    )
    def test_no_loans_whatever_make_it_longer_than_a_phone_shows(self, kinds, locale, cash):
        desk = with_cash(str(cash)) if cash else None
        letters = []
        for number, (name, days, currency, what) in enumerate(kinds):
            loan = a_loan(str(number), days, "1000000", currency)
            if what == "settled":
                loan = a_loan(str(number), days, "1000000", currency, paid="9000000")
            letters.append(a_letter(replace(loan, name=name), locale, what=what, desk=desk))
        message = Digest(letters).message(Format.TEXT)
        assert len(f"{message.title}\n{message.body}") <= 500
