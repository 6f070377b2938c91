"""Loss surfaces: a catalogue by name, and surfaces from an expression.

To add one, write its record in `surfaces.funky`, `surfaces.classics`, or a module of its own imported here.
"""

from surfaces import classics, funky
from surfaces.expression import Expression, ExpressionError, expression_surface
from surfaces.surface import SURFACES, Surface, get_surface, surface

__all__ = [
    "SURFACES",
    "Expression",
    "ExpressionError",
    "Surface",
    "classics",
    "expression_surface",
    "funky",
    "get_surface",
    "surface",
]
