"""The surfaces are the literature's, and show instructive races at the learning rates suggested."""

from __future__ import annotations

import copy
from itertools import combinations

import numpy as np
import pytest

from autograd import hessian, value_and_grad
from optimizers import OPTIMIZERS
from races import RaceSpec, Trace, run_race
from surfaces import SURFACES, Surface, get_surface
from tests.autograd.cases import Array
from tests.surfaces.literature import LITERATURE, Row
from tests.surfaces.test_surfaces import points

each = pytest.mark.parametrize(("name", "row"), LITERATURE.items(), ids=list(LITERATURE))
every = pytest.mark.parametrize("surface", SURFACES.values(), ids=list(SURFACES))
ours = pytest.mark.parametrize("surface", [get_surface(name) for name in LITERATURE], ids=list(LITERATURE))
with_minima = pytest.mark.parametrize(
    ("name", "row"),
    [pytest.param(name, row, id=name) for name, row in LITERATURE.items() if row.minimizers],
)
STEPS = 200
ELEMENTWISE = [name for name, kind in OPTIMIZERS.items() if kind.elementwise]


def on_grid(surface: Surface, count: int = 401) -> Array:
    """The heights on a grid over the domain, (count, count)."""
    u, v = np.meshgrid(np.linspace(*surface.u_range, count), np.linspace(*surface.v_range, count))
    return np.asarray(surface(u, v))


@each
def test_the_formula_is_the_literatures(name: str, row: Row) -> None:
    surface = get_surface(name)
    expected = [row(u, v) for u, v in points(surface).T.tolist()]
    np.testing.assert_allclose(surface(*points(surface)), expected, rtol=1e-12, atol=1e-13)


@each
def test_the_minima_are_the_literatures(name: str, row: Row) -> None:
    surface = get_surface(name)
    value, place = row.digits
    assert len(surface.minima) == len(row.minimizers)
    for found, known in zip(sorted(surface.minima), sorted(row.minimizers), strict=True):
        assert found == pytest.approx(known, rel=0, abs=place)
        assert surface(*found) == pytest.approx(row.scale * row.after(row.lowest), rel=value, abs=value)


@ours
def test_all_minima_are_equal_and_have_no_gradient(surface: Surface) -> None:
    slope = value_and_grad(surface.formula)
    curvature = hessian(surface.formula)
    np.testing.assert_allclose(
        np.ptp([surface(*minimum) for minimum in surface.minima] or [0.0]), 0.0, atol=1e-15
    )
    for minimum in surface.minima:
        _, gradient = slope(*minimum)
        assert np.abs(np.linalg.solve(curvature(*minimum), gradient)).max() < 1e-13


@with_minima
def test_there_are_as_many_lowest_pits_as_minima(name: str, row: Row) -> None:
    # A pit is a point of a grid that lies below its eight neighbours.
    surface = get_surface(name)
    z = on_grid(surface)
    inner = z[1:-1, 1:-1]
    shifts = [(i, j) for i in range(3) for j in range(3) if (i, j) != (1, 1)]
    pits = np.logical_and.reduce([inner < z[i : i + 399, j : j + 399] for i, j in shifts])
    lowest = surface(*surface.minima[0])
    assert lowest <= z.min() + 1e-15
    assert (pits & (inner < lowest + 1e-3 * np.ptp(z))).sum() == len(row.minimizers)


@pytest.mark.parametrize("name", ["saddle", "monkey_saddle"])
def test_a_saddle_has_no_minimum_but_a_point_without_gradient(name: str) -> None:
    surface = get_surface(name)
    assert surface.minima == ()
    assert value_and_grad(surface.formula)(0.0, 0.0) == (0.0, (0.0, 0.0))
    curvatures = np.linalg.eigvalsh(hessian(surface.formula)(0.0, 0.0))
    assert curvatures.tolist() == ([-1.0, 1.0] if name == "saddle" else [0.0, 0.0])
    assert min(surface(0.0, 1e3), surface(-1e3, 0.0)) < -1e5


