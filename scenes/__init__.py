"""Scenes: what a film of a race is drawn with. Everything that uses Manim stands here."""

from scenes.camera import DepthCamera
from scenes.mobjects import Ball, LossSurface, Trail

__all__ = ["Ball", "DepthCamera", "LossSurface", "Trail"]
