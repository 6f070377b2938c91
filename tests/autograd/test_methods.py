"""What users of numpy and PyTorch write as methods of Tensors, eagerly and compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, TracingError, erf, grad, hessian, relu, sigmoid, softplus, value_and_grad
from autograd.rules import DIFFERENTIABLE

UNARY = [name for name in DIFFERENTIABLE if isinstance(f := getattr(np, name, None), np.ufunc) and f.nin == 1]
BINARY = [
    name for name in DIFFERENTIABLE if isinstance(f := getattr(np, name, None), np.ufunc) and f.nin == 2
]


def agrees(method: Callable[..., Any], function: Callable[..., Any], *points: Any) -> None:
    """A method gives what numpy's function does for plain numbers, and its derivative in both engines."""
    with np.errstate(all="ignore"):
        plain = function(*points)
    tensor = method(*map(Tensor, points))
    np.testing.assert_allclose(tensor.data, plain, rtol=1e-14, equal_nan=True)
    expected = value_and_grad(lambda *x: np.sum(function(*x)), engine="eager")(*points)
    for engine in ("compiled", "eager"):
        value, slopes = value_and_grad(lambda *x: np.sum(method(*x)), engine=engine)(*points)
        np.testing.assert_allclose(value, expected[0], rtol=1e-12, equal_nan=True)
        for a, b in zip(np.atleast_1d(slopes), np.atleast_1d(expected[1]), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-12, equal_nan=True)


@pytest.mark.parametrize("name", UNARY)
def test_functions_of_one_number(name: str) -> None:
    for x in (0.3, np.array([0.3, 1.5])):
        agrees(lambda t: getattr(t, name)(), getattr(np, name), x)


@pytest.mark.parametrize("name", [name for name in BINARY if name != "matmul"])
def test_functions_of_two_numbers(name: str) -> None:
    agrees(lambda a, b: getattr(a, name)(b), getattr(np, name), 2.5, 1.5)
    agrees(lambda a, b: getattr(a, name)(b), getattr(np, name), np.array([2.5, 0.5]), np.array([1.5, 2.0]))


OTHERS: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "abs": (lambda t: t.abs(), np.abs),
    "pow": (lambda t: t.pow(3), lambda x: x**3),
    "sigmoid": (lambda t: t.sigmoid(), sigmoid),
    "relu": (lambda t: t.relu(), relu),
    "softplus": (lambda t: t.softplus(), softplus),
    "erf": (lambda t: t.erf(), erf),
    "clip": (lambda t: t.clip(-0.5, 0.5), lambda x: np.clip(x, -0.5, 0.5)),
    "clamp": (lambda t: t.clamp(max=0.4), lambda x: np.minimum(x, 0.4)),
    "sum": (lambda t: t.sum(axis=0), lambda x: np.sum(x, axis=0)),
    "mean": (lambda t: t.mean(1), lambda x: np.mean(x, axis=1)),
    "max": (lambda t: t.max(axis=1, keepdims=True), lambda x: np.max(x, axis=1, keepdims=True)),
    "min": (lambda t: t.min(), np.min),
    "norm": (lambda t: t.norm(axis=0), lambda x: np.linalg.norm(x, axis=0)),
    "softmax": (lambda t: t.softmax(0)[1], lambda x: np.exp(x[1]) / np.sum(np.exp(x), axis=0)),
    "logsumexp": (lambda t: t.logsumexp(1), lambda x: np.log(np.sum(np.exp(x), axis=1))),
    "reshape": (lambda t: t.reshape(3, 2)[0], lambda x: np.reshape(x, (3, 2))[0]),
    "flatten": (lambda t: t.flatten()[1:4], lambda x: np.reshape(x, -1)[1:4]),
    "squeeze": (
        lambda t: t.reshape(1, 2, 1, 3).squeeze()[0] * t.reshape(2, 1, 3).squeeze(axis=1),
        lambda x: x[0] * x,
    ),
    "T": (lambda t: t.T[0], lambda x: np.transpose(x)[0]),
    "matmul": (lambda t: t.matmul(t.T), lambda x: x @ np.transpose(x)),
    "var": (lambda t: t.var(axis=1), lambda x: np.var(x, axis=1)),
    "std": (lambda t: t.std(ddof=1), lambda x: np.std(x, ddof=1)),
    "prod": (lambda t: t.prod(), np.prod),
    "cumsum": (lambda t: t.cumsum(axis=1), lambda x: np.cumsum(x, axis=1)),
    "dot": (lambda t: t.dot(t.T), lambda x: x @ np.transpose(x)),
    "outer": (lambda t: t[0].outer(t[1]), lambda x: np.reshape(x[0], (3, 1)) * x[1]),
    "ravel": (lambda t: t.ravel()[1:3], lambda x: np.reshape(x, -1)[1:3]),
    "swapaxes": (lambda t: t.swapaxes(0, 1)[2], lambda x: np.transpose(x)[2]),
    "repeat": (lambda t: t.repeat(2)[3:9:2], lambda x: np.reshape(x, -1)[1:4]),
    "copy": (lambda t: t.copy(), lambda x: x * 1.0),
    "chained": (lambda t: t.square().sum(1).sqrt().log(), lambda x: np.log(np.sqrt(np.sum(x * x, axis=1)))),
}


@pytest.mark.parametrize("name", OTHERS)
def test_methods_of_arrays(name: str) -> None:
    agrees(*OTHERS[name], np.array([[0.5, -1.5, 2.0], [0.25, 3.0, -0.75]]))


