"""The distribution of the generalised Q statistic under heterogeneity: a weighted sum of chi-squared variables.

Q_a = sum a (y - mean_a)^2 with y ~ N(mu, v + tau2) has the Laplace transform det(I + 2 p A S)^-1/2, A = diag(a) - a
a'/sum a, S = diag(v + tau2) (Jackson 2013, Res Synth Methods 4:220, eq. 7). With d = a (v + tau2) the determinant is
prod(1 + 2 p d) * sum(a / (1 + 2 p d)) / sum a. The distribution function is its numerical inversion along Talbot's
contour, which converges geometrically (Weideman & Trefethen 2007, Math Comp 76:1341, modified Talbot contour with
their optimal constants).
"""

from __future__ import annotations

import numpy as np

from mscevidence.stats.inputs import FloatArray

_POINTS = 32


def q_distribution(q: FloatArray, a: FloatArray, variance: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return P(Q_a <= q) and its derivative with respect to tau2.

    Args:
        q: (...) value of the statistic, > 0.
        a: (..., k) weights, zero for absent studies.
        variance: (..., k) v + tau2.
    """
    theta = np.pi * (2 * np.arange(_POINTS) + 1) / _POINTS - np.pi
    theta = theta[theta > 0]
    shape = 0.5017 * theta / np.tan(0.6407 * theta) - 0.6122 + 0.2645j * theta
    slope = 0.5017 / np.tan(0.6407 * theta) - 0.5017 * 0.6407 * theta / np.sin(0.6407 * theta) ** 2 + 0.2645j
    p = _POINTS * shape / q[..., np.newaxis]
    factor = 1 + 2 * p[..., np.newaxis] * (a * variance)[..., np.newaxis, :]
    weight = a[..., np.newaxis, :]
    ratio = (weight / factor).sum(axis=-1)
    log_transform = -np.log(factor).sum(axis=-1) / 2 - np.log(ratio / weight.sum(axis=-1)) / 2
    change = -p * (ratio - ((weight / factor) ** 2).sum(axis=-1) / ratio)
    # exp(p q) M(p) dp / (2 pi i p): the lower half of the contour is the conjugate of the upper half.
    term = np.exp(_POINTS * shape + log_transform) * slope / shape
    scale = 2 / _POINTS
    value: FloatArray = scale * term.imag.sum(axis=-1)
    derivative: FloatArray = scale * (term * change).imag.sum(axis=-1)
    return value, derivative
