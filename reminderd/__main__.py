"""``python -m reminderd``, and what the ``reminderd`` command begins with."""

from __future__ import annotations

import signal

HELD = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> None:
    """Run the command line; what is to end it waits until there is somebody to heed it."""
    signal.pthread_sigmask(signal.SIG_BLOCK, HELD)
    from .cli.main import main as run

    run()


if __name__ == "__main__":
    main()
