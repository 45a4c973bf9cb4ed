"""The joint posterior of (mu, tau) of the binomial-normal model on a grid, with the studies' random effects integrated.

x_i ~ Binomial(n_i, expit(theta_i)), theta_i ~ N(mu, tau^2). The integral over theta_i is the trapezoidal rule in s,
theta = sinh s, which resolves the likelihood near zero and reaches as far as a large tau needs; where tau is narrower
than the grid it is Gauss-Hermite quadrature around mu. The grid of mu zooms in on where the posterior is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from mscevidence.stats.inputs import FloatArray
from mscevidence.stats.priors import NormalPrior, TauPrior
from mscevidence.stats.tau_posterior import quadrature_nodes

_NARROW = 1.5
_NEGLIGIBLE = 32.0
_HERMITE = np.polynomial.hermite_e.hermegauss(24)


@dataclass(frozen=True, slots=True)
class Counts:
    """Events `x` of `n` patients; priors of mu and tau."""

    x: FloatArray
    n: FloatArray
    mu_prior: NormalPrior
    tau_prior: TauPrior

    def log_likelihood(self, theta: FloatArray) -> FloatArray:
        """Return the binomial log-likelihood (k, ...) at logits theta, without constant."""
        shape = (-1,) + (1,) * theta.ndim
        x, n = self.x.reshape(shape), self.n.reshape(shape)
        result: FloatArray = x * theta - n * np.logaddexp(0.0, theta)
        return result


@dataclass(frozen=True, slots=True)
class JointPosterior:
    """Cells of the posterior.

    Attributes:
        mu: (M) uniform grid; tau, tau_weight: (T) nodes and quadrature weights.
        cell: (T, M) posterior probabilities; rate: (T, M) mean proportion over trials, E[expit(mu + tau z)].
        s: (G) grid of sinh^-1(theta); study: (k, G) posterior densities of theta_i with respect to s.
    """

    mu: FloatArray
    tau: FloatArray
    tau_weight: FloatArray
    cell: FloatArray
    rate: FloatArray
    s: FloatArray
    study: FloatArray


def joint_posterior(counts: Counts, *, points: int = 161) -> JointPosterior:
    """Return the posterior of mu, tau and the logits of the studies.

    Args:
        counts: the studies; one with n = 0 has the posterior of a new study.
        points: size of the grid of mu.
    """
    prior = counts.mu_prior
    low, high = prior.mean - 9 * prior.sd, prior.mean + 9 * prior.sd
    tau, _ = quadrature_nodes(0.25, counts.tau_prior)
    for _ in range(8):
        mu = np.linspace(low, high, 33)
        height = _heights(counts, mu, tau)
        inside = height > height.max() - _NEGLIGIBLE
        rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
        low, high = mu[max(columns[0] - 1, 0)], mu[min(columns[-1] + 1, 32)]
        if columns[-1] - columns[0] > 16:
            break
    fine, fine_weight = quadrature_nodes(0.0625, counts.tau_prior)
    kept = (fine >= tau[max(rows[0] - 1, 0)]) & (fine <= tau[min(rows[-1] + 1, tau.size - 1)])
    return _fill(counts, np.linspace(low, high, points), fine[kept], fine_weight[kept])


def _grid(counts: Counts, mu: FloatArray, tau: FloatArray) -> FloatArray:
    """Return the grid of s: fine against the narrowest likelihood, wide enough for the largest tau."""
    step = min(0.02, 0.5 / np.sqrt(max(counts.n.max(), 1.0)))
    end = np.arcsinh(np.abs(mu).max() + 8.5 * tau.max())
    return np.arange(-end, end + step, step)


def _kernel(s: FloatArray, mu: FloatArray, tau: float) -> tuple[FloatArray, FloatArray]:
    """Return N(theta; mu, tau^2) dtheta on the grid (G, M), and which mu are too coarse for tau (M).

    There the kernel is as narrow as the grid allows.
    """
    step = s[1] - s[0]
    narrowest = _NARROW * step * np.hypot(1.0, mu)
    width = np.maximum(tau, narrowest)
    z = (np.sinh(s)[:, np.newaxis] - mu) / width
    jacobian = (step * np.cosh(s) / np.sqrt(2 * np.pi))[:, np.newaxis]
    return np.exp(-(z**2) / 2) * jacobian / width, tau < narrowest


def _likelihoods(
    counts: Counts, s: FloatArray, mu: FloatArray, tau: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return kernel (G, M), its integrals with the scaled likelihoods (k, M), and log marginal likelihoods (k, M)."""
    kernel, coarse = _kernel(s, mu, tau)
    height = counts.log_likelihood(np.sinh(s))
    top = height.max(axis=1, keepdims=True)
    integral = np.exp(height - top) @ kernel
    with np.errstate(divide="ignore"):
        log_marginal = np.log(integral) + top
    if coarse.any():
        z, w = _HERMITE
        at = counts.log_likelihood(mu[coarse, np.newaxis] + tau * z)
        log_marginal[:, coarse] = special.logsumexp(at, axis=-1, b=w / w.sum())
    return kernel, integral, log_marginal


def log_marginals(counts: Counts, mu: FloatArray, tau: float) -> FloatArray:
    """Return the log marginal likelihood (k, M) of each study at means mu and one tau, without binomial constant."""
    return _likelihoods(counts, _grid(counts, mu, np.array([tau])), mu, tau)[2]


def _heights(counts: Counts, mu: FloatArray, tau: FloatArray) -> FloatArray:
    """Return the log posterior (T, M) at grid points, without constant."""
    s = _grid(counts, mu, tau)
    rows = [_likelihoods(counts, s, mu, float(t))[2].sum(axis=0) for t in tau]
    prior = counts.tau_prior.log_density(tau)[:, np.newaxis] + counts.mu_prior.log_density(mu)
    return np.array(rows) + prior


def _fill(counts: Counts, mu: FloatArray, tau: FloatArray, weight: FloatArray) -> JointPosterior:
    s, k = _grid(counts, mu, tau), counts.x.size
    likelihood = counts.log_likelihood(np.sinh(s))
    likelihood = np.exp(likelihood - likelihood.max(axis=1, keepdims=True))
    prior = np.log(weight) + counts.tau_prior.log_density(tau)
    heights, rate = np.empty((2, tau.size, mu.size))
    parts = np.zeros((tau.size, k, s.size))
    for row, t in enumerate(tau):
        kernel, integral, log_marginal = _likelihoods(counts, s, mu, float(t))
        heights[row] = prior[row] + counts.mu_prior.log_density(mu) + log_marginal.sum(axis=0)
        rate[row] = _mean_rate(kernel, s, mu, float(t))
        share = np.exp(heights[row] - heights[row].max())
        share = np.divide(share, integral, out=np.zeros_like(integral), where=(integral > 0) & (share > 0))
        parts[row] = share @ kernel.T * likelihood
    cell = np.exp(heights - heights.max())
    scale = np.exp(heights.max(axis=1) - heights.max())
    study = np.einsum("tkg,t->kg", parts, scale)
    return JointPosterior(mu, tau, weight, cell / cell.sum(), rate, s, study)


def _mean_rate(kernel: FloatArray, s: FloatArray, mu: FloatArray, tau: float) -> FloatArray:
    """Return E[expit(mu + tau z)], by Gauss-Hermite quadrature while expit is smooth on the scale of tau."""
    z, w = _HERMITE
    near = special.expit(mu[:, np.newaxis] + tau * z) @ (w / w.sum())
    result: FloatArray = near if tau < 1 else special.expit(np.sinh(s)) @ kernel
    return result
