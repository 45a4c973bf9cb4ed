"""Families 03 and 04: normal-normal pooling and tau2 intervals, from reference case to library call and back."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from adapters_counts import columns
from conformance import Case
from scipy.special import ndtri

from mscevidence.stats.glmm import proportion_glmm
from mscevidence.stats.measures import meta_effect_sizes
from mscevidence.stats.pooling import RandomEffects, random_effects
from mscevidence.stats.prediction import prediction_interval
from mscevidence.stats.tau2_intervals import q_interval, tau2_interval
from mscevidence.stats.transformation import back_transform, harmonic_mean


def metaprop_glmm_case(case: Case) -> dict[str, Any]:
    x, n, level = case.column("xi"), case.column("ni"), case.args["level"]
    fit = proportion_glmm(x, n, nodes=7, test="z", level=level)
    half = -float(ndtri((1 - level) / 2)) * fit.common_se
    got: dict[str, Any] = {
        "k": fit.k, "tau2": fit.tau2, "Q_df": fit.lrt_df, "df_predict": fit.k - 1,
        "TE_common": fit.common_mu, "seTE_common": fit.common_se,
        "lower_common": fit.common_mu - half, "upper_common": fit.common_mu + half,
        "TE_random": fit.mu, "seTE_random": fit.se, "lower_random": fit.lower, "upper_random": fit.upper,
    }  # fmt: skip
    got["lower_predict"], got["upper_predict"] = prediction_interval(
        fit.mu, fit.se, fit.tau2, df=fit.df, k=fit.k, kind="t", level=level
    )
    return got | {target: back_transform(got[key], "logit") for target, key in METAPROP.items()}


def tau2_case(case: Case) -> dict[str, Any]:
    if case.source.startswith("meta::metagen"):
        return metagen_case(case)
    yi, vi, args = case.column("yi"), case.column("vi"), case.args
    found = tau2_interval(yi, vi, method=args["type"], estimator=args.get("method", "REML"), level=args["level"])
    # R searches up to this limit only and then says "> limit"; the library finds the bound itself, as `refined` does.
    limit = max(100.0, 10 * float(found.tau2))
    sign, beyond = "<" if found.null_set else "", found.upper > limit
    upper = limit if beyond and "tau2_ub" not in case.refined else found.upper
    v = found.typical_variance
    return {
        "tau2": found.tau2, "tau2_lb": found.lower, "tau2_ub": upper,
        "tau_lb": np.sqrt(found.lower), "tau_ub": np.sqrt(upper),
        "I2": found.i2, "I2_lb": found.i2_lower, "I2_ub": 100 * upper / (upper + v) if beyond else found.i2_upper,
        "H2": found.h2, "H2_lb": found.h2_lower, "H2_ub": upper / v + 1 if beyond else found.h2_upper,
        "typical_variance": v, "null_set": bool(found.null_set), "lb_sign": sign, "ub_sign": ">" if beyond else sign,
    }  # fmt: skip


def metagen_case(case: Case) -> dict[str, Any]:
    yi, vi, args = case.column("yi"), case.column("vi"), case.args
    fit = random_effects(yi, vi, estimator=args["method_tau"], test="z", level=args["level"])
    found = q_interval(fit.q, fit.k, level=args["level"])
    several = fit.k > 1
    return {
        "tau2": fit.tau2 if several else None, "Q": fit.q, "Q_df": fit.q_df, "Q_p": fit.q_p if several else None,
        "H": found.h, "H_lb": found.h_lower, "H_ub": found.h_upper,
        "I2": found.i2, "I2_lb": found.i2_lower, "I2_ub": found.i2_upper,
        "Rb": 100 * fit.tau2 / (fit.k * fit.se**2) if several else None,
    }  # fmt: skip


META_PREDICTION = {
    "V": ("t", "default"), "HTS": ("t", "pr"), "HK": ("knha", "default"), "HK-PR": ("knha", "pr"),
    "KR": ("kr", "default"), "KR-PR": ("kr", "pr"), "S": ("z", "default"),
}  # fmt: skip
META_TESTS = {"": "knha", "se": "adhoc", "ci": "hk-ci", "IQWiG6": "hk-iqwig"}


def prediction_case(case: Case) -> dict[str, Any]:
    yi, vi, args = case.column("yi"), case.column("vi"), case.args
    if "predtype" in args:
        fit = random_effects(yi, vi, estimator=args["method"], test=args["test"], level=args["level"])
        lower, upper = fit.prediction(args["predtype"])
        return {"pred": fit.mu, "se": fit.se, "ci_lb": fit.lower, "ci_ub": fit.upper, "pi_lb": lower, "pi_ub": upper}
    if "method_random_ci" in args:
        return meta_random_ci(case)
    test, kind = META_PREDICTION[args["method_predict"]]
    fit = random_effects(yi, vi, estimator=args["method_tau"], test=test, level=args["level"])
    lower, upper = fit.prediction(kind)
    df = float(fit.df) - (kind == "pr")
    if fit.k == 1 or np.isnan(lower):
        nothing = dict.fromkeys(("se_predict", "df", "lower", "upper"))
        return {"TE": fit.mu, "tau2": fit.tau2 if fit.k > 1 else None, "method_used": "", **nothing}
    return {
        "TE": fit.mu, "tau2": fit.tau2, "se_predict": np.sqrt(fit.se**2 + fit.tau2), "df": df, "lower": lower,
        "upper": upper, "method_used": args["method_predict"],
    }  # fmt: skip


def meta_random_ci(case: Case) -> dict[str, Any]:
    args, method = case.args, case.args["method_random_ci"]
    test = {"classic": "z", "KR": "kr"}.get(method) or META_TESTS[args["adhoc_hakn_ci"]]
    fit = random_effects(
        case.column("yi"), case.column("vi"), estimator=args["method_tau"], test=test, level=args["level"]
    )
    return {
        "TE": fit.mu, "tau2": fit.tau2 if fit.k > 1 else None, "se": fit.se, "df": float(fit.df), "stat": fit.statistic,
        "pval": fit.p, "lower": fit.lower, "upper": fit.upper, "method_used": method if fit.k > 1 else "classic",
    }  # fmt: skip


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
        return metaprop_glmm_case(case)
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
