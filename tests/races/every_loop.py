"""Measures loops against numpy's blocks: python -m tests.races.every_loop [SURFACE ...]

For each surface and each elementwise optimizer a race of 120 steps is run by numpy in blocks; a compiled loop
then makes each of these steps anew, from the state that it began with. Printed is the largest relative
difference of losses, gradients, positions and terms. Beside it: how many statuses of whole races differ, and
in how many of these cases those of blocks stay the same if the starts are moved by a unit in the last place.
Everything has to be compiled: this takes a quarter of an hour.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from optimizers import OPTIMIZERS
from races import RaceSpec, run_race
from races.run_loops import loop
from races.step_program import step_code
from surfaces import SURFACES
from tests.races.helpers import race
from tests.races.test_loops import off, starts_in, terms_of

STEPS, STARTS = 120, 40


def one_by_one(spec: RaceSpec) -> float:
    """The largest difference in a step from the same state."""
    trace, code = (
        run_race(spec),
        step_code(spec.build_surface(), spec.racers[0], True, spec.noise is not None),
    )
    assert code is not None
    compute, terms, worst = loop(code), terms_of(trace), 0.0
    surface, rates = spec.build_surface(), np.zeros(STEPS)
    positions, losses = np.empty((STEPS + 1, STARTS, 2)), np.empty((STEPS + 1, STARTS))
    gradients, kept = np.empty((STEPS, STARTS, 2)), np.empty((1, code.terms, STARTS))
    noise = spec.noise.of_starts(slice(0, STARTS)) if spec.noise else None
    draws = np.array([next(noise) for _ in range(STEPS)]) if noise else np.empty((STEPS, 0, 0))
    for n in range(1, STEPS):
        state = np.ascontiguousarray(np.concatenate([trace.positions[0, n].T, terms[n - 1]]))
        bounds: Any = (*surface.u_range, *surface.v_range)
        compute(
            state, np.empty((0, STARTS)), draws[n : n + 1], rates, (n, n + 1, STEPS, 0), bounds,
            positions, losses, gradients, np.full(STARTS, np.inf), np.full(STARTS, -np.inf), kept,
        )  # fmt: skip
        on = np.isfinite(trace.positions[0, n]).all(axis=-1) & np.isfinite(trace.losses[0, n])
        if on.any():
            worst = max(
                worst,
                off(losses[n, on], trace.losses[0, n, on]),
                off(gradients[n, on], trace.gradients[0, n, on]),
                off(state[:2, on].T, trace.positions[0, n + 1, on]),
                off(kept[0][:, on], terms[n][:, on]),
            )
    return worst


def statuses(surface: str, optimizer: str) -> tuple[int, int]:
    """How many statuses of a whole race differ from those of blocks, and how many of these are no chaos."""

    def run(start: Any, engine: str) -> Any:
        racers = [{"optimizer": optimizer}]
        return run_race(race(surface=surface, start=start, steps=STEPS, racers=racers, engine=engine)).status[
            0
        ]

    start = starts_in(surface, STARTS)
    expected = run(start, "compiled")
    differ = run(start, "loops") != expected
    steady = np.ones(STARTS, dtype=bool)
    for direction in (-np.inf, np.inf):
        steady &= run(np.nextafter(start, direction), "compiled") == expected
    return int(differ.sum()), int((differ & steady).sum())


def main() -> None:
    """Measure and print."""
    for surface in sys.argv[1:] or SURFACES:
        for optimizer, kind in OPTIMIZERS.items():
            if kind.elementwise:
                racers = [{"optimizer": optimizer}]
                start = starts_in(surface, STARTS)
                spec = race(surface=surface, start=start, steps=STEPS, racers=racers, record="state")
                worst, (differ, unexplained) = one_by_one(spec), statuses(surface, optimizer)
                found = f"{differ} statuses differ, {unexplained} steadily"
                print(f"{surface:18}{optimizer:10}{worst:9.1e}, {found}", flush=True)


if __name__ == "__main__":
    main()
