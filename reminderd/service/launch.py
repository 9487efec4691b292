"""Running our own modules as programs: ``run`` becomes the supervisor, which starts workers."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

HELD = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)  # until a new program heeds them


def command(module: str, *arguments: str) -> list[str]:
    """Return the command that runs *module* with the interpreter and the path that we have.

    ``-m`` puts the current folder first on the path, where a stray ``json.py`` would be taken
    for the real one; ``-P`` keeps it out, unless that folder is where we were found ourselves.
    """
    return [sys.executable, *([] if _found_here() else ["-P"]), "-m", module, *arguments]


def _found_here() -> bool:
    try:
        return sys.path[:1] in ([""], [str(Path.cwd())])
    except FileNotFoundError:  # the current folder was deleted
        return False


def become(module: str, *arguments: str) -> NoReturn:
    """Turn this process into *module*: its id stays, what it had imported is gone.

    Signals wait until it heeds them: at first they would end it with a traceback, or, of the
    process with the number 1, be lost.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, HELD)
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, command(module, *arguments))  # noqa: S606  # no shell is wanted
