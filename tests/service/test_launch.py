"""Running our own modules as programs."""

import subprocess
import sys
from pathlib import Path

import pytest

from reminderd.service.launch import command


def test_the_current_folder_is_kept_off_the_path_of_what_is_started(monkeypatch):
    monkeypatch.setattr(sys, "path", ["/opt/somewhere/bin", *sys.path])
    assert command("a.module", "--flag") == [sys.executable, "-P", "-m", "a.module", "--flag"]


@pytest.mark.parametrize("here", ["", None])
def test_what_was_found_in_the_current_folder_is_found_there_again(monkeypatch, here):
    monkeypatch.setattr(sys, "path", [str(Path.cwd()) if here is None else here, *sys.path])
    assert command("a.module") == [sys.executable, "-m", "a.module"]


def test_a_current_folder_that_is_gone_does_no_harm(monkeypatch, tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert "-P" in command("a.module")


def test_becoming_a_module_keeps_the_process_and_loses_what_it_had_imported(tmp_path):
    (tmp_path / "later.py").write_text(
        "import os, sys; print(os.getpid(), 'decimal' in sys.modules)"
    )
    code = "import decimal, os; print(os.getpid(), 'decimal' in __import__('sys').modules); "
    code += "from reminderd.service.launch import become; become('later')"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    (before, imported), (after, still) = (line.split() for line in done.stdout.splitlines())
    assert before == after
    assert (imported, still) == ("True", "False")
