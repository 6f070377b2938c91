"""argnums, has_aux and static arguments mean what they mean in JAX, in both engines.

Expected values are closed forms; each call's structure and numbers were compared with jax.value_and_grad,
jax.grad and jax.hessian of the same function, with ints and strings given by closure.
"""

from __future__ import annotations

import enum
from collections import namedtuple
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, TracingError, grad, hessian, logsumexp, sigmoid, value_and_grad
from autograd.derivatives import GradientEngine

ENGINES: tuple[GradientEngine, ...] = ("compiled", "eager")
both_engines = pytest.mark.parametrize("engine", ENGINES)


def same(answer: Any, expected: Any) -> None:
    """Nested tuples, lists and dicts of one structure, with numbers of one type that are close."""
    assert type(answer) is type(expected)
    if isinstance(expected, tuple | list):
        assert len(answer) == len(expected)
        for a, b in zip(answer, expected, strict=True):
            same(a, b)
    elif isinstance(expected, dict):
        assert list(answer) == list(expected)
        for key, value in expected.items():
            same(answer[key], value)
    elif isinstance(expected, np.ndarray):
        assert answer.dtype == expected.dtype
        np.testing.assert_allclose(answer, expected, rtol=1e-13, atol=1e-15)
    elif type(expected) is float:
        assert answer == pytest.approx(expected, rel=1e-13, abs=1e-15)
    else:
        assert answer == expected


def product(a: Any, b: Any, c: Any) -> Any:
    return a * b**2 * np.exp(c)


def array(*numbers: float) -> Any:
    return np.array(numbers)


@both_engines
@pytest.mark.parametrize(
    ("argnums", "slopes"),
    [
        (None, (9.0, 12.0, 18.0)), (0, 9.0), (1, 12.0), (2, 18.0), (-1, 18.0), (np.int64(1), 12.0),
        ((0,), (9.0,)), ((0, 2), (9.0, 18.0)), ((2, 0), (18.0, 9.0)), ([1, -1], (12.0, 18.0)),
    ],
)  # fmt: skip
def test_argnums_choose_the_derivatives(engine: GradientEngine, argnums: Any, slopes: Any) -> None:
    both = value_and_grad(product, engine, argnums=argnums)
    alone = grad(product, engine, argnums=argnums)
    for _ in range(2):  # before there is code, and after
        same(both(2.0, 3.0, 0.0), (18.0, slopes))
        same(alone(2.0, 3.0, 0.0), slopes)
        many = both(*(np.full(2, x) for x in (2.0, 3.0, 0.0)))
        as_arrays = tuple(np.full(2, x) for x in slopes) if isinstance(slopes, tuple) else np.full(2, slopes)
        same(many, (np.full(2, 18.0), as_arrays))


@both_engines
def test_what_argnums_leave_out_may_change_from_call_to_call(engine: GradientEngine) -> None:
    calls = []

    def loss(w: Any, x: Any, rate: Any) -> Any:
        calls.append(1)
        return np.sum((x @ w) ** 2) * rate

    slope = grad(loss, engine, argnums=0)
    w = np.array([1.0, -2.0])
    for seed in range(4):
        x, rate = np.random.default_rng(seed).normal(size=(3, 2)), seed / 2
        same(slope(w, x, rate), 2 * rate * x.T @ (x @ w))
        same(slope(w, x.tolist(), np.float32(rate)), 2 * rate * x.T @ (x @ w))
    assert len(calls) == (1 if engine == "compiled" else 8)


def cross_entropy(logits: Any, labels: Any) -> Any:
    return np.mean(logsumexp(logits, axis=1) - logits[np.arange(len(labels)), labels])


