"""Measures loops against numpy's blocks: python -m tests.races.every_loop [SURFACE ...]

For each surface and each elementwise optimizer a race of 120 steps is run by numpy in blocks; a compiled loop
then makes each of these steps anew, from the state that it began with. Printed is the largest relative
difference of losses, gradients, positions and terms, less four times what a unit in the last place of each
operation's result makes of them: near a minimum, a loss and a gradient are nothing but rounding. Beside it:
how many statuses of whole races differ, and in how many of these cases those of blocks stay the same if the
starts are moved by a unit in the last place. Everything has to be compiled: this takes a quarter of an hour.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import repeat
from typing import Any

import numpy as np

from autograd.compiler import machine_code
from autograd.compiler.chunks import CHUNK, step, step_carefully
from autograd.compiler.program import Input, Operation, Program
from autograd.rules import RULES
from optimizers import OPTIMIZERS
from races import RaceSpec, run_race
from races.recorder import Record
from races.run_loops import names, shared
from races.step_program import step_code
from surfaces import SURFACES
from tests.races.helpers import race
from tests.races.test_loops import starts_in, terms_of

STEPS, STARTS = 120, 40


def one_by_one(spec: RaceSpec) -> float:
    """The largest difference in a step from the same state."""
    trace, code = (
        run_race(spec),
        step_code(spec.build_surface(), spec.racers[0], True, spec.noise is not None),
    )
    assert code is not None
    given, terms, worst = names(code, Record), terms_of(trace), 0.0
    numbers = shared(code, STEPS, None, ())
    step = machine_code.compiled(one_step, "void(float64[:,::1], int64, float64[::1])", given)
    draws: Any = spec.noise.of_starts(slice(0, STARTS)) if spec.noise else repeat(np.empty((0, STARTS)))
    random = np.random.default_rng(0)
    for n, draw in zip(range(STEPS), draws):  # noqa: B905 (the draws are infinite)
        if n == 0:
            continue
        state = np.concatenate([trace.positions[0, n].T, terms[n - 1]])
        expected = np.empty((5 + code.terms, STARTS))
        with np.errstate(all="ignore"):
            code.later.block(*state, *draw, n + 1.0, *expected, *code.later.buffers(STARTS))
        rows = np.concatenate([state, draw, np.empty((5 + code.terms, STARTS))])
        padded = np.zeros((given["ROWS"], CHUNK))
        padded[: len(rows), :STARTS] = rows
        step(padded, STARTS, numbers[n])
        found = padded[given["GIVEN"] : len(rows), :STARTS]
        with np.errstate(all="ignore"):
            rounded = [computed(code.later.program, [*state, *draw, n + 1.0], random) for _ in range(8)]
            rounding = np.max([np.abs(other - expected) for other in rounded], axis=0)
            gap = np.maximum(np.abs(found - expected) - 4 * rounding, 0) / np.abs(expected)
        on = np.isfinite(trace.positions[0, n]).all(axis=-1) & np.isfinite(trace.losses[0, n])
        worst = max(worst, float(np.nanmax(np.where(found == expected, 0, gap)[:, on], initial=0.0)))
    return worst


def computed(program: Program, given: Sequence[Any], random: np.random.Generator) -> Any:
    """What a program gives if the result of each of its operations is off by an ulp or not."""
    found: dict[int, Any] = {}
    for number in program.live():
        value = program.values[number]
        if isinstance(value, Operation):
            exact = RULES[value.name].forward(*(found[i] for i in value.inputs), **dict(value.settings))
            off = random.choice([-1, 0, 1], np.shape(exact)) * 2.0**-52
            found[number] = exact if np.asarray(exact).dtype == bool else exact * (1 + off)
        else:
            found[number] = given[value.position] if isinstance(value, Input) else value.value
    return np.array([np.broadcast_to(found[number], STARTS) for number in program.outputs])


def one_step(rows: Any, size: int, numbers: Any) -> None:
    """A step of a chunk of starts."""
    if step(rows, np.uint64(size), numbers):
        step_carefully(rows, np.uint64(size), numbers)


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
