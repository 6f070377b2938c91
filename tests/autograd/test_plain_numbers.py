"""Where a Tensor is taken for a plain number: numpy may not, as that loses gradients; printing may.

PyTorch, JAX and HIPS autograd refuse most of these, too. By plain reasoning a gradient is right or refused:
that of each function below is 1.
"""

from __future__ import annotations

import array
import contextlib
import json
import math
import struct
import sys
import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, sigmoid, value_and_grad
from autograd.compiler.tracing import TracingError

scipy: Any = pytest.importorskip("scipy")


def stored(t: Any) -> Any:
    r: Any = np.zeros(2)
    r[0] = t
    return r[0]


def stored_in_turn(t: Any) -> Any:
    r: Any = np.zeros((2, 2))
    for i in range(2):
        r[i][0] = t / 2
    return np.sum(r)


def added_in_place(t: Any) -> Any:
    r: Any = np.ones(2)
    r[0] += t
    return r[0]


def whole_in_place(t: Any) -> Any:
    r: Any = np.ones(2)
    r += t
    return np.mean(r)


def block(t: Any) -> Any:
    r: Any = np.zeros((3, 3))
    r[:2, :2] = np.stack([t, t]) / 4
    return np.sum(r)


def filled(t: Any) -> Any:
    r: Any = np.zeros(2)
    r.fill(t / 2)
    return np.sum(r)


def flat(t: Any) -> Any:
    r: Any = np.zeros(1)
    r.__setitem__(0, t)
    return r[0]


def stored_in_integers(t: Any) -> Any:
    r: Any = np.zeros(2, dtype=int)
    r[0] = t
    return r[0] * 1.0


def called_by_another_name(t: Any) -> Any:
    dtype = np.zeros(1).dtype.type
    return dtype(t)


def of_the_type_of_an_array(t: Any) -> Any:
    r = np.zeros(1)
    return r.dtype.type(t)


def filled_by_another_name(t: Any) -> Any:
    r = np.zeros(1)
    fill: Any = r.fill
    fill(t)
    return r[0]


def real_part(t: Any) -> Any:
    r = np.zeros(2, dtype=complex)
    r.real = t
    return r.real[0]


def imaginary_part(t: Any) -> Any:
    r = np.zeros(2, dtype=complex)
    r[:1].imag = t
    return r.imag[0]


LOST: dict[str, Callable[[Any], Any]] = {
    "an element": stored,
    "elements in a loop": stored_in_turn,
    "an element in place": added_in_place,
    "an array in place": whole_in_place,
    "a block": block,
    "an element of integers": stored_in_integers,
    "a type by another name": called_by_another_name,
    "a type of an array": of_the_type_of_an_array,
    "fill by another name": filled_by_another_name,
    "np.complex128": lambda t: np.complex128(t),  # noqa: PLW0108
    "np.arange": lambda t: np.arange(t)[0],
    "fill": filled,
    "fill of an expression": lambda t: np.zeros(2).fill(t),
    "setitem": flat,
    "the real part": real_part,
    "the imaginary part in place": imaginary_part,
    "np.array": lambda t: np.array([t], dtype=float)[0],
    "np.array of rows": lambda t: np.array([[t, 0.0], [0.0, 0.0]], dtype=np.float32)[0, 0],
    "np.asarray": lambda t: np.asarray(t, dtype=float),
    "np.float64": lambda t: np.float64(t),  # noqa: PLW0108
    "np.float32": lambda t: np.float32(t),  # noqa: PLW0108
    "np.fromiter": lambda t: np.fromiter([t], float)[0],
    "np.fromiter by keyword": lambda t: np.fromiter(iter([t]), dtype=float)[0],
    "np.add.reduce by keyword": lambda t: np.add.reduce([t, t], dtype=float) / 2,
    "a record": lambda t: np.array([(t,)], dtype=[("a", float)])["a"][0],
    "a sum of floats": lambda t: np.sum([t, t], dtype=float) / 2,
    "astype by keyword": lambda t: np.array([t]).astype(dtype=float, copy=False)[0],
    "astype": lambda t: np.array([t]).astype(float)[0],
    "astype int": lambda t: np.array([t]).astype(int)[0],
    "np.asarray of objects": lambda t: np.asarray(np.array([t]), dtype=float)[0],
    "a random number": lambda t: np.random.default_rng(0).normal(t, 1.0),
}


