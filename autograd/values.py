"""What a `Tensor` holds and what its graph keeps: floats and arrays that nobody else can change."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autograd.array_rules import Shape

Array: TypeAlias = NDArray[np.float64]
Value: TypeAlias = float | Array
FLOAT64 = np.dtype(np.float64)


def as_value(x: Any, copy: bool = False) -> Value:
    """`x` as a Python float, or as a float64 array where it has a shape; TypeError if it is neither."""
    if isinstance(x, float):
        return float(x)
    if type(x) is np.ndarray and x.dtype is FLOAT64 and x.ndim and not copy:
        return x  # at once, which is quicker
    try:
        array = np.asarray(x)
    except ValueError:
        raise TypeError(
            f"a Tensor holds a box of numbers, not lists of different lengths: {x!r:.60}"
        ) from None
    if array.dtype.kind not in "fiub":
        raise TypeError(f"a Tensor holds real numbers, not {x!r:.60}{stack_them(array)}")
    return float(array) if array.ndim == 0 else np.array(array, dtype=np.float64, copy=copy or None)


def stack_them(array: Any) -> str:
    """What to do with an array of objects that holds Tensors, as the end of a message; "" for any other."""
    tensors = array.dtype.kind == "O" and any(hasattr(x, "_apply") for x in array.flat)
    return "; np.stack makes one Tensor of several" if tensors else ""


def kept(x: Any) -> Value:
    """`x` as a value that cannot change: a float, or a read-only array, copied if it can be written to."""
    value = x if type(x) is float else as_value(x)
    if isinstance(value, float) or not (value.flags.writeable or _writeable(value.base)):
        return value
    return frozen(np.array(value))


def shape_of(value: Value) -> Shape:
    """The shape; () for a float."""
    return () if isinstance(value, float) else value.shape


def frozen(array: Array) -> Array:
    """The array itself, read-only from now on."""
    array.setflags(write=False)
    return array


def _writeable(base: Any) -> bool:
    """Whether somebody can change what an array has its memory from, if it has it from elsewhere."""
    return base.flags.writeable if isinstance(base, np.ndarray) else base is not None


def kept_index(index: Any) -> Any:
    """An index whose arrays and lists stay as they are; a Tensor in it is refused."""
    if hasattr(index, "_apply"):
        raise IndexError(
            "an index must be plain numbers, not a Tensor; "
            "value_and_grad's argnums leaves out an argument that is an index"
        )
    if isinstance(index, tuple):
        return tuple(map(kept_index, index))
    return deepcopy(index) if isinstance(index, np.ndarray | list) else index
