"""The marginal likelihood of dose arms in studies with a random intercept, by adaptive Gauss-Hermite quadrature.

Study i has arms a with logit eta_ia = b0 + b1 z_ia + tau u_i, u_i ~ N(0, 1). With F(u) = log f(x_i | u) - u^2/2, u_hat
its maximum and s = (1 + tau^2 sum n p q)^-1/2 there::

    l_i = log s - 1/2 log(2 pi) + log sum_j w_j exp(z_j^2/2 + F(u_hat + s z_j))

(Liu & Pierce 1994, Biometrika 81:624; Pinheiro & Bates 1995, J Comput Graph Stat 4:12). It is the model of
`mixed_model` with three parameters for all arms together, and several times as fast.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from mscevidence.stats.inputs import FloatArray
from mscevidence.stats.mixed_model import Rule
from mscevidence.stats.newton import Point
from mscevidence.stats.roots import decreasing_root
from mscevidence.stats.studies import inner, total

_WIDTH = 1e-5


class _Sums(NamedTuple):
    """Sums over the arms of a study (..., B, S): residuals, variances and third cumulants, alone and times z."""

    residual: FloatArray
    variance: FloatArray
    variance_z: FloatArray
    third: FloatArray
    third_z: FloatArray


class DoseLikelihood(NamedTuple):
    """B analyses of S studies with A arms.

    Attributes:
        x, n: (B, S, A) events and patients, 0 in absent arms; z: (B, S, A) covariate.
        constant: (B,) sum of the logs of the binomial coefficients.
    """

    x: FloatArray
    n: FloatArray
    z: FloatArray
    constant: FloatArray

    def rows(self, index: Any) -> DoseLikelihood:
        """Return the analyses of `index`."""
        return DoseLikelihood(*(part[index] for part in self))

    def at(
        self, theta: FloatArray, rule: Rule, start: FloatArray | None = None, *, close: float = 1e-8
    ) -> tuple[Point, FloatArray]:
        """Return the log-likelihood at (b0, b1, tau), (..., B, 3), and the modes of u of each study (..., B, S).

        The gradient is that of the quadrature rule itself, whose nodes move with the parameters. The Hessian is the
        one of the exact integral (Louis 1982, JRSS B 44:226) with its moments by quadrature.

        Args:
            theta: parameters.
            rule: of the quadrature.
            start: modes at parameters nearby, if known.
            close: relative length of the last step to a mode, near which the nodes lie.
        """
        eta = theta[..., :1, np.newaxis] + theta[..., 1:2, np.newaxis] * self.z
        tau = theta[..., 2:]
        mode, sums = self._modes(eta, tau, start, close)
        precision = 1 + tau**2 * sums.variance
        scale = precision**-0.5
        u = mode[..., np.newaxis] + scale[..., np.newaxis] * rule.point
        shift = tau[..., np.newaxis] * u
        p, cumulant = _logistic(eta[..., np.newaxis] + shift[..., np.newaxis, :])
        powers = self.z[..., np.newaxis, :] ** np.arange(3.0)[:, np.newaxis]
        events, patients = (
            np.vecdot(powers[..., :2, :], self.x[..., np.newaxis, :]),
            powers * self.n[..., np.newaxis, :],
        )
        height = rule.log_weight + inner(self.x, eta)[..., np.newaxis] + events[..., :1] * shift - u * u / 2
        height -= (patients[..., :1, :] @ cumulant)[..., 0, :]
        top = height.max(axis=-1, keepdims=True)
        share = np.exp(height - top)
        whole = share.sum(axis=-1, keepdims=True)
        share /= whole
        value = self.constant + total(np.log(scale) + (top + np.log(whole))[..., 0])
        residual, variance = events[..., np.newaxis] - patients[..., :2, :] @ p, patients @ (p * (1 - p))
        first = np.concatenate([residual, u[..., np.newaxis, :] * residual[..., :1, :]], axis=-2)
        weighted = first * share[..., np.newaxis, :]
        gradient = total(weighted)
        slope = share * (tau[..., np.newaxis] * residual[..., 0, :] - u)
        location, log_scale = _movement(mode, sums, tau, precision)
        exact = gradient + location * total(slope)[..., np.newaxis]
        exact += log_scale * (1 + scale * inner(slope, rule.point))[..., np.newaxis]
        hessian = weighted @ np.swapaxes(first, -1, -2) - gradient[..., np.newaxis] * gradient[..., np.newaxis, :]
        hessian -= _curvature(variance, u, share)
        return Point(value, exact.sum(axis=-2), hessian.sum(axis=-3)), mode

    def at_exactly(self, theta: FloatArray, rule: Rule, start: FloatArray | None) -> tuple[Point, FloatArray]:
        """Return the same with the Hessian of the quadrature rule, which differs if it has few points."""
        found, mode = self.at(theta, rule, start)
        step = np.concatenate([np.eye(3), -np.eye(3)]) * _WIDTH
        around = theta + step.reshape(6, *(1,) * (theta.ndim - 1), 3)
        gradient = self.at(around, rule, np.broadcast_to(mode, (6, *mode.shape)))[0].gradient
        hessian = np.moveaxis((gradient[:3] - gradient[3:]) / (2 * _WIDTH), 0, -2)
        return Point(found.value, found.gradient, (hessian + np.swapaxes(hessian, -1, -2)) / 2), mode

    def heterogeneity_score(self, theta: FloatArray) -> FloatArray:
        """Return the derivative of the log-likelihood by tau^2 at tau = 0 (B), for (b0, b1) of theta (B, 3)."""
        sums = self._sums(theta[:, :1, np.newaxis] + theta[:, 1:2, np.newaxis] * self.z)
        return total(sums.residual**2 - sums.variance) / 2

    def _sums(self, logit: FloatArray) -> _Sums:
        p = _logistic(logit)[0]
        mean = self.n * p
        variance = mean * (1 - p)
        third = variance * (1 - 2 * p)
        return _Sums(total(self.x - mean), total(variance), inner(variance, self.z), total(third), inner(third, self.z))

    def _modes(
        self, eta: FloatArray, tau: FloatArray, start: FloatArray | None, close: float
    ) -> tuple[FloatArray, _Sums]:
        """Return the maximum over u of log f(x | u) - u^2/2 for each study, and the sums there.

        The derivative at u = 0 bounds the root on its side of zero, because the log-density falls faster and faster.
        """

        def slope(u: FloatArray) -> tuple[FloatArray, FloatArray]:
            p = _logistic(eta + (tau * u)[..., np.newaxis])[0]
            mean = self.n * p
            return tau * total(self.x - mean) - u, -1 - tau**2 * inner(mean, 1 - p)

        u = np.zeros(np.broadcast_shapes(eta.shape[:-1], tau.shape))
        if tau.any():
            value, change = slope(u)
            low, high = np.minimum(value, 0.0), np.maximum(value, 0.0)
            guess = np.clip(-value / change if start is None else start, low, high)
            u, _ = decreasing_root(slope, low, high, guess, close=close)
        return u, self._sums(eta + (tau * u)[..., np.newaxis])


def _logistic(logit: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return 1/(1 + exp(-logit)) and log(1 + exp(logit))."""
    small = np.exp(-np.abs(logit))
    p = np.where(logit >= 0, 1.0, small) / (1 + small)
    return p, np.maximum(logit, 0.0) + np.log1p(small)


