"""`FAMILIES`: all families of problems, by name."""

from __future__ import annotations

from comparison.data_families import data_families
from comparison.family import Family
from comparison.surface_families import surface_families

FAMILIES: dict[str, Family] = {**surface_families(), **data_families()}
