"""Each method's answer for one set of studies, as an `Estimate` without NaN and with plain notes.

Default for a single-arm rate is the binomial-normal model on the logit scale by maximum likelihood (Stijnen, Hamza &
Ozdemir 2010, Stat Med 29:3046); beside it stands REML on logits with 0.5 added only to studies that need it and the
Hartung-Knapp interval (Hartung & Knapp 2001, Stat Med 20:3875). One study is shown, not pooled.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mscevidence.errors import StatisticsError
from mscevidence.model import Estimate, Measure, Method, Question, Test
from mscevidence.stats.diagnosis import FREEMAN_TUKEY

Counts = NDArray[np.int64]

SCALES: dict[str, str] = {
    "PLO": "logits (0.5 added only where needed)",
    "PLN": "logs of rates (0.5 added only where needed)",
    "PAS": "arcsine square roots",
    "PFT": "Freeman-Tukey double arcsines",
    "PR": "raw rates (0.5 added only where needed)",
}
INTERVALS: dict[str, str] = {
    "z": "normal interval",
    "t": "t interval",
    "knha": "Hartung-Knapp interval",
    "adhoc": "Hartung-Knapp interval, never narrower than by the classic standard error",
}
SHORT_SCALES: dict[str, str] = {
    "PLO": "logit",
    "PLN": "log",
    "PAS": "arcsine",
    "PFT": "Freeman-Tukey",
    "PR": "raw",
}
SHORT_TESTS: dict[str, str] = {"z": "z", "t": "t", "knha": "HK", "adhoc": "HK ad hoc"}
ESTIMATORS: dict[str, str] = {
    "ee": "Common effect",
    "dl": "DerSimonian-Laird",
    "he": "Hedges",
    "hs": "Hunter-Schmidt",
    "hsk": "Hunter-Schmidt, small-sample",
    "sj": "Sidik-Jonkman",
    "ml": "Maximum likelihood",
    "reml": "REML",
    "eb": "Empirical Bayes",
    "pm": "Paule-Mandel",
    "pmm": "Median-unbiased Paule-Mandel",
}
CORRECTED = frozenset({"PLO", "PLN", "PR"})


@dataclasses.dataclass(frozen=True)
class Recipe:
    """How to pool: method, measure and test."""

    method: Method
    measure: Measure = "PLO"
    test: Test = "knha"

    @property
    def label(self) -> str:
        """Return the recipe as a reader finds it under a figure."""
        if self.method == "glmm":
            return f"Logit GLMM (maximum likelihood), {INTERVALS[self.test]}"
        return f"{ESTIMATORS[self.method]} on {SCALES[self.measure]}, {INTERVALS[self.test]}"

    @property
    def short(self) -> str:
        """Return the recipe in a few characters, such as ``REML, logit, HK``."""
        return ", ".join((self.method.upper(), SHORT_SCALES[self.measure], SHORT_TESTS[self.test]))

    @property
    def weighting(self) -> str:
        """Return what the weights of the studies are under this recipe."""
        if self.method == "glmm":
            return (
                "the model has no weights; shown is the inverse variance of each logit at the pooled rate, tau² added"
            )
        return "inverse variance" if self.method == "ee" else "inverse variance, tau² added"


def recipe_of(question: Question) -> Recipe:
    """Return the recipe a question asks for.

    Raises:
        StatisticsError: a measure or test that the binomial-normal model does not have.
    """
    if question.method != "glmm":
        return Recipe(question.method, question.measure, question.test or "knha")
    if question.measure != "PLO":
        raise StatisticsError(
            f"the binomial-normal model pools logits, not {question.measure}",
            hint="add --method reml (or another estimator of tau2) for this measure",
        )
    if question.test in ("knha", "adhoc"):
        raise StatisticsError(
            f"the binomial-normal model has no {question.test} test", hint="use --test t or z, or --method reml"
        )
    return Recipe("glmm", "PLO", question.test or "t")


def recipes_beside(first: Recipe) -> tuple[Recipe, ...]:
    """Return the first recipe and what always stands beside it."""
    usual = (Recipe("glmm", "PLO", "t"), Recipe("reml", "PLO", "knha"))
    return (first, *(recipe for recipe in usual if (recipe.method, recipe.measure) != (first.method, first.measure)))


def estimate_with(recipe: Recipe, events: Counts, n: Counts, *, level: float) -> Estimate:
    """Return what a recipe makes of events out of n, one entry per study."""
    base: dict[str, Any] = {
        "method": recipe.method,
        "label": recipe.label,
        "k": len(n),
        "events": int(events.sum()),
        "patients": int(n.sum()),
    }
    if len(n) == 0:
        return Estimate(status="none", notes=("No study.",), **base)
    if len(n) == 1:
        return Estimate(status="single", notes=("One study: shown, not pooled.",), **base)
    if events.sum() in (0, n.sum()):
        from mscevidence.stats.method_strip import boundary_sentence

        return Estimate(status="boundary", notes=(boundary_sentence(events, n, level=level),), **base)
    try:
        return (_glmm if recipe.method == "glmm" else _two_step)(recipe, events, n, level, base)
    except StatisticsError as error:
        return Estimate(status="failed", notes=(error.message,), **base)


def _glmm(recipe: Recipe, events: Counts, n: Counts, level: float, base: dict[str, Any]) -> Estimate:
    from mscevidence import stats

    fit = stats.proportion_glmm(events, n, test=recipe.test, level=level)
    return Estimate(
        status="estimated",
        **base,
        **_rates(fit, recipe, n),
        q=_number(fit.lrt),
        q_df=_whole(fit.lrt_df),
        q_p=_number(fit.lrt_p),
        q_name="LR test",
        notes=tuple(fit.notes),
    )


def _two_step(recipe: Recipe, events: Counts, n: Counts, level: float, base: dict[str, Any]) -> Estimate:
    from mscevidence import stats

    sizes = stats.effect_sizes(recipe.measure, events=events, n=n)
    fit = stats.random_effects(
        sizes.yi, sizes.vi, mask=sizes.mask, estimator=recipe.method.upper().replace("HSK", "HSk"),
        test=recipe.test, level=level,
    )  # fmt: skip
    return Estimate(
        status="estimated",
        **base,
        **_rates(fit, recipe, n),
        i2=_number(fit.i2),
        q=_number(fit.q),
        q_df=_whole(fit.q_df),
        q_p=_number(fit.q_p),
        q_name="Q",
        notes=(*_notes(recipe, events, n), *fit.notes),
    )


def _notes(recipe: Recipe, events: Counts, n: Counts) -> list[str]:
    if recipe.measure == "PFT":
        return [FREEMAN_TUKEY]
    corrected = int(((events == 0) | (events == n)).sum())
    if recipe.measure in CORRECTED and corrected:
        return [f"0.5 was added to the cells of {corrected} of {len(n)} studies."]
    return []


def _rates(fit: Any, recipe: Recipe, n: Counts) -> dict[str, float | None]:
    """Return estimate, interval and prediction interval as proportions, and what stays on the analysis scale."""
    from mscevidence import stats

    size = stats.harmonic_mean(n) if recipe.measure == "PFT" else None

    def rate(value: Any) -> float | None:
        found = float(stats.back_transform(value, recipe.measure, n=size))
        return min(max(found, 0.0), 1.0) if math.isfinite(found) else None

    return {
        "mu": _number(fit.mu),
        "se": _number(fit.se),
        "proportion": rate(fit.mu),
        "lower": rate(fit.lower),
        "upper": rate(fit.upper),
        "prediction_lower": rate(fit.pi_lower),
        "prediction_upper": rate(fit.pi_upper),
        "tau2": _number(fit.tau2),
        "log_likelihood": _number(fit.log_likelihood),
    }


def row_weights(recipe: Recipe, events: Counts, n: Counts, estimate: Estimate) -> list[float | None]:
    """Return the weight of each study in per cent, None for all when nothing is pooled.

    Two-step methods: their own inverse-variance weights. GLMM: it has none; shown is 1/(1/(n p (1 - p)) + tau2) at the
    pooled rate p, the weight of the study's logit if its rate were p.
    """
    from mscevidence import stats

    if estimate.status != "estimated" or estimate.proportion is None or estimate.tau2 is None:
        return [None] * len(n)
    if recipe.method == "glmm":
        rate = min(max(estimate.proportion, 1e-6), 1 - 1e-6)
        variance = 1 / (n * rate * (1 - rate))
    else:
        variance = np.asarray(stats.effect_sizes(recipe.measure, events=events, n=n).vi, dtype=float)
    precision = 1 / (variance + estimate.tau2)
    return [float(share) for share in 100 * precision / precision.sum()]


def _number(value: Any) -> float | None:
    number = float(value)
    return number if math.isfinite(number) else None


def _whole(value: Any) -> int | None:
    number = float(value)
    return int(number) if math.isfinite(number) else None
