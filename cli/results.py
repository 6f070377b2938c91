"""The table of results, and the file a race is written to."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich import box
from rich.console import Console, JustifyMethod
from rich.table import Table
from rich.text import Text

from cli.tables import show
from races import Status, Trace
from races.metrics import best_loss, final_loss, median, path_length, steps_to_target
from races.network_spec import NetworkSpec
from races.race_plane import RacePlane
from support.messages import shorten

_WRITERS: dict[str, Callable[[Trace, Path], Path]] = {
    ".npz": Trace.save,
    ".csv": Trace.to_csv,
    ".json": Trace.to_json,
}
FORMATS = tuple(_WRITERS)


def print_table(trace: Trace, stderr: bool = False) -> None:
    """Print a row for each racer; with several starts, the medians and the counts of each status.

    The number of gradients evaluated is shown if any racer evaluates more than one a step. With `stderr`,
    the table goes to stderr, as the standard output is used for something else.
    """
    console = Console(stderr=stderr, highlight=False)
    starts = len(trace.spec.start)
    surface = trace.surface.name
    over = f"from {list(trace.spec.start[0])}" if starts == 1 else f"from {starts:,} starts (medians)"
    if isinstance(trace.spec.surface, NetworkSpec):
        over = f"from the weights of seed {trace.spec.surface.seed}"
    table = Table(
        title=Text(f"{shorten(surface)}, {trace.spec.steps:,} step{'s' * (trace.spec.steps > 1)} {over}"),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
    )
    rows = [_row(trace, i) for i in range(len(trace.names))]
    headings = ["racer", "final loss", "best loss", "steps to target", "path length", "status"]
    if (trace.evaluations > np.array(trace.recorded)[:, None]).any():
        headings = [heading.replace(" ", "\n") for heading in headings]  # to make room for one more
        headings.insert(4, "gradients")
        counts = median(trace.evaluations[:, -1])
        for row, count in zip(rows, counts, strict=True):
            row.insert(4, f"{count:.1f}".removesuffix(".0"))
    widest = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for column, heading in enumerate(headings):
        side: JustifyMethod = "right" if 0 < column < len(headings) - 1 else "left"
        # Names and statuses may be folded; numbers may not.
        least = min(widest[column], 14 if column == 0 else 12)
        table.add_column(heading, justify=side, min_width=least, overflow="fold")
    for racer, row in zip(trace.spec.racers, rows, strict=True):
        table.add_row(Text.assemble(("● ", racer.colour), row[0]), *row[1:])
    show(table, console)
    if trace.plane is not None:
        console.print(_of_plane(trace.plane), style="dim")
    for status in Status:
        if status in trace.status:
            console.print(f"{status.replace('_', ' ')}: {status.sentence}", style="dim")


def _of_plane(plane: RacePlane) -> str:
    """What the plane of a network's race shows, and what it does not."""
    first, second = plane.explained_variance
    last = plane.distances[:, -1, 0]
    far = float(last[np.isfinite(last)].max(initial=0.0))
    return (
        f"losses: at the weights themselves. The plane shows {first + second:.1%} of the paths' variance "
        f"({first:.1%} along u, {second:.1%} along v); at the end, racers are up to {far:.3g} away from it."
    )


def _row(trace: Trace, i: int) -> list[str]:
    final = float(median(final_loss(trace)[i]))
    if trace.spec.record == "ends":
        return [trace.names[i], f"{final:.5g}", "-", "-", "-", _summary(trace.status[i])]
    columns = (best_loss(trace), steps_to_target(trace), path_length(trace))
    best, steps, length = (float(median(column[i])) for column in columns)
    reached = f"{steps:g}" if math.isfinite(steps) else "-"
    numbers = (f"{final:.5g}", f"{best:.5g}", reached, f"{length:.4g}")
    return [trace.names[i], *numbers, _summary(trace.status[i])]


def write_trace(trace: Trace, output: Path | None, name: str) -> Path:
    """Write a trace to `output`, in the format of its suffix, or to a new file named after `name`."""
    if output is None:
        return trace.save(Path("runs") / f"{name}-{time.strftime('%Y%m%d-%H%M%S')}.npz", replace=False)
    return _WRITERS[output.suffix.lower()](trace, output)


def _summary(status: NDArray[np.str_]) -> str:
    words = Counter(str(word).replace("_", " ") for word in status)
    if len(status) == 1:
        return next(iter(words))
    return ", ".join(f"{count} {word}" for word, count in words.most_common())
