"""Long names leave the losses where they are, and are shortened only where that gains room."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from races import RaceSpec, run_race
from scenes.depth.sprite import Label, fitted, line_width
from scenes.inside_the_step import InsideTheStep
from scenes.race.board import Board
from scenes.theme import SMALL, letters
from tests.scenes.moments import Watched, said, small
from views.captions import captions
from views.standings import Standings

USUAL = ("Adam lr=0.01", "AdamW (torch)", "Adam, constant", "AdamW (optax)")
LONG = "Momentum lr=0.005 with a very long name"
SURFACES: dict[str, Any] = {
    "negative": "funky",
    "positive": "slope",
    "tiny": {"expression": "-1e-12*(u**2 + v**2)", "u_range": [-1, 1], "v_range": [-1, 1]},
    "large": {"expression": "1e6 - 2e6*(u**2 + v**2)", "u_range": [-1, 1], "v_range": [-1, 1]},
}


def race(surface: str, names: tuple[str, ...], **fields: Any) -> RaceSpec:
    racers: list[Any] = [
        {"optimizer": "adam", "name": name, "lr": 0.01 * (i + 1)} for i, name in enumerate(names)
    ]
    values: dict[str, Any] = {"surface": SURFACES[surface], "steps": 30, "racers": racers}
    return RaceSpec(**(values | fields))


def lines(names: tuple[str, ...], surface: str, language: Any) -> dict[str, tuple[float, float]]:
    """For each name that is shown, its base line and that of its loss."""
    trace = run_race(race(surface, names))
    board = Board(trace, Standings(trace), captions(language), 5.15, 5.0).at(17.0)
    labels = [part for part in board if isinstance(part, Label)]
    losses = list(board.live[2])
    return {
        said(name): (float(name.place()[0][1]), float(loss.place()[0][1]))
        for name, loss in zip(labels, losses, strict=True)
    }


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("surface", SURFACES)
def test_usual_names_stand_whole_beside_their_losses(surface: str, language: Any) -> None:
    names = USUAL[:1] if surface == "tiny" else USUAL  # −5.0e−13 leaves less room
    shown = lines(names, surface, language)
    assert tuple(shown) == names
    assert all(name == pytest.approx(loss) for name, loss in shown.values())


def test_only_a_name_that_is_too_long_has_its_loss_below_it() -> None:
    (*usual, long) = lines((*USUAL[:3], LONG), "negative", "en").items()
    assert [name for name, _ in usual] == list(USUAL[:3])
    assert all(name == pytest.approx(loss) for _, (name, loss) in usual)
    assert long[1][1] < long[1][0] - 0.3
    rows = [base for _, (base, _) in (*usual, long)]
    assert all(0.3 < above - below < 1.0 for above, below in itertools.pairwise(rows))


def test_where_there_is_no_room_for_two_lines_the_name_is_shortened() -> None:
    names = tuple(f"{LONG[:-2]}{i}" for i in range(8))
    shown = lines(names, "negative", "en")
    assert all("…" in name and base == pytest.approx(loss) for name, (base, loss) in shown.items())


@pytest.mark.parametrize(
    "names", [("Adam, constant", "AdamW (torch)"), ("Adam lr=0.0001", "RMSProp lr=0.01")]
)
def test_inside_the_step_names_are_smaller_before_they_are_shortened(names: tuple[str, ...]) -> None:
    spec = race("negative", names, record="state", film={"inside": list(names), "language": "fr"})
    with small():
        film = InsideTheStep(Watched(), trace=run_race(spec))
        film.prepare()
    labels = [part for view in film.views for part in view.panel if isinstance(part, Label)]
    assert {said(label) for label in labels} >= set(names)


@pytest.mark.parametrize("name", [*USUAL, LONG, "SGD", "优化器优化器优化器"])
def test_what_is_left_out_is_more_than_the_sign_for_it(name: str) -> None:
    whole = line_width(name, SMALL, bold=True)
    for share in (1.0, 0.95, 0.8, 0.6, 0.4):
        short = fitted(name, share * whole, SMALL, bold=True)
        assert short == name or (len(short) <= len(name) - 2 and short.endswith(name[-2:]))
        if short != name:
            assert line_width(short, SMALL, bold=True) < 0.97 * whole


@pytest.mark.parametrize(
    "name", ["$1 vs $2 $$", "_hidden", "<b>x</b> &amp;", "\\frac{a}{b}", "%d {0} %s", "优化器"]
)
def test_a_name_is_drawn_as_it_is_written(name: str) -> None:
    """Nothing in it is taken for markup: each letter has its outline, where the font is the project's."""
    trace = run_race(race("negative", (name, "B")))
    board = Board(trace, Standings(trace), captions("en"), 5.15, 5.0)
    assert name in {said(part) for part in board if isinstance(part, Label)}
    assert not name.isascii() or len(letters(name)) == len("".join(name.split()))
    assert line_width(name, SMALL) > line_width(name[1:], SMALL)
