"""A store that an older version wrote is taken over: nothing is said twice, or as if it were new.

Before auto-debits had a last day and loans a ``paid_until``, documents lacked these fields, and
reminders came 7, 3, 1 and 0 days before a due date.
"""

import json

from sqlalchemy import text

CONFIG = """
timezone = "Asia/Shanghai"
locale = "en"
{reminders}
[channels.screen]
url = "{{screen}}"

[[loans]]
id = "late"
name = "Late"
due = 2026-11-05
amount = "1234.00"

[[loans]]
id = "coming"
name = "Coming"
due = 2026-12-10
amount = "99.00"

[[loans]]
id = "car"
name = "Car"
principal = "6000.00"
installments = 12
first_due = 2026-11-20
annual_rate = "6%"
auto_debit = {debit}
"""
BEFORE = CONFIG.format(reminders="reminders.before_due = [7, 3, 1, 0]", debit="false")
AFTER = CONFIG.format(reminders="", debit="true")
NEW_IN_LOANS = {"failed", "agreed", "asked", "lender"}
NEW_IN_TERMS = {"amount", "interest", "until", "paid_until", "statement_day", "bills"}
NEW_IN_POLICIES = {"own_cliffs", "debit_asked"}


def without(document, names):
    return {name: value for name, value in document.items() if name not in names}


def as_the_older_version_left_it(life):
    """Rewrite what is stored of loans: fewer fields, a debit without days, another hash."""
    with life.database.transaction() as connection:
        for row in connection.execute(text("SELECT id, document, policy FROM loans")).all():
            loan = without(json.loads(row.document), NEW_IN_LOANS)
            loan["terms"] = without(loan["terms"], NEW_IN_TERMS)
            if row.id == "car":
                loan["auto_debit"] = {"on": True, "account": None, "times": []}
            policy = without(json.loads(row.policy), NEW_IN_POLICIES)
            assert policy["before_due"] == [0, 1, 3, 7]
            connection.execute(
                text(
                    "UPDATE loans SET document = :d, policy = :p, content_hash = 'old'"
                    " WHERE id = :id"
                ),
                {"d": json.dumps(loan), "p": json.dumps(policy), "id": row.id},
            )


def milestones(life):
    return [(row["loan_id"], str(row["due"]), row["milestone"]) for row in life.app.sent(None, 999)]


def upgraded(life):
    """Live to 8 December with the older version, then change to this one."""
    life.configure(BEFORE).live_to("2026-12-08 12:00")
    as_the_older_version_left_it(life)
    return life.configure(AFTER)


def test_what_is_stored_can_be_read(life):
    entries = dict.fromkeys(entry.loan.id for entry, _ in upgraded(life).app.entries())
    assert list(entries) == ["late", "coming", "car"]


def test_the_first_pass_asks_of_the_debit_and_says_nothing_else(life):
    before = milestones(upgraded(life))
    [message] = life.run()
    new = [row for row in milestones(life) if row not in before]
    assert new == [("car", "2026-11-20", "debit+7")]
    assert "overdue" not in message.title
    assert life.run() == []


def test_nothing_is_sent_twice_and_reminders_go_on(life):
    upgraded(life).live_to("2027-01-10 12:00")
    rows = milestones(life)
    assert len(rows) == len(set(rows))
    assert ("late", "2026-11-05", "due+60") in rows
    assert ("coming", "2026-12-10", "due") in rows
    assert ("coming", "2026-12-10", "due-1") not in rows
    assert ("car", "2026-12-20", "due-3") in rows


def test_a_loan_that_was_reminded_of_is_not_asked_whether_it_was_paid_so_far(life):
    upgraded(life).live_to("2027-01-10 12:00")
    assert "paid-so-far" not in {milestone for _, _, milestone in milestones(life)}


def test_wishes_that_were_written_down_stay_known_since_then(life):
    life.configure(BEFORE).live_to("2026-12-08 12:00")
    since = {entry.loan.id: entry.known_since for entry, _ in life.app.entries()}
    as_the_older_version_left_it(life)
    life.configure(AFTER.replace("[channels", "[reminders]\nbefore_due = [7, 3, 1, 0]\n[channels"))
    assert life.run()  # the question of the debit
    assert {entry.loan.id: entry.known_since for entry, _ in life.app.entries()} == since
