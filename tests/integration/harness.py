"""Kills the program at random instants, over and over, and counts what reached the mail server.

A *world* is a configuration with many loans due, an empty state folder and a mail server that
misbehaves. In it the program lives many short lives, most of which end by SIGKILL: passes
(``run --once``), forked from a process that has imported everything, and the daemon itself, of
which sometimes the supervisor is killed and sometimes the worker. In the end nothing is in the
way any more, passes go on until nothing waits, and what the server took is held against what the
borrower was to be told.
"""

import importlib.util
import json
import os
import random
import re
import select
import signal
import sqlite3
import struct
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path


def _load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module  # where dataclasses look for it
    spec.loader.exec_module(module)
    return module


HERE = Path(__file__).parent
smtpsink = _load(HERE.parent / "smtpsink.py")

PATIENCE = _load(HERE.parent / "patience.py").PATIENCE
DULL = 20.0  # seconds without a mail after which the daemon has nothing more to send for now
LONGEST_LIFE = 0.25  # seconds of CPU that a pass has, at random, before it is killed
SLACK = 0.005  # seconds, at random, between a mail and a kill that it brings about
LOANS = 5
DAYS_OF_KILLS = 8  # of which seven bring a reminder of each loan
KILLS_PER_WORLD = 75
DAEMON_KILLS_PER_WORLD = 2
DAY = 86400.0
MAIN, GONE, BACKUP = ("me@example.com", "spouse@example.com"), "gone@example.com", "old@example.com"
TOLD = (*MAIN, BACKUP)  # who is told of everything; what is refused goes to the backup
MAILS_PER_WORLD = (DAYS_OF_KILLS - 1) * LOANS * len(TOLD)


@dataclass
class Tally:
    """What became of the mails of a world, or of several."""

    kills: int = 0
    mails: int = 0  # that had to arrive
    lost: int = 0
    duplicates: int = 0
    unexplained_duplicates: int = 0
    changed_ids: int = 0  # second copies that do not show that they are
    unfinished: int = 0  # deliveries that still wait, or that failed for no reason
    notes: list = field(default_factory=list)  # on what should not be

    def __add__(self, other):
        return Tally(*(a + b for a, b in zip(self.values(), other.values(), strict=True)))

    def values(self):
        return [*vars(self).values()]


class Bell:
    """Rings whenever the mail server takes a mail; a poll can wait for it."""

    def __init__(self):
        self.reading, self.writing = os.pipe()
        os.set_blocking(self.reading, False)

    def ring(self):
        os.write(self.writing, b"!")

    def rung(self):
        """Return how often it rang since one asked."""
        with suppress(BlockingIOError):
            return len(os.read(self.reading, 65536))
        return 0

    def close(self):
        os.close(self.reading)
        os.close(self.writing)


def process_behind(port):
    """Return the process that holds this end of a connection on loopback, or None."""
    inode = None
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if int(fields[1].rpartition(":")[2], 16) == port and fields[3] == "01":  # established
            inode = f"socket:[{fields[9]}]"
    running = (int(entry.name) for entry in Path("/proc").glob("[0-9]*"))
    for pid in sorted(running, reverse=True):
        if inode in _open_files(pid):  # nearly always a process that was started lately
            return pid
    return None


def _open_files(pid):
    """Yield what a process has open; files that it closes meanwhile are left out."""
    with suppress(OSError):
        for file in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                yield str(file.readlink())


@contextmanager
def zygote(folder, environment):
    """Start a zygote; end it."""
    mother = Zygote(folder, environment)
    try:
        yield mother
    finally:
        mother.close()


class Zygote:
    """The process that others are forked from, one at a time."""

    def __init__(self, folder, environment):
        folder.mkdir(parents=True, exist_ok=True)
        typical = folder / "typical.toml"
        self.sink = smtpsink.SinkThread(smtpsink.Sink())
        head = _head("Etc/GMT", self.sink.port, "00:00")
        typical.write_text(head + _loan(0, datetime.now(UTC).date()))
        environment = {"STATE_DIRECTORY": str(folder / "typical"), **environment}
        self.log = (folder / "zygote.txt").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "zygote.py"), str(typical)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            bufsize=0,  # so that what has not been read is what select() sees
            env={**os.environ, **environment},
        )
        self.answers = self.process.stdout
        self._answer()

    def start(self, arguments, output, environment, ahead=0.0, life=0.0):
        """Start a command, which may have so many seconds of CPU; return its process id."""
        order = {
            "arguments": arguments,
            "output": str(output),
            "environment": environment,
            "ahead": ahead,
            "life": life,
        }
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        return int(self._answer())

    def ended(self):
        """Wait for the command to end and return its exit code."""
        return int(self._answer())

    def _answer(self):
        if not select.select([self.answers], [], [], PATIENCE)[0]:
            raise AssertionError("no answer from the zygote")
        return self.answers.readline()

    def close(self):
        self.process.stdin.close()
        self.process.wait(PATIENCE)
        self.answers.close()
        self.log.close()
        self.sink.stop()


