"""Pooling two-group counts without a model for each study: Mantel-Haenszel and Peto.

With cells a, b of n1 and c, d of n2 and N = n1 + n2 in each study. Sources: Mantel & Haenszel 1959, JNCI 22:719;
Robins, Breslow & Greenland 1986, Biometrics 42:311 (odds ratio); Greenland & Robins 1985, Biometrics 41:55 (risk
ratio); Sato 1989, Biometrics 45:1323 (risk difference); Rothman, Greenland & Lash 2008, Modern Epidemiology, ch. 15
(rates); Breslow & Day 1980 and Tarone 1985, Biometrika 72:91 (homogeneity); Yusuf et al. 1985, Prog Cardiovasc Dis
27:335 (Peto).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mscevidence.errors import StatisticsError
from mscevidence.stats import diagnosis
from mscevidence.stats.correction import Options, amount
from mscevidence.stats.display import Shown
from mscevidence.stats.distributions import chi2_tail, critical_value, two_sided_p
from mscevidence.stats.gaps import rows_without_studies
from mscevidence.stats.homogeneity import Cells, homogeneity
from mscevidence.stats.inputs import (
    BoolArray,
    FloatArray,
    IntArray,
    aligned,
    choose,
    names,
    plain,
    positive,
    refuse,
    tail,
)
from mscevidence.stats.measures import MEASURES, checked_columns, effect_sizes

POOLED = names(
    {
        "OR": ("odds-ratio",),
        "RR": ("risk-ratio", "relative-risk"),
        "RD": ("risk-difference",),
        "IRR": ("rate-ratio", "incidence-rate-ratio"),
        "IRD": ("rate-difference", "incidence-rate-difference"),
    }
)


@dataclass(frozen=True, slots=True)
class MantelHaenszel(Shown):
    """A pooled estimate or a batch of them; fields have the leading shape of the input, scalars for a single analysis.

    Attributes:
        measure: code; `level`: of the interval.
        mu, se, statistic, p, lower, upper: pooled estimate (log for ratios) and its normal inference; NaN where a
        margin is empty. q, q_df, q_p: heterogeneity of the studies' own estimates around mu; `i2`, `h2` from it.
        cmh, cmh_p: Cochran-Mantel-Haenszel test (rates: Mantel-Haenszel test); `cochran`, `cochran_p`: with N in
        place of N - 1. breslow_day, tarone, homogeneity_df, ..._p: tests of equal odds ratios; NaN for other measures.
        weights: (..., k) percent; `raw_weights`: as they enter the sums.
        k: studies; `k_yi`: with an estimate of their own; `k_pos`: with events and non-events.
    """

    measure: str
    level: float
    mu: FloatArray
    se: FloatArray
    statistic: FloatArray
    p: FloatArray
    lower: FloatArray
    upper: FloatArray
    q: FloatArray
    q_df: IntArray
    q_p: FloatArray
    i2: FloatArray
    h2: FloatArray
    cmh: FloatArray
    cmh_p: FloatArray
    cochran: FloatArray
    cochran_p: FloatArray
    breslow_day: FloatArray
    breslow_day_p: FloatArray
    tarone: FloatArray
    tarone_p: FloatArray
    homogeneity_df: IntArray
    weights: FloatArray
    raw_weights: FloatArray
    k: IntArray
    k_yi: IntArray
    k_pos: IntArray

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what makes the result fragile; empty when nothing does."""
        no_estimate = "There is no estimate: one group, or both, have no event or only events."
        no_error = "There is no standard error: every patient, or none, has the event."
        mu, se, k = np.asarray(self.mu), np.asarray(self.se), np.asarray(self.k)
        findings = [(np.isnan(mu), no_estimate), (~np.isnan(mu) & np.isnan(se), no_error)]
        return diagnosis.sentences([*findings, *diagnosis.dominance(np.asarray(self.weights), k)])


