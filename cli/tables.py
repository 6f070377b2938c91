"""Tables on a terminal of any width."""

from __future__ import annotations

import io
from collections import Counter

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text


def show(table: Table, console: Console) -> None:
    """Print a table; on a narrow terminal with folded headings, or else each row as several lines.

    No column is cut off. The first column is the heading of a row's lines.
    """
    if not _fits(table, console.width):
        for column in table.columns:
            column.header = str(column.header).replace(" ", "\n")
    if _fits(table, console.width):
        console.print(table)
        return
    if table.title:
        console.print(table.title, style="table.title")
    names = [str(column.header).replace("\n", " ") for column in table.columns]
    for i, (head, *cells) in enumerate(zip(*(column.cells for column in table.columns), strict=True)):
        console.print()
        console.print(head, style=table.rows[i].style)
        for name, cell in zip(names[1:], cells, strict=True):
            if str(cell):
                line = f"{name}: {str(cell).replace(chr(10), ', ')}"
                console.print(Padding(Text(line), (0, 0, 0, 2)))
    console.print()


def _fits(table: Table, width: int) -> bool:
    """Whether a table fits a terminal of this width."""
    lines = _drawn(table, width)
    return max(map(cell_len, lines)) <= width and _letters(lines) == _letters(_drawn(table, 10_000))


def _drawn(table: Table, width: int) -> list[str]:
    console = Console(width=width, file=io.StringIO(), color_system=None, highlight=False)
    with console.capture() as captured:
        console.print(table, crop=False)
    return [line.rstrip() for line in captured.get().splitlines()]


def _letters(lines: list[str]) -> Counter[str]:
    """The number of each letter in a table, which does not depend on line breaks."""
    return Counter(letter for letter in "".join(lines) if not letter.isspace() and letter != "─")
