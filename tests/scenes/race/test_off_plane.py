"""What a film says of a network's race beside its plane."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from manim import tempconfig

from optimizer_race import OptimizerRace
from races import RaceSpec, Trace, run_race
from scenes.frame import Area
from scenes.inside_the_step import InsideTheStep
from scenes.race.off_plane import OffPlane, Stalks
from scenes.race.stage import Stage
from views.captions import captions
from views.drawn_surface import box_of


@pytest.fixture
def trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trace:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return raced({"network": "moons", "hidden": [6]}, 3)


def raced(surface: Any, racers: int) -> Trace:
    tables = [{"optimizer": "adam", "lr": 0.02 * (k + 1)} for k in range(racers)]
    return run_race(RaceSpec.model_validate({"surface": surface, "steps": 30, "racer": tables}))


def said(words: OffPlane) -> list[str]:
    return [label.drawing._content for label in words]  # type: ignore[attr-defined]


def test_a_stalk_leads_from_the_surface_to_the_true_loss(trace: Trace) -> None:
    stage, box = Stage(trace, captions("en")), box_of(trace)
    for t in (0, 17, 30):
        stage.stalks.at(float(t))
        for i, stalk in enumerate(stage.stalks):
            u, v = trace.positions[i, t, 0]
            tip = box.place(u, v, trace.losses[i, t, 0])
            assert (np.abs(stalk.points[1] - tip) <= [0.02, 0.02, 1e-9]).all()
            ground = box.on_surface(u, v)
            np.testing.assert_allclose(stalk.points[0], ground, atol=0.02)


def test_the_words_tell_each_racers_distance(trace: Trace) -> None:
    assert trace.plane is not None
    words = OffPlane(trace, captions("en"), Area(0.0, 0.0, 8.0, 1.0)).at(30.0)
    share = captions("en").share(float(trace.plane.explained_variance.sum()))
    distances = [f"{x:.2f}" for x in trace.plane.distances[:, 30, 0]]
    assert said(words) == [
        f"Plane: {share} of variance. Stalk: the true loss.", "Distance from the plane:", *distances,
    ]  # fmt: skip
    assert words.width <= 8.0
    french = OffPlane(trace, captions("fr"), Area(0.0, 0.0, 8.0, 1.0))
    assert said(french)[1] == "Distance au plan :"


def test_of_many_racers_the_farthest_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    many = raced({"network": "moons", "hidden": [3]}, 9)
    assert many.plane is not None
    words = OffPlane(many, captions("en"), Area(0.0, 0.0, 8.0, 1.0)).at(30.0)
    assert said(words)[1:] == ["Farthest from the plane:", f"{many.plane.distances[:, 30].max():.2f}"]


def test_a_race_of_no_network_has_neither() -> None:
    plain = raced("slope", 2)
    stage = Stage(plain, captions("en"))
    assert len(Stalks(plain, stage.box, stage.runners)) == len(stage.stalks) == 0
    assert len(OffPlane(plain, captions("en"), Area(0.0, 0.0, 8.0, 1.0))) == 0


def test_inside_the_step_has_nothing_to_show_of_a_network(
    trace: Trace, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        InsideTheStep(trace=trace)
    assert capsys.readouterr().err.endswith(": InsideTheStep shows steps of u and v: a network has none\n")


def test_a_still_of_a_race_of_networks(trace: Trace, tmp_path: Path) -> None:
    with tempconfig({"media_dir": str(tmp_path), "quality": "low_quality", "dry_run": True}):
        picture = np.asarray(OptimizerRace(trace=trace).still(30.0).convert("RGB"))
    lower_left = picture[385:430, 20:500].max(axis=2)
    assert (lower_left > 200).sum() > 300  # the words
    assert picture.std() > 20
