"""The maximum of one smooth function of a few parameters that must stay inside a box.

Newton steps in the parameters that are not held at a bound (projected Newton method, Bertsekas 1982, SIAM J Control
Optim 20:221), with the Hessian by central differences of the gradient and steps halved until the function rises.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mscevidence.stats.inputs import BoolArray, FloatArray

ValueAndGradient = Callable[[FloatArray], tuple[float, FloatArray]]


def maximise(
    function: ValueAndGradient, start: FloatArray, lower: FloatArray, upper: FloatArray, *, most: int = 300
) -> tuple[FloatArray, float, bool]:
    """Return a local maximum near `start`, the value there, and whether the gradient vanishes inside the box.

    Args:
        function: value and gradient; -inf where it is not defined.
        start: (p) where to begin, inside the box.
        lower: (p) bounds from below, infinite where there is none.
        upper: (p) bounds from above.
        most: steps before giving up.
    """
    theta = start.astype(np.float64)
    value, gradient = function(theta)
    for _ in range(most):
        free = ~(((theta <= lower) & (gradient <= 0)) | ((theta >= upper) & (gradient >= 0)))
        if not free.any() or np.abs(gradient[free]).max() < 1e-10:
            break
        step = _step(function, theta, gradient, free)
        theta, value, gradient, moved = _line_search(function, theta, value, gradient, step, (lower, upper))
        if not moved:
            break
    inside = ~(((theta <= lower) & (gradient <= 0)) | ((theta >= upper) & (gradient >= 0)))
    return theta, value, bool(np.abs(gradient[inside]).max(initial=0.0) < 1e-4)


def gradient_differences(function: ValueAndGradient, theta: FloatArray, free: BoolArray) -> FloatArray:
    """Return the Hessian in the free parameters by central differences of the gradient."""
    index = np.flatnonzero(free)
    width = 1e-5 * np.maximum(np.abs(theta), 1e-2)
    rows = []
    for i in index:
        step = np.zeros_like(theta)
        step[i] = width[i]
        rows.append((function(theta + step)[1] - function(theta - step)[1])[index] / (2 * width[i]))
    hessian = np.array(rows)
    result: FloatArray = (hessian + hessian.T) / 2
    return result


def _step(function: ValueAndGradient, theta: FloatArray, gradient: FloatArray, free: BoolArray) -> FloatArray:
    """Return the Newton step, made an ascent direction by the absolute values of the eigenvalues."""
    hessian = gradient_differences(function, theta, free)
    step = np.zeros_like(theta)
    if not np.isfinite(hessian).all():
        step[free] = gradient[free] / (1 + np.abs(gradient[free]))
        return step
    values, vectors = np.linalg.eigh(-hessian)
    values = np.maximum(np.abs(values), 1e-10 * (1 + np.abs(values).max()))
    step[free] = vectors @ ((vectors.T @ gradient[free]) / values)
    return step


def _line_search(
    function: ValueAndGradient, theta: FloatArray, value: float, gradient: FloatArray, step: FloatArray,
    box: tuple[FloatArray, FloatArray],
) -> tuple[FloatArray, float, FloatArray, bool]:  # fmt: skip
    fraction = 1.0
    for _ in range(60):
        there = np.clip(theta + fraction * step, *box)
        if (there == theta).all():
            break
        new, slope = function(there)
        if new > value or (new >= value - 1e-13 * (1 + abs(value)) and np.abs(slope).max() < np.abs(gradient).max()):
            return there, new, slope, True
        fraction /= 2
    return theta, value, gradient, False
