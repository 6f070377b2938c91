"""Loss surfaces: a catalogue by name, and surfaces from an expression.

To add one, write its record in the module that it fits (`surfaces.classics`, `surfaces.basins`, ...), or in a
new one imported here; script/suggest_rates.py finds its learning rates.
"""

from surfaces import basins, bowls, classics, funky, plateaus, ripples, saddles
from surfaces.expression import Expression, ExpressionError
from surfaces.from_formula import expression_surface, formula_surface
from surfaces.surface import SURFACES, Surface, get_surface, surface

__all__ = [
    "SURFACES",
    "Expression",
    "ExpressionError",
    "Surface",
    "basins",
    "bowls",
    "classics",
    "expression_surface",
    "formula_surface",
    "funky",
    "get_surface",
    "plateaus",
    "ripples",
    "saddles",
    "surface",
]
