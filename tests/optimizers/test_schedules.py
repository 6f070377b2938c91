"""Every schedule of the step has PyTorch's learning rates, or those worked by hand; what holds for all."""

from __future__ import annotations

import dataclasses
import json
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from optimizers.schedules import SCHEDULES, Chained, Constant, Cosine, Schedule, build_schedule
from races import Trace, run_race
from tests.autograd.cases import Array
from tests.optimizers.case import Settings
from tests.optimizers.schedule_cases import CASES, OF_STEP, WATCHING, ScheduleCase
from tests.oracle.record_schedules import SCHEDULES_FILE, record_rates
from tests.oracle.record_torch import unpack
from tests.races.helpers import race

RECORDED = unpack(SCHEDULES_FILE)
EVERY = [(case, i) for case in CASES for i in range(len(case.valid))]
TWINS = [(case, i) for case, i in OF_STEP if case.twin(case.valid[i])]


def labels(pairs: list[tuple[ScheduleCase, int]]) -> list[str]:
    return [f"{case.name}-{i}" for case, i in pairs]


def table_of(case: ScheduleCase, i: int) -> Settings:
    return {"schedule": case.name, **case.valid[i]}


def of_step(case: ScheduleCase, i: int) -> Schedule:
    schedule = build_schedule(table_of(case, i))
    assert isinstance(schedule, Schedule)
    return schedule


def assert_same_rates(case: ScheduleCase, i: int, twin: Array) -> None:
    rates = of_step(case, i)(np.arange(len(twin)))
    atol = case.rounding * np.max(twin)
    np.testing.assert_allclose(rates, twin, rtol=case.tolerance, atol=atol)


@pytest.mark.parametrize(("case", "i"), TWINS, ids=labels(TWINS))
def test_the_rates_are_torchs(case: ScheduleCase, i: int) -> None:
    assert_same_rates(case, i, RECORDED[f"{case.name}/{i}"])


@pytest.mark.parametrize(("case", "i"), TWINS, ids=labels(TWINS))
def test_the_rates_are_those_of_the_torch_at_hand(case: ScheduleCase, i: int) -> None:
    torch: Any = pytest.importorskip("torch")
    twin = case.twin(case.valid[i])
    assert twin is not None
    assert_same_rates(case, i, record_rates(torch, twin))


def test_the_recorded_rates_differ_from_each_other() -> None:
    # Settings that do nothing would be no test of the settings.
    for case, i in TWINS:
        for j in range(i):
            a, b = (RECORDED.get(f"{case.name}/{k}", np.zeros(1)) for k in (i, j))
            assert len(a) != len(b) or np.max(np.abs(a - b)) > 1e-4


def test_every_schedule_has_a_case_with_all_its_settings() -> None:
    assert [case.name for case in CASES] == list(SCHEDULES)
    for case in CASES:
        names = {field.name for field in dataclasses.fields(SCHEDULES[case.name])}
        assert len(case.valid) >= 3
        assert set().union(*case.valid) == names
        assert set().union(*(settings for settings, _ in case.refused)) == names


