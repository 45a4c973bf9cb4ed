"""Trim and fill: how many studies are missing on one side of the funnel, and the estimate with them filled in.

Duval & Tweedie 2000, Biometrics 56:455 and JASA 95:89. For studies missing on the left, the k0 largest effects are
trimmed, the others give the centre, the signed ranks around it give k0 again, until k0 stays; the trimmed studies are
then mirrored around the centre.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mscevidence.errors import StatisticsError
from mscevidence.stats import diagnosis
from mscevidence.stats.display import Row, Shown
from mscevidence.stats.gaps import placed, spread
from mscevidence.stats.inputs import BoolArray, FloatArray, IntArray, aligned, choose, measured, names, plain
from mscevidence.stats.pooling import RandomEffects, random_effects
from mscevidence.stats.studies import inner, total
from mscevidence.stats.tau2 import ESTIMATORS as TAU2

ESTIMATORS = names({"L0": ("linear",), "R0": ("run",), "Q0": ("quadratic",)})
SIDES = names({"left": (), "right": ()})
_ROUNDS = 100
_LEAST = 3
FEW_STUDIES, NO_Q0 = "few-studies", "no-q0"


@dataclass(frozen=True, slots=True)
class TrimAndFill(Shown):
    """Number of missing studies and the pooled estimate with them.

    Every field but `estimator` has the leading shape (...) of the input in front; for a single analysis it is empty.

    Attributes:
        estimator: `L0`, `R0` or `Q0`; `side`: where studies are missing.
        status: `ok`, or why an analysis of a batch has no result (NaN, `missing` -1): `few-studies`, `no-q0`.
        missing: k0; `missing_se`: its standard error, NaN if its variance formula is negative.
        p: test of no missing study, for `R0`; else NaN.
        yi, vi: (..., missing) the filled studies; of a batch the first `missing` of as many as the analysis with most
            has, then NaN.
        observed, filled: pooled estimates without and with them.
        settled: whether k0 came to rest (else the rounds ended in a cycle).
    """

    _lead = "yi"

    estimator: str
    side: NDArray[np.str_]
    status: NDArray[np.str_]
    missing: IntArray
    missing_se: FloatArray
    p: FloatArray
    yi: FloatArray
    vi: FloatArray
    observed: RandomEffects
    filled: RandomEffects
    settled: BoolArray

    def rows(self) -> list[Row]:
        """Return the pooled estimate without and with the filled studies; of a batch for each analysis."""
        both = (("observed", self.observed), ("filled", self.filled))
        of_analysis = ("side", "missing", "missing_se", "p", "settled", "status") if np.ndim(self.missing) else ()
        known = {name: np.ravel(getattr(self, name)).tolist() for name in of_analysis}
        return [
            {"studies": name} | row | {f"k0_{key}": values[i] for key, values in known.items()}
            for name, fit in both
            for i, row in enumerate(fit.rows())
        ]

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what makes the result fragile."""
        status = np.asarray(self.status)
        few = f"Fewer than {_LEAST} studies: nothing can be trimmed."
        rest = "The number of missing studies did not come to rest: do not use this result."
        return (
            "Filled studies are not data: take the filled estimate as a sensitivity analysis, not as a correction.",
            *diagnosis.sentences(
                [
                    (status == FEW_STUDIES, few),
                    (status == NO_Q0, "Q0 does not exist: the positive ranks sum to more than it can explain."),
                    ((status == "ok") & ~np.asarray(self.settled), rest),
                ]
            ),
        )


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
    """Return the trim-and-fill analysis, of each analysis.

    One without a result is an error if there is no other; in a batch it has NaN and a `status`.

    Args:
        yi: (..., k) effect sizes.
        vi: (..., k) sampling variances.
        mask: (..., k) boolean, True where a study is present.
        side: `left` or `right`, where studies are thought to be missing; by default opposite to the tail of the
            funnel: left if effects grow with their standard error, right if they shrink.
        estimator: of the number of missing studies: `L0`, `R0` or `Q0`.
        tau2_estimator: of the pooling, as in `random_effects`; `EE` for the common-effect model.
        test: of the pooling of observed and of filled studies.
        level: level of their intervals.

    Raises:
        UnknownTermError: no such estimator, side or test.
        StatisticsError: unusable values; in every analysis fewer than 3 studies, or ranks for which `Q0` does
            not exist.
    """
    kind, tau2 = choose(estimator, ESTIMATORS, kind="estimator"), choose(tau2_estimator, TAU2, kind="tau2 estimator")
    given = None if side is None else choose(side, SIDES, kind="side")
    (y, v, present), usable = _checked(yi, vi, mask)
    where = _sides(y, v, present) if given is None else np.full(y.shape[:1], given)
    trimmed = _rounds(_ranked(where, y, v, present), kind, tau2)
    exists = np.isfinite(trimmed.raw)
    if not exists.any():
        raise StatisticsError(
            "Q0 does not exist for these studies: the positive ranks sum to more than it can explain",
            hint="use L0 or R0, or the other side",
        )
    status = np.where(usable, "ok", FEW_STUDIES)
    status[usable] = np.where(exists, "ok", NO_Q0)
    y, v, present = y[exists], v[exists], present[exists]
    where, trimmed = where[exists], trimmed.rows(exists)
    new_y, new_v = _mirrored(trimmed, where)
    all_y, all_v, both = (
        np.concatenate(pair, axis=-1) for pair in ((y, new_y), (v, new_v), (present, np.isfinite(new_y)))
    )
    options: dict[str, Any] = {"estimator": tau2, "test": test, "level": level}
    observed, filled = random_effects(y, v, mask=present, **options), random_effects(all_y, all_v, mask=both, **options)
    good, none = np.asarray(status == "ok"), np.full(trimmed.raw.shape, np.nan)
    values = {
        "side": (where, ""), "missing": (trimmed.missing, -1), "settled": (trimmed.settled, False),
        "missing_se": (_standard_error(kind, trimmed.k, trimmed.raw), np.nan),
        "p": (0.5 ** (trimmed.missing + 1) if kind == "R0" else none, np.nan),
        "yi": (new_y, np.nan), "vi": (new_v, np.nan),
    }  # fmt: skip
    return TrimAndFill(
        kind, status=plain(status), observed=placed(observed, good), filled=placed(filled, good),
        **{name: spread(part, good, nothing) for name, (part, nothing) in values.items()},
    )  # fmt: skip


