"""Messages: right figures, plain words, one title line, and pages that hold no surprise."""

import re
from datetime import date, timedelta
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reminderd.alerts.plan import SETTLED, Reason
from reminderd.loans.charges import Amount, Cap, CapMode, Fee, FeeKind
from reminderd.loans.money import Rate
from reminderd.loans.position import value
from reminderd.loans.terms import Installment, Loan, LoanTerms, Penalty, PenaltyRule, Repayment
from reminderd.messages.compose import Format, Sheet, trial
from reminderd.messages.words import words
from reminderd.playbook.facts import facts
from reminderd.playbook.playbook import LOCALES, Severity, packaged
from reminderd.redaction import one_line

DUE = date(2026, 11, 26)
NEXT = date(2026, 12, 26)
DAY = timedelta(days=1)
FIVE_HOURS = timedelta(hours=5)
AMOUNT = re.compile(r"(?:CN)?¥\d[\d,]*\.\d\d")

# A day of each stage an unpaid loan can be in, with three days of grace in the stage of grace.
STAGE_DAYS = {
    "upcoming": -3,
    "due-today": 0,
    "grace": 2,
    "overdue-1-3": 2,
    "overdue-4-7": 4,
    "overdue-8-30": 8,
    "overdue-31-90": 31,
    "overdue-beyond-90": 91,
}
# Worked out by hand: 1,234.00 and 0.617 for each day after the due date, rounded half up.
OWED = {
    "upcoming": "1,234.00",
    "due-today": "1,234.00",
    "grace": "1,234.00",
    "overdue-1-3": "1,235.23",
    "overdue-4-7": "1,236.47",
    "overdue-8-30": "1,238.94",
    "overdue-31-90": "1,253.13",
    "overdue-beyond-90": "1,290.15",
}
TOMORROW = {
    "due-today": ("0.62", "1,234.62"),
    "overdue-1-3": ("0.62", "1,235.85"),
    "overdue-4-7": ("0.62", "1,237.09"),
    "overdue-8-30": ("0.61", "1,239.55"),
    "overdue-31-90": ("0.61", "1,253.74"),
    "overdue-beyond-90": ("0.61", "1,290.76"),
}
OCCASIONS = {
    "on time": {},
    "late": {"late": FIVE_HOURS},
    "first look": {"reason": Reason.FIRST_LOOK},
}
WRITTEN_DUE = {"zh-CN": "11月26日", "en": "Nov 26"}
SIGN = {"zh-CN": "¥", "en": "CN¥"}

every_locale = pytest.mark.parametrize("locale", LOCALES)
every_stage = pytest.mark.parametrize("stage", STAGE_DAYS)
every_occasion = pytest.mark.parametrize("occasion", OCCASIONS)


@pytest.fixture
def of_stage(card, write):
    """Return the message of a stage."""

    def written(stage, locale, **kind):
        loan = card(grace_days=3 if stage == "grace" else 0)
        day = DUE + timedelta(days=STAGE_DAYS[stage])
        # From the 91st day on it is the next year, in which dates of this one show their year.
        return write(loan, day, locale, **kind)

    return written


@pytest.fixture
def two_parts(card):
    """Return a loan of two installments of 100.00 each."""
    return card(listed=(Installment(DUE, 100_00, 0), Installment(NEXT, 100_00, 0)))


def due_date(stage, locale):
    if stage == "overdue-beyond-90":
        return {"zh-CN": "2026年11月26日", "en": "Nov 26, 2026"}[locale]
    return WRITTEN_DUE[locale]


def assert_well_written(message, page):
    """Check what holds for every message there can be."""
    for part in (message.title, message.body, page.seen):
        assert part.strip()
        assert "None" not in part
        assert not re.search(r"[{}\[\]]|\b(Decimal|Money|datetime)\b", part)
        assert not re.search(r"：[，。；\s]|: [,.;]|，，|。。|；。|\.\.|  \S", part)
    assert "\n" not in message.title
    assert message.body == message.body.strip() + "\n"
    assert "\n\n\n" not in message.body
    assert all(line == line.strip() for line in message.body.splitlines())


# ─── every stage, language and occasion ───────────────────────────────────────────────────────


