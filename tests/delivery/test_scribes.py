"""Messages that other processes write are the same, and nobody waits for one that died."""

import os
import select
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from patience import PATIENCE

from reminderd.alerts.plan import Alert, Next, Reason
from reminderd.delivery import mime
from reminderd.delivery.mail import Envelope
from reminderd.delivery.scribes import PER_SCRIBE, Commission, Cover, Scribes, Subject
from reminderd.loans.terms import Installment, Loan, LoanTerms, Penalty, PenaltyRule
from reminderd.messages.compose import Occasion
from reminderd.messages.message import Format
from reminderd.messages.sheet import Desk

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is forked")

DUE = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def commission(*numbers, form=Format.HTML):
    """Return a message to write about some loans."""
    return Commission(tuple(subject(number) for number in numbers), "zh-CN", form)


def subject(number):
    penalty = Penalty(PenaltyRule.DAILY_RATE, Decimal("0.0005"))
    parts = (Installment(DUE, 100_000 + number, 0),)
    terms = LoanTerms(currency="CNY", listed=parts, penalty=penalty)
    alert = Alert(f"l{number}", DUE, "due", NOW, Reason.DUE_TODAY)
    loan = Loan(f"l{number}", f"贷款{number}", terms, "UTC")
    return Subject(
        loan, DUE, Occasion(alert, NOW, NOW, Next(NOW + timedelta(days=1), if_unpaid=True))
    )


COMMISSIONS = [
    *(commission(number) for number in range(7)),
    commission(8, 9, 10),
    commission(11, form=Format.TEXT),
]


@pytest.fixture
def scribes(monkeypatch):
    """Return two scribes."""
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    scribes = Scribes(Desk(), 5 * PER_SCRIBE)
    assert len(scribes.pids) == 2
    yield scribes
    scribes.close()


def write(scribes, commissions):
    scribes.begin(commissions)
    return scribes.finish()


def by_ourselves(commissions):
    return [each.written(Desk()) for each in commissions]


def test_they_write_what_one_would_write_oneself(scribes):
    assert write(scribes, COMMISSIONS) == by_ourselves(COMMISSIONS)
    assert write(scribes, COMMISSIONS[:1]) == by_ourselves(COMMISSIONS[:1])
    assert write(scribes, []) == []


class TestMails:
    """What goes by mail comes back as the mail."""

    def cover(self, message_id="id", to="me@example.com"):
        return Cover(Envelope(("Reminders", "r@example.com"), ("我", to)), message_id, NOW)

    def test_a_mail_is_built_as_it_would_be_when_it_is_sent(self, scribes):
        cover = self.cover()
        [message] = write(scribes, [replace(COMMISSIONS[0], cover=cover)])
        [plain] = by_ourselves(COMMISSIONS[:1])
        assert plain.html
        assert plain.images
        assert message.mail == mime.build(cover.envelope, plain, "id", NOW)
        assert (message.title, message.body) == (plain.title, plain.body)
        assert (message.html, message.images) == ("", ())  # they would come twice

    def test_one_that_cannot_be_built_is_left_to_whoever_sends_it(self, scribes):
        cover = self.cover(to="me@example.com\r\nBcc: you@example.com")
        assert write(scribes, [replace(COMMISSIONS[0], cover=cover)]) == by_ourselves(
            COMMISSIONS[:1]
        )


def test_a_few_messages_are_worth_no_process():
    scribes = Scribes(Desk(), PER_SCRIBE - 1)
    assert scribes.pids == []
    assert write(scribes, COMMISSIONS) == by_ourselves(COMMISSIONS)


@pytest.mark.parametrize("which", [0, 1])
def test_what_one_that_died_was_to_write_is_written_all_the_same(scribes, which):
    os.kill(scribes.pids[which], signal.SIGKILL)
    assert write(scribes, COMMISSIONS) == by_ourselves(COMMISSIONS)
    assert write(scribes, COMMISSIONS) == by_ourselves(COMMISSIONS)
    assert scribes.pids == []


def test_what_cannot_be_written_is_left_to_whoever_asked_and_the_rest_is_written(scribes):
    wrong = Commission(COMMISSIONS[0].subjects, "xx", Format.TEXT)
    first, none, second = write(scribes, [COMMISSIONS[0], wrong, COMMISSIONS[1]])
    assert none is None
    assert [first, second] == by_ourselves(COMMISSIONS[:2])
    assert len(scribes.pids) == 2


def test_they_leave_no_process_behind(scribes):
    pids = scribes.pids
    scribes.close()
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


MOTHER = """
import os, sys, time
from reminderd.delivery.scribes import Scribes
from reminderd.messages.sheet import Desk
os.cpu_count = lambda: 2
held = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
scribes = Scribes(Desk(), 1000)
print(*scribes.pids, flush=True)
sys.stdin.read()
"""


def test_they_end_when_the_process_that_forked_them_is_killed(tmp_path):
    mother = subprocess.Popen(
        [sys.executable, "-c", MOTHER, str(tmp_path / "lock")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    pids = [int(pid) for pid in mother.stdout.readline().split()]
    handles = [os.pidfd_open(pid) for pid in pids]
    mother.kill()
    mother.communicate(timeout=PATIENCE)
    for handle in handles:
        assert select_readable(handle)
        os.close(handle)


def select_readable(handle):
    """Wait until the process behind a handle has ended."""
    return bool(select.select([handle], [], [], PATIENCE)[0])


def test_they_hold_none_of_the_files_that_were_open(scribes):
    for pid in scribes.pids:
        write(scribes, COMMISSIONS)  # both are at work by now
        kept = {int(file.name) for file in Path(f"/proc/{pid}/fd").iterdir()}
        assert len(kept - {0, 1, 2}) == 1
