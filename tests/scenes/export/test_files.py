"""A film in each kind of file: what it holds, read back with PyAV."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import av
import manim
import numpy as np
import pytest
import srt
from av.video.reformatter import ColorRange, Colorspace
from manim._config.video_encoder import VideoEncoderSpec
from numpy.typing import NDArray
from PIL import Image

import scenes.render
from cli.films import FORMATS as SUFFIXES
from cli.films import FilmName, write_film
from races import Trace, run_race
from scenes.contour_race import ContourRace
from scenes.export.formats import FORMATS
from scenes.export.gif import write_gif, write_small_gif
from scenes.export.pieces import pictures
from scenes.film import CLOSING
from scenes.render import render
from scenes.writer import SegmentEncoder
from tests.races.helpers import race

LENGTH, RATE = 6, 10
SMALL = {"pixel_width": 96, "pixel_height": 54, "frame_rate": RATE, "progress_bar": "none"}
CODECS = {".mp4": "h264", ".webm": "vp9", ".mov": "prores", ".gif": "gif"}
SECTIONS = ["title", "map", "race"]  # there is no time for the table of results
CHAPTERS = ["Titre", "La carte", "La course"]
MODULE = Path("contour_race.py")


@pytest.fixture(scope="module")
def trace() -> Trace:
    film = {"length": float(LENGTH), "loop": True, "language": "fr"}
    return run_race(race(surface="slope", steps=9, film=film))


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory, trace: Trace) -> dict[str, Path]:
    """The same film, which loops, as a file of each kind; the MP4's sections are files, too."""
    folder = tmp_path_factory.mktemp("films")
    made = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scenes.render, "tempconfig", small)
        for suffix in CODECS:
            output = folder / f"film{suffix}"
            make = partial(ContourRace, trace=trace, output=output)
            made[suffix] = render(make, MODULE, "l", output, sections=suffix == ".mp4")
    return made


@pytest.fixture(scope="module")
def clear(tmp_path_factory: pytest.TempPathFactory, trace: Trace) -> dict[str, Path]:
    """A film without a ground, as a file of each kind that can be one."""
    folder = tmp_path_factory.mktemp("clear")
    spec = trace.spec.in_theme("transparent")
    made = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scenes.render, "tempconfig", small)
        for suffix in (".webm", ".mov", ".gif"):
            output = folder / f"film{suffix}"
            make = partial(ContourRace, trace=replace(trace, spec=spec), output=output)
            made[suffix] = render(make, MODULE, "l", output, transparent=True)
    return made


def small(options: dict[str, Any]) -> Any:
    return manim.tempconfig(options | SMALL)


def frames(path: Path) -> NDArray[np.int_]:
    return np.array(list(pictures(str(path))), dtype=int)


def test_the_command_takes_all_kinds_of_files_that_there_are() -> None:
    assert set(SUFFIXES) == set(FORMATS)


def test_the_options_of_x264_are_those_of_manim_cfg() -> None:
    options = manim.config.video_encoder_options
    assert FORMATS[".mp4"]["video_encoder_options"].items() <= options.items()


@pytest.mark.parametrize("suffix", CODECS)
def test_a_film_has_its_codec_size_and_length(films: dict[str, Path], suffix: str) -> None:
    with av.open(str(films[suffix])) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.width, stream.height) == (CODECS[suffix], 96, 54)
        assert float(container.duration or 0) / 1e6 == pytest.approx(LENGTH, abs=0.6)
    assert len(frames(films[suffix])) == len(frames(films[".mp4"])) == pytest.approx(LENGTH * RATE, abs=6)


def test_a_mov_is_prores_4444_as_editors_know_it(films: dict[str, Path]) -> None:
    with av.open(str(films[".mov"])) as container:
        context = container.streams.video[0].codec_context
        assert (context.codec_tag, context.profile) == ("ap4h", "4444")
        assert context.pix_fmt is not None
        assert context.pix_fmt.startswith("yuva444p")


@pytest.mark.parametrize("suffix", [".mp4", ".webm", ".mov"])
def test_colours_are_those_of_hd_video_and_say_so(films: dict[str, Path], suffix: str) -> None:
    with av.open(str(films[suffix])) as container:
        frame = next(container.decode(video=0))
    assert (frame.colorspace, frame.color_range) == (Colorspace.ITU709, ColorRange.MPEG)
    shown, meant = (frames(films[kind])[30].mean(axis=(0, 1)) for kind in (suffix, ".gif"))
    np.testing.assert_allclose(shown, meant, atol=3)


@pytest.mark.parametrize("suffix", CODECS)
def test_a_film_that_loops_ends_where_it_began(films: dict[str, Path], suffix: str) -> None:
    shown = frames(films[suffix])
    apart = np.abs(shown - shown[0]).mean(axis=(1, 2, 3))
    assert apart[-1] < (4 if suffix in {".mp4", ".webm"} else 1)  # those two are encoded with losses
    fade = round(CLOSING * RATE)
    assert apart[-fade - 1] > 6
    assert (np.diff(apart[-fade - 1 :]) < 0.5).all()


