"""Every surface is what its record says: one formula for all kinds of numbers, its slopes, its minima."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from autograd import Tensor
from surfaces import SURFACES, Surface, get_surface
from surfaces.funky import funky, funky_func_numpy, funky_func_tensor
from tests.autograd.cases import Array
from tests.surfaces.table import TABLE

each = pytest.mark.parametrize("surface", SURFACES.values(), ids=list(SURFACES))
CUSPS = {"ackley": (0.0, 0.0)}  # where a surface has no gradient
# How far it is to the cusp, or to the next crease.
DISTANCES: dict[str, Callable[[Array, Array], Any]] = {
    "ackley": np.hypot,
    "cross_in_tray": lambda u, v: np.minimum(abs(np.sin(u)), abs(np.sin(v))),
}


def points(surface: Surface, count: int = 1000) -> Array:
    """Random points of the domain, (2, count), away from where there is no gradient."""
    (u_low, u_high), (v_low, v_high) = surface.u_range, surface.v_range
    random = np.random.default_rng(20)
    drawn = random.uniform((u_low, v_low), (u_high, v_high), (2 * count, 2)).T
    if surface.name in DISTANCES:
        drawn = drawn[:, DISTANCES[surface.name](*drawn) > 0.1]
    return drawn[:, :count]


def slopes(surface: Surface, u: Any, v: Any) -> Array:
    """The gradient by our sweep, (2, ...)."""
    a, b = Tensor(u), Tensor(v)
    surface(a, b).sum().backward()
    return np.array([a.grad, b.grad])


def richardson(f: Callable[[float], Array]) -> Array:
    """f'(0) by central differences at four widths, extrapolated to an error of eighth order."""
    widths = [2e-3 / 2**i for i in range(4)]
    estimates = [(f(h) - f(-h)) / (2 * h) for h in widths]
    for k in range(1, 4):
        estimates = [(4**k * b - a) / (4**k - 1) for a, b in pairwise(estimates)]
    (best,) = estimates
    return np.asarray(best)


def test_every_surface_of_the_design_is_registered() -> None:
    assert set(TABLE) <= set(SURFACES)


@pytest.mark.parametrize("name", TABLE)
def test_a_surface_is_the_designs(name: str) -> None:
    row, surface = TABLE[name], get_surface(name)
    expected = [row.formula(u, v) for u, v in points(surface).T.tolist()]
    np.testing.assert_allclose(surface(*points(surface)), expected, rtol=1e-12, atol=1e-14)
    record = (surface.u_range, surface.v_range, surface.start, surface.z_range, surface.camera)
    assert record == (row.u_range, row.v_range, row.start, row.z_range, row.camera)
    assert len(surface.minima) == row.minima


@each
def test_records_are_well_formed(surface: Surface) -> None:
    assert SURFACES[surface.name] is surface
    for low, high in (surface.u_range, surface.v_range, surface.z_range):
        assert -math.inf < low < high < math.inf
    assert surface.contains(*surface.start)
    assert math.isfinite(surface(*surface.start))
    assert surface.start not in surface.minima
    phi, theta = surface.camera
    assert 0 < phi < 90
    assert -180 <= theta <= 180
    assert surface.source
    assert surface.source != "an expression"
    assert inspect.getdoc(surface.formula)


@each
def test_the_domain_is_closed(surface: Surface) -> None:
    (u_low, u_high), (v_low, v_high) = surface.u_range, surface.v_range
    assert surface.contains(u_low, v_low)
    assert surface.contains(u_high, v_high)
    assert not surface.contains(np.nextafter(u_low, -np.inf), v_low)
    assert not surface.contains(u_high, np.nextafter(v_high, np.inf))
    assert not surface.contains(np.nan, v_low)
    inside = surface.contains(np.array([u_low, u_low - 1, u_high + 1]), np.array([v_low, v_low, v_low]))
    assert inside.tolist() == [True, False, False]


@each
def test_floats_arrays_and_tensors_agree(surface: Surface) -> None:
    u, v = points(surface)
    values = surface(u, v)
    assert values.dtype == np.float64
    floats = [surface(a, b) for a, b in zip(u.tolist(), v.tolist(), strict=True)]
    assert {type(value) for value in floats} == {float}
    tensors = [
        surface(Tensor(a), Tensor(b)).data for a, b in zip(u[:300].tolist(), v[:300].tolist(), strict=True)
    ]
    for others in (floats, tensors, surface(Tensor(u), Tensor(v)).data):
        np.testing.assert_allclose(others, values[: len(others)], rtol=1e-12, atol=1e-14)


