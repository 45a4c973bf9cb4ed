"""Tests of funnel-plot asymmetry made for counts, where effect and standard error are correlated by construction.

Macaskill, Walter & Irwig 2001, Stat Med 20:641; Peters et al. 2006, JAMA 295:676; Harbord, Egger & Sterne 2006, Stat
Med 25:3443; Schwarzer, Antes & Schumacher 2007, Stat Med 26:721; Deeks, Macaskill & Irwig 2005, J Clin Epidemiol
58:882; Pustejovsky & Rodgers 2019, Res Synth Methods 10:57.

An analysis without a test is an error if there is no other; in a batch it has NaN and a `status`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from mscevidence.errors import StatisticsError
from mscevidence.stats.funnel_regression import RegressionTest, weighted_line
from mscevidence.stats.inputs import BoolArray, FloatArray, aligned, choose, counts, measured, names, plain, positive
from mscevidence.stats.moderator_tests import TOO_FEW
from mscevidence.stats.rank_correlation import LEAST, NO_ODDS_RATIO, RankTest, kendall

SCORES = names({"OR": ("odds-ratio",), "RR": ("risk-ratio", "relative-risk")})


def macaskill_test(yi: ArrayLike, vi: ArrayLike, n: ArrayLike, *, mask: ArrayLike | None = None) -> RegressionTest:
    """Return the regression of the effect on the number of patients `n`, weights 1/vi, all (..., k).

    Raises:
        StatisticsError: a variance that is not positive; in every analysis fewer than 3 studies or an `n` that does
            not vary.
    """
    data, present = aligned(mask, yi=yi, vi=vi, n=n)
    measured(data["yi"], data["vi"], present)
    return weighted_line(data["yi"], data["n"], 1 / np.where(present, data["vi"], 1.0), mask=present, predictor="ni")


def peters_test(yi: ArrayLike, events: ArrayLike, n: ArrayLike, *, mask: ArrayLike | None = None) -> RegressionTest:
    """Return the regression of the effect on 1/n with weights 1/(1/events + 1/non-events), groups taken together.

    All are (..., k). Studies without events, or with an event in every patient, have weight zero and are left out.

    Raises:
        StatisticsError: events > n; in every analysis fewer than 3 studies left or an `n` that does not vary.
    """
    data, present = aligned(mask, yi=yi, events=events, n=n)
    counts(data["events"], data["n"], present)
    kept = present & (data["events"] > 0) & (data["events"] < data["n"])
    x, size = np.where(kept, data["events"], 1.0), np.where(kept, data["n"], 2.0)
    return weighted_line(data["yi"], 1 / size, x * (size - x) / size, mask=kept, predictor="ninv")


def deeks_test(yi: ArrayLike, n1: ArrayLike, n2: ArrayLike, *, mask: ArrayLike | None = None) -> RegressionTest:
    """Return the regression of the effect on 1/sqrt(ESS) with weights ESS = 4 n1 n2/(n1 + n2), effective sample size.

    All are (..., k).

    Raises:
        StatisticsError: an empty group; in every analysis fewer than 3 studies or an ESS that does not vary.
    """
    data, present = aligned(mask, yi=yi, n1=n1, n2=n2)
    size1, size2 = _groups(data, present)
    size = 4 * size1 * size2 / (size1 + size2)
    return weighted_line(data["yi"], 1 / np.sqrt(size), size, mask=present, predictor="sqrtninv")


def pustejovsky_test(
    yi: ArrayLike, vi: ArrayLike, n1: ArrayLike, n2: ArrayLike, *, mask: ArrayLike | None = None
) -> RegressionTest:
    """Return Egger's regression with sqrt(1/n1 + 1/n2) instead of the standard error, weights 1/vi.

    All are (..., k).

    Raises:
        StatisticsError: an empty group, a variance that is not positive; in every analysis fewer than 3 studies or
            groups of the same sizes in all studies.
    """
    data, present = aligned(mask, yi=yi, vi=vi, n1=n1, n2=n2)
    measured(data["yi"], data["vi"], present)
    size1, size2 = _groups(data, present)
    error = np.sqrt(1 / size1 + 1 / size2)
    return weighted_line(data["yi"], error, 1 / np.where(present, data["vi"], 1.0), mask=present, predictor="sei")


def harbord_test(
    events1: ArrayLike, n1: ArrayLike, events2: ArrayLike, n2: ArrayLike, *,
    measure: str = "OR", mask: ArrayLike | None = None,
) -> RegressionTest:  # fmt: skip
    """Return the regression of Z/V on 1/sqrt(V) with weights V: efficient score and its variance under no effect.

    `OR`: Z = a - E, V hypergeometric. `RR`: Z = (a N - n1 e)/(N - e), V as the R package meta has it, N/4 e/(N - e)
    (which is n1 n2 e/(N (N - e)) for groups of equal size), e = all events. All counts are (..., k).

    Raises:
        UnknownTermError: no such measure.
        StatisticsError: events > n; in every analysis fewer than 3 studies with an event and a non-event.
    """
    code = choose(measure, SCORES, kind="measure")
    (a, size1, c, size2), kept = _tables(events1, n1, events2, n2, mask)
    total, events = size1 + size2, a + c
    if code == "OR":
        z = a - size1 * events / total
        v = size1 * size2 * events * (total - events) / (total**2 * (total - 1))
    else:
        z = (a * total - size1 * events) / (total - events)
        v = total / 4 * events / (total - events)
    return weighted_line(z / v, 1 / np.sqrt(v), v, mask=kept, predictor="sei")


def schwarzer_test(
    events1: ArrayLike, n1: ArrayLike, events2: ArrayLike, n2: ArrayLike, *,
    add: float = 0.0, mask: ArrayLike | None = None,
) -> RankTest:  # fmt: skip
    """Return the rank correlation of (a - E)/sqrt(V) with 1/V, moments at the Mantel-Haenszel odds ratio.

    An analysis without a test is an error if there is no other; in a batch it has NaN and a `status`.

    Args:
        events1: (..., k) patients with the event in group 1.
        n1: (..., k) patients in group 1.
        events2: (..., k) the same in group 2.
        n2: (..., k) patients in group 2.
        add: added to the cells of tables with a zero cell for the pooled odds ratio (the R package meta adds 0.5).
        mask: (..., k) boolean, True where a study is present.

    Raises:
        StatisticsError: events > n; in every analysis fewer than 3 studies with an event and a non-event, or no
            Mantel-Haenszel odds ratio.
    """
    (a, size1, c, size2), kept = _tables(events1, n1, events2, n2, mask)
    zero = (a == 0) | (c == 0) | (a == size1) | (c == size2)
    plus = np.where(zero, add, 0.0)
    total = size1 + size2 + 4 * plus
    up = (kept * (a + plus) * (size2 - c + plus) / total).sum(axis=-1)
    down = (kept * (c + plus) * (size1 - a + plus) / total).sum(axis=-1)
    status = np.select([kept.sum(axis=-1) < LEAST, (up == 0) | (down == 0)], [TOO_FEW, NO_ODDS_RATIO], "ok")
    usable = np.asarray(status == "ok")
    if not usable.any():
        raise StatisticsError("the Mantel-Haenszel odds ratio is zero or infinite: one group has no event")
    log_odds_ratio = np.log(np.where(usable, up, 1.0) / np.where(usable, down, 1.0))
    known = kept & usable[..., np.newaxis]
    each = np.broadcast_to(log_odds_ratio[..., np.newaxis], known.shape)[known]
    mean, variance = np.zeros(known.shape), np.ones(known.shape)
    mean[known], variance[known] = conditional_moments(size1[known], size2[known], (a + c)[known], each)
    found = kendall((a - mean) / np.sqrt(variance), 1 / variance, kept, status)
    p = plain(np.asarray(2 * special.ndtr(-np.abs(found.statistic))))
    return replace(found, p=p, exact=plain(np.zeros_like(found.exact)))


def conditional_moments(
    n1: FloatArray, n2: FloatArray, events: FloatArray, log_odds_ratio: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return mean and variance of the events in group 1 given the margins (non-central hypergeometric distribution).

    All are (k).
    """
    j = np.arange(float(np.max(events)) + 1)
    low, high = np.maximum(0, events - n2)[:, np.newaxis], np.minimum(events, n1)[:, np.newaxis]
    inside = (j >= low) & (j <= high)
    x = np.clip(j, low, high)

    def log_choose(n: FloatArray, x: FloatArray) -> FloatArray:
        result: FloatArray = special.gammaln(n + 1) - special.gammaln(x + 1) - special.gammaln(n - x + 1)
        return result

    first, second = log_choose(n1[:, np.newaxis], x), log_choose(n2[:, np.newaxis], events[:, np.newaxis] - x)
    share = special.softmax(np.where(inside, first + second + x * log_odds_ratio[:, np.newaxis], -np.inf), axis=1)
    mean = (share * x).sum(axis=1)
    variance: FloatArray = (share * (x - mean[:, np.newaxis]) ** 2).sum(axis=1)
    return mean, variance


