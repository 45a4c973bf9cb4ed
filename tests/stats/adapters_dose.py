"""Family 16: dose-response over cohorts."""

from __future__ import annotations

from typing import Any

from conformance import Case

from mscevidence.stats.dose_curve import dose_response


def dose_case(case: Case) -> dict[str, Any]:
    nodes = case.args.get("nAGQ")
    fit = dose_response(
        case.data["study"],
        case.column("dose"),
        case.column("events"),
        case.column("total"),
        random_studies=nodes is not None,
        nodes=nodes,
        level=case.args["level"],
    )
    curve = fit.predict(case.args["predict_doses"])
    return {
        "beta": fit.beta, "se": fit.se, "vcov": fit.covariance, "tau2": fit.tau2, "logLik": fit.log_likelihood,
        "deviance": fit.deviance, "pred_eta": curve.logit, "pred_eta_se": curve.logit_se, "pred_p": curve.proportion,
        "pred_p_lb": curve.lower, "pred_p_ub": curve.upper,
    }  # fmt: skip
