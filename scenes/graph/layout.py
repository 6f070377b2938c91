"""The layout of a computation graph: cards in columns, edges that go around them, and labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from scenes.graph.computation import Graph, GraphError

PointArray: TypeAlias = NDArray[np.float64]
Size: TypeAlias = tuple[float, float]

LANE = 0.065  # from an edge's middle line to the lane of values above it, and of gradients below it
_PORTS = 0.36  # between the ends of edges on one side of a card
_MOST_GAP = 2.4  # between columns
_PITCH = 2.9  # between rows, at most; a tall card takes what it needs
_CLEAR = 0.1  # around cards and labels


class Slot(NamedTuple):
    """A place in a column, for a node or for an edge that passes the column."""

    kind: str  # "node" or "edge"
    number: int  # of the node or edge


@dataclass(frozen=True)
class Layout:
    """The centres of nodes, of shape (nodes, 2), and the middle line of each edge, of shape (n, 2)."""

    centres: PointArray
    edges: tuple[PointArray, ...]


def columns(graph: Graph) -> list[list[Slot]]:
    """The slots of each column, top to bottom; a node is one column to the right of its rightmost parent.

    Inputs are ordered by name; in the other columns slots are ordered by the mean height of their
    predecessors, so that few edges cross.
    """
    depth: list[int] = []
    for node in range(len(graph.nodes)):
        depth.append(max((depth[graph.edges[i].parent] + 1 for i in graph.into(node)), default=0))
    table = [[Slot("node", n) for n, d in enumerate(depth) if d == k] for k in range(max(depth) + 1)]
    for i, edge in enumerate(graph.edges):
        for k in range(depth[edge.parent] + 1, depth[edge.child]):
            table[k].append(Slot("edge", i))
    height: dict[Slot, float] = {}

    def reached(slot: Slot) -> float:
        """The mean height of a slot's predecessors, or of an edge's own slot in the previous column."""
        edges = graph.into(slot.number) if slot.kind == "node" else [slot.number]
        parents = (height[Slot("node", graph.edges[i].parent)] for i in edges)
        return float(np.mean([height.get(Slot("edge", i), y) for i, y in zip(edges, parents, strict=True)]))

    table[0].sort(key=lambda slot: graph.nodes[slot.number].name)
    for k, column in enumerate(table):
        if k > 0:
            column.sort(key=reached, reverse=True)
        height |= {slot: (len(column) - 1) / 2 - row for row, slot in enumerate(column)}
    return table


def lay_out(graph: Graph, sizes: Sequence[Size], room: Size, least_gap: float) -> Layout:
    """Place cards of the given sizes in a rectangle around the origin, and route the edges between them.

    Args:
        graph: the graph.
        sizes: width and height of each node's card.
        room: width and height for all.
        least_gap: between columns.

    Raises:
        GraphError: if they do not fit.
    """
    table = columns(graph)
    cards = [[sizes[slot.number] for slot in column if slot.kind == "node"] for column in table]
    widths = [max(width for width, _ in column) for column in cards]
    gap = min(_MOST_GAP, (room[0] - sum(widths)) / max(len(table) - 1, 1))
    pitches = [min(_PITCH, room[1] / len(column)) for column in table]
    high = (max(h for _, h in column) * len(slots) for column, slots in zip(cards, table, strict=True))
    low = max(high) > room[1] - _CLEAR
    if gap < least_gap * (len(table) > 1) or low:
        most = max(map(len, table))
        raise GraphError(f"a graph of {len(table)} columns and up to {most} rows does not fit the picture")
    centres = np.zeros((len(graph.nodes), 2))
    bends: list[list[tuple[float, float]]] = [[] for _ in graph.edges]
    left = -(sum(widths) + gap * (len(table) - 1)) / 2
    for column, width, pitch in zip(table, widths, pitches, strict=True):
        for row, slot in enumerate(column):
            y = ((len(column) - 1) / 2 - row) * pitch
            if slot.kind == "node":
                centres[slot.number] = left + width / 2, y
            else:
                bends[slot.number] += [(left, y), (left + width, y)]
        left += width + gap
    return Layout(centres, _edges(graph, sizes, centres, bends))


def upright(layout: Layout) -> Layout:
    """The same with its columns below each other, the first on top, each from left to right."""
    turned = np.array([[0.0, -1.0], [-1.0, 0.0]])
    return Layout(layout.centres @ turned, tuple(line @ turned for line in layout.edges))


def moved(layout: Layout, by: PointArray) -> Layout:
    """The same in another place."""
    return Layout(layout.centres + by, tuple(line + by for line in layout.edges))


def _edges(
    graph: Graph, sizes: Sequence[Size], centres: PointArray, bends: list[list[tuple[float, float]]]
) -> tuple[PointArray, ...]:
    """The line of each edge, from its parent's right side through its bends to its child's left side."""
    ahead = [b[0][1] if b else centres[e.child, 1] for e, b in zip(graph.edges, bends, strict=True)]
    behind = [b[-1][1] if b else centres[e.parent, 1] for e, b in zip(graph.edges, bends, strict=True)]

    def port(i: int, node: int, edges: list[int], heights: list[float], side: int) -> tuple[float, float]:
        """The point where edge `i` meets a card: edges from higher up meet it higher up."""
        width, height = sizes[node]
        rank = sorted(edges, key=lambda j: -heights[j]).index(i)
        offset = ((len(edges) - 1) / 2 - rank) * min(_PORTS, height / (len(edges) + 1))
        return centres[node, 0] + side * width / 2, centres[node, 1] + offset

    lines = []
    for i, (edge, between) in enumerate(zip(graph.edges, bends, strict=True)):
        tail = port(i, edge.parent, graph.out_of(edge.parent), ahead, 1)
        head = port(i, edge.child, graph.into(edge.child), behind, -1)
        lines.append(_smooth([tail, *between, head]))
    return tuple(lines)


def _smooth(points: list[tuple[float, float]]) -> PointArray:
    """A smooth line through points, horizontal at each of them, evenly sampled."""
    t = np.linspace(0, 1, 40)[:, None]
    steps = np.hstack([t, t * t * (3 - 2 * t)])
    line = np.concatenate([np.array(a) + steps * (np.array(b) - np.array(a)) for a, b in pairwise(points)])
    return evenly(line)


def evenly(line: PointArray, count: int = 48) -> PointArray:
    """`count` points at equal distances along a line."""
    lengths = np.r_[0, np.cumsum(np.hypot(*np.diff(line, axis=0).T))]
    marks = np.linspace(0, lengths[-1], count)
    return np.stack([np.interp(marks, lengths, line[:, axis]) for axis in (0, 1)], axis=-1)


def normals(line: PointArray) -> PointArray:
    """The unit normals along a line, to its left."""
    along = np.gradient(line, axis=0)
    along /= np.hypot(*along.T)[:, None]
    return np.stack([-along[:, 1], along[:, 0]], axis=-1)


def beside(layout: Layout, sizes: Sequence[Size], labels: Sequence[Size]) -> PointArray:
    """The centres of labels of the given sizes beside the edges, clear of cards and of each other.

    There is one for each edge; if possible, they are also clear of edges, and near the middle of their own.

    Raises:
        GraphError: if there is no such place.
    """
    taken = [_box(centre, size) for centre, size in zip(layout.centres, sizes, strict=True)]
    chosen = []
    for line, size in zip(layout.edges, labels, strict=False):
        room = [centre for centre in _candidates(line, size) if not _hits(_box(centre, size), taken)]
        if not room:
            raise GraphError("the numbers of so large a graph do not fit the picture")
        best = min(room, key=lambda centre: _covered(_box(centre, size), layout.edges))
        taken.append(_box(best, size))
        chosen.append(best)
    return np.array(chosen).reshape(-1, 2)


def _candidates(line: PointArray, size: Size) -> list[PointArray]:
    """Places beside a line, those near its middle first, above before below."""
    middle = len(line) // 2
    marks = sorted(range(4, len(line) - 4), key=lambda i: abs(i - middle))
    across = normals(line)
    reach = np.abs(across) @ np.array(size) / 2 + LANE + _CLEAR
    return [line[i] + side * reach[i] * across[i] for i in marks for side in (1, -1)]


def _box(centre: PointArray, size: Size) -> PointArray:
    """Left, bottom, right and top."""
    half = np.array(size) / 2
    return np.concatenate([centre - half, centre + half])


def _hits(box: PointArray, others: Sequence[PointArray]) -> bool:
    """Whether a box is too close to one of the others."""
    apart = (box[:2] - _CLEAR > np.array(others)[:, 2:]) | (box[2:] + _CLEAR < np.array(others)[:, :2])
    return not bool(apart.any(axis=1).all())


def _covered(box: PointArray, lines: Sequence[PointArray]) -> int:
    """The number of the lines' points that are in a box or close to it."""
    points = np.concatenate(lines)
    near = (points > box[:2] - LANE) & (points < box[2:] + LANE)
    return int(near.all(axis=1).sum())
