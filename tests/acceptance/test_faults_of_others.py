"""Faults that users of other programs reported, each as a life that would show it here.

Each test names the project and the report, and fails if the program had that fault.
"""

import json
import re
from datetime import date, timedelta
from decimal import Decimal
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest
from werkzeug import Response

from reminderd.cli.explain_views import explain_json, explain_text
from reminderd.cli.views import preview_json
from reminderd.loans.position import value
from reminderd.messages.words import words

HEAD = """
timezone = "Asia/Shanghai"
locale = "en"
[reminders]
before_due = [3, 0]
overdue_days = [1, 2, 3, 4, 7, 14, 21, 30]
overdue_every = 15
after_settling = false
[channels.screen]
url = "{screen}"
"""
PHONE = '[channels.phone]\nurl = "{phone}"\n'
CARD = """
[[loans]]
id = "card"
name = "Card"
due = 2026-11-20
amount = "10000.00"
penalty.daily_rate = "0.05%"
"""
MONTHLY = """
[[loans]]
id = "rent"
name = "Rent"
installments = [
  { due = 2026-11-20, amount = "300.00" },
  { due = 2026-12-20, amount = "300.00" },
  { due = 2027-01-20, amount = "300.00" },
]
"""
TWO_LATE = MONTHLY.replace('  { due = 2027-01-20, amount = "300.00" },\n', "")
STAGES = {  # and the last day past due of each
    "overdue-1-3": 3,
    "overdue-4-7": 7,
    "overdue-8-30": 30,
    "overdue-31-90": 90,
    "overdue-beyond-90": 10_000,
}
CREDIT = """
[[loans]]
id = "credit"
name = "Credit"
principal = "10000"
annual_rate = "6%"
installments = 10
first_due = 2026-12-05
start = 2026-11-05
penalty.daily_rate = "0.05%"
"""


def titles(messages):
    """Return (day, title) of each message, with a sign for the currency that no locale changes."""
    return [(f"{got.at:%m-%d}", got.title.replace("CN¥", "¥")) for got in messages]


def position(life, loan_id):
    """Return where a loan stands now."""
    return value(life.app.loan(loan_id), life.now.date())


def remaining(here):
    """Return what is left of all installments to come, their interest included."""
    return sum(part.remaining.amount for part in here.upcoming)


def milestones(life, loan_id):
    """Return (due date, milestone) of every alert of a loan that was sent, the oldest first."""
    rows = [row for row in life.app.decisions(loan_id)[::-1] if not row["superseded"]]
    return [(f"{row['due']:%m-%d}", row["milestone"]) for row in rows]


