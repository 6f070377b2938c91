"""What race.toml may not hold: each refusal is one line naming file, place, value and what is allowed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from races import SpecError, load_spec
from races.config import make_spec
from tests.races.helpers import RACER, top, written


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the race stands."""
    return tmp_path / "race.toml"


def refusal(path: Path, text: str | bytes | None = None, **overrides: Any) -> str:
    """The message that refuses a file: one line that names it, or the option that overrides it."""
    if text is not None:
        written(path, text)
    with pytest.raises(SpecError) as error:
        load_spec(path, **overrides)
    message = str(error.value)
    assert path.name in message or message.startswith("--")
    assert "\n" not in message
    assert len(message) < 400
    return message


def racer(line: str, optimizer: str = "sgd") -> str:
    """A race whose racer has one more line."""
    return f'surface = "funky"\n[[racer]]\noptimizer = "{optimizer}"\n{line}\n'


def expression(text: str, u_range: str = "[0, 1]", v_range: str = "[0, 1]") -> str:
    """A race on an expression."""
    return f"surface = {{ expression = '{text}', u_range = {u_range}, v_range = {v_range} }}\n{RACER}"


def named(table: str) -> str:
    """A race on a surface given by a table."""
    return f"surface = {{ {table} }}\n{RACER}"


def started(text: str, start: str) -> str:
    """A race on an expression from some starts."""
    return f"start = {start}\n" + expression(text, "[-1, 1]", "[-1, 1]")


def many(starts: int, record: str) -> str:
    """A race of a million steps from so many starts."""
    return top(f"record = '{record}'\nsteps = 1_000_000\nstart = {[[0.5, 0.5]] * starts}")


