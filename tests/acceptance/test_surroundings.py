"""Where other people live: right work or a clear sentence, never a traceback, never silence.

Each surrounding is a process of its own, in a mount or process namespace where it takes one; it
runs several commands, each forked from it. Where a machine allows no such thing, the test says so.
"""

import ctypes
import os
import resource
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import textwrap
import time
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import tzlocal.unix
from patience import PATIENCE

import reminderd
import reminderd.cli.views
import reminderd.delivery.dispatcher  # noqa: F401  # what commands import, once for all
from reminderd.cli.main import main
from reminderd.config import zone
from reminderd.state import DATABASE
from reminderd.store.database import Database

COMMANDS = ("check", "run --once", "pay card 5", "status", "doctor")
CONFIG = """\
{zone}locale = "en"
[channels.screen]
url = "console://"
[[loans]]
id = "card"
name = "Credit card"
due = 2020-01-05
amount = "1234.00"
"""
NO_LINKS = """\
#include <errno.h>
int link(const char *a, const char *b) { errno = EPERM; return -1; }
int linkat(int a, const char *b, int c, const char *d, int e) { errno = EPERM; return -1; }
"""


@dataclass
class Surroundings:
    """What commands find themselves in: an environment, and what is done before they begin.

    They are forked from this process, which has imported the program; *script* runs in a mount
    namespace of their own, and *enter* in their process.
    """

    folder: Path
    environment: dict = field(default_factory=dict)
    script: str = ""
    enter: Callable = lambda: None
    zone: str = 'timezone = "Asia/Shanghai"\n'

    def run(self, *commands):
        """Return what each command said and its exit code, by command."""
        if self.script and os.geteuid() != 0:
            pytest.skip("needs root")
        (self.folder / "config.toml").write_text(CONFIG.format(zone=self.zone))
        return self._heard(lambda: self._live(commands or COMMANDS))

    def _heard(self, live):
        with tempfile.TemporaryFile("w+", errors="replace") as output:
            child = os.fork()
            if not child:
                _in_child(output.fileno(), live)
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            output.seek(0)
            said = output.read()
        if code:
            pytest.skip(f"this machine does not allow it: {said.strip()[-200:]}")
        return self._parted(said)

    def _live(self, commands):
        os.chdir(self.folder)
        os.environ.update(
            {
                "STATE_DIRECTORY": str(self.folder / "state"),
                "REMINDERD_CONFIG": str(self.folder / "config.toml"),
                "HOME": str(self.folder),
            }
        )
        os.environ.update(self.environment)
        for name in [name for name, value in os.environ.items() if not value]:
            del os.environ[name]
        if self.script:
            _own_mounts()
            subprocess.run(["sh", "-ec", self.script], check=True)
        self.enter()
        _forget_zones()
        for line in commands:
            os.write(1, f"$ {line}\n".encode())
            if not (child := os.fork()):
                _in_child(1, lambda: _command(line))  # noqa: B023  # it is called at once
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            os.write(1, f"= {code}\n".encode())

    @staticmethod
    def _parted(output):
        found = {}
        for part in output.split("$ ")[1:]:
            line, _, rest = part.partition("\n")
            said, _, code = rest.rpartition("= ")
            found[line] = said.strip(), int(code)
        return found


def _in_child(output, live):
    """Do something in a process that was forked just now, and end it."""
    code = 0
    try:
        os.dup2(output, 1)
        os.dup2(output, 2)
        sys.stdout = open(1, "w", errors="replace", closefd=False)  # noqa: PTH123, SIM115
        sys.stderr = open(2, "w", errors="replace", closefd=False)  # noqa: PTH123, SIM115
        warnings.simplefilter("ignore")  # as outside of tests
        live()
    except SystemExit as ended:
        code = ended.code or 0
    except BaseException:
        traceback.print_exc()
        code = 99
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _command(line):
    sys.argv = ["reminderd", *line.split()]
    main()


def _own_mounts():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(0x00020000) or libc.mount(b"none", b"/", None, 0x44000, None):
        raise OSError(ctypes.get_errno(), "no mount namespace of one's own")


