"""`reminderd restore`: what there is, what it asks, and what it leaves alone."""

import json
from datetime import date

import pytest

from reminderd.state import DATABASE, locked, state_folder
from reminderd.store.database import Database

LOANS = """\
timezone = "Asia/Shanghai"
locale = "en"
[[loans]]
id = "card"
due = 2026-12-05
amount = "1234.00"
"""


@pytest.fixture
def folder(write, call):
    """Return the folder of a store with a payment, made after its backup of 6 December."""
    write(LOANS)
    call("pay", "card", "100")
    database = Database.open(state_folder())
    database.look_after(date(2026, 12, 6))
    database.close()
    call("pay", "card", "50")
    return state_folder()


def paid(call):
    return [payment["amount"] for payment in json.loads(call("undo", "--json").stdout)]


def test_without_a_name_it_lists_the_backups(folder, call):
    (folder / "backups" / "2026-12-05.sqlite3").write_bytes(b"damaged" * 1000)
    first, second, hint = call("restore").stdout.splitlines()
    assert first.split()[0] == "2026-12-06"
    assert first.endswith("KB")
    assert second.split()[0] == "2026-12-05"
    assert second.endswith("file is not a database")
    assert "reminderd restore DAY" in hint


def test_programs_get_the_list_as_json(folder, call):
    listed = json.loads(call("restore", "--json").stdout)
    assert listed["folder"] == str(folder / "backups")
    [only] = listed["backups"]
    assert (only["name"], only["fault"]) == ("2026-12-06", None)
    assert only["bytes"] > 0


def test_where_there_is_none_it_says_where_it_looked(call):
    assert str(state_folder() / "backups") in call("restore").stdout


def test_a_backup_takes_the_place_of_the_store_which_is_kept(folder, call):
    done = json.loads(call("restore", "2026-12-06", "--yes", "--json").stdout)
    assert done["restored"] == "2026-12-06"
    assert done["put_aside"] == str(folder / "reminderd-before-20261209T040000Z.sqlite3")
    assert paid(call) == ["100.00"]


def test_a_damaged_store_is_replaced_as_its_error_says(folder, call, refused):
    for path in folder.glob(f"{DATABASE}*"):
        path.write_bytes(b"no database" * 1000)
    code, sentence = refused("status")
    assert code == 1
    assert "`reminderd restore 2026-12-06`" in sentence
    said = call("restore", "2026-12-06", "--yes").stdout
    assert said.startswith("restored 2026-12-06; what was there is kept as ")
    assert call("status").exit_code == 0
    assert paid(call) == ["100.00"]


def test_it_asks_first_and_takes_silence_for_a_no(folder, call):
    asked = call("restore", "2026-12-06")
    assert asked.exit_code == 1
    assert "Payments and agreements entered since are to be entered again" in asked.stdout
    assert paid(call) == ["100.00", "50.00"]


def test_a_program_cannot_be_asked(folder, refused):
    assert refused("restore", "2026-12-06", "--json") == (
        2,
        "--json goes with --yes: a program cannot be asked",
    )


@pytest.mark.parametrize("lock", ["daemon.lock", "worker.lock"])
def test_it_does_nothing_while_somebody_is_at_work(folder, call, refused, lock):
    with locked(folder, lock):
        code, sentence = refused("restore", "2026-12-06", "--yes")
    assert code == 1
    assert "another reminderd already runs on" in sentence
    assert "stop it first" in sentence
    assert paid(call) == ["100.00", "50.00"]


def test_a_backup_that_is_not_there_is_wrong_usage(folder, refused):
    code, sentence = refused("restore", "2026-12-01", "--yes")
    assert code == 2
    assert sentence.startswith("there is no backup '2026-12-01'")
