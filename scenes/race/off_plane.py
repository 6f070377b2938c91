"""What a network's race has beside its plane: each racer's true loss, and how far from the plane it is."""

from __future__ import annotations

from typing import Self

import numpy as np
from manim import LEFT, Group
from numpy.typing import NDArray

from races import Trace
from scenes.depth.mobjects import Trail
from scenes.depth.sprite import Label, line_width, wrapped
from scenes.depth.uncopied import Shared
from scenes.frame import Area
from scenes.race.balls_and_trails import Runners
from scenes.race.regions import LINE
from scenes.theme import SMALL
from views.box import Box
from views.captions import Captions
from views.theme import INK

Array = NDArray[np.float64]

HALF = 0.14  # of the bar at a stalk's end, in scene units
GAP = 0.25  # between the distances, in scene units


class Stalks(Group):
    """A stalk from the surface at each racer up or down to its true loss, with a bar there.

    Of a race that is no network's there are none.

    Args:
        trace: the race; its first start is shown.
        box: where it stands.
        runners: the racers, which say where each is and whether it is seen.
    """

    def __init__(self, trace: Trace, box: Box, runners: Runners) -> None:
        colours = [racer.colour for racer in trace.spec.racers] if trace.plane else []
        super().__init__(*(Trail(colour=colour, width=4.5, ghost=0.75) for colour in colours))
        self._ways, self._box = Shared(runners.paths), Shared(box)
        self._losses = Shared(trace.losses[:, :, 0])
        self.digest = runners.digest
        self.at(0.0)

    def at(self, t: float) -> Self:
        """Show the losses at step t."""
        for stalk, path, losses in zip(self, self._ways.value, self._losses.value, strict=False):
            stalk.set_pieces(self._pieces(path.point(t), losses, t) if path.shown(t) else [])
        return self

    def _pieces(self, foot: Array, losses: Array, t: float) -> list[Array]:
        loss = np.interp(t, np.arange(len(losses)), losses)
        fraction = float(self._box.value.height_fraction(np.asarray(loss)))
        tip = np.array([foot[0], foot[1], (fraction - 0.5) * self._box.value.height])
        across = np.array([[HALF, 0.0, 0.0], [0.0, HALF, 0.0]])
        return [np.array([foot, tip]), *(np.array([tip - half, tip + half]) for half in across)]


def plane_lines(trace: Trace, captions: Captions, width: float) -> list[str]:
    """How much of a network's race the plane shows, in lines no wider than `width`; of others' none."""
    if trace.plane is None:
        return []
    share = captions.share(float(trace.plane.explained_variance.sum()))
    return wrapped(captions.plane.format(share=share), width, SMALL)


class OffPlane(Group):
    """Words: how much of the race the plane shows, and each racer's distance from it.

    Where the distances of all racers have no room, the greatest is told. To be fixed in the frame; of a race
    that is no network's there are none.

    Args:
        trace: the race.
        captions: the words.
        area: of the words: at its top.
    """

    def __init__(self, trace: Trace, captions: Captions, area: Area) -> None:
        self._numbers, self._distances = captions.numbers, Shared(np.zeros((0, 1)))
        self.digest = "" if trace.plane is None else trace.plane.distances.tobytes().hex()
        self._labels: list[Label] = []
        super().__init__()
        if trace.plane is None:
            return
        lines = plane_lines(trace, captions, area.width)
        levels = [area.top - 0.36 - LINE * k for k in range(len(lines) + 1)]
        x, y = area.left, levels[-1]
        self._distances = Shared(trace.plane.distances[:, :, 0])
        widest = self._widest()
        words = captions.distances
        room = area.width - line_width(words, SMALL) - len(trace.names) * (GAP + widest)
        if room < 0:
            words = captions.farthest
            self._distances = Shared(np.nanmax(trace.plane.distances[:, :, 0], axis=0, keepdims=True))
        for line, level in zip(lines, levels[:-1], strict=True):
            self.add(Label(line, SMALL, INK).stand(x, level, LEFT))
        self.add(Label(words, SMALL, INK).stand(x, y, LEFT))
        x += line_width(words, SMALL)
        colours = [racer.colour for racer in trace.spec.racers] if room >= 0 else [INK]
        for colour in colours:
            self._labels.append(Label("0", SMALL, colour, bold=True).stand(x + GAP, y, LEFT))
            x += GAP + widest
        self.add(*self._labels)
        self.at(0.0)

    def _written(self, distance: float) -> str:
        return self._numbers.written(f"{distance:.2f}" if distance < 99.95 else f"{distance:.0f}")

    def _widest(self) -> float:
        """The room for a distance."""
        known = self._distances.value[np.isfinite(self._distances.value)]
        return line_width(self._written(float(known.max(initial=0.0))), SMALL, bold=True)

    def at(self, t: float) -> Self:
        """Tell the distances after step t."""
        for label, distances in zip(self._labels, self._distances.value, strict=False):
            distance = float(distances[int(t)])
            label.write(self._written(distance) if np.isfinite(distance) else "-", LEFT)
        return self