def mantel_haenszel(
    measure: str,
    *,
    add: tuple[float, float] = (0.5, 0.0),
    to: tuple[str, str] = ("only0", "none"),
    drop00: tuple[bool, bool] = (True, False),
    correct: bool = True,
    level: float = 0.95,
    mask: ArrayLike | None = None,
    **data: ArrayLike,
) -> MantelHaenszel:
    """Return the Mantel-Haenszel estimate.

    Args:
        measure: `OR`, `RR`, `RD` (events1, n1, events2, n2), `IRR`, `IRD` (events1, time1, events2, time2), or an
            alias.
        add: continuity correction for the studies' own estimates (which only enter Q), and for pooling (by default
            none).
        to: which studies get it, likewise; see `effect_sizes`.
        drop00: whether studies with no event, or only events, in both groups are left out, likewise.
        correct: continuity correction of the Cochran-Mantel-Haenszel test.
        level: of the confidence interval.
        mask: (..., k) boolean, True where a study is present.
        data: (..., k) columns.

    Raises:
        UnknownTermError: no such measure or rule.
        StatisticsError: unusable values, no study left.
    """
    code, alpha = choose(measure, POOLED, kind="measure of Mantel-Haenszel"), tail(level)
    columns, present = checked_columns(code, data, mask)
    counts = dict(data)
    own = effect_sizes(code, add=add[0], to=to[0], drop00=drop00[0], vtype="LS", correct=True, mask=mask, **counts)
    cells, used = _cells(code, columns, present, Options(add[1], to[1], drop00[1]))
    if not used.any():
        raise StatisticsError("no study is left for pooling: all are masked out or without information")
    with np.errstate(divide="ignore", invalid="ignore"):
        values = (_rates if code in {"IRR", "IRD"} else _tables)(code, cells, used, correct)
        raw = values["raw_weights"]
        values["weights"] = 100 * raw / raw.sum(axis=-1, keepdims=True)
        values |= _inference(values["mu"], values.pop("variance"), alpha)
        values |= _heterogeneity(own.yi, own.vi, own.mask, values["mu"])
    sizes = {"k": used.sum(axis=-1), "k_yi": own.mask.sum(axis=-1)}
    whole = {name: plain(np.asarray(values.pop(name), dtype=np.int64)) for name in ("q_df", "homogeneity_df", "k_pos")}
    whole |= {name: plain(value.astype(np.int64)) for name, value in sizes.items()}
    return MantelHaenszel(measure=code, level=level, **{n: plain(value) for n, value in values.items()}, **whole)


def _cells(code: str, data: dict[str, FloatArray], present: BoolArray, options: Options) -> tuple[Cells, BoolArray]:
    """Return a, b, c, d (rates: x1, t1, x2, t2), corrected, zero for absent studies, and which studies are used."""
    rates = MEASURES[code].columns[1] == "time1"
    a, c = data["events1"], data["events2"]
    first, second = (data["time1"], data["time2"]) if rates else (data["n1"] - a, data["n2"] - c)
    empty = (a == 0) & (c == 0)
    zero = (a == 0) | (c == 0)
    if not rates:
        empty |= (first == 0) & (second == 0)
        zero |= (first == 0) | (second == 0)
    used = present & ~(empty & options.drop00)
    plus = amount(zero, used, options)
    other = 0.0 if rates else plus
    a, first, c, second = (np.where(used, value, 0.0) for value in (a + plus, first + other, c + plus, second + other))
    return (a, first, c, second), used


def _tables(code: str, cells: Cells, used: BoolArray, correct: bool) -> dict[str, FloatArray]:
    a, b, c, d = cells
    n1, n2 = a + b, c + d
    total = np.where(used, n1 + n2, 1.0)
    values = {"OR": _odds_ratio, "RR": _risk_ratio, "RD": _risk_difference}[code]((a, b, c, d), total)
    expected = n1 * (a + c) / total
    margin = n1 * n2 * (a + c) * (b + d) / total**2
    hypergeometric = np.where(total > 1, margin / np.maximum(total - 1, 1e-300), 0.0).sum(axis=-1)
    difference = np.abs((a - expected).sum(axis=-1))
    shift = 0.5 if correct else 0.0
    for name, variance in (("cmh", hypergeometric), ("cochran", (margin / total).sum(axis=-1))):
        statistic = np.where(variance > 0, (difference - shift) ** 2 / variance, np.nan)
        values |= {name: statistic, f"{name}_p": chi2_tail(statistic, 1)}
    mixed = used & (a + c > 0) & (b + d > 0)
    nothing = np.full_like(difference, np.nan)
    k_pos = mixed.sum(axis=-1)
    values |= {"k_pos": k_pos, "homogeneity_df": k_pos - 1}
    if code != "OR":
        return values | dict.fromkeys(("breslow_day", "breslow_day_p", "tarone", "tarone_p"), nothing)
    return values | homogeneity((a, b, c, d), mixed, values["mu"])


def _odds_ratio(cells: Cells, total: FloatArray) -> dict[str, FloatArray]:
    a, b, c, d = cells
    r, s = a * d / total, b * c / total
    p, q = (a + d) / total, (b + c) / total
    top, bottom = r.sum(axis=-1), s.sum(axis=-1)
    variance = (
        (p * r).sum(axis=-1) / top**2 + (p * s + q * r).sum(axis=-1) / (top * bottom) + (q * s).sum(axis=-1) / bottom**2
    ) / 2
    return {"mu": np.log(top / bottom), "variance": variance, "raw_weights": s}


def _risk_ratio(cells: Cells, total: FloatArray) -> dict[str, FloatArray]:
    a, b, c, d = cells
    n1, n2 = a + b, c + d
    r, s = a * n2 / total, c * n1 / total
    top, bottom = r.sum(axis=-1), s.sum(axis=-1)
    variance = ((n1 * n2 * (a + c) - a * c * total) / total**2).sum(axis=-1) / (top * bottom)
    return {"mu": np.log(top / bottom), "variance": variance, "raw_weights": s}


