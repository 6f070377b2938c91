"""The graph: what it keeps, how the sweep adds up, and what it refuses."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, cos_d, exp_d, sin_d, value_and_grad
from optimizers import SGD


def test_a_sum_of_sums_counts_every_way() -> None:
    a = Tensor(1.0)
    b = a + a
    c = b + b
    c.backward()
    assert (c.data, a.grad, b.grad, c.grad) == (4.0, 4.0, 2.0, 1.0)


def test_data_is_a_float_for_a_scalar_else_a_float64_array() -> None:
    for scalar in (2, 2.0, True, np.float32(2), np.int64(2), np.array(2)):
        assert type(Tensor(scalar).data) is float
    for values in (
        [1, 2],
        np.array([1, 2], dtype=np.int8),
        np.array([1, 2], dtype=np.float32),
        ((1, 2),),
        [],
    ):
        data = Tensor(values).data
        assert isinstance(data, np.ndarray)
        assert data.dtype == np.float64


def test_data_is_a_copy() -> None:
    values = np.array([1.0, 2.0])
    t = Tensor(values)
    values[0] = 5.0
    np.testing.assert_array_equal(t.data, [1.0, 2.0])


@pytest.mark.parametrize("wrong", ["1.0", None, 1j, [1j], object(), ["a"], {}, b"1"])
def test_what_is_no_real_number_is_refused(wrong: Any) -> None:
    with pytest.raises(TypeError, match="real numbers"):
        Tensor(wrong)
    with pytest.raises(TypeError, match="real numbers"):
        Tensor(1.0) + wrong


def test_grad_is_zero_in_the_shape_of_data_before_backward() -> None:
    scalar = Tensor(2.0)
    assert scalar.grad == 0.0
    assert type(scalar.grad) is float
    np.testing.assert_array_equal(Tensor(np.ones((2, 3))).grad, np.zeros((2, 3)))
    assert (scalar * scalar).grad == 0.0


def test_grad_takes_only_its_own_shape() -> None:
    t = Tensor([1.0, 2.0])
    t.grad = [3, 4]
    np.testing.assert_array_equal(t.grad, [3.0, 4.0])
    with pytest.raises(ValueError, match=r"\(2,\), not \(3,\)"):
        t.grad = np.zeros(3)
    with pytest.raises(ValueError, match=r"\(2,\), not \(\)"):
        t.grad = 0.0


def test_prev_holds_the_parents() -> None:
    a, b = Tensor(1.0), Tensor([2.0])
    assert a._prev == ()
    assert (a * b)._prev == (a, b)
    assert (a * 3.0)._prev == (a,)
    assert (3.0 - a)._prev == (a,)
    assert (a * a)._prev == (a, a)


def test_local_backward_gives_the_parents_their_share_and_nobody_else() -> None:
    a, b = Tensor(3.0), Tensor(5.0)
    product = a * b
    outer = product + 1.0
    product.grad = 2.0
    product._backward()
    assert (a.grad, b.grad, outer.grad) == (10.0, 6.0, 0.0)


def test_local_backward_of_a_leaf_or_without_a_gradient_does_nothing() -> None:
    a = Tensor(3.0)
    a._backward()
    (a * a)._backward()
    assert a.grad == 0.0


def test_backward_needs_a_seed_where_there_is_more_than_one_number() -> None:
    with pytest.raises(ValueError, match=r"shape \(3,\) needs a seed"):
        Tensor([1.0, 2.0, 3.0]).backward()
    with pytest.raises(ValueError, match=r"\(3,\), not \(2,\)"):
        Tensor([1.0, 2.0, 3.0]).backward([1.0, 2.0])


def test_backward_of_one_number_in_any_shape_needs_no_seed() -> None:
    for shape in ((), (1,), (1, 1)):
        x = Tensor(np.full(shape, 3.0))
        (x * x).backward()
        np.testing.assert_array_equal(x.grad, np.full(shape, 6.0))


def test_a_seed_weighs_the_outputs() -> None:
    x = Tensor([1.0, 2.0, 3.0])
    (x * x).backward([1.0, 0.0, -1.0])
    np.testing.assert_array_equal(x.grad, [2.0, 0.0, -6.0])


def test_the_seed_stays_its_owners() -> None:
    seed = np.array([1.0, 2.0])
    x = Tensor([1.0, 1.0])
    x.backward(seed)
    x.grad += 1.0  # in place, as an array does it
    np.testing.assert_array_equal(seed, [1.0, 2.0])


def test_leaves_do_not_share_a_gradient() -> None:
    a, b = Tensor([1.0, 2.0]), Tensor([3.0, 4.0])
    (a + b).sum().backward()
    a.grad += 1.0
    np.testing.assert_array_equal(a.grad, [2.0, 2.0])
    np.testing.assert_array_equal(b.grad, [1.0, 1.0])


def test_leaves_add_up_two_sweeps_as_in_pytorch() -> None:
    for start in (3.0, np.array([3.0])):
        a = Tensor(start)
        square = a * a
        cube = square * a
        cube.backward()
        cube.backward()
        np.testing.assert_array_equal(a.grad, 54.0 * np.ones_like(start))
        np.testing.assert_array_equal(square.grad, 3.0 * np.ones_like(start))  # the last sweep's
        square.backward()
        np.testing.assert_array_equal(a.grad, 60.0 * np.ones_like(start))


def test_backward_of_a_leaf_is_its_seed() -> None:
    a = Tensor(3.0)
    a.backward()
    a.backward(2.0)
    assert a.grad == 3.0


def test_data_keeps_its_shape() -> None:
    t = Tensor([1.0, 2.0])
    t.data = [3, 4]
    np.testing.assert_array_equal(t.data, [3.0, 4.0])
    for wrong in (1.0, [1.0], [[1.0, 2.0]]):
        with pytest.raises(ValueError, match=r"data must keep its shape, \(2,\), not "):
            t.data = wrong
    with pytest.raises(ValueError, match=r"data must keep its shape, \(\), not \(1,\)"):
        Tensor(1.0).data = [1.0]


def test_a_diamond_is_swept_once_per_node() -> None:
    # 2**60 ways lead through sixty diamonds.
    x = Tensor(1.0)
    y = x
    for _ in range(60):
        y = y + y
    y.backward()
    assert x.grad == 2.0**60


def test_the_sweep_meets_each_node_once_and_before_its_parents() -> None:
    a, b = Tensor(1.0), Tensor(2.0)
    product = a * b
    root = product * a + b
    sweep = root._sweep_order()
    order = [id(node) for node in sweep]
    assert len(order) == len(set(order)) == 5
    assert all(order.index(id(node)) < order.index(id(parent)) for node in sweep for parent in node._prev)


@pytest.mark.parametrize("value", [2.0, [2.0], [[2.0, -3.0]]])
def test_backward_of_every_shape_fills_a_gradient_of_that_shape(value: Any) -> None:
    t = Tensor(value)
    (t * t).sum().backward()
    np.testing.assert_array_equal(t.grad, 2.0 * np.asarray(value))


def test_truth_and_float_of_one_number() -> None:
    assert (bool(Tensor(0.0)), bool(Tensor([2.0]))) == (False, True)
    assert (float(Tensor(2.5)), float(Tensor([[2.5]]))) == (2.5, 2.5)
    with pytest.raises(ValueError, match=r"shape \(2,\) is neither true nor false"):
        bool(Tensor([1.0, 2.0]))
    with pytest.raises(TypeError, match=r"shape \(2,\) is not one number"):
        float(Tensor([1.0, 2.0]))


def test_length_and_iteration_are_those_of_the_array() -> None:
    assert len(Tensor([[1.0], [2.0]])) == 2
    assert [row.data for row in Tensor([[1.0], [2.0]])] == [[1.0], [2.0]]
    u, v = Tensor([3.0, 4.0])
    assert (u.data, v.data) == (3.0, 4.0)
    with pytest.raises(TypeError, match="a scalar has no length"):
        len(Tensor(1.0))


def test_a_tensor_is_no_index() -> None:
    for index in (Tensor(1.0), Tensor([1.0])):
        with pytest.raises(IndexError):
            Tensor([1.0, 2.0])[index]


def test_methods_that_change_shape_take_ints_or_a_tuple() -> None:
    t = Tensor(np.arange(6.0).reshape(1, 2, 3))
    assert t.reshape(3, 2).shape == t.reshape((3, 2)).shape == t.reshape(np.int64(3), -1).shape == (3, 2)
    assert t.reshape(6).shape == t.reshape(-1).shape == t.reshape([6]).shape == (6,)
    assert t[0, 0, 0].reshape(()).shape == ()
    assert t.transpose(0, 2, 1).shape == t.transpose((0, 2, 1)).shape == (1, 3, 2)
    assert t.transpose().shape == t.T.shape == (3, 2, 1)
    assert (t.ndim, t.size) == (3, 6)
    with pytest.raises(ValueError, match="reshape"):
        t.reshape(4)


def test_functions_by_name_are_the_ufuncs() -> None:
    for function, ufunc in ((sin_d, np.sin), (cos_d, np.cos), (exp_d, np.exp)):
        a, b = Tensor([0.3, 1.2]), Tensor([0.3, 1.2])
        function(a).sum().backward()
        ufunc(b).sum().backward()
        np.testing.assert_array_equal(function(a).data, ufunc(b.data))
        np.testing.assert_array_equal(a.grad, b.grad)


def test_repr_shows_the_value() -> None:
    assert repr(Tensor(2.5)) == "Tensor(2.5)"
    assert repr(Tensor([1.0])) == "Tensor(array([1.]))"


def test_a_gradient_that_is_handed_out_belongs_to_whoever_asked() -> None:
    x, y = Tensor([1.0, -2.0]), Tensor([0.0, 0.0])
    (x * x + y).sum().backward()
    kept, other = x.grad, np.array(y.grad)
    (x * x + y).sum().backward()  # adds up in an array of its own
    np.testing.assert_array_equal(kept, [2.0, -4.0])
    grad = x.grad
    assert isinstance(grad, np.ndarray)
    assert x.grad is grad
    grad *= 2.0
    np.testing.assert_array_equal(kept, [2.0, -4.0])
    np.testing.assert_array_equal(x.grad, [8.0, -16.0])
    np.testing.assert_array_equal(y.grad, 2.0 * other)


def test_a_gradient_that_was_set_is_its_owners() -> None:
    x, given = Tensor([1.0, 2.0]), np.array([3.0, 4.0])
    x.grad = given
    assert x.grad is given
    (x * 1.0).backward([1.0, 1.0])
    np.testing.assert_array_equal(x.grad, [4.0, 5.0])
    np.testing.assert_array_equal(given, [3.0, 4.0])
    x.grad = None
    np.testing.assert_array_equal(x.grad, [0.0, 0.0])
    assert not x.has_grad


def test_zeros_of_a_gradient_have_no_sign() -> None:
    x = Tensor([0.0, 1.0])
    for sweeps in (1, 2):
        for _ in range(sweeps):
            (-(x * 0.0)).sum().backward()
        assert not np.any(np.signbit(x.grad))
        x.grad = None


CHANGES: dict[str, Callable[[Any], Any]] = {
    "an element": lambda g: g.__setitem__(0, 5.0),
    "all": lambda g: g.__setitem__(..., 5.0),
    "fill": lambda g: g.fill(5.0),
    "out": lambda g: np.add(g, 5.0, out=g),
}


@pytest.mark.parametrize("change", CHANGES)
def test_zeros_that_are_changed_in_place_are_a_gradient(change: str) -> None:
    x = Tensor([1.0, 2.0])
    CHANGES[change](x.grad)
    expected = [5.0, 0.0] if change == "an element" else [5.0, 5.0]
    np.testing.assert_array_equal(x.grad, expected)
    assert x.has_grad
    (x * x).sum().backward()
    np.testing.assert_array_equal(x.grad, np.add(expected, [2.0, 4.0]))


def test_a_gradient_may_be_added_to_and_scaled_before_there_is_one() -> None:
    for start in (1.0, [1.0, 2.0]):
        x = Tensor(start)
        x.grad += np.ones(x.shape)
        x.grad *= 3.0
        np.testing.assert_array_equal(x.grad, np.full(x.shape, 3.0))
        assert x.has_grad


def test_zeros_that_were_only_read_are_no_gradient() -> None:
    x, y = Tensor([1.0, 2.0]), Tensor([0.0, 0.0])
    zeros: Any = x.grad
    assert not x.has_grad
    assert not copy.deepcopy(x).has_grad
    SGD([x], lr=1.0, weight_decay=1.0).step()
    np.testing.assert_array_equal(x.data, [1.0, 2.0])
    (x * y).sum().backward()  # a gradient, and all of it 0
    assert x.has_grad
    assert x.grad is not zeros
    x.grad = None
    zeros[:] = 7.0  # belongs to whoever has asked
    np.testing.assert_array_equal(x.grad, [0.0, 0.0])
    assert not x.has_grad


def test_gradients_that_the_eager_engine_gives_are_the_callers_own() -> None:
    for function in (lambda x: x.sum(), lambda x: 3.0 + 0.0 * x[:0].sum(), lambda _: 3.0):
        x = np.array([1.0, 2.0])
        _, slope = value_and_grad(function, engine="eager")(x)
        slope += 1.0
        np.testing.assert_array_equal(x, [1.0, 2.0])


def test_values_in_a_graph_cannot_be_written_to() -> None:
    x = Tensor([1.0, 2.0])
    for held in (x, x * 2.0, x[:1], x.reshape(2, 1)):
        with pytest.raises(ValueError, match="read-only"):
            held.value[0] = 5.0  # type: ignore[index]
        data: Any = held.data
        data[0] = 5.0
        assert held.value is data