@every
def test_a_surface_is_finite_and_fills_its_heights(surface: Surface) -> None:
    z = on_grid(surface)
    assert np.isfinite(z).all()
    low, high = surface.z_range
    assert low <= surface(*surface.start) <= high
    if surface.name in LITERATURE:
        shown = np.clip(z, low, high)
        assert np.ptp(shown) > 0.8 * (high - low)
        assert ((z >= low) & (z <= high)).mean() > 0.6


@ours
def test_the_gradient_is_finite_and_has_a_say_at_the_start(surface: Surface) -> None:
    slope = value_and_grad(surface.formula)
    u, v = np.meshgrid(np.linspace(*surface.u_range, 101), np.linspace(*surface.v_range, 101))
    _, gradient = slope(u, v)
    assert np.isfinite(gradient).all()
    width = surface.u_range[1] - surface.u_range[0]
    assert width * np.hypot(*slope(*surface.start)[1]) > 0.02 * (surface.z_range[1] - surface.z_range[0])


def test_drop_wave_and_cross_in_tray_have_a_gradient_and_curvature_at_their_centre() -> None:
    for name in ("drop_wave", "cross_in_tray"):
        assert value_and_grad(get_surface(name).formula)(0.0, 0.0)[1] == (0.0, 0.0)
    np.testing.assert_allclose(hessian(get_surface("drop_wave").formula)(0.0, 0.0), 72.5 * np.eye(2))


def test_a_crease_is_as_thin_as_is_said() -> None:
    surface = get_surface("cross_in_tray")
    assert surface(1e-3, 1.4) / surface(1.35, 1.4) == pytest.approx(0.5, abs=0.02)


@every
def test_suggestions_name_optimizers_and_cannot_be_changed(surface: Surface) -> None:
    assert set(surface.suggested) <= set(OPTIMIZERS)
    assert all(type(lr) is float and lr > 0 for lr in surface.suggested.values())
    with pytest.raises(TypeError):
        surface.suggested["sgd"] = 1.0  # type: ignore[index]
    assert set(surface.suggested) == {name for name, kind in OPTIMIZERS.items() if "lr" in kind.defaults()}
    for same in (copy.deepcopy(surface), copy.copy(surface)):
        assert same == surface
        assert hash(same) == hash(surface)


@pytest.fixture(scope="module", params=list(LITERATURE))
def raced(request: pytest.FixtureRequest) -> Trace:
    """A race of all optimizers that follow the gradient, at the rates suggested, without noise."""
    surface = get_surface(request.param)
    racers = [{"optimizer": name, "lr": surface.suggested[name]} for name in ELEMENTWISE]
    return run_race(RaceSpec.model_validate({"surface": surface.name, "steps": STEPS, "racers": racers}))


def test_every_racer_ends_below_its_start(raced: Trace) -> None:
    assert np.isfinite(raced.losses).all()
    assert (raced.losses[:, [120, 150, STEPS]] < raced.losses[:, :1]).all()


def test_nobody_leaves_the_domain_but_at_saddles(raced: Trace) -> None:
    surface = raced.spec.build_surface()
    inside = surface.contains(raced.positions[..., 0], raced.positions[..., 1])[..., 0]
    left = {
        racer.optimizer for racer, along in zip(raced.spec.racers, inside, strict=True) if not along.all()
    }
    if surface.name == "saddle":
        assert not inside[:, 150].any()
    elif surface.name == "monkey_saddle":
        assert left == set(ELEMENTWISE) - {"sgd", "momentum", "nesterov"}
    else:
        assert not left


def test_the_racers_go_different_ways(raced: Trace) -> None:
    # Apart by a hundredth of the domain at some step; AdamW, say, differs less from Adam where it has to.
    surface = raced.spec.build_surface()
    width = surface.u_range[1] - surface.u_range[0]
    names = [racer.optimizer for racer in raced.spec.racers]
    apart = {
        (a, b): np.hypot(*(raced.positions[i, :151, 0] - raced.positions[j, :151, 0]).T).max() / width
        for (i, a), (j, b) in combinations(enumerate(names), 2)
    }
    alike = {pair for pair, distance in apart.items() if distance < 0.01}
    assert alike <= {("adam", "adamw"), ("momentum", "nesterov")}


