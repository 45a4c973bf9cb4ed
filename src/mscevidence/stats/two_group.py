"""Effect sizes of two groups from counts or event rates: ratios, differences, Peto's odds ratio.

Sources: Viechtbauer 2010, J Stat Softw 36(3); Yusuf et al. 1985, Prog Cardiovasc Dis 27:335 (Peto); Rücker et al.
2009, Stat Med 28:721 (arcsine difference).
"""

from __future__ import annotations

import numpy as np

from mscevidence.stats.correction import Options, amount
from mscevidence.stats.inputs import BoolArray, FloatArray

Pair = tuple[FloatArray, FloatArray]


def table(measure: str, data: dict[str, FloatArray], present: BoolArray, options: Options) -> Pair:
    """Return (yi, vi) of `OR`, `RR`, `RD`, `AS` or `PETO` from events of n in two groups."""
    a, c = data["events1"], data["events2"]
    b, d = data["n1"] - a, data["n2"] - c
    empty = options.drop00 & (((a == 0) & (c == 0)) | ((b == 0) & (d == 0)))
    kept = present & ~empty
    zero = (a == 0) | (b == 0) | (c == 0) | (d == 0)
    plus = amount(zero, kept, options)
    a, b, c, d = (np.where(empty, np.nan, cell + plus) for cell in (a, b, c, d))
    if measure == "PETO":
        return peto(a, b, c, d)
    if measure == "AS":
        n1, n2 = a + b, c + d
        return np.arcsin(np.sqrt(a / n1)) - np.arcsin(np.sqrt(c / n2)), 1 / (4 * n1) + 1 / (4 * n2)
    n1, n2 = a + b, c + d
    p1, p2 = (_pooled(a, n1, kept), _pooled(c, n2, kept)) if options.vtype == "AV" else (a / n1, c / n2)
    if measure == "OR":
        variance = sum(1 / (n * q) for n, p in ((n1, p1), (n2, p2)) for q in (p, 1 - p))
        return np.log(a * d / (b * c)), np.asarray(variance)
    if measure == "RR":
        return np.log((a / n1) / (c / n2)), 1 / (n1 * p1) - 1 / n1 + 1 / (n2 * p2) - 1 / n2
    return a / n1 - c / n2, p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2


def _pooled(events: FloatArray, n: FloatArray, kept: BoolArray) -> FloatArray:
    total = np.sum(np.where(kept, events, 0.0), axis=-1, keepdims=True)
    result: FloatArray = total / np.sum(np.where(kept, n, 0.0), axis=-1, keepdims=True)
    return result


def peto(a: FloatArray, b: FloatArray, c: FloatArray, d: FloatArray) -> Pair:
    """Return Peto's log odds ratio (a - E)/V and 1/V, V hypergeometric (Yusuf et al. 1985)."""
    n1, n2 = a + b, c + d
    total = n1 + n2
    expected = n1 * (a + c) / total
    variance = n1 * n2 * (a + c) * (b + d) / (total**2 * (total - 1))
    return (a - expected) / variance, 1 / variance


def rates(measure: str, data: dict[str, FloatArray], present: BoolArray, options: Options) -> Pair:
    """Return (yi, vi) of `IRR`, `IRD` or `IRSD` from events over person-time in two groups."""
    x1, t1, x2, t2 = data["events1"], data["time1"], data["events2"], data["time2"]
    empty = options.drop00 & (x1 == 0) & (x2 == 0)
    plus = amount((x1 == 0) | (x2 == 0), present & ~empty, options)
    x1, x2 = (np.where(empty, np.nan, x + plus) for x in (x1, x2))
    if measure == "IRR":
        return np.log((x1 / t1) / (x2 / t2)), 1 / x1 + 1 / x2
    if measure == "IRD":
        return x1 / t1 - x2 / t2, x1 / t1**2 + x2 / t2**2
    return np.sqrt(x1 / t1) - np.sqrt(x2 / t2), 1 / (4 * t1) + 1 / (4 * t2)


def meta_table(measure: str, a: FloatArray, n1: FloatArray, c: FloatArray, n2: FloatArray, *, add: float) -> Pair:
    """Return (yi, vi) of `OR`, `RR` or `RD` under the correction rules of the R package meta (`metabin`).

    Studies with a zero cell are corrected. Double-zero studies have no ratio, nor have studies with only events an
    odds ratio. `RR` adds c to events and once to n, and keeps 1/a where all patients of both groups have the event.
    `RD` is not corrected, only its variance is.
    """
    b, d = n1 - a, n2 - c
    plus = np.where((a == 0) | (b == 0) | (c == 0) | (d == 0), add, 0.0)
    if measure == "RD":
        m1, m2 = n1 + 2 * plus, n2 + 2 * plus
        variance = (a + plus) * (b + plus) / m1**3 + (c + plus) * (d + plus) / m2**3
        return a / n1 - c / n2, variance
    nothing = ((a == 0) & (c == 0)) | ((measure == "OR") & (b == 0) & (d == 0))
    if measure == "OR":
        cells = (a + plus, b + plus, c + plus, d + plus)
        y = np.log(cells[0] * cells[3] / (cells[1] * cells[2]))
        return np.where(nothing, np.nan, y), np.sum([1 / cell for cell in cells], axis=0)
    every = (b == 0) & (d == 0)
    y = np.log((a + plus) / (n1 + plus)) - np.log((c + plus) / (n2 + plus))
    own = np.where(every, 1 / a + 1 / c, 1 / (a + plus) + 1 / (c + plus))
    return np.where(nothing, np.nan, y), own - 1 / (n1 + plus) - 1 / (n2 + plus)
