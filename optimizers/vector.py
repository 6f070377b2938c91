"""`VectorOptimizer`: the base of optimizers that move all parameters together, and what they evaluate.

Such an optimizer sees one vector of all parameters' numbers, and may ask for the loss, its gradient and its
Hessian anywhere, as often as it needs within a step::

    rule(objective, parameter, state, step, **hyperparameters) -> (parameter, state)

The rule is pure but for what the objective counts: it changes no array and no state in place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autograd.graph_hessian import hessian_of
from autograd.tensor import Tensor
from autograd.values import frozen
from optimizers.optimizer import Optimizer, Parameter, State
from optimizers.quadratic_objective import QuadraticObjective
from optimizers.state_dict import counted, require_keys, states_of
from support.messages import shown

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

    Args:
        params: where the closure finds the numbers of the vector, one parameter's after the other's.
        closure: sets the gradients to zero, computes the loss, calls `backward` and returns the loss.

    Attributes:
        first: what the closure returned the first time; None before.
        evaluations: see `Objective`.
    """

    def __init__(self, params: Sequence[Parameter], closure: Callable[[], Any]) -> None:
        self.first: Any = None
        self.evaluations = 0
        self._params, self._closure = params, closure
        values = [_value(parameter) for parameter in params]
        self._shapes = [np.shape(value) for value in values]
        self._ends = np.cumsum([np.size(value) for value in values])[:-1]
        self.start: Array = np.concatenate([np.zeros(0), *map(np.ravel, values)])
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
        """The loss at `x`, and its gradient: zero where the closure gives none.

        Raises:
            TypeError: if the closure does not return one number.
        """
        if self._x is None or not _equal(x, self._x):
            self.place(x)
            self._loss = self._hessian = None  # so that there is never more than one graph
            loss = self._closure()
            if loss is None:
                raise TypeError("the closure given to step() must return the loss, not None")
            if self.evaluations == 0:
                self.first = loss
            self.evaluations += 1
            self._x, self._loss = x, loss
            self._gradient = _joined([_gradient(parameter) for parameter in self._params])
        return float(self._loss), self._gradient

    def hessian(self, x: Array) -> Array:
        """The matrix of second derivatives at `x`, by `autograd.hessian_of`.

        Raises:
            TypeError: if the closure returns no Tensor, or the parameters are none.
        """
        self.value_and_grad(x)
        if self._hessian is None:
            if not isinstance(self._loss, Tensor):
                kind = type(self._loss).__name__
                raise TypeError(f"the closure given to step() must return the loss as a Tensor, not {kind}")
            self._hessian = hessian_of(self._loss, self._params)  # type: ignore[arg-type]
            self.evaluations += x.size
        return self._hessian


class VectorOptimizer(Optimizer):
    """Base of optimizers whose rule moves one vector, of all parameters' numbers.

    `step` needs a closure, since the rule decides where the loss is evaluated. A parameter that gets no
    gradient counts as flat.

    Args:
        params: the parameters to move.
        values: hyperparameters, in the order in which `rule` names them.
        hyperparameters: others by name, each one value that all parameters share; see `Optimizer`.

    Attributes:
        state: a list with the rule's terms, for the whole vector.
        steps: a list with the number of steps made.
        evaluations: how many gradients have been computed in all; a Hessian of n numbers counts as n.

    Raises:
        TypeError: for a hyperparameter that the rule does not take, or parameters that are no Tensors.
        ValueError: for one that `check` refuses, an array among them, or a parameter that is given twice.

    >>> class NormalizedGradient(VectorOptimizer):
    ...     @staticmethod
    ...     def rule(objective, parameter, state, step, *, lr=0.1):
    ...         _, gradient = objective.value_and_grad(parameter)
    ...         return parameter - lr * gradient / np.linalg.norm(gradient), {}
    >>> x = Tensor([3.0, 4.0])
    >>> optimizer = NormalizedGradient([x], lr=5.0)
    >>> def closure():
    ...     optimizer.zero_grad()
    ...     loss = (x**2).sum() / 2
    ...     loss.backward()
    ...     return loss
    >>> optimizer.step(closure)
    Tensor(12.5)
    >>> x.data
    array([0., 0.])
    """

    elementwise: ClassVar[bool] = False
    _saved: ClassVar[tuple[str, ...]] = (*Optimizer._saved, "evaluations")

    def __init__(self, /, params: Iterable[Parameter], *values: Any, **hyperparameters: Any) -> None:
        super().__init__(params, *values, **hyperparameters)
        self.state, self.steps = [{}], [0]
        self.evaluations = 0

    @classmethod
    def check(cls, /, *_: Any, **hyperparameters: Any) -> None:
        """As `Optimizer.check`; and each is one value, which all parameters share."""
        super().check(**hyperparameters)
        for name, value in hyperparameters.items():
            if isinstance(value, np.ndarray | list) and np.ndim(value):
                raise ValueError(f"{name} must be one value, which all share, got {shown(value)}")

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Move all parameters by one step.

        Args:
            closure: as in PyTorch, sets the gradients to zero, computes the loss, calls `backward` and
                returns the loss. It is called wherever the rule evaluates the loss.

        Returns:
            What the closure returned the first time: the loss from where the step was made.

        Raises:
            TypeError: without a closure, or if it does not return the loss.
        """
        if closure is None:
            raise TypeError(
                f"{type(self).__name__} evaluates the loss itself: give step() a closure that calls "
                "zero_grad(), computes the loss, calls its backward() and returns it"
            )
        objective = ClosureObjective(self.params, closure)
        values = self._values()
        with np.errstate(all="ignore"):
            moved, state = self.rule(objective, objective.start, self.state[0], self.steps[0] + 1, **values)
            objective.place(moved)
            self.state, self.steps = [state], [self.steps[0] + 1]
            self.evaluations += objective.evaluations
            self._tell(objective.first)
        return objective.first

    def state_dict(self) -> dict[str, Any]:
        """As `Optimizer.state_dict`, with the number of evaluations."""
        return super().state_dict() | {"evaluations": self.evaluations}

    def load_state_dict(self, saved: Mapping[str, Any]) -> None:
        """As `Optimizer.load_state_dict`, with the number of evaluations."""
        require_keys(type(self).__name__, saved, self._saved)
        evaluations = counted("evaluations", saved["evaluations"])
        super().load_state_dict(saved)
        self.evaluations = evaluations

    def _wholes(self) -> list[Any]:
        """The vector."""
        return [np.zeros(sum(np.size(value) for value in super()._wholes()))]

    def _states(self, i: int) -> list[State]:
        size = len(self._wholes()[i])
        places = [
            (QuadraticObjective(), np.zeros(size)),
            (QuadraticObjective(), np.resize([1.0, -0.5], size)),
        ]
        return states_of(self.rule, places, self._values())


def _equal(x: Array, before: Array) -> bool:
    """Whether two vectors are the same; most that are not differ at the beginning."""
    return x is before or (np.array_equal(x[:9], before[:9]) and np.array_equal(x, before))


def _joined(parts: list[Array]) -> Array:
    """Vectors, one after the other, as one; a single one is that itself."""
    return parts[0] if len(parts) == 1 else np.concatenate([np.zeros(0), *parts])


def _value(parameter: Parameter) -> Any:
    return parameter.value if isinstance(parameter, Tensor) else parameter.data


def _gradient(parameter: Parameter) -> Array:
    """The numbers of a parameter's gradient; a copy, since rules remember it."""
    gradient = parameter.grad
    return (
        np.zeros(np.size(_value(parameter))) if gradient is None else np.array(gradient, np.float64).ravel()
    )
