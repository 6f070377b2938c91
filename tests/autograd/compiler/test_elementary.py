"""The elementary functions of loops: against mpmath's recorded values, and numpy's special ones."""

from __future__ import annotations

import itertools
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograd.compiler.elementary import ANYWHERE, FAR, FUNCTIONS, OF_TWO
from autograd.rules import RULES
from tests.oracle.record_elementary import EXACT, errors, in_python

RECORDED = np.load(Path(__file__).parents[2] / "oracle" / "elementary.npz")
MOST = sorted({*FUNCTIONS} - EXACT)
SPECIAL = (
    0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 1.5, -2.5, 2.0, -2.0, 3.0, -3.0, 5e-324, -5e-324, 1e-310, -1e-310,
    1e300, -1e300, 1.7976931348623157e308, -1.7976931348623157e308, 1e16, 2.0**53 - 1, 1 - 2.0**53, math.inf,
    -math.inf, math.nan, 2.2250738585072014e-308, 1e-20, -1e-20, 0.9999999999999999, 1.0000000000000002,
    709.0, 710.0, 711.0, -708.0, -745.0, -746.0, 1023.0, 1024.0, -1074.0, -1075.0, -1e16, 2.0**53 + 2,
)  # fmt: skip


def claimed(name: str) -> float:
    """The largest error that a function's docstring admits."""
    found = re.search(r"error of\s+at most ([\d.]+) ulp", FUNCTIONS[name].__doc__ or "")
    assert found, name
    return float(found[1])


def alike(found: Any, expected: Any) -> Any:
    """Whether numbers differ by 2 units in the last place at most, and not where one is special."""
    with np.errstate(all="ignore"):
        close = np.abs(found - expected) <= 2 * np.spacing(np.abs(expected))
    same = (found == expected) | (close & np.isfinite(expected) & np.isfinite(found))
    return same & (np.signbit(found) == np.signbit(expected)) | (np.isnan(found) & np.isnan(expected))


@pytest.mark.parametrize("name", MOST)
def test_errors_are_as_their_docstrings_say(name: str) -> None:
    *given, high, low = RECORDED[name]
    assert claimed(name) <= 2
    assert errors(in_python(name, tuple(given)), high, low).max() <= claimed(name)


def test_the_measure_finds_an_error_of_an_ulp() -> None:
    *given, high, low = RECORDED["exp"]
    assert (
        errors(np.nextafter(in_python("exp", tuple(given)), np.inf), high, low).max() > claimed("exp") + 0.5
    )


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_special_values_are_as_numpy_has_them(name: str) -> None:
    points = list(itertools.product(SPECIAL[:28], repeat=2)) if name in OF_TWO else [(x,) for x in SPECIAL]
    if name in ANYWHERE:
        points = [point for point in points if not abs(point[0]) > FAR]
    given = np.array(points).T
    with np.errstate(all="ignore"):
        expected = np.power(*given) if name == "power" else RULES[name].forward(*given)
    found = in_python(name, tuple(given))
    assert alike(found, expected).all(), given[:, ~alike(found, expected)].T.tolist()


@pytest.mark.parametrize("name", sorted(ANYWHERE))
def test_angles_beyond_the_reduction_are_numpys(name: str) -> None:
    far = np.array([1.1e6, -1e7, 1e22, 1.7e308, math.inf, -math.inf])
    with np.errstate(all="ignore"):
        found = np.array([ANYWHERE[name](x) for x in [*far, np.float64(0.7)]])
        expected = getattr(np, name)([*far, 0.7])
    assert alike(found, expected).all()
