"""`Optimizer`: the base of all, which keeps parameters, their groups, and the state between steps.

What an optimizer is stands in its rule, a pure function: an `ElementwiseOptimizer` applies it to each
parameter, a `VectorOptimizer` to all parameters' numbers together.
"""

from __future__ import annotations

import copy
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from autograd.array_rules import Shape
from autograd.tensor import Tensor
from optimizers.equations import UpdateLine, as_text
from optimizers.hyperparameters import Configured
from optimizers.parameter_groups import Parameter, ParameterGroup, is_grouped, require_parameters
from optimizers.rate import State, Watcher
from optimizers.state_dict import (
    counted,
    require_keys,
    require_length,
    require_one_length,
    require_schedule,
    require_terms,
    states_of,
)
from support.messages import shown, unknown

__all__ = ["Optimizer", "Parameter", "State", "Watcher"]


class Optimizer(Configured):
    """Base of every optimizer. To write one, derive from `ElementwiseOptimizer` or from `VectorOptimizer`.

    A class that derives from `Optimizer` itself and has a rule is an `ElementwiseOptimizer`.

    Args:
        params: the parameters to move, or groups of them: a list of dictionaries with "params" and the
            hyperparameters in which a group differs from the others.
        values: hyperparameters, in the order in which `rule` names them.
        hyperparameters: others by name; those that are left out have the rule's defaults. A Tensor, or an
            array without dimensions, is read as the number that it holds. `lr` (in a rule without one,
            `learning_rate`) may be a schedule: a function of the number of steps made before, or one that
            watches the loss.

    Attributes:
        params: the parameters of all groups.
        param_groups: the groups, each a mapping whose hyperparameters may be set: `group["lr"] = 0.5`.
        state: the rule's terms, for each parameter; the next step changes arrays among them in place.
        steps: how many steps each parameter has made.
        count: how often `step` has been called.

    Raises:
        TypeError: for a hyperparameter that the rule does not take, or parameters that are no Tensors.
        ValueError: for one that `check` refuses, or a parameter that is given twice.

    >>> from autograd import Tensor
    >>> from optimizers import Adam
    >>> w, b = Tensor([1.0, 2.0]), Tensor(0.0)
    >>> adam = Adam([{"params": [w], "lr": 0.1}, {"params": [b]}], lr=0.01)
    >>> isinstance(adam, Optimizer), [group["lr"] for group in adam.param_groups]
    (True, [0.1, 0.01])
    """

    habit: ClassVar[str] = ""  # how it moves, in a few words; other languages are in support/languages
    equations: ClassVar[tuple[UpdateLine, ...]] = ()  # the lines of its update: see `optimizers.equations`
    # Whether `rule` treats each number by itself.
    elementwise: ClassVar[bool]
    _counters: ClassVar[tuple[str, ...]] = ()  # whole numbers that a saved state holds beside `count`
    _lists: ClassVar[tuple[str, ...]] = ()  # terms that are lists of one length
    _usual: ClassVar[Any]  # what a class that derives from here is unless it says so: `ElementwiseOptimizer`

    def __init_subclass__(cls) -> None:
        if Optimizer in cls.__bases__ and "_begin" not in vars(cls):
            cls.__bases__ = tuple(cls._usual if base is Optimizer else base for base in cls.__bases__)
        super().__init_subclass__()
        if cls.__doc__ and cls.equations:
            cls.__doc__ = cls.__doc__.replace("{equations}", as_text(cls.equations, " " * 8).lstrip())

    def __init__(self, /, params: Iterable[Any], *values: Any, **hyperparameters: Any) -> None:
        try:
            bound = self._arguments.bind(*values, **hyperparameters)
        except TypeError as error:
            raise TypeError(f"{type(self).__name__} {error}") from None
        bound.apply_defaults()
        self._given = self.settled(bound.arguments)  # what groups have unless they say otherwise
        self.params: list[Parameter] = []
        self.param_groups: list[ParameterGroup] = []
        self.state: list[State] = []
        self.steps: list[int] = []
        self.count = 0
        for name in self._counters:
            setattr(self, name, 0)
        if is_grouped(params):
            for group in params:
                self.add_param_group(group)
        else:
            self._add(require_parameters("params", params), {})

    @staticmethod
    @abstractmethod
    def rule(
        gradient: Any, parameter: Any, state: State, step: int, *args: Any, **hyperparameters: Any
    ) -> tuple[Any, State]:
        """One step of one parameter: its new value and state; changes nothing in place."""

    @abstractmethod
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Move the parameters by one step, and return the loss that the closure, if there is one, gives."""

    @abstractmethod
    def _begin(self, group: ParameterGroup) -> None:
        """Make room in `state` and `steps` for a new group."""

    @abstractmethod
    def _moved(self) -> list[tuple[ParameterGroup, Shape]]:
        """For each entry of `state` the shape of what is moved as one, and its group."""

    @staticmethod
    @abstractmethod
    def _places(shape: Shape) -> list[tuple[Any, Any]]:
        """Gradients or objectives, each with a parameter, from which a rule makes all its terms."""

    def add_param_group(self, group: Mapping[str, Any]) -> None:
        """Move more parameters from the next step on.

        Args:
            group: "params", and the hyperparameters that are not to be those of the other groups.

        Raises:
            TypeError: unless "params" holds Tensors.
            ValueError: for an unknown key, a value that is refused, or a parameter that is moved already.
        """
        where = f"param_groups[{len(self.param_groups)}]"
        if not isinstance(group, Mapping) or "params" not in group:
            raise TypeError(f'{where} must be a dictionary with "params", got {shown(group)}')
        given = {key: value for key, value in group.items() if key != "params"}
        for key in given:
            if key not in self._given:
                raise ValueError(f"{where}: {unknown('key', key, ['params', *self._given])}")
        params = group["params"]
        params = require_parameters(f'{where}["params"]', [params] if isinstance(params, Tensor) else params)
        for k, other in enumerate(self.param_groups):
            if not {id(x) for x in params}.isdisjoint(map(id, other.params)):
                raise ValueError(f"{where} must not hold a Tensor that is in param_groups[{k}]")
        try:
            self._add(params, given)
        except ValueError as error:
            raise ValueError(f"{where}: {error}") from None

    def _add(self, params: list[Any], given: Mapping[str, Any]) -> None:
        group = ParameterGroup(type(self), params, self._given)
        for key, value in given.items():
            group[key] = value
        self._begin(group)
        self.params += params
        self.param_groups.append(group)

    @property
    def hyperparameters(self) -> dict[str, Any]:
        """By name; they may be changed between steps. Each is an attribute, too: `adam.lr = 0.5` is checked.

        Raises:
            AttributeError: where several groups have hyperparameters of their own.
        """
        return self._only_group().hyperparameters

    @property
    def rate(self) -> Any:
        """The learning rate of the next step; None for an optimizer that has none.

        Raises:
            AttributeError: where several groups have learning rates of their own.
            ValueError: if a function of the step gives no finite number of at least 0.
        """
        return self._only_group().lr(self.count)

    def _only_group(self) -> ParameterGroup:
        if len(self.param_groups) > 1:
            raise AttributeError(
                f"this {type(self).__name__} has {len(self.param_groups)} groups of parameters: "
                "read and set their hyperparameters in param_groups"
            )
        return self.param_groups[0]

    def _tell(self, loss: Any) -> None:
        """Count a step, and tell learning rates that watch it the loss from which the step was made."""
        for group in self.param_groups:
            rate, terms = group.rate()
            group.terms = rate.update(loss, terms)
        self.count += 1

    def zero_grad(self) -> None:
        """Forget every parameter's gradient, to be called before each `backward`."""
        for parameter in self.params:
            parameter.grad = None

    def state_dict(self) -> dict[str, Any]:
        """All that a run needs to go on from here, beside parameters and hyperparameters; a copy.

        It holds `state`, `steps`, `count`, and as `schedule` the terms of a learning rate that watches the
        loss: in a list where there are several groups.
        """
        schedules = [group.rate()[1] for group in self.param_groups]
        schedule = schedules[0] if len(schedules) == 1 else schedules
        saved = {"state": self.state, "steps": self.steps, "count": self.count, "schedule": schedule}
        return copy.deepcopy(saved | {name: getattr(self, name) for name in self._counters})

    def load_state_dict(self, saved: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` gave.

        Raises:
            ValueError: if it is not from an optimizer of as many parameters, of the same shapes, that keeps
                the same terms.
        """
        kind = type(self).__name__
        require_keys(kind, saved, ("state", "steps", "count", "schedule", *self._counters))
        counts = {name: counted(name, saved[name]) for name in ("count", *self._counters)}
        require_length(kind, saved, len(self.state))
        steps = [counted(f"steps[{i}]", each) for i, each in enumerate(saved["steps"])]
        require_terms(kind, saved, self._states)
        require_one_length(saved, self._lists)
        schedules = self._schedules(saved["schedule"])
        self.state, self.steps = copy.deepcopy(list(saved["state"])), steps
        for name, count in counts.items():
            setattr(self, name, count)
        for group, terms in zip(self.param_groups, schedules, strict=True):
            group.terms = terms

    def _states(self, i: int) -> list[State]:
        """States that the rule gives what is moved as number i: where it is flat, and steep."""
        group, shape = self._moved()[i]
        return states_of(self.rule, self._places(shape), group.settings(self.count))

    def _schedules(self, saved: Any) -> list[State]:
        """The saved terms of each group's learning rate, checked."""
        several = len(self.param_groups) > 1
        if several and not (isinstance(saved, Sequence) and len(saved) == len(self.param_groups)):
            raise ValueError(f"schedule must be a list of {len(self.param_groups)}, got {shown(saved)}")
        found = []
        for k, group in enumerate(self.param_groups):
            terms, usual = saved[k] if several else saved, group.rate()[1]
            if usual:
                shapes = [shape for other, shape in self._moved() if other is group]
                watcher = type(group.hyperparameters[self.rate_name]).__name__
                name = f"schedule[{k}]" if several else "schedule"
                require_schedule(name, watcher, terms, usual, shapes)
            found.append(copy.deepcopy(dict(terms)) if usual and terms else usual)
        return found
