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


def log_likelihood(model: MixedModel, theta: FloatArray) -> FloatArray:
    """Return the marginal log-likelihood with constants at theta (..., p + 2), the last two being sigma and tau.

    Args:
        model: one analysis (B = 1) of k studies with two arms.
        theta: coefficients, sigma, tau.
    """
    eta = model.predictor(theta[..., :-2])
    loading = theta[..., -2:][..., np.newaxis, np.newaxis, :] * np.array([[1.0, 0.5], [1.0, -0.5]])
    effects = _mode(model, eta, loading)
    at = _predictor(eta, loading, effects)
    height = (model.x * at - model.family.cumulant(at[..., np.newaxis])[..., 0]).sum(-1) - (effects**2).sum(-1) / 2
    c11, c12, c22 = _curvature(model, at, loading)
    result: FloatArray = model.constant + (height - np.log(c11 * c22 - c12**2) / 2).sum(-1)
    return result


def _curvature(model: MixedModel, at: FloatArray, loading: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the three entries of -d2F/d(s, u)2 of each study."""
    variance = model.family.moments(at[..., np.newaxis])[1][..., 0]
    first, second = loading[..., 0], loading[..., 1]
    return 1 + (first**2 * variance).sum(-1), (first * second * variance).sum(-1), 1 + (second**2 * variance).sum(-1)


def _mode(model: MixedModel, eta: FloatArray, loading: FloatArray) -> FloatArray:
    """Maximise the concave F by Newton steps, halved while F falls."""
    effects = np.zeros((*np.broadcast_shapes(eta.shape[:-1], loading.shape[:-2]), 2))
    height = _height(model, eta, loading, effects)
    for _ in range(100):
        at = _predictor(eta, loading, effects)
        residual = model.x - model.family.moments(at[..., np.newaxis])[0][..., 0]
        g1, g2 = ((loading[..., j] * residual).sum(-1) - effects[..., j] for j in (0, 1))
        c11, c12, c22 = _curvature(model, at, loading)
        determinant = c11 * c22 - c12**2
        step = np.stack([(c22 * g1 - c12 * g2) / determinant, (c11 * g2 - c12 * g1) / determinant], axis=-1)
        for _ in range(40):
            new = _height(model, eta, loading, effects + step)
            worse = new < height - 1e-13 * (1 + np.abs(height))
            if not worse.any():
                break
            step = np.where(worse[..., np.newaxis], step / 2, step)
        effects, height = effects + step, new
        if np.abs(step).max() < 1e-12:
            break
    return effects


def _predictor(eta: FloatArray, loading: FloatArray, effects: FloatArray) -> FloatArray:
    return eta + loading[..., 0] * effects[..., :1] + loading[..., 1] * effects[..., 1:]


def _height(model: MixedModel, eta: FloatArray, loading: FloatArray, effects: FloatArray) -> FloatArray:
    at = _predictor(eta, loading, effects)
    result: FloatArray = (model.x * at - model.family.cumulant(at[..., np.newaxis])[..., 0]).sum(-1) - (effects**2).sum(
        -1
    ) / 2
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
    value = log_likelihood(model, theta + shift)
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


def _only(model: MixedModel, theta: FloatArray, rows: NDArray[np.intp]) -> Point:
    del rows  # there is one analysis
    return _evaluate(model, theta, precise=False)


def fit(model: MixedModel, start: FloatArray) -> tuple[Fit, float]:
    """Return the maximum-likelihood fit of one analysis and its sigma.

    The maximum inside and those on the boundaries sigma = 0 and tau = 0 are all looked for; the highest counts.

    Args:
        model: one analysis (B = 1) with two arms per study.
        start: (p,) coefficients to start from.
    """
    best: tuple[float, FloatArray, bool, BoolArray] | None = None
    p = start.size
    for zero_sigma, zero_tau in itertools.product([True, False], repeat=2):
        held = np.zeros(p + 2, dtype=np.bool_)
        held[-2:] = zero_sigma, zero_tau
        scales = itertools.product([0.0] if zero_sigma else [0.3, 1.5], [0.0] if zero_tau else [0.3, 1.5])
        at = np.array([[*start, *scale] for scale in scales])[:, np.newaxis, :]
        found, value, done = ascend(partial(_only, model), at, held=held, tolerance=1e-8)
        top = int(np.argmax(value[:, 0]))
        # A boundary found first stays unless the inside is really higher.
        if best is None or value[top, 0] > best[0] + 1e-9:
            best = float(value[top, 0]), found[top, 0], bool(done[top, 0]), held
    assert best is not None  # noqa: S101 -- four models were tried
    value_, theta, converged, held = best
    return _finish(model, value_, theta, converged, held)


def _finish(model: MixedModel, value: float, theta: FloatArray, converged: bool, held: BoolArray) -> tuple[Fit, float]:
    theta = np.concatenate([theta[:-2], np.abs(theta[-2:])])
    hessian = _evaluate(model, theta[np.newaxis]).hessian
    hessian[:, held, :] = hessian[:, :, held] = 0.0
    hessian[:, held, held] = -1.0
    keep = np.flatnonzero(np.arange(theta.size) != theta.size - 2)
    covariance = inverse(-hessian)[:, keep[:, np.newaxis], keep]
    if held[-1]:
        covariance[:, -1, -1] = np.nan
    unknown = np.full((1, model.x.shape[1]), np.nan)
    one = np.array([value])
    return Fit(theta[np.newaxis, :-2], theta[-1:], one, covariance, unknown, np.array([converged])), float(theta[-2])
