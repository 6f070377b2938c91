"""The pages in docs/ keep up with what there is, and what they import is public."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageColor

from optimizers import OPTIMIZERS
from optimizers.schedules import SCHEDULES
from surfaces import vocabulary
from tests.docs_conf import load_conf
from tests.test_layers import FOLDERS
from tests.test_reference import DOORS, NAMES

STILLS = "uv run python script/optimizer_stills.py"
DOCS = Path(__file__).parents[1] / "docs"
PAGES = [*DOCS.rglob("*.md"), *(DOCS.parent / name for name in ("README.md", "CONTRIBUTING.md"))]

# An import on a line of its own, in code of any kind: a fenced block, an indented one, or a doctest.
IMPORT = re.compile(
    r"^[ \t]*(?:(?:>>>|\.\.\.) )?"
    r"(from [\w.]+ import (?:\([^)]*\)|[^\n]+)|import [\w.]+(?: as \w+)?(?:, [\w., ]+)?)",
    re.MULTILINE,
)
# The one module behind a door that users may import from: the formula under its two names.
BY_ITS_OWN_NAME = {
    "surfaces.funky": {"funky_func_numpy", "funky_func_tensor"},
    # What docs/loops.md explains from the inside.
    "autograd.compiler.elementary.exponentials": {"exp"},
    "autograd.compiler.elementary.angles": {"sin"},
    "autograd.compiler.elementary.parts": {"two_sum"},
}


def imports(text: str) -> Iterator[tuple[str, str | None]]:
    """Each module that a text imports, and each name that it imports from one."""
    for statement in IMPORT.findall(text):
        for node in ast.parse(re.sub(r"^\s*\.\.\.", "", statement, flags=re.MULTILINE)).body:
            if isinstance(node, ast.ImportFrom):
                yield from ((node.module or "", alias.name) for alias in node.names)
            elif isinstance(node, ast.Import):
                yield from ((alias.name, None) for alias in node.names)


def behind_doors(text: str) -> list[str]:
    """What a text imports from our rooms that their doors do not have."""
    wrong = []
    for full, name in imports(text):
        module = full.removeprefix("optimizer_race.")  # the wheel's name for it
        if module.split(".")[0] not in FOLDERS or module == "optimizer_race":
            continue
        if name in BY_ITS_OWN_NAME.get(module, ()):
            continue
        if module not in DOORS or (name not in {None, "*"} and (module, name) not in NAMES):
            wrong.append(f"{full}: {name}")
    return wrong


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    inside = [target for target in targets if "://" not in target]
    assert [target for target in inside if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_imports_from_doors_only(page: Path) -> None:
    assert behind_doors(page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("door", DOORS)
def test_examples_of_public_names_import_from_doors_only(door: str) -> None:
    module = importlib.import_module(door)
    found = [getattr(module, name) for name in module.__all__]
    classes = [each for each in found if inspect.isclass(each)]
    members = [member for each in classes for member in vars(each).values() if hasattr(member, "__doc__")]
    for each in (module, *found, *members):
        assert behind_doors(inspect.getdoc(each) or "") == [], each


def test_a_scene_of_somebodys_own_imports_from_doors_only() -> None:
    text = (DOCS.parent / "tests" / "scenes" / "test_own_scene.py").read_text(encoding="utf-8")
    assert behind_doors(text) == []


@pytest.mark.parametrize(
    "planted",
    [
        "```python\nfrom races.metrics import steps_to_target\n```",
        "```python\nimport numpy as np, autograd.rules\n```",
        ">>> from surfaces.surface import surface",
        "    >>> from optimizers import (\n    ...     Adam,\n    ...     Hidden,\n    ... )",
        "    from optimizer_race.autograd.tensor import apply",
        "from surfaces.funky import funky",
        "from optimizers import State",
    ],
)
def test_a_planted_import_from_behind_a_door_is_caught(planted: str) -> None:
    assert len(behind_doors(planted)) == 1


def test_an_import_from_a_door_is_let_through() -> None:
    for right in (
        "from surfaces import (\n    get_surface,\n    surface,\n)",
        "import autograd, numpy.linalg",
        "from optimizer_race.optimizers.schedules import Cosine",
        "from surfaces.funky import funky_func_numpy, funky_func_tensor",
        "import what you like, from races.metrics or elsewhere",
    ):
        assert behind_doors(right) == []


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_has_its_equations_and_tells_when_it_fails(name: str) -> None:
    conf = load_conf()
    content = [(DOCS / "optimizers.md").read_text(encoding="utf-8")]
    conf.read_page(None, "optimizers", content)
    sections = content[0].split("\n## ")
    (section,) = [text for text in sections if conf.equations(name) in text]
    assert section.count("<math ") == len(OPTIMIZERS[name].equations) > 1
    assert f"](optimizers/{name}.png)" in section, f"run {STILLS} {name}"
    assert "**When it fails.**" in section


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_picture_has_the_colours_that_the_page_names(name: str) -> None:
    assert (DOCS / "optimizers" / f"{name}.png").exists(), f"run {STILLS} {name}"
    picture = np.array(Image.open(DOCS / "optimizers" / f"{name}.png").convert("RGB"), dtype=int)
    for colour, least in (("#D55E00", 200), ("#56B4E9", 0 if name == "sgd" else 200)):
        near = np.abs(picture - ImageColor.getrgb(colour)).max(axis=-1) <= 12
        assert near.sum() >= least


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_files_that_a_page_names_exist(page: Path) -> None:
    named = re.findall(r"`([\w/]+\.py)[`:]", page.read_text(encoding="utf-8"))
    ours = [name for name in named if name not in {"mine.py", "setup.py"}]
    rooms = [path.parent for path in DOCS.parent.glob("*/__init__.py")]
    files = [*DOCS.parent.glob("*.py"), *DOCS.glob("*.py"), *(DOCS.parent / "script").glob("*.py")]
    files += [file for room in rooms for file in room.rglob("*.py")]
    assert [name for name in ours if not any(f"{file}".endswith(f"/{name}") for file in files)] == []


@pytest.mark.parametrize("page", ["README.md", "docs/README.fr.md", "CONTRIBUTING.md"])
def test_every_room_is_in_the_tables(page: str) -> None:
    text = (DOCS.parent / page).read_text(encoding="utf-8")
    rooms = {path.parent.name for path in DOCS.parent.glob("*/__init__.py")} - {"tests", "benchmarks"}
    assert rooms <= set(re.findall(r"^\| \[?`(\w+)/`", text, re.MULTILINE))


def test_every_schedule_is_listed() -> None:
    page = (DOCS / "optimizers.md").read_text(encoding="utf-8")
    assert [name for name in SCHEDULES if f"\n| {name} |" not in page] == []


def test_all_that_a_formula_may_use_is_listed() -> None:
    page = (DOCS / "formulas.md").read_text(encoding="utf-8")
    names = [*vocabulary.FUNCTIONS, *vocabulary.VARIABLES, *vocabulary.CONSTANTS]
    assert [name for name in names if not re.search(rf"`{name}\b", page)] == []
