"""Small-study effects in rates: do small trials report other rates than large ones?

On rates the standard error depends on the rate itself, so that Egger's regression alone finds asymmetry where there is
none (Hunter et al. 2014, J Clin Epidemiol 67:897): the regression on 1/n comes first. Below ten studies no test can
tell (Sterne et al. 2011, BMJ 343:d4002).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from mscevidence.errors import StatisticsError
from mscevidence.model import SmallStudyTest, StudyRow

FEW = 10
Array = NDArray[np.float64]


def small_study_tests(rows: Sequence[StudyRow]) -> tuple[SmallStudyTest, ...]:
    """Return the tests on the logits of the rows, each with its finding; what cannot be computed says why."""
    from mscevidence import stats

    events, n = np.array([row.events for row in rows]), np.array([row.n for row in rows], dtype=float)
    sizes = stats.logit(events, n)
    y, v = np.asarray(sizes.yi, dtype=float), np.asarray(sizes.vi, dtype=float)
    tests: dict[str, Callable[[], SmallStudyTest]] = {
        "Regression of logits on 1/n (mixed effects, REML)": lambda: _regression(y, v, n, "rma", "ninv"),
        "Egger's regression of logits on their standard errors": lambda: _regression(y, v, n, "lm", "sei"),
        "Rank correlation of logits with their variances": lambda: _rank(y, v),
        "Trim and fill (L0)": lambda: _trim_and_fill(y, v),
    }
    return tuple(_named(name, test, len(rows)) for name, test in tests.items())


def _named(name: str, test: Callable[[], SmallStudyTest], k: int) -> SmallStudyTest:
    try:
        found = test()
    except StatisticsError as error:
        return SmallStudyTest(name=name, statistic=None, finding=error.message)
    caution = f" With {k} studies (fewer than {FEW}) this is hardly evidence either way." if k < FEW else ""
    return found.model_copy(update={"name": name, "finding": found.finding + caution})


def _regression(y: Array, v: Array, n: Array, model: str, predictor: str) -> SmallStudyTest:
    from mscevidence import stats

    found = stats.regression_test(y, v, n=n, model=model, predictor=predictor)
    statistic, p, df = float(found.statistic), float(found.p), float(found.df)
    direction = "small trials report higher rates" if statistic > 0 else "small trials report lower rates"
    finding = f"{direction[0].upper()}{direction[1:]}." if p < 0.1 else "No asymmetry was seen."
    return SmallStudyTest(name="", statistic=statistic, df=df if math.isfinite(df) else None, p=p, finding=finding)


def _rank(y: Array, v: Array) -> SmallStudyTest:
    from mscevidence import stats

    found = stats.rank_test(y, v)
    tau, p = float(found.tau), float(found.p)
    direction = "higher" if tau > 0 else "lower"
    finding = f"Less precise trials report {direction} rates." if p < 0.1 else "No asymmetry was seen."
    return SmallStudyTest(name="", statistic=tau, p=p, finding=finding)


def _trim_and_fill(y: Array, v: Array) -> SmallStudyTest:
    from mscevidence import stats

    found = stats.trim_and_fill(y, v)
    if found.missing == 0:
        return SmallStudyTest(name="", statistic=0.0, finding="No study was filled in.")
    observed, filled = (100 / (1 + math.exp(-float(one.mu))) for one in (found.observed, found.filled))
    finding = (
        f"{found.missing} filled in on the {found.side}: the rate goes from {observed:.1f}% to {filled:.1f}%. "
        "A sensitivity analysis, not a correction."
    )
    return SmallStudyTest(name="", statistic=float(found.missing), finding=finding)
