"""The figure of a race: contours with the trails from above, and loss against step."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import BoundaryNorm
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D

from races.metrics import median, target_of
from races.trace import Trace
from support.messages import shorten
from support.numbers import numbers
from support.whole_files import write_whole
from views.captions import axis_names, captions
from views.drawn_surface import drawn_surface
from views.figures import words
from views.figures.contours import heights
from views.figures.loss_axis import EDGE, MANY_RACERS, draw_curves, line_style, set_loss_axis
from views.figures.words import AxisNumbers, drawing, figure_words

FORMATS = (".png", ".svg", ".pdf")


def save_figure(trace: Trace, path: str | Path) -> Path:
    """Draw the race to `path`, whole or not at all; its suffix, one of `FORMATS`, decides the format.

    On the left are the contours with the trails, on the right the losses, below a legend; in the language of
    the race's film. `draw_plan` and `draw_losses` draw one of them into your own axes.

    Args:
        trace: the race, with every step.
        path: the file to write.

    Returns:
        The path.

    Raises:
        ValueError: if the suffix is none of `FORMATS`.
        TraceError: if the trace does not have every step.
        OSError: if the file cannot be written.

    >>> import tempfile
    >>> from races import BUILT_IN, load_spec, run_race
    >>> trace = run_race(load_spec(BUILT_IN))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_figure(trace, f"{folder}/race.pdf").name
    'race.pdf'
    """
    path = _checked(path)
    drawn = figure(trace)
    with drawing(_texts(trace)):
        _write(drawn, path)
    return path


def figure(trace: Trace) -> Figure:
    """Draw the race as `save_figure` does; a notebook shows the figure.

    Args:
        trace: the race, with every step.

    Returns:
        The figure, matplotlib's.

    Raises:
        TraceError: if the trace does not have every step.

    >>> from races import BUILT_IN, load_spec, run_race
    >>> len(figure(run_race(load_spec(BUILT_IN, steps=20))).axes)  # the plan, its colour bar, the losses
    3
    """
    trace.require_steps("a plot")
    handles, names = _keys(trace)
    with drawing(_texts(trace)):
        columns, rows = _columns(names, 10.6)
        drawn = _Shown(figsize=(11, 5 + 0.22 * rows), layout="constrained")
        drawn.texts_shown = _texts(trace)
        plan, curves = drawn.subplots(1, 2)
        _draw_plan(trace, plan)
        _draw_losses(trace, curves)
        _name(drawn.legend(handles, _blank(names), loc="outside lower center", ncols=columns), names)
    return drawn


class _Shown(Figure):
    """A figure that a notebook shows, whatever matplotlib's backend is."""

    texts_shown: Sequence[str] = ()

    def _repr_png_(self) -> bytes:
        picture = BytesIO()
        with drawing(self.texts_shown):
            self.savefig(picture, format="png", dpi=100)
        return picture.getvalue()


def save_plan(trace: Trace, path: str | Path) -> Path:
    """Draw the race from above, a dot for every step, to `path`, whole or not at all.

    Args:
        trace: the race, with every step.
        path: the file to write; its suffix, one of `FORMATS`, decides the format.

    Returns:
        The path.

    Raises:
        ValueError: if the suffix is none of `FORMATS`.
        TraceError: if the trace does not have every step.
        OSError: if the file cannot be written.

    >>> import tempfile
    >>> from races import BUILT_IN, load_spec, run_race
    >>> trace = run_race(load_spec(BUILT_IN, steps=20))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_plan(trace, f"{folder}/plan.svg").name
    'plan.svg'
    """
    path = _checked(path)
    trace.require_steps("a plot")
    with drawing(_texts(trace)):
        figure = Figure(figsize=(5.4, 5), layout="constrained")
        axes = figure.subplots()
        _draw_plan(trace, axes, deep=True)
        for i, racer in enumerate(trace.spec.racers):
            dots = trace.positions[i].reshape(-1, 2).T
            axes.plot(*dots, "o", color=racer.colour, markeredgecolor="#333333", mew=0.5, ms=3.5)
        names = list(trace.names)
        _name(axes.legend(_keys(trace)[0][: len(names)], _blank(names), loc="best"), names)
        _write(figure, path)
    return path


