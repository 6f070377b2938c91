"""Themes are readable, and the racers' colours stay apart, from each other and from the surface's.

For colour-blind eyes too.
"""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from races import load_spec
from support.palette import COLOURS, PALETTES, contrast
from views.theme import DARK, LIGHT, THEMES, Theme, rgb, theme_on

Array = NDArray[np.float64]

ROOT = Path(__file__).parents[2]
# How linear RGB is seen without one kind of cone: Machado, Oliveira and Fernandes, "A physiologically-based
# model for simulation of color vision deficiency", IEEE Transactions on Visualization and Computer Graphics
# 15 (6), 2009, the matrices for severity 1.0.
EYES = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
# IEC 61966-2-1 (sRGB): from linear RGB to CIE XYZ, whose white is D65.
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def lab(rgb: Array, eye: str = "normal") -> Array:
    """CIE L*a*b* of sRGB colours, of shape (..., 3) in 0..1, as an eye sees them."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    share = np.clip(linear @ EYES[eye].T, 0, 1) @ XYZ.T / XYZ.sum(axis=1)
    root = np.where(share > 216 / 24389, np.cbrt(share), (24389 / 27 * share + 16) / 116)
    x, y, z = np.moveaxis(root, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def difference(one: Array, other: Array) -> float:
    """CIEDE2000, as Sharma, Wu and Dalal write it in "The CIEDE2000 color-difference formula", 2005."""
    (l1, a1, b1), (l2, a2, b2) = one.tolist(), other.tolist()
    mean = ((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2) ** 7
    stretch = 1.5 - 0.5 * np.sqrt(mean / (mean + 25.0**7))
    c1, c2 = np.hypot(stretch * a1, b1), np.hypot(stretch * a2, b2)
    h1, h2 = (np.arctan2(b, stretch * a) % (2 * np.pi) for a, b in ((a1, b1), (a2, b2)))
    turn = (h2 - h1 + np.pi) % (2 * np.pi) - np.pi if c1 * c2 else 0.0
    hue = h1 + turn / 2 if c1 * c2 else h1 + h2
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    weights = ((1, -np.pi / 6, -0.17), (2, 0, 0.24), (3, np.pi / 30, 0.32), (4, -63 * np.pi / 180, -0.20))
    t = 1 + sum(weight * np.cos(times * hue + shift) for times, shift, weight in weights)
    s_l = 1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2)
    s_c, s_h = 1 + 0.045 * chroma, 1 + 0.015 * chroma * t
    degrees = np.degrees(hue) % 360
    bend = np.radians(60 * np.exp(-(((degrees - 275) / 25) ** 2)))
    r = -np.sin(bend) * 2 * np.sqrt(chroma**7 / (chroma**7 + 25.0**7))
    d_l, d_c, d_h = (l2 - l1) / s_l, (c2 - c1) / s_c, 2 * np.sqrt(c1 * c2) * np.sin(turn / 2) / s_h
    return float(np.sqrt(d_l**2 + d_c**2 + d_h**2 + r * d_c * d_h))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [  # pairs 1, 4, 7, 17, 20 and 25 of the paper's table 1
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, -1.3802, -84.2814), (50, 0, -82.7485), 1.0000),
        ((50, 0, 0), (50, -1, 2), 2.3669),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((50, 2.5, 0), (58, 24, 15), 19.4535),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ],
)
def test_the_difference_is_the_papers(one: list[float], other: list[float], expected: float) -> None:
    assert difference(np.array(one), np.array(other)) == pytest.approx(expected, abs=1e-4)


def test_lab_is_that_of_known_colours() -> None:
    np.testing.assert_allclose(lab(np.ones(3)), [100, 0, 0], atol=0.02)
    np.testing.assert_allclose(lab(np.array([1.0, 0.0, 0.0])), [53.24, 80.09, 67.2], atol=0.05)
    for eye in EYES:
        np.testing.assert_allclose(lab(np.full(3, 0.5), eye), lab(np.full(3, 0.5)), atol=0.01)
    red, green = lab(np.array([[0.7, 0.2, 0.2], [0.35, 0.42, 0.2]]), "deuteranopia")
    assert difference(red, green) < 12  # what such eyes can hardly tell apart


def plain_distance(one: Array, other: Array) -> float:
    """CIE76, the distance in L*a*b*, which makes more of differences between strong colours."""
    return float(np.linalg.norm(one - other))


# How far apart the first four racers must be, twelve, and a racer and the surface; 1 can just be seen, side
# by side.
LEAST = {"CIE76": (plain_distance, 15, 9, 10), "CIEDE2000": (difference, 12, 8, 8)}
THEMED = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)


def seen(theme: Theme, eye: str) -> dict[str, Array]:
    """The racers' colours, as an eye sees them."""
    return {name: lab(np.array(rgb(colour)), eye) for name, colour in PALETTES[theme.name].items()}


def test_the_default_racers_have_the_first_colours() -> None:
    assert [racer.colour for racer in load_spec(ROOT / "race.toml").racers] == list(COLOURS[:4])


@pytest.mark.parametrize("formula", LEAST)
@pytest.mark.parametrize("eye", EYES)
@THEMED
def test_racers_differ_from_each_other(theme: Theme, eye: str, formula: str) -> None:
    distance, far, apart, _ = LEAST[formula]
    colours = list(seen(theme, eye).values())
    assert len(colours) == 12
    for count, least in ((4, far), (12, apart)):
        found = min(distance(one, other) for one, other in combinations(colours[:count], 2))
        print(f"{theme.name}, {eye}, {count} racers: {formula} {found:.1f}")  # noqa: T201
        assert found >= least


@pytest.mark.parametrize("formula", LEAST)
@pytest.mark.parametrize("eye", EYES)
@THEMED
def test_racers_differ_from_the_surface(theme: Theme, eye: str, formula: str) -> None:
    distance, _, _, least = LEAST[formula]
    surface = lab(theme.height_colours(np.linspace(0, 1, 51)), eye)
    colours = seen(theme, eye)
    away = {name: min(distance(one, shade) for shade in surface) for name, one in colours.items()}
    print(f"{theme.name}, {eye}, to the surface: {formula} {min(away.values()):.1f}")  # noqa: T201
    assert min(away.values()) >= least, away


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_text_and_racers_are_readable_on_their_ground(theme: Theme) -> None:
    """The contrast for text of the Web Content Accessibility Guidelines 2.2, level AA."""
    roles = ("ink", "faint", *PALETTES[theme.name], *theme.classes)
    found = {role: contrast(theme.colour(role), theme.outline or theme.ground) for role in roles}
    print(f"{theme.name}: {min(found.values()):.2f}")  # noqa: T201
    assert min(found.values()) >= 4.5, found
    if theme.outline:  # it must show on white
        assert contrast("#FFFFFF", theme.outline) >= 4.5


@pytest.mark.parametrize(
    ("ground", "name"), [("#000000", "dark"), ("#FFFFFF", "light"), ("#FDF6E3", "light")]
)
def test_a_ground_brings_the_theme_that_is_readable_on_it(ground: str, name: str) -> None:
    theme = theme_on(ground)
    assert (theme.name, theme.ground) == (name, ground)
    found = {role: contrast(theme.colour(role), ground) for role in ("ink", "faint", *PALETTES[theme.name])}
    assert min(found.values()) >= 4.2, found


def test_contrast_is_the_guidelines() -> None:
    # Of WCAG's "Understanding Success Criterion 1.4.3": 4.47:1 is no 4.5:1.
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.478, abs=1e-3)
    assert contrast("#FF0000", "#FFFFFF") == pytest.approx(3.998, abs=1e-3)
