"""`RestingLayer`: a picture of what is fixed in the frame and has not changed, kept from frame to frame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import moderngl

from scenes.depth.mobjects import Ball, DepthMobject, Trail
from scenes.depth.sprite import Sprite


class RestingLayer:
    """The static picture, and on it the first mobjects of the frame, as long as they do not change.

    Args:
        canvas: the picture.

    Attributes:
        begun: whether the static picture is on it.
        drawn: how many of the mobjects are on it.
    """

    def __init__(self, canvas: moderngl.Framebuffer) -> None:
        self.canvas = canvas
        self.forget()

    def forget(self) -> None:
        """Start anew with another static picture."""
        self.begun, self.drawn = False, 0
        self._looks: list[Any] = []

    def settle(self, mobjects: Sequence[DepthMobject]) -> int:
        """The number of leading mobjects that look the same as last time, and so belong on the picture.

        If there are fewer than are drawn on it, the picture has to start anew.
        """
        looks = [look(mobject) for mobject in mobjects]
        same = 0
        for before, now in zip(self._looks, looks, strict=False):
            if before != now:
                break
            same += 1
        self._looks = looks
        if same < self.drawn:
            self.begun, self.drawn = False, 0
        return same


def look(mobject: DepthMobject) -> Any:
    """A value that is equal exactly for mobjects that look the same in the frame."""
    if mobject.opacity <= 0:
        return None
    shown = type(mobject), mobject.opacity, mobject.points.tobytes()
    if isinstance(mobject, Sprite):
        return *shown, mobject.digest
    if isinstance(mobject, Trail):
        return *shown, mobject.color.to_hex(), mobject.thickness, mobject.joints()
    return (*shown, mobject.color.to_hex()) if isinstance(mobject, Ball) else object()
