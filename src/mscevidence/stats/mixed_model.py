"""The marginal likelihood of counts with one normal random effect per study, by adaptive Gauss-Hermite quadrature.

Study i has observations (arms) a with eta_ia = offset + X beta + tau z_a u_i, u_i ~ N(0, 1). With F(u) = log f(x_i |
u) - u^2/2, u_hat its maximum and s = (1 + tau^2 sum z^2 A'')^-1/2 there::

    l_i = log s - 1/2 log(2 pi) + log sum_j w_j exp(z_j^2/2 + F(u_hat + s z_j))

z_j, w_j Gauss-Hermite nodes and weights for exp(-z^2/2). One node is Laplace's approximation. Derivatives follow the
nodes as they move with the parameters. Sources: Liu & Pierce 1994, Biometrika 81:624; Pinheiro & Bates 1995, J Comput
Graph Stat 4:12.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from mscevidence.stats.exponential_families import Family, taken
from mscevidence.stats.inputs import FloatArray
from mscevidence.stats.roots import decreasing_root


@dataclass(frozen=True, slots=True)
class MixedModel:
    """Counts and design of B analyses of k studies with a arms and p coefficients.

    Attributes:
        family: distribution of the counts; its arrays have shape (B, k, a, 1).
        x: (B, k, a) counts.
        coding: (a,) what the random effect is multiplied with in each arm.
        design: (B, k, a, p), or 1 instead of B.
        offset: (B, k, a), or 1 instead of B.
        constant: (B,) sum of the constants log f(x) + A - x eta.
    """

    family: Family
    x: FloatArray
    coding: FloatArray
    design: FloatArray
    offset: FloatArray
    constant: FloatArray

    def rows(self, index: NDArray[np.intp]) -> MixedModel:
        """Return the analyses of `index`."""
        parts = (taken(array, index) for array in (self.x, self.design, self.offset))
        x, design, offset = parts
        return MixedModel(self.family.rows(index), x, self.coding, design, offset, self.constant[index])

    def predictor(self, beta: FloatArray) -> FloatArray:
        """Return offset + X beta, (..., B, k, a)."""
        result: FloatArray = self.offset + np.einsum("...kap,...p->...ka", self.design, beta)
        return result


@dataclass(frozen=True, slots=True)
class Rule:
    """Quadrature of exp(F) in z = (u - u_hat)/s: points z_j and log weights, which include the factor (2 pi)^-1/2."""

    point: FloatArray
    log_weight: FloatArray

    @property
    def coarse(self) -> bool:
        """Whether the rule has so few points that its derivatives differ from those of the integral."""
        return self.point.size < 15


@cache
def hermite(nodes: int) -> Rule:
    """Return Gauss-Hermite quadrature: exact for exp(-z^2/2) times a polynomial of degree 2 nodes - 1."""
    z, w = np.polynomial.hermite_e.hermegauss(nodes)
    return Rule(z, np.log(w) + z**2 / 2 - np.log(2 * np.pi) / 2)


@cache
def sinh_trapezoid(width: float) -> Rule:
    """Return the trapezoidal rule in t, z = sinh t: it stays accurate for densities that are cut off sharply.

    Source: Trefethen & Weideman 2014, SIAM Review 56:385 (exponential convergence), section 14 (change of variable).
    """
    t = np.arange(-np.ceil(7.5 / width), np.ceil(7.5 / width) + 1) * width
    return Rule(np.sinh(t), np.log(width * np.cosh(t)) - np.log(2 * np.pi) / 2)


@dataclass(frozen=True, slots=True)
class Mode:
    """Conditional mode u of the random effect of each study, and residuals and cumulants of its arms there."""

    u: FloatArray
    residual: FloatArray
    variance: FloatArray
    third: FloatArray
    precision: FloatArray


def conditional_mode(model: MixedModel, eta: FloatArray, tau: FloatArray, start: FloatArray | None = None) -> Mode:
    """Return the maximum over u of log f(x | eta + tau z u) - u^2/2 for each study.

    The derivative at u = 0 bounds the root on its side of zero, because the log-density falls faster and faster.

    Args:
        model: counts, family and coding.
        eta: (..., B, k, a) fixed part of the linear predictor.
        tau: (..., B, 1) standard deviation of the random effect.
        start: modes at parameters nearby, if known.
    """
    z = model.coding

    def slope(u: FloatArray) -> tuple[FloatArray, FloatArray]:
        mean, variance, _ = _at(model, eta + (tau * u)[..., np.newaxis] * z)
        return tau * ((model.x - mean) * z).sum(-1) - u, -1 - tau**2 * (variance * z**2).sum(-1)

    u = np.zeros(np.broadcast_shapes(eta.shape[:-1], tau.shape))
    if tau.any():
        value, change = slope(u)
        low, high = np.minimum(value, 0.0), np.maximum(value, 0.0)
        guess = np.clip(-value / change if start is None else start, low, high)
        u, _ = decreasing_root(slope, low, high, guess, close=1e-8)
    mean, variance, third = _at(model, eta + (tau * u)[..., np.newaxis] * z)
    return Mode(u, model.x - mean, variance, third, 1 + tau**2 * (variance * z**2).sum(-1))


def _at(model: MixedModel, eta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    mean, variance, third = model.family.moments(eta[..., np.newaxis])
    return mean[..., 0], variance[..., 0], third[..., 0]


@dataclass(frozen=True, slots=True)
class Derivatives:
    """Log-likelihood of each study (..., B, k), its gradient and Hessian with respect to (eta_1 .. eta_a, tau).

    The gradient is that of the quadrature rule itself. The Hessian is the one of the exact integral (Louis 1982, JRSS
    B 44:226) with its moments by quadrature: exact enough for Newton steps, and for standard errors with many nodes.
    `mode` are the conditional modes (..., B, k).
    """

    value: FloatArray
    gradient: FloatArray
    hessian: FloatArray
    mode: FloatArray


def derivatives(
    model: MixedModel, eta: FloatArray, tau: FloatArray, rule: Rule, start: FloatArray | None = None
) -> Derivatives:
    """Return the marginal log-likelihood of each study without its constant, and its derivatives.

    Args:
        model: counts, family and coding.
        eta: (..., B, k, a) fixed part of the linear predictor.
        tau: (..., B, 1) standard deviation of the random effect.
        rule: quadrature.
        start: conditional modes at parameters nearby, if known.
    """
    point, log_weight = rule.point, rule.log_weight
    mode = conditional_mode(model, eta, tau, start)
    s = mode.precision**-0.5
    z, x = model.coding[:, np.newaxis], model.x[..., np.newaxis]
    u = mode.u[..., np.newaxis] + s[..., np.newaxis] * point
    at = eta[..., np.newaxis] + z * (tau[..., np.newaxis] * u)[..., np.newaxis, :]
    mean, variance, _ = model.family.moments(at)
    height = log_weight + (x * at - model.family.cumulant(at)).sum(-2) - u**2 / 2
    top = height.max(-1, keepdims=True)
    share = np.exp(height - top)
    total = share.sum(-1, keepdims=True)
    share = share / total
    residual = x - mean
    first = _first(residual, z, u)
    value = np.log(s) + (top + np.log(total))[..., 0]
    gradient = np.einsum("...dj,...j->...d", first, share)
    slope = tau[..., np.newaxis] * (z * residual).sum(-2) - u
    moved = _movement(mode, model.coding, tau)
    carried = np.stack([(share * slope).sum(-1), s * (share * slope * point).sum(-1)], axis=-1)
    exact = gradient + np.einsum("...dm,...m->...d", moved, carried) + moved[..., 1]
    return Derivatives(value, exact, _louis(first, gradient, variance, z, u, share), mode.u)


def _first(residual: FloatArray, z: FloatArray, u: FloatArray) -> FloatArray:
    """Return dF/d(eta_1 .. eta_a, tau) at each node, (..., a + 1, J)."""
    return np.concatenate([residual, (z * residual).sum(-2, keepdims=True) * u[..., np.newaxis, :]], axis=-2)


def _movement(mode: Mode, z: FloatArray, tau: FloatArray) -> FloatArray:
    """Return d u_hat and d log s by (eta_1 .. eta_a, tau), shape (..., a + 1, 2): implicit differentiation."""
    t, w, d = tau[..., np.newaxis], mode.variance, mode.precision[..., np.newaxis]
    by_eta = -t * z * w / d
    spread = (z**2 * w).sum(-1, keepdims=True)
    by_tau = ((z * mode.residual).sum(-1, keepdims=True) - t * mode.u[..., np.newaxis] * spread) / d
    skew = (z**3 * mode.third).sum(-1, keepdims=True)
    d_eta = t**2 * (z**2 * mode.third + t * skew * by_eta)
    d_tau = 2 * t * spread + t**2 * skew * (mode.u[..., np.newaxis] + t * by_tau)
    location = np.concatenate([by_eta, by_tau], axis=-1)
    log_scale = -np.concatenate([d_eta, d_tau], axis=-1) / (2 * d)
    return np.stack([location, log_scale], axis=-1)


def _louis(
    first: FloatArray, mean: FloatArray, variance: FloatArray, z: FloatArray, u: FloatArray, share: FloatArray
) -> FloatArray:
    """Return E[d2F] + Var[dF] under the posterior of u, (..., a + 1, a + 1)."""
    hessian: FloatArray = (
        np.einsum("...dj,...ej,...j->...de", first, first, share) - mean[..., np.newaxis] * mean[..., np.newaxis, :]
    )
    inner = np.einsum("...aj,...j->...a", variance, share)
    cross = np.einsum("...aj,...j->...a", z * variance, share * u)
    last = np.einsum("...aj,...j->...", z**2 * variance, share * u**2)
    arms = inner.shape[-1]
    index = np.arange(arms)
    hessian[..., index, index] -= inner
    hessian[..., index, arms] -= cross
    hessian[..., arms, index] -= cross
    hessian[..., arms, arms] -= last
    return hessian