def draw_plan(trace: Trace, ax: Axes | None = None) -> Axes:
    """Draw the surface from above, with every racer's trail.

    Args:
        trace: the race, with every step.
        ax: the axes to draw into; those of a new figure by default.

    Returns:
        The axes, in units of u and v.

    Raises:
        TraceError: if the trace does not have every step.

    >>> from races import BUILT_IN, load_spec, run_race
    >>> axes = draw_plan(run_race(load_spec(BUILT_IN, steps=20)))
    >>> axes.get_xlabel(), axes.get_ylabel()
    ('u', 'v')
    """
    trace.require_steps("a plot")
    ax = ax or _new_axes()
    _draw_plan(trace, ax)
    return ax


def draw_losses(trace: Trace, ax: Axes | None = None) -> Axes:
    """Draw each racer's loss against the step, with a legend beside the axes.

    Args:
        trace: the race, with every step.
        ax: the axes to draw into; those of a new figure by default.

    Returns:
        The axes, in units of steps and of the loss.

    Raises:
        TraceError: if the trace does not have every step.

    >>> from races import BUILT_IN, load_spec, run_race
    >>> axes = draw_losses(run_race(load_spec(BUILT_IN, steps=20)))
    >>> axes.get_xlabel(), axes.get_ylabel()
    ('step', 'loss')
    """
    trace.require_steps("a plot")
    ax = ax or _new_axes()
    _draw_losses(trace, ax)
    handles, names = _keys(trace, plan=False)
    place: Any = {"loc": "upper left", "bbox_to_anchor": (1.02, 1), "borderaxespad": 0}
    _name(ax.legend(handles, _blank(names), **place), names)
    return ax


def _new_axes() -> Axes:
    return Figure(figsize=(6, 5), layout="constrained").subplots()


def _checked(path: str | Path) -> Path:
    path = Path(path)
    if path.suffix.lower() not in FORMATS:
        raise ValueError(f"a figure's file must end in {', '.join(FORMATS)}, got {path}")
    return path


def _write(figure: Figure, path: Path) -> None:
    kind = path.suffix.lower().removeprefix(".")
    metadata: dict[str, None] = (
        {"Date": None} if kind == "svg" else {"CreationDate": None} if kind == "pdf" else {}
    )
    write_whole(path, lambda file: figure.savefig(file, format=kind, dpi=150, metadata=metadata))


def _texts(trace: Trace) -> list[str]:
    return [*trace.names, trace.surface.name]


_MANY = 20  # with more starts, trails are faint
_RING: Any = {"linestyle": "none", "marker": "o", "markersize": 9, "fillstyle": "none", "color": "black"}
_STAR: Any = {
    "linestyle": "none",
    "marker": "*",
    "markersize": 11,
    "color": "white",
    "markeredgecolor": "black",
}


def _draw_plan(trace: Trace, axes: Axes, deep: bool = False) -> None:
    """Draw the surface from above in greys with its minima, and every trail from a ring to a dot.

    With `deep`, contours get closer together towards the bottom, and there is no colour bar.
    """
    surface, language = trace.surface, trace.spec.film.language
    names = axis_names(trace, captions(language))
    _draw_contours(trace, axes, deep)
    many = len(trace.spec.start) > _MANY or len(trace.names) > MANY_RACERS
    low, high = np.array([surface.u_range, surface.v_range]).T
    # Points so far out that matplotlib's arithmetic would overflow are clipped.
    far = 1e3 * (high - low)
    for i, racer in enumerate(trace.spec.racers):
        paths = np.clip(np.swapaxes(trace.positions[i], 0, 1), low - far, high + far)
        lines = LineCollection(list(paths), colors=racer.colour, linewidths=1.4, alpha=0.3 if many else 1)
        if not many:
            lines.set_path_effects(EDGE)
        axes.add_collection(lines)
        size, edge = (3, "none") if many else (7, "#333333")
        axes.plot(*paths[:, -1].T, "o", color=racer.colour, markeredgecolor=edge, markersize=size, zorder=3)
    if len(trace.spec.start) <= _MANY:
        axes.plot(*np.array(trace.spec.start).T, zorder=3, **_RING)
    if not deep and (minima := _minima(trace)):
        axes.plot(*np.array(minima).T, zorder=3, **_STAR)
    across, up = (figure_words(language)["axis"].format(name) if trace.plane else name for name in names)
    axes.set(xlim=surface.u_range, ylim=surface.v_range, xlabel=across, ylabel=up)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(AxisNumbers(language))
    words.set_text(axes.title, shorten(surface.name))


