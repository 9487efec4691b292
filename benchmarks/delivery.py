"""Send 3,000 mails that are due at one second, beside other ways to send as many.

``python benchmarks/delivery.py`` takes some minutes; ``--quick`` sends 300 mails, once.
``--profile`` says where our own time goes instead. Everything stays on loopback.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import select
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SINK = HERE.parent / "tests" / "smtpsink.py"
DELAYS = (0.0, 0.02)  # seconds before each of the server's answers
PATIENCE = 600.0
AT_LEAST = 10.0  # seconds that senders whose rate does not depend on the number of mails may take
SENDER = [sys.executable, "-P", str(HERE / "senders.py")]
SEND_AT = "09:00"


class Sink:
    """The mail server, in a process of its own."""

    def __init__(self, delay: float) -> None:
        self.delay = delay
        self.process = subprocess.Popen(
            [sys.executable, str(SINK), "--delay", str(delay)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        self.port = int(self._line(PATIENCE))

    def ask(self, order: str, patience: float = PATIENCE) -> dict[str, Any]:
        """Give an order; return what the server has taken by then."""
        assert self.process.stdin is not None
        self.process.stdin.write(order + "\n")
        return dict(json.loads(self._line(patience)))

    def _line(self, patience: float) -> str:
        assert self.process.stdout is not None
        if not select.select([self.process.stdout], [], [], patience)[0]:
            raise TimeoutError("the mail server has not got what it waits for")
        return self.process.stdout.readline()

    def close(self) -> None:
        """End the process."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:  # it waits for mails that never came
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


@contextmanager
def listening(delay: float) -> Iterator[Sink]:
    sink = Sink(delay)
    try:
        yield sink
    finally:
        sink.close()


class Run:
    """One sender's run: how many mails of those due came, and how fast."""

    def __init__(
        self, due: int, told: dict[str, Any], begun: float, ended: float, start: float = 0.0
    ) -> None:
        self.due = due
        self.start = start  # seconds that a process took before it began
        self.taken = int(told["distinct"])
        self.connections = int(told["peak"])
        self.rate = self.taken / (ended - begun) if self.taken else 0.0
        sending = (told["last"] or 0) - (told["first"] or 0)
        self.while_sending = (self.taken - 1) / sending if sending > 0 else 0.0

    @property
    def dropped(self) -> int:
        """Return how many of the mails that were due never came."""
        return self.due - self.taken


