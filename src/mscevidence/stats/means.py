"""Effect sizes from means and standard deviations: one group, two groups, and one group measured twice.

Sources: Hedges 1981, J Educ Stat 6:107 (exact bias correction); Bonett 2008, Psychol Methods 13:99 (unequal
variances); Lajeunesse 2015, Ecology 96:2056 (log ratio of means with bias correction); Becker 1988, Br J Math Stat
Psychol 41:257 and Morris 2000 (change).
"""

from __future__ import annotations

import numpy as np
from scipy import special

from mscevidence.stats.correction import Options
from mscevidence.stats.inputs import BoolArray, FloatArray

Pair = tuple[FloatArray, FloatArray]


def small_sample_factor(m: FloatArray) -> FloatArray:
    """Return Hedges' exact J(m) = Gamma(m/2) / (sqrt(m/2) Gamma((m-1)/2)), Hedges 1981 eq. 6e."""
    result: FloatArray = np.exp(special.gammaln(m / 2) - 0.5 * np.log(m / 2) - special.gammaln((m - 1) / 2))
    return result


def one_mean(measure: str, data: dict[str, FloatArray], present: BoolArray, options: Options) -> Pair:
    """Return (yi, vi) of `MN` (mean) or `MNLN` (log mean)."""
    del present, options
    mean, sd, n = data["mean"], data["sd"], data["n"]
    if measure == "MN":
        return mean, sd**2 / n
    return np.log(mean), sd**2 / (n * mean**2)


def two_means(measure: str, data: dict[str, FloatArray], present: BoolArray, options: Options) -> Pair:
    """Return (yi, vi) of `MD`, `SMD`, `SMDH` or `ROM` for two independent groups."""
    del present
    m1, s1, n1 = data["mean1"], data["sd1"], data["n1"]
    m2, s2, n2 = data["mean2"], data["sd2"], data["n2"]
    m = n1 + n2 - 2
    pooled = np.sqrt(((n1 - 1) * s1**2 + (n2 - 1) * s2**2) / m)
    if measure == "MD":
        separate = s1**2 / n1 + s2**2 / n2
        return m1 - m2, pooled**2 * (1 / n1 + 1 / n2) if options.vtype == "HO" else separate
    if measure == "SMD":
        return _standardized(m1 - m2, pooled, n1, n2, options)
    if measure == "SMDH":
        return _bonett(m1 - m2, (s1, s2), (n1, n2), correct=options.correct)
    relative1, relative2 = s1**2 / (n1 * m1**2), s2**2 / (n2 * m2**2)
    shift = (relative1 - relative2) / 2 if options.correct else 0.0
    return np.log(m1 / m2) + shift, relative1 + relative2


def _standardized(difference: FloatArray, sd: FloatArray, n1: FloatArray, n2: FloatArray, options: Options) -> Pair:
    m = n1 + n2 - 2
    j = small_sample_factor(m) if options.correct else np.ones_like(m)
    y = j * difference / sd
    if options.vtype == "UB":
        return y, 1 / n1 + 1 / n2 + (1 - (m - 2) / (m * j**2)) * y**2
    return y, 1 / n1 + 1 / n2 + y**2 / (2 * (n1 + n2))


def _bonett(
    difference: FloatArray, sd: tuple[FloatArray, FloatArray], n: tuple[FloatArray, FloatArray], *, correct: bool
) -> Pair:
    (v1, v2), (n1, n2) = (sd[0] ** 2, sd[1] ** 2), n
    variance = (v1 + v2) / 2
    y = difference / np.sqrt(variance) * (small_sample_factor(n1 + n2 - 2) if correct else 1.0)
    spread = y**2 * (v1**2 / (n1 - 1) + v2**2 / (n2 - 1)) / (8 * variance**2)
    return y, spread + (v1 / (n1 - 1) + v2 / (n2 - 1)) / variance


def change(measure: str, data: dict[str, FloatArray], present: BoolArray, options: Options) -> Pair:
    """Return (yi, vi) of `MC`, `SMCC`, `SMCR` or `ROMC` for one group measured twice."""
    del present
    m1, s1, m2, s2 = data["mean1"], data["sd1"], data["mean2"], data["sd2"]
    n, r = data["n"], data["correlation"]
    variance = s1**2 + s2**2 - 2 * r * s1 * s2
    if measure == "MC":
        return m1 - m2, variance / n
    if measure == "ROMC":
        relative1, relative2 = s1**2 / (n * m1**2), s2**2 / (n * m2**2)
        shift = (relative1 - relative2) / 2 if options.correct else 0.0
        return np.log(m1 / m2) + shift, relative1 + relative2 - 2 * r * s1 * s2 / (n * m1 * m2)
    j = small_sample_factor(n - 1) if options.correct else 1.0
    y = j * (m1 - m2) / (np.sqrt(variance) if measure == "SMCC" else s1)
    return y, (1 / n if measure == "SMCC" else 2 * (1 - r) / n) + y**2 / (2 * n)