def _groups(data: dict[str, FloatArray], present: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Return the sizes of both groups, 1 where a study is absent."""
    for name in ("n1", "n2"):
        positive(name, data[name], present)
    return np.where(present, data["n1"], 1.0), np.where(present, data["n2"], 1.0)


def _tables(
    events1: ArrayLike, n1: ArrayLike, events2: ArrayLike, n2: ArrayLike, mask: ArrayLike | None
) -> tuple[list[FloatArray], BoolArray]:
    """Return the tables (..., k) and which of them have an event and a non-event.

    The others say nothing about the odds ratio; in their place stands 1 of 2 against 1 of 2.
    """
    data, present = aligned(mask, events1=events1, n1=n1, events2=events2, n2=n2)
    for suffix in ("1", "2"):
        counts(data[f"events{suffix}"], data[f"n{suffix}"], present, suffix=suffix)
    events, total = data["events1"] + data["events2"], data["n1"] + data["n2"]
    kept = present & (events > 0) & (events < total)
    most = int(kept.sum(axis=-1).max())
    if most < LEAST:
        raise StatisticsError(f"{most} studies with an event and a non-event: the test needs at least {LEAST}")
    neutral = {"events1": 1.0, "n1": 2.0, "events2": 1.0, "n2": 2.0}
    return [np.where(kept, data[name], value) for name, value in neutral.items()], kept
