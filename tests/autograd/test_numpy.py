"""Tensors among numbers and arrays: operators from either side, numpy's functions, broken ones by name."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, erf, value_and_grad
from autograd.rules import RULES

OPERATORS = (
    operator.add, operator.sub, operator.mul, operator.truediv, operator.pow, operator.mod, operator.floordiv,
)  # fmt: skip
OTHERS = (
    3, 3.0, True, np.float64(3.0), np.float32(3.0), np.int64(3), np.array(3.0), np.array([3.0, 2.0]),
    np.array([[3], [2]], dtype=np.int32), [3.0, 2.0],
)  # fmt: skip
UFUNCS: dict[Callable[..., Any], int] = {
    np.add: 2, np.subtract: 2, np.multiply: 2, np.divide: 2, np.true_divide: 2, np.power: 2, np.pow: 2,
    np.maximum: 2, np.minimum: 2, np.negative: 1, np.absolute: 1, np.abs: 1, np.square: 1, np.sin: 1,
    np.cos: 1, np.tan: 1, np.arctan: 1, np.atan: 1, np.sinh: 1, np.cosh: 1, np.tanh: 1, np.exp: 1,
    np.expm1: 1, np.log: 1, np.log1p: 1, np.sqrt: 1, np.exp2: 1, np.log2: 1, np.log10: 1, np.cbrt: 1,
    np.arcsin: 1, np.arccos: 1, np.arcsinh: 1, np.arccosh: 1, np.arctanh: 1, np.floor: 1, np.ceil: 1,
    np.rint: 1, np.trunc: 1, np.sign: 1, np.arctan2: 2, np.hypot: 2, np.fmod: 2, np.remainder: 2, np.mod: 2,
    np.logaddexp: 2,
    np.floor_divide: 2,
}  # fmt: skip
TRUTHS: dict[Callable[..., Any], int] = {
    np.greater: 2, np.greater_equal: 2, np.less: 2, np.less_equal: 2, np.equal: 2, np.not_equal: 2,
    np.logical_and: 2, np.logical_or: 2, np.logical_not: 1,
}  # fmt: skip
ANY: Any = np  # numpy's types do not say that its functions take Tensors
ONE, TWO = Tensor([1.0]), Tensor(np.eye(2))
NO_RULE: dict[str, Callable[[], Any]] = {
    "np.spacing": lambda: ANY.spacing(Tensor(1.0)),
    "np.nextafter": lambda: ANY.nextafter(ONE, 2.0),
    "np.signbit": lambda: ANY.signbit(ONE),
    "np.gcd": lambda: ANY.gcd(1.0, Tensor(1.0)),
    "np.fmax": lambda: ANY.fmax(np.array([1.0]), Tensor(1.0)),
    "np.bitwise_and": lambda: ANY.bitwise_and(ONE, ONE),
    "np.add.reduce": lambda: ANY.add.reduce(ONE),
    "np.multiply.outer": lambda: ANY.multiply.outer(ONE, ONE),
    "np.maximum.accumulate": lambda: ANY.maximum.accumulate(ONE),
    "np.median": lambda: ANY.median(ONE),
    "np.convolve": lambda: ANY.convolve(ONE, ONE),
    "np.interp": lambda: ANY.interp(ONE, [1.0], [2.0]),
    "np.searchsorted": lambda: ANY.searchsorted(ONE, ONE),
    "np.linalg.inv": lambda: ANY.linalg.inv(TWO),
    "np.linalg.det": lambda: ANY.linalg.det(TWO),
    "np.fft.fft": lambda: ANY.fft.fft(ONE),
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
    arrays = [np.array([0.5, 0.75]), np.array([1.5, 0.25])][: UFUNCS[ufunc]]
    if ufunc is np.arccosh:
        arrays = [np.array([1.5, 2.0])]
    for inputs in (arrays, [float(array[0]) for array in arrays]):
        tensors = [Tensor(x) for x in inputs]
        result = ufunc(*tensors)
        assert isinstance(result, Tensor)
        assert result._prev == tuple(tensors)
        np.testing.assert_allclose(result.data, ufunc(*inputs), rtol=1e-15)


@pytest.mark.parametrize("ufunc", TRUTHS, ids=lambda ufunc: ufunc.__name__)
def test_comparisons_give_plain_truths(ufunc: Callable[..., Any]) -> None:
    arrays = [np.array([0.0, 2.0, 1.0]), np.array([1.0, 0.0, 1.0])][: TRUTHS[ufunc]]
    result = ufunc(*map(Tensor, arrays))
    assert isinstance(result, np.ndarray)
    assert result.dtype == bool
    np.testing.assert_array_equal(result, ufunc(*arrays))
    assert type(ufunc(*[Tensor(1.0)] * len(arrays))) is np.bool_


@pytest.mark.parametrize("engine", ["eager", "compiled"])
def test_the_truth_about_one_number_can_be_negated(engine: Any) -> None:
    # ~True is -2, which counts as true; numpy's ~np.True_ is False.
    negations: tuple[Callable[[Any], Any], ...] = (
        lambda x: ~(x > 0), lambda x: ~np.isfinite(x), lambda x: ~np.isclose(x, 0.7), lambda x: ~(x == 0.7),
    )  # fmt: skip
    for negation in negations:
        branches = value_and_grad(lambda x, no=negation: np.where(no(x), x**2, -x), engine=engine)
        for x in (0.7, -0.7):
            expected = (x * x, 2 * x) if bool(negation(np.float64(x))) else (-x, -1.0)
            np.testing.assert_allclose(branches(x), expected, rtol=1e-15)


PLACES: tuple[Callable[..., Any], ...] = (np.argmax, np.argmin, np.argsort)


@pytest.mark.parametrize("function", PLACES, ids=lambda function: function.__name__)
def test_places_are_plain_numbers(function: Callable[..., Any]) -> None:
    array = np.array([[3.0, 1.0, 2.0], [1.5, 2.5, 0.0]])
    for settings in ({}, {"axis": 0}, {"axis": -1}, {"axis": None}):
        result = function(Tensor(array), **settings)
        assert type(result) is type(function(array, **settings))
        np.testing.assert_array_equal(result, function(array, **settings))


def test_operators_compare_values() -> None:
    t, array = Tensor([1.0, 2.0, 3.0]), np.array([3.0, 2.0, 1.0])
    for operation in (operator.gt, operator.ge, operator.lt, operator.le, operator.eq, operator.ne):
        for other in (2.0, array, Tensor(array), [3.0, 2.0, 1.0]):
            numpys = getattr(other, "data", other) if isinstance(other, Tensor) else other
            np.testing.assert_array_equal(operation(t, other), operation(t.data, numpys))
            np.testing.assert_array_equal(operation(other, t), operation(np.asarray(numpys), t.data))


def test_a_tensor_is_not_equal_to_what_is_no_number() -> None:
    for t in (Tensor(1.0), Tensor([1.0])):
        for other in (None, "1.0"):
            assert (t == other) is False
            assert (t != other) is True


T, W = Tensor([[1.0, -2.0, 3.0], [4.0, 0.5, -6.0]]), Tensor([[0.5, 0.5, 1.0], [2.0, 2.0, 2.0]])
CALLS: dict[str, Callable[[Any, Any, Any], Any]] = {  # of numpy or its like, and two arrays or Tensors
    "sum": lambda xp, t, w: xp.sum(t),
    "sum over an axis": lambda xp, t, w: xp.sum(t, 0),
    "sum with names": lambda xp, t, w: xp.sum(a=t, axis=(0, 1), keepdims=True),
    "sum over an axis of numpy's": lambda xp, t, w: xp.sum(t, axis=np.int64(1)),
    "mean": lambda xp, t, w: xp.mean(t, axis=1, keepdims=True),
    "mean of all": lambda xp, t, w: xp.mean(t),
    "max": lambda xp, t, w: xp.max(t, 1),
    "amax": lambda xp, t, w: xp.amax(t, axis=0),
    "min": lambda xp, t, w: xp.min(t),
    "amin": lambda xp, t, w: xp.amin(t, axis=-1, keepdims=True),
    "norm": lambda xp, t, w: xp.linalg.norm(t, axis=-1),
    "norm of all": lambda xp, t, w: xp.linalg.norm(t),
    "norm of order 2": lambda xp, t, w: xp.linalg.norm(t, 2, axis=1, keepdims=True),
    "clip": lambda xp, t, w: xp.clip(t, 0, 1),
    "clip from above": lambda xp, t, w: xp.clip(t, None, 1),
    "clip from below": lambda xp, t, w: xp.clip(t, 0, None),
    "clip with names": lambda xp, t, w: xp.clip(t, a_min=-1.0, a_max=1.0),
    "clip with other names": lambda xp, t, w: xp.clip(t, min=-1.0, max=1.0),
    "clip between arrays": lambda xp, t, w: xp.clip(t, -w, w),
    "where": lambda xp, t, w: xp.where(t > 0, t, 0.0),
    "where the second": lambda xp, t, w: xp.where(w == 0.5, 1.0, t),
    "where both": lambda xp, t, w: xp.where([True, False, True], t, w),
    "where by the operands": lambda xp, t, w: xp.where(xp.logical_and(t > 0, w > 1), t, w),
    "reshape": lambda xp, t, w: xp.reshape(t, (3, 2)),
    "reshape to one": lambda xp, t, w: xp.reshape(t, -1),
    "reshape by numpy's ints": lambda xp, t, w: xp.reshape(t, (np.int64(3), -1)),
    "transpose": lambda xp, t, w: xp.transpose(t),
    "transpose of axes": lambda xp, t, w: xp.transpose(t, (1, 0)),
    "transpose with names": lambda xp, t, w: xp.transpose(t, axes=[0, 1]),
    "broadcast_to": lambda xp, t, w: xp.broadcast_to(t, (2, 2, 3)),
    "concatenate": lambda xp, t, w: xp.concatenate([t, w]),
    "concatenate an array": lambda xp, t, w: xp.concatenate((np.ones((2, 1)), t), axis=1),
    "stack": lambda xp, t, w: xp.stack([t, w, t], axis=-1),
    "stack lists": lambda xp, t, w: xp.stack([[[1, 2, 3], [4, 5, 6]], t]),
    "matmul": lambda xp, t, w: xp.matmul(t, w.T),
    "matmul of an array": lambda xp, t, w: np.ones((4, 2)) @ t,
    "maximum": lambda xp, t, w: xp.maximum(t, w),
    "maximum of a number": lambda xp, t, w: xp.maximum(0.0, t),
    "power": lambda xp, t, w: xp.power(w, 3),
    "a number to the power": lambda xp, t, w: 2**t,
}


@pytest.mark.parametrize("call", CALLS)
def test_numpys_functions_take_tensors_as_they_take_arrays(call: str) -> None:
    ours, numpys = CALLS[call](np, T, W), CALLS[call](np, T.data, W.data)
    assert isinstance(ours, Tensor)
    np.testing.assert_allclose(ours.data, numpys, rtol=1e-15)


def test_every_rule_that_numpy_has_is_reached_by_its_name() -> None:
    called = {call.split()[0] for call in CALLS} | {ufunc.__name__ for ufunc in (*UFUNCS, *TRUTHS, *PLACES)}
    assert {name for name in RULES if hasattr(np, name) or hasattr(np.linalg, name)} <= called


def test_numpy_asks_for_the_shape() -> None:
    assert (ANY.shape(T), ANY.ndim(T), ANY.size(T)) == ((2, 3), 2, 6)


@pytest.mark.parametrize("name", NO_RULE)
def test_what_has_no_rule_is_refused_by_name(name: str) -> None:
    message = rf"^{name.replace('.', r'[.]')} has no derivative rule; those that have: add, subtract, "
    with pytest.raises(TypeError, match=message):
        NO_RULE[name]()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ANY.sin(ONE, out=np.zeros(1)), r"np\.sin on a Tensor takes no out$"),
        (lambda: ANY.sin(Tensor(1.0), where=True), r"np\.sin on a Tensor takes no where$"),
        (
            lambda: ANY.add(ONE, 1.0, dtype=np.float32),
            r"np\.add on a Tensor: dtype must be float64, not float32$",
        ),
        (lambda: ANY.sum(ONE, dtype=int), r"np\.sum on a Tensor: dtype must be float64, not int64$"),
        (lambda: ANY.ones_like(ONE, bool), r"np\.ones_like on a Tensor: dtype must be float64, not bool$"),
        (
            lambda: ANY.vstack([ONE, ONE], dtype=np.float32),
            r"np\.vstack on a Tensor: dtype must be float64, ",
        ),
        (lambda: ANY.var(ONE, where=[True]), r"np\.var on a Tensor: .*unexpected keyword argument 'where'$"),
        (lambda: ANY.prod(ONE, initial=2.0), r"np\.prod on a Tensor: .*unexpected .* argument 'initial'$"),
        (lambda: ANY.sort(ONE, kind="heap"), r"np\.sort on a Tensor: .*unexpected keyword argument 'kind'$"),
        (
            lambda: ANY.pad(ONE, 1, mode="mean"),
            r"np\.pad on a Tensor: mode must be constant, edge, .*, not 'mean'$",
        ),
        (lambda: ANY.pad(ONE, 1, "reflect", reflect_type="odd"), r"np\.pad on a Tensor: .* 'reflect_type'$"),
        (lambda: ANY.take(ONE, [0], out=np.zeros(1)), r"np\.take on a Tensor: it takes no out$"),
        (
            lambda: ANY.delete(ONE, Tensor(0.0)),
            r"np\.delete on a Tensor: .* cannot be interpreted as an integer$",
        ),
        (lambda: ANY.einsum(ONE, [0], [0]), r"np\.einsum on a Tensor: the subscripts must be a string"),
        (
            lambda: ANY.average(TWO, weights=[1.0]),
            r"np\.average on a Tensor: weights must have the shape of a",
        ),
        (lambda: ANY.sum(ONE, out=np.zeros(1)), r"np\.sum on a Tensor: .*unexpected keyword argument 'out'$"),
        (lambda: ANY.sum(ONE, 0, None), r"np\.sum on a Tensor: too many positional arguments$"),
        (lambda: ANY.mean(ONE, where=[True]), r"np\.mean on a Tensor: .*unexpected .* argument 'where'$"),
        (lambda: ANY.max(ONE, initial=0.0), r"np\.max on a Tensor: .*unexpected keyword argument 'initial'$"),
        (lambda: ANY.where(ONE), r"np\.where on a Tensor: missing a required argument: 'x'$"),
        (lambda: ANY.reshape(ONE, 1, order="F"), r"np\.reshape on a Tensor: .*unexpected .* 'order'$"),
        (lambda: ANY.reshape(ONE, 1.5), r"np\.reshape on a Tensor: 'float' object cannot be .* an integer$"),
        (lambda: ANY.concatenate([ONE, ONE], axis=None), r"np\.concatenate on a Tensor: .* an integer$"),
        (lambda: ANY.linalg.norm(ONE, 1), r"np\.linalg\.norm on a Tensor: only the Euclidean norm"),
        (lambda: ANY.linalg.norm(TWO, 2), r"np\.linalg\.norm on a Tensor: only the Euclidean norm"),
    ],
)
def test_settings_that_a_rule_has_not_are_refused_by_name(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(TypeError, match=f"^{message}"):
        call()


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


def test_sign_is_flat() -> None:
    t = Tensor([-2.0, 0.0, 3.0, np.nan])
    signs = np.sign(t)
    np.testing.assert_array_equal(signs.data, [-1.0, 0.0, 1.0, np.nan])
    signs.sum().backward()
    np.testing.assert_array_equal(t.grad, [0.0, 0.0, 0.0, 0.0])


def test_erf_keeps_its_digits() -> None:
    """Against the series 2/sqrt(pi) (x - x^3/3 + ...) for tiny numbers, and Python's erf."""
    for x in (1e-300, 1e-9, 1e-4):
        expected = 2 / math.sqrt(math.pi) * (x - x**3 / 3)
        assert math.isclose(erf(Tensor(x)).data, expected, rel_tol=1e-15)
    points = np.linspace(-7.0, 7.0, 1001)
    expected_ones = np.array(list(map(math.erf, points)))
    np.testing.assert_allclose(erf(Tensor(points)).data, expected_ones, rtol=1e-15)
    assert [erf(Tensor(a)).data for a in (math.inf, -math.inf)] == [1.0, -1.0]


def test_arctan2_and_cbrt_keep_their_digits_at_the_ends_of_the_range() -> None:
    """Where squares overflow: d/da arctan2(a, b) = b / (a^2 + b^2), d cbrt(x) / dx = cbrt(x) / (3 x)."""
    for size in (1e-200, 1e200):
        a, b = Tensor(3 * size), Tensor(4 * size)
        ANY.arctan2(a, b).backward()
        np.testing.assert_allclose(a.grad, 4 / 25 / size, rtol=1e-15)
        np.testing.assert_allclose(b.grad, -3 / 25 / size, rtol=1e-15)
        for x in (Tensor(8 * size), Tensor(-8 * size)):
            ANY.cbrt(x).backward()
            np.testing.assert_allclose(x.grad, np.cbrt(8 * size) / (24 * size), rtol=1e-15)
    x = Tensor(0.0)
    ANY.cbrt(x).backward()
    assert x.grad == math.inf
