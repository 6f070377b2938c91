"""How commands end: by an interrupt, a reader that has read enough, a place that cannot be written to."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from cli.app import app
from cli.output import is_piped
from races import Trace
from tests.cli import test_commands
from tests.cli.test_commands import RACE, Outcome, Race, assert_refused

race, folder = test_commands.race, test_commands.folder


# From where the command's own code begins: what comes before is Python's start.
@pytest.mark.parametrize("delay", [0.4, 0.9, 1.6])
def test_an_interrupt_gives_one_line_whenever_it_comes(folder: Path, delay: float) -> None:
    (folder / "long.toml").write_text(
        'surface = "slope"\nsteps = 1_000_000\nengine = "eager"\n[[racer]]\noptimizer = "adam"\n'
    )
    process = subprocess.Popen([RACE, "run", "long.toml"], stderr=subprocess.PIPE, text=True)
    time.sleep(delay)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (130, "race: interrupted\n")
    assert not (folder / "runs").exists()


LOST = """
import signal, sys
from cli import app, entry

class Late:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)

app.app = lambda *arguments, **options: print(Late() and "done")
entry.main()
"""
IN_AN_EXIT = """
import atexit, signal
from cli import app, entry
atexit.register(signal.raise_signal, signal.SIGINT)
app.app = lambda *arguments, **options: print("done")
entry.main()
"""


REPLACED = """
import signal
from pydantic import BaseModel, model_serializer
from cli import app, entry

class Model(BaseModel):
    @model_serializer
    def interrupted(self) -> dict:
        signal.raise_signal(signal.SIGINT)

app.app = lambda *arguments, **options: Model().model_dump_json()
entry.main()
"""


LATE = """
import signal, sys
from cli import app, entry

class Last:
    def __del__(self, raise_signal=signal.raise_signal, interrupt=signal.SIGINT):
        raise_signal(interrupt)

sys.last = Last()  # outlives the handlers
app.app = lambda *arguments, **options: print("done")
entry.main()
"""


def test_an_interrupt_when_all_is_done_does_not_kill() -> None:
    done = subprocess.run([sys.executable, "-c", LATE, "run"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")


@pytest.mark.parametrize("code", [LOST, IN_AN_EXIT, REPLACED], ids=["lost", "at the end", "replaced"])
def test_an_interrupt_that_python_would_lose_counts(code: str) -> None:
    done = subprocess.run([sys.executable, "-c", code, "run"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "race: interrupted\n")


def test_a_reader_that_has_read_enough_is_no_error(folder: Path) -> None:
    command = f"{RACE} list optimizers | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, cwd=folder)
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] in {"0", "1"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here, a disk always full")
@pytest.mark.parametrize("arguments", [["run", "-o", "-"], ["--version"]])
def test_a_full_output_is_said(folder: Path, arguments: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [RACE, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False, cwd=folder
        )
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == "race: standard output: no space left on device"
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("output", [None, "x.npz", "deep/er/x.csv"])
def test_results_are_shown_before_a_folder_that_cannot_be_written_to_is_said(
    race: Race, monkeypatch: pytest.MonkeyPatch, output: str | None
) -> None:
    def read_only(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", "runs")

    # The tests may run as root, whom no mode of a folder stops.
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    monkeypatch.setattr(Path, "mkdir", read_only)
    monkeypatch.setattr(os, "open", read_only)
    done = race("run", *([] if output is None else ["-o", output]))
    assert done.status == 2
    assert done.out.count("converged") >= 4
    assert done.err.startswith(f"race: {output or 'runs'}")
    assert done.err.endswith(": permission denied\n")
    assert done.err.count("\n") == 1


def test_what_cannot_be_a_file_is_refused_at_once(race: Race) -> None:
    for output in (".", "race.toml/x.csv", "x.txt", "-.txt", "-.svg"):
        done = race("run", "-o", output)
        assert (done.status, done.out) == (2, ""), output


class Standard:
    """A standard output that keeps what it is given, be it a terminal or not."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, terminal: bool = False) -> None:
        self.bytes = io.BytesIO()
        text = io.TextIOWrapper(self.bytes, encoding="utf-8", write_through=True)
        monkeypatch.setattr(text, "isatty", lambda: terminal, raising=False)
        monkeypatch.setattr(sys, "stdout", text)


