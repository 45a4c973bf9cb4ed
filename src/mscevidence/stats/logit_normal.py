"""The maximum likelihood of the binomial-normal model for one analysis with no more than a mean: fast, by matrices.

x_i ~ Binomial(n_i, expit(mu + tau u)), u ~ N(0, 1). With one linear predictor for all studies the trapezoidal rule can
share its points between them, so that a likelihood with its derivatives is a few products of matrices; on smooth
densities the rule converges exponentially, and halving its step squares its error (Trefethen & Weideman 2014, SIAM
Review 56:385). What is not plain sailing is left to `mixed_model_fit`, which finds the same maximum more slowly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from mscevidence.stats.inputs import FloatArray
from mscevidence.stats.mixed_model_fit import TAU_GRID, Fit

_ELEMENTS = 2_000_000
_REACH = 8.5
_FARTHEST = 40.0
_ROOT = np.sqrt(2 * np.pi)


@dataclass(frozen=True, slots=True)
class _Point:
    """Log-likelihood without constant, gradient and Hessian in (mu, tau), and the curvature of each study in mu."""

    value: float
    gradient: tuple[float, float]
    hessian: tuple[float, float, float]
    information: FloatArray

    def step(self) -> tuple[float, float] | None:
        """Return the Newton step; None where the likelihood is not concave."""
        (a, b, c), (g, h) = self.hessian, self.gradient
        determinant = a * c - b * b
        if not (a < 0 and determinant > 0):
            return None
        return (b * h - c * g) / determinant, (b * g - a * h) / determinant


def fit_one(x: FloatArray, n: FloatArray) -> Fit | None:
    """Return the global maximum of the likelihood of one analysis, without its constant; None where it is not found.

    Args:
        x: (k,) events; some patient has the event, some has not, and not only in different studies.
        n: (k,) patients; studies with none are absent.
    """
    if n.max() <= 1:
        # One patient per study: only the mean of expit(mu + tau u) is identified, and tau = 0 attains the maximum.
        return _fit(_without_tau(x, n), (float(np.log(x.sum()) - np.log((n - x).sum())), 0.0), 0.0)
    scanned = _scan(x, n)
    if scanned is None:
        return None
    tau, mu, height = scanned
    best, at = _without_tau(x, n), 0.0
    level = (float(mu[0]), 0.0)
    for index in _peaks(height):
        # An underflow at the next point says that the likelihood rises from zero far and steeply.
        if index == 0 and (height[1] == -np.inf or _slope_at_zero(x, n) <= 0):
            continue
        found = _climb(x, n, *_start(tau, mu, height, index))
        if found is None:
            return None
        place, point = found
        # Zero wins where the likelihood inside is not higher.
        if point.value - 1e-11 * (1 + abs(point.value)) > best.value:
            best, level = point, place
            at = place[1]
    return _fit(best, level, at)


def _fit(point: _Point, level: tuple[float, float], tau: float) -> Fit:
    a, b, c = point.hessian
    inside = np.array([[-c, b], [b, -a]]) / (a * c - b * b)
    covariance = inside if tau > 0 else np.array([[-1 / a, 0.0], [0.0, np.nan]])
    return Fit(
        beta=np.array([[level[0]]]),
        tau=np.array([tau]),
        log_likelihood=np.array([point.value]),
        covariance=covariance[np.newaxis],
        information=point.information[np.newaxis],
        converged=np.ones(1, dtype=np.bool_),
    )


def _without_tau(x: FloatArray, n: FloatArray) -> _Point:
    events, patients = float(x.sum()), float(n.sum())
    share = events / patients
    information = n * (share * (1 - share))
    value = events * np.log(share) + (patients - events) * np.log1p(-share)
    return _Point(float(value), (0.0, 0.0), (-float(information.sum()), 0.0, -1.0), information)


def _slope_at_zero(x: FloatArray, n: FloatArray) -> float:
    """Return twice the derivative of the profile log-likelihood by tau2 at zero."""
    share = x.sum() / n.sum()
    return float(((x - n * share) ** 2).sum() - share * (1 - share) * n.sum())


def _scan(x: FloatArray, n: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray] | None:
    """Return a grid of tau from 0, the best mu for each, and the log-likelihood there to about three digits.

    The likelihoods of the studies are tabulated once over the linear predictor; for every tau they are weighted by its
    normal density, and beyond the table, where they no longer change, by its tails.
    """
    most = float(n.max())
    first = min(float(TAU_GRID[1]), most**-0.5)
    tau = np.concatenate([np.geomspace(first, TAU_GRID[1], 4)[:-1], TAU_GRID[1:]]) if most > 100 else TAU_GRID[1:]
    end = np.log(most) + 8
    size = int(2 * end * np.sqrt(most / 4 + first**-2) / 1.2) + 2
    if size * x.size > _ELEMENTS:
        return None
    eta = np.linspace(-end, end, size)
    height = np.outer(x, eta) - np.outer(n, np.logaddexp(0.0, eta))
    top = height.max(axis=1)
    likelihood = np.exp(height - top[:, np.newaxis])
    start = float(np.log(x.sum()) - np.log((n - x).sum()))
    mu, value = np.full(tau.size, start), np.full(tau.size, -np.inf)
    with np.errstate(divide="ignore", invalid="ignore"):
        for _ in range(12):
            marginal, first_by, second_by = np.split(likelihood @ _weights(eta, mu, tau), 3, axis=1)
            slope = first_by / marginal
            gradient, curvature = slope.sum(axis=0), (second_by / marginal - slope**2).sum(axis=0)
            value = np.log(marginal).sum(axis=0) + top.sum()
            step = np.clip(np.where(curvature < 0, -gradient / curvature, 0.0), -4.0, 4.0)
            if np.nanmax(np.abs(step) / (1 + np.abs(mu)), initial=0.0) < 1e-2:
                break
            mu = mu + np.where(np.isnan(step), 0.0, step)
    value = np.where(np.isnan(value), -np.inf, value)
    zero = _without_tau(x, n).value
    return np.concatenate([[0.0], tau]), np.concatenate([[start], mu]), np.concatenate([[zero], value])


def _weights(eta: FloatArray, mu: FloatArray, tau: FloatArray) -> FloatArray:
    """Return the normal weights of the points (J, 3 T) and their first and second derivatives by mu."""
    z = (eta[:, np.newaxis] - mu) / tau
    density = np.exp(-(z**2) / 2) / (_ROOT * tau)
    weight = (eta[1] - eta[0]) * density
    weight[0] /= 2
    weight[-1] /= 2
    parts = np.stack([weight, weight * z / tau, weight * (z**2 - 1) / tau**2])
    for end, sign in ((0, 1), (-1, -1)):
        parts[0, end] += special.ndtr(sign * z[end])
        parts[1, end] -= sign * density[end]
        parts[2, end] -= sign * z[end] * density[end] / tau
    return np.concatenate(list(parts), axis=1)


def _peaks(height: FloatArray) -> list[int]:
    padded = np.concatenate([[-np.inf], height, [-np.inf]])
    return [int(i) for i in np.flatnonzero((padded[1:-1] > padded[:-2]) & (padded[1:-1] >= padded[2:]))]


def _start(tau: FloatArray, mu: FloatArray, height: FloatArray, index: int) -> tuple[float, float]:
    """Return mu and tau at the top of the parabola in log tau through a peak and its neighbours."""
    if index < 2 or index + 1 == tau.size:
        return float(mu[index]), float(tau[index]) if index else float(tau[1]) / 2
    left, right = height[index] - height[index - 1], height[index] - height[index + 1]
    below, above = np.log(tau[index] / tau[index - 1]), np.log(tau[index + 1] / tau[index])
    slope = (left / below * above - right / above * below) / (above + below)
    curve = 2 * (left / below + right / above) / (above + below)
    shift = float(np.clip(slope / curve, -below, above)) if np.isfinite(curve) and curve > 0 else 0.0
    side = index + (1 if shift > 0 else -1)
    part = abs(shift) / (above if shift > 0 else below)
    return float(mu[index] + part * (mu[side] - mu[index])), float(tau[index] * np.exp(shift))


def _climb(x: FloatArray, n: FloatArray, mu: float, tau: float) -> tuple[tuple[float, float], _Point] | None:
    """Return the maximum near (mu, tau) by Newton's method, confirmed by a finer rule; None if it strays."""
    step, last, settled = 0.7, -np.inf, False
    for _ in range(20):
        point = _evaluate(x, n, mu, tau, step)
        move = None if point is None else point.step()
        if point is None or move is None or point.value < last - 1e-6 or max(map(abs, move)) > 2:
            return None
        close = max(abs(move[0]) / (1 + abs(mu)), abs(move[1]) / tau)
        if settled and close < 1e-8 and abs(point.value - last) < 1e-9 * (1 + abs(last)):
            return (mu + move[0], tau + move[1]), point
        settled = close < 1e-5
        if settled:
            step /= 2
        mu, tau, last = mu + move[0], tau + move[1], point.value
        if tau <= 0:
            return None
    return None


