"""Fixtures that more than one folder needs."""

import os
import subprocess
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, settings

from reminderd.redaction import Redactor

# Everyone's run tries the same examples, however long a busy machine takes over each;
# `--hypothesis-profile=default` looks for new ones.
settings.register_profile(
    "same", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("same")


_WAITING = ("integration", "service")  # folders whose tests start processes and wait for them


def pytest_xdist_auto_num_workers():
    """Return one process more than there are cores: some tests wait for others' programs."""
    return len(os.sched_getaffinity(0)) + 1 if hasattr(os, "sched_getaffinity") else None


def pytest_collection_modifyitems(items):
    """Begin with what takes longest, or the last of it would run alone at the end."""
    items.sort(key=lambda item: not any(folder in item.path.parts for folder in _WAITING))


def pytest_terminal_summary(terminalreporter):
    """Print what tests have counted, whichever process they ran in."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            properties = report.user_properties if getattr(report, "when", "") == "call" else ()
            for name, counted in properties:
                terminalreporter.write_line(f"{report.nodeid}: {name} {counted}")


@pytest.fixture(autouse=True)
def _nothing_of_the_users(monkeypatch, tmp_path):
    """Keep tests away from the state, the configuration and the language of whoever runs them."""
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "state"))
    for name in ("REMINDERD_CONFIG", "CREDENTIALS_DIRECTORY", "NOTIFY_SOCKET", "JOURNAL_STREAM"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def _secrets_of_this_test_only(monkeypatch):
    """Let no test's secrets be hidden from what another one reads."""
    monkeypatch.setattr("reminderd.redaction._redactor", Redactor())


class SmallDisk:
    """A file system of its own, of a few megabytes."""

    def __init__(self, path):
        self.path = path
        self.filler = path / "filler"

    def remount(self, how):
        """Mount it otherwise, read-only for example."""
        subprocess.run(["mount", "-o", f"remount,{how}", self.path], check=True)

    def fill(self):
        """Leave no byte on it."""
        with self.filler.open("wb", buffering=0) as file, suppress(OSError):
            while file.write(b"x" * 4096):
                pass

    def clear(self):
        """Make room again."""
        self.filler.unlink()


@pytest.fixture
def small_disk(tmp_path):
    """Return a real disk that can be filled; only root may mount one."""
    path = tmp_path / "disk"
    path.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m,mode=700", "none", path]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("needs to mount a file system")
    yield SmallDisk(path)
    subprocess.run(["umount", "--lazy", path], check=True)
