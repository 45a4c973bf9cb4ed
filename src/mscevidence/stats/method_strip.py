"""The every-method strip: one single-arm question answered by all sensible methods, and whether they agree.

Two-step methods pool a transformed proportion of each study, 0.5 added only to studies with no event or only events
where the scale needs it; the others keep the binomial likelihood. For tiny trials these differ by more than their
intervals admit (Stijnen, Hamza & Özdemir 2010, Stat Med 29:3046; Lin & Chu 2020, Health Sci Rep 3:e178).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mscevidence.errors import StatisticsError
from mscevidence.stats import diagnosis
from mscevidence.stats.bayes_proportion import BayesianProportion, beta_binomial, binomial_normal
from mscevidence.stats.display import Row, Shown, table
from mscevidence.stats.glmm import proportion_glmm
from mscevidence.stats.inputs import BoolArray, FloatArray, aligned, counts, tail
from mscevidence.stats.intervals import study_intervals
from mscevidence.stats.measures import effect_sizes
from mscevidence.stats.pooling import random_effects
from mscevidence.stats.transformation import back_transform, harmonic_mean

SCALES = {"PLO": "logit", "PLN": "log", "PAS": "arcsine", "PFT": "Freeman-Tukey", "PR": "raw"}
TESTS = {"z": "z", "t": "t", "knha": "HK", "adhoc": "HK ad hoc"}
LARGE_SHIFT = 0.10
"""Estimates that lie further apart than this (ten percentage points) would be read differently."""
ROUNDING = 1e-6
"""Back-transformed estimates of identical studies differ in the last digits; that is no disagreement."""
CORRECTED = frozenset({"PLO", "PLN", "PR"})
COLUMNS = (
    "proportion", "lower", "upper", "prediction_lower", "prediction_upper", "mu", "se", "tau2", "i2", "q", "q_df",
    "q_p", "log_likelihood",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class StripMethod:
    """A method of the strip: `GLMM`, a tau2 estimator or a Bayesian model, with scale and test (empty for Bayes)."""

    model: str
    measure: str = ""
    test: str = ""

    @property
    def name(self) -> str:
        """The method in a few characters, such as ``REML, logit, HK``."""
        if not self.measure:
            return f"Bayes, {self.model}"
        return ", ".join((self.model, SCALES[self.measure], TESTS[self.test]))


CLASSICAL = (
    StripMethod("GLMM", "PLO", "t"), StripMethod("GLMM", "PLO", "z"), StripMethod("REML", "PLO", "knha"),
    StripMethod("REML", "PLO", "adhoc"), StripMethod("PM", "PLO", "knha"), StripMethod("ML", "PLO", "z"),
    StripMethod("DL", "PLO", "z"), StripMethod("SJ", "PLO", "knha"), StripMethod("EE", "PLO", "z"),
    StripMethod("REML", "PLN", "knha"), StripMethod("REML", "PAS", "knha"), StripMethod("REML", "PFT", "knha"),
    StripMethod("REML", "PR", "knha"),
)  # fmt: skip
"""What the strip runs, the default first."""
BAYESIAN = (StripMethod("binomial-normal"), StripMethod("beta-binomial"))
"""Its Bayesian models, with their default priors; estimates are posterior medians."""


@dataclass(frozen=True, slots=True)
class EveryMethod(Shown):
    """One row per method; NaN where a method gives no number.

    Attributes:
        methods: what was run; method: their names.
        proportion, lower, upper: pooled proportion and its interval (Bayes: median and credible interval).
        prediction_lower, prediction_upper: of the true proportion in a new study.
        mu, se: on the analysis scale; tau2, i2 (percent), q, q_df, q_p: heterogeneity; log_likelihood.
        remarks: for each method, what makes its answer fragile, or why there is none.
        depends: whether the conclusion depends on the method; None with fewer than two answers.
        sentence: the same in words.
        level: of the intervals; k, events, n: studies, and their patients with the event and in all.
    """

    _lead = "proportion"
    _hidden = ("methods", "remarks")

    methods: tuple[StripMethod, ...]
    method: tuple[str, ...]
    proportion: FloatArray
    lower: FloatArray
    upper: FloatArray
    prediction_lower: FloatArray
    prediction_upper: FloatArray
    mu: FloatArray
    se: FloatArray
    tau2: FloatArray
    i2: FloatArray
    q: FloatArray
    q_df: FloatArray
    q_p: FloatArray
    log_likelihood: FloatArray
    remarks: tuple[tuple[str, ...], ...]
    depends: bool | None
    sentence: str
    level: float
    k: int
    events: int
    n: int

    @property
    def notes(self) -> tuple[str, ...]:
        """Whether the conclusion depends on the method, and why some methods have no answer."""
        silent = np.flatnonzero(np.isnan(self.proportion))
        why = dict.fromkeys(remark for i in silent for remark in self.remarks[i])
        return (f"Does the conclusion depend on the method? {self.sentence}", *why)

    def rows(self) -> list[Row]:
        """Return one row per method: proportion with interval and prediction interval, tau2."""
        names = ("method", "proportion", "lower", "upper", "prediction_lower", "prediction_upper", "tau2")
        return table({name: getattr(self, name) for name in names}, self.proportion.shape, item="method")

    def facts(self) -> Row:
        """Return the data in sum, and the level."""
        return {name: getattr(self, name) for name in ("k", "events", "n", "level")}


def every_method(
    events: ArrayLike, n: ArrayLike, *, mask: ArrayLike | None = None, level: float = 0.95, bayesian: bool = True
) -> EveryMethod:
    """Return what each sensible method says of a single-arm proportion, and whether the conclusion depends on it.

    This is a table about one question, without leading axes: its rows are the methods, its sentence compares them.

    Args:
        events: (k) patients with the event.
        n: (k) patients.
        mask: (k) boolean, True where a study is present.
        level: of all intervals.
        bayesian: whether the two Bayesian models are among the methods.

    Raises:
        StatisticsError: events > n, n < 1, negative or fractional counts, no study, several analyses at once.
    """
    tail(level)
    columns, present = aligned(mask, events=events, n=n)
    if present.ndim > 1:
        raise StatisticsError("the strip takes one analysis at a time", hint="call it once per analysis")
    counts(columns["events"], columns["n"], present)
    if not present.any():
        raise StatisticsError("no study is left: all are masked out")
    x, size = columns["events"][present], columns["n"][present]
    methods = (*CLASSICAL, *(BAYESIAN if bayesian else ()))
    answers, remarks = zip(*(_answer(method, x, size, level) for method in methods), strict=True)
    values = {name: np.array([answer.get(name, np.nan) for answer in answers]) for name in COLUMNS}
    names = tuple(method.name for method in methods)
    depends, sentence = dependence(names, values["proportion"], values["lower"], values["upper"])
    return EveryMethod(
        methods=methods, method=names, **values, remarks=remarks, depends=depends, sentence=sentence, level=level,
        k=int(x.size), events=int(x.sum()), n=int(size.sum()),
    )  # fmt: skip


def dependence(
    names: tuple[str, ...], proportion: FloatArray, lower: FloatArray, upper: FloatArray
) -> tuple[bool | None, str]:
    """Return whether methods disagree, and the sentence that says so.

    They disagree if two estimates lie more than ten percentage points apart or one lies outside another's interval.

    Args:
        names: of the methods (M).
        proportion: (M) their estimates, NaN where there is none; lower, upper: their intervals.
        lower: (M) lower limits.
        upper: (M) upper limits.
    """
    there = np.flatnonzero(np.isfinite(proportion))
    if there.size < 2:
        return None, "Fewer than two methods give an estimate."
    low, high = (int(there[pick(proportion[there])]) for pick in (np.argmin, np.argmax))
    span = f"from {100 * proportion[low]:.1f}% ({names[low]}) to {100 * proportion[high]:.1f}% ({names[high]})"
    outside = int(_outside(proportion[there], lower, upper).sum())
    if proportion[high] - proportion[low] <= LARGE_SHIFT and not outside:
        return False, f"No: the estimates range {span}, and each lies within every method's interval."
    why = f"; {outside} of {there.size} lie outside another method's interval" if outside else ""
    return True, f"Yes: the estimates range {span}{why}. State the method with the number."


def _outside(proportion: FloatArray, lower: FloatArray, upper: FloatArray) -> BoolArray:
    known = np.isfinite(lower) & np.isfinite(upper)
    below = proportion[:, np.newaxis] < lower[known] - ROUNDING
    above = proportion[:, np.newaxis] > upper[known] + ROUNDING
    return np.asarray((below | above).any(axis=1))


Answer = tuple[dict[str, float], tuple[str, ...]]


def _answer(method: StripMethod, x: FloatArray, n: FloatArray, level: float) -> Answer:
    """Return the numbers of a method by column, and its remarks; no numbers where it can not answer."""
    if not method.measure:
        return _bayes((binomial_normal if method.model == "binomial-normal" else beta_binomial)(x, n, level=level))
    if x.size == 1:
        return {}, ("One study: shown, not pooled.",)
    if x.sum() in (0, n.sum()):
        return {}, (boundary_sentence(x, n, level=level),)
    try:
        return (_glmm if method.model == "GLMM" else _two_step)(method, x, n, level)
    except StatisticsError as error:
        return {}, (error.message,)


def _bayes(fit: BayesianProportion) -> Answer:
    found = {
        "proportion": float(fit.mean.median), "lower": float(fit.mean.lower), "upper": float(fit.mean.upper),
        "prediction_lower": float(fit.new.lower), "prediction_upper": float(fit.new.upper),
    }  # fmt: skip
    if fit.model == "binomial-normal":
        found["tau2"] = float(fit.heterogeneity.median) ** 2
    return found, fit.notes


def _glmm(method: StripMethod, x: FloatArray, n: FloatArray, level: float) -> Answer:
    fit = proportion_glmm(x, n, test=method.test, level=level)
    found = _numbers(fit, method, n)
    return found | {"q": float(fit.lrt), "q_df": float(fit.lrt_df), "q_p": float(fit.lrt_p)}, fit.notes


def _two_step(method: StripMethod, x: FloatArray, n: FloatArray, level: float) -> Answer:
    sizes = effect_sizes(method.measure, events=x, n=n)
    fit = random_effects(
        sizes.yi, sizes.vi, mask=sizes.mask, estimator=method.model, test=method.test, level=level
    )  # fmt: skip
    said = [diagnosis.FREEMAN_TUKEY] if method.measure == "PFT" else []
    corrected = int(((x == 0) | (x == n)).sum()) if method.measure in CORRECTED else 0
    said += [f"0.5 was added to the cells of {corrected} of {x.size} studies."] if corrected else []
    found = _numbers(fit, method, n) | {name: float(getattr(fit, name)) for name in ("i2", "q", "q_df", "q_p")}
    return found, (*said, *fit.notes)


def _numbers(fit: Any, method: StripMethod, n: FloatArray) -> dict[str, float]:
    size = harmonic_mean(n) if method.measure == "PFT" else None

    def rate(value: Any) -> float:
        found = float(back_transform(value, method.measure, n=size))
        return min(max(found, 0.0), 1.0) if math.isfinite(found) else math.nan

    shown = {
        "proportion": fit.mu, "lower": fit.lower, "upper": fit.upper, "prediction_lower": fit.pi_lower,
        "prediction_upper": fit.pi_upper,
    }  # fmt: skip
    rates = {name: rate(value) for name, value in shown.items()}
    return rates | {name: float(getattr(fit, name)) for name in ("mu", "se", "tau2", "log_likelihood")}


def boundary_sentence(events: ArrayLike, n: ArrayLike, *, level: float = 0.95) -> str:
    """Return what can be said when no patient, or every patient, has the event: an exact limit of a common rate."""
    total, size = int(np.sum(events)), int(np.sum(n))
    limits = study_intervals(total, size, method="CP", level=level)
    what, limit = ("No event", limits.upper) if total == 0 else ("Only events", limits.lower)
    side = "at most" if total == 0 else "at least"
    return (
        f"{what} in any study ({total}/{size}): the maximum-likelihood rate lies on the boundary and is not pooled. "
        f"If all studies share one rate it is {side} {100 * float(np.ravel(limit)[0]):.1f}% "
        f"(exact {100 * level:g}% limit)."
    )
