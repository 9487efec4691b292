"""Tables: drawn in a terminal, a line a row anywhere else. rich is imported only to draw."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..messages.words import Words
from ..playbook.playbook import Severity
from ..redaction import one_line
from .common import echo

if TYPE_CHECKING:
    from rich.console import JustifyMethod, RenderableType

NOTHING = "–"  # what stands in a cell that has nothing to say
_FOLDED = dict.fromkeys(("message", "why", "where", "error", "how"), 16)  # the least widths
_FOLDED |= dict.fromkeys(("loan", "stage"), 12)
_BETWEEN = 2
_STYLES = {Severity.INFO: "", Severity.WARNING: "yellow", Severity.CRITICAL: "bold red"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column; figures stand to the right.

    It may be *folded* to so many characters, if that is given. A *spare* one is left out where
    the table is too wide, the first one first.
    """

    title: str
    right: bool = False
    folded: int | None = None
    spare: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row: a cell for each column, and how bad it is, which gives its colour."""

    cells: Sequence[str]
    severity: Severity = Severity.INFO


@dataclass(frozen=True, slots=True)
class Table:
    """What is to be shown. Each row makes sense alone, as ``grep`` finds it."""

    columns: Sequence[Column]
    rows: Sequence[Row]

    def plain(self) -> str:
        """Return the head and the rows, a line each, with a tab between two cells."""
        lines = [[column.title for column in self.columns], *(row.cells for row in self.rows)]
        return "\n".join("\t".join(map(one_line, line)) for line in lines)


def columns(
    say: Words, *keys: str, right: Collection[str] = (), spare: Collection[str] = ()
) -> list[Column]:
    """Return columns with the titles that a locale has for these keys."""
    return [
        Column(say.say("table", key), key in right, _FOLDED.get(key), key in spare) for key in keys
    ]


def in_terminal() -> bool:
    """Return whether somebody reads along."""
    return sys.stdout.isatty()


def show(table: Table) -> None:
    """Draw a table if standard output is a terminal; else print it plain."""
    if not in_terminal():
        echo(table.plain())
        return
    from rich.console import Console

    console = Console(highlight=False)
    fitting = table
    while _width(fitting) > console.width and any(column.spare for column in fitting.columns):
        fitting = _narrower(fitting)
    folds = _width(fitting, folded=True) <= console.width
    console.print(_grid(fitting) if folds else _cards(table))


def _narrower(table: Table) -> Table:
    """Return a table without its first spare column."""
    out = next(number for number, column in enumerate(table.columns) if column.spare)
    rows = [Row([*row.cells[:out], *row.cells[out + 1 :]], row.severity) for row in table.rows]
    return Table([*table.columns[:out], *table.columns[out + 1 :]], rows)


def _width(table: Table, *, folded: bool = False) -> int:
    """Return how wide a terminal must be to show the table, *folded* as far as it may be."""
    from rich.cells import cell_len

    width = _BETWEEN * (len(table.columns) - 1)
    lines = [[column.title for column in table.columns], *(row.cells for row in table.rows)]
    for number, column in enumerate(table.columns):
        widest = max(cell_len(one_line(line[number])) for line in lines)
        width += min(widest, column.folded or widest) if folded else widest
    return width


def _grid(table: Table) -> RenderableType:
    from rich.box import SIMPLE
    from rich.table import Table as Grid
    from rich.text import Text

    # A column's right padding and the box's own blank are what stands between two.
    grid = Grid(box=SIMPLE, show_edge=False, pad_edge=False, padding=(0, _BETWEEN - 1, 0, 0))
    for column in table.columns:
        side: JustifyMethod = "right" if column.right else "left"
        grid.add_column(
            Text(column.title), justify=side, no_wrap=not column.folded, overflow="fold"
        )
    for row in table.rows:
        cells = (Text(one_line(cell)) for cell in row.cells)
        grid.add_row(*cells, style=_STYLES[row.severity])
    return grid


def _cards(table: Table) -> RenderableType:
    """Return each row as a block, for a terminal that is too narrow for columns."""
    from rich.console import Group
    from rich.padding import Padding
    from rich.table import Table as Grid
    from rich.text import Text

    blocks: list[RenderableType] = []
    for row in table.rows:
        style = _STYLES[row.severity]
        grid = Grid.grid(padding=(0, 2))
        grid.add_column(style="dim", no_wrap=True)
        grid.add_column(style=style, overflow="fold")
        for column, cell in list(zip(table.columns, row.cells, strict=True))[1:]:
            grid.add_row(Text(column.title), Text(one_line(cell)))
        blocks += [Text(one_line(row.cells[0]), style=f"bold {style}"), Padding(grid, (0, 0, 1, 2))]
    return Group(*blocks)
