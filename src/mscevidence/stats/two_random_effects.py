"""Two arms per study with a random study effect and a random treatment effect, by Laplace's approximation.

eta_i1 = offset + x_i1 beta + sigma s_i + tau u_i/2 and eta_i2 = offset + x_i2 beta + sigma s_i - tau u_i/2 with s, u
~ N(0, 1) independent. With F(s, u) = log f(x_i | s, u) - (s^2 + u^2)/2 the approximation is F at its maximum minus
half the log determinant of -d2F there (Turner et al. 2000, Stat Med 19:3417; Breslow & Clayton 1993, JASA 88:9).
"""

from __future__ import annotations

import itertools
from functools import partial

import numpy as np
from numpy.typing import NDArray

from mscevidence.stats.inputs import BoolArray, FloatArray
from mscevidence.stats.mixed_model import MixedModel
from mscevidence.stats.mixed_model_fit import Fit
from mscevidence.stats.newton import Point, ascend, inverse

_WIDTH = 1e-3


def log_likelihood(model: MixedModel, theta: FloatArray, start: FloatArray | None = None) -> FloatArray:
    """Return the marginal log-likelihood with constants at theta, the last two being sigma and tau.

    Args:
        model: B analyses of k studies with two arms.
        theta: (..., B, p + 2) coefficients, sigma, tau.
        start: (..., B, k, 2) modes of the random effects at parameters nearby, if known.
    """
    eta, loading = _parts(model, theta)
    effects = _mode(model, eta, loading, start)
    at = _predictor(eta, loading, effects)
    height = _height(model, at, effects)
    c11, c12, c22 = _curvature(model.family.moments(at[..., np.newaxis])[1][..., 0], loading)
    result: FloatArray = model.constant + (height - np.log(c11 * c22 - c12**2) / 2).sum(-1)
    return result