class World:
    """A configuration, a state folder, a mail server, and the program that is killed in it."""

    def __init__(self, folder, seed, zygote):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.zygote = zygote
        self.random = random.Random(seed)
        self.bell = Bell()
        self.killed = set()
        self.ahead = 0.0
        self.tally = Tally()
        faults = smtpsink.Faults(
            random.Random(seed), busy=0.1, late=0.05, dropped=0.05, refused=frozenset({GONE})
        )
        self.sink = smtpsink.Sink(faults=faults, who=process_behind, taken=self.bell.ring)
        self.server = smtpsink.SinkThread(self.sink)
        self.config = folder / "config.toml"
        self.output = folder / "output.txt"
        self.environment = {"STATE_DIRECTORY": str(folder / "state"), "REMINDERD_DEBUG": "1"}

    def close(self):
        self.server.stop()
        self.bell.close()

    # ── lives ────────────────────────────────────────────────────────────────────────────────

    def command(self, *arguments):
        """Run a command to its end and return what it printed."""
        output = self.folder / "command.txt"
        output.unlink(missing_ok=True)
        self._start(*arguments, output=output)
        code = self.zygote.ended()
        assert code == 0, output.read_text()
        return output.read_text()

    def _start(self, *arguments, output=None, life=0.0):
        arguments = ["--config", str(self.config), *arguments]
        output = output or self.output
        return self.zygote.start(arguments, output, self.environment, self.ahead, life)

    def cut_short(self):
        """Start a pass and kill it at a random moment, unless it has ended before.

        The moment is one of its work, and of no clock, so that a busy machine makes no difference:
        after some CPU time, just after one of its mails, or while a mail is taken and not answered.
        """
        way = self.random.choice(("work", "work", "mails", "answer"))
        if way == "work":
            pid = self._start("run", "--once", life=self.random.uniform(0.001, LONGEST_LIFE))
        else:
            self.sink.holding = way == "answer"
            pid = self._start("run", "--once")
            self._wait(PATIENCE, mails=1 if self.sink.holding else self.random.randint(1, 4))
            if not self.sink.holding:
                self._wait(self.random.uniform(0.0, SLACK))
            os.kill(pid, signal.SIGKILL)  # the id is still its own: the zygote lets go of it later
        if self.zygote.ended() in (-signal.SIGKILL, -signal.SIGPROF):
            self.killed.add(pid)
            self.tally.kills += 1
        self.sink.holding = False

    def _wait(self, bound, mails=None):
        """Wait until the pass has ended, so many mails were taken, or the time is up."""
        self.bell.rung()
        until = time.monotonic() + bound
        taken = 0
        while (left := until - time.monotonic()) > 0 and (mails is None or taken < mails):
            ready = select.select([self.zygote.answers, self.bell.reading], [], [], left)[0]
            taken += self.bell.rung()
            if self.zygote.answers in ready:
                return

    def calm(self):
        """Let the mail server behave from now on; it goes on refusing one address."""
        self.sink.faults = smtpsink.Faults(refused=frozenset({GONE}))

    def drain(self, passes=25, step=1200.0):
        """Run passes, each some time after the last, until nothing waits."""
        for _ in range(passes):
            self.command("run", "--once")
            if not self._waiting():
                break
            self.forward(step)
        return self.history()

    def _waiting(self):
        """Return how many deliveries have not come to their end."""
        with closing(sqlite3.connect(self.folder / "state" / "reminderd.sqlite3")) as file:
            query = "SELECT count(*) FROM deliveries WHERE finished_at IS NULL"
            return file.execute(query).fetchone()[0]

    def forward(self, seconds):
        """Let time pass."""
        self.ahead += seconds

    def now(self):
        return datetime.now(UTC) + timedelta(seconds=self.ahead)

    def history(self):
        return json.loads(self.command("history", "--json", "--limit", "100000"))

    def foreseen(self, days):
        """Return when the preview says that each alert goes."""
        rows = json.loads(self.command("preview", "--json", "--days", str(days)))
        return {_identity(row): datetime.fromisoformat(row["at"]) for row in rows}

    # ── the daemon ───────────────────────────────────────────────────────────────────────────

    @contextmanager
    def daemon(self):
        """Run the daemon; end it politely."""
        with (self.folder / "daemon.txt").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "reminderd", "run", "--config", str(self.config)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **self.environment},
            )
        try:
            yield process
        finally:
            process.terminate()  # does nothing to one that was killed
            process.wait(PATIENCE)

    def kill_the_worker(self, supervisor):
        """Kill the process that is sending; the supervisor is asked for another one at once."""
        for copy in reversed(self.sink.copies):
            if copy.sender is None or copy.sender in self.killed:
                continue
            if self._kill_child(copy.sender, supervisor.pid):
                supervisor.send_signal(signal.SIGHUP)
            return

    def _kill_child(self, pid, parent):
        """Kill a process if it still is a child of *parent*; return whether it was."""
        with suppress(OSError, ProcessLookupError):
            handle = os.pidfd_open(pid)
            try:
                stat = Path(f"/proc/{pid}/stat").read_text()
                if int(stat.rpartition(")")[2].split()[1]) == parent:
                    signal.pidfd_send_signal(handle, signal.SIGKILL)
                    self.killed.add(pid)
                    self.tally.kills += 1
                    return True
            finally:
                os.close(handle)
        return False

    def await_mails(self, count):
        """Wait for mails, however they come; return whether all of them did before it got dull."""
        until = time.monotonic() + DULL
        taken = 0
        while taken < count and (left := until - time.monotonic()) > 0:
            select.select([self.bell.reading], [], [], left)
            taken += self.bell.rung()
        return taken >= count

    # ── what came of it ──────────────────────────────────────────────────────────────────────

    def judge_copies(self):
        """Count second copies, and among them those that nothing explains.

        One is explained if the copy before it was taken and never answered, or if the process
        that sent that copy was killed, and so may never have written the answer down. Processes
        send one after the other, but the last words of one that was killed may be read late.
        """
        seen = {}
        senders = self.sink.senders
        for copy in sorted(self.sink.copies, key=lambda copy: senders[copy.sender]):
            before = seen.get(copy.message_id)
            seen[copy.message_id] = copy
            if before is not None:
                self.tally.duplicates += 1
                explained = before.fate == smtpsink.DROPPED or before.sender in self.killed
                if not explained:
                    self.tally.unexplained_duplicates += 1
                    self.tally.notes.append(f"twice: {before}, {copy}")

    def taken(self):
        """Return the message ids of all mails that the server took."""
        return {_key(copy) for copy in self.sink.copies}


