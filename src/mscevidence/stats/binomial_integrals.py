"""Integrals of binomial likelihoods against normal densities of the logit, on grids that fit each likelihood.

The trapezoidal rule in s, theta = sinh s, converges exponentially once its step resolves the integrand (Trefethen &
Weideman 2014, SIAM Review 56:385). Studies of ordinary size share one grid. A study whose likelihood is too sharp for
it (thousands of patients) has a grid of its own around the mode, as far as the likelihood reaches. Where the normal
density is narrower than the grid it is Gauss-Hermite quadrature around its mean.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from mscevidence.stats.inputs import BoolArray, FloatArray, IntArray
from mscevidence.stats.priors import NormalPrior, TauPrior

_NARROW = 1.5
_STEP = 0.02
_RESOLUTION = 0.25
"""The shared step must not exceed this share of a standard deviation of the likelihood."""
_OWN_STEP = 0.1
_REACH = 45.0
_COLUMNS = 128
HERMITE = np.polynomial.hermite_e.hermegauss(24)


@dataclass(frozen=True, slots=True)
class Counts:
    """Events `x` of `n` patients; priors of mu and tau."""

    x: FloatArray
    n: FloatArray
    mu_prior: NormalPrior
    tau_prior: TauPrior

    def log_likelihood(self, theta: FloatArray, studies: IntArray) -> FloatArray:
        """Return the binomial log-likelihood (k, ...) of some studies at logits theta, without constant."""
        shape = (-1,) + (1,) * theta.ndim
        x, n = self.x[studies].reshape(shape), self.n[studies].reshape(shape)
        result: FloatArray = x * theta - n * np.logaddexp(0.0, theta)
        return result


@dataclass(frozen=True, slots=True)
class Points:
    """Studies with one grid.

    Attributes:
        studies: (k) their positions; s: (G) uniform grid; likelihood: (k, G) scaled to the maximum 1; top: (k, 1) log
        of the maximum.
        mode: logit of the one study that has this grid for itself, NaN if the grid is shared.
    """

    studies: IntArray
    s: FloatArray
    likelihood: FloatArray
    top: FloatArray
    mode: float


@dataclass(frozen=True, slots=True)
class Integrals:
    """Kernel (G, M) at `part` of the grid, its integrals with the scaled likelihoods (k, M), log marginals (k, M)."""

    part: slice
    kernel: FloatArray
    integral: FloatArray
    log_marginal: FloatArray


def points_of(counts: Counts, reach: float) -> list[Points]:
    """Return the shared grid, which reaches to logits -+`reach`, and those of sharp studies."""
    sharp, mode, sd = _sharpness(counts)
    found = []
    plain = np.flatnonzero(~sharp)
    if plain.size:
        end = np.arcsinh(reach)
        found.append(_points(counts, plain, np.arange(-end, end + _STEP, _STEP), np.nan))
    for study in np.flatnonzero(sharp):
        low, high = _support(float(counts.x[study]), float(counts.n[study]))
        step = _OWN_STEP * float(sd[study] / np.hypot(1.0, mode[study]))
        s = np.arange(np.arcsinh(low), np.arcsinh(high) + step, step)
        found.append(_points(counts, np.array([study]), s, float(mode[study])))
    return found


def _sharpness(counts: Counts) -> tuple[BoolArray, FloatArray, FloatArray]:
    """Return which likelihoods are too sharp for the shared grid, their modes and standard deviations."""
    p = (counts.x + 0.5) / (counts.n + 1)
    mode, sd = special.logit(p), 1 / np.sqrt((counts.n + 1) * p * (1 - p))
    inside = (counts.x > 0) & (counts.x < counts.n)
    return inside & (_STEP * np.hypot(1.0, mode) > _RESOLUTION * sd), mode, sd


def _support(x: float, n: float) -> tuple[float, float]:
    """Return where the log-likelihood has fallen by `_REACH` on either side of the mode, by halving."""
    theta = float(special.logit(x / n))
    top = x * theta - n * np.logaddexp(0.0, theta)
    ends = []
    for sign, events in ((-1.0, x), (1.0, n - x)):
        # log(1 + e^theta) is at least 0 and at least theta: the log-likelihood lies below x theta and -(n - x) theta.
        near, far = theta, sign * (_REACH - top) / events
        for _ in range(60):
            middle = (near + far) / 2
            inside = x * middle - n * np.logaddexp(0.0, middle) > top - _REACH
            near, far = (middle, far) if inside else (near, middle)
        ends.append(far)
    return ends[0], ends[1]


def _points(counts: Counts, studies: IntArray, s: FloatArray, mode: float) -> Points:
    height = counts.log_likelihood(np.sinh(s), studies)
    top = height.max(axis=1, keepdims=True)
    return Points(studies, s, np.exp(height - top), top, mode)


def integrals(counts: Counts, points: Points, mu: FloatArray, tau: float) -> Integrals:
    """Return the integrals over the random effects of the studies at means mu (M) and one tau."""
    shared = bool(np.isnan(points.mode))
    step = points.s[1] - points.s[0]
    narrowest = _NARROW * step * np.hypot(1.0, mu if shared else np.full_like(mu, points.mode))
    coarse, width = tau < narrowest, np.maximum(tau, narrowest)
    part = _seen(points.s, mu, width) if shared else slice(None)
    s = points.s[part]
    # In place: most of the time goes into these arrays.
    kernel = np.subtract.outer(np.sinh(s), mu)
    kernel /= width
    np.square(kernel, out=kernel)
    kernel *= -0.5
    # Far from the grid of one study its density would be zero everywhere.
    shift = np.zeros_like(mu) if shared else kernel.max(axis=0)
    if not shared:
        kernel -= shift
    np.exp(kernel, out=kernel)
    kernel *= (step * np.cosh(s) / np.sqrt(2 * np.pi))[:, np.newaxis]
    kernel /= width
    integral = points.likelihood[:, part] @ kernel
    with np.errstate(divide="ignore"):
        log_marginal = np.log(integral) + points.top + shift
    if coarse.any():
        z, w = HERMITE
        at = counts.log_likelihood(mu[coarse, np.newaxis] + tau * z, points.studies)
        top = at.max(axis=-1, keepdims=True)
        log_marginal[:, coarse] = top[..., 0] + np.log(np.exp(at - top) @ (w / w.sum()))
    return Integrals(part, kernel, integral, log_marginal)


def _seen(s: FloatArray, mu: FloatArray, width: FloatArray) -> slice:
    """Return the part of the grid where some density is not negligible."""
    low, high = (mu - 8.7 * width).min(), (mu + 8.7 * width).max()
    first, last = np.searchsorted(s, np.arcsinh([low, high]))
    return slice(max(int(first) - 1, 0), int(last) + 1)


def log_marginals(counts: Counts, mu: FloatArray, tau: float) -> FloatArray:
    """Return the log marginal likelihood (k, M) of each study at means mu and one tau, without binomial constant."""
    found = np.empty((counts.x.size, mu.size))
    for points in points_of(counts, float(np.abs(mu).max() + 8.5 * tau)):
        for start in range(0, mu.size, _COLUMNS):
            columns = slice(start, start + _COLUMNS)
            found[points.studies, columns] = integrals(counts, points, mu[columns], tau).log_marginal
    return found
