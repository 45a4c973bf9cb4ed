"""Family 07: meta-regression, from reference case to library call and back."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from conformance import Case

from mscevidence.stats.design import intercept_of
from mscevidence.stats.moderators import meta_regression


def regression_case(case: Case) -> dict[str, Any]:
    args = case.args
    x = np.array(case.data["X"], dtype=float)
    fit = meta_regression(
        case.column("yi"), case.column("vi"), x, estimator=args["method"], test=args["test"], level=args["level"]
    )
    place = int(intercept_of(x))
    at = np.array(args["predict_at"], dtype=float)
    predicted = fit.predict(at if place < 0 else np.insert(at, place, 1.0, axis=1))
    tested = [i + 1 for i in range(x.shape[1]) if i != place]
    return {
        "k": fit.k, "p": x.shape[1], "beta": fit.beta, "se": fit.se, "stat": fit.statistic, "pval": fit.p,
        "df": fit.df if math.isfinite(fit.df) else None, "ci_lb": fit.lower, "ci_ub": fit.upper, "vcov": fit.covariance,
        "tau2": fit.tau2, "se_tau2": fit.se_tau2, "I2": fit.i2, "H2": fit.h2, "R2": fit.r2,
        "QE": fit.q, "QE_df": fit.q_df, "QE_p": fit.q_p, "QM": fit.moderators, "QM_df1": fit.moderators_df1,
        "QM_df2": fit.moderators_df2 if math.isfinite(fit.moderators_df2) else None, "QM_p": fit.moderators_p,
        "tested_coefs": tested, "logLik": fit.log_likelihood, "AIC": fit.aic, "BIC": fit.bic, "AICc": fit.aicc,
        "pred": predicted.mean, "pred_se": predicted.se, "pred_ci_lb": predicted.lower, "pred_ci_ub": predicted.upper,
        "pred_pi_lb": predicted.pi_lower, "pred_pi_ub": predicted.pi_upper,
    }  # fmt: skip
