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
from mscevidence.stats.inputs import BoolArray, FloatArray
from mscevidence.stats.priors import TauPrior
from mscevidence.stats.roots import decreasing_root

LogDensity = Callable[[FloatArray], FloatArray]
_SMALLEST = 1e-18


@dataclass(frozen=True, slots=True)
class TauPosterior:
    """Quadrature nodes of the posterior densities on (0, upper) of one analysis or of several (...).

    Attributes:
        log_density: log of the unnormalised densities, from tau (J) or (..., J) to (..., J).
        node: (J) points; weight: (..., J) probabilities (summing to 1).
        log_constant: (...) log of the integral of the unnormalised density.
        upper: end of the range, may be infinite.
        step: of the quadrature, fine enough for these densities.
    """

    log_density: LogDensity
    node: FloatArray
    weight: FloatArray
    log_constant: FloatArray
    upper: float
    step: float

    def density(self, x: FloatArray) -> FloatArray:
        """Return the normalised densities at x (n) or (..., n)."""
        result: FloatArray = np.exp(self.log_density(x) - np.asarray(self.log_constant)[..., np.newaxis])
        return result

    def cdf(self, x: FloatArray) -> FloatArray:
        """Return P(tau <= x) of x > 0, (..., n)."""
        fraction, weight = _interval(self.step)
        at = x[..., np.newaxis] * fraction
        inside = self.density(at.reshape(*x.shape[:-1], -1)).reshape(at.shape)
        result: FloatArray = x * (inside @ weight)
        return result

    def quantile(self, p: FloatArray) -> FloatArray:
        """Return the quantiles (..., n) of probabilities (n) or (..., n)."""
        last = self.node.size - 1
        reached = np.concatenate([np.zeros_like(self.weight[..., :1]), np.cumsum(self.weight, axis=-1)], axis=-1)
        index = np.clip((reached[..., np.newaxis, :] < p[..., np.newaxis]).sum(axis=-1) - 1, 0, last)
        low = self.node[np.maximum(index - 2, 0)] * (index > 2)
        high = self.node[np.minimum(index + 2, last)]
        x, _ = decreasing_root(lambda x: (p - self.cdf(x), -self.density(x)), low, high, self.node[index])
        return x

    def mode(self) -> FloatArray:
        """Return the highest points of the densities (...), by ever finer grids; NaN if a density is constant."""
        grid = np.concatenate([[0.0], self.node])
        height = self.log_density(grid)
        best = np.argmax(height, axis=-1)
        low, high = grid[np.maximum(best - 1, 0)], grid[np.minimum(best + 1, grid.size - 1)]
        for _ in range(14):
            inner = np.linspace(low, high, 17, axis=-1)
            best = np.argmax(self.log_density(inner), axis=-1)
            low, high = (
                np.take_along_axis(inner, np.clip(best + shift, 0, 16)[..., np.newaxis], axis=-1)[..., 0]
                for shift in (-1, 1)
            )
        found = np.where((low == 0) & (best == 0), 0.0, (low + high) / 2)
        return np.where(np.ptp(height, axis=-1) < 1e-12, np.nan, found)

    def shortest(self, level: float) -> tuple[FloatArray, FloatArray]:
        """Return the shortest intervals of probability `level`; they start at 0 unless the density there is low."""
        top = self.quantile(np.array([level]))[..., 0]
        edge = self.density(np.stack([np.zeros_like(top), top], axis=-1))
        from_zero = edge[..., 0] >= edge[..., 1]
        if from_zero.all():
            return np.zeros_like(top), top
        ends, settled = self._equal_heights(self._by_halving(level, 6), level, from_zero)
        if not settled.all():
            ends = np.where(settled[..., np.newaxis], ends, self._by_halving(level, 46))
        return np.where(from_zero, 0.0, ends[..., 0]), np.where(from_zero, top, ends[..., 1])

    def _by_halving(self, level: float, times: int) -> FloatArray:
        """Return intervals (..., 2) of probability `level`, ever nearer to equal densities at their ends."""
        low, high = np.zeros(self.weight.shape[:-1]), np.full(self.weight.shape[:-1], 1 - level)
        for _ in range(times):
            middle = (low + high) / 2
            ends = self.density(self.quantile(np.stack([middle, middle + level], axis=-1)))
            falling = ends[..., 0] < ends[..., 1]
            low, high = np.where(falling, middle, low), np.where(falling, high, middle)
        return self.quantile(np.stack([high, high + level], axis=-1))

    def _equal_heights(self, ends: FloatArray, level: float, idle: BoolArray) -> tuple[FloatArray, BoolArray]:
        """Return intervals of probability `level` with equal densities at their ends, and which are found or `idle`."""
        settled = idle
        with np.errstate(divide="ignore", invalid="ignore"):
            for _ in range(20):
                width = 1e-5 * (ends[..., 1:] - ends[..., :1])
                height, probability = self.density(ends), self.cdf(ends)
                slope = (self.density(ends + width) - self.density(np.maximum(ends - width, 0.0))) / (2 * width)
                missing = level - (probability[..., 1] - probability[..., 0])
                unequal = height[..., 0] - height[..., 1]
                determinant = height[..., 1] * slope[..., 0] - height[..., 0] * slope[..., 1]
                step = (slope[..., ::-1] * missing[..., np.newaxis] - height[..., ::-1] * unequal[..., np.newaxis]) / (
                    determinant[..., np.newaxis]
                )
                moved = ends + step
                usable = (moved[..., 0] >= 0) & (moved[..., 0] < moved[..., 1]) & (moved[..., 1] <= self.upper)
                ends = np.where(usable[..., np.newaxis], moved, ends)
                settled = idle | (usable & (np.abs(step).max(axis=-1) < 1e-11 * ends[..., 1]))
                if settled.all():
                    break
        return ends, settled


def integrate(log_density: LogDensity, *, upper: float, scale: float) -> TauPosterior:
    """Return the quadrature of exp(log_density) on (0, upper).

    Args:
        log_density: from a vector of tau (J) to (..., J), without normalising constant.
        upper: end of the range; may be infinite.
        scale: a typical tau.

    Raises:
        StatisticsError: a density cannot be integrated.
    """
    step, last = 2.0**-4, np.asarray(-np.inf)
    for _ in range(10):
        node, jacobian = _nodes(step, upper, scale)
        height = log_density(node)
        height = np.where(np.isnan(height), -np.inf, height) + np.log(jacobian)
        top = height.max(axis=-1)
        if not np.isfinite(top).all():
            break
        share = np.exp(height - top[..., np.newaxis])
        sums = share.sum(axis=-1)
        total = top + np.log(sums)
        if (np.abs(total - last) < 1e-12 * (1 + np.abs(total))).all():
            share /= sums[..., np.newaxis]
            kept = (share > _SMALLEST).reshape(-1, node.size).any(axis=0)
            return TauPosterior(log_density, node[kept], share[..., kept], total, upper, step)
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
