"""Comparison: optimizers tuned fairly on drawn problems, and judged on others."""

from comparison.catalogue import FAMILIES
from comparison.family import Family, Instance
from comparison.judging import Judgement, Pair, Rival, judge
from comparison.search_space import SearchSpace
from comparison.statistics import Interval
from comparison.study import Plan
from comparison.trials import Outcome, run_trials
from comparison.tuning import ComparisonError, Tuned, tune

__all__ = [
    "FAMILIES",
    "ComparisonError",
    "Family",
    "Instance",
    "Interval",
    "Judgement",
    "Outcome",
    "Pair",
    "Plan",
    "Rival",
    "SearchSpace",
    "Tuned",
    "judge",
    "run_trials",
    "tune",
]
