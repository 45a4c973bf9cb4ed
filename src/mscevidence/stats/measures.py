"""Counts, rates and means of each study to an effect size `yi` and its sampling variance `vi`.

One entry point, `effect_sizes(measure, ...)`, with metafor's codes and readable aliases; `logit` is the shortcut for
the most used one. Conventions (which studies are corrected, which variance) are arguments, so that published analyses
can be reproduced.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mscevidence.errors import StatisticsError
from mscevidence.stats import means, one_group, two_group
from mscevidence.stats.correction import Options
from mscevidence.stats.display import Shown
from mscevidence.stats.inputs import BoolArray, FloatArray, aligned, choose, counts, names, positive, refuse, whole


@dataclass(frozen=True, slots=True)
class EffectSizes(Shown):
    """Effect sizes of the studies of one or more analyses.

    Attributes:
        measure: metafor code, such as `PLO`.
        yi: (..., k) effect sizes on the analysis scale (log, logit, ...); NaN where `mask` is False.
        vi: (..., k) sampling variances; NaN where `mask` is False.
        mask: (..., k) True where the study is present and has an estimate. Hand it to `random_effects`.
        notes: sentences on corrected studies and on studies without an estimate.
    """

    measure: str
    yi: FloatArray
    vi: FloatArray
    mask: BoolArray
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Measure:
    """What a measure needs: its data columns, its correction by default, its variance types, its function."""

    columns: tuple[str, ...]
    convert: Callable[[str, dict[str, FloatArray], BoolArray, Options], tuple[FloatArray, FloatArray]]
    add: float = 0.5
    vtypes: tuple[str, ...] = ("LS",)


_PROPORTION, _RATE = ("events", "n"), ("events", "time")
_TABLE, _RATES = ("events1", "n1", "events2", "n2"), ("events1", "time1", "events2", "time2")
_TWO_MEANS = ("mean1", "sd1", "n1", "mean2", "sd2", "n2")
_CHANGE = ("mean1", "sd1", "mean2", "sd2", "n", "correlation")

MEASURES: dict[str, Measure] = {
    "PR": Measure(_PROPORTION, one_group.proportion, vtypes=("LS", "UB", "AV")),
    "PLN": Measure(_PROPORTION, one_group.proportion, vtypes=("LS", "AV")),
    "PLO": Measure(_PROPORTION, one_group.proportion, vtypes=("LS", "AV")),
    "PAS": Measure(_PROPORTION, one_group.proportion, add=0.0),
    "PFT": Measure(_PROPORTION, one_group.proportion, add=0.0),
    "IR": Measure(_RATE, one_group.rate),
    "IRLN": Measure(_RATE, one_group.rate),
    "IRS": Measure(_RATE, one_group.rate, add=0.0),
    "IRFT": Measure(_RATE, one_group.rate, add=0.0),
    "OR": Measure(_TABLE, two_group.table, vtypes=("LS", "AV")),
    "RR": Measure(_TABLE, two_group.table, vtypes=("LS", "AV")),
    "RD": Measure(_TABLE, two_group.table, vtypes=("LS", "AV")),
    "AS": Measure(_TABLE, two_group.table, add=0.0),
    "PETO": Measure(_TABLE, two_group.table),
    "IRR": Measure(_RATES, two_group.rates),
    "IRD": Measure(_RATES, two_group.rates),
    "IRSD": Measure(_RATES, two_group.rates, add=0.0),
    "MN": Measure(("mean", "sd", "n"), means.one_mean),
    "MNLN": Measure(("mean", "sd", "n"), means.one_mean),
    "MD": Measure(_TWO_MEANS, means.two_means, vtypes=("LS", "HO")),
    "SMD": Measure(_TWO_MEANS, means.two_means, vtypes=("LS", "UB")),
    "SMDH": Measure(_TWO_MEANS, means.two_means),
    "ROM": Measure(_TWO_MEANS, means.two_means),
    "MC": Measure(_CHANGE, means.change),
    "SMCC": Measure(_CHANGE, means.change),
    "SMCR": Measure(_CHANGE, means.change),
    "ROMC": Measure(_CHANGE, means.change),
}

MEASURE_NAMES = names(
    {
        "PR": ("proportion", "raw-proportion", "PRAW"),
        "PLN": ("log-proportion", "log"),
        "PLO": ("logit", "logit-proportion", "PLOGIT"),
        "PAS": ("arcsine", "arcsine-proportion"),
        "PFT": ("freeman-tukey", "double-arcsine"),
        "IR": ("rate", "incidence-rate"),
        "IRLN": ("log-rate",),
        "IRS": ("square-root-rate",),
        "IRFT": ("freeman-tukey-rate",),
        "OR": ("odds-ratio",),
        "RR": ("risk-ratio", "relative-risk"),
        "RD": ("risk-difference",),
        "AS": ("arcsine-difference", "ASD"),
        "PETO": ("peto-odds-ratio",),
        "IRR": ("rate-ratio", "incidence-rate-ratio"),
        "IRD": ("rate-difference", "incidence-rate-difference"),
        "IRSD": ("square-root-rate-difference",),
        "MN": ("mean",),
        "MNLN": ("log-mean",),
        "MD": ("mean-difference",),
        "SMD": ("standardized-mean-difference", "hedges-g"),
        "SMDH": ("standardized-mean-difference-unequal-variances",),
        "ROM": ("ratio-of-means",),
        "MC": ("mean-change",),
        "SMCC": ("standardized-mean-change-change-score",),
        "SMCR": ("standardized-mean-change-raw-score",),
        "ROMC": ("ratio-of-means-change",),
    }
)


def effect_sizes(
    measure: str,
    *,
    add: float | None = None,
    to: str = "only0",
    drop00: bool = False,
    vtype: str = "LS",
    correct: bool = True,
    mask: ArrayLike | None = None,
    **data: ArrayLike,
) -> EffectSizes:
    """Return effect sizes and sampling variances of the studies.

    Args:
        measure: metafor code or alias: `PLO` or `logit`, `OR` or `odds-ratio`, ...
        add: continuity correction c; by default 0.5, and 0 for PAS, PFT, IRS, IRFT, AS and IRSD, which need none.
        to: which studies get it: `only0`, `if0all`, `all`, `none`.
        drop00: leave out two-group studies with no events, or only events, in both groups.
        vtype: `LS` (usual large-sample variance), `UB` (unbiased), `AV` (from the pooled proportion), `HO` (equal
            variances).
        correct: small-sample bias correction of SMD, SMDH, ROM, SMCC, SMCR, ROMC.
        mask: (..., k) boolean, True where a study is present.
        data: (..., k) columns the measure needs: `events, n` (proportions), `events, time` (rates), `events1, n1,
            events2, n2` (tables), `events1, time1, events2, time2`, `mean, sd, n`, `mean1, sd1, n1, mean2, sd2, n2`, or
            `mean1, sd1, mean2, sd2, n, correlation`.

    Returns:
        `EffectSizes`; a study whose estimate does not exist (such as a logit of 0/n without correction) is masked and
        named.

    Raises:
        UnknownTermError: no such measure, rule or variance type.
        StatisticsError: missing columns or unusable values.
    """
    code = choose(measure, MEASURE_NAMES, kind="measure")
    spec = MEASURES[code]
    variance = choose(vtype, names(dict.fromkeys(spec.vtypes, ())), kind=f"variance type of {code}")
    columns, present = _columns(code, spec, data, mask)
    options = Options(spec.add if add is None else _correction(add), to, drop00, variance, correct)
    with np.errstate(divide="ignore", invalid="ignore"):
        yi, vi = spec.convert(code, columns, present, options)
    return _result(code, yi, vi, present)


def meta_effect_sizes(
    measure: str, *, add: float = 0.5, mask: ArrayLike | None = None, **data: ArrayLike
) -> EffectSizes:
    """Return effect sizes under the correction rules of the R package meta (`metaprop`, `metarate`, `metabin`).

    They differ from `effect_sizes` for `PLN`, `PR`, `IR` and `IRLN`; see `one_group.meta_proportion`. Arguments,
    result and errors are those of `effect_sizes`.
    """
    code = choose(measure, MEASURE_NAMES, kind="measure")
    spec = MEASURES[code]
    conventions: dict[tuple[str, ...], Callable[..., tuple[FloatArray, FloatArray]]]
    conventions = {_PROPORTION: one_group.meta_proportion, _RATE: one_group.meta_rate, _TABLE: two_group.meta_table}
    if spec.columns not in conventions or code in {"AS", "PETO"}:
        raise StatisticsError(f"meta has no correction rule of its own for {code}", hint="use effect_sizes")
    columns, present = _columns(code, spec, data, mask)
    convert = conventions[spec.columns]
    with np.errstate(divide="ignore", invalid="ignore"):
        yi, vi = convert(code, *columns.values(), add=_correction(add))
    return _result(code, yi, vi, present)


def logit(
    events: ArrayLike, n: ArrayLike, *, add: float = 0.5, to: str = "only0", mask: ArrayLike | None = None
) -> EffectSizes:
    """Return log(p/(1-p)) and its variance for `events` of `n`; shortcut for `effect_sizes("PLO", ...)`."""
    return effect_sizes("PLO", events=events, n=n, add=add, to=to, mask=mask)


def checked_columns(
    code: str, data: dict[str, ArrayLike], mask: ArrayLike | None
) -> tuple[dict[str, FloatArray], BoolArray]:
    """Return the columns of the measure `code`, checked (absent studies hold 1), and which studies are present.

    Raises:
        StatisticsError: missing columns or unusable values.
    """
    return _columns(code, MEASURES[code], data, mask)


def _correction(add: float) -> float:
    if not 0 <= add < np.inf:
        raise StatisticsError(f"add must not be negative, got {add:g}")
    return float(add)


def _columns(
    code: str, spec: Measure, data: dict[str, ArrayLike], mask: ArrayLike | None
) -> tuple[dict[str, FloatArray], BoolArray]:
    if set(data) != set(spec.columns):
        given = ", ".join(sorted(data)) or "nothing"
        raise StatisticsError(f"{code} needs {', '.join(spec.columns)}; given: {given}")
    columns, present = aligned(mask, **{name: data[name] for name in spec.columns})
    columns = {name: np.where(present, values, 1.0) for name, values in columns.items()}
    _check(columns, present)
    return columns, present


def _check(columns: dict[str, FloatArray], present: BoolArray) -> None:
    for suffix in ("", "1", "2"):
        events, n = columns.get(f"events{suffix}"), columns.get(f"n{suffix}")
        if events is not None and n is not None:
            counts(events, n, present, suffix=suffix)
        elif events is not None:
            whole(f"events{suffix}", events, present)
        elif n is not None:
            whole(f"n{suffix}", n, present)
            refuse(present & (n < 2), n, f"n{suffix} must be at least 2")
    for name, values in columns.items():
        if name.startswith("time"):
            positive(name, values, present)
        elif name.startswith("sd"):
            refuse(present & (values < 0), values, f"{name} must not be negative")
        elif name == "correlation":
            refuse(present & (np.abs(values) > 1), values, "correlation must lie between -1 and 1")


def _result(code: str, yi: FloatArray, vi: FloatArray, present: BoolArray) -> EffectSizes:
    usable = present & np.isfinite(yi) & np.isfinite(vi)
    lost = present & ~usable
    notes: tuple[str, ...] = ()
    if lost.any():
        which = sorted({int(i) + 1 for i in np.nonzero(lost)[-1]})
        shown = ", ".join(str(i) for i in which[:10]) + (" and more" if len(which) > 10 else "")
        notes = (f"{code} cannot be calculated for study {shown}: it is left out.",)
    return EffectSizes(code, np.where(usable, yi, np.nan), np.where(usable, vi, np.nan), usable, notes)
