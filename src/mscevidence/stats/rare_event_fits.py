"""Common log odds ratios of a network of rare events from its studies: designs pooled, or a conditional likelihood.

Sources: Efthimiou et al. 2019, Stat Med 38:2992 (Mantel-Haenszel); Stijnen, Hamza & Özdemir 2010, Stat Med 29:3046.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mscevidence.errors import StatisticsError
from mscevidence.stats.conditional_arms import conditional_maximum
from mscevidence.stats.design_mantel_haenszel import CountedArms, design_estimate
from mscevidence.stats.inputs import FloatArray, names
from mscevidence.stats.weighted_least_squares import LeastSquares

METHODS = names(
    {
        "MH": ("mantel-haenszel",),
        "NCH": ("exact", "conditional-exact"),
        "NCH-approximate": ("conditional-approximate", "multinomial"),
    }
)


def all_treatments(fit: LeastSquares) -> tuple[FloatArray, FloatArray]:
    """Return the effects of all treatments versus the first, and their covariance."""
    return np.pad(fit.beta, (1, 0)), np.pad(fit.covariance, (1, 0))


Fit = Callable[[list[CountedArms], int], tuple[LeastSquares, int]]


def _mantel_haenszel(studies: list[CountedArms], size: int) -> tuple[LeastSquares, int]:
    """Return the generalised least squares fit over the designs, and the degrees of freedom of its residual sum."""
    designs: dict[tuple[tuple[int, ...], tuple[int, ...]], list[CountedArms]] = {}
    for one in studies:
        designs.setdefault((one.design, one.arms), []).append(one)
    information, score, square, df = np.zeros((size, size)), np.zeros(size), 0.0, 1 - size
    for (_, arms), group in designs.items():
        with np.errstate(divide="ignore", invalid="ignore"):
            effect, covariance = design_estimate(group)
        if not (np.isfinite(effect).all() and np.isfinite(covariance).all()):
            raise StatisticsError(
                "a Mantel-Haenszel odds ratio of a design is zero or infinite",
                hint="correct the empty arms, or use NCH",
            )
        x = np.zeros((effect.size, size))
        x[:, arms[0]] = 1.0
        x[np.arange(effect.size), arms[1:]] = -1.0
        weight = np.linalg.inv(covariance)
        information += x.T @ weight @ x
        score += x.T @ weight @ effect
        square += float(effect @ weight @ effect)
        df += effect.size
    inverse = _inverse(information[1:, 1:])
    beta = inverse @ score[1:]
    return LeastSquares(beta, inverse, np.asarray(max(0.0, square - float(beta @ score[1:])))), df


def _conditional(studies: list[CountedArms], size: int, *, exact: bool) -> tuple[LeastSquares, int]:
    theta, information = conditional_maximum([(one.arms, one.events, one.n) for one in studies], size, exact=exact)
    return LeastSquares(theta[1:], _inverse(information[1:, 1:]), np.asarray(np.nan)), 0


def _exact(studies: list[CountedArms], size: int) -> tuple[LeastSquares, int]:
    return _conditional(studies, size, exact=True)


def _approximate(studies: list[CountedArms], size: int) -> tuple[LeastSquares, int]:
    return _conditional(studies, size, exact=False)


FITS: dict[str, Fit] = {"MH": _mantel_haenszel, "NCH": _exact, "NCH-approximate": _approximate}


def _inverse(information: FloatArray) -> FloatArray:
    """Return the inverse; a network in pieces has none."""
    values = np.linalg.eigvalsh(information)
    if not values[0] > 1e-10 * values[-1]:
        raise StatisticsError("the network is not connected by studies with events", hint="analyse its parts apart")
    return np.asarray(np.linalg.inv(information), dtype=np.float64)
