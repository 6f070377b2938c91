"""A step gives a parameter a new value: what somebody holds of the old one never changes."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any, final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor
from autograd.graph import node_of
from optimizers import SGD, Adam, ElementwiseOptimizer, NAdam, Optimizer
from optimizers.compiled_step.rule_program import RuleCode, rule_code
from optimizers.optimizer import State
from optimizers.schedules import Exponential, ReduceLROnPlateau
from tests.autograd.cases import Array

SHAPES = ((1,), (2,), (2, 3), (3, 1, 2), (0,), (0, 3), (20_000,))
RNG_SEED = 4


def numbers(shape: tuple[int, ...], seed: int = RNG_SEED) -> Array:
    return np.random.default_rng(seed).normal(size=shape)


def by_rule(optimizer: Optimizer, gradients: list[Any], parameter: Any) -> tuple[list[Any], State]:
    """Where the rule itself leads, step by step, and the state in the end."""
    state: State = {}
    way = [parameter]
    with np.errstate(all="ignore"):
        for step, gradient in enumerate(gradients, start=1):
            parameter, state = optimizer.rule(gradient, parameter, state, step, **optimizer.hyperparameters)
            way.append(parameter)
    return way, state


def swept(graph: tuple[Tensor, Tensor]) -> Array:
    """The gradient that a loss has now; the parameter's own stays what it is."""
    loss, p = graph
    before, p.grad = p.grad, None
    loss.backward()
    found, p.grad = p.grad, before
    return np.array(found)


# Ways to look at a parameter: what is held, and what is seen of it.
LOOKS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Array]]] = {
    "its data": (lambda p: p.data, np.array),
    "a view": (lambda p: p.data.reshape(-1)[:1], np.array),
    "a view of a view": (lambda p: p.data.T[..., :1][..., ::-1], np.array),
    "a memoryview": (lambda p: memoryview(p.data), np.array),
    "a graph": (lambda p: ((p * p).sum(), p), swept),
    "a graph of its data": (lambda p: ((p * p.data).sum(), p), swept),
    "a node that shares its memory": (lambda p: p.reshape((-1,)), lambda node: np.array(node.data)),
}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("kind", [SGD, Adam], ids=lambda kind: kind.__name__)
def test_what_is_looked_at_stays_as_it_was(kind: type[Optimizer], shape: tuple[int, ...], look: str) -> None:
    p, (hold, see) = Tensor(numbers(shape)), LOOKS[look]
    optimizer = kind([p], lr=0.1)
    gradients = [numbers(shape, seed) for seed in range(6)]
    way, _ = by_rule(optimizer, gradients, numbers(shape))
    held = []
    for k, gradient in enumerate(gradients):
        if k % 2 == 0:  # so that one is kept through a step that could be made in place
            held.append(hold(p))
            held.append(see(held[-1]))
        p.grad = gradient
        optimizer.step()
        np.testing.assert_allclose(p.value, way[k + 1], rtol=1e-13, atol=1e-15)
        for look_at, then in zip(held[::2], held[1::2], strict=True):
            np.testing.assert_array_equal(see(look_at), then)


ACTIONS = ("step", "step", "look", "view", "graph", "forget", "edit", "set", "copy")


