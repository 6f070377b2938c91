"""micrograd: one number at a time; sin, cos and exp are added as its own operations are written."""

from __future__ import annotations

import importlib
import math
from typing import Any

Value: Any = importlib.import_module("micrograd.engine").Value


class Functions:
    """What micrograd's Value lacks for the formula."""

    @staticmethod
    def sin(x: Any) -> Any:
        """The sine."""
        out = Value(math.sin(x.data), (x,), "sin")

        def _backward() -> None:
            x.grad += math.cos(x.data) * out.grad

        out._backward = _backward
        return out

    @staticmethod
    def cos(x: Any) -> Any:
        """The cosine."""
        out = Value(math.cos(x.data), (x,), "cos")

        def _backward() -> None:
            x.grad -= math.sin(x.data) * out.grad

        out._backward = _backward
        return out

    @staticmethod
    def exp(x: Any) -> Any:
        """The exponential function."""
        out = Value(math.exp(x.data), (x,), "exp")

        def _backward() -> None:
            x.grad += out.data * out.grad

        out._backward = _backward
        return out


def one(formula: Any, request: Any) -> Any:
    """Value and gradient at one point."""

    def run() -> Any:
        u, v = Value(request["u"]), Value(request["v"])
        loss = formula["funky"](Functions, u, v)
        loss.backward()
        return loss.data, u.grad, v.grad

    return run, list


def train_step(formula: Any, request: Any) -> Any:
    """A training step with the same batch; the losses of the first steps. Adam is written by hand."""
    nn = importlib.import_module("micrograd.nn")
    layers, inputs, labels = formula["network"](request["network"])
    sizes = [len(layers[0][0][0]), *(len(bias) for _, bias in layers)]
    model = nn.MLP(sizes[0], sizes[1:])
    for layer, (weight, bias) in zip(model.layers, layers, strict=True):
        for neuron, row, shift in zip(layer.neurons, weight, bias, strict=True):
            neuron.b.data = float(shift)
            for value, number in zip(neuron.w, row, strict=True):
                value.data = float(number)
    parameters = model.parameters()
    terms = [[0.0, 0.0] for _ in parameters]
    signs = [2 * int(label) - 1 for label in labels]
    count = [0]

    def run() -> float:
        scores = [model([Value(float(x)) for x in row]) for row in inputs]
        losses = [(1 + -sign * score).relu() for sign, score in zip(signs, scores, strict=True)]
        loss = sum(losses) * (1.0 / len(losses))
        model.zero_grad()
        loss.backward()
        count[0] += 1
        for p, term in zip(parameters, terms, strict=True):
            term[0] = 0.9 * term[0] + 0.1 * p.grad
            term[1] = 0.999 * term[1] + 0.001 * p.grad * p.grad
            root = math.sqrt(term[1] / (1 - 0.999 ** count[0])) + 1e-8
            p.data -= 0.01 / (1 - 0.9 ** count[0]) * term[0] / root
        return float(loss.data)

    first = [run() for _ in range(request["ahead"])]
    return run, lambda _: first


JOBS = {"one": one, "train step": train_step}
