"""The joint posterior of studies in diseases, with all random effects integrated on grids, of one or many analyses.

theta_ij ~ N(mu_j, tau_w^2) within disease j, mu_j ~ N(M, tau_b^2) between diseases. For each tau_w the studies of a
disease give one likelihood of mu_j on a grid; for each tau_b the diseases give one likelihood of M. A kernel that is
narrower than the grid becomes the identity, which is its limit. Analyses share the grids, and what the same studies of
a disease say is calculated once for all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mscevidence.stats.binomial_integrals import Counts, log_marginals
from mscevidence.stats.inputs import BoolArray, FloatArray, IntArray
from mscevidence.stats.priors import NormalPrior, TauPrior
from mscevidence.stats.tau_posterior import quadrature_nodes

_STEP = 0.25
"""Of the quadrature in tau; half of it changes results by less than 1e-5."""


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Priors of M, tau_b and tau_w."""

    mean: NormalPrior
    between: TauPrior
    within: TauPrior


def step_for(priors: Hierarchy, patients: FloatArray) -> FloatArray:
    """Return the step that a grid needs for a disease with so many patients."""
    return np.minimum(priors.mean.sd / 20, 1.2 / np.sqrt(patients))


@dataclass(frozen=True, slots=True)
class Grids:
    """What analyses have in common that need a grid of the same step.

    Attributes:
        priors: of the parameters.
        grid: (G) of mu_j; mean: (M) of M; kernel: (G, B M) probabilities of mu_j given tau_b and M.
        own: (G) prior probabilities of a disease that stands apart.
        tau_w, tau_b: (W), (B) nodes; prior: (W, B, M) log prior weights.
        window: width through which likelihoods are seen that are sharper than the grid.
    """

    priors: Hierarchy
    grid: FloatArray
    mean: FloatArray
    kernel: FloatArray
    own: FloatArray
    tau_w: FloatArray
    tau_b: FloatArray
    prior: FloatArray
    window: float

    @classmethod
    def of(cls, priors: Hierarchy, wanted: float) -> Grids:
        """Return the grids with the step that is `wanted`, see `step_for`, or a wider one if they would be too fine."""
        prior = priors.mean
        step = max(wanted, prior.sd / 120)
        grid = np.arange(prior.mean - 7 * prior.sd, prior.mean + 7 * prior.sd + step, step)
        mean = grid[:: max(1, int(prior.sd / 12 / step))]
        (tau_w, log_w), (tau_b, log_b) = (_nodes(p) for p in (priors.within, priors.between))
        kernel = np.concatenate([_normal_columns(grid, mean, float(tau)) for tau in tau_b], axis=1)
        height = log_w[:, np.newaxis, np.newaxis] + log_b[:, np.newaxis] + prior.log_density(mean)
        own = np.exp(prior.log_density(grid))
        window = 0.75 * step if wanted < step else 0.0
        return cls(priors, grid, mean, kernel, own / own.sum(), tau_w, tau_b, height, window)

    def by_mean(self, values: FloatArray) -> FloatArray:
        """Return (..., B M) as (..., B, M)."""
        return values.reshape(*values.shape[:-1], self.tau_b.size, self.mean.size)


