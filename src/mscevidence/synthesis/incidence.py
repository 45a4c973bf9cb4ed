"""Estimates of incidence rates: events over time at risk, or over infusions given.

The Poisson-normal model (Stijnen, Hamza & Ozdemir 2010, Stat Med 29:3046, section 4) takes studies without events as
they are; two-step methods pool logs, square roots or the rates themselves by inverse variance.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from mscevidence.effects.exposure import exposure_text
from mscevidence.errors import StatisticsError
from mscevidence.synthesis.counts import Counts, Times
from mscevidence.synthesis.numbers import finite, whole
from mscevidence.synthesis.recipes import CORRECTED, Recipe

Answer = dict[str, Any]


def unfitted(recipe: Recipe, counts: Counts, level: float) -> Answer | None:
    """Return the fields of an `Estimate` where there is nothing to fit: a status and notes."""
    if counts.events.sum() > 0:
        return None
    return {"status": "boundary", "notes": (_no_event(counts, recipe.time_unit, level),)}


def answer(recipe: Recipe, counts: Counts, fit: Any, level: float) -> Answer:
    """Return the fields of an `Estimate` that the fit of a recipe gives for incidence rates: a status, numbers, notes.

    Raises:
        StatisticsError: the model has no estimate.
    """
    found = _model(recipe, fit, level) if recipe.method == "glmm" else _two_step(recipe, counts, fit)
    return {"status": "estimated", **found}


def time_of(counts: Counts) -> Times:
    """Return the time at risk of each study.

    Raises:
        StatisticsError: these are counts of patients.
    """
    if counts.time is None:
        raise StatisticsError("an incidence rate needs the time at risk", hint="count patients with --measure PLO")
    return counts.time


def per_text(rate: float, unit: str) -> str:
    """Return a rate in words: ``12.3 per 100 person-years``."""
    return f"{100 * rate:.3g} per 100 {exposure_text(unit)}"


def _no_event(counts: Counts, unit: str, level: float) -> str:
    from mscevidence import stats

    total = float(time_of(counts).sum())
    upper = float(np.ravel(stats.rate_intervals([0], [total], level=level).upper)[0])
    return (
        f"No event in any study ({total:,.4g} {exposure_text(unit)}): the maximum-likelihood rate is 0, not pooled. "
        f"If all studies share one rate it is at most {per_text(upper, unit)} (exact {100 * level:g}% limit)."
    )


def _model(recipe: Recipe, fit: Any, level: float) -> Answer:
    from mscevidence import stats

    if fit.status != "ok":
        raise StatisticsError(f"the Poisson-normal model has no estimate here ({fit.status})")
    prediction = stats.prediction_interval(fit.mu, fit.se[0], fit.tau2, df=fit.df, k=fit.k, level=level)
    return {
        **_numbers(recipe, fit.mu, fit.se[0], (fit.lower[0], fit.upper[0]), prediction),
        "tau2": finite(fit.tau2),
        "log_likelihood": finite(fit.log_likelihood),
        "q": finite(fit.lrt),
        "q_df": whole(fit.lrt_df),
        "q_p": finite(fit.lrt_p),
        "q_name": "LR test",
        "notes": tuple(fit.notes),
    }


def _two_step(recipe: Recipe, counts: Counts, fit: Any) -> Answer:
    empty = int((counts.events == 0).sum()) if recipe.measure in CORRECTED else 0
    added = (f"0.5 was added to the events of {empty} of {counts.k} studies.",) if empty else ()
    return {
        **_numbers(recipe, fit.mu, fit.se, (fit.lower, fit.upper), (fit.pi_lower, fit.pi_upper)),
        "tau2": finite(fit.tau2),
        "log_likelihood": finite(fit.log_likelihood),
        "i2": finite(fit.i2),
        "q": finite(fit.q),
        "q_df": whole(fit.q_df),
        "q_p": finite(fit.q_p),
        "q_name": "Q",
        "notes": (*added, *fit.notes),
    }


def _numbers(recipe: Recipe, mu: Any, se: Any, interval: Any, prediction: Any) -> Answer:
    ends = (mu, interval[0], interval[1], prediction[0], prediction[1])
    names = ("effect", "lower", "upper", "prediction_lower", "prediction_upper")
    return {
        "mu": finite(mu),
        "se": finite(se),
        **{name: _rate(recipe, end) for name, end in zip(names, ends, strict=True)},
    }


def _rate(recipe: Recipe, value: Any) -> float | None:
    """Return a number of the analysis scale as events per unit of time; no rate is below 0."""
    from mscevidence import stats

    if not math.isfinite(float(value)):
        return None
    found = finite(stats.back_transform(value, recipe.measure))
    return None if found is None else max(found, 0.0)


def own_rates(counts: Counts, level: float) -> list[tuple[float | None, float | None, float | None]]:
    """Return the rate of each study with its exact Poisson interval."""
    from mscevidence import stats

    time = time_of(counts)
    found = stats.rate_intervals(counts.events, time, level=level)
    return list(zip((counts.events / time).tolist(), found.lower.tolist(), found.upper.tolist(), strict=True))


def variances_at(rate: float, counts: Counts) -> Times:
    """Return the variance that the log rate of each study would have if its rate were this one."""
    return np.asarray(1 / (time_of(counts) * rate), dtype=float)
