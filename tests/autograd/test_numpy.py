"""Tensors among numbers and arrays: operators from either side, numpy's functions, broken ones by name."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, cast

import numpy as np
import pytest

from autograd import Tensor
from autograd.rules import RULES

OPERATORS = (operator.add, operator.sub, operator.mul, operator.truediv, operator.pow)
OTHERS = (
    3, 3.0, True, np.float64(3.0), np.float32(3.0), np.int64(3), np.array(3.0), np.array([3.0, 2.0]),
    np.array([[3], [2]], dtype=np.int32), [3.0, 2.0],
)  # fmt: skip
UFUNCS: dict[Callable[..., Any], int] = {
    np.add: 2, np.subtract: 2, np.multiply: 2, np.divide: 2, np.true_divide: 2, np.power: 2, np.negative: 1,
    np.absolute: 1, np.abs: 1, np.sin: 1, np.cos: 1, np.exp: 1, np.log: 1, np.sqrt: 1, np.tanh: 1,
}  # fmt: skip
NO_RULE: dict[str, tuple[Any, ...]] = {
    "sinh": (Tensor(1.0),),
    "floor": (Tensor([1.0]),),
    "sign": (Tensor([1.0]),),
    "square": (Tensor([1.0]),),
    "isfinite": (Tensor([1.0]),),
    "maximum": (Tensor([1.0]), 0.0),
    "arctan2": (1.0, Tensor(1.0)),
    "mod": (np.array([1.0]), Tensor(1.0)),
    "prod": (Tensor([1.0]),),
    "cumsum": (Tensor([1.0]),),
    "concatenate": ([Tensor([1.0]), Tensor([1.0])],),
    "where": (Tensor([1.0]), 1.0, 2.0),
}


@pytest.mark.parametrize("other", OTHERS, ids=repr)
@pytest.mark.parametrize("operation", OPERATORS, ids=lambda operation: operation.__name__)
@pytest.mark.parametrize("value", [1.5, [1.5, 0.5]], ids=["scalar", "vector"])
def test_operators_work_from_either_side(operation: Callable[..., Any], other: Any, value: Any) -> None:
    array = np.array(value)
    for ours, numpys in (
        (operation(Tensor(value), other), operation(array, np.array(other, dtype=np.float64))),
        (operation(other, Tensor(value)), operation(np.array(other, dtype=np.float64), array)),
    ):
        assert isinstance(ours, Tensor)
        np.testing.assert_allclose(ours.data, numpys, rtol=1e-15)


@pytest.mark.parametrize("operation", OPERATORS, ids=lambda operation: operation.__name__)
def test_the_other_side_as_a_tensor_gives_the_same_gradient(operation: Callable[..., Any]) -> None:
    for other in (3.0, np.array([3.0, 2.0])):
        for flip in (False, True):
            plain, both = Tensor([1.5, 0.5]), Tensor([1.5, 0.5])
            operation(*((other, plain) if flip else (plain, other))).sum().backward()
            operation(*((Tensor(other), both) if flip else (both, Tensor(other)))).sum().backward()
            np.testing.assert_array_equal(plain.grad, both.grad)


def test_matmul_works_from_either_side() -> None:
    matrix, vector = np.arange(6.0).reshape(2, 3), np.array([1.0, 2.0, 3.0])
    right = Tensor(vector)
    (matrix @ right).sum().backward()
    np.testing.assert_array_equal(right.grad, matrix.sum(axis=0))
    left = Tensor(matrix)
    (left @ vector).backward([1.0, 10.0])
    np.testing.assert_array_equal(left.grad, [[1, 2, 3], [10, 20, 30]])


@pytest.mark.parametrize("ufunc", UFUNCS, ids=lambda ufunc: ufunc.__name__)
def test_ufuncs_dispatch_to_the_rule_of_their_name(ufunc: Callable[..., Any]) -> None:
    arrays = [np.array([0.5, 2.0]), np.array([1.5, 0.25])][: UFUNCS[ufunc]]
    for inputs in (arrays, [float(array[0]) for array in arrays]):
        tensors = [Tensor(x) for x in inputs]
        result = ufunc(*tensors)
        assert isinstance(result, Tensor)
        assert result._prev == tuple(tensors)
        np.testing.assert_allclose(result.data, ufunc(*inputs), rtol=1e-15)


def test_every_rule_that_numpy_has_is_reached_by_its_name() -> None:
    reached = {ufunc.__name__ for ufunc in UFUNCS} | {"matmul", "sum", "mean"}
    assert {name for name in RULES if hasattr(np, name)} == reached


def test_reductions_dispatch_with_their_settings() -> None:
    t = Tensor(np.arange(6.0).reshape(2, 3))
    total, mean, matmul = cast("Any", np.sum), cast("Any", np.mean), cast("Any", np.matmul)
    np.testing.assert_array_equal(total(t, axis=0).data, [3.0, 5.0, 7.0])
    np.testing.assert_array_equal(mean(t, axis=1, keepdims=True).data, [[1.0], [4.0]])
    np.testing.assert_array_equal(matmul(t, np.ones(3)).data, [3.0, 12.0])


@pytest.mark.parametrize("name", NO_RULE)
def test_what_has_no_rule_is_refused_by_name(name: str) -> None:
    function = getattr(np, name)
    with pytest.raises(
        TypeError, match=rf"^np\.{function.__name__} has no derivative rule; those that have: add"
    ):
        function(*NO_RULE[name])


def test_methods_and_settings_of_ufuncs_are_refused_by_name() -> None:
    add: Any = np.add
    sin: Any = np.sin
    with pytest.raises(TypeError, match=r"^np\.add\.reduce has no derivative rule"):
        add.reduce(Tensor([1.0, 2.0]))
    with pytest.raises(TypeError, match=r"^np\.sin on a Tensor takes no out"):
        sin(Tensor([1.0]), out=np.zeros(1))


def test_an_array_is_never_changed_in_place_to_hold_tensors() -> None:
    array: Any = np.ones(2)
    with pytest.raises(TypeError):
        array += Tensor([1.0, 2.0])
    np.testing.assert_array_equal(array, [1.0, 1.0])


def test_shapes_that_do_not_broadcast_are_refused() -> None:
    with pytest.raises(ValueError, match="broadcast"):
        Tensor([1.0, 2.0]) + Tensor([1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="matmul"):
        Tensor([1.0, 2.0]) @ Tensor([1.0, 2.0, 3.0])
