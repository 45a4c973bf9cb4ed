"""The variance components of highest likelihood, of many analyses of effects in studies at once.

The likelihood can have several maxima. It is looked at on a grid of both components, and every local maximum of the
grid is followed by Newton's method: each step goes to the maximum of the quadratic model among components that are
not negative, or half the way, or a quarter, until the likelihood rises (Nocedal & Wright 2006, Numerical Optimization,
sections 3.4 and 16.7). Where the observed information is not positive definite the expected one takes its place.
"""

from __future__ import annotations

import numpy as np

from mscevidence.stats.inputs import BoolArray, FloatArray, IntArray
from mscevidence.stats.likelihood import last_stationary_point
from mscevidence.stats.nested_likelihood import NestedLikelihood, Solved
from mscevidence.stats.studies import inner

_POINTS = {1: 33, 2: 12}
"""Points of the grid for each component, by their number."""
_MOST = 100
_SETTLED = 1e-12
"""Gain of log-likelihood that a step promises at which it is the last one; what remains is about its square."""
_GOOD = 1e-8


def elements(k: int, p: int, studies: int, components: int) -> int:
    """Return how many numbers the search needs at once for each analysis of k effects and p coefficients."""
    points, columns = _POINTS[components], p + 1
    within = points if components == 2 else 1
    return within * (columns * k + (columns**2 + points) * studies + points * columns**2)


def maximise(likelihood: NestedLikelihood) -> tuple[FloatArray, Solved, BoolArray]:
    """Return the variance components (B, c) of highest likelihood, what goes with them, and whether it is a maximum."""
    # Where numbers fail, the likelihood is not higher, and at the end the search has not converged.
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        rows, start = _starts(likelihood)
        found, value = _climb(likelihood.rows(rows), start)
        order = np.lexsort((value, rows))
        last = np.searchsorted(rows[order], np.arange(likelihood.k.size), side="right") - 1
        sigma2 = found[order[last]]
        solved = likelihood.at(sigma2)
        return sigma2, solved, _model_step(solved, sigma2)[1] < _GOOD


def _starts(likelihood: NestedLikelihood) -> tuple[IntArray, FloatArray]:
    """Return the local maxima of the grid: number of the analysis (N) and components (N, c)."""
    smallest = np.where(likelihood.one > 0, likelihood.v, np.inf).min(axis=-1)
    largest = np.where(likelihood.one > 0, likelihood.v, 0.0).max(axis=-1)
    # Studies count, not effects: fewer of them let the variance between them be larger.
    studies = (likelihood.runs.sums(likelihood.one) > 0).sum(axis=-1) - likelihood.q.shape[1]
    bound = last_stationary_point(inner(likelihood.r, likelihood.r), np.maximum(studies, 1.0), smallest, largest)
    points = _POINTS[likelihood.components]
    share = np.linspace(0.0, 1.0, points)
    grid = smallest[:, np.newaxis] * np.expm1(np.log1p(bound / smallest)[:, np.newaxis] * share)
    within = grid if likelihood.components == 2 else np.zeros_like(grid[:, :1])
    height = np.nan_to_num(likelihood.heights(grid, within), nan=-np.inf)
    rows, second, first = np.nonzero(_peaks(height))
    start = np.stack([grid[rows, first], within[rows, second]], axis=-1)
    return rows, start[:, : likelihood.components]


def _peaks(height: FloatArray) -> BoolArray:
    """Return which points of the grids (B, G2, G1) are higher than their eight neighbours; the highest always is."""
    padded = np.pad(height, ((0, 0), (1, 1), (1, 1)), constant_values=-np.inf)
    peak = np.ones(height.shape, dtype=np.bool_)
    rows, columns = height.shape[1:]
    for down in range(3):
        for right in range(3):
            neighbour = padded[:, down : down + rows, right : right + columns]
            # Of equal neighbours the first one is a peak.
            if (down, right) < (1, 1):
                peak &= height > neighbour
            elif (down, right) > (1, 1):
                peak &= height >= neighbour
    flat = height.reshape(height.shape[0], -1)
    peak.reshape(flat.shape)[np.arange(flat.shape[0]), np.argmax(flat, axis=-1)] = True
    return peak


