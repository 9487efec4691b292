"""A real daemon in a process of its own, and the service manager's end of its socket."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import pytest
from patience import PATIENCE

from reminderd.store.database import Database

CONFIG = """\
timezone = "Asia/Shanghai"
locale = "en"

[channels.screen]
url = "console://"

[[loans]]
id = "card"
name = "Credit card"
due = 2099-12-05
amount = "1234.00"
"""

HUNG_CHANNEL = """
[channels.mail]
schema = "mailto"
host = "127.0.0.1"
port = {port}
from = "me@example.com"
to = ["me@example.com"]

[[loans]]
id = "late"
due = 2020-01-06
amount = "10.00"
"""

IMPATIENT = """\
import pathlib, sys
from reminderd.service import daemon
daemon.STOP_AFTER = 0.5
sys.exit(daemon.run(pathlib.Path(sys.argv[1])))
"""


def until(condition):
    """Return the first true answer of *condition*, asked again and again; fail if none comes."""
    give_up = time.monotonic() + PATIENCE
    while not (answer := condition()):
        assert time.monotonic() < give_up, f"never came true: {condition}"
        time.sleep(0.02)
    return answer


class Manager:
    """The service manager's end of NOTIFY_SOCKET: keeps every message, in order."""

    def __init__(self, path):
        self.path = path
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.settimeout(PATIENCE)
        self.socket.bind(path)
        self.messages = []

    def receive(self):
        """Return the next message."""
        text = self.socket.recv(65536).decode()
        message = dict(line.split("=", 1) for line in text.splitlines())
        self.messages.append(message)
        return message

    def wait_for(self, key, wanted=lambda value: True):
        """Return the first message still to come in which *key* has a wanted value."""
        while True:
            message = self.receive()
            if key in message and wanted(message[key]):
                return message

    def pending(self):
        """Return what has arrived and was not yet received."""
        self.socket.setblocking(False)
        with suppress(BlockingIOError):
            while True:
                self.receive()
        self.socket.settimeout(PATIENCE)
        return self.messages

    def close(self):
        """Stop listening."""
        self.socket.close()


class Daemon:
    """A running ``reminderd run``, its files, and what it told the service manager."""

    until = staticmethod(until)

    def __init__(self, folder, environment):
        self.folder = folder
        self.config = folder / "config.toml"
        self.state = folder / "state"
        self.errors = folder / "stderr"
        self.output = folder / "stdout"
        self.manager = Manager(str(folder / "notify"))
        self.environment = environment | {
            "STATE_DIRECTORY": str(self.state),
            "NOTIFY_SOCKET": self.manager.path,
        }
        self.process = None

    def command(self, *arguments):
        """Return the command line with its configuration named."""
        return [sys.executable, "-m", "reminderd", "--config", str(self.config), *arguments]

    def start(self, command=None, **options):
        """Start the daemon, with its usual command or another one."""
        with self.errors.open("ab") as errors, self.output.open("ab") as output:
            self.process = subprocess.Popen(
                command or self.command("run"),
                env=self.environment,
                stderr=errors,
                stdout=output,
                **options,
            )
        return self

    def start_and_settle(self):
        """Start the daemon and wait for the end of its first pass."""
        self.start()
        self.wait_for_status(lambda status: status != "starting")
        self.wait_until_idle()
        return self

    def wait_for_status(self, wanted):
        """Return the first status to come that is wanted."""
        return self.manager.wait_for("STATUS", wanted)["STATUS"]

    def wait_until_idle(self):
        """Wait until no worker runs."""
        until(lambda: not self.children())

    def wait_for_error(self, text):
        """Wait until standard error says *text*."""
        until(lambda: text in self.errors.read_text())

    def children(self):
        """Return the process ids of the workers, dead ones that nobody waited for included."""
        return [pid for pid, parent, _ in processes() if parent == self.process.pid]

    def edit(self, old, new):
        """Replace a part of the configuration."""
        text = self.config.read_text()
        assert old in text
        self.config.write_text(text.replace(old, new))

    def break_config(self):
        """Make a mistake in the configuration; return its place, as it is to be told."""
        self.edit("due = 2099-12-05", 'due = "Decembr"')
        return f"{self.config}:10:7: loans[0].due:"

    def ended(self, worker):
        """Return whether a process is gone, or dead and none of ours to wait for."""
        return worker not in [pid for pid, _, state in processes() if state != "Z"]

    def signal(self, number):
        """Send a signal to the supervisor."""
        self.process.send_signal(number)

    def ask(self, *arguments):
        """Run another command beside the daemon; return its output."""
        done = subprocess.run(
            self.command(*arguments),
            env=self.environment,
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def end(self):
        """Leave nothing behind, however the test went."""
        if self.process is not None:
            left = self.children()
            self.process.kill()
            self.process.wait()
            for pid in left:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self.manager.close()
        shutil.rmtree(self.folder)


def processes():
    """Yield (process id, parent's id, state) for every process."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
                yield int(entry.name), int(parent), state


@pytest.fixture(scope="session")
def migrated(tmp_path_factory):
    """Return a database file at the current schema: making one takes longer than a pass."""
    folder = tmp_path_factory.mktemp("migrated")
    Database.open(folder).close()
    return folder / "reminderd.sqlite3"


def make_daemon(migrated):
    """Return a daemon that is not started yet."""
    folder = Path(tempfile.mkdtemp(prefix="rd-"))  # a socket's path must be short
    names = ("REMINDERD_CONFIG", "CREDENTIALS_DIRECTORY", "JOURNAL_STREAM")
    daemon = Daemon(folder, {k: v for k, v in os.environ.items() if k not in names})
    daemon.state.mkdir(mode=0o700)
    shutil.copy(migrated, daemon.state)
    daemon.config.write_text(CONFIG)
    return daemon


@pytest.fixture
def daemon(migrated):
    """Return a daemon that is not started yet, on one loan that is far from due."""
    daemon = make_daemon(migrated)
    yield daemon
    daemon.end()


@pytest.fixture(scope="module")
def idle(migrated):
    """Return a daemon that idles and is not to be disturbed: the tests of a module share it."""
    daemon = make_daemon(migrated)
    try:
        yield daemon.start_and_settle()
    finally:
        daemon.end()


@pytest.fixture
def manager(monkeypatch):
    """Return a service manager that this process is told to report to."""
    folder = Path(tempfile.mkdtemp(prefix="rd-"))  # a socket's path must be short
    manager = Manager(str(folder / "notify"))
    monkeypatch.setenv("NOTIFY_SOCKET", manager.path)
    yield manager
    manager.close()
    shutil.rmtree(folder)


@pytest.fixture
def silent_server():
    """Return a server that accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE)
        yield server


@pytest.fixture
def stuck(daemon, silent_server):
    """Return a daemon whose worker is in the middle of a hand-over that will not end.

    It is as patient as any other, except when it has to stop.
    """
    port = silent_server.getsockname()[1]
    daemon.config.write_text(CONFIG + HUNG_CHANNEL.format(port=port))
    daemon.start([sys.executable, "-c", IMPATIENT, str(daemon.config)])
    connection, _ = silent_server.accept()
    with connection:
        yield daemon
