"""Influence, shrunken estimates and the masks of repeated analyses."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from mscevidence.errors import StatisticsError
from mscevidence.stats.deletion import influence, shrunken
from mscevidence.stats.pooling import random_effects
from mscevidence.stats.subsets import all_subsets, cumulative_mask, gosh_quantiles, leave_one_out_mask

Y = np.array([0.1, 0.3, -0.2, 0.2, 0.15, 3.0])
V = np.array([0.05, 0.1, 0.2, 0.08, 0.04, 0.1])


def test_an_outlier_is_flagged_and_carries_the_heterogeneity() -> None:
    found = influence(Y, V)
    assert_array_equal(np.flatnonzero(found.influential), [5])
    assert np.argmax(found.baujat_x) == np.argmax(found.baujat_y) == np.argmax(np.abs(found.rstudent)) == 5
    assert found.without.tau2[5] < found.full.tau2


def test_deletion_equals_an_analysis_without_the_study() -> None:
    found = influence(Y, V, test="z")
    for i in range(6):
        rest = random_effects(np.delete(Y, i), np.delete(V, i), test="z")
        assert_allclose(found.without.mu[i], rest.mu)
        assert_allclose(found.cook_d[i], (found.full.mu - rest.mu) ** 2 / found.full.se**2)
        assert_allclose(found.rstudent[i], (Y[i] - rest.mu) / np.sqrt(V[i] + rest.tau2 + rest.se**2))


def test_shrunken_estimates_lie_between_study_and_mean() -> None:
    found, fit = shrunken(Y, V), random_effects(Y, V, test="z")
    assert (np.minimum(Y, fit.mu) <= found.estimate).all()
    assert (found.estimate <= np.maximum(Y, fit.mu)).all()
    assert_allclose(found.upper - found.lower, 2 * 1.959963984540054 * found.se)


def test_masks() -> None:
    assert_array_equal(leave_one_out_mask(3), [[False, True, True], [True, False, True], [True, True, False]])
    assert_array_equal(cumulative_mask(3), [[True, False, False], [True, True, False], [True, True, True]])
    by_year = cumulative_mask(3, order=[2020, 2018, 2019])
    assert_array_equal(by_year, [[False, True, False], [False, True, True], [True, True, True]])


def test_all_subsets_come_in_chunks_and_each_once() -> None:
    chunks = list(all_subsets(5, chunk=7))
    assert max(len(chunk) for chunk in chunks) == 7
    masks = np.concatenate(chunks)
    assert len({tuple(row) for row in masks.tolist()}) == 31
    assert masks.any(axis=1).all()
    assert_array_equal(masks[0b101 - 1], [True, False, True, False, False])


def test_quantiles_are_interpolated() -> None:
    assert_allclose(gosh_quantiles(np.array([1.0, 2.0, 4.0]), [0.0, 0.25, 1.0]), [1.0, 1.5, 4.0])


def test_wrong_input_is_refused() -> None:
    with pytest.raises(StatisticsError, match="leaving one out needs at least two studies"):
        influence([1.0], [1.0])
    with pytest.raises(StatisticsError, match="1 to 30 studies, there are 31"):
        next(all_subsets(31))
    with pytest.raises(StatisticsError, match="order has 2 values for 3 studies"):
        cumulative_mask(3, order=[1, 2])
    with pytest.raises(StatisticsError, match="no study was given"):
        cumulative_mask(0)