@each
def test_a_mixture_of_kinds_works(surface: Surface) -> None:
    u, v = surface.start
    value = surface(u, v)
    for a, b in ((Tensor(u), v), (u, Tensor(v)), (np.array([u]), v), (u, np.array([v])), (Tensor([u]), v)):
        result = surface(a, b)
        np.testing.assert_allclose(getattr(result, "data", result), value, rtol=1e-12)


@each
def test_whole_numbers_are_floats(surface: Surface) -> None:
    assert surface(1, 1) == surface(1.0, 1.0)
    assert type(surface(1, 1)) is float


@each
def test_gradients_are_central_differences(surface: Surface) -> None:
    # A slope that happens to vanish at a point can be no scale for its own error, so a slope below a
    # thousandth of the surface's typical one (root mean square over the domain) is measured against that.
    # The differences themselves are off by the values' roundings over their least width.
    u, v = points(surface)
    du = richardson(lambda h: np.asarray(surface(u + h, v)))
    dv = richardson(lambda h: np.asarray(surface(u, v + h)))
    expected = np.array([du, dv])
    typical = np.sqrt(np.mean(expected**2))
    rounding = 4 * np.finfo(np.float64).eps * np.abs(surface(u, v)).max() / 2.5e-4
    error = np.abs(slopes(surface, u, v) - expected)
    assert error.shape == (2, 1000)
    assert (error < 1e-8 * np.maximum(np.abs(expected), 1e-3 * typical) + rounding).all()


@each
def test_gradients_of_floats_and_arrays_agree(surface: Surface) -> None:
    u, v = points(surface, 200)
    together = slopes(surface, u, v)
    alone = np.array([slopes(surface, a, b) for a, b in zip(u.tolist(), v.tolist(), strict=True)]).T
    np.testing.assert_allclose(alone, together, rtol=1e-11, atol=1e-12)


@each
def test_minima_are_stationary_and_curve_upward(surface: Surface) -> None:
    smooth = [minimum for minimum in surface.minima if minimum != CUSPS.get(surface.name)]
    for u, v in smooth:
        h = 1e-4
        shifted = (slopes(surface, u + h, v), slopes(surface, u - h, v))
        across = (slopes(surface, u, v + h), slopes(surface, u, v - h))
        hessian = np.array([shifted[0] - shifted[1], across[0] - across[1]]) / (2 * h)
        assert np.all(np.linalg.eigvalsh(hessian) > 0)
        # A Newton step says how far the record is from where the gradient is zero.
        assert np.abs(np.linalg.solve(hessian, slopes(surface, u, v))).max() < 2e-8


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if row.is_global])
def test_global_minima_lie_below_a_grid_of_the_domain(name: str) -> None:
    surface = get_surface(name)
    grid = surface(*np.meshgrid(np.linspace(*surface.u_range, 401), np.linspace(*surface.v_range, 401)))
    for u, v in surface.minima:
        assert surface(u, v) <= grid.min() + 1e-15


def test_ackley_has_a_cusp_at_its_centre() -> None:
    assert get_surface("ackley")(0.0, 0.0) == pytest.approx(0.0, abs=1e-15)
    assert np.isnan(slopes(get_surface("ackley"), 0.0, 0.0)).all()


def test_funkys_minimum_is_its_lowest_point_inside() -> None:
    surface = get_surface("funky")
    grid = surface(*np.meshgrid(np.linspace(*surface.u_range, 401), np.linspace(*surface.v_range, 401)))
    assert surface(*surface.minima[0]) < grid.min()


def test_funky_goes_by_two_names() -> None:
    assert funky_func_numpy is funky_func_tensor is funky
    u, v = points(get_surface("funky"))
    np.testing.assert_array_equal(funky_func_numpy(u, v), funky_func_tensor(Tensor(u), Tensor(v)).data)


def test_outside_its_domain_a_surface_has_values_without_warnings() -> None:
    for surface in SURFACES.values():
        assert math.isfinite(surface(-1.0, -1.0))
        assert not np.isfinite(surface(np.array([np.inf]), np.array([np.nan]))).any()


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(
        ValueError, match=r"^unknown surface 'funki'; did you mean 'funky'\? Allowed: .*slope"
    ):
        get_surface("funki")
    with pytest.raises(ValueError, match=r"^unknown surface 'qqqq'; allowed: "):
        get_surface("qqqq")
