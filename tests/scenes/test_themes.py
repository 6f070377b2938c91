"""Films on dark, light and unknown grounds."""

from __future__ import annotations

import numpy as np
import pytest
from manim import ManimColor, config
from numpy.typing import NDArray

from optimizer_race import OptimizerRace
from races import Trace, run_race
from scenes.backprop_graph import BackpropGraph
from scenes.depth.sprite import Label
from scenes.theme import chosen_theme, wear
from support.palette import PALETTES, Name
from support.pictures import straight
from tests.races.helpers import DEFAULT, race
from tests.scenes.moments import small
from views.theme import DARK, LIGHT, THEMES, TRANSPARENT


def trace(theme: Name) -> Trace:
    film = {"length": 20.0, "theme": theme}
    return run_race(race(surface="slope", steps=12, racers=DEFAULT, film=film))


def picture(theme: Name, **settings: object) -> NDArray[np.int_]:
    """A still of a race, premultiplied RGBA."""
    with small(640, 360):
        for name, value in settings.items():
            setattr(config, name, value)
        film = OptimizerRace(trace=trace(theme))
        film.still(12)
        return np.array(film.lens.pixel_array, dtype=int)


def hexadecimal(pixel: NDArray[np.int_]) -> str:
    return "#" + "".join(f"{channel:02X}" for channel in pixel[:3])


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_a_film_stands_on_its_themes_ground(theme: object) -> None:
    shown = picture(theme.name)  # type: ignore[attr-defined]
    assert hexadecimal(shown[-1, -1]) == theme.ground  # type: ignore[attr-defined]
    assert (shown[..., 3] == 255).all()


def test_manims_background_is_obeyed_and_brings_its_theme() -> None:
    shown = picture("dark", background_color=ManimColor("#FFF8E7"))
    assert hexadecimal(shown[-1, -1]) == "#FFF8E7"
    ink = np.abs(shown[..., :3] - np.array([0x14, 0x18, 0x1F])).max(axis=-1) < 12
    assert ink.sum() > 100  # dark losses on the light ground
    with small():
        config.background_color = ManimColor("#FFF8E7")
        film = OptimizerRace(trace=trace("dark"))
        assert [racer.colour for racer in film.trace.spec.racers] == [*PALETTES["light"].values()][:4]
        config.transparent = True
        assert chosen_theme("light") is TRANSPARENT


def test_a_transparent_film_has_no_ground_and_smooth_edges() -> None:
    shown = picture("transparent")
    assert (shown[0, -1] == 0).all()
    opacity = shown[..., 3]
    assert (shown[..., :3] <= opacity[..., None]).all()  # premultiplied
    # Where covered pixels meet uncovered ones, there are some that are covered in part.
    partly = (opacity > 0) & (opacity < 255)
    assert partly.sum() > 0.3 * (np.abs(np.diff((opacity > 127).astype(int), axis=1)) == 1).sum()
    clear = straight(shown.astype(np.uint8))
    assert not clear[opacity == 0].any()


@pytest.mark.parametrize("ground", [0, 255])
@pytest.mark.parametrize("colour", ["ink", "faint", "yellow"])
def test_text_on_an_unknown_ground_is_readable_on_white_and_black(ground: int, colour: str) -> None:
    """Every stroke has a neighbour within two pixels from which it differs by 4.5 to 1."""
    wear(THEMES["transparent"])
    try:
        drawn, _, _ = Label("−0.32892", 24, colour).drawing.picture(60.0)  # 480p
    finally:
        wear(DARK)
    shown = drawn[..., :3] + (1 - drawn[..., 3:] / 255) * ground
    linear = np.where(shown <= 10.3, shown / 255 / 12.92, ((shown / 255 + 0.055) / 1.055) ** 2.4)
    bright = linear @ np.array([0.2126, 0.7152, 0.0722]) + 0.05
    high = np.lib.stride_tricks.sliding_window_view(np.pad(bright, 2, mode="edge"), (5, 5))
    strokes = (drawn[..., :3].max(axis=-1) > 0.8 * drawn[..., :3].max()) & (drawn[..., 3] == 255)
    contrasts = (bright / high.min(axis=(2, 3)))[strokes]
    assert strokes.sum() > 100
    assert np.quantile(contrasts, 0.05) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_the_graph_is_on_its_themes_ground(theme: Name) -> None:
    with small(640, 360):
        film = BackpropGraph(language="en", theme=theme)
        film.prepare()
        film.add(*film.picture.cards, film.formula)
        film.renderer.update_frame(film)
        shown = np.array(film.renderer.get_frame(), dtype=int)
    ground = THEMES[theme].ground
    assert shown[0, 0, 3] == (0 if theme == "transparent" else 255)
    assert theme == "transparent" or hexadecimal(shown[0, 0]) == ground
    letters = np.abs(shown[..., :3] - np.array(ManimColor(THEMES[theme].ink).to_int_rgb())).max(axis=-1) < 12
    assert letters.sum() > 100