# The file, and the words that its refusal must hold, in this order: place, value, what is allowed.
REFUSED: list[tuple[str | bytes, tuple[str, ...]]] = [
    (started("1/(u - 0.3)", "[0.3, 0.0]"), ("start", "finite", "inf at [0.3, 0.0]")),
    (started("log(abs(v - 0.3))", "[0.0, 0.3]"), ("start", "finite", "-inf at [0.0, 0.3]")),
    (started("(u - 0.3)/(u - 0.3)", "[0.3, 0.5]"), ("start", "finite", "nan at [0.3, 0.5]")),
    (started("v/(u - 0.3)", "[[0, 1], [0.3, 1.0], [0.3, 0.5]]"), ("start", "inf at [0.3, 1.0]")),
    (started("log(u)", "[0.0, 0.5]"), ("finite",)),
    (started("log(u)", "[-1.0, 0.5]"), ("finite",)),
    ("", ("surface", "missing")),
    ('surface = "funky"', ("racer", "missing")),
    (RACER, ("surface", "missing")),
    ("x = [", ("not valid TOML",)),
    ("surface = funky", ("not valid TOML", "line 1")),
    ('surface = "funky"\nsurface = "slope"\n' + RACER, ("not valid TOML", "line 2")),
    ("a = " + "[" * 5000, ("not valid TOML",)),
    ("\x00", ("not valid TOML",)),
    (b'surface = "\xff"', ("UTF-8",)),
    (b"\x89PNG\r\n\x1a\n\x00\x00", ("UTF-8",)),
    # The top level.
    (top("stpes = 3"), ("'stpes'", "did you mean 'steps'?")),
    (top("qqq = 3"), ("'qqq'", "llowed: ", "surface, start, steps")),
    ('surface = "funki"\n' + RACER, ("surface", "'funki'", "did you mean 'funky'?", "rosenbrock")),
    ("surface = 3\n" + RACER, ("surface", "a name, or a table with a name, or with expression", "got 3")),
    ("surface = []\n" + RACER, ("surface", "a name, or a table with a name, or with expression", "got []")),
    ("surface = {}\n" + RACER, ("surface", "a name, or a table with a name, or with expression", "got {}")),
    (top("steps = 0"), ("steps", "1", "0")),
    (top("steps = -1"), ("steps", "1", "-1")),
    (top("steps = 1.5"), ("steps", "integer", "1.5")),
    (top("steps = 'ten'"), ("steps", "integer", "'ten'")),
    (top("steps = true"), ("steps", "integer", "True")),
    (top("steps = 1000001"), ("steps", "1000000", "1000001")),
    (top("steps = 1" + "0" * 30), ("steps", "1000000")),
    (top("target = nan"), ("target", "finite", "nan")),
    (top("target = 'low'"), ("target", "number", "'low'")),
    # Starts.
    (top("start = [5, 0.5]"), ("start", "u in [0.0, 1.2]", "v in [0.0, 1.2]", "5.0")),
    (top("start = [[0.5, 0.5], [0.5, -0.1]]"), ("start", "v in [0.0, 1.2]", "-0.1")),
    (top("start = [nan, 0.5]"), ("start", "finite", "nan")),
    (top("start = [inf, 0.5]"), ("start", "finite", "inf")),
    (top("start = 3"), ("start", "3")),
    (top("start = 'here'"), ("start", "'here'")),
    (top("start = ['a', 'b']"), ("start", "number", "'a'")),
    (top("start = [true, 0.5]"), ("start", "number", "True")),
    (top("start = { u = 0.5 }"), ("start", "0.5")),
    # The film.
    (top("film = 3"), ("film", "3")),
    (top("[film]\nlangage = 'en'"), ("film", "'langage'", "did you mean 'language'?")),
    (top("[film]\nlength = 5.9"), ("film", "length", "6", "5.9")),
    (top("[film]\nloop = 1"), ("film", "loop", "boolean", "1")),
    (top("[film]\nlanguage = 'it'"), ("film", "language", "'de', 'en', 'es', 'fr'", "'it'")),
    (top("[film]\nlanguage = 3"), ("film", "language", "'de', 'en', 'es', 'fr'", "3")),
    (top("[film]\nlength = 601"), ("film", "length", "600", "601")),
    (top("[film]\nlength = nan"), ("film", "length", "nan")),
    (top("[film]\nlength = '35'"), ("film", "length", "number", "'35'")),
    (top("[film]\ninside = 'SGD'"), ("film", "inside", "names of 1 or 2 racers", "'SGD'")),
    (top("[film]\ninside = [1]"), ("film", "inside", "names of 1 or 2 racers", "[1]")),
    (top("[film]\ninside = ['SGD', 'SGD']"), ("film", "inside", "names of 1 or 2 racers", "['SGD', 'SGD']")),
    (top("[film]\ninside = ['a', 'b', 'c']"), ("film", "inside", "1 or 2 racers", "['a', 'b', 'c']")),
    (top("[film]\ninside = ['SGDD']"), ("film", "inside", "'SGDD'", "did you mean 'SGD'?", "llowed: SGD")),
    # Noise.
    (top("noise = 0.5"), ("noise", "table", "0.5")),
    (top("noise = {}"), ("noise: scale", "missing")),
    (top("noise = { scale = -1 }"), ("noise: scale", "0", "-1")),
    (top("noise = { scale = nan }"), ("noise: scale", "finite", "nan")),
    (top("noise = { scale = '1' }"), ("noise: scale", "number", "'1'")),
    (top("noise = { scale = 1, degrees = 0, distribution = 'student_t' }"), ("noise: degrees", "0")),
    (top("noise = { scale = 1, degrees = 3 }"), ("noise: degrees", "'student_t'", "3 for 'gaussian'")),
    (top("noise = { scale = 1, seed = -1 }"), ("noise: seed", "0", "-1")),
    (top("noise = { scale = 1, seed = 1.5 }"), ("noise: seed", "integer", "1.5")),
    (top("noise = { scale = 1, distribution = 'cauchy' }"), ("noise: distribution", "'gaussian' or")),
    (top("noise = { scale = 1, sed = 3 }"), ("noise: ", "'sed'", "did you mean 'seed'?")),
    (top("record = 'states'"), ("record", "'all', 'ends' or 'state'", "'states'")),
    (many(30, "state"), ("starts x steps", "at most 25,000,000 with", "got 30,000,030", "= 'all' or 'ends'")),
    (many(101, "state"), ("at most 25,000,000 with", "got 101,000,101", "there is room for record = 'ends'")),
    (many(101, "all"), ("at most 100,000,000 with", "got 101,000,101", "there is room for record = 'ends'")),
    # Named surfaces.
    (named("nam = 'ravine'"), ("surface", "'nam'", "did you mean 'name'?")),
    (named("name = 'ravin'"), ("surface", "'ravin'", "did you mean 'ravine'?")),
    (named("name = 3"), ("surface: name", "string", "3")),
    (named("name = 'ravine', conditio = 3"), ("surface", "'conditio'", "did you mean 'condition'?")),
    (named("name = 'ravine', condition = 0"), ("surface", "condition", "0")),
    (named("name = 'ravine', condition = nan"), ("surface", "condition", "nan")),
    (named("name = 'ravine', condition = '9'"), ("surface", "condition", "'9'")),
    (named("name = 'ravine', condition = [9]"), ("surface", "condition", "[9]")),
    (named("name = 'sphere', condition = 9"), ("surface: unknown key 'condition'; allowed: name,",)),
    (named("name = 'sphere', sugested = { sgd = 1 }"), ("'sugested'", "'suggested'?", "name, suggested")),
    (named("name = 'ravine', sugested = 3"), ("surface", "'sugested'", "mean 'suggested'?", "condition")),
    (named("name = 'sphere', suggested = 3"), ("surface: suggested", "3")),
    (named("name = 'sphere', suggested = { sdg = 0.1 }"), ("suggested", "'sdg'", "did you mean 'sgd'?")),
    (named("name = 'sphere', suggested = { sgd = -1 }"), ("suggested: sgd", "0", "-1")),
    (named("name = 'sphere', suggested = { sgd = '1' }"), ("suggested: sgd", "number", "'1'")),
    # Schedules.
    (racer("lr = { schedule = 'cosin' }"), ("racer 1: lr", "'cosin'", "did you mean 'cosine'?")),
    (racer("lr = { schedule = 3 }"), ("racer 1: lr", "schedule", "3")),
    (racer("lr = { schedule = 'cosine', start = 0.1 }"), ("racer 1: lr", "steps is missing")),
    (racer("lr = { schedule = 'cosine', start = -1, steps = 9 }"), ("racer 1: lr", "start", "at least 0")),
    (racer("lr = { schedule = 'cosine', start = 1, step = 9 }"), ("racer 1: lr", "'step'", "'steps'?")),
    (racer("lr = { schedule = 'cosine', start = 1, steps = 1.5 }"), ("racer 1: lr", "steps", "1.5")),
    (racer("lr = { schedule = 'reduce_on_plateau', start = 1, mode = 'mix' }"), ("racer 1: lr", "min, max")),
    (racer("lr = { schedule = 'chained', milestones = [2], schedules = [{ schedule = 'cosine' }] }"),
     ("racer 1: lr", "schedules[0]", "missing")),
    (racer("momentum = { schedule = 'cosine', start = 1, steps = 9 }"), ("racer 1: momentum", "one number")),
    # Racers.
    ('surface = "funky"\nracer = []', ("racer", "1")),
    ('surface = "funky"\nracer = 3', ("racer", "3")),
    ('surface = "funky"\nracer = [3]', ("racer 1", "3")),
    ('surface = "funky"\n[racer]\noptimizer = "sgd"', ("racer",)),
    ('surface = "funky"\n[[racer]]\nlr = 0.1', ("racer 1", "optimizer", "missing")),
    ('surface = "funky"\n[[racer]]\noptimizer = 3', ("racer 1", "optimizer", "3")),
    (f'surface = "funky"\n{RACER}[[racer]]\noptimizer = "adm"', ("racer 2", "'adm'", "'adam'?", "momentum")),
    (racer("learning_rate = 0.1"), ("racer 1", "'learning_rate'", "llowed: ", "lr")),
    (racer("momentm = 0.9"), ("racer 1", "'momentm'", "did you mean 'momentum'?")),
    (racer("betas = [0.9, 0.9]"), ("racer 1", "'betas'", "llowed: ", "momentum")),
    (racer("params = []"), ("racer 1", "'params'")),
    (racer("lr = -0.1"), ("racer 1", "lr", "at least 0", "-0.1")),
    (racer("lr = nan"), ("racer 1", "lr", "finite", "nan")),
    (racer("lr = inf"), ("racer 1", "lr", "finite", "inf")),
    (racer("lr = '0.1'"), ("racer 1", "lr", "number", "'0.1'")),
    (racer("lr = true"), ("racer 1", "lr", "number", "True")),
    (racer("lr = 2020-01-01"), ("racer 1", "lr", "number", "2020")),
    (racer("lr = { a = 1 }"), ("racer 1", "lr", "schedule is missing", "cosine")),
    (racer("nesterov = 1"), ("racer 1", "nesterov", "true or false", "1")),
    (racer("nesterov = true"), ("racer 1", "nesterov", "momentum 0.0")),
    (racer("betas = 0.9", "adam"), ("racer 1", "betas", "two numbers", "0.9")),
    (racer("betas = [0.9]", "adam"), ("racer 1", "betas", "two numbers", "[0.9]")),
    (racer("betas = [0.9, 1.0]", "adam"), ("racer 1", "betas[1]", "[0, 1)", "1.0")),
    (racer("name = ''"), ("racer 1", "name", "''")),
    (racer("name = '  '"), ("racer 1", "name", "'  '")),
    (racer('name = "a\\nb"'), ("racer 1", "name", "printable", "'a\\nb'")),
    (racer(f"name = '{'x' * 41}'"), ("racer 1", "name", "40")),
    (racer("name = 3"), ("racer 1", "name", "3")),
    (racer("colour = 'red'"), ("racer 1", "colour", "#rrggbb", "orange", "'red'")),
    (racer("colour = '#12'"), ("racer 1", "colour", "#rrggbb", "'#12'")),
    (racer("colour = '#12345g'"), ("racer 1", "colour", "#rrggbb", "'#12345g'")),
    (racer("colour = '##12345'"), ("racer 1", "colour", "#rrggbb", "'##12345'")),
    (racer("name = 'A'") + RACER + "name = 'A'", ("racer", "names must differ", "'A'")),
    # Expressions.
    (expression("u + w"), ("surface", "'w' at column 5")),
    (expression("   u + w"), ("surface", "'w' at column 8")),
    (expression("u*"), ("surface", "column")),
    (expression('__import__("os")'), ("surface", '__import__("os")', "column 1")),
    (expression("1/u"), ("surface", "'1/u'", "inf at u = 0")),
    (expression("3"), ("surface", "'3'", "neither u nor v")),
    (expression("u", "[1, 0]"), ("surface", "u_range", "low < high", "[1.0, 0.0]")),
    (expression("u", "[0, 1]", "[1, 1]"), ("surface", "v_range", "low < high", "[1.0, 1.0]")),
    (expression("u", "[nan, 1]"), ("surface", "u_range", "finite", "nan")),
    (expression("u", "['a', 1]"), ("surface", "u_range", "number", "'a'")),
    (expression("u", "3"), ("surface", "u_range", "3")),
    ("surface = { expression = 'u' }\n" + RACER, ("surface", "u_range", "missing")),
    (expression("u").replace("'u'", "3"), ("surface", "expression", "3")),
    (expression("u").replace(" }", ", w_range = 1 }"), ("surface", "'w_range'", "llowed: ", "u_range")),
]  # fmt: skip

