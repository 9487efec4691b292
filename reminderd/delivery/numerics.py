"""What the numbers mean with which IRC servers and MQTT brokers say no."""

from __future__ import annotations

from ..errors import DeliveryError, Refused, SoftRefusal, Unreachable
from ..redaction import excerpt

# RFC 2812, section 5.2, and for 477 and 489 what servers have made of them since.
# 407: too many at once; 476: no name of a channel.
_IRC_FINAL = frozenset({407, 476})
# What people there may change within the day. 403: no such channel; 404: it does not let us speak;
# 465, 474: banned; 473, 475, 477, 489: a door that is shut; …
_IRC_SHUT = frozenset({403, 404, 405, 442, 465, 473, 474, 475, 477, 489})
# 263: too much at once; 401: nobody of that name is there; 433: ours is taken; 464: the password,
# which can be mended as in mail; 471: the channel is full.
_IRC_PASSING = frozenset({263, 401, 402, 433, 436, 437, 451, 464, 471})
# MQTT 5, section 3.2.2.2; the client translates the codes of MQTT 3 to these.
_MQTT_FINAL = frozenset({0x81, 0x82, 0x84, 0x85, 0x8C, 0x90, 0x95, 0x9A, 0x9B})
_MQTT_SHUT = frozenset({0x8A, 0x9D})  # banned; the server has moved


def numeric(number: int, words: str) -> DeliveryError | None:
    """Return what an IRC server's number means against a message, if anything."""
    sentence = f"the IRC server answered {number} ({excerpt(words)})"
    if number in _IRC_FINAL:
        return Refused(sentence)
    if number in _IRC_SHUT:
        return SoftRefusal(sentence)
    return Unreachable(sentence) if number in _IRC_PASSING else None


def farewell(words: str) -> DeliveryError:
    """Return what it means that an IRC server ends the connection with these words."""
    return Unreachable(f"the IRC server ended the connection ({excerpt(words)})")


def connack(code: int, words: str) -> DeliveryError:
    """Return what it means that an MQTT broker does not let us in."""
    sentence = f"the MQTT broker does not let us in ({words})"
    if code in _MQTT_FINAL:
        return Refused(sentence)
    return SoftRefusal(sentence) if code in _MQTT_SHUT else Unreachable(sentence)
