"""Tables of 80 columns: times, and ratios beside their goals."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from dataclasses import dataclass

from rich import box
from rich.console import Console
from rich.table import Table

CONSOLE = Console(width=80, highlight=False)


@dataclass(frozen=True)
class Goal:
    """A ratio that was measured, and the least (or, where `most` is set, the greatest) to reach."""

    what: str
    ratio: float
    goal: float
    most: bool = False

    def row(self) -> tuple[str, str, str, str]:
        """What stands in the table."""
        reached = (operator.le if self.most else operator.ge)(self.ratio, self.goal)
        bound = f"at most {self.goal:g}" if self.most else f"{self.goal:g}"
        return self.what, f"{self.ratio:.3g}", bound, "reached" if reached else "NOT reached"


def seconds(time: float | None) -> str:
    """A time in the unit that suits it."""
    if time is None:
        return "-"
    for size, unit in ((1, "s"), (1e-3, "ms"), (1e-6, "us")):
        if time >= size:
            return f"{time / size:.3g} {unit}" if time < 100 * size else f"{time / size:.0f} {unit}"
    return f"{time * 1e9:.3g} ns"


def show(title: str, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    """Print a table: words to the left, numbers to the right."""
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    for i, name in enumerate(header):
        table.add_column(name, justify="left" if i == 0 else "right")
    for row in rows:
        table.add_row(*row)
    CONSOLE.print(table)


def show_goals(goals: list[Goal]) -> None:
    """Print the ratios beside the goals."""
    if goals:
        show("Times faster", ("", "ratio", "goal", ""), [goal.row() for goal in goals])
