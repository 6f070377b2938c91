"""The pages in docs/ keep up with what there is."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageColor

from optimizers import OPTIMIZERS
from optimizers.schedules import SCHEDULES
from surfaces import vocabulary

DOCS = Path(__file__).parents[1] / "docs"
PAGES = [*DOCS.rglob("*.md"), *(DOCS.parent / name for name in ("README.md", "CONTRIBUTING.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    inside = [target for target in targets if "://" not in target]
    assert [target for target in inside if not (page.parent / target).exists()] == []


def test_every_optimizer_has_a_picture_and_tells_when_it_fails() -> None:
    sections = (DOCS / "optimizers.md").read_text(encoding="utf-8").split("\n## ")
    for name in OPTIMIZERS:
        (section,) = [text for text in sections if f"](optimizers/{name}.png)" in text]
        assert "```text" in section
        assert "**When it fails.**" in section


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_picture_has_the_colours_that_the_page_names(name: str) -> None:
    picture = np.array(Image.open(DOCS / "optimizers" / f"{name}.png").convert("RGB"), dtype=int)
    for colour, least in (("#D55E00", 200), ("#56B4E9", 0 if name == "sgd" else 200)):
        near = np.abs(picture - ImageColor.getrgb(colour)).max(axis=-1) <= 12
        assert near.sum() >= least


def test_every_schedule_is_listed() -> None:
    page = (DOCS / "optimizers.md").read_text(encoding="utf-8")
    assert [name for name in SCHEDULES if f"\n| {name} |" not in page] == []


def test_all_that_a_formula_may_use_is_listed() -> None:
    page = (DOCS / "formulas.md").read_text(encoding="utf-8")
    names = [*vocabulary.FUNCTIONS, *vocabulary.VARIABLES, *vocabulary.CONSTANTS]
    assert [name for name in names if not re.search(rf"`{name}\b", page)] == []
