"""Compiled steps: an optimizer's rule as a program, for floats and for long arrays."""
