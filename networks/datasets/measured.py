"""Data sets that were measured: Iris and the handwritten digits, which scikit-learn brings along."""

from __future__ import annotations

from typing import Any

from networks.datasets.dataset import Dataset, dataset


class MissingExtraError(ImportError):
    """A package is needed that is not installed; the message is one line that says how to install it."""


def iris(*, seed: int = 0, **split: Any) -> Dataset:
    """150 irises of three kinds, by the length and width of their sepals and petals in cm.

    Args:
        seed: of the split.
        split: `test` and `standardise`, as `dataset` takes them.

    Raises:
        MissingExtraError: without scikit-learn.

    Source: Fisher, "The use of multiple measurements in taxonomic problems", 1936.

    >>> iris().classes
    ('setosa', 'versicolor', 'virginica')
    """
    found = _load("iris")
    return _dataset("iris", found, found.target_names, seed, split)


def binary_iris(*, seed: int = 0, **split: Any) -> Dataset:
    """The 100 irises of the first two kinds, which a line tells apart.

    Args:
        seed: of the split.
        split: `test` and `standardise`, as `dataset` takes them.

    Raises:
        MissingExtraError: without scikit-learn.

    >>> binary_iris().classes, binary_iris().outputs
    (('setosa', 'versicolor'), 1)
    """
    found = _load("iris")
    two = found.target < 2
    found.data, found.target = found.data[two], found.target[two]
    return _dataset("binary_iris", found, found.target_names[:2], seed, split)


def digits(*, seed: int = 0, **split: Any) -> Dataset:
    """1,797 handwritten digits as pictures of 8 x 8 pixels, from 0 to 16.

    Args:
        seed: of the split.
        split: `test` and `standardise`, as `dataset` takes them.

    Raises:
        MissingExtraError: without scikit-learn.

    Source: Alpaydin and Kaynak, "Optical recognition of handwritten digits", UCI repository, 1998.

    >>> digits().train.inputs.shape
    (1438, 64)
    """
    found = _load("digits")
    return _dataset("digits", found, found.target_names, seed, split)


def _dataset(name: str, found: Any, classes: Any, seed: int, split: dict[str, Any]) -> Dataset:
    features = tuple(map(str, found.feature_names))
    return dataset(name, found.data, found.target, features, tuple(map(str, classes)), seed=seed, **split)


def _load(name: str) -> Any:
    try:
        from sklearn import datasets  # noqa: PLC0415
    except ImportError:
        raise MissingExtraError(
            f"the data set {name} needs scikit-learn: uv pip install scikit-learn"
        ) from None
    return getattr(datasets, f"load_{name}")()
