"""Where a Tensor is taken for a plain number: numpy may not, as that loses gradients; printing may.

PyTorch, JAX and HIPS autograd refuse most of these, too. By plain reasoning a gradient is right or refused:
that of each function below is 1.
"""

from __future__ import annotations

import array
import math
import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, value_and_grad
from autograd.tracing import TracingError


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


LOST: dict[str, Callable[[Any], Any]] = {
    "an element": stored,
    "elements in a loop": stored_in_turn,
    "an element in place": added_in_place,
    "an array in place": whole_in_place,
    "a block": block,
    "fill": filled,
    "fill of an expression": lambda t: np.zeros(2).fill(t),
    "setitem": flat,
    "np.array": lambda t: np.array([t], dtype=float)[0],
    "np.array of rows": lambda t: np.array([[t, 0.0], [0.0, 0.0]], dtype=np.float32)[0, 0],
    "np.asarray": lambda t: np.asarray(t, dtype=float),
    "np.float64": lambda t: np.float64(t),  # noqa: PLW0108
    "np.float32": lambda t: np.float32(t),  # noqa: PLW0108
    "np.fromiter": lambda t: np.fromiter([t], float)[0],
    "astype": lambda t: np.array([t]).astype(float)[0],
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


@pytest.mark.parametrize("name", LOST)
def test_inside_a_compiled_function_it_is_a_tracing_error(name: str) -> None:
    with pytest.raises(TracingError):
        value_and_grad(LOST[name])(2.0)


def test_scipy_is_refused_too() -> None:
    code = compile("def logpdf(x):\n    return -float(x) ** 2 / 2", "scipy/stats.py", "exec")
    scipy = types.ModuleType("scipy.stats")
    exec(code, scipy.__dict__)  # noqa: S102
    with pytest.raises(TypeError, match=r"scipy\.stats\.logpdf takes a Tensor for a plain number"):
        scipy.logpdf(Tensor(1.0))
    stats = pytest.importorskip("scipy.stats")
    with pytest.raises(TypeError, match="gradient"):
        stats.multivariate_normal.logpdf(Tensor([1.0, 2.0]), [0.0, 0.0])


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


@pytest.mark.parametrize("show", [float, int, round, math.sin, lambda t: round(t, 2), lambda t: f"{t:.2f}"])
def test_a_value_that_is_not_known_yet_cannot_be_printed(show: Callable[[Any], Any]) -> None:
    with pytest.raises(TracingError):
        value_and_grad(lambda t: t * float(len(str(show(t)))))(2.0)
