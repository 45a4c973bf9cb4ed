"""Finite mixtures of normal distributions: what a posterior is once tau is integrated over by quadrature.

Components are on the last axis; leading axes are several distributions at once (for example one per study).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from mscevidence.stats.display import Shown
from mscevidence.stats.inputs import BoolArray, FloatArray, plain
from mscevidence.stats.roots import decreasing_root
from mscevidence.stats.studies import inner


@dataclass(frozen=True, slots=True)
class Posterior(Shown):
    """Summary of a posterior distribution, or of several.

    Attributes:
        mean, sd, median: NaN or infinite where the moment does not exist.
        lower, upper: central interval; shortest_lower, shortest_upper: shortest interval (NaN if not asked for).
    """

    mean: FloatArray
    sd: FloatArray
    median: FloatArray
    lower: FloatArray
    upper: FloatArray
    shortest_lower: FloatArray
    shortest_upper: FloatArray

    def at(self, index: tuple[int, ...]) -> Posterior:
        """Return the summary of one distribution of several."""
        return Posterior(*(getattr(self, name)[index] for name in self.__slots__))

    def where(self, known: BoolArray) -> Posterior:
        """Return the summaries with NaN where they are not known."""
        return Posterior(*(np.where(known, getattr(self, name), np.nan) for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class NormalMixture:
    """sum w_j N(mean_j, sd_j^2): `weight` (J) or (..., J), `mean` and `sd` (..., J)."""

    weight: FloatArray
    mean: FloatArray
    sd: FloatArray

    def cdf(self, x: ArrayLike) -> FloatArray:
        """Return P(X <= x), x of the leading shape."""
        z = (np.asarray(x, dtype=np.float64)[..., np.newaxis] - self.mean) / self.sd
        result: FloatArray = inner(special.ndtr(z), self.weight)
        return result

    def density(self, x: ArrayLike) -> FloatArray:
        """Return the density at x."""
        z = (np.asarray(x, dtype=np.float64)[..., np.newaxis] - self.mean) / self.sd
        result: FloatArray = inner(np.exp(-(z**2) / 2) / (self.sd * np.sqrt(2 * np.pi)), self.weight)
        return result

    def slope(self, x: ArrayLike) -> FloatArray:
        """Return the derivative of the density at x."""
        z = (np.asarray(x, dtype=np.float64)[..., np.newaxis] - self.mean) / self.sd
        result: FloatArray = inner(-z * np.exp(-(z**2) / 2) / (self.sd**2 * np.sqrt(2 * np.pi)), self.weight)
        return result

    def moments(self) -> tuple[FloatArray, FloatArray]:
        """Return mean and standard deviation."""
        mean = inner(self.mean, self.weight)
        variance = inner(self.sd**2 + (self.mean - mean[..., np.newaxis]) ** 2, self.weight)
        return mean, np.sqrt(variance)

    def quantile(self, p: ArrayLike) -> FloatArray:
        """Return the quantile of probability p, 0 < p < 1, p of the leading shape (or a scalar)."""
        shape = self.mean.shape[:-1]
        p = np.broadcast_to(np.asarray(p, dtype=np.float64), shape)
        at = self.mean + self.sd * special.ndtri(p)[..., np.newaxis]

        def surplus(x: FloatArray) -> tuple[FloatArray, FloatArray]:
            x = x.reshape(shape)
            return np.atleast_1d(p - self.cdf(x)), np.atleast_1d(-self.density(x))

        low, high, start = (np.atleast_1d(end) for end in (at.min(axis=-1), at.max(axis=-1), inner(at, self.weight)))
        return decreasing_root(surplus, low, high, start)[0].reshape(shape)

    def shortest(self, level: float) -> tuple[FloatArray, FloatArray]:
        """Return the shortest interval of probability `level`, that is, with equal densities at its ends.

        Newton's method from the central interval; where it does not converge, the probability below the interval is
        found by halving.
        """
        low, high = self.quantile((1 - level) / 2), self.quantile((1 + level) / 2)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            for _ in range(30):
                fa, fb, da, db = self.density(low), self.density(high), self.slope(low), self.slope(high)
                missing, unequal = level - (self.cdf(high) - self.cdf(low)), fa - fb
                determinant = fb * da - fa * db
                step_low = (db * missing - fb * unequal) / determinant
                step_high = (da * missing - fa * unequal) / determinant
                low, high = low + step_low, high + step_high
                small = np.maximum(np.abs(step_low), np.abs(step_high)) < 1e-9 * (np.abs(high - low))
                found = small & (low < high)
                if found.all():
                    return low, high
        ends = self._shortest_by_halving(level)
        return np.where(found, low, ends[0]), np.where(found, high, ends[1])

    def _shortest_by_halving(self, level: float) -> tuple[FloatArray, FloatArray]:
        shape = self.mean.shape[:-1]
        low, high = np.zeros(shape), np.full(shape, 1 - level)
        for _ in range(46):
            middle = (low + high) / 2
            falling = self.density(self.quantile(middle)) < self.density(self.quantile(middle + level))
            low, high = np.where(falling, middle, low), np.where(falling, high, middle)
        middle = (low + high) / 2
        return self.quantile(middle), self.quantile(middle + level)

    def summary(self, level: float, *, shortest: bool = True) -> Posterior:
        """Return the summary with intervals of probability `level`."""
        mean, sd = self.moments()
        tail = (1 - level) / 2
        ends = self.shortest(level) if shortest else (np.full_like(mean, np.nan),) * 2
        quantiles = (self.quantile(p) for p in (0.5, tail, 1 - tail))
        return Posterior(plain(mean), plain(sd), *(plain(q) for q in quantiles), *(plain(end) for end in ends))
