"""The joint posterior of (mu, tau) of the binomial-normal model on grids, with the studies' random effects integrated.

x_i ~ Binomial(n_i, expit(theta_i)), theta_i ~ N(mu, tau^2). The integral over theta_i is the trapezoidal rule in s,
theta = sinh s, which resolves the likelihood near zero and reaches as far as a large tau needs (`binomial_integrals`).
Given tau the posterior of mu is log-concave (Prekopa 1973, Acta Sci Math 34:335), so that each tau has a grid of mu of
its own, found by zooming in on where the posterior is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from mscevidence.stats.binomial_integrals import HERMITE, Counts, Integrals, Points, integrals, points_of
from mscevidence.stats.grid_distribution import GridDistribution, Rows, cubic, posterior
from mscevidence.stats.inputs import FloatArray
from mscevidence.stats.mixtures import Posterior
from mscevidence.stats.tau_posterior import quadrature_nodes

_NEGLIGIBLE = 32.0
_ZOOM = 33
_POINTS = 161


@dataclass(frozen=True, slots=True)
class JointPosterior:
    """Cells of the posterior.

    Attributes:
        mu: (T, M) uniform grid for each tau; tau, tau_weight: (T) nodes and quadrature weights.
        cell: (T, M) posterior probabilities; rate: (T, M) mean proportion over trials, E[expit(mu + tau z)].
        studies: for each study a uniform grid of sinh^-1(theta_i) and the density there, not normalised; empty if not
            asked for.
    """

    mu: FloatArray
    tau: FloatArray
    tau_weight: FloatArray
    cell: FloatArray
    rate: FloatArray
    studies: list[tuple[FloatArray, FloatArray]]


def joint_posterior(counts: Counts, *, studies: bool = True) -> JointPosterior:
    """Return the posterior of mu, tau and the logits of the studies.

    Args:
        counts: the studies; one with n = 0, which there must be, has the posterior of a new study.
        studies: whether the logits of the studies are wanted.
    """
    prior = counts.mu_prior
    tau, _ = quadrature_nodes(0.25, counts.tau_prior)
    ends = (prior.mean - 9 * prior.sd, prior.mean + 9 * prior.sd)
    points = points_of(counts, max(abs(end) for end in ends) + 8.5 * tau.max())
    found = np.array([_range_of_mu(counts, points, float(t), *ends) for t in tau])
    top = found[:, 2] + counts.tau_prior.log_density(tau)
    rows = np.flatnonzero(top > top.max() - _NEGLIGIBLE)
    fine, weight = quadrature_nodes(0.0625, counts.tau_prior)
    kept = (fine >= tau[max(rows[0] - 1, 0)]) & (fine <= tau[min(rows[-1] + 1, tau.size - 1)])
    fine, weight = fine[kept], weight[kept]
    # Between two nodes what is needed at both of them.
    after = np.clip(np.searchsorted(tau[rows], fine), 0, rows.size - 1)
    before = np.maximum(after - 1, 0)
    low, high = found[rows, 0], found[rows, 1]
    low, high = np.minimum(low[before], low[after]), np.maximum(high[before], high[after])
    reach = max(np.abs(low).max(), np.abs(high).max()) + 8.5 * fine.max()
    mu = np.linspace(low, high, _POINTS, axis=1)
    return _fill(counts, points_of(counts, reach), mu, (fine, weight), studies=studies)


def _range_of_mu(
    counts: Counts, points: list[Points], tau: float, low: float, high: float
) -> tuple[float, float, float]:
    """Return the ends of where the posterior of mu given tau is, and its greatest height."""
    for _ in range(12):
        mu = np.linspace(low, high, _ZOOM)
        height = counts.mu_prior.log_density(mu)
        for part in points:
            height = height + integrals(counts, part, mu, tau).log_marginal.sum(axis=0)
        top = float(height.max())
        if not np.isfinite(top):
            break
        inside = np.flatnonzero(height > top - _NEGLIGIBLE)
        low, high = mu[max(inside[0] - 1, 0)], mu[min(inside[-1] + 1, _ZOOM - 1)]
        if inside[-1] - inside[0] > _ZOOM // 2:
            break
    return float(low), float(high), top


def _fill(
    counts: Counts, points: list[Points], mu: FloatArray, nodes: tuple[FloatArray, FloatArray], *, studies: bool
) -> JointPosterior:
    tau, weight = nodes
    widths = np.log(mu[:, 1] - mu[:, 0])
    prior = np.log(weight) + counts.tau_prior.log_density(tau) + widths
    heights, rate = np.empty((2, *mu.shape))
    densities: list[list[FloatArray]] = [[] for _ in points]
    for row, t in enumerate(tau):
        found = [integrals(counts, part, mu[row], float(t)) for part in points]
        heights[row] = prior[row] + counts.mu_prior.log_density(mu[row])
        heights[row] += sum(one.log_marginal.sum(axis=0) for one in found)
        rate[row] = _mean_rate(found[0].kernel, points[0].s[found[0].part], mu[row], float(t))
        if studies:
            share = np.exp(heights[row] - heights[row].max())
            for part, one, density in zip(points, found, densities, strict=True):
                density.append(_seen(part, one, share))
    tops = heights.max(axis=1)
    cell = np.exp(heights - tops.max())
    by_study = _summed(points, densities, np.exp(tops - tops.max())) if studies else []
    return JointPosterior(mu, tau, weight, cell / cell.sum(), rate, by_study)


def _seen(points: Points, found: Integrals, share: FloatArray) -> FloatArray:
    """Return the densities (k, G) of the studies of a grid, over the cells of one tau with these shares (M)."""
    usable = (found.integral > 0) & (share > 0)
    ratio = np.divide(share, found.integral, out=np.zeros_like(found.integral), where=usable)
    seen = np.zeros(points.likelihood.shape)
    seen[:, found.part] = ratio @ found.kernel.T * points.likelihood[:, found.part]
    return seen


def _summed(
    points: list[Points], densities: list[list[FloatArray]], scale: FloatArray
) -> list[tuple[FloatArray, FloatArray]]:
    """Return grid and density of each study, summed over tau."""
    studies: dict[int, tuple[FloatArray, FloatArray]] = {}
    for part, density in zip(points, densities, strict=True):
        summed = np.einsum("tkg,t->kg", np.array(density), scale)
        studies |= {int(i): (part.s, height) for i, height in zip(part.studies, summed, strict=True)}
    return [studies[i] for i in range(len(studies))]


def _mean_rate(kernel: FloatArray, s: FloatArray, mu: FloatArray, tau: float) -> FloatArray:
    """Return E[expit(mu + tau z)], by Gauss-Hermite quadrature while expit is smooth on the scale of tau."""
    z, w = HERMITE
    near = special.expit(mu[:, np.newaxis] + tau * z) @ (w / w.sum())
    result: FloatArray = near if tau < 1 else special.expit(np.sinh(s)) @ kernel
    return result


def rate_summary(rows: Rows, cell: FloatArray, rate: FloatArray, level: float) -> tuple[float, ...]:
    """Return the summary of a proportion; mean and standard deviation from the cells."""
    mean = float((cell * rate).sum())
    sd = float(np.sqrt((cell * (rate - mean) ** 2).sum()))
    alpha = (1 - level) / 2
    quantiles = special.expit(rows.quantiles(np.array([0.5, alpha, 1 - alpha])))
    return (mean, sd, *(float(value) for value in quantiles))


def tau_posterior(found: JointPosterior, level: float, moments_below: float) -> Posterior:
    """Return the summary of tau; quantiles on the scale of log tau, on which the nodes lie densely."""
    tau, weight = found.tau, found.tau_weight
    share = found.cell.sum(axis=1)
    mean = float(share @ tau)
    sd = float(np.sqrt(share @ (tau - mean) ** 2))
    mean, sd = mean if moments_below > 1 else np.inf, sd if moments_below > 2 else np.inf
    grid = np.linspace(np.log(tau[0]), np.log(tau[-1]), 2001)
    with np.errstate(divide="ignore"):
        height = np.log(share / weight * tau)
    smooth = cubic(grid, np.log(tau), np.maximum(height, -700.0))
    distribution = GridDistribution.of(grid, np.exp(smooth - smooth.max()))
    alpha = (1 - level) / 2
    return posterior((mean, sd, *(float(np.exp(distribution.quantile(p))) for p in (0.5, alpha, 1 - alpha))))