class TestPaying:
    def test_an_installment_paid_ahead_of_its_date_is_met_and_the_next_one_is_not(self, life):
        """otherworld/Budget #163: paid a day early, it stayed due and was debited once more."""
        life.configure(HEAD + MONTHLY).live_to("2026-11-19 12:00")
        life.pay("rent", "300.00")
        assert life.live_to("2026-12-16 12:00") == []
        here = position(life, "rent")
        assert here.unpaid() == [date(2026, 12, 20), date(2027, 1, 20)]
        assert (here.payoff.amount, here.to_pay.amount) == (Decimal("600.00"), Decimal("300.00"))
        assert titles(life.live_to("2026-12-20 12:00")) == [
            ("12-17", "Rent: ¥300.00 due on Dec 20, in 3 days"),
            ("12-20", "Rent: ¥300.00 due today"),
        ]
        assert len(life.app.typed_payments()) == 1

    def test_what_was_paid_ahead_does_not_become_overdue_when_its_date_has_passed(self, life):
        """otherworld/Budget #163, its other half: shown as overdue once the date had passed."""
        life.configure(HEAD + CARD).live_to("2026-11-18 12:00")
        life.pay("card", "10000.00")
        received = titles(life.live_to("2027-01-31 12:00"))
        assert received == [("11-18", "Card: paid off, nothing more is owed")]
        assert position(life, "card").settled

    def test_each_installment_is_reminded_of_though_the_one_before_was_paid(self, life):
        """FinSight-AI #252: one cycle marked as paid was the end of the whole series."""
        life.configure(HEAD + MONTHLY)
        for due in ("2026-11-20", "2026-12-20", "2027-01-20"):
            assert [title for _, title in titles(life.live_to(f"{due} 12:00"))][-1] == (
                "Rent: ¥300.00 due today"
            )
            life.pay("rent", "300.00")
            life.run()
        assert [what for _, what in milestones(life, "rent") if what != "settled"] == [
            "due-3",
            "due",
        ] * 3
        assert position(life, "rent").settled

    @pytest.mark.parametrize("on", ["2026-11-18 12:00", "2026-11-20 12:00", "2026-11-23 12:00"])
    def test_after_a_part_paid_the_rest_and_no_more_settles(self, life, on):
        """akaunting #749: after a part, "paid" recorded the whole amount again."""
        life.configure(HEAD + CARD).live_to("2026-11-17 12:00")
        life.pay("card", "4000.00")
        life.live_to(on)
        rest = position(life, "card").payoff
        assert rest.amount < 6010
        life.pay("card", str(rest.amount))
        here = position(life, "card")
        assert (here.settled, here.credit.amount, here.payoff.amount) == (True, 0, 0)
        paid = [payment.amount for _, payment in life.app.typed_payments()]
        assert paid == [Decimal("4000.00"), rest.amount]
        assert titles(life.run())[-1][1] == "Card: paid off, nothing more is owed"

    def test_the_message_after_a_part_paid_asks_for_what_settles(self, life):
        """akaunting #749, as the borrower meets it: the sum in the message is the one to pay."""
        life.configure(HEAD + CARD).live_to("2026-11-19 12:00")
        life.pay("card", "4000.00")
        [(_, title)] = titles(life.live_to("2026-11-22 12:00"))[-1:]
        asked = re.search(r"¥([\d,.]+) owed today", title).group(1).replace(",", "")
        assert asked == "6006.00"
        life.pay("card", asked)
        assert position(life, "card").settled

    @pytest.mark.parametrize("when", ["2026-11-20 12:00", "2026-11-25 12:00", "2027-01-19 12:00"])
    def test_nothing_comes_after_it_was_paid(self, life, when):
        """akaunting #259: a reminder of what was already paid."""
        life.configure(HEAD + CARD).live_to(when)
        life.pay("card", str(position(life, "card").payoff.amount))
        received = life.live_to("2027-12-31 12:00")
        assert [title for _, title in titles(received)] == ["Card: paid off, nothing more is owed"]

    def test_what_still_waits_for_its_server_when_it_is_paid_never_comes(self, life):
        """akaunting #259, in the queue: decided before the payment, sent after it."""
        life.configure(HEAD + CARD).live_to("2026-11-20 12:00")
        life.answers.append(503)
        assert life.live_to("2026-11-21 09:00:05") == []
        life.pay("card", str(position(life, "card").payoff.amount))
        received = life.live_to("2026-12-31 12:00")
        assert [title for _, title in titles(received)] == ["Card: paid off, nothing more is owed"]
        assert ("due+1", "screen", "cancelled") in life.deliveries()


