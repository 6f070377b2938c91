"""Optimizers that torch.optim lacks, against steps worked by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd import Tensor
from optimizers import OPTIMIZERS, SGD
from tests.optimizers.case import Settings, Worked
from tests.optimizers.cases import CASES

WORKED = [
    pytest.param(case.name, worked, id=f"{case.name} {worked.what}")
    for case in CASES
    for worked in case.worked
]


@pytest.mark.parametrize(("name", "worked"), WORKED)
def test_steps_are_those_worked_by_hand(name: str, worked: Worked) -> None:
    param = Tensor(worked.start)
    optimizer = OPTIMIZERS[name]([param], **worked.settings)
    for gradient, position in zip(worked.gradients, worked.positions, strict=True):
        param.grad = gradient
        optimizer.step()
        np.testing.assert_allclose(param.data, position, rtol=1e-14, atol=1e-15)
    assert optimizer.state[0].keys() == worked.terms.keys()
    for term, value in worked.terms.items():
        np.testing.assert_allclose(optimizer.state[0][term], value, rtol=1e-14)


def test_every_rule_that_torch_lacks_is_worked_by_hand() -> None:
    # Those of the whole vector have modules of their own, as `test_newton`.
    lacking = {case.name for case in CASES if case.torch is None and case.elementwise}
    assert {case.name for case in CASES if case.worked} == lacking


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
