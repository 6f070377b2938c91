"""Comparison: optimizers tuned fairly on drawn problems, and judged on others."""

from comparison.basin_maps import Basins, basin_map
from comparison.catalogue import FAMILIES
from comparison.family import Family, Instance
from comparison.judging import Duel, Judgement, Rival, judge
from comparison.search_space import SearchSpace
from comparison.settings_maps import SettingsMap, momentum_map, rate_map
from comparison.statistics import Interval
from comparison.study import JudgePlan
from comparison.trials import Outcome, run_trials
from comparison.tuning import ComparisonError, Tuned, tune

__all__ = [
    "FAMILIES",
    "Basins",
    "ComparisonError",
    "Duel",
    "Family",
    "Instance",
    "Interval",
    "JudgePlan",
    "Judgement",
    "Outcome",
    "Rival",
    "SearchSpace",
    "SettingsMap",
    "Tuned",
    "basin_map",
    "judge",
    "momentum_map",
    "rate_map",
    "run_trials",
    "tune",
]
