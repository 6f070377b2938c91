"""A trail's corners: as few as show the racer_path, found in time that is linear in its length."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from surfaces import SURFACES
from views import racer_path
from views.racer_path import NEAR, Path, way

Array = NDArray[np.float64]


def zigzag(count: int) -> Array:
    """To and fro, as a racer that overshoots the bottom of a ravine."""
    return np.stack([np.arange(count) % 2, np.arange(count) / count, np.zeros(count)], axis=-1)


def walk(count: int) -> Array:
    """As a racer in noise."""
    return np.cumsum(np.random.default_rng(0).normal(0.0, 0.01, (count, 3)), axis=0)


def spiral(count: int) -> Array:
    """Round and round, as momentum in a bowl."""
    angle, radius = np.arange(count) / 9, np.exp(-3 * np.arange(count) / count)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), np.zeros(count)], axis=-1)


def still(count: int) -> Array:
    """At rest all the time."""
    return np.full((count, 3), 0.5)


PATHS = (zigzag, walk, spiral, still)


@pytest.mark.parametrize("make", PATHS)
def test_a_trail_is_nowhere_farther_from_its_path_than_can_be_seen(make: Callable[[int], Array]) -> None:
    points = make(3000)
    (trail,) = Path(np.arange(3000.0), points, np.ones(3000, bool)).trail(2999.0) or [points[:1]]
    corners = sorted({int(np.flatnonzero((points == corner).all(axis=1))[0]) for corner in trail})
    for a, b in itertools.pairwise(corners):
        piece = points[b] - points[a]
        along = np.clip((points[a:b] - points[a]) @ piece / max(piece @ piece, 1e-300), 0, 1)
        away = np.linalg.norm(points[a:b] - points[a] - along[:, None] * piece, axis=1)
        assert away.max() <= NEAR + 1e-12


@pytest.mark.parametrize("make", PATHS)
def test_the_work_of_a_trail_grows_with_its_length_not_with_its_square(
    make: Callable[[int], Array], monkeypatch: pytest.MonkeyPatch
) -> None:
    measured: list[int] = []
    distances = racer_path._distances

    def counted(points: Array, *ends: Any) -> Array:
        measured.append(len(points))
        return distances(points, *ends)

    monkeypatch.setattr(racer_path, "_distances", counted)
    work = []
    for count in (5_000, 20_000):
        measured.clear()
        Path(np.arange(float(count)), make(count), np.ones(count, bool)).trail(float(count))
        work.append((sum(measured), len(measured)))
    assert work[1][0] < 6 * work[0][0]
    assert work[1][1] <= 256, "as many rounds as the longest span has points, and no more"


def test_a_long_race_is_not_cut_into_millions_of_pieces() -> None:
    surface = SURFACES["slope"]
    positions = np.tile([[0.0, 0.0], [1.9, 1.9]], (50_000, 1))  # each step is as long as the surface
    made: list[int] = []

    def place(u: Array, v: Array) -> Array:
        made.append(len(u))
        return np.stack([u, v, np.zeros_like(u)], axis=-1)

    long = way(surface, positions, place)
    short = way(surface, positions[:121], place)
    assert made == [2 * 99_999 + 1, racer_path.MOST * 120 + 1]
    np.testing.assert_allclose(long.point(1.0), [1.9, 1.9, 0.0])
    np.testing.assert_allclose(short.point(119.0), [1.9, 1.9, 0.0])
