"""Races: a checked specification, run once into a trace that every picture is drawn from."""

from races.config import BUILT_IN, config_path, load_spec
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
    "config_path",
    "load_spec",
    "run_race",
]
