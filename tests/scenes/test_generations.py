"""Generations: a breeding's networks race in any shape and language; what is shipped can be raced."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evolution import load_history
from optimizers import LearnedNetwork
from optimizers.learned_network import weights_count
from races import RaceSpec, Trace, run_race
from scenes import generations
from scenes.generations import HISTORY, Generations, raced
from support.words import LANGUAGES
from tests.scenes.moments import Watched, small
from tests.scenes.race.test_shapes import SHAPES, looks

KEPT = (0, 10, 20, 30, 40, 50)
FORMS = list(
    zip(SHAPES, ["en", "fr", "de", "es", "de"], ["dark", "light", "dark", "light", "dark"], strict=True)
)


@pytest.fixture
def bred(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[int, LearnedNetwork]:
    """A breeding's history, of networks that are drawn."""
    weights = np.random.default_rng(0).normal(0, 0.3, (len(KEPT), weights_count("seed", 2)))
    path = tmp_path / "history.npz"
    np.savez(path, generations=KEPT, weights=weights, features="seed", hidden=2)
    monkeypatch.setattr(generations, "HISTORY", path)
    return load_history(path)


def race(**film: Any) -> RaceSpec:
    values = {
        "surface": "himmelblau",
        "start": [[0.0, 1.0], [1.0, 1.0]],
        "steps": 20,
        "film": film | {"length": 20.0},
    }
    return RaceSpec.model_validate(values | {"racer": [{"optimizer": "adam"}, {"optimizer": "sgd"}]})


def test_the_racers_are_the_generations(bred: dict[int, LearnedNetwork]) -> None:
    spec = Generations.shown_race(race(language="de", inside=["Adam"]))
    shown = [0, 10, 20, 30, 50]
    assert list(spec.names) == [f"Generation {number}" for number in shown]
    assert [dict(racer.hyperparameters)["network"] for racer in spec.racers] == [bred[k] for k in shown]
    assert [dict(racer.hyperparameters)["horizon"] for racer in spec.racers] == [20] * 5
    assert len({racer.colour for racer in spec.racers}) == 5
    assert spec.start == ((0.0, 1.0),)


def test_generations_are_chosen_from_those_kept() -> None:
    assert raced([0]) == [0]
    assert raced([0, 7]) == [0, 7]
    assert raced([0, 3, 5]) == [0, 3, 5]
    for kept in (range(0, 1001, 10), range(0, 60, 7)):
        found = raced(list(kept))
        assert found[:2] == list(kept)[:2]
        assert found[-1] == kept[-1]
        assert found == sorted(set(found) & set(kept))
        assert len(found) <= 5


@pytest.mark.usefixtures("bred")
@pytest.mark.parametrize(("shape", "language", "theme"), FORMS)
def test_all_text_is_inside_and_apart(shape: str, language: str, theme: str) -> None:
    trace: Trace = run_race(race(language=language, theme=theme))
    with small(*SHAPES[shape]):
        film = Generations(Watched(), trace=trace)
        film.prepare()
        for found in looks(film):
            assert not found, (shape, language)


def test_each_language_has_the_words() -> None:
    assert {language for _, language, _ in FORMS} == {*LANGUAGES}


def test_without_a_history_there_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setattr(generations, "HISTORY", tmp_path / "none.npz")
    with pytest.raises(SystemExit) as end:
        Generations.shown_race(race())
    assert end.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_history_ships() -> None:
    bred = load_history(HISTORY)
    assert min(bred) == 0
    assert len(raced(list(bred))) == 5
