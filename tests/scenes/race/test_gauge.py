"""The gauge of what learned racers choose."""

from __future__ import annotations

import numpy as np
import pytest

from scenes.frame import Area
from scenes.race.loss_plot import LossPlot, rate_scale
from tests.scenes.moments import small
from tests.views.test_rates import LEARNED, raced
from views.captions import captions
from views.rates import chosen_rates


def test_the_needles_of_the_gauge_stand_at_what_is_chosen() -> None:
    trace = raced({"optimizer": "sgd", "lr": 0.01}, LEARNED | {"lr": 0.1})
    (chosen,) = chosen_rates(trace).values()
    with small():
        plot = LossPlot(trace, captions("en"), Area(0.0, 0.0, 4.0, 3.0))
    heights = []
    for step in range(20):
        plot.runners.at(float(step))
        heights.append([ball.get_center()[1] for ball in plot.runners.balls[-2:]])
    assert np.ptp(heights) > 0.5
    assert 0 < np.min(heights) < np.max(heights) < 3
    logs = np.log10(chosen).ravel()
    slope, level = np.polyfit(logs, np.ravel(heights), 1)
    assert slope > 0
    np.testing.assert_allclose(slope * logs + level, np.ravel(heights), atol=1e-9)


@pytest.mark.parametrize("factor", [1.0, 1.0001, 50.0, 1e9])
def test_a_gauge_is_logarithmic_and_spans_a_tenth_of_a_decade_at_least(factor: float) -> None:
    scale = rate_scale(np.array([[0.01, 0.01 * factor]]), log=True)
    assert scale.log
    assert scale.low < -2
    assert scale.high > np.log10(0.01 * factor)
    assert scale.high - scale.low > 0.1
