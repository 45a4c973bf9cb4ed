"""Rank correlation test of funnel-plot asymmetry (Begg & Mazumdar 1994, Biometrics 50:1088), and Kendall's tau."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from mscevidence.errors import StatisticsError
from mscevidence.stats import diagnosis
from mscevidence.stats.display import Shown
from mscevidence.stats.funnel_regression import NEEDED, few
from mscevidence.stats.inputs import BoolArray, FloatArray, IntArray, aligned, measured, plain
from mscevidence.stats.moderator_tests import TOO_FEW

LEAST = 3
NO_ODDS_RATIO = "no-odds-ratio"
_PAIRS = 4_000_000
"""Pairs of studies that are compared at once, to bound memory."""


@dataclass(frozen=True, slots=True)
class RankTest(Shown):
    """Kendall's correlation of standardised effects with their variances, in one analysis or in each of a batch.

    Every field has the leading shape (...) of the input; for a single analysis it is a scalar.

    Attributes:
        status: `ok`, or why an analysis of a batch has no test (NaN): `too-few`, `no-odds-ratio` (`schwarzer_test`).
        tau: tau-b; 0 if nothing varies. `p`: two-sided, exact without ties, else normal without continuity correction.
        score: concordant minus discordant pairs; `score_se`: its standard error under independence.
        statistic: score / score_se. `exact`: whether p is exact. `k`: number of studies.
    """

    _item = "analysis"
    _lead = "tau"

    status: NDArray[np.str_]
    tau: FloatArray
    p: FloatArray
    score: FloatArray
    score_se: FloatArray
    statistic: FloatArray
    exact: BoolArray
    k: IntArray

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what makes the result fragile; empty when nothing does."""
        status = np.asarray(self.status)
        usable = status == "ok"
        constant = "The effects or the variances are all equal: there is nothing to correlate."
        return diagnosis.sentences(
            [
                (status == TOO_FEW, f"Fewer than {LEAST} studies: too few for a rank correlation."),
                (status == NO_ODDS_RATIO, "The Mantel-Haenszel odds ratio is zero or infinite: there is no test."),
                (usable & (np.asarray(self.k) < NEEDED), few(self.k)),
                (usable & (np.asarray(self.score_se) == 0), constant),
            ]
        )


def rank_test(yi: ArrayLike, vi: ArrayLike, *, mask: ArrayLike | None = None) -> RankTest:
    """Return the rank correlation test of (y - mean)/sqrt(v - 1/sum(1/v)) with v, of each analysis.

    An analysis with too few studies is an error if there is no other; in a batch it has NaN and a `status`.

    Args:
        yi: (..., k) effect sizes.
        vi: (..., k) sampling variances.
        mask: (..., k) boolean, True where a study is present.

    Raises:
        StatisticsError: in every analysis fewer than 3 studies, a value that is not finite, a variance that is not
            positive.
    """
    columns, present = aligned(mask, yi=yi, vi=vi)
    measured(columns["yi"], columns["vi"], present)
    k = present.sum(axis=-1)
    few_rows = k < LEAST
    if few_rows.all():
        raise StatisticsError(f"{int(k.max())} studies are too few: this method needs at least {LEAST}")
    known = present & ~few_rows[..., np.newaxis]
    y, v = np.where(known, columns["yi"], 0.0), np.where(known, columns["vi"], 1.0)
    w = known / v
    total = np.where(few_rows, 1.0, w.sum(axis=-1))[..., np.newaxis]
    # The variance around the mean is taken where there is a mean; elsewhere any number will do.
    around = np.where(known, v - 1 / total, 1.0)
    deviation = (y - (w * y).sum(axis=-1, keepdims=True) / total) / np.sqrt(around)
    return kendall(deviation, v, present, np.where(few_rows, TOO_FEW, "ok"))