@pytest.mark.parametrize("suffix", [".mp4", ".webm", ".mov"])
def test_sections_are_chapters(films: dict[str, Path], suffix: str) -> None:
    with av.open(str(films[suffix])) as container:
        chapters = container.chapters()
        length = len(frames(films[suffix])) / RATE
    assert [chapter["metadata"]["title"] for chapter in chapters] == CHAPTERS
    edges = [
        float(edge * (chapter["time_base"] or 0))
        for chapter in chapters
        for edge in (chapter["start"], chapter["end"])
    ]
    assert edges[0] == 0
    assert edges[-1] == pytest.approx(length, abs=0.01)
    assert edges[1:-1:2] == edges[2::2]


@pytest.mark.parametrize("suffix", [".webm", ".mov", ".gif"])
def test_a_film_without_a_ground_is_transparent_where_it_shows_nothing(
    clear: dict[str, Path], films: dict[str, Path], suffix: str
) -> None:
    shown = frames(clear[suffix])
    assert len(shown) == len(frames(films[suffix]))
    opacity = shown[len(shown) // 2, ..., 3]
    assert (opacity == 0).mean() > 0.2
    assert (opacity == 255).mean() > 0.2
    assert (frames(films[suffix])[..., 3] == 255).all()


@pytest.mark.parametrize("suffix", [".mp4", ".webm", ".mov"])
def test_captions_cover_the_film_in_its_language(films: dict[str, Path], suffix: str) -> None:
    film = films[suffix]
    captions = list(srt.parse(film.with_suffix(".srt").read_text(encoding="utf-8")))
    assert [caption.index for caption in captions] == list(range(1, len(captions) + 1))
    edges = [edge.total_seconds() for caption in captions for edge in (caption.start, caption.end)]
    assert edges[0] == 0
    assert edges[1:-1:2] == edges[2::2]
    assert edges[-1] == pytest.approx(len(frames(film)) / RATE, abs=0.01)
    words = [caption.content for caption in captions]
    assert words[0] == "La course des optimiseurs\nslope : 9 pas de gradient"
    assert words[1].startswith("La perte vue d'en haut")
    assert words[-1].startswith("SGD : ")
    with av.open(str(film)) as container:
        begins = [float(c["start"] * (c["time_base"] or 0)) for c in container.chapters()]
    assert set(np.round(begins, 2)) <= set(np.round(edges[::2], 2))


def test_a_gif_has_no_captions(clear: dict[str, Path]) -> None:
    names = {path.name for path in clear[".gif"].parent.glob("*.srt")}
    assert names == {"film.srt"}


def test_sections_are_files_that_make_up_the_film(films: dict[str, Path]) -> None:
    made = sorted((films[".mp4"].parent / "film-sections").glob("*.mp4"))
    assert [path.stem.split("_", 2)[2] for path in made] == SECTIONS
    np.testing.assert_array_equal(np.concatenate([frames(path) for path in made]), frames(films[".mp4"]))


def test_the_poster_is_the_first_picture(films: dict[str, Path]) -> None:
    poster = np.asarray(Image.open(films[".gif"].with_name("film-poster.png")).convert("RGBA"))
    np.testing.assert_array_equal(poster, frames(films[".gif"])[0])


@pytest.mark.parametrize("film", FilmName)
def test_stills_show_steps(
    trace: Trace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, film: FilmName
) -> None:
    monkeypatch.setattr(scenes.render, "tempconfig", small)
    output = tmp_path / "still.png"
    made = []
    for step in (9,) if film is FilmName.BACKPROP_GRAPH else (9, 0):  # that one has no steps
        write_film(film, trace, Path("race.toml"), "", output, "l", at=step)
        made.append(np.asarray(Image.open(output)).astype(int))
    assert made[0].shape == (54, 96, 4)
    assert np.ptp(made[0][..., :3]) > 100
    assert all(np.abs(other - made[0]).max() > 50 for other in made[1:])
    assert [path.name for path in tmp_path.iterdir()] == ["still.png"]


def test_a_gif_shows_the_colours_of_its_pieces(tmp_path: Path, films: dict[str, Path]) -> None:
    write_gif([str(films[".mov"])], str(tmp_path / "again.gif"), RATE, ("scale", "48:27"))
    shown, meant = frames(tmp_path / "again.gif"), frames(films[".mov"])
    assert shown.shape == (len(meant), 27, 48, 4)
    halved = meant[:, :, :, :3].reshape(len(meant), 27, 2, 48, 2, 3).mean(axis=(2, 4))
    assert np.abs(shown[..., :3] - halved).mean() < 4


def test_a_gif_that_would_be_large_has_fewer_frames(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (20, 36, 64, 4), dtype=np.uint8)
    noise[..., 3] = 255
    codec, options = "libx264rgb", (("qp", "0"),)
    spec = VideoEncoderSpec("mp4", codec, "bgr24", 64, 36, Fraction(10), options)
    encoder = SegmentEncoder(target=tmp_path / "piece.mp4", spec=spec)
    for picture in noise:
        encoder.write_frame(picture)
    encoder.finish()
    counts = []
    for least in (1e6, 45e3, 0.0):
        monkeypatch.setattr("scenes.export.gif._LEAST", least)
        write_small_gif([str(tmp_path / "piece.mp4")], str(tmp_path / "film.gif"), 2.0, 64 * 36)
        counts.append(len(frames(tmp_path / "film.gif")))
    assert counts[0] == 20
    assert counts[0] > counts[1] > counts[2] == pytest.approx(10, abs=1)
