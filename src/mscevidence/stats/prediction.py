"""Prediction intervals: where the true effect of a new study may lie.

Higgins, Thompson & Spiegelhalter 2009, JRSS A 172:137; Riley, Higgins & Deeks 2011, BMJ 342:d549.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mscevidence.stats.distributions import critical_value
from mscevidence.stats.inputs import FloatArray, choose, names, tail

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
    """Return lower and upper limit for the true effect of a new study, on the analysis scale.

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
        StatisticsError: level outside (0, 1).
    """
    which = choose(kind, KINDS, kind="prediction interval")
    centre, size = np.asarray(mu, dtype=np.float64), np.asarray(k, dtype=np.float64)
    degrees = {
        "default": np.asarray(df, dtype=np.float64),
        "simple": np.asarray(np.inf),
        "riley": np.maximum(size - (2 if tau2_estimated else 1), 1.0),
        "pr": np.asarray(df, dtype=np.float64) - 1,
        "t": np.maximum(size - 1, 1.0),
    }[which]
    variance = np.asarray(tau2) + (0.0 if which == "simple" else np.asarray(se) ** 2)
    half = critical_value(tail(level), degrees) * np.sqrt(variance)
    return centre - half, centre + half
