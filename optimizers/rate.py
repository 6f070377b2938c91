"""Learning rates that are no numbers: functions of the step, and those that watch the loss."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, TypeAlias

State: TypeAlias = dict[str, Any]


class Watcher(ABC):
    """A learning rate that follows the loss, as `optimizers.schedules.ReduceLROnPlateau`."""

    @abstractmethod
    def first(self) -> State:
        """Its terms before the first step; "lr" is the learning rate."""

    @abstractmethod
    def update(self, loss: Any, state: State) -> State:
        """Its terms after a step that was made from where the loss was `loss`; elementwise and pure."""


def is_schedule(lr: Any) -> bool:
    """Whether a learning rate is no number: a function of the step, or one that watches the loss."""
    return type(lr) is not float and (callable(lr) or isinstance(lr, Watcher))