def _forget_zones():
    time.tzset()
    ZoneInfo.clear_cache()
    tzlocal.unix._cache_tz_name = None
    zone._zone.cache_clear()
    zone._samples.cache_clear()


def assert_clear(found):
    for command, (said, code) in found.items():
        assert said, f"{command} is silent"
        assert "Traceback" not in said, said
        assert "mistake of its own" not in said, said
        assert code in {0, 1, 78}, (command, code, said)


def assert_works(found):
    assert_clear(found)
    for command, (said, code) in found.items():
        assert code == 0 or command == "doctor", (command, said)  # which misses a daemon


@pytest.fixture
def here(tmp_path):
    return Surroundings(tmp_path)


def _nobody():
    """Become a user whom no file names."""
    os.setgroups([])
    os.setresgid(54321, 54321, 54321)
    os.setresuid(54321, 54321, 54321)


def _python_for_all():
    """Return what lets everybody reach an interpreter and a project in somebody's own folders."""
    aside, over, back = [], {}, []
    for number, home in enumerate((Path(sys.base_prefix), Path(reminderd.__file__).parents[1])):
        closed = [folder for folder in home.parents if not folder.stat().st_mode & stat.S_IXOTH]
        if closed:
            aside.append(f"mkdir p{number}; mount --bind {home} p{number}")
            over[f"mount -t tmpfs -o mode=755 none {closed[-1]}"] = None
            back.append(f"mkdir -p {home}; mount --bind p{number} {home}")
    return "; ".join([*aside, *over, *back, "true"])


def _open_to_all(folder):
    """Let others into a folder of the test's."""
    if os.geteuid() != 0:
        pytest.skip("needs root")
    for each in (folder, *folder.parents):
        if str(each).startswith("/tmp/"):
            each.chmod(0o777)


def test_no_home(here):
    here.environment = {"HOME": ""}
    assert_works(here.run())


def test_no_passwd_entry_and_no_home(here):
    here.environment, here.enter = {"HOME": ""}, _nobody
    here.script = _python_for_all()
    _open_to_all(here.folder)
    assert_works(here.run())


def test_no_passwd_entry_and_nowhere_to_keep_state(here):
    here.environment, here.enter = {"HOME": "", "STATE_DIRECTORY": ""}, _nobody
    here.script = _python_for_all()
    _open_to_all(here.folder)
    found = here.run("status", "run --once", "doctor", "restore")
    assert_clear(found)
    for said, code in found.values():
        assert code == 1
        assert "set STATE_DIRECTORY to a folder you can write to" in said


def test_read_only_root(here):
    (here.folder / "state").mkdir(mode=0o700)
    here.script = "mount -t tmpfs none state; mount -o remount,bind,ro /"
    assert_works(here.run())


def test_read_only_root_and_state(here):
    here.script = "mount -o remount,bind,ro /"
    found = here.run("check", "run --once", "pay card 5", "status")
    assert_clear(found)
    for command in ("run --once", "pay card 5"):
        said, code = found[command]
        assert code == 1
        assert "Read-only file system (set STATE_DIRECTORY to a folder you can write to)" in said


def test_empty_trust_store(here):
    here.script = "mount -t tmpfs none /etc/ssl/certs"
    assert_works(here.run())


def test_no_zone_data(here):
    here.script = "mount -t tmpfs none /usr/share/zoneinfo"
    found = here.run("check --json", "run --once", "doctor")
    assert_works(found)
    assert "+08:00" in found["check --json"][0]


def test_a_variable_that_names_no_zone(here):
    here.zone = ""
    here.environment = {"TZ": "CST-8"}
    found = here.run("check --json", "doctor", "run --once")
    assert_clear(found)
    assert "+08:00" in found["check --json"][0]
    for said, _ in found.values():
        assert "names no place, so days and times go by Etc/GMT-8" in said.replace("\\", "")


def test_localtime_as_a_plain_file(here):
    here.zone = ""
    here.script = textwrap.dedent("""\
        mkdir over; mount -t tmpfs none over; mkdir over/up over/work
        cp -L /usr/share/zoneinfo/Asia/Shanghai over/zone
        mount -t overlay none -o lowerdir=/etc,upperdir=over/up,workdir=over/work /etc
        rm -f /etc/localtime /etc/timezone; cp over/zone /etc/localtime""")
    found = here.run("check --json", "doctor")
    assert_clear(found)
    assert "+08:00" in found["check --json"][0]
    assert "zone: Asia/Shanghai" in found["doctor"][0]


