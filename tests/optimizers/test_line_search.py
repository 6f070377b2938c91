"""The line search, by the conditions that it must meet and by hand; test_lbfgs.py has PyTorch's numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from optimizers.line_search import CURVATURE, DECREASE, LinePoint, LossAlongLine, strong_wolfe
from tests.autograd.cases import Array

Phi = Callable[[float], tuple[float, float]]


class Curve:
    """phi as an `Objective` of one number, with its derivative."""

    def __init__(self, phi: Phi) -> None:
        self.phi, self.evaluations, self.steps = phi, 0, list[float]()

    def value_and_grad(self, x: Array) -> tuple[float, Array]:
        self.evaluations += 1
        self.steps.append(float(x[0]))
        value, slope = self.phi(float(x[0]))
        return value, np.array([slope])


def search(phi: Phi, step: float, most: int = 25) -> tuple[LinePoint, LossAlongLine, Curve]:
    curve = Curve(phi)
    value, slope = phi(0.0)
    line = LossAlongLine(curve, np.zeros(1), np.ones(1), LinePoint(0.0, value, np.array([slope]), slope))
    with np.errstate(all="ignore"):
        found = strong_wolfe(line, step, most)
    assert line.evaluations == curve.evaluations
    return found, line, curve


def _two_roots(b1: float, b2: float) -> Phi:
    """Moré and Thuente's functions 4 to 6, due to Yanai, Ozawa and Kaneko."""

    def gamma(b: float) -> float:
        return float(np.sqrt(1 + b * b) - b)

    def phi(t: float) -> tuple[float, float]:
        one, two = np.hypot(1 - t, b2), np.hypot(t, b1)
        value = gamma(b1) * one + gamma(b2) * two
        return float(value), float(gamma(b1) * (t - 1) / one + gamma(b2) * t / two)

    return phi


def _wavy(t: float) -> tuple[float, float]:
    """Moré and Thuente's function 3, with b = 0.01 and l = 39."""
    b, waves = 0.01, 39
    if t <= 1 - b:
        base, slope = 1 - t, -1.0
    elif t >= 1 + b:
        base, slope = t - 1, 1.0
    else:
        base, slope = (t - 1) ** 2 / (2 * b) + b / 2, (t - 1) / b
    angle = waves * np.pi / 2 * t
    return base + 2 * (1 - b) / (waves * np.pi) * np.sin(angle), slope + (1 - b) * float(np.cos(angle))


CURVES: dict[str, Phi] = {
    "More and Thuente 1": lambda t: (-t / (t * t + 2), (t * t - 2) / (t * t + 2) ** 2),
    "More and Thuente 2": lambda t: (
        (t + 0.004) ** 5 - 2 * (t + 0.004) ** 4,
        (t + 0.004) ** 3 * (5 * t - 7.98),
    ),
    "More and Thuente 3": _wavy,
    "More and Thuente 4": _two_roots(0.001, 0.001),
    "More and Thuente 5": _two_roots(0.01, 0.001),
    "More and Thuente 6": _two_roots(0.001, 0.01),
    "quadratic": lambda t: (t * t - 2 * t, 2 * t - 2),
    "exponential": lambda t: (np.exp(t) - 5 * t, np.exp(t) - 5),
}


# From 1000 the first of them is not solved, by PyTorch neither: it takes for the lower end whichever has the
# lower loss, though it be too high for its step, and so loses sight of the minimum.
@pytest.mark.parametrize("step", [1e-3, 0.1, 1.0, 10.0])
@pytest.mark.parametrize("name", CURVES)
def test_a_step_is_found_that_satisfies_the_wolfe_conditions(name: str, step: float) -> None:
    found, line, _ = search(CURVES[name], step)
    assert found.step > 0
    value, slope = CURVES[name](found.step)
    assert (found.loss, found.slope) == (value, slope)
    assert value <= line.start.loss + DECREASE * found.step * line.start.slope
    assert abs(slope) <= CURVATURE * abs(line.start.slope)
    assert line.evaluations <= 25


