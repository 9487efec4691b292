"""A sign of life to somebody who notices when it stops: a GET after each pass.

The address is one of a service such as healthchecks: asked for, it means that all is well; with
``/fail`` behind its path, that reminders do not get through. A login in it goes as the address's
own does in a browser. It is a secret as a whole, so no redirection takes it elsewhere.
"""

from __future__ import annotations

import base64
import logging
import threading
from http.client import HTTPException
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, Request, build_opener

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


class _AtHome(HTTPRedirectHandler):
    """Follows a redirection within the host and its encryption alone."""

    def redirect_request(
        self, req: Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> Request | None:
        """Return what to ask for instead; None, which is an error, where it is elsewhere."""
        fp.close()  # what the answer says beside is not read: it may have no end
        before, after = urlsplit(req.full_url), urlsplit(newurl)
        if (before.scheme, before.netloc) != (after.scheme, after.netloc):
            return None
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def request(url: str) -> Request:
    """Return the request for an address; its login, which no server is to see, as a header."""
    parts = urlsplit(url)
    login, _, host = parts.netloc.rpartition("@")
    asked = Request(  # noqa: S310  # checked when read
        urlunsplit(parts._replace(netloc=host)), headers={"User-Agent": "reminderd"}
    )
    if login:
        user, _, password = login.partition(":")
        pair = base64.b64encode(f"{unquote(user)}:{unquote(password)}".encode()).decode()
        asked.add_header("Authorization", f"Basic {pair}")
    return asked


def _ask(url: str) -> None:
    try:
        from ..delivery.tls import new_context  # most have no heartbeat, and it asks for much

        secure = [HTTPSHandler(context=new_context(verify=True))] if _is_secure(url) else []
        opener = build_opener(_AtHome, *secure)
        with opener.open(request(url), timeout=DEADLINE) as answer:
            answer.read(1)
    except (OSError, HTTPException, ValueError) as error:
        log.warning("the heartbeat could not be sent (%s)", getattr(error, "reason", error))


def _is_secure(url: str) -> bool:
    return url.lower().startswith("https:")
