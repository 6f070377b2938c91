"""numpy's functions that are made of others, against PyTorch's answers, numpy's own and differences."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograd import (
    Tensor,
    TracingError,
    check_gradients,
    composed,
    contractions,
    hessian,
    hessian_of,
    rearranging,
    value_and_grad,
)
from tests.autograd.case import seed_for
from tests.autograd.numpy_cases import CASES, NumpyCase
from tests.oracle.record_numpy import FILE, record_call
from tests.oracle.record_torch import unpack

RECORDED = unpack(FILE)
ANY: Any = np  # numpy's types do not say that its functions take Tensors


def seeded(case: NumpyCase, power: int) -> Callable[..., Any]:
    """The call as a function with one number as value, as PyTorch's recorder has it."""
    seed = seed_for(RECORDED[f"{case.name}/value"].shape)
    return lambda *x: np.sum(seed * case.ours(*x) ** power)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_values_and_derivatives_are_pytorchs(case: NumpyCase) -> None:
    value = RECORDED[f"{case.name}/value"]
    ours = case.ours(*map(Tensor, case.inputs))
    assert ours.shape == value.shape
    np.testing.assert_allclose(ours.data, value, 1e-13, 1e-13)
    for engine in ("eager", "compiled"):
        _, slopes = value_and_grad(seeded(case, 1), engine=engine)(*case.inputs)
        slopes = slopes if isinstance(slopes, tuple) else (slopes,)
        for i, slope in enumerate(slopes):
            np.testing.assert_allclose(slope, RECORDED[f"{case.name}/{i}"], 1e-12, 1e-12)
    second = RECORDED[f"{case.name}/hessian"]
    found = hessian(lambda x: seeded(case, 2)(x, *case.inputs[1:]))(case.inputs[0])
    np.testing.assert_allclose(found, second, 1e-11, 1e-11)
    x = Tensor(case.inputs[0])
    found = hessian_of(seeded(case, 2)(x, *case.inputs[1:]), [x])
    np.testing.assert_allclose(found.reshape(second.shape), second, 1e-11, 1e-11)


def test_what_is_recorded_is_what_is_tested() -> None:
    assert {key.rpartition("/")[0] for key in RECORDED} == {case.name for case in CASES}


def test_values_and_derivatives_are_those_of_the_pytorch_at_hand() -> None:
    torch = pytest.importorskip("torch")
    for case in CASES:
        for part, values in record_call(torch, case).items():
            np.testing.assert_allclose(values, RECORDED[f"{case.name}/{part}"], 1e-12, 1e-12)


A, B, C = (
    np.arange(1.0, 13).reshape(3, 4) ** 1.5,
    np.array([1.0, -2.0, 0.5]),
    np.arange(24.0).reshape(2, 3, 4),
)
MOVED: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "append": (np.append, (A, B)),
    "append rows": (lambda a: np.append(a, np.ones((1, 4)), axis=0), (A,)),
    "array_split": (lambda a: np.array_split(a, 3, axis=1)[1], (A,)),
    "atleast_1d": (ANY.atleast_1d, (2.0,)),
    "atleast_2d": (ANY.atleast_2d, (B,)),
    "atleast_3d": (lambda a, b: ANY.atleast_3d(a, b)[1], (A, B)),
    "block": (lambda a, c: ANY.block([[a, np.ones((3, 1))], [c[0]]]), (A, np.ones((1, 2, 5)))),
    "column_stack": (lambda b, a: np.column_stack([b, np.arange(3.0), a]), (B, A)),
    "copy": (ANY.copy, (A,)),
    "delete": (lambda a: np.delete(a, [0, 2], axis=1), (A,)),
    "diag": (lambda b: np.diag(b, 1), (B,)),
    "diagflat": (lambda a: np.diagflat(a, -1), (A,)),
    "diagonal": (lambda c: np.diagonal(c, 1, 0, 2), (C,)),
    "dsplit": (lambda c: np.dsplit(c, [1])[1], (C,)),
    "dstack": (lambda a, b: np.dstack([a, b]), (A, A * 2)),
    "expand_dims": (lambda a: np.expand_dims(a, (0, -1)), (A,)),
    "flip": (lambda a: np.flip(a, (0, 1)), (A,)),
    "fliplr": (np.fliplr, (A,)),
    "flipud": (np.flipud, (A,)),
    "hsplit": (lambda a: np.hsplit(a, 2)[1], (A,)),
    "hstack": (lambda a, b: np.hstack([a, b[:, None], np.zeros((3, 1))]), (A, B)),
    "hstack of numbers": (lambda a, b: ANY.hstack([a, 3.0, b]), (1.0, B)),
    "moveaxis": (lambda c: np.moveaxis(c, 0, -1), (C,)),
    "pad": (lambda a: np.pad(a, ((1, 0), (2, 1)), constant_values=((1.0, 2.0), (3.0, 4.0))), (A,)),
    "pad symmetrically": (lambda a: np.pad(a, 2, mode="symmetric"), (A,)),
    "ravel": (lambda a: np.ravel(a, order="F"), (A,)),
    "repeat": (lambda a: np.repeat(a, [2, 0, 1], 0), (A,)),
    "resize": (lambda a: np.resize(a, (2, 9)), (A,)),
    "roll": (lambda a: np.roll(a, (1, -1), axis=(0, 1)), (A,)),
    "rollaxis": (lambda c: np.rollaxis(c, 2), (C,)),
    "rot90": (lambda c: np.rot90(c, 3, (1, 2)), (C,)),
    "split": (lambda a: np.split(ary=a, indices_or_sections=[1, 3], axis=1)[1], (A,)),
    "squeeze": (lambda a: np.squeeze(a[:, :1], axis=1), (A,)),
    "swapaxes": (lambda c: np.swapaxes(c, 2, 0), (C,)),
    "take": (lambda a: np.take(a, [[0, 5], [5, 11]]), (A,)),
    "take modulo": (lambda a: np.take(a, 5, axis=1, mode="wrap"), (A,)),
    "take_along_axis": (lambda a: np.take_along_axis(a, np.array([[0], [3], [1]]), axis=1), (A,)),
    "tile": (lambda b: np.tile(b, (2, 2)), (B,)),
    "tril": (lambda c: np.tril(c, -1), (C,)),
    "triu": (np.triu, (B,)),
    "vsplit": (lambda a: np.vsplit(a, 3)[2], (A,)),
    "vstack": (lambda b, a: np.vstack((b, [1.0, 2.0, 3.0], a)), (B, A.T)),
}


