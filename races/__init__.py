"""Races: a checked specification, run once into a trace that every picture is drawn from."""

from races import lab
from races.config import BUILT_IN, config_path, load_spec
from races.metrics import best_loss, final_loss, path_length, steps_to_target
from races.race import run_race
from races.racer_spec import RacerSpec
from races.spec import RaceSpec
from races.status import Status
from races.toml_file import SpecError
from races.trace import Trace
from races.trace_file import TraceError

__all__ = [
    "BUILT_IN",
    "RaceSpec",
    "RacerSpec",
    "SpecError",
    "Status",
    "Trace",
    "TraceError",
    "best_loss",
    "config_path",
    "final_loss",
    "lab",
    "load_spec",
    "path_length",
    "run_race",
    "steps_to_target",
]
