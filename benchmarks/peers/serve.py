"""Runs one peer's jobs on request: python -P serve.py MODULE

A request is a line of JSON on stdin, its answer a line of JSON on stdout; `client` asks. The first answer
says whether the peer is installed. Requests, by their key `do`::

    prepare   set up the job `job` and keep it as `key`; seconds until its first result
    time      seconds of a run of the job `key`, over so many runs that the clock reads them well
    result    what the job `key` computes, as plain lists
    drop      forget the job `key`
    memory    the most memory that this process has held so far, in MB
"""

from __future__ import annotations

import gc
import json
import os
import resource
import runpy
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SHORTEST = 0.05  # seconds of the clock for one measurement


def peak() -> float:
    """The most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


class Bench:
    """The jobs of one peer, and those of them that are set up."""

    def __init__(self, module: str) -> None:
        self.formula = runpy.run_path(str(HERE / "formula.py"))
        self.jobs = runpy.run_path(str(HERE / f"{module}.py"))["JOBS"]
        self.ready: dict[str, tuple[Any, Any]] = {}
        self.repeats: dict[str, int] = {}

    def answer(self, request: dict[str, Any]) -> Any:
        """What one request asks for."""
        match request["do"]:
            case "prepare":
                begun = time.perf_counter()
                run, read = self.jobs[request["job"]](self.formula, request)
                run()
                seconds = time.perf_counter() - begun
                self.ready[request["key"]] = run, read
                self.repeats.pop(request["key"], None)
                return seconds
            case "time":
                return self.time(request["key"])
            case "result":
                run, read = self.ready[request["key"]]
                return read(run())
            case "drop":
                del self.ready[request["key"]]
                gc.collect()
                return None
            case "memory":
                return peak()
        raise ValueError(f"nothing to do for {request}")

    def time(self, key: str) -> float:
        """Seconds of one run."""
        run, _ = self.ready[key]
        repeats = self.repeats.get(key, 1)
        while True:
            begun = time.perf_counter()
            for _ in range(repeats):
                run()
            seconds = time.perf_counter() - begun
            if seconds >= SHORTEST or key in self.repeats:
                self.repeats[key] = repeats
                return seconds / repeats
            repeats = max(2 * repeats, int(1.2 * repeats * SHORTEST / seconds))


def main() -> None:
    """Answer until stdin ends."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what a library prints is no answer
    try:
        bench = Bench(sys.argv[1])
    except ImportError as error:
        print(json.dumps({"missing": str(error)}), file=answers)
        return
    print(json.dumps({"answer": "ready"}), file=answers)
    for line in sys.stdin:
        print(json.dumps({"answer": bench.answer(json.loads(line))}), file=answers)


if __name__ == "__main__":
    main()
