"""`Optimizer`: the class around a rule, which keeps parameters and state between steps.

What an optimizer is stands in its rule, a pure elementwise function::

    rule(gradient, parameter, state, step, **hyperparameters) -> (parameter, state)

`state` maps the optimizer's named terms to their values and is empty before the first step; `step` counts
from 1. A rule uses numpy's functions and never branches on a value, so that it serves floats, arrays of
starts, hyperparameters given as arrays that broadcast against the parameter, and tracing: `step` runs it
compiled where it can be.
"""

from __future__ import annotations

import copy
import inspect
import math
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, Protocol

import numpy as np

from autograd.tensor import Tensor
from optimizers.checks import require_non_negative, require_parameters
from optimizers.compiled_step.rule_program import RuleCode, rule_code
from optimizers.equations import UpdateLine, Words, as_text
from optimizers.hyperparameters import Configured, plain
from optimizers.rate import State, Watcher, is_schedule
from optimizers.state_dict import (
    counted,
    require_keys,
    require_length,
    require_one_length,
    require_schedule,
    require_terms,
    states_of,
)

__all__ = ["Optimizer", "Parameter", "State", "Watcher"]


class Parameter(Protocol):
    """What an optimizer moves: a value and its gradient, in one shape. `autograd.Tensor` is one."""

    data: Any
    grad: Any


