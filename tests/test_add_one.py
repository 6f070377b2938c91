"""To add an optimizer takes one file, its lines in the registry and one row of cases; a surface, one record.

Both are added to a copy of the repository, where everything that should pick them up is run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
COPIED = (
    "autograd", "cli", "docs", "networks", "optimizers", "races", "scenes", "script", "support", "surfaces",
    "tests", "views", "optimizer_race.py", "pyproject.toml", "race.toml", "README.md",
)  # fmt: skip

# The file.
OPTIMIZER = '''"""Softsign: steps along a mean of the gradient, squashed to less than the learning rate."""

from __future__ import annotations

from typing import Any, final

import numpy as np

from optimizers.equations import GRADIENT, Quantity, Unit, UpdateLine, direction, step
from optimizers.elementwise_optimizer import ElementwiseOptimizer

STEEP = "n: how steep it is."


@final
class Softsign(ElementwiseOptimizer):
    """Steps along a mean of the gradient, squashed to less than the learning rate.

    With gradient grad at the parameter p, learning rate lr, decay beta and softness, at each step::

        {equations}

    Short steps where it is flat, and nowhere long ones.

    **When it fails.** On plateaus, like SGD.

    Args:
        params: the parameters to move.
        lr: learning rate, at least 0.
        beta: the decay rate of the mean, at least 0.
        softness: the gradient at which a step is half as long, at least 0.
        maximize: climb: -g takes the place of g.

    Raises:
        ValueError: naming the hyperparameter that is out of range.

    >>> from autograd import Tensor
    >>> x = Tensor(1.0)
    >>> softsign = Softsign([x], lr=0.5, beta=0.0, softness=1.0)
    >>> (1 * x).backward()
    >>> softsign.step()
    >>> x.data
    0.75
    """

    habit = "never in a hurry"
    equations = (
        GRADIENT,
        direction("m = beta*m + (1 - beta)*g", "mean", term="average"),
        UpdateLine("n = abs(m) + softness", STEEP, Quantity.SIZE, Unit.SLOPE),
        direction("d = m/n", "Never longer than 1.", Unit.PURE),
        step("p = p - lr*d"),
    )

    @staticmethod
    def rule(
        gradient: Any,
        parameter: Any,
        state: dict[str, Any],
        step: int,  # noqa: ARG004
        *,
        lr: Any = 0.1,
        beta: Any = 0.5,
        softness: Any = 0.25,
    ) -> tuple[Any, dict[str, Any]]:
        """The update in the class's docstring; `state` holds m as `average`."""
        average = beta * state.get("average", 0.0) + (1 - beta) * gradient
        return parameter - lr * (average / (np.absolute(average) + softness)), {"average": average}
'''
# Its line in the registry.
REGISTRY = "from optimizers.softsign import Softsign as Softsign\n"
# Its row of cases.
CASE = """    OptimizerCase(
        name="softsign",
        torch=None,
        valid=({}, {"lr": 0.3}, {"beta": 0.0, "softness": 1.0}, {"lr": 0.01, "beta": 0.9}),
        absurd=({"lr": 1e3},),
        refused=(*numbers("lr"), *numbers("beta"), *numbers("softness")),
        worked=(
            Worked(
                "halves at its softness",  # m = 1, then 0.5 + 1.5 = 2
                settings={"lr": 1.0, "softness": 2.0},
                start=0.0,
                gradients=(2.0, 3.0),
                positions=(-1 / 3, -1 / 3 - 0.5),
                terms={"average": 2.0},
            ),
        ),
    ),
)
"""
# The record of a surface.
SURFACE = '''

@surface(
    u_range=(-2.0, 2.0),
    v_range=(-2.0, 2.0),
    z_range=(0.0, 8.0),
    start=(-1.5, 1.8),
    minima=((0.0, 0.0),),
    source="made for a test",
)
def trough(u: Any, v: Any) -> Any:
    """u^2 + 0.5 v^4: curved along u, flat along v."""
    return u**2 + 0.5 * v**4
'''


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository with both, after the scripts that CONTRIBUTING names have run."""
    folder = tmp_path_factory.mktemp("house")
    ignored = shutil.ignore_patterns("__pycache__", "frames")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, folder)
    (folder / "optimizers" / "softsign.py").write_text(OPTIMIZER, encoding="utf-8")
    registry = folder / "optimizers" / "__init__.py"
    registry.write_text(
        registry.read_text("utf-8").replace("# isort: on\n", REGISTRY + "# isort: on\n"), "utf-8"
    )
    cases = folder / "tests" / "optimizers" / "cases.py"
    cases.write_text(cases.read_text("utf-8").removesuffix(")\n") + CASE, "utf-8")
    with (folder / "surfaces" / "bowls.py").open("a", encoding="utf-8") as file:
        file.write(SURFACE)
    run(folder, "script/suggest_rates.py", "softsign", "trough")
    run(folder, "script/optimizer_stills.py", "softsign")
    return folder


def run(folder: Path, *command: str) -> str:
    """What a command of Python prints in the folder."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=env | {"PYTHONPATH": str(folder), "COLUMNS": "120"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_race_lists_them(house: Path) -> None:
    lists = "from cli import catalogue; catalogue.print_optimizers(); catalogue.print_surfaces()"
    listed = run(house, "-c", lists)
    words = ["softsign", "softness = 0.25", "trough", "made for a test"]
    assert [word for word in words if word not in listed] == []


def test_everything_picks_them_up(house: Path) -> None:
    tests = (
        "optimizers/softsign.py",
        "tests/optimizers/test_rules.py",
        "tests/optimizers/test_hyperparameters.py",
        "tests/optimizers/test_state_dict.py",
        "tests/optimizers/test_by_hand.py",
        "tests/races/test_states.py",
        "tests/scenes/test_inside_the_step.py",
        "tests/scenes/race/test_commentary.py",
        "tests/surfaces/test_surfaces.py",
        "tests/surfaces/test_rates.py",
        "tests/test_docs.py",
        "tests/test_reference.py",
    )
    # Both by their names, and the tests that loop over all there are.
    chosen = (
        "softsign or Softsign or trough or test_every_optimizer_has or rule_that_torch_lacks"
        " or said_in_one_line or every_surface_suggests or its_door_and_no_others"
    )
    output = run(house, "-m", "pytest", "-vv", "-p", "no:cacheprovider", *tests, "-k", chosen)
    passed = [line for line in output.splitlines() if " PASSED " in line]
    assert [test for test in tests if not any(line.startswith(test) for line in passed)] == []
    for name, least in (("softsign", 60), ("trough", 3)):
        assert sum(name in line for line in passed) >= least


def test_the_site_shows_them(house: Path) -> None:
    # As Sphinx reads the pages.
    pages = "import sys; from tests.test_site import read; print(*map(read, sys.argv[1:]))"
    shown = run(house, "-c", pages, "optimizers", "surfaces", "reference/optimizers")
    _, section = shown.split("\n## Softsign\n")
    assert section.split("</table>")[0].count("<math ") == 5
    assert "![The path of Softsign](optimizers/softsign.png)" in section
    assert "Short steps where it is flat" in section
    assert "With gradient" not in section.split("\n## ")[0]
    assert "\n## trough\n" in shown
    assert ".. autoclass:: Softsign" in shown
