"""The eager engine of `value_and_grad`: a graph of Tensors, built and swept at each call.

And gradients within gradients: a function that is given Tensors, or values of a traced function, gives
derivatives that are Tensors, or values of that function, so that the outer gradient goes through them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.compiler.arguments import (
    Argnums,
    as_argument,
    checked,
    gathered,
    mapped,
    misplaced,
    no_keywords,
    one_value,
    parted,
    plain,
    static,
    wanted,
    with_aux,
)
from autograd.compiler.tracing import Symbol, again, called, gradients
from autograd.graph_hessian import slopes_of
from autograd.tensor import Tensor, apply


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


def nested(function: Callable[..., Any], arguments: Sequence[Any], argnums: Argnums, has_aux: bool) -> Any:
    """The value of a function (with `has_aux` a pair), and the list of its derivatives.

    At least one of the arguments is a Tensor or a symbol; the rest is as `value_and_grad` takes it.
    """
    inputs = list(arguments)
    symbol = next((x for x in inputs if isinstance(x, Symbol)), None)
    places = [
        k for k in wanted(checked(argnums), len(inputs)) if argnums is not None or not static(inputs[k])
    ]
    for k in places:  # apart from the same value where the function has it from elsewhere
        if symbol is not None:
            inputs[k] = again(symbol.program, inputs[k])
        elif isinstance(inputs[k], Tensor):
            inputs[k] = apply("multiply", inputs[k], 1.0)
        else:
            inputs[k] = Tensor(as_argument(inputs[k]))
    result = called(function, inputs)
    value, aux = with_aux(result) if has_aux else (result, None)
    slopes = slopes_within(value, [inputs[k] for k in places])
    return ((value, aux) if has_aux else value), slopes


def slopes_within(value: Any, inputs: Sequence[Any], seed: Any = None) -> list[Any]:
    """The derivatives of a value, made of Tensors or symbols as it is, in the shapes of these inputs.

    `seed` is as in `autograd.compiler.tracing.gradients`.
    """
    if isinstance(value, Symbol):
        slopes = gradients(value, inputs, seed)
    elif isinstance(value, Tensor):
        slopes = slopes_of(value, inputs, seed)
    else:
        slopes = [0.0] * len(inputs)
    return [
        slope if _as_large(slope, x) else np.zeros(x.shape) + slope
        for slope, x in zip(slopes, inputs, strict=True)
    ]


def _as_large(slope: Any, x: Any) -> bool:
    """Whether a slope has the shape of what it belongs to, as points have anyway."""
    return (isinstance(x, Symbol) and x.points) or np.shape(slope) == x.shape


def from_elsewhere(order: Sequence[Tensor], tensors: Sequence[Tensor]) -> bool:
    """Whether a graph, in the order of its sweep, has leaves that are older than all these Tensors.

    Younger ones were made by the function itself, or by a gradient inside it: nothing outside needs them.
    """
    oldest = min((tensor._number for tensor in tensors), default=0)
    return any(node._number < oldest for node in order if not node._prev)
