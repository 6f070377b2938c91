"""L-BFGS follows torch.optim's, step by step, evaluation by evaluation, and keeps the same terms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd import Tensor
from optimizers import lbfgs as lbfgs_module
from optimizers.lbfgs import LBFGS
from optimizers.optimizer import State
from surfaces import get_surface
from tests.autograd.cases import Array
from tests.optimizers.case import STEPS, Settings
from tests.optimizers.closures import closure_of, values
from tests.optimizers.functions import FUNCTIONS
from tests.oracle.record_lbfgs import LBFGS_FILE, SETTINGS, STARTS, WOLFE, record_descent
from tests.oracle.record_torch import Recording, unpack

RECORDED = unpack(LBFGS_FILE)


def descend(settings: Settings, function: str) -> tuple[Recording, LBFGS]:
    """A descent of our L-BFGS, as `record_descent` gives torch's."""
    lbfgs = LBFGS([Tensor(x) for x in STARTS[function]], **settings)
    closure = closure_of(lbfgs, FUNCTIONS[function])
    positions, losses, evaluations = [values(lbfgs)], [], []
    for _ in range(STEPS):
        losses.append(float(lbfgs.step(closure)))
        positions.append(values(lbfgs))
        evaluations.append(lbfgs.state[0]["func_evals"])
    state = {f"state/{name}": np.array(term) for name, term in lbfgs.state[0].items()}
    for name in ("state/old_dirs", "state/old_stps"):
        state[name] = state[name].reshape(-1, 2)
    found = {"positions": positions, "losses": losses, "evaluations": evaluations} | state
    return {name: np.array(numbers) for name, numbers in found.items()}, lbfgs


def assert_same_descent(label: str, function: str, twin: Recording) -> None:
    ours, lbfgs = descend(SETTINGS[label], function)
    scale = np.maximum(np.abs(twin["positions"]), 1e-3)  # no coordinate is measured against its zero
    assert np.max(np.abs(ours["positions"] - twin["positions"]) / scale) < 1e-10
    np.testing.assert_allclose(ours["losses"], twin["losses"], rtol=1e-10, atol=1e-14)
    np.testing.assert_array_equal(ours["evaluations"], twin["evaluations"])
    assert lbfgs.evaluations == twin["evaluations"][-1]
    assert ours.keys() == twin.keys()
    for name in ours.keys() - {"positions", "losses"}:
        assert ours[name].shape == twin[name].shape
    for name in ("n_iter", "func_evals"):
        assert ours[f"state/{name}"] == twin[f"state/{name}"]


@pytest.mark.parametrize("function", STARTS)
@pytest.mark.parametrize("label", SETTINGS)
def test_a_descent_is_torchs(label: str, function: str) -> None:
    prefix = f"{label}/{function}/"
    twin = {key.removeprefix(prefix): x for key, x in RECORDED.items() if key.startswith(prefix)}
    assert len(twin["positions"]) == STEPS + 1
    assert_same_descent(label, function, twin)


@pytest.mark.parametrize("function", STARTS)
@pytest.mark.parametrize("label", SETTINGS)
def test_a_descent_is_that_of_the_torch_at_hand(label: str, function: str) -> None:
    torch: Any = pytest.importorskip("torch")
    assert_same_descent(label, function, record_descent(torch, SETTINGS[label], function))


def test_the_recorded_settings_differ_and_use_every_hyperparameter() -> None:
    assert set().union(*SETTINGS.values()) == set(LBFGS.defaults())
    for function in STARTS:
        ends = [np.sum(RECORDED[f"{label}/{function}/positions"], axis=0) for label in SETTINGS]
        assert len(np.unique(np.round(ends, 6), axis=0)) >= len(SETTINGS) - 4


def test_the_terms_have_torchs_numbers_while_it_is_on_its_way() -> None:
    # At their ends the descents are at rest, and changes of the gradient are nothing but rounding.
    for label, function in (
        ("gentle, without line search", "quadratic"),
        ("gentle, without line search", "rosenbrock"),
    ):
        ours, _ = descend(SETTINGS[label], function)
        for name, term in ours.items():
            np.testing.assert_allclose(term, RECORDED[f"{label}/{function}/{name}"], rtol=1e-6, err_msg=name)


