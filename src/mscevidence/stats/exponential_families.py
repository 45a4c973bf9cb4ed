"""One-parameter exponential families of the counts in generalised linear mixed models, through their cumulants.

log f(x | eta) = x eta - A(eta) + constant, with mean A', variance A'' and third central moment A'''. Arrays carry a
last axis of quadrature nodes. An absent observation has size zero, so that A = A' = A'' = 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import special

from mscevidence.stats.inputs import FloatArray


class Family(Protocol):
    """What the likelihood needs to know about a distribution."""

    def cumulant(self, eta: FloatArray) -> FloatArray:
        """Return A(eta)."""

    def moments(self, eta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return mean, variance and third central moment at eta."""

    def rows(self, index: NDArray[np.intp]) -> Family:
        """Return the distributions of some of the analyses."""


def taken(array: FloatArray, index: NDArray[np.intp]) -> FloatArray:
    """Return the rows `index` of an array whose first axis is the analyses, or 1 for all of them."""
    return array if array.shape[0] == 1 else array[index]


@dataclass(frozen=True, slots=True)
class Binomial:
    """x of n with log odds eta."""

    n: FloatArray

    def cumulant(self, eta: FloatArray) -> FloatArray:
        """Return n log(1 + exp(eta))."""
        result: FloatArray = self.n * np.logaddexp(0.0, eta)
        return result

    def moments(self, eta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return n p, n p q and n p q (1 - 2p)."""
        p = special.expit(eta)
        mean = self.n * p
        variance = mean * special.expit(-eta)
        return mean, variance, variance * (1 - 2 * p)

    def rows(self, index: NDArray[np.intp]) -> Binomial:
        """Return the distributions of some of the analyses."""
        return Binomial(taken(self.n, index))


@dataclass(frozen=True, slots=True)
class Poisson:
    """Events with log mean eta (the log of person-time is part of eta); `present` is 1 or 0."""

    present: FloatArray

    def cumulant(self, eta: FloatArray) -> FloatArray:
        """Return exp(eta)."""
        result: FloatArray = self.present * np.exp(np.minimum(eta, 300.0))
        return result

    def moments(self, eta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return exp(eta) three times."""
        mean = self.cumulant(eta)
        return mean, mean, mean

    def rows(self, index: NDArray[np.intp]) -> Poisson:
        """Return the distributions of some of the analyses."""
        return Poisson(taken(self.present, index))


@dataclass(frozen=True, slots=True)
class Hypergeometric:
    """Events in group 1 given all margins, with log odds ratio eta (Fisher's non-central hypergeometric distribution).

    `support` (..., k, 1, 1, S) holds the possible values and `log_weight` the log of C(n1, j) C(n2, s - j), -inf
    beyond the support.
    """

    support: FloatArray
    log_weight: FloatArray

    def _shares(self, eta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return exp(term - largest term) for each possible value, and the largest term."""
        terms = self.support * eta[..., np.newaxis]
        terms += self.log_weight
        top = terms.max(axis=-1, keepdims=True)
        terms -= top
        return np.exp(terms, out=terms), top[..., 0]

    def cumulant(self, eta: FloatArray) -> FloatArray:
        """Return log sum_j C(n1, j) C(n2, s - j) exp(j eta)."""
        share, top = self._shares(eta)
        result: FloatArray = top + np.log(share.sum(axis=-1))
        return result

    def moments(self, eta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return mean, variance and third central moment."""
        share, _ = self._shares(eta)
        # Powers of the distance to the middle of the support keep the cancellation below small.
        centre = (self.support[..., :1] + self.support.max(axis=-1, keepdims=True)) / 2
        powers = (self.support - centre)[..., 0, :, np.newaxis] ** np.arange(4)
        total, first, second, third = np.moveaxis(share @ powers, -1, 0)
        first, second, third = first / total, second / total, third / total
        variance = second - first**2
        return centre[..., 0] + first, variance, third - 3 * first * second + 2 * first**3

    def rows(self, index: NDArray[np.intp]) -> Hypergeometric:
        """Return the distributions of some of the analyses."""
        return Hypergeometric(taken(self.support, index), taken(self.log_weight, index))