@every_locale
@every_stage
@every_occasion
def test_a_message_is_whole(of_stage, read, stage, locale, occasion):
    message = of_stage(stage, locale, **OCCASIONS[occasion])
    assert_well_written(message, read(message.html))


@every_locale
@every_stage
def test_a_message_names_the_sum_in_title_text_and_page(of_stage, read, stage, locale):
    message = of_stage(stage, locale)
    amount = SIGN[locale] + OWED[stage]
    assert amount in message.title
    assert amount in message.body.splitlines()[0]
    assert amount in read(message.html).seen


@every_locale
@every_stage
def test_the_first_action_stands_in_a_message_with_sum_and_date(of_stage, read, stage, locale):
    message = of_stage(stage, locale)
    lines = message.body.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("▶ "))
    for text in ("\n".join(lines[start : start + 4]), read(message.html).seen):
        assert SIGN[locale] + OWED[stage] in text
        assert due_date(stage, locale) in text
    known = {"reported-soon"} if stage.startswith("overdue") else set()
    first = packaged().advice(packaged().stages[stage], locale, known)[0].title.split("{")[0]
    assert lines[start].startswith("▶ " + first)


@every_locale
@pytest.mark.parametrize("stage", TOMORROW)
def test_a_message_says_what_one_more_day_costs(of_stage, read, stage, locale):
    increase, total = TOMORROW[stage]
    label = words(locale).line("tomorrow")
    message = of_stage(stage, locale)
    (line,) = [line for line in message.body.splitlines() if line.startswith(label)]
    assert AMOUNT.findall(line) == [SIGN[locale] + increase, SIGN[locale] + total]
    for amount in (increase, total):
        assert SIGN[locale] + amount in read(message.html).seen


@every_locale
@every_stage
def test_a_message_says_that_it_is_an_estimate_as_of_which_day(of_stage, read, stage, locale):
    message = of_stage(stage, locale)
    say = words(locale)
    day = DUE + timedelta(days=STAGE_DAYS[stage])
    for text in (message.body, read(message.html).seen):
        assert say.line("estimate") in text
        assert say.line("as_of", as_of=say.day(day, day)) in text


@every_locale
@every_stage
def test_a_message_says_by_which_rules_it_was_worked_out(of_stage, read, stage, locale):
    message = of_stage(stage, locale)
    rate = {"zh-CN": "逾期本金按日利率0.05%计收罚息", "en": "penalty 0.05% a day"}[locale]
    assert rate in message.body
    assert rate in read(message.html).seen


@every_locale
@every_stage
def test_the_page_holds_every_figure_and_action_of_the_text(of_stage, read, stage, locale):
    message = of_stage(stage, locale)
    page = read(message.html)
    assert set(AMOUNT.findall(message.body)) <= set(AMOUNT.findall(page.seen))
    for line in message.body.splitlines():
        if line.startswith(("▶", "·", "⚠")):
            assert line[2:] in page.seen


@every_locale
@every_stage
def test_a_message_is_as_severe_as_its_stage(of_stage, stage, locale):
    message = of_stage(stage, locale)
    assert message.severity is packaged().stages[stage].severity
    assert f"bar-{int(message.severity)}" in message.html


# ─── subjects ─────────────────────────────────────────────────────────────────────────────────


@every_locale
def test_subjects_of_mails_sort_by_urgency_whatever_the_loans_are_called(card, write, locale):
    days = {Severity.CRITICAL: 4, Severity.WARNING: 0, Severity.INFO: -3}
    subjects = {
        severity: [
            write(card(name=name), DUE + after * DAY, locale).subject
            for name in ("A", "z", "微粒贷")
        ]
        for severity, after in days.items()
    }
    assert max(subjects[Severity.CRITICAL]) < min(subjects[Severity.WARNING])
    assert max(subjects[Severity.WARNING]) < min(subjects[Severity.INFO])


@every_locale
@every_stage
def test_a_subject_ends_with_the_title(of_stage, stage, locale):
    message = of_stage(stage, locale)
    assert message.subject.endswith(message.title)
    assert message.subject != message.title


@pytest.mark.parametrize("form", [Format.TEXT, Format.MARKDOWN, Format.FULL])
def test_only_mail_has_a_page_a_picture_and_a_subject(card, write, form):
    message = write(card(), DUE, form=form)
    assert (message.format, message.html, message.subject, message.images) == (form, "", "", ())


