"""Planes in the space of weights, and the loss on them: against closed forms and the model itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, value_and_grad
from networks import (
    MLP,
    Dropout,
    Landscape,
    Module,
    NetworkLoss,
    Plane,
    functional_call,
    losses,
    principal_plane,
    random_plane,
)
from support.caches import cache_folder


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "optimizer-race" / "landscapes"


def line() -> tuple[NetworkLoss, Any]:
    """A linear model's mean squared error, and the same as a quadratic form of (w1, w2, b)."""
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(30, 2)), rng.normal(size=30)
    design = np.column_stack([x, np.ones(30)])
    hessian, slope, constant = design.T @ design / 30, design.T @ y / 30, y @ y / 30

    def form(w: Any) -> Any:
        return np.einsum("...i,ij,...j", w, hessian, w) - 2 * w @ slope + constant

    return NetworkLoss(MLP([2, 1], rng=0), losses.mse_loss, x, y), form


def test_the_grid_of_a_quadratic_model_equals_its_closed_form() -> None:
    loss, form = line()
    rng = np.random.default_rng(2)
    plane = Plane(rng.normal(size=3), rng.normal(size=(2, 3)))
    grid = Landscape(loss, plane).grid((-2.0, 3.0), (-1.0, 1.0), side=21)
    u, v = np.meshgrid(np.linspace(-2, 3, 21), np.linspace(-1, 1, 21))
    expected = form(plane.origin + u[..., None] * plane.directions[0] + v[..., None] * plane.directions[1])
    np.testing.assert_allclose(grid, expected, rtol=1e-12, atol=1e-12)


def test_the_gradient_along_the_plane_of_a_quadratic_model() -> None:
    loss, _ = line()
    plane = Plane(np.array([1.0, 2.0, 3.0]), np.array([[1.0, 0.0, 2.0], [0.0, 1.0, 1.0]]))
    surface = Landscape(loss, plane).surface("line", (-1.0, 1.0), (-1.0, 1.0))
    whole = value_and_grad(loss)(plane.points(0.3, -0.4))[1]
    value, slopes = value_and_grad(surface)(0.3, -0.4)
    assert value == pytest.approx(surface(0.3, -0.4), rel=1e-13)
    np.testing.assert_allclose(slopes, plane.directions @ whole, rtol=1e-12)
    u, v = Tensor(0.3), Tensor(-0.4)
    surface(u, v).backward()
    np.testing.assert_allclose([float(u.grad), float(v.grad)], slopes, rtol=1e-12)


CASES = [
    (loss, sizes, activation)
    for loss, sizes in (
        ("mse_loss", [2, 8, 1]),
        ("mse_loss", [2, 3]),
        ("binary_cross_entropy_with_logits", [2, 16, 16, 1]),
        ("hinge_loss", [2, 5, 1]),
        ("cross_entropy", [2, 7, 6, 4]),
    )
    for activation in ("relu", "tanh", "sigmoid", "gelu")
]


@pytest.mark.parametrize(("name", "sizes", "activation"), CASES)
def test_a_stack_of_networks_has_the_losses_that_each_has(
    name: str, sizes: list[int], activation: str
) -> None:
    rng = np.random.default_rng(3)
    x, labels = rng.normal(size=(40, 2)), rng.integers(0, max(2, sizes[-1]), 40)
    y: Any = x @ rng.normal(size=(2, 3)) if sizes == [2, 3] else labels
    model = MLP(sizes, activation, rng=0)
    loss = NetworkLoss(model, losses.LOSSES[name], x, y)
    stack = loss.initial + rng.normal(size=(700, loss.size))
    found = loss.many(stack)
    for i in (0, 1, 350, 699):
        own = losses.LOSSES[name](functional_call(model, loss.split(stack[i]), x), y)
        assert found[i] == pytest.approx(own, rel=1e-12)


