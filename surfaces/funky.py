"""Surfaces made for this project: hills, valleys and a curved floor on the same square."""

from __future__ import annotations

from typing import Any

import numpy as np

from surfaces.surface import surface


@surface(
    u_range=(0.0, 1.2),
    v_range=(0.0, 1.2),
    z_range=(-1.0, 1.0),
    start=(0.1, 0.45),
    minima=((0.41642987, 0.61031346),),
    camera=(60.0, -80.0),
    source="this project: waves and Gaussian bumps, with several local minima",
)
def funky(u: Any, v: Any) -> Any:
    """Waves, a hill, a ridge, and a peak beside a pit."""
    waves = 5 * u * v * (1 - u) * (1 - v) * np.cos(10 * v) * np.sin(10 * u * v) * np.exp(u)
    hill = np.exp(-((v - 0.4) ** 2 + (u - 0.2) ** 2) / 0.03)
    ridge = 0.6 * np.exp(-((v - 0.4) ** 2) / 0.03) * np.sin(25 * u) * (1 - u) ** 2
    peak_and_pit = np.exp(-((u - 0.7) ** 2) / 0.02) - np.exp(-((u - 0.4) ** 2) / 0.02)
    return 0.3 * (waves + hill + ridge + 1.4 * np.exp(-((v - 0.6) ** 2) / 0.02) * peak_and_pit)


# One formula serves arrays and Tensors; these are the names it is known by.
funky_func_numpy = funky
funky_func_tensor = funky


@surface(
    u_range=(0.0, 1.2),
    v_range=(0.0, 1.2),
    z_range=(-1.0, 1.0),
    start=(0.1, 0.45),
    camera=(60.0, -80.0),
    source="this project: a trough that deepens towards an edge, without a minimum",
)
def funky2(u: Any, v: Any) -> Any:
    """v sin(2 pi (u - 0.6)/1.2 - pi/2)."""
    return v * np.sin(2 * np.pi * (u - 0.6) / 1.2 - np.pi / 2)


@surface(
    u_range=(0.0, 1.2),
    v_range=(0.0, 1.2),
    z_range=(-1.0, 1.0),
    start=(0.2, 0.1),
    minima=((0.72986325, 0.97949656),),
    camera=(60.0, -80.0),
    source="this project: a slanted valley with ripples",
)
def funky3(u: Any, v: Any) -> Any:
    """A valley along u = 0.2 + 0.6 v, a bowl around (1, 1), and ripples."""
    valley = (u - (0.2 + 0.6 * v)) ** 2 + 0.05 * (v - 1) ** 2
    bowl = 0.4 * ((u - 1) ** 2 + (v - 1) ** 2)
    return valley + bowl + 0.05 * np.sin(8 * u) * np.cos(6 * v) + 0.1
