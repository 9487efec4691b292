"""What waiting costs, as a picture: a bar for each day, as high as what waiting until then adds.

What is drawn is the *rise* over today's sum, from a true zero. Bars of the whole sum would start
at zero as well, but on them 70 more than 10,000 is less than a reader can see; with their feet cut
off it is seen, and exaggerated. For the same reason a trifle does not tower: the full height is at
least a hundredth of today's sum, so a picture that stays low is of a loan that costs little.

There is no word and no figure in it: those stand around it on the page, in its reader's language
and fonts. Nothing is filled behind it, and its colours are seen on a white page and on a dark one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from functools import lru_cache
from itertools import pairwise

WIDTH, HEIGHT = 1040, 310  # in pixels; sharp on a phone when shown at half of that or less

_TRIFLE = 100  # the full height is at least this part of today's sum
_FOOT = 10  # pixels under every bar, so that a day that adds nothing is seen as well
_STEP = 5  # pixels, half as many on a screen; bars grow by whole steps, so that loans look alike
_GAP = 8
_ROUND = 6

# How bars look: the days between, the first and the last, a cliff, and the column it stands in,
# which shows it however low it is.
_BETWEEN = 'fill="#4c7df0" fill-opacity=".5"'
_END = 'fill="#4c7df0"'
_CLIFF = 'fill="#e5484d"'
_BEHIND = 'fill="#e5484d" fill-opacity=".14"'

_Column = tuple[int, int, int]  # left edge, width and height


def svg(points: Sequence[tuple[date, int]], cliffs: Collection[date] = ()) -> str:
    """Draw the totals of today and of the days after it, given in minor units.

    The first day and the last stand out from those between them, and a day of *cliffs* from all.
    Curves of one shape are one string, whatever their dates and sums.
    """
    marked = frozenset(at for at, (day, _) in enumerate(points) if day in cliffs)
    return _drawing(tuple(_rises([total for _, total in points])), marked)


@lru_cache(1024)
def _drawing(rises: tuple[int, ...], marked: frozenset[int]) -> str:
    """Draw columns that rise by so many steps; those *marked* stand out."""
    drawn: dict[str, list[_Column]] = {_BETWEEN: [], _END: [], _BEHIND: [], _CLIFF: []}
    ends = (0, len(rises) - 1)
    for at, column in enumerate(_columns(rises)):
        if at in marked:
            drawn[_BEHIND].append((*column[:2], HEIGHT))
            drawn[_CLIFF].append(column)
        else:
            drawn[_END if at in ends else _BETWEEN].append(column)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}">'
        f"{''.join(_path(look, columns) for look, columns in drawn.items() if columns)}</svg>"
    )


@lru_cache(256)
def png(drawing: str) -> bytes:
    """Return a drawing as a PNG with a clear ground; loans of one kind share theirs."""
    from resvg_py import svg_to_bytes  # only mails with a picture need it

    return svg_to_bytes(svg_string=drawing, skip_system_fonts=True)


def _rises(totals: Sequence[int]) -> list[int]:
    """Return for each day by how many steps its column is higher than the foot."""
    today = totals[0]
    full, steps = max(max(totals) - today, today // _TRIFLE, 1), (HEIGHT - _FOOT) // _STEP
    return [(2 * max(total - today, 0) * steps + full) // (2 * full) for total in totals]


def _columns(rises: Sequence[int]) -> list[_Column]:
    """Return a column for each day; together they are as wide as the picture, to the pixel."""
    days = len(rises)
    gap = min(_GAP, WIDTH // days // 4)
    lefts = [(WIDTH + gap) * day // days for day in range(days + 1)]
    return [
        (left, right - gap - left, _FOOT + _STEP * rise)
        for (left, right), rise in zip(pairwise(lefts), rises, strict=True)
    ]


def _path(look: str, columns: Iterable[_Column]) -> str:
    return f'<path {look} d="{"".join(map(_bar, columns))}"/>'


def _bar(column: _Column) -> str:
    """Return the outline of a bar that stands on the ground and is rounded at its top."""
    left, width, height = column
    r = min(_ROUND, width // 2)
    side = height - r
    return f"M{left} {HEIGHT}v-{side}q0-{r} {r}-{r}h{width - 2 * r}q{r} 0 {r} {r}v{side}z"
