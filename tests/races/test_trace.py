"""A trace survives its files exactly, and a damaged file is refused in one line."""

from __future__ import annotations

import csv
import gc
import io
import json
import math
import pickle
import signal
import tracemalloc
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pytest

from races import RaceSpec, Trace, TraceError, run_race
from tests.races.helpers import ARRAYS, DEFAULT, assert_same_trace, race


@pytest.fixture(scope="module")
def trace() -> Trace:
    """A small race in which a racer diverges, one has a comma in its name, and there are three starts."""
    wild = {"optimizer": "sgd", "lr": 1e80, "name": 'Wild, "very"', "colour": "#123abc"}
    starts = [(0.5, 1.5), (1.8, 1.8), (0.0, 2.0)]
    return run_race(race(steps=6, start=starts, racers=[*DEFAULT, wild], target=0.1))


@pytest.fixture
def saved(trace: Trace, tmp_path: Path) -> Path:
    """The trace's file."""
    path = tmp_path / "trace.npz"
    trace.save(path)
    return path


def contents(path: Path) -> dict[str, Any]:
    """The arrays of a file."""
    with np.load(path) as arrays:
        return {name: arrays[name] for name in arrays.files}


def refusal(path: Path) -> str:
    """The message that refuses a file: one line that names it."""
    with pytest.raises(TraceError) as error:
        Trace.load(path)
    message = str(error.value)
    assert path.name in message
    assert "\n" not in message
    return message


def test_a_trace_survives_its_file_bit_for_bit(trace: Trace, saved: Path) -> None:
    assert {"diverged", "out_of_steps"} <= set(trace.status.flat)
    assert_same_trace(Trace.load(saved), trace)
    assert_same_trace(Trace.load(str(saved)), trace)


def test_a_race_of_an_expression_survives_its_file(tmp_path: Path) -> None:
    surface = {"expression": "sin(3*u)*cos(v)", "u_range": [-2, 2], "v_range": [-2, 2]}
    ran = run_race(race(surface=surface, steps=4))
    ran.save(tmp_path / "t.npz")
    loaded = Trace.load(tmp_path / "t.npz")
    assert_same_trace(loaded, ran)
    assert_same_trace(run_race(loaded.spec), ran)


def test_saving_again_gives_the_same_trace(saved: Path, tmp_path: Path) -> None:
    loaded = Trace.load(saved)
    loaded.save(tmp_path / "again.npz")
    assert_same_trace(Trace.load(tmp_path / "again.npz"), loaded)


def test_every_truncated_file_is_refused(saved: Path) -> None:
    whole = saved.read_bytes()
    for length in (*range(0, len(whole), 100), len(whole) - 1):
        saved.write_bytes(whole[:length])
        refusal(saved)


def damaged(whole: bytes) -> Iterator[bytes]:
    """The file with one, two or twenty bytes changed, at random and in its directory of arrays."""
    random = np.random.default_rng(11)
    directory = whole.index(b"PK\x01\x02")
    for n in range(900):
        changed = bytearray(whole)
        low = directory if n % 3 == 0 else 0
        for _ in range((1, 2, 20)[n % 3]):
            changed[random.integers(low, len(whole))] = random.integers(256)
        yield bytes(changed)


def test_a_damaged_file_loads_as_it_was_or_is_refused(trace: Trace, saved: Path) -> None:
    whole = saved.read_bytes()
    refused = 0
    for content in damaged(whole):
        saved.write_bytes(content)
        try:
            loaded = Trace.load(saved)
        except TraceError:
            refused += 1
        else:
            assert_same_trace(loaded, trace)
    assert refused > 600


@pytest.mark.parametrize(
    "content", [b"", b"hello\n", b"PK\x03\x04", b"\x93NUMPY\x01\x00", b"\0" * 1000, b'surface = "funky"\n']
)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "other.npz").write_bytes(content)
    refusal(tmp_path / "other.npz")


