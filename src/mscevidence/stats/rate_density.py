"""Densities of a proportion whose logit has a known distribution: f(logit p) / (p (1 - p))."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from mscevidence.errors import StatisticsError
from mscevidence.stats.grid_distribution import GridDistribution, cubic
from mscevidence.stats.inputs import FloatArray, refuse


def proportions(rates: ArrayLike) -> FloatArray:
    """Return proportions as a vector.

    Raises:
        StatisticsError: one does not lie between 0 and 1.
    """
    found = np.atleast_1d(np.asarray(rates, dtype=np.float64))
    if found.ndim != 1:
        raise StatisticsError(f"densities are given at a vector of proportions, got shape {found.shape}")
    refuse(~((found > 0) & (found < 1)), found, "a density is given at proportions between 0 and 1")
    return found


def rate_densities(logits: Sequence[GridDistribution], rates: FloatArray) -> FloatArray:
    """Return the densities (distributions, rates) of proportions whose logits have these distributions."""
    x = special.logit(rates)
    heights = np.stack([_height(one, x) for one in logits])
    result: FloatArray = heights / (rates * (1 - rates))
    return result


def _height(one: GridDistribution, x: FloatArray) -> FloatArray:
    found = np.clip(cubic(np.clip(x, one.grid[0], one.grid[-1]), one.grid, one.density), 0.0, None)
    result: FloatArray = np.where((x >= one.grid[0]) & (x <= one.grid[-1]), found, 0.0)
    return result


def density_of_rate(log_density: Callable[[FloatArray], FloatArray], rates: FloatArray) -> FloatArray:
    """Return the density (rates) of a proportion whose logit has this log density."""
    result: FloatArray = np.exp(log_density(special.logit(rates))) / (rates * (1 - rates))
    return result
