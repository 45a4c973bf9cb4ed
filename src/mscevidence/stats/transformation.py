"""Analysis scale to the scale a reader knows: proportions, rates, ratios.

`back_transform(values, measure)` is the inverse link of every measure of `effect_sizes`; values beyond the range of the
transformation become the nearest possible proportion (0 or 1).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from mscevidence.errors import StatisticsError
from mscevidence.stats.gaps import rows_without_studies
from mscevidence.stats.inputs import FloatArray, aligned, choose, number, plain, positive
from mscevidence.stats.measures import MEASURE_NAMES

_INVERSE: dict[str, Callable[[FloatArray], FloatArray]] = {
    "PR": lambda x: np.clip(x, 0, 1),
    "PLN": lambda x: np.exp(np.minimum(x, 0)),
    **dict.fromkeys(("OR", "RR", "PETO", "IRR", "IRLN", "MNLN", "ROM", "ROMC"), np.exp),
    "PLO": special.expit,
    "PAS": lambda x: np.sin(np.clip(x, 0, np.pi / 2)) ** 2,
    "IRS": lambda x: np.maximum(x, 0) ** 2,
}


def back_transform(
    values: ArrayLike, measure: str, *, n: ArrayLike | None = None, time: ArrayLike | None = None
) -> FloatArray:
    """Return `values` on the natural scale of `measure`; NaN stays NaN.

    Args:
        values: any shape; estimates or interval limits on the analysis scale.
        measure: code or alias, as in `effect_sizes`.
        n: for `PFT`: the number of patients, for a pooled value the harmonic mean of the studies (`harmonic_mean`).
        time: for `IRFT`: the person-time, for a pooled value the harmonic mean of the studies.

    Returns:
        Proportions (PR, PLN, PLO, PAS, PFT), rates (IR, IRLN, IRS, IRFT), ratios (OR, RR, PETO, IRR, ROM, ROMC),
        means (MNLN); differences and standardized differences unchanged.

    Raises:
        UnknownTermError: no such measure.
        StatisticsError: `PFT` without `n`, `IRFT` without `time`.
    """
    code = choose(measure, MEASURE_NAMES, kind="measure")
    x = number("values", values).reshape(np.shape(values))
    if code == "PFT":
        return plain(_miller(x, _needed(n, "PFT", "n")))  # type: ignore[no-any-return]
    if code == "IRFT":
        return plain(_inverse_rate(x, _needed(time, "IRFT", "time")))  # type: ignore[no-any-return]
    with np.errstate(over="ignore"):
        return plain(_INVERSE.get(code, np.asarray)(x))  # type: ignore[no-any-return]


@rows_without_studies()
def harmonic_mean(n: ArrayLike, *, mask: ArrayLike | None = None) -> FloatArray:
    """Return the harmonic mean of `n` over the last axis, for the back-transformation of a pooled `PFT`.

    Raises:
        StatisticsError: no study, a value that is not positive and finite.
    """
    columns, present = aligned(mask, n=n)
    positive("n", columns["n"], present)
    if not present.any(axis=-1).all():
        raise StatisticsError("no study is left: all are masked out", hint="an analysis needs at least one study")
    inverse = np.sum(np.where(present, 1 / np.where(present, columns["n"], 1.0), 0.0), axis=-1)
    return plain(np.sum(present, axis=-1) / inverse)  # type: ignore[no-any-return]


def _needed(values: ArrayLike | None, code: str, name: str) -> FloatArray:
    if values is None:
        raise StatisticsError(
            f"the back-transformation of {code} needs {name}",
            hint=f"give {name} of the study, or its harmonic mean over the studies for a pooled value",
        )
    size = number(name, values)
    if not ((size > 0) & np.isfinite(size)).all():
        raise StatisticsError(f"{name} must be positive and finite for the back-transformation of {code}")
    return size.reshape(np.shape(values))


def _miller(x: FloatArray, n: FloatArray) -> FloatArray:
    """Invert the Freeman-Tukey transform (Miller 1978, Am Stat 32:138), in its form with factor 1/2."""
    lowest = np.arcsin(np.sqrt(1 / (n + 1))) / 2
    highest = (np.arcsin(np.sqrt(n / (n + 1))) + np.pi / 2) / 2
    inside = np.clip(x, lowest, highest)
    sine = np.sin(2 * inside)
    root = np.sqrt(np.maximum(1 - (sine + (sine - 1 / sine) / n) ** 2, 0.0))
    p = (1 - np.sign(np.cos(2 * inside)) * root) / 2
    result: FloatArray = np.where(x > highest, 1.0, np.where(x < lowest, 0.0, p))
    return np.where(np.isnan(x), np.nan, result)


def _inverse_rate(x: FloatArray, time: FloatArray) -> FloatArray:
    """Invert (sqrt(r) + sqrt(r + 1/t))/2 = x exactly: sqrt(r) = x - 1/(4 t x)."""
    lowest = np.sqrt(1 / time) / 2
    root = x - 1 / (4 * time * np.maximum(x, lowest))
    return np.where(x <= lowest, 0.0, np.maximum(root, 0.0) ** 2)
