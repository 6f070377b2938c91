"""Compiled programs: the code that the emitters write, called with floats, arrays of points, or arrays.

Each has its `program`, what it computes, and its `source`, the code. Arrays of points are processed in blocks
that fit into the processor's cache. Where there are enough points for it to pay, several threads share the
blocks (numpy releases Python's lock while it computes).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from autograd.compiler import emit_arrays, emit_blocks, emit_floats, emit_loops
from autograd.compiler.machine_code import compiled_when_called
from autograd.compiler.program import Operation, Program
from autograd.compiler.tracing import lowered, with_half_angles
from autograd.rules import FAILURES
from autograd.values import Array
from support.lazy import Lazy

BLOCK = 32768  # points to a block at most
ALONE = 16384  # points up to which one thread is quicker than several, which wait for each other


class Floats:
    """A program of numbers, as a function of floats, `call`: its results are inf or nan where numpy's are.

    Args:
        program: what to compute.
        results: how the function gives the outputs y0, y1, ...: an expression; a tuple by default.
        otherwise: called with the arguments if one of them is not a float.
    """

    def __init__(
        self, program: Program, results: str = "", otherwise: Callable[..., Any] | None = None
    ) -> None:
        lines = emit_floats.emit(lowered(program, emit_floats.OPERATIONS))
        names = [f"x{i}" for i in range(len(program.inputs))]
        arguments, results = ", ".join(names), results or _numbered("y", len(program.outputs))
        check = " or ".join(f"type({name}) is not float" for name in names)
        body = ["try:", *(f"    {line}" for line in lines or ["pass"]), "except failures:"]
        body += [f"    {_numbered('y', len(program.outputs))} = careful({arguments})", f"return {results}"]
        if otherwise and names:
            body = [f"if {check}:", f"    return otherwise({arguments})", *body]
        self.source = function_source(arguments, body)
        self.program = program
        own = {
            "type": type,
            "float": float,
            "array": np.array,
            "failures": FAILURES,
            "careful": self._carefully,
        }
        self.call = load(self.source, emit_floats.NAMES | own | {"otherwise": otherwise})

    def _carefully(self, *numbers: float) -> tuple[float, ...]:
        """The outputs by numpy's functions, which do not raise."""
        return self._arrays.call(*numbers)

    @Lazy
    def _arrays(self) -> Arrays:
        return Arrays(self.program)


class Arrays:
    """A program of arrays of given shapes, as a function of them."""

    def __init__(self, program: Program) -> None:
        self.program = program
        outputs = program.outputs
        self._made = [
            isinstance(program.values[number], Operation) and number not in outputs[:k]
            for k, number in enumerate(outputs)
        ]
        lines, held = emit_arrays.emit(program)
        arguments = ", ".join(f"x{i}" for i in range(len(program.inputs)))
        self.source = function_source(arguments, [*lines, f"return {_numbered('y', len(program.outputs))}"])
        self._call = load(self.source, emit_arrays.NAMES | held)

    def call(self, *arrays: Any) -> tuple[Any, ...]:
        """The outputs for these numbers and arrays: floats, and arrays that are nobody else's."""
        # Python's floats raise where numpy's numbers answer inf or nan.
        arrays = tuple(np.float64(x) if type(x) is float else x for x in arrays)
        with np.errstate(all="ignore"):
            outputs = self._call(*arrays)
        return tuple(
            float(y) if np.ndim(y) == 0 else y if made and y.base is None else np.array(y)
            for y, made in zip(outputs, self._made, strict=True)
        )


class Points:
    """An elementwise program, as a function of arrays of points of one length and of numbers that all share.

    Its `block` may write outputs over arguments: `over` is as `emit_blocks.emit` takes it.
    """

    def __init__(self, program: Program, over: Mapping[int, int] | None = None) -> None:
        self.program = program
        short = lowered(program, emit_blocks.OPERATIONS)
        code = emit_blocks.emit(with_half_angles(short), over)
        self._inputs, self._outputs = len(program.inputs), len(program.outputs)
        self._floats, self._truths = code.floats, code.truths
        arguments = [f"x{i}" for i in range(self._inputs)] + [f"y{k}" for k in range(self._outputs)]
        lines = code.lines or ["pass"]
        for letter, count in (("b", self._floats), ("m", self._truths)):
            if count:
                lines = [f"{_numbered(letter, count)[1:-1]} = {letter}", *lines]
        known = [f"# {name} = {value}" for name, value in code.constants.items()]
        self.source = function_source(", ".join([*arguments, "b", "m"]), [*known, *lines])
        self.block = load(self.source, emit_blocks.NAMES | code.constants)

    def buffers(self, length: int) -> tuple[list[Array], list[NDArray[np.bool_]]]:
        """What `block` needs to compute a block of that length."""
        return list(np.empty((self._floats, length))), list(np.empty((self._truths, length), dtype=bool))

    def call(self, *arguments: Any) -> tuple[Array, ...]:
        """The outputs, each an array of as many points as there are; at least one argument is an array."""
        length = next(len(x) for x in arguments if np.ndim(x))
        outputs = tuple(np.empty(length) for _ in range(self._outputs))
        fill(self, arguments, outputs, [])
        return outputs