@pytest.mark.parametrize("name", LOST)
def test_numpy_does_not_take_a_tensor_for_a_plain_number(name: str) -> None:
    # An element that is set must be a number: numpy hides any other error behind its own.
    with pytest.raises((TypeError, ValueError)) as refused:
        LOST[name](Tensor(2.0))
    cause = refused.value if isinstance(refused.value, TypeError) else refused.value.__cause__
    assert isinstance(cause, TypeError)
    assert "gradient" in str(cause)
    assert "np.stack" in str(cause) or "a = a + b" in str(cause)
    with pytest.raises(TypeError, match="gradient"):
        value_and_grad(LOST[name], engine="eager")(2.0)


def through_an_iterator(t: Any) -> Any:
    r = np.zeros(2)
    x: Any
    for x in np.nditer(r, op_flags=["readwrite"]):
        x[...] = t
    return r[0]


def masked(t: Any) -> Any:
    r: Any = np.ma.zeros(2)
    r[0] = t
    return r[0]


def into(store: Callable[[Any, Any], Any], dtype: Any = float) -> Callable[[Any], Any]:
    """A function that stores its argument in an array of that type, which it returns."""

    def of(t: Any) -> Any:
        r: Any = np.zeros((2, 2), dtype=dtype)
        store(r, t)
        return np.sum(r * 1.0)

    return of


# Here numpy and scipy hide what a Tensor or a symbol answers them, or never ask it.
HIDDEN: dict[str, Callable[[Any], Any]] = {
    "flat": into(lambda r, t: r.flat.__setitem__(0, t)),
    "all of flat": into(lambda r, t: setattr(r, "flat", t)),
    "float32": into(lambda r, t: r[0].__setitem__(0, t), np.float32),
    "complex": into(lambda r, t: r[0].__setitem__(0, t), complex),
    "bool": into(lambda r, t: r[0].__setitem__(0, t), bool),
    "a list of elements": into(lambda r, t: r.__setitem__(0, [t, 2 * t])),
    "elements chosen by a mask": into(lambda r, t: r.__setitem__(r == 0, t)),
    "np.put": into(lambda r, t: np.put(r, [0], t)),
    "put": into(lambda r, t: r.put([0], [t])),
    "np.copyto": into(lambda r, t: np.copyto(r, t)),  # noqa: PLW0108
    "np.place": into(lambda r, t: np.place(r, r == 0, t)),
    "np.putmask": into(lambda r, t: np.putmask(r, r == 0, t)),
    "np.fill_diagonal": into(lambda r, t: np.fill_diagonal(r, t)),  # noqa: PLW0108
    "np.add.at": into(lambda r, t: np.add.at(r, 0, t)),
    "out": into(lambda r, t: np.clip(t, 0, 1, out=r)),
    "np.nditer": through_an_iterator,
    "np.nditer of a list": lambda t: sum(np.nditer([t])),
    "np.full of floats": lambda t: np.full(3, t, dtype=float)[0],
    "np.concatenate of float32": lambda t: np.concatenate([[t], [1.0]], dtype=np.float32)[0],
    "a masked array": masked,
    "a length": lambda t: np.ones(t).sum(),
    "an index": lambda t: np.arange(5.0)[t],
    "np.interp": lambda t: np.interp(t, [0.0, 5.0], [0.0, 2.0]),
    "np.linalg.inv": lambda t: np.linalg.inv([[t, 0.0], [0.0, 1.0]])[0, 0],
    "np.linalg.solve": lambda t: np.linalg.solve(np.diag([t, t]), [1.0, 1.0])[0],
    "np.fft": lambda t: np.fft.fft([t, 1.0])[0].real,
    "struct": lambda t: struct.unpack("d", struct.pack("d", t))[0],
    "scipy.linalg.inv": lambda t: scipy.linalg.inv([[t, 0.0], [0.0, 1.0]])[0, 0],
    "scipy.linalg.inv of a Tensor": lambda t: scipy.linalg.inv(np.diag(np.stack([t, t])))[0, 0],
    "scipy.linalg.det": lambda t: scipy.linalg.det([[t, 0.0], [0.0, 1.0]]),
    "scipy.stats.norm": scipy.stats.norm.pdf,
    "scipy.stats.zscore": lambda t: scipy.stats.zscore([t, 1.0, 2.0])[0],
    "scipy.special.gamma": scipy.special.gamma,
    "scipy.special.logsumexp": lambda t: scipy.special.logsumexp([t, 1.0]),
    "scipy.interpolate": scipy.interpolate.interp1d([0.0, 5.0], [0.0, 2.0]),
    "scipy.signal": lambda t: scipy.signal.lfilter([1.0], [1.0, 0.5], [t, 1.0])[0],
    "scipy.sparse": lambda t: (scipy.sparse.eye(2) @ np.stack([t, t]))[0],
}


