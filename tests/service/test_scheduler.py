"""What is known of APScheduler, and that our use of it steers clear of what it does by default."""

import os
import select
import threading
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.events import EVENT_JOB_EXECUTED, EVENT_JOB_MISSED
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.interval import IntervalTrigger
from patience import PATIENCE

from reminderd.clock import Clock
from reminderd.service.daemon import TICK, Supervisor


@pytest.fixture
def plain():
    """Return a scheduler as APScheduler's own defaults make it."""
    scheduler = BackgroundScheduler(timezone=UTC)
    scheduler.start()
    yield scheduler
    scheduler.remove_all_jobs()  # its thread trips over a job that it is at when shut down
    scheduler.shutdown(wait=False)


@pytest.fixture
def supervisor(tmp_path):
    """Return a supervisor whose scheduler runs and which does nothing else."""
    supervisor = Supervisor(tmp_path / "config.toml", tmp_path, Clock())
    supervisor.scheduler.start()
    yield supervisor
    if supervisor.scheduler.running:
        supervisor.scheduler.remove_all_jobs()
        supervisor.scheduler.shutdown(wait=False)
    supervisor.close()


def woken(supervisor):
    """Wait until something wakes the loop; return every wake there is by then."""
    assert select.select([supervisor.wake_read], [], [], PATIENCE)[0]
    return os.read(supervisor.wake_read, 4096)


def test_by_default_a_run_that_is_two_seconds_late_is_dropped(plain):
    ran, missed = [], threading.Event()
    plain.add_listener(lambda _event: missed.set(), EVENT_JOB_MISSED)
    plain.add_job(ran.append, "date", run_date=late(seconds=2), args=[1])
    assert missed.wait(PATIENCE)
    assert ran == []


def test_our_instants_come_however_late_they_are(supervisor):
    supervisor._wake_at("next", late(days=3))
    assert woken(supervisor) == b"i"


@pytest.mark.parametrize("missed", [timedelta(seconds=10.5 * TICK), timedelta(days=50 * 365)])
def test_our_tick_comes_once_however_many_were_missed(supervisor, missed):
    supervisor._start_ticking()
    supervisor.scheduler.modify_job("tick", next_run_time=late(seconds=0) - missed)
    assert select.select([supervisor.wake_read], [], [], PATIENCE)[0]
    supervisor._take_wakes()
    following = supervisor.scheduler.get_job("tick").next_run_time
    assert following > datetime.now(UTC)
    assert select.select([supervisor.wake_read], [], [], 0)[0] == []


def test_of_an_interval_every_missed_run_is_listed(plain):
    trigger = IntervalTrigger(seconds=TICK, timezone=UTC)
    plain.pause()
    job = plain.add_job(print, trigger, next_run_time=late(days=1), id="tick")
    assert len(job._get_run_times(late(seconds=0))) == 86400 / TICK + 1


def test_without_coalescing_every_missed_run_would_come(plain):
    ran, done = [], threading.Event()
    plain.add_listener(lambda _event: len(ran) == 11 and done.set(), EVENT_JOB_EXECUTED)
    settings = {"coalesce": False, "misfire_grace_time": None, "next_run_time": late(seconds=315)}
    plain.add_job(ran.append, "interval", seconds=30, args=[1], **settings)
    assert done.wait(PATIENCE)


def test_our_jobs_run_in_the_thread_of_the_scheduler_and_start_none(supervisor):
    before = set(threading.enumerate())
    supervisor._wake_at("next", late(seconds=0))
    woken(supervisor)
    assert set(threading.enumerate()) == before


def test_a_shutdown_without_waiting_leaves_a_running_job_behind():
    scheduler = BackgroundScheduler(timezone=UTC, executors={"default": ThreadPoolExecutor(1)})
    scheduler.start()
    running, released, finished = threading.Event(), threading.Event(), threading.Event()
    scheduler.add_job(lambda: (running.set(), released.wait(PATIENCE), finished.set()))
    assert running.wait(PATIENCE)
    scheduler.remove_all_jobs()
    scheduler.shutdown(wait=False)
    assert not finished.is_set()
    released.set()
    assert finished.wait(PATIENCE)


def test_our_scheduler_shuts_down_though_nobody_takes_its_wakes(supervisor):
    while select.select([], [supervisor.wake_write], [], 0)[1]:
        os.write(supervisor.wake_write, b"x" * 4096)
    executed = threading.Event()
    supervisor.scheduler.add_listener(lambda _event: executed.set(), EVENT_JOB_EXECUTED)
    supervisor._wake_at("next", late(seconds=0))
    assert executed.wait(PATIENCE)
    supervisor.scheduler.remove_all_jobs()
    stopping = threading.Thread(
        target=supervisor.scheduler.shutdown, kwargs={"wait": False}, daemon=True
    )
    stopping.start()
    stopping.join(PATIENCE)
    assert not stopping.is_alive()


class Failing(BaseTrigger):
    """A trigger that works once."""

    def get_next_fire_time(self, previous_fire_time, now):
        if previous_fire_time is not None:
            raise ZeroDivisionError
        return now


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_scheduler_whose_thread_died_says_that_it_runs_and_we_do_not_believe_it(
    supervisor, manager
):
    supervisor.scheduler.add_job(supervisor._wake, Failing(), args=[ord("t")])
    supervisor.scheduler._thread.join(PATIENCE)
    assert not supervisor.scheduler._thread.is_alive()
    assert supervisor.scheduler.running
    supervisor._take_wakes()
    supervisor.last_tick -= 4 * TICK  # as the time passes in which no tick comes
    supervisor._tell_systemd()
    assert not any("WATCHDOG" in message for message in manager.pending())


def late(**by):
    return datetime.now(UTC) - timedelta(**by)
