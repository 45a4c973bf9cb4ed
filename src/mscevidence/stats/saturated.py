"""Heterogeneity in mixed models for counts: an own effect for each study (saturated) against one effect for all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mscevidence.stats.count_models import CountModel
from mscevidence.stats.exponential_families import Binomial, Poisson
from mscevidence.stats.inputs import FloatArray
from mscevidence.stats.mixed_model_fit import common_effect, fit


def start_of(ready: CountModel) -> FloatArray:
    """Return coefficients (B, p) to start from: zero effects, and study intercepts from the counts."""
    model, asked = ready.model, ready.coefficients
    start = np.zeros((model.x.shape[0], model.design.shape[-1]))
    intercepts = start.shape[1] - asked
    if not intercepts:
        usable = np.isfinite(ready.effect)
        start[:, 0] = np.where(usable, ready.effect, 0.0).sum(axis=1) / usable.sum(axis=1)
        return start
    counts = model.x.sum(axis=-1)
    if isinstance(model.family, Poisson):
        link = np.log(counts + 0.5) - np.log(np.exp(model.offset).sum(axis=-1))
    else:
        assert isinstance(model.family, Binomial)  # noqa: S101 -- no other model has study intercepts
        link = np.log(counts + 0.5) - np.log(model.family.n[..., 0].sum(axis=-1) - counts + 0.5)
    start[:, asked:] = link if intercepts > 1 else link.mean(axis=-1, keepdims=True)
    return start


def heterogeneity(ready: CountModel, *, random_studies: bool) -> tuple[FloatArray, FloatArray]:
    """Return the likelihood-ratio and the Wald statistics (B,) of the saturated against the common-effect model."""
    if random_studies:
        return _random_study_heterogeneity(ready)
    common = common_effect(ready.model, start_of(ready))
    lrt = np.maximum(0.0, 2 * (ready.saturated.sum(axis=-1) - common))
    wald = np.full_like(lrt, np.nan)
    own = np.flatnonzero(np.isfinite(ready.effect).all(axis=-1))
    precision = ready.information[own][:, :, np.newaxis] * np.eye(ready.effect.shape[1])
    wald[own] = _wald(ready.moderators[own], precision, ready.effect[own])
    return lrt, wald


def _wald(x: FloatArray, precision: FloatArray, effect: FloatArray) -> FloatArray:
    """Return what generalised least squares leave: x (B, k, p), precision (B, k, k), effect (B, k)."""
    weighted = np.swapaxes(x, -1, -2) @ precision
    beta = np.linalg.solve(weighted @ x, weighted @ effect[..., np.newaxis])
    rest = effect - (x @ beta)[..., 0]
    result: FloatArray = np.einsum("bi,bij,bj->b", rest, precision, rest)
    return result


def _random_study_heterogeneity(ready: CountModel) -> tuple[FloatArray, FloatArray]:
    """Return both statistics with random study intercepts: one own treatment effect per study against one for all."""
    common = replace(ready.model, coding=np.ones(2))
    analyses, k, asked = ready.moderators.shape
    arms = np.zeros((analyses, k, 2, k))
    arms[:, np.arange(k), 0, np.arange(k)] = 1.0
    saturated = replace(common, design=np.concatenate([arms, np.ones((analyses, k, 2, 1))], axis=-1))
    start = start_of(ready)
    own = np.clip(np.where(np.isfinite(ready.effect), ready.effect, np.sign(ready.effect) * 5.0), -5, 5)
    full_start = np.concatenate([own, start[:, asked:]], axis=-1)
    small, large = fit(common, 1, start), fit(saturated, 1, full_start)
    lrt = np.maximum(0.0, 2 * (large.log_likelihood - small.log_likelihood))
    wald = np.full_like(lrt, np.nan)
    rows = np.flatnonzero(np.isfinite(ready.effect).all(axis=-1))
    precision = np.asarray(np.linalg.inv(large.covariance[rows, :k, :k]), dtype=np.float64)
    wald[rows] = _wald(ready.moderators[rows], precision, large.beta[rows, :k])
    return lrt, wald
