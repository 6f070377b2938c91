"""`NetworkLoss`: a network's loss on its data as a function of one vector, of all its weights and biases."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from itertools import accumulate, pairwise
from typing import Any, TypeAlias, final

import numpy as np
from numpy.typing import NDArray

from networks.layers import MLP
from networks.module import Module, with_parameters
from networks.plane import Plane
from networks.stacked import LOSS_NAMES, StackedMLP

Array: TypeAlias = NDArray[np.float64]
Loss: TypeAlias = Callable[[Any, Any], Any]

_BLOCK = 150_000  # numbers of a layer's outputs that are computed in one go: they stay in the cache


@final
class NetworkLoss:
    """The loss of a model on a data set, as a function of a vector with all its parameters' numbers.

    Called with one vector, an array, a Tensor or what is being compiled, it gives the loss. `many` takes a
    stack of vectors. Layers that behave differently in training, such as `Dropout`, do not do so here.

    Args:
        model: any model; it stays as it is.
        loss: of what the model computes, and the targets; such as those of `networks.losses`.
        inputs: of the model, an array whose first axis counts the samples.
        targets: their labels or values.

    Attributes:
        shapes: of the parameters, by name, in the order in which the vector has them.
        size: how many numbers the vector has.
        initial: the model's own parameters as such a vector.

    >>> from networks import MLP, losses
    >>> x, y = np.array([[1.0], [2.0]]), np.array([3.0, 5.0])
    >>> loss = NetworkLoss(MLP([1, 1], rng=0), losses.mse_loss, x, y)
    >>> print(loss(np.array([2.0, 0.0])), loss.many(np.array([[2.0, 0.0], [2.0, 1.0]])))
    1.0 [1. 0.]
    """

    def __init__(self, model: Module, loss: Loss, inputs: Any, targets: Any) -> None:
        named = dict(model.named_parameters())
        self.model = with_parameters(model, {}).eval()
        self.loss = loss
        self.inputs, self.targets = (np.ascontiguousarray(x, dtype=np.float64) for x in (inputs, targets))
        self.shapes = {name: tensor.shape for name, tensor in named.items()}
        self.initial: Array = np.concatenate([np.ravel(tensor.data) for tensor in named.values()])
        self._ends = [0, *accumulate(math.prod(shape) for shape in self.shapes.values())]
        self.size = len(self.initial)

    def __call__(self, weights: Any, inputs: Any = None, targets: Any = None) -> Any:
        """The loss with these weights, of shape (size,), on all data or on a batch."""
        inputs = self.inputs if inputs is None else inputs
        targets = self.targets if targets is None else targets
        return self.loss(with_parameters(self.model, self.split(weights))(inputs), targets)

    def split(self, weights: Any) -> dict[str, Any]:
        """The parameters by name, of one vector, or, each with the same axes in front, of a stack of them."""
        before = np.shape(weights)[:-1]
        return {
            name: np.reshape(weights[..., begin:end], (*before, *shape))
            for (name, shape), (begin, end) in zip(self.shapes.items(), pairwise(self._ends), strict=True)
        }

    def many(self, weights: Array) -> Array:
        """The losses with each of several vectors, by array operations where the model is an `MLP`.

        Args:
            weights: of shape (count, size).
        """
        if not self._stacks:
            return np.array([float(self(vector)) for vector in weights])
        stack, parts = self._stack(len(weights))
        with np.errstate(all="ignore"):
            losses = [stack.losses(stack.matrices(self.split(weights[part]))) for part in parts]
        return np.concatenate([*losses, np.zeros(0)])

    def on_plane(self, plane: Plane, u: Array, v: Array) -> Array:
        """The losses at the points (u, v) of a plane in the space of the weights; see `many`.

        Args:
            plane: a plane.
            u: of shape (count,).
            v: the same.
        """
        if not self._stacks:
            return np.array([float(self(plane.points(a, b))) for a, b in zip(u, v, strict=True)])
        stack, parts = self._stack(len(u))
        # The matrices of a layer at all (u, v) are (1, u, v) times those of these three networks.
        coordinates = np.stack([np.ones(len(u)), u, v], axis=1)
        origin, directions = self.split(plane.origin), self.split(plane.directions)
        spans = [
            np.concatenate([matrix[None], others])
            for matrix, others in zip(
                stack.matrices(origin), stack.matrices(directions, one=0.0), strict=True
            )
        ]

        def matrices(part: slice) -> list[Array]:
            flat = [coordinates[part] @ span.reshape(3, -1) for span in spans]
            return [x.reshape(-1, *span.shape[1:]) for x, span in zip(flat, spans, strict=True)]

        with np.errstate(all="ignore"):
            losses = [stack.losses(matrices(part)) for part in parts]
        return np.concatenate([*losses, np.zeros(0)])

    @property
    def _stacks(self) -> bool:
        """Whether many networks can be evaluated as a stack."""
        return isinstance(self.model, MLP) and self.loss in LOSS_NAMES

    def _stack(self, count: int) -> tuple[StackedMLP, list[slice]]:
        """What evaluates so many networks, and the parts in which it does."""
        assert isinstance(self.model, MLP)  # noqa: S101
        widest = len(self.inputs) * max(self.model.sizes[1:])
        size = min(count, max(1, _BLOCK // widest)) or 1
        stack = StackedMLP(self.model, self.loss, self.inputs, self.targets, size)
        return stack, [slice(begin, begin + size) for begin in range(0, count, size)]

    @property
    def digest(self) -> str | None:
        """The same for losses that are the same function; None where that cannot be told."""
        if not (isinstance(self.model, MLP) and self.loss in LOSS_NAMES):
            return None
        said = (self.model.sizes, self.model.activation, LOSS_NAMES[self.loss])
        arrays = (self.inputs, self.targets)
        content = [repr((said, [array.shape for array in arrays])).encode(), *(x.tobytes() for x in arrays)]
        return hashlib.sha256(b"".join(content)).hexdigest()