# Tables, and the rates that they must give after so many steps.
WORKED: dict[str, tuple[Settings, dict[int, float]]] = {
    # n / 4 up to 4 steps, then sqrt(4 / n), n being the step's number.
    "inverse_sqrt": (
        {"schedule": "inverse_sqrt", "max_lr": 2.0, "steps": 4},
        {0: 0.5, 1: 1.0, 2: 1.5, 3: 2.0, 15: 1.0, 63: 0.5},
    ),
    "inverse_sqrt without a warm-up": (
        {"schedule": "inverse_sqrt", "max_lr": 0.3, "steps": 1},
        {0: 0.3, 3: 0.15, 8: 0.1, 899: 0.01},
    ),
    # 512^-0.5 min(n^-0.5, n 4000^-1.5), so that max_lr is (512 * 4000)^-0.5.
    "inverse_sqrt of Attention is all you need": (
        {"schedule": "inverse_sqrt", "max_lr": 2048000**-0.5, "steps": 4000},
        {0: 512**-0.5 * 4000**-1.5, 3999: 512**-0.5 * 4000**-0.5, 99999: 512**-0.5 * 100000**-0.5},
    ),
    # 0.5 + 0.5 (1 - t / 4)^2
    "polynomial to an end of its own": (
        {"schedule": "polynomial", "start": 1.0, "steps": 4, "power": 2.0, "end": 0.5},
        {0: 1.0, 2: 0.625, 4: 0.5, 9: 0.5},
    ),
    # 3 - 2 (1 - t / 4)^0.5
    "polynomial that rises": (
        {"schedule": "polynomial", "start": 1.0, "steps": 4, "power": 0.5, "end": 3.0},
        {0: 1.0, 3: 2.0, 4: 3.0},
    ),
    "cosine goes on past its steps": (
        {"schedule": "cosine", "start": 1.0, "steps": 6, "end": 0.5},
        {0: 1.0, 3: 0.75, 6: 0.5, 9: 0.75, 12: 1.0},
    ),
    # torch raises past the end; 0.4 / 4 / 10 is the last rate.
    "one_cycle stays past its end": (
        {"schedule": "one_cycle", "max_lr": 0.4, "steps": 21, "div_factor": 4.0, "final_div_factor": 10.0},
        {0: 0.1, 20: 0.01, 21: 0.01, 10**9: 0.01},
    ),
    # The rise takes 0.2 * 5 - 1 = 0 steps, where torch divides by 0: the first step has the highest rate.
    "one_cycle without a rise": (
        {"schedule": "one_cycle", "max_lr": 0.4, "steps": 5, "pct_start": 0.2, "final_div_factor": 2.0},
        {0: 0.4, 4: 0.008},
    ),
    # Cycles of 3 steps, 6, 12, ...: the one numbered 40 begins after 3 (2^40 - 1) steps.
    "cosine_warm_restarts": (
        {"schedule": "cosine_warm_restarts", "start": 1.0, "steps": 3, "T_mult": 2},
        {0: 1.0, 2: 0.25, 3: 1.0, 6: 0.5, 9: 1.0, 15: 0.5, 21: 1.0, 3 * 2**40 - 4: 0.0, 3 * 2**40 - 3: 1.0},
    ),
}


@pytest.mark.parametrize("worked", WORKED)
def test_rates_worked_by_hand(worked: str) -> None:
    table, rates = WORKED[worked]
    schedule = build_schedule(table)
    assert isinstance(schedule, Schedule)
    for step, rate in rates.items():
        assert schedule(step) == pytest.approx(rate, rel=1e-13, abs=1e-15)


def test_every_schedule_without_a_twin_is_worked_by_hand_and_torch_still_lacks_it() -> None:
    assert [case.name for case in CASES if not any(map(case.twin, case.valid))] == ["inverse_sqrt"]
    schedulers: Any = pytest.importorskip("torch.optim.lr_scheduler")
    assert not [name for name in dir(schedulers) if "sqrt" in name.lower()]


def test_chains_in_chains_are_one_chain() -> None:
    a, b, c = Constant(0.1), Cosine(0.3, 7), Cosine(1.0, 50)
    flat = Chained((a, b, c), (4, 10))(np.arange(60))
    np.testing.assert_array_equal(Chained((a, Chained((b, c), (6,))), (4,))(np.arange(60)), flat)
    np.testing.assert_array_equal(Chained((Chained((a, b), (4,)), c), (10,))(np.arange(60)), flat)
    np.testing.assert_array_equal(flat[10:], c(np.arange(50)))


@pytest.mark.parametrize(("case", "i"), OF_STEP, ids=labels(OF_STEP))
def test_an_array_of_steps_is_a_loop_over_them(case: ScheduleCase, i: int) -> None:
    schedule = of_step(case, i)
    steps = np.concatenate([np.arange(300), np.random.default_rng(3).integers(0, 10**6, 50)])
    alone = [schedule(int(step)) for step in steps]
    assert {type(rate) for rate in alone} == {float}
    rates = schedule(steps)
    assert rates.dtype == np.float64
    assert rates.tolist() == alone
    np.testing.assert_array_equal(schedule(steps.reshape(2, 25, 7)), rates.reshape(2, 25, 7))
    np.testing.assert_array_equal(schedule(steps[::-3].astype(float)), rates[::-3])
    assert schedule([]).shape == (0,)
    assert schedule(np.int64(7)) == schedule(7.0) == schedule(range(8))[-1]


@pytest.mark.parametrize("case", [case for case in CASES if not case.watches], ids=lambda case: case.name)
def test_what_is_no_step_is_refused(case: ScheduleCase) -> None:
    steps: tuple[Any, ...] = (-1, [3, -1], math.nan, math.inf, True, "3", None, 1j, [[1], [1, 2]])
    for step in steps:
        with pytest.raises(ValueError, match=r"^step must be a finite number of at least 0, got "):
            of_step(case, 0)(step)