# What pydantic by itself would let through, or explain by its own inner workings.
HARD: list[tuple[str, tuple[str, ...]]] = [
    (racer("lr = [0.1, 0.2]"), ("racer 1", "lr", "number", "[0.1, 0.2]")),
    (racer("lr = []"), ("racer 1", "lr", "number", "[]")),
    (racer("momentum = [0.5]"), ("racer 1", "momentum", "number", "[0.5]")),
    (racer("lr = [[0.1], [0.1, 0.2]]"), ("racer 1", "lr", "number")),
    (racer("betas = [[0.9], 0.9]", "adam"), ("racer 1", "betas", "[0.9]")),
    (racer("lr = 1" + "0" * 400), ("racer 1", "lr", "number")),
    (racer("hyperparameters = 3"), ("racer 1", "'hyperparameters'", "llowed: ")),
    (racer("hyperparameters = { lr = 0.1 }"), ("racer 1", "'hyperparameters'", "llowed: ")),
    ('surface = "funky"\nracers = [{ optimizer = "sgd" }]', ("'racers'", "did you mean 'racer'?")),
    (top("start = []"), ("start", "[]")),
    (top("start = [0.5]"), ("start", "[0.5]")),
    (top("start = [0.5, 0.5, 0.5]"), ("start", "[0.5, 0.5, 0.5]")),
    (top("start = [[0.5, 0.5], [0.5]]"), ("start", "[0.5]")),
    (top("start = [[0.5, 0.5], 0.5]"), ("start", "0.5")),
    (expression("u", "[0]"), ("surface", "u_range", "[0]")),
    (expression("u", "[0, 1, 2]"), ("surface", "u_range", "[0, 1, 2]")),
    (expression("u", "[-1e308, 1e308]"), ("surface", "u_range")),
    (expression("u").replace("expression", "expresion"), ("surface", "'expresion'", "'expression'?")),
    ('surface = """funky\n"""\n' + RACER, ("surface", "'funky\\n'")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"), [*REFUSED, *HARD], ids=[str(text)[:99] for text, _ in [*REFUSED, *HARD]]
)
def test_a_wrong_race_is_refused_in_one_line(path: Path, text: str | bytes, words: tuple[str, ...]) -> None:
    message = refusal(path, text)
    assert all(word in message for word in words), message


def test_a_function_is_no_learning_rate_of_a_race(path: Path) -> None:
    # It could not be written to the trace's file; a schedule can.
    values = {"surface": "slope", "racer": [{"optimizer": "sgd", "lr": lambda step: 0.1}]}
    with pytest.raises(SpecError, match=r"^race\.toml: racer 1: lr must be one number, or a schedule of opt"):
        make_spec(values, path.name)


def test_jargon_stays_inside(path: Path) -> None:
    for text, _ in REFUSED:
        message = refusal(path, text)
        assert not any(
            word in message for word in ("pydantic", "instance of", "dictionary", "tuple", "validation")
        )


def test_a_missing_file_a_folder_and_a_missing_folder_are_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.toml").endswith("none.toml: no such file or directory")
    assert refusal(tmp_path).endswith(": is a directory")
    assert "no such file" in refusal(tmp_path / "no" / "race.toml")


def test_a_wrong_override_is_refused_by_its_option(path: Path) -> None:
    text = top("steps = 7")
    assert refusal(path, text, steps=0).startswith("--steps: ")
    assert refusal(path, text, surface="funki").startswith("--surface: ")
    assert refusal(path, text, start=(9.0, 9.0)).startswith("--start: ")
    assert refusal(path, top("stpes = 7"), steps=3).startswith("race.toml: ")


@pytest.mark.parametrize("text", ["sqrt(abs(u))", "sqrt(u**2 + v**2)", "abs(u)**0.5 + v"])
def test_a_finite_start_without_a_finite_gradient_may_be_raced(path: Path, text: str) -> None:
    spec = load_spec(written(path, started(text, "[0.0, 0.0]")))
    assert spec.start == ((0.0, 0.0),)


def test_a_start_given_by_an_option_is_refused_by_it(path: Path) -> None:
    message = refusal(path, started("1/(u - 0.3)", "[0.5, 0.5]"), start=[0.3, 0.5])
    assert message == "--start: the loss must be finite there, got inf at [0.3, 0.5]"
