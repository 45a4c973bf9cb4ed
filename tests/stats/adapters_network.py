"""Family 15: network meta-analysis, from reference case to library call and back."""

from __future__ import annotations

from typing import Any

import numpy as np
from conformance import Case

from mscevidence.stats.network import NetworkMetaAnalysis, network_meta_analysis
from mscevidence.stats.network_arms import arm_contrasts
from mscevidence.stats.network_consistency import DirectAndIndirect, design_inconsistency, direct_and_indirect
from mscevidence.stats.network_rare import rare_event_network
from mscevidence.stats.rare_event_separation import separated_evidence


def network_case(case: Case, tau2: float | None = None) -> dict[str, Any]:
    if "method" in case.args:
        return rare_case(case)
    data, args = case.data, case.args
    pairs = None
    if args["input"] == "arm":
        pairs = arm_contrasts(args["sm"], data["study"], data["treatment"], events=data["events"], n=data["n"],
                              add=args["incr"])  # fmt: skip
        columns = pairs.columns
    else:
        columns = {
            "study": data["studlab"], "treatment1": data["treat1"], "treatment2": data["treat2"],
            "effect": data["TE"], "se": data["seTE"],
        }  # fmt: skip
    found = network_meta_analysis(**columns, estimator=args["method_tau"], level=args["level"], tau2=tau2)
    shown = {
        "studlab": list(pairs.study), "treat1": list(pairs.treatment1), "treat2": list(pairs.treatment2),
        "TE": pairs.effect, "seTE": pairs.se,
    } if pairs else {}  # fmt: skip
    return {**estimates(found), **decomposition(found), "split": split(found), "pairwise": shown}


def estimates(found: NetworkMetaAnalysis) -> dict[str, Any]:
    common, random = found.common, found.random
    scores = {
        f"pscore_{name}_small_{values}": effects.p_scores(small_values=values)
        for name, effects in (("common", common), ("random", random))
        for values in ("undesirable", "desirable")
    }
    return {
        "treatments": list(found.treatments), "n_studies": found.k, "n_pairwise": found.network.comparisons,
        "n_treatments": len(found.treatments), "n_designs": len(found.network.designs), "TE_common": common.effect,
        "seTE_common": common.se, "TE_random": random.effect, "seTE_random": random.se, "lower_random": random.lower,
        "upper_random": random.upper, "tau2": found.tau2, "I2": found.i2, "Q": found.q, "Q_df": found.q_df,
        "Q_p": found.q_p, "lower_predict": found.prediction_lower, "upper_predict": found.prediction_upper, **scores,
    }  # fmt: skip


def decomposition(found: NetworkMetaAnalysis) -> dict[str, Any]:
    parts = design_inconsistency(found)
    return {
        "Q_heterogeneity": parts.q[1], "Q_heterogeneity_df": parts.df[1], "Q_inconsistency": parts.q[2],
        "Q_inconsistency_df": parts.df[2], "Q_decomp": np.array([parts.q, parts.df, parts.p]).T,
        "Q_between_designs_fullrandom": parts.interaction_q, "Q_between_designs_fullrandom_df": parts.interaction_df,
        "Q_between_designs_fullrandom_p": parts.interaction_p, "tau_within_designs": parts.tau_within,
    }  # fmt: skip


def split(found: NetworkMetaAnalysis) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for model in ("random", "common"):
        evidence = direct_and_indirect(found, model=model)
        order, sign, names = r_order(evidence.comparisons, found.treatments[0])
        columns |= {"comparison": names, "k": evidence.k[order]}
        columns |= {f"{key}_{model}": value for key, value in of(evidence, order, sign).items()}
    return columns


def of(evidence: DirectAndIndirect, order: list[int], sign: Any) -> dict[str, Any]:
    signed = {"nma": evidence.network, "direct": evidence.direct, "indirect": evidence.indirect}
    errors = {"direct": evidence.direct_se, "indirect": evidence.indirect_se, "diff": evidence.difference_se}
    return {
        "prop_direct": evidence.proportion[order], "diff_p": evidence.p[order],
        **{f"{key}_TE": sign * value[order] for key, value in (signed | {"diff": evidence.difference}).items()},
        **{f"{key}_seTE": value[order] for key, value in errors.items()},
    }  # fmt: skip


def r_order(comparisons: tuple[tuple[str, str], ...], reference: str) -> tuple[list[int], Any, list[str]]:
    """R writes comparisons with the reference group as "B:A" and puts them first."""
    order = sorted(range(len(comparisons)), key=lambda i: reference not in comparisons[i])
    with_reference = [reference in comparisons[i] for i in order]
    named = [comparisons[i][::-1] if first else comparisons[i] for i, first in zip(order, with_reference, strict=True)]
    return order, np.where(with_reference, -1.0, 1.0), [":".join(pair) for pair in named]


def rare_case(case: Case) -> dict[str, Any]:
    data, args = case.data, case.args
    found = rare_event_network(
        data["study"], data["treatment"], data["events"], data["n"],
        method="MH" if args["method"] == "MH" else "NCH-approximate",
        empty_arms="correct" if args["cc_pooled"] else "drop", add=args["incr"], level=args["level"],
    )  # fmt: skip
    evidence = separated_evidence(found)
    order, sign, names = r_order(evidence.comparisons, found.treatments[0])
    return {
        "treatments": list(found.treatments), "n_studies": found.k, "TE_common": found.effects.effect,
        "seTE_common": found.effects.se, "Q": None, "Q_df": None, "Q_p": None,
        "Q_inconsistency": found.q, "Q_inconsistency_df": found.q_df if args["method"] == "MH" else None,
        "pscore_common_small_desirable": found.effects.p_scores(small_values="desirable"),
        "split": {
            "comparison": names, "k": evidence.k[order], "direct_TE_common": sign * evidence.direct[order],
            "indirect_TE_common": sign * evidence.indirect[order],
            "diff_TE_common": sign * evidence.difference[order], "diff_p_common": evidence.p[order],
        },
    }  # fmt: skip


_UNCORRELATED = (
    "given contrasts, R estimates tau2 by (RE)ML as if the comparisons of a multi-arm study were uncorrelated; "
    "given arms, or R's tau2, all agrees, and metafor's rma.mv with the covariances finds the tau2 found here"
)
_FROM_TAU2 = (
    "TE_random seTE_random lower_random upper_random lower_predict upper_predict tau2 pscore_random_small_undesirable "
    "pscore_random_small_desirable split"
)

KNOWN = {
    "Senn2013.MD.REML": (_FROM_TAU2, _UNCORRELATED),
    "smokingcessation.OR.REML": (_FROM_TAU2, _UNCORRELATED),
    "smokingcessation.OR.ML": (_FROM_TAU2, _UNCORRELATED),
    "Dong2013.netmetabin.MH.OR.cc": ("split", "R forgets the continuity correction in the indirect evidence"),
    "Dong2013.netmetabin.NCH.OR": ("TE_common split", "R stops before the maximum of the likelihood"),
}
"""Piece of the case id, the keys that disagree, and why."""
