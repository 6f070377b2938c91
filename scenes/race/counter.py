"""`Counter`: the step that a film shows, and the epoch."""

from __future__ import annotations

from typing import Self

from manim import LEFT, Group

from races import Trace
from races.network_spec import NetworkSpec
from scenes.depth.sprite import Label
from scenes.theme import SMALL
from views.captions import Captions
from views.theme import FAINT


class Counter(Group):
    """The step, and the epoch if that is more than one step."""

    def __init__(self, trace: Trace, captions: Captions) -> None:
        network = trace.spec.surface
        self._captions, self._steps = captions, trace.spec.steps
        self._batches = 1
        if isinstance(network, NetworkSpec) and network.batch_size:
            self._batches = -(-len(network.dataset().train) // network.batch_size)
        super().__init__(Label("", SMALL, FAINT))

    def at(self, t: float) -> Self:
        """Show step t."""
        step, count = int(t), self._captions.count
        words = self._captions.pace.format(step=count(step), steps=count(self._steps))
        if self._batches > 1:
            epoch = max(step - 1, 0) // self._batches + 1
            words = self._captions.epoch.format(epoch=count(epoch), pace=words)
        self[0].write(words, LEFT)
        return self
