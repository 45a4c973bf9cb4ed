"""Effect sizes of one group: proportions and incidence rates, their transformations and sampling variances.

Sources: Viechtbauer 2010, J Stat Softw 36(3); Rücker et al. 2009, Stat Med 28:721 (arcsine); Freeman & Tukey 1950,
Ann Math Stat 21:607.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mscevidence.stats.correction import Options, amount
from mscevidence.stats.inputs import BoolArray, FloatArray

Pair = tuple[FloatArray, FloatArray]


def proportion(measure: str, data: dict[str, FloatArray], present: BoolArray, options: Options) -> Pair:
    """Return (yi, vi) of `PR`, `PLN`, `PLO`, `PAS` or `PFT`; not finite where a study has no estimate."""
    x, n = data["events"], data["n"]
    c = amount((x == 0) | (x == n), present, options)
    x, n = x + c, n + 2 * c
    total = _sum(x, present) / _sum(n, present)
    return PROPORTIONS[measure](
        x, n, np.broadcast_to(total, x.shape) if options.vtype == "AV" else x / n, options.vtype
    )


def _sum(values: FloatArray, present: BoolArray) -> FloatArray:
    result: FloatArray = np.sum(np.where(present, values, 0.0), axis=-1, keepdims=True)
    return result


def _raw(x: FloatArray, n: FloatArray, p: FloatArray, vtype: str) -> Pair:
    return x / n, p * (1 - p) / (n - 1 if vtype == "UB" else n)


def _log(x: FloatArray, n: FloatArray, p: FloatArray, vtype: str) -> Pair:
    return np.log(x / n), (1 / (n * p) if vtype == "AV" else 1 / x) - 1 / n


def _logit(x: FloatArray, n: FloatArray, p: FloatArray, vtype: str) -> Pair:
    if vtype == "AV":
        return np.log(x / (n - x)), 1 / (n * p) + 1 / (n * (1 - p))
    return np.log(x / (n - x)), 1 / x + 1 / (n - x)


def _arcsine(x: FloatArray, n: FloatArray, p: FloatArray, vtype: str) -> Pair:
    del p, vtype
    return np.arcsin(np.sqrt(x / n)), 1 / (4 * n)


def _freeman_tukey(x: FloatArray, n: FloatArray, p: FloatArray, vtype: str) -> Pair:
    del p, vtype
    return freeman_tukey(x, n), 1 / (4 * n + 2)


def freeman_tukey(x: FloatArray, n: FloatArray) -> FloatArray:
    """Return the double-arcsine transform with factor 1/2 (range 0 to pi/2), Freeman & Tukey 1950."""
    result: FloatArray = (np.arcsin(np.sqrt(x / (n + 1))) + np.arcsin(np.sqrt((x + 1) / (n + 1)))) / 2
    return result


PROPORTIONS: dict[str, Callable[[FloatArray, FloatArray, FloatArray, str], Pair]] = {
    "PR": _raw,
    "PLN": _log,
    "PLO": _logit,
    "PAS": _arcsine,
    "PFT": _freeman_tukey,
}


def rate(measure: str, data: dict[str, FloatArray], present: BoolArray, options: Options) -> Pair:
    """Return (yi, vi) of `IR`, `IRLN`, `IRS` or `IRFT`; only the event count is corrected."""
    x, t = data["events"], data["time"]
    x = x + amount(x == 0, present, options)
    if measure == "IR":
        return x / t, x / t**2
    if measure == "IRLN":
        return np.log(x / t), 1 / x
    if measure == "IRS":
        return np.sqrt(x / t), 1 / (4 * t)
    return (np.sqrt(x / t) + np.sqrt((x + 1) / t)) / 2, 1 / (4 * t)


def meta_proportion(measure: str, x: FloatArray, n: FloatArray, *, add: float) -> Pair:
    """Return (yi, vi) under the correction rules of the R package meta (`metaprop`), which differ for `PLN` and `PR`.

    `PLO` adds c to both cells of a study with a zero cell. `PLN` adds c to events and to n once; a study in which all
    have the event keeps 1/x in its variance. `PR` is not corrected, only its variance is. `PAS` and `PFT` are never
    corrected (Schwarzer, Carpenter & Rücker 2015, Meta-Analysis with R, ch. 9).
    """
    boundary = (x == 0) | (x == n)
    c = np.where(boundary, add, 0.0)
    if measure == "PLO":
        return _logit(x + c, n + 2 * c, x, "LS")
    if measure == "PLN":
        c = np.where(x == 0, add, 0.0)
        variance = np.where(x == n, 1 / x - 1 / (n + add), 1 / (x + c) - 1 / (n + c))
        return np.log((x + c) / (n + c)), variance
    if measure == "PR":
        return x / n, (x + c) * (n - x + c) / (n + 2 * c) ** 3
    return PROPORTIONS[measure](x, n, x, "LS")


def meta_rate(measure: str, x: FloatArray, t: FloatArray, *, add: float) -> Pair:
    """Return (yi, vi) under the correction rules of the R package meta (`metarate`): IR and IRLN gain c where x = 0."""
    c = np.where(x == 0, add, 0.0) if measure in {"IR", "IRLN"} else np.zeros_like(x)
    everywhere = np.ones_like(x, dtype=np.bool_)
    data = {"events": x + c, "time": t}
    return rate(measure, data, everywhere, Options(add=0.0, to="none"))