@dataclass(frozen=True, slots=True)
class Diseases:
    """What the studies of D diseases say, each by itself.

    Attributes:
        likelihood: (D, W, G) of mu_j, scaled to the maximum 1; log_scale: (D, W).
        shared: (D, W, B, M) of M, tau_b and tau_w; apart: (D, W) of tau_w if the disease stands apart.
        shrinkage: (D, W, B, M) dE[mu_j]/dM = Var(mu_j)/tau_b^2 given the rest.
    """

    likelihood: FloatArray
    log_scale: FloatArray
    shared: FloatArray
    apart: FloatArray
    shrinkage: FloatArray

    @classmethod
    def of(cls, grids: Grids, studies: Sequence[tuple[FloatArray, FloatArray]]) -> Diseases:
        """Return the likelihoods of diseases with (events, patients) of their studies."""
        pairs = np.concatenate([np.stack(one, axis=1) for one in studies])
        different, which = np.unique(pairs, axis=0, return_inverse=True)
        counts = Counts(different[:, 0], different[:, 1], grids.priors.mean, grids.priors.within)
        marginal = np.stack(
            [log_marginals(counts, grids.grid, float(np.hypot(tau, grids.window))) for tau in grids.tau_w], axis=1
        )
        ends = np.cumsum([one.size for one, _ in studies])
        logs = np.stack([marginal[own].sum(axis=0) for own in np.split(which.ravel(), ends[:-1])])
        top = logs.max(axis=2, keepdims=True)
        likelihood = np.exp(logs - top)
        shared = likelihood @ grids.kernel
        return cls(
            likelihood, top[..., 0], grids.by_mean(shared), likelihood @ grids.own,
            grids.by_mean(_shrinkage(grids, likelihood, shared)),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class DiseasePosterior:
    """Posterior densities of A analyses on grids.

    Attributes:
        disease: (A, J, G) densities of mu_j, not normalised; new: (A, G) of a new disease.
        weight: (A, J) mean of Var(mu_j | M, tau_b, tau_w)/tau_b^2; exchangeable: (A, J) posterior probability.
        between, within: (A) posterior means of tau_b and tau_w.
    """

    disease: FloatArray
    new: FloatArray
    weight: FloatArray
    exchangeable: FloatArray
    between: FloatArray
    within: FloatArray


def disease_posterior(
    grids: Grids, diseases: Diseases, which: IntArray, present: BoolArray, apart: float
) -> DiseasePosterior:
    """Return the posterior of every disease and of the parameters between them.

    Args:
        grids: of the analyses.
        diseases: what the studies of D diseases say.
        which: (A, J) which of them is each disease of an analysis.
        present: (A, J) False where an analysis does not have the disease.
        apart: prior probability that a disease is not like the others but has the prior of M for itself.
    """
    here = present[..., np.newaxis, np.newaxis, np.newaxis]
    shared = diseases.shared[which]
    own = diseases.apart[which][..., np.newaxis, np.newaxis]
    marginal = np.where(here, (1 - apart) * shared + apart * own, 1.0)
    with np.errstate(divide="ignore"):
        height = np.log(marginal).sum(axis=1) + grids.prior
    height += (diseases.log_scale[which] * present[..., np.newaxis]).sum(axis=1)[..., np.newaxis, np.newaxis]
    cell = np.exp(height - height.max(axis=(1, 2, 3), keepdims=True))
    cell /= cell.sum(axis=(1, 2, 3), keepdims=True)
    ratio = np.divide(cell[:, np.newaxis], marginal, out=np.zeros_like(marginal), where=here & (marginal > 0))
    joined = (1 - apart) * (ratio.reshape(*ratio.shape[:3], -1) @ grids.kernel.T)
    alone = apart * ratio.sum(axis=(-2, -1))[..., np.newaxis] * grids.own
    together = (1 - apart) * ratio * shared
    return DiseasePosterior(
        disease=(diseases.likelihood[which] * (joined + alone)).sum(axis=2),
        new=cell.sum(axis=1).reshape(len(cell), -1) @ grids.kernel.T,
        weight=np.einsum("ajwbm,ajwbm->aj", together, diseases.shrinkage[which]),
        exchangeable=together.sum(axis=(2, 3, 4)),
        between=cell.sum(axis=(1, 3)) @ grids.tau_b, within=cell.sum(axis=(2, 3)) @ grids.tau_w,
    )  # fmt: skip


def _shrinkage(grids: Grids, likelihood: FloatArray, shared: FloatArray) -> FloatArray:
    """Return how much of M enters mu_j: dE[mu_j]/dM = Var(mu_j)/tau_b^2 given the rest, (D, W, B M)."""
    usable = shared > 0
    mass = np.where(usable, shared, 1.0)
    first, second = ((likelihood * grids.grid**power) @ grids.kernel / mass for power in (1, 2))
    tau = np.repeat(grids.tau_b, grids.mean.size)
    found = np.where(usable, np.clip((second - first**2) / tau**2, 0.0, 1.0), 0.0)
    # A kernel narrower than the grid is the identity.
    found[..., tau < grids.grid[1] - grids.grid[0]] = 1.0
    return found


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
