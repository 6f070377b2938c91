"""`SearchSpace`: what is tuned of an optimizer, by one rule for all.

    a learning rate        log-uniform from 1e-4 to 10
    a momentum, or beta    1 - beta log-uniform from 1e-3 to 1
    the schedule           on or off: with it, the rate falls to 0 along a cosine

Everything else, such as eps and weight decay, keeps its default. An optimizer of one's own that names its
`searched`, a tuple, is searched in these alone: ``searched = ("lr",)`` tunes its rate without a schedule.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from optimizers import Optimizer
from optimizers.hyperparameters import HORIZON

Array: TypeAlias = NDArray[np.float64]

RATES = (1e-4, 10.0)
AWAY = (1e-3, 1.0)  # 1 - beta
# What optimizers call the decay rates of their means.
MOMENTA = ("momentum", "betas", "beta", "beta1", "beta2", "b1", "b2", "alpha", "rho", "decay")
COSINE = "cosine"
EDGE = 0.05  # of a dimension: a best trial nearer to its end lies on the edge


class Dimension(NamedTuple):
    """A number that is searched for.

    Attributes:
        name: the hyperparameter's; "cosine" for the schedule, which is 0 or 1.
        place: which one it is, of a hyperparameter that is a pair; else None.
        default: its value unless it is tuned.
    """

    name: str
    place: int | None
    default: float

    @property
    def label(self) -> str:
        """Its name for people."""
        return self.name if self.place is None else f"{self.name}[{self.place}]"


@dataclass(frozen=True)
class SearchSpace:
    """The search space of an optimizer.

    Attributes:
        kind: the optimizer's class.
        fixed: pairs of a hyperparameter and a value that takes its default's place.

    >>> from optimizers import Adam
    >>> [dimension.label for dimension in SearchSpace(Adam).dimensions]
    ['lr', 'betas[0]', 'betas[1]', 'cosine']
    """

    kind: type[Optimizer]
    fixed: tuple[tuple[str, Any], ...] = ()

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """What is searched, in order; nothing where a rule has neither a rate nor a momentum."""
        return _dimensions(self.kind, self.fixed)

    def scaled(self, unit: Array) -> Array:
        """Settings from points of the unit cube, of shape (trials, dimensions)."""
        columns = []
        for dimension, x in zip(self.dimensions, unit.T, strict=True):
            if dimension.name == COSINE:
                columns.append((x >= 0.5) * 1.0)
            elif dimension.name == self.kind.rate_name:
                columns.append(_between(*RATES, x))
            else:
                columns.append(1 - _between(*AWAY, x))
        return np.array(columns).T.reshape(len(unit), -1)

    @property
    def defaults(self) -> Array:
        """The setting without tuning."""
        return np.array([dimension.default for dimension in self.dimensions])

    def settings(self, row: Sequence[Any], fall: Any = 0.0) -> dict[str, Any]:
        """The hyperparameters of a setting, of numbers, arrays or what is traced.

        Args:
            row: a value for each dimension.
            fall: how far the rate has fallen where the schedule is on: from 0 at the beginning to 1.
        """
        found: dict[str, Any] = {
            key: list(x) if isinstance(x, tuple) else x
            for key, x in (self.kind.defaults() | dict(self.fixed)).items()
        }
        for dimension, value in zip(self.dimensions, row, strict=True):
            if dimension.name == COSINE:
                found[self.kind.rate_name] = found[self.kind.rate_name] * (1.0 - value * fall)
            elif dimension.place is None:
                found[dimension.name] = value
            else:
                found[dimension.name][dimension.place] = value
        return {key: tuple(x) if isinstance(x, list) else x for key, x in found.items()}

    def of_runs(self, steps: int) -> SearchSpace:
        """The same space, of an optimizer that is told how many steps its runs take, if it asks for that."""
        if HORIZON not in self.kind.defaults() or HORIZON in dict(self.fixed):
            return self
        return replace(self, fixed=(*self.fixed, (HORIZON, steps)))

    def shown(self, row: Sequence[float]) -> dict[str, float]:
        """A setting by the dimensions' labels, for people and for JSON."""
        return {dimension.label: float(x) for dimension, x in zip(self.dimensions, row, strict=True)}

    def edges(self, unit: Sequence[float]) -> list[str]:
        """In words, the ends of the space that a point of the unit cube lies on.

        >>> from optimizers import SGD
        >>> SearchSpace(SGD).edges([0.99, 0.5, 1.0])
        ['lr at its upper end']
        """
        found = []
        for dimension, x in zip(self.dimensions, unit, strict=True):
            if dimension.name != COSINE and not EDGE <= x <= 1 - EDGE:
                upper = (x > 0.5) == (dimension.name == self.kind.rate_name)
                found.append(f"{dimension.label} at its {'upper' if upper else 'lower'} end")
        return found


@lru_cache(maxsize=256)
def _dimensions(kind: type[Optimizer], fixed: tuple[tuple[str, Any], ...]) -> tuple[Dimension, ...]:
    found: list[Dimension] = []
    for name, default in (kind.defaults() | dict(fixed)).items():
        if name == kind.rate_name:
            rate = default if _is_number(default) else 1e-3  # where there is none, as with torch.optim.SGD
            found.append(Dimension(name, None, float(rate)))
        elif name in MOMENTA and _is_decay(default):
            found.append(Dimension(name, None, float(default)))
        elif name in MOMENTA and isinstance(default, tuple) and all(map(_is_decay, default)):
            found += [Dimension(name, i, float(x)) for i, x in enumerate(default)]
    if any(dimension.name == kind.rate_name for dimension in found):
        found.append(Dimension(COSINE, None, 0.0))
    searched = getattr(kind, "searched", None)
    return tuple(dimension for dimension in found if searched is None or dimension.name in searched)


def _is_number(x: Any) -> bool:
    return isinstance(x, int | float) and not isinstance(x, bool)


def _is_decay(x: Any) -> bool:
    return _is_number(x) and 0 <= x < 1


def _between(low: float, high: float, x: Array) -> Array:
    """Log-uniform from low to high, where x is uniform from 0 to 1."""
    return np.asarray(low * (high / low) ** x)


def fallen(share: float) -> float:
    """How far a cosine schedule has fallen after this share of the race.

    >>> fallen(0.0), round(fallen(0.5), 9), fallen(1.0)
    (0.0, 0.5, 1.0)
    """
    return (1 - math.cos(math.pi * share)) / 2
