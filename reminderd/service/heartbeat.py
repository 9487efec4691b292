"""A sign of life to somebody who notices when it stops: a GET after each pass.

The address is one of a service such as healthchecks: asked for, it means that all is well; with
``/fail`` behind its path, that reminders do not get through.
"""

from __future__ import annotations

import logging
import threading
from http.client import HTTPException
from urllib.parse import urlsplit, urlunsplit
from urllib.request import Request, urlopen

log = logging.getLogger(__name__)

DEADLINE = 5.0  # seconds; the next worker does not start sooner anyway


def beat(url: str, *, well: bool) -> None:
    """Tell *url* whether all is well; whatever comes of it is logged, and delays nobody for long.

    It is asked from a thread that is left behind at the deadline: finding a server's address can
    hang for longer than any connection may.
    """
    asking = threading.Thread(target=_ask, args=(url if well else failing(url),), daemon=True)
    asking.start()
    asking.join(DEADLINE)
    if asking.is_alive():
        log.warning("the heartbeat was not answered in time")


def failing(url: str) -> str:
    """Return the address that says that something is wrong."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + "/fail"))


def _ask(url: str) -> None:
    try:
        from ..delivery.tls import new_context  # most have no heartbeat, and it asks for much

        asked = Request(url, headers={"User-Agent": "reminderd"})  # noqa: S310  # checked when read
        secure = new_context(verify=True) if url.startswith("https:") else None
        with urlopen(asked, timeout=DEADLINE, context=secure) as answer:  # noqa: S310
            answer.read(1)
    except (OSError, HTTPException, ValueError) as error:
        log.warning("the heartbeat could not be sent (%s)", getattr(error, "reason", error))
