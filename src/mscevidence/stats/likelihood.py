"""The (restricted) likelihood of the normal-normal model as a function of tau2.

With W = 1/(v + tau2), mu = sum W y / sum W (Hardy & Thompson 1996, Stat Med 15:619; Viechtbauer 2005, J Educ Behav
Stat 30:261)::

    ML    l(tau2) = -1/2 [k log(2 pi) + sum log(v + tau2) + sum W (y - mu)^2]
    REML  l(tau2) = -1/2 [(k-1) log(2 pi) - log k + sum log(v + tau2) + log sum W + sum W (y - mu)^2]
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from mscevidence.stats.inputs import BoolArray, FloatArray
from mscevidence.stats.profile_maximum import maximum
from mscevidence.stats.studies import Studies, Weighted, inner, total

_BLOCK = 20_000
_LOG_2PI = float(np.log(2 * np.pi))


def log_likelihood(studies: Studies, tau2: FloatArray, *, restricted: bool) -> FloatArray:
    """Return the (restricted) log-likelihood at tau2 and the weighted mean, with all constants."""
    at = studies.weighted(tau2)
    return height(studies, at, at.rest, restricted=restricted)


def height(studies: Studies, at: Weighted, rest: FloatArray, *, restricted: bool) -> FloatArray:
    """Return the log-likelihood of studies weighted at a tau2, with sum W (y - mu)^2 = `rest` at any mu."""
    deviance = studies.k * _LOG_2PI + inner(studies.one, np.log(at.variance)) + rest
    if restricted:
        deviance += np.log(at.total / studies.k) - _LOG_2PI
    return deviance * -0.5


def score(studies: Studies, tau2: FloatArray, *, restricted: bool) -> tuple[FloatArray, FloatArray]:
    """Return first and second derivative of the profile log-likelihood with respect to tau2."""
    w = studies.weights(tau2)
    s1, s2 = total(w), inner(w, w)
    e = w * (studies.y - (inner(w, studies.y) / s1)[..., np.newaxis])
    weighted = w * e
    cubic = inner(weighted, e) - total(weighted) ** 2 / s1
    if not restricted:
        return (inner(e, e) - s1) / 2, s2 / 2 - cubic
    ratio = s2 / s1
    trace2 = s2 - 2 * inner(w, w * w) / s1 + ratio**2
    return (inner(e, e) - s1 + ratio) / 2, trace2 / 2 - cubic


def tau2_maximum(studies: Studies, *, restricted: bool) -> tuple[FloatArray, BoolArray]:
    """Return the tau2 >= 0 (...) of highest (restricted) likelihood, and whether the search converged.

    Args:
        studies: (..., k).
        restricted: REML instead of ML.
    """
    value, done = maximum(NormalProfile(studies.centred().flat(), restricted))
    shape = studies.k.shape
    return value.reshape(shape)[()], done.reshape(shape)[()]


def stationary_bound(studies: Studies, *, restricted: bool) -> FloatArray:
    """Return a value of tau2 beyond which the profile log-likelihood falls."""
    return NormalProfile(studies.centred(), restricted).bound()


class NormalProfile(NamedTuple):
    """The profile likelihoods of B analyses with centred outcomes."""

    studies: Studies
    restricted: bool

    @property
    def shape(self) -> tuple[int, ...]:
        """(B, k)."""
        return self.studies.y.shape

    def rows(self, index: Any) -> NormalProfile:
        """Return the analyses of `index`."""
        return NormalProfile(self.studies.rows(index), self.restricted)

    def smallest_variance(self) -> FloatArray:
        """Return the smallest sampling variance of each analysis."""
        return self.studies.smallest_variance()

    def score(self, tau2: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return first and second derivative."""
        return score(self.studies, tau2, restricted=self.restricted)

    def height(self, tau2: FloatArray) -> FloatArray:
        """Return the log-likelihood."""
        return log_likelihood(self.studies, tau2, restricted=self.restricted)

    def bound(self) -> FloatArray:
        """Return a value of tau2 beyond which the log-likelihood falls."""
        studies = self.studies
        df = studies.degrees() if self.restricted else studies.k
        largest = np.maximum.reduce(studies.v, axis=-1, where=studies.present, initial=0.0)
        return last_stationary_point(inner(studies.y, studies.y), df, studies.smallest_variance(), largest)

    def slopes(self, grid: FloatArray) -> FloatArray:
        """Return twice the derivative of each analysis at each tau2 of its grid (B, G)."""
        studies, y = self.studies, self.studies.y
        columns = np.empty((*y.shape, 3))
        columns[..., 0], columns[..., 1], columns[..., 2] = studies.one, y, y * y
        first, second = np.empty((*grid.shape, 2)), np.empty((*grid.shape, 3))
        # Blocks that stay in the cache.
        rows = max(1, _BLOCK // (grid.shape[1] * y.shape[1]))
        for start in range(0, y.shape[0], rows):
            part = slice(start, start + rows)
            w = studies.v[part, np.newaxis, :] + grid[part, :, np.newaxis]
            np.reciprocal(w, out=w)
            np.matmul(w, columns[part, :, :2], out=first[part])
            np.multiply(w, w, out=w)
            np.matmul(w, columns[part], out=second[part])
        s1, s2 = first[..., 0], second[..., 0]
        mu = first[..., 1] / s1
        squares = second[..., 2] - mu * (2 * second[..., 1] - mu * s2)
        return squares - s1 + s2 / s1 if self.restricted else squares - s1


def last_stationary_point(spread: FloatArray, df: FloatArray, smallest: FloatArray, largest: FloatArray) -> FloatArray:
    """Return a bound of tau2 from S = `spread`, the residual sum of squares without weights.

    y'PPy <= S/(v_min + t)^2 and the trace term is at least m/(v_max + t), m = `df` (REML) or k (ML); the score is
    negative once m (v_min + t)^2 > S (v_max + t).
    """
    half = spread / (2 * df)
    s = half + np.sqrt(half * (half + 2 * (largest - smallest)))
    result: FloatArray = np.maximum(s - smallest, 0.0)
    return result
