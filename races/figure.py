"""The figure of a race: contours with the trails from above, and loss against step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import BoundaryNorm
from matplotlib.figure import Figure
from matplotlib.patheffects import AbstractPathEffect, withStroke

from autograd.messages import shorten
from races.files import write_whole
from races.metrics import median, target_loss
from races.trace import Trace

FORMATS = (".png", ".svg", ".pdf")
STYLE: Any = {"font.family": "DejaVu Sans", "font.size": 10, "svg.fonttype": "path", "svg.hashsalt": "race"}


def save_figure(trace: Trace, path: Path) -> Path:
    """Draw the race to `path`, whole or not at all; its suffix, one of `FORMATS`, decides the format."""
    trace.require_steps("a plot")
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(11, 5), layout="constrained")
        plan, curve = figure.subplots(1, 2)
        _draw_plan(trace, plan)
        _draw_losses(trace, curve)
        _write(figure, path)
    return path


def save_plan(trace: Trace, path: Path) -> Path:
    """Draw the race from above, every step a dot, to `path`, as `save_figure` does."""
    trace.require_steps("a plot")
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(5.4, 5), layout="constrained")
        axes = figure.subplots()
        _draw_plan(trace, axes, deep=True)
        for i, racer in enumerate(trace.spec.racers):
            dots = trace.positions[i].reshape(-1, 2).T
            axes.plot(*dots, "o", color=racer.colour, markeredgecolor="#333333", mew=0.5, ms=3.5)
            axes.plot([], [], color=racer.colour, linewidth=1.6, label=racer.name, path_effects=EDGE)
        axes.legend(loc="best")
        _write(figure, path)
    return path


def _write(figure: Figure, path: Path) -> None:
    kind = path.suffix.lower().removeprefix(".")
    metadata: dict[str, None] = (
        {"Date": None} if kind == "svg" else {"CreationDate": None} if kind == "pdf" else {}
    )
    write_whole(path, lambda file: figure.savefig(file, format=kind, dpi=150, metadata=metadata))


# The palette is made for dark films: on white its lines get a dark edge.
EDGE: list[AbstractPathEffect] = [withStroke(linewidth=2.6, foreground="#333333")]
_MANY = 20  # starts from which single trails become faint


def _draw_plan(trace: Trace, axes: Axes, deep: bool = False) -> None:
    """The surface from above in greys, every trail on it, a ring at each start, a dot at each end.

    Contours are evenly spaced, and the greys have a scale; or, to show the shape of what is deep, contours
    are the closer together the lower they are.
    """
    surface = trace.spec.build_surface()
    u, v = np.meshgrid(np.linspace(*surface.u_range, 161), np.linspace(*surface.v_range, 161))
    z = np.broadcast_to(surface(u, v), u.shape)
    levels: Any = z.min() + (z.max() - z.min()) * np.linspace(0, 1, 25) ** 2.5 if deep else 24
    norm = BoundaryNorm(levels, 256) if deep else None
    filled = axes.contourf(u, v, z, levels=levels, norm=norm, cmap="Greys_r", alpha=0.7)
    axes.contour(u, v, z, levels=levels, colors="#00000030", linewidths=0.5, linestyles="solid")
    if not deep:
        axes.figure.colorbar(filled, ax=axes, label="loss")
    many = len(trace.spec.start) > _MANY
    for i, racer in enumerate(trace.spec.racers):
        paths = np.swapaxes(trace.positions[i], 0, 1)
        lines = LineCollection(list(paths), colors=racer.colour, linewidths=1.4, alpha=0.3 if many else 1)
        if not many:
            lines.set_path_effects(EDGE)
        axes.add_collection(lines)
        size, edge = (3, "none") if many else (7, "#333333")
        axes.plot(*paths[:, -1].T, "o", color=racer.colour, markeredgecolor=edge, markersize=size, zorder=3)
    if not many:
        axes.plot(*np.array(trace.spec.start).T, "o", markersize=9, fillstyle="none", color="black", zorder=3)
    axes.set(xlim=surface.u_range, ylim=surface.v_range, xlabel="u", ylabel="v", title=shorten(surface.name))


def _draw_losses(trace: Trace, axes: Axes) -> None:
    """Each racer's loss at each step (with several starts, the median), and the target."""
    medians = median(trace.losses)
    for i, racer in enumerate(trace.spec.racers):
        axes.plot(medians[i], color=racer.colour, linewidth=1.6, label=racer.name, path_effects=EDGE)
    target = float(median(target_loss(trace.losses, trace.spec.target)))
    if np.isfinite(target):
        axes.axhline(target, color="black", linestyle=":", linewidth=1, label=f"target {target:.4g}")
    shown = medians[np.isfinite(medians)]
    low, high = np.min([*shown, *([target] if np.isfinite(target) else [])]), medians[:, 0].max()
    # A racer that shoots up must not squeeze the others into a line.
    axes.set_ylim(low - 0.05 * (high - low or 1), high + 0.25 * (high - low or 1))
    title = "loss" if len(trace.spec.start) == 1 else f"median loss of {len(trace.spec.start):,} starts"
    axes.set(xlim=(0, trace.spec.steps), xlabel="step", ylabel="loss", title=title)
    axes.grid(alpha=0.3)
    axes.legend(loc="upper right")
