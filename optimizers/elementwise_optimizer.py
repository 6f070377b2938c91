"""`ElementwiseOptimizer`: the base of optimizers whose rule treats each number by itself.

The rule is applied to each parameter::

    rule(gradient, parameter, state, step, **hyperparameters) -> (parameter, state)

`state` maps the optimizer's named terms to their values and is empty before the first step; `step` counts
from 1. A rule uses numpy's functions and never branches on a value, so that it serves floats, arrays of
starts, hyperparameters given as arrays that broadcast against the parameter, and tracing: `step` runs it
compiled where it can be.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar

import numpy as np

from autograd.array_rules import Shape
from autograd.tensor import Tensor
from optimizers.checks import plain
from optimizers.compiled_step.stepper import Stepper
from optimizers.optimizer import Optimizer
from optimizers.parameter_groups import ParameterGroup, value_of
from optimizers.rate import State, as_input
from support.lazy import Lazy


class ElementwiseOptimizer(Optimizer):
    """Base of optimizers that apply `rule` to each parameter; a class of one's own needs nothing but a rule.

    See `Optimizer` for the attributes.

    Args:
        params: the parameters to move, or groups of them.
        values: hyperparameters, in the order in which `rule` names them.
        hyperparameters: others by name; and `maximize`, to climb: the rule is given the gradient's negative.

    Raises:
        TypeError: for a hyperparameter that the rule does not take, or parameters that are no Tensors.
        ValueError: for one that `check` refuses, or a parameter that is given twice.

    >>> from autograd import Tensor
    >>> class SignSGD(ElementwiseOptimizer):
    ...     @staticmethod
    ...     def rule(gradient, parameter, state, step, *, lr=0.1):
    ...         return parameter - lr * np.sign(gradient), {}
    >>> x = Tensor(2.0)
    >>> (x**2).backward()
    >>> SignSGD([x], lr=0.5).step()
    >>> x.data
    1.5
    """

    elementwise: ClassVar[bool] = True
    _options: ClassVar[Mapping[str, Any]] = {"maximize": False}

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Move every parameter that has a gradient by one step along it.

        Args:
            closure: as in PyTorch, sets the gradients to zero, computes the loss, calls `backward` and
                returns the loss. Without one, that has been done before.

        Returns:
            The closure's loss.

        Raises:
            TypeError: without a closure that returns the loss, where a learning rate watches that.
            ValueError: where arrays of hyperparameters give a parameter another shape.
        """
        loss = None if closure is None else closure()
        with np.errstate(all="ignore"):
            # First the learning rates: nothing moves where one is refused, or misses the loss.
            prepared = [self._prepared(k, group, loss) for k, group in enumerate(self.param_groups)]
            i = 0
            for group, stepper, lr, terms in prepared:
                i = self._move(i, group, stepper, lr)
                group.terms = terms
            self.count += 1
        return loss

    def _prepared(
        self, k: int, group: ParameterGroup, loss: Any
    ) -> tuple[ParameterGroup, Stepper, Any, State]:
        """A group, its stepper, its learning rate, and that rate's terms after the step."""
        stepper, hyperparameters = self._steppers[k], group.hyperparameters
        if not stepper.is_for(hyperparameters):
            hyperparameters.update({name: plain(value) for name, value in hyperparameters.items()})
            stepper.begin(hyperparameters)
        rate, terms = group.rate()
        return group, stepper, rate.value(terms, self.count), rate.update(loss, terms)

    def _move(self, i: int, group: ParameterGroup, stepper: Stepper, lr: Any) -> int:
        """Move a group, from parameter i on, by compiled steps or the rule; gives the next number."""
        climbs, rate = group.options.get("maximize"), as_input(lr)
        for parameter in group.params:
            tensor = isinstance(parameter, Tensor)
            if parameter.has_grad if tensor else parameter.grad is not None:
                gradient = -parameter.grad if climbs else parameter.grad
                value = parameter.value if tensor else parameter.data
                step, state = self.steps[i] + 1, self.state[i]
                moved = stepper.move(i, gradient, value, state, step, rate) if tensor else None
                if moved is None:
                    values = group.hyperparameters | ({} if lr is None else {self.rate_name: lr})
                    moved = self.rule(gradient, value, state, step, **values)
                parameter.data, self.state[i] = moved
                self.steps[i] = step
            i += 1
        return i

    @Lazy
    def _steppers(self) -> defaultdict[int, Stepper]:
        """What is compiled for each group."""
        return defaultdict(partial(Stepper, self.rule, self.rate_name))

    def _begin(self, group: ParameterGroup) -> None:
        self.state += [{} for _ in group.params]
        self.steps += [0] * len(group.params)

    def _moved(self) -> list[tuple[ParameterGroup, Shape]]:
        return [(group, np.shape(value_of(x))) for group in self.param_groups for x in group.params]

    @staticmethod
    def _places(shape: Shape) -> list[tuple[Any, Any]]:
        value = np.ones(shape)
        return [(0 * value, value), (0.5 * value, value)]

    def __getstate__(self) -> dict[str, Any]:
        """What is copied and pickled: not what is compiled, which is again when it is needed."""
        return {name: value for name, value in vars(self).items() if name != "_steppers"}


Optimizer._usual = ElementwiseOptimizer
