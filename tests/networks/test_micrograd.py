"""micrograd's own demo, moons and a max-margin loss: recorded, and live where micrograd is installed."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, draw_dot, draw_graph
from networks import MLP, Layer, Module, Neuron, losses
from optimizers import SGD
from tests.oracle.record_micrograd import FILE, STEPS, STRENGTH, demo_model, train, weights

RECORDED = dict(np.load(FILE))
START = {key.removeprefix("start/"): x for key, x in RECORDED.items() if key.startswith("start/")}
END = {key.removeprefix("end/"): x for key, x in RECORDED.items() if key.startswith("end/")}


class Neurons(Module):
    """The demo's network of scalar Tensors."""

    def __init__(self) -> None:
        self.layers = [Layer(2, 16), Layer(16, 16), Layer(16, 1, nonlin=False)]
        for i, layer in enumerate(self.layers):
            for j, neuron in enumerate(layer.neurons):
                neuron.b.data = START[f"layers.{i}.bias"][j]
                for k, w in enumerate(neuron.w):
                    w.data = START[f"layers.{i}.weight"][j, k]

    def forward(self, x: Any) -> Any:
        for layer in self.layers:
            x = layer(x)
        return x


def trained(steps: int) -> tuple[MLP, list[float]]:
    """The demo's network as a batched MLP, trained as in the demo."""
    model = MLP([2, 16, 16, 1])
    model.load_state_dict(START)
    optimizer = SGD(model.parameters(), lr=lambda step: 1.0 - 0.9 * step / 100)
    found = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = losses.hinge_loss(model(RECORDED["inputs"]), RECORDED["signs"])
        loss = loss + losses.l2_penalty(model.parameters(), STRENGTH)
        loss.backward()
        optimizer.step()
        found.append(loss.item())
    return model, found


def test_the_batched_network_trains_as_in_micrograd_to_every_point_right() -> None:
    model, found = trained(STEPS)
    np.testing.assert_allclose(found, RECORDED["losses"], rtol=1e-8)
    for name, value in model.state_dict().items():
        np.testing.assert_allclose(value, END[name], rtol=1e-7, atol=1e-9)
    assert RECORDED["accuracies"][-1] == 1.0
    assert losses.accuracy(model(RECORDED["inputs"]), RECORDED["signs"]) == 1.0


def test_scalar_and_array_graph_give_the_same_weights() -> None:
    scalar, steps = Neurons(), 3
    found, _ = train(scalar, Tensor, RECORDED["inputs"], RECORDED["signs"], steps)
    model, expected = trained(steps)
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    state = model.state_dict()
    for name, value in weights(scalar).items():
        np.testing.assert_allclose(value, state[name], rtol=0, atol=1e-10)


def test_the_demo_runs_with_its_value_replaced_by_tensor(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("micrograd")
    monkeypatch.setattr(importlib.import_module("micrograd.nn"), "Value", Tensor)
    model = demo_model()
    found, accuracies = train(model, Tensor, RECORDED["inputs"], RECORDED["signs"], 3)
    assert all(type(parameter) is Tensor for parameter in model.parameters())
    np.testing.assert_allclose(found, RECORDED["losses"][:3], rtol=1e-12)
    assert accuracies == RECORDED["accuracies"][:3].tolist()


def test_a_neuron_is_drawn() -> None:
    out = Neuron(2, rng=0)([Tensor(1.0), Tensor(-2.0)])
    out.backward()
    for draw, edges in ((draw_graph, 9), (draw_dot, 14)):  # the second has a node for each operation
        source = draw(out).source
        assert "ReLU" in source
        assert source.count(" -> ") == edges


def test_a_neuron_refuses_other_inputs() -> None:
    with pytest.raises(ValueError, match=r"a neuron of 2 inputs cannot take \[1.0\]"):
        Neuron(2)([1.0])
