"""The posterior of the beta-binomial model on a grid of (logit m, logit rho), and of each trial's own proportion.

x_i ~ Binomial(n_i, p_i), p_i ~ Beta(m s, (1 - m) s), s = 1/rho - 1 (Kleinman 1973, JASA 68:46). Given a cell the
posterior of p_i is Beta(m s + x_i, (1 - m) s + n_i - x_i): over the cells a mixture. It is tabulated on grids that are
uniform in t, logit p = centre + width sinh t, fine where the mixture is and reaching as far as its tails do. Trials
that one such grid resolves share it: the density of Beta(m s, (1 - m) s) there serves them all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from mscevidence.stats.grid_distribution import GridDistribution
from mscevidence.stats.inputs import BoolArray, FloatArray, IntArray
from mscevidence.stats.priors import BetaPrior

_NEGLIGIBLE = 30.0
_ZOOM = 41
_POINTS = 121
_STEP = 0.04
_RESOLUTION = 0.15
"""A shared grid must not be coarser than this share of a standard deviation of the logit."""
_SMALLEST_SHARE = 1e-7
_REACH = 40.0
_CELLS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Cells:
    """The posterior on a grid.

    Attributes:
        u: (M) logits of m; r: (R) logits of rho, both uniform; share: (R, M) posterior probabilities.
        a, b: (R, M) parameters of the beta distribution of the trials.
    """

    u: FloatArray
    r: FloatArray
    share: FloatArray
    a: FloatArray
    b: FloatArray

    @classmethod
    def of(cls, x: FloatArray, n: FloatArray, mean_prior: BetaPrior, rho_prior: BetaPrior) -> Cells:
        """Return the posterior given events x of n, on a grid that has zoomed in on it."""
        u, r = np.array([-40.0, 40.0]), np.array([-25.0, 25.0])
        for points in (*(_ZOOM,) * 12, _POINTS):
            u, r = np.linspace(u[0], u[-1], points), np.linspace(r[0], r[-1], points)
            m, rho = special.expit(u), special.expit(r)
            total = np.exp(-r)
            a, b = m * total[:, np.newaxis], special.expit(-u) * total[:, np.newaxis]
            height = _log_likelihood(x, n, a, b, total)
            height += mean_prior.log_density(np.clip(m, 1e-300, 1 - 1e-16)) + np.log(m) + np.log(special.expit(-u))
            slope = np.log(rho) + np.log(special.expit(-r))
            height += (rho_prior.log_density(np.clip(rho, 0, 1 - 1e-16)) + slope)[:, np.newaxis]
            height -= height.max()
            if points == _POINTS:
                break
            inside = height > -_NEGLIGIBLE
            rows, columns = (np.flatnonzero(inside.any(axis=axis)) for axis in (1, 0))
            u = u[[max(columns[0] - 1, 0), min(columns[-1] + 1, points - 1)]]
            r = r[[max(rows[0] - 1, 0), min(rows[-1] + 1, points - 1)]]
        share = np.exp(height)
        return cls(u, r, share / share.sum(), a, b)


def _log_likelihood(x: FloatArray, n: FloatArray, a: FloatArray, b: FloatArray, total: FloatArray) -> FloatArray:
    """Return sum_i log B(a + x_i, b + n_i - x_i)/B(a, b); trials with the same counts are one calculation.

    x events of n are vectors, a and b (R, M), and total (R) is a + b, which does not depend on m.
    """
    result = np.zeros_like(a)
    for start, values in ((a, x), (b, n - x)):
        given, times = np.unique(values[values > 0], return_counts=True)
        for value, count in zip(given, times, strict=True):
            result += count * special.gammaln(start + value)
        result -= times.sum() * special.gammaln(start)
    sizes, times = np.unique(n, return_counts=True)
    whole = total[:, np.newaxis]
    result -= (times * (special.gammaln(whole + sizes) - special.gammaln(whole))).sum(axis=1, keepdims=True)
    return result


@dataclass(frozen=True, slots=True)
class TrialPosterior:
    """The posterior of one trial's proportion.

    Attributes:
        distribution: of t, proportion: (G) the proportions at its grid points.
        centre, width: logit p = centre + width sinh t.
        mean, sd: of the proportion, exact sums over the cells.
    """

    distribution: GridDistribution
    proportion: FloatArray
    centre: float
    width: float
    mean: float
    sd: float

    def summary(self, level: float) -> tuple[float, ...]:
        """Return mean, sd, median, lower and upper limit of the proportion."""
        alpha = (1 - level) / 2
        t = np.array([self.distribution.quantile(p) for p in (0.5, alpha, 1 - alpha)])
        quantiles = special.expit(self.centre + self.width * np.sinh(t))
        return (self.mean, self.sd, *(float(value) for value in quantiles))


@dataclass(frozen=True, slots=True)
class _Mixture:
    """The cells that count (C): shares, parameters; of each trial (k): events, patients, centre and width."""

    share: FloatArray
    a: FloatArray
    b: FloatArray
    x: FloatArray
    n: FloatArray
    centre: FloatArray
    width: FloatArray

    def parameters(self, trial: int) -> tuple[FloatArray, FloatArray]:
        """Return the parameters of the beta distributions of a trial."""
        return self.a + self.x[trial], self.b + self.n[trial] - self.x[trial]


def trial_posteriors(cells: Cells, x: FloatArray, n: FloatArray) -> list[TrialPosterior]:
    """Return the posterior of the proportion of each trial with x events of n; n = 0 is the next trial."""
    mixture = _mixture(cells, x, n)
    last = n.size - 1
    # The next trial has the widest distribution: its grid is the one that others can share.
    away = np.hypot(mixture.width[last], mixture.centre - mixture.centre[last])
    shared = _STEP * away <= _RESOLUTION * mixture.width
    found = _tabulated(mixture, np.flatnonzero(shared), last)
    for trial in np.flatnonzero(~shared):
        found |= _tabulated(mixture, np.array([trial]), int(trial))
    return [found[trial] for trial in range(n.size)]


def _mixture(cells: Cells, x: FloatArray, n: FloatArray) -> _Mixture:
    kept: BoolArray = cells.share > _SMALLEST_SHARE * cells.share.max()
    share, a, b = cells.share[kept], cells.a[kept], cells.b[kept]
    share = share / share.sum()
    found = _Mixture(share, a, b, x, n, np.zeros(n.size), np.ones(n.size))
    for trial in range(n.size):
        one, other = found.parameters(trial)
        logit = special.digamma(one) - special.digamma(other)
        sd = np.sqrt(special.polygamma(1, one) + special.polygamma(1, other))
        # A few narrow components are smoothed by the others; medians bear the components that reach very far.
        found.centre[trial] = _weighted_quantile(logit, share, 0.5)
        found.width[trial] = _weighted_quantile(sd, share, 0.02)
    return found


def _weighted_quantile(values: FloatArray, share: FloatArray, p: float) -> float:
    order = np.argsort(values)
    return float(values[order][np.searchsorted(np.cumsum(share[order]), p)])


def _tabulated(mixture: _Mixture, trials: IntArray, grid_of: int) -> dict[int, TrialPosterior]:
    """Return the posteriors of some trials on the grid of one of them."""
    centre, width = float(mixture.centre[grid_of]), float(mixture.width[grid_of])
    t = _grid(mixture, trials, centre, width)
    theta = centre + width * np.sinh(t)
    log_p, log_q = -np.logaddexp(0.0, -theta), -np.logaddexp(0.0, theta)
    heights = np.zeros((trials.size, t.size))
    x, n = mixture.x[trials][:, np.newaxis], mixture.n[trials][:, np.newaxis]
    likelihood = x * log_p + (n - x) * log_q
    top = likelihood.max(axis=1, keepdims=True)
    for start in range(0, mixture.share.size, _CELLS_AT_ONCE):
        part = slice(start, start + _CELLS_AT_ONCE)
        a, b = mixture.a[part], mixture.b[part]
        weight = np.log(mixture.share[part]) - special.betaln(a + x, b + n - x) + top
        kernel = a[:, np.newaxis] * log_p + b[:, np.newaxis] * log_q
        if trials.size == 1:
            # The product of what is sharp and what is not can fit where a factor does not.
            heights[0] += np.exp(kernel + (weight - top).T + likelihood[0]).sum(axis=0)
            continue
        own = special.betaln(a, b)
        heights += np.exp(weight + own) @ np.exp(kernel - own[:, np.newaxis])
    if trials.size > 1:
        heights *= np.exp(likelihood - top)
    heights *= np.cosh(t)
    proportion: FloatArray = special.expit(theta)
    return {
        int(trial): _posterior(mixture, int(trial), GridDistribution.of(t, height), proportion, (centre, width))
        for trial, height in zip(trials, heights, strict=True)
    }


def _grid(mixture: _Mixture, trials: IntArray, centre: float, width: float) -> FloatArray:
    """Return the grid of t that reaches as far as the tails, which fall like exp(a theta) and exp(-b theta)."""
    lows, highs = [], []
    for trial in trials:
        one, other = mixture.parameters(int(trial))
        logit = special.digamma(one) - special.digamma(other)
        sd = np.sqrt(special.polygamma(1, one) + special.polygamma(1, other))
        lows.append((logit - np.maximum(9 * sd, _REACH / one)).min())
        highs.append((logit + np.maximum(9 * sd, _REACH / other)).max())
    low, high = np.arcsinh((min(lows) - centre) / width), np.arcsinh((max(highs) - centre) / width)
    return np.asarray(np.linspace(low, high, int((high - low) / _STEP) + 2), dtype=np.float64)


def _posterior(
    mixture: _Mixture, trial: int, distribution: GridDistribution, proportion: FloatArray, scale: tuple[float, float]
) -> TrialPosterior:
    a, b = mixture.parameters(trial)
    total = a + b
    mean = float(mixture.share @ (a / total))
    square = float(mixture.share @ (a * b / (total**2 * (total + 1)) + (a / total - mean) ** 2))
    return TrialPosterior(distribution, proportion, *scale, mean, float(np.sqrt(square)))
