"""Newton's method, by closed forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd import Tensor
from optimizers.newton import Newton
from tests.optimizers.closures import closure_of, values


def test_a_quadratics_minimum_is_reached_in_one_step() -> None:
    random = np.random.default_rng(4)
    root = random.normal(size=(5, 5))
    matrix, target = root @ root.T + np.eye(5), random.normal(size=5)
    params = [Tensor(1.0), Tensor([[2.0, 3.0], [-4.0, 5.0]])]

    def loss(a: Any, b: Any) -> Any:
        x = np.concatenate([np.reshape(a, (1,)), np.reshape(b, (4,))]) - target
        return 0.5 * (x @ matrix @ x)

    newton = Newton(params, damping=0.0)
    newton.step(closure_of(newton, loss))
    np.testing.assert_allclose(np.concatenate([np.ravel(x) for x in values(newton)]), target, rtol=1e-12)
    assert newton.evaluations == 1 + 5
    state = newton.state[0]
    np.testing.assert_allclose(state["hessian"], matrix, rtol=1e-13)
    np.testing.assert_allclose(state["eigenvalues"], np.linalg.eigvalsh(matrix), rtol=1e-12)


def test_a_step_solves_with_the_damped_hessian() -> None:
    start, lr, damping = np.array([0.7, -1.1]), 0.4, 0.3
    u, v = start
    hessian = np.array([[np.exp(u) + 2 * v * v, 4 * u * v + 3], [4 * u * v + 3, 2 * u * u + 12 * v * v]])
    hessian[0, 1] = hessian[1, 0] = 4 * u * v + 0.5
    gradient = np.array([np.exp(u) + 2 * u * v * v + 0.5 * v, 2 * u * u * v + 4 * v**3 + 0.5 * u])
    assert np.all(np.linalg.eigvalsh(hessian) > 0)
    newton = Newton([Tensor(u), Tensor(v)], lr=lr, damping=damping)
    newton.step(closure_of(newton, lambda u, v: np.exp(u) + u * u * v * v + v**4 + 0.5 * u * v))
    direction = -np.linalg.solve(hessian + damping * np.eye(2), gradient)
    np.testing.assert_allclose(values(newton), start + lr * direction, rtol=1e-12)
    np.testing.assert_allclose(newton.state[0]["direction"], direction, rtol=1e-12)


def test_one_number_is_worked_by_hand() -> None:
    # x^4 at 1: g = 4, H = 12; damped by 4: 1 - 4 / 16. At 0.75: g = 27/16, H = 27/4.
    newton = Newton([Tensor(1.0)], damping=4.0)
    closure = closure_of(newton, lambda x: x**4)
    newton.step(closure)
    assert values(newton) == [0.75]
    newton.step(closure)
    np.testing.assert_allclose(values(newton), 0.75 - (27 / 16) / (27 / 4 + 4), rtol=1e-15)
    assert newton.evaluations == 4


def test_a_saddle_is_left() -> None:
    # Newton's own step would end in the saddle (0, 0); here v doubles, as u goes to 0.
    newton = Newton([Tensor(1.0), Tensor(0.125)], damping=0.0)
    closure = closure_of(newton, lambda u, v: 0.5 * u * u - 0.5 * v * v)
    for v in (0.25, 0.5, 1.0):
        newton.step(closure)
        assert values(newton) == [0, v]


def test_a_maximum_is_left_downhill() -> None:
    newton = Newton([Tensor(0.5)], damping=0.0)
    newton.step(closure_of(newton, np.cos))
    np.testing.assert_allclose(values(newton), 0.5 + np.tan(0.5), rtol=1e-14)


def test_damping_bounds_the_step_where_the_loss_is_flat() -> None:
    newton = Newton([Tensor(0.0), Tensor(3.0)], damping=0.5)
    newton.step(closure_of(newton, lambda u, v: 2 * u + v * v))
    np.testing.assert_allclose(values(newton), [-4, 3 - 6 / 2.5], rtol=1e-14)


def test_where_there_is_no_hessian_there_is_no_step_but_nan() -> None:
    losses: list[Callable[[Any], Any]] = [lambda x: np.sqrt(x).sum(), lambda x: np.sqrt(x.sum())]
    for loss in losses:  # its matrix has infinite numbers on its diagonal; has them everywhere
        newton = Newton([Tensor([0.0, 0.0, 0.0])])
        newton.step(closure_of(newton, loss))
        assert np.all(np.isnan(values(newton)[0]))
