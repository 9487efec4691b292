"""The supervisor: a clock, signals and a child. It knows nothing of loans.

The loop, and why each step is there:

1. Sleep until a signal, a report of the worker, or the scheduler's tick (at most ``TICK``).
   APScheduler is only a clock: one interval job, and one job at the instant that the worker
   named. A tick that comes late still comes once; none is dropped.
2. Compare the clocks. After a step of the wall clock or a sleep, look at once: what was due
   meanwhile is due now.
3. Take in what the worker says: the next instant, a status line, the verdict on the config.
4. A worker that is silent for too long is killed. Its leases are recovered by the next one.
5. If the instant has come, a file has changed or somebody asked, start a worker, one at a time.
6. Feed the watchdog, but only while ticks arrive: a scheduler whose thread died must not look
   alive.

Nothing heavy is imported here, so that idling costs little: pydantic, SQLAlchemy, Apprise, Jinja
and Babel live in the worker, which ends when its work is done.
"""

from __future__ import annotations

import json
import logging
import os
import selectors
import signal
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler

from ..clock import Clock, ClockReading
from ..state import locked, signature, state_folder, watched
from . import systemd
from .log import set_up_logging

log = logging.getLogger(__name__)

TICK = 30.0  # seconds
STALE = 3 * TICK  # a last tick older than this means that the scheduler died
SILENCE = 120.0  # seconds without a report after which a worker is killed
STOP_AFTER = 8.0  # seconds that a worker has to finish when asked to stop
RETRY_AFTER = 10.0  # seconds before a worker that failed is started again
CONFIG_ERROR = 78


class Worker:
    """A running worker process and the pipe it reports over."""

    def __init__(self, config: Path, now: float) -> None:
        """Start a worker on *config*."""
        self.reading, writing = os.pipe()
        os.set_blocking(self.reading, False)
        command = [sys.executable, "-m", "reminderd.service.worker"]
        self.process = subprocess.Popen(
            [*command, "--config", str(config), "--report", str(writing)],
            pass_fds=(writing,),
            process_group=0,  # Ctrl+C reaches the supervisor alone, which stops the worker gently
        )
        os.close(writing)
        self.heard_at = now
        self.rest = b""

    def reports(self, now: float) -> list[dict[str, Any]]:
        """Return what the worker has said since the last call."""
        with suppress(BlockingIOError):
            while chunk := os.read(self.reading, 65536):
                self.rest += chunk
                self.heard_at = now
        *lines, self.rest = self.rest.split(b"\n")
        return [json.loads(line) for line in lines]

    def close(self) -> None:
        """Let go of the pipe."""
        os.close(self.reading)