class Scaled(Module):
    """A model that is no MLP, with noise in training."""

    def __init__(self) -> None:
        self.slope, self.dropout = Tensor([2.0, 3.0]), Dropout(0.5, rng=0)

    def forward(self, x: Any) -> Any:
        return self.dropout(x @ self.slope)


def test_any_model_has_a_landscape_without_the_noise_of_training() -> None:
    rng = np.random.default_rng(4)
    x = rng.normal(size=(10, 2))
    model = Scaled()
    loss = NetworkLoss(model, losses.mse_loss, x, np.zeros(10))
    assert model.training
    assert loss.digest is None
    grid = Landscape(loss, Plane(np.zeros(2), np.eye(2))).grid((0.0, 1.0), (0.0, 1.0), side=3)
    assert grid[2, 1] == pytest.approx(np.mean((x @ [0.5, 1.0]) ** 2))


def test_random_directions_have_the_norms_of_the_trained_neurons_and_leave_biases() -> None:
    model = MLP([2, 16, 16, 1], rng=5)
    loss = NetworkLoss(model, losses.mse_loss, np.zeros((1, 2)), np.zeros(1))
    plane = random_plane(loss.initial, loss.shapes.values(), np.random.default_rng(0))
    assert plane.origin is loss.initial
    for direction in plane.directions:
        for name, part in loss.split(direction).items():
            own = loss.split(loss.initial)[name]
            expected = np.linalg.norm(own, axis=1) if own.ndim == 2 else np.zeros(len(own))
            found = np.linalg.norm(part, axis=1) if own.ndim == 2 else np.abs(part)
            np.testing.assert_allclose(found, expected, rtol=1e-12)
    first, second = plane.directions
    assert abs(first @ second) < 0.5 * np.linalg.norm(first) * np.linalg.norm(second)


def test_filters_of_more_axes_are_scaled_by_their_first() -> None:
    weights = np.random.default_rng(6).normal(size=24)
    plane = random_plane(weights, [(4, 3, 2)], np.random.default_rng(0))
    norms = [np.linalg.norm(x.reshape(4, 6), axis=1) for x in (weights, *plane.directions)]
    np.testing.assert_allclose(norms[1:], [norms[0]] * 2, rtol=1e-12)


def test_the_principal_plane_contains_a_planar_path_and_explains_all_of_it() -> None:
    rng = np.random.default_rng(7)
    directions, origin = rng.normal(size=(2, 50)), rng.normal(size=50)
    t = np.linspace(0, 3, 80)
    path = origin + np.outer(np.cos(t) * t, directions[0]) + np.outer(np.sin(3 * t), directions[1])
    plane = principal_plane(path)
    assert plane.distance(path).max() < 1e-12
    explained = plane.explained_variance(path)
    assert explained.sum() == pytest.approx(1.0, abs=1e-12)
    assert explained[0] > explained[1] > 0
    np.testing.assert_allclose(plane.directions @ plane.directions.T, np.eye(2), atol=1e-12)
    u, v = plane.project(path).T
    np.testing.assert_allclose(plane.points(u, v), path, atol=1e-12)


def test_variances_and_distances_of_points_in_three_dimensions() -> None:
    points = np.array([[3.0, 0, 0], [-3, 0, 0], [0, 2, 0], [0, -2, 0], [0, 0, 1], [0, 0, -1]]) + 5.0
    plane = principal_plane(points)
    np.testing.assert_allclose(plane.explained_variance(points), [18 / 28, 8 / 28], rtol=1e-12)
    np.testing.assert_allclose(plane.distance(points), [0, 0, 0, 0, 1, 1], atol=1e-12)
    np.testing.assert_allclose(plane.project(points[0]), [3.0, 0.0], atol=1e-12)


