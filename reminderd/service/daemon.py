"""The supervisor: a clock, signals and a child. It knows nothing of loans.

The loop, and why each step is there:

1. Sleep until a signal, a report of the worker, or the scheduler's tick (at most ``TICK``).
   APScheduler is only a clock: one job at each instant that we wait for, the next tick being
   one, armed anew as it comes. One that comes late still comes once. An interval job would not
   do: APScheduler lists all the ticks that were missed, which of fifty years takes gigabytes.
2. Compare the clocks. After a step of the wall clock or a sleep, look at once: what was due
   meanwhile is due now. The scheduler waits by the wall clock, so it is told to wait anew.
3. Take in what the worker says: the next instant, a status line, the verdict on the config.
4. A worker that is silent for too long is killed. Its leases are recovered by the next one.
5. If the instant has come, a file has changed or somebody asked, start a worker, one at a time.
   One that fails is tried again ever more slowly, for as long as it takes.
6. Feed the watchdog, but only while ticks arrive: a scheduler whose thread died must not look
   alive.

Nothing heavy is imported here, so that idling costs little: pydantic, SQLAlchemy, Apprise, Jinja
and Babel live in the worker, which ends when its work is done. For the same reason ``reminderd
run`` turns its process into ``python -m reminderd.service.daemon``: what the command line had
imported is gone.
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
from datetime import UTC, datetime, timedelta
from filecmp import cmp
from pathlib import Path
from typing import Any

from apscheduler.executors.debug import DebugExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from ..clock import Clock, ClockReading
from ..errors import ReminderdError, where
from ..state import LAST_GOOD, Signature, locked, signature, stamp, state_folder, watched
from . import systemd
from .launch import command
from .log import set_up_logging

log = logging.getLogger(__name__)

TICK = 30.0  # seconds
STALE = 3 * TICK  # a last tick older than this means that the scheduler died
SILENCE = 120.0  # seconds without a report after which a worker is killed
STOP_AFTER = 8.0  # seconds that a worker has to finish when asked to stop
RETRY_AFTER = 2.0  # seconds before a worker that failed is started again, doubled each time
RETRY_AT_MOST = 300.0
SETTLED = 1.0  # seconds for which a changed configuration must be left alone to be read
PAUSE = 5.0  # seconds from one worker's start to the next one's, unless somebody asks

# What wakes the loop: a signal's number, written by the interpreter, or one of our own.
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)
TICKED = ord("t")
INSTANT_CAME = ord("i")


class Worker:
    """A running worker process and the pipe it reports over."""

    def __init__(self, config: Path, now: float) -> None:
        """Start a worker on *config*; OSError when the machine cannot."""
        self.started_at = self.heard_at = now
        self.may_know_old_config = False  # a reload was asked for since it started
        self.finished = False  # it has reported all that it had to do
        self.killed = False
        self.failure = ""  # why it failed, if it could say so
        self.rest = b""
        self.reading, writing = os.pipe()
        os.set_blocking(self.reading, False)
        arguments = ["--config", str(config), "--report", str(writing)]
        try:
            self.process = subprocess.Popen(
                command("reminderd.service.worker", *arguments),
                stdin=subprocess.DEVNULL,
                pass_fds=(writing,),
                process_group=0,  # Ctrl+C reaches us alone, and we stop the worker gently
            )
        except OSError:
            os.close(self.reading)
            raise
        finally:
            os.close(writing)

    def reports(self, now: float) -> tuple[list[dict[str, Any]], bool]:
        """Return what the worker has said since the last call, and whether more may come."""
        open_end = True
        with suppress(BlockingIOError):
            while chunk := os.read(self.reading, 65536):
                self.rest += chunk
                self.heard_at = now
            open_end = False
        *lines, self.rest = self.rest.split(b"\n")
        return [json.loads(line) for line in lines], open_end

    def kill(self) -> None:
        """End it at once."""
        self.killed = True
        self.process.kill()

    def stop(self) -> None:
        """Ask it to end, and see to it that it does."""
        self.process.terminate()
        try:
            self.process.wait(STOP_AFTER)
        except subprocess.TimeoutExpired:
            self.kill()
            self.process.wait()
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
        self.not_before = 0.0  # monotonic; workers must not follow each other too fast
        self.failures = 0  # of workers, in a row
        self.failure = ""  # of the last one, as it told it
        self.files = [config]  # that make up the configuration
        self.tried: list[Signature] = []  # what they looked like when the last one started
        self.seen: list[Signature] | None = None  # they and the store, when a pass saw them
        self.restless: list[Signature] = []  # they, being changed
        self.restless_since = 0.0  # monotonic
        self.next_at: float | None = None
        self.ready = False  # a worker has said that a configuration can be used
        self.reloading = False
        self.status = "starting"
        self.config_note = ""
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
            # Our jobs write one byte: they run in the scheduler's thread and need no pool.
            executors={"default": DebugExecutor()},
        )

    def run(self) -> int:
        """Run until told to stop; return the exit code."""
        # The interpreter writes a signal's number to the pipe at once. A handler in Python would
        # run too late for a signal that comes just before select() goes to sleep.
        signal.set_wakeup_fd(self.wake_write, warn_on_full_buffer=False)
        for number in SIGNALS:
            signal.signal(number, lambda *_: None)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)  # held back since before we began
        self.scheduler.start()
        self._start_ticking()
        self._promise()
        try:
            while not self.stopping:
                self.step()
                if not self.stopping:
                    self._sleep()
        finally:
            self._stop()
        return self.exit_code

    def step(self) -> None:
        """Do steps 2 to 6 of the loop once."""
        self._compare_clocks()
        self._hear_worker()
        self._start_worker_if_needed()
        self._tell_systemd()

    def _promise(self) -> None:
        """Say that we are ready, where the configuration is one that was accepted before.

        With many loans it takes long to read. Should it not be usable any more, as when its only
        secret has gone, the worker says so, and we end all the same.
        """
        with suppress(OSError):
            if cmp(self.config, self.folder / LAST_GOOD, shallow=False):
                systemd.notify(READY="1", MAINPID=str(os.getpid()))

    def _sleep(self) -> None:
        # After a step of the wall clock no tick may come; wake up all the same.
        self.selector.select(timeout=TICK + 5.0)
        self._take_wakes()

    def close(self) -> None:
        """Let go of every file descriptor."""
        self.selector.close()
        os.close(self.wake_read)
        os.close(self.wake_write)

    def _wake(self, code: int) -> None:
        with suppress(BlockingIOError):  # a full pipe wakes just as well
            os.write(self.wake_write, bytes([code]))

    def _start_ticking(self) -> None:
        self._wake_at("tick", self.clock.now() + timedelta(seconds=TICK), TICKED)

    def _wake_at(self, name: str, instant: datetime, code: int = INSTANT_CAME) -> None:
        self.scheduler.add_job(
            self._wake, "date", run_date=instant, args=[code], id=name, replace_existing=True
        )

    def _take_wakes(self) -> None:
        with suppress(BlockingIOError):
            while codes := os.read(self.wake_read, 4096):
                if TICKED in codes:
                    self.last_tick = self.clock.monotonic()
                    self._start_ticking()
                if signal.SIGHUP in codes:
                    self._reload()
                if signal.SIGTERM in codes or signal.SIGINT in codes:
                    self.stopping = True

    def _reload(self) -> None:
        self.wanted = self.reloading = True
        self.not_before, self.failures = 0.0, 0
        if self.worker:
            self.worker.may_know_old_config = True
        systemd.reloading()

    def _compare_clocks(self) -> None:
        reading = ClockReading.of(self.clock)
        ahead = reading.jumped(self.reading)
        self.reading = reading
        if ahead is not None:
            log.info("the clock moved by %+.0f s; looking at once", ahead)
            self.wanted, self.not_before = True, 0.0  # a wrong clock may be why a pass failed
            self._start_ticking()

    def _hear_worker(self) -> None:
        worker = self.worker
        if worker is None:
            return
        code = worker.process.poll()  # before the last reports are read, so that none is missed
        now = self.clock.monotonic()
        reports, open_end = worker.reports(now)
        for report in reports:
            self._take_in(worker, report)
        if not open_end:
            self._stop_listening(worker)  # a pipe at its end would wake us without pause
        if code is not None:
            self._worker_ended(worker, code)
        elif now - worker.heard_at > SILENCE and not worker.killed:
            log.error("the worker has been silent for %.0f s; killing it", now - worker.heard_at)
            worker.kill()

    def _stop_listening(self, worker: Worker) -> None:
        with suppress(KeyError):
            self.selector.unregister(worker.reading)

    def _take_in(self, worker: Worker, report: dict[str, Any]) -> None:
        if "config" in report:
            self.config_note = _note("on the last good configuration, for", report["config"])
            self._become_ready(worker)
        if "unusable" in report:
            self.config_note = _note("no configuration can be used:", report["unusable"])
        if "failed" in report:
            worker.failure = f": {report['failed'].splitlines()[0]}"
        if "status" in report:
            worker.finished = True
            self.next_at = report["next"]
            self.status = report["status"]
            self.files = [Path(name) for name in report["files"]]
            self.seen = [tuple(part) for part in report["signature"]]

    def _become_ready(self, worker: Worker) -> None:
        answered = self.reloading and not worker.may_know_old_config
        if answered or not self.ready:
            systemd.notify(READY="1", MAINPID=str(os.getpid()))
        self.ready, self.reloading = True, self.reloading and not answered

    def _worker_ended(self, worker: Worker, code: int) -> None:
        self._stop_listening(worker)
        os.close(worker.reading)
        self.worker = None
        if worker.finished:  # whatever the code: a library's trouble on the way out is not ours
            self.failures, self.failure = 0, ""
            if not worker.may_know_old_config:
                self.not_before = worker.started_at + PAUSE
            self._schedule_next()
            log.info("%s", self._status_text())
        elif code > 0 and not self.ready:
            self.exit_code, self.stopping = code, True
        else:
            if self.ready:
                self._become_ready(worker)  # a reload that failed is over, too
            self.failure = worker.failure
            self._try_again(f"the worker ended with {code}", at_once=worker.may_know_old_config)

    def _try_again(self, why: str, *, at_once: bool) -> None:
        after = 0.0 if at_once else min(RETRY_AFTER * 2**self.failures, RETRY_AT_MOST)
        log.error("%s; starting it again in %.0f s", why, after)
        self.failures += 1
        self.wanted = True
        self.not_before = self.clock.monotonic() + after
        self._wake_at("retry", self.clock.now() + timedelta(seconds=after))

    def _schedule_next(self) -> None:
        pause = max(self.not_before - self.clock.monotonic(), 0.0)
        earliest = self.clock.now() + timedelta(seconds=pause)
        if self.wanted:
            self._wake_at("next", earliest)
        elif self.next_at is not None:
            self._wake_at("next", max(earliest, datetime.fromtimestamp(self.next_at, UTC)))

    def _start_worker_if_needed(self) -> None:
        now = self.clock.now().timestamp()
        due = self.next_at is not None and self.next_at <= now
        if self.worker or not (self.wanted or due or self._files_changed()):
            return
        files = self._signatures()
        if self.clock.monotonic() < self.not_before and not self._changed_since(self.tried, files):
            return
        self.wanted, self.next_at = False, None
        self.tried = files
        try:
            self.worker = Worker(self.config, self.clock.monotonic())
        except OSError as error:
            self._try_again(f"no worker can be started: {error.strerror}", at_once=False)
        else:
            self.selector.register(self.worker.reading, selectors.EVENT_READ)

    def _files_changed(self) -> bool:
        if self.seen is None:
            return False
        files, count = self._signatures(), len(self.files)
        stored = [stamp(path) for path in watched(self.folder)]
        return self._changed_since(self.seen[:count], files) or self.seen[count:] != stored

    def _signatures(self) -> list[Signature]:
        return [signature(path) for path in self.files]

    def _changed_since(self, before: list[Signature], files: list[Signature]) -> bool:
        """Return whether the configuration changed, and was then left alone for a moment.

        Whoever writes it may not be done yet.
        """
        if files == before:
            return False
        now = self.clock.monotonic()
        if files != self.restless:
            self.restless, self.restless_since = files, now
        wait = self.restless_since + SETTLED - now
        if wait > 0:
            self._wake_at("settled", self.clock.now() + timedelta(seconds=wait))
        return wait <= 0

    def _status_text(self) -> str:
        failed = "; the last pass failed and is tried again" + self.failure
        return self.status + (failed if self.failures else "") + self.config_note

    def _tell_systemd(self) -> None:
        if self.clock.monotonic() - self.last_tick > STALE:
            log.error("the scheduler has stopped ticking")
            return  # unfed, the watchdog has us restarted
        systemd.notify(WATCHDOG="1")  # alone first: no status can be why it is not heeded
        systemd.notify(WATCHDOG="1", STATUS=self._status_text())

    def _stop(self) -> None:
        systemd.notify(STOPPING="1")
        self.scheduler.remove_all_jobs()  # or its thread may trip over the one it is at
        self.scheduler.shutdown(wait=False)
        if self.worker:
            self.worker.stop()
        signal.set_wakeup_fd(-1)
        self.close()


def _note(lead: str, problems: str | None) -> str:
    return f"; {lead} {problems.splitlines()[0]}" if problems else ""


def run(config: Path) -> int:
    """Run the daemon in the foreground; return its exit code."""
    set_up_logging()
    try:
        folder = state_folder()
        with locked(folder, "daemon.lock"):
            return Supervisor(config, folder, Clock()).run()
    except ReminderdError as error:
        log.error("%s", error)
        return error.exit_code
    except Exception as error:  # told in one line, as every other failure
        log.error("reminderd met a mistake of its own (%s)", where(error))
        return 1


if __name__ == "__main__":
    sys.exit(run(Path(sys.argv[-1])))
