"""How soon the `race` command answers: uv run python benchmarks/startup.py

Each command is run as a whole process, in turn with its peer (a Python that imports nothing, or only the
library that the command cannot do without), so that a machine's changing speed hits both. Printed are the
medians in seconds and the median of the ratios.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

RUNS = 15
RACE = str(Path(sys.executable).with_name("race"))
PAIRS = {
    "race --help": ([RACE, "--help"], [sys.executable, "-c", "import typer"], "import typer"),
    "race list surfaces": (
        [RACE, "list", "surfaces"],
        [sys.executable, "-c", "import numpy"],
        "import numpy",
    ),
}


def seconds(command: list[str]) -> float:
    """The wall time of one run."""
    begun = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    return time.perf_counter() - begun


def main() -> None:
    """Measure and print."""
    for name, (command, peer, peer_name) in PAIRS.items():
        times = [(seconds(command), seconds(peer)) for _ in range(RUNS + 1)][1:]  # the first warms the disk
        ours, theirs = (statistics.median(column) for column in zip(*times, strict=True))
        ratio = statistics.median(a / b for a, b in times)
        print(f"{name}: {ours:.3f} s; {peer_name}: {theirs:.3f} s; ratio {ratio:.2f}; {RUNS} runs, medians")


if __name__ == "__main__":
    main()
