"""What a trace keeps beside positions: the optimizers' terms, rates, and counts of evaluated gradients."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograd import Tensor
from optimizers import OPTIMIZERS, Optimizer
from races import RaceSpec, Trace, run_race
from races.race import FEW
from surfaces import get_surface
from tests.optimizers.case import OptimizerCase
from tests.optimizers.cases import CASES
from tests.optimizers.closures import closure_of
from tests.races.helpers import assert_same_trace, race

STEPS = 12
STARTS = np.random.default_rng(5).uniform(0.2, 1.8, (FEW + 1, 2))
ELEMENTWISE = [case for case in CASES if OPTIMIZERS[case.name].elementwise]
WHOLE = [case for case in CASES if case not in ELEMENTWISE]
RACERS = tuple({"optimizer": case.name} | case.valid[-1] for case in CASES)


def spec_of(count: int, racers: Any = RACERS, **fields: Any) -> RaceSpec:
    values = {"start": STARTS[:count], "steps": STEPS, "racers": racers, "record": "state"}
    return race(**(values | fields))


@pytest.mark.parametrize("engine", ["compiled", "eager"])
@pytest.mark.parametrize("count", [2, len(STARTS)])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_terms_are_those_of_the_class(case: OptimizerCase, count: int, engine: str) -> None:
    trace = run_race(spec_of(count, [{"optimizer": case.name} | case.valid[-1]], engine=engine))
    assert trace.states is not None
    assert trace.rates is not None
    for j in (0, count - 1):
        optimizer = OPTIMIZERS[case.name]([Tensor(x) for x in STARTS[j].tolist()], **case.valid[-1])
        closure = closure_of(optimizer, get_surface("slope"))
        for k in range(STEPS):
            assert trace.rates[0, k, j] == optimizer.rate
            optimizer.step(closure)
            here = [param.data for param in optimizer.params]
            np.testing.assert_allclose(trace.positions[0, k + 1, j], here, rtol=1e-12, atol=1e-12)
            # One state for each parameter, or one of the whole vector.
            state, pair = optimizer.state, (slice(None),) if len(optimizer.state) == 1 else ()
            for name, term in trace.states[0].items():
                expected = state[0][name] if pair else [of_one[name] for of_one in state]
                np.testing.assert_allclose(term[k, j], expected, rtol=1e-10, atol=1e-12)
    if case in ELEMENTWISE:
        assert list(trace.states[0]) == list(optimizer.state[0])


def test_positions_are_those_of_a_race_that_keeps_no_terms() -> None:
    for count in (2, len(STARTS)):
        spec = spec_of(count)
        with_terms, without = run_race(spec), run_race(spec.model_copy(update={"record": "all"}))
        assert without.rates is None
        assert without.states is None
        for name in ("positions", "losses", "gradients", "evaluations"):
            np.testing.assert_array_equal(getattr(with_terms, name), getattr(without, name))


def test_terms_and_rates_survive_their_files(tmp_path: Path) -> None:
    trace = run_race(spec_of(2))
    trace.save(tmp_path / "trace.npz")
    again = Trace.load(tmp_path / "trace.npz")
    assert_same_trace(again, trace)
    assert trace.states is not None
    assert trace.rates is not None
    trace.to_json(tmp_path / "trace.json")
    content = json.loads((tmp_path / "trace.json").read_text())
    np.testing.assert_array_equal(content["rates"], trace.rates)
    np.testing.assert_array_equal(content["evaluations"], trace.evaluations)
    for found, state in zip(content["states"], trace.states, strict=True):
        assert list(found) == list(state)
        for name, term in state.items():
            np.testing.assert_array_equal(np.array(found[name], dtype=float), term)


def thrown_out(count: int, engine: str) -> Trace:
    """A race of all optimizers with far too long steps, on a surface that throws out who leaves it."""
    racers = [{"optimizer": case.name, "lr": 1e3, "name": case.name} for case in CASES]
    return run_race(spec_of(count, racers, surface="rosenbrock", engine=engine, steps=40))


@pytest.mark.parametrize("engine", ["compiled", "eager"])
@pytest.mark.parametrize("count", [2, len(STARTS)])
def test_there_are_no_terms_and_no_rate_where_no_step_was_made(count: int, engine: str) -> None:
    trace = thrown_out(count, engine)
    assert trace.states is not None
    assert trace.rates is not None
    ended = ~np.isfinite(trace.losses[:, :-1])
    assert np.count_nonzero(ended.any(axis=(1, 2))) >= 3  # of the racers
    np.testing.assert_array_equal(np.isnan(trace.rates), ended)
    for state, gone in zip(trace.states, ended, strict=True):
        for term in state.values():
            assert np.isnan(term[gone]).all()
    # As long as a racer steps, its rate and what all numbers share are known.
    shared = trace.states[trace.names.index("nadam")]["mu_product"]
    assert np.isfinite(shared[~ended[trace.names.index("nadam")]]).all()


class Diary(Optimizer):
    """Has no learning rate, and terms that are no numbers; it cannot be compiled."""

    @staticmethod
    def rule(gradient: Any, parameter: Any, state: Any, step: int) -> Any:
        past = [*state.get("past", []), gradient]
        moved = parameter - sum(past) / (10 if step < 3 else 20)
        return moved, {"past": past, "note": "a word", "last": gradient, "count": len(past)}


@pytest.mark.parametrize("count", [2, len(STARTS)])
def test_what_is_no_number_is_left_out(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OPTIMIZERS, "diary", Diary)
    trace = run_race(spec_of(count, [{"optimizer": "diary"}]))
    assert trace.states is not None
    assert trace.rates is not None
    assert set(trace.states[0]) == {"last", "count"}
    np.testing.assert_array_equal(trace.states[0]["last"], trace.gradients[0])
    steps = np.broadcast_to(np.arange(1.0, STEPS + 1)[:, None, None], (STEPS, count, 2))
    np.testing.assert_array_equal(trace.states[0]["count"], steps)
    assert np.isnan(trace.rates).all()


def test_an_elementwise_optimizer_evaluates_one_gradient_a_step() -> None:
    for count in (2, len(STARTS)):
        racers = [{"optimizer": case.name} for case in ELEMENTWISE]
        found = run_race(spec_of(count, racers, record="all")).evaluations
        assert found.dtype == np.int64
        np.testing.assert_array_equal(found, np.broadcast_to(np.arange(STEPS + 1)[:, None], found.shape))


@pytest.mark.parametrize("record", ["all", "ends"])
def test_those_of_the_whole_vector_count_as_the_class_does(record: str) -> None:
    racers = [{"optimizer": case.name} | case.valid[-1] for case in WHOLE]
    trace = run_race(spec_of(2, racers, record=record, surface="himmelblau"))
    for i, case in enumerate(WHOLE):
        for j in range(2):
            optimizer = OPTIMIZERS[case.name]([Tensor(x) for x in STARTS[j].tolist()], **case.valid[-1])
            closure, counts = closure_of(optimizer, get_surface("himmelblau")), [0]
            for _ in range(STEPS):
                optimizer.step(closure)
                counts.append(optimizer.evaluations)  # type: ignore[attr-defined]
            assert trace.evaluations[i, :, j].tolist() == (counts if record == "all" else [0, counts[-1]])


def test_newton_counts_three_a_step_and_a_line_search_what_it_tries() -> None:
    racers = [{"optimizer": "newton"}, {"optimizer": "lbfgs", "line_search_fn": "strong_wolfe"}]
    newton, lbfgs = run_race(race(surface="himmelblau", steps=STEPS, racers=racers)).evaluations[..., 0]
    assert newton.tolist() == [3 * k for k in range(STEPS + 1)]
    assert lbfgs[1] > 3
    assert lbfgs[-1] > STEPS
    assert np.all(np.diff(lbfgs) >= 1)