def test_a_missing_file_a_folder_and_a_lone_array_are_refused(tmp_path: Path) -> None:
    assert "no such file" in refusal(tmp_path / "none.npz")
    refusal(tmp_path)
    np.save(tmp_path / "lone.npy", np.ones(3))
    refusal(tmp_path / "lone.npy")


class _Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return (pytest.fail, ("the file was unpickled",))


@pytest.mark.parametrize("name", [*ARRAYS, "spec"])
def test_pickled_objects_are_refused_and_never_unpickled(saved: Path, name: str) -> None:
    arrays = contents(saved) | {name: np.array([_Bomb()], dtype=object)}
    np.savez_compressed(saved, **arrays)
    assert "allow_pickle" in refusal(saved)
    saved.write_bytes(pickle.dumps(_Bomb()))
    refusal(saved)


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays_of_another_shape_kind_or_none_at_all_are_refused(saved: Path, name: str) -> None:
    whole = contents(saved)
    array = whole[name]
    for wrong in (array[:-1], array[..., None], np.zeros(array.shape, dtype=bool), np.float64(1.0)):
        np.savez_compressed(saved, **(whole | {name: wrong}))
        assert name in refusal(saved)
    np.savez_compressed(saved, **{key: value for key, value in whole.items() if key != name})
    assert name in refusal(saved)


@pytest.mark.parametrize("dtype", ["float32", ">f8", "longdouble", "float16"])
def test_numbers_that_are_not_float64_are_refused(saved: Path, dtype: str) -> None:
    whole = contents(saved)
    np.savez_compressed(saved, **(whole | {"losses": np.zeros(whole["losses"].shape, dtype=dtype)}))
    assert "losses" in refusal(saved)


def test_an_unknown_status_is_refused(saved: Path) -> None:
    whole = contents(saved)
    whole["status"][0, 0] = "won"
    np.savez_compressed(saved, **whole)
    assert "status" in refusal(saved)


@pytest.mark.parametrize("number", [1, 99])
def test_a_file_of_another_format_is_refused(saved: Path, number: int) -> None:
    np.savez_compressed(saved, **(contents(saved) | {"format": number}))
    assert refusal(saved).endswith(f"its format is {number}, this version reads 2: race it again")


@pytest.mark.parametrize("racer", ["-1", "2", "01", "+1", "", "one"])
def test_a_term_of_no_racer_is_refused(tmp_path: Path, racer: str) -> None:
    path = tmp_path / "state.npz"
    run_race(race(steps=2, record="state", racers=[{"optimizer": "adam"}, {"optimizer": "sgd"}])).save(path)
    whole = contents(path)
    np.savez_compressed(path, **whole | {f"state/{racer}/exp_avg": whole["state/0/exp_avg"]})
    assert f"state/{racer}/exp_avg is of no racer: there are 2, from 0" in refusal(path)


@pytest.mark.parametrize(
    "spec",
    [
        "", "{", "3", "[1]", "null", '"funky"', "{}", '{"surface": "slope"}', "[" * 100_000,
        '{"surface": "slope", "racer": [{"optimizer": "sgd", "hyperparameters": 3}]}',
        '{"surface": "slope", "racer": [{"optimizer": "sgd", "lr": NaN}]}',
        '{"surface": "slope", "racer": [{"optimizer": "sgdd"}]}',
        '{"surface": {"expression": "__import__(\\"os\\")", "u_range": [0, 1], "v_range": [0, 1]}}',
    ],
)  # fmt: skip
def test_a_spec_that_is_none_is_refused(saved: Path, spec: str) -> None:
    np.savez_compressed(saved, **(contents(saved) | {"spec": spec}))
    refusal(saved)


def test_a_spec_of_another_race_is_refused(trace: Trace, saved: Path) -> None:
    spec = json.loads(trace.spec.model_dump_json(by_alias=True))
    whole = contents(saved)
    for change in ({"steps": 7}, {"steps": 10**7}, {"start": [[1.0, 1.0]]}, {"racer": spec["racer"][:1]}):
        np.savez_compressed(saved, **(whole | {"spec": json.dumps(spec | change)}))
        refusal(saved)