RATES = st.floats(0, 1e100)
FACTORS = st.floats(0, 100)
COUNTS = st.integers(1, 10**6)
MILESTONES = st.lists(st.integers(1, 10**4), unique=True, max_size=5).map(sorted)
BY_NAME: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(("start", "end", "base_lr", "max_lr"), RATES),
    **dict.fromkeys(("gamma", "power"), FACTORS),
    **dict.fromkeys(("steps", "step_size", "step_size_up", "step_size_down", "T_mult"), COUNTS),
    **dict.fromkeys(("div_factor", "final_div_factor"), st.floats(1e-6, 1e6)),
    "start_factor": st.floats(0, 1, exclude_min=True),
    "pct_start": st.floats(0, 1),
    "three_phase": st.booleans(),
    "anneal_strategy": st.sampled_from(["cos", "linear"]),
    "mode": st.sampled_from(["triangular", "triangular2", "exp_range"]),
    "milestones": MILESTONES,
}
SIMPLE = [case.name for case in CASES if not case.watches and case.name != "chained"]


@st.composite
def tables(draw: st.DrawFn, name: str) -> Settings:
    """Any settings of a schedule."""
    fields = [field.name for field in dataclasses.fields(SCHEDULES[name])]
    table = {field: draw(BY_NAME[field]) for field in fields}
    assume(table.get("base_lr", 0.0) <= table.get("max_lr", math.inf))
    return {"schedule": name, **table}


@st.composite
def chains(draw: st.DrawFn) -> Settings:
    milestones = draw(MILESTONES)
    count = len(milestones) + 1
    names = draw(st.lists(st.sampled_from(SIMPLE), min_size=count, max_size=count))
    return {
        "schedule": "chained",
        "schedules": [draw(tables(name)) for name in names],
        "milestones": milestones,
    }


@given(st.sampled_from(SIMPLE).flatmap(tables) | chains(), st.lists(st.integers(0, 10**7), max_size=20))
def test_no_rate_is_negative_and_all_is_plain_and_the_same_again(table: Settings, steps: list[int]) -> None:
    schedule = build_schedule(table)
    assert isinstance(schedule, Schedule)
    rates = schedule(np.array([0, *steps]))
    assert np.all(rates >= 0)
    assert rates.tolist() == [schedule(step) for step in (0, *steps)]
    again = build_schedule(json.loads(json.dumps(schedule.table())))
    assert again == schedule
    assert hash(again) == hash(schedule)


@pytest.mark.parametrize(("case", "i"), EVERY, ids=labels(EVERY))
def test_a_schedule_gives_itself_back_as_plain_data(case: ScheduleCase, i: int) -> None:
    table = table_of(case, i)
    schedule = build_schedule(table)
    again = schedule.table()
    assert json.loads(json.dumps(again, allow_nan=False)) == again
    assert table.keys() <= again.keys()
    assert build_schedule(again) == schedule
    assert {hash(build_schedule(again)), hash(schedule)} == {hash(schedule)}
    assert eval(repr(schedule), {kind.__name__: kind for kind in SCHEDULES.values()}) == schedule  # noqa: S307
    others = [build_schedule(table_of(case, j)) for case, j in EVERY]
    assert others.count(schedule) == 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(schedule, next(iter(case.valid[i])), 1.0)


def test_numbers_of_numpy_become_plain_ones() -> None:
    schedule = Cosine(np.float64(0.5), np.int64(3), end=np.float32(0.25))  # type: ignore[arg-type]
    assert [type(value) for value in schedule.table().values()] == [str, float, int, float]
    assert schedule == Cosine(0.5, 3, 0.25)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_wrong_setting_is_refused_with_its_name_and_value(case: ScheduleCase) -> None:
    for wrong, words in case.refused:
        settings = case.valid[0] | wrong
        with pytest.raises(ValueError, match="^" + ".*".join(map(re.escape, words))) as error:
            build_schedule({"schedule": case.name, **settings})
        assert "\n" not in str(error.value)
        if "{'schedule':" not in repr(settings):  # a class takes schedules, not tables of them
            with pytest.raises(ValueError, match="^" + re.escape(str(error.value)) + "$"):
                SCHEDULES[case.name](**settings)


