"""Maps: which minimum is reached from each start, and what is left of the loss with each rate and momentum.

A basin map is a race from every point of a grid. The others are races from the race's own starts, with a
rate, or a rate and a momentum, for each point: these hyperparameters are arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from comparison.family import Drawn, Family
from comparison.search_space import COSINE, RATES, SearchSpace
from comparison.trials import final_losses
from comparison.tuning import ComparisonError
from optimizers import Optimizer
from optimizers.rate import constant_of
from races import RacerSpec, RaceSpec, run_race
from races.network_spec import NetworkSpec
from races.surface_spec import FileSpec
from support.parallel import parallel
from surfaces import Surface

Array: TypeAlias = NDArray[np.float64]
Range: TypeAlias = tuple[float, float]

MOST = 100_000_000  # points of a map, all racers together
_CHUNK = 2048  # starts that are raced at once, with all their steps recorded
_SETTINGS = 16_384  # settings and starts that are raced at once
_SIDE = 201  # of the grid on which minima are looked for
_NEAR = 0.02  # of the domain's diagonal: who ends nearer to a minimum has reached it
_FLAT = 0.01  # of the median gradient: whose gradient stays below has arrived
GOOD = 0.01  # of the loss that is left
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


@dataclass(frozen=True, eq=False)
class SettingsMap:
    """What is left of the loss with each setting.

    Attributes:
        names: of the racers.
        rates: learning rates, of shape (n,).
        momenta: momenta, of shape (m,); None for a map of rates alone.
        labels: what each racer calls its momentum.
        losses: the last loss, the median over the race's starts, of shape (racers, n), or (racers, m, n);
            nan where it is not finite.
        first: the loss at the start, its median.
        least: the least loss that is known.

    >>> spec = RaceSpec(surface="ravine", steps=60, racers=[{"optimizer": "sgd"}])
    >>> rate_map(spec, rates=(1e-3, 0.1), count=5, processes=1).losses.shape
    (1, 5)
    """

    names: tuple[str, ...]
    rates: Array
    momenta: Array | None
    labels: tuple[str, ...]
    losses: Array
    first: float
    least: float

    @property
    def left(self) -> Array:
        """The share of the loss that is left, at least 1e-8; inf for those that diverged."""
        with np.errstate(invalid="ignore", divide="ignore"):
            share = np.maximum((self.losses - self.least) / (self.first - self.least), 1e-8)
        return np.where(np.isfinite(share), share, np.inf)

    def band(self, racer: int) -> Range | None:
        """The rates around the best that leave at most 1 %, or twice what it leaves; None if all diverge."""
        left = self.left[racer]
        if not np.isfinite(left).any():
            return None
        low = high = int(left.argmin())
        good = left <= max(GOOD, 2 * left[low])
        while low > 0 and good[low - 1]:
            low -= 1
        while high < len(good) - 1 and good[high + 1]:
            high += 1
        return float(self.rates[low]), float(self.rates[high])

    def arrays(self) -> dict[str, Any]:
        """What an npz holds."""
        found = {"names": np.array(self.names), "rates": self.rates, "losses": self.losses}
        return found | ({} if self.momenta is None else {"momenta": self.momenta})


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
    surface = _plain_surface(spec)
    _require_points(side**2, len(spec.racers), f"a grid of {side:,} x {side:,} starts")
    minima = find_minima(surface)
    if not len(minima):
        raise ComparisonError(f"surface {surface.name} has no minimum inside its domain to be reached")
    u, v = (np.linspace(*ends, side) for ends in (surface.u_range, surface.v_range))
    starts = np.stack(np.meshgrid(u, v), axis=-1).reshape(-1, 2)
    flat = _FLAT * _median_slope(surface)
    tasks = [
        _BasinTask(spec, starts[begin : begin + _CHUNK], minima, flat)
        for begin in range(0, len(starts), _CHUNK)
    ]
    reached, steps = [], []
    for one, other in parallel(_reach, tasks, _spread(spec, processes)):
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


class _BasinTask(NamedTuple):
    spec: RaceSpec
    starts: Array
    minima: Array
    flat: float


def _reach(task: _BasinTask) -> tuple[NDArray[np.int16], NDArray[np.int32]]:
    """The minimum that each racer reaches from each start, and after how many steps."""
    spec = task.spec.model_copy(update={"start": tuple(map(tuple, task.starts.tolist())), "record": "all"})
    trace = run_race(spec)
    surface = spec.build_surface()
    with np.errstate(all="ignore"):
        away = trace.positions[:, -1, :, None] - task.minima
        distance = np.sqrt(np.square(away).sum(axis=-1))
        nearest = distance.argmin(axis=-1)
        near = np.take_along_axis(distance, nearest[..., None], axis=-1)[..., 0] <= _NEAR * _diagonal(surface)
        steep = ~(np.square(trace.gradients).sum(axis=-1) <= task.flat**2)
    last = spec.steps - np.argmax(steep[:, ::-1], axis=1)
    steps = np.where(steep.any(axis=1), last, 0)
    return np.where(near, nearest, NOWHERE).astype(np.int16), np.where(near, steps, spec.steps).astype(
        np.int32
    )


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


def rate_map(
    spec: RaceSpec,
    rates: Range = RATES,
    count: int = 400,
    processes: int | None = None,
    on_part: Callable[[], object] | None = None,
) -> SettingsMap:
    """Race with every learning rate.

    Args:
        spec: the race, whose racers keep their other hyperparameters.
        rates: the least and the greatest one.
        count: how many, evenly spaced on a logarithmic axis.
        processes: how many work; by default as many as there are processors.
        on_part: called for each racer once it is done.

    Raises:
        ComparisonError: for a network, a racer without a rate, a range that falls, or too many points.

    >>> spec = RaceSpec(surface="booth", steps=60, racers=[{"optimizer": "adam"}])
    >>> rate_map(spec, count=20, processes=1).left.shape
    (1, 20)
    """
    _require_range("rates", rates, positive=True)
    return _settings_map(spec, np.geomspace(*rates, count), None, processes, on_part)


def momentum_map(
    spec: RaceSpec,
    rates: Range = RATES,
    momenta: Range = (0.0, 0.999),
    side: int = 200,
    processes: int | None = None,
    on_part: Callable[[], object] | None = None,
) -> SettingsMap:
    """Race with every learning rate and every momentum.

    The edge between what converges and what does not is a fractal: smaller ranges show more of it.

    Args:
        spec: the race, whose racers keep their other hyperparameters; each has a momentum, or beta.
        rates: the least and the greatest learning rate, evenly spaced on a logarithmic axis.
        momenta: the least and the greatest momentum.
        side: settings along each side.
        processes: how many work; by default as many as there are processors.
        on_part: called for each racer once it is done.

    Raises:
        ComparisonError: for a network, a racer without rate or momentum, a range that does not rise or
            leaves [0, 1), or too many points.

    Source: Sohl-Dickstein, "The boundary of neural network trainability is fractal", 2024.

    >>> spec = RaceSpec(surface="ravine", steps=60, racers=[{"optimizer": "momentum"}])
    >>> momentum_map(spec, (1e-3, 0.1), side=4, processes=1).losses.shape
    (1, 4, 4)
    """
    _require_range("rates", rates, positive=True)
    _require_range("momenta", momenta)
    if not 0 <= momenta[0] < momenta[1] < 1:
        raise ComparisonError(f"momenta must be in [0, 1), got {list(momenta)}")
    return _settings_map(spec, np.geomspace(*rates, side), np.linspace(*momenta, side), processes, on_part)


class _SettingsTask(NamedTuple):
    spec: RaceSpec
    racer: int
    settings: Array


def _settings_map(
    spec: RaceSpec,
    rates: Array,
    momenta: Array | None,
    processes: int | None,
    on_part: Callable[[], object] | None,
) -> SettingsMap:
    surface = _plain_surface(spec)
    points = len(rates) * (1 if momenta is None else len(momenta))
    _require_points(points * len(spec.start), len(spec.racers), f"{points:,} settings")
    labels, tasks, parts = [], [], []
    for place, racer in enumerate(spec.racers):
        settings, label = _settings(racer, rates, momenta)
        labels.append(label)
        most = max(1, _SETTINGS // len(spec.start))
        own = [settings[begin : begin + most] for begin in range(0, len(settings), most)]
        tasks += [_SettingsTask(spec, place, part) for part in own]
        parts.append(len(own))
    results = parallel(_last, tasks, _spread(spec, processes))
    losses = []
    for several in parts:
        losses.append(np.concatenate([next(results) for _ in range(several)]))
        if on_part:
            on_part()
    shape = (len(spec.racers), *(() if momenta is None else (len(momenta),)), len(rates))
    first = float(np.median(surface(*spec.starts().T)))
    known = [surface(*point) for point in surface.minima] or [first]
    found = np.array(losses).reshape(shape)
    least = float(min(*known, np.nanmin(found, initial=first)))
    return SettingsMap(spec.names, rates, momenta, tuple(labels), found, first, least)


def _settings(racer: RacerSpec, rates: Array, momenta: Array | None) -> tuple[Array, str]:
    """All settings of a racer, and what its momentum is called."""
    space = _space(racer)
    columns = [dimension.label for dimension in space.dimensions]
    if space.kind.rate_name not in columns:
        raise ComparisonError(f"{racer.name} has no learning rate")
    others = [label for label in columns if label not in {space.kind.rate_name, COSINE}]
    if momenta is not None and not others:
        raise ComparisonError(f"{racer.name} has no momentum")
    others.sort(key=lambda label: label != "momentum")
    rows = np.tile(space.defaults, (len(rates) * (1 if momenta is None else len(momenta)), 1))
    rows[:, columns.index(space.kind.rate_name)] = np.tile(rates, 1 if momenta is None else len(momenta))
    if momenta is None:
        return rows, ""
    rows[:, columns.index(others[0])] = np.repeat(momenta, len(rates))
    return rows, others[0]


def _space(racer: RacerSpec) -> SearchSpace:
    kind: type[Optimizer] = racer.kind
    own = {key: x for key, x in racer.hyperparameters if key != kind.rate_name or constant_of(x) is not None}
    return SearchSpace(kind, tuple(own.items()))


def _last(task: _SettingsTask) -> Array:
    """The median of the last losses with each setting; nan where that is not finite."""
    surface, starts = task.spec.build_surface(), task.spec.starts()
    losses = final_losses(
        _family(surface).instance("scoring", 0, 0),
        _space(task.spec.racers[task.racer]),
        np.repeat(task.settings, len(starts), axis=0),
        np.tile(starts, (len(task.settings), 1)),
        task.spec.steps,
    ).reshape(len(task.settings), len(starts))
    median = np.median(np.where(np.isfinite(losses), losses, np.inf), axis=1)
    return np.where(np.isfinite(median), median, np.nan)


@lru_cache(maxsize=8)
def _family(surface: Surface) -> Family:
    """A surface as it is, as a family that draws nothing."""
    drawn = Drawn((), 0.0, lambda rng, count: np.zeros((count, 2)))
    return Family(surface.name, 2, lambda x, _: surface.formula(*x), lambda _: drawn, scoring_only=True)


def _plain_surface(spec: RaceSpec) -> Surface:
    if isinstance(spec.surface, NetworkSpec):
        raise ComparisonError("maps are of surfaces of two numbers, not of networks")
    surface = spec.build_surface()
    if not surface.elementwise:
        raise ComparisonError(f"maps are of formulas that take arrays; that of {surface.name} does not")
    return surface


def _require_points(points: int, racers: int, what: str) -> None:
    if points < 4:
        raise ComparisonError(f"a map takes 4 points or more, got {what}")
    if points * racers > MOST:
        raise ComparisonError(f"a map takes at most {MOST:,} points, got {what} for {racers} racers")


def _require_range(name: str, ends: Range, positive: bool = False) -> None:
    low, high = ends
    if not -np.inf < low < high < np.inf or (positive and low <= 0):
        kind = "two numbers above 0, the" if positive else "two numbers, the"
        raise ComparisonError(f"{name} must be {kind} lower one first, got {list(ends)}")


def _spread(spec: RaceSpec, processes: int | None) -> int | None:
    """How many processes may work: one, where the race cannot be sent to others, as a user's file cannot."""
    own = isinstance(spec.surface, FileSpec) or any(":" in racer.optimizer for racer in spec.racers)
    return 1 if own else processes
