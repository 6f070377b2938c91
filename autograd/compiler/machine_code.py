"""Machine code: plain functions compiled by numba, which is imported here and nowhere else.

A function is compiled together with all functions of Python that it calls, which become part of it. The
elementary ones may contract a product and a sum to one operation of the processor; everything else computes
what Python would, to the last bit, adds nothing up in another order, and divides by zero as numpy does.

numba's own parallel loops are not used, since they end the process when two threads start them at once, or a
forked process does; threads call the code, each with points of its own (see `share_blocks`).
"""

from __future__ import annotations

import contextlib
import dis
import importlib
import os
import pickle
import sys
import threading
from collections.abc import Callable, Mapping
from hashlib import blake2b
from types import CodeType, FunctionType, ModuleType
from typing import Any
from weakref import WeakKeyDictionary

from autograd.compiler import elementary
from support.caches import cache_folder
from support.whole_files import write_whole

_DIGEST = 32  # bytes
_ELEMENTARY = {module.__name__ for module in elementary.MODULES} - {elementary.parts.__name__}
_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
_INNER = _OPTIONS | {"forceinline": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}

_made: WeakKeyDictionary[Callable[..., Any], Any] = WeakKeyDictionary()
_lock = threading.RLock()
if hasattr(os, "register_at_fork"):  # a forked process would wait for ever for what a thread has begun here
    os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release)


def is_there() -> bool:
    """Whether numba can be imported."""
    try:
        importlib.import_module("numba")
    except ImportError:
        return False
    return True


def compiled_when_called(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, compiled when it is first called, for what it is called with.

    Raises:
        ImportError: if numba cannot be imported.
    """
    return importlib.import_module("numba").njit(**_OPTIONS)(function)  # type: ignore[no-any-return]


def compiled(function: Any, signature: str, names: Mapping[str, Any]) -> Callable[..., Any]:
    """The function, compiled at once, or read from the cache's folder if that has been done before.

    Args:
        function: a plain function, whose globals are constants, modules, and functions like it.
        signature: what it takes, as numba writes it.
        names: further globals for it.

    Raises:
        ImportError: if numba cannot be imported.
    """
    numba = importlib.import_module("numba")
    own = FunctionType(function.__code__, function.__globals__ | names, function.__name__)
    options = _OPTIONS | {"no_cfunc_wrapper": True}
    with _lock:
        code = numba.njit(**options)(own)
        content = repr((_content(own, []), signature, _machine(numba, code)))
        key = blake2b(content.encode(), digest_size=16).hexdigest()
        if not _read(key, code):
            code = numba.njit(**options)(_with_compiled(own, numba))
            code.compile(signature)
            _write(key, code)
        code.disable_compile()
    return code  # type: ignore[no-any-return]


def _with_compiled(function: Any, numba: Any) -> Any:
    """The same function with compiled ones in place of the plain functions that it calls."""
    space: dict[str, Any] = {"__name__": __name__}  # numba looks a module up when it reads code
    for name in _names(function.__code__):
        value = function.__globals__.get(name)
        if isinstance(value, FunctionType):
            if value not in _made:
                options = _INNER | {"fastmath": {"contract"} if value.__module__ in _ELEMENTARY else False}
                _made[value] = numba.njit(**options)(_with_compiled(value, numba))
            space[name] = _made[value]
        elif name in function.__globals__:
            space[name] = value
    return FunctionType(function.__code__, space, function.__name__)


def _names(code: CodeType) -> list[str]:
    """The names that code looks up in its function's globals."""
    return sorted({step.argval for step in dis.get_instructions(code) if step.opname == "LOAD_GLOBAL"})


def _content(function: Any, seen: list[Any]) -> Any:
    """All that decides what a function computes: its code, the constants it names, and what it calls."""
    if function in seen:
        return seen.index(function)
    seen.append(function)
    named = {}
    for name in _names(function.__code__):
        value = function.__globals__.get(name)
        if isinstance(value, FunctionType):
            named[name] = _content(value, seen)
        else:
            named[name] = value.__name__ if isinstance(value, ModuleType) else repr(value)
    return function.__code__.co_code, function.__code__.co_consts, named, function.__module__ in _ELEMENTARY


def _machine(numba: Any, code: Any) -> tuple[Any, ...]:
    """What else decides the code: versions, and the processor."""
    return numba.__version__, sys.version, *code.targetctx.codegen().magic_tuple()


def _read(key: str, code: Any) -> bool:
    """Give a function of numba's its code from the cache; false if there is none that can be used."""
    # What a file was made for is part of its digest: one that is damaged, or somebody else's, is not loaded.
    with contextlib.suppress(Exception):
        found = (cache_folder("loops") / key).read_bytes()
        digest, body = found[:_DIGEST], found[_DIGEST:]
        if digest == _digest(key, body):
            result = importlib.import_module("numba.core.compiler").CompileResult
            code.targetctx.refresh()
            code.add_overload(result._rebuild(code.targetctx, *pickle.loads(body)))  # noqa: S301
            return True
    return False


def _write(key: str, code: Any) -> None:
    with contextlib.suppress(Exception):  # no folder, no room, or another numba
        (result,) = code.overloads.values()
        body = importlib.import_module("numba.core.serialize").dumps(result._reduce())
        write_whole(cache_folder("loops") / key, lambda file: file.write(_digest(key, body) + body))


def _digest(key: str, body: bytes) -> bytes:
    return blake2b(key.encode() + body, digest_size=_DIGEST).digest()