# ─── late or not ──────────────────────────────────────────────────────────────────────────────

LATE = {"zh-CN": "本提醒迟到了", "en": "This message is late"}


@every_locale
def test_a_late_message_says_when_it_was_due_to_go_and_when_it_went(of_stage, read, locale):
    message = of_stage("overdue-4-7", locale, late=FIVE_HOURS)
    for text in (message.body, read(message.html).seen):
        (sentence,) = [line for line in text.splitlines() if LATE[locale] in line]
        assert re.findall(r"\d\d:\d\d", sentence) == ["09:00", "14:00"]


@every_locale
def test_a_message_that_is_a_day_late_names_the_day_it_was_due_to_go(of_stage, locale):
    message = of_stage("due-today", locale, late=timedelta(days=1))
    (sentence,) = [line for line in message.body.splitlines() if LATE[locale] in line]
    assert f"{WRITTEN_DUE[locale]} 09:00" in sentence


@pytest.mark.parametrize(
    ("late", "said"),
    [
        (timedelta(0), False),
        (timedelta(minutes=10), False),
        (timedelta(minutes=10, seconds=1), True),
        (timedelta(minutes=-5), False),
    ],
)
@every_locale
def test_lateness_is_mentioned_from_more_than_ten_minutes_on(of_stage, read, late, said, locale):
    message = of_stage("due-today", locale, late=late)
    assert (LATE[locale] in message.body) is said
    assert (LATE[locale] in read(message.html).seen) is said


def test_a_late_message_states_the_figure_of_the_day_it_goes(of_stage):
    message = of_stage("due-today", "en", late=timedelta(days=2))
    assert "CN¥1,235.23" in message.title
    assert "2 days overdue" in message.title


def test_times_in_a_message_are_those_of_the_loans_zone(card, write):
    message = write(card(timezone="America/New_York"), DUE, late=FIVE_HOURS)
    assert "due to go at 09:00 and was sent at 14:00" in message.body


# ─── good news ────────────────────────────────────────────────────────────────────────────────


@every_locale
@every_occasion
def test_the_news_that_a_loan_is_paid_off_is_whole_and_names_no_debt(
    card, write, paid, read, locale, occasion
):
    loan = paid(card(), (DUE, "1234.00"))
    message = write(loan, DUE, locale, what=SETTLED, due=DUE, **OCCASIONS[occasion])
    page = read(message.html)
    assert_well_written(message, page)
    assert message.title == words(locale).say("title", "settled", loan="Card")
    assert AMOUNT.findall(message.body + page.seen) == []
    assert words(locale).line("nothing_next") in message.body
    assert message.severity is Severity.INFO


@every_locale
def test_the_news_that_an_installment_is_paid_names_it_and_the_next(
    two_parts, write, paid, read, locale
):
    message = write(paid(two_parts, (DUE, "100.00")), DUE, locale, what=SETTLED, due=DUE)
    page = read(message.html)
    assert_well_written(message, page)
    assert WRITTEN_DUE[locale] in message.title
    coming = words(locale).day(NEXT, DUE)
    assert coming in message.body
    amount = SIGN[locale] + "100.00"
    assert words(locale).line("next_sentence", amount=amount, due_date=coming) in message.body


@every_locale
def test_no_message_calls_two_different_installments_the_next(card, write, paid, locale):
    third = date(2027, 1, 26)
    parts = tuple(Installment(due, 100_00, 0) for due in (DUE, NEXT, third))
    message = write(paid(card(listed=parts), (DUE, "100")), DUE, locale, what=SETTLED, due=DUE)
    say = words(locale)
    (later,) = [line for line in message.body.splitlines() if say.day(third, DUE) in line]
    assert later.startswith(say.line("after_next"))
    assert not any(line.startswith(say.line("next")) for line in message.body.splitlines())


def test_the_news_of_one_installment_does_not_hide_that_another_is_overdue(two_parts, write, paid):
    message = write(paid(two_parts, (NEXT + DAY, "101.55")), NEXT + 4 * DAY, what=SETTLED, due=DUE)
    assert message.title == "Card: the installment of Nov 26 is paid"
    assert message.body.startswith("Owed today: CN¥100.20\n")
    assert message.severity is Severity.CRITICAL
    assert "before it reaches your credit record" in message.body


