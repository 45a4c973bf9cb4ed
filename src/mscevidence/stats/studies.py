"""The studies of one or more normal-normal analyses, and the weighted sums every estimator is made of.

Arrays have studies on the last axis. An absent study has weight zero everywhere, so that a batch of analyses over
subsets of the same studies (leave-one-out, cumulative, all subsets) is one array with a mask.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mscevidence.errors import StatisticsError
from mscevidence.stats.inputs import BoolArray, FloatArray, aligned, measured


@dataclass(frozen=True, slots=True)
class Studies:
    """Effect sizes y, sampling variances v (absent: y 0, v 1), presence (also as 0/1), number of studies."""

    y: FloatArray
    v: FloatArray
    present: BoolArray
    one: FloatArray
    k: FloatArray

    @classmethod
    def of(cls, yi: ArrayLike, vi: ArrayLike, mask: ArrayLike | None) -> Studies:
        """Return checked studies.

        Raises:
            StatisticsError: a present value that is not finite, a variance that is not positive, an analysis without
                studies.
        """
        columns, present = aligned(mask, yi=yi, vi=vi)
        measured(columns["yi"], columns["vi"], present)
        one = present.astype(np.float64)
        k = one.sum(axis=-1)
        if (k == 0).any():
            raise StatisticsError("no study is left: all are masked out", hint="an analysis needs at least one study")
        y, v = np.where(present, columns["yi"], 0.0), np.where(present, columns["vi"], 1.0)
        return cls(y, v, present, one, k)

    def rows(self, index: slice | NDArray[np.intp]) -> Studies:
        """Return the analyses of `index`; the leading axes must have been flattened to one."""
        return Studies(self.y[index], self.v[index], self.present[index], self.one[index], self.k[index])

    def flat(self) -> Studies:
        """Return the same analyses with all leading axes as one."""
        shape = (-1, self.y.shape[-1])
        y, v, one = (array.reshape(shape) for array in (self.y, self.v, self.one))
        return Studies(y, v, self.present.reshape(shape), one, self.k.reshape(-1))

    def weights(self, tau2: FloatArray) -> FloatArray:
        """Return W = 1/(v + tau2), zero for absent studies."""
        result: FloatArray = self.one / (self.v + tau2[..., np.newaxis])
        return result

    def precision(self) -> FloatArray:
        """Return 1/v, zero for absent studies."""
        return self.one / self.v

    def smallest_variance(self) -> FloatArray:
        """Return the smallest sampling variance of each analysis."""
        result: FloatArray = np.minimum.reduce(self.v, axis=-1, where=self.present, initial=np.inf)
        return result


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


def typical_variance(studies: Studies, w: FloatArray | None = None) -> FloatArray:
    """Return the typical sampling variance (k-1)/(S1 - S2/S1), Sj = sum v^-j; NaN if k = 1.

    Source: Higgins & Thompson 2002, Stat Med 21:1539, eq. 9. `w` are the weights 1/v, if they are known.
    """
    w = studies.precision() if w is None else w
    s1 = total(w)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(studies.k > 1, (studies.k - 1) / (s1 - inner(w, w) / s1), np.nan)
