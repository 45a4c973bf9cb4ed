"""Network meta-analysis: treatments compared directly and through others, by generalised least squares.

Here: the frequentist model with multi-arm studies, common and random effects. Beside it: the input
(`network_studies`), consistency of designs, direct and indirect evidence, ranking, and rare events.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from mscevidence.stats.inputs import FloatArray


def p_scores(effects: FloatArray, se: FloatArray, *, small_values: str = "undesirable") -> FloatArray:
    """Return for each treatment the mean certainty that it is better than another (T).

    Args:
        effects: (T, T) effect of the row treatment versus the column treatment.
        se: (T, T) standard errors, zero on the diagonal.
        small_values: whether small effects are `desirable` or `undesirable`.

    Source: Rücker & Schwarzer 2015, BMC Med Res Methodol 15:58, equation 3.
    """
    sign = -1.0 if small_values == "desirable" else 1.0
    with np.errstate(divide="ignore", invalid="ignore"):
        better = special.ndtr(sign * effects / se)
    np.fill_diagonal(better, 0.0)
    scores: FloatArray = better.sum(axis=1) / (len(effects) - 1)
    return scores
