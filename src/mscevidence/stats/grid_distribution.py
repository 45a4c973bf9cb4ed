"""Distributions known by their density on a uniform grid.

The distribution function between grid points is the cubic Hermite interpolation of its values and slopes (the density);
its values at grid points are trapezoidal sums with the Euler-Maclaurin correction (Davis & Rabinowitz 1984, Methods of
Numerical Integration, section 2.9). The error is of fourth order in the grid width.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mscevidence.stats.inputs import FloatArray
from mscevidence.stats.mixtures import Posterior


@dataclass(frozen=True, slots=True)
class GridDistribution:
    """A density on a uniform grid.

    Attributes:
        grid: (G) uniform; density: (G) values, integrating to 1; cumulative: (G) distribution function. Several
        distributions have them as (..., G) each.
    """

    grid: FloatArray
    density: FloatArray
    cumulative: FloatArray

    @classmethod
    def of(cls, grid: FloatArray, height: FloatArray) -> GridDistribution:
        """Return the distribution with density proportional to `height`, which is negligible at both ends."""
        width = (grid[..., 1] - grid[..., 0])[..., np.newaxis]
        density = height / (height.sum(axis=-1, keepdims=True) * width)
        steps = (density[..., 1:] + density[..., :-1]) * width / 2
        slope = np.gradient(density, axis=-1) / width
        cumulative = np.zeros_like(density)
        cumulative[..., 1:] = np.cumsum(steps, axis=-1)
        cumulative -= width**2 / 12 * (slope - slope[..., :1])
        return cls(grid, density, np.maximum.accumulate(np.clip(cumulative, 0.0, 1.0), axis=-1))

    def cdf(self, x: FloatArray) -> FloatArray:
        """Return P(X <= x), x (n), or (..., n) of several distributions."""
        start = self.grid[..., :1]
        width = self.grid[..., 1:2] - start
        index = np.clip(((x - start) / width).astype(np.int64), 0, self.grid.shape[-1] - 2)
        left, low, first = (np.take_along_axis(part, index, axis=-1) for part in self._parts())
        high, last = (np.take_along_axis(part, index + 1, axis=-1) for part in (self.cumulative, self.density))
        t = np.clip((x - left) / width, 0.0, 1.0)
        first, last, rise = width * first, width * last, high - low
        value = low + t * (first + t * (3 * rise - 2 * first - last + t * (first + last - 2 * rise)))
        result: FloatArray = np.clip(value, 0.0, 1.0)
        return result

    def _parts(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        return self.grid, self.cumulative, self.density

    def quantile(self, p: float) -> float:
        """Return the quantile of probability p."""
        index = int(np.clip(np.searchsorted(self.cumulative, p) - 1, 0, self.grid.size - 2))
        width = float(self.grid[1] - self.grid[0])
        low, high = (float(self.cumulative[index + i]) for i in (0, 1))
        first, last = (width * float(self.density[index + i]) for i in (0, 1))
        left, right, rise = 0.0, 1.0, high - low
        for _ in range(50):
            t = (left + right) / 2
            value = low + t * (first + t * (3 * rise - 2 * first - last + t * (first + last - 2 * rise)))
            left, right = (t, right) if value < p else (left, t)
        return float(self.grid[index]) + width * (left + right) / 2

    def expectation(self, values: FloatArray) -> float:
        """Return the mean of a function given by its values on the grid."""
        return float((self.density * values).sum() * (self.grid[1] - self.grid[0]))


@dataclass(frozen=True, slots=True)
class Rows:
    """A mixture of distributions that have grids of their own: of a variable that increases with that of the grid.

    Attributes:
        weight: (T) shares; parts: the distributions, (T, M); at: (T, M) the variable at the points of each grid.
    """

    weight: FloatArray
    parts: GridDistribution
    at: FloatArray

    @classmethod
    def of(cls, grid: FloatArray, cell: FloatArray, at: FloatArray) -> Rows:
        """Return the mixture of rows of uniform grids (T, M) with probabilities `cell`, without negligible rows."""
        weight = cell.sum(axis=1)
        kept = weight > 1e-14
        return cls(weight[kept] / weight[kept].sum(), GridDistribution.of(grid[kept], cell[kept]), at[kept])

    def cdf(self, x: FloatArray) -> FloatArray:
        """Return P(X <= x) of a vector."""
        # As numpy.interp, from the variable to that of each grid.
        index = np.stack([np.searchsorted(row, x) for row in self.at]) - 1
        index = np.clip(index, 0, self.at.shape[1] - 2)
        left, right = (np.take_along_axis(self.at, index + i, axis=1) for i in (0, 1))
        share = np.clip((x - left) / np.where(right > left, right - left, 1.0), 0.0, 1.0)
        grid = self.parts.grid
        within = np.take_along_axis(grid, index, axis=1) + share * (grid[:, 1:2] - grid[:, :1])
        result: FloatArray = self.weight @ self.parts.cdf(within)
        return result

    def quantiles(self, p: FloatArray) -> FloatArray:
        """Return the quantiles of a vector of probabilities, by ever finer grids."""
        low, high = np.full(p.shape, self.at.min()), np.full(p.shape, self.at.max())
        for _ in range(5):
            x = np.linspace(low, high, 33, axis=1)
            below = self.cdf(x.ravel()).reshape(x.shape) < p[:, np.newaxis]
            index = np.clip(below.sum(axis=1), 1, 32)[:, np.newaxis]
            low, high = (np.take_along_axis(x, index - i, axis=1)[:, 0] for i in (1, 0))
        result: FloatArray = (low + high) / 2
        return result

    def distribution(self, points: int = 1601) -> GridDistribution:
        """Return the same on one uniform grid."""
        grid = np.linspace(self.at.min(), self.at.max(), points)
        cumulative = np.maximum.accumulate(np.clip(self.cdf(grid), 0.0, 1.0))
        return GridDistribution(grid, np.gradient(cumulative, grid), cumulative)


def summary(
    distribution: GridDistribution, transform: Callable[[FloatArray], FloatArray], level: float
) -> tuple[float, ...]:
    """Return mean, sd, median, lower and upper limit of an increasing function of the variable."""
    values = transform(distribution.grid)
    mean = distribution.expectation(values)
    sd = np.sqrt(max(distribution.expectation((values - mean) ** 2), 0.0))
    alpha = (1 - level) / 2
    quantiles = transform(np.array([distribution.quantile(p) for p in (0.5, alpha, 1 - alpha)]))
    return (mean, float(sd), *(float(q) for q in quantiles))


def cubic(x: FloatArray, nodes: FloatArray, values: FloatArray) -> FloatArray:
    """Return the piecewise cubic interpolation of `values` at increasing `nodes`, slopes by central differences."""
    slopes = np.gradient(values, nodes)
    index = np.clip(np.searchsorted(nodes, x) - 1, 0, nodes.size - 2)
    width = nodes[index + 1] - nodes[index]
    t = (x - nodes[index]) / width
    low, high = values[index], values[index + 1]
    first, last = width * slopes[index], width * slopes[index + 1]
    rise = high - low
    result: FloatArray = low + t * (first + t * (3 * rise - 2 * first - last + t * (first + last - 2 * rise)))
    return result


def posterior(shown: tuple[float, ...]) -> Posterior:
    """Return the summary (mean, sd, median, lower, upper) of one distribution; without shortest interval."""
    mean, sd, median, lower, upper = (np.asarray(value) for value in shown)
    nothing = np.asarray(np.nan)
    return Posterior(mean, sd, median, lower, upper, nothing, nothing)


def posteriors(shown: list[tuple[float, ...]]) -> Posterior:
    """Return the summaries of several distributions as vectors."""
    mean, sd, median, lower, upper = np.array(shown, dtype=np.float64).reshape(-1, 5).T
    nothing = np.full(mean.size, np.nan)
    return Posterior(mean, sd, median, lower, upper, nothing, nothing)
