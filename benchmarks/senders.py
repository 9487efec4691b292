"""The senders that ``delivery.py`` compares, each in a process of its own; run by it alone.

Each prints one JSON object about itself. When mails arrive is for the server to say.
"""

from __future__ import annotations

import argparse
import cProfile
import importlib
import json
import logging
import os
import pstats
import smtplib
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from functools import wraps
from pathlib import Path
from typing import Any

# Where the time of a pass goes: what it is called here, and the functions that are clocked.
# Those of one line are not called from one another.
STEPS = {
    "read the configuration": ("reminderd.config.load:load_text",),
    "sync the book": ("reminderd.app:App.sync",),
    "plan": ("reminderd.planner:Planner.plan",),
    "lease": ("reminderd.store.outbox:lease",),
    "value": ("reminderd.delivery.writer:Writer.letters",),
    "write, or wait for it": ("reminderd.delivery.writer:Writer.finish",),
    "keep the words": ("reminderd.store.outbox:write_contents",),
    "build the mail": ("reminderd.delivery.mime:build",),
    "send": ("reminderd.delivery.mail:Session.send",),
    "record": ("reminderd.store.outbox:finish",),
    "commit (fsync)": ("sqlalchemy.engine.default:DefaultDialect.do_commit",),
}


def reminderd(config: str, clock: float, profile: str) -> None:
    """Do one pass with the clock at another instant; print where the time went if asked to."""
    from reminderd.cli.main import main
    from reminderd.clock import Clock

    offset = timedelta(seconds=clock - time.time()) if clock else timedelta()
    Clock.now = lambda _self: datetime.now(UTC) + offset  # type: ignore[method-assign]
    sys.argv = ["reminderd", "--config", config, "run", "--once", "--json"]
    note_the_times(Path(f"{config}.times"))
    clocked = clock_steps() if profile == "steps" else {}
    profiler = cProfile.Profile() if profile == "functions" else None
    begun = time.perf_counter()
    try:
        profiler.runcall(main) if profiler else main()
    finally:
        sys.stdout.flush()
        if clocked:
            clocked["the whole pass"] = (time.perf_counter() - begun, 1)
            Path(f"{config}.steps.json").write_text(json.dumps(clocked))
        if profiler:
            with Path(f"{config}.functions.txt").open("w") as file:
                pstats.Stats(profiler, stream=file).sort_stats("tottime").print_stats(30)


def note_the_times(file: Path) -> None:
    """Have it written down when planning begins and when the last result is recorded.

    What comes before is a start, which does not count for the others either.
    """
    from reminderd.app import App

    planning, deliver = App.planning, App.deliver
    times: list[float] = []

    def begin(self: App, *arguments: Any, **named: Any) -> Iterator[int]:
        times.append(time.monotonic())
        return planning(self, *arguments, **named)

    def delivering(self: App, **named: Any) -> Any:
        delivered = deliver(self, **named)
        if delivered.sent:
            file.write_text(json.dumps([times[0], time.monotonic()]))
        return delivered

    App.planning = begin  # type: ignore[method-assign]
    App.deliver = delivering  # type: ignore[method-assign]


def clock_steps() -> dict[str, tuple[float, int]]:
    """Have the functions of STEPS clocked in every thread; those that are gone are left out."""
    spent: dict[str, tuple[float, int]] = {}
    for step, places in STEPS.items():
        for place in places:
            module, _, path = place.partition(":")
            owner: Any = importlib.import_module(module)
            *parents, name = path.split(".")
            for parent in parents:
                owner = getattr(owner, parent, None)
            if hasattr(owner, name):
                setattr(owner, name, clocked(getattr(owner, name), step, spent))
    return spent


def clocked(
    function: Callable[..., Any], step: str, spent: dict[str, tuple[float, int]]
) -> Callable[..., Any]:
    lock = threading.Lock()

    @wraps(function)
    def timed(*arguments: Any, **named: Any) -> Any:
        begun = time.perf_counter()
        try:
            return function(*arguments, **named)
        finally:
            with lock:
                seconds, calls = spent.get(step, (0.0, 0))
                spent[step] = seconds + time.perf_counter() - begun, calls + 1

    return timed


def text(number: int) -> tuple[str, str]:
    """Return a subject and a body of about the length of one of ours, ready-made."""
    return f"Loan {number}: $100.00 due today", "Owed today: $100.00. Pay it today.\n" * 25