@pytest.mark.parametrize("name", MOVED)
def test_what_moves_numbers_moves_gradients_back(name: str) -> None:
    """Each column of a linear function's Jacobian is its value for a unit vector, less that for zeros."""
    function, inputs = MOVED[name]
    expected = function(*inputs)
    ours = function(*map(Tensor, inputs))
    assert ours.shape == np.shape(expected)
    np.testing.assert_array_equal(ours.data, expected)
    seed = seed_for(np.shape(expected))
    for i, x in enumerate(inputs):
        others = list(inputs)

        def column(unit: Any, i: int = i, others: list[Any] = others) -> float:
            others[i] = unit
            return float(np.sum(seed * function(*others)))

        size, shape = np.size(x), np.shape(x)
        base = column(np.zeros(shape))
        units = np.eye(size).reshape(size, *shape)
        expected_slope = np.reshape([column(unit) - base for unit in units], shape)
        for engine in ("eager", "compiled"):
            _, slopes = value_and_grad(lambda *y: np.sum(seed * function(*y)), engine=engine)(*inputs)
            slope = slopes[i] if isinstance(slopes, tuple) else slopes
            np.testing.assert_allclose(slope, expected_slope, 1e-12, 1e-12)


def test_every_function_has_a_test() -> None:
    called = {case.name.split()[0] for case in CASES} | {name.split()[0] for name in MOVED} | OTHERS
    names = {
        function.__name__ for table in (composed, contractions, rearranging) for function in table.FUNCTIONS
    }
    assert names <= called


def test_the_docs_list_every_function() -> None:
    text = (Path(__file__).parents[2] / "docs" / "autograd.md").read_text(encoding="utf-8")
    for table in (composed, contractions, rearranging):
        for function in table.FUNCTIONS:
            assert f"`{function.__name__}`" in text


# With tests of their own below.
OTHERS = {
    "isinf", "isfinite", "isclose", "allclose", "array_equal", "all", "any", "positive", "fabs", "divmod",
    "fix", "around", "rad2deg", "deg2rad", "empty_like",
    "shape", "ndim", "size",
}  # fmt: skip
ODD = Tensor([1.0, math.nan, math.inf, -math.inf, 0.0])


@pytest.mark.parametrize(
    "call",
    [
        np.isnan,
        np.isinf,
        np.isfinite,
        np.all,
        np.any,
        np.zeros_like,
        np.ones_like,
        np.empty_like,
        lambda x: ANY.full_like(x, 3.0),
        lambda x: ANY.isclose(x, x),
        lambda x: ANY.isclose(x, x, equal_nan=True),
        lambda x: ANY.isclose(x, math.inf),
        lambda x: ANY.allclose(x, 1.0, atol=1.0),
        lambda x: ANY.array_equal(x, x),
        lambda x: ANY.array_equal(x, [1.0]),
        lambda x: ANY.all(x > 0, axis=0, keepdims=True),
    ],
    ids=lambda call: getattr(call, "__name__", ""),
)
def test_what_does_not_depend_smoothly_is_plain(call: Callable[..., Any]) -> None:
    for x in (ODD, Tensor(2.0), Tensor([[1.0, 1.5], [0.0, -2.0]])):
        found, expected = call(x), call(x.data)
        assert not isinstance(found, Tensor)
        assert np.shape(found) == np.shape(expected)
        if "empty" not in str(call):
            np.testing.assert_array_equal(found, expected)


