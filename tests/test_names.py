"""One name, one meaning: no class is defined twice, and nothing has a name that does not explain itself."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

import pytest

from tests.test_layers import sources

# Words that say nothing about what they name. A graph's reverse sweep is a term of automatic differentiation.
FORBIDDEN = frozenset(
    [
        "crew",
        "alone",
        "ground",
        "sayings",
        "stamp",
        "stamps",
        "reuse",
        "trial",
        "sweep",
        "forms",
        "half",
        "bench",
        "lent",
        "unseen",
    ]
)
TERMS = {
    "autograd.tensor": {"_sweep", "_sweep_order"},
    "autograd.compiler.tracing": {"with_half_angles"},
}


def definitions(modules: dict[str, str]) -> dict[str, dict[str, set[str]]]:
    """By the name of each class or alias of a type: what it stands for, and in which modules."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for module, source in modules.items():
        tree = ast.parse(source)
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                found[node.name][f"the class in {module}"].add(module)
        for node in tree.body:
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if is_alias(name):
                    found[name][ast.unparse(value)].add(module)
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value) if is_alias(name):
                    found[name][ast.unparse(value)].add(module)
    return found


def is_alias(name: str) -> bool:
    """Whether a name is spelt as a class's."""
    return re.fullmatch(r"_?[A-Z]\w*[a-z]\w*", name) is not None


def doubled(modules: dict[str, str]) -> list[str]:
    """The names that stand for several things."""
    return [
        f"{name}: {', '.join(sorted(set.union(*meanings.values())))}"
        for name, meanings in definitions(modules).items()
        if len(meanings) > 1
    ]


def named(module: str, source: str) -> Iterator[str]:
    """The names of a module, and of its classes and functions."""
    yield from module.removesuffix(".__init__").split(".")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name


def forbidden(modules: dict[str, str]) -> list[str]:
    """The names in which a forbidden word stands."""
    return [
        f"{module}: {name}"
        for module, source in modules.items()
        for name in named(module, source)
        if FORBIDDEN & {word.lower() for word in re.findall(r"[a-z]+|[A-Z][a-z]*", name)}
        and name not in TERMS.get(module, ())
    ]


def test_a_name_stands_for_one_thing() -> None:
    assert doubled(sources()) == []


def test_names_explain_themselves() -> None:
    assert forbidden(sources()) == []


@pytest.mark.parametrize(
    "source",
    [
        "class Trace: ...",
        "Trace = dict[str, float]",
        "Trace: TypeAlias = int",
        "def f():\n    class Trace: ...",
    ],
)
def test_a_second_meaning_is_caught(source: str) -> None:
    real = {"races.trace": sources()["races.trace"]}
    assert doubled(real) == []
    assert doubled(real | {"scenes.other": source}) == ["Trace: races.trace, scenes.other"]


def test_the_same_alias_may_be_written_twice() -> None:
    alias = "from numpy.typing import NDArray\nArray: TypeAlias = NDArray[np.float64]"
    assert doubled({"races.one": alias, "scenes.other": alias}) == []


@pytest.mark.parametrize(
    "source",
    [
        "class Crew: ...",
        "class ThreadCrew: ...",
        "def run_alone(): ...",
        "class A:\n    def _lent(self): ...",
    ],
)
def test_a_forbidden_word_is_caught(source: str) -> None:
    assert len(forbidden({"races.other": source})) == 1


@pytest.mark.parametrize("module", ["autograd.crew", "scenes.step.bench", "autograd.reuse.__init__"])
def test_a_forbidden_module_is_caught(module: str) -> None:
    assert len(forbidden({module: ""})) == 1


def test_words_within_words_are_let_through() -> None:
    assert (
        forbidden({"views.background": "def formula(): ...\nclass Benchmark: ...\ndef halves(): ..."}) == []
    )
