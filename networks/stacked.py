"""The losses of many copies of one `MLP`, each with its own weights, as operations on stacks of matrices.

A grid of a loss landscape is ten thousand networks on the same data: one by one, most of the time goes into
calling functions. Here a layer of all of them is one `matmul` of stacks;
`benchmarks/landscape.py` compares it with a loop in PyTorch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from networks.layers import ACTIVATIONS, MLP
from networks.losses import LOSSES

Array = NDArray[np.float64]

LOSS_NAMES = {loss: name for name, loss in LOSSES.items()}  # those that take a stack
# Activations that need no second array.
_IN_PLACE: dict[str, Callable[[Array], Any]] = {
    "relu": lambda x: np.maximum(x, 0.0, out=x),
    "tanh": lambda x: np.tanh(x, out=x),
}


class StackedMLP:
    """Evaluates stacks of networks on the same data, in arrays that it keeps.

    Samples are last: rows are long. Below the numbers of each layer stands a row of ones, whose weight is
    the bias of the next; hidden layers have one more row of weights, which makes it.

    Args:
        model: what all networks are, but for the values of their parameters.
        loss: one of `networks.losses`.
        inputs: of shape (samples, features).
        targets: labels, of shape (samples,), or values.
        count: networks to a stack.
    """

    def __init__(
        self, model: MLP, loss: Callable[..., Any], inputs: Array, targets: Array, count: int
    ) -> None:
        self._loss, self._activation = loss, model.activation
        samples = len(inputs)
        self._inputs: Array = np.concatenate([inputs.T, np.ones((1, samples))])
        self._targets = np.concatenate([targets] * count)
        heights = [size + 1 for size in model.sizes[:-1]] + [model.sizes[-1]]
        self._layers = [np.empty((count, height, samples)) for height in heights[1:]]
        self._weights = [np.zeros((count, after, before)) for before, after in pairwise(heights)]
        for weight in self._weights[:-1]:
            weight[:, -1, -1] = 1.0

    def losses(self, parameters: Mapping[str, Array]) -> Array:
        """The loss of each network.

        Args:
            parameters: by name, with one more axis in front, which counts the networks: `count` or fewer.
        """
        count = len(parameters["layers.0.bias"])
        numbers: Array = self._inputs
        last = len(self._layers) - 1
        for i, (kept, rows) in enumerate(zip(self._weights, self._layers, strict=True)):
            weight, bias = (parameters[f"layers.{i}.{name}"] for name in ("weight", "bias"))
            height = weight.shape[1]
            kept[:count, :height, :-1], kept[:count, :height, -1] = weight, bias
            if i == 0:  # all networks have the same inputs: one product of two matrices
                flat = kept[:count].reshape(-1, kept.shape[2])
                np.matmul(flat, numbers, out=rows[:count].reshape(-1, rows.shape[2]))
            else:
                np.matmul(kept[:count], numbers, out=rows[:count])
            numbers = rows[:count]
            if i < last:
                self._activate(numbers)
                numbers[:, -1] = 1.0
        scores = np.reshape(np.swapaxes(numbers, 1, 2), (-1, numbers.shape[1]))
        each = self._loss(scores, self._targets[: len(scores)], reduction="none")
        return np.asarray(np.mean(np.reshape(each, (count, -1)), axis=1))

    def _activate(self, numbers: Array) -> None:
        """Write the activation of numbers over them."""
        if self._activation in _IN_PLACE:
            _IN_PLACE[self._activation](numbers)
        else:
            numbers[...] = ACTIVATIONS[self._activation](numbers)
