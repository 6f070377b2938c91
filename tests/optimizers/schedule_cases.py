"""The table of schedules to test: one record each; the tests loop over it and never ask for a name.

Plain data, without torch and without our schedules: the tests and the recorder of PyTorch's learning rates
(`tests.oracle.record_schedules`) both read it. To add a schedule, add its record here and run the recorder.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.optimizers.case import INF, NAN, Refused, Settings, flags, numbers


@dataclass(frozen=True)
class Twin:
    """A scheduler of torch.optim.lr_scheduler.

    Attributes:
        kind: its class.
        lr: the learning rate of the optimizer that it is made for.
        arguments: what else it takes; twins among them are made first.
        length: how many steps it goes.
    """

    kind: str
    lr: float
    arguments: Settings
    length: int = 200


@dataclass(frozen=True)
class ScheduleCase:
    """What is true of one schedule.

    Attributes:
        name: its name in `optimizers.schedules.SCHEDULES`.
        valid: settings to run with, the last of them absurd.
        refused: settings that must raise beside those of `valid[0]`, each with the words that the message
            must hold.
        twin: what PyTorch has for some settings; None where it has nothing.
        watches: whether it follows the loss.
        tolerance: how far from the twin it may be, relative to the twin's learning rate.
        rounding: how far beside that, relative to the twin's highest one: 1 + cos(x) ends in all but nothing.
    """

    name: str
    valid: tuple[Settings, ...]
    refused: Refused
    twin: Callable[[Settings], Twin | None]
    watches: bool = False
    tolerance: float = 1e-12
    rounding: float = 0.0


def _renamed(kind: str, **names: str) -> Callable[[Settings], Twin]:
    """The twin that takes `start` from its optimizer, and the rest under these names, or the same."""

    def twin(settings: Settings) -> Twin:
        rest = {names.get(key, key): value for key, value in settings.items() if key != "start"}
        return Twin(kind, settings["start"], rest)

    return twin


def _none(_settings: Settings) -> None:
    """Nothing in PyTorch."""


def _polynomial(settings: Settings) -> Twin | None:
    start, steps, power, end = (settings.get(key) for key in ("start", "steps", "power", "end"))
    assert start is not None
    if not end:
        return Twin("PolynomialLR", start, {"total_iters": steps, "power": 1.0 if power is None else power})
    if power is None and end <= start:
        return Twin("LinearLR", start, {"total_iters": steps, "start_factor": 1.0, "end_factor": end / start})
    return None


def _one_cycle(settings: Settings) -> Twin:
    rest = {"total_steps" if key == "steps" else key: value for key, value in settings.items()}
    return Twin("OneCycleLR", 0.1, rest | {"cycle_momentum": False}, min(200, settings["steps"]))


def _chained(settings: Settings) -> Twin | None:
    """PyTorch's chains do not work in one another."""
    parts = []
    for table in settings["schedules"]:
        case = next(case for case in CASES if case.name == table["schedule"])
        twin = case.twin({key: value for key, value in table.items() if key != "schedule"})
        if twin is None or twin.kind == "SequentialLR":
            return None
        parts.append(twin)
    return Twin("SequentialLR", parts[0].lr, {"schedulers": parts, "milestones": [*settings["milestones"]]})


def _refused(name: str, *values: Any) -> Refused:
    return tuple(({name: value}, (name, repr(value))) for value in values)


def _positive(name: str) -> Refused:
    return (*numbers(name), *_refused(name, 0, 0.0))


def _wholes(name: str, least: int = 1) -> Refused:
    return _refused(name, least - 1, -3, 1.5, 120.0, "a", True, None, NAN, INF, [3], 2**53 + 1)


def _shares(name: str) -> Refused:
    return _refused(name, -0.1, 1.1, NAN, "0.5", True, None, [0.5])


