"""`race evolve`: networks bred for the learned optimizer, and the files of a breeding."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import numpy as np
import typer

from cli.judge import failures_told
from cli.progress import progress
from evolution import Bred, BreedingPlan, Generation, breed
from evolution.history import save_history, save_table
from optimizers.learned_network import save_learned
from support.cluster import on_cluster
from support.whole_files import require_writable
from views.figures.breeding import save_breeding_figure

_RECORD = "progress.npz"


def run_evolve(plan: BreedingPlan, processes: int | None, cluster: str | None, folder: Path) -> list[Path]:
    """Breed, print the scores of `Generation` as they come, and write the files; their paths.

    Args:
        plan: of the breeding.
        processes: how many work.
        cluster: the address of a Dask scheduler, whose workers work instead.
        folder: where the files are written; one that holds a part of this breeding is gone on with. The best
            network has its name.

    Raises:
        EvolutionError: for a folder that holds another breeding.
        OSError: if a file cannot be written.
    """
    name = folder.absolute().name
    for file in (_RECORD, f"{name}.npz"):
        require_writable(folder / file)
    with failures_told(), on_cluster(cluster), progress("breeding", plan.generations + 1) as advance:

        def told(generation: Generation) -> None:
            advance()
            if not np.isnan(generation.validation):
                typer.echo(_line(generation))

        bred = breed(plan, processes=processes, record=folder / _RECORD, on_generation=told)
    return [
        save_learned(bred.best, folder / f"{name}.npz", about(bred, name)),
        save_history(bred, folder / "history.npz"),
        save_table(bred, folder / "progress.csv"),
        save_breeding_figure(bred, folder / "progress.png"),
    ]


def about(bred: Bred, name: str) -> dict[str, object]:
    """How the best network was made."""
    plan, chosen = bred.plan, bred.generations[bred.chosen]
    given = (
        "features",
        "hidden",
        "scheme",
        "population",
        "generations",
        "seed",
        "steps",
        "starts",
        "instances",
    )
    options = " ".join(f"--{key} {getattr(plan, key)}" for key in given)
    scores = {key: x for key, x in chosen._asdict().items() if not np.isnan(x)}
    return {"command": f"race evolve {options} --out {name}", "plan": asdict(plan), "generation": scores}


def _line(generation: Generation) -> str:
    number, best, median, validation = generation
    bred = f"best {best:6.3f}   median {median:6.3f}   " if number else " " * 30
    return f"generation {number:5d}   {bred}validation {validation:6.3f}"
