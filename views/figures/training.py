"""The figure of trainings: loss and accuracy against epoch, and how each network divides the plane."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, PercentFormatter
from numpy.typing import NDArray

from networks import Module, TrainingRecord, TrainingStatus
from networks.datasets import Dataset
from support.messages import shorten
from support.whole_files import write_whole
from views.figures import words
from views.figures.decision import class_keys, draw_boundary, draw_fit
from views.figures.loss_axis import EDGE
from views.figures.words import drawing

_DECADES = 100  # times the lowest loss: beyond it the axis is logarithmic
_FLOOR = 1e-16  # of the highest loss: anything below is rounding error
_PEAK = 1e3  # times the first loss: the highest top of the axis
_MOST_COLUMNS = 4
_GREY = "#555555"
_DASHED = (0, (3, 2))
_CROSS: Any = {"marker": "X", "markersize": 8, "markeredgecolor": "#333333", "linestyle": "none"}


@dataclass(frozen=True)
class Trained:
    """A network after its training, as figures and tables show it.

    Attributes:
        name: what it is called.
        colour: "#rrggbb".
        model: the network.
        record: of its training.
    """

    name: str
    colour: str
    model: Module
    record: TrainingRecord


def save_training_figure(data: Dataset, networks: Sequence[Trained], path: str | Path) -> Path:
    """Draw trainings on one data set to a PNG, whole or not at all, without replacing a file.

    With two inputs and classes, each network's decision boundary is drawn over the points; with one input
    and a regression, what it predicts.

    Args:
        data: the data set.
        networks: what was trained on it, one or more.
        path: the file; if there is one already, a number is added to its name.

    Returns:
        The path of the file.

    Raises:
        OSError: if the file cannot be written.

    >>> import tempfile
    >>> from networks import MLP, train
    >>> from networks.datasets import moons
    >>> from optimizers import Adam
    >>> model, data = MLP([2, 8, 1], rng=0), moons(seed=0)
    >>> record = train(model, data, Adam(model.parameters(), lr=0.05), epochs=5)
    >>> adam = Trained("Adam", "#F0E442", model, record)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_training_figure(data, [adam], f"{folder}/moons.png").name
    'moons.png'
    """
    texts = [data.name, *data.features, *data.classes, *(network.name for network in networks)]
    with drawing(texts):
        figure, curves, maps = _panels(data, len(networks))
        _draw_losses(networks, curves[0])
        if data.classes:
            _draw_accuracies(networks, curves[1])
        if maps and not data.classes:
            draw_fit(data, [(network.model, network.colour) for network in networks], maps[0])
        else:
            for network, axes in zip(networks, maps, strict=False):
                _draw_map(data, network, axes)
        handles, names = _keys(data, networks, bool(maps))
        blank = [" "] * len(names)
        columns = min(len(names), int(figure.get_figwidth() / 1.5))
        legend = figure.legend(handles, blank, loc="outside lower center", ncols=columns)
        for text, name in zip(legend.get_texts(), names, strict=True):
            words.set_text(text, shorten(name))
        return write_whole(path, lambda file: figure.savefig(file, format="png", dpi=110), replace=False)


def _panels(data: Dataset, count: int) -> tuple[Figure, list[Axes], list[Axes]]:
    """A figure with its panels: of curves, and of planes or fits; in one row, or planes below curves."""
    curves = 2 if data.classes else 1
    inputs = len(data.features)
    maps = count if data.classes and inputs == 2 else 1 if not data.classes and inputs == 1 else 0
    if curves + maps <= 3:
        figure = Figure(figsize=(4.4 * (curves + maps) + 0.4, 4.6), layout="constrained")
        panels = list(figure.subplots(1, curves + maps, squeeze=False).flat)
        return figure, panels[:curves], panels[curves:]
    rows = -(-maps // _MOST_COLUMNS)
    columns = -(-maps // rows)
    figure = Figure(figsize=(4.0 * columns, 3.6 + 3.7 * rows), layout="constrained")
    grid = figure.add_gridspec(1 + rows, 2 * columns)
    top = [figure.add_subplot(grid[0, i * columns : (i + 1) * columns]) for i in range(2)]
    places = [(1 + i // columns, 2 * (i % columns)) for i in range(maps)]
    return figure, top, [figure.add_subplot(grid[row, left : left + 2]) for row, left in places]


def _draw_losses(networks: Sequence[Trained], axes: Axes) -> None:
    """Each network's loss on what it was trained on, and, dashed, on what it was tested on."""
    low, high = _loss_limits([network.record for network in networks])
    for network in networks:
        record = network.record
        _draw_curves(network, np.clip(record.losses, 0, 1e3 * high), axes)
        _draw_curves(network, np.clip(record.test_losses, 0, 1e3 * high), axes, tested=True)
    axes.set_title("loss")
    if high > _DECADES * low > 0:
        axes.set_yscale("log")
        room = (high / low) ** 0.05
        axes.set_ylim(low / room, high * room)
    else:
        axes.set_ylim(0, 1.05 * high)
    for network in networks:
        _mark_end(network, network.record.losses, axes)
    _finish(networks, axes)


