"""HTTP for Apprise's plugins: connections that are kept, and answers that are seen.

Apprise's plugins call ``requests.post`` and its like, which opens a connection and reads the trust
store for every message, and they tell little of the answer. They look ``requests`` up as a name of
their module; ``adopt`` puts a stand-in there, whose verbs go over the ``Web`` of the message that
is being sent. It is found through a context variable, since Apprise runs plugins in threads of its
own, in a copy of the caller's context. Whatever else asks gets ``requests`` itself.

Of an answer so much is read, and for so long, as ``bounds`` allows.

What is safe to send again: a request goes with its length, so one of which the end was not written
cannot have been acted upon. Only such a one, on a kept connection that the server turns out to
have closed, is sent again at once. After the end was written nobody knows, whatever broke.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urljoin

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import (
    InvalidHeader,
    InvalidProxyURL,
    InvalidSchema,
    InvalidURL,
    MissingSchema,
    TooManyRedirects,
)

from ..errors import DeliveryError, Refused, SoftRefusal, Undecided, Unreachable
from .answers import Answer, is_about_markup, read, reply_of
from .bounds import MOST_ANSWER, Bounded, Overlong
from .tls import new_context, untrusted

KEPT = 3.0  # seconds; few servers close an idle connection sooner, and closing may cross a request
_NOBODY = "the service could not be reached, or did not take the message"
ANSWER_TIME = 45.0  # seconds for an answer from its first byte to its last
_PIECE = 1 << 14
_UNUSABLE = (InvalidURL, MissingSchema, InvalidHeader)
_KEEPS_THE_METHOD = frozenset({307, 308})


@dataclass(slots=True)
class Attempt:
    """How far one request went."""

    fresh: bool = False  # over a connection made for it
    written: bool = False  # to its end; what fails before there is a connection is not


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and what came of it: an answer, or an error."""

    came: Answer | OSError  # all errors of requests are among these
    written: bool = True

    def trouble(self, schema: str, now: datetime) -> DeliveryError | None:
        """Return why the service that a schema names did not take the message, if so."""
        if isinstance(self.came, Answer):
            return read(schema, self.came, now)
        if self.written:
            return Undecided("the message was handed over, and no answer came")
        return _never_sent(self.came)


def _never_sent(error: OSError) -> DeliveryError:
    """Return what it means that a request did not go out, or not to where it was led."""
    if isinstance(error, TooManyRedirects):
        return SoftRefusal("the address leads in a circle")
    if isinstance(error, InvalidProxyURL):
        return Unreachable("the proxy's address cannot be used (see HTTPS_PROXY and ALL_PROXY)")
    if isinstance(error, InvalidSchema):  # of the proxy: Apprise writes the service's own
        return Unreachable(
            "a SOCKS proxy needs PySocks (install it, or take the proxy out of ALL_PROXY)"
        )
    if isinstance(error, _UNUSABLE):
        return Refused("the address cannot be used")
    cause = _certificate(error)
    return Unreachable(untrusted(cause, "the server's") if cause else _NOBODY)


def _certificate(error: BaseException | None) -> ssl.SSLCertVerificationError | None:
    """Return the complaint about a certificate that an error goes back to."""
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        inner = getattr(error, "reason", None) or next(iter(error.args), None)
        error = inner if isinstance(inner, BaseException) else error.__context__
    return error


def trouble(
    exchanges: Sequence[Exchange], schema: str, now: datetime, *, taken: bool
) -> DeliveryError | None:
    """Return why a message was not taken, or None if it was.

    *taken* is Apprise's view, which for most services rests on the status alone. Where it is
    content, one request may have failed and been mended by another; where it is not, the last
    failure is what it stumbled over.
    """
    if not taken:
        met = [exchange.trouble(schema, now) for exchange in reversed(exchanges)]
        return next((error for error in met if error), Unreachable(_NOBODY))
    reply = reply_of(schema)
    fine = [one for one in exchanges if isinstance(one.came, Answer) and one.came.fine]
    if reply is not None and reply.mended:
        fine = fine[-1:]
    return next((error for one in fine if (error := one.trouble(schema, now))), None)


def refuses_markup(exchanges: Sequence[Exchange], schema: str) -> bool:
    """Return whether a service refused a message for its markup alone."""
    answers = [one.came for one in exchanges if isinstance(one.came, Answer)]
    return any(is_about_markup(schema, answer) for answer in answers)


_attempt: ContextVar[Attempt] = ContextVar("attempt")
_web: ContextVar[Web | None] = ContextVar("web", default=None)


class _Response(http.client.HTTPResponse):
    """An answer of which no more is read than is allowed."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(_Source(sock), *args, **kwargs)  # type: ignore[arg-type]


class _Source:
    """The little of a socket that ``http.client`` asks for."""

    def __init__(self, connection: socket.socket) -> None:
        self.answer = Bounded(connection, usual=connection.gettimeout())
        self.answer.allow(ANSWER_TIME)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self.answer)


class _Line:
    """A connection that notes how far the request on it went; comes before one of urllib3's."""

    response_class = _Response

    def connect(self) -> None:
        attempt = _attempt.get()
        attempt.fresh, attempt.written = True, False
        super().connect()  # type: ignore[misc]

    def request(self, *args: Any, **kwargs: Any) -> None:
        _attempt.get().written = False
        super().request(*args, **kwargs)  # type: ignore[misc]
        _attempt.get().written = True


