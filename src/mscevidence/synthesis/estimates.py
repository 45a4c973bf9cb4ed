"""Each method's answer for one set of studies, as an `Estimate` without NaN and with plain notes.

One study is shown, not pooled. What cannot be estimated has a status and a sentence instead of a number.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from mscevidence.errors import StatisticsError
from mscevidence.model import Estimate
from mscevidence.stats.diagnosis import FREEMAN_TUKEY
from mscevidence.synthesis import contrasts, incidence
from mscevidence.synthesis.counts import Array, Counts
from mscevidence.synthesis.fits import Mask, fits
from mscevidence.synthesis.numbers import finite, whole
from mscevidence.synthesis.recipes import CORRECTED, Recipe

Answer = dict[str, Any]


def estimate_with(recipe: Recipe, counts: Counts, *, level: float) -> Estimate:
    """Return what a recipe makes of the counts of the studies."""
    return estimates_with(recipe, counts, [np.ones(counts.k, dtype=np.bool_)], level=level)[0]


def estimates_with(recipe: Recipe, counts: Counts, masks: Iterable[Mask], *, level: float) -> list[Estimate]:
    """Return what a recipe makes of parts of the studies, each with a mask (studies); all are fitted in one call."""
    masks = list(masks)
    parts = [counts.only(mask) for mask in masks]
    answers = [_unfitted(recipe, part, level) for part in parts]
    open_ = [index for index, known in enumerate(answers) if known is None]
    for index, fit in zip(open_, fits(recipe, counts, [masks[index] for index in open_], level), strict=True):
        answers[index] = _answer(recipe, parts[index], fit, level)
    return [
        Estimate(method=recipe.method, label=recipe.label, k=part.k, **part.totals, **(known or {}))
        for part, known in zip(parts, answers, strict=True)
    ]


def _unfitted(recipe: Recipe, counts: Counts, level: float) -> Answer | None:
    """Return the fields of an `Estimate` where there is nothing to fit: a status and notes."""
    if counts.k < 2:
        one = {"status": "single", "notes": ("One study: shown, not pooled.",)}
        return one if counts.k else {"status": "none", "notes": ("No study.",)}
    if recipe.comparative:
        return contrasts.unfitted(recipe, counts)
    if recipe.incidence:
        return incidence.unfitted(recipe, counts, level)
    if counts.events.sum() in (0, counts.n.sum()):
        from mscevidence.stats.method_strip import boundary_sentence

        return {"status": "boundary", "notes": (boundary_sentence(counts.events, counts.n, level=level),)}
    return None


def _answer(recipe: Recipe, counts: Counts, fit: Any, level: float) -> Answer:
    """Return the fields of an `Estimate` that a fit, or the error in its place, gives."""
    try:
        if isinstance(fit, StatisticsError):
            raise fit
        if recipe.comparative:
            return contrasts.answer(recipe, counts, fit, level)
        if recipe.incidence:
            return incidence.answer(recipe, counts, fit, level)
        return {"status": "estimated", **(_glmm if recipe.method == "glmm" else _two_step)(recipe, counts, fit)}
    except StatisticsError as error:
        return {"status": "failed", "notes": (error.message,)}


def _glmm(recipe: Recipe, counts: Counts, fit: Any) -> Answer:
    return {
        **_rates(fit, recipe, counts.n),
        "q": finite(fit.lrt),
        "q_df": whole(fit.lrt_df),
        "q_p": finite(fit.lrt_p),
        "q_name": "LR test",
        "notes": tuple(fit.notes),
    }


def _two_step(recipe: Recipe, counts: Counts, fit: Any) -> Answer:
    return {
        **_rates(fit, recipe, counts.n),
        "i2": finite(fit.i2),
        "q": finite(fit.q),
        "q_df": whole(fit.q_df),
        "q_p": finite(fit.q_p),
        "q_name": "Q",
        "notes": (*_notes(recipe, counts), *fit.notes),
    }


def _notes(recipe: Recipe, counts: Counts) -> list[str]:
    if recipe.measure == "PFT":
        return [FREEMAN_TUKEY]
    corrected = int(((counts.events == 0) | (counts.events == counts.n)).sum())
    if recipe.measure in CORRECTED and corrected:
        return [f"0.5 was added to the cells of {corrected} of {counts.k} studies."]
    return []


def _rates(fit: Any, recipe: Recipe, n: Array) -> dict[str, float | None]:
    """Return estimate, interval and prediction interval as proportions, and what stays on the analysis scale."""
    from mscevidence import stats

    size = stats.harmonic_mean(n) if recipe.measure == "PFT" else None

    def rate(value: Any) -> float | None:
        found = float(stats.back_transform(value, recipe.measure, n=size))
        return min(max(found, 0.0), 1.0) if math.isfinite(found) else None

    return {
        "mu": finite(fit.mu),
        "se": finite(fit.se),
        "effect": rate(fit.mu),
        "lower": rate(fit.lower),
        "upper": rate(fit.upper),
        "prediction_lower": rate(fit.pi_lower),
        "prediction_upper": rate(fit.pi_upper),
        "tau2": finite(fit.tau2),
        "log_likelihood": finite(fit.log_likelihood),
    }


def row_weights(recipe: Recipe, counts: Counts, estimate: Estimate) -> list[float | None]:
    """Return the weight of each study in per cent, None for all when nothing is pooled.

    Two-step methods, Mantel-Haenszel and Peto: their own weights. The binomial-normal model of rates has none; shown is
    1/(1/(n p (1 - p)) + tau2) at the pooled rate p, the weight of the study's logit if its rate were p; of incidence
    rates likewise the weight of the log rate.
    """
    if estimate.status != "estimated" or estimate.effect is None:
        return [None] * counts.k
    if recipe.comparative:
        return contrasts.weights(recipe, counts, estimate)
    if recipe.method == "glmm" and recipe.incidence:
        variance = incidence.variances_at(estimate.effect, counts)
    elif recipe.method == "glmm":
        rate = min(max(estimate.effect, 1e-6), 1 - 1e-6)
        variance = 1 / (counts.n * rate * (1 - rate))
    else:
        variance = np.asarray(counts.effect_sizes(recipe.measure).vi, dtype=float)
    precision = 1 / (variance + (estimate.tau2 or 0.0))
    return [float(share) for share in 100 * precision / precision.sum()]
