"""A file has its name only once it is whole, however a render ends; and what is whole is used again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import numpy as np
import pytest
from av.video.reformatter import VideoReformatter
from manim import CairoRenderer, Rotate, Scene, Square, tempconfig
from manim._config.video_encoder import VideoEncoderSpec
from numpy.typing import NDArray

import scenes.writer
from scenes.writer import FilmWriter, SegmentEncoder

ROOT = Path(__file__).parents[2]
SPEC = VideoEncoderSpec("mp4", "libx264", "yuv420p", 64, 48, Fraction(10), (("crf", "10"),))
GREYS = ((30, 1), (200, 7), (90, 3), (90, 1), (255, 40))
FILM = ["--resolution", "128,72", "--fps", "15", "--progress_bar", "none", "--media_dir", "media"]


def grey(level: int) -> NDArray[np.uint8]:
    picture = np.full((SPEC.height, SPEC.width, 4), level, dtype=np.uint8)
    picture[..., 3] = 255
    return picture


def frames(path: Path) -> NDArray[np.uint8]:
    """All pictures of a film, decoded, of shape (frames, height, width)."""
    with av.open(str(path)) as container:
        return np.array([frame.to_ndarray(format="gray") for frame in container.decode(video=0)])


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_piece_has_its_name_only_once_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "new folder" / "piece.mp4"
    encoder = SegmentEncoder(target=target, spec=SPEC)
    for level, repeat in GREYS:
        encoder.write_frame(grey(level), repeat=repeat)
        assert all(name.startswith(".") for name in names(target.parent))
    encoder.finish()
    assert names(target.parent) == ["piece.mp4"]
    levels = frames(target).mean(axis=(1, 2))
    np.testing.assert_allclose(levels, np.repeat(*np.transpose(GREYS)), atol=2)
    with av.open(str(target)) as container:
        times = [float(frame.time or 0) for frame in container.decode(video=0)]
    np.testing.assert_allclose(times, np.arange(len(times)) / 10, atol=1e-6)


def test_transparent_edges_keep_their_colour(tmp_path: Path) -> None:
    half = np.zeros((SPEC.height, SPEC.width, 4), dtype=np.uint8)
    half[:, :32] = (100, 60, 0, 128)  # as Cairo has it: orange, half of it seen
    half[:, 48:] = (10, 200, 30, 255)
    spec = replace(SPEC, container_format="mov", codec="qtrle", pixel_format="argb", options=())
    encoder = SegmentEncoder(target=tmp_path / "piece.mov", spec=spec)
    encoder.write_frame(half)
    encoder.finish()
    with av.open(str(tmp_path / "piece.mov")) as container:
        (found,) = (frame.to_ndarray(format="rgba") for frame in container.decode(video=0))
    assert found[0, 10].tolist() == pytest.approx([199, 119, 0, 128], abs=2)
    assert found[0, 40, 3] == 0
    assert found[0, 60].tolist() == [10, 200, 30, 255]
    assert half[0, 10].tolist() == [100, 60, 0, 128]  # as it was


def test_a_picture_that_is_shown_again_is_converted_once(tmp_path: Path) -> None:
    class Counted:
        count = 0

        def reformat(self, frame: av.VideoFrame, **options: Any) -> av.VideoFrame:
            self.count += 1
            return VideoReformatter().reformat(frame, **options)

    encoder = SegmentEncoder(target=tmp_path / "piece.mp4", spec=SPEC)
    encoder._reformatter = counted = Counted()  # type: ignore[assignment]
    levels = (10, 10, 10, 200, 10, 10)
    for level in levels:
        encoder.write_frame(grey(level))
    encoder.finish()
    assert counted.count == 3
    np.testing.assert_allclose(frames(tmp_path / "piece.mp4").mean(axis=(1, 2)), levels, atol=2)


@pytest.mark.parametrize("spot", [(0, 0), (SPEC.height - 1, SPEC.width - 1)])
def test_a_picture_that_differs_in_one_pixel_is_shown(tmp_path: Path, spot: tuple[int, int]) -> None:
    spec = replace(SPEC, container_format="mov", codec="qtrle", pixel_format="argb", options=())
    encoder = SegmentEncoder(target=tmp_path / "piece.mov", spec=spec)
    other = grey(50)
    other[spot] = 255
    for picture in (grey(50), grey(50), other, grey(50)):
        encoder.write_frame(picture)
    encoder.finish()
    found = frames(tmp_path / "piece.mov")
    assert [picture[spot] for picture in found] == [50, 50, 255, 50]


def test_the_colour_of_four_pixels_is_their_mean(tmp_path: Path) -> None:
    red, line = grey(0), grey(0)
    red[..., 0] = 100
    line[::2, :, 0] = 200  # every other row
    chroma = []
    for picture in (red, line):
        encoder = SegmentEncoder(target=tmp_path / "piece.mp4", spec=replace(SPEC, options=(("qp", "0"),)))
        encoder.write_frame(picture)
        encoder.finish()
        with av.open(str(tmp_path / "piece.mp4")) as container:
            (frame,) = container.decode(video=0)
        chroma.append([bytes(plane)[0] for plane in frame.planes[1:]])
    np.testing.assert_allclose(chroma[0], chroma[1], atol=1)
    assert abs(chroma[0][1] - 128) > 10


@pytest.mark.parametrize("written", [0, 1, 60])
def test_a_piece_that_is_given_up_leaves_nothing(tmp_path: Path, written: int) -> None:
    encoder = SegmentEncoder(target=tmp_path / "piece.mp4", spec=SPEC)
    if written:
        encoder.write_frame(grey(50), repeat=written)
    encoder.abort()
    assert not names(tmp_path)


@pytest.mark.parametrize(
    ("picture", "repeat"),
    [(np.zeros((8, 8, 4), np.uint8), 1), (grey(0).astype(float), 1), (grey(0)[::-1], 1), (grey(0), 0)],
)
def test_a_picture_that_does_not_fit_is_refused(tmp_path: Path, picture: Any, repeat: int) -> None:
    encoder = SegmentEncoder(target=tmp_path / "piece.mp4", spec=SPEC)
    with pytest.raises((TypeError, ValueError)):
        encoder.write_frame(picture, repeat=repeat)
    encoder.abort()
    assert not names(tmp_path)


def test_an_encoder_that_cannot_be_had_leaves_nothing(tmp_path: Path) -> None:
    spec = VideoEncoderSpec("mp4", "no such codec", "yuv420p", 64, 48, Fraction(10), ())
    with pytest.raises(RuntimeError, match="no such codec"):
        SegmentEncoder(target=tmp_path / "piece.mp4", spec=spec)
    assert not names(tmp_path)


def test_pieces_that_cannot_be_joined_leave_the_film_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(b"as it was")

    def join(files: list[str], output: str, _: Any) -> None:
        Path(output).write_bytes(b"half")
        assert film.read_bytes() == b"as it was"
        if files == ["full disk"]:
            raise OSError("no space left on device")

    monkeypatch.setattr(scenes.writer, "join", join)
    writer = object.__new__(FilmWriter)
    writer.output_plan = SimpleNamespace(primary_artifact=None)  # type: ignore[assignment]
    with pytest.raises(OSError, match="no space"):
        writer.combine_files(["full disk"], film)
    assert (names(tmp_path), film.read_bytes()) == (["film.mp4"], b"as it was")
    writer.combine_files(["piece"], film)
    assert (names(tmp_path), film.read_bytes()) == (["film.mp4"], b"half")


class Timed(Scene):
    """Notes how long Python's threads wait for each other while it is filmed."""

    def construct(self) -> None:
        self.waits: list[float] = []
        square = Square().add_updater(lambda _: self.waits.append(sys.getswitchinterval()))
        self.play(Rotate(square), run_time=1)
        assert len(self.waits) > 5


