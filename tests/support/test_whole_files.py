"""A file is written whole or not at all, whatever ends its writer."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

import numpy as np
import pytest

from races import run_race
from support.whole_files import write_whole
from tests.races.helpers import race

ROOT = Path(__file__).parents[2]


def names(folder: Path) -> list[str]:
    """Everything in a folder."""
    return sorted(path.name for path in folder.iterdir())


def _write_half(file: IO[bytes]) -> None:
    file.write(b"half" * 100_000)
    file.flush()
    raise RuntimeError("in the middle")


def _no_unnamed_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a system that cannot write files without a name."""

    def refuse(*_: object) -> int:
        raise OSError("no such thing here")

    monkeypatch.setattr("support.whole_files.os.open", refuse)


@pytest.fixture(params=["unnamed", "named"], autouse=True)
def _way_of_writing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "named":
        _no_unnamed_files(monkeypatch)


def test_a_file_is_written_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    write_whole(path, lambda file: file.write(b"whole"))
    assert path.read_bytes() == b"whole"
    assert names(tmp_path) == ["a.bin"]


def test_a_file_replaces_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"something longer that was there before")
    write_whole(str(path), lambda file: file.write(b"new"))
    assert path.read_bytes() == b"new"
    assert names(tmp_path) == ["a.bin"]


def test_missing_folders_are_made(tmp_path: Path) -> None:
    write_whole(tmp_path / "x" / "y" / "a.bin", lambda file: file.write(b"1"))
    assert (tmp_path / "x" / "y" / "a.bin").read_bytes() == b"1"


def test_an_exception_in_the_writer_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    with pytest.raises(RuntimeError, match="in the middle"):
        write_whole(path, _write_half)
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a.bin"]


def test_an_exception_in_the_writer_leaves_nothing_where_nothing_was(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="in the middle"):
        write_whole(tmp_path / "a.bin", _write_half)
    assert names(tmp_path) == []


def test_the_old_file_stands_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    seen = []

    def write(file: IO[bytes]) -> None:
        file.write(b"new")
        file.flush()
        seen.append(path.read_bytes())

    write_whole(path, write)
    assert (seen, path.read_bytes()) == ([b"old"], b"new")


def test_a_folder_in_the_files_place_is_an_error_and_stays(tmp_path: Path) -> None:
    (tmp_path / "a.bin").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_whole(tmp_path / "a.bin", lambda file: file.write(b"1"))
    assert names(tmp_path) == ["a.bin"]


def test_a_link_stays_a_link_and_its_target_is_written(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "old.bin").write_bytes(b"old")
    for link, target in (
        ("link.bin", "far/old.bin"),
        ("chain.bin", "link.bin"),
        ("dangling.bin", "far/new.bin"),
    ):
        (tmp_path / link).symlink_to(target)
        write_whole(tmp_path / link, lambda file: file.write(b"new"))
        assert (tmp_path / link).is_symlink()
        assert (tmp_path / link).read_bytes() == b"new"
    assert names(tmp_path / "far") == ["new.bin", "old.bin"]
    assert names(tmp_path) == ["chain.bin", "dangling.bin", "far", "link.bin"]


def test_a_link_that_leads_nowhere_but_to_itself_is_an_error_and_stays(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(OSError, match="symbolic links"):
        write_whole(tmp_path / "loop", lambda file: file.write(b"1"))
    assert (tmp_path / "loop").is_symlink()
    assert names(tmp_path) == ["loop"]


def test_a_long_name_is_written(tmp_path: Path) -> None:
    name = "x" * 251 + ".bin"  # the longest that common file systems take
    write_whole(tmp_path / name, lambda file: file.write(b"1"))
    assert names(tmp_path) == [name]


def test_a_file_that_must_not_replace_another_takes_the_next_name(tmp_path: Path) -> None:
    written = [
        write_whole(tmp_path / "a.npz", lambda file: file.write(b"1"), replace=False) for _ in range(3)
    ]
    assert [path.name for path in written] == ["a.npz", "a-2.npz", "a-3.npz"]
    assert all(path.read_bytes() == b"1" for path in written)


def test_threads_that_write_at_once_all_succeed(tmp_path: Path) -> None:
    def write(k: int, replace: bool) -> Path:
        content = bytes([k]) * 100_000
        return write_whole(tmp_path / f"{replace}.bin", lambda file: file.write(content), replace=replace)

    with ThreadPoolExecutor(16) as threads:
        assert len(set(threads.map(write, range(64), [True] * 64))) == 1
        assert len(set(threads.map(write, range(64), [False] * 64))) == 64
    contents = [path.read_bytes() for path in tmp_path.iterdir()]
    assert len(contents) == 65
    assert all(content == content[:1] * 100_000 for content in contents)


def test_a_new_file_has_the_permissions_of_any_other(tmp_path: Path) -> None:
    write_whole(tmp_path / "a", lambda file: file.write(b"1"))
    (tmp_path / "b").write_bytes(b"1")
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "b").stat().st_mode


def test_a_trace_that_cannot_be_written_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace = run_race(race(steps=3))
    for name, save in (("t.npz", trace.save), ("t.csv", trace.to_csv), ("t.json", trace.to_json)):
        save(tmp_path / name)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def broken(*_: object, **__: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(np, "savez_compressed", broken)
    monkeypatch.setattr("races.trace.csv.writer", broken)
    monkeypatch.setattr("races.trace.json.dumps", broken)
    for name, save in (("t.npz", trace.save), ("t.csv", trace.to_csv), ("t.json", trace.to_json)):
        with pytest.raises(OSError, match="disk full"):
            save(tmp_path / name)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


_KILLED = """
import sys, time
from support.whole_files import write_whole

def write(file):
    file.write(b"half" * 100_000)
    file.flush()
    print("written", flush=True)
    time.sleep(60)

write_whole(sys.argv[1], write)
"""


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="only Linux has files without a name")
def test_a_killed_writer_leaves_nothing_half_written(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    command = [sys.executable, "-c", _KILLED, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"written\n"
        writer.send_signal(signal.SIGKILL)
    assert writer.returncode == -signal.SIGKILL
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a.bin"]