def sender(name: str, **options: object) -> str:
    """Run a sender to its end and return what it printed."""
    arguments = [part for key, value in options.items() for part in (f"--{key}", str(value))]
    done = subprocess.run(
        [*SENDER, name, *arguments],
        check=True,
        timeout=PATIENCE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    return done.stdout


# ── ours ──────────────────────────────────────────────────────────────────────────────────────


def configuration(port: int, count: int, day: datetime) -> str:
    loans = "".join(
        f'[[loans]]\nid = "l{number}"\nname = "Loan {number}"\ndue = {day:%F}\n'
        f'amount = "{100 + number}.00"\npenalty.daily_rate = "0.05%"\n'
        for number in range(count)
    )
    return f"""timezone = "UTC"
locale = "en"
currency = "USD"
[reminders]
send_at = "{SEND_AT}"
before_due = [0]
[channels.mail]
schema = "mailto"
mode = "insecure"
host = "127.0.0.1"
port = {port}
from = "reminderd@example.com"
to = ["me@example.com"]
digest = false
{loans}"""


def ours(sink: Sink, folder: Path, count: int, port: int | None = None, profile: str = "") -> Run:
    """Sync the loans on the day before; then start the pass at the instant that all are due."""
    folder = Path(tempfile.mkdtemp(dir=folder))
    os.environ["STATE_DIRECTORY"] = str(folder / "state")
    config = folder / "config.toml"
    instant = datetime(2026, 11, 26, 9, tzinfo=UTC)
    config.write_text(configuration(port or sink.port, count, instant))
    before = (instant - timedelta(hours=20)).timestamp()
    sender("reminderd", config=config, clock=before)
    sink.ask("forget")
    started = time.monotonic()
    sender("reminderd", config=config, clock=instant.timestamp(), profile=profile)
    told = sink.ask(f"await {count}") if port else sink.ask("tell")
    if profile:
        show_profile(folder, profile)
    begun, ended = json.loads(Path(f"{config}.times").read_text())
    return Run(count, told, begun, max(ended, told["last"] or 0), begun - started)


def show_profile(folder: Path, profile: str) -> None:
    if profile == "functions":
        print((folder / "config.toml.functions.txt").read_text())
        return
    steps = json.loads((folder / "config.toml.steps.json").read_text())
    print(f"{'':28} {'seconds':>8} {'calls':>8} {'µs each':>8}")
    for step, (seconds, calls) in steps.items():
        print(f"{step:28} {seconds:8.2f} {calls:8} {seconds / calls * 1e6:8.0f}")


# ── the others ────────────────────────────────────────────────────────────────────────────────


def apprise_loop(sink: Sink, count: int) -> Run:
    sink.ask("forget")
    sender("apprise-loop", port=sink.port, count=count, seconds=AT_LEAST)
    told = sink.ask("tell")
    return Run(told["distinct"], told, told["first"], told["last"])


def apscheduler_script(sink: Sink, count: int) -> Run:
    sink.ask("forget")
    due = json.loads(sender("apscheduler", port=sink.port, count=count))["due"]
    told = sink.ask("tell")
    return Run(count, told, due, told["last"])


def smtplib_reuse(sink: Sink, count: int, connections: int) -> Run:
    sink.ask("forget")
    options = {"count": count, "connections": connections, "seconds": AT_LEAST}
    sender("smtplib", port=sink.port, **options)
    told = sink.ask("tell")
    return Run(told["distinct"], told, told["first"], told["last"])


def the_server_alone(sink: Sink, count: int) -> Run:
    sink.ask("forget")
    sender("pour", port=sink.port, count=count)
    told = sink.ask("tell")
    return Run(count, told, told["first"], told["last"])


ALERTMANAGER = """
global: {{ smtp_smarthost: "127.0.0.1:{port}", smtp_from: r@example.com, smtp_require_tls: false }}
route: {{ receiver: mail, group_by: ["..."], group_wait: 0s, repeat_interval: 24h }}
receivers:
  - name: mail
    email_configs:
      - to: me@example.com
        headers: {{ Subject: "{{{{ .CommonAnnotations.title }}}}" }}
        text: "{{{{ .CommonAnnotations.text }}}}"
        html: "<p>{{{{ .CommonAnnotations.text }}}}</p>"
"""


@contextmanager
def alertmanager(folder: Path, port: int) -> Iterator[str]:
    """Run Debian's Alertmanager with an e-mail receiver; yield its address."""
    folder = Path(tempfile.mkdtemp(dir=folder))
    (folder / "config.yml").write_text(ALERTMANAGER.format(port=port))
    address = f"127.0.0.1:{free_port()}"
    process = subprocess.Popen(
        [
            "prometheus-alertmanager",
            f"--config.file={folder / 'config.yml'}",
            f"--storage.path={folder}",
            f"--web.listen-address={address}",
            "--cluster.listen-address=",
            "--log.level=error",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until_it_answers(f"http://{address}/-/ready")
        yield f"http://{address}"
    finally:
        process.terminate()
        process.wait(60)


def free_port() -> int:
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_until_it_answers(url: str) -> None:
    end = time.monotonic() + 30
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return


def through_alertmanager(
    sink: Sink, folder: Path, count: int, port: int | None = None
) -> tuple[Run, int]:
    """Post all alerts at once; return the run and how many notifications failed on the way."""
    text = "Owed today: $100.00. Pay it today.\n" * 25
    alerts = [
        {
            "labels": {"alertname": f"loan{number}"},
            "annotations": {"title": f"Loan {number}: $100.00 due today", "text": text},
        }
        for number in range(count)
    ]
    with alertmanager(folder, port or sink.port) as address:
        sink.ask("forget")
        begun = time.monotonic()
        request = urllib.request.Request(
            f"{address}/api/v2/alerts",
            json.dumps(alerts).encode(),
            {"Content-Type": "application/json"},
        )
        urllib.request.urlopen(request, timeout=60).close()
        told = sink.ask(f"await {count}")
        metrics = urllib.request.urlopen(f"{address}/metrics", timeout=60).read().decode()
    failed = re.search(
        r'^alertmanager_notifications_failed_total\{.*"email".*\} (\S+)', metrics, re.M
    )
    return Run(count, told, begun, told["last"]), int(float(failed[1])) if failed else 0


POSTFIX = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mydestination =
mynetworks = 127.0.0.0/8
relayhost = [127.0.0.1]:{sink}
smtp_host_lookup = native
smtp_dns_support_level = disabled
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
smtpd_recipient_restrictions = permit_mynetworks, reject
"""


@contextmanager
def postfix(sink: Sink) -> Iterator[int]:
    """Run a Postfix of our own that hands on to the sink what its queue has; yield its port."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # its processes are other users
        yield from started_postfix(Path(folder), sink)


def started_postfix(folder: Path, sink: Sink) -> Iterator[int]:
    for name in ("etc", "queue", "data"):
        (folder / name).mkdir()
    port = free_port()
    (folder / "etc" / "main.cf").write_text(POSTFIX.format(folder=folder, sink=sink.port))
    master = Path("/etc/postfix/master.cf").read_text()
    master = re.sub(r"^smtp +inet", f"127.0.0.1:{port} inet", master, flags=re.M)
    # Without a chroot, which would have to be furnished.
    master = re.sub(r"^(\S+\s+\S+\s+\S\s+\S\s+)y", r"\1n", master, flags=re.M)
    (folder / "etc" / "master.cf").write_text(master)
    shutil.chown(folder / "data", "postfix")
    control = ["postfix", "-c", str(folder / "etc")]
    subprocess.run([*control, "start"], check=True, capture_output=True, timeout=60)
    try:
        yield port
    finally:
        subprocess.run([*control, "stop"], check=False, capture_output=True, timeout=60)


# ── together ──────────────────────────────────────────────────────────────────────────────────


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="300 mails, one round")
    parser.add_argument("--rounds", type=int, help="instead of three")
    parser.add_argument("--profile", action="store_true", help="where our time goes, no rivals")
    given = parser.parse_args()
    count, rounds, suffix = (300, 1, "_quick") if given.quick else (3000, 3, "")
    rounds = given.rounds or rounds
    for name in ("REMINDERD_CONFIG", "CREDENTIALS_DIRECTORY", "NOTIFY_SOCKET", "JOURNAL_STREAM"):
        os.environ.pop(name, None)
    print(f"Python {platform.python_version()}, {platform.system()} {platform.release()}")
    with tempfile.TemporaryDirectory() as folder:
        if given.profile:
            profiled(Path(folder), count)
        else:
            runs, resets = compare(Path(folder), count, rounds)
            report(runs, count, rounds, resets)
            print(json.dumps({name + suffix: each for name, each in results(runs).items()}))


def profiled(folder: Path, count: int) -> None:
    for delay in DELAYS:
        with listening(delay) as sink:
            print(f"\n{count} mails, {delay * 1000:.0f} ms before each answer")
            ours(sink, folder, count, profile="steps")
    with listening(0.0) as sink:
        print("\nthe thread that plans, writes and records, by function:")
        ours(sink, folder, count, profile="functions")


def compare(folder: Path, count: int, rounds: int) -> tuple[dict[str, list[Run]], int | None]:
    """Return what each made of the mails, and how many attempts at Postfix failed."""
    runs: dict[str, list[Run]] = {}
    for _ in range(rounds):  # in turn, so that a busy moment of the machine hits all alike
        for delay in DELAYS:
            with listening(delay) as sink:
                for name, run in one_round(sink, folder, count).items():
                    runs.setdefault(f"{name}_{delay * 1000:.0f}ms", []).append(run)
    resets = None
    if shutil.which("postfix") and os.geteuid() == 0:
        resets = with_postfix(folder, count, runs)
    return runs, resets


def one_round(sink: Sink, folder: Path, count: int) -> dict[str, Run]:
    mine = ours(sink, folder, count)
    found = {"reminderd": mine, "apprise_loop": apprise_loop(sink, count)}
    found["apscheduler_script"] = apscheduler_script(sink, count)
    for connections in sorted({1, 16, 64, mine.connections}):
        found[f"smtplib_{connections}"] = smtplib_reuse(sink, count, connections)
    found["smtplib_as_many"] = found[f"smtplib_{mine.connections}"]
    if shutil.which("prometheus-alertmanager"):
        found["alertmanager"], _ = through_alertmanager(sink, folder, count)
    if not sink.delay:
        found["the server alone"] = the_server_alone(sink, count)
    return found


def with_postfix(folder: Path, count: int, runs: dict[str, list[Run]]) -> int | None:
    """Send through a Postfix with its queue on disk; return the notifications that failed."""
    failed = None
    with listening(0.0) as sink, postfix(sink) as port:
        runs["reminderd_postfix"] = [ours(sink, folder, count, port)]
        if shutil.which("prometheus-alertmanager"):
            run, failed = through_alertmanager(sink, folder, count, port)
            runs["alertmanager_postfix"] = [run]
    return failed


def rate(runs: dict[str, list[Run]], name: str) -> float | None:
    return statistics.median(run.rate for run in runs[name]) if name in runs else None


def ratio(runs: dict[str, list[Run]], one: str, other: str) -> float | None:
    ours, theirs = rate(runs, one), rate(runs, other)
    return round(ours / theirs, 2) if ours and theirs else None


def report(runs: dict[str, list[Run]], count: int, rounds: int, resets: int | None) -> None:
    print(f"{count} mails due at one second, median of {rounds}\n")
    head = ("mails/s", "(range)", "once it sends", "connections", "dropped")
    print("{:28} {:>8} {:>14} {:>14} {:>12} {:>8}".format("", *head))
    for name, of in runs.items():
        rates = [run.rate for run in of]
        sending = statistics.median(run.while_sending for run in of)
        print(
            f"{name:28} {statistics.median(rates):8.0f} "
            f"{f'{min(rates):.0f}-{max(rates):.0f}':>14} {sending:14.0f} "
            f"{max(run.connections for run in of):12} {max(run.dropped for run in of):8}"
        )
    start = statistics.median(run.start for run in runs["reminderd_0ms"])
    print(f"\nreminderd begins {start:.1f} s after its start: imports, configuration, book")
    if resets is not None:
        print(f"\nof Alertmanager's attempts at Postfix {resets} failed")
    print()


def results(runs: dict[str, list[Run]]) -> dict[str, Any]:
    return {
        "vs_apprise_loop_0ms": ratio(runs, "reminderd_0ms", "apprise_loop_0ms"),
        "vs_apprise_loop_20ms": ratio(runs, "reminderd_20ms", "apprise_loop_20ms"),
        "vs_smtplib_reuse_20ms": ratio(runs, "reminderd_20ms", "smtplib_as_many_20ms"),
        "vs_alertmanager_0ms": ratio(runs, "reminderd_0ms", "alertmanager_0ms"),
        "vs_alertmanager_postfix": ratio(runs, "reminderd_postfix", "alertmanager_postfix"),
        "dropped": {name: max(run.dropped for run in of) for name, of in runs.items()},
        "rates": {name: round(rate(runs, name) or 0.0, 1) for name in runs},
    }


if __name__ == "__main__":
    main()
