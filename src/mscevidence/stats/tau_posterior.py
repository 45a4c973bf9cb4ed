"""The posterior distribution of tau (or of any positive parameter) by double-exponential quadrature.

Takahasi & Mori 1974, Publ RIMS Kyoto Univ 9:721: the trapezoidal rule after tau = scale exp(pi/2 sinh t) (half-line)
or tau = upper / (1 + exp(-pi sinh t)) (interval) converges exponentially for smooth densities, also with algebraic
tails. The step is halved until the integral no longer changes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mscevidence.errors import StatisticsError
from mscevidence.stats.inputs import FloatArray
from mscevidence.stats.priors import TauPrior
from mscevidence.stats.roots import decreasing_root

LogDensity = Callable[[FloatArray], FloatArray]
_SMALLEST = 1e-18


@dataclass(frozen=True, slots=True)
class TauPosterior:
    """Quadrature nodes of a posterior density on (0, upper).

    Attributes:
        log_density: log of the unnormalised density.
        node, weight: points and probabilities (summing to 1).
        log_constant: log of the integral of the unnormalised density.
        upper: end of the range, may be infinite.
        step: of the quadrature, fine enough for this density.
    """

    log_density: LogDensity
    node: FloatArray
    weight: FloatArray
    log_constant: float
    upper: float
    step: float

    def density(self, x: FloatArray) -> FloatArray:
        """Return the normalised density."""
        result: FloatArray = np.exp(self.log_density(x) - self.log_constant)
        return result

    def cdf(self, x: FloatArray) -> FloatArray:
        """Return P(tau <= x) of a vector x > 0."""
        fraction, weight = _interval(self.step)
        at = x[:, np.newaxis] * fraction
        inside = self.density(at.ravel()).reshape(at.shape)
        result: FloatArray = x * (inside @ weight)
        return result

    def quantile(self, p: FloatArray) -> FloatArray:
        """Return the quantiles of a vector of probabilities."""
        steps = np.concatenate([[0.0], np.cumsum(self.weight)])
        index = np.clip(np.searchsorted(steps, p) - 1, 0, self.node.size - 1)
        low = self.node[np.maximum(index - 2, 0)] * (index > 2)
        high = self.node[np.minimum(index + 2, self.node.size - 1)]
        x, _ = decreasing_root(lambda x: (p - self.cdf(x), -self.density(x)), low, high, self.node[index])
        return x

    def mode(self) -> float:
        """Return the highest point of the density, by ever finer grids; NaN if the density is constant."""
        grid = np.concatenate([[0.0], self.node])
        height = self.log_density(grid)
        if np.ptp(height) < 1e-12:
            return np.nan
        best = int(np.argmax(height))
        low, high = grid[max(best - 1, 0)], grid[min(best + 1, grid.size - 1)]
        for _ in range(14):
            inner = np.linspace(low, high, 17)
            best = int(np.argmax(self.log_density(inner)))
            low, high = inner[max(best - 1, 0)], inner[min(best + 1, 16)]
        return 0.0 if low == 0 and best == 0 else float(low + high) / 2

    def shortest(self, level: float) -> tuple[float, float]:
        """Return the shortest interval of probability `level`; it starts at 0 unless the density there is low."""
        top = float(self.quantile(np.array([level]))[0])
        edge = self.density(np.array([0.0, top]))
        if edge[0] >= edge[1]:
            return 0.0, top
        low, high = 0.0, 1 - level
        for _ in range(46):
            middle = (low + high) / 2
            ends = self.quantile(np.array([middle, middle + level]))
            first, last = self.density(ends)
            low, high = (middle, high) if first < last else (low, middle)
        first, last = self.quantile(np.array([high, high + level]))
        return float(first), float(last)


def integrate(log_density: LogDensity, *, upper: float, scale: float) -> TauPosterior:
    """Return the quadrature of exp(log_density) on (0, upper).

    Args:
        log_density: of a vector of tau, without normalising constant.
        upper: end of the range; may be infinite.
        scale: a typical tau.

    Raises:
        StatisticsError: the density cannot be integrated.
    """
    step, last = 2.0**-4, -np.inf
    for _ in range(10):
        node, jacobian = _nodes(step, upper, scale)
        height = log_density(node)
        height = np.where(np.isnan(height), -np.inf, height) + np.log(jacobian)
        top = height.max()
        if not np.isfinite(top):
            break
        share = np.exp(height - top)
        total = float(top + np.log(share.sum()))
        if abs(total - last) < 1e-12 * (1 + abs(total)):
            share /= share.sum()
            kept = share > _SMALLEST
            return TauPosterior(log_density, node[kept], share[kept], total, upper, step)
        last, step = total, step / 2
    raise StatisticsError(
        "the posterior of tau cannot be integrated", hint="check for a study far more precise than the rest"
    )


def quadrature_nodes(step: float, prior: TauPrior) -> tuple[FloatArray, FloatArray]:
    """Return nodes and weights for the range of a prior, without those that have no probability under it."""
    node, weight = _nodes(step, prior.upper, prior.scale)
    height = prior.log_density(node) + np.log(weight)
    kept = height > height.max() - 38
    return node[kept], weight[kept]


def _nodes(step: float, upper: float, scale: float) -> tuple[FloatArray, FloatArray]:
    if np.isfinite(upper):
        fraction, weight = _interval(step)
        return upper * fraction, upper * weight
    t = np.arange(-4.6, 4.6 + step, step)
    node = scale * np.exp(np.pi / 2 * np.sinh(t))
    return node, step * node * np.pi / 2 * np.cosh(t)


def _interval(step: float) -> tuple[FloatArray, FloatArray]:
    """Return nodes and weights of double-exponential quadrature on (0, 1)."""
    t = np.arange(-3.6, 3.6 + step, step)
    fraction = 1 / (1 + np.exp(-np.pi * np.sinh(t)))
    weight = step * np.pi * np.cosh(t) * fraction / (1 + np.exp(np.pi * np.sinh(t)))
    return fraction, weight