def test_small_ones_are_numpys() -> None:
    x = np.array([1.25, -2.75, 0.5])
    for call in (ANY.positive, ANY.fabs, ANY.fix, ANY.around, ANY.rad2deg, ANY.deg2rad):
        np.testing.assert_array_equal(call(Tensor(x)).data, call(x))
    for found, expected in zip(ANY.divmod(Tensor(x), 0.75), np.divmod(x, 0.75), strict=True):
        np.testing.assert_array_equal(found.data, expected)
    np.testing.assert_array_equal(ANY.round(Tensor(x * 100), -1).data, np.round(x * 100, -1))
    np.testing.assert_array_equal(ANY.prod(Tensor(np.ones((2, 0))), axis=1).data, [1.0, 1.0])
    assert ANY.prod(Tensor(np.ones((2, 0)))).data == 1.0


@pytest.mark.parametrize(
    "function",
    [
        lambda u: np.where(np.isfinite(1 / u), u, 0.0) + np.zeros_like(u),
        lambda u: np.logaddexp(u, 1.0) + np.ones_like(u) * u,
        lambda u: np.where(np.isclose(u, 0.5, atol=0.1), u * u, np.degrees(u)),
        lambda u: np.select([u < 0, u < 1], [u * u, np.full_like(u, 2.0)], np.reciprocal(u)),
        lambda u: np.nan_to_num(np.round(u, 1) * np.divmod(u, 0.3)[1]),
    ],
)
def test_elementwise_ones_serve_points_one_by_one(function: Callable[..., Any]) -> None:
    """As points, whose number is not known, as floats and eagerly; slopes are central differences."""
    points = np.array([-0.61, 0.5, 0.77, 1.43])
    compiled, eager = value_and_grad(function), value_and_grad(function, engine="eager")
    value, slope = compiled(points)
    assert "def compute(x0, y0, y1" in compiled.source  # the code for points
    for found in (eager(points), tuple(zip(*map(compiled, points.tolist()), strict=True))):
        np.testing.assert_allclose(found, (value, slope), 1e-14, 1e-14)
    np.testing.assert_allclose(value, function(points), 1e-14)
    assert check_gradients(function, points) < 1e-8


def test_logaddexp_meets_infinities() -> None:
    """numpy's values; PyTorch's gradients where they are numbers."""
    for a, b in (
        (0.0, -math.inf),
        (-math.inf, -math.inf),
        (math.inf, 1.0),
        (math.inf, math.inf),
        (1000.0, 999.0),
    ):
        value, slopes = value_and_grad(np.logaddexp)(a, b)
        assert value == np.logaddexp(a, b)
        if math.isfinite(a):
            assert math.isclose(sum(slopes), 1.0, rel_tol=1e-15)


@pytest.mark.parametrize(
    ("subscripts", "shapes"),
    [
        ("ij , jk", ((2, 3), (3, 4))),
        ("ba", ((2, 3),)),
        ("ij,ij->ij", ((3, 4), (1, 4))),
        ("iij,jk->ik", ((3, 3, 2), (2, 2))),
        ("iii->i", ((3, 3, 3),)),
        ("i,ij,j", ((3,), (3, 2), (2,))),
        (",i->i", ((), (3,))),
        ("...,...", ((2, 1), (3,))),
        ("i...->...", ((2, 3, 2),)),
        ("...i,...i", ((2, 3), (3,))),
        ("bhid,bhjd->bhij", ((2, 2, 3, 2), (2, 2, 2, 2))),
        ("ab,cd,ef->", ((1, 2), (2, 1), (2, 2))),
        ("ij,jk,kl,lm->im", ((2, 3), (3, 2), (2, 3), (3, 2))),
        ("i,j", ((0,), (2,))),
    ],
)
def test_einsum_is_numpys(subscripts: str, shapes: tuple[tuple[int, ...], ...]) -> None:
    random = np.random.default_rng(0)
    inputs = [random.uniform(0.5, 2.0, shape) for shape in shapes]
    expected = np.einsum(subscripts, *inputs)
    found = ANY.einsum(subscripts, *map(Tensor, inputs), optimize=True)
    assert np.shape(found) == np.shape(expected)
    np.testing.assert_allclose(found.data, expected, 1e-13)
    assert check_gradients(lambda *x: ANY.einsum(subscripts, *x), *inputs) < 1e-9


