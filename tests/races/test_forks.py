"""A process that is forked off while threads race does not wait for locks that they held."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork a process")

BEGIN = """
import faulthandler, itertools, os, threading, types
import numpy as np
from autograd import value_and_grad
from races import RaceSpec, run_race

def fresh(k):  # a race that nobody has compiled: with schedules, one that diverges, and from three starts
    f = 1 + k * 1e-6
    racers = [
        {"optimizer": "sgd", "lr": {"schedule": "cosine", "start": 0.01 * f, "steps": 4}},
        {"optimizer": "momentum", "lr": 1e200 * f, "name": "wild"},
        {"optimizer": "adam", "lr": 0.01 * f},
    ]
    starts = [[0.1, 0.2], [-0.3, f / 4], [0.5, -0.25]]
    return RaceSpec(surface="rosenbrock", start=starts, steps=4, racers=racers)

def forked(work):
    pid = os.fork()
    if pid == 0:
        faulthandler.dump_traceback_later(20, exit=True)  # which tells where it hangs
        work()
        os._exit(0)
    return pid

def end(pid):
    assert os.waitpid(pid, 0)[1] == 0, "a child has hung"
"""

RACING = """
stop = threading.Event()

def race(first):
    for k in itertools.count(first):
        if stop.is_set():
            return
        run_race(fresh(k))

threads = [threading.Thread(target=race, args=(10**5 * i,)) for i in (1, 2, 3)]
for thread in threads:
    thread.start()
for k in range(0, 24, 4):
    for pid in [forked(lambda: run_race(fresh(k + i))) for i in range(4)]:
        end(pid)
stop.set()
for thread in threads:
    thread.join()
"""

# One thread is in the midst of computing what is computed when first asked for.
AMIDST = """
import optimizers.rate, autograd.compiler.compiled

def amidst(module, name, work):
    begun, go_on, mine = threading.Event(), threading.Event(), threading.get_ident()
    original = getattr(module, name)

    def slow(*arguments, **settings):
        if threading.get_ident() != mine:
            begun.set()
            go_on.wait(60)
        return original(*arguments, **settings)

    setattr(module, name, slow)
    thread = threading.Thread(target=work)
    thread.start()
    assert begun.wait(60)
    end(forked(work))
    go_on.set()
    thread.join()
    setattr(module, name, original)

optimizers.rate.np = types.SimpleNamespace(**vars(np))  # arange is called for a schedule's rates
amidst(optimizers.rate.np, "arange", lambda: run_race(fresh(1)))
amidst(autograd.compiler.compiled, "Arrays", lambda: value_and_grad(np.log)(0.0))  # where math.log raises
"""

# The first race is compiled; the threads and the children take that, or compile others meanwhile.
LOOPS = """
def loops(k):
    start = np.random.default_rng(0).uniform(0.5, 1.5, (600, 2)).tolist()
    racers = [{"optimizer": "sgd", "lr": 0.01 * (k + 1)}]
    return RaceSpec(surface="slope", start=start, steps=9, engine="loops", racers=racers)

expected = run_race(loops(0)).positions

def same():
    assert (run_race(loops(0)).positions == expected).all()

def failing(work):
    def worked():
        try:
            work()
        except BaseException:
            os._exit(1)
    return worked

threads = [threading.Thread(target=same) for _ in range(3)]
threads.append(threading.Thread(target=lambda: run_race(loops(1))))
for thread in threads:
    thread.start()
for pid in [forked(failing(work)) for work in (same, same, lambda: run_race(loops(2)))]:
    end(pid)
for thread in threads:
    thread.join()
"""


def run(script: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", BEGIN + script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@needs_fork
def test_forked_children_race_beside_racing_threads() -> None:
    run(RACING)


@needs_fork
def test_children_forked_amidst_a_lazy_computation_race() -> None:
    run(AMIDST)


@needs_fork
def test_loops_run_and_are_compiled_in_threads_and_forked_children(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    run(LOOPS)


def test_nothing_lazy_has_a_lock() -> None:
    # functools.cached_property has one until Python 3.12, shared by all instances.
    for room in ("autograd", "optimizers", "surfaces", "races", "scenes", "cli"):
        for path in (ROOT / room).rglob("*.py"):
            names = {
                alias.name
                for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                if isinstance(node, ast.ImportFrom) and node.module == "functools"
                for alias in node.names
            }
            assert "cached_property" not in names, path
