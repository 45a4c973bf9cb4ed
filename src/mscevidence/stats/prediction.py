"""Prediction intervals: where the true effect of a new study may lie.

Higgins, Thompson & Spiegelhalter 2009, JRSS A 172:137; Riley, Higgins & Deeks 2011, BMJ 342:d549.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mscevidence.errors import StatisticsError
from mscevidence.stats.distributions import critical_value
from mscevidence.stats.inputs import FloatArray, choose, names, number, tail

KINDS = names({"default": (), "simple": (), "riley": ("HTS",), "t": (), "pr": ("partlett-riley",)})


def prediction_interval(
    mu: ArrayLike,
    se: ArrayLike,
    tau2: ArrayLike,
    *,
    df: ArrayLike,
    k: ArrayLike,
    kind: str = "default",
    level: float = 0.95,
    tau2_estimated: bool = True,
) -> tuple[FloatArray, FloatArray]:
    """Return lower and upper limit for the true effect of a new study, on the analysis scale; NaN stays NaN.

    Args:
        mu: estimate.
        se: its standard error (as the test of the model has it).
        tau2: between-study variance.
        df: degrees of freedom of the test of the model, infinite for z.
        k: number of studies.
        kind: `default` (mu -+ c sqrt(se^2 + tau2), c by `df`), `simple` (normal, without se), `riley` (t on k - 2, at
            least 1; k - 1 if tau2 was given), `t` (t on k - 1, at least 1), `pr` (t on df - 1, NaN if there is none
            left: Partlett & Riley 2017, Stat Med 36:301).
        level: level of the interval.
        tau2_estimated: False if tau2 was given.

    Raises:
        UnknownTermError: no such kind.
        StatisticsError: level outside (0, 1), a negative se or tau2, df not positive, k below 1.
    """
    which = choose(kind, KINDS, kind="prediction interval")
    columns = {"mu": mu, "se": se, "tau2": tau2, "df": df, "k": k}
    centre, error, between, freedom, size = (
        number(name, values).reshape(np.shape(values)) for name, values in columns.items()
    )
    if (error < 0).any() or (between < 0).any() or (freedom <= 0).any() or (size < 1).any():
        raise StatisticsError("se and tau2 must not be negative, df positive, and k at least 1")
    degrees = {
        "default": freedom,
        "simple": np.asarray(np.inf),
        "riley": np.maximum(size - (2 if tau2_estimated else 1), 1.0),
        "pr": freedom - 1,
        "t": np.maximum(size - 1, 1.0),
    }[which]
    variance = between + (0.0 if which == "simple" else error**2)
    half = critical_value(tail(level), degrees) * np.sqrt(variance)
    return centre - half, centre + half