def _draw_contours(trace: Trace, axes: Axes, deep: bool) -> None:
    relief, language = heights(drawn_surface(trace)), trace.spec.film.language
    levels = relief.levels
    if len(levels) < 2:
        return  # flat
    if deep:
        low, high = relief.z.min(), relief.z.max()
        levels = low + (high - low) * np.linspace(0, 1, 25) ** 2.5
    norm = BoundaryNorm(levels, 256) if deep or relief.steep else None
    grid = (relief.u, relief.v, relief.z)
    filled = axes.contourf(*grid, levels=levels, norm=norm, cmap="Greys_r", alpha=0.7)
    axes.contour(*grid, levels=levels, colors="#00000030", linewidths=0.5, linestyles="solid")
    if not deep:
        bar = axes.figure.colorbar(filled, ax=axes, label=figure_words(language)["loss"])
        if relief.steep:
            ticks = levels[:: -(-len(levels) // 9)]
            bar.ax.set_yticks(ticks, [numbers(language).rounded(float(f"{level:.3g}")) for level in ticks])
            bar.ax.minorticks_off()
        else:
            bar.ax.yaxis.set_major_formatter(AxisNumbers(language))


def _draw_losses(trace: Trace, axes: Axes) -> None:
    """Draw each racer's loss at each step, and the target; with several starts, the median and the spread."""
    language, starts = trace.spec.film.language, len(trace.spec.start)
    said = figure_words(language)
    target = float(median(target_of(trace)))
    set_loss_axis(trace, axes, target)
    spread = draw_curves(trace, axes)
    if np.isfinite(target):
        axes.axhline(target, color="black", linestyle=":", linewidth=1)
    title = said["loss"] if starts == 1 else said["median"].format(numbers(language).count(starts))
    axes.set(xlim=(0, trace.spec.steps), xlabel=said["step"], ylabel=said["loss"])
    axes.set_title(said[spread].format(title) if spread else title)
    axes.xaxis.set_major_formatter(AxisNumbers(language))
    axes.grid(alpha=0.3)


def _minima(trace: Trace) -> list[tuple[float, float]]:
    surface = trace.surface
    return [point for point in surface.minima if surface.contains(*point)]


def _keys(trace: Trace, plan: bool = True) -> tuple[list[Artist], list[str]]:
    """The handles and labels of a legend: racers, the target, and the marks on the plan."""
    language = trace.spec.film.language
    said = figure_words(language)
    racers = trace.spec.racers[: None if len(trace.names) <= MANY_RACERS else MANY_RACERS - 1]
    handles: list[Artist] = [Line2D([], [], color=racer.colour, **line_style(trace)) for racer in racers]
    names = [racer.name for racer in racers]
    if more := len(trace.spec.racers) - len(racers):
        handles.append(Line2D([], [], linestyle="none"))
        names.append(said["more"].format(numbers(language).count(more)))
    target = float(median(target_of(trace)))
    if np.isfinite(target):
        handles.append(Line2D([], [], color="black", linestyle=":", linewidth=1))
        names.append(said["target"].format(numbers(language).rounded(target)))
    if plan and len(trace.spec.start) <= _MANY:
        handles.append(Line2D([], [], **_RING))
        names.append(said["start"])
    if plan and _minima(trace):
        handles.append(Line2D([], [], **_STAR))
        names.append(said["minimum"])
    return handles, names


def _columns(names: Sequence[str], inches: float) -> tuple[int, int]:
    """The number of a legend's columns that fit into a width, and of its rows."""
    columns = max(1, int(inches / (0.7 + 0.09 * max(map(words.width, names)))))
    rows = -(-len(names) // columns)
    return -(-len(names) // rows), rows


def _blank(names: Sequence[str]) -> list[str]:
    return [" "] * len(names)


def _name(legend: Legend, names: Sequence[str]) -> None:
    """Write the names into a legend, which would by itself leave out those that begin with a `_`."""
    for text, name in zip(legend.get_texts(), names, strict=True):
        words.set_text(text, name)
