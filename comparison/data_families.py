"""Families of losses over data: regressions, and networks of a few neurons, which are written out in numbers.

least squares   f(w) = (w - w*)' G (w - w*) / 2,  G = X'X / n; the axes of X differ in length up to tenfold
logistic        f(w) = mean softplus(-y w'x) + |w|^2 / 200; its least value is found by Newton's method
network         f(w) = mean softplus(-y net(x)) of one layer of relus; no loss is below 0
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from autograd import softplus
from comparison.family import Array, Drawn, Family
from networks import Layer, Neuron, datasets

_FEATURES = 3  # of the regressions, the constant among them in the logistic one
_SAMPLES = 16
_HIDDEN = 4  # neurons
_WEIGHTS = 4 * _HIDDEN + 1
_PENALTY = 0.01
_NEWTON = 50  # steps: many more than a convex loss of three numbers needs


def data_families() -> dict[str, Family]:
    """The families by name; circles are for scoring alone."""
    families = [
        Family("least_squares", _FEATURES, _quadratic, _draw_least_squares),
        Family("logistic", _FEATURES, _logistic, _draw_logistic),
        Family("moons", _WEIGHTS, _network, partial(_draw_network, datasets.moons)),
        Family("circles", _WEIGHTS, _network, partial(_draw_network, datasets.circles), scoring_only=True),
    ]
    return {family.name: family for family in families}


def _total(terms: Any) -> Any:
    return sum(terms, 0.0)


def _quadratic(x: Sequence[Any], values: Sequence[Any]) -> Any:
    away = [each - best for each, best in zip(x, values[:_FEATURES], strict=True)]
    pairs = [(one, other) for one in away for other in away]
    return 0.5 * _total(
        entry * (one * other) for entry, (one, other) in zip(values[_FEATURES:], pairs, strict=True)
    )


def _draw_least_squares(rng: np.random.Generator) -> Drawn:
    turn, _ = np.linalg.qr(rng.standard_normal((_FEATURES, _FEATURES)))
    inputs = rng.standard_normal((4 * _SAMPLES, _FEATURES)) * 10.0 ** rng.uniform(-1, 0, _FEATURES) @ turn
    best = rng.standard_normal(_FEATURES)
    matrix = inputs.T @ inputs / len(inputs)
    return Drawn(
        tuple(map(float, (*best, *matrix.ravel()))),
        0.0,
        lambda rng, count: best + 2.0 * rng.standard_normal((count, _FEATURES)),
    )


def _logistic(x: Sequence[Any], values: Sequence[Any]) -> Any:
    samples = [values[i : i + _FEATURES] for i in range(0, len(values), _FEATURES)]
    losses = (softplus(-_total(w * each for w, each in zip(x, sample, strict=True))) for sample in samples)
    return _total(losses) / len(samples) + 0.5 * _PENALTY * _total(w * w for w in x)


def _draw_logistic(rng: np.random.Generator) -> Drawn:
    signs = np.sign(rng.uniform(-1, 1, (_SAMPLES, 1)))
    spread = 10.0 ** rng.uniform(-0.5, 0.5, _FEATURES - 1)
    inputs = (rng.standard_normal((_SAMPLES, _FEATURES - 1)) + 0.7 * signs) * spread
    samples = signs * np.column_stack([inputs, np.ones(_SAMPLES)])
    return Drawn(
        tuple(map(float, samples.ravel())),
        _least_logistic(samples),
        lambda rng, count: 2.0 * rng.standard_normal((count, _FEATURES)),
    )


def _least_logistic(samples: Array) -> float:
    """The least loss, by Newton's method, halving steps that do not descend."""

    def loss(w: Array) -> float:
        return float(np.logaddexp(0, -samples @ w).mean() + 0.5 * _PENALTY * w @ w)

    w = np.zeros(samples.shape[1])
    for _ in range(_NEWTON):
        wrong = 1 / (1 + np.exp(samples @ w))
        gradient = -samples.T @ wrong / len(samples) + _PENALTY * w
        hessian = (samples.T * (wrong * (1 - wrong))) @ samples / len(samples) + _PENALTY * np.eye(len(w))
        move = np.linalg.solve(hessian, gradient)
        while loss(w - move) > loss(w) and np.abs(move).max() > 1e-15:
            move = move / 2
        w = w - move
    return loss(w)


def _network(x: Sequence[Any], values: Sequence[Any]) -> Any:
    """The weights are those of each hidden neuron, its bias last, then the output's."""
    hidden, output = Layer(2, _HIDDEN, rng=0), Neuron(_HIDDEN, nonlin=False, rng=0)
    for i, neuron in enumerate((*hidden.neurons, output)):
        weights = list(x[3 * i : 3 * i + 3] if i < _HIDDEN else x[3 * _HIDDEN :])
        neuron.w, neuron.b = weights[:-1], weights[-1]
    samples = [values[i : i + 3] for i in range(0, len(values), 3)]
    return _total(softplus(-(y * output(hidden([a, b])))) for a, b, y in samples) / len(samples)


def _draw_network(data: Callable[..., Any], rng: np.random.Generator) -> Drawn:
    drawn = data(_SAMPLES, seed=int(rng.integers(2**31)), test=0.0).train
    samples = np.column_stack([drawn.inputs, 2.0 * drawn.targets - 1.0])

    def starts(rng: np.random.Generator, count: int) -> Array:
        weights = rng.standard_normal((count, _WEIGHTS))
        weights[:, : 3 * _HIDDEN] /= np.sqrt(2)  # by the number of a neuron's inputs
        weights[:, 3 * _HIDDEN :] /= np.sqrt(_HIDDEN)
        return weights

    return Drawn(tuple(map(float, samples.ravel())), 0.0, starts)
