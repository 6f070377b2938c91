"""Races as loops of machine code: the same steps, records and statuses as by numpy."""

from __future__ import annotations

import sys
from itertools import islice
from typing import Any

import numpy as np
import pytest

import races.race
from autograd.compiler.chunks import CHUNK
from optimizers import OPTIMIZERS
from races import RaceSpec, Trace, run_race
from races.many_runs import run_points
from races.recorder import Record, empty_arrays
from races.run_elementwise import RacerRun
from races.run_loops import SPAN, loop, names, pays, run_loops, shared
from races.step_program import StepCode, step_code
from surfaces import SURFACES
from tests.races.helpers import in_python, race

ELEMENTWISE = [name for name, kind in OPTIMIZERS.items() if kind.elementwise]
PAIRS = [*((surface, "adam") for surface in SURFACES), *(("funky", name) for name in ELEMENTWISE)]


@pytest.fixture(autouse=True, scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


def code_of(spec: RaceSpec) -> StepCode:
    code = step_code(spec.build_surface(), spec.racers[0], True, spec.noise is not None)
    assert code is not None
    return code


def starts_in(surface: str, count: int, seed: int = 0) -> Any:
    s = SURFACES[surface]
    low, high = np.array([s.u_range, s.v_range]).T
    return np.random.default_rng(seed).uniform(
        low + 0.1 * (high - low), high - 0.1 * (high - low), (count, 2)
    )


def off(found: Any, expected: Any) -> float:
    """The largest difference, relative to the larger of a number and the median of all."""
    if not np.isfinite(expected).any():
        return float(not np.array_equal(found, expected, equal_nan=True))
    with np.errstate(all="ignore"):
        gap = np.abs(found - expected) / np.maximum(np.abs(expected), np.nanmedian(np.abs(expected)))
    same = (found == expected) | (np.isnan(found) & np.isnan(expected))
    return float(np.where(same, 0.0, gap).max())


def terms_of(trace: Trace) -> Any:
    """The optimizer's terms, of shape (steps, terms, starts): all for u first, then all for v."""
    assert trace.states is not None
    found = np.array(list(trace.states[0].values())).reshape(-1, trace.spec.steps, len(trace.spec.start), 2)
    return found.transpose(1, 3, 0, 2).reshape(trace.spec.steps, -1, len(trace.spec.start))


@pytest.mark.parametrize(("surface", "optimizer"), PAIRS)
def test_from_the_same_state_a_loop_makes_the_same_step(surface: str, optimizer: str) -> None:
    racers = [{"optimizer": optimizer}]
    spec = race(surface=surface, start=starts_in(surface, 13), steps=20, racers=racers, record="state")
    trace, given = run_race(spec), names(code_of(spec), Record)
    terms, numbers = terms_of(trace), shared(code_of(spec), 20, None, ())
    for n in (1, 5, 7, 19):
        rows = np.empty((given["ROWS"], 3))
        rows[:2] = trace.positions[0, n, :3].T
        rows[2 : 2 + given["TERMS"]] = terms[n - 1, :, :3]
        if spec.noise:
            rows[2 + given["TERMS"] : given["GIVEN"]] = next(
                islice(spec.noise.of_starts(slice(0, 3)), n, None)
            )
        with np.errstate(all="ignore"):
            given["step"](rows, 3, numbers[n])
        loss, du, dv, u, v = rows[given["GIVEN"] : given["GIVEN"] + 5]
        assert off(loss, trace.losses[0, n, :3]) < 1e-12
        assert off(np.array([du, dv]).T, trace.gradients[0, n, :3]) < 1e-12
        assert off(np.array([u, v]).T, trace.positions[0, n + 1, :3]) < 1e-12
        assert off(rows[given["GIVEN"] + 5 :][: given["TERMS"]], terms[n, :, :3]) < 1e-12


def raced(spec: RaceSpec, how: str) -> tuple[Record, int]:
    """The first racer's record, and how often it called `on_step`.

    Args:
        spec: the race.
        how: by the "loop" that Python runs, by the "compiled" loop, or by numpy's "points".
    """
    code = code_of(spec)
    record = Record(spec, spec.build_surface(), **{name: x[0] for name, x in empty_arrays(spec).items()})
    steps: list[int] = []
    run = RacerRun.of(
        spec, spec.build_surface(), spec.racers[0], record, lambda: steps.append(1), spec.starts()
    )
    if how == "points":
        run_points(run.many(code))
    elif how == "compiled":
        run_loops(run.many(code), loop(code, Record))
    else:
        run_loops(run.many(code), in_python(code, Record))
    record.forget_ended()
    return record, len(steps)


def assert_same(found: Record, expected: Record, most: float) -> None:
    for name in ("positions", "losses", "gradients", "lowest", "late", "rates"):
        if getattr(expected, name) is not None:
            assert off(getattr(found, name), getattr(expected, name)) <= most, name
    for name, term in (expected.state or {}).items():
        assert found.state is not None
        assert off(found.state[name], term) <= most, name


PLATEAU = {"schedule": "reduce_on_plateau", "start": 0.3, "factor": 0.5, "patience": 1}
CASES: dict[str, dict[str, Any]] = {
    "a schedule": {
        "racers": [{"optimizer": "momentum", "lr": {"schedule": "cosine", "start": 0.1, "steps": 9}}]
    },
    "a rate that watches the loss": {"racers": [{"optimizer": "adam", "lr": PLATEAU}]},
    "noise": {"racers": [{"optimizer": "adam"}], "noise": {"scale": 0.1, "seed": 3}},
    "only the ends": {"racers": [{"optimizer": "sgd", "lr": 0.1}], "record": "ends"},
    "only positions": {"racers": [{"optimizer": "sgd", "lr": 0.1}], "record": "all"},
    "one that diverges": {"racers": [{"optimizer": "sgd", "lr": 1e200}], "steps": 4},
    "one that leaves the domain": {
        "racers": [{"optimizer": "sgd", "lr": 30.0}],
        "surface": "funky",
        "steps": 4,
    },
}


@pytest.mark.parametrize("case", CASES)
def test_a_race_is_recorded_as_by_numpy(case: str) -> None:
    fields: dict[str, Any] = {"surface": "rosenbrock", "steps": 12, "record": "state"} | CASES[case]
    spec = race(start=starts_in(fields["surface"], 3), **fields)
    (found, ticks), (expected, _) = raced(spec, "loop"), raced(spec, "points")
    assert_same(found, expected, 1e-10)
    assert ticks == spec.steps


def wide(**fields: Any) -> RaceSpec:
    """A race of more than two chunks of starts and one span of steps."""
    racers = [{"optimizer": "adam", "lr": {"schedule": "cosine", "start": 0.1, "steps": 60}}]
    start = starts_in("himmelblau", 2 * CHUNK + 9)
    noise = {"scale": 0.5, "seed": 2}
    return race(surface="himmelblau", start=start, steps=SPAN + 7, racers=racers, noise=noise, **fields)


def test_a_compiled_race_is_the_same_race() -> None:
    spec = wide(record="state")
    (found, ticks), (expected, _) = raced(spec, "compiled"), raced(spec, "points")
    assert_same(found, expected, 1e-7)
    assert ticks == spec.steps
    ends, _ = raced(wide(record="ends"), "compiled")  # by the same code
    np.testing.assert_array_equal(ends.positions, found.positions[[0, -1]])
    np.testing.assert_array_equal([ends.lowest, ends.late], [found.lowest, found.late])
    trace, blocks = (run_race(wide(engine=engine)) for engine in ("loops", "compiled"))
    np.testing.assert_array_equal(trace.positions[0], found.positions)
    np.testing.assert_array_equal(trace.status, blocks.status)


def test_large_races_take_the_loop_by_themselves_and_small_ones_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken: list[str] = []
    for name in ("run_loops", "run_points", "run_floats", "run_eager"):
        monkeypatch.setattr(races.race, name, lambda *_, name=name: taken.append(name))
    monkeypatch.setattr(races.race, "loop", lambda code, _: code)
    monkeypatch.setattr(races.race, "pays", lambda _, steps, threads: steps >= 20 * 30)
    for count, engine in ((30, "compiled"), (29, "compiled"), (1, "compiled"), (1, "loops"), (30, "eager")):
        with np.errstate(all="ignore"):  # nothing is recorded
            run_race(race(start=starts_in("slope", count), steps=20, engine=engine))
    assert taken == ["run_loops", "run_points", "run_floats", "run_loops", "run_eager"]


def test_a_loop_pays_for_large_races_alone() -> None:
    code = code_of(race(surface="funky", racers=[{"optimizer": "adam"}]))
    assert not pays([code], 120 * 1000)
    assert pays([code], 120 * 1_000_000, threads=2)
    assert not pays([code], 120 * 100_000, threads=2)


def test_without_numba_a_race_of_loops_is_one_of_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)
    loops, blocks = (
        run_race(race(start=starts_in("slope", 40), engine=engine)) for engine in ("loops", "compiled")
    )
    np.testing.assert_array_equal(loops.positions, blocks.positions)
