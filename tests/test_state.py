"""Where state lives, what counts as a change, and who may hold a lock."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from patience import PATIENCE

from reminderd.errors import StoreError
from reminderd.state import locked, signature, state_folder, write_private


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
    assert signature(tmp_path / "empty") == signature(tmp_path / "missing") == (0, 0)


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
