"""Files in the place of the store that are not what they should be."""

import random
import sqlite3
from contextlib import closing

import pytest

from reminderd.state import DATABASE

CONFIG = """timezone = "Asia/Shanghai"
locale = "en"
[channels.screen]
url = "console://"
[[loans]]
id = "card"
due = 2020-01-06
amount = "10.00"
"""
USED, FAILED = 0, 1
PAGE = 4096


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Return the bytes of a store that has told of a loan."""
    from click.testing import CliRunner

    from reminderd.cli.main import cli

    folder = tmp_path_factory.mktemp("whole")
    (folder / "config.toml").write_text(CONFIG)
    arguments = ["--config", str(folder / "config.toml"), "run", "--once"]
    done = CliRunner().invoke(cli, arguments, env={"STATE_DIRECTORY": str(folder / "state")})
    assert done.exit_code == 0, done.output
    with closing(sqlite3.connect(folder / "state" / DATABASE)) as file:
        file.execute("PRAGMA journal_mode=DELETE")
    return (folder / "state" / DATABASE).read_bytes()


@pytest.fixture
def store(tmp_path, config):
    """Return where the store is to be, in a folder that is there."""
    (tmp_path / "state").mkdir()
    config.write_text(CONFIG)
    return tmp_path / "state" / DATABASE


def truncated(whole, dice):
    return whole[: dice.randrange(1, len(whole))]


def with_a_page_of_zeros(whole, dice):
    at = dice.randrange(len(whole) // PAGE) * PAGE
    return whole[:at] + bytes(PAGE) + whole[at + PAGE :]


def with_pages_swapped(whole, dice):
    one, other = sorted(dice.sample(range(1, len(whole) // PAGE), 2))
    pages = [whole[at : at + PAGE] for at in range(0, len(whole), PAGE)]
    pages[one], pages[other] = pages[other], pages[one]
    return b"".join(pages)


def with_noise(whole, dice):
    at = dice.randrange(len(whole) - 64)
    return whole[:at] + dice.randbytes(64) + whole[at + 64 :]


def with_another_header(whole, dice):
    at = dice.randrange(100)
    return whole[:at] + dice.randbytes(4) + whole[at + 4 :]


def all_noise(_whole, dice):
    return dice.randbytes(dice.randrange(1, 20_000))


DAMAGES = (
    truncated,
    with_a_page_of_zeros,
    with_pages_swapped,
    with_noise,
    with_another_header,
    all_noise,
)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_store_is_used_or_refused_and_never_written_over(
    call, store, whole, damage, seed
):
    damaged = damage(whole, random.Random(seed))
    store.write_bytes(damaged)
    done = call("run", "--once")
    done.check(USED, FAILED)
    if done.code:
        assert str(store) in done.said or "the database failed" in done.said
        assert len(store.read_bytes()) >= len(damaged)


OTHERS = {
    "empty_database": ["PRAGMA user_version=7"],
    "of_another_program": ["CREATE TABLE t (x)", "INSERT INTO t VALUES (1)"],
    "loans_of_another_program": ["CREATE TABLE loans (x)"],
    "schema_without_version": ["CREATE TABLE alembic_version (version_num)"],
    "schema_of_another_program": [
        "CREATE TABLE alembic_version (version_num)",
        "INSERT INTO alembic_version VALUES ('feedc0ffee')",
    ],
    "schema_of_a_newer_program": [
        "CREATE TABLE alembic_version (version_num)",
        "INSERT INTO alembic_version VALUES ('9999')",
    ],
    "right_version_without_tables": [
        "CREATE TABLE alembic_version (version_num)",
        "INSERT INTO alembic_version VALUES ('0003')",
    ],
}


@pytest.mark.parametrize("name", OTHERS)
def test_another_database_is_used_or_refused(call, store, name):
    with closing(sqlite3.connect(store)) as file:
        for statement in OTHERS[name]:
            file.execute(statement)
        file.commit()
    call("run", "--once").check(USED, FAILED)


@pytest.mark.parametrize("text", [b"", b"\n", b"SQLite format 3\0", b"SQLite format 2\0" * 300])
def test_a_file_that_is_hardly_one_is_used_or_refused(call, store, text):
    store.write_bytes(text)
    call("run", "--once").check(USED, FAILED)


def test_a_folder_in_its_place_is_refused(call, store):
    store.mkdir()
    done = call("run", "--once")
    done.check(FAILED)
    assert str(store) in done.said