@both_engines
def test_integer_labels_are_indices_and_have_no_gradient(engine: GradientEngine) -> None:
    slope = value_and_grad(cross_entropy, engine, argnums=0)
    logits = np.random.default_rng(1).normal(size=(4, 3))
    risen = np.exp(logits)
    chances = risen / risen.sum(axis=1, keepdims=True)
    for labels in (
        [0, 2, 1, 1],
        np.array([2, 2, 0, 1]),
        np.array([2, 2, 0, 1], dtype=np.uint8),
        (0, 0, 0, 0),
    ):
        chosen = np.eye(3)[np.array(labels)]
        expected = -np.log((chances * chosen).sum(axis=1)).mean(), (chances - chosen) / 4
        same(slope(logits, labels), (float(expected[0]), expected[1]))


@both_engines
def test_integers_count_and_choose(engine: GradientEngine) -> None:
    def chain(x: Any, times: int, which: int, power: int) -> Any:
        for _ in range(times):
            x = np.stack([x[0] * x[1], x[1]])
        return x[which] ** power if power > 1 else x[which]

    slope = value_and_grad(chain, engine, argnums=0)
    same(slope([2.0, 3.0], 2, 0, 1), (18.0, array(9.0, 12.0)))
    same(slope([2.0, 3.0], 0, -1, 2), (9.0, array(0.0, 6.0)))
    same(slope([2.0, 3.0], np.int64(1), 0, 2), (36.0, array(36.0, 24.0)))
    same(slope([2, 3], True, 0, 1), (6.0, array(3.0, 2.0)))


@both_engines
def test_masks_and_truths_are_static(engine: GradientEngine) -> None:
    def kept(x: Any, mask: Any, squared: bool) -> Any:
        total = np.sum(x[mask])
        return total**2 if squared else total

    slope = value_and_grad(kept, engine, argnums=(0,))
    mask = np.array([True, False, True])
    same(slope(array(1.0, 5.0, 2.0), mask, True), (9.0, (array(6.0, 0.0, 6.0),)))
    same(slope(array(1.0, 5.0, 2.0), ~mask, False), (5.0, (array(0.0, 1.0, 0.0),)))
    mask[:] = True  # a new value, not the one it was compiled for
    same(slope(array(1.0, 5.0, 2.0), mask, False), (8.0, (array(1.0, 1.0, 1.0),)))


class Kind(enum.Enum):
    LINEAR = 1
    SQUARE = 2


def by_mode(x: Any, mode: Any) -> Any:
    if callable(mode):
        return mode(x)
    return x * x if mode in {"square", Kind.SQUARE, ("a", 2)} else 3.0 * x


@both_engines
@pytest.mark.parametrize("argnums", [None, 0])
def test_none_strings_and_functions_are_static(engine: GradientEngine, argnums: Any) -> None:
    slope = value_and_grad(by_mode, engine, argnums=argnums)
    for x in (2.0, array(2.0, 5.0)):
        flat, one = np.full_like(x, 3.0), np.ones_like(x)
        expected = {
            "square": (x * x, 2 * x),
            None: (3 * x, 3 * one),
            "": (3 * x, flat),
            np.sin: (np.sin(x), np.cos(x)),
        }
        for mode, (value, gradient) in (*expected.items(), *reversed(expected.items())):
            kind = float if type(x) is float else np.asarray
            same(slope(x, mode), (kind(value), kind(gradient)))
            same(grad(by_mode, engine, argnums=argnums)(x, mode), kind(gradient))


@both_engines
def test_a_static_argument_may_stand_anywhere(engine: GradientEngine) -> None:
    def mixed(mode: Any, u: Any, axis: Any, v: Any) -> Any:
        return np.sum(u, axis=axis) * v if mode == "times" else v - u

    same(value_and_grad(mixed, engine)("times", 2.0, None, 5.0), (10.0, (5.0, 2.0)))
    same(value_and_grad(mixed, engine)("minus", 2, None, 5), (3.0, (-1.0, 1.0)))
    same(grad(mixed, engine, argnums=(3, 1))("times", 2.0, None, 5.0), (2.0, 5.0))
    same(grad(mixed, engine, argnums=-1)("times", array(1.0, 2.0), 0, 5.0), 3.0)