class TestInterest:
    @pytest.mark.parametrize(
        ("order", "later"),
        [
            ("", "25.03"),  # the penalty is met first: what is left is principal, and grows
            ('allocation_order = ["principal", "interest", "penalty", "fees"]', "25.00"),
        ],
    )
    def test_what_lateness_cost_is_still_owed_once_the_sum_itself_is_paid(self, life, order, later):
        """ERPNext #58220: the interest of a dunning was lost when the original sum was paid."""
        life.configure(HEAD + CARD + order).live_to("2026-11-25 12:00")
        life.pay("card", "10000.00")
        assert position(life, "card").due.total == 25_00
        received = titles(life.live_to("2026-11-27 12:00"))
        assert received == [("11-27", f"Card: 7 days overdue, ¥{later} owed today")]
        life.pay("card", later)
        assert titles(life.run()) == [("11-27", "Card: paid off, nothing more is owed")]

    def test_a_payment_of_principal_alone_brings_no_interest(self, life):
        """monize #1255: 450.00 that were paid became 500.00 paid, 50.00 of them interest."""
        life.configure(HEAD + CREDIT).live_to("2026-11-10 12:00")
        before, due = position(life, "credit"), date(2026, 12, 5)
        expected = value(life.app.loan("credit"), due).due.total - 450_00
        life.pay("credit", "450.00")
        after = position(life, "credit")
        assert (before.payoff - after.payoff).amount == Decimal("450.00")
        assert remaining(before) - remaining(after) == Decimal("450.00")
        assert [payment.amount for _, payment in life.app.typed_payments()] == [Decimal("450.00")]
        assert value(life.app.loan("credit"), due).due.total == expected
        [(_, title)] = titles(life.live_to("2026-12-05 12:00"))[-1:]
        assert title == f"Credit: ¥{expected / 100:.2f} due today"

    def test_a_late_payment_of_principal_alone_leaves_the_interest_as_it_was(self, life):
        """monize #1255, of what is late: interest is what accrued, whatever is paid."""
        order = 'allocation_order = ["principal", "interest", "penalty", "fees"]\n'
        life.configure(HEAD + CREDIT + order).live_to("2026-12-12 12:00")
        before = position(life, "credit").due
        life.pay("credit", str(Decimal(before.principal) / 100))
        after = position(life, "credit").due
        assert after == before._replace(principal=0)

    def test_a_loan_without_interest_gets_none_by_being_paid(self, life):
        """monize #1255, where there is none at all: every payment is principal to the cent."""
        life.configure(HEAD + MONTHLY).live_to("2026-11-21 12:00")
        for amount, left in (("123.45", "776.55"), ("300.00", "476.55"), ("476.55", "0.00")):
            life.pay("rent", amount)
            assert position(life, "rent").payoff.amount == Decimal(left)


class TestRhythm:
    @pytest.mark.parametrize("late", [2, 5, 12, 40])
    def test_paying_the_older_of_two_late_installments_skips_no_stage_of_the_other(
        self, life, late
    ):
        """Kill Bill #2297: paying some of what was overdue let a stage be passed over."""
        life.configure(HEAD + TWO_LATE)
        paid = date(2026, 12, 20) + timedelta(days=late)
        life.live_to(f"{paid} 12:00")
        life.pay("rent", "300.00")
        life.run()
        received = life.live_to("2027-04-05 12:00")
        slots = [2, 3, 4, 7, 14, 21, 30, 45, 60, 75, 90, 105]
        days = [(got.at.date() - date(2026, 12, 20)).days for got in received]
        assert days == [day for day in slots if day > late]
        book = life.app.config.desk.playbook
        loan = life.app.loan("rent")
        stages = [book.stage_of(value(loan, got.at.date())).id for got in received]
        assert list(dict.fromkeys(stages)) == [
            stage for stage, last in STAGES.items() if last > late
        ]

    @pytest.mark.parametrize("minutes", [1, 60])
    def test_a_pass_every_minute_or_hour_sends_each_message_once(self, life, minutes):
        """Invoice Ninja #553 (a hundred mails in a day), #1447 (hourly) and #2330."""
        life.configure(HEAD + PHONE + CARD).live_to("2026-11-20 08:50")
        step = timedelta(minutes=minutes)
        received = []
        for _ in range(100 if minutes == 1 else 40):
            received += life.run()
            life.clock.at += step
        due = ["11-20"] if minutes == 1 else ["11-20", "11-21"]
        assert sorted((f"{got.at:%m-%d}", got.channel) for got in received) == [
            (day, channel) for day in due for channel in ("phone", "screen")
        ]

    @pytest.mark.parametrize("missed", [1, 3, 10])
    def test_the_one_day_of_a_reminder_missed_is_caught_up(self, life, missed):
        """Invoice Ninja #637, #2183: switched off on the day, it never reminded."""
        once = HEAD.replace("[1, 2, 3, 4, 7, 14, 21, 30]", "[7]").replace("every = 15", "every = 0")
        life.configure(once + CARD).live_to("2026-11-24 12:00")
        life.skip_to("2026-11-27 08:59")
        back = date(2026, 11, 27) + timedelta(days=missed)
        received = life.skip_to(f"{back} 10:00").run()
        assert [got.title.partition(",")[0] for got in received] == [
            f"Card: {7 + missed} days overdue"
        ]
        assert "This message is late" in received[0].text
        assert life.run() == []

    def test_a_reminder_ahead_of_the_date_takes_the_place_of_none_on_it_or_after_it(self, life):
        """otherworld/Budget: one flag for "reminded" let the early reminder be the last."""
        life.configure(HEAD + CARD)
        received = titles(life.live_to("2026-11-22 12:00"))
        assert [day for day, _ in received] == ["11-17", "11-20", "11-21", "11-22"]
        assert [what for _, what in milestones(life, "card")] == ["due-3", "due", "due+1", "due+2"]

    def test_a_reminder_that_comes_late_and_ahead_of_the_date_swallows_none_after_it(self, life):
        """otherworld/Budget, after downtime: one flag was set by what came late."""
        life.configure(HEAD + CARD).live_to("2026-11-16 12:00")
        life.skip_to("2026-11-19 23:00")
        assert [day for day, _ in titles(life.run())] == ["11-19"]
        received = titles(life.live_to("2026-11-21 12:00"))
        assert [day for day, _ in received] == ["11-20", "11-21"]


