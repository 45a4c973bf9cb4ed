"""Test of excess significance: more significant studies than their power lets one expect (Ioannidis & Trikalinos 2007).

Clin Trials 4:245. Study i is significant with probability power_i under y_i ~ N(theta, v_i + tau2); expected E = sum
power_i, observed O; X2 = (O - E)^2/E + (O - E)^2/(k - E).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from mscevidence.errors import StatisticsError
from mscevidence.stats import diagnosis
from mscevidence.stats.display import Shown
from mscevidence.stats.distributions import chi2_tail
from mscevidence.stats.inputs import (
    BoolArray,
    FloatArray,
    IntArray,
    aligned,
    choose,
    measured,
    names,
    number,
    plain,
    tail,
)
from mscevidence.stats.moderator_tests import TOO_FEW

ALTERNATIVES = names({"two-sided": ("two.sided", "both"), "greater": (), "less": ()})


@dataclass(frozen=True, slots=True)
class ExcessSignificance(Shown):
    """Observed and expected number of significant studies, in one analysis or in each of a batch.

    Every field has the leading shape (...) of the input; for a single analysis it is a scalar.

    Attributes:
        status: `ok`, or `too-few` for an analysis of a batch without studies (NaN).
        observed, expected, ratio: O, E and O/E; `power`: (..., k) power of each study, NaN for absent ones.
        theta, tau2: true effect and its variance that the powers are calculated for.
        x2: chi-squared statistic; `p_chi2`, `p_binomial`, `p_exact`: p-values of an excess (one-sided): normal
            approximation, binomial with the mean power, and the exact distribution of a sum with unequal powers.
        k: number of studies.
    """

    _item = "analysis"
    _lead = "observed"

    status: NDArray[np.str_]
    observed: IntArray
    expected: FloatArray
    ratio: FloatArray
    power: FloatArray
    theta: FloatArray
    tau2: FloatArray
    x2: FloatArray
    p_chi2: FloatArray
    p_binomial: FloatArray
    p_exact: FloatArray
    k: IntArray

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what makes the result fragile; empty when nothing does."""
        return diagnosis.sentences([(np.asarray(self.status) == TOO_FEW, "No study is left: there is no test.")])


def excess_significance(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    mask: ArrayLike | None = None,
    theta: ArrayLike | None = None,
    tau2: ArrayLike = 0.0,
    alternative: str = "two-sided",
    alpha: float = 0.05,
) -> ExcessSignificance:
    """Return the test of excess significance, of each analysis.

    An analysis without studies is an error if there is no other; in a batch it has NaN and a `status`.

    Args:
        yi: (..., k) effect sizes.
        vi: (..., k) sampling variances.
        mask: (..., k) boolean, True where a study is present.
        theta: true effect, one for all or (...); by default the common-effect estimate.
        tau2: variance of the true effects, one for all or (...).
        alternative: how each study was tested: `two-sided`, `greater` or `less`.
        alpha: significance level of the studies.

    Raises:
        UnknownTermError: no such alternative.
        StatisticsError: no study in any analysis, a negative tau2, alpha outside (0, 1).
    """
    columns, present = aligned(mask, yi=yi, vi=vi)
    measured(columns["yi"], columns["vi"], present)
    lead, k = present.shape[:-1], present.sum(axis=-1)
    known = np.asarray(k > 0)
    if not known.any():
        raise StatisticsError("no study is left: all are masked out", hint="an analysis needs at least one study")
    side = choose(alternative, ALTERNATIVES, kind="alternative")
    tail(1 - alpha)
    between = _of_each("tau2", tau2, lead)
    if not ((between >= 0) & (between < np.inf)).all():
        raise StatisticsError(f"tau2 must not be negative, got {between[~(between >= 0) | ~(between < np.inf)][0]:g}")
    y, v = np.where(present, columns["yi"], 0.0), np.where(present, columns["vi"], 1.0)
    w = present / v
    common = (w * y).sum(axis=-1) / np.where(known, w.sum(axis=-1), 1.0)
    centre = common if theta is None else _of_each("theta", theta, lead)
    if not np.isfinite(centre).all():
        raise StatisticsError("theta must be a finite number")
    limit = -float(special.ndtri(alpha / 2 if side == "two-sided" else alpha))
    power = np.where(present, _power(side, centre, v, between, limit), 0.0)
    z = {"two-sided": np.abs(y), "greater": y, "less": -y}[side] / np.sqrt(v)
    observed = (present & (z >= limit)).sum(axis=-1)
    found = {"theta": centre, "tau2": between, **_tests(power, observed, np.where(known, k, 1))}
    return ExcessSignificance(
        status=plain(np.where(known, "ok", TOO_FEW)), observed=plain(observed), k=plain(k),
        power=plain(np.where(present, power, np.nan)),
        **{name: plain(np.where(known, values, np.nan)) for name, values in found.items()},
    )  # fmt: skip


def _of_each(name: str, value: ArrayLike, lead: tuple[int, ...]) -> FloatArray:
    """Return a number for each analysis."""
    given = number(name, value)
    try:
        return np.broadcast_to(given if np.ndim(value) else given[0], lead)
    except ValueError as error:
        raise StatisticsError(f"{name} has shape {given.shape} for analyses of shape {lead}") from error


def _power(side: str, theta: FloatArray, v: FloatArray, tau2: FloatArray, limit: float) -> FloatArray:
    """Return the probability (..., k) that a study is significant."""
    shift, spread = theta[..., np.newaxis] / np.sqrt(v), np.sqrt(1 + tau2[..., np.newaxis] / v)
    above: FloatArray = special.ndtr((shift - limit) / spread)
    below: FloatArray = special.ndtr((-shift - limit) / spread)
    return {"two-sided": above + below, "greater": above, "less": below}[side]


def _tests(power: FloatArray, observed: IntArray, k: IntArray) -> dict[str, FloatArray]:
    """Return the expected number and the p-values; `power` is 0 for absent studies."""
    expected = power.sum(axis=-1)
    some = expected > 0
    x2 = _x2(observed, expected, k, some & (expected < k))
    p_chi2 = chi2_tail(x2, 1) / 2
    binomial = special.bdtrc(np.maximum(observed - 1, 0), k, expected / k)
    density = _sum_of_trials(power)
    counted = np.arange(density.shape[-1]) >= observed[..., np.newaxis]
    return {
        "expected": expected,
        "ratio": np.where(some, observed / np.where(some, expected, 1.0), np.nan),
        "x2": x2,
        "p_chi2": np.where(observed >= expected, p_chi2, 1 - p_chi2),
        "p_binomial": np.where(observed > 0, binomial, 1.0),
        "p_exact": (density * counted).sum(axis=-1),
    }


def _x2(observed: IntArray, expected: FloatArray, k: IntArray, inside: BoolArray) -> FloatArray:
    """Return the statistic; where E lies at an end of its range, 0 if O lies there too, else infinite."""
    usable = np.where(inside, expected, 0.5)
    value = (observed - usable) ** 2 * (1 / usable + 1 / (k - usable))
    result: FloatArray = np.where(inside, value, np.where(observed == expected, 0.0, np.inf))
    return result


def _sum_of_trials(power: FloatArray) -> FloatArray:
    """Return P(number of successes = 0 .. k), (..., k + 1), of independent trials with these probabilities (..., k)."""
    density = np.zeros((*power.shape[:-1], power.shape[-1] + 1))
    density[..., 0] = 1.0
    for i in range(power.shape[-1]):
        p = power[..., i, np.newaxis]
        more = density[..., :-1] * p
        density *= 1 - p
        density[..., 1:] += more
    return density