def piped(race: Race, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[Outcome, bytes]:
    standard = Standard(monkeypatch)
    return race(*arguments), standard.bytes.getvalue()


@pytest.mark.usefixtures("folder")
def test_a_trace_can_go_to_the_standard_output(race: Race, monkeypatch: pytest.MonkeyPatch) -> None:
    done, text = piped(race, monkeypatch, "run", "-o", "-")
    assert done.status == 0
    assert "converged" in done.err
    lines = text.decode().splitlines()
    assert lines[0].startswith("racer,start,step")
    assert len(lines) == 1 + 4 * 121
    _, text = piped(race, monkeypatch, "run", "-o", "-.json")
    assert json.loads(text)["names"] == ["SGD", "Momentum", "RMSProp", "Adam"]
    _, binary = piped(race, monkeypatch, "run", "-o", "-.npz")
    Path("copy.npz").write_bytes(binary)
    assert np.isfinite(Trace.load("copy.npz").losses).all()
    assert sorted(path.name for path in Path().iterdir()) == ["copy.npz", "race.toml"]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("arguments", "magic"),
    [
        (["plot", "-o", "-"], b"\x89PNG"),
        (["plot", "-o", "-.svg"], b"<?xml"),
        (["plot", "-o", "-.pdf"], b"%PDF"),
        (["graph", "slope", "-o", "-"], b"<?xml"),
        (["graph", "slope", "-o", "-.png"], b"\x89PNG"),
    ],
)
def test_so_can_a_picture(
    race: Race, monkeypatch: pytest.MonkeyPatch, arguments: list[str], magic: bytes
) -> None:
    done, content = piped(race, monkeypatch, *arguments)
    assert (done.status, done.err) == (0, "")
    assert content.startswith(magic)


@pytest.mark.usefixtures("folder")
def test_a_terminal_is_not_given_what_is_no_text(race: Race, monkeypatch: pytest.MonkeyPatch) -> None:
    Standard(monkeypatch, terminal=True)
    for arguments in (["plot", "-o", "-"], ["run", "-o", "-.npz"], ["graph", "slope", "-o", "-.pdf"]):
        assert_refused(race(*arguments), "is no text for a terminal")
    assert [is_piped(Path(name)) for name in ("-", "-.csv", "a/-", "x", "--.csv")] == [True, True] + [
        False
    ] * 3


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["run", "--start", "1", "2", "3"], "--start: takes two numbers, U V, got '1 2 3'"),
        (["run", "race.toml", "--start", "1", "2", "3", "--steps", "3"], "U V, got '1 2 3'"),
        (["plot", "--start", "0.1", "--steps", "3"], "U V, got '0.1 --steps'"),
        (["run", "--start", "1,2"], "U V, got '1,2'"),
        (["run", "--start"], "--start"),
        (["graph", "slope", "--at", "-1", "1", "1e0"], "--at: takes two numbers, U V, got '-1 1 1e0'"),
    ],
)
def test_two_numbers_are_asked_for_where_there_are_more_or_fewer(
    race: Race, folder: Path, arguments: list[str], expected: str
) -> None:
    assert_refused(race(*arguments), expected)
    (folder / "3").write_bytes((folder / "race.toml").read_bytes())
    assert race("run", "--start", "0.1", "0.2", "3").status == 0


def test_help_version_and_completion(race: Race, monkeypatch: pytest.MonkeyPatch) -> None:
    for command in ([], ["run"], ["plot"], ["film"], ["graph"], ["lab"], ["list"]):
        short, long = race(*command, "-h"), race(*command, "--help")
        assert (short.status, short.out) == (0, long.out)
        assert long.out.startswith("Usage: race")
    assert race("--version").out == "race 0.1.0\n"
    assert "--install-completion" in race("--help").out
    monkeypatch.setenv("_RACE_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "race run --surface him")
    monkeypatch.setenv("COMP_CWORD", "3")
    assert race().out.split() == ["himmelblau"]


def test_what_is_to_be_given_is_named_in_one_way() -> None:
    import typer.main  # noqa: PLC0415

    group = typer.main.get_command(app)
    for command in group.commands.values():  # type: ignore[attr-defined]
        for parameter in command.params:
            given = parameter.metavar
            is_flag = getattr(parameter, "is_flag", False)
            assert is_flag or given == "l|m|h|k" or given.isupper(), (command.name, parameter.name, given)


@pytest.mark.parametrize("columns", [20, 40, 60, 79])
def test_a_narrow_terminal_loses_no_number(
    race: Race, folder: Path, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    (folder / "race.toml").write_text(
        'surface = "slope"\nsteps = 4\n[[racer]]\noptimizer = "newton"\n'
        'name = "Newton, by a long way, on foot"\n[[racer]]\noptimizer = "lbfgs"\nlr = 1e9\n'
    )
    wide = race("run", "-o", "x.npz").out
    monkeypatch.setattr(test_commands, "COLUMNS", str(columns))
    narrow = race("run", "-o", "x.npz").out
    assert max(map(len, narrow.splitlines())) <= columns
    assert "…" not in narrow
    words = {word for word in wide.split() if any(map(str.isdigit, word)) or word in {"gradients", "status"}}
    assert [word for word in words if word not in narrow] == []
    for what in ("surfaces", "optimizers", "scenes"):
        listed = race("list", what).out
        assert max(map(len, listed.splitlines())) <= columns
        assert "…" not in listed
