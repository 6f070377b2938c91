"""Modules and layers: shapes, names, initialisation, states, and PyTorch's numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, check_gradients
from networks import MLP, Dropout, Linear, Module, functional_call, gelu
from networks.initialisation import INITIALISATIONS
from networks.layers import ACTIVATIONS


class Tied(Module):
    """A layer that stands in two places, and one in a tuple."""

    def __init__(self) -> None:
        self.first = Linear(2, 2, rng=0)
        self.again = self.first
        self.more = (Linear(2, 1, bias=False, rng=1), [Tensor(1.0)])
        self.constant = np.ones(2)

    def forward(self, x: Any) -> Any:
        return self.more[0](self.again(self.first(x))) + self.more[1][0]


def test_parameters_are_named_once_and_in_order() -> None:
    names = ["first.weight", "first.bias", "more.0.weight", "more.1.0"]
    assert [name for name, _ in Tied().named_parameters()] == names


def test_linear_has_torchs_shapes_and_values() -> None:
    layer = Linear(3, 2, rng=0)
    assert layer.weight.shape == (2, 3)
    assert layer.bias is not None
    assert layer.bias.shape == (2,)
    x = np.arange(12.0).reshape(4, 3)
    np.testing.assert_array_equal(layer(x).data, x @ layer.weight.numpy().T + layer.bias.numpy())
    assert len(Linear(3, 2, bias=False).parameters()) == 1


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gradients_of_all_parameters_are_right(activation: str) -> None:
    model = MLP([3, 4, 2], activation, rng=1)
    x = np.random.default_rng(0).normal(size=(5, 3))
    names, values = zip(*((name, t.numpy()) for name, t in model.named_parameters()), strict=True)

    def loss(*weights: Any) -> Any:
        out = functional_call(model, dict(zip(names, weights, strict=True)), x)
        return (out * out).sum()

    check_gradients(loss, *values)


def test_gelu_is_exact() -> None:
    x = np.array([-3.0, -0.5, 0.0, 2.0])
    expected = [v * 0.5 * math.erfc(-v / math.sqrt(2)) for v in x]
    np.testing.assert_allclose(gelu(x), expected, rtol=1e-12)


@pytest.mark.parametrize("init", INITIALISATIONS)
def test_initialisations_have_the_stated_spread(init: str) -> None:
    fan_in, fan_out = 300, 200
    weight = Linear(fan_in, fan_out, init=init, rng=0).weight.numpy()
    variance = {
        "default": 1 / (3 * fan_in),
        "kaiming_uniform": 2 / fan_in,
        "kaiming_normal": 2 / fan_in,
        "xavier_uniform": 2 / (fan_in + fan_out),
        "xavier_normal": 2 / (fan_in + fan_out),
    }[init]
    assert abs(weight.var() / variance - 1) < 0.02
    if init.endswith("uniform") or init == "default":
        assert abs(weight).max() <= math.sqrt(3 * variance)


def test_a_generator_decides_the_weights() -> None:
    one, same, other = (MLP([2, 3, 1], rng=seed).state_dict() for seed in (0, np.random.default_rng(0), 1))
    assert all((one[name] == same[name]).all() for name in one)
    assert not all((one[name] == other[name]).all() for name in one)


def test_state_dict_comes_back() -> None:
    one, other = MLP([2, 3, 1], rng=0), MLP([2, 3, 1], rng=1)
    state = one.state_dict()
    other.load_state_dict(state)
    x = np.ones((4, 2))
    np.testing.assert_array_equal(one(x).data, other(x).data)
    state["layers.0.weight"][:] = 0.0
    assert one.layers[0].weight.data.any()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"layers.0.wieght": 1.0}, "unknown parameter 'layers.0.wieght'; did you mean 'layers.0.weight'?"),
        ({"layers.0.bias": np.ones(2)}, "parameter 'layers.0.bias' must have the shape (3,), not (2,)"),
        ({"layers.0.bias": ["a", "b", "c"]}, "parameter 'layers.0.bias' must consist of real numbers"),
        ({"layers.0.bias": None}, "parameter 'layers.0.bias' is missing"),
    ],
)
def test_a_foreign_state_is_refused_and_changes_nothing(change: dict[str, Any], words: str) -> None:
    model = MLP([2, 3, 1], rng=0)
    before = model.state_dict()
    state = {name: value * 0 for name, value in before.items()} | change
    if state["layers.0.bias"] is None:
        del state["layers.0.bias"]
    with pytest.raises(ValueError, match="parameter") as error:
        model.load_state_dict(state)
    assert words in str(error.value)
    assert all((model.state_dict()[name] == before[name]).all() for name in before)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: MLP([2]), "sizes must be two numbers or more, from inputs to outputs, not (2,)"),
        (lambda: MLP([2, 0, 1]), "sizes[1] must be a positive int, not 0"),
        (lambda: MLP([2, 1.5, 1]), "sizes[1] must be a positive int, not 1.5"),  # type: ignore[list-item]
        (lambda: MLP([2, 1], "rellu"), "unknown activation 'rellu'; did you mean 'relu'?"),
        (lambda: Linear(2, 1, init="he"), "unknown initialisation 'he'"),
        (lambda: Linear(2, -1), "out_features must be a positive int, not -1"),
        (lambda: Dropout(1.0), "p must be in [0, 1), not 1.0"),
    ],
)
def test_bad_arguments_are_refused(make: Any, words: str) -> None:
    with pytest.raises(ValueError, match=r"must be|unknown") as error:
        make()
    assert words in str(error.value)


def test_functional_call_leaves_the_model_alone_and_takes_plain_arrays() -> None:
    model = MLP([2, 3, 1], rng=0)
    x = np.ones((4, 2))
    before = model(x).data
    other = {name: 2 * value for name, value in model.state_dict().items()}
    plain = functional_call(model, other, x)
    assert type(plain) is np.ndarray
    np.testing.assert_array_equal(model(x).data, before)
    model.load_state_dict(other)
    np.testing.assert_array_equal(model(x).data, plain)
    with pytest.raises(ValueError, match="unknown parameter 'weight'"):
        functional_call(model, {"weight": x}, x)


def test_train_and_eval_reach_every_module() -> None:
    model = MLP([2, 8, 1], rng=0, dropout=0.5)
    x = np.ones((4, 2))
    assert (model(x).data != model(x).data).any()
    model.eval()
    assert not any(module.training for module in model.modules())
    np.testing.assert_array_equal(model(x).data, model(x).data)
