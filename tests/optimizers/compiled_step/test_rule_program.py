"""Every optimizer's rule can be compiled, and then races as it does when each step is made on Tensors."""

from __future__ import annotations

import numpy as np
import pytest

from races import run_race
from races.race import FEW
from races.step_program import step_code
from tests.optimizers.case import OptimizerCase
from tests.optimizers.functions import LABELS, RUNS
from tests.races.helpers import race

# So gentle that no descent is chaotic, wherever a long step leads.
SURFACE = {"expression": "sin(u)*cos(v) + 0.1*u**2", "u_range": (-2.0, 2.0), "v_range": (-2.0, 2.0)}
STARTS = np.random.default_rng(5).uniform(-2, 2, (FEW + 4, 2))


@pytest.mark.parametrize("count", [2, len(STARTS)], ids=["floats", "points"])
@pytest.mark.parametrize(("case", "i"), RUNS, ids=LABELS)
def test_a_compiled_race_is_the_race_itself(case: OptimizerCase, i: int, count: int) -> None:
    racer = {"optimizer": case.name, **case.valid[i]}
    spec = race(surface=SURFACE, start=STARTS[:count], steps=30, racers=[racer])
    assert step_code(spec.build_surface(), spec.racers[0], points=count > FEW) is not None
    compiled, eager = run_race(spec), run_race(spec.model_copy(update={"engine": "eager"}))
    np.testing.assert_allclose(compiled.positions, eager.positions, rtol=1e-10, atol=1e-12)
    np.testing.assert_array_equal(compiled.status, eager.status)
