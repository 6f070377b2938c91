"""The figures of maps: basins by colour and speed by shade, what is left of the loss by rate and momentum."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from comparison import Basins, SettingsMap
from comparison.basin_maps import NOWHERE
from races import RaceSpec
from support.messages import shorten
from support.whole_files import write_whole
from views.basins import basin_picture, minimum_colours
from views.figures.words import drawing

FORMATS = (".png", ".svg", ".pdf", ".npz")
_COLUMNS = 4
_MOST_KEYS = 10  # minima in the legend
_NOWHERE = "#dddddd"
_DASHES: tuple[Any, ...] = ("-", (0, (6, 2)), (0, (2, 1.5)), (0, (6, 2, 1.5, 2)))


def save_map(found: Basins | SettingsMap, spec: RaceSpec, path: Path) -> Path:
    """Write a map to a PNG, SVG, PDF or npz, whole or not at all.

    Args:
        found: the map.
        spec: its race.
        path: the file; one that is there is replaced.

    Raises:
        OSError: if the file cannot be written.
    """
    kind = path.suffix.lower()
    if kind == ".npz":
        return write_whole(path, lambda file: np.savez_compressed(file, **found.arrays()))
    with drawing([*found.names, spec.build_surface().name]):
        if isinstance(found, Basins):
            figure = _basins(found, spec)
        else:
            figure = _rates(found, spec) if found.momenta is None else _momenta(found, spec)
        dates: Any = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(kind)
        return write_whole(path, lambda file: figure.savefig(file, format=kind[1:], dpi=150, metadata=dates))


def _panels(count: int, size: float = 3.6) -> tuple[Figure, list[Axes]]:
    columns = min(count, _COLUMNS)
    rows = -(-count // columns)
    figure = Figure(figsize=(size * columns + 0.4, (size + 0.2) * rows + 0.8), layout="constrained")
    panels = list(figure.subplots(rows, columns, squeeze=False).flat)
    for axes in panels[count:]:
        axes.set_axis_off()
    return figure, panels[:count]


def _of(spec: RaceSpec) -> str:
    return f"{shorten(spec.build_surface().name)}, {spec.steps:,} steps"


def _title(axes: Axes, text: str) -> None:
    axes.set_title(" ").set_parse_math(False)
    axes.title.set_text(shorten(text, 80))


def _short(x: float) -> str:
    return f"{round(float(x), 6) + 0.0:.3g}"


def _basins(found: Basins, spec: RaceSpec) -> Figure:
    figure, panels = _panels(len(found.names))
    ends = (found.u[0], found.u[-1], found.v[0], found.v[-1])
    for racer, axes in enumerate(panels):
        axes.imshow(
            basin_picture(found, racer, _NOWHERE),
            origin="lower",
            extent=ends,
            aspect="auto",
            interpolation="nearest",
        )
        axes.plot(*found.minima.T, "*", markersize=11, color="white", markeredgecolor="black", clip_on=False)
        _title(axes, found.names[racer])
        axes.set(xlabel="u", ylabel="v")
    surface = spec.build_surface()
    keys: list[Any] = [
        Patch(color=colour, label=f"({_short(u)}, {_short(v)}), loss {_short(surface(float(u), float(v)))}")
        for colour, (u, v) in zip(minimum_colours(len(found.minima)), found.minima, strict=True)
    ][:_MOST_KEYS]
    if len(found.minima) > _MOST_KEYS:
        keys.append(Patch(color="none", label=f"and {len(found.minima) - _MOST_KEYS} more"))
    if (found.reached == NOWHERE).any():
        keys.append(Patch(color=_NOWHERE, label=f"none within {spec.steps:,} steps"))
    star = {"marker": "*", "color": "white", "markeredgecolor": "black", "markersize": 11, "linestyle": ""}
    keys.append(Line2D([], [], **star, label="minimum"))  # type: ignore[arg-type]
    columns = max(1, round(figure.get_figwidth() / 3))
    figure.legend(handles=keys, loc="outside lower center", ncols=columns)
    figure.suptitle("The minimum that is reached from each start; darker: later").set_parse_math(False)
    return figure


def _rates(found: SettingsMap, spec: RaceSpec) -> Figure:
    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.subplots()
    for i, name in enumerate(found.names):
        look: Any = {"color": spec.racers[i].colour, "linewidth": 1.8}
        left = np.where(np.isfinite(found.left[i]), found.left[i], np.nan)
        (line,) = axes.plot(found.rates, left, **look, linestyle=_DASHES[i % len(_DASHES)])
        line.set_label(shorten(name))
        if band := found.band(i):
            axes.plot(
                band, [0.03 + 0.025 * i] * 2, transform=axes.get_xaxis_transform(), **look | {"linewidth": 5}
            )
    axes.set(xscale="log", yscale="log", xlabel="learning rate", ylabel="share of the loss that is left")
    _title(
        axes,
        f"{spec.build_surface().name}, {spec.steps:,} steps; bars: at most 1 % is left",
    )
    axes.grid(alpha=0.3)
    legend = axes.legend()
    for text in legend.get_texts():
        text.set_parse_math(False)
    return figure


def _momenta(found: SettingsMap, spec: RaceSpec) -> Figure:
    figure, panels = _panels(len(found.names))
    rates, momenta = found.rates, np.asarray(found.momenta)
    left = found.left
    finite = left[np.isfinite(left)]
    norm = LogNorm(min(finite.min(initial=1.0), 0.1), 1.0)
    table = colormaps["cividis_r"].with_extremes(over="#b0603a", bad="white")
    for i, axes in enumerate(panels):
        shown = np.ma.masked_where(~np.isfinite(left[i]), left[i])
        picture = axes.pcolormesh(rates, momenta, shown, norm=norm, cmap=table, rasterized=True)
        axes.set(xscale="log", xlabel="learning rate", ylabel=found.labels[i])
        _title(axes, found.names[i])
    bar = figure.colorbar(picture, ax=panels, extend="max")
    bar.set_label("share of the loss that is left")
    figure.suptitle(f"{_of(spec)}; brown: above the start; white: diverged").set_parse_math(False)
    return figure