def test_a_payment_taken_back_before_the_good_news_went_is_not_told_as_paid(card, write):
    message = write(card(), DUE + 4 * DAY, what=SETTLED, due=DUE)
    assert message.title == "Card: 4 days overdue, CN¥1,236.47 owed today"
    assert message.severity is Severity.CRITICAL


# ─── what else is said, and when ──────────────────────────────────────────────────────────────


def test_a_figure_is_broken_down_into_its_parts(card, write):
    loan = card(listed=(Installment(DUE, 1200_00, 34_00),))
    lines = write(loan, DUE + 4 * DAY).body.splitlines()
    assert lines[:3] == [
        "Owed today: CN¥1,236.40",
        "",
        "Principal CN¥1,200.00 + Interest CN¥34.00 + Penalty interest CN¥2.40",
    ]


def test_a_figure_of_one_part_is_not_broken_down(of_stage):
    assert "Principal" not in of_stage("due-today", "en").body


def test_the_next_installment_and_the_payoff_are_named_beside_what_is_owed(two_parts, write):
    text = write(two_parts, DUE).body
    assert "Next installment: CN¥100.00 on Dec 26\n" in text
    assert "Pays the whole loan off today: CN¥200.00\n" in text


def test_the_payoff_is_not_named_where_it_is_what_is_owed_anyway(of_stage):
    assert "Pays the whole loan off" not in of_stage("due-today", "en").body


def test_a_date_in_another_year_is_written_with_its_year(card, write):
    loan = card(listed=(Installment(date(2027, 1, 2), 100_00, 0),))
    assert write(loan, date(2026, 12, 30)).title.endswith("due on Jan 2, 2027, in 3 days")


@pytest.mark.parametrize(("days", "mark"), [(-30, "· "), (-7, "· "), (-6, "⚠ "), (-1, "⚠ ")])
def test_the_day_that_lateness_begins_to_cost_is_a_warning_a_week_ahead(card, write, days, mark):
    lines = write(card(), DUE + timedelta(days=days)).body.splitlines()
    assert f"{mark}From Nov 27 being late costs extra: CN¥0.62 that day" in lines


def test_the_day_that_lateness_begins_to_cost_is_not_told_more_than_a_month_ahead(card, write):
    assert "being late costs extra" not in write(card(), DUE - timedelta(days=31)).body


def test_the_cost_of_lateness_is_not_told_twice(of_stage):
    assert "being late costs extra" not in of_stage("due-today", "en").body


def test_a_cost_of_lateness_that_rounds_to_nothing_is_not_told(card, write):
    loan = card(listed=(Installment(DUE, 1, 0),))
    assert "being late costs extra" not in write(loan, DUE - DAY).body


def test_the_end_of_grace_is_told_with_what_it_costs(of_stage):
    text = of_stage("grace", "en").body
    assert "Grace ends: on Nov 30 it grows by CN¥2.47" in text


def test_a_loan_without_any_rate_is_not_said_to_grow(card, write):
    text = write(card(penalty=None), DUE + 2 * DAY).body
    assert "One more day costs" not in text
    assert "no contract rate entered; no penalty agreed" in text
    assert "keeps running" not in text


def test_the_lenders_contact_stands_in_the_message(card, write):
    assert "Contact: 400-123\n" in write(card(contact="400-123"), DUE + 31 * DAY).body
    assert "Contact: the lender's app or hotline" in write(card(), DUE + 31 * DAY).body


# ─── whole messages, as a borrower reads them ─────────────────────────────────────────────────


