"""Local maxima of many log-likelihoods at once: Newton's method, safeguarded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mscevidence.stats.inputs import BoolArray, FloatArray

_LONGEST_STEP = 4.0


@dataclass(frozen=True, slots=True)
class Point:
    """Value (...), gradient (..., p) and Hessian (..., p, p) of a log-likelihood."""

    value: FloatArray
    gradient: FloatArray
    hessian: FloatArray

    def rows(self, kept: BoolArray) -> Point:
        """Return the analyses that are kept; they are on the last axis of `value`."""
        return Point(self.value[..., kept], self.gradient[..., kept, :], self.hessian[..., kept, :, :])


class Evaluate(Protocol):
    """A log-likelihood with derivatives."""

    def __call__(self, theta: FloatArray, rows: NDArray[np.intp]) -> Point:
        """Return it at the parameters (..., B, p) of the analyses at the positions `rows`."""


def ascend(
    evaluate: Evaluate, theta: FloatArray, *, held: BoolArray, most: int = 100, tolerance: float = 1e-9
) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Return local maxima near `theta` (..., B, p), the values there, and whether each search converged.

    A Hessian that is not negative definite is made so by the absolute values of its eigenvalues; steps are limited in
    length and halved until the value rises (Nocedal & Wright 2006, Numerical Optimization, section 3.4). Analyses
    that are done are left alone.

    Args:
        evaluate: the log-likelihood with derivatives.
        theta: where to start.
        held: (p,) True for parameters that stay as they are.
        most: steps before giving up.
        tolerance: relative length of the last step.
    """
    theta = theta.copy()
    rows = np.arange(theta.shape[-2])
    now = evaluate(theta, rows)
    value, done = now.value.copy(), np.zeros(now.value.shape, dtype=np.bool_)
    flat = np.zeros_like(done)
    for _ in range(most):
        step = np.where(done[..., rows, np.newaxis], 0.0, newton_step(now, held))
        here, now, moved = _line_search(partial(evaluate, rows=rows), theta[..., rows, :], now, step)
        theta[..., rows, :], value[..., rows] = here, now.value
        small = np.max(np.abs(step) / (1 + np.abs(here)), axis=-1) < tolerance
        done[..., rows] |= small | ~moved
        flat[..., rows] = np.max(np.abs(np.where(held, 0.0, now.gradient)), axis=-1) < 1e-3
        busy = np.asarray(~done[..., rows].reshape(-1, rows.size).all(axis=0))
        if not busy.any():
            break
        if not busy.all():
            rows, now = rows[busy], now.rows(busy)
    return theta, value, done & flat


def newton_step(point: Point, held: BoolArray) -> FloatArray:
    """Return the safeguarded Newton step (..., p), zero for the parameters that are held."""
    gradient = np.where(held, 0.0, point.gradient)
    curvature = np.where(held | held[:, np.newaxis], 0.0, -point.hessian)
    values, vectors = np.linalg.eigh(curvature)
    values = np.maximum(np.abs(values), 1e-9 * (1 + np.abs(values).max(-1, keepdims=True)))
    along = np.einsum("...ji,...j->...i", vectors, gradient) / values
    step = np.where(held, 0.0, np.einsum("...ij,...j->...i", vectors, along))
    longest = np.max(np.abs(step), axis=-1, keepdims=True)
    result: FloatArray = step * np.minimum(1.0, _LONGEST_STEP / np.maximum(longest, _LONGEST_STEP))
    return result


def _line_search(
    evaluate: Callable[[FloatArray], Point], theta: FloatArray, now: Point, step: FloatArray
) -> tuple[FloatArray, Point, BoolArray]:
    fraction = np.ones(now.value.shape)
    floor = now.value - 1e-12 * (1 + np.abs(now.value))
    for _ in range(30):
        there = theta + fraction[..., np.newaxis] * step
        new = evaluate(there)
        worse = ~(new.value >= floor)
        if not worse.any():
            return there, new, ~worse
        fraction = np.where(worse, fraction / 2, fraction)
    keep = worse[..., np.newaxis]
    point = Point(
        np.where(worse, now.value, new.value),
        np.where(keep, now.gradient, new.gradient),
        np.where(keep[..., np.newaxis], now.hessian, new.hessian),
    )
    return np.where(keep, theta, there), point, ~worse


def inverse(matrices: FloatArray) -> FloatArray:
    """Return the inverses of positive definite matrices (..., p, p); NaN where one is not positive definite."""
    result = np.full(matrices.shape, np.nan)
    usable = np.asarray(np.isfinite(matrices).all(axis=(-1, -2)))
    usable[usable] = np.linalg.eigvalsh(matrices[usable])[:, 0] > 1e-10
    result[usable] = np.linalg.inv(matrices[usable])
    return result
