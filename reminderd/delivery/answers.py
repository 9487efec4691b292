"""What an answer over HTTP means: taken, refused, or not now.

Several services answer 200 and say in the JSON whether they took the message. ``REPLIES`` has what
they document. A code that is not listed there means not now: to be sure of a refusal matters more,
since a refused message is given up.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from ..errors import DeliveryError, Refused, Unreachable

LONGEST_WAIT = timedelta(days=1)
_MINUTE, _TEN_MINUTES = timedelta(minutes=1), timedelta(minutes=10)
_FINAL = frozenset({400, 401, 403, 404, 405, 406, 410, 411, 413, 414, 415, 422})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Reply:
    """How a service says in JSON what it made of a message."""

    key: str  # where the code stands; where it does not, all is well
    fine: object = 0
    refused: frozenset[object] = frozenset()
    later: Mapping[object, timedelta] = field(default_factory=dict)  # how long to leave it alone
    says: str = "msg"  # where its words stand
    mended: bool = False  # Apprise reads it too, and may get over a first no, as by a new login


# https://open.dingtalk.com/document/orgapp/custom-robot-access
# Above 20 messages a minute it is deaf for ten minutes. 310000: no keyword in the text, a wrong
# signature, or a foreign address.
_DINGTALK = Reply(
    "errcode",
    refused=frozenset(
        {40035, 43004, 300001, 300005, 310000, 400013, 400101, 400102, 400105, 400106}
        | {430101, 430102, 430103, 430104}
    ),
    later={130101: _TEN_MINUTES, 410100: _TEN_MINUTES},
    says="errmsg",
)
# https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
# 19001: the token; 19021: the signature; 19022: the address; 19024: no keyword in the text.
# 11232 and 99991400: too many at once, which it may say with status 400.
_FEISHU = Reply(
    "code",
    refused=frozenset({9499, 19001, 19002, 19021, 19022, 19024}),
    later={11232: _MINUTE, 99991400: _MINUTE},
)
# https://developer.work.weixin.qq.com/document/path/90313 (all codes) and …/91770 (robots)
# 93000: the key, or the robot was removed; 93004: it is switched off; 93008: it is in no chat.
_WECOM = Reply(
    "errcode",
    refused=frozenset(
        {40001, 40003, 40008, 40013, 40031, 40035, 40056, 40058, 44004, 45002, 60020, 81013}
        | {93000, 93004, 93008, 301002}
    ),
    later={45009: _MINUTE, 45033: _MINUTE},
    says="errmsg",
)
REPLIES: dict[str, Reply] = {
    "bark": Reply(  # https://bark.day.app/#/tutorial
        "code", fine=200, refused=_FINAL, says="message"
    ),
    "dingtalk": _DINGTALK,
    "feishu": _FEISHU,
    "lark": _FEISHU,
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
    "slack": Reply(  # https://api.slack.com/methods/chat.postMessage
        "error",
        fine=None,
        refused=frozenset(
            {"account_inactive", "channel_not_found", "invalid_auth", "is_archived"}
            | {"missing_scope", "msg_too_long", "no_permission", "not_authed", "not_in_channel"}
            | {"restricted_action", "token_expired", "token_revoked"}
        ),
        later={"ratelimited": _MINUTE, "rate_limited": _MINUTE},
        mended=True,
    ),
    "tgram": Reply(  # https://core.telegram.org/bots/api#making-requests
        "error_code", fine=None, refused=_FINAL, says="description", mended=True
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
    if answer.fine or isinstance(told, Refused) or (told is not None and told.wait):
        return told
    sentence = str(told or f"the server answered {answer.status}")
    if answer.status in _REDIRECTS:
        return Refused(
            f"{sentence}: the address has moved (write the new one into the channel; what is sent "
            "holds secrets, and follows no redirection to another host or method)"
        )
    if answer.status in _FINAL:
        return Refused(sentence)
    return Unreachable(sentence, _wait(answer, now))


def _told(schema: str, answer: Answer) -> Refused | Unreachable | None:
    """Return what the JSON says against the message."""
    reply, document = reply_of(schema), answer.document
    if reply is None or document.get(reply.key, reply.fine) == reply.fine:
        return None
    code = document[reply.key]
    words = " ".join(str(document.get(reply.says, "")).split())[:200]
    sentence = f"the service answered {code}" + (f" ({words})" if words else "")
    if not isinstance(code, str | int):
        return Unreachable(sentence)
    return (
        Refused(sentence) if code in reply.refused else Unreachable(sentence, reply.later.get(code))
    )


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
