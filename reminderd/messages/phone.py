"""Text for phones: what matters most, in so many characters."""

from __future__ import annotations

from typing import NamedTuple

AT_MOST = 500  # characters, the title and its line break included


class Line(NamedTuple):
    """A line, and how soon it goes where there is no room: the highest first, 0 never."""

    dispensable: int
    text: str


def fitted(title: str, lines: list[Line], at_most: int = AT_MOST) -> str:
    """Return the lines that fit below the title, in their order.

    Of several as dispensable the last goes first; what then fits after all comes back.
    """
    chosen = {at for at, line in enumerate(lines) if not line.dispensable}
    room = at_most - len(title) - 1 - sum(len(lines[at].text) + 1 for at in chosen)
    for at in sorted(range(len(lines)), key=lambda at: (lines[at].dispensable, at)):
        if at not in chosen and lines[at].text and len(lines[at].text) < room:
            chosen.add(at)
            room -= len(lines[at].text) + 1
    body = "\n".join(lines[at].text for at in sorted(chosen))
    return body[: at_most - len(title) - 2] + "\n"
