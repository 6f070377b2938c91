"""Tells float(t), by which people print a number, from numpy, which would put it into an array.

Both call `Tensor.__float__` from C in the same way, and numpy loses a gradient that somebody counts on. What
tells them apart is the instruction that Python is at: ``r[0] = t`` stores, and ``np.float64(t)`` and
``r.fill(t)`` call something of numpy's. Other functions of C, such as those of `math`, count as float(t).
"""

from __future__ import annotations

import dis
from functools import lru_cache
from types import CodeType, FrameType
from typing import Any

import numpy as np

_NAMES = ("LOAD_NAME", "LOAD_FAST", "LOAD_DEREF", "LOAD_GLOBAL")
_ATTRIBUTES = ("LOAD_ATTR", "LOAD_METHOD")
_NOTHING = ("PUSH_NULL", "COPY_FREE_VARS", "NOP", "EXTENDED_ARG", "CACHE")
_UNKNOWN = object()


def taken_by_numpy(frame: FrameType | None) -> str:
    """How the code of a frame has numpy take a plain number, as words for a message; "" if it does not."""
    if frame is None:
        return ""
    if frame.f_globals.get("__name__", "").partition(".")[0] in {"numpy", "scipy"}:
        return f"{frame.f_globals['__name__']}.{frame.f_code.co_name}"
    name, path = _instruction(frame.f_code, frame.f_lasti)
    if name.startswith("STORE_S"):  # STORE_SUBSCR, STORE_SLICE
        return "an array's element"
    if not path:
        return ""
    callee = _found(frame, path)
    if callee is _UNKNOWN:
        numpys = hasattr(np.ndarray, path[-1])
    else:
        owner = callee if isinstance(callee, type) else type(getattr(callee, "__self__", None))
        module = getattr(callee, "__module__", None) or owner.__module__
        numpys = module.partition(".")[0] == "numpy" or issubclass(owner, np.ndarray | np.generic)
    return f"{path[-1]}()" if numpys else ""


@lru_cache(maxsize=256)
def _instruction(code: CodeType, offset: int) -> tuple[str, tuple[str, ...]]:
    """The instruction at an offset and, if it is a call, the names and attributes that lead to the function.

    An expression, such as the call in ``zeros(2).fill(t)``, is "" among them.
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
    # What is called begins where the call does; its arguments begin later.
    begin = instruction.positions[0::2]
    path: list[str] = []
    for step in before:
        if step.positions is None or step.positions[0::2] != begin or step.positions == instruction.positions:
            continue
        if step.opname.startswith(_ATTRIBUTES):
            path.append(step.argval)
        elif not step.opname.startswith(_NOTHING):
            path = [step.argval if step.opname.startswith(_NAMES) and isinstance(step.argval, str) else ""]
    return instruction.opname, tuple(path)


def _found(frame: FrameType, path: tuple[str, ...]) -> Any:
    """What these names and attributes lead to."""
    first, *attributes = path
    for names in (frame.f_locals, frame.f_globals, frame.f_builtins):
        if first in names:
            found = names[first]
            break
    else:
        return _UNKNOWN
    for attribute in attributes:
        found = getattr(found, attribute, _UNKNOWN)
    return found
