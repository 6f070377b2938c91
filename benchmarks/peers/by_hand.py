"""numpy by hand: a training step written out in place, as nobody would want to maintain it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

LR, BETA1, BETA2, EPS = 0.01, 0.9, 0.999, 1e-8


class Flat:
    """A network's layers and their gradients, as views of one vector each, and Adam's terms."""

    def __init__(self, layers: Any) -> None:
        arrays = [array for layer in layers for array in layer]
        self.weights = np.concatenate([array.ravel() for array in arrays])
        self.gradient, self.mean, self.square, self.scratch, self.root = (
            np.zeros_like(self.weights) for _ in range(5)
        )
        self.step = 0
        self.layers, self.slopes = self._views(self.weights, arrays), self._views(self.gradient, arrays)

    @staticmethod
    def _views(vector: Any, arrays: Any) -> list[Any]:
        ends = np.cumsum([array.size for array in arrays])
        return [
            part.reshape(array.shape) for part, array in zip(np.split(vector, ends[:-1]), arrays, strict=True)
        ]

    def adam(self) -> None:
        """Adam's step along the gradient."""
        self.step += 1
        scratch, root, gradient = self.scratch, self.root, self.gradient
        self.mean *= BETA1
        np.multiply(gradient, 1 - BETA1, scratch)
        self.mean += scratch
        self.square *= BETA2
        np.multiply(gradient, gradient, scratch)
        scratch *= 1 - BETA2
        self.square += scratch
        np.sqrt(self.square, root)
        root *= 1 / (1 - BETA2**self.step) ** 0.5
        root += EPS
        np.divide(self.mean, root, scratch)
        scratch *= LR / (1 - BETA1**self.step)
        self.weights -= scratch


def moons_step(network: Flat, count: int) -> Callable[[Any, Any], float]:
    """2-16-16-1 with relu, and the max-margin loss."""
    w1, b1, w2, b2, w3, b3 = network.layers
    dw1, db1, dw2, db2, dw3, db3 = network.slopes
    h1, h2, d1, d2 = (np.empty((count, 16)) for _ in range(4))
    score, margin, slope = (np.empty((count, 1)) for _ in range(3))
    on1, on2 = (np.empty((count, 16), bool) for _ in range(2))
    on = np.empty((count, 1), bool)

    def step(x: Any, sign: Any) -> float:
        np.matmul(x, w1.T, h1)
        np.add(h1, b1, h1)
        np.maximum(h1, 0.0, h1)
        np.matmul(h1, w2.T, h2)
        np.add(h2, b2, h2)
        np.maximum(h2, 0.0, h2)
        np.matmul(h2, w3.T, score)
        np.add(score, b3, score)
        np.multiply(score, sign, margin)
        np.subtract(1.0, margin, margin)
        np.maximum(margin, 0.0, margin)
        loss = np.add.reduce(margin, None) / count
        np.greater(margin, 0.0, on)
        np.multiply(sign, on, slope)
        np.multiply(slope, -1.0 / count, slope)
        np.matmul(slope.T, h2, dw3)
        np.add.reduce(slope, 0, None, db3)
        np.matmul(slope, w3, d2)
        np.greater(h2, 0.0, on2)
        np.multiply(d2, on2, d2)
        np.matmul(d2.T, h1, dw2)
        np.add.reduce(d2, 0, None, db2)
        np.matmul(d2, w2, d1)
        np.greater(h1, 0.0, on1)
        np.multiply(d1, on1, d1)
        np.matmul(d1.T, x, dw1)
        np.add.reduce(d1, 0, None, db1)
        network.adam()
        return float(loss)

    return step


def digits_step(network: Flat, count: int) -> Callable[[Any, Any], float]:
    """64-32-10 with relu, and the cross-entropy of its logits."""
    w1, b1, w2, b2 = network.layers
    dw1, db1, dw2, db2 = network.slopes
    h1, d1 = (np.empty((count, 32)) for _ in range(2))
    logits, share = (np.empty((count, 10)) for _ in range(2))
    top, total = (np.empty((count, 1)) for _ in range(2))
    on1 = np.empty((count, 32), bool)
    rows = np.arange(count)

    def step(x: Any, labels: Any) -> float:
        np.matmul(x, w1.T, h1)
        np.add(h1, b1, h1)
        np.maximum(h1, 0.0, h1)
        np.matmul(h1, w2.T, logits)
        np.add(logits, b2, logits)
        np.maximum.reduce(logits, 1, None, top, keepdims=True)
        np.subtract(logits, top, logits)
        np.exp(logits, share)
        np.add.reduce(share, 1, None, total, keepdims=True)
        np.divide(share, total, share)
        np.log(total, total)
        loss = (np.add.reduce(total, None) - np.add.reduce(logits[rows, labels])) / count
        share[rows, labels] -= 1.0
        np.multiply(share, 1.0 / count, share)
        np.matmul(share.T, h1, dw2)
        np.add.reduce(share, 0, None, db2)
        np.matmul(share, w2, d1)
        np.greater(h1, 0.0, on1)
        np.multiply(d1, on1, d1)
        np.matmul(d1.T, x, dw1)
        np.add.reduce(d1, 0, None, db1)
        network.adam()
        return float(loss)

    return step


def train_step(formula: Any, request: Any) -> Any:
    """A training step with the same batch; the losses of the first steps."""
    layers, inputs, labels = formula["network"](request["network"])
    moons = request["network"] == "moons"
    network = Flat(layers)
    step = (moons_step if moons else digits_step)(network, len(inputs))
    labels = (2.0 * labels - 1.0).reshape(-1, 1) if moons else labels
    first = [step(inputs, labels) for _ in range(request["ahead"])]
    return lambda: step(inputs, labels), lambda _: first


JOBS = {"train step": train_step}