@pytest.mark.parametrize("name", LOST | HIDDEN)
@pytest.mark.parametrize("argument", [2.0, np.array([1.0, 2.0])])
def test_inside_a_compiled_function_it_is_a_tracing_error(name: str, argument: Any) -> None:
    with pytest.raises(TracingError, match=r"compiled: |derivative rule|plain number|out|real numbers"):
        value_and_grad((LOST | HIDDEN)[name])(argument)


@pytest.mark.parametrize("name", HIDDEN)
def test_eagerly_an_error_says_that_no_gradient_comes_of_it(name: str) -> None:
    if name in {"struct", "bool"}:  # as math.sin, which cannot be told from float; and a truth has slope 0
        assert value_and_grad(HIDDEN[name], engine="eager")(2.0)[1] == 0.0
        return
    with pytest.raises((TypeError, ValueError, AttributeError, IndexError, NotImplementedError)):
        value_and_grad(HIDDEN[name], engine="eager")(2.0)


def test_errors_of_the_function_itself_stay_what_they_are() -> None:
    def takes_a_float_first(t: Any) -> Any:
        with contextlib.suppress(TypeError):
            float(t)
        np.array([t, t])
        raise KeyError("its own")

    with pytest.raises(KeyError, match="its own"):
        value_and_grad(takes_a_float_first)(2.0)
    with pytest.raises(ValueError, match="broadcast"):
        value_and_grad(lambda t: np.sum(t * np.ones(2) * np.ones(3)))(2.0)


def test_scipy_is_refused_too() -> None:
    code = compile("def logpdf(x):\n    return -float(x) ** 2 / 2", "scipy/stats.py", "exec")
    module = types.ModuleType("scipy.stats")
    exec(code, module.__dict__)  # noqa: S102
    with pytest.raises(TypeError, match=r"scipy\.stats\.logpdf takes a Tensor for a plain number"):
        module.logpdf(Tensor(1.0))
    with pytest.raises(TypeError, match="gradient"):
        scipy.stats.multivariate_normal.logpdf(Tensor([1.0, 2.0]), [0.0, 0.0])


KEPT: dict[str, Callable[[Any], Any]] = {
    "np.array": lambda t: np.array([t, 2.0 * t]).sum() / 3,
    "np.array with a matrix": lambda t: (np.array([[0.5, 0.5]]) @ np.array([t, t]))[0],
    "np.array of objects": lambda t: np.array([t, t], dtype=object)[0],
    "np.sin": lambda t: np.sin(np.array([t, t])).sum() / (2 * np.cos(2.0)),
    "np.full": lambda t: np.full(2, t).mean(),
    "np.ma": lambda t: (np.ma.array([1.0, 2.0]) * t)[0],
    "np.sum of a list": lambda t: np.sum([t, 2.0]),
    "an array of objects": lambda t: np.stack(list(np.array([t, t])))[0],
    "a number of numpy's": lambda t: np.float64(1.0) * t,
}


@pytest.mark.parametrize("name", KEPT)
@pytest.mark.parametrize("engine", ["compiled", "eager"])
def test_arrays_of_objects_keep_the_gradient(name: str, engine: Any) -> None:
    assert value_and_grad(KEPT[name], engine=engine)(2.0)[1] == 1.0


