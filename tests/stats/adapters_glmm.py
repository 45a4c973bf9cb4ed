"""Family 06 and the GLMM cases of family 03: mixed models for counts."""

from __future__ import annotations

from typing import Any

import numpy as np
from conformance import Case

from mscevidence.stats.glmm import ProportionGlmm, proportion_glmm
from mscevidence.stats.mixed_counts import CountGlmm, count_glmm

NAMES = {
    "PLO": {"events": "xi", "n": "ni"},
    "IRLN": {"events": "xi", "time": "ti"},
    "OR": {"events1": "ai", "n1": "n1i", "events2": "ci", "n2": "n2i"},
    "IRR": {"events1": "x1i", "time1": "t1i", "events2": "x2i", "time2": "t2i"},
}


def count_fit(case: Case, columns: dict[str, Any]) -> CountGlmm:
    args = case.args
    moderators = None
    if "moderators" in args:
        moderators = np.array(args["design"])[:, 1:] if "design" in args else case.column(args["moderators"])
    nodes = args.get("nAGQ") if args.get("model") != "CM.EL" or args["measure"] == "IRR" else None
    model = args.get("model", "UM.FS")
    return count_glmm(args["measure"], model=model, moderators=moderators, nodes=nodes, test=args["test"], **columns)


def several(fit: CountGlmm) -> dict[str, Any]:
    """One coefficient is a number in the reference, several are a list."""

    def shaped(values: Any) -> Any:
        return values if len(values) > 1 else values[0]

    return {
        "k": fit.k, "beta": shaped(fit.coefficients), "se": shaped(fit.se), "stat": shaped(fit.statistic),
        "pval": shaped(fit.p), "ci_lb": shaped(fit.lower), "ci_ub": shaped(fit.upper), "tau2": fit.tau2,
        "se_tau2": fit.se_tau2, "sigma2": fit.sigma2, "QE_LRT": fit.lrt, "QE_LRT_p": fit.lrt_p, "QE_df": fit.lrt_df,
        "QE_Wld": fit.wald_q, "QE_Wld_p": fit.wald_p, "logLik": fit.log_likelihood,
        "degenerate": fit.status != "ok",
    }  # fmt: skip


def glmm_case(case: Case) -> dict[str, Any]:
    if case.args["measure"] == "PLO" and "moderators" not in case.args:
        fit = proportion_glmm(case.column("xi"), case.column("ni"), nodes=case.args["nAGQ"], test=case.args["test"])
        return one_group(fit)
    columns_ = {name: case.column(column) for name, column in NAMES[case.args["measure"]].items()}
    return several(count_fit(case, columns_))


def one_group(fit: ProportionGlmm) -> dict[str, Any]:
    return {
        "k": fit.k, "beta": fit.mu, "se": fit.se, "stat": fit.statistic, "pval": fit.p,
        "ci_lb": fit.lower, "ci_ub": fit.upper,
        "tau2": fit.tau2, "QE_LRT": fit.lrt, "QE_LRT_p": fit.lrt_p, "QE_df": fit.lrt_df,
        "QE_Wld": fit.wald_q, "QE_Wld_p": fit.wald_p, "logLik": fit.log_likelihood,
    }  # fmt: skip
