"""Optimizers from a user's file: what is found, what is refused and with what words, and their steps."""

from __future__ import annotations

import datetime
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from optimizers import OPTIMIZERS, Lion, Optimizer
from optimizers.external.names import find, is_foreign, label
from optimizers.external.user_file import load_optimizer
from optimizers.external.user_source import OwnError, Source
from tests.optimizers.external.racers import LION, descend, refusal

CLASS = "class Lion2(Optimizer): ...\n"  # without one that is so called a file is not run
HEAD = "import math\nimport numpy as np\nfrom optimizers import Optimizer\n"


def own(folder: Path, text: str, file: str = "mine.py", name: str = "Lion2") -> type[Optimizer]:
    """The class in a file that holds `text`."""
    (folder / file).write_text(text)
    return load_optimizer(f"{file}:{name}", folder)


def ruled(body: str, arguments: str = "gradient, parameter, state, step, *, lr=0.1") -> str:
    """A file whose class begins at line 4, its rule's @staticmethod at 5, and the rule's body at 7."""
    lines = "".join(f"        {line}\n" for line in body.splitlines())
    return f"{HEAD}class Lion2(Optimizer):\n    @staticmethod\n    def rule({arguments}):\n{lines}"


# Names


def test_names_are_told_apart() -> None:
    foreign = ("mine.py:Lion2", "a/b.py:C", "torch.optim.AdamW", "optax.adamw", ":", "mine.py")
    assert [is_foreign(text) for text in foreign] == [True] * len(foreign)
    assert not any(map(is_foreign, [*OPTIMIZERS, "torch", "optax", "AdamW", "mine", ""]))


def test_labels() -> None:
    assert label("models/mine.py:Lion2") == "Lion2"
    assert label("optax.adamw") == "adamw (optax)"


# A user's file


def test_a_class_from_a_file_steps_as_ours(tmp_path: Path) -> None:
    kind = own(tmp_path, LION)
    assert kind.__name__ == "Lion2"
    assert kind.defaults() == {"lr": 1e-4, "betas": (0.9, 0.99)}
    ours, _ = descend(Lion, lr=0.01)
    theirs, _ = descend(kind, lr=0.01)
    np.testing.assert_array_equal(ours, theirs)


def test_a_class_from_a_file_is_checked_as_ours(tmp_path: Path) -> None:
    assert refusal(own(tmp_path, LION), [], lr=-1.0) == refusal(Lion, [], lr=-1.0)


def test_a_class_of_the_whole_vector(tmp_path: Path) -> None:
    text = HEAD + (
        "from optimizers import VectorOptimizer\n"
        "class Norm(VectorOptimizer):\n"
        "    @staticmethod\n"
        "    def rule(objective, parameter, state, step, *, lr=0.1):\n"
        "        _, gradient = objective.value_and_grad(parameter)\n"
        "        return parameter - lr * gradient / np.linalg.norm(gradient), {}\n"
    )
    positions, _ = descend(own(tmp_path, text, name="Norm"), steps=20, lr=0.01)
    np.testing.assert_allclose(np.hypot(*np.diff(positions, axis=0).T), 0.01)