def test_an_oblique_plane_projects_to_the_nearest_point() -> None:
    plane = Plane(np.ones(3), np.array([[2.0, 0.0, 0.0], [1.0, 1.0, 0.0]]))
    np.testing.assert_allclose(plane.project(np.array([4.0, 2.0, 9.0])), [1.0, 1.0], atol=1e-12)
    assert plane.distance(np.array([4.0, 2.0, 9.0])) == pytest.approx(8.0)
    points = np.array([[1.0, 1, 1], [3.0, 1, 1], [1.0, 2, 1], [1.0, 1, 4]])
    explained = plane.explained_variance(points)
    spread = points - points.mean(axis=0)
    expected = (spread**2).sum(axis=0)[:2] / (spread**2).sum()
    np.testing.assert_allclose(explained, expected, rtol=1e-12)
    assert plane.explained_variance(points[:1]).tolist() == [1.0, 0.0]


def test_a_grid_is_kept_by_its_content(cache: Path) -> None:
    loss, _ = line()
    plane = Plane(np.zeros(3), np.eye(3)[:2])
    done: list[int] = []

    def grid(*, plane: Plane = plane, high: float = 1.0, loss: NetworkLoss = loss) -> Any:
        done.clear()
        return Landscape(loss, plane).grid((-1.0, high), (0.0, 1.0), 9, on_part=done.append)

    first = grid()
    assert sum(done) == 81
    assert cache_folder("landscapes") == cache
    assert len(list(cache.iterdir())) == 1
    np.testing.assert_array_equal(grid(), first)
    assert done == []
    grid(high=2.0)
    grid(plane=Plane(np.ones(3), np.eye(3)[:2]))
    grid(loss=NetworkLoss(loss.model, losses.mse_loss, loss.inputs, loss.targets + 1))
    grid(loss=NetworkLoss(loss.model, losses.hinge_loss, loss.inputs, loss.targets))
    assert len(list(cache.iterdir())) == 5


def test_a_great_grid_is_computed_by_other_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    loss, _ = line()
    landscape = Landscape(loss, Plane(np.zeros(3), np.eye(3)[:2]))
    small = landscape.grid((-1.0, 1.0), (0.0, 1.0), 9)
    monkeypatch.setattr("networks.landscape._PART", 20 * loss.size * len(loss.inputs))
    monkeypatch.setattr("networks.landscape._FEW", 2)
    monkeypatch.setattr("networks.network_loss.NetworkLoss.digest", None)  # or it would be cached
    monkeypatch.setattr(landscape, "_at_points", None)
    done: list[int] = []
    np.testing.assert_allclose(
        landscape.grid((-1.0, 1.0), (0.0, 1.0), 9, on_part=done.append), small, rtol=1e-13
    )
    assert done == [20, 20, 20, 20, 1]


@pytest.mark.parametrize("content", [b"", b"no array", b"\x93NUMPY\x01\x00v\x00{'descr': '<f8'"])
def test_a_damaged_grid_is_computed_anew(cache: Path, content: bytes) -> None:
    loss, _ = line()
    landscape = Landscape(loss, Plane(np.zeros(3), np.eye(3)[:2]))
    first = landscape.grid((-1.0, 1.0), (0.0, 1.0), 5)
    (file,) = cache.iterdir()
    file.write_bytes(content)
    np.testing.assert_array_equal(landscape.grid((-1.0, 1.0), (0.0, 1.0), 5), first)
    assert file.stat().st_size > 200
    np.save(file, np.zeros((2, 2)))
    np.testing.assert_array_equal(landscape.grid((-1.0, 1.0), (0.0, 1.0), 5), first)


def test_without_a_folder_for_caches_grids_are_computed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    loss, form = line()
    grid = Landscape(loss, Plane(np.zeros(3), np.eye(3)[:2])).grid((0.0, 1.0), (0.0, 1.0), 2)
    assert grid[0, 0] == pytest.approx(form(np.zeros(3)))
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder("landscapes") == tmp_path / ".cache" / "optimizer-race" / "landscapes"


def test_a_reduction_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown reduction 'sun'; allowed: mean, none"):
        losses.mse_loss(np.zeros(2), np.zeros(2), reduction="sun")  # type: ignore[arg-type]
    assert losses.cross_entropy(np.zeros((3, 2)), [0, 1, 0], reduction="none").shape == (3,)
