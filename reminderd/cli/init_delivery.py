"""What ``reminderd init`` says of a test message that was not taken: what it means, what to do."""

from __future__ import annotations

import re

from .init_words import say

# The program's own sentences, and the system's within them, are in English.
_CAUSES = {
    "refused_login": r"refused the login",
    "untrusted": r"certificate is not trusted",
    "no_such_host": r"Name or service not known|nodename nor servname|No address associated"
    r"|[Nn]ame resolution|getaddrinfo|Name does not resolve",
    "nobody_listens": r"Connection refused|actively refused",
    "no_tls": r"SSL|TLS",
    "no_answer": r"timed out|[Tt]imeout|time-out",
    "unreached": r"service could not be reached",
    "unknown_key": r"answered 40[134]\b",
    "no_reply": r"no answer came|connection broke after",
    "no_network": r"Network is unreachable|No route to host",
}
_CODE_MAIL = re.compile(
    r"@(?:\w+\.)?(?:qq|foxmail|163|126|yeah|vip\.163|vip\.126|sina|sohu|139|189|aliyun)\.(?:com|net|cn)$"
)
_APP_MAIL = re.compile(r"@(?:gmail|googlemail|icloud|me|yahoo|aol|fastmail)\.com$")


def failure(language: str, address: str, error: str) -> str:
    """Return why an address did not get the message, in a language, the raw words in brackets."""
    cause = next((key for key, words in _CAUSES.items() if re.search(words, error)), "not_taken")
    if cause == "refused_login" and _CODE_MAIL.search(address):
        cause = "refused_login_code"
    elif cause == "refused_login" and _APP_MAIL.search(address):
        cause = "refused_login_app"
    return say(language, cause, error=error)
