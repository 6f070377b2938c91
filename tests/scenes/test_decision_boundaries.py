"""The film of decision boundaries: which networks it shows, where, and what it refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from networks import MLP, losses, predict, train
from networks.datasets import moons
from optimizers import Adam
from races import RaceSpec, Trace, run_race
from scenes.decision_boundaries import DecisionBoundaries
from scenes.race.boundary_panels import Grid
from tests.scenes.moments import faults, small, watch
from views.decision_regions import DecisionRegions

MOONS = {"network": "moons", "hidden": [8], "batch_size": 50}


def raced(surface: Any, racers: int = 2, **settings: Any) -> Trace:
    tables = [{"optimizer": "adam", "lr": 0.02 * (k + 1)} for k in range(racers)]
    values = {"surface": surface, "steps": 12, "racer": tables, "film": {"length": 20.0}} | settings
    return run_race(RaceSpec.model_validate(values))


def test_regions_are_those_of_the_trained_network() -> None:
    trace = raced(MOONS)
    model, data = MLP([2, 8, 1], "tanh", rng=0), moons(seed=0, test=0.0)
    train(model, data, Adam(model.parameters(), lr=0.04), epochs=6, batch_size=50)
    regions = DecisionRegions(trace, 1.0)
    found = predict(model, data.train.inputs)
    assert regions.accuracy(1, 12.0) == losses.accuracy(found, data.train.targets)
    left, bottom, right, top = regions.box
    picture = regions.picture(1, 12.0, 64, 64, 0.0).astype(int)
    middles = (np.arange(64) + 0.5) / 64
    x, y = np.meshgrid(left + middles * (right - left), top - middles * (top - bottom))
    scores = predict(model, np.stack([x.ravel(), y.ravel()], axis=1)).reshape(64, 64)
    sure = np.abs(scores) > 0.3
    assert sure.mean() > 0.5
    # Class 1 is orange: more red than blue.
    assert np.array_equal((picture[..., 0] > picture[..., 2])[sure], (scores > 0)[sure])


@pytest.mark.parametrize("racers", [1, 4, 8, 12])
def test_texts_do_not_overlap(racers: int) -> None:
    trace = raced({"network": "moons", "hidden": [4]}, racers)
    with small():
        for moment in watch(DecisionBoundaries, trace)[::4]:
            assert not faults(moment)


def test_panels_stay_in_their_room() -> None:
    for count in range(1, 13):
        boxes = Grid.of(count, 13.2, 4.8).boxes(count, (-6.6, -1.6, 6.6, 3.2))
        assert len(boxes) == count
        for left, bottom, right, top in boxes:
            assert -6.61 < left < right < 6.61
            assert -1.61 < bottom < top < 3.2


def test_a_race_on_a_surface_lends_its_racers() -> None:
    trace = raced("slope")
    with small():
        film = DecisionBoundaries(trace=trace)
    assert film.trace.names == trace.names
    assert film.trace.spec.build_surface().name == "moons 16-16 tanh"
    assert film.trace.spec.steps == 12


@pytest.mark.parametrize(
    ("surface", "racers", "why"),
    [
        ({"network": "linear", "hidden": [4]}, 1, "classes in a plane"),
        ("slope", 13, "up to 12 racers, not 13"),
    ],
)
def test_what_cannot_be_shown_is_refused(
    surface: Any, racers: int, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    trace = raced(surface, racers)
    with small(), pytest.raises(SystemExit) as refused:
        DecisionBoundaries(trace=trace)
    assert refused.value.code == 2
    assert why in capsys.readouterr().err
