"""`Surface`: a loss z = f(u, v) with what a race on it needs to know, and the registry of names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from surfaces.messages import unknown

Point: TypeAlias = tuple[float, float]
Formula: TypeAlias = Callable[[Any, Any], Any]


@dataclass(frozen=True, kw_only=True)
class Surface:
    """A loss surface. Calling it evaluates its formula on floats, arrays or Tensors, elementwise.

    Attributes:
        name: what race.toml calls it.
        formula: f(u, v), written with numpy's functions.
        u_range: the least and greatest u of the domain, both inside it.
        v_range: the same for v.
        z_range: the heights to show.
        start: where a race starts unless told otherwise.
        minima: the known global minimizers, inside the domain or not; where the formula has no lower
            bound, the lowest stationary point of the domain; () where there is none.
        camera: the angles (phi, theta) of a good view, in degrees.
        source: where the formula is from.

    >>> from surfaces import get_surface
    >>> get_surface("slope")(2.0, 3.0)
    2.5
    """

    name: str
    formula: Formula
    u_range: Point
    v_range: Point
    z_range: Point
    start: Point
    minima: tuple[Point, ...] = ()
    camera: Point = (60.0, -80.0)
    source: str = ""

    def __call__(self, u: Any, v: Any) -> Any:
        """The loss at (u, v); a float for two numbers, inf or nan where the formula has no value."""
        with np.errstate(all="ignore"):
            if isinstance(u, float | int) and isinstance(v, float | int):
                # numpy's floats: Python's own raise where arrays and Tensors answer inf or nan.
                return float(self.formula(np.float64(u), np.float64(v)))
            return self.formula(u, v)

    def contains(self, u: Any, v: Any) -> Any:
        """Whether (u, v) lies in the domain; elementwise for arrays."""
        (u_low, u_high), (v_low, v_high) = self.u_range, self.v_range
        return (u >= u_low) & (u <= u_high) & (v >= v_low) & (v <= v_high)


SURFACES: dict[str, Surface] = {}


def surface(**record: Any) -> Callable[[Formula], Formula]:
    """Register the decorated formula as a `Surface` under its own name, with the attributes given."""

    def register(formula: Formula) -> Formula:
        name = getattr(formula, "__name__", "")
        SURFACES[name] = Surface(name=name, formula=formula, **record)
        return formula

    return register


def get_surface(name: str) -> Surface:
    """The registered surface of that name.

    Raises:
        ValueError: if there is none, with the names that there are.
    """
    if name not in SURFACES:
        raise ValueError(unknown("surface", str(name), SURFACES))
    return SURFACES[name]
