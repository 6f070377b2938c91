"""`basin_map`: which minimum is reached from each start, and how fast: a race from every point of a grid."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from comparison.map_checks import plain_surface, require_points, spread
from comparison.tuning import ComparisonError
from races import RaceSpec
from races.many_runs import Watch, nothing
from races.race import run_racer
from races.run_elementwise import RacerRun
from races.run_loops import pays
from races.step_program import step_code
from surfaces import Surface

Array: TypeAlias = NDArray[np.float64]

_CHUNK = 16_384  # starts that are raced at once, by one thread
_SIDE = 201  # of the grid on which minima are looked for
_NEAR = 0.02  # of the domain's diagonal: who stays nearer to a minimum has reached it
NOWHERE = -1  # the minimum of whoever reaches none


@dataclass(frozen=True, eq=False)
class Basins:
    """Where races end.

    Attributes:
        names: of the racers.
        u: the first coordinates of the starts, of shape (side,).
        v: the second ones.
        minima: those of the surface in its domain, of shape (minima, 2), the lowest first.
        reached: the place of the minimum that is reached from each start, or `NOWHERE`; of shape
            (racers, side, side), v along the axis before u.
        steps: after how many steps, of the same shape; all steps where none is reached.
        moments: the steps of `nearest`.
        nearest: the minimum that is nearest at each of them, or `NOWHERE` outside the domain; of shape
            (racers, moments, side, side).

    >>> spec = RaceSpec(surface="himmelblau", steps=60, racers=[{"optimizer": "momentum"}])
    >>> found = basin_map(spec, side=16, processes=1)
    >>> len(found.minima), found.reached.shape
    (4, (1, 16, 16))
    """

    names: tuple[str, ...]
    u: Array
    v: Array
    minima: Array
    reached: NDArray[np.int16]
    steps: NDArray[np.int32]
    moments: NDArray[np.int_]
    nearest: NDArray[np.int16]

    def arrays(self) -> dict[str, Any]:
        """What an npz holds."""
        return {
            "names": np.array(self.names), "u": self.u, "v": self.v, "minima": self.minima,
            "reached": self.reached, "steps": self.steps,
        }  # fmt: skip


def basin_map(
    spec: RaceSpec,
    side: int = 256,
    processes: int | None = None,
    on_part: Callable[[], object] | None = None,
    moments: Sequence[int] = (),
) -> Basins:
    """Race from every point of a grid over the surface's domain.

    A racer has reached the minimum that it ends within a fiftieth of the domain's diagonal of, after as many
    steps as it made until it stayed that near.

    Args:
        spec: the race; its starts do not count.
        side: starts along each side.
        processes: how many work; by default as many as there are processors.
        on_part: called for each of `basin_parts` once it is done.
        moments: rising steps at which the nearest minimum is wanted, too.

    Raises:
        ComparisonError: for a network, no points or too many, or a surface that has no minimum in its domain.

    >>> spec = RaceSpec(surface="booth", steps=60, racers=[{"optimizer": "adam", "lr": 0.5}])
    >>> basin_map(spec, side=8, processes=1).reached.max()
    np.int16(0)
    """
    surface = plain_surface(spec)
    require_points(side**2, len(spec.racers), f"a grid of {side:,} x {side:,} starts")
    minima = find_minima(surface)
    if not len(minima):
        raise ComparisonError(f"surface {surface.name} has no minimum inside its domain to be reached")
    u, v = (np.linspace(*ends, side) for ends in (surface.u_range, surface.v_range))
    wanted, shape = np.array(moments, dtype=int), (len(spec.racers), side**2)
    if not moments:  # a loop keeps none
        spec = spec.model_copy(update={"engine": _engine(spec, side**2)})
    reached, steps = np.empty(shape, dtype=np.int16), np.empty(shape, dtype=np.int32)
    nearest = np.empty((shape[0], len(wanted), shape[1]), dtype=np.int16)
    parts = [slice(begin, min(begin + _CHUNK, side**2)) for begin in range(0, side**2, _CHUNK)]
    tasks = [_BasinTask(spec, u, v, part, minima, wanted) for part in parts]
    for part, found in zip(parts, spread(_reach, tasks, spec, processes), strict=True):
        reached[:, part], steps[:, part], nearest[..., part] = found
        if on_part:
            on_part()
    square = (side, side)
    return Basins(
        spec.names, u, v, minima,
        reached.reshape(-1, *square), steps.reshape(-1, *square),
        wanted, nearest.reshape(*nearest.shape[:-1], *square),
    )  # fmt: skip


def basin_parts(side: int) -> int:
    """How many parts a basin map is made of."""
    return -(-(side**2) // _CHUNK)


def _engine(spec: RaceSpec, starts: int) -> str:
    """The race's engine, or loops where they pay for the whole map."""
    surface, noisy = spec.build_surface(), spec.noise is not None
    codes = [step_code(surface, racer, points=True, noisy=noisy) for racer in spec.racers]
    worth = pays([code for code in codes if code], starts * spec.steps)
    return "loops" if worth and spec.engine == "compiled" else spec.engine


class _BasinTask(NamedTuple):
    spec: RaceSpec
    u: Array
    v: Array
    part: slice  # of the grid's points, row by row
    minima: Array
    moments: NDArray[np.int_]

    @property
    def starts(self) -> Array:
        """Where its races start, of shape (starts, 2)."""
        row, column = np.divmod(np.arange(self.part.start, self.part.stop), len(self.u))
        return np.stack([self.u[column], self.v[row]], axis=-1)


