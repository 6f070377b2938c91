"""The emitter for arrays of given shapes, in place: a `Program` as numpy's functions that write into buffers.

What `autograd.compiler.emit_arrays` writes allocates an array at each line. Here every array has its place
before the first call: values that are no longer needed hand their buffers on, the reshaped and transposed are
views made once, and what is joined, such as the gradients of all parameters, is written where it is joined.
What depends on numbers alone, such as Adam's corrections, is computed apart, by floats.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograd.compiler import emit_arrays, emit_blocks
from autograd.compiler.program import TRUTHS, ConstantValue, Input, Operation, Program
from networks.compiled_step.plan import ProgramPlan
from networks.compiled_step.views import VIEWS, is_view, same_memory, view

_REDUCTIONS = {"sum": "add", "max": "maximum", "min": "minimum"}
_OTHERS = {"matmul", "concatenate", "stack", "scatter", "along", "argsort", "argmax", "argmin"}
OPERATIONS = emit_blocks.OPERATIONS | {*_REDUCTIONS} | _OTHERS | VIEWS
_NAMES = emit_arrays.NAMES | emit_blocks.NAMES | {
    "putmask": np.putmask, "dot": np.dot, "matmul": np.matmul, "float": float,
    **{f"{ufunc}_reduce": getattr(np, ufunc).reduce for ufunc in _REDUCTIONS.values()},
}  # fmt: skip


class InPlaceCode:
    """Lines that compute a program in place, and the arrays that they name.

    Args:
        program: what to compute, of `OPERATIONS` alone.
        held: arrays that stand for inputs, by position; outputs may be written over them.
        over: outputs, by position, that are written over a held input, by its position.

    Attributes:
        lines: of the code, in which the other inputs are x0, x1, ...
        names: what the lines name.
        outputs: the word for each output.
    """

    def __init__(self, program: Program, held: Mapping[int, Any], over: Mapping[int, int]) -> None:
        self.program, self.names = program, dict(_NAMES)
        self.lines: list[str] = []
        self._plan = ProgramPlan(program, held, over)
        self._arrays: dict[int, Any] = {}  # values whose arrays are known before the call
        self._words: dict[int, str] = {}
        self._named: dict[int, str] = {}  # arrays by id
        self._free: dict[tuple[int, bool], list[Any]] = {}  # buffers, by size and whether they hold truths
        self._whole: dict[int, Any] = {}  # the buffer that a value alone is in
        for position, array in held.items():
            self._arrays[program.inputs[position]] = array
        for number in program.live():
            self._write(number)
        self._copy_late()
        self.outputs = [self._words[number] for number in program.outputs]

    def _copy_late(self) -> None:
        """Copy the other outputs over their inputs; one that is itself an input is first kept apart."""
        late = self._plan.late
        for number, _ in late:
            root = self.program.values[self._plan.roots[number]]
            if isinstance(root, Input):
                kept = np.empty(self.program.shapes[number])
                self.lines.append(f"copyto({self._name(kept)}, {self._words[number]})")
                self._words[number] = self._name(kept)
        self.lines += [f"copyto({self._name(array)}, {self._words[n]})" for n, array in late]

    def _name(self, array: Any) -> str:
        """The name of an array that is known before the call."""
        if id(array) not in self._named:
            self._named[id(array)] = name = f"a{len(self._named)}"
            self.names[name] = array
        return self._named[id(array)]

    def _know(self, number: int, array: Any) -> None:
        self._arrays[number] = array
        self._words[number] = self._name(array)

    def _write(self, number: int) -> None:
        value = self.program.values[number]
        if isinstance(value, Input):
            if number in self._arrays:
                self._know(number, self._arrays[number])
            else:
                self._words[number] = f"x{value.position}"
        elif isinstance(value, ConstantValue):
            self._know(number, np.asarray(value.value))
        elif is_view(value):
            self._write_view(number, value)
        else:
            writers = {
                "where": self._write_where, "matmul": self._write_matmul,
                "concatenate": self._write_joined, **dict.fromkeys(_REDUCTIONS, self._write_reduction),
            }  # fmt: skip
            if number in self.program.truths and value.name not in TRUTHS:
                self._write_any(number, value)  # what numpy makes of truths may be something else
            elif value.name in writers:
                writers[value.name](number, value)
            elif value.name in emit_blocks.OPERATIONS:
                self._write_ufunc(number, value)
            else:
                self._write_any(number, value)
            self._release(number, value)

    def _write_view(self, number: int, value: Operation) -> None:
        of = value.inputs[0]
        if of not in self._arrays:  # of an argument, at each call
            self._words[number] = self._view_of_argument(number, value)
            return
        array = view(self._arrays[of], value)
        if not same_memory(array, self._arrays[of]):  # a reshaped view that has gaps
            buffer = np.empty(self.program.shapes[number], self._arrays[of].dtype)
            source = f"reshape({self._words[of]}, {buffer.shape})"
            self.lines.append(f"copyto({self._name(buffer)}, {source})")
            array = buffer
        self._know(number, array)

    def _view_of_argument(self, number: int, value: Operation) -> str:
        word, settings = self._words[value.inputs[0]], dict(value.settings)
        if value.name == "detach":
            return word
        if value.name == "getitem":
            self.names[f"s{number}"] = settings["index"]
            return f"{word}[s{number}]"
        setting = settings.get("shape", settings.get("axes"))
        if value.name == "broadcast_to" or self.program.shapes[value.inputs[0]] == ():
            return f"{value.name}({word}, {setting})"
        return f"{word}.{value.name}({setting})"

    def _write_ufunc(self, number: int, value: Operation) -> None:
        words = self._operands(value.inputs)
        self._release(number, value)  # an operand's buffer may be written over
        target = self._target(number)
        out = "out=" if value.name in {"maximum", "minimum", "erf"} else ""
        self.lines.append(f"{value.name}({', '.join(words)}, {out}{target})")

    def _operands(self, inputs: Sequence[int]) -> list[str]:
        """What an elementwise operation is given: one number for a known array of equals."""
        words = []
        for i in inputs:
            array: Any = self._arrays.get(i)
            known = isinstance(self.program.values[self._plan.roots[i]], ConstantValue)
            if known and np.ndim(array) and (array == array.flat[:1]).all() and array.size:
                if ~i not in self._words:
                    self._words[~i] = self._name(np.array(array.flat[0]))
                words.append(self._words[~i])
            else:
                words.append(self._words[i])
        return words

    def _write_where(self, number: int, value: Operation) -> None:
        condition, first, second = value.inputs
        shape = self.program.shapes[number]
        _, a, b = self._operands(value.inputs)
        mask = self._words[condition]
        if condition not in self.program.truths:
            buffer = np.empty(self.program.shapes[condition], bool)
            self.lines.append(f"not_equal({mask}, 0.0, {self._name(buffer)})")
            mask = self._name(buffer)
        if (
            self._dies(second, number)
            and number not in self._plan.places
            and self._plan.roots[second] not in {self._plan.roots[condition], self._plan.roots[first]}
        ):  # the second is written over
            self._know(number, self._arrays[second])
            self._whole[number] = self._whole.pop(self._plan.roots[second])
        else:
            self._target(number)
            self.lines.append(f"copyto({self._words[number]}, {b})")
        single = a != self._words[first] or self.program.shapes[first] == ()
        if single and self.program.shapes[condition] == shape:
            self.lines.append(f"putmask({self._words[number]}, {mask}, {a})")
        else:
            self.lines.append(f"copyto({self._words[number]}, {a}, where={mask})")

    def _write_reduction(self, number: int, value: Operation) -> None:
        settings = dict(value.settings)
        target = self._target(number)
        axis, keep = settings.get("axis"), settings.get("keepdims", False)
        of = self.program.shapes[value.inputs[0]]
        if axis is None and len(of) == 1:
            axis = 0
        if isinstance(axis, tuple) and len(axis) == 1:
            axis = axis[0]
        if value.name == "sum" and len(of) == 2 and isinstance(axis, int):
            self._write_product_with_ones(number, value.inputs[0], axis % 2)
            return
        if len(of) == 2 and axis in {1, -1} and of[1] < of[0]:
            self._write_extremes_of_rows(number, value)
            return
        call = f"{_REDUCTIONS[value.name]}_reduce({self._words[value.inputs[0]]}, {axis}, None, {target}"
        self.lines.append(call + (f", {keep})" if keep else ")"))

    def _write_product_with_ones(self, number: int, of: int, axis: int) -> None:
        """The sum of a matrix's rows or columns, by BLAS: of small ones in a quarter of the time."""
        ones = self._name(np.ones(self.program.shapes[of][axis]))
        target = self._name(self._arrays[number].reshape(-1))
        words = (self._words[of], ones) if axis else (ones, self._words[of])
        self.lines.append(f"dot({', '.join(words)}, {target})")

    def _write_extremes_of_rows(self, number: int, value: Operation) -> None:
        """The extremes of short rows, column by column: numpy is three times as fast along long rows."""
        rows, columns = self.program.shapes[value.inputs[0]]
        turned, target = self._name(np.empty((columns, rows))), self._name(self._arrays[number].reshape(-1))
        self.lines.append(f"copyto({turned}, {self._words[value.inputs[0]]}.T)")
        self.lines.append(f"{_REDUCTIONS[value.name]}_reduce({turned}, 0, None, {target})")

    def _write_matmul(self, number: int, value: Operation) -> None:
        target = self._target(number)
        array = self._arrays[number]
        a, b = (self._words[i] for i in value.inputs)
        if all(len(self.program.shapes[i]) == 2 for i in value.inputs):
            if array.flags.c_contiguous:
                self.lines.append(f"dot({a}, {b}, {target})")
                return
            if array.T.flags.c_contiguous:  # the transposed product, into the transposed place
                a, b = (self._transposed(i) for i in value.inputs)
                self.lines.append(f"dot({b}, {a}, {self._name(array.T)})")
                return
        self.lines.append(f"matmul({a}, {b}, {target})")

    def _transposed(self, number: int) -> str:
        """The transpose of a matrix: what it is the transpose of, if it is one."""
        value = self.program.values[number]
        if isinstance(value, Operation) and value.name == "transpose":
            return self._words[value.inputs[0]]
        return self._name(self._arrays[number].T) if number in self._arrays else f"{self._words[number]}.T"

    def _write_joined(self, number: int, value: Operation) -> None:
        for part, i in zip(self._plan.parts(number), value.inputs, strict=True):
            if not (i in self._arrays and self._arrays[i].ctypes.data == part.ctypes.data):
                self.lines.append(f"copyto({self._name(part)}, {self._words[i]})")
        self._know(number, self._plan.places[number])

    def _write_any(self, number: int, value: Operation) -> None:
        """One call of a row of the table, which makes a new array."""
        words = [self._words[i] for i in value.inputs]
        for key, setting in value.settings:
            self.names[f"s{number}_{key}"] = setting
            words.append(f"{key}=s{number}_{key}")
        call = f"{value.name}({', '.join(words)})"
        if number in self._plan.places:
            self._know(number, self._plan.places[number])
            self.lines.append(f"copyto({self._words[number]}, {call})")
        else:
            self._words[number] = f"t{number}"
            self.lines.append(f"t{number} = {call}")

    def _target(self, number: int) -> str:
        """Where a value is written: the place that it has, or a buffer that is free, or a new one."""
        if number in self._plan.places:
            self._know(number, self._plan.places[number])
            return self._words[number]
        shape, truth = self.program.shapes[number], number in self.program.truths
        free = self._free.setdefault((math.prod(shape), truth), [])
        buffer = free.pop() if free else np.empty(math.prod(shape), bool if truth else np.float64)
        self._whole[number] = buffer
        self._know(number, buffer.reshape(shape))
        return self._words[number]

    def _dies(self, number: int, now: int) -> bool:
        """Whether a value fills a buffer that nothing reads after the operation `now`."""
        root = self._plan.roots[number]
        whole = root in self._whole and number in self._arrays and number not in self.program.truths
        same = whole and self._arrays[number].flags.c_contiguous
        fits = same and self.program.shapes[number] == self.program.shapes[now]
        return bool(fits and self._plan.last[root] <= now)

    def _release(self, now: int, value: Operation) -> None:
        """Free the buffers of what is read by the operation `now` for the last time."""
        for root in {self._plan.roots[i] for i in value.inputs}:
            if root in self._whole and self._plan.last[root] <= now and root != now:
                buffer = self._whole.pop(root)
                self._free.setdefault((buffer.size, buffer.dtype == bool), []).append(buffer)