@cache
def _noting(pool: type) -> type:
    """Return a pool of urllib3's, whether direct or by a proxy, with connections that note."""
    line = type("Line", (_Line, vars(pool)["ConnectionCls"]), {})
    return type("Pool", (pool,), {"ConnectionCls": line})


def _with_notes(manager: Any) -> Any:
    pools = manager.pool_classes_by_scheme
    if not any(issubclass(pool.ConnectionCls, _Line) for pool in pools.values()):
        noting = {scheme: _noting(pool) for scheme, pool in pools.items()}
        manager.pool_classes_by_scheme = noting
    return manager


@cache
def tls_context(verify: bool | str) -> ssl.SSLContext:
    """Return the process's one TLS context; not mail's, as urllib3 writes on it that it is HTTP."""
    return new_context(verify)


class _Adapter(HTTPAdapter):
    """Uses our connections, and one TLS context for all of them."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        _with_notes(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        return _with_notes(super().proxy_manager_for(proxy, **kwargs))

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> Any:
        """Send a request and take its answer in, that of a redirection too."""
        answer = super().send(request, *args, **kwargs)
        _take_in(answer)
        return answer

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        place, _ = super().build_connection_pool_key_attributes(request, verify, cert)
        secure = place["scheme"] == "https"
        return place, {"ssl_context": tls_context(verify)} if secure else {}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Leave the connection as it is: the context says whom to trust."""


def _take_in(answer: requests.Response) -> None:
    """Read an answer up to what is allowed. A no is one however it ends; else it has to be whole.

    Overlong, or what requests raises, where it is not.
    """
    content = b""
    try:
        for piece in answer.iter_content(_PIECE):
            content += piece
            if len(content) > MOST_ANSWER:
                raise Overlong("the answer has no end")
    except (OSError, RuntimeError):
        answer.close()
        if answer.status_code < 300:
            raise
    answer._content, answer._content_consumed = content[:MOST_ANSWER], True


class _Session(requests.Session):
    """Keeps connections and nothing else, and takes no secret to another host."""

    def __init__(self) -> None:
        super().__init__()
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("http://", "https://"):
            self.mount(scheme, _Adapter())

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """Return where to go on, which must be the same host and the same request."""
        target = super().get_redirect_target(resp)
        if target is None:
            return None
        read_only = resp.request.method in {"GET", "HEAD"}
        same = read_only or resp.status_code in _KEEPS_THE_METHOD
        return target if same and not _leads_elsewhere(self, resp, target) else None


def _leads_elsewhere(session: requests.Session, answer: requests.Response, target: str) -> bool:
    try:
        return session.should_strip_auth(str(answer.url), urljoin(str(answer.url), target))
    except ValueError:  # what it names is no address
        return True


class Web:
    """The kept connections of one thread, and what the message being sent met on them."""

    def __init__(self) -> None:
        """Connect to nobody yet."""
        self.session = _Session()
        self.exchanges: list[Exchange] = []
        self.used_at = 0.0

    @contextmanager
    def watched(self) -> Iterator[list[Exchange]]:
        """Send what plugins request meanwhile, and yield the list of what comes of it."""
        self.exchanges = []
        token = _web.set(self)
        try:
            yield self.exchanges
        finally:
            _web.reset(token)

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        """Do as ``requests.request`` does."""
        if time.monotonic() - self.used_at > KEPT:
            self.session.close()
        for last in (False, True):
            attempt = Attempt()
            token = _attempt.set(attempt)
            try:
                answer = self.session.request(method, url, **options)
            except OSError as error:
                if not (last or attempt.fresh or attempt.written):
                    continue
                # Where it was led in a circle, it was not taken before either.
                written = attempt.written and not isinstance(error, TooManyRedirects)
                self.exchanges.append(Exchange(error, written))
                raise
            finally:
                _attempt.reset(token)
                self.used_at = time.monotonic()
            came = Answer(answer.status_code, answer.headers, answer.content)
            self.exchanges.append(Exchange(came))
            return answer
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Close every connection."""
        self.session.close()


class _StandIn:
    """What plugins take for ``requests``."""

    def __getattr__(self, name: str) -> Any:
        return getattr(requests, name)

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        web = _web.get()
        ask = requests.request if web is None else web.request
        return ask(method, url, **options)

    def get(self, url: str, params: Any = None, **options: Any) -> requests.Response:
        return self.request("GET", url, params=params, **options)

    def post(
        self, url: str, data: Any = None, json: Any = None, **options: Any
    ) -> requests.Response:
        return self.request("POST", url, data=data, json=json, **options)

    def put(self, url: str, data: Any = None, **options: Any) -> requests.Response:
        return self.request("PUT", url, data=data, **options)

    def delete(self, url: str, **options: Any) -> requests.Response:
        return self.request("DELETE", url, **options)


_stand_in = _StandIn()


@cache
def adopt(plugin: type) -> None:
    """Make a plugin's requests go over ``Web``: those of its modules, and of its bases'."""
    packages = {".".join(base.__module__.split(".")[:3]) for base in plugin.__mro__}
    for name, module in list(sys.modules.items()):
        if ".".join(name.split(".")[:3]) in packages and vars(module).get("requests") is requests:
            vars(module)["requests"] = _stand_in
