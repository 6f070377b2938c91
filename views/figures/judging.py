"""The figure of a judgement: scores with their intervals, performance profiles, scores by trials, rates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from comparison import Judgement
from comparison.statistics import MOST_RATIO, profile
from comparison.study import BAND
from support.whole_files import write_whole
from views.figures import words
from views.figures.words import drawing

_MARKS = "osD^vP*Xhd<>8p"  # so that colour is not all that tells rivals apart
_RATIOS = np.linspace(1, MOST_RATIO, 121)
_SCORE = "log10 of the loss that is left"


def save_judge_figure(judgement: Judgement, path: Path) -> Path:
    """Draw a judgement to a PNG, whole or not at all.

    Args:
        judgement: what is drawn.
        path: the file; one that is there is replaced.

    Raises:
        OSError: if the file cannot be written.
    """
    names = [rival.name for rival in judgement.rivals]
    with drawing(names):
        figure = Figure(figsize=(11, 7.6 + 0.1 * len(names)), layout="constrained")
        panels = figure.subplots(2, 2)
        for draw, axes in zip((_scores, _profiles, _trials, _rates), panels.flat, strict=True):
            draw(judgement, axes)
            axes.grid(alpha=0.3)
        handles = [Line2D([], [], **_look(judgement, i), linewidth=1.6) for i in judgement.order]
        legend = figure.legend(handles, [" "] * len(names), loc="outside lower center", ncols=7)
        for text, i in zip(legend.get_texts(), judgement.order, strict=True):
            words.set_text(text, names[i])
        return write_whole(path, lambda file: figure.savefig(file, format="png", dpi=110))


def _look(judgement: Judgement, place: int) -> dict[str, Any]:
    return {
        "color": judgement.rivals[place].colour,
        "marker": _MARKS[place],
        "markersize": 6,
        "markeredgecolor": "#333333",
        "markeredgewidth": 0.6,
    }


def _scores(judgement: Judgement, axes: Axes) -> None:
    for row, i in enumerate(judgement.order):
        mean = judgement.mean(judgement.scores[i].mean(axis=0))
        look, default = _look(judgement, i), judgement.mean(judgement.defaults[i]).value
        axes.plot([mean.value, default], [row, row], color="#bbbbbb", linewidth=1, zorder=1)
        axes.plot([mean.low, mean.high], [row, row], color="#333333", linewidth=2, zorder=2)
        axes.plot(mean.value, row, **look)
        axes.plot(default, row, **look | {"color": "white", "markeredgecolor": look["color"]})
    axes.set_yticks(range(len(judgement.order)), [judgement.rivals[i].name for i in judgement.order])
    for label in axes.get_yticklabels():
        label.set_parse_math(False)
    axes.invert_yaxis()
    axes.set(xlabel=_SCORE, title="Tuned, with 95 % interval; hollow: the defaults")


def _profiles(judgement: Judgement, axes: Axes) -> None:
    shares = profile(judgement.reached.reshape(len(judgement.rivals), -1), _RATIOS)
    for i in reversed(judgement.order):
        axes.plot(_RATIOS, shares[i], **_look(judgement, i), markevery=30, linewidth=1.6)
    axes.set(xlabel="gradients, as a multiple of the fastest's", ylabel="share of targets reached")
    axes.set(ylim=(0, 1), title="Performance profile")


def _trials(judgement: Judgement, axes: Axes) -> None:
    for i in reversed(judgement.order):
        axes.plot(judgement.plan.budgets, judgement.by_budget[i], **_look(judgement, i), linewidth=1.6)
    axes.set_xscale("log")
    axes.set_xticks(judgement.plan.budgets, [str(budget) for budget in judgement.plan.budgets])
    axes.minorticks_off()
    axes.set(xlabel="trials of tuning", ylabel=_SCORE, title="What tuning brings")


def _rates(judgement: Judgement, axes: Axes) -> None:
    for i in reversed(judgement.order):
        band = judgement.studies[i][0]["band"]
        if len(band):
            axes.plot(BAND, band, **_look(judgement, i) | {"markersize": 4}, linewidth=1.4)
    axes.set_xscale("log")
    axes.set(xlabel="learning rate, all else as tuned", ylabel=_SCORE, title="How wide the good rates are")