def test_a_chinese_text_for_phones_reads_like_this(card, write):
    loan = card(name="招行信用卡", contact="App内客服")
    message = write(loan, DUE + 4 * DAY, "zh-CN", late=FIVE_HOURS, form=Format.TEXT)
    assert f"{message.title}\n\n{message.body}" == (
        "招行信用卡：已逾期4天，今天应还¥1,236.47\n"
        "\n"
        "▶ 今天还清¥1,236.47，赶在上报征信之前\n"
        "本金 ¥1,234.00 + 罚息 ¥2.47\n"
        "再拖一天：多付¥0.62，合计¥1,237.09\n"
        "12月4日起逾期超过一周，催收电话会增多\n"
        "已还？运行 reminderd pay card\n"
        "还款日是11月26日，已逾期4天。各机构上报征信的日子不同，早一天还清，"
        "就少一分留下记录的风险。拖到明天多付¥0.62。\n"
        "· 说明是首次逾期，申请减免罚息和费用\n"
        "· 落实¥1,236.47的资金来源\n"
        "联系方式：App内客服\n"
        "本提醒迟到了：原定09:00发出，实际于14:00发出。\n"
        "计算依据：未填写合同利率；逾期本金按日利率0.05%计收罚息。\n"
        "截至11月30日 · 以上为估算，以贷款机构App显示为准。\n"
    )


def test_an_english_text_for_phones_reads_like_this(write):
    terms = LoanTerms(
        "USD",
        repayment=Repayment.EQUAL_PRINCIPAL,
        principal=Decimal(3000),
        installment_count=3,
        first_due=DUE,
        contract_rate=Rate(Decimal("0.0005"), "day"),
        penalty=Penalty(PenaltyRule.FRACTION_OF_CONTRACT, Decimal("0.5")),
    )
    loan = Loan("line", "Credit line", terms, "America/New_York")
    message = write(loan, DUE, form=Format.TEXT)
    assert f"{message.title}\n\n{message.body}" == (
        "Credit line: $1,046.50 due today\n"
        "\n"
        "▶ Pay $1,046.50 today, Nov 26\n"
        "Principal $1,000.00 + Interest $46.50\n"
        "One more day costs: $0.75, making it $1,047.25\n"
        "Paid? Run: reminderd pay line\n"
        "Paid by the end of today, it is on time. Pay in the lender's app and check that "
        "the payment shows as received.\n"
        "Contact: the lender's app or hotline\n"
        "Based on: contract rate 0.05% a day; penalty 0.025% a day on overdue principal.\n"
        "As of Nov 26 · An estimate; the lender's app has the final figure.\n"
    )


# ─── names people give their loans ────────────────────────────────────────────────────────────


@every_locale
def test_a_name_with_markup_is_shown_and_never_run(card, write, read, locale):
    name = """<script>alert("x")</script> & 'Co' <img src=x onerror=y>"""
    message = write(card(name=name, contact=name), DUE + 4 * DAY, locale)
    page = read(message.html)
    assert message.title.startswith(name)
    assert name in page.seen
    assert page.seen.count("<script>") >= 2  # in the title and beside the contact
    assert "script" not in page.tags
    assert ("src", "x") not in page.attributes


@pytest.mark.parametrize("what", ["due", SETTLED])
def test_a_name_of_several_lines_stays_on_the_one_line_of_the_title(card, write, what):
    loan = card(name=" My\r\nSubject: evil\n\n\tcard\u2028! ", contact="call\nme")
    message = write(loan, DUE + 31 * DAY, what=what, due=NEXT)
    assert message.title.startswith("My Subject: evil card !: ")
    assert len(message.title.splitlines()) == 1
    assert what == SETTLED or "Contact: call me\n" in message.body


@every_locale
@pytest.mark.parametrize("stage", STAGE_DAYS)
def test_braces_in_a_name_or_contact_are_printed_as_they_are(card, write, read, stage, locale):
    braces = "{loan} {{ title }} {0} {% if x %} %s {"
    loan = card(name=braces, contact=braces)
    message = write(loan, DUE + timedelta(days=STAGE_DAYS[stage]), locale)
    assert message.title.startswith(braces)
    assert braces in read(message.html).seen


def test_a_loan_with_a_blank_name_is_called_by_its_id(card, write):
    assert write(card(name=" \n"), DUE).title == "card: CN¥1,234.00 due today"


def test_a_blank_contact_is_no_contact(card, write):
    text = write(card(contact=" "), DUE + 31 * DAY).body
    assert "Contact: the lender's app or hotline" in text


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    name=st.text(st.characters(exclude_categories=["Cs", "Cn"]), min_size=1, max_size=40),
    locale=st.sampled_from(LOCALES),
)
def test_whatever_the_name_the_page_shows_it_and_the_title_is_one_line(
    card, write, read, name, locale
):
    message = write(card(name=name), DUE, locale)
    assert len(message.title.splitlines()) == 1
    shown = (
        one_line(name)
        if any(sign.isprintable() and not sign.isspace() for sign in name)
        else "card"
    )
    assert message.title.startswith(shown)
    assert shown in read(message.html).seen


