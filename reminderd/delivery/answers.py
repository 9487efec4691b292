"""What an answer over HTTP means: taken, refused, not now, or nobody knows.

Several services say in the JSON whether they took the message, whatever the status. ``REPLIES``
has what they document. A code that is not listed there means not now: to be sure of a refusal
matters more, since a refused message is given up. An answer without the service's own code comes
from somebody else, a gate or a proxy, and nobody knows what became of the message. Anybody between
can give a status, too, so a no by status alone may pass, unless it says that the place is gone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from ..errors import DeliveryError, Refused, SoftRefusal, Undecided, Unreachable
from ..redaction import excerpt

LONGEST_WAIT = timedelta(days=1)
_MINUTE, _TEN_MINUTES = timedelta(minutes=1), timedelta(minutes=10)
_NOES = frozenset({400, 401, 403, 404, 405, 406, 407, 410, 411, 413, 414, 415, 422})
_GONE = 410  # for good, and no gate or proxy says it
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_GAVE_UP_WAITING = frozenset({504, 524})  # a gateway, for a service that may have taken it
# Receivers of somebody's own, which may answer whatever they like.
_HOOKS = frozenset({"json", "xml", "form"})
_PAGE = re.compile(rb"(\xef\xbb\xbf)?\s*(<!doctype html|<html)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reply:
    """How a service says in JSON what it made of a message."""

    key: str  # where it says so; an answer without it is not the service's
    fine: object = 0
    code: str = ""  # where the code of a no stands, if not there
    also: str = ""  # another key that says the same
    plain: bytes | None = None  # what it says where all is well, if that is no JSON
    refused: frozenset[object] = frozenset()
    passing: frozenset[object] = frozenset()  # noes that hang on the clock or our address
    later: Mapping[object, timedelta] = field(default_factory=dict)  # how long to leave it alone
    says: str = "msg"  # where its words stand
    mended: bool = False  # Apprise reads it too, and may get over a first no, as by a new login
    markup: re.Pattern[str] | None = None  # the words of a no to the markup alone


# https://open.dingtalk.com/document/orgapp/custom-robot-access
# Above 20 messages a minute it is deaf for ten minutes. 310000: no keyword in the text, a wrong
# signature, or a foreign address.
_DINGTALK = Reply(
    "errcode",
    refused=frozenset(
        {40035, 43004, 300001, 300005, 400013, 400101, 400102, 400105, 400106}
        | {430101, 430102, 430103, 430104}
    ),
    passing=frozenset({310000}),
    later={130101: _TEN_MINUTES, 410100: _TEN_MINUTES},
    says="errmsg",
)
# https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
# 19001: the token; 19021: the signature; 19022: the address; 19024: no keyword in the text.
# 11232 and 99991400: too many at once, which it may say with status 400.
_FEISHU = Reply(
    "code",
    also="StatusCode",
    refused=frozenset({9499, 19001, 19002, 19024}),
    passing=frozenset({19021, 19022}),
    later={11232: _MINUTE, 99991400: _MINUTE},
)
# https://developer.work.weixin.qq.com/document/path/90313 (all codes) and …/91770 (robots)
# 93000: the key, or the robot was removed; 93004: it is switched off; 93008: it is in no chat.
_WECOM = Reply(
    "errcode",
    refused=frozenset(
        {40001, 40003, 40008, 40013, 40031, 40035, 40056, 40058, 44004, 45002, 81013}
        | {93000, 93004, 93008, 301002}
    ),
    passing=frozenset({60020}),  # the address we come from
    later={45009: _MINUTE, 45033: _MINUTE},
    says="errmsg",
)
REPLIES: dict[str, Reply] = {
    "bark": Reply(  # https://bark.day.app/#/tutorial
        "code", fine=200, refused=_NOES, says="message"
    ),
    "dingtalk": _DINGTALK,
    "feishu": _FEISHU,
    "lark": _FEISHU,
    "pover": Reply("status", fine=1, says="errors"),  # https://pushover.net/api#response
    "pushdeer": Reply("code", says="error"),  # https://www.pushdeer.com/dev.html
    # http://api.pushplus.plus/doc-3034446; 900: whoever goes on sending is shut out for longer
    "pushplus": Reply(
        "code",
        fine=200,
        refused=frozenset({401, 403, 903}),
        later={900: LONGEST_WAIT},
        mended=True,
    ),
    "qq": Reply("success", fine=True, says="reason"),  # https://qmsg.zendee.cn/docs/api
    # https://sct.ftqq.com/sendkey
    # 40001: a wrong key, or the day's limit, with status 400; that must not end the message.
    "schan": Reply("code", later={40001: _TEN_MINUTES}, says="message"),
    # https://api.slack.com/methods/chat.postMessage; a webhook answers in plain words
    "slack": Reply(
        "ok",
        fine=True,
        code="error",
        plain=b"ok",
        refused=frozenset(
            {"account_inactive", "channel_not_found", "invalid_auth", "is_archived"}
            | {"missing_scope", "msg_too_long", "no_permission", "not_authed", "not_in_channel"}
            | {"restricted_action", "token_expired", "token_revoked"}
        ),
        later={"ratelimited": _MINUTE, "rate_limited": _MINUTE},
        mended=True,
    ),
    "tgram": Reply(  # https://core.telegram.org/bots/api#making-requests
        "ok",
        fine=True,
        code="error_code",
        refused=_NOES,
        says="description",
        mended=True,
        markup=re.compile("can't parse entities|unsupported start tag|entities"),
    ),
    "wechat": replace(_WECOM, mended=True),
    "wecombot": _WECOM,
}


def reply_of(schema: str) -> Reply | None:
    """Return how a schema's service replies; a secure one is called like the other, with an s."""
    return REPLIES.get(schema) or REPLIES.get(schema.removesuffix("s"))


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it came."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def fine(self) -> bool:
        """Whether the status says that all is well."""
        return 200 <= self.status < 300

    @property
    def document(self) -> Mapping[str, Any]:
        """What it says in JSON; nothing if it does not."""
        try:
            document = json.loads(self.body)
        except ValueError:
            return {}
        return document if isinstance(document, dict) else {}