FEE = 'fees = [{ flat = "20.00", after_days = 10 }]\n'
AUTO = """
[[loans]]
id = "auto"
name = "Auto"
due = 2026-11-22
amount = "500.00"
auto_debit = true
"""
FIRED = {
    "card": [
        ("due-7", "before_due"),
        ("due-3", "before_due"),
        ("due", "due_today"),
        ("due+1", "overdue_day"),
        ("due+2", "overdue_day"),
        ("due+3", "overdue_day"),
        ("due+4", "overdue_day"),
        ("due+7", "overdue_day"),
        ("due+10", "cliff_tomorrow"),
        ("due+14", "overdue_day"),
        ("due+21", "overdue_day"),
        ("due+30", "overdue_day"),
        ("due+45", "overdue_repeat"),
    ],
    "auto": [
        ("due-7", "before_due"),
        ("due-3", "before_due"),
        ("debit+1", "debit_unconfirmed"),
        ("debit+3", "debit_unconfirmed"),
        ("debit+7", "debit_unconfirmed"),
    ],
}


class TestReasons:
    RULES = HEAD.replace("[3, 0]", "[7, 3, 0]") + CARD + FEE

    @pytest.mark.parametrize("locale", ["en", "zh-CN"])
    def test_the_rule_that_fired_a_message_is_the_one_that_explain_names(self, life, locale):
        """SubsTracker #197: three days ahead, the message named the rule of seven days."""
        life.configure((self.RULES + AUTO).replace('"en"', f'"{locale}"'))
        reasons, fired = words(locale).table["reason"], {"card": [], "auto": []}
        for day in range(60):
            got = life.live_to(f"{date(2026, 11, 10) + timedelta(days=day)} 12:00")
            for loan_id, rules in fired.items():
                last = explain_json(life.app, life.app.loan(loan_id))["last"]
                if last is None or last["decided_at"][:10] != str(life.now.date()):
                    continue
                rules.append((last["milestone"], last["reason"]))
                ahead = life.now.date() - date.fromisoformat(last["due"])
                assert int(re.sub("[a-z]", "", last["milestone"]) or 0) == ahead.days
                first = explain_text(life.app, life.app.loan(loan_id)).splitlines()[0]
                assert last["milestone"] in first
                assert reasons[last["reason"]] in first
                assert {"card": "Card", "auto": "Auto"}[loan_id] in str(got)
        assert fired == FIRED

    def test_what_is_previewed_is_what_then_fires_with_its_reason(self, life):
        """SubsTracker #197, looking ahead: preview names the rules that will fire."""
        life.configure(self.RULES + AUTO).run()
        coming = {"card": [], "auto": []}
        for row in preview_json(life.app, life.now, 68, full=False):
            coming[row["loan"]].append((row["milestone"], row["reason"]))
        assert coming == FIRED

    def test_the_message_says_itself_how_far_off_the_date_is(self, life):
        """SubsTracker #197, in the message: the days are those of the day on which it comes."""
        received = titles(life.configure(self.RULES).live_to("2026-11-27 12:00"))
        told = [(day, re.sub(r"Card: |¥[\d,.]+ ", "", title)) for day, title in received]
        assert told == [
            ("11-13", "due on Nov 20, in 7 days"),
            ("11-17", "due on Nov 20, in 3 days"),
            ("11-20", "due today"),
            ("11-21", "1 day overdue, owed today"),
            ("11-22", "2 days overdue, owed today"),
            ("11-23", "3 days overdue, owed today"),
            ("11-24", "4 days overdue, owed today"),
            ("11-27", "7 days overdue, owed today"),
        ]