# ─── currencies ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("currency", "locale", "amount", "increase", "tomorrow"),
    [
        ("JPY", "en", "¥123,400", "¥62", "¥123,462"),
        ("JPY", "zh-CN", "JP¥123,400", "JP¥62", "JP¥123,462"),
        ("KWD", "en", "KWD123.400", "KWD0.062", "KWD123.462"),
        ("USD", "en", "$1,234.00", "$0.62", "$1,234.62"),
        ("EUR", "zh-CN", "€1,234.00", "€0.62", "€1,234.62"),
    ],
)
def test_amounts_have_the_digits_of_their_currency(
    card, write, read, currency, locale, amount, increase, tomorrow
):
    message = write(card(currency=currency), DUE, locale)
    assert amount in message.title
    for text in (message.body, read(message.html).seen):
        assert {amount, increase, tomorrow} <= set(re.findall(r"[A-Z]{0,3}[¥€$]?\d[\d,.]*\d", text))


# ─── the page ─────────────────────────────────────────────────────────────────────────────────


@every_locale
@every_stage
def test_a_page_asks_nothing_of_the_network(of_stage, read, stage, locale):
    html = of_stage(stage, locale).html
    page = read(html)
    assert not {"script", "link", "iframe", "object", "form"} & set(page.tags)
    assert not {"href", "srcset", "background"} & {name for name, _ in page.attributes}
    assert {source for name, source in page.attributes if name == "src"} <= {"cid:chart"}
    assert not re.search(r"url\(|@import|https?:", html)


@every_locale
@every_stage
def test_a_page_has_its_picture_with_it_and_says_what_it_shows(of_stage, read, stage, locale):
    message = of_stage(stage, locale)
    attributes = read(message.html).attributes
    sources = [source for name, source in attributes if name == "src"]
    assert sources == [f"cid:{image.cid}" for image in message.images]
    assert bool(sources) == (stage != "upcoming")
    for said in (text for name, text in attributes if name == "alt"):
        assert len(AMOUNT.findall(said)) == 2


def test_nothing_is_drawn_where_waiting_costs_nothing(card, write):
    assert write(card(penalty=None), DUE + DAY).images == ()


@every_locale
def test_a_page_says_its_language_and_has_the_title_of_the_message(of_stage, read, locale):
    message = of_stage("due-today", locale)
    page = read(message.html)
    assert ("lang", locale) in page.attributes
    assert f"<title>{message.title}</title>" in message.html
    assert page.tags.count("h1") == 1


def test_a_page_carries_its_looks_on_its_elements_and_dark_looks_in_its_head(of_stage, read):
    message = of_stage("due-today", "en")
    page = read(message.html)
    styles = [value for name, value in page.attributes if name == "style"]
    assert any("background" in style for style in styles)
    assert "prefers-color-scheme: dark" in message.html


@pytest.mark.parametrize(
    ("sum_owed", "look"),
    [(123_45, "first"), (1_234_567_89, "first long"), (99_999_999_999_99, "first longest")],
)
def test_the_longer_the_sum_the_smaller_it_is_written_so_that_it_fits_a_phone(
    card, write, sum_owed, look
):
    html = write(card(listed=(Installment(DUE, sum_owed, 0),)), DUE).html
    assert f'class="value {look}"' in html


def test_colours_of_severity_differ(of_stage):
    bars = {
        stage: re.search(r'class="bar bar-\d" style="([^"]*)"', of_stage(stage, "en").html).group(1)
        for stage in ("upcoming", "due-today", "overdue-4-7")
    }
    assert len(set(bars.values())) == 3


# ─── how the figure came about ────────────────────────────────────────────────────────────────


