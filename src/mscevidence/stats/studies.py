"""The studies of one or more normal-normal analyses, and the weighted sums every estimator is made of.

Arrays have studies on the last axis. An absent study has weight zero everywhere, so that a batch of analyses over
subsets of the same studies (leave-one-out, cumulative, all subsets) is one array with a mask.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mscevidence.errors import StatisticsError
from mscevidence.stats.inputs import BoolArray, FloatArray, measured, together


class Studies(NamedTuple):
    """Effect sizes y, sampling variances v (absent: y 0, v 1), presence (also as 0/1), number of studies.

    `alone` is False if every analysis has several studies, which spares the care that one study needs.
    """

    y: FloatArray
    v: FloatArray
    present: BoolArray
    one: FloatArray
    k: FloatArray
    alone: bool = True

    @classmethod
    def of(cls, yi: ArrayLike, vi: ArrayLike, mask: ArrayLike | None, *, gaps: bool = False) -> Studies:
        """Return checked studies; with `gaps` some analyses of a batch, but not all, may have none.

        Raises:
            StatisticsError: a present value that is not finite, a variance that is not positive, an analysis without
                studies.
        """
        columns, present = together(mask, yi=yi, vi=vi)
        y, v = columns["yi"], columns["vi"]
        measured(y, v, present)
        one = present.astype(np.float64)
        k = np.add.reduce(one, axis=-1)
        if mask is None:
            return cls(y, v, present, one, k, one.shape[-1] == 1)
        fewest = np.minimum.reduce(k, axis=None)
        if fewest == 0 and not (gaps and k.any()):
            raise StatisticsError("no study is left: all are masked out", hint="an analysis needs at least one study")
        return cls(np.where(present, y, 0.0), np.where(present, v, 1.0), present, one, k, bool(fewest <= 1))

    def rows(self, index: slice | NDArray[np.intp]) -> Studies:
        """Return the analyses of `index`; the leading axes must have been flattened to one."""
        return Studies(self.y[index], self.v[index], self.present[index], self.one[index], self.k[index], self.alone)

    def flat(self) -> Studies:
        """Return the same analyses with all leading axes as one."""
        shape = (-1, self.y.shape[-1])
        y, v, one = (array.reshape(shape) for array in (self.y, self.v, self.one))
        return Studies(y, v, self.present.reshape(shape), one, self.k.reshape(-1), self.alone)

    def centred(self) -> Studies:
        """Return the same analyses with outcomes as differences from their plain mean."""
        y = self.one * (self.y - (inner(self.one, self.y) / self.k)[..., np.newaxis])
        return Studies(y, self.v, self.present, self.one, self.k, self.alone)

    def degrees(self) -> FloatArray:
        """Return k - 1, at least 1."""
        df = self.k - 1
        return np.maximum(df, 1.0) if self.alone else df

    def weights(self, tau2: FloatArray) -> FloatArray:
        """Return W = 1/(v + tau2), zero for absent studies."""
        result: FloatArray = self.one / (self.v + tau2[..., np.newaxis])
        return result

    def weighted(self, tau2: FloatArray) -> Weighted:
        """Return the studies weighted by 1/(v + tau2)."""
        variance = self.v + tau2[..., np.newaxis]
        w = self.one / variance
        sum_w = total(w)
        mean = inner(w, self.y) / sum_w
        residual = self.y - mean[..., np.newaxis]
        return Weighted(variance, w, sum_w, mean, inner(w * residual, residual))

    def precision(self) -> FloatArray:
        """Return 1/v, zero for absent studies."""
        return self.one / self.v

    def smallest_variance(self) -> FloatArray:
        """Return the smallest sampling variance of each analysis."""
        result: FloatArray = np.minimum.reduce(self.v, axis=-1, where=self.present, initial=np.inf)
        return result


class Weighted(NamedTuple):
    """Studies under one tau2 for each analysis.

    Attributes:
        variance: (..., k) v + tau2; `w`: (..., k) its inverse, zero for absent studies.
        total: (...) sum W; `mean`: sum W y / sum W; `rest`: sum W (y - mean)^2.
    """

    variance: FloatArray
    w: FloatArray
    total: FloatArray
    mean: FloatArray
    rest: FloatArray


def total(values: FloatArray) -> FloatArray:
    """Return the sum over the last axis."""
    result: FloatArray = np.add.reduce(values, axis=-1)
    return result


def inner(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return sum a b over the last axis."""
    result: FloatArray = np.vecdot(a, b)
    return result


def weighted_mean(y: FloatArray, w: FloatArray) -> FloatArray:
    """Return sum w y / sum w over the last axis."""
    return inner(w, y) / total(w)


def residual_sum(y: FloatArray, w: FloatArray, mu: FloatArray) -> FloatArray:
    """Return sum w (y - mu)^2 over the last axis."""
    residual = y - mu[..., np.newaxis]
    return inner(w * residual, residual)


def typical_variance(studies: Studies, at: Weighted | None = None) -> FloatArray:
    """Return the typical sampling variance (k-1)/(S1 - S2/S1), Sj = sum v^-j; NaN if k = 1.

    Source: Higgins & Thompson 2002, Stat Med 21:1539, eq. 9. `at` are the studies weighted with tau2 = 0, if known.
    """
    w = studies.precision() if at is None else at.w
    s1 = total(w) if at is None else at.total
    df = studies.k - 1
    if not studies.alone:
        return df / (s1 - inner(w, w) / s1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(df > 0, df / (s1 - inner(w, w) / s1), np.nan)
