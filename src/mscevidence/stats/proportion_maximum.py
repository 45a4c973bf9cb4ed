"""The maximum likelihood of the binomial-normal model of proportions: fast where that goes, else in general."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np

from mscevidence.stats.exponential_families import Binomial
from mscevidence.stats.inputs import FloatArray
from mscevidence.stats.logit_normal import fit_one
from mscevidence.stats.mixed_model import MixedModel
from mscevidence.stats.mixed_model_fit import Fit, fit


def fit_proportions(x: FloatArray, n: FloatArray, nodes: int | None) -> Fit:
    """Return the maxima of the likelihoods of B analyses, without constant, each as if it were the only one.

    Args:
        x: (B, k) events; in each analysis some patient has the event, some has not, and not only in different studies.
        n: (B, k) patients, none in absent studies.
        nodes: of the quadrature; None: as many as the accuracy needs.
    """
    if nodes is not None:
        return general_fit(x, n, nodes)
    # The points of the quadrature are those that each analysis needs, whatever it is fitted together with.
    found = [_fit_one(x[row : row + 1], n[row : row + 1]) for row in range(x.shape[0])]
    return Fit(*(np.concatenate([getattr(one, field.name) for one in found]) for field in fields(Fit)))


def _fit_one(x: FloatArray, n: FloatArray) -> Fit:
    there = n[0] > 0
    found = fit_one(x[0, there], n[0, there])
    if found is None:
        return general_fit(x, n, None)
    information = np.zeros_like(x)
    information[:, there] = found.information
    return replace(found, information=information)


def general_fit(x: FloatArray, n: FloatArray, nodes: int | None) -> Fit:
    """Return the maxima of the likelihoods of B analyses at once, without constant.

    Args:
        x: (B, k) events.
        n: (B, k) patients, none in absent studies.
        nodes: of the quadrature; None: as many as the accuracy needs.
    """
    model = MixedModel(
        family=Binomial(n[..., np.newaxis, np.newaxis]),
        x=x[..., np.newaxis],
        coding=np.ones(1),
        design=np.ones((1, x.shape[-1], 1, 1)),
        offset=np.zeros((1, 1, 1)),
        constant=np.zeros(x.shape[0]),
    )
    pooled = np.log(x.sum(axis=-1) / (n - x).sum(axis=-1))
    # One patient per study: only the mean of expit(mu + u) is identified, and tau = 0 attains the maximum.
    return fit(model, nodes, pooled[:, np.newaxis], without_tau=np.asarray((n <= 1).all(axis=-1)))
