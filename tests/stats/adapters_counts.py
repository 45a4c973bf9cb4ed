"""Families 01 and 02: from a reference case to a call of the library and to the keys of the reference."""

from __future__ import annotations

from typing import Any

import numpy as np
from conformance import Case

from mscevidence.stats.intervals import rate_intervals, study_intervals, wald_intervals
from mscevidence.stats.measures import effect_sizes, meta_effect_sizes
from mscevidence.stats.transformation import back_transform

COLUMNS = {
    "xi": "events", "ni": "n", "ti": "time",
    "ai": "events1", "ci": "events2", "n1i": "n1", "n2i": "n2",
    "x1i": "events1", "x2i": "events2", "t1i": "time1", "t2i": "time2",
    "mi": "mean", "sdi": "sd", "m1i": "mean1", "m2i": "mean2", "sd1i": "sd1", "sd2i": "sd2", "ri": "correlation",
}  # fmt: skip


def columns(case: Case) -> dict[str, Any]:
    return {COLUMNS[name]: case.column(name) for name in case.data}


def effect_size_case(case: Case) -> dict[str, Any]:
    options = {key: case.args[key] for key in ("add", "to", "drop00", "vtype", "correct") if key in case.args}
    result = effect_sizes(case.args["measure"], **options, **columns(case))
    return {"yi": result.yi, "vi": result.vi}


def interval_case(case: Case) -> dict[str, Any]:
    method, level = case.args["method_ci"], case.args["level"]
    data = columns(case)
    if method == "NAsm":
        return transformed(case, data, level)
    if method == "wald_transformed":
        return summary(case, data, level)
    result = (
        rate_intervals(**data, level=level)
        if method == "Poisson"
        else study_intervals(**data, method=method, level=level)
    )
    return {"estimate": result.estimate, "lower": result.lower, "upper": result.upper}


def transformed(case: Case, data: dict[str, Any], level: float) -> dict[str, Any]:
    measure = case.args["sm"]
    sizes = meta_effect_sizes(measure, add=case.args["incr"], **data)
    result = wald_intervals(sizes.yi, sizes.vi, level=level, mask=sizes.mask)
    n = data.get("n")
    back = {} if n is None else {
        "estimate_bt": back_transform(sizes.yi, measure, n=n),
        "lower_bt": back_transform(result.lower, measure, n=n),
        "upper_bt": back_transform(result.upper, measure, n=n),
    }  # fmt: skip
    return {"TE": sizes.yi, "seTE": np.sqrt(sizes.vi), "lower": result.lower, "upper": result.upper, **back}


def summary(case: Case, data: dict[str, Any], level: float) -> dict[str, Any]:
    measure, n = case.args["measure"], data["n"]
    sizes = effect_sizes(measure, add=case.args["add"], to=case.args["to"], **data)
    result = wald_intervals(sizes.yi, sizes.vi, level=level, mask=sizes.mask)
    limits = {"estimate": sizes.yi, "ci_lb": result.lower, "ci_ub": result.upper}
    back = {f"{name}_bt": back_transform(values, measure, n=n) for name, values in limits.items()}
    return {"yi": sizes.yi, "vi": sizes.vi, "ci_lb": result.lower, "ci_ub": result.upper, **back}
