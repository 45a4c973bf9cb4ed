"""The (restricted) likelihood of effects in studies as a function of the variance components, for many analyses.

With P = W - W X (X'WX)^-1 X'W, W the inverse of the marginal covariance V and D1, D2 its derivatives by the components
(ones where two effects are of one study; the identity), the derivatives of the restricted log-likelihood are
-(tr(P Di) - y'P Di P y)/2 and tr(P Di P Dj)/2 - y'P Di P Dj P y, and the expected information is tr(P Di P Dj)/2
(Harville 1977, JASA 72:320); for the likelihood itself the traces are of W in the place of P.

V is diagonal, v + s2, plus s1 for every pair of effects of one study. With d = 1/(v + s2), a = sum d in a study and
h = 1/(1 + s1 a), W z is d (z - m + h m) with m the mean of z weighted by d in the study, and the diagonal of W is
d - f d^2, f = s1 h (Sherman & Morrison 1950). Nothing of the size of V is ever built.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from mscevidence.stats.inputs import FloatArray, IntArray
from mscevidence.stats.studies import inner, total
from mscevidence.stats.weighted_least_squares import Decomposition

_LOG_2PI = float(np.log(2 * np.pi))


class Runs(NamedTuple):
    """Effects side by side that belong together: where each run begins (J), and the run of each effect (k)."""

    first: IntArray
    member: IntArray

    @classmethod
    def of(cls, member: IntArray) -> Runs:
        """Return the runs of sorted numbers 0, 1, .."""
        return cls(np.searchsorted(member, np.arange(member[-1] + 1)), member)

    def sums(self, values: FloatArray) -> FloatArray:
        """Return the sums (..., J) of values (..., k) in each run."""
        result: FloatArray = np.add.reduceat(values, self.first, axis=-1)
        return result

    def spread(self, values: FloatArray) -> FloatArray:
        """Return values (..., J) of the runs for each of their effects (..., k)."""
        result: FloatArray = np.take(values, self.member, axis=-1)
        return result


class Solved(NamedTuple):
    """The likelihood and what goes with it at variance components (N, c).

    Attributes:
        value: (N) log-likelihood with all constants, at the best coefficients.
        gradient: (N, c); `observed`, `expected`: (N, c, c) information about the components.
        gamma: (N, p) coefficients of the orthonormal columns; `covariance`: (N, p, p) of them.
    """

    value: FloatArray
    gradient: FloatArray
    observed: FloatArray
    expected: FloatArray
    gamma: FloatArray
    covariance: FloatArray


class NestedLikelihood(NamedTuple):
    """B analyses of k effects, sorted by study.

    Attributes:
        r: (B, k) residuals of the outcomes without weights; `q`: (B, p, k) orthonormal columns of the design; both are
            0 for absent effects.
        v: (B, k) sampling variances, 1 for absent effects; `one`: (B, k) 1 for the others, 0 for these.
        k: (B) number of effects; `runs`: the studies.
        components: 1 (between studies) or 2 (and within); `restricted`: REML instead of ML.
    """

    r: FloatArray
    q: FloatArray
    v: FloatArray
    one: FloatArray
    k: FloatArray
    runs: Runs
    components: int
    restricted: bool

    @classmethod
    def of(
        cls, y: FloatArray, v: FloatArray, one: FloatArray, parts: Decomposition, runs: Runs, *,
        components: int, restricted: bool,
    ) -> NestedLikelihood:  # fmt: skip
        """Return the likelihood of outcomes on a design that was decomposed with weights 1."""
        q = np.ascontiguousarray(np.swapaxes(parts.q, -1, -2))
        r = one * (y - np.einsum("bp,bpk->bk", np.vecdot(q, y[:, np.newaxis]), q))
        return cls(r, q, v, one, total(one), runs, components, restricted)

    def rows(self, index: Any) -> NestedLikelihood:
        """Return the analyses of `index`."""
        return self._replace(**{name: getattr(self, name)[index] for name in ("r", "q", "v", "one", "k")})

    @property
    def degrees(self) -> FloatArray:
        """Number of effects, for REML less the number of coefficients."""
        return self.k - self.q.shape[-2] if self.restricted else self.k

    def heights(self, between: FloatArray, within: FloatArray) -> FloatArray:
        """Return the log-likelihoods (B, G2, G1) at all pairs of components between (B, G1) and within studies (B, G2).

        Good enough to find out where to look: what cancels is not taken care of, as in `at`.
        """
        variance = self.v[:, np.newaxis] + within[..., np.newaxis]
        d = self.one[:, np.newaxis] / variance
        columns = np.concatenate([self.q, self.r[:, np.newaxis]], axis=1)
        weighted = d[:, :, np.newaxis] * columns[:, np.newaxis]
        sums = np.moveaxis(self.runs.sums(weighted), -2, -1)
        scaled = between[:, np.newaxis, :, np.newaxis] / (
            1 + between[:, np.newaxis, :, np.newaxis] * (a := self.runs.sums(d)[:, :, np.newaxis])
        )
        logs = inner(self.one[:, np.newaxis], np.log(variance))[..., np.newaxis]
        logs = logs + total(np.log1p(between[:, np.newaxis, :, np.newaxis] * a))
        size = columns.shape[1]
        products = (sums[..., np.newaxis] * sums[..., np.newaxis, :]).reshape(*sums.shape[:-1], size**2)
        moments = weighted @ np.swapaxes(columns, -1, -2)[:, np.newaxis]
        moments = moments[:, :, np.newaxis] - (scaled @ products).reshape(*scaled.shape[:-1], size, size)
        swept, log_determinant = sweep(moments)
        return self._value(logs, log_determinant, swept[..., -1, -1])

    def _value(self, logs: FloatArray, log_determinant: FloatArray, rest: FloatArray) -> FloatArray:
        shape = (-1, *(1,) * (rest.ndim - 1))
        constant = self.degrees.reshape(shape) * _LOG_2PI
        return -(constant + logs + rest + (log_determinant if self.restricted else 0.0)) / 2

    def at(self, sigma2: FloatArray) -> Solved:
        """Return the likelihood and its derivatives at variance components (B, c)."""
        between = sigma2[:, :1]
        variance = self.v + sigma2[:, 1:2] if self.components == 2 else self.v
        w = Weights.of(self.one / variance, between, self.runs)
        columns = np.concatenate([self.q, self.r[:, np.newaxis]], axis=1)
        swept, log_determinant = sweep(w.products(columns))
        covariance, gamma = swept[:, :-1, :-1], swept[:, :-1, -1]
        rho = self.r - np.einsum("bp,bpk->bk", gamma, self.q)
        columns[:, -1] = rho
        logs = inner(self.one, np.log(variance)) + total(np.log1p(between * w.a))
        value = self._value(logs, log_determinant, w.products(rho[:, np.newaxis])[:, 0, 0])
        return Solved(value, *self._derivatives(w, w.times(columns), w.sums(columns), covariance), gamma, covariance)

    def _derivatives(
        self, w: Weights, weighted: FloatArray, sums: FloatArray, covariance: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return gradient, observed and expected information.

        `weighted` are W Q and, last, P y (B, p + 1, k), and `sums` their sums in the studies (B, p + 1, J).
        """
        c, ha = self.components, w.h * w.a
        wq, e, sums, et = weighted[:, :-1], weighted[:, -1], sums[:, :-1], sums[:, -1]
        squares = np.stack([inner(et, et), inner(e, e)], axis=-1)
        carried = np.stack([np.vecdot(sums, et[:, np.newaxis]), np.vecdot(wq, e[:, np.newaxis])], axis=-2)
        again = w.products(e[:, np.newaxis])[:, 0, 0], inner(et, w.sums(e[:, np.newaxis])[:, 0])
        quadratic = _symmetric(inner(et * ha, et), again[1], again[0])
        quadratic -= carried @ covariance @ np.swapaxes(carried, -1, -2)
        once, twice = w.traces()
        traces = np.stack([total(ha), once], axis=-1)
        both = _symmetric(inner(ha, ha), inner(w.h**2, w.runs.sums(w.d**2)), twice)
        if self.restricted:
            less, fewer = self._projected(w, wq, sums, covariance)
            traces, both = traces + less, both + fewer
        gradient, expected = (squares - traces) / 2, both / 2
        return gradient[:, :c], (quadratic - expected)[:, :c, :c], expected[:, :c, :c]

    @staticmethod
    def _projected(
        w: Weights, wq: FloatArray, sums: FloatArray, covariance: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return by how much tr(P Di) and tr(P Di P Dj) differ from the traces of W."""
        across = np.swapaxes(sums, -1, -2)
        carried = np.stack([sums @ across, wq @ np.swapaxes(wq, -1, -2)], axis=1) @ covariance[:, np.newaxis]
        third = [(sums * (w.h * w.a)[:, np.newaxis]) @ across, w.sums(wq) @ across, w.products(wq)]
        once = [np.einsum("bpq,bqp->b", part, covariance) for part in third]
        twice = np.einsum("bipq,bjqp->bij", carried, carried)
        return -np.einsum("bipp->bi", carried), twice - 2 * _symmetric(*once)


class Weights(NamedTuple):
    """W at some variance components: d (B, k), by study (B, J) a, h and f = s1 h, and 1 for effects not alone (B, k).

    What W does to z is told by the means of z in the studies, weighted by d, and what is left inside them. In a study
    of one effect nothing is left, and no digits are lost however large s1 is.
    """

    d: FloatArray
    a: FloatArray
    h: FloatArray
    f: FloatArray
    accompanied: FloatArray
    runs: Runs

    @classmethod
    def of(cls, d: FloatArray, between: FloatArray, runs: Runs) -> Weights:
        """Return the weights at d (B, k) and a variance between studies (B, 1)."""
        a = runs.sums(d)
        h = 1 / (1 + between * a)
        several = np.where(runs.sums(np.sign(d)) > 1, 1.0, 0.0)
        return cls(d, a, h, between * h, runs.spread(several), runs)

    def means(self, z: FloatArray) -> FloatArray:
        """Return the weighted means of z (B, p, k) in the studies (B, p, J)."""
        a = np.where(self.a > 0, self.a, 1.0)[:, np.newaxis]
        return self.runs.sums(self.d[:, np.newaxis] * z) / a

    def inside(self, z: FloatArray, means: FloatArray) -> FloatArray:
        """Return what of z (B, p, k) is not in the means of the studies."""
        return self.accompanied[:, np.newaxis] * (z - self.runs.spread(means))

    def times(self, z: FloatArray) -> FloatArray:
        """Return W z for z (B, p, k)."""
        means = self.means(z)
        weighted = self.inside(z, means) + self.runs.spread(self.h[:, np.newaxis] * means)
        return self.d[:, np.newaxis] * weighted

    def sums(self, z: FloatArray) -> FloatArray:
        """Return the sums of W z in the studies, for z (B, p, k)."""
        return self.h[:, np.newaxis] * self.runs.sums(self.d[:, np.newaxis] * z)

    def products(self, z: FloatArray) -> FloatArray:
        """Return z W z' for z (B, p, k)."""
        means = self.means(z)
        inside, weight = self.inside(z, means), (self.a * self.h)[:, np.newaxis]
        across = (weight * means) @ np.swapaxes(means, -1, -2)
        result: FloatArray = (self.d[:, np.newaxis] * inside) @ np.swapaxes(inside, -1, -2) + across
        return result

    def traces(self) -> tuple[FloatArray, FloatArray]:
        """Return tr(W) and tr(W W)."""
        h, f, a = (self.runs.spread(part) for part in (self.h, self.f, self.a))
        squares = self.d**2
        diagonal = self.d * (h + f * (a - self.d))
        apart = self.f**2 * (self.runs.sums(squares) ** 2 - self.runs.sums(squares**2))
        return total(diagonal), inner(diagonal, diagonal) + total(apart)


def _symmetric(first: FloatArray, cross: FloatArray, second: FloatArray) -> FloatArray:
    """Return the matrices (B, 2, 2) of these entries."""
    return np.stack([np.stack([first, cross], axis=-1), np.stack([cross, second], axis=-1)], axis=-2)


def sweep(matrix: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return [[A, b], [b', c]] swept by the positive definite A, and the log of its determinant.

    The result holds the inverse of A, A^-1 b beside it and c - b'A^-1 b at the end (Goodnight 1979, Am Stat 33:149).
    """
    swept = matrix.copy()
    logs = np.zeros(matrix.shape[:-2])
    with np.errstate(divide="ignore", invalid="ignore"):
        for i in range(matrix.shape[-1] - 1):
            pivot = swept[..., i, i].copy()
            logs += np.log(pivot)
            row = swept[..., i, :] / pivot[..., np.newaxis]
            column = swept[..., :, i].copy()
            swept -= column[..., np.newaxis] * row[..., np.newaxis, :]
            swept[..., i, :] = row
            swept[..., :, i] = -column / pivot[..., np.newaxis]
            swept[..., i, i] = 1 / pivot
    return swept, logs