class TestRetry:
    FLAKY = '[channels.flaky]\nurl = "json://127.0.0.1:{port}/flaky"\n'

    @pytest.fixture
    def flaky(self, life):
        """Return what a service took whose first two requests failed."""
        took, answers = [], [503, 503]

        def receive(request):
            if answers:
                return Response(status=answers.pop())
            took.append(request.get_json()["title"])
            return Response(status=200)

        life.server.expect_request("/flaky").respond_with_handler(receive)
        return took

    @pytest.mark.parametrize("restarted", [False, True])
    def test_what_failed_in_part_is_tried_again_only_where_it_failed(self, life, flaky, restarted):
        """StellarNest #12: the retry after a part failure reached those again who had it."""
        text = HEAD + self.FLAKY.replace("{port}", str(life.server.port)) + CARD
        life.configure(text).live_to("2026-11-16 12:00")
        life.live_to("2026-11-17 09:00")
        assert flaky == []
        if restarted:
            life.configure(text)
        life.live_to("2026-11-17 12:00")
        assert len(flaky) == 1
        assert len(life.got) == 1
        assert life.deliveries() == [("due-3", "screen", "sent"), ("due-3", "flaky", "sent")]

    def test_of_two_addresses_in_one_channel_the_one_that_took_it_gets_no_other(
        self, life, mail_server
    ):
        """StellarNest #12, within one channel: members of one household."""
        life.configure(HEAD + mail_to(mail_server, "a@example.com", "b@example.com") + CARD)
        mail_server.refused["b@example.com"] = "451 busy"
        life.live_to("2026-11-17 09:01")
        assert [mail.recipients for mail in mail_server.accepted] == [("a@example.com",)]
        mail_server.refused.clear()
        life.live_to("2026-11-17 12:00")
        assert [mail.recipients for mail in mail_server.accepted] == [
            ("a@example.com",),
            ("b@example.com",),
        ]


