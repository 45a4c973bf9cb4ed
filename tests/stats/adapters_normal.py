"""Families 03 and 04: normal-normal pooling and tau2 intervals, from reference case to library call and back."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from adapters_counts import columns
from conformance import Case

from mscevidence.stats.measures import meta_effect_sizes
from mscevidence.stats.pooling import RandomEffects, random_effects
from mscevidence.stats.transformation import back_transform, harmonic_mean

METAPROP = {
    "prop_common": "TE_common", "prop_common_lower": "lower_common", "prop_common_upper": "upper_common",
    "prop_random": "TE_random", "prop_random_lower": "lower_random", "prop_random_upper": "upper_random",
    "prop_predict_lower": "lower_predict", "prop_predict_upper": "upper_predict",
}  # fmt: skip


def finite(value: Any) -> float | None:
    """Infinite degrees of freedom are null in the reference."""
    return float(value) if math.isfinite(value) else None


def pooled_case(case: Case) -> dict[str, Any]:
    return metaprop_case(case) if case.source.startswith("meta::metaprop") else rma_case(case)


def rma_fit(case: Case) -> RandomEffects:
    args = case.args
    weights = np.ones(1) if args.get("weighted") is False else None
    if "weights" in case.data:
        weights = case.column("weights")
    return random_effects(
        case.column("yi"),
        case.column("vi"),
        estimator=args["method"],
        test=args["test"],
        level=args["level"],
        weights=weights,
        tau2=args.get("tau2_fixed"),
    )


def rma_case(case: Case) -> dict[str, Any]:
    fit = rma_fit(case)
    got: dict[str, Any] = {
        "k": fit.k, "beta": fit.mu, "se": fit.se, "stat": fit.statistic, "pval": fit.p, "ci_lb": fit.lower, "ci_ub":
        fit.upper, "df": finite(fit.df), "tau2": fit.tau2, "se_tau2": fit.se_tau2, "I2": fit.i2, "H2": fit.h2, "Q":
        fit.q, "Q_df": fit.q_df, "Q_p": fit.q_p, "logLik": fit.log_likelihood, "AIC": fit.aic, "BIC": fit.bic, "AICc":
        fit.aicc, "pi_lb": fit.pi_lower, "pi_ub": fit.pi_upper, "weights_pct": fit.weights,
    }  # fmt: skip
    for kind in ("simple", "riley", "t"):
        got[f"pi_lb_{kind}"], got[f"pi_ub_{kind}"] = fit.prediction(kind)
    n = harmonic_mean(case.column("ni")) if "ni" in case.data else None
    got["n_harmonic"] = n
    for key, value in (
        ("est_bt", "beta"),
        ("ci_lb_bt", "ci_lb"),
        ("ci_ub_bt", "ci_ub"),
        ("pi_lb_bt", "pi_lb"),
        ("pi_ub_bt", "pi_ub"),
    ):
        if key in case.expect:
            got[key] = back_transform(got[value], case.args["measure"], n=n)
    return got


def metaprop_case(case: Case) -> dict[str, Any]:
    if case.args["method"] == "GLMM":
        raise NotImplementedError
    measure, data, level = case.args["sm"], columns(case), case.args["level"]
    sizes = meta_effect_sizes(measure, add=case.args["incr"], **data)
    common, random = (
        random_effects(sizes.yi, sizes.vi, mask=sizes.mask, estimator=estimator, test="z", level=level)
        for estimator in ("EE", case.args["method_tau"])
    )
    got: dict[str, Any] = {"k": random.k, "Q": common.q, "Q_df": common.q_df, "I2": common.i2}
    got["tau2"] = random.tau2 if random.k > 1 else None
    for name, fit in (("common", common), ("random", random)):
        got |= {f"TE_{name}": fit.mu, f"seTE_{name}": fit.se, f"lower_{name}": fit.lower, f"upper_{name}": fit.upper}
    got["df_predict"] = random.k - 1 if random.k > 1 else None
    got["lower_predict"], got["upper_predict"] = random.prediction("t") if random.k > 1 else (None, None)
    n = harmonic_mean(data["n"])
    for target, key in METAPROP.items():
        got[target] = None if got[key] is None else back_transform(got[key], measure, n=n)
    return got
