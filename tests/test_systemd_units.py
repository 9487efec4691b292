"""The systemd units: understood by systemd, tightly shut, and in step with the program."""

import configparser
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reminderd.errors import ConfigError
from reminderd.service import daemon

FOLDER = Path(__file__).parents[1] / "systemd"
RELOAD = FOLDER / "notify-reload.conf"
SYSTEM, USER = FOLDER / "reminderd.service", FOLDER / "reminderd-user.service"

needs_systemd = pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed"
)


def service(unit):
    """Return the keys of a unit's [Service] section, each with its last value."""
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read(unit)
    return parser["Service"]


def analyze(tmp_path, *arguments):
    """Run systemd-analyze where it can find what a user's manager needs."""
    environment = os.environ | {"XDG_RUNTIME_DIR": str(tmp_path), "LC_ALL": "C"}
    return subprocess.run(
        ["systemd-analyze", *arguments],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
    )


@needs_systemd
@pytest.mark.parametrize(("unit", "manager"), [(SYSTEM, "--system"), (USER, "--user")])
def test_systemd_accepts_the_unit_without_a_word(unit, manager, tmp_path):
    done = analyze(tmp_path, manager, "verify", str(unit))
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@needs_systemd
def test_systemd_rates_the_system_unit_as_tightly_shut(tmp_path):
    done = analyze(tmp_path, "security", "--offline=true", "--no-pager", str(SYSTEM))
    level = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert float(level[1]) <= 1.5


@pytest.mark.parametrize("unit", [SYSTEM, USER])
def test_the_program_is_found_where_it_may_be_installed_and_runs_in_the_foreground(unit):
    finder, program, option, _file, verb = service(unit)["ExecStart"].split()
    assert (finder, program, option, verb) == ("/usr/bin/env", "reminderd", "--config", "run")
    name, _, folders = service(unit)["Environment"].partition("=")
    assert name == "PATH"
    assert {"/usr/local/bin", "/usr/bin"} <= set(folders.split(":"))


@pytest.mark.parametrize("unit", [SYSTEM, USER])
def test_a_configuration_that_cannot_be_used_is_not_tried_again_and_again(unit):
    assert int(service(unit)["RestartPreventExitStatus"]) == ConfigError.exit_code
    assert service(unit)["Restart"] == "always"


@pytest.mark.parametrize("unit", [SYSTEM, USER])
def test_the_watchdog_waits_for_several_ticks_and_until_a_dead_scheduler_was_noticed(unit):
    assert int(service(unit)["WatchdogSec"]) >= daemon.STALE + daemon.TICK


@pytest.mark.parametrize("unit", [SYSTEM, USER])
def test_the_service_has_time_to_stop_its_worker(unit):
    assert int(service(unit)["TimeoutStopSec"]) >= daemon.STOP_AFTER + 5


@pytest.mark.parametrize("unit", [SYSTEM, USER])
def test_the_service_says_itself_when_it_is_ready(unit):
    assert service(unit)["Type"] == "notify"
    assert service(unit)["NotifyAccess"] == "main"
    assert "-HUP $MAINPID" in service(unit)["ExecReload"]


def test_where_systemd_can_wait_for_a_reload_it_sends_the_signal_itself():
    """An older systemd ignores the type, with a warning: so it is no part of the units."""
    assert service(RELOAD)["Type"] == "notify-reload"
    assert service(RELOAD)["ExecReload"] == ""


@needs_systemd
def test_the_units_are_accepted_with_a_waiting_reload_where_systemd_knows_it(tmp_path):
    version = int(re.search(r"systemd (\d+)", analyze(tmp_path, "--version").stdout)[1])
    shutil.copy(SYSTEM, tmp_path)
    (tmp_path / "reminderd.service.d").mkdir()
    shutil.copy(RELOAD, tmp_path / "reminderd.service.d")
    done = analyze(tmp_path, "--system", "verify", str(tmp_path / "reminderd.service"))
    assert done.returncode == 0
    assert ("notify-reload" in done.stderr) == (version < 253)  # which says that it is ignored


def test_the_system_unit_keeps_state_where_only_its_own_user_can_read_it():
    assert service(SYSTEM)["DynamicUser"] == "yes"
    assert service(SYSTEM)["StateDirectory"] == "reminderd"
    assert service(SYSTEM)["StateDirectoryMode"] == "0700"


def test_the_user_unit_keeps_state_where_the_other_commands_look_for_it():
    assert "StateDirectory" not in service(USER)


LOCKED = """\
import ctypes, os, sys
PR_SET_MDWE, PR_GET_MDWE = 65, 66
libc = ctypes.CDLL(None)
libc.prctl(PR_SET_MDWE, 1, 0, 0, 0)
if libc.prctl(PR_GET_MDWE, 0, 0, 0, 0) != 1:
    sys.exit(77)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""

EVERY_KIND_OF_CHANNEL = """\
timezone = "Asia/Shanghai"
locale = "en"

[channels.screen]
url = "console://"

[channels.mail]
schema = "mailtos"
mode = "ssl"
host = "127.0.0.1"
port = 1
user = "me@example.com"
password = "secret"
to = ["me@example.com"]

[channels.web]
url = "jsons://127.0.0.1:1/"

[[loans]]
id = "card"
name = "Credit card"
due = 2020-01-06
amount = "1234.00"
"""


def test_a_whole_pass_works_where_memory_is_never_both_writable_and_executable(tmp_path):
    """The kernel's own lock stands in for MemoryDenyWriteExecute=, which needs systemd running."""
    config = tmp_path / "config.toml"
    config.write_text(EVERY_KIND_OF_CHANNEL)
    config.chmod(0o600)
    command = [sys.executable, "-c", LOCKED, "-m", "reminderd", "--config", str(config)]
    done = subprocess.run([*command, "run", "--once"], check=False, capture_output=True, text=True)
    if done.returncode == 77:
        pytest.skip("this kernel cannot lock memory so (Linux 6.3 can)")
    assert done.returncode == 0, done.stderr
    assert "Credit card" in done.stdout
    assert "channel mail: the mail server cannot be reached" in done.stderr
    assert "channel web: the service could not be reached" in done.stderr
