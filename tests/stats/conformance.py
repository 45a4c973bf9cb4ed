"""Reference cases: how they are loaded, and when a computed value agrees with them."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).parent.parent / "reference"


@dataclass(frozen=True)
class Case:
    """One pinned analysis: its data and options, the numbers to reproduce, and how closely."""

    id: str
    source: str
    data: dict[str, Any]
    args: dict[str, Any]
    expect: dict[str, Any]
    refined: dict[str, Any]
    tolerance: dict[str, Any]
    expect_error: Any = None

    def column(self, name: str) -> Any:
        """Return a data column as float array (null becomes NaN)."""
        return np.array([math.nan if value is None else value for value in self.data[name]], dtype=np.float64)


@dataclass
class Family:
    """A packed file: how many cases R computed and in how many it stopped, and all of them."""

    name: str
    n_cases: int
    n_errors: int
    cases: list[Case] = field(default_factory=list)
    errors: list[Case] = field(default_factory=list)


@cache
def load(name: str) -> Family:
    """Return the packed family `name`, such as `01_effect_sizes`."""
    packed = json.loads(gzip.decompress((FOLDER / f"{name}.json.gz").read_bytes()))

    def unpack(case: dict[str, Any]) -> Case:
        data = {column: packed["columns"][position] for column, position in case["data"].items()}
        return Case(
            id=case["id"],
            source=packed["sources"][case["source"]],
            data=data,
            args=case["args"],
            expect=case.get("expect", {}),
            refined=case.get("refined", {}),
            tolerance=packed["tolerances"][case["tolerance"]],
            expect_error=case.get("expect_error"),
        )

    family = Family(name, packed["n_cases"], packed["n_errors"])
    family.cases = [unpack(case) for case in packed["cases"]]
    family.errors = [unpack(case) for case in packed["errors"]]
    return family


Leaf = tuple[str, str, Any, Any]
"""Top-level key, full path, wanted value, computed value."""


def leaves(want: Any, got: Any, key: str, path: str) -> Iterator[Leaf]:
    """Yield every number, string, bool or null of `want` beside what was computed for it."""
    if isinstance(want, dict):
        for name, inner in want.items():
            value = got.get(name, "missing") if isinstance(got, dict) else "missing"
            yield from leaves(inner, value, key or name, f"{path}.{name}" if path else name)
    elif isinstance(want, list):
        listed = got.tolist() if isinstance(got, np.ndarray) else got
        if not isinstance(listed, list) or len(listed) != len(want):
            yield key, path, f"{len(want)} values", "missing" if listed is None else listed
            return
        for position, inner in enumerate(want):
            yield from leaves(inner, listed[position], key, f"{path}[{position}]")
    else:
        yield key, path, want, got


def agrees(want: Any, got: Any, relative: float, absolute: float) -> bool:
    """Return whether one computed leaf is the wanted one; null in the reference must be missing here too."""
    if want is None:
        return got is None or (isinstance(got, (float, np.floating)) and math.isnan(got))
    if want in ("Inf", "-Inf"):
        return isinstance(got, (float, np.floating)) and float(got) == float(want)
    if isinstance(want, (bool, str)):
        return bool(want == got)
    if got is None or isinstance(got, (str, bool, list, dict)):
        return False
    return bool(abs(float(got) - want) <= absolute + relative * abs(want))


def compared(case: Case, got: dict[str, Any]) -> Iterator[tuple[Leaf, float, float]]:
    """Yield every asserted leaf of a case with its tolerances; `refined` replaces the looser value of R."""
    tolerance = case.tolerance
    relative, absolute = tolerance.get("tolerance", 1e-8), tolerance.get("abs_tolerance", 1e-10)
    by_key = tolerance.get("tolerances", {})
    refined = tolerance.get("tolerance_refined", relative)
    for leaf in leaves({key: value for key, value in case.expect.items() if key not in case.refined}, got, "", ""):
        yield leaf, by_key.get(leaf[0], relative), absolute
    for leaf in leaves(case.refined, got, "", ""):
        yield leaf, refined, absolute


def disagreements(case: Case, got: dict[str, Any]) -> list[str]:
    """Return a sentence for every leaf that differs by more than its tolerance; empty when all agree."""
    return [
        f"{path}: want {want!r}, got {value!r}"
        for (_, path, want, value), relative, absolute in compared(case, got)
        if not agrees(want, value, relative, absolute)
    ]


def uncaught(cases: list[Case], computed: Callable[[Case], dict[str, Any]], factor: float = 1.01) -> set[str]:
    """Return the output keys that could be multiplied by `factor` in every case without any comparison failing."""
    caught: set[str] = set()
    seen: set[str] = set()
    for case in cases:
        for (key, _, want, value), relative, absolute in compared(case, computed(case)):
            if isinstance(want, bool) or not isinstance(want, (int, float)) or want == 0:
                continue
            seen.add(key)
            if key not in caught and isinstance(value, (int, float, np.number)):
                changed = float(value) * factor
                if not agrees(want, changed, relative, absolute):
                    caught.add(key)
    return seen - caught
