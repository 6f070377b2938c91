"""Scenes: what a film of a race is drawn with. Everything that uses Manim stands here."""

from scenes.mobjects import Ball, LossSurface, Trail

__all__ = ["Ball", "LossSurface", "Trail"]
