"""Data sets: made by formulas, measured, or read from a CSV file; seeded, standardised and split.

To add one, write its function beside these and its line in `DATASETS`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from networks.datasets.csv_file import DatasetError, csv_dataset
from networks.datasets.dataset import Dataset, Samples, dataset
from networks.datasets.made import circles, linear, moons, quadratic, spirals
from networks.datasets.measured import MissingExtraError, binary_iris, digits, iris
from support.messages import unknown

DATASETS: dict[str, Callable[..., Dataset]] = {
    "moons": moons,
    "circles": circles,
    "spirals": spirals,
    "iris": iris,
    "binary_iris": binary_iris,
    "digits": digits,
    "linear": linear,
    "quadratic": quadratic,
}


def get_dataset(name: str, **settings: Any) -> Dataset:
    """The data set of a name.

    Args:
        name: one of `DATASETS`.
        settings: of its function, such as `seed` and `test`.

    Raises:
        DatasetError: for an unknown name.
        MissingExtraError: if it needs scikit-learn, which is not installed.

    >>> get_dataset("spirals", seed=1).name
    'spirals'
    """
    if name not in DATASETS:
        raise DatasetError(unknown("data set", name, DATASETS))
    return DATASETS[name](**settings)


__all__ = [
    "DATASETS",
    "Dataset",
    "DatasetError",
    "MissingExtraError",
    "Samples",
    "binary_iris",
    "circles",
    "csv_dataset",
    "dataset",
    "digits",
    "get_dataset",
    "iris",
    "linear",
    "moons",
    "quadratic",
    "spirals",
]
