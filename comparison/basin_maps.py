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
_NEAR = 0.02  # of the domain's diagonal: who ends nearer to a minimum has reached it
_FLAT = 0.01  # of the median gradient: whose gradient stays below has arrived
NOWHERE = -1  # the minimum of whoever reaches none


@dataclass(frozen=True, eq=False)
class BasinMap:
    """Where races end.

    Attributes:
        names: of the racers.
        u: the first coordinates of the starts, of shape (side,).
        v: the second ones.
        minima: those of the surface in its domain, of shape (minima, 2), the lowest first.
        reached: the place of the minimum that is reached from each start, or `NOWHERE`; of shape
            (racers, side, side), v along the axis before u.
        steps: after how many steps, of the same shape; all steps where none is reached.

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
) -> BasinMap:
    """Race from every point of a grid over the surface's domain.

    A racer has reached the minimum that it ends next to, within a fiftieth of the domain's diagonal, after as
    many steps as it made until its gradient stayed below a hundredth of the domain's median.

    Args:
        spec: the race; its starts do not count.
        side: starts along each side.
        processes: how many work; by default as many as there are processors.
        on_part: called for each of `basin_parts` once it is done.

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
    starts = np.stack(np.meshgrid(u, v), axis=-1).reshape(-1, 2)
    flat = _FLAT * _median_slope(surface)
    spec = spec.model_copy(update={"engine": _engine(spec, len(starts))})
    tasks = [
        _BasinTask(spec, starts[begin : begin + _CHUNK], minima, flat)
        for begin in range(0, len(starts), _CHUNK)
    ]
    reached, steps = [], []
    for one, other in spread(_reach, tasks, spec, processes):
        reached.append(one)
        steps.append(other)
        if on_part:
            on_part()
    shape = (len(spec.racers), side, side)
    places, counts = np.concatenate(reached, axis=1), np.concatenate(steps, axis=1)
    return BasinMap(spec.names, u, v, minima, places.reshape(shape), counts.reshape(shape))


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
    starts: Array
    minima: Array
    flat: float


def _reach(task: _BasinTask) -> tuple[NDArray[np.int16], NDArray[np.int32]]:
    """The minimum that each racer reaches from each start, and after how many steps."""
    surface = task.spec.build_surface()
    reached, steps = [], []
    for racer in task.spec.racers:
        arrivals = _Arrivals(len(task.starts), task.spec.steps, task.flat)
        run_racer(task.spec, RacerRun.of(task.spec, surface, racer, arrivals, nothing, task.starts))
        with np.errstate(all="ignore"):
            away = arrivals.ends[:, None] - task.minima
            distance = np.sqrt(np.square(away).sum(axis=-1))
        nearest = distance.argmin(axis=-1)
        near = distance[np.arange(len(nearest)), nearest] <= _NEAR * _diagonal(surface)
        reached.append(np.where(near, nearest, NOWHERE))
        steps.append(np.where(near, arrivals.steep, task.spec.steps))
    return np.array(reached, dtype=np.int16), np.array(steps, dtype=np.int32)


class _Arrivals(Watch):
    """Where races end, and from which step on their gradients stay small.

    Args:
        starts: how many there are.
        steps: of the race.
        flat: the length up to which a gradient is small.

    Attributes:
        ends: of shape (starts, 2).
        steep: the number of steps up to the last one whose gradient was not small, of shape (starts,).
    """

    signature = "Tuple((float64[::1], float64))"

    def __init__(self, starts: int, steps: int, flat: float) -> None:
        self.steps, self._flat = steps, flat
        self.ends, self.steep = np.empty((starts, 2)), np.zeros(starts)

    def keep(
        self,
        step: int,
        part: slice,
        x: Any,
        loss: Any,  # noqa: ARG002
        slopes: Any = None,
        inside: bool = False,  # noqa: ARG002
    ) -> None:
        """Keep where the races are, and whether it is steep there."""
        self.ends[part] = np.transpose(x)
        if slopes is not None:
            du, dv = slopes
            self.steep[part][np.logical_not(du * du + dv * dv <= self._flat**2)] = step + 1

    @staticmethod
    def note(x: Any, loss: Any, slopes: Any, size: int, n: int, begin: int, kept: Any) -> None:  # noqa: ARG004
        """Whether it is steep, as `keep` does."""
        steep, limit = kept
        row, du, dv = steep[begin : begin + size], slopes[0], slopes[1]
        for i in range(size):
            row[i] = row[i] if du[i] * du[i] + dv[i] * dv[i] <= limit else n + 1.0

    def kept(self, part: slice) -> tuple[Any, ...]:
        """What `note` takes."""
        return self.steep[part], self._flat**2


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


def _median_slope(surface: Surface) -> float:
    """The median length of the gradient on the domain, by differences."""
    u, v = (np.linspace(*ends, _SIDE) for ends in (surface.u_range, surface.v_range))
    with np.errstate(all="ignore"):
        by_v, by_u = np.gradient(surface(*np.meshgrid(u, v)), v, u)
        return float(np.nanmedian(np.hypot(by_u, by_v)))


def _diagonal(surface: Surface) -> float:
    (u_low, u_high), (v_low, v_high) = surface.u_range, surface.v_range
    return float(np.hypot(u_high - u_low, v_high - v_low))
