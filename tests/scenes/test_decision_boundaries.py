"""The film of decision boundaries: what its panels show, and which races it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from manim import tempconfig

from networks import functional_call, losses
from races import RaceSpec, Trace, run_race
from races.run_network import weight_paths
from scenes.decision_boundaries import DecisionBoundaries
from views.zero_lines import zero_lines


def raced(surface: Any, racers: int = 2) -> Trace:
    tables = [{"optimizer": "adam", "lr": 0.03}] * racers
    return run_race(RaceSpec.model_validate({"surface": surface, "steps": 40, "racer": tables}))


def test_a_circle_is_found_where_a_function_is_zero() -> None:
    x, y = np.linspace(-2, 2, 81), np.linspace(-1.5, 1.5, 61)
    pieces = zero_lines(x**2 + y[:, None] ** 2 - 1, x, y)
    np.testing.assert_allclose(np.linalg.norm(pieces, axis=-1), 1.0, atol=2e-3)
    length = np.linalg.norm(pieces[:, 0] - pieces[:, 1], axis=-1).sum()
    assert length == pytest.approx(2 * np.pi, rel=2e-3)
    assert zero_lines(np.ones((61, 81)), x, y).shape == (0, 2, 2)


@pytest.mark.parametrize("network", ["moons", "spirals"])
def test_a_panel_has_the_boundary_and_the_accuracy_of_its_racers_network(
    network: str, tmp_path: Path
) -> None:
    trace = raced({"network": network, "hidden": [8], "samples": 60})
    paths, _, _ = weight_paths(trace.spec)
    with tempconfig({"media_dir": str(tmp_path), "dry_run": True}):
        film = DecisionBoundaries(trace=trace)
        film.prepare()
    data, loss = film.network.dataset(), film.network.loss()
    np.testing.assert_allclose(loss.many(paths[0]), trace.losses[0, :, 0], rtol=1e-12)
    panel: Any = film.panels[0]
    panel.at(40.0)
    parameters = loss.split(paths[0, 40])
    scores = functional_call(loss.model, parameters, data.train.inputs)
    boundary, accuracy = panel.moving
    share = film.captions.share(losses.accuracy(scores, data.train.targets))
    assert accuracy.drawing._content == share
    ends = (boundary.points[:, :2] - panel._corner) / panel._scale + panel._low
    assert len(ends)
    found = functional_call(loss.model, parameters, ends)
    ordered = np.sort(found, axis=1)
    margins = found[:, 0] if network == "moons" else ordered[:, -1] - ordered[:, -2]
    assert np.median(np.abs(margins)) < 0.05 * np.abs(scores).max()


@pytest.mark.parametrize(
    ("surface", "racers", "words"),
    [
        ("slope", 2, "needs a race of a network on moons, circles or spirals, got slope"),
        ({"network": "linear", "hidden": []}, 2, "spirals, got linear, no hidden layer"),
        ({"network": "moons", "hidden": [3]}, 5, "shows at most 4 racers, got 5"),
    ],
)
def test_a_race_that_it_cannot_show_is_refused_in_one_line(
    surface: Any, racers: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    trace = raced(surface, racers)
    with pytest.raises(SystemExit):
        DecisionBoundaries(trace=trace)
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1
