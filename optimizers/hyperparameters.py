"""Hyperparameters as rules take them, and as attributes of an optimizer: `adam.lr = 0.5`."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.messages import unknown
from autograd.tensor import Tensor, peek

# What instances keep under these names is not to be hidden by a hyperparameter of the same name.
TAKEN = frozenset({"params", "hyperparameters", "state", "steps", "count", "evaluations"})


def plain(value: Any) -> Any:
    """A hyperparameter without its wrapping: a Tensor's numbers, and an array without dimensions as a number.

    It is read once: what happens to the Tensor or the array later changes nothing.

    >>> plain(Tensor(0.1)), plain(np.array(0.5)), plain((np.float64(0.9), 0.999)), plain("cos")
    (0.1, 0.5, (0.9, 0.999), 'cos')
    """
    if isinstance(value, Tensor):
        value = np.array(peek(value))
    if isinstance(value, tuple | list):
        return type(value)(map(plain, value)) if type(value) in {tuple, list} else value
    # Other libraries' arrays have these two as well.
    return value.item() if getattr(value, "ndim", None) == 0 and hasattr(value, "item") else value


class Hyperparameter:
    """Reads and sets one of an optimizer's `hyperparameters`, which is checked as at the beginning.

    Args:
        name: its name.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, optimizer: Any, kind: Any = None) -> Any:
        """Its value; on the class, this object itself."""
        if optimizer is None:
            return self
        own = vars(optimizer)
        for values in (own.get("hyperparameters", own), own):
            if self._name in values:
                return values[self._name]
        raise AttributeError(f"{type(optimizer).__name__!r} object has no attribute {self._name!r}")

    def __set__(self, optimizer: Any, value: Any) -> None:
        """Set it; before `Optimizer.__init__` has run, as an attribute like any other.

        Raises:
            AttributeError: if the optimizer has no such hyperparameter.
            ValueError: if it is refused; nothing has changed then.
        """
        given = vars(optimizer).get("hyperparameters")
        if given is None:
            vars(optimizer)[self._name] = value
        elif self._name not in given:
            raise AttributeError(unknown(f"{type(optimizer).__name__} hyperparameter", self._name, given))
        else:
            given.update(optimizer.settled(given | {self._name: value}))
