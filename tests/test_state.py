"""Where state lives, what counts as a change, and who may hold a lock."""

import os
import stat
import subprocess
import sys
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from patience import PATIENCE

from reminderd.errors import StoreError
from reminderd.state import LAST_GOOD, locked, signature, state_folder, write_private
from reminderd.store.database import Database


def test_systemd_names_the_folder(monkeypatch):
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/reminderd:/var/lib/other")
    assert state_folder() == Path("/var/lib/reminderd")


def test_without_systemd_it_is_the_user_s(monkeypatch):
    monkeypatch.delenv("STATE_DIRECTORY")
    monkeypatch.setenv("XDG_STATE_HOME", "/home/someone/state")
    assert state_folder() == Path("/home/someone/state/reminderd")
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", "/home/someone")
    assert state_folder() == Path("/home/someone/.local/state/reminderd")


def test_a_file_that_is_written_has_another_signature(tmp_path):
    file = tmp_path / "file"
    file.write_text("a")
    before = signature(file)
    file.write_text("ab")
    assert signature(file) != before


def test_a_file_written_to_the_same_length_has_another_signature(tmp_path):
    file = tmp_path / "file"
    file.write_text("a")
    os.utime(file, ns=(1, 1))
    before = signature(file)
    file.write_text("b")
    assert signature(file) != before


def test_a_missing_file_and_an_empty_one_are_alike(tmp_path):
    (tmp_path / "empty").touch()
    assert signature(tmp_path / "empty") == signature(tmp_path / "missing") == ()


def test_a_private_file_is_replaced_whole_and_stays_private(tmp_path):
    file = tmp_path / "file"
    file.write_text("a longer text than the next one")
    file.chmod(0o644)
    write_private(file, "微粒贷")
    assert file.read_text("utf-8") == "微粒贷"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_a_lock_makes_its_folder_for_its_owner_only(tmp_path):
    with locked(tmp_path / "state", "lock"):
        assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700


def test_a_lock_that_is_held_names_its_holder(tmp_path):
    with (
        locked(tmp_path, "lock"),
        pytest.raises(StoreError, match=rf"already runs on .* \(process {os.getpid()}\)"),
        locked(tmp_path, "lock"),
    ):
        pytest.fail("two hold the lock")


def test_a_lock_can_be_waited_for(tmp_path):
    first = locked(tmp_path, "lock")
    first.__enter__()
    asked = []

    def meanwhile():
        asked.append(1)
        if len(asked) == 2:
            first.__exit__(None, None, None)

    with locked(tmp_path, "lock", meanwhile=meanwhile):
        assert len(asked) == 2


def test_a_lock_is_free_again_once_it_was_let_go(tmp_path):
    with locked(tmp_path, "lock"):
        pass
    with locked(tmp_path, "lock"):
        assert (tmp_path / "lock").read_text() == f"{os.getpid()}\n"


def test_a_killed_process_lets_go_of_its_lock(tmp_path):
    code = (
        "import pathlib, sys, time\n"
        "from reminderd.state import locked\n"
        "with locked(pathlib.Path(sys.argv[1]), 'lock'):\n"
        "    print('held', flush=True)\n"
        "    time.sleep(600)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout.readline() == b"held\n"
        with (
            pytest.raises(StoreError, match=rf"process {holder.pid}\)"),
            locked(tmp_path, "lock"),
        ):
            pytest.fail("two hold the lock")
        holder.kill()
        holder.wait(PATIENCE)
    with locked(tmp_path, "lock"):
        pass


def test_a_folder_that_cannot_be_used_is_named_with_the_remedy(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="set STATE_DIRECTORY"), locked(tmp_path / "file", "lock"):
        pytest.fail("there is no folder")


def test_another_file_of_the_same_size_and_time_behind_a_link_has_another_signature(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).write_text(name)
        os.utime(tmp_path / name, (1, 1))
    link = tmp_path / "config.toml"
    link.symlink_to("one")
    before = signature(link)
    link.unlink()
    link.symlink_to("two")
    assert signature(link) != before


def test_what_a_file_says_counts_where_the_file_system_knows_no_more(tmp_path, monkeypatch):
    file = tmp_path / "config.toml"
    file.write_text("one")
    monkeypatch.setattr("reminderd.state.stamp", lambda _path: (1,))
    before = signature(file)
    file.write_text("two")
    assert signature(file) != before


def test_a_template_that_is_renamed_changes_its_folder(tmp_path):
    (tmp_path / "message.md").write_text("one")
    before = signature(tmp_path)
    (tmp_path / "message.md").rename(tmp_path / "digest.md")
    assert signature(tmp_path) != before


def test_without_a_home_the_variable_to_set_is_named(monkeypatch):
    for name in ("STATE_DIRECTORY", "XDG_STATE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.path.expanduser", lambda path: path)  # as where nobody knows the user
    with pytest.raises(StoreError, match="set STATE_DIRECTORY"):
        state_folder()


@pytest.mark.parametrize("name", ["worker.lock", f"{LAST_GOOD}.{os.getpid()}.part"])
def test_a_link_that_somebody_planted_is_not_followed(tmp_path, name):
    other = tmp_path / "other"
    other.write_text("not ours")
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / name).symlink_to(other)
    with suppress(StoreError), locked(tmp_path / "state", "worker.lock"):
        write_private(tmp_path / "state" / LAST_GOOD, "ours")
    assert other.read_text() == "not ours"


def test_a_link_for_a_lock_is_told_with_the_remedy(tmp_path):
    (tmp_path / "worker.lock").symlink_to("elsewhere")
    with (
        pytest.raises(StoreError, match=r"worker\.lock is a link \(remove it\)"),
        locked(tmp_path, "worker.lock"),
    ):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes files for others")
def test_what_root_makes_in_a_folder_belongs_to_the_folders_owner(tmp_path):
    folder = tmp_path / "state"
    folder.mkdir(mode=0o700)
    os.chown(folder, 12345, 54321)
    write_private(folder / LAST_GOOD, "")
    with locked(folder, "worker.lock"):
        Database.open(folder).look_after(date(2026, 11, 30))
    assert {(path.stat().st_uid, path.stat().st_gid) for path in folder.rglob("*")} == {
        (12345, 54321)
    }


def test_folders_above_the_state_are_private_whatever_the_umask(tmp_path):
    before = os.umask(0)
    try:
        with locked(tmp_path / "a" / "b", "worker.lock"):
            pass
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o077 for path in tmp_path.rglob("*")} == {0}
