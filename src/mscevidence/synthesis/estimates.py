"""Each method's answer for one set of studies, as an `Estimate` without NaN and with plain notes.

Default for a single-arm rate is the binomial-normal model on the logit scale by maximum likelihood (Stijnen, Hamza &
Ozdemir 2010, Stat Med 29:3046); beside it stands REML on logits with 0.5 added only to studies that need it and the
Hartung-Knapp interval (Hartung & Knapp 2001, Stat Med 20:3875). One study is shown, not pooled.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mscevidence.errors import StatisticsError
from mscevidence.model import Estimate, Method

LABELS = {
    "glmm": "Logit GLMM (maximum likelihood), t interval",
    "reml": "REML on logits (0.5 added only where needed), Hartung-Knapp interval",
}
WEIGHTINGS = {
    "glmm": "the model has no weights; shown is the inverse variance of each logit at the pooled rate, tau² added",
    "reml": "inverse variance, tau² added",
}
Q_NAMES = {"glmm": "LR test", "reml": "Q"}

Counts = NDArray[np.int64]


def estimate_with(method: Method, events: Counts, n: Counts, *, level: float) -> Estimate:
    """Return what a method makes of events out of n, one entry per study."""
    base: dict[str, Any] = {
        "method": method,
        "label": LABELS[method],
        "k": len(n),
        "events": int(events.sum()),
        "patients": int(n.sum()),
    }
    if len(n) == 0:
        return Estimate(status="none", notes=("No study.",), **base)
    if len(n) == 1:
        return Estimate(status="single", notes=("One study: shown, not pooled.",), **base)
    if events.sum() in (0, n.sum()):
        return Estimate(status="boundary", notes=(_boundary_sentence(events, n, level),), **base)
    try:
        return _glmm(events, n, level, base) if method == "glmm" else _reml(events, n, level, base)
    except StatisticsError as error:
        return Estimate(status="failed", notes=(error.message,), **base)


def _glmm(events: Counts, n: Counts, level: float, base: dict[str, Any]) -> Estimate:
    from mscevidence import stats

    fit = stats.proportion_glmm(events, n, test="t", level=level)
    return Estimate(
        status="estimated",
        **base,
        **_on_logit_scale(fit),
        q=_number(fit.lrt),
        q_df=_whole(fit.lrt_df),
        q_p=_number(fit.lrt_p),
        q_name=Q_NAMES["glmm"],
        notes=tuple(fit.notes),
    )


def _reml(events: Counts, n: Counts, level: float, base: dict[str, Any]) -> Estimate:
    from mscevidence import stats

    logits = stats.logit(events, n, add=0.5, to="only0")
    fit = stats.random_effects(logits.yi, logits.vi, estimator="REML", test="knha", level=level)
    corrected = int(((events == 0) | (events == n)).sum())
    notes = [f"0.5 was added to the cells of {corrected} of {len(n)} studies."] if corrected else []
    return Estimate(
        status="estimated",
        **base,
        **_on_logit_scale(fit),
        i2=_number(fit.i2),
        q=_number(fit.q),
        q_df=_whole(fit.q_df),
        q_p=_number(fit.q_p),
        q_name=Q_NAMES["reml"],
        notes=(*notes, *fit.notes),
    )


def _on_logit_scale(fit: Any) -> dict[str, float | None]:
    return {
        "mu": _number(fit.mu),
        "se": _number(fit.se),
        "proportion": _proportion(fit.mu),
        "lower": _proportion(fit.lower),
        "upper": _proportion(fit.upper),
        "prediction_lower": _proportion(fit.pi_lower),
        "prediction_upper": _proportion(fit.pi_upper),
        "tau2": _number(fit.tau2),
        "log_likelihood": _number(fit.log_likelihood),
    }


def row_weights(method: Method, events: Counts, n: Counts, estimate: Estimate) -> list[float | None]:
    """Return the weight of each study in per cent, None for all when nothing is pooled.

    REML: its own inverse-variance weights. GLMM: it has none; shown is 1/(1/(n p (1 - p)) + tau2) at the pooled rate p,
    the weight of the study's logit if its rate were p.
    """
    from mscevidence import stats

    if estimate.status != "estimated" or estimate.proportion is None or estimate.tau2 is None:
        return [None] * len(n)
    if method == "reml":
        logits = stats.logit(events, n, add=0.5, to="only0")
        precision = 1 / (np.asarray(logits.vi, dtype=float) + estimate.tau2)
    else:
        rate = min(max(estimate.proportion, 1e-6), 1 - 1e-6)
        precision = 1 / (1 / (n * rate * (1 - rate)) + estimate.tau2)
    return [float(share) for share in 100 * precision / precision.sum()]


def _boundary_sentence(events: Counts, n: Counts, level: float) -> str:
    from mscevidence import stats

    total, size = int(events.sum()), int(n.sum())
    limits = stats.study_intervals(np.array([total]), np.array([size]), method="clopper-pearson", level=level)
    what, limit = ("No event", limits.upper) if total == 0 else ("Only events", limits.lower)
    side = "at most" if total == 0 else "at least"
    return (
        f"{what} in any study ({total}/{size}): the maximum-likelihood rate lies on the boundary and is not pooled. "
        f"If all studies share one rate it is {side} {100 * float(limit[0]):.1f}% (exact {100 * level:g}% limit)."
    )


def _number(value: Any) -> float | None:
    number = float(value)
    return number if math.isfinite(number) else None


def _whole(value: Any) -> int | None:
    number = float(value)
    return int(number) if math.isfinite(number) else None


def _proportion(value: Any) -> float | None:
    number = float(value)
    if math.isnan(number):
        return None
    return 1 / (1 + math.exp(-number)) if number > -700 else 0.0
