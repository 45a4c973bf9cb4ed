"""Forest plots of made-up results that studies do not easily lead to: no row, boundaries, a failed model, Chinese."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "publish"))

import synthetic_pooled as made_up  # found through the line above: tests and gallery draw the same results

from mscevidence.model import Estimate, Pooled

COLUMNS = ("dose", "product", "design", "phase", "follow-up")
NO_NUMBERS: dict[str, Any] = dict.fromkeys(
    ("effect", "lower", "upper", "prediction_lower", "prediction_upper", "tau2", "i2", "q", "q_df", "q_p")
)


def forests() -> dict[str, tuple[Pooled, dict[str, Any]]]:
    """Return every such forest with its options."""
    return {
        "01-row": (made_up.pooled(made_up.many(1)), {}),
        "04-founding": (made_up.founding(), {}),
        "04-founding-every-estimate": (made_up.founding(), {"estimates": "all", "columns": ("dose", "product")}),
        "20-rows": (made_up.pooled(made_up.many(20)), {}),
        "20-rows-columns": (made_up.pooled(made_up.many(20)), {"columns": COLUMNS}),
        "60-rows": (made_up.pooled(made_up.many(60)), {"columns": ("dose",)}),
        "long-names": (made_up.pooled(made_up.many(10, names=made_up.LONG_NAMES)), {}),
        "long-names-columns": (made_up.pooled(made_up.many(10, names=made_up.LONG_NAMES)), {"columns": COLUMNS}),
        "arabic": (made_up.pooled(made_up.many(3, names=("محمد الأحمد 2019", "Müller-Lüdenscheidt 2020"))), {}),
        "one-huge-study": (
            made_up.pooled([*made_up.many(4), made_up.study("Registry 2024", 5210, 9874, number=9, weight=97.0)]),
            {},
        ),
        "chinese": (made_up.pooled(made_up.many(3, names=(made_up.CHINESE_NAME, "Wang 2012"))), {}),
        "subgroups": (made_up.grouped({"Lupus": 5, "Crohn fistula": 1, "Multiple sclerosis": 4}), {}),
        "subgroups-60-rows": (
            made_up.grouped({"Lupus": 14, made_up.LONG_NAMES[0]: 9, "GVHD": 1, "Sclerosis": 36}),
            {"columns": ("product", "phase")},
        ),
        "boundary": (_without_estimate("boundary", events=0), {}),
        "boundary-narrative-zeros": (_without_estimate("boundary", events=0, marks=("narrative-zero",)), {}),
        "failed": (_without_estimate("failed", events=3), {}),
        "comparison-1": (made_up.compared(made_up.contrasts(1)), {}),
        "comparison-20": (made_up.compared(made_up.contrasts(20)), {}),
        "comparison-difference": (_differences(), {}),
        "no-row": (made_up.pooled([]), {}),
        "no-prediction-interval": (_no_prediction(), {}),
    }


def _differences() -> Pooled:
    title = "Serious adverse event: risk difference, MSC against control"
    return made_up.compared(made_up.contrasts(6, measure="RD"), measure="RD").model_copy(update={"title": title})


def _without_estimate(status: str, *, events: int, marks: Sequence[str] = ()) -> Pooled:
    rows = [made_up.study(f"Study {i}", events, 6 + 5 * i, marks=marks if i % 2 else (), number=i) for i in range(4)]
    note = ("Events at the boundary in every study; the exact limits of each study still hold.",)
    return made_up.pooled(rows, made_up.estimate(rows, status=status, notes=note, **NO_NUMBERS))


def _no_prediction() -> Pooled:
    rows = made_up.many(4, seed=5)
    bare: Estimate = made_up.estimate(rows, prediction_lower=None, prediction_upper=None, i2=None)
    return made_up.pooled(rows, bare)
