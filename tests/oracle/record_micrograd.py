"""Records micrograd's own demo, moons and a max-margin loss: run it to renew micrograd.npz beside it.

In an environment with micrograd and numpy, at the root of the repository; it takes minutes::

    pip install micrograd==0.1.0
    python -m tests.oracle.record_micrograd
"""

from __future__ import annotations

import importlib
import random
from pathlib import Path
from typing import Any

import numpy as np

FILE = Path(__file__).parent / "micrograd.npz"
STEPS, STRENGTH = 100, 1e-4


def moons() -> tuple[Any, Any]:
    """100 points of two half circles with noise, and their signs."""
    rng = np.random.default_rng(1337)
    side = np.arange(100) % 2
    angle = rng.uniform(0.0, np.pi, 100)
    sign = 1 - 2 * side
    points = np.stack([sign * np.cos(angle) + side, sign * np.sin(angle) + 0.5 * side], axis=1)
    return points + rng.normal(0.0, 0.1, points.shape), -sign


def weights(model: Any) -> dict[str, Any]:
    """The model's weights as arrays, by the names of networks.MLP."""
    found = {}
    for i, layer in enumerate(model.layers):
        rows = [[float(value.data) for value in neuron.w] for neuron in layer.neurons]
        found[f"layers.{i}.weight"] = np.array(rows)
        found[f"layers.{i}.bias"] = np.array([float(neuron.b.data) for neuron in layer.neurons])
    return found


def train(model: Any, number: Any, inputs: Any, signs: Any, steps: int) -> tuple[list[float], list[float]]:
    """The demo's training, as its notebook has it: the loss and the accuracy of each step."""
    losses, accuracies = [], []
    for k in range(steps):
        scores = [model([number(float(x)) for x in row]) for row in inputs]
        margins = [(1 + -int(sign) * score).relu() for sign, score in zip(signs, scores, strict=True)]
        data_loss = sum(margins) * (1.0 / len(margins))
        total = data_loss + STRENGTH * sum(p * p for p in model.parameters())
        right = [(sign > 0) == (score.data > 0) for sign, score in zip(signs, scores, strict=True)]
        model.zero_grad()
        total.backward()
        rate = 1.0 - 0.9 * k / 100
        for p in model.parameters():
            p.data -= rate * p.grad
        losses.append(float(total.data))
        accuracies.append(sum(right) / len(right))
    return losses, accuracies


def demo_model() -> Any:
    """The demo's network, at its start."""
    random.seed(1337)
    return importlib.import_module("micrograd.nn").MLP(2, [16, 16, 1])


def main() -> None:
    """Record the demo anew."""
    inputs, signs = moons()
    model = demo_model()
    recorded = {f"start/{name}": value for name, value in weights(model).items()}
    number = importlib.import_module("micrograd.engine").Value
    losses, accuracies = train(model, number, inputs, signs, STEPS)
    recorded |= {f"end/{name}": value for name, value in weights(model).items()}
    recorded |= {"inputs": inputs, "signs": signs, "losses": losses, "accuracies": accuracies}
    arrays: dict[str, Any] = {name: np.asarray(value) for name, value in recorded.items()}
    np.savez_compressed(FILE, **arrays)


if __name__ == "__main__":
    main()
