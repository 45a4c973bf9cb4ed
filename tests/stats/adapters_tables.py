"""Family 05: Mantel-Haenszel and Peto, from reference case to library call and back."""

from __future__ import annotations

from typing import Any

import numpy as np
from adapters_counts import columns
from conformance import Case
from scipy.special import ndtri

from mscevidence.stats.distributions import two_sided_p
from mscevidence.stats.measures import EffectSizes, effect_sizes, meta_effect_sizes
from mscevidence.stats.pooling import random_effects
from mscevidence.stats.stratified import greenland_robins_se, mantel_haenszel
from mscevidence.stats.tau2_intervals import q_interval


def table_case(case: Case) -> dict[str, Any]:
    if case.source.startswith("metafor"):
        return rma_mh(case)
    return metabin_peto(case) if case.args["method"] == "Peto" else metabin(case)


def rma_mh(case: Case) -> dict[str, Any]:
    args, data = case.args, columns(case)
    mask = (data["n1"] > 0) & (data["n2"] > 0) if "n1" in data else None
    pairs = {key: tuple(args[key]) for key in ("add", "to", "drop00")}
    fit = mantel_haenszel(args["measure"], correct=args["correct"], level=args["level"], mask=mask, **pairs, **data)
    return {
        "k": fit.k, "k_yi": fit.k_yi, "k_pos": fit.k_pos, "beta": fit.mu, "se": fit.se, "stat": fit.statistic,
        "pval": fit.p, "ci_lb": fit.lower, "ci_ub": fit.upper,
        "Q": fit.q, "Q_df": fit.q_df, "Q_p": fit.q_p, "I2": fit.i2, "H2": fit.h2,
        "CMH": fit.cmh, "CMH_p": fit.cmh_p, "Cochran": fit.cochran, "Cochran_p": fit.cochran_p,
        "BreslowDay": fit.breslow_day, "BreslowDay_p": fit.breslow_day_p,
        "Tarone": fit.tarone, "Tarone_p": fit.tarone_p,
    }  # fmt: skip


def metabin(case: Case) -> dict[str, Any]:
    args, data, measure, level = case.args, columns(case), case.args["measure"], case.args["level"]
    armed = (data["n1"] > 0) & (data["n2"] > 0)
    sizes = meta_effect_sizes(measure, add=args["incr"], mask=armed, **data)
    if not sizes.mask.any():
        return nothing_pooled(sizes.yi, armed, measure)
    add, to = (0.0, "none") if args["MH_exact"] else (args["incr"], "only0")
    if measure == "RD":
        return metabin_difference(sizes, data, add, level)
    common = mantel_haenszel(measure, add=(0.5, add), to=("only0", to), mask=sizes.mask, level=level, **data)
    got = pooled(sizes, common.mu, common.se, level) | {"pval_common": common.p, "w_common": common.raw_weights}
    if measure == "OR":
        got["seTE"] = np.where(armed & ~sizes.mask, np.inf, got["seTE"])
    return got


def metabin_difference(sizes: EffectSizes, data: dict[str, Any], add: float, level: float) -> dict[str, Any]:
    mu, se, w = pooled_difference(sizes, data, add, sizes.mask)
    p = float(two_sided_p(mu / se, np.inf)) if se > 0 else None
    return pooled(sizes, mu, se, level) | {"pval_common": p, "w_common": w}


def pooled_difference(sizes: EffectSizes, data: dict[str, Any], add: float, mask: Any) -> tuple[float, float, Any]:
    """meta corrects the cells in weights and standard error of the risk difference, not in the differences."""
    a, n1, c, n2 = (data[name] for name in ("events1", "n1", "events2", "n2"))
    plus = np.where((a == 0) | (a == n1) | (c == 0) | (c == n2), add, 0.0)
    m1, m2 = n1 + 2 * plus, n2 + 2 * plus
    w = np.where(mask, m1 * m2 / np.maximum(m1 + m2, 1e-300), 0.0)
    mu = float(np.where(mask, w * sizes.yi, 0.0).sum() / w.sum())
    return mu, float(greenland_robins_se(a + plus, m1, c + plus, m2, mask=mask)), w


def nothing_pooled(yi: Any, armed: Any, measure: str) -> dict[str, Any]:
    """Every study is without information."""
    nothing: dict[str, Any] = dict.fromkeys(
        ("TE_common", "seTE_common", "lower_common", "upper_common", "pval_common", "TE_random", "seTE_random", "tau2")
    )
    empty = np.zeros(yi.size)
    se = np.where(armed & (measure == "OR"), np.inf, np.nan)
    nothing["seTE_common"] = np.inf if measure == "PETO" else None
    return {**nothing, "k": 0, "TE": yi, "seTE": se, "w_common": empty, "Q": None, "Q_df": None, "I2": None}


def metabin_peto(case: Case) -> dict[str, Any]:
    data, level = columns(case), case.args["level"]
    armed = (data["n1"] > 0) & (data["n2"] > 0)
    sizes = effect_sizes("PETO", to="none", mask=armed, **data)
    if not sizes.mask.any():
        return nothing_pooled(sizes.yi, armed, "PETO")
    common = random_effects(sizes.yi, sizes.vi, mask=sizes.mask, estimator="EE", test="z", level=level)
    return pooled(sizes, common.mu, common.se, level)


def pooled(sizes: EffectSizes, mu: Any, se: Any, level: float) -> dict[str, Any]:
    """meta: Q around the common estimate, tau2 by DerSimonian-Laird from that Q, random effects by inverse variance."""
    yi, vi, mask = sizes.yi, sizes.vi, sizes.mask
    k = int(mask.sum())
    w = np.where(mask, 1 / vi, 0.0)
    q = float(np.where(mask, w * (yi - mu) ** 2, 0.0).sum())
    scale = w.sum() - (w**2).sum() / w.sum()
    tau2 = max(0.0, (q - (k - 1)) / scale) if k > 1 else None
    random = random_effects(yi, vi, mask=mask, estimator="DL", test="z", tau2=tau2 or 0.0, level=level)
    half = -float(ndtri((1 - level) / 2)) * se
    return {
        "k": k, "TE": yi, "seTE": np.sqrt(vi), "TE_common": mu, "seTE_common": se, "lower_common": mu - half,
        "upper_common": mu + half, "TE_random": random.mu, "seTE_random": random.se, "tau2": tau2,
        "Q": q, "Q_df": k - 1, "I2": q_interval(q, k).i2 if k > 1 else None,
    }  # fmt: skip
