"""`Surface`: a loss z = f(u, v) with what a race on it needs to know, and the registry of names."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, TypeAlias, TypeVar

import numpy as np

from autograd.compiler.program import NotElementwiseError
from support.messages import shorten, unknown
from surfaces.rates import RATES

Point: TypeAlias = tuple[float, float]
Formula: TypeAlias = Callable[..., Any]  # of u and v, and of its own parameters, by name
T = TypeVar("T")


class FrozenMapping(Mapping[str, T]):
    """A mapping that cannot be changed, so that what holds it can be hashed."""

    def __init__(self, items: Mapping[str, T]) -> None:
        self._items = dict(items)

    def __getitem__(self, key: str) -> T:
        return self._items[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        return repr(self._items)


@dataclass(frozen=True)
class _Bound:
    """A formula with some of its parameters set; two are equal if formula and values are."""

    formula: Formula
    values: FrozenMapping[float]

    def __call__(self, u: Any, v: Any) -> Any:
        return self.formula(u, v, **self.values)


@dataclass(frozen=True, kw_only=True)
class Surface:
    """A loss surface. Calling it evaluates its formula on floats, arrays or Tensors.

    Arrays of points give an array of their shape. A formula that does not take arrays elementwise, such as a
    loss over a data set, ``np.mean((u * X + v - Y) ** 2)``, is called once for each point.

    Attributes:
        name: what race.toml calls it.
        formula: f(u, v), written with numpy's functions, which gives one number for two; it may have
            parameters, keyword-only ones with a default.
        u_range: the least and greatest u of the domain, both inside it.
        v_range: the same for v.
        z_range: the heights to show.
        start: where a race starts unless told otherwise.
        minima: the known global minimizers, inside the domain or not; where the formula has no lower
            bound, the lowest stationary point of the domain; () where there is none.
        camera: the angles (phi, theta) of a good view, in degrees.
        source: where the formula is from.
        suggested: the learning rate that shows an optimizer well here, in a race of 120 to 200 steps with its
            other hyperparameters at their defaults; by the optimizer's name in race.toml.
        noise: the standard deviation of the noise that the gradient has in a race, unless told otherwise.
        parameter_ranges: the least and the greatest value that is allowed for each of the formula's
            parameters; the rest of the record holds for all of them.

    >>> from surfaces import get_surface
    >>> get_surface("slope")(2.0, 3.0)
    2.5
    >>> get_surface("ravine").with_parameters(condition=4.0)(2.0, 3.0)
    5.0
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
    suggested: Mapping[str, float] = field(default_factory=dict)
    noise: float = 0.0
    parameter_ranges: Mapping[str, Point] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in (
            "u_range",
            "v_range",
            "z_range",
            "start",
            "camera",
        ):  # lists, too, so that it can be hashed
            object.__setattr__(self, name, tuple(getattr(self, name)))
        object.__setattr__(self, "minima", tuple(map(tuple, self.minima)))
        object.__setattr__(self, "suggested", FrozenMapping(self.suggested))
        object.__setattr__(self, "parameter_ranges", FrozenMapping(self.parameter_ranges))

    def __call__(self, u: Any, v: Any) -> Any:
        """The loss at (u, v); a float for two numbers, inf or nan where the formula has no value.

        Raises:
            TypeError: if the formula gives more than one number for a point.
        """
        with np.errstate(all="ignore"):
            if isinstance(u, float | int) and isinstance(v, float | int):
                return _at_point(self.formula, u, v)
            if isinstance(u, np.ndarray) or isinstance(v, np.ndarray):
                return self._at_points(u, v)
            value = self.formula(u, v)
            try:
                single = getattr(u, "shape", ()) == getattr(v, "shape", ()) == ()
            except NotElementwiseError:  # symbols of any number of points
                return value
            return _single(value) if single else value

    @property
    def elementwise(self) -> bool:
        """Whether the formula takes arrays of points elementwise.

        It is tried on five of the domain's points, which together must give what each gives alone.
        """
        return _elementwise(self.formula, self.u_range, self.v_range)

    def _at_points(self, u: Any, v: Any) -> Any:
        """The losses at arrays of points, in their common shape."""
        u, v = np.broadcast_arrays(u, v)
        # Elementwise or not is a matter of one axis: `axis=1` may sum over data for a row of points.
        flat_u, flat_v = u.ravel(), v.ravel()
        if self.elementwise:
            losses = np.broadcast_to(self.formula(flat_u, flat_v), flat_u.shape)
        else:
            points = zip(flat_u.tolist(), flat_v.tolist(), strict=True)
            losses = np.array([_at_point(self.formula, *point) for point in points], dtype=np.float64)
        return losses.reshape(u.shape)

    def contains(self, u: Any, v: Any) -> Any:
        """Whether (u, v) lies in the domain; elementwise for arrays."""
        (u_low, u_high), (v_low, v_high) = self.u_range, self.v_range
        return (u >= u_low) & (u <= u_high) & (v >= v_low) & (v <= v_high)

    @property
    def parameters(self) -> dict[str, float]:
        """The formula's parameters and the values they have here.

        >>> get_surface("ravine").parameters
        {'condition': 100.0}
        """
        formula, values = self._unbound()
        return self._defaults(formula) | values

    def with_parameters(self, /, **values: float) -> Surface:
        """This surface with other values of its formula's parameters; those left out stay as they are.

        Raises:
            ValueError: naming a parameter that the formula does not have, or one out of its range.
        """
        for name, value in values.items():
            self._require(name, value)
        formula, before = self._unbound()
        chosen = before | {name: float(value) for name, value in values.items()}
        # Defaults are left out, so that with them the surface is equal to the one without.
        defaults = self._defaults(formula)
        changed = {name: value for name, value in chosen.items() if value != defaults[name]}
        return replace(self, formula=_Bound(formula, FrozenMapping(changed)) if changed else formula)

    def _unbound(self) -> tuple[Formula, dict[str, float]]:
        """The formula as it was written, and the parameters that are set."""
        if isinstance(self.formula, _Bound):
            return self.formula.formula, dict(self.formula.values)
        return self.formula, {}

    def _defaults(self, formula: Formula) -> dict[str, float]:
        names = inspect.signature(formula).parameters if self.parameter_ranges else {}
        return {name: names[name].default for name in self.parameter_ranges if name in names}

    def _require(self, name: str, value: Any) -> None:
        """Raise ValueError unless the formula has such a parameter and may have such a value for it."""
        allowed = self.parameter_ranges
        if not allowed:
            raise ValueError(f"surface {self.name} has no parameters, got {shorten(repr(name))}")
        if name not in allowed:
            raise ValueError(unknown(f"parameter of surface {self.name}", name, allowed))
        low, high = allowed[name]
        if not isinstance(value, float | int) or isinstance(value, bool) or not low <= value <= high:
            raise ValueError(
                f"{name} of surface {self.name} must be a number from {low:g} to {high:g}, "
                f"got {shorten(repr(value))}"
            )


