"""BackpropGraph and DecisionBoundaries in pictures of any shape: words are large, inside, and apart."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from manim import Mobject

from races import Trace, run_race
from scenes.backprop_graph import BackpropGraph
from scenes.decision_boundaries import DecisionBoundaries
from scenes.depth.sprite import Corners, Label
from scenes.frame import frame
from scenes.graph.mobjects import SMALLEST
from scenes.theme import ColouredText
from support.palette import Name
from tests.races.helpers import race
from tests.scenes.moments import corners, overlap, said, small
from tests.scenes.test_shapes_of_steps import SHAPES

LEAST = 24  # points: 1/30 of the height of a picture that is not narrow


def faults(boxes: list[tuple[str, Corners]]) -> list[str]:
    """What leaves the picture, or stands on something else."""
    left, bottom, right, top = frame().whole
    found = [
        f"outside: {what}"
        for what, box in boxes
        if box[0] < left or box[1] < bottom or box[2] > right or box[3] > top
    ]
    pairs = combinations(boxes, 2)
    return found + [f"overlap: {one}, {other}" for (one, a), (other, b) in pairs if overlap(a, b)]


def box(mobject: Mobject) -> Corners:
    (left, bottom, _), (right, top, _) = mobject.get_corner((-1, -1, 0)), mobject.get_corner((1, 1, 0))
    return float(left), float(bottom), float(right), float(top)


class Watched(BackpropGraph):
    """The film without its motion, which looks at itself whenever something new has been told."""

    def play(self, *animations: Any, **_: Any) -> None:
        """Only add what appears."""
        self.add(*(animation.mobject for animation in animations))

    def wait(self, *_: Any, **__: Any) -> None:
        """Not at all."""

    def tell(self, pieces: list[tuple[str, str]], *also: Any) -> None:
        """Tell it, and look."""
        super().tell(pieces, *also)
        family = [one for mobject in self.mobjects for one in mobject.get_family()]
        texts = list(dict.fromkeys(one for one in family if isinstance(one, ColouredText)))
        assert [one.content for one in texts if one.font_size < SMALLEST - 0.01] == []
        assert faults([(one.content, box(one)) for one in texts]) == []
        beside = [self.formula, *self.legend, *self.told]
        cards = [(f"card {i}", box(card.frame)) for i, card in enumerate(self.picture.cards)]
        assert faults([*cards, *((one.content, box(one)) for one in beside)]) == []


@pytest.mark.parametrize(
    ("shape", "language", "theme"),
    [
        *((shape, "fr", "light") for shape in SHAPES),
        ("9:16", "de", "dark"),
        ("1:1", "es", "transparent"),
        ("4:3", "en", "dark"),
    ],
)
def test_a_graph_can_be_read_in_any_shape(shape: str, language: str, theme: Name) -> None:
    with small(*SHAPES[shape]):
        film = Watched(language=language, theme=theme)
        film.prepare()
        for part in (film.build_graph, film.forward, film.backward, film.conclude):
            part()


OPTIMIZERS = ("sgd", "momentum", "adam", "nadam", "radam", "lion", "rprop", "adamw", "adagrad", "rmsprop")
NETWORK = {"network": "moons", "samples": 60, "hidden": [4], "batch_size": 8}


def networks(count: int, language: str, theme: Name) -> Trace:
    """A short race of so many networks."""
    names = [{"optimizer": kind, "name": f"{kind}, a name that is long"} for kind in OPTIMIZERS[:count]]
    film = {"language": language, "theme": theme}
    return run_race(race(surface=NETWORK, steps=1234 if count == 1 else 12, racers=names, film=film))


@pytest.mark.parametrize("count", [1, 4, 10])
@pytest.mark.parametrize("shape", SHAPES)
def test_boundaries_can_be_read_in_any_shape(shape: str, count: int) -> None:
    language, theme = ("fr", "light") if count == 4 else ("en", "dark")
    trace = networks(count, language, theme)  # type: ignore[arg-type]
    with small(*SHAPES[shape]):
        film = DecisionBoundaries(trace=trace)
        film.prepare()
        for step in (0, 12):
            film.refresh(step)
            parts = (film.panels, film.plot, film.counter, film.words)
            family = [one for whole in parts for one in whole.get_family()]
            labels = [one for one in family if isinstance(one, Label) and one.opacity > 0]
            panels = [(f"panel {i}", corners) for i, corners in enumerate(film.panels._boxes)]
            assert faults([*((said(one), corners(one)) for one in labels), *panels]) == []
            assert min(one._style[0] for one in labels) >= LEAST
