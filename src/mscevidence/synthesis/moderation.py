"""Meta-regression: does the effect go with the year, the size or the dose of a study, or with what kind of study it is?

Mixed-effects regression of logits, of logs of incidence rates, or in comparisons of log ratios or risk differences (0.5
added only where needed), REML, Knapp & Hartung 2003 (Stat Med 22:2693). Dose enters as its logarithm to base 10, so
that a coefficient is per tenfold dose; year per year; patients per ten patients.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from mscevidence.errors import StatisticsError, UnknownTermError
from mscevidence.model import COMPARISONS, Coefficient, Measure, Moderation, StudyRow
from mscevidence.synthesis.counts import Counts
from mscevidence.synthesis.recipes import scale_of_regressions

NUMERIC: dict[str, tuple[str, Callable[[float], float]]] = {
    "year": ("per year", float),
    "patients": ("per 10 patients", lambda value: value / 10),
    "dose": ("per tenfold dose (cells per kg)", math.log10),
}
CATEGORICAL = ("condition", "product", "design", "phase")


def moderate(rows: Sequence[StudyRow], moderator: str, measure: Measure, *, level: float) -> Moderation:
    """Return the meta-regression of the effects of the rows on a moderator (logits for every measure of shares).

    Raises:
        UnknownTermError: no such moderator.
    """
    if moderator not in (*NUMERIC, *CATEGORICAL):
        raise UnknownTermError(moderator, kind="moderator", choices=[*NUMERIC, *CATEGORICAL])
    known = [row for row in rows if moderator in (row.numbers if moderator in NUMERIC else row.columns)]
    missing = tuple(row.label for row in rows if row not in known)
    names, design = _design(known, moderator)
    base = Moderation(moderator=moderator, k=len(known), missing=missing)
    try:
        fit = _fit(known, design, measure, level)
    except StatisticsError as error:
        return base.model_copy(update={"notes": (error.message,)})
    return base.model_copy(update=_answer(fit, names, measure))


def _design(rows: Sequence[StudyRow], moderator: str) -> tuple[list[str], Any]:
    if moderator in NUMERIC:
        unit, scale = NUMERIC[moderator]
        values = np.array([scale(row.numbers[moderator]) for row in rows])
        centre = values.mean() if len(values) else 0.0
        return ["at the mean", unit], np.column_stack([np.ones(len(values)), values - centre])
    texts = [row.columns[moderator] for row in rows]
    levels = sorted(set(texts))
    columns = [np.ones(len(texts)), *(np.array([text == one for text in texts], dtype=float) for one in levels[1:])]
    return [levels[0] if levels else "", *(f"{one} against {levels[0]}" for one in levels[1:])], np.column_stack(
        columns
    )


def _fit(rows: Sequence[StudyRow], design: Any, measure: Measure, level: float) -> Any:
    from mscevidence import stats

    if len(rows) <= design.shape[1]:
        raise StatisticsError(f"{len(rows)} studies are too few for {design.shape[1]} coefficients")
    if design.shape[1] == 1 or np.linalg.matrix_rank(design) < design.shape[1]:
        raise StatisticsError("the moderator is the same in all studies")
    sizes = Counts.of(rows, comparative=measure in COMPARISONS).effect_sizes(scale_of_regressions(measure))
    return stats.meta_regression(sizes.yi, sizes.vi, design, estimator="REML", test="knha", level=level)


def _answer(fit: Any, names: Sequence[str], measure: Measure) -> dict[str, Any]:
    told: Callable[[float], float] = float if measure == "RD" else math.exp
    coefficients = tuple(
        Coefficient(
            name=name,
            estimate=float(fit.beta[i]),
            se=float(fit.se[i]),
            p=float(fit.p[i]),
            effect=told(float(fit.beta[i])),
            lower=told(float(fit.lower[i])),
            upper=told(float(fit.upper[i])),
        )
        for i, name in enumerate(names)
    )
    return {
        "coefficients": coefficients,
        "statistic": float(fit.moderators),
        "df": (float(fit.moderators_df1), _finite(fit.moderators_df2)),
        "p": _finite(fit.moderators_p),
        "tau2": _finite(fit.tau2),
        "r2": _finite(fit.r2),
        "notes": tuple(fit.notes),
    }


def _finite(value: Any) -> float | None:
    return float(value) if math.isfinite(float(value)) else None
