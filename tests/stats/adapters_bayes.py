"""Family 14: the Bayesian normal-normal model."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from conformance import Case

from mscevidence.stats.bayes import bayesian_pooling
from mscevidence.stats.mixtures import Posterior
from mscevidence.stats.priors import HalfCauchy, HalfNormal, NormalPrior, TauPrior, UniformTau


def bayes_case(case: Case) -> dict[str, Any]:
    mu_prior = case.args["mu_prior"]
    found = bayesian_pooling(
        case.column("yi"),
        case.column("sei") ** 2,
        tau_prior=tau_prior(case.args["tau_prior"]),
        mu_prior=NormalPrior(mu_prior["mean"], mu_prior["sd"]) if mu_prior["dist"] == "normal" else None,
        level=case.args["level"],
    )
    prior_weight = [] if found.mu_prior is None else [found.prior_weight]
    return {
        "mu": summary(found.mu), "tau": summary(found.tau), "theta_new": summary(found.new), "mode_tau":
        found.tau_mode, "shrinkage_mean": found.studies.mean, "shrinkage_median": found.studies.median,
        "shrinkage_sd": found.studies.sd, "shrinkage_lower": found.studies.lower, "shrinkage_upper":
        found.studies.upper, "weights": np.array([*found.weights, *prior_weight]), "log_marginal_likelihood":
        found.log_marginal_likelihood,
    }  # fmt: skip


def tau_prior(spec: dict[str, Any]) -> TauPrior:
    if spec["dist"] == "uniform":
        return UniformTau(spec["max"])
    return HalfNormal(spec["scale"]) if spec["dist"] == "half-normal" else HalfCauchy(spec["scale"])


def summary(posterior: Posterior) -> dict[str, float | None]:
    keys = ("median", "mean", "sd", "lower", "upper", "shortest_lower", "shortest_upper")
    values = ((key, float(getattr(posterior, key))) for key in keys)
    return {key: None if math.isinf(value) else value for key, value in values}


_TAIL = "R's mixture leaves out the far tail of tau, which these moments depend on (some of them are infinite)"
_CONSTANT = "one study and a flat prior of mu: the posterior of tau is its uniform prior and has no mode"

KNOWN = {
    "sim_single_07.PLO.halfcauchy_0.5.muflat": ("mu theta_new", _TAIL),
    "sim_single_04.PLO.halfcauchy_0.5.muflat": ("mu theta_new", _TAIL),
    "sim_single_04.PLO.halfcauchy_0.5.muN04": ("theta_new", _TAIL),
    "sim_two_06.OR.halfcauchy_0.5.muflat": ("mu theta_new", _TAIL),
    "sim_single_01.PLO.halfcauchy_0.5.muN04": ("theta_new", _TAIL),
    "sim_single_01.PLO.uniform_0_4.muflat": ("mode_tau", _CONSTANT),
}
"""Piece of the case id, the keys that disagree, and why."""
