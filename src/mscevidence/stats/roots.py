"""Roots of many decreasing functions at once: Newton steps kept inside a bracket that halving makes smaller."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mscevidence.stats.inputs import BoolArray, FloatArray

ValueAndSlope = Callable[[FloatArray], tuple[FloatArray, FloatArray]]


def decreasing_root(
    function: ValueAndSlope,
    lower: FloatArray,
    upper: FloatArray,
    start: FloatArray,
    *,
    most: int = 200,
    close: float = 1e-11,
) -> tuple[FloatArray, BoolArray]:
    """Return where `function` falls through zero, and whether the search converged.

    Args:
        function: maps x (any shape) to value and derivative, element by element.
        lower: value is positive (or the root is here).
        upper: value is negative (or the root is here), same shape.
        start: first guess inside the bracket, same shape.
        most: evaluations before giving up; bisection alone needs about 60 for full precision.
        close: relative length of a Newton step that is taken as the last one; what remains is about its square.

    Source: Press et al. 2007, Numerical Recipes, section 9.4 (Newton-Raphson with bisection).
    """
    low, high, x = (np.array(end, dtype=np.float64) for end in (lower, upper, start))
    last = high - low
    done = np.zeros(x.shape, dtype=np.bool_)
    for _ in range(most):
        value, slope = function(x)
        np.copyto(low, x, where=value > 0)
        np.copyto(high, x, where=value < 0)
        step = -value / np.where(slope < 0, slope, -1.0)
        middle = (low + high) / 2 - x
        newton = (slope < 0) & (x + step >= low) & (x + step <= high) & (np.abs(step) <= np.abs(last) / 2)
        step = np.where(done | (value == 0), 0.0, np.where(newton, step, middle))
        # A Newton step this small leaves an error of its square; a halving must come down to the last digit.
        done |= np.abs(step) <= np.where(newton, close, 4e-16) * np.abs(x) + 1e-300
        x, last = x + step, step
        if done.all():
            break
    return x, done
