"""Made-up trials that count events over time at risk, or over infusions, for tests."""

from __future__ import annotations

from typing import Any

from mscevidence import synthesis
from mscevidence.model import Pooled, Question, Study
from study_factory import arm, result, study

YEAR, WEEK, MONTH = 365.25, 7.0, 30.4375
"""Days of the units."""
TIMES: dict[str, tuple[int, float, str]] = {
    "alpha": (3, 120.0, "month"),
    "beta": (0, 40.0, "month"),
    "gamma": (9, 20.0, "year"),
    "delta": (1, 200.0, "week"),
    "epsilon": (4, 300.0, "month"),
}
"""Events, time at risk and its unit of each trial."""


def timed(name: str, events: int, time: float, unit: str, **more: Any) -> Study:
    """Return a trial with one arm and one count of events over time at risk; it does not say in how many patients."""
    counted = result(
        "infection", events, None, quote=f"{events} infections in {time:g}", person_time=time, person_time_unit=unit
    )
    return study(name, counted, **{"arms": [arm(treated=20)], **more})


def trials() -> list[Study]:
    """Return the trials of `TIMES`."""
    return [timed(name, *given) for name, given in TIMES.items()]


def incidence(studies: list[Study], **asked: Any) -> Pooled:
    """Return their infections pooled as incidence rates."""
    question = {"outcome": "infection", "measure": "IRLN", "narrative_zeros": "include", **asked}
    return synthesis.pool(studies, (), Question.model_validate(question))