def _milestones(name: str) -> Refused:
    wrong_first: tuple[Any, ...] = (0, -1, 1.5, "3", True, None, [3])
    return (
        *_refused(name, 5, "abc", None, {}),
        *(({name: [value, 9]}, (f"{name}[0]", repr(value))) for value in wrong_first),
        ({name: [9, 12.0]}, (f"{name}[1]", "12.0")),
        ({name: [7, 7]}, (name, "increase", "[7, 7]")),
        ({name: (7, 9, 8)}, (name, "increase", "[7, 9, 8]")),
    )


def _choices(name: str, *allowed: str) -> Refused:
    values: tuple[Any, ...] = ("", allowed[0].upper(), 1, None, ["rel"])
    return tuple(({name: value}, (name, ", ".join(allowed), repr(value))) for value in values)


_WARMUP = {"schedule": "linear_warmup", "start": 0.1, "steps": 20}
_COSINE = {"schedule": "cosine", "start": 0.1, "steps": 100}
_STAIRS = {"schedule": "step", "start": 0.1, "step_size": 9, "gamma": 0.5}

CASES: tuple[ScheduleCase, ...] = (
    ScheduleCase(
        name="constant",
        valid=({"start": 0.05}, {"start": 0.0}, {"start": 7}, {"start": 1e300}),
        refused=numbers("start"),
        twin=lambda settings: Twin("ConstantLR", settings["start"], {"factor": 1.0}),
    ),
    ScheduleCase(
        name="step",
        valid=(
            {"start": 0.1, "step_size": 30},
            {"start": 0.1, "step_size": 1, "gamma": 0.9},
            {"start": 2, "step_size": 7, "gamma": 0.5},
            {"start": 0.1, "step_size": 150, "gamma": 0.0},
            {"start": 1e-3, "step_size": 3, "gamma": 20.0},
        ),
        refused=(*numbers("start"), *_wholes("step_size"), *numbers("gamma")),
        twin=_renamed("StepLR"),
    ),
    ScheduleCase(
        name="multi_step",
        valid=(
            {"start": 0.1, "milestones": (30, 80)},
            {"start": 0.1, "milestones": (1, 2, 3, 199), "gamma": 0.7},
            {"start": 0.1, "milestones": ()},
            {"start": 0.5, "milestones": (50, 1000), "gamma": 1e-12},
        ),
        refused=(*numbers("start"), *_milestones("milestones"), *numbers("gamma")),
        twin=_renamed("MultiStepLR"),
    ),
    ScheduleCase(
        name="exponential",
        valid=(
            {"start": 0.1, "gamma": 0.98},
            {"start": 0.1, "gamma": 0.5},
            {"start": 0.3, "gamma": 1.0},
            {"start": 0.1, "gamma": 0.0},
            {"start": 1e-5, "gamma": 30.0},
        ),
        refused=(*numbers("start"), *numbers("gamma")),
        twin=_renamed("ExponentialLR"),
    ),
    ScheduleCase(
        name="polynomial",
        valid=(
            {"start": 0.1, "steps": 200},
            {"start": 0.1, "steps": 120, "power": 2.0},
            {"start": 0.1, "steps": 50, "power": 0.5},
            {"start": 0.1, "steps": 120, "end": 0.02},
            {"start": 0.1, "steps": 120, "power": 3.0, "end": 0.04},
            {"start": 0.1, "steps": 7, "end": 0.5},
            {"start": 0.1, "steps": 120, "power": 0.0},
            {"start": 0.1, "steps": 1, "power": 50.0},
        ),
        refused=(*numbers("start"), *_wholes("steps"), *numbers("power"), *numbers("end")),
        twin=_polynomial,
    ),
    ScheduleCase(
        name="cosine",
        valid=(
            {"start": 0.1, "steps": 200},
            {"start": 0.05, "steps": 120},
            {"start": 0.1, "steps": 60, "end": 0.01},
            {"start": 0.01, "steps": 30, "end": 0.2},
            {"start": 0.1, "steps": 2},
            {"start": 1e3, "steps": 1, "end": 1e-3},
        ),
        refused=(*numbers("start"), *_wholes("steps"), *numbers("end")),
        twin=_renamed("CosineAnnealingLR", steps="T_max", end="eta_min"),
        rounding=1e-15,
    ),
    ScheduleCase(
        name="cosine_warm_restarts",
        valid=(
            {"start": 0.1, "steps": 50},
            {"start": 0.1, "steps": 10, "T_mult": 2},
            {"start": 0.1, "steps": 3, "T_mult": 3, "end": 0.02},
            {"start": 0.1, "steps": 1, "T_mult": 1, "end": 0.01},
            {"start": 0.1, "steps": 1, "T_mult": 1000, "end": 5.0},
        ),
        refused=(*numbers("start"), *_wholes("steps"), *_wholes("T_mult"), *numbers("end")),
        twin=_renamed("CosineAnnealingWarmRestarts", steps="T_0", end="eta_min"),
        rounding=1e-15,
    ),
    ScheduleCase(
        name="linear_warmup",
        valid=(
            {"start": 0.1, "steps": 20},
            {"start": 0.1, "steps": 5, "start_factor": 0.01},
            {"start": 0.1, "steps": 300, "start_factor": 0.5},
            {"start": 0.1, "steps": 3, "start_factor": 1.0},
            {"start": 1e6, "steps": 1, "start_factor": 1e-9},
        ),
        refused=(
            *numbers("start"),
            *_wholes("steps"),
            *_shares("start_factor"),
            *_refused("start_factor", 0, 0.0),
        ),
        twin=_renamed("LinearLR", steps="total_iters"),
    ),
    ScheduleCase(
        name="one_cycle",
        valid=(
            {"max_lr": 0.1, "steps": 200},
            {"max_lr": 0.1, "steps": 120, "pct_start": 0.25, "anneal_strategy": "linear"},
            {"max_lr": 0.1, "steps": 90, "three_phase": True},
            {"max_lr": 0.2, "steps": 300, "pct_start": 0.45, "div_factor": 5.0, "final_div_factor": 10.0},
            {"max_lr": 0.1, "steps": 77, "three_phase": True, "anneal_strategy": "linear", "pct_start": 0.4},
            {"max_lr": 0.1, "steps": 50, "pct_start": 0.0},
            {"max_lr": 0.1, "steps": 50, "pct_start": 1.0},
            {"max_lr": 0.1, "steps": 50, "pct_start": 0.8, "three_phase": True},
            {"max_lr": 0.1, "steps": 2, "pct_start": 0.1, "three_phase": True},
            {"max_lr": 0.1, "steps": 40, "div_factor": 0.01, "final_div_factor": 1e-3},
        ),
        refused=(
            *numbers("max_lr"),
            *_wholes("steps"),
            *_shares("pct_start"),
            *_choices("anneal_strategy", "cos", "linear"),
            *_positive("div_factor"),
            *_positive("final_div_factor"),
            *flags("three_phase"),
        ),
        twin=_one_cycle,
        rounding=1e-15,
    ),
    ScheduleCase(
        name="inverse_sqrt",
        valid=(
            {"max_lr": 0.1, "steps": 20},
            {"max_lr": 0.3, "steps": 1},
            {"max_lr": 1e9, "steps": 4000},
        ),
        refused=(*numbers("max_lr"), *_wholes("steps")),
        twin=_none,
    ),
    ScheduleCase(
        name="cyclic",
        valid=(
            {"base_lr": 0.01, "max_lr": 0.1, "step_size_up": 20},
            {"base_lr": 0.0, "max_lr": 0.1, "step_size_up": 7, "step_size_down": 13, "mode": "triangular2"},
            {"base_lr": 0.01, "max_lr": 0.1, "step_size_up": 10, "mode": "exp_range", "gamma": 0.98},
            {"base_lr": 0.01, "max_lr": 0.1},
            {"base_lr": 0.1, "max_lr": 0.1, "step_size_up": 4, "step_size_down": 1},
            {"base_lr": 0.0, "max_lr": 1e4, "step_size_up": 1, "mode": "exp_range", "gamma": 9.0},
        ),
        refused=(
            *numbers("base_lr"),
            *numbers("max_lr"),
            ({"max_lr": 0.001}, ("max_lr", "at least base_lr, 0.01", "0.001")),
            *_wholes("step_size_up"),
            *(row for row in _wholes("step_size_down") if row[0]["step_size_down"] is not None),
            *_choices("mode", "triangular", "triangular2", "exp_range"),
            *numbers("gamma"),
        ),
        twin=lambda settings: Twin("CyclicLR", 0.1, settings | {"cycle_momentum": False}),
    ),
    ScheduleCase(
        name="chained",
        valid=(
            {"schedules": (_WARMUP, _COSINE), "milestones": (20,)},
            {
                "schedules": (
                    {"schedule": "constant", "start": 0.1},
                    {"schedule": "exponential", "start": 0.1, "gamma": 0.9},
                    {"schedule": "cosine_warm_restarts", "start": 0.1, "steps": 9, "T_mult": 2},
                ),
                "milestones": (5, 40),
            },
            {"schedules": ({"schedule": "polynomial", "start": 0.1, "steps": 50},), "milestones": ()},
            {
                "schedules": (
                    {"schedule": "chained", "schedules": (_WARMUP, _STAIRS), "milestones": (17,)},
                    _COSINE,
                ),
                "milestones": (60,),
            },
            {"schedules": (_COSINE, _COSINE, _WARMUP), "milestones": (1, 1000)},
        ),
        refused=(
            *_refused("schedules", (), "cosine", None, 0.1, {}),
            ({"schedules": (_WARMUP, "cosine")}, ("schedules[1]", "'cosine'")),
            (
                {"schedules": (_WARMUP, {"schedule": "reduce_on_plateau", "start": 0.1})},
                ("schedules[1]", "schedule of the step", "reduce_on_plateau"),
            ),
            ({"schedules": (_WARMUP, {"schedule": "cosin"})}, ("schedules[1]", "'cosin'", "'cosine'")),
            ({"schedules": ({**_WARMUP, "steps": 0}, _COSINE)}, ("schedules[0]", "steps", "0")),
            *_milestones("milestones"),
            ({"milestones": ()}, ("milestones", "one fewer than schedules, 1", "[]")),
            ({"milestones": (3, 4)}, ("milestones", "one fewer than schedules, 1", "[3, 4]")),
        ),
        twin=_chained,
        rounding=1e-15,
    ),
    ScheduleCase(
        name="reduce_on_plateau",
        valid=(
            {"start": 0.1},
            {"start": 0.1, "patience": 2, "factor": 0.5, "cooldown": 5},
            {"start": 0.1, "mode": "max", "patience": 4, "threshold": 0.05},
            {"start": 0.1, "threshold_mode": "abs", "threshold": 0.01, "patience": 3, "min_lr": 0.003},
            {"start": 0.1, "mode": "max", "threshold_mode": "abs", "patience": 1, "cooldown": 2, "eps": 1e-3},
            {"start": 0.1, "patience": 0, "threshold": 0.0, "factor": 0.9},
            {"start": 0.1, "patience": 0, "threshold": 1.0, "factor": 0.0, "cooldown": 40, "eps": 0.0},
            {"start": 0.1, "patience": 0, "threshold": 3.0, "factor": 0.99, "min_lr": 0.09},
        ),
        refused=(
            *numbers("start"),
            *_choices("mode", "min", "max"),
            *_refused("factor", -0.1, 1.0, NAN, "0.1", True, None, [0.1]),
            *_wholes("patience", 0),
            *numbers("threshold"),
            *_choices("threshold_mode", "rel", "abs"),
            *_wholes("cooldown", 0),
            *numbers("min_lr"),
            *numbers("eps"),
        ),
        twin=_renamed("ReduceLROnPlateau"),
        watches=True,
    ),
)

# Every setting of every schedule of the step, and of those that watch the loss; with its number.
OF_STEP = [(case, i) for case in CASES if not case.watches for i in range(len(case.valid))]
WATCHING = [(case, i) for case in CASES if case.watches for i in range(len(case.valid))]