@both_engines
def test_static_arguments_are_told_apart_by_type_and_content(engine: GradientEngine) -> None:
    kinds: list[Any] = []

    def seen(x: Any, given: Any) -> Any:
        kinds.append(type(given))
        return x * (3.0 if isinstance(given, bool) else 2.0 if isinstance(given, int) else 1.0)

    slope = grad(seen, engine, argnums=0)
    assert [slope(1.0, given) for given in (1, True, 1, "1", [1], (1,), {"a": 1}, Kind.LINEAR)] == [
        2.0, 3.0, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0,
    ]  # fmt: skip
    settings = {"scale": np.array([1, 2]), "names": ["a"]}
    scaled = grad(lambda x, settings: np.sum(x * settings["scale"]), engine, argnums=0)
    same(scaled(np.ones(2), settings), array(1.0, 2.0))
    settings["scale"] = np.array([5, 6])
    same(scaled(np.ones(2), settings), array(5.0, 6.0))


def test_a_static_value_is_compiled_once() -> None:
    calls = []

    def power(x: Any, n: int) -> Any:
        calls.append(n)
        return x**n

    slope = grad(power, argnums=0)
    assert [slope(2.0, n) for n in (2, 3, 2, 3, 2)] == [4.0, 12.0, 4.0, 12.0, 4.0]
    assert calls == [2, 3]
    assert "x0" in slope.source


@both_engines
def test_integers_to_be_differentiated_are_floats(engine: GradientEngine) -> None:
    same(value_and_grad(np.square, engine)(2), (4.0, 4.0))
    same(value_and_grad(np.square, engine, argnums=0)(np.int8(2)), (4.0, 4.0))
    same(grad(lambda x, n: np.sum(x**2) * n, engine, argnums=0)(np.array([1, 2]), 3), array(6.0, 12.0))
    same(grad(lambda x, y: x * y, engine)(2, np.array([1, 2])), (3.0, array(2.0, 2.0)))


@both_engines
def test_a_float_that_is_left_out_divides_as_an_array_does(engine: GradientEngine) -> None:
    same(value_and_grad(lambda x, s: x / s, engine, argnums=0)(1.0, 0.0), (np.inf, np.inf))
    same(value_and_grad(lambda x, s: x * (s / 0.0), engine, argnums=0)(1.0, 1.0), (np.inf, np.inf))


Pair = namedtuple("Pair", "a b")
AUX: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "a value": (lambda x: 2 * x, lambda x: 2 * x),
    "the argument": (lambda x: x, lambda x: x * 1.0),
    "a number": (lambda x: 7, lambda x: 7),
    "nothing": (lambda x: None, lambda x: None),
    "nested": (
        lambda x: {"sine": np.sin(x), "more": [x + 1.0, ("text", 3)]},
        lambda x: {"sine": np.sin(x), "more": [x + 1.0, ("text", 3)]},
    ),
    "named": (lambda x: Pair(x * x, ()), lambda x: Pair(x * x, ())),
}


@both_engines
@pytest.mark.parametrize("case", AUX)
def test_aux_comes_beside_the_value(engine: GradientEngine, case: str) -> None:
    aux, expected = AUX[case]
    both = value_and_grad(lambda x: (x**2, aux(x)), engine, has_aux=True)
    alone = grad(lambda x: (x**2, aux(x)), engine, has_aux=True)

    def plain(x: Any) -> Any:
        return float(x) if isinstance(x, np.floating) else x

    for x in (3.0, array(3.0, 5.0), 3.0):
        more = expected(x)
        if case == "nested":
            more["sine"] = plain(more["sine"])
        same(both(x), ((x**2, more), 2 * x))
        same(alone(x), (2 * x, more))


