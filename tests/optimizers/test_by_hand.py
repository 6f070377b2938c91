"""Optimizers that torch.optim lacks, against steps worked by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd import Tensor
from optimizers import OPTIMIZERS, SGD
from tests.optimizers.case import Settings
from tests.optimizers.cases import CASES

# An optimizer, its settings, where it starts, the gradients that it is given, where it is after each, and
# the terms that it keeps in the end.
WORKED: dict[str, tuple[str, Settings, float, list[float], list[float], dict[str, float]]] = {
    # c = 0.1 * 2, 0.9 * 0.02 - 0.1 * 0.1 = 0.008, 0.9 * 0.0188 - 0.1 * 3 = -0.28308, 0;
    # m = 0.02, 0.99 * 0.02 - 0.01 * 0.1 = 0.0188, 0.99 * 0.0188 - 0.01 * 3 = -0.011388.
    "lion rolls over a small bump and turns at a steep one": (
        "lion", {"lr": 0.25}, 1.0, [2.0, -0.1, -3.0], [0.75, 0.5, 0.75], {"exp_avg": -0.011388}
    ),
    # p - 0.5 (1 + 0.5 p) = 0.75 p - 0.5; the second c is 0.5 * 3 - 0.5 * 3 = 0, and then p shrinks only:
    # 0.75 p; the third is 0.5 * -1.5 + 0.5 * 1 = -0.25: 0.75 p + 0.5. m = 3, 0.25 * 3 - 0.75 * 3 = -1.5 and
    # 0.25 * -1.5 + 0.75 * 1.
    "lion stands still, but for its decay, at a mean of zero": (
        "lion", {"lr": 0.5, "betas": (0.5, 0.25), "weight_decay": 0.5},
        2.0, [4.0, -3.0, 1.0], [1.0, 0.75, 1.0625], {"exp_avg": 0.375},
    ),
    # Without memory c is the gradient and m is it too: steps by its sign, however steep it is.
    "lion without memory": (
        "lion", {"lr": 0.25, "betas": (0.0, 0.0)},
        0.0, [1e300, -1e-300, 0.0, -7.0], [-0.25, 0.0, 0.0, 0.25], {"exp_avg": -7.0},
    ),
}  # fmt: skip


@pytest.mark.parametrize("worked", WORKED)
def test_steps_are_those_worked_by_hand(worked: str) -> None:
    name, settings, start, gradients, positions, terms = WORKED[worked]
    param = Tensor(start)
    optimizer = OPTIMIZERS[name]([param], **settings)
    for gradient, position in zip(gradients, positions, strict=True):
        param.grad = gradient
        optimizer.step()
        np.testing.assert_allclose(param.data, position, rtol=1e-14, atol=1e-15)
    assert optimizer.state[0].keys() == terms.keys()
    for term, value in terms.items():
        np.testing.assert_allclose(optimizer.state[0][term], value, rtol=1e-14)


def test_every_rule_that_torch_lacks_is_worked_by_hand() -> None:
    # Those of the whole vector have modules of their own, as `test_newton`.
    lacking = {case.name for case in CASES if case.torch is None and case.elementwise}
    assert {name for name, *_ in WORKED.values()} == lacking


def test_torch_still_lacks_them() -> None:
    torch: Any = pytest.importorskip("torch")
    assert not [case.name for case in CASES if case.torch is None and hasattr(torch.optim, case.name.title())]


@pytest.mark.parametrize("start", [1.0, np.array([1.0, 1.0])], ids=["float", "array"])
def test_momentum_that_is_switched_on_later_begins_with_the_whole_gradient(start: Any) -> None:
    # As in PyTorch: b = 4, then 0.9 * 4 + 0.5 * 5 = 6.1 and 0.9 * 6.1 + 0.5 * 6 = 8.49.
    x, places = Tensor(start), []
    sgd = SGD([x], lr=0.1, dampening=0.5)
    for gradient in (1.0, 2.0, 3.0, 4.0, 5.0, 6.0):
        if gradient == 4:
            sgd.hyperparameters["momentum"] = 0.9
        x.grad = gradient * np.ones(np.shape(start))
        sgd.step()
        places.append(np.ravel(x.data)[-1])
    np.testing.assert_allclose(places, [0.9, 0.7, 0.4, 0.0, -0.61, -1.459], rtol=0, atol=1e-15)


def test_the_first_momentum_is_not_the_gradient_itself() -> None:
    settings: Settings
    for settings in ({"momentum": 0.9}, {"momentum": np.array([0.9, 0.8])}):
        x = Tensor([1.0, 2.0])
        sgd = SGD([x], **settings)
        x.grad = np.array([1.0, 3.0])
        sgd.step()
        x.grad[:] = 7.0
        np.testing.assert_array_equal(sgd.state[0]["momentum_buffer"], [1.0, 3.0])
