"""The joint posterior of studies in diseases, with all random effects integrated on grids.

theta_ij ~ N(mu_j, tau_w^2) within disease j, mu_j ~ N(M, tau_b^2) between diseases. For each tau_w the studies of a
disease give one likelihood of mu_j on a grid; for each tau_b the diseases give one likelihood of M. A kernel that is
narrower than the grid becomes the identity, which is its limit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mscevidence.stats.binomial_integrals import Counts, log_marginals
from mscevidence.stats.inputs import FloatArray, IntArray
from mscevidence.stats.priors import NormalPrior, TauPrior
from mscevidence.stats.tau_posterior import quadrature_nodes

_STEP = 0.25
"""Of the quadrature in tau; half of it changes results by less than 1e-5."""


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Studies in diseases: events `x` of `n` and number of the disease; priors of M, tau_b and tau_w."""

    x: FloatArray
    n: FloatArray
    disease: IntArray
    mean_prior: NormalPrior
    between_prior: TauPrior
    within_prior: TauPrior


@dataclass(frozen=True, slots=True)
class DiseasePosterior:
    """Posterior densities on grids.

    Attributes:
        grid: (G) of mu_j; disease: (J, G) densities, not normalised; new: (G) of a new disease.
        weight: (J) mean of Var(mu_j | M, tau_b, tau_w)/tau_b^2; exchangeable: (J) posterior probability.
        between, within: (nodes, probabilities) of tau_b and tau_w.
        mean: (G') grid of M; mean_height: density of M, not normalised.
    """

    grid: FloatArray
    disease: FloatArray
    new: FloatArray
    weight: FloatArray
    exchangeable: FloatArray
    between: tuple[FloatArray, FloatArray]
    within: tuple[FloatArray, FloatArray]
    mean: FloatArray
    mean_height: FloatArray


@dataclass(frozen=True, slots=True)
class Layers:
    """Likelihoods (W, J, G), kernels (B, G, M), nodes of tau_w and tau_b with log prior weights, log prior of M (M)."""

    grid: FloatArray
    mean: FloatArray
    likelihood: FloatArray
    log_scale: FloatArray
    kernel: FloatArray
    own: FloatArray
    tau_w: FloatArray
    tau_b: FloatArray
    prior: FloatArray


def disease_posterior(layers: Layers, apart: float) -> DiseasePosterior:
    """Return the posterior of every disease and of the parameters between them.

    Args:
        layers: of `layers_of`.
        apart: prior probability that a disease is not like the others but has the prior of M for itself.
    """
    shape = (layers.tau_w.size, layers.tau_b.size)
    shared = np.einsum("wjg,bgm->wbjm", layers.likelihood, layers.kernel, optimize=True)
    own = np.einsum("wjg,g->wj", layers.likelihood, layers.own)[:, np.newaxis, :, np.newaxis]
    marginal = (1 - apart) * shared + apart * own
    with np.errstate(divide="ignore"):
        height = np.log(marginal).sum(axis=2) + layers.prior + layers.log_scale[:, np.newaxis, np.newaxis]
    cell = np.exp(height - height.max())
    cell /= cell.sum()
    ratio = np.divide(cell[:, :, np.newaxis], marginal, out=np.zeros_like(marginal), where=marginal > 0)
    joined = (1 - apart) * np.einsum("bgm,wbjm->wjg", layers.kernel, ratio, optimize=True)
    alone = apart * ratio.sum(axis=(1, 3))[:, :, np.newaxis] * layers.own
    disease = (layers.likelihood * (joined + alone)).sum(axis=0)
    together = (1 - apart) * ratio * shared
    return DiseasePosterior(
        grid=layers.grid, disease=disease, new=np.einsum("bgm,wbm->g", layers.kernel, cell, optimize=True),
        weight=_borrowing(layers, shared, together), exchangeable=together.sum(axis=(0, 1, 3)),
        between=(layers.tau_b, cell.sum(axis=(0, 2))), within=(layers.tau_w, cell.sum(axis=(1, 2))),
        mean=layers.mean, mean_height=cell.reshape(shape[0] * shape[1], -1).sum(axis=0),
    )  # fmt: skip


def _borrowing(layers: Layers, shared: FloatArray, together: FloatArray) -> FloatArray:
    """Return how much of M enters mu_j: dE[mu_j]/dM = Var(mu_j)/tau_b^2 given the rest, averaged over the posterior."""
    g = layers.grid
    step = g[1] - g[0]
    total = np.zeros(shared.shape[2])
    for b, tau in enumerate(layers.tau_b):
        if tau < step:
            total += together[:, b].sum(axis=(0, 2))
            continue
        first, second = (
            np.einsum("wjg,gm->wjm", layers.likelihood * g**power, layers.kernel[b], optimize=True) for power in (1, 2)
        )
        usable = shared[:, b] > 0
        mass = np.where(usable, shared[:, b], 1.0)
        variance = np.where(usable, second / mass - (first / mass) ** 2, 0.0)
        total += (together[:, b] * np.clip(variance / tau**2, 0.0, 1.0)).sum(axis=(0, 2))
    return total


def layers_of(hierarchy: Hierarchy) -> Layers:
    """Return the likelihoods of the diseases and the kernels between them, which every value of `apart` shares."""
    prior = hierarchy.mean_prior
    own_studies = [hierarchy.disease == j for j in range(int(hierarchy.disease.max()) + 1)]
    largest = max(float(hierarchy.n[own].sum()) for own in own_studies)
    wanted = min(prior.sd / 20, 1.2 / np.sqrt(largest))
    step = max(wanted, prior.sd / 120)
    # Likelihoods sharper than the grid are seen through a window as wide as it.
    window = 0.75 * step if wanted < step else 0.0
    grid = np.arange(prior.mean - 7 * prior.sd, prior.mean + 7 * prior.sd + step, step)
    mean = grid[:: max(1, int(prior.sd / 12 / step))]
    (tau_w, log_w), (tau_b, log_b) = (_nodes(p) for p in (hierarchy.within_prior, hierarchy.between_prior))
    counts = Counts(hierarchy.x, hierarchy.n, prior, hierarchy.within_prior)
    studies = [log_marginals(counts, grid, float(np.hypot(tau, window))) for tau in tau_w]
    logs = np.stack([np.stack([part[own].sum(axis=0) for own in own_studies]) for part in studies])
    top = logs.max(axis=2, keepdims=True)
    kernel = np.stack([_normal_columns(grid, mean, float(tau)) for tau in tau_b])
    height = log_w[:, np.newaxis, np.newaxis] + log_b[:, np.newaxis] + prior.log_density(mean)
    own = np.exp(prior.log_density(grid))
    return Layers(
        grid, mean, np.exp(logs - top), top[:, :, 0].sum(axis=1), kernel, own / own.sum(), tau_w, tau_b, height
    )


def _nodes(prior: TauPrior) -> tuple[FloatArray, FloatArray]:
    """Return nodes with log prior weights, without those of negligible probability."""
    node, weight = quadrature_nodes(_STEP, prior)
    height = prior.log_density(node) + np.log(weight)
    kept = height > height.max() - 14
    return node[kept], height[kept]


def _normal_columns(grid: FloatArray, mean: FloatArray, tau: float) -> FloatArray:
    """Return the probabilities of N(M, tau^2) on the grid, one column for each M, summing to 1."""
    z = (grid[:, np.newaxis] - mean) / tau
    height = np.exp(-np.minimum(z**2 - (z**2).min(axis=0), 1400.0) / 2)
    result: FloatArray = height / height.sum(axis=0)
    return result
