"""Where a Tensor may become a plain number, and where that would lose its gradient and is refused.

float(t), by which people print a number, is told from numpy storing t as a plain number. numpy has no
protocol for this: ``r[0] = t``, ``r.fill(t)`` and ``np.float64(t)`` call `Tensor.__float__` from C, as
float(t) does. Only the calling frame differs: it is numpy's or scipy's own, or it is at an instruction
that stores an element or calls something of numpy's. Other C functions, such as `math.sin`, count as
float.
"""

from __future__ import annotations

import dis
import sys
from abc import abstractmethod
from functools import lru_cache
from types import CodeType, FrameType, ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.operators import STORED, Operators, array_of_objects
from autograd.values import Value

_METHODS = {"astype", "fill", "__array__", "__setitem__"}  # of arrays, by which elements become numbers
_NAMES = ("LOAD_NAME", "LOAD_FAST", "LOAD_DEREF", "LOAD_GLOBAL")
_ATTRIBUTES = ("LOAD_ATTR", "LOAD_METHOD")
_NOTHING = ("PUSH_NULL", "COPY_FREE_VARS", "NOP", "EXTENDED_ARG", "CACHE", "KW_NAMES")


class Conversions(Operators):
    """Truth, float, int and arrays of what has a value."""

    __slots__ = ()

    @property
    @abstractmethod
    def value(self) -> Value:
        """A float, or an array."""

    def __bool__(self) -> bool:
        if self.size != 1:
            raise ValueError(f"a Tensor of shape {self.shape} is neither true nor false")
        return bool(self.value)

    def _one_number(self) -> float:
        if self.size != 1:
            raise TypeError(f"a Tensor of shape {self.shape} is not one number")
        return float(np.reshape(self.value, ()))

    def __float__(self) -> float:
        if taken := taken_by_numpy(sys._getframe(1)):
            raise _lost(taken)
        return self._one_number()

    def __int__(self) -> int:
        if taken := taken_by_numpy(sys._getframe(1)):
            raise _lost(taken)
        return int(self._one_number())

    __trunc__ = __int__

    if not TYPE_CHECKING:  # or it would count as an array, and np.sin of it too

        def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
            """An array of Tensors, which keep the graph; of numbers there is none, as they would lose it."""
            if dtype not in {None, np.dtype(object)}:
                raise _lost(f"an array of {dtype}")
            return array_of_objects(self)


def _lost(taken: str) -> TypeError:
    return TypeError(f"{taken} {STORED}, or give its .data, which is meant to be a plain number")


def taken_by_numpy(frame: FrameType | None) -> str:
    """What takes a plain number for numpy or scipy in this frame, in words for a message; "" if nothing."""
    if frame is None:
        return ""
    module = frame.f_globals.get("__name__", "")
    if module.partition(".")[0] in {"numpy", "scipy"}:
        return f"{module}.{frame.f_code.co_name}"
    operation, path = _instruction(frame.f_code, frame.f_lasti)
    if operation.startswith("STORE_S"):  # STORE_SUBSCR, STORE_SLICE
        return "an array's element"
    if operation == "STORE_ATTR":  # array.real = t
        return "an array's attribute"
    if path and (path[-1] in _METHODS or _is_numpys(_owner(frame, path))):
        return f"{path[-1]}()"
    return ""


@lru_cache(maxsize=256)
def _instruction(code: CodeType, offset: int) -> tuple[str, tuple[str, ...]]:
    """The instruction at an offset and, if it is a call, the names that lead to the function: r, fill.

    Where an expression is called, or an attribute of one, as in ``zeros(2).fill(t)``, the first name is "".
    """
    before = []
    for instruction in dis.get_instructions(code):
        if instruction.offset == offset:
            break
        before.append(instruction)
    else:
        return "", ()
    if not instruction.opname.startswith(("CALL", "PRECALL")) or instruction.positions is None:
        return instruction.opname, ()
    # The function's expression begins where the call does; the arguments begin later.
    begin = instruction.positions[0::2]
    path: list[str] = []
    for step in before:
        if step.positions is None or step.positions[0::2] != begin or step.positions == instruction.positions:
            continue
        if step.opname.startswith(_ATTRIBUTES):
            path.append(step.argval)
        elif path and step.opname == "LOAD_CONST":
            continue  # the names of keyword arguments, from Python 3.13 on
        elif not step.opname.startswith(_NOTHING):
            path = [step.argval if step.opname.startswith(_NAMES) and isinstance(step.argval, str) else ""]
    return instruction.opname, tuple(path)


def _owner(frame: FrameType, path: tuple[str, ...]) -> Any:
    """The first object on the path that is no module: the function, or the object whose method is called.

    No attribute of anything but a module is looked up, as that might run code.
    """
    first, *attributes = path
    for names in (frame.f_locals, frame.f_globals, frame.f_builtins):
        if first in names:
            owner = names[first]
            break
    else:
        return None
    for attribute in attributes:
        if not isinstance(owner, ModuleType):
            break
        owner = getattr(owner, attribute, None)
    return owner


def _is_numpys(owner: Any) -> bool:
    """Whether a function, a class or an object is numpy's, or a method of an object that is."""
    modules = getattr(owner, "__module__", None), type(getattr(owner, "__self__", owner)).__module__
    return any(str(module).partition(".")[0] == "numpy" for module in modules)