def _loss_limits(records: Sequence[TrainingRecord]) -> tuple[float, float]:
    """The lowest and the highest loss to show: one that diverges does not squeeze the others into a line."""
    lasting = [record for record in records if record.status is not TrainingStatus.DIVERGED]
    first = _finite([record.losses[:1] for record in records])
    found = _finite([curve for record in records for curve in (record.losses, record.test_losses)])
    kept = _finite([curve for record in lasting for curve in (record.losses, record.test_losses)])
    start = float(first.max(initial=0.0)) or 1.0
    high = min(float(kept.max(initial=start)), _PEAK * start)
    low = float(np.min(found[found > 0], initial=high))
    return max(low, _FLOOR * high), high


def _finite(curves: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    values: NDArray[np.float64] = np.concatenate([*curves, np.empty(0)])
    finite: NDArray[np.float64] = values[np.isfinite(values)]
    return finite


def _draw_accuracies(networks: Sequence[Trained], axes: Axes) -> None:
    """Each network's share of right predictions, of what it was trained on and, dashed, tested on."""
    for network in networks:
        _draw_curves(network, network.record.accuracies, axes)
        _draw_curves(network, network.record.test_accuracies, axes, tested=True)
    shares = _finite([c for n in networks for c in (n.record.accuracies, n.record.test_accuracies)])
    low = float(shares.min(initial=0.9))
    axes.set_ylim(low - 0.05 * (1 - low), 1 + 0.05 * (1 - low))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, symbol=" %"))
    for network in networks:
        _mark_end(network, network.record.accuracies, axes)
    axes.set_title("accuracy")
    _finish(networks, axes)


def _draw_curves(network: Trained, values: NDArray[np.float64], axes: Axes, tested: bool = False) -> None:
    style: Any = {"linewidth": 1.3, "linestyle": _DASHED} if tested else {"linewidth": 1.6}
    axes.plot(values, color=network.colour, path_effects=EDGE, **style)


def _mark_end(network: Trained, values: NDArray[np.float64], axes: Axes) -> None:
    """Mark where a training diverged: its last finite value, or the axis's end, if that is beyond it."""
    known = np.flatnonzero(np.isfinite(values))
    if network.record.status is TrainingStatus.DIVERGED and len(known):
        place = known[-1], np.clip(values[known[-1]], *axes.get_ylim())
        axes.plot(*place, color=network.colour, clip_on=False, zorder=4, **_CROSS)


def _finish(networks: Sequence[Trained], axes: Axes) -> None:
    axes.set(xlim=(0, max(network.record.epochs for network in networks)), xlabel="epoch")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(alpha=0.3)


def _draw_map(data: Dataset, network: Trained, axes: Axes) -> None:
    """The network's boundary over the points, in a frame of its colour."""
    draw_boundary(data, network.model, axes)
    share = network.record.test_accuracies[-1]
    accuracy = f": {100 * share:.3g} % of test points right" if np.isfinite(share) else ""
    if network.record.status is TrainingStatus.DIVERGED:
        accuracy = ": diverged"
    words.set_text(axes.title, f"{network.name}{accuracy}")
    for spine in axes.spines.values():
        spine.set(color=network.colour, linewidth=2.5)


def _keys(data: Dataset, networks: Sequence[Trained], points: bool) -> tuple[list[Artist], list[str]]:
    """The handles and labels of the legend."""
    style: Any = {"linewidth": 1.6, "path_effects": EDGE}
    handles: list[Artist] = [Line2D([], [], color=network.colour, **style) for network in networks]
    names = [network.name for network in networks]
    if len(data.test):
        marker: Any = {"color": _GREY, "marker": "o" if points else "", "markersize": 5.5}
        handles.append(Line2D([], [], **marker))
        handles.append(Line2D([], [], **marker, linestyle=_DASHED, markerfacecolor="white"))
        names += ["training samples", "test samples"]
    if any(network.record.status is TrainingStatus.DIVERGED for network in networks):
        handles.append(Line2D([], [], color=_GREY, **_CROSS))
        names.append("diverged")
    if points:
        handles += class_keys(data)
        names += data.classes[: len(handles) - len(names)]
    return handles, names
