"""What all maps ask of a race, and how their work is spread."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from comparison.tuning import ComparisonError
from races import RaceSpec
from races.network_spec import NetworkSpec
from races.surface_spec import FileSpec
from support.parallel import parallel
from surfaces import Surface

Task = TypeVar("Task")
Result = TypeVar("Result")
Array: TypeAlias = NDArray[np.float64]
Range: TypeAlias = tuple[float, float]

MOST = 100_000_000  # points of a map, all racers together


def plain_surface(spec: RaceSpec) -> Surface:
    """The race's surface, of two numbers and elementwise."""
    if isinstance(spec.surface, NetworkSpec):
        raise ComparisonError("maps are of surfaces of two numbers, not of networks")
    surface = spec.build_surface()
    if not surface.elementwise:
        raise ComparisonError(f"maps are of formulas that take arrays; that of {surface.name} does not")
    return surface


def require_points(points: int, racers: int, what: str) -> None:
    """Refuse a map of too few or too many points."""
    if points < 4:
        raise ComparisonError(f"a map takes 4 points or more, got {what}")
    if points * racers > MOST:
        raise ComparisonError(f"a map takes at most {MOST:,} points, got {what} for {racers} racers")


def require_range(name: str, ends: Range, positive: bool = False) -> None:
    """Refuse ends of an axis that are not finite and in order, or not above 0 where they must be."""
    low, high = ends
    if not -np.inf < low < high < np.inf or (positive and low <= 0):
        kind = "two numbers above 0, the" if positive else "two numbers, the"
        raise ComparisonError(f"{name} must be {kind} lower one first, got {list(ends)}")


def spread(
    function: Callable[[Task], Result], tasks: Sequence[Task], spec: RaceSpec, processes: int | None
) -> Iterator[Result]:
    """What a function makes of the parts of a map, as `parallel` does.

    One process works where the race cannot be sent to others, as a user's file cannot.
    """
    own = isinstance(spec.surface, FileSpec) or any(":" in racer.optimizer for racer in spec.racers)
    arrays = all(racer.kind.elementwise for racer in spec.racers)
    return parallel(function, tasks, 1 if own else processes, threads=arrays)