def _movement(mode: FloatArray, sums: _Sums, tau: FloatArray, precision: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the derivatives of u_hat and of log s by (b0, b1, tau), (..., S, 3): implicit differentiation."""
    by_tau = sums.residual - tau * mode * sums.variance
    location = np.stack([-tau * sums.variance, -tau * sums.variance_z, by_tau], axis=-1) / precision[..., np.newaxis]
    square = tau**2
    direct = np.stack(
        [square * sums.third, square * sums.third_z, 2 * tau * sums.variance + square * mode * sums.third], axis=-1
    )
    change = direct + (square * tau * sums.third)[..., np.newaxis] * location
    return location, -change / (2 * precision[..., np.newaxis])


def _curvature(variance: FloatArray, u: FloatArray, share: FloatArray) -> FloatArray:
    """Return the mean of the negative second derivatives of log f by (b0, b1, tau), (..., S, 3, 3).

    Args:
        variance: (..., S, 3, J) sums of n p q z^m over the arms, m = 0, 1, 2.
        u: (..., S, J) random effects.
        share: (..., S, J) their weights.
    """
    moments = np.stack([share, share * u, share * u * u], axis=-1)
    mean = variance @ moments
    result = np.empty((*mean.shape[:-2], 3, 3))
    for i, j, power, times in ((0, 0, 0, 0), (0, 1, 1, 0), (1, 1, 2, 0), (0, 2, 0, 1), (1, 2, 1, 1), (2, 2, 0, 2)):
        result[..., i, j] = result[..., j, i] = mean[..., power, times]
    return result
