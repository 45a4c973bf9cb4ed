"""Rank correlation, fail-safe numbers and excess significance in batches: every analysis as it is alone."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mscevidence.errors import StatisticsError
from mscevidence.stats import rank_correlation as module
from mscevidence.stats import rank_test

RNG = np.random.default_rng(20)
Y = RNG.normal(0.4, 0.5, (2, 3, 12))
V = RNG.uniform(0.02, 0.4, (2, 3, 12))
MASK = RNG.uniform(size=Y.shape) < 0.8
MASK[1, 2] = [True, True, *[False] * 10]
"""The last analysis has two studies."""
Y[0, 1, :4], V[0, 1, :4] = 0.3, 0.1
"""Ties."""
Y[~MASK] = np.nan


def same(batch: Any, index: tuple[int, ...], one: Any) -> None:
    """Check that an analysis of a batch has the numbers that it has alone."""
    for field in fields(one):
        alone, of_batch = getattr(one, field.name), getattr(batch, field.name)
        if np.asarray(alone).dtype.kind in "US":
            assert np.broadcast_to(of_batch, batch.k.shape)[index] == alone
        else:
            assert_allclose(of_batch[index], alone, rtol=1e-12, atol=1e-14, err_msg=field.name)


def test_rank_tests_of_a_batch_are_those_of_each_analysis(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PAIRS", 300)
    batch = rank_test(Y, V, mask=MASK)
    for index in np.ndindex(2, 3):
        if index != (1, 2):
            same(batch, index, rank_test(Y[index][MASK[index]], V[index][MASK[index]]))
    assert batch.status[1, 2] == "too-few"
    assert np.isnan([batch.tau[1, 2], batch.p[1, 2], batch.score_se[1, 2]]).all()
    assert not batch.exact[1, 2]
    assert not batch.exact[0, 1]
    assert batch.exact[0, 0]
    assert "Fewer than 3 studies: too few for a rank correlation (in 1 of 6 analyses)." in batch.notes
    assert len(batch.rows()) == 6


def test_a_batch_of_too_few_studies_everywhere_has_no_rank_test() -> None:
    with pytest.raises(StatisticsError, match="2 studies are too few"):
        rank_test(np.ones((3, 2)), np.ones((3, 2)))
