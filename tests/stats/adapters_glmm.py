"""Family 06 and the GLMM cases of family 03: mixed models for counts."""

from __future__ import annotations

from typing import Any

from conformance import Case

from mscevidence.stats.glmm import ProportionGlmm, proportion_glmm


def glmm_case(case: Case) -> dict[str, Any]:
    if case.args["measure"] == "PLO" and "moderators" not in case.args:
        fit = proportion_glmm(case.column("xi"), case.column("ni"), nodes=case.args["nAGQ"], test=case.args["test"])
        return one_group(fit)
    raise NotImplementedError


def one_group(fit: ProportionGlmm) -> dict[str, Any]:
    return {
        "k": fit.k, "beta": fit.mu, "se": fit.se, "stat": fit.statistic, "pval": fit.p,
        "ci_lb": fit.lower, "ci_ub": fit.upper,
        "tau2": fit.tau2, "QE_LRT": fit.lrt, "QE_LRT_p": fit.lrt_p, "QE_df": fit.lrt_df,
        "QE_Wld": fit.wald_q, "QE_Wld_p": fit.wald_p, "logLik": fit.log_likelihood,
    }  # fmt: skip
