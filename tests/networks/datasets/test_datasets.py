"""Data sets: seeded, standardised by what is trained on, split class by class."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

from networks.datasets import (
    DATASETS,
    DatasetError,
    MissingExtraError,
    circles,
    dataset,
    get_dataset,
    linear,
    moons,
    quadratic,
    spirals,
)

NAMES = list(DATASETS)


@pytest.mark.parametrize("name", NAMES)
def test_a_seed_decides_everything(name: str) -> None:
    one, same, other = (get_dataset(name, seed=seed) for seed in (1, 1, 2))
    for part in ("train", "test"):
        np.testing.assert_array_equal(getattr(one, part).inputs, getattr(same, part).inputs)
        np.testing.assert_array_equal(getattr(one, part).targets, getattr(same, part).targets)
    assert not np.array_equal(one.train.inputs, other.train.inputs)


@pytest.mark.parametrize("name", NAMES)
def test_inputs_are_standardised_by_what_is_trained_on(name: str) -> None:
    data, raw = get_dataset(name, seed=1), get_dataset(name, seed=1, standardise=False)
    x = data.train.inputs
    varied = raw.train.inputs.std(axis=0) > 0
    np.testing.assert_allclose(x.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(x[:, varied].std(axis=0), 1, rtol=1e-12)
    for part in ("train", "test"):
        back = getattr(data, part).inputs * data.scale + data.mean
        np.testing.assert_allclose(back, getattr(raw, part).inputs, atol=1e-12)
    assert len(data.features) == x.shape[1]


@pytest.mark.parametrize("name", NAMES)
def test_each_class_is_split_alike_and_no_sample_is_in_both_parts(name: str) -> None:
    data = get_dataset(name, seed=1, test=0.25)
    rows = {row.tobytes() for row in data.train.inputs}
    if name not in {"iris", "binary_iris", "digits"}:  # a few of which were measured alike
        assert not rows & {row.tobytes() for row in data.test.inputs}
    for k in range(len(data.classes)):
        counts = [np.sum(part.targets == k) for part in (data.train, data.test)]
        assert abs(counts[1] / sum(counts) - 0.25) < 0.03
    if data.classes:
        assert data.train.targets.dtype == np.int64


def test_shapes_and_classes_are_as_published() -> None:
    sizes = {name: (len(d.train) + len(d.test), d.train.inputs.shape[1], len(d.classes), d.outputs)
             for name, d in ((name, get_dataset(name)) for name in NAMES)}  # fmt: skip
    assert sizes == {
        "moons": (100, 2, 2, 1), "circles": (100, 2, 2, 1), "spirals": (300, 2, 3, 3), "iris": (150, 4, 3, 3),
        "binary_iris": (100, 4, 2, 1), "digits": (1797, 64, 10, 10), "linear": (100, 1, 0, 1),
        "quadratic": (100, 2, 0, 1),
    }  # fmt: skip


def test_shapes_without_noise_are_the_closed_forms() -> None:
    plain: dict[str, Any] = {"noise": 0.0, "standardise": False, "test": 0.0}
    moon = moons(**plain).train
    x, y = moon.inputs.T
    upper = moon.targets == 0
    np.testing.assert_allclose(np.hypot(x, y)[upper], 1)
    np.testing.assert_allclose(np.hypot(x - 1, y - 0.5)[~upper], 1)
    ring = circles(**plain).train
    np.testing.assert_allclose(np.hypot(*ring.inputs.T), np.where(ring.targets == 1, 0.5, 1.0))
    arm = spirals(**plain, turns=0.5).train
    radius = np.hypot(*arm.inputs.T)
    angle = np.arctan2(arm.inputs[:, 1], arm.inputs[:, 0])
    wound = angle - np.pi * radius - 2 * np.pi * arm.targets / 3
    np.testing.assert_allclose(np.cos(wound), 1)
    line = linear(**plain).train
    np.testing.assert_allclose(line.targets, 3 * line.inputs[:, 0] + 5)
    curve = quadratic(**plain).train
    np.testing.assert_allclose(curve.targets, curve.inputs @ [-4, 0.5])


def test_nothing_is_tested_on_where_nothing_is_asked_for() -> None:
    data = moons(test=0.0)
    assert (len(data.train), len(data.test)) == (100, 0)


@pytest.mark.parametrize("name", ["iris", "binary_iris", "digits"])
def test_without_scikit_learn_one_line_says_what_to_install(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    words = r"the data set \w+ needs scikit-learn: uv pip install scikit-learn"
    with pytest.raises(MissingExtraError, match=words):
        get_dataset(name)


@pytest.mark.parametrize("name", ["moons", "circles", "spirals", "linear", "quadratic"])
def test_what_is_made_needs_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    assert len(get_dataset(name).train)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: get_dataset("moon"), "unknown data set 'moon'; did you mean 'moons'?"),
        (lambda: moons(samples=1), "samples must be at least 4, two for each class, not 1"),
        (lambda: moons(test=1.0), "test must be a share in [0, 1), not 1.0"),
        (lambda: dataset("d", [1.0], [0], ("x",)), "d: inputs must be of shape (samples, 1)"),
        (lambda: dataset("d", [[np.nan]], [0], ("x",)), "d: inputs and targets must be finite"),
        (lambda: dataset("d", [[1.0]], [2], ("x",), ("a", "b")), "d: targets must be ints from 0 to 1"),
    ],
)
def test_bad_arguments_are_refused(make: Any, words: str) -> None:
    with pytest.raises(ValueError, match=r"must|unknown") as error:
        make()
    assert words in str(error.value)
    assert isinstance(error.value, DatasetError) or "data set" not in words