@dataclass
class Crash:
    """A world in which each loan has reminders day after day, and what ``preview`` says of them."""

    world: World
    loans: int = LOANS

    def __post_init__(self):
        east = 12 - datetime.now(UTC).hour  # where it is noon, so that no day ends meanwhile
        zone = f"Etc/GMT{-east:+d}" if east else "Etc/GMT"
        due = (datetime.now(UTC) + timedelta(hours=east)).date() + timedelta(days=3)
        self.world.config.write_text(
            _head(zone, self.world.server.port, "00:00")
            + "".join(_loan(number, due) for number in range(self.loans))
        )
        self.foreseen = self.world.foreseen(DAYS_OF_KILLS)

    def run(self, kills, daemon_kills):
        """Kill the daemon, then passes, day after day; let the rest of the days go by unharmed."""
        world = self.world
        if daemon_kills:
            self._kill_daemons(daemon_kills)
        while world.tally.kills < kills and self._something_to_tell():
            world.cut_short()
            world.forward(5.0)  # so that what was to be tried again comes up meanwhile
        world.calm()
        rows = world.drain()
        while self._something_to_tell():
            rows = world.drain()
        self._judge(rows)
        return world.tally

    def _something_to_tell(self):
        """Return whether there is; a day on which all is told gives way to the next."""
        if not self._all_told():
            return True
        ahead = max(self.foreseen.values()) > self.world.now()
        if ahead:
            self.world.forward(DAY)
        return ahead

    def _due(self):
        return [identity for identity, at in self.foreseen.items() if at <= self.world.now()]

    def _all_told(self):
        """Return whether each address got as many different mails of each loan as are due."""
        mails = {(_number(copy.subject), copy.to, _key(copy)) for copy in self.world.sink.copies}
        told = Counter((number, to) for number, to, _ in mails)
        due = Counter(int(loan.rpartition("-")[2]) for loan, _, _ in self._due())
        return all(told[number, to] >= due[number] for number in due for to in TOLD)

    def _kill_daemons(self, kills):
        world = self.world
        while world.tally.kills < kills and not self._all_told():
            with world.daemon() as process:
                while world.tally.kills < kills and process.poll() is None:
                    if not world.await_mails(world.random.randint(1, 4)):
                        return
                    select.select([], [], [], world.random.uniform(0.0, SLACK))
                    if world.random.random() < 0.5:
                        world.kill_the_worker(process)
                    else:
                        world.tally.kills += 1
                        process.kill()
                        process.wait(PATIENCE)

    def _judge(self, rows):
        """Hold what the server took against what was foreseen and against the history."""
        world, tally = self.world, self.world.tally
        taken = world.taken()
        told = {(_identity(row), row["address"]) for row in rows if row["message_id"] in taken}
        sent = {row["message_id"] for row in rows if row["state"] == "sent"}
        wanted = {(identity, to) for identity in self._due() for to in TOLD}
        never = (wanted - told) | (sent - taken)
        unknown = taken - {row["message_id"] for row in rows}
        open_ends = [row for row in rows if not _ended_well(row, taken)]
        tally.mails = len(wanted)
        tally.lost = len(never)
        tally.changed_ids = len(unknown)
        tally.unfinished = len(open_ends)
        tally.notes += [f"lost: {each}" for each in never]
        tally.notes += [f"of no delivery: {each}" for each in unknown]
        tally.notes += [f"unfinished: {row}" for row in open_ends]
        world.judge_copies()


