"""Statistics of evidence synthesis: arrays in, frozen result objects out. Depends on numpy and scipy alone.

Studies are on the last axis; leading axes are a batch of analyses, and a boolean `mask` says which studies each of
them has, so that leave-one-out, cumulative and all-subset analyses are one call::

    sizes = logit(events=[8, 7, 4, 2], n=[18, 7, 4, 2])
    pooled = random_effects(sizes.yi, sizes.vi, mask=sizes.mask)
    model = proportion_glmm([8, 7, 4, 2], [18, 7, 4, 2])

Names are imported when they are first used, so that importing this package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mscevidence.stats.glmm import ProportionGlmm, proportion_glmm
    from mscevidence.stats.intervals import Interval, rate_intervals, study_intervals, wald_intervals
    from mscevidence.stats.measures import EffectSizes, effect_sizes, logit, meta_effect_sizes
    from mscevidence.stats.pooling import RandomEffects, random_effects
    from mscevidence.stats.prediction import prediction_interval
    from mscevidence.stats.subgroups import QBetween, subgroup_difference
    from mscevidence.stats.tau2_intervals import QInterval, Tau2Interval, q_interval, tau2_interval
    from mscevidence.stats.transformation import back_transform, harmonic_mean

_HOMES = {
    "transformation": ("back_transform", "harmonic_mean"),
    "measures": ("EffectSizes", "effect_sizes", "logit", "meta_effect_sizes"),
    "glmm": ("ProportionGlmm", "proportion_glmm"),
    "intervals": ("Interval", "rate_intervals", "study_intervals", "wald_intervals"),
    "prediction": ("prediction_interval",),
    "pooling": ("RandomEffects", "random_effects"),
    "subgroups": ("QBetween", "subgroup_difference"),
    "tau2_intervals": ("QInterval", "Tau2Interval", "q_interval", "tau2_interval"),
}
_HOME = {name: module for module, exported in _HOMES.items() for name in exported}

__all__ = [
    "EffectSizes",
    "Interval",
    "ProportionGlmm",
    "QBetween",
    "QInterval",
    "RandomEffects",
    "Tau2Interval",
    "back_transform",
    "effect_sizes",
    "harmonic_mean",
    "logit",
    "meta_effect_sizes",
    "prediction_interval",
    "proportion_glmm",
    "q_interval",
    "random_effects",
    "rate_intervals",
    "study_intervals",
    "subgroup_difference",
    "tau2_interval",
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
