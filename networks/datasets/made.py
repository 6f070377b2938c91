"""Data sets that are made: moons, circles, spirals, and the two regressions. Nothing need be installed."""

from __future__ import annotations

from typing import Any

import numpy as np

from networks.datasets.dataset import Dataset, dataset

_PLANE = ("x", "y")


def moons(samples: int = 100, noise: float = 0.1, *, seed: int = 0, **split: Any) -> Dataset:
    """Two half circles, each reaching into the other: scikit-learn's make_moons.

    Args:
        samples: how many points.
        noise: the standard deviation of what is added to both coordinates.
        seed: of the points and of the split.
        split: `test` and `standardise`, as `dataset` takes them.

    >>> moons(seed=1).classes
    ('upper', 'lower')
    """
    rng, labels = _begun(samples, 2, seed)
    angle, sign = rng.uniform(0.0, np.pi, samples), 1 - 2 * labels
    points = np.stack([sign * np.cos(angle) + labels, sign * np.sin(angle) + 0.5 * labels], axis=1)
    return _noisy("moons", points, labels, ("upper", "lower"), noise, rng, seed, split)


def circles(
    samples: int = 100, noise: float = 0.1, factor: float = 0.5, *, seed: int = 0, **split: Any
) -> Dataset:
    """A circle within another: scikit-learn's make_circles.

    Args:
        samples: how many points.
        noise: the standard deviation of what is added to both coordinates.
        factor: the inner circle's radius; that of the outer is 1.
        seed: of the points and of the split.
        split: `test` and `standardise`, as `dataset` takes them.

    >>> circles(seed=1).train.inputs.shape
    (80, 2)
    """
    rng, labels = _begun(samples, 2, seed)
    angle, radius = rng.uniform(0.0, 2 * np.pi, samples), np.where(labels == 1, factor, 1.0)
    points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    return _noisy("circles", points, labels, ("outer", "inner"), noise, rng, seed, split)


def spirals(
    samples: int = 300,
    noise: float = 0.05,
    arms: int = 3,
    turns: float = 0.75,
    *,
    seed: int = 0,
    **split: Any,
) -> Dataset:
    """Arms that wind around the origin, one class each.

    Args:
        samples: how many points.
        noise: the standard deviation of what is added to both coordinates.
        arms: how many classes, at least 2.
        turns: how often an arm goes around.
        seed: of the points and of the split.
        split: `test` and `standardise`, as `dataset` takes them.

    Source: after the spirals of Stanford's course CS231n, "Minimal neural network case study".

    >>> spirals(seed=1).outputs
    3
    """
    rng, labels = _begun(samples, arms, seed)
    radius = np.sqrt(rng.uniform(0.01, 1.0, samples))
    angle = 2 * np.pi * (turns * radius + labels / arms)
    points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    names = tuple(f"arm {k + 1}" for k in range(arms))
    return _noisy("spirals", points, labels, names, noise, rng, seed, split)


def linear(samples: int = 100, noise: float = 2.0, *, seed: int = 0, **split: Any) -> Dataset:
    """The line 3 x + 5 for x from -10 to 10, with noise.

    Args:
        samples: how many points, evenly spread.
        noise: the standard deviation of what is added.
        seed: of the noise and of the split.
        split: `test` and `standardise`, as `dataset` takes them.

    >>> data = linear(noise=0.0, standardise=False)
    >>> bool(np.allclose(data.train.targets, 3 * data.train.inputs[:, 0] + 5))
    True
    """
    x = np.linspace(-10.0, 10.0, samples)
    y = 3 * x + 5 + np.random.default_rng(seed).normal(0.0, noise, samples)
    return dataset("linear", x[:, None], y, ("x",), seed=seed, **split)


def quadratic(samples: int = 100, noise: float = 5.0, *, seed: int = 0, **split: Any) -> Dataset:
    """The parabola 0.5 x^2 - 4 x for x from -10 to 10, with noise; its features are x and x^2.

    Args:
        samples: how many points, evenly spread.
        noise: the standard deviation of what is added.
        seed: of the noise and of the split.
        split: `test` and `standardise`, as `dataset` takes them.

    >>> quadratic(seed=1).features
    ('x', 'x^2')
    """
    x = np.linspace(-10.0, 10.0, samples)
    y = 0.5 * x**2 - 4 * x + np.random.default_rng(seed).normal(0.0, noise, samples)
    return dataset("quadratic", np.stack([x, x**2], axis=1), y, ("x", "x^2"), seed=seed, **split)


def _begun(samples: int, classes: int, seed: int) -> tuple[np.random.Generator, Any]:
    if not isinstance(samples, int) or samples < 2 * classes:
        raise ValueError(f"samples must be at least {2 * classes}, two for each class, not {samples}")
    return np.random.default_rng(seed), np.arange(samples) % classes


def _noisy(
    name: str,
    points: Any,
    labels: Any,
    classes: tuple[str, ...],
    noise: float,
    rng: np.random.Generator,
    seed: int,
    split: dict[str, Any],
) -> Dataset:
    noisy = points + rng.normal(0.0, noise, points.shape)
    return dataset(name, noisy, labels, _PLANE, classes, seed=seed, **split)
