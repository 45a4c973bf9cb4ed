"""Trials of two arms for tests: synthetic tables, and the BCG trials whose numbers everybody knows."""

from __future__ import annotations

from typing import Any

from mscevidence import synthesis
from mscevidence.model import Estimate, Pooled, Question
from study_factory import arm, report, result, study

# Events and patients with cells, events and patients without, year: a table with an empty cell, one without events.
TABLES = ((3, 20, 1, 19, 2010), (0, 12, 2, 11, 2012), (5, 40, 9, 41, 2015), (0, 15, 0, 14, 2019), (4, 30, 6, 28, 2020))


def trial(name: str, a: int, n1: int, c: int, n2: int, year: int = 2020, **more: Any) -> Any:
    return study(
        name,
        result("death", a, n1, arm="msc"),
        result("death", c, n2, arm="placebo"),
        **{
            "design": "randomised-controlled",
            "arms": [arm("msc"), arm("placebo", role="placebo")],
            "reports": [report(first_author=f"{name.title()} A", year=year)],
            **more,
        },
    )


TRIALS = [trial(name, *table) for name, table in zip("abcde", TABLES, strict=True)]


def pool(*trials: Any, **options: Any) -> Pooled:
    return synthesis.pool(list(trials), [], Question(**{"outcome": "death", "measure": "OR", **options}))


def first(*trials: Any, **options: Any) -> Estimate:
    return pool(*trials, **options).overall.estimates[0]


# BCG trials: Colditz et al. 1994, JAMA 271:698, as in metafor's dat.bcg: tpos, tneg, cpos, cneg.
BCG = (
    (4, 119, 11, 128), (6, 300, 29, 274), (3, 228, 11, 209), (62, 13536, 248, 12619), (33, 5036, 47, 5761),
    (180, 1361, 372, 1079), (8, 2537, 10, 619), (505, 87886, 499, 87892), (29, 7470, 45, 7232), (17, 1699, 65, 1600),
    (186, 50448, 141, 27197), (5, 2493, 3, 2338), (27, 16886, 29, 17825),
)  # fmt: skip
VACCINES = [trial(f"s{i}", a, a + b, c, c + d) for i, (a, b, c, d) in enumerate(BCG)]
