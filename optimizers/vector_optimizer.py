"""`VectorOptimizer`: the base of optimizers that move all parameters together.

Such an optimizer sees one vector of all parameters' numbers, and may ask for the loss, its gradient and its
Hessian anywhere, as often as it needs within a step::

    rule(objective, parameter, state, step, **hyperparameters) -> (parameter, state)

The rule is pure but for what the objective counts: it changes no array and no state in place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np

from autograd.array_rules import Shape
from optimizers.objective import ClosureObjective, QuadraticObjective
from optimizers.optimizer import Optimizer
from optimizers.parameter_groups import ParameterGroup, value_of
from support.messages import shown


def _require_one_value(hyperparameters: Mapping[str, Any]) -> None:
    """Raise ValueError for an array of hyperparameters: all parameters share each."""
    for name, value in hyperparameters.items():
        if isinstance(value, np.ndarray | list) and np.ndim(value):
            raise ValueError(f"{name} must be one value, which all share, got {shown(value)}")


class VectorOptimizer(Optimizer):
    """Base of optimizers whose rule moves one vector, of all parameters' numbers.

    `step` needs a closure, since the rule decides where the loss is evaluated. A parameter that gets no
    gradient counts as flat.

    Args:
        params: the parameters to move, in one group.
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
    >>> from autograd import Tensor
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
    evaluations: int
    _counters: ClassVar[tuple[str, ...]] = ("evaluations",)
    _check_all: ClassVar = (_require_one_value,)

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
        (group,) = self.param_groups
        objective = ClosureObjective(self.params, closure)
        values = group.settings(self.count)
        with np.errstate(all="ignore"):
            moved, state = self.rule(objective, objective.start, self.state[0], self.steps[0] + 1, **values)
            objective.place(moved)
            self.state, self.steps = [state], [self.steps[0] + 1]
            self.evaluations += objective.evaluations
            self._tell(objective.first)
        return objective.first

    def _begin(self, group: ParameterGroup) -> None:  # noqa: ARG002
        if self.state:
            raise ValueError(f"{type(self).__name__} moves all parameters together, in one group")
        self.state, self.steps = [{}], [0]

    def _moved(self) -> list[tuple[ParameterGroup, Shape]]:
        return [(self.param_groups[0], (sum(np.size(value_of(x)) for x in self.params),))]

    @staticmethod
    def _places(shape: Shape) -> list[tuple[Any, Any]]:
        return [
            (QuadraticObjective(), np.zeros(shape)),
            (QuadraticObjective(), np.resize([1.0, -0.5], shape)),
        ]