def _ended_well(row, taken):
    """Return whether a delivery ended as it should.

    One that arrived without anybody's knowing may be superseded by the next day's.
    """
    if row["state"] == "superseded":
        return row["address"] == GONE or row["message_id"] in taken
    return row["state"] == ("failed" if row["address"] == GONE else "sent")


def _head(zone, port, send_at, to=(*MAIN, GONE)):
    """Return a configuration without loans: addresses on one channel, and another as fallback."""
    server = f'schema = "mailto"\nmode = "insecure"\nhost = "127.0.0.1"\nport = {port}\n'
    server += 'from = "reminderd@example.com"\ndigest = false\n'
    return f"""timezone = "{zone}"
locale = "en"
currency = "USD"
[reminders]
send_at = "{send_at}"
before_due = [3, 1, 0]
overdue_days = [1, 2, 3, 4]
[channels.mail]
{server}to = {json.dumps(to)}
fallback = "backup"
[channels.backup]
{server}to = ["{BACKUP}"]
min_severity = "critical"
"""


def _loan(number, due):
    return f"""[[loans]]
id = "loan-{number:04}"
name = "Loan {number:04}"
due = {due}
amount = "100.00"
penalty.daily_rate = "0.05%"
"""


def _key(copy):
    """Return by what the history calls a mail."""
    return copy.message_id.partition("@")[0]


def _number(subject):
    found = re.search(r"Loan (\d{4})", subject)
    return int(found[1]) if found else None


def crash(folder, kills, daemon_kills, seed, side_by_side=2):
    """Go from world to world until there were so many kills; return the tally of all.

    *daemon_kills* of them are of the daemon. So many worlds exist at a time.
    """
    sides = range(side_by_side)
    with ThreadPoolExecutor(side_by_side) as pool:
        tallies = pool.map(
            _crash,
            [folder / str(n) for n in sides],
            [_share(kills, n, side_by_side) for n in sides],
            [_share(daemon_kills, n, side_by_side) for n in sides],
            [seed + 1000 * n for n in sides],
        )
        return sum(tallies, Tally())


def _share(whole, which, parts):
    return whole // parts + (which < whole % parts)


def _crash(folder, kills, daemon_kills, seed):
    total = Tally()
    with zygote(folder, {}) as mother:
        while total.kills < kills:
            wanted = min(KILLS_PER_WORLD, kills - total.kills)
            of_daemons = min(DAEMON_KILLS_PER_WORLD, daemon_kills, wanted)
            daemon_kills -= of_daemons
            seed += 1
            world = World(folder / str(seed), seed, mother)
            try:
                total += Crash(world).run(wanted, of_daemons)
            finally:
                world.close()
    return total


