"""`race map`: the maps of a race, drawn or as arrays."""

from __future__ import annotations

from pathlib import Path

from cli.judge import failures_told
from cli.options import MapKind
from cli.progress import progress
from comparison import Basins, SettingsMap, basin_map, momentum_map, rate_map
from comparison.basin_maps import basin_parts
from comparison.search_space import RATES
from races import RaceSpec
from support.cluster import on_cluster
from views.figures.maps import save_map

_SIDES = {"basin": 256, "rates": 400, "momentum": 200}
_MOMENTA = (0.0, 0.999)


def draw_map(
    kind: MapKind,
    spec: RaceSpec,
    points: int | None,
    rates: tuple[float, float] | None,
    momenta: tuple[float, float] | None,
    processes: int | None,
    cluster: str | None,
    path: Path,
) -> Path:
    """Compute a map and write it.

    Args:
        kind: which.
        spec: the race.
        points: along each side; by default so many that it takes seconds.
        rates: the range of learning rates; by default the whole search space.
        momenta: the range of momenta.
        processes: how many work.
        cluster: the address of a Dask scheduler, whose workers work instead.
        path: of the file.

    Raises:
        ComparisonError: for a map that cannot be made.
        OSError: if the file cannot be written.
    """
    side = points or _SIDES[kind]
    parts = basin_parts(side) if kind is MapKind.BASIN else len(spec.racers)
    found: Basins | SettingsMap
    with failures_told(), on_cluster(cluster), progress("racing", parts) as advance:
        if kind is MapKind.BASIN:
            found = basin_map(spec, side, processes, advance)
        elif kind is MapKind.RATES:
            found = rate_map(spec, rates or RATES, side, processes, advance)
        else:
            found = momentum_map(spec, rates or RATES, momenta or _MOMENTA, side, processes, advance)
    return save_map(found, spec, path)
