"""An optimizer's groups of parameters, as vectors are made of them."""

from __future__ import annotations

from typing import Any

from optimizers import Optimizer
from optimizers.parameter_groups import ParameterGroup


class Group:
    """Parameters of one group of an optimizer's.

    Args:
        optimizer: whose they are.
        group: the optimizer's group.
        places: of those that have been moved equally often, among the optimizer's parameters.

    Attributes:
        hyperparameters: by name, as they are now.
        options: what the optimizer is told beside them.
    """

    def __init__(self, optimizer: Optimizer, group: ParameterGroup, places: tuple[int, ...]) -> None:
        self._optimizer, self._group, self.places = optimizer, group, places
        self.hyperparameters, self.options = group.hyperparameters, group.options

    @property
    def rate(self) -> Any:
        """The learning rate of the next step."""
        return self._group.lr(self._optimizer.count)


def groups_of(optimizer: Optimizer) -> list[Group]:
    """The parameters that have been moved: those of one group that have been moved equally often together."""
    found, begin = [], 0
    for group in optimizer.param_groups:
        counts = optimizer.steps[begin : begin + len(group.params)]
        for count in sorted({count for count in counts if count}):
            places = tuple(begin + i for i, each in enumerate(counts) if each == count)
            found.append(Group(optimizer, group, places))
        begin += len(group.params)
    return found
