"""`rate_map` and `momentum_map`: what is left of the loss with each learning rate, or each rate and momentum.

They are races from the race's own starts, whose hyperparameters are arrays: one for each point of the map.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from comparison.family import Drawn, Family
from comparison.map_checks import Range, plain_surface, require_points, require_range, spread
from comparison.search_space import COSINE, RATES, SearchSpace
from comparison.trials import final_losses, loops_pay
from comparison.tuning import ComparisonError
from optimizers import Optimizer
from optimizers.rate import constant_of
from races import RacerSpec, RaceSpec
from surfaces import Surface

Array: TypeAlias = NDArray[np.float64]

_SETTINGS = 16_384  # settings and starts that are raced at once
GOOD = 0.01  # of the loss that is left


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
    require_range("rates", rates, positive=True)
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
    require_range("rates", rates, positive=True)
    require_range("momenta", momenta)
    if not 0 <= momenta[0] < momenta[1] < 1:
        raise ComparisonError(f"momenta must be in [0, 1), got {list(momenta)}")
    return _settings_map(spec, np.geomspace(*rates, side), np.linspace(*momenta, side), processes, on_part)


class _SettingsTask(NamedTuple):
    spec: RaceSpec
    racer: int
    settings: Array
    loops: bool


def _settings_map(
    spec: RaceSpec,
    rates: Array,
    momenta: Array | None,
    processes: int | None,
    on_part: Callable[[], object] | None,
) -> SettingsMap:
    surface = plain_surface(spec)
    points = len(rates) * (1 if momenta is None else len(momenta))
    require_points(points * len(spec.start), len(spec.racers), f"{points:,} settings")
    labels, tasks, parts = [], [], []
    for place, racer in enumerate(spec.racers):
        settings, label = _settings(racer, rates, momenta)
        labels.append(label)
        most = max(1, _SETTINGS // len(spec.start))
        own = [settings[begin : begin + most] for begin in range(0, len(settings), most)]
        steps = len(settings) * len(spec.start) * spec.steps
        loops = loops_pay(_family(surface), _space(racer), steps)
        tasks += [_SettingsTask(spec, place, part, loops) for part in own]
        parts.append(len(own))
    results = spread(_last, tasks, spec, processes)
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
        task.loops,
    ).reshape(len(task.settings), len(starts))
    median = np.median(np.where(np.isfinite(losses), losses, np.inf), axis=1)
    return np.where(np.isfinite(median), median, np.nan)


@lru_cache(maxsize=8)
def _family(surface: Surface) -> Family:
    """A surface as it is, as a family that draws nothing."""
    drawn = Drawn((), 0.0, lambda rng, count: np.zeros((count, 2)))
    return Family(surface.name, 2, lambda x, _: surface.formula(*x), lambda _: drawn, scoring_only=True)