@both_engines
def test_aux_of_a_reduction_with_argnums_and_static(engine: GradientEngine) -> None:
    def loss(w: Any, x: Any, labels: Any, mode: Any) -> Any:
        scores = sigmoid(x @ w)
        losses = (scores - labels) ** 2
        hits = (scores > 0.5) == (labels == 1)
        return np.sum(losses), {"scores": scores, "right": hits, "mode": mode, "best": np.max(scores)}

    w, x = array(1.0, -1.0), np.array([[2.0, 0.0], [0.0, 3.0], [1.0, 2.0]])
    labels = np.array([1, 0, 1])
    scores = 1 / (1 + np.exp(-(x @ w)))
    slope = x.T @ (2 * (scores - labels) * scores * (1 - scores))
    aux = {"scores": scores, "right": np.array([True, True, False]), "mode": "m", "best": float(scores[0])}
    value = float(np.sum((scores - labels) ** 2))
    same(value_and_grad(loss, engine, argnums=0, has_aux=True)(w, x, labels, "m"), ((value, aux), slope))
    same(grad(loss, engine, argnums=(0,), has_aux=True)(w, x, labels, "m"), ((slope,), aux))


@both_engines
def test_a_truth_in_aux_is_a_truth(engine: GradientEngine) -> None:
    both = value_and_grad(lambda x: (x, x > 1.0), engine, has_aux=True)
    same(both(2.0), ((2.0, True), 1.0))
    same(both(array(0.0, 2.0)), ((array(0.0, 2.0), np.array([False, True])), array(1.0, 1.0)))


@both_engines
def test_aux_is_nobody_elses(engine: GradientEngine) -> None:
    x = array(1.0, 2.0)
    both = value_and_grad(lambda x: (np.sum(x), x), engine, has_aux=True)
    (_, aux), _ = both(x)
    aux += 10.0
    same(x, array(1.0, 2.0))
    same(both(x), ((3.0, array(1.0, 2.0)), array(1.0, 1.0)))


@both_engines
@pytest.mark.parametrize("result", [lambda x: x, lambda x: (x,), lambda x: (x, 1, 2), lambda x: [x, x]])
def test_without_a_pair_has_aux_is_refused(engine: GradientEngine, result: Any) -> None:
    with pytest.raises(TypeError, match=r"has_aux the function must return \(value, aux\)"):
        value_and_grad(result, engine, has_aux=True)(2.0)


def test_hessians_of_some_arguments() -> None:
    # f = a b^2 exp(c): f_bb = 2 a exp(c), f_bc = 2 a b exp(c), f_cc = f.
    same(hessian(product, argnums=1)(2.0, 3.0, 0.0), 4.0)
    matrix = np.array([[4.0, 12.0], [12.0, 18.0]])
    same(hessian(product, argnums=(1, 2))(2.0, 3.0, 0.0), matrix)
    same(hessian(product, argnums=(-1, 1))(2.0, 3.0, 0.0), matrix[::-1, ::-1].copy())
    points = [np.full(2, x) for x in (2.0, 3.0, 0.0)]
    same(hessian(product, argnums=(1, 2))(*points), np.repeat(matrix[..., None], 2, axis=2))
    x = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    squares = hessian(lambda w, x: np.sum((x @ w) ** 2), argnums=0)
    same(squares(array(1.0, -1.0), x), 2 * x.T @ x)
    same(squares(array(1.0, -1.0), 2 * x), 8 * x.T @ x)


def test_hessians_take_static_arguments() -> None:
    same(hessian(lambda x, n: x**n, argnums=0)(2.0, 3), 12.0)
    same(hessian(by_mode)(2.0, "square"), 2.0)
    chosen = hessian(lambda x, i: x[i] ** 2 * x[0], argnums=0)
    same(chosen(array(2.0, 3.0), 1), np.array([[0.0, 6.0], [6.0, 4.0]]))
    same(chosen(array(2.0, 3.0), 0), np.array([[12.0, 0.0], [0.0, 0.0]]))