def _reach(task: _BasinTask) -> tuple[NDArray[np.int16], NDArray[np.int32], NDArray[np.int16]]:
    """The minimum that each racer reaches from each start, when, and the nearest one at moments."""
    surface, starts = task.spec.build_surface(), task.starts
    reached, steps, kept = [], [], []
    for racer in task.spec.racers:
        arrivals = _Arrivals(task, surface)
        run_racer(task.spec, RacerRun.of(task.spec, surface, racer, arrivals, nothing, starts))
        reached.append(arrivals.reached)
        steps.append(np.where(arrivals.reached == NOWHERE, task.spec.steps, arrivals.far))
        kept.append(arrivals.nearest)
    return np.array(reached, dtype=np.int16), np.array(steps, dtype=np.int32), np.array(kept)


def _nearest(u: Array, v: Array, minima: Array) -> tuple[NDArray[np.int16], Array]:
    """The place of the minimum that is nearest to each point, and the square of how far away it is."""
    nearest, least = np.full(u.shape, NOWHERE, dtype=np.int16), np.full(u.shape, np.inf)
    for k, (at_u, at_v) in enumerate(minima.tolist()):
        square = (u - at_u) ** 2 + (v - at_v) ** 2
        np.copyto(nearest, k, where=square < least)
        np.fmin(least, square, out=least)
    return nearest, least


class _Arrivals(Watch):
    """Where races end, and from which step on they stay near a minimum.

    Args:
        task: their starts, and what is to be found out.
        surface: the race's.

    Attributes:
        reached: the minimum that each race ends near, or `NOWHERE`, of shape (starts,).
        far: the number of steps up to the last place that was near none, of shape (starts,).
        nearest: the nearest minimum at the task's moments, of shape (moments, starts).
    """

    signature = "Tuple((float64[::1], float64[:,::1], float64))"

    def __init__(self, task: _BasinTask, surface: Surface) -> None:
        starts = task.part.stop - task.part.start
        self.steps, self._task, self._surface = task.spec.steps, task, surface
        self._limit = (_NEAR * _diagonal(surface)) ** 2
        self.reached, self.far = np.empty(starts, dtype=np.int16), np.zeros(starts)
        self.nearest = np.empty((len(task.moments), starts), dtype=np.int16)
        self._rows = {step: row for row, step in enumerate(task.moments.tolist())}

    def keep(
        self,
        step: int,
        part: slice,
        x: Any,
        loss: Any,  # noqa: ARG002
        slopes: Any = None,
        inside: bool = False,  # noqa: ARG002
    ) -> None:
        """Keep which races are near a minimum, and at some steps near which."""
        u, v = np.reshape(x, (2, -1))
        nearest, square = _nearest(u, v, self._task.minima)
        near = square <= self._limit
        if step in self._rows:
            self.nearest[self._rows[step], part] = np.where(self._surface.contains(u, v), nearest, NOWHERE)
        if slopes is None:
            self.reached[part] = np.where(near, nearest, NOWHERE)
        else:
            self.far[part][~near] = step + 1

    @staticmethod
    def note(
        x: Any,
        loss: Any,  # noqa: ARG004
        slopes: Any,  # noqa: ARG004
        size: int,
        n: int,
        begin: int,
        kept: Any,
    ) -> None:
        """Which races are near a minimum, as `keep` does."""
        far, minima, limit = kept
        row, u, v, least = far[begin : begin + size], x[0], x[1], np.full(size, np.inf)
        for k in range(len(minima)):
            at_u, at_v = minima[k, 0], minima[k, 1]
            for i in range(size):
                square = (u[i] - at_u) * (u[i] - at_u) + (v[i] - at_v) * (v[i] - at_v)
                least[i] = min(least[i], square)
        for i in range(size):
            row[i] = row[i] if least[i] <= limit else n + 1.0

    def kept(self, part: slice) -> tuple[Any, ...]:
        """What `note` takes."""
        return self.far[part], self._task.minima, self._limit


def find_minima(surface: Surface) -> Array:
    """The minima inside a surface's domain, of shape (minima, 2), the lowest first.

    They are looked for on a grid; where a point is lower than its eight neighbours, finer grids follow.
    """
    u, v = (np.linspace(*ends, _SIDE) for ends in (surface.u_range, surface.v_range))
    with np.errstate(all="ignore"):
        z = np.nan_to_num(surface(*np.meshgrid(u, v)), nan=np.inf)
    inner = z[1:-1, 1:-1]
    around = [(i, j) for i in range(3) for j in range(3) if (i, j) != (1, 1)]
    lowest = np.all([inner <= z[i : i + _SIDE - 2, j : j + _SIDE - 2] for i, j in around], axis=0)
    steps = u[1] - u[0], v[1] - v[0]
    points = [_refined(surface, (u[j + 1], v[i + 1]), steps) for i, j in np.argwhere(lowest)]
    found: list[tuple[float, float]] = []
    for point in sorted(points, key=lambda point: float(surface(*point))):
        if all(np.hypot(*np.subtract(point, other)) > _NEAR * _diagonal(surface) for other in found):
            found.append(point)
    return np.array(found).reshape(-1, 2)


def _refined(surface: Surface, point: Sequence[float], steps: Sequence[float]) -> tuple[float, float]:
    """The lowest point around a point, by grids that are each half as wide."""
    side, (u, v), (du, dv) = np.linspace(-1, 1, 5), point, steps
    for _ in range(40):
        uu, vv = np.meshgrid(u + du * side, v + dv * side)
        k = int(np.nanargmin(surface(uu, vv)))
        u, v = float(uu.flat[k]), float(vv.flat[k])
        du, dv = du / 2, dv / 2
    return u, v


def _diagonal(surface: Surface) -> float:
    (u_low, u_high), (v_low, v_high) = surface.u_range, surface.v_range
    return float(np.hypot(u_high - u_low, v_high - v_low))
