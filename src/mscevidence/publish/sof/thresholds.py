"""The thresholds of a summary of findings: data in one table, each with its source."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType


@dataclass(frozen=True)
class Threshold:
    """One number by which a rating is drafted.

    Attributes:
        value: in `unit`.
        unit: what it counts in.
        meaning: what happens there.
        source: who says so; ``our convention`` where GRADE leaves it open.
    """

    value: float
    unit: str
    meaning: str
    source: str


@functools.cache
def thresholds() -> Mapping[str, Threshold]:
    """Return all thresholds by name."""
    text = (resources.files("mscevidence.publish.sof") / "thresholds.toml").read_text(encoding="utf-8")
    return MappingProxyType({name: Threshold(**entry) for name, entry in tomllib.loads(text).items()})


def value(name: str) -> float:
    """Return the number of a threshold."""
    return thresholds()[name].value


def proportion(name: str) -> float:
    """Return a threshold that is given in per cent as a proportion."""
    return thresholds()[name].value / 100