def test_printing_a_tensor_works() -> None:
    for t in (Tensor(2.345), Tensor([2.345]), Tensor([[2.345]])):
        assert (float(t), int(t), round(t), round(t, 2)) == (2.345, 2, 2, 2.35)
        assert (f"{t:.2f}", f"{t:8.1e}", "%.1f" % t) == ("2.35", " 2.3e+00", "2.3")  # noqa: UP031
        assert [float(x) for x in [t]] == list(map(float, [t])) == [2.345]
        assert f"{t}" == str(t) == repr(t)
        assert math.sin(t) == math.sin(2.345)
        assert array.array("d", [float(t)])[0] == 2.345
    assert type(round(Tensor(2.5))) is int
    with pytest.raises(TypeError, match="not one number"):
        format(Tensor([1.0, 2.0]), ".2f")


class Recorder:
    """Its attributes, and its items, run code."""

    def __init__(self) -> None:
        self.read = 0

    @property
    def sine(self) -> Callable[[Any], float]:
        self.read += 1
        return math.sin

    def __setitem__(self, key: str, value: Any) -> None:
        self.read += round(float(value))


def test_what_calls_float_in_users_code_is_not_numpy() -> None:
    ts = [Tensor(3.0), Tensor(1.0)]
    named: dict[str, Any] = {"ts": list(ts), "f": float}
    named["ts"].sort(key=float)
    assert named["ts"] == list(reversed(ts))
    assert sorted(ts, key=float) == sorted(np.array(ts), key=float) == list(reversed(ts))
    (ordered := [*ts]).sort(key=float)
    assert ordered == list(reversed(ts))
    assert [*ts, ts[0]].index(ts[1]) == 1
    assert max(ts, key=float) is ts[0]
    assert json.dumps({"loss": ts[0]}, default=float) == '{"loss": 3.0}'
    assert [named["f"](ts[0]), *map(float, ts)] == [3.0, 3.0, 1.0]
    assert np.fromiter((float(t) for t in ts), float).tolist() == [3.0, 1.0]
    r = np.zeros(3)
    r[0], r[1] = float(ts[0]), math.fsum(ts)
    r[2:] = int(ts[1])
    r.fill(float(ts[0]))
    assert r.tolist() == [3.0] * 3


def test_looking_for_numpy_runs_no_code_of_the_users() -> None:
    recorder, t = Recorder(), Tensor(2.0)
    assert recorder.sine(t) == math.sin(2.0)
    assert recorder.read == 1
    recorder["loss"] = t
    assert recorder.read == 3


def test_it_holds_while_code_is_traced() -> None:
    def every_instruction(frame: types.FrameType, event: str, arg: object) -> Any:  # noqa: ARG001
        frame.f_trace_opcodes = True
        return every_instruction

    before, t = sys.gettrace(), Tensor(2.0)
    sys.settrace(every_instruction)
    try:
        shown = [float(t), *(float(x) for x in [t])]
        with pytest.raises(ValueError, match="array element") as refused:
            stored(t)
    finally:
        sys.settrace(before)
    assert shown == [2.0, 2.0]
    assert "gradient" in str(refused.value.__cause__)


@pytest.mark.parametrize(
    "use",
    [
        lambda t: Tensor([t, 1.0]),
        lambda t: t * np.array([t, t]),
        lambda t: np.array([t, t]) @ np.array([1.0, 2.0]) + [t, t],
        lambda t: sigmoid(np.array([t, t])),
        lambda t: np.maximum(np.zeros(2) * t, [t, t]),
    ],
)
def test_lists_and_arrays_of_tensors_are_to_be_stacked(use: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError, match=r"np\.stack"):
        use(Tensor(2.0))
    with pytest.raises(TypeError, match=r"np\.stack"):
        value_and_grad(lambda t: np.sum(use(t)))(2.0)


@pytest.mark.parametrize("show", [float, int, round, math.sin, lambda t: round(t, 2), lambda t: f"{t:.2f}"])
def test_a_value_that_is_not_known_yet_cannot_be_printed(show: Callable[[Any], Any]) -> None:
    with pytest.raises(TracingError):
        value_and_grad(lambda t: t * float(len(str(show(t)))))(2.0)
