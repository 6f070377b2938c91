"""Random numbers within a model, which a compiled step must draw anew for each batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeAlias

import numpy as np

from autograd import TracingError
from autograd.array_rules import Shape
from autograd.compiler.tracing import Symbol

Draw: TypeAlias = Callable[[Shape], Any]

_DRAWS: ContextVar[list[tuple[Draw, Shape]] | None] = ContextVar("draws", default=None)


def drawn(x: Any, draw: Draw) -> Any:
    """Random numbers of the shape of `x`, through which no gradient flows: for each batch others.

    In a model that is trained compiled, random numbers must come from here: a generator's own functions
    would be called once, when the step is traced.

    Args:
        x: what the random numbers are for.
        draw: called with the shape, once for each batch; gives an array of it.

    Raises:
        TracingError: if a function is being compiled that is no training step.

    >>> rng = np.random.default_rng(0)
    >>> drawn(np.zeros(3), rng.random).round(2)
    array([0.64, 0.27, 0.04])
    """
    shape = np.shape(x)
    if not isinstance(x, Symbol):
        return draw(shape)
    draws = _DRAWS.get()
    if draws is None:
        raise TracingError(
            "random numbers for each call cannot be compiled: call eval() on the model, or train it with "
            "networks.TrainingStep"
        )
    draws.append((draw, shape))
    return Symbol(x.program, x.program.add_input(shape))


@contextmanager
def collected() -> Iterator[list[tuple[Draw, Shape]]]:
    """What is to be drawn for each batch by the model that is traced meanwhile, in order."""
    draws: list[tuple[Draw, Shape]] = []
    token = _DRAWS.set(draws)
    try:
        yield draws
    finally:
        _DRAWS.reset(token)
