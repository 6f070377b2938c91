"""The figure of the lab: loss against epoch, a panel for each problem."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from races.lab import EPOCHS, PROBLEMS, Problem, Run
from support.palette import PALETTE
from support.whole_files import write_whole
from views.figures.loss_axis import EDGE
from views.figures.words import STYLE

# Optimizers of the default race have the same colours here. Where lines overlap, the earlier ones show
# between the dashes of the later ones.
OPTIMIZER_COLOURS = {
    "SGD": PALETTE["vermillion"],
    "RMSProp": PALETTE["reddish purple"],
    "Adagrad": PALETTE["sky blue"],
    "Adam": PALETTE["yellow"],
    "AdamW": PALETTE["bluish green"],
}
_DASHES = {"SGD": None, "RMSProp": None, "Adagrad": (10, 2), "Adam": (8, 4), "AdamW": (4, 8)}
_FLOOR = 1e-6  # of the largest loss; a longer axis would squeeze the other curves into a line at the top


def save_figure(runs: Mapping[str, Sequence[Run]], path: str | Path) -> Path:
    """Draw the runs of one problem of `PROBLEMS`, or of several, to `path`, a PNG, whole or not at all."""
    columns = min(len(runs), 3)
    rows = len(runs) // 3 + 1  # with several problems, one panel is left for the legend
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(4.2 * columns + (1 if rows > 1 else 2.4), 3.9 * rows), layout="constrained")
        panels = list(figure.subplots(rows, columns, squeeze=False).flat)
        for axes, (name, several) in zip(panels, runs.items(), strict=False):
            _draw(name, PROBLEMS[name], several, axes)
        for axes in panels[len(runs) :]:
            axes.set_axis_off()
        names = panels[0].get_legend_handles_labels()
        if len(panels) > len(runs):
            panels[-1].legend(*names, handlelength=4.5, loc="center")
        else:
            figure.legend(*names, handlelength=4.5, loc="outside right upper")
        write_whole(path, lambda file: figure.savefig(file, format="png", dpi=150))
    return Path(path)


def _draw(name: str, problem: Problem, runs: Sequence[Run], axes: Axes) -> None:
    """Each optimizer's loss above the lowest possible one, on a logarithmic scale."""
    above = np.array([run.losses for run in runs]) - problem.least
    for run, losses in zip(runs, above, strict=True):
        dashes = _DASHES[run.optimizer]
        axes.plot(
            losses,
            color=OPTIMIZER_COLOURS[run.optimizer],
            linewidth=1.8,
            linestyle="-" if dashes is None else (0, dashes),
            label=run.optimizer,
            path_effects=EDGE,
        )
    highest = above.max()
    axes.set_yscale("log")
    axes.set_ylim(max(above.min(), _FLOOR * highest) / 1.5, highest * 1.5)
    least = f" - {problem.least:.4g}".replace("- -", "+ ") if problem.least else ""
    axes.set(xlim=(0, EPOCHS), xlabel="epoch", ylabel=f"loss{least}")
    axes.set_title(f"{name}\n{problem.title}", fontsize=10)
    axes.grid(alpha=0.3)
