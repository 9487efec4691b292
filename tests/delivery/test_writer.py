"""What a message is told apart from its own loan: the format, the other loans, what comes next."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from reminderd.alerts.channel import Channel, Format, Recipient
from reminderd.alerts.plan import Alert, Policy, Reason
from reminderd.delivery.writer import Bundle, Needless, Writer
from reminderd.loans.money import Money
from reminderd.loans.terms import Installment, Loan, LoanTerms, Payment, Penalty, PenaltyRule
from reminderd.messages.sheet import Desk
from reminderd.playbook.facts import Borrower
from reminderd.store import book, history, outbox

TODAY = date(2026, 11, 20)
SCREEN = Channel("screen", (Recipient("screen", "console://"),), "en")


def a_loan(name, days, paid=None):
    """Return a loan with 1,000.00 due so many days ago."""
    listed = (Installment(TODAY - timedelta(days=days), 100_000, 0),)
    penalty = Penalty(PenaltyRule.DAILY_RATE, Decimal("0.001"))
    payments = (Payment(TODAY, Decimal(paid)),) if paid else ()
    terms = LoanTerms(currency="CNY", listed=listed, penalty=penalty)
    return Loan(name, name, terms, "Asia/Shanghai", payments)


@pytest.fixture
def letter(database, now):
    """Return a function that prepares the letter about the first of some loans."""

    def write(*loans, writer=None, channel=SCREEN, milestone="due"):
        loan = loans[0]
        writer = writer or Writer(Desk(), lambda at, _channel: at)
        with database.transaction() as connection:
            book.sync(connection, [(each, Policy()) for each in loans], now)
            routine = milestone.startswith("routine")
            loan_id = None if routine else loan.id
            due = TODAY if routine else loan.terms.listed[0].due
            alert = Alert(loan_id, due, milestone, now, Reason.OVERDUE_DAY)
            key = history.record(connection, alert, now, superseded=False)
            outbox.enqueue(connection, key, [("screen", "screen")], now)
            leased = outbox.lease(connection, "screen", now, now + timedelta(hours=1), "me", 1)
            [written] = writer.letters(connection, leased, channel, now).values()
            return written

    return write


class TestOthers:
    def actions(self, letter):
        return [action.id for action in letter.sheet.advice(letter.stage)]

    def test_a_late_loan_knows_of_others_that_are_late(self, letter):
        assert "pay-dearest-first" in self.actions(letter(a_loan("a", 2), a_loan("b", 1)))

    def test_others_that_are_not_late_are_not_spoken_of(self, letter):
        assert "pay-dearest-first" not in self.actions(letter(a_loan("a", 2), a_loan("b", 0)))

    def test_those_of_an_organisation_are_not_one_borrowers(self, letter):
        fifty = [a_loan(f"{number}", 1) for number in range(49)]
        assert len(letter(a_loan("a", 2), *fifty).sheet.others) == 49
        assert letter(a_loan("b", 2), a_loan("a", 2), *fifty).sheet.others == []

    def test_they_are_valued_once_for_each_day(self, letter):
        writer = Writer(Desk(), lambda at, _channel: at)
        first, second, third = (a_loan(name, 2) for name in "abc")
        of_first = letter(first, second, third, writer=writer).sheet.others
        of_second = letter(second, first, third, writer=writer).sheet.others
        assert of_first[1] is of_second[1]

    def test_a_loan_that_is_not_late_does_not_ask_for_them(self, letter):
        assert letter(a_loan("a", 0), a_loan("b", 1)).sheet.others == []

    def test_they_matter_to_whoever_has_said_what_cash_there_is(self, letter):
        desk = Desk(borrower=Borrower(cash=Money(100_000, "CNY")))
        writer = Writer(desk, lambda at, _channel: at)
        written = letter(a_loan("a", 0), a_loan("b", -1), writer=writer)
        assert [other.loan.id for other in written.sheet.others] == ["b"]


class TestNext:
    def test_it_says_when_the_loan_is_spoken_of_next(self, letter):
        said = letter(a_loan("a", 2)).message(Format.FULL).body
        assert "Next reminder: Nov 21 09:00, unless it is paid" in said

    def test_quiet_hours_move_that_too(self, letter):
        writer = Writer(Desk(), lambda at, _channel: at + timedelta(hours=2))
        said = letter(a_loan("a", 2), writer=writer).message(Format.FULL).body
        assert "Next reminder: Nov 21 11:00" in said


class TestFormat:
    @pytest.mark.parametrize(
        ("wanted", "form"), [(None, Format.FULL), (Format.MARKDOWN, Format.MARKDOWN)]
    )
    def test_it_is_the_channels_or_what_suits_the_service(self, letter, wanted, form, now):
        writer = Writer(Desk(), lambda at, _channel: at)
        channel = replace(SCREEN, format=wanted)
        written = letter(a_loan("a", 2))
        bundle = Bundle([written], channel.recipients[0], "id")
        draft = writer.draft([bundle], channel, now)
        writer.begin(draft)
        [written] = writer.finish(draft)
        assert written.message.format is form


class TestNeedless:
    def test_what_was_paid_is_not_written_of(self, letter):
        assert letter(a_loan("a", 2, paid="1002")) == Needless("paid, or not paid, meanwhile")

    def test_a_routine_speaks_of_every_loan(self, letter):
        written = letter(a_loan("a", 2), a_loan("b", -5), milestone="routine-alive")
        body = written.message(Format.FULL).body
        assert "a: 2 days overdue" in body
        assert "b" in body