def _parts(model: MixedModel, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the fixed part (..., B, k, 2) of the predictor and what the effects are multiplied with in each arm."""
    loading = theta[..., -2:][..., np.newaxis, np.newaxis, :] * np.array([[1.0, 0.5], [1.0, -0.5]])
    return model.predictor(theta[..., :-2]), loading


def _curvature(variance: FloatArray, loading: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the three entries of -d2F/d(s, u)2 of each study from the variances of its arms."""
    first, second = loading[..., 0], loading[..., 1]
    one, other = first * variance, second * variance
    return 1 + _both(first * one), _both(first * other), 1 + _both(second * other)


def _mode(model: MixedModel, eta: FloatArray, loading: FloatArray, start: FloatArray | None = None) -> FloatArray:
    """Maximise the concave F by Newton steps, halved while F falls."""
    shape = (*np.broadcast_shapes(eta.shape[:-1], loading.shape[:-2]), 2)
    effects = np.zeros(shape) if start is None else np.broadcast_to(start, shape)
    at = _predictor(eta, loading, effects)
    height = _height(model, at, effects)
    for _ in range(100):
        mean, variance, _third = (moment[..., 0] for moment in model.family.moments(at[..., np.newaxis]))
        residual = model.x - mean
        g1, g2 = (_both(loading[..., j] * residual) - effects[..., j] for j in (0, 1))
        c11, c12, c22 = _curvature(variance, loading)
        determinant = c11 * c22 - c12**2
        step = np.stack([(c22 * g1 - c12 * g2) / determinant, (c11 * g2 - c12 * g1) / determinant], axis=-1)
        for _ in range(40):
            at = _predictor(eta, loading, effects + step)
            new = _height(model, at, effects + step)
            worse = new < height - 1e-13 * (1 + np.abs(height))
            if not worse.any():
                break
            step = np.where(worse[..., np.newaxis], step / 2, step)
        effects, height = effects + step, new
        # What remains is about the square of the last step.
        if np.abs(step).max() < 1e-8:
            break
    return effects


def _both(values: FloatArray) -> FloatArray:
    """Return the sum over the last axis, which has two elements: numpy's own sum is slow there."""
    result: FloatArray = values[..., 0] + values[..., 1]
    return result


def _predictor(eta: FloatArray, loading: FloatArray, effects: FloatArray) -> FloatArray:
    return eta + loading[..., 0] * effects[..., :1] + loading[..., 1] * effects[..., 1:]


def _height(model: MixedModel, at: FloatArray, effects: FloatArray) -> FloatArray:
    told = _both(model.x * at - model.family.cumulant(at[..., np.newaxis])[..., 0])
    result: FloatArray = told - _both(effects**2) / 2
    return result


def _evaluate(model: MixedModel, theta: FloatArray, *, precise: bool = True) -> Point:
    """Return the log-likelihood with derivatives by central differences of fourth order.

    Mixed derivatives are of second order unless `precise`, which is enough for the direction of a step.
    """
    size = theta.shape[-1]
    steps = [np.zeros(size)]
    units = np.eye(size) * _WIDTH
    steps += [c * unit for unit in units for c in (1, -1, 2, -2)]
    reaches = (1, 2) if precise else (1,)
    pairs = list(itertools.combinations(range(size), 2))
    steps += [
        c * (a * units[i] + b * units[j])
        for i, j in pairs
        for c in reaches
        for a, b in ((1, 1), (1, -1), (-1, 1), (-1, -1))
    ]
    shift = np.array(steps).reshape(len(steps), *(1,) * (theta.ndim - 1), size)
    # The modes next to theta are nearly those at theta.
    value = log_likelihood(model, theta + shift, _mode(model, *_parts(model, theta)))
    centre, single = value[0], value[1 : 1 + 4 * size].reshape(size, 4, *value.shape[1:])
    near, far = single[:, 0] - single[:, 1], single[:, 2] - single[:, 3]
    gradient = (8 * near - far) / (12 * _WIDTH)
    hessian = np.zeros((*theta.shape, size))
    second = (16 * (single[:, 0] + single[:, 1]) - (single[:, 2] + single[:, 3]) - 30 * centre) / (12 * _WIDTH**2)
    index = np.arange(size)
    hessian[..., index, index] = np.moveaxis(second, 0, -1)
    double = value[1 + 4 * size :].reshape(len(pairs), len(reaches), 4, *value.shape[1:])
    mixed = (double[:, :, 0] - double[:, :, 1] - double[:, :, 2] + double[:, :, 3]) / 4
    for row, (i, j) in enumerate(pairs):
        cross = (4 * mixed[row, 0] - mixed[row, 1] / 4) / 3 if precise else mixed[row, 0]
        hessian[..., i, j] = hessian[..., j, i] = cross / _WIDTH**2
    return Point(centre, np.moveaxis(gradient, 0, -1), hessian)


def _some(model: MixedModel, theta: FloatArray, rows: NDArray[np.intp]) -> Point:
    part = model if rows.size == model.x.shape[0] else model.rows(rows)
    return _evaluate(part, theta, precise=False)


def fit(model: MixedModel, start: FloatArray) -> tuple[Fit, FloatArray]:
    """Return the maximum-likelihood fits of B analyses and their sigmas (B,).

    The maximum inside and those on the boundaries sigma = 0 and tau = 0 are all looked for; the highest counts.

    Args:
        model: B analyses with two arms per study.
        start: (B, p) coefficients to start from.
    """
    analyses, p = start.shape
    theta, value = np.zeros((analyses, p + 2)), np.full(analyses, -np.inf)
    converged, held = np.zeros(analyses, dtype=np.bool_), np.zeros((analyses, p + 2), dtype=np.bool_)
    for zero_sigma, zero_tau in itertools.product([True, False], repeat=2):
        now = np.zeros(p + 2, dtype=np.bool_)
        now[-2:] = zero_sigma, zero_tau
        scales = np.array(
            list(itertools.product([0.0] if zero_sigma else [0.3, 1.5], [0.0] if zero_tau else [0.3, 1.5]))
        )
        at = np.empty((len(scales), analyses, p + 2))
        at[..., :p], at[..., p:] = start, scales[:, np.newaxis, :]
        found, height, done = ascend(partial(_some, model), at, held=now, tolerance=1e-8)
        top = (np.argmax(height, axis=0), np.arange(analyses))
        # A boundary found first stays unless the inside is really higher.
        better = np.flatnonzero((height[top] > value + 1e-9) | (zero_sigma & zero_tau))
        theta[better], value[better] = found[top][better], height[top][better]
        converged[better], held[better] = done[top][better], now
    return _finish(model, value, theta, converged, held)


def _finish(
    model: MixedModel, value: FloatArray, theta: FloatArray, converged: BoolArray, held: BoolArray
) -> tuple[Fit, FloatArray]:
    theta = np.concatenate([theta[:, :-2], np.abs(theta[:, -2:])], axis=-1)
    hessian = _evaluate(model, theta).hessian
    hessian = np.where(held[:, :, np.newaxis] | held[:, np.newaxis, :], 0.0, hessian)
    hessian = np.where(held[:, :, np.newaxis] & np.eye(theta.shape[1], dtype=np.bool_), -1.0, hessian)
    keep = np.flatnonzero(np.arange(theta.shape[1]) != theta.shape[1] - 2)
    covariance = inverse(-hessian)[:, keep[:, np.newaxis], keep]
    covariance[held[:, -1], -1, -1] = np.nan
    unknown = np.full(model.x.shape[:2], np.nan)
    return Fit(theta[:, :-2], theta[:, -1], value, covariance, unknown, converged), theta[:, -2]
