"""Evolution: networks for the learned optimizer, bred by racing."""

from evolution.breeding import Bred, Generation, breed
from evolution.errors import EvolutionError
from evolution.history import load_history, save_history
from evolution.plan import BreedingPlan

__all__ = ["Bred", "BreedingPlan", "EvolutionError", "Generation", "breed", "load_history", "save_history"]
