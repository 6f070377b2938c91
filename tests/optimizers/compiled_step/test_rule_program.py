"""Every optimizer's rule can be compiled, and then races as it does when each step is made on Tensors."""

from __future__ import annotations

import numpy as np
import pytest

from races import run_race
from races.race import FEW
from races.step_program import step_code
from tests.optimizers.case import OptimizerCase
from tests.optimizers.functions import RUNS
from tests.races.helpers import race

# So gentle that no descent is chaotic, wherever a long step leads.
SURFACE = {"expression": "sin(u)*cos(v) + 0.1*u**2", "u_range": (-2.0, 2.0), "v_range": (-2.0, 2.0)}
STARTS = np.random.default_rng(5).uniform(-2, 2, (FEW + 4, 2))


@pytest.mark.parametrize("count", [2, len(STARTS)], ids=["floats", "points"])
@pytest.mark.parametrize("case", [case for case, i in RUNS if i == 0], ids=lambda case: case.name)
def test_a_compiled_race_is_the_race_itself(case: OptimizerCase, count: int) -> None:
    racers = [
        {"optimizer": case.name, "name": f"{case.name} {i}", **case.valid[i]}
        for other, i in RUNS
        if other is case
    ]
    spec = race(surface=SURFACE, start=STARTS[:count], steps=30, racers=racers)
    for racer in spec.racers:
        assert step_code(spec.build_surface(), racer, points=count > FEW) is not None
    compiled, eager = run_race(spec), run_race(spec.model_copy(update={"engine": "eager"}))
    np.testing.assert_allclose(compiled.positions, eager.positions, rtol=1e-10, atol=1e-12)
    np.testing.assert_array_equal(compiled.status, eager.status)
