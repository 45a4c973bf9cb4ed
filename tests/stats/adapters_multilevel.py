"""Family 12: multilevel models and cluster-robust inference."""

from __future__ import annotations

import json
import math
from functools import cache
from typing import Any

from conformance import Case

from mscevidence.stats.cluster_robust import RobustInference, robust
from mscevidence.stats.nested import Multilevel, multilevel


def multilevel_case(case: Case) -> dict[str, Any]:
    args = case.args
    options = {key: args[key] for key in ("random", "moderators", "method", "test", "level") if key in args}
    fit = fitted(json.dumps([case.data, options], sort_keys=True))
    got = inference(fit) | {
        "k": fit.k, "n_study": fit.studies, "sigma2": fit.sigma2, "QE": fit.qe, "QE_df": fit.qe_df, "QE_p": fit.qe_p,
        "QM": fit.qm, "QM_p": fit.qm_p, "logLik": fit.log_likelihood, "AIC": fit.aic, "BIC": fit.bic, "AICc": fit.aicc,
        "pi_lb": fit.pi_lower, "pi_ub": fit.pi_upper, "df": fit.df if math.isfinite(fit.df) else None,
    }  # fmt: skip
    if "robust" in args:
        found = robust(fit, kind=args["robust"], cluster=case.data[args["cluster"]], level=args["level"])
        df = found.df if args["robust"] == "CR2" else found.df[:1]
        got |= inference(found) | {"n_cluster": found.clusters, "df": df if df.size > 1 else df[0]}
    return got


@cache
def fitted(key: str) -> Multilevel:
    """The model of a robust case is that of a case before it."""
    data, args = json.loads(key)
    return multilevel(
        data["yi"],
        data["vi"],
        data["study"],
        within=args["random"] == "study/arm",
        moderators=data[args["moderators"]] if "moderators" in args else None,
        method=args["method"],
        test=args.get("test", "z"),
        level=args["level"],
    )


def inference(fit: Multilevel | RobustInference) -> dict[str, Any]:
    vectors = {
        "beta": fit.beta, "se": fit.se, "stat": fit.statistic, "pval": fit.p, "ci_lb": fit.lower, "ci_ub": fit.upper
    }  # fmt: skip
    one = fit.beta.size == 1
    return {key: vector[0] if one else vector for key, vector in vectors.items()} | {"vcov": fit.covariance}
