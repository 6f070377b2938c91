"""How fast steps are: uv run --group bench python benchmarks/optimizers.py [--python PATH] [--rounds N]

One step of each optimizer, on one array of 2, of 1,000 and of 1,000,000 parameters, float64, with gradients
that are given: ours, and its twin in torch.optim, as it is by default, with foreach and with fused, where it
has them. An optimizer that evaluates the loss itself makes its first step on a quadratic, gradients and all.
Each library runs in a process of its own, with the threads that it takes by itself, and they are timed in
turn, round by round; printed are medians, and how many times faster ours is than the fastest of the others:
the median of the rounds' ratios. Before that, all are checked to have come to the same numbers.

Where there is much work to do, ours has a loop compiled for it, if numba is installed (the extra `fast`;
the group `bench` has it too): that is done before the clock starts. So is what PyTorch does once.

PyTorch is not everywhere to be had from the registry; put it into an environment elsewhere, and name it:

    uv venv PEERS && uv pip install --python PEERS torch numpy
    uv run --group bench python benchmarks/optimizers.py --python PEERS/bin/python
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.peers.client import Peer, faster, in_turn, options, start
from benchmarks.peers.report import Goal, seconds, show, show_goals
from optimizers import OPTIMIZERS

AHEAD = {2: 3, 1000: 3, 1_000_000: 110}  # by how many parameters: steps before those that are timed
SHOWN = 1000  # parameters that are compared
WAYS = ("default", "foreach", "fused")
Times = dict[str, list[float]]  # seconds, by "ours" and torch.optim's ways


def prepared(name: str, count: int, ours: Peer, torch: Peer | None) -> dict[str, tuple[Peer, str]]:
    """The jobs of one optimizer, set up and checked to agree."""
    jobs: dict[str, tuple[Peer, str]] = {"ours": (ours, "ours")}
    settings: dict[str, Any] = {"ours": {}}
    if torch:
        torch.ask("prepare", "ways", job="ways", optimizer=name)
        settings |= torch.ask("result", "ways")
        jobs |= {way: (torch, way) for way in settings if way != "ours"}
    elementwise = OPTIMIZERS[name].elementwise
    job = "step" if elementwise else "whole step"
    found = {}
    for way, (peer, key) in jobs.items():
        request = {"job": job, "optimizer": name, "settings": settings[way]}
        peer.ask("prepare", key, **request, count=count, ahead=AHEAD[count], shown=SHOWN)
        found[way] = np.array(peer.ask("result", key))
    tolerance = 1e-12 if elementwise else 1e-8
    for way, numbers in found.items():
        if not np.allclose(numbers, found["ours"], rtol=tolerance, atol=tolerance):
            worst = np.abs(numbers - found["ours"]).max()
            sys.exit(f"{name}, {count:,} parameters: torch.optim's ({way}) differs by {worst:.2g}")
    return jobs


def has_twin(name: str, torch: Peer) -> bool:
    """Whether torch.optim has the optimizer."""
    torch.ask("prepare", "ways", job="ways", optimizer=name)
    return bool(torch.ask("result", "ways"))


def measure(name: str, count: int, ours: Peer, torch: Peer | None, rounds: int) -> Times:
    """Seconds of a step, in each round."""
    jobs = prepared(name, count, ours, torch)
    times = in_turn(list(jobs.values()), rounds)
    for peer, key in jobs.values():
        peer.ask("drop", key)
    return dict(zip(jobs, times, strict=True))


def ahead(times: Times) -> float | None:
    """How many times faster ours is than the fastest of its twin's ways; None without a twin."""
    others = [times[way] for way in WAYS if way in times]
    return faster(times["ours"], *others) if others else None


def report(count: int, found: dict[str, Times]) -> Goal | None:
    """Print the times for so many parameters; where ours is the least ahead."""
    ratios = {name: ahead(times) for name, times in found.items()}
    rows = []
    for name, times in found.items():
        medians = [statistics.median(times[way]) if way in times else None for way in ("ours", *WAYS)]
        ratio = ratios[name]
        rows.append((name, *map(seconds, medians), "-" if ratio is None else f"{ratio:.2f}"))
    show(f"One step of {count:,} parameters", ("", "ours", *WAYS, "times faster"), rows)
    known = {name: ratio for name, ratio in ratios.items() if ratio is not None}
    if not known:
        return None
    least = min(known, key=lambda name: known[name])
    return Goal(f"{count:,} parameters: {least}, the least ahead", known[least], 1.0)


def main() -> None:
    """Measure and print."""
    parser = options(__doc__ or "")
    parser.add_argument("--rounds", type=int, default=11, help="how often all are timed, in turn")
    parser.add_argument("--only", nargs="+", choices=list(OPTIMIZERS), default=list(OPTIMIZERS))
    arguments = parser.parse_args()
    peers = start(["with_torch"], arguments.python)
    ours, torch = peers["ours"], peers.get("with_torch")
    try:
        # By itself an optimizer tells little; Newton's Hessian of a million numbers has no room at all.
        names = [name for name in arguments.only if not torch or has_twin(name, torch)]
        names = [name for name in names if torch or OPTIMIZERS[name].elementwise]
        found = {
            count: {name: measure(name, count, ours, torch, arguments.rounds) for name in names}
            for count in AHEAD
        }
        ours.ask("prepare", "loops", job="loops")
        loops = ours.ask("result", "loops")
    finally:
        for peer in peers.values():
            peer.close()
    goals = [report(count, times) for count, times in found.items()]
    print(f"The longest array by {'loops that numba compiled' if loops else 'numpy, without numba'}")
    show_goals([goal for goal in goals if goal])


if __name__ == "__main__":
    main()