class Optimizer(Configured):
    """Base of every optimizer: applies `rule` to each parameter.

    Args:
        params: the parameters to move.
        values: hyperparameters, in the order in which `rule` names them.
        hyperparameters: others by name; those that are left out have the rule's defaults. A Tensor, or an
            array without dimensions, is read as the number that it holds. `lr` (in a rule without one,
            `learning_rate`) may be a schedule: a function of the number of steps made before, or one that
            watches the loss.

    Attributes:
        params: the parameters.
        hyperparameters: by name; they may be changed between steps. Each is an attribute, too:
            `adam.lr = 0.5` checks the number and changes it here.
        state: the rule's terms, for each parameter; the next step changes arrays among them in place.
        steps: how many steps each parameter has made.
        count: how often `step` has been called.

    Raises:
        TypeError: for a hyperparameter that the rule does not take, or parameters that are no Tensors.
        ValueError: for one that `check` refuses, or a parameter that is given twice.

    >>> class SignSGD(Optimizer):
    ...     @staticmethod
    ...     def rule(gradient, parameter, state, step, *, lr=0.1):
    ...         return parameter - lr * np.sign(gradient), {}
    >>> x = Tensor(2.0)
    >>> (x**2).backward()
    >>> SignSGD([x], lr=0.5).step()
    >>> x.data
    1.5
    """

    habit: ClassVar[Words | None] = None  # how it moves, in a few words
    equations: ClassVar[tuple[UpdateLine, ...]] = ()  # the lines of its update: see `optimizers.equations`
    # Whether `rule` treats each number by itself; if not, see `optimizers.vector.VectorOptimizer`.
    elementwise: ClassVar[bool] = True
    _saved: ClassVar[tuple[str, ...]] = ("state", "steps", "count", "schedule")  # the keys of a saved state
    _lists: ClassVar[tuple[str, ...]] = ()  # terms that are lists of one length

    def __init_subclass__(cls) -> None:
        """Put the equations into the docstring, where it says ``{equations}``."""
        super().__init_subclass__()
        if cls.__doc__ and cls.equations:
            cls.__doc__ = cls.__doc__.replace("{equations}", as_text(cls.equations, " " * 8).lstrip())

    def __init__(self, /, params: Iterable[Parameter], *values: Any, **hyperparameters: Any) -> None:
        try:
            bound = inspect.Signature(self._named()).bind(*values, **hyperparameters)
        except TypeError as error:
            raise TypeError(f"{type(self).__name__} {error}") from None
        bound.apply_defaults()
        given = self.settled(bound.arguments)
        self.params = require_parameters(params)
        self.hyperparameters: dict[str, Any] = given
        self.state: list[State] = [{} for _ in self.params]
        self.steps = [0] * len(self.params)
        self.count = 0
        self._codes: dict[tuple[bool, bool], RuleCode | None] = {}
        self._compiled: dict[str, Any] = {}  # the hyperparameters that they are for
        self._rated = False
        self._left: dict[int, State] = {}  # the states that compiled steps have left
        self._scratch: dict[Any, Any] = {}
        self._watched: Any = None
        self._schedule_terms: State = {}

    @staticmethod
    @abstractmethod
    def rule(
        gradient: Any, parameter: Any, state: State, step: int, *args: Any, **hyperparameters: Any
    ) -> tuple[Any, State]:
        """One step of one parameter: its new value and state; changes nothing in place."""

    @property
    def rate(self) -> Any:
        """The learning rate of the next step; None for an optimizer that has none.

        Raises:
            ValueError: if a function of the step gives no finite number of at least 0.
        """
        if watch := self._watch():
            return watch["lr"]
        lr = self.hyperparameters.get(self.rate_name)
        if not callable(lr):
            return plain(lr)
        rate = lr(self.count)
        if type(rate) is not float:
            rate = plain(rate)
        if not (isinstance(rate, float) and 0 <= rate < math.inf):
            require_non_negative(**{f"{self.rate_name} at step {self.count}": rate})
        return rate

    def _watch(self) -> State:
        """The terms of a learning rate that watches the loss; empty where it does not."""
        lr = self.hyperparameters.get(self.rate_name)
        if lr is not self._watched:
            self._watched, self._schedule_terms = lr, lr.first() if isinstance(lr, Watcher) else {}
        return self._schedule_terms

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Move every parameter that has a gradient by one step along it.

        Args:
            closure: as in PyTorch, sets the gradients to zero, computes the loss, calls `backward` and
                returns the loss. Without one, that has been done before.

        Returns:
            The closure's loss.

        Raises:
            TypeError: without a closure that returns the loss, where the learning rate watches that.
            ValueError: where arrays of hyperparameters give a parameter another shape.
        """
        loss = None if closure is None else closure()
        if loss is None and self._watch():
            watcher = type(self._watched).__name__
            raise TypeError(f"{watcher} watches the loss: give step() a closure that returns it")
        with np.errstate(all="ignore"):
            self._move_all()
            self._tell(loss)
        return loss

    def _move_all(self) -> None:
        rate = self._written()
        for i, parameter in enumerate(self.params):
            if not isinstance(parameter, Tensor):
                if parameter.grad is not None:
                    parameter.data = self._move(i, parameter.grad, parameter.data, rate, None)
            elif parameter.has_grad:
                data = parameter.value
                code = self._code(i, data, rate)
                moved = self._move(i, parameter.grad, data, rate, code)
                parameter.data = moved

    def _written(self) -> Any:
        """The learning rate, for programs to which it is given with each step; None where they hold it.

        What is compiled for other hyperparameters is forgotten.
        """
        given = self.hyperparameters
        if not _equal(given, self._compiled):
            given.update({name: plain(value) for name, value in given.items()})
            rateless = {self.rate_name: None}
            if _equal(given | rateless, self._compiled | rateless):
                self._rated = True  # it may change again: no program for each
            else:
                self._codes.clear()
                self._left.clear()
                self._scratch.clear()
            self._compiled = dict(given)
        return self.rate if self._rated or is_schedule(given.get(self.rate_name)) else None

    def _move(self, i: int, gradient: Any, data: Any, rate: Any, code: RuleCode | None) -> Any:
        """The new value of parameter i; its state follows."""
        step = self.steps[i] = self.steps[i] + 1
        if code is None:
            values = self.hyperparameters if rate is None else self.hyperparameters | {self.rate_name: rate}
            self._left.pop(i, None)
            moved, self.state[i] = self.rule(gradient, data, self.state[i], step, **values)
            return moved
        rest = (float(step),) if rate is None else (float(step), float(rate))
        if type(data) is float:
            moved, self.state[i] = code.move_float(gradient, data, self.state[i], rest)
        else:
            moved, self.state[i] = code.move_array(gradient, data, self.state[i], rest, self._scratch)
        self._left[i] = self.state[i]
        return moved

    def _code(self, i: int, data: Any, rate: Any) -> RuleCode | None:
        """What computes a step of parameter i; None where the rule itself has to."""
        points = type(data) is not float
        if points and not (isinstance(data, np.ndarray) and data.ndim):
            return None
        if rate is not None and np.ndim(rate):
            return None
        key = points, rate is not None
        if key not in self._codes:
            rated = "" if rate is None else self.rate_name
            self._codes[key] = rule_code(type(self).rule, self.hyperparameters, points, rated)
        code, state = self._codes[key], self.state[i]
        if code is None or not state or state is self._left.get(i):
            return code
        fitted = code.fitted(state, data)
        if fitted is None:
            return None
        self.state[i] = fitted
        return code

    def _tell(self, loss: Any) -> None:
        """Count the step, and tell a learning rate that watches it the loss from which it was made."""
        self.count += 1
        if watch := self._watch():
            self._schedule_terms = self._watched.update(
                loss.value if isinstance(loss, Tensor) else loss, watch
            )

    def zero_grad(self) -> None:
        """Forget every parameter's gradient, to be called before each `backward`."""
        for parameter in self.params:
            parameter.grad = None

    def state_dict(self) -> dict[str, Any]:
        """All that a run needs to go on from here, beside parameters and hyperparameters; a copy."""
        return copy.deepcopy(
            {"state": self.state, "steps": self.steps, "count": self.count, "schedule": self._watch()}
        )

    def load_state_dict(self, saved: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` gave.

        Raises:
            ValueError: if it is not from an optimizer of as many parameters, of the same shapes, that keeps
                the same terms.
        """
        kind = type(self).__name__
        require_keys(kind, saved, self._saved)
        require_length(kind, saved, len(self.state))
        steps = [counted(f"steps[{i}]", each) for i, each in enumerate(saved["steps"])]
        count = counted("count", saved["count"])
        require_terms(kind, saved, self._states)
        require_one_length(saved, self._lists)
        if watch := self._watch():
            shapes = [np.shape(value) for value in self._wholes()]
            require_schedule(type(self._watched).__name__, saved["schedule"], watch, shapes)
        found = copy.deepcopy(dict(saved))
        self.state, self.steps, self.count = list(found["state"]), steps, count
        if watch:
            self._schedule_terms = found["schedule"] or watch

    def _values(self) -> dict[str, Any]:
        """The hyperparameters of the next step: a learning rate that is a schedule is a number."""
        rated = is_schedule(self.hyperparameters.get(self.rate_name))
        values = {name: plain(value) for name, value in self.hyperparameters.items()}
        return values | ({self.rate_name: self.rate} if rated else {})

    def _wholes(self) -> list[Any]:
        """What is moved as one: the values of the parameters."""
        return [x.value if isinstance(x, Tensor) else x.data for x in self.params]

    def _states(self, i: int) -> list[State]:
        """States that the rule gives a parameter of the shape of number i: where it is flat, and steep."""
        value = np.ones(np.shape(self._wholes()[i]))
        places = [(0 * value, value), (0.5 * value, value)]
        return states_of(self.rule, places, self._values())

    def __getstate__(self) -> dict[str, Any]:
        """What is copied and pickled: not what has been compiled, which is again when it is needed."""
        return vars(self) | {name: {} for name in ("_codes", "_compiled", "_left", "_scratch")}


def _equal(some: dict[str, Any], others: dict[str, Any]) -> bool:
    """Whether hyperparameters are the same; arrays never are."""
    try:
        return some == others
    except ValueError:
        return False
