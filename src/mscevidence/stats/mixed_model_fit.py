"""The global maximum of a mixed-model likelihood over coefficients and tau >= 0.

For fixed tau the marginal likelihood is log-concave in the coefficients (Prekopa 1973: integrals of log-concave
functions are), so the profile over tau is well defined. It can have several maxima, one of them at tau = 0. It is
therefore looked at on a grid of tau, and every local maximum of the grid is followed by a safeguarded Newton ascent
in all parameters; the highest one counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mscevidence.stats.inputs import BoolArray, FloatArray
from mscevidence.stats.mixed_model import MixedModel, Rule, derivatives, hermite, sinh_trapezoid
from mscevidence.stats.newton import Point, ascend, inverse, newton_step

TAU_GRID = np.concatenate([[0.0], np.geomspace(0.1, 25.0, 13)])
LADDER = (hermite(30), hermite(60), *(sinh_trapezoid(width) for width in (0.08, 0.04, 0.02)))
"""Rules tried in turn until one rung more changes nothing; large tau with studies at 0/n needs the higher ones."""
_SCAN = hermite(9)


@dataclass(frozen=True, slots=True)
class Fit:
    """Maximum-likelihood fit of B analyses.

    Attributes:
        beta: (B, p) coefficients; tau: (B,) standard deviation of the random effect.
        log_likelihood: (B,) with all constants.
        covariance: (B, p + 1, p + 1) inverse of the negative Hessian in (beta, tau); at tau = 0 of the model without
            random effect.
        information: (B, k) curvature of each study's log-likelihood in the first coefficient.
        converged: (B,).
    """

    beta: FloatArray
    tau: FloatArray
    log_likelihood: FloatArray
    covariance: FloatArray
    information: FloatArray
    converged: BoolArray


def fit(model: MixedModel, nodes: int | None, start: FloatArray, *, without_tau: BoolArray | None = None) -> Fit:
    """Return the global maximum of the likelihood.

    Args:
        model: B analyses.
        nodes: quadrature nodes of the likelihood that is maximised; None: as many as it takes (`LADDER`).
        start: (B, p) coefficients to start from.
        without_tau: (B,) True where tau is not identified and stays 0.
    """
    analyses, p = start.shape
    shape = (TAU_GRID.size, analyses)
    tau = np.broadcast_to(TAU_GRID[:, np.newaxis, np.newaxis], (*shape, 1))
    at = np.concatenate([np.broadcast_to(start, (*shape, p)), tau], axis=-1)
    scanned, height, _ = _ascend(model, at, _SCAN, fixed_tau=True, most=10, tolerance=1e-2)
    first = LADDER[0] if nodes is None else hermite(nodes)
    theta, value, done = _best(model, _peaks(scanned, height), first, without_tau)
    if nodes is not None:
        return _finish(model, theta, value, done, _information(model, theta, first))
    reached = _sharpen(model, theta, value, done)
    arms = model.x.shape[-1]
    local = np.empty((analyses, model.x.shape[1], arms + 1, arms + 1))
    for rung in np.unique(reached):
        rows = np.flatnonzero(reached == rung)
        local[rows] = _information(model.rows(rows), theta[rows], LADDER[rung])
    return _finish(model, theta, value, done, local)


def common_effect(model: MixedModel, start: FloatArray) -> FloatArray:
    """Return the highest log-likelihoods (B,) without random effect, from coefficients (B, p)."""
    theta = np.concatenate([start, np.zeros((start.shape[0], 1))], axis=-1)
    return _ascend(model, theta, hermite(1), fixed_tau=True)[1]


def _best(
    model: MixedModel, candidates: FloatArray, rule: Rule, without_tau: BoolArray | None
) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Follow the candidates (C, B, p + 1), add the maximum at tau = 0, and return the highest of each analysis."""
    found, value, done = _ascend(model, candidates, rule, fixed_tau=False)
    zero = found[:1].copy()
    zero[..., -1] = 0.0
    # Without random effect every rule is exact.
    at_zero, height, settled = _ascend(model, zero, hermite(1), fixed_tau=True)
    # Zero comes first and wins where the likelihood inside is not higher.
    value = value - 1e-11 * (1 + np.abs(value))
    if without_tau is not None:
        value[:, without_tau] = -np.inf
    found, value = np.concatenate([at_zero, found]), np.concatenate([height, value])
    done = np.concatenate([settled, done])
    pick = (np.argmax(value, axis=0), np.arange(value.shape[1]))
    theta = found[pick]
    theta[:, -1] = np.abs(theta[:, -1])
    return theta, value[pick], done[pick]


def _sharpen(model: MixedModel, theta: FloatArray, value: FloatArray, done: BoolArray) -> NDArray[np.intp]:
    """Climb the ladder of rules until one rung more changes nothing; update the arrays and return the rungs reached."""
    reached = np.zeros(value.size, dtype=np.intp)
    rows = np.flatnonzero(theta[:, -1] > 0)
    for rung, rule in enumerate(LADDER[1:], start=1):
        if not rows.size:
            break
        part = model.rows(rows)
        there = evaluate(part, theta[rows], rule, exact_hessian=False)
        step = newton_step(there, np.zeros(theta.shape[-1], dtype=np.bool_))
        off = np.abs(np.sum(step * there.gradient, axis=-1)) > 1e-12
        rows = rows[off | (np.abs(there.value - value[rows]) > 1e-8)]
        if rows.size:
            found, height, settled = _best(model.rows(rows), theta[rows][np.newaxis], rule, None)
            theta[rows], value[rows], done[rows] = found, height, settled
            reached[rows] = rung
            rows = rows[found[:, -1] > 0]
    return reached