# Those that these surfaces were tried with.
KNOWN = (
    "sgd", "momentum", "nesterov", "adagrad", "adadelta", "rmsprop", "rprop", "adam", "adamw", "adamax",
    "nadam", "radam", "lion",
)  # fmt: skip
# Surfaces whose starts are hard, and who comes to the target in a race of 200 steps, at the learning rates
# suggested: nobody leaves them, and everybody gets on. On Beale's Rprop leaves, whatever its rate.
ARRIVING = {
    "rosenbrock": {"sgd", "momentum", "nesterov", "radam"},
    "rastrigin": {"adagrad", "rprop", "adam", "adamw", "adamax"},
    "beale": set[str](),
}


@pytest.mark.parametrize("name", ARRIVING)
def test_hard_starts_have_learning_rates_that_show_them(name: str) -> None:
    surface = get_surface(name)
    racers = [{"optimizer": optimizer} for optimizer in KNOWN if (name, optimizer) != ("beale", "rprop")]
    trace = run_race(RaceSpec.model_validate({"surface": name, "steps": STEPS, "racers": racers}))
    assert surface.contains(trace.positions[..., 0], trace.positions[..., 1]).all()
    assert (trace.losses[:, [120, 150, STEPS]] < trace.losses[:, :1]).all()
    arrived = trace.status[:, 0] == "converged"
    assert {racer["optimizer"] for racer, there in zip(racers, arrived, strict=True) if there} == ARRIVING[
        name
    ]
    for end in trace.positions[arrived, -1, 0]:
        assert min(np.hypot(*(end - minimum)) for minimum in surface.minima) < 0.5


def test_rastrigins_start_holds_whoever_steps_by_the_slope() -> None:
    surface = get_surface("rastrigin")
    racers = [{"optimizer": optimizer} for optimizer in ("sgd", "momentum", "nesterov", "adam", "rmsprop")]
    trace = run_race(RaceSpec.model_validate({"surface": "rastrigin", "steps": STEPS, "racers": racers}))
    far = np.hypot(*(trace.positions[:, 30, 0] - surface.start).T)
    assert (far[:3] < 0.01).all()
    assert (far[3:] > 0.9).all()


def test_beales_start_leads_out_of_the_domain() -> None:
    # As its docstring says of Rprop, and as an Adam does that is but three times as fast.
    racers = [{"optimizer": "rprop", "lr": 1e-6}, {"optimizer": "adam", "lr": 0.015}]
    trace = run_race(RaceSpec.model_validate({"surface": "beale", "steps": STEPS, "racers": racers}))
    assert set(trace.status[:, 0]) == {"left_domain"}


def test_gradient_descent_crosses_a_ravine_as_its_condition_says() -> None:
    for condition in (1.0, 25.0, 1e4):
        surface = get_surface("ravine", condition=condition)
        np.testing.assert_allclose(hessian(surface.formula)(0.3, -0.2), [[1 / condition, 0.0], [0.0, 1.0]])
        slope, lr = value_and_grad(surface.formula), 2 * condition / (condition + 1)
        at = np.array(surface.start)
        after = at - lr * np.array(slope(*at)[1])
        left = (condition - 1) / (condition + 1)
        np.testing.assert_allclose(after, [left * at[0], -left * at[1]], rtol=1e-12, atol=1e-15)
        assert surface.z_range[0] <= on_grid(surface).min()
        assert on_grid(surface).max() <= 2 * surface.z_range[1]


def test_the_noisy_quadratic_holds_gradient_descent_up_at_the_height_that_is_said() -> None:
    surface = get_surface("noisy_quadratic")
    assert [each.name for each in SURFACES.values() if each.noise] == ["noisy_quadratic"]
    lr, noise = 0.5, surface.noise
    slope = value_and_grad(surface.formula)
    random = np.random.default_rng(4)
    at, heights = np.zeros((2, 4000)), []
    for step in range(300):
        at = at - lr * (np.array(slope(*at)[1]) + random.normal(0.0, noise, at.shape))
        if step >= 200:
            heights.append(surface(*at).mean())
    expected = sum(lr * noise**2 / (4 - 2 * lr * h) for h in (1.0, 0.1))
    assert np.mean(heights) == pytest.approx(expected, rel=0.02)
