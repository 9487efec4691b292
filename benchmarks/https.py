"""Posts a second over HTTPS: ours, Apprise's own, and a session that is kept.

``python benchmarks/https.py`` takes half a minute; ``--quick`` a tenth of it. Everything stays on
loopback.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import certifi
import requests
import trustme
from apprise import Apprise

from reminderd.alerts.channel import Recipient
from reminderd.delivery.transport import Transports
from reminderd.messages.message import Message
from reminderd.playbook.playbook import Severity

SINK = Path(__file__).parent.parent / "tests" / "websink.py"
MESSAGE = Message("Credit card: 1,234.00 due today", "Pay 1,234.00 today.\n", Severity.WARNING)
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
SECONDS = 3.0  # of one way in one round


@contextmanager
def receiver(folder: Path) -> Iterator[int]:
    """Run the server in a process of its own; trust it besides all that Mozilla trusts."""
    authority = trustme.CA()
    certificate, bundle = folder / "server.pem", folder / "trusted.pem"
    issued = authority.issue_cert("127.0.0.1")
    issued.private_key_and_cert_chain_pem.write_to_path(str(certificate))
    bundle.write_bytes(Path(certifi.where()).read_bytes() + authority.cert_pem.bytes())
    os.environ["SSL_CERT_FILE"] = os.environ["REQUESTS_CA_BUNDLE"] = str(bundle)
    process = subprocess.Popen(
        [sys.executable, str(SINK), str(certificate)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()


def ours(port: int) -> Callable[[], object]:
    target = f"jsons://127.0.0.1:{port}/"
    transport = Transports().of(Recipient("it", target))
    return lambda: transport.send(MESSAGE, "id", NOW)


def apprise(port: int) -> Callable[[], object]:
    notifier = Apprise()
    notifier.add(f"jsons://127.0.0.1:{port}/")
    for plugin in notifier:
        plugin.request_rate_per_sec = 0  # or it would sleep
    return lambda: notifier.notify(title=MESSAGE.title, body=MESSAGE.body)


def session(port: int) -> Callable[[], object]:
    kept = requests.Session()
    document = {"title": MESSAGE.title, "message": MESSAGE.body}
    return lambda: kept.post(f"https://127.0.0.1:{port}/", json=document, timeout=10)


def rate(post: Callable[[], object], seconds: float) -> float:
    """Return how many posts a second are made, one after the other, after a first one."""
    post()
    count, since = 0, time.perf_counter()
    while time.perf_counter() - since < seconds:
        post()
        count += 1
    return count / (time.perf_counter() - since)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    ways = {"reminderd": ours, "apprise": apprise, "requests.Session": session}
    rates: dict[str, list[float]] = {name: [] for name in ways}
    with tempfile.TemporaryDirectory() as folder, receiver(Path(folder)) as port:
        posts = {name: way(port) for name, way in ways.items()}
        for _ in range(1 if quick else 3):
            for name, post in posts.items():
                rates[name].append(rate(post, 1.0 if quick else SECONDS))
    medians = {name: round(statistics.median(each), 1) for name, each in rates.items()}
    for name, each in medians.items():
        print(f"{name:20} {each:8.1f} posts/s")
    print()
    print(
        json.dumps(
            {"rates": medians, "vs_apprise": round(medians["reminderd"] / medians["apprise"], 1)}
        )
    )


if __name__ == "__main__":
    main()
