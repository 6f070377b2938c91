"""InsideTheStep: the equations that it shows give the steps that were made, and its words have room."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from manim import CairoRenderer, config

from optimizers import OPTIMIZERS
from races import RaceSpec, Trace, run_race
from scenes.camera import DepthCamera
from scenes.inside_the_step import InsideTheStep
from scenes.sprite import Label
from scenes.step_data import Steps
from tests.optimizers.cases import CASES
from tests.scenes.moments import corners, overlap, small

SEARCH = {"max_iter": 1, "max_eval": 20, "line_search_fn": "strong_wolfe"}
SETTINGS = [(case.name, settings) for case in CASES for settings in case.valid]
LABELS = [f"{name}-{i}" for i, (name, _) in enumerate(SETTINGS)]


def recorded(*racers: dict[str, Any], **fields: Any) -> Trace:
    values = {"surface": "himmelblau", "steps": 24, "record": "state", "racer": racers}
    return run_race(RaceSpec.model_validate(values | fields))


@pytest.mark.parametrize(("optimizer", "settings"), SETTINGS, ids=LABELS)
def test_what_the_equations_give_is_what_ran(optimizer: str, settings: dict[str, Any]) -> None:
    plain = {key: list(x) if isinstance(x, tuple) else x for key, x in settings.items()}
    steps = Steps(recorded({"optimizer": optimizer, **plain}), 0)
    seen = 0
    for step in range(steps.count):
        moments = steps.values(step)
        for line, values in zip(steps.lines, moments[1:], strict=True):
            known = steps.recorded(line, step)
            if known is not None and not line.given:
                name = line.equation.split("=")[0].strip()
                np.testing.assert_allclose(values[name], known, rtol=1e-9, atol=1e-12)
                seen += 1
    # The last line of every optimizer is its step.
    assert seen >= steps.count > 0


def test_every_optimizer_is_shown_by_more_than_its_gradient() -> None:
    for optimizer in OPTIMIZERS:
        steps = Steps(recorded({"optimizer": optimizer}), 0)
        assert len(steps.lines) >= 2


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(
    "racers",
    [
        [{"optimizer": "rmsprop", "lr": 0.05}, {"optimizer": "adam", "lr": 0.1}],
        [{"optimizer": "adadelta", "name": "W" * 40}, {"optimizer": "radam", "name": "w" * 40}],
        [{"optimizer": "sgd", "lr": 0.01}],
        [{"optimizer": "lbfgs", **SEARCH}],
    ],
    ids=["two", "long names", "one", "whole vector"],
)
def test_words_stand_inside_and_apart(racers: list[dict[str, Any]], language: str) -> None:
    trace = recorded(*racers, film={"length": 20.0, "language": language})
    width, height = config.frame_width / 2, config.frame_height / 2
    with small(426, 240):
        film = InsideTheStep(CairoRenderer(camera_class=DepthCamera, skip_animations=True), trace=trace)
        film.prepare()
        for t in (0.0, 0.5, 0.95, 1.4):
            film.refresh(t)
            labels = [part for half in film.halves for part in half.panel.get_family()]
            words = [x for x in labels if isinstance(x, Label) and x.opacity > 0 and len(x.points)]
            assert words
            boxes = [corners(word) for word in words]
            assert all(-width <= b[0] and b[2] <= width for b in boxes)
            assert all(-height <= b[1] and b[3] <= height for b in boxes)
            assert not [pair for pair in combinations(boxes, 2) if overlap(*pair)]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_is_drawn_alone_and_beside_another(optimizer: str) -> None:
    shown = recorded({"optimizer": optimizer}, {"optimizer": "sgd", "lr": 0.01})
    alone = recorded({"optimizer": optimizer})
    with small(426, 240):
        for trace in (shown, alone):
            film = InsideTheStep(CairoRenderer(camera_class=DepthCamera, skip_animations=True), trace=trace)
            film.prepare()
            steps = film.halves[0].steps
            for line in range(len(steps.lines)):
                film.refresh((line + 0.7) / len(steps.lines))
                seen = [part for half in film.halves for part in half.live.get_family()]
                assert all(np.isfinite(part.points).all() for part in seen)