class Supervisor:
    """Starts a worker whenever there may be something to do."""

    def __init__(self, config: Path, folder: Path, clock: Clock) -> None:
        """Supervise *config* with state in *folder*."""
        self.config = config
        self.folder = folder
        self.clock = clock
        self.worker: Worker | None = None
        self.wanted = True  # a worker should run as soon as none does
        self.not_before = 0.0  # monotonic; keeps a failing worker from spinning
        self.next_at: float | None = None
        self.seen: list[tuple[int, int]] | None = None
        self.ready = False
        self.reloading = False
        self.status = "starting"
        self.config_error: str | None = None
        self.stopping = False
        self.exit_code = 0
        self.last_tick = clock.monotonic()
        self.reading = ClockReading.of(clock)
        self.wake_read, self.wake_write = os.pipe()
        for end in (self.wake_read, self.wake_write):
            os.set_blocking(end, False)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.wake_read, selectors.EVENT_READ)
        self.scheduler = BackgroundScheduler(
            timezone=UTC,
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def run(self) -> int:
        """Run until told to stop; return the exit code."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, self._on_signal)
        self.scheduler.add_job(self._wake, "interval", seconds=TICK, args=[b"t"], id="tick")
        self.scheduler.start()
        try:
            while not self.stopping:
                self.step()
                self.selector.select(timeout=2 * TICK)
                self._drain_wakes()
        finally:
            self._stop()
        return self.exit_code

    def step(self) -> None:
        """Do steps 2 to 6 of the loop once."""
        self._compare_clocks()
        self._hear_worker()
        self._start_worker_if_needed()
        self._tell_systemd()

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        codes = {signal.SIGHUP: b"h", signal.SIGCHLD: b"c"}
        self._wake(codes.get(signal.Signals(number), b"q"))

    def _wake(self, code: bytes) -> None:
        with suppress(BlockingIOError):  # a full pipe wakes just as well
            os.write(self.wake_write, code)

    def _drain_wakes(self) -> None:
        with suppress(BlockingIOError):
            while codes := os.read(self.wake_read, 4096):
                if b"t" in codes:
                    self.last_tick = self.clock.monotonic()
                if b"h" in codes:
                    self.wanted = self.reloading = True
                    self.not_before = 0.0
                    systemd.reloading()
                if b"q" in codes:
                    self.stopping = True

    def _compare_clocks(self) -> None:
        reading = ClockReading.of(self.clock)
        ahead = reading.jumped(self.reading)
        self.reading = reading
        if ahead is not None:
            log.info("the clock moved by %+.0f s; looking at once", ahead)
            self.wanted = True

    def _hear_worker(self) -> None:
        worker = self.worker
        if worker is None:
            return
        code = worker.process.poll()  # before the last reports are read, so that none is missed
        now = self.clock.monotonic()
        for report in worker.reports(now):
            self._take_in(report)
        if code is not None:
            self._worker_ended(worker, code)
        elif now - worker.heard_at > SILENCE:
            log.error("the worker has been silent for %.0f s; killing it", now - worker.heard_at)
            worker.process.kill()

    def _take_in(self, report: dict[str, Any]) -> None:
        if "config" in report:
            self.config_error = report["config"]
            self._become_ready()
        if "status" in report:
            self.next_at = report["next"]
            self.status = report["status"]
            self.seen = [(part[0], part[1]) for part in report["signature"]]
            self._schedule_next()

    def _become_ready(self) -> None:
        if not self.ready or self.reloading:
            systemd.notify(READY="1", MAINPID=str(os.getpid()))
        self.ready, self.reloading = True, False

    def _worker_ended(self, worker: Worker, code: int) -> None:
        self.selector.unregister(worker.reading)
        worker.close()
        self.worker = None
        if code == 0:
            log.info("%s", self._status_text())
            return
        if code == CONFIG_ERROR or (code > 0 and not self.ready):
            self.exit_code, self.stopping = code, True
            return
        log.error("the worker ended with %d; starting it again in %.0f s", code, RETRY_AFTER)
        self.wanted = True
        self.not_before = self.clock.monotonic() + RETRY_AFTER
        self.scheduler.add_job(
            self._wake,
            "date",
            run_date=datetime.fromtimestamp(self.clock.now().timestamp() + RETRY_AFTER, UTC),
            args=[b"r"],
            id="retry",
            replace_existing=True,
        )

    def _schedule_next(self) -> None:
        if self.next_at is not None:
            self.scheduler.add_job(
                self._wake,
                "date",
                run_date=datetime.fromtimestamp(self.next_at, UTC),
                args=[b"n"],
                id="next",
                replace_existing=True,
            )

    def _start_worker_if_needed(self) -> None:
        now = self.clock.now().timestamp()
        due = self.next_at is not None and self.next_at <= now
        if self.worker or not (self.wanted or due or self._files_changed()):
            return
        if self.clock.monotonic() < self.not_before:
            return
        self.wanted, self.next_at = False, None
        self.worker = Worker(self.config, self.clock.monotonic())
        self.selector.register(self.worker.reading, selectors.EVENT_READ)

    def _files_changed(self) -> bool:
        if self.seen is None:
            return False
        return self.seen != [signature(path) for path in watched(self.folder, self.config)]

    def _status_text(self) -> str:
        if self.config_error is None:
            return self.status
        first = self.config_error.splitlines()[0]
        return f"{self.status}; on the last good configuration, for {first}"

    def _tell_systemd(self) -> None:
        if self.clock.monotonic() - self.last_tick > STALE:
            log.error("the scheduler has stopped ticking")
            return  # unfed, the watchdog has us restarted
        systemd.notify(WATCHDOG="1", STATUS=self._status_text())

    def _stop(self) -> None:
        systemd.notify(STOPPING="1")
        self.scheduler.shutdown(wait=False)
        if self.worker is None:
            return
        self.worker.process.terminate()
        try:
            self.worker.process.wait(STOP_AFTER)
        except subprocess.TimeoutExpired:
            self.worker.process.kill()
            self.worker.process.wait()


def run(config: Path) -> int:
    """Run the daemon in the foreground; return its exit code."""
    set_up_logging()
    folder = state_folder()
    with locked(folder, "daemon.lock", wait=False):
        return Supervisor(config, folder, Clock()).run()