class _Folded(HTMLParser):
    """Reads what a page has folded away: its heading, and the rows of its table."""

    def __init__(self, html):
        super().__init__()
        self.folds, self.heading, self.rows, self._open = [], "", [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        if tag == "details":
            self.folds.append(dict(attrs))
        elif tag == "tr" and "details" in self._open:
            self.rows.append([])
        elif tag == "td" and "details" in self._open:
            self.rows[-1].append("")
        if tag not in ("br", "meta", "img"):
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if "summary" in self._open:
            self.heading += data
        elif "details" in self._open and "td" in self._open:
            self.rows[-1][-1] += data


@every_locale
@every_stage
def test_a_page_folds_away_how_the_figure_came_about_to_the_last_digit(of_stage, stage, locale):
    message = of_stage(stage, locale)
    folded = _Folded(message.html)
    assert len(folded.folds) == 1
    assert "open" not in folded.folds[0]
    assert folded.heading == words(locale).line("derivation")
    *parts, (label, total) = folded.rows
    assert label == words(locale).say("derivation", "total")
    assert sum(Decimal(amount) for _, amount in parts) == Decimal(total)
    assert SIGN[locale] + f"{Decimal(total):,}" == SIGN[locale] + OWED[stage]


def test_a_row_of_the_derivation_has_what_it_is_how_and_how_much(of_stage):
    assert _Folded(of_stage("overdue-4-7", "zh-CN").html).rows == [
        ["11月26日到期本金", "1234.00"],
        ["11月26日这期的罚息11月26日至11月30日：1234.00 × 日利率0.05% × 4天", "2.468"],
        ["取整", "0.002"],
        ["合计", "1236.47"],
    ]
    assert _Folded(of_stage("overdue-4-7", "en").html).rows == [
        ["Principal due Nov 26", "1234.00"],
        [
            "Penalty interest, installment of Nov 26"
            "Nov 26 to Nov 30: 1234.00 × 0.05% a day × 4 days",
            "2.468",
        ],
        ["Rounding", "0.002"],
        ["Total", "1236.47"],
    ]


def test_before_a_due_date_the_derivation_is_that_of_what_comes_next(two_parts, write):
    rows = _Folded(write(two_parts, DUE - DAY).html).rows
    assert rows == [["Principal due Nov 26", "100.00"], ["Total", "100.00"]]


def test_a_payment_is_a_row_of_the_derivation_with_where_it_went(card, write, paid):
    loan = paid(card(), (DUE + 2 * DAY, "1001.23"))
    rows = _Folded(write(loan, DUE + 4 * DAY).html).rows
    assert ["Paid on Nov 28to principal 1000.00 + penalty interest 1.23", "-1001.23"] in rows
    assert sum(Decimal(amount) for _, amount in rows[:-1]) == Decimal(rows[-1][1])


def test_a_name_with_markup_is_shown_in_the_derivation_and_never_run(card, write):
    name = "<img src=x onerror=y> & Co"
    fees = (Fee(Amount(FeeKind.FLAT, Decimal(5)), name=name),)
    message = write(card(fees=fees), DUE + DAY)
    assert [f"{name} on Nov 27, installment of Nov 26", "5.00"] in _Folded(message.html).rows
    assert "<img src=x" not in message.html


def test_news_and_tests_fold_nothing_away(card, write, paid):
    settled = write(paid(card(), (DUE, "1234.00")), DUE, what=SETTLED, due=DUE)
    for message in (settled, trial("en", Format.HTML)):
        assert _Folded(message.html).folds == []


# ─── caps ─────────────────────────────────────────────────────────────────────────────────────

# 0.15 % a day for 365 days is 54.75 %; a fee of 60.00 is more than one of 50.00.
DEAR = {
    "penalty": Penalty(PenaltyRule.DAILY_RATE, Decimal("0.0015")),
    "fees": (Fee(Amount(FeeKind.FLAT, Decimal(60))),),
}
CAPS = {
    "caps": (
        Cap(CapMode.WARN, annual_rate=Decimal("0.24"), source="法发〔2017〕22号"),
        Cap(CapMode.WARN, fees=Decimal(50)),
        Cap(CapMode.WARN, cost=Decimal("0.04")),
    )
}
WARNINGS = {
    "en": [
        # the fee makes it 60/1234 more
        "Being late costs 59.61% a year all-in, more than the cap of 24% (法发〔2017〕22号): "
        "you can take this up with the lender",
        "The fees so far, CN¥60.00, are more than the cap of CN¥50.00 (your configuration): "
        "you can take this up with the lender",
        "Interest, penalty and fees so far, CN¥61.85, are more than the cap of CN¥49.36 "
        "(your configuration): you can take this up with the lender",
    ],
    "zh-CN": [
        "逾期综合成本折合年化59.61%，高于上限24%（法发〔2017〕22号），可据此与贷款机构协商",
        "已收费用¥60.00，高于上限¥50.00（您的设置），可据此与贷款机构协商",
        "利息、罚息和费用已达¥61.85，高于上限¥49.36（您的设置），可据此与贷款机构协商",
    ],
}


@every_locale
def test_caps_that_are_exceeded_are_named_in_text_and_page_once_it_is_late(
    card, write, read, locale
):
    message = write(card(**DEAR, **CAPS), DUE + DAY, locale)
    page = read(message.html)
    assert_well_written(message, page)
    lines = message.body.splitlines()
    for warning in WARNINGS[locale]:
        assert lines.count(f"⚠ {warning}") == 1
        assert page.seen.count(warning) == 1


KEPT = {
    "en": "As agreed, being late would cost 54.75% a year all-in; "
    "the figure keeps to the cap of 24% (the law)",
    "zh-CN": "按约定，逾期综合成本折合年化54.75%；本次金额已按上限24%（the law）计算",
}


@every_locale
def test_a_cap_that_the_figure_keeps_to_is_not_told_as_if_it_did_not(card, write, read, locale):
    caps = (Cap(CapMode.ENFORCE, annual_rate=Decimal("0.24"), source="the law"),)
    message = write(card(penalty=DEAR["penalty"], caps=caps), DUE + DAY, locale)
    assert "1,234.81" in message.title  # 1,234.00 × 24 % / 365 = 0.811
    for text in (message.body, read(message.html).seen):
        assert KEPT[locale] in text
        assert text.count("54.75%") == 1
    rows = _Folded(message.html).rows
    assert [
        amount
        for label, amount in rows
        if label == words(locale).say("derivation", "cap", due=WRITTEN_DUE[locale], end="", name="")
    ] == ["-1.04"]


@every_locale
@pytest.mark.parametrize("days", [-3, 0])
def test_caps_are_not_brought_up_while_nothing_is_late(card, write, read, locale, days):
    message = write(card(**DEAR, **CAPS), DUE + timedelta(days=days), locale)
    for text in (message.body, read(message.html).seen):
        assert {"en": "more than the cap", "zh-CN": "高于上限"}[locale] not in text


@every_locale
def test_caps_that_are_kept_to_anyway_are_not_brought_up(card, write, read, locale):
    message = write(card(**CAPS), DUE + 4 * DAY, locale)  # 18.25 % and no fee
    for text in (message.body, read(message.html).seen):
        assert {"en": " cap ", "zh-CN": "上限"}[locale] not in text


def test_the_good_news_brings_up_no_cap(card, write, paid):
    loan = paid(card(**DEAR, **CAPS), (DUE, "1234.00"))
    assert " cap " not in write(loan, DUE, what=SETTLED, due=DUE).body


# ─── the parts ────────────────────────────────────────────────────────────────────────────────


@every_locale
def test_the_test_message_is_whole(read, locale):
    message = trial(locale, Format.HTML)
    page = read(message.html)
    assert_well_written(message, page)
    assert message.body.strip() in page.seen
    assert message.severity is Severity.INFO


@every_locale
@pytest.mark.parametrize("form", Format)
def test_the_test_message_says_the_same_in_every_format(locale, form):
    message = trial(locale, form)
    say = words(locale)
    assert (message.title, message.body) == (say.line("test_title"), say.line("test_body") + "\n")
    assert message.format is form
    assert bool(message.html) is (form is Format.HTML)


@every_locale
@every_stage
def test_a_sheet_fills_every_action_of_its_stage(card, stage, locale):
    loan = card(grace_days=3 if stage == "grace" else 0)
    position = value(loan, DUE + timedelta(days=STAGE_DAYS[stage]))
    assert packaged().stage_of(position).id == stage
    filled = Sheet(loan, position, words(locale)).advice(packaged().stages[stage], turn=0)
    expected = packaged().advice(packaged().stages[stage], locale, facts(position))
    assert [action.id for action in filled] == [action.id for action in expected]
    assert not any("{" in action.title + action.detail for action in filled)