@pytest.mark.parametrize("wrong", ["0", 1.5, True, (0, "1"), (None,), {0: 1.0}.items()], ids=str)
def test_wrong_argnums_are_refused(wrong: Any) -> None:
    for make in (value_and_grad, grad, hessian):
        with pytest.raises(TypeError, match="argnums must be an int or a tuple of ints"):
            make(product, argnums=wrong)
    with pytest.raises(ValueError, match="at least one argument"):
        value_and_grad(product, argnums=())


@both_engines
def test_argnums_that_there_are_not_are_refused_by_number(engine: GradientEngine) -> None:
    for wrong in (3, -4, (0, 5)):
        with pytest.raises(
            ValueError, match=r"argnums names argument (3|-4|5), but the function was given 3"
        ):
            value_and_grad(product, engine, argnums=wrong)(1.0, 2.0, 3.0)


@both_engines
def test_what_is_differentiated_must_be_numbers(engine: GradientEngine) -> None:
    for wrong in ("a", None, [None], 1j):
        with pytest.raises(TypeError, match="an argument must be a real number or an array of such"):
            value_and_grad(product, engine, argnums=0)(wrong, 1.0, 1.0)


def test_what_cannot_be_static_is_refused_by_position() -> None:
    for wrong in ({1, 2}, Tensor(2.0), [Tensor(2.0)], bytearray(b"a")):
        with pytest.raises(TypeError, match="argument 1 is not differentiated"):
            value_and_grad(by_mode, argnums=0)(2.0, wrong)


@both_engines
def test_keywords_are_refused_by_name(engine: GradientEngine) -> None:
    def scaled(x: Any, scale: Any = 1.0) -> Any:
        return x * scale

    slope = grad(scaled, engine)
    for _ in range(2):
        with pytest.raises(TypeError, match="position, not by keyword: scale="):
            slope(2.0, scale=3.0)
        same(slope(2.0), 1.0)
    same(grad(partial(scaled, scale=3.0), engine)(2.0), 3.0)


def test_argnums_in_the_engines_place_are_told_where_to_go() -> None:
    makers: tuple[Any, ...] = (value_and_grad, grad)
    for make in makers:
        with pytest.raises(ValueError, match=r"got \(0, 1\); write argnums=\(0, 1\)"):
            make(product, (0, 1))


def test_an_index_without_argnums_says_how_to_give_it() -> None:
    with pytest.raises(TracingError, match="argnums leaves out"):
        value_and_grad(cross_entropy)(np.ones((2, 3)), np.array([0, 2]))


def test_not_all_static_values_are_kept() -> None:
    slope = grad(lambda x, n: x * n, argnums=0)
    assert [slope(1.0, n) for n in range(200)] == list(map(float, range(200)))
    assert len(slope._others) <= 64


@pytest.mark.parametrize("index", [Tensor(1.0), (Tensor(0.0), 1), (slice(None), Tensor([0.0, 1.0]))])
def test_a_tensor_is_no_index_and_is_told_of_argnums(index: Any) -> None:
    with pytest.raises(IndexError, match=r"must be plain numbers, not a Tensor; .*argnums leaves out"):
        Tensor(np.ones((2, 2)))[index]
    with pytest.raises(IndexError, match="argnums leaves out"):
        value_and_grad(cross_entropy, engine="eager")(np.ones((2, 3)), np.array([0, 2]))


@pytest.mark.parametrize("engine", ENGINES)
def test_places_in_aux_are_ints(engine: GradientEngine) -> None:
    def loss(w: Any) -> Any:
        return np.sum(w * w), (np.argmax(w), np.argsort(w, axis=1), w[0, 0], w, 3)

    w = np.array([[3.0, 1.0], [2.0, 5.0]])
    (_, (place, order, first, *rest)), _ = value_and_grad(loss, engine, has_aux=True)(w)
    assert w.ravel()[place] == 5.0
    np.testing.assert_array_equal(w[0][order[0]], [1.0, 3.0])
    assert (order.dtype.kind, type(first), rest[1]) == ("i", float, 3)
    np.testing.assert_array_equal(rest[0], w)