def _checked(
    yi: ArrayLike, vi: ArrayLike, mask: ArrayLike | None
) -> tuple[tuple[FloatArray, FloatArray, BoolArray], BoolArray]:
    """Return effects, variances and presence (B, k) of the analyses with enough studies, and which (...) these are."""
    columns, present = aligned(mask, yi=yi, vi=vi)
    measured(columns["yi"], columns["vi"], present)
    k = np.asarray(present.sum(axis=-1))
    usable = np.asarray(k >= _LEAST)
    if not usable.any():
        raise StatisticsError(f"{k.max(initial=0)} studies are too few: this method needs at least {_LEAST}")
    there = present[usable]
    y, v = (np.where(there, columns[name][usable], absent) for name, absent in (("yi", 0.0), ("vi", 1.0)))
    return (y, v, there), usable


def _sides(y: FloatArray, v: FloatArray, present: BoolArray) -> NDArray[np.str_]:
    """Return the sides opposite to the tail: the sign of the weighted regression of y on the standard error."""
    w, x = present / v, np.sqrt(v)
    x = x - (inner(w, x) / total(w))[:, np.newaxis]
    return np.where(inner(w * x, y) >= 0, "left", "right")


class _Trimmed(NamedTuple):
    """Studies (B, k) by how far they lie on the side of the tail, absent ones last, and k0.

    Attributes:
        y, v: effects, turned so that the tail is on the right, and variances; `k`: number of present studies.
        missing: k0; `raw`: the same before rounding, NaN if it does not exist; `centre`: of the other studies.
        settled: whether k0 came to rest.
    """

    y: FloatArray
    v: FloatArray
    k: IntArray
    missing: IntArray
    raw: FloatArray
    centre: FloatArray
    settled: BoolArray

    def rows(self, index: Any) -> _Trimmed:
        """Return the analyses of `index`."""
        return _Trimmed(*(part[index] for part in self))


def _ranked(where: NDArray[np.str_], y: FloatArray, v: FloatArray, present: BoolArray) -> _Trimmed:
    """Return the studies in order, nothing trimmed yet."""
    turned = np.where(where == "left", 1.0, -1.0)[:, np.newaxis] * y
    order = np.argsort(np.where(present, turned, np.inf), axis=-1, kind="stable")
    none, unknown = np.zeros(y.shape[0], dtype=np.int64), np.full(y.shape[0], np.nan)
    ascending, variance = (np.take_along_axis(part, order, axis=-1) for part in (turned, v))
    return _Trimmed(ascending, variance, present.sum(axis=-1), none, unknown, unknown, none > 0)


