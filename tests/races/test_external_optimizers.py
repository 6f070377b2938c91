"""Races of optimizers that are not this project's: from docs/your-own.md, from a file, from libraries."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from optimizers import OPTIMIZERS, Lion
from optimizers.lbfgs import LBFGS
from races import RaceSpec, SpecError, Trace, load_spec, run_race
from races.race import FEW
from tests.optimizers.external.fake_torch import FakeTensor, fake_torch
from tests.optimizers.external.racers import LION
from tests.races.helpers import ARRAYS, race, written

PAGE = (Path(__file__).parents[2] / "docs" / "your-own.md").read_text(encoding="utf-8")
PYTHON, TOML = (re.findall(rf"```{kind}\n(?!>>>)(.*?)```", PAGE, re.DOTALL) for kind in ("python", "toml"))

# It cannot be compiled: it fails in its fifth step.
LATE = """\
from optimizers import Optimizer

class Late(Optimizer):
    @staticmethod
    def rule(gradient, parameter, state, step, *, lr=0.1):
        if step == 5:
            raise KeyError("five")
        return parameter - lr * gradient, {}
"""


def spec_of(folder: Path, *racers: str, top: str = "steps = 30", **files: str) -> RaceSpec:
    """The race of a race.toml, beside which lie the files."""
    for name, text in files.items():
        written(folder / f"{name}.py", text)
    tables = "".join(f"\n[[racer]]\n{racer}\n" for racer in racers)
    return load_spec(written(folder / "race.toml", f'surface = "himmelblau"\n{top}\n{tables}'))


def refusal(folder: Path, *racers: str, **files: str) -> str:
    """The line that refuses a race.toml."""
    with pytest.raises(SpecError, match=r"^race\.toml: .{1,400}$") as error:
        spec_of(folder, *racers, **files)
    return str(error.value)


def assert_same_race(a: Trace, b: Trace) -> None:
    """The same race and the same numbers, whether or not its optimizers have been loaded."""
    assert a.spec.model_dump() == b.spec.model_dump()
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name))


def run_page(folder: Path, toml: str) -> Trace:
    """The race of one of the page's race.toml, in a folder that has the page's mine.py."""
    written(folder / "mine.py", PYTHON[0])
    return run_race(load_spec(written(folder / "race.toml", toml)))


# The page


def test_the_page_holds_what_these_tests_run() -> None:
    assert (len(PYTHON), len(TOML)) == (5, 3)
    assert all(len(snippet.strip().splitlines()) <= 15 for snippet in [*PYTHON, *TOML])


def test_the_pages_surface_races(tmp_path: Path) -> None:
    written(tmp_path / "mine.py", PYTHON[4])
    trace = run_race(load_spec(written(tmp_path / "race.toml", TOML[2])))
    assert trace.status.tolist() == [["converged"]]
    assert trace.losses[0, -1, 0] < 0.05


def test_the_pages_own_optimizer_races(tmp_path: Path) -> None:
    trace = run_page(tmp_path, TOML[0])
    assert trace.names == ("Lion2", "Lion")
    assert np.all(trace.losses[:, -1, 0] < 0.1 * trace.losses[:, 0, 0])


def test_the_pages_optimizer_of_the_whole_vector_races(tmp_path: Path) -> None:
    racer = 'optimizer = "mine.py:BarzilaiBorwein"\nlr = 0.01'
    trace = run_race(spec_of(tmp_path, racer, mine=PYTHON[1]))
    assert trace.status[0, 0] == "converged"
    assert trace.losses[0, -1, 0] < 1e-20


def test_the_pages_optimizer_of_pytorchs_kind_races(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if importlib.util.find_spec("torch") is None:
        stand_in: Any = fake_torch()
        stand_in.sign = lambda x: FakeTensor(np.sign(x.numbers))
        monkeypatch.setitem(sys.modules, "torch", stand_in)
    trace = run_race(spec_of(tmp_path, 'optimizer = "mine.py:SignSGD"\nlr = 0.25', mine=PYTHON[2]))
    moved = np.diff(trace.positions[0, :, 0], axis=0)
    np.testing.assert_allclose(moved, -0.25 * np.sign(trace.gradients[0, :, 0]), rtol=1e-12)


def test_the_pages_function_of_optaxs_parts_races(tmp_path: Path) -> None:
    pytest.importorskip("optax")
    racer = 'optimizer = "mine.py:clipped_adam"\nlimit = 1e9\nlearning_rate = 0.05'
    trace = run_race(spec_of(tmp_path, racer, 'optimizer = "adam"\nlr = 0.05', mine=PYTHON[3]))
    np.testing.assert_allclose(trace.positions[0], trace.positions[1], rtol=1e-9)


def test_the_page_shows_an_error_as_it_is(tmp_path: Path) -> None:
    (line,) = [line for line in PYTHON[0].splitlines() if "beta *" in line]
    (shown,) = re.findall(r"^race: (race\.toml: racer 1: mine\.py:(\d+): .*)$", PAGE, re.MULTILINE)
    broken = PYTHON[0].replace(line, line.replace("beta *", "foo *"))
    assert broken.splitlines()[int(shown[1]) - 1] != line
    assert refusal(tmp_path, 'optimizer = "mine.py:Lion2"', mine=broken) == shown[0]


def test_the_pages_libraries_race_and_arrive_together(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("optax")
    trace = run_page(tmp_path, TOML[1])
    assert trace.names == ("Adam", "Adam (torch)", "adam (optax)")
    for i in (1, 2):
        np.testing.assert_allclose(trace.positions[i], trace.positions[0], rtol=1e-10, atol=1e-13)


# From a file


@pytest.mark.parametrize("engine", ["compiled", "eager"])
@pytest.mark.parametrize("starts", [1, FEW + 1])
def test_a_class_from_a_file_races_as_ours(engine: str, starts: int, tmp_path: Path) -> None:
    points = np.random.default_rng(0).uniform(-4, 4, (starts, 2)).tolist()
    top = f'steps = 30\nengine = "{engine}"\nrecord = "state"\nstart = {points}'
    hyper = 'betas = [0.8, 0.9]\nlr = { schedule = "cosine", start = 0.1, steps = 30 }'
    racers = (f'optimizer = "{name}"\n{hyper}' for name in ("mine.py:Lion2", "lion"))
    trace = run_race(spec_of(tmp_path, *racers, top=top, mine=LION))
    np.testing.assert_array_equal(trace.positions[0], trace.positions[1])
    assert trace.states is not None
    np.testing.assert_array_equal(trace.states[0]["exp_avg"], trace.states[1]["exp_avg"])


RATES = [
    "0.1",
    '{ schedule = "cosine", start = 0.1, steps = 30 }',
    '{ schedule = "one_cycle", max_lr = 0.2, steps = 40 }',
    '{ schedule = "reduce_on_plateau", start = 0.5, patience = 1 }',
]


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("engine", ["compiled", "eager"])
@pytest.mark.parametrize("starts", [1, FEW + 1])
def test_a_rate_may_have_optaxs_name(engine: str, starts: int, rate: str, tmp_path: Path) -> None:
    points = np.random.default_rng(0).uniform(-4, 4, (starts, 2)).tolist()
    top = f'steps = 30\nengine = "{engine}"\nrecord = "state"\nstart = {points}'
    racers = (
        f'optimizer = "{file}.py:Lion2"\n{name} = {rate}'
        for file, name in (("mine", "lr"), ("named", "learning_rate"))
    )
    named = LION.replace("lr=1e-4", "learning_rate=1e-4").replace("lr * way", "learning_rate * way")
    trace = run_race(spec_of(tmp_path, *racers, top=top, mine=LION, named=named))
    np.testing.assert_array_equal(trace.positions[1], trace.positions[0])
    assert trace.rates is not None
    np.testing.assert_array_equal(trace.rates[1], trace.rates[0])
    trace.save(tmp_path / "trace.npz")
    assert_same_race(Trace.load(tmp_path / "trace.npz"), trace)


def test_an_edit_is_raced(tmp_path: Path) -> None:
    racer = 'optimizer = "mine.py:Lion2"\nlr = 0.1'
    before = run_race(spec_of(tmp_path, racer, mine=LION))
    after = run_race(spec_of(tmp_path, racer, mine=LION.replace("- lr * way", "- lr * 0.5 * way")))
    moved = before.positions[0, 1, 0] - before.positions[0, 0, 0]
    np.testing.assert_allclose(after.positions[0, 1, 0] - after.positions[0, 0, 0], moved / 2)


def test_the_folder_is_that_of_race_toml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path / "mine.py", "1 / 0")
    (tmp_path / "races").mkdir()
    monkeypatch.chdir(tmp_path)
    assert spec_of(Path("races"), 'optimizer = "mine.py:Lion2"', mine=LION).racers[0].name == "Lion2"


def test_what_a_file_does_wrong_is_said_in_one_line(tmp_path: Path) -> None:
    racers = 'optimizer = "lion"', 'optimizer = "mine.py:Lion2"'
    assert refusal(tmp_path, *racers, mine="\nfoo\nclass Lion2(Optimizer): ...\n") == (
        "race.toml: racer 2: mine.py:2: NameError: name 'foo' is not defined"
    )


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("lr = -1", ("racer 1: lr must be", "at least 0", "got -1")),
        ("rate = 1", ("racer 1: unknown key 'rate'", "lr, betas")),
        ("betas = 0.5", ("racer 1: betas must be two numbers",)),
    ],
)
def test_hyperparameters_are_checked_as_ours(line: str, words: tuple[str, ...], tmp_path: Path) -> None:
    message = refusal(tmp_path, f'optimizer = "mine.py:Lion2"\n{line}', mine=LION)
    assert [word for word in words if word not in message] == [], message


MADE = {
    "an error": ('def __init__(self, params, lr=0.1):\n        raise RuntimeError("no")', "RuntimeError: no"),
    "no base": ("def __init__(self, params, lr=0.1):\n        self.params = params", "call super().__init__"),
    "a check that is none": ("check = None", "TypeError: 'NoneType' object is not callable"),
    "a step of its own": ("def step(self, closure=None):\n        pass", "must leave step() as it is"),
}


@pytest.mark.parametrize("name", MADE)
def test_a_class_that_makes_no_racer_is_said_so_in_one_line(name: str, tmp_path: Path) -> None:
    lines, words = MADE[name]
    mine = LION.replace("    @staticmethod", f"    {lines}\n\n    @staticmethod", 1)
    message = refusal(tmp_path, 'optimizer = "mine.py:Lion2"', mine=mine)
    assert re.fullmatch(r"race\.toml: racer 1: mine\.py:\d+: .*", message)
    assert words in message


def test_a_constructor_of_its_own_is_called(tmp_path: Path) -> None:
    lines = "def __init__(self, params, lr=0.2):\n        super().__init__(params, lr=lr / 2)"
    mine = LION.replace("    @staticmethod", f"    {lines}\n\n    @staticmethod", 1)
    racers = 'optimizer = "mine.py:Lion2"', 'optimizer = "lion"\nlr = 0.1'
    trace = run_race(spec_of(tmp_path, *racers, mine=mine))
    np.testing.assert_array_equal(trace.positions[0], trace.positions[1])


@pytest.mark.parametrize("value", ["-3", "'abc'", "true"])
def test_a_whole_number_is_a_number(value: str, tmp_path: Path) -> None:
    mine = LION.replace("lr=1e-4", "lr=1e-4, power=1")
    line = f"power = {value}"
    message = refusal(tmp_path, f'optimizer = "mine.py:Lion2"\n{line}', mine=mine)
    assert message.startswith("race.toml: racer 1: power must be a finite number of at least 0, got ")
    spec_of(tmp_path, 'optimizer = "mine.py:Lion2"\npower = 2.5', mine=mine)


@pytest.mark.parametrize("starts", [1, FEW + 1])
def test_what_fails_in_the_race_is_said_in_one_line(starts: int, tmp_path: Path) -> None:
    top = f"steps = 30\nstart = {[[1.0, 1.0]] * starts}"
    spec = spec_of(tmp_path, 'optimizer = "lion"', 'optimizer = "late.py:Late"', top=top, late=LATE)
    with pytest.raises(SpecError, match=r"^race\.toml: racer 2: late\.py:7: KeyError: 'five'$"):
        run_race(spec)


def test_a_race_from_python_says_how_to_race_a_class() -> None:
    with pytest.raises(ValueError, match=r'OPTIMIZERS\["lion2"\] = Lion2'):
        race(racers=[{"optimizer": "mine.py:Lion2"}])


def test_a_registered_class_races(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OPTIMIZERS, "lion2", Lion)
    trace = run_race(race(racers=[{"optimizer": name, "lr": 0.1} for name in ("lion2", "lion")]))
    np.testing.assert_array_equal(trace.positions[0], trace.positions[1])


def test_a_trace_is_read_without_the_file(tmp_path: Path) -> None:
    lr = "{ schedule = 'cosine', start = 0.1, steps = 30 }"
    racer = f'optimizer = "mine.py:Lion2"\nname = "Mine"\nlr = {lr}'
    trace = run_race(spec_of(tmp_path, racer, mine=LION))
    trace.save(tmp_path / "trace.npz")
    written(tmp_path / "mine.py", "raise SystemExit('run')")
    again = Trace.load(tmp_path / "trace.npz")
    assert again.names == ("Mine",)
    assert_same_race(again, trace)
    again.save(tmp_path / "again.npz")
    assert_same_race(Trace.load(tmp_path / "again.npz"), trace)
    with pytest.raises(ValueError, match=r"mine\.py:Lion2 .* race\.toml"):
        run_race(again.spec)


# From libraries


@pytest.fixture(params=["torch.optim.Adam", "optax.adam"])
def twin(request: pytest.FixtureRequest) -> tuple[str, str]:
    """An optimizer of a library that is installed, and what it calls its learning rate."""
    name = str(request.param)
    pytest.importorskip(name.partition(".")[0])
    return name, "lr" if name.startswith("torch") else "learning_rate"


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("engine", ["compiled", "eager"])
def test_a_librarys_adam_races_as_ours(twin: tuple[str, str], rate: str, engine: str, tmp_path: Path) -> None:
    name, key = twin
    top = f'steps = 40\nengine = "{engine}"\nrecord = "state"\nstart = [[3.5, 3.5], [-1.0, 2.0]]'
    top += "\nnoise = { scale = 0.5 }"
    racers = f'optimizer = "adam"\nlr = {rate}', f'optimizer = "{name}"\n{key} = {rate}'
    trace = run_race(spec_of(tmp_path, *racers, top=top))
    np.testing.assert_allclose(trace.positions[1], trace.positions[0], rtol=1e-10)
    np.testing.assert_array_equal(trace.evaluations[1], trace.evaluations[0])
    assert trace.rates is not None
    np.testing.assert_allclose(trace.rates[1], trace.rates[0], rtol=1e-15)
    assert trace.states is not None
    ours, theirs = trace.states
    means, squares = ("exp_avg", "exp_avg_sq") if key == "lr" else ("mu", "nu")
    assert set(theirs) == {means, squares}
    np.testing.assert_allclose(theirs[means], ours["exp_avg"], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(theirs[squares], ours["exp_avg_sq"], rtol=1e-9, atol=1e-12)


def test_torchs_lbfgs_races_as_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")
    monkeypatch.setitem(OPTIMIZERS, "lbfgs", LBFGS)
    line = 'line_search_fn = "strong_wolfe"\nmax_iter = 3'
    racers = (f'optimizer = "{name}"\n{line}' for name in ("lbfgs", "torch.optim.LBFGS"))
    trace = run_race(spec_of(tmp_path, *racers, top="steps = 4\nstart = [[3.5, 3.5], [-1.0, 2.0]]"))
    np.testing.assert_allclose(trace.positions[1], trace.positions[0], rtol=1e-10)
    np.testing.assert_array_equal(trace.evaluations[1], trace.evaluations[0])
    assert trace.evaluations[1, -1, 0] > 5


@pytest.mark.parametrize("name", ["torch.optim.SGD", "optax.sgd"])
def test_a_library_that_diverges_is_left_behind(name: str, tmp_path: Path) -> None:
    pytest.importorskip(name.partition(".")[0])
    key = "lr" if name.startswith("torch") else "learning_rate"
    racers = f'optimizer = "{name}"\n{key} = 10.0', 'optimizer = "sgd"\nlr = 10.0'
    trace = run_race(spec_of(tmp_path, *racers))
    np.testing.assert_allclose(trace.positions[0], trace.positions[1], rtol=1e-10)
    assert trace.status[0, 0] == "diverged"


def test_what_a_library_refuses_is_said_in_one_line(twin: tuple[str, str], tmp_path: Path) -> None:
    name, key = twin
    assert f"racer 1: {name} refuses {key} = 'fast': " in refusal(
        tmp_path, f'optimizer = "{name}"\n{key} = "fast"'
    )
    assert "racer 1: unknown key 'rate'" in refusal(tmp_path, f'optimizer = "{name}"\nrate = 1.0')


def test_a_librarys_trace_is_read_without_it(
    twin: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, key = twin
    trace = run_race(spec_of(tmp_path, f'optimizer = "{name}"\n{key} = 0.1'))
    trace.save(tmp_path / "trace.npz")

    def missing(*arguments: Any) -> Any:
        raise AssertionError(f"something was looked for: {arguments}")

    monkeypatch.setattr("races.racer_spec.find", missing)
    assert_same_race(Trace.load(tmp_path / "trace.npz"), trace)


RULE = "class Own({}):\n    @staticmethod\n    def rule(gradient, parameter, state, step, *, lr=0.1):\n"
IMPORTS = "import sys\nimport numpy as np\nfrom optimizers import Optimizer, VectorOptimizer\n"
LATER = {
    "nothing": ("Optimizer", "return None if step > 10 else (parameter - lr * gradient, {})", "got None"),
    "an exit": (
        "Optimizer",
        "return sys.exit(3) if step > 10 else (parameter - lr * gradient, {})",
        "SystemExit",
    ),
    "a term of another shape": ("Optimizer", "return parameter - lr * gradient, {'m': np.ones(2)}", "'m'"),
    "no pair": (
        "VectorOptimizer",
        "return np.zeros(3 if step > 10 else 2), {}",
        "an array of 2 numbers",
    ),
}


@pytest.mark.parametrize("starts", [1, FEW + 1])
@pytest.mark.parametrize("what", LATER)
def test_what_a_rule_gives_back_later_is_refused_in_one_line(tmp_path: Path, what: str, starts: int) -> None:
    base, body, words = LATER[what]
    points = f"start = {[[1.0, 1.0]] * starts}\nsteps = 20"
    text = f"{IMPORTS}{RULE.format(base)}        {body}\n"
    spec = spec_of(tmp_path, 'optimizer = "mine.py:Own"', top=points, mine=text)
    with pytest.raises(SpecError, match=r"^race\.toml: racer 1: mine\.py:[0-9]+: .{1,300}$") as error:
        run_race(spec)
    assert words in str(error.value)


HALF_NUMBERS = [
    "nan",
    "inf",
    "-inf",
    "2024-01-02",
    "2024-01-02T03:04:05Z",
    "03:04:05",
    "[1.0, nan]",
    "{ a = 1 }",
]


@pytest.mark.parametrize("value", HALF_NUMBERS)
def test_a_hyperparameter_whose_default_is_none_is_checked(value: str, tmp_path: Path) -> None:
    mine = LION.replace("lr=1e-4", "lr=1e-4, clip=None")
    line = refusal(tmp_path, f'optimizer = "mine.py:Lion2"\nclip = {value}', mine=mine)
    assert line.startswith("race.toml: racer 1: clip")
    unchecked = mine + "\n    @classmethod\n    def check(cls, **hyperparameters):\n        pass\n"
    line = refusal(tmp_path, f'optimizer = "mine.py:Lion2"\nclip = {value}', mine=unchecked)
    assert line.startswith("race.toml: racer 1: clip")


@pytest.mark.parametrize("value", HALF_NUMBERS)
def test_a_librarys_hyperparameters_are_checked(twin: tuple[str, str], value: str, tmp_path: Path) -> None:
    name, key = twin
    assert key in refusal(tmp_path, f'optimizer = "{name}"\n{key} = {value}')


def test_what_a_library_warns_of_is_not_printed(tmp_path: Path) -> None:
    # Warnings are errors in these tests; Optax warns of a key's default.
    pytest.importorskip("optax")
    run_race(spec_of(tmp_path, 'optimizer = "optax.noisy_sgd"\nlearning_rate = 0.01'))


def test_what_an_optimizer_of_torchs_kind_warns_of_is_not_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if importlib.util.find_spec("torch") is None:
        monkeypatch.setitem(sys.modules, "torch", fake_torch())
    mine = (
        "import warnings\nimport numpy as np\nimport torch\n"
        "class Loud(torch.optim.Optimizer):\n"
        "    def __init__(self, params, lr=0.1):\n"
        "        warnings.warn('made')\n"
        "        super().__init__(params, dict(lr=lr))\n"
        "    def step(self, closure=None):\n"
        "        warnings.warn('stepped')\n"
        "        np.log(np.zeros(1))\n"
    )
    trace = run_race(spec_of(tmp_path, 'optimizer = "mine.py:Loud"', mine=mine))
    assert np.ptp(trace.positions) == 0
