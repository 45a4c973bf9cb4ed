"""Differences between subgroups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mscevidence.errors import StatisticsError
from mscevidence.stats.distributions import chi2_tail
from mscevidence.stats.inputs import FloatArray, IntArray, aligned, plain, positive
from mscevidence.stats.studies import residual_sum, weighted_mean


@dataclass(frozen=True, slots=True)
class QBetween:
    """Test of equal means in all subgroups: chi-squared statistic, degrees of freedom, p-value; one per analysis."""

    q: FloatArray
    df: IntArray
    p: FloatArray


def subgroup_difference(mu: ArrayLike, se: ArrayLike, *, mask: ArrayLike | None = None) -> QBetween:
    """Return the test between subgroups from their pooled estimates.

    Q = sum (mu_g - mean)^2 / se_g^2 with the mean weighted by 1/se_g^2, on G - 1 degrees of freedom (Borenstein et
    al. 2009, Introduction to Meta-Analysis, ch. 19). With Hartung-Knapp, `se` are the Hartung-Knapp standard errors.

    Args:
        mu: (..., G) estimates of the subgroups on the analysis scale.
        se: (..., G) their standard errors, > 0.
        mask: (..., G) boolean, True where a subgroup is present; leave out subgroups without an estimate or a
            standard error.

    Raises:
        StatisticsError: no subgroup, a value that is not finite, a standard error that is not positive.
    """
    columns, present = aligned(mask, mu=mu, se=se)
    positive("se", columns["se"], present)
    groups = present.sum(axis=-1)
    if (groups == 0).any():
        raise StatisticsError("no subgroup is left: all are masked out")
    w = np.where(present, 1 / np.where(present, columns["se"], 1.0) ** 2, 0.0)
    y = np.where(present, columns["mu"], 0.0)
    q = residual_sum(y, w, weighted_mean(y, w))
    q = np.where(groups > 1, q, 0.0)
    return QBetween(plain(q), plain((groups - 1).astype(np.int64)), plain(chi2_tail(q, groups - 1)))
