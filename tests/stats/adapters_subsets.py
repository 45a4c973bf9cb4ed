"""Families 10 and 11: influence, leave-one-out, cumulative, all subsets."""

from __future__ import annotations

from typing import Any

import numpy as np
from adapters_counts import columns
from conformance import Case

from mscevidence.stats.deletion import influence, shrunken
from mscevidence.stats.peto import peto_odds_ratio
from mscevidence.stats.pooling import random_effects
from mscevidence.stats.stratified import mantel_haenszel
from mscevidence.stats.subsets import all_subsets, cumulative_mask, gosh_quantiles, leave_one_out_mask


def influence_case(case: Case) -> dict[str, Any]:
    args, analysis = case.args, case.args["analysis"]
    if args["method"] in {"MH", "Peto"}:
        return table_subsets(case)
    yi, vi = case.column("yi"), case.column("vi")
    options = {"estimator": args["method"], "level": args["level"]}
    if analysis == "blup":
        found = shrunken(yi, vi, **options)
        return {"pred": found.estimate, "se": found.se, "pi_lb": found.lower, "pi_ub": found.upper}
    if analysis in {"leave1out", "cumul"}:
        mask = leave_one_out_mask(yi.size) if analysis == "leave1out" else cumulative_mask(yi.size)
        fit = random_effects(yi, vi, mask=mask, test=args["test"], **options)
        return {
            "estimate": fit.mu, "se": fit.se, "stat": fit.statistic, "pval": fit.p,
            "ci_lb": fit.lower, "ci_ub": fit.upper, "Q": fit.q, "Q_p": fit.q_p,
            "tau2": fit.tau2, "I2": fit.i2, "H2": fit.h2,
        }  # fmt: skip
    inf = influence(yi, vi, test=args["test"], **options)
    if analysis == "baujat":
        return {"x": inf.baujat_x, "y": inf.baujat_y}
    return {
        "rstudent": inf.rstudent, "rstandard": inf.rstandard, "dffits": inf.dffits, "cook_d": inf.cook_d,
        "cov_r": inf.cov_r, "dfbs": inf.dfbs, "hat": inf.hat, "weight": inf.full.weights,
        "tau2_del": inf.without.tau2, "QE_del": inf.without.q, "influential": inf.influential,
    }  # fmt: skip


def table_subsets(case: Case) -> dict[str, Any]:
    data, level = columns(case), case.args["level"]
    k = data["n1"].size
    mask = leave_one_out_mask(k) if case.args["analysis"] == "leave1out" else cumulative_mask(k)
    if case.args["method"] == "MH":
        fit: Any = mantel_haenszel(case.args["measure"], mask=mask, level=level, **data)
    else:
        fit = peto_odds_ratio(**data, mask=mask, level=level)
    return {
        "estimate": fit.mu, "se": fit.se, "pval": fit.p, "ci_lb": fit.lower, "ci_ub": fit.upper,
        "Q": fit.q, "I2": fit.i2,
    }  # fmt: skip


def gosh_case(case: Case) -> dict[str, Any]:
    yi, vi = case.column("yi"), case.column("vi")
    k = yi.size
    fits = [random_effects(yi, vi, mask=mask, estimator=case.args["method"], test="z") for mask in all_subsets(k)]
    mu, tau2, i2, q, size = (
        np.concatenate([np.asarray(getattr(fit, name), dtype=float) for fit in fits])
        for name in ("mu", "tau2", "i2", "q", "k")
    )
    if "subset_bitmask" in case.expect:
        order = np.asarray(case.expect["subset_bitmask"], dtype=int) - 1
        assert sorted(order) == list(range(2**k - 1))
        numbers = order + 1
        return {
            "subset_bitmask": numbers, "estimate": mu[order], "tau2": tau2[order], "I2": i2[order], "QE": q[order],
            "k": size[order],
        }  # fmt: skip
    at = case.expect["probs"]
    return {
        "probs": at, "n_subsets": mu.size, "n_na": int(np.isnan(mu).sum()), "estimate_mean": mu.mean(),
        "estimate_quantiles": gosh_quantiles(mu, at), "tau2_quantiles": gosh_quantiles(tau2, at),
        "I2_quantiles": gosh_quantiles(i2, at), "QE_quantiles": gosh_quantiles(q, at),
    }  # fmt: skip
