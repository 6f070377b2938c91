"""A race that keeps only its ends: its files, its table, and what needs more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from races import RaceSpec, Trace, run_race
from races.metrics import best_loss, final_loss, improvement, path_length, steps_to_target
from tests.races.helpers import DEFAULT, assert_same_trace, race
from views.figures.race import save_figure

START = [[0.1, 0.45], [1.0, 0.9]]


def spec(record: str = "ends") -> RaceSpec:
    return race(surface="funky", start=START, steps=20, racers=DEFAULT, record=record)


def test_it_survives_its_file(tmp_path: Path) -> None:
    trace = run_race(spec())
    trace.save(tmp_path / "ends.npz")
    assert_same_trace(trace, Trace.load(tmp_path / "ends.npz"))


def test_its_rows_name_the_steps_that_were_kept() -> None:
    trace = run_race(spec())
    assert list(trace.recorded) == [0, 20]
    rows = list(trace.rows())
    assert len(rows) == 4 * 2 * 2
    assert {row[2] for row in rows} == {0, 20}
    assert {row[6] for row in rows} == {None}
    assert list(run_race(spec("all")).recorded) == list(range(21))


def test_a_race_of_one_step_keeps_both_rows() -> None:
    ends = run_race(race(steps=1, record="ends"))
    np.testing.assert_array_equal(ends.positions, run_race(race(steps=1)).positions)


def test_final_losses_are_known_and_what_lies_between_is_refused(tmp_path: Path) -> None:
    ends, whole = run_race(spec()), run_race(spec("all"))
    np.testing.assert_array_equal(final_loss(ends), final_loss(whole))
    np.testing.assert_array_equal(improvement(ends), improvement(whole))
    refused: tuple[Callable[[Trace], Any], ...] = (
        best_loss, steps_to_target, path_length, lambda trace: save_figure(trace, tmp_path / "figure.png"),
    )  # fmt: skip
    for function in refused:
        with pytest.raises(ValueError, match=r"^[\w ]+ needs every step of the race: record must be 'all'"):
            function(ends)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("key", "value"), [("record", "some"), ("engine", "jit"), ("record", 3)])
def test_what_is_not_a_choice_is_refused(key: str, value: Any) -> None:
    with pytest.raises(ValidationError, match=key):
        race(**{key: value})


def test_a_million_starts_are_allowed_where_the_ends_are_kept() -> None:
    many = np.full((200_000, 2), 0.5)
    assert len(race(start=many, steps=1000, record="ends").start) == 200_000
    with pytest.raises(ValidationError, match="there is room for record = 'ends'"):
        race(start=many, steps=1000)


def test_with_the_state_a_race_may_be_a_quarter_as_long() -> None:
    starts = np.full((25, 2), 0.5)
    assert race(start=starts, steps=999_999, record="state").steps == 999_999
    with pytest.raises(ValidationError, match=r"at most 25,000,000 with record = 'state', got 25,000,025"):
        race(start=starts, steps=1_000_000, record="state")


def test_where_there_is_no_room_at_all_nothing_is_offered() -> None:
    racers = [{"optimizer": "sgd"}] * 1000
    with pytest.raises(ValidationError, match="got 100,100,000 ") as error:
        race(start=np.full((50_050, 2), 0.5), steps=3, racers=racers, record="ends")
    line = str(error.value)
    assert "racers x starts x 2 must be at most 100,000,000 with record = 'ends'" in line
    assert "there is room" not in line
