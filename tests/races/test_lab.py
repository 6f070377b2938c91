"""The lab: what it printed (in float32), closed forms where there are any, and its sign error."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, final

import numpy as np
import pytest
from matplotlib.figure import Figure

from optimizers import OPTIMIZERS, AdamW, ElementwiseOptimizer, Optimizer
from optimizers.optimizer import State
from races.lab import EPOCHS, PROBLEMS, Array, Run, Settings, run_optimizer, run_problem, save_csv
from views.figures.lab import save_figure

LAB = 1e-4  # what the lab's figures, computed in float32, are good for


@cache
def runs(problem: str) -> dict[str, Run]:
    return {run.optimizer: run for run in run_problem(PROBLEMS[problem])}


def ends(problem: str, run: Run) -> dict[str, float]:
    return dict(zip(PROBLEMS[problem].start, run.parameters[-1].tolist(), strict=True))


@final
class LabAdamW(ElementwiseOptimizer):
    """AdamW as the lab has it, its decay added."""

    @staticmethod
    def rule(
        gradient: Any, parameter: Any, state: State, step: int, *, lr: Any = 1e-3, weight_decay: Any = 1e-2
    ) -> tuple[Any, State]:
        return AdamW.rule(gradient, parameter, state, step, lr=lr, weight_decay=-weight_decay)


FIGURES: dict[tuple[str, str], dict[str, float]] = {
    ("parabola", "SGD"): {"x": 14.9967},
    ("parabola", "RMSProp"): {"x": 98.9094},
    ("parabola", "Adagrad"): {"x": 99.8142},
    ("parabola", "Adam"): {"x": 99.9001},
    ("steep-parabola", "SGD"): {"x": 0.538136},
    ("steep-parabola", "RMSProp"): {"x": 98.9094},
    ("steep-parabola", "Adagrad"): {"x": 99.8142},
    ("steep-parabola", "Adam"): {"x": 99.9001},
    ("network", "SGD"): {"W1": 1.79655, "b1": 1.79655, "W2": 2.35653, "b2": 1.53273},
    ("network", "RMSProp"): {"W1": 1.95640, "b1": 1.95640, "W2": 1.95640, "b2": 1.89957},
    ("network", "Adagrad"): {"W1": 1.18656, "b1": 1.18656, "W2": 1.18656, "b2": 1.18069},
    ("network", "Adam"): {"W1": 1.10034, "b1": 1.10034, "W2": 1.10034, "b2": 1.09871},
}


@pytest.mark.parametrize(("problem", "optimizer"), FIGURES)
def test_the_deterministic_figures_are_the_labs(problem: str, optimizer: str) -> None:
    figures, start = FIGURES[problem, optimizer], PROBLEMS[problem].start
    ours = ends(problem, runs(problem)[optimizer])
    assert ours == pytest.approx(figures, rel=LAB)
    # Where x hardly leaves 100, its way is the lab's too, as far as float32 told it (0.0999 is 0.1000).
    ways = {name: value - start[name] for name, value in figures.items()}
    assert {name: value - start[name] for name, value in ours.items()} == pytest.approx(ways, rel=2e-3)


@pytest.mark.parametrize(
    ("problem", "curvature", "minimum", "factor"),
    [("parabola", 1, 2, 0.98), ("steep-parabola", 3, 1 / 3, 0.94)],
)
def test_gradient_descent_on_a_parabola_has_a_closed_form(
    problem: str, curvature: float, minimum: float, factor: float
) -> None:
    run = runs(problem)["SGD"]
    expected = minimum + (100 - minimum) * factor ** np.arange(EPOCHS + 1)
    np.testing.assert_allclose(run.parameters[:, 0], expected, rtol=1e-12)
    above = curvature * (expected - minimum) ** 2
    np.testing.assert_allclose(run.losses - PROBLEMS[problem].least, above, rtol=1e-9)


# As long as Adam's own step is lr, AdamW's is x <- x - lr (1 + w x): towards -1/w = -100.
@pytest.mark.parametrize("problem", ["parabola", "steep-parabola"])
def test_adamw_descends_by_its_step_and_its_decay(problem: str) -> None:
    way = -200 + 200 * (1 - 1e-5) ** np.arange(EPOCHS + 1)
    np.testing.assert_allclose(runs(problem)["AdamW"].parameters[:, 0] - 100, way, rtol=1e-3)


# With the lab's sign it is x <- x - lr (1 - w x), which stands still at 1/w = 100 and moves away from there.
@pytest.mark.parametrize("problem", ["parabola", "steep-parabola"])
@pytest.mark.parametrize(("start", "tolerance"), [(100, 1e-9), (50, 1e-4), (150, 1e-4)])
def test_with_the_labs_sign_adamw_stands_still_at_100_and_climbs_from_beyond(
    problem: str, start: float, tolerance: float
) -> None:
    settings = PROBLEMS[problem].settings["adamw"]
    run = run_optimizer(replace(PROBLEMS[problem], start={"x": start}), LabAdamW, settings)
    x = 100 + (start - 100) * (1 + 1e-5) ** np.arange(EPOCHS + 1)
    np.testing.assert_allclose(run.parameters[:, 0], x, rtol=0, atol=tolerance)
    assert np.sign(run.losses[-1] - run.losses[0]) == np.sign(start - 100) or start == 100


def test_with_the_labs_sign_adamw_gives_the_labs_network() -> None:
    settings = PROBLEMS["network"].settings["adamw"]
    theirs = ends("network", run_optimizer(PROBLEMS["network"], LabAdamW, settings))
    ours, adams = (ends("network", runs("network")[name]) for name in ("AdamW", "Adam"))
    for name in ("W1", "b1", "W2"):
        assert theirs[name] == pytest.approx(1.10138905, rel=1e-6)
        assert ours[name] == pytest.approx(1.09929, rel=1e-5)
        # Decay pulls one down from Adam's by as much as it pushes the other up.
        assert adams[name] - ours[name] == pytest.approx(theirs[name] - adams[name], rel=0.01)


@pytest.mark.parametrize(
    ("problem", "weight"), [("linear-regression", 2.9703), ("quadratic-regression", -4.1445)]
)
def test_gradient_descent_on_a_regression_has_a_closed_form(problem: str, weight: float) -> None:
    """Since the x are symmetric about 0, weight and bias are two problems, each with a factor of its own."""
    run, minimum, start = runs(problem)["SGD"], PROBLEMS[problem].minimum, PROBLEMS[problem].start
    assert minimum is not None
    factors = 1 - 2 * 0.01 * np.array([np.mean(np.linspace(-10, 10, 100) ** 2), 1.0])
    best = np.array(list(minimum.values()))
    expected = best + factors ** np.arange(EPOCHS + 1)[:, None] * (np.array(list(start.values())) - best)
    np.testing.assert_allclose(run.parameters, expected, rtol=1e-9)
    assert run.parameters[-1, 0] == pytest.approx(
        weight, abs=5e-5
    )  # as the lab printed it, wherever it began


@pytest.mark.parametrize("problem", ["linear-regression", "quadratic-regression"])
def test_no_loss_is_below_that_of_least_squares_and_some_come_near(problem: str) -> None:
    least = PROBLEMS[problem].least
    minimum = PROBLEMS[problem].minimum
    assert minimum is not None
    weight, bias = minimum.values()
    for step in (1e-3, -1e-3):
        assert PROBLEMS[problem].loss(weight + step, bias) > least
        assert PROBLEMS[problem].loss(weight, bias + step) > least
    finals = {name: run.losses[-1] / least for name, run in runs(problem).items()}
    assert min(finals.values()) >= 1
    near = {"linear-regression": {"SGD": 1.15, "Adam": 1.01}, "quadratic-regression": {"SGD": 1.03}}[problem]
    assert all(finals[name] < most for name, most in near.items()), finals


# Where each of the lab's runs began (drawn at random and not printed, so found by a fit of the two numbers to
# the twelve that follow; SGD's weight is soon forgotten, and 0 stands for any), and what it printed: the
# losses of epochs 10, 20, ..., 100, then weight and bias. Its AdamW is on the line both times.
PRINTED: dict[tuple[str, str, tuple[float, float]], Sequence[float]] = {
    ("linear-regression", "sgd", (0.0, -0.47386)): (
        25.78191, 18.55283, 13.72663, 10.50463, 8.353593, 6.917544, 5.958826, 5.318778, 4.891478, 4.606207,
        2.9703, 4.3778,
    ),
    ("quadratic-regression", "sgd", (0.0, -0.47845)): (
        499.5699, 425.6039, 376.2235, 343.257, 321.2481, 306.5549, 296.7455, 290.1968, 285.8247, 282.9059,
        -4.1445, 15.0406,
    ),
    ("linear-regression", "rmsprop", (0.056848, -0.864281)): (
        303.2937, 283.2479, 264.3684, 246.2269, 228.7797, 212.0216, 195.9518, 180.5696, 165.8745, 151.8657,
        1.0768, 0.1647,
    ),
    ("quadratic-regression", "rmsprop", (-0.406927, 0.467364)): (
        1004.47, 976.4335, 949.7418, 923.8091, 898.5751, 874.0336, 850.1834, 827.0245, 804.5563, 782.7787,
        -1.4310, 1.5010,
    ),
    ("linear-regression", "adagrad", (0.637901, 0.977315)): (
        19.23186, 6.453788, 4.711561, 4.281812, 4.131574, 4.072867, 4.049283, 4.039744, 4.035879, 4.034312,
        2.9703, 5.0884,
    ),
    ("quadratic-regression", "adagrad", (-0.162341, -0.923659)): (
        662.9288, 539.481, 485.6402, 455.3948, 435.1168, 419.7545, 407.2056, 396.5014, 387.141, 378.8318,
        -4.1229, 7.3640,
    ),
    ("linear-regression", "adam", (0.081871, 0.627096)): (
        152.9066, 51.90208, 12.43916, 5.297073, 5.514741, 4.866863, 4.160236, 4.036963, 4.063049, 4.046626,
        2.9538, 5.1655,
    ),
    ("quadratic-regression", "adam", (0.692568, -0.427748)): (
        1092.77, 835.7798, 655.6919, 540.6663, 472.4963, 432.7614, 407.5148, 388.6913, 372.8016, 358.7832,
        -4.1903, 8.4491,
    ),
    ("linear-regression", "adamw", (0.84962, 0.251893)): (
        70.88858, 17.532, 9.452136, 8.697773, 5.476622, 4.144921, 4.080824, 4.044642, 4.080211, 4.091483,
        3.0000, 5.2814,
    ),
    ("linear-regression", "adamw", (-0.751639, 0.251396)): (
        292.7043, 135.1478, 48.26994, 13.05081, 4.737184, 4.707895, 5.052795, 4.710053, 4.320013, 4.137867,
        3.0154, 5.2814,
    ),
}  # fmt: skip


def printed(
    problem: str, kind: type[Optimizer], start: tuple[float, float], settings: Settings
) -> list[float]:
    """What the lab would print of such a run; the loss of its epoch k is the one before the step."""
    began = replace(PROBLEMS[problem], start=dict(zip(PROBLEMS[problem].start, start, strict=True)))
    run = run_optimizer(began, kind, settings)
    return [*run.losses[9:EPOCHS:10], *run.parameters[-1]]


@pytest.mark.parametrize(("problem", "optimizer", "start"), PRINTED)
def test_every_regression_of_the_lab_is_ours_from_its_start(
    problem: str, optimizer: str, start: tuple[float, float]
) -> None:
    kind = LabAdamW if optimizer == "adamw" else OPTIMIZERS[optimizer]
    ours = printed(problem, kind, start, PROBLEMS[problem].settings[optimizer])
    assert ours == pytest.approx(PRINTED[problem, optimizer, start], rel=LAB)
    assert max(map(abs, start)) < 1, "torch draws from [-1, 1)"


@pytest.mark.parametrize("run", [key for key in PRINTED if key[1] == "adamw"])
def test_with_pytorchs_sign_the_labs_adamw_is_another(run: tuple[str, str, tuple[float, float]]) -> None:
    problem, optimizer, start = run
    ours = printed(problem, AdamW, start, PROBLEMS[problem].settings[optimizer])
    assert np.max(np.abs(np.divide(ours, PRINTED[run]) - 1)) > 0.1


@pytest.mark.parametrize("name", PROBLEMS)
def test_all_five_start_at_the_same_place_and_descend(name: str) -> None:
    start = list(PROBLEMS[name].start.values())
    assert list(runs(name)) == ["SGD", "RMSProp", "Adagrad", "Adam", "AdamW"]
    for run in runs(name).values():
        assert run.losses.shape == (EPOCHS + 1,)
        assert run.parameters[0].tolist() == start
        assert run.losses[0] == pytest.approx(PROBLEMS[name].loss(*start), rel=1e-14)
        assert run.losses[-1] < run.losses[0]


def test_the_csv_has_every_number_in_full(tmp_path: Path) -> None:
    several = {name: list(runs(name).values()) for name in ("parabola", "network")}
    path = save_csv(several, tmp_path / "new" / "lab.csv")
    with path.open(newline="") as file:
        heading, *lines = csv.reader(file)
    assert heading == ["problem", "optimizer", "epoch", "loss", "x", "W1", "b1", "W2", "b2"]
    assert len(lines) == 2 * 5 * (EPOCHS + 1)
    for problem, columns in (("parabola", [4]), ("network", [5, 6, 7, 8])):
        for name, run in runs(problem).items():
            mine = [line for line in lines if line[:2] == [problem, name]]
            assert [int(line[2]) for line in mine] == list(range(EPOCHS + 1))
            assert [float(line[3]) for line in mine] == run.losses.tolist()
            assert [[float(line[i]) for i in columns] for line in mine] == run.parameters.tolist()
            assert {line[i] for line in mine for i in {4, 5, 6, 7, 8} - set(columns)} == {""}


def test_the_figure_has_a_panel_for_each_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Figure] = []
    save = Figure.savefig

    def savefig(self: Figure, *arguments: Any, **options: Any) -> None:
        drawn.append(self)
        save(self, *arguments, **options)

    monkeypatch.setattr(Figure, "savefig", savefig)
    for names in (list(PROBLEMS), ["steep-parabola"]):
        path = save_figure({name: list(runs(name).values()) for name in names}, tmp_path / "lab.png")
        assert path.read_bytes().startswith(b"\x89PNG")
        panels = [axes for axes in drawn.pop().axes if axes.axison]
        assert [axes.get_title().splitlines()[0] for axes in panels] == names
        for name, axes in zip(names, panels, strict=True):
            assert axes.get_yscale() == "log"
            for line, run in zip(axes.lines, runs(name).values(), strict=True):
                assert line.get_label() == run.optimizer
                losses: Array = np.asarray(line.get_ydata(), dtype=np.float64) + PROBLEMS[name].least
                np.testing.assert_allclose(losses, run.losses, rtol=1e-12, atol=1e-12)
