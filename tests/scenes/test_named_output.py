"""Whose race a film's file tells, and that what keeps a film from being written is said in one line."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import av
import pytest
from manim import Scene, tempconfig

from optimizer_race import OptimizerRace
from races import load_spec, run_race
from scenes import theme
from scenes.backprop_graph import BackpropGraph
from scenes.basin_map import BasinMap
from scenes.contour_race import ContourRace
from scenes.decision_boundaries import DecisionBoundaries
from scenes.generations import Generations
from scenes.inside_the_step import InsideTheStep
from scenes.named_output import HOME, Written, race_name
from scenes.signals import ending

ROOT = Path(__file__).parents[2]
SMALL = ["--resolution", "64,36", "--fps", "2", "--progress_bar", "none", "--media_dir", "media"]
RACE = 'surface = "slope"\nsteps = 9\n[film]\nlength = 20\n[[racer]]\noptimizer = "adam"\n'
SCENES: list[type[Written]] = [
    OptimizerRace, ContourRace, InsideTheStep, BackpropGraph, DecisionBoundaries, BasinMap, Generations
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.toml").write_text(RACE)
    return tmp_path


def start(folder: Path, race: str, *flags: str) -> subprocess.Popen[str]:
    """Begin to film a race with plain Manim."""
    return subprocess.Popen(
        [sys.executable, "-m", "manim", str(ROOT / "optimizer_race.py"), *SMALL, *flags],
        cwd=folder,
        env={**os.environ, "RACE_CONFIG": race},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def configured(folder: Path, scene: type[Scene], **more: Any) -> Iterator[None]:
    """Manim's settings for a small film, written into a folder, as its command would have them."""
    size = {"pixel_width": 64, "pixel_height": 36, "frame_rate": 10, "disable_caching": True}
    quiet = {"progress_bar": "none", "verbosity": "WARNING", "media_dir": folder / "media"}
    with tempconfig(size | quiet | {"input_file": sys.modules[scene.__module__].__file__} | more):
        yield


def films(folder: Path) -> list[str]:
    found = (path for path in folder.glob("media/videos/*/*/*.mp4"))
    return sorted(path.name for path in found)


def parts(folder: Path) -> list[Path]:
    return list(folder.glob("**/.*part*"))


def test_a_race_filmed_twice_at_once_ends_with_a_whole_film(folder: Path) -> None:
    running = [start(folder, race) for race in ("mine.toml", "mine.toml")]
    errors = [process.communicate()[1] for process in running]
    assert [process.returncode for process in running] == [0, 0], errors
    assert films(folder) == ["OptimizerRace-mine.mp4"]
    assert not parts(folder)
    (film,) = folder.glob("media/videos/*/*/*.mp4")
    with av.open(str(film)) as container:
        assert sum(1 for _ in container.decode(video=0)) == pytest.approx(
            40, abs=6
        )  # each play ends on a whole frame


def test_a_film_is_named_after_the_file_of_its_race(folder: Path) -> None:
    assert [race_name(Path(f"{name}.toml")) for name in ("mine", "a-race", "é.2")] == [
        "mine",
        "a-race",
        "é.2",
    ]
    assert race_name(Path("a/race.toml")).startswith("a-race-")
    assert race_name(Path("my race $1.toml")).startswith("my_race_1-")
    assert [race_name(Path(file)) for file in ("race.toml", "./race.toml", "a/../race.toml")] == [""] * 3
    assert race_name(folder / "mine.toml") == "mine"
    assert race_name(HOME / "race.toml") == ""
    elsewhere = [race_name(Path(file)) for file in ("../mine.toml", "../x/mine.toml", "/x/mine.toml")]
    assert all(name.startswith("mine-") for name in elsewhere)
    assert len(set(elsewhere)) == 3
    long = [race_name(Path(f"{'a' * 200}{end}.toml")) for end in "bc"]
    assert len(set(long)) == 2
    assert max(map(len, long)) < 100
    assert len(race_name(Path(f"{'日' * 80}.toml")).encode()) < 200  # of the 255 of a file's name


@pytest.mark.usefixtures("folder")
def test_no_two_races_have_one_name() -> None:
    files = (
        "a/b.toml",
        "a-b.toml",
        "a_b.toml",
        "a b.toml",
        "a$b.toml",
        "a-b.npz",
        "a/b.npz",
        "a-b",
        "b.toml",
    )
    names = [race_name(Path(file)) for file in files]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("scene", SCENES)
def test_a_film_made_with_plain_manim_has_its_race_s_name(
    folder: Path, scene: type[Written], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RACE_CONFIG", "mine.toml")
    made: list[Path] = []
    for more in ({}, {"output_file": "asked"}):
        with configured(folder, scene, **more):
            made.append(scene().renderer.file_writer.movie_file_path)
        assert made[-1].is_relative_to(folder / "media/videos")
    assert [path.name for path in made] == [f"{scene.__name__}-mine.mp4", "asked.mp4"]


def test_a_film_that_is_ended_leaves_no_part(folder: Path) -> None:
    process = start(folder, "mine.toml", "--fps", "60")
    give_up = time.monotonic() + 60
    while not parts(folder):
        assert process.poll() is None
        assert time.monotonic() < give_up
        time.sleep(0.002)
    process.terminate()
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM
    assert not errors
    assert not parts(folder)
    assert not films(folder)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signals_end_a_film_as_an_exception_and_are_as_before_after_it(number: signal.Signals) -> None:
    removed = []

    def work() -> None:
        with ending():
            try:
                signal.raise_signal(number)
            finally:
                signal.raise_signal(number)  # while parts of files are being removed
                removed.append(number)

    with pytest.raises(SystemExit) as ended:
        work()
    assert ended.value.code == 128 + number
    assert removed
    assert signal.getsignal(number) is signal.SIG_DFL


@contextmanager
def limited(size: int) -> Iterator[None]:
    """No file may be larger than so many bytes: what then fails is what fails on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize(("size", "still"), [(0, False), (600, False), (1300, False), (100, True)])
def test_a_film_that_cannot_be_written_gives_one_line(
    folder: Path, size: int, still: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = load_spec(folder / "mine.toml")
    more = {"save_last_frame": True} if still else {}
    with configured(folder, OptimizerRace, **more):
        film = OptimizerRace(trace=run_race(spec), race="mine")
        with limited(size), pytest.raises(SystemExit) as ended:
            film.render()
    errors = capsys.readouterr().err
    assert ended.value.code == 2
    assert errors.count("\n") == 1, errors
    assert errors.startswith(f"optimizer_race: {folder}/media")
    assert errors.endswith(": file too large\n")
    assert not parts(folder)
    assert not films(folder)


@pytest.mark.parametrize("scene", SCENES)
def test_a_folder_that_cannot_be_made_gives_one_line(
    folder: Path, scene: type[Written], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RACE_CONFIG", "mine.toml")
    (folder / "media").write_text("in the way")
    with configured(folder, scene), pytest.raises(SystemExit) as ended:
        scene()
    assert ended.value.code == 2
    program = scene.__module__.rpartition(".")[2]
    assert capsys.readouterr().err == f"{program}: {folder / 'media'}: not a directory\n"


def test_letters_that_could_not_be_written_are_no_half_text(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(theme, "_text_folder", lambda: str(tmp_path))
    with limited(200), pytest.raises(OSError, match=r"(?i)no space|too large"):
        theme.letters("half of this")
