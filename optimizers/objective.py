"""What optimizers of whole vectors evaluate: a loss as a function of one vector."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autograd.graph_hessian import hessian_of
from autograd.tensor import Tensor
from autograd.values import frozen
from optimizers.parameter_groups import Parameter, value_of

Array: TypeAlias = NDArray[np.float64]


class Objective(Protocol):
    """A loss as a function of one vector, which counts what is asked of it.

    To ask again at the last vector costs nothing. What it answers with must not be changed.
    """

    @property
    def evaluations(self) -> int:
        """Gradients computed so far; a Hessian counts as many as the vector has numbers."""

    def value_and_grad(self, x: Array) -> tuple[float, Array]:
        """The loss at `x`, and its gradient."""

    def hessian(self, x: Array) -> Array:
        """The matrix of the loss's second derivatives at `x`."""


class ClosureObjective:
    """An `Objective` made of parameters and a closure that computes their loss and its gradients.

    The vector holds the numbers of all parameters, one parameter's after the other's. The closure sets the
    gradients to zero, computes the loss, calls `backward` and returns the loss.
    """

    def __init__(self, params: Sequence[Parameter], closure: Callable[[], Any]) -> None:
        self.first: Any = None  # what the closure returned the first time
        self.evaluations = 0
        self._params, self._closure = params, closure
        values = [value_of(parameter) for parameter in params]
        self._shapes = [np.shape(value) for value in values]
        self._ends = np.cumsum([np.size(value) for value in values])[:-1]
        self.start = _joined(values)
        self._x: Array | None = None  # where the closure was called last, and what it gave
        self._loss: Any = None
        self._gradient: Array = self.start
        self._hessian: Array | None = None

    def place(self, x: Array) -> None:
        """Set the parameters to the numbers of `x`, which nobody changes any more."""
        frozen(x)  # so that Tensors take their parts without copies
        parts = np.split(x, self._ends) if self._params else []
        for parameter, part, shape in zip(self._params, parts, self._shapes, strict=True):
            value = part.reshape(shape) if shape else float(part[0])
            parameter.data = value if isinstance(parameter, Tensor) or not shape else np.array(value)

    def value_and_grad(self, x: Array) -> tuple[float, Array]:
        """The loss at `x`, and its gradient: zero where the closure gives none."""
        if self._x is None or not np.array_equal(x, self._x):
            self.place(x)
            self._loss = self._hessian = None  # so that there is never more than one graph
            loss = self._closure()
            if loss is None:
                raise TypeError("the closure given to step() must return the loss, not None")
            if self.evaluations == 0:
                self.first = loss
            self.evaluations += 1
            self._x, self._loss = x, loss
            self._gradient = _joined(map(_gradient, self._params))  # a copy, since rules remember it
        return float(self._loss), self._gradient

    def hessian(self, x: Array) -> Array:
        """The matrix of second derivatives at `x`, by `autograd.hessian_of`."""
        self.value_and_grad(x)
        if self._hessian is None:
            if not isinstance(self._loss, Tensor):
                kind = type(self._loss).__name__
                raise TypeError(f"the closure given to step() must return the loss as a Tensor, not {kind}")
            self._hessian = hessian_of(self._loss, self._params)  # type: ignore[arg-type]
            self.evaluations += x.size
        return self._hessian


class QuadraticObjective:
    """The `Objective` x.x / 4, on which rules of whole vectors are tried: at 1 its gradient is 0.5."""

    evaluations = 0

    def value_and_grad(self, x: Array) -> tuple[float, Array]:
        """The loss at `x`, and its gradient."""
        self.evaluations += 1
        return float(x @ x) / 4, x / 2

    def hessian(self, x: Array) -> Array:
        """The matrix of the loss's second derivatives at `x`."""
        return np.eye(len(x)) / 2


def _joined(values: Iterable[Any]) -> Array:
    """The numbers of all values, one after the other, as a new vector."""
    return np.concatenate([np.zeros(0), *map(np.ravel, values)])


def _gradient(parameter: Parameter) -> Any:
    return np.zeros(np.shape(value_of(parameter))) if parameter.grad is None else parameter.grad
