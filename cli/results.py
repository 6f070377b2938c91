"""The table of results, and the file a race is written to."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from races import Trace
from races.metrics import best_loss, final_loss, path_length, steps_to_target
from surfaces.messages import shorten

_WRITERS: dict[str, Callable[[Trace, Path], None]] = {
    ".npz": Trace.save,
    ".csv": Trace.to_csv,
    ".json": Trace.to_json,
}


def print_table(trace: Trace) -> None:
    """Print a row for each racer; with several starts, medians over them and how many ended how."""
    starts = len(trace.spec.start)
    surface = trace.spec.build_surface().name
    over = f"from {list(trace.spec.start[0])}" if starts == 1 else f"medians over {starts:,} starts"
    table = Table(title=f"{shorten(surface)}, {trace.spec.steps:,} steps {over}", title_justify="left")
    table.add_column("racer", overflow="fold")
    for column in ("final loss", "best loss", "steps to target", "path length"):
        table.add_column(column, justify="right")
    table.add_column("status")
    columns = [final_loss(trace), best_loss(trace), steps_to_target(trace), path_length(trace)]
    for i, racer in enumerate(trace.spec.racers):
        final, best, steps, length = (_median(column[i]) for column in columns)
        reached = "-" if not math.isfinite(steps) else f"{steps:g}"
        status = _summary(trace.status[i])
        numbers = (f"{final:.6g}", f"{best:.6g}", reached, f"{length:.4g}")
        table.add_row(f"[{racer.colour}]●[/] {racer.name}", *numbers, status)
    Console().print(table)


def writer_for(output: Path | None) -> Callable[[Trace, str], Path]:
    """A function that writes a trace, as the suffix of `output` says, and returns where.

    Raises:
        typer.BadParameter: if the suffix is none that a trace can be written as.
    """
    if output is not None and output.suffix.lower() not in _WRITERS:
        raise typer.BadParameter(f"must end in {', '.join(_WRITERS)}, got {output}", param_hint="--output")

    def write(trace: Trace, name: str) -> Path:
        path = output or _unused(Path("runs") / f"{name}-{time.strftime('%Y%m%d-%H%M%S')}.npz")
        _WRITERS[path.suffix.lower()](trace, path)
        return path

    return write


def _unused(path: Path) -> Path:
    """`path`, or the first of path-2, path-3, ... if something stands there: no run replaces another."""
    count = 1
    candidate = path
    while candidate.exists():
        count += 1
        candidate = path.with_stem(f"{path.stem}-{count}")
    return candidate


def _median(values: NDArray[np.float64]) -> float:
    """The median, a missing value (nan) counting as the largest."""
    return float(np.sort(values)[(len(values) - 1) // 2]) if len(values) else math.nan


def _summary(status: NDArray[np.str_]) -> str:
    words = Counter(str(word).replace("_", " ") for word in status)
    if len(status) == 1:
        return next(iter(words))
    return ", ".join(f"{word} {count}" for word, count in words.most_common())
