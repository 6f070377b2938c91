"""`Neuron` and `Layer` in micrograd's sense: one scalar Tensor for each weight, to see the graph by.

They compute number by number, so that `autograd.draw_dot` shows every product and sum. What is to be
trained in earnest is a `networks.MLP`, which computes whole batches.

Source: Andrej Karpathy's micrograd, micrograd/nn.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, final

import numpy as np

from autograd import Tensor, relu
from networks.layers import Rng
from networks.module import Module
from support.messages import shown


@final
class Neuron(Module):
    """relu(w1 x1 + ... + wn xn + b), on numbers.

    Args:
        nin: how many numbers enter.
        nonlin: whether relu is applied; without it the neuron is linear.
        rng: a generator, or a seed for one: weights are drawn uniformly from [-1, 1), b is 0.

    Attributes:
        w: the weights, a list of scalar Tensors.
        b: the bias, a scalar Tensor.

    >>> neuron = Neuron(2, rng=0)
    >>> out = neuron([Tensor(1.0), Tensor(-2.0)])
    >>> out.backward()
    >>> len(neuron.parameters()), neuron.b.grad
    (3, 1.0)
    """

    def __init__(self, nin: int, nonlin: bool = True, rng: Rng = None) -> None:
        rng = np.random.default_rng(rng)
        self.w = [Tensor(rng.uniform(-1.0, 1.0)) for _ in range(nin)]
        self.b = Tensor(0.0)
        self.nonlin = nonlin

    def forward(self, x: Sequence[Any]) -> Any:
        """The output for as many numbers, arrays or Tensors as there are weights.

        Raises:
            ValueError: for more or fewer.
        """
        if len(x) != len(self.w):
            raise ValueError(f"a neuron of {len(self.w)} inputs cannot take {shown(x)}")
        total = sum((w * each for w, each in zip(self.w, x, strict=True)), self.b)
        return relu(total) if self.nonlin else total


@final
class Layer(Module):
    """Neurons side by side, each of which sees all inputs.

    Args:
        nin: how many numbers enter.
        nout: how many neurons there are.
        nonlin: whether they apply relu.
        rng: a generator, or a seed for one.

    Attributes:
        neurons: a list of `Neuron`.

    >>> layer = Layer(2, 3, rng=0)
    >>> len(layer([1.0, -2.0])), len(layer.parameters())
    (3, 9)
    """

    def __init__(self, nin: int, nout: int, nonlin: bool = True, rng: Rng = None) -> None:
        rng = np.random.default_rng(rng)
        self.neurons = [Neuron(nin, nonlin, rng) for _ in range(nout)]

    def forward(self, x: Sequence[Any]) -> Any:
        """A list of the neurons' outputs; a single one as it is, as in micrograd."""
        out = [neuron(x) for neuron in self.neurons]
        return out[0] if len(out) == 1 else out
