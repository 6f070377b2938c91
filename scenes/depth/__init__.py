"""Depth: a camera with hidden-surface removal, its painter, and the mobjects that it draws."""