@given(st.lists(st.sampled_from(ACTIONS), max_size=25), st.sampled_from(SHAPES[:4]))
def test_any_order_of_looks_and_steps(actions: list[str], shape: tuple[int, ...]) -> None:
    p = Tensor(numbers(shape))
    model, rng = np.array(p.data), np.random.default_rng(RNG_SEED)
    optimizer, state, step = SGD([p], lr=0.25, momentum=0.5), State(), 0
    looks: list[tuple[Any, Array]] = []
    graphs: list[tuple[Tensor, Array]] = []
    for action in actions:
        match action:
            case "step":
                p.grad = rng.normal(size=shape)
                step += 1
                model, state = SGD.rule(p.grad, model, state, step, lr=0.25, momentum=0.5)
                optimizer.step()
            case "look" | "view":
                seen = p.data if action == "look" else np.asarray(p.data)[..., :1]
                looks.append((seen, np.array(seen)))
            case "graph":
                graphs.append(((p * p * p).sum(), np.array(model)))
            case "forget":
                looks.clear()
                graphs.clear()
            case "edit":
                data: Any = p.data
                data += 1.0
                model = model + 1.0
                looks = [(x, x + 0.0 if np.shares_memory(x, data) else then) for x, then in looks]
            case "set":
                model = rng.normal(size=shape)
                p.data = model
            case _:
                optimizer, p = copy.deepcopy((optimizer, p))
                looks.clear()  # of another parameter's
                graphs.clear()
    np.testing.assert_allclose(p.data, model, rtol=1e-12, atol=1e-13)
    for seen, then in looks:
        np.testing.assert_array_equal(seen, then)
    for loss, at in graphs:
        p.grad = None
        loss.backward()
        np.testing.assert_allclose(p.grad, 3 * at**2, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("shape", [(1,), (2, 3), (20_000,)], ids=str)
def test_a_step_makes_a_new_value_and_keeps_the_states_arrays(shape: tuple[int, ...]) -> None:
    p = Tensor(numbers(shape))
    optimizer = Adam([p])
    before = p.value
    terms: dict[str, Any] = {}
    for k in range(3):
        p.grad = numbers(shape)
        optimizer.step()
        assert p.value is not before
        np.testing.assert_array_equal(before, numbers(shape))
        terms = terms if k else dict(optimizer.state[0])
        assert all(optimizer.state[0][name] is term for name, term in terms.items())


def test_once_it_is_not_looked_at_any_more_a_graph_takes_it_without_a_copy() -> None:
    p = Tensor([1.0, 2.0])
    optimizer = SGD([p], lr=0.5)
    p.data += 1.0
    p.grad = [1.0, 1.0]
    optimizer.step()
    assert node_of(p * 2).operands[0].value is p.value
    np.testing.assert_array_equal(p.data, [1.5, 2.5])


@pytest.mark.parametrize("order", ["C", "F"])
def test_a_parameter_of_several_axes_steps_as_its_numbers_do(order: Any) -> None:
    table = np.array(numbers((4, 3)), order=order)
    whole, alone = Tensor(table), Tensor(np.ravel(table))
    optimizer = NAdam([whole, alone], lr=0.1)
    for seed in range(5):
        gradient = numbers((4, 3), seed)
        whole.grad, alone.grad = np.array(gradient, order=order), gradient.ravel()
        optimizer.step()
        np.testing.assert_array_equal(np.ravel(whole.data), alone.data)
    assert optimizer.state[0]["exp_avg"].shape == (4, 3)


# Hyperparameters may change between steps.


def test_a_learning_rate_set_by_hand_at_each_step_is_not_compiled_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compiled = []

    def write(*given: Any) -> RuleCode | None:
        compiled.append(given)
        return rule_code(*given)

    monkeypatch.setattr("optimizers.compiled_step.stepper.rule_code", write)
    params = [Tensor(2.0), Tensor([2.0, 2.0])]
    optimizer, expected = Adam(params, lr=1.0), 2.0
    for k in range(20):
        optimizer.hyperparameters["lr"] = 0.5**k
        for p in params:
            p.grad = np.ones(p.shape)
        optimizer.step()
        expected -= 0.5**k  # Adam's steps along a gradient of ones
        np.testing.assert_allclose(params[0].data, expected, atol=1e-7)
        np.testing.assert_allclose(params[1].data, expected, atol=1e-7)
    assert len(compiled) <= 4


@pytest.mark.parametrize("start", [2.0, np.array([2.0, -1.0, 0.5])], ids=["float", "array"])
def test_terms_that_come_and_go_with_a_hyperparameter(start: Any) -> None:
    p = Tensor(start)
    adam, sgd = Adam([p], lr=0.0), SGD([p], lr=0.0, momentum=0.5)
    for flag in (False, True, False):
        adam.hyperparameters["amsgrad"] = flag
        sgd.hyperparameters["momentum"] = 0.5 * (not flag)
        for _ in range(2):
            p.grad = np.ones(p.shape)
            adam.step()
            sgd.step()
        assert ("max_exp_avg_sq" in adam.state[0]) is flag
        assert ("momentum_buffer" in sgd.state[0]) is not flag
    np.testing.assert_allclose(adam.state[0]["exp_avg"], np.full(p.shape, 1 - 0.9**6), rtol=1e-12)


def test_a_number_that_all_share_stays_one_after_arrays_of_hyperparameters() -> None:
    p, twin = Tensor([1.0, 2.0]), Tensor([1.0, 2.0])
    changed, plain = NAdam([p], lr=np.array([0.1, 0.1])), NAdam([twin], lr=0.1)
    for k in range(6):
        changed.hyperparameters["lr"] = np.array([0.1, 0.1]) if k < 3 else 0.1
        p.grad = twin.grad = [1.0, -3.0]
        changed.step()
        plain.step()
        np.testing.assert_allclose(p.data, twin.data, rtol=1e-13)
    assert np.shape(changed.state[0]["mu_product"]) == ()


# Learning rates that watch the loss.


@pytest.mark.parametrize("kind", [float, np.float64, np.array, Tensor, lambda x: Tensor([x])])
def test_a_loss_may_be_any_number(kind: Callable[[float], Any]) -> None:
    p = Tensor([1.0])
    optimizer = SGD([p], lr=ReduceLROnPlateau(0.5, factor=0.5, patience=0))
    for rate in (0.5, 0.5, 0.25, 0.125):
        assert float(np.squeeze(optimizer.rate)) == rate
        p.grad = [0.0]
        optimizer.step(lambda: kind(3.0))


def test_without_its_loss_nothing_moves() -> None:
    p = Tensor(1.0)
    optimizer = SGD([p], lr=ReduceLROnPlateau(0.5))
    p.grad = 1.0
    for closure in (None, lambda: None):
        with pytest.raises(TypeError, match=r"^ReduceLROnPlateau watches the loss: give step\(\) a closure"):
            optimizer.step(closure)
    assert (p.data, optimizer.steps, optimizer.count) == (1.0, [0], 0)


def test_another_learning_rate_may_take_its_place() -> None:
    p = Tensor([0.0])
    optimizer = SGD([p], lr=ReduceLROnPlateau(0.5, factor=0.5, patience=0))
    rates: list[Any] = []
    changes: dict[int, Any] = {
        3: 2.0,
        4: Exponential(1.0, 0.5),
        6: ReduceLROnPlateau(8.0, patience=9),
        8: 1.0,
    }
    for k in range(9):
        optimizer.hyperparameters["lr"] = changes.get(k, optimizer.hyperparameters["lr"])
        before = float(np.squeeze(p.data))
        p.grad = [-1.0]
        optimizer.step(lambda: 1.0)
        rates.append(float(np.squeeze(p.data)) - before)
    assert rates == [0.5, 0.5, 0.25, 2.0, 0.5**4, 0.5**5, 8.0, 8.0, 1.0]


# Rules that cannot be compiled.


@final
class Stubborn(ElementwiseOptimizer):
    """Branches on the step, keeps the gradient as it was given, and gives back what it likes."""

    @staticmethod
    def rule(
        gradient: Any, parameter: Any, state: State, step: int, *, lr: Any = 0.5, give: float = 0.0
    ) -> Any:
        if step > 1 and give == 1:
            return gradient, {"last": gradient}
        if step > 1 and give == 2:
            return state["last"], {"last": state["last"]}
        return np.where(gradient > 0, parameter - lr, parameter + lr), {"last": gradient}


@pytest.mark.parametrize("give", [0.0, 1.0, 2.0])
def test_a_rule_that_cannot_be_compiled_shares_nothing(give: float) -> None:
    p, q = Tensor(1.0), Tensor([1.0, 2.0])
    optimizer = Stubborn([p, q], give=give)
    for _ in range(3):
        p.grad, q.grad = 1.0, [1.0, -1.0]
        optimizer.step()
        assert type(p.value) is float
        then = np.array(q.data)
        gradient: Any = q.grad
        gradient[:] = 99.0
        np.testing.assert_array_equal(q.data, then)
        (2 * p).backward()
        assert type(p.grad) is float


def test_arrays_of_hyperparameters_for_a_float_are_refused() -> None:
    p = Tensor(1.0)
    p.grad = 1.0
    with pytest.raises(ValueError, match=r"data must keep its shape, \(\), not \(2,\)"):
        SGD([p], lr=np.array([0.1, 0.2])).step()
    assert p.data == 1.0


class TwoGradients(ElementwiseOptimizer):
    """Remembers two gradients, and where it was: terms that move on from one place to the next."""

    @staticmethod
    def rule(gradient: Any, parameter: Any, state: State, step: int, *, lr: Any = 0.1) -> Any:  # noqa: ARG004
        last, before = state.get("last", 0.0 * gradient), state.get("before", 0.0 * gradient)
        moved = parameter - lr * (gradient + 0.5 * last + 0.25 * before)
        return moved, {"last": gradient, "before": last, "was": parameter, "old": state.get("was", parameter)}


class Swaps(ElementwiseOptimizer):
    """Goes where its term has been, and the other way round."""

    @staticmethod
    def rule(gradient: Any, parameter: Any, state: State, step: int) -> Any:  # noqa: ARG004
        return state.get("place", gradient), {"place": parameter}


@pytest.mark.parametrize("kind", [TwoGradients, Swaps], ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("shape", [(3,), (2, 2), (20_000,)], ids=str)
def test_terms_may_change_places(kind: type[Optimizer], shape: tuple[int, ...]) -> None:
    p = Tensor(numbers(shape))
    optimizer = kind([p])
    gradients = [numbers(shape, seed) for seed in range(5)]
    way, state = by_rule(optimizer, gradients, p.data)
    for gradient, expected in zip(gradients, way[1:], strict=True):
        p.grad = gradient
        optimizer.step()
        np.testing.assert_allclose(p.data, expected, rtol=1e-13, atol=1e-15)
    for name, term in state.items():
        np.testing.assert_array_equal(optimizer.state[0][name], term)


# Copies.


@pytest.mark.parametrize("transport", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])  # noqa: S301
def test_an_optimizer_that_has_run_can_be_copied_with_its_parameters(transport: Callable[[Any], Any]) -> None:
    params = [Tensor(1.0), Tensor([1.0, -2.0])]
    optimizer = Adam(params, lr=ReduceLROnPlateau(0.5, patience=1))

    def step(optimizer: Optimizer, params: list[Tensor]) -> None:
        for p in params:
            p.grad = 2.0 * p.data
        optimizer.step(lambda: 1.0)

    for _ in range(3):
        step(optimizer, params)
    twin, twins = transport((optimizer, params))
    for _ in range(3):
        step(optimizer, params)
        step(twin, twins)
    for p, q in zip(params, twins, strict=True):
        np.testing.assert_array_equal(p.data, q.data)
    assert twin.rate == optimizer.rate


class Plain:
    """A parameter that is no Tensor."""

    def __init__(self, data: Any) -> None:
        self.data, self.grad = data, None


def test_parameters_need_be_no_tensors() -> None:
    params: list[Any] = [Plain(1.0), Plain(np.array([1.0, 2.0])), Plain(np.array(3.0)), Plain(4.0)]
    optimizer = SGD(params, lr=0.5)
    held = params[1].data
    for p in params[:3]:
        p.grad = np.ones(np.shape(p.data))
    for _ in range(2):
        optimizer.step()
    assert [np.ravel(p.data).tolist() for p in params] == [[0.0], [0.0, 1.0], [2.0], [4.0]]
    assert optimizer.steps == [2, 2, 2, 0]
    np.testing.assert_array_equal(held, [1.0, 2.0])
