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
        grid: (G) uniform; density: (G) values, integrating to 1; cumulative: (G) distribution function.
    """

    grid: FloatArray
    density: FloatArray
    cumulative: FloatArray

    @classmethod
    def of(cls, grid: FloatArray, height: FloatArray) -> GridDistribution:
        """Return the distribution with density proportional to `height`, which is negligible at both ends."""
        width = grid[1] - grid[0]
        density = height / (height.sum() * width)
        steps = (density[1:] + density[:-1]) * width / 2
        slope = np.gradient(density, width)
        cumulative = np.concatenate([[0.0], np.cumsum(steps)]) - width**2 / 12 * (slope - slope[0])
        return cls(grid, density, np.maximum.accumulate(np.clip(cumulative, 0.0, 1.0)))

    def cdf(self, x: FloatArray) -> FloatArray:
        """Return P(X <= x)."""
        width = self.grid[1] - self.grid[0]
        index = np.clip(((x - self.grid[0]) / width).astype(np.int64), 0, self.grid.size - 2)
        t = np.clip((x - self.grid[index]) / width, 0.0, 1.0)
        low, high = self.cumulative[index], self.cumulative[index + 1]
        first, last = width * self.density[index], width * self.density[index + 1]
        value = low + t * (first + t * (3 * (high - low) - 2 * first - last + t * (first + last - 2 * (high - low))))
        result: FloatArray = np.clip(value, 0.0, 1.0)
        return result

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
        weight: (T) shares; part: distributions; at: (T, M) the variable at the points of each grid.
    """

    weight: FloatArray
    part: tuple[GridDistribution, ...]
    at: FloatArray

    @classmethod
    def of(cls, grid: FloatArray, cell: FloatArray, at: FloatArray) -> Rows:
        """Return the mixture of rows of uniform grids (T, M) with probabilities `cell`, without negligible rows."""
        weight = cell.sum(axis=1)
        kept = weight > 1e-14
        parts = tuple(GridDistribution.of(*row) for row in zip(grid[kept], cell[kept], strict=True))
        return cls(weight[kept] / weight[kept].sum(), parts, at[kept])

    def cdf(self, x: FloatArray) -> FloatArray:
        """Return P(X <= x) of a vector."""
        found = np.zeros(x.shape)
        for weight, part, at in zip(self.weight, self.part, self.at, strict=True):
            found += weight * part.cdf(np.interp(x, at, part.grid))
        return found

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
