"""Effects of treatments versus each other, and how sure it is that one is better than the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from mscevidence.errors import StatisticsError
from mscevidence.stats.display import Row, Shown, pair_rows
from mscevidence.stats.distributions import critical_value, two_sided_p
from mscevidence.stats.inputs import BoolArray, FloatArray, number, plain, tail


@dataclass(frozen=True, slots=True)
class TreatmentEffects(Shown):
    """Effects of every treatment versus every other: entry (i, j) is treatment i versus treatment j.

    Attributes:
        treatments: names in the order of rows and columns.
        effect, se, lower, upper: (..., T, T) on the analysis scale; `p`: two-sided, NaN on the diagonal.
        level: of the intervals.
    """

    _lead = "effect"

    treatments: tuple[str, ...]
    effect: FloatArray
    se: FloatArray
    lower: FloatArray
    upper: FloatArray
    p: FloatArray
    level: float

    def rows(self) -> list[Row]:
        """Return one row per pair of treatments, the first versus the second; of a batch for each analysis."""
        shown = {name: getattr(self, name) for name in ("effect", "se", "lower", "upper", "p")}
        return pair_rows(self.treatments, shown)

    def p_scores(self, *, small_values: str = "undesirable") -> FloatArray:
        """Return the P-score of each treatment (..., T); see `p_scores`."""
        return p_scores(self.effect, self.se, small_values=small_values)


def treatment_effects(
    treatments: tuple[str, ...], theta: FloatArray, covariance: FloatArray, level: float
) -> TreatmentEffects:
    """Return all differences of parameters.

    Args:
        treatments: names.
        theta: (..., T) effects versus the same treatment.
        covariance: (..., T, T) theirs.
        level: of the intervals.
    """
    effect = theta[..., :, np.newaxis] - theta[..., np.newaxis, :]
    own = np.diagonal(covariance, axis1=-2, axis2=-1)
    variance = own[..., :, np.newaxis] + own[..., np.newaxis, :] - 2 * covariance
    se = np.sqrt(np.maximum(variance, 0.0)) * (1 - np.eye(len(treatments)))
    half = critical_value(tail(level), np.inf) * se
    with np.errstate(invalid="ignore"):
        p = two_sided_p(effect / se, np.inf)
    lower, upper = plain(effect - half), plain(effect + half)
    return TreatmentEffects(treatments, plain(effect), plain(se), lower, upper, plain(p), level)


def p_scores(effects: ArrayLike, se: ArrayLike, *, small_values: str = "undesirable") -> FloatArray:
    """Return for each treatment the mean certainty that it is better than another (..., T).

    A treatment whose effects are all NaN (an analysis of a batch does not have it) has no score, and counts for none.

    Args:
        effects: (..., T, T) effect of the row treatment versus the column treatment.
        se: (..., T, T) standard errors, zero on the diagonal.
        small_values: whether small effects are `desirable` or `undesirable`.

    Raises:
        StatisticsError: `small_values` is neither; tables that are not square or hold unusable values.

    Source: Rücker & Schwarzer 2015, BMC Med Res Methodol 15:58, equation 3.
    """
    if small_values not in {"desirable", "undesirable"}:
        raise StatisticsError(f"small_values is {small_values!r}", hint="desirable or undesirable")
    effects, se = (number(name, values) for name, values in (("effects", effects), ("se", se)))
    size = effects.shape[-1]
    if effects.shape != se.shape or effects.shape[-2:] != (size, size) or size < 2:
        raise StatisticsError("P-scores need square tables of effects and standard errors, of two or more treatments")
    apart = ~np.eye(size, dtype=np.bool_)
    nothing = (np.isnan(effects) & np.isnan(se)) | ~apart
    absent: BoolArray = np.asarray(nothing.all(axis=-1)) & (effects.ndim > 2)
    there = apart & ~(absent[..., :, np.newaxis] | absent[..., np.newaxis, :])
    if not (np.isfinite(effects) & np.isfinite(se) & (se > 0))[there].all():
        raise StatisticsError("P-scores need finite effects and positive standard errors")
    sign = -1.0 if small_values == "desirable" else 1.0
    better = special.ndtr(np.divide(sign * effects, se, out=np.full_like(effects, -np.inf), where=there))
    others = (~absent).sum(axis=-1, keepdims=True) - 1
    scores: FloatArray = np.where(absent, np.nan, better.sum(axis=-1) / np.maximum(others, 1))
    return scores
