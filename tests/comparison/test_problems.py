"""Families: what they draw is a problem whose least loss is known, apart for tuning and for scoring."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pytest

from autograd import check_gradients
from comparison import FAMILIES, Family
from comparison.family import Purpose
from networks import Layer, Neuron
from surfaces import SURFACES

PURPOSES: tuple[Purpose, ...] = ("tuning", "scoring")
TUNED = [family for family in FAMILIES.values() if not family.scoring_only]


@pytest.mark.parametrize("name", FAMILIES)
def test_no_loss_is_below_the_least(name: str) -> None:
    rng = np.random.default_rng(0)
    for index in range(3):
        instance = FAMILIES[name].instance("scoring", 1, index)
        starts = instance.starts(4)
        spread = np.concatenate([starts, *(starts * factor for factor in (0.5, 2.0, 5.0))])
        points = np.repeat(spread, 2000, axis=0)
        points = points + rng.standard_normal(points.shape) * rng.choice([0.1, 1.0, 10.0], (len(points), 1))
        with np.errstate(all="ignore"):
            losses = instance.loss(points.T)
        assert np.nanmin(losses) >= instance.drawn.least - 1e-12
        first = instance.loss(starts.T)
        assert np.isfinite(first).all()
        assert (first > instance.drawn.least).all()


@pytest.mark.parametrize("name", [name for name in FAMILIES if name in SURFACES])
def test_a_surface_keeps_its_minima_where_the_drawing_moves_them(name: str) -> None:
    instance = FAMILIES[name].instance("scoring", 0, 0)
    uu, uv, vu, vv, u0, v0, *_ = instance.drawn.values
    minimum = np.array(SURFACES[name].minima[0])
    moved = np.linalg.solve([[uu, uv], [vu, vv]], minimum - [u0, v0])
    assert abs(instance.loss(moved) - instance.drawn.least) < 1e-9


@pytest.mark.parametrize("name", ["least_squares", "logistic"])
def test_the_least_loss_of_a_regression_is_its_minimum(name: str) -> None:
    minimize: Any = importlib.import_module("scipy.optimize").minimize

    for index in range(3):
        instance = FAMILIES[name].instance("tuning", 0, index)
        found = minimize(lambda w, i=instance: float(i.loss(w)), np.zeros(3), method="BFGS", tol=1e-10)
        assert found.fun == pytest.approx(instance.drawn.least, abs=1e-9)


def test_a_network_is_that_of_the_room() -> None:
    instance = FAMILIES["moons"].instance("tuning", 0, 0)
    (weights,) = instance.starts(1)
    hidden, output = Layer(2, 4, rng=0), Neuron(4, nonlin=False, rng=0)
    for i, neuron in enumerate((*hidden.neurons, output)):
        own = weights[3 * i : 3 * i + 3] if i < 4 else weights[12:]
        for tensor, value in zip(neuron.parameters(), own, strict=True):
            tensor.data = float(value)
    losses = []
    for a, b, sign in np.reshape(instance.drawn.values, (-1, 3)):
        score = output(hidden([a, b])).data
        losses.append(np.logaddexp(0.0, -sign * score))
    assert len(losses) == 16
    assert float(instance.loss(weights)) == pytest.approx(np.mean(losses), rel=1e-12)


@pytest.mark.parametrize("name", ["rosenbrock", "logistic", "circles"])
def test_gradients(name: str) -> None:
    instance = FAMILIES[name].instance("scoring", 3, 0)
    check_gradients(lambda *x: instance.loss(x), *instance.starts(1)[0].tolist())


@pytest.mark.parametrize("family", TUNED, ids=lambda family: family.name)
def test_tuning_and_scoring_have_no_draw_in_common(family: Family) -> None:
    draws = [
        family.instance(purpose, seed, index).drawn.values
        for purpose in PURPOSES
        for seed in range(2)
        for index in range(3)
    ]
    assert len(set(draws)) == len(draws)


def test_what_is_for_scoring_alone_is_not_tuned_on() -> None:
    with pytest.raises(ValueError, match=r"circles is for scoring alone"):
        FAMILIES["circles"].instance("tuning", 0, 0)


def test_an_instance_is_the_same_whenever_it_is_drawn() -> None:
    one, other = (FAMILIES["rosenbrock"].instance("tuning", 5, 7) for _ in range(2))
    assert one.drawn.values == other.drawn.values
    assert np.array_equal(one.starts(3), other.starts(5)[:3])
