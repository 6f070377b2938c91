"""The eager engine of `value_and_grad`: a graph of Tensors, built and swept at each call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.compiler.arguments import (
    Argnums,
    checked,
    gathered,
    mapped,
    misplaced,
    no_keywords,
    one_value,
    parted,
    plain,
    wanted,
    with_aux,
)
from autograd.compiler.nesting import from_elsewhere, nested, slopes_within
from autograd.compiler.tracing import called
from autograd.tensor import Tensor


class Eager:
    """Like `ValueAndGrad`, by a graph of Tensors that is built at each call."""

    def __init__(self, function: Callable[..., Any], argnums: Argnums = None, has_aux: bool = False) -> None:
        self.function = function
        self._argnums, self._has_aux = checked(argnums), has_aux

    def __call__(self, *arguments: Any, **keywords: Any) -> tuple[Any, Any]:
        """Compute for these numbers, arrays and static arguments."""
        if keywords:
            no_keywords(keywords)
        if any(hasattr(x, "_apply") for x in arguments):
            value, slopes = nested(self.function, arguments, self._argnums, self._has_aux)
            return value, gathered(slopes, self._argnums)
        values, static = parted(arguments, self._argnums)
        if static or self._argnums is not None:
            tensors, value = self._beside_others(values, static)
        else:
            tensors = [Tensor(x) for x in values]
            value = called(self.function, tensors)
        if self._has_aux:
            value, aux = with_aux(value)
        inside = isinstance(value, Tensor)
        value = value if inside else Tensor(one_value(value))
        order = value._sweep_order()
        if inside and from_elsewhere(order, tensors):
            slopes = slopes_within(value, tensors)
            return (value, aux) if self._has_aux else value, gathered(slopes, self._argnums)
        value._sweep(order, np.ones(value.shape) if value.shape else 1.0)
        slopes = [tensor.grad for tensor in tensors]
        found = (value.data, mapped(aux, plain)) if self._has_aux else value.data
        return found, gathered(slopes, self._argnums)

    def _beside_others(self, values: Sequence[Any], static: dict[int, Any]) -> tuple[list[Tensor], Any]:
        """The Tensors to differentiate by, and what the function returns for them and the rest."""
        rest, count = iter(values), len(values) + len(static)
        # What is not differentiated is plain; a float divides by zero as arrays and Tensors do.
        inputs = [static[k] if k in static else next(rest) for k in range(count)]
        inputs = [np.float64(x) if type(x) is float else x for x in inputs]
        places = [k for k in wanted(self._argnums, count) if k not in static]
        for k in places:
            inputs[k] = Tensor(inputs[k])
        tensors = [inputs[k] for k in places]
        try:
            with np.errstate(all="ignore"):
                return tensors, called(self.function, inputs)
        except TypeError as error:
            if static and self._argnums is None:
                raise misplaced(static, error) from error
            raise
