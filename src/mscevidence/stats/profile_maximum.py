"""The global maximum over tau2 >= 0 of many profile likelihoods at once.

A profile can have several maxima. All its stationary points lie below a bound that follows from the score; the
derivative is looked at on a grid up to that bound, and every local maximum that the grid shows is followed to the end.
"""

from __future__ import annotations

from typing import Any, Protocol, Self

import numpy as np

from mscevidence.stats.inputs import BoolArray, FloatArray
from mscevidence.stats.roots import decreasing_root

GRID = 65
"""Most points of a grid; they lie no further apart than `_STRIDE` in log(v_min + tau2) while these are enough."""
_STRIDE = 0.2
_SMALL = 10_000
_STEPS = np.arange(float(GRID))
_ELEMENTS = 4_000_000


class Profile(Protocol):
    """The log-likelihoods of B analyses as functions of tau2."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of analyses and of studies, (B, k)."""

    def rows(self, index: Any) -> Self:
        """Return the analyses of `index`; of one number the analysis without leading axis."""

    def smallest_variance(self) -> FloatArray:
        """Return the smallest sampling variance of each analysis."""

    def bound(self) -> FloatArray:
        """Return a value of tau2 beyond which the log-likelihood of an analysis falls."""

    def slopes(self, grid: FloatArray) -> FloatArray:
        """Return the derivative, or what has its sign, of each analysis at each tau2 of its grid (B, G)."""

    def score(self, tau2: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return first and second derivative."""

    def height(self, tau2: FloatArray) -> FloatArray:
        """Return the log-likelihood."""


def maximum(profile: Profile) -> tuple[FloatArray, BoolArray]:
    """Return the tau2 >= 0 of highest likelihood (B), and whether the search converged."""
    analyses, k = profile.shape
    size = max(1, _ELEMENTS // (GRID * k))
    if analyses <= size:
        return _maximum(profile)
    parts = [_maximum(profile.rows(slice(start, start + size))) for start in range(0, analyses, size)]
    return np.concatenate([value for value, _ in parts]), np.concatenate([done for _, done in parts])


def _maximum(profile: Profile) -> tuple[FloatArray, BoolArray]:
    analyses, k = profile.shape
    grid = _grid(profile.bound() * (1 + 1e-12), profile.smallest_variance(), k)
    slope = profile.slopes(grid)
    rising = slope > 0
    rising[:, -1] = False
    rows, columns = np.nonzero(rising[:, :-1] & ~rising[:, 1:])
    value, done = np.zeros(analyses), np.isfinite(slope[:, 0] + slope[:, -1])
    if not rows.size:
        return value, done
    found, settled = _peaks(profile, grid, slope, rows, columns)
    at_zero = ~rising[:, 0]
    if rows.size + np.count_nonzero(at_zero) == analyses:
        value[rows], done[rows] = found, settled
        return value, done
    # Several local maxima in some analysis: the highest counts.
    zero = np.flatnonzero(at_zero)
    rows, found = np.concatenate([zero, rows]), np.concatenate([value[zero], np.atleast_1d(found)])
    order = np.lexsort((profile.rows(rows).height(found), rows))
    last = order[np.searchsorted(rows[order], np.arange(analyses), side="right") - 1]
    return found[last], np.concatenate([done[zero], np.atleast_1d(settled)])[last]


def _grid(bound: FloatArray, smallest: FloatArray, k: int) -> FloatArray:
    """Return values of tau2 from 0 to the bound of each analysis, in equal steps of log(v_min + tau2), (B, G).

    The likelihood changes on this scale. A small problem has as many points as there may be: they cost little and save
    a step of the search.
    """
    extent = np.log1p(bound / smallest)
    size = GRID
    if GRID * extent.size * k > _SMALL:
        size = min(GRID, int(np.maximum.reduce(extent) / _STRIDE) + 3)
    return smallest[:, np.newaxis] * np.expm1(extent[:, np.newaxis] * (_STEPS[:size] / (size - 1)))


def _peaks(
    profile: Profile, grid: FloatArray, slope: FloatArray, rows: Any, columns: Any
) -> tuple[FloatArray, BoolArray]:
    """Return the maxima of the analyses `rows` between the grid points `columns` and the next ones."""
    if rows.size == 1:
        # The same with numbers instead of arrays of one number takes half the time.
        rows, columns = rows[0], columns[0]
    lower, upper = grid[rows, columns], grid[rows, columns + 1]
    ahead, behind = slope[rows, columns], np.minimum(slope[rows, columns + 1], 0.0)
    profile = profile.rows(rows)
    # Weighted with (v_min + tau2)^2, about the factor by which the derivative falls, it is nearly a straight line.
    smallest = profile.smallest_variance()
    ahead, behind = ahead * (smallest + lower) ** 2, behind * (smallest + upper) ** 2
    start = lower + (upper - lower) * (ahead / (ahead - behind))
    return _top(profile, lower, upper, start)


def _top(profile: Profile, lower: FloatArray, upper: FloatArray, start: FloatArray) -> tuple[FloatArray, BoolArray]:
    """Return the local maximum in each bracket, by plain Newton steps if they stay inside, else by guarded ones."""
    x = start
    for _ in range(6):
        first, second = profile.score(x)
        step = first / second
        x = x - step
        # What remains is about the square of the last step.
        if (np.abs(step) <= 1e-6 * x).all():
            inside = (x >= lower) & (x <= upper) & (second < 0)
            if inside.all():
                return x, inside
            break
    return decreasing_root(profile.score, *(np.atleast_1d(end) for end in (lower, upper, start)))
