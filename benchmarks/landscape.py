"""How fast a landscape is: uv run python benchmarks/landscape.py --python PATH

The loss of a network, 2-16-16-1 with relu, on 100 points with the max-margin loss, at 101 x 101 points of a
plane in the space of its weights, in float64: ours, in stacks of networks, beside a loop over the grid in
PyTorch on one thread, its fastest. Each runs in a process of its own, and they are timed in turn, round by
round; printed are medians, and the median of the rounds' ratios beside the goal, which was set for two cores.
The losses must agree. PATH is a Python with PyTorch.
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.peers.client import faster, in_turn, options, start
from benchmarks.peers.report import Goal, seconds, show, show_goals

SIDE, EVERY = 101, 97  # points along each side; of all points, how many are stepped over to compare some
FASTER = 20.0


def main() -> None:
    """Measure and print."""
    parser = options(__doc__ or "")
    parser.add_argument("--rounds", type=int, default=7, help="how often all are timed, in turn")
    arguments = parser.parse_args()
    peers = start(["with_torch"], arguments.python)
    try:
        found = []
        for peer in peers.values():
            peer.ask("prepare", "landscape", job="landscape", side=SIDE, every=EVERY)
            found.append(peer.ask("result", "landscape"))
        if not np.allclose(found, found[0], rtol=1e-10):
            sys.exit("the losses disagree")
        times = in_turn([(peer, "landscape") for peer in peers.values()], arguments.rounds)
    finally:
        for peer in peers.values():
            peer.close()
    rows = [(name, seconds(statistics.median(each))) for name, each in zip(peers, times, strict=True)]
    show(
        f"A landscape of {SIDE} x {SIDE} points: the median of {arguments.rounds} rounds", ("", "time"), rows
    )
    if len(times) > 1:
        show_goals([Goal("ours over a loop in PyTorch", faster(times[0], times[1]), FASTER)])


if __name__ == "__main__":
    main()
