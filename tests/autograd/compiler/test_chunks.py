"""Programs as machine code that takes several points at once: their numbers, their cache, and processes."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograd import grad, value_and_grad
from autograd.compiler import machine_code
from autograd.compiler.chunks import CHUNK, Chunks
from autograd.compiler.compiled import processors
from autograd.compiler.elementary import FUNCTIONS, OF_TWO
from autograd.compiler.program import POINTS, Program
from support.parallel import parallel

ROOT = Path(__file__).parents[3]
SOME = ("sin", "tan", "exp", "power", "remainder")
FAR = (1.5e6, -3e8, 1e22, np.inf, -np.inf, np.nan)


@pytest.fixture(autouse=True, scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """An empty folder for caches."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        yield folder / "optimizer-race" / "loops"


def written(write: Callable[..., Any], *shapes: Any) -> Program:
    """A program of one result."""
    program = Program()
    program.outputs = [write(program, *map(program.add_input, shapes))]
    return program


def twice(program: Program, x: int) -> int:
    return program.add("add", (x, x))


@pytest.fixture(scope="module")
def every() -> Chunks:
    """Some functions of each kind, of x, or of x and y."""
    program = Program()
    x, y = program.add_input(POINTS), program.add_input(POINTS)
    program.outputs = [program.add(name, (x, y) if name in OF_TWO else (x,)) for name in SOME]
    return Chunks(program)


def test_a_loop_computes_what_its_functions_compute(every: Chunks) -> None:
    random = np.random.default_rng(0)
    x, y = np.concatenate(
        [random.normal(size=(2, 40)) * 3, np.broadcast_to([*FAR[3:], 0.0, -0.0, 1e300], (2, 6))], 1
    )
    with np.errstate(all="ignore"):
        for name, found in zip(SOME, every.call(x, y), strict=True):
            function = FUNCTIONS[name]
            given = zip(x, y, strict=True) if name in OF_TWO else zip(x, strict=True)
            expected = [function(*numbers) for numbers in given if not abs(numbers[0]) > 1e6]
            np.testing.assert_allclose(found[~(np.abs(x) > 1e6)], expected, rtol=5e-16, err_msg=name)


def test_a_point_far_out_is_exact_and_changes_no_other(every: Chunks) -> None:
    x = np.random.default_rng(1).normal(size=2 * CHUNK + 7)
    alone = np.array(every.call(x, x))
    places = [3, 5, CHUNK + 1, 2 * CHUNK - 1, 2 * CHUNK, 2 * CHUNK + 6]
    x[places] = FAR
    beside = np.array(every.call(x, x))
    np.testing.assert_array_equal(np.delete(beside, places, 1), np.delete(alone, places, 1))
    with np.errstate(all="ignore"):
        for name in ("sin", "tan"):
            found = beside[SOME.index(name), places]
            np.testing.assert_allclose(found, getattr(np, name)(FAR), rtol=5e-16)


def formula(u: Any, v: Any) -> Any:
    return np.exp(-u * u) * np.sin(3 * u * v) + np.where(u > v, np.sqrt(np.abs(v)), np.floor(u) * v)


def test_gradients_are_those_of_blocks() -> None:
    u, v = np.random.default_rng(2).normal(size=(2, 3 * CHUNK + 1))
    value, slopes = value_and_grad(formula, engine="loops")(u, v)
    expected, expected_slopes = value_and_grad(formula)(u, v)
    np.testing.assert_allclose([value, *slopes], [expected, *expected_slopes], rtol=1e-13, atol=1e-14)
    # Of any strides, read-only, in any shape; and floats are computed as ever.
    table = np.stack([u, v], axis=-1)[: 3 * CHUNK].reshape(3, CHUNK, 2)
    table.flags.writeable = False
    found = grad(formula, engine="loops")(table[..., 0], table[..., 1])
    np.testing.assert_array_equal(np.ravel(found), np.ravel([slope[: 3 * CHUNK] for slope in slopes]))
    assert value_and_grad(formula, engine="loops")(0.3, 0.4) == value_and_grad(formula)(0.3, 0.4)


def test_without_numba_blocks_do_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)
    u = np.linspace(-1, 1, 9)
    assert not machine_code.is_there()
    np.testing.assert_array_equal(grad(np.sin, engine="loops")(u), grad(np.sin)(u))


def made_in(cache: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in cache.iterdir()}


@pytest.mark.usefixtures("every")  # is kept, too
def test_machine_code_is_kept_and_made_anew_where_its_file_is_wrong(cache: Path) -> None:
    x = np.arange(5.0)
    before = made_in(cache)
    Chunks(written(twice, POINTS))
    ((name, code),) = made_in(cache).items() - before.items()
    when = (cache / name).stat().st_mtime_ns
    (found,) = Chunks(written(twice, POINTS)).call(x)
    assert found.tolist() == [0, 2, 4, 6, 8]
    assert (cache / name).stat().st_mtime_ns == when
    (other, *_) = before.values()
    for wrong in (
        b"",
        code[:-9],
        code[:200] + b"?" + code[201:],
        other,
    ):  # the last is right, for something else
        (cache / name).write_bytes(wrong)
        (found,) = Chunks(written(twice, POINTS)).call(x)
        assert found.tolist() == [0, 2, 4, 6, 8]
        assert len((cache / name).read_bytes()) > 1000
        assert (cache / name).read_bytes() != wrong


def test_where_nothing_can_be_kept_it_is_computed_all_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert Chunks(written(twice, POINTS)).call(np.ones(3))[0].tolist() == [2, 2, 2]


def test_threads_compute_at_once(every: Chunks) -> None:
    given = np.random.default_rng(3).normal(size=(4, 2, 40_000))
    expected = [np.array(every.call(*pair)) for pair in given]
    found: dict[int, Any] = {}

    def work(i: int) -> None:
        found[i] = np.array(every.call(*given[i]))

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for i in range(4):
        np.testing.assert_array_equal(found[i], expected[i])


def doubled(numbers: list[float]) -> tuple[int, list[float]]:
    """How many threads a process has, and what its machine code computes."""
    return processors(), Chunks(written(twice, POINTS)).call(np.array(numbers))[0].tolist()


def test_processes_of_joblib_share_the_processors() -> None:
    for threads, found in parallel(doubled, [[1.0], [2.0]], processes=2):
        assert threads == max(1, (os.cpu_count() or 1) // 2)
        assert found in ([2.0], [4.0])


@pytest.mark.parametrize(("threads", "most"), [("1", 1), ("0", 1), ("many", 10**6), ("", 10**6)])
def test_numba_may_be_given_fewer_threads(monkeypatch: pytest.MonkeyPatch, threads: str, most: int) -> None:
    monkeypatch.setenv("NUMBA_NUM_THREADS", threads)
    assert 1 <= processors() <= most
