"""Long arrays of parameters: in blocks, or by a loop of machine code, each number steps as it does alone."""

from __future__ import annotations

import math
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from autograd import Tensor
from autograd.compiler import compiled
from optimizers import OPTIMIZERS
from optimizers.compiled_step import rule_program
from tests.autograd.cases import Array
from tests.optimizers.case import OptimizerCase, Settings
from tests.optimizers.cases import CASES
from tests.optimizers.functions import LABELS, RUNS

LENGTH = 1001
STEPS = 4


def pull(name: str, settings: Settings, start: Array) -> tuple[Any, Any]:
    """Where some steps lead, with known gradients, and the last state.

    Args:
        name: the optimizer's.
        settings: of it.
        start: the parameter's value.
    """
    parameter = Tensor(start)
    optimizer = OPTIMIZERS[name]([parameter], **settings)
    for step in range(STEPS):
        parameter.grad = np.sin(start * (3 + step)) * (start > 0.1)
        optimizer.step()
    return parameter.data, optimizer.state[0]


def assert_same(found: tuple[Any, Any], expected: tuple[Any, Any]) -> None:
    np.testing.assert_array_equal(found[0], expected[0])
    assert list(found[1]) == list(expected[1])
    for name, term in expected[1].items():
        np.testing.assert_array_equal(found[1][name], term)


@pytest.fixture
def start() -> Array:
    return np.random.default_rng(6).normal(size=LENGTH)


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take few points for many, and many steps for few."""
    monkeypatch.setattr(compiled, "ALONE", 0)
    monkeypatch.setattr(rule_program, "ALONE", 0)
    monkeypatch.setattr(rule_program, "BLOCK", 100)
    monkeypatch.setattr(rule_program, "LOOP_BLOCK", 400)
    monkeypatch.setattr(rule_program, "PAYS", math.inf)
    rule_program._cached.cache_clear()


@pytest.fixture
def loops(many: None, monkeypatch: pytest.MonkeyPatch) -> list[Any]:  # noqa: ARG001  (a fixture)
    """Take a loop from the second step on; the codes of the loops made."""
    made = []
    loop = compiled.Loop

    def remember(*arguments: Any) -> Any:
        made.append(loop(*arguments))
        return made[-1]

    monkeypatch.setattr(rule_program, "PAYS", 0)
    monkeypatch.setattr(rule_program, "Loop", remember)
    return made


@pytest.mark.parametrize(("case", "i"), RUNS, ids=LABELS)
def test_numbers_step_in_blocks_as_they_do_alone(
    case: OptimizerCase, i: int, start: Array, request: pytest.FixtureRequest
) -> None:
    expected = pull(case.name, case.valid[i], start)
    request.getfixturevalue("many")
    assert_same(pull(case.name, case.valid[i], start), expected)
    for k in (0, 1, LENGTH - 1):
        alone, state = pull(case.name, case.valid[i], start[k])
        ulps = 0 if case.looped else 64  # numpy's tanh and exp of one number are not quite those of many
        np.testing.assert_array_max_ulp(alone, expected[0][k], ulps)
        for name, term in state.items():
            there = expected[1][name][k] if np.ndim(expected[1][name]) else term
            np.testing.assert_array_max_ulp(np.asarray(term), np.asarray(there), ulps)


@pytest.mark.parametrize(("case", "i"), RUNS, ids=LABELS)
def test_numbers_step_in_a_loop_as_they_do_in_blocks(
    case: OptimizerCase,
    i: int,
    start: Array,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The loop as Python runs it: what numba makes of it is the next test's."""
    expected = pull(case.name, case.valid[i], start)
    made = request.getfixturevalue("loops")
    monkeypatch.setattr(compiled, "compiled_when_called", lambda loop: loop)
    assert_same(pull(case.name, case.valid[i], start), expected)
    assert len(made) == case.looped * (
        1 + bool(expected[1])
    )  # with a state, of the first step, and of the others


@pytest.mark.parametrize(
    "case", [case for case in CASES if OPTIMIZERS[case.name].elementwise], ids=lambda case: case.name
)
def test_numbers_step_in_machine_code_as_they_do_in_blocks(
    case: OptimizerCase, start: Array, request: pytest.FixtureRequest
) -> None:
    expected = pull(case.name, case.valid[0], start)
    made = request.getfixturevalue("loops")
    assert_same(pull(case.name, case.valid[0], start), expected)
    assert len(made) == case.looped * (1 + bool(expected[1]))


def test_a_loop_is_made_when_it_pays(start: Array, loops: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_program, "PAYS", LENGTH * (STEPS - 1))
    pull("adam", {}, start)  # all but the first of its steps are of one program
    assert len(loops) == 1
    pull("adam", {}, start)
    assert len(loops) == 1


def test_without_numba_numpy_does_the_work(
    start: Array, loops: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = pull("adam", {}, start)
    assert loops.pop()
    loops.clear()
    monkeypatch.setitem(sys.modules, "numba", None)
    rule_program._cached.cache_clear()
    assert_same(pull("adam", {}, start), expected)
    assert not loops


def test_what_is_no_plain_array_steps_all_the_same(start: Array, loops: list[str]) -> None:
    """Gradients with gaps, and parameters whose first index runs fastest."""
    expected, _ = pull("adam", {}, start[:1000])
    parameter = Tensor(np.asfortranarray(start[:1000].reshape(25, 40)))
    gradient = np.zeros((25, 80))
    adam = OPTIMIZERS["adam"]([parameter])
    for step in range(STEPS):
        values = start[:1000].reshape(25, 40)
        gradient[:, ::2] = np.sin(values * (3 + step)) * (values > 0.1)
        parameter.grad = gradient[:, ::2]
        adam.step()
    np.testing.assert_array_equal(np.reshape(parameter.data, -1), expected)
    assert loops


def test_many_threads_step_at_once(start: Array, loops: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "processors", lambda: 3)
    expected = pull("adam", {}, start)
    with ThreadPoolExecutor(8) as pool:
        for found in pool.map(lambda _: pull("adam", {}, start), range(100)):
            assert_same(found, expected)
    assert loops


def test_one_thread_steps_while_another_compiles(start: Array, loops: list[Any]) -> None:
    expected = {name: pull(name, {}, start) for name in ("adam", "rmsprop", "nadam")}
    rule_program._cached.cache_clear()
    with ThreadPoolExecutor(6) as pool:
        for name, found in zip(
            [*expected] * 4, pool.map(lambda n: pull(n, {}, start), [*expected] * 4), strict=True
        ):
            assert_same(found, expected[name])
    assert loops


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no process can be forked here")
@pytest.mark.skipif(sys.version_info >= (3, 12), reason="Python warns of it")
def test_a_forked_process_steps_too(start: Array, loops: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "processors", lambda: 2)
    expected = pull("adam", {}, start)
    assert loops
    assert threading.active_count() > 1
    if not (child := os.fork()):
        try:
            assert_same(pull("adam", {}, start), expected)
            os._exit(0)
        except BaseException:  # noqa: BLE001  (must not go on as the tests)
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0


def test_states_of_any_layout_are_stepped(start: Array) -> None:
    """Terms that somebody has put in place, with their first index running fastest."""
    table = start[:1000].reshape(25, 40)
    plain, other = (OPTIMIZERS["adam"]([Tensor(table)]) for _ in range(2))
    for step in range(STEPS):
        for adam in (plain, other):
            adam.params[0].grad = np.sin(table * (3 + step))
            adam.step()
        for name, term in other.state[0].items():
            other.state[0][name] = np.asfortranarray(term)
    np.testing.assert_array_equal(plain.params[0].data, other.params[0].data)
