"""The global maximum of the likelihood of dose-response models over intercept, slope and tau >= 0, for many analyses.

For fixed tau the likelihood is log-concave in the coefficients (Prekopa 1973), so the profile over tau is well defined.
It can have several maxima, one of them at tau = 0. It is looked at on a grid of tau, and every local maximum of the
grid is followed by a safeguarded Newton ascent in all parameters; the highest one counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mscevidence.stats.dose_likelihood import DoseLikelihood
from mscevidence.stats.inputs import BoolArray, FloatArray, IntArray
from mscevidence.stats.mixed_model import Rule, hermite, sinh_trapezoid
from mscevidence.stats.newton import Point, ascend, inverse, newton_step

TAU_GRID = np.geomspace(0.15, 25.0, 10)
LADDER = (*(hermite(nodes) for nodes in (15, 30, 60)), *(sinh_trapezoid(width) for width in (0.08, 0.04, 0.02)))
"""Rules tried in turn until one rung more changes nothing; large tau with studies at 0/n needs the higher ones."""
_SCAN = hermite(7)
_FREE, _HELD = np.zeros(3, dtype=np.bool_), np.array([False, False, True])


@dataclass(frozen=True, slots=True)
class DoseFit:
    """Maximum-likelihood fit of B analyses.

    Attributes:
        theta: (B, 3) intercept, slope and tau; log_likelihood: (B,) with all constants.
        covariance: (B, 2, 2) of intercept and slope, at tau = 0 of the model without random effect.
        converged: (B,).
    """

    theta: FloatArray
    log_likelihood: FloatArray
    covariance: FloatArray
    converged: BoolArray


def fit(likelihood: DoseLikelihood, nodes: int | None, start: FloatArray, *, random_studies: bool) -> DoseFit:
    """Return the global maximum of the likelihood.

    Args:
        likelihood: B analyses.
        nodes: quadrature nodes of the likelihood that is maximised; None: as many as it takes (`LADDER`).
        start: (B, 2) coefficients to start from.
        random_studies: whether tau is estimated or 0.
    """
    rules = LADDER if nodes is None else (hermite(nodes),)
    at_zero = np.concatenate([start, np.zeros((start.shape[0], 1))], axis=-1)
    # Without random effect every rule is exact.
    theta, value, done = _ascend(likelihood, at_zero, hermite(1), _HELD)
    reached = np.zeros(value.size, dtype=np.int64)
    if random_studies:
        rows, candidates = _candidates(likelihood, theta, value)
        if rows.size:
            found, height, settled = _ascend(likelihood.rows(rows), candidates, rules[0], _FREE)
            _take_higher(rows, (found, height, settled), (theta, value, done))
        _sharpen(likelihood, rules, (theta, value, done), reached)
    hessian = np.empty((value.size, 3, 3))
    for rung in np.unique(reached):
        part = np.flatnonzero(reached == rung)
        hessian[part] = _evaluate(likelihood.rows(part), theta[part], rules[rung], None)[0].hessian
    return _finished(theta, value, done, hessian)


def _candidates(likelihood: DoseLikelihood, theta: FloatArray, value: FloatArray) -> tuple[IntArray, FloatArray]:
    """Return where to look for maxima with tau > 0: number of the analysis (N) and parameters (N, 3).

    At each tau of the grid the coefficients start from those without random effect, stretched as by a random effect
    of that size (Zeger, Liang & Albert 1988, Biometrics 44:1049), and the height that the second Newton step promises
    is compared.
    """
    at = np.repeat(theta[np.newaxis], TAU_GRID.size, axis=0)
    at[..., :2] *= np.sqrt(1 + 0.346 * TAU_GRID**2)[:, np.newaxis, np.newaxis]
    at[..., 2] = TAU_GRID[:, np.newaxis]
    modes = None
    for _ in range(2):
        point, modes = likelihood.at(at, _SCAN, modes, close=1e-2)
        step = newton_step(point, _HELD)
        height = point.value + np.vecdot(step, point.gradient) / 2
        at += step
    padded = np.concatenate([value[np.newaxis], height, np.full_like(value, -np.inf)[np.newaxis]])
    peak = (padded[1:-1] > padded[:-2]) & (padded[1:-1] >= padded[2:])
    # The likelihood rises from zero, but has fallen at the first point of the grid.
    near = (likelihood.heterogeneity_score(theta) > 0) & (value >= height[0])
    grid, rows = np.nonzero(peak)
    close = np.flatnonzero(near)
    start = theta[close].copy()
    start[:, 2] = TAU_GRID[0] / 2
    return np.concatenate([rows, close]), np.concatenate([at[grid, rows], start])


_Found = tuple[FloatArray, FloatArray, BoolArray]


def _take_higher(rows: IntArray, found: _Found, best: _Found) -> None:
    """Put the highest of the maxima found for the analyses `rows` into `best`, where it is higher."""
    order = np.lexsort((found[1], rows))
    last = order[np.append(rows[order][1:] != rows[order][:-1], True)]
    # What is there first, without random effect, wins where the likelihood is not higher.
    height = found[1][last] - 1e-11 * (1 + np.abs(found[1][last]))
    last = last[height > best[1][rows[last]]]
    for mine, others in zip(best, found, strict=True):
        mine[rows[last]] = others[last]
    best[0][:, 2] = np.abs(best[0][:, 2])


def _sharpen(likelihood: DoseLikelihood, rules: tuple[Rule, ...], best: _Found, reached: IntArray) -> None:
    """Climb the ladder of rules until one rung more changes nothing; update `best` and the rungs reached."""
    theta, value, done = best
    rows = np.flatnonzero(theta[:, 2] > 0)
    for rung, rule in enumerate(rules[1:], start=1):
        if not rows.size:
            break
        there, _ = likelihood.rows(rows).at(theta[rows], rule)
        gain = np.abs(np.vecdot(newton_step(there, _FREE), there.gradient))
        rows = rows[(gain > 1e-12) | (np.abs(there.value - value[rows]) > 1e-8)]
        if rows.size:
            theta[rows], value[rows], done[rows] = _ascend(likelihood.rows(rows), theta[rows], rule, _FREE)
            theta[rows, 2] = np.abs(theta[rows, 2])
            reached[rows] = rung


def _ascend(likelihood: DoseLikelihood, theta: FloatArray, rule: Rule, held: BoolArray) -> _Found:
    modes: FloatArray | None = None
    analyses = theta.shape[0]

    def point(theta: FloatArray, rows: IntArray) -> Point:
        nonlocal modes
        part = likelihood if rows.size == analyses else likelihood.rows(rows)
        found, new = _evaluate(part, theta, rule, None if modes is None else modes[rows])
        if modes is None:
            modes = new
        else:
            modes[rows] = new
        return found

    return ascend(point, theta, held=held)


def _evaluate(
    likelihood: DoseLikelihood, theta: FloatArray, rule: Rule, start: FloatArray | None
) -> tuple[Point, FloatArray]:
    coarse = rule.coarse and theta[..., 2].any()
    return likelihood.at_exactly(theta, rule, start) if coarse else likelihood.at(theta, rule, start)


def _finished(theta: FloatArray, value: FloatArray, done: BoolArray, hessian: FloatArray) -> DoseFit:
    without = theta[:, 2] == 0
    hessian[without, 2, :] = hessian[without, :, 2] = 0.0
    hessian[without, 2, 2] = -1.0
    covariance = inverse(-hessian)[:, :2, :2]
    return DoseFit(theta, value, covariance, done & np.isfinite(covariance[:, 0, 0]))
