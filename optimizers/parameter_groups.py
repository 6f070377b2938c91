"""Parameter groups: parameters that share hyperparameters, as in torch.optim."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from autograd.tensor import Tensor
from optimizers.checks import plain
from optimizers.hyperparameters import Configured
from optimizers.rate import Rate, State, rate_of
from support.messages import shown, unknown


class Parameter(Protocol):
    """What an optimizer moves: a value and its gradient, in one shape. `autograd.Tensor` is one."""

    data: Any
    grad: Any


class ParameterGroup(Mapping[str, Any]):
    """A mapping of "params", each hyperparameter and each option: `group["lr"] = 0.5` checks and changes it.

    The `settings` are all hyperparameters and options of the optimizer's class, `kind`, checked.
    """

    def __init__(self, kind: type[Configured], params: list[Any], settings: Mapping[str, Any]) -> None:
        self.params, self._kind = params, kind
        # What the rule takes, which may be changed between steps, and what the optimizer is told beside it.
        self.options = {name: settings[name] for name in kind._options}
        self.hyperparameters = {name: x for name, x in settings.items() if name not in self.options}
        self._lr: Any = None
        self._rate: Rate = rate_of(None)
        self.terms: State = {}  # of the learning rate that `rate` gave last; set after a step

    def __getitem__(self, key: str) -> Any:
        return ({"params": self.params} | self.hyperparameters | self.options)[key]

    def __iter__(self) -> Iterator[str]:
        return iter(["params", *self.hyperparameters, *self.options])

    def __len__(self) -> int:
        return 1 + len(self.hyperparameters) + len(self.options)

    def __setitem__(self, key: str, value: Any) -> None:
        """Change a hyperparameter or an option from the next step on; ValueError for one that is refused."""
        for holder in (self.hyperparameters, self.options):
            if key in holder:
                holder[key] = self._kind.settled(self.hyperparameters | self.options | {key: value})[key]
                return
        raise ValueError(unknown("key", key, [*self.hyperparameters, *self.options]))

    def rate(self) -> tuple[Rate, State]:
        """The learning rate and its terms now; one that has taken another's place is at its beginning."""
        lr = self.hyperparameters.get(self._kind.rate_name)
        if lr is not self._lr:
            self._lr, self._rate = lr, rate_of(lr, self._kind.rate_name)
            self.terms = self._rate.first()
        return self._rate, self.terms

    def lr(self, count: int) -> Any:
        """The learning rate of the step that follows `count` steps; None without one."""
        rate, terms = self.rate()
        return rate.value(terms, count)

    def settings(self, count: int) -> dict[str, Any]:
        """The hyperparameters of that step."""
        values = {name: plain(value) for name, value in self.hyperparameters.items()}
        name = self._kind.rate_name
        return values | ({name: self.lr(count)} if name in values else {})


def is_grouped(params: Any) -> bool:
    """Whether an optimizer's parameters are given as a list of groups."""
    return isinstance(params, list | tuple) and len(params) > 0 and isinstance(params[0], Mapping)


def require_parameters(name: str, params: Any) -> list[Any]:
    """The parameters, in a list: each must have a value and a gradient, and be there once."""
    listed = list(params) if isinstance(params, Iterable) and not isinstance(params, Tensor) else [None]
    if not all(map(_is_parameter, listed)):
        raise TypeError(f"{name} must be a list of Tensors, as [u, v], got {shown(params)}")
    first: dict[int, int] = {}
    for i, parameter in enumerate(listed):
        if (j := first.setdefault(id(parameter), i)) < i:
            raise ValueError(f"{name} must differ, got one Tensor twice, as {name}[{j}] and {name}[{i}]")
    return listed


def _is_parameter(x: Any) -> bool:
    # A Tensor's `data` is not asked for: it would be handed out, and the graph would take copies of it.
    return isinstance(x, Tensor) or (hasattr(x, "data") and hasattr(x, "grad"))


def value_of(parameter: Parameter) -> Any:
    """A parameter's value, which is only looked at."""
    return parameter.value if isinstance(parameter, Tensor) else parameter.data