def test_python_hands_over_quickly_only_while_a_film_is_made(tmp_path: Path) -> None:
    before = 0.005  # Python's own: a film that a test has left unfinished may have set another
    sys.setswitchinterval(before)
    with tempconfig(
        {
            "pixel_width": 64,
            "pixel_height": 48,
            "frame_rate": 10,
            "media_dir": tmp_path,
            "progress_bar": "none",
        }
    ):
        scene = Timed(renderer=CairoRenderer(file_writer_class=FilmWriter))
        scene.render()
    assert scene.waits[-1] < before / 10
    assert sys.getswitchinterval() == before
    assert list(tmp_path.glob("videos/**/Timed.mp4"))


class Render:
    """A film of a short race in a folder of its own, made by processes one after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.media = folder, folder / "media"
        race = folder / "race.toml"
        race.write_text(
            'surface = "himmelblau"\nsteps = 30\n[film]\nlength = 20\n[[racer]]\noptimizer = "adam"\n'
        )
        self._environment = {**os.environ, "RACE_CONFIG": str(race)}

    def start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "manim", str(ROOT / "optimizer_race.py"), *FILM]
        with (self.folder / "log").open("wb") as log:
            return subprocess.Popen(
                command, cwd=self.folder, env=self._environment, stdout=log, stderr=subprocess.STDOUT
            )

    def log(self) -> str:
        """What the last process said."""
        return (self.folder / "log").read_text(errors="replace")

    def whole(self) -> list[Path]:
        """The pieces of film and the films whose names say that they are whole."""
        return sorted(path for path in self.media.glob("**/*.mp4") if not path.name.startswith("."))

    def pieces(self) -> list[Path]:
        return [path for path in self.whole() if "partial_movie_files" in path.parts]

    def inodes(self) -> dict[Path, int]:
        """Which file each piece is: another one, once it has been made again."""
        return {path: path.stat().st_ino for path in self.pieces()}

    def begun(self) -> list[Path]:
        return [path for path in self.media.glob("**/*.mp4") if path.name.startswith(".")]

    def film(self) -> Path:
        (film,) = set(self.whole()) - set(self.pieces())
        return film


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Render:
    """A render that was killed in the middle: some pieces are whole, and another one is being written."""
    render = Render(tmp_path_factory.mktemp("render"))
    process = render.start()
    give_up = time.monotonic() + 60
    while not (len(render.pieces()) >= 6 and render.begun()):
        assert process.poll() is None, f"ended before it could be killed: {render.log()}"
        assert time.monotonic() < give_up
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()
    return render


@pytest.fixture(scope="module")
def completed(killed: Render) -> tuple[Render, dict[Path, int]]:
    """The same, rendered once more, and what was whole before that."""
    before = killed.inodes()
    assert killed.start().wait() == 0, killed.log()
    return killed, before


def test_a_render_that_is_killed_leaves_no_file_that_looks_finished(killed: Render) -> None:
    assert set(killed.whole()) == set(killed.pieces()), "there is a film, of which only a part was made"
    assert all(len(frames(path)) for path in killed.whole())


def test_the_next_render_uses_what_is_whole_and_completes_the_film(
    completed: tuple[Render, dict[Path, int]],
) -> None:
    render, before = completed
    after = render.inodes()
    assert len(before) >= 6
    assert {path: after[path] for path in before} == before, "whole pieces were made again"
    order = (next(render.media.glob("**/partial_movie_file_list.txt"))).read_text().split("'file:")[1:]
    parts = [Path(line.split("'")[0]) for line in order]
    film = frames(render.film())
    assert len(film) == sum(len(frames(part)) for part in parts)
    assert len(film) == pytest.approx(20 * 15, abs=len(parts))
    assert not render.begun()


def test_a_third_render_draws_nothing_and_makes_the_same_film(
    completed: tuple[Render, dict[Path, int]],
) -> None:
    render, _ = completed
    before = render.inodes()
    film = render.film()
    content, made = film.read_bytes(), film.stat().st_mtime_ns
    assert render.start().wait() == 0, render.log()
    assert film.stat().st_mtime_ns > made
    assert film.read_bytes() == content
    assert sorted(set(render.inodes().items()) - set(before.items())) == [], "pieces were made again"