def _climb(likelihood: NestedLikelihood, start: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the local maxima (N, c) that are reached from `start`, and the log-likelihoods there."""
    found, reached = start.copy(), np.full(start.shape[0], -np.inf)
    rows, here = np.arange(start.shape[0]), start
    now = likelihood.at(here)
    value, (step, gain) = now.value, _model_step(now, here)
    fraction = np.ones(rows.size)
    for _ in range(_MOST):
        # The last step is so short that it needs no control.
        done = ~(gain > _SETTLED) | (fraction < 1e-12)
        if done.any():
            found[rows[done]] = (here + np.where(gain <= _SETTLED, 1.0, 0.0)[:, np.newaxis] * step)[done]
            reached[rows[done]] = value[done]
            if done.all():
                break
            left = ~done
            likelihood, rows = likelihood.rows(left), rows[left]
            here, value, step, gain, fraction = (part[left] for part in (here, value, step, gain, fraction))
        there = np.maximum(here + fraction[:, np.newaxis] * step, 0.0)
        new = likelihood.at(there)
        up = new.value >= value - 1e-13 * (1 + np.abs(value))
        further, promise = _model_step(new, there)
        here, step = (np.where(up[:, np.newaxis], a, b) for a, b in ((there, here), (further, step)))
        value, gain, fraction = (
            np.where(up, a, b) for a, b in ((new.value, value), (promise, gain), (1.0, fraction / 2))
        )
    else:
        found[rows], reached[rows] = here, value
    return found, reached


def _model_step(at: Solved, sigma2: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the step (N, c) to the maximum of the quadratic model, and the gain (N) that it promises."""
    if sigma2.shape[-1] == 2:
        return _step_of_two(at, sigma2)
    information = np.where(at.observed > 0, at.observed, at.expected)[:, 0]
    step = np.maximum(at.gradient / information, -sigma2)
    return step, (at.gradient * step - information * step**2 / 2)[:, 0]


def _step_of_two(at: Solved, sigma2: FloatArray) -> tuple[FloatArray, FloatArray]:
    a, b, c = _information(at, sigma2)
    (g, h), (s, t) = at.gradient.T, sigma2.T
    determinant = a * c - b * b
    free = (c * g - b * h) / determinant, (a * h - b * g) / determinant
    ends = [
        (np.where(inside := (free[0] >= -s) & (free[1] >= -t), free[0], np.nan), free[1]),
        (-s, np.maximum((h + b * s) / c, -t)),
        (np.maximum((g + b * t) / a, -s), -t),
    ]
    gains = np.stack([g * x + h * y - (a * x * x + 2 * b * x * y + c * y * y) / 2 for x, y in ends])
    best = np.where(inside, 0, 1 + np.argmax(np.nan_to_num(gains[1:], nan=-np.inf), axis=0))
    rows = np.arange(best.size)
    return np.array(ends)[best, :, rows], gains[best, rows]


def _information(at: Solved, sigma2: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the entries (1, 1), (1, 2) and (2, 2) of the information of the quadratic model (N)."""
    a, b, c = at.observed[:, 0, 0], at.observed[:, 0, 1], at.observed[:, 1, 1]
    e, f, g = at.expected[:, 0, 0], at.expected[:, 0, 1], at.expected[:, 1, 1]
    definite = (a > 0) & (c > 0) & (a * c - b * b > 1e-12 * a * c)
    # Components that cannot be told apart here are moved one by one.
    told = e * g - f * f > 1e-12 * e * g
    # One component stays at zero: only the curvature in the other one counts.
    held = ((sigma2 <= 0) & (at.gradient <= 0)).T
    first = np.where(np.where(held.any(axis=0), (a > 0) & ~held[0], definite), a, e)
    second = np.where(np.where(held.any(axis=0), (c > 0) & ~held[1], definite), c, g)
    cross = np.where(definite, b, np.where(told, f, 0.0))
    return first, np.where(held.any(axis=0), 0.0, cross), second