@pytest.mark.parametrize(
    ("subscripts", "shapes", "message"),
    [
        ("ij,jk->ik", ((2, 3),), "is for 2 operands, not 1"),
        ("ij->i", ((2,),), "'ij' does not fit an operand of 1 axes"),
        ("i->ij", ((2,),), "what follows -> .* must be letters of operands"),
        ("ij->ii", ((2, 2),), "once each"),
        ("i,i", ((2,), (3,)), "'i' stands for axes of lengths 2 and 3"),
        ("i1", ((2, 2),), "does not fit"),
    ],
)
def test_einsum_refuses_what_does_not_fit(subscripts: str, shapes: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ANY.einsum(subscripts, *(Tensor(np.ones(shape)) for shape in shapes))


def test_tensordot_refuses_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match=r"axes 0 and 0 of \(2,\) and \(3,\) differ in length"):
        ANY.tensordot(Tensor(np.ones(2)), np.ones(3), 1)


def test_places_that_are_not_known_cannot_be_compiled() -> None:
    for function in (lambda t: t[np.argmax(t)], lambda t: np.sum(np.roll(t, np.argmax(t)))):
        with pytest.raises(TracingError):
            value_and_grad(function)(np.array([1.0, 3.0, 2.0]))


def test_a_compiled_sort_sorts_other_numbers_too() -> None:
    weights = np.array([1.0, 10.0, 100.0])
    compiled = value_and_grad(lambda t: np.sum(np.sort(t) * weights))
    for x, slope in (([3.0, 1.0, 2.0], [100.0, 1.0, 10.0]), ([1.0, 5.0, 4.0], [1.0, 100.0, 10.0])):
        value, found = compiled(np.array(x))
        assert value == np.sort(x) @ weights
        np.testing.assert_array_equal(found, slope)


def test_logaddexp_has_second_derivatives_everywhere() -> None:
    """s(1 - s) with s = 1 / (1 + exp(b - a)): 0.25 at a tie, 0 where one of the two does not count."""
    second = hessian(lambda a, b: np.logaddexp(a, b) + 0.0)
    np.testing.assert_allclose(second(3.0, 3.0), [[0.25, -0.25], [-0.25, 0.25]], rtol=1e-15)
    for a, b in ((0.0, 800.0), (-1000.0, 1000.0), (710.0, 0.0)):
        np.testing.assert_allclose(second(a, b), np.zeros((2, 2)), atol=1e-300)


def test_likes_of_whole_numbers_and_running_counts_are_of_float64() -> None:
    x = Tensor([1.0, -2.0, 3.0])
    assert ANY.full_like(x, 3).dtype == np.float64
    counts = value_and_grad(lambda t: np.sum(np.cumsum(t > 0) * t))
    assert counts(x.data)[0] == np.sum(np.cumsum(x.data > 0) * x.data)


def test_divmod_and_size() -> None:
    x = np.array([[1.25, -2.75, 0.5]])
    for ours, numpys in (
        (divmod(Tensor(x), 0.75), divmod(x, 0.75)),
        (divmod(2.0, Tensor(x)), divmod(2.0, x)),
    ):
        for found, expected in zip(ours, numpys, strict=True):
            np.testing.assert_array_equal(found.data, expected)
    assert (ANY.size(Tensor(x)), ANY.size(Tensor(x), 1), ANY.size(Tensor(x), axis=0)) == (3, 3, 1)


def test_a_plain_array_beside_a_tensor_stays_plain() -> None:
    x = Tensor([1.0, 2.0])
    stacked = ANY.vstack([np.array([3.0, 4.0]), x])
    stacked.backward([[1.0, 1.0], [2.0, 3.0]])
    np.testing.assert_array_equal(x.grad, [2.0, 3.0])


def test_signatures_are_numpys() -> None:
    """What functions take has numpy's names."""
    for table in (composed, contractions):
        for function, ours in table.FUNCTIONS.items():
            if isinstance(function, np.ufunc) or isinstance(ours, np.ufunc):
                continue
            names = inspect.signature(ours).parameters
            kinds = inspect.Parameter
            given = {n for n, p in names.items() if p.kind not in {kinds.VAR_POSITIONAL, kinds.VAR_KEYWORD}}
            assert given <= {*inspect.signature(function).parameters} | {"subscripts", "optimize", "a", "b"}


@pytest.mark.parametrize("axis", [2, -3, (0, 2)])
def test_an_axis_that_there_is_not_is_refused(axis: Any) -> None:
    for function in (ANY.prod, ANY.var, ANY.std, ANY.ptp, ANY.nansum):
        for engine in ("compiled", "eager"):
            with pytest.raises(np.exceptions.AxisError):
                value_and_grad(lambda x: np.sum(function(x, axis=axis)), engine)(np.ones((2, 2)))  # noqa: B023
