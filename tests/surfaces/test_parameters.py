"""A formula's parameters: their values are part of the surface, and are checked."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, value_and_grad
from surfaces import SURFACES, Surface, expression_surface, get_surface


def test_a_surface_tells_its_parameters() -> None:
    assert {name: surface.parameters for name, surface in SURFACES.items() if surface.parameters} == {
        "ravine": {"condition": 100.0}
    }
    assert get_surface("ravine", condition=9.0).parameters == {"condition": 9.0}


def test_parameters_given_out_are_a_copy() -> None:
    get_surface("ravine").parameters["condition"] = 1.0
    assert get_surface("ravine").parameters == {"condition": 100.0}


def test_a_value_is_the_formulas_for_every_kind_of_number() -> None:
    surface = get_surface("ravine", condition=4)
    assert surface(2.0, 3.0) == 0.5 * (4 / 4 + 9)
    assert type(surface(2, 3)) is float
    np.testing.assert_array_equal(surface(np.array([2.0, 0.0]), 3.0), [5.0, 4.5])
    assert surface(Tensor(2.0), Tensor(3.0)).data == 5.0
    assert value_and_grad(surface.formula)(2.0, 3.0) == (5.0, (0.5, 3.0))
    assert get_surface("ravine")(2.0, 3.0) == 0.5 * (4 / 100 + 9)


def test_all_else_of_the_record_stays() -> None:
    plain, other = get_surface("ravine"), get_surface("ravine", condition=7.0)
    for name in Surface.__dataclass_fields__:
        if name != "formula":
            assert getattr(other, name) == getattr(plain, name)


def test_equal_values_make_equal_surfaces() -> None:
    plain = get_surface("ravine")
    some = [get_surface("ravine", condition=9), plain.with_parameters(condition=9.0)]
    some.append(get_surface("ravine", condition=7.0).with_parameters(condition=9.0))
    assert len(set(some)) == 1
    assert plain not in some
    assert get_surface("ravine", condition=8.0) not in some
    defaults = (
        plain.with_parameters(),
        plain.with_parameters(condition=100),
        some[0].with_parameters(condition=100),
    )
    assert {plain, *defaults} == {plain}


def test_what_a_value_is_left_out_of_keeps_it() -> None:
    assert get_surface("ravine", condition=9.0).with_parameters().parameters == {"condition": 9.0}


@pytest.mark.parametrize("value", [1, 1.0, 1e6, np.float64(2.5)])
def test_bounds_are_allowed(value: float) -> None:
    assert get_surface("ravine", condition=value).parameters == {"condition": float(value)}


@pytest.mark.parametrize(
    "value", [0.999, 0, -5.0, 1e6 + 1, math.inf, -math.inf, math.nan, True, "9", None, [9.0], 9j, 10**400]
)
def test_other_values_are_refused_in_one_line(value: Any) -> None:
    with pytest.raises(
        ValueError, match=r"^condition of surface ravine must be a number from 1 to 1e\+06, got "
    ) as error:
        get_surface("ravine", condition=value)
    assert len(str(error.value)) < 120


def test_an_unknown_parameter_is_refused_with_the_nearest() -> None:
    expected = (
        r"^unknown parameter of surface ravine 'conditon'; did you mean 'condition'\? Allowed: condition$"
    )
    with pytest.raises(ValueError, match=expected):
        get_surface("ravine", conditon=3.0)
    with pytest.raises(ValueError, match=r"^surface sphere has no parameters, got 'condition'$"):
        get_surface("sphere", condition=3.0)
    for name in ("self", "name", "u", "formula"):
        with pytest.raises(ValueError, match=r"^unknown parameter of surface ravine"):
            get_surface("ravine", **{name: 3.0})
    with pytest.raises(ValueError, match="has no parameters"):
        expression_surface("u*v", (-1, 1), (-1, 1)).with_parameters(condition=3.0)
