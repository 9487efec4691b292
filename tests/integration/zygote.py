"""Runs ``reminderd`` commands, each in a process forked from this one, which has imported it.

Such a process costs what it does and not what it imports, so hundreds can be killed in a minute.
Orders come as lines of JSON. Answered are two lines for each: the id of the process once it
lives, and how it ended. Its id stays its own until the next order comes.
"""

import gc
import importlib
import io
import json
import os
import pkgutil
import signal
import sys
import threading
from contextlib import redirect_stdout, suppress
from datetime import timedelta

import reminderd
from reminderd.cli.main import main
from reminderd.clock import Clock


def import_all():
    """Import every module of the program; those of migrations are run by Alembic alone."""
    for module in pkgutil.walk_packages(reminderd.__path__, "reminderd."):
        if "migrations" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    importlib.import_module("alembic.command")


def warm_up(config):
    """Send what a configuration has due, so that what is made once has been made."""
    for command in (["run", "--once"], ["history", "--json"]):
        sys.argv = ["reminderd", "--config", config, *command]
        with suppress(SystemExit), redirect_stdout(io.StringIO()):
            main()
    for thread in threading.enumerate()[1:]:  # a lock that one holds would be held in every fork
        thread.join()


def become(order):
    """Turn this process into the command that was ordered."""
    os.environ.update(order["environment"])
    nothing = os.open(os.devnull, os.O_RDONLY)
    output = os.open(order["output"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for number, descriptor in ((0, nothing), (1, output), (2, output)):
        os.dup2(descriptor, number)
    if order["ahead"]:
        now, ahead = Clock.now, timedelta(seconds=order["ahead"])
        Clock.now = lambda clock: now(clock) + ahead
    if order["life"]:  # seconds of CPU, after which the kernel ends it, as by SIGKILL
        signal.setitimer(signal.ITIMER_PROF, order["life"])
    sys.argv = ["reminderd", *order["arguments"]]


def say(what):
    os.write(1, f"{what}\n".encode())


def forked():
    """Serve orders; return in each process that was forked for one."""
    dead = None
    for line in sys.stdin:
        order = json.loads(line)
        if dead is not None:
            os.waitpid(dead, 0)
        pid = os.fork()
        if pid == 0:
            become(order)
            return True
        say(pid)
        ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        say(ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status)
        dead = pid
    return False


import_all()
warm_up(sys.argv[1])
gc.freeze()
say("ready")
if forked():
    main()
