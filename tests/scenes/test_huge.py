"""Values at the ends of what numbers can be: races, plots and films are made, without a warning.

Warnings are errors in these tests, as everywhere in the suite.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from optimizer_race import OptimizerRace
from races import Trace, run_race
from scenes.contour_race import ContourRace
from scenes.film import Film
from scenes.inside_the_step import InsideTheStep
from scenes.race.loss_plot import loss_scale
from surfaces import SURFACES, Surface, expression_surface
from tests.races.helpers import race
from tests.scenes.moments import faults, small, watch
from views.box import Box
from views.figures.race import save_figure

HUGE = float(np.finfo(np.float64).max)
SQUARE: dict[str, Any] = {"u_range": [-1, 1], "v_range": [-1, 1]}
RACERS: list[dict[str, Any]] = [{"optimizer": name} for name in ("sgd", "adam", "newton", "lbfgs")]
for _racer in RACERS[:2]:
    _racer["lr"] = 0.1
SLOW = [{"optimizer": "sgd", "lr": 1e-309}, *RACERS[1:]]

RACES: dict[str, dict[str, Any]] = {
    "a huge bowl": {"surface": SQUARE | {"expression": "8e307*(u**2 + v**2)"}, "start": (0.7, 0.6)},
    "huge, slowly": {
        "surface": SQUARE | {"expression": "8e307*(u**2 + v**2)"},
        "start": (0.7, 0.6),
        "racers": SLOW,
    },
    "both signs": {"surface": SQUARE | {"expression": "1.7e308*sin(3*u)*cos(v)"}, "start": (0.3, 0.1)},
    "downwards": {"surface": SQUARE | {"expression": "-8e307*(u**2 + v**2)"}, "racers": SLOW},
    "flat": {"surface": SQUARE | {"expression": "1.7e308 + 0*u"}},
    "tiny": {"surface": SQUARE | {"expression": "1e-308*(u**2 + v**2)"}, "start": (0.7, 0.6)},
    "noise": {"surface": "funky", "noise": {"scale": 1e300}},
    "more noise": {"surface": "slope", "noise": {"scale": 1e308}, "racers": SLOW},
    "heavy tails": {
        "surface": "funky",
        "noise": {"scale": 1e300, "distribution": "student_t", "degrees": 0.5},
        "start": [(0.3, 0.3), (0.4, 0.4), (0.5, 0.5)],
    },
    "no gradient": {"surface": "ackley", "start": (0.0, 0.0)},
    "a target above": {"surface": "funky", "target": 1e308},
    "a target below": {"surface": "funky", "target": -1.7e308},
}


def raced(name: str, **more: Any) -> Trace:
    fields: dict[str, Any] = {"steps": 12, "racers": RACERS, "film": {"length": 20.0}}
    return run_race(race(**(fields | RACES[name] | more)))


@pytest.mark.parametrize(
    "name", ["both signs", "downwards", "flat", "more noise", "heavy tails", "a target below"]
)
def test_huge_values_are_plotted(name: str, tmp_path: Path) -> None:
    trace = raced(name)
    assert trace.losses.shape == (4, 13, len(trace.spec.start))
    assert save_figure(trace, tmp_path / "race.png").exists()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *(
            (name, OptimizerRace)
            for name in RACES
            if name not in {"tiny", "huge, slowly", "noise", "a huge bowl"}
        ),
        *((name, ContourRace) for name in ("both signs", "heavy tails")),
        *((name, InsideTheStep) for name in ("both signs", "downwards", "more noise", "no gradient")),
    ],
)
def test_huge_values_are_filmed(name: str, kind: type[Film]) -> None:
    trace = raced(name, **({"record": "state"} if kind is InsideTheStep else {}))
    with small():
        moments = watch(kind, trace)
        assert all(moment.finite for moment in moments)
        if kind is not InsideTheStep:
            assert [fault for moment in moments for fault in faults(moment)] == []


def test_heights_whose_difference_overflows_have_their_place() -> None:
    # Plain reasoning: sin(pi u / 2) is at -1, 0 and 1; its place between the two is 0, a half and 1.
    surface = expression_surface("1.7e308*sin(1.5707963267948966*u)", (-1, 1), (-1, 1))
    box = Box(surface)
    places = box.height_fraction(np.array([surface(u, 0.0) for u in (-1.0, 0.0, 1.0)]))
    np.testing.assert_allclose(places, [0, 0.5, 1], rtol=1e-12)
    flat = Box(expression_surface("1.7e308 + 0*u", (-1, 1), (-1, 1)))
    assert np.isfinite(flat.z_shown).all()
    assert flat.height_fraction(np.array([1.7e308])) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("losses", "target", "expected"),
    [
        ([1.0, 0.0], 0.0, (-0.04, 1.25)),
        ([5.0, 5.0], -np.inf, (4.8, 6.25)),
        ([0.0, 0.0], -np.inf, (-0.04, 0.25)),
        ([1e308, -1e308], -1e308, (-1.08e308, 1.5e308)),
        ([1.7e308, -1.7e308], -np.inf, (-HUGE, HUGE)),
    ],
)
def test_the_plots_range_holds_start_and_lowest_loss(
    losses: list[float], target: float, expected: tuple[float, float]
) -> None:
    np.testing.assert_allclose(loss_scale(np.array([losses]), target)[:2], expected, rtol=1e-12)


def test_a_loss_over_a_data_set_is_filmed(monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.linspace(-1, 1, 7)
    made = Surface(
        name="data",
        formula=lambda u, v: np.mean((u * x + v - 0.5 * x) ** 2),
        u_range=(-2.0, 2.0),
        v_range=(-2.0, 2.0),
        z_range=(0.0, 4.0),
        start=(1.5, -1.0),
    )
    monkeypatch.setitem(SURFACES, "data", made)
    racers = [{"optimizer": "sgd", "lr": 0.3}, {"optimizer": "adam", "lr": 0.3}]
    trace = run_race(race(surface="data", steps=20, racers=racers, film={"length": 20.0}))
    with small():
        moments = watch(OptimizerRace, trace)
    assert all(moment.finite for moment in moments)