class Links(HTMLParser):
    """Whatever a page lets somebody open, or opens by itself; pictures within the mail aside."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        opened = ("href", "src", "action", "formaction", "background", "srcset", "ping", "data")
        self.found += [
            target
            for name, target in attributes
            if name in opened and not (target or "").startswith("cid:")
        ]


URL = re.compile(r"(?:https?:|mailto:|tel:|www\.)\S+|url\([^)]*\)", re.I)


def links_of(message: EmailMessage):
    """Return everything in a mail that can be opened, its headers included."""
    found = [value for name, value in message.items() if URL.search(value)]
    found += [name for name in message if name.lower().startswith("list-")]
    for part in message.walk():
        if part.get_content_maintype() == "text":
            text = part.get_content()
            found += URL.findall(text)
            found += Links(text).found if part.get_content_subtype() == "html" else []
    return found


def mail_to(server, *addresses):
    """Return the table of a mail channel to some addresses."""
    table = server.table(to=list(addresses))
    return "[channels.mail]\n" + "".join(f"{k} = {json.dumps(v)}\n" for k, v in table.items())


class TestScanners:
    LIFE = CARD + MONTHLY + CREDIT

    @pytest.mark.parametrize("locale", ["en", "zh-CN"])
    def test_there_is_nothing_in_a_mail_that_a_scanner_could_open(self, life, mail_server, locale):
        """hackwestern PR #846, Rock #7034: a scanner opens every link, and each one acts.

        No mail has a link that acts, since none has a link: nothing to open, whoever opens it,
        no picture from elsewhere, and no header by which one click would silence reminders.
        """
        head = HEAD.replace('"en"', f'"{locale}"').replace("settling = false", "settling = true")
        asked = CARD.replace('"card"', '"old"').replace("2026-11-20", "2026-10-20")
        whole = head + mail_to(mail_server, "me@example.com") + self.LIFE + asked + AUTO
        life.configure(whole).live_to("2026-12-10 12:00")
        for loan in ("card", "old"):
            life.pay(loan, str(position(life, loan).payoff.amount))
        life.live_to("2027-07-01 12:00")
        kinds = {row["milestone"] for row in life.app.sent(None, None)}
        assert {"due-3", "due", "due+1", "settled", "paid-so-far"} <= kinds
        assert len(mail_server.accepted) > 20
        assert all(mail.message.get_body(("html",)) for mail in mail_server.accepted)
        assert [link for mail in mail_server.accepted for link in links_of(mail.message)] == []


CHINESE = "甲乙丙丁戊己庚辛壬癸" * 4
LONG = CARD.replace('"card"', f'"{CHINESE}"').replace('"Card"', f'"{CHINESE}"')


class TestChinese:
    def test_a_loan_with_an_id_and_a_name_of_forty_signs_goes_its_whole_way(
        self, life, mail_server
    ):
        """python-telegram-bot and its like: an identity in Chinese burst a limit in bytes.

        Forty signs are 120 bytes. Mail, retries of it, and what is known of the loan all hold.
        """
        text = HEAD.replace('"en"', '"zh-CN"') + mail_to(mail_server, "me@example.com") + LONG
        mail_server.answers.append("451 busy")
        life.configure(text).live_to("2026-11-20 12:00")
        life.pay(CHINESE, "10000.00")
        life.run()
        first, *accepted = mail_server.mails
        assert [mail.answer[:3] for mail in (first, *accepted)] == ["451", "250", "250", "250"]
        assert first.message_id == accepted[0].message_id
        ids = [mail.message_id for mail in accepted]
        assert len(set(ids)) == 3
        assert all(re.fullmatch(r"<[!-~]{1,120}@example\.com>", one) for one in ids)
        assert [CHINESE in mail.subject for mail in accepted] == [True] * 3
        assert all(CHINESE in mail.part("plain") + mail.subject for mail in accepted)
        assert [mail.message.defects for mail in accepted] == [[], [], []]
        assert milestones(life, CHINESE) == [
            ("11-20", "due-3"),
            ("11-20", "due"),
            ("11-20", "settled"),
        ]
        assert {row["loan_id"] for row in life.app.sent(None, None)} == {CHINESE}
        assert explain_json(life.app, life.app.loan(CHINESE))["last"]["milestone"] == "settled"

    def test_ntfy_takes_chinese_for_none_of_it_stands_in_a_header(self, life):
        """ntfy #737: what is not ASCII in a header is refused, 40018; nothing of ours may be."""
        published = []

        def publish(request):
            if not all(value.isascii() for value in request.headers.values()):
                return Response('{"code":40018,"http":400}', status=400)
            published.append(json.loads(request.get_data()))
            return Response("{}")

        life.server.expect_request("/", method="POST").respond_with_handler(publish)
        url = f'[channels.push]\nurl = "ntfy://127.0.0.1:{life.server.port}/topic"\n'
        life.configure(HEAD.replace('"en"', '"zh-CN"') + url + LONG)
        life.live_to("2026-11-24 12:00")
        assert {state for _, _, state in life.deliveries()} == {"sent"}
        on_screen = [(got.title, got.text.split()) for got in life.got]
        assert len(published) == 6
        assert [CHINESE in one["title"] for one in published] == [True] * 6
        assert [one["title"] for one in published] == [title for title, _ in on_screen]
        assert [one["topic"] for one in published] == ["topic"] * 6
        assert "逾期4天" in published[-1]["title"]
        assert not [one for one in published if "\ufffd" in str(one) or "=?" in str(one)]
