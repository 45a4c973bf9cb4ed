"""Small-study effects: do small trials report other results than large ones?

On rates and odds ratios the standard error depends on the effect itself, so that Egger's regression alone finds
asymmetry where there is none (Hunter et al. 2014, J Clin Epidemiol 67:897; Peters et al. 2006, JAMA 295:676): rates
begin with the regression on 1/n, odds and risk ratios with Harbord's (Harbord et al. 2006, Stat Med 25:3443) and
Peters' tests, risk differences with Pustejovsky's. Below ten studies no test can tell (Sterne et al. 2011, BMJ
343:d4002).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mscevidence.errors import StatisticsError
from mscevidence.model import COMPARISONS, INCIDENCES, Measure, SmallStudyTest, StudyRow
from mscevidence.synthesis.counts import Counts
from mscevidence.synthesis.recipes import MEASURES, RATIOS, scale_of_regressions

FEW = 10
LOGS_ON_TIME = "log rates on 1/time at risk"
Array = NDArray[np.float64]
Tests = dict[str, Callable[[], SmallStudyTest]]


def small_study_tests(rows: Sequence[StudyRow], measure: Measure) -> tuple[SmallStudyTest, ...]:
    """Return the tests on the effects of the rows, each with its finding; what cannot be computed says why."""
    compared = measure in COMPARISONS
    scale = scale_of_regressions(measure)
    counts = Counts.of(rows, comparative=compared)
    sizes = counts.effect_sizes(scale)
    y, v = np.asarray(sizes.yi, dtype=float), np.asarray(sizes.vi, dtype=float)
    many = RATIOS[scale] + "s" if compared else "rates"
    what = MEASURES[scale]
    tests: Tests = {
        **(_of_contrasts(counts, y, v, scale, many) if compared else _of_rates(counts, y, v, many)),
        f"Egger's regression of {what} on their standard errors": lambda: _egger(y, v, many),
        f"Rank correlation of {what} with their variances": lambda: _rank(y, v, many),
        "Trim and fill (L0)": lambda: _trim_and_fill(y, v, scale),
    }
    return tuple(_named(name, test, len(rows)) for name, test in tests.items())


def _of_rates(counts: Counts, y: Array, v: Array, many: str) -> Tests:
    from mscevidence import stats

    size, name = (counts.n.astype(float), "logits on 1/n") if counts.time is None else (counts.time, LOGS_ON_TIME)

    def on_size() -> SmallStudyTest:
        return _regression(stats.regression_test(y, v, n=size, model="rma", predictor="ninv"), many)

    return {f"Regression of {name} (mixed effects, REML)": on_size}


def _of_contrasts(counts: Counts, y: Array, v: Array, measure: Measure, many: str) -> Tests:
    from mscevidence import stats

    events, n = counts.both
    if measure == "RD":
        sizes = (counts.table["n1"], counts.table["n2"])
        name = "Pustejovsky's regression of risk differences on the sizes of the arms"
        return {name: lambda: _regression(stats.pustejovsky_test(y, v, *sizes), many)}
    return {
        "Harbord's regression of the score": lambda: _regression(
            stats.harbord_test(**counts.table, measure=measure), many
        ),
        f"Peters' regression of {MEASURES[measure]} on 1/n": lambda: _regression(stats.peters_test(y, events, n), many),
    }


def _named(name: str, test: Callable[[], SmallStudyTest], k: int) -> SmallStudyTest:
    try:
        found = test()
    except StatisticsError as error:
        return SmallStudyTest(name=name, statistic=None, finding=error.message)
    caution = f" With {k} studies (fewer than {FEW}) this is hardly evidence either way." if k < FEW else ""
    return found.model_copy(update={"name": name, "finding": found.finding + caution})


def _egger(y: Array, v: Array, many: str) -> SmallStudyTest:
    from mscevidence import stats

    return _regression(stats.regression_test(y, v, model="lm", predictor="sei"), many)


def _regression(found: Any, many: str) -> SmallStudyTest:
    statistic, p, df = float(found.statistic), float(found.p), float(found.df)
    direction = f"Small trials report {'higher' if statistic > 0 else 'lower'} {many}."
    finding = direction if p < 0.1 else "No asymmetry was seen."
    return SmallStudyTest(name="", statistic=statistic, df=df if math.isfinite(df) else None, p=p, finding=finding)


def _rank(y: Array, v: Array, many: str) -> SmallStudyTest:
    from mscevidence import stats

    found = stats.rank_test(y, v)
    tau, p = float(found.tau), float(found.p)
    direction = "higher" if tau > 0 else "lower"
    finding = f"Less precise trials report {direction} {many}." if p < 0.1 else "No asymmetry was seen."
    return SmallStudyTest(name="", statistic=tau, p=p, finding=finding)


def _trim_and_fill(y: Array, v: Array, measure: Measure) -> SmallStudyTest:
    from mscevidence import stats

    found = stats.trim_and_fill(y, v)
    if found.missing == 0:
        return SmallStudyTest(name="", statistic=0.0, finding="No study was filled in.")
    before, after = (_text(float(one.mu), measure) for one in (found.observed, found.filled))
    what = RATIOS.get(measure, "rate")
    finding = (
        f"{found.missing} filled in on the {found.side}: the {what} goes from {before} to {after}. "
        "A sensitivity analysis, not a correction."
    )
    return SmallStudyTest(name="", statistic=float(found.missing), finding=finding)


def _text(mu: float, measure: Measure) -> str:
    from mscevidence import stats

    value = float(stats.back_transform(mu, measure))
    if measure == "RD":
        return f"{100 * value:.1f} points"
    if measure in INCIDENCES:
        return f"{value:.3g}"
    return f"{value:.2f}" if measure in COMPARISONS else f"{100 * value:.1f}%"
