"""Statistics of evidence synthesis: arrays in, frozen result objects out. Depends on numpy and scipy alone.

Responses of four single-arm trials, 0.5 added only where a trial has no event or only events, pooled on the logit
scale:

>>> from mscevidence import stats
>>> sizes = stats.logit(events=[8, 7, 4, 2], n=[18, 7, 4, 9])
>>> pooled = stats.random_effects(sizes.yi, sizes.vi, mask=sizes.mask)
>>> print(f"{stats.back_transform(pooled.mu, 'logit'):.2f}, tau2 {pooled.tau2:.2f}")
0.62, tau2 2.10

With so few patients the binomial likelihood is the better model, and the choice of method matters:

>>> strip = stats.every_method([8, 7, 4, 2], [18, 7, 4, 9])
>>> strip.depends
True

Studies are on the last axis; leading axes are a batch of analyses, and a boolean `mask` says which studies each of
them has, so that leave-one-out, cumulative and all-subset analyses are one call:

>>> without = stats.random_effects(sizes.yi, sizes.vi, mask=stats.leave_one_out_mask(4))
>>> without.k.tolist()
[3, 3, 3, 3]

An analysis of a batch that has no study left is a row without a result (NaN, said in `notes`), or with a proper prior
the prior; it is an error if there is no other.

Every result has `rows()`, `frame()` (a pandas frame) and `notes`, sentences on what makes it fragile, and shows itself
in a terminal and in a notebook:

>>> print(stats.study_intervals([8, 2], [18, 9], method="wilson"))
Interval
study  estimate    lower   upper
    1    0.4444   0.2456  0.6628
    2    0.2222  0.06323  0.5474
level   0.95
method  WS

Names are imported when they are first used, so that importing this package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mscevidence.stats.bayes import BayesianPooling, bayesian_pooling
    from mscevidence.stats.bayes_proportion import BayesianProportion, beta_binomial, binomial_normal
    from mscevidence.stats.borrowing import Borrowing, borrow
    from mscevidence.stats.cluster_robust import RobustInference, robust
    from mscevidence.stats.count_bias import (
        deeks_test,
        harbord_test,
        macaskill_test,
        peters_test,
        pustejovsky_test,
        schwarzer_test,
    )
    from mscevidence.stats.deletion import Influence, Shrunken, influence, shrunken
    from mscevidence.stats.design import design_of
    from mscevidence.stats.dose_curve import DoseCurve, DoseResponse, dose_response
    from mscevidence.stats.fail_safe import FailSafeN, fail_safe_n
    from mscevidence.stats.funnel_filling import TrimAndFill, trim_and_fill
    from mscevidence.stats.funnel_regression import RegressionTest, regression_test
    from mscevidence.stats.glmm import ProportionGlmm, proportion_glmm
    from mscevidence.stats.intervals import Interval, rate_intervals, study_intervals, wald_intervals
    from mscevidence.stats.measures import EffectSizes, effect_sizes, logit, meta_effect_sizes
    from mscevidence.stats.method_strip import EveryMethod, every_method
    from mscevidence.stats.mixed_counts import CountGlmm, count_glmm
    from mscevidence.stats.moderators import MetaRegression, meta_regression
    from mscevidence.stats.nested import Multilevel, multilevel
    from mscevidence.stats.network import NetworkMetaAnalysis, network_meta_analysis
    from mscevidence.stats.network_arms import Contrasts, arm_contrasts
    from mscevidence.stats.network_consistency import (
        DesignInconsistency,
        DirectAndIndirect,
        design_inconsistency,
        direct_and_indirect,
    )
    from mscevidence.stats.network_rare import RareEventNetwork, rare_event_network
    from mscevidence.stats.peto import Peto, peto_odds_ratio
    from mscevidence.stats.pooling import RandomEffects, random_effects
    from mscevidence.stats.prediction import prediction_interval
    from mscevidence.stats.priors import BetaPrior, HalfCauchy, HalfNormal, NormalPrior, UniformTau
    from mscevidence.stats.rank_correlation import RankTest, rank_test
    from mscevidence.stats.rare_event_separation import SeparatedEvidence, separated_evidence
    from mscevidence.stats.significance_excess import ExcessSignificance, excess_significance
    from mscevidence.stats.step_selection import SelectionModel, selection_model
    from mscevidence.stats.stratified import MantelHaenszel, greenland_robins_se, mantel_haenszel
    from mscevidence.stats.subgroups import QBetween, SubgroupAnalysis, subgroup_analysis, subgroup_difference
    from mscevidence.stats.subsets import all_subsets, cumulative_mask, gosh_quantiles, leave_one_out_mask
    from mscevidence.stats.tau2_intervals import QInterval, Tau2Interval, q_interval, tau2_interval
    from mscevidence.stats.transformation import back_transform, harmonic_mean
    from mscevidence.stats.treatment_effects import TreatmentEffects, p_scores
    from mscevidence.stats.zero_events import (
        Bound,
        PooledBound,
        one_sided_limits,
        one_sided_rate_limits,
        patients_needed,
        pooled_bound,
        pooled_rate_bound,
        rule_of_three,
    )

_HOMES = {
    "method_strip": ("EveryMethod", "every_method"),
    "design": ("design_of",),
    "moderators": ("MetaRegression", "meta_regression"),
    "tau2_intervals": ("QInterval", "Tau2Interval", "q_interval", "tau2_interval"),
    "subgroups": ("QBetween", "SubgroupAnalysis", "subgroup_analysis", "subgroup_difference"),
    "subsets": ("all_subsets", "cumulative_mask", "gosh_quantiles", "leave_one_out_mask"),
    "deletion": ("Influence", "Shrunken", "influence", "shrunken"),
    "peto": ("Peto", "peto_odds_ratio"),
    "stratified": ("MantelHaenszel", "greenland_robins_se", "mantel_haenszel"),
    "mixed_counts": ("CountGlmm", "count_glmm"),
    "network": ("NetworkMetaAnalysis", "network_meta_analysis"),
    "treatment_effects": ("TreatmentEffects", "p_scores"),
    "network_arms": ("Contrasts", "arm_contrasts"),
    "network_consistency": (
        "DesignInconsistency",
        "DirectAndIndirect",
        "design_inconsistency",
        "direct_and_indirect",
    ),
    "network_rare": ("RareEventNetwork", "rare_event_network"),
    "rare_event_separation": ("SeparatedEvidence", "separated_evidence"),
    "borrowing": ("Borrowing", "borrow"),
    "dose_curve": ("DoseCurve", "DoseResponse", "dose_response"),
    "cluster_robust": ("RobustInference", "robust"),
    "nested": ("Multilevel", "multilevel"),
    "zero_events": (
        "Bound",
        "PooledBound",
        "one_sided_limits",
        "one_sided_rate_limits",
        "patients_needed",
        "pooled_bound",
        "pooled_rate_bound",
        "rule_of_three",
    ),
    "bayes_proportion": ("BayesianProportion", "beta_binomial", "binomial_normal"),
    "priors": ("BetaPrior", "HalfCauchy", "HalfNormal", "NormalPrior", "UniformTau"),
    "bayes": ("BayesianPooling", "bayesian_pooling"),
    "funnel_filling": ("TrimAndFill", "trim_and_fill"),
    "step_selection": ("SelectionModel", "selection_model"),
    "rank_correlation": ("RankTest", "rank_test"),
    "funnel_regression": ("RegressionTest", "regression_test"),
    "fail_safe": ("FailSafeN", "fail_safe_n"),
    "significance_excess": ("ExcessSignificance", "excess_significance"),
    "count_bias": (
        "deeks_test",
        "harbord_test",
        "macaskill_test",
        "peters_test",
        "pustejovsky_test",
        "schwarzer_test",
    ),
    "transformation": ("back_transform", "harmonic_mean"),
    "measures": ("EffectSizes", "effect_sizes", "logit", "meta_effect_sizes"),
    "glmm": ("ProportionGlmm", "proportion_glmm"),
    "intervals": ("Interval", "rate_intervals", "study_intervals", "wald_intervals"),
    "prediction": ("prediction_interval",),
    "pooling": ("RandomEffects", "random_effects"),
}
_HOME = {name: module for module, exported in _HOMES.items() for name in exported}

__all__ = [
    "BayesianPooling",
    "BayesianProportion",
    "BetaPrior",
    "Borrowing",
    "Bound",
    "Contrasts",
    "CountGlmm",
    "DesignInconsistency",
    "DirectAndIndirect",
    "DoseCurve",
    "DoseResponse",
    "EffectSizes",
    "EveryMethod",
    "ExcessSignificance",
    "FailSafeN",
    "HalfCauchy",
    "HalfNormal",
    "Influence",
    "Interval",
    "MantelHaenszel",
    "MetaRegression",
    "Multilevel",
    "NetworkMetaAnalysis",
    "NormalPrior",
    "Peto",
    "PooledBound",
    "ProportionGlmm",
    "QBetween",
    "QInterval",
    "RandomEffects",
    "RankTest",
    "RareEventNetwork",
    "RegressionTest",
    "RobustInference",
    "SelectionModel",
    "SeparatedEvidence",
    "Shrunken",
    "SubgroupAnalysis",
    "Tau2Interval",
    "TreatmentEffects",
    "TrimAndFill",
    "UniformTau",
    "all_subsets",
    "arm_contrasts",
    "back_transform",
    "bayesian_pooling",
    "beta_binomial",
    "binomial_normal",
    "borrow",
    "count_glmm",
    "cumulative_mask",
    "deeks_test",
    "design_inconsistency",
    "design_of",
    "direct_and_indirect",
    "dose_response",
    "effect_sizes",
    "every_method",
    "excess_significance",
    "fail_safe_n",
    "gosh_quantiles",
    "greenland_robins_se",
    "harbord_test",
    "harmonic_mean",
    "influence",
    "leave_one_out_mask",
    "logit",
    "macaskill_test",
    "mantel_haenszel",
    "meta_effect_sizes",
    "meta_regression",
    "multilevel",
    "network_meta_analysis",
    "one_sided_limits",
    "one_sided_rate_limits",
    "p_scores",
    "patients_needed",
    "peters_test",
    "peto_odds_ratio",
    "pooled_bound",
    "pooled_rate_bound",
    "prediction_interval",
    "proportion_glmm",
    "pustejovsky_test",
    "q_interval",
    "random_effects",
    "rank_test",
    "rare_event_network",
    "rate_intervals",
    "regression_test",
    "robust",
    "rule_of_three",
    "schwarzer_test",
    "selection_model",
    "separated_evidence",
    "shrunken",
    "study_intervals",
    "subgroup_analysis",
    "subgroup_difference",
    "tau2_interval",
    "trim_and_fill",
    "wald_intervals",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
