"""How fast a training step is: uv run --group bench python benchmarks/networks.py [--python PATH]

A whole step, with the batch as argument: forward, backward, and Adam's update of all parameters, in float64.
Two networks with relu: `moons`, 2-16-16-1 with 100 points and the max-margin loss, and `digits`, 64-32-10
with a batch of 128 and the cross-entropy. Ours, compiled and eager, beside numpy written out by hand (in
place, with one vector of all parameters), PyTorch (eager), JAX (one jit of the whole step) and micrograd
(moons only). Each runs in a process of its own, with the threads that it takes by itself, and they are timed
in turn, round by round; printed are medians, and medians of the rounds' ratios, beside the goals, which were
set for two cores. The losses of the first steps must agree.

The group `bench` installs JAX and micrograd. For PyTorch, make an environment elsewhere, and name it:

    uv venv PEERS && uv pip install --python PEERS torch jax micrograd numpy
    uv run python benchmarks/networks.py --python PEERS/bin/python

What is installed nowhere is left out.
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.peers.client import Peer, faster, in_turn, options, start
from benchmarks.peers.report import Goal, seconds, show, show_goals

NETWORKS = ("moons", "digits")
AHEAD = 3  # steps whose losses are compared
MANY = 10_000  # steps over which memory stays flat
COMPILED, EAGER, BY_HAND = "ours, compiled", "ours, eager", "numpy by hand"
ROWS = {
    COMPILED: ("ours", "train step"),
    EAGER: ("ours", "eager train step"),
    BY_HAND: ("by_hand", "train step"),
    "PyTorch": ("with_torch", "train step"),
    "JAX": ("with_jax", "train step"),
    "micrograd": ("with_micrograd", "train step"),
}
# By peer, for each network: how many times faster ours is to be.
FASTER = {"PyTorch": (3.0, 2.0), "JAX": (1.0, 1.0), "micrograd": (5000.0, None)}
SLOWER = 1.4  # times the step written by hand, at most


def measure(rows: dict[str, tuple[Peer, str]], network: str, rounds: int) -> dict[str, list[float]]:
    """Seconds of a step, by row: the time until the first steps are made, and those of the rounds."""
    jobs = {}
    first = {}
    expected: list[float] = []
    for name, (peer, job) in rows.items():
        if name == "micrograd" and network != "moons":  # it has neither exp nor log
            continue
        key = f"{network}, {job}"
        first[name] = peer.ask("prepare", key, job=job, network=network, ahead=AHEAD)
        found = peer.ask("result", key)
        expected = expected or found
        if not np.allclose(found, expected, rtol=1e-9):
            sys.exit(f"{network}: {name} disagrees: {found}, not {expected}")
        jobs[name] = (peer, key)
    print(f"{network}: the losses of the first {AHEAD} steps agree")
    times = in_turn(list(jobs.values()), rounds)
    return {name: [first[name], *each] for name, each in zip(jobs, times, strict=True)}


def goals(network: str, times: dict[str, list[float]]) -> list[Goal]:
    """The ratios to reach, as far as the peers are there."""
    ours, by_hand = times[COMPILED][1:], times[BY_HAND][1:]
    found = [Goal(f"{network}: ours in steps written by hand", 1 / faster(ours, by_hand), SLOWER, most=True)]
    for peer, wanted in FASTER.items():
        goal = wanted[NETWORKS.index(network)]
        if peer in times and goal:
            found.append(Goal(f"{network}: compiled over {peer}", faster(ours, times[peer][1:]), goal))
    return found


def main() -> None:
    """Measure and print."""
    parser = options(__doc__ or "")
    parser.add_argument("--rounds", type=int, default=15, help="how often all are timed, in turn")
    arguments = parser.parse_args()
    peers = start(["by_hand", "with_torch", "with_jax", "with_micrograd"], arguments.python)
    rows = {name: (peers[peer], job) for name, (peer, job) in ROWS.items() if peer in peers}
    try:
        measured = {network: measure(rows, network, arguments.rounds) for network in NETWORKS}
        peers["ours"].ask("prepare", "memory", job="many train steps", network="digits", count=MANY)
        growth = peers["ours"].ask("result", "memory")
    finally:
        for peer in peers.values():
            peer.close()
    lines = []
    for name in rows:
        cells = []
        for times in measured.values():
            found = times.get(name)
            cells.append(seconds(found[0] / AHEAD if found else None))
            cells.append(seconds(statistics.median(found[1:]) if found else None))
        lines.append((name, *cells))
    show(
        f"A training step: one of the first, then the median of {arguments.rounds} rounds",
        ("", *(word for network in NETWORKS for word in (f"{network}: first", "then"))),
        lines,
    )
    show_goals([goal for network, times in measured.items() for goal in goals(network, times)])
    print(f"memory of ours after {MANY:,} steps: {growth / 2**10:+.1f} kB")


if __name__ == "__main__":
    main()
