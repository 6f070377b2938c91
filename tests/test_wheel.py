"""Installed, the project is one package, `optimizer_race`, beside anybody's `autograd` or `cli`."""

from __future__ import annotations

import ast
import subprocess
import sys
import sysconfig
import textwrap
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HATCH = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]
ROOMS = HATCH["build"]["targets"]["wheel"]["hooks"]["custom"]["rooms"]

DOCTESTS = """
import doctest, importlib, pkgutil
import optimizer_race
tried = failed = 0
for module in pkgutil.walk_packages(optimizer_race.__path__, "optimizer_race."):
    result = doctest.testmod(importlib.import_module(module.name), optionflags=doctest.NORMALIZE_WHITESPACE)
    tried, failed = tried + result.attempted, failed + result.failed
print(tried > 200, failed)
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like site-packages that has the wheel's files."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "installed")
    return folder / "installed"


def run(installed: Path, folder: Path, code: str) -> str:
    """What Python prints with the wheel installed and the repository not to be found."""
    paths = [str(installed), sysconfig.get_path("purelib")]
    # Without the module site, the repository's editable install is not seen.
    command = [sys.executable, "-S", "-P", "-c", f"import sys; sys.path[:0] = {paths}\n{code}"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_every_room_goes_into_the_wheel() -> None:
    assert {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"} == set(ROOMS)


def test_one_name_is_added_and_it_is_typed(installed: Path) -> None:
    names = {path.name for path in installed.iterdir() if not path.name.endswith(".dist-info")}
    assert names == {"optimizer_race"}
    assert (installed / "optimizer_race" / "py.typed").exists()
    kept = {path.name for path in (installed / "optimizer_race").iterdir()}
    assert kept == {*ROOMS, "__init__.py", "film.py", "py.typed", "race.toml"}


def test_all_files_of_the_rooms_are_there_and_import_within_the_package(installed: Path) -> None:
    assert (installed / "optimizer_race" / "scenes" / "depth" / "shaders" / "ball.frag").exists()
    for room in ROOMS:
        for path in (ROOT / room).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                assert (installed / "optimizer_race" / path.relative_to(ROOT)).exists(), path
    for path in installed.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            imported = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            imported += [name.name for name in node.names] if isinstance(node, ast.Import) else []
            assert not {name.partition(".")[0] for name in imported} & set(ROOMS), path


def test_others_packages_of_these_names_are_left_alone(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "autograd").mkdir()
    (tmp_path / "autograd" / "__init__.py").write_text("whose = 'HIPS'\n")
    code = f"""
        sys.path.insert(0, {str(tmp_path)!r})
        import autograd
        from optimizer_race.autograd import Tensor, value_and_grad
        from optimizer_race.film import OptimizerRace
        print(autograd.whose, Tensor(2.0) * 3, value_and_grad(lambda x: x * x)(3.0))
    """
    lines = "\n".join(line.strip() for line in code.splitlines())
    assert run(installed, tmp_path, lines) == "HIPS Tensor(6.0) (9.0, 6.0)"


def test_examples_of_the_installed_package_run(installed: Path, tmp_path: Path) -> None:
    assert run(installed, tmp_path, DOCTESTS).splitlines()[-1] == "True 0"


def test_the_built_in_race_runs_in_an_empty_folder_and_is_written_to_edit(
    installed: Path, tmp_path: Path
) -> None:
    code = """
        import contextlib
        from optimizer_race.cli import main
        for arguments in (["run", "-o", "x.csv"], ["init"]):
            sys.argv = ["race", *arguments]
            with contextlib.suppress(SystemExit):
                main()
    """
    printed = run(installed, tmp_path, textwrap.dedent(code))
    assert "funky, 120 steps from [0.1, 0.45]" in printed
    assert {path.name for path in tmp_path.iterdir()} == {"x.csv", "race.toml"}
    assert (tmp_path / "race.toml").read_bytes() == (ROOT / "race.toml").read_bytes()