def read(schema: str, answer: Answer, now: datetime) -> DeliveryError | None:
    """Return why a service did not take a message, or None if it did, as far as it says."""
    told = _told(schema, answer)
    if answer.fine or type(told) is Refused or (isinstance(told, Unreachable) and told.wait):
        return told
    sentence = f"the server answered {answer.status}"
    if isinstance(told, Refused | Unreachable):
        sentence = str(told)
    if answer.status in _REDIRECTS:
        return SoftRefusal(
            f"{sentence}: the address has moved (write the new one into the channel; what is sent "
            "holds secrets, and follows no redirection to another host or method)"
        )
    if answer.status == _GONE:
        return Refused(sentence)
    if answer.status in _NOES:
        return SoftRefusal(sentence)
    if answer.status in _GAVE_UP_WAITING and not isinstance(told, Unreachable):
        return Undecided(sentence)
    return Unreachable(sentence, _wait(answer, now))


def _told(schema: str, answer: Answer) -> DeliveryError | None:
    """Return what the answer itself says against the message, or that it is not the service's."""
    reply, document = reply_of(schema), answer.document
    if reply is None:
        page = schema.removesuffix("s") not in _HOOKS and _PAGE.match(answer.body)
        return _foreign(answer) if page else None
    key = next((one for one in (reply.key, reply.also) if one in document), None)
    if key is None:
        return None if answer.body.strip() == reply.plain else _foreign(answer)
    if document[key] == reply.fine:
        return None
    code = document.get(reply.code, document[key])
    words = excerpt(str(document.get(reply.says, "")))
    sentence = f"the service answered {code}" + (f" ({words})" if words else "")
    return _meaning(reply, code, sentence)


def _foreign(answer: Answer) -> Undecided:
    return Undecided(
        f"the server answered {answer.status} without a word of the service: nobody knows whether "
        "the message was taken"
    )


def _meaning(reply: Reply, code: object, sentence: str) -> DeliveryError:
    """Return what a code means with which a service says no."""
    if not isinstance(code, str | int):
        return Unreachable(sentence)
    if code in reply.refused:
        return Refused(sentence)
    if code in reply.passing:
        return SoftRefusal(sentence)
    return Unreachable(sentence, reply.later.get(code))


def is_about_markup(schema: str, answer: Answer) -> bool:
    """Return whether a service refuses a message's markup, so that plain text may do."""
    reply = reply_of(schema)
    if reply is None or reply.markup is None or answer.fine:
        return False
    return reply.markup.search(str(answer.document.get(reply.says, ""))) is not None


def _wait(answer: Answer, now: datetime) -> timedelta | None:
    """Return how long the server asks to be left alone, at most a day."""
    headers = {name.lower(): value for name, value in answer.headers.items()}
    parameters = answer.document.get("parameters")  # as Telegram says it
    asked = headers.get("retry-after")
    if asked is None and isinstance(parameters, dict):
        asked = str(parameters.get("retry_after", ""))
    wait = _duration(asked or "", now)
    return None if wait is None else min(max(wait, timedelta(0)), LONGEST_WAIT)


def _duration(text: str, now: datetime) -> timedelta | None:
    """Read a number of seconds or a date."""
    try:
        return timedelta(seconds=int(text))
    except OverflowError:
        return LONGEST_WAIT
    except ValueError:
        pass
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