def _risk_difference(cells: Cells, total: FloatArray) -> dict[str, FloatArray]:
    a, b, c, d = cells
    n1, n2 = a + b, c + d
    weight = n1 * n2 / total
    size = weight.sum(axis=-1)
    mu = ((a * n2 - c * n1) / total).sum(axis=-1) / size
    f1, f2 = n1 / total, n2 / total
    slope = (c * f1**2 - a * f2**2 + f1 * f2 * (n2 - n1) / 2).sum(axis=-1)
    rest = ((a * d + c * b) / total).sum(axis=-1) / 2
    return {"mu": mu, "variance": (mu * slope + rest) / size**2, "raw_weights": weight}


def _rates(code: str, cells: Cells, used: BoolArray, correct: bool) -> dict[str, FloatArray]:
    x1, t1, x2, t2 = cells
    total = np.where(used, t1 + t2, 1.0)
    weight = t1 * t2 / total
    test = _rate_test(cells, total, correct)
    if code == "IRR":
        r, s = x1 * t2 / total, x2 * t1 / total
        top, bottom = r.sum(axis=-1), s.sum(axis=-1)
        variance = ((x1 + x2) * weight / total).sum(axis=-1) / (top * bottom)
        return test | {"mu": np.log(top / bottom), "variance": variance, "raw_weights": s}
    size = weight.sum(axis=-1)
    mu = ((x1 * t2 - x2 * t1) / total).sum(axis=-1) / size
    variance = ((x1 * t2**2 + x2 * t1**2) / total**2).sum(axis=-1) / size**2
    return test | {"mu": mu, "variance": variance, "raw_weights": weight}


def _rate_test(cells: Cells, total: FloatArray, correct: bool) -> dict[str, FloatArray]:
    x1, t1, x2, t2 = cells
    events = x1 + x2
    difference = np.abs((x1 - t1 * events / total).sum(axis=-1)) - (0.5 if correct else 0.0)
    statistic = difference**2 / (events * t1 * t2 / total**2).sum(axis=-1)
    nothing = np.full_like(statistic, np.nan)
    absent = ("cochran", "cochran_p", "breslow_day", "breslow_day_p", "tarone", "tarone_p")
    k_pos = (events > 0).sum(axis=-1)
    values = {"cmh": statistic, "cmh_p": chi2_tail(statistic, 1), "k_pos": k_pos, "homogeneity_df": k_pos - 1}
    return values | dict.fromkeys(absent, nothing)


def _inference(mu: FloatArray, variance: FloatArray, alpha: float) -> dict[str, FloatArray]:
    mu = np.where(np.isfinite(mu) & np.isfinite(variance), mu, np.nan)
    se = np.where(np.isnan(mu) | ~(variance > 0), np.nan, np.sqrt(variance))
    half = critical_value(alpha, np.inf) * se
    statistic = mu / se
    p = two_sided_p(statistic, np.inf)
    return {"mu": mu, "se": se, "statistic": statistic, "p": p, "lower": mu - half, "upper": mu + half}


def _heterogeneity(y: FloatArray, v: FloatArray, mask: BoolArray, mu: FloatArray) -> dict[str, FloatArray]:
    """Return Q of the studies' own estimates around mu, with I2 and H2."""
    q = np.where(mask, (y - mu[..., np.newaxis]) ** 2 / v, 0.0).sum(axis=-1)
    df = mask.sum(axis=-1) - 1
    q = np.where(df >= 1, q, 0.0)
    i2 = np.where(df >= 1, 100 * np.maximum(0.0, (q - df) / q), 0.0)
    h2 = np.where(df >= 1, q / df, 1.0)
    return {"q": q, "q_df": df, "q_p": chi2_tail(q, df), "i2": i2, "h2": h2}


@rows_without_studies()
def greenland_robins_se(
    events1: ArrayLike, n1: ArrayLike, events2: ArrayLike, n2: ArrayLike, *, mask: ArrayLike | None = None
) -> FloatArray:
    """Return the standard error of the Mantel-Haenszel risk difference of Greenland & Robins 1985, as R's meta uses it.

    Args:
        events1: (..., k) events, here possibly with a continuity correction, so not only whole numbers.
        n1: (..., k) patients of group 1.
        events2: (..., k) events of group 2.
        n2: (..., k) patients of group 2.
        mask: (..., k) boolean, True where a study is present.

    Raises:
        StatisticsError: values that are not finite, groups without patients, more events than patients.
    """
    columns, present = aligned(mask, events1=events1, n1=n1, events2=events2, n2=n2)
    for name in ("n1", "n2"):
        positive(name, columns[name], present)
    for events, n in (("events1", "n1"), ("events2", "n2")):
        wrong = present & ((columns[events] < 0) | (columns[events] > columns[n]))
        refuse(wrong, columns[events], f"{events} must lie between 0 and {n}")
    if not present.any(axis=-1).all():
        raise StatisticsError("no study is left: all are masked out")
    a, m1, c, m2 = (np.where(present, values, 1.0) for values in columns.values())
    total = m1 + m2
    size = np.where(present, m1 * m2 / total, 0.0).sum(axis=-1)
    part = (a * (m1 - a) * m2**3 + c * (m2 - c) * m1**3) / (m1 * m2 * total**2)
    return plain(np.sqrt(np.where(present, part, 0.0).sum(axis=-1)) / size)  # type: ignore[no-any-return]
