"""The schedule that watches the loss: PyTorch's terms loss by loss, for floats, arrays and compiled alike."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd.compiler.compiled import Floats, Points
from autograd.compiler.program import POINTS, Simplify
from autograd.compiler.tracing import as_number, trace
from optimizers.optimizer import State
from optimizers.schedules import ReduceLROnPlateau, build_schedule
from tests.autograd.cases import Array
from tests.optimizers.schedule_cases import WATCHING, ScheduleCase
from tests.oracle.record_schedules import SCHEDULES_FILE, TERMS, losses, record_watching
from tests.oracle.record_torch import Recording, unpack

RECORDED = unpack(SCHEDULES_FILE)
LOSSES = {key.removeprefix("losses/"): x for key, x in RECORDED.items() if key.startswith("losses/")}
NAMES = ("lr", *TERMS)
LABELS = [f"{case.name}-{i}" for case, i in WATCHING]
every = pytest.mark.parametrize(("case", "i"), WATCHING, ids=LABELS)
watching = pytest.mark.parametrize("name", LOSSES)

Update = Callable[[Any, State], State]


def built(case: ScheduleCase, i: int) -> ReduceLROnPlateau:
    schedule = build_schedule({"schedule": case.name, **case.valid[i]})
    assert isinstance(schedule, ReduceLROnPlateau)
    return schedule


def watch(update: Update, first: State, watched: Any) -> Recording:
    """The terms before the first loss and after each, by name; (losses + 1, ...)."""
    states = [first]
    for loss in watched:
        states.append(update(loss, states[-1]))
    return {name: np.array([state[name] for state in states], dtype=np.float64) for name in NAMES}


def assert_same(ours: Recording, twin: Recording) -> None:
    for name in NAMES:
        np.testing.assert_allclose(ours[name], twin[name], rtol=1e-12, atol=0)


def compiled(plateau: ReduceLROnPlateau, points: bool) -> Update:
    """`plateau.update` as a program, for floats or for arrays, as races compile a step."""
    shape = POINTS if points else ()

    def write(loss: Any, *terms: Any) -> list[Any]:
        return list(plateau.update(loss, dict(zip(NAMES, terms, strict=True))).values())

    program, _, new = trace(write, (shape,) * 5)
    program.outputs = [as_number(program, term) for term in new]
    code: Points | Floats
    if points:
        code = Points(program.simplified(Simplify.FINITE))
    else:
        code = Floats(program.simplified(Simplify.EXACTLY))
    return lambda loss, state: dict(zip(NAMES, code.call(loss, *state.values()), strict=True))


def recorded(case: ScheduleCase, i: int, name: str) -> Recording:
    return {term: RECORDED[f"{case.name}/{i}/{name}/{term}"] for term in NAMES}


@watching
@every
def test_the_terms_are_torchs(case: ScheduleCase, i: int, name: str) -> None:
    plateau = built(case, i)
    twin = recorded(case, i, name)
    assert len(twin["lr"]) == 201
    assert_same(watch(plateau.update, plateau.first(), LOSSES[name].tolist()), twin)


@watching
@every
def test_the_terms_are_those_of_the_torch_at_hand(case: ScheduleCase, i: int, name: str) -> None:
    torch: Any = pytest.importorskip("torch")
    twin, plateau = case.twin(case.valid[i]), built(case, i)
    assert twin is not None
    live = record_watching(torch, twin, LOSSES[name])
    assert_same(watch(plateau.update, plateau.first(), LOSSES[name].tolist()), live)


def test_the_recorded_sequences_tell_the_settings_apart() -> None:
    rates = {(i, name): recorded(case, i, name)["lr"] for case, i in WATCHING for name in LOSSES}
    for _, i in WATCHING:
        assert any(np.ptp(rates[i, name]) > 0 for name in LOSSES)
        for j in range(i):
            assert any(not np.array_equal(rates[i, name], rates[j, name]) for name in LOSSES)
    assert LOSSES.keys() == losses().keys()
    assert np.isnan(LOSSES["broken"]).any()


def of_all(plateau: ReduceLROnPlateau) -> State:
    """The first terms, for as many starts as there are sequences of losses."""
    return {name: np.full(len(LOSSES), term) for name, term in plateau.first().items()}


@every
def test_arrays_with_one_loss_for_each_start_are_floats_one_by_one(case: ScheduleCase, i: int) -> None:
    plateau = built(case, i)
    together = watch(
        plateau.update, plateau.first() | of_all(plateau), np.stack(list(LOSSES.values()), axis=1)
    )
    for j, watched in enumerate(LOSSES.values()):
        alone = watch(plateau.update, plateau.first(), watched.tolist())
        for name in NAMES:
            np.testing.assert_array_equal(together[name][:, j], alone[name])


@every
def test_arrays_may_begin_from_the_first_terms_as_they_are(case: ScheduleCase, i: int) -> None:
    plateau = built(case, i)
    watched = np.stack(list(LOSSES.values()), axis=1)
    state, same = plateau.first(), of_all(plateau)
    for row in watched[:5]:
        state, same = plateau.update(row, state), plateau.update(row, same)
        for name in NAMES:
            np.testing.assert_array_equal(np.broadcast_to(state[name], len(LOSSES)), same[name])


@every
def test_compiled_for_floats_it_gives_the_same_numbers(case: ScheduleCase, i: int) -> None:
    plateau = built(case, i)
    update = compiled(plateau, points=False)
    for watched in LOSSES.values():
        ours = watch(plateau.update, plateau.first(), watched.tolist())
        code = watch(update, plateau.first(), watched.tolist())
        for name in NAMES:
            np.testing.assert_array_equal(code[name], ours[name])


@every
def test_compiled_for_points_it_gives_the_same_numbers(case: ScheduleCase, i: int) -> None:
    plateau = built(case, i)
    watched: Array = np.stack(list(LOSSES.values()), axis=1)
    code = watch(compiled(plateau, points=True), of_all(plateau), watched)
    ours = watch(plateau.update, of_all(plateau), watched)
    for name in NAMES:
        np.testing.assert_array_equal(code[name], ours[name])


@pytest.mark.parametrize("points", [False, True], ids=["floats", "points"])
@every
def test_a_program_may_begin_from_the_first_terms(case: ScheduleCase, i: int, points: bool) -> None:
    plateau = built(case, i)
    program, _, state = trace(lambda loss: plateau.update(loss, plateau.first()), (POINTS if points else (),))
    program.outputs = [as_number(program, state[name]) for name in NAMES]
    for loss in (0.5, -2.0, np.nan, np.inf, -np.inf):
        ours = [plateau.update(loss, plateau.first())[name] for name in NAMES]
        given: Any = np.array([loss]) if points else loss
        made = (Points if points else Floats)(program).call(given)
        np.testing.assert_array_equal(np.ravel(made), ours)


@given(
    st.integers(0, len(WATCHING) - 1),
    st.lists(st.floats() | st.sampled_from([1.0, 1.0 - 1e-4, -1.0]), max_size=60),
)
def test_any_losses_leave_the_rate_between_its_bounds(number: int, watched: list[float]) -> None:
    plateau = built(*WATCHING[number])
    terms = watch(plateau.update, plateau.first(), watched)
    assert np.all(np.diff(terms["lr"]) <= 0)
    assert np.all(terms["lr"] >= plateau.min_lr)
    assert terms["lr"][0] == plateau.start
    assert np.all((terms["num_bad_epochs"] >= 0) & (terms["num_bad_epochs"] <= plateau.patience))
    assert np.all((terms["cooldown_counter"] >= 0) & (terms["cooldown_counter"] <= plateau.cooldown))
    seen = [loss for loss in watched if not np.isnan(loss)]
    assert np.all(np.isin(terms["best"][1:], [plateau.first()["best"], *seen]))


@every
def test_the_rule_is_pure(case: ScheduleCase, i: int) -> None:
    plateau = built(case, i)
    state = of_all(plateau)
    for term in state.values():
        term.setflags(write=False)
    watched = np.array([1.0, -1.0, np.nan, np.inf, 0.0, 2.0])
    watched.setflags(write=False)
    before = copy.deepcopy(state)
    first, second = plateau.update(watched, state), plateau.update(watched, state)
    np.testing.assert_equal(first, second)
    np.testing.assert_equal(state, before)
    assert list(first) == list(plateau.first()) == list(NAMES)


def test_it_falls_after_patience_rests_in_cooldown_and_stops_at_its_least() -> None:
    plateau = ReduceLROnPlateau(0.8, factor=0.5, patience=1, cooldown=2, min_lr=0.15)
    rates = watch(plateau.update, plateau.first(), [1.0] * 14)["lr"].tolist()
    # The best, two bad steps, two of cooldown, two bad ones, and so on.
    assert rates == [0.8] * 3 + [0.4] * 4 + [0.2] * 4 + [0.15] * 4
    assert ReduceLROnPlateau(0.1).first()["best"] == np.inf
    assert ReduceLROnPlateau(0.1, mode="max").first()["best"] == -np.inf


def test_a_negative_loss_that_stands_still_is_better_only_in_parts() -> None:
    for mode, falls in (("rel", False), ("abs", True)):
        plateau = ReduceLROnPlateau(0.1, threshold_mode=mode, patience=0)
        rates = watch(plateau.update, plateau.first(), [-1.0] * 3)["lr"]
        assert bool(rates[-1] < 0.1) is falls