def test_a_file_in_a_folder_below(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    assert own(tmp_path, LION, "models/mine.py").__name__ == "Lion2"
    assert load_optimizer("models/../models/mine.py:Lion2", tmp_path).__name__ == "Lion2"


def test_an_edit_is_seen_by_the_next_load(tmp_path: Path) -> None:
    before = own(tmp_path, LION)
    stat = (tmp_path / "mine.py").stat()
    after = own(tmp_path, LION.replace("lr=1e-4", "lr=2e-4"))  # as many bytes, and at the same time
    os.utime(tmp_path / "mine.py", ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert (before.defaults()["lr"], after.defaults()["lr"]) == (1e-4, 2e-4)


def test_a_file_leaves_no_trace(tmp_path: Path) -> None:
    path, modules = list(sys.path), set(sys.modules)
    kind = own(tmp_path, LION, "numpy.py")
    assert sys.path == path
    assert sys.modules["numpy"] is np
    assert [name for name in set(sys.modules) - modules if name.isidentifier()] == []
    assert [x.name for x in tmp_path.iterdir()] == ["numpy.py"]
    assert sys.modules[kind.__module__].__file__ == str(tmp_path / "numpy.py")


def test_a_file_that_fails_leaves_no_module(tmp_path: Path) -> None:
    modules = set(sys.modules)
    refusal(own, tmp_path, "1 / 0\n" + CLASS)
    assert set(sys.modules) == modules


def test_a_file_may_have_dataclasses_and_classes_of_several_kinds(tmp_path: Path) -> None:
    extra = (
        "from __future__ import annotations\n"
        "from dataclasses import dataclass\n"
        "@dataclass\nclass Settings:\n    lr: float = 0.1\n"
    )
    text = extra + LION + "class Lion3(Lion2):\n    pass\n"
    assert own(tmp_path, text, name="Lion3").defaults() == own(tmp_path, text).defaults()


def test_annotations_of_a_file_are_its_own(tmp_path: Path) -> None:
    # Nothing of what own_file.py imports from __future__ is in force there.
    own(tmp_path, LION + "def f(x: int): ...\nassert f.__annotations__ == {'x': int}\n")


PATHS = [
    ("mine.py", ("a class in it, as mine.py:Lion2, got 'mine.py'",)),
    ("two.py", ("a class in it, as two.py:One or two.py:Two, got 'two.py'",)),
    ("broken.py", ("a class in it, as broken.py:ClassName, got 'broken.py'",)),
    ("no.py", ("a class in it, as no.py:ClassName, got 'no.py'",)),
    ("../outside.py", ("a class in it, as ../outside.py:ClassName, got",)),
    ("mine.txt:Lion2", ("mine.py:Lion2", "'mine.txt:Lion2'")),
    ("mine.py:", ("mine.py:Lion2", "'mine.py:'")),
    ("mine.py:Lion 2", ("'mine.py:Lion 2'",)),
    (":Lion2", ("mine.py:Lion2",)),
    ("no.py:Lion2", ("no.py", "no such file")),
    ("folder.py:Lion2", ("folder.py", "no such file")),
    ("../outside.py:Lion2", ("../outside.py", "in the folder of race.toml")),
    ("link.py:Lion2", ("link.py", "in the folder of race.toml")),
    ("round.py:Lion2", ("round.py",)),
    ("\0.py:Lion2", ("null",)),
    (f"{'a' * 300}.py:Lion2", ("File name too long",)),
    ("mine.py:Lion3", ("mine.py", "'Lion3'", "did you mean 'Lion2'?")),
    ("mine.py:np", ("mine.py", "'np'", "allowed: Lion2")),
    ("mine.py:Optimizer", ("mine.py", "'Optimizer'", "allowed: Lion2")),
    ("empty.py:Lion2", ("empty.py", "no class", "optimizers.Optimizer")),
    ("other.py:Lion2", ("other.py:2: ", "derive", "optimizers.Optimizer")),
]


@pytest.mark.parametrize(("text", "words"), PATHS)
def test_what_is_no_class_in_a_file_is_refused(text: str, words: tuple[str, ...], tmp_path: Path) -> None:
    folder = tmp_path / "race"
    (folder / "folder.py").mkdir(parents=True)
    (folder / "empty.py").touch()
    (folder / "other.py").write_text("\nclass Lion2:\n    pass\n")
    (folder / "two.py").write_text("1 / 0\nclass One: ...\nclass Two: ...\n")  # it is not run
    (folder / "broken.py").write_text("class One:")
    for path in (folder / "mine.py", tmp_path / "outside.py"):
        path.write_text(LION)
    (folder / "link.py").symlink_to(tmp_path / "outside.py")
    (folder / "round.py").symlink_to(folder / "round.py")
    message = refusal(load_optimizer, text, folder)
    assert [word for word in words if word not in message] == [], message


def test_an_absolute_path_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(LION)
    assert "in the folder of race.toml" in refusal(load_optimizer, f"{tmp_path}/mine.py:Lion2", tmp_path)


def test_without_a_folder_a_class_is_to_be_registered() -> None:
    message = refusal(find, "mine.py:Lion2", None)
    assert "mine.py" in message
    assert 'OPTIMIZERS["lion2"] = Lion2' in message


# A file, and what is said of it after "mine.py:".
FAILING = [
    ("\nfoo\n", "2: NameError: name 'foo' is not defined"),
    ("x = (\n", "1: SyntaxError: '(' was never closed"),
    ("if True:\nx = 1\n", "2: IndentationError: expected an indented block after 'if' statement on line 1"),
    ("\n\nimport nowhere\n", "3: ModuleNotFoundError: No module named 'nowhere'"),
    ("\nfrom . import other\n", "2: ImportError: attempted relative import with no known parent package"),
    ("\nraise ValueError('a\\nb')\n", "2: ValueError: a b"),
    ("raise ValueError\n", "1: ValueError"),
    ("\nraise SystemExit(3)\n", "2: SystemExit: 3"),
    ("import json\n\njson.loads('[')\n", "3: JSONDecodeError: Expecting value: line 1 column 2 (char 1)"),
    ("def f():\n    1 / 0\n\nf()\n", "2: ZeroDivisionError: division by zero"),
    ("x = 1\n\ndef f():\n    return f()\nf()\n", "4: RecursionError: maximum recursion depth exceeded"),
    ("raise ValueError('x' * 500)\n", "1: ValueError: " + "x" * 99 + "…" + "x" * 99),
    (HEAD + "class Lion2(Optimizer):\n    pass\n", "4: Lion2 lacks rule"),
    (HEAD + "class Lion2(Optimizer):\n    rule = 3\n", "4: TypeError: 3 is not a callable object"),
    (
        HEAD + "class Lion2(Optimizer):\n    def rule(gradient, parameter, state, step):\n        pass\n",
        "5: the rule must be a @staticmethod",
    ),
]
LINE_5 = [
    (ruled("pass"), "the rule must return the parameter and a dictionary, its state; got None"),
    (ruled("return parameter"), "the rule must return the parameter and a dictionary, its state; got 1.0"),
    (ruled("return 'a', {}"), "the rule must return a number where it is given one, got 'a'"),
    (ruled("return [parameter], {}"), "the rule must return a number where it is given one, got [1.0]"),
    (
        ruled("return np.sum(parameter), {}"),
        "the rule must return an array of 2 numbers where it is given one, got np.float64(0.5)",
    ),
    (ruled("pass", "gradient, parameter"), "the rule must take four arguments"),
    (ruled("pass", "gradient, parameter, state, step, lr=1.0"), "after a *"),
    (ruled("pass", "gradient, parameter, state, step, **others"), "others"),
    (ruled("pass", "gradient, parameter, state, step, *, lr"), "needs a default"),
    (ruled("return parameter - lr * gradient / np.max(np.abs(gradient)), {}"), "VectorOptimizer"),
]
LINE_7 = [
    (ruled("return parameter - rate, {}"), "NameError: name 'rate' is not defined"),
    (ruled("return parameter - state['m'], {}"), "KeyError: 'm'"),
    (ruled("return parameter - math.log(1 - step), {}"), "ValueError: math domain error"),
    (ruled("return parameter - 1 / (step - 2), {}"), "ZeroDivisionError"),  # in the second step
    (ruled("return (parameter if gradient > 0 else 0.0), {}"), "np.where for if"),
    (ruled("return parameter - math.sqrt(abs(gradient)), {}"), "(a rule is given arrays too"),
    (ruled("gradient *= lr\nreturn parameter - gradient, {}"), "read-only"),
    (ruled("parameter -= lr * gradient\nreturn parameter, {}"), "nothing in place)"),
]
FAILING += [(text, f"5: {words}") for text, words in LINE_5]
FAILING += [(text, f"7: {words}") for text, words in LINE_7]


@pytest.mark.parametrize(("text", "said"), FAILING)
def test_an_error_in_a_file_is_said_with_its_line(text: str, said: str, tmp_path: Path) -> None:
    message = refusal(own, tmp_path, text if "class" in text else text + CLASS)
    line, words = said.split(": ", 1)
    assert message.startswith(f"mine.py:{line}: ")
    assert words in message


@pytest.mark.parametrize("content", [b"\0", b"# \xff\n", b"(" * 10000], ids=["null", "no UTF-8", "deep"])
def test_a_file_that_is_no_text_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_bytes(content)
    assert refusal(load_optimizer, "mine.py:Lion2", tmp_path).startswith("mine.py")


def test_ctrl_c_is_no_error_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        own(tmp_path, "raise KeyboardInterrupt\n" + CLASS)


def test_an_error_that_comes_later_has_its_line_too(tmp_path: Path) -> None:
    kind = own(tmp_path, ruled("if step == 5:\n    raise KeyError('gone')\nreturn parameter - gradient, {}"))
    with pytest.raises(OwnError, match=r"^mine\.py:8: KeyError: 'gone'$"):
        descend(kind)


def test_an_error_in_check_has_its_line_and_a_refusal_none(tmp_path: Path) -> None:
    text = LION + (
        "    @classmethod\n"
        "    def check(cls, *, lr, **others):\n"
        "        if lr > 1:\n"
        "            raise ValueError('lr is too high')\n"
        "        if lr == 0.5:\n"
        "            others['nothing']\n"
    )
    kind = own(tmp_path, text)
    assert refusal(kind, [], lr=2.0) == "lr is too high"
    assert refusal(kind, [], lr=0.5) == "mine.py:15: KeyError: 'nothing'"


# What is looked for before a file is run

RUNS = "from pathlib import Path\nPath(__file__).with_name('it-ran').touch()\n"
NOT_RUN = {
    "nothing": (
        "x = 1\n",
        "X",
        "has no class that derives from optimizers.Optimizer or torch.optim.Optimizer",
    ),
    "another class": ("class Y(Base): ...\n", "X", "unknown class 'X'; allowed: Y"),
    "a near one": ("class Lion2(Base): ...\n", "Lion3", "unknown class 'Lion3'; did you mean 'Lion2'?"),
    "a class without a base": ("class X: ...\n", "X", "mine.py:3: X must derive from "),
    "a class of Python's": ("class X(dict): ...\n", "X", "mine.py:3: X must derive from "),
    "an error": ("class X(Exception, object): ...\n", "X", "mine.py:3: X must derive from "),
    "a class of a class without a base": (
        "class Y: ...\nclass X(Y): ...\n",
        "X",
        "mine.py:4: X must derive from ",
    ),
    "a number": ("X = 3\n", "X", "has no class"),
    "a text": ("X = 'class X(Base)'\n", "X", "has no class"),
    "an import": ("from setuptools import setup\n", "setup", "has no class"),
    "a module": ("import os\n", "os", "has no class"),
    "a function": ("def main(): ...\n", "main", "has no class"),
    "a class inside another": ("class Y(Base):\n    class X(Base): ...\n", "X", "unknown class 'X'"),
    "a class inside a function": ("def f():\n    class X(Base): ...\n", "X", "has no class"),
    "a comment": ("# class X(Optimizer):\n", "X", "has no class"),
    "a deleted name": ("del X\n", "X", "has no class"),
}


@pytest.mark.parametrize("what", NOT_RUN)
def test_a_file_is_not_run_unless_it_defines_the_class(what: str, tmp_path: Path) -> None:
    text, name, words = NOT_RUN[what]
    line = refusal(own, tmp_path, RUNS + text, name=name)
    assert line.startswith("mine.py")
    assert words in line
    assert not (tmp_path / "it-ran").exists()


FOUND = {
    "a statement": "{}",
    "inside an if": "if True:\n{indented}",
    "inside a try": "try:\n{indented}\nexcept ImportError:\n    pass",
    "an else": "if False:\n    pass\nelse:\n{indented}",
    "a with": "import contextlib\nwith contextlib.suppress(ImportError):\n{indented}",
    "a match": "match 1:\n    case 1:\n{twice}",
    "another name of it": "{}\nLion3 = Lion2",
    "an annotated name": "{}\nLion3: type = Lion2",
    "a class of a class of it": "{}\nclass Lion3(Lion2): ...",
    "a class that has a name of Python's": "{}\nclass dict(Lion2): ...\nclass Lion3(dict): ...",
    "a name of Python's that stands for it": "{}\ndict = Lion2\nclass Lion3(dict): ...",
    "what a function made": "def made():\n{indented}\n    return Lion2\nLion3 = made()",
}


@pytest.mark.parametrize("what", FOUND)
def test_a_class_is_found_wherever_a_file_defines_it(what: str, tmp_path: Path) -> None:
    indented = "".join(f"    {line}\n" for line in LION.splitlines())
    twice = "".join(f"        {line}\n" for line in LION.splitlines())
    text = FOUND[what].format(LION, indented=indented, twice=twice)
    kind = own(tmp_path, RUNS + text, name="Lion3" if "Lion3" in text else "Lion2")
    assert kind.defaults() == {"lr": 1e-4, "betas": (0.9, 0.99)}
    assert (tmp_path / "it-ran").exists()


# Errors of every kind

MUTE = "class Mute({base}):\n    def __str__(self):\n        raise {inner}\n"
HIDDEN = "class Hidden(type):\n    __name__ = property(lambda self: 1 / 0)\n"
RAISED = {
    "a generator's exit": ("", "GeneratorExit", "GeneratorExit"),
    "an exit": ("", "SystemExit(3)", "SystemExit: 3"),
    "a base exception": ("class Own(BaseException): ...\n", "Own('gone')", "Own: gone"),
    "the end of an iteration": ("", "StopIteration(3)", "StopIteration: 3"),
    "a syntax error without a text": ("", "SyntaxError", "SyntaxError"),
    "a mute error": (
        MUTE.format(base="Exception", inner="ValueError"),
        "Mute()",
        "Mute: (its message raises",
    ),
    "a mute exit": (
        MUTE.format(base="SystemExit", inner="SystemExit"),
        "Mute()",
        "Mute: (its message raises",
    ),
    "one whose class hides its name": (
        HIDDEN + "class Odd(Exception, metaclass=Hidden): ...\n",
        "Odd('gone')",
        "Odd: gone",
    ),
    "one whose text is none": ("class Odd(Exception):\n    __str__ = lambda self: 3\n", "Odd()", "Odd: (its"),
}


@pytest.mark.parametrize("where", ["the file", "the rule", "a later step", "check"])
@pytest.mark.parametrize("what", RAISED)
def test_whatever_is_raised_is_said_in_one_line(what: str, where: str, tmp_path: Path) -> None:
    head, error, words = RAISED[what]
    if where == "the file":
        line = refusal(own, tmp_path, f"{head}raise {error}\n{CLASS}")
    elif where == "the rule":
        line = refusal(own, tmp_path, head + ruled(f"raise {error}"))
    elif where == "a later step":
        text = ruled(f"if step == 5:\n    raise {error}\nreturn parameter - lr * gradient, {{}}")
        line = refusal(descend, own(tmp_path, head + text))
    else:
        check = "    @classmethod\n    def check(cls, *, lr, **others):\n        if lr == 0.5:\n"
        line = refusal(own(tmp_path, f"{head}{LION}{check}            raise {error}\n"), [], lr=0.5)
    assert words in line
    assert line.startswith("mine.py:")


def test_an_errors_notes_may_be_anything(tmp_path: Path) -> None:
    # Of a file's own error: not raised here, since pytest itself cannot show it.
    error: Any = ValueError("x")
    for notes in (3, None, "text", [3]):
        error.__notes__ = notes
        assert str(Source("mine.py", tmp_path / "mine.py").refusal(error, 4)) == "mine.py:4: ValueError: x"


def test_a_term_may_be_an_object_that_cannot_be_shown(tmp_path: Path) -> None:
    mute = "class Mute:\n    def __repr__(self):\n        raise SystemExit\n"
    kind = own(tmp_path, mute + ruled("return parameter - lr * gradient, {'mute': Mute()}"))
    assert len(descend(kind, steps=3, lr=1e-3)[0]) == 4
    text = mute + ruled("return Mute(), {}")
    assert refusal(own, tmp_path, text).endswith("where it is given one, got <Mute object>")


NOT_FINITE = [
    float("nan"),
    float("inf"),
    -float("inf"),
    np.float32("nan"),
    np.array(np.nan),
    (1.0, float("nan")),
]


@pytest.mark.parametrize("default", ["None", "'soft'"])
def test_no_hyperparameter_is_nan_or_a_date(default: str, tmp_path: Path) -> None:
    kind = own(tmp_path, LION.replace("lr=1e-4", f"lr=1e-4, clip={default}"))
    for value in NOT_FINITE:
        assert "must be finite, got" in refusal(kind, [], clip=value)
    for day in (datetime.date(2024, 1, 2), datetime.datetime(2024, 1, 2, 3, 4), datetime.time(1, 2)):
        assert refusal(kind, [], clip=day) == f"clip must be a number, text, true or false, got {day}"
    for fine in (None, 3, 0.5, "hard", True, (1.0, 2.0)):
        assert kind([], clip=fine).hyperparameters["clip"] == fine