def _evaluate(x: FloatArray, n: FloatArray, mu: float, tau: float, step: float) -> _Point | None:
    """Return the log-likelihood with its derivatives; None if the rule would need too many points.

    Louis 1982, JRSS B 44:226: the Hessian of log E[exp F] is E[F''] + Var[F'] under the posterior of u.
    """
    points = _points(x, n, mu, tau, step)
    if points is None:
        return None
    u, width = points
    eta = mu + tau * u
    p = special.expit(eta)
    height = np.outer(x, eta) - np.outer(n, np.logaddexp(0.0, eta)) - u**2 / 2
    top = height.max(axis=1, keepdims=True)
    share = np.exp(height - top)
    total = share.sum(axis=1, keepdims=True)
    share /= total
    residual = x[:, np.newaxis] - np.outer(n, p)
    powers = np.stack([np.ones_like(u), u, u**2], axis=1)
    first = share * residual
    gradient = first @ powers[:, :2]
    variance = (p * special.expit(-eta))[:, np.newaxis]
    second = (first * residual) @ powers - n[:, np.newaxis] * (share @ (variance * powers))
    second -= gradient[:, [0, 0, 1]] * gradient[:, [0, 1, 1]]
    value = float(top.sum() + np.log(total).sum()) + x.size * np.log(width / _ROOT)
    (a, b, c), (g, h) = second.sum(axis=0).tolist(), gradient.sum(axis=0).tolist()
    return _Point(value, (g, h), (a, b, c), -second[:, 0])


_LOOK = np.linspace(-_FARTHEST, _FARTHEST, 81)


def _points(x: FloatArray, n: FloatArray, mu: float, tau: float, step: float) -> tuple[FloatArray, float] | None:
    """Return equidistant points that cover the posterior of u of every study, and their distance.

    The posterior is at least as narrow as N(mode, 1), and at most as narrow as n/4 tau^2 + 1 makes it.
    """
    slope = tau * (x[:, np.newaxis] - np.outer(n, special.expit(mu + tau * _LOOK))) - _LOOK
    rising, falling = np.flatnonzero(slope.min(axis=0) > 0), np.flatnonzero(slope.max(axis=0) < 0)
    if not rising.size or not falling.size:
        return None
    low, high = _LOOK[rising[-1]] - _REACH, _LOOK[falling[0]] + _REACH
    size = int((high - low) * np.sqrt(1 + tau**2 * float(n.max()) / 4) / step) + 2
    if size * x.size > _ELEMENTS:
        return None
    u, width = np.linspace(low, high, size, retstep=True)
    return u, float(width)