class ShiftedClock:
    """The clocks of whole processes, moved by a library that is loaded before all others."""

    def __init__(self, folder, compiler):
        library = folder / "shifted_clock.so"
        source = HERE / "shifted_clock.c"
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source], check=True)
        file = folder / "shift"
        file.write_bytes(bytes(16))
        self.environment = {"LD_PRELOAD": str(library), "CLOCK_SHIFT": str(file)}
        self._descriptor = os.open(file, os.O_RDWR)
        self.wall = self.boot = 0.0  # seconds

    def step(self, seconds, *, slept=False):
        """Move the wall clock; after a sleep the time since boot has moved with it."""
        self.wall += seconds
        self.boot += seconds if slept else 0.0
        shift = struct.pack("=2q", round(self.wall * 1e9), round(self.boot * 1e9))
        os.pwrite(self._descriptor, shift, 0)

    def now(self):
        return datetime.now(UTC) + timedelta(seconds=self.wall)

    def set(self, instant):
        self.step((instant - self.now()).total_seconds())

    def close(self):
        os.close(self._descriptor)


class ShiftedWorld(World):
    """A world whose clocks step, forward and back, while the program is killed in it."""

    def __init__(self, folder, seed, mother, clock):
        super().__init__(folder, seed, mother)
        self.clock = clock
        self.environment |= clock.environment

    def forward(self, seconds):
        self.clock.step(seconds)

    def now(self):
        return self.clock.now()


HOUR = 3600.0
START = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
DAYS = 5
STEPS = (HOUR, 8 * HOUR, -HOUR, 8 * HOUR, 8 * HOUR)  # a day; no reminder overtakes another
ASLEEP = 8 * HOUR
FAR_BACK = -72 * HOUR


@dataclass
class Stepping:
    """A world in which reminders come on many days, and when ``preview`` says each one goes."""

    world: ShiftedWorld
    loans: int = 12

    def __post_init__(self):
        world = self.world
        world.clock.set(START)
        days = (START.date() + timedelta(days=number % 5) for number in range(self.loans))
        world.config.write_text(
            _head("Etc/GMT", world.server.port, "09:00", to=MAIN[:1])
            + "".join(_loan(number, due) for number, due in enumerate(days))
        )
        self.foreseen = world.foreseen(DAYS)
        world.tally.mails = len(self.foreseen)

    def run(self):
        """Step through the days; return what was told, which is to be what was foreseen."""
        self._pass_through(START + timedelta(days=3, hours=12))
        self._step(FAR_BACK)
        self._pass_through(START + timedelta(days=DAYS - 1, hours=2))
        self.world.calm()
        self._with_daemon(START + timedelta(days=DAYS - 1, hours=20))
        rows = self.world.drain(step=120.0)
        self.world.judge_copies()
        taken = self.world.taken()
        return {
            _identity(row) for row in rows if row["state"] == "sent" and row["message_id"] in taken
        }

    def _pass_through(self, end):
        while self.world.clock.now() < end:
            for step in STEPS:
                self._step(step)

    def _step(self, seconds):
        """Step, be killed at it, and send what is due before the next step comes."""
        world = self.world
        world.clock.step(seconds, slept=seconds == ASLEEP)
        world.cut_short()
        world.drain(step=120.0)

    def _with_daemon(self, end):
        """Step while the daemon runs: it is told to look, or notices by itself when it wakes."""
        world = self.world
        with world.daemon() as process:
            self._await_foreseen()
            while world.clock.now() < end:
                world.clock.step(-HOUR)
                process.send_signal(signal.SIGHUP)
                world.clock.step(ASLEEP, slept=True)
                process.send_signal(signal.SIGCHLD)  # wakes it, as its next tick would
                self._await_foreseen()

    def _await_foreseen(self):
        """Wait until the server has taken as many mails as were foreseen until now."""
        sink, until = self.world.sink, time.monotonic() + PATIENCE
        due = sum(at <= self.world.clock.now() for at in self.foreseen.values())
        while len({copy.message_id for copy in sink.copies}) < due:
            left = until - time.monotonic()
            assert left > 0, f"after {PATIENCE:.0f} s the server does not have {due} mails"
            select.select([self.world.bell.reading], [], [], left)
            self.world.bell.rung()


def _identity(row):
    """Return what makes an alert the one it is."""
    return row["loan"], row["due"], row["milestone"]


def clock_steps(folder, compiler, seed):
    """Let the clocks step; return what was foreseen, what was told, and the tally."""
    folder.mkdir(parents=True, exist_ok=True)
    clock = ShiftedClock(folder, compiler)
    try:
        with zygote(folder, clock.environment) as mother:
            world = ShiftedWorld(folder / "world", seed, mother, clock)
            try:
                stepping = Stepping(world)
                told = stepping.run()
            finally:
                world.close()
    finally:
        clock.close()
    return set(stepping.foreseen), told, world.tally
