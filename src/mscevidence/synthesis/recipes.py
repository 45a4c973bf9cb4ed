"""Recipes: how a question is pooled, by which method on which measure with which test, and how that reads.

Rates of one arm begin with the binomial-normal model on logits (Stijnen, Hamza & Ozdemir 2010, Stat Med 29:3046), odds
ratios with its counterpart for two arms, the exact conditional (hypergeometric-normal) model of the same paper; both
take zero events as they are. Beside them stands REML with the Hartung-Knapp interval (Hartung & Knapp 2001, Stat Med
20:3875), beside comparisons also Mantel-Haenszel.
"""

from __future__ import annotations

import dataclasses

from mscevidence.errors import StatisticsError
from mscevidence.model import COMPARISONS, INCIDENCES, Measure, Method, Question, Test

MEASURES: dict[Measure, str] = {
    "PLO": "logits",
    "PLN": "logs of rates",
    "PAS": "arcsine square roots",
    "PFT": "Freeman-Tukey double arcsines",
    "PR": "raw rates",
    "IRLN": "logs of incidence rates",
    "IR": "incidence rates",
    "IRS": "square roots of incidence rates",
    "OR": "log odds ratios",
    "RR": "log risk ratios",
    "RD": "risk differences",
}
CORRECTED = frozenset({"PLO", "PLN", "PR", "IRLN", "IR", *COMPARISONS})
"""Measures for which 0.5 is added to every cell of a study that has an empty one (of incidence: to no events)."""
SHORT_MEASURES: dict[Measure, str] = {
    "PLO": "logit",
    "PLN": "log",
    "PAS": "arcsine",
    "PFT": "Freeman-Tukey",
    "PR": "raw",
    "IRLN": "log incidence",
    "IR": "incidence",
    "IRS": "root incidence",
    "OR": "log OR",
    "RR": "log RR",
    "RD": "RD",
}
RATIOS: dict[Measure, str] = {"OR": "odds ratio", "RR": "risk ratio", "RD": "risk difference"}
INTERVALS: dict[Test, str] = {
    "z": "normal interval",
    "t": "t interval",
    "knha": "Hartung-Knapp interval",
    "adhoc": "Hartung-Knapp interval, never narrower than by the classic standard error",
}
SHORT_TESTS: dict[Test, str] = {"z": "z", "t": "t", "knha": "HK", "adhoc": "HK ad hoc"}
ESTIMATORS: dict[Method, str] = {
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
MODELS: dict[Method, str] = {
    "cm.el": "Exact conditional logistic model",
    "cm.al": "Approximate conditional logistic model",
    "um.fs": "Logistic model with fixed study effects",
    "um.rs": "Logistic model with random study effects",
}
"""Binomial models of two arms with a random treatment effect, by metafor's codes."""
NO_WEIGHTS = "the model has no weights; shown is the inverse variance of"
BINOMIAL = "binomial-normal model"
STRATIFIED: dict[Method, str] = {"mh": "Mantel-Haenszel", "peto": "Peto"}
"""Methods that assume one effect and need no correction."""

METHODS: dict[Measure, tuple[Method, ...]] = {
    "PLO": ("glmm", *ESTIMATORS),
    "IRLN": ("glmm", *ESTIMATORS),
    **dict.fromkeys(("PLN", "PAS", "PFT", "PR", "IR", "IRS"), tuple(ESTIMATORS)),
    "OR": (*MODELS, *STRATIFIED, *ESTIMATORS),
    **dict.fromkeys(("RR", "RD"), ("mh", *ESTIMATORS)),
}
"""The methods that each measure has, the one it begins with first."""


@dataclasses.dataclass(frozen=True)
class Recipe:
    """How to pool: method, measure and test; of incidence rates also the unit of the time at risk."""

    method: Method
    measure: Measure = "PLO"
    test: Test = "knha"
    time_unit: str = "year"

    @property
    def comparative(self) -> bool:
        """Return whether two arms are compared."""
        return self.measure in COMPARISONS

    @property
    def incidence(self) -> bool:
        """Return whether events are counted over time at risk."""
        return self.measure in INCIDENCES

    @property
    def has_model(self) -> bool:
        """Return whether the counts keep their likelihood, binomial or Poisson."""
        return self.method == "glmm" or self.method in MODELS

    @property
    def label(self) -> str:
        """Return the recipe as a reader finds it under a figure."""
        interval = INTERVALS[self.test]
        if self.method == "glmm":
            name = "Poisson-normal model of incidence" if self.incidence else "Logit GLMM"
            return f"{name} (maximum likelihood), {interval}"
        if self.method in MODELS:
            return f"{MODELS[self.method]} (maximum likelihood), {interval}"
        if self.method in STRATIFIED:
            return f"{STRATIFIED[self.method]} {RATIOS[self.measure]} (one effect, nothing added), {interval}"
        added = " (0.5 added only where needed)" if self.measure in CORRECTED else ""
        return f"{ESTIMATORS[self.method]} on {MEASURES[self.measure]}{added}, {interval}"

    @property
    def short(self) -> str:
        """Return the recipe in a few characters, such as ``REML, logit, HK``."""
        return ", ".join((self.method.upper(), SHORT_MEASURES[self.measure], SHORT_TESTS[self.test]))

    @property
    def weighting(self) -> str:
        """Return what the weights of the studies are under this recipe."""
        if self.method == "glmm":
            each = "log rate" if self.incidence else "logit"
            return f"{NO_WEIGHTS} each {each} at the pooled rate, tau² added"
        if self.method in MODELS:
            return f"{NO_WEIGHTS} each log odds ratio, tau² added"
        if self.method in STRATIFIED:
            return f"{STRATIFIED[self.method]} weights"
        return "inverse variance" if self.method == "ee" else "inverse variance, tau² added"


def recipe_of(question: Question) -> Recipe:
    """Return the recipe a question asks for.

    Raises:
        StatisticsError: a method that the measure does not have, a test that the method does not have, or a kind of
            control arm where nothing is compared; the hint names what there is.
    """
    method, measure = question.method, question.measure
    if question.control is not None and not question.comparative:
        raise StatisticsError(
            f"a control arm ({question.control}) is compared only by OR, RR or RD, not by {measure}",
            hint="add --measure OR, RR or RD, or leave --control away",
        )
    if method == "glmm" and measure == "OR":
        method = "cm.el"
    if method not in METHODS[measure]:
        raise _no_such_method(method, measure)
    tests = tests_of(method)
    if question.test is not None and question.test not in tests:
        others = ", or --method reml" if "knha" not in tests else ""
        raise StatisticsError(
            f"{_named(method)} has no {question.test} test", hint=f"use --test {' or '.join(tests)}{others}"
        )
    return Recipe(method, measure, question.test or tests[0], question.time_unit)


def tests_of(method: Method) -> tuple[Test, ...]:
    """Return the tests that a method has, the one it begins with first."""
    if method in STRATIFIED:
        return ("z",)
    return ("knha", "adhoc", "t", "z") if method in ESTIMATORS else ("t", "z")


def _no_such_method(method: Method, measure: Measure) -> StatisticsError:
    if method in MODELS or method in STRATIFIED:
        able = [name for name in RATIOS if method in METHODS[name]]
        return StatisticsError(
            f"{_named(method)} compares two arms by {', '.join(able)}, it does not pool {MEASURES[measure]}",
            hint=f"add --measure {' or '.join(able)}; methods for {measure}: {', '.join(METHODS[measure])}",
        )
    pools = "Poisson-normal model pools logs of rates" if measure in INCIDENCES else f"{BINOMIAL} pools logits"
    return StatisticsError(
        f"the {pools}, not {measure}",
        hint=f"add --method reml; methods for {measure}: {', '.join(METHODS[measure])}",
    )


def _named(method: Method) -> str:
    names = {"glmm": f"the {BINOMIAL}", "mh": "Mantel-Haenszel", "peto": "Peto's method"}
    return names.get(method) or MODELS.get(method, ESTIMATORS.get(method, method))


def recipes_beside(first: Recipe) -> tuple[Recipe, ...]:
    """Return the first recipe and what always stands beside it."""
    measure = first.measure
    one_arm: Measure = "IRLN" if first.incidence else "PLO"
    unit = first.time_unit
    usual = (
        *((Recipe("glmm", one_arm, "t", unit), Recipe("reml", one_arm, "knha", unit)) if not first.comparative else ()),
        *((Recipe("cm.el", "OR", "t"),) if measure == "OR" else ()),
        *((Recipe("reml", measure, "knha"), Recipe("mh", measure, "z")) if first.comparative else ()),
    )
    return (first, *(recipe for recipe in usual if (recipe.method, recipe.measure) != (first.method, first.measure)))


def scale_of_regressions(measure: Measure) -> Measure:
    """Return the scale on which the effects of an analysis are regressed: its own, or that of the model of counts."""
    if measure in COMPARISONS:
        return measure
    return "IRLN" if measure in INCIDENCES else "PLO"


def recipes_to_compare(asked: Recipe) -> tuple[Recipe, ...]:
    """Return every sensible recipe for the comparison of two arms or the incidence rates asked for, models first.

    The approximate conditional model is not among them: it holds only where events are rare.
    """
    measure, unit = asked.measure, asked.time_unit
    if asked.incidence:
        logs: tuple[tuple[Method, Test], ...] = (
            ("glmm", "t"), ("glmm", "z"), ("reml", "knha"), ("reml", "adhoc"), ("pm", "knha"), ("ml", "z"), ("dl", "z"),
            ("sj", "knha"), ("ee", "z"),
        )  # fmt: skip
        roots, raw = Recipe("reml", "IRS", "knha", unit), Recipe("reml", "IR", "knha", unit)
        return (*(Recipe(method, "IRLN", test, unit) for method, test in logs), roots, raw)
    models: tuple[tuple[Method, Test], ...] = (
        ("cm.el", "t"), ("cm.el", "z"), ("um.fs", "z"), ("um.rs", "z"), ("mh", "z"), ("peto", "z"),
    )  # fmt: skip
    others: tuple[tuple[Method, Test], ...] = (
        ("reml", "knha"), ("reml", "adhoc"), ("reml", "z"), ("pm", "knha"), ("sj", "knha"), ("dl", "z"), ("ee", "z"),
    )  # fmt: skip
    wanted = [(method, test) for method, test in (*models, *others) if method in METHODS[measure]]
    return tuple(Recipe(method, measure, test) for method, test in wanted)
