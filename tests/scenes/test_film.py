"""The film itself, small and short, through Manim."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import av
import pytest
from manim import tempconfig

from optimizer_race import OptimizerRace

ROOT = Path(__file__).parents[2]
SMALL = ["--resolution", "256,144", "--fps", "2", "--progress_bar", "none"]


def film(folder: Path, config: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "manim",
            str(ROOT / "optimizer_race.py"),
            *SMALL,
            "--media_dir",
            "media",
            *flags,
        ],
        cwd=folder,
        env={**os.environ, "RACE_CONFIG": str(config)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_film_with_a_racer_that_diverges_is_made_and_has_its_length(tmp_path: Path) -> None:
    config = tmp_path / "race.toml"
    config.write_text(
        'surface = "slope"\nsteps = 10\n[film]\nlength = 20\nlanguage = "fr"\n'
        '[[racer]]\noptimizer = "sgd"\nlr = 1e200\n[[racer]]\noptimizer = "adam"\nlr = 0.1\n'
    )
    done = film(tmp_path, config)
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = (path for path in (tmp_path / "media").glob("videos/**/*.mp4") if "partial" not in str(path))
    with av.open(str(made)) as container:
        frames = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
    assert len(frames) == pytest.approx(40, abs=6)  # each play ends on a whole frame
    assert all(frame.shape == (144, 256) for frame in frames)
    assert frames[len(frames) // 2].max() > 120, "the race shows nothing"


BAD = [(None, "race.toml"), ('surface = "fnky"', "did you mean 'funky'"), ("surface =", "not valid TOML")]


@pytest.mark.parametrize(("content", "expected"), BAD)
def test_a_bad_race_gives_one_line_and_no_media(
    tmp_path: Path,
    content: str | None,
    expected: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if content is not None:
        (tmp_path / "race.toml").write_text(content)
    monkeypatch.setenv("RACE_CONFIG", "race.toml")
    monkeypatch.chdir(tmp_path)
    with tempconfig({"media_dir": "media"}), pytest.raises(SystemExit) as exit_:
        OptimizerRace()
    assert exit_.value.code == 2
    error = capsys.readouterr().err
    assert expected in error
    assert error.count("\n") == 1
    assert not (tmp_path / "media").exists()


def test_so_it_does_with_plain_manim(tmp_path: Path) -> None:
    done = film(tmp_path, tmp_path / "race.toml")
    assert done.returncode == 2
    assert "race.toml" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "media").exists()
