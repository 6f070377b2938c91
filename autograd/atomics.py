"""Numbers that threads share while they run machine code: reads, writes and claims that none sees half done.

For functions that numba compiles. The numbers are those of an int64 array; `intrinsics` gives the functions,
which numba turns into single instructions of the processor::

    load(numbers, i)              the number, and all that was written before it was stored
    store(numbers, i, value)      for others to load
    claim(numbers, i, old, new)   sets it to `new` if it is `old`, and whether it was: for one thread only
    call(address, begin, end, arrays, numbers)   calls the function of four whole numbers that is found there

Source: LLVM Language Reference, "Memory Model for Concurrent Operations".
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, NamedTuple

_BYTES = 8


class Intrinsics(NamedTuple):
    """The functions in the module's docstring."""

    load: Callable[[Any, int], int]
    store: Callable[[Any, int, int], None]
    claim: Callable[[Any, int, int, int], bool]
    call: Callable[[int, int, int, int, int], None]


def intrinsics() -> Intrinsics:
    """The functions, for use in what numba compiles.

    Raises:
        ImportError: without numba.
    """
    intrinsic = importlib.import_module("numba.extending").intrinsic
    return Intrinsics(*map(intrinsic, (_load, _store, _claim, _call)))


def _load(typing: Any, numbers: Any, i: Any) -> Any:  # noqa: ARG001  (numba names what it passes)
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.load_atomic(_place(context, builder, signature, arguments), "acquire", _BYTES)

    types = importlib.import_module("numba.types")
    return types.int64(numbers, types.intp), generate


def _store(typing: Any, numbers: Any, i: Any, value: Any) -> Any:  # noqa: ARG001
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = _place(context, builder, signature, arguments)
        builder.store_atomic(arguments[2], place, "release", _BYTES)
        return context.get_dummy_value()

    types = importlib.import_module("numba.types")
    return types.void(numbers, types.intp, types.int64), generate


def _claim(typing: Any, numbers: Any, i: Any, old: Any, new: Any) -> Any:  # noqa: ARG001
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = _place(context, builder, signature, arguments)
        found = builder.cmpxchg(place, arguments[2], arguments[3], "acq_rel", "acquire")
        return builder.extract_value(found, 1)

    types = importlib.import_module("numba.types")
    return types.boolean(numbers, types.intp, types.int64, types.int64), generate


def _call(typing: Any, address: Any, begin: Any, end: Any, arrays: Any, numbers: Any) -> Any:  # noqa: ARG001
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ARG001
        ir = importlib.import_module("llvmlite.ir")
        function = ir.FunctionType(ir.VoidType(), [ir.IntType(8 * _BYTES)] * 4)
        builder.call(builder.inttoptr(arguments[0], function.as_pointer()), arguments[1:])
        return context.get_dummy_value()

    types = importlib.import_module("numba.types")
    return types.void(*[types.int64] * 5), generate


def _place(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    """Where the number of an array is."""
    array = context.make_array(signature.args[0])(context, builder, arguments[0])
    return builder.gep(array.data, [arguments[1]])