def _peaks(scanned: FloatArray, height: FloatArray) -> FloatArray:
    """Return the grid points (C, B, p + 1) that are local maxima of their analysis, filled up with the best."""
    padded = np.pad(height, ((1, 1), (0, 0)), constant_values=-np.inf)
    peak = (padded[1:-1] > padded[:-2]) & (padded[1:-1] >= padded[2:])
    most = int(peak.sum(axis=0).max())
    order = np.argsort(np.where(peak, height, -np.inf), axis=0)[::-1][:most]
    usable = np.take_along_axis(peak, order, axis=0)
    order = np.where(usable, order, order[:1])
    chosen: FloatArray = np.take_along_axis(scanned, order[..., np.newaxis], axis=0).copy()
    # Away from zero, where the derivative in tau vanishes by symmetry; the ascent returns there if zero is the maximum.
    chosen[..., -1] = np.where(chosen[..., -1] == 0, TAU_GRID[1] / 2, chosen[..., -1])
    return chosen


def _ascend(
    model: MixedModel, theta: FloatArray, rule: Rule, *, fixed_tau: bool, most: int = 100, tolerance: float = 1e-9
) -> tuple[FloatArray, FloatArray, BoolArray]:
    exact = rule.coarse and not fixed_tau
    held = np.zeros(theta.shape[-1], dtype=np.bool_)
    held[-1] = fixed_tau
    modes = np.zeros((*theta.shape[:-1], model.x.shape[1]))
    known, analyses = False, theta.shape[-2]

    def point(theta: FloatArray, rows: NDArray[np.intp]) -> Point:
        nonlocal known
        part = model if rows.size == analyses else model.rows(rows)
        start = modes[..., rows, :] if known else None
        found, modes[..., rows, :] = _evaluate(part, theta, rule, exact_hessian=exact, start=start)
        known = True
        return found

    return ascend(point, theta, held=held, most=most, tolerance=tolerance)


def evaluate(model: MixedModel, theta: FloatArray, rule: Rule, *, exact_hessian: bool) -> Point:
    """Return log-likelihood with constants, gradient and Hessian in (beta, tau) at theta (..., B, p + 1).

    `exact_hessian` differentiates the gradient of the quadrature rule numerically, which matters with few points.
    """
    return _evaluate(model, theta, rule, exact_hessian=exact_hessian, start=None)[0]


def _evaluate(
    model: MixedModel, theta: FloatArray, rule: Rule, *, exact_hessian: bool, start: FloatArray | None
) -> tuple[Point, FloatArray]:
    eta, tau = model.predictor(theta[..., :-1]), theta[..., -1:]
    local = derivatives(model, eta, tau, rule, start)
    hessian = _rule_hessian(model, eta, tau, rule) if exact_hessian else local.hessian
    value = model.constant + local.value.sum(-1)
    return Point(value, _collect(model, local.gradient), _collect2(model, hessian)), local.mode


def _collect(model: MixedModel, gradient: FloatArray) -> FloatArray:
    beta = np.einsum("...ka,...kap->...p", gradient[..., :-1], model.design)
    return np.concatenate([beta, gradient[..., -1].sum(-1)[..., np.newaxis]], axis=-1)


def _collect2(model: MixedModel, hessian: FloatArray) -> FloatArray:
    x = model.design
    beta = np.einsum("...kap,...kaq->...pq", x, hessian[..., :-1, :-1] @ x)
    cross = np.einsum("...ka,...kap->...p", hessian[..., :-1, -1], x)[..., np.newaxis]
    last = hessian[..., -1, -1].sum(-1)[..., np.newaxis, np.newaxis]
    top = np.concatenate([beta, cross], axis=-1)
    return np.concatenate([top, np.concatenate([np.swapaxes(cross, -1, -2), last], axis=-1)], axis=-2)


def _rule_hessian(model: MixedModel, eta: FloatArray, tau: FloatArray, rule: Rule) -> FloatArray:
    """Return the Hessian of each study's quadrature rule by central differences of its gradient."""
    arms, width = eta.shape[-1], 1e-5
    shift = np.concatenate([np.eye(arms + 1), -np.eye(arms + 1)]) * width
    shift = shift.reshape(2 * (arms + 1), *(1,) * (eta.ndim - 1), arms + 1)
    gradient = derivatives(model, eta + shift[..., :-1], tau + shift[..., 0, -1:], rule).gradient
    rows = (gradient[: arms + 1] - gradient[arms + 1 :]) / (2 * width)
    hessian = np.moveaxis(rows, 0, -2)
    result: FloatArray = (hessian + np.swapaxes(hessian, -1, -2)) / 2
    return result


def _information(model: MixedModel, theta: FloatArray, rule: Rule) -> FloatArray:
    """Return the Hessian of each study's log-likelihood at the maximum, (B, k, a + 1, a + 1)."""
    eta, tau = model.predictor(theta[..., :-1]), theta[..., -1:]
    return _rule_hessian(model, eta, tau, rule) if rule.coarse else derivatives(model, eta, tau, rule).hessian


def _finish(model: MixedModel, theta: FloatArray, value: FloatArray, done: BoolArray, local: FloatArray) -> Fit:
    hessian = _collect2(model, local)
    without = theta[:, -1] == 0
    hessian[without, -1, :] = hessian[without, :, -1] = 0.0
    hessian[without, -1, -1] = -1.0
    covariance = inverse(-hessian)
    covariance[without, -1, -1] = np.nan
    first = model.design[..., 0]
    information = -np.einsum("...ka,...kab,...kb->...k", first, local[..., :-1, :-1], first)
    return Fit(theta[:, :-1], theta[:, -1], value, covariance, information, done & np.isfinite(covariance[:, 0, 0]))
