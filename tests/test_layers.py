"""Imports run downward: the rooms of the house, read from their source and never imported.

A room may import the rooms that `BELOW` gives it. No module may import itself by a circle, manim stays in
`scenes` and `optimizer_race.py`, and the lowest rooms keep to numpy, but for the modules named in `BESIDES`.
What the project does not depend on is imported within a function, when it is asked for.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

_AUTOGRAD = ("support", "autograd", "autograd.compiler")
_OPTIMIZERS = (*_AUTOGRAD, "optimizers", "optimizers.compiled_step", "optimizers.external")
_MODELS = (*_OPTIMIZERS, "surfaces", "networks")
_VIEWS = (*_MODELS, "races", "comparison", "evolution", "views")
_LOOK = ("scenes.frame", "scenes.theme")
_DRAWN = ("scenes.depth", "scenes.text", "scenes.race", "scenes.step", "scenes.graph")
_PARTS = ("scenes.export", *_LOOK, *_DRAWN)
_ALL = (*_VIEWS, "views.figures", *_PARTS, "scenes", "scenes.generations", "studio", "cli", "optimizer_race")

# What each room may import besides itself. A module belongs to the room with the longest name that fits.
BELOW: dict[str, tuple[str, ...]] = {
    "support": (),
    "autograd": ("support",),
    "autograd.compiler": ("support", "autograd"),
    "optimizers": (*_AUTOGRAD, "optimizers.compiled_step"),
    "optimizers.compiled_step": _AUTOGRAD,
    "optimizers.external": (*_AUTOGRAD, "optimizers", "optimizers.compiled_step"),
    "surfaces": _AUTOGRAD,
    "networks": (*_OPTIMIZERS, "surfaces"),
    "races": _MODELS,
    "comparison": (*_MODELS, "races"),
    "evolution": (*_MODELS, "races", "comparison"),
    "views": (*_MODELS, "races", "comparison", "evolution"),
    "views.figures": _VIEWS,
    "scenes.export": ("support",),
    "scenes.frame": (),
    "scenes.theme": ("support", "views", "scenes.frame"),
    "scenes.depth": (*_VIEWS, *_LOOK),
    "scenes.text": (*_VIEWS, *_LOOK, "scenes.depth"),
    "scenes.graph": (*_VIEWS, "scenes.frame", "scenes.theme", "scenes.depth", "scenes.text"),
    "scenes.race": (*_VIEWS, "scenes.frame", "scenes.theme", "scenes.depth", "scenes.text"),
    "scenes.step": (*_VIEWS, "scenes.frame", "scenes.theme", "scenes.depth", "scenes.text", "scenes.race"),
    "scenes": (*_VIEWS, *_PARTS),
    "scenes.generations": (
        *_VIEWS,
        *_PARTS,
        "scenes",
        "optimizer_race",
    ),  # the film of optimizer_race.py anew
    "studio": (*_VIEWS, "views.figures"),
    "cli": _ALL,
    "optimizer_race": _ALL,
}
FOLDERS = {room.split(".")[0] for room in BELOW}
# The door of autograd, which hands out what the compiler makes.
DOORS = {"autograd.__init__": "autograd.compiler", "autograd.derivatives": "autograd.compiler"}
ONLY_NUMPY = ("support", "autograd", "optimizers", "surfaces")
BESIDES = {
    "support.parallel": ("joblib",),
    "support.cluster": ("joblib", "distributed"),
    "autograd.drawing": ("graphviz",),
    "autograd.compiler.machine_code": ("numba",),
    "optimizers.external.torch_adapter": ("torch",),
    "optimizers.external.optax_adapter": ("jax", "optax"),
}
WITH_MANIM = ("scenes", "optimizer_race")
NOT_IN_VIEWS = ("moderngl", "starlette", "uvicorn", "anywidget")
WHEN_ASKED = ("numba", "torch", "jax", "optax")
NEVER = ("torch", "tests", "benchmarks")


def sources() -> dict[str, str]:
    """The source of every module of every room, by its dotted name; a package goes by its own name."""
    paths = [*ROOT.glob("*.py"), *(path for room in FOLDERS for path in (ROOT / room).rglob("*.py"))]
    found = {}
    for path in paths:
        parts = path.relative_to(ROOT).with_suffix("").parts
        if parts[0] in FOLDERS:
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            found[name + (".__init__" if parts[-1] == "__init__" else "")] = path.read_text(encoding="utf-8")
    return found


def room_of(module: str) -> str | None:
    """The room that a module belongs to; None for what is not ours."""
    parts = module.split(".")
    names = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((name for name in names if name in BELOW), None)


def named(module: str) -> str:
    """The name that others import a module by."""
    return module.removesuffix(".__init__")


def outside_functions(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a module that run when it is imported."""
    yield tree
    for node in ast.iter_child_nodes(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from outside_functions(node)


def imports(
    module: str, source: str, nodes: Callable[[ast.AST], Iterator[ast.AST]] = ast.walk
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every import in a module, wherever it stands: the module it names, and the names taken from it."""
    for node in nodes(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from ((alias.name, ()) for alias in names)
            case ast.ImportFrom(module=target, names=names, level=level):
                package = module.split(".")[:-level] if level else []
                parts = [*package, *([target] if target else [])]
                yield ".".join(parts), tuple(alias.name for alias in names)
            case ast.Call(
                func=ast.Name(id=call) | ast.Attribute(attr=call),
                args=[ast.Constant(value=str() as target), *_],
            ):
                if call in {"import_module", "__import__"}:
                    yield target, ()


def edges(modules: dict[str, str]) -> dict[str, set[str]]:
    """Which modules of the house each module imports; a name that is a module counts as that module."""
    inside = {named(module): module for module in modules}
    graph: dict[str, set[str]] = {module: set() for module in modules}
    for module, source in modules.items():
        for target, names in imports(module, source):
            submodules = {inside[f"{target}.{name}"] for name in names if f"{target}.{name}" in inside}
            if target in inside and len(submodules) < max(len(names), 1):
                graph[module].add(inside[target])
            graph[module] |= submodules
    return graph


def upward(modules: dict[str, str]) -> list[str]:
    """Every import of a room that the importer may not know, as "module imports target"."""
    wrong = []
    for module, source in modules.items():
        room = room_of(module) or ""
        for target, names in imports(module, source):
            for other in {room_of(f"{target}.{name}") for name in names} or {room_of(target)}:
                known = other in {None, room, *BELOW[room], DOORS.get(module)}
                if not known:
                    wrong.append(f"{named(module)} imports {target}")
    return wrong


def foreign(modules: dict[str, str]) -> list[str]:
    """Every import of something that is not ours and that the importer's room may not use."""
    wrong = []
    for module, source in modules.items():
        room, besides = module.split(".")[0], BESIDES.get(module, ())
        early = {target.split(".")[0] for target, _ in imports(module, source, outside_functions)}
        wrong += [f"{named(module)} imports {name} at once" for name in early & {*WHEN_ASKED} & {*besides}]
        for target, _ in imports(module, source):
            other = target.split(".")[0]
            known = {"numpy", *sys.stdlib_module_names, *FOLDERS, *besides}
            low = room in ONLY_NUMPY and other not in known
            manim = other == "manim" and room not in WITH_MANIM
            figure = other == "matplotlib" and room_of(module) != "views.figures"
            toolkit = room == "views" and other in NOT_IN_VIEWS
            if low or manim or figure or toolkit or (other in NEVER and other not in besides):
                wrong.append(f"{named(module)} imports {target}")
    return wrong


def circle(modules: dict[str, str]) -> list[str]:
    """The modules of one circle of imports, in order; empty if there is none."""
    graph = edges(modules)
    done: set[str] = set()

    def search(module: str, path: list[str]) -> list[str]:
        if module in path:
            return [named(name) for name in path[path.index(module) :]]
        if module in done:
            return []
        found = next((c for target in sorted(graph[module]) if (c := search(target, [*path, module]))), [])
        done.add(module)
        return found

    return next((c for module in graph if (c := search(module, []))), [])


def test_the_lower_rooms_are_found() -> None:
    rooms = {module.split(".")[0] for module in sources()}
    assert {"autograd", "optimizers", "surfaces", "races"} <= rooms
    assert {"autograd.__init__", "autograd.tensor", "surfaces.funky", "races.trace"} <= set(sources())


def test_every_folder_with_python_in_it_is_a_room_or_beside_the_house() -> None:
    beside = {"tests", "benchmarks", "docs", "media", "script", "runs", "dist"}
    folders = {path.parent.name for path in ROOT.glob("*/*.py")}
    assert {name for name in folders if not name.startswith(".")} <= FOLDERS | beside


def test_imports_run_downward() -> None:
    assert upward(sources()) == []


def test_rooms_keep_to_the_libraries_that_they_may_use() -> None:
    assert foreign(sources()) == []


def test_no_circle_within_or_between_rooms() -> None:
    assert circle(sources()) == []


PLANTED_UPWARD = [
    ("autograd.tensor", "import surfaces"),
    ("autograd.tensor", "import optimizers.sgd as s"),
    ("optimizers.sgd", "from surfaces import SURFACES"),
    ("surfaces.funky", "from optimizers import SGD"),
    ("surfaces.__init__", "from races.spec import RaceSpec"),
    ("networks.layers", "def f():\n    from races import Trace"),
    ("races.race", "class A:\n    if True:\n        import scenes.theme"),
    ("races.race", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import cli"),
    ("races.race", "try:\n    import optimizer_race\nexcept ImportError:\n    pass"),
    ("scenes.race.stage", "import importlib\nimportlib.import_module('cli.app')"),
    ("scenes.race.stage", "from studio import page"),
    ("evolution.train", "__import__('scenes')"),
    ("races.deep.er", "from ...cli import app"),
    ("support.messages", "from autograd import Tensor"),
    ("autograd.tensor", "from autograd.compiler.program import Program"),
    ("autograd.rules", "from autograd import compiler"),
    ("optimizers.adam", "from optimizers.external.names import find"),
    ("optimizers.compiled_step.rule_program", "from optimizers.optimizer import Optimizer"),
    ("races.race", "from views import Captions"),
    ("views.box", "from views.figures import save_figure"),
    ("views.box", "import scenes.theme"),
    ("scenes.depth.camera", "from scenes.race.stage import Stage"),
    ("scenes.race.stage", "from scenes.step.map import StepMap"),
    ("scenes.text.equations", "from scenes import film"),
]
PLANTED_FOREIGN = [
    ("autograd.tensor", "import scipy"),
    ("autograd.tensor", "from matplotlib import pyplot"),
    ("autograd.tensor", "def f():\n    import graphviz"),
    ("autograd.drawing", "import pygraphviz"),
    ("autograd.compiler.machine_code", "import numba"),
    ("autograd.compiler.machine_code", "def f():\n    import llvmlite"),
    ("autograd.compiler.compiled", "def f():\n    import numba"),
    ("optimizers.sgd", "def f():\n    import torch"),
    ("optimizers.external.torch_adapter", "import importlib\ntorch = importlib.import_module('torch.optim')"),
    ("optimizers.external.torch_adapter", "def f():\n    import jax"),
    ("optimizers.external.optax_adapter", "class A:\n    from optax import adam"),
    ("optimizers.external.optax_adapter", "def f():\n    import torch"),
    ("optimizers.sgd", "import pydantic.fields"),
    ("surfaces.funky", "import manim"),
    ("races.race", "from manim.utils import color"),
    ("races.race", "import torch.nn"),
    ("races.race", "import matplotlib"),
    ("views.box", "from matplotlib import pyplot"),
    ("views.box", "import moderngl"),
    ("views.figures.race", "from manim import Scene"),
    ("races.race", "from tests.races import helpers"),
    ("cli.app", "def film():\n    from manim import Scene"),
    ("cli.app", "import importlib\nimportlib.import_module('manim')"),
    ("evolution.train", "import manim as m"),
]
PLANTED_CIRCLES = [
    {"surfaces.a": "from surfaces.b import x", "surfaces.b": "import surfaces.a"},
    {"surfaces.a": "from surfaces import b", "surfaces.b": "from surfaces import a"},
    {"surfaces.__init__": "from surfaces.a import x", "surfaces.a": "from surfaces import y"},
    {"surfaces.__init__": "from surfaces import a", "surfaces.a": "from . import y"},
    {"races.a": "from .b import x", "races.b": "def f():\n  from .c import y", "races.c": "from . import a"},
    {"cli.a": "import scenes", "scenes.__init__": "from races.x import y", "races.x": "import cli.a"},
    {"races.a": "import races.a"},
]  # fmt: skip
RIGHT = {
    "autograd.__init__": "from autograd.tensor import Tensor",
    "autograd.tensor": "import math\nimport numpy\nfrom autograd.rules import RULES\nfrom . import rules",
    "autograd.rules": "from numpy.typing import NDArray",
    "autograd.drawing": "def f():\n    from graphviz import Digraph",
    "autograd.compiler.machine_code": "import importlib\ndef f():\n    importlib.import_module('numba')",
    "optimizers.external.torch_adapter": "def f():\n    import torch\n    __import__('torch.optim')",
    "optimizers.external.optax_adapter": "class A:\n    def f(self):\n        import jax, optax",
    "surfaces.__init__": "from surfaces import a\nfrom surfaces.b import x",
    "surfaces.a": "from autograd import Tensor\nfrom surfaces.b import x",
    "surfaces.b": "import numpy.linalg",
    "races.x": "import pydantic\nfrom surfaces import a, x\nimport autograd.tensor",
    "autograd.derivatives": "from autograd.compiler.transforms import Grad",
    "autograd.compiler.transforms": "from autograd.tensor import Tensor",
    "views.figures.race": "from matplotlib.axes import Axes\nfrom views.box import Box",
    "scenes.step.map": "from scenes.race.plan import Plan\nfrom scenes.theme import text",
    "scenes.x": "from manim import Scene\nimport races.x",
    "cli.app": "def film():\n    import scenes.x\n    from evolution import nothing",
    "optimizer_race": "import manim\nimport scenes.x",
}


def test_what_is_right_is_let_through() -> None:
    assert (upward(RIGHT), foreign(RIGHT), circle(RIGHT)) == ([], [], [])


@pytest.mark.parametrize(("module", "source"), PLANTED_UPWARD)
def test_a_planted_upward_edge_is_caught(module: str, source: str) -> None:
    assert len(upward(RIGHT | {module: source})) == 1


@pytest.mark.parametrize(("module", "source"), PLANTED_FOREIGN)
def test_a_planted_foreign_import_is_caught(module: str, source: str) -> None:
    assert len(foreign(RIGHT | {module: source})) == 1


@pytest.mark.parametrize("modules", PLANTED_CIRCLES)
def test_a_planted_circle_is_caught(modules: dict[str, str]) -> None:
    assert sorted(circle(modules)) == sorted(map(named, modules))


def test_a_circle_is_caught_among_the_real_modules() -> None:
    real = sources()
    planted = real | {"autograd.rules": real["autograd.rules"] + "\nfrom autograd.functions import sin_d\n"}
    assert {"autograd.rules", "autograd.functions"} < set(circle(planted))