def test_defaults_are_torchs() -> None:
    assert LBFGS.defaults() == {
        "lr": 1, "max_iter": 20, "max_eval": None, "tolerance_grad": 1e-7, "tolerance_change": 1e-9,
        "history_size": 100, "line_search_fn": None,
    }  # fmt: skip


def test_the_first_step_is_no_longer_than_lr() -> None:
    # Not by more than lr in all, and along a slope of less than 1 by lr times that.
    for slope, moved in ((8.0, 0.5), (-2.0, -0.5), (0.25, 0.125)):
        lbfgs = LBFGS([Tensor(1.0)], lr=0.5, max_iter=1)
        lbfgs.step(closure_of(lbfgs, lambda x, slope=slope: slope * x))
        assert values(lbfgs) == [1 - moved]


def test_a_history_as_long_as_the_vector_minimizes_a_quadratic_in_few_steps() -> None:
    # With exact line searches L-BFGS makes the steps of conjugate gradients: n of them on n numbers.
    random = np.random.default_rng(2)
    root = random.normal(size=(6, 6))
    matrix, target = root @ root.T + 0.5 * np.eye(6), random.normal(size=6)
    x = Tensor(np.zeros(6))
    lbfgs = LBFGS([x], **WOLFE, max_iter=60, max_eval=200, tolerance_change=0.0)
    lbfgs.step(closure_of(lbfgs, lambda x: 0.5 * ((x - target) @ matrix @ (x - target))))
    np.testing.assert_allclose(x.data, target, atol=1e-6)
    assert lbfgs.state[0]["n_iter"] < 40
    # What it remembers is the curvature: H y = s for the last pair.
    state = lbfgs.state[0]
    np.testing.assert_allclose(matrix @ state["old_stps"][-1], state["old_dirs"][-1], rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(state["ro"][-1] * (state["old_stps"][-1] @ state["old_dirs"][-1]), 1)


def test_the_history_keeps_the_last_pairs_only() -> None:
    short, long = (LBFGS([Tensor([3.0, -1.0, 2.0])], lr=0.1, max_iter=1, history_size=n) for n in (2, 9))
    for lbfgs in (short, long):
        for count in range(6):
            lbfgs.step(closure_of(lbfgs, lambda x: (x**4).sum()))
            assert len(lbfgs.state[0]["ro"]) == min(count, lbfgs.hyperparameters["history_size"])
    assert long.state[0]["n_iter"] == 6


def two_loop(history: State, gradient: Array) -> Array:
    """-H g by algorithm 7.4 as it is printed, pair by pair, with more digits."""
    ys, ss = ([term.astype(np.longdouble) for term in history[name]] for name in ("old_dirs", "old_stps"))
    vector, shares = -gradient.astype(np.longdouble), {}
    for k in reversed(range(len(ys))):
        shares[k] = ss[k] @ vector / (ys[k] @ ss[k])
        vector = vector - shares[k] * ys[k]
    vector = history["H_diag"] * vector
    for k in range(len(ys)):
        vector = vector + (shares[k] - ys[k] @ vector / (ys[k] @ ss[k])) * ss[k]
    return np.array(vector, dtype=np.float64)


@pytest.mark.parametrize("settings", [{"lr": 0.05, "max_iter": 4}, {"lr": 0.3}, WOLFE], ids=str)
@pytest.mark.parametrize("surface", ["funky2", "rosenbrock", "beale", "himmelblau"])
def test_the_direction_is_that_of_the_recursion_with_more_digits(
    surface: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On funky2 a hundred pairs are nearly parallel.
    function, errors, pairs = get_surface(surface), [], [0]
    descent = lbfgs_module._descent

    def compare(history: State, gradient: Array) -> Array:
        direction = descent(history, gradient)
        twin = two_loop(history, gradient)
        pairs.append(len(history["ro"]))
        if np.all(np.isfinite(twin)) and np.any(twin):
            size = np.max(np.abs(twin))  # whose square may overflow
            errors.append(np.linalg.norm((direction - twin) / size) / np.linalg.norm(twin / size))
        return direction

    monkeypatch.setattr(lbfgs_module, "_descent", compare)
    lbfgs = LBFGS([Tensor(x) for x in np.atleast_2d(function.start)[0]], **settings)
    for _ in range(40):
        lbfgs.step(closure_of(lbfgs, function))
    assert max(pairs) > 6
    assert np.max(errors) < 1e-10
    assert np.median(errors) < 1e-14
