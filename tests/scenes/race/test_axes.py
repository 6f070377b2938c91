"""The numbers at the axes stand apart, however large or small they are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from optimizer_race import OptimizerRace
from races import RaceSpec, run_race
from scenes.race.director import pose_at
from tests.scenes.moments import Watched, faults, look, small

# Powell's sum, -u² - v² and u v: of 1e6 as a user had it, and of the sizes that floats end at.
POWELL, HILL, SADDLE = "abs(u)**2 + abs(v)**3", "-u**2 - v**2", "u*v"
WIDE, USUAL = (-100.25, 100.5), (-1.0, 1.0)


@pytest.mark.parametrize(
    ("scale", "shape", "ends"),
    [
        ("1e6", POWELL, WIDE),
        ("1", POWELL, WIDE),
        ("1e-12", POWELL, WIDE),
        ("1.2345e300", POWELL, WIDE),
        ("1.2345e-290", POWELL, (-1e6, 1e6)),
        ("123456.7", HILL, WIDE),
        ("-98765432", SADDLE, USUAL),
    ],
)
def test_no_two_numbers_overlap(scale: str, shape: str, ends: tuple[float, float]) -> None:
    values: dict[str, Any] = {
        "surface": {"expression": f"{scale}*({shape})", "u_range": ends, "v_range": ends},
        "film": {"length": 20.0, "language": "fr"},
        "racers": [{"optimizer": "adam"}],
    }
    spec = RaceSpec(steps=5, **values)
    with small():
        film = OptimizerRace(Watched(), trace=run_race(spec))
        film.prepare()
        stage = film.stage
        film.look(film.whole)
        assert seen(film, [stage.surface, stage.axes, stage.axes.labels]) == []
        for part in np.linspace(0, 1, 9):
            film.look(pose_at(film.shots, float(part)))
            parts = [film.plates, film.board, film.plot, film.plan, film.lead]
            assert seen(film, [stage.surface, stage.runners, *parts]) == []


def seen(film: OptimizerRace, shown: list[Any]) -> list[str]:
    """What is wrong with a picture of some mobjects."""
    film.lens.reset()
    film.lens.reset_rotation_matrix()
    film.lens.capture_mobjects(shown)
    film.mobjects = shown
    return faults(look(film))