class Loop:
    """An elementwise program as a loop over its points, compiled by numba when it is first called.

    Its `block` is called as that of `Points`, with contiguous arrays of float64; other threads run meanwhile.
    `emit_loops` says which programs suit, and what goes over what. Without numba it is an ImportError to make
    one.
    """

    def __init__(self, program: Program, over: Mapping[int, int] | None = None) -> None:
        self.program = program
        arguments, lines = emit_loops.emit(program, over or {})
        self.source = function_source(", ".join(arguments), lines)
        self.block = compiled_when_called(load(self.source, emit_loops.NAMES))

    def buffers(self, length: int) -> tuple[()]:  # noqa: ARG002
        """What `block` needs: nothing."""
        return ()


class Blocks(Protocol):
    """What `fill` calls: `Points`, `Loop`, or `autograd.compiler.chunks.Chunks`."""

    def block(self, *given: Any) -> None: ...  # noqa: D102
    def buffers(self, length: int) -> Any: ...  # noqa: D102


def fill(
    code: Blocks, arguments: Sequence[Any], results: Sequence[Array], kept: list[Any], most: int = 0
) -> None:
    """Compute block by block, on several threads where that is quicker.

    Args:
        code: of a block.
        arguments: arrays of points of one length, and numbers that all share.
        results: arrays of that length, to be written.
        kept: buffers that earlier calls for as many points have left.
        most: how many points a block has at most, if not `BLOCK`.
    """
    length = len(results[0])
    block = block_length(length, most)

    def work(blocks: Iterator[slice]) -> None:
        buffers = kept.pop() if kept else code.buffers(block)
        with np.errstate(all="ignore"):
            for part in blocks:
                size = part.stop - part.start
                own = buffers if size == block else code.buffers(size)
                cut = [x[part] if np.ndim(x) else x for x in arguments]
                code.block(*cut, *(y[part] for y in results), *own)
        kept.append(buffers)

    share_blocks(work, length, most)


def processors() -> int:
    """How many threads can run at once; of numba's, joblib gives each of its processes a share."""
    found = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    share = os.environ.get("NUMBA_NUM_THREADS", "")
    return min(found, max(1, int(share))) if share.isdecimal() else found


def block_length(length: int, most: int = 0) -> int:
    """How many of so many points a block has, at most; where several threads share them, each has one."""
    return max(1, min(most or BLOCK, -(-length // _workers(length))))


def share_blocks(work: Callable[[Iterator[slice]], object], length: int, most: int = 0) -> None:
    """Have all blocks of 0..length worked through, on several threads where that is quicker.

    Args:
        work: works through the blocks that it takes from an iterator; it is called once on each thread, and
            all of them take from the same one.
        length: how many points there are.
        most: how many of them a block has at most, if not `BLOCK`.
    """
    block = block_length(length, most)
    parts = [slice(begin, min(begin + block, length)) for begin in range(0, length, block)]
    blocks = iter(parts)  # a list's iterator may be shared by threads
    shares: list[Future[object]] = []
    with suppress(RuntimeError):  # the interpreter is shutting down and starts no threads
        shares += (
            _pool(processors()).submit(work, blocks) for _ in range(min(_workers(length), len(parts)) - 1)
        )
    try:
        work(blocks)
    finally:
        for share in shares:
            if not share.cancel():  # all is done, so nobody needs to begin
                share.result()


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="blocks")


if hasattr(os, "register_at_fork"):  # a forked process has none of the threads
    os.register_at_fork(after_in_child=_pool.cache_clear)


def _workers(length: int) -> int:
    return processors() if length > ALONE else 1


def in_brackets(names: Sequence[str]) -> str:
    """Names as the code of a tuple.

    >>> in_brackets(["y0", "y1"]), in_brackets(["y0"])
    ('(y0, y1)', '(y0,)')
    """
    return (", ".join(names) + ("," if len(names) == 1 else "")).join("()")


def _numbered(letter: str, count: int) -> str:
    return in_brackets([f"{letter}{i}" for i in range(count)])


def function_source(arguments: str, lines: Sequence[str], name: str = "compute") -> str:
    """The source of a function."""
    return "\n".join([f"def {name}({arguments}):", *(f"    {line}" for line in lines), ""])


def load(source: str, names: dict[str, Any], name: str = "compute") -> Callable[..., Any]:
    """The function that a source defines. Sources are written by the emitters alone, of names of ours."""
    space: dict[str, Any] = {"__builtins__": {}, **names}
    exec(compile(source, "<compiled by autograd>", "exec"), space)  # noqa: S102
    return space[name]  # type: ignore[no-any-return]
