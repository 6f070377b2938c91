"""Depth: a camera that hides what is behind something else, its painter, and the mobjects that it draws."""
