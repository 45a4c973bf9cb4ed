"""Heterogeneity in mixed models for counts: an own effect for each study (saturated) against one effect for all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mscevidence.stats.count_models import CountModel
from mscevidence.stats.exponential_families import Poisson
from mscevidence.stats.inputs import FloatArray
from mscevidence.stats.mixed_model_fit import common_effect, fit


def start_of(ready: CountModel) -> FloatArray:
    """Return coefficients (1, p) to start from: zero effects, and study intercepts from the counts."""
    model, asked = ready.model, ready.coefficients
    start = np.zeros((1, model.design.shape[-1]))
    counts_ = model.x[0].sum(axis=1)
    if isinstance(model.family, Poisson):
        link = np.log(counts_ + 0.5) - np.log(np.exp(model.offset[0]).sum(axis=1))
    else:
        size = getattr(model.family, "n", None)
        total = counts_ + 1 if size is None else np.broadcast_to(size[0, ..., 0], model.x[0].shape).sum(axis=1)
        link = np.log(counts_ + 0.5) - np.log(total - counts_ + 0.5)
    intercepts = start.shape[1] - asked
    if intercepts == link.size and intercepts > 1:
        start[0, asked:] = link
    elif intercepts:
        start[0, asked:] = link.mean()
    else:
        usable = np.isfinite(ready.effect)
        start[0, 0] = np.mean(ready.effect[usable])
    return start


def heterogeneity(ready: CountModel, random_studies: bool) -> tuple[float, float]:
    """Return the likelihood-ratio and the Wald statistic of the saturated against the common-effect model."""
    if random_studies:
        return _random_study_heterogeneity(ready)
    common = common_effect(ready.model, start_of(ready))
    lrt = max(0.0, 2 * float(ready.saturated.sum() - common))
    if not np.isfinite(ready.effect).all():
        return lrt, float("nan")
    x, w = ready.moderators, ready.information
    beta = np.linalg.solve((x.T * w) @ x, (x.T * w) @ ready.effect)
    return lrt, float((w * (ready.effect - x @ beta) ** 2).sum())


def _random_study_heterogeneity(ready: CountModel) -> tuple[float, float]:
    """Return both statistics with random study intercepts: one own treatment effect per study against one for all."""
    common = replace(ready.model, coding=np.ones(2))
    k, asked = ready.moderators.shape[0], ready.coefficients
    arms = np.zeros((1, k, 2, k))
    arms[0, np.arange(k), 0, np.arange(k)] = 1.0
    saturated = replace(common, design=np.concatenate([arms, np.ones((1, k, 2, 1))], axis=-1))
    start = start_of(ready)
    own = np.clip(np.where(np.isfinite(ready.effect), ready.effect, np.sign(ready.effect) * 5.0), -5, 5)
    full_start = np.concatenate([own, start[0, asked:]])[np.newaxis]
    small, large = fit(common, 1, start), fit(saturated, 1, full_start)
    lrt = max(0.0, 2 * float(large.log_likelihood[0] - small.log_likelihood[0]))
    if not np.isfinite(ready.effect).all():
        return lrt, float("nan")
    effect, covariance = large.beta[0, :k], large.covariance[0, :k, :k]
    w = np.linalg.inv(covariance)
    x = ready.moderators
    beta = np.linalg.solve(x.T @ w @ x, x.T @ w @ effect)
    rest = effect - x @ beta
    return lrt, float(rest @ w @ rest)
