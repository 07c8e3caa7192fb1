"""Lays out rows in columns for a terminal."""

from collections.abc import Sequence
from io import StringIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

_INDENT = 2
_GAP = 2
# Wider than all that is shown: nothing is folded for a file or another program.
_ANY_WIDTH = 10_000


def columns(rows: Sequence[Sequence[str]], width: int | None) -> list[str]:
    """Return lines with the rows in columns; too wide cells are folded.

    Args:
        rows: of the same number of cells.
        width: of the terminal. None: lines may be of any length.
    """
    if not rows:
        return []
    grid = Table.grid(*("" for _ in rows[0]), padding=(0, _GAP, 0, 0))
    for row in rows:
        # Text has no markup: a name in brackets stays what it is.
        grid.add_row(*(Text(cell, overflow="fold") for cell in row))
    console = Console(file=StringIO(), width=(width or _ANY_WIDTH) - _INDENT, color_system=None)
    with console.capture() as printed:
        console.print(grid)
    return [f"{'':{_INDENT}}{line}".rstrip() for line in printed.get().splitlines()]
