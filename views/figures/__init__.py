"""Figures of races, drawn with matplotlib."""

from views.figures.race import draw_losses, draw_plan, figure, save_figure

__all__ = ["draw_losses", "draw_plan", "figure", "save_figure"]
