"""Killed between sending and recording: nothing is lost, and a second copy shows that it is one."""

import sqlite3
from collections import Counter

import pytest
from patience import PATIENCE

from reminderd.state import DATABASE


@pytest.fixture
def three_loans(config, today):
    """Add a third loan that is due today."""
    config.write_text(
        config.read_text() + f'\n[[loans]]\nid = "car"\ndue = {today}\namount = "55.00"\n'
    )


def copies(mail_server):
    """Return how many copies of each message id the server accepted, the most first."""
    return sorted(Counter(mail.message_id for mail in mail_server.accepted).values())[::-1]


def test_killed_before_the_answer_came(start, command, mail_server, three_loans):
    mail_server.answers.append("hang")
    process = start("run", "--once")
    taken = mail_server.wait_for_mail()
    process.kill()
    process.wait(timeout=PATIENCE)
    mail_server.release()
    command("run", "--once")
    assert copies(mail_server) == [2, 1, 1]
    assert Counter(mail.message_id for mail in mail_server.accepted)[taken.message_id] == 2
    assert len({mail.subject for mail in mail_server.accepted}) == 3
    command("run", "--once")
    assert copies(mail_server) == [2, 1, 1]


def test_killed_after_the_answer_came_and_before_it_was_recorded(
    start, command, mail_server, three_loans, tmp_path
):
    mail_server.answers.extend(["hang", "hang"])
    process = start("run", "--once")
    first = mail_server.wait_for_mail()
    # Nothing can be recorded while somebody else writes.
    other = sqlite3.connect(tmp_path / "state" / DATABASE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    mail_server.release()
    second = mail_server.wait_for_mail()  # so the program has read the first one's answer
    process.kill()
    process.wait(timeout=PATIENCE)
    other.execute("ROLLBACK")
    other.close()
    mail_server.release()
    command("run", "--once")
    assert copies(mail_server) == [2, 2, 1]
    twice = [key for key, n in Counter(m.message_id for m in mail_server.accepted).items() if n > 1]
    assert set(twice) == {first.message_id, second.message_id}
    assert len({mail.subject for mail in mail_server.accepted}) == 3