def test_no_localtime_at_all_is_said(here):
    here.zone = ""
    here.script = textwrap.dedent("""\
        mkdir over; mount -t tmpfs none over; mkdir over/up over/work
        mount -t overlay none -o lowerdir=/etc,upperdir=over/up,workdir=over/work /etc
        rm -f /etc/localtime /etc/timezone""")
    for said, _ in here.run("check", "run --once", "doctor").values():
        assert "this machine does not say which time zone it is in" in said


def test_a_file_system_without_hard_links(here):
    compiler = shutil.which("cc")
    if not compiler:
        pytest.skip("needs a C compiler")
    source, library = here.folder / "links.c", here.folder / "links.so"
    source.write_text(NO_LINKS)
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source], check=True)
    Database.open(here.folder / "state").look_after(date(2026, 11, 30))
    _executed(here, "reminderd restore 2026-11-30 --yes", LD_PRELOAD=str(library))
    assert len(list((here.folder / "state").glob("*-before-*.sqlite3"))) == 1


def _executed(here, line, **environment):
    """Run a shell's line in processes of their own; return what it said."""
    (here.folder / "config.toml").write_text(CONFIG.format(zone=here.zone))
    known = {"REMINDERD_CONFIG": str(here.folder / "config.toml"), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        ["sh", "-c", line.replace("reminderd", f'"{sys.executable}" -m reminderd')],
        env=os.environ | known | environment,
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )
    said = (done.stdout + done.stderr).decode("utf-8", "replace")
    assert "Traceback" not in said, said
    assert done.returncode == 0, said
    return said


def test_the_c_locale_and_an_encoding_that_lacks_signs(here):
    said = _executed(here, "reminderd run --once", LC_ALL="C", PYTHONIOENCODING="gbk")
    assert "Credit card" in said
    assert "could not be reached" not in said


def test_a_umask_that_opens_everything(here):
    here.enter = lambda: os.umask(0)
    assert_works(here.run())
    inside = [here.folder / "state", *(here.folder / "state").rglob("*")]
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in inside} == {0}


def test_64_file_descriptors(here):
    here.enter = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    assert_works(here.run())


def test_closed_standard_streams(here):
    assert _executed(here, "reminderd pay card 5 <&- >&- 2>&-") == ""
    assert (here.folder / "state" / DATABASE).read_bytes()[:15] == b"SQLite format 3"


def test_process_number_one_heeds_a_signal_from_the_first_moment(here):
    if not shutil.which("unshare") or os.geteuid() != 0:
        pytest.skip("needs root and unshare")
    (here.folder / "config.toml").write_text(CONFIG.format(zone=here.zone))
    config = str(here.folder / "config.toml")
    line = [sys.executable, "-m", "reminderd", "--config", config, "run"]
    outer = subprocess.Popen(
        ["unshare", "--pid", "--fork", "--kill-child", *line], stderr=subprocess.PIPE, text=True
    )
    children = Path(f"/proc/{outer.pid}/task/{outer.pid}/children")
    while not (known := children.read_text().split()):
        assert outer.poll() is None, "this machine does not allow it"
    first = Path(f"/proc/{known[0]}")
    while not (_is_ours(first) and _blocks_sigterm(first / "status")):
        assert outer.poll() is None
    os.kill(int(known[0]), signal.SIGTERM)
    _, said = outer.communicate(timeout=PATIENCE)
    assert "Traceback" not in said


def _is_ours(process):
    """Return whether a process is Python by now; unshare, which it was, holds SIGTERM back too."""
    return (process / "exe").resolve() == Path(sys.executable).resolve()


def _blocks_sigterm(status):
    """Return whether a process holds SIGTERM back, as ours does once it has begun."""
    [mask] = [line.split()[1] for line in status.read_text().splitlines() if "SigBlk" in line]
    return bool(int(mask, 16) >> (signal.SIGTERM - 1) & 1)