def test_steps_are_those_worked_by_hand() -> None:
    # phi(4) = 8 > phi(0); the cubic through both ends of t^2 - 2t is it itself, with its minimum at 1.
    found, _, curve = search(CURVES["quadratic"], 4.0)
    assert (curve.steps, found.step, found.loss) == ([4, 1], 1, -1)
    # The slope at 0.009 is steeper than 0.9 of that at 0, and so it is at 0.09: the minimum, 1, is out of
    # reach, since a step grows tenfold at most.
    found, _, curve = search(CURVES["quadratic"], 0.009)
    np.testing.assert_allclose(curve.steps, [0.009, 0.09, 0.9])
    # Where the first step is accepted there is but one trial, and where no further is allowed there is too.
    assert search(CURVES["quadratic"], 1.5)[2].steps == [1.5]
    for step, best in ((4.0, 0.0), (2.0, 0.0), (1.9999, 1.9999), (0.01, 0.01)):
        found, _, curve = search(CURVES["quadratic"], step, most=0)
        assert (curve.steps, found.step) == ([step], best)
    # t^4 - 4 t is too high at 8; equation 3.59 written out.
    _, _, curve = search(lambda t: (t**4 - 4 * t, 4 * t**3 - 4), 8.0)
    d1 = -4 + 2044 - 3 * (4064 - 0) / 8
    d2 = np.sqrt(d1**2 + 4 * 2044)
    first = 8 - 8 * (2044 + d2 - d1) / (2044 + 4 + 2 * d2)
    np.testing.assert_allclose(curve.steps[:2], [8, first])


def drawn(*values: tuple[float, float]) -> Phi:
    """phi and its slope at 0 and then, one after the other, wherever it is asked for."""
    left = iter(values)
    last = values[-1]
    return lambda _: next(left, last)


def test_enough_is_a_ten_thousandth_of_the_slope() -> None:
    assert search(drawn((0, -1), (-0.0002, -0.5)), 1.0)[2].steps == [1]
    assert len(search(drawn((0, -1), (-0.00005, -0.5), (-1, 0)), 1.0)[2].steps) == 2


def test_a_search_goes_on_by_a_hundredth_at_least() -> None:
    # The cubic from 0 to -0.001, both with slope -1, has its minimum before 1.
    assert search(drawn((0, -1), (-0.001, -1), (-2, 0)), 1.0)[2].steps == [1, 1.01]


def test_a_rise_ends_the_search_for_an_interval_from_the_third_trial_on() -> None:
    rising = drawn((0, -1), (-1, -1), (-0.9, -1), (-0.8, -1), (-3, 0))
    before, second, third, last = search(rising, 1.0)[2].steps
    assert before < second < third  # although it has risen at the second
    assert second < last < third


def test_of_equals_the_new_point_is_the_upper_end() -> None:
    steps = search(drawn((0, -1), (5, 10), (-0.4, -0.95), (-0.4, -0.95), (-1, 0)), 1.0)[2].steps
    assert steps[1] < steps[3] < steps[2] < steps[0]


def test_little_progress_twice_moves_a_tenth_inwards() -> None:
    # The cubic from 0 with slope -1 to 10 with slope 10 is -t + 22 t^2 - 11 t^3, least at a root of
    # -1 + 44 t - 33 t^2. That is near 0, and so is what comes next, in whose place the search looks farther
    # in.
    _, _, curve = search(lambda t: (10.0, 10.0) if t == 1 else (-t, -1.0), 1.0)
    first = (44 - np.sqrt(44**2 - 4 * 33)) / 66
    np.testing.assert_allclose(curve.steps[:3], [1, first, first + 0.1 * (1 - first)], rtol=1e-12)
    assert curve.steps[3] - curve.steps[2] < 0.1 * (1 - curve.steps[2])
    np.testing.assert_allclose(curve.steps[4], curve.steps[3] + 0.1 * (1 - curve.steps[3]), rtol=1e-12)