def test_an_array_that_claims_to_be_huge_is_refused(saved: Path) -> None:
    header = io.BytesIO()
    claim = {"descr": "<f8", "fortran_order": False, "shape": (10**14,)}
    np.lib.format.write_array_header_1_0(header, claim)
    with zipfile.ZipFile(saved) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(saved, "w") as archive:
        for name, content in (members | {"losses.npy": header.getvalue()}).items():
            archive.writestr(name, content)
    refusal(saved)


def repacked(path: Path, changes: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> None:
    """Give some members of a file another content, under another kind of compression."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", packing) as archive:
        for name, content in (members | changes).items():
            archive.writestr(name, content)


def npy(kind: str, shape: tuple[int, ...], content: bytes) -> bytes:
    """A member with a header of its own."""
    header = io.BytesIO()
    claim = {"descr": kind, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(header, claim)
    return header.getvalue() + content


MANY = 2**26  # bytes that a member unpacks to, from a thousandth of them in the file


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("losses", npy("<f8", (MANY // 8,), bytes(MANY))),
        ("status", npy("<U99999999", (5, 3), bytes(MANY))),
        ("format", npy("<i8", (MANY // 8,), bytes(MANY))),
        ("spec", npy("<U99999999", (), bytes(MANY))),
        ("spec", npy("<U99", (-1,), bytes(MANY))),
        ("positions", npy("<f8", (5, 7, 3, 2), bytes(MANY))),  # more than its header says
        ("gradients", bytes(MANY)),
        ("evaluations", b"\x93NUMPY\x02\x00" + (MANY - 12).to_bytes(4, "little") + bytes(MANY)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_member_that_unpacks_to_more_than_the_spec_implies_is_not_read(
    saved: Path, name: str, content: bytes
) -> None:
    repacked(saved, {f"{name}.npy": content})
    del content
    assert saved.stat().st_size < MANY // 500
    tracemalloc.start()
    refusal(saved)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < MANY // 20


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_packings_that_unpack_in_one_go_are_refused(saved: Path, packing: int) -> None:
    repacked(saved, {}, packing)
    assert "packed in a way that numpy does not use" in refusal(saved)


@pytest.mark.parametrize("racer", ["0", "1", "7"])
def test_a_member_that_is_no_array_is_refused(tmp_path: Path, racer: str) -> None:
    path = tmp_path / "state.npz"
    run_race(race(steps=2, record="state", racers=[{"optimizer": "adam"}, {"optimizer": "sgd"}])).save(path)
    whole = path.read_bytes()
    for member in (
        f"state/{racer}/note.txt",
        f"state/{racer}/x",
        f"state/{racer}/y.npy",
        "spec.npy",
        "rates.npy",
    ):
        path.write_bytes(whole)
        repacked(path, {member: b"hello"})
        refusal(path)


def test_a_racer_of_very_many_terms_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "state.npz"
    run_race(race(steps=2, record="state")).save(path)
    term = npy("<f8", (2, 1, 2), bytes(32))
    repacked(path, {f"state/0/x{k}.npy": term for k in range(100)})
    assert len((Trace.load(path).states or ())[0]) == 100
    repacked(path, {"state/0/one_more.npy": term})
    assert "more than 100 terms" in refusal(path)


def test_arrays_in_fortran_order_are_read_as_they_are(trace: Trace, saved: Path) -> None:
    arrays: dict[str, Any] = {name: np.array(array, order="F") for name, array in contents(saved).items()}
    np.savez_compressed(saved, **arrays)
    assert_same_trace(Trace.load(saved), trace)


def test_very_many_starts_are_not_written_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("races.trace.MANY_STARTS", 3)
    for record in ("all", "ends"):
        starts = np.random.default_rng(0).uniform(0, 2, (5, 2))
        many = run_race(race(steps=3, record=record, start=starts))
        many.save(tmp_path / "t.npz")
        with np.load(tmp_path / "t.npz") as arrays:
            assert "start" not in json.loads(str(arrays["spec"]))
        assert_same_trace(Trace.load(tmp_path / "t.npz"), many)


def test_an_interrupt_is_not_swallowed_between_rows() -> None:
    """numpy swallows one now and then that comes while it picks single numbers from an array."""
    long = run_race(race(steps=2000))
    came: list[str] = []

    def interrupt(_: int, frame: FrameType | None) -> None:
        came.append(f"{frame and frame.f_code.co_qualname}: {frame and frame.f_lineno}")
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    gc.collect()
    gc.disable()  # where an interrupt comes within a __del__, Python itself swallows it
    try:
        for k in range(200):
            raised = False
            came.clear()
            try:
                signal.setitimer(signal.ITIMER_REAL, 1e-4 + 3e-5 * k)
                for _ in long.rows():
                    pass
                signal.setitimer(signal.ITIMER_REAL, 0)
            except KeyboardInterrupt:
                raised = True
            assert raised == bool(came), came
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        gc.enable()


def test_json_of_a_long_race_is_written_piece_by_piece(tmp_path: Path) -> None:
    long = run_race(race(steps=30_000))
    tracemalloc.start()
    long.to_json(tmp_path / "t.json")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < (tmp_path / "t.json").stat().st_size  # as one text it would take many times that
    content = json.loads((tmp_path / "t.json").read_text())
    for name in ARRAYS:
        np.testing.assert_array_equal(np.array(content[name]), getattr(long, name))


def test_csv_has_a_line_for_each_racer_start_and_step(trace: Trace, tmp_path: Path) -> None:
    trace.to_csv(tmp_path / "t.csv")
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert ",".join(rows[0]) == "racer,start,step,u,v,loss,gradient_u,gradient_v,evaluations,status"
    assert len(rows) == len(trace.names) * 3 * 7
    for row in rows:
        i, j, k = trace.names.index(row["racer"]), int(row["start"]), int(row["step"])
        np.testing.assert_array_equal([float(row["u"]), float(row["v"])], trace.positions[i, k, j])
        np.testing.assert_array_equal(float(row["loss"]), trace.losses[i, k, j])
        assert row["status"] == trace.status[i, j]
        assert int(row["evaluations"]) == trace.evaluations[i, k, j] == k
        if k < 6:
            gradient = [float(row["gradient_u"]), float(row["gradient_v"])]
            np.testing.assert_array_equal(gradient, trace.gradients[i, k, j])
        else:
            assert (row["gradient_u"], row["gradient_v"]) == ("", "")
    assert len({(row["racer"], row["start"], row["step"]) for row in rows}) == len(rows)


def test_csv_counts_what_a_racer_evaluates(tmp_path: Path) -> None:
    newton = run_race(race(steps=4, racers=[{"optimizer": "newton"}]))
    newton.to_csv(tmp_path / "t.csv")
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as file:
        assert [int(row["evaluations"]) for row in csv.DictReader(file)] == [0, 3, 6, 9, 12]


def test_json_holds_the_spec_and_every_number(trace: Trace, tmp_path: Path) -> None:
    trace.to_json(tmp_path / "t.json")

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    content = json.loads((tmp_path / "t.json").read_text(encoding="utf-8"), parse_constant=refuse)
    assert RaceSpec(**content["spec"]) == trace.spec
    assert content["names"] == list(trace.names)
    for name in ("positions", "losses", "gradients"):
        array = getattr(trace, name)
        read = np.array(content[name], dtype=np.float64)  # null becomes nan
        np.testing.assert_array_equal(read, np.where(np.isfinite(array), array, np.nan))
    assert content["status"] == trace.status.tolist()


def test_rows_are_plain_numbers(trace: Trace) -> None:
    first = next(iter(trace.rows()))
    assert [type(x) for x in first] == [str, int, int, float, float, float, float, float, int, str]
    assert not any(math.isnan(x) for x in first[3:8])


def test_nothing_warns_when_a_wild_race_is_written(trace: Trace, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for write, name in ((trace.save, "t.npz"), (trace.to_csv, "t.csv"), (trace.to_json, "t.json")):
            write(tmp_path / name)
            assert (tmp_path / name).stat().st_size > 1000
