"""Closures for optimizers that evaluate the loss themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from optimizers.optimizer import Optimizer


def closure_of(optimizer: Optimizer, loss: Callable[..., Any]) -> Callable[[], Any]:
    """The loss of an optimizer's parameters as the closure that `step` takes."""

    def closure() -> Any:
        optimizer.zero_grad()
        value = loss(*optimizer.params)
        value.backward()
        return value

    return closure


def values(optimizer: Optimizer) -> list[Any]:
    return [parameter.data for parameter in optimizer.params]
