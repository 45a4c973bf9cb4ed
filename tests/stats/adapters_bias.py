"""Family 09: small-study effects, from a reference case to a call of the library and to the keys of the reference."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from adapters_counts import columns
from conformance import Case

from mscevidence.stats.count_bias import (
    deeks_test,
    harbord_test,
    macaskill_test,
    peters_test,
    pustejovsky_test,
    schwarzer_test,
)
from mscevidence.stats.fail_safe import fail_safe_n
from mscevidence.stats.funnel_filling import trim_and_fill
from mscevidence.stats.funnel_regression import RegressionTest, regression_test
from mscevidence.stats.measures import effect_sizes, meta_effect_sizes
from mscevidence.stats.pooling import random_effects
from mscevidence.stats.rank_correlation import RankTest, rank_test
from mscevidence.stats.significance_excess import excess_significance
from mscevidence.stats.step_selection import selection_model


def bias_case(case: Case) -> dict[str, Any]:
    return TESTS[case.args["test"]](case)


def studies(case: Case) -> tuple[Any, Any]:
    return case.column("yi"), case.column("vi")


def regtest(case: Case) -> dict[str, Any]:
    args = case.args
    found = regression_test(
        *studies(case),
        n=case.column("ni") if "ni" in case.data else None,
        model=args["model"],
        predictor=args["predictor"],
        estimator=args.get("method", "REML"),
        test=args.get("test_dist", "z"),
    )
    return {
        "intercept": found.intercept, "intercept_se": found.intercept_se, "slope": found.slope, "slope_se":
        found.slope_se, "stat": found.statistic, "pval": found.p, "df": found.df if math.isfinite(found.df) else None,
        "tau2": found.tau2, "limit_est": found.limit, "limit_ci_lb": found.limit_lower, "limit_ci_ub":
        found.limit_upper,
    }  # fmt: skip


def ranktest(case: Case) -> dict[str, Any]:
    found = rank_test(*studies(case))
    return {"kendall_tau": found.tau, "pval": found.p}


def trimfill(case: Case) -> dict[str, Any]:
    args = case.args
    found = trim_and_fill(
        *studies(case), side=args["side"], estimator=args["estimator"], tau2_estimator=args["method"], test="z"
    )
    fit = found.filled
    return {
        "k0": found.missing, "se_k0": found.missing_se, "p_k0": found.p, "k_total": fit.k, "yi_filled": found.yi,
        "vi_filled": found.vi, "beta": fit.mu, "se": fit.se, "ci_lb": fit.lower, "ci_ub": fit.upper, "tau2": fit.tau2,
        "Q": fit.q,
    }  # fmt: skip


def fsn(case: Case) -> dict[str, Any]:
    args = case.args
    kind, _, unweighted = args["type"].partition("_")
    weighted = not unweighted and args.get("weighted", True)
    vi = case.column("vi") if "vi" in case.data else None
    found = fail_safe_n(case.column("yi"), vi, type=kind, alpha=args.get("alpha", 0.05), weighted=weighted)
    return {"fsnum": found.n, "est": found.estimate, "pval": found.p, "target": found.target}


def tes(case: Case) -> dict[str, Any]:
    args, options = case.args, {}
    if args["tau2"] == "REML":
        fit = random_effects(*studies(case), estimator="REML", test="z")
        options = {"theta": float(fit.mu), "tau2": float(fit.tau2)}
    found = excess_significance(*studies(case), alternative=args["alternative"], alpha=args["alpha"], **options)
    return {
        "O": found.observed, "E": found.expected, "ratio": found.ratio, "power": found.power, "theta": found.theta,
        "X2": found.x2, "pval_chi2": found.p_chi2, "pval_binom": found.p_binomial, "pval_exact": found.p_exact,
    }  # fmt: skip


def selmodel(case: Case) -> dict[str, Any]:
    fit = selection_model(*studies(case), steps=case.args["steps"], alternative=case.args["alternative"])
    return {
        "beta": fit.mu, "se": fit.se, "ci_lb": fit.lower, "ci_ub": fit.upper, "tau2": fit.tau2, "se_tau2":
        fit.tau2_se, "delta": fit.delta, "se_delta": fit.delta_se, "LRT": fit.lrt, "LRT_df": fit.lrt_df, "LRT_p":
        fit.lrt_p, "logLik": fit.log_likelihood,
    }  # fmt: skip


def metabias(case: Case) -> dict[str, Any]:
    method, data, measure = case.args["method_bias"], columns(case), case.args["measure"]
    n = data["n"] if "n" in data else data["n1"] + data["n2"]
    if "incr" in case.args:
        sizes = meta_effect_sizes(measure, add=case.args["incr"], **data)
    else:
        sizes = effect_sizes(measure, vtype="UB", **data)
    kept = sizes.mask
    return line(_metabias(case, method, data, sizes.yi, sizes.vi, n, kept))


def _metabias(
    case: Case, method: str, data: dict[str, Any], yi: Any, vi: Any, n: Any, kept: Any
) -> RegressionTest | RankTest:
    y, v = yi[kept], vi[kept]
    if method == "Begg":
        return rank_test(y, v)
    if method in {"Harbord", "Schwarzer"}:
        tables = [data[name] for name in ("events1", "n1", "events2", "n2")]
        if method == "Harbord":
            return harbord_test(*tables, measure=case.args["measure"], mask=kept)
        return schwarzer_test(*tables, add=case.args["incr"], mask=kept)
    options = {"Egger": {"model": "lm"}, "Thompson": {"estimator": case.args["method_tau"], "test": "t"}}
    if method in options:
        return regression_test(y, v, **options[method])
    return counted(method, data, yi, vi, n, kept)


def counted(method: str, data: dict[str, Any], yi: Any, vi: Any, n: Any, kept: Any) -> RegressionTest:
    if method == "Macaskill":
        return macaskill_test(yi, vi, n, mask=kept)
    if method == "Peters":
        events = data["events"] if "events" in data else data["events1"] + data["events2"]
        return peters_test(yi, events, n, mask=kept)
    if method == "Deeks":
        return deeks_test(yi, data["n1"], data["n2"], mask=kept)
    assert method == "Pustejovsky"
    return pustejovsky_test(yi, vi, data["n1"], data["n2"], mask=kept)


def line(found: RegressionTest | RankTest) -> dict[str, Any]:
    if isinstance(found, RankTest):
        # meta reports the normal approximation, also where the exact p-value exists.
        normal = float(2 * 0.5 * math.erfc(abs(found.statistic) / math.sqrt(2)))
        return {"ks": found.score, "se_ks": found.score_se, "stat": found.statistic, "pval": normal}
    return {
        "stat": found.statistic, "df": found.df, "pval": found.p, "bias": found.slope, "se_bias": found.slope_se,
        "intercept": found.intercept, "se_intercept": found.intercept_se, "tau2": np.float64(found.tau2),
    }  # fmt: skip


TESTS = {
    "regtest": regtest,
    "ranktest": ranktest,
    "trimfill": trimfill,
    "fsn": fsn,
    "tes": tes,
    "selmodel": selmodel,
    "metabias": metabias,
}

_R_STOPS_EARLY = "meta calls rma with its default stopping rule, tau2 changing by less than 1e-5"
_R_CUTS_TAILS = "R integrates the power over theta -+ 5 tau, which leaves out 6e-7; (O - E)^2 magnifies it"
_ONE_MORE = "R reports one study more than the smallest number with p >= 0.05"

KNOWN = {
    "egger2001.OR.metabias.Thompson": ("stat se_bias intercept se_intercept tau2", _R_STOPS_EARLY),
    "moore1998.OR.metabias.Thompson": ("tau2", _R_STOPS_EARLY),
    "pritz1997.PLO.metabias.Thompson": ("pval intercept se_intercept tau2", _R_STOPS_EARLY),
    "gibson2002.SMD.metabias.Thompson": ("stat pval se_bias se_intercept tau2", _R_STOPS_EARLY),
    "sim_single_21.PLO.metabias.Thompson": ("stat pval se_bias se_intercept tau2", _R_STOPS_EARLY),
    "bcg.RR.tes.REML": ("X2", _R_CUTS_TAILS),
    "egger2001.OR.tes.REML": ("X2", _R_CUTS_TAILS),
    "moore1998.OR.tes.REML": ("pval_chi2", _R_CUTS_TAILS),
    "bangertdrowns2004.GEN.tes.REML": ("X2 pval_chi2", _R_CUTS_TAILS),
    "debruin2009.PLO.tes.REML": ("X2", _R_CUTS_TAILS),
    "hackshaw1998.GEN.tes.REML": ("X2", _R_CUTS_TAILS),
    "sim_two_18.OR.tes.REML": ("X2", _R_CUTS_TAILS),
    "sim_single_21.PLO.tes.REML": ("X2", _R_CUTS_TAILS),
    "gibson2002.SMD.fsn.General": ("fsnum", _ONE_MORE),
    "sim_two_18.OR.fsn.General": ("fsnum", _ONE_MORE),
}
"""Piece of the case id, the keys that disagree, and why."""
