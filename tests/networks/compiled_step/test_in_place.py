"""Code that works in place computes what code that allocates does, at every call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import logsumexp, relu, sigmoid, softmax, softplus
from autograd.compiler.compiled import Arrays
from autograd.compiler.program import Simplify
from autograd.compiler.tracing import as_number, gradients, trace
from networks import gelu, losses
from networks.compiled_step.in_place import InPlace

SHAPES = ((4, 3), (3,), (3, 2), ())

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "linear": lambda a, b, c, s: np.sum(np.tanh((a + b) @ c) ** 2) * s,
    "relu": lambda a, b, c, s: np.sum(relu(relu(a * b) @ c - s)),
    "sigmoid and softplus": lambda a, b, c, s: np.mean(sigmoid(a) * softplus(b)) + np.sum(c * s),
    "gelu": lambda a, b, c, s: np.mean(gelu(a) @ c) + np.sum(b) * s,
    "softmax": lambda a, b, c, s: np.sum(softmax(a, axis=1) @ c) + logsumexp(b) * s,
    "cross-entropy": lambda a, b, c, s: losses.cross_entropy(a * s, np.arange(4.0) % 3) + np.sum(b @ c),
    "transposes": lambda a, b, c, s: np.sum((c.T @ a.T).T * s) + np.sum(b * a.T[:, 0]),
    "a gap reshaped": lambda a, b, c, s: np.sum(np.reshape(a.T * s, (2, 6)) ** 2) + np.sum(b @ c),
    "slices": lambda a, b, c, s: np.sum(a[1:3] * b * s) + c[0, 1] * a[0, 0],
    "chosen rows": lambda a, b, c, s: np.sum(a[[2, 0, 2]] @ c) * s + np.sum(b),
    "where of arrays": lambda a, b, c, s: np.sum(np.where(a > s, a * b, b - a)) + np.sum(c),
    "where over the second": lambda a, b, c, s: np.sum(np.where(a > 0, 1.0, a * b)) * s + np.sum(c),
    "where of numbers": lambda a, b, c, s: np.sum(np.where(a > b, 2.0, -1.0) * a) * s + np.sum(c),
    "where by a number": lambda a, b, c, s: np.sum(np.where(s > 0, a, b)) + np.sum(c),
    "truths": lambda a, b, c, s: np.sum(a > b) * s + np.sum(((a > 0) | (b > 0)) * a) + np.sum(c),
    "extremes": lambda a, b, c, s: np.sum(np.max(a, axis=1)) * s + np.min(c) + np.max(np.maximum(a, b)),
    "joined": lambda a, b, c, s: np.sum(np.concatenate([a[0], b, c[:, 0] * s]) ** 2)
    + np.sum(np.stack([b, b * s])),
    "powers": lambda a, b, c, s: np.sum((a * a + 1) ** 1.5) / s + np.sum(b**3) + np.sum(np.sqrt(c * c)),
    "sorted": lambda a, b, c, s: np.sum(np.sort(a, axis=1) * b) * s + np.sum(c),
    "used twice": lambda a, b, c, s: np.sum(a * a + a) + np.sum(b * np.sum(a)) * s + np.sum(c),
    "through vectors": lambda a, b, c, s: (a @ b) @ (a @ b) * s + np.sum(b @ c),
    "of numbers": lambda a, b, c, s: np.sum(a) / (1 - 0.9**s) + np.sum(b) * s**0.5 + np.sum(c) * np.sin(s),
}  # fmt: skip


def programs(function: Callable[..., Any]) -> tuple[Any, Any]:
    """The program of a function, its gradients, and inputs moved along them; and the same joined in one."""
    program, symbols, value = trace(function, SHAPES)
    slopes = gradients(value, symbols)
    moved = [x - 0.1 * slope for x, slope in zip(symbols, slopes, strict=True)]
    flat = np.concatenate(
        [np.reshape(slope + np.zeros(np.shape(x)), (-1,)) for x, slope in zip(symbols, slopes, strict=True)]
    )
    program.outputs = [as_number(program, y) for y in (value, flat, *moved[:3], moved[3] * 1.0)]
    return program.simplified(Simplify.EXACTLY), symbols


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_numbers_are_those_of_code_that_allocates(name: str) -> None:
    program, _ = programs(FUNCTIONS[name])
    rng = np.random.default_rng(0)
    a, b, c = (rng.normal(size=shape) for shape in SHAPES[:3])
    held = {0: a.copy(), 2: c.copy()}
    code = InPlace(program, held, {2: 0, 4: 2})
    plain = Arrays(program)
    for s in (0.5, 2.0, 1.5):
        expected = plain.call(a, b, c, s)
        loss, flat, moved, number = code.call(b, s)
        a, c = expected[2], expected[4]
        for found, right in zip((loss, flat, held[0], moved, held[2], number), expected, strict=True):
            np.testing.assert_allclose(found, right, rtol=1e-14, atol=1e-15)
        b = b + 0.01


def test_outputs_that_are_each_others_inputs_are_exchanged() -> None:
    program, (a, b), _ = trace(lambda a, b: None, ((2,), (2,)))
    program.outputs = [b.number, a.number]
    held = {0: np.array([1.0, 2.0]), 1: np.array([3.0, 4.0])}
    code = InPlace(program, held, {0: 0, 1: 1})
    assert code.call() == ()
    assert (held[0].tolist(), held[1].tolist()) == ([3.0, 4.0], [1.0, 2.0])


def test_nothing_is_allocated_for_a_layer_and_its_gradient() -> None:
    program, _ = programs(FUNCTIONS["linear"])
    source = InPlace(program, {}, {}).source
    assert " = " not in source
    assert "dot(" in source