def apprise_loop(port: int, count: int, seconds: float) -> None:
    """Make an Apprise object for each mail, one after the other, until the time is up."""
    from apprise import Apprise

    for number in until(count, seconds):
        sender = Apprise()
        sender.add(apprise_url(port))
        title, body = text(number)
        sender.notify(title=title, body=body)


def until(count: int, seconds: float) -> Any:
    end = time.monotonic() + seconds
    for number in range(count):
        if time.monotonic() > end:
            return
        yield number


def apprise_url(port: int) -> str:
    return f"mailto://127.0.0.1:{port}?mode=insecure&from=r@example.com&to=me@example.com"


def apscheduler_script(port: int, count: int) -> None:
    """Do what one would write first: a job for each reminder, each sending with Apprise."""
    from apprise import Apprise
    from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, EVENT_JOB_MISSED
    from apscheduler.schedulers.background import BackgroundScheduler

    logging.disable(logging.CRITICAL)
    over = threading.Semaphore(0)

    def remind(number: int) -> None:
        sender = Apprise()
        sender.add(apprise_url(port))
        title, body = text(number)
        sender.notify(title=title, body=body)

    scheduler = BackgroundScheduler()
    ended = EVENT_JOB_EXECUTED | EVENT_JOB_ERROR | EVENT_JOB_MISSED
    scheduler.add_listener(lambda _event: over.release(), ended)
    at = datetime.now(UTC) + timedelta(seconds=2 + count / 500)  # once all have been added
    for number in range(count):
        scheduler.add_job(remind, "date", run_date=at, args=[number])
    scheduler.start()
    for _ in range(count):
        over.acquire(timeout=60)
    scheduler.shutdown(wait=False)
    print(json.dumps({"due": time.monotonic() - (datetime.now(UTC) - at).total_seconds()}))


def ready_made() -> bytes:
    """Return a mail of text and HTML whose Message-ID is still to be put in."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = "r@example.com", "me@example.com"
    mail["Subject"], body = text(0)
    mail["Message-ID"] = "<MESSAGE-ID@example.com>"
    mail.set_content(body)
    mail.add_alternative(f"<p>{body}</p>" * 8, subtype="html")
    return mail.as_bytes()


def pour(port: int, count: int) -> None:
    """Pour ready-made mails into the server without waiting for answers: what it can take."""
    mail = ready_made()
    with socket.create_connection(("127.0.0.1", port)) as connection:
        answers = connection.makefile("rb")
        reader = threading.Thread(target=answers.read)  # to the end, which QUIT brings about
        reader.start()
        connection.sendall(b"EHLO client\r\n")
        for number in range(count):
            content = mail.replace(b"MESSAGE-ID", b"%d" % number)
            connection.sendall(
                b"MAIL FROM:<r@example.com>\r\nRCPT TO:<me@example.com>\r\nDATA\r\n"
                + content
                + b"\r\n.\r\n"
            )
        connection.sendall(b"QUIT\r\n")
        reader.join()
        answers.close()


def smtplib_reuse(port: int, count: int, connections: int, seconds: float) -> None:
    """Send ready-made mails of text and HTML over connections that are kept, a thread for each."""
    mail = ready_made()
    numbers = iter(until(count, seconds))
    lock = threading.Lock()

    def send() -> None:
        with smtplib.SMTP("127.0.0.1", port) as connection:
            connection.ehlo()
            while True:
                with lock:
                    number = next(numbers, None)
                if number is None:
                    return
                content = mail.replace(b"MESSAGE-ID", b"%d" % number)
                connection.sendmail("r@example.com", ["me@example.com"], content)

    threads = [threading.Thread(target=send) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main() -> None:
    parser = argparse.ArgumentParser(description="One sender; run by delivery.py.")
    parser.add_argument("sender")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument("--connections", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--config", default="")
    parser.add_argument("--clock", type=float, default=0.0)
    parser.add_argument("--profile", default="")
    given = parser.parse_args()
    if given.sender == "reminderd":
        reminderd(given.config, given.clock, given.profile)
    elif given.sender == "apprise-loop":
        apprise_loop(given.port, given.count, given.seconds)
    elif given.sender == "apscheduler":
        apscheduler_script(given.port, given.count)
        sys.stdout.flush()
        os._exit(0)
    elif given.sender == "pour":
        pour(given.port, given.count)
    else:
        smtplib_reuse(given.port, given.count, given.connections, given.seconds)


if __name__ == "__main__":
    main()
