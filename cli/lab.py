"""The tables, the CSV file and the figure of `race lab`."""

from __future__ import annotations

from pathlib import Path

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.tables import show
from races.lab import EPOCHS, PROBLEMS, Problem, Run, Settings, run_problem, save_csv
from support.messages import unknown
from support.whole_files import require_writable
from views.figures.lab import OPTIMIZER_COLOURS, save_figure

_DIGITS = "#.6g"  # the precision of the course's float32 numbers


def run_lab(name: str | None, folder: Path) -> list[Path]:
    """Run the lab, or one of its problems; print a table for each problem, and return the files written.

    Args:
        name: one of `PROBLEMS`; None for all.
        folder: where to write the CSV file and the figure.

    Raises:
        typer.BadParameter: if there is no such problem.
        OSError: if the files cannot be written.
    """
    if name is not None and name not in PROBLEMS:
        raise typer.BadParameter(unknown("problem", name, PROBLEMS), param_hint="PROBLEM")
    table, figure = (folder / f"{name or 'lab'}{suffix}" for suffix in (".csv", ".png"))
    for file in (table, figure):
        require_writable(file)
    runs = {key: run_problem(PROBLEMS[key]) for key in ([name] if name else PROBLEMS)}
    written = [save_csv(runs, table), save_figure(runs, figure)]
    for key, several in runs.items():
        _print(key, PROBLEMS[key], several)
    return written


def _print(name: str, problem: Problem, runs: list[Run]) -> None:
    """Print a row for each optimizer: its learning rate, and the loss and parameters after the last epoch."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for heading in ("optimizer", "lr", "loss", *problem.start):
        table.add_column(heading, justify="left" if heading == "optimizer" else "right", no_wrap=True)
    for run in runs:
        label = Text.assemble(("● ", OPTIMIZER_COLOURS[run.optimizer]), run.optimizer)
        table.add_row(label, f"{run.settings['lr']:g}", *_numbers(run.losses[-1], *run.parameters[-1]))
    if problem.minimum is not None:
        table.add_row("  (minimum)", "", *_numbers(problem.least, *problem.minimum.values()), style="dim")
    console = Console(highlight=False)
    console.print(f"{name}: {problem.title}, after {EPOCHS} epochs", style="table.title")
    show(table, console)
    others = {run.optimizer: {key: x for key, x in run.settings.items() if key != "lr"} for run in runs}
    notes = (f"{name}: {_listed(settings)}" for name, settings in others.items() if settings)
    console.print("; ".join(notes), style="dim")
    console.print()


def _numbers(*numbers: float) -> list[str]:
    return [format(number, _DIGITS) for number in numbers]


def _listed(settings: Settings) -> str:
    return ", ".join(f"{key} {value:g}" for key, value in settings.items())
