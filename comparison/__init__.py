"""Comparison: optimizers tuned fairly on drawn problems, and judged on others."""

from comparison.data_families import data_families
from comparison.family import Family, Instance
from comparison.search_space import SearchSpace
from comparison.surface_families import surface_families
from comparison.trials import Outcome, run_trials
from comparison.tuning import ComparisonError, Tuned, tune

FAMILIES: dict[str, Family] = {**surface_families(), **data_families()}

__all__ = [
    "FAMILIES",
    "ComparisonError",
    "Family",
    "Instance",
    "Outcome",
    "SearchSpace",
    "Tuned",
    "run_trials",
    "tune",
]
