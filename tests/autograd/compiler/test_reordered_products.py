"""Products that the compiler reorders are infinite where the written ones are, and at least as accurate.

The right values are those of long doubles, which neither overflow nor underflow here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograd import value_and_grad

pytestmark = pytest.mark.skipif(
    np.finfo(np.longdouble).maxexp < 16000, reason="long doubles are doubles here"
)

# What a product is made of: a factor, and its derivatives with respect to x and to y.
FACTORS: dict[str, tuple[Callable[[Any, Any], Any], Callable[[Any, Any], Any], Callable[[Any, Any], Any]]] = {
    "x": (lambda x, _: x, lambda x, _: x**0, lambda *_: 0.0),
    "y": (lambda _, y: y, lambda *_: 0.0, lambda _, y: y**0),
    "-x": (lambda x, _: -x, lambda x, _: -(x**0), lambda *_: 0.0),
    "sin x": (lambda x, _: np.sin(x), lambda x, _: np.cos(x), lambda *_: 0.0),
    "cos y": (lambda _, y: np.cos(y), lambda *_: 0.0, lambda _, y: -np.sin(y)),
    "bell": (lambda x, _: np.exp(-x * x), lambda x, _: -2 * x * np.exp(-x * x), lambda *_: 0.0),
    **{
        f"{c:g}": (lambda *_, c=c: c, lambda *_: 0.0, lambda *_: 0.0)
        for c in (0.0015, 0.1, 0.75, -1.0, 3.0, -70.0, 900.0)
    },
}
numbers = st.builds(
    lambda sign, digits, exponent: math.copysign(digits, sign) * 10.0**exponent,
    st.sampled_from((-1, 1)),
    st.floats(1, 9.99),
    st.integers(-321, 307),
)


def product(names: list[str]) -> Callable[[Any, Any], Any]:
    """The factors, multiplied from left to right."""

    def function(x: Any, y: Any) -> Any:
        result = FACTORS[names[0]][0](x, y)
        for name in names[1:]:
            result = result * FACTORS[name][0](x, y)
        return result

    return function


def exact(names: list[str], x: float, y: float) -> list[Any]:
    """The value and the derivatives, and for each the sum of its terms' absolute values."""
    point = np.longdouble(x), np.longdouble(y)
    found = []
    for column in range(3):
        terms = []
        for chosen in range(1 if column == 0 else len(names)):
            factors = [FACTORS[name][column if i == chosen else 0] for i, name in enumerate(names)]
            terms.append(math.prod((f(*point) for f in factors), start=np.longdouble(1)))
        found.append((sum(terms), sum(map(abs, terms))))
    return found


@given(st.lists(st.sampled_from(sorted(FACTORS)), min_size=2, max_size=7), numbers, numbers)
@example(["900", "x", "0.0015"], 1e307, 1.0)
@example(["0.0015", "x", "900"], 1e307, 1.0)
@example(["3", "x", "y"], 1e308, 1e-3)
@example(["0.1", "x", "y"], 1e308, 3.0)
@example(["0.75", "sin x", "y", "0.1"], 1e-200, 1e-200)
@example(["900", "sin x", "cos y", "x"], 5e-324, 1e-200)
def test_a_product_is_no_less_accurate_than_it_is_written(names: list[str], x: float, y: float) -> None:
    function = product(names)
    eager, compiled = value_and_grad(function, engine="eager"), value_and_grad(function)
    both = [[value, *slopes] for value, slopes in (eager(x, y), compiled(x, y))]
    for written, reordered, (right, size) in zip(*both, exact(names, x, y), strict=True):
        if math.isnan(written):
            continue
        assert math.isfinite(reordered) == math.isfinite(written) or abs(right) > 1.79e308
        if math.isfinite(reordered) and math.isfinite(written):
            off = abs(reordered - right)
            assert off <= abs(written - right) + 1e-12 * size + 1e-322
