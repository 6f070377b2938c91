"""The `race` command.

Imports that take time (numpy, pydantic, matplotlib, manim) happen inside the commands that need them, so
that ``race --help`` answers at once.
"""

from cli.entry import main

__all__ = ["main"]
