"""Family 08: subgroups, from reference case to library call and back."""

from __future__ import annotations

from typing import Any

import numpy as np
from adapters_counts import COLUMNS
from adapters_tables import pooled_difference
from conformance import Case
from scipy.special import ndtri

from mscevidence.stats.distributions import chi2_tail
from mscevidence.stats.glmm import proportion_glmm
from mscevidence.stats.measures import EffectSizes, effect_sizes, meta_effect_sizes
from mscevidence.stats.mixed_counts import count_glmm
from mscevidence.stats.pooling import random_effects
from mscevidence.stats.stratified import mantel_haenszel
from mscevidence.stats.subgroups import subgroup_analysis, subgroup_difference
from mscevidence.stats.tau2_intervals import q_interval


def subgroup_case(case: Case) -> dict[str, Any]:
    args = case.args
    if args["method"] == "GLMM":
        return glmm_subgroups(case)
    sizes, data = sizes_of(case)
    labels = case.data[args["subgroup"]]
    test = {"HK": "knha", "classic": "z"}[args["method_random_ci"]]
    found = subgroup_analysis(
        sizes.yi,
        sizes.vi,
        labels,
        estimator=args["method_tau"],
        test=test,
        common_tau2=args["tau_common"],
        level=args["level"],
    )
    common = [common_effect(case, sizes, data, mask) for mask in (*found.mask, np.ones(len(labels), dtype=bool))]
    mu, se = (np.array(column) for column in zip(*common, strict=True))
    half = -float(ndtri((1 - args["level"]) / 2)) * se[:-1]
    within, overall = found.groups, found.overall
    between = subgroup_difference(mu[:-1], se[:-1])
    return {
        "subgroups": list(found.labels), "k": within.k, "TE_common": mu[:-1], "seTE_common": se[:-1],
        "lower_common": mu[:-1] - half, "upper_common": mu[:-1] + half,
        "TE_random": within.mu, "seTE_random": within.se, "lower_random": within.lower, "upper_random": within.upper,
        "Q": within.q, "tau2": within.tau2, "I2": q_interval(within.q, within.k).i2,
        "overall_TE_common": mu[-1], "overall_seTE_common": se[-1],
        "overall_TE_random": overall.mu, "overall_seTE_random": overall.se, "overall_lower_random": overall.lower,
        "overall_upper_random": overall.upper, "overall_tau2": overall.tau2, "overall_Q": overall.q,
        "overall_I2": q_interval(overall.q, overall.k).i2,
        "Q_between_common": between.q, "Q_between_common_p": between.p,
        "Q_between_random": found.difference.q, "Q_between_random_p": found.difference.p,
        "Q_between_df": found.difference.df, "Q_within_common": within.q.sum(), "Q_within_df": int(within.q_df.sum()),
        "tau2_resid": found.common_tau2,
    }  # fmt: skip


def sizes_of(case: Case) -> tuple[EffectSizes, dict[str, Any]]:
    args = case.args
    if args["sm"] == "GEN":
        yi, vi = case.column("yi"), case.column("vi")
        return EffectSizes("GEN", yi, vi, np.ones(yi.size, dtype=bool)), {}
    data = {COLUMNS[name]: case.column(name) for name in case.data if name in COLUMNS}
    if args["method"] == "Peto":
        return effect_sizes("PETO", **data), data
    return meta_effect_sizes(args["sm"], add=args["incr"], **data), data


def common_effect(case: Case, sizes: EffectSizes, data: dict[str, Any], mask: Any) -> tuple[float, float]:
    if case.args["method"] == "MH" and case.args["sm"] == "RD":
        return pooled_difference(sizes, data, case.args["incr"], mask)[:2]
    if case.args["method"] == "MH":
        fit = mantel_haenszel(case.args["sm"], add=(0.5, 0.5), to=("only0", "only0"), mask=mask, **data)
        return float(fit.mu), float(fit.se)
    pooled = random_effects(sizes.yi, sizes.vi, mask=mask, estimator="EE", test="z")
    return float(pooled.mu), float(pooled.se)


def glmm_subgroups(case: Case) -> dict[str, Any]:
    x, n, level = case.column("xi"), case.column("ni"), case.args["level"]
    names = np.array([str(label) for label in case.data[case.args["subgroup"]]])
    labels = list(dict.fromkeys(names.tolist()))
    mask = np.stack([names == label for label in labels])
    fits: Any = proportion_glmm(x, n, mask=mask, nodes=7, test="z", level=level)
    overall = proportion_glmm(x, n, nodes=7, test="z", level=level)
    mu, se, lower, upper, tau2 = fits.mu, fits.se, fits.lower, fits.upper, fits.tau2
    between, random = subgroup_difference(fits.common_mu, fits.common_se), subgroup_difference(mu, se)
    resid, q, p = None, float(random.q), float(random.p)
    if case.args["tau_common"]:
        # One model; each subgroup in turn is the reference, so that the first coefficient is its own estimate.
        others = [mask[np.arange(len(labels)) != g].T for g in range(len(labels))]
        models = [count_glmm("PLO", events=x, n=n, moderators=other, nodes=7) for other in others]
        mu, se, lower, upper = (
            np.array([getattr(model, name)[0] for model in models]) for name in ("coefficients", "se", "lower", "upper")
        )
        resid = models[0].tau2
        tau2 = np.full(len(labels), resid)
        gap, covariance = models[0].coefficients[1:], models[0].covariance[1:, 1:]
        q = float(gap @ np.linalg.solve(covariance, gap))
        p = float(chi2_tail(q, gap.size))
    half = -float(ndtri((1 - level) / 2)) * fits.common_se
    return {
        "subgroups": labels, "k": fits.k, "TE_common": fits.common_mu, "seTE_common": fits.common_se,
        "lower_common": fits.common_mu - half, "upper_common": fits.common_mu + half,
        "TE_random": mu, "seTE_random": se, "lower_random": lower, "upper_random": upper, "tau2": tau2,
        "overall_TE_common": overall.common_mu, "overall_seTE_common": overall.common_se,
        "overall_TE_random": overall.mu, "overall_seTE_random": overall.se, "overall_lower_random": overall.lower,
        "overall_upper_random": overall.upper, "overall_tau2": overall.tau2,
        "Q_between_common": between.q, "Q_between_common_p": between.p,
        "Q_between_random": q, "Q_between_random_p": p, "Q_between_df": random.df, "tau2_resid": resid,
    }  # fmt: skip
