"""`Dataset`: what a network is trained and tested on, standardised and split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from support.messages import shown

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Samples:
    """Inputs and what belongs to them.

    Attributes:
        inputs: of shape (samples, features).
        targets: of shape (samples,): ints from 0, the classes, or numbers.

    >>> len(Samples(np.zeros((3, 2)), np.zeros(3)))
    3
    """

    inputs: Array
    targets: Any

    def __len__(self) -> int:
        return len(self.inputs)


@dataclass(frozen=True)
class Dataset:
    """Samples to train on and to test on.

    Attributes:
        name: as in `DATASETS`, or of a file.
        train: what a network is trained on.
        test: what it is tested on, which it has not seen.
        features: the names of the inputs' columns.
        classes: the names of the classes; empty for a regression, whose targets are numbers.
        mean: of each feature, which has been taken off the inputs; 0 where they are as they were.
        scale: by which the inputs have then been divided: the training samples' standard deviation, or 1.

    >>> from networks.datasets import moons
    >>> data = moons(samples=100, seed=0)
    >>> data.train.inputs.shape, len(data.test), data.classes, data.outputs
    ((80, 2), 20, ('upper', 'lower'), 1)
    """

    name: str
    train: Samples
    test: Samples
    features: tuple[str, ...]
    classes: tuple[str, ...]
    mean: Array
    scale: Array

    @property
    def outputs(self) -> int:
        """How many numbers a network for it gives: one for a regression or two classes, else one a class."""
        return 1 if len(self.classes) <= 2 else len(self.classes)

    def line(self, weight: Any, bias: Any) -> tuple[Array, float]:
        """A linear model's slopes and intercept in the inputs' own units, before they were standardised.

        Args:
            weight: the model's weights, one for each feature.
            bias: the model's bias, one number.

        >>> from networks.datasets import linear
        >>> data = linear(seed=0)
        >>> slopes, intercept = data.line([[3.0 * data.scale[0]]], [5.0 + 3.0 * data.mean[0]])
        >>> slopes.round(9), round(intercept, 9)
        (array([3.]), 5.0)
        """
        slopes = np.asarray(weight, dtype=np.float64).reshape(-1) / self.scale
        return slopes, float(np.reshape(bias, ())) - float(slopes @ self.mean)


def dataset(
    name: str,
    inputs: Any,
    targets: Any,
    features: tuple[str, ...],
    classes: tuple[str, ...] = (),
    *,
    seed: int = 0,
    test: float = 0.2,
    standardise: bool = True,
) -> Dataset:
    """Samples as a `Dataset`: shuffled, split, and standardised by what is trained on.

    Of each class the same share is tested on.

    Args:
        name: of the data set.
        inputs: of shape (samples, features), finite.
        targets: of shape (samples,): for classes ints from 0, else finite numbers.
        features: the names of the columns.
        classes: the names of the classes; none for a regression.
        seed: of the order, and of what is tested on.
        test: the share to test on, in [0, 1); at least one sample of each class is kept for training.
        standardise: whether each feature's mean is taken off, and then divided by its standard deviation.

    Raises:
        ValueError: for shapes that do not go together, numbers that are not finite, or another share.

    >>> data = dataset("two", [[0.0], [2.0], [4.0], [6.0]], [0, 0, 1, 1], ("x",), ("low", "high"), test=0.5)
    >>> len(data.train), len(data.test), float(data.train.inputs.mean())
    (2, 2, 0.0)
    """
    x, y = np.asarray(inputs, dtype=np.float64), np.asarray(targets)
    if x.ndim != 2 or y.shape != x.shape[:1] or len(features) != x.shape[1]:
        raise ValueError(
            f"{name}: inputs must be of shape (samples, {len(features)}) and targets of shape (samples,), "
            f"not {x.shape} and {y.shape}"
        )
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError(f"{name}: inputs and targets must be finite")
    if not 0 <= test < 1:
        raise ValueError(f"test must be a share in [0, 1), not {shown(test)}")
    groups = [np.flatnonzero(y == k) for k in range(len(classes))] if classes else [np.arange(len(y))]
    if sum(map(len, groups)) < len(y) or not all(map(len, groups)):
        raise ValueError(
            f"{name}: targets must be ints from 0 to {len(classes) - 1}, and each class have samples"
        )
    rng = np.random.default_rng(seed)
    parts = [_split(rng.permutation(group), test) for group in groups]
    trained, tested = (rng.permutation(np.concatenate(each)) for each in zip(*parts, strict=True))
    mean, scale = np.zeros(x.shape[1]), np.ones(x.shape[1])
    if standardise:
        mean, spread = x[trained].mean(axis=0), x[trained].std(axis=0)
        scale = np.where(spread > 0, spread, 1.0)  # a column of equals stays at 0
    x = (x - mean) / scale
    y = y.astype(np.int64) if classes else y.astype(np.float64)
    train, rest = (Samples(x[places], y[places]) for places in (trained, tested))
    return Dataset(name, train, rest, features, classes, mean, scale)


def _split(places: Any, test: float) -> tuple[Any, Any]:
    """Places to train on and to test on."""
    count = min(round(test * len(places)), len(places) - 1)
    return places[count:], places[:count]
