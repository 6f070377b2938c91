"""The losses of many copies of one `MLP`, each with its own weights, as operations on stacks of matrices.

A grid of a loss landscape is ten thousand networks on the same data: one by one, most of the time goes into
calling functions. Here a layer of all of them is one `matmul` of stacks;
`benchmarks/landscape.py` compares it with a loop in PyTorch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from networks.layers import ACTIVATIONS, MLP
from networks.losses import LOSSES

Array = NDArray[np.float64]

LOSS_NAMES = {loss: name for name, loss in LOSSES.items()}  # those that take a stack
# Activations that need no second array; clip takes a third of the time of maximum with a number.
_IN_PLACE: dict[str, Callable[[Array], Any]] = {
    "relu": lambda x: np.clip(x, 0.0, np.inf, out=x),
    "tanh": lambda x: np.tanh(x, out=x),
}


class StackedMLP:
    """Evaluates stacks of networks on the same data, in arrays that it keeps.

    Samples are last: rows are long. Below the numbers of each layer stands a row of ones, whose weight is
    the bias of the next; so the matrix of a hidden layer has one more row, which makes it.

    Args:
        model: what all networks are, but for the values of their parameters.
        loss: one of `networks.losses`.
        inputs: of shape (samples, features).
        targets: labels, of shape (samples,), or values.
        count: networks to a stack, at most.
    """

    def __init__(
        self, model: MLP, loss: Callable[..., Any], inputs: Array, targets: Array, count: int
    ) -> None:
        self._loss, self._activation = loss, model.activation
        samples = len(inputs)
        self._inputs: Array = np.concatenate([inputs.T, np.ones((1, samples))])
        self._targets = np.concatenate([targets] * count)
        *hidden, outputs = model.sizes[1:]
        self._layers = [np.empty((count, rows, samples)) for rows in [*(h + 1 for h in hidden), outputs]]

    def matrices(self, parameters: Mapping[str, Array], one: float = 1.0) -> list[Array]:
        """The matrix of each layer: its weights, its biases as the last column, and what makes the ones.

        Args:
            parameters: by name, with any axes in front.
            one: 0 for a difference of two networks.
        """
        matrices = []
        last = len(self._layers) - 1
        for i in range(last + 1):
            weight, bias = parameters[f"layers.{i}.weight"], parameters[f"layers.{i}.bias"]
            *front, rows, columns = weight.shape
            matrix = np.zeros((*front, rows + (i < last), columns + 1))
            matrix[..., :rows, :-1], matrix[..., :rows, -1] = weight, bias
            matrix[..., rows:, -1] = one
            matrices.append(matrix)
        return matrices

    def losses(self, matrices: Sequence[Array]) -> Array:
        """The loss of each network.

        Args:
            matrices: of each layer, as `matrices` gives them, with one axis in front, which counts the
                networks: `count` or fewer.
        """
        count = len(matrices[0])
        numbers: Array = self._inputs
        for i, (matrix, kept) in enumerate(zip(matrices, self._layers, strict=True)):
            rows = kept[:count]
            if i == 0:  # all networks have the same inputs: one product of two matrices
                np.matmul(matrix.reshape(-1, matrix.shape[2]), numbers, out=rows.reshape(-1, rows.shape[2]))
            else:
                self._activate(numbers)
                np.matmul(matrix, numbers, out=rows)
            numbers = rows
        scores = np.reshape(np.swapaxes(numbers, 1, 2), (-1, numbers.shape[1]))
        each = self._loss(scores, self._targets[: len(scores)], reduction="none")
        return np.asarray(np.mean(np.reshape(each, (count, -1)), axis=1))

    def _activate(self, numbers: Array) -> None:
        """Write the activation of numbers over them, but for the ones."""
        if self._activation in _IN_PLACE:
            _IN_PLACE[self._activation](numbers)
        else:
            numbers[...] = ACTIVATIONS[self._activation](numbers)
        numbers[:, -1] = 1.0