NAMED = ", ".join(SCHEDULES)
EMPTY_CHAIN = {"schedule": "chained", "schedules": [{"schedule": "step"}], "milestones": []}
WRONG_TABLES: list[tuple[Any, str]] = [
    (0.1, "a schedule must be a table, got 0.1"),
    ([], "a schedule must be a table, got []"),
    ({}, f"schedule is missing; allowed: {NAMED}"),
    ({"start": 0.1}, f"schedule is missing; allowed: {NAMED}"),
    ({"schedule": "Cosin"}, f"unknown schedule 'Cosin'; did you mean 'cosine'? Allowed: {NAMED}"),
    ({"schedule": "flat"}, f"unknown schedule 'flat'; allowed: {NAMED}"),
    ({"schedule": 3}, f"unknown schedule 3; allowed: {NAMED}"),
    (
        {"schedule": "cosine", "start": 0.1, "step": 10},
        "unknown key 'step'; did you mean 'steps'? Allowed: schedule, start, steps, end",
    ),
    ({"schedule": "cosine", 7: 1}, "unknown key 7; allowed: schedule, start, steps, end"),
    ({"schedule": "cosine", "start": 0.1}, "steps is missing; cosine takes start, steps, end"),
    ({"schedule": "cosine", "steps": 3}, "start is missing; cosine takes start, steps, end"),
    (
        {"schedule": "chained", "schedules": [{"start": 0.1}], "milestones": []},
        f"schedules[0]: schedule is missing; allowed: {NAMED}",
    ),
    (
        {"schedule": "chained", "schedules": [EMPTY_CHAIN], "milestones": []},
        "schedules[0]: schedules[0]: start is missing; step takes start, step_size, gamma",
    ),
]


@pytest.mark.parametrize(("table", "line"), WRONG_TABLES, ids=str)
def test_a_wrong_table_is_refused_in_one_line(table: Any, line: str) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(line) + "$"):
        build_schedule(table)


def test_what_stands_on_several_lines_is_shown_on_one() -> None:
    with pytest.raises(ValueError, match=r"^start must be one number, got array\(.*$") as error:
        Constant(np.eye(2))  # type: ignore[arg-type]
    assert "\n" not in str(error.value)


def test_the_tables_list_both_kinds() -> None:
    assert {case.name for case, _ in WATCHING} == {"reduce_on_plateau"}
    assert {case.name for case, _ in OF_STEP} | {case.name for case, _ in WATCHING} == set(SCHEDULES)


def nested(depth: int) -> Any:
    """A table of chains inside each other, and a constant in the innermost."""
    table: dict[str, Any] = {"schedule": "constant", "start": 0.5}
    for _ in range(depth):
        table = {"schedule": "chained", "schedules": [table], "milestones": []}
    return table


def test_chains_may_be_twenty_deep_and_are_saved(tmp_path: Path) -> None:
    trace = run_race(race(steps=3, racers=[{"optimizer": "sgd", "lr": nested(20)}]))
    trace.save(tmp_path / "trace.npz")
    assert Trace.load(tmp_path / "trace.npz").spec == trace.spec


@pytest.mark.parametrize("depth", [21, 22, 150, 900])
def test_deeper_chains_are_refused(depth: int) -> None:
    with pytest.raises(ValueError, match=r"^schedules must be nested at most 20 deep$"):
        build_schedule(nested(depth))


def test_so_are_chains_of_objects() -> None:
    schedule: Schedule = Constant(0.5)
    for _ in range(20):
        schedule = Chained((schedule,), ())
    with pytest.raises(ValueError, match=r"^schedules must be nested at most 20 deep$"):
        Chained((Constant(0.1), schedule), (3,))


@dataclasses.dataclass(frozen=True)
class Halving(Schedule):
    """A schedule of a user's, which says nothing of what its settings may be."""

    start: float
    steps: int
    name = "halving"

    def rate(self, step: Array) -> Array:
        return self.start * 0.5 ** (step // self.steps)


def test_a_schedule_of_ones_own_is_checked_by_the_types_of_its_settings() -> None:
    assert Halving(np.float64(0.5), steps=2)([0, 1, 2]).tolist() == [0.5, 0.5, 0.25]
    for settings, words in (
        ((-1.0, 2), "start must be a finite number"),
        ((1.0, 0), "steps must be a whole"),
    ):
        with pytest.raises(ValueError, match=words):
            Halving(*settings)
