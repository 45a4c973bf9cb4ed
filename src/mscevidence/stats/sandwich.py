"""The sandwich: cluster-robust covariance of the coefficients of multilevel models, for many analyses at once.

With M = (X'WX)^-1 and residuals e, M sum_i X_i' W A_i e_i e_i' A_i W X_i M over clusters i. A_i is the identity for CR0
and CR1. For CR2 it is D (D' B_i D)^-1/2 D', D D' = V_i, and B_i = V_i - X_i M X_i' the covariance of the residuals of
the cluster (Pustejovsky & Tipton 2018, J Bus Econ Stat 36:672, eq. 5 to 11, the fitted V as working model).

The degrees of freedom of a coefficient are tr(G)^2 / tr(G G), where G_ij = g_i' (V_ij - X_i M X_j') g_j and g_i is the
column of A_i (WX)_i M. What V_ij shares is s1 for pairs of effects of one study.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mscevidence.stats.inputs import FloatArray, IntArray
from mscevidence.stats.nested_effects import NestedEffects
from mscevidence.stats.nested_likelihood import Runs, Weights


class Clusters(NamedTuple):
    """Clusters of effects that are sorted by study.

    Attributes:
        order: (k) places of the effects sorted by cluster and study; `runs`: the clusters in this order.
        cells: effects of one cluster and one study in this order; `cluster`, `study`: numbers of each cell.
    """

    order: IntArray
    runs: Runs
    cells: Runs
    cluster: IntArray
    study: IntArray

    @classmethod
    def of(cls, codes: IntArray, study: IntArray) -> Clusters:
        """Return the clusters of effects, given the numbers of their clusters and their studies."""
        order = np.lexsort((study, codes))
        codes, study = codes[order], study[order]
        new = np.concatenate([[True], (np.diff(codes) != 0) | (np.diff(study) != 0)])
        cells = Runs(np.flatnonzero(new), np.cumsum(new) - 1)
        return cls(order, Runs.of(codes), cells, codes[new], study[new])

    @property
    def nested(self) -> bool:
        """Whether all effects of a study are in one cluster."""
        return np.unique(self.study).size == self.study.size

    def sums(self, values: FloatArray) -> FloatArray:
        """Return the sums (..., clusters) of values (..., k)."""
        return self.runs.sums(values[..., self.order])

    def elements(self, p: int) -> int:
        """Return how many numbers an analysis of p coefficients needs at once."""
        sizes, m = np.bincount(self.runs.member), self.runs.first.size
        across = 0 if self.nested else m * int(self.study.max() + 1)
        return int(4 * (sizes**2).sum()) + p * (m * m + m * p + p * self.order.size + across)


class Fitted(NamedTuple):
    """Models of B analyses: effects, variance components (B, c), coefficients (B, p) and their covariance (B, p, p)."""

    effects: NestedEffects
    sigma2: FloatArray
    beta: FloatArray
    covariance: FloatArray

    @property
    def variance(self) -> FloatArray:
        """What an effect does not share with others, v + s2, (B, k)."""
        return self.effects.v + (self.sigma2[:, 1:] if self.sigma2.shape[-1] > 1 else 0.0)

    @property
    def residual(self) -> FloatArray:
        """Outcomes less what the coefficients say, (B, k)."""
        result: FloatArray = self.effects.y - np.einsum("bkp,bp->bk", self.effects.design, self.beta)
        return result

    def weighted_design(self) -> FloatArray:
        """Return (W X)' (B, p, k)."""
        effects = self.effects
        w = Weights.of(effects.one / self.variance, self.sigma2[:, :1], effects.runs)
        return w.times(np.swapaxes(effects.design, -1, -2))


def plain_sandwich(model: Fitted, clusters: Clusters) -> FloatArray:
    """Return the covariance CR0 (B, p, p)."""
    scores = clusters.sums(model.weighted_design() * model.residual[:, np.newaxis])
    result: FloatArray = model.covariance @ scores @ np.swapaxes(scores, -1, -2) @ model.covariance
    return result


def bias_reduced(model: Fitted, clusters: Clusters) -> tuple[FloatArray, FloatArray]:
    """Return the covariance CR2 (B, p, p) and the degrees of freedom of each coefficient (B, p)."""
    g = _adjusted(model, clusters)
    scores = clusters.sums(g * model.residual[:, np.newaxis])
    carried = clusters.sums(g[:, :, np.newaxis] * np.swapaxes(model.effects.design, -1, -2)[:, np.newaxis])
    products = -np.swapaxes(carried, -1, -2) @ model.covariance[:, np.newaxis] @ carried
    own = clusters.sums(g * g * model.variance[:, np.newaxis])
    between, shared = model.sigma2[:, :1, np.newaxis], clusters.cells.sums(g[..., clusters.order])
    if clusters.nested:
        own = own + between * Runs.of(clusters.cluster).sums(shared**2)
    else:
        table = np.zeros((*shared.shape[:-1], own.shape[-1], int(clusters.study.max()) + 1))
        table[..., clusters.cluster, clusters.study] = shared
        products += between[..., np.newaxis] * (table @ np.swapaxes(table, -1, -2))
    places = np.arange(own.shape[-1])
    products[..., places, places] += own
    expected = np.einsum("bpii->bp", products)
    with np.errstate(divide="ignore", invalid="ignore"):
        df = expected**2 / np.einsum("bpij,bpij->bp", products, products)
    return scores @ np.swapaxes(scores, -1, -2), df


def _adjusted(model: Fitted, clusters: Clusters) -> FloatArray:
    """Return the columns g (B, p, k), worked out together for clusters of the same number of effects."""
    bread, result = model.weighted_design(), np.empty((*model.beta.shape, clusters.order.size))
    sizes = np.bincount(clusters.runs.member)
    for size in np.unique(sizes):
        places = clusters.order[clusters.runs.first[sizes == size][:, np.newaxis] + np.arange(size)]
        weighted = np.moveaxis(bread[..., places], 1, -1) @ model.covariance[:, np.newaxis]
        result[..., places] = np.moveaxis(_adjustment(model, places) @ weighted, -1, 1)
    return result


def _adjustment(model: Fitted, places: IntArray) -> FloatArray:
    """Return A_i (B, n, c, c) of the n clusters that have their c effects at these places (n, c)."""
    effects = model.effects
    one, x = effects.one[:, places], effects.design[:, places]
    largest = (one * model.variance[:, places]).max(axis=-1, keepdims=True)
    # What is absent is far from nothing and from everything, and has no weight.
    variance = np.where(one > 0, model.variance[:, places], np.where(largest > 0, largest, 1.0))
    study = effects.runs.member[places]
    block = np.where(
        study[..., np.newaxis] == study[..., np.newaxis, :], model.sigma2[:, :1, np.newaxis, np.newaxis], 0
    )
    block = block * one[..., np.newaxis] * one[..., np.newaxis, :]
    index = np.arange(places.shape[-1])
    block[..., index, index] += variance
    root = np.linalg.cholesky(block)
    across = np.swapaxes(root, -1, -2)
    left = block - x @ model.covariance[:, np.newaxis] @ np.swapaxes(x, -1, -2)
    values, vectors = np.linalg.eigh(across @ left @ root)
    kept = values > 1e-12 * np.maximum(values.max(axis=-1, keepdims=True), 1e-300)
    inverse = np.where(kept, np.where(kept, values, 1.0) ** -0.5, 0.0)
    half = root @ vectors
    result: FloatArray = (half * inverse[..., np.newaxis, :]) @ np.swapaxes(half, -1, -2)
    return result