def _rounds(start: _Trimmed, kind: str, tau2: str) -> _Trimmed:
    """Return the studies trimmed until k0 stays, or does not exist, in every analysis."""
    missing, raw, centre, settled = (
        start.missing.copy(), start.raw.copy(), start.centre.copy(), start.settled.copy()
    )  # fmt: skip
    place, moving = np.arange(start.y.shape[1]), np.arange(start.k.size)
    for _ in range(_ROUNDS):
        y, v, k = start.y[moving], start.v[moving], start.k[moving]
        kept = place < (k - missing[moving])[:, np.newaxis]
        centre[moving] = random_effects(y, v, mask=kept, estimator=tau2, test="z").mu
        raw[moving] = _count(y - centre[moving, np.newaxis], place < k[:, np.newaxis], kind)
        exists = np.isfinite(raw[moving])
        found = np.clip(np.rint(np.where(exists, raw[moving], 0.0)), 0, k - 1).astype(np.int64)
        settled[moving] = exists & (found == missing[moving])
        missing[moving] = found
        moving = moving[exists & ~settled[moving]]
        if not moving.size:
            break
    return start._replace(missing=missing, raw=raw, centre=centre, settled=settled)


def _mirrored(trimmed: _Trimmed, where: NDArray[np.str_]) -> tuple[FloatArray, FloatArray]:
    """Return effects and variances (B, largest k0) of the trimmed studies mirrored around the centre, then NaN."""
    place, missing = np.arange(trimmed.missing.max()), trimmed.missing[:, np.newaxis]
    source = np.minimum(trimmed.k[:, np.newaxis] - missing + place, trimmed.y.shape[1] - 1)
    y, v = (np.take_along_axis(part, source, axis=-1) for part in (trimmed.y, trimmed.v))
    sign = np.where(where == "left", 1.0, -1.0)[:, np.newaxis]
    filled = sign * (2 * trimmed.centre[:, np.newaxis] - y)
    return np.where(place < missing, filled, np.nan), np.where(place < missing, v, np.nan)


def _count(deviation: FloatArray, present: BoolArray, kind: str) -> FloatArray:
    """Return k0 from the signed ranks of the deviations, not rounded; NaN where Q0 does not exist.

    Source: Duval & Tweedie 2000, JASA, eq. 4.1 to 4.3.
    """
    k = present.sum(axis=-1)
    order = np.argsort(np.where(present, np.abs(deviation), np.inf), axis=-1, kind="stable")
    rank = np.empty(deviation.shape)
    np.put_along_axis(rank, order, np.arange(1.0, deviation.shape[-1] + 1)[np.newaxis], axis=-1)
    if kind == "R0":
        longest = np.where(present & (deviation < 0), rank, 0.0).max(axis=-1)
        return np.asarray(k - longest - 1)
    positive = total(np.where(present & (deviation > 0), rank, 0.0))
    if kind == "L0":
        return np.asarray((4 * positive - k * (k + 1)) / (2 * k - 1))
    root = 2 * k**2 - 4 * positive + 0.25
    return np.asarray(k - 0.5 - np.sqrt(np.where(root < 0, np.nan, root)))


def _standard_error(kind: str, k: IntArray, m: FloatArray) -> FloatArray:
    """Return the standard error at k0 = m, not rounded (Duval & Tweedie 2000, JASA, section 4)."""
    if kind == "R0":
        return np.asarray(np.sqrt(2 * np.maximum(m, 0.0) + 2))
    variance = (
        k * (k + 1) * (2 * k + 1) + 10 * m**3 + 27 * m**2 + 17 * m
        - 18 * k * m**2 - 18 * k * m + 6 * k**2 * m
    ) / 24  # fmt: skip
    root = np.sqrt(np.where(variance >= 0, variance, np.nan))
    if kind == "L0":
        return np.asarray(4 * root / (2 * k - 1))
    slope = (k - 0.5) ** 2 - m * (2 * k - m - 1)
    return np.asarray(2 * root / np.sqrt(np.where(slope > 0, slope, np.nan)))
