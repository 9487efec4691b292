"""What single services show, take and ring for, where Apprise leaves that to its caller."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from ..messages.message import Format
from ..playbook.playbook import Severity

# Where a line that is too long is best broken: behind a space, or a sign that ends a clause.
_JOINT = re.compile(r"\s*\S.*[\s，。；：、！？）]")


@dataclass(frozen=True, slots=True)
class Ring:
    """An attribute of Apprise's plugin that says how loud a message is, by severity."""

    attribute: str
    info: object
    warning: object
    critical: object

    def of(self, severity: Severity) -> object:
        """Return the attribute's value for a severity."""
        return (self.info, self.warning, self.critical)[severity]


@dataclass(frozen=True, slots=True)
class Service:
    """A service. ``takes`` is in bytes: of UTF-8, or of JSON whose every sign is ASCII."""

    shows: Format = Format.TEXT
    takes: int | None = None
    escaped: bool = False
    title: int | None = None  # the most characters of a title, where Apprise lets more pass
    ring: Ring | None = None
    rate: int | None = None  # messages a minute, where it is known to refuse more

    def room(self, text: str) -> int | None:
        """Return how many characters of *text* fit, even where its longest follow each other."""
        if self.takes is None:
            return None
        return self.takes // max(self._width(sign) for sign in {*text, "\n"})

    def _width(self, sign: str) -> int:
        return len(json.dumps(sign)) - len('""') if self.escaped else len(sign.encode())


# Besides those that declare Markdown, these show it: some when told (fluxer, pushme, revolt,
# wxpusher), the others in any text. WeCom's and Feishu's robots know Markdown, but Apprise sends
# them text. On phones, the line that shows without a tap would be full of signs.
_CHATS = (
    *("cliq", "discord", "evolution", "fluxer", "gchat", "github", "guilded", "kook", "matrix"),
    *("mmost", "nctalk", "pushme", "pushplus", "reddit", "revolt", "rocket", "ryver", "slack"),
    *("tgram", "twist", "webex", "wecom", "whapi", "workflow", "wxpusher", "wxteams", "zalo"),
    *("zcliq", "zohocliq", "zulip"),
)
_MAIL = (
    *("azure", "brevo", "groundmail", "mailersend", "mailgun", "mailto", "o365", "postmark"),
    *("resend", "sendgrid", "sendpulse", "ses", "smtp2go", "sparkpost"),
)
SERVICES = {
    **dict.fromkeys(_CHATS, Service(Format.MARKDOWN)),
    **dict.fromkeys(_MAIL, Service(Format.HTML)),
    "console": Service(Format.FULL),
    # Apple takes 4,096 bytes with everything around. Its loudest level rings through the mute
    # switch: that is for those who ask for it.
    "bark": Service(takes=3_000, ring=Ring("level", "active", "timeSensitive", "timeSensitive")),
    **dict.fromkeys(("discord", "guilded"), Service(Format.MARKDOWN, title=0)),  # it is in the text
    "dingtalk": Service(Format.MARKDOWN, takes=19_000, escaped=True, rate=20),
    "feishu": Service(takes=19_000, escaped=True, rate=100),
    "gorush": Service(takes=3_000),
    "gotify": Service(ring=Ring("priority", 5, 8, 10)),
    "lark": Service(takes=19_000, escaped=True, rate=100),
    # A message above 4,096 bytes becomes a file, and so does JSON above 8,000.
    "ntfy": Service(takes=7_800, escaped=True, ring=Ring("priority", "default", "high", "max")),
    "pinglet": Service(takes=3_000),
    # The highest priority repeats until it is acknowledged.
    "pover": Service(ring=Ring("priority", 0, 0, 1)),
    "schan": Service(Format.MARKDOWN, takes=32_000, title=32),
    "vapid": Service(takes=3_800),
    "wechat": Service(takes=2_048),
    "wecombot": Service(takes=2_048, rate=20),
}


def service(schema: str) -> Service:
    """Return what is known of a schema; a secure one is called like the other, with an s."""
    return SERVICES.get(schema) or SERVICES.get(schema.removesuffix("s")) or Service()


def folded(text: str, limit: int) -> list[str]:
    """Return the lines of *text*, those above *limit* bytes broken; empty ones are left out."""
    lines = []
    for line in text.splitlines():
        rest = line.rstrip()
        while len(rest.encode()) > limit:
            piece = rest.encode()[:limit].decode(errors="ignore")
            joint = _JOINT.match(piece)
            end = joint.end() if joint else len(piece)
            lines.append(rest[:end].rstrip())
            rest = rest[end:].lstrip()
        if rest.strip():
            lines.append(rest)
    return lines