def test_squeeze_is_numpys() -> None:
    t = Tensor(np.zeros((1, 2, 1)))
    assert t.squeeze().shape == (2,)
    assert t.squeeze(0).shape == (2, 1)
    assert t.squeeze(axis=(0, -1)).shape == (2,)
    assert type(Tensor([[3.0]]).squeeze().data) is float
    with pytest.raises(ValueError, match="size not equal to one"):
        t.squeeze(1)


def test_what_arrays_have_and_tensors_cannot_is_refused_by_name() -> None:
    for name, arguments in (("searchsorted", [1.0]), ("argpartition", [1]), ("nonzero", [])):
        with pytest.raises(TypeError, match=rf"np\.{name} has no derivative rule"):
            getattr(Tensor([1.0, 2.0]), name)(*arguments)
    for name in ("sort", "put", "fill", "resize"):  # these change an array in place
        assert not hasattr(Tensor, name)


def test_methods_take_no_more_than_they_need() -> None:
    with pytest.raises(TypeError, match=r"sin\(\) takes 1 positional argument but 2 were given"):
        Tensor(1.0).sin(2.0)  # type: ignore[attr-defined]
    with pytest.raises(TypeError, match="unexpected keyword argument 'dim'"):
        Tensor([1.0]).sum(dim=0)  # type: ignore[call-arg]


def test_item_is_a_float() -> None:
    for one in (2.5, [2.5], [[2.5]]):
        item = Tensor(one).item()
        assert (type(item), item) == (float, 2.5)
    with pytest.raises(TypeError, match=r"shape \(2,\) is not one number"):
        Tensor([1.0, 2.0]).item()


def test_numpy_gives_a_copy() -> None:
    t = Tensor([1.0, 2.0])
    array = t.numpy()
    array += 5.0
    np.testing.assert_array_equal(t.data, [1.0, 2.0])
    assert Tensor(2.0).numpy().shape == ()
    assert (Tensor(2.0) * 3.0).numpy().dtype == np.float64


def test_detach_gives_a_leaf_of_its_own() -> None:
    x = Tensor([1.0, 2.0])
    y = (x * x).detach()
    assert (type(y), y._prev) == (Tensor, ())
    (y * x).sum().backward()
    np.testing.assert_array_equal(x.grad, [1.0, 4.0])
    np.testing.assert_array_equal(y.grad, [1.0, 2.0])
    leaf = x.detach()
    leaf.data = [7.0, 8.0]
    np.testing.assert_array_equal(x.data, [1.0, 2.0])
    assert x.detach().numpy().tolist() == [1.0, 2.0]


def test_no_gradient_flows_through_detach_in_any_engine() -> None:
    # With c held at x^2, d(c x)/dx = c; torch.Tensor.detach and jax.lax.stop_gradient have the same numbers.
    def held(x: Any) -> Any:
        return np.sum((x * x).detach() * x)

    for x in (3.0, np.array([3.0, -2.0])):
        square = np.square(x)
        for engine in ("compiled", "eager"):
            value, slope = value_and_grad(held, engine=engine)(x)
            np.testing.assert_array_equal(value, np.sum(square * x))
            np.testing.assert_array_equal(slope, square)
        np.testing.assert_array_equal(grad(lambda x: (x * x).detach() * x)(x), square)
    assert hessian(lambda x: x.detach() * x**2)(3.0) == 6.0
    given = np.array([1.0, 2.0])
    value, slope = value_and_grad(lambda x: x.detach())(given)
    assert not np.shares_memory(value, given)
    np.testing.assert_array_equal(slope, [0.0, 0.0])


def test_what_takes_a_value_out_is_refused_while_compiling() -> None:
    out: tuple[Callable[[Any], Any], ...] = (
        lambda x: x.data,
        lambda x: x.numpy() * x,
        lambda x: x.item() * x,
    )
    for function in out:
        with pytest.raises(TracingError, match="cannot be compiled"):
            value_and_grad(function)(2.0)


def test_a_tensor_of_a_tensor_is_a_leaf_with_its_value() -> None:
    for start in (2.0, [1.0, 2.0], [[3.0]]):
        x = Tensor(start)
        y = Tensor(x * 2.0)
        assert y._prev == ()
        np.testing.assert_array_equal(y.data, 2.0 * np.asarray(start))
        y.backward(np.ones(y.shape))
        assert not x.has_grad
    x = Tensor([1.0, 2.0])
    Tensor(x).data *= 9.0
    np.testing.assert_array_equal(x.data, [1.0, 2.0])


def test_a_tensor_is_a_seed_a_gradient_and_data() -> None:
    x, seed = Tensor([1.0, 2.0, 3.0]), Tensor([1.0, 0.0, -1.0])
    (x * x).backward(seed * 1.0)
    np.testing.assert_array_equal(x.grad, [2.0, 0.0, -6.0])
    assert not seed.has_grad
    u = Tensor(3.0)
    (u * u).backward(Tensor(2.0))
    assert u.grad == 12.0
    u.grad = Tensor(5.0)
    assert u.grad == 5.0
    x.data = x - Tensor([1.0, 1.0, 1.0])  # a step of descent as in PyTorch
    np.testing.assert_array_equal(x.data, [0.0, 1.0, 2.0])
    assert x._prev == ()
    with pytest.raises(ValueError, match=r"shape \(3,\), not \(\)"):
        (x * x).backward(u)
    x.grad = seed
    x.grad *= 7.0
    np.testing.assert_array_equal(seed.data, [1.0, 0.0, -1.0])
