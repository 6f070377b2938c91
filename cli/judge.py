"""`race judge`: rivals compared; its table, what can be said, and its files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import typer
from rich import box
from rich.console import Console, JustifyMethod
from rich.table import Table
from rich.text import Text

from cli.progress import progress
from cli.tables import show
from cli.training_arguments import read_racers
from comparison import Judgement, JudgePlan, Rival, SearchSpace, judge
from comparison.checkpoint import Checkpoint
from comparison.judging import MOST_RIVALS, require_plan
from comparison.report import save_csv, save_json
from comparison.study import StudyTask
from comparison.trials import TARGETS
from comparison.tuning import scipys
from optimizers.external.user_source import OwnError
from support.cluster import ClusterError, on_cluster
from support.parallel import WorkerError
from support.whole_files import require_writable
from views.figures.judging import save_judge_figure

_KEY = (
    "score: log10 of the loss that is left, as a share of that at the start, the middle half's mean; "
    "default: the same untuned; profile: 1 for who is always the fastest; to 1 %: gradients, the median, - "
    "if more often never; rates: decades of good learning rates; lost: runs that diverged."
)
_PARTS = "unfinished"  # the folder of studies that are done, while others are not


def read_rivals(names: Sequence[str]) -> list[Rival]:
    """The rivals of these names.

    Raises:
        typer.BadParameter: for an unknown optimizer, one rival, or one that is given twice.
    """
    if not 2 <= len(names) <= MOST_RIVALS:
        raise typer.BadParameter(f"takes 2 to {MOST_RIVALS} rivals, got {len(names)}", param_hint="RIVALS")
    if twice := [name for name, number in Counter(names).items() if number > 1]:
        raise typer.BadParameter(f"{twice[0]} is given more than once", param_hint="RIVALS")
    try:
        racers = read_racers(names, [])
    except typer.BadParameter as error:
        raise typer.BadParameter(error.message, param_hint="RIVALS") from None
    return [Rival(racer.optimizer, racer.name, racer.colour) for racer in racers]


@contextmanager
def failures_told() -> Iterator[None]:
    """What goes wrong elsewhere, in a user's rule, in a process or on a cluster, is one line."""
    try:
        yield
    except (OwnError, WorkerError, ClusterError) as error:
        raise typer.TyperException(str(error)) from None


def run_judge(
    rivals: Sequence[Rival], plan: JudgePlan, processes: int | None, cluster: str | None, folder: Path
) -> list[Path]:
    """Judge, print the results and write them; the paths of the files.

    Raises:
        ComparisonError: for a plan that cannot be followed.
        typer.TyperException: if a user's rule fails, a process dies, or a cluster cannot do the work.
        OSError: if a file cannot be written.
    """
    require_plan(plan)
    scipys("scipy")
    for name in ("judge.json", f"{_PARTS}/study.npz"):
        require_writable(folder / name)
    parts = folder / _PARTS
    with failures_told(), on_cluster(cluster), progress("judging", plan.studies * len(rivals)) as advance:
        judgement = judge(rivals, plan, processes=processes, parts=parts, on_study=advance)
    print_table(judgement)
    written = [
        save_csv(judgement, folder / "judge.csv"),
        save_json(judgement, folder / "judge.json", Path()),
        save_judge_figure(judgement, folder / "judge.png"),
    ]
    Checkpoint(parts).clear()
    return written


def print_table(judgement: Judgement) -> None:
    """Print a row for each rival, from the best to the worst, and what can be said of them."""
    plan, console = judgement.plan, Console(highlight=False)
    title = (
        f"{plan.evaluations:,} gradients each, {plan.trials:,} trials in {plan.studies} studies, scored on "
        f"{len(plan.scoring()):,} other instances"
    )
    table = Table(title=Text(title), title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for heading in ("rival", "score", "95 % interval", "default", "profile", "to 1 %", "rates", "lost"):
        side: JustifyMethod = "left" if heading == "rival" else "right"
        table.add_column(heading, justify=side, no_wrap=side == "right", overflow="fold", min_width=5)
    target = TARGETS.index(1e-2)
    for i in judgement.order:
        mean = judgement.mean(judgement.scores[i].mean(axis=0))
        steps = float(np.median(judgement.reached[i, target]))
        table.add_row(
            Text.assemble(("● ", judgement.rivals[i].colour), judgement.rivals[i].name),
            f"{mean.value:.2f}",
            f"{mean.low:.2f} to {mean.high:.2f}",
            f"{judgement.mean(judgement.defaults[i]).value:.2f}",
            f"{judgement.profiles[i]:.2f}",
            f"{steps:.0f}" if np.isfinite(steps) else "-",
            f"{judgement.bands[i]:.1f}" if np.isfinite(judgement.bands[i]) else "-",
            f"{judgement.diverged[i, 0]:.0%}".replace("%", " %"),
        )
    show(table, console)
    for line in (*beaten(judgement), *notes(judgement)):
        console.print(Text(line))
    console.print(_KEY, style="dim")


def beaten(judgement: Judgement) -> list[str]:
    """For each rival, in a line, whom it beats, and from whom it cannot be told apart."""
    lines = []
    for i in judgement.order:
        own = [pair for pair in judgement.pairs if pair.first == i]
        parts = []
        for told, verb in ((True, "beats"), (False, "cannot be told apart from")):
            names = [judgement.rivals[pair.second].name for pair in own if pair.told_apart is told]
            if names:
                parts.append(f"{verb} {', '.join(names)}")
        if parts:
            lines.append(f"{judgement.rivals[i].name} {', and '.join(parts)}.")
    return lines


def notes(judgement: Judgement) -> list[str]:
    """In words: best trials on an edge of the search space, and rivals that need several gradients a step."""
    lines = []
    for i in judgement.order:
        rival, studies = judgement.rivals[i], judgement.studies[i]
        space = SearchSpace(StudyTask(rival.optimizer, Path().absolute(), judgement.plan, 0).kind())
        found = Counter(
            edge for study in studies for edge in space.edges(study["points"][int(study["best"][-1])])
        )
        lines += [
            f"{rival.name}: {edge} of the range, in the best trial of {count} of {len(studies)} studies."
            for edge, count in found.items()
        ]
        per_step = float(np.mean([study["per_step"] for study in studies]))
        if per_step > 1:
            lines.append(f"{rival.name} takes {per_step:.1f} gradients a step.")
    return lines