def kendall(
    x: FloatArray, y: FloatArray, present: BoolArray | None = None, status: NDArray[np.str_] | None = None
) -> RankTest:
    """Return Kendall's rank correlation of two vectors (Kendall 1970, ch. 1, 3 to 5), of each analysis.

    Args:
        x: (..., k) finite numbers.
        y: (..., k) finite numbers.
        present: (..., k) which of them count; by default all.
        status: (...) what stands in the way of an analysis, which then has NaN; by default `ok`.
    """
    lead, size = x.shape[:-1], x.shape[-1]
    present = np.ones(x.shape, dtype=np.bool_) if present is None else present
    status = np.full(lead, "ok") if status is None else status
    x, y, there = x.reshape(-1, size), y.reshape(-1, size), present.reshape(-1, size)
    step = max(1, _PAIRS // size**2)
    chunks = [slice(at, at + step) for at in range(0, len(x), step)]
    parts = [_compared(x[chunk], y[chunk], there[chunk]) for chunk in chunks]
    score, pairs_x, pairs_y, variance = np.concatenate(parts, axis=-1).reshape(4, *lead)
    k, usable = np.asarray(present.sum(axis=-1)), status == "ok"
    varies = (pairs_x > 0) & (pairs_y > 0)
    se = np.sqrt(np.where(varies, variance, 0.0))
    statistic = score / np.where(se > 0, se, 1.0) * (se > 0)
    exact = np.asarray(usable & (pairs_x == pairs_y) & (pairs_x == k * (k - 1) / 2))
    p = np.asarray(2 * special.ndtr(-np.abs(statistic)))
    for number in np.unique(k[exact]):
        alike = exact & (k == number)
        p[alike] = exact_p(score[alike], int(number))
    tau = score / np.sqrt(np.where(varies, pairs_x * pairs_y, 1.0)) * varies
    found: dict[str, Any] = {"tau": tau, "p": p, "score": score, "score_se": se, "statistic": statistic}
    found = {name: plain(np.where(usable, values, np.nan)) for name, values in found.items()}
    return RankTest(status=plain(status), exact=plain(exact), k=plain(k), **found)


def _compared(x: FloatArray, y: FloatArray, present: BoolArray) -> FloatArray:
    """Return score, pairs untied in x, in y, and the variance of the score, (4, rows), from all pairs of studies."""
    both = present[:, :, np.newaxis] & present[:, np.newaxis, :]
    dx, dy = (
        np.where(both, np.sign(values[:, :, np.newaxis] - values[:, np.newaxis, :]), 0.0)
        for values in (np.where(present, x, 0.0), np.where(present, y, 0.0))
    )
    # Of each study: how many have the same value, itself among them.
    t, u = (np.maximum((both & (d == 0)).sum(axis=-1), 1).astype(np.float64) for d in (dx, dy))
    pairs = [(d != 0).sum(axis=(-2, -1)) / 2 for d in (dx, dy)]
    variance = _score_variance(t, u, present.sum(axis=-1).astype(np.float64))
    return np.stack([(dx * dy).sum(axis=(-2, -1)) / 2, *pairs, variance])


def _score_variance(t: FloatArray, u: FloatArray, k: FloatArray) -> FloatArray:
    """Return the variance of the score with ties (Kendall 1970, eq. 4.4), whose sums over ties go over studies here."""
    first = sum(((m - 1) * (2 * m + 5)).sum(axis=-1) for m in (t, u))
    second = [((m - 1) * (m - 2)).sum(axis=-1) for m in (t, u)]
    third = [(m - 1).sum(axis=-1) for m in (t, u)]
    pairs = np.maximum(k * (k - 1), 1.0)
    variance = (k * (k - 1) * (2 * k + 5) - first) / 18 + third[0] * third[1] / (2 * pairs)
    result: FloatArray = variance + second[0] * second[1] / (9 * pairs * np.maximum(k - 2, 1.0))
    return result


def exact_p(score: ArrayLike, k: int) -> FloatArray:
    """Return exact two-sided p-values without ties: twice the smaller tail of the number of inversions of k values."""
    # Inversions of k values: convolution of the uniform distributions on 0 .. j, j < k.
    density = np.ones(1)
    for j in range(1, k):
        total = np.cumsum(np.concatenate([density, np.zeros(j)]))
        total[j + 1 :] -= total[: -(j + 1)].copy()
        density = total / (j + 1)
    concordant = np.rint((np.asarray(score) + k * (k - 1) / 2) / 2).astype(np.int64)
    below, above = np.cumsum(density), np.cumsum(density[::-1])[::-1]
    result: FloatArray = np.minimum(1.0, 2 * np.minimum(below[concordant], above[concordant]))
    return result
