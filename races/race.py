"""`run_race`: from a `RaceSpec` to a `Trace`, one gradient step at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import TracingError
from autograd.compiler import machine_code
from autograd.compiler.compiled import processors
from optimizers.external.user_source import OwnError
from races.many_runs import nothing, run_points
from races.metrics import target_between
from races.network_spec import NetworkSpec
from races.recorder import Record, empty_arrays
from races.run_elementwise import RacerRun, run_eager, run_floats
from races.run_loops import loop, pays, run_loops
from races.run_network import run_network
from races.run_whole_vector import run_each_start
from races.spec import RaceSpec
from races.status import Status, exits
from races.step_program import compiles, step_code
from races.toml_file import SpecError
from races.trace import Trace
from surfaces import Surface

FEW = 12  # up to so many starts, floats, one start after the other, are faster than arrays


def run_race(spec: RaceSpec, on_step: Callable[[], object] | None = None) -> Trace:
    """Run every racer from every start.

    A racer's step (loss, gradient and update) is compiled into one program. With `engine` "eager", or where
    the rule or the surface cannot be compiled, each step evaluates the surface on Tensors, runs the backward
    pass and calls the optimizer. Starts are run one after the other if the optimizer moves the whole vector,
    as L-BFGS does, or if the surface is not elementwise, as a loss over a data set is not. A racer's run ends
    once its position or loss is no longer finite; the others continue. A
    network's race is run by `races.run_network`.

    Args:
        spec: the race.
        on_step: called ``steps * len(racers)`` times during the race, possibly from several threads.

    Raises:
        SpecError: if a user's optimizer fails during the race.

    >>> spec = RaceSpec(surface="slope", steps=2, racers=[{"optimizer": "sgd", "lr": 1.0}])
    >>> trace = run_race(spec)
    >>> trace.losses[0, :, 0].round(3).tolist(), str(trace.status[0, 0])
    ([0.64, 0.0, 0.0], 'converged')
    """
    if isinstance(spec.surface, NetworkSpec):
        return run_network(spec, on_step or nothing)
    surface = spec.build_surface()
    arrays: dict[str, Any] = dict(empty_arrays(spec))
    records = [
        Record(spec, surface, **{name: array[i] for name, array in arrays.items()})
        for i in range(len(spec.racers))
    ]
    counts, starts = [], spec.starts()
    for i, (racer, record) in enumerate(zip(spec.racers, records, strict=True), start=1):
        try:
            counts.append(
                run_racer(spec, RacerRun.of(spec, surface, racer, record, on_step or nothing, starts))
            )
        except (OwnError, TracingError) as error:  # tracing: a Hessian has to be compiled
            raise SpecError(f"{racer.origin}: " * bool(racer.origin) + f"racer {i}: {error}") from error
        record.forget_ended()
    return Trace(
        spec,
        **arrays,
        status=_judge(spec, surface, records),
        evaluations=_evaluations(spec, counts),
        rates=np.array([record.rates for record in records]) if spec.record == "state" else None,
        states=tuple(record.state or {} for record in records) if spec.record == "state" else None,
    )


def run_racer(spec: RaceSpec, run: RacerRun) -> NDArray[np.int64] | None:
    """Run one racer; the number of gradients evaluated up to each step, or None if that is one a step."""
    if not run.racer.kind.elementwise:
        compiled = spec.engine != "eager" and compiles(run.surface)
        return run_each_start(run, "compiled" if compiled else "eager")
    code, noisy = None, run.noise is not None
    asked = spec.engine == "loops"
    many = asked or len(run.starts) > FEW
    if spec.engine != "eager" and many:
        code = step_code(run.surface, run.racer, points=True, noisy=noisy)
        many = code is not None or run.surface.elementwise
    if spec.engine != "eager" and not many:
        code = step_code(run.surface, run.racer, points=False, noisy=noisy)
    if code is None:
        run_eager(run)
    elif not many:
        run_floats(run, code)
    elif (asked or pays([code], len(run.starts) * spec.steps, processors())) and machine_code.is_there():
        run_loops(run.many(code), loop(code, type(run.record)))
    else:
        run_points(run.many(code))
    return None


def _evaluations(spec: RaceSpec, counts: list[NDArray[np.int64] | None]) -> NDArray[np.int64] | None:
    """The gradients evaluated up to each recorded step; None if that is one a step for all."""
    if all(count is None for count in counts):
        return None
    steps = np.array(spec.recorded)
    plain = np.broadcast_to(steps[:, None], (len(steps), len(spec.start)))
    return np.stack([plain if count is None else count[steps] for count in counts])


def _judge(spec: RaceSpec, surface: Surface, records: list[Record]) -> NDArray[np.str_]:
    """Each racer's status from each start. Once diverged, its position is never finite again."""
    rows = np.array([record.positions[-1:] for record in records])
    finite = np.isfinite(rows).all(axis=(1, 3)) & np.isfinite([record.losses[-1] for record in records])
    outside = exits(surface, rows) == 0
    lowest = np.where(finite, [record.lowest for record in records], np.inf).min(axis=0)
    target = target_between(records[0].losses[0], lowest, spec.target)
    settled = np.array([record.late for record in records]) <= target
    status = np.select(
        [~finite, outside, settled],
        [Status.DIVERGED.value, Status.LEFT_DOMAIN.value, Status.CONVERGED.value],
        default=Status.OUT_OF_STEPS.value,
    )
    return np.asarray(status, dtype=np.str_)
