"""Trim and fill: how many studies are missing on one side of the funnel, and the estimate with them filled in.

Duval & Tweedie 2000, Biometrics 56:455 and JASA 95:89. For studies missing on the left, the k0 largest effects are
trimmed, the others give the centre, the signed ranks around it give k0 again, until k0 stays; the trimmed studies are
then mirrored around the centre.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mscevidence.errors import StatisticsError
from mscevidence.stats.display import Row, Shown
from mscevidence.stats.inputs import FloatArray, choose, names
from mscevidence.stats.pooling import RandomEffects, random_effects
from mscevidence.stats.single import single_analysis
from mscevidence.stats.tau2 import ESTIMATORS as TAU2

ESTIMATORS = names({"L0": ("linear",), "R0": ("run",), "Q0": ("quadratic",)})
SIDES = names({"left": (), "right": ()})
_ROUNDS = 100


@dataclass(frozen=True, slots=True)
class TrimAndFill(Shown):
    """Number of missing studies and the pooled estimate with them.

    Attributes:
        estimator: `L0`, `R0` or `Q0`; `side`: where studies are missing.
        missing: k0; `missing_se`: its standard error, NaN if its variance formula is negative.
        p: test of no missing study, for `R0`; else NaN.
        yi, vi: (missing) the filled studies.
        observed, filled: pooled estimates without and with them.
        settled: whether k0 came to rest (else the rounds ended in a cycle).
    """

    _lead = "yi"

    estimator: str
    side: str
    missing: int
    missing_se: float
    p: float
    yi: FloatArray
    vi: FloatArray
    observed: RandomEffects
    filled: RandomEffects
    settled: bool

    def rows(self) -> list[Row]:
        """Return the pooled estimate without and with the filled studies."""
        both = (("observed", self.observed), ("filled", self.filled))
        return [{"studies": name} | row for name, fit in both for row in fit.rows()]

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what makes the result fragile."""
        said = ["Filled studies are not data: take the filled estimate as a sensitivity analysis, not as a correction."]
        if not self.settled:
            said.append("The number of missing studies did not come to rest: do not use this result.")
        return tuple(said)


def trim_and_fill(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    mask: ArrayLike | None = None,
    side: str | None = None,
    estimator: str = "L0",
    tau2_estimator: str = "REML",
    test: str = "z",
    level: float = 0.95,
) -> TrimAndFill:
    """Return the trim-and-fill analysis.

    Args:
        yi: (k) effect sizes.
        vi: (k) sampling variances.
        mask: (k) boolean, True where a study is present.
        side: `left` or `right`, where studies are thought to be missing; by default opposite to the tail of the
            funnel: left if effects grow with their standard error, right if they shrink.
        estimator: of the number of missing studies: `L0`, `R0` or `Q0`.
        tau2_estimator: of the pooling, as in `random_effects`; `EE` for the common-effect model.
        test: of the pooling of observed and of filled studies.
        level: level of their intervals.

    Raises:
        UnknownTermError: no such estimator, side or test.
        StatisticsError: fewer than 3 studies; `Q0` does not exist for these ranks.
    """
    y, v, _ = single_analysis(yi, vi, mask=mask, least=3)
    kind, tau2 = choose(estimator, ESTIMATORS, kind="estimator"), choose(tau2_estimator, TAU2, kind="tau2 estimator")
    where = _side(y, v) if side is None else choose(side, SIDES, kind="side")
    sign = 1.0 if where == "left" else -1.0
    order = np.argsort(sign * y, kind="stable")
    ascending, variance = sign * y[order], v[order]
    missing, raw, centre, settled = _rounds(ascending, variance, kind, tau2)
    tail = slice(ascending.size - missing, None)
    new_y = sign * (2 * centre - ascending[tail])
    observed, filled = (
        random_effects(a, b, estimator=tau2, test=test, level=level)
        for a, b in ((y, v), (np.concatenate([y, new_y]), np.concatenate([v, variance[tail]])))
    )
    return TrimAndFill(
        kind, where, missing, _standard_error(kind, y.size, raw), 0.5 ** (missing + 1) if kind == "R0" else np.nan,
        new_y, variance[tail].copy(), observed, filled, settled,
    )  # fmt: skip


def _side(y: FloatArray, v: FloatArray) -> str:
    """Return the side opposite to the tail: the sign of the weighted regression of y on the standard error."""
    w, x = 1 / v, np.sqrt(v)
    x = x - (w * x).sum() / w.sum()
    return "left" if (w * x * y).sum() >= 0 else "right"


def _rounds(y: FloatArray, v: FloatArray, kind: str, tau2: str) -> tuple[int, float, float, bool]:
    """Return k0, k0 before rounding, the centre of the others, and whether k0 came to rest."""
    missing, k = 0, y.size
    for _ in range(_ROUNDS):
        kept = k - missing
        centre = float(random_effects(y[:kept], v[:kept], estimator=tau2, test="z").mu)
        raw = _count(y - centre, kind)
        found = min(max(0, round(raw)), k - 1)
        if found == missing:
            return missing, raw, centre, True
        missing = found
    return missing, raw, centre, False


def _count(deviation: FloatArray, kind: str) -> float:
    """Return k0 from the signed ranks of the deviations (Duval & Tweedie 2000, JASA, eq. 4.1 to 4.3), not rounded."""
    k = deviation.size
    rank = np.empty(k)
    rank[np.argsort(np.abs(deviation), kind="stable")] = np.arange(1, k + 1)
    if kind == "R0":
        return float(k - rank[deviation < 0].max(initial=0.0) - 1)
    positive = float(rank[deviation > 0].sum())
    if kind == "L0":
        return (4 * positive - k * (k + 1)) / (2 * k - 1)
    root = 2 * k**2 - 4 * positive + 0.25
    if root < 0:
        raise StatisticsError(
            "Q0 does not exist for these studies: the positive ranks sum to more than it can explain",
            hint="use L0 or R0, or the other side",
        )
    return k - 0.5 - float(np.sqrt(root))


def _standard_error(kind: str, k: int, m: float) -> float:
    """Return the standard error at k0 = m, not rounded (Duval & Tweedie 2000, JASA, section 4)."""
    if kind == "R0":
        return float(np.sqrt(2 * max(m, 0.0) + 2))
    variance = (
        k * (k + 1) * (2 * k + 1) + 10 * m**3 + 27 * m**2 + 17 * m
        - 18 * k * m**2 - 18 * k * m + 6 * k**2 * m
    ) / 24  # fmt: skip
    if kind == "L0":
        return float(4 * np.sqrt(variance) / (2 * k - 1)) if variance >= 0 else np.nan
    slope = (k - 0.5) ** 2 - m * (2 * k - m - 1)
    return float(2 * np.sqrt(variance / slope)) if variance >= 0 and slope > 0 else np.nan