def _at_point(formula: Formula, u: float, v: float) -> float:
    """The loss at a point, by numpy's floats: Python's raise where arrays and Tensors answer inf or nan."""
    value = formula(np.float64(u), np.float64(v))
    return float(value if isinstance(value, float | int) else _single(value))


def _single(value: Any) -> Any:
    """The one number of an array, Tensor or symbol of whatever shape."""
    shape = value.shape if hasattr(value, "shape") else np.shape(value)
    if any(length != 1 for length in shape):
        raise TypeError(
            f"a surface's formula must give one number for a point, not an array of shape {shape}: "
            "sum over the data, or take their mean"
        )
    return np.reshape(value, ()) if shape else value


@lru_cache(maxsize=64)
def _elementwise(formula: Formula, u_range: Point, v_range: Point) -> bool:
    """See `Surface.elementwise`."""
    # Anywhere in the domain, but not where formulas are special.
    u, v = (
        low + (high - low) * np.array(part)
        for (low, high), part in (
            (u_range, (0.137, 0.871, 0.419, 0.293, 0.643)),
            (v_range, (0.733, 0.187, 0.361, 0.927, 0.571)),
        )
    )
    with np.errstate(all="ignore"):
        try:
            together = np.asarray(formula(u, v), dtype=np.float64)
            alone = [_at_point(formula, *point) for point in zip(u.tolist(), v.tolist(), strict=True)]
        except Exception:  # noqa: BLE001  (whatever a user's formula raises for arrays)
            return False
        same = together.shape in {(), u.shape} and np.isclose(together, alone, 1e-6, 0.0, equal_nan=True)
    return bool(np.all(same))


SURFACES: dict[str, Surface] = {}


def surface(**record: Any) -> Callable[[Formula], Formula]:
    """Register the decorated formula as a `Surface` under its own name, with the attributes given.

    Args:
        record: the attributes of the `Surface`, except its name and formula. Rates that `suggested` leaves
            out are those of `surfaces.rates`.

    Raises:
        TypeError: for an attribute that a `Surface` does not have, or where one without a default is missing.

    >>> @surface(u_range=(-1, 1), v_range=(-1, 1), z_range=(0, 2), start=(0.5, 0.5))
    ... def cone(u, v):
    ...     return np.hypot(u, v)
    >>> get_surface("cone")(3.0, 4.0)
    5.0
    >>> del SURFACES["cone"]
    """

    def register(formula: Formula) -> Formula:
        name = getattr(formula, "__name__", "")
        suggested = RATES.get(name, {}) | record.get("suggested", {})
        SURFACES[name] = Surface(name=name, formula=formula, **(record | {"suggested": suggested}))
        return formula

    return register


def get_surface(name: str, /, **parameters: float) -> Surface:
    """The registered surface of that name, with these values of its formula's parameters.

    Args:
        name: as in race.toml.
        parameters: numbers by the parameter's name; those left out keep their defaults.

    Raises:
        ValueError: if there is no such surface, listing the names; if it has no such parameter, or the value
            is not allowed.

    >>> get_surface("ravine", condition=4.0)(2.0, 3.0)
    5.0
    """
    if name not in SURFACES:
        raise ValueError(unknown("surface", str(name), sorted(SURFACES)))
    return SURFACES[name].with_parameters(**parameters) if parameters else SURFACES[name]
