"""The surface that pictures of a network's race draw, beside the true one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from races import RaceSpec, Trace, run_race
from views.captions import axis_names, captions
from views.drawn_surface import SIDE, Interpolated, box_of, compute_grid, drawn_surface
from views.figures import draw_plan


@pytest.fixture
def trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trace:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    racers = [{"optimizer": "sgd", "lr": 0.3}, {"optimizer": "adam", "lr": 0.05}]
    return run_race(RaceSpec.model_validate(
        {"surface": {"network": "moons", "hidden": [6]}, "steps": 40, "racer": racers}
    ))  # fmt: skip


def test_a_cubic_is_interpolated_exactly_inside_and_a_quadratic_at_the_edge() -> None:
    u, v = np.meshgrid(np.linspace(-1, 1, 11), np.linspace(0, 3, 7))
    inside = Interpolated(u**2 - 2 * v**2 + u * v, (-1.0, 1.0), (0.0, 3.0))
    rng = np.random.default_rng(0)
    a, b = rng.uniform(-0.8, 0.8, 50), rng.uniform(0.5, 2.5, 50)
    np.testing.assert_allclose(inside(a, b), a**2 - 2 * b**2 + a * b, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(inside(u, v), u**2 - 2 * v**2 + u * v, atol=1e-12)
    assert inside(9.0, -9.0) == pytest.approx(inside(1.0, 0.0))


def test_the_drawn_surface_is_the_true_one_at_its_grid_and_near_it_between(trace: Trace) -> None:
    drawn, true = drawn_surface(trace), trace.surface
    assert drawn is drawn_surface(trace)
    u = np.linspace(*true.u_range, SIDE)[::16]
    v = np.linspace(*true.v_range, SIDE)[::16]
    np.testing.assert_allclose(drawn(u, v), true(u, v), rtol=1e-9)
    middle = (u[:-1] + u[1:]) / 2 + 0.011, (v[:-1] + v[1:]) / 2 - 0.007
    np.testing.assert_allclose(drawn(*middle), true(*middle), atol=2e-4)


def test_the_box_holds_the_true_losses(trace: Trace) -> None:
    low, high = box_of(trace).z_shown
    assert low <= trace.losses.min()
    assert high >= trace.losses.max()


def test_the_grid_is_computed_once_before_all_pictures(trace: Trace) -> None:
    calls: list[int] = []
    compute_grid(trace, lambda: calls.append(1))
    assert len(calls) == SIDE**2
    compute_grid(trace, lambda: calls.append(1))
    assert len(calls) == SIDE**2


def test_the_axes_tell_the_variance_along_them(trace: Trace) -> None:
    assert trace.plane is not None
    first, second = (f"{100 * share:.0f}%" for share in trace.plane.explained_variance)
    assert axis_names(trace, captions("en")) == (f"u: {first}", f"v: {second}")
    axes = draw_plan(trace)
    assert axes.get_xlabel() == f"u: {first} of the paths' variance"
    assert captions("fr").share(0.004) == "0,4\xa0%"
    assert captions("en").share(0.996) == "99.6%"
    assert captions("en").share(1.0) == "100%"
