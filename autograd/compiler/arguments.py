"""What a differentiated function takes and gives beside numbers: argnums, static arguments, and aux."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from autograd.array_rules import PLACES, Shape
from autograd.compiler.program import POINTS, NotElementwiseError, key_of
from autograd.compiler.tracing import Symbol
from autograd.operators import Operators
from autograd.tensor import Tensor
from autograd.values import FLOAT64, stack_them

Argnums: TypeAlias = int | Sequence[int] | None


def checked(argnums: Argnums) -> int | tuple[int, ...] | None:
    """argnums as an int, a tuple or None; anything else, and an empty tuple, is refused."""
    if argnums is None:
        return None
    try:
        if isinstance(argnums, bool | str):
            raise TypeError
        if not isinstance(argnums, Sequence | np.ndarray):
            return operator.index(argnums)
        found = tuple(map(operator.index, argnums))
    except TypeError:
        raise TypeError(f"argnums must be an int or a tuple of ints, not {argnums!r:.60}") from None
    if not found:
        raise ValueError("argnums must name at least one argument, got ()")
    return found


def wanted(argnums: int | tuple[int, ...] | None, count: int) -> tuple[int, ...]:
    """The positions among `count` arguments that argnums names; all of them for None.

    >>> wanted((0, -1), 3), wanted(None, 2)
    ((0, 2), (0, 1))
    """
    if argnums is None:
        return tuple(range(count))
    numbers = (argnums,) if isinstance(argnums, int) else argnums
    for number in numbers:
        if not -count <= number < count:
            raise ValueError(f"argnums names argument {number}, but the function was given {count}")
    return tuple(number % count for number in numbers)


def parted(
    arguments: Sequence[Any], argnums: int | tuple[int, ...] | None
) -> tuple[list[Any], dict[int, Any]]:
    """The arguments that are float64 numbers and arrays, and by position those passed on as they are.

    Without argnums all numbers and arrays are differentiated, whatever their type; None, strings and
    functions are static. With argnums, all other arguments but floats and arrays of floats are static.

    >>> parted((2, None), argnums=None)
    ([2.0], {1: None})
    >>> parted((2, 3), argnums=0)
    ([2.0], {1: 3})
    """
    if argnums is None:
        try:
            return [as_argument(x) for x in arguments], {}
        except TypeError:
            others = {k: x for k, x in enumerate(arguments) if static(x)}
            if len(others) == len(arguments):
                raise
    else:
        slopes = wanted(argnums, len(arguments))
        others = {k: x for k, x in enumerate(arguments) if k not in slopes and not _of_floats(x)}
    return [as_argument(x) for k, x in enumerate(arguments) if k not in others], others


def gathered(slopes: Sequence[Any], argnums: Argnums, together: Callable[[Any], Any] = tuple) -> Any:
    """Derivatives as they are returned: a single one by itself, unless argnums is a tuple."""
    return slopes[0] if len(slopes) == 1 and not isinstance(argnums, tuple) else together(slopes)


def static(x: Any) -> bool:
    """Whether an argument is passed on as it is, without argnums."""
    return x is None or isinstance(x, str) or callable(x)


def as_argument(x: Any) -> Any:
    """A float, or an array of float64; what is none, and cannot be made one, is refused."""
    if type(x) is float or (type(x) is np.ndarray and x.dtype is FLOAT64 and x.ndim):
        return x  # at once, which takes a third of the time
    array = np.asarray(x)
    if array.dtype.kind not in "fiub":
        hint = "; engine='eager' takes Tensors" if isinstance(x, Tensor) else ""
        raise TypeError(f"an argument must be a real number or an array of such, not {x!r:.60}{hint}")
    return float(array) if array.ndim == 0 else array.astype(np.float64, copy=False)


def _of_floats(x: Any) -> bool:
    """Whether an argument is a float or an array, or lists, of floats."""
    if isinstance(x, list | tuple):
        return bool(x) and all(map(_of_floats, x))
    return isinstance(x, float) or (
        isinstance(x, np.ndarray | np.generic) and np.issubdtype(x.dtype, np.floating)
    )


def static_key(static: dict[int, Any]) -> Any:
    """A hashable key for static arguments, in which lists and arrays count by their contents."""
    keys = []
    for k, x in static.items():
        try:
            mapped(x, _refuse_tensor)
            key = key_of(x)
            hash(key)
        except (TypeError, ValueError) as error:
            raise TypeError(
                f"argument {k} is not differentiated and becomes part of the program, "
                f"so it must be a plain value that can be hashed, not {x!r:.60}: {error}"
            ) from None
        keys.append((k, key))
    return tuple(keys)


def _refuse_tensor(x: Any) -> None:
    if isinstance(x, Operators):
        raise TypeError("a Tensor changes; give its data")


def misplaced(static: dict[int, Any], error: TypeError) -> TypeError:
    """The error for a function that fails on arguments that, being no numbers, were passed on as they are."""
    x = next(iter(static.values()))
    return TypeError(f"an argument must be a real number or an array of such, not {x!r:.60}: {error}")


def filled(function: Callable[..., Any], static: dict[int, Any]) -> Callable[..., Any]:
    """A function of the other arguments, with static ones as they are now."""
    kept = {k: mapped(x, lambda y: y.copy() if isinstance(y, np.ndarray) else y) for k, x in static.items()}

    def call(*others: Any) -> Any:
        rest = iter(others)
        count = len(others) + len(kept)
        return function(*(kept[k] if k in kept else next(rest) for k in range(count)))

    return call


def mapped(tree: Any, change: Callable[[Any], Any]) -> Any:
    """The nested tuples, lists and dicts of `tree`, with every leaf changed.

    >>> mapped({"a": [1, 2], "b": (3, None)}, str)
    {'a': ['1', '2'], 'b': ('3', 'None')}
    """
    if isinstance(tree, dict):
        return {key: mapped(x, change) for key, x in tree.items()}
    if isinstance(tree, list):
        return [mapped(x, change) for x in tree]
    if isinstance(tree, tuple):
        parts = [mapped(x, change) for x in tree]
        return type(tree)(*parts) if hasattr(tree, "_fields") else tuple(parts)
    return change(tree)


def with_aux(result: Any) -> tuple[Any, Any]:
    """The value and what comes with it, the pair that a function has to return for has_aux."""
    if not isinstance(result, tuple) or len(result) != 2:
        raise TypeError(f"with has_aux the function must return (value, aux), not {result!r:.60}")
    return result


def no_keywords(keywords: dict[str, Any]) -> None:
    """Raise TypeError if there are any."""
    if keywords:
        name = next(iter(keywords))
        raise TypeError(
            f"arguments are given by position, not by keyword: {name}=...; "
            f"bind it first, with functools.partial(function, {name}=...)"
        )


@dataclass(frozen=True)
class Output:
    """Stands for an output of the program within aux."""

    position: int
    kind: type  # float, bool, or int for what argmax and its like give


def noted(x: Any, outputs: list[Any], shapes: Sequence[Shape]) -> Any:
    """A leaf of aux: a symbol becomes an output, anything else stays as it is."""
    if not isinstance(x, Symbol):
        return plain(x)
    if POINTS in shapes and not x.points:
        raise NotElementwiseError("a number that all points share")
    kind: type = float
    if x.number in x.program.truths:
        kind, x = bool, x * 1.0
    elif getattr(x.program.values[x.number], "name", "") in PLACES:
        kind = int
    outputs.append(x)
    return Output(len(outputs) - 1, kind)


def given(x: Any, outputs: Sequence[Any]) -> Any:
    """A leaf of aux with the outputs computed."""
    if not isinstance(x, Output):
        return x
    y = outputs[x.position]
    return y if x.kind is float else x.kind(y) if type(y) is float else y.astype(x.kind)


def plain(x: Any) -> Any:
    """A Tensor's data, a truth as Python's; anything else as it is."""
    if isinstance(x, np.bool_):
        return bool(x)
    return x.data if isinstance(x, Tensor) else x


def one_value(value: Any) -> Any:
    """What a function gives that does not depend on its arguments; refused if it is no number or array."""
    if isinstance(value, list | tuple) or np.asarray(value).dtype.kind not in "fiub":
        hint = stack_them(np.array(value, dtype=object))
        raise TypeError(f"the function must give one number or array, not {value!r:.60}{hint}")
    return value
