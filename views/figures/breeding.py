"""The figure of a breeding: the scores of its generations."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from evolution import Bred
from support.whole_files import write_whole
from views.figures.words import drawing


def save_breeding_figure(bred: Bred, path: Path) -> Path:
    """Draw the best, the median and the validation score of each generation to a PNG, whole or not at all.

    Args:
        bred: what is drawn.
        path: the file; one that is there is replaced.

    Raises:
        OSError: if the file cannot be written.
    """
    number, best, median, validation = np.array(bred.generations, dtype=np.float64).T
    with drawing([]):
        figure = Figure(figsize=(8, 4.8), layout="constrained")
        axes = figure.subplots()
        axes.plot(number, median, color="#0072B2", linewidth=1.2, label="median of the population")
        axes.plot(number, best, color="#E69F00", linewidth=1.2, label="best of the population")
        known = ~np.isnan(validation)
        axes.plot(
            number[known], validation[known], color="#009E73", marker="o", markersize=4, linewidth=1.6,
            label=f"validation, on {', '.join(bred.plan.validation)}",
        )  # fmt: skip
        axes.plot(
            bred.chosen, bred.generations[bred.chosen].validation, "o", color="none", markersize=12,
            markeredgecolor="#333333", label=f"the network that is kept, of generation {bred.chosen}",
        )  # fmt: skip
        axes.set(
            xlabel="generation", ylabel="log10 of the loss left, less the first network's", xlim=(0, None),
            title=f"Bred on {', '.join(bred.plan.functions)}, which each generation draws anew",
        )  # fmt: skip
        axes.grid(alpha=0.3)
        figure.legend(loc="outside lower center", ncols=2)
        return write_whole(path, lambda file: figure.savefig(file, format="png", dpi=110))
