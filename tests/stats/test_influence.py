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
        spread = (1 / (V + rest.tau2)).sum()
        assert_allclose(found.dfbs[i], (found.full.mu - rest.mu) * np.sqrt(spread))


@pytest.mark.parametrize("test", ["z", "knha", "kr"])
def test_a_batch_with_a_mask_is_its_analyses(test: str) -> None:
    generator = np.random.default_rng(5)
    y, v = generator.normal(0.3, 0.7, (2, 3, 8)), generator.uniform(0.02, 0.4, (2, 3, 8))
    mask = generator.uniform(size=y.shape) < 0.8
    mask[..., :2] = True
    y[~mask] = np.nan
    batch, pulled = influence(y, v, mask=mask, test=test), shrunken(y, v, mask=mask)
    assert batch.without.mu.shape == y.shape
    for index in np.ndindex(2, 3):
        there = mask[index]
        single = influence(y[index][there], v[index][there], test=test)
        for name in ("rstandard", "rstudent", "dffits", "cook_d", "cov_r", "dfbs", "hat", "baujat_x", "baujat_y"):
            found = getattr(batch, name)[index]
            assert_allclose(found[there], getattr(single, name), rtol=1e-10, atol=1e-10, err_msg=name)
            assert np.isnan(found[~there]).all()
        assert_array_equal(batch.influential[index][there], single.influential)
        assert_allclose(batch.without.tau2[index][there], single.without.tau2, rtol=1e-10, atol=1e-12)
        alone = shrunken(y[index][there], v[index][there])
        assert_allclose(pulled.estimate[index][there], alone.estimate, rtol=1e-10)
        assert_allclose(pulled.lower[index][there], alone.lower, rtol=1e-10)
    assert not batch.influential[~mask].any()


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
    with pytest.raises(StatisticsError, match="leaving one out needs at least two studies"):
        influence(Y, V, mask=[[True] + [False] * 5] * 2)
    with pytest.raises(StatisticsError, match="1 to 30 studies, there are 31"):
        next(all_subsets(31))
    with pytest.raises(StatisticsError, match="order has 2 values for 3 studies"):
        cumulative_mask(3, order=[1, 2])
    with pytest.raises(StatisticsError, match="no study was given"):
        cumulative_mask(0)
