"""Layers of batches: `Linear`, `Dropout`, and the multilayer perceptron made of them, `MLP`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, TypeAlias, final

import numpy as np

from autograd import Tensor, erf, relu, sigmoid
from networks.drawing import drawn
from networks.initialisation import initial
from networks.module import Module
from support.messages import shown, unknown

Rng: TypeAlias = np.random.Generator | int | None


def gelu(x: Any) -> Any:
    """x times the standard normal distribution's share below x: 0.5 x (1 + erf(x / sqrt(2))), as in PyTorch.

    Args:
        x: a number, array or Tensor of any shape.

    Source: Hendrycks and Gimpel, "Gaussian error linear units", 2016.

    >>> print(f"{gelu(1.0):.4f}")
    0.8413
    """
    return 0.5 * x * (1.0 + erf(x * np.float64(0.5**0.5)))


def _tanh(x: Any) -> Any:
    return np.tanh(x)


ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "relu": relu,
    "tanh": _tanh,
    "sigmoid": sigmoid,
    "gelu": gelu,
}


@final
class Linear(Module):
    """x W^T + b: every output is a weighted sum of all inputs, torch.nn.Linear.

    Args:
        in_features: numbers in, at least 1.
        out_features: numbers out, at least 1.
        bias: whether b is added.
        init: how the weights are drawn; see `networks.initialisation`.
        rng: a generator, or a seed for one; None draws other weights each time.

    Attributes:
        weight: W, of shape (out_features, in_features).
        bias: b, of shape (out_features,), or None.

    Raises:
        ValueError: for sizes that are no positive ints, or an unknown initialisation.

    >>> layer = Linear(2, 3, rng=0)
    >>> layer(np.ones((5, 2))).shape
    (5, 3)
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        *,
        init: str = "default",
        rng: Rng = None,
    ) -> None:
        for name, size in (("in_features", in_features), ("out_features", out_features)):
            _require_positive(name, size)
        weight, shift = initial(init, in_features, out_features, np.random.default_rng(rng))
        self.weight = Tensor(weight)
        self.bias = Tensor(shift) if bias else None

    def forward(self, x: Any) -> Any:
        """Shape (samples, in_features) to (samples, out_features)."""
        product = x @ self.weight.T
        return product if self.bias is None else product + self.bias


@final
class Dropout(Module):
    """While training, sets each number to 0 with probability p and divides the rest by 1 - p.

    A new mask is drawn for every batch, in a compiled step too. In `eval` mode nothing is changed.

    Args:
        p: the probability, in [0, 1).
        rng: a generator, or a seed for one.

    Raises:
        ValueError: for another p.

    Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014.

    >>> dropout = Dropout(0.5, rng=0)
    >>> dropout(np.ones(4)), dropout.eval()(np.ones(4))
    (array([2., 0., 0., 0.]), array([1., 1., 1., 1.]))
    """

    def __init__(self, p: float = 0.5, rng: Rng = None) -> None:
        if not 0 <= p < 1:
            raise ValueError(f"p must be in [0, 1), not {shown(p)}")
        self.p, self.rng = p, np.random.default_rng(rng)

    def forward(self, x: Any) -> Any:
        """The same shape."""
        if not self.training or self.p == 0:
            return x
        return x * drawn(x, self._mask)

    def _mask(self, shape: tuple[int, ...]) -> Any:
        return (self.rng.random(shape) >= self.p) / (1 - self.p)


@final
class MLP(Module):
    """A multilayer perceptron: `Linear` layers with an activation after each but the last.

    Args:
        sizes: numbers in, of each hidden layer, and out: [2, 16, 16, 1]. Two sizes make a linear model.
        activation: "relu", "tanh", "sigmoid" or "gelu".
        rng: a generator, or a seed for one, from which all layers' weights are drawn.
        init: how; see `networks.initialisation`.
        dropout: the probability of `Dropout` after each activation; 0 for none.

    Attributes:
        layers: the `Linear` layers.

    Raises:
        ValueError: for fewer than two sizes, sizes that are no positive ints, or unknown names.

    >>> model = MLP([2, 16, 16, 1], "tanh", rng=0)
    >>> model(np.zeros((100, 2))).shape, sum(p.size for p in model.parameters())
    ((100, 1), 337)
    """

    def __init__(
        self,
        sizes: Sequence[int],
        activation: str = "relu",
        rng: Rng = None,
        *,
        init: str = "default",
        dropout: float = 0.0,
    ) -> None:
        sizes = tuple(sizes)
        if len(sizes) < 2:
            raise ValueError(f"sizes must be two numbers or more, from inputs to outputs, not {shown(sizes)}")
        for i, size in enumerate(sizes):
            _require_positive(f"sizes[{i}]", size)
        if activation not in ACTIVATIONS:
            raise ValueError(unknown("activation", activation, ACTIVATIONS))
        rng = np.random.default_rng(rng)
        self.sizes, self.activation, self.init = sizes, activation, init
        self.layers = [Linear(before, after, init=init, rng=rng) for before, after in pairwise(sizes)]
        self.dropout = Dropout(dropout, rng)

    def forward(self, x: Any) -> Any:
        """Shape (samples, sizes[0]) to (samples, sizes[-1])."""
        activate = ACTIVATIONS[self.activation]
        for layer in self.layers[:-1]:
            x = self.dropout(activate(layer(x)))
        return self.layers[-1](x)


def _require_positive(name: str, size: Any) -> None:
    if not isinstance(size, int | np.integer) or isinstance(size, bool) or size < 1:
        raise ValueError(f"{name} must be a positive int, not {shown(size)}")
