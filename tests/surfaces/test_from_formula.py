"""The heights that are shown of a formula: all that it takes, but for poles between the points of a grid."""

from __future__ import annotations

import numpy as np
import pytest

from surfaces import expression_surface, formula_surface
from views.box import Box

POLES = [
    "1/(u - 0.001)",
    "1/(u - 0.3)",
    "1/(u + v - 0.003) + u",
    "1/(u² + v² + 1e-6)",
    "tan(7*u)",
    "u²/(v + 0.0107)",
]


@pytest.mark.parametrize("text", POLES)
def test_a_pole_between_grid_points_does_not_flatten_the_picture(text: str) -> None:
    surface = expression_surface(text, (-1.0, 1.0), (-1.0, 1.0))
    low, high = surface.z_range
    z = surface(*np.meshgrid(np.linspace(-1, 1, 301), np.linspace(-1, 1, 301)))
    # Nine tenths of the surface are in the picture, the middle half over a fiftieth of its height at least.
    assert ((z >= low) & (z <= high)).mean() > 0.9
    assert np.subtract(*np.quantile(z, (0.75, 0.25))) > 0.02 * (high - low)
    assert Box(surface).z_shown[1] - Box(surface).z_shown[0] <= high - low


@pytest.mark.parametrize(
    ("text", "z_range"),
    [
        ("u² + v²", (0.0, 2.0)),
        ("u + v", (-2.0, 2.0)),
        ("u^40 + v^40", (0.0, 2.0)),
        ("exp(5*u)", (np.exp(-5.0), np.exp(5.0))),
        ("exp(20*u)", (np.exp(-20.0), np.exp(20.0))),
        ("u - exp(-200*(u² + v²))", (-1.0, 1.0)),  # a narrow pit, whose tip is the lowest point
        ("10*exp(-100*(u² + v²)) + u", (-1.0, 10.0)),
        ("1/(u² + v² + 0.01)", (1 / 2.01, 100.0)),
        ("(1 - u)² + 100*(v - u²)²", (0.0, 404.0)),
        ("1e300*u", (-1e300, 1e300)),
        ("3 + 0*u", (3.0, 3.0)),
    ],
)
def test_whatever_the_grid_resolves_is_shown_whole(text: str, z_range: tuple[float, float]) -> None:
    # The extremes follow from the formulas.
    surface = expression_surface(text, (-1.0, 1.0), (-1.0, 1.0))
    assert surface.z_range == pytest.approx(z_range, rel=1e-12, abs=1e-2)


def test_what_is_given_is_kept() -> None:
    surface = expression_surface(
        "1/(u - 0.001)", (-1.0, 1.0), (0.0, 4.0), z_range=(-5.0, 5.0), start=(0.5, 3.0), camera=(30.0, 40.0)
    )
    assert (surface.z_range, surface.start, surface.camera) == ((-5.0, 5.0), (0.5, 3.0), (30.0, 40.0))


def test_a_start_outside_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^start must lie in u_range and v_range, got \[3.0, 0.0\]$"):
        formula_surface(lambda u, v: u + v, (-1.0, 1.0), (-1.0, 1.0), name="plane", start=(3.0, 0.0))
